//! Pieces that the editors share: rows of lists, tables of names and values, the head of a page.

use crate::diagnostic::{Diagnostic, capital};
use crate::studio::canvas::hint;
use crate::studio::icons::{self, Glyph};
use crate::studio::panels::{fields, problems};
use crate::studio::theme::{self, Tokens};
use crate::studio::ticks;
use egui::{
    Align, Align2, Color32, FontId, Layout, Rect, RichText, Sense, TextEdit, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use std::collections::BTreeMap;

/// Widest a form gets; wider ones are hard to read across.
pub const FORM: f32 = 620.0;

/// Width below which a name takes all of its line, in points.
pub const NARROW: f32 = 170.0;

/// Width from which on a long name leaves room for what is said of it, in points.
const ROOMY: f32 = 270.0;
/// Width below which what is said of a name says nothing, in points.
const LEAST_ABOUT: f32 = 56.0;

/// A line that can be chosen: glyph, name, something muted at its right. `kind` is part of its accessible name.
pub fn row(ui: &mut Ui, glyph: Glyph, name: &str, about: &str, selected: bool, kind: &str) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    let words = format!("{kind} {name}");
    response.widget_info(|| WidgetInfo::selected(egui::Role::ListItem, true, selected, &words));
    if selected || response.hovered() || response.has_focus() {
        let strength = if selected { 0.16 } else { 0.07 };
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.selection, strength));
    }
    let icon = Rect::from_center_size(pos2(rect.left() + 13.0, rect.center().y), Vec2::splat(12.0));
    icons::paint(ui.painter(), glyph, icon, if selected { t.text } else { t.muted });
    let font = if selected { theme::medium() } else { egui::FontFamily::Proportional };
    let room = rect.width() - 34.0;
    let share = if about.is_empty() || room < ROOMY { 1.0 } else { 0.64 };
    let left = cut(ui, name, FontId::new(12.5, font), t.text, room * share);
    let used = left.size().x;
    let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + 25.0, rect.center().y), left.size()).min;
    ui.painter().galley(at, left, t.text);
    if room - used > LEAST_ABOUT {
        let right = cut(ui, about, FontId::proportional(11.0), t.muted, room - used - 12.0);
        let at =
            Align2::RIGHT_CENTER.anchor_size(pos2(rect.right() - 6.0, rect.center().y), right.size()).min;
        ui.painter().galley(at, right, t.muted);
    }
    let clicked = response.clicked();
    hint(response, if about.is_empty() { words } else { format!("{words}: {about}") });
    clicked
}

/// One line of text, cut at a width.
pub fn cut(ui: &Ui, text: &str, font: FontId, color: Color32, width: f32) -> std::sync::Arc<egui::Galley> {
    let format = egui::text::TextFormat::simple(font, color);
    let mut job = egui::text::LayoutJob::single_section(text.replace('\n', " "), format);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(1.0));
    ui.painter().layout_job(job)
}

/// Width below which the buttons of a page's head stand below its name, in points.
const HEAD: f32 = 340.0;

/// The head of a page: chip, name and what it is; `add` stands at the right.
pub fn head(ui: &mut Ui, glyph: Glyph, color: Color32, name: &str, what: &str, add: impl FnOnce(&mut Ui)) {
    let t = Tokens::of(ui);
    ui.add_space(4.0);
    let words = |ui: &mut Ui| {
        let room = (ui.available_width() - 4.0).max(48.0);
        ui.allocate_ui_with_layout(vec2(room, 34.0), Layout::top_down(Align::Min), |ui| {
            ui.set_min_width(room);
            ui.spacing_mut().item_spacing.y = 1.0;
            let text = RichText::new(name).text_style(egui::TextStyle::Heading);
            ui.add(egui::Label::new(text).truncate());
            ui.add(egui::Label::new(RichText::new(what).small().color(t.muted)).truncate());
        });
    };
    let end = Layout::right_to_left(Align::Center);
    let narrow = ui.available_width() < HEAD;
    let mut add = Some(add);
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(32.0), Sense::hover());
        let chip = Rect::from_center_size(rect.center(), Vec2::splat(30.0));
        icons::chip(ui.painter(), glyph, chip, t.panel, color, 7.into());
        match add.take_if(|_| !narrow) {
            Some(add) => {
                ui.with_layout(end, |ui| {
                    add(ui);
                    words(ui);
                });
            }
            None => words(ui),
        }
    });
    if let Some(add) = add {
        ui.allocate_ui_with_layout(vec2(ui.available_width(), 28.0), end, add);
    }
    ui.add_space(2.0);
    ui.separator();
}

