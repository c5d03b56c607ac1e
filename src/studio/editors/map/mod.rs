//! A map: source tree left, target tree right, links and functions between. A link is drawn by drag or chosen by
//! keyboard; the map is tried on a message at any time.

pub mod layout;
mod rule;
mod test;

use super::{Editing, list};
use crate::model::edit::{Edit, Part};
use crate::model::{Map, MapDrawing, MapRule, MapValue};
use crate::studio::icons::{self, Glyph};
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use crate::xml::SchemaSet;
use egui::epaint::CubicBezierShape;
use egui::{
    Align, Color32, DragAndDrop, FontId, Frame, Key, Layout, Margin, Panel, Pos2, Rect, RichText, ScrollArea,
    Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use layout::{Drawing, End, Line, ValuePath};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, Default)]
pub struct State {
    closed: BTreeSet<String>,
    /// Source node to link from, by path.
    source: String,
    /// Target node whose rule is shown, by path.
    target: String,
    test: test::State,
}

/// What is dragged from the source tree.
#[derive(Clone, Debug)]
struct Dragged(String);

const ROW: f32 = 22.0;
const KNOT: Vec2 = vec2(104.0, 22.0);
/// Widest that a tree gets, and the links between trees when no function stands on them.
const SIDE: f32 = 340.0;
const LINKS: f32 = 640.0;

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, name: &str, state: &mut State) {
    let t = Tokens::of(ui);
    let Some(map) = editing.document.app.maps.get(name) else { return };
    let schemas = Arc::clone(&editing.document.schemas);
    // What a drawing says is shown as rules; it is the drawing that runs.
    let drawn = crate::xml::map::is_drawn(map);
    let mut new = map.clone();
    if drawn {
        new.rules = crate::xml::map::drawn_rules(map);
    }
    let before = new.rules.clone();
    let mut as_rules = false;
    let short = |types: &[String]| {
        types.iter().map(|t| t.rsplit('#').next().unwrap_or(t).to_owned()).collect::<Vec<_>>().join(", ")
    };
    let what = format!("{} → {}", short(&map.sources), short(&map.targets));
    let (mut renamed, mut delete) = (None, false);
    list::head(ui, Glyph::Transform, t.construct, name, &what, |ui| {
        delete = super::files::delete_button(ui);
        ui.allocate_ui_with_layout(vec2(160.0, 26.0), Layout::left_to_right(Align::Center), |ui| {
            ui.name_inputs("Map name", |ui| renamed = fields::committed(ui, "map name", name));
        });
    });
    if let Some(to) = renamed.filter(|to| !to.is_empty()) {
        editing.edit(Edit::RenameMap { name: name.to_owned(), to: to.clone() });
        editing.asks.push(super::Ask::Open(crate::studio::tabs::Tab::Map(to)));
        return;
    }
    if delete {
        editing.edit(Edit::Set(Part::Map(name.to_owned(), None)));
        return;
    }
    let found = crate::xml::map::check(map, name, &schemas);
    let below = Frame::new().fill(t.panel).inner_margin(Margin::symmetric(0, 6));
    let tall = (ui.available_height() * 0.36).clamp(120.0, 300.0);
    Panel::bottom(ui.scope_id().with(("map below", name)))
        .frame(below)
        .default_size(tall)
        .resizable(true)
        .show(ui, |ui| {
            let room = ui.available_size();
            ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                let half = room.x * 0.5;
                ui.allocate_ui_with_layout(vec2(half, room.y), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(half - 12.0);
                    as_rules = rule::ui(ui, &mut new, &schemas, state, (&found, drawn));
                });
                ui.allocate_ui_with_layout(
                    vec2(ui.available_width(), room.y),
                    Layout::top_down(Align::Min),
                    |ui| {
                        test::ui(ui, &editing.document.app, map, &schemas, &mut state.test);
                    },
                );
            });
        });
    egui::CentralPanel::default().frame(Frame::NONE).show(ui, |ui| {
        types(ui, &mut new, &schemas);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| grid(ui, &mut new, &schemas, state, &found));
    });
    if as_rules {
        let edit = Edit::Set(Part::Map(name.to_owned(), Some(new)));
        editing.batch("Go on as rules", vec![edit]);
        return;
    }
    if drawn {
        let after = std::mem::take(&mut new.rules);
        if after != before
            && let Some(drawing) = &mut new.drawing
        {
            redraw(drawing, map, &schemas, &before, &after);
        }
    }
    if new != *map {
        let edit = Edit::Set(Part::Map(name.to_owned(), Some(new)));
        editing.typing(edit, format!("map {name} {}", state.target));
    }
}

