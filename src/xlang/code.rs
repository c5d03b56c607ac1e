//! The resolved tree: what compiling gives and running walks. Names are slots here, members are functions.

use super::dotnet::Member;
use super::syntax::{BinaryOp, Span};
use super::{Env, MessageType, Observed, Raised};
use crate::message::{Name, NodePath, Value, ValueType};
use crate::model::Direction;
use smol_str::SmolStr;
use std::fmt;
use std::sync::Arc;

/// A compiled text. Cheap to clone, shared by all instances.
#[derive(Clone)]
pub struct Code(pub(super) Arc<Program>);

#[derive(Debug)]
pub(super) struct Program {
    pub value: Option<Node>,
    pub steps: Vec<Step>,
    /// Number under which a traced text tells what it does, see [`super::Observed`].
    pub tag: Option<u16>,
}

impl Code {
    /// Runs the statements of an Expression or Message Assignment.
    ///
    /// # Errors
    /// The exception that left the text.
    pub fn run(&self, env: &mut dyn Env) -> Result<(), Raised> {
        self.begins(env);
        super::eval::steps(&self.0.steps, env)
    }

    /// Value of the text of a condition, delay, timeout, message or initial value; null for statements.
    ///
    /// # Errors
    /// The exception that left the text.
    pub fn eval(&self, env: &mut dyn Env) -> Result<Value, Raised> {
        self.begins(env);
        let value = match &self.0.value {
            Some(node) => super::eval::value(node, env)?,
            None => Value::Null,
        };
        super::eval::steps(&self.0.steps, env)?;
        Ok(value)
    }

    fn begins(&self, env: &mut dyn Env) {
        if let Some(tag) = self.0.tag {
            env.observe(Observed::Begins(tag));
        }
    }

    /// The value, when it does not depend on anything.
    pub fn constant(&self) -> Option<&Value> {
        match &self.0.value {
            Some(Node::Constant(value)) if self.0.steps.is_empty() => Some(value),
            _ => None,
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Equal when they are the same compilation.
impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Debug)]
pub(super) enum Step {
    /// In a traced text: the statement written here begins.
    Mark(Span),
    Variable(u16, Node),
    Assign(Place, Node),
    Do(Node),
    If(Vec<(Node, Vec<Step>)>, Vec<Step>),
    While(Node, Vec<Step>),
    Throw(Node),
    /// `to(*) = from(*)`.
    CopyContext {
        from: MessageRef,
        to: MessageRef,
    },
    /// The map is a name, or a `System.Type`.
    Transform {
        map: Node,
        outputs: Vec<MessageRef>,
        inputs: Vec<MessageRef>,
    },
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    /// In a traced text: the value of what is written here.
    At(Span, Box<Node>),
    Constant(Value),
    Variable(u16),
    Message(MessageRef),
    Part(MessageRef, usize),
    Field(Arc<Field>),
    Property(Arc<ContextProperty>),
    Exists(Arc<ContextProperty>),
    PortProperty(u16, SmolStr),
    CorrelationValue(u16, Name),
    InstanceId,
    Succeeded(u16),
    /// Source (none: an empty document) and expression.
    XPath(Box<(Option<Node>, Node)>),
    Not(Box<Node>),
    Negate(Box<Node>, bool),
    Complement(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Concat(Vec<Node>),
    Binary(BinaryOp, bool, Box<(Node, Node)>),
    Convert(Box<Node>, ValueType, Conversion),
    Invoke(Arc<Invoke>),
    /// Message, content and name of a part added to it.
    AddPart(Box<(MessageRef, Node, Node)>),
}

impl Node {
    /// The node itself, in a traced text too.
    pub fn bare(&self) -> &Self {
        match self {
            Self::At(_, inner) => inner.bare(),
            other => other,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conversion {
    /// Of an assignment or argument.
    Implicit,
    /// Written `(T)e`; checked when overflow raises.
    Cast { checked: bool },
}

/// A message variable.
#[derive(Clone, Debug)]
pub(super) struct MessageRef {
    pub slot: u16,
    pub name: Name,
    pub message_type: Arc<MessageType>,
}

/// A distinguished field, or a field of a class message.
#[derive(Debug)]
pub(super) struct Field {
    pub message: MessageRef,
    pub part: usize,
    pub path: NodePath,
    /// Position in the class, for a class message.
    pub class_field: Option<usize>,
    pub value_type: ValueType,
    /// Property that follows the field, with the longest text it holds (MA-5).
    pub promoted: Option<(Name, ValueType, Option<u32>)>,
}

/// `Msg(Prop)`.
#[derive(Debug)]
pub(super) struct ContextProperty {
    pub message: MessageRef,
    pub name: Name,
    pub value_type: ValueType,
    /// The field behind a data property.
    pub field: Option<Arc<Field>>,
}

/// Something that can be written, also back after a call that changed it.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Variable(u16, ValueType),
    Message(MessageRef),
    Part(MessageRef, usize),
    Field(Arc<Field>),
    Property(Arc<ContextProperty>),
    PortProperty(u16, SmolStr),
    XPath(Box<(MessageRef, usize, Node)>),
    Member(Arc<MemberPlace>),
}

/// Property of an object: read the object, change it, write it back.
#[derive(Debug)]
pub(super) struct MemberPlace {
    pub object: Node,
    pub place: Option<Place>,
    pub member: SmolStr,
    pub setter: Option<&'static Member>,
}

/// A call, or a property of an object or type.
#[derive(Debug)]
pub(super) struct Invoke {
    pub receiver: Receiver,
    pub member: SmolStr,
    /// The built-in member; otherwise found by the object at run time, or a component's.
    pub known: Option<&'static Member>,
    pub arguments: Vec<CallArgument>,
    pub property: bool,
}

#[derive(Debug)]
pub(super) enum Receiver {
    Type(SmolStr),
    Object { node: Node, place: Option<Place>, declared: ValueType },
}

#[derive(Debug)]
pub(super) struct CallArgument {
    pub node: Node,
    pub direction: Direction,
    pub place: Option<Place>,
}
