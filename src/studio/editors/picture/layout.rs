//! Where everything of the application's picture stands: columns from the outside in and out again, the message box
//! between what comes in and who takes it.

use crate::engine::preview::{LinkKind, NodeKind, Picture};
use egui::{Pos2, Rect, Vec2, pos2, vec2};

pub const CARD: Vec2 = vec2(190.0, 46.0);
const ROW: f32 = 62.0;
/// Between columns, room for the links.
const GUTTER: f32 = 84.0;
/// Width of the message box.
pub const BOX: f32 = 36.0;

/// Places by the number of the node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    pub cards: Vec<Rect>,
    /// The message box, when anything is to be seen.
    pub message_box: Option<Rect>,
    pub bounds: Option<Rect>,
    /// Titles of the columns, by the middle of their top.
    pub titles: Vec<(Pos2, &'static str)>,
}

/// Lays a picture out. Nodes of a column stand near what they talk to, as far as rows allow.
pub fn layout(picture: &Picture) -> Layout {
    let ranks = ranks(picture);
    let deepest = ranks.iter().copied().max().unwrap_or(0);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); deepest + 1];
    for (node, rank) in ranks.iter().enumerate() {
        if let Some(column) = columns.get_mut(*rank) {
            column.push(node);
        }
    }
    let mut rows = vec![0.0_f32; picture.nodes.len()];
    for column in &columns {
        place(column, &mut rows);
    }
    for _ in 0..3 {
        for column in &mut columns {
            settle(picture, column, &mut rows);
        }
        for column in columns.iter_mut().rev() {
            settle(picture, column, &mut rows);
        }
    }
    let tall = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut x = 0.0;
    let mut made = Layout { cards: vec![Rect::NOTHING; picture.nodes.len()], ..Layout::default() };
    for (rank, column) in columns.iter().enumerate() {
        if rank == INSIDE {
            #[expect(clippy::cast_precision_loss, reason = "far fewer nodes than that")]
            let height = (tall.max(1) as f32) * ROW;
            let middle = Rect::from_min_size(pos2(x, -ROW * 0.5), vec2(BOX, height));
            made.message_box = (!picture.nodes.is_empty()).then_some(middle);
            x += BOX + GUTTER;
        }
        if column.is_empty() {
            continue;
        }
        let kind = column.first().and_then(|node| picture.nodes.get(*node)).map(|n| n.kind);
        let title = title(kind, rank);
        if made.titles.last().is_none_or(|(_, last)| *last != title) {
            made.titles.push((pos2(x + CARD.x / 2.0, -ROW), title));
        }
        #[expect(clippy::cast_precision_loss, reason = "far fewer nodes than that")]
        let top = (tall as f32 - column.len() as f32) * ROW / 2.0;
        for (row, node) in column.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "far fewer nodes than that")]
            let y = top + row as f32 * ROW;
            if let Some(card) = made.cards.get_mut(*node) {
                *card = Rect::from_min_size(pos2(x, y - CARD.y / 2.0), CARD);
            }
        }
        x += CARD.x + GUTTER;
    }
    let all = made.cards.iter().copied().chain(made.message_box);
    made.bounds =
        all.reduce(Rect::union).map(|b| b.expand2(vec2(8.0, 0.0)).union(b.translate(vec2(0.0, -40.0))));
    made
}

/// Column of the first orchestrations.
const INSIDE: usize = 2;

fn title(kind: Option<NodeKind>, rank: usize) -> &'static str {
    match kind {
        Some(NodeKind::ReceiveLocation) => "Receive locations",
        Some(NodeKind::ReceivePort) => "Receive ports",
        Some(NodeKind::Orchestration) if rank == INSIDE => "Orchestrations",
        Some(NodeKind::Orchestration) => "Called and started",
        Some(NodeKind::SendPortGroup) => "Send port groups",
        Some(NodeKind::SendPort) => "Send ports",
        None => "",
    }
}

/// The column of each node: orchestrations that only others call stand right of their callers.
fn ranks(picture: &Picture) -> Vec<usize> {
    let mut ranks: Vec<usize> = picture
        .nodes
        .iter()
        .map(|node| {
            usize::from(node.kind != NodeKind::ReceiveLocation)
                + usize::from(node.kind > NodeKind::ReceivePort)
        })
        .collect();
    let inner = |node: usize| picture.nodes.get(node).is_some_and(|n| n.kind == NodeKind::Orchestration);
    let calls = || picture.links.iter().filter(|l| matches!(l.kind, LinkKind::Call | LinkKind::Start));
    let reached = |node: usize| {
        picture.links.iter().any(|l| l.to == node && l.from != node && l.kind == LinkKind::Message)
    };
    let called = |node: usize| !reached(node) && calls().any(|l| l.to == node && l.from != node);
    // Callees stand right of their nearest caller; a ring of calls ends where it began.
    let mut known: Vec<bool> = (0..picture.nodes.len()).map(|node| !inner(node) || !called(node)).collect();
    loop {
        let mut found = Vec::new();
        for link in calls().filter(|l| known.get(l.from) == Some(&true) && known.get(l.to) == Some(&false)) {
            found.push((link.to, ranks.get(link.from).copied().unwrap_or(INSIDE) + 1));
        }
        if found.is_empty() {
            break;
        }
        for (node, rank) in found {
            if let (Some(own), Some(known)) = (ranks.get_mut(node), known.get_mut(node)) {
                *own = if *known { (*own).min(rank) } else { rank };
                *known = true;
            }
        }
    }
    let orchestrations = ranks.iter().enumerate().filter(|(node, _)| inner(*node));
    let last = orchestrations.map(|(_, rank)| *rank).max().unwrap_or(INSIDE);
    let groups = picture.nodes.iter().any(|n| n.kind == NodeKind::SendPortGroup);
    for (node, rank) in picture.nodes.iter().zip(&mut ranks) {
        match node.kind {
            NodeKind::SendPortGroup => *rank = last + 1,
            NodeKind::SendPort => *rank = last + 1 + usize::from(groups),
            _ => {}
        }
    }
    ranks
}

