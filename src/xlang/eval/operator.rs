use super::super::dotnet::exception;
use crate::message::{DateTime, TimeSpan, Value, format_value};
use crate::xlang::Raised;
use crate::xlang::syntax::BinaryOp;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::cmp::Ordering;

/// Two numbers of one type, after C#'s promotion.
enum Pair {
    Int32(i32, i32),
    UInt32(u32, u32),
    Int64(i64, i64),
    UInt64(u64, u64),
    Single(f32, f32),
    Double(f64, f64),
    Decimal(Decimal, Decimal),
}

pub fn binary(op: BinaryOp, checked: bool, left: &Value, right: &Value) -> Result<Value, Raised> {
    use BinaryOp::*;
    match op {
        Equal => return Ok(Value::Bool(equal(left, right))),
        NotEqual => return Ok(Value::Bool(!equal(left, right))),
        _ => {}
    }
    if let Some(pair) = promote(left, right) {
        return match op {
            Less | Greater | LessOrEqual | GreaterOrEqual => Ok(Value::Bool(pair.compare(op))),
            ShiftLeft | ShiftRight => shift(op, left, right),
            _ => pair.arithmetic(op, checked),
        };
    }
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => match op {
            And | AndAlso => Ok(Value::Bool(a & b)),
            Or | OrElse => Ok(Value::Bool(a | b)),
            Xor => Ok(Value::Bool(a ^ b)),
            _ => Err(no_operator(op, left, right)),
        },
        (Value::DateTime(a), Value::DateTime(b)) if op == Subtract => {
            Ok(Value::TimeSpan(TimeSpan(a.0.wrapping_sub(b.0))))
        }
        (Value::DateTime(a), Value::DateTime(b)) => order(op, a.cmp(b), left, right),
        (Value::TimeSpan(a), Value::TimeSpan(b)) => match op {
            Add => a.0.checked_add(b.0).map(|t| Value::TimeSpan(TimeSpan(t))).ok_or_else(overflow),
            Subtract => a.0.checked_sub(b.0).map(|t| Value::TimeSpan(TimeSpan(t))).ok_or_else(overflow),
            _ => order(op, a.cmp(b), left, right),
        },
        (Value::DateTime(time), Value::TimeSpan(span)) => match op {
            Add => shifted(*time, Some(span.0)),
            Subtract => shifted(*time, span.0.checked_neg()),
            _ => Err(no_operator(op, left, right)),
        },
        (Value::String(_), _) | (_, Value::String(_)) if op == Add => {
            Ok(Value::from(format_value(left) + format_value(right).as_str()))
        }
        // Only an open type can turn out null here: a stand-in that gave no answer counts as the default.
        (Value::Null, other) if other.value_type().default_value() != Value::Null => {
            binary(op, checked, &other.value_type().default_value(), right)
        }
        (other, Value::Null) if other.value_type().default_value() != Value::Null => {
            binary(op, checked, left, &other.value_type().default_value())
        }
        (Value::Null, _) | (_, Value::Null) => Err(exception(
            "System.NullReferenceException",
            format!("`{}` met null: a value is missing", op.sign()),
        )),
        _ => Err(no_operator(op, left, right)),
    }
}

/// A time some ticks later, inside the years .NET knows.
pub fn shifted(time: DateTime, ticks: Option<i64>) -> Result<Value, Raised> {
    ticks
        .and_then(|ticks| time.0.checked_add(ticks))
        .filter(|ticks| (0..=DateTime::MAX.0).contains(ticks))
        .map(|ticks| Value::DateTime(DateTime(ticks)))
        .ok_or_else(|| {
            exception("System.ArgumentOutOfRangeException", "the date lies outside the years 1 to 9999")
        })
}

/// `==`: numbers by value, texts by character, everything else by content; null equals null only.
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Int32(a), Value::Int32(b)) => a == b,
        (Value::String(a), Value::String(b)) => a == b,
        _ => match promote(left, right) {
            Some(pair) => pair.compare(BinaryOp::Equal),
            None => left == right,
        },
    }
}

