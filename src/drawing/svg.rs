//! A drawing as SVG, as the canvas paints it: port surfaces, wires, containers, cards. Text stays text.

use super::figure::{self, Anchor, Corners, Ink, Look};
use super::fonts::Fonts;
use super::glyph::{Glyph, Stroke as Piece};
use super::layout::{self, Layout, Node};
use super::palette::Tokens;
use super::ports::{self, Flow, PortCard};
use super::text::{Face, Measure};
use super::wires::{Wire, rounded};
use crate::model::{Application, Id, Module, Orchestration};
use ecolor::Color32;
use emath::{Pos2, Rect, pos2, vec2};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Room around the cards of a port surface, and around the whole drawing.
const EDGE: f32 = 14.0;

/// The orchestration of `module` as an SVG document; `None` when it has none. Containers in `collapsed` are closed.
///
/// Every shape is a group with `data-shape` (its id) and a title, so that a page can find and explain it.
pub fn svg(
    app: &Application,
    module: &Module,
    tokens: &'static Tokens,
    collapsed: &BTreeSet<Id>,
) -> Option<String> {
    let orchestration = module.orchestration.as_ref()?;
    let layout = layout::layout(app, module, orchestration, collapsed);
    Some(of_layout(&layout, orchestration, tokens))
}

/// A layout as an SVG document.
pub fn of_layout(layout: &Layout, orchestration: &Orchestration, tokens: &'static Tokens) -> String {
    let (area, bounds) = (layout.process.unwrap_or(Rect::ZERO), bounds(layout));
    let mut pen = Pen::new(tokens);
    pen.open(bounds, &orchestration.name, &orchestration.comments);
    pen.surfaces(layout, bounds, area);
    for node in layout.nodes.iter().filter(|n| n.container) {
        figure::container(&mut pen, node);
    }
    for wire in layout.wires.iter() {
        pen.wire(wire);
    }
    pen.flow(layout);
    for node in &layout.nodes {
        pen.shape(node);
    }
    for label in layout.labels.iter() {
        let face = if label.code { Face::Mono } else { Face::Regular };
        let size = if label.code { 10.5 } else { 11.0 };
        let room = label.rect.width() - 12.0;
        pen.text(label.rect.center(), Anchor::Middle, &label.text, (face, size), tokens.muted, room);
    }
    for port in &layout.ports {
        pen.port(port);
    }
    pen.finish()
}

/// What a layout takes up as a document.
pub fn bounds(layout: &Layout) -> Rect {
    layout.bounds.or(layout.process).unwrap_or(Rect::ZERO).expand(EDGE)
}

/// Writes the document.
pub(super) struct Pen {
    out: String,
    t: &'static Tokens,
    fonts: Fonts,
}

impl Pen {
    pub fn new(t: &'static Tokens) -> Self {
        Self { out: String::new(), t, fonts: Fonts::default() }
    }

    /// The whole document.
    pub fn finish(mut self) -> String {
        self.out.push_str("</svg>\n");
        self.out
    }

    /// Appends markup; writing to a string cannot fail.
    fn put(&mut self, markup: std::fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(markup);
    }

    /// Begins the document, with its ground; `about` may be empty.
    pub fn open(&mut self, bounds: Rect, title: &str, about: &str) {
        let (w, h) = (bounds.width().ceil(), bounds.height().ceil());
        self.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"{} {} {w} {h}\" \
             role=\"img\" font-family=\"{}\">\n<title>{}</title>\n",
            Short(bounds.left()),
            Short(bounds.top()),
            family(Face::Regular),
            Escaped(title),
        ));
        if !about.is_empty() {
            self.put(format_args!("<desc>{}</desc>\n", Escaped(about)));
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
                self.line(&line, false, 1.0, self.t.line.gamma_multiply(0.6));
            }
        }
    }

    fn flow(&mut self, layout: &Layout) {
        let color = self.t.line_strong;
        for line in layout.lines.iter() {
            let (Some(first), Some(last)) = (line.points.first(), line.points.last()) else { continue };
            let short = if line.arrow { *last - vec2(0.0, 4.5) } else { *last };
            self.line(&[*first, short], false, 1.4, color);
            if line.arrow {
                figure::arrow(self, *last, vec2(0.0, -6.5), color);
            }
        }
        figure::ends(self, layout);
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
            figure::arrow(self, *start, vec2(-into, 0.0), color);
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
            figure::header(self, node, (node.head.left(), node.head.right()), Look::default());
        } else {
            figure::card(self, node, Look::default());
        }
        self.out.push_str("</g>\n");
    }

    fn port(&mut self, card: &PortCard) {
        let about = format!("{}: {}", card.name, card.binding);
        self.put(format_args!(
            "<g data-port=\"{}\"><title>{}</title>\n",
            Escaped(&card.name),
            Escaped(&about)
        ));
        figure::port(self, card, card.rect, Look::default());
        self.out.push_str("</g>\n");
    }

    fn path(&mut self, d: &str, fill: Color32, stroke: Option<(f32, Color32)>) {
        self.put(format_args!("<path d=\"{d}\"{}{}/>\n", Paint("fill", fill), Outline(stroke)));
    }

    /// A rectangle with its edge along the middle of the line.
    fn frame(&mut self, rect: Rect, corners: Corners, fill: Color32, stroke: Option<(f32, Color32)>) {
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
}