#[expect(clippy::cast_precision_loss, reason = "far fewer nodes than that")]
fn place(column: &[usize], rows: &mut [f32]) {
    let middle = column.len() as f32 / 2.0;
    for (row, node) in column.iter().enumerate() {
        if let Some(place) = rows.get_mut(*node) {
            *place = row as f32 - middle;
        }
    }
}

/// Sorts a column by the middle of what each node talks to.
fn settle(picture: &Picture, column: &mut [usize], rows: &mut [f32]) {
    let wanted = |node: usize| {
        let mut others = Vec::new();
        for link in picture.links.iter().filter(|l| l.from != l.to) {
            let other = if link.from == node {
                link.to
            } else if link.to == node {
                link.from
            } else {
                continue;
            };
            others.extend(rows.get(other).copied());
        }
        let own = rows.get(node).copied().unwrap_or(0.0);
        #[expect(clippy::cast_precision_loss, reason = "far fewer links than that")]
        let count = others.len() as f32;
        if others.is_empty() { own } else { others.iter().sum::<f32>() / count }
    };
    let mut keyed: Vec<(f32, usize)> = column.iter().map(|node| (wanted(*node), *node)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for (slot, (_, node)) in column.iter_mut().zip(keyed) {
        *slot = node;
    }
    place(column, rows);
}

/// The way of a link: a curve from card to card, as four control points.
pub fn curve(layout: &Layout, from: usize, to: usize) -> Option<[Pos2; 4]> {
    let (a, b) = (layout.cards.get(from)?, layout.cards.get(to)?);
    if from == to {
        // Out at the right, back in at the left, under the card.
        let (out, back) = (a.right_center() + vec2(0.0, 8.0), a.left_center() + vec2(0.0, 8.0));
        return Some([out, out + vec2(70.0, 62.0), back + vec2(-70.0, 62.0), back]);
    }
    if b.left() >= a.right() {
        let (p, q) = (a.right_center(), b.left_center());
        let pull = vec2(((q.x - p.x) * 0.5).clamp(40.0, 220.0), 0.0);
        return Some([p, p + pull, q - pull, q]);
    }
    // Back through the message box: out and in at the left.
    let (p, q) = (a.left_center() + vec2(0.0, 9.0), b.left_center() - vec2(0.0, 9.0));
    let far = p.x.min(q.x) - 56.0;
    Some([p, pos2(far, p.y), pos2(far, q.y), q])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::sample;

    fn drawn(name: &str) -> (Picture, Layout) {
        let picture = Picture::of(&sample::load(name).unwrap());
        let layout = layout(&picture);
        (picture, layout)
    }

    #[test]
    fn nothing_lies_over_anything_else() {
        for name in ["hello", "southridge"] {
            let (picture, layout) = drawn(name);
            let cards: Vec<Rect> = layout.cards.iter().copied().chain(layout.message_box).collect();
            for (at, card) in cards.iter().enumerate() {
                assert!(card.is_positive(), "{name} {at}");
                for other in cards.iter().skip(at + 1) {
                    assert!(!card.intersects(*other), "{name}: {card:?} {other:?}");
                }
            }
            for link in &picture.links {
                assert!(curve(&layout, link.from, link.to).is_some());
            }
        }
    }

    #[test]
    fn what_comes_in_stands_left_of_who_takes_it() {
        let (picture, layout) = drawn("southridge");
        let left = |kind: NodeKind| {
            let of = picture.nodes.iter().zip(&layout.cards).filter(move |(n, _)| n.kind == kind);
            of.map(|(_, card)| card.left()).fold(f32::INFINITY, f32::min)
        };
        let order = [
            left(NodeKind::ReceiveLocation),
            left(NodeKind::ReceivePort),
            layout.message_box.unwrap().left(),
            left(NodeKind::Orchestration),
            left(NodeKind::SendPortGroup),
            left(NodeKind::SendPort),
        ];
        assert!(order.windows(2).all(|two| two[0] < two[1]), "{order:?}");
    }

    /// Southridge five times over: eighty orchestrations.
    #[test]
    fn a_crowded_application_keeps_its_columns() {
        let mut app = sample::load("southridge").unwrap();
        let modules: Vec<_> = app.modules.clone().into_iter().collect();
        for copy in 1..5 {
            for (key, module) in &modules {
                let mut module = module.clone();
                module.namespace = format!("{}.Copy{copy}", module.namespace);
                app.modules.insert(format!("{key}{copy}"), module);
            }
        }
        let picture = Picture::of(&app);
        assert!(picture.nodes.iter().filter(|n| n.kind == NodeKind::Orchestration).count() >= 80);
        let layout = layout(&picture);
        for (at, card) in layout.cards.iter().enumerate() {
            assert!(layout.cards.iter().skip(at + 1).all(|other| !card.intersects(*other)));
        }
    }

    #[test]
    fn an_empty_application_has_an_empty_picture() {
        let layout = layout(&Picture::default());
        assert_eq!((layout.bounds, layout.message_box), (None, None));
    }
}
