//! A run as a sequence diagram: a lifeline for everyone who takes part, an arrow for every message, time downwards.

use super::Category;
use super::figure::{Anchor, Ink};
use super::palette::Tokens;
use super::svg::Pen;
use super::text::Face;
use crate::diagnostic::counted;
use emath::{Pos2, Rect, pos2, vec2};

/// Room for the times at the left.
const TIMES: f32 = 104.0;
/// From one lifeline to the next.
const COLUMN: f32 = 172.0;
const HEAD: f32 = 44.0;
/// From one arrow to the next.
const ROW: f32 = 32.0;
const EDGE: f32 = 16.0;

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sequence {
    /// In the order they first take part.
    pub lifelines: Vec<Lifeline>,
    /// Oldest first.
    pub arrows: Vec<Arrow>,
    /// Earlier arrows that are not shown.
    pub left_out: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Lifeline {
    pub name: String,
    /// One line about it, below the name.
    pub about: String,
    pub category: Category,
    /// The service instance it stands for.
    pub instance: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// Places of the lifelines it goes between; the same one for a message to oneself.
    pub from: usize,
    pub to: usize,
    pub label: String,
    pub time: String,
    pub failed: bool,
    /// The event it stands for, and the number of the message.
    pub seq: u64,
    pub message: u64,
}

impl Sequence {
    pub fn size(&self) -> emath::Vec2 {
        let columns = self.lifelines.len().max(1) as f32;
        vec2(
            EDGE * 2.0 + TIMES + columns * COLUMN,
            EDGE * 2.0 + HEAD + (self.arrows.len() as f32 + 1.0) * ROW,
        )
    }

    /// The head of a lifeline.
    pub fn head(&self, at: usize) -> Rect {
        let left = EDGE + TIMES + at as f32 * COLUMN;
        Rect::from_min_size(pos2(left + 8.0, EDGE), vec2(COLUMN - 16.0, HEAD))
    }

    /// The way of an arrow, from its tail to its point.
    pub fn way(&self, row: usize, arrow: &Arrow) -> Vec<Pos2> {
        let y = EDGE + HEAD + (row as f32 + 1.0) * ROW;
        let (from, to) = (self.head(arrow.from).center().x, self.head(arrow.to).center().x);
        if arrow.from == arrow.to {
            return vec![
                pos2(from, y - 6.0),
                pos2(from + 28.0, y - 6.0),
                pos2(from + 28.0, y + 6.0),
                pos2(from, y + 6.0),
            ];
        }
        vec![pos2(from, y), pos2(to, y)]
    }

    /// Left and right end of what a row has for its label, and the middle of the label.
    pub fn label(&self, row: usize, arrow: &Arrow) -> (f32, Pos2) {
        let way = self.way(row, arrow);
        let (first, last) =
            (way.first().copied().unwrap_or_default(), way.last().copied().unwrap_or_default());
        if arrow.from == arrow.to {
            return (COLUMN - 44.0, pos2(first.x + 34.0 + (COLUMN - 44.0) / 2.0, first.y + 6.0));
        }
        // Long arrows have their label beside the sender.
        let room = (last.x - first.x).abs().min(COLUMN * 2.0) - 20.0;
        let middle = first.x + (last.x - first.x).signum() * (room + 20.0) / 2.0;
        (room, pos2(middle, first.y - 8.0))
    }

    /// The three corners of an arrow's point.
    pub fn point(&self, row: usize, arrow: &Arrow) -> [Pos2; 3] {
        let way = self.way(row, arrow);
        let end = way.last().copied().unwrap_or_default();
        let before = way.len().checked_sub(2).and_then(|at| way.get(at)).copied().unwrap_or_default();
        let back = if end.x > before.x { -8.0 } else { 8.0 };
        [end, end + vec2(back, -4.0), end + vec2(back, 4.0)]
    }

    /// Where the time of a row is written: its left middle.
    pub fn time(&self, row: usize) -> Pos2 {
        pos2(EDGE, EDGE + HEAD + (row as f32 + 1.0) * ROW)
    }

    /// The row at a height, if there is one.
    pub fn row_at(&self, y: f32) -> Option<usize> {
        let row = ((y - EDGE - HEAD) / ROW - 0.5).floor();
        (row >= 0.0).then_some(row as usize).filter(|row| *row < self.arrows.len())
    }

    /// What is left out, in words; empty when all is shown.
    pub fn omission(&self) -> String {
        match self.left_out {
            0 => String::new(),
            n => format!("{} before these are not drawn", counted(n, "message")),
        }
    }

    /// The diagram as an SVG document.
    pub fn svg(&self, title: &str, t: &'static Tokens) -> String {
        let size = self.size();
        let mut pen = Pen::new(t);
        pen.open(Rect::from_min_size(Pos2::ZERO, size), title, &self.omission());
        for (at, lifeline) in self.lifelines.iter().enumerate() {
            let head = self.head(at);
            let line = [head.center_bottom(), pos2(head.center().x, size.y - EDGE)];
            pen.line(&line, false, 1.0, t.line_strong);
            let color = lifeline.category.color(t);
            pen.rect(head, [8.0; 4], t.card, Some(t.line));
            let bar = Rect::from_min_size(head.left_top() + vec2(0.0, 8.0), vec2(3.0, head.height() - 16.0));
            pen.rect(bar, [1.5; 4], color, None);
            let (middle, room) = (head.center(), head.width() - 20.0);
            let name = (Face::Semibold, 12.5);
            pen.text(middle - vec2(0.0, 8.0), Anchor::Middle, &lifeline.name, name, t.text, room);
            let about = (Face::Regular, 11.0);
            pen.text(middle + vec2(0.0, 9.0), Anchor::Middle, &lifeline.about, about, t.muted, room);
        }
        for (row, arrow) in self.arrows.iter().enumerate() {
            let color = if arrow.failed { t.error } else { t.messaging };
            pen.line(&self.way(row, arrow), false, 1.4, color);
            let point = self.point(row, arrow);
            pen.area(&point, point[0].lerp(point[1], 0.5).lerp(point[2], 0.3), color);
            let (room, at) = self.label(row, arrow);
            let words = if arrow.failed { t.error } else { t.text };
            pen.text(at, Anchor::Middle, &arrow.label, (Face::Regular, 11.0), words, room);
            pen.text(self.time(row), Anchor::Start, &arrow.time, (Face::Mono, 10.5), t.muted, TIMES);
        }
        pen.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two(label: &str) -> Sequence {
        let line = |name: &str| Lifeline {
            name: name.to_owned(),
            about: "#1".to_owned(),
            category: Category::Call,
            instance: Some(1),
        };
        let arrow = |from, to, failed| Arrow {
            from,
            to,
            label: label.to_owned(),
            time: "00:00:01.000".to_owned(),
            failed,
            seq: 1,
            message: 1,
        };
        let arrows = vec![arrow(0, 1, false), arrow(1, 0, true), arrow(1, 1, false)];
        Sequence { lifelines: vec![line("Orders <&>"), line("Billing")], arrows, left_out: 3 }
    }

    #[test]
    fn arrows_go_from_line_to_line_and_rows_are_found_by_their_height() {
        let drawn = two("Order 17");
        for (row, arrow) in drawn.arrows.iter().enumerate() {
            let way = drawn.way(row, arrow);
            assert_eq!(way.first().unwrap().x, drawn.head(arrow.from).center().x);
            assert_eq!(way.last().unwrap().x, drawn.head(arrow.to).center().x);
            assert_eq!(drawn.row_at(drawn.time(row).y), Some(row));
            assert!(drawn.size().y > way.last().unwrap().y);
        }
        assert_eq!(drawn.row_at(2.0), None);
        assert_eq!(drawn.row_at(9_999.0), None);
    }

    #[test]
    fn the_picture_is_a_document_with_every_name_and_label() {
        let drawn = two("Order & 17").svg("A run", Tokens::for_theme(true, false));
        assert!(drawn.starts_with("<svg") && drawn.ends_with("</svg>\n"));
        assert!(drawn.contains("Orders &lt;&amp;&gt;") && drawn.contains("Order &amp; 17"));
        assert!(drawn.contains("3 messages before these are not drawn"));
        assert!(crate::drawing::picture::png(&drawn, 1.0).is_ok());
    }
}
