use super::acknowledge::guid_text;
use super::receive::{Arrival, location_of};
use super::{Failure, Resume};
use crate::engine::core::{Slot, Step};
use crate::engine::instance::{Happening, Status, next_status};
use crate::engine::routing::Outgoing;
use crate::engine::{EventKind, InstanceChange, InstanceId, Publisher};
use crate::message::{BTS, Context, Message, Name, Value};
use crate::program::{LocationInfo, ReceivePortInfo};
use std::sync::Arc;

/// `ErrorReport.FailureCode` of a routing failure and of a failed map.
pub const ROUTING_FAILURE: &str = "0xC0C01680";
pub const MAPPING_FAILURE: &str = "0xC0C01300";
/// As those of pipelines, with the customer bit set.
pub const UNKNOWN_SENDER: &str = "0xE0C01607";

/// Why a received message cannot go on.
pub struct Refusal<'a> {
    pub reason: &'a str,
    /// `ErrorReport.FailureCode`.
    pub code: &'a str,
    /// The routing failure report made for it.
    pub report: Option<InstanceId>,
    pub resume: Resume,
}

impl Step<'_> {
    /// A message of the receive side that cannot go on: routed as failed when the port says so and somebody takes it,
    /// else suspended (RF-2, RF-6).
    pub fn receive_failed(
        &mut self,
        port: &ReceivePortInfo,
        location: &LocationInfo,
        message: Arc<Message>,
        refusal: Refusal<'_>,
    ) {
        let id = self.next_instance_id();
        self.receive_failed_as(id, port, location, message, refusal);
    }

    /// As [`Step::receive_failed`], for the service instance `id`. The caller of a two-way location gets a fault, and what
    /// it asked is not resumable: nobody waits for the response any more (RF-9).
    pub fn receive_failed_as(
        &mut self,
        id: InstanceId,
        port: &ReceivePortInfo,
        location: &LocationInfo,
        message: Arc<Message>,
        Refusal { reason, code, report, resume }: Refusal<'_>,
    ) {
        if port.two_way {
            self.reply_fault(id, location, &message, reason);
        }
        if port.route_failed {
            let instance = self.guid_of("instance", id.0);
            let routed = self.route_failed(&message, reason, |context| {
                context.write(BTS.error_failure_adapter, Value::from(location.transport.as_str()));
                context.write(BTS.error_failure_instance_id, guid_text(instance));
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
        let asked = message.context.get(BTS.suspend_as_non_resumable) == Some(&Value::Bool(true));
        let resumable = !port.two_way && !asked;
        self.keep_failed(id, resumable, port.name, message, Refusal { reason, code, report, resume });
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
        // Whoever sent it hears of the message itself, not of its clone (DN-10).
        context.remove(BTS.ack_required);
        context.remove(BTS.reply_token);
        context.promote(BTS.error_type, Value::string("FailedMessage"));
        context.promote(BTS.error_failure_category, Value::Int32(0));
        context.promote(BTS.error_message_type, kind);
        context.write(BTS.error_description, Value::from(reason));
        context.write(BTS.error_failure_time, Value::DateTime(self.core.now));
        context.write(BTS.error_failure_message_id, guid_text(failed));
        describe(context);
        self.publish_if_wanted(clone, Publisher::External)
    }

    /// Body-less, not resumable, with the context as it was (RF-1).
    pub fn routing_failure_report(&mut self, message: &Arc<Message>, reason: &str) -> InstanceId {
        let id = self.next_instance_id();
        let snapshot = Message { parts: Vec::new(), ..Message::clone(message) };
        let name = Name::default();
        let failure = Failure {
            id,
            status: Status::SuspendedNotResumable,
            port: name,
            message: Arc::new(snapshot),
            reason: reason.to_owned(),
            code: Name::new(ROUTING_FAILURE),
            report: None,
            resume: Resume::Routing,
        };
        self.core.slots.insert(id, Slot::Failure(Arc::new(failure)));
        self.change(id, name, InstanceChange::Suspended { reason: reason.to_owned(), resumable: false });
        id
    }

    /// Keeps a message of the receive side that nobody subscribes to, resumable (RF-2).
    pub fn suspend_received(
        &mut self,
        port: Name,
        message: Arc<Message>,
        reason: &str,
        report: Option<InstanceId>,
    ) {
        let id = self.next_instance_id();
        let refusal = Refusal { reason, code: ROUTING_FAILURE, report, resume: Resume::Routing };
        self.keep_failed(id, true, port, message, refusal);
    }

    pub fn keep_failed(
        &mut self,
        id: InstanceId,
        resumable: bool,
        port: Name,
        message: Arc<Message>,
        Refusal { reason, code, report, resume }: Refusal<'_>,
    ) {
        let number = message.id;
        let status = if resumable { Status::SuspendedResumable } else { Status::SuspendedNotResumable };
        let (reason, code) = (reason.to_owned(), Name::new(code));
        let failure = Failure { id, status, port, message, reason: reason.clone(), code, report, resume };
        self.core.slots.insert(id, Slot::Failure(Arc::new(failure)));
        self.emit(EventKind::MessageSuspended {
            message: number,
            instance: id,
            reason: reason.clone(),
            resumable,
        });
        self.change(id, port, InstanceChange::Suspended { reason, resumable });
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
                Resume::Pipeline { body, properties, .. } => {
                    self.accept(&Arrival { port, location: info, body, properties });
                }
                _ => self.submit(port, info, Arc::clone(&failure.message)),
            }
        } else {
            let message = Arc::clone(&failure.message);
            let publisher = Publisher::ReceivePort(failure.port);
            if let Err(error) = self.publish([Outgoing { message, publisher, expects_reply: false }]) {
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
