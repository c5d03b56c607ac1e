//! The places around the canvas: each reads the document and returns what the user asked for.

pub mod explorer;
pub mod fields;
pub mod page;
pub mod problems;
pub mod properties;
pub mod toolbox;
pub mod usages;
