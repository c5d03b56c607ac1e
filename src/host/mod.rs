//! Drivers for the real world: addresses, partners, adapters, the durable log, and the wall-clock host.

pub mod adapters;
pub mod address;
mod durable;
pub mod partners;
mod recovery;
pub mod store;
pub mod template;

pub use durable::{Host, Options, Round};
