//! Insertion points on the flow lines, and the menu of shapes that may go there.

use crate::diagnostic::{capital, counted};
use crate::drawing::layout::{CARD_WIDTH, Node, Slot};
use crate::model::ShapeKind;
use crate::studio::icons::{self, Glyph};
use crate::studio::kinds;
use crate::studio::theme::Tokens;
use egui::{Painter, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, vec2};

/// The `+` on a flow line.
pub fn plus(painter: &Painter, t: &Tokens, at: Pos2, zoom: f32, hot: bool) {
    let r = 8.5 * zoom;
    let (fill, line) = if hot { (t.selection, t.selection) } else { (t.card, t.line_strong) };
    painter.circle(at, r, fill, Stroke::new(1.0, line));
    let color = if hot { t.card } else { t.muted };
    icons::strokes(painter, Glyph::Plus, Rect::from_center_size(at, Vec2::splat(r * 1.3)), color);
}

/// Says what to do with an orchestration that is still empty, beside its `+`.
pub fn invitation(painter: &Painter, t: &Tokens, at: Pos2, zoom: f32) {
    let font = egui::FontId::proportional((12.0 * zoom * 2.0).round() / 2.0);
    let at = at + vec2(20.0, 0.0) * zoom;
    painter.text(at, egui::Align2::LEFT_CENTER, "Drag a shape here,\nor press +", font, t.muted);
}

/// Where the dragged shape would go.
pub fn landing(painter: &Painter, t: &Tokens, slot: &Slot, view: egui::emath::TSTransform) {
    let z = view.scaling;
    let size = vec2(CARD_WIDTH, 12.0) * z;
    let rect = Rect::from_center_size(view * slot.center, size);
    painter.rect(
        rect,
        6.0 * z,
        t.selection.gamma_multiply(0.3),
        Stroke::new(1.5, t.selection),
        StrokeKind::Inside,
    );
}

/// A quiet mark on a slot that would accept the dragged shape.
pub fn hint(painter: &Painter, t: &Tokens, at: Pos2, zoom: f32) {
    painter.circle(at, 4.5 * zoom, t.card, Stroke::new(1.2, t.selection.gamma_multiply(0.7)));
}

/// What follows the pointer while shapes are moved.
pub fn ghost(ui: &Ui, pointer: Pos2, first: Option<&Node>, count: usize) {
    let (Some(node), t) = (first, Tokens::of(ui)) else { return };
    let words = if count > 1 { counted(count, "shape") } else { node.title.clone() };
    note(
        ui,
        pointer + vec2(14.0, 10.0),
        &words,
        (t.card, t.line_strong, t.text),
        Some((node.glyph, node.category.color(t))),
    );
}

/// Says beside the pointer why what is dragged cannot go there.
pub fn refusal(ui: &Ui, pointer: Pos2, why: &str) {
    let t = Tokens::of(ui);
    note(ui, pointer + vec2(14.0, 46.0), &capital(why), (t.panel, t.error, t.text), None);
}

/// Says beside the pointer what dropping does here.
pub fn offer(ui: &Ui, pointer: Pos2, words: &str) {
    let t = Tokens::of(ui);
    note(ui, pointer + vec2(14.0, 10.0), words, (t.card, t.selection, t.text), None);
}

/// A note over everything, kept inside the window.
fn note(
    ui: &Ui,
    at: Pos2,
    words: &str,
    (fill, line, text): (egui::Color32, egui::Color32, egui::Color32),
    glyph: Option<(Glyph, egui::Color32)>,
) {
    let layer = egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("canvas note"));
    let painter = ui.layer_painter(layer);
    let galley = painter.layout(words.to_owned(), egui::TextStyle::Body.resolve(ui.style()), text, 300.0);
    let icon = if glyph.is_some() { 24.0 } else { 0.0 };
    let size = galley.size() + vec2(20.0 + icon, 10.0);
    let room = ui.content_rect().shrink(4.0);
    let min = Pos2::new(at.x.min(room.right() - size.x), at.y.min(room.bottom() - size.y));
    let rect = Rect::from_min_size(min, size);
    painter.rect(rect, 7.0, fill, Stroke::new(1.0, line), StrokeKind::Inside);
    if let Some((glyph, color)) = glyph {
        let place = Rect::from_center_size(rect.left_center() + vec2(18.0, 0.0), Vec2::splat(14.0));
        icons::strokes(&painter, glyph, place, color);
    }
    painter.galley(rect.min + vec2(10.0 + icon, 5.0), galley, text);
}

/// What was chosen from the menu of an edge.
pub enum Chosen {
    Kind(Box<ShapeKind>),
    Paste,
}

/// Menu of the shapes that may go in, and of what the clipboard holds. What one types finds a shape, Enter takes the first.
pub fn menu(ui: &mut Ui, kinds: &[ShapeKind]) -> Option<Chosen> {
    let t = Tokens::of(ui);
    let typed = typed(ui);
    let enter = !typed.is_empty() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let fits = |kind: &&ShapeKind| kind.label().to_lowercase().contains(&typed.to_lowercase());
    let found: Vec<&ShapeKind> = kinds.iter().filter(fits).collect();
    let mut chosen = None;
    ui.set_width(204.0);
    ui.spacing_mut().item_spacing.y = 1.0;
    let (words, color) = match typed.as_str() {
        "" => ("Type to find a shape", t.muted),
        typed => (typed, t.text),
    };
    ui.horizontal(|ui| {
        ui.add_space(6.0);
        ui.label(egui::RichText::new(words).small().color(color));
    });
    if found.is_empty() {
        ui.label(egui::RichText::new("No shape of this name may go here").small().color(t.warn));
    }
    for (place, kind) in found.into_iter().enumerate() {
        let first = place == 0 && !typed.is_empty();
        if row(ui, kind, first).clicked() || (first && enter) {
            chosen = Some(Chosen::Kind(Box::new(kind.clone())));
        }
    }
    ui.separator();
    if ui.add(egui::Button::new("Paste").min_size(vec2(ui.available_width(), 24.0))).clicked() {
        chosen = Some(Chosen::Paste);
    }
    if chosen.is_some() {
        ui.close();
    }
    chosen
}

/// What was typed since the menu opened.
fn typed(ui: &Ui) -> String {
    let (id, now) = (ui.scope_id().with("typed"), ui.ctx().cumulative_frame_nr());
    let known = ui.data(|data| data.get_temp::<(u64, String)>(id));
    // Not shown in the frame before, it has just opened.
    let mut text = known.filter(|(last, _)| last + 1 >= now).map(|(_, text)| text).unwrap_or_default();
    ui.input(|input| {
        for event in &input.events {
            match event {
                egui::Event::Text(more) => text.push_str(more),
                egui::Event::Key { key: egui::Key::Backspace, pressed: true, .. } => drop(text.pop()),
                _ => {}
            }
        }
    });
    ui.data_mut(|data| data.insert_temp(id, (now, text.clone())));
    text
}

/// One line with the chip and the name of a shape kind.
fn row(ui: &mut Ui, kind: &ShapeKind, first: bool) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, kind.label()));
    if response.hovered() || response.has_focus() || first {
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.selection, 0.16));
    }
    let chip = Rect::from_min_size(rect.min + vec2(3.0, 2.0), Vec2::splat(22.0));
    icons::chip(ui.painter(), kinds::glyph(kind), chip, t.panel, kinds::category(kind).color(t), 5.into());
    let font = egui::TextStyle::Body.resolve(ui.style());
    let at = rect.left_center() + vec2(34.0, 0.0);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, kind.label(), font, t.text);
    response.on_hover_text(kinds::hint(kind))
}
