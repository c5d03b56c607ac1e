//! Where everything of the application's picture stands: columns from the outside in and out again, the message box
//! between what comes in and who takes it. A receive port holds its locations, so that four columns are enough.

use crate::engine::preview::{Link, LinkKind, NodeKind, Picture};
use egui::{Pos2, Rect, Vec2, pos2, vec2};

pub const CARD: Vec2 = vec2(190.0, 46.0);
/// A location under its receive port.
const LOCATION: Vec2 = vec2(168.0, 40.0);
const GAP: f32 = 16.0;
const SMALL_GAP: f32 = 6.0;
/// Between columns, room for the links.
const GUTTER: f32 = 72.0;
/// Room beside a column for links between its cards.
const BESIDE: f32 = 44.0;
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

/// The columns: receive ports, orchestrations, those that only others call, and what sends.
const COLUMNS: usize = 4;

/// Lays a picture out. Nodes of a column stand near what they talk to, as far as rows allow.
pub fn layout(picture: &Picture) -> Layout {
    let mut columns: [Vec<usize>; COLUMNS] = Default::default();
    for (number, node) in picture.nodes.iter().enumerate() {
        let column = match node.kind {
            NodeKind::ReceiveLocation if held(picture, number) => continue,
            NodeKind::ReceiveLocation | NodeKind::ReceivePort => 0,
            NodeKind::Orchestration => 1 + usize::from(only_called(picture, number)),
            NodeKind::SendPort | NodeKind::SendPortGroup => 3,
        };
        if let Some(column) = columns.get_mut(column) {
            column.push(number);
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
    let stacks = columns.map(|column| stack(picture, &column));
    let tall = stacks.iter().filter_map(|stack| stack.last()).map(|(_, card)| card.bottom());
    let tall = tall.fold(CARD.y, f32::max);
    let mut x = 0.0;
    let mut made = Layout { cards: vec![Rect::NOTHING; picture.nodes.len()], ..Layout::default() };
    for (rank, stack) in stacks.iter().enumerate() {
        if rank == 1 {
            let middle = Rect::from_min_size(pos2(x, 0.0), vec2(BOX, tall));
            made.message_box = (!picture.nodes.is_empty()).then_some(middle);
            x += BOX + GUTTER;
        }
        if stack.is_empty() {
            continue;
        }
        made.titles.push((pos2(x + CARD.x / 2.0, -30.0), TITLES.get(rank).copied().unwrap_or_default()));
        let by = vec2(x, 0.0);
        for (node, card) in stack {
            if let Some(place) = made.cards.get_mut(*node) {
                *place = card.translate(by);
            }
        }
        x += CARD.x + GUTTER;
    }
    let all = made.cards.iter().copied().filter(|card| card.is_positive()).chain(made.message_box);
    made.bounds =
        all.reduce(Rect::union).map(|b| b.expand2(vec2(BESIDE, 0.0)).union(b.translate(vec2(0.0, -40.0))));
    made
}

const TITLES: [&str; COLUMNS] = ["Receive ports", "Orchestrations", "Called and started", "Send ports"];

/// True for a location whose receive port is there.
fn held(picture: &Picture, location: usize) -> bool {
    picture.links.iter().any(|link| link.from == location && link.kind == LinkKind::Belongs)
}

/// True for an orchestration that no message starts: another one calls or starts it.
fn only_called(picture: &Picture, node: usize) -> bool {
    let into = || picture.links.iter().filter(|link| link.to == node && link.from != node);
    into().any(|link| matches!(link.kind, LinkKind::Call | LinkKind::Start))
        && !into().any(|link| link.kind == LinkKind::Message)
}

/// A column from its top at 0: each card, the locations of a receive port under it.
fn stack(picture: &Picture, column: &[usize]) -> Vec<(usize, Rect)> {
    let mut cards = Vec::new();
    let mut y = 0.0;
    for &number in column {
        cards.push((number, Rect::from_min_size(pos2(0.0, y), CARD)));
        y += CARD.y;
        let belongs = |link: &&Link| link.to == number && link.kind == LinkKind::Belongs;
        for location in picture.links.iter().filter(belongs).map(|link| link.from) {
            if picture.nodes.get(location).is_some_and(|n| n.kind == NodeKind::ReceiveLocation) {
                y += SMALL_GAP;
                cards.push((location, Rect::from_min_size(pos2(CARD.x - LOCATION.x, y), LOCATION)));
                y += LOCATION.y;
            }
        }
        y += GAP;
    }
    cards
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
pub fn curve(layout: &Layout, link: &Link) -> Option<[Pos2; 4]> {
    let (a, b) = (layout.cards.get(link.from)?, layout.cards.get(link.to)?);
    if link.from == link.to {
        // Out at the right, back in at the left, under the card.
        let (out, back) = (a.right_center() + vec2(0.0, 8.0), a.left_center() + vec2(0.0, 8.0));
        return Some([out, out + vec2(70.0, 62.0), back + vec2(-70.0, 62.0), back]);
    }
    if b.left() >= a.right() {
        let (p, q) = (a.right_center(), b.left_center());
        let pull = vec2(((q.x - p.x) * 0.5).clamp(40.0, 220.0), 0.0);
        return Some([p, p + pull, q - pull, q]);
    }
    let same = a.left() < b.right() && b.left() < a.right();
    if same && link.kind != LinkKind::Message && link.kind != LinkKind::Failure {
        if a.width() < b.width() {
            // A location stands under its port.
            let (p, q) = (a.left_center(), pos2(b.left() + 10.0, b.bottom()));
            return Some([p, pos2(q.x, p.y), pos2(q.x, p.y), q]);
        }
        // Beside the column, not through the message box.
        let (p, q) = (a.right_center(), b.right_center());
        let far = p.x.max(q.x) + BESIDE;
        return Some([p, pos2(far, p.y), pos2(far, q.y), q]);
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
                assert!(curve(&layout, link).is_some());
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
            left(NodeKind::ReceivePort),
            left(NodeKind::ReceiveLocation),
            layout.message_box.unwrap().left(),
            left(NodeKind::Orchestration),
            left(NodeKind::SendPort),
        ];
        assert!(order.windows(2).all(|two| two[0] < two[1]), "{order:?}");
    }

    #[test]
    fn a_location_stands_under_its_receive_port() {
        let (picture, layout) = drawn("southridge");
        for link in picture.links.iter().filter(|l| l.kind == LinkKind::Belongs) {
            if picture.nodes[link.from].kind == NodeKind::ReceiveLocation {
                let (location, port) = (layout.cards[link.from], layout.cards[link.to]);
                assert!(location.top() > port.bottom() && port.x_range().contains(location.left()));
            }
        }
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
