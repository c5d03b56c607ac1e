//! The journal as text: one line an event, with the names of Annex C.

use crate::diagnostic::counted;
use crate::engine::{Event, EventKind, InstanceChange};
use crate::message::{DateTime, TimeSpan};
use crate::program::groups_text;
use crate::xlang::ActivityChange;
use std::fmt::{self, Display, Formatter};

/// One event as one line: `00:00:04.250  instance.completed  #17 OrderManagerOrch`. The time is counted from
/// `origin`; line breaks inside texts become spaces.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub event: &'a Event,
    pub origin: DateTime,
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let elapsed = self.event.at.since(self.origin);
        let detail = Detail(&self.event.kind).to_string();
        let detail = if detail.contains(['\n', '\r']) { one_line(&detail) } else { detail };
        let name = event_name(&self.event.kind);
        let line = format!("{}  {name:<22}  {detail}", Clock(elapsed));
        f.write_str(line.trim_end())
    }
}

/// A span as `hh:mm:ss.mmm`; hours go on past 24.
#[derive(Clone, Copy, Debug)]
pub struct Clock(pub TimeSpan);

impl Display for Clock {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ms = self.0.0.max(0) / 10_000;
        let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}.{:03}", ms % 1000)
    }
}

/// The name of an event in Annex C, e.g. `subscription.matched`.
pub fn event_name(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::MessageReceived { .. } => "message.received",
        EventKind::MessageConstructed { .. } => "message.constructed",
        EventKind::MessagePublished { .. } => "message.published",
        EventKind::SubscriptionMatched { .. } => "subscription.matched",
        EventKind::RoutingFailed { .. } => "routing.failed",
        EventKind::MessageSuspended { .. } => "message.suspended",
        EventKind::Instance { change, .. } => match change {
            InstanceChange::Created => "instance.created",
            InstanceChange::Ready => "instance.ready",
            InstanceChange::Active => "instance.active",
            InstanceChange::Waiting { .. } => "instance.waiting",
            InstanceChange::Dehydrated => "instance.dehydrated",
            InstanceChange::Rehydrated => "instance.rehydrated",
            InstanceChange::InBreakpoint => "instance.breakpoint",
            InstanceChange::Continued => "instance.continued",
            InstanceChange::Suspended { .. } => "instance.suspended",
            InstanceChange::PendingOperation { .. } => "instance.pending",
            InstanceChange::Resumed => "instance.resumed",
            InstanceChange::Terminated { .. } => "instance.terminated",
            InstanceChange::Completed => "instance.completed",
            InstanceChange::Discarded { .. } => "instance.discarded",
        },
        EventKind::ShapeStarted { .. } => "shape.started",
        EventKind::ShapeCompleted { .. } => "shape.completed",
        EventKind::SubscriptionAdded { .. } => "subscription.added",
        EventKind::SubscriptionRemoved { .. } => "subscription.removed",
        EventKind::SetInitialized { .. } => "set.initialised",
        EventKind::MessageEnqueued { .. } => "message.enqueued",
        EventKind::MessageConsumed { .. } => "message.consumed",
        EventKind::PersistencePoint { .. } => "persistence.point",
        EventKind::ScopeCommitted { .. } => "scope.committed",
        EventKind::ScopeAborted { .. } => "scope.aborted",
        EventKind::ScopeRetry { .. } => "scope.retry",
        EventKind::ScopeCompensated { .. } => "scope.compensated",
        EventKind::ExceptionThrown { .. } => "exception.thrown",
        EventKind::ExceptionCaught { .. } => "exception.caught",
        EventKind::PortAttempt { .. } => "port.attempt",
        EventKind::PortRetry { .. } => "port.retry",
        EventKind::PortScheduled { .. } => "port.scheduled",
        EventKind::PortBackup { .. } => "port.backup",
        EventKind::PortSent { .. } => "port.sent",
        EventKind::PortFailed { .. } => "port.failed",
        EventKind::AckPublished { .. } => "ack.published",
        EventKind::AckConsumed { .. } => "ack.consumed",
        EventKind::BreakpointHit { .. } => "breakpoint.hit",
        EventKind::Logged { .. } => "log.written",
        EventKind::RuleFired { .. } => "rule.fired",
        EventKind::Activity { change, .. } => match change {
            ActivityChange::Begun => "activity.begun",
            ActivityChange::Updated(_) => "activity.updated",
            ActivityChange::Continued { .. } => "activity.continued",
            ActivityChange::Related { .. } => "activity.related",
            ActivityChange::Ended => "activity.ended",
        },
        EventKind::ComponentCalled { mocked: true, .. } => "component.mocked",
        EventKind::ComponentCalled { .. } => "component.called",
        EventKind::VariableSet { .. } => "variable.set",
        EventKind::MessageEdited { .. } => "message.edited",
        EventKind::StateChanged { .. } => "state.changed",
        EventKind::OperationRefused { .. } => "operation.refused",
    }
}