/// Draws the links that came, and takes away those that went. What else changed is not for a drawing.
fn redraw(drawing: &mut MapDrawing, map: &Map, schemas: &SchemaSet, before: &[MapRule], after: &[MapRule]) {
    let of = |rules: &[MapRule], to: &str| -> Vec<MapValue> {
        rules.iter().filter(|rule| rule.to == to).map(|rule| rule.value.clone()).collect()
    };
    let mut targets: Vec<&String> = before.iter().chain(after).map(|rule| &rule.to).collect();
    targets.sort();
    targets.dedup();
    for to in targets.into_iter().filter(|to| of(before, to) != of(after, to)) {
        match of(after, to).last() {
            Some(MapValue::Link(from)) => {
                let sources = map.sources.iter().filter_map(|kind| schemas.structure(kind));
                let ends = map.targets.iter().filter_map(|kind| schemas.structure(kind));
                let found = sources.flat_map(|s| ends.clone().map(move |t| (s, t)));
                for (source, target) in found {
                    if crate::xml::map::draw_link(drawing, (source, from), (target, to)) {
                        break;
                    }
                }
            }
            Some(MapValue::Constant(_) | MapValue::Function { .. }) => {}
            None => crate::xml::map::remove_links(drawing, to),
        }
    }
}

/// The schemas of each side, while one is not chosen yet.
fn types(ui: &mut Ui, map: &mut Map, schemas: &SchemaSet) {
    let known: Vec<String> = schemas.roots().map(|r| r.message_type.to_string()).collect();
    // While nothing is linked, another schema breaks nothing.
    let blank = map.rules.is_empty() && map.drawing.is_none();
    for (label, types) in [("Source", &mut map.sources), ("Target", &mut map.targets)] {
        if types.is_empty() || blank && types.len() == 1 {
            let now = types.first().cloned().unwrap_or_default();
            ui.push_id(label, |ui| {
                if let Some(chosen) =
                    fields::choice(ui, label, &now, &known, "choose a schema").filter(|c| !c.is_empty())
                {
                    *types = vec![chosen];
                }
            });
        }
    }
}

