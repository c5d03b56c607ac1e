//! Insertion points on the flow lines, and the menu of shapes that may go there.

use crate::drawing::layout::{CARD_WIDTH, Slot};
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
    icons::paint(painter, Glyph::Plus, Rect::from_center_size(at, Vec2::splat(r * 1.3)), color);
}

/// Says what to do with an orchestration that is still empty, beside its `+`.
pub fn invitation(painter: &Painter, t: &Tokens, at: Pos2, zoom: f32) {
    let font = egui::FontId::proportional((12.0 * zoom * 2.0).round() / 2.0);
    let at = at + vec2(20.0, 0.0) * zoom;
    painter.text(at, egui::Align2::LEFT_CENTER, "Drag a shape here, or press +", font, t.muted);
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

/// Menu of the shapes that `legal` allows; returns the chosen one.
pub fn menu(ui: &mut Ui, legal: impl Fn(&ShapeKind) -> bool) -> Option<ShapeKind> {
    let mut chosen = None;
    ui.set_width(204.0);
    ui.spacing_mut().item_spacing.y = 1.0;
    for kind in kinds::toolbox().into_iter().filter(|k| legal(k)) {
        if row(ui, &kind).clicked() {
            ui.close();
            chosen = Some(kind);
        }
    }
    chosen
}

/// One line with the chip and the name of a shape kind.
fn row(ui: &mut Ui, kind: &ShapeKind) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, kind.label()));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.selection, 0.16));
    }
    let chip = Rect::from_min_size(rect.min + vec2(3.0, 2.0), Vec2::splat(22.0));
    icons::chip(ui.painter(), kinds::glyph(kind), chip, t.panel, kinds::category(kind).color(t), 5.into());
    let font = egui::TextStyle::Body.resolve(ui.style());
    let at = rect.left_center() + vec2(34.0, 0.0);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, kind.label(), font, t.text);
    response.on_hover_text(kinds::hint(kind))
}
