//! Other runs that are made of one: forked, cut short, and played again by a changed application.

use super::super::acts::{Act, Change};
use super::VirtualRun;
use crate::engine::instance::Status;
use crate::engine::{InputKind, Operation};
use crate::program::Program;
use std::sync::Arc;

impl VirtualRun {
    /// Another run of the same program that does the same up to the event `seq`, with these changes; then it goes its own
    /// way, meeting what came from outside when this run did. Without a change it is this run again.
    pub fn fork(&self, seq: u64, changes: &[Change]) -> Self {
        let until = self.run.step_number(seq).map_or(0, |step| step + 1);
        let first = changes.iter().map(|change| change.input).min();
        let mut fork = self.begun(Arc::clone(self.run.engine().program()));
        for change in self.changes().chain(changes.iter().cloned()) {
            fork.changes.entry(change.input).or_default().push(change.fault);
        }
        let mut acts = self.acts.iter();
        // Exactly as it was, until the first change has been met.
        for act in acts.by_ref() {
            fork.repeat(act);
            if first.is_some_and(|first| fork.offered > first) && fork.run.step_count() >= until {
                fork.leave_debugging();
                break;
            }
        }
        fork.meet(acts);
        fork
    }

    /// Nothing stands at a breakpoint any more: where a run was stopped to be looked at means nothing to one that goes
    /// another way.
    fn leave_debugging(&mut self) {
        let breakpoints = self.run.engine().breakpoints().into_iter();
        let off = breakpoints.map(|breakpoint| Operation::SetBreakpoint { breakpoint, on: false });
        let held = self.run.engine().instances().into_iter().filter(|own| own.status == Status::InBreakpoint);
        let on = held.map(|own| Operation::ContinueInstance(own.id));
        for operation in off.chain(on).collect::<Vec<_>>() {
            self.take(Act::Input(Box::new(InputKind::Operate(operation))));
        }
    }

    /// This run up to the event `seq` and no further: that moment is its present. Acts are whole, so what happened at once
    /// with the event has happened too.
    #[must_use]
    pub fn until(&self, seq: u64) -> Self {
        let until = self.run.step_number(seq).map_or(0, |step| step + 1);
        let mut cut = self.begun(Arc::clone(self.run.engine().program()));
        for change in self.changes() {
            cut.changes.entry(change.input).or_default().push(change.fault);
        }
        for act in &self.acts {
            if cut.run.step_count() >= until {
                break;
            }
            cut.repeat(act);
        }
        cut
    }

    /// Another program meets what came from outside when it came to this run, up to the same time.
    #[must_use]
    pub fn again(&self, program: Arc<Program>) -> Self {
        let mut again = self.begun(program);
        again.meet(self.acts.iter());
        again
    }

    /// This run a second time, with its record; `None` when a database was used in it before it was to be copied.
    pub(in crate::lab) fn copied(&self) -> Option<Self> {
        let databases = self.databases.copied()?;
        Some(Self {
            run: self.run.clone(),
            partners: self.partners.clone(),
            now: self.now,
            random: self.random.clone(),
            sent: self.sent.clone(),
            replies: self.replies.clone(),
            failing: self.failing.clone(),
            databases,
            step_limit: self.step_limit,
            reloads: self.reloads,
            unwritten_points: self.unwritten_points,
            unwritten: self.unwritten.clone(),
            seed: self.seed,
            acts: self.acts.clone(),
            changes: self.changes.clone(),
            offered: self.offered,
            numbers: self.numbers.clone(),
            late: self.late.clone(),
            spoilt: self.spoilt.clone(),
            watches: self.watches.clone(),
            halted: self.halted,
        })
    }

    /// Drops the record: how it came here cannot be told any more, only what happens from now on.
    pub(in crate::lab) fn forget(&mut self) {
        self.databases.noting();
        self.run.forget_all();
        self.acts.clear();
        self.sent.clear();
        self.replies.clear();
        self.numbers = vec![(self.run.step_count(), self.offered)];
    }

    fn begun(&self, program: Arc<Program>) -> Self {
        let run = Self::with_program(program, self.seed, self.run.start());
        match self.run.limit() {
            Some(limit) => run.bounded(limit),
            None => run,
        }
    }

    fn repeat(&mut self, act: &Act) {
        self.acts.push(act.clone());
        self.act(act.clone());
    }

    /// Lets time pass as these acts did, taking of them only what came from outside.
    fn meet<'a>(&mut self, acts: impl Iterator<Item = &'a Act>) {
        let mut now = self.now;
        for act in acts {
            match act {
                Act::Pass(at) => now = *at,
                act if debugs(act) => {}
                act if act.is_external() => {
                    // One that never comes to rest goes on without what follows.
                    if now > self.now && self.advance(now.since(self.now)).is_err() {
                        return;
                    }
                    self.take(act.clone());
                }
                _ => {}
            }
        }
        if now > self.now {
            let _ = self.advance(now.since(self.now));
        }
    }
}

/// True for what only stops a run to be looked at, or lets it go on.
fn debugs(act: &Act) -> bool {
    let Act::Input(input) = act else { return false };
    let InputKind::Operate(operation) = input.as_ref() else { return false };
    matches!(
        operation,
        Operation::SetBreakpoint { .. } | Operation::SetCondition { .. } | Operation::ContinueInstance(_)
    )
}
