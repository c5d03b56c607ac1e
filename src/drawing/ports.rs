//! Port cards on the two port surfaces: what they say and where they stand.

use super::layout::Layout;
use crate::model::{
    Application, Binding, CommunicationPattern, Direction, Leg, Module, Operation, Orchestration,
    ParameterKind, Polarity, Port, PortBinding, PortSurface, RoleLink, ShapeKind,
};
use emath::{Pos2, Rect, pos2, vec2};
use rustc_hash::FxHashMap;

pub const WIDTH: f32 = 204.0;
/// Room for the wires between process area and cards.
pub const GUTTER: f32 = 84.0;
pub const TITLE: f32 = 46.0;
pub const ROW: f32 = 22.0;
const FOOT: f32 = 6.0;
const SPACE: f32 = 18.0;

/// Which way messages go through a row, seen from the orchestration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    In,
    Out,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PortRow {
    pub operation: String,
    pub leg: Leg,
    pub message_type: String,
    pub flow: Flow,
    /// Where wires meet the row: on the inner edge of the card.
    pub anchor: Pos2,
    pub rect: Rect,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PortCard {
    pub name: String,
    /// The binding in words.
    pub binding: String,
    pub left: bool,
    pub rect: Rect,
    pub rows: Vec<PortRow>,
    /// False when the binding still lacks something.
    pub bound: bool,
    pub polarity: Polarity,
    /// Requests are answered.
    pub two_way: bool,
    /// Heights of the shapes that use it, from top to bottom.
    pub uses: Vec<f32>,
}

/// The binding of `port` in words; the second value is false while something is missing.
pub fn binding_words(
    app: &Application,
    module: &Module,
    orchestration: &Orchestration,
    port: &Port,
) -> (String, bool) {
    match &port.binding {
        Binding::SpecifyLater => {
            let service = app.bindings.service(&module.full_name(&orchestration.name));
            match service.and_then(|s| s.ports.get(&port.name)) {
                Some(PortBinding::ReceivePort(name)) => (format!("receive port {name}"), true),
                Some(PortBinding::SendPort(name)) => (format!("send port {name}"), true),
                Some(PortBinding::SendPortGroup(name)) => (format!("send port group {name}"), true),
                None => ("specify later · not bound".to_owned(), false),
            }
        }
        Binding::SpecifyNow(now) if now.uri.is_empty() => ("specify now · no address".to_owned(), false),
        Binding::SpecifyNow(now) => (format!("{} {}", now.transport, now.uri), true),
        Binding::Dynamic(_) => ("dynamic".to_owned(), true),
        Binding::MessageBox => ("direct · message box".to_owned(), true),
        Binding::SelfCorrelating => ("direct · self-correlating".to_owned(), true),
        Binding::Partner(partner) if partner.port.is_empty() => {
            ("direct · no partner port".to_owned(), false)
        }
        Binding::Partner(partner) => {
            let own = partner.orchestration == module.full_name(&orchestration.name);
            if own && partner.port == port.name {
                ("direct · inverse partner".to_owned(), true)
            } else {
                let name = partner.orchestration.rsplit('.').next().unwrap_or_default();
                (format!("direct · partner {name}.{}", partner.port), true)
            }
        }
    }
}

/// Which way the messages of a port go, in words; only a two-way port has a first and a second.
pub fn direction_words(polarity: Polarity, two_way: bool) -> &'static str {
    match (polarity, two_way) {
        (Polarity::Implements, false) => "Receives",
        (Polarity::Implements, true) => "Receives, then answers",
        (Polarity::Uses, false) => "Sends",
        (Polarity::Uses, true) => "Sends, then gets the answer",
    }
}

