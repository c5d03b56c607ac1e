//! The list of problems; a click goes to the place, and a button mends what has one obvious mend.

use super::fields;
use crate::diagnostic::{Diagnostic, Severity, counted};
use crate::model::edit::Edit;
use crate::studio::command::Command;
use crate::studio::document::{Action, Document};
use crate::studio::keymap;
use crate::studio::problems;
use crate::studio::theme::{self, Tokens};
use crate::studio::ticks;
use egui::{Align, Color32, Layout, Rect, Response, RichText, ScrollArea, Sense, Ui, UiBuilder, vec2};

/// `fresh` when it was just opened by a command: its first line gets the keyboard.
pub fn ui(ui: &mut Ui, document: &Document, fresh: bool, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let mut shown = Shown::of(ui);
    ui.horizontal(|ui| {
        let title = RichText::new("PROBLEMS").text_style(theme::caption()).color(t.faint);
        ui.label(title);
        for (severity, what, on) in [
            (Severity::Error, "error", &mut shown.errors),
            (Severity::Warning, "warning", &mut shown.warnings),
            (Severity::Information, "note", &mut shown.notes),
        ] {
            let count = document.problems.iter().filter(|p| p.severity == severity).count();
            *on ^= toggle(ui, color(t, severity), &counted(count, what), *on);
        }
        if ui.available_width() > 320.0 && !document.problems.is_empty() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let keys = [(Command::NextProblem, "next"), (Command::Fix, "fix")].into_iter();
                let keys = keys.map(|(command, what)| (keymap::words(ui.ctx(), command), what));
                let keys =
                    keys.filter(|(keys, _)| !keys.is_empty()).map(|(keys, what)| format!("{keys} {what}"));
                ui.label(RichText::new(keys.collect::<Vec<_>>().join("  ·  ")).small().color(t.muted));
            });
        }
    });
    shown.keep(ui);
    let found: Vec<&Diagnostic> = document.problems.iter().filter(|p| shown.has(p.severity)).collect();
    if found.is_empty() {
        let words = if document.problems.is_empty() {
            "Nothing to report: this application checks clean."
        } else {
            "Everything there is to report is hidden; choose above what to show."
        };
        fields::note(ui, words);
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = ScrollArea::vertical().auto_shrink(false);
    if fresh {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show_rows(ui, ROW, found.len(), |ui, rows| {
        let id = |index: usize| egui::Id::unique(("problem", index));
        if fresh {
            ui.memory_mut(|memory| memory.request_focus(id(0)));
        }
        for index in rows {
            let Some(problem) = found.get(index) else { continue };
            let (response, fix) = line(ui, id(index), problem);
            let asked = response.clicked();
            if response.has_focus() {
                fields::keeps_arrows(ui, &response);
                let next = match fields::list_keys(ui) {
                    (true, _) => index + 1,
                    (_, true) => index.saturating_sub(1),
                    _ => index,
                };
                if next != index && next < found.len() {
                    let row = response.rect.translate(vec2(0.0, ROW * (next as f32 - index as f32)));
                    ui.scroll_to_rect_animation(row, None, egui::style::ScrollAnimation::none());
                    ui.memory_mut(|memory| memory.request_focus(id(next)));
                }
            }
            if let Some(fix) = fix {
                actions.push(Action::Mend(fix.clone()));
            } else if asked {
                actions.extend(problems::way(document, problem));
            }
        }
    });
}

/// Which severities are listed; kept while the window is open.
#[derive(Clone, Copy)]
struct Shown {
    errors: bool,
    warnings: bool,
    notes: bool,
}

impl Shown {
    fn of(ui: &Ui) -> Self {
        let all = Self { errors: true, warnings: true, notes: true };
        ui.data(|data| data.get_temp(egui::Id::unique("severities shown"))).unwrap_or(all)
    }

    fn keep(self, ui: &Ui) {
        ui.data_mut(|data| data.insert_temp(egui::Id::unique("severities shown"), self));
    }

    fn has(self, severity: Severity) -> bool {
        match severity {
            Severity::Error => self.errors,
            Severity::Warning => self.warnings,
            Severity::Information => self.notes,
        }
    }
}

/// A small button that shows or hides one severity.
fn toggle(ui: &mut Ui, dot: Color32, words: &str, on: bool) -> bool {
    let t = Tokens::of(ui);
    let text = RichText::new(format!("    {words}")).small().color(if on { t.text } else { t.muted });
    let response = ui.add(egui::Button::new(text).small().selected(on).frame_when_inactive(false));
    let at = response.rect.left_center() + vec2(11.0, 0.0);
    if on {
        ui.painter().circle_filled(at, 3.5, dot);
    } else {
        ui.painter().circle_stroke(at, 3.0, egui::Stroke::new(1.0, dot));
    }
    let name = format!("Show {words}");
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, &name));
    response.clicked()
}

