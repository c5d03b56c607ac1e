//! The studio: draw, bind, run and inspect orchestrations in a window.
//!
//! The UI thread owns the [`document::Document`]; panels and canvas read it and return
//! [`document::Action`]s, which [`Studio`] applies after they are drawn. The engine runs on its own thread,
//! behind bounded channels; a frame never waits for it.

mod actions;
mod app;
pub mod canvas;
mod code;
pub mod command;
pub mod dialogs;
pub mod document;
mod editing;
pub mod editors;
pub mod icons;
pub mod kinds;
pub mod names;
mod overlay;
mod panels;
mod problems;
pub mod run;
pub mod sample;
mod shell;
pub mod tabs;
pub mod theme;
mod window;

pub use app::{Mode, Preferences, Studio};
pub use window::{Options, run};
