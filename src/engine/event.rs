use super::{InstanceId, SubscriptionId, TransmissionId};
use crate::message::{DateTime, Message, MessageId, Name, Value};
use crate::program::Group;
use crate::xlang::{ActivityChange, LogLevel};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// One observable happening. Ordered by `seq`; several may share a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub seq: u64,
    pub at: DateTime,
    pub kind: EventKind,
}

/// Every event of Annex C.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EventKind {
    /// A receive location took a message in.
    MessageReceived {
        location: Name,
        port: Name,
        bytes: usize,
    },
    /// Built in a Construct shape, not published (CON-7).
    MessageConstructed {
        instance: InstanceId,
        message: Arc<Message>,
        variable: Name,
    },
    MessagePublished {
        message: Arc<Message>,
        publisher: Publisher,
    },
    SubscriptionMatched {
        subscription: SubscriptionId,
        message: MessageId,
        owner: Subscriber,
    },
    RoutingFailed {
        message: MessageId,
        reason: String,
    },
    /// A message that cannot go on, kept with its reason (principle 10).
    MessageSuspended {
        message: MessageId,
        instance: InstanceId,
        reason: String,
        resumable: bool,
    },
    Instance {
        instance: InstanceId,
        service: Name,
        change: InstanceChange,
    },
    ShapeStarted {
        instance: InstanceId,
        service: Name,
        shape: Name,
    },
    ShapeCompleted {
        instance: InstanceId,
        service: Name,
        shape: Name,
    },
    SubscriptionAdded {
        subscription: SubscriptionId,
        owner: Subscriber,
        /// The predicates as in the message box, which shares them.
        groups: Arc<[Group]>,
    },
    SubscriptionRemoved {
        subscription: SubscriptionId,
    },
    SetInitialized {
        instance: InstanceId,
        set: Name,
        values: Vec<(Name, Value)>,
    },
    MessageEnqueued {
        instance: InstanceId,
        message: MessageId,
    },
    MessageConsumed {
        instance: InstanceId,
        message: MessageId,
        shape: Name,
    },
    PersistencePoint {
        instance: InstanceId,
        cause: PersistenceCause,
    },
    ScopeCommitted {
        instance: InstanceId,
        scope: Name,
    },
    ScopeAborted {
        instance: InstanceId,
        scope: Name,
    },
    /// An atomic scope that was rolled back is tried again (ATM-4).
    ScopeRetry {
        instance: InstanceId,
        scope: Name,
        due: DateTime,
    },
    ScopeCompensated {
        instance: InstanceId,
        scope: Name,
    },
    ExceptionThrown {
        instance: InstanceId,
        exception: String,
        message: String,
    },
    ExceptionCaught {
        instance: InstanceId,
        exception: String,
        scope: Name,
    },
    PortAttempt {
        port: Name,
        instance: InstanceId,
        message: MessageId,
        transmission: TransmissionId,
        address: String,
        attempt: u32,
    },
    PortRetry {
        port: Name,
        instance: InstanceId,
        due: DateTime,
    },
    /// Outside its service window, which opens then (TX-8).
    PortScheduled {
        port: Name,
        instance: InstanceId,
        due: DateTime,
    },
    PortBackup {
        port: Name,
        instance: InstanceId,
    },
    PortSent {
        port: Name,
        instance: InstanceId,
        message: MessageId,
    },
    PortFailed {
        port: Name,
        instance: InstanceId,
        message: MessageId,
        error: String,
    },
    AckPublished {
        port: Name,
        message: MessageId,
        negative: bool,
    },
    AckConsumed {
        instance: InstanceId,
        negative: bool,
    },
    BreakpointHit {
        instance: InstanceId,
        service: Name,
        shape: Name,
    },
    Logged {
        level: LogLevel,
        source: String,
        text: String,
    },
    /// A rule of a policy fired (section 1.14).
    RuleFired {
        instance: InstanceId,
        /// Name and version: `Discount 1.0`.
        policy: Name,
        rule: Name,
    },
    /// A business activity begins, goes on or ends (section 8.5).
    Activity {
        instance: InstanceId,
        activity: Name,
        id: String,
        change: ActivityChange,
    },
    /// An expression used custom code: a script answered, or mock mode.
    ComponentCalled {
        instance: InstanceId,
        /// `Class.Member`, or `new Class`.
        member: String,
        /// As text, long ones cut.
        arguments: Vec<String>,
        result: String,
        mocked: bool,
    },
    /// A person set a variable of an instance that stood still.
    VariableSet {
        instance: InstanceId,
        variable: Name,
        value: Value,
    },
    /// A person changed a message of an instance that stood still: it holds this one now.
    MessageEdited {
        instance: InstanceId,
        message: Arc<Message>,
        variable: Name,
    },
    /// Orchestration, port, group or location changed its state.
    StateChanged {
        artefact: Name,
        state: Name,
    },
    OperationRefused {
        reason: String,
    },
}

/// Who published a message (PUB-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Publisher {
    ReceivePort(Name),
    Orchestration {
        instance: InstanceId,
        port: Name,
    },
    SendPortReply(Name),
    Acknowledgement(Name),
    /// A tool, a test.
    External,
}

/// Whose subscription it is (SUB-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subscriber {
    /// Activation subscription of an orchestration.
    Activation {
        service: Name,
    },
    /// Instance subscription: the receive waits at this port.
    Instance {
        instance: InstanceId,
        port: Name,
    },
    SendPort(Name),
    SendPortGroup(Name),
}

/// Life-cycle changes (section 5.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InstanceChange {
    Created,
    Ready,
    Active,
    /// Blocked at a receive, listen, delay or acknowledgement; still in memory.
    Waiting {
        at: Name,
    },
    Dehydrated,
    Rehydrated,
    /// Stopped before a shape (DBG-5).
    InBreakpoint,
    /// Goes on from its breakpoint.
    Continued,
    Suspended {
        reason: String,
        resumable: bool,
    },
    PendingOperation {
        operation: Name,
    },
    Resumed,
    Terminated {
        reason: String,
    },
    Completed,
    /// Ended with unconsumed messages: a zombie, error 0xC0C01B4C (ZMB-1).
    Discarded {
        messages: u32,
        terminated: bool,
    },
}

/// Section 5.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PersistenceCause {
    ScopeEnd,
    Breakpoint,
    Send,
    Start,
    Suspended,
    Shutdown,
    Dehydrated,
    Finished,
}

impl fmt::Display for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReceivePort(name) => write!(f, "receive port {name}"),
            Self::Orchestration { instance, port } => write!(f, "{instance} at {port}"),
            Self::SendPortReply(name) => write!(f, "reply at send port {name}"),
            Self::Acknowledgement(name) => write!(f, "acknowledgement of send port {name}"),
            Self::External => f.write_str("operator"),
        }
    }
}

impl fmt::Display for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Activation { service } => write!(f, "activation of {service}"),
            Self::Instance { instance, port } => write!(f, "{instance} at {port}"),
            Self::SendPort(name) => write!(f, "send port {name}"),
            Self::SendPortGroup(name) => write!(f, "send port group {name}"),
        }
    }
}
