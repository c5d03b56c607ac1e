//! The record of a run: what went in, what happened, and the state at any moment of it.

mod activities;
pub mod export;
mod facts;
mod line;
mod listing;
pub mod query;
mod run;
mod strides;
mod subject;
mod traffic;

pub use activities::{Activity, activities};
pub use facts::{EventFacts, InstanceFacts, filtered, is_problem};
pub use line::{Clock, Detail, Line, event_name};
pub use listing::{Lines, Listing};
pub use run::{Retraced, Run};
pub use strides::{Change, Stride, Watch};
pub use subject::{instance_of, message_of};
pub use traffic::{MessageFacts, Passage, Stand, Traffic};
