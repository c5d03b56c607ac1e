//! Where everything stands, top-down from the sizes.

use super::measure::{Column, Form, Lane, Measured, lanes_width};
use super::{BAR, BEGIN_RADIUS, GAP, HEAD, LABEL, LANE_GAP, LaneLabel, Line, NOTE, Node, Owner, PAD, Slot};
use crate::model::edit::BlockRef;
use crate::model::{BlockSlot, Id};
use emath::{Pos2, Rect, pos2, vec2};
use std::sync::Arc;

/// Where things stand so far.
#[derive(Default)]
pub(super) struct Placing {
    pub nodes: Vec<Node>,
    pub lines: Vec<Line>,
    pub slots: Vec<Slot>,
    pub labels: Vec<LaneLabel>,
    pub begin: Pos2,
    pub end: Pos2,
    pub inside: bool,
}

impl Placing {
    /// A whole orchestration, with its own compensation block under its end.
    pub fn whole(&mut self, body: &Column, last_resort: Option<&Arc<Measured>>) {
        let top = pos2(0.0, BEGIN_RADIUS);
        let bottom = self.column(body, (&BlockRef::Body, Owner::Orchestration), top, None, true);
        self.end = pos2(0.0, bottom + BEGIN_RADIUS);
        if let Some(handler) = last_resort {
            let below = pos2(-handler.axis, bottom + BEGIN_RADIUS * 2.0 + GAP);
            self.handler(handler, None, below, handler.width, None);
        }
    }

    /// One container alone.
    pub fn inside(&mut self, of: &Arc<Measured>) {
        self.inside = true;
        self.shape(of, Pos2::ZERO, None);
    }

    /// Places a column with its flow line from `top` down; returns the bottom. The line to the end of the block is
    /// drawn with an arrow only when `ends`.
    fn column(
        &mut self,
        column: &Column,
        (at, of): (&BlockRef, Owner),
        top: Pos2,
        parent: Option<usize>,
        ends: bool,
    ) -> f32 {
        let Pos2 { x, mut y } = top;
        let slot = |index: usize, y: f32, height: f32, before: Option<usize>| Slot {
            at: at.clone(),
            index,
            center: pos2(x, y + height / 2.0),
            area: Rect::from_min_size(pos2(x - column.axis, y - 4.0), vec2(column.width, height + 8.0)),
            empty: column.shapes.is_empty(),
            of,
            before,
        };
        if column.shapes.is_empty() {
            let height = column.height;
            self.slots.push(slot(0, y, height, None));
            self.lines.push(Line::new(pos2(x, y), pos2(x, y + height), ends));
            return y + height;
        }
        for (index, measured) in column.shapes.iter().enumerate() {
            self.slots.push(slot(index, y, GAP, Some(self.nodes.len())));
            self.lines.push(Line::new(pos2(x, y), pos2(x, y + GAP), true));
            y += GAP;
            self.shape(measured, pos2(x, y), parent);
            y += measured.height;
        }
        self.slots.push(slot(column.shapes.len(), y, GAP, None));
        self.lines.push(Line::new(pos2(x, y), pos2(x, y + GAP), ends));
        y + GAP
    }

    /// Adds a node; what it closes over is known once all inside it is placed, see [`Placing::close`].
    fn open(&mut self, of: &Arc<Measured>, rect: Rect, parent: Option<usize>) -> usize {
        let index = self.nodes.len();
        let (container, collapsed, hidden) = match &of.form {
            Form::Card { collapsed, hidden } => (false, *collapsed, *hidden),
            Form::Handler { body, hidden, .. } => (true, Some(body.is_none()), *hidden),
            Form::Sequence { .. } | Form::Lanes(_) => (true, Some(false), 0),
        };
        let head = if container { Rect::from_min_size(rect.min, vec2(rect.width(), HEAD)) } else { rect };
        let of = Arc::clone(of);
        self.nodes.push(Node { of, rect, head, container, collapsed, hidden, parent, end: index + 1 });
        index
    }

