use super::core::{Core, Slot};
use super::instance::lifecycle::{UNCAUGHT, ZOMBIE};
use super::instance::{Frame, Instance, Pending, Status, Wait};
use super::message_box::{Owner, Verdict};
use super::ports::{PortRuntime, TRANSMISSION_FAILURE};
use super::{Engine, InstanceId, Subscriber, SubscriptionId};
use crate::message::{Context, DateTime, Message, MessageId, Name, Value};
use crate::model::{PortState, ServiceState};
use crate::program::{Group, Op, Program, Service};
use std::sync::Arc;

/// A service instance as tools show it.
#[derive(Clone, Debug)]
pub struct InstanceView {
    pub id: InstanceId,
    pub kind: InstanceKind,
    /// Orchestration, send port or receive port.
    pub service: Name,
    pub status: Status,
    pub created: DateTime,
    pub waiting_since: DateTime,
    pub reason: Option<String>,
    /// What queries group suspended instances by: the code of a messaging failure or of a zombie, the type of an
    /// uncaught exception; empty when there is none.
    pub error_code: String,
    /// Asked for, and waiting for the next safe point (section 5.1).
    pub pending: Option<Pending>,
    /// Ids of the shapes its threads are at, innermost last; empty when it is not an orchestration.
    pub at: Vec<Name>,
    /// True when every thread waits.
    pub waiting: bool,
    pub persistence_points: u32,
    /// By name, frames outermost first.
    pub variables: Vec<(Name, Value)>,
    pub messages: Vec<NamedMessage>,
    /// Initialised correlation sets with their values.
    pub sets: Vec<(Name, Vec<(Name, Value)>)>,
    pub subscriptions: Vec<SubscriptionView>,
    /// Delivered, not yet consumed.
    pub queue: Vec<Arc<Message>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceKind {
    Orchestration,
    SendPort,
    /// A two-way receive location that waits for a response.
    ReceivePort,
    /// A message that failed on the receive side, or a routing failure report.
    Failure,
}

#[derive(Clone, Debug)]
pub struct NamedMessage {
    pub variable: Name,
    pub message: Arc<Message>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SubscriptionView {
    pub id: SubscriptionId,
    pub owner: Subscriber,
    /// Orchestration, port or group whose it is.
    pub service: Name,
    /// The predicates: groups of which one must match as a whole (RCV-9).
    pub groups: Arc<[Group]>,
    /// False while its orchestration or port is stopped: what matches is suspended (section 5.5).
    pub enabled: bool,
    /// The activate receive of an activation subscription.
    pub shape: Option<Name>,
    /// The row in words.
    pub text: String,
    pub priority: u8,
}

impl Engine {
    /// Every service instance, oldest first.
    pub fn instances(&self) -> Vec<InstanceView> {
        let mut ids: Vec<_> = self.core.slots.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| self.instance(id)).collect()
    }

    /// Number of service instances alive, of every kind.
    pub fn instance_count(&self) -> usize {
        self.core.slots.len()
    }

    pub fn instance(&self, id: InstanceId) -> Option<InstanceView> {
        match self.core.slots.get(&id)? {
            Slot::Orchestration { instance, .. } => self.orchestration_view(&*instance.get()?),
            Slot::SendPort(port) => {
                let ordered =
                    self.core.send_ports.get(usize::from(port.port)).filter(|p| p.ordered == Some(id));
                let behind = ordered.map(|p| p.backlog.iter().cloned()).into_iter().flatten();
                Some(InstanceView {
                    kind: InstanceKind::SendPort,
                    service: self.program.send_port(port.port)?.name,
                    reason: port.reason.clone(),
                    error_code: if port.attempts > 0 && !port.status.runs() {
                        TRANSMISSION_FAILURE.to_owned()
                    } else {
                        String::new()
                    },
                    queue: std::iter::once(Arc::clone(&port.message)).chain(behind).collect(),
                    ..self.bare(id, port.status)
                })
            }
            Slot::Request(request) => Some(InstanceView {
                kind: InstanceKind::ReceivePort,
                service: request.port,
                waiting: true,
                queue: vec![Arc::clone(&request.message)],
                subscriptions: self.subscription(request.subscription).into_iter().collect(),
                ..self.bare(id, Status::Active)
            }),
            Slot::Failure(failure) => Some(InstanceView {
                kind: InstanceKind::Failure,
                service: failure.port,
                reason: Some(failure.reason.clone()),
                error_code: failure.code.as_str().to_owned(),
                queue: vec![Arc::clone(&failure.message)],
                ..self.bare(id, failure.status)
            }),
        }
    }

