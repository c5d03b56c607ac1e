//! What happened, as one plain sentence: for somebody who watches a run and does not know the journal's words.

use super::words;
use crate::diagnostic::counted;
use crate::engine::{Event, EventKind, InstanceChange, InstanceId};
use crate::message::{Name, format_value};
use crate::program::Program;

/// The sentence for an event; `None` for what only the engine cares about. `known` says which orchestration an instance is
/// of.
pub fn tell(program: &Program, event: &Event, known: impl Fn(InstanceId) -> Option<Name>) -> Option<String> {
    let who = |id: InstanceId| match known(id) {
        Some(service) => format!("{} {id}", service.short()),
        None => id.to_string(),
    };
    let shape = |id: InstanceId, at: Name| {
        known(id).map_or_else(|| at.to_string(), |service| words::shape(program, service, at))
    };
    Some(match &event.kind {
        EventKind::MessageReceived { location, bytes, .. } => {
            format!("{} arrived at receive location {location}.", counted(*bytes, "byte"))
        }
        EventKind::MessagePublished { message, publisher } => {
            format!("{}, {}, is in the message box.", words::message(message), words::publisher(*publisher))
        }
        EventKind::SubscriptionMatched { message, owner, .. } => {
            format!("{message} goes to {}.", words::subscriber(*owner, Name::new("its orchestration")))
        }
        EventKind::RoutingFailed { message, .. } => {
            format!("Nobody subscribes to {message}: it is kept, suspended.")
        }
        EventKind::MessageSuspended { message, reason, .. } => format!("{message} cannot go on: {reason}."),
        EventKind::MessageConstructed { instance, variable, message } => {
            format!("{} constructs {variable}, which is {}.", who(*instance), message.id)
        }
        EventKind::MessageConsumed { instance, message, shape: at } => {
            format!("{} of {} takes {message}.", shape(*instance, *at), who(*instance))
        }
        EventKind::ShapeStarted { instance, service, shape } => {
            format!("{} comes to {}.", who(*instance), words::shape(program, *service, *shape))
        }
        EventKind::SetInitialized { instance, set, values } => {
            let values: Vec<String> = values
                .iter()
                .map(|(name, value)| format!("{} {}", name.short(), format_value(value)))
                .collect();
            format!("{} is now known by {set}: {}.", who(*instance), words::joined(&values))
        }
        EventKind::Instance { instance, service, change } => {
            format!("{} {instance} {}.", service.short(), changed(program, *service, change)?)
        }
        EventKind::ExceptionThrown { instance, exception, message } => {
            format!("{} throws {exception}: {message}.", who(*instance))
        }
        EventKind::ExceptionCaught { instance, exception, scope } => {
            format!("{} of {} catches {exception}.", shape(*instance, *scope), who(*instance))
        }
        EventKind::ScopeCompensated { instance, scope } => {
            format!("{} of {} is compensated.", shape(*instance, *scope), who(*instance))
        }
        EventKind::ScopeAborted { instance, scope } => {
            format!("{} of {} is rolled back.", shape(*instance, *scope), who(*instance))
        }
        EventKind::PortAttempt { port, message, address, .. } => {
            format!("Send port {port} sends {message} to {address}.")
        }
        EventKind::PortSent { port, message, .. } => format!("Send port {port} has delivered {message}."),
        EventKind::PortRetry { port, .. } => format!("Send port {port} will try again."),
        EventKind::PortFailed { port, message, error, .. } => {
            format!("Send port {port} cannot deliver {message}: {error}.")
        }
        EventKind::BreakpointHit { instance, service, shape } => {
            format!("{} stops before {}.", who(*instance), words::shape(program, *service, *shape))
        }
        EventKind::RuleFired { instance, policy, rule } => {
            format!("Rule {rule} of {policy} fires for {}.", who(*instance))
        }
        EventKind::VariableSet { instance, variable, value } => {
            format!("Somebody sets {variable} of {} to {}.", who(*instance), words::shown(value))
        }
        EventKind::MessageEdited { instance, variable, .. } => {
            format!("Somebody changes {variable} of {}.", who(*instance))
        }
        EventKind::StateChanged { artefact, state } => format!("{artefact} is {state} now."),
        _ => return None,
    })
}

fn changed(program: &Program, service: Name, change: &InstanceChange) -> Option<String> {
    Some(match change {
        InstanceChange::Created => "begins".to_owned(),
        InstanceChange::Waiting { at } => format!("waits at {}", words::shape(program, service, *at)),
        InstanceChange::Dehydrated => "leaves memory while it waits".to_owned(),
        InstanceChange::Rehydrated => "is back in memory".to_owned(),
        InstanceChange::InBreakpoint => "stands at a breakpoint".to_owned(),
        InstanceChange::Continued => "goes on".to_owned(),
        InstanceChange::Suspended { reason, .. } => format!("is suspended: {reason}"),
        InstanceChange::Resumed => "is resumed".to_owned(),
        InstanceChange::Terminated { reason } if reason.is_empty() => "is terminated".to_owned(),
        InstanceChange::Terminated { reason } => format!("is terminated: {reason}"),
        InstanceChange::Completed => "has done its work".to_owned(),
        InstanceChange::Discarded { messages, .. } => {
            let count = counted(usize::try_from(*messages).unwrap_or(usize::MAX), "message");
            format!("ends without taking {count}: it is a zombie")
        }
        InstanceChange::PendingOperation { .. } | InstanceChange::Ready | InstanceChange::Active => {
            return None;
        }
    })
}
