//! Scenarios of an application: played in virtual time, compared with what they expect.
//!
//! ```text
//! Prepared::new(application, stem)   set-up applied, compiled
//!   .play(&Options { seed, … })      → Played: failures, and the run to look into
//! play_all(application, suite, …)    all of them, and the Coverage they have together
//! ```

mod check;
mod coverage;
mod keep;
mod lines;
mod observe;
mod player;
mod reach;
mod set_up;
mod suite;
mod words;

pub use keep::{Kept, Proposal, keep};

pub use coverage::{Coverage, Hole, Kind, ServiceCoverage};
pub use reach::{Offer, reach};
pub use suite::{Outcome, Suite, play_all};
pub use words::parse_span;

use super::VirtualRun;
use crate::diagnostic::{Diagnostic, Place};
use crate::message::DateTime;
use crate::model::files::scenario_path;
use crate::model::{Application, PartnerControl, Scenario};
use crate::program::Program;
use player::Player;
use std::sync::Arc;
use words::Words;

/// How to play a scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// As for [`VirtualRun::new`].
    pub seed: u64,
    /// Saves, drops and restores the engine after every step that reached a persistence point.
    pub restore_everywhere: bool,
}

/// A scenario with its application as its set-up wants it, compiled.
#[derive(Debug)]
pub struct Prepared<'a> {
    scenario: &'a Scenario,
    words: Words<'a>,
    program: Arc<Program>,
}

/// A scenario that was played.
#[derive(Debug)]
pub struct Played {
    /// Empty when everything held.
    pub failures: Vec<Diagnostic>,
    /// `seq` of the first event that was not expected, when one was.
    pub parted: Option<u64>,
    /// Where it ended, with its journal.
    pub run: VirtualRun,
}

impl<'a> Prepared<'a> {
    /// Makes the scenario of this file stem ready.
    ///
    /// # Errors
    /// `T01` when there is none; `T02` for a set-up that names what is not there; those of compiling.
    pub fn new(application: &'a Application, stem: &str) -> Result<Self, Vec<Diagnostic>> {
        let Some((stem, scenario)) = application.scenarios.get_key_value(stem) else {
            let message = format!("there is no scenario `{stem}`");
            let help = format!("write {}", scenario_path(stem));
            return Err(vec![Diagnostic::error("T01", message, help)]);
        };
        let words = Words { file: scenario_path(stem), vocabulary: &application.vocabulary };
        let changed = set_up::apply(application, scenario, &words)?;
        let (program, _) = Program::compile(changed.as_ref().unwrap_or(application))?;
        Ok(Self { scenario, words, program })
    }

    /// Plays it, from 2026-01-01T00:00:00 UTC on.
    pub fn play(&self, options: &Options) -> Played {
        let start = DateTime::from_civil(jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0)).unwrap_or_default();
        let mut run = VirtualRun::with_program(Arc::clone(&self.program), options.seed, start);
        if options.restore_everywhere {
            run = run.reloading();
        }
        let submitters = run.partners().states().iter().filter(|p| p.submits());
        let submitters: Vec<_> = submitters.map(|p| p.name.clone()).collect();
        for name in submitters {
            run.control(&name, &PartnerControl::Stop);
        }
        let mut player = Player::new(&self.words, run, options.seed);
        let before = Some(("vocabulary step", &self.words.vocabulary.steps)).filter(|_| !self.scenario.alone);
        let mut all = before.into_iter().chain([("step", &self.scenario.steps)]);
        let played = all.try_for_each(|(label, steps)| player.steps(steps, label));
        Played { failures: played.err().unwrap_or_default(), parted: player.parted, run: player.run }
    }

    /// True when it is to be played with one schedule only.
    pub fn one_schedule(&self) -> bool {
        self.scenario.one_schedule
    }

    pub fn program(&self) -> &Program {
        &self.program
    }
}

/// A finding about a scenario file.
fn finding(code: &'static str, file: &str, step: &str, message: String, help: String) -> Diagnostic {
    Diagnostic::error(code, message, help).at(place(file, step))
}

fn place(file: &str, step: &str) -> Place {
    Place { file: file.to_owned(), name: step.to_owned(), ..Place::default() }
}

#[cfg(test)]
mod tests;
