use super::core::{Slot, Step};
use super::instance::{
    Channel, ChannelKey, Frame, Happening, Instance, Queued, Resident, State, Status, next_status,
};
use super::message_box::{Match, Owner};
use super::ports::send::PortInstance;
use super::shapes::convoy_channels;
use super::{EventKind, InstanceChange, InstanceId, Publisher, Subscriber};
use crate::message::{BTS, Message, Value};
use crate::model::ServiceState;
use crate::program::{Group, Service};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::fmt;
use std::sync::Arc;

/// A message to publish.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outgoing {
    pub message: Arc<Message>,
    pub publisher: Publisher,
    /// A request: exactly one recipient may match (PAD-6).
    pub expects_reply: bool,
}

/// Who gets a message: nearly always one.
pub type Matches = SmallVec<[Match; 1]>;

/// Why a publication failed; nothing of it was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishError {
    /// Nobody subscribes (3.4 step 3).
    NoSubscriber(String),
    MultipleRecipients(usize),
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSubscriber(what) => write!(f, "No subscribers were found for {what}"),
            Self::MultipleRecipients(count) => {
                write!(f, "Multiple recipients ({count}) match a solicit-response send; exactly one may")
            }
        }
    }
}

impl Step<'_> {
    /// Publishes messages together: every one is routed before any is delivered (3.4).
    ///
    /// # Errors
    /// When one has no subscriber, or a request several. Then none is delivered.
    pub fn publish(&mut self, outgoing: impl IntoIterator<Item = Outgoing>) -> Result<(), PublishError> {
        let mut routed = SmallVec::<[(Arc<Message>, Matches); 1]>::new();
        let traced = self.traced_routings();
        for out in outgoing {
            let message = out.message;
            self.emit(EventKind::MessagePublished {
                message: Arc::clone(&message),
                publisher: out.publisher,
            });
            let matches = self.route(&message);
            let failure = if matches.is_empty() {
                Some(PublishError::NoSubscriber(describe(&message)))
            } else if out.expects_reply && matches.len() > 1 {
                Some(PublishError::MultipleRecipients(matches.len()))
            } else {
                None
            };
            self.trace_routing(&message, out.publisher, out.expects_reply, &matches, failure.is_some());
            if let Some(failure) = failure {
                self.emit(EventKind::RoutingFailed { message: message.id, reason: failure.to_string() });
                self.withhold_traced(traced);
                return Err(failure);
            }
            routed.push((message, matches));
        }
        for (message, matches) in routed {
            self.deliver(&message, &matches);
        }
        Ok(())
    }

    /// Publishes what nobody has to want: an acknowledgement without subscriber vanishes (DN-9).
    pub fn publish_if_wanted(&mut self, message: Message, publisher: Publisher) -> bool {
        let message = Arc::new(message);
        let matches = self.route(&message);
        self.trace_routing(&message, publisher, false, &matches, false);
        if matches.is_empty() {
            return false;
        }
        self.emit(EventKind::MessagePublished { message: Arc::clone(&message), publisher });
        self.deliver(&message, &matches);
        true
    }

    /// Every subscription that matches, convoys resolved: a message of a running convoy goes to its instance
    /// and does not start another (4.4).
    pub fn route(&mut self, message: &Message) -> Matches {
        let mut matches = std::mem::take(&mut self.core.matches);
        self.core.message_box.matches(&message.context, &mut matches);
        let convoy = |m: &Match| {
            let Owner::Activation { service, receive } = m.owner else { return false };
            let Some(info) = self.program.service(service) else { return false };
            let convoys = || info.convoys.iter().filter(|c| c.activate == receive);
            if convoys().next().is_none() {
                return false;
            }
            let kinds =
                || convoys().flat_map(|c| &c.followers).filter_map(|f| info.receive(*f)).map(|r| r.kind);
            matches.iter().any(|other| match other.owner {
                Owner::Instance { instance, kind, .. } => {
                    kinds().any(|k| k == kind) && self.service_of(instance) == Some(service)
                }
                _ => false,
            })
        };
        let kept = matches.iter().filter(|m| !convoy(m)).copied().collect();
        matches.clear();
        self.core.matches = matches;
        kept
    }

    fn service_of(&self, id: InstanceId) -> Option<u16> {
        match self.core.slots.get(&id)? {
            Slot::Orchestration { service, .. } => Some(*service),
            _ => None,
        }
    }

    fn deliver(&mut self, message: &Arc<Message>, matches: &[Match]) {
        for found in matches {
            let owner = self.subscriber(found.owner);
            self.emit(EventKind::SubscriptionMatched {
                subscription: found.subscription,
                message: message.id,
                owner,
            });
            match found.owner {
                Owner::Activation { service, receive } => self.activate(service, receive, message),
                Owner::Instance { instance, channel, .. } => self.enqueue(instance, channel, message),
                Owner::SendPort(port) => {
                    self.port_instance(PortInstance::new(port, None, Arc::clone(message)))
                }
                Owner::SendPortGroup(group) => {
                    let Some(info) = self.program.group(group) else { continue };
                    for port in &info.ports {
                        // A copy for every enlisted member (TX-12).
                        let enlisted =
                            self.core.send_ports.get(usize::from(*port)).is_some_and(|p| p.enlisted());
                        if enlisted {
                            self.port_instance(PortInstance::new(*port, Some(group), Arc::clone(message)));
                        }
                    }
                }
            }
        }
    }

    pub fn subscriber(&self, owner: Owner) -> Subscriber {
        let unknown = crate::message::Name::default();
        match owner {
            Owner::Activation { service, .. } => {
                Subscriber::Activation { service: self.program.service(service).map_or(unknown, |s| s.name) }
            }
            Owner::Instance { instance, .. } => {
                let port = match self.core.slots.get(&instance) {
                    Some(Slot::Request(request)) => request.port,
                    _ => {
                        let service = self.service_of(instance).and_then(|s| self.program.service(s));
                        service.map_or(unknown, |s| s.name)
                    }
                };
                Subscriber::Instance { instance, port }
            }
            Owner::SendPort(port) => {
                Subscriber::SendPort(self.program.send_port(port).map_or(unknown, |p| p.name))
            }
            Owner::SendPortGroup(group) => {
                Subscriber::SendPortGroup(self.program.group(group).map_or(unknown, |g| g.name))
            }
        }
    }

    /// A new instance for an activation message. A stopped orchestration keeps it suspended (3.4 step 5).
    fn activate(&mut self, service: u16, receive: u16, message: &Arc<Message>) {
        let program = Arc::clone(self.program);
        let Some(info) = program.service(service) else { return };
        let id = self.create(info, Frame::new(info, None));
        self.with_instance(id, |instance, _| {
            instance.channels.push(Channel { key: ChannelKey::Activation { receive }, subscription: None });
            instance.queue.push(Queued { channel: 0, message: Arc::clone(message) });
        });
        for (key, group, port, kind) in convoy_channels(&program, info, receive, &message.context) {
            self.with_instance(id, |instance, step| {
                let channel = u32::try_from(instance.channels.len()).unwrap_or(u32::MAX);
                let groups: Arc<[Group]> = [group].into();
                let owner = Owner::Instance { instance: id, channel, kind };
                let subscription = step.core.message_box.subscribe(owner, Arc::clone(&groups), 5);
                instance.channels.push(Channel { key, subscription: Some(subscription) });
                let owner = Subscriber::Instance { instance: id, port };
                step.emit(EventKind::SubscriptionAdded { subscription, owner, groups });
            });
        }
        self.emit(EventKind::MessageEnqueued { instance: id, message: message.id });
        self.admit(id, info);
    }

    /// False for an orchestration that is not enlisted: starting it is a message without subscriber (1.13).
    pub fn takes_starts(&self, service: u16) -> bool {
        let state = self.core.services.get(usize::from(service)).map(|s| s.state).unwrap_or_default();
        !matches!(state, ServiceState::Unbound | ServiceState::Bound)
    }

    /// Start Orchestration: an instance with these arguments.
    pub fn start(&mut self, service: u16, frame: Frame) {
        let program = Arc::clone(self.program);
        let Some(target) = program.service(service) else { return };
        let id = self.create(target, frame);
        // Its arguments are known only here: a failure goes back to them.
        self.with_instance(id, |instance, _| instance.persisted = Some(Arc::new(instance.state.clone())));
        self.admit(id, target);
    }

    /// Ready to run, or suspended when its orchestration is stopped (5.5).
    fn admit(&mut self, id: InstanceId, service: &Service) {
        let state = self.core.services.get(usize::from(service.index)).map(|s| s.state).unwrap_or_default();
        if state == ServiceState::Started {
            self.change(id, service.name, InstanceChange::Ready);
            self.make_ready(id);
            return;
        }
        let reason = format!("{} is stopped: start it, then resume the instance", service.name);
        self.with_instance(id, |instance, step| {
            step.transition(instance, Happening::Suspend, &reason);
        });
    }

    fn create(&mut self, service: &Service, frame: Frame) -> InstanceId {
        let id = self.next_instance_id();
        let instance = Instance {
            id,
            service: service.index,
            status: Status::ReadyToRun,
            pending: None,
            state: State::new(frame),
            persisted: None,
            dirty: true,
            queue: Default::default(),
            consumed: Default::default(),
            channels: Default::default(),
            wakes: None,
            persistence_points: 0,
            created: self.core.now,
            waiting_since: self.core.now,
            reason: None,
        };
        let slot = Slot::Orchestration { service: service.index, instance: Resident::new(instance) };
        self.core.slots.insert(id, slot);
        self.change(id, service.name, InstanceChange::Created);
        id
    }

    fn enqueue(&mut self, id: InstanceId, channel: u32, message: &Arc<Message>) {
        self.emit(EventKind::MessageEnqueued { instance: id, message: message.id });
        match self.core.slots.get_mut(&id) {
            Some(Slot::Orchestration { instance, .. }) => {
                let queued = Queued { channel, message: Arc::clone(message) };
                match instance.enqueue(&queued) {
                    Some(true) => self.make_ready(id),
                    // A suspended instance keeps it queued (INS-1).
                    Some(false) => {}
                    None => self.core.to_self.push((channel, queued.message)),
                }
            }
            Some(Slot::Request(_)) => self.reply(id, message),
            _ => {}
        }
    }

    /// Changes an instance in its slot.
    pub fn with_instance<T>(
        &mut self,
        id: InstanceId,
        change: impl FnOnce(&mut Instance, &mut Step<'_>) -> T,
    ) -> Option<T> {
        let Some(Slot::Orchestration { instance, .. }) = self.core.slots.get_mut(&id) else { return None };
        let packed = matches!(instance, Resident::Packed(_));
        let (mut taken, _) = instance.take()?;
        let result = change(Arc::make_mut(&mut taken), self);
        if let Some(Slot::Orchestration { instance, .. }) = self.core.slots.get_mut(&id) {
            *instance = Resident::Live(taken, None);
            if packed && !self.core.scheduled.contains(&id) {
                instance.pack();
            }
        }
        Some(result)
    }

    /// Applies the transition table, with its event. An impossible one is reported and changes nothing.
    pub fn transition(&mut self, instance: &mut Instance, happening: Happening, reason: &str) -> bool {
        let service =
            self.program.service(instance.service).map_or_else(crate::message::Name::default, |s| s.name);
        match next_status(instance.status, happening) {
            Ok(status) => {
                instance.status = status;
                let change = match happening {
                    Happening::Run => InstanceChange::Active,
                    Happening::Dehydrate => InstanceChange::Dehydrated,
                    Happening::Rehydrate => InstanceChange::Rehydrated,
                    Happening::Break | Happening::ResumeInDebug => InstanceChange::InBreakpoint,
                    Happening::Continue => InstanceChange::Continued,
                    Happening::Suspend | Happening::SuspendForGood => {
                        instance.reason = Some(reason.into());
                        InstanceChange::Suspended {
                            reason: reason.to_owned(),
                            resumable: happening == Happening::Suspend,
                        }
                    }
                    Happening::Resume => InstanceChange::Resumed,
                    Happening::Terminate => InstanceChange::Terminated { reason: reason.to_owned() },
                    Happening::Complete => InstanceChange::Completed,
                    Happening::Discard => {
                        let messages = u32::try_from(instance.queue.len()).unwrap_or(u32::MAX);
                        InstanceChange::Discarded { messages, terminated: false }
                    }
                };
                self.change(instance.id, service, change);
                true
            }
            Err(refusal) => {
                self.emit(EventKind::OperationRefused { reason: format!("{}: {refusal}", instance.id) });
                false
            }
        }
    }
}

/// What a message is, for people: its type, or where it came from.
pub fn describe(message: &Message) -> String {
    let text = |name| match message.context.get(name) {
        Some(Value::String(text)) => Some(text.to_string()),
        _ => None,
    };
    match (text(BTS.message_type), text(BTS.receive_port_name)) {
        (Some(kind), Some(port)) => format!("{} ({kind}) from {port}", message.id),
        (Some(kind), None) => format!("{} ({kind})", message.id),
        (None, Some(port)) => format!("the untyped message {} from {port}", message.id),
        (None, None) => format!("the untyped message {}", message.id),
    }
}
