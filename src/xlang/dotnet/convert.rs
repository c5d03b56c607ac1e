use super::format::format_with;
use super::{Call, Row, Run, exception};
use crate::message::{Value, ValueType, format_value};
use crate::xlang::Raised;
use crate::xlang::code::Conversion;
use crate::xlang::eval::{compare, convert, convert_text};
use rust_decimal::prelude::ToPrimitive;

const CONVERT: &str = "System.Convert";
const MATH: &str = "System.Math";

pub const ROWS: &[Row] = &[
    (CONVERT, "static string ToString(object value)", |call| Ok(Value::from(convert_text(call.get(0))))),
    (CONVERT, "static string ToString(object value, object provider)", |call| {
        Ok(Value::from(convert_text(call.get(0))))
    }),
    (CONVERT, "static bool ToBoolean(object value)", to_type),
    (CONVERT, "static char ToChar(object value)", to_type),
    (CONVERT, "static byte ToByte(object value)", to_type),
    (CONVERT, "static sbyte ToSByte(object value)", to_type),
    (CONVERT, "static short ToInt16(object value)", to_type),
    (CONVERT, "static ushort ToUInt16(object value)", to_type),
    (CONVERT, "static int ToInt32(object value)", to_type),
    (CONVERT, "static int ToInt32(object value, object provider)", to_type),
    (CONVERT, "static uint ToUInt32(object value)", to_type),
    (CONVERT, "static long ToInt64(object value)", to_type),
    (CONVERT, "static ulong ToUInt64(object value)", to_type),
    (CONVERT, "static float ToSingle(object value)", to_type),
    (CONVERT, "static double ToDouble(object value)", to_type),
    (CONVERT, "static double ToDouble(object value, object provider)", to_type),
    (CONVERT, "static decimal ToDecimal(object value)", to_type),
    (CONVERT, "static decimal ToDecimal(object value, object provider)", to_type),
    (CONVERT, "static datetime ToDateTime(object value)", to_type),
    ("System.Boolean", "static bool Parse(string value)", |call| parse(&call, &ValueType::Bool)),
    ("System.Boolean", "static bool TryParse(string value, out bool result)", |call| {
        try_parse(call, &ValueType::Bool)
    }),
    ("System.Boolean", "static string TrueString", |_| Ok(Value::from("True"))),
    ("System.Boolean", "static string FalseString", |_| Ok(Value::from("False"))),
    (MATH, "static int Abs(int value)", absolute),
    (MATH, "static long Abs(long value)", absolute),
    (MATH, "static double Abs(double value)", absolute),
    (MATH, "static decimal Abs(decimal value)", absolute),
    (MATH, "static int Max(int a, int b)", |call| Ok(extreme(&call, true))),
    (MATH, "static long Max(long a, long b)", |call| Ok(extreme(&call, true))),
    (MATH, "static double Max(double a, double b)", |call| Ok(extreme(&call, true))),
    (MATH, "static decimal Max(decimal a, decimal b)", |call| Ok(extreme(&call, true))),
    (MATH, "static int Min(int a, int b)", |call| Ok(extreme(&call, false))),
    (MATH, "static long Min(long a, long b)", |call| Ok(extreme(&call, false))),
    (MATH, "static double Min(double a, double b)", |call| Ok(extreme(&call, false))),
    (MATH, "static decimal Min(decimal a, decimal b)", |call| Ok(extreme(&call, false))),
    (MATH, "static double Floor(double value)", |call| Ok(Value::Double(call.number(0).floor()))),
    (MATH, "static double Ceiling(double value)", |call| Ok(Value::Double(call.number(0).ceil()))),
    (MATH, "static double Round(double value)", |call| Ok(Value::Double(call.number(0).round_ties_even()))),
    (MATH, "static double Round(double value, int decimals)", |call| {
        let scale = 10_f64.powi(call.integer(1).clamp(0, 15) as i32);
        Ok(Value::Double((call.number(0) * scale).round_ties_even() / scale))
    }),
    (MATH, "static decimal Round(decimal value)", |call| round(&call, 0)),
    (MATH, "static decimal Round(decimal value, int decimals)", |call| round(&call, call.integer(1))),
    (MATH, "static double Pow(double x, double y)", |call| {
        Ok(Value::Double(call.number(0).powf(call.number(1))))
    }),
];

/// `Parse`, `TryParse` and formatting of every number type.
pub fn numeric_rows() -> Vec<(String, String, Run)> {
    let mut rows: Vec<(String, String, Run)> = Vec::new();
    for kind in ValueType::known().filter(ValueType::is_number) {
        let name = kind.name();
        let mut row = |text: String, run: Run| rows.push((name.to_owned(), text, run));
        row(format!("static {name} Parse(string s)"), parse_number);
        row(format!("static {name} Parse(string s, object provider)"), parse_number);
        row(format!("static bool TryParse(string s, out {name} result)"), |call| {
            let kind = ValueType::from_name(&call.member.type_name);
            try_parse(call, &kind)
        });
        row("string ToString(string format)".into(), |call| {
            format_with(call.get(0), &call.text(1)).map(Value::from)
        });
        row("string ToString(string format, object provider)".into(), |call| {
            format_with(call.get(0), &call.text(1)).map(Value::from)
        });
        row("string ToString(object provider)".into(), |call| Ok(Value::from(format_value(call.get(0)))));
        row("int CompareTo(object other)".into(), |call| {
            Ok(Value::Int32(compare(call.get(0), call.get(1)).map_or(1, |o| o as i32)))
        });
        row(format!("static {name} MaxValue"), |call| bound(&call, true));
        row(format!("static {name} MinValue"), |call| bound(&call, false));
    }
    rows
}

