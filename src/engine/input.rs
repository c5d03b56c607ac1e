use super::{Breakpoint, InstanceId, MemoryUsage, TransmissionId};
use crate::message::{DateTime, Message, Name};
use crate::model::{PortState, ServiceState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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
    /// Lets an instance go on from its breakpoint (DBG-7).
    ContinueInstance(InstanceId),
    /// Resumes a suspended instance into a breakpoint at the place where it goes on (DBG-4).
    ResumeInDebug(InstanceId),
    /// Orchestration by full name. `Bound` unenlists, `Stopped` enlists or stops, `Started` starts, and nothing else is
    /// touched.
    SetService {
        orchestration: Name,
        state: ServiceState,
    },
    /// Starts an enlisted orchestration and what goes with it (OST-3).
    StartService {
        orchestration: Name,
        options: StartOptions,
    },
    /// Stops a started orchestration and what goes with it (OST-4).
    StopService {
        orchestration: Name,
        options: StopOptions,
    },
    /// Takes the activation subscriptions of an orchestration away. Its instances stay unless they are to be terminated
    /// (OST-6, CONFLICT 7).
    UnenlistService {
        orchestration: Name,
        terminate_instances: bool,
    },
    /// Sets or removes a breakpoint before a shape (DBG-2).
    SetBreakpoint {
        breakpoint: Breakpoint,
        on: bool,
    },
    /// A breakpoint stops only where this filter holds, and only from so many such times on; without either always.
    SetCondition {
        breakpoint: Breakpoint,
        filter: String,
        hits: u32,
    },
    /// Sets a variable of an instance, whose text is read as its type.
    SetVariable {
        instance: InstanceId,
        variable: Name,
        value: String,
    },
    /// Replaces the body of a message that an instance has.
    EditMessage {
        instance: InstanceId,
        message: Name,
        body: String,
    },
    /// Tells what the host's memory holds: scarce memory makes instances leave it sooner (DEH-3).
    SetMemoryUsage(MemoryUsage),
    /// The host stops and starts again, in a controlled way or by a crash (5.3 point 6, PER-4).
    RestartHost {
        controlled: bool,
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
    /// Enlists a party in a role with its send ports by port type, in place of an earlier enlistment; without ports it is
    /// unenlisted (RLK-5).
    EnlistParty {
        party: Name,
        role_link_type: Name,
        role: Name,
        ports: BTreeMap<String, String>,
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

/// What starting an orchestration does besides (OST-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartOptions {
    /// Enables the receive locations of the ports it is bound to.
    pub enable_receive_locations: bool,
    /// Resumes its suspended instances.
    pub resume_instances: bool,
    /// Enlists and starts the send ports and groups it is bound to; without it they have to be enlisted.
    pub start_send_ports: bool,
}

impl Default for StartOptions {
    fn default() -> Self {
        Self { enable_receive_locations: false, resume_instances: true, start_send_ports: true }
    }
}

/// What stopping an orchestration does besides (OST-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopOptions {
    /// Disables the receive locations of ports that no other enlisted orchestration is bound to.
    pub disable_receive_locations: bool,
    /// Suspends its running instances; without it they go on (OST-5).
    pub suspend_instances: bool,
}

impl Default for StopOptions {
    fn default() -> Self {
        Self { disable_receive_locations: false, suspend_instances: true }
    }
}
