//! Choosing folders. The desktop's dialog runs on its own thread, so that one that hangs never stops the window.

use crate::journal::export::Format;
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What a folder or file is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Open,
    SaveAs,
    /// A file with a message to send.
    Message,
    /// An application folder to compare the open one with.
    Compare,
    /// A file to draw to.
    Svg,
    Png,
    /// A file to draw the sequence diagram of the run to.
    SequenceSvg,
    SequencePng,
    /// A file to film a run to.
    Gif,
    /// A file to save a run to, and one to open.
    SaveRun,
    OpenRun,
    /// A file to write the journal of a run to.
    Journal(Format),
}

/// How an open dialog stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Waiting,
    Chosen(PathBuf),
    Cancelled,
    /// There is no dialog on this desktop; ask for the path in the window.
    Unavailable,
}

/// Asks for folders; tests put their own in.
pub trait FolderDialogs: std::fmt::Debug {
    /// The dialog opens at `suggested`, a file to write.
    fn ask(&mut self, purpose: Purpose, suggested: Option<&Path>, wake: Box<dyn Fn() + Send>);
    /// The answer, once; [`Answer::Waiting`] until there is one.
    fn answer(&mut self) -> Answer;
}

/// The desktop's own dialogs.
#[derive(Debug, Default)]
pub struct Native {
    open: Option<(Receiver<Option<PathBuf>>, Instant)>,
}

impl Purpose {
    /// How the name of the file ends that is asked for; `None` for a folder, and for a file of any kind.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            Self::Svg | Self::SequenceSvg => Some("svg"),
            Self::Png | Self::SequencePng => Some("png"),
            Self::Gif => Some("gif"),
            Self::SaveRun | Self::OpenRun => Some("orchrun"),
            Self::Journal(format) => Some(format.extension()),
            Self::Open | Self::SaveAs | Self::Compare | Self::Message => None,
        }
    }

    /// The file that a name stands for: it ends as its kind does.
    pub fn file(self, path: &Path) -> PathBuf {
        let lacks = |ending: &&str| !path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending));
        let mut name = path.as_os_str().to_owned();
        if let Some(ending) = self.extension().filter(lacks) {
            name.push(".");
            name.push(ending);
        }
        name.into()
    }
}

/// A dialog that answers faster than a person can was never shown.
const NOT_A_PERSON: Duration = Duration::from_millis(150);

impl FolderDialogs for Native {
    fn ask(&mut self, purpose: Purpose, suggested: Option<&Path>, wake: Box<dyn Fn() + Send>) {
        let (sender, receiver) = bounded(1);
        let title = match purpose {
            Purpose::Open => "Open an application folder",
            Purpose::SaveAs => "Save the application to a folder",
            Purpose::Message => "Open a message",
            Purpose::Compare => "Compare with an application folder",
            Purpose::Svg | Purpose::SequenceSvg => "Draw to an SVG file",
            Purpose::Png | Purpose::SequencePng => "Draw to a PNG file",
            Purpose::Gif => "Film to a GIF file",
            Purpose::SaveRun => "Save the run to a file",
            Purpose::OpenRun => "Open a saved run",
            Purpose::Journal(_) => "Write the journal to a file",
        };
        let suggested = suggested.map(Path::to_owned);
        let asked = std::thread::Builder::new().name("folder dialog".to_owned()).spawn(move || {
            let mut dialog = rfd::FileDialog::new().set_title(title);
            if let Some((folder, name)) =
                suggested.as_ref().and_then(|path| path.parent().zip(path.file_name()))
            {
                dialog = dialog.set_directory(folder).set_file_name(name.to_string_lossy());
            }
            let chosen = match (purpose, purpose.extension()) {
                (Purpose::Message, _) => dialog.pick_file(),
                (Purpose::OpenRun, Some(extension)) => dialog.add_filter("Run", &[extension]).pick_file(),
                (Purpose::SaveRun, Some(extension)) => dialog.add_filter("Run", &[extension]).save_file(),
                (_, Some(extension)) => dialog.add_filter(extension.to_uppercase(), &[extension]).save_file(),
                (_, None) => dialog.pick_folder(),
            };
            // Nobody waits any more when the window is gone.
            let _ = sender.send(chosen);
            wake();
        });
        self.open = asked.is_ok().then(|| (receiver, Instant::now()));
    }

    fn answer(&mut self) -> Answer {
        let Some((receiver, asked)) = &self.open else { return Answer::Unavailable };
        let quick = asked.elapsed() < NOT_A_PERSON;
        let answer = match receiver.try_recv() {
            Ok(Some(path)) => Answer::Chosen(path),
            Ok(None) if quick => Answer::Unavailable,
            Ok(None) => Answer::Cancelled,
            Err(TryRecvError::Empty) => return Answer::Waiting,
            Err(TryRecvError::Disconnected) => Answer::Unavailable,
        };
        self.open = None;
        answer
    }
}

/// A path as it is typed: `~` is the home folder, as in a terminal.
pub fn from_home(path: &str) -> PathBuf {
    let rest = match path.strip_prefix('~') {
        Some("") => Some(""),
        Some(rest) => rest.strip_prefix(['/', '\\']),
        None => None,
    };
    let home = rest.and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    home.unwrap_or_else(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = std::env::home_dir().unwrap();
        assert_eq!(from_home("~"), home);
        assert_eq!(from_home("~/orders"), home.join("orders"));
        for plain in ["~orders", "/tmp/~", "orders", ""] {
            assert_eq!(from_home(plain), PathBuf::from(plain));
        }
    }
}
