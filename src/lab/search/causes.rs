//! When two ways lead to the same state. Numbers of instances and messages tell in which order they came to be, so states
//! are not compared by them: an instance is what happened to it, a message is what its sender had been through.

use crate::engine::{Event, EventKind, Input, InputKind, InstanceChange, InstanceId};
use crate::journal::{instance_of, message_of};
use crate::lab::VirtualRun;
use crate::message::{MessageId, Name};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::discriminant;

/// What an instance that has not ended went through.
#[derive(Clone, Copy, Debug)]
pub struct Trail {
    past: u64,
    pub service: Name,
    /// Shape at which it waits; empty while it runs.
    pub at: Name,
    /// It stands still until somebody acts.
    pub suspended: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Causes {
    trails: BTreeMap<InstanceId, Trail>,
    messages: BTreeMap<MessageId, u64>,
    /// What operators did to artefacts, in order.
    artefacts: u64,
}

impl Causes {
    /// The service instances that have not ended.
    pub fn live(&self) -> impl Iterator<Item = &Trail> {
        self.trails.values()
    }

    /// Takes in what an input caused. What the acting instance does follows from all it went through; what reaches another
    /// one only adds to the past of that one, so that the two stay independent.
    pub fn note(&mut self, input: &Input, events: &[Event]) {
        let mut here = digest_of(&input.kind);
        for (place, event) in events.iter().enumerate() {
            let what = (discriminant(&event.kind), event.at.0, place);
            match &event.kind {
                EventKind::MessageEnqueued { instance, message } => {
                    let message = self.messages.get(message).copied();
                    if let Some(trail) = self.trails.get_mut(instance) {
                        trail.past = digest((trail.past, what.0, what.1, message));
                    }
                    continue;
                }
                EventKind::Instance { instance, service, change } => {
                    self.change(*instance, *service, change, digest((here, what)));
                }
                EventKind::StateChanged { artefact, state } => {
                    self.artefacts = digest((self.artefacts, artefact.as_str(), state.as_str()));
                }
                _ => {}
            }
            let shape = match &event.kind {
                EventKind::ShapeStarted { shape, .. }
                | EventKind::ShapeCompleted { shape, .. }
                | EventKind::MessageConsumed { shape, .. } => shape.as_str(),
                _ => "",
            };
            let message = message_of(&event.kind).and_then(|id| self.messages.get(&id).copied());
            if let Some(trail) = instance_of(&event.kind).and_then(|id| self.trails.get_mut(&id)) {
                trail.past = digest((trail.past, here, what.0, what.1, shape, message));
                here = trail.past;
            }
            if let EventKind::MessagePublished { message, .. }
            | EventKind::MessageConstructed { message, .. }
            | EventKind::MessageEdited { message, .. } = &event.kind
            {
                self.messages.insert(message.id, digest((here, place)));
            }
        }
    }

    fn change(&mut self, id: InstanceId, service: Name, change: &InstanceChange, born: u64) {
        if ends(change) {
            self.trails.remove(&id);
            return;
        }
        let none = Name::default();
        let trail =
            self.trails.entry(id).or_insert(Trail { past: born, service, at: none, suspended: false });
        match change {
            InstanceChange::Waiting { at } => trail.at = *at,
            InstanceChange::Suspended { .. } => trail.suspended = true,
            InstanceChange::Resumed => trail.suspended = false,
            InstanceChange::Active | InstanceChange::Rehydrated => trail.at = none,
            _ => {}
        }
    }

    /// Equal only where the same can follow: `left` is what has still to arrive.
    pub fn digest(&self, run: &VirtualRun, left: u64) -> u64 {
        let past = |id: &InstanceId| self.trails.get(id).map_or(id.0, |trail| trail.past);
        let mut pasts: Vec<u64> = self.trails.values().map(|trail| trail.past).collect();
        pasts.sort_unstable();
        let core = run.engine().core();
        // Who is first in line decides what counts as out of turn.
        let line: Vec<u64> = core.ready.iter().map(past).collect();
        let mut timers: Vec<(i64, u64)> = core.timers.iter().map(|(due, id)| (due.0, past(id))).collect();
        timers.sort_unstable();
        // Whose answer it is that a partner still owes.
        let asked: BTreeMap<u64, u64> = core.transmissions.iter().map(|(id, of)| (*id, past(of))).collect();
        // A database is what was done to it, in order.
        let stored: Vec<u64> =
            run.databases().noted().map(|sent| digest((&sent.address, &sent.body))).collect();
        digest((
            pasts,
            line,
            timers,
            self.artefacts,
            run.now().0,
            (run.partners().digest(), asked, stored),
            left,
        ))
    }
}

fn ends(change: &InstanceChange) -> bool {
    use InstanceChange as C;
    matches!(change, C::Completed | C::Terminated { .. } | C::Discarded { .. })
}

/// What an input brings, without the numbers it names: what they stand for is in what it causes.
fn digest_of(input: &InputKind) -> u64 {
    let content = match input {
        InputKind::Received { .. } | InputKind::Publish { .. } | InputKind::Operate(_) => {
            postcard::to_allocvec(input).ok()
        }
        InputKind::Responded { body, properties, .. } => postcard::to_allocvec(&(body, properties)).ok(),
        InputKind::TransmitFailed { error, .. } => Some(error.clone().into_bytes()),
        InputKind::Tick | InputKind::Turn { .. } | InputKind::Transmitted { .. } => None,
    };
    digest((discriminant(input), content))
}

fn digest(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
