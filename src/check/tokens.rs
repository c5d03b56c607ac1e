//! Just enough of XLANG/s text for rules about the flow between shapes: which names a text reads and assigns.

use std::collections::BTreeSet;
use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    Sign(char),
    Other,
}

/// Words and signs with their bytes; strings and numbers are `Other`, comments and blanks are left out.
pub(super) fn tokens(text: &str) -> Vec<(Token<'_>, Range<usize>)> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let word = |c: char| c == '_' || c.is_alphanumeric();
        let (length, token) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), None)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), None)
        } else if rest.starts_with("@\"") {
            (verbatim(rest), Some(Token::Other))
        } else if first == '"' || first == '\'' {
            (literal(rest, first), Some(Token::Other))
        } else if first.is_numeric() {
            (rest.find(|c| !word(c)).unwrap_or(rest.len()), Some(Token::Other))
        } else if word(first) {
            let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
            (length, rest.get(..length).map(Token::Word))
        } else {
            (first.len_utf8(), (!first.is_whitespace()).then_some(Token::Sign(first)))
        };
        if let Some(token) = token {
            all.push((token, at..at + length));
        }
        at += length.max(1);
    }
    all
}

/// Bytes of `@"…"`, in which a quote is written twice and a backslash is one.
fn verbatim(text: &str) -> usize {
    let mut at = 2;
    while let Some(quote) = text.get(at..).and_then(|rest| rest.find('"')) {
        at += quote + 1;
        if !text.get(at..).is_some_and(|rest| rest.starts_with('"')) {
            return at;
        }
        at += 1;
    }
    text.len()
}

fn literal(text: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let closes = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |(at, c)| at + c.len_utf8())
}

/// Names a text uses that are not members of something else, with their bytes; `assigned` for `Name =`.
pub(super) struct Use<'a> {
    pub name: &'a str,
    pub span: Range<usize>,
    /// `Name = …` or `out Name`: the whole of it is assigned.
    pub assigned: bool,
    /// `Name.x = …` or `Name(x) = …`: something of it is assigned.
    pub changed: bool,
    /// The word of `Name.Word`, when that is all there is.
    pub member: Option<&'a str>,
    /// `Name(…)` or `Name.Part(…)`: a property of it is meant.
    pub property: bool,
}

pub(super) fn uses(text: &str) -> Vec<Use<'_>> {
    let tokens = tokens(text);
    let sign = |at: usize| match tokens.get(at) {
        Some((Token::Sign(sign), _)) => Some(*sign),
        _ => None,
    };
    let assigns = |at: usize| sign(at) == Some('=') && sign(at + 1) != Some('=');
    let starts = |at: usize| at == 0 || matches!(sign(at - 1), Some(';' | '{' | '}' | ')'));
    let mut found = Vec::new();
    for (at, (token, span)) in tokens.iter().enumerate() {
        let Token::Word(name) = token else { continue };
        if at > 0 && sign(at - 1) == Some('.') {
            continue;
        }
        let mut end = at + 1;
        while let Some(next) = sign(end).filter(|s| matches!(s, '.' | '(')) {
            end = if next == '.' { end + 2 } else { closing(&tokens, end) };
        }
        let given = at > 0 && matches!(tokens.get(at - 1), Some((Token::Word("out"), _)));
        let assigned = end == at + 1 && (given || starts(at) && assigns(end));
        let changed = starts(at) && end > at + 1 && assigns(end);
        let member = match tokens.get(at + 2) {
            Some((Token::Word(member), _)) if end == at + 3 => Some(*member),
            _ => None,
        };
        let dotted = sign(at + 1) == Some('.');
        let property = sign(if dotted { at + 3 } else { at + 1 }) == Some('(');
        found.push(Use { name, span: span.clone(), assigned, changed, member, property });
    }
    found
}

/// Messages that `construct … { … }` statements of a text make.
pub(super) fn constructed_in(text: &str) -> Vec<&str> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for (at, _) in tokens.iter().enumerate().filter(|(_, (token, _))| *token == Token::Word("construct")) {
        let names = tokens.iter().skip(at + 1).map_while(|(token, _)| match token {
            Token::Word(name) => Some(Some(*name)),
            Token::Sign(',') => Some(None),
            _ => None,
        });
        found.extend(names.flatten());
    }
    found
}

/// What a text reads before the text itself has assigned it, as in `x = x + 1;`, each name at its first place.
pub(super) fn reads(text: &str) -> Vec<Use<'_>> {
    let mut settled: BTreeSet<&str> = constructed_in(text).into_iter().collect();
    let mut found = Vec::new();
    let mut pending: Option<(&str, usize)> = None;
    for used in uses(text) {
        let ended =
            |from: usize| text.get(from..used.span.start).is_some_and(|between| between.contains(';'));
        if let Some((name, _)) = pending.take_if(|(_, from)| ended(*from)) {
            settled.insert(name);
        }
        if used.assigned {
            pending = Some((used.name, used.span.end));
        } else if !settled.contains(used.name) {
            settled.insert(used.name);
            found.push(used);
        }
    }
    found
}

