//! The orchestration canvas: computed layout, own pan and zoom, painting, hits and keys.

mod camera;
mod connect;
pub mod hit;
pub mod layout;
mod minimap;
pub(in crate::studio) mod paint;
pub mod ports;
mod slots;
#[cfg(test)]
mod tests;
mod view;
pub mod wires;

pub use connect::End;
pub use layout::Layout;
pub use view::{Canvas, CanvasAction, Drag, Scene};

/// Id under which the compensation block of the orchestration itself is drawn.
pub const ORCHESTRATION_COMPENSATION: &str = "orchestration-compensation";
