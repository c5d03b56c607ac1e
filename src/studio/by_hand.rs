//! What the canvas asks for about ports and names, as edits.

use super::app::Studio;
use super::canvas::{NewPort, carried};
use super::document::{Action, Document, Selection};
use super::panels::properties::fresh;
use crate::model::edit::{Declaration, DeclarationKind, Edit, fresh_id, fresh_name};
use crate::model::{
    CommunicationPattern, Id, Leg, Operation, Polarity, Port, PortSurface, PortType, Receive, Send, ShapeKind,
};

/// A port for a Receive or Send that has none, named after it: made, typed and connected in one step to undo.
pub fn port_for(document: &Document, shape: &Id) -> Option<Edit> {
    let found = document.orchestration()?.shape(shape)?;
    let receives = match &found.kind {
        ShapeKind::Receive(_) => true,
        ShapeKind::Send(_) => false,
        _ => return None,
    };
    let base = if receives { "ReceivePort" } else { "SendPort" };
    let polarity = if receives { Polarity::Implements } else { Polarity::Uses };
    let name = fresh_name(document.module()?, base);
    let pattern = CommunicationPattern::OneWay;
    let new =
        NewPort { name, port_type: None, pattern, polarity, left: receives, shape: Some(shape.clone()) };
    add_port(document, new).into_iter().find_map(|action| match action {
        Action::Edit { edit, .. } => Some(edit),
        _ => None,
    })
}

/// A message of this type for a shape: declared, and used by it, in one step to undo.
pub fn message_for(document: &Document, shape: &Id, message_type: &str) -> Option<Edit> {
    let Declaration::Message(mut message) = fresh(document, DeclarationKind::Message)? else { return None };
    if !message_type.is_empty() {
        message_type.clone_into(&mut message.message_type);
    }
    let name = message.name.clone();
    let module = document.module.clone();
    let declaration = Declaration::Message(message);
    let declare = Edit::Declare { module, scope: None, index: usize::MAX, declaration };
    let label = format!("Add message {name}");
    Some(Edit::Batch { label, edits: vec![declare, attach_message(document, shape, &name)?] })
}

/// A port that was dropped on a surface, with a type of its own if need be, connected to the shape it was dragged from:
/// one step to undo.
pub fn add_port(document: &Document, new: NewPort) -> Vec<Action> {
    let Some(module) = document.module() else { return Vec::new() };
    let key = document.module.clone();
    let carried = new.shape.as_ref().zip(document.orchestration()).and_then(|(id, o)| carried(o, id));
    let mut edits = Vec::new();
    let (port_type, operation) = match &new.port_type {
        Some(name) => {
            let found = document.app.port_type(module, name);
            // The operation that carries the shape's message, else the first.
            let fits = found.and_then(|t| t.operations.iter().find(|o| Some(&o.request) == carried.as_ref()));
            let operation = fits.or_else(|| found.and_then(|t| t.operations.first()));
            (name.clone(), operation.map(|o| o.name.clone()))
        }
        None => {
            let name = fresh_name(module, &format!("{}Type", new.name));
            let request =
                carried.or_else(|| document.names.message_types.first().cloned()).unwrap_or_default();
            let two_way = new.pattern == CommunicationPattern::RequestResponse;
            let operation = Operation {
                name: "Operation_1".to_owned(),
                id: fresh_id(module, "operation"),
                response: two_way.then(|| request.clone()),
                request,
                ..Operation::default()
            };
            let made = PortType {
                name: name.clone(),
                id: fresh_id(module, "porttype"),
                pattern: new.pattern,
                operations: vec![operation],
                ..PortType::default()
            };
            let declaration = Declaration::PortType(made);
            edits.push(Edit::Declare { module: key.clone(), scope: None, index: usize::MAX, declaration });
            (name, Some("Operation_1".to_owned()))
        }
    };
    let port = Port {
        name: new.name.clone(),
        id: fresh_id(module, "port"),
        port_type,
        polarity: new.polarity,
        surface: if new.left { PortSurface::Left } else { PortSurface::Right },
        ..Port::default()
    };
    let declaration = Declaration::Port(port);
    edits.push(Edit::Declare { module: key.clone(), scope: None, index: usize::MAX, declaration });
    let alone = new.shape.is_none();
    if let (Some(shape), Some(operation)) = (new.shape, operation) {
        let (module, port) = (key.clone(), new.name.clone());
        edits.push(Edit::Connect { module, shape, port, operation, leg: Leg::Request });
    }
    let label = format!("Add port {}", new.name);
    let selection = Selection::Port(new.name);
    // One that a shape asked for leaves that shape in view.
    let then = match alone {
        true => Action::Go { module: key, selection },
        false => Action::Select(selection),
    };
    vec![Action::edit(Edit::Batch { label, edits }), then]
}

