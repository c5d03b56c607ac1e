use super::lifecycle::{Pending, Status};
use crate::engine::routing::Outgoing;
use crate::engine::{InstanceId, SubscriptionId};
use crate::message::{DateTime, ExceptionValue, Message, Name, Value};
use crate::program::{PortBinding, Service};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::sync::Arc;
use thin_vec::ThinVec;

/// One orchestration instance. Copy-on-write as a whole: a snapshot shares it until it runs again. Most instances
/// of a large run wait, so what is nearly always there lies in one piece and what is rare takes a word.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Instance {
    pub id: InstanceId,
    pub service: u16,
    pub status: Status,
    pub pending: Option<Pending>,
    pub state: State,
    /// State at the last persistence point; `None` while `state` still is that, and before the first one: then it
    /// would begin again.
    pub persisted: Option<Arc<State>>,
    /// Something happened since the last persistence point (PER-2).
    pub dirty: bool,
    /// Delivered, not yet consumed.
    pub queue: SmallVec<[Queued; 1]>,
    /// Consumed since the last persistence point: received again after a restore (PER-4).
    pub consumed: SmallVec<[Queued; 1]>,
    /// What it can receive, in order of creation. Places are stable: the queue and the message box name them.
    pub channels: SmallVec<[Channel; 2]>,
    /// When its timer wakes it, while it waits: the first of its delays and time-outs.
    pub wakes: Option<DateTime>,
    pub persistence_points: u32,
    pub created: DateTime,
    pub waiting_since: DateTime,
    /// Why it is suspended or ended.
    pub reason: Option<Box<str>>,
}

impl Instance {
    /// True while a thread is inside an atomic scope: no persistence point, no dehydration (PER-1, DEH-2).
    pub fn in_atomic_scope(&self) -> bool {
        self.state.threads.iter().any(|t| t.scopes.iter().any(|s| s.atomic.is_some()))
    }

    /// Since when it waits, if it is active.
    pub fn idle_since(&self) -> Option<DateTime> {
        (self.status == Status::Active).then_some(self.waiting_since)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queued {
    pub channel: u32,
    pub message: Arc<Message>,
}

/// One thing an instance can receive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    pub key: ChannelKey,
    /// `None` once the subscription is gone, or for the activating message.
    pub subscription: Option<SubscriptionId>,
}

/// Receives with equal keys share a channel: whichever runs first takes the message (E1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ChannelKey {
    /// The message that started the instance, for this receive.
    Activation { receive: u16 },
    /// A receive that follows sets: what it receives, and the values.
    Follow { kind: u32, values: Arc<[Value]> },
    /// Operation of a self-correlating port: the port's token.
    SelfCorrelating { token: SmolStr, operation: Name },
    /// Answer to a request sent on this port of this frame (E5).
    Response { frame: u32, port: u16, token: SmolStr },
    /// Acknowledgement of a send (DN-2).
    Acknowledgement { token: SmolStr },
}

/// What a persistence point saves: progress, variables, messages, correlation (PER-3).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// Called orchestrations have frames of their own; a freed place is used again.
    pub frames: Frames,
    pub threads: SmallVec<[Thread; 1]>,
}

/// Nearly every instance has one.
pub type Frames = SmallVec<[Option<Frame>; 1]>;

/// One activation of a service: the root, or a called orchestration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Frame {
    pub service: u16,
    /// Where to return to.
    pub caller: Option<Caller>,
    pub variables: Box<[Value]>,
    pub messages: Box<[Option<Arc<Message>>]>,
    /// Values of initialised correlation sets.
    pub sets: Box<[Option<Arc<[Value]>>]>,
    /// Only ports that have something to remember.
    pub ports: ThinVec<(u16, PortState)>,
    /// Transactions that committed (COM-7).
    pub committed: ThinVec<u16>,
    /// Messages of the open construct that have not been replaced yet (CON-9).
    pub building: ThinVec<u16>,
    /// Acknowledgements awaited at the end, for sends outside any scope (DN-2).
    pub acknowledgements: ThinVec<u32>,
    /// What the orchestration's transaction, or a compensation block, can undo, oldest first.
    pub children: Vec<Record>,
    /// Records an open Compensate of a compensation block has still to undo, next one last.
    pub compensating: Vec<Record>,
    /// Set in the frame of a compensation block.
    pub compensates: bool,
}

/// A committed transaction that can be compensated, once (COM-4). It survives dehydration and crash (COM-8).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Slot of its name in the service that compensates.
    pub transaction: Option<u16>,
    /// Shape that committed, for events.
    pub shape: Name,
    /// Custom block: service and place.
    pub block: Option<(u16, u32)>,
    /// Variables and messages as of the commit, outer ones too (VIS-2).
    pub frame: Box<Frame>,
    pub children: Vec<Record>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Caller {
    pub frame: u32,
    pub pc: u32,
    pub call: u16,
}

