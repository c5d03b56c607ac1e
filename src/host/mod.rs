//! Drivers for the real world: addresses, partners, adapters, the durable log.

pub mod adapters;
pub mod address;
pub mod partners;
