use super::property::{is_default, is_true, yes};
use super::{CorrelationSet, Direction, Filter, Id, Message, Variable};
use serde::{Deserialize, Serialize};

/// A sequence of shapes; drawn top to bottom, run in this order.
pub type Block = Vec<Shape>;

/// One shape of the process area. Every shape has a name and an identity (G-7).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    pub id: Id,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub report_to_analyst: bool,
    pub kind: ShapeKind,
}

/// What a shape does, with every property of `semantics.md` section 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShapeKind {
    Receive(Receive),
    Send(Send),
    Construct(Construct),
    MessageAssignment(Code),
    Transform(Transform),
    Expression(Code),
    Decide(Branches),
    Delay(Code),
    Listen(Branches),
    Parallel(Branches),
    Loop(Loop),
    Scope(Scope),
    Call(Call),
    Start(Call),
    CallRules(CallRules),
    Throw(Throw),
    Compensate(Compensate),
    Suspend(Code),
    Terminate(Code),
    Group(Group),
}

impl Default for ShapeKind {
    fn default() -> Self {
        Self::Group(Group::default())
    }
}

/// XLANG/s text, as written: statements in an Expression or Message Assignment, one expression elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    pub text: String,
}

/// The leg of an operation a Receive or Send uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leg {
    #[default]
    Request,
    Response,
    /// A fault of the operation, by its name.
    Fault(String),
}

/// Receive (section 1.2). Empty names mean "not configured yet".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receive {
    pub port: String,
    pub operation: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub leg: Leg,
    pub message: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub activate: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filter: Filter,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initializes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
    /// Port type when `port` names a role link.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role_port_type: String,
    /// Role of that port type, needed when the role link type is not part of the application.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
}

/// Send (section 1.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Send {
    pub port: String,
    pub operation: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub leg: Leg,
    pub message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initializes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
    /// Port type when `port` names a role link.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role_port_type: String,
    /// Role of that port type, needed when the role link type is not part of the application.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
}

/// Construct Message: holds only Message Assignment and Transform shapes (CON-2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Construct {
    /// Messages Constructed.
    pub messages: Vec<String>,
    #[serde(default)]
    pub body: Block,
}

/// Transform: applies a map inside a Construct (TRF-1..TRF-5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transform {
    pub map: String,
    pub inputs: Vec<PartRef>,
    pub outputs: Vec<PartRef>,
}

/// A message, or one of its parts when `part` is not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRef {
    pub message: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub part: String,
}

/// Decide, Listen and Parallel Actions: branches, drawn left to right.
/// The last branch of a Decide is its else branch and has no condition (DEC-1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branches {
    pub branches: Vec<Branch>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    pub id: Id,
    pub name: String,
    /// Boolean expression of a Decide rule; empty elsewhere and on the else branch.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    #[serde(default)]
    pub body: Block,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub report_to_analyst: bool,
}

/// Loop: a pre-tested while (LOP-1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loop {
    pub condition: String,
    #[serde(default)]
    pub body: Block,
}

/// Transaction of a scope or orchestration, with the properties that apply to each type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transaction {
    #[default]
    None,
    LongRunning(LongRunning),
    Atomic(Atomic),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LongRunning {
    /// Expression giving seconds or a TimeSpan; empty is no time-out (LRT-3).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub timeout: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Atomic {
    /// Retry on RetryTransactionException or PersistenceException (ATM-4).
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub retry: bool,
    /// Kept for round trips; never used.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub batch: bool,
    /// Seconds.
    pub timeout: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub isolation: IsolationLevel,
    /// Fail the commit when the time-out has passed (CONFLICT 2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub distributed: bool,
}

impl Default for Atomic {
    fn default() -> Self {
        Self {
            retry: true,
            batch: true,
            timeout: 60,
            isolation: IsolationLevel::default(),
            distributed: false,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum IsolationLevel {
    #[default]
    Serializable,
    RepeatableRead,
    ReadCommitted,
}

/// Scope (section 1.12): body, catch blocks, compensation block, own declarations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    #[serde(default, skip_serializing_if = "is_default")]
    pub transaction: Transaction,
    /// Transaction Identifier, named by Compensate and `succeeded()`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub transaction_id: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub synchronized: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub correlation_sets: Vec<CorrelationSet>,
    #[serde(default)]
    pub body: Block,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catches: Vec<Catch>,
    /// Custom compensation block; `None` is the default compensation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensation: Option<Compensation>,
}

/// Catch Exception block (CAT-1, CAT-2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catch {
    pub id: Id,
    pub name: String,
    pub exception: CatchType,
    /// Exception Object Name; empty for General Exception.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub variable: String,
    #[serde(default)]
    pub body: Block,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub report_to_analyst: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CatchType {
    #[default]
    General,
    /// .NET exception type name.
    Exception(String),
    /// A fault message of a request-response operation.
    Fault { port: String, operation: String, fault: String },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compensation {
    pub id: Id,
    pub name: String,
    #[serde(default)]
    pub body: Block,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub report_to_analyst: bool,
}

/// Call Orchestration and Start Orchestration (section 1.13).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Full orchestration name.
    pub orchestration: String,
    /// Identifier by which a finished call is compensated; Call only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub identifier: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Argument>,
}

/// An argument: the name of a message, variable, correlation set, role link or port of the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub direction: Direction,
}

/// Call Rules (section 1.14).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRules {
    pub policy: String,
    /// `None` is the latest deployed version (RUL-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<PartRef>,
}

