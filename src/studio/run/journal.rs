//! The journal: one line an event, newest at the bottom; a click goes to instance and shape.

use super::RunMode;
use super::player::Command;
use crate::engine::{Event, EventKind, InstanceId};
use crate::journal::{Clock, Detail, event_name, instance_of};
use crate::message::Name;
use crate::studio::document::Action;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::{Align, Color32, FontId, Layout, RichText, ScrollArea, Sense, Ui, pos2, vec2};

const ROW: f32 = 19.0;

/// Beside the tabs: the filter, and how much there is.
pub fn tools(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let (kept, dropped) = (run.state.journal.len(), run.state.dropped);
        let words = if dropped == 0 {
            format!("{kept} events")
        } else {
            format!("last {kept} of {} events", kept as u64 + dropped)
        };
        ui.label(RichText::new(words).small().color(t.muted));
        ui.add_space(6.0);
        let enabled = run.selected().is_some();
        let text = RichText::new("Selected instance only").size(12.0);
        ui.add_enabled(enabled, egui::Checkbox::new(&mut run.only_selected, text));
    });
}

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    let only = run.selected().filter(|_| run.only_selected);
    let lines: Vec<usize> = match only {
        Some(id) => {
            let own = run.state.journal.iter().enumerate().filter(|(_, e)| instance_of(&e.kind) == Some(id));
            own.map(|(i, _)| i).collect()
        }
        None => Vec::new(),
    };
    let count = if only.is_some() { lines.len() } else { run.state.journal.len() };
    if count == 0 {
        fields::note(ui, "Nothing has happened yet.");
        return;
    }
    let mut gone = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut list = ScrollArea::vertical().id_salt("journal").auto_shrink(false);
    let moved = run.journal_at != run.state.past;
    run.journal_at = run.state.past;
    list = match run.state.past {
        None => list.stick_to_bottom(true),
        Some(seq) if moved => {
            let index = run.state.journal.partition_point(|event| event.seq < seq);
            let place = if only.is_some() { lines.partition_point(|line| *line < index) } else { index };
            list.vertical_scroll_offset((place as f32 * ROW - ui.available_height() / 2.0).max(0.0))
        }
        Some(_) => list,
    };
    list.show_rows(ui, ROW, count, |ui, rows| {
        for place in rows {
            let index = if only.is_some() { lines.get(place).copied().unwrap_or_default() } else { place };
            let Some(event) = run.state.journal.get(index) else { continue };
            if line(ui, run, event) {
                gone = Some((event.seq, target(&event.kind)));
            }
        }
    });
    if let Some((seq, (instance, shape))) = gone {
        run.tell(Command::Seek(seq));
        if let Some(id) = instance {
            run.go(id, actions);
        }
        if let Some((service, shape)) = shape {
            run.go_to_shape(service, shape, actions);
        }
    }
}

fn line(ui: &mut Ui, run: &RunMode, event: &Event) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let name = event_name(&event.kind);
    let says = says(run, &event.kind);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, format!("{name} {says}")));
    let own = run.selected().is_some() && instance_of(&event.kind) == run.selected();
    let past = run.state.past;
    // What comes after the moment shown has not happened in it.
    let text = if past.is_some_and(|seq| event.seq > seq) { t.faint } else { t.text };
    if past == Some(event.seq) {
        ui.painter().rect_filled(rect, 4.0, t.tint(t.panel, t.brand, 0.14));
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4.0, t.tint(t.panel, t.text, 0.06));
    } else if own {
        ui.painter().rect_filled(rect, 0.0, t.tint(t.panel, t.selection, 0.07));
    }
    let time = Clock(event.at.since(run.state.start)).to_string();
    let mono = FontId::monospace(11.0);
    let (left, middle) = (rect.left() + 6.0, rect.center().y);
    let painter = ui.painter();
    painter.text(pos2(left, middle), egui::Align2::LEFT_CENTER, time, mono.clone(), t.muted);
    painter.circle_filled(pos2(left + 96.0, middle), 3.0, color(t, &event.kind));
    painter.text(pos2(left + 106.0, middle), egui::Align2::LEFT_CENTER, name, mono, t.muted);
    let mut job = egui::text::LayoutJob::single_section(
        says.chars().take(600).collect(),
        egui::text::TextFormat::simple(FontId::proportional(12.0), text),
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width((rect.right() - left - 268.0).max(20.0));
    let galley = painter.layout_job(job);
    painter.galley(pos2(left + 264.0, middle - galley.size().y / 2.0), galley, t.text);
    response.clicked()
}

/// The journal's own words, with the names of shapes in place of their ids.
pub(super) fn says(run: &RunMode, kind: &EventKind) -> String {
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
