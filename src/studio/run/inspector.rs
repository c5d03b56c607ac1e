//! All of the selected instance in words: where it waits and for what, variables, correlation, queue.

use super::RunMode;
use super::atlas::{key_of, service_words, type_of};
use super::instances::{phase_color, title};
use super::tracker::{Phase, Watched};
use super::words::wanted;
use crate::diagnostic::counted;
use crate::engine::{InstanceId, InstanceView, Operation, SubscriptionView};
use crate::journal::Clock;
use crate::message::{Name, Value, format_value};
use crate::studio::document::Action;
use crate::studio::icons::{self, Glyph};
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::{Align, FontFamily, FontId, Layout, Rect, RichText, Sense, TextStyle, Ui, Vec2, pos2, vec2};

/// Name, number and state of the instance, and what an operator can do to it.
pub fn head(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    ui.add_space(6.0);
    let Some(id) = run.selected() else {
        ui.label(RichText::new("Run").text_style(TextStyle::Heading));
        let words = format!("{} alive, {} ended", counted(run.state.alive, "instance"), run.state.ended);
        ui.label(RichText::new(words).small().color(t.muted));
        return;
    };
    let Some(summary) = run.state.summary(id).cloned() else {
        ui.label(RichText::new(format!("Instance {id}")).text_style(TextStyle::Heading));
        let words = if run.state.past.is_some() { "not there at this moment" } else { "ended" };
        ui.label(RichText::new(words).small().color(t.muted));
        return;
    };
    ui.horizontal(|ui| {
        ui.add(egui::Label::new(RichText::new(title(&summary)).text_style(TextStyle::Heading)).truncate());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let words = match summary.key() {
                "" => format!("instance {id}"),
                key => format!("{id} · {key}"),
            };
            ui.label(RichText::new(words).monospace().size(11.5).color(t.muted));
        });
    });
    ui.horizontal(|ui| {
        let (dot, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
        ui.painter().circle_filled(dot.center(), 4.0, phase_color(t, &summary.phase));
        let says = run.state.describe(&summary);
        ui.add(egui::Label::new(RichText::new(&says).small().color(t.muted)).truncate()).on_hover_text(says);
    });
    if !summary.phase.ended() {
        operations(ui, run, id, &summary.phase);
    }
    ui.add_space(4.0);
}

/// Why nothing is done to what is over.
pub const PAST: &str = "Go back to now to do this";
/// Why nothing is changed in what is over.
pub const OVER: &str = "The instance has ended; step back to change it in a fork";

fn operations(ui: &mut Ui, run: &mut RunMode, id: InstanceId, phase: &Phase) {
    let suspended = matches!(phase, Phase::Suspended { .. });
    let resumable = matches!(phase, Phase::Suspended { resumable: true });
    let open = !suspended && *phase != Phase::Discarded;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let go_on = if *phase == Phase::InBreakpoint {
            ("Continue", true, Operation::ContinueInstance(id))
        } else {
            ("Resume", resumable, Operation::ResumeInstance(id))
        };
        for (words, enabled, operation) in [
            ("Suspend", open, Operation::SuspendInstance(id)),
            go_on,
            ("Terminate", true, Operation::TerminateInstance(id)),
        ] {
            let button = egui::Button::new(RichText::new(words).size(12.0));
            let response = ui.add_enabled(enabled && run.state.past.is_none(), button);
            let response = match run.state.past {
                Some(_) => response.on_disabled_hover_text(PAST),
                None => response,
            };
            if response.clicked() {
                run.operate(operation);
            }
        }
    });
}

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    let Some(id) = run.selected() else {
        fields::note(
            ui,
            "Choose an instance at the left to see where it waits, its variables and its messages.",
        );
        return;
    };
    let Some(watched) = run.state.watched.clone().filter(|w| w.id == id) else {
        fields::note(ui, "Nothing is known of this instance yet.");
        return;
    };
    let Some(view) = &watched.view else {
        if run.state.past.is_some() {
            fields::note(ui, "This instance is not there at this moment. Step on, or go back to now.");
            return;
        }
        fields::note(ui, "This instance ended before it was looked at; the journal still has its story.");
        return;
    };
    if !watched.alive {
        fields::note(ui, "Ended. Values are as they were before its last turn.");
    }
    if run.state.amid && watched.alive && !view.waiting {
        fields::note(ui, "In the middle of a turn. Values are those at its end.");
    }
    waiting(ui, run, &watched, view, actions);
    super::values::ui(ui, run, view);
    correlation(ui, view);
    queue(ui, view);
}

