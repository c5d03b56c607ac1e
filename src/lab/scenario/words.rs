//! The words of scenarios: short names, spans of time, arguments of messages.

use super::finding;
use crate::diagnostic::{Diagnostic, closest};
use crate::message::TimeSpan;
use crate::model::{MessageTemplate, Vocabulary};
use std::collections::BTreeMap;

/// The vocabulary of an application, and the scenario file that uses it.
#[derive(Debug)]
pub(super) struct Words<'a> {
    pub file: String,
    pub vocabulary: &'a Vocabulary,
}

impl<'a> Words<'a> {
    /// What a short name stands for; any other name is itself.
    pub fn full<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.vocabulary.names.get(name).map_or(name, String::as_str)
    }

    /// The reverse, for showing.
    pub fn short<'n>(&self, full: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.vocabulary.names.iter().find(|(_, f)| *f == full).map_or(full, |(short, _)| short)
    }

    /// Fails when `name` is not among the `known` things of a kind.
    pub fn known<'k>(
        &self,
        step: &str,
        kind: &str,
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Result<(), Diagnostic> {
        let known: Vec<_> = known.into_iter().collect();
        if known.contains(&name) {
            return Ok(());
        }
        let message = format!("there is no {kind} `{name}`");
        let help = match closest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("the application has no {kind}"),
            None => format!("write one of: {}", known.join(", ")),
        };
        Err(finding("T02", &self.file, step, message, help))
    }

    /// Reads `order 2/1/1 NS by=Ana`: the template of that name, and the fields the other words give.
    pub fn message(
        &self,
        step: &str,
        text: &str,
    ) -> Result<(&'a MessageTemplate, BTreeMap<String, String>), Diagnostic> {
        let (name, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let names = self.vocabulary.messages.keys().map(String::as_str);
        self.known(step, "message in scenarios/vocabulary.ron called", name, names)?;
        let Some(template) = self.vocabulary.messages.get(name) else {
            return Err(finding("T02", &self.file, step, format!("`{name}` is no message"), String::new()));
        };
        match arguments(&template.arguments, rest) {
            Some(fields) => Ok((template, fields)),
            None => {
                let message = format!("`{rest}` are not the arguments of `{name}`");
                let help = format!("write: {name} {}", template.arguments);
                Err(finding("T02", &self.file, step, message, help))
            }
        }
    }

    /// A span of time.
    pub fn span(&self, step: &str, text: &str) -> Result<TimeSpan, Diagnostic> {
        parse_span(text).ok_or_else(|| {
            let message = format!("`{text}` is no span of time");
            let help = "write for example: 40 s, 2 min, 1 h 30 min, 365 days, 250 ms".to_owned();
            finding("T02", &self.file, step, message, help)
        })
    }
}

/// Fields by a pattern such as `{customer}/{order} {code}`; each ends where the text after it begins. Words at the
/// end of the form `name=value` are fields of their own.
fn arguments(pattern: &str, text: &str) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    let mut words: Vec<_> = text.split_whitespace().collect();
    while let Some((name, value)) = words.last().and_then(|word| word.split_once('=')) {
        if !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            break;
        }
        fields.insert(name.to_owned(), value.to_owned());
        words.pop();
    }
    let text = words.join(" ");
    let mut parts = pattern.trim().split('{');
    let mut rest = text.strip_prefix(parts.next().unwrap_or_default())?;
    for part in parts {
        let (name, literal) = part.split_once('}')?;
        let end = if literal.is_empty() { rest.len() } else { rest.find(literal)? };
        let (value, after) = rest.split_at_checked(end)?;
        if value.is_empty() {
            return None;
        }
        fields.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        rest = after.strip_prefix(literal)?;
    }
    rest.is_empty().then_some(fields)
}

/// Reads `1 h 30 min`, `40 s`, `250ms`, `365 days`; `None` for anything else.
pub fn parse_span(text: &str) -> Option<TimeSpan> {
    let mut rest = text.trim();
    let mut ms: i64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let tail = tail.trim_start();
        let letters = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(letters)?;
        let unit: i64 = match unit {
            "ms" => 1,
            "s" | "second" | "seconds" => 1000,
            "min" | "minute" | "minutes" => 60_000,
            "h" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            _ => return None,
        };
        ms = ms.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        rest = tail.trim_start();
    }
    Some(TimeSpan::from_millis(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_numbers_with_units() {
        let ms = |text| parse_span(text).map(|span| span.0 / 10_000);
        assert_eq!(ms("1 h 30 min"), Some(5_400_000));
        assert_eq!((ms("250ms"), ms("365 days"), ms("0 s")), (Some(250), Some(31_536_000_000), Some(0)));
        assert_eq!([ms(""), ms("5"), ms("s"), ms("5 parsecs"), ms("99999999999999999999 s")], [None; 5]);
    }

    #[test]
    fn arguments_fill_the_fields_of_the_pattern_and_named_ones_follow() {
        let fields = |text| arguments("{c}/{o}/{s} {code}", text);
        let expected = [("c", "2"), ("code", "NS"), ("o", "1"), ("s", "7"), ("by", "q://x")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(fields("2/1/7 NS by=q://x"), Some(BTreeMap::from(expected)));
        assert_eq!([fields("2/1 NS"), fields("2/1/7"), fields(""), fields("2//7 NS")], [const { None }; 4]);
        assert_eq!(arguments("", ""), Some(BTreeMap::new()));
        assert_eq!(arguments("", "more"), None);
    }
}