fn grid(
    ui: &mut Ui,
    map: &mut Map,
    schemas: &SchemaSet,
    state: &mut State,
    found: &[crate::diagnostic::Diagnostic],
) {
    let t = Tokens::of(ui);
    let sources = layout::tree(&map.sources, schemas, &state.closed);
    let targets = layout::tree(&map.targets, schemas, &state.closed);
    let drawing = layout::draw(map, &sources, &targets);
    #[expect(clippy::cast_precision_loss, reason = "rows on a screen")]
    let height = (sources.len().max(targets.len()) as f32 + 1.0) * ROW;
    #[expect(clippy::cast_precision_loss, reason = "a few columns")]
    let most = 2.0 * SIDE + (drawing.columns as f32 * (KNOT.x + 44.0) + 40.0).max(LINKS);
    let width = ui.available_width().min(most);
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let side = (width * 0.32).clamp(140.0, SIDE);
    let left = Rect::from_min_size(rect.min, vec2(side, height));
    let right = Rect::from_min_size(pos2(rect.right() - side, rect.top()), vec2(side, height));
    let middle = Rect::from_min_max(left.right_top(), right.left_bottom());
    ui.painter().rect_filled(middle, 0.0, t.canvas);
    let painter = ui.painter_at(middle.expand2(vec2(6.0, 0.0)));
    let chosen = map.rules.iter().rposition(|rule| rule.to == state.target);
    let place = |end: End, incoming: bool| -> Option<Pos2> {
        match end {
            End::Source(row) => Some(pos2(middle.left(), middle_of(rect, row))),
            End::Target(row) => Some(pos2(middle.right(), middle_of(rect, row))),
            End::Knot(knot) => {
                let knot = knot_rect(middle, &drawing, drawing.knots.get(knot)?);
                Some(if incoming { knot.left_center() } else { knot.right_center() })
            }
        }
    };
    let ground = ui.interact(middle, ui.scope_id().with("links"), Sense::click());
    let pointer = ground.hover_pos();
    let mut near: Option<(f32, usize)> = None;
    for pass in [false, true] {
        for wire in &drawing.wires {
            let strong = chosen == Some(wire.rule);
            let from_source = matches!(wire.from, End::Source(at) if sources.get(at).is_some_and(|l| l.path == state.source));
            if (strong || from_source) != pass {
                continue;
            }
            let (Some(from), Some(to)) = (place(wire.from, false), place(wire.to, true)) else { continue };
            let color = if strong {
                t.brand
            } else if from_source {
                t.selection
            } else {
                t.construct.gamma_multiply(0.55)
            };
            curve(&painter, from, to, Stroke::new(if pass { 2.0 } else { 1.2 }, color));
            if let Some(far) = pointer.map(|p| distance(bow(from, to), p))
                && far < NEAR
                && near.is_none_or(|(nearest, _)| far < nearest)
            {
                near = Some((far, wire.rule));
            }
        }
    }
    if let Some(rule) = near.and_then(|(_, rule)| map.rules.get(rule)) {
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
        if ground.clicked() {
            state.target.clone_from(&rule.to);
        }
    }
    if let Some(path) = knots(ui, &drawing, middle, map, state) {
        state.target = path;
    }
    trees(ui, (left, &sources), (right, &targets), map, state, found);
    // The link being drawn.
    if let Some(dragged) = DragAndDrop::payload::<Dragged>(ui.ctx())
        && let (Some(row), Some(pointer)) =
            (layout::seen(&sources, &dragged.0), ui.input(|i| i.pointer.hover_pos()))
    {
        let from = pos2(middle.left(), middle_of(rect, row));
        let painter = ui.painter_at(rect);
        curve(&painter, from, pointer, Stroke::new(2.0, t.brand));
        ui.request_repaint();
    }
}

fn middle_of(rect: Rect, row: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "rows on a screen")]
    let at = row as f32;
    rect.top() + (at + 0.5) * ROW
}

/// How near the pointer has to be to a link to mean it.
const NEAR: f32 = 6.0;

/// The four points of a link's curve.
fn bow(from: Pos2, to: Pos2) -> [Pos2; 4] {
    let pull = vec2(((to.x - from.x).abs() * 0.45).clamp(16.0, 140.0), 0.0);
    [from, from + pull, to - pull, to]
}

fn distance(points: [Pos2; 4], at: Pos2) -> f32 {
    let curve = CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, Stroke::NONE);
    let steps = (0_u8..=32).map(|step| curve.sample(f32::from(step) / 32.0).distance(at));
    steps.fold(f32::INFINITY, f32::min)
}

fn curve(painter: &egui::Painter, from: Pos2, to: Pos2, stroke: Stroke) {
    let points = bow(from, to);
    painter.add(CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke));
    painter.circle_filled(to, 2.5, stroke.color);
}

fn knot_rect(middle: Rect, drawing: &Drawing, knot: &layout::Knot) -> Rect {
    #[expect(clippy::cast_precision_loss, reason = "a few columns")]
    let (columns, column) = (drawing.columns.max(1) as f32, knot.column as f32);
    let room = middle.width() - 40.0;
    let step = (room / columns).min(KNOT.x + 44.0);
    let size = vec2(KNOT.x.min(step - 12.0).max(30.0), KNOT.y);
    let x = middle.right() - 20.0 - step * (column + 0.5);
    Rect::from_center_size(pos2(x, middle.top() + (knot.row + 0.5) * ROW), size)
}

