//! The list of problems; a click goes to the place, and a button mends what has one obvious mend.

use super::fields;
use crate::diagnostic::{Diagnostic, Severity};
use crate::studio::document::{Action, Document};
use crate::studio::problems;
use crate::studio::theme::{self, Tokens};
use egui::{Align, Color32, Layout, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, vec2};

pub fn ui(ui: &mut Ui, document: &Document, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        let title = RichText::new("PROBLEMS").text_style(theme::caption()).color(t.faint);
        ui.label(title);
        ui.label(RichText::new(document.problems.len().to_string()).small().color(t.muted));
    });
    if document.problems.is_empty() {
        fields::note(ui, "Nothing to report: this application checks clean.");
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, 24.0, document.problems.len(), |ui, rows| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for problem in document.problems.get(rows).unwrap_or_default() {
            let (asked, fixed) = line(ui, problem);
            if let Some(fix) = problem.fix.as_deref().filter(|_| fixed) {
                actions.push(Action::edit(fix.clone()));
            } else if asked && let Some((module, selection)) = problems::selection(&document.app, problem) {
                actions.push(Action::Go { module, selection });
            }
        }
    });
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

/// Draws a finding; whether it was clicked, and whether its fix was.
fn line(ui: &mut Ui, problem: &Diagnostic) -> (bool, bool) {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    let words = format!("{} {}: {}", problem.code, problem.place, problem.message);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &words));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.text, 0.05));
    }
    ui.painter().circle_filled(rect.left_center() + vec2(10.0, 0.0), 4.0, color(t, problem.severity));
    let mut job = egui::text::LayoutJob::default();
    let format = |color, size, family| egui::text::TextFormat::simple(egui::FontId::new(size, family), color);
    let body = egui::FontFamily::Proportional;
    job.append(problem.code, 0.0, format(t.muted, 11.0, egui::FontFamily::Monospace));
    if !problem.place.name.is_empty() {
        job.append(&problem.place.name, 10.0, format(t.text, 12.5, theme::medium()));
    }
    job.append(&problem.message, 10.0, format(t.text, 12.5, body.clone()));
    job.append(&problem.place.file, 12.0, format(t.muted, 11.0, body));
    let button = if problem.fix.is_some() { FIX } else { 0.0 };
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() - 30.0 - button);
    let galley = ui.painter().layout_job(job);
    let at = rect.left_center() + vec2(22.0, -galley.size().y / 2.0);
    ui.painter().galley(at, galley, t.text);
    let clicked = response.clicked();
    let help = if problem.help.is_empty() { problem.message.clone() } else { problem.help.clone() };
    response.on_hover_text(help);
    (clicked, problem.fix.as_deref().is_some_and(|fix| fix_button(ui, rect, &fix.label())))
}

/// The button at the end of a line; its tooltip and accessible name say what it does.
fn fix_button(ui: &mut Ui, row: Rect, title: &str) -> bool {
    let layout = Layout::right_to_left(Align::Center);
    let mut end = ui.new_child(UiBuilder::new().max_rect(row.shrink2(vec2(6.0, 0.0))).layout(layout));
    let button = end.small_button("Fix");
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, title));
    button.on_hover_text(title).clicked()
}
