//! The list of instances, the simulated partners, and what is shown when nothing can run.

use super::RunMode;
use super::atlas::service_words;
use super::state::{State, age};
use super::tracker::{Phase, Summary};
use crate::engine::InstanceId;
use crate::studio::document::{Action, Document, Selection};
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use crate::studio::{command, problems, ticks};
use egui::{Align, Color32, FontId, Layout, RichText, ScrollArea, Sense, TextStyle, Ui, pos2, vec2};

const ROW: f32 = 42.0;

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 1.0;
    let partners = run.state.partners.len();
    let below =
        if partners == 0 { 0.0 } else { (partners as f32 * 25.0 + 42.0).min(ui.available_height() * 0.34) };
    heading(ui, &run.state);
    let list = run.state.instances.clone();
    if list.is_empty() {
        fields::note(ui, "No instance yet. Send a message, or start a partner that does.");
    }
    if !list.is_empty() && everybody(ui, run) {
        run.select(None);
    }
    let room = (ui.available_height() - below - 8.0).max(ROW);
    let mut area = ScrollArea::vertical().id_salt("instances").max_height(room).auto_shrink([false, true]);
    area = area.min_scrolled_height(room);
    let place = run.selected().and_then(|id| Some((id, list.iter().position(|summary| summary.id == id)?)));
    if place != run.listed {
        let top = match place {
            Some(place) if run.is_over() && (place.1 as f32 + 1.0) * ROW <= room => Some(0.0),
            Some(place) => scrolled(run.listed, place, run.list_top, room),
            // The living stand first.
            None => Some(0.0),
        };
        if let Some(top) = top {
            area = area.vertical_scroll_offset(top);
        }
        run.listed = place;
    }
    // The space between rows comes on top of their height.
    let shown = area.show_rows(ui, ROW - 1.0, list.len(), |ui, rows| {
        for summary in list.get(rows).unwrap_or_default() {
            if row(ui, run, summary) {
                run.go(summary.id, actions);
            }
        }
    });
    run.list_top = shown.state.clamped_offset().y;
    if partners > 0 {
        super::partners::ui(ui, run);
    }
}

/// How far to scroll for the selected row; `None` where it is in sight. While others come and go before it, it stays where
/// it is on the screen; one that is selected elsewhere is brought into the middle.
fn scrolled(
    before: Option<(InstanceId, usize)>,
    (id, place): (InstanceId, usize),
    top: f32,
    room: f32,
) -> Option<f32> {
    let in_sight = |place: usize| (top..top + room).contains(&((place as f32 + 0.5) * ROW));
    let above = match before {
        Some((own, was)) if own == id && in_sight(was) => was as f32 * ROW - top,
        _ if in_sight(place) => return None,
        _ => ((room / ROW - 1.0) / 2.0).floor().max(0.0) * ROW,
    };
    Some((place as f32 * ROW - above).max(0.0))
}

fn heading(ui: &mut Ui, state: &State) {
    let t = Tokens::of(ui);
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.label(RichText::new("INSTANCES").text_style(theme::caption()).color(t.faint));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let words = format!("{} alive · {} ended", state.alive, state.ended);
            ui.label(RichText::new(words).small().color(t.muted));
        });
    });
    ui.add_space(3.0);
}

/// Colour of a state: running green, waiting amber, dehydrated grey, suspended red.
pub fn phase_color(t: &Tokens, phase: &Phase) -> Color32 {
    match phase {
        Phase::Ready | Phase::Running => t.ok,
        Phase::Waiting | Phase::InBreakpoint => t.warn,
        Phase::Suspended { .. } | Phase::Terminated | Phase::Discarded => t.error,
        Phase::Dehydrated | Phase::Completed => t.muted,
    }
}

/// What a summary is of: orchestrations lose their suffix, a failed message says so.
pub fn title(summary: &Summary) -> String {
    if summary.service.as_str().is_empty() {
        "Failed message".to_owned()
    } else if summary.orchestration {
        service_words(summary.service).to_owned()
    } else {
        summary.service.short().to_owned()
    }
}

/// The line that stands for all instances: the canvas then counts who waits where.
fn everybody(ui: &mut Ui, run: &RunMode) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::click());
    let selected = run.selected().is_none();
    let words = "All instances";
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, selected, words));
    ground(ui, rect, selected, response.hovered() || response.has_focus());
    let waiting: u32 = run.state.waiting.values().sum();
    let font = FontId::new(13.0, theme::medium());
    let at = rect.left_center() + vec2(27.0, 0.0);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, words, font, t.text);
    let at = rect.right_center() - vec2(8.0, 0.0);
    let font = FontId::proportional(11.0);
    ui.painter().text(at, egui::Align2::RIGHT_CENTER, format!("{waiting} waiting"), font, t.muted);
    response.on_hover_text("Counts on the canvas who waits where").clicked()
}

fn ground(ui: &Ui, rect: egui::Rect, selected: bool, hot: bool) {
    let t = Tokens::of(ui);
    if selected {
        ui.painter().rect_filled(rect, 6.0, t.tint(t.panel, t.selection, if t.dark { 0.16 } else { 0.12 }));
        let bar =
            egui::Rect::from_min_size(rect.left_top() + vec2(0.0, 5.0), vec2(3.0, rect.height() - 10.0));
        ui.painter().rect_filled(bar, 1.5, t.selection);
    } else if hot {
        ui.painter().rect_filled(rect, 6.0, t.tint(t.panel, t.text, 0.05));
    }
}