impl Ink for Pen {
    fn tokens(&self) -> &'static Tokens {
        self.t
    }

    fn area(&mut self, outline: &[Pos2], _middle: Pos2, fill: Color32) {
        self.path(&points(outline, true), fill, None);
    }

    fn line(&mut self, way: &[Pos2], closed: bool, width: f32, color: Color32) {
        self.path(&points(way, closed), Color32::TRANSPARENT, Some((width, color)));
    }

    fn dashed(&mut self, way: &[Pos2], width: f32, color: Color32) {
        self.put(format_args!(
            "<path d=\"{}\" fill=\"none\" stroke-dasharray=\"6 4\"{}/>\n",
            points(way, false),
            Outline(Some((width, color)))
        ));
    }

    /// A soft edge under a card: two faint outlines, which every viewer can draw.
    fn shadow(&mut self, rect: Rect) {
        let below = rect.translate(vec2(0.0, if self.t.dark { 2.0 } else { 1.0 }));
        for (grow, strength) in [(2.0, 0.25), (0.5, 0.4)] {
            self.frame(below.expand(grow), [9.0 + grow; 4], self.t.shadow.gamma_multiply(strength), None);
        }
    }

    fn glyph(&mut self, glyph: Glyph, rect: Rect, color: Color32) {
        let unit = rect.width() / 16.0;
        let place = |at: Pos2| rect.center() + at.to_vec2() * unit;
        let width = (1.5 * unit).max(0.8);
        for piece in glyph.strokes() {
            match piece {
                Piece::Line(way) => {
                    let way: Vec<Pos2> = way.into_iter().map(place).collect();
                    self.line(&way, false, width, color);
                }
                Piece::Closed(way) => {
                    let way: Vec<Pos2> = way.into_iter().map(place).collect();
                    self.line(&way, true, width, color);
                }
                Piece::Frame(frame, radius) => {
                    let frame = Rect::from_two_pos(place(frame.min), place(frame.max));
                    self.frame(frame, [radius * unit; 4], Color32::TRANSPARENT, Some((width, color)));
                }
                Piece::Ring(radius) => {
                    self.disc(rect.center(), radius * unit, Color32::TRANSPARENT, Some((width, color)));
                }
                Piece::Dot(at, radius) => {
                    self.disc(place(at), radius * unit, color, None);
                }
                Piece::Letter(letter) => {
                    let (font, room) = ((Face::Semibold, 15.0 * unit), f32::INFINITY);
                    self.text(rect.center(), Anchor::Middle, &letter.to_string(), font, color, room);
                }
            }
        }
    }

    /// One line of text around a height, cut to its room; gives its width. Viewers without the font are told it.
    fn text(
        &mut self,
        at: Pos2,
        anchor: Anchor,
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

    fn rect(&mut self, rect: Rect, corners: Corners, fill: Color32, edge: Option<Color32>) {
        match edge {
            Some(color) => self.frame(rect.shrink(0.5), corners, fill, Some((1.0, color))),
            None => self.frame(rect, corners, fill, None),
        }
    }

    fn disc(&mut self, at: Pos2, radius: f32, fill: Color32, edge: Option<(f32, Color32)>) {
        self.put(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}{}/>\n",
            Short(at.x),
            Short(at.y),
            Short(radius),
            Paint("fill", fill),
            Outline(edge)
        ));
    }
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
