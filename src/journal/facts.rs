//! What filters can ask of events and instances.

use super::{Detail, event_name, instance_of, message_of};
use crate::engine::instance::Status;
use crate::engine::{
    Event, EventKind, InstanceChange, InstanceKind, InstanceView, Publisher, Subscriber, of_message,
};
use crate::filter::{Datum, Field, Filter, Key, Subject};
use crate::message::{DateTime, Message, Name};
use crate::program::Program;
use crate::xlang::LogLevel;
use std::cell::Cell;
use std::fmt::Write as _;

thread_local! {
    /// Room for the line of an event while it is looked at, so that a search through all of them takes no memory for each.
    static LINE: Cell<String> = const { Cell::new(String::new()) };
}

/// An event as a filter sees it.
#[derive(Clone, Copy, Debug)]
pub struct EventFacts<'a> {
    pub event: &'a Event,
    /// Where its time counts from.
    pub origin: DateTime,
    /// For the names of shapes.
    pub program: Option<&'a Program>,
}

/// The events that a filter lets through.
pub fn filtered<'a>(
    events: impl IntoIterator<Item = &'a Event>,
    filter: &Filter,
    origin: DateTime,
    program: Option<&'a Program>,
) -> impl Iterator<Item = &'a Event> {
    events.into_iter().filter(move |event| filter.holds(&EventFacts { event, origin, program }))
}

/// True for an event that tells of something gone wrong: what a person looks for first.
pub fn is_problem(kind: &EventKind) -> bool {
    match kind {
        EventKind::RoutingFailed { .. }
        | EventKind::MessageSuspended { .. }
        | EventKind::ExceptionThrown { .. }
        | EventKind::PortFailed { .. }
        | EventKind::OperationRefused { .. }
        | EventKind::AckPublished { negative: true, .. }
        | EventKind::Logged { level: LogLevel::Error, .. } => true,
        EventKind::Instance { change, .. } => {
            matches!(change, InstanceChange::Suspended { .. } | InstanceChange::Discarded { .. })
        }
        _ => false,
    }
}

impl Subject for EventFacts<'_> {
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        let kind = &self.event.kind;
        match field.key {
            Key::Event => take(Datum::Text(event_name(kind))),
            #[expect(clippy::cast_precision_loss, reason = "a counter, far below 2^52")]
            Key::Sequence => take(Datum::Number(self.event.seq as f64)),
            Key::Time => take(Datum::Span(self.event.at.since(self.origin))),
            Key::At => take(Datum::Time(self.event.at)),
            Key::Instance => instance_of(kind).is_some_and(|id| take(Datum::Id(id.0))),
            Key::Message => message_of(kind).is_some_and(|id| take(Datum::Id(id.0))),
            Key::Problem => take(Datum::Flag(is_problem(kind))),
            Key::Service => service(kind).is_some_and(|name| take(Datum::Name(name))),
            Key::State => match kind {
                EventKind::Instance { .. } => {
                    let name = event_name(kind);
                    take(Datum::Text(name.split_once('.').map_or(name, |(_, state)| state)))
                }
                EventKind::StateChanged { state, .. } => take(Datum::Name(*state)),
                _ => false,
            },
            Key::Text => {
                take(Datum::Text(event_name(kind))) || {
                    let mut line = LINE.take();
                    line.clear();
                    let fits = write!(line, "{}", Detail(kind)).is_ok() && take(Datum::Text(&line));
                    LINE.set(line);
                    fits
                }
            }
            Key::Shape => shape(kind).is_some_and(|id| {
                let infos = self.program.and_then(|p| p.service_by_name(service(kind)?)).map(|s| &s.shapes);
                let named = infos.and_then(|infos| infos.iter().find(|info| info.id == id));
                take(Datum::Text(id.as_str())) || named.is_some_and(|info| take(Datum::Text(&info.name)))
            }),
            Key::Body | Key::MessageType | Key::Size | Key::Property => {
                message(kind).is_some_and(|message| of_message(message, field, take))
            }
            _ => self.rest(field, take),
        }
    }
}