/// Puts the ports of a side in this order, from top to bottom; where they stand is all that changes.
pub fn arrange_ports(document: &Document, port: &str, left: bool, order: &[String]) -> Option<Edit> {
    let orchestration = document.orchestration()?;
    let surface = if left { PortSurface::Left } else { PortSurface::Right };
    let mut edits = Vec::new();
    for (slot, name) in (0_u32..).zip(order) {
        let Some(found) = orchestration.ports.iter().find(|p| p.name == *name) else { continue };
        let moved = Port { surface, slot: Some(slot), ..found.clone() };
        if moved != *found {
            let declaration = Declaration::Port(moved);
            edits.push(Edit::Redeclare {
                module: document.module.clone(),
                scope: None,
                name: name.clone(),
                declaration,
            });
        }
    }
    (!edits.is_empty()).then(|| Edit::Batch { label: format!("Move port {port}"), edits })
}

/// Gives a message to a Receive or Send, or to the messages a Construct Message makes.
pub fn attach_message(document: &Document, shape: &Id, name: &str) -> Option<Edit> {
    let found = document.orchestration()?.shape(shape)?;
    let message = name.to_owned();
    let kind = match &found.kind {
        ShapeKind::Receive(r) => ShapeKind::Receive(Receive { message, ..r.clone() }),
        ShapeKind::Send(s) => ShapeKind::Send(Send { message, ..s.clone() }),
        ShapeKind::Construct(c) if !c.messages.contains(&message) => {
            let mut construct = c.clone();
            construct.messages.push(message);
            ShapeKind::Construct(construct)
        }
        _ => return None,
    };
    Some(Edit::SetKind { module: document.module.clone(), shape: shape.clone(), kind })
}

impl Studio {
    /// Moves the selected port by one place on its side.
    pub(super) fn shift_port(&mut self, by: isize) {
        let Selection::Port(name) = self.document.selection.clone() else { return };
        let Some((left, mut order)) = self.side_of(&name) else { return };
        let Some(at) = order.iter().position(|n| *n == name) else { return };
        let Some(to) = at.checked_add_signed(by).filter(|to| *to < order.len()) else { return };
        order.swap(at, to);
        if let Some(edit) = arrange_ports(&self.document, &name, left, &order) {
            self.edit(edit, None);
        }
    }

    /// Moves the selected port to the other surface.
    pub(super) fn flip_port(&mut self) {
        let Selection::Port(name) = self.document.selection.clone() else { return };
        let Some((left, _)) = self.side_of(&name) else { return };
        let mut order: Vec<String> = self.ports_on(!left);
        order.push(name.clone());
        if let Some(edit) = arrange_ports(&self.document, &name, !left, &order) {
            self.edit(edit, None);
        }
    }

    /// The side a port is drawn on, with all ports of that side from top to bottom.
    fn side_of(&self, name: &str) -> Option<(bool, Vec<String>)> {
        let card = self.tabs.canvas().layout().ports.iter().find(|card| card.name == name)?;
        Some((card.left, self.ports_on(card.left)))
    }

    fn ports_on(&self, left: bool) -> Vec<String> {
        let mut cards: Vec<_> =
            self.tabs.canvas().layout().ports.iter().filter(|card| card.left == left).collect();
        cards.sort_by(|a, b| a.rect.top().total_cmp(&b.rect.top()));
        cards.into_iter().map(|card| card.name.clone()).collect()
    }

