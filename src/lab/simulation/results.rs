//! The numbers of a simulation, and what they mean in plain words.

use super::observer::End;
use super::plan::{Answers, Simulation};
use super::statistics::{Bar, Durations, Estimate, number, span_words};
use super::sums::{self, Kind, SLOW, Slow, Sums};
use crate::diagnostic::counted;
use crate::engine::InstanceId;
use crate::message::Name;
use crate::program::Program;
use serde::Serialize;

/// Cases that are named as the slowest.
const WORST: usize = 20;

/// Counts and times of cases, or of the instances of one orchestration. All times are milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Group {
    /// Full name of the orchestration; empty for all cases.
    pub name: String,
    pub completed: u64,
    pub terminated: u64,
    pub suspended: u64,
    /// Still waiting a day after the last message.
    pub open: u64,
    /// Of those that ended. The estimates are means over replications.
    pub mean: Option<Estimate>,
    pub p50: Option<Estimate>,
    pub p95: Option<Estimate>,
    pub max: f64,
}

impl Group {
    pub fn count(&self) -> u64 {
        self.completed + self.terminated + self.suspended + self.open
    }
}

/// What a shape took. All times are milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShapeTimes {
    pub service: Name,
    pub shape: Name,
    pub name: String,
    pub kind: String,
    pub visits: u64,
    /// Time waited in it: in all, a visit on average, and what 95 of 100 visits do not exceed.
    pub total: f64,
    pub mean: f64,
    pub p95: f64,
    /// Share of the time of all cases that was spent here and held them up: of the critical paths.
    pub share: f64,
    /// The same share of the slowest twentieth of the cases.
    pub slow: f64,
}

/// What a send port was asked. All times are milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PortTimes {
    pub port: Name,
    pub requests: u64,
    pub failed: u64,
    /// Until it was sent, or answered when an answer was wanted.
    pub mean: f64,
    pub p95: f64,
    pub max: f64,
}

/// One case, to be opened as a run: seed of its replication, and the instance it began with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CaseFound {
    pub seed: u64,
    pub instance: InstanceId,
    pub service: Name,
    /// In milliseconds; of one that has not ended, until it was given up.
    pub took: f64,
    pub ended: bool,
    pub suspended: bool,
    /// Who waited longest on its way, and the event of the replication's journal with which that began.
    pub waiting: InstanceId,
    pub seq: u64,
    /// The shape that most of its time was spent at, and how much, in milliseconds.
    pub held: Option<(Name, Name)>,
    pub held_for: f64,
}

/// What one replication gave. All times are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Replication {
    pub seed: u64,
    pub mean: f64,
    pub p95: f64,
}

/// Something the numbers say about themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Nothing has to be done about it.
    pub good: bool,
    pub text: String,
}

/// What was found by a simulation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Results {
    pub replications: u32,
    /// Each of them in which a case ended.
    pub each: Vec<Replication>,
    /// Seed of the first replication; the others follow.
    pub seed: u64,
    pub arrived: u64,
    /// A message from outside that starts an orchestration, with all that it causes.
    pub cases: Group,
    /// Cases by the orchestration they begin with.
    pub kinds: Vec<Group>,
    pub orchestrations: Vec<Group>,
    /// Those to blame first.
    pub shapes: Vec<ShapeTimes>,
    pub ports: Vec<PortTimes>,
    /// Slowest first.
    pub worst: Vec<CaseFound>,
    /// Some that did not end.
    pub unfinished: Vec<CaseFound>,
    pub bars: Vec<Bar>,
    /// Cases in progress on average, and cases that ended an hour.
    pub in_progress: Option<Estimate>,
    pub throughput: Option<Estimate>,
    /// What most of the slow cases' time was spent at, in a sentence.
    pub bottleneck: String,
    pub remarks: Vec<Remark>,
}

