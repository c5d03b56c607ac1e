//! Figures painted on the canvas: world to screen, and only as fine as the zoom lets one see.

use super::paint::{DETAIL, Paint, WORDS};
use crate::drawing::Glyph;
use crate::drawing::figure::{Anchor, Corners, Ink};
use crate::drawing::palette::Tokens;
use crate::drawing::text::Face;
use crate::studio::{icons, theme};
use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, CornerRadius, FontFamily, Pos2, Rect, Shape, Stroke, StrokeKind, vec2};
use std::sync::Arc;

impl Paint<'_> {
    fn stroke(&self, width: f32, color: Color32) -> Stroke {
        let width = if width <= 1.0 { 1.0 } else { (width * self.zoom()).max(0.8) };
        Stroke::new(width, color)
    }

    fn corners(&self, [nw, ne, se, sw]: Corners) -> CornerRadius {
        let round = |radius: f32| if radius == 0.0 { 0 } else { self.round(radius).nw };
        CornerRadius { nw: round(nw), ne: round(ne), sw: round(sw), se: round(se) }
    }

    fn shown(&self, way: &[Pos2]) -> Vec<Pos2> {
        way.iter().map(|at| self.view * *at).collect()
    }
}

impl Ink for &Paint<'_> {
    fn tokens(&self) -> &'static Tokens {
        self.t
    }

    fn words(&self) -> bool {
        self.zoom() >= WORDS
    }

    fn detail(&self) -> bool {
        self.zoom() >= DETAIL
    }

    fn area(&mut self, outline: &[Pos2], middle: Pos2, fill: Color32) {
        let vertex = |at: Pos2| Vertex { pos: self.view * at, uv: WHITE_UV, color: fill };
        let mut mesh = Mesh::default();
        mesh.reserve_vertices(outline.len() + 1);
        mesh.reserve_triangles(outline.len());
        mesh.vertices.push(vertex(middle));
        mesh.vertices.extend(outline.iter().map(|at| vertex(*at)));
        let count = u32::try_from(outline.len()).unwrap_or_default();
        for i in 0..count {
            mesh.add_triangle(0, 1 + i, 1 + (i + 1) % count);
        }
        self.painter.add(Shape::Mesh(Arc::new(mesh)));
    }

    fn line(&mut self, way: &[Pos2], closed: bool, width: f32, color: Color32) {
        let (way, stroke) = (self.shown(way), self.stroke(width, color));
        self.painter.add(if closed { Shape::closed_line(way, stroke) } else { Shape::line(way, stroke) });
    }

    fn dashed(&mut self, way: &[Pos2], width: f32, color: Color32) {
        let stroke = self.stroke(width, color);
        let z = self.zoom();
        self.painter.extend(Shape::dashed_line(&self.shown(way), stroke, 6.0 * z, 4.0 * z));
    }

    fn rect(&mut self, rect: Rect, corners: Corners, fill: Color32, edge: Option<Color32>) {
        let stroke = edge.map_or(Stroke::NONE, |color| Stroke::new(1.0, color));
        self.painter.rect(self.view * rect, self.corners(corners), fill, stroke, StrokeKind::Inside);
    }

    fn disc(&mut self, at: Pos2, radius: f32, fill: Color32, edge: Option<(f32, Color32)>) {
        let stroke = edge.map_or(Stroke::NONE, |(width, color)| self.stroke(width, color));
        self.painter.circle(self.view * at, (radius * self.zoom()).max(1.5), fill, stroke);
    }

    fn shadow(&mut self, rect: Rect) {
        Paint::shadow(self, self.view * rect, self.round(9.0));
    }

    fn text(
        &mut self,
        at: Pos2,
        anchor: Anchor,
        text: &str,
        (face, size): (Face, f32),
        color: Color32,
        room: f32,
    ) -> f32 {
        let family = match face {
            Face::Regular => FontFamily::Proportional,
            Face::Semibold => theme::semibold(),
            Face::Mono => FontFamily::Monospace,
        };
        let galley = self.galley(text, size, family, color, room);
        let size = galley.size();
        let before = match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => size.x / 2.0,
            Anchor::End => size.x,
        };
        self.painter.galley(self.view * at - vec2(before, size.y / 2.0), galley, color);
        size.x / self.zoom()
    }

    fn glyph(&mut self, glyph: Glyph, rect: Rect, color: Color32) {
        icons::strokes(&self.painter, glyph, self.view * rect, color);
    }
}
