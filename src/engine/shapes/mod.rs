//! How each shape steps: one file per family, all on the [`super::instance::Machine`].

mod call;
mod compensation;
mod construct;
mod listen;
mod parallel;
mod receive;
mod rules;
mod scope;
mod send;

pub(super) use receive::{convoy_channels, source_group};
