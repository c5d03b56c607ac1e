//! Wires between Send and Receive shapes and the operations they use, routed around cards where that is short.

use super::layout::{Layout, Node};
use super::ports::Flow;
use crate::model::{Id, Leg, Orchestration, ShapeKind};
use emath::{Pos2, Rect, pos2};

#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    pub shape: Id,
    pub port: String,
    pub operation: String,
    pub leg: Leg,
    pub flow: Flow,
    /// From the shape to the port: straight pieces, the last one a curve to the port.
    pub points: Vec<Pos2>,
}

/// How far above or below its shape a wire may run to get past other cards.
const REACH: f32 = 96.0;
const STEP: f32 = 4.0;
const CLEAR: f32 = 6.0;

pub fn route(orchestration: &Orchestration, layout: &Layout, area: Rect) -> Vec<Wire> {
    let mut cards: Vec<Rect> = layout.nodes.iter().filter(|n| !n.container).map(|n| n.rect).collect();
    cards.sort_by(|a, b| a.top().total_cmp(&b.top()));
    let tallest = cards.iter().map(Rect::height).fold(0.0, f32::max);
    let obstacles = Obstacles { cards, tallest };
    let mut wires = Vec::new();
    for shape in orchestration.shapes() {
        let (port, operation, leg) = match &shape.kind {
            ShapeKind::Receive(r) => (&r.port, &r.operation, &r.leg),
            ShapeKind::Send(s) => (&s.port, &s.operation, &s.leg),
            _ => continue,
        };
        let Some(card) = layout.ports.iter().find(|c| c.name == *port) else { continue };
        let Some(row) = card.rows.iter().find(|r| r.operation == *operation && r.leg == *leg) else {
            continue;
        };
        let Some(node) = visible(layout, orchestration, &shape.id) else { continue };
        let points = obstacles.path(node, row.anchor, card.left, area);
        wires.push(Wire {
            shape: shape.id.clone(),
            port: port.clone(),
            operation: operation.clone(),
            leg: leg.clone(),
            flow: row.flow,
            points,
        });
    }
    wires
}

/// The node of a shape, or of the closed container that hides it.
pub fn visible<'a>(layout: &'a Layout, orchestration: &Orchestration, id: &Id) -> Option<&'a Node> {
    layout.node(id).or_else(|| {
        layout.nodes.iter().filter(|n| n.collapsed == Some(true)).find(|n| {
            let mut inside = false;
            if let Some(shape) = orchestration.shape(&n.id) {
                shape.visit(&mut |s| inside |= s.id == *id);
            }
            inside
        })
    })
}

struct Obstacles {
    /// By top.
    cards: Vec<Rect>,
    tallest: f32,
}

impl Obstacles {
    fn path(&self, node: &Node, anchor: Pos2, left: bool, area: Rect) -> Vec<Pos2> {
        let head = node.head;
        let (start, side) = if left { (head.left_center(), -1.0) } else { (head.right_center(), 1.0) };
        // Where the wire leaves the process area and curves to the port.
        let exit = if left { area.left() - 6.0 } else { area.right() + 6.0 };
        let mut points = vec![start];
        if let Some(y) = self.free_height(start, exit, node) {
            if y != start.y {
                let x = start.x + side * 10.0;
                points.extend([pos2(x, start.y), pos2(x, y)]);
            }
            points.push(pos2(exit, y));
        } else {
            points.push(pos2(exit, start.y));
        }
        points.push(anchor);
        points
    }

    /// The nearest height at which the way from `start` to `exit` meets no other card.
    fn free_height(&self, start: Pos2, exit: f32, node: &Node) -> Option<f32> {
        let clear = |y: f32| {
            let way = Rect::from_two_pos(pos2(start.x, y), pos2(exit, y)).expand2([0.0, CLEAR].into());
            !self.near(y).any(|card| card.intersects(way) && *card != node.rect)
        };
        let mut offset = 0.0;
        while offset <= REACH {
            for y in [start.y + offset, start.y - offset] {
                if clear(y) {
                    return Some(y);
                }
            }
            offset += STEP;
        }
        None
    }

    fn near(&self, y: f32) -> impl Iterator<Item = &Rect> {
        let from = self.cards.partition_point(|c| c.top() < y - self.tallest - CLEAR);
        self.cards.iter().skip(from).take_while(move |c| c.top() <= y + CLEAR)
    }
}

/// A polyline with its corners rounded.
pub fn rounded(points: &[Pos2], radius: f32) -> Vec<Pos2> {
    let mut out = Vec::with_capacity(points.len() * 5);
    for (i, &here) in points.iter().enumerate() {
        let (Some(&before), Some(&after)) = (i.checked_sub(1).and_then(|j| points.get(j)), points.get(i + 1))
        else {
            out.push(here);
            continue;
        };
        let (a, b) = (before - here, after - here);
        let r = radius.min(a.length() / 2.0).min(b.length() / 2.0);
        let (from, to) = (here + a.normalized() * r, here + b.normalized() * r);
        for k in 0_u8..=5 {
            let s = f32::from(k) / 5.0;
            let p = from.lerp(here, s).lerp(here.lerp(to, s), s);
            out.push(p);
        }
    }
    out
}
