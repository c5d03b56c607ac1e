//! A drawing as SVG, as the canvas paints it: port surfaces, wires, containers, cards. Text stays text.

use super::fonts::Fonts;
use super::glyph::{Glyph, Stroke as Piece};
use super::layout::{self, Layout, Node};
use super::palette::Tokens;
use super::ports::{self, Flow, PortCard};
use super::text::{Face, Measure};
use super::wires::{Wire, rounded};
use crate::diagnostic::counted;
use crate::model::{Application, Id, Leg, Module, Orchestration};
use ecolor::Color32;
use emath::{Pos2, Rect, pos2, vec2};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Room around the cards of a port surface, and around the whole drawing.
const EDGE: f32 = 14.0;

/// The orchestration of `module` as an SVG document; `None` when it has none. Containers in `collapsed` are closed.
///
/// Every shape is a group with `data-shape` (its id) and a title, so that a page can find and explain it.
pub fn svg(app: &Application, module: &Module, tokens: &Tokens, collapsed: &BTreeSet<Id>) -> Option<String> {
    let orchestration = module.orchestration.as_ref()?;
    let layout = layout::layout(app, module, orchestration, collapsed);
    Some(of_layout(&layout, orchestration, tokens))
}

/// A layout as an SVG document.
pub fn of_layout(layout: &Layout, orchestration: &Orchestration, tokens: &Tokens) -> String {
    let area = layout.process.unwrap_or(Rect::ZERO);
    let bounds = layout.bounds.unwrap_or(area).expand(EDGE);
    let mut pen = Pen { out: String::new(), t: tokens, fonts: Fonts::default() };
    pen.open(bounds, orchestration);
    pen.surfaces(layout, bounds, area);
    for node in layout.nodes.iter().filter(|n| n.container) {
        pen.container(node);
    }
    for wire in &layout.wires {
        pen.wire(wire);
    }
    pen.flow(layout);
    for node in &layout.nodes {
        pen.shape(node);
    }
    for label in &layout.labels {
        let face = if label.code { Face::Mono } else { Face::Regular };
        let size = if label.code { 10.5 } else { 11.0 };
        pen.text(
            Anchor::Middle,
            label.rect.center(),
            &label.text,
            (face, size),
            tokens.muted,
            label.rect.width() - 12.0,
        );
    }
    for port in &layout.ports {
        pen.port(port);
    }
    pen.out.push_str("</svg>\n");
    pen.out
}

/// Which point of a text its place means.
#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

/// Radii of the corners: top left, top right, bottom right, bottom left.
type Corners = [f32; 4];

struct Pen<'a> {
    out: String,
    t: &'a Tokens,
    fonts: Fonts,
}

