//! Calls and properties of objects: built in, or handed to the environment. Objects are values here: a call
//! that changes its object writes it back to where it came from.

use super::{assign, burn};
use crate::message::{Object, Value, ValueType};
use crate::model::Direction;
use crate::xlang::code::{CallArgument, Invoke, MemberPlace, Place, Receiver};
use crate::xlang::dotnet::{self, Call, Member, MemberKind, exception};
use crate::xlang::env::{ComponentCall, Target};
use crate::xlang::{Env, Raised};
use std::sync::Arc;

pub fn invoke(invoke: &Invoke, env: &mut dyn Env) -> Result<Value, Raised> {
    burn(env)?;
    match &invoke.receiver {
        Receiver::Type(name) => on_type(invoke, name, env),
        Receiver::Object { node, place, declared } => on_object(invoke, node, place.as_ref(), declared, env),
    }
}

fn on_type(invoke: &Invoke, name: &str, env: &mut dyn Env) -> Result<Value, Raised> {
    let mut values = arguments(&invoke.arguments, env)?;
    if let Some(member) = invoke.known {
        let result = member.run(Call { env, type_name: name, member, values: &mut values })?;
        write_back(&invoke.arguments, values, 0, env)?;
        return Ok(result);
    }
    let call = ComponentCall {
        target: Target::Static(name),
        member: &invoke.member,
        arguments: &mut values,
        property: invoke.property,
    };
    let result = env.component(call)?;
    write_back(&invoke.arguments, values, 0, env)?;
    // A constructor always gives an object, so that a mock can be filled and passed on.
    Ok(match result {
        Value::Null if invoke.member == ".ctor" => new_object(name),
        result => result,
    })
}

fn on_object(
    invoke: &Invoke,
    node: &crate::xlang::code::Node,
    place: Option<&Place>,
    declared: &ValueType,
    env: &mut dyn Env,
) -> Result<Value, Raised> {
    let mut object = super::value(node, env)?;
    if let Some(value) = own_member(&object, invoke) {
        return Ok(value);
    }
    let kind = if invoke.property { MemberKind::Property } else { MemberKind::Method };
    let known = invoke.known.or_else(|| {
        let found = object.value_type();
        dotnet::find(found.name(), &invoke.member, kind).find(|m| m.accepts(invoke.arguments.len()))
    });
    if object == Value::Null {
        // An object of a component may be null because nothing has made it; its stand-in still answers.
        if known.is_some() || !matches!(declared, ValueType::Named(_) | ValueType::Unknown) {
            return Err(null_reference(invoke));
        }
        object = new_object(if *declared == ValueType::Unknown { "" } else { declared.name() });
    }
    let mut values = Vec::with_capacity(invoke.arguments.len() + 1);
    let result = if let Some(member) = known {
        values.push(object);
        values.append(&mut arguments(&invoke.arguments, env)?);
        let result = member.run(Call { env, type_name: declared.name(), member, values: &mut values })?;
        if let (true, Some(place)) = (member.mutates, place) {
            let changed = values.first_mut().map(std::mem::take).unwrap_or_default();
            assign::assign(place, changed, env)?;
        }
        write_back(&invoke.arguments, values, 1, env)?;
        result
    } else {
        values.append(&mut arguments(&invoke.arguments, env)?);
        let before = object.clone();
        let call = ComponentCall {
            target: Target::Instance(&mut object),
            member: &invoke.member,
            arguments: &mut values,
            property: invoke.property,
        };
        let result = env.component(call)?;
        if let Some(place) = place.filter(|_| !same(&before, &object)) {
            assign::assign(place, object, env)?;
        }
        write_back(&invoke.arguments, values, 0, env)?;
        result
    };
    Ok(result)
}

/// A field of a class instance, or what was stored in a component's object before.
fn own_member(object: &Value, invoke: &Invoke) -> Option<Value> {
    match object {
        _ if !invoke.property => None,
        Value::Class(instance) => instance.get(&invoke.member).cloned(),
        Value::Object(object) => {
            object.members.iter().find(|(name, _)| *name == invoke.member).map(|(_, value)| value.clone())
        }
        _ => None,
    }
}

