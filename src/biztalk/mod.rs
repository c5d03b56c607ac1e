//! BizTalk's own files: orchestrations (`.odx`), and the projects they are part of.
//!
//! Everything here reads bytes or folders and gives the [model](crate::model); nothing else in the house knows how
//! BizTalk writes its files.

pub mod odx;
mod text;

pub use text::{Charset, Encoding, decode, encode};
