use std::ops::Range;

#[derive(Clone, Debug, PartialEq)]
pub enum Lexeme {
    /// A dotted name or word.
    Word(String),
    /// In quotes.
    Text(String),
    /// Digits with what belongs to them: `5`, `1.5`, `2026-01-31T09:00:00`, `00:00:04.250`.
    Number(String),
    /// `#17`.
    Id(u64),
    Sign(&'static str),
    /// A quote that is not closed.
    Open,
    /// No part of the language.
    Stray(char),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub lexeme: Lexeme,
    pub span: Range<usize>,
}

/// Longer signs before those they begin with.
const SIGNS: [&str; 16] =
    ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "=", "!", "(", ")", "{", "}", ",", "#"];

pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (lexeme, length) = token(rest, c);
        found.push(Token { lexeme, span: at..at + length });
        at += length;
    }
    found
}

fn token(rest: &str, first: char) -> (Lexeme, usize) {
    let until = |stop: &dyn Fn(char) -> bool| rest.find(stop).unwrap_or(rest.len());
    if first == '"' || first == '\'' {
        return quoted(rest, first);
    }
    if first == '#' {
        let digits: String = rest.chars().skip(1).take_while(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse() {
            return (Lexeme::Id(number), 1 + digits.len());
        }
    }
    if first.is_ascii_digit() || first == '-' && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) {
        let end = until(&|c: char| !(c.is_ascii_digit() || ".:-TZ".contains(c)));
        return (Lexeme::Number(rest.get(..end).unwrap_or_default().to_owned()), end);
    }
    if first.is_alphabetic() || first == '_' {
        let end = until(&|c: char| !(c.is_alphanumeric() || "_.".contains(c)));
        return (Lexeme::Word(rest.get(..end).unwrap_or_default().to_owned()), end);
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return (Lexeme::Sign(sign), sign.len());
    }
    (Lexeme::Stray(first), first.len_utf8())
}

fn quoted(rest: &str, quote: char) -> (Lexeme, usize) {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => text.extend(chars.next().map(|(_, c)| c)),
            c if c == quote => return (Lexeme::Text(text), at + 1),
            c => text.push(c),
        }
    }
    (Lexeme::Open, rest.len())
}
