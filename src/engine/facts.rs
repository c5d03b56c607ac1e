//! What the filters of breakpoints can ask of messages and of the instance that is about to run a shape.

use super::instance::Instance;
use crate::filter::{Datum, Field, Key, Subject};
use crate::message::{BTS, DateTime, Message, Value};
use crate::program::{Program, Service};

/// Values of a message's fields, for [`Subject::each`].
pub fn of_message(message: &Message, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
    match field.key {
        Key::Message => take(Datum::Id(message.id.0)),
        Key::MessageType => match message.context.get(BTS.message_type) {
            // `namespace#Root` answers to `Root` as well.
            Some(Value::String(kind)) => {
                take(Datum::Text(kind)) || kind.rsplit('#').next().is_some_and(|root| take(Datum::Text(root)))
            }
            _ => false,
        },
        Key::Property => message.context.get(field.name).is_some_and(|value| take(Datum::Value(value))),
        Key::Body => message
            .body_part()
            .is_some_and(|part| take(Datum::Text(&String::from_utf8_lossy(&part.body.as_bytes())))),
        #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
        Key::Size => {
            let bytes: usize = message.parts.iter().map(|part| part.body.as_bytes().len()).sum();
            take(Datum::Number(bytes as f64))
        }
        _ => false,
    }
}

/// An instance that is about to run a shape.
pub struct AtShape<'a> {
    pub program: &'a Program,
    pub instance: &'a Instance,
    pub service: &'a Service,
    pub shape: u16,
    pub now: DateTime,
}

impl Subject for AtShape<'_> {
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        let frames = || {
            let frames = self.instance.state.frames.iter().rev().flatten();
            frames.filter_map(|frame| Some((frame, self.program.service(frame.service)?)))
        };
        match field.key {
            Key::Instance => take(Datum::Id(self.instance.id.0)),
            Key::Service => take(Datum::Name(self.service.name)),
            Key::Shape => {
                let named = self.service.shapes.get(usize::from(self.shape));
                take(Datum::Text(self.service.shape_id(self.shape).as_str()))
                    || named.is_some_and(|info| take(Datum::Text(&info.name)))
            }
            Key::At => take(Datum::Time(self.now)),
            Key::Age => take(Datum::Span(self.now.since(self.instance.created))),
            Key::Points => take(Datum::Number(f64::from(self.instance.persistence_points))),
            Key::Queue => {
                take(Datum::Number(f64::from(u32::try_from(self.instance.queue.len()).unwrap_or(u32::MAX))))
            }
            // The innermost of the name.
            Key::Variable => frames()
                .find_map(|(frame, service)| {
                    let at = service.variables.iter().rposition(|info| info.name == field.name)?;
                    frame.variables.get(at)
                })
                .is_some_and(|value| take(Datum::Value(value))),
            Key::SetValue | Key::Correlation => frames().any(|(frame, service)| {
                service.sets.iter().zip(&frame.sets).any(|(info, values)| {
                    let asked = field.key == Key::Correlation || info.name == field.name;
                    asked && values.iter().flat_map(|v| v.iter()).any(|value| take(Datum::Value(value)))
                })
            }),
            Key::Message | Key::MessageType | Key::Property | Key::Body | Key::Size => {
                frames().any(|(frame, _)| frame.messages.iter().flatten().any(|m| of_message(m, field, take)))
            }
            _ => false,
        }
    }
}
