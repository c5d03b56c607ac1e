//! Wires between Send and Receive shapes and the operations they use, routed around cards where that is short.

use super::layout::{Layout, Node};
use super::ports::{Flow, PortCard};
use crate::model::{Id, Leg, Orchestration, ShapeKind};
use emath::{Pos2, Rect, pos2};
use rustc_hash::FxHashMap;

#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    pub shape: Id,
    pub port: String,
    pub operation: String,
    pub leg: Leg,
    pub flow: Flow,
    /// From the shape to the port: straight pieces, the last one a curve to the port.
    pub points: Vec<Pos2>,
    /// Goes to the left port surface.
    pub left: bool,
    /// Around all that is drawn at rest.
    pub bounds: Rect,
}

/// From this height on between shape and port a wire is far; many of them would cover the gutter.
pub const FAR: f32 = 2_400.0;

/// How far above or below its shape a wire may run to get past other cards.
const REACH: f32 = 96.0;
const CLEAR: f32 = 6.0;

pub fn route(orchestration: &Orchestration, layout: &Layout) -> Vec<Wire> {
    let area = layout.process.unwrap_or(Rect::NOTHING);
    let mut cards: Vec<Rect> = layout.nodes.iter().filter(|n| !n.container).map(|n| n.rect).collect();
    cards.sort_by(|a, b| a.top().total_cmp(&b.top()));
    let tallest = cards.iter().map(Rect::height).fold(0.0, f32::max);
    let obstacles = Obstacles { cards, tallest };
    let ports: FxHashMap<&str, &PortCard> =
        layout.ports.iter().map(|card| (card.name.as_str(), card)).collect();
    let mut wires = Vec::new();
    for shape in orchestration.shapes() {
        let (port, operation, leg) = match &shape.kind {
            ShapeKind::Receive(r) => (&r.port, &r.operation, &r.leg),
            ShapeKind::Send(s) => (&s.port, &s.operation, &s.leg),
            _ => continue,
        };
        let Some(card) = ports.get(port.as_str()) else { continue };
        let Some(row) = card.rows.iter().find(|r| r.operation == *operation && r.leg == *leg) else {
            continue;
        };
        let Some(node) = layout.visible(&shape.id) else { continue };
        let points = obstacles.path(node, row.anchor, card.left, area);
        let far = (row.anchor.y - node.head.center().y).abs() > FAR;
        let drawn = points.iter().take(points.len() - usize::from(far));
        let bounds = drawn.fold(Rect::NOTHING, |all, at| all.union(Rect::from_min_max(*at, *at)));
        wires.push(Wire {
            shape: shape.id.clone(),
            port: port.clone(),
            operation: operation.clone(),
            leg: leg.clone(),
            flow: row.flow,
            points,
            left: card.left,
            bounds,
        });
    }
    wires
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
        let (left, right) = (start.x.min(exit), start.x.max(exit));
        let mut blocked: Vec<(f32, f32)> = self
            .near(start.y)
            .filter(|card| card.left() <= right && card.right() >= left && **card != node.rect)
            .map(|card| (card.top() - CLEAR, card.bottom() + CLEAR))
            .collect();
        blocked.sort_by(|a, b| a.0.total_cmp(&b.0));
        let free = |y: f32| blocked.iter().all(|(top, bottom)| y <= *top || y >= *bottom);
        let ends = blocked.iter().flat_map(|(top, bottom)| [*top, *bottom]);
        std::iter::once(start.y)
            .chain(ends)
            .filter(|y| (y - start.y).abs() <= REACH && free(*y))
            .min_by(|a, b| (a - start.y).abs().total_cmp(&(b - start.y).abs()))
    }

    /// Cards that may be within reach of a height.
    fn near(&self, y: f32) -> impl Iterator<Item = &Rect> {
        let reach = REACH + CLEAR;
        let from = self.cards.partition_point(|c| c.top() < y - self.tallest - reach);
        self.cards.iter().skip(from).take_while(move |c| c.top() <= y + reach)
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