/// What was found about the thing being edited, with the mend where there is one.
pub fn findings(ui: &mut Ui, found: &[&Diagnostic]) -> Option<crate::model::edit::Edit> {
    let t = Tokens::of(ui);
    let mut mend = None;
    let all = ui.make_persistent_id("all findings");
    let shown = match ui.data(|d| d.get_temp(all)).unwrap_or(found.len() <= FEW + 1) {
        true => found.len(),
        false => FEW,
    };
    for problem in found.iter().take(shown) {
        let color = problems::color(t, problem.severity);
        egui::Frame::new()
            .fill(t.tint(t.panel, color, 0.09))
            .corner_radius(6)
            .inner_margin(egui::Margin::symmetric(10, 6))
            .show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                ui.add(egui::Label::new(ticks::paragraph(ui, &problem.message, 13.0, color)).wrap());
                if !problem.help.is_empty() {
                    ui.add(egui::Label::new(ticks::paragraph(ui, &problem.help, 11.5, t.muted)).wrap());
                }
                mend = fixes(ui, problem).or(mend.take());
            });
    }
    if shown < found.len() && ui.link(format!("Show {} more", found.len() - shown)).clicked() {
        ui.data_mut(|d| d.insert_temp(all, true));
    }
    mend
}

/// The ways to mend a finding, as buttons; gives the one that was pressed.
pub fn fixes(ui: &mut Ui, problem: &Diagnostic) -> Option<crate::model::edit::Edit> {
    let pressed =
        |fix: &&crate::model::edit::Edit| ui.add(egui::Button::new(fix.label()).truncate()).clicked();
    // All are drawn, whichever is pressed.
    let pressed: Vec<_> = problem.fixes.iter().filter(pressed).collect();
    pressed.first().map(|fix| (*fix).clone())
}

/// Findings shown before the rest is only counted, so that what they are about is in sight.
const FEW: usize = 3;

/// One thing wrong with a field, below it.
pub fn wrong(ui: &mut Ui, words: &str) {
    let t = Tokens::of(ui);
    fields::row(ui, "", |ui| ui.add(egui::Label::new(RichText::new(words).small().color(t.error)).wrap()));
}

