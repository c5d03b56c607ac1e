use super::property::is_default;
use super::{
    Block, CorrelationSet, CorrelationType, Id, Message, MultipartType, Parameter, Port, PortType, RoleLink,
    RoleLinkType, Shape, Transaction, TypeModifier, Variable, WebMessageType,
};
use serde::{Deserialize, Serialize};

/// One orchestration file: the types it declares and at most one orchestration. The counterpart of one `.odx`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// .NET namespace; full names are `namespace.name`.
    pub namespace: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target_xml_namespace: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub port_types: Vec<PortType>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub multipart_types: Vec<MultipartType>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub correlation_types: Vec<CorrelationType>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub role_link_types: Vec<RoleLinkType>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub web_message_types: Vec<WebMessageType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orchestration: Option<Orchestration>,
    /// Version of the assembly it is in, such as `2.0.0.0`, where versions run side by side; empty for the only one.
    /// Versions that differ in the first two numbers are different artifacts of the same name (V-1).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Designer elements outside the module (print settings, expression validation) that have no meaning here and
    /// must survive a round trip, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preserved: Vec<String>,
    /// File it was read from when that is BizTalk's own, by its path below the folder that was opened; saving
    /// writes it back there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

impl Module {
    /// `namespace.name`, or just the name when there is no namespace.
    pub fn qualify(&self, name: &str) -> String {
        if self.namespace.is_empty() { name.to_owned() } else { format!("{}.{name}", self.namespace) }
    }

    /// What identifies an artifact in a run and in bindings: its qualified name, with the version if one is stated.
    pub fn full_name(&self, name: &str) -> String {
        let (name, version) = (self.qualify(name), self.short_version());
        if version.is_empty() { name } else { format!("{name}, Version={version}") }
    }

    pub fn same_version(&self, other: &Self) -> bool {
        self.short_version() == other.short_version()
    }

    /// The part of the version that tells artifacts apart: `2.0`.
    fn short_version(&self) -> &str {
        let end = self.version.match_indices('.').nth(1).map_or(self.version.len(), |(at, _)| at);
        self.version.get(..end).unwrap_or_default()
    }
}

/// An orchestration type: its declarations and its body (G-11).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orchestration {
    pub name: String,
    #[serde(default, skip_serializing_if = "Id::is_empty")]
    pub id: Id,
    #[serde(default, skip_serializing_if = "is_default")]
    pub modifier: TypeModifier,
    #[serde(default, skip_serializing_if = "is_default")]
    pub transaction: Transaction,
    /// Name by which a caller compensates it; empty without a transaction.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub transaction_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target_xml_namespace: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comments: String,
    /// Whether other orchestrations may call it, when a designer stated so; else it follows from its receives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invokable: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub role_links: Vec<RoleLink>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub correlation_sets: Vec<CorrelationSet>,
    #[serde(default)]
    pub body: Block,
    /// Custom compensation of the orchestration; `None` is the default one (COM-5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensation: Option<Block>,
}

impl Orchestration {
    /// Every shape, outer before inner, in drawn order, compensation last.
    pub fn shapes(&self) -> Vec<&Shape> {
        let mut all = Vec::new();
        for shape in self.body.iter().chain(self.compensation.iter().flatten()) {
            shape.visit(&mut |s| all.push(s));
        }
        all
    }

    pub fn shape(&self, id: &Id) -> Option<&Shape> {
        fn within<'a>(block: &'a Block, id: &Id) -> Option<&'a Shape> {
            block.iter().find_map(|shape| {
                if shape.id == *id {
                    return Some(shape);
                }
                shape.blocks().into_iter().find_map(|(_, inner)| within(inner, id))
            })
        }
        within(&self.body, id).or_else(|| within(self.compensation.as_ref()?, id))
    }

    /// The shape with this id, or the one that has the branch, catch or compensation block with it.
    pub fn holder(&self, id: &Id) -> Option<&Shape> {
        fn within<'a>(block: &'a Block, id: &Id) -> Option<&'a Shape> {
            block.iter().find_map(|shape| {
                if shape.id == *id || shape.has_block(id) {
                    return Some(shape);
                }
                shape.blocks().into_iter().find_map(|(_, inner)| within(inner, id))
            })
        }
        within(&self.body, id).or_else(|| within(self.compensation.as_ref()?, id))
    }

    pub fn port(&self, name: &str) -> Option<&Port> {
        self.ports.iter().find(|p| p.name == name).or_else(|| {
            self.parameters.iter().find_map(|p| match &p.kind {
                super::ParameterKind::Port(port) if port.name == name => Some(port),
                _ => None,
            })
        })
    }
}
