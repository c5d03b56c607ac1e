//! The run on the canvas: what waits, what just ran, where the selected instance is, and messages on their wires.

use super::flights::{Flight, ease_out};
use super::scenarios::Scenarios;
use super::simulation::{Simulations, heat};
use super::state::State;
use super::tracker::{Phase, Progress};
use crate::drawing::layout::Node;
use crate::drawing::ports::Flow;
use crate::drawing::wires::Wire;
use crate::engine::InstanceId;
use crate::message::{MessageId, Name};
use crate::model::Id;
use crate::studio::canvas::paint::Paint;
use crate::studio::icons::{self, Glyph};
use crate::studio::theme;
use egui::{Align2, Color32, CornerRadius, FontId, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};
use std::collections::BTreeMap;

/// Seconds a token takes from one shape to the next.
const HOP: f64 = 0.35;
/// Most messages on one wire that are shown one by one.
const APART: usize = 3;

/// Where the threads of the selected instance are and were, to move its tokens between.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tokens {
    pub from: Vec<Name>,
    pub to: Vec<Name>,
    /// Second of the play clock they left at.
    pub since: f64,
}

/// What one shape shows of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Token {
    /// Instances that wait at it.
    pub waiting: u32,
    /// Of the selected instance: waits here itself, or is one of the branches of the Listen that waits.
    pub here: bool,
    pub progress: Progress,
    /// 1 when it ran just now, then cooling to 0.
    pub glow: f32,
    pub failed: bool,
}

/// The run as the canvas of one orchestration paints it.
#[derive(Debug)]
pub struct RunOverlay<'a> {
    state: &'a State,
    service: Name,
    instance: Option<InstanceId>,
    tokens: &'a Tokens,
    /// Fade in place of travel.
    still: bool,
    coverage: Option<&'a Scenarios>,
    heat: Option<&'a Simulations>,
}

impl<'a> RunOverlay<'a> {
    /// `None` for a module that has no orchestration in the run.
    pub fn new(
        state: &'a State,
        module: &str,
        instance: Option<InstanceId>,
        tokens: &'a Tokens,
        still: bool,
    ) -> Option<Self> {
        let service = state.atlas.service(module)?;
        Some(Self { state, service, instance, tokens, still, coverage: None, heat: None })
    }

    /// With what was reached of it.
    #[must_use]
    pub fn covering(self, scenarios: &'a Scenarios) -> Self {
        Self { coverage: Some(scenarios).filter(|scenarios| scenarios.tinted), ..self }
    }

    /// With where the time of a simulation went.
    #[must_use]
    pub fn heated(self, simulation: &'a Simulations) -> Self {
        Self { heat: Some(simulation).filter(|simulation| simulation.tinted), ..self }
    }

