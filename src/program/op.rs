use super::Group;
use crate::message::Name;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// One operation of a service. Indices point into the tables of its [`super::Service`]; targets are places in
/// its `ops`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// The shape starts; its end follows as [`Op::Completed`].
    Started(u16),
    Completed(u16),
    /// Runs the initial values of variables `from..to` and resets sets declared in the scope.
    Initialize {
        variables: (u16, u16),
        sets: (u16, u16),
        messages: (u16, u16),
    },
    Receive(u16),
    Send(u16),
    Listen(u16),
    /// Waits until the time the code gives.
    Delay {
        code: u16,
        shape: u16,
    },
    Run(u16),
    /// Goes on at `target` when the condition is false.
    Unless {
        code: u16,
        target: u32,
    },
    Jump(u32),
    /// Messages listed are built from here on, until [`Op::Constructed`].
    Construct(Box<[u16]>),
    Constructed(Box<[u16]>),
    Transform(u16),
    /// Runs a policy.
    CallRules(u16),
    EnterScope(u16),
    /// Normal end of a scope's body.
    LeaveScope(u16),
    /// Normal end of a catch block.
    LeaveCatch(u16),
    Call(u16),
    StartService(u16),
    /// Throws the exception in this variable; `None` rethrows the caught one.
    Throw(Option<u16>),
    Suspend {
        code: Option<u16>,
        shape: u16,
    },
    Terminate {
        code: Option<u16>,
        shape: u16,
    },
    /// Runs branches side by side; goes on at `join` when all have ended (PAR-1).
    Parallel {
        branches: Box<[u32]>,
        join: u32,
    },
    EndBranch,
    /// Undoes what this transaction committed; `None` is the transaction whose handler this is (CMP-2, CMP-3).
    Compensate(Option<u16>),
    /// Default handler: undoes the committed children, newest first, then raises again (6.5 step 4).
    CompensateAndRaise,
    EndCompensation,
    /// End of the service: returns to the caller or ends the instance.
    End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeInfo {
    pub id: Name,
    pub name: SmolStr,
    pub kind: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegKind {
    Request,
    Response,
    /// Fault of the operation, by place.
    Fault(u16),
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReceiveInfo {
    pub shape: u16,
    pub port: u16,
    pub operation: Name,
    pub message: u16,
    pub leg: LegKind,
    pub activate: bool,
    /// Filter in DNF; empty is no filter.
    pub filter: Vec<Group>,
    pub initializes: Vec<u16>,
    pub follows: Vec<u16>,
    /// One of a parallel convoy: another of its receives may have initialised the sets (CVY-21).
    pub convoy: bool,
    /// Receives that take the same things through the same port, in any orchestration, have the same kind: they
    /// share their subscriptions (E1).
    pub kind: u32,
    /// Type to match; `None` for an untyped message.
    pub message_type: Option<SmolStr>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendInfo {
    pub shape: u16,
    pub port: u16,
    pub operation: Name,
    pub message: u16,
    pub leg: LegKind,
    pub initializes: Vec<u16>,
    pub follows: Vec<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenBranch {
    Receive { receive: u16, branch: u16, target: u32 },
    Delay { code: u16, shape: u16, branch: u16, target: u32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    None,
    LongRunning {
        timeout: Option<u16>,
    },
    Atomic {
        /// Runs again after an exception that asks for it (ATM-4).
        retry: bool,
        /// Seconds after which the commit fails; only a distributed transaction has it (CONFLICT 2).
        timeout: Option<u32>,
    },
}

/// What the shapes of a scope use of their frame, handlers included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    pub reads: BTreeSet<ArgumentSlot>,
    pub writes: BTreeSet<ArgumentSlot>,
}

impl Touched {
    /// True when one of the two assigns what the other uses.
    pub fn conflicts(&self, other: &Self) -> bool {
        !self.writes.is_disjoint(&other.writes)
            || !self.writes.is_disjoint(&other.reads)
            || !self.reads.is_disjoint(&other.writes)
    }

    pub fn add(&mut self, other: &Self) {
        self.reads.extend(&other.reads);
        self.writes.extend(&other.writes);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeInfo {
    /// `None` for the transaction of the orchestration itself.
    pub shape: Option<u16>,
    pub kind: ScopeKind,
    /// Other branches wait with their synchronized scopes while this one uses the same data (SCP-7, SCP-8).
    pub synchronized: bool,
    pub touched: Touched,
    /// Slot in `transactions`.
    pub transaction: Option<u16>,
    /// Custom compensation block; `None` compensates the children (COM-1, COM-2).
    pub compensation: Option<u32>,
    /// Specific types first (CONFLICT 20).
    pub catches: Vec<CatchInfo>,
    /// Place after the scope and its handlers.
    pub end: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatchInfo {
    pub id: Name,
    pub exception: CatchMatch,
    /// Variable slot of the exception object.
    pub variable: Option<u16>,
    /// Message slot of a caught fault.
    pub message: Option<u16>,
    pub target: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatchMatch {
    General,
    Exception(SmolStr),
    Fault { port: u16, operation: Name, fault: Name },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallInfo {
    pub shape: u16,
    /// False for Start Orchestration.
    pub synchronous: bool,
    /// Called service.
    pub service: u16,
    pub arguments: Vec<Argument>,
    /// Slot in `transactions` set when the call finished (CMP-2). A finished call can be compensated.
    pub transaction: Option<u16>,
}

/// An argument: a slot of the caller to a slot of the callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    pub from: ArgumentSlot,
    pub to: ArgumentSlot,
    /// Value goes in before the call.
    pub copy_in: bool,
    /// Value comes back when the call ends, in whatever way (CAL-3).
    pub copy_out: bool,
}

/// A slot of a frame that a call can pass and scopes can share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArgumentSlot {
    Variable(u16),
    Message(u16),
    Set(u16),
    Port(u16),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesInfo {
    pub shape: u16,
    /// Policy without version.
    pub name: Name,
    /// Place in [`super::Program::policies`]; `None` raises, as nothing that fits is deployed.
    pub policy: Option<u16>,
    pub arguments: Vec<RuleArgument>,
}

/// A message part or variable of the caller, and its slot in the working memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleArgument {
    pub from: ArgumentSlot,
    /// `None` passes the whole message.
    pub part: Option<u16>,
    pub to: ArgumentSlot,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransformInfo {
    pub shape: u16,
    pub map: Name,
    /// Message and part place; `None` is the body.
    pub inputs: Vec<(u16, Option<u16>)>,
    pub outputs: Vec<(u16, Option<u16>)>,
}
