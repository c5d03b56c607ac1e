//! The orchestration canvas: own pan and zoom, painting, hits and keys.

pub(super) mod camera;
mod connect;
mod minimap;
mod navigate;
pub(in crate::studio) mod paint;
mod slots;
mod view;

pub use connect::End;
pub use view::{Canvas, CanvasAction, Drag, Scene};
