//! The record of a run: what went in, what happened, and the state at any moment of it.

mod line;
mod run;
mod subject;

pub use line::{Clock, Detail, Line, event_name};
pub use run::Run;
pub use subject::{instance_of, message_of};
