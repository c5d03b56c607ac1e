use super::property::is_default;
use super::{Id, TypeModifier};
use serde::{Deserialize, Serialize};

/// A message variable of an orchestration or scope.
///
/// `message_type` names, in this order: a multi-part message type (`Namespace.Name` or bare within the
/// module), a schema root (`Schema` type name, or `Schema.Root` of a multi-root schema), a class message, or
/// `System.Xml.XmlDocument` for an untyped message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    pub message_type: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

/// A variable of an orchestration or scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    /// .NET type name, e.g. `System.Int32`.
    pub variable_type: String,
    /// An expression, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_value: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub use_default_constructor: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

/// A multi-part message type; exactly one part is the body (MSG-1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MultipartType {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    #[serde(default, skip_serializing_if = "is_default")]
    pub modifier: TypeModifier,
    pub parts: Vec<PartDeclaration>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

impl MultipartType {
    /// The part marked as body, else the first.
    pub fn body(&self) -> Option<&PartDeclaration> {
        self.parts.iter().find(|p| p.body).or_else(|| self.parts.first())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartDeclaration {
    pub name: String,
    /// Schema root, class message or .NET type, as for [`Message::message_type`].
    pub part_type: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub body: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

/// A message type defined by a class instead of a schema (MSG-4): named, typed fields in order.
/// Wire form: root `name` in `namespace`, one child element a field, in declaration order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassType {
    /// Full class name, e.g. `Southridge.SchemaClasses.Routing`.
    pub name: String,
    /// Root element and namespace of the wire form.
    pub root: String,
    #[serde(default)]
    pub namespace: String,
    pub fields: Vec<ClassField>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassField {
    pub name: String,
    /// .NET type name, e.g. `System.String`.
    pub field_type: String,
    /// Property this field is promoted to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promoted: Option<String>,
    /// Longest value kept when promoted; a longer one is cut (MSG-5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
}

/// Message types made from a web reference; kept for round trips, used like multi-part types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebMessageType {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    #[serde(default, skip_serializing_if = "is_default")]
    pub modifier: TypeModifier,
    pub url: String,
    pub operations: Vec<WebOperation>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebOperation {
    pub name: String,
    pub operation: String,
    /// True for the response message of the operation.
    pub response: bool,
    pub parts: Vec<PartDeclaration>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// An ordered list of properties, at least one (COR-1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrelationType {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    #[serde(default, skip_serializing_if = "is_default")]
    pub modifier: TypeModifier,
    /// Full property names.
    pub properties: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

/// An instance of a correlation type, with values once initialised (COR-1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrelationSet {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    pub correlation_type: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}
