use super::{ExceptionValue, TimeSpan, Value};

/// What .NET's `ToString` gives in the invariant culture; null is the empty string, as in `"" + null`.
pub fn format_value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => if *flag { "True" } else { "False" }.into(),
        Value::Char(c) => c.to_string(),
        Value::Byte(n) => n.to_string(),
        Value::SByte(n) => n.to_string(),
        Value::Int16(n) => n.to_string(),
        Value::UInt16(n) => n.to_string(),
        Value::Int32(n) => n.to_string(),
        Value::UInt32(n) => n.to_string(),
        Value::Int64(n) => n.to_string(),
        Value::UInt64(n) => n.to_string(),
        Value::Single(n) => float(f64::from(*n), format!("{n:e}")),
        Value::Double(n) => float(*n, format!("{n:e}")),
        Value::Decimal(n) => n.to_string(),
        Value::String(text) => text.to_string(),
        Value::DateTime(time) => time.civil().strftime("%m/%d/%Y %H:%M:%S").to_string(),
        Value::TimeSpan(span) => time_span(*span),
        Value::Guid(guid) => guid.to_string(),
        Value::Exception(exception) => exception_text(exception),
        // An enum member prints its name; every other object its type.
        Value::Object(object) => match object.members.as_slice() {
            [(member, Value::String(name))] if member == ENUM_MEMBER => name.to_string(),
            _ => object.type_name.to_string(),
        },
        Value::Xml(_) | Value::Message(_) | Value::Class(_) => value.value_type().name().to_owned(),
    }
}

/// Member of an [`super::Object`] that stands for an enum value: its name.
pub const ENUM_MEMBER: &str = "value__";

/// Shortest text that reads back as the same number; an exponent from 1E+15 up and below 1E-5.
fn float(number: f64, shortest: String) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "∞" } else { "-∞" }.into();
    }
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-5..15).contains(&exponent) {
        let digits = mantissa.trim_start_matches('-').replace('.', "");
        let sign = if mantissa.starts_with('-') { "-" } else { "" };
        return format!("{sign}{}", place_point(&digits, exponent));
    }
    format!("{mantissa}E{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs())
}

/// `d.ddd` digits times ten to the exponent, in plain notation.
fn place_point(digits: &str, exponent: i32) -> String {
    let Ok(whole) = usize::try_from(exponent + 1) else {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1).unsigned_abs() as usize));
    };
    if whole == 0 {
        return format!("0.{digits}");
    }
    match (digits.get(..whole), digits.get(whole..)) {
        (Some(whole), Some("")) => whole.to_owned(),
        (Some(whole), Some(fraction)) => format!("{whole}.{fraction}"),
        _ => format!("{digits:0<whole$}"),
    }
}

/// `[-][d.]hh:mm:ss[.fffffff]`.
fn time_span(span: TimeSpan) -> String {
    let ticks = span.0.unsigned_abs();
    let per_second = TimeSpan::TICKS_PER_SECOND.unsigned_abs();
    let (seconds, fraction) = (ticks / per_second, ticks % per_second);
    let mut text = String::from(if span.0 < 0 { "-" } else { "" });
    if seconds >= 86_400 {
        text.push_str(&format!("{}.", seconds / 86_400));
    }
    text.push_str(&format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60));
    if fraction > 0 {
        text.push_str(&format!(".{fraction:07}"));
    }
    text
}

fn exception_text(exception: &ExceptionValue) -> String {
    let mut text = format!("{}: {}", exception.exception_type, exception.message);
    let mut inner = exception.inner.as_deref();
    while let Some(cause) = inner {
        text.push_str(&format!(" ---> {}: {}", cause.exception_type, cause.message));
        inner = cause.inner.as_deref();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{DateTime, ValueType};

    #[test]
    fn values_print_as_dotnet_prints_them() {
        let cases = [
            (Value::Bool(true), "True"),
            (Value::Double(0.1), "0.1"),
            (Value::Double(1200.0), "1200"),
            (Value::Double(-12.5), "-12.5"),
            (Value::Double(1e15), "1E+15"),
            (Value::Double(1.25e-7), "1.25E-07"),
            (Value::Double(0.000_123), "0.000123"),
            (Value::Single(1.1), "1.1"),
            (Value::Double(0.0), "0"),
            (Value::Decimal("2.50".parse().unwrap()), "2.50"),
            (Value::TimeSpan(TimeSpan::from_seconds(93_784)), "1.02:03:04"),
            (Value::TimeSpan(TimeSpan::from_millis(-1_500)), "-00:00:01.5000000"),
            (Value::Null, ""),
        ];
        for (value, text) in cases {
            assert_eq!(format_value(&value), text);
        }
        let noon = Value::from_xml("2024-02-29T12:00:05Z", &ValueType::DateTime).unwrap();
        assert_eq!(format_value(&noon), "02/29/2024 12:00:05");
        assert_eq!(format_value(&Value::DateTime(DateTime(0))), "01/01/0001 00:00:00");
    }

    #[test]
    fn an_exception_prints_its_causes() {
        let cause = ExceptionValue {
            exception_type: "System.IO.IOException".into(),
            message: "disk full".into(),
            ..ExceptionValue::default()
        };
        let raised = ExceptionValue {
            exception_type: "System.Exception".into(),
            message: "no luck".into(),
            inner: Some(cause.into()),
            ..ExceptionValue::default()
        };
        assert_eq!(
            format_value(&Value::Exception(raised.into())),
            "System.Exception: no luck ---> System.IO.IOException: disk full"
        );
    }
}
