//! The record of a run: what went in, what happened, and the state at any moment of it.

mod line;

pub use line::{Clock, Detail, Line, event_name};
