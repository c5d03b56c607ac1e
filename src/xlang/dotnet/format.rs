//! .NET format strings, invariant culture.

use super::exception;
use crate::diagnostic::grouped;
use crate::message::{DateTime, Value, format_value};
use crate::xlang::Raised;
use crate::xlang::eval::{convert_text, double, integer};
use rust_decimal::{Decimal, RoundingStrategy};

/// `String.Format`: `{index[,width][:format]}`, with `{{` and `}}` for braces.
pub fn composite(format: &str, arguments: &[Value]) -> Result<String, Raised> {
    let wrong = || exception("System.FormatException", format!("“{format}” is not a valid format"));
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        let (text, brace) = rest.split_at_checked(at).ok_or_else(wrong)?;
        out.push_str(text);
        if brace.starts_with("{{") || brace.starts_with("}}") {
            out.extend(brace.chars().take(1));
            rest = brace.get(2..).unwrap_or("");
            continue;
        }
        let (item, after) = brace.strip_prefix('{').and_then(|b| b.split_once('}')).ok_or_else(wrong)?;
        let (head, specifier) = item.split_once(':').map_or((item, ""), |(h, s)| (h, s));
        let (index, width) = head.split_once(',').map_or((head, "0"), |(i, w)| (i, w));
        let index: usize = index.trim().parse().map_err(|_| wrong())?;
        let width: i32 = width.trim().parse().ok().filter(|w: &i32| w.abs() <= 10_000).ok_or_else(wrong)?;
        let value = arguments.get(index).ok_or_else(|| {
            exception(
                "System.FormatException",
                format!("“{format}” needs more than {} values", arguments.len()),
            )
        })?;
        let text = format_with(value, specifier)?;
        let missing = (width.unsigned_abs() as usize).saturating_sub(text.chars().count());
        let fill = " ".repeat(missing);
        out.push_str(&if width < 0 { text + fill.as_str() } else { fill + text.as_str() });
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// `value.ToString(format)`; an empty format is the plain `ToString`.
pub fn format_with(value: &Value, format: &str) -> Result<String, Raised> {
    match value {
        _ if format.is_empty() => Ok(convert_text(value)),
        Value::DateTime(time) => Ok(date(*time, format)),
        value if double(value).is_some() && !matches!(value, Value::Char(_)) => number(value, format),
        _ => Ok(convert_text(value)),
    }
}

fn number(value: &Value, format: &str) -> Result<String, Raised> {
    let wrong = || exception("System.FormatException", format!("“{format}” is not a number format"));
    let mut chars = format.chars();
    let letter = chars.next().unwrap_or('G');
    let digits = chars.as_str();
    if !letter.is_ascii_alphabetic() || !digits.chars().all(|c| c.is_ascii_digit()) || digits.len() > 2 {
        return Ok(custom(value, format));
    }
    let precision: Option<u32> = digits.parse().ok();
    let decimals = |default: u32| precision.unwrap_or(default);
    Ok(match letter.to_ascii_uppercase() {
        'G' | 'R' => format_value(value),
        'D' => {
            let number = integer(value).ok_or_else(wrong)?;
            let width = decimals(0) as usize;
            format!("{}{:0>width$}", if number < 0 { "-" } else { "" }, number.unsigned_abs())
        }
        'X' => {
            let number = integer(value).ok_or_else(wrong)?;
            let bits = match value {
                Value::Int64(n) => *n as u64,
                Value::UInt64(n) => *n,
                _ => u64::from(number as u32),
            };
            let width = decimals(0) as usize;
            if letter == 'x' { format!("{bits:0>width$x}") } else { format!("{bits:0>width$X}") }
        }
        'F' => fixed(value, decimals(2), false),
        'N' => fixed(value, decimals(2), true),
        'C' => {
            let text = fixed(value, decimals(2), true);
            text.strip_prefix('-').map_or_else(|| format!("¤{text}"), |digits| format!("(¤{digits})"))
        }
        'P' => {
            let hundredfold = match decimal(value).and_then(|d| d.checked_mul(Decimal::ONE_HUNDRED)) {
                Some(d) => Value::Decimal(d),
                None => Value::Double(double(value).unwrap_or(0.0) * 100.0),
            };
            format!("{} %", fixed(&hundredfold, decimals(2), true))
        }
        'E' => {
            let text = format!("{:.*e}", decimals(6) as usize, double(value).ok_or_else(wrong)?);
            let (mantissa, exponent) = text.split_once('e').ok_or_else(wrong)?;
            let exponent: i32 = exponent.parse().map_err(|_| wrong())?;
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}{letter}{sign}{:03}", exponent.unsigned_abs())
        }
        _ => return Err(wrong()),
    })
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Decimal(n) => Some(*n),
        Value::Double(n) => Decimal::try_from(*n).ok(),
        Value::Single(n) => Decimal::try_from(*n).ok(),
        other => Decimal::try_from_i128_with_scale(integer(other)?, 0).ok(),
    }
}