    /// Tints shapes by their share of the time; one inside a closed container heats that. Gives them with their shares.
    fn glow<'n>(&self, paint: &Paint<'n>, simulation: &Simulations) -> Vec<(&'n Node, f64)> {
        let mut shown: Vec<(&'n Node, f64)> = Vec::new();
        for (shape, share) in simulation.heat(self.service) {
            let Some(node) = paint.layout.visible(&Id::new(shape.as_str())) else { continue };
            match shown.iter_mut().find(|(known, _)| known.id == node.id) {
                Some((_, known)) => *known += share,
                None => shown.push((node, share)),
            }
        }
        for (node, share) in &shown {
            let head = paint.view * seen(paint, node);
            let color = heat(paint.t, *share);
            paint.painter.rect_filled(
                head.shrink(1.0),
                paint.round(9.0),
                color.gamma_multiply(0.12 + 0.4 * share.min(1.0) as f32),
            );
        }
        shown
    }

    /// The share of the time, on what it heats.
    fn shares(paint: &Paint<'_>, shown: Vec<(&Node, f64)>) {
        let (t, z) = (paint.t, paint.view.scaling);
        if z < 0.32 {
            return;
        }
        for (node, share) in shown {
            let head = paint.view * seen(paint, node);
            let color = heat(t, share);
            let font = FontId::new((10.5 * z * 2.0).round() / 2.0, theme::semibold());
            let words = format!("{:.0} %", (share * 100.0).max(1.0));
            let galley = paint.painter.layout_no_wrap(words, font, t.on_brand);
            let size = galley.size() + vec2(12.0, 4.0) * z;
            let pill = Rect::from_center_size(head.left_top() + vec2(size.x / 2.0 + 10.0 * z, 0.0), size);
            paint.painter.rect_filled(pill, size.y / 2.0, color);
            paint.painter.galley(pill.center() - galley.size() / 2.0, galley, t.on_brand);
        }
    }

    /// Tints what was reached and what was not.
    fn cover(&self, paint: &Paint<'_>, scenarios: &Scenarios) {
        for node in paint.layout.nodes_in(paint.world) {
            let Some(reached) = scenarios.reached(self.service, Name::new(node.id.as_str())) else {
                continue;
            };
            let (t, z) = (paint.t, paint.view.scaling);
            let head = paint.view * seen(paint, node);
            let radius = CornerRadius::same((9.0 * z).round().clamp(1.0, 40.0) as u8);
            let color = if reached { t.ok } else { t.error };
            let strength = if reached { 0.10 } else { 0.14 };
            paint.painter.rect_filled(head.shrink(1.0), radius, color.gamma_multiply(strength));
            if !reached {
                dashed(paint, head.expand(1.0), 9.0 * z, Stroke::new(1.4, t.error));
            }
        }
    }

    /// What every shape of this orchestration shows, by shape id; those that show nothing are not in it.
    pub fn marks(&self) -> BTreeMap<Name, Token> {
        let mut marks: BTreeMap<Name, Token> = BTreeMap::new();
        for (shape, glow) in self.state.glows(self.instance.is_some(), self.service) {
            marks.entry(shape).or_default().glow = glow;
        }
        if self.instance.is_none() {
            for ((_, shape), count) in self.state.waiting.iter().filter(|((s, _), _)| *s == self.service) {
                self.wait_at(*shape, *count, &mut marks);
            }
            return marks;
        }
        let Some(watched) = &self.state.watched else { return marks };
        for ((_, shape), progress) in watched.shapes.iter().filter(|((s, _), _)| *s == self.service) {
            marks.entry(*shape).or_default().progress = *progress;
        }
        let summary = self.state.summary(watched.id);
        let failed = summary.is_some_and(|s| matches!(s.phase, Phase::Suspended { .. }));
        if let Some(view) = watched.view.as_ref().filter(|_| watched.alive) {
            for at in self.state.places(self.service) {
                if failed {
                    marks.entry(at).or_default().failed = true;
                } else if view.waiting {
                    self.wait_at(at, 1, &mut marks);
                }
                marks.entry(at).or_default().here = true;
            }
        }
        marks
    }

    /// Branches of a Listen wait with it.
    fn wait_at(&self, shape: Name, count: u32, marks: &mut BTreeMap<Name, Token>) {
        marks.entry(shape).or_default().waiting += count;
        for with in self.state.atlas.spot(self.service, shape).iter().flat_map(|s| &s.waits_with) {
            marks.entry(Name::new(with.as_str())).or_default().waiting += count;
        }
    }

    fn flights(&self) -> impl Iterator<Item = &Flight> {
        let own = |f: &&Flight| f.service == self.service && self.instance.is_none_or(|id| id == f.instance);
        self.state.flights.flights.iter().filter(own)
    }

    /// True while a message is on this wire.
    pub fn carries(&self, wire: &Wire) -> bool {
        self.flights().any(|f| on(f, wire) && (self.frozen(f) || f.progress(self.state.play).is_some()))
    }

    /// Taken by a single step while the clock stands: shown in the middle of its way.
    fn frozen(&self, flight: &Flight) -> bool {
        !self.state.clock.playing && flight.born >= self.state.play
    }

    pub(in crate::studio) fn shapes(&self, paint: &Paint<'_>) {
        if let Some(scenarios) = self.coverage {
            self.cover(paint, scenarios);
        }
        // Coverage and heat would hide each other.
        let heat = self.heat.filter(|_| self.coverage.is_none());
        let hot = heat.map(|simulation| self.glow(paint, simulation)).unwrap_or_default();
        let marks = self.marks();
        // A shape inside a closed container shows on the container.
        let mut shown: Vec<(&Node, Token)> = Vec::new();
        for (shape, token) in &marks {
            let Some(node) = paint.layout.visible(&Id::new(shape.as_str())) else {
                continue;
            };
            match shown.iter_mut().find(|(n, _)| n.id == node.id) {
                Some((_, all)) => {
                    all.waiting = all.waiting.max(token.waiting);
                    all.glow = all.glow.max(token.glow);
                    all.here |= token.here;
                    all.failed |= token.failed;
                }
                None => shown.push((node, *token)),
            }
        }
        for (node, token) in shown {
            if paint.world.intersects(node.rect) {
                self.shape(paint, node, token);
            }
        }
        Self::shares(paint, hot);
        self.state.changed.paint(paint, self.service, |node| seen(paint, node));
        self.tokens(paint);
        let own = self.state.breakpoints.iter().filter(|stop| stop.breakpoint.orchestration == self.service);
        for stop in own {
            if let Some(node) = paint.layout.visible(&Id::new(stop.breakpoint.shape.as_str())) {
                let (at, z) = ((paint.view * seen(paint, node)).left_center(), paint.view.scaling.max(0.4));
                paint.painter.circle(at, 6.5 * z, paint.t.error, Stroke::new(1.5, paint.t.canvas));
                if !stop.filter.is_empty() || stop.hits > 1 {
                    // One with a condition has a bar in it.
                    let bar = Rect::from_center_size(at, vec2(6.0, 2.0) * z);
                    paint.painter.rect_filled(bar, 0.5, paint.t.canvas);
                }
            }
        }
    }

    fn shape(&self, paint: &Paint<'_>, node: &Node, token: Token) {
        let (t, z) = (paint.t, paint.view.scaling);
        let head = paint.view * seen(paint, node);
        let radius = CornerRadius::same((9.0 * z).round().clamp(1.0, 40.0) as u8);
        if token.glow > 0.0 && node.container {
            paint.painter.rect_filled(head.shrink(1.0), radius, t.brand.gamma_multiply(token.glow * 0.10));
        } else if token.glow > 0.0 {
            for (grow, strength) in [(1.0, 0.75), (3.0, 0.22), (5.0, 0.09)] {
                let stroke = Stroke::new(2.0, t.brand.gamma_multiply(token.glow * strength));
                paint.painter.rect_stroke(head.expand(grow), radius, stroke, StrokeKind::Middle);
            }
        }
        let done = token.progress.completed > 0;
        if self.instance.is_some() && (done || token.progress.open > 0) && z > 0.32 {
            let color = if token.progress.open > 0 { t.brand } else { t.ok };
            let bar = Rect::from_min_size(
                head.left_top() + vec2(0.0, 8.0 * z),
                vec2(3.0 * z, head.height() - 16.0 * z),
            );
            paint.painter.rect_filled(bar, 1.5 * z, color);
        }
        if token.waiting > 0 || token.failed {
            let color = if token.failed { t.error } else { t.warn };
            dashed(paint, head.expand(1.5), 9.0 * z, Stroke::new(1.6, color));
        }
        if self.instance.is_none() && token.waiting > 0 {
            let words = format!("{} waiting", token.waiting);
            self.count(paint, head, &words);
        } else if token.progress.completed > 1 && z > 0.55 {
            let (at, align) = if node.container {
                (head.right_top() - vec2(COUNT * z, 0.0), Align2::RIGHT_CENTER)
            } else {
                (head.right_bottom() + vec2(-8.0 * z, -2.0 * z), Align2::RIGHT_BOTTOM)
            };
            let font = FontId::proportional((10.0 * z * 2.0).round() / 2.0);
            let words = format!("{}×", token.progress.completed);
            let galley = paint.painter.layout_no_wrap(words, font, t.muted);
            let rect = align.anchor_size(at, galley.size());
            let ground = if node.container { t.canvas } else { t.card };
            paint.painter.rect_filled(rect.expand2(vec2(3.0 * z, 0.0)), 2.0, ground);
            paint.painter.galley(rect.min, galley, t.muted);
        }
    }

    /// How many wait: a pill on the upper right corner.
    fn count(&self, paint: &Paint<'_>, head: Rect, words: &str) {
        let (t, z) = (paint.t, paint.view.scaling);
        if z < 0.32 {
            return;
        }
        let font = FontId::new((10.5 * z * 2.0).round() / 2.0, theme::semibold());
        let galley = paint.painter.layout_no_wrap(words.to_owned(), font, t.on_brand);
        let size = galley.size() + vec2(14.0, 5.0) * z;
        let pill = Rect::from_center_size(head.right_top() - vec2(size.x / 2.0 + 10.0 * z, 0.0), size);
        paint.painter.rect_filled(pill, size.y / 2.0, t.warn);
        paint.painter.galley(pill.center() - galley.size() / 2.0, galley, t.on_brand);
    }

    /// The tokens of the selected instance: one a thread.
    fn tokens(&self, paint: &Paint<'_>) {
        let Some(watched) = self.state.watched.as_ref().filter(|w| w.alive) else { return };
        if self.instance != Some(watched.id) {
            return;
        }
        let subscriptions = watched.wakes.len();
        let place = |shape: &Name| {
            let node = paint.layout.visible(&Id::new(shape.as_str()))?;
            let head = seen(paint, node);
            Some(if node.container { head.right_top() - vec2(TOKEN, 0.0) } else { head.right_center() })
        };
        let gone = if self.state.clock.playing && !self.still {
            ease_out((self.state.play - self.tokens.since) / HOP)
        } else {
            1.0
        };
        for (i, to) in self.tokens.to.iter().enumerate() {
            let Some(end) = place(to) else { continue };
            let from = self.tokens.from.get(i).or(self.tokens.from.first());
            let begin = from.and_then(place).unwrap_or(end);
            let at = paint.view * begin.lerp(end, gone as f32);
            self.token(paint, at, if self.tokens.to.len() == 1 { subscriptions } else { 0 });
        }
    }

    fn token(&self, paint: &Paint<'_>, at: Pos2, count: usize) {
        let (t, z) = (paint.t, paint.view.scaling.max(0.4));
        paint.painter.circle_filled(at, 15.0 * z, t.brand.gamma_multiply(0.22));
        paint.painter.circle(at, 9.5 * z, t.brand, Stroke::new(1.0, t.canvas));
        if count > 1 {
            let font = FontId::new((10.5 * z * 2.0).round() / 2.0, theme::semibold());
            paint.painter.text(at, Align2::CENTER_CENTER, count.to_string(), font, t.on_brand);
        } else {
            paint.painter.circle_filled(at, 3.2 * z, t.on_brand);
        }
    }

    /// Messages on their wires, above everything; many on one wire are one with their number. Gives what can be clicked:
    /// place, label and message.
    pub(in crate::studio) fn messages(
        &self,
        paint: &Paint<'_>,
        rect: Rect,
    ) -> Vec<(Rect, String, MessageId)> {
        let now = self.state.play;
        let mut wires: Vec<(&Wire, Vec<(&Flight, f64)>)> = Vec::new();
        for flight in self.flights() {
            let Some(gone) = (if self.frozen(flight) { Some(0.5) } else { flight.progress(now) }) else {
                continue;
            };
            let Some(wire) = paint.layout.wires.iter().find(|w| on(flight, w)) else { continue };
            match wires.iter_mut().find(|(known, _)| std::ptr::eq(*known, wire)) {
                Some((_, own)) => own.push((flight, gone)),
                None => wires.push((wire, vec![(flight, gone)])),
            }
        }
        let mut shown = Vec::new();
        for (wire, own) in wires {
            let Some(way) = Way::of(paint, wire) else { continue };
            let many = own.len() > APART;
            // Of many the one in front leads, and the others are counted.
            let lead = own.iter().max_by(|(_, a), (_, b)| a.total_cmp(b)).filter(|_| many);
            for (flight, gone) in lead.into_iter().chain(own.iter().filter(|_| !many)) {
                let gone = if self.still { 0.5 } else { *gone as f32 };
                let at = way.at(if flight.inbound { 1.0 - gone } else { gone });
                let strength = if self.frozen(flight) { 1.0 } else { flight.strength(now) as f32 };
                let more = own.len() - 1;
                let label =
                    if many { format!("{} and {more} more", flight.label) } else { flight.label.clone() };
                let z = paint.view.scaling.clamp(0.7, 1.2);
                if let Some(body) = pill(&paint.painter, paint.t, z, rect, at, (&label, strength)) {
                    shown.push((body, label, flight.message));
                }
            }
        }
        shown
    }
}

