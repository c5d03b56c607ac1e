//! A schema as a tree: elements and attributes with their types, how often they occur, what is promoted and what is
//! distinguished. Marks are set by a click, nodes added and changed by a form; each changes only its lines of the text.

mod node;

use super::{Editing, files, list};
use crate::diagnostic::Diagnostic;
use crate::language::rename_schema;
use crate::message::{NodePath, PathStep};
use crate::model::edit::{Edit, Part};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::tabs::Tab;
use crate::studio::theme::{self, Tokens};
use crate::xml::promote::{self, Mark};
use crate::xml::{Occurs, RootSchema, SchemaNode, SchemaSet};
use egui::{
    Align, Color32, FontId, Layout, RichText, ScrollArea, Sense, TextEdit, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, Default)]
pub struct State {
    /// Closed nodes, by path.
    closed: BTreeSet<String>,
    chosen: String,
    text: bool,
    filter: String,
    /// What is added once the name that was typed counts.
    adds: Option<crate::xml::outline::Fresh<'static>>,
    /// Why a mark could not be made.
    refused: Option<String>,
}

/// Widest the tree gets: marks stand at the end of its lines.
const WIDTH: f32 = 760.0;

/// One line of the tree.
struct Line<'a> {
    node: &'a SchemaNode,
    path: Vec<PathStep>,
    depth: usize,
}

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, path: &str, state: &mut State) {
    let t = Tokens::of(ui);
    let Some(text) = editing.document.app.schemas.get(path) else { return };
    let schemas = Arc::clone(&editing.document.schemas);
    let file = path.rsplit('/').next().unwrap_or(path);
    let roots: Vec<&Arc<RootSchema>> = schemas.roots_of(path).collect();
    let what = match roots.as_slice() {
        [] => "Property schema, or a schema without a root".to_owned(),
        [root] => root.message_type.to_string(),
        many => format!("{} message types", many.len()),
    };
    let (mut renamed, mut delete) = (None, false);
    list::head(ui, Glyph::Parts, t.construct, file, &what, |ui| {
        delete = files::delete_button(ui);
        // BizTalk's own files keep their names: projects list them.
        let stem = file.strip_suffix(".xsd").filter(|_| editing.document.base.is_none() && !roots.is_empty());
        if let Some(stem) = stem {
            ui.allocate_ui_with_layout(vec2(160.0, 26.0), Layout::left_to_right(Align::Center), |ui| {
                ui.name_inputs("Schema name", |ui| renamed = fields::titled(ui, "schema name", stem));
            });
        }
        for (words, on) in [("Text", true), ("Tree", false)] {
            if ui.selectable_label(state.text == on, words).clicked() {
                state.text = on;
            }
        }
    });
    if delete {
        editing.edit(Edit::Set(Part::Schema(path.to_owned(), None)));
        return;
    }
    if let Some(name) = renamed {
        match rename_schema(&editing.document.app, &schemas, path, &name) {
            Ok(edit) => {
                if let Edit::RenameSchema { to, .. } = &edit {
                    editing.asks.push(super::Ask::Open(Tab::Schema(to.clone())));
                }
                editing.edit(edit);
                return;
            }
            Err(refused) => state.refused = Some(format!("{}; {}", refused.message, refused.help)),
        }
    }
    let problems = &editing.document.problems;
    let found: Vec<&Diagnostic> = problems.iter().filter(|p| p.place.file == path).collect();
    if let Some(mend) = list::findings(ui, &found) {
        editing.mend(mend);
    }
    if let Some(refused) = &state.refused {
        ui.label(RichText::new(refused).color(t.error));
    }
    if state.text {
        as_text(ui, editing, path, text);
        return;
    }
    if roots.is_empty() {
        property_schema(ui, &schemas, path);
        return;
    }
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(&mut state.filter)
            .hint_text("Find an element or attribute")
            .desired_width(260.0);
        ui.add(field).accessible_name("Find an element or attribute");
        fields::note(ui, "At the end of a line P promotes and D makes distinguished");
    });
    ui.scope(|ui| {
        ui.set_max_width((ui.available_width() - 8.0).min(WIDTH));
        node::ui(ui, editing, (path, text), (&schemas, &roots), state);
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.set_max_width((ui.available_width() - 8.0).min(WIDTH));
        let mut rows = Vec::new();
        for root in roots {
            let Some(node) = schemas.structure(&root.message_type) else { continue };
            let mut lines = Vec::new();
            walk(node, &mut Vec::new(), 0, state, &mut lines);
            for line in lines {
                let response = self::line(ui, editing, (path, text), root, &line, &schemas, state);
                rows.push((response, NodePath { steps: line.path }.to_string()));
            }
            ui.add_space(8.0);
        }
        keys(ui, &rows, state);
    });
}

