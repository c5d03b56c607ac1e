//! Questions operators ask of a run, answered from its events and its present state (section 8.2 to 8.6).

mod calls;
mod correlation;
mod flow;
mod instances;
mod profile;
mod sequence;
mod subscriptions;
mod tracked;

pub use calls::{Begot, CallFacts, CallNode, call_tree};
pub use correlation::{HeldFacts, HeldValues, correlation_map};
pub use flow::{FlowMessage, FlowStatus, Way, message_flow};
pub use instances::{InstanceField, InstanceGroup, InstanceQuery, group_by};
pub use profile::{ShapeProfile, profile};
pub use sequence::sequence;
pub use subscriptions::{SubscriptionFacts, SubscriptionKind, SubscriptionQuery};
pub use tracked::{Light, TrackedShape, lights, tracked};
