//! Properties of Receive and Send: port, operation, message, correlation, filter.

use super::{Editing, filter, preview, removable_hovered};
use crate::model::edit::{CorrelationUse, DeclarationKind, Edit};
use crate::model::{Leg, Polarity, Receive, Send, Shape, ShapeKind};
use crate::studio::by_hand;
use crate::studio::command::Command;
use crate::studio::document::{Action, Selection};
use crate::studio::names::{self, InScope};
use crate::studio::panels::fields;
use egui::Ui;

/// The last entries of lists that can be added to.
const NEW_PORT: &str = "A new port";
const NEW_MESSAGE: &str = "A new message";

/// What a Receive without a filter takes.
const EVERY: &str = "Every message of the operation's type is taken.";

pub fn receive(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, receive: &Receive) {
    let scope = names::in_scope(editing.orchestration, Some(&shape.id));
    fields::heading(ui, "Port");
    connector(ui, editing, shape, &scope, (&receive.port, &receive.operation, &receive.leg), true);
    let end = (receive.port.as_str(), receive.operation.as_str(), &receive.leg);
    let message = message(ui, editing, &scope, (shape, &receive.message), end);
    if let Some(message) = message {
        let kind = ShapeKind::Receive(Receive { message, ..receive.clone() });
        editing.set_kind(&shape.id, kind, "message");
    }
    editing.below(ui, &shape.id, &["message"]);
    let mut activate = receive.activate;
    if fields::toggle(ui, "Activate: starts an instance", &mut activate) {
        let kind = ShapeKind::Receive(Receive { activate, ..receive.clone() });
        editing.set_kind(&shape.id, kind, "activate");
    }
    editing.below(ui, &shape.id, &["activate"]);
    correlation(ui, editing, shape, &scope, &receive.initializes, &receive.follows);
    if receive.activate || !receive.filter.is_empty() {
        let mut rows = receive.filter.clone();
        if filter::ui(ui, &mut rows, &editing.document.names.properties, EVERY) {
            let kind = ShapeKind::Receive(Receive { filter: rows, ..receive.clone() });
            editing.set_kind(&shape.id, kind, "filter");
        }
        editing.below(ui, &shape.id, &["filter"]);
    }
    preview::ui(ui, editing, preview::Of::Shape(&shape.id));
}

pub fn send(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, send: &Send) {
    let scope = names::in_scope(editing.orchestration, Some(&shape.id));
    fields::heading(ui, "Port");
    connector(ui, editing, shape, &scope, (&send.port, &send.operation, &send.leg), false);
    let end = (send.port.as_str(), send.operation.as_str(), &send.leg);
    let chosen = message(ui, editing, &scope, (shape, &send.message), end);
    if let Some(message) = chosen {
        let kind = ShapeKind::Send(Send { message, ..send.clone() });
        editing.set_kind(&shape.id, kind, "message");
    }
    editing.below(ui, &shape.id, &["message"]);
    correlation(ui, editing, shape, &scope, &send.initializes, &send.follows);
    preview::ui(ui, editing, preview::Of::Shape(&shape.id));
}

/// Ways to use an operation from a Receive or a Send: port, operation, leg.
fn ends(editing: &Editing<'_>, scope: &InScope, receives: bool) -> Vec<(String, String, Leg)> {
    let mut all = Vec::new();
    for port in &scope.ports {
        let Some(port_type) = editing.document.app.port_type(editing.module, &port.port_type) else {
            continue;
        };
        for operation in &port_type.operations {
            let request = (port.polarity == Polarity::Implements) == receives;
            if request {
                all.push((port.name.clone(), operation.name.clone(), Leg::Request));
                continue;
            }
            if operation.response.is_some() {
                all.push((port.name.clone(), operation.name.clone(), Leg::Response));
            }
            for fault in &operation.faults {
                all.push((port.name.clone(), operation.name.clone(), Leg::Fault(fault.name.clone())));
            }
        }
    }
    all
}

