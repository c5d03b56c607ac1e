//! Values of literals: C#'s rules.

use crate::message::Value;
use rust_decimal::Decimal;

/// Value of an integer literal: the first of Int32, UInt32, Int64, UInt64 that holds it, as its suffix allows.
pub(super) fn integer(text: &str) -> Result<Value, String> {
    let (radix, digits) = match text.get(..2) {
        Some("0x" | "0X") => (16, text.get(2..).unwrap_or("")),
        _ => (10, text),
    };
    let body = digits.trim_end_matches(['u', 'U', 'l', 'L']);
    let suffix = digits.get(body.len()..).unwrap_or("").to_ascii_lowercase();
    let (unsigned, long) = match suffix.as_str() {
        "" => (false, false),
        "u" => (true, false),
        "l" => (false, true),
        "ul" | "lu" => (true, true),
        _ => return Err(format!("`{text}` is not a number")),
    };
    let number = match u64::from_str_radix(body, radix) {
        Ok(number) => number,
        Err(e) if *e.kind() == std::num::IntErrorKind::PosOverflow => {
            return Err(format!("`{text}` is larger than any integer type"));
        }
        Err(_) => return Err(format!("`{text}` is not a number")),
    };
    let small = (!unsigned && !long).then(|| i32::try_from(number).ok()).flatten().map(Value::Int32);
    let unsigned_small = (!long).then(|| u32::try_from(number).ok()).flatten().map(Value::UInt32);
    let signed = (!unsigned).then(|| i64::try_from(number).ok()).flatten().map(Value::Int64);
    Ok(small.or(unsigned_small).or(signed).unwrap_or(Value::UInt64(number)))
}

/// Value of a literal with a fraction, exponent or real suffix.
pub(super) fn real(text: &str) -> Result<Value, String> {
    let wrong = || format!("`{text}` is not a number");
    let body = text.trim_end_matches(['f', 'F', 'd', 'D', 'm', 'M']);
    let parsed = match text.get(body.len()..).unwrap_or("") {
        "" | "d" | "D" => body.parse().ok().filter(|n: &f64| n.is_finite()).map(Value::Double),
        "f" | "F" => body.parse().ok().filter(|n: &f32| n.is_finite()).map(Value::Single),
        "m" | "M" => Decimal::from_scientific(body).or_else(|_| body.parse()).ok().map(Value::Decimal),
        _ => None,
    };
    parsed.ok_or_else(wrong)
}

/// Content of `"…"` or `'…'` with its escapes resolved; the wrong escape otherwise.
pub(super) fn unescape(inside: &str) -> Result<String, String> {
    let mut out = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let escape = chars.next().unwrap_or(' ');
        out.push(match escape {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '\\' | '"' | '\'' => escape,
            'u' | 'x' | 'U' => {
                let (least, most) = match escape {
                    'u' => (4, 4),
                    'U' => (8, 8),
                    _ => (1, 4),
                };
                let rest = chars.as_str();
                let digits = rest.chars().take(most).take_while(char::is_ascii_hexdigit).count();
                let hex = rest.get(..digits).unwrap_or("");
                let known = u32::from_str_radix(hex, 16).ok().filter(|_| digits >= least);
                let Some(c) = known.and_then(char::from_u32) else {
                    return Err(format!("`\\{escape}{hex}` is not a character"));
                };
                chars = rest.get(digits..).unwrap_or("").chars();
                c
            }
            _ => return Err(format!("`\\{escape}` is not an escape")),
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_take_the_smallest_type_that_holds_them() {
        assert_eq!(integer("2147483647"), Ok(Value::Int32(i32::MAX)));
        assert_eq!(integer("2147483648"), Ok(Value::UInt32(1 << 31)));
        assert_eq!(integer("4294967296"), Ok(Value::Int64(1 << 32)));
        assert_eq!(integer("7L"), Ok(Value::Int64(7)));
        assert_eq!(integer("7u"), Ok(Value::UInt32(7)));
        assert_eq!(integer("0x1FB4"), Ok(Value::Int32(0x1FB4)));
        assert!(integer("18446744073709551616").unwrap_err().contains("larger"));
        assert!(integer("0x").is_err());
    }

    #[test]
    fn reals_and_escapes_follow_csharp() {
        assert_eq!(real("1.5"), Ok(Value::Double(1.5)));
        assert_eq!(real("1e2f"), Ok(Value::Single(100.0)));
        assert_eq!(real("0.10m"), Ok(Value::Decimal("0.10".parse().unwrap())));
        assert!(real("1.5q").is_err());
        assert_eq!(unescape(r#"a\"\\\r\n\u00e9\x41"#).as_deref(), Ok("a\"\\\r\néA"));
        assert!(unescape(r"\q").is_err());
        assert!(unescape(r"\uD800").is_err());
    }
}
