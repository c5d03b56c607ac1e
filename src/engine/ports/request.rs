use super::Resume;
use super::acknowledge::TRANSMISSION_FAILURE;
use super::acknowledge::fault;
use super::failed::{ROUTING_FAILURE, Refusal};
use super::receive::location_of;
use crate::engine::core::{Slot, Step};
use crate::engine::message_box::Owner;
use crate::engine::routing::{Outgoing, PublishError};
use crate::engine::{
    Effect, EventKind, InstanceChange, InstanceId, Publisher, Reply, Subscriber, SubscriptionId,
};
use crate::message::{BTS, Message, Name, Value};
use crate::program::{Group, LocationInfo, Predicate, ReceivePortInfo};
use crate::xml::pipeline;
use serde::{Deserialize, Serialize};
use smallvec::smallvec;
use std::sync::Arc;

/// Priority of the subscription to a response, an instance subscription (CONFLICT 9).
const PRIORITY: u8 = 5;

/// A receive port service instance: a two-way location has taken a request in and waits for the response (RX-13).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Receive port.
    pub port: Name,
    pub location: Name,
    /// As it was published.
    pub message: Arc<Message>,
    pub subscription: SubscriptionId,
}

impl Step<'_> {
    /// Publishes a request together with the subscription to its response (SUB-7). Exactly one recipient may match
    /// (PUB-3).
    pub fn ask(&mut self, port: &ReceivePortInfo, location: &LocationInfo, message: Arc<Message>) {
        let id = self.next_instance_id();
        let token = Value::String(self.next_token());
        let mut message = Arc::unwrap_or_clone(message);
        message.context.promote(BTS.reply_token, token.clone());
        let message = Arc::new(message);
        let groups: Arc<[Group]> = [smallvec![Predicate::equals(BTS.correlation_token, token)]].into();
        let owner = Owner::Instance { instance: id, channel: 0, kind: u32::MAX };
        let subscription = self.core.message_box.subscribe(owner, Arc::clone(&groups), PRIORITY);
        let waiting =
            Request { port: port.name, location: location.name, message: Arc::clone(&message), subscription };
        self.core.slots.insert(id, Slot::Request(Arc::new(waiting)));
        self.change(id, port.name, InstanceChange::Created);
        let owner = Subscriber::Instance { instance: id, port: port.name };
        self.emit(EventKind::SubscriptionAdded { subscription, owner, groups });
        let publisher = Publisher::ReceivePort(port.name);
        let out = Outgoing { message: Arc::clone(&message), publisher, expects_reply: true };
        if let Err(error) = self.publish([out]) {
            let reason = error.to_string();
            let unwanted = matches!(error, PublishError::NoSubscriber(_));
            let report = unwanted.then(|| self.routing_failure_report(&message, &reason));
            self.end_request(id);
            let (code, resume) = (ROUTING_FAILURE, Resume::Routing);
            let refusal = Refusal { reason: &reason, code, report, resume };
            self.receive_failed_as(id, port, location, message, refusal);
        }
    }

    /// The response is there: outbound map, send pipeline, back to the caller (TX-2, RX-13).
    pub fn reply(&mut self, id: InstanceId, response: &Arc<Message>) {
        let Some(request) = self.end_request(id) else { return };
        let program = Arc::clone(self.program);
        let Ok((_, info, port)) = location_of(&program, request.location) else { return };
        let body = self.mapped(&port.outbound_maps, response).and_then(|message| {
            pipeline::send(&info.send_pipeline, &message, &info.pipeline_properties, &program.schemas)
                .map_err(|failure| failure.to_string())
        });
        let message = response.id;
        match body {
            Ok(body) => {
                self.emit(EventKind::PortSent { port: port.name, instance: id, message });
                let location = info.name;
                self.effect(Effect::Reply(Reply { to: id, location, body: body.into(), fault: false }));
                self.change(id, port.name, InstanceChange::Completed);
            }
            Err(reason) => {
                let error = reason.clone();
                self.emit(EventKind::PortFailed { port: port.name, instance: id, message, error });
                self.reply_fault(id, info, response, &reason);
                let response = Arc::clone(response);
                let refusal = Refusal {
                    reason: &reason,
                    code: TRANSMISSION_FAILURE,
                    report: None,
                    resume: Resume::Routing,
                };
                self.keep_failed(id, false, port.name, response, refusal);
            }
        }
    }

    /// Tells the caller of a two-way location that there is no response (RF-9).
    pub fn reply_fault(&mut self, to: InstanceId, location: &LocationInfo, message: &Message, reason: &str) {
        let guid = self.guid_of("message", message.id.0);
        let body = fault(&location.address, guid, reason).into_bytes().into();
        self.effect(Effect::Reply(Reply { to, location: location.name, body, fault: true }));
    }

    /// An operator ends the wait: the caller gets a fault.
    pub fn abandon_request(&mut self, id: InstanceId, reason: &str) {
        let Some(request) = self.end_request(id) else { return };
        let program = Arc::clone(self.program);
        if let Ok((_, info, _)) = location_of(&program, request.location) {
            self.reply_fault(id, info, &request.message, reason);
        }
        self.change(id, request.port, InstanceChange::Terminated { reason: reason.to_owned() });
    }

    fn end_request(&mut self, id: InstanceId) -> Option<Arc<Request>> {
        let Some(Slot::Request(request)) = self.core.slots.get(&id) else { return None };
        let request = Arc::clone(request);
        self.core.slots.remove(&id);
        self.core.message_box.unsubscribe(request.subscription);
        self.emit(EventKind::SubscriptionRemoved { subscription: request.subscription });
        Some(request)
    }
}