/// Fixed decimals, rounded half away from zero, with group commas if wanted.
fn fixed(value: &Value, decimals: u32, groups: bool) -> String {
    let text = match decimal(value) {
        Some(number) => {
            let rounded =
                number.round_dp_with_strategy(decimals.min(28), RoundingStrategy::MidpointAwayFromZero);
            format!("{rounded:.*}", decimals as usize)
        }
        None => match double(value) {
            Some(number) if number.is_finite() => format!("{number:.*}", decimals as usize),
            _ => return format_value(value),
        },
    };
    let zero = text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.'));
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (if zero { "" } else { "-" }, rest),
        None => ("", text.as_str()),
    };
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let whole = if groups { grouped(whole) } else { whole.to_owned() };
    match fraction {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    }
}

/// `0`, `#`, `.`, `,` and `%` patterns, with sections for negative numbers and zero.
fn custom(value: &Value, format: &str) -> String {
    let sections: Vec<&str> = format.split(';').collect();
    let amount = double(value).unwrap_or(0.0);
    let (pattern, negative) = match sections.as_slice() {
        [_, _, zero, ..] if amount == 0.0 => (*zero, false),
        [_, second, ..] if amount < 0.0 => (*second, false),
        [first, ..] => (*first, amount < 0.0),
        [] => ("", amount < 0.0),
    };
    let start = pattern.find(['0', '#', '.']).unwrap_or(pattern.len());
    let end = pattern.rfind(['0', '#', '.', ',']).map_or(start, |at| at + 1);
    let (prefix, suffix) = (pattern.get(..start).unwrap_or(""), pattern.get(end..).unwrap_or(""));
    let core = pattern.get(start..end).unwrap_or("");
    let (whole, fraction) = core.split_once('.').unwrap_or((core, ""));
    let percent = pattern.contains('%');
    let places = u32::try_from(fraction.matches(['0', '#']).count()).unwrap_or(0);
    let magnitude = match decimal(value) {
        Some(d) => Value::Decimal(
            d.abs().checked_mul(if percent { Decimal::ONE_HUNDRED } else { Decimal::ONE }).unwrap_or(d.abs()),
        ),
        None => Value::Double(amount.abs() * if percent { 100.0 } else { 1.0 }),
    };
    let text = fixed(&magnitude, places, false);
    let (digits, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let least = whole.matches('0').count();
    let digits = digits.trim_start_matches('0');
    let digits = format!("{digits:0>least$}");
    let digits = if whole.contains(',') { grouped(&digits) } else { digits };
    let required = fraction.rfind('0').map_or(0, |at| at + 1);
    let mut decimals = decimals.to_owned();
    while decimals.len() > required && decimals.ends_with('0') {
        decimals.pop();
    }
    let nothing = |text: &str| text.chars().all(|c| matches!(c, '0' | ',' | '.'));
    let sign = if negative && !(nothing(&digits) && nothing(&decimals)) { "-" } else { "" };
    let point = if decimals.is_empty() { "" } else { "." };
    let literal = |text: &str| text.replace(['"', '\'', '\\'], "");
    format!("{sign}{}{digits}{point}{decimals}{}", literal(prefix), literal(suffix))
}

/// Standard letters, or a pattern of `yyyy MM dd HH mm ss fff tt` and literals.
fn date(time: DateTime, format: &str) -> String {
    let pattern = match format {
        "d" => "MM/dd/yyyy",
        "D" => "dddd, dd MMMM yyyy",
        "t" => "HH:mm",
        "T" => "HH:mm:ss",
        "f" => "dddd, dd MMMM yyyy HH:mm",
        "F" | "U" => "dddd, dd MMMM yyyy HH:mm:ss",
        "g" => "MM/dd/yyyy HH:mm",
        "G" => "MM/dd/yyyy HH:mm:ss",
        "m" | "M" => "MMMM dd",
        "y" | "Y" => "yyyy MMMM",
        "o" | "O" => "yyyy-MM-ddTHH:mm:ss.fffffffK",
        "s" => "yyyy-MM-ddTHH:mm:ss",
        "u" => "yyyy-MM-dd HH:mm:ssZ",
        "r" | "R" => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        other => other.strip_prefix('%').unwrap_or(other),
    };
    let civil = time.civil();
    let text = |directive: &str| civil.strftime(directive).to_string();
    let fraction = format!("{:07}", time.0.rem_euclid(10_000_000));
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' {
            out.extend(chars.next());
            continue;
        }
        if matches!(c, '\'' | '"') {
            out.extend(chars.by_ref().take_while(|x| *x != c));
            continue;
        }
        let mut count = 1;
        while chars.peek() == Some(&c) && c.is_ascii_alphabetic() {
            chars.next();
            count += 1;
        }
        let padded = |number: i32, width: usize| format!("{number:0>width$}");
        let hour12 = match i32::from(civil.hour()) % 12 {
            0 => 12,
            hour => hour,
        };
        match (c, count) {
            ('y', 1 | 2) => out.push_str(&padded(i32::from(civil.year()) % 100, count)),
            ('y', _) => out.push_str(&padded(civil.year().into(), count)),
            ('M', 4..) => out.push_str(&text("%B")),
            ('M', 3) => out.push_str(&text("%b")),
            ('M', _) => out.push_str(&padded(civil.month().into(), count)),
            ('d', 4..) => out.push_str(&text("%A")),
            ('d', 3) => out.push_str(&text("%a")),
            ('d', _) => out.push_str(&padded(civil.day().into(), count)),
            ('H', _) => out.push_str(&padded(civil.hour().into(), count.min(2))),
            ('h', _) => out.push_str(&padded(hour12, count.min(2))),
            ('m', _) => out.push_str(&padded(civil.minute().into(), count.min(2))),
            ('s', _) => out.push_str(&padded(civil.second().into(), count.min(2))),
            ('f', _) => out.push_str(fraction.get(..count).unwrap_or(&fraction)),
            ('F', _) => out.push_str(fraction.get(..count).unwrap_or(&fraction).trim_end_matches('0')),
            ('t', 1) => out.push_str(if civil.hour() < 12 { "A" } else { "P" }),
            ('t', _) => out.push_str(if civil.hour() < 12 { "AM" } else { "PM" }),
            ('z', 1) => out.push_str("+0"),
            ('z', 2) => out.push_str("+00"),
            ('z', _) => out.push_str("+00:00"),
            ('K', _) => out.push('Z'),
            _ => out.extend(std::iter::repeat_n(c, count)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::ValueType;

    #[test]
    fn numbers_follow_their_formats() {
        let cases = [
            (Value::Int32(7), "D3", "007"),
            (Value::Int32(-7), "D3", "-007"),
            (Value::Int32(255), "X4", "00FF"),
            (Value::Double(1234.565), "N2", "1,234.57"),
            (Value::Decimal("0.125".parse().unwrap()), "P1", "12.5 %"),
            (Value::Double(1234.5), "F0", "1235"),
            (Value::Double(1234.5), "E2", "1.23E+003"),
            (Value::Int32(5), "000", "005"),
            (Value::Double(1234.5), "#,##0.00", "1,234.50"),
            (Value::Double(0.5), "0.##", "0.5"),
            (Value::Double(-3.0), "0.0;(0.0)", "(3.0)"),
            (Value::Double(0.256), "0.0%", "25.6%"),
        ];
        for (value, format, text) in cases {
            assert_eq!(format_with(&value, format).unwrap(), text, "{format}");
        }
    }

    #[test]
    fn dates_follow_their_patterns() {
        let time = Value::from_xml("2024-03-05T14:07:09.123Z", &ValueType::DateTime).unwrap();
        let cases = [
            ("yyyyMMdd", "20240305"),
            ("yyyy-MM-ddTHH:mm:ss.fff", "2024-03-05T14:07:09.123"),
            ("s", "2024-03-05T14:07:09"),
            ("o", "2024-03-05T14:07:09.1230000Z"),
            ("dd MMM yy h:mm tt", "05 Mar 24 2:07 PM"),
            ("dddd 'at' HH\\h", "Tuesday at 14h"),
        ];
        for (format, text) in cases {
            assert_eq!(format_with(&time, format).unwrap(), text, "{format}");
        }
    }

    #[test]
    fn composite_formats_place_and_align() {
        let values = [Value::from("a"), Value::Int32(5)];
        assert_eq!(composite("{0}-{1:D2} {{x}} [{0,3}|{0,-3}]", &values).unwrap(), "a-05 {x} [  a|a  ]");
        assert_eq!(composite("{2}", &values).unwrap_err().exception_type, "System.FormatException");
        assert!(composite("{0", &values).is_err());
        assert!(composite("}", &values).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_format_ends(format in ".{0,24}", number in proptest::num::f64::ANY, ticks in 0..=DateTime::MAX.0) {
            let _ = composite(&format, &[Value::Double(number), Value::DateTime(DateTime(ticks))]);
            let _ = format_with(&Value::Double(number), &format);
            let _ = format_with(&Value::DateTime(DateTime(ticks)), &format);
        }
    }
}