/// Port and operation. Only ends that go the right way can be chosen (D-8).
fn connector(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    shape: &Shape,
    scope: &InScope,
    (port, operation, leg): (&str, &str, &Leg),
    receives: bool,
) {
    let ends = ends(editing, scope, receives);
    let mut ports: Vec<String> = ends.iter().map(|(p, _, _)| p.clone()).collect();
    ports.dedup();
    ports.extend(scope.role_links.iter().cloned());
    let chosen = fields::choice_or(ui, "Port", (port, &ports, "no port"), NEW_PORT);
    if chosen.as_deref() == Some(NEW_PORT) {
        if let Some(edit) = by_hand::port_for(editing.document, &shape.id) {
            editing.edit(edit);
        }
    } else if let Some(chosen) = chosen {
        // A port with one fitting operation leaves nothing to choose.
        let mut fitting = ends.iter().filter(|(p, _, _)| *p == chosen);
        let first = fitting.next().filter(|_| fitting.next().is_none());
        let (operation, leg) =
            first.map_or((String::new(), Leg::Request), |(_, o, l)| (o.clone(), l.clone()));
        let (module, shape) = (editing.key(), shape.id.clone());
        editing.edit(Edit::Connect { module, shape, port: chosen, operation, leg });
    }
    editing.below(ui, &shape.id, &["port"]);
    let own: Vec<(String, Leg)> =
        ends.iter().filter(|(p, _, _)| *p == port).map(|(_, o, l)| (o.clone(), l.clone())).collect();
    let words: Vec<String> = own.iter().map(|(o, l)| end_words(o, l)).collect();
    let now = if operation.is_empty() { String::new() } else { end_words(operation, leg) };
    if let Some(chosen) = fields::choice(ui, "Operation", &now, &words, "no operation") {
        let found = own.into_iter().zip(&words).find(|(_, w)| **w == chosen).map(|(end, _)| end);
        let (operation, leg) = found.unwrap_or_default();
        let (module, shape) = (editing.key(), shape.id.clone());
        editing.edit(Edit::Connect { module, shape, port: port.to_owned(), operation, leg });
    }
    editing.below(ui, &shape.id, &["operation"]);
    if !port.is_empty() && ui.link(format!("Show port {port}")).clicked() {
        let target = Selection::Port(port.to_owned());
        editing.actions.push(Action::Go { module: editing.key(), selection: target });
    }
}

fn end_words(operation: &str, leg: &Leg) -> String {
    match leg {
        Leg::Request => operation.to_owned(),
        Leg::Response => format!("{operation} · response"),
        Leg::Fault(name) => format!("{operation} · fault {name}"),
    }
}

/// The message variable, those of the operation's type first.
fn message(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    scope: &InScope,
    (shape, now): (&Shape, &str),
    (port, operation, leg): (&str, &str, &Leg),
) -> Option<String> {
    let wanted = scope
        .ports
        .iter()
        .find(|p| p.name == port)
        .and_then(|p| editing.document.app.port_type(editing.module, &p.port_type))
        .and_then(|t| t.operation(operation))
        .and_then(|o| o.carries(leg).cloned());
    let short = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    let fits =
        |m: &crate::model::Message| wanted.as_deref().is_none_or(|w| short(w) == short(&m.message_type));
    let mut options: Vec<String> =
        scope.messages.iter().filter(|m| fits(m)).map(|m| m.name.clone()).collect();
    options.extend(scope.messages.iter().filter(|m| !fits(m)).map(|m| m.name.clone()));
    let chosen = fields::choice_or(ui, "Message", (now, &options, "no message"), NEW_MESSAGE);
    if chosen.as_deref() == Some(NEW_MESSAGE) {
        let edit = by_hand::message_for(editing.document, &shape.id, wanted.as_deref().unwrap_or_default());
        if let Some(edit) = edit {
            editing.edit(edit);
        }
        return None;
    }
    if let Some(wanted) = wanted {
        fields::note(ui, format!("The operation carries {}", short(&wanted)));
    }
    if let Some(selection) = names::message(editing.orchestration, &shape.id, now)
        && ui.link(format!("Show message {now}")).clicked()
    {
        editing.actions.push(Action::Go { module: editing.key(), selection });
    }
    chosen
}

fn correlation(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    shape: &Shape,
    scope: &InScope,
    initializes: &[String],
    follows: &[String],
) {
    fields::heading(ui, "Correlation");
    for (sets, verb) in [(initializes, "initializes"), (follows, "follows")] {
        for set in sets {
            let (taken, opened, over) =
                removable_hovered(ui, &format!("{verb} {set}"), &format!("Detach {set}"));
            if over {
                crate::studio::canvas::point_at_set(ui.ctx(), set);
            }
            if taken {
                editing.edit(Edit::Uncorrelate {
                    module: editing.key(),
                    shape: shape.id.clone(),
                    set: set.clone(),
                });
            }
            if opened {
                let kind = DeclarationKind::CorrelationSet;
                editing.select(Selection::Declared { scope: None, kind, name: set.clone() });
            }
        }
    }
    let used = |name: &String| initializes.contains(name) || follows.contains(name);
    let free: Vec<String> =
        scope.correlation_sets.iter().map(|c| c.name.clone()).filter(|n| !used(n)).collect();
    for (label, usage) in [("Initialize", CorrelationUse::Initialize), ("Follow", CorrelationUse::Follow)] {
        if let Some(set) = fields::choice(ui, label, "", &free, "choose…") {
            editing.edit(Edit::Correlate { module: editing.key(), shape: shape.id.clone(), set, usage });
        }
    }
    editing.below(ui, &shape.id, &["initializes", "follows"]);
    if scope.correlation_sets.is_empty() && fields::wide_button(ui, "New correlation set").clicked() {
        editing.actions.push(Action::Command(Command::NewCorrelationSet));
    }
}
