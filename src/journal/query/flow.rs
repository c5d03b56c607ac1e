use crate::engine::{Event, EventKind, InstanceId, Publisher};
use crate::message::{DateTime, Message, MessageId, Name};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which way a message went, seen from the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

/// How far a message of the flow is (MF-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowStatus {
    /// Delivered, not consumed yet.
    Queued,
    /// Consumed, published, or transmitted.
    Done,
    InTransmission,
    ToBeRetried,
    /// Goes on with the backup transport.
    ToBackup,
    Failed,
}

/// One message into or out of an instance, with what it came from and what it went to (MF-1).
#[derive(Clone, Debug)]
pub struct FlowMessage {
    /// When it was delivered, published or first transmitted.
    pub at: DateTime,
    pub way: Way,
    pub id: MessageId,
    /// `None` when it was published before the events that are kept.
    pub message: Option<Arc<Message>>,
    /// Where it came from or went to: a receive port, a logical or physical send port.
    pub port: Name,
    /// Transport address; empty between orchestrations.
    pub address: String,
    pub status: FlowStatus,
    /// Instances on the other side: who published what came in, who got what went out. By them a message path can be
    /// walked both ways.
    pub linked: Vec<InstanceId>,
}

/// What is known of one message.
#[derive(Debug, Default)]
struct Passage {
    message: Option<Arc<Message>>,
    publisher: Option<Publisher>,
    /// Instances it was delivered to.
    receivers: Vec<InstanceId>,
}

/// The messages of an instance, orchestration or send port, in the order of the events (MF-1).
pub fn message_flow<'a>(
    events: impl IntoIterator<Item = &'a Event> + Clone,
    instance: InstanceId,
) -> Vec<FlowMessage> {
    let passages = passages(events.clone());
    let mut flow: Vec<FlowMessage> = Vec::new();
    for event in events {
        match &event.kind {
            EventKind::MessageEnqueued { instance: to, message } if *to == instance => {
                flow.push(inbound(event.at, *message, &passages, instance));
            }
            EventKind::MessageConsumed { instance: by, message, .. } if *by == instance => {
                mark(&mut flow, Way::In, *message, FlowStatus::Done);
            }
            EventKind::MessagePublished {
                message,
                publisher: Publisher::Orchestration { instance: by, port },
            } if *by == instance => {
                let linked = passages.get(&message.id).map(|p| p.receivers.clone()).unwrap_or_default();
                flow.push(FlowMessage {
                    at: event.at,
                    way: Way::Out,
                    id: message.id,
                    message: Some(Arc::clone(message)),
                    port: *port,
                    address: String::new(),
                    status: FlowStatus::Done,
                    linked,
                });
            }
            EventKind::RoutingFailed { message, .. } => {
                mark(&mut flow, Way::Out, *message, FlowStatus::Failed)
            }
            EventKind::PortAttempt { port, instance: by, message, address, .. } if *by == instance => {
                if !flow.iter().any(|f| f.way == Way::Out && f.id == *message) {
                    flow.push(inbound(event.at, *message, &passages, instance));
                    mark(&mut flow, Way::In, *message, FlowStatus::Done);
                    flow.push(FlowMessage {
                        at: event.at,
                        way: Way::Out,
                        id: *message,
                        message: passages.get(message).and_then(|p| p.message.clone()),
                        port: *port,
                        address: String::new(),
                        status: FlowStatus::InTransmission,
                        linked: Vec::new(),
                    });
                }
                if let Some(out) = flow.iter_mut().rfind(|f| f.way == Way::Out && f.id == *message) {
                    out.address.clone_from(address);
                    out.status = FlowStatus::InTransmission;
                }
            }
            EventKind::PortRetry { instance: by, .. } if *by == instance => {
                last(&mut flow, FlowStatus::ToBeRetried)
            }
            EventKind::PortBackup { instance: by, .. } if *by == instance => {
                last(&mut flow, FlowStatus::ToBackup)
            }
            EventKind::PortSent { instance: by, message, .. } if *by == instance => {
                mark(&mut flow, Way::Out, *message, FlowStatus::Done);
            }
            EventKind::PortFailed { instance: by, message, .. } if *by == instance => {
                mark(&mut flow, Way::Out, *message, FlowStatus::Failed);
            }
            _ => {}
        }
    }
    flow
}

fn passages<'a>(events: impl IntoIterator<Item = &'a Event>) -> BTreeMap<MessageId, Passage> {
    let mut passages: BTreeMap<MessageId, Passage> = BTreeMap::new();
    for event in events {
        match &event.kind {
            EventKind::MessagePublished { message, publisher } => {
                let passage = passages.entry(message.id).or_default();
                passage.message = Some(Arc::clone(message));
                passage.publisher = Some(*publisher);
            }
            EventKind::MessageEnqueued { instance, message }
            | EventKind::PortAttempt { instance, message, .. }
            | EventKind::MessageSuspended { instance, message, .. } => {
                let receivers = &mut passages.entry(*message).or_default().receivers;
                if !receivers.contains(instance) {
                    receivers.push(*instance);
                }
            }
            _ => {}
        }
    }
    passages
}

fn inbound(
    at: DateTime,
    id: MessageId,
    passages: &BTreeMap<MessageId, Passage>,
    instance: InstanceId,
) -> FlowMessage {
    let passage = passages.get(&id);
    let (port, linked) = match passage.and_then(|p| p.publisher) {
        Some(Publisher::Orchestration { instance: source, port }) => (port, vec![source]),
        Some(Publisher::ReceivePort(port)) => (port, Vec::new()),
        // A response or acknowledgement comes from the send port instance that got what this instance sent.
        Some(Publisher::SendPortReply(port) | Publisher::Acknowledgement(port)) => {
            (port, answered(passages, instance))
        }
        Some(Publisher::External) | None => (Name::default(), Vec::new()),
    };
    let message = passage.and_then(|p| p.message.clone());
    let (way, address, status) = (Way::In, String::new(), FlowStatus::Queued);
    FlowMessage { at, way, id, message, port, address, status, linked }
}

/// Who got the last message that the instance published.
fn answered(passages: &BTreeMap<MessageId, Passage>, instance: InstanceId) -> Vec<InstanceId> {
    let own = |passage: &Passage| matches!(passage.publisher, Some(Publisher::Orchestration { instance: by, .. }) if by == instance);
    passages
        .values()
        .rfind(|passage| own(passage))
        .map(|passage| passage.receivers.clone())
        .unwrap_or_default()
}

fn mark(flow: &mut [FlowMessage], way: Way, message: MessageId, status: FlowStatus) {
    if let Some(found) = flow.iter_mut().rfind(|f| f.way == way && f.id == message) {
        found.status = status;
    }
}

/// The status of the message a send port instance is about.
fn last(flow: &mut [FlowMessage], status: FlowStatus) {
    if let Some(out) = flow.iter_mut().rfind(|f| f.way == Way::Out) {
        out.status = status;
    }
}