/// What an event says beside its name.
#[derive(Clone, Copy, Debug)]
pub struct Detail<'a>(pub &'a EventKind);

impl Display for Detail<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            EventKind::MessageReceived { location, port, bytes } => {
                write!(f, "{} at {location}, port {port}", counted(*bytes, "byte"))
            }
            EventKind::MessageConstructed { instance, message, variable } => {
                write!(f, "{} {instance} as {variable}", message.id)
            }
            EventKind::MessagePublished { message, publisher } => write!(f, "{} by {publisher}", message.id),
            EventKind::SubscriptionMatched { subscription, message, owner } => {
                write!(f, "{message} by {subscription}, {owner}")
            }
            EventKind::RoutingFailed { message, reason } => write!(f, "{message}: {reason}"),
            EventKind::MessageSuspended { message, instance, reason, resumable } => {
                write!(f, "{message} in {instance}, {}: {reason}", resumability(*resumable))
            }
            EventKind::Instance { instance, service, change } => {
                // What a port holds of a message that went astray has no service of its own.
                let service = Some(service.short()).filter(|name| !name.is_empty());
                let space = if service.is_some() { " " } else { "" };
                write!(f, "{instance}{space}{}{}", service.unwrap_or_default(), Change(change))
            }
            EventKind::BreakpointHit { instance, service, shape }
            | EventKind::ShapeStarted { instance, service, shape }
            | EventKind::ShapeCompleted { instance, service, shape } => {
                write!(f, "{instance} {} {shape}", service.short())
            }
            EventKind::SubscriptionAdded { subscription, owner, groups } => {
                write!(f, "{subscription} {owner}: {}", groups_text(groups))
            }
            EventKind::SubscriptionRemoved { subscription } => write!(f, "{subscription}"),
            EventKind::SetInitialized { instance, set, values } => {
                write!(f, "{instance} {set}:")?;
                values.iter().try_for_each(|(name, value)| {
                    write!(f, " {}={}", name.short(), crate::message::format_value(value))
                })
            }
            EventKind::MessageEnqueued { instance, message } => write!(f, "{message} for {instance}"),
            EventKind::MessageConsumed { instance, message, shape } => {
                write!(f, "{message} by {instance} at {shape}")
            }
            EventKind::PersistencePoint { instance, cause } => write!(f, "{instance} {cause:?}"),
            EventKind::ScopeCommitted { instance, scope }
            | EventKind::ScopeAborted { instance, scope }
            | EventKind::ScopeCompensated { instance, scope } => write!(f, "{instance} {scope}"),
            EventKind::ExceptionThrown { instance, exception, message } => {
                write!(f, "{instance} {exception}: {message}")
            }
            EventKind::ExceptionCaught { instance, exception, scope } => {
                write!(f, "{instance} {exception} by {scope}")
            }
            EventKind::PortAttempt { port, message, address, attempt, .. } => {
                write!(f, "{message} by {port} to {address}, attempt {attempt}")
            }
            EventKind::PortRetry { port: what, instance, due }
            | EventKind::PortScheduled { port: what, instance, due }
            | EventKind::ScopeRetry { scope: what, instance, due } => {
                write!(f, "{instance} {what} at {} UTC", due.civil())
            }
            EventKind::PortBackup { port, instance } => write!(f, "{instance} {port}"),
            EventKind::PortSent { port, message, .. } => write!(f, "{message} by {port}"),
            EventKind::PortFailed { port, message, error, .. } => write!(f, "{message} by {port}: {error}"),
            EventKind::AckPublished { port, message, negative } => {
                write!(f, "{} for {message} by {port}", ack(*negative))
            }
            EventKind::AckConsumed { instance, negative } => write!(f, "{} by {instance}", ack(*negative)),
            EventKind::Logged { level, source, text } => write!(f, "{level:?} {source}: {text}"),
            EventKind::RuleFired { instance, policy, rule } => write!(f, "{instance} {rule} of {policy}"),
            EventKind::Activity { instance, activity, id, change } => {
                write!(f, "{instance} {activity} {id}")?;
                match change {
                    ActivityChange::Begun | ActivityChange::Ended => Ok(()),
                    ActivityChange::Updated(data) => data.iter().try_for_each(|(name, value)| {
                        write!(f, ", {name}={}", crate::message::format_value(value))
                    }),
                    ActivityChange::Continued { by } => write!(f, " as {by}"),
                    ActivityChange::Related { activity, id } => write!(f, " with {activity} {id}"),
                }
            }
            EventKind::ComponentCalled { instance, member, arguments, result, .. } => {
                write!(f, "{instance} {member}({})", arguments.join(", "))?;
                if result.is_empty() { Ok(()) } else { write!(f, " = {result}") }
            }
            EventKind::VariableSet { instance, variable, value } => {
                write!(f, "{instance} {variable} = {}", crate::message::format_value(value))
            }
            EventKind::MessageEdited { instance, message, variable } => {
                write!(f, "{} {instance} as {variable}", message.id)
            }
            EventKind::StateChanged { artefact, state } => write!(f, "{artefact} {state}"),
            EventKind::OperationRefused { reason } => f.write_str(reason),
        }
    }
}