/// The last segment of a dotted type name.
pub fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Cards for every port, port parameter and role link, beside the process area. `known` are the cards before a change
/// after which each shape uses the port it used, and stands where it stood; none otherwise.
pub fn place(
    app: &Application,
    module: &Module,
    orchestration: &Orchestration,
    layout: &Layout,
    known: &[PortCard],
) -> Vec<PortCard> {
    let mut cards = Vec::new();
    for port in &orchestration.ports {
        let (words, bound) = binding_words(app, module, orchestration, port);
        cards.push(card(app, module, port, words, bound));
    }
    for parameter in &orchestration.parameters {
        if let ParameterKind::Port(port) = &parameter.kind {
            let direction = match parameter.direction {
                Direction::In => "in",
                Direction::Ref => "ref",
                Direction::Out => "out",
            };
            cards.push(card(app, module, port, format!("{direction} parameter"), true));
        }
    }
    cards.extend(orchestration.role_links.iter().map(|link| role_card(app, module, link)));
    // A port with a new name may be used by shapes that named it before.
    let before = |card: &PortCard| known.iter().find(|known| known.name == card.name);
    if cards.iter().all(|card| before(card).is_some()) {
        for card in &mut cards {
            card.uses = before(card).map(|known| known.uses.clone()).unwrap_or_default();
        }
    } else {
        let mut uses = uses(orchestration, layout);
        for card in &mut cards {
            card.uses = uses.remove(card.name.as_str()).unwrap_or_default();
            card.uses.sort_by(f32::total_cmp);
        }
    }
    stand(&mut cards, orchestration, layout.process.unwrap_or(Rect::NOTHING));
    cards
}

fn card(app: &Application, module: &Module, port: &Port, binding: String, bound: bool) -> PortCard {
    let left = match port.surface {
        PortSurface::Left => true,
        PortSurface::Right => false,
        PortSurface::Unbound => port.polarity == Polarity::Implements,
    };
    let mut rows = Vec::new();
    let port_type = app.port_type(module, &port.port_type);
    let two_way = port_type.is_some_and(|t| t.pattern == CommunicationPattern::RequestResponse);
    if let Some(port_type) = port_type {
        for operation in &port_type.operations {
            operation_rows(operation, port.polarity, &mut rows);
        }
    }
    let (name, polarity) = (port.name.clone(), port.polarity);
    PortCard { name, binding, left, rect: Rect::ZERO, rows, bound, polarity, two_way, uses: Vec::new() }
}

fn role_card(app: &Application, module: &Module, link: &RoleLink) -> PortCard {
    let left = link.surface != PortSurface::Right;
    let role = app
        .modules
        .values()
        .flat_map(|m| &m.role_link_types)
        .filter(|t| t.name == short(&link.role_link_type))
        .find_map(|t| t.roles.iter().find(|r| r.name == link.role));
    let mut rows = Vec::new();
    for name in role.iter().flat_map(|r| &r.port_types) {
        for operation in app.port_type(module, name).iter().flat_map(|t| &t.operations) {
            operation_rows(operation, link.polarity, &mut rows);
        }
    }
    let binding = format!("role {}", link.role);
    let (name, polarity) = (link.name.clone(), link.polarity);
    let (rect, uses) = (Rect::ZERO, Vec::new());
    PortCard { name, binding, left, rect, rows, bound: true, polarity, two_way: false, uses }
}

fn operation_rows(operation: &Operation, polarity: Polarity, rows: &mut Vec<PortRow>) {
    let (there, back) = match polarity {
        Polarity::Implements => (Flow::In, Flow::Out),
        Polarity::Uses => (Flow::Out, Flow::In),
    };
    let mut push = |leg: Leg, message_type: &str, flow: Flow| {
        rows.push(PortRow {
            operation: operation.name.clone(),
            leg,
            message_type: message_type.to_owned(),
            flow,
            anchor: Pos2::ZERO,
            rect: Rect::ZERO,
        });
    };
    push(Leg::Request, &operation.request, there);
    if let Some(response) = &operation.response {
        push(Leg::Response, response, back);
    }
    for fault in &operation.faults {
        push(Leg::Fault(fault.name.clone()), &fault.message_type, back);
    }
}