impl Results {
    pub(super) fn of(sums: &Sums, simulation: &Simulation, program: &Program) -> Self {
        let groups = |wanted: fn(&Kind) -> Option<Name>| -> Vec<Group> {
            let own = sums.groups.iter().filter_map(|(kind, group)| Some((wanted(kind)?, group)));
            own.map(|(name, sums)| group(name.as_str(), sums)).collect()
        };
        let all = sums.groups.get(&Kind::All);
        let ended = all.map_or(0, |all| all.times.count());
        let slow = sums.slowest(usize::try_from(ended.div_ceil(SLOW)).unwrap_or(usize::MAX));
        let mut results = Self {
            replications: sums.replications,
            each: all.map(|all| replications(sums, all)).unwrap_or_default(),
            seed: simulation.seed_of(0),
            arrived: sums.arrived,
            cases: all.map(|all| group("", all)).unwrap_or_default(),
            kinds: groups(|kind| if let Kind::Case(name) = kind { Some(*name) } else { None }),
            orchestrations: groups(|kind| if let Kind::Instance(name) = kind { Some(*name) } else { None }),
            shapes: shapes(sums, &slow, program),
            ports: ports(sums),
            worst: sums.slowest(WORST).into_iter().map(found).collect(),
            unfinished: sums.unfinished.iter().map(found).collect(),
            bars: all.map(|all| all.times.bars()).unwrap_or_default(),
            in_progress: Estimate::of(&sums.in_progress),
            throughput: Estimate::of(&sums.throughput),
            ..Self::default()
        };
        results.bottleneck = results.bottleneck(&slow);
        results.remarks = results.remarks(sums, simulation, program);
        results
    }

    /// The share of the time of all cases, or of the slow ones, that was spent at a shape; 0 of one that was not reached.
    pub fn share(&self, service: Name, shape: Name, slow: bool) -> f64 {
        let own = self.shapes.iter().find(|own| (own.service, own.shape) == (service, shape));
        own.map_or(0.0, |own| if slow { own.slow } else { own.share })
    }

    /// How much longer the 95th percentile is than in another simulation, in milliseconds: by the replications that met the
    /// same arrivals, which have the same seed. `None` without such.
    pub fn difference(&self, before: &Self) -> Option<Estimate> {
        let same = |own: &Replication| before.each.iter().find(|other| other.seed == own.seed);
        let pairs = self.each.iter().filter_map(|own| Some(own.p95 - same(own)?.p95));
        Estimate::of(&pairs.collect::<Vec<_>>())
    }

    fn bottleneck(&self, slow: &[&Slow]) -> String {
        if self.cases.count() == 0 {
            return "No message started an orchestration: choose another one, or another receive location."
                .to_owned();
        }
        let time: i64 = slow.iter().map(|slow| slow.case.took.0).sum();
        if time == 0 {
            return "Nothing takes time here: no case waited for anything.".to_owned();
        }
        let cases = counted(slow.len(), "case");
        let Some(first) = self.shapes.first().filter(|shape| shape.slow >= 0.05) else {
            return format!("The time of the slowest {cases} was spent between shapes: in queues and ports.");
        };
        let of = if slow.len() == 1 { "the slowest case".to_owned() } else { format!("the slowest {cases}") };
        format!(
            "{} ({:.0} %) of the time of {of} was waiting at {}, in {}.",
            part(first.slow),
            first.slow * 100.0,
            first.name,
            first.service.short()
        )
    }

