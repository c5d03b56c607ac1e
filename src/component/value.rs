//! Values between expressions and scripts.
//!
//! | .NET | script |
//! |---|---|
//! | null | `()` |
//! | Boolean, Char, String | the same |
//! | whole numbers | integer; one beyond 64 bits with sign a `Decimal` |
//! | Single, Double | float |
//! | Decimal, DateTime, TimeSpan | types of the same name |
//! | Guid, enumeration | string |
//! | XML document, message of a schema | `Xml` |
//! | object, message of a class, exception | map, with its type under `$type` |
//! | list of nodes | array |

use super::failure;
use crate::message::Body;
use crate::message::{DateTime, ENUM_MEMBER, ExceptionValue, Object, TimeSpan, Value};
use crate::xlang::is_exception;
use rhai::{Dynamic, EvalAltResult, Map};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};
use std::sync::Arc;

/// Values one call may hand over: objects are copied, and an object that holds itself twice, many times over,
/// would fill the memory.
pub const ROOM: usize = 20_000;

/// Deepest nesting of what is handed over.
const DEPTH: usize = 64;

const TYPE: &str = "$type";

const LIST: &str = "System.Object[]";

/// XML in a script.
#[derive(Clone, Debug)]
pub struct Xml(pub Arc<Body>);

type Outcome<T> = Result<T, Box<EvalAltResult>>;

pub fn to_script(value: &Value, room: &mut usize) -> Outcome<Dynamic> {
    into(value, DEPTH, room)
}

fn take(depth: usize, room: &mut usize) -> Outcome<usize> {
    match (depth.checked_sub(1), room.checked_sub(1)) {
        (Some(depth), Some(left)) => {
            *room = left;
            Ok(depth)
        }
        _ => Err(failure::too_large("object")),
    }
}

fn into(value: &Value, depth: usize, room: &mut usize) -> Outcome<Dynamic> {
    let depth = take(depth, room)?;
    Ok(match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(flag) => (*flag).into(),
        Value::Char(c) => (*c).into(),
        Value::Byte(n) => i64::from(*n).into(),
        Value::SByte(n) => i64::from(*n).into(),
        Value::Int16(n) => i64::from(*n).into(),
        Value::UInt16(n) => i64::from(*n).into(),
        Value::Int32(n) => i64::from(*n).into(),
        Value::UInt32(n) => i64::from(*n).into(),
        Value::Int64(n) => (*n).into(),
        Value::UInt64(n) => {
            i64::try_from(*n).map_or_else(|_| Dynamic::from(Decimal::from(*n)), Dynamic::from)
        }
        Value::Single(n) => f64::from(*n).into(),
        Value::Double(n) => (*n).into(),
        Value::Decimal(n) => Dynamic::from(*n),
        Value::String(text) => text.as_str().into(),
        Value::DateTime(time) => Dynamic::from(*time),
        Value::TimeSpan(span) => Dynamic::from(*span),
        Value::Guid(guid) => guid.to_string().into(),
        Value::Xml(body) => Dynamic::from(Xml(Arc::clone(body))),
        Value::Message(message) => {
            let body = message.body_part().map(|part| Arc::clone(&part.body)).unwrap_or_default();
            match body.as_class() {
                Some(instance) => into(&Value::Class(Arc::clone(instance)), depth, room)?,
                None => Dynamic::from(Xml(body)),
            }
        }
        Value::Class(instance) => {
            let names = instance.class.fields.iter().map(|f| f.name.as_str());
            map(instance.class.name.as_str(), names.zip(&instance.fields), depth, room)?
        }
        Value::Exception(exception) => {
            let text = Value::from(exception.message.as_str());
            map(&exception.exception_type, [("Message", &text)].into_iter(), depth, room)?
        }
        Value::Object(object) => match object.members.as_slice() {
            [(member, name)] if member == ENUM_MEMBER => into(name, depth, room)?,
            items if is_list(&object.type_name) => {
                let items = items.iter().map(|(_, item)| into(item, depth, room));
                Dynamic::from(items.collect::<Outcome<rhai::Array>>()?)
            }
            members => map(&object.type_name, members.iter().map(|(n, v)| (n.as_str(), v)), depth, room)?,
        },
    })
}

fn is_list(type_name: &str) -> bool {
    type_name.ends_with("[]") || type_name == "System.Xml.XmlNodeList"
}

fn map<'v>(
    type_name: &str,
    members: impl Iterator<Item = (&'v str, &'v Value)>,
    depth: usize,
    room: &mut usize,
) -> Outcome<Dynamic> {
    let mut map = Map::new();
    map.insert(TYPE.into(), type_name.into());
    for (name, value) in members {
        map.insert(name.into(), into(value, depth, room)?);
    }
    Ok(map.into())
}

