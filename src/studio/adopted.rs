//! An operation that nobody gave a type takes that of the first message it carries.

use super::document::Document;
use super::names;
use crate::model::edit::{Declaration, Edit};
use crate::model::{Id, Leg, Module, Operation, Orchestration, PortType, Shape, ShapeKind};

/// Type of messages that may hold any XML.
const UNTYPED: &str = "System.Xml.XmlDocument";

/// What a Receive or Send says of the message it handles.
struct End<'a> {
    shape: &'a Id,
    port: &'a str,
    operation: &'a str,
    leg: &'a Leg,
    message: &'a str,
}

impl<'a> End<'a> {
    fn of(shape: &'a Id, kind: &'a ShapeKind) -> Option<Self> {
        let (port, operation, leg, message) = match kind {
            ShapeKind::Receive(r) => (&r.port, &r.operation, &r.leg, &r.message),
            ShapeKind::Send(s) => (&s.port, &s.operation, &s.leg, &s.message),
            _ => return None,
        };
        Some(Self { shape, port, operation, leg, message })
    }

    fn all(orchestration: &'a Orchestration) -> impl Iterator<Item = Self> {
        orchestration.shapes().into_iter().filter_map(|shape: &Shape| Self::of(&shape.id, &shape.kind))
    }

    fn port_type<'d>(&self, document: &'d Document, module: &'d Module) -> Option<&'d PortType> {
        let port = module.orchestration.as_ref()?.port(self.port)?;
        document.app.port_type(module, &port.port_type)
    }

    fn message_type(&self, orchestration: &Orchestration) -> Option<String> {
        let messages = names::in_scope(orchestration, Some(self.shape)).messages;
        messages.into_iter().rfind(|m| m.name == self.message).map(|m| m.message_type)
    }
}

/// The edit, and as one step with it the types of the operations that a message comes to by it. Only a type that came
/// with the port gives way, and only when no other shape has another message there.
pub fn completed(document: &Document, edit: Edit) -> Edit {
    let typed = adopted(document, &edit).unwrap_or_default();
    if typed.is_empty() {
        return edit;
    }
    let mut label = edit.label();
    let mut edits = vec![edit];
    for (module, port_type, operation, carries) in typed {
        label = format!("{label} · {operation} carries {}", carries.rsplit('.').next().unwrap_or(&carries));
        let name = port_type.name.clone();
        let declaration = Declaration::PortType(port_type);
        edits.push(Edit::Redeclare { module, scope: None, name, declaration });
    }
    Edit::Batch { label, edits }
}

/// Where a port type is declared, the type as it is then, its operation and what that carries.
type Typed = (String, PortType, String, String);

fn adopted(document: &Document, edit: &Edit) -> Option<Vec<Typed>> {
    let (key, ends, message_type) = given(document, edit)?;
    let (key, module) = document.app.modules.get_key_value(key).filter(|_| !message_type.is_empty())?;
    let mut all: Vec<Typed> = Vec::new();
    for end in ends {
        let Some(port_type) = end.port_type(document, module) else { continue };
        let gives_way = port_type.operation(end.operation).is_some_and(|operation| {
            operation.carries(end.leg) != Some(&message_type) && unchosen(document, operation, end.leg)
        });
        let home = |m: &Module| m.port_types.iter().any(|t| std::ptr::eq(t, port_type));
        let Some((home, _)) = document.app.modules.iter().find(|(_, m)| home(m)) else { continue };
        if !gives_way || shared(document, key, port_type, &end, &message_type) {
            continue;
        }
        // A type of one module has its full name in another.
        let own = module.multipart_types.iter().find(|t| t.name == message_type && home != key);
        let carries = own.map_or_else(|| message_type.clone(), |own| module.qualify(&own.name));
        let known = all.iter().find(|(module, t, ..)| module == home && t.name == port_type.name);
        let mut typed = known.map_or_else(|| port_type.clone(), |(_, typed, ..)| typed.clone());
        let operation = typed.operations.iter_mut().find(|o| o.name == end.operation);
        if let Some(leg) = operation.and_then(|o| o.carries_mut(end.leg)) {
            leg.clone_from(&carries);
            all.push((home.clone(), typed, end.operation.to_owned(), carries));
        }
    }
    Some(all)
}

/// The ends that get a message by the edit, the module they are in and the type of the message.
fn given<'a>(document: &'a Document, edit: &'a Edit) -> Option<(&'a str, Vec<End<'a>>, String)> {
    let drawn = |module: &str| document.app.modules.get(module)?.orchestration.as_ref();
    match edit {
        Edit::Connect { module, shape, port, operation, leg } => {
            let orchestration = drawn(module)?;
            let now = End::of(shape, &orchestration.shape(shape)?.kind)?;
            let message_type = now.message_type(orchestration)?;
            Some((module, vec![End { port, operation, leg, ..now }], message_type))
        }
        Edit::SetKind { module, shape, kind } => {
            let orchestration = drawn(module)?;
            let now = End::of(shape, &orchestration.shape(shape)?.kind)?;
            let end = End::of(shape, kind).filter(|end| end.message != now.message)?;
            let message_type = end.message_type(orchestration)?;
            Some((module, vec![end], message_type))
        }
        Edit::Redeclare { module, scope: None, name, declaration: Declaration::Message(message) } => {
            let orchestration = drawn(module)?;
            let now = orchestration.messages.iter().find(|m| m.name == *name)?;
            if now.message_type == message.message_type {
                return None;
            }
            let ends = End::all(orchestration).filter(|end| end.message == name).collect();
            Some((module, ends, message.message_type.clone()))
        }
        _ => None,
    }
}

/// True for the type that an operation came with: none in particular, or what a new port is given when there is one.
fn unchosen(document: &Document, operation: &Operation, leg: &Leg) -> bool {
    let first = document.names.message_types.first();
    operation.carries(leg).is_some_and(|carried| {
        carried == UNTYPED || operation.name.starts_with("Operation_") && Some(carried) == first
    })
}

/// True when another shape has a message of another type at the same leg. In the module itself the very message does not
/// count: its type is the new one.
fn shared(document: &Document, key: &str, port_type: &PortType, end: &End<'_>, message_type: &str) -> bool {
    document.app.modules.iter().any(|(module_key, module)| {
        let Some(orchestration) = &module.orchestration else { return false };
        let own =
            |other: &End<'_>| module_key == key && (other.shape == end.shape || other.message == end.message);
        End::all(orchestration).any(|other| {
            (other.operation, other.leg) == (end.operation, end.leg)
                && !own(&other)
                && other.port_type(document, module).is_some_and(|t| std::ptr::eq(t, port_type))
                && other.message_type(orchestration).is_some_and(|known| known != message_type)
        })
    })
}
