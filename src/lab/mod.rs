//! Drivers without a real world: virtual time, for tests and simulation.

mod virtual_run;

pub use virtual_run::{Sent, VirtualRun};
