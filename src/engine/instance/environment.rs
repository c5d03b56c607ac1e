use super::state::Frame;
use crate::engine::core::Step;
use crate::engine::shapes::{assign_party, read_party};
use crate::engine::{EventKind, InstanceId};
use crate::message::{Body, ClassInstance, DateTime, ExceptionValue, Message, Name, Part, Value};
use crate::program::Service;
use crate::xlang::{
    ActivityChange, ComponentCall, Env, ExceptionTypes, LogLevel, Observed, PartType, Raised,
};
use crate::xml::SchemaSet;
use smol_str::{SmolStr, format_smolstr};
use std::sync::Arc;
use uuid::Uuid;

/// Steps an expression may take before it is stopped: an expression that never ends must not hang the engine.
const FUEL: u32 = 1_000_000;

/// What an expression sees of the frame it runs in.
pub(in crate::engine) struct Environment<'a, 'b> {
    pub step: &'a mut Step<'b>,
    pub service: &'a Service,
    pub frame: &'a mut Frame,
    pub instance: InstanceId,
    pub fuel: u32,
    /// Takes edits of a message slot that does not exist; compiled code has none.
    pub scratch: Option<Message>,
}

static NULL: Value = Value::Null;

impl<'a, 'b> Environment<'a, 'b> {
    pub fn new(
        step: &'a mut Step<'b>,
        service: &'a Service,
        frame: &'a mut Frame,
        instance: InstanceId,
    ) -> Self {
        Self { step, service, frame, instance, fuel: FUEL, scratch: None }
    }

    /// A message with the parts of its declared type: classes with default values, the rest empty.
    fn fresh(&mut self, slot: u16) -> Message {
        let mut message = Message {
            id: self.step.next_message_id(),
            parts: Vec::new(),
            body: 0,
            context: Default::default(),
        };
        if let Some(info) = self.service.messages.get(usize::from(slot)) {
            message.body = info.message_type.body;
            message.parts = info
                .message_type
                .parts
                .iter()
                .map(|(name, part)| Part {
                    name: *name,
                    body: Arc::new(match part {
                        PartType::Class(class) => Body::class(ClassInstance::new(Arc::clone(class))),
                        PartType::Value(_) => Body::text(""),
                        PartType::Schema(_) | PartType::Xml => Body::xml(""),
                    }),
                })
                .collect();
        }
        message
    }
}

impl Env for Environment<'_, '_> {
    fn variable(&self, slot: u16) -> &Value {
        self.frame.variable(slot).unwrap_or(&NULL)
    }

    fn set_variable(&mut self, slot: u16, value: Value) {
        if let Some(place) = self.frame.variables.get_mut(usize::from(slot)) {
            *place = value;
        }
    }

    fn message(&self, slot: u16) -> Option<&Arc<Message>> {
        self.frame.message(slot)
    }

    fn set_message(&mut self, slot: u16, message: Arc<Message>) {
        // Assignment copies: the variable holds a message of its own (MA-3).
        let mut message = Arc::unwrap_or_clone(message);
        message.id = self.step.next_message_id();
        self.frame.building.retain(|s| *s != slot);
        if let Some(place) = self.frame.messages.get_mut(usize::from(slot)) {
            *place = Some(Arc::new(message));
        }
    }

    fn edit_message(&mut self, slot: u16) -> &mut Message {
        let stale = self.frame.building.contains(&slot);
        let known = self.frame.message(slot).cloned();
        let message = match known {
            None => Arc::new(self.fresh(slot)),
            // Messages are immutable after construction: a second construct makes a new one (CON-9).
            Some(message) if stale => {
                let id = self.step.next_message_id();
                Arc::new(Message { id, ..Arc::unwrap_or_clone(message) })
            }
            Some(message) => {
                if let Some(place) = self.frame.messages.get_mut(usize::from(slot)) {
                    *place = None;
                }
                message
            }
        };
        self.frame.building.retain(|s| *s != slot);
        match self.frame.messages.get_mut(usize::from(slot)) {
            Some(place) => Arc::make_mut(place.insert(message)),
            None => self.scratch.insert(Arc::unwrap_or_clone(message)),
        }
    }

