//! What came from outside, and what of it an instance came of.

use crate::engine::{EventKind, InputKind, InstanceChange, InstanceId, Publisher, TransmissionId};
use crate::journal::Run;
use crate::lab::Fault;
use crate::message::TimeSpan;
use crate::studio::run::atlas::pill_of;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What came from outside: what a fork can change.
#[derive(Clone, Debug, PartialEq)]
pub struct Brought {
    /// Its first event.
    pub seq: u64,
    pub elapsed: TimeSpan,
    /// `Order 17/3`.
    pub what: String,
    /// Receive location or send port that it came through.
    pub through: String,
    /// The bytes, where they can be others.
    pub body: Option<Arc<[u8]>>,
    /// A reply cannot come twice.
    pub again: bool,
    /// A port sent it; it did not come.
    pub sent: bool,
}

/// It is about a message that comes in or goes out.
pub(super) fn crosses(kind: &EventKind) -> bool {
    matches!(kind, EventKind::MessageReceived { .. } | EventKind::PortAttempt { .. })
}

/// The transmission that an event hands to an adapter.
pub(super) fn transmission(record: &Run, seq: u64) -> Option<TransmissionId> {
    match &record.event(seq)?.kind {
        EventKind::PortAttempt { transmission, .. } => Some(*transmission),
        _ => None,
    }
}

/// What a port sends at a moment.
fn sent(record: &Run, moment: u64) -> Option<Brought> {
    let event = record.event(moment)?;
    let EventKind::PortAttempt { port, message, .. } = &event.kind else { return None };
    let message = record.events_of_message(*message).find_map(|event| match &event.kind {
        EventKind::MessagePublished { message, .. } => Some(message),
        _ => None,
    })?;
    Some(Brought {
        seq: moment,
        elapsed: event.at.since(record.start()),
        what: format!("{} to {port}", pill_of(message)),
        through: port.to_string(),
        body: message.body_part().map(|part| part.body.as_bytes().to_vec().into()),
        again: true,
        sent: true,
    })
}

/// The last event by a moment that brought what an instance came of, or what reached it since; the moment itself when it
/// is about no instance.
pub(super) fn origin(record: &Run, moment: u64, of: Option<InstanceId>) -> Option<u64> {
    let Some(of) = of else { return Some(moment) };
    let (mut instances, mut messages) = (BTreeSet::from([of]), BTreeSet::new());
    // The step in which one came to be, until what made it is met.
    let mut made_in = None;
    let found = record.events_until(moment).iter().rev().find(|event| {
        let step = record.step_number(event.seq);
        let makes = made_in.is_some() && made_in == step;
        match &event.kind {
            EventKind::Instance { instance, change: InstanceChange::Created, .. }
                if instances.contains(instance) =>
            {
                made_in = step;
            }
            EventKind::MessageSuspended { instance, message, .. } if instances.contains(instance) => {
                messages.insert(*message);
                made_in = step;
            }
            EventKind::MessageEnqueued { instance, message } if instances.contains(instance) => {
                messages.insert(*message);
            }
            EventKind::SubscriptionMatched { message, .. } if makes => {
                messages.insert(*message);
                made_in = None;
            }
            EventKind::ShapeStarted { instance, .. } if makes => {
                instances.insert(*instance);
                made_in = None;
            }
            EventKind::MessageReceived { .. } => return makes,
            EventKind::MessagePublished { message, publisher } if messages.contains(&message.id) => {
                let Publisher::Orchestration { instance, .. } = publisher else { return true };
                instances.insert(*instance);
            }
            _ => {}
        }
        false
    });
    found.map(|event| event.seq)
}

/// What a port sends at the moment, or the last thing before it that came from outside: what can be otherwise.
pub(super) fn brought(record: &Run, moment: u64) -> Option<Brought> {
    if let Some(sent) = sent(record, moment) {
        return Some(sent);
    }
    let until = record.events_until(moment);
    until.iter().rev().find_map(|event| {
        let through = match &event.kind {
            EventKind::MessageReceived { location, .. } => location.to_string(),
            EventKind::MessagePublished { publisher: Publisher::SendPortReply(port), .. } => port.to_string(),
            EventKind::MessagePublished { publisher: Publisher::External, .. } => "an operator".to_owned(),
            _ => return None,
        };
        let input = &record.input_of(event.seq)?.kind;
        let body = match input {
            InputKind::Received { body, .. } | InputKind::Responded { body, .. } => Some(Arc::clone(body)),
            InputKind::Publish { .. } => None,
            _ => return None,
        };
        let step = record.step_number(event.seq);
        let own = record.events_after(event.seq.saturating_sub(1)).iter();
        let mut own = own.take_while(|later| record.step_number(later.seq) == step);
        let what = own.find_map(|later| match &later.kind {
            EventKind::MessagePublished { message, .. } => Some(pill_of(message)),
            _ => None,
        });
        Some(Brought {
            seq: event.seq,
            elapsed: event.at.since(record.start()),
            what: what.unwrap_or_else(|| "the message".to_owned()),
            through,
            body,
            again: Fault::Duplicate.fits(input),
            sent: false,
        })
    })
}