/// Names and values that can be added, changed and removed. True when something changed.
pub fn pairs(ui: &mut Ui, title: &str, what: &str, map: &mut BTreeMap<String, String>) -> bool {
    let mut changed = false;
    if fields::heading_with_add(ui, title, &format!("Add {what}")) {
        let fresh = fresh(what, |name| map.contains_key(name));
        map.insert(fresh, String::new());
        changed = true;
    }
    let t = Tokens::of(ui);
    let mut renamed = None;
    let mut removed = None;
    ui.push_id(("pairs", title), |ui| {
        for (number, (key, value)) in map.iter_mut().enumerate() {
            ui.horizontal(|ui| {
                let width = (ui.available_width() - 40.0).max(80.0);
                ui.allocate_ui(vec2(width * 0.38, 26.0), |ui| {
                    ui.name_inputs(format!("Name of {what} {}", number + 1), |ui| {
                        if let Some(new) = fields::committed(ui, &format!("{title} {number}"), key) {
                            renamed = Some((key.clone(), new));
                        }
                    });
                });
                let rows = value.lines().count().clamp(1, 6);
                let field = if rows > 1 { TextEdit::multiline(value) } else { TextEdit::singleline(value) };
                let field = field.desired_rows(rows).desired_width(width * 0.62 - 8.0);
                let field = fields::live(ui, field.font(egui::TextStyle::Monospace));
                changed |= field.accessible_name(format!("Value of {key}")).changed();
                if fields::icon_button(ui, Glyph::Close, &format!("Remove {key}")).clicked() {
                    removed = Some(key.clone());
                }
            });
        }
        if map.is_empty() {
            ui.label(RichText::new("none").small().color(t.muted));
        }
    });
    if let Some((old, new)) = renamed.filter(|(_, new)| !new.is_empty() && !map.contains_key(new))
        && let Some(value) = map.remove(&old)
    {
        map.insert(new, value);
        changed = true;
    }
    if let Some(key) = removed {
        map.remove(&key);
        changed = true;
    }
    changed
}

/// A list of names out of known ones: each with a way to take it out, and a combo to add one.
pub fn names(ui: &mut Ui, title: &str, what: &str, list: &mut Vec<String>, options: &[String]) -> bool {
    let mut changed = false;
    fields::heading(ui, title);
    let t = Tokens::of(ui);
    let mut removed = None;
    for (at, name) in list.iter().enumerate() {
        ui.horizontal(|ui| {
            let known = options.contains(name);
            let text = RichText::new(name).color(if known { t.text } else { t.error });
            let room = ui.available_width() - 28.0;
            ui.allocate_ui_with_layout(vec2(room, 22.0), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(room);
                let label = ui.add(egui::Label::new(text).truncate());
                if !known {
                    label.on_hover_text(format!("There is no {what} of this name"));
                }
            });
            if fields::icon_button(ui, Glyph::Close, &format!("Remove {name}")).clicked() {
                removed = Some(at);
            }
        });
    }
    if let Some(at) = removed {
        list.remove(at);
        changed = true;
    }
    let left: Vec<String> = options.iter().filter(|o| !list.contains(o)).cloned().collect();
    let prompt = format!("Add {what}…");
    let add = ui.push_id(("add", title), |ui| {
        ui.allocate_ui(vec2(260.0_f32.min(ui.available_width()), 26.0), |ui| {
            ui.name_inputs(prompt.clone(), |ui| fields::combo(ui, title, "", &left, &prompt))
        })
    });
    let chosen: Option<String> = add.inner.inner;
    if let Some(chosen) = chosen.filter(|c| !c.is_empty()) {
        list.push(chosen);
        changed = true;
    }
    changed
}

/// `what` with a number that makes it new.
pub fn fresh(what: &str, taken: impl Fn(&str) -> bool) -> String {
    let base = capital(what).replace(' ', "");
    let names = (1_u32..).map(|n| format!("{base}{n}"));
    names.into_iter().find(|name| !taken(name)).unwrap_or(base)
}

/// A number between limits.
pub fn number<N: egui::emath::Numeric>(
    ui: &mut Ui,
    label: &str,
    value: &mut N,
    range: std::ops::RangeInclusive<N>,
    unit: &str,
) -> bool {
    fields::row(ui, label, |ui| {
        let changed = ui.add(egui::DragValue::new(value).range(range)).changed();
        fields::note(ui, unit);
        changed
    })
}

/// The mark of a header that opens and closes.
pub fn chevron(ui: &mut Ui, openness: f32, response: &egui::Response) {
    let t = Tokens::of(ui);
    let glyph = if openness > 0.5 { Glyph::ChevronDown } else { Glyph::Chevron };
    let place = Rect::from_center_size(response.rect.center(), Vec2::splat(9.0));
    icons::paint(ui.painter(), glyph, place, t.muted);
}
