//! Pipelines run from expressions (section 7.4), and the collections of messages they take and give.

use super::{Call, Row, exception};
use crate::message::{Body, Message, Object, Value, format_value};
use crate::xlang::Raised;
use crate::xlang::eval::document;
use crate::xml::pipeline::{self, PipelineFailure};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;
use std::sync::Arc;

const MANAGER: &str = "Microsoft.XLANGs.Pipeline.XLANGPipelineManager";
const OUTPUT: &str = "Microsoft.XLANGs.Pipeline.ReceivePipelineOutputMessages";
const INPUT: &str = "Microsoft.XLANGs.Pipeline.SendPipelineInputMessages";
const ENUMERATOR: &str = "System.Collections.IEnumerator";
/// As variables of the pipelines' own type declare it.
const INPUT_ENUMERATOR: &str = "Microsoft.XLANGs.Pipeline.SendPipelineInputEnumerator";
const FAILED: &str = "Microsoft.XLANGs.Pipeline.XLANGPipelineManagerException";
/// Member that holds how many messages were passed over.
const PASSED: &str = "passed";

pub const ROWS: &[Row] = &[
    (
        MANAGER,
        "static Microsoft.XLANGs.Pipeline.ReceivePipelineOutputMessages ExecuteReceivePipeline(System.Type type, object message)",
        |call| {
            let message = message(call.get(1))?;
            let body = message.body_part().map(|part| part.body.as_bytes().into_owned()).unwrap_or_default();
            let Some(schemas) = call.env.schemas() else { return Ok(collection(OUTPUT, Vec::new())) };
            let name = format_value(call.get(0));
            let found = pipeline::receive(&name, &body, &BTreeMap::new(), schemas).map_err(|e| failed(&e))?;
            // What a recoverable interchange sets aside at a port is an error here: nobody could suspend it.
            if let Some(first) = found.failed.first() {
                return Err(failed(&first.failure));
            }
            Ok(collection(OUTPUT, found.messages.into_iter().map(Arc::new).collect()))
        },
    ),
    (
        MANAGER,
        "static void ExecuteSendPipeline(System.Type type, Microsoft.XLANGs.Pipeline.SendPipelineInputMessages messages, fill object message)",
        |mut call| {
            let messages: Vec<Arc<Message>> = messages(call.get(1)).collect();
            let Some(schemas) = call.env.schemas() else { return Ok(Value::Null) };
            let name = format_value(call.get(0));
            let bytes = pipeline::send_together(&name, &messages, &BTreeMap::new(), schemas);
            let body = Arc::new(Body::bytes(bytes.map_err(|e| failed(&e))?));
            let context = messages.first().map(|m| m.context.clone()).unwrap_or_default();
            let made = Message { context, ..Message::single(Message::body_name(), body) };
            call.set(2, Value::Message(Arc::new(made)));
            Ok(Value::Null)
        },
    ),
    (INPUT, "new()", |_| Ok(collection(INPUT, Vec::new()))),
    (INPUT, "mut void Add(object message)", |mut call| {
        let added = message(call.get(1))?;
        let all = messages(call.get(0)).chain([added]).collect();
        call.set(0, collection(INPUT, all));
        Ok(Value::Null)
    }),
    (INPUT, "int Count", |call| Ok(count(messages(call.get(0)).count()))),
    (INPUT, "System.Collections.IEnumerator GetEnumerator()", |call| {
        Ok(collection(ENUMERATOR, messages(call.get(0)).collect()))
    }),
    (OUTPUT, "mut bool MoveNext()", next),
    (ENUMERATOR, "mut bool MoveNext()", next),
    (OUTPUT, "mut void Reset()", |mut call| {
        let all = messages(call.get(0)).collect();
        call.set(0, collection(OUTPUT, all));
        Ok(Value::Null)
    }),
    (OUTPUT, "void GetCurrent(fill object message)", |mut call| {
        let found = current(call.get(0))?;
        call.set(1, Value::Message(found));
        Ok(Value::Null)
    }),
    (ENUMERATOR, "object Current", |call| current(call.get(0)).map(Value::Message)),
    (INPUT_ENUMERATOR, "mut bool MoveNext()", next),
    (INPUT_ENUMERATOR, "object Current", |call| current(call.get(0)).map(Value::Message)),
];

/// A pipeline's failure, for a Catch block.
fn failed(failure: &PipelineFailure) -> Raised {
    exception(FAILED, format!("{failure}. {}", failure.help))
}

/// A whole message, or one made of XML or a value.
fn message(value: &Value) -> Result<Arc<Message>, Raised> {
    match value {
        Value::Message(message) => Ok(Arc::clone(message)),
        Value::Null => Err(exception("System.ArgumentNullException", "the message for the pipeline is null")),
        other => {
            let body = document(other).unwrap_or_else(|| Arc::new(Body::text(other.to_xml())));
            Ok(Arc::new(Message::single(Message::body_name(), body)))
        }
    }
}

fn collection(type_name: &str, messages: Vec<Arc<Message>>) -> Value {
    let numbered = messages.into_iter().enumerate();
    let items = numbered.map(|(at, message)| (format_smolstr!("{at}"), Value::Message(message)));
    let members = std::iter::once((SmolStr::new(PASSED), Value::Int32(0))).chain(items).collect();
    Value::Object(Arc::new(Object { type_name: type_name.into(), members }))
}

fn messages(value: &Value) -> impl Iterator<Item = Arc<Message>> {
    let members = match value {
        Value::Object(object) => object.members.as_slice(),
        _ => &[],
    };
    members.iter().filter_map(|(_, value)| match value {
        Value::Message(message) => Some(Arc::clone(message)),
        _ => None,
    })
}

fn passed(value: &Value) -> usize {
    match value {
        Value::Object(object) => match object.members.first() {
            Some((_, Value::Int32(n))) => usize::try_from(*n).unwrap_or(0),
            _ => 0,
        },
        _ => 0,
    }
}

fn count(number: usize) -> Value {
    Value::Int32(i32::try_from(number).unwrap_or(i32::MAX))
}

/// Goes to the next message; false behind the last one.
fn next(mut call: Call<'_>) -> Result<Value, Raised> {
    let (at, all) = (passed(call.get(0)), messages(call.get(0)).count());
    let Value::Object(object) = call.get(0) else { return Ok(Value::Bool(false)) };
    let mut object = Object::clone(object);
    if let Some((_, place)) = object.members.first_mut() {
        *place = count((at + 1).min(all + 1));
    }
    call.set(0, Value::Object(Arc::new(object)));
    Ok(Value::Bool(at < all))
}

fn current(value: &Value) -> Result<Arc<Message>, Raised> {
    let at = passed(value).checked_sub(1);
    at.and_then(|at| messages(value).nth(at)).ok_or_else(|| {
        exception(
            "System.InvalidOperationException",
            "there is no current message: call MoveNext first, and only use it while that is true",
        )
    })
}
