//! Reads an application beside the window: a folder with thousands of files, or one on a share that is slow to answer,
//! never stops it.

use super::Studio;
use super::document::Document;
use super::overlay::Overlay;
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

/// So long a studio that is started on a folder waits before its window opens without it: what is wrong with the folder
/// is then told where the studio was started.
const AT_START: Duration = Duration::from_millis(1500);

impl Studio {
    /// The studio on a folder. One that takes its time is read on while the window is there already.
    ///
    /// # Errors
    /// What keeps the folder from being read, when that is known soon.
    pub fn on(folder: &Path) -> Result<Self, Vec<Diagnostic>> {
        let shown = |loaded| Self::new(Document::of(folder, loaded).0);
        let Some(opening) = Opening::start(folder, || {}) else { return load(folder).map(shown) };
        match opening.within(AT_START) {
            Some(read) => read.map(shown),
            None => Ok(Self::waiting_for(opening)),
        }
    }

    /// The studio with what it has without a folder, until that one is read.
    fn waiting_for(opening: Opening) -> Self {
        let mut studio = Self::default();
        studio.overlay = Overlay::Opening { opening, found: Vec::new() };
        studio
    }
}

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
        self.within(AT_ONCE)
    }

    fn within(&self, patience: Duration) -> Option<Read> {
        self.answer.recv_timeout(patience).ok()
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
    fn a_folder_given_at_the_start_comes_into_the_window_that_is_there() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/hello");
        let (told, answer) = bounded(1);
        let mut studio = Studio::waiting_for(Opening { path: folder.clone(), answer });
        let ctx = egui::Context::default();
        Studio::setup(&ctx);
        let frame = |studio: &mut Studio| {
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| studio.ui(ui));
            output.textures_delta.clear();
        };
        frame(&mut studio);
        assert!(studio.overlay.is_open());
        assert!(!studio.document.app.modules.contains_key("SayHello"));
        told.send(load(&folder)).unwrap();
        frame(&mut studio);
        assert!(!studio.overlay.is_open());
        assert!(studio.document.app.modules.contains_key("SayHello"));
        assert_eq!(studio.document.folder.as_deref(), Some(&*folder));

        let gone = Studio::on(Path::new("/nowhere/at/all")).err().unwrap();
        assert!(!gone.is_empty(), "told where the studio was started");
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
