//! What a user draws and binds: plain serde data and queries, no behaviour.
//!
//! An [`Application`] holds [`Module`]s (one file each, at most one [`Orchestration`] in it), schemas,
//! property schemas, pipelines, maps and the physical side ([`Bindings`]). Names are BizTalk's.
//! Everything an `.odx` or a binding file can say has a place here, whether or not the engine runs it yet.

mod application;
mod binding_import;
mod bindings;
pub mod compare;
pub mod edit;
pub mod files;
mod id;
mod map_drawing;
mod messages;
mod orchestration;
mod partners;
mod party;
mod ports;
mod project;
mod property;
mod rules;
mod scenario;
mod shapes;

pub use application::*;
pub use binding_import::*;
pub use bindings::*;
pub use id::*;
pub use map_drawing::*;
pub use messages::*;
pub use orchestration::*;
pub use partners::*;
pub use party::*;
pub use ports::*;
pub use project::*;
pub use property::*;
pub use rules::*;
pub use scenario::*;
pub use shapes::*;
