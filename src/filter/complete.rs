use super::token::{Lexeme, Token, tokens};
use super::{FIELDS, Field, Kind};
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

/// What could be written at the cursor, a byte of the text. `names` are further fields there are: `var.count`,
/// `P.Status`. Best first.
pub fn complete(text: &str, cursor: usize, names: &[String]) -> Vec<Completion> {
    let all = tokens(text);
    let begun = all.iter().find(|token| {
        matches!(token.lexeme, Lexeme::Word(_)) && token.span.start < cursor && cursor <= token.span.end
    });
    let replaces = begun.map_or(cursor..cursor, |token| token.span.clone());
    let typed = text.get(replaces.start..cursor).unwrap_or_default().to_lowercase();
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
            let values = FIELDS.iter().filter(|info| info.key == field.key).flat_map(|info| info.values);
            values.for_each(|value| offer(value, ""));
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
