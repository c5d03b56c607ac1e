//! From one moment of a record to another: the next of a kind, the one before, and where a value last changed.

use super::{Run, facts::EventFacts, instance_of, is_problem, message_of};
use crate::engine::{Event, EventKind, InstanceChange, InstanceId};
use crate::filter::Filter;
use crate::message::{MessageId, Name, Value};

/// How far one step through a record goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stride {
    /// To the next event.
    Event,
    /// To the next event about an instance.
    About(InstanceId),
    /// To the end of the next turn or other input: the smallest change of state.
    Turn,
    /// To the next shape that starts, of one instance or of any.
    Shape(Option<InstanceId>),
    /// To the next publication, or the next thing that happens to one message.
    Message(Option<MessageId>),
    /// To the next change of state of an instance, of one or of any.
    Instance(Option<InstanceId>),
    /// To the next thing that went wrong.
    Problem,
    /// To the next event that the filter lets through.
    Matching(Filter),
}

impl Run {
    /// `seq` of the first event after `from` that the stride goes to; `None` when there is none.
    pub fn next(&self, from: u64, stride: &Stride) -> Option<u64> {
        if *stride == Stride::Turn {
            return self.end_of_step_after(from);
        }
        let found = self.events_after(from).iter().find(|event| self.reaches(event, stride));
        found.map(|event| event.seq)
    }

    /// `seq` of the last event before `from` that the stride goes to; `None` when there is none that is kept.
    pub fn previous(&self, from: u64, stride: &Stride) -> Option<u64> {
        if *stride == Stride::Turn {
            return self.end_of_step_before(from);
        }
        let before = self.events_until(from.saturating_sub(1));
        before.iter().rev().find(|event| self.reaches(event, stride)).map(|event| event.seq)
    }

    fn reaches(&self, event: &Event, stride: &Stride) -> bool {
        let kind = &event.kind;
        match stride {
            Stride::Event | Stride::Turn => true,
            Stride::About(id) => instance_of(kind) == Some(*id),
            Stride::Shape(of) => {
                matches!(kind, EventKind::ShapeStarted { .. })
                    && of.is_none_or(|id| instance_of(kind) == Some(id))
            }
            Stride::Message(None) => matches!(kind, EventKind::MessagePublished { .. }),
            Stride::Message(of) => message_of(kind) == *of,
            Stride::Instance(of) => match kind {
                // A turn that begins is not worth a stop.
                EventKind::Instance { change: InstanceChange::Ready | InstanceChange::Active, .. } => false,
                EventKind::Instance { instance, .. } => of.is_none_or(|id| id == *instance),
                _ => false,
            },
            Stride::Problem => is_problem(kind),
            Stride::Matching(filter) => {
                let program = Some(&**self.engine().program());
                filter.holds(&EventFacts { event, origin: self.start(), program })
            }
        }
    }

    /// Where a variable of an instance got the value it has after the event `until`: `seq` of the last event of the step
    /// that changed it, with the values before and after. `None` when that is not in the kept record, or there is no such
    /// variable.
    pub fn last_change(&self, id: InstanceId, variable: Name, until: u64) -> Option<Change> {
        let value = |engine: &crate::engine::Engine| {
            let view = engine.instance(id)?;
            view.variables.iter().rev().find(|(name, _)| *name == variable).map(|(_, value)| value.clone())
        };
        self.last_difference(id, until, value).map(|(seq, before, after)| Change { seq, before, after })
    }
}

/// A value that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The last event of the step in which it did.
    pub seq: u64,
    /// `None` before it was there.
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Stops a run when something happens: a message, a routing failure, an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    pub filter: Filter,
    /// Only from so many such events on; 0 and 1 are the first.
    pub hits: u32,
    /// How many there were.
    pub seen: u32,
}

impl Watch {
    pub fn new(filter: Filter, hits: u32) -> Self {
        Self { filter, hits, seen: 0 }
    }

    /// Judges an event; true when the run is to stop.
    pub fn stops(&mut self, facts: &EventFacts<'_>) -> bool {
        if !self.filter.holds(facts) {
            return false;
        }
        self.seen = self.seen.saturating_add(1);
        self.seen >= self.hits
    }
}