    /// True when the selected port is the orchestration's own.
    pub(super) fn port_selected(&self) -> bool {
        let Selection::Port(name) = &self.document.selection else { return false };
        self.document.orchestration().is_some_and(|o| o.ports.iter().any(|p| p.name == *name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::sample;

    fn hello() -> Document {
        Document::new(sample::load("hello").unwrap(), None)
    }

    fn shape(document: &Document, name: &str) -> Id {
        let shapes = document.orchestration().unwrap().shapes();
        shapes.into_iter().find(|s| s.name == name).unwrap().id.clone()
    }

    fn does_and_undoes(document: &mut Document, edit: Edit, check: impl Fn(&Document)) {
        let before = document.app.clone();
        document.edit(edit, None).unwrap();
        check(document);
        let after = document.app.clone();
        document.undo().unwrap();
        assert_eq!(document.app, before);
        document.redo().unwrap();
        assert_eq!(document.app, after);
        document.undo().unwrap();
    }

    #[test]
    fn a_port_from_a_shape_gets_a_type_that_carries_its_message_and_is_connected() {
        let mut document = hello();
        let id = shape(&document, "Send reply");
        let new = NewPort {
            name: "Answer".into(),
            port_type: None,
            pattern: CommunicationPattern::OneWay,
            polarity: Polarity::Uses,
            left: false,
            shape: Some(id.clone()),
        };
        let actions = add_port(&document, new);
        let Some(Action::Edit { edit, .. }) = actions.into_iter().next() else { panic!() };
        assert_eq!(edit.label(), "Add port Answer");
        does_and_undoes(&mut document, edit, |document| {
            let orchestration = document.orchestration().unwrap();
            let port = orchestration.port("Answer").unwrap();
            assert_eq!((port.polarity, port.surface), (Polarity::Uses, PortSurface::Right));
            let ShapeKind::Send(send) = &orchestration.shape(&id).unwrap().kind else { panic!() };
            assert_eq!((send.port.as_str(), send.operation.as_str()), ("Answer", "Operation_1"));
            let port_type = document.app.port_type(document.module().unwrap(), &port.port_type).unwrap();
            let message = orchestration.messages.iter().find(|m| m.name == send.message).unwrap();
            assert_eq!(port_type.operations[0].request, message.message_type);
        });
    }

    #[test]
    fn a_shape_without_port_and_message_gets_both_at_a_choice() {
        let mut document = Document::new(sample::load("hello").unwrap(), None);
        let send = shape(&document, "Send reply");
        let kind = ShapeKind::Send(Send::default());
        document
            .edit(Edit::SetKind { module: document.module.clone(), shape: send.clone(), kind }, None)
            .unwrap();
        let edit = port_for(&document, &send).unwrap();
        does_and_undoes(&mut document, edit.clone(), |document| {
            let port = document
                .orchestration()
                .unwrap()
                .port("SendPort")
                .or_else(|| document.orchestration().unwrap().port("SendPort_1"));
            assert_eq!(port.unwrap().polarity, Polarity::Uses);
        });
        document.edit(edit, None).unwrap();
        let edit = message_for(&document, &send, "Hello.Other").unwrap();
        does_and_undoes(&mut document, edit, |document| {
            let orchestration = document.orchestration().unwrap();
            let ShapeKind::Send(send) = &orchestration.shape(&send).unwrap().kind else { panic!() };
            let message = orchestration.messages.iter().find(|m| m.name == send.message).unwrap();
            assert_eq!(message.message_type, "Hello.Other");
        });
        assert!(port_for(&document, &"nothing".into()).is_none());
    }

    #[test]
    fn moving_a_port_changes_where_it_stands_and_nothing_else() {
        let mut document = hello();
        let names: Vec<String> =
            document.orchestration().unwrap().ports.iter().map(|p| p.name.clone()).collect();
        let edit = arrange_ports(&document, &names[0], false, &names).unwrap();
        does_and_undoes(&mut document, edit, |document| {
            for (slot, port) in document.orchestration().unwrap().ports.iter().enumerate() {
                assert_eq!((port.surface, port.slot), (PortSurface::Right, Some(slot as u32)));
            }
        });
        let problems = document.problems.len();
        document.check();
        assert_eq!(document.problems.len(), problems);
    }

    #[test]
    fn a_message_goes_to_the_shape_it_is_dropped_on() {
        let mut document = hello();
        let name = document.orchestration().unwrap().messages[0].name.clone();
        let construct = shape(&document, "Construct reply");
        let edit = attach_message(&document, &construct, &name).unwrap();
        does_and_undoes(&mut document, edit, |document| {
            let ShapeKind::Construct(c) = &document.orchestration().unwrap().shape(&construct).unwrap().kind
            else {
                panic!()
            };
            assert!(c.messages.contains(&name));
        });
        assert!(attach_message(&document, &"nothing".into(), &name).is_none());
    }
}
