//! Where a script was when a limit stopped it. The interpreter does not tell, so the script runs once more with a
//! count at the start of each block; it depends on nothing else, so it takes the same way.

use std::collections::BTreeMap;

/// Function that marks that a block of a line was entered.
pub const MARK: &str = "__entered";

/// How often the blocks of each line were entered, with the order of the first time.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    lines: BTreeMap<i64, (u64, usize)>,
}

impl Trace {
    pub fn enter(&mut self, line: i64) {
        let next = self.lines.len();
        self.lines.entry(line).or_insert((0, next)).0 += 1;
    }

    /// The line entered most often; of equal ones the outermost.
    pub fn busiest(&self) -> Option<i64> {
        let found = self.lines.iter().max_by_key(|(_, (count, order))| (*count, std::cmp::Reverse(*order)));
        found.map(|(line, _)| *line)
    }
}

/// The text with a mark in each block. Lines stay what they are.
pub fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut line = 1;
    let mut word = String::new();
    let mut switch = false;
    let mut before = ' ';
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = literal(rest);
        let taken = if skipped > 0 { skipped } else { c.len_utf8() };
        let Some((piece, after)) = rest.split_at_checked(taken) else { break };
        rest = after;
        out.push_str(piece);
        line += piece.matches('\n').count();
        if skipped > 0 {
            before = ' ';
            continue;
        }
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            switch |= word == "switch";
            word.clear();
        }
        if c == '{' && before != '#' && !std::mem::take(&mut switch) {
            out.push_str(&format!(" {MARK}({line});"));
        }
        before = c;
    }
    out
}

/// Length of the comment or text that begins here, 0 if none does.
fn literal(text: &str) -> usize {
    let closed = |open: usize, end: &str| {
        text.get(open..).and_then(|t| t.find(end)).map_or(text.len(), |at| open + at + end.len())
    };
    let quoted = |quote: char| {
        let mut escaped = false;
        for (at, c) in text.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => return at + c.len_utf8(),
                _ => {}
            }
        }
        text.len()
    };
    match text.as_bytes() {
        [b'/', b'/', ..] => closed(2, "\n"),
        [b'/', b'*', ..] => closed(2, "*/"),
        [b'"', ..] => quoted('"'),
        [b'\'', ..] => quoted('\''),
        [b'`', ..] => closed(1, "`"),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_marked_and_texts_and_maps_are_not() {
        let text = "fn f() { // {\n  while true { g(#{ a: \"{\" }, '{', `{`); }\n switch x { 1 => { 2 } } }";
        let marks = "fn f() { __entered(1); // {\n  while true { __entered(2); g(#{ a: \"{\" }, '{', `{`); }\n switch x { 1 => { __entered(3); 2 } } }";
        assert_eq!(marked(text), marks);
    }

    #[test]
    fn the_busiest_line_is_the_outer_one_of_equals() {
        let mut trace = Trace::default();
        [1, 5, 9, 5, 9].into_iter().for_each(|line| trace.enter(line));
        assert_eq!(trace.busiest(), Some(5));
    }
}
