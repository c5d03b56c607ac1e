//! The one filter language: for message lists, the journal, queries of instances, breakpoints and assertions.
//!
//! ```text
//! event == message.published and P.Status == "NEW"
//! state in {suspended, discarded} and age > 5 min
//! service == OrderManager and (var.count >= 3 or not exists set.ByOrder)
//! message.type contains "Order" and body contains "Ana"
//! "no subscribers"
//! ```
//!
//! A test is `field operator value`, a field alone, `exists field`, or a text in quotes, which is looked for in all that a
//! list shows. Operators are `==`, `!=`, `<`, `<=`, `>`, `>=` (also `eq ne lt le gt ge`), `contains` (any case), `matches`
//! (`*` and `?` stand for any text and letter) and `in { … }`. Tests are joined by `and`, `or` and `not` (also `&& || !`),
//! where `not` binds most tightly. A field that has several values fits when one of them does; one that is absent fits
//! nothing, `!=` neither (as in subscriptions, SUB-4).
//!
//! [`Filter::parse`] compiles a text once; [`Filter::holds`] judges a [`Subject`] without allocating for the fields that
//! events carry. What a subject can tell is up to it: an instance has variables, an event has not.

mod complete;
mod field;
mod judge;
mod parse;
#[cfg(test)]
mod tests;
mod token;

pub use complete::{Completion, asked_value, complete, values};
pub use field::{FIELDS, Field, FieldInfo, Key, Kind};
pub use judge::{Datum, Subject};

use crate::diagnostic::Diagnostic;
use crate::message::{DateTime, TimeSpan};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;
use std::fmt;
use std::sync::Arc;

/// A compiled filter. Cheap to clone; equal when the texts are.
#[derive(Clone, Debug)]
pub struct Filter {
    text: SmolStr,
    test: Arc<Test>,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// Of the empty filter.
    Always,
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Exists(Field),
    /// A field alone: it is there, and not false.
    Holds(Field),
    Compare(Field, Comparison, Constant),
    OneOf(Field, Vec<Constant>),
    Contains(Field, judge::Part),
    Matches(Field, wildmatch::WildMatch),
    /// One of the values of the first stands to one of the second like this.
    Fields(Field, Comparison, Field),
}

impl Test {
    fn asks(&self, key: Key) -> bool {
        match self {
            Self::Always => false,
            Self::All(tests) | Self::Any(tests) => tests.iter().any(|test| test.asks(key)),
            Self::Not(test) => test.asks(key),
            Self::Exists(field)
            | Self::Holds(field)
            | Self::Compare(field, ..)
            | Self::OneOf(field, _)
            | Self::Contains(field, _)
            | Self::Matches(field, _) => field.key == key,
            Self::Fields(field, _, other) => field.key == key || other.key == key,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug, PartialEq)]
enum Constant {
    Text(SmolStr),
    Number(f64),
    /// `#17`, `m17`, `s3`: the number of an instance, message or subscription.
    Id(u64),
    Span(TimeSpan),
    Time(DateTime),
    Flag(bool),
}

impl Filter {
    /// Compiles a text; the empty one lets everything through.
    ///
    /// # Errors
    /// `Q01` the text is no filter, `Q02` there is no such field, `Q03` field and value do not compare; the span is in bytes
    /// of the text.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        Ok(Self { text: text.trim().into(), test: Arc::new(parse::parse(text)?) })
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        *self.test == Test::Always
    }

    /// True when one of its tests is of this.
    pub fn asks(&self, key: Key) -> bool {
        self.test.asks(key)
    }

    pub fn holds(&self, subject: &impl Subject) -> bool {
        judge::holds(&self.test, subject)
    }
}

/// Lets everything through.
impl Default for Filter {
    fn default() -> Self {
        Self { text: SmolStr::default(), test: Arc::new(Test::Always) }
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Filter {}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A saved filter is its text.
impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = SmolStr::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
