use super::{Body, Context, Name};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Arc, LazyLock};

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

/// A received message that does not have the parts its declared type asks for. Faults the receive, not the
/// routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message has {received} parts, its declared type has {declared}")]
pub struct PartMismatch {
    pub received: usize,
    pub declared: usize,
}

impl Message {
    /// Name of the part of a message that adapters, maps and envelopes make.
    pub fn body_name() -> Name {
        static BODY: LazyLock<Name> = LazyLock::new(|| Name::new("Body"));
        *BODY
    }

    /// A copy whose parts are those of a declared message type, in its order: body to body; the others by name,
    /// and what then remains by position. Two orchestrations may so exchange a message under types that differ
    /// in their part names only. Parts that the type does not declare follow the others, untyped (RCV-14).
    ///
    /// # Errors
    /// When parts are missing.
    pub fn with_parts(&self, names: &[Name], body: usize) -> Result<Self, PartMismatch> {
        if self.parts.len() < names.len() {
            return Err(PartMismatch { received: self.parts.len(), declared: names.len() });
        }
        let mut free: Vec<Option<&Part>> = self.parts.iter().map(Some).collect();
        let mut chosen: Vec<Option<&Part>> = vec![None; names.len()];
        if let (Some(slot), Some(part)) = (chosen.get_mut(body), free.get_mut(self.body)) {
            *slot = part.take();
        }
        for (slot, name) in chosen.iter_mut().zip(names).filter(|(slot, _)| slot.is_none()) {
            *slot = free.iter_mut().find(|p| p.is_some_and(|p| p.name == *name)).and_then(Option::take);
        }
        let mut rest = free.into_iter().flatten();
        let declared = chosen.into_iter().zip(names).filter_map(|(part, name)| {
            part.or_else(|| rest.next()).map(|part| Part { name: *name, body: Arc::clone(&part.body) })
        });
        let mut parts: Vec<Part> = declared.collect();
        parts.extend(rest.cloned());
        Ok(Self { id: self.id, parts, body, context: self.context.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(parts: &[&str], body: usize) -> Message {
        let part = |name: &&str| Part {
            name: Name::new(name),
            body: Arc::new(Body::text(format!("{name} of sender"))),
        };
        let parts = parts.iter().map(part).collect();
        Message { id: MessageId(1), parts, body, context: Context::default() }
    }

    fn bound(sent: &Message, names: &[&str], body: usize) -> Vec<String> {
        let names: Vec<Name> = names.iter().map(|n| Name::new(n)).collect();
        let message = sent.with_parts(&names, body).unwrap();
        assert_eq!(message.body, body);
        message.parts.iter().map(|p| format!("{} = {}", p.name, p.body.as_text().unwrap())).collect()
    }

    #[test]
    fn a_multi_part_message_binds_body_to_body_then_by_name_then_by_position() {
        let sent = message(&["Routing", "Order"], 0);
        assert_eq!(
            bound(&sent, &["RoutingPart", "OrderPart"], 0),
            ["RoutingPart = Routing of sender", "OrderPart = Order of sender"]
        );
        let sent = message(&["Notes", "Head", "Scan"], 1);
        assert_eq!(
            bound(&sent, &["Top", "Scan", "Remarks"], 0),
            ["Top = Head of sender", "Scan = Scan of sender", "Remarks = Notes of sender"]
        );
    }

    #[test]
    fn parts_that_are_not_declared_follow_the_others() {
        let sent = message(&["Order", "Notes", "Scan"], 0);
        assert_eq!(
            bound(&sent, &["Body", "Scan"], 0),
            ["Body = Order of sender", "Scan = Scan of sender", "Notes = Notes of sender"]
        );
    }

    #[test]
    fn missing_parts_are_refused() {
        let error = message(&["Routing"], 0).with_parts(&[Name::new("A"), Name::new("B")], 0).unwrap_err();
        assert_eq!(error.to_string(), "the message has 1 parts, its declared type has 2");
    }
}
