//! Reading and changing messages. Everything the language does to bodies and contexts is here.

use super::convert::{convert, document, text_of};
use crate::diagnostic::counted;
use crate::message::{
    Body, ClassInstance, Message, Name, Object, Part, Value, ValueType, XPathResult, XmlError, escape_xml,
};
use crate::xlang::code::{ContextProperty, Conversion, Field, MessageRef, Node};
use crate::xlang::dotnet::exception;
use crate::xlang::{Env, MessageType, PartType, Raised};
use std::sync::{Arc, LazyLock};

/// Context properties that belong to one passage through the message box: the copy of a message starts without.
const ENGINE_OWNED: &[&str] = &[
    "BTS.AckFailureCategory",
    "BTS.AckFailureCode",
    "BTS.AckID",
    "BTS.AckInboundTransportLocation",
    "BTS.AckOutboundTransportLocation",
    "BTS.AckOwnerID",
    "BTS.AckReceivePortID",
    "BTS.AckReceivePortName",
    "BTS.AckSendPortID",
    "BTS.AckSendPortName",
    "BTS.AckType",
    "BTS.CorrelationToken",
    "BTS.EpmRRCorrelationToken",
    "BTS.InboundTransportLocation",
    "BTS.InboundTransportType",
    "BTS.InterchangeSequenceNumber",
    "BTS.IsDynamicSend",
    "BTS.IsRequestResponse",
    "BTS.MessageDestination",
    "BTS.MessageID",
    "BTS.MessageType",
    "BTS.Operation",
    "BTS.OutboundTransportLocation",
    "BTS.OutboundTransportType",
    "BTS.PartnerPort",
    "BTS.PartnerService",
    "BTS.ReceiveLocationName",
    "BTS.ReceivePortID",
    "BTS.ReceivePortName",
    "BTS.RouteDirectToTP",
    "BTS.SPGroupID",
    "BTS.SPID",
    "BTS.SPName",
    "BTS.SPTransportBackupID",
    "BTS.SPTransportID",
    "BTS.SchemaStrongName",
    "BTS.SuspendAsNonResumable",
    "BTS.SuspendMessageOnRoutingFailure",
];

static MESSAGE_TYPE: LazyLock<Name> = LazyLock::new(|| Name::new("BTS.MessageType"));

/// A message that must be there.
pub fn constructed<'e>(target: &MessageRef, env: &'e dyn Env) -> Result<&'e Arc<Message>, Raised> {
    env.message(target.slot).ok_or_else(|| unconstructed(target))
}

fn unconstructed(target: &MessageRef) -> Raised {
    exception(
        "Microsoft.XLANGs.Core.UnconstructedMessageException",
        format!("the message {} is used before it is received or constructed", target.name),
    )
}

fn xml_error(error: &XmlError) -> Raised {
    let place = error.place().map(|(line, column)| format!(" (line {line}, column {column})"));
    exception("System.Xml.XmlException", format!("{}{}", error.message, place.unwrap_or_default()))
}

fn body<'m>(target: &MessageRef, part: usize, message: &'m Message) -> Result<&'m Arc<Body>, Raised> {
    let only = message.parts.len() == 1 && target.message_type.parts.len() == 1;
    let found = if only { message.parts.first() } else { message.parts.get(part) };
    found.map(|p| &p.body).ok_or_else(|| {
        let name = target.message_type.parts.get(part).map_or("", |(name, _)| name.as_str());
        exception(
            "Microsoft.XLANGs.Core.UnconstructedMessageException",
            format!("the part {name} of the message {} is not assigned yet", target.name),
        )
    })
}

/// Value of a part: XML, an object of its class, or a plain value.
pub fn part(target: &MessageRef, part: usize, env: &dyn Env) -> Result<Value, Raised> {
    let message = constructed(target, env)?;
    let content = body(target, part, message)?;
    match target.message_type.parts.get(part).map(|(_, kind)| kind) {
        Some(PartType::Class(class)) => {
            if content.is_empty() {
                return Ok(Value::Null);
            }
            content.to_class(class).map(Value::Class).map_err(|e| xml_error(&e))
        }
        Some(PartType::Value(value_type)) => {
            let text = content.to_text().map_err(|e| xml_error(&e))?;
            // A plain value comes as a text, or as its serializer writes it: `<boolean>true</boolean>`.
            let text = match value_type {
                ValueType::String | ValueType::Xml => text,
                _ if text.trim_start().starts_with('<') => text_of(&Value::Xml(Arc::clone(content))).into(),
                _ => text,
            };
            Value::from_xml(&text, value_type).map_err(|reason| exception("System.FormatException", reason))
        }
        _ => Ok(Value::Xml(Arc::clone(content))),
    }
}

