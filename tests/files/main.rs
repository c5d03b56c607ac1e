//! Application folders as users keep them: loading, saving, editing, running from the command line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod architecture;
mod artifact_places;
mod checks;
mod cli;
mod crowded;
mod edit_properties;
mod edits;
mod folders;
mod foretold;
mod host;
mod maps;
mod odx_places;
mod places;
mod refusals;
mod samples;
mod southridge;
mod structure;
