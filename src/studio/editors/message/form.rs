//! The form of a message beside its text. A change on either side is seen on the other at once.

use crate::message::document::{parse_text, root_name};
use crate::message::{Body, ValueType, XmlError, message_type};
use crate::studio::editors::list;
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::run::pretty;
use crate::studio::theme::{self, Tokens};
use crate::xml::form::{self, Change, Field, Line, LineKind};
use crate::xml::{Optional, SchemaSet, Wishes};
use egui::{Align, ComboBox, FontId, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, Default)]
pub struct State {
    /// Closed records, by place.
    closed: BTreeSet<Vec<usize>>,
    /// Text and schemas the answers below are about.
    seen: Option<(String, Arc<SchemaSet>)>,
    invalid: Option<XmlError>,
    lines: Vec<Line>,
    /// Why there is no form.
    formless: Option<XmlError>,
    /// Why something was refused, or what a generated message could not keep to.
    said: String,
    seed: u64,
}

/// Lines from which on only those in view are laid out.
const MANY: usize = 300;

/// The message type of a text, by its root.
pub fn message_type_of(text: &str) -> Option<String> {
    let tree = parse_text(text).ok()?;
    let (namespace, root) = root_name(&tree);
    Some(message_type(namespace, root).to_string())
}

/// Edits `text` in the room there is.
pub fn ui(ui: &mut Ui, text: &mut String, schemas: &Arc<SchemaSet>, state: &mut State) {
    // The set is made anew when the application changes.
    let same = |(seen, set): &(String, Arc<SchemaSet>)| seen == text && Arc::ptr_eq(set, schemas);
    if !state.seen.as_ref().is_some_and(same) {
        // A message that is not there yet is no wrong one.
        let some = !text.trim().is_empty();
        state.invalid = some.then(|| schemas.validate(&Body::xml(text.clone())).err()).flatten();
        (state.lines, state.formless) = match some.then(|| form::lines(text, schemas)) {
            None => (Vec::new(), None),
            Some(Ok(lines)) => (lines, None),
            Some(Err(error)) => (Vec::new(), Some(error)),
        };
        state.seen = Some((text.clone(), Arc::clone(schemas)));
    }
    verdict(ui, text, schemas, state);
    let room = ui.available_size();
    let narrow = room.x < 560.0;
    let left = if narrow { room.x } else { (room.x * 0.52).clamp(260.0, list::FORM) };
    if narrow {
        let height = room.y * 0.55;
        ui.allocate_ui(vec2(room.x, height), |ui| lines(ui, text, schemas, state));
        source(ui, text);
        return;
    }
    ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
        ui.allocate_ui_with_layout(vec2(left, room.y), Layout::top_down(Align::Min), |ui| {
            ui.set_width(left);
            lines(ui, text, schemas, state);
        });
        ui.add_space(4.0);
        ui.allocate_ui_with_layout(vec2(ui.available_width(), room.y), Layout::top_down(Align::Min), |ui| {
            source(ui, text);
        });
    });
}

/// Whether the message is valid, and ways to make another.
fn verdict(ui: &mut Ui, text: &mut String, schemas: &SchemaSet, state: &mut State) {
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.menu_button("Fill in…", |ui| generate(ui, text, schemas, state))
            .response
            .on_hover_text("Puts a message made from a schema in its place");
        let known = message_type_of(text).is_some_and(|kind| schemas.knows(&kind));
        let (words, color) = match &state.invalid {
            Some(error) if error.line > 0 => (format!("Line {}: {}", error.line, error.message), t.error),
            Some(error) => (error.message.clone(), t.error),
            None if text.trim().is_empty() => {
                ("Empty: fill it in by a schema, or write it".to_owned(), t.muted)
            }
            None if !known => ("No schema of the application knows this message".to_owned(), t.warn),
            None => ("Valid against its schema".to_owned(), t.ok),
        };
        let label = ui.add(egui::Label::new(RichText::new(words).color(color)).truncate());
        if let Some(error) = &state.invalid {
            label.on_hover_text(error.help);
        }
    });
    if !state.said.is_empty() {
        ui.add(egui::Label::new(RichText::new(&state.said).small().color(t.warn)).wrap());
    }
    ui.add_space(4.0);
}

