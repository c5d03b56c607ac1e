use super::{ClassInstance, Message};
use rust_decimal::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use smol_str::SmolStr;
use std::sync::Arc;
use uuid::Uuid;

/// .NET ticks: 100 ns since 0001-01-01T00:00:00 (proleptic Gregorian). Times of the engine are UTC (DLY-2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DateTime(pub i64);

/// .NET ticks: 100 ns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TimeSpan(pub i64);

impl TimeSpan {
    pub const TICKS_PER_SECOND: i64 = 10_000_000;

    pub const fn from_millis(ms: i64) -> Self {
        Self(ms.saturating_mul(10_000))
    }

    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(Self::TICKS_PER_SECOND))
    }
}

impl DateTime {
    #[must_use]
    pub const fn plus(self, span: TimeSpan) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    pub const fn since(self, earlier: Self) -> TimeSpan {
        TimeSpan(self.0.saturating_sub(earlier.0))
    }
}

/// A value of a variable, property or expression. .NET objects have value semantics here: a method that
/// changes its receiver writes it back to the variable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Char(char),
    Byte(u8),
    SByte(i8),
    Int16(i16),
    UInt16(u16),
    Int32(i32),
    UInt32(u32),
    Int64(i64),
    UInt64(u64),
    Single(f32),
    Double(f64),
    Decimal(#[serde(deserialize_with = "decimal")] Decimal),
    String(#[serde(with = "super::packed::text")] SmolStr),
    DateTime(DateTime),
    TimeSpan(TimeSpan),
    Guid(Uuid),
    /// `System.Xml.XmlDocument`, or a fragment that XPath selected.
    Xml(Arc<super::Body>),
    /// A whole message, by reference.
    Message(Arc<Message>),
    /// An instance of a class message type.
    Class(Arc<ClassInstance>),
    Exception(Arc<ExceptionValue>),
    /// Any other .NET object: of the built-in surface, or mocked.
    Object(Arc<Object>),
}

/// An exception in flight or in a variable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExceptionValue {
    /// Full .NET type name; catch blocks match it and its bases (section 6.5).
    pub exception_type: SmolStr,
    pub message: String,
    pub inner: Option<Arc<ExceptionValue>>,
    /// `RetryTransactionException.DelayFor`.
    pub delay_for: Option<TimeSpan>,
    /// A fault message, when a two-way operation answered with one (PT-7).
    pub fault: Option<Arc<Message>>,
}

/// A .NET object the language has no value type for: type name and named members, in order of first writing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Object {
    pub type_name: SmolStr,
    pub members: Vec<(SmolStr, Value)>,
}

/// A static type: what the checker knows of an expression before it runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    Bool,
    Char,
    Byte,
    SByte,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Single,
    Double,
    Decimal,
    String,
    DateTime,
    TimeSpan,
    Guid,
    Xml,
    /// Any other .NET type, by full name.
    Named(SmolStr),
    /// Not known before run time (component calls, untyped `xpath`): anything is accepted.
    Unknown,
}

/// From its text: `rust_decimal` itself asks the format what is there, which a compact one does not tell.
fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = SmolStr::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom("not a decimal"))
}

impl Value {
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Self::String(text.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Int32(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}
