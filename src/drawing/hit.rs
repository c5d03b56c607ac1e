//! What is where, what is in view, and which element comes next by an arrow key.

use super::layout::{LaneLabel, Layout, Line, Node, Slot};
use super::wires::Wire;
use crate::model::Id;
use emath::{Pos2, Rect};
use std::collections::BTreeSet;
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
    Left,
    Right,
}

/// How far beside an edge a drop still reaches it, in points.
const REACH: [f32; 2] = [12.0, 22.0];

impl Layout {
    /// Nodes that are at least partly inside `view`, outer before inner.
    pub fn nodes_in(&self, view: Rect) -> impl Iterator<Item = &Node> {
        let found = self.seen.nodes.runs(view).filter_map(|run| self.nodes.get(run)).flatten();
        found.filter(move |node| node.rect.intersects(view))
    }

    /// As [`Layout::nodes_in`], for a drawing seen from far away: what is inside a container lower than `least` is left
    /// out. `draw` is given the places in [`Layout::nodes`] that each node stands for: its own, and of what is left out.
    pub fn blocks_in(&self, view: Rect, least: f32, mut draw: impl FnMut(&Node, Range<usize>)) {
        let mut past = 0;
        for run in self.seen.nodes.runs(view) {
            let mut at = run.start.max(past);
            while let Some(node) = self.nodes.get(at).filter(|_| at < run.end) {
                let seen = node.rect.intersects(view);
                let small = node.container && node.rect.height() < least;
                let next = if seen && !small { at + 1 } else { node.end };
                if seen {
                    draw(node, at..next);
                }
                at = next;
            }
            past = past.max(at);
        }
    }

    pub fn lines_in(&self, view: Rect) -> impl Iterator<Item = &Line> {
        let found = self.seen.lines.runs(view).filter_map(|run| self.lines.get(run)).flatten();
        found.filter(move |line| line.bounds().intersects(view))
    }

    /// Slots with their middle inside `view`, each with its place in [`Layout::slots`].
    pub fn slots_in(&self, view: Rect) -> impl Iterator<Item = (usize, &Slot)> {
        let found = self.seen.slots.runs(view).flatten();
        found
            .filter_map(|at| Some((at, self.slots.get(at)?)))
            .filter(move |(_, slot)| view.contains(slot.center))
    }

    pub fn labels_in(&self, view: Rect) -> impl Iterator<Item = &LaneLabel> {
        let found = self.seen.labels.runs(view).filter_map(|run| self.labels.get(run)).flatten();
        found.filter(move |label| label.rect.intersects(view))
    }

    pub fn wires_in(&self, view: Rect) -> impl Iterator<Item = &Wire> {
        let found = self.seen.wires.runs(view).filter_map(|run| self.wires.get(run)).flatten();
        found.filter(move |wire| wire.bounds.intersects(view))
    }

    /// The innermost node at a world position.
    pub fn node_at(&self, at: Pos2) -> Option<&Node> {
        self.nodes_in(Rect::from_min_max(at, at)).last()
    }

    /// The slot a drop at `at` goes to, among those `legal`: the closest, if the pointer is in its reach.
    pub fn slot_at(&self, at: Pos2, legal: impl Fn(&Slot) -> bool) -> Option<usize> {
        let around = Rect::from_min_max(at, at).expand2(REACH.into());
        let distance = |s: &Slot| (s.center - at).length() + (s.center.y - at.y).abs();
        let found = self.seen.slots.runs(around).flatten().filter_map(|i| Some((i, self.slots.get(i)?)));
        found
            .filter(|(_, s)| s.area.expand2(REACH.into()).contains(at) && legal(s))
            .min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)))
            .map(|(i, _)| i)
    }

    /// The shapes a frame holds: cards it touches, containers that are wholly in it.
    pub fn held_by(&self, frame: Rect) -> Vec<Id> {
        let mut held = Vec::new();
        let mut past = 0;
        for run in self.seen.nodes.runs(frame) {
            for at in run {
                let Some(node) = self.nodes.get(at).filter(|node| at >= past && node.shape) else { continue };
                let holds =
                    if node.container { frame.contains_rect(node.rect) } else { frame.intersects(node.rect) };
                if holds {
                    held.push(node.id.clone());
                    past = node.end;
                }
            }
        }
        held
    }

    /// True when a node is inside one of `ids`.
    pub fn inside(&self, id: &Id, ids: &BTreeSet<Id>) -> bool {
        let mut around = self.node(id).and_then(|node| node.parent);
        while let Some(node) = around.and_then(|at| self.nodes.get(at)) {
            if ids.contains(&node.id) {
                return true;
            }
            around = node.parent;
        }
        false
    }

    /// What an arrow key goes to from a node or branch: as [`Layout::step`], and through the labels of branches.
    pub fn go(&self, from: &Id, step: Step) -> Option<Id> {
        if let Some(at) = self.labels.iter().position(|label| label.id == *from) {
            let label = self.labels.get(at)?;
            let holder = self.nodes.get(label.holder)?;
            let beside = |at: Option<usize>| {
                let found = at.and_then(|at| self.labels.get(at)).filter(|other| other.owner == label.owner);
                found.map(|found| found.id.clone())
            };
            let mut lanes = self.labels.iter().enumerate().filter(|(_, other)| other.owner == label.owner);
            return match step {
                Step::Up => Some(holder.id.clone()),
                Step::Down if label.nodes.0 < label.nodes.1 => {
                    self.nodes.get(label.nodes.0).map(|n| n.id.clone())
                }
                Step::Down => self.below(holder).map(|n| n.id.clone()),
                Step::Right => lanes.find(|(other, _)| *other > at).map(|(_, found)| found.id.clone()),
                Step::Left => {
                    beside(lanes.take_while(|(other, _)| *other < at).last().map(|(other, _)| other))
                }
            };
        }
        let (index, _) = self.indexed(from)?;
        let lane = match step {
            Step::Down => self.labels.iter().find(|label| label.holder == index),
            Step::Up => self.labels.iter().find(|label| label.nodes.0 == index && index < label.nodes.1),
            _ => None,
        };
        lane.map(|label| label.id.clone()).or_else(|| self.step(from, step).map(|node| node.id.clone()))
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
