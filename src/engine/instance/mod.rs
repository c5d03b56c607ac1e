//! Orchestration instances: their state, life cycle, and the machine that runs them to the next wait.

mod component;
pub mod dehydration;
mod environment;
pub mod lifecycle;
mod machine;
mod resident;
mod state;

pub(super) use environment::{Environment, exception, token_of};
pub use lifecycle::{Happening, Pending, Status, next as next_status};
pub(super) use machine::{After, Flow, Kept, Machine, TURN_BUDGET};
pub use resident::{Before, Resident};
pub use state::{
    AtomicState, Caller, Channel, ChannelKey, Frame, Frames, Held, Instance, ParameterBinding, Parent,
    Parties, PortState, Queued, Record, ScopeFrame, State, Thread, Wait, binding_of,
};