/// A distinguished or class field. A missing node is null, where its type has one.
pub fn field(field: &Field, env: &dyn Env) -> Result<Value, Raised> {
    let message = constructed(&field.message, env)?;
    let content = body(&field.message, field.part, message)?;
    if let (Some(at), Some(instance)) = (field.class_field, content.as_class())
        && let Some(value) = instance.fields.get(at)
    {
        return Ok(value.clone());
    }
    // A document that is no XML at all is reported as such, not as a missing field.
    if content.as_class().is_none() {
        content.document().map_err(|e| xml_error(&e))?;
    }
    match content.field_text(&field.path) {
        Some(text) => read_field(&text, field),
        None if matches!(field.value_type, ValueType::String | ValueType::Named(_) | ValueType::Unknown) => {
            Ok(Value::Null)
        }
        None => Err(exception(
            "System.NullReferenceException",
            format!(
                "the message {} has no {} and {} cannot be null",
                field.message.name,
                field.path,
                field.value_type.short_name()
            ),
        )),
    }
}

fn read_field(text: &str, field: &Field) -> Result<Value, Raised> {
    Value::from_xml(text, &field.value_type).map_err(|reason| {
        exception("System.FormatException", format!("{} of {}: {reason}", field.path, field.message.name))
    })
}

/// Value of `Msg(Prop)`.
pub fn property(property: &ContextProperty, env: &dyn Env) -> Result<Value, Raised> {
    find_property(property, env)?.ok_or_else(|| {
        exception(
            "Microsoft.XLANGs.BaseTypes.MissingPropertyException",
            format!(
                "the message {} has no property {}; test it first: {} exists {}",
                property.message.name, property.name, property.name, property.message.name
            ),
        )
    })
}

/// Value of `Msg(Prop)` if there is one: of the context, else of the promoted field (MA-5), else the message
/// type the variable declares.
pub fn find_property(property: &ContextProperty, env: &dyn Env) -> Result<Option<Value>, Raised> {
    let message = constructed(&property.message, env)?;
    if let Some(value) = message.context.get(property.name) {
        return Ok(Some(value.clone()));
    }
    if let Some(field) = &property.field {
        let content = body(&property.message, field.part, message)?;
        return Ok(content
            .field_text(&field.path)
            .and_then(|text| Value::from_xml(&text, &property.value_type).ok()));
    }
    if property.name == *MESSAGE_TYPE {
        let kind = property.message.message_type.parts.get(property.message.message_type.body);
        return Ok(match kind.map(|(_, kind)| kind) {
            Some(PartType::Schema(schema)) => Some(Value::string(schema.message_type.clone())),
            Some(PartType::Class(class)) => Some(Value::string(class.message_type())),
            _ => None,
        });
    }
    Ok(None)
}

/// `xpath(document, "…")`: texts, numbers and Booleans as such, an element as a document of its own.
pub fn xpath(source: Option<Value>, path: &str) -> Result<Value, Raised> {
    let content = match &source {
        None => Arc::new(Body::xml("<empty/>")),
        Some(value) => document(value).ok_or_else(|| {
            exception("System.NullReferenceException", "xpath needs a message or document, this is null")
        })?,
    };
    Ok(match content.xpath(path).map_err(|e| xpath_error(&e))? {
        XPathResult::String(text) | XPathResult::Text(text) => Value::from(text),
        XPathResult::Number(number) => Value::Double(number),
        XPathResult::Bool(flag) => Value::Bool(flag),
        XPathResult::Element(element) => Value::Xml(Arc::new(element)),
    })
}

fn xpath_error(error: &XmlError) -> Raised {
    exception("System.Xml.XPath.XPathException", format!("{}. {}", error.message, error.help))
}

/// Replaces the content of a part while its message is under construction.
fn set_body(target: &MessageRef, part: usize, content: Arc<Body>, env: &mut dyn Env) -> Result<(), Raised> {
    let message = env.edit_message(target.slot);
    let part = if message.parts.len() == 1 && target.message_type.parts.len() == 1 { 0 } else { part };
    // Parts may be assigned in any order: those before it exist, empty.
    while message.parts.len() <= part {
        let Some((name, _)) = target.message_type.parts.get(message.parts.len()) else { break };
        message.parts.push(Part { name: *name, body: Arc::default() });
    }
    if let Some(slot) = message.parts.get_mut(part) {
        slot.body = content;
    }
    Ok(())
}