/// Run-time state of a logical port.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PortState {
    /// Assigned address (DYN-1, SCD-6).
    pub address: Option<SmolStr>,
    /// Token of an owned self-correlating port (SCD-1).
    pub token: Option<SmolStr>,
    /// Where the response to the last received request goes.
    pub reply: Option<SmolStr>,
    /// Token of the last request each thread sent here. The answer to an earlier one comes too late, unless the
    /// port is direct (ZMB-2, E5).
    pub requests: Vec<(usize, SmolStr)>,
    /// Binding of the caller's port, for a parameter.
    pub binding: Option<ParameterBinding>,
    /// In the place of a role link: its parties.
    pub parties: Option<Box<Parties>>,
}

/// Who is at the other side of a role link, as party objects (RLK-3, RLK-4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parties {
    pub source: Option<Value>,
    pub destination: Option<Value>,
}

/// A port passed to a called or started orchestration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterBinding {
    /// Service and port that declare it.
    pub service: u16,
    pub port: u16,
}

/// A line of control. Parallel branches are threads of one instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Thread {
    pub frame: u32,
    pub pc: u32,
    pub scopes: ThinVec<ScopeFrame>,
    pub wait: Wait,
    /// The thread whose Parallel Actions shape this branch is of, and the frame it began in.
    pub parent: Option<Parent>,
    /// Its place may be used again.
    pub ended: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parent {
    pub thread: u32,
    pub frame: u32,
    /// Another branch failed: what leaves this one is not raised any further (PAR-4).
    pub forced: bool,
}

/// Why a thread does not go on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Wait {
    #[default]
    No,
    Receive(u16),
    Listen {
        listen: u16,
        deadlines: Box<[Option<DateTime>]>,
    },
    Delay {
        until: DateTime,
        shape: u16,
    },
    /// For the branches of a Parallel Actions shape; then raises what one of them failed with.
    Join {
        failure: Option<Arc<ExceptionValue>>,
    },
    /// For the acknowledgements of the scope (or service) that ends.
    Acknowledgements,
    /// To enter a scope: until its next attempt is due, and the data it shares is free.
    Enter {
        scope: u16,
        not_before: Option<DateTime>,
        /// Attempts that failed.
        attempts: u32,
    },
}

/// An entered scope.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScopeFrame {
    pub scope: u16,
    pub frame: u32,
    /// The exception whose catch block runs.
    pub handling: Option<Arc<ExceptionValue>>,
    pub deadline: Option<DateTime>,
    /// Channels of acknowledgements awaited where this scope ends (DN-2).
    pub acknowledgements: Vec<u32>,
    /// Committed transactions inside, oldest first (COM-1).
    pub children: Vec<Record>,
    /// Records an open Compensate has still to undo, next one last.
    pub compensating: Vec<Record>,
    /// Atomic scope: what to restore on failure, and the sends held until commit (ATM-1, ATM-2).
    pub atomic: Option<Box<AtomicState>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AtomicState {
    /// The frame on entry; what the scope assigns goes back to it.
    pub before: Frame,
    /// Place of the operation that enters the scope.
    pub entry: u32,
    /// Attempts that failed before this one.
    pub attempts: u32,
    pub entered: DateTime,
    pub held: Vec<Held>,
    /// Received inside: another attempt receives it again.
    pub consumed: Vec<Queued>,
    /// Made inside: their subscriptions go when it is rolled back.
    pub channels: Vec<u32>,
}

/// What an atomic scope publishes when it commits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Held {
    Send {
        outgoing: Outgoing,
        /// Channel on which its delivery is acknowledged.
        acknowledgement: Option<u32>,
    },
    Start {
        service: u16,
        frame: Box<Frame>,
    },
}

impl PortState {
    /// A thread sends a request.
    pub fn requested(&mut self, thread: usize, token: SmolStr) {
        self.requests.retain(|(other, _)| *other != thread);
        self.requests.push((thread, token));
    }
}

impl Frame {
    pub fn new(service: &Service, caller: Option<Caller>) -> Self {
        Self {
            service: service.index,
            caller,
            variables: service.variables.iter().map(|v| v.default.clone()).collect(),
            messages: vec![None; service.messages.len()].into(),
            sets: vec![None; service.sets.len()].into(),
            ports: ThinVec::new(),
            committed: ThinVec::new(),
            building: ThinVec::new(),
            acknowledgements: ThinVec::new(),
            children: Vec::new(),
            compensating: Vec::new(),
            compensates: false,
        }
    }

