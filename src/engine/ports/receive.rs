use super::Resume;
use super::acknowledge::guid_text;
use super::failed::{MAPPING_FAILURE, ROUTING_FAILURE, Refusal, UNKNOWN_SENDER};
use super::party::resolve_party;
use crate::engine::core::Step;
use crate::engine::routing::Outgoing;
use crate::engine::{EventKind, InstanceId, Publisher};
use crate::message::{BTS, Body, Context, DateTime, Message, Name, Value};
use crate::model::Authentication;
use crate::program::{LocationInfo, Program, ReceivePortInfo};
use crate::xlang::LogLevel;
use crate::xml::pipeline;
use std::sync::Arc;

/// What an adapter handed over at a receive location.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    pub port: &'a ReceivePortInfo,
    pub location: &'a LocationInfo,
    pub body: &'a Arc<[u8]>,
    /// Of the adapter, to promote.
    pub properties: &'a [(Name, String)],
}

impl Arrival<'_> {
    /// Where the message came from, and from whom.
    pub fn stamp(&self, program: &Program, context: &mut Context) {
        let Self { port, location, properties, .. } = *self;
        context.promote(BTS.receive_port_name, Value::string(port.name.as_str()));
        context.promote(BTS.receive_port_id, Value::string(port.name.as_str()));
        context.write(BTS.receive_location_name, Value::string(location.name.as_str()));
        context.promote(BTS.inbound_transport_type, Value::string(location.transport.as_str()));
        context.promote(BTS.inbound_transport_location, Value::string(location.address.as_str()));
        for (name, value) in properties {
            // Adapters promote what they know with the type that the property has.
            let declared = program.schemas.property(name.as_str());
            let typed = declared.and_then(|declared| Value::from_xml(value, &declared.value_type).ok());
            context.promote(*name, typed.unwrap_or_else(|| Value::from(value.as_str())));
        }
        if location.resolves_party {
            resolve_party(program, context);
        }
    }

    fn sender_is_known(&self, program: &Program) -> bool {
        let mut context = Context::default();
        self.stamp(program, &mut context);
        context.get(BTS.source_party_id).is_some()
    }

    /// Resuming goes through the pipeline again (RF-8).
    fn again(&self, body: Arc<[u8]>) -> Resume {
        Resume::Pipeline { location: self.location.name, body, properties: self.properties.to_vec() }
    }
}