/// Arrow keys choose the node above or below; F2 names the one that is chosen.
fn keys(ui: &Ui, rows: &[(egui::Response, String)], state: &mut State) {
    let Some(at) = rows.iter().position(|(response, _)| response.has_focus()) else { return };
    let arrows =
        egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..egui::EventFilter::default() };
    let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
    let next = if pressed(egui::Key::ArrowDown) {
        at + 1
    } else if pressed(egui::Key::ArrowUp) {
        at.saturating_sub(1)
    } else {
        at
    };
    if let Some((response, name)) = rows.get(next).or_else(|| rows.get(at)) {
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        if next != at {
            response.request_focus();
            response.scroll_to_me(None);
            state.chosen.clone_from(name);
        }
    }
    if pressed(egui::Key::F2)
        && let Some((_, name)) = rows.get(at)
    {
        state.chosen.clone_from(name);
        fields::focus_first(ui);
    }
}

fn walk<'a>(
    node: &'a SchemaNode,
    above: &mut Vec<PathStep>,
    depth: usize,
    state: &State,
    lines: &mut Vec<Line<'a>>,
) {
    above.push(node.step());
    let wanted = state.filter.trim().to_lowercase();
    let path = NodePath { steps: above.clone() }.to_string();
    if wanted.is_empty() || node.local.to_lowercase().contains(&wanted) {
        lines.push(Line { node, path: above.clone(), depth: if wanted.is_empty() { depth } else { 0 } });
    }
    if !wanted.is_empty() || !state.closed.contains(&path) {
        for child in &node.children {
            walk(child, above, depth + 1, state, lines);
        }
    }
    above.pop();
}

/// `0..1`, `1..*`; nothing for exactly one.
pub fn occurs(node: &SchemaNode) -> String {
    if node.attribute {
        return if node.required { String::new() } else { "optional".to_owned() };
    }
    let least = if node.required { node.occurs.least } else { 0 };
    match node.occurs {
        Occurs { most: Some(1), .. } if least == 1 => String::new(),
        Occurs { most: Some(1), .. } if least == 0 => "optional".to_owned(),
        Occurs { most: Some(most), .. } => format!("{least}..{most}"),
        Occurs { most: None, .. } => format!("{least}..*"),
    }
}

/// The type of a node in words.
pub fn type_words(node: &SchemaNode) -> String {
    let mut words = match &node.content {
        Some(content) if content.xsd.is_empty() => content.value_type.short_name().to_owned(),
        Some(content) => content.xsd.to_string(),
        None if node.children.is_empty() && !node.open => "empty".to_owned(),
        None => String::new(),
    };
    if let Some(content) = &node.content
        && !content.choices.is_empty()
    {
        let shown: Vec<&str> = content.choices.iter().take(4).map(smol_str::SmolStr::as_str).collect();
        let more = if content.choices.len() > 4 { " …" } else { "" };
        words = format!("{words}: {}{more}", shown.join(" | "));
    }
    if node.open {
        words = if words.is_empty() { "anything".to_owned() } else { format!("{words}, and more") };
    }
    if node.one_of.is_some() {
        words = format!("{words} · one of several").trim_start_matches(" · ").to_owned();
    }
    words
}