struct Change<'a>(&'a InstanceChange);

impl Display for Change<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            InstanceChange::Waiting { at } => write!(f, " at {at}"),
            InstanceChange::Suspended { reason, resumable } => {
                write!(f, ", {}: {reason}", resumability(*resumable))
            }
            InstanceChange::PendingOperation { operation } => write!(f, " {operation}"),
            InstanceChange::Terminated { reason } => write!(f, ": {reason}"),
            InstanceChange::Discarded { messages, terminated } => {
                let end = if *terminated { "terminated" } else { "completed" };
                write!(f, ", {end} with {messages} unconsumed (0xC0C01B4C)")
            }
            _ => Ok(()),
        }
    }
}

fn resumability(resumable: bool) -> &'static str {
    if resumable { "resumable" } else { "not resumable" }
}

fn ack(negative: bool) -> &'static str {
    if negative { "NACK" } else { "ACK" }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::InstanceId;
    use crate::message::Name;

    #[test]
    fn a_line_has_time_name_and_subject() {
        let kind = EventKind::Instance {
            instance: InstanceId(17),
            service: Name::new("Southridge.OrderManagerOrch"),
            change: InstanceChange::Completed,
        };
        let event = Event { seq: 1, at: DateTime(42_500_000), kind };
        let line = Line { event: &event, origin: DateTime(0) }.to_string();
        assert_eq!(line, "00:00:04.250  instance.completed      #17 OrderManagerOrch");
    }

    #[test]
    fn an_instance_without_service_leaves_no_gap() {
        let change = InstanceChange::Suspended { reason: "No subscriber".into(), resumable: false };
        let kind = EventKind::Instance { instance: InstanceId(80), service: Name::new(""), change };
        let line = Line { event: &Event { seq: 1, at: DateTime(0), kind }, origin: DateTime(0) }.to_string();
        assert_eq!(line, "00:00:00.000  instance.suspended      #80, not resumable: No subscriber");
    }

    #[test]
    fn a_text_with_line_breaks_stays_one_line() {
        let kind = EventKind::OperationRefused { reason: "no\r\nsuch\nport".into() };
        let line = Line { event: &Event { seq: 1, at: DateTime(0), kind }, origin: DateTime(0) }.to_string();
        assert_eq!(line, "00:00:00.000  operation.refused       no such port");
    }
}
