//! The list of what was done and undone; a click goes to that moment.

use super::Studio;
use super::theme::{self, Tokens};
use egui::{Align2, FontId, RichText, ScrollArea, Sense, Ui, vec2};

impl Studio {
    /// Escape closes the history, before anything else it is for, unless one types or a list is open.
    pub(super) fn leave_past(&mut self, ctx: &egui::Context) {
        let others = self.overlay.is_open() || ctx.text_edit_focused() || egui::Popup::is_any_open(ctx);
        if self.past_open && !others {
            let none = egui::Modifiers::NONE;
            self.past_open = !ctx.input_mut(|input| input.consume_key(none, egui::Key::Escape));
        }
    }

    /// Shows the list over the canvas while it is open.
    pub(super) fn show_past(&mut self, ctx: &egui::Context) {
        if !self.past_open {
            return;
        }
        let mut close = false;
        let mut go = None;
        egui::Window::new("Undo history")
            .title_bar(false)
            .anchor(Align2::RIGHT_TOP, vec2(-340.0, 96.0))
            .resizable(false)
            .default_width(380.0)
            .show(ctx, |ui| {
                ui.horizontal(|ui| {
                    ui.label(RichText::new("Undo history").text_style(egui::TextStyle::Heading));
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        let name = "Close the undo history";
                        close = super::panels::fields::icon_button(ui, super::icons::Glyph::Close, name)
                            .clicked();
                    });
                });
                ui.add_space(4.0);
                go = self.past(ui);
            });
        self.past_open = !close;
        if let Some(steps) = go {
            self.travel(steps);
        }
    }

    /// Steps to go, if the person asked to: negative is back.
    fn past(&self, ui: &mut Ui) -> Option<isize> {
        let t = Tokens::of(ui);
        ui.set_width(380.0);
        let (done, undone) = self.document.history().labels();
        if done.is_empty() && undone.is_empty() {
            ui.label(RichText::new("Nothing was changed yet").color(t.muted));
            return None;
        }
        let now = done.len();
        let mut go = None;
        let saved = self.document.saved_step();
        let labels = std::iter::once("As opened").chain(done).chain(undone);
        ScrollArea::vertical().max_height(420.0).auto_shrink([false, true]).stick_to_bottom(true).show(
            ui,
            |ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                for (step, label) in labels.enumerate() {
                    if moment(ui, label, step, now, saved == Some(step)) {
                        go =
                            isize::try_from(step).ok().zip(isize::try_from(now).ok()).map(|(to, at)| to - at);
                    }
                }
            },
        );
        go.filter(|steps| *steps != 0)
    }

    /// Undoes or does again so many steps.
    fn travel(&mut self, steps: isize) {
        for _ in 0..steps.unsigned_abs() {
            if !self.cross(steps < 0) {
                return;
            }
        }
    }
}

/// One moment of the list: what was done to come to it.
fn moment(ui: &mut Ui, label: &str, step: usize, now: usize, saved: bool) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    let name = if step == now { format!("{label}, here now") } else { label.to_owned() };
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, step == now, &name));
    if step == now || response.hovered() || response.has_focus() {
        let fill = t.tint(t.panel, t.selection, if step == now { 0.18 } else { 0.07 });
        ui.painter().rect_filled(rect, 5.0, fill);
    }
    let color = if step > now { t.muted } else { t.text };
    let dot = rect.left_center() + vec2(10.0, 0.0);
    if step == now {
        ui.painter().circle_filled(dot, 4.0, t.brand);
    } else {
        ui.painter().circle_stroke(dot, 3.0, egui::Stroke::new(1.2, color));
    }
    let family = if step == now { theme::medium() } else { egui::FontFamily::Proportional };
    let format = egui::text::TextFormat::simple(FontId::new(12.5, family), color);
    let mut job = egui::text::LayoutJob::single_section(label.to_owned(), format);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() - if saved { 84.0 } else { 32.0 });
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(rect.left_center() + vec2(22.0, -galley.size().y / 2.0), galley, color);
    if saved {
        let at = rect.right_center() - vec2(8.0, 0.0);
        ui.painter().text(at, Align2::RIGHT_CENTER, "saved", FontId::proportional(11.0), t.muted);
    }
    response.clicked()
}
