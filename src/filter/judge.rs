use super::complete::quoted;
use super::{Comparison, Constant, Field, Key, Test};
use crate::message::{DateTime, Name, TimeSpan, Value, format_value};
use smol_str::SmolStr;
use std::cmp::Ordering;

/// One value of a field, borrowed from its subject.
#[derive(Clone, Copy, Debug)]
pub enum Datum<'a> {
    Text(&'a str),
    /// A full name, which also answers to its last part.
    Name(Name),
    Number(f64),
    Id(u64),
    Span(TimeSpan),
    Time(DateTime),
    Flag(bool),
    Value(&'a Value),
}

impl Datum<'_> {
    /// The value of a field as a filter is written with it.
    pub(super) fn written(&self, field: Field) -> String {
        let mark = match field.key {
            Key::Message => 'm',
            Key::Subscription => 's',
            _ => '#',
        };
        match self {
            Self::Id(id) => format!("{mark}{id}"),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Value(Value::Bool(flag)) => flag.to_string(),
            Self::Value(value) if matches!(simple(value), Some(Datum::Number(_))) => format_value(value),
            Self::Name(name) => quoted(name.as_str().rsplit(['.', '#']).next().unwrap_or_default()),
            other => {
                let mut text = String::new();
                with_text(*other, |found| {
                    found.clone_into(&mut text);
                    true
                });
                match other {
                    Self::Span(_) | Self::Time(_) => text,
                    _ => quoted(&text),
                }
            }
        }
    }
}

/// Something a filter can be asked about.
pub trait Subject {
    /// Gives the values of a field to `take` until it returns true, and returns whether it did.
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool;
}

pub(super) fn holds(test: &Test, subject: &impl Subject) -> bool {
    match test {
        Test::Always => true,
        Test::All(all) => all.iter().all(|test| holds(test, subject)),
        Test::Any(any) => any.iter().any(|test| holds(test, subject)),
        Test::Not(inner) => !holds(inner, subject),
        Test::Exists(field) => subject.each(*field, &mut |_| true),
        Test::Holds(field) => subject.each(*field, &mut |datum| {
            !matches!(datum, Datum::Flag(false) | Datum::Value(Value::Bool(false)))
        }),
        Test::Compare(field, comparison, constant) => {
            subject.each(*field, &mut |datum| compares(datum, *comparison, constant))
        }
        Test::OneOf(field, constants) => subject.each(*field, &mut |datum| {
            constants.iter().any(|constant| compares(datum, Comparison::Equal, constant))
        }),
        Test::Contains(field, part) => {
            subject.each(*field, &mut |datum| with_text(datum, |text| part.is_in(text)))
        }
        Test::Matches(field, pattern) => {
            subject.each(*field, &mut |datum| with_text(datum, |text| pattern.matches(text)))
        }
        Test::Fields(left, comparison, right) => subject.each(*left, &mut |a| {
            subject.each(*right, &mut |b| order(a, b).is_some_and(|order| fits(order, *comparison)))
        }),
    }
}