/// State of an object, for `this`.
pub fn state(object: &Value, room: &mut usize) -> Outcome<Dynamic> {
    let state = to_script(object, room)?;
    Ok(if state.is_map() { state } else { Map::new().into() })
}

/// Stores the state back, in the order of the members; an object that is the same stays the one it is.
pub fn keep_state(object: &mut Value, state: Dynamic, class: &str, room: &mut usize) -> Outcome<()> {
    let Value::Object(new) = from_script(state, class, room)? else { return Ok(()) };
    let Value::Object(old) = &*object else { return Ok(()) };
    let find = |members: &[(SmolStr, Value)], name: &str| members.iter().find(|(n, _)| n == name).cloned();
    let kept = old.members.iter().filter_map(|(name, _)| find(&new.members, name));
    let added = new.members.iter().filter(|(name, _)| find(&old.members, name).is_none()).cloned();
    let changed = Object { type_name: class.into(), members: kept.chain(added).collect() };
    if changed != **old {
        *object = Value::Object(Arc::new(changed));
    }
    Ok(())
}

/// A value of a script. A map without `$type` is an object of `class`.
pub fn from_script(value: Dynamic, class: &str, room: &mut usize) -> Outcome<Value> {
    out_of(value, class, DEPTH, room)
}

fn out_of(value: Dynamic, class: &str, depth: usize, room: &mut usize) -> Outcome<Value> {
    let depth = take(depth, room)?;
    let value = value.flatten();
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = value.as_bool() {
        return Ok(Value::Bool(flag));
    }
    if let Ok(n) = value.as_int() {
        return Ok(i32::try_from(n).map_or(Value::Int64(n), Value::Int32));
    }
    if let Ok(n) = value.as_float() {
        return Ok(Value::Double(n));
    }
    if let Ok(c) = value.as_char() {
        return Ok(Value::Char(c));
    }
    if value.is_string() {
        return Ok(Value::from(&*value.into_immutable_string().unwrap_or_default()));
    }
    if value.is_array() {
        let items = value.into_array().unwrap_or_default();
        let items = items.into_iter().enumerate();
        let members =
            items.map(|(at, item)| Ok((format_smolstr!("{at}"), out_of(item, class, depth, room)?)));
        let members = members.collect::<Outcome<_>>()?;
        return Ok(Value::Object(Arc::new(Object { type_name: LIST.into(), members })));
    }
    if value.is_map() {
        return object(value.cast(), class, depth, room);
    }
    let unknown = value.type_name();
    if let Some(n) = value.clone().try_cast::<Decimal>() {
        return Ok(Value::Decimal(n));
    }
    if let Some(time) = value.clone().try_cast::<DateTime>() {
        return Ok(Value::DateTime(time));
    }
    if let Some(span) = value.clone().try_cast::<TimeSpan>() {
        return Ok(Value::TimeSpan(span));
    }
    match value.try_cast::<Xml>() {
        Some(xml) => Ok(Value::Xml(xml.0)),
        None => Err(format!("a value of type {unknown} cannot leave the script").into()),
    }
}

fn object(mut map: Map, class: &str, depth: usize, room: &mut usize) -> Outcome<Value> {
    let stated = map.remove(TYPE).and_then(|name| name.into_immutable_string().ok());
    let type_name = stated.as_deref().unwrap_or(class);
    if is_exception(type_name) {
        return Ok(Value::Exception(Arc::new(exception(type_name, &map))));
    }
    let members =
        map.into_iter().map(|(name, value)| Ok((name.as_str().into(), out_of(value, class, depth, room)?)));
    let members = members.collect::<Outcome<_>>()?;
    Ok(Value::Object(Arc::new(Object { type_name: type_name.into(), members })))
}

/// The exception that a thrown map stands for.
pub fn exception(exception_type: &str, map: &Map) -> ExceptionValue {
    let message = map.get("Message").map(ToString::to_string);
    let message = message.unwrap_or_else(|| format!("Exception of type '{exception_type}' was thrown."));
    ExceptionValue { exception_type: exception_type.into(), message, ..ExceptionValue::default() }
}

/// What a script threw: a text is the message of a `System.Exception`.
pub fn thrown(value: Dynamic) -> ExceptionValue {
    match value.read_lock::<Map>() {
        Some(map) => {
            let stated = map.get(TYPE).map(ToString::to_string);
            exception(stated.as_deref().unwrap_or("System.Exception"), &map)
        }
        None => ExceptionValue {
            exception_type: "System.Exception".into(),
            message: value.to_string(),
            ..ExceptionValue::default()
        },
    }
}