fn waiting(ui: &mut Ui, run: &RunMode, watched: &Watched, view: &InstanceView, actions: &mut Vec<Action>) {
    if view.at.is_empty() && view.reason.is_none() {
        return;
    }
    let t = Tokens::of(ui);
    if let Some(reason) = view.reason.as_ref().filter(|r| !r.is_empty()) {
        fields::heading(ui, "Why");
        ui.add(egui::Label::new(RichText::new(reason).color(t.error)).wrap());
    }
    if !watched.alive {
        return;
    }
    fields::heading(ui, if view.waiting { "Waiting at" } else { "Is at" });
    let since = Clock(view.waiting_since.since(run.state.start));
    for at in &view.at {
        let service = run.state.summary(view.id).and_then(|s| s.at).filter(|(_, shape)| shape == at);
        let service = service.map_or(view.service, |(service, _)| service);
        let name =
            run.state.atlas.spot(service, *at).map_or_else(|| run.state.atlas.any_shape(*at), |s| &s.name);
        let words = RichText::new(name).color(t.text);
        let link = ui.add(egui::Label::new(words).sense(Sense::click()).truncate());
        if link.on_hover_text("Show the shape").on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            run.go_to_shape(service, *at, actions);
        }
        if service != view.service {
            let words = format!("in {}, which it called", service_words(service));
            ui.label(RichText::new(words).small().color(t.muted));
        }
    }
    if view.waiting {
        let words = match watched.wakes.len() {
            0 => format!("since {since}"),
            1 => format!("since {since}, for 1 subscription"),
            n => format!("since {since}, for {n} subscriptions"),
        };
        ui.label(RichText::new(words).small().color(t.muted));
    }
    let (wakes, others): (Vec<_>, Vec<_>) =
        view.subscriptions.iter().partition(|row| watched.wakes.contains(&row.id));
    subscriptions(ui, watched, &wakes);
    if !others.is_empty() {
        fields::heading(ui, "Also subscribed to");
        subscriptions(ui, watched, &others);
    }
}

fn subscriptions(ui: &mut Ui, watched: &Watched, rows: &[&SubscriptionView]) {
    let t = Tokens::of(ui);
    for subscription in rows {
        let wanted = wanted(&subscription.text);
        ui.add_space(2.0);
        let port = watched.ports.get(&subscription.id).map(|p| format!(" on {p}")).unwrap_or_default();
        let words = RichText::new(format!("{}{port}", wanted.what)).small().color(t.muted);
        ui.add(egui::Label::new(words).wrap()).on_hover_text(&subscription.text);
        if !wanted.conditions.is_empty() {
            let words = RichText::new(wanted.conditions.join(" and ")).monospace().size(11.0).color(t.muted);
            ui.add(egui::Label::new(words).wrap());
        }
    }
}

/// A value as one line of text.
pub fn value_words(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => format!("\"{text}\""),
        Value::Xml(body) if body.is_empty() => "empty".to_owned(),
        Value::Xml(body) => body.to_text().map_or_else(|e| e.to_string(), |text| text.to_string()),
        Value::Class(class) => {
            let fields = class.class.fields.iter().filter_map(|f| {
                let value = class.get(f.name.as_str())?;
                (*value != Value::Null).then(|| format!("{}: {}", f.name, value_words(value)))
            });
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        other => format_value(other),
    }
}

pub(super) fn cut(
    ui: &Ui,
    text: &str,
    font: FontId,
    color: egui::Color32,
    room: f32,
) -> std::sync::Arc<egui::Galley> {
    let line: String = text.chars().take(400).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut job = egui::text::LayoutJob::single_section(line, egui::text::TextFormat::simple(font, color));
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(12.0));
    ui.painter().layout_job(job)
}

fn correlation(ui: &mut Ui, view: &InstanceView) {
    if view.sets.is_empty() {
        return;
    }
    let t = Tokens::of(ui);
    fields::heading(ui, "Correlation");
    ui.spacing_mut().item_spacing.y = 1.0;
    for (set, values) in &view.sets {
        let name = |n: Name| n.short().to_owned();
        let words: Vec<String> =
            values.iter().map(|(n, v)| format!("{} {}", name(*n), format_value(v))).collect();
        let words = words.join(", ");
        ui.add_space(2.0);
        ui.label(RichText::new(set.as_str()).text_style(theme::strong()));
        ui.add(egui::Label::new(RichText::new(words).monospace().size(11.0).color(t.muted)).wrap());
    }
}

fn queue(ui: &mut Ui, view: &InstanceView) {
    if view.queue.is_empty() {
        return;
    }
    let t = Tokens::of(ui);
    fields::heading(ui, "In the queue");
    for message in &view.queue {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::hover());
        ui.painter().rect_filled(rect, 6.0, t.field);
        let mark = Rect::from_center_size(rect.left_center() + vec2(16.0, 0.0), Vec2::splat(14.0));
        icons::paint(ui.painter(), Glyph::Envelope, mark, t.brand);
        let font = FontId::new(12.5, theme::semibold());
        let words = format!("{} {}", type_of(message), key_of(message));
        let galley = cut(ui, words.trim(), font, t.text, rect.width() - 90.0);
        ui.painter().galley(
            pos2(rect.left() + 32.0, rect.center().y - galley.size().y / 2.0),
            galley,
            t.text,
        );
        let font = FontId::new(11.0, FontFamily::Monospace);
        let id = message.id.to_string();
        ui.painter().text(
            rect.right_center() - vec2(10.0, 0.0),
            egui::Align2::RIGHT_CENTER,
            id,
            font,
            t.muted,
        );
    }
}