/// Content of a part made from a value.
fn content(value: Value, kind: Option<&PartType>) -> Result<Arc<Body>, Raised> {
    if let Some(PartType::Value(value_type)) = kind {
        let value = convert(value, value_type, Conversion::Implicit)?;
        return Ok(Arc::new(Body::text(value.to_xml())));
    }
    let found = match value {
        Value::Object(object) if !object.members.is_empty() => {
            let (namespace, root) = match kind {
                Some(PartType::Schema(root)) => (root.namespace.as_str(), root.root.as_str()),
                _ => ("", object.type_name.rsplit('.').next().unwrap_or_default()),
            };
            Arc::new(Body::xml(written(&object, namespace, root)))
        }
        // A stand-in that answers nothing gives an empty body rather than blocking the run.
        Value::Null | Value::Object(_) => return Ok(Arc::default()),
        Value::Class(instance) => Arc::new(Body::class(instance)),
        value => document(&value).ok_or_else(|| {
            exception(
                "System.InvalidCastException",
                format!("a {} cannot become the content of a message", value.value_type().short_name()),
            )
        })?,
    };
    match kind {
        Some(PartType::Class(class)) if !found.is_empty() => {
            found.to_class(class).map(|instance| Arc::new(Body::class(instance))).map_err(|e| xml_error(&e))
        }
        _ => Ok(found),
    }
}

/// An object as XML, as a class of somebody's own is written: an element for each member.
fn written(object: &Object, namespace: &str, root: &str) -> String {
    fn members(object: &Object, out: &mut String) {
        for (name, value) in &object.members {
            match value {
                Value::Null => {}
                Value::Object(inner) => {
                    *out += &format!("<{name}>");
                    members(inner, out);
                    *out += &format!("</{name}>");
                }
                value => *out += &format!("<{name}>{}</{name}>", escape_xml(&value.to_xml())),
            }
        }
    }
    let mut inner = String::new();
    members(object, &mut inner);
    if namespace.is_empty() {
        format!("<{root}>{inner}</{root}>")
    } else {
        format!("<ns0:{root} xmlns:ns0=\"{}\">{inner}</ns0:{root}>", escape_xml(namespace))
    }
}

/// `Msg = value`.
///
/// From a message it copies the parts and the context, without the `BTS` properties that belong to one passage
/// through the message box (where it came from, where it went, what it answers): the copy is a message of its
/// own. From anything else it makes a fresh message with an empty context.
pub fn assign_message(target: &MessageRef, value: Value, env: &mut dyn Env) -> Result<(), Raised> {
    let message = match value {
        Value::Message(source) => copy(&source, &target.message_type)?,
        value => {
            let (name, kind) = match target.message_type.parts.get(target.message_type.body) {
                Some((name, kind)) => (*name, Some(kind)),
                None => (Message::body_name(), None),
            };
            if value == Value::Null && target.message_type.parts.len() > 1 {
                empty(&target.message_type)
            } else {
                Message::single(name, content(value, kind)?)
            }
        }
    };
    env.set_message(target.slot, Arc::new(message));
    Ok(())
}

fn empty(message_type: &MessageType) -> Message {
    let parts = message_type.parts.iter().map(|(name, _)| Part { name: *name, body: Arc::default() });
    Message {
        id: crate::message::MessageId::default(),
        parts: parts.collect(),
        body: message_type.body,
        context: crate::message::Context::default(),
    }
}

fn copy(source: &Message, message_type: &MessageType) -> Result<Message, Raised> {
    let names: Vec<Name> = message_type.parts.iter().map(|(name, _)| *name).collect();
    // Parts added at run time lie behind the declared ones and go along.
    let mut fixed = source.clone();
    let added = fixed.parts.split_off(names.len().min(fixed.parts.len()));
    let mut message = fixed
        .with_parts(&names, message_type.body)
        .map_err(|e| exception("System.InvalidCastException", e.to_string()))?;
    message.id = crate::message::MessageId::default();
    message.context.remove_if(|name| ENGINE_OWNED.binary_search(&name.as_str()).is_ok());
    for (part, (_, kind)) in message.parts.iter_mut().zip(&message_type.parts) {
        if matches!(kind, PartType::Class(_)) {
            part.body = content(Value::Xml(Arc::clone(&part.body)), Some(kind))?;
        }
    }
    message.parts.extend(added);
    Ok(message)
}

