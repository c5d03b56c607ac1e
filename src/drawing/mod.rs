//! An orchestration as a drawing: where everything stands, computed from the block tree. Pure and without a window,
//! so that pictures and reports can be made on a server.
//!
//! Places are `f32` in points at 100 %, x to the right and y down.

pub mod animation;
pub mod figure;
pub mod fonts;
pub mod glyph;
pub mod hit;
mod index;
pub mod kinds;
pub mod layout;
pub mod palette;
pub mod picture;
pub mod ports;
pub mod sequence;
pub mod silhouette;
pub mod svg;
#[cfg(test)]
mod tests;
pub mod text;
pub mod wires;

pub use glyph::Glyph;
pub use kinds::Category;
pub use layout::{Layout, layout};
pub use silhouette::Silhouette;

/// Id under which the compensation block of the orchestration itself is drawn.
pub const ORCHESTRATION_COMPENSATION: &str = "orchestration-compensation";
