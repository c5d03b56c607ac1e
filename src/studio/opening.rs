//! Reads an application beside the window: a folder with thousands of files, or one on a share that is slow to answer,
//! never stops it.

use super::panels::fields;
use crate::biztalk::{Loaded, load};
use crate::diagnostic::Diagnostic;
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use egui::{RichText, Spinner, Ui};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// What was read, or what keeps it from being read.
pub type Read = Result<Loaded, Vec<Diagnostic>>;

/// So long the window waits for an answer before it says that it reads: most folders are read by then, and nothing
/// flickers.
const AT_ONCE: Duration = Duration::from_millis(120);

/// An application that is being read.
#[derive(Debug)]
pub struct Opening {
    path: PathBuf,
    answer: Receiver<Read>,
}

impl Opening {
    /// Begins to read; `None` where there are no threads. `wake` is called when there is an answer.
    pub fn start(path: &Path, wake: impl FnOnce() + Send + 'static) -> Option<Self> {
        let (told, answer) = bounded(1);
        let from = path.to_owned();
        let work = move || {
            // Nobody listens any more when reading was given up.
            let _ = told.send(load(&from));
            wake();
        };
        thread::Builder::new().name("open".to_owned()).spawn(work).ok()?;
        Some(Self { path: path.to_owned(), answer })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The answer of a folder that is read in no time.
    pub fn at_once(&self) -> Option<Read> {
        self.answer.recv_timeout(AT_ONCE).ok()
    }

    /// The answer once it is there. A reader that is gone without one has found nothing that could be said.
    pub fn answer(&self) -> Option<Read> {
        match self.answer.try_recv() {
            Ok(read) => Some(read),
            Err(TryRecvError::Disconnected) => Some(Err(Vec::new())),
            Err(TryRecvError::Empty) => None,
        }
    }

    /// Says what is being read; true when the user gives it up.
    pub fn ui(&self, ui: &mut Ui) -> bool {
        ui.set_width(440.0);
        ui.horizontal(|ui| {
            ui.add(Spinner::new().size(16.0));
            ui.add_space(4.0);
            ui.heading("Opening…");
        });
        ui.add_space(4.0);
        let path = RichText::new(self.path.display().to_string());
        ui.add(egui::Label::new(path).truncate());
        fields::note(ui, "A folder with many files takes a while. What is open stays as it is until then.");
        ui.ctx().request_repaint_after(Duration::from_millis(50));
        fields::dismissal(ui, "Cancel")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_beside_is_what_is_read_at_once() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/hello");
        let opening = Opening::start(&folder, || {}).unwrap();
        let read = opening.answer.recv().unwrap().unwrap();
        assert_eq!(read.application, load(&folder).unwrap().application);
    }

    #[test]
    fn a_reader_that_is_gone_does_not_keep_the_window_waiting() {
        let (told, answer) = bounded(1);
        let opening = Opening { path: PathBuf::from("/srv/share"), answer };
        assert!(opening.answer().is_none());
        drop(told);
        assert_eq!(opening.answer().unwrap().unwrap_err(), Vec::new());
    }
}
