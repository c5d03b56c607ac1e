//! Glyphs as strokes: one for each shape, and the few the shell needs.

use emath::{Pos2, Rect, pos2};

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
    Note,
    Close,
    Chevron,
    ChevronDown,
}

/// A piece of a glyph. Lines are one and a half units wide.
#[derive(Clone, Debug, PartialEq)]
pub enum Stroke {
    Line(Vec<Pos2>),
    Closed(Vec<Pos2>),
    /// A rectangle with the radius of its corners.
    Frame(Rect, f32),
    /// Radius of a circle around the middle.
    Ring(f32),
    /// A filled circle.
    Dot(Pos2, f32),
    /// A semibold letter in the middle, 15 units high.
    Letter(char),
}

impl Glyph {
    /// The strokes of the glyph, in a box from (-8, -8) to (8, 8), y down.
    pub fn strokes(self) -> Vec<Stroke> {
        let mut pen = Pen::default();
        match self {
            Glyph::Receive => {
                pen.line(&[(-7.0, 0.0), (3.0, 0.0)]);
                pen.line(&[(-0.5, -3.5), (3.0, 0.0), (-0.5, 3.5)]);
                pen.line(&[(6.5, -6.0), (6.5, 6.0)]);
            }
            Glyph::Send => {
                pen.line(&[(-6.5, -6.0), (-6.5, 6.0)]);
                pen.line(&[(-3.0, 0.0), (7.0, 0.0)]);
                pen.line(&[(3.5, -3.5), (7.0, 0.0), (3.5, 3.5)]);
            }
            Glyph::Envelope => {
                pen.frame(-6.5, -4.8, 6.5, 4.8, 1.0);
                pen.line(&[(-6.0, -4.0), (0.0, 1.0), (6.0, -4.0)]);
            }
            Glyph::Assign => {
                pen.frame(-6.5, -5.5, 6.5, 5.5, 1.5);
                pen.line(&[(-3.0, -1.6), (3.0, -1.6)]);
                pen.line(&[(-3.0, 1.6), (3.0, 1.6)]);
            }
            Glyph::Transform => {
                for y in [-4.5, 4.5] {
                    pen.dot(-5.5, y, 1.7);
                    pen.dot(5.5, y, 1.7);
                }
                pen.line(&[(-5.5, -4.5), (-1.5, -4.5), (1.5, 4.5), (5.5, 4.5)]);
                pen.line(&[(-5.5, 4.5), (-1.5, 4.5), (1.5, -4.5), (5.5, -4.5)]);
            }
            Glyph::Expression => pen.0.push(Stroke::Letter('ƒ')),
            Glyph::Decide => pen.closed(&[(0.0, -6.5), (6.5, 0.0), (0.0, 6.5), (-6.5, 0.0)]),
            Glyph::Clock => {
                pen.ring(6.2);
                pen.line(&[(0.0, -3.5), (0.0, 0.0), (2.8, 1.8)]);
            }
            Glyph::Listen => {
                pen.line(&[(0.0, -6.5), (0.0, 6.5)]);
                pen.line(&[(-6.0, 6.5), (-6.0, 3.5), (0.0, -2.5), (6.0, 3.5), (6.0, 6.5)]);
            }
            Glyph::Parallel => {
                pen.line(&[(-6.5, -5.5), (6.5, -5.5)]);
                pen.line(&[(-6.5, 5.5), (6.5, 5.5)]);
                pen.line(&[(-3.0, -5.5), (-3.0, 5.5)]);
                pen.line(&[(3.0, -5.5), (3.0, 5.5)]);
            }
            Glyph::Loop => {
                pen.arc(5.6, -40.0, 250.0);
                pen.line(&[(1.0, -2.0), (4.6, -3.4), (5.6, -7.2)]);
            }
            Glyph::Scope => {
                pen.line(&[(-2.5, -6.0), (-6.0, -6.0), (-6.0, 6.0), (-2.5, 6.0)]);
                pen.line(&[(2.5, -6.0), (6.0, -6.0), (6.0, 6.0), (2.5, 6.0)]);
            }
            Glyph::Call => {
                pen.line(&[(-6.5, -4.5), (-6.5, 2.5), (3.5, 2.5)]);
                pen.line(&[(0.5, -0.8), (4.0, 2.5), (0.5, 5.8)]);
                pen.line(&[(6.8, -3.0), (6.8, 6.5)]);
            }
            Glyph::Start => pen.closed(&[(-4.0, -6.0), (6.0, 0.0), (-4.0, 6.0)]),
            Glyph::Rules => {
                for y in [-4.5, 0.0, 4.5] {
                    pen.dot(-5.5, y, 1.2);
                    pen.line(&[(-2.0, y), (6.5, y)]);
                }
            }
            Glyph::Throw => {
                pen.closed(&[(1.5, -7.0), (-4.5, 1.2), (-0.3, 1.2), (-1.5, 7.0), (4.5, -1.2), (0.3, -1.2)])
            }
            Glyph::Catch => {
                pen.closed(&[(0.0, -6.8), (5.6, -4.6), (5.0, 2.2), (0.0, 6.8), (-5.0, 2.2), (-5.6, -4.6)]);
            }
            Glyph::Compensate => {
                pen.arc(5.2, 190.0, 450.0);
                pen.line(&[(-7.4, -3.6), (-5.2, -0.4), (-1.8, -2.4)]);
            }
            Glyph::Suspend => {
                pen.line(&[(-3.0, -5.5), (-3.0, 5.5)]);
                pen.line(&[(3.0, -5.5), (3.0, 5.5)]);
            }
            Glyph::Terminate => pen.frame(-5.0, -5.0, 5.0, 5.0, 1.0),
            Glyph::Group => {
                for (sx, sy) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
                    pen.line(&[(6.0 * sx, 2.5 * sy), (6.0 * sx, 6.0 * sy), (2.5 * sx, 6.0 * sy)]);
                }
            }
            Glyph::Port => {
                pen.closed(&[(-6.5, -4.5), (1.5, -4.5), (6.5, 0.0), (1.5, 4.5), (-6.5, 4.5)]);
            }
            Glyph::Link => {
                pen.dot(-5.0, 0.0, 2.0);
                pen.dot(5.0, 0.0, 2.0);
                pen.line(&[(-5.0, 0.0), (5.0, 0.0)]);
            }
            Glyph::Flow => {
                pen.frame(-3.0, -7.0, 3.0, -3.0, 1.0);
                pen.frame(-3.0, 3.0, 3.0, 7.0, 1.0);
                pen.line(&[(0.0, -3.0), (0.0, 3.0)]);
            }
            Glyph::Variable => {
                pen.line(&[(-4.0, -5.5), (-6.5, -5.5), (-6.5, 5.5), (-4.0, 5.5)]);
                pen.line(&[(4.0, -5.5), (6.5, -5.5), (6.5, 5.5), (4.0, 5.5)]);
                pen.line(&[(-2.6, -2.6), (2.6, 2.6)]);
                pen.line(&[(-2.6, 2.6), (2.6, -2.6)]);
            }
            Glyph::Parts => {
                pen.frame(-6.5, -5.5, 6.5, 5.5, 1.0);
                pen.line(&[(0.0, -5.5), (0.0, 5.5)]);
                pen.line(&[(0.0, 0.0), (6.5, 0.0)]);
            }
            Glyph::Brand => {
                pen.ring(6.6);
                pen.dot(0.0, 0.0, 2.8);
            }
            Glyph::Warning => {
                pen.closed(&[(0.0, -6.0), (6.6, 5.5), (-6.6, 5.5)]);
                pen.line(&[(0.0, -2.0), (0.0, 1.6)]);
                pen.dot(0.0, 3.6, 0.9);
            }
            Glyph::Note => {
                pen.closed(&[(-6.0, -6.5), (2.5, -6.5), (6.0, -3.0), (6.0, 6.5), (-6.0, 6.5)]);
                pen.line(&[(-3.0, -0.5), (3.0, -0.5)]);
                pen.line(&[(-3.0, 3.0), (3.0, 3.0)]);
            }
            Glyph::Plus => {
                pen.line(&[(-5.0, 0.0), (5.0, 0.0)]);
                pen.line(&[(0.0, -5.0), (0.0, 5.0)]);
            }
            Glyph::Close => {
                pen.line(&[(-4.0, -4.0), (4.0, 4.0)]);
                pen.line(&[(-4.0, 4.0), (4.0, -4.0)]);
            }
            Glyph::Chevron => pen.line(&[(-2.5, -5.0), (2.5, 0.0), (-2.5, 5.0)]),
            Glyph::ChevronDown => pen.line(&[(-5.0, -2.5), (0.0, 2.5), (5.0, -2.5)]),
        }
        pen.0
    }
}