/// `Msg.Part = value`: the properties promoted from the old content go with it.
pub fn assign_part(target: &MessageRef, part: usize, value: Value, env: &mut dyn Env) -> Result<(), Raised> {
    let kind = target.message_type.parts.get(part).map(|(_, kind)| kind);
    let content = match value {
        Value::Message(source) => {
            let body = source.body_part().map(|p| Arc::clone(&p.body)).unwrap_or_default();
            content(Value::Xml(body), kind)?
        }
        value => content(value, kind)?,
    };
    set_body(target, part, content, env)?;
    let context = &mut env.edit_message(target.slot).context;
    match kind {
        Some(PartType::Schema(schema)) => {
            for promoted in &schema.promoted {
                context.remove(promoted.property);
            }
        }
        Some(PartType::Class(class)) => {
            for promoted in class.fields.iter().filter_map(|f| f.promoted) {
                context.remove(promoted);
            }
        }
        _ => {}
    }
    Ok(())
}

/// `Msg.AddPart(value, "name")`: a part behind the declared ones, all of which must have their content (section 7.4).
pub fn add_part(target: &MessageRef, value: Value, name: &str, env: &mut dyn Env) -> Result<(), Raised> {
    let message = constructed(target, env)?;
    let declared = target.message_type.parts.len();
    for part in 0..declared {
        if body(target, part, message)?.is_empty() {
            let name = target.message_type.parts.get(part).map_or("", |(name, _)| name.as_str());
            return Err(exception(
                "Microsoft.XLANGs.Core.UnconstructedMessageException",
                format!("the part {name} of the message {} must be assigned before AddPart", target.name),
            ));
        }
    }
    if name.is_empty() || message.parts.iter().any(|part| part.name.as_str() == name) {
        return Err(exception(
            "System.ArgumentException",
            format!("the message {} cannot take another part named “{name}”", target.name),
        ));
    }
    let body = match value {
        Value::Xml(body) => body,
        Value::Message(_) | Value::Class(_) => document(&value).unwrap_or_default(),
        other => Arc::new(Body::text(other.to_xml())),
    };
    env.edit_message(target.slot).parts.push(Part { name: Name::new(name), body });
    Ok(())
}

/// Writes a field, and the property promoted from it (MA-5).
pub fn assign_field(field: &Field, value: Value, env: &mut dyn Env) -> Result<(), Raised> {
    let value = match value {
        Value::Null => Value::Null,
        value => convert(value, &field.value_type, Conversion::Implicit)?,
    };
    let target = &field.message;
    let written = field.class_field.is_some_and(|at| assign_class_field(field, at, &value, env));
    if !written {
        let content = body(target, field.part, constructed(target, env)?)?;
        let changed = content.with_field_text(&field.path, &value.to_xml()).map_err(|e| xml_error(&e))?;
        set_body(target, field.part, Arc::new(changed), env)?;
    }
    if let Some((name, value_type, max_length)) = &field.promoted {
        let value = match value {
            Value::Null => Value::Null,
            value => promoted(convert(value, value_type, Conversion::Cast { checked: true })?, *max_length),
        };
        env.edit_message(target.slot).context.update(*name, value);
    }
    Ok(())
}

/// Writes a field of a class where it is; a part without content gets an instance first. False when the part
/// holds something else.
fn assign_class_field(field: &Field, at: usize, value: &Value, env: &mut dyn Env) -> bool {
    let target = &field.message;
    let declared = target.message_type.parts.get(field.part);
    let message = env.edit_message(target.slot);
    let part = if message.parts.len() == 1 && target.message_type.parts.len() == 1 { 0 } else { field.part };
    let Some(part) = message.parts.get_mut(part) else { return false };
    if let Some((_, PartType::Class(class))) = declared
        && part.body.is_empty()
    {
        part.body = Arc::new(Body::class(ClassInstance::new(Arc::clone(class))));
    }
    let instance = Arc::make_mut(&mut part.body).class_mut();
    match instance.and_then(|instance| instance.fields.get_mut(at)) {
        Some(slot) => {
            *slot = value.clone();
            true
        }
        None => false,
    }
}

/// A promoted text keeps no more characters than its field allows (MSG-5).
fn promoted(value: Value, max_length: Option<u32>) -> Value {
    match (value, max_length) {
        (Value::String(text), Some(most)) => {
            Value::from(text.chars().take(most as usize).collect::<String>())
        }
        (value, _) => value,
    }
}