/// The head of a node; of a wide container the part between the port surfaces.
fn seen(paint: &Paint<'_>, node: &Node) -> Rect {
    if !node.container {
        return node.head;
    }
    let (from, to) = paint.in_view(node.head);
    Rect::from_x_y_ranges(from..=to, node.head.y_range())
}

fn on(flight: &Flight, wire: &Wire) -> bool {
    wire.shape.as_str() == flight.shape.as_str() && (wire.flow == Flow::In) == flight.inbound
}

/// A wire as a polyline with its length.
struct Way {
    points: Vec<Pos2>,
    length: f32,
}

impl Way {
    fn of(paint: &Paint<'_>, wire: &Wire) -> Option<Self> {
        let (mut points, curve) = paint.way(wire)?;
        let curve = egui::epaint::CubicBezierShape::from_points_stroke(
            curve,
            false,
            Color32::TRANSPARENT,
            Stroke::NONE,
        );
        points.extend((1_u8..=16).map(|i| curve.sample(f32::from(i) / 16.0)));
        let length =
            points.windows(2).map(|w| w.first().zip(w.last()).map_or(0.0, |(a, b)| a.distance(*b))).sum();
        Some(Self { points, length })
    }

    /// The place a share of the way from the shape.
    fn at(&self, share: f32) -> Pos2 {
        let mut left = self.length * share.clamp(0.0, 1.0);
        for pair in self.points.windows(2) {
            let Some((a, b)) = pair.first().zip(pair.last()) else { continue };
            let step = a.distance(*b);
            if left <= step && step > 0.0 {
                return a.lerp(*b, left / step);
            }
            left -= step;
        }
        self.points.last().copied().unwrap_or_default()
    }
}

