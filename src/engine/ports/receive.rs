use super::{Failure, Resume};
use crate::engine::core::{Slot, Step};
use crate::engine::instance::{Happening, Status, next_status};
use crate::engine::routing::Outgoing;
use crate::engine::{EventKind, InstanceChange, InstanceId, Publisher};
use crate::message::{BTS, Body, Context, Message, Name, Value};
use crate::program::{LocationInfo, Program, ReceivePortInfo};
use crate::xml::pipeline;
use std::sync::Arc;

impl Step<'_> {
    /// Adapter to pipeline to map to message box (RX-5). Nothing is lost: what cannot go on is suspended, or
    /// routed as failed when the port says so.
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
        self.emit(EventKind::MessageReceived { location, port: port.name, bytes: body.len() });
        self.accept(info, port, body, properties);
    }

    /// From the pipeline on.
    fn accept(
        &mut self,
        info: &LocationInfo,
        port: &ReceivePortInfo,
        body: &Arc<[u8]>,
        properties: &[(Name, String)],
    ) {
        let program = Arc::clone(self.program);
        let location = info.name;
        let stamp = |context: &mut Context| {
            context.promote(BTS.receive_port_name, Value::string(port.name.as_str()));
            context.promote(BTS.receive_port_id, Value::string(port.name.as_str()));
            context.write(BTS.receive_location_name, Value::string(location.as_str()));
            context.promote(BTS.inbound_transport_type, Value::string(info.transport.as_str()));
            context.promote(BTS.inbound_transport_location, Value::string(info.address.as_str()));
            for (name, value) in properties {
                context.promote(*name, Value::from(value.as_str()));
            }
        };
        match pipeline::receive(&info.pipeline, body, &info.pipeline_properties, &program.schemas) {
            Err(failure) => {
                let mut message = Message::single(Message::body_name(), Arc::new(Body::bytes(body.to_vec())));
                message.id = self.next_message_id();
                stamp(&mut message.context);
                let resume =
                    Resume::Pipeline { location, body: Arc::clone(body), properties: properties.to_vec() };
                let reason = failure.to_string();
                let refusal = Refusal { reason: &reason, code: failure.code(), report: None, resume };
                self.receive_failed(port, info, Arc::new(message), refusal);
            }
            Ok(interchange) => {
                let id = self.new_guid();
                for (number, mut message) in (1_i32..).zip(interchange.messages) {
                    message.id = self.next_message_id();
                    stamp(&mut message.context);
                    message.context.write(BTS.interchange_id, Value::Guid(id));
                    message.context.write(BTS.interchange_sequence_number, Value::Int32(number));
                    self.submit(port, info, message);
                }
                for failed in interchange.failed {
                    let mut message = failed.message;
                    message.id = self.next_message_id();
                    stamp(&mut message.context);
                    let reason = failed.failure.to_string();
                    let (code, resume) = (failed.failure.code(), Resume::Map { location });
                    let refusal = Refusal { reason: &reason, code, report: None, resume };
                    self.receive_failed(port, info, Arc::new(message), refusal);
                }
            }
        }
    }

    fn submit(&mut self, port: &ReceivePortInfo, location: &LocationInfo, message: Message) {
        let message = Arc::new(message);
        let message = match self.mapped(&port.inbound_maps, &message) {
            Ok(mapped) => mapped,
            Err(reason) => {
                let resume = Resume::Map { location: location.name };
                let refusal = Refusal { reason: &reason, code: MAPPING_FAILURE, report: None, resume };
                self.receive_failed(port, location, message, refusal);
                return;
            }
        };
        let publisher = Publisher::ReceivePort(port.name);
        let out = Outgoing { message: Arc::clone(&message), publisher, expects_reply: false };
        if let Err(error) = self.publish(vec![out]) {
            let reason = error.to_string();
            let report = Some(self.routing_failure_report(&message, &reason));
            let refusal = Refusal { reason: &reason, code: ROUTING_FAILURE, report, resume: Resume::Routing };
            self.receive_failed(port, location, message, refusal);
        }
    }

    fn receive_failed(
        &mut self,
        port: &ReceivePortInfo,
        location: &LocationInfo,
        message: Arc<Message>,
        Refusal { reason, code, report, resume }: Refusal<'_>,
    ) {
        if port.route_failed {
            let routed = self.route_failed(&message, reason, |context| {
                context.write(BTS.error_failure_adapter, Value::from(location.transport.as_str()));
                context.promote(BTS.error_failure_code, Value::from(code));
                context.promote(BTS.error_receive_port_name, Value::string(port.name.as_str()));
                context.promote(BTS.error_inbound_transport_location, Value::from(location.address.as_str()));
                if let Some(report) = report {
                    context.promote(BTS.error_routing_failure_report_id, Value::from(report.to_string()));
                }
            });
            if routed {
                return;
            }
        }
        let id = self.suspend_received(port.name, message, reason, report);
        if let Some(Slot::Failure(failure)) = self.core.slots.get_mut(&id) {
            Arc::make_mut(failure).resume = resume;
        }
    }

    /// Failed-message routing: a clone with nothing promoted but what describes the failure (RF-6). False when
    /// nobody subscribes to it; then the original is suspended as usual (RF-7). So is one that is such a clone itself:
    /// an error handler that fails would feed itself for ever.
    pub fn route_failed(
        &mut self,
        message: &Arc<Message>,
        reason: &str,
        describe: impl FnOnce(&mut Context),
    ) -> bool {
        if message.context.promoted(BTS.error_type).is_some() {
            return false;
        }
        let mut clone = Message::clone(message);
        clone.id = self.next_message_id();
        let failed = self.guid_of("message", message.id.0);
        let kind = clone.context.get(BTS.message_type).cloned().unwrap_or_else(|| Value::from(""));
        let context = &mut clone.context;
        context.demote_all();
        context.promote(BTS.error_type, Value::string("FailedMessage"));
        context.promote(BTS.error_failure_category, Value::Int32(0));
        context.promote(BTS.error_message_type, kind);
        context.write(BTS.error_description, Value::from(reason));
        context.write(BTS.error_failure_time, Value::DateTime(self.core.now));
        context.write(BTS.error_failure_message_id, Value::Guid(failed));
        describe(context);
        self.publish_if_wanted(clone, Publisher::External)
    }

    /// Body-less, not resumable, with the context as it was (RF-1).
    fn routing_failure_report(&mut self, message: &Arc<Message>, reason: &str) -> InstanceId {
        let id = self.next_instance_id();
        let snapshot = Message { parts: Vec::new(), ..Message::clone(message) };
        let name = Name::default();
        let failure = Failure {
            id,
            status: Status::SuspendedNotResumable,
            port: name,
            message: Arc::new(snapshot),
            reason: reason.to_owned(),
            report: None,
            resume: Resume::Routing,
        };
        self.core.slots.insert(id, Slot::Failure(Arc::new(failure)));
        self.change(id, name, InstanceChange::Suspended { reason: reason.to_owned(), resumable: false });
        id
    }

    /// Keeps a message of the receive side, resumable (RF-2).
    pub fn suspend_received(
        &mut self,
        port: Name,
        message: Arc<Message>,
        reason: &str,
        report: Option<InstanceId>,
    ) -> InstanceId {
        let id = self.next_instance_id();
        let number = message.id;
        let failure = Failure {
            id,
            status: Status::SuspendedResumable,
            port,
            message,
            reason: reason.to_owned(),
            report,
            resume: Resume::Routing,
        };
        self.core.slots.insert(id, Slot::Failure(Arc::new(failure)));
        self.emit(EventKind::MessageSuspended {
            message: number,
            instance: id,
            reason: reason.to_owned(),
            resumable: true,
        });
        self.change(id, port, InstanceChange::Suspended { reason: reason.to_owned(), resumable: true });
        id
    }

    /// Tries a suspended message again from where it failed (RF-4, RF-8), also while its location is disabled: it
    /// has been received. Its report goes with it.
    pub fn resume_received(&mut self, id: InstanceId) -> Result<(), String> {
        let Some(Slot::Failure(failure)) = self.core.slots.get(&id) else { return Ok(()) };
        next_status(failure.status, Happening::Resume)?;
        let failure = Arc::clone(failure);
        let program = Arc::clone(self.program);
        let place = match &failure.resume {
            Resume::Pipeline { location, .. } | Resume::Map { location } => {
                Some(location_of(&program, *location)?)
            }
            Resume::Routing => None,
        };
        self.remove_failure(id, &failure);
        self.change(id, failure.port, InstanceChange::Resumed);
        if let Some((_, info, port)) = place {
            match &failure.resume {
                Resume::Pipeline { body, properties, .. } => self.accept(info, port, body, properties),
                _ => self.submit(port, info, Message::clone(&failure.message)),
            }
        } else {
            let message = Arc::clone(&failure.message);
            let publisher = Publisher::ReceivePort(failure.port);
            if let Err(error) = self.publish(vec![Outgoing { message, publisher, expects_reply: false }]) {
                let reason = error.to_string();
                let report = self.routing_failure_report(&failure.message, &reason);
                self.suspend_received(failure.port, Arc::clone(&failure.message), &reason, Some(report));
                return Ok(());
            }
        }
        self.change(id, failure.port, InstanceChange::Completed);
        Ok(())
    }

    pub fn remove_failure(&mut self, id: InstanceId, failure: &Failure) {
        self.core.slots.remove(&id);
        if let Some(report) = failure.report
            && self.core.slots.remove(&report).is_some()
        {
            let reason = "Its message is gone".to_owned();
            self.change(report, Name::default(), InstanceChange::Terminated { reason });
        }
    }
}

/// Why a received message cannot go on.
struct Refusal<'a> {
    reason: &'a str,
    /// `ErrorReport.FailureCode`.
    code: &'a str,
    /// The routing failure report made for it.
    report: Option<InstanceId>,
    resume: Resume,
}

/// A receive location with its index and port.
///
/// # Errors
/// When there is none of the name.
fn location_of(program: &Program, name: Name) -> Result<(usize, &LocationInfo, &ReceivePortInfo), String> {
    let found = program
        .locations
        .iter()
        .enumerate()
        .find(|(_, l)| l.name == name)
        .and_then(|(at, info)| Some((at, info, program.receive_ports.get(usize::from(info.port))?)));
    found.ok_or_else(|| format!("There is no receive location {name}"))
}

/// `ErrorReport.FailureCode` of a routing failure and of a failed map.
const ROUTING_FAILURE: &str = "0xC0C01680";
const MAPPING_FAILURE: &str = "0xC0C01300";
