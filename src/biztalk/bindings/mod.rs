//! Binding files (BindingInfo XML): read to the physical side of an application, and written from it.

mod filter;
mod properties;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{BindingFile, read_bindings};
pub use write::write_bindings;