/// `Convert.To…`: rounds to even where a cast cuts off, reads texts, takes null as the default.
fn to_type(call: Call<'_>) -> Result<Value, Raised> {
    let Some(wanted) = &call.member.returns else {
        return Ok(Value::Null);
    };
    let value = call.get(0);
    match value {
        Value::String(text) => read(text, wanted),
        Value::Xml(_) | Value::Message(_) => read(&convert_text(value), wanted),
        Value::Bool(flag) if wanted.is_number() => {
            convert(Value::Int32(i32::from(*flag)), wanted, Conversion::Implicit)
        }
        Value::Null => Ok(wanted.default_value()),
        _ if *wanted == ValueType::Bool => match crate::xlang::eval::double(value) {
            Some(number) => Ok(Value::Bool(number != 0.0)),
            None => convert(value.clone(), wanted, Conversion::Implicit),
        },
        Value::Double(n) if wanted.is_integer() => {
            convert(Value::Double(n.round_ties_even()), wanted, Conversion::Implicit)
        }
        Value::Single(n) if wanted.is_integer() => {
            convert(Value::Single(n.round_ties_even()), wanted, Conversion::Implicit)
        }
        Value::Decimal(n) if wanted.is_integer() => {
            convert(Value::Decimal(n.round()), wanted, Conversion::Implicit)
        }
        _ => convert(value.clone(), wanted, Conversion::Cast { checked: true }),
    }
}

/// Text as .NET's `Parse` reads it: outer space and group commas allowed, `True` in any case.
fn read(text: &str, wanted: &ValueType) -> Result<Value, Raised> {
    let trimmed = text.trim();
    let plain = match wanted {
        ValueType::Bool => trimmed.to_ascii_lowercase(),
        ValueType::Single | ValueType::Double | ValueType::Decimal => trimmed.replace(',', ""),
        ValueType::DateTime => return super::date_time::read(trimmed),
        ValueType::Char => text.to_owned(),
        _ => trimmed.to_owned(),
    };
    let number = wanted.is_integer() && plain.parse::<i128>().is_ok();
    let accepted = *wanted != ValueType::Bool || matches!(plain.as_str(), "true" | "false");
    match Value::from_xml(&plain, wanted) {
        Ok(value) if accepted => Ok(value),
        _ if number => Err(exception(
            "System.OverflowException",
            format!("{trimmed} does not fit into {}", wanted.short_name()),
        )),
        _ => Err(exception(
            "System.FormatException",
            format!("“{trimmed}” is not a valid {}", wanted.short_name()),
        )),
    }
}

fn parse_number(call: Call<'_>) -> Result<Value, Raised> {
    let kind = ValueType::from_name(&call.member.type_name);
    parse(&call, &kind)
}

fn parse(call: &Call<'_>, wanted: &ValueType) -> Result<Value, Raised> {
    read(&call.some_text(0)?, wanted)
}

pub fn try_parse(mut call: Call<'_>, wanted: &ValueType) -> Result<Value, Raised> {
    let parsed = read(&call.text(0), wanted);
    let found = parsed.is_ok();
    call.set(1, parsed.unwrap_or_else(|_| wanted.default_value()));
    Ok(Value::Bool(found))
}

fn absolute(call: Call<'_>) -> Result<Value, Raised> {
    let found = match call.get(0) {
        Value::Int32(n) => n.checked_abs().map(Value::Int32),
        Value::Int64(n) => n.checked_abs().map(Value::Int64),
        Value::Double(n) => Some(Value::Double(n.abs())),
        Value::Decimal(n) => Some(Value::Decimal(n.abs())),
        _ => None,
    };
    found.ok_or_else(|| exception("System.OverflowException", "the least number has no positive counterpart"))
}

fn extreme(call: &Call<'_>, greatest: bool) -> Value {
    let (a, b) = (call.get(0), call.get(1));
    let first = compare(a, b).is_some_and(|order| if greatest { order.is_ge() } else { order.is_le() });
    if first { a.clone() } else { b.clone() }
}

fn round(call: &Call<'_>, decimals: i64) -> Result<Value, Raised> {
    let places = decimals.to_u32().filter(|d| *d <= 28).ok_or_else(|| call.out_of_range("decimals"))?;
    match call.get(0) {
        Value::Decimal(n) => Ok(Value::Decimal(n.round_dp(places))),
        other => Ok(other.clone()),
    }
}

fn bound(call: &Call<'_>, greatest: bool) -> Result<Value, Raised> {
    macro_rules! ends {
        ($($kind:ident: $type:ty),*) => {
            match ValueType::from_name(&call.member.type_name) {
                $(ValueType::$kind => Value::$kind(if greatest { <$type>::MAX } else { <$type>::MIN }),)*
                _ => Value::Null,
            }
        };
    }
    Ok(ends!(
        Byte: u8, SByte: i8, Int16: i16, UInt16: u16, Int32: i32, UInt32: u32, Int64: i64, UInt64: u64,
        Single: f32, Double: f64, Decimal: rust_decimal::Decimal
    ))
}