impl EventFacts<'_> {
    fn rest(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        let kind = &self.event.kind;
        match (field.key, kind) {
            (
                Key::Port,
                EventKind::MessageReceived { port, .. }
                | EventKind::PortAttempt { port, .. }
                | EventKind::PortRetry { port, .. }
                | EventKind::PortScheduled { port, .. }
                | EventKind::PortBackup { port, .. }
                | EventKind::PortSent { port, .. }
                | EventKind::PortFailed { port, .. }
                | EventKind::AckPublished { port, .. },
            ) => take(Datum::Name(*port)),
            (Key::Port | Key::Publisher, EventKind::MessagePublished { publisher, .. }) => match publisher {
                Publisher::ReceivePort(port)
                | Publisher::SendPortReply(port)
                | Publisher::Acknowledgement(port) => take(Datum::Name(*port)),
                Publisher::Orchestration { port, .. } => {
                    take(Datum::Name(*port))
                        || field.key == Key::Publisher && take(Datum::Text(&publisher.to_string()))
                }
                Publisher::External => field.key == Key::Publisher && take(Datum::Text("operator")),
            },
            (
                Key::Owner,
                EventKind::SubscriptionMatched { owner, .. } | EventKind::SubscriptionAdded { owner, .. },
            ) => {
                let name = match owner {
                    Subscriber::Activation { service } => *service,
                    Subscriber::Instance { port, .. } => *port,
                    Subscriber::SendPort(name) | Subscriber::SendPortGroup(name) => *name,
                };
                take(Datum::Name(name)) || take(Datum::Text(&owner.to_string()))
            }
            (
                Key::Subscription,
                EventKind::SubscriptionMatched { subscription, .. }
                | EventKind::SubscriptionAdded { subscription, .. }
                | EventKind::SubscriptionRemoved { subscription },
            ) => take(Datum::Id(subscription.0)),
            (Key::Location, EventKind::MessageReceived { location, .. }) => take(Datum::Name(*location)),
            #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
            (Key::Size, EventKind::MessageReceived { bytes, .. }) => take(Datum::Number(*bytes as f64)),
            (Key::Address, EventKind::PortAttempt { address, .. }) => take(Datum::Text(address)),
            (Key::Attempt, EventKind::PortAttempt { attempt, .. }) => {
                take(Datum::Number(f64::from(*attempt)))
            }
            (
                Key::Exception,
                EventKind::ExceptionThrown { exception, .. } | EventKind::ExceptionCaught { exception, .. },
            ) => take(Datum::Text(exception)) || take(Datum::Name(Name::new(exception))),
            (Key::Reason, EventKind::ExceptionThrown { message, .. }) => take(Datum::Text(message)),
            (
                Key::Reason,
                EventKind::RoutingFailed { reason, .. }
                | EventKind::MessageSuspended { reason, .. }
                | EventKind::OperationRefused { reason }
                | EventKind::PortFailed { error: reason, .. }
                | EventKind::Logged { text: reason, .. },
            ) => take(Datum::Text(reason)),
            (
                Key::Reason,
                EventKind::Instance {
                    change: InstanceChange::Suspended { reason, .. } | InstanceChange::Terminated { reason },
                    ..
                },
            ) => take(Datum::Text(reason)),
            (Key::Set, EventKind::SetInitialized { set, .. }) => take(Datum::Name(*set)),
            (Key::Correlation, EventKind::SetInitialized { values, .. }) => {
                values.iter().any(|(_, value)| take(Datum::Value(value)))
            }
            (
                Key::Scope,
                EventKind::ScopeCommitted { scope, .. }
                | EventKind::ScopeAborted { scope, .. }
                | EventKind::ScopeRetry { scope, .. }
                | EventKind::ScopeCompensated { scope, .. }
                | EventKind::ExceptionCaught { scope, .. },
            ) => take(Datum::Name(*scope)),
            _ => false,
        }
    }
}

fn service(kind: &EventKind) -> Option<Name> {
    match kind {
        EventKind::Instance { service, .. }
        | EventKind::ShapeStarted { service, .. }
        | EventKind::ShapeCompleted { service, .. }
        | EventKind::BreakpointHit { service, .. } => Some(*service).filter(|name| !name.as_str().is_empty()),
        EventKind::StateChanged { artefact, .. } => Some(*artefact),
        _ => None,
    }
}

fn shape(kind: &EventKind) -> Option<Name> {
    match kind {
        EventKind::ShapeStarted { shape, .. }
        | EventKind::ShapeCompleted { shape, .. }
        | EventKind::BreakpointHit { shape, .. }
        | EventKind::MessageConsumed { shape, .. }
        | EventKind::Instance { change: InstanceChange::Waiting { at: shape }, .. } => Some(*shape),
        _ => None,
    }
}