pub fn color(t: &Tokens, severity: Severity) -> Color32 {
    match severity {
        Severity::Error => t.error,
        Severity::Warning => t.warn,
        Severity::Information => t.selection,
    }
}

/// Width that the button takes at the end of a line.
const FIX: f32 = 48.0;

/// Height of a line, in points.
const ROW: f32 = 24.0;

/// Draws a finding; the fix that was chosen with it.
fn line<'a>(ui: &mut Ui, id: egui::Id, problem: &'a Diagnostic) -> (Response, Option<&'a Edit>) {
    let t = Tokens::of(ui);
    let rect = ui.allocate_space(vec2(ui.available_width(), ROW)).1;
    let response = ui.interact(rect, id, Sense::click());
    let words = ticks::plain(&format!("{} {}: {}", problem.code, problem.place, problem.message));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &words));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.text, 0.05));
    }
    ui.painter().circle_filled(rect.left_center() + vec2(10.0, 0.0), 4.0, color(t, problem.severity));
    let mut job = egui::text::LayoutJob::default();
    let format = |color, size, family| egui::text::TextFormat::simple(egui::FontId::new(size, family), color);
    let body = egui::FontFamily::Proportional;
    job.append(problem.code, 0.0, format(t.muted, 11.0, egui::FontFamily::Monospace));
    // Most messages begin with the name of what they are about.
    let named = problem.message.trim_start_matches('`').starts_with(&problem.place.name);
    if !named {
        job.append(&problem.place.name, 10.0, format(t.text, 12.5, theme::medium()));
    }
    ticks::append(&mut job, &problem.message, 10.0, 12.5, t.text, t.field);
    job.append(&problem.place.file, 12.0, format(t.muted, 11.0, body));
    let button = if problem.fixes.is_empty() { 0.0 } else { FIX };
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() - 30.0 - button);
    let galley = ui.painter().layout_job(job);
    let at = rect.left_center() + vec2(22.0, -galley.size().y / 2.0);
    ui.painter().galley(at, galley, t.text);
    let help = if problem.help.is_empty() { problem.message.clone() } else { problem.help.clone() };
    let response = response.on_hover_text(ticks::plain(&help));
    (response, fix_button(ui, rect, &problem.fixes))
}

/// The button at the end of a line; its tooltip and accessible name say what it does. Where there are several ways, it
/// lists them.
fn fix_button<'a>(ui: &mut Ui, row: Rect, fixes: &'a [Edit]) -> Option<&'a Edit> {
    let first = fixes.first()?;
    let layout = Layout::right_to_left(Align::Center);
    let mut end = ui.new_child(UiBuilder::new().max_rect(row.shrink2(vec2(6.0, 0.0))).layout(layout));
    if fixes.len() > 1 {
        let menu = end.menu_button(RichText::new("Fix").small(), |ui| {
            fixes.iter().find(|fix| ui.button(fix.label()).clicked())
        });
        let words = format!("{} ways to fix it", fixes.len());
        menu.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &words));
        menu.response.on_hover_text(words);
        return menu.inner.flatten();
    }
    let title = first.label();
    let button = end.small_button("Fix");
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &title));
    button.on_hover_text(title).clicked().then_some(first)
}