fn fits(order: Ordering, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

fn compares(datum: Datum<'_>, comparison: Comparison, constant: &Constant) -> bool {
    // A name answers to its last part too: `service == OrderManager`.
    if let (Datum::Name(name), Constant::Text(text)) = (datum, constant) {
        let full = name.as_str();
        let equal = is_named(full, text);
        return match comparison {
            Comparison::Equal => equal,
            Comparison::NotEqual => !equal,
            other => fits(full.cmp(text.as_str()), other),
        };
    }
    let wanted = match constant {
        Constant::Text(text) => Datum::Text(text),
        Constant::Number(number) => Datum::Number(*number),
        Constant::Id(id) => Datum::Id(*id),
        Constant::Span(span) => Datum::Span(*span),
        Constant::Time(time) => Datum::Time(*time),
        Constant::Flag(flag) => Datum::Flag(*flag),
    };
    order(datum, wanted).is_some_and(|order| fits(order, comparison))
}

/// True when the text is the name, or its end after a dot.
fn is_named(full: &str, text: &str) -> bool {
    let Some(before) = full.strip_suffix(text) else { return false };
    before.is_empty() || !text.is_empty() && before.ends_with(['.', '#'])
}

/// Order of two values; `None` when they do not compare. A text that is a number compares as one.
fn order(a: Datum<'_>, b: Datum<'_>) -> Option<Ordering> {
    match (a, b) {
        (Datum::Value(value), other) => order(simple(value)?, other),
        (other, Datum::Value(value)) => order(other, simple(value)?),
        (Datum::Name(a), b) => order(Datum::Text(a.as_str()), b),
        (a, Datum::Name(b)) => order(a, Datum::Text(b.as_str())),
        (Datum::Text(a), Datum::Text(b)) => Some(a.cmp(b)),
        (Datum::Id(a), Datum::Id(b)) => Some(a.cmp(&b)),
        (Datum::Span(a), Datum::Span(b)) => Some(a.cmp(&b)),
        (Datum::Time(a), Datum::Time(b)) => Some(a.cmp(&b)),
        (Datum::Flag(a), Datum::Flag(b)) => Some(a.cmp(&b)),
        (Datum::Text(text), Datum::Flag(flag)) => Some(text.eq_ignore_ascii_case("true").cmp(&flag)),
        (Datum::Text(text), Datum::Number(n)) => text.trim().parse::<f64>().ok()?.partial_cmp(&n),
        (Datum::Number(n), Datum::Text(text)) => n.partial_cmp(&text.trim().parse::<f64>().ok()?),
        _ => number(a)?.partial_cmp(&number(b)?),
    }
}

#[expect(clippy::cast_precision_loss, reason = "ids are counters, far below 2^52")]
fn number(datum: Datum<'_>) -> Option<f64> {
    match datum {
        Datum::Number(n) => Some(n),
        Datum::Id(n) => Some(n as f64),
        _ => None,
    }
}

/// A value of a message or variable as a datum; `None` for what has no order.
fn simple(value: &Value) -> Option<Datum<'_>> {
    use rust_decimal::prelude::ToPrimitive;
    Some(match value {
        Value::String(text) => Datum::Text(text),
        Value::Bool(flag) => Datum::Flag(*flag),
        Value::DateTime(time) => Datum::Time(*time),
        Value::TimeSpan(span) => Datum::Span(*span),
        Value::Byte(n) => Datum::Number(f64::from(*n)),
        Value::SByte(n) => Datum::Number(f64::from(*n)),
        Value::Int16(n) => Datum::Number(f64::from(*n)),
        Value::UInt16(n) => Datum::Number(f64::from(*n)),
        Value::Int32(n) => Datum::Number(f64::from(*n)),
        Value::UInt32(n) => Datum::Number(f64::from(*n)),
        Value::Int64(n) => Datum::Number(n.to_f64()?),
        Value::UInt64(n) => Datum::Number(n.to_f64()?),
        Value::Single(n) => Datum::Number(f64::from(*n)),
        Value::Double(n) => Datum::Number(*n),
        Value::Decimal(n) => Datum::Number(n.to_f64()?),
        _ => return None,
    })
}

/// The datum as text, for `contains` and `matches`.
fn with_text(datum: Datum<'_>, judge: impl FnOnce(&str) -> bool) -> bool {
    match datum {
        Datum::Text(text) => judge(text),
        Datum::Name(name) => judge(name.as_str()),
        Datum::Value(Value::String(text)) => judge(text),
        Datum::Value(value) => judge(&format_value(value)),
        Datum::Number(n) => judge(&n.to_string()),
        Datum::Id(n) => judge(&n.to_string()),
        Datum::Flag(flag) => judge(if flag { "true" } else { "false" }),
        Datum::Span(span) => judge(&format_value(&Value::TimeSpan(span))),
        Datum::Time(time) => judge(&Value::DateTime(time).to_xml()),
    }
}

/// A text to look for, in any case.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    lower: SmolStr,
    /// Where its least usual byte is: a search looks for that one.
    rare: usize,
}

impl Part {
    pub fn new(text: &str) -> Self {
        /// What names, numbers and sentences are made of, the most usual first.
        const USUAL: &[u8] = b" etaoinsr.#0123456789hdlcumpgfywbvkxjqz";
        let lower = SmolStr::from(text.to_lowercase());
        let rank =
            |(_, byte): &(usize, u8)| USUAL.iter().position(|usual| usual == byte).unwrap_or(USUAL.len());
        let rare = lower.bytes().enumerate().max_by_key(rank).map_or(0, |(at, _)| at);
        Self { lower, rare }
    }

    /// True when it is somewhere in the text.
    fn is_in(&self, text: &str) -> bool {
        if !self.lower.is_ascii() {
            return text.to_lowercase().contains(self.lower.as_str());
        }
        let (text, part) = (text.as_bytes(), self.lower.as_bytes());
        let Some(rare) = part.get(self.rare) else { return true };
        memchr::memchr2_iter(*rare, rare.to_ascii_uppercase(), text).any(|at| {
            let begin = at.checked_sub(self.rare);
            let here = begin.and_then(|begin| text.get(begin..begin + part.len()));
            here.is_some_and(|here| here.eq_ignore_ascii_case(part))
        })
    }
}
