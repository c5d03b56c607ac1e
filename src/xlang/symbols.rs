use super::ExceptionTypes;
use crate::message::{ClassInfo, Name, ValueType};
use crate::xml::RootSchema;
use std::sync::Arc;

/// Names an expression may use, resolved. Local names win over .NET namespaces.
pub trait Symbols {
    /// A message, variable, port, role link, correlation set or caught exception in scope.
    fn symbol(&self, name: &str) -> Option<Symbol>;
    /// Slot of a transaction by its identifier, for `succeeded(T)`.
    fn transaction(&self, name: &str) -> Option<u16>;
    /// A property by its dotted name: built-in (`BTS.MessageType`) or of a property schema.
    fn property(&self, dotted: &str) -> Option<PropertyInfo>;
    /// True for the full name of an orchestration, whose `InstanceId` can be read.
    fn is_orchestration(&self, dotted: &str) -> bool;
    /// True for the name of a map, for `typeof(Map)` and `transform`.
    fn is_map(&self, dotted: &str) -> bool;
    /// A class message type by name, for `new`.
    fn class(&self, dotted: &str) -> Option<Arc<ClassInfo>>;
    /// Exception types, with those the application declares.
    fn exceptions(&self) -> &ExceptionTypes {
        ExceptionTypes::standard()
    }
    /// A number for the text being compiled makes it tell what it does, see [`super::Observed`].
    fn tag(&self) -> Option<u16> {
        None
    }
    /// Where a name is declared that is not in scope, in words: "a variable of Scope_1".
    fn elsewhere(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
    /// Names in scope, for "did you mean".
    fn names(&self) -> Vec<String>;
}

#[derive(Clone, Debug)]
pub enum Symbol {
    Variable { slot: u16, value_type: ValueType },
    Message { slot: u16, message_type: Arc<MessageType> },
    Port { slot: u16 },
    RoleLink { slot: u16 },
    CorrelationSet { slot: u16, properties: Arc<[Name]> },
}

/// Static type of a message: its parts, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageType {
    pub name: Name,
    pub parts: Vec<(Name, PartType)>,
    /// Index of the body part.
    pub body: usize,
    /// False for a message of a plain schema, class or .NET type, which is its own single part:
    /// then `Msg.Field` means a field of the body. For a multi-part type `Msg.Part.Field`.
    pub multipart: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PartType {
    Schema(Arc<RootSchema>),
    Class(Arc<ClassInfo>),
    /// `System.Xml.XmlDocument`: untyped.
    Xml,
    /// A plain .NET value, e.g. `System.String`.
    Value(ValueType),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyInfo {
    pub name: Name,
    pub value_type: ValueType,
    /// A data property belongs to messages whose schema promotes it; a context property to any (MSG-9).
    pub data: bool,
}
