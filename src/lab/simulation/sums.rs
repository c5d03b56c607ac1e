//! What is kept of replications: sums, samples of times, and the slowest cases.

use super::Seen;
use super::observer::{End, Ended, Ledger, Site};
use super::plan::Simulation;
use super::statistics::{Durations, millis, number};
use crate::engine::InstanceId;
use crate::message::{DateTime, Name, TimeSpan};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Part of the cases that counts as slow: one of so many.
pub(super) const SLOW: u64 = 20;
/// Cases that have not ended, as examples.
const UNFINISHED: usize = 20;

/// What something is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    All,
    /// Cases that begin with this orchestration.
    Case(Name),
    /// Instances of this orchestration.
    Instance(Name),
}

/// Counts and times of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub completed: u64,
    pub terminated: u64,
    pub suspended: u64,
    pub open: u64,
    pub times: Durations,
    /// Ticks of those that ended in this replication.
    now: Vec<i64>,
    /// Mean, median and 95th percentile of each replication, in milliseconds.
    pub means: Vec<f64>,
    pub medians: Vec<f64>,
    pub high: Vec<f64>,
}

impl Group {
    fn add(&mut self, end: End, took: TimeSpan) {
        match end {
            End::Completed => self.completed += 1,
            End::Terminated => self.terminated += 1,
            End::Suspended => self.suspended += 1,
            End::Open => self.open += 1,
        }
        if matches!(end, End::Completed | End::Terminated) {
            self.times.add(took);
            self.now.push(took.0);
        }
    }

    fn end(&mut self) {
        let mut ticks = std::mem::take(&mut self.now);
        ticks.sort_unstable();
        // By nearest rank, as over all.
        let rank = |hundredths: usize| {
            let at = (ticks.len() * hundredths).div_ceil(100).saturating_sub(1);
            ticks.get(at).copied().map_or(0.0, millis)
        };
        if !ticks.is_empty() {
            let sum: i128 = ticks.iter().map(|own| i128::from(*own)).sum();
            let mean = i64::try_from(sum / ticks.len() as i128).unwrap_or(i64::MAX);
            self.means.push(millis(mean));
            self.medians.push(rank(50));
            self.high.push(rank(95));
        }
    }
}

/// A case, and the seed of its replication.
#[derive(Clone, Debug)]
pub(super) struct Slow {
    pub seed: u64,
    pub case: Ended,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Waits {
    pub visits: u64,
    pub spans: Durations,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    pub failed: u64,
    pub times: Durations,
}

/// Everything kept of a simulation.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    pub groups: BTreeMap<Kind, Group>,
    pub shapes: Vec<((Name, Name), Waits)>,
    places: FxHashMap<(Name, Name), usize>,
    /// Critical time of all that ended, by what it was spent at; in ticks.
    pub blame: BTreeMap<Site, i64>,
    pub ports: BTreeMap<Name, Requests>,
    slow: Vec<Slow>,
    most_slow: usize,
    pub unfinished: Vec<Slow>,
    pub replications: u32,
    /// Seeds of those in which a case ended.
    pub seeds: Vec<u64>,
    pub arrived: u64,
    pub unrouted: u64,
    /// Cases in progress on average, cases that ended an hour, and what Little's law makes of them; by replication.
    pub in_progress: Vec<f64>,
    pub throughput: Vec<f64>,
    pub expected: Vec<f64>,
    /// Mean time of the first quarter of the cases over that of the others, less one; by replication.
    pub early: Vec<f64>,
    seed: u64,
    /// When the cases of this replication began, and their times in ticks.
    begun: Vec<(DateTime, InstanceId, i64)>,
}

impl Sums {
    pub fn begin(&mut self, seed: u64, simulation: &Simulation) {
        self.seed = seed;
        self.begun.clear();
        let all = simulation.count.saturating_mul(u64::from(self.replications) + 1).max(1000);
        // Some messages start more than one case.
        self.most_slow = usize::try_from(all / SLOW * 2).unwrap_or(usize::MAX);
    }

