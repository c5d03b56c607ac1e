//! Simulation: many messages arrive by a pattern, partners take their time, and numbers are drawn from what happens. It is
//! the engine of every other run that is driven here, so any case of a simulation is a run to look into.

mod observer;
mod plan;
mod results;
mod statistics;
mod sums;
#[cfg(test)]
mod tests;

pub use plan::{Answers, Simulation, Source, correlated, keyed_text, sources};
pub use results::{CaseFound, Group, PortTimes, Remark, Replication, Results, ShapeTimes};
pub use statistics::{Bar, Estimate, span_words};

use super::VirtualRun;
use crate::diagnostic::Diagnostic;
use crate::host::partners::Loading;
use crate::message::{DateTime, TimeSpan};
use crate::model::{DrawnTime, PartnerBehavior, PartnerControl};
use crate::program::Program;
use observer::{Ledger, Observer};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::sync::Arc;
use sums::Sums;

/// Events that a replication keeps while it runs; they are reduced as they come.
const KEPT: usize = 20_000;
/// Steps at one moment of virtual time that count as an endless loop (C010).
const STEPS: u64 = 100_000;
/// Virtual time that cases are given to end after the last message has arrived.
const PATIENCE: TimeSpan = TimeSpan(86_400 * TimeSpan::TICKS_PER_SECOND);
/// Replications that are added at most to make an interval narrow.
const MOST: u32 = 500;
/// Messages between two tellings of how far it is.
const TOLD: u64 = 10;

/// How far a simulation is.
#[derive(Debug)]
pub struct Progress<'a> {
    /// Replications that are finished, and messages that have arrived in all of them and in the one that runs.
    pub replications: u32,
    pub arrived: u64,
    /// Messages that are still to come, as far as is known.
    pub of: u64,
    /// Numbers of the replications finished since the last telling; `None` while one runs.
    pub results: Option<&'a Results>,
}