impl Step<'_> {
    /// Adapter to pipeline to map to message box (RX-5). Nothing is lost: what cannot go on is suspended, or
    /// routed as failed when the port says so. A location that is disabled or outside its schedule refuses: its
    /// driver must leave the message where it is (RX-2, RX-4).
    pub fn received(&mut self, location: Name, body: &Arc<[u8]>, properties: &[(Name, String)]) {
        let program = Arc::clone(self.program);
        let (at, info, port) = match location_of(&program, location) {
            Ok(found) => found,
            Err(reason) => {
                self.emit(EventKind::OperationRefused { reason });
                return;
            }
        };
        if !self.core.locations_enabled.get(at).copied().unwrap_or(false) {
            self.emit(EventKind::OperationRefused {
                reason: format!("The receive location {location} is disabled"),
            });
            return;
        }
        if !in_schedule(info, self.core.now) {
            self.emit(EventKind::OperationRefused {
                reason: format!("The receive location {location} is outside its schedule"),
            });
            return;
        }
        self.emit(EventKind::MessageReceived { location, port: port.name, bytes: body.len() });
        self.accept(&Arrival { port, location: info, body, properties });
    }

    /// From the pipeline on.
    pub fn accept(&mut self, arrival: &Arrival<'_>) {
        let program = Arc::clone(self.program);
        let Arrival { port, location, body, .. } = *arrival;
        let received =
            pipeline::receive(&location.pipeline, body, &location.pipeline_properties, &program.schemas);
        let interchange = match received {
            Ok(interchange) => interchange,
            Err(failure) => {
                self.refuse(arrival, &failure.to_string(), failure.code(), None);
                return;
            }
        };
        if port.authentication != Authentication::None && !arrival.sender_is_known(&program) {
            self.stranger(arrival);
            return;
        }
        let id = guid_text(self.new_guid());
        let mut messages = Vec::with_capacity(interchange.messages.len());
        for (number, mut message) in (1_i32..).zip(interchange.messages) {
            message.id = self.next_message_id();
            arrival.stamp(&program, &mut message.context);
            message.context.write(BTS.interchange_id, id.clone());
            message.context.write(BTS.interchange_sequence_number, Value::Int32(number));
            messages.push(Arc::new(message));
        }
        // A standard interchange of several documents goes on as a whole or not at all (RX-12).
        if messages.len() > 1 && !interchange.recoverable && !port.two_way {
            if let Err((reason, code, report)) = self.submit_together(port, messages) {
                self.refuse(arrival, &reason, code, report);
            }
            return;
        }
        for message in messages {
            self.submit(port, location, message);
        }
        for failed in interchange.failed {
            let mut message = failed.message;
            message.id = self.next_message_id();
            arrival.stamp(&program, &mut message.context);
            let bytes = message.body_part().map(|part| Arc::from(&*part.body.as_bytes())).unwrap_or_default();
            let (reason, code) = (failed.failure.to_string(), failed.failure.code());
            let refusal = Refusal { reason: &reason, code, report: None, resume: arrival.again(bytes) };
            self.receive_failed(port, location, Arc::new(message), refusal);
        }
    }

    /// An interchange fails as a whole: its bytes are kept as they came.
    fn refuse(&mut self, arrival: &Arrival<'_>, reason: &str, code: &str, report: Option<InstanceId>) {
        let mut message = Message::single(Message::body_name(), Arc::new(Body::bytes(arrival.body.to_vec())));
        message.id = self.next_message_id();
        arrival.stamp(self.program, &mut message.context);
        let refusal = Refusal { reason, code, report, resume: arrival.again(Arc::clone(arrival.body)) };
        self.receive_failed(arrival.port, arrival.location, Arc::new(message), refusal);
    }

    /// The receive port wants to know its senders (RX-6).
    fn stranger(&mut self, arrival: &Arrival<'_>) {
        let name = arrival.location.name;
        if arrival.port.authentication == Authentication::Drop {
            let text = format!("{name} dropped a message: its sender is no known party");
            self.log(LogLevel::Warning, "Orchestrion", &text);
            return;
        }
        let reason = "The sender of the message is no known party: give its party an alias or certificate";
        self.refuse(arrival, reason, UNKNOWN_SENDER, None);
    }

    /// Maps and publishes the documents of a standard interchange together.
    ///
    /// # Errors
    /// Reason, failure code and routing failure report, when one cannot be mapped or routed. None is delivered then.
    fn submit_together(
        &mut self,
        port: &ReceivePortInfo,
        messages: Vec<Arc<Message>>,
    ) -> Result<(), (String, &'static str, Option<InstanceId>)> {
        let mut mapped = Vec::with_capacity(messages.len());
        for message in &messages {
            let message =
                self.mapped(&port.inbound_maps, message).map_err(|reason| (reason, MAPPING_FAILURE, None))?;
            mapped.push(message);
        }
        let publisher = Publisher::ReceivePort(port.name);
        let outgoing = |message: &Arc<Message>| Outgoing {
            message: Arc::clone(message),
            publisher,
            expects_reply: false,
        };
        self.publish(mapped.iter().map(outgoing)).map_err(|error| {
            let reason = error.to_string();
            let unwanted = mapped.iter().find(|message| self.route(message).is_empty());
            let report = unwanted.map(|message| self.routing_failure_report(message, &reason));
            (reason, ROUTING_FAILURE, report)
        })
    }

    /// Maps and publishes one message.
    pub fn submit(&mut self, port: &ReceivePortInfo, location: &LocationInfo, message: Arc<Message>) {
        let message = match self.mapped(&port.inbound_maps, &message) {
            Ok(mapped) => mapped,
            Err(reason) => {
                let resume = Resume::Map { location: location.name };
                let refusal = Refusal { reason: &reason, code: MAPPING_FAILURE, report: None, resume };
                self.receive_failed(port, location, message, refusal);
                return;
            }
        };
        if port.two_way {
            self.ask(port, location, message);
            return;
        }
        let publisher = Publisher::ReceivePort(port.name);
        let out = Outgoing { message: Arc::clone(&message), publisher, expects_reply: false };
        if let Err(error) = self.publish([out]) {
            let reason = error.to_string();
            let report = Some(self.routing_failure_report(&message, &reason));
            let refusal = Refusal { reason: &reason, code: ROUTING_FAILURE, report, resume: Resume::Routing };
            self.receive_failed(port, location, message, refusal);
        }
    }
}

/// True while the schedule of a location lets it receive (RX-4).
pub fn in_schedule(location: &LocationInfo, now: DateTime) -> bool {
    location.opening.as_ref().is_none_or(|opening| opening.is_open(now))
}

/// A receive location with its index and port.
///
/// # Errors
/// When there is none of the name.
pub fn location_of(
    program: &Program,
    name: Name,
) -> Result<(usize, &LocationInfo, &ReceivePortInfo), String> {
    let found = program
        .locations
        .iter()
        .enumerate()
        .find(|(_, l)| l.name == name)
        .and_then(|(at, info)| Some((at, info, program.receive_ports.get(usize::from(info.port))?)));
    found.ok_or_else(|| format!("There is no receive location {name}"))
}
