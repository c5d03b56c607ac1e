//! Drivers without a real world: virtual time, for tests and simulation.

mod acts;
mod beside;
mod film;
mod recipe;
mod saved;
pub mod scenario;
pub mod search;
pub mod simulation;
mod tree;
mod virtual_run;

pub use acts::{Act, Change, Fault};
pub use beside::{Beside, Pair, counterpart, side_by_side};
pub use film::{film, filmed};
pub use recipe::Recipe;
pub use saved::{Moment, Opened, open, save};
pub use tree::{Branch, Difference, RunTree, first_difference, first_difference_after};
pub use virtual_run::{Halt, Sent, VirtualRun};
