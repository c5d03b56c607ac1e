use super::operator::{double, integer};
use crate::message::{Body, Object, Value, ValueType, format_value};
use crate::xlang::Raised;
use crate::xlang::code::Conversion;
use crate::xlang::dotnet::exception;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use smol_str::SmolStr;
use std::sync::Arc;
use uppsala::{Document, NodeId};

/// A value as one of another type. Values whose type only the run shows (XPath results, answers of stand-ins)
/// convert more freely than C# allows: a text is read as a number, a node gives its text, and no answer at all
/// is the default of the type.
pub fn convert(value: Value, wanted: &ValueType, conversion: Conversion) -> Result<Value, Raised> {
    if value.value_type() == *wanted {
        return Ok(value);
    }
    match wanted {
        ValueType::Unknown => Ok(value),
        ValueType::Named(name) => Ok(named(value, name)),
        _ if value == Value::Null => Ok(match wanted {
            ValueType::String | ValueType::Xml => Value::Null,
            _ => wanted.default_value(),
        }),
        ValueType::Xml => document(&value).map(Value::Xml).ok_or_else(|| wrong(&value, wanted)),
        ValueType::String => Ok(Value::from(text_of(&value))),
        _ if wanted.is_number() || *wanted == ValueType::Char => {
            let checked = conversion != Conversion::Cast { checked: false };
            number(&value, wanted, checked)
        }
        _ => Value::from_xml(&text_of(&value), wanted).map_err(|_| wrong(&value, wanted)),
    }
}

/// An object of a type the language has no value for: a message gives its content.
fn named(value: Value, name: &str) -> Value {
    match &value {
        Value::Message(message) if name.starts_with("System.Xml.") => {
            message.body_part().map_or(Value::Null, |part| Value::Xml(Arc::clone(&part.body)))
        }
        Value::Message(message) => match message.body_part().and_then(|p| p.body.as_class()) {
            Some(instance) if instance.class.name.as_str() == name => Value::Class(Arc::clone(instance)),
            Some(_) => value,
            None if is_custom(name) => {
                message.body_part().map_or(Value::Null, |part| object(&part.body, name))
            }
            None => value,
        },
        Value::Xml(body) if is_custom(name) => object(body, name),
        _ => value,
    }
}

/// A class of somebody's own, which is written as XML and read from it.
fn is_custom(name: &str) -> bool {
    !["System.", "Microsoft."].iter().any(|own| name.starts_with(own))
}

/// The object that a class would be read into: a member for each element, the first of several.
fn object(body: &Body, name: &str) -> Value {
    let Ok(document) = body.document() else { return Value::Null };
    let tree = document.tree();
    tree.document_element().map_or(Value::Null, |root| member(tree, root, name, 0))
}

/// Elements may be nested this deep in an object.
const MAX_DEPTH: usize = 32;

fn member(tree: &Document<'_>, id: NodeId, name: &str, depth: usize) -> Value {
    let inner = tree.children_iter(id).filter(|child| depth < MAX_DEPTH && tree.element(*child).is_some());
    let mut members: Vec<(SmolStr, Value)> = Vec::new();
    for child in inner {
        let local = tree.element(child).map(|e| SmolStr::new(&e.name.local_name)).unwrap_or_default();
        if !members.iter().any(|(known, _)| *known == local) {
            let value = member(tree, child, &local, depth + 1);
            members.push((local, value));
        }
    }
    if members.is_empty() && depth > 0 {
        return Value::from(tree.text_content_deep(id));
    }
    Value::Object(Arc::new(Object { type_name: name.into(), members }))
}

/// XML behind a value.
pub fn document(value: &Value) -> Option<Arc<Body>> {
    match value {
        Value::Xml(body) => Some(Arc::clone(body)),
        Value::Message(message) => message.body_part().map(|part| Arc::clone(&part.body)),
        Value::Class(instance) => Some(Arc::new(Body::class(Arc::clone(instance)))),
        Value::String(text) => Some(Arc::new(Body::xml(text.as_str()))),
        _ => None,
    }
}

/// Text of a value: of XML the text inside, of a message of text its content.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::Xml(body) => inner_text(body),
        Value::Message(message) => {
            message.body_part().map_or_else(String::new, |part| match part.body.as_text() {
                Some(text) => text.to_owned(),
                None => inner_text(&part.body),
            })
        }
        other => format_value(other),
    }
}