/// Functions and constants; gives the target of the rule whose one was clicked. What is dropped on a function becomes
/// its next argument.
fn knots(ui: &mut Ui, drawing: &Drawing, middle: Rect, map: &mut Map, state: &State) -> Option<String> {
    let t = Tokens::of(ui);
    let mut clicked = None;
    for (number, knot) in drawing.knots.iter().enumerate() {
        let rect = knot_rect(middle, drawing, knot);
        let response = ui.interact(rect, ui.scope_id().with(("knot", number)), Sense::click());
        let to = map.rules.get(knot.rule).map(|r| r.to.clone()).unwrap_or_default();
        let kind = if knot.constant { "Constant" } else { "Function" };
        response.widget_info(|| {
            WidgetInfo::labeled(egui::Role::Button, true, format!("{kind} {} for {to}", knot.words))
        });
        let strong = to == state.target || response.has_focus();
        let tint = if knot.constant { t.expression } else { t.construct };
        let fill = t.tint(t.card, tint, if response.hovered() { 0.26 } else { 0.15 });
        let stroke = Stroke::new(
            if strong { 1.5 } else { 1.0 },
            if strong { t.brand } else { tint.gamma_multiply(0.7) },
        );
        ui.painter().rect(rect, 6.0, fill, stroke, StrokeKind::Inside);
        let words =
            list::cut(ui, &knot.words, FontId::new(11.0, theme::medium()), t.text, rect.width() - 10.0);
        ui.painter().galley(rect.center() - words.size() / 2.0, words, t.text);
        if response.clicked() {
            clicked = Some(to);
        }
        if !knot.constant
            && let Some(dragged) = response.dnd_release_payload::<Dragged>()
            && let Some(rule) = map.rules.get_mut(knot.rule)
            && let Some(MapValue::Function { arguments, .. }) = layout::part(&mut rule.value, &knot.at)
        {
            arguments.push(MapValue::Link(dragged.0.clone()));
        }
        let about =
            crate::xml::map::FUNCTIONS.iter().find(|f| f.name == knot.words).map_or("", |f| f.summary);
        if !about.is_empty() {
            response.on_hover_text(format!("{}: {about}", knot.words));
        }
    }
    clicked
}

fn trees(
    ui: &mut Ui,
    (left, sources): (Rect, &[Line]),
    (right, targets): (Rect, &[Line]),
    map: &mut Map,
    state: &mut State,
    found: &[crate::diagnostic::Diagnostic],
) {
    let t = Tokens::of(ui);
    let linked = |path: &str| {
        fn names(value: &MapValue, path: &str) -> bool {
            match value {
                MapValue::Link(link) => link == path,
                MapValue::Constant(_) => false,
                MapValue::Function { arguments, .. } => arguments.iter().any(|a| names(a, path)),
            }
        }
        map.rules.iter().any(|rule| names(&rule.value, path))
    };
    let used: Vec<bool> = sources.iter().map(|line| linked(&line.path)).collect();
    for (row, line) in sources.iter().enumerate() {
        let chosen = state.source == line.path;
        let lit = used.get(row).copied().unwrap_or_default();
        let response = self::line(ui, left, row, line, (chosen, lit, t.text), "Source", state);
        if line.field {
            response.dnd_set_drag_payload(Dragged(line.path.clone()));
        }
        if response.clicked() || response.drag_started() {
            state.source.clone_from(&line.path);
        }
    }
    for (row, line) in targets.iter().enumerate() {
        let chosen = state.target == line.path;
        let rule = map.rules.iter().rposition(|rule| rule.to == line.path);
        let wrong = found.iter().any(|d| d.place.name.ends_with(&format!("› {}", line.path)));
        let ink = if wrong { t.error } else { t.text };
        let response = self::line(ui, right, row, line, (chosen, rule.is_some(), ink), "Target", state);
        if response.clicked() {
            state.target.clone_from(&line.path);
        }
        let over = response.dnd_hover_payload::<Dragged>().is_some() && line.field;
        if over {
            ui.painter().rect_stroke(response.rect, 5.0, Stroke::new(1.5, t.brand), StrokeKind::Inside);
        }
        let dropped = response.dnd_release_payload::<Dragged>().filter(|_| line.field).map(|d| d.0.clone());
        let (enter, delete) = if response.has_focus() {
            ui.input(|i| (i.key_pressed(Key::L), i.key_pressed(Key::Delete)))
        } else {
            (false, false)
        };
        let typed = (enter && line.field && !state.source.is_empty()).then(|| state.source.clone());
        if let Some(path) = dropped.or(typed) {
            set_link(map, &line.path, path);
            state.target.clone_from(&line.path);
        }
        if delete && rule.is_some() {
            map.rules.retain(|rule| rule.to != line.path);
        }
    }
}

