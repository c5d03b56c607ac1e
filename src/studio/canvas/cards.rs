//! Cards, containers and branch labels.

use super::paint::{DETAIL, Mark, Paint, WORDS};
use super::troubles::Troubles;
use crate::drawing::figure;
use crate::drawing::layout::{self, Node};
use crate::studio::document::Selection;
use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, FontFamily, Pos2, Rect, Shape, Vec2, vec2};
use rustc_hash::FxHashSet;
use std::f32::consts::TAU;
use std::sync::Arc;

/// Points on screen below which one sees of a container only that it is there.
const BLOCK: f32 = 8.0;
/// Points on screen between two marks of problems.
const BADGE: f32 = 8.0;

/// Marks of problems in one mesh, one at most for each bit of the screen.
#[derive(Default)]
struct Badges {
    mesh: Mesh,
    taken: FxHashSet<(i32, i32)>,
}

impl Badges {
    fn add(&mut self, at: Pos2, color: Color32, edge: Color32) {
        let bit = |at: f32| (at / BADGE).round() as i32;
        if !self.taken.insert((bit(at.x), bit(at.y))) {
            return;
        }
        for (radius, color) in [(3.5, edge), (2.5, color)] {
            let corner = |turn: u8| at + Vec2::angled(f32::from(turn) * TAU / 8.0) * radius;
            let vertex = |pos: Pos2| Vertex { pos, uv: WHITE_UV, color };
            let first = u32::try_from(self.mesh.vertices.len()).unwrap_or_default();
            self.mesh.vertices.extend((0..8).map(|turn| vertex(corner(turn))));
            (1..7).for_each(|turn| self.mesh.add_triangle(first, first + turn, first + turn + 1));
        }
    }
}

impl Paint<'_> {
    /// All nodes as blocks of colour in one mesh, for when they are small and many. Seen from further away a container
    /// is a block itself, so that no drawing has more blocks than a screen has room for.
    pub(super) fn blocks(&self, selection: &Selection, troubles: &Troubles) {
        let t = self.t;
        let many = selection.is_many();
        let mut mesh = Mesh::default();
        let least = BLOCK / self.zoom();
        let mut count = 0;
        self.layout.blocks_in(self.world, least, |_, _| count += 1);
        mesh.reserve_vertices(count * 4);
        mesh.reserve_triangles(count * 2);
        let mut badges = Badges::default();
        self.layout.blocks_in(self.world, least, |node, stands_for| {
            let small = stands_for.len() > 1;
            let (ground, strength) = match node.container {
                false => (t.card, 0.55),
                true if small => (t.canvas, 0.34),
                true => (t.canvas, 0.16),
            };
            let color = t.tint(ground, node.category.color(t), strength);
            let color = if many && selection.has(&node.id) { t.tint(color, t.selection, 0.6) } else { color };
            mesh.add_colored_rect(self.view * node.rect, color);
            if let Some(severity) = troubles.worst(stands_for) {
                let at = if small { node.rect.center() } else { node.head.right_top() + vec2(-8.0, 8.0) };
                badges.add(self.view * at, self.severity(severity), t.card);
            }
        });
        self.painter.add(Shape::Mesh(Arc::new(mesh)));
        if !many {
            let mark = Mark { selected: true, ..Mark::default() };
            let ids = selection.ids();
            for node in ids.iter().filter_map(|id| self.layout.node(id)) {
                self.outline(self.view * node.rect, mark, self.round(6.0));
            }
        }
        self.painter.add(Shape::Mesh(Arc::new(badges.mesh)));
    }

    pub fn containers(&self) {
        self.visible(|node| {
            if node.container {
                figure::container(&mut &*self, node);
            }
        });
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
        if self.zoom() < WORDS {
            let (rect, color) = (self.view * node.rect, node.category.color(self.t));
            self.painter.rect_filled(rect, self.round(6.0), self.t.tint(self.t.card, color, 0.35));
        } else {
            figure::card(&mut &*self, node, mark.look());
        }
        self.outline_node(node, mark);
        self.badge(node.rect.right_top() + vec2(-8.0, 8.0), mark);
    }

    pub fn header(&self, node: &Node, mark: Mark) {
        if self.zoom() >= WORDS {
            // The words of a wide container stay in view.
            figure::header(&mut &*self, node, self.in_view(node.head), mark.look());
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
        figure::chevron_rect(node, right)
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
            // Clear of the line above it.
            let center = rect.center() + vec2(0.0, 2.0 * self.zoom());
            let box_rect = Rect::from_center_size(center, galley.size() + vec2(12.0, 4.0) * self.zoom());
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