#[derive(Default)]
struct Pen(Vec<Stroke>);

impl Pen {
    fn line(&mut self, points: &[(f32, f32)]) {
        self.0.push(Stroke::Line(points.iter().map(|&(x, y)| pos2(x, y)).collect()));
    }

    fn closed(&mut self, points: &[(f32, f32)]) {
        self.0.push(Stroke::Closed(points.iter().map(|&(x, y)| pos2(x, y)).collect()));
    }

    fn frame(&mut self, x0: f32, y0: f32, x1: f32, y1: f32, radius: f32) {
        self.0.push(Stroke::Frame(Rect::from_two_pos(pos2(x0, y0), pos2(x1, y1)), radius));
    }

    fn ring(&mut self, radius: f32) {
        self.0.push(Stroke::Ring(radius));
    }

    fn dot(&mut self, x: f32, y: f32, radius: f32) {
        self.0.push(Stroke::Dot(pos2(x, y), radius));
    }

    /// Arc in degrees, clockwise from the right.
    fn arc(&mut self, radius: f32, from: f32, to: f32) {
        let points: Vec<(f32, f32)> = (0_u8..=16)
            .map(|i| {
                let a = (from + (to - from) * f32::from(i) / 16.0).to_radians();
                (a.cos() * radius, a.sin() * radius)
            })
            .collect();
        self.line(&points);
    }
}
