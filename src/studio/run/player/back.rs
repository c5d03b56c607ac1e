//! Looking back, asking why, and breakpoints. The present is never touched by looking back: what is shown comes from the
//! record, and the run goes on from where it was.

use super::super::tracker::Tracker;
use super::{Answer, Player};
use crate::diagnostic::Diagnostic;
use crate::engine::{Breakpoint, Engine, EventKind, InstanceId, Operation};
use crate::journal::{Run, Stride, instance_of, message_of};
use crate::message::{DateTime, Name};
use crate::why::{self, Arrival, Delivery, Expected, Standstill};
use std::sync::Arc;

/// Events between two marks.
pub(super) const DISTANCE: u64 = 2_000;

/// An earlier moment, with everything that was so then.
#[derive(Debug)]
pub(super) struct Past {
    pub seq: u64,
    pub at: DateTime,
    /// Inside a step.
    pub amid: bool,
    pub engine: Engine,
    pub tracker: Tracker,
}

/// Why the event shown happened as it did, and why the watched instance stands where it does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// The event, by `seq`; none in the present.
    pub event: Option<u64>,
    pub instance: Option<InstanceId>,
    /// `seq` of the last event by then.
    pub moment: u64,
    pub arrival: Option<Arrival>,
    pub delivery: Option<Delivery>,
    pub waits: Vec<Expected>,
    pub standstill: Option<Standstill>,
}

impl Player {
    pub(super) fn watch(&mut self, id: Option<InstanceId>) {
        self.watched = id;
        let Some(run) = &self.run else { return };
        self.tracker.watch(id, run.run(), run.run().last_seq(), run.engine());
        if let Some(seq) = self.past.as_ref().map(|past| past.seq) {
            self.seek(seq);
        }
    }

    pub(super) fn seek(&mut self, seq: u64) {
        self.clock.playing = false;
        let Some(record) = self.run.as_ref().map(|run| run.run()) else { return };
        let seq = seq.clamp(record.forgotten() + 1, record.last_seq().max(record.forgotten() + 1));
        let Some(event) = record.events_until(seq).last() else { return };
        let Some(mut engine) = record.state_after_event(seq) else { return };
        let step = record.step_number(seq);
        let amid = step.is_some() && step == record.step_number(seq + 1);
        if amid && self.watched.is_some_and(|id| engine.instance(id).is_none()) {
            // It ends in this step: it is shown as it was before.
            let before = record.previous(seq, &Stride::Turn).and_then(|seq| record.state_after_event(seq));
            engine = before.unwrap_or(engine);
        }
        let mark = self.marks.iter().rev().find(|(at, _)| *at <= seq);
        let (from, mut tracker) =
            mark.map_or_else(|| (record.forgotten(), Tracker::default()), |(at, known)| (*at, known.clone()));
        let until = record.events_until(seq);
        let skip = record.events_until(from).len();
        for event in until.get(skip..).unwrap_or_default() {
            tracker.follow(event, engine.program());
        }
        tracker.watch(self.watched, record, seq, &engine);
        self.past = Some(Past { seq, at: event.at, amid, engine, tracker });
    }

    pub(super) fn stride(&mut self, to: &Stride, forward: bool) {
        self.clock.playing = false;
        let Some(record) = self.run.as_ref().map(|run| run.run()) else { return };
        let from = match &self.past {
            Some(past) => past.seq,
            // The present is after the last event, whose state it shows.
            None if matches!(to, Stride::Event | Stride::Turn) => record.last_seq(),
            None => record.last_seq() + 1,
        };
        let found = if forward { record.next(from, to) } else { record.previous(from, to) };
        match found {
            Some(seq) => self.seek(seq),
            None if *to == Stride::Problem => {
                let which = if forward { "after" } else { "before" };
                self.answers.push(Answer::Done(format!("No problem {which} the moment shown")));
            }
            None if forward => self.now(),
            None => {}
        }
    }

