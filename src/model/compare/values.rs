//! Differences of plain data, by property.

use super::Detail;
use serde::Serialize;
use serde_json::{Map, Value};

/// A value as plain data; what cannot be written so compares as nothing.
pub fn of(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// What happened to one entry of a list of named things.
pub enum Row {
    Added(String),
    Removed(String),
    Changed(String, Vec<Detail>),
}

/// Differences of two lists whose entries have names; identities are no differences.
pub fn named(old: &Value, new: &Value) -> Vec<Row> {
    let entries = |list: &Value| -> Vec<(String, Value)> {
        list.as_array().into_iter().flatten().filter_map(|v| Some((name(v)?, v.clone()))).collect()
    };
    let (old, new) = (entries(old), entries(new));
    let find = |list: &[(String, Value)], name: &str| {
        list.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    };
    let mut rows = Vec::new();
    for (name, after) in &new {
        match find(&old, name) {
            None => rows.push(Row::Added(name.clone())),
            Some(before) => {
                let details = difference(&before, after);
                if !details.is_empty() {
                    rows.push(Row::Changed(name.clone(), details));
                }
            }
        }
    }
    rows.extend(
        old.iter().filter(|(name, _)| find(&new, name).is_none()).map(|(name, _)| Row::Removed(name.clone())),
    );
    rows
}

/// What an entry of a list is called.
fn name(value: &Value) -> Option<String> {
    let own = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    own(value, "name").or_else(|| own(value, "orchestration")).or_else(|| {
        let inner = value.get("kind")?.as_object()?.values().next()?;
        own(inner, "name")
    })
}

/// Differences of two values, property by property; `id` is none.
pub fn difference(old: &Value, new: &Value) -> Vec<Detail> {
    let mut details = Vec::new();
    walk("", Some(old), Some(new), &mut details);
    details
}

fn walk(path: &str, old: Option<&Value>, new: Option<&Value>, details: &mut Vec<Detail>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Some(Value::Object(a)), Some(Value::Object(b))) if alike(a, b) => {
            let mut keys: Vec<&String> =
                b.keys().chain(a.keys().filter(|key| !b.contains_key(*key))).collect();
            keys.retain(|key| *key != "id");
            for key in keys {
                walk(&join(path, key), a.get(key), b.get(key), details);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b)))
            if a.iter().chain(b).all(|v| name(v).is_some()) && !(a.is_empty() && b.is_empty()) =>
        {
            lists(path, a, b, details);
        }
        _ => details.push(Detail {
            property: path.to_owned(),
            old: old.and_then(words),
            new: new.and_then(words),
        }),
    }
}

/// Two lists of named things: by name, then whether their common entries changed places.
fn lists(path: &str, old: &[Value], new: &[Value], details: &mut Vec<Detail>) {
    let find =
        |list: &[Value], wanted: &str| list.iter().find(|v| name(v).as_deref() == Some(wanted)).cloned();
    let names = |list: &[Value]| list.iter().filter_map(name).collect::<Vec<_>>();
    let (before, after) = (names(old), names(new));
    for name in after.iter().chain(before.iter().filter(|name| !after.contains(name))) {
        let (a, b) = (find(old, name), find(new, name));
        walk(&join(path, name), a.as_ref(), b.as_ref(), details);
    }
    let common = |list: &[String], other: &[String]| {
        list.iter().filter(|name| other.contains(name)).cloned().collect::<Vec<_>>()
    };
    let (a, b) = (common(&before, &after), common(&after, &before));
    if a != b {
        details.push(Detail {
            property: join(path, "order"),
            old: Some(a.join(", ")),
            new: Some(b.join(", ")),
        });
    }
}

/// Two variants of an enum are one value each, not properties to compare.
fn alike(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    let variant = |m: &Map<String, Value>| {
        let only = m.keys().next().filter(|_| m.len() == 1);
        only.filter(|key| key.starts_with(|c: char| c.is_ascii_uppercase())).cloned()
    };
    match (variant(a), variant(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

fn join(path: &str, key: &str) -> String {
    // The name of a variant says nothing that its properties do not.
    if key.starts_with(|c: char| c.is_ascii_uppercase()) && path.is_empty() {
        return String::new();
    }
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// A value as a person writes it; `None` for no value at all.
fn words(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(all) => all.iter().filter_map(words).collect::<Vec<_>>().join(", "),
        Value::Object(all) => {
            let parts = all.iter().filter(|(key, _)| *key != "id").filter_map(|(key, value)| {
                let value = words(value)?;
                Some(if all.len() == 1 { format!("{key} {value}") } else { format!("{key}: {value}") })
            });
            parts.collect::<Vec<_>>().join(", ").trim().to_owned()
        }
    })
}