/// A link to a target: in place of its rule, or as one more argument of its function.
fn set_link(map: &mut Map, to: &str, path: String) {
    match map.rules.iter_mut().rev().find(|rule| rule.to == to) {
        Some(MapRule { value: MapValue::Function { arguments, .. }, .. }) => {
            arguments.push(MapValue::Link(path))
        }
        Some(rule) => rule.value = MapValue::Link(path),
        None => map.rules.push(MapRule { to: to.to_owned(), value: MapValue::Link(path) }),
    }
}

fn line(
    ui: &mut Ui,
    side: Rect,
    row: usize,
    line: &Line,
    (chosen, lit, ink): (bool, bool, Color32),
    kind: &str,
    state: &mut State,
) -> egui::Response {
    let t = Tokens::of(ui);
    let rect =
        Rect::from_min_size(pos2(side.left(), middle_of(side, row) - ROW / 2.0), vec2(side.width(), ROW));
    let response = ui.interact(rect, ui.scope_id().with((kind, &line.path)), Sense::click_and_drag());
    let words = format!("{kind} {}", line.path);
    response.widget_info(|| WidgetInfo::selected(egui::Role::TreeItem, true, chosen, &words));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if chosen || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.selection, if chosen { 0.16 } else { 0.07 }));
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect.shrink(1.0), 5.0, Stroke::new(1.0, t.selection), StrokeKind::Inside);
    }
    #[expect(clippy::cast_precision_loss, reason = "nesting is shallow")]
    let x = rect.left() + 4.0 + line.depth as f32 * 13.0;
    if line.parent {
        let glyph = if state.closed.contains(&line.path) { Glyph::Chevron } else { Glyph::ChevronDown };
        let at = Rect::from_center_size(pos2(x + 6.0, rect.center().y), Vec2::splat(8.0));
        icons::paint(ui.painter(), glyph, at, t.muted);
        let toggled = response.double_clicked()
            || (response.clicked() && response.interact_pointer_pos().is_some_and(|p| p.x < x + 14.0))
            || (response.has_focus() && ui.input(|i| i.key_pressed(Key::Space)));
        if toggled && !state.closed.remove(&line.path) {
            state.closed.insert(line.path.clone());
        }
    }
    let font = if line.parent { theme::semibold() } else { egui::FontFamily::Proportional };
    let name = if line.repeats { format!("{} *", line.name) } else { line.name.clone() };
    let color = if lit || line.parent || ink == t.error { ink } else { t.muted };
    let words = list::cut(ui, &name, FontId::new(12.0, font), color, rect.right() - x - 26.0);
    ui.painter().galley(pos2(x + 15.0, rect.center().y - words.size().y / 2.0), words, color);
    if lit {
        let edge = if kind == "Source" { rect.right() - 5.0 } else { rect.left() + 2.0 };
        ui.painter().circle_filled(pos2(edge, rect.center().y), 2.5, t.construct);
    }
    response
}

/// Words for a place in a value, for those who cannot see it.
pub fn place_words(at: &ValuePath) -> String {
    if at.is_empty() {
        "Value".to_owned()
    } else {
        format!("Argument {}", at.iter().map(|n| (n + 1).to_string()).collect::<Vec<_>>().join("."))
    }
}

/// A hint when nothing is chosen.
fn hint(ui: &mut Ui, words: &str) {
    let t = Tokens::of(ui);
    ui.label(RichText::new(words).small().color(t.muted));
}
