//! The studio: draw, bind, run and inspect orchestrations in a window.
//!
//! The UI thread owns the [`document::Document`]; panels and canvas read it and return what the user asked for, which
//! [`Studio`] applies after they are drawn. The engine runs on its own thread, behind bounded channels.

mod app;
pub mod canvas;
pub mod document;
pub mod icons;
pub mod kinds;
pub mod sample;
pub mod theme;
mod window;

pub use app::Studio;
pub use window::{Options, run};
