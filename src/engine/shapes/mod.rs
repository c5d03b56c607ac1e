//! How each shape steps: one file per family, all on the [`super::instance::Machine`].

mod atomic;
mod call;
mod compensation;
mod construct;
mod listen;
mod parallel;
mod receive;
mod role_link;
mod rules;
mod scope;
mod send;
mod synchronized;

pub(super) use receive::{
    convoy_channels, correlating, follow_group, self_correlating_group, serving, source_group,
};
pub(super) use role_link::{assign_party, read_party};
pub(super) use send::{address_to, routing_properties};
