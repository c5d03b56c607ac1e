//! BizTalk's own files: orchestrations (`.odx`), and the projects they are part of.
//!
//! [`open`] is the one way in. Everything here reads bytes or folders and gives the [model](crate::model); nothing else
//! in the house knows how BizTalk writes its files.

mod assembly;
mod gather;
mod names;
pub mod odx;
mod open;
mod paths;
mod project;
mod project_file;
mod save;
mod text;
pub mod xlang_text;

pub use names::unresolved;
pub use open::{Opened, is_biztalk, open};
pub use project::{ProjectFile, ProjectItem, read_project};
pub use save::{Saved, export, save};
pub use text::{Charset, Encoding, decode, encode};

/// Folder in which a run of BizTalk's own files keeps what it receives and sends.
pub const RUN_FOLDER: &str = "orchestrion-run";
