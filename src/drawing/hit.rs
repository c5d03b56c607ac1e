//! Which thing is where, and which one comes next by an arrow key.

use super::layout::{Layout, Node, Slot};
use crate::model::Id;
use emath::{Pos2, Rect};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
    Left,
    Right,
}

impl Layout {
    /// The innermost node at a world position.
    pub fn node_at(&self, at: Pos2) -> Option<&Node> {
        let mut found = None;
        let mut index = 0;
        while let Some(node) = self.nodes.get(index) {
            if node.rect.contains(at) {
                found = Some(node);
                index += 1;
            } else {
                index = node.end;
            }
        }
        found
    }

    /// The slot a drop at `at` goes to, among those `legal`: the closest, if the pointer is in its reach.
    pub fn slot_at(&self, at: Pos2, legal: impl Fn(&Slot) -> bool) -> Option<usize> {
        let reach = |s: &Slot| s.area.expand2([12.0, 22.0].into());
        let distance = |s: &Slot| (s.center - at).length() + (s.center.y - at.y).abs();
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, s)| reach(s).contains(at) && legal(s))
            .min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)))
            .map(|(i, _)| i)
    }

    /// Walks the flow: down into a container goes to its leftmost lane; left and right change lane (D-6).
    pub fn step(&self, from: &Id, step: Step) -> Option<&Node> {
        let (index, node) = self.indexed(from)?;
        match step {
            Step::Down if node.end > index + 1 => self.nodes.get(index + 1),
            Step::Down => self.below(node),
            Step::Up => self.above(node),
            Step::Left | Step::Right => self.beside(index, node, step == Step::Left),
        }
    }

    fn below(&self, node: &Node) -> Option<&Node> {
        let next = self
            .siblings(node)
            .filter(|n| n.rect.top() >= node.rect.bottom() - 1.0 && in_line(n.rect, node.rect))
            .min_by(|a, b| a.rect.top().total_cmp(&b.rect.top()));
        next.or_else(|| self.below(self.nodes.get(node.parent?)?))
    }

    fn above(&self, node: &Node) -> Option<&Node> {
        self.siblings(node)
            .filter(|n| n.rect.bottom() <= node.rect.top() + 1.0 && in_line(n.rect, node.rect))
            .max_by(|a, b| a.rect.top().total_cmp(&b.rect.top()))
            .or_else(|| self.nodes.get(node.parent?))
    }

    fn siblings(&self, node: &Node) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |n| n.parent == node.parent)
    }

    fn beside(&self, index: usize, node: &Node, left: bool) -> Option<&Node> {
        let here = node.head.center();
        let distance =
            |n: &Node| (n.head.center().x - here.x).abs() + 2.0 * (n.head.center().y - here.y).abs();
        self.nodes
            .iter()
            .enumerate()
            .filter(|(i, n)| (index < *i || n.end <= index) && (*i <= index || node.end <= *i))
            .map(|(_, n)| n)
            .filter(|n| {
                if left { n.rect.right() <= node.rect.left() } else { n.rect.left() >= node.rect.right() }
            })
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

fn in_line(a: Rect, b: Rect) -> bool {
    a.left() < b.right() && b.left() < a.right()
}