/// Throw Exception. `None` means General Exception: rethrow the caught one (THR-2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throw {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<String>,
}

/// Compensate: names a transaction, not a shape (CMP-2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compensate {
    pub transaction: String,
}

/// Group: purely visual, never compiled (GRP-1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    #[serde(default)]
    pub body: Block,
}

/// Where a block of shapes hangs in its owner; with the owner's id this addresses every block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BlockSlot {
    /// Body of a loop, scope, group or construct.
    Body,
    /// Branch of a Decide, Listen or Parallel, or a catch block, by its id.
    Branch(Id),
    Catch(Id),
    Compensation,
}

impl Shape {
    /// The blocks directly inside, in drawn order.
    pub fn blocks(&self) -> Vec<(BlockSlot, &Block)> {
        self.kind.blocks()
    }

    /// As [`Shape::blocks`], to edit.
    pub fn blocks_mut(&mut self) -> Vec<(BlockSlot, &mut Block)> {
        self.kind.blocks_mut()
    }

    /// True when this is the id of one of its branches, catch blocks or its compensation block.
    pub fn has_block(&self, id: &Id) -> bool {
        let (_, branches, catches, compensation) = self.kind.inside();
        branches.iter().any(|b| b.id == *id)
            || catches.iter().any(|c| c.id == *id)
            || compensation.is_some_and(|c| c.id == *id)
    }

    /// Calls `visit` on this shape and everything inside it, outer before inner.
    pub fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a Shape)) {
        visit(self);
        let (body, branches, catches, compensation) = self.kind.inside();
        let inner = branches.iter().map(|b| &b.body).chain(catches.iter().map(|c| &c.body));
        for shape in body.into_iter().chain(inner).chain(compensation.map(|c| &c.body)).flatten() {
            shape.visit(visit);
        }
    }
}

impl ShapeKind {
    /// The blocks directly inside, in drawn order.
    pub fn blocks(&self) -> Vec<(BlockSlot, &Block)> {
        let (body, branches, catches, compensation) = self.inside();
        let body = body.map(|body| (BlockSlot::Body, body));
        body.into_iter()
            .chain(branches.iter().map(|b| (BlockSlot::Branch(b.id.clone()), &b.body)))
            .chain(catches.iter().map(|c| (BlockSlot::Catch(c.id.clone()), &c.body)))
            .chain(compensation.map(|c| (BlockSlot::Compensation, &c.body)))
            .collect()
    }

    /// What holds shapes: a body, branches, catch blocks and a compensation block.
    fn inside(&self) -> (Option<&Block>, &[Branch], &[Catch], Option<&Compensation>) {
        match self {
            Self::Construct(c) => (Some(&c.body), &[], &[], None),
            Self::Loop(l) => (Some(&l.body), &[], &[], None),
            Self::Group(g) => (Some(&g.body), &[], &[], None),
            Self::Decide(b) | Self::Listen(b) | Self::Parallel(b) => (None, &b.branches, &[], None),
            Self::Scope(s) => (Some(&s.body), &[], &s.catches, s.compensation.as_ref()),
            _ => (None, &[], &[], None),
        }
    }

    /// As [`ShapeKind::blocks`], to edit.
    pub fn blocks_mut(&mut self) -> Vec<(BlockSlot, &mut Block)> {
        match self {
            Self::Construct(c) => vec![(BlockSlot::Body, &mut c.body)],
            Self::Loop(l) => vec![(BlockSlot::Body, &mut l.body)],
            Self::Group(g) => vec![(BlockSlot::Body, &mut g.body)],
            Self::Decide(b) | Self::Listen(b) | Self::Parallel(b) => {
                b.branches.iter_mut().map(|b| (BlockSlot::Branch(b.id.clone()), &mut b.body)).collect()
            }
            Self::Scope(s) => std::iter::once((BlockSlot::Body, &mut s.body))
                .chain(s.catches.iter_mut().map(|c| (BlockSlot::Catch(c.id.clone()), &mut c.body)))
                .chain(s.compensation.iter_mut().map(|c| (BlockSlot::Compensation, &mut c.body)))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The branches of a Decide, Listen or Parallel Actions.
    pub fn branches(&self) -> Option<&Branches> {
        match self {
            Self::Decide(b) | Self::Listen(b) | Self::Parallel(b) => Some(b),
            _ => None,
        }
    }

    /// As [`ShapeKind::branches`], to edit.
    pub fn branches_mut(&mut self) -> Option<&mut Branches> {
        match self {
            Self::Decide(b) | Self::Listen(b) | Self::Parallel(b) => Some(b),
            _ => None,
        }
    }

    /// BizTalk's name of the shape, as in the toolbox.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Receive(_) => "Receive",
            Self::Send(_) => "Send",
            Self::Construct(_) => "Construct Message",
            Self::MessageAssignment(_) => "Message Assignment",
            Self::Transform(_) => "Transform",
            Self::Expression(_) => "Expression",
            Self::Decide(_) => "Decide",
            Self::Delay(_) => "Delay",
            Self::Listen(_) => "Listen",
            Self::Parallel(_) => "Parallel Actions",
            Self::Loop(_) => "Loop",
            Self::Scope(_) => "Scope",
            Self::Call(_) => "Call Orchestration",
            Self::Start(_) => "Start Orchestration",
            Self::CallRules(_) => "Call Rules",
            Self::Throw(_) => "Throw Exception",
            Self::Compensate(_) => "Compensate",
            Self::Suspend(_) => "Suspend",
            Self::Terminate(_) => "Terminate",
            Self::Group(_) => "Group",
        }
    }
}
