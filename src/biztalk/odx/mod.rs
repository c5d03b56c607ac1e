//! Orchestration files.
//!
//! An `.odx` holds the orchestration twice: as a tree of designer elements in XML, between two preprocessor lines, and
//! as the XLANG/s program that is compiled. The tree is what is read ([`read_module`]); [`OdxFile`] keeps all there is,
//! so that what the model does not know survives.

mod known;
mod legs;
mod read;
mod shapes;
mod tree;
mod write;

pub use legs::settle;
pub use read::{read_module, text};
pub use tree::{DESIGNER, Element, Item, OdxFile, Property, escape};
pub use write::{Others, write_back, write_new};
