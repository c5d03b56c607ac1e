//! Drivers without a real world: virtual time, for tests and simulation.

mod acts;
mod saved;
pub mod scenario;
mod tree;
mod virtual_run;

pub use acts::{Act, Change, Fault};
pub use saved::{Moment, Opened, open, save};
pub use tree::{Branch, Difference, RunTree, first_difference};
pub use virtual_run::{Halt, Sent, VirtualRun};
