use super::{Body, Context, Name};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Number of a message within a run, from 1 in order of creation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageId(pub u64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", self.0)
    }
}

/// A message: parts, one of them the body, and a context (MSG-1). Immutable once published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub parts: Vec<Part>,
    /// Index of the body part.
    pub body: usize,
    pub context: Context,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub name: Name,
    pub body: Arc<Body>,
}

impl Message {
    pub fn single(name: Name, body: Arc<Body>) -> Self {
        Self {
            id: MessageId::default(),
            parts: vec![Part { name, body }],
            body: 0,
            context: Context::default(),
        }
    }

    pub fn body_part(&self) -> Option<&Part> {
        self.parts.get(self.body)
    }

    pub fn part(&self, name: Name) -> Option<&Part> {
        self.parts.iter().find(|p| p.name == name)
    }
}