fn message(kind: &EventKind) -> Option<&Message> {
    match kind {
        EventKind::MessagePublished { message, .. }
        | EventKind::MessageConstructed { message, .. }
        | EventKind::MessageEdited { message, .. } => Some(message),
        _ => None,
    }
}

/// An instance as a filter sees it, at a time.
#[derive(Clone, Copy, Debug)]
pub struct InstanceFacts<'a> {
    pub view: &'a InstanceView,
    pub now: DateTime,
    pub program: Option<&'a Program>,
}

impl Subject for InstanceFacts<'_> {
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        let view = self.view;
        let count = |n: usize| Datum::Number(f64::from(u32::try_from(n).unwrap_or(u32::MAX)));
        match field.key {
            Key::Instance => take(Datum::Id(view.id.0)),
            Key::Service => take(Datum::Name(view.service)),
            Key::Class => take(Datum::Text(match view.kind {
                InstanceKind::Orchestration => "orchestration",
                InstanceKind::SendPort => "send port",
                InstanceKind::ReceivePort => "receive port",
                InstanceKind::Failure => "failure",
            })),
            Key::State => take(Datum::Text(state(view))) || take(Datum::Text(view.status.label())),
            Key::At => take(Datum::Time(view.created)),
            Key::Age => take(Datum::Span(self.now.since(view.created))),
            Key::Waiting => view.waiting && take(Datum::Span(self.now.since(view.waiting_since))),
            Key::Pending => view.pending.is_some_and(|pending| take(Datum::Name(pending.name()))),
            Key::Reason => view.reason.as_deref().is_some_and(|reason| take(Datum::Text(reason))),
            Key::Code | Key::Exception => !view.error_code.is_empty() && take(Datum::Text(&view.error_code)),
            Key::Problem => take(Datum::Flag(view.status.is_suspended() || view.status == Status::Discarded)),
            Key::Shape => view.at.iter().any(|id| {
                let infos = self.program.and_then(|p| p.service_by_name(view.service)).map(|s| &s.shapes);
                let named = infos.and_then(|infos| infos.iter().find(|info| info.id == *id));
                take(Datum::Text(id.as_str())) || named.is_some_and(|info| take(Datum::Text(&info.name)))
            }),
            Key::Variable => {
                let named = view.variables.iter().filter(|(name, _)| *name == field.name);
                named.into_iter().any(|(_, value)| take(Datum::Value(value)))
            }
            Key::SetValue => {
                let named = view.sets.iter().filter(|(name, _)| *name == field.name);
                named.flat_map(|(_, values)| values).any(|(_, value)| take(Datum::Value(value)))
            }
            Key::Set => view.sets.iter().any(|(name, _)| take(Datum::Name(*name))),
            Key::Correlation => {
                view.sets.iter().flat_map(|(_, values)| values).any(|(_, value)| take(Datum::Value(value)))
            }
            Key::Queue => take(count(view.queue.len())),
            Key::Points => take(Datum::Number(f64::from(view.persistence_points))),
            Key::Subscription => view.subscriptions.iter().any(|row| take(Datum::Id(row.id.0))),
            Key::Port => view.subscriptions.iter().any(|row| match row.owner {
                Subscriber::Instance { port, .. } => take(Datum::Name(port)),
                _ => false,
            }),
            Key::Text => {
                take(Datum::Name(view.service))
                    || view.reason.as_deref().is_some_and(|reason| take(Datum::Text(reason)))
                    || take(Datum::Text(state(view)))
            }
            Key::Message | Key::MessageType | Key::Property | Key::Body | Key::Size => {
                let named = view.messages.iter().map(|named| &named.message);
                view.queue.iter().chain(named).any(|message| of_message(message, field, take))
            }
            _ => false,
        }
    }
}

fn state(view: &InstanceView) -> &'static str {
    match view.status {
        Status::ReadyToRun => "ready",
        Status::Active if view.waiting => "waiting",
        Status::Active => "active",
        Status::Dehydrated => "dehydrated",
        Status::InBreakpoint => "breakpoint",
        Status::Scheduled => "scheduled",
        Status::Retrying => "retrying",
        Status::SuspendedResumable | Status::SuspendedNotResumable => "suspended",
        Status::Completed => "completed",
        Status::Terminated => "terminated",
        Status::Discarded => "discarded",
    }
}
