//! How shapes, containers and ports look: drawn once, with whatever ink there is, on a canvas or in a file.

use super::glyph::Glyph;
use super::kinds;
use super::layout::{self, Layout, Node};
use super::palette::Tokens;
use super::ports::{self, PortCard};
use super::silhouette::Silhouette;
use super::text::Face;
use super::wires::rounded;
use crate::diagnostic::counted;
use crate::model::edit::CorrelationUse;
use crate::model::{Leg, Polarity};
use ecolor::Color32;
use emath::{Pos2, Rect, Vec2, pos2, vec2};

/// Which point of a text its place means; at half its height in each case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// Radii of the corners: top left, top right, bottom right, bottom left.
pub type Corners = [f32; 4];

/// How a thing is drawn beyond its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Under the pointer.
    pub hovered: bool,
    /// It is being carried somewhere else.
    pub faded: bool,
}

/// What figures are drawn with. Places and sizes are points at 100 %; a line of one point stays a hairline at every
/// scale.
pub trait Ink {
    fn tokens(&self) -> &'static Tokens;

    /// False when a drawing is so small that names cannot be read.
    fn words(&self) -> bool {
        true
    }

    /// False when it is so small that only names can be read.
    fn detail(&self) -> bool {
        true
    }

    /// Fills an outline of which every point is seen from `middle`.
    fn area(&mut self, outline: &[Pos2], middle: Pos2, fill: Color32);
    fn line(&mut self, way: &[Pos2], closed: bool, width: f32, color: Color32);
    fn dashed(&mut self, way: &[Pos2], width: f32, color: Color32);
    fn rect(&mut self, rect: Rect, corners: Corners, fill: Color32, edge: Option<Color32>);
    fn disc(&mut self, at: Pos2, radius: f32, fill: Color32, edge: Option<(f32, Color32)>);
    /// A soft edge under a card.
    fn shadow(&mut self, rect: Rect);
    /// One line of text, cut to its room; gives its width.
    fn text(
        &mut self,
        at: Pos2,
        anchor: Anchor,
        text: &str,
        font: (Face, f32),
        color: Color32,
        room: f32,
    ) -> f32;
    fn glyph(&mut self, glyph: Glyph, rect: Rect, color: Color32);
}

/// Where the words of a card begin.
const WORDS: f32 = 46.0;
/// Width of the tinted chip at the left of a card.
const CHIP: f32 = 36.0;
const TITLE: (Face, f32) = (Face::Semibold, 13.0);
const SMALL: (Face, f32) = (Face::Regular, 11.0);

/// The font of what a node says under its title.
fn summary(node: &Node) -> (Face, f32) {
    if node.code { (Face::Mono, 10.5) } else { SMALL }
}

/// What a node says under its title, a constant time span in short words; a closed container says how much it hides.
fn said(node: &Node) -> String {
    if node.collapsed != Some(true) || node.hidden == 0 && node.container {
        // A clock stands for a Delay.
        let span = (node.glyph == Glyph::Clock).then(|| kinds::span(&node.summary)).flatten();
        return span.unwrap_or_else(|| node.summary.clone());
    }
    let inside = format!("{} inside", counted(node.hidden, "shape"));
    if node.summary.is_empty() { inside } else { format!("{} · {inside}", node.summary) }
}

/// A card with the silhouette of its kind.
pub fn card(ink: &mut impl Ink, node: &Node, look: Look) {
    let t = ink.tokens();
    let color = node.category.color(t);
    let edge = if look.hovered { t.line_strong } else { t.line };
    if node.silhouette == Silhouette::Card {
        ink.shadow(node.rect);
    }
    if node.collapsed == Some(true) {
        // What is folded away looks out from behind.
        let behind = node.rect.translate(Vec2::splat(4.0));
        ink.rect(behind, [9.0; 4], t.tint(t.card, color, 0.10), Some(edge));
    }
    silhouette(ink, node, edge, look);
    let words = node.words_rect();
    let notch = if node.silhouette == Silhouette::In { 6.0 } else { 0.0 };
    let middle = pos2(node.rect.left() + CHIP / 2.0 + notch, words.center().y);
    ink.glyph(node.glyph, Rect::from_center_size(middle, Vec2::splat(15.0)), color);
    let x = node.rect.left() + WORDS;
    let right = match node.silhouette {
        _ if node.collapsed.is_some() => 26.0,
        Silhouette::Out => 16.0,
        _ => 10.0,
    };
    let room = node.rect.right() - x - right;
    note(ink, node);
    let said = said(node);
    let two = !said.is_empty() && ink.detail();
    let y = if two { node.rect.top() + 15.5 } else { words.center().y };
    ink.text(pos2(x, y), Anchor::Start, &node.title, TITLE, t.text, room);
    if two {
        let room = if node.correlates.is_some() { node.mark().left() - 4.0 - x } else { room };
        let at = pos2(x, node.rect.top() + 32.0);
        ink.text(at, Anchor::Start, &said, summary(node), t.muted, room);
        correlation(ink, node);
    }
    chevron(ink, node, node.rect.right());
}

