//! Glyphs drawn with the painter: one for each shape, and the few the shell needs.

use egui::{
    Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Glyph {
    Receive,
    Send,
    Envelope,
    Assign,
    Transform,
    Expression,
    Decide,
    Clock,
    Listen,
    Parallel,
    Loop,
    Scope,
    Call,
    Start,
    Rules,
    Throw,
    Catch,
    Compensate,
    Suspend,
    Terminate,
    Group,
    Port,
    Link,
    Flow,
    Variable,
    Parts,
    Brand,
    Warning,
    Plus,
    Close,
    Chevron,
    ChevronDown,
}

/// Draws `glyph` in `rect` (best square); `color` is its only colour.
pub fn paint(painter: &Painter, glyph: Glyph, rect: Rect, color: Color32) {
    let pen = Pen { painter, origin: rect.center(), unit: rect.width().min(rect.height()) / 16.0, color };
    pen.draw(glyph);
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

/// A pen in a box of 16 x 16 units around its origin, -8 to 8.
struct Pen<'a> {
    painter: &'a Painter,
    origin: Pos2,
    unit: f32,
    color: Color32,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> Pos2 {
        self.origin + vec2(x, y) * self.unit
    }

    fn stroke(&self) -> Stroke {
        Stroke::new((1.5 * self.unit).max(0.8), self.color)
    }

    fn line(&self, points: &[(f32, f32)]) {
        let points: Vec<Pos2> = points.iter().map(|&(x, y)| self.at(x, y)).collect();
        self.painter.add(Shape::line(points, self.stroke()));
    }

    fn closed(&self, points: &[(f32, f32)]) {
        let points: Vec<Pos2> = points.iter().map(|&(x, y)| self.at(x, y)).collect();
        self.painter.add(Shape::closed_line(points, self.stroke()));
    }

    fn frame(&self, x0: f32, y0: f32, x1: f32, y1: f32, radius: f32) {
        let rect = Rect::from_two_pos(self.at(x0, y0), self.at(x1, y1));
        self.painter.rect_stroke(rect, radius * self.unit, self.stroke(), StrokeKind::Middle);
    }

    fn ring(&self, radius: f32) {
        self.painter.circle_stroke(self.origin, radius * self.unit, self.stroke());
    }

    fn dot(&self, x: f32, y: f32, radius: f32) {
        self.painter.circle_filled(self.at(x, y), radius * self.unit, self.color);
    }

    /// Arc in degrees, clockwise from the right.
    fn arc(&self, radius: f32, from: f32, to: f32) {
        let points: Vec<(f32, f32)> = (0_u8..=16)
            .map(|i| {
                let a = (from + (to - from) * f32::from(i) / 16.0).to_radians();
                (a.cos() * radius, a.sin() * radius)
            })
            .collect();
        self.line(&points);
    }

    fn draw(&self, glyph: Glyph) {
        match glyph {
            Glyph::Receive => {
                self.line(&[(-7.0, 0.0), (3.0, 0.0)]);
                self.line(&[(-0.5, -3.5), (3.0, 0.0), (-0.5, 3.5)]);
                self.line(&[(6.5, -6.0), (6.5, 6.0)]);
            }
            Glyph::Send => {
                self.line(&[(-6.5, -6.0), (-6.5, 6.0)]);
                self.line(&[(-3.0, 0.0), (7.0, 0.0)]);
                self.line(&[(3.5, -3.5), (7.0, 0.0), (3.5, 3.5)]);
            }
            Glyph::Envelope => {
                self.frame(-6.5, -4.8, 6.5, 4.8, 1.0);
                self.line(&[(-6.0, -4.0), (0.0, 1.0), (6.0, -4.0)]);
            }
            Glyph::Assign => {
                self.frame(-6.5, -5.5, 6.5, 5.5, 1.5);
                self.line(&[(-3.0, -1.6), (3.0, -1.6)]);
                self.line(&[(-3.0, 1.6), (3.0, 1.6)]);
            }
            Glyph::Transform => {
                for y in [-4.5, 4.5] {
                    self.dot(-5.5, y, 1.7);
                    self.dot(5.5, y, 1.7);
                }
                self.line(&[(-5.5, -4.5), (-1.5, -4.5), (1.5, 4.5), (5.5, 4.5)]);
                self.line(&[(-5.5, 4.5), (-1.5, 4.5), (1.5, -4.5), (5.5, -4.5)]);
            }
            Glyph::Expression => {
                let font = FontId::new(15.0 * self.unit, super::theme::semibold());
                self.painter.text(self.origin, Align2::CENTER_CENTER, "ƒ", font, self.color);
            }
            Glyph::Decide => self.closed(&[(0.0, -6.5), (6.5, 0.0), (0.0, 6.5), (-6.5, 0.0)]),
            Glyph::Clock => {
                self.ring(6.2);
                self.line(&[(0.0, -3.5), (0.0, 0.0), (2.8, 1.8)]);
            }
            Glyph::Listen => {
                self.line(&[(0.0, -6.5), (0.0, 6.5)]);
                self.line(&[(-6.0, 6.5), (-6.0, 3.5), (0.0, -2.5), (6.0, 3.5), (6.0, 6.5)]);
            }
            Glyph::Parallel => {
                self.line(&[(-6.5, -5.5), (6.5, -5.5)]);
                self.line(&[(-6.5, 5.5), (6.5, 5.5)]);
                self.line(&[(-3.0, -5.5), (-3.0, 5.5)]);
                self.line(&[(3.0, -5.5), (3.0, 5.5)]);
            }
            Glyph::Loop => {
                self.arc(5.6, -40.0, 250.0);
                self.line(&[(1.0, -2.0), (4.6, -3.4), (5.6, -7.2)]);
            }
            Glyph::Scope => {
                self.line(&[(-2.5, -6.0), (-6.0, -6.0), (-6.0, 6.0), (-2.5, 6.0)]);
                self.line(&[(2.5, -6.0), (6.0, -6.0), (6.0, 6.0), (2.5, 6.0)]);
            }
            Glyph::Call => {
                self.line(&[(-6.5, -4.5), (-6.5, 2.5), (3.5, 2.5)]);
                self.line(&[(0.5, -0.8), (4.0, 2.5), (0.5, 5.8)]);
                self.line(&[(6.8, -3.0), (6.8, 6.5)]);
            }
            Glyph::Start => self.closed(&[(-4.0, -6.0), (6.0, 0.0), (-4.0, 6.0)]),
            Glyph::Rules => {
                for y in [-4.5, 0.0, 4.5] {
                    self.dot(-5.5, y, 1.2);
                    self.line(&[(-2.0, y), (6.5, y)]);
                }
            }
            Glyph::Throw => {
                self.closed(&[(1.5, -7.0), (-4.5, 1.2), (-0.3, 1.2), (-1.5, 7.0), (4.5, -1.2), (0.3, -1.2)])
            }
            Glyph::Catch => {
                self.closed(&[(0.0, -6.8), (5.6, -4.6), (5.0, 2.2), (0.0, 6.8), (-5.0, 2.2), (-5.6, -4.6)]);
            }
            Glyph::Compensate => {
                self.arc(5.2, 190.0, 450.0);
                self.line(&[(-7.4, -3.6), (-5.2, -0.4), (-1.8, -2.4)]);
            }
            Glyph::Suspend => {
                self.line(&[(-3.0, -5.5), (-3.0, 5.5)]);
                self.line(&[(3.0, -5.5), (3.0, 5.5)]);
            }
            Glyph::Terminate => self.frame(-5.0, -5.0, 5.0, 5.0, 1.0),
            Glyph::Group => {
                for (sx, sy) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
                    self.line(&[(6.0 * sx, 2.5 * sy), (6.0 * sx, 6.0 * sy), (2.5 * sx, 6.0 * sy)]);
                }
            }
            Glyph::Port => {
                self.closed(&[(-6.5, -4.5), (1.5, -4.5), (6.5, 0.0), (1.5, 4.5), (-6.5, 4.5)]);
            }
            Glyph::Link => {
                self.dot(-5.0, 0.0, 2.0);
                self.dot(5.0, 0.0, 2.0);
                self.line(&[(-5.0, 0.0), (5.0, 0.0)]);
            }
            Glyph::Flow => {
                self.frame(-3.0, -7.0, 3.0, -3.0, 1.0);
                self.frame(-3.0, 3.0, 3.0, 7.0, 1.0);
                self.line(&[(0.0, -3.0), (0.0, 3.0)]);
            }
            Glyph::Variable => {
                self.line(&[(-4.0, -5.5), (-6.5, -5.5), (-6.5, 5.5), (-4.0, 5.5)]);
                self.line(&[(4.0, -5.5), (6.5, -5.5), (6.5, 5.5), (4.0, 5.5)]);
                self.line(&[(-2.6, -2.6), (2.6, 2.6)]);
                self.line(&[(-2.6, 2.6), (2.6, -2.6)]);
            }
            Glyph::Parts => {
                self.frame(-6.5, -5.5, 6.5, 5.5, 1.0);
                self.line(&[(0.0, -5.5), (0.0, 5.5)]);
                self.line(&[(0.0, 0.0), (6.5, 0.0)]);
            }
            Glyph::Brand => {
                self.ring(6.6);
                self.dot(0.0, 0.0, 2.8);
            }
            Glyph::Warning => {
                self.closed(&[(0.0, -6.0), (6.6, 5.5), (-6.6, 5.5)]);
                self.line(&[(0.0, -2.0), (0.0, 1.6)]);
                self.dot(0.0, 3.6, 0.9);
            }
            Glyph::Plus => {
                self.line(&[(-5.0, 0.0), (5.0, 0.0)]);
                self.line(&[(0.0, -5.0), (0.0, 5.0)]);
            }
            Glyph::Close => {
                self.line(&[(-4.0, -4.0), (4.0, 4.0)]);
                self.line(&[(-4.0, 4.0), (4.0, -4.0)]);
            }
            Glyph::Chevron => self.line(&[(-2.5, -5.0), (2.5, 0.0), (-2.5, 5.0)]),
            Glyph::ChevronDown => self.line(&[(-5.0, -2.5), (0.0, 2.5), (5.0, -2.5)]),
        }
    }
}

/// A filled arrow head pointing down with its tip at `tip`.
pub fn arrow_down(painter: &Painter, tip: Pos2, size: f32, color: Color32) {
    let points = vec![tip, pos2(tip.x - size * 0.6, tip.y - size), pos2(tip.x + size * 0.6, tip.y - size)];
    painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
}
