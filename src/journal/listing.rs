//! What a list shows of a run: the events or messages that a filter lets through, kept up to date as the run goes on.

use super::{EventFacts, MessageFacts, Run, Traffic, message_of};
use crate::engine::EventKind;
use crate::filter::Filter;
use crate::message::MessageId;
use crate::program::Program;
use std::collections::BTreeSet;

/// What the lines are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lines {
    #[default]
    Events,
    /// Published messages; a filter sees each by all that happened to it.
    Messages,
}

/// The lines of a list by the `seq` of their event: of a message its publication.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    lines: Lines,
    filter: Filter,
    /// Only these messages.
    only: Option<BTreeSet<MessageId>>,
    found: Vec<u64>,
    seen: u64,
}

impl Listing {
    pub fn new(lines: Lines, filter: Filter, only: Option<BTreeSet<MessageId>>) -> Self {
        Self { lines, filter, only, found: Vec::new(), seen: 0 }
    }

    /// True when every event of the run is a line, so that none needs to be looked at.
    fn is_all(&self) -> bool {
        self.lines == Lines::Events && self.filter.is_empty() && self.only.is_none()
    }

    /// Reads what the run recorded since the last call, at most `most` events; true when there is no more. `traffic` has
    /// to know the run at least as far.
    pub fn follow(&mut self, run: &Run, traffic: &Traffic, program: Option<&Program>, most: usize) -> bool {
        if self.is_all() {
            return true;
        }
        let forgotten = run.forgotten();
        if self.found.first().is_some_and(|first| *first <= forgotten) {
            self.found.drain(..self.found.partition_point(|seq| *seq <= forgotten));
        }
        let fresh = run.events_after(self.seen.max(forgotten));
        let (now, later) = fresh.split_at_checked(most).unwrap_or((fresh, &[]));
        let origin = run.start();
        // What a filter says of a message can change with each of its events; it is asked once for all of them.
        let mut touched = BTreeSet::new();
        for event in now {
            self.seen = event.seq;
            let message = message_of(&event.kind);
            if let Some(only) = &self.only
                && message.is_none_or(|message| !only.contains(&message))
            {
                continue;
            }
            match self.lines {
                Lines::Events => {
                    if self.filter.holds(&EventFacts { event, origin, program }) {
                        self.found.push(event.seq);
                    }
                }
                Lines::Messages if self.filter.is_empty() => {
                    if matches!(event.kind, EventKind::MessagePublished { .. }) {
                        self.found.push(event.seq);
                    }
                }
                Lines::Messages => touched.extend(message),
            }
        }
        for message in touched {
            let publication = |seq: &&u64| {
                run.event(**seq).is_some_and(|e| matches!(e.kind, EventKind::MessagePublished { .. }))
            };
            let Some(seq) = traffic.events_of(message).iter().find(publication).copied() else { continue };
            let holds = self.filter.holds(&MessageFacts { run, traffic, message, program });
            match (self.found.binary_search(&seq), holds) {
                (Err(at), true) => self.found.insert(at, seq),
                (Ok(at), false) => {
                    self.found.remove(at);
                }
                _ => {}
            }
        }
        later.is_empty()
    }

    /// How many lines there are so far.
    pub fn len(&self, run: &Run) -> usize {
        if self.is_all() { run.events().len() } else { self.found.len() }
    }

    pub fn is_empty(&self, run: &Run) -> bool {
        self.len(run) == 0
    }

    /// `seq` of a line.
    pub fn line(&self, run: &Run, index: usize) -> Option<u64> {
        if self.is_all() {
            return run.events().get(index).map(|event| event.seq);
        }
        self.found.get(index).copied()
    }

    /// Number of lines up to and including the event `seq`.
    pub fn until(&self, run: &Run, seq: u64) -> usize {
        if self.is_all() {
            run.events_until(seq).len()
        } else {
            self.found.partition_point(|line| *line <= seq)
        }
    }
}