/// The mark of a shape that uses correlation sets, at the end of its second line.
fn correlation(ink: &mut impl Ink, node: &Node) {
    let (t, mark) = (ink.tokens(), node.mark());
    let color = match node.correlates {
        Some(CorrelationUse::Initialize) => {
            ink.disc(mark.center(), 8.0, t.tint(t.card, t.scope, 0.22), None);
            t.scope
        }
        Some(CorrelationUse::Follow) => t.tint(t.card, t.scope, 0.7),
        None => return,
    };
    ink.glyph(Glyph::Link, mark.shrink(2.0), color);
}

/// The outline of a card by its kind, with the tinted chip at its left.
fn silhouette(ink: &mut impl Ink, node: &Node, edge: Color32, look: Look) {
    let t = ink.tokens();
    let color = node.category.color(t);
    let (outline, rect) = (node.silhouette.outline(node.rect), node.rect);
    let fill = t.card.gamma_multiply(if look.faded { 0.45 } else { 1.0 });
    ink.area(&outline, rect.center(), fill);
    let split = rect.left() + CHIP;
    let chip: Vec<Pos2> = outline.iter().map(|at| pos2(at.x.min(split), at.y)).collect();
    let middle = pos2(rect.left() + CHIP * 0.7, rect.center().y);
    ink.area(&chip, middle, t.tint(t.card, color, 0.18));
    let line = if node.silhouette == Silhouette::Card { edge } else { t.tint(edge, color, 0.4) };
    for bar in node.silhouette.bars(rect) {
        ink.line(&bar, false, 1.0, line);
    }
    ink.line(&outline, true, 1.0, line);
}

/// A comment: a folded note and its first line.
fn note(ink: &mut impl Ink, node: &Node) {
    let Some(rect) = node.note_rect().filter(|_| ink.detail()) else { return };
    let t = ink.tokens();
    let rule = [pos2(rect.left() + 12.0, rect.top()), pos2(rect.right() - 12.0, rect.top())];
    ink.line(&rule, false, 1.0, t.line.gamma_multiply(0.6));
    let middle = pos2(rect.left() + 18.0, rect.center().y);
    ink.glyph(Glyph::Note, Rect::from_center_size(middle, Vec2::splat(9.0)), t.muted);
    let at = pos2(rect.left() + 30.0, rect.center().y);
    ink.text(at, Anchor::Start, &node.note, SMALL, t.muted, rect.width() - 40.0);
}

/// The ground of a container, and the way back of a loop.
pub fn container(ink: &mut impl Ink, node: &Node) {
    let t = ink.tokens();
    let color = node.category.color(t);
    let (fill, edge) = (t.container(color), t.container_edge(color));
    if node.glyph == Glyph::Group {
        // A group is only drawn, never run: its frame is dashed.
        ink.rect(node.rect, [10.0; 4], fill, None);
        let r = node.rect.shrink(0.5);
        let frame = [r.left_top(), r.right_top(), r.right_bottom(), r.left_bottom(), r.left_top()];
        ink.dashed(&frame, 1.0, edge);
    } else {
        ink.rect(node.rect, [10.0; 4], fill, Some(edge));
    }
    if node.repeats && ink.words() {
        let x = node.rect.left() + layout::PAD / 2.0;
        let (top, bottom) = (node.head.bottom() + 3.0, node.rect.bottom() - 7.0);
        let axis = node.rect.center().x.min(node.rect.left() + 60.0);
        let way = rounded(&[pos2(axis, bottom), pos2(x, bottom), pos2(x, top)], 5.0);
        ink.line(&way, false, 1.2, color.gamma_multiply(0.6));
        arrow(ink, pos2(x, top - 1.0), vec2(0.0, 5.2), color.gamma_multiply(0.8));
    }
}

/// The head of an arrow with its point at `tip` and its foot `back` from there.
pub fn arrow(ink: &mut impl Ink, tip: Pos2, back: Vec2, color: Color32) {
    let side = back.rot90() * 0.58;
    let head = [tip, tip + back + side, tip + back - side];
    ink.area(&head, tip + back * 0.6, color);
}

