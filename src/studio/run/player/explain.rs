//! Why what is shown happened as it did: asked of the record for the moment shown.

use super::super::tracker::Phase;
use super::Player;
use crate::engine::{EventKind, InstanceId};
use crate::journal::{Run, instance_of, message_of};
use crate::message::{DateTime, Name};
use crate::program::Program;
use crate::why::{self, Arrival, Delivery, Expected, Judgement, Origin, Standstill, Subject};
use std::sync::Arc;

/// Most expressions explained of one run of a shape.
const JUDGED: usize = 8;

/// What a person asks for, beside what the moment shown is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Orchestration and shape, by id: what it last did in the watched instance.
    pub shape: Option<(Name, Name)>,
    /// A variable or message of the watched instance, and the field of it: where it came from.
    pub value: Option<(Name, String)>,
}

/// Why the event shown happened as it did, and why the watched instance stands where it does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// The event, by `seq`; none in the present.
    pub event: Option<u64>,
    pub instance: Option<InstanceId>,
    /// `seq` of the last event by then.
    pub moment: u64,
    pub asked: Asked,
    pub arrival: Option<Arrival>,
    pub delivery: Option<Delivery>,
    pub waits: Vec<Expected>,
    pub standstill: Option<Standstill>,
    /// Orchestration and shape whose expressions these are.
    pub shape: Option<(Name, Name)>,
    pub judgements: Vec<Judgement>,
    /// When the shape last ran, while the instance stands before it: these are the expressions of then.
    pub pass_before: Option<DateTime>,
    pub origin: Option<Origin>,
}

impl Player {
    /// Brings the explanation up to date; not while time passes, when it would change all the time.
    pub(super) fn explain(&mut self) {
        if !self.explains || self.clock.playing {
            self.why = None;
            return;
        }
        let Some(run) = self.runs.run() else {
            self.why = None;
            return;
        };
        let record = run.run();
        let event = self.past.as_ref().map(|past| past.seq);
        let moment = event.unwrap_or(record.last_seq());
        let same = |why: &Arc<Explanation>| {
            (why.event, why.instance, why.moment) == (event, self.watched, moment) && why.asked == self.asked
        };
        if self.why.as_ref().is_some_and(same) {
            return;
        }
        let program = Arc::clone(run.engine().program());
        let traced = match &self.traced {
            Some((of, traced)) if Arc::ptr_eq(of, &program) => Arc::clone(traced),
            _ => Program::traced(&program.application),
        };
        self.traced = Some((program, Arc::clone(&traced)));
        let engine = self.past.as_ref().map_or(run.engine(), |past| &past.engine);
        let about = event.and_then(|seq| record.events_until(seq).last()).map(|event| &event.kind);
        let instance = about.and_then(instance_of).filter(|_| self.watched.is_none()).or(self.watched);
        let asked = self.asked.clone();
        let mut found =
            Explanation { event, instance: self.watched, moment, asked, ..Explanation::default() };
        if let (Some(kind), Some(seq)) = (about, event) {
            let received = matches!(kind, EventKind::MessageReceived { .. });
            found.arrival = received.then(|| why::arrival(record, seq)).flatten();
            if found.arrival.is_none() {
                found.delivery = publication(record, seq).and_then(|seq| why::delivery(record, seq));
            }
            if found.delivery.is_none() && found.arrival.is_none() && !happens_inside(kind) {
                // What came in went no further.
                found.arrival = why::arrival(record, seq);
            }
        }
        if let Some(id) = instance {
            let tracker = self.past.as_ref().map_or(&self.tracker, |past| &past.tracker);
            if tracker.waits(id) {
                found.waits = why::waiting(engine, record, id);
            }
            found.standstill = why::suspended(engine, record, id);
            let shown = about
                .and_then(shape_of)
                .or_else(|| self.asked.shape.and_then(|at| started(record, id, at, moment)));
            if let Some((at, seq)) = shown.map(|(at, seq)| (at, seq.unwrap_or(moment))) {
                found.shape = Some(at);
                let stands = tracker.summary(id).is_some_and(|summary| summary.phase == Phase::InBreakpoint);
                if stands && stopped_before(record, id, moment) == Some(at) {
                    let begun = started(record, id, at, seq).and_then(|(_, seq)| record.event(seq?));
                    found.pass_before = begun.map(|event| event.at);
                }
                found.judgements = judged(record, &traced, id, at, seq);
            }
        }
        let service = self.watched.and_then(|id| engine.instance(id)).map(|view| view.service);
        if let (Some((name, field)), Some(instance), Some(service)) =
            (&self.asked.value, self.watched, service)
        {
            let subject = Subject { instance, service, name: *name, field: field.clone() };
            found.origin = Some(why::lineage(record, &traced, &subject, moment));
        }
        self.why = Some(Arc::new(found));
    }
}

