//! The message box: subscriptions and routing (section 3). Binding is nothing but rows in this table.
//!
//! Equality predicates are hash-indexed by their set of properties, so the cost of a publish depends on how
//! many *different* property sets are in use, not on how many instances wait. What is left of a group is
//! tested on the candidates only.

mod index;
#[cfg(test)]
mod tests;

pub use index::MessageBox;

use super::{InstanceId, SubscriptionId};
use crate::message::Name;
use crate::program::{Group, Predicate, groups_text};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Who gets the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owner {
    /// Starts an instance of this service at this receive.
    Activation {
        service: u16,
        receive: u16,
    },
    /// A channel of an existing instance, for receives of this kind.
    Instance {
        instance: InstanceId,
        channel: u32,
        kind: u32,
    },
    SendPort(u16),
    SendPortGroup(u16),
}

/// A row of the subscription table (SUB-1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub owner: Owner,
    pub groups: Arc<[Group]>,
    /// 1 (first) to 10.
    pub priority: u8,
}

impl Subscription {
    /// The row in words, as users read it.
    pub fn text(&self) -> String {
        groups_text(&self.groups)
    }
}

/// A subscription that matched a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    pub subscription: SubscriptionId,
    pub owner: Owner,
    pub priority: u8,
}

/// One predicate of an explanation: what it wants and what the message has.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub predicate: Predicate,
    /// Promoted value of the message, if any.
    pub actual: Option<crate::message::Value>,
    pub holds: bool,
}

/// Names of the properties of a group's equality predicates, sorted: what a hash bucket is keyed by.
type Shape = Box<[Name]>;