fn new_object(type_name: &str) -> Value {
    Value::Object(Arc::new(Object { type_name: type_name.into(), members: Vec::new() }))
}

fn null_reference(invoke: &Invoke) -> Raised {
    exception(
        "System.NullReferenceException",
        format!("{} is used on null: assign the variable first", invoke.member),
    )
}

fn arguments(arguments: &[CallArgument], env: &mut dyn Env) -> Result<Vec<Value>, Raised> {
    arguments.iter().map(|argument| super::value(&argument.node, env)).collect()
}

/// Stores `ref` and `out` arguments, and messages a component has filled.
fn write_back(
    arguments: &[CallArgument],
    values: Vec<Value>,
    skip: usize,
    env: &mut dyn Env,
) -> Result<(), Raised> {
    for (argument, value) in arguments.iter().zip(values.into_iter().skip(skip)) {
        let Some(place) = &argument.place else { continue };
        let changed = argument.direction != Direction::In || !is_unchanged(argument, &value, env);
        if changed {
            assign::assign(place, value, env)?;
        }
    }
    Ok(())
}

fn is_unchanged(argument: &CallArgument, value: &Value, env: &dyn Env) -> bool {
    match (&argument.place, value) {
        (Some(Place::Message(target)), Value::Message(message)) => {
            env.message(target.slot).is_some_and(|before| Arc::ptr_eq(before, message))
        }
        _ => false,
    }
}

/// Cheap test whether a call left its object alone.
fn same(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Xml(a), Value::Xml(b)) => Arc::ptr_eq(a, b),
        (Value::Message(a), Value::Message(b)) => Arc::ptr_eq(a, b),
        (Value::Class(a), Value::Class(b)) => Arc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
        _ => before == after,
    }
}

/// `object.Member = value`, and the object back to its place.
pub fn set_member(member: &MemberPlace, value: Value, env: &mut dyn Env) -> Result<(), Raised> {
    burn(env)?;
    let object = super::value(&member.object, env)?;
    let setter = member
        .setter
        .or_else(|| dotnet::find(object.value_type().name(), &member.member, MemberKind::Setter).next());
    let changed = match (object, setter) {
        (Value::Null, Some(_)) => {
            return Err(exception(
                "System.NullReferenceException",
                format!("{} is assigned on null: assign the variable first", member.member),
            ));
        }
        (object, Some(setter)) => with_setter(object, setter, value, env)?,
        (Value::Class(instance), None) => {
            let mut instance = crate::message::ClassInstance::clone(&instance);
            let known = instance.class.field(&member.member).map(|f| f.value_type.clone());
            let value = match known {
                Some(kind) if value != Value::Null => {
                    super::convert(value, &kind, crate::xlang::code::Conversion::Implicit)?
                }
                _ => value,
            };
            instance.set(&member.member, value);
            Value::Class(Arc::new(instance))
        }
        (Value::Object(object), None) => {
            let mut object = Object::clone(&object);
            match object.members.iter_mut().find(|(name, _)| *name == member.member) {
                Some((_, slot)) => *slot = value,
                None => object.members.push((member.member.clone(), value)),
            }
            Value::Object(Arc::new(object))
        }
        // Nothing has made the component's object yet: it begins with this property.
        (Value::Null, None) => {
            let type_name = match &member.place {
                Some(Place::Variable(_, declared)) => declared.name().into(),
                _ => Default::default(),
            };
            Value::Object(Arc::new(Object { type_name, members: vec![(member.member.clone(), value)] }))
        }
        (other, None) => {
            return Err(exception(
                "System.MissingMemberException",
                format!("{} of {} cannot be assigned", member.member, other.value_type().short_name()),
            ));
        }
    };
    match &member.place {
        Some(place) => assign::assign(place, changed, env),
        None => Ok(()),
    }
}

fn with_setter(
    object: Value,
    setter: &'static Member,
    value: Value,
    env: &mut dyn Env,
) -> Result<Value, Raised> {
    let mut values = [object, value];
    setter.run(Call { env, type_name: &setter.type_name, member: setter, values: &mut values })?;
    let [object, _] = values;
    Ok(object)
}