    fn close(&mut self, index: usize) {
        let end = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(index) {
            node.end = end;
        }
    }

    /// A shape with the middle of its top, on the flow line, at `top`.
    fn shape(&mut self, of: &Arc<Measured>, top: Pos2, parent: Option<usize>) {
        let rect = Rect::from_min_size(top - vec2(of.axis, 0.0), vec2(of.width, of.height));
        let index = self.open(of, rect, parent);
        let below = rect.top() + HEAD + if of.face.note.is_empty() { 0.0 } else { NOTE };
        match &of.form {
            Form::Sequence { body, handlers } => {
                let at = BlockRef::In(of.face.id.clone(), BlockSlot::Body);
                let of_body = (&at, Owner::Node(index));
                let mut y = self.column(body, of_body, pos2(top.x, below), Some(index), false);
                for handler in handlers {
                    let corner = pos2(rect.left() + PAD, y);
                    let width = rect.width() - PAD * 2.0;
                    y = self.handler(handler, Some(&of.face.id), corner, width, Some(index)) + PAD;
                }
            }
            Form::Lanes(lanes) => self.lanes(&of.face.id, lanes, rect, pos2(top.x, below), index),
            Form::Card { .. } | Form::Handler { .. } => {}
        }
        self.close(index);
    }

    fn lanes(&mut self, owner: &Id, lanes: &[Lane], rect: Rect, top: Pos2, index: usize) {
        let bar = top.y + BAR;
        let foot = rect.bottom() - BAR;
        let mut left = rect.center().x - lanes_width(lanes) / 2.0;
        let mut ends: Option<(f32, f32)> = None;
        for lane in lanes {
            let axis = left + lane.column.axis;
            ends = Some((ends.map_or(axis, |(first, _)| first), axis));
            let (label, first) = (self.labels.len(), self.nodes.len());
            self.labels.push(LaneLabel {
                nodes: (first, first),
                holder: index,
                id: lane.id.clone(),
                owner: owner.clone(),
                rect: Rect::from_min_size(pos2(left, bar), vec2(lane.column.width, LABEL)),
                text: Arc::clone(&lane.text),
                code: lane.code,
            });
            let at = BlockRef::In(owner.clone(), BlockSlot::Branch(lane.id.clone()));
            let of = (&at, Owner::Lane(label));
            let below = self.column(&lane.column, of, pos2(axis, bar + LABEL), Some(index), false);
            let end = self.nodes.len();
            if let Some(label) = self.labels.get_mut(label) {
                label.nodes = (first, end);
            }
            self.lines.push(Line::new(pos2(axis, below), pos2(axis, foot), false));
            left += lane.column.width + LANE_GAP;
        }
        self.lines.push(Line::new(top, pos2(top.x, bar), false));
        self.lines.push(Line::new(pos2(top.x, foot), pos2(top.x, rect.bottom()), false));
        if let Some((first, last)) = ends {
            for y in [bar, foot] {
                let (from, to) = (first.min(top.x), last.max(top.x));
                self.lines.push(Line::new(pos2(from, y), pos2(to, y), false));
            }
        }
    }

    /// A catch or compensation block, as wide as its scope allows; returns its bottom.
    fn handler(
        &mut self,
        of: &Arc<Measured>,
        owner: Option<&Id>,
        corner: Pos2,
        width: f32,
        parent: Option<usize>,
    ) -> f32 {
        let rect = Rect::from_min_size(corner, vec2(width, of.height));
        let index = self.open(of, rect, parent);
        if let Form::Handler { slot, body: Some(body), .. } = &of.form {
            let at = owner.map_or(BlockRef::Compensation, |id| BlockRef::In(id.clone(), slot.clone()));
            let x = rect.center().x - body.width / 2.0 + body.axis;
            let y = rect.top() + HEAD + if of.face.note.is_empty() { 0.0 } else { NOTE };
            self.column(body, (&at, Owner::Node(index)), pos2(x, y), Some(index), false);
        }
        self.close(index);
        rect.bottom()
    }
}
