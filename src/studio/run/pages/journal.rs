//! The journal: one line an event, newest at the bottom; a click goes to its moment, instance and shape.

use super::super::RunMode;
use super::super::desk::{Line, Page};
use super::super::player::Command;
use super::{keep_up, tools};
use crate::engine::{Event, EventKind, InstanceId};
use crate::journal::{Clock, Detail, event_name, instance_of};
use crate::message::Name;
use crate::studio::document::Action;
use crate::studio::table::{self, Column, Row};
use crate::studio::theme::Tokens;
use egui::{Color32, RichText, Ui};

const COLUMNS: [Column; 4] = [
    Column::new("Time", 106.0).mono(),
    Column::new("Event", 156.0).mono(),
    Column::new("What", 240.0).wide(1.0),
    Column::new("No.", 72.0).mono().right(),
];

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    tools(ui, run, ("event == message.published and P.Status == NEW", "event"), |ui, run| {
        let enabled = run.selected().is_some();
        let text = RichText::new("Selected instance only").size(12.0);
        let check = egui::Checkbox::new(&mut run.drawer.only_selected, text);
        ui.add_enabled(enabled, check).on_hover_text("The list, and steps by event, leave the others out");
    });
    keep_up(run, Page::Journal);
    let found = run.found();
    if found.total == 0 {
        let words = match (found.reading, run.state.journal.is_empty()) {
            (true, _) => "Looking through the journal…",
            (_, true) => run.state.nothing_yet(),
            _ => "No event fits. Change the filter, or clear it.",
        };
        table::nothing(ui, words);
        return;
    }
    let mut view = std::mem::take(&mut run.drawer.place(Page::Journal).view);
    let did =
        table::show(ui, ("Journal", &COLUMNS), &mut view, found.total, |index| match found.row(index)? {
            Line::Event(event) => Some(row(run, event, index >= found.until)),
            _ => None,
        });
    run.drawer.place(Page::Journal).view = view;
    if let Some(Line::Event(event)) = did.chose.and_then(|index| found.row(index)) {
        let (instance, shape) = target(&event.kind);
        run.tell(Command::Seek(event.seq));
        if let Some(id) = instance {
            run.go(id, actions);
        }
        if let Some((service, shape)) = shape {
            run.go_to_shape(service, shape, actions);
        }
    }
}

fn row(run: &RunMode, event: &Event, later: bool) -> Row {
    let t = run.drawer.tokens();
    let name = event_name(&event.kind);
    let says = says(run, &event.kind);
    let own = run.selected().is_some() && instance_of(&event.kind) == run.selected();
    let ground = if run.state.past == Some(event.seq) {
        Some(t.tint(t.panel, t.brand, 0.14))
    } else {
        own.then(|| t.tint(t.panel, t.selection, 0.07))
    };
    Row {
        name: format!("{name} {says}"),
        cells: vec![
            Clock(event.at.since(run.state.start)).to_string(),
            name.to_owned(),
            says,
            event.seq.to_string(),
        ],
        mark: Some(color(t, &event.kind)),
        ground,
        // What comes after the moment shown has not happened in it.
        faint: later,
        ..Row::default()
    }
}

/// The journal's own words, with the names of shapes in place of their ids.
pub fn says(run: &RunMode, kind: &EventKind) -> String {
    let text = Detail(kind).to_string().replace(['\n', '\r'], " ");
    let Some((service, shape)) = place(run, kind) else { return text };
    // A called orchestration waits under the name of the one that called it.
    let spot = run.state.atlas.spot(service, shape);
    let name = spot.map_or_else(|| run.state.atlas.any_shape(shape), |s| &s.name);
    match text.rsplit_once(shape.as_str()) {
        Some((before, after)) if name != shape.as_str() => format!("{before}{name}{after}"),
        _ => text,
    }
}

/// Orchestration and shape an event names.
fn place(run: &RunMode, kind: &EventKind) -> Option<(Name, Name)> {
    use crate::engine::InstanceChange;
    let (instance, shape) = match kind {
        EventKind::ShapeStarted { service, shape, .. } | EventKind::ShapeCompleted { service, shape, .. } => {
            return Some((*service, *shape));
        }
        EventKind::MessageConsumed { instance, shape, .. }
        | EventKind::BreakpointHit { instance, shape, .. } => (*instance, *shape),
        EventKind::ScopeCommitted { instance, scope }
        | EventKind::ScopeAborted { instance, scope }
        | EventKind::ScopeRetry { instance, scope, .. }
        | EventKind::ScopeCompensated { instance, scope }
        | EventKind::ExceptionCaught { instance, scope, .. } => (*instance, *scope),
        EventKind::Instance { service, change: InstanceChange::Waiting { at }, .. } => {
            return Some((*service, *at));
        }
        _ => return None,
    };
    Some((run.state.summary(instance)?.service, shape))
}

/// What a click on a line selects.
fn target(kind: &EventKind) -> (Option<InstanceId>, Option<(Name, Name)>) {
    let shape = match kind {
        EventKind::ShapeStarted { service, shape, .. } | EventKind::ShapeCompleted { service, shape, .. } => {
            Some((*service, *shape))
        }
        _ => None,
    };
    (instance_of(kind), shape)
}

/// What kind of happening it is: messaging, progress, wait, end, failure.
fn color(t: &Tokens, kind: &EventKind) -> Color32 {
    use crate::engine::InstanceChange as C;
    match kind {
        EventKind::RoutingFailed { .. }
        | EventKind::MessageSuspended { .. }
        | EventKind::ExceptionThrown { .. }
        | EventKind::PortFailed { .. }
        | EventKind::OperationRefused { .. }
        | EventKind::ScopeAborted { .. } => t.error,
        EventKind::Instance { change, .. } => match change {
            C::Waiting { .. } | C::PendingOperation { .. } => t.warn,
            C::Suspended { .. } | C::Terminated { .. } | C::Discarded { .. } => t.error,
            C::Dehydrated => t.muted,
            _ => t.ok,
        },
        EventKind::MessageReceived { .. }
        | EventKind::MessagePublished { .. }
        | EventKind::SubscriptionMatched { .. }
        | EventKind::MessageEnqueued { .. }
        | EventKind::MessageConsumed { .. }
        | EventKind::PortAttempt { .. }
        | EventKind::PortSent { .. } => t.messaging,
        EventKind::MessageConstructed { .. } => t.construct,
        EventKind::PortRetry { .. }
        | EventKind::PortScheduled { .. }
        | EventKind::PortBackup { .. }
        | EventKind::ScopeRetry { .. }
        | EventKind::ExceptionCaught { .. } => t.warn,
        _ => t.line_strong,
    }
}
