//! All scenarios of an application, side by side on the cores of the machine.

use super::{Coverage, Options, Prepared};
use crate::diagnostic::Diagnostic;
use crate::model::Application;
use crate::program::Program;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What to play and how.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// Scenarios whose file stem or name contains this, in any case.
    pub filter: String,
    /// For the one run of each.
    pub options: Options,
    /// When not 0, scenarios whose outcome is promised to be independent of the schedule are also played with the
    /// seeds 1 to this one.
    pub seeds: u64,
    /// Keep the journal of a failed scenario.
    pub journal: bool,
}

/// What came of one scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub stem: String,
    pub name: String,
    /// Empty when it passed.
    pub failures: Vec<Diagnostic>,
    /// The seed that failed first, or that of the last run.
    pub seed: u64,
    /// Number of runs.
    pub runs: u64,
    /// Wall-clock time of all of them.
    pub took: Duration,
    /// Journal of the failed run, when wanted.
    pub journal: String,
}

/// Plays the scenarios of an application and tells each as soon as all before it are done. The outcomes are in the
/// order of their files. Once `tell` says false no further one begins or is
/// told.
///
/// # Errors
/// The diagnostics of an application that does not compile as it is.
pub fn play_all(
    application: &Application,
    suite: &Suite,
    tell: &mut dyn FnMut(&Outcome) -> bool,
) -> Result<(Vec<Outcome>, Coverage), Vec<Diagnostic>> {
    let (program, _) = Program::compile(application)?;
    let filter = suite.filter.to_lowercase();
    let chosen: Vec<&String> = application
        .scenarios
        .iter()
        .filter(|(stem, s)| stem.to_lowercase().contains(&filter) || s.name.to_lowercase().contains(&filter))
        .map(|(stem, _)| stem)
        .collect();
    let empty = Coverage::new(&program);
    let coverage = Mutex::new(empty.clone());
    let next = AtomicUsize::new(0);
    let (sender, receiver) = crossbeam_channel::unbounded();
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(chosen.len().max(1));
    let mut outcomes: Vec<Option<Outcome>> = chosen.iter().map(|_| None).collect();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, chosen, next, coverage, empty) = (sender.clone(), &chosen, &next, &coverage, &empty);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(stem) = chosen.get(at) else { break };
                    let mut reached = empty.clone();
                    let outcome = play(application, stem, suite, &mut reached);
                    if let Ok(mut all) = coverage.lock() {
                        all.merge(&reached);
                    }
                    if sender.send((at, outcome)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let (mut told, mut wanted) = (0, true);
        for (at, outcome) in receiver {
            if let Some(place) = outcomes.get_mut(at) {
                *place = Some(outcome);
            }
            while wanted && let Some(Some(outcome)) = outcomes.get(told) {
                wanted = tell(outcome);
                told += 1;
            }
            if !wanted {
                next.store(chosen.len(), Ordering::Relaxed);
            }
        }
    });
    let coverage = coverage.into_inner().unwrap_or(empty);
    Ok((outcomes.into_iter().flatten().collect(), coverage))
}

fn play(application: &Application, stem: &str, suite: &Suite, coverage: &mut Coverage) -> Outcome {
    let begin = Instant::now();
    let name = application.scenarios.get(stem).map_or(String::new(), |scenario| scenario.name.clone());
    let mut outcome = Outcome {
        stem: stem.to_owned(),
        name,
        failures: Vec::new(),
        seed: suite.options.seed,
        runs: 0,
        took: Duration::ZERO,
        journal: String::new(),
    };
    match Prepared::new(application, stem) {
        Err(errors) => outcome.failures = errors,
        Ok(prepared) => {
            let more = if prepared.one_schedule() { 0 } else { suite.seeds };
            for seed in std::iter::once(suite.options.seed).chain(1..=more) {
                let played = prepared.play(&Options { seed, ..suite.options });
                outcome.runs += 1;
                outcome.seed = seed;
                coverage.add(played.run.run().events());
                if !played.failures.is_empty() {
                    outcome.failures = played.failures;
                    if suite.journal {
                        outcome.journal = played.run.journal_text();
                    }
                    break;
                }
            }
        }
    }
    outcome.took = begin.elapsed();
    outcome
}
