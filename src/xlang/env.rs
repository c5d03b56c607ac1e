use super::ExceptionTypes;
use crate::message::{DateTime, ExceptionValue, Message, Name, Value};
use crate::xml::SchemaSet;
use std::ops::Range;
use std::sync::Arc;
use uuid::Uuid;

/// An exception leaving an expression.
pub type Raised = Arc<ExceptionValue>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum LogLevel {
    Trace,
    Information,
    Warning,
    Error,
}

/// What is said of a business activity.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum ActivityChange {
    Begun,
    /// Milestones (times) and data, by name.
    Updated(Vec<(String, Value)>),
    /// From now on it may also be told of under this id, until that is ended too.
    Continued {
        by: String,
    },
    /// Another activity belongs to it.
    Related {
        activity: String,
        id: String,
    },
    Ended,
}

/// What a traced text tells while it runs. Texts compiled in the ordinary way tell nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed<'a> {
    /// The text with this number begins.
    Begins(u16),
    /// The statement at these bytes of the text begins.
    Statement(Range<u32>),
    /// What the bytes of the text gave.
    Value(Range<u32>, &'a Value),
}

/// What an expression sees of the running instance. Slots are those the [`super::Symbols`] gave out.
pub trait Env {
    fn variable(&self, slot: u16) -> &Value;
    fn set_variable(&mut self, slot: u16, value: Value);
    /// The message, if constructed.
    fn message(&self, slot: u16) -> Option<&Arc<Message>>;
    /// Replaces the message (a construct).
    fn set_message(&mut self, slot: u16, message: Arc<Message>);
    /// The message to edit inside its construct; a fresh one with the parts of its type when there is none yet.
    fn edit_message(&mut self, slot: u16) -> &mut Message;
    /// `Port(Microsoft.XLANGs.BaseTypes.Address)` and role link parties.
    fn port_property(&self, slot: u16, property: &str) -> Option<Value>;
    fn set_port_property(&mut self, slot: u16, property: &str, value: Value) -> Result<(), Raised>;
    fn correlation_value(&self, slot: u16, property: Name) -> Option<Value>;
    /// Transaction committed (COM-7).
    fn succeeded(&self, slot: u16) -> bool;
    /// `Orchestration(Microsoft.XLANGs.BaseTypes.InstanceId)`.
    fn instance_id(&self) -> Uuid;
    fn now(&self) -> DateTime;
    fn new_guid(&mut self) -> Uuid;
    /// Configuration value of the application, `Orchestrion.Configuration.Get("key")`; an exception when the
    /// store cannot be read.
    fn configuration(&mut self, key: &str) -> Result<Option<String>, Raised>;
    /// Something is said of the business activity with this name and id.
    fn activity(&mut self, activity: &str, id: &str, change: ActivityChange);
    fn log(&mut self, level: LogLevel, source: &str, text: &str);
    /// `transform(Out) = Map(In…)`: runs a map over whole messages.
    fn transform(&mut self, map: &str, inputs: &[Arc<Message>]) -> Result<Vec<Arc<Message>>, Raised>;
    /// A member that is not built in: a stand-in, or mock mode.
    fn component(&mut self, call: ComponentCall<'_>) -> Result<Value, Raised>;
    /// Schemas and pipelines of the application; `None` outside of one.
    fn schemas(&self) -> Option<&SchemaSet> {
        None
    }
    /// Exception types, with those the application declares.
    fn exceptions(&self) -> &ExceptionTypes {
        ExceptionTypes::standard()
    }
    /// A traced text tells what it does.
    fn observe(&mut self, _: Observed<'_>) {}
    /// Takes one unit of work; false when the expression has used up its budget.
    fn burn(&mut self) -> bool;
}

/// A call to a .NET member the language does not know. `target` and `arguments` may be changed (`ref`, `out`,
/// methods that change their object); the caller writes them back.
#[derive(Debug)]
pub struct ComponentCall<'a> {
    pub target: Target<'a>,
    /// Method or property name; `.ctor` for `new`.
    pub member: &'a str,
    pub arguments: &'a mut [Value],
    /// True for a property read or write without parentheses; a write has one argument.
    pub property: bool,
}

#[derive(Debug)]
pub enum Target<'a> {
    /// Full type name of a static member or constructor.
    Static(&'a str),
    Instance(&'a mut Value),
}
