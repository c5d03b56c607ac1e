//! Running compiled texts, with C#'s semantics.

mod assign;
mod convert;
mod invoke;
mod message;
mod operator;

pub(super) use convert::{convert, document, text_of as convert_text};
pub(super) use operator::{compare, double, equal, integer, shifted};

use super::code::{Conversion, Node, Step};
use super::dotnet::exception;
use super::syntax::BinaryOp;
use super::{Env, Observed, Raised};
use crate::message::{Value, ValueType, format_value};

pub(super) fn steps(steps: &[Step], env: &mut dyn Env) -> Result<(), Raised> {
    for step in steps {
        match step {
            Step::Mark(span) => env.observe(Observed::Statement(span.range())),
            Step::Variable(slot, node) => {
                let value = value(node, env)?;
                env.set_variable(*slot, value);
            }
            Step::Assign(place, node) => {
                let value = value(node, env)?;
                assign::assign(place, value, env)?;
            }
            Step::Do(node) => {
                value(node, env)?;
            }
            Step::If(branches, otherwise) => run_if(branches, otherwise, env)?,
            Step::While(condition, body) => {
                while is_true(condition, env)? {
                    burn(env)?;
                    self::steps(body, env)?;
                }
            }
            Step::Throw(node) => return Err(thrown(value(node, env)?)),
            Step::CopyContext { from, to } => message::copy_context(from, to, env)?,
            Step::Transform { map, outputs, inputs } => {
                let map = format_value(&value(map, env)?);
                message::transform(&map, outputs, inputs, env)?;
            }
        }
    }
    Ok(())
}

fn run_if(branches: &[(Node, Vec<Step>)], otherwise: &[Step], env: &mut dyn Env) -> Result<(), Raised> {
    for (condition, body) in branches {
        if is_true(condition, env)? {
            return steps(body, env);
        }
    }
    steps(otherwise, env)
}

fn thrown(value: Value) -> Raised {
    match value {
        Value::Exception(raised) => raised,
        Value::Null => exception("System.NullReferenceException", "the exception to throw is null"),
        // An exception class of a component, as its stand-in made it.
        Value::Object(object) => {
            let text =
                object.members.iter().find(|(name, _)| name == "Message").map(|(_, v)| format_value(v));
            exception(&object.type_name, text.unwrap_or_default())
        }
        other => {
            exception("System.InvalidCastException", format!("{} is no exception", format_value(&other)))
        }
    }
}

/// Takes one unit of work.
fn burn(env: &mut dyn Env) -> Result<(), Raised> {
    if env.burn() {
        return Ok(());
    }
    Err(exception(
        "Orchestrion.ExecutionLimitException",
        "the expression does not come to an end: it has used up the work one run may do. Check the condition of its loop.",
    ))
}

fn is_true(node: &Node, env: &mut dyn Env) -> Result<bool, Raised> {
    match value(node, env)? {
        Value::Bool(flag) => Ok(flag),
        other => match convert(other, &ValueType::Bool, Conversion::Implicit)? {
            Value::Bool(flag) => Ok(flag),
            _ => Ok(false),
        },
    }
}