/// The header of a container, its words between two heights of x.
pub fn header(ink: &mut impl Ink, node: &Node, (from, to): (f32, f32), look: Look) {
    let t = ink.tokens();
    let color = node.category.color(t);
    let foot = if node.collapsed == Some(true) { 9.0 } else { 0.0 };
    let strength = if look.hovered { 0.16 } else { 0.10 };
    ink.rect(node.head.shrink(1.0), [9.0, 9.0, foot, foot], color.gamma_multiply(strength), None);
    let middle = node.head.center().y;
    let chip = Rect::from_min_size(pos2(from + 8.0, middle - 12.0), Vec2::splat(24.0));
    ink.rect(chip, [6.0; 4], t.tint(t.canvas, color, 0.1).lerp_to_gamma(color, 0.18), None);
    ink.glyph(node.glyph, Rect::from_center_size(chip.center(), Vec2::splat(15.0)), color);
    let at = pos2(from + 42.0, middle);
    // At the end stand the mark that folds it and the way into it.
    let room = to - 54.0 - at.x;
    let said = said(node);
    // The name first: what else it says has what is left.
    let used = ink.text(at, Anchor::Start, &node.title, TITLE, t.text, room);
    let rest = room - used - 12.0;
    // A few letters of it say nothing.
    let (_, size) = summary(node);
    let fits = said.chars().count() as f32 * size * 0.62 <= rest;
    if !said.is_empty() && ink.detail() && (fits || rest > 96.0) {
        ink.text(at + vec2(used + 12.0, 0.0), Anchor::Start, &said, summary(node), t.muted, rest);
    }
    chevron(ink, node, to);
    note(ink, node);
}

/// Where a click opens or closes a container whose header ends at `right`.
pub fn chevron_rect(node: &Node, right: f32) -> Rect {
    Rect::from_center_size(pos2(right - 15.0, node.head.center().y), Vec2::splat(20.0))
}

fn chevron(ink: &mut impl Ink, node: &Node, right: f32) {
    let Some(collapsed) = node.collapsed.filter(|_| ink.words()) else { return };
    let glyph = if collapsed { Glyph::Chevron } else { Glyph::ChevronDown };
    let color = ink.tokens().muted;
    ink.glyph(glyph, chevron_rect(node, right).shrink(5.0), color);
}

/// Begin and end of an orchestration.
pub fn ends(ink: &mut impl Ink, layout: &Layout) {
    if layout.inside {
        return;
    }
    let t = ink.tokens();
    let radius = layout::BEGIN_RADIUS;
    ink.disc(layout.begin, radius - 1.1, t.canvas, Some((2.2, t.ok)));
    ink.rect(Rect::from_center_size(layout.end, Vec2::splat(radius * 1.6)), [3.0; 4], t.error, None);
}

/// What a row of a port says.
pub fn row_words(row: &ports::PortRow) -> String {
    match &row.leg {
        Leg::Request => row.operation.clone(),
        Leg::Response => "→ response".to_owned(),
        Leg::Fault(name) => format!("→ fault {name}"),
    }
}

/// A port at `place`, which may be beside where the layout has it.
pub fn port(ink: &mut impl Ink, card: &PortCard, place: Rect, look: Look) {
    let t = ink.tokens();
    ink.shadow(place);
    let edge = if look.hovered { t.line_strong } else { t.line };
    ink.rect(place, [9.0; 4], t.card, Some(edge));
    let shift = place.min - card.rect.min;
    if ink.words() {
        let (x, room) = (place.left() + 12.0, place.width() - 24.0);
        // Which way messages go first, and whether something comes back.
        let first = card.polarity == Polarity::Implements;
        let ways: &[bool] = if card.two_way { &[first, !first] } else { &[first] };
        let right = place.right() - 18.0 * ways.len() as f32;
        for (at, inward) in ways.iter().enumerate() {
            let middle = pos2(right + 18.0 * at as f32, place.top() + 15.0);
            let glyph = if *inward { Glyph::Receive } else { Glyph::Send };
            let color = if at == 0 { t.messaging } else { t.messaging.gamma_multiply(0.55) };
            ink.glyph(glyph, Rect::from_center_size(middle, Vec2::splat(11.0)), color);
        }
        let name = room - 18.0 * ways.len() as f32;
        ink.text(pos2(x, place.top() + 15.0), Anchor::Start, &card.name, TITLE, t.text, name);
        if ink.detail() {
            let color = if card.bound { t.muted } else { t.warn };
            ink.text(pos2(x, place.top() + 31.5), Anchor::Start, &card.binding, SMALL, color, room);
        }
    }
    for row in &card.rows {
        if ink.detail() {
            let line = row.rect.translate(shift);
            ink.rect(line, [4.0; 4], t.field, None);
            let room = line.width() - 16.0;
            let right = line.right_center() - vec2(8.0, 0.0);
            let kind = ports::short(&row.message_type);
            let taken = ink.text(right, Anchor::End, kind, (Face::Regular, 10.5), t.muted, room * 0.5);
            let left = line.left_center() + vec2(8.0, 0.0);
            let rest = room - taken - 8.0;
            ink.text(left, Anchor::Start, &row_words(row), (Face::Regular, 11.5), t.text, rest);
        }
        ink.disc(row.anchor + shift, 4.2, t.card, Some((1.6, t.messaging)));
    }
}
