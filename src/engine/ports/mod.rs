//! The physical side: receive locations take messages in, send ports pass them to adapters.

mod acknowledge;
mod failed;
mod party;
mod receive;
pub mod request;
pub mod send;
mod transport;

pub use acknowledge::{TRANSMISSION_FAILURE, guid_text};
pub use receive::{Arrival, in_schedule};
pub use transport::dynamic_transport;

use super::instance::Status;
use super::{InstanceId, SubscriptionId};
use crate::message::{Message, Name};
use crate::model::PortState;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;

/// Run-time state of a send port or group (TX-10).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PortRuntime {
    pub state: PortState,
    pub subscription: Option<SubscriptionId>,
    /// The one service instance of a port with ordered delivery, while it has something to send (TX-3).
    pub ordered: Option<InstanceId>,
    /// What that instance sends after its message, in the order of publication (ORD-1).
    pub backlog: VecDeque<Arc<Message>>,
}

impl PortRuntime {
    /// Bound ports have no subscription.
    pub fn enlisted(&self) -> bool {
        self.state != PortState::Bound
    }
}

/// A message that failed on the receive side, suspended with its reason, or a routing failure report: the
/// context only, not resumable (RF-1, RF-2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failure {
    pub id: InstanceId,
    pub status: Status,
    /// Receive port, or empty for a report.
    pub port: Name,
    pub message: Arc<Message>,
    pub reason: String,
    /// Error code, as in `ErrorReport.FailureCode`.
    pub code: Name,
    /// The routing failure report that belongs to a suspended message.
    pub report: Option<InstanceId>,
    pub resume: Resume,
}

/// Where a suspended message of the receive side goes on when an operator resumes it (RF-4, RF-8).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Resume {
    /// What the adapter handed over goes through the pipeline again.
    Pipeline { location: Name, body: Arc<[u8]>, properties: Vec<(Name, String)> },
    /// The message is through the pipeline; the port's map is next.
    Map { location: Name },
    /// Nobody subscribed to the message.
    Routing,
}

/// State transitions of send ports and groups (TX-10): enlist, start, stop, unenlist all end in the wanted
/// state; only stopping a bound port is refused.
///
/// # Errors
/// Names the state and what was asked.
pub fn port_transition(from: PortState, to: PortState) -> Result<PortState, String> {
    use PortState::{Bound, Started, Stopped};
    match (from, to) {
        (Bound | Stopped, Started) | (Bound, Stopped) | (Started, Stopped) | (Stopped | Started, Bound) => {
            Ok(to)
        }
        (Bound, Bound) | (Stopped, Stopped) | (Started, Started) => Err(format!("it is {from:?} already")),
    }
}

#[cfg(test)]
mod tests {
    use super::port_transition;
    use crate::model::PortState::{Bound, Started, Stopped};

    #[test]
    fn send_port_states_follow_the_table() {
        assert_eq!(port_transition(Bound, Stopped), Ok(Stopped));
        assert_eq!(port_transition(Bound, Started), Ok(Started));
        assert_eq!(port_transition(Stopped, Started), Ok(Started));
        assert_eq!(port_transition(Started, Stopped), Ok(Stopped));
        assert_eq!(port_transition(Stopped, Bound), Ok(Bound));
        assert_eq!(port_transition(Started, Bound), Ok(Bound));
        assert!(port_transition(Started, Started).is_err());
    }
}
