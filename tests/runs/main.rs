//! What can be asked of a recorded run, and what can be done with one.

mod broken;
#[expect(dead_code, reason = "the conformance tests use all of it")]
#[path = "../conformance/build.rs"]
mod build;
mod exports;
mod forks;
mod why;
