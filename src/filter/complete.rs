use super::token::{Lexeme, Token, tokens};
use super::{FIELDS, Field, Kind, Subject};
use std::collections::BTreeSet;
use std::ops::Range;

/// A word that could stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    pub text: String,
    /// One line about it.
    pub help: String,
    /// Bytes of the filter that it replaces.
    pub replaces: Range<usize>,
}

/// The field whose value stands at the cursor, if one does.
pub fn asked_value(text: &str, cursor: usize) -> Option<Field> {
    let all = tokens(text);
    let replaces = begun(&all, cursor);
    let before: Vec<&Token> = all.iter().filter(|token| token.span.end <= replaces.start).collect();
    match expected(&before) {
        Expected::Value(field) => Some(field),
        _ => None,
    }
}

/// The different values that a field has in subjects, as a filter is written with them, in order; the first `most`.
pub fn values<S: Subject>(subjects: impl IntoIterator<Item = S>, field: Field, most: usize) -> Vec<String> {
    let mut found = BTreeSet::new();
    for subject in subjects {
        subject.each(field, &mut |datum| {
            found.insert(datum.written(field));
            false
        });
        if found.len() >= most {
            break;
        }
    }
    let mut found: Vec<String> = found.into_iter().filter(|text| text.len() <= LONGEST).collect();
    // Short names before those with their namespace.
    found.sort_by_key(|text| text.starts_with('"'));
    found
}

/// Longer values are not offered: nobody reads them in a list.
const LONGEST: usize = 120;

/// Bytes of the word that is being written, or the place where one could begin.
fn begun(all: &[Token], cursor: usize) -> Range<usize> {
    let word = |lexeme: &Lexeme| matches!(lexeme, Lexeme::Word(_) | Lexeme::Open | Lexeme::Id(_));
    let begun =
        all.iter().find(|token| word(&token.lexeme) && token.span.start < cursor && cursor <= token.span.end);
    begun.map_or(cursor..cursor, |token| token.span.clone())
}

/// What could be written at the cursor, a byte of the text. `names` are further fields there are: `var.count`,
/// `P.Status`; `known` are values of the field whose value stands here. Best first.
pub fn complete(text: &str, cursor: usize, names: &[String], known: &[String]) -> Vec<Completion> {
    let all = tokens(text);
    let replaces = begun(&all, cursor);
    let typed = text.get(replaces.start..cursor).unwrap_or_default();
    let typed = typed.trim_start_matches(['"', '\'', '#']).to_lowercase();
    let before: Vec<&Token> = all.iter().filter(|token| token.span.end <= replaces.start).collect();
    let mut found: Vec<(bool, Completion)> = Vec::new();
    let mut offer = |word: &str, help: &str| {
        let lower = word.to_lowercase();
        if lower.contains(&typed) && lower != typed {
            let (text, help) = (word.to_owned(), help.to_owned());
            found.push((!lower.starts_with(&typed), Completion { text, help, replaces: replaces.clone() }));
        }
    };
    match expected(&before) {
        Expected::Field => {
            FIELDS.iter().for_each(|info| offer(info.name, info.help));
            names.iter().for_each(|name| offer(name, "Of this application"));
            [("not", "The test after it does not hold"), ("exists", "The field has a value")]
                .into_iter()
                .for_each(|(word, help)| offer(word, help));
        }
        Expected::Operator(field) => {
            let ordered = !matches!(field.kind, Kind::Flag);
            let words = [
                ("==", "is", true),
                ("!=", "is not", true),
                ("<", "is less than", ordered),
                (">", "is more than", ordered),
                ("contains", "has this text in it, in any case", true),
                ("matches", "is like this, where * is any text", true),
                ("in", "is one of {…}", true),
                ("and", "and then", true),
                ("or", "or else", true),
            ];
            words.into_iter().filter(|(.., fits)| *fits).for_each(|(word, help, _)| offer(word, help));
        }
        Expected::Value(field) => {
            known.iter().for_each(|value| offer(value, "Occurs"));
            let listed = FIELDS.iter().filter(|info| info.key == field.key).flat_map(|info| info.values);
            let new = listed.filter(|value| !known.iter().any(|one| one == *value));
            new.for_each(|value| offer(&quoted(value), ""));
            match field.kind {
                Kind::Flag => ["true", "false"].into_iter().for_each(|word| offer(word, "")),
                Kind::Span => ["1 s", "5 min", "1 h"].into_iter().for_each(|word| offer(word, "A time")),
                _ => {}
            }
        }
        Expected::Joint => {
            [("and", "and then"), ("or", "or else")].into_iter().for_each(|(word, help)| offer(word, help));
        }
    }
    found.sort_by_key(|(inside, _)| *inside);
    found.into_iter().map(|(_, completion)| completion).collect()
}

/// A value as a filter writes it: in quotes unless it is one word.
pub(super) fn quoted(value: &str) -> String {
    let word = value.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && value.chars().all(|c| c.is_alphanumeric() || "_.".contains(c))
        && !matches!(value, "and" | "or" | "not" | "in" | "exists" | "true" | "false");
    if word {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

enum Expected {
    Field,
    Operator(Field),
    Value(Field),
    Joint,
}

fn expected(before: &[&Token]) -> Expected {
    let word = |token: &&Token| match &token.lexeme {
        Lexeme::Word(word) => word.clone(),
        Lexeme::Sign(sign) => (*sign).to_owned(),
        _ => String::new(),
    };
    let Some((last, earlier)) = before.split_last() else { return Expected::Field };
    let operators = [
        "==", "!=", "<", "<=", ">", ">=", "=", "eq", "ne", "lt", "le", "gt", "ge", "contains", "matches",
        "in", "{", ",",
    ];
    let text = word(last);
    if matches!(text.as_str(), "and" | "or" | "not" | "&&" | "||" | "!" | "(" | "exists") {
        return Expected::Field;
    }
    if operators.contains(&text.as_str()) {
        // The field in front of the operators and values of a list.
        let field = earlier
            .iter()
            .rev()
            .find_map(|token| Field::named(&word(token)).filter(|_| !is_value(before, token)));
        return field.map_or(Expected::Joint, Expected::Value);
    }
    let after_operator = earlier.last().is_some_and(|token| operators.contains(&word(token).as_str()));
    match Field::named(&text) {
        Some(field) if !after_operator => Expected::Operator(field),
        _ => Expected::Joint,
    }
}

/// True for what stands on the right of an operator.
fn is_value(all: &[&Token], token: &Token) -> bool {
    let at = all.iter().position(|other| other.span == token.span).unwrap_or(0);
    let before = at.checked_sub(1).and_then(|at| all.get(at));
    before.is_some_and(|before| {
        matches!(&before.lexeme, Lexeme::Sign(sign) if !matches!(*sign, "(" | "!" | "&&" | "||"))
            || matches!(&before.lexeme, Lexeme::Word(word) if matches!(word.as_str(), "contains" | "matches" | "eq" | "ne"))
    })
}
