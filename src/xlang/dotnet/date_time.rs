use super::format::format_with;
use super::object::enum_object;
use super::{Call, Row, exception};
use crate::message::{DateTime, TimeSpan, Value, ValueType, format_value};
use crate::xlang::Raised;
use crate::xlang::eval::{compare, shifted};
use jiff::civil;

const DATE: &str = "System.DateTime";
const SPAN: &str = "System.TimeSpan";
const MILLISECOND: f64 = 10_000.0;
const SECOND: f64 = 1_000.0 * MILLISECOND;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Times are UTC throughout: `Now` and `UtcNow` are the same clock (DLY-2).
pub const ROWS: &[Row] = &[
    (DATE, "static datetime Now", |call| Ok(Value::DateTime(call.env.now()))),
    (DATE, "static datetime UtcNow", |call| Ok(Value::DateTime(call.env.now()))),
    (DATE, "static datetime Today", |call| Ok(midnight(call.env.now()))),
    (DATE, "static datetime MinValue", |_| Ok(Value::DateTime(DateTime(0)))),
    (DATE, "static datetime MaxValue", |_| Ok(Value::DateTime(DateTime::MAX))),
    (DATE, "static datetime Parse(string s)", |call| read(&call.some_text(0)?)),
    (DATE, "static datetime Parse(string s, object provider)", |call| read(&call.some_text(0)?)),
    (DATE, "static bool TryParse(string s, out datetime result)", |call| {
        super::convert::try_parse(call, &ValueType::DateTime)
    }),
    (DATE, "new(int year, int month, int day)", new_date),
    (DATE, "new(int year, int month, int day, int hour, int minute, int second)", new_date),
    (DATE, "new(long ticks)", |call| shifted(DateTime(0), Some(call.integer(0)))),
    (DATE, "datetime Add(timespan value)", |call| shifted(time(&call), Some(span(&call, 1)))),
    (DATE, "datetime AddDays(double value)", |call| add(&call, DAY)),
    (DATE, "datetime AddHours(double value)", |call| add(&call, HOUR)),
    (DATE, "datetime AddMinutes(double value)", |call| add(&call, MINUTE)),
    (DATE, "datetime AddSeconds(double value)", |call| add(&call, SECOND)),
    (DATE, "datetime AddMilliseconds(double value)", |call| add(&call, MILLISECOND)),
    (DATE, "datetime AddTicks(long value)", |call| shifted(time(&call), Some(call.integer(1)))),
    (DATE, "datetime AddMonths(int months)", |call| add_months(&call, call.integer(1))),
    (DATE, "datetime AddYears(int years)", |call| add_months(&call, call.integer(1).saturating_mul(12))),
    (DATE, "timespan Subtract(datetime value)", |call| match call.get(1) {
        Value::DateTime(other) => Ok(Value::TimeSpan(time(&call).since(*other))),
        _ => Ok(Value::Null),
    }),
    (DATE, "datetime Subtract(timespan value)", |call| shifted(time(&call), span(&call, 1).checked_neg())),
    (DATE, "datetime Date", |call| Ok(midnight(time(&call)))),
    (DATE, "timespan TimeOfDay", |call| Ok(Value::TimeSpan(TimeSpan(time(&call).0.rem_euclid(DAY as i64))))),
    (DATE, "int Year", |call| Ok(Value::Int32(time(&call).civil().year().into()))),
    (DATE, "int Month", |call| Ok(Value::Int32(time(&call).civil().month().into()))),
    (DATE, "int Day", |call| Ok(Value::Int32(time(&call).civil().day().into()))),
    (DATE, "int Hour", |call| Ok(Value::Int32(time(&call).civil().hour().into()))),
    (DATE, "int Minute", |call| Ok(Value::Int32(time(&call).civil().minute().into()))),
    (DATE, "int Second", |call| Ok(Value::Int32(time(&call).civil().second().into()))),
    (DATE, "int Millisecond", |call| Ok(Value::Int32(time(&call).civil().millisecond().into()))),
    (DATE, "int DayOfYear", |call| Ok(Value::Int32(time(&call).civil().day_of_year().into()))),
    (DATE, "long Ticks", |call| Ok(Value::Int64(time(&call).0))),
    (DATE, "System.DayOfWeek DayOfWeek", |call| {
        let day = time(&call).civil().strftime("%A").to_string();
        Ok(enum_object("System.DayOfWeek", &day))
    }),
    (DATE, "datetime ToUniversalTime()", |call| Ok(call.get(0).clone())),
    (DATE, "datetime ToLocalTime()", |call| Ok(call.get(0).clone())),
    (DATE, "string ToString(string format)", |call| format_with(call.get(0), &call.text(1)).map(Value::from)),
    (DATE, "string ToString(string format, object provider)", |call| {
        format_with(call.get(0), &call.text(1)).map(Value::from)
    }),
    (DATE, "string ToString(System.Globalization.CultureInfo provider)", |call| {
        Ok(Value::from(format_value(call.get(0))))
    }),
    (DATE, "string ToShortDateString()", |call| format_with(call.get(0), "d").map(Value::from)),
    (DATE, "string ToLongDateString()", |call| format_with(call.get(0), "D").map(Value::from)),
    (DATE, "string ToShortTimeString()", |call| format_with(call.get(0), "t").map(Value::from)),
    (DATE, "string ToLongTimeString()", |call| format_with(call.get(0), "T").map(Value::from)),
    (DATE, "int CompareTo(datetime other)", order),
    (DATE, "static int Compare(datetime a, datetime b)", order),
    (SPAN, "new(long ticks)", |call| Ok(Value::TimeSpan(TimeSpan(call.integer(0))))),
    (SPAN, "new(int hours, int minutes, int seconds)", |call| new_span(&call, [0, 1, 2, 3, 0])),
    (SPAN, "new(int days, int hours, int minutes, int seconds)", |call| new_span(&call, [1, 2, 3, 4, 0])),
    (SPAN, "new(int days, int hours, int minutes, int seconds, int milliseconds)", |call| {
        new_span(&call, [1, 2, 3, 4, 5])
    }),
    (SPAN, "static timespan Zero", |_| Ok(Value::TimeSpan(TimeSpan(0)))),
    (SPAN, "static timespan MaxValue", |_| Ok(Value::TimeSpan(TimeSpan(i64::MAX)))),
    (SPAN, "static timespan MinValue", |_| Ok(Value::TimeSpan(TimeSpan(i64::MIN)))),
    (SPAN, "static timespan FromDays(double value)", |call| from_unit(call.number(0), DAY)),
    (SPAN, "static timespan FromHours(double value)", |call| from_unit(call.number(0), HOUR)),
    (SPAN, "static timespan FromMinutes(double value)", |call| from_unit(call.number(0), MINUTE)),
    (SPAN, "static timespan FromSeconds(double value)", |call| from_unit(call.number(0), SECOND)),
    (SPAN, "static timespan FromMilliseconds(double value)", |call| from_unit(call.number(0), MILLISECOND)),
    (SPAN, "static timespan FromTicks(long value)", |call| Ok(Value::TimeSpan(TimeSpan(call.integer(0))))),
    (SPAN, "static timespan Parse(string s)", |call| read_span(&call.some_text(0)?)),
    (SPAN, "double TotalDays", |call| total(&call, DAY)),
    (SPAN, "double TotalHours", |call| total(&call, HOUR)),
    (SPAN, "double TotalMinutes", |call| total(&call, MINUTE)),
    (SPAN, "double TotalSeconds", |call| total(&call, SECOND)),
    (SPAN, "double TotalMilliseconds", |call| total(&call, MILLISECOND)),
    (SPAN, "int Days", |call| field(&call, DAY, i64::MAX)),
    (SPAN, "int Hours", |call| field(&call, HOUR, 24)),
    (SPAN, "int Minutes", |call| field(&call, MINUTE, 60)),
    (SPAN, "int Seconds", |call| field(&call, SECOND, 60)),
    (SPAN, "int Milliseconds", |call| field(&call, MILLISECOND, 1_000)),
    (SPAN, "long Ticks", |call| Ok(Value::Int64(span(&call, 0)))),
    (SPAN, "timespan Add(timespan other)", |call| sum(span(&call, 0).checked_add(span(&call, 1)))),
    (SPAN, "timespan Subtract(timespan other)", |call| sum(span(&call, 0).checked_sub(span(&call, 1)))),
    (SPAN, "timespan Negate()", |call| sum(span(&call, 0).checked_neg())),
    (SPAN, "timespan Duration()", |call| sum(span(&call, 0).checked_abs())),
    (SPAN, "int CompareTo(timespan other)", order),
];