/// Stands each card as near as it can to the shapes that use it, without overlap, pinned ones in pinned order.
fn stand(cards: &mut [PortCard], orchestration: &Orchestration, area: Rect) {
    for left in [true, false] {
        // A port is first seen with its first use.
        let mut side: Vec<(f32, &mut PortCard)> = cards
            .iter_mut()
            .filter(|c| c.left == left)
            .map(|card| (card.uses.first().copied().unwrap_or(area.top()), card))
            .collect();
        side.sort_by(|a, b| a.0.total_cmp(&b.0));
        pin(&mut side, orchestration);
        let heights: Vec<f32> = side.iter().map(|(_, c)| TITLE + ROW * c.rows.len() as f32 + FOOT).collect();
        let wishes: Vec<f32> = side.iter().zip(&heights).map(|((y, _), h)| y - (TITLE + h) / 2.0).collect();
        let tops = spread(&wishes, &heights);
        let (x, edge) = if left {
            (area.left() - GUTTER - WIDTH, area.left() - GUTTER)
        } else {
            (area.right() + GUTTER, area.right() + GUTTER)
        };
        for (((_, card), height), top) in side.into_iter().zip(&heights).zip(&tops) {
            card.rect = Rect::from_min_size(pos2(x, top.round()), vec2(WIDTH, *height));
            let mut y = card.rect.top() + TITLE;
            for row in &mut card.rows {
                row.rect = Rect::from_min_size(pos2(x + 4.0, y), vec2(WIDTH - 8.0, ROW - 2.0));
                row.anchor = pos2(edge, row.rect.center().y);
                y += ROW;
            }
        }
    }
}

/// The heights of the shapes that use each port.
fn uses<'a>(orchestration: &'a Orchestration, layout: &Layout) -> FxHashMap<&'a str, Vec<f32>> {
    let mut uses: FxHashMap<&str, Vec<f32>> = FxHashMap::default();
    for shape in orchestration.shapes() {
        let port = match &shape.kind {
            ShapeKind::Receive(r) => &r.port,
            ShapeKind::Send(s) => &s.port,
            _ => continue,
        };
        if let Some(node) = layout.visible(&shape.id) {
            uses.entry(port.as_str()).or_default().push(node.head.center().y);
        }
    }
    uses
}

/// How far each card goes down to be seen beside the shapes that use it, with `top` to `bottom` in view: a port stays
/// in view as long as one of its shapes is, and one that no shape uses yet always does. In the order of `cards`.
pub fn slides(cards: &[PortCard], top: f32, bottom: f32) -> Vec<f32> {
    let mut slides = vec![0.0; cards.len()];
    for left in [true, false] {
        let wanted = |card: &PortCard| {
            let first = card.uses.partition_point(|y| *y < top);
            card.uses.is_empty() || card.uses.get(first).is_some_and(|y| *y <= bottom)
        };
        let wish = |card: &PortCard| {
            let last = (bottom - card.rect.height()).max(top);
            if wanted(card) { card.rect.top().clamp(top, last) } else { card.rect.top() }
        };
        let mut side: Vec<(f32, usize, &PortCard)> = cards
            .iter()
            .enumerate()
            .filter(|(_, c)| c.left == left)
            .map(|(at, c)| (wish(c), at, c))
            .collect();
        if side.iter().all(|(wish, _, card)| *wish == card.rect.top()) {
            continue;
        }
        side.sort_by(|(a, _, x), (b, _, y)| a.total_cmp(b).then(x.rect.top().total_cmp(&y.rect.top())));
        stack(&mut side, top, bottom);
        let wishes: Vec<f32> = side.iter().map(|(wish, ..)| *wish).collect();
        let heights: Vec<f32> = side.iter().map(|(.., card)| card.rect.height()).collect();
        for ((_, at, card), y) in side.iter().zip(spread(&wishes, &heights)) {
            if let Some(slide) = slides.get_mut(*at) {
                *slide = y - card.rect.top();
            }
        }
    }
    slides
}

/// Moves cards that wish for the same place in view below each other, and up again where the view ends.
fn stack(side: &mut [(f32, usize, &PortCard)], top: f32, bottom: f32) {
    let mut seen: Vec<(&mut f32, f32)> = side
        .iter_mut()
        .map(|(wish, _, card)| (wish, card.rect.height()))
        .filter(|(wish, height)| **wish < bottom && **wish + height > top)
        .collect();
    let mut free = f32::NEG_INFINITY;
    for (wish, height) in &mut seen {
        **wish = wish.max(free);
        free = **wish + *height + SPACE;
    }
    // More than the view has room for begin at its top.
    if seen.iter().map(|(_, height)| height + SPACE).sum::<f32>() > bottom - top + SPACE {
        return;
    }
    let mut limit = bottom;
    for (wish, height) in seen.iter_mut().rev() {
        **wish = wish.min((limit - *height).max(top));
        limit = **wish - SPACE;
    }
}

