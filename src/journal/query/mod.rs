//! Questions operators ask of a run, answered from its events and its present state (section 8.2 to 8.6).

mod flow;
mod instances;
mod profile;
mod subscriptions;
mod tracked;

pub use flow::{FlowMessage, FlowStatus, Way, message_flow};
pub use instances::{InstanceField, InstanceGroup, InstanceQuery, group_by};
pub use profile::{ShapeProfile, profile};
pub use subscriptions::{SubscriptionKind, SubscriptionQuery};
pub use tracked::{Light, TrackedShape, lights, tracked};
