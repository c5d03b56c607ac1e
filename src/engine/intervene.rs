//! What a person changes in an instance that stands still: recorded inputs like any other, so a replay has them too.

use super::core::{Slot, Step};
use super::instance::Instance;
use super::{EventKind, InstanceId};
use crate::message::{Body, ClassInstance, Message, Name, Part, Value};
use crate::program::Program;
use crate::xlang::PartType;
use std::sync::Arc;

impl Step<'_> {
    /// Sets a variable of an orchestration instance: of the innermost scope that has one of the name. The text is read as
    /// the variable's type.
    ///
    /// # Errors
    /// When there is no such instance or variable, or the text is no value of its type.
    pub fn set_variable(&mut self, id: InstanceId, variable: Name, text: &str) -> Result<(), String> {
        let program = Arc::clone(self.program);
        self.orchestration(id)?;
        let set = self.with_instance(id, |instance, step| {
            let (frame, slot) = place(instance, &program, |service| {
                let at = service.variables.iter().rposition(|info| info.name == variable)?;
                u16::try_from(at).ok()
            })
            .ok_or_else(|| format!("{id} has no variable {variable}"))?;
            let service = frame_service(instance, &program, frame);
            let declared =
                service.and_then(|s| s.variables.get(usize::from(slot))).map(|info| &info.value_type);
            let declared = declared.ok_or_else(|| format!("{id} has no variable {variable}"))?;
            let value = Value::from_xml(text, declared)
                .map_err(|reason| format!("The variable {variable} cannot be `{text}`: {reason}"))?;
            instance.dirty = true;
            let state = instance.state.frames.get_mut(frame).and_then(Option::as_mut);
            if let Some(place) = state.and_then(|frame| frame.variables.get_mut(usize::from(slot))) {
                *place = value.clone();
            }
            step.emit(EventKind::VariableSet { instance: id, variable, value });
            Ok(())
        });
        set.unwrap_or_else(|| Err(format!("There is no orchestration instance {id}")))
    }

    /// Replaces the body of a message that an orchestration instance has in a variable. Properties promoted from the body
    /// follow (MSG-10).
    ///
    /// # Errors
    /// When there is no such instance or message, the message is not constructed, or the text is not of its type.
    pub fn edit_message(&mut self, id: InstanceId, variable: Name, text: &str) -> Result<(), String> {
        let program = Arc::clone(self.program);
        self.orchestration(id)?;
        let edited = self.with_instance(id, |instance, step| {
            let missing = || format!("{id} has no message {variable}");
            let (frame, slot) = place(instance, &program, |service| {
                let at = service.messages.iter().rposition(|info| info.name == variable)?;
                u16::try_from(at).ok()
            })
            .ok_or_else(missing)?;
            let service = frame_service(instance, &program, frame).ok_or_else(missing)?;
            let declared = service.messages.get(usize::from(slot)).ok_or_else(missing)?;
            let state = instance.state.frames.get_mut(frame).and_then(Option::as_mut).ok_or_else(missing)?;
            let Some(known) = state.message(slot).cloned() else {
                return Err(format!("The message {variable} of {id} is not constructed yet"));
            };
            let kind = declared.message_type.parts.get(known.body).map(|(_, part)| part);
            let body =
                body_of(kind, text).map_err(|reason| format!("{variable} cannot be this: {reason}"))?;
            let mut message = Message { id: step.next_message_id(), ..Message::clone(&known) };
            let at = message.body;
            if let Some(part) = message.parts.get_mut(at) {
                *part = Part { name: part.name, body: Arc::new(body) };
            }
            program
                .schemas
                .promote(&mut message)
                .map_err(|error| format!("{variable} cannot be promoted: {error}"))?;
            let message = Arc::new(message);
            if let Some(place) = state.messages.get_mut(usize::from(slot)) {
                *place = Some(Arc::clone(&message));
            }
            instance.dirty = true;
            step.emit(EventKind::MessageEdited { instance: id, message, variable });
            Ok(())
        });
        edited.unwrap_or_else(|| Err(format!("There is no orchestration instance {id}")))
    }

    fn orchestration(&self, id: InstanceId) -> Result<(), String> {
        match self.core.slots.get(&id) {
            Some(Slot::Orchestration { .. }) => Ok(()),
            Some(_) => {
                Err(format!("{id} is no orchestration instance: it has neither variables nor messages"))
            }
            None => Err(format!("There is no instance {id}")),
        }
    }
}

fn body_of(kind: Option<&PartType>, text: &str) -> Result<Body, String> {
    match kind {
        Some(PartType::Class(class)) => ClassInstance::from_xml(Arc::clone(class), text)
            .map(Body::class)
            .map_err(|error| error.to_string()),
        Some(PartType::Value(_)) => Ok(Body::text(text)),
        _ => {
            let body = Body::xml(text);
            body.document().map_err(|error| error.to_string())?;
            Ok(body)
        }
    }
}

/// Frame and slot of something by name: of the orchestration called last.
fn place(
    instance: &Instance,
    program: &Program,
    slot: impl Fn(&crate::program::Service) -> Option<u16>,
) -> Option<(usize, u16)> {
    let frames = instance.state.frames.iter().enumerate().rev();
    frames.filter_map(|(at, frame)| Some((at, frame.as_ref()?))).find_map(|(at, frame)| {
        let service = program.service(frame.service)?;
        Some((at, slot(service)?))
    })
}

fn frame_service<'p>(
    instance: &Instance,
    program: &'p Program,
    frame: usize,
) -> Option<&'p crate::program::Service> {
    program.service(instance.state.frames.get(frame)?.as_ref()?.service)
}
