//! BizTalk's own files: orchestrations (`.odx`), and the projects they are part of.
//!
//! [`open`] is the one way in. Everything here reads bytes or folders and gives the [model](crate::model); nothing else
//! in the house knows how BizTalk writes its files.

mod assembly;
pub mod bindings;
pub mod btm;
pub mod btp;
mod example;
mod gather;
mod guess;
mod load;
mod names;
pub mod odx;
mod open;
mod parties;
mod paths;
mod project;
mod project_file;
mod sample;
mod save;
mod simulate;
mod stand_in;
mod text;
pub mod xlang_text;
mod xml_text;

pub use example::example;
pub use load::{Loaded, load, save_beside};
pub use names::unresolved;
pub use open::{Opened, is_biztalk, open};
pub use project::{ProjectFile, ProjectItem, read_project};
pub use sample::{NoSample, Sample, sample};
pub use save::{Saved, export, save};
pub use simulate::{ANY_MESSAGE, simulate};
pub use text::{Charset, Encoding, decode, encode};

/// Folder, beside what was opened, for what BizTalk's files cannot hold: scripts for custom code, scenarios, sample
/// messages, changed bindings, and what runs receive and send. It is laid out as an application folder.
pub const RUN_FOLDER: &str = "orchestrion";
