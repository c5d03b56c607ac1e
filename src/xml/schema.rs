use crate::message::{Name, NodePath, ValueType};
use smol_str::SmolStr;

/// One global element of a schema: one message type, with its promotions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootSchema {
    /// Schema type name, `Order`, or `Order.Root` for a root of a multi-root schema.
    pub type_name: Name,
    /// `namespace#Root`, or `Root` without namespace (MSG-3).
    pub message_type: SmolStr,
    pub namespace: SmolStr,
    pub root: SmolStr,
    pub promoted: Vec<PromotedField>,
    pub distinguished: Vec<DistinguishedField>,
    /// For an envelope: where its documents are (RX-9).
    pub envelope_body: Option<NodePath>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotedField {
    pub property: Name,
    pub path: NodePath,
    pub value_type: ValueType,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistinguishedField {
    /// Dotted local names below the root: `Header.Status`.
    pub name: SmolStr,
    pub path: NodePath,
    pub value_type: ValueType,
}

/// A property of a property schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyDeclaration {
    /// `OrderPropertySchema.CustID`.
    pub name: Name,
    pub value_type: ValueType,
    /// False for `MessageContextPropertyBase`.
    pub data: bool,
}