/// A labelled message, kept inside `rect`, `z` times its size.
pub(in crate::studio) fn pill(
    painter: &egui::Painter,
    t: &theme::Tokens,
    z: f32,
    rect: Rect,
    at: Pos2,
    (label, strength): (&str, f32),
) -> Option<Rect> {
    let font = FontId::new((11.0 * z * 2.0).round() / 2.0, theme::semibold());
    let color = t.on_brand.gamma_multiply(strength);
    let galley = painter.layout_no_wrap(label.to_owned(), font, color);
    let size = galley.size() + vec2(32.0 * z, 8.0 * z);
    let half = size / 2.0;
    let room = rect.shrink(4.0);
    if room.width() < size.x || room.height() < size.y || !room.expand(60.0).contains(at) {
        return None;
    }
    let center = pos2(
        at.x.clamp(room.left() + half.x, room.right() - half.x),
        at.y.clamp(room.top() + half.y, room.bottom() - half.y),
    );
    let body = Rect::from_center_size(center, size);
    painter.rect_filled(body, half.y, t.brand.gamma_multiply(strength));
    let mark = Rect::from_center_size(body.left_center() + vec2(15.0 * z, 0.0), Vec2::splat(12.0 * z));
    icons::paint(painter, Glyph::Envelope, mark, color);
    painter.galley(pos2(body.left() + 24.0 * z, center.y - galley.size().y / 2.0), galley, color);
    Some(body)
}

