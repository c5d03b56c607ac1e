//! Marks on the characters of a text.

use crate::studio::theme::Tokens;
use egui::text::{CCursor, CharIndex};
use egui::{Color32, Galley, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2};
use std::ops::Range;

/// A laid out text and where it stands.
pub struct Text<'a> {
    pub galley: &'a Galley,
    pub at: Pos2,
    pub text: &'a str,
}

impl Text<'_> {
    fn cursor(&self, byte: usize) -> Rect {
        let chars = self.text.get(..byte).map_or(0, |head| head.chars().count());
        let local = self.galley.pos_from_cursor(CCursor { index: CharIndex(chars), prefer_next_row: true });
        local.translate(self.at.to_vec2())
    }

    /// The rectangles of bytes of the text, one for each row they are on.
    pub fn rects(&self, range: &Range<usize>) -> Vec<Rect> {
        let mut rects: Vec<Rect> = Vec::new();
        let piece = self.text.get(range.clone()).unwrap_or_default();
        for (at, c) in piece.char_indices() {
            let from = self.cursor(range.start + at);
            let to = self.cursor(range.start + at + c.len_utf8());
            let right = if to.top() > from.top() { from.left() + 6.0 } else { to.left() };
            let rect = Rect::from_min_max(from.left_top(), pos2(right, from.bottom()));
            match rects.last_mut().filter(|last| last.top() == rect.top()) {
                Some(last) => *last = last.union(rect),
                None => rects.push(rect),
            }
        }
        if rects.is_empty() {
            // At the end of the text, or between two characters.
            let here = self.cursor(range.start);
            rects.push(Rect::from_min_max(here.left_top(), pos2(here.left() + 6.0, here.bottom())));
        }
        rects
    }

    /// Byte of the character under a point; `None` beside the text.
    pub fn byte_at(&self, pointer: Pos2) -> Option<usize> {
        let local = pointer - self.at;
        let cursor = self.galley.cursor_from_pos(local);
        let near = super::byte_at(self.text, cursor.index.0);
        let c = |byte: usize| self.text.get(byte..).and_then(|rest| rest.chars().next());
        let before = self.text.get(..near).and_then(|head| head.chars().next_back());
        let spans = [c(near).map(|c| near..near + c.len_utf8()), before.map(|c| near - c.len_utf8()..near)];
        let under = spans.into_iter().flatten().find(|span| {
            self.rects(span).iter().any(|rect| rect.expand2(egui::vec2(0.5, 1.0)).contains(pointer))
        });
        under.map(|span| span.start)
    }
}

/// A wavy line under bytes of the text.
pub fn squiggle(painter: &Painter, text: &Text<'_>, range: &Range<usize>, color: Color32) {
    const STEP: f32 = 2.0;
    for rect in text.rects(range) {
        let width = rect.width().max(6.0);
        let y = rect.bottom() - 0.5;
        let count = (width / STEP) as usize;
        let points = (0..=count).map(|i| {
            let up = if i % 2 == 0 { 0.0 } else { -STEP };
            pos2(rect.left() + i as f32 * STEP, y + up)
        });
        painter.add(Shape::line(points.collect(), Stroke::new(1.0, color)));
    }
}

/// A faint box around a bracket.
pub fn box_around(painter: &Painter, text: &Text<'_>, range: &Range<usize>, t: &Tokens) {
    for rect in text.rects(range) {
        let stroke = Stroke::new(1.0, t.selection.gamma_multiply(0.8));
        painter.rect(rect, 2.0, t.selection.gamma_multiply(0.12), stroke, StrokeKind::Outside);
    }
}