/// Order of two values of one kind; `None` when they have none.
pub fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    if let Some(pair) = promote(left, right) {
        return pair.order();
    }
    match (left, right) {
        (Value::DateTime(a), Value::DateTime(b)) => Some(a.cmp(b)),
        (Value::TimeSpan(a), Value::TimeSpan(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Guid(a), Value::Guid(b)) => Some(a.cmp(b)),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn order(op: BinaryOp, found: Ordering, left: &Value, right: &Value) -> Result<Value, Raised> {
    Ok(Value::Bool(match op {
        BinaryOp::Less => found.is_lt(),
        BinaryOp::Greater => found.is_gt(),
        BinaryOp::LessOrEqual => found.is_le(),
        BinaryOp::GreaterOrEqual => found.is_ge(),
        _ => return Err(no_operator(op, left, right)),
    }))
}

fn no_operator(op: BinaryOp, left: &Value, right: &Value) -> Raised {
    let (left, right) = (left.value_type(), right.value_type());
    exception(
        "System.InvalidCastException",
        format!("`{}` cannot join {} and {}", op.sign(), left.short_name(), right.short_name()),
    )
}

fn overflow() -> Raised {
    exception("System.OverflowException", "the result of an arithmetic operation is too large for its type")
}

fn division_by_zero() -> Raised {
    exception("System.DivideByZeroException", "division by zero")
}

fn promote(left: &Value, right: &Value) -> Option<Pair> {
    if let (Value::Int32(a), Value::Int32(b)) = (left, right) {
        return Some(Pair::Int32(*a, *b));
    }
    let is = |pick: fn(&Value) -> bool| pick(left) || pick(right);
    if is(|v| matches!(v, Value::Decimal(_))) && !is(|v| matches!(v, Value::Double(_) | Value::Single(_))) {
        return Some(Pair::Decimal(decimal(left)?, decimal(right)?));
    }
    if is(|v| matches!(v, Value::Double(_) | Value::Decimal(_))) {
        return Some(Pair::Double(double(left)?, double(right)?));
    }
    if is(|v| matches!(v, Value::Single(_))) {
        return Some(Pair::Single(double(left)? as f32, double(right)? as f32));
    }
    let (a, b) = (integer(left)?, integer(right)?);
    let small = |v: &Value| {
        matches!(
            v,
            Value::Int32(_)
                | Value::Int16(_)
                | Value::UInt16(_)
                | Value::Byte(_)
                | Value::SByte(_)
                | Value::Char(_)
        )
    };
    if small(left) && small(right) {
        return Some(Pair::Int32(i32::try_from(a).ok()?, i32::try_from(b).ok()?));
    }
    if is(|v| matches!(v, Value::UInt64(_))) {
        // A signed partner is refused when compiling; at run time a negative one has no place here.
        if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
            return Some(Pair::UInt64(a, b));
        }
        return Some(Pair::Double(a as f64, b as f64));
    }
    if let (Value::UInt32(a), Value::UInt32(b)) = (left, right) {
        return Some(Pair::UInt32(*a, *b));
    }
    if !is(|v| matches!(v, Value::Int64(_)))
        && let (Ok(a), Ok(b)) = (u32::try_from(a), u32::try_from(b))
        && unsigned(left)
        && unsigned(right)
    {
        return Some(Pair::UInt32(a, b));
    }
    Some(Pair::Int64(i64::try_from(a).ok()?, i64::try_from(b).ok()?))
}

fn unsigned(value: &Value) -> bool {
    matches!(value, Value::UInt32(_) | Value::UInt16(_) | Value::Byte(_) | Value::Char(_))
}

/// Value of an integer or character, wide enough for all of them.
pub fn integer(value: &Value) -> Option<i128> {
    Some(match value {
        Value::Int32(n) => i128::from(*n),
        Value::Byte(n) => i128::from(*n),
        Value::SByte(n) => i128::from(*n),
        Value::Int16(n) => i128::from(*n),
        Value::UInt16(n) => i128::from(*n),
        Value::UInt32(n) => i128::from(*n),
        Value::Int64(n) => i128::from(*n),
        Value::UInt64(n) => i128::from(*n),
        Value::Char(c) => i128::from(u32::from(*c)),
        _ => return None,
    })
}

/// Any number as a double.
pub fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Double(n) => Some(*n),
        Value::Single(n) => Some(f64::from(*n)),
        Value::Decimal(n) => n.to_f64(),
        other => integer(other).map(|n| n as f64),
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Decimal(n) => Some(*n),
        other => Decimal::try_from_i128_with_scale(integer(other)?, 0).ok(),
    }
}

macro_rules! integer_operation {
    ($kind:ident, $a:expr, $b:expr, $op:expr, $checked:expr) => {{
        let (a, b) = ($a, $b);
        let result = match $op {
            BinaryOp::Add if $checked => a.checked_add(b).ok_or_else(overflow)?,
            BinaryOp::Add => a.wrapping_add(b),
            BinaryOp::Subtract if $checked => a.checked_sub(b).ok_or_else(overflow)?,
            BinaryOp::Subtract => a.wrapping_sub(b),
            BinaryOp::Multiply if $checked => a.checked_mul(b).ok_or_else(overflow)?,
            BinaryOp::Multiply => a.wrapping_mul(b),
            BinaryOp::Divide | BinaryOp::Remainder if b == 0 => return Err(division_by_zero()),
            // The least number divided by -1 overflows in C# whether checked or not.
            BinaryOp::Divide => a.checked_div(b).ok_or_else(overflow)?,
            BinaryOp::Remainder => a.checked_rem(b).ok_or_else(overflow)?,
            BinaryOp::And => a & b,
            BinaryOp::Or => a | b,
            BinaryOp::Xor => a ^ b,
            op => return Err(no_operator(op, &Value::$kind(a), &Value::$kind(b))),
        };
        Value::$kind(result)
    }};
}

macro_rules! float_operation {
    ($kind:ident, $a:expr, $b:expr, $op:expr) => {{
        let (a, b) = ($a, $b);
        Value::$kind(match $op {
            BinaryOp::Add => a + b,
            BinaryOp::Subtract => a - b,
            BinaryOp::Multiply => a * b,
            BinaryOp::Divide => a / b,
            BinaryOp::Remainder => a % b,
            op => return Err(no_operator(op, &Value::$kind(a), &Value::$kind(b))),
        })
    }};
}

