//! The engine's rules, one test each, named by the rule it proves: a tiny application, messages in, journal out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod build;
mod business;
mod compensation;
mod compile_rules;
mod components;
mod convoys;
mod correlation;
mod delivery;
mod deployment;
mod determinism;
mod direct;
mod exceptions;
mod filters;
mod flow;
mod lifecycle;
mod not_run;
mod operations;
mod page;
mod parallel;
mod publish;
mod receiving;
mod recovery;
mod roles;
mod routing;
mod rules;
mod sending;
mod southridge;
mod tools;
mod transactions;
mod twin;
mod world;
