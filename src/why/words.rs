//! How things are called in sentences.

use crate::engine::message_box::Verdict;
use crate::engine::{Publisher, Subscriber};
use crate::message::{BTS, Context, Message, Name, Value, format_value};
use crate::model::FilterOperator;
use crate::program::Program;

/// A value as a filter would write it; long ones are cut.
pub fn shown(value: &Value) -> String {
    const MOST: usize = 60;
    let text = format_value(value);
    let text = match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    };
    match value {
        Value::String(_) => format!("\"{text}\""),
        // As an expression writes it.
        Value::Bool(flag) => flag.to_string(),
        _ => text,
    }
}

/// `m17 (http://shop#Order)`.
pub fn message(message: &Message) -> String {
    match message.context.get(BTS.message_type) {
        Some(kind) => format!("{} ({})", message.id, format_value(kind)),
        None => format!("the untyped message {}", message.id),
    }
}

pub fn publisher(publisher: Publisher) -> String {
    match publisher {
        Publisher::ReceivePort(name) => format!("from receive port {name}"),
        Publisher::Orchestration { instance, port } => format!("sent by {instance} at port {port}"),
        Publisher::SendPortReply(name) => format!("answered at send port {name}"),
        Publisher::Acknowledgement(name) => format!("acknowledging for send port {name}"),
        Publisher::External => "published by an operator".to_owned(),
    }
}

/// Who has a subscription, as the subject of a sentence.
pub fn subscriber(owner: Subscriber, service: Name) -> String {
    match owner {
        Subscriber::Activation { service } => format!("a new instance of {service}"),
        Subscriber::Instance { instance, port } if service == port => format!("{instance} at {port}"),
        Subscriber::Instance { instance, port } => format!("{instance} of {service} at port {port}"),
        Subscriber::SendPort(name) => format!("send port {name}"),
        Subscriber::SendPortGroup(name) => format!("send port group {name}"),
    }
}

/// A predicate that does not hold, with both values.
pub fn failed(verdict: &Verdict, context: &Context) -> String {
    let name = verdict.predicate.property;
    let wanted = shown(&verdict.predicate.value);
    match &verdict.actual {
        Some(actual) => {
            let actual = shown(actual);
            match verdict.predicate.operator {
                FilterOperator::Equals => format!("{name} is {actual}, not {wanted}"),
                FilterOperator::NotEquals => format!("{name} is {actual}, which it must not be"),
                operator => format!("{name} is {actual}, which is not {} {wanted}", operator.symbol()),
            }
        }
        None => match context.get(name) {
            Some(written) => format!("{name} is {} but only written, not promoted", shown(written)),
            None if verdict.predicate.operator == FilterOperator::Equals => {
                format!("{name} is not in its context, where {wanted} is wanted")
            }
            None => format!("{name} is not in its context"),
        },
    }
}

/// Predicates that hold, for people: without what is the same for every message.
pub fn held(verdicts: &[Verdict]) -> String {
    let all: Vec<String> = verdicts.iter().map(|verdict| verdict.predicate.to_string()).collect();
    joined(&all)
}

/// `a`, `a and b`, `a, b and c`.
pub fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A shape by its name and kind: `Receive "Order in"`.
pub fn shape(program: &Program, service: Name, shape: Name) -> String {
    let infos = program.service_by_name(service).map(|service| service.shapes.as_slice()).unwrap_or_default();
    match infos.iter().find(|info| info.id == shape) {
        Some(info) => format!("{} \"{}\"", info.kind, info.name),
        None => shape.to_string(),
    }
}