    fn remarks(&self, sums: &Sums, simulation: &Simulation, program: &Program) -> Vec<Remark> {
        let mut all = Vec::new();
        let mut say = |good: bool, text: String| all.push(Remark { good, text });
        let runs = counted(self.replications as usize, "replication");
        if simulation.answers != Answers::AsSet && super::delays(program).next().is_some() {
            let how = if simulation.answers == Answers::Near { "about" } else { "at random around" };
            say(true, format!("Answers of partners took {how} the time that is set for them."));
        }
        match self.cases.mean.map(|mean| (mean.relative(), mean)) {
            Some((None, _)) => {
                say(false, "One replication gives no interval: run several.".to_owned());
            }
            Some((Some(share), _)) if share > 0.1 => {
                let wanted = (f64::from(self.replications) * (share / 0.05).powi(2)).ceil();
                say(
                    false,
                    format!(
                        "The mean is known to ± {:.0} % only after {runs}: about {wanted:.0} would make it ± 5 %.",
                        share * 100.0
                    ),
                );
            }
            Some((Some(share), _)) => {
                let share =
                    if share < 0.001 { "± 0".to_owned() } else { format!("± {:.1} %", share * 100.0) };
                say(true, format!("The mean is known to {share} with 95 % confidence, from {runs}."));
            }
            None => {}
        }
        let unfinished = self.cases.open + self.cases.suspended;
        if unfinished > 0 {
            let mut text = format!("{} did not end and are in no time", counted(unfinished as usize, "case"));
            if self.cases.suspended > 0 {
                text.push_str(&format!("; {} suspended", self.cases.suspended));
            }
            text.push('.');
            say(false, text);
        }
        if sums.unrouted > 0 {
            let messages = counted(sums.unrouted as usize, "message");
            say(false, format!("{messages} passed no subscription: look for routing failures in a case."));
        }
        self.check_little(sums, unfinished, &mut say);
        if let Some(early) = Estimate::of(&sums.early).filter(|early| early.value.abs() > 0.03)
            && early.half.is_some_and(|half| early.value.abs() > half)
        {
            let than = if early.value < 0.0 { "shorter" } else { "longer" };
            let text = format!(
                "The first quarter of the cases took {:.0} % {than} than the others: leave out the first {} as warm-up.",
                early.value.abs() * 100.0,
                simulation.count / 4
            );
            say(false, text);
        }
        if simulation.repeats() {
            let text = "Every message is the same: put {n}, {guid} or {key} where they should differ.";
            say(false, text.to_owned());
        }
        all
    }

    /// What is in the system on average is what comes an hour by how long it stays: counted one way and the other.
    fn check_little(&self, sums: &Sums, unfinished: u64, say: &mut dyn FnMut(bool, String)) {
        let (Some(counted), Some(expected)) = (self.in_progress, Estimate::of(&sums.expected)) else {
            return;
        };
        let off = (counted.value - expected.value).abs();
        if off <= 0.001 * counted.value.max(0.001) {
            let text = format!(
                "On average {:.2} cases were in progress, as it must be by Little's law: {:.0} an hour, {} each.",
                counted.value,
                self.throughput.map_or(0.0, |t| t.value),
                span_words(self.cases.mean.map_or(0.0, |mean| mean.value))
            );
            say(true, text);
        } else {
            let why =
                if unfinished > 0 { "cases that did not end hold places" } else { "the numbers are off" };
            let text = format!(
                "On average {:.2} cases were in progress, where Little's law gives {:.2} of those that ended: {why}.",
                counted.value, expected.value
            );
            say(false, text);
        }
    }
}

fn replications(sums: &Sums, all: &sums::Group) -> Vec<Replication> {
    let numbers = all.means.iter().zip(&all.high);
    sums.seeds
        .iter()
        .zip(numbers)
        .map(|(seed, (mean, p95))| Replication { seed: *seed, mean: *mean, p95: *p95 })
        .collect()
}

fn group(name: &str, sums: &sums::Group) -> Group {
    Group {
        name: name.to_owned(),
        completed: sums.completed,
        terminated: sums.terminated,
        suspended: sums.suspended,
        open: sums.open,
        mean: Estimate::of(&sums.means),
        p50: Estimate::of(&sums.medians),
        p95: Estimate::of(&sums.high),
        max: sums.times.longest(),
    }
}

