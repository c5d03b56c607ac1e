use super::{InstanceId, TransmissionId};
use crate::message::{DateTime, Message, Name};
use crate::model::{PortState, ServiceState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One thing that happens to the engine, with its time. The engine has no other source of change: same
/// program, seed and inputs give the same events and effects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Never earlier than the input before; an earlier time counts as the current one.
    pub at: DateTime,
    pub kind: InputKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InputKind {
    /// An adapter received bytes at a receive location. `properties` are promoted into the context
    /// (`FILE.ReceivedFileName`).
    Received { location: Name, body: Arc<[u8]>, properties: Vec<(Name, String)> },
    /// Publishes a ready message, as an operator's or a test's tool would.
    Publish { message: Message },
    /// Lets time pass: what is due by now becomes ready.
    Tick,
    /// Runs the ready service instance at this place of the ready list up to its next wait. The place is the
    /// scheduling choice, so a recorded input list records the schedule.
    Turn { pick: usize },
    /// The adapter has delivered a transmission.
    Transmitted { id: TransmissionId },
    /// The adapter could not deliver it (TX-5).
    TransmitFailed { id: TransmissionId, error: String },
    /// The answer to a solicit-response transmission.
    Responded { id: TransmissionId, body: Arc<[u8]>, properties: Vec<(Name, String)> },
    /// An operator acts.
    Operate(Operation),
}

/// What an operator can do (sections 5.2, 5.5, TX-10). An illegal one is refused with an event that names
/// state and operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Operation {
    SuspendInstance(InstanceId),
    ResumeInstance(InstanceId),
    TerminateInstance(InstanceId),
    /// Orchestration by full name. `Bound` unenlists, `Stopped` enlists or stops, `Started` starts.
    SetService {
        orchestration: Name,
        state: ServiceState,
    },
    SetSendPort {
        port: Name,
        state: PortState,
    },
    SetSendPortGroup {
        group: Name,
        state: PortState,
    },
    EnableReceiveLocation {
        location: Name,
        enabled: bool,
    },
    SetConfiguration {
        key: String,
        value: String,
    },
    /// The configuration store fails, or works again.
    SetConfigurationStore {
        readable: bool,
    },
}