impl Pen<'_> {
    /// Appends markup; writing to a string cannot fail.
    fn put(&mut self, markup: std::fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(markup);
    }

    fn open(&mut self, bounds: Rect, orchestration: &Orchestration) {
        let (w, h) = (bounds.width().ceil(), bounds.height().ceil());
        self.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"{} {} {w} {h}\" \
             role=\"img\" font-family=\"{}\">\n<title>{}</title>\n",
            Short(bounds.left()),
            Short(bounds.top()),
            family(Face::Regular),
            Escaped(&orchestration.name),
        ));
        if !orchestration.comments.is_empty() {
            self.put(format_args!("<desc>{}</desc>\n", Escaped(&orchestration.comments)));
        }
        self.rect(bounds, [0.0; 4], self.t.canvas, None);
    }

    fn surfaces(&mut self, layout: &Layout, bounds: Rect, area: Rect) {
        let (left, right) = (area.left() - ports::GUTTER + EDGE, area.right() + ports::GUTTER - EDGE);
        for (side, band, edge) in [
            (true, Rect::from_x_y_ranges(bounds.left()..=left, bounds.y_range()), left),
            (false, Rect::from_x_y_ranges(right..=bounds.right(), bounds.y_range()), right),
        ] {
            if layout.ports.iter().any(|p| p.left == side) {
                self.rect(band, [0.0; 4], self.t.surface, None);
                let line = [pos2(edge, bounds.top()), pos2(edge, bounds.bottom())];
                self.line(&line, 1.0, self.t.line.gamma_multiply(0.6), false);
            }
        }
    }

    fn container(&mut self, node: &Node) {
        let color = node.category.color(self.t);
        let (fill, edge) = (self.t.container(color), self.t.container_edge(color));
        self.rect(node.rect.shrink(0.5), [10.0; 4], fill, Some((1.0, edge)));
        if node.repeats {
            let x = node.rect.left() + layout::PAD / 2.0;
            let (top, bottom) = (node.head.bottom() + 3.0, node.rect.bottom() - 7.0);
            let axis = node.rect.center().x.min(node.rect.left() + 60.0);
            let way = rounded(&[pos2(axis, bottom), pos2(x, bottom), pos2(x, top)], 5.0);
            self.line(&way, 1.2, color.gamma_multiply(0.6), false);
            let tip = pos2(x, top - 1.0);
            self.polygon(&[tip, tip + vec2(-2.8, 5.2), tip + vec2(2.8, 5.2)], color.gamma_multiply(0.8));
        }
    }

    fn flow(&mut self, layout: &Layout) {
        let color = self.t.line_strong;
        for line in &layout.lines {
            let (Some(first), Some(last)) = (line.points.first(), line.points.last()) else { continue };
            let short = if line.arrow { *last - vec2(0.0, 4.5) } else { *last };
            self.line(&[*first, short], 1.4, color, false);
            if line.arrow {
                self.polygon(&[*last, *last + vec2(-3.9, -6.5), *last + vec2(3.9, -6.5)], color);
            }
        }
        let radius = layout::BEGIN_RADIUS;
        self.circle(layout.begin, radius - 1.1, self.t.canvas, 2.2, self.t.ok);
        let end = Rect::from_center_size(layout.end, vec2(radius, radius) * 1.6);
        self.rect(end, [3.0; 4], self.t.error, None);
    }

    fn wire(&mut self, wire: &Wire) {
        let Some((anchor, straight)) = wire.points.split_last() else { return };
        let path = rounded(straight, 7.0);
        let (Some(start), Some(exit)) = (straight.first(), path.last()) else { return };
        let color = self.t.wire();
        let bend = (anchor.x - exit.x) * 0.5;
        let mut d = points(&path, false);
        let _ = write!(
            d,
            " C{} {} {} {} {} {}",
            Short(exit.x + bend),
            Short(exit.y),
            Short(anchor.x - bend),
            Short(anchor.y),
            Short(anchor.x),
            Short(anchor.y)
        );
        self.path(&d, Color32::TRANSPARENT, Some((1.3, color)));
        if wire.flow == Flow::In {
            let into = if anchor.x < start.x { 6.0 } else { -6.0 };
            self.polygon(&[*start, *start + vec2(-into, -3.7), *start + vec2(-into, 3.7)], color);
        }
    }

    fn shape(&mut self, node: &Node) {
        let about = if node.summary.is_empty() {
            node.title.clone()
        } else {
            format!("{}: {}", node.title, node.summary)
        };
        let (id, about) = (Escaped(node.id.as_str()), Escaped(&about));
        self.put(format_args!("<g data-shape=\"{id}\"><title>{about}</title>\n"));
        if node.container {
            self.header(node);
        } else {
            self.card(node);
        }
        self.out.push_str("</g>\n");
    }

    fn card(&mut self, node: &Node) {
        let t = self.t;
        let color = node.category.color(t);
        self.shadow(node.rect);
        self.rect(node.rect.shrink(0.5), [9.0; 4], t.card, Some((1.0, t.line)));
        let chip = Rect::from_min_size(node.rect.min, vec2(36.0, node.rect.height())).shrink(1.0);
        self.chip(node.glyph, chip, [9.0, 0.0, 0.0, 9.0], t.card, color);
        let x = node.rect.left() + 46.0;
        let room = node.rect.right() - x - if node.collapsed.is_some() { 26.0 } else { 10.0 };
        let mut words = node.summary.clone();
        if node.collapsed == Some(true) {
            let inside = format!("{} inside", counted(node.hidden, "shape"));
            words = if words.is_empty() { inside } else { format!("{words} · {inside}") };
        }
        let y = if words.is_empty() { node.rect.center().y } else { node.rect.top() + 15.5 };
        self.text(Anchor::Start, pos2(x, y), &node.title, (Face::Semibold, 13.0), t.text, room);
        if !words.is_empty() {
            let at = pos2(x, node.rect.top() + 32.0);
            self.text(Anchor::Start, at, &words, summary(node), t.muted, room);
        }
        self.chevron(node);
    }

    fn header(&mut self, node: &Node) {
        let t = self.t;
        let color = node.category.color(t);
        let open = if node.collapsed == Some(true) { 9.0 } else { 0.0 };
        self.rect(node.head.shrink(1.0), [9.0, 9.0, open, open], color.gamma_multiply(0.10), None);
        let ground = t.tint(t.canvas, color, 0.1);
        let middle = node.head.center().y;
        let chip = Rect::from_min_size(pos2(node.head.left() + 8.0, middle - 12.0), vec2(24.0, 24.0));
        self.chip(node.glyph, chip, [6.0; 4], ground, color);
        let at = pos2(node.head.left() + 42.0, middle);
        let room = node.head.right() - 28.0 - at.x;
        let share = if node.summary.is_empty() { room } else { room * 0.62 };
        let used = self.text(Anchor::Start, at, &node.title, (Face::Semibold, 13.0), t.text, share);
        let rest = room - used - 12.0;
        let mut words = node.summary.clone();
        if node.collapsed == Some(true) && node.hidden > 0 {
            words = format!("{words} · {} inside", counted(node.hidden, "shape"));
        }
        if !words.is_empty() && rest > 24.0 {
            let at = at + vec2(used + 12.0, 0.0);
            self.text(Anchor::Start, at, &words, summary(node), t.muted, rest);
        }
        self.chevron(node);
    }

    fn chevron(&mut self, node: &Node) {
        let Some(collapsed) = node.collapsed else { return };
        let center = pos2(node.head.right() - 15.0, node.head.center().y);
        let glyph = if collapsed { Glyph::Chevron } else { Glyph::ChevronDown };
        self.glyph(glyph, Rect::from_center_size(center, vec2(10.0, 10.0)), self.t.muted);
    }

    fn port(&mut self, card: &PortCard) {
        let t = self.t;
        let about = format!("{}: {}", card.name, card.binding);
        self.put(format_args!(
            "<g data-port=\"{}\"><title>{}</title>\n",
            Escaped(&card.name),
            Escaped(&about)
        ));
        self.shadow(card.rect);
        self.rect(card.rect.shrink(0.5), [9.0; 4], t.card, Some((1.0, t.line)));
        let (x, room) = (card.rect.left() + 12.0, card.rect.width() - 24.0);
        let name = pos2(x, card.rect.top() + 15.0);
        self.text(Anchor::Start, name, &card.name, (Face::Semibold, 13.0), t.text, room);
        let color = if card.bound { t.brand } else { t.warn };
        let binding = pos2(x, card.rect.top() + 31.5);
        self.text(Anchor::Start, binding, &card.binding, (Face::Regular, 11.0), color, room);
        for row in &card.rows {
            self.rect(row.rect, [4.0; 4], t.field, None);
            let room = row.rect.width() - 16.0;
            let words = match &row.leg {
                Leg::Request => row.operation.clone(),
                Leg::Response => "→ response".to_owned(),
                Leg::Fault(name) => format!("→ fault {name}"),
            };
            let right = pos2(row.rect.right() - 8.0, row.rect.center().y);
            let kind = ports::short(&row.message_type);
            let taken = self.text(Anchor::End, right, kind, (Face::Regular, 10.5), t.muted, room * 0.5);
            let left = pos2(row.rect.left() + 8.0, row.rect.center().y);
            let rest = room - taken - 8.0;
            self.text(Anchor::Start, left, &words, (Face::Regular, 11.5), t.text, rest);
            self.circle(row.anchor, 4.2, t.card, 1.6, t.messaging);
        }
        self.out.push_str("</g>\n");
    }

    /// A soft edge under a card: two faint outlines, which every viewer can draw.
    fn shadow(&mut self, rect: Rect) {
        let below = rect.translate(vec2(0.0, if self.t.dark { 2.0 } else { 1.0 }));
        for (grow, strength) in [(2.0, 0.25), (0.5, 0.4)] {
            self.rect(below.expand(grow), [9.0 + grow; 4], self.t.shadow.gamma_multiply(strength), None);
        }
    }

    fn chip(&mut self, glyph: Glyph, rect: Rect, corners: Corners, ground: Color32, color: Color32) {
        self.rect(rect, corners, ground.lerp_to_gamma(color, 0.18), None);
        let side = (rect.width().min(rect.height()) * 0.5).clamp(15.0, 40.0);
        self.glyph(glyph, Rect::from_center_size(rect.center(), vec2(side, side)), color);
    }

    fn glyph(&mut self, glyph: Glyph, rect: Rect, color: Color32) {
        let unit = rect.width() / 16.0;
        let place = |at: Pos2| rect.center() + at.to_vec2() * unit;
        let width = (1.5 * unit).max(0.8);
        for piece in glyph.strokes() {
            match piece {
                Piece::Line(way) => {
                    let way: Vec<Pos2> = way.into_iter().map(place).collect();
                    self.line(&way, width, color, false);
                }
                Piece::Closed(way) => {
                    let way: Vec<Pos2> = way.into_iter().map(place).collect();
                    self.line(&way, width, color, true);
                }
                Piece::Frame(frame, radius) => {
                    let frame = Rect::from_two_pos(place(frame.min), place(frame.max));
                    self.rect(frame, [radius * unit; 4], Color32::TRANSPARENT, Some((width, color)));
                }
                Piece::Ring(radius) => {
                    self.circle(rect.center(), radius * unit, Color32::TRANSPARENT, width, color);
                }
                Piece::Dot(at, radius) => {
                    self.circle(place(at), radius * unit, color, 0.0, Color32::TRANSPARENT);
                }
                Piece::Letter(letter) => {
                    let (font, room) = ((Face::Semibold, 15.0 * unit), f32::INFINITY);
                    self.text(Anchor::Middle, rect.center(), &letter.to_string(), font, color, room);
                }
            }
        }
    }

    /// One line of text around a height, cut to its room; gives its width. Viewers without the font are told it.
    fn text(
        &mut self,
        anchor: Anchor,
        at: Pos2,
        text: &str,
        (face, size): (Face, f32),
        color: Color32,
        room: f32,
    ) -> f32 {
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let line = self.fonts.fitted(&line, face, size, room);
        if line.trim().is_empty() {
            return 0.0;
        }
        let width = self.fonts.width(&line, face, size);
        let x = match anchor {
            Anchor::Start => at.x,
            Anchor::Middle => at.x - width / 2.0,
            Anchor::End => at.x - width,
        };
        let y = at.y + self.fonts.drop(face, size);
        self.put(format_args!("<text x=\"{}\" y=\"{}\" font-size=\"{}\"", Short(x), Short(y), Short(size)));
        match face {
            Face::Regular => {}
            Face::Semibold => self.out.push_str(" font-weight=\"600\""),
            Face::Mono => self.put(format_args!(" font-family=\"{}\"", family(Face::Mono))),
        }
        self.put(format_args!(
            " textLength=\"{}\" xml:space=\"preserve\"{}>{}</text>\n",
            Short(width),
            Paint("fill", color),
            Escaped(&line)
        ));
        width
    }

    fn rect(&mut self, rect: Rect, corners: Corners, fill: Color32, stroke: Option<(f32, Color32)>) {
        let [nw, ne, se, sw] = corners;
        if nw == ne && ne == se && se == sw {
            let radius = if nw > 0.0 { format!(" rx=\"{}\"", Short(nw)) } else { String::new() };
            self.put(format_args!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{radius}{}{}/>\n",
                Short(rect.left()),
                Short(rect.top()),
                Short(rect.width()),
                Short(rect.height()),
                Paint("fill", fill),
                Outline(stroke)
            ));
            return;
        }
        let (l, r, t, b) = (rect.left(), rect.right(), rect.top(), rect.bottom());
        let mut d = format!("M{} {} H{}", Short(l + nw), Short(t), Short(r - ne));
        for (radius, x, y, next) in [
            (ne, r, t + ne, format!("V{}", Short(b - se))),
            (se, r - se, b, format!("H{}", Short(l + sw))),
            (sw, l, b - sw, format!("V{}", Short(t + nw))),
            (nw, l + nw, t, "Z".to_owned()),
        ] {
            if radius > 0.0 {
                let radius = Short(radius);
                let _ = write!(d, " A{radius} {radius} 0 0 1 {} {}", Short(x), Short(y));
            }
            let _ = write!(d, " {next}");
        }
        self.path(&d, fill, stroke);
    }

    fn circle(&mut self, at: Pos2, radius: f32, fill: Color32, width: f32, edge: Color32) {
        let stroke = (width > 0.0).then_some((width, edge));
        self.put(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}{}/>\n",
            Short(at.x),
            Short(at.y),
            Short(radius),
            Paint("fill", fill),
            Outline(stroke)
        ));
    }

    fn line(&mut self, way: &[Pos2], width: f32, color: Color32, closed: bool) {
        let d = points(way, closed);
        self.path(&d, Color32::TRANSPARENT, Some((width, color)));
    }

    fn polygon(&mut self, corners: &[Pos2], fill: Color32) {
        let d = points(corners, true);
        self.path(&d, fill, None);
    }

    fn path(&mut self, d: &str, fill: Color32, stroke: Option<(f32, Color32)>) {
        self.put(format_args!("<path d=\"{d}\"{}{}/>\n", Paint("fill", fill), Outline(stroke)));
    }
}