fn generate(ui: &mut Ui, text: &mut String, schemas: &SchemaSet, state: &mut State) {
    ui.set_min_width(220.0);
    let current = message_type_of(text).filter(|kind| schemas.knows(kind));
    let mut make = |state: &mut State, kind: &str, wishes: Wishes| match schemas.generate(kind, &wishes) {
        Ok(made) => {
            *text = pretty::indent(&made.text);
            state.said = made.notes.join(". ");
        }
        Err(error) => state.said = format!("{error}. {}", error.help),
    };
    if let Some(kind) = &current {
        for (words, optional) in
            [("With what is required", Optional::None), ("With everything", Optional::All)]
        {
            if ui.button(words).clicked() {
                make(state, kind, Wishes { optional, ..Wishes::default() });
                ui.close();
            }
        }
        if ui.button("At random").clicked() {
            state.seed += 1;
            make(
                state,
                kind,
                Wishes { seed: state.seed, optional: Optional::Some, occurrences: 2, values: Vec::new() },
            );
            ui.close();
        }
        ui.separator();
    }
    fields::note(ui, "Of another type");
    ScrollArea::vertical().max_height(260.0).show(ui, |ui| {
        for root in schemas.roots() {
            if ui.button(root.type_name.as_str()).on_hover_text(root.message_type.as_str()).clicked() {
                make(state, &root.message_type, Wishes::default());
                ui.close();
            }
        }
    });
}

fn source(ui: &mut Ui, text: &mut String) {
    let height = ui.available_height() - 4.0;
    ScrollArea::vertical().id_salt("message text").auto_shrink(false).max_height(height).show(ui, |ui| {
        let t = Tokens::of(ui);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows on a screen")]
        let rows = ((height - 8.0) / 15.0).max(3.0) as usize;
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
            let mut job = pretty::job(text.as_str(), t);
            job.wrap.max_width = width;
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let field = TextEdit::multiline(text)
            .code_editor()
            .font(FontId::monospace(11.5))
            .desired_rows(rows)
            .desired_width(f32::INFINITY)
            .layouter(&mut layouter);
        fields::live(ui, field).accessible_name("Message body");
    });
}

fn lines(ui: &mut Ui, text: &mut String, schemas: &SchemaSet, state: &mut State) {
    if let Some(error) = &state.formless {
        let t = Tokens::of(ui);
        let words = format!("No form: {error}");
        ui.add(egui::Label::new(RichText::new(words).color(t.muted)).wrap());
        fields::note(ui, error.help);
        return;
    }
    let all = std::mem::take(&mut state.lines);
    let mut asked: Option<(Line, Change)> = None;
    ScrollArea::vertical().id_salt("message form").auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 8.0);
        ui.spacing_mut().item_spacing = vec2(6.0, 3.0);
        let mut hidden: Option<Vec<usize>> = None;
        for (number, line) in all.iter().enumerate() {
            if hidden.as_ref().is_some_and(|above| line.at.starts_with(above)) {
                continue;
            }
            hidden = None;
            let head = line.kind == LineKind::Record;
            if head && state.closed.contains(&line.at) {
                hidden = Some(line.at.clone());
            }
            // Of very many lines those in view will do.
            let top = ui.cursor().top();
            let view = ui.clip_rect().expand2(vec2(0.0, 200.0));
            if all.len() > MANY && !view.y_range().contains(top) {
                ui.allocate_space(vec2(1.0, 26.0));
                continue;
            }
            ui.push_id(("line", number), |ui| {
                if let Some(change) = one(ui, line, state) {
                    asked = Some((line.clone(), change));
                }
            });
        }
    });
    state.lines = all;
    if let Some((line, change)) = asked {
        match form::change(text, &line, &change, schemas) {
            Ok(changed) => {
                *text = changed;
                state.said.clear();
            }
            Err(error) => state.said = error.to_string(),
        }
    }
}

