use crate::engine::core::{Slot, Step};
use crate::engine::instance::{Happening, Status, next_status};
use crate::engine::routing::{Outgoing, describe};
use crate::engine::{Effect, EventKind, InstanceChange, InstanceId, Publisher, Transmission, TransmissionId};
use crate::message::{BTS, Body, Message, Name, TimeSpan, Value, escape_xml};
use crate::model::PortState;
use crate::program::{SendPortInfo, TransportInfo};
use crate::xml::pipeline;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A send port service instance: one for every message (TX-3).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PortInstance {
    pub id: InstanceId,
    pub port: u16,
    /// The group the message came through.
    pub group: Option<u16>,
    pub status: Status,
    pub message: Arc<Message>,
    /// Attempts made on the current transport.
    pub attempts: u32,
    pub backup: bool,
    /// Open transmission.
    pub transmission: Option<TransmissionId>,
    pub reason: Option<String>,
}

impl PortInstance {
    pub fn new(port: u16, group: Option<u16>, message: Arc<Message>) -> Self {
        Self {
            id: InstanceId::default(),
            port,
            group,
            status: Status::ReadyToRun,
            message,
            attempts: 0,
            backup: false,
            transmission: None,
            reason: None,
        }
    }
}

impl Step<'_> {
    /// Takes a message for a send port: ready to run, or suspended while port or group are stopped (TX-13).
    pub fn port_instance(&mut self, mut instance: PortInstance) {
        let Some(info) = self.program.send_port(instance.port) else { return };
        let name = info.name;
        let id = self.next_instance_id();
        instance.id = id;
        let port_state =
            self.core.send_ports.get(usize::from(instance.port)).map(|p| p.state).unwrap_or_default();
        let group_state = instance
            .group
            .and_then(|g| self.core.groups.get(usize::from(g)))
            .map_or(PortState::Started, |g| g.state);
        let started = port_state == PortState::Started && group_state == PortState::Started;
        self.core.slots.insert(id, Slot::SendPort(Arc::new(instance)));
        self.change(id, name, InstanceChange::Created);
        if started {
            self.make_ready(id);
        } else {
            self.suspend_port(
                id,
                &format!("The send port {name} or its group is stopped: start it, then resume"),
            );
        }
    }

    /// One attempt: outbound map, send pipeline, adapter (TX-2).
    pub fn transmit(&mut self, id: InstanceId) {
        let program = Arc::clone(self.program);
        let Some(Slot::SendPort(instance)) = self.core.slots.get(&id) else { return };
        let instance = Arc::clone(instance);
        let Some(info) = program.send_port(instance.port) else { return };
        let prepared = self.prepare(info, &instance);
        let (transport, body) = match prepared {
            Ok(prepared) => prepared,
            // Pipelines, maps and addresses fail the same way every time: no retry (TX-7).
            Err(reason) => {
                self.failed(id, info, &reason);
                return;
            }
        };
        self.core.counters.transmissions += 1;
        let transmission = TransmissionId(self.core.counters.transmissions);
        self.core.transmissions.insert(transmission.0, id);
        let attempt = instance.attempts + 1;
        self.with_port(id, |p| {
            p.status = Status::Active;
            p.attempts = attempt;
            p.transmission = Some(transmission);
        });
        let address = transport.address.clone();
        let message = instance.message.id;
        self.emit(EventKind::PortAttempt {
            port: info.name,
            instance: id,
            message,
            transmission,
            address,
            attempt,
        });
        let message_guid = self.guid_of("message", message.0);
        self.effect(Effect::Transmit(Transmission {
            id: transmission,
            port: info.name,
            transport: transport.transport,
            address: transport.address,
            body: body.into(),
            message: Arc::clone(&instance.message),
            message_guid,
            two_way: info.two_way,
            properties: transport.properties,
        }));
    }

    fn prepare(
        &mut self,
        info: &SendPortInfo,
        instance: &PortInstance,
    ) -> Result<(TransportInfo, Vec<u8>), String> {
        let transport = transport_of(info, instance)?;
        let message = self.mapped(&info.outbound_maps, &instance.message)?;
        let body =
            pipeline::send(&info.send_pipeline, &message, &info.pipeline_properties, &self.program.schemas)
                .map_err(|failure| failure.to_string())?;
        Ok((transport, body))
    }

    /// Applies the map for the message's type, if the port has one (RX-5).
    pub fn mapped(&mut self, maps: &[Name], message: &Arc<Message>) -> Result<Arc<Message>, String> {
        let Some(Value::String(kind)) = message.context.get(BTS.message_type) else {
            return Ok(Arc::clone(message));
        };
        let program = Arc::clone(self.program);
        let map = maps.iter().find(|name| {
            program.maps.get(name).is_some_and(|m| m.sources.iter().any(|s| s.as_str() == kind.as_str()))
        });
        let Some(map) = map else { return Ok(Arc::clone(message)) };
        let made =
            self.transform(*map, std::slice::from_ref(message)).map_err(|raised| raised.message.clone())?;
        let Some(made) = made.into_iter().next() else { return Ok(Arc::clone(message)) };
        let mut made = Arc::unwrap_or_clone(made);
        let body = made.parts.split_off(0);
        let mut mapped = Message { parts: body, body: 0, ..Message::clone(message) };
        program.schemas.promote(&mut mapped).map_err(|error| error.to_string())?;
        Ok(Arc::new(mapped))
    }

    /// The adapter has delivered: the instance is done, and says so to who asked (DN-3).
    pub fn transmitted(&mut self, transmission: TransmissionId) {
        let Some((id, instance)) = self.take_transmission(transmission) else { return };
        let program = Arc::clone(self.program);
        let Some(info) = program.send_port(instance.port) else { return };
        self.emit(EventKind::PortSent { port: info.name, instance: id, message: instance.message.id });
        self.acknowledge(info, &instance, None);
        self.close_port(id, info.name);
    }

    /// The partner has answered a solicit-response send: receive pipeline, inbound map, publish (TX-2).
    pub fn responded(&mut self, transmission: TransmissionId, body: &[u8], properties: &[(Name, String)]) {
        let Some((id, instance)) = self.take_transmission(transmission) else { return };
        let program = Arc::clone(self.program);
        let Some(info) = program.send_port(instance.port) else { return };
        self.emit(EventKind::PortSent { port: info.name, instance: id, message: instance.message.id });
        let received =
            pipeline::receive(&info.receive_pipeline, body, &info.pipeline_properties, &program.schemas);
        let answer = received.map_err(|f| f.to_string()).and_then(|i| {
            i.messages.into_iter().next().ok_or_else(|| "The answer holds no message".to_owned())
        });
        let answer = answer.and_then(|message| self.mapped(&info.inbound_maps, &Arc::new(message)));
        let mut answer = match answer {
            Ok(answer) => Arc::unwrap_or_clone(answer),
            Err(reason) => {
                self.failed(id, info, &reason);
                return;
            }
        };
        answer.id = self.next_message_id();
        for (name, value) in properties {
            answer.context.promote(*name, Value::from(value.as_str()));
        }
        answer.context.promote(BTS.sp_name, Value::string(info.name.as_str()));
        if let Some(token) = instance.message.context.get(BTS.reply_token) {
            answer.context.promote(BTS.correlation_token, token.clone());
            answer.context.promote(BTS.route_direct, Value::Bool(true));
        }
        let publisher = Publisher::SendPortReply(info.name);
        let answer = Arc::new(answer);
        let out = Outgoing { message: Arc::clone(&answer), publisher, expects_reply: false };
        if let Err(error) = self.publish(vec![out]) {
            self.suspend_received(info.name, answer, &error.to_string(), None);
        }
        self.close_port(id, info.name);
    }

    /// The adapter could not deliver: retry, then the backup transport, then suspension (TX-5, TX-6).
    pub fn transmit_failed(&mut self, transmission: TransmissionId, error: &str) {
        let Some((id, instance)) = self.take_transmission(transmission) else { return };
        let program = Arc::clone(self.program);
        let Some(info) = program.send_port(instance.port) else { return };
        let transport = if instance.backup { info.backup.as_ref() } else { info.primary.as_ref() };
        // A dynamic port has the default retries of a port.
        let (retries, minutes) = transport.map_or((3, 5), |t| (t.retry_count, t.retry_interval));
        if instance.attempts <= retries {
            let due = self.core.now.plus(TimeSpan::from_seconds(i64::from(minutes) * 60));
            self.set_timer(due, id);
            self.with_port(id, |p| p.reason = Some(error.to_owned()));
            self.emit(EventKind::PortRetry { port: info.name, instance: id, due });
            return;
        }
        if !instance.backup && info.backup.is_some() {
            self.with_port(id, |p| {
                p.backup = true;
                p.attempts = 0;
            });
            self.emit(EventKind::PortBackup { port: info.name, instance: id });
            self.make_ready(id);
            return;
        }
        self.failed(id, info, error);
    }

    /// Final failure: failed-message routing or suspension, and a negative acknowledgement (RF-6, DN-3).
    fn failed(&mut self, id: InstanceId, info: &SendPortInfo, error: &str) {
        let Some(Slot::SendPort(instance)) = self.core.slots.get(&id) else { return };
        let instance = Arc::clone(instance);
        let message = instance.message.id;
        self.emit(EventKind::PortFailed { port: info.name, instance: id, message, error: error.to_owned() });
        let guid = self.guid_of("instance", id.0);
        let (adapter, address) = transport_of(info, &instance)
            .map_or_else(|_| (String::new(), String::new()), |t| (t.transport, t.address));
        let routed = info.route_failed
            && self.route_failed(&instance.message, error, |context| {
                context.promote(BTS.error_failure_code, Value::string(TRANSMISSION_FAILURE));
                context.promote(BTS.error_send_port_name, Value::string(info.name.as_str()));
                context.promote(BTS.error_outbound_transport_location, Value::from(address.as_str()));
                context.write(BTS.error_failure_instance_id, Value::Guid(guid));
                context.write(BTS.error_failure_adapter, Value::from(adapter.as_str()));
            });
        self.acknowledge(info, &instance, Some(error));
        if routed {
            self.close_port(id, info.name);
        } else {
            self.suspend_port(id, error);
        }
    }

    /// Publishes the ACK or NACK of a send with delivery notification, if somebody still wants it (DN-7, DN-9).
    /// A request gets a NACK in place of its response without asking for notifications (DN-5, RF-10).
    fn acknowledge(&mut self, info: &SendPortInfo, instance: &PortInstance, error: Option<&str>) {
        let asked = instance.message.context.get(BTS.ack_required);
        let request = error.and_then(|_| instance.message.context.get(BTS.reply_token));
        let Some(token) = asked.or(request).cloned() else { return };
        let original = self.guid_of("message", instance.message.id.0);
        let address = transport_of(info, instance).map(|t| t.address).unwrap_or_default();
        let body = match error {
            Some(error) => Body::xml(nack(&address, original, error)),
            None => Body::text(""),
        };
        let mut message = Message::single(Message::body_name(), Arc::new(body));
        message.id = self.next_message_id();
        let context = &mut message.context;
        context.promote(BTS.ack_type, Value::string(if error.is_some() { "NACK" } else { "ACK" }));
        context.promote(BTS.ack_id, Value::Guid(original));
        context.promote(BTS.correlation_token, token);
        context.promote(BTS.ack_outbound_transport_location, Value::from(address.as_str()));
        context.promote(BTS.ack_send_port_name, Value::string(info.name.as_str()));
        context.promote(BTS.ack_send_port_id, Value::string(info.name.as_str()));
        if let Some(error) = error {
            context.promote(BTS.ack_failure_code, Value::string(TRANSMISSION_FAILURE));
            context.promote(BTS.ack_failure_category, Value::Int32(0));
            context.write(BTS.ack_description, Value::from(error));
        }
        let id = message.id;
        if self.publish_if_wanted(message, Publisher::Acknowledgement(info.name)) {
            self.emit(EventKind::AckPublished { port: info.name, message: id, negative: error.is_some() });
        }
    }

    fn take_transmission(&mut self, transmission: TransmissionId) -> Option<(InstanceId, Arc<PortInstance>)> {
        let id = self.core.transmissions.remove(&transmission.0)?;
        match self.core.slots.get_mut(&id)? {
            Slot::SendPort(instance) => {
                Arc::make_mut(instance).transmission = None;
                Some((id, Arc::clone(instance)))
            }
            _ => None,
        }
    }

    fn with_port(&mut self, id: InstanceId, change: impl FnOnce(&mut PortInstance)) {
        if let Some(Slot::SendPort(instance)) = self.core.slots.get_mut(&id) {
            change(Arc::make_mut(instance));
        }
    }

    fn close_port(&mut self, id: InstanceId, port: Name) {
        self.core.slots.remove(&id);
        self.change(id, port, InstanceChange::Completed);
    }

    /// Nothing is lost: the message stays with its reason until an operator resumes it (principle 10).
    pub fn suspend_port(&mut self, id: InstanceId, reason: &str) {
        let Some(Slot::SendPort(instance)) = self.core.slots.get(&id) else { return };
        let (port, message) = (instance.port, instance.message.id);
        let Some(name) = self.program.send_port(port).map(|p| p.name) else { return };
        self.with_port(id, |p| {
            p.status = Status::SuspendedResumable;
            p.reason = Some(reason.to_owned());
        });
        self.emit(EventKind::MessageSuspended {
            message,
            instance: id,
            reason: reason.to_owned(),
            resumable: true,
        });
        self.change(id, name, InstanceChange::Suspended { reason: reason.to_owned(), resumable: true });
    }

    /// An operator resumes: delivered also while the port is stopped (TX-11).
    pub fn resume_port(&mut self, id: InstanceId) -> Result<(), String> {
        let Some(Slot::SendPort(instance)) = self.core.slots.get(&id) else { return Ok(()) };
        let status = next_status(instance.status, Happening::Resume)?;
        let name = self.program.send_port(instance.port).map(|p| p.name);
        self.with_port(id, |p| {
            p.status = status;
            p.attempts = 0;
            p.backup = false;
        });
        if let Some(name) = name {
            self.change(id, name, InstanceChange::Resumed);
        }
        self.make_ready(id);
        Ok(())
    }
}