    pub fn port(&self, port: u16) -> Option<&PortState> {
        self.ports.iter().find(|(slot, _)| *slot == port).map(|(_, state)| state)
    }

    /// Changes the state of a port, which starts empty.
    pub fn edit_port(&mut self, port: u16, edit: impl FnOnce(&mut PortState)) {
        match self.ports.iter_mut().find(|(slot, _)| *slot == port) {
            Some((_, state)) => edit(state),
            None => {
                let mut state = PortState::default();
                edit(&mut state);
                self.ports.push((port, state));
            }
        }
    }

    pub fn variable(&self, slot: u16) -> Option<&Value> {
        self.variables.get(usize::from(slot))
    }

    pub fn message(&self, slot: u16) -> Option<&Arc<Message>> {
        self.messages.get(usize::from(slot))?.as_ref()
    }

    pub fn set(&self, slot: u16) -> Option<&Arc<[Value]>> {
        self.sets.get(usize::from(slot))?.as_ref()
    }
}

impl Wait {
    /// When it ends by itself.
    pub fn end(&self) -> Option<DateTime> {
        match self {
            Self::Delay { until, .. } => Some(*until),
            Self::Listen { deadlines, .. } => deadlines.iter().flatten().min().copied(),
            Self::Enter { not_before, .. } => *not_before,
            Self::No | Self::Receive(_) | Self::Join { .. } | Self::Acknowledgements => None,
        }
    }
}

impl Thread {
    pub fn new(frame: u32, pc: u32, parent: Option<Parent>) -> Self {
        Self { frame, pc, scopes: ThinVec::new(), wait: Wait::No, parent, ended: false }
    }

    pub fn is_child_of(&self, thread: usize) -> bool {
        !self.ended && self.parent.as_ref().is_some_and(|p| usize::try_from(p.thread) == Ok(thread))
    }
}

impl State {
    /// A service that begins, with the values of its frame.
    pub fn new(frame: Frame) -> Self {
        let mut state = Self::default();
        let frame = state.add_frame(frame);
        state.threads.push(Thread::new(frame, 0, None));
        state
    }

    /// The first time after `now` at which a delay, a branch of a Listen or the time of a scope is over.
    pub fn next_due(&self, now: DateTime) -> Option<DateTime> {
        let threads = self.threads.iter().filter(|t| !t.ended);
        let scopes =
            |t: &Thread| t.scopes.iter().filter(|s| s.handling.is_none()).filter_map(|s| s.deadline).min();
        threads.flat_map(|t| [t.wait.end(), scopes(t)]).flatten().filter(|due| *due > now).min()
    }

    /// True when a scope, an orchestration or a held send waits for the acknowledgement of this channel.
    pub fn awaits(&self, channel: u32) -> bool {
        let holds = |held: &Held| matches!(held, Held::Send { acknowledgement: Some(number), .. } if *number == channel);
        let scopes = || self.threads.iter().flat_map(|t| &t.scopes);
        scopes().any(|s| s.acknowledgements.contains(&channel))
            || scopes().filter_map(|s| s.atomic.as_deref()).any(|a| a.held.iter().any(holds))
            || self.frames.iter().flatten().any(|f| f.acknowledgements.contains(&channel))
    }

    pub fn frame(&self, frame: u32) -> Option<&Frame> {
        self.frames.get(usize::try_from(frame).ok()?)?.as_ref()
    }

    pub fn frame_mut(&mut self, frame: u32) -> Option<&mut Frame> {
        self.frames.get_mut(usize::try_from(frame).ok()?)?.as_mut()
    }

    /// Puts a frame in the first free place.
    pub fn add_frame(&mut self, frame: Frame) -> u32 {
        let at = match self.frames.iter().position(Option::is_none) {
            Some(at) => at,
            None => {
                self.frames.push(None);
                self.frames.len() - 1
            }
        };
        if let Some(place) = self.frames.get_mut(at) {
            *place = Some(frame);
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    pub fn remove_frame(&mut self, frame: u32) -> Option<Frame> {
        self.frames.get_mut(usize::try_from(frame).ok()?)?.take()
    }
}

/// Binding of a port of a frame: its own, or that of the caller's port for a parameter.
pub fn binding_of(services: &[Service], frame: &Frame, port: u16) -> PortBinding {
    let declared = services.get(usize::from(frame.service)).and_then(|s| s.port(port)).map(|p| p.binding);
    match (declared, frame.port(port).and_then(|p| p.binding)) {
        (Some(PortBinding::Parameter), Some(passed)) => services
            .get(usize::from(passed.service))
            .and_then(|s| s.port(passed.port))
            .map_or(PortBinding::Unbound, |p| p.binding),
        (Some(binding), _) => binding,
        (None, _) => PortBinding::Unbound,
    }
}
