//! Whom an event is about.

use crate::engine::{EventKind, InstanceId, Publisher};
use crate::message::MessageId;

/// The instance an event is about, if one.
pub fn instance_of(kind: &EventKind) -> Option<InstanceId> {
    match kind {
        EventKind::MessageConstructed { instance, .. }
        | EventKind::MessageSuspended { instance, .. }
        | EventKind::Instance { instance, .. }
        | EventKind::ShapeStarted { instance, .. }
        | EventKind::ShapeCompleted { instance, .. }
        | EventKind::SetInitialized { instance, .. }
        | EventKind::MessageEnqueued { instance, .. }
        | EventKind::MessageConsumed { instance, .. }
        | EventKind::PersistencePoint { instance, .. }
        | EventKind::ScopeCommitted { instance, .. }
        | EventKind::ScopeAborted { instance, .. }
        | EventKind::ScopeRetry { instance, .. }
        | EventKind::ScopeCompensated { instance, .. }
        | EventKind::ExceptionThrown { instance, .. }
        | EventKind::ExceptionCaught { instance, .. }
        | EventKind::PortAttempt { instance, .. }
        | EventKind::PortRetry { instance, .. }
        | EventKind::PortScheduled { instance, .. }
        | EventKind::PortBackup { instance, .. }
        | EventKind::PortSent { instance, .. }
        | EventKind::PortFailed { instance, .. }
        | EventKind::AckConsumed { instance, .. }
        | EventKind::BreakpointHit { instance, .. }
        | EventKind::RuleFired { instance, .. }
        | EventKind::Activity { instance, .. }
        | EventKind::VariableSet { instance, .. }
        | EventKind::MessageEdited { instance, .. }
        | EventKind::ComponentCalled { instance, .. } => Some(*instance),
        EventKind::MessagePublished { publisher: Publisher::Orchestration { instance, .. }, .. } => {
            Some(*instance)
        }
        _ => None,
    }
}

/// The message an event is about, if one.
pub fn message_of(kind: &EventKind) -> Option<MessageId> {
    match kind {
        EventKind::MessageConstructed { message, .. }
        | EventKind::MessageEdited { message, .. }
        | EventKind::MessagePublished { message, .. } => Some(message.id),
        EventKind::SubscriptionMatched { message, .. }
        | EventKind::RoutingFailed { message, .. }
        | EventKind::MessageSuspended { message, .. }
        | EventKind::MessageEnqueued { message, .. }
        | EventKind::MessageConsumed { message, .. }
        | EventKind::PortAttempt { message, .. }
        | EventKind::PortSent { message, .. }
        | EventKind::PortFailed { message, .. }
        | EventKind::AckPublished { message, .. } => Some(*message),
        _ => None,
    }
}
