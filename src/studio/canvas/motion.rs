//! Changes of a drawing shown as movement: what was there goes to its new place, what is new grows in, what is gone fades.

use super::paint::{Mark, Paint};
use crate::drawing::layout::{Layout, Node};
use egui::{Rect, Ui, Vec2};

/// Seconds that a change takes to show.
const SECONDS: f64 = 0.16;
/// More nodes than this jump: nobody follows so many, and a frame must stay short.
const MOST: usize = 6_000;

/// A change under way.
#[derive(Debug)]
pub(in crate::studio) struct Motion {
    before: Layout,
    /// How far the view went with the change, in world units.
    aside: Vec2,
    since: f64,
    /// How far it has come, 0 to 1.
    gone: f32,
}

impl Motion {
    /// From `before` to `after`, if that can be shown; `aside` is how far the view went along.
    pub fn begin(ui: &Ui, before: Layout, after: &Layout, aside: Vec2) -> Option<Self> {
        let still = ui.style().animation_time == 0.0;
        let many = before.nodes.len().max(after.nodes.len()) > MOST;
        let same = before.nodes.len() == after.nodes.len()
            && before.nodes.iter().zip(&after.nodes).all(|(a, b)| a.id == b.id && a.rect == b.rect);
        let since = ui.input(|i| i.time);
        let shown = !still && !many && !same && !before.nodes.is_empty();
        shown.then_some(Self { before, aside, since, gone: 0.0 })
    }

    /// Moves on with the clock; false once it is over.
    pub fn advance(&mut self, ui: &Ui) -> bool {
        let share = ((ui.input(|i| i.time) - self.since) / SECONDS).clamp(0.0, 1.0) as f32;
        self.gone = 1.0 - (1.0 - share).powi(3);
        ui.request_repaint();
        share < 1.0
    }

    /// A node where it is just now.
    pub fn moved(&self, node: &Node) -> Node {
        let mut moved = node.clone();
        let from = self.before.node(&node.id);
        let (rect, head) = match from {
            Some(old) => (old.rect.translate(self.aside), old.head.translate(self.aside)),
            None => {
                let small = |rect: Rect| Rect::from_center_size(node.rect.center(), rect.size() * 0.6);
                (small(node.rect), small(node.head))
            }
        };
        moved.rect = between(rect, node.rect, self.gone);
        moved.head = between(head, node.head, self.gone);
        moved
    }

    /// What is gone, fading.
    pub fn ghosts(&self, paint: &Paint<'_>) {
        let faint = paint.faint(1.0 - self.gone);
        let seen = self.before.nodes_in(paint.world.translate(-self.aside));
        for node in seen.filter(|n| paint.layout.node(&n.id).is_none()) {
            let mut node = node.clone();
            node.rect = node.rect.translate(self.aside);
            node.head = node.head.translate(self.aside);
            if node.container {
                faint.header(&node, Mark::default());
            } else {
                faint.card(&node, Mark::default());
            }
        }
    }

    pub fn gone(&self) -> f32 {
        self.gone
    }
}

fn between(from: Rect, to: Rect, share: f32) -> Rect {
    Rect::from_min_max(from.min.lerp(to.min, share), from.max.lerp(to.max, share))
}
