//! Messages of the selected instance: its variables, and what it received, sent and constructed.

use super::RunMode;
use super::atlas::{key_of, type_of};
use super::inspector::value_words;
use super::pretty;
use super::tracker::{Exchange, Way};
use crate::journal::Clock;
use crate::message::Message;
use crate::studio::icons::{self, Glyph};
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::{FontId, Rect, RichText, Sense, Ui, Vec2, pos2, vec2};
use std::sync::Arc;

const ROW: f32 = 36.0;

/// One line of the list and the message behind it.
struct Line {
    glyph: Glyph,
    color: egui::Color32,
    title: String,
    about: String,
    message: Arc<Message>,
}

pub fn ui(ui: &mut Ui, run: &mut RunMode) {
    let t = Tokens::of(ui);
    let Some(watched) = run.state.watched.clone().filter(|w| Some(w.id) == run.selected()) else {
        fields::note(ui, "Choose an instance at the left to see its messages.");
        return;
    };
    let mut lines: Vec<Line> = Vec::new();
    for named in watched.view.iter().flat_map(|v| &v.messages) {
        lines.push(Line {
            glyph: Glyph::Envelope,
            color: t.construct,
            title: named.variable.to_string(),
            about: format!("{} {}", type_of(&named.message), named.message.id),
            message: Arc::clone(&named.message),
        });
    }
    let variables = lines.len();
    let owner = watched.view.as_ref().map(|v| v.service);
    lines.extend(watched.exchanges.iter().rev().map(|e| exchange(t, run, owner, e)));
    if lines.is_empty() {
        fields::note(ui, "This instance has no messages yet.");
        return;
    }
    ui.spacing_mut().item_spacing.y = 1.0;
    for (index, line) in lines.iter().enumerate() {
        if index == 0 && variables > 0 {
            fields::heading(ui, "Message variables");
        }
        if index == variables {
            fields::heading(ui, "Received, sent, constructed");
        }
        let open = run.picked_message == Some(index);
        if row(ui, line, open) {
            run.picked_message = (!open).then_some(index);
        }
        if open {
            let variable = (index < variables).then(|| crate::message::Name::new(&line.title));
            super::values::message(ui, run, &line.message, variable);
            detail(ui, &line.message);
        }
    }
}

fn exchange(t: &Tokens, run: &RunMode, owner: Option<crate::message::Name>, e: &Exchange) -> Line {
    let at = Clock(e.at.since(run.state.start));
    let place = match (e.way, owner) {
        (Way::Received, Some(owner)) if run.state.atlas.spot(owner, e.place).is_some() => {
            run.state.atlas.shape(owner, e.place)
        }
        (Way::Received, _) => run.state.atlas.any_shape(e.place),
        _ => e.place.as_str(),
    };
    let (glyph, color, words) = match e.way {
        Way::Received => (Glyph::Receive, t.messaging, format!("received by {place}")),
        Way::Sent => (Glyph::Send, t.messaging, format!("sent through {place}")),
        Way::Constructed => (Glyph::Assign, t.construct, format!("constructed as {place}")),
    };
    let title = format!("{} {}", type_of(&e.message), key_of(&e.message)).trim().to_owned();
    Line { glyph, color, title, about: format!("{at} · {words}"), message: Arc::clone(&e.message) }
}

fn row(ui: &mut Ui, line: &Line, open: bool) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let words = format!("{}, {}", line.title, line.about);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, open, &words));
    if open {
        ui.painter().rect_filled(rect, 6.0, t.tint(t.panel, t.selection, if t.dark { 0.16 } else { 0.12 }));
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 6.0, t.tint(t.panel, t.text, 0.05));
    }
    let chip = Rect::from_min_size(rect.left_center() + vec2(4.0, -11.0), Vec2::splat(22.0));
    icons::chip(ui.painter(), line.glyph, chip, t.panel, line.color, 5.into());
    let glyph = if open { Glyph::ChevronDown } else { Glyph::Chevron };
    let mark = Rect::from_center_size(rect.right_center() - vec2(10.0, 0.0), Vec2::splat(9.0));
    icons::paint(ui.painter(), glyph, mark, t.muted);
    let room = rect.width() - 56.0;
    for (text, y, font, color) in [
        (&line.title, 11.0, FontId::new(12.5, theme::semibold()), t.text),
        (&line.about, 26.0, FontId::proportional(11.0), t.muted),
    ] {
        let mut job =
            egui::text::LayoutJob::single_section(text.clone(), egui::text::TextFormat::simple(font, color));
        job.wrap = egui::text::TextWrapping::truncate_at_width(room);
        let galley = ui.painter().layout_job(job);
        let at = pos2(rect.left() + 34.0, rect.top() + y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, color);
    }
    response.on_hover_text(words).clicked()
}

/// Body and context of a message.
pub fn detail(ui: &mut Ui, message: &Message) {
    let t = Tokens::of(ui);
    for (index, part) in message.parts.iter().enumerate() {
        if message.parts.len() > 1 {
            let body = if index == message.body { " (body)" } else { "" };
            ui.add_space(4.0);
            ui.label(RichText::new(format!("{}{body}", part.name)).small().color(t.muted));
        }
        let job = pretty::job(&pretty::body(&part.body), t);
        egui::Frame::new().fill(t.field).corner_radius(6).inner_margin(egui::Margin::symmetric(8, 6)).show(
            ui,
            |ui| {
                let area = egui::ScrollArea::both().id_salt(("body", message.id.0, index)).max_height(270.0);
                area.auto_shrink([false, true]).show(ui, |ui| {
                    let response = ui.add(egui::Label::new(job).selectable(true).extend());
                    response.widget_info(|| {
                        egui::WidgetInfo::labeled(egui::Role::Label, true, format!("Body of {}", message.id))
                    });
                });
            },
        );
    }
    fields::heading(ui, "Context");
    for property in message.context.iter() {
        context_row(ui, property);
    }
    ui.add_space(8.0);
}

/// Promoted properties route; they have a brass dot.
fn context_row(ui: &mut Ui, property: &crate::message::Property) {
    let t = Tokens::of(ui);
    let value = value_words(&property.value);
    let value = value.trim_matches('"');
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 19.0), Sense::hover());
    let kind = if property.promoted { "promoted" } else { "written" };
    let words = format!("{} = {value} ({kind})", property.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
    if property.promoted {
        ui.painter().circle_filled(rect.left_center() + vec2(4.0, 0.0), 3.0, t.brand);
    }
    let font = FontId::proportional(11.0);
    let put = |text: &str, font: FontId, color, room: f32| {
        let mut job = egui::text::LayoutJob::single_section(
            text.to_owned(),
            egui::text::TextFormat::simple(font, color),
        );
        job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(12.0));
        ui.painter().layout_job(job)
    };
    let name = put(property.name.short(), font, t.muted, rect.width() * 0.55);
    let taken = name.size().x + 14.0;
    ui.painter().galley(pos2(rect.left() + 14.0, rect.center().y - name.size().y / 2.0), name, t.muted);
    let galley = put(value, FontId::monospace(11.0), t.text, rect.width() - taken - 10.0);
    let at = pos2(rect.right() - galley.size().x, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, t.text);
    response.on_hover_text(words);
}
