//! The flow line, wires and ports.

use super::paint::{DETAIL, EDGE, FLAT, Mark, Paint, WORDS};
use crate::drawing::figure;
use crate::drawing::ports::{self, Flow, PortCard};
use crate::drawing::wires::{FAR, Wire, rounded};
use crate::studio::icons;
use egui::epaint::Mesh;
use egui::{FontFamily, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};
use std::sync::Arc;

impl Paint<'_> {
    pub fn flow(&self) {
        let color = self.t.line_strong;
        let width = (1.4 * self.zoom()).max(0.7);
        let stroke = Stroke::new(width, color);
        let fine = self.zoom() >= DETAIL;
        let mut mesh = Mesh::default();
        for line in self.layout.lines_in(self.world) {
            let [a, b] = line.points.map(|at| self.view * at);
            if !fine {
                mesh.add_colored_rect(Rect::from_two_pos(a, b).expand(width / 2.0), color);
                continue;
            }
            let size = 6.5 * self.zoom();
            let short = if line.arrow { b - vec2(0.0, size * 0.7) } else { b };
            self.painter.line_segment([a, short], stroke);
            if line.arrow {
                icons::arrow_down(&self.painter, b, size, color);
            }
        }
        if !mesh.is_empty() {
            self.painter.add(Shape::Mesh(Arc::new(mesh)));
        }
        figure::ends(&mut &*self, self.layout);
    }

    /// The wires, behind the cards; those that are `lit` at full strength.
    pub fn wires(&self, clip: Rect, lit: &[&Wire]) {
        let (left, right) = self.edges();
        let area = Rect::from_x_y_ranges(left..=right, clip.y_range()).intersect(clip);
        self.wires_in(area, lit, |_| true);
    }

    /// The last bit of each wire, over the port surfaces.
    pub fn wire_ends(&self, clip: Rect, lit: &[&Wire]) {
        let (left, right) = self.edges();
        let edge = EDGE * self.zoom();
        for (x, at_left) in [(left - edge..=left, true), (right..=right + edge, false)] {
            let area = Rect::from_x_y_ranges(x, clip.y_range()).intersect(clip);
            self.wires_in(area, lit, |wire| wire.left == at_left);
        }
    }

    fn wires_in(&self, clip: Rect, lit: &[&Wire], wanted: impl Fn(&Wire) -> bool) {
        let painter = self.painter.with_clip_rect(clip.intersect(self.painter.clip_rect()));
        if self.zoom() >= FLAT {
            for wire in self.layout.wires_in(self.world).filter(|w| wanted(w)) {
                self.wire(&painter, wire, false);
            }
        }
        for wire in lit.iter().filter(|w| wanted(w)) {
            self.wire(&painter, wire, true);
        }
    }

    fn wire(&self, painter: &Painter, wire: &Wire, strong: bool) {
        let color = if strong { self.t.messaging } else { self.t.wire() };
        let stroke = Stroke::new((if strong { 2.0 } else { 1.3 } * self.zoom()).max(0.8), color);
        let Some((mut path, curve)) = self.way(wire) else { return };
        let [start, .., end] = curve;
        if (start.y - end.y).abs() > FAR * self.zoom() && !strong {
            // Only where it leaves; the name of the port stands for the rest of the way.
            let into = if end.x < start.x { -1.0 } else { 1.0 };
            path.push(start + vec2(into * 10.0, 0.0) * self.zoom());
            if self.zoom() >= DETAIL {
                let galley =
                    self.galley(&wire.port, 10.5, FontFamily::Proportional, color, ports::GUTTER - 28.0);
                let side = if into < 0.0 { galley.size().x } else { 0.0 };
                let at = start + vec2(into * 14.0 * self.zoom() - side, -galley.size().y / 2.0);
                painter.galley(at, galley, color);
            }
        } else {
            let steps: u8 = if self.zoom() < DETAIL { 6 } else { 16 };
            path.extend((1..=steps).map(|i| cubic(&curve, f32::from(i) / f32::from(steps))));
        }
        let tip = path.first().copied();
        if path.len() > 1 {
            painter.add(Shape::line(path, stroke));
        }
        if let (Some(tip), true) = (tip, wire.flow == Flow::In && self.zoom() > WORDS) {
            let into = if end.x < start.x { 1.0 } else { -1.0 };
            let s = 6.0 * self.zoom();
            let head = vec![tip, tip + vec2(-into * s, -s * 0.62), tip + vec2(-into * s, s * 0.62)];
            painter.add(Shape::convex_polygon(head, color, Stroke::NONE));
        }
    }

    /// A wire on screen, from its shape to its port: straight pieces, then a cubic curve.
    pub fn way(&self, wire: &Wire) -> Option<(Vec<Pos2>, [Pos2; 4])> {
        let (anchor, straight) = wire.points.split_last()?;
        let left = straight.first().is_some_and(|start| anchor.x < start.x);
        let anchor = *anchor + self.sides.shift(&wire.port, left);
        let gutter = ports::GUTTER - 20.0;
        let straight: Vec<Pos2> = straight
            .iter()
            .map(|p| {
                let x = if left {
                    p.x.max(if self.sides.left_shift > 0.0 { self.sides.left + gutter } else { p.x })
                } else {
                    p.x.min(if self.sides.right_shift > 0.0 { self.sides.right - gutter } else { p.x })
                };
                pos2(x, p.y)
            })
            .collect();
        let path = if self.zoom() < DETAIL { straight } else { rounded(&straight, 7.0) };
        let path: Vec<Pos2> = path.into_iter().map(|p| self.view * p).collect();
        let exit = *path.last()?;
        let end = self.view * anchor;
        let bend = (end.x - exit.x) * 0.5;
        Some((path, [exit, exit + vec2(bend, 0.0), end - vec2(bend, 0.0), end]))
    }

    pub fn port(&self, card: &PortCard, mark: Mark) {
        let place = self.sides.card(card);
        if !self.world.intersects(place.expand(8.0)) {
            return;
        }
        figure::port(&mut &*self, card, place, mark.look());
        self.outline(self.view * place, mark, self.round(9.0));
        self.badge(place.right_top() + vec2(-8.0, 8.0), mark);
    }
}

/// A point on a cubic curve.
fn cubic([a, b, c, d]: &[Pos2; 4], t: f32) -> Pos2 {
    let s = 1.0 - t;
    let sum = a.to_vec2() * (s * s * s)
        + b.to_vec2() * (3.0 * s * s * t)
        + c.to_vec2() * (3.0 * s * t * t)
        + d.to_vec2() * (t * t * t);
    sum.to_pos2()
}
