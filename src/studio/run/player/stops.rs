//! Breakpoints before shapes, with conditions; stops on what happens; running to a shape.

use super::{Answer, Player};
use crate::diagnostic::Diagnostic;
use crate::engine::{Breakpoint, EventKind, InstanceChange, InstanceId, Operation};
use crate::filter::Filter;
use crate::journal::Watch;
use crate::lab::VirtualRun;
use crate::message::{Name, TimeSpan};
use std::time::Instant;

/// Virtual time after which running to a shape gives up.
const HORIZON: TimeSpan = TimeSpan(366 * 24 * 3_600 * TimeSpan::TICKS_PER_SECOND);

/// A breakpoint before a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeStop {
    pub breakpoint: Breakpoint,
    /// Where it stops; empty is always.
    pub filter: String,
    /// From so many such times on; 0 and 1 are the first.
    pub hits: u32,
    /// How often the filter has held; 0 without a condition.
    pub seen: u32,
}

/// Stops the whole run when something happens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventStop {
    /// Which events; one that is no filter stops nothing.
    pub filter: String,
    pub hits: u32,
    /// How many there were.
    pub seen: u32,
}

/// Runs until an instance comes to a shape.
#[derive(Debug)]
pub(super) struct Errand {
    shape: Name,
    /// Set for this only.
    breakpoints: Vec<Breakpoint>,
    /// Held before it began.
    held: Vec<InstanceId>,
}

impl Player {
    pub(super) fn toggle_breakpoint(&mut self, orchestration: Name, shape: Name) {
        self.now();
        let breakpoint = Breakpoint { orchestration, shape, instance: None };
        let on = !self.breakpoints.iter().any(|stop| stop.breakpoint == breakpoint);
        if let Err(reason) = self.operate(Operation::SetBreakpoint { breakpoint, on }) {
            let help = "Choose another shape: one that runs by itself, outside of atomic scopes.";
            self.answers.push(Answer::Refused(Diagnostic::error("L08", reason, help)));
        } else if on {
            self.breakpoints.push(ShapeStop { breakpoint, filter: String::new(), hits: 0, seen: 0 });
        } else {
            self.breakpoints.retain(|stop| stop.breakpoint != breakpoint);
        }
        self.follow();
    }

    pub(super) fn set_condition(&mut self, breakpoint: &Breakpoint, filter: &str, hits: u32) {
        self.now();
        let (breakpoint, filter) = (*breakpoint, filter.trim().to_owned());
        let condition = Operation::SetCondition { breakpoint, filter: filter.clone(), hits };
        if let Err(reason) = self.operate(condition) {
            let help = "Correct the condition; Ctrl+Space lists what it can ask for.";
            self.answers.push(Answer::Refused(Diagnostic::error("L08", reason, help)));
        } else if let Some(stop) = self.breakpoints.iter_mut().find(|stop| stop.breakpoint == breakpoint) {
            (stop.filter, stop.hits) = (filter, hits);
        }
        self.follow();
    }

    /// Sets what is not set yet in the run shown: it may have begun without.
    pub(super) fn set_breakpoints(&mut self) {
        self.watch_events();
        let Some(run) = self.runs.run_mut() else { return };
        // Shapes come and go between runs.
        let program = run.engine().program();
        self.breakpoints.retain(|stop| {
            let Breakpoint { orchestration, shape, .. } = stop.breakpoint;
            program.shape(orchestration, shape).is_some()
        });
        let set = run.engine().breakpoints();
        for stop in self.breakpoints.iter().filter(|stop| !set.contains(&stop.breakpoint)) {
            let breakpoint = stop.breakpoint;
            run.operate(Operation::SetBreakpoint { breakpoint, on: true });
            if !stop.filter.is_empty() || stop.hits > 1 {
                let (filter, hits) = (stop.filter.clone(), stop.hits);
                run.operate(Operation::SetCondition { breakpoint, filter, hits });
            }
        }
    }

    pub(super) fn set_stops(&mut self, stops: Vec<EventStop>) {
        self.stops = stops;
        self.watch_events();
    }

    fn watch_events(&mut self) {
        let Some(run) = self.runs.run_mut() else { return };
        let halted = run.halted();
        let never = || Filter::parse("event == \"\"").unwrap_or_default();
        let watch = |stop: &EventStop| {
            let filter = Filter::parse(&stop.filter).ok().filter(|filter| !filter.is_empty());
            Watch { seen: stop.seen, ..Watch::new(filter.unwrap_or_else(never), stop.hits) }
        };
        let watches: Vec<Watch> = self.stops.iter().map(watch).collect();
        if !(watches.is_empty() && run.watches().is_empty() && halted.is_none()) {
            run.watch(watches);
        }
    }

    /// Takes over how often each has held.
    pub(super) fn count_stops(&mut self) {
        let Some(run) = self.runs.run() else { return };
        for stop in &mut self.breakpoints {
            stop.seen = run.engine().condition(&stop.breakpoint).map_or(0, |condition| condition.seen);
        }
        for (stop, watch) in self.stops.iter_mut().zip(run.watches()) {
            stop.seen = watch.seen;
        }
    }

    /// Goes on past what stopped the run.
    pub(super) fn pass_stop(&mut self) {
        if let Some(run) = self.runs.run_mut() {
            run.go_on();
        }
    }