/// Runs a simulation. `tell` hears how far it is, and ends it when it answers false; what was found by then is the answer.
/// Seed and program decide everything.
///
/// # Errors
/// `L15` for a simulation that nothing can come of; `L01` when a replication never comes to rest at one moment.
pub fn simulate(
    program: &Arc<Program>,
    simulation: &Simulation,
    tell: &mut dyn FnMut(&Progress<'_>) -> bool,
) -> Result<Results, Diagnostic> {
    simulation.check(program)?;
    let mut sums = Sums::default();
    let (mut done, mut arrived) = (0_u32, 0_u64);
    let mut wanted = simulation.replications.max(1);
    let mut results = Results::of(&sums, simulation, program);
    while done < wanted {
        let seed = simulation.seed_of(done);
        sums.begin(seed, simulation);
        let mut run = fresh(program, seed).bounded(KEPT);
        let of = simulation.count.saturating_mul(u64::from(wanted));
        let mut heard = 0_u64;
        let mut on = |here: u64| {
            heard += 1;
            let progress = Progress { replications: done, arrived: arrived + here, of, results: None };
            !heard.is_multiple_of(TOLD) || tell(&progress)
        };
        let Some(seen) = drive(&mut run, program, simulation, seed, &mut sums, &mut on)? else {
            break;
        };
        sums.end(&seen);
        done += 1;
        arrived += simulation.count;
        results = Results::of(&sums, simulation, program);
        if let (Some(precision), true) = (simulation.precision, done == wanted) {
            let wide = results
                .cases
                .mean
                .and_then(|mean| mean.relative())
                .is_none_or(|share| share * 100.0 > f64::from(precision));
            wanted += u32::from(wide && wanted < MOST);
        }
        let progress = Progress {
            replications: done,
            arrived,
            of: simulation.count.saturating_mul(u64::from(wanted)),
            results: Some(&results),
        };
        if !tell(&progress) {
            break;
        }
    }
    Ok(results)
}

/// The replication with this seed again, with its whole record: event for event as the simulation ran it.
///
/// # Errors
/// As [`simulate`].
pub fn replicate(
    program: &Arc<Program>,
    simulation: &Simulation,
    seed: u64,
) -> Result<VirtualRun, Diagnostic> {
    simulation.check(program)?;
    let mut run = fresh(program, seed);
    drive(&mut run, program, simulation, seed, &mut (), &mut |_| true)?;
    Ok(run)
}

/// What was seen of a whole replication.
#[derive(Clone, Copy, Debug)]
struct Seen {
    arrived: u64,
    unrouted: u64,
    /// Cases in progress on average over `lasted`.
    in_progress: f64,
    lasted: TimeSpan,
}

fn fresh(program: &Arc<Program>, seed: u64) -> VirtualRun {
    let start = DateTime::from_civil(jiff::civil::date(2026, 1, 1).at(9, 0, 0, 0)).unwrap_or_default();
    VirtualRun::with_program(Arc::clone(program), seed, start)
}

/// Plays one replication to its end; `None` when `on` ended it, which hears again and again how many messages have arrived.
fn drive(
    run: &mut VirtualRun,
    program: &Program,
    simulation: &Simulation,
    seed: u64,
    ledger: &mut dyn Ledger,
    on: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<Seen>, Diagnostic> {
    let start = run.now();
    set_partners(run, program, simulation.answers);
    let mut observer = Observer::new(program, &simulation.location, simulation.warm_up, start);
    let mut load = Loading::new(&simulation.load(), String::new(), simulation.messages.clone());
    if simulation.in_turn {
        load = load.in_turn();
    }
    // Another stream than the one that partners draw from, which begins with the same seed.
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(1);
    for number in 1..=simulation.count {
        let mut bytes = [0; 16];
        random.fill_bytes(&mut bytes);
        let guid = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
        let text = load.text(number, &guid, &mut random);
        run.submit(&simulation.location, text.into_bytes());
        settle(run, &mut observer, ledger)?;
        let target = run.now().plus(load.pause(number, run.now().since(start), &mut random));
        while number < simulation.count && run.now() < target {
            run.pass(target);
            settle(run, &mut observer, ledger)?;
        }
        if !on(number) {
            return Ok(None);
        }
    }
    let end = run.now().plus(PATIENCE);
    while observer.in_progress() > 0
        && let Some(due) = run.next_due().filter(|due| *due <= end)
    {
        run.pass(due);
        settle(run, &mut observer, ledger)?;
        if !on(simulation.count) {
            return Ok(None);
        }
    }
    let (arrived, unrouted) = (observer.arrived, observer.unrouted);
    let (in_progress, lasted) = observer.finish(run.now(), ledger);
    Ok(Some(Seen { arrived, unrouted, in_progress, lasted }))
}

/// Nobody submits but the simulation, and answers take their time.
fn set_partners(run: &mut VirtualRun, program: &Program, answers: Answers) {
    let submitting = run.partners().states().iter().filter(|partner| partner.submits());
    let submitting: Vec<String> = submitting.map(|partner| partner.name.clone()).collect();
    for name in submitting {
        run.control(&name, &PartnerControl::Stop);
    }
    for (name, delay) in delays(program) {
        let takes = match answers {
            Answers::AsSet => continue,
            Answers::Near => DrawnTime::Normal(delay, delay / 4),
            Answers::Random => DrawnTime::Exponential(delay),
        };
        run.control(name, &PartnerControl::Takes(takes));
    }
}

/// The partners that have one time set which they take, and that time in milliseconds.
fn delays(program: &Program) -> impl Iterator<Item = (&str, u64)> {
    program.application.partners.iter().filter_map(|partner| {
        let delay = match &partner.behavior {
            PartnerBehavior::Echo { delay_ms, .. } | PartnerBehavior::Reply { delay_ms, .. } => *delay_ms,
            PartnerBehavior::Rules(rules) if rules.takes.is_none() => rules.delay_ms,
            _ => 0,
        };
        (delay > 0).then_some((partner.name.as_str(), delay))
    })
}

/// Runs until nothing can happen before time passes.
fn settle(
    run: &mut VirtualRun,
    observer: &mut Observer<'_>,
    ledger: &mut dyn Ledger,
) -> Result<(), Diagnostic> {
    observer.read(run.run(), ledger);
    for _ in 0..STEPS {
        if !run.step_once() {
            run.take_sent();
            return Ok(());
        }
        // One step at a time: a bounded record drops what is old before the next.
        observer.read(run.run(), ledger);
    }
    Err(run.endless(STEPS))
}