fn time(call: &Call<'_>) -> DateTime {
    match call.get(0) {
        Value::DateTime(time) => *time,
        _ => DateTime(0),
    }
}

fn span(call: &Call<'_>, at: usize) -> i64 {
    match call.get(at) {
        Value::TimeSpan(span) => span.0,
        _ => 0,
    }
}

fn midnight(time: DateTime) -> Value {
    Value::DateTime(DateTime(time.0 - time.0.rem_euclid(DAY as i64)))
}

fn order(call: Call<'_>) -> Result<Value, Raised> {
    Ok(Value::Int32(compare(call.get(0), call.get(1)).map_or(1, |o| o as i32)))
}

/// Ticks of a number of units, to the millisecond as .NET counts.
fn ticks(amount: f64, unit: f64) -> Option<i64> {
    let milliseconds = (amount * unit / MILLISECOND).round();
    let ticks = milliseconds * MILLISECOND;
    (ticks.is_finite() && ticks.abs() < i64::MAX as f64).then_some(ticks as i64)
}

fn add(call: &Call<'_>, unit: f64) -> Result<Value, Raised> {
    shifted(time(call), ticks(call.number(1), unit))
}

fn add_months(call: &Call<'_>, months: i64) -> Result<Value, Raised> {
    let moved =
        jiff::Span::new().try_months(months).ok().and_then(|span| time(call).civil().checked_add(span).ok());
    // The civil form keeps 100 ns, so nothing is lost on the way.
    moved.and_then(DateTime::from_civil).map(Value::DateTime).ok_or_else(|| call.out_of_range("the number"))
}