    pub(super) fn go_on(&mut self) {
        self.now();
        let held = self.tracker.held();
        let Some(run) = self.runs.run_mut() else { return };
        self.clock.playing |= run.halted().is_some() || !held.is_empty();
        run.go_on();
        for id in held {
            run.operate(Operation::ContinueInstance(id));
        }
        self.follow();
    }

    pub(super) fn run_to_shape(&mut self, orchestration: Name, shape: Name) {
        self.now();
        self.end_errand();
        self.pass_stop();
        let held = self.tracker.held();
        // A breakpoint of a class stops new instances only; those there are get their own.
        let all = self.tracker.instances();
        let there = all.iter().filter(|s| s.service == orchestration && !s.phase.ended()).map(|s| Some(s.id));
        let wanted: Vec<Breakpoint> = std::iter::once(None)
            .chain(there)
            .map(|instance| Breakpoint { orchestration, shape, instance })
            .filter(|wanted| !self.breakpoints.iter().any(|stop| stop.breakpoint == *wanted))
            .collect();
        let mut breakpoints = Vec::new();
        for breakpoint in wanted {
            match self.operate(Operation::SetBreakpoint { breakpoint, on: true }) {
                Ok(()) => breakpoints.push(breakpoint),
                Err(reason) => {
                    let help = "Choose another shape: one that runs by itself, outside of atomic scopes.";
                    self.answers.push(Answer::Refused(Diagnostic::error("L08", reason, help)));
                    self.take_away(&breakpoints);
                    return;
                }
            }
        }
        self.errand = Some(Errand { shape, breakpoints, held });
        self.clock.playing = true;
    }

    /// As fast as it goes, until an instance is there.
    pub(super) fn hurry(&mut self, until: Instant) {
        loop {
            let Some(run) = self.runs.run_mut() else { return self.end_errand() };
            let end = run.run().start().plus(HORIZON);
            for _ in 0..256 {
                let before = run.run().last_seq();
                if run.halted().is_none() && !run.step_once() {
                    match run.next_due().filter(|due| *due <= end) {
                        Some(due) => run.pass(due),
                        None => break,
                    }
                }
                if breaks(run, before).is_some() {
                    break;
                }
            }
            let busy = run.next_due().is_some_and(|due| due <= end) || run.engine().ready() > 0;
            let halted = run.halted().is_some();
            self.follow();
            let Some(errand) = &self.errand else { return };
            let there = self.tracker.held().into_iter().find(|id| !errand.held.contains(id));
            if let Some(id) = there {
                self.answers.push(Answer::Done(format!("{id} came there")));
                self.show_who_came(id);
            } else if halted {
                // What stopped it says so itself.
            } else if !busy {
                let message = format!("nothing more happens, and no instance came to {}", errand.shape);
                let help = "Send a message that leads there, or start a partner that does.";
                self.answers.push(Answer::Refused(Diagnostic::error("L08", message, help)));
            } else if Instant::now() < until {
                continue;
            } else {
                return;
            }
            self.end_errand();
            self.clock.playing = false;
            return;
        }
    }

    /// What one waits for is shown where it is.
    pub(super) fn show_who_came(&mut self, id: InstanceId) {
        self.watch(Some(id));
        self.came = Some(id);
    }

    pub(super) fn end_errand(&mut self) {
        if let Some(errand) = self.errand.take() {
            self.take_away(&errand.breakpoints);
        }
    }

    fn take_away(&mut self, breakpoints: &[Breakpoint]) {
        for breakpoint in breakpoints {
            // That of an instance went with it.
            let _ = self.operate(Operation::SetBreakpoint { breakpoint: *breakpoint, on: false });
        }
        self.follow();
    }

    /// Acts as an operator.
    ///
    /// # Errors
    /// Why it was refused.
    pub(super) fn operate(&mut self, operation: Operation) -> Result<(), String> {
        let Some(run) = self.runs.run_mut() else { return Ok(()) };
        let before = run.run().last_seq();
        run.operate(operation);
        refusal(run, before).map_or(Ok(()), Err)
    }

    /// What is said of what was done after an event.
    pub(super) fn done(&self, operation: &Operation, before: u64) -> String {
        let goes = if self.clock.playing { "" } else { ": it goes on with the run" };
        let since = self.runs.run().map_or(&[][..], |run| run.run().events_after(before));
        let postponed = since.iter().any(|event| {
            matches!(event.kind, EventKind::Instance { change: InstanceChange::PendingOperation { .. }, .. })
        });
        match operation {
            Operation::SuspendInstance(id) if postponed => format!("Suspends {id} at its next wait"),
            Operation::TerminateInstance(id) if postponed => format!("Terminates {id} at its next wait"),
            Operation::SuspendInstance(id) => format!("Suspended {id}"),
            Operation::ResumeInstance(id) => format!("Resumed {id}{goes}"),
            Operation::TerminateInstance(id) => format!("Terminated {id}"),
            Operation::ContinueInstance(id) => format!("Continued {id}"),
            _ => "Done".to_owned(),
        }
    }
}

/// The instance that came to a breakpoint after an event.
pub(super) fn breaks(run: &VirtualRun, before: u64) -> Option<InstanceId> {
    run.run().events_after(before).iter().find_map(|event| match event.kind {
        EventKind::BreakpointHit { instance, .. } => Some(instance),
        _ => None,
    })
}

/// Why something was refused after an event.
pub(super) fn refusal(run: &VirtualRun, before: u64) -> Option<String> {
    run.run().events_after(before).iter().find_map(|event| match &event.kind {
        EventKind::OperationRefused { reason } => Some(reason.clone()),
        _ => None,
    })
}