fn shapes(sums: &Sums, slow: &[&Slow], program: &Program) -> Vec<ShapeTimes> {
    let ticks = |site: (Name, Name)| -> i64 {
        let parts = slow.iter().flat_map(|slow| &slow.case.blame);
        parts.filter(|(own, _)| *own == Some(site)).map(|(_, span)| span.0).sum()
    };
    let (all, slow_all): (i64, i64) =
        (sums.blame.values().sum(), slow.iter().map(|slow| slow.case.took.0).sum());
    let mut shapes: Vec<ShapeTimes> = Vec::with_capacity(sums.shapes.len());
    for ((service, shape), waits) in &sums.shapes {
        let known = program.service_by_name(*service).map_or(&[][..], |service| &service.shapes);
        let info = known.iter().find(|info| info.id == *shape);
        let kind = info.map_or("", |info| info.kind);
        let name = info.map(|info| info.name.as_str()).filter(|name| !name.is_empty()).unwrap_or(kind);
        // A visit without a wait took no time.
        let mut visits = waits.spans.clone();
        visits.add_many(Default::default(), waits.visits.saturating_sub(waits.spans.count()));
        shapes.push(ShapeTimes {
            service: *service,
            shape: *shape,
            name: name.to_owned(),
            kind: kind.to_owned(),
            visits: waits.visits,
            total: visits.total(),
            mean: visits.mean(),
            p95: visits.quantile(0.95),
            share: part_of(sums.blame.get(&Some((*service, *shape))).copied().unwrap_or(0), all),
            slow: if waits.spans.count() == 0 { 0.0 } else { part_of(ticks((*service, *shape)), slow_all) },
        });
    }
    shapes.sort_by(|a, b| {
        let by = |of: fn(&ShapeTimes) -> f64| of(b).total_cmp(&of(a));
        by(|s| s.slow)
            .then(by(|s| s.share))
            .then(by(|s| s.total))
            .then((a.service, a.shape).cmp(&(b.service, b.shape)))
    });
    shapes
}

fn ports(sums: &Sums) -> Vec<PortTimes> {
    let times = |times: &Durations| (times.mean(), times.quantile(0.95), times.longest());
    let mut ports: Vec<PortTimes> = sums
        .ports
        .iter()
        .map(|(port, requests)| {
            let (mean, p95, max) = times(&requests.times);
            let (failed, sent) = (requests.failed, requests.times.count());
            PortTimes { port: *port, requests: sent + failed, failed, mean, p95, max }
        })
        .collect();
    ports.sort_by(|a, b| {
        b.mean.total_cmp(&a.mean).then(b.requests.cmp(&a.requests)).then(a.port.cmp(&b.port))
    });
    ports
}

fn found(slow: &Slow) -> CaseFound {
    let case = &slow.case;
    let shapes = case.blame.iter().filter_map(|(site, span)| Some(((*site)?, span.0)));
    let held: Option<((Name, Name), i64)> = shapes.max_by_key(|(_, ticks)| *ticks);
    CaseFound {
        seed: slow.seed,
        instance: case.first,
        service: case.service,
        took: super::statistics::millis(case.took.0),
        ended: matches!(case.end, End::Completed | End::Terminated),
        suspended: case.end == End::Suspended,
        waiting: case.longest.0,
        seq: case.longest.1,
        held: held.map(|(site, _)| site),
        held_for: held.map_or(0.0, |(_, ticks)| super::statistics::millis(ticks)),
    }
}

fn part_of(ticks: i64, all: i64) -> f64 {
    if all <= 0 { 0.0 } else { number(ticks.unsigned_abs()) / number(all.unsigned_abs()) }
}

/// A share in a word.
fn part(share: f64) -> &'static str {
    match share {
        s if s >= 0.9 => "Nearly all",
        s if s >= 0.78 => "Four fifths",
        s if s >= 0.7 => "Three quarters",
        s if s >= 0.6 => "Two thirds",
        s if s >= 0.42 => "Half",
        s if s >= 0.29 => "A third",
        s if s >= 0.2 => "A quarter",
        _ => "The largest part",
    }
}