fn new_date(call: Call<'_>) -> Result<Value, Raised> {
    let part = |at: usize| i8::try_from(call.integer(at)).ok();
    let date = || {
        let year = i16::try_from(call.integer(0)).ok().filter(|y| *y >= 1)?;
        let date = civil::Date::new(year, part(1)?, part(2)?).ok()?;
        let time = civil::Time::new(part(3)?, part(4)?, part(5)?, 0).ok()?;
        DateTime::from_civil(date.to_datetime(time))
    };
    date().map(Value::DateTime).ok_or_else(|| {
        exception("System.ArgumentOutOfRangeException", "year, month, day and time do not describe a date")
    })
}

/// Argument positions from 1 of days, hours, minutes, seconds, milliseconds; 0 for none.
fn new_span(call: &Call<'_>, positions: [usize; 5]) -> Result<Value, Raised> {
    let units = [DAY, HOUR, MINUTE, SECOND, MILLISECOND];
    let mut all = 0_i64;
    for (position, unit) in positions.iter().zip(units) {
        let amount = position.checked_sub(1).map_or(0, |at| call.integer(at));
        let ticks = amount.checked_mul(unit as i64).and_then(|ticks| all.checked_add(ticks));
        all = ticks.ok_or_else(too_long)?;
    }
    Ok(Value::TimeSpan(TimeSpan(all)))
}

fn too_long() -> Raised {
    exception("System.OverflowException", "the duration is too long for a TimeSpan")
}

fn from_unit(amount: f64, unit: f64) -> Result<Value, Raised> {
    sum(ticks(amount, unit))
}

fn sum(ticks: Option<i64>) -> Result<Value, Raised> {
    ticks.map(|ticks| Value::TimeSpan(TimeSpan(ticks))).ok_or_else(too_long)
}

fn total(call: &Call<'_>, unit: f64) -> Result<Value, Raised> {
    Ok(Value::Double(span(call, 0) as f64 / unit))
}

fn field(call: &Call<'_>, unit: f64, modulus: i64) -> Result<Value, Raised> {
    let whole = span(call, 0) / unit as i64;
    Ok(Value::Int32(i32::try_from(whole % modulus).unwrap_or(i32::MAX)))
}

/// `[-][d.]hh:mm[:ss[.fff]]`, or days alone.
fn read_span(text: &str) -> Result<Value, Raised> {
    let parse = || {
        let trimmed = text.trim();
        let (sign, rest) = match trimmed.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, trimmed),
        };
        let mut parts: Vec<&str> = rest.split(':').collect();
        if parts.len() == 1 {
            return rest.parse::<i64>().ok()?.checked_mul(DAY as i64)?.checked_mul(sign);
        }
        let (days, hours) = match parts.first()?.split_once('.') {
            Some((days, hours)) => (days.parse::<i64>().ok()?, hours),
            None => (0, *parts.first()?),
        };
        if parts.len() == 2 {
            parts.push("0");
        }
        let [_, minutes, seconds] = parts.as_slice() else { return None };
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        let seconds: f64 = seconds.parse().ok()?;
        let fits = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0.0..60.0).contains(&seconds);
        let ticks = (seconds * SECOND).round() as i64 + minutes * MINUTE as i64 + hours * HOUR as i64;
        days.checked_mul(DAY as i64)?.checked_add(ticks).filter(|_| fits)?.checked_mul(sign)
    };
    parse().map(|ticks| Value::TimeSpan(TimeSpan(ticks))).ok_or_else(|| {
        exception("System.FormatException", format!("“{text}” is not a TimeSpan such as 1.02:30:00"))
    })
}

/// A date as XML writes it, or as the invariant culture does: `MM/dd/yyyy [HH:mm[:ss]]`.
pub fn read(text: &str) -> Result<Value, Raised> {
    let text = text.trim();
    if let Ok(value) = Value::from_xml(text, &ValueType::DateTime) {
        return Ok(value);
    }
    [
        "%m/%d/%Y %H:%M:%S",
        "%m/%d/%Y %H:%M",
        "%m/%d/%Y %I:%M:%S %p",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
    ]
    .iter()
    .find_map(|format| civil::DateTime::strptime(format, text).ok())
    .or_else(|| {
        let date = ["%m/%d/%Y", "%Y/%m/%d", "%Y%m%d"]
            .iter()
            .find_map(|format| civil::Date::strptime(format, text).ok())?;
        Some(date.to_datetime(civil::Time::midnight()))
    })
    .and_then(DateTime::from_civil)
    .map(Value::DateTime)
    .ok_or_else(|| exception("System.FormatException", format!("“{text}” is not a date and time")))
}
