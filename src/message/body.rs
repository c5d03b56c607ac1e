use super::{Name, Value};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::sync::Arc;

/// Content of one part. Shared by `Arc`; XML is parsed at most once, when something first looks inside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// Bytes as received; XML or not.
    Bytes(Arc<[u8]>),
    /// A class message; its XML form is made on demand.
    Class(Arc<ClassInstance>),
    /// Plain text of a `System.String` part.
    Text(SmolStr),
}

/// A class message type, resolved: see [`crate::model::ClassType`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassInfo {
    pub name: Name,
    pub root: SmolStr,
    pub namespace: SmolStr,
    pub fields: Vec<(Name, SmolStr)>,
}

/// An instance of a class message: one value a field, in declaration order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassInstance {
    pub class: Arc<ClassInfo>,
    pub fields: Vec<Value>,
}
