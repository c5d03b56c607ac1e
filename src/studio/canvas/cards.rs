//! Cards, containers and branch labels.

use super::paint::{DETAIL, Mark, Paint, WORDS};
use crate::diagnostic::counted;
use crate::drawing::layout::{self, Node};
use crate::drawing::silhouette::Silhouette;
use crate::drawing::wires::rounded;
use crate::model::Id;
use crate::studio::icons::{self, Glyph};
use crate::studio::theme;
use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, CornerRadius, FontFamily, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};
use std::sync::Arc;

impl Paint<'_> {
    /// All nodes as blocks of colour in one mesh, for when they are small and many.
    pub fn blocks(&self, mark: impl Fn(&Id) -> Mark, marked: impl Iterator<Item = Id>) {
        let t = self.t;
        let mut mesh = Mesh::default();
        let count = self.layout.nodes_in(self.world).count();
        mesh.reserve_vertices(count * 4);
        mesh.reserve_triangles(count * 2);
        for node in self.layout.nodes_in(self.world) {
            let color = node.category.color(t);
            let (ground, strength) = if node.container { (t.canvas, 0.16) } else { (t.card, 0.55) };
            mesh.add_colored_rect(self.view * node.rect, t.tint(ground, color, strength));
        }
        self.painter.add(Shape::Mesh(Arc::new(mesh)));
        for id in marked {
            let Some(node) = self.layout.node(&id).filter(|node| self.world.intersects(node.rect)) else {
                continue;
            };
            self.outline(self.view * node.rect, mark(&id), self.round(6.0));
            self.badge(node.head.right_top() + vec2(-8.0, 8.0), mark(&id));
        }
    }

    pub fn containers(&self) {
        self.visible(|node| {
            if !node.container {
                return;
            }
            let color = node.category.color(self.t);
            let fill = self.t.container(color);
            let edge = Stroke::new(1.0, self.t.container_edge(color));
            let rect = self.view * node.rect;
            if node.glyph == Glyph::Group {
                self.painter.rect_filled(rect, self.round(10.0), fill);
                self.dashed(rect.shrink(0.5), edge);
            } else {
                self.painter.rect(rect, self.round(10.0), fill, edge, StrokeKind::Inside);
            }
            if node.repeats && self.zoom() > WORDS {
                self.way_back(node, color);
            }
        });
    }

    /// A group is only drawn, never run: its frame is dashed.
    fn dashed(&self, rect: Rect, stroke: Stroke) {
        let corners =
            [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
        self.painter.extend(Shape::dashed_line(&corners, stroke, 6.0 * self.zoom(), 4.0 * self.zoom()));
    }

    /// The way from the end of a loop's body back to its test.
    fn way_back(&self, node: &Node, color: Color32) {
        let x = node.rect.left() + layout::PAD / 2.0;
        let (top, bottom) = (node.head.bottom() + 3.0, node.rect.bottom() - 7.0);
        let axis = node.rect.center().x.min(node.rect.left() + 60.0);
        let points = [pos2(axis, bottom), pos2(x, bottom), pos2(x, top)];
        let stroke = Stroke::new((1.2 * self.zoom()).max(0.8), color.gamma_multiply(0.6));
        let path: Vec<Pos2> = rounded(&points, 5.0).into_iter().map(|p| self.view * p).collect();
        self.painter.add(Shape::line(path, stroke));
        let tip = self.view * pos2(x, top - 1.0);
        let s = 4.0 * self.zoom();
        let head = vec![tip, tip + vec2(-s * 0.7, s * 1.3), tip + vec2(s * 0.7, s * 1.3)];
        self.painter.add(Shape::convex_polygon(head, color.gamma_multiply(0.8), Stroke::NONE));
    }

    pub fn nodes(&self, mark: impl Fn(&Node) -> Mark) {
        self.visible(|node| {
            let mark = mark(node);
            if node.container {
                self.header(node, mark);
            } else {
                self.card(node, mark);
            }
        });
    }

    pub fn card(&self, node: &Node, mark: Mark) {
        let t = self.t;
        let rect = self.view * node.rect;
        let color = node.category.color(t);
        if self.zoom() < WORDS {
            self.painter.rect_filled(rect, self.round(6.0), t.tint(t.card, color, 0.35));
            self.outline(rect, mark, self.round(6.0));
            return;
        }
        let radius = self.round(9.0);
        if node.silhouette == Silhouette::Card {
            self.shadow(rect, radius);
        }
        let fade = if mark.dragged { 0.45 } else { 1.0 };
        let edge = if mark.hovered { t.line_strong } else { t.line };
        if node.collapsed == Some(true) {
            // What is folded away looks out from behind.
            let behind = rect.translate(vec2(4.0, 4.0) * self.zoom());
            self.painter.rect(
                behind,
                radius,
                t.tint(t.card, color, 0.10),
                Stroke::new(1.0, edge),
                StrokeKind::Inside,
            );
        }
        self.silhouette(node, (t.card.gamma_multiply(fade), t.tint(t.card, color, 0.18)), edge, color);
        let words_rect = node.words_rect();
        let shift = if node.silhouette == Silhouette::In { 6.0 } else { 0.0 };
        let at = pos2(node.rect.left() + 18.0 + shift, words_rect.center().y);
        let glyph = Rect::from_center_size(self.view * at, Vec2::splat(15.0 * self.zoom()));
        icons::paint(&self.painter, node.glyph, glyph, color);
        let x = node.rect.left() + 46.0;
        let right = match node.silhouette {
            _ if node.collapsed.is_some() => 26.0,
            Silhouette::Out => 16.0,
            _ => 10.0,
        };
        let room = node.rect.right() - x - right;
        if let Some(note) = node.note_rect() {
            self.note(note, &node.note);
        }
        let mut lines = node.summary.clone();
        if node.collapsed == Some(true) {
            let inside = format!("{} inside", counted(node.hidden, "shape"));
            lines = if lines.is_empty() { inside } else { format!("{lines} · {inside}") };
        }
        let two = !lines.is_empty() && self.zoom() >= DETAIL;
        let y = if two { node.rect.top() + 15.5 } else { words_rect.center().y };
        self.text(pos2(x, y), &node.title, 13.0, theme::semibold(), t.text, room);
        if two {
            let family = if node.code { FontFamily::Monospace } else { FontFamily::Proportional };
            let size = if node.code { 10.5 } else { 11.0 };
            self.text(pos2(x, node.rect.top() + 32.0), &lines, size, family, t.muted, room);
        }
        self.chevron(node);
        self.outline_node(node, mark);
        self.badge(node.rect.right_top() + vec2(-8.0, 8.0), mark);
    }

    /// The outline of a card by its kind, with the tinted chip at its left.
    fn silhouette(&self, node: &Node, (fill, chip): (Color32, Color32), edge: Color32, color: Color32) {
        let outline: Vec<Pos2> =
            node.silhouette.outline(node.rect).into_iter().map(|at| self.view * at).collect();
        let rect = self.view * node.rect;
        let middle = rect.center();
        let split = rect.left() + 36.0 * self.zoom();
        let mut mesh = Mesh::default();
        mesh.reserve_vertices(outline.len() * 2 + 1);
        // All of the outline in the card's colour, then what is left of the split in the chip's.
        for (ground, clip) in [(fill, f32::INFINITY), (chip, split)] {
            let first = mesh.vertices.len() as u32;
            let center = if clip.is_finite() {
                pos2(rect.left() + (split - rect.left()) * 0.7, middle.y)
            } else {
                middle
            };
            let place = |at: Pos2| Vertex { pos: pos2(at.x.min(clip), at.y), uv: WHITE_UV, color: ground };
            mesh.vertices.push(place(center));
            mesh.vertices.extend(outline.iter().map(|at| place(*at)));
            let count = outline.len() as u32;
            for i in 0..count {
                mesh.add_triangle(first, first + 1 + i, first + 1 + (i + 1) % count);
            }
        }
        self.painter.add(Shape::Mesh(Arc::new(mesh)));
        let line = if node.silhouette == Silhouette::Card { edge } else { self.t.tint(edge, color, 0.45) };
        let stroke = Stroke::new(1.0, line);
        for [from, to] in node.silhouette.bars(node.rect) {
            self.painter.line_segment([self.view * from, self.view * to], stroke);
        }
        self.painter.add(Shape::closed_line(outline, stroke));
    }

    /// A comment: a folded note and its first line.
    fn note(&self, rect: Rect, text: &str) {
        if self.zoom() < DETAIL {
            return;
        }
        let t = self.t;
        let line = self.view
            * Rect::from_x_y_ranges(rect.left() + 12.0..=rect.right() - 12.0, rect.top()..=rect.top());
        self.painter.hline(line.x_range(), line.top(), Stroke::new(1.0, t.line.gamma_multiply(0.6)));
        let at = pos2(rect.left() + 18.0, rect.center().y);
        let glyph = Rect::from_center_size(self.view * at, Vec2::splat(9.0 * self.zoom()));
        icons::paint(&self.painter, Glyph::Note, glyph, t.muted);
        let at = pos2(rect.left() + 30.0, rect.center().y);
        self.text(at, text, 11.0, FontFamily::Proportional, t.muted, rect.width() - 40.0);
    }

    pub fn header(&self, node: &Node, mark: Mark) {
        let t = self.t;
        let color = node.category.color(t);
        let head = self.view * node.head;
        if self.zoom() >= WORDS {
            let radius = self.round(9.0);
            let open = node.collapsed != Some(true);
            let top_only = if open { CornerRadius { sw: 0, se: 0, ..radius } } else { radius };
            let strength = if mark.hovered { 0.16 } else { 0.10 };
            self.painter.rect_filled(head.shrink(1.0), top_only, color.gamma_multiply(strength));
            let side = 24.0;
            // The words of a wide container stay in view.
            let (from, to) = self.in_view(node.head);
            let left = pos2(from + 8.0, node.head.center().y);
            let chip = Rect::from_min_size(left - vec2(0.0, side / 2.0), Vec2::splat(side));
            let ground = t.tint(t.canvas, color, 0.1);
            icons::chip(&self.painter, node.glyph, self.view * chip, ground, color, self.round(6.0));
            let x = from + 42.0;
            let room = to - 28.0 - x;
            let at = pos2(x, node.head.center().y);
            let share = if node.summary.is_empty() || self.zoom() < DETAIL { room } else { room * 0.62 };
            let used = self.text(at, &node.title, 13.0, theme::semibold(), t.text, share);
            let rest = room - used - 12.0;
            let mut words = node.summary.clone();
            if node.collapsed == Some(true) && node.hidden > 0 {
                words = format!("{words} · {} inside", counted(node.hidden, "shape"));
            }
            if !words.is_empty() && self.zoom() >= DETAIL && rest > 24.0 {
                let family = if node.code { FontFamily::Monospace } else { FontFamily::Proportional };
                let size = if node.code { 10.5 } else { 11.0 };
                self.text(at + vec2(used + 12.0, 0.0), &words, size, family, t.muted, rest);
            }
            self.chevron(node);
            if let Some(note) = node.note_rect() {
                self.note(note, &node.note);
            }
        }
        self.outline(self.view * node.rect, mark, self.round(10.0));
        self.badge(node.head.right_top() + vec2(-8.0, 8.0), mark);
    }

    /// The part of a header between the port surfaces, at least as wide as a card.
    pub fn in_view(&self, head: Rect) -> (f32, f32) {
        let left = (self.sides.left + 6.0).max(self.world.left() + 20.0);
        let right = (self.sides.right - 6.0).min(self.world.right() - 20.0);
        let from = head.left().max(left).min(head.right() - layout::CARD_WIDTH);
        let to = head.right().min(right).max(from + layout::CARD_WIDTH);
        (from.max(head.left()), to.min(head.right()))
    }

    /// Where a click opens or closes a container.
    pub fn chevron_rect(&self, node: &Node) -> Rect {
        let right = if node.container { self.in_view(node.head).1 } else { node.head.right() };
        Rect::from_center_size(pos2(right - 15.0, node.head.center().y), Vec2::splat(20.0))
    }

    fn chevron(&self, node: &Node) {
        let Some(collapsed) = node.collapsed else { return };
        if self.zoom() < WORDS {
            return;
        }
        let rect = self.view * self.chevron_rect(node).shrink(5.0);
        let glyph = if collapsed { Glyph::Chevron } else { Glyph::ChevronDown };
        icons::paint(&self.painter, glyph, rect, self.t.muted);
    }

    pub fn lane_labels(&self, mark: impl Fn(&crate::model::Id) -> Mark) {
        if self.zoom() < DETAIL {
            return;
        }
        for label in self.layout.labels_in(self.world) {
            let mark = mark(&label.id);
            let family = if label.code { FontFamily::Monospace } else { FontFamily::Proportional };
            let color = if mark.selected || mark.hovered { self.t.text } else { self.t.muted };
            let size = if label.code { 10.5 } else { 11.0 };
            let galley = self.galley(&label.text, size, family, color, label.rect.width() - 12.0);
            let rect = self.view * label.rect;
            let box_rect =
                Rect::from_center_size(rect.center(), galley.size() + vec2(12.0, 4.0) * self.zoom());
            if mark.selected || mark.hovered {
                self.painter.rect_filled(box_rect, self.round(5.0), self.t.field);
            }
            let at = box_rect.center() - galley.size() / 2.0;
            self.painter.galley(at, galley, color);
            self.outline(box_rect, mark, self.round(5.0));
            self.badge(self.view.inverse() * box_rect.right_center() + vec2(6.0, 0.0), mark);
        }
    }
}
