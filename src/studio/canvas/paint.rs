//! Painting a layout. Cards, containers, wires and ports, with less detail the further out the zoom.

use crate::diagnostic::{Severity, counted};
use crate::drawing::layout::{self, Layout, Line, Node};
use crate::drawing::ports::{self, Flow, PortCard};
use crate::drawing::wires::{Wire, rounded};
use crate::studio::icons::{self, Glyph};
use crate::studio::theme::{self, Tokens};
use egui::emath::TSTransform;
use egui::epaint::{CubicBezierShape, Shadow};
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Color32, CornerRadius, FontFamily, FontId, Galley, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2,
    pos2, vec2,
};
use std::sync::Arc;

/// Below this zoom a card is a coloured block without words.
const WORDS: f32 = 0.32;
/// Below this zoom a card has only its title.
const DETAIL: f32 = 0.55;

pub struct Paint<'a> {
    pub painter: Painter,
    pub t: &'static Tokens,
    pub view: TSTransform,
    /// Visible part of the world.
    pub world: Rect,
    pub layout: &'a Layout,
    pub sides: Sides,
}

/// Inner edges of the two port surfaces in world units, and how far they moved to stay in view.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sides {
    pub left: f32,
    pub right: f32,
    pub left_shift: f32,
    pub right_shift: f32,
}

impl Sides {
    /// Port surfaces stand beside the process area, but never further out than the edge of the view.
    pub fn new(layout: &Layout, view: TSTransform, rect: Rect) -> Self {
        let Some(area) = layout.process else { return Self::default() };
        let has = |left: bool| layout.ports.iter().any(|p| p.left == left);
        let band = ports::WIDTH + EDGE * 2.0;
        let world = view.inverse() * rect;
        let (left, right) = (area.left() - ports::GUTTER + EDGE, area.right() + ports::GUTTER - EDGE);
        // A narrow view keeps its room for the process area; the ports are a pan away.
        let bands = f32::from(u8::from(has(true)) + u8::from(has(false))) * band;
        let pins = world.width() - bands > world.width() * 0.5;
        let has = |left: bool| pins && has(left);
        let left_shift = if has(true) { (world.left() + band - left).max(0.0) } else { 0.0 };
        let right_shift = if has(false) { (right - world.right() + band).max(0.0) } else { 0.0 };
        Self { left: left + left_shift, right: right - right_shift, left_shift, right_shift }
    }

    pub fn card(&self, card: &PortCard) -> Rect {
        card.rect.translate(vec2(self.shift(card.left), 0.0))
    }

    fn shift(&self, left: bool) -> f32 {
        if left { self.left_shift } else { -self.right_shift }
    }
}

/// Room around the cards of a port surface.
const EDGE: f32 = 14.0;

/// How a node is marked beyond its kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    pub selected: bool,
    pub hovered: bool,
    pub focused: bool,
    pub dragged: bool,
    pub problem: Option<Severity>,
}