    fn port_property(&self, slot: u16, property: &str) -> Option<Value> {
        let state = self.frame.port(slot);
        if is_party(property) {
            return read_party(state?.parties.as_ref()?, property);
        }
        if !is_address(property) {
            return None;
        }
        let state = state?;
        if let Some(address) = &state.address {
            return Some(Value::String(address.clone()));
        }
        let token = state.token.as_ref()?;
        let port = self.service.port(slot)?;
        Some(Value::String(self_correlating_address(self.service.name, port.name, self.instance, token)))
    }

    fn set_port_property(&mut self, slot: u16, property: &str, value: Value) -> Result<(), Raised> {
        let port = self.service.port(slot).map_or("", |p| p.name.as_str());
        if is_party(property) {
            let link = self.service.port(slot).map_or_else(Name::default, |p| p.name);
            let mut outcome = Ok(());
            self.frame.edit_port(slot, |state| {
                outcome = assign_party(state.parties.get_or_insert_default(), link, property, value);
            });
            return outcome;
        }
        if !is_address(property) {
            return Err(exception(
                "System.InvalidOperationException",
                format!("The port {port} has no property {property}; only its Address can be assigned"),
            ));
        }
        let Value::String(address) = value else {
            return Err(exception(
                "System.ArgumentException",
                format!("The address of port {port} must be a string"),
            ));
        };
        self.frame.edit_port(slot, |state| state.address = Some(address));
        Ok(())
    }

    fn correlation_value(&self, slot: u16, property: Name) -> Option<Value> {
        let at = self.service.set(slot)?.properties.iter().position(|p| *p == property)?;
        self.frame.set(slot)?.get(at).cloned()
    }

    fn succeeded(&self, slot: u16) -> bool {
        self.frame.committed.contains(&slot)
    }

    fn instance_id(&self) -> Uuid {
        self.step.guid_of("instance", self.instance.0)
    }

    fn now(&self) -> DateTime {
        self.step.now()
    }

    fn new_guid(&mut self) -> Uuid {
        self.step.new_guid()
    }

    fn configuration(&mut self, key: &str) -> Result<Option<String>, Raised> {
        self.step.configuration(key)
    }

    fn activity(&mut self, activity: &str, id: &str, change: ActivityChange) {
        let (activity, id) = (Name::new(activity), id.to_owned());
        self.step.emit(EventKind::Activity { instance: self.instance, activity, id, change });
    }

    fn log(&mut self, level: LogLevel, source: &str, text: &str) {
        self.step.log(level, source, text);
    }

    fn transform(&mut self, map: &str, inputs: &[Arc<Message>]) -> Result<Vec<Arc<Message>>, Raised> {
        self.step.transform(Name::new(map), inputs)
    }

    /// Custom code: the script of the class, else mock mode. Either way it is recorded.
    fn component(&mut self, call: ComponentCall<'_>) -> Result<Value, Raised> {
        super::component::call(self, call)
    }

    fn schemas(&self) -> Option<&SchemaSet> {
        Some(&self.step.program.schemas)
    }

    fn exceptions(&self) -> &ExceptionTypes {
        &self.step.program.exceptions
    }

    fn observe(&mut self, observed: Observed<'_>) {
        let after = self.step.core.counters.events;
        if let Some(trace) = &mut self.step.output.trace {
            trace.observe(self.instance, self.service.name, after, observed);
        }
    }

    fn burn(&mut self) -> bool {
        self.fuel = self.fuel.saturating_sub(1);
        self.fuel > 0
    }
}

fn is_party(property: &str) -> bool {
    property.ends_with("SourceParty") || property.ends_with("DestinationParty")
}

fn is_address(property: &str) -> bool {
    property == "Address" || property.ends_with(".Address")
}

/// Address of a self-correlating port: a string, so it survives XML, persistence and restart (SCD-6).
/// The token alone routes; the rest is for people.
fn self_correlating_address(service: Name, port: Name, instance: InstanceId, token: &str) -> SmolStr {
    format_smolstr!("selfcorr:{service}/{port}/{}/{token}", instance.0)
}

/// Token in such an address.
pub(in crate::engine) fn token_of(address: &str) -> Option<&str> {
    address.strip_prefix("selfcorr:")?.rsplit('/').next()
}

/// An exception of a .NET type.
pub(in crate::engine) fn exception(exception_type: &str, message: impl Into<String>) -> Raised {
    Arc::new(ExceptionValue {
        exception_type: exception_type.into(),
        message: message.into(),
        ..ExceptionValue::default()
    })
}
