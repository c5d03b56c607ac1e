//! The program as a reader finds it: which shape each statement belongs to, how deep it is, and its text.

use crate::xlang::{TokenKind, tokens};
use std::ops::Range;

/// A statement with the shape it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// OID of the shape.
    pub oid: String,
    /// Braces open around it.
    pub depth: usize,
    /// Token at which its attributes begin, and the one behind them.
    attributes: Range<usize>,
}

/// A program cut into tokens. Any text can be read; what is not understood is passed over.
#[derive(Debug)]
pub struct ProgramText<'t> {
    text: &'t str,
    tokens: Vec<Range<usize>>,
    /// Statements in the order they stand.
    pub marks: Vec<Mark>,
}

impl<'t> ProgramText<'t> {
    pub fn read(text: &'t str) -> Self {
        let tokens = tokens(text).into_iter().filter(|(_, kind)| *kind != TokenKind::Comment);
        let tokens = tokens.map(|(range, _)| range).collect();
        let mut program = Self { text, tokens, marks: Vec::new() };
        program.find_marks();
        program
    }

    fn token(&self, at: usize) -> &'t str {
        self.tokens.get(at).and_then(|range| self.text.get(range.clone())).unwrap_or_default()
    }

    fn find_marks(&mut self) {
        let (mut depth, mut at) = (0_usize, 0);
        while at < self.tokens.len() {
            match self.token(at) {
                "{" => depth += 1,
                "}" => depth = depth.saturating_sub(1),
                "[" => {
                    if let Some(mark) = self.mark(at, depth) {
                        at = mark.attributes.end;
                        self.marks.push(mark);
                        continue;
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Reads `[….DesignerPosition("oid")]` and the attributes behind it.
    fn mark(&self, start: usize, depth: usize) -> Option<Mark> {
        let end = self.attribute(start)?;
        let name = (start..end).find(|at| self.token(*at) == "DesignerPosition")?;
        let oid = self.token(name + 2).trim_matches('"').to_owned();
        let mut behind = end;
        while let Some(next) = self.attribute(behind) {
            behind = next;
        }
        Some(Mark { oid, depth, attributes: start..behind })
    }

    /// The token behind an attribute that begins here.
    fn attribute(&self, start: usize) -> Option<usize> {
        if self.token(start) != "[" || self.token(start + 1) != "Microsoft" {
            return None;
        }
        let end = (start + 1..self.tokens.len())
            .find(|at| matches!(self.token(*at), "]" | "[" | "{" | "}" | ";"))?;
        (self.token(end) == "]").then_some(end + 1)
    }

    /// Text of a statement up to the next one, or to the end of its block.
    pub fn statement(&self, nth: usize) -> &'t str {
        let Some(mark) = self.marks.get(nth) else { return "" };
        let next = self.marks.get(nth + 1).map_or(self.tokens.len(), |next| next.attributes.start);
        let mut depth = 0_usize;
        let end = (mark.attributes.end..next).find(|at| match self.token(*at) {
            "{" => {
                depth += 1;
                false
            }
            "}" if depth == 0 => true,
            "}" => {
                depth -= 1;
                false
            }
            _ => false,
        });
        let end = end.unwrap_or(next);
        let from = self.tokens.get(mark.attributes.end).map_or(self.text.len(), |range| range.start);
        let to = self.tokens.get(end).map_or(self.text.len(), |range| range.start);
        // Comments in front of the first token belong to the statement too.
        let open = mark.attributes.end.checked_sub(1).and_then(|last| self.tokens.get(last));
        let from = open.map_or(from, |last| last.end);
        self.text.get(from..to.max(from)).unwrap_or_default()
    }

    /// The conditions of an `if` with all its `else if`, or of a `while`.
    pub fn conditions(&self, nth: usize) -> Vec<&'t str> {
        let mut found = Vec::new();
        let Some(mark) = self.marks.get(nth) else { return found };
        let mut at = mark.attributes.end;
        while matches!(self.token(at), "if" | "while") {
            let Some(close) = self.closing(at + 1, "(", ")") else { break };
            let inside = self.tokens.get(at + 1).zip(self.tokens.get(close));
            found.extend(inside.and_then(|(open, close)| self.text.get(open.end..close.start)));
            let Some(end) = self.closing(close + 1, "{", "}") else { break };
            if self.token(end + 1) != "else" {
                break;
            }
            at = end + 2;
        }
        found
    }

    /// The token that closes what opens here.
    fn closing(&self, open: usize, opens: &str, closes: &str) -> Option<usize> {
        if self.token(open) != opens {
            return None;
        }
        let mut depth = 0_usize;
        (open..self.tokens.len()).find(|at| {
            let token = self.token(*at);
            depth = if token == opens { depth + 1 } else { depth - usize::from(token == closes) };
            depth == 0
        })
    }
}
