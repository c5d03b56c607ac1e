use super::property::{is_default, is_true, yes};
use super::{Direction, Id, Leg, TypeModifier};
use serde::{Deserialize, Serialize};

/// Every operation of a port type has the same pattern (PT-1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommunicationPattern {
    #[default]
    OneWay,
    RequestResponse,
}

/// A set of operations without direction (PT-1..PT-5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortType {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    #[serde(default, skip_serializing_if = "is_default")]
    pub modifier: TypeModifier,
    #[serde(default)]
    pub pattern: CommunicationPattern,
    #[serde(default)]
    pub operations: Vec<Operation>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

impl PortType {
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|o| o.name == name)
    }
}

/// One operation with its message types, each a message type reference (see [`super::MessageType`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    pub request: String,
    /// Present for request-response only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub request_label: MessageLabel,
    #[serde(default, skip_serializing_if = "is_default")]
    pub response_label: MessageLabel,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

impl Operation {
    /// The message type of a leg; `None` when the operation has no such leg.
    pub fn carries(&self, leg: &Leg) -> Option<&String> {
        match leg {
            Leg::Request => Some(&self.request),
            Leg::Response => self.response.as_ref(),
            Leg::Fault(name) => self.faults.iter().find(|f| f.name == *name).map(|f| &f.message_type),
        }
    }

    /// As [`Operation::carries`], to change it.
    pub fn carries_mut(&mut self, leg: &Leg) -> Option<&mut String> {
        match leg {
            Leg::Request => Some(&mut self.request),
            Leg::Response => self.response.as_mut(),
            Leg::Fault(name) => self.faults.iter_mut().find(|f| f.name == *name).map(|f| &mut f.message_type),
        }
    }
}

/// A fault message of a request-response operation (PT-6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub name: String,
    pub message_type: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

/// What a request or response is called on the port, apart from its type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageLabel {
    /// Empty for `Request` or `Response`; localized designers write others.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

/// `Uses`: we send first. `Implements`: we receive first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Polarity {
    #[default]
    Implements,
    Uses,
}

/// The port surface a port is drawn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PortSurface {
    #[default]
    Left,
    Right,
    Unbound,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryNotification {
    #[default]
    None,
    Transmitted,
}

/// How a logical port meets the world (BND-1..BND-5). Binding is nothing but subscriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Binding {
    /// Bound to any compatible physical port at deployment, see [`super::ServiceBinding`].
    #[default]
    SpecifyLater,
    /// The physical port is created at deployment from these parameters.
    SpecifyNow(SpecifyNow),
    /// The orchestration sets the address at run time; `send_pipeline` (and `receive_pipeline` for two-way).
    Dynamic(DynamicBinding),
    /// Direct: publish to, subscribe from the message box.
    MessageBox,
    /// Direct: a private channel by a token unique to the instance.
    SelfCorrelating,
    /// Direct: both sides select the same port of one of the two orchestrations; *inverse* when it is the
    /// sender's own (PAD-3, PAD-4).
    Partner(PartnerPort),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecifyNow {
    /// Adapter name, e.g. `FILE`.
    pub transport: String,
    pub uri: String,
    #[serde(default)]
    pub receive_pipeline: String,
    #[serde(default)]
    pub send_pipeline: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DynamicBinding {
    #[serde(default)]
    pub send_pipeline: String,
    #[serde(default)]
    pub receive_pipeline: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerPort {
    /// Full orchestration name, `Namespace.Orchestration`.
    pub orchestration: String,
    pub port: String,
}

/// A logical port of an orchestration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Port {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    /// Port type reference, `Namespace.Name`, or a bare name of the same module.
    pub port_type: String,
    pub polarity: Polarity,
    #[serde(default)]
    pub binding: Binding,
    /// Receive side only (ORD-1, CVY-5).
    #[serde(default, skip_serializing_if = "is_default")]
    pub ordered_delivery: bool,
    /// One-way sends only (DN-1).
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivery_notification: DeliveryNotification,
    #[serde(default, skip_serializing_if = "is_default")]
    pub surface: PortSurface,
    /// Slot on the surface; `None` lets layout choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<u32>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub web_port: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

/// A role link type: one or two roles, each a set of port types (RLK-1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleLinkType {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    #[serde(default, skip_serializing_if = "is_default")]
    pub modifier: TypeModifier,
    pub roles: Vec<Role>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub name: String,
    pub port_types: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

/// A role link of an orchestration: `servicelink implements|uses Type.Role Name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleLink {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    pub role_link_type: String,
    pub role: String,
    pub polarity: Polarity,
    /// True when the first communication happens in this role.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub initiating: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub ordered_delivery: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivery_notification: DeliveryNotification,
    #[serde(default, skip_serializing_if = "is_default")]
    pub surface: PortSurface,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<u32>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
}

/// A parameter of a called or started orchestration, in call order (CAL-1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    #[serde(default, skip_serializing_if = "is_default")]
    pub direction: Direction,
    pub kind: ParameterKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParameterKind {
    Message(super::Message),
    Variable(super::Variable),
    CorrelationSet(super::CorrelationSet),
    Port(Port),
    RoleLink(RoleLink),
}

impl Parameter {
    /// Name of its type, as its module writes it.
    pub fn type_name(&self) -> &str {
        match &self.kind {
            ParameterKind::Message(m) => &m.message_type,
            ParameterKind::Variable(v) => &v.variable_type,
            ParameterKind::CorrelationSet(c) => &c.correlation_type,
            ParameterKind::Port(p) => &p.port_type,
            ParameterKind::RoleLink(r) => &r.role_link_type,
        }
    }

    pub fn id(&self) -> &Id {
        match &self.kind {
            ParameterKind::Message(m) => &m.id,
            ParameterKind::Variable(v) => &v.id,
            ParameterKind::CorrelationSet(c) => &c.id,
            ParameterKind::Port(p) => &p.id,
            ParameterKind::RoleLink(r) => &r.id,
        }
    }

    pub fn name(&self) -> &str {
        match &self.kind {
            ParameterKind::Message(m) => &m.name,
            ParameterKind::Variable(v) => &v.name,
            ParameterKind::CorrelationSet(c) => &c.name,
            ParameterKind::Port(p) => &p.name,
            ParameterKind::RoleLink(r) => &r.name,
        }
    }
}