fn line(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    file: (&str, &str),
    root: &RootSchema,
    line: &Line<'_>,
    schemas: &SchemaSet,
    state: &mut State,
) -> egui::Response {
    let t = Tokens::of(ui);
    let node = line.node;
    let path = NodePath { steps: line.path.clone() };
    let name = path.to_string();
    let promoted = root.promoted.iter().find(|p| p.path == path);
    let distinguished = root.distinguished.iter().any(|d| d.path == path);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    let selected = state.chosen == name;
    response.widget_info(|| WidgetInfo::selected(egui::Role::TreeItem, true, selected, &name));
    if selected || response.hovered() || response.has_focus() {
        let strength = if selected { 0.14 } else { 0.06 };
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.selection, strength));
    }
    #[expect(clippy::cast_precision_loss, reason = "nesting is shallow")]
    let left = rect.left() + 6.0 + line.depth as f32 * 16.0;
    let parent = !node.children.is_empty();
    if parent {
        let open = !state.closed.contains(&name);
        let glyph = if open { Glyph::ChevronDown } else { Glyph::Chevron };
        let at = egui::Rect::from_center_size(pos2(left + 5.0, rect.center().y), Vec2::splat(8.0));
        crate::studio::icons::paint(ui.painter(), glyph, at, t.muted);
    }
    let color = if node.attribute { t.flow } else { t.text };
    let label = if node.attribute { format!("@{}", node.local) } else { node.local.to_string() };
    let font = if parent { theme::semibold() } else { egui::FontFamily::Proportional };
    let marks = 190.0_f32.min(rect.width() * 0.34);
    let room = rect.right() - left - marks - 24.0;
    let words = list::cut(ui, &label, FontId::new(12.5, font), color, room * 0.6);
    let used = words.size().x;
    ui.painter().galley(pos2(left + 16.0, rect.center().y - words.size().y / 2.0), words, color);
    let often = occurs(node);
    let about =
        [type_words(node), often].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" · ");
    let about = list::cut(ui, &about, FontId::proportional(11.0), t.muted, room - used - 12.0);
    ui.painter().galley(pos2(left + 28.0 + used, rect.center().y - about.size().y / 2.0), about, t.muted);
    if response.clicked() {
        if parent && !state.closed.remove(&name) && selected {
            state.closed.insert(name.clone());
        }
        state.chosen.clone_from(&name);
        response.request_focus();
    }
    if response.has_focus() && parent {
        let (close, open) =
            ui.input(|i| (i.key_pressed(egui::Key::ArrowLeft), i.key_pressed(egui::Key::ArrowRight)));
        if close {
            state.closed.insert(name.clone());
        } else if open {
            state.closed.remove(&name);
        }
    }
    if response.has_focus() && ui.input(|i| i.key_pressed(egui::Key::Delete)) {
        node::remove(ui, editing, file, (&path, node), state);
    }
    if node.content.is_none() {
        return response;
    }
    let place = egui::Rect::from_min_max(pos2(rect.right() - marks, rect.top()), rect.right_bottom());
    let mut over = ui.new_child(egui::UiBuilder::new().max_rect(place));
    over.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let change =
            marks_of(ui, (&name, node), promoted.map(|p| p.property.as_str()), distinguished, schemas);
        let Some(change) = change else { return };
        let (label, result) = apply(file, &path, change, schemas);
        match result {
            Ok(edits) => {
                state.refused = None;
                editing.batch(label, edits);
            }
            Err(reason) => state.refused = Some(reason),
        }
    });
    response
}

/// What the person wants of a node.
enum Change {
    Distinguish,
    NotDistinguish,
    Promote(String),
    /// To a new property of this name, in the first property schema of the application.
    PromoteNew(String),
    NotPromote,
}

fn marks_of(
    ui: &mut Ui,
    (path, node): (&str, &SchemaNode),
    promoted: Option<&str>,
    distinguished: bool,
    schemas: &SchemaSet,
) -> Option<Change> {
    let t = Tokens::of(ui);
    let mut change = None;
    if mark(ui, "D", &format!("Distinguished {path}"), distinguished, t.flow) {
        change = Some(if distinguished { Change::NotDistinguish } else { Change::Distinguish });
    }
    let promotable = node.content.as_ref().is_some_and(|c| c.promotable);
    if let Some(property) = promoted {
        if mark(ui, "P", &format!("Promoted {path}"), true, t.messaging) {
            change = Some(Change::NotPromote);
        }
        let short = property.rsplit('.').next().unwrap_or(property);
        let words = list::cut(ui, short, FontId::proportional(11.0), t.muted, ui.available_width() - 4.0);
        let (rect, response) = ui.allocate_exact_size(words.size(), Sense::hover());
        ui.painter().galley(rect.min, words, t.muted);
        response.on_hover_text(format!("Promoted to {property}"));
    } else if promotable {
        let button =
            egui::Button::new(RichText::new("P").size(11.0).family(theme::semibold()).color(t.muted))
                .frame(false)
                .min_size(Vec2::splat(18.0));
        let menu = egui::containers::menu::MenuButton::from_button(button);
        let (response, _) = menu.ui(ui, |ui| {
            ui.set_min_width(240.0);
            fields::note(ui, "Promote to");
            ScrollArea::vertical().max_height(280.0).show(ui, |ui| {
                let built_in =
                    |name: &str| crate::xml::built_in::properties().any(|p| p.name.as_str() == name);
                for property in schemas.properties().filter(|p| p.data && !built_in(p.name.as_str())) {
                    let words = format!("{} · {}", property.name, property.value_type.short_name());
                    if ui.button(words).clicked() {
                        change = Some(Change::Promote(property.name.to_string()));
                        ui.close();
                    }
                }
            });
            ui.separator();
            if ui.button(format!("New property {}", node.local)).clicked() {
                change = Some(Change::PromoteNew(node.local.to_string()));
                ui.close();
            }
        });
        let name = format!("Promote {path}");
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
        response.on_hover_text(name);
    }
    change
}

