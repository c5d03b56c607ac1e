//! Glyphs painted: one for each shape, and the few the shell needs.

pub use crate::drawing::Glyph;

use crate::drawing::glyph::Stroke as Piece;
use egui::{
    Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2,
};

/// Draws `glyph` in `rect` (best square); `color` is its only colour.
pub fn paint(painter: &Painter, glyph: Glyph, rect: Rect, color: Color32) {
    let unit = rect.width().min(rect.height()) / 16.0;
    let place = |at: Pos2| rect.center() + at.to_vec2() * unit;
    let stroke = Stroke::new((1.5 * unit).max(0.8), color);
    for piece in glyph.strokes() {
        match piece {
            Piece::Line(points) => {
                painter.add(Shape::line(points.into_iter().map(place).collect(), stroke));
            }
            Piece::Closed(points) => {
                painter.add(Shape::closed_line(points.into_iter().map(place).collect(), stroke));
            }
            Piece::Frame(frame, radius) => {
                let frame = Rect::from_two_pos(place(frame.min), place(frame.max));
                painter.rect_stroke(frame, radius * unit, stroke, StrokeKind::Middle);
            }
            Piece::Ring(radius) => {
                painter.circle_stroke(rect.center(), radius * unit, stroke);
            }
            Piece::Dot(at, radius) => {
                painter.circle_filled(place(at), radius * unit, color);
            }
            Piece::Letter(letter) => {
                let font = FontId::new(15.0 * unit, super::theme::semibold());
                painter.text(rect.center(), Align2::CENTER_CENTER, letter, font, color);
            }
        }
    }
}

/// A tinted chip with its glyph, as at the left of every shape.
pub fn chip(
    painter: &Painter,
    glyph: Glyph,
    rect: Rect,
    ground: Color32,
    color: Color32,
    radius: CornerRadius,
) {
    painter.rect_filled(rect, radius, ground.lerp_to_gamma(color, 0.18));
    let side = (rect.width().min(rect.height()) * 0.5).clamp(6.0, 40.0);
    paint(
        painter,
        glyph,
        Rect::from_center_size(rect.center(), Vec2::splat(side.max(15.0_f32.min(rect.width())))),
        color,
    );
}

/// A filled arrow head pointing down with its tip at `tip`.
pub fn arrow_down(painter: &Painter, tip: Pos2, size: f32, color: Color32) {
    let points = vec![tip, pos2(tip.x - size * 0.6, tip.y - size), pos2(tip.x + size * 0.6, tip.y - size)];
    painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
}
