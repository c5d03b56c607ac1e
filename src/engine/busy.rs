//! Runs that do not come to rest: loops without a wait, and orchestrations that start themselves (MBD-4).

use super::core::{Slot, Step};
use super::instance::{Instance, Status, TURN_BUDGET, Wait};
use super::{Engine, InstanceId};
use crate::program::Program;

/// Operations an instance may take without a wait, unless the application sets `engine.loop_limit`.
const LOOP_LIMIT: u32 = 1_000_000;

impl Step<'_> {
    /// Counts a turn that ended without a wait; true when the instance has had too many in a row.
    pub fn is_endless(&mut self, id: InstanceId) -> bool {
        let limit = self.program.application.settings.engine.loop_limit.unwrap_or(LOOP_LIMIT);
        let turns = self.core.busy.entry(id).or_default();
        *turns += 1;
        limit > 0 && turns.saturating_mul(TURN_BUDGET) >= limit
    }

    /// The instance waits or has ended.
    pub fn is_at_rest(&mut self, id: InstanceId) {
        if !self.core.busy.is_empty() {
            self.core.busy.remove(&id);
        }
    }
}

impl Engine {
    /// What keeps the run busy, in words, for a driver that gives up on it.
    pub fn busy_with(&self) -> Option<String> {
        let instances = || {
            self.core.ready.iter().filter_map(|id| match self.core.slots.get(id) {
                Some(Slot::Orchestration { instance, .. }) => instance.get(),
                _ => None,
            })
        };
        if let Some(place) = instances().find_map(|instance| busy_place(&self.program, &instance)) {
            return Some(place);
        }
        let started = instances().find(|instance| instance.status == Status::ReadyToRun)?;
        let name = self.program.service(started.service)?.name;
        Some(format!("{name} is started again and again, perhaps by what it publishes"))
    }
}

/// Where an instance goes round, in words: its loop, or the shape it is at. `None` while it waits.
pub fn busy_place(program: &Program, instance: &Instance) -> Option<String> {
    let active = instance.status == Status::Active;
    let runs = instance.state.threads.iter().find(|t| active && !t.ended && t.wait == Wait::No)?;
    let service = program.service(instance.state.frame(runs.frame)?.service)?;
    let (instance, name) = (instance.id, service.name);
    Some(match service.enclosing(runs.pc, "Loop") {
        Some(shape) => format!("{instance} goes round the loop \"{}\" of {name} without a wait", shape.name),
        None => format!("{instance} of {name} runs without a wait"),
    })
}
