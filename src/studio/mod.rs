//! The studio: draw, bind, run and inspect orchestrations in a window.
//!
//! The UI thread owns the [`document::Document`]; panels and canvas read it and return
//! [`document::Action`]s, which [`Studio`] applies after they are drawn. The engine runs on its own thread,
//! behind bounded channels; a frame never waits for it.

mod actions;
mod adopted;
mod app;
mod by_hand;
pub mod canvas;
pub mod checker;
mod code;
pub mod command;
pub mod comparison;
mod crossed;
pub mod dialogs;
pub mod document;
mod editing;
mod editor;
pub mod editors;
mod export;
pub mod filter_box;
mod grip;
pub mod icons;
pub mod keymap;
pub mod kinds;
mod leaving;
mod menus;
pub mod names;
mod naming;
mod opening;
mod overlay;
pub mod palette;
mod panels;
mod past;
pub mod preferences;
mod problems;
pub mod recovery;
pub mod run;
mod safety;
pub mod sample;
pub mod settings;
mod shell;
pub mod table;
pub mod tabs;
mod terminal;
pub mod theme;
mod ticks;
mod typeahead;
mod visits;
mod watch;
mod window;

pub use app::{Mode, Studio};
pub use preferences::Preferences;
pub use window::{Options, run};
