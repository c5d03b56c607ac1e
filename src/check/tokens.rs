//! Just enough of XLANG/s text for rules about the flow between shapes: which names a text reads and assigns.

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
    /// `Name = …`: the whole of it is assigned.
    pub assigned: bool,
    /// `Name.x = …` or `Name(x) = …`: something of it is assigned.
    pub changed: bool,
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
        let assigned = starts(at) && end == at + 1 && assigns(end);
        let changed = starts(at) && end > at + 1 && assigns(end);
        found.push(Use { name, span: span.clone(), assigned, changed });
    }
    found
}

/// Index after the parenthesis that closes the one at `open`.
fn closing(tokens: &[(Token<'_>, Range<usize>)], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, (token, _)) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.saturating_sub(1),
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
}