impl Player {
    /// What happened at the moment shown, or last before it, as a sentence.
    pub(super) fn tell(&self, past: Option<u64>) -> Option<String> {
        /// Events looked at for one that can be told.
        const LATELY: usize = 400;
        let run = self.runs.run()?;
        let (record, program) = (run.run(), run.engine().program());
        let until = record.events_until(past.unwrap_or(record.last_seq()));
        let known = |id: InstanceId| {
            let own = until.iter().rev().take(LATELY * 8).find_map(|event| match &event.kind {
                EventKind::Instance { instance, service, .. } if *instance == id => Some(*service),
                _ => None,
            });
            own.filter(|service| !service.as_str().is_empty())
        };
        until.iter().rev().take(LATELY).find_map(|event| why::tell(program, event, known))
    }
}

/// Orchestration and shape of an event that is about one; at the event itself.
fn shape_of(kind: &EventKind) -> Option<((Name, Name), Option<u64>)> {
    match kind {
        EventKind::ShapeStarted { service, shape, .. } | EventKind::ShapeCompleted { service, shape, .. } => {
            Some(((*service, *shape), None))
        }
        _ => None,
    }
}

/// When an instance last came to a shape by an event.
fn started(
    record: &Run,
    id: InstanceId,
    (service, shape): (Name, Name),
    moment: u64,
) -> Option<((Name, Name), Option<u64>)> {
    let found = record.events_until(moment).iter().rev().find(|event| {
        matches!(&event.kind, EventKind::ShapeStarted { instance, service: of, shape: at }
            if *instance == id && *of == service && *at == shape)
    });
    found.map(|event| ((service, shape), Some(event.seq)))
}

/// Orchestration and shape of the breakpoint that an instance came to last.
fn stopped_before(record: &Run, id: InstanceId, moment: u64) -> Option<(Name, Name)> {
    record.events_until(moment).iter().rev().find_map(|event| match &event.kind {
        EventKind::BreakpointHit { instance, service, shape } if *instance == id => Some((*service, *shape)),
        _ => None,
    })
}

/// The expressions of the run of a shape that began, or was under way, at the event `seq`.
fn judged(
    record: &Run,
    traced: &Arc<Program>,
    id: InstanceId,
    (service, shape): (Name, Name),
    seq: u64,
) -> Vec<Judgement> {
    let begun = started(record, id, (service, shape), seq).and_then(|(_, seq)| seq).unwrap_or(seq);
    let next = record.events_after(begun).iter().find(|event| {
        instance_of(&event.kind) == Some(id)
            && matches!(event.kind, EventKind::ShapeStarted { .. } | EventKind::ShapeCompleted { .. })
    });
    let until = next.map_or(u64::MAX, |event| event.seq);
    let mut all = why::evaluations(record, traced, begun);
    all.retain(|judgement| judgement.instance == id && judgement.service == service);
    let own = |j: &Judgement| j.place.id.as_ref().is_some_and(|id| id.as_str() == shape.as_str());
    let within = |j: &Judgement| (begun..until).contains(&j.after);
    // A loop asks again each time around: what it found last by the moment shown.
    let round = all.iter().rposition(|j| own(j) && j.after <= seq.max(begun));
    let first: Vec<Judgement> = all.iter().filter(|j| within(j)).take(JUDGED).cloned().collect();
    match round.and_then(|at| all.get(at)) {
        Some(round) if !within(round) => vec![round.clone()],
        _ => first,
    }
}

/// What an orchestration does by itself, which is no arrival.
fn happens_inside(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::MessageSuspended { .. }
            | EventKind::RoutingFailed { .. }
            | EventKind::Instance { change: crate::engine::InstanceChange::Suspended { .. }, .. }
    )
}

/// Where the message that an event is about was published: its own message, or that of the routing failure of the same
/// step, as a suspension that follows from one names none.
pub(super) fn publication(record: &Run, seq: u64) -> Option<u64> {
    let kind = &record.events_until(seq).last()?.kind;
    let published = |kind: &EventKind| matches!(kind, EventKind::MessagePublished { .. });
    let message = message_of(kind).or_else(|| {
        let suspended = matches!(
            kind,
            EventKind::Instance { change: crate::engine::InstanceChange::Suspended { .. }, .. }
                | EventKind::ExceptionThrown { .. }
        );
        let step = record.step_number(seq).filter(|_| suspended)?;
        let before = record.events_until(seq).iter().rev();
        let mut own = before.take_while(|event| record.step_number(event.seq) == Some(step));
        own.find_map(|event| match &event.kind {
            EventKind::RoutingFailed { message, .. } => Some(*message),
            _ => None,
        })
    })?;
    let refused = |kind: &EventKind| matches!(kind, EventKind::RoutingFailed { .. });
    let own = || record.events_of_message(message);
    let found =
        own().find(|event| published(&event.kind)).or_else(|| own().find(|event| refused(&event.kind)));
    found.map(|event| event.seq)
}