/// The transactions that have committed wherever the condition holds: `succeeded(T)`, and not as one of several
/// alternatives or the opposite.
pub(super) fn succeeded(condition: &str) -> Vec<&str> {
    let tokens = tokens(condition);
    if tokens.iter().any(|(token, _)| *token == Token::Sign('|')) {
        return Vec::new();
    }
    let at = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|(token, _)| token);
    let all = tokens.iter().enumerate().filter(|(_, (token, _))| *token == Token::Word("succeeded"));
    all.filter(|(place, _)| at(place.checked_sub(1)) != Some(&Token::Sign('!')))
        .filter_map(|(place, _)| match at(Some(place + 2)) {
            Some(Token::Word(name)) => Some(*name),
            _ => None,
        })
        .collect()
}

/// The blocks of a text that run only after transactions have committed: `if (succeeded(T)) { … }`, with bytes.
pub(super) fn guarded(text: &str) -> Vec<(Range<usize>, Vec<&str>)> {
    let tokens = tokens(text);
    let byte = |at: usize| tokens.get(at).map_or(text.len(), |(_, span)| span.start);
    let sign = |at: usize| matches!(tokens.get(at), Some((Token::Sign('{' | '('), _)));
    let mut found = Vec::new();
    for (at, _) in tokens.iter().enumerate().filter(|(_, (token, _))| *token == Token::Word("if")) {
        if !sign(at + 1) {
            continue;
        }
        let body = closing(&tokens, at + 1);
        let names = text.get(byte(at + 1)..byte(body)).map(succeeded).unwrap_or_default();
        let statement = || tokens.iter().skip(body).position(|(token, _)| *token == Token::Sign(';'));
        let end =
            if sign(body) { closing(&tokens, body) } else { statement().map_or(tokens.len(), |n| body + n) };
        if !names.is_empty() {
            found.push((byte(body)..byte(end), names));
        }
    }
    found
}

/// The transactions that have committed wherever byte `at` runs.
pub(super) fn committed_at<'a>(guarded: &[(Range<usize>, Vec<&'a str>)], at: usize) -> Vec<&'a str> {
    let around = guarded.iter().filter(|(block, _)| block.contains(&at));
    around.flat_map(|(_, names)| names.iter().copied()).collect()
}

/// Index after the parenthesis or brace that closes the one at `open`.
fn closing(tokens: &[(Token<'_>, Range<usize>)], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, (token, _)) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign('(' | '{') => depth += 1,
            Token::Sign(')' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_assigned_or_changed() {
        let text = "A = B.A; // C\nC.D(E) = \"F\" + G; if (H == 1) { I(J.K) = xpath(L, \"/M\"); }";
        let all: Vec<_> = uses(text).into_iter().map(|u| (u.name, u.assigned, u.changed)).collect();
        let plain = |name| (name, false, false);
        assert_eq!(
            all,
            [
                ("A", true, false),
                plain("B"),
                ("C", false, true),
                plain("E"),
                plain("G"),
                plain("if"),
                plain("H"),
                ("I", false, true),
                plain("J"),
                plain("xpath"),
                plain("L"),
            ]
        );
        assert_eq!(uses("é = \"open").first().map(|u| u.span.clone()), Some(0..2));
        assert!(uses("").is_empty());
    }

    #[test]
    fn members_and_properties_are_told_apart() {
        let of = |text| uses(text).into_iter().next().map(|u| (u.member, u.property));
        assert_eq!(of("M.Part = x;"), Some((Some("Part"), false)));
        assert_eq!(of("M.Part.Field = x;"), Some((None, false)));
        assert_eq!(of("M(A.B) = x;"), Some((None, true)));
        assert_eq!(of("M.Part(A.B) = x;"), Some((None, true)));
        assert_eq!(of("M = x;"), Some((None, false)));
    }

    #[test]
    fn a_read_comes_before_the_assignment_ends() {
        let names = |text| reads(text).into_iter().map(|u| u.name).collect::<Vec<_>>();
        assert_eq!(names("x = x + y; z = x; y = 2;"), ["x", "y"]);
        assert_eq!(names("x = 1; z = x + x;"), [""; 0]);
    }

    #[test]
    fn a_block_is_guarded_by_what_its_condition_says_for_sure() {
        assert_eq!(succeeded("succeeded(T) && n > 1"), ["T"]);
        assert_eq!(succeeded("!succeeded(T)"), [""; 0]);
        assert_eq!(succeeded("succeeded(T) || n > 1"), [""; 0]);
        let text = "a = 1; if (succeeded(T)) { b = c; if (d) { e = f; } } else { g = 1; }";
        let blocks = guarded(text);
        assert_eq!(blocks.len(), 1);
        assert_eq!(text.get(blocks[0].0.clone()), Some("{ b = c; if (d) { e = f; } } "));
        let text = "if (succeeded(T)) x = y; z = 1;";
        assert_eq!(text.get(guarded(text)[0].0.clone()), Some("x = y"));
        assert!(guarded("if").is_empty() && guarded("if (").is_empty());
    }
}