impl Pair {
    fn arithmetic(self, op: BinaryOp, checked: bool) -> Result<Value, Raised> {
        Ok(match self {
            Self::Int32(a, b) => integer_operation!(Int32, a, b, op, checked),
            Self::UInt32(a, b) => integer_operation!(UInt32, a, b, op, checked),
            Self::Int64(a, b) => integer_operation!(Int64, a, b, op, checked),
            Self::UInt64(a, b) => integer_operation!(UInt64, a, b, op, checked),
            Self::Single(a, b) => float_operation!(Single, a, b, op),
            Self::Double(a, b) => float_operation!(Double, a, b, op),
            Self::Decimal(a, b) => {
                let result = match op {
                    BinaryOp::Add => a.checked_add(b),
                    BinaryOp::Subtract => a.checked_sub(b),
                    BinaryOp::Multiply => a.checked_mul(b),
                    BinaryOp::Divide | BinaryOp::Remainder if b.is_zero() => return Err(division_by_zero()),
                    BinaryOp::Divide => a.checked_div(b),
                    BinaryOp::Remainder => a.checked_rem(b),
                    op => return Err(no_operator(op, &Value::Decimal(a), &Value::Decimal(b))),
                };
                Value::Decimal(result.ok_or_else(overflow)?)
            }
        })
    }

    fn order(&self) -> Option<Ordering> {
        match self {
            Self::Int32(a, b) => Some(a.cmp(b)),
            Self::UInt32(a, b) => Some(a.cmp(b)),
            Self::Int64(a, b) => Some(a.cmp(b)),
            Self::UInt64(a, b) => Some(a.cmp(b)),
            Self::Single(a, b) => a.partial_cmp(b),
            Self::Double(a, b) => a.partial_cmp(b),
            Self::Decimal(a, b) => Some(a.cmp(b)),
        }
    }

    /// Not a number compares false with everything.
    fn compare(&self, op: BinaryOp) -> bool {
        let order = self.order();
        match op {
            BinaryOp::Less => order.is_some_and(Ordering::is_lt),
            BinaryOp::Greater => order.is_some_and(Ordering::is_gt),
            BinaryOp::LessOrEqual => order.is_some_and(Ordering::is_le),
            BinaryOp::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
            _ => order.is_some_and(Ordering::is_eq),
        }
    }
}

/// The count is taken modulo the width of the left operand, as in C#.
fn shift(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Raised> {
    let wrong = || no_operator(op, left, right);
    let number = integer(left).ok_or_else(wrong)?;
    let count = integer(right).ok_or_else(wrong)?;
    let count = u32::try_from(count.rem_euclid(64)).map_err(|_| wrong())?;
    let to_left = op == BinaryOp::ShiftLeft;
    Ok(match left {
        Value::UInt64(n) => {
            Value::UInt64(if to_left { n.wrapping_shl(count) } else { n.wrapping_shr(count) })
        }
        Value::Int64(n) => Value::Int64(if to_left { n.wrapping_shl(count) } else { n.wrapping_shr(count) }),
        Value::UInt32(n) => {
            Value::UInt32(if to_left { n.wrapping_shl(count) } else { n.wrapping_shr(count) })
        }
        _ => {
            let n = i32::try_from(number).map_err(|_| wrong())?;
            Value::Int32(if to_left { n.wrapping_shl(count) } else { n.wrapping_shr(count) })
        }
    })
}

pub fn negate(value: Value, checked: bool) -> Result<Value, Raised> {
    Ok(match value {
        Value::Double(n) => Value::Double(-n),
        Value::Single(n) => Value::Single(-n),
        Value::Decimal(n) => Value::Decimal(-n),
        Value::TimeSpan(span) => Value::TimeSpan(TimeSpan(span.0.checked_neg().ok_or_else(overflow)?)),
        Value::Int64(n) if checked => Value::Int64(n.checked_neg().ok_or_else(overflow)?),
        Value::Int64(n) => Value::Int64(n.wrapping_neg()),
        Value::UInt32(n) => Value::Int64(-i64::from(n)),
        other => match integer(&other).map(i32::try_from) {
            Some(Ok(n)) if checked => Value::Int32(n.checked_neg().ok_or_else(overflow)?),
            Some(Ok(n)) => Value::Int32(n.wrapping_neg()),
            _ => return Err(no_operator(BinaryOp::Subtract, &Value::Int32(0), &other)),
        },
    })
}

pub fn complement(value: Value) -> Result<Value, Raised> {
    Ok(match value {
        Value::Int64(n) => Value::Int64(!n),
        Value::UInt32(n) => Value::UInt32(!n),
        Value::UInt64(n) => Value::UInt64(!n),
        other => match integer(&other).map(i32::try_from) {
            Some(Ok(n)) => Value::Int32(!n),
            _ => return Err(no_operator(BinaryOp::Xor, &Value::Int32(-1), &other)),
        },
    })
}
