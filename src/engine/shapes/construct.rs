use crate::engine::EventKind;
use crate::engine::instance::{Machine, exception};
use crate::message::{Message, Part};
use crate::program::Service;
use crate::xlang::Raised;
use std::sync::Arc;

impl<'a> Machine<'a, '_> {
    /// End of a Construct: every listed message must be there (CON-3). It is stored with the instance and has
    /// matched no subscription (CON-7).
    pub fn constructed(&mut self, service: &'a Service, slots: &[u16]) -> Result<(), Raised> {
        self.instance.dirty = true;
        for slot in slots {
            let Some(info) = service.messages.get(usize::from(*slot)) else { continue };
            let Some(message) = self.frame().and_then(|f| f.message(*slot)).cloned() else {
                return Err(exception(
                    "Microsoft.XLANGs.Core.MessageNotInitializedException",
                    format!("Message {} was not initialized in its construct", info.name),
                ));
            };
            let instance = self.instance.id;
            self.step.emit(EventKind::MessageConstructed { instance, message, variable: info.name });
        }
        if let Some(frame) = self.frame_mut() {
            frame.building.clear();
        }
        Ok(())
    }

    pub fn transform(&mut self, service: &'a Service, transform: u16) -> Result<(), Raised> {
        let Some(info) = service.transforms.get(usize::from(transform)) else { return Ok(()) };
        let mut inputs = Vec::with_capacity(info.inputs.len());
        for (slot, part) in &info.inputs {
            let Some(message) = self.frame().and_then(|f| f.message(*slot)) else {
                return Err(exception(
                    "Microsoft.XLANGs.Core.MessageNotInitializedException",
                    format!("Transform {} reads a message that is not constructed", info.map),
                ));
            };
            inputs.push(match part {
                None => Arc::clone(message),
                Some(part) => Arc::new(Message { body: usize::from(*part), ..Message::clone(message) }),
            });
        }
        let made = self.step.transform(info.map, &inputs)?;
        for ((slot, part), made) in info.outputs.iter().zip(made) {
            let part = part.map(usize::from);
            self.environment(service, |env| {
                let Some(part) = part else {
                    let named = env.edit_message(*slot);
                    // A whole message: keep the declared part name.
                    let name = named.body_part().map(|p| p.name);
                    let mut made = Arc::unwrap_or_clone(made);
                    if let (Some(name), Some(body)) = (name, made.parts.first_mut()) {
                        body.name = name;
                    }
                    made.id = named.id;
                    *named = made;
                    return Ok(());
                };
                let target = env.edit_message(*slot);
                if let (Some(place), Some(body)) = (target.parts.get_mut(part), made.body_part()) {
                    *place = Part { name: place.name, body: Arc::clone(&body.body) };
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