fn one(ui: &mut Ui, line: &Line, state: &mut State) -> Option<Change> {
    let t = Tokens::of(ui);
    #[expect(clippy::cast_precision_loss, reason = "nesting is shallow")]
    let indent = line.depth as f32 * 14.0;
    let label = match line.number {
        Some(number) => format!("{} {number}", line.name),
        None => line.name.to_string(),
    };
    let mut change = None;
    ui.horizontal(|ui| {
        ui.add_space(indent);
        match &line.kind {
            LineKind::Record => {
                let open = !state.closed.contains(&line.at);
                let glyph = if open { Glyph::ChevronDown } else { Glyph::Chevron };
                let verb = if open { "Close" } else { "Open" };
                if fields::icon_button(ui, glyph, &format!("{verb} {label}")).clicked()
                    && !state.closed.remove(&line.at)
                {
                    state.closed.insert(line.at.clone());
                }
                ui.label(RichText::new(&label).family(theme::semibold()));
                change = buttons(ui, line, &label);
            }
            LineKind::Field(field) => change = value(ui, line, &label, field),
            LineKind::Unknown => {
                ui.label(RichText::new(format!("{label}: not in the schema")).color(t.warn));
                change = buttons(ui, line, &label);
            }
            LineKind::Missing => {
                ui.label(RichText::new(format!("{label} is required")).color(t.error));
                if ui.button("Add").on_hover_text(format!("Adds {label}")).clicked() {
                    change = Some(Change::Add(line.name.clone()));
                }
            }
            LineKind::Add(names) => {
                let menu = ui.menu_button(RichText::new("Add…").small().color(t.muted), |ui| {
                    for name in names {
                        if ui.button(name.as_str()).clicked() {
                            change = Some(Change::Add(name.clone()));
                            ui.close();
                        }
                    }
                });
                menu.response.on_hover_text(format!("Adds a part to {}", line.name));
            }
        }
    });
    if let LineKind::Field(Field { wrong: Some(wrong), .. }) = &line.kind {
        ui.horizontal(|ui| {
            ui.add_space(indent + 4.0);
            ui.add(egui::Label::new(RichText::new(wrong).small().color(t.error)).wrap());
        });
    }
    change
}

/// Remove, one more, and another alternative.
fn buttons(ui: &mut Ui, line: &Line, label: &str) -> Option<Change> {
    let mut change = None;
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if line.removable && fields::icon_button(ui, Glyph::Close, &format!("Remove {label}")).clicked() {
            change = Some(Change::Remove);
        }
        if line.repeatable
            && fields::icon_button(ui, Glyph::Plus, &format!("One more {}", line.name)).clicked()
        {
            change = Some(Change::Repeat);
        }
        if line.alternatives.len() > 1 {
            ui.name_inputs(format!("Alternative of {label}"), |ui| {
                ComboBox::from_id_salt("alternative")
                    .icon(fields::drop_icon)
                    .width(90.0)
                    .selected_text(line.name.as_str())
                    .show_ui(ui, |ui| {
                        for name in &line.alternatives {
                            if ui.selectable_label(*name == line.name, name.as_str()).clicked()
                                && *name != line.name
                            {
                                change = Some(Change::Replace(name.clone()));
                            }
                        }
                    });
            });
        }
    });
    change
}

fn value(ui: &mut Ui, line: &Line, label: &str, field: &Field) -> Option<Change> {
    let t = Tokens::of(ui);
    let mut change = None;
    let wide = (ui.available_width() * 0.42).clamp(70.0, 200.0);
    let star = if field.required { " *" } else { "" };
    let name =
        RichText::new(format!("{label}{star}")).color(if line.attribute.is_some() { t.flow } else { t.text });
    let name = ui.allocate_ui_with_layout(vec2(wide, 24.0), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(wide);
        ui.add(egui::Label::new(name).truncate())
    });
    name.inner.on_hover_text(format!("{label} · {}", field.xsd));
    let extra = [line.removable, line.repeatable].into_iter().filter(|b| *b).count();
    #[expect(clippy::cast_precision_loss, reason = "two at most")]
    let room =
        ui.available_width() - 26.0 * extra as f32 - if line.alternatives.len() > 1 { 104.0 } else { 0.0 };
    if field.mixed {
        ui.label(RichText::new("text and elements: edit the text").small().color(t.muted));
    } else if !field.choices.is_empty() || field.value_type == ValueType::Bool {
        let choices: Vec<String> = if field.choices.is_empty() {
            ["true", "false"].map(str::to_owned).to_vec()
        } else {
            field.choices.iter().map(ToString::to_string).collect()
        };
        ui.allocate_ui(vec2(room.max(60.0), 24.0), |ui| {
            ui.name_inputs(label.to_owned(), |ui| {
                if let Some(chosen) = fields::combo(ui, label, &field.text, &choices, "empty") {
                    change = Some(Change::Text(chosen));
                }
            });
        });
    } else {
        let mut text = field.text.clone();
        let rows = text.lines().count().clamp(1, 5);
        let edit = if rows > 1 { TextEdit::multiline(&mut text) } else { TextEdit::singleline(&mut text) };
        let mut edit =
            edit.desired_rows(rows).desired_width(room.max(60.0) - 8.0).hint_text(field.xsd.as_str());
        if field.wrong.is_some() {
            edit = edit.text_color(t.error);
        }
        if fields::live(ui, edit).accessible_name(label).changed() {
            change = Some(Change::Text(text));
        }
    }
    buttons(ui, line, label).or(change)
}