/// `FailureCode` of a message that could not be delivered.
const TRANSMISSION_FAILURE: &str = "0xC0C0167A";

/// Body of a negative acknowledgement: a SOAP fault (DN-8).
fn nack(address: &str, message: uuid::Uuid, error: &str) -> String {
    let [address, error] = [address, error].map(escape_xml);
    format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><soap:Fault>\
         <faultcode>soap:Server</faultcode><faultstring>The message was not delivered</faultstring>\
         <faultactor>{address}</faultactor>\
         <detail><n:NACK xmlns:n=\"http://schema.microsoft.com/BizTalk/2003/NACKMessage.xsd\" Type=\"NACK\">\
         <NAckID>{{{message}}}</NAckID><ErrorCode>{TRANSMISSION_FAILURE}</ErrorCode><ErrorCategory>0</ErrorCategory>\
         <ErrorDescription>{error}</ErrorDescription></n:NACK></detail></soap:Fault></soap:Body></soap:Envelope>"
    )
}

/// Adapter and address of the next or current attempt.
fn transport_of(info: &SendPortInfo, instance: &PortInstance) -> Result<TransportInfo, String> {
    match (info.dynamic, instance.backup) {
        (true, _) => dynamic_transport(&instance.message),
        (false, true) => info.backup.clone().ok_or_else(|| "There is no backup transport".to_owned()),
        (false, false) => info.primary.clone().ok_or_else(|| {
            format!("The send port {} has no transport: give it an adapter and an address", info.name)
        }),
    }
}

/// Transport of a dynamic send: the scheme of the address picks the adapter unless the message says it (DYN-1).
fn dynamic_transport(message: &Message) -> Result<TransportInfo, String> {
    let text = |name| match message.context.get(name) {
        Some(Value::String(text)) => Some(text.to_string()),
        _ => None,
    };
    let address = text(BTS.outbound_transport_location)
        .ok_or_else(|| format!("No address is set for {}", describe(message)))?;
    let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_uppercase());
    let transport = text(BTS.outbound_transport_type).or(scheme).ok_or_else(|| {
        format!("The address {address} has no scheme that names an adapter, such as file:// or queue://")
    })?;
    if !ADAPTERS.contains(&transport.as_str()) {
        return Err(format!("There is no adapter for {address}: use {}", ADAPTERS.join(", ").to_lowercase()));
    }
    Ok(TransportInfo { transport, address, retry_count: 3, retry_interval: 5, properties: Vec::new() })
}

/// Adapters an address may name; MSMQ is an alias of QUEUE.
const ADAPTERS: [&str; 3] = ["FILE", "QUEUE", "MSMQ"];
