//! Drivers without a real world: virtual time, for tests and simulation.

pub mod scenario;
mod virtual_run;

pub use virtual_run::{Sent, VirtualRun};
