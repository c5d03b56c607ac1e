//! How a run comes to be, as data: what a search or a simulation keeps of a run that somebody may want to see.

use super::{Act, VirtualRun};
use crate::message::DateTime;
use crate::program::Program;
use std::sync::Arc;

/// Same program, seed, start and acts: the same run, byte for byte.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub program: Arc<Program>,
    pub seed: u64,
    pub start: DateTime,
    pub acts: Vec<Act>,
}

impl Recipe {
    /// Of a run without changes.
    pub fn of(run: &VirtualRun) -> Self {
        let program = Arc::clone(run.engine().program());
        Self { program, seed: run.seed(), start: run.run().start(), acts: run.acts().to_vec() }
    }

    /// As this one, going on with more acts.
    #[must_use]
    pub fn then(&self, acts: &[Act]) -> Self {
        Self { acts: self.acts.iter().chain(acts).cloned().collect(), ..self.clone() }
    }

    /// Plays it, with its record.
    pub fn play(&self) -> VirtualRun {
        VirtualRun::with_program(Arc::clone(&self.program), self.seed, self.start).replayed(&[], &self.acts)
    }
}
