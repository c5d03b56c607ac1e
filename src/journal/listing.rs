//! What a list shows of a run: the events or messages that a filter lets through, kept up to date as the run goes on.

use super::{EventFacts, MessageFacts, Run, Traffic, message_of};
use crate::engine::{Event, EventKind};
use crate::filter::Filter;
use crate::message::MessageId;
use crate::program::Program;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Fewest events that are worth another processor.
const SHARE: usize = 4_096;

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
    /// The state of messages is that after this event.
    moment: u64,
    found: Vec<u64>,
    seen: u64,
}

impl Listing {
    pub fn new(lines: Lines, filter: Filter, only: Option<BTreeSet<MessageId>>) -> Self {
        Self { lines, filter, only, moment: u64::MAX, found: Vec::new(), seen: 0 }
    }

    /// With the state that messages had after an event.
    pub fn at(self, moment: u64) -> Self {
        Self { moment, ..self }
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
        self.seen = now.last().map_or(self.seen, |event| event.seq);
        let (only, filter, origin) = (self.only.as_ref(), &self.filter, run.start());
        let wanted = |event: &&Event| {
            only.is_none_or(|only| message_of(&event.kind).is_some_and(|message| only.contains(&message)))
        };
        if self.lines == Lines::Events {
            // Each event is judged by itself, so all processors look, and the lines are the same in the same order.
            let holds =
                |event: &&Event| wanted(event) && filter.holds(&EventFacts { event, origin, program });
            let seq = |event: &Event| event.seq;
            self.found.par_extend(now.par_iter().with_min_len(SHARE).filter(holds).map(seq));
            return later.is_empty();
        }
        let now = now.iter().filter(wanted);
        if filter.is_empty() {
            let published = now.filter(|event| matches!(event.kind, EventKind::MessagePublished { .. }));
            self.found.extend(published.map(|event| event.seq));
            return later.is_empty();
        }
        // What a filter says of a message can change with each of its events; it is asked once for all of them.
        let touched: BTreeSet<MessageId> = now.filter_map(|event| message_of(&event.kind)).collect();
        for message in touched {
            let publication = |seq: &&u64| {
                run.event(**seq).is_some_and(|e| matches!(e.kind, EventKind::MessagePublished { .. }))
            };
            let Some(seq) = traffic.events_of(message).iter().find(publication).copied() else { continue };
            let holds =
                self.filter.holds(&MessageFacts { run, traffic, message, program, until: self.moment });
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
