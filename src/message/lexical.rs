//! XML lexical forms of values (XSD part 2), both ways.

use super::{Body, DateTime, TimeSpan, Value, ValueType, format_value};
use jiff::civil;
use rust_decimal::Decimal;
use std::sync::Arc;

impl Value {
    /// Reads the text of an element or attribute. A date-time with an offset is turned to UTC (MSG-10), one
    /// without is taken as UTC.
    ///
    /// # Errors
    /// One sentence, when the text is not of the type.
    pub fn from_xml(text: &str, value_type: &ValueType) -> Result<Self, String> {
        let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
        let parsed = match value_type {
            ValueType::String | ValueType::Named(_) | ValueType::Unknown => Some(Self::string(text)),
            ValueType::Xml => Some(Self::Xml(Arc::new(Body::xml(text)))),
            ValueType::Bool => match trimmed {
                "true" | "1" => Some(Self::Bool(true)),
                "false" | "0" => Some(Self::Bool(false)),
                _ => None,
            },
            ValueType::Char => {
                let mut chars = text.chars();
                chars.next().filter(|_| chars.next().is_none()).map(Self::Char)
            }
            ValueType::Byte => integer(trimmed).map(Self::Byte),
            ValueType::SByte => integer(trimmed).map(Self::SByte),
            ValueType::Int16 => integer(trimmed).map(Self::Int16),
            ValueType::UInt16 => integer(trimmed).map(Self::UInt16),
            ValueType::Int32 => integer(trimmed).map(Self::Int32),
            ValueType::UInt32 => integer(trimmed).map(Self::UInt32),
            ValueType::Int64 => integer(trimmed).map(Self::Int64),
            ValueType::UInt64 => integer(trimmed).map(Self::UInt64),
            ValueType::Single => float(trimmed).map(|f| Self::Single(f as f32)),
            ValueType::Double => float(trimmed).map(Self::Double),
            ValueType::Decimal => decimal(trimmed).map(Self::Decimal),
            ValueType::DateTime => date_time(trimmed).map(Self::DateTime),
            ValueType::TimeSpan => duration(trimmed).map(Self::TimeSpan),
            ValueType::Guid => uuid::Uuid::try_parse(trimmed).ok().map(Self::Guid),
        };
        parsed.ok_or_else(|| format!("“{trimmed}” is not a valid {}", value_type.short_name()))
    }

    /// Text for an element or attribute. Null is empty; objects give what `ToString` gives.
    pub fn to_xml(&self) -> String {
        match self {
            Self::Bool(flag) => flag.to_string(),
            Self::Single(number) => xml_float(f64::from(*number), || format_value(self)),
            Self::Double(number) => xml_float(*number, || format_value(self)),
            Self::DateTime(time) => xml_date_time(*time),
            Self::TimeSpan(span) => xml_duration(*span),
            Self::Xml(body) => String::from_utf8_lossy(&body.as_bytes()).into_owned(),
            _ => format_value(self),
        }
    }
}

fn integer<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn float(text: &str) -> Option<f64> {
    match text {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) => {
            text.parse().ok().filter(|f: &f64| f.is_finite())
        }
        _ => None,
    }
}

fn decimal(text: &str) -> Option<Decimal> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    plain.then(|| text.parse().ok()).flatten()
}

/// `xsd:dateTime`, `xsd:date`, `xsd:time`, `xsd:gYearMonth` or `xsd:gYear`.
fn date_time(text: &str) -> Option<DateTime> {
    let (local, offset_minutes) = split_offset(text)?;
    let civil = if local.contains('T') || local.matches('-').count() == 2 {
        local.parse::<civil::DateTime>().ok()?
    } else if local.contains(':') {
        civil::date(1, 1, 1).to_datetime(local.parse::<civil::Time>().ok()?)
    } else {
        let mut fields = local.splitn(2, '-');
        let year = fields.next()?.parse().ok()?;
        let month = fields.next().map_or(Some(1), |m| m.parse().ok())?;
        civil::Date::new(year, month, 1).ok()?.to_datetime(civil::Time::midnight())
    };
    let local = DateTime::from_civil(civil)?;
    let utc = local.0.checked_sub(offset_minutes.checked_mul(60 * TimeSpan::TICKS_PER_SECOND)?)?;
    // A time of day east of Greenwich would fall before the year 1: keep it on the first day.
    Some(DateTime(if utc < 0 { utc + 24 * 3600 * TimeSpan::TICKS_PER_SECOND } else { utc }))
}

/// Cuts `Z` or `±hh:mm` off; minutes east of UTC.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(local) = text.strip_suffix(['Z', 'z']) {
        return Some((local, 0));
    }
    let Some(cut) = text.len().checked_sub(6) else {
        return Some((text, 0));
    };
    let (Some(local), Some(offset)) = (text.get(..cut), text.get(cut..)) else {
        return Some((text, 0));
    };
    let sign = match offset.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') if offset.as_bytes().get(3) == Some(&b':') => -1,
        _ => return Some((text, 0)),
    };
    let hours: i64 = offset.get(1..3)?.parse().ok()?;
    let minutes: i64 = offset.get(4..6)?.parse().ok()?;
    (hours <= 14 && minutes < 60).then_some((local, sign * (hours * 60 + minutes)))
}