fn summary(node: &Node) -> (Face, f32) {
    if node.code { (Face::Mono, 10.5) } else { (Face::Regular, 11.0) }
}

fn family(face: Face) -> &'static str {
    match face {
        Face::Mono => "JetBrains Mono, ui-monospace, Consolas, monospace",
        Face::Regular | Face::Semibold => "Inter, Segoe UI, Helvetica Neue, Arial, sans-serif",
    }
}

fn points(way: &[Pos2], closed: bool) -> String {
    let mut d = String::new();
    for (i, at) in way.iter().enumerate() {
        let _ = write!(d, "{}{} {}", if i == 0 { "M" } else { " L" }, Short(at.x), Short(at.y));
    }
    if closed {
        d.push_str(" Z");
    }
    d
}

/// A number with at most two decimals.
struct Short(f32);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = format!("{:.2}", self.0);
        let number = number.trim_end_matches('0').trim_end_matches('.');
        f.write_str(if number == "-0" { "0" } else { number })
    }
}

/// An attribute with a colour, and one with its opacity where it has one.
struct Paint(&'static str, Color32);

impl std::fmt::Display for Paint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(name, color) = self;
        let [r, g, b, a] = color.to_srgba_unmultiplied();
        match a {
            0 => write!(f, " {name}=\"none\""),
            255 => write!(f, " {name}=\"#{r:02x}{g:02x}{b:02x}\""),
            _ => {
                let opacity = Short(f32::from(a) / 255.0);
                write!(f, " {name}=\"#{r:02x}{g:02x}{b:02x}\" {name}-opacity=\"{opacity}\"")
            }
        }
    }
}