    /// Bytes of an orchestration instance's state written out in full, and of what is kept of it while it is dehydrated.
    /// `None` for other instances and those that have ended.
    pub fn footprint(&self, id: InstanceId) -> Option<(usize, usize)> {
        match self.core.slots.get(&id)? {
            Slot::Orchestration { instance, .. } => instance.footprint(),
            _ => None,
        }
    }

    /// Service instances that refer to a stored message, oldest first. It is kept until the last lets go of it (MSG-2);
    /// a routing failure report has its context only and does not count.
    pub fn references(&self, message: MessageId) -> Vec<InstanceId> {
        let refers = |view: &InstanceView| {
            let named = view.messages.iter().map(|m| &m.message);
            view.queue.iter().chain(named).any(|m| m.id == message && !m.parts.is_empty())
        };
        self.instances().into_iter().filter(refers).map(|view| view.id).collect()
    }

    /// True while a receive location takes messages: it is enabled and inside its schedule (RX-2, RX-4). A driver leaves
    /// what arrives meanwhile where it is.
    pub fn is_receiving(&self, location: Name, now: DateTime) -> bool {
        let found = self.program.locations.iter().zip(&self.core.locations_enabled);
        let mut found = found.filter(|(info, _)| info.name == location);
        found.next().is_some_and(|(info, enabled)| *enabled && super::ports::in_schedule(info, now))
    }

    fn bare(&self, id: InstanceId, status: Status) -> InstanceView {
        InstanceView {
            id,
            kind: InstanceKind::Orchestration,
            service: Name::default(),
            status,
            created: self.core.now,
            waiting_since: self.core.now,
            reason: None,
            error_code: String::new(),
            pending: None,
            at: Vec::new(),
            waiting: false,
            persistence_points: 0,
            variables: Vec::new(),
            messages: Vec::new(),
            sets: Vec::new(),
            subscriptions: Vec::new(),
            queue: Vec::new(),
        }
    }

    fn orchestration_view(&self, instance: &Instance) -> Option<InstanceView> {
        let service = self.program.service(instance.service)?;
        let mut view = InstanceView {
            service: service.name,
            created: instance.created,
            waiting_since: instance.waiting_since,
            reason: instance.reason.as_deref().map(str::to_owned),
            error_code: error_code(instance).to_owned(),
            pending: instance.pending,
            waiting: instance.state.threads.iter().filter(|t| !t.ended).all(|t| t.wait != Wait::No),
            persistence_points: instance.persistence_points,
            queue: instance.queue.iter().map(|q| Arc::clone(&q.message)).collect(),
            ..self.bare(instance.id, instance.status)
        };
        for frame in instance.state.frames.iter().flatten() {
            let Some(service) = self.program.service(frame.service) else { continue };
            describe_frame(service, frame, &mut view);
        }
        for thread in instance.state.threads.iter().filter(|t| !t.ended) {
            let Some(frame) = instance.state.frame(thread.frame) else { continue };
            let Some(service) = self.program.service(frame.service) else { continue };
            view.at.extend(shape_at(service, thread.pc));
        }
        let ids = instance.channels.iter().filter_map(|c| c.subscription);
        view.subscriptions = ids.filter_map(|id| self.subscription(id)).collect();
        Some(view)
    }

    /// Every subscription, oldest first.
    pub fn subscriptions(&self) -> Vec<SubscriptionView> {
        self.core.message_box.rows().into_iter().filter_map(|row| self.subscription(row.id)).collect()
    }

    pub(super) fn subscription(&self, id: SubscriptionId) -> Option<SubscriptionView> {
        subscription(&self.core, &self.program, id)
    }

    /// Why a subscription matches a message's context or not, predicate by predicate (principle 7).
    pub fn explain(&self, id: SubscriptionId, context: &Context) -> Option<Vec<Vec<Verdict>>> {
        self.core.message_box.explain(id, context)
    }

    pub fn service_state(&self, orchestration: Name) -> Option<ServiceState> {
        let service = self.program.service_by_name(orchestration)?;
        self.core.services.get(usize::from(service.index)).map(|s| s.state)
    }