pub(super) fn value(node: &Node, env: &mut dyn Env) -> Result<Value, Raised> {
    Ok(match node {
        Node::Constant(value) => value.clone(),
        Node::At(span, inner) => {
            let value = value(inner, env)?;
            env.observe(Observed::Value(span.range(), &value));
            value
        }
        Node::Variable(slot) => env.variable(*slot).clone(),
        Node::Binary(op, checked, operands) => return binary(*op, *checked, operands, env),
        Node::Not(inner) => Value::Bool(!is_true(inner, env)?),
        Node::All(parts) => {
            for part in parts {
                if !is_true(part, env)? {
                    return Ok(Value::Bool(false));
                }
            }
            Value::Bool(true)
        }
        Node::Any(parts) => {
            for part in parts {
                if is_true(part, env)? {
                    return Ok(Value::Bool(true));
                }
            }
            Value::Bool(false)
        }
        Node::Concat(parts) => return concat(parts, env),
        Node::Negate(inner, checked) => operator::negate(value(inner, env)?, *checked)?,
        Node::Complement(inner) => operator::complement(value(inner, env)?)?,
        Node::Convert(inner, wanted, conversion) => convert(value(inner, env)?, wanted, *conversion)?,
        Node::Message(target) => Value::Message(message::constructed(target, env)?.clone()),
        Node::Part(target, part) => message::part(target, *part, env)?,
        Node::Field(field) => message::field(field, env)?,
        Node::Property(property) => message::property(property, env)?,
        Node::Exists(property) => Value::Bool(message::find_property(property, env)?.is_some()),
        Node::PortProperty(slot, name) => env.port_property(*slot, name).unwrap_or_default(),
        Node::CorrelationValue(slot, name) => env.correlation_value(*slot, *name).ok_or_else(|| {
            exception(
                "Microsoft.XLANGs.BaseTypes.CorrelationException",
                format!("the correlation set has no value for {name}: it is not initialized"),
            )
        })?,
        Node::InstanceId => Value::Guid(env.instance_id()),
        Node::Succeeded(slot) => Value::Bool(env.succeeded(*slot)),
        Node::XPath(parts) => return xpath(parts, env),
        Node::Invoke(invoke) => return invoke::invoke(invoke, env),
        Node::AddPart(parts) => {
            let (target, content, name) = &**parts;
            let content = value(content, env)?;
            let name = format_value(&value(name, env)?);
            message::add_part(target, content, &name, env)?;
            Value::Null
        }
    })
}

fn binary(op: BinaryOp, checked: bool, operands: &(Node, Node), env: &mut dyn Env) -> Result<Value, Raised> {
    if let (Some(left), Some(right)) = (at_hand(&operands.0, env), at_hand(&operands.1, env)) {
        return operator::binary(op, checked, left, right);
    }
    let left = value(&operands.0, env)?;
    if let Some(right) = at_hand(&operands.1, env) {
        return operator::binary(op, checked, &left, right);
    }
    let right = value(&operands.1, env)?;
    operator::binary(op, checked, &left, &right)
}

/// A value that can be looked at where it lies, without a copy.
fn at_hand<'v>(node: &'v Node, env: &'v dyn Env) -> Option<&'v Value> {
    match node {
        Node::Constant(value) => Some(value),
        Node::Variable(slot) => Some(env.variable(*slot)),
        _ => None,
    }
}

fn concat(parts: &[Node], env: &mut dyn Env) -> Result<Value, Raised> {
    let mut text = String::new();
    for part in parts {
        match value(part, env)? {
            Value::String(part) => text.push_str(&part),
            other => text.push_str(&convert_text(&other)),
        }
    }
    Ok(Value::from(text))
}

fn xpath(parts: &(Option<Node>, Node), env: &mut dyn Env) -> Result<Value, Raised> {
    burn(env)?;
    let document = parts.0.as_ref().map(|node| value(node, env)).transpose()?;
    let path = value(&parts.1, env)?;
    message::xpath(document, &format_value(&path))
}

/// Value of a node that depends on nothing; `None` for every other.
pub(super) fn constant(node: &Node) -> Option<Result<Value, Raised>> {
    let known = |node: &Node| match node {
        Node::Constant(value) => Some(value.clone()),
        _ => None,
    };
    let flags = |parts: &[Node]| -> Option<Vec<bool>> {
        parts
            .iter()
            .map(|p| if let Node::Constant(Value::Bool(flag)) = p { Some(*flag) } else { None })
            .collect()
    };
    match node {
        Node::Binary(op, checked, operands) => {
            Some(operator::binary(*op, *checked, &known(&operands.0)?, &known(&operands.1)?))
        }
        Node::Not(inner) => match known(inner)? {
            Value::Bool(flag) => Some(Ok(Value::Bool(!flag))),
            _ => None,
        },
        Node::Negate(inner, checked) => Some(operator::negate(known(inner)?, *checked)),
        Node::Complement(inner) => Some(operator::complement(known(inner)?)),
        Node::Convert(inner, wanted, conversion) => Some(convert(known(inner)?, wanted, *conversion)),
        Node::All(parts) => Some(Ok(Value::Bool(flags(parts)?.into_iter().all(|flag| flag)))),
        Node::Any(parts) => Some(Ok(Value::Bool(flags(parts)?.into_iter().any(|flag| flag)))),
        _ => None,
    }
}