/// The attributes of an outline.
struct Outline(Option<(f32, Color32)>);

impl std::fmt::Display for Outline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some((width, color)) = self.0 else { return Ok(()) };
        write!(f, "{} stroke-width=\"{}\"", Paint("stroke", color), Short(width))
    }
}

/// Text inside markup or an attribute. Characters that XML does not know become a replacement character.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\t' | '\n' | '\r' => f.write_char(c)?,
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => f.write_char(char::REPLACEMENT_CHARACTER)?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Code, Shape, ShapeKind};

    fn drawn(name: &str, text: &str) -> String {
        let shape = Shape {
            id: Id::new("a"),
            name: name.to_owned(),
            kind: ShapeKind::Expression(Code { text: text.to_owned() }),
            ..Shape::default()
        };
        let orchestration =
            Orchestration { name: "Orders <&>".to_owned(), body: vec![shape], ..Orchestration::default() };
        let module = Module { orchestration: Some(orchestration), ..Module::default() };
        svg(&Application::default(), &module, Tokens::for_theme(false, false), &BTreeSet::new()).unwrap()
    }

    #[test]
    fn any_name_gives_a_document_that_reads_back() {
        for name in
            ["Receive", "<script>alert(1)</script> & \"x\"", "Größe 漢字 🦀", "a\0b\u{1}\u{ffff}", "", "]]>"]
        {
            let text = drawn(name, "x = \"<&>\";");
            super::super::picture::png(&text, 0.5).unwrap_or_else(|e| panic!("{name:?}: {e}"));
            assert!(!text.contains("<script"), "{text}");
        }
    }

    #[test]
    fn shapes_can_be_found_by_id_and_long_names_are_cut() {
        let text = drawn(&"Long ".repeat(40), "");
        assert!(text.contains("<g data-shape=\"a\"><title>Long Long"));
        assert!(text.contains("…</text>"));
        assert!(text.contains("<title>Orders &lt;&amp;&gt;</title>"));
    }

    #[test]
    fn a_module_of_types_has_no_picture() {
        let tokens = Tokens::for_theme(true, false);
        assert!(svg(&Application::default(), &Module::default(), tokens, &BTreeSet::new()).is_none());
    }

    #[test]
    fn numbers_are_short() {
        let all: Vec<String> = [1.0, -0.001, 2.5, 7.12345].map(|n| Short(n).to_string()).into();
        assert_eq!(all, ["1", "0", "2.5", "7.12"]);
    }
}
