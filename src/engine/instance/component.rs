//! Custom code that an expression calls: a script answers for it, or mock mode does.

use super::environment::Environment;
use crate::component::{Lent, Request};
use crate::engine::EventKind;
use crate::message::{ClassInstance, Object, Value, format_value};
use crate::xlang::{ComponentCall, Env, LogLevel, Raised, Target};
use smol_str::SmolStr;
use std::sync::Arc;

/// What a scripted call costs of the work an expression may do: a loop around calls ends sooner than one without.
const COST: u32 = 50;

/// Longest text of a value in the record of a call, in characters.
const RECORDED: usize = 200;

pub(super) fn call(env: &mut Environment<'_, '_>, mut call: ComponentCall<'_>) -> Result<Value, Raised> {
    let program = Arc::clone(env.step.program);
    let class: SmolStr = match &call.target {
        Target::Static(name) => (*name).into(),
        Target::Instance(Value::Object(object)) => object.type_name.clone(),
        Target::Instance(other) => other.value_type().name().into(),
    };
    let written: Vec<String> = call.arguments.iter().map(recorded).collect();
    let count = (!call.property).then_some(call.arguments.len());
    let function = program.components.function(&class, call.member, count);
    let mocked = function.is_none();
    let value = match function {
        Some(function) => script(env, &class, &function, &mut call)?,
        None => match program.mocks.get(&format!("{class}.{}", call.member)) {
            Some(code) => code.eval(env)?,
            None => unanswered(&class, &mut call),
        },
    };
    let value = match value {
        // A map that names a class of the application is an instance of it.
        Value::Object(object) => match program.schemas.class(&object.type_name) {
            Some(class) => {
                let mut instance = ClassInstance::new(Arc::clone(class));
                for (name, value) in &object.members {
                    let Some(field) = class.field(name).filter(|_| *value != Value::Null) else { continue };
                    if let Ok(value) = Value::from_xml(&value.to_xml(), &field.value_type) {
                        instance.set(name, value);
                    }
                }
                Value::Class(Arc::new(instance))
            }
            None => Value::Object(object),
        },
        value => value,
    };
    let constructor = call.member == ".ctor";
    let member = if constructor { format!("new {class}") } else { format!("{class}.{}", call.member) };
    let result = if constructor { String::new() } else { recorded(&value) };
    env.step.emit(EventKind::ComponentCalled {
        instance: env.instance,
        member,
        arguments: written,
        result,
        mocked,
    });
    Ok(value)
}

fn script(
    env: &mut Environment<'_, '_>,
    class: &str,
    function: &str,
    call: &mut ComponentCall<'_>,
) -> Result<Value, Raised> {
    env.fuel = env.fuel.saturating_sub(COST);
    let program = Arc::clone(env.step.program);
    let (seed, _) = env.new_guid().as_u64_pair();
    // Reading the store may fail and is logged then, so it happens only for a script that asks.
    let configuration =
        program.components.reads_configuration(class).then(|| env.step.configuration_values());
    let lent = Lent::new(env.now(), seed, configuration.unwrap_or_else(|| Ok(Arc::default())));
    let mut made = Value::Object(Arc::new(Object { type_name: class.into(), members: Vec::new() }));
    let constructor = call.member == ".ctor";
    let object = match &mut call.target {
        Target::Static(_) if constructor => Some(&mut made),
        Target::Static(_) => None,
        Target::Instance(object) => Some(&mut **object),
    };
    let arguments = if call.property { &mut [] } else { &mut *call.arguments };
    let answer = program.components.call(Request { class, function, object, arguments }, lent)?;
    for text in answer.log {
        env.log(LogLevel::Information, class, &text);
    }
    Ok(if constructor { made } else { answer.value })
}

/// What nobody answers for is null, which becomes the default of whatever is expected. A property keeps what is
/// written to it, and `new` makes an object that can be filled.
fn unanswered(class: &str, call: &mut ComponentCall<'_>) -> Value {
    let Target::Instance(Value::Object(object)) = &mut call.target else {
        let object = || Value::Object(Arc::new(Object { type_name: class.into(), members: Vec::new() }));
        return if call.member == ".ctor" { object() } else { Value::Null };
    };
    let known = object.members.iter().position(|(name, _)| name == call.member);
    match (call.arguments.first().filter(|_| call.property), known) {
        (Some(value), known) => {
            let members = &mut Arc::make_mut(object).members;
            match known.and_then(|at| members.get_mut(at)) {
                Some((_, place)) => *place = value.clone(),
                None => members.push((call.member.into(), value.clone())),
            }
            Value::Null
        }
        (None, at) => at.and_then(|at| object.members.get(at)).map(|(_, v)| v.clone()).unwrap_or_default(),
    }
}

fn recorded(value: &Value) -> String {
    let text = format_value(value);
    match text.char_indices().nth(RECORDED) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
