//! One state of a search: a run, what has still to arrive, and what can happen next.

use super::causes::Causes;
use super::{Bounds, Finding, Kind, Search};
use crate::diagnostic::counted;
use crate::engine::{EventKind, InstanceChange};
use crate::lab::{Act, VirtualRun};
use crate::message::{BTS, DateTime, Name, format_value};

/// Steps at one moment of virtual time that count as never coming to rest.
const BUSY: u32 = 10_000;

/// What happens next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// What comes from outside, by its place.
    Arrival(u32),
    Act(Act),
}

#[derive(Debug)]
pub struct State {
    run: VirtualRun,
    causes: Causes,
    /// What has still to arrive, a bit each.
    left: u64,
    /// Steps since time passed last.
    busy: u32,
}

impl State {
    pub fn new(run: VirtualRun, left: u64) -> Self {
        let mut state = Self { run, causes: Causes::default(), left, busy: 0 };
        state.learn();
        state.run.forget();
        state
    }

    /// A second one; `None` when there is a database in it.
    pub fn copied(&self) -> Option<Self> {
        let (causes, run) = (self.causes.clone(), self.run.copied()?);
        Some(Self { run, causes, left: self.left, busy: self.busy })
    }

    /// Equal only where the same can follow.
    pub fn digest(&self) -> u64 {
        self.causes.digest(&self.run, self.left)
    }

    pub fn step(&mut self, search: &Search, next: &Next) -> Vec<Finding> {
        match next {
            Next::Arrival(place) => {
                self.left &= !(1 << place);
                search.arrival(*place).map(|act| self.act(act.clone())).unwrap_or_default()
            }
            Next::Act(act) => self.act(act.clone()),
        }
    }

    fn learn(&mut self) {
        for (input, events) in self.run.run().steps() {
            self.causes.note(input, events);
        }
    }

    /// Does it and says what went wrong; only the state is kept.
    pub fn act(&mut self, act: Act) -> Vec<Finding> {
        self.busy = if matches!(act, Act::Pass(_)) { 0 } else { self.busy + 1 };
        self.run.take(act);
        self.learn();
        let record = self.run.run();
        let mut found = Vec::new();
        for event in record.events() {
            let wrong = |kind, subject: Name, reason: &str| Finding {
                seq: event.seq,
                ..finding(kind, subject, Name::default(), reason)
            };
            match &event.kind {
                EventKind::Instance { service, change, .. } => match change {
                    InstanceChange::Discarded { messages, terminated: false } => {
                        let left = usize::try_from(*messages).unwrap_or(usize::MAX);
                        let reason = format!("{} left over", counted(left, "message"));
                        found.push(wrong(Kind::Zombie, *service, &reason));
                    }
                    InstanceChange::Suspended { reason, .. } => {
                        found.push(wrong(Kind::Suspended, *service, reason));
                    }
                    InstanceChange::Terminated { reason } => {
                        found.push(wrong(Kind::Terminated, *service, reason));
                    }
                    _ => {}
                },
                EventKind::RoutingFailed { message, reason } => {
                    let of = record.message(*message).and_then(|m| m.context.get(BTS.message_type));
                    let of = of.map_or_else(Name::default, |of| Name::new(&format_value(of)));
                    found.push(wrong(Kind::RoutingFailure, of, reason));
                }
                _ => {}
            }
        }
        // What nobody takes is suspended, for the same reason: that is one thing.
        let lost: Vec<String> = found
            .iter()
            .filter(|found| found.kind == Kind::RoutingFailure)
            .map(|found| found.reason.clone())
            .collect();
        found.retain(|found| found.kind != Kind::Suspended || !lost.contains(&found.reason));
        self.run.forget();
        found
    }

    /// What can happen next, each with whether it is out of turn.
    pub fn successors(&self, search: &Search, bounds: &Bounds, until: DateTime) -> Vec<(Next, bool)> {
        let mut all: Vec<(Next, bool)> =
            self.run.choices().enumerate().map(|(place, act)| (Next::Act(act), place > 0)).collect();
        let rests = all.is_empty();
        let waiting = (0..64).filter(|place| self.left >> place & 1 == 1);
        let mut operator_waits = false;
        for (nth, place) in waiting.enumerate() {
            let message = search.messages >> place & 1 == 1;
            if nth == 0 || (!bounds.in_order && (message || !operator_waits)) {
                all.push((Next::Arrival(place), nth > 0 || !rests));
            }
            operator_waits |= !message;
        }
        if rests && let Some(due) = self.run.next_due().filter(|due| *due <= until) {
            all.push((Next::Act(Act::Pass(due)), false));
        }
        all
    }

    /// Something is still due, later than is looked at.
    pub fn is_cut(&self, until: DateTime) -> bool {
        self.run.next_due().is_some_and(|due| due > until)
    }

    /// Goes on in turn, without anything from outside, and says what went wrong.
    pub fn go_on(&mut self, search: &Search, until: DateTime) -> Vec<Finding> {
        let mut found = Vec::new();
        self.left = 0;
        while self.endless().is_none() {
            let next = self.successors(search, &Bounds::default(), until).into_iter().next();
            let Some((next, _)) = next else { break };
            found.extend(self.step(search, &next));
        }
        found.extend(self.endless());
        found.extend(self.waiting());
        found
    }

    /// Where it never comes to rest.
    pub fn endless(&self) -> Option<Finding> {
        let busy = || self.run.engine().busy_with().unwrap_or_else(|| "messages go round".to_owned());
        (self.busy >= BUSY)
            .then(|| self.here(finding(Kind::Endless, Name::default(), Name::default(), &busy())))
    }

    /// The instances that wait when nothing is left that could come.
    pub fn waiting(&self) -> Vec<Finding> {
        if !self.run.is_at_end() {
            return Vec::new();
        }
        let waits = self.causes.live().filter(|trail| !trail.suspended);
        waits.map(|trail| self.here(finding(Kind::WaitsForEver, trail.service, trail.at, ""))).collect()
    }

    fn here(&self, finding: Finding) -> Finding {
        Finding { seq: self.run.run().last_seq(), ..finding }
    }
}

fn finding(kind: Kind, subject: Name, at: Name, reason: &str) -> Finding {
    let reason = reason.to_owned();
    Finding { kind, subject, at, reason, turned: 0, steps: 0, usual: false, seq: 0, way: Vec::new() }
}