/// A letter that is lit while the mark is set; true when pressed.
fn mark(ui: &mut Ui, letter: &str, name: &str, on: bool, color: Color32) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, on, name));
    let hot = response.hovered() || response.has_focus();
    if on {
        ui.painter().rect_filled(rect.shrink(1.0), 4.0, t.tint(t.panel, color, 0.10));
    } else if hot {
        ui.painter().rect_filled(rect.shrink(1.0), 4.0, t.tint(t.panel, t.text, 0.08));
    }
    let ink = if on { color } else { t.muted };
    let font = FontId::new(11.0, theme::semibold());
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, letter, font, ink);
    let clicked = response.clicked();
    response.on_hover_text(name);
    clicked
}

/// The edits that make a change, with their label.
fn apply(
    (file, text): (&str, &str),
    path: &NodePath,
    change: Change,
    schemas: &SchemaSet,
) -> (String, Result<Vec<Edit>, String>) {
    let node = path.steps.last().map(|s| s.local.to_string()).unwrap_or_default();
    let set = |text: String| vec![Edit::Set(Part::Schema(file.to_owned(), Some(text)))];
    let told = |result: Result<String, crate::message::XmlError>| {
        result.map(set).map_err(|error| format!("{error}. {}", error.help))
    };
    match change {
        Change::Distinguish => (
            format!("Distinguish {node}"),
            told(promote::mark(file, text, path, &Mark::Distinguished, schemas)),
        ),
        Change::NotDistinguish => (
            format!("Take the distinguished mark off {node}"),
            told(promote::unmark(file, text, path, false)),
        ),
        Change::NotPromote => (format!("Demote {node}"), told(promote::unmark(file, text, path, true))),
        Change::Promote(property) => (
            format!("Promote {node}"),
            told(promote::mark(file, text, path, &Mark::Promoted(property), schemas)),
        ),
        Change::PromoteNew(property) => {
            let label = format!("Promote {node} to a new property");
            (label, promote_new((file, text), path, &property, schemas))
        }
    }
}

/// A new property and the promotion to it: two files, one step.
fn promote_new(
    (file, text): (&str, &str),
    path: &NodePath,
    property: &str,
    schemas: &SchemaSet,
) -> Result<Vec<Edit>, String> {
    let told = |error: crate::message::XmlError| format!("{error}. {}", error.help);
    let xsd = schemas.type_at(path).unwrap_or_else(|| "string".into());
    let made = promote::with_new_property(file, text, path, property, &xsd, schemas).map_err(told)?;
    Ok(made.into_iter().map(|(path, text)| Edit::Set(Part::Schema(path, Some(text)))).collect())
}

fn as_text(ui: &mut Ui, editing: &mut Editing<'_>, path: &str, text: &str) {
    let mut new = text.to_owned();
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        let field = TextEdit::multiline(&mut new).code_editor().desired_width(f32::INFINITY).desired_rows(24);
        fields::live(ui, field).accessible_name("Schema text");
    });
    if new != text {
        editing.typing(Edit::Set(Part::Schema(path.to_owned(), Some(new))), format!("schema {path}"));
    }
}

fn property_schema(ui: &mut Ui, schemas: &SchemaSet, path: &str) {
    let t = Tokens::of(ui);
    let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".xsd");
    let own = |name: &str| name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.'));
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for property in schemas.properties().filter(|p| own(p.name.as_str())) {
            ui.horizontal(|ui| {
                let short = property.name.as_str().rsplit('.').next().unwrap_or_default();
                ui.label(RichText::new(short).family(theme::medium()));
                let kind = if property.data { "from the message" } else { "any message may carry it" };
                ui.label(
                    RichText::new(format!("{} · {kind}", property.value_type.short_name()))
                        .small()
                        .color(t.muted),
                );
            });
            let from: Vec<String> = schemas
                .roots()
                .flat_map(|r| {
                    r.promoted.iter().filter(|p| p.property == property.name).map(|p| p.path.to_string())
                })
                .collect();
            let words =
                if from.is_empty() { "Nothing is promoted to it".to_owned() } else { from.join(", ") };
            fields::note(ui, words);
            ui.add_space(4.0);
        }
    });
}
