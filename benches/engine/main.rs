//! W1 (linear), W2 (correlated request-reply) and W3 (process manager) on the engine, beside the same work
//! written by hand on tokio and, for W2, beside the bare limit of a hash map and a slab.
//!
//! All are measured in one process by its CPU time, in rounds that take turns: a shared machine disturbs them
//! alike, so the ratios hold where absolute figures do not. First comes a summary of those ratios with the floors
//! that a release must keep, then criterion's own statistics. `cargo bench --bench engine -- w2` runs only the
//! latter, filtered; `ORCHESTRION_BENCH=quick` leaves out a million waiting instances and takes fewer rounds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bare;
#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/conformance/build.rs"]
mod build;
mod by_hand;
mod driven;
mod memory;
mod models;
mod summary;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BatchSize, Criterion, Throughput};
use rustix::time::{ClockId, Timespec, clock_gettime};
use std::time::Duration;

/// CPU time of this process, all threads.
#[derive(Clone, Copy, Debug)]
pub struct CpuClock(Duration);

impl CpuClock {
    pub fn start() -> Self {
        Self(Self::now())
    }

    pub fn elapsed(self) -> Duration {
        Self::now().saturating_sub(self.0)
    }

    fn now() -> Duration {
        let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::ProcessCPUTime);
        Duration::new(tv_sec.unsigned_abs(), u32::try_from(tv_nsec).unwrap_or(0))
    }
}

/// CPU time of the two phases of W2.
#[derive(Clone, Copy, Debug, Default)]
pub struct Phases {
    pub park: Duration,
    pub correlate: Duration,
}

/// Criterion measures CPU time too.
struct CpuTime(WallTime);

impl Measurement for CpuTime {
    type Intermediate = CpuClock;
    type Value = Duration;

    fn start(&self) -> CpuClock {
        CpuClock::start()
    }

    fn end(&self, start: CpuClock) -> Duration {
        start.elapsed()
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        self.0.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self.0.formatter()
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(request) = memory::Request::from_arguments(&arguments) {
        request.answer();
        return;
    }
    let quick = std::env::var("ORCHESTRION_BENCH").is_ok_and(|mode| mode == "quick");
    let filtered = arguments.iter().any(|a| a != "--bench");
    if !filtered {
        summary::print(quick);
    }
    let mut criterion = Criterion::default()
        .with_measurement(CpuTime(WallTime))
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(if quick { 1 } else { 3 }))
        .without_plots()
        .configure_from_args();
    statistics(&mut criterion);
    criterion.final_summary();
}

/// One group for each workload, an element being an instance, a reply or an order.
fn statistics(criterion: &mut Criterion<CpuTime>) {
    const INSTANCES: u64 = 2_000;
    const ORDERS: u64 = 500;
    const WAITING: u64 = 10_000;
    let programs = driven::Programs::compile();

    let mut group = criterion.benchmark_group("w1");
    group.throughput(Throughput::Elements(INSTANCES));
    let times = |run: &dyn Fn() -> Duration, count: u64| (0..count).map(|_| run()).sum::<Duration>();
    group.bench_function("engine", |b| {
        b.iter_custom(|count| times(&|| driven::linear(&programs.linear, INSTANCES), count));
    });
    group.bench_function("tokio", |b| {
        b.iter_custom(|count| times(&|| by_hand::linear(by_hand::Runtime::Default, INSTANCES), count))
    });
    group.finish();

    // Steady: each reply ends an instance, and another one takes its place.
    let mut group = criterion.benchmark_group("w2-steady");
    group.throughput(Throughput::Elements(1));
    group.bench_function("engine", |b| {
        let cids: Vec<String> = (0..WAITING).map(models::cid).collect();
        let mut parked = driven::Parked::new(&programs.request_reply, &cids);
        let mut order = models::shuffled(WAITING).into_iter().cycle();
        b.iter_batched(
            || order.next().map_or(0, |at| at as usize),
            |at| {
                parked.reply(&cids[at]);
                parked.park(&cids[at]);
            },
            BatchSize::SmallInput,
        );
        let tally = parked.tally();
        assert_eq!((tally.started - tally.ended, tally.failed), (WAITING, 0));
    });
    group.finish();

    let mut group = criterion.benchmark_group("w3");
    group.throughput(Throughput::Elements(ORDERS));
    group.bench_function("engine", |b| {
        b.iter_custom(|count| times(&|| driven::process_manager(&programs.process_manager, ORDERS), count));
    });
    group.bench_function("tokio", |b| {
        b.iter_custom(|count| times(&|| by_hand::process_manager(by_hand::Runtime::Default, ORDERS), count));
    });
    group.finish();
}
