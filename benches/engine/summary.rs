//! The ratios, and whether each keeps its floor.

use crate::by_hand::Runtime::{Default as Workers, OneThread};
use crate::driven::{self, Programs};
use crate::{Phases, bare, by_hand, memory};
use std::time::Duration;

/// Rates per CPU second against tokio that must hold before a release.
const FLOOR_W1: f64 = 0.15;
const FLOOR_W2: f64 = 0.5;
const FLOOR_W3: f64 = 0.085;
/// Cost of a reply against that at 1,000 waiting, at 100,000 and at 1,000,000.
const GROWTH_100K: f64 = 1.3;
const GROWTH_1M: f64 = 2.0;
/// Resident bytes of a waiting instance.
const BYTES: u64 = 1024;

const INSTANCES: u64 = 50_000;
const ORDERS: u64 = 20_000;
/// Least number of instances measured at each size of W2.
const PARKED: u64 = 50_000;

pub fn print(quick: bool) {
    let programs = Programs::compile();
    let rounds = 3;
    println!("Per CPU second, {rounds} rounds in turns: median [lowest..highest].\n");
    // Warm-up: allocator, branch predictors, interned names.
    driven::linear(&programs.linear, INSTANCES / 10);
    by_hand::linear(Workers, INSTANCES / 10);

    let w1 = (0..rounds).map(|_| {
        let took = [
            driven::linear(&programs.linear, INSTANCES),
            by_hand::linear(Workers, INSTANCES),
            by_hand::linear(OneThread, INSTANCES),
        ];
        took.map(|t| nanos(t, INSTANCES))
    });
    against_tokio("W1", "instances", &w1.collect::<Vec<_>>(), Some(FLOOR_W1));
    let w3 = (0..rounds).map(|_| {
        let took = [
            driven::process_manager(&programs.process_manager, ORDERS),
            by_hand::process_manager(Workers, ORDERS),
            by_hand::process_manager(OneThread, ORDERS),
        ];
        took.map(|t| nanos(t, ORDERS))
    });
    against_tokio("W3", "orders", &w3.collect::<Vec<_>>(), Some(FLOOR_W3));
    correlation(&programs, quick, rounds);
    waiting(if quick { 100_000 } else { 1_000_000 });
}

/// Nanoseconds an instance takes.
struct Cost {
    park: f64,
    correlate: f64,
}

/// W2 at growing numbers of waiting instances.
fn correlation(programs: &Programs, quick: bool, rounds: usize) {
    let mut sizes = vec![1_000, 10_000, 100_000];
    if !quick {
        sizes.push(1_000_000);
    }
    // By size, then by round: engine, tokio, tokio on one thread, bare.
    let mut all: Vec<Vec<[Cost; 4]>> = sizes.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (of_size, size) in all.iter_mut().zip(&sizes) {
            of_size.push([
                repeated(*size, |n| driven::request_reply(&programs.request_reply, n)),
                repeated(*size, |n| by_hand::request_reply(Workers, n)),
                repeated(*size, |n| by_hand::request_reply(OneThread, n)),
                repeated(*size, bare::request_reply),
            ]);
        }
    }
    for (at, size) in sizes.iter().enumerate() {
        let floor = (*size == 100_000).then_some(FLOOR_W2);
        let costs = |of: fn(&Cost) -> f64| -> Vec<[f64; 3]> {
            all[at]
                .iter()
                .map(|[ours, theirs, one_thread, _]| [of(ours), of(theirs), of(one_thread)])
                .collect()
        };
        against_tokio(&format!("W2 park, {size} waiting"), "instances", &costs(|c| c.park), None);
        against_tokio(&format!("W2 correlate, {size} waiting"), "replies", &costs(|c| c.correlate), floor);
        let limit = all[at].iter().map(|[ours, _, _, bare]| bare.correlate / ours.correlate);
        println!("    {} the bare limit", Spread::of(limit).times(3));
        let growth = |side: usize| {
            let pairs = all[at].iter().zip(&all[0]);
            Spread::of(pairs.map(|(large, small)| large[side].correlate / small[side].correlate))
        };
        let allowed = match *size {
            100_000 => GROWTH_100K,
            1_000_000 => GROWTH_1M,
            _ => continue,
        };
        let ours = growth(0);
        println!(
            "    a reply costs {} what it costs at 1000 (at most {allowed}x: {}); tokio {}, bare {}",
            ours.times(2),
            verdict(ours.median <= allowed),
            growth(1).times(2),
            growth(3).times(2)
        );
    }
}

/// Costs of one instance at a size; small sizes are repeated until enough instances were measured.
fn repeated(size: u64, run: impl Fn(u64) -> Phases) -> Cost {
    let times = PARKED.div_ceil(size);
    let runs: Vec<Phases> = (0..times).map(|_| run(size)).collect();
    let mean = |of: fn(&Phases) -> Duration| nanos(runs.iter().map(of).sum(), times * size);
    Cost { park: mean(|p| p.park), correlate: mean(|p| p.correlate) }
}

fn waiting(count: u64) {
    match memory::bytes_for_each("engine", count).zip(memory::bytes_for_each("tokio", count)) {
        Some((ours, theirs)) => println!(
            "W2 memory, {count} waiting: {ours} B an instance (at most {BYTES}: {}); tokio {theirs} B",
            verdict(ours <= BYTES)
        ),
        None => println!("W2 memory: not known, this system has no /proc/self/statm"),
    }
}

/// `W1: 0.210x [0.201..0.219] tokio, 170k of 810k instances/s (at least 0.15x: holds); …`. Costs are those of the
/// engine, of tokio, and of tokio on one thread.
fn against_tokio(what: &str, unit: &str, costs: &[[f64; 3]], floor: Option<f64>) {
    let ratio = |side: usize| Spread::of(costs.iter().map(|c| c[side] / c[0]));
    let rate = |side: usize| format!("{:.0}k", 1e6 / Spread::of(costs.iter().map(|c| c[side])).median);
    let floor =
        floor.map_or(String::new(), |f| format!(" (at least {f}x: {})", verdict(ratio(1).median >= f)));
    println!("{what}: {} tokio, {} of {} {unit}/s{floor}", ratio(1).times(3), rate(0), rate(1));
    println!("    {} tokio on one thread, {} {unit}/s", ratio(2).times(3), rate(2));
}

fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "MISSED" }
}

fn nanos(took: Duration, count: u64) -> f64 {
    took.as_secs_f64() * 1e9 / count as f64
}

struct Spread {
    lowest: f64,
    median: f64,
    highest: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut all: Vec<f64> = values.collect();
        all.sort_by(f64::total_cmp);
        Self { lowest: all[0], median: all[all.len() / 2], highest: all[all.len() - 1] }
    }

    fn times(&self, digits: usize) -> String {
        let Self { lowest, median, highest } = self;
        format!("{median:.digits$}x [{lowest:.digits$}..{highest:.digits$}]")
    }
}
