use crate::message::{Context, Name, Value, format_value};
use crate::model::FilterOperator;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Predicates that must all hold; a subscription matches when one of its groups does (SUB-3).
/// Nearly all have a message type and one property more: they lie in the subscription's own piece of memory.
pub type Group = SmallVec<[Predicate; 2]>;

/// `A == 1 and B == "x" or C exists`.
pub fn groups_text(groups: &[Group]) -> String {
    let group = |g: &Group| g.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    groups.iter().map(group).collect::<Vec<_>>().join(" or ")
}

/// `property operator value` over a promoted property (SUB-2). `Exists` has no value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Predicate {
    pub property: Name,
    pub operator: FilterOperator,
    pub value: Value,
}

impl Predicate {
    pub fn equals(property: Name, value: Value) -> Self {
        Self { property, operator: FilterOperator::Equals, value }
    }

    pub fn exists(property: Name) -> Self {
        Self { property, operator: FilterOperator::Exists, value: Value::Null }
    }

    /// An absent or un-promoted property makes every predicate false, `!=` too (SUB-4).
    pub fn holds(&self, context: &Context) -> bool {
        let Some(actual) = context.promoted(self.property) else { return false };
        if self.operator == FilterOperator::Exists {
            return true;
        }
        let order = compare(actual, &self.value);
        match self.operator {
            FilterOperator::Equals => order == Some(Ordering::Equal),
            FilterOperator::NotEquals => order.is_some_and(Ordering::is_ne),
            FilterOperator::LessThan => order == Some(Ordering::Less),
            FilterOperator::LessThanOrEqual => order.is_some_and(Ordering::is_le),
            FilterOperator::GreaterThan => order == Some(Ordering::Greater),
            FilterOperator::GreaterThanOrEqual => order.is_some_and(Ordering::is_ge),
            FilterOperator::Exists => true,
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.operator == FilterOperator::Exists {
            return write!(f, "{} exists", self.property);
        }
        write!(f, "{} {} ", self.property, self.operator.symbol())?;
        match &self.value {
            Value::String(text) => write!(f, "\"{text}\""),
            other => f.write_str(&format_value(other)),
        }
    }
}

/// Whole numbers compare by value whatever their width (SUB-5).
fn integer(value: &Value) -> Option<i128> {
    Some(match value {
        Value::Byte(n) => i128::from(*n),
        Value::SByte(n) => i128::from(*n),
        Value::Int16(n) => i128::from(*n),
        Value::UInt16(n) => i128::from(*n),
        Value::Int32(n) => i128::from(*n),
        Value::UInt32(n) => i128::from(*n),
        Value::Int64(n) => i128::from(*n),
        Value::UInt64(n) => i128::from(*n),
        _ => return None,
    })
}

fn real(value: &Value) -> Option<f64> {
    use rust_decimal::prelude::ToPrimitive;
    match value {
        Value::Single(n) => Some(f64::from(*n)),
        Value::Double(n) => Some(*n),
        Value::Decimal(n) => n.to_f64(),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a mixed comparison with a real is approximate by nature"
        )]
        other => integer(other).map(|n| n as f64),
    }
}

/// Order of two property values of comparable types; `None` when the types do not compare.
pub fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.as_str().cmp(b.as_str())),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Char(a), Value::Char(b)) => Some(a.cmp(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Some(a.cmp(b)),
        (Value::TimeSpan(a), Value::TimeSpan(b)) => Some(a.cmp(b)),
        (Value::Guid(a), Value::Guid(b)) => Some(a.cmp(b)),
        (Value::Decimal(a), Value::Decimal(b)) => Some(a.cmp(b)),
        _ => match (integer(a), integer(b)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => real(a)?.partial_cmp(&real(b)?),
        },
    }
}

/// Hashes so that values that [`compare`] as equal hash alike.
pub fn hash_value<H: Hasher>(value: &Value, state: &mut H) {
    match value {
        Value::String(text) => text.as_str().hash(state),
        Value::Bool(flag) => flag.hash(state),
        Value::Char(c) => c.hash(state),
        Value::DateTime(t) => t.hash(state),
        Value::TimeSpan(t) => t.hash(state),
        Value::Guid(g) => g.hash(state),
        other => match real(other) {
            Some(n) => n.to_bits().hash(state),
            None => 0_u8.hash(state),
        },
    }
}
