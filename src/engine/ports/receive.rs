use super::Resume;
use super::failed::{MAPPING_FAILURE, ROUTING_FAILURE, Refusal, UNKNOWN_SENDER};
use super::party::resolve_party;
use crate::engine::core::Step;
use crate::engine::routing::Outgoing;
use crate::engine::{EventKind, Publisher};
use crate::message::{BTS, Body, Context, DateTime, Message, Name, Value};
use crate::model::Authentication;
use crate::program::{LocationInfo, Program, ReceivePortInfo};
use crate::xlang::LogLevel;
use crate::xml::pipeline;
use std::sync::Arc;

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
        self.accept(info, port, body, properties);
    }

    /// From the pipeline on.
    pub fn accept(
        &mut self,
        info: &LocationInfo,
        port: &ReceivePortInfo,
        body: &Arc<[u8]>,
        properties: &[(Name, String)],
    ) {
        let program = Arc::clone(self.program);
        let location = info.name;
        let resolves = pipeline::resolves_party(&info.pipeline, &program.schemas);
        let stamp = |context: &mut Context| {
            context.promote(BTS.receive_port_name, Value::string(port.name.as_str()));
            context.promote(BTS.receive_port_id, Value::string(port.name.as_str()));
            context.write(BTS.receive_location_name, Value::string(location.as_str()));
            context.promote(BTS.inbound_transport_type, Value::string(info.transport.as_str()));
            context.promote(BTS.inbound_transport_location, Value::string(info.address.as_str()));
            for (name, value) in properties {
                context.promote(*name, Value::from(value.as_str()));
            }
            if resolves {
                resolve_party(&program, context);
            }
        };
        let again = |body: Arc<[u8]>| Resume::Pipeline { location, body, properties: properties.to_vec() };
        let interchange =
            match pipeline::receive(&info.pipeline, body, &info.pipeline_properties, &program.schemas) {
                Ok(interchange) => interchange,
                Err(failure) => {
                    let message = self.untyped(body, stamp);
                    let reason = failure.to_string();
                    let resume = again(Arc::clone(body));
                    let refusal = Refusal { reason: &reason, code: failure.code(), report: None, resume };
                    self.receive_failed(port, info, message, refusal);
                    return;
                }
            };
        if port.authentication != Authentication::None {
            let message = self.untyped(body, stamp);
            if message.context.get(BTS.source_party_id).is_none() {
                self.stranger(port, info, message, again(Arc::clone(body)));
                return;
            }
        }
        let id = self.new_guid();
        let mut messages = Vec::with_capacity(interchange.messages.len());
        for (number, mut message) in (1_i32..).zip(interchange.messages) {
            message.id = self.next_message_id();
            stamp(&mut message.context);
            message.context.write(BTS.interchange_id, Value::Guid(id));
            message.context.write(BTS.interchange_sequence_number, Value::Int32(number));
            messages.push(Arc::new(message));
        }
        // A standard interchange of several documents goes on as a whole or not at all (RX-12).
        if messages.len() > 1 && !interchange.recoverable && !port.two_way {
            if let Err((reason, code, report)) = self.submit_together(port, messages) {
                let message = self.untyped(body, stamp);
                let refusal = Refusal { reason: &reason, code, report, resume: again(Arc::clone(body)) };
                self.receive_failed(port, info, message, refusal);
            }
            return;
        }
        for message in messages {
            self.submit(port, info, message);
        }
        for failed in interchange.failed {
            let mut message = failed.message;
            message.id = self.next_message_id();
            stamp(&mut message.context);
            let bytes = message.body_part().map(|part| Arc::from(&*part.body.as_bytes())).unwrap_or_default();
            let reason = failed.failure.to_string();
            let refusal =
                Refusal { reason: &reason, code: failed.failure.code(), report: None, resume: again(bytes) };
            self.receive_failed(port, info, Arc::new(message), refusal);
        }
    }

    /// The receive port wants to know its senders (RX-6).
    fn stranger(
        &mut self,
        port: &ReceivePortInfo,
        info: &LocationInfo,
        message: Arc<Message>,
        resume: Resume,
    ) {
        if port.authentication == Authentication::Drop {
            let text = format!("{} dropped {}: its sender is no known party", port.name, message.id);
            self.log(LogLevel::Warning, "Orchestrion", &text);
            return;
        }
        let reason = "The sender of the message is no known party: give its party an alias or certificate";
        let refusal = Refusal { reason, code: UNKNOWN_SENDER, report: None, resume };
        self.receive_failed(port, info, message, refusal);
    }

    /// The bytes as they came, for an interchange that failed as a whole.
    fn untyped(&mut self, body: &Arc<[u8]>, stamp: impl Fn(&mut Context)) -> Arc<Message> {
        let mut message = Message::single(Message::body_name(), Arc::new(Body::bytes(body.to_vec())));
        message.id = self.next_message_id();
        stamp(&mut message.context);
        Arc::new(message)
    }

    /// Maps and publishes the documents of a standard interchange together.
    ///
    /// # Errors
    /// Reason, failure code and routing failure report, when one cannot be mapped or routed. None is delivered then.
    fn submit_together(
        &mut self,
        port: &ReceivePortInfo,
        messages: Vec<Arc<Message>>,
    ) -> Result<(), (String, &'static str, Option<crate::engine::InstanceId>)> {
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
        self.publish(mapped.iter().map(outgoing).collect()).map_err(|error| {
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
        if let Err(error) = self.publish(vec![out]) {
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
