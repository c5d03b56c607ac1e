//! The orchestration canvas: own pan and zoom, painting, hits and keys.

pub(super) mod camera;
mod cards;
mod connect;
mod crumbs;
mod drops;
mod minimap;
mod motion;
mod navigate;
pub(in crate::studio) mod paint;
mod rename;
mod slots;
mod view;
mod widgets;
mod wiring;

pub use connect::End;
pub use crumbs::way;
pub use view::{Canvas, CanvasAction, Drag, Scene};