    /// To the end of the next moment at which something happened.
    pub(super) fn next_moment(&mut self) {
        let (Some(run), Some(past)) = (&self.run, &self.past) else { return };
        let events = run.run().events();
        let later = events.partition_point(|event| event.at <= past.at);
        let Some(at) = events.get(later).map(|event| event.at) else { return self.now() };
        let end = events.partition_point(|event| event.at <= at);
        let last = end.checked_sub(1).and_then(|last| events.get(last)).map(|event| event.seq);
        if let Some(seq) = last {
            self.seek(seq);
        }
    }

    pub(super) fn now(&mut self) {
        if self.past.take().is_some() {
            self.watch(self.watched);
        }
    }

    /// Brings the explanation up to date; not while time passes, when it would change all the time.
    pub(super) fn explain(&mut self) {
        let Some(run) = self.run.as_ref().filter(|_| self.explains && !self.clock.playing) else {
            self.why = None;
            return;
        };
        let record = run.run();
        let event = self.past.as_ref().map(|past| past.seq);
        let moment = event.unwrap_or(record.last_seq());
        let same =
            |why: &Arc<Explanation>| (why.event, why.instance, why.moment) == (event, self.watched, moment);
        if self.why.as_ref().is_some_and(same) {
            return;
        }
        let engine = self.past.as_ref().map_or(run.engine(), |past| &past.engine);
        let about = event.and_then(|seq| record.events_until(seq).last()).map(|event| &event.kind);
        let instance = about.and_then(instance_of).filter(|_| self.watched.is_none()).or(self.watched);
        let mut found = Explanation { event, instance: self.watched, moment, ..Explanation::default() };
        if let (Some(kind), Some(seq)) = (about, event) {
            match kind {
                EventKind::MessageReceived { .. } => found.arrival = why::arrival(record, seq),
                kind => {
                    found.delivery = publication(record, kind).and_then(|seq| why::delivery(record, seq));
                }
            }
        }
        if let Some(id) = instance {
            found.waits = why::waiting(engine, record, id);
            found.standstill = why::suspended(engine, record, id);
        }
        self.why = Some(Arc::new(found));
    }

    pub(super) fn toggle_breakpoint(&mut self, orchestration: Name, shape: Name) {
        self.now();
        let Some(run) = &mut self.run else { return };
        let breakpoint = Breakpoint { orchestration, shape, instance: None };
        let on = !self.breakpoints.contains(&breakpoint);
        let before = run.run().last_seq();
        run.operate(Operation::SetBreakpoint { breakpoint, on });
        let refused = run.run().events_after(before).iter().find_map(|event| match &event.kind {
            EventKind::OperationRefused { reason } => Some(reason.clone()),
            _ => None,
        });
        match refused {
            Some(reason) => {
                let help = "Choose another shape: one that runs by itself, outside of atomic scopes.";
                self.answers.push(Answer::Refused(Diagnostic::error("L08", reason, help)));
            }
            None if on => self.breakpoints.push(breakpoint),
            None => self.breakpoints.retain(|other| *other != breakpoint),
        }
        self.follow();
    }

    pub(super) fn set_breakpoints(&mut self) {
        let Some(run) = &mut self.run else { return };
        // Shapes come and go between runs.
        let program = run.engine().program();
        self.breakpoints.retain(|b| {
            let service = program.service_by_name(b.orchestration);
            service.is_some_and(|service| service.shapes.iter().any(|shape| shape.id == b.shape))
        });
        for breakpoint in self.breakpoints.clone() {
            run.operate(Operation::SetBreakpoint { breakpoint, on: true });
        }
    }

    pub(super) fn go_on(&mut self) {
        self.now();
        let Some(run) = &mut self.run else { return };
        for id in self.tracker.held() {
            run.operate(Operation::ContinueInstance(id));
        }
        self.follow();
    }
}

/// Where the message that an event is about was published.
fn publication(record: &Run, kind: &EventKind) -> Option<u64> {
    let published = |kind: &EventKind| {
        matches!(kind, EventKind::MessagePublished { .. } | EventKind::RoutingFailed { .. })
    };
    let mut events = record.events_of_message(message_of(kind)?);
    events.find(|event| published(&event.kind)).map(|event| event.seq)
}