    pub fn send_port_state(&self, port: Name) -> Option<PortState> {
        let (index, _) = self.program.send_port_by_name(port)?;
        self.core.send_ports.get(usize::from(index)).map(|p| p.state)
    }
}

/// A row of the message box as tools show it.
pub(super) fn subscription(core: &Core, program: &Program, id: SubscriptionId) -> Option<SubscriptionView> {
    let row = core.message_box.get(id)?;
    let started = |port: Option<&PortRuntime>| port.is_some_and(|p| p.state == PortState::Started);
    let enabled = match row.owner {
        Owner::Activation { service, .. } => {
            core.services.get(usize::from(service)).is_some_and(|s| s.state == ServiceState::Started)
        }
        Owner::Instance { .. } => true,
        Owner::SendPort(port) => started(core.send_ports.get(usize::from(port))),
        Owner::SendPortGroup(group) => started(core.groups.get(usize::from(group))),
    };
    let owner = match row.owner {
        Owner::Activation { service, .. } => {
            Subscriber::Activation { service: program.service(service)?.name }
        }
        Owner::Instance { instance, kind, .. } => {
            let port = match core.slots.get(&instance)? {
                Slot::Orchestration { service, .. } => port_of(program, *service, kind)?,
                Slot::Request(request) => request.port,
                _ => return None,
            };
            Subscriber::Instance { instance, port }
        }
        Owner::SendPort(port) => Subscriber::SendPort(program.send_port(port)?.name),
        Owner::SendPortGroup(group) => Subscriber::SendPortGroup(program.group(group)?.name),
    };
    let service = match (row.owner, owner) {
        (Owner::Instance { instance, .. }, Subscriber::Instance { port, .. }) => {
            match core.slots.get(&instance)? {
                Slot::Orchestration { service, .. } => program.service(*service)?.name,
                _ => port,
            }
        }
        (_, Subscriber::Activation { service: name } | Subscriber::SendPort(name)) => name,
        (_, Subscriber::SendPortGroup(name) | Subscriber::Instance { port: name, .. }) => name,
    };
    let shape = match row.owner {
        Owner::Activation { service, receive } => {
            program.service(service).and_then(|s| Some(s.shape_id(s.receive(receive)?.shape)))
        }
        _ => None,
    };
    let groups = Arc::clone(&row.groups);
    Some(SubscriptionView {
        id,
        owner,
        service,
        groups,
        enabled,
        shape,
        text: row.text(),
        priority: row.priority,
    })
}

/// The port of the receives of a kind, which are at ports bound alike, be it in a called orchestration (E1).
fn port_of(program: &Program, service: u16, kind: u32) -> Option<Name> {
    let service = program.service(service)?;
    let at = std::iter::once(service).chain(&program.services).find_map(|service| {
        let receive = service.receives.iter().find(|receive| receive.kind == kind)?;
        service.port(receive.port)
    });
    Some(at.map_or(service.name, |port| port.name))
}

/// Why an orchestration instance stands still, in one word.
fn error_code(instance: &Instance) -> &str {
    if instance.status == Status::Discarded {
        return ZOMBIE;
    }
    let reason = instance.reason.as_deref().filter(|_| instance.status.is_suspended());
    let exception =
        reason.and_then(|reason| reason.strip_prefix(UNCAUGHT)).and_then(|rest| rest.split(':').next());
    exception.unwrap_or_default().trim()
}

fn describe_frame(service: &Service, frame: &Frame, view: &mut InstanceView) {
    for (info, value) in service.variables.iter().zip(&frame.variables) {
        view.variables.push((info.name, value.clone()));
    }
    for (info, message) in service.messages.iter().zip(&frame.messages) {
        if let Some(message) = message {
            view.messages.push(NamedMessage { variable: info.name, message: Arc::clone(message) });
        }
    }
    for (info, values) in service.sets.iter().zip(&frame.sets) {
        if let Some(values) = values {
            let named = info.properties.iter().copied().zip(values.iter().cloned()).collect();
            view.sets.push((info.name, named));
        }
    }
}

/// The shape an operation belongs to: the last one started before it.
pub(super) fn shape_at(service: &Service, pc: u32) -> Option<Name> {
    let pc = usize::try_from(pc).ok()?;
    service.ops.get(..=pc)?.iter().rev().find_map(|op| match op {
        Op::Started(shape) => Some(service.shape_id(*shape)),
        _ => None,
    })
}