fn inner_text(body: &Body) -> String {
    let Ok(document) = body.document() else {
        return body.to_text().map(|t| t.to_string()).unwrap_or_default();
    };
    let tree = document.tree();
    tree.document_element().map(|root| tree.text_content_deep(root)).unwrap_or_default()
}

fn number(value: &Value, wanted: &ValueType, checked: bool) -> Result<Value, Raised> {
    if matches!(value, Value::String(_) | Value::Xml(_) | Value::Message(_)) {
        let text = text_of(value);
        return Value::from_xml(&text, wanted).map_err(|_| wrong(value, wanted));
    }
    if let Value::Bool(_) | Value::Object(_) | Value::Guid(_) | Value::DateTime(_) | Value::TimeSpan(_) =
        value
    {
        return Err(wrong(value, wanted));
    }
    let found = match wanted {
        ValueType::Double => double(value).map(Value::Double),
        ValueType::Single => double(value).map(|n| Value::Single(n as f32)),
        ValueType::Decimal => match value {
            Value::Double(n) => {
                Decimal::from_f64_retain(*n).map(|d| Value::Decimal(d.round_dp(15).normalize()))
            }
            Value::Single(n) => Decimal::try_from(*n).ok().map(Value::Decimal),
            _ => {
                integer(value).and_then(|n| Decimal::try_from_i128_with_scale(n, 0).ok()).map(Value::Decimal)
            }
        },
        _ => return whole_number(value, wanted, checked),
    };
    found.ok_or_else(|| too_large(value, wanted))
}

fn whole_number(value: &Value, wanted: &ValueType, checked: bool) -> Result<Value, Raised> {
    let number = match value {
        Value::Double(n) => truncated(*n),
        Value::Single(n) => truncated(f64::from(*n)),
        Value::Decimal(n) => n.trunc().to_i128(),
        other => integer(other),
    };
    let number =
        number.ok_or_else(|| if checked { too_large(value, wanted) } else { wrong(value, wanted) })?;
    let fitted = match wanted {
        ValueType::Byte => u8::try_from(number).map(Value::Byte).ok(),
        ValueType::SByte => i8::try_from(number).map(Value::SByte).ok(),
        ValueType::Int16 => i16::try_from(number).map(Value::Int16).ok(),
        ValueType::UInt16 => u16::try_from(number).map(Value::UInt16).ok(),
        ValueType::Int32 => i32::try_from(number).map(Value::Int32).ok(),
        ValueType::UInt32 => u32::try_from(number).map(Value::UInt32).ok(),
        ValueType::Int64 => i64::try_from(number).map(Value::Int64).ok(),
        ValueType::UInt64 => u64::try_from(number).map(Value::UInt64).ok(),
        ValueType::Char => u32::try_from(number).ok().and_then(char::from_u32).map(Value::Char),
        _ => return Err(wrong(value, wanted)),
    };
    match fitted {
        Some(fitted) => Ok(fitted),
        None if checked || matches!(value, Value::Decimal(_)) => Err(too_large(value, wanted)),
        None => Ok(wrapped(number, wanted)),
    }
}

fn truncated(number: f64) -> Option<i128> {
    number.is_finite().then_some(number as i128)
}

/// The low bits, as an unchecked cast keeps them.
fn wrapped(number: i128, wanted: &ValueType) -> Value {
    match wanted {
        ValueType::Byte => Value::Byte(number as u8),
        ValueType::SByte => Value::SByte(number as i8),
        ValueType::Int16 => Value::Int16(number as i16),
        ValueType::UInt16 => Value::UInt16(number as u16),
        ValueType::UInt32 => Value::UInt32(number as u32),
        ValueType::Int64 => Value::Int64(number as i64),
        ValueType::UInt64 => Value::UInt64(number as u64),
        ValueType::Char => Value::Char(char::from_u32(u32::from(number as u16)).unwrap_or('\u{fffd}')),
        _ => Value::Int32(number as i32),
    }
}

fn wrong(value: &Value, wanted: &ValueType) -> Raised {
    let text: String = text_of(value).chars().take(40).collect();
    exception(
        "System.InvalidCastException",
        format!("“{text}” of type {} cannot become {}", value.value_type().short_name(), wanted.short_name()),
    )
}

fn too_large(value: &Value, wanted: &ValueType) -> Raised {
    exception(
        "System.OverflowException",
        format!("{} does not fit into {}", format_value(value), wanted.short_name()),
    )
}