/// How far from the corner of a container its token and its count stand on its upper edge, where no word of it is.
const TOKEN: f32 = 26.0;
const COUNT: f32 = 48.0;

/// A dashed rounded frame.
fn dashed(paint: &Paint<'_>, rect: Rect, radius: f32, stroke: Stroke) {
    let r = radius.min(rect.width() / 2.0).min(rect.height() / 2.0);
    let mut points = Vec::with_capacity(29);
    let corners = [
        (rect.right_top() + vec2(-r, r), -90.0_f32),
        (rect.right_bottom() + vec2(-r, -r), 0.0),
        (rect.left_bottom() + vec2(r, -r), 90.0),
        (rect.left_top() + vec2(r, r), 180.0),
    ];
    for (center, from) in corners {
        for i in 0_u8..=6 {
            let angle = (from + f32::from(i) * 15.0).to_radians();
            points.push(center + vec2(angle.cos(), angle.sin()) * r);
        }
    }
    points.extend(points.first().copied());
    paint.painter.extend(Shape::dashed_line(&points, stroke, 5.0, 4.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_inside_its_room_or_not_shown() {
        let ctx = egui::Context::default();
        crate::studio::Studio::setup(&ctx);
        let (mut shown, mut hidden) = (0, 0);
        // Fonts are there from the second frame on.
        for _ in 0..2 {
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
                let t = theme::Tokens::for_theme(true, false);
                for (width, height) in
                    [(0.0, 0.0), (400.0, 0.0), (400.0, 20.0), (40.0, 400.0), (400.0, 400.0)]
                {
                    let room = Rect::from_min_size(pos2(10.0, 10.0), vec2(width, height));
                    match pill(ui.painter(), t, 1.0, room, room.center(), ("Order 1/1", 1.0)) {
                        Some(body) => shown += i32::from(room.contains_rect(body)),
                        None => hidden += 1,
                    }
                }
            });
            output.textures_delta.clear();
        }
        assert_eq!((shown, hidden), (2, 8));
    }
}
