use super::format::composite;
use super::{Call, Row, exception};
use crate::message::{Value, format_value};
use crate::xlang::Raised;
use std::borrow::Cow;

const STRING: &str = "System.String";
const CHAR: &str = "System.Char";

pub const ROWS: &[Row] = &[
    (STRING, "static string Empty", |_| Ok(Value::from(""))),
    (STRING, "static bool IsNullOrEmpty(string value)", |call| Ok(Value::Bool(call.text(0).is_empty()))),
    (STRING, "static bool IsNullOrWhiteSpace(string value)", |call| {
        Ok(Value::Bool(call.text(0).trim().is_empty()))
    }),
    (STRING, "static string Format(string format, params object args)", |call| {
        composite(&call.some_text(0)?, call.values.get(1..).unwrap_or_default()).map(Value::from)
    }),
    (STRING, "static string Concat(params object args)", |call| {
        Ok(Value::from(call.values.iter().map(format_value).collect::<String>()))
    }),
    (STRING, "static string Join(string separator, params object values)", |call| {
        let parts: Vec<String> = call.values.get(1..).unwrap_or_default().iter().map(format_value).collect();
        Ok(Value::from(parts.join(&call.text(0))))
    }),
    (STRING, "static int Compare(string a, string b)", |call| Ok(order(&call.text(0), &call.text(1), false))),
    (STRING, "static int Compare(string a, string b, bool ignoreCase)", |call| {
        Ok(order(&call.text(0), &call.text(1), *call.get(2) == Value::Bool(true)))
    }),
    (STRING, "static int Compare(string a, string b, System.StringComparison comparison)", |call| {
        Ok(order(&call.text(0), &call.text(1), ignores_case(call.get(2))))
    }),
    (STRING, "static bool Equals(string a, string b)", |call| Ok(Value::Bool(call.get(0) == call.get(1)))),
    (STRING, "int Length", |call| count(utf16_length(&call.text(0)))),
    (STRING, "bool Contains(string value)", |call| {
        Ok(Value::Bool(call.text(0).contains(&*call.some_text(1)?)))
    }),
    (STRING, "bool StartsWith(string value)", |call| {
        Ok(Value::Bool(call.text(0).starts_with(&*call.some_text(1)?)))
    }),
    (STRING, "bool EndsWith(string value)", |call| {
        Ok(Value::Bool(call.text(0).ends_with(&*call.some_text(1)?)))
    }),
    (STRING, "int IndexOf(string value)", |call| index_of(&call, 0)),
    (STRING, "int IndexOf(char value)", |call| index_of(&call, 0)),
    (STRING, "int IndexOf(string value, int startIndex)", |call| index_of(&call, call.integer(2))),
    (STRING, "int IndexOf(char value, int startIndex)", |call| index_of(&call, call.integer(2))),
    (STRING, "int LastIndexOf(string value)", last_index_of),
    (STRING, "int LastIndexOf(char value)", last_index_of),
    (STRING, "string Substring(int startIndex)", |call| {
        let text = call.text(0);
        slice(&text, call.integer(1), None).map(Value::from).ok_or_else(|| call.out_of_range("startIndex"))
    }),
    (STRING, "string Substring(int startIndex, int length)", |call| {
        let text = call.text(0);
        slice(&text, call.integer(1), Some(call.integer(2)))
            .map(Value::from)
            .ok_or_else(|| call.out_of_range("startIndex or length"))
    }),
    (STRING, "string Remove(int startIndex)", |call| {
        let text = call.text(0);
        slice(&text, 0, Some(call.integer(1))).map(Value::from).ok_or_else(|| call.out_of_range("startIndex"))
    }),
    (STRING, "string Remove(int startIndex, int count)", |call| {
        let text = call.text(0);
        let (start, count) = (call.integer(1), call.integer(2));
        let head = slice(&text, 0, Some(start));
        let tail = start.checked_add(count).filter(|_| count >= 0).and_then(|at| slice(&text, at, None));
        match (head, tail) {
            (Some(head), Some(tail)) => Ok(Value::from(format!("{head}{tail}"))),
            _ => Err(call.out_of_range("startIndex or count")),
        }
    }),
    (STRING, "string Insert(int startIndex, string value)", |call| {
        let text = call.text(0);
        let at = call.integer(1);
        match (slice(&text, 0, Some(at)), slice(&text, at, None)) {
            (Some(head), Some(tail)) => Ok(Value::from(format!("{head}{}{tail}", call.text(2)))),
            _ => Err(call.out_of_range("startIndex")),
        }
    }),
    (STRING, "string Replace(string oldValue, string newValue)", replace),
    (STRING, "string Replace(char oldChar, char newChar)", replace),
    (STRING, "string Trim()", |call| Ok(Value::from(call.text(0).trim()))),
    (STRING, "string TrimStart()", |call| Ok(Value::from(call.text(0).trim_start()))),
    (STRING, "string TrimEnd()", |call| Ok(Value::from(call.text(0).trim_end()))),
    (STRING, "string Trim(char c)", |call| match call.get(1) {
        Value::Char(c) => Ok(Value::from(call.text(0).trim_matches(*c))),
        _ => Ok(Value::from(call.text(0).trim())),
    }),
    (STRING, "string ToUpper()", |call| Ok(Value::from(call.text(0).to_uppercase()))),
    (STRING, "string ToLower()", |call| Ok(Value::from(call.text(0).to_lowercase()))),
    (STRING, "string ToUpperInvariant()", |call| Ok(Value::from(call.text(0).to_uppercase()))),
    (STRING, "string ToLowerInvariant()", |call| Ok(Value::from(call.text(0).to_lowercase()))),
    (STRING, "string PadLeft(int totalWidth)", |call| pad(&call, ' ', true)),
    (STRING, "string PadRight(int totalWidth)", |call| pad(&call, ' ', false)),
    (STRING, "string PadLeft(int totalWidth, char paddingChar)", |call| pad(&call, padding(&call), true)),
    (STRING, "string PadRight(int totalWidth, char paddingChar)", |call| pad(&call, padding(&call), false)),
    (STRING, "int CompareTo(string other)", |call| Ok(order(&call.text(0), &call.text(1), false))),
    (STRING, "bool Equals(string value)", |call| Ok(Value::Bool(call.get(0) == call.get(1)))),
    (STRING, "bool Equals(string value, System.StringComparison comparison)", |call| {
        let same = order(&call.text(0), &call.text(1), ignores_case(call.get(2))) == Value::Int32(0);
        Ok(Value::Bool(same))
    }),
    (CHAR, "static bool IsDigit(char c)", |call| character(&call, char::is_numeric)),
    (CHAR, "static bool IsLetter(char c)", |call| character(&call, char::is_alphabetic)),
    (CHAR, "static bool IsWhiteSpace(char c)", |call| character(&call, char::is_whitespace)),
];

