//! Names in a text, found from its tokens, so that half-written texts have them too.

use crate::xlang::{TokenKind, tokens};
use std::ops::Range;

/// `a.b.c` as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Bytes of each word; at least one.
    pub words: Vec<Range<usize>>,
    /// What stands before the first dot, when that is more than a name: `Format(x)` in `Format(x).Length`.
    pub receiver: Option<Range<usize>>,
    pub role: Role,
    /// Followed by `(`.
    pub called: bool,
    /// The whole chain is assigned: `a.b = …`.
    pub assigned: bool,
}

/// What the place of a chain makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    Value,
    /// In the parentheses of a message, port, set or orchestration: the name before them, if there is one.
    Property(Option<String>),
    /// After `new`, in `typeof(…)` or in a cast.
    Type,
    /// In `succeeded(…)`.
    Transaction,
}

/// A token that is no comment.
pub struct Token {
    pub range: Range<usize>,
    pub kind: TokenKind,
}

pub fn significant(text: &str) -> Vec<Token> {
    let all = tokens(text).into_iter().filter(|(_, kind)| *kind != TokenKind::Comment);
    all.map(|(range, kind)| Token { range, kind }).collect()
}

/// Words of the language that stand where a name may.
pub const FUNCTIONS: [&str; 6] = ["xpath", "succeeded", "typeof", "checked", "unchecked", "transform"];

/// The word without the `@` that lets it be a reserved one.
pub fn bare(word: &str) -> &str {
    word.strip_prefix('@').unwrap_or(word)
}

/// Every chain of a text, in order. `properties` tells whether a name before `(` is one that has properties.
pub fn chains(text: &str, properties: &dyn Fn(&[&str]) -> bool) -> Vec<Chain> {
    let all = significant(text);
    let of = |at: usize| all.get(at).and_then(|t| text.get(t.range.clone())).unwrap_or("");
    let is_word =
        |at: usize| all.get(at).is_some_and(|t| matches!(t.kind, TokenKind::Identifier | TokenKind::Keyword));
    let mut found: Vec<Chain> = Vec::new();
    // What each open parenthesis is of.
    let mut open: Vec<Role> = Vec::new();
    let mut next_open = None;
    let mut at = 0;
    while at < all.len() {
        match of(at) {
            "(" => open.push(next_open.take().unwrap_or(Role::Value)),
            ")" => drop(open.pop()),
            _ => {}
        }
        if !is_word(at) {
            at += 1;
            continue;
        }
        let member = at > 0 && of(at - 1) == ".";
        let keyword = all.get(at).is_some_and(|t| t.kind == TokenKind::Keyword) && !member;
        if keyword && !FUNCTIONS.contains(&of(at)) {
            at += 1;
            continue;
        }
        let mut end = at;
        while of(end + 1) == "." && is_word(end + 2) {
            end += 2;
        }
        let ranges = (at..=end).step_by(2).filter_map(|i| all.get(i)).map(|t| t.range.clone());
        let words: Vec<Range<usize>> = ranges.collect();
        let names: Vec<&str> = words.iter().map(|w| bare(text.get(w.clone()).unwrap_or(""))).collect();
        let called = of(end + 1) == "(";
        let assigned =
            of(end + 1) == "=" && (at == 0 || matches!(of(at - 1), ";" | "{" | "}" | ")" | "else"));
        let previous = if at == 0 { "" } else { of(at - 1) };
        let inside = if previous == "(" { open.last().cloned() } else { None };
        let role = match inside {
            _ if previous == "new" => Role::Type,
            Some(role) if role != Role::Value => role,
            // A name alone in parentheses with an operand behind them is a cast.
            Some(_) if of(end + 1) == ")" && names.len() > 1 && operand_follows(of(end + 2)) => Role::Type,
            _ if of(end + 1) == "exists" => Role::Property(None),
            _ => Role::Value,
        };
        let receiver = member.then(|| postfix_start(text, &all, at - 1)).flatten();
        if called {
            next_open = Some(match names.as_slice() {
                ["typeof"] if keyword => Role::Type,
                ["succeeded"] if keyword => Role::Transaction,
                names if role == Role::Value && !member && !keyword && properties(names) => {
                    Role::Property(names.first().map(|n| (*n).to_owned()))
                }
                _ => Role::Value,
            });
        }
        found.push(Chain { words, receiver, role, called, assigned });
        at = end + 1;
    }
    found
}

fn operand_follows(next: &str) -> bool {
    next == "(" || next.starts_with(|c: char| c == '_' || c == '"' || c == '@' || c.is_alphanumeric())
}

/// Bytes of the expression that ends before the dot at token `dot`.
pub fn postfix_start(text: &str, all: &[Token], dot: usize) -> Option<Range<usize>> {
    let of = |at: usize| all.get(at).and_then(|t| text.get(t.range.clone())).unwrap_or("");
    let end = all.get(dot.checked_sub(1)?)?.range.end;
    let mut at = dot.checked_sub(1)?;
    loop {
        if of(at) == ")" {
            let mut depth = 0_usize;
            loop {
                match of(at) {
                    ")" => depth += 1,
                    "(" => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                at = at.checked_sub(1)?;
            }
        }
        // What stands at `at` is a name or an opening parenthesis; a name before it belongs to it.
        let name = |i: usize| {
            all.get(i).is_some_and(|t| match t.kind {
                TokenKind::Identifier | TokenKind::String => true,
                TokenKind::Keyword => FUNCTIONS.contains(&of(i)) || (i > 0 && of(i - 1) == "."),
                _ => false,
            })
        };
        match at.checked_sub(1) {
            Some(before) if of(at) == "(" && name(before) => at = before,
            Some(before) if of(before) == "." && before > 0 => at = before - 1,
            _ => break,
        }
    }
    if let Some(before) = at.checked_sub(1)
        && of(before) == "new"
    {
        at = before;
    }
    Some(all.get(at)?.range.start..end)
}

/// The bracket that belongs to the one at or before `cursor` (a byte of the text), with that one.
pub fn matching_bracket(text: &str, cursor: usize) -> Option<(Range<usize>, Range<usize>)> {
    const PAIRS: [(&str, &str); 3] = [("(", ")"), ("{", "}"), ("[", "]")];
    let all = significant(text);
    let of = |at: usize| all.get(at).and_then(|t| text.get(t.range.clone())).unwrap_or("");
    let bracket = |at: usize| PAIRS.iter().any(|(a, b)| of(at) == *a || of(at) == *b);
    let here = all.iter().position(|t| t.range.end == cursor).filter(|at| bracket(*at));
    let here = here.or_else(|| all.iter().position(|t| t.range.start == cursor).filter(|at| bracket(*at)))?;
    let forward = PAIRS.iter().any(|(opening, _)| of(here) == *opening);
    let (opening, closing) = *PAIRS.iter().find(|(a, b)| of(here) == *a || of(here) == *b)?;
    let mut depth = 0_i32;
    let mut at = here;
    loop {
        if of(at) == opening {
            depth += 1;
        } else if of(at) == closing {
            depth -= 1;
        }
        if depth == 0 {
            return Some((all.get(here)?.range.clone(), all.get(at)?.range.clone()));
        }
        at = if forward { at + 1 } else { at.checked_sub(1)? };
        all.get(at)?;
    }
}