fn row(ui: &mut Ui, run: &RunMode, summary: &Summary) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW - 1.0), Sense::click());
    let selected = run.selected() == Some(summary.id);
    let name = title(summary);
    let says = run.state.describe(summary);
    let words = format!("{name} {} {}, {says}", summary.id, summary.key());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, selected, &words));
    let painter = ui.painter_at(rect.expand(2.0));
    ground(ui, rect, selected, response.hovered() || response.has_focus());
    let color = phase_color(t, &summary.phase);
    let dot = rect.left_top() + vec2(14.0, 14.0);
    let pulse = run.state.pulse(summary.id);
    if pulse > 0.0 && !summary.phase.ended() {
        painter.circle_filled(dot, 4.0 + 4.0 * pulse, color.gamma_multiply(0.35 * pulse));
    }
    painter.circle_filled(dot, 4.0, color);
    let ended = summary.phase.ended();
    let (strong, weak) = (if ended { t.muted } else { t.text }, t.muted);
    let left = rect.left() + 27.0;
    let right = rect.right() - 8.0;
    let id = if summary.key().is_empty() { summary.id.to_string() } else { summary.key().to_owned() };
    let taken =
        line(ui, &painter, (right, rect.top() + 14.0), &id, FontId::monospace(11.0), weak, 96.0, true);
    let font = FontId::new(13.0, theme::semibold());
    line(ui, &painter, (left, rect.top() + 14.0), &name, font, strong, right - left - taken - 8.0, false);
    let since = if ended { String::new() } else { age(run.state.now().since(summary.since)) };
    let font = FontId::proportional(11.0);
    let taken = line(ui, &painter, (right, rect.top() + 30.0), &since, font.clone(), weak, 60.0, true);
    line(ui, &painter, (left, rect.top() + 30.0), &says, font, weak, right - left - taken - 8.0, false);
    let created = run.state.now().since(summary.created);
    response
        .on_hover_text(format!("{} {}\n{says}\nstarted {} ago", summary.service, summary.id, age(created)))
        .clicked()
}

/// Text with its left or right middle at a point, cut to `room`; gives its width.
#[expect(clippy::too_many_arguments, reason = "a line of text has that many properties")]
fn line(
    ui: &Ui,
    painter: &egui::Painter,
    (x, y): (f32, f32),
    text: &str,
    font: FontId,
    color: Color32,
    room: f32,
    right: bool,
) -> f32 {
    if text.is_empty() {
        return 0.0;
    }
    let mut job =
        egui::text::LayoutJob::single_section(text.to_owned(), egui::text::TextFormat::simple(font, color));
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(8.0));
    let galley = ui.painter().layout_job(job);
    let size = galley.size();
    let left = if right { x - size.x } else { x };
    painter.galley(pos2(left, y - size.y / 2.0), galley, color);
    size.x
}

/// The diagnostics of an application that cannot run; true when there are some.
pub fn broken(ui: &mut Ui, state: &State, document: &Document, actions: &mut Vec<Action>) -> bool {
    if state.broken.is_empty() {
        return false;
    }
    let t = Tokens::of(ui);
    ui.painter().rect_filled(ui.max_rect(), 0.0, t.canvas);
    let width = (ui.available_width() - 64.0).clamp(200.0, 720.0);
    let left = ((ui.available_width() - width) / 2.0).max(0.0);
    let all = state.broken.clone();
    ScrollArea::vertical().id_salt("broken").auto_shrink(false).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.add_space(left);
            ui.vertical(|ui| {
                ui.set_max_width(width);
                ui.add_space(40.0);
                ui.label(RichText::new("This application cannot run yet").text_style(TextStyle::Heading));
                let n = all.len();
                let words = if n == 1 {
                    "One thing stands in the way.".to_owned()
                } else {
                    format!("{n} things stand in the way.")
                };
                ui.label(RichText::new(words).color(t.muted));
                ui.add_space(12.0);
                for problem in all.iter() {
                    ui.add_space(6.0);
                    let place = problem.place.to_string();
                    ui.horizontal_wrapped(|ui| {
                        ui.label(RichText::new(problem.code).monospace().color(t.error));
                        ui.label(ticks::paragraph(ui, &problem.message, 13.0, t.text));
                    });
                    ui.label(ticks::paragraph(ui, &problem.help, 11.5, t.muted));
                    if let Some((module, selection)) = problems::selection(&document.app, problem) {
                        let words = if place.is_empty() { "Show".to_owned() } else { place };
                        if ui.add(egui::Button::new(RichText::new(words).small())).clicked() {
                            actions.push(Action::Command(command::Command::Design));
                            actions.push(Action::Go { module, selection });
                        }
                    }
                }
                ui.add_space(16.0);
                if ui.button("Back to Design").clicked() {
                    actions.push(Action::Command(command::Command::Design));
                    actions.push(Action::Select(Selection::Orchestration));
                }
            });
        });
    });
    true
}