impl Paint<'_> {
    fn zoom(&self) -> f32 {
        self.view.scaling
    }

    /// Font sizes go in half points, so that zooming does not fill the glyph atlas.
    fn size(&self, points: f32) -> f32 {
        (points * self.zoom() * 2.0).round() / 2.0
    }

    fn round(&self, radius: f32) -> CornerRadius {
        CornerRadius::same((radius * self.zoom()).round().clamp(1.0, 40.0) as u8)
    }

    fn galley(&self, text: &str, size: f32, family: FontFamily, color: Color32, width: f32) -> Arc<Galley> {
        let font = FontId::new(self.size(size), family);
        let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, color));
        job.wrap = TextWrapping::truncate_at_width((width * self.zoom()).max(1.0));
        self.painter.layout_job(job)
    }

    /// Text with its left middle at a world position.
    fn text(&self, at: Pos2, text: &str, size: f32, family: FontFamily, color: Color32, width: f32) -> f32 {
        let galley = self.galley(text, size, family, color, width);
        let at = self.view * at;
        let width = galley.size().x;
        self.painter.galley(pos2(at.x, at.y - galley.size().y / 2.0), galley, color);
        width / self.zoom()
    }

    pub fn ground(&self, clip: Rect) {
        self.painter.rect_filled(clip, 0.0, self.t.canvas);
    }

    /// The port surfaces, over whatever of the process area is under them.
    pub fn surfaces(&self, clip: Rect) {
        let t = self.t;
        let left = (self.view * pos2(self.sides.left, 0.0)).x;
        let right = (self.view * pos2(self.sides.right, 0.0)).x;
        for (from, to, edge) in [(clip.left(), left, left), (right, clip.right(), right)] {
            if to > from {
                let band = Rect::from_x_y_ranges(from..=to, clip.y_range());
                self.painter.rect_filled(band, 0.0, t.surface);
                self.painter.vline(
                    edge.round(),
                    clip.y_range(),
                    Stroke::new(1.0, t.line.gamma_multiply(0.6)),
                );
            }
        }
    }

    /// The names of the port surfaces, fixed at the top of the view.
    pub fn surface_names(&self, clip: Rect) {
        let font = FontId::new(10.5, theme::semibold());
        let left = (self.view * pos2(self.sides.left, 0.0)).x;
        let right = (self.view * pos2(self.sides.right, 0.0)).x;
        let galley = self.painter.layout_no_wrap("PORT SURFACE".to_owned(), font, self.t.faint);
        let room = galley.size().x + 28.0;
        if left - clip.left() > room {
            self.painter.galley(clip.left_top() + vec2(16.0, 12.0), Arc::clone(&galley), self.t.faint);
        }
        if clip.right() - right > room {
            let at = pos2(clip.right() - galley.size().x - 16.0, clip.top() + 12.0);
            self.painter.galley(at, galley, self.t.faint);
        }
    }

    pub fn containers(&self) {
        self.visible(|node| {
            if !node.container {
                return;
            }
            let color = node.category.color(self.t);
            let fill = self.t.container(color);
            let edge = Stroke::new(1.0, self.t.container_edge(color));
            self.painter.rect(self.view * node.rect, self.round(10.0), fill, edge, StrokeKind::Inside);
            if node.repeats && self.zoom() > WORDS {
                self.way_back(node, color);
            }
        });
    }

    /// The way from the end of a loop's body back to its test.
    fn way_back(&self, node: &Node, color: Color32) {
        let x = node.rect.left() + layout::PAD / 2.0;
        let (top, bottom) = (node.head.bottom() + 3.0, node.rect.bottom() - 7.0);
        let axis = node.rect.center().x.min(node.rect.left() + 60.0);
        let points = [pos2(axis, bottom), pos2(x, bottom), pos2(x, top)];
        let stroke = Stroke::new((1.2 * self.zoom()).max(0.8), color.gamma_multiply(0.6));
        let path: Vec<Pos2> = rounded(&points, 5.0).into_iter().map(|p| self.view * p).collect();
        self.painter.add(Shape::line(path, stroke));
        let tip = self.view * pos2(x, top - 1.0);
        let s = 4.0 * self.zoom();
        let head = vec![tip, tip + vec2(-s * 0.7, s * 1.3), tip + vec2(s * 0.7, s * 1.3)];
        self.painter.add(Shape::convex_polygon(head, color.gamma_multiply(0.8), Stroke::NONE));
    }

    pub fn flow(&self) {
        let color = self.t.line_strong;
        let stroke = Stroke::new((1.4 * self.zoom()).max(0.7), color);
        for Line { points, arrow } in &self.layout.lines {
            let (Some(first), Some(last)) = (points.first(), points.last()) else { continue };
            if !self.world.intersects(Rect::from_two_pos(*first, *last)) {
                continue;
            }
            let (a, b) = (self.view * *first, self.view * *last);
            let size = 6.5 * self.zoom();
            let short = if *arrow { b - vec2(0.0, size * 0.7) } else { b };
            self.painter.line_segment([a, short], stroke);
            if *arrow && self.zoom() > 0.2 {
                icons::arrow_down(&self.painter, b, size, color);
            }
        }
        let radius = layout::BEGIN_RADIUS * self.zoom();
        let ring = (2.2 * self.zoom()).max(1.0);
        let begin = self.view * self.layout.begin;
        self.painter.circle(begin, radius - ring / 2.0, self.t.canvas, Stroke::new(ring, self.t.ok));
        let end = Rect::from_center_size(self.view * self.layout.end, Vec2::splat(radius * 1.6));
        self.painter.rect_filled(end, self.round(3.0), self.t.error);
    }

    /// The wires, behind the cards; those that are `lit` at full strength.
    pub fn wires(&self, clip: Rect, lit: impl Fn(&Wire) -> bool) {
        let (left, right) = self.edges();
        self.wires_in(Rect::from_x_y_ranges(left..=right, clip.y_range()).intersect(clip), lit);
    }

    /// The last bit of each wire, over the port surfaces.
    pub fn wire_ends(&self, clip: Rect, lit: impl Fn(&Wire) -> bool) {
        let (left, right) = self.edges();
        let edge = EDGE * self.zoom();
        for x in [left - edge..=left, right..=right + edge] {
            self.wires_in(Rect::from_x_y_ranges(x, clip.y_range()).intersect(clip), &lit);
        }
    }

    /// Inner edges of the port surfaces on screen.
    pub fn edges(&self) -> (f32, f32) {
        ((self.view * pos2(self.sides.left, 0.0)).x, (self.view * pos2(self.sides.right, 0.0)).x)
    }

    fn wires_in(&self, clip: Rect, lit: impl Fn(&Wire) -> bool) {
        let painter = self.painter.with_clip_rect(clip.intersect(self.painter.clip_rect()));
        for strong in [false, true] {
            for wire in self.layout.wires.iter().filter(|w| lit(w) == strong) {
                self.wire(&painter, wire, strong);
            }
        }
    }

    fn wire(&self, painter: &Painter, wire: &Wire, strong: bool) {
        let bounds = wire.points.iter().fold(Rect::NOTHING, |all, p| all.union(Rect::from_min_max(*p, *p)));
        if !self.world.intersects(bounds) {
            return;
        }
        let color = if strong { self.t.messaging } else { self.t.wire() };
        let stroke = Stroke::new((if strong { 2.0 } else { 1.3 } * self.zoom()).max(0.8), color);
        let Some((path, curve)) = self.way(wire) else { return };
        if path.len() > 1 {
            painter.add(Shape::line(path, stroke));
        }
        painter.add(CubicBezierShape::from_points_stroke(curve, false, Color32::TRANSPARENT, stroke));
        if let (Some(start), true) = (wire.points.first(), wire.flow == Flow::In && self.zoom() > WORDS) {
            let into = if curve[3].x < curve[0].x { 1.0 } else { -1.0 };
            let tip = self.view * *start;
            let s = 6.0 * self.zoom();
            let head = vec![tip, tip + vec2(-into * s, -s * 0.62), tip + vec2(-into * s, s * 0.62)];
            painter.add(Shape::convex_polygon(head, color, Stroke::NONE));
        }
    }

    /// A wire on screen, from its shape to its port: straight pieces, then a cubic curve.
    pub fn way(&self, wire: &Wire) -> Option<(Vec<Pos2>, [Pos2; 4])> {
        let (anchor, straight) = wire.points.split_last()?;
        let left = straight.first().is_some_and(|start| anchor.x < start.x);
        let anchor = *anchor + vec2(self.sides.shift(left), 0.0);
        let gutter = ports::GUTTER - 20.0;
        let straight: Vec<Pos2> = straight
            .iter()
            .map(|p| {
                let x = if left {
                    p.x.max(if self.sides.left_shift > 0.0 { self.sides.left + gutter } else { p.x })
                } else {
                    p.x.min(if self.sides.right_shift > 0.0 { self.sides.right - gutter } else { p.x })
                };
                pos2(x, p.y)
            })
            .collect();
        let path: Vec<Pos2> = rounded(&straight, 7.0).into_iter().map(|p| self.view * p).collect();
        let exit = *path.last()?;
        let end = self.view * anchor;
        let bend = (end.x - exit.x) * 0.5;
        Some((path, [exit, exit + vec2(bend, 0.0), end - vec2(bend, 0.0), end]))
    }

    pub fn nodes(&self, mark: impl Fn(&Node) -> Mark) {
        self.visible(|node| {
            let mark = mark(node);
            if node.container {
                self.header(node, mark);
            } else {
                self.card(node, mark);
            }
        });
    }

    fn card(&self, node: &Node, mark: Mark) {
        let t = self.t;
        let rect = self.view * node.rect;
        let color = node.category.color(t);
        if self.zoom() < WORDS {
            self.painter.rect_filled(rect, self.round(6.0), t.tint(t.card, color, 0.35));
            self.outline(rect, mark, self.round(6.0));
            return;
        }
        let radius = self.round(9.0);
        self.shadow(rect, radius);
        let fade = if mark.dragged { 0.45 } else { 1.0 };
        let edge = if mark.hovered { t.line_strong } else { t.line };
        self.painter.rect(
            rect,
            radius,
            t.card.gamma_multiply(fade),
            Stroke::new(1.0, edge),
            StrokeKind::Inside,
        );
        let chip = Rect::from_min_size(rect.min, vec2(36.0 * self.zoom(), rect.height())).shrink(1.0);
        let left_only = CornerRadius { ne: 0, se: 0, ..radius };
        icons::chip(&self.painter, node.glyph, chip, t.card, color, left_only);
        let x = node.rect.left() + 46.0;
        let room = node.rect.right() - x - if node.collapsed.is_some() { 26.0 } else { 10.0 };
        let mut lines = node.summary.clone();
        if node.collapsed == Some(true) {
            let inside = format!("{} inside", counted(node.hidden, "shape"));
            lines = if lines.is_empty() { inside } else { format!("{lines} · {inside}") };
        }
        let two = !lines.is_empty() && self.zoom() >= DETAIL;
        let y = if two { node.rect.top() + 15.5 } else { node.rect.center().y };
        self.text(pos2(x, y), &node.title, 13.0, theme::semibold(), t.text, room);
        if two {
            let family = if node.code { FontFamily::Monospace } else { FontFamily::Proportional };
            let size = if node.code { 10.5 } else { 11.0 };
            self.text(pos2(x, node.rect.top() + 32.0), &lines, size, family, t.muted, room);
        }
        self.chevron(node);
        self.outline(rect, mark, radius);
        self.badge(node.rect.right_top() + vec2(-8.0, 8.0), mark);
    }

    fn header(&self, node: &Node, mark: Mark) {
        let t = self.t;
        let color = node.category.color(t);
        let head = self.view * node.head;
        if self.zoom() >= WORDS {
            let radius = self.round(9.0);
            let open = node.collapsed != Some(true);
            let top_only = if open { CornerRadius { sw: 0, se: 0, ..radius } } else { radius };
            let strength = if mark.hovered { 0.16 } else { 0.10 };
            self.painter.rect_filled(head.shrink(1.0), top_only, color.gamma_multiply(strength));
            let side = 24.0;
            // The words of a wide container stay in view.
            let (from, to) = self.in_view(node.head);
            let left = pos2(from + 8.0, node.head.center().y);
            let chip = Rect::from_min_size(left - vec2(0.0, side / 2.0), Vec2::splat(side));
            let ground = t.tint(t.canvas, color, 0.1);
            icons::chip(&self.painter, node.glyph, self.view * chip, ground, color, self.round(6.0));
            let x = from + 42.0;
            let room = to - 28.0 - x;
            let at = pos2(x, node.head.center().y);
            let share = if node.summary.is_empty() || self.zoom() < DETAIL { room } else { room * 0.62 };
            let used = self.text(at, &node.title, 13.0, theme::semibold(), t.text, share);
            let rest = room - used - 12.0;
            let mut words = node.summary.clone();
            if node.collapsed == Some(true) && node.hidden > 0 {
                words = format!("{words} · {} inside", counted(node.hidden, "shape"));
            }
            if !words.is_empty() && self.zoom() >= DETAIL && rest > 24.0 {
                let family = if node.code { FontFamily::Monospace } else { FontFamily::Proportional };
                let size = if node.code { 10.5 } else { 11.0 };
                self.text(at + vec2(used + 12.0, 0.0), &words, size, family, t.muted, rest);
            }
            self.chevron(node);
        }
        self.outline(self.view * node.rect, mark, self.round(10.0));
        self.badge(node.head.right_top() + vec2(-8.0, 8.0), mark);
    }

    /// The part of a header between the port surfaces, at least as wide as a card.
    pub fn in_view(&self, head: Rect) -> (f32, f32) {
        let left = (self.sides.left + 6.0).max(self.world.left() + 20.0);
        let right = (self.sides.right - 6.0).min(self.world.right() - 20.0);
        let from = head.left().max(left).min(head.right() - layout::CARD_WIDTH);
        let to = head.right().min(right).max(from + layout::CARD_WIDTH);
        (from.max(head.left()), to.min(head.right()))
    }

    /// Where a click opens or closes a container.
    pub fn chevron_rect(&self, node: &Node) -> Rect {
        let right = if node.container { self.in_view(node.head).1 } else { node.head.right() };
        Rect::from_center_size(pos2(right - 15.0, node.head.center().y), Vec2::splat(20.0))
    }

    fn chevron(&self, node: &Node) {
        let Some(collapsed) = node.collapsed else { return };
        if self.zoom() < WORDS {
            return;
        }
        let rect = self.view * self.chevron_rect(node).shrink(5.0);
        let glyph = if collapsed { Glyph::Chevron } else { Glyph::ChevronDown };
        icons::paint(&self.painter, glyph, rect, self.t.muted);
    }

    fn shadow(&self, rect: Rect, radius: CornerRadius) {
        let z = self.zoom();
        if z < DETAIL {
            return;
        }
        let offset = if self.t.dark { [0, 2] } else { [0, 1] };
        let shadow = Shadow { offset, blur: (5.0 * z) as u8, spread: 0, color: self.t.shadow };
        self.painter.add(shadow.as_shape(rect, radius));
    }

    fn outline(&self, rect: Rect, mark: Mark, radius: CornerRadius) {
        if mark.selected {
            let stroke = Stroke::new(2.0, self.t.selection);
            self.painter.rect_stroke(rect.expand(1.0), radius, stroke, StrokeKind::Middle);
        }
        if mark.focused {
            let stroke = Stroke::new(1.0, self.t.selection.gamma_multiply(0.6));
            self.painter.rect_stroke(rect.expand(4.0), radius, stroke, StrokeKind::Middle);
        }
    }

    /// Marks a node over what is drawn of it.
    pub fn outline_node(&self, node: &Node, mark: Mark) {
        self.outline(self.view * node.rect, mark, self.round(9.0));
    }

    fn badge(&self, at: Pos2, mark: Mark) {
        let Some(severity) = mark.problem else { return };
        let color = match severity {
            Severity::Error => self.t.error,
            Severity::Warning => self.t.warn,
            Severity::Information => self.t.selection,
        };
        let at = self.view * at;
        let r = (4.0 * self.zoom()).max(2.5);
        self.painter.circle(at, r, color, Stroke::new(1.5, self.t.card));
    }

    pub fn lane_labels(&self, mark: impl Fn(&crate::model::Id) -> Mark) {
        if self.zoom() < DETAIL {
            return;
        }
        for label in &self.layout.labels {
            if !self.world.intersects(label.rect) {
                continue;
            }
            let mark = mark(&label.id);
            let family = if label.code { FontFamily::Monospace } else { FontFamily::Proportional };
            let color = if mark.selected || mark.hovered { self.t.text } else { self.t.muted };
            let size = if label.code { 10.5 } else { 11.0 };
            let galley = self.galley(&label.text, size, family, color, label.rect.width() - 12.0);
            let rect = self.view * label.rect;
            let box_rect =
                Rect::from_center_size(rect.center(), galley.size() + vec2(12.0, 4.0) * self.zoom());
            if mark.selected || mark.hovered {
                self.painter.rect_filled(box_rect, self.round(5.0), self.t.field);
            }
            let at = box_rect.center() - galley.size() / 2.0;
            self.painter.galley(at, galley, color);
            self.outline(box_rect, mark, self.round(5.0));
            self.badge(label.rect.right_center() - vec2(10.0, 0.0), mark);
        }
    }

    pub fn port(&self, card: &PortCard, mark: Mark) {
        let place = self.sides.card(card);
        if !self.world.intersects(place.expand(8.0)) {
            return;
        }
        let shift = place.left() - card.rect.left();
        let t = self.t;
        let rect = self.view * place;
        let radius = self.round(9.0);
        self.shadow(rect, radius);
        let edge = if mark.hovered { t.line_strong } else { t.line };
        self.painter.rect(rect, radius, t.card, Stroke::new(1.0, edge), StrokeKind::Inside);
        let z = self.zoom();
        if z >= WORDS {
            let x = place.left() + 12.0;
            let room = place.width() - 24.0;
            self.text(pos2(x, place.top() + 15.0), &card.name, 13.0, theme::semibold(), t.text, room);
            let color = if card.bound { t.brand } else { t.warn };
            if z >= DETAIL {
                let at = pos2(x, place.top() + 31.5);
                self.text(at, &card.binding, 11.0, FontFamily::Proportional, color, room);
            }
        }
        for row in &card.rows {
            let line = row.rect.translate(vec2(shift, 0.0));
            if z >= DETAIL {
                self.painter.rect_filled(self.view * line, self.round(4.0), t.field);
                let room = line.width() - 16.0;
                let words = match &row.leg {
                    crate::model::Leg::Request => row.operation.clone(),
                    crate::model::Leg::Response => "→ response".to_owned(),
                    crate::model::Leg::Fault(name) => format!("→ fault {name}"),
                };
                let kind = ports::short(&row.message_type);
                let galley = self.galley(kind, 10.5, FontFamily::Proportional, t.muted, room * 0.5);
                let right = self.view * pos2(line.right() - 8.0, line.center().y);
                let taken = galley.size().x / z;
                self.painter.galley(right - vec2(galley.size().x, galley.size().y / 2.0), galley, t.muted);
                let at = pos2(line.left() + 8.0, line.center().y);
                self.text(at, &words, 11.5, FontFamily::Proportional, t.text, room - taken - 8.0);
            }
            let ring = Stroke::new((1.6 * z).max(0.8), t.messaging);
            let center = self.view * (row.anchor + vec2(shift, 0.0));
            self.painter.circle(center, (4.2 * z).max(1.5), t.card, ring);
        }
        self.outline(rect, mark, radius);
        self.badge(place.right_top() + vec2(-8.0, 8.0), mark);
    }

    /// Calls `draw` for every node in view; a container out of view takes everything in it along.
    fn visible(&self, mut draw: impl FnMut(&Node)) {
        let mut index = 0;
        while let Some(node) = self.layout.nodes.get(index) {
            if self.world.intersects(node.rect) {
                draw(node);
                index += 1;
            } else {
                index = node.end;
            }
        }
    }
}
