//! What can be asked of a recorded run, and what can be done with one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod beside;
mod broken;
#[expect(dead_code, reason = "the conformance tests use all of it")]
#[path = "../conformance/build.rs"]
mod build;
mod covered;
mod exports;
mod forks;
mod lists;
mod search;
mod simulation;
mod why;
