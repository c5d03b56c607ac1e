//! Where each message of a run went, without looking through the whole record for it.

use super::{EventFacts, Run, instance_of, message_of};
use crate::engine::{Event, EventKind, InstanceId, Publisher};
use crate::filter::{Datum, Field, Key, Subject};
use crate::message::{DateTime, Message, MessageId};
use crate::program::Program;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most messages that one conversation is followed through.
const CONVERSATION: usize = 20_000;

/// The events of every message by number, kept up to date with a run that goes on.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// `seq` of the events a message takes part in, oldest first.
    events: FxHashMap<MessageId, SmallVec<[u64; 6]>>,
    /// Messages an instance took, sent or was about.
    handled: FxHashMap<InstanceId, Vec<MessageId>>,
    seen: u64,
    forgotten: u64,
}

impl Traffic {
    /// Reads what the run recorded since the last call, at most `most` events; true when there is no more.
    pub fn follow(&mut self, run: &Run, most: usize) -> bool {
        let fresh = run.events_after(self.seen.max(run.forgotten()));
        let (now, later) = fresh.split_at_checked(most).unwrap_or((fresh, &[]));
        for event in now {
            self.note(event);
        }
        self.forget(run.forgotten());
        later.is_empty()
    }

    fn note(&mut self, event: &Event) {
        self.seen = event.seq;
        let Some(message) = message_of(&event.kind) else { return };
        // What is only constructed has not travelled.
        if matches!(event.kind, EventKind::MessageConstructed { .. } | EventKind::MessageEdited { .. }) {
            return;
        }
        self.events.entry(message).or_default().push(event.seq);
        if let Some(instance) = instance_of(&event.kind) {
            let handled = self.handled.entry(instance).or_default();
            if handled.last() != Some(&message) {
                handled.push(message);
            }
        }
    }

    /// Drops what the run no longer keeps, now and then.
    fn forget(&mut self, forgotten: u64) {
        if forgotten < self.forgotten + self.events.len() as u64 / 2 + 1 {
            return;
        }
        self.forgotten = forgotten;
        let events = &mut self.events;
        events.retain(|_, all| all.last().is_some_and(|last| *last > forgotten));
        self.handled.retain(|_, messages| {
            messages.retain(|message| events.contains_key(message));
            !messages.is_empty()
        });
    }

    /// `seq` of the kept events of a message, oldest first.
    pub fn events_of(&self, message: MessageId) -> &[u64] {
        self.events.get(&message).map(SmallVec::as_slice).unwrap_or_default()
    }

    /// Messages that an instance took, sent or was about, oldest first.
    pub fn messages_of(&self, instance: InstanceId) -> &[MessageId] {
        self.handled.get(&instance).map(Vec::as_slice).unwrap_or_default()
    }

    /// Messages that belong together with these: those that the instances which handled them took and sent, those that the
    /// instances of these took and sent, and so on.
    pub fn conversation(&self, run: &Run, from: impl IntoIterator<Item = MessageId>) -> BTreeSet<MessageId> {
        let mut open: Vec<MessageId> = from.into_iter().collect();
        let mut messages: BTreeSet<MessageId> = open.iter().copied().collect();
        let mut instances: BTreeSet<InstanceId> = BTreeSet::new();
        while let Some(next) = open.pop() {
            for event in self.events_of(next).iter().filter_map(|seq| run.event(*seq)) {
                let Some(instance) = instance_of(&event.kind).filter(|id| instances.insert(*id)) else {
                    continue;
                };
                for other in self.messages_of(instance) {
                    if messages.len() < CONVERSATION && messages.insert(*other) {
                        open.push(*other);
                    }
                }
            }
        }
        messages
    }

    /// How far a message is after the event `until`, when it was published by then.
    pub fn passage(&self, run: &Run, message: MessageId, until: u64) -> Option<Passage> {
        let mut passage: Option<Passage> = None;
        let own = self.events_of(message).iter().take_while(|seq| **seq <= until);
        for event in own.filter_map(|seq| run.event(*seq)) {
            match (&event.kind, &mut passage) {
                (EventKind::MessagePublished { message, publisher }, None) => {
                    passage = Some(Passage {
                        seq: event.seq,
                        at: event.at,
                        message: Arc::clone(message),
                        publisher: *publisher,
                        receivers: Vec::new(),
                        consumed: 0,
                        failed: None,
                    });
                }
                (kind, Some(passage)) => passage.note(kind),
                _ => {}
            }
        }
        passage
    }
}

/// A published message, and what became of it so far.
#[derive(Clone, Debug)]
pub struct Passage {
    /// Its publication.
    pub seq: u64,
    pub at: DateTime,
    pub message: Arc<Message>,
    pub publisher: Publisher,
    /// Instances that it was delivered to.
    pub receivers: Vec<InstanceId>,
    /// How many of them have taken it, or sent it on.
    pub consumed: usize,
    /// Why nobody got it, or somebody could not do with it.
    pub failed: Option<String>,
}

/// How far a message is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    OnItsWay,
    /// For somebody to take it.
    Waits,
    /// An acknowledgement: no event tells of which one an instance consumed.
    Given,
    Taken,
    Failed,
}

impl Stand {
    pub const ALL: [Self; 5] = [Self::OnItsWay, Self::Waits, Self::Given, Self::Taken, Self::Failed];

    /// As filters name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::OnItsWay => "on its way",
            Self::Waits => "waits",
            Self::Given => "given",
            Self::Taken => "taken",
            Self::Failed => "failed",
        }
    }
}

impl Subject for Stand {
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        field.key == Key::State && take(Datum::Text(self.word()))
    }
}

impl Passage {
    pub fn stand(&self) -> Stand {
        match (&self.failed, self.receivers.len()) {
            (Some(_), _) => Stand::Failed,
            (None, 0) => Stand::OnItsWay,
            (None, _) if matches!(self.publisher, Publisher::Acknowledgement(_)) => Stand::Given,
            (None, to) if self.consumed >= to => Stand::Taken,
            (None, _) => Stand::Waits,
        }
    }

    fn note(&mut self, kind: &EventKind) {
        match kind {
            EventKind::MessageEnqueued { instance, .. } | EventKind::PortAttempt { instance, .. }
                if !self.receivers.contains(instance) =>
            {
                self.receivers.push(*instance);
            }
            EventKind::MessageConsumed { .. } | EventKind::PortSent { .. } => self.consumed += 1,
            EventKind::RoutingFailed { reason, .. }
            | EventKind::MessageSuspended { reason, .. }
            | EventKind::PortFailed { error: reason, .. } => self.failed = Some(reason.clone()),
            _ => {}
        }
    }
}

/// A message as a filter sees it: by all that happened to it.
#[derive(Clone, Copy, Debug)]
pub struct MessageFacts<'a> {
    pub run: &'a Run,
    pub traffic: &'a Traffic,
    pub message: MessageId,
    pub program: Option<&'a Program>,
    /// Its state is that after this event.
    pub until: u64,
}

impl Subject for MessageFacts<'_> {
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        if field.key == Key::State {
            let passage = self.traffic.passage(self.run, self.message, self.until);
            return passage.is_some_and(|passage| passage.stand().each(field, take));
        }
        let (origin, program) = (self.run.start(), self.program);
        let events = self.traffic.events_of(self.message).iter().filter_map(|seq| self.run.event(*seq));
        events.into_iter().any(|event| EventFacts { event, origin, program }.each(field, take))
    }
}