fn count(number: usize) -> Result<Value, Raised> {
    i32::try_from(number)
        .map(Value::Int32)
        .map_err(|_| exception("System.OutOfMemoryException", "the text is too long"))
}

/// .NET counts UTF-16 units.
fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// Byte at a UTF-16 position; inside a surrogate pair, its start.
fn byte_at(text: &str, position: i64) -> Option<usize> {
    let mut left = usize::try_from(position).ok()?;
    if text.is_ascii() {
        return (left <= text.len()).then_some(left);
    }
    for (at, c) in text.char_indices() {
        if left < c.len_utf16() {
            return Some(at);
        }
        left -= c.len_utf16();
    }
    (left == 0).then_some(text.len())
}

fn slice(text: &str, start: i64, length: Option<i64>) -> Option<&str> {
    let from = byte_at(text, start)?;
    let to = match length {
        Some(length) if length < 0 => return None,
        Some(length) => byte_at(text, start.checked_add(length)?)?,
        None => text.len(),
    };
    text.get(from..to)
}

fn index_of(call: &Call<'_>, start: i64) -> Result<Value, Raised> {
    let text = call.text(0);
    let from = byte_at(&text, start).ok_or_else(|| call.out_of_range("startIndex"))?;
    let value = call.some_text(1)?;
    let found = text.get(from..).and_then(|rest| rest.find(&*value));
    match found.and_then(|at| text.get(..from + at)) {
        Some(before) => count(utf16_length(before)),
        None => Ok(Value::Int32(-1)),
    }
}

fn last_index_of(call: Call<'_>) -> Result<Value, Raised> {
    let text = call.text(0);
    match text.rfind(&*call.some_text(1)?).and_then(|at| text.get(..at)) {
        Some(before) => count(utf16_length(before)),
        None => Ok(Value::Int32(-1)),
    }
}

fn replace(call: Call<'_>) -> Result<Value, Raised> {
    let old = call.some_text(1)?;
    if old.is_empty() {
        return Err(exception("System.ArgumentException", "the text to replace is empty"));
    }
    Ok(Value::from(call.text(0).replace(&*old, &call.text(2))))
}

fn ignores_case(comparison: &Value) -> bool {
    format_value(comparison).ends_with("IgnoreCase")
}

fn order(a: &str, b: &str, ignore_case: bool) -> Value {
    let fold = |text: &str| -> String { if ignore_case { text.to_lowercase() } else { text.to_owned() } };
    Value::Int32(fold(a).cmp(&fold(b)) as i32)
}

fn padding(call: &Call<'_>) -> char {
    match call.get(2) {
        Value::Char(c) => *c,
        _ => ' ',
    }
}

fn pad(call: &Call<'_>, fill: char, left: bool) -> Result<Value, Raised> {
    // Wider than any message could use is a mistake, not a wish for gigabytes.
    let width = usize::try_from(call.integer(1)).ok().filter(|w| *w <= 1 << 20);
    let width = width.ok_or_else(|| call.out_of_range("totalWidth"))?;
    let text: Cow<'_, str> = call.text(0);
    let missing = width.saturating_sub(utf16_length(&text));
    let fill: String = std::iter::repeat_n(fill, missing).collect();
    Ok(Value::from(if left { format!("{fill}{text}") } else { format!("{text}{fill}") }))
}

fn character(call: &Call<'_>, test: fn(char) -> bool) -> Result<Value, Raised> {
    Ok(Value::Bool(matches!(call.get(0), Value::Char(c) if test(*c))))
}