/// Ports with a slot keep their order among themselves.
fn pin(side: &mut [(f32, &mut PortCard)], orchestration: &Orchestration) {
    let slot = |card: &PortCard| orchestration.port(&card.name).and_then(|p| p.slot);
    for _ in 0..side.len() {
        for i in 1..side.len() {
            let (Some(a), Some(b)) = (side.get(i - 1), side.get(i)) else { continue };
            if let (Some(x), Some(y)) = (slot(a.1), slot(b.1))
                && x > y
            {
                side.swap(i - 1, i);
            }
        }
    }
}

/// Tops nearest to the wishes that neither overlap nor change order: neighbours that collide move as one.
fn spread(wishes: &[f32], heights: &[f32]) -> Vec<f32> {
    struct Run {
        top: f32,
        height: f32,
        weight: f32,
        count: usize,
    }
    let mut runs: Vec<Run> = Vec::new();
    for (wish, height) in wishes.iter().zip(heights) {
        let mut run = Run { top: *wish, height: height + SPACE, weight: 1.0, count: 1 };
        while let Some(previous) = runs.pop_if(|p| p.top + p.height > run.top) {
            let weight = previous.weight + run.weight;
            let shifted = run.top - previous.height;
            run = Run {
                top: (previous.top * previous.weight + shifted * run.weight) / weight,
                height: previous.height + run.height,
                weight,
                count: previous.count + run.count,
            };
        }
        runs.push(run);
    }
    let mut tops = Vec::new();
    let mut heights = heights.iter();
    for run in runs {
        let mut y = run.top;
        for height in heights.by_ref().take(run.count) {
            tops.push(y);
            y += height + SPACE;
        }
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_that_want_the_same_place_share_it_around_the_middle() {
        let tops = spread(&[100.0, 100.0], &[40.0, 40.0]);
        assert_eq!(tops, [71.0, 129.0]);
    }

    fn card(name: &str, y: f32, uses: &[f32]) -> PortCard {
        PortCard {
            name: name.to_owned(),
            binding: String::new(),
            left: true,
            rect: Rect::from_min_size(pos2(0.0, y), vec2(WIDTH, 80.0)),
            rows: Vec::new(),
            bound: true,
            polarity: Polarity::Uses,
            two_way: false,
            uses: uses.to_vec(),
        }
    }

    #[test]
    fn a_port_stays_in_view_with_the_shapes_that_use_it() {
        let cards =
            [card("both", 0.0, &[40.0, 2_000.0]), card("top", 100.0, &[140.0]), card("free", 200.0, &[])];
        assert_eq!(slides(&cards, -10.0, 600.0), [0.0; 3], "all in view where they stand");
        let below = slides(&cards, 1_800.0, 2_400.0);
        let tops: Vec<f32> = cards.iter().zip(&below).map(|(card, by)| card.rect.top() + by).collect();
        assert!((1_800.0..2_400.0).contains(&tops[0]), "one of its shapes is in view: {tops:?}");
        assert_eq!(tops[1], 100.0, "none of its shapes is in view");
        assert!((1_800.0..2_400.0).contains(&tops[2]), "it waits to be connected: {tops:?}");
        assert!((tops[0] - tops[2]).abs() >= 80.0, "and none lies on another: {tops:?}");
    }

    #[test]
    fn ports_that_stay_in_view_stand_below_each_other_and_leave_it_at_neither_end() {
        let free: Vec<PortCard> = (0..5).map(|i| card("free", 100.0 * i as f32, &[])).collect();
        for (top, bottom) in [(1_000.0, 1_600.0), (-1_600.0, -1_000.0)] {
            let by = slides(&free, top, bottom);
            let tops: Vec<f32> = free.iter().zip(&by).map(|(card, by)| card.rect.top() + by).collect();
            assert!(tops.iter().all(|y| (top..=bottom - 80.0).contains(y)), "{tops:?}");
            assert!(tops.windows(2).all(|two| two[1] - two[0] >= 80.0 + SPACE), "{tops:?}");
        }
    }

    #[test]
    fn cards_far_apart_get_their_wish() {
        assert_eq!(spread(&[0.0, 200.0], &[40.0, 40.0]), [0.0, 200.0]);
    }
}