/// `Msg(Prop) = value`: a data property writes the field too (MA-5); null deletes (MSG-6).
pub fn assign_property(property: &ContextProperty, value: Value, env: &mut dyn Env) -> Result<(), Raised> {
    let value = match value {
        Value::Null => Value::Null,
        value => convert(value, &property.value_type, Conversion::Implicit)?,
    };
    constructed(&property.message, env)?;
    match &property.field {
        Some(field) if value != Value::Null => {
            let for_field = convert(value, &field.value_type, Conversion::Cast { checked: true })?;
            assign_field(field, for_field, env)
        }
        _ => {
            env.edit_message(property.message.slot).context.update(property.name, value);
            Ok(())
        }
    }
}

/// `xpath(Msg, "…") = value`: the node must exist (C184). Promoted properties follow.
pub fn assign_xpath(
    target: &(MessageRef, usize, Node),
    value: Value,
    env: &mut dyn Env,
) -> Result<(), Raised> {
    let (target, part, path) = target;
    let path = crate::message::format_value(&super::value(path, env)?);
    let message = constructed(target, env)?;
    let content = body(target, *part, message)?;
    let changed = match nodes(&value) {
        Some(nodes) => content.with_xpath_nodes(&path, &nodes),
        None => {
            let text = match &value {
                Value::Xml(_) | Value::Message(_) => super::convert::text_of(&value),
                other => other.to_xml(),
            };
            content.with_xpath_value(&path, &text)
        }
    };
    let changed = Arc::new(changed.map_err(|e| xpath_error(&e))?);
    set_body(target, *part, Arc::clone(&changed), env)?;
    if let Some((_, PartType::Schema(schema))) = target.message_type.parts.get(*part) {
        let context = &mut env.edit_message(target.slot).context;
        for field in &schema.promoted {
            if context.get(field.property).is_some() {
                let value = changed
                    .field_text(&field.path)
                    .and_then(|text| Value::from_xml(&text, &field.value_type).ok());
                context.update(field.property, value.unwrap_or_default());
            }
        }
    }
    Ok(())
}

/// Elements a value stands for: a list of nodes, or an element that holds elements itself. An element that holds
/// text only stands for its text.
fn nodes(value: &Value) -> Option<Vec<Arc<Body>>> {
    let elements =
        |values: &[&Value]| -> Vec<Arc<Body>> { values.iter().filter_map(|v| document(v)).collect() };
    match value {
        Value::Object(list) if list.type_name == "System.Xml.XmlNodeList" => {
            Some(elements(&list.members.iter().map(|(_, node)| node).collect::<Vec<_>>()))
        }
        Value::Xml(_) | Value::Message(_) => {
            let body = document(value)?;
            let parsed = body.document().ok()?;
            let tree = parsed.tree();
            let root = tree.document_element()?;
            let nested = tree.children_iter(root).any(|id| tree.element(id).is_some());
            nested.then(|| vec![body])
        }
        _ => None,
    }
}

/// `to(*) = from(*)`: every property, with its promotion (MA-4); the message type stays that of the content.
pub fn copy_context(from: &MessageRef, to: &MessageRef, env: &mut dyn Env) -> Result<(), Raised> {
    let properties = constructed(from, env)?.context.clone();
    constructed(to, env)?;
    let context = &mut env.edit_message(to.slot).context;
    for property in properties.iter().filter(|p| p.name != *MESSAGE_TYPE) {
        if property.promoted {
            context.promote(property.name, property.value.clone());
        } else {
            context.write(property.name, property.value.clone());
        }
    }
    Ok(())
}

pub fn transform(
    map: &str,
    outputs: &[MessageRef],
    inputs: &[MessageRef],
    env: &mut dyn Env,
) -> Result<(), Raised> {
    super::burn(env)?;
    let mut sources = Vec::with_capacity(inputs.len());
    for input in inputs {
        sources.push(Arc::clone(constructed(input, env)?));
    }
    let made = env.transform(map, &sources)?;
    if made.len() != outputs.len() {
        return Err(exception(
            "System.InvalidOperationException",
            format!(
                "the map {map} makes {}, but {} are assigned",
                counted(made.len(), "message"),
                outputs.len()
            ),
        ));
    }
    for (output, message) in outputs.iter().zip(made) {
        env.set_message(output.slot, message);
    }
    Ok(())
}