/// `xsd:duration`; a year counts 365 days and a month 30, as in .NET.
fn duration(text: &str) -> Option<TimeSpan> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let rest = rest.strip_prefix('P')?;
    let (days_part, time_part) = match rest.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (rest, ""),
    };
    if rest.is_empty() {
        return None;
    }
    let day = 24 * 3600;
    let ticks = fields(days_part, &[('Y', 365 * day), ('M', 30 * day), ('D', day)])?
        .checked_add(fields(time_part, &[('H', 3600), ('M', 60), ('S', 1)])?)?;
    Some(TimeSpan(ticks * sign))
}

fn fields(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut ticks = 0_i64;
    for (unit, seconds) in units {
        if let Some((number, rest)) = text.split_once(*unit) {
            let amount = decimal(number)?.checked_mul(Decimal::from(seconds * TimeSpan::TICKS_PER_SECOND))?;
            ticks = ticks.checked_add(i64::try_from(amount.trunc()).ok()?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(ticks)
}

fn xml_float(number: f64, finite: impl FnOnce() -> String) -> String {
    if number.is_nan() {
        "NaN".into()
    } else if number.is_infinite() {
        if number > 0.0 { "INF".into() } else { "-INF".into() }
    } else {
        finite()
    }
}

fn xml_date_time(time: DateTime) -> String {
    let civil = time.civil();
    let mut text = civil.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let fraction = time.0.rem_euclid(TimeSpan::TICKS_PER_SECOND);
    if fraction != 0 {
        text.push_str(format!(".{fraction:07}").trim_end_matches('0'));
    }
    text.push('Z');
    text
}

fn xml_duration(span: TimeSpan) -> String {
    let ticks = span.0.unsigned_abs();
    let per_second = TimeSpan::TICKS_PER_SECOND.unsigned_abs();
    let (seconds, fraction) = (ticks / per_second, ticks % per_second);
    let mut text = String::from(if span.0 < 0 { "-P" } else { "P" });
    if seconds >= 86_400 {
        text.push_str(&format!("{}D", seconds / 86_400));
    }
    let (hours, minutes, rest) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    if hours + minutes + rest + fraction > 0 || ticks == 0 {
        text.push('T');
    }
    if hours > 0 {
        text.push_str(&format!("{hours}H"));
    }
    if minutes > 0 {
        text.push_str(&format!("{minutes}M"));
    }
    if fraction > 0 {
        text.push_str(format!("{rest}.{fraction:07}").trim_end_matches('0'));
        text.push('S');
    } else if rest > 0 || ticks == 0 {
        text.push_str(&format!("{rest}S"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, value_type: ValueType) -> String {
        Value::from_xml(text, &value_type).unwrap().to_xml()
    }

    #[test]
    fn date_times_are_normalised_to_utc() {
        assert_eq!(read("2024-03-01T01:30:00+02:00", ValueType::DateTime), "2024-02-29T23:30:00Z");
        assert_eq!(read("2024-03-01T01:30:00.25Z", ValueType::DateTime), "2024-03-01T01:30:00.25Z");
        assert_eq!(read("2024-03-01", ValueType::DateTime), "2024-03-01T00:00:00Z");
        assert_eq!(read("2024-03-01-05:00", ValueType::DateTime), "2024-03-01T05:00:00Z");
        assert_eq!(read("10:15:00", ValueType::DateTime), "0001-01-01T10:15:00Z");
        assert_eq!(read("2024-03", ValueType::DateTime), "2024-03-01T00:00:00Z");
        assert!(Value::from_xml("yesterday", &ValueType::DateTime).is_err());
    }

    #[test]
    fn durations_and_numbers_round_trip() {
        assert_eq!(read("P1DT2H3.5S", ValueType::TimeSpan), "P1DT2H3.5S");
        assert_eq!(read("-PT90S", ValueType::TimeSpan), "-PT1M30S");
        assert_eq!(read("P0D", ValueType::TimeSpan), "PT0S");
        assert_eq!(read(" 42 ", ValueType::Int32), "42");
        assert_eq!(read("1.50", ValueType::Decimal), "1.50");
        assert_eq!(read("1", ValueType::Bool), "true");
        assert_eq!(read("-INF", ValueType::Double), "-INF");
        assert_eq!(Value::from_xml("300", &ValueType::Byte).unwrap_err(), "“300” is not a valid Byte");
        assert!(Value::from_xml("1e5", &ValueType::Decimal).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_reads_without_panic(text in ".{0,20}") {
            for value_type in ValueType::known() {
                if let Ok(value) = Value::from_xml(&text, &value_type) {
                    let _ = value.to_xml();
                }
            }
        }

        #[test]
        fn ticks_round_trip(ticks in 0..=DateTime::MAX.0) {
            let value = Value::DateTime(DateTime(ticks));
            proptest::prop_assert_eq!(Value::from_xml(&value.to_xml(), &ValueType::DateTime), Ok(value));
        }

        #[test]
        fn spans_round_trip(ticks in i64::MIN + 1..=i64::MAX) {
            let value = Value::TimeSpan(TimeSpan(ticks));
            proptest::prop_assert_eq!(Value::from_xml(&value.to_xml(), &ValueType::TimeSpan), Ok(value));
        }
    }
}
