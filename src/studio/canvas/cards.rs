//! Cards, containers and branch labels.

use super::paint::{DETAIL, Mark, Paint, WORDS};
use crate::drawing::figure;
use crate::drawing::layout::{self, Node};
use crate::model::Id;
use egui::epaint::Mesh;
use egui::{FontFamily, Rect, Shape, vec2};
use std::sync::Arc;

/// Points on screen below which one sees of a container only that it is there.
const BLOCK: f32 = 8.0;

impl Paint<'_> {
    /// All nodes as blocks of colour in one mesh, for when they are small and many. Seen from further away a container
    /// is a block itself, so that no drawing has more blocks than a screen has room for.
    pub fn blocks(&self, mark: impl Fn(&Id) -> Mark, marked: impl Iterator<Item = Id>) {
        let t = self.t;
        let mut mesh = Mesh::default();
        let least = BLOCK / self.zoom();
        let mut count = 0;
        self.layout.blocks_in(self.world, least, |_, _| count += 1);
        mesh.reserve_vertices(count * 4);
        mesh.reserve_triangles(count * 2);
        self.layout.blocks_in(self.world, least, |node, small| {
            let (ground, strength) = match node.container {
                false => (t.card, 0.55),
                true if small => (t.canvas, 0.34),
                true => (t.canvas, 0.16),
            };
            mesh.add_colored_rect(self.view * node.rect, t.tint(ground, node.category.color(t), strength));
        });
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
