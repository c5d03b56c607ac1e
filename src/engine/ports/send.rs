use super::PortRuntime;
use super::acknowledge::{TRANSMISSION_FAILURE, guid_text};
use super::transport::transport_of;
use crate::engine::core::{Slot, Step};
use crate::engine::instance::{Happening, Status, next_status};
use crate::engine::routing::Outgoing;
use crate::engine::{Effect, EventKind, InstanceChange, InstanceId, Publisher, Transmission, TransmissionId};
use crate::message::{BTS, DateTime, Message, Name, TimeSpan, Value};
use crate::model::PortState;
use crate::program::{SendPortInfo, TransportInfo};
use crate::xml::pipeline;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A send port service instance: one for every message, or the only one of an ordered port (TX-3).
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
    /// When its timer wakes it: the next attempt, or the opening of the service window.
    pub wakes: Option<DateTime>,
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
            wakes: None,
            reason: None,
        }
    }
}

impl Step<'_> {
    /// Takes a message for a send port: ready to run, or suspended while port or group are stopped (TX-13).
    pub fn port_instance(&mut self, mut instance: PortInstance) {
        let Some(info) = self.program.send_port(instance.port) else { return };
        let (name, ordered) = (info.name, info.ordered);
        let index = usize::from(instance.port);
        let port_state = self.core.send_ports.get(index).map(|p| p.state).unwrap_or_default();
        let group_state = instance
            .group
            .and_then(|g| self.core.groups.get(usize::from(g)))
            .map_or(PortState::Started, |g| g.state);
        let started = port_state == PortState::Started && group_state == PortState::Started;
        let stopped = || format!("The send port {name} or its group is stopped: start it, then resume");
        if let Some(id) = self.core.send_ports.get(index).and_then(|p| p.ordered) {
            let runs = self.queue_behind(id, index, instance.message);
            if runs && !started {
                self.suspend_port(id, &stopped());
            }
            return;
        }
        let id = self.next_instance_id();
        instance.id = id;
        self.core.slots.insert(id, Slot::SendPort(Arc::new(instance)));
        if ordered && let Some(port) = self.core.send_ports.get_mut(index) {
            port.ordered = Some(id);
        }
        self.change(id, name, InstanceChange::Created);
        if started {
            self.make_ready(id);
        } else {
            self.suspend_port(id, &stopped());
        }
    }

    /// The one instance of an ordered port takes another message (ORD-2). True while it is not suspended.
    fn queue_behind(&mut self, id: InstanceId, port: usize, message: Arc<Message>) -> bool {
        self.emit(EventKind::MessageEnqueued { instance: id, message: message.id });
        if let Some(port) = self.core.send_ports.get_mut(port) {
            port.backlog.push_back(message);
        }
        matches!(self.core.slots.get(&id), Some(Slot::SendPort(p)) if p.status.runs())
    }

    /// One attempt: outbound map, send pipeline, adapter (TX-2).
    pub fn transmit(&mut self, id: InstanceId) {
        let program = Arc::clone(self.program);
        let Some(Slot::SendPort(instance)) = self.core.slots.get(&id) else { return };
        let instance = Arc::clone(instance);
        let Some(info) = program.send_port(instance.port) else { return };
        let now = self.now();
        let transport = transport_of(info, &instance);
        if let Ok(TransportInfo { window: Some(window), .. }) = &transport
            && !window.is_open(now)
        {
            self.wait_for_window(id, info, window.next(now));
            return;
        }
        let prepared = transport.and_then(|transport| Ok((transport, self.prepare(info, &instance)?)));
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
        self.wake_port(id, None);
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

    /// Outside the service window of its transport an instance is scheduled for the next opening (TX-8).
    fn wait_for_window(&mut self, id: InstanceId, info: &SendPortInfo, due: Option<DateTime>) {
        let Some(due) = due else {
            self.failed(id, info, "The service window does not open any more");
            return;
        };
        self.with_port(id, |p| p.status = Status::Scheduled);
        self.wake_port(id, Some(due));
        self.emit(EventKind::PortScheduled { port: info.name, instance: id, due });
    }

    /// Moves the timer of an instance.
    fn wake_port(&mut self, id: InstanceId, due: Option<DateTime>) {
        let Some(Slot::SendPort(instance)) = self.core.slots.get(&id) else { return };
        let before = instance.wakes;
        if before == due {
            return;
        }
        self.with_port(id, |p| p.wakes = due);
        if let Some(before) = before {
            self.core.timers.remove(&(before, id));
        }
        if let Some(due) = due {
            self.set_timer(due, id);
        }
    }

    fn prepare(&mut self, info: &SendPortInfo, instance: &PortInstance) -> Result<Vec<u8>, String> {
        let message = self.mapped(&info.outbound_maps, &instance.message)?;
        pipeline::send(&info.send_pipeline, &message, &info.pipeline_properties, &self.program.schemas)
            .map_err(|failure| failure.to_string())
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
        self.go_on(id, info.name);
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
        if let Err(error) = self.publish([out]) {
            self.suspend_received(info.name, answer, &error.to_string(), None);
        }
        self.go_on(id, info.name);
    }

    /// The adapter could not deliver: retry, then the backup transport, then suspension (TX-5, TX-6).
    pub fn transmit_failed(&mut self, transmission: TransmissionId, error: &str) {
        let Some((id, instance)) = self.take_transmission(transmission) else { return };
        let program = Arc::clone(self.program);
        let Some(info) = program.send_port(instance.port) else { return };
        // Suspended meanwhile: the next attempt is that of the operator who resumes it.
        if !instance.status.runs() {
            self.with_port(id, |p| p.reason = Some(error.to_owned()));
            return;
        }
        let transport = transport_of(info, &instance);
        let (retries, minutes) = transport.map_or((0, 0), |t| (t.retry_count, t.retry_interval));
        if instance.attempts <= retries {
            let due = self.core.now.plus(TimeSpan::from_seconds(i64::from(minutes) * 60));
            self.with_port(id, |p| {
                p.reason = Some(error.to_owned());
                p.status = Status::Retrying;
            });
            self.wake_port(id, Some(due));
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
                context.write(BTS.error_failure_instance_id, guid_text(guid));
                context.write(BTS.error_failure_adapter, Value::from(adapter.as_str()));
            });
        self.acknowledge(info, &instance, Some(error));
        if routed {
            self.go_on(id, info.name);
        } else if info.ordered && !info.stop_on_failure {
            self.set_aside(&instance, info.name, error);
            self.go_on(id, info.name);
        } else {
            self.suspend_port(id, error);
        }
    }

    /// An ordered port that does not stop on failure keeps only the failed message, for good (ORD-3).
    fn set_aside(&mut self, failed: &PortInstance, port: Name, error: &str) {
        let id = self.next_instance_id();
        let message = Arc::clone(&failed.message);
        let number = message.id;
        let kept = PortInstance {
            id,
            status: Status::SuspendedNotResumable,
            reason: Some(error.to_owned()),
            ..PortInstance::new(failed.port, failed.group, message)
        };
        self.core.slots.insert(id, Slot::SendPort(Arc::new(kept)));
        self.change(id, port, InstanceChange::Created);
        let (message, instance, reason) = (number, id, error.to_owned());
        self.emit(EventKind::MessageSuspended { message, instance, reason, resumable: false });
        self.change(id, port, InstanceChange::Suspended { reason: error.to_owned(), resumable: false });
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

    /// The message of an instance is done with: on to the next of an ordered port, else the end (ORD-2).
    fn go_on(&mut self, id: InstanceId, port: Name) {
        let backlog = self.ordered_port(id).and_then(|port| port.backlog.pop_front());
        let Some(next) = backlog else {
            self.remove_port(id);
            self.change(id, port, InstanceChange::Completed);
            return;
        };
        self.wake_port(id, None);
        let mut runs = false;
        self.with_port(id, |p| {
            p.message = next;
            p.attempts = 0;
            p.backup = false;
            runs = p.status.runs();
            if runs {
                p.status = Status::ReadyToRun;
                p.reason = None;
            }
        });
        if runs {
            self.make_ready(id);
        }
    }

    /// The ordered port whose one instance this is.
    fn ordered_port(&mut self, id: InstanceId) -> Option<&mut PortRuntime> {
        let Some(Slot::SendPort(instance)) = self.core.slots.get(&id) else { return None };
        self.core.send_ports.get_mut(usize::from(instance.port)).filter(|port| port.ordered == Some(id))
    }

    /// Takes an instance away with all it holds.
    pub fn remove_port(&mut self, id: InstanceId) {
        self.wake_port(id, None);
        if let Some(port) = self.ordered_port(id) {
            port.ordered = None;
            port.backlog.clear();
        }
        self.core.slots.remove(&id);
    }

    /// Nothing is lost: the message stays with its reason until an operator resumes it (principle 10).
    pub fn suspend_port(&mut self, id: InstanceId, reason: &str) {
        let Some(Slot::SendPort(instance)) = self.core.slots.get(&id) else { return };
        let (port, message) = (instance.port, instance.message.id);
        let Some(name) = self.program.send_port(port).map(|p| p.name) else { return };
        self.wake_port(id, None);
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
