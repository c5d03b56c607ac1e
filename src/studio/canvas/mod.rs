//! The orchestration canvas: own pan and zoom, painting, hits and keys.

pub(super) mod camera;
mod cards;
mod connect;
mod correlation;
mod crumbs;
mod drops;
mod hand;
mod ink;
mod minimap;
mod motion;
mod navigate;
pub(in crate::studio) mod paint;
mod port_form;
mod rename;
mod slots;
mod troubles;
mod view;
mod widgets;
mod wiring;

pub use connect::End;
pub(in crate::studio) use correlation::point_at_set;
pub use crumbs::{STRIP, way};
pub use hand::Hand;
pub(in crate::studio) use hand::carried;
pub(in crate::studio) use navigate::holds;
pub use port_form::NewPort;
pub(in crate::studio) use rename::select_all;
pub use view::{Canvas, CanvasAction, Drag, Scene};
pub(in crate::studio) use widgets::hint;