    pub fn end(&mut self, seen: &Seen) {
        self.replications += 1;
        self.arrived += seen.arrived;
        self.unrouted += seen.unrouted;
        self.groups.values_mut().for_each(Group::end);
        if !self.begun.is_empty() {
            self.seeds.push(self.seed);
        }
        let lasted = millis(seen.lasted.0.max(1));
        let ended = number(self.begun.len() as u64);
        self.in_progress.push(seen.in_progress);
        self.throughput.push(ended / lasted * 3_600_000.0);
        let spent: f64 = self.begun.iter().map(|(_, _, ticks)| millis(*ticks)).sum();
        self.expected.push(spent / lasted);
        self.begun.sort_unstable_by_key(|(began, id, _)| (*began, *id));
        let mean = |part: &[(DateTime, InstanceId, i64)]| {
            part.iter().map(|(_, _, ticks)| millis(*ticks)).sum::<f64>() / number(part.len() as u64)
        };
        let (first, rest) = self.begun.split_at(self.begun.len() / 4);
        if first.len() >= 5 && mean(rest) > 0.0 {
            self.early.push(mean(first) / mean(rest) - 1.0);
        }
        self.trim();
    }

    /// The slowest of the cases that ended, slowest first; among equals the earliest.
    pub fn slowest(&self, count: usize) -> Vec<&Slow> {
        let mut all: Vec<&Slow> = self.slow.iter().collect();
        all.sort_by_key(|slow| Self::order(slow));
        all.truncate(count);
        all
    }

    fn order(slow: &Slow) -> (std::cmp::Reverse<i64>, u64, InstanceId) {
        (std::cmp::Reverse(slow.case.took.0), slow.seed, slow.case.first)
    }

    fn trim(&mut self) {
        self.slow.sort_by_key(Self::order);
        self.slow.truncate(self.most_slow.max(1));
    }
}

impl Ledger for Sums {
    fn case(&mut self, ended: Ended) {
        for kind in [Kind::All, Kind::Case(ended.service)] {
            self.groups.entry(kind).or_default().add(ended.end, ended.took);
        }
        let slow = Slow { seed: self.seed, case: ended };
        if !matches!(slow.case.end, End::Completed | End::Terminated) {
            if self.unfinished.len() < UNFINISHED {
                self.unfinished.push(slow);
            }
            return;
        }
        self.begun.push((slow.case.began, slow.case.first, slow.case.took.0));
        for (site, span) in &slow.case.blame {
            *self.blame.entry(*site).or_default() += span.0;
        }
        self.slow.push(slow);
        if self.slow.len() > 2 * self.most_slow + 100 {
            self.trim();
        }
    }

    fn instance(&mut self, service: Name, took: TimeSpan, end: End) {
        self.groups.entry(Kind::Instance(service)).or_default().add(end, took);
    }

    fn visit(&mut self, service: Name, shape: Name) {
        self.waits(service, shape, |waits| waits.visits += 1);
    }

    fn wait(&mut self, service: Name, shape: Name, span: TimeSpan) {
        self.waits(service, shape, |waits| waits.spans.add(span));
    }

    fn request(&mut self, port: Name, took: Option<TimeSpan>, failed: bool) {
        let requests = self.ports.entry(port).or_default();
        requests.failed += u64::from(failed);
        took.into_iter().for_each(|span| requests.times.add(span));
    }
}

impl Sums {
    fn waits(&mut self, service: Name, shape: Name, change: impl FnOnce(&mut Waits)) {
        let at = *self.places.entry((service, shape)).or_insert_with(|| {
            self.shapes.push(((service, shape), Waits::default()));
            self.shapes.len() - 1
        });
        if let Some((_, waits)) = self.shapes.get_mut(at) {
            change(waits);
        }
    }
}

/// Nothing is kept: only the run itself is wanted.
impl Ledger for () {
    fn case(&mut self, _: Ended) {}
    fn instance(&mut self, _: Name, _: TimeSpan, _: End) {}
    fn visit(&mut self, _: Name, _: Name) {}
    fn wait(&mut self, _: Name, _: Name, _: TimeSpan) {}
    fn request(&mut self, _: Name, _: Option<TimeSpan>, _: bool) {}
}
