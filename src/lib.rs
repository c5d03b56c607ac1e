//! Orchestrion: draw, bind, run and inspect BizTalk-style orchestrations.
//!
//! The map of the house, lowest first; a module uses only what stands above it here:
//!
//! - [`model`]: what a user draws and binds, as plain data; [`diagnostic`]: the one way to report a finding
//! - [`drawing`]: an orchestration as a drawing: layout, ports, wires, glyphs
//! - [`message`]: messages as they travel: parts, context, values
//! - [`xml`]: schemas, promotion, XPath, pipelines: thin over a library
//! - [`biztalk`]: BizTalk's own files
//! - [`xlang`]: the XLANG/s expression language
//! - [`component`]: custom code, written as scripts
//! - [`check`]: every rule over the model, before it runs
//! - [`report`]: an inventory of what is there, what runs and what stands in the way
//! - [`language`]: what an editor of XLANG/s texts knows: completion, definitions, uses, rename
//! - [`engine`]: the pure core: message box, instances, shapes, scopes, ports
//! - [`journal`]: the record of a run, as text and as state at any moment
//! - [`host`]: drivers for the real world: file adapters, simulated partners, the durable log
//! - [`lab`]: drivers in virtual time, for tests and simulation
//! - `studio`: the desktop studio (feature `studio`): canvas, panels, commands
//! - [`cli`]: the command line, one file per subcommand

#![warn(missing_debug_implementations)]

pub mod biztalk;
pub mod check;
pub mod cli;
pub mod component;
pub mod diagnostic;
pub mod drawing;
pub mod engine;
pub mod filter;
pub mod findings;
pub mod host;
pub mod journal;
pub mod lab;
pub mod language;
pub mod message;
pub mod model;
pub mod program;
pub mod report;
#[cfg(feature = "studio")]
pub mod studio;
pub mod why;
pub mod xlang;
pub mod xml;
