//! A record of a million events: how much memory it takes, how fast any moment of it is there again, how fast filters and
//! steps go through it. `ORCHESTRION_BENCH=quick` makes a tenth of it. Figures are of the process's CPU time, of filters by
//! the clock: a list is looked through by all processors.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/conformance/build.rs"]
mod build;
#[expect(dead_code, reason = "the engine's bench uses all of it")]
#[path = "../engine/models.rs"]
mod models;

use orchestrion::engine::{Effect, Event, Input, InputKind, InstanceId, TransmissionId};
use orchestrion::filter::Filter;
use orchestrion::journal::{Lines, Listing, Run, Stride, Traffic};
use orchestrion::message::{DateTime, Name, TimeSpan, Value};
use orchestrion::program::Program;
use rustix::time::{ClockId, clock_gettime};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// 2026-01-01T00:00:00Z.
const START: DateTime = DateTime(639_028_224_000_000_000);

/// What a release must keep.
const SEEK: Duration = Duration::from_millis(50);
const FILTER: Duration = Duration::from_millis(200);
const BYTES: f64 = 300.0;

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begin = cpu();
    let result = work();
    (result, cpu().saturating_sub(begin))
}

/// Resident bytes of this process.
fn resident() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = text.split_whitespace().nth(1).and_then(|p| p.parse().ok()).unwrap_or(0.0);
    pages * rustix::param::page_size() as f64
}

/// Feeds one input and answers what is sent.
fn feed(run: &mut Run, at: DateTime, kind: InputKind) {
    run.step(Input { at, kind });
    let mut open: Vec<TransmissionId> = Vec::new();
    loop {
        for (_, effect) in run.take_effects() {
            if let Effect::Transmit(transmission) = effect {
                open.push(transmission.id);
            }
        }
        let Some(id) = open.pop() else { return };
        run.step(Input { at, kind: InputKind::Transmitted { id } });
    }
}

/// Orders that go through a process manager with two stages, while others wait.
fn recorded(program: &Arc<Program>, events: u64, waiting: u64) -> Run {
    let class = models::class_of(program, "Order");
    let mut run = Run::new(Arc::clone(program), 1, START);
    let mut number = 0;
    while run.last_seq() < events {
        number += 1;
        let at = START.plus(TimeSpan::from_millis(number as i64));
        let message = models::message(program, &class, Value::from(models::cid(number)));
        feed(&mut run, at, InputKind::Publish { message });
        // The first ones wait with their subscriptions, each with a child that never runs: a crowd that every state has.
        if number <= waiting {
            let pick = run.engine().ready() - 1;
            feed(&mut run, at, InputKind::Turn { pick });
        } else {
            while run.engine().ready() > waiting as usize {
                let pick = run.engine().ready() - 1;
                feed(&mut run, at, InputKind::Turn { pick });
            }
        }
    }
    run
}

fn verdict(fine: bool) -> &'static str {
    if fine { "   ok" } else { "   TOO MUCH" }
}

fn measure(name: &str, program: &Arc<Program>, events: u64, waiting: u64) {
    let before = resident();
    let (run, took) = timed(|| recorded(program, events, waiting));
    let count = run.last_seq() as f64;
    let bytes = (resident() - before) / count;
    println!("{name}: {count} events, {} inputs, {waiting} instances wait meanwhile", run.inputs().count());
    println!("  limits   seek {SEEK:?}, filter over all {FILTER:?}, {BYTES} bytes an event");
    println!(
        "  recorded in {:.2} s of CPU, {:.2} M events/s",
        took.as_secs_f64(),
        count / took.as_secs_f64() / 1e6
    );
    println!(
        "  memory   {bytes:.0} bytes an event, states included; an event itself {}{}",
        size_of::<Event>(),
        verdict(bytes < BYTES)
    );
    let mut seeks: Vec<Duration> = Vec::new();
    for at in models::shuffled(64) {
        let seq = (count as u64) * at / 64 + 20;
        let (state, took) = timed(|| run.state_after_event(seq.min(run.last_seq())));
        assert!(state.is_some_and(|state| state.core().counters.events >= seq.min(run.last_seq())));
        seeks.push(took);
    }
    seeks.sort();
    let (median, most) = (seeks[seeks.len() / 2], seeks[seeks.len() - 1]);
    println!("  seek     median {median:.1?}, longest {most:.1?}{}", verdict(most < SEEK));
    let listed = |filter: Filter| {
        let begin = Instant::now();
        let mut listing = Listing::new(Lines::Events, filter, None);
        assert!(listing.follow(&run, &Traffic::default(), Some(program), usize::MAX));
        (listing.len(&run), begin.elapsed())
    };
    for text in [
        "event == message.published",
        "problem or state == suspended",
        "instance == #77 and event == shape.started",
        "P.Cid contains \"0000ab\" or message.type == Ack",
        "service == Manager and shape == \"begin\" and time > 1 s",
        "body contains \"7f\"",
    ] {
        let (found, took) = listed(Filter::parse(text).unwrap());
        println!("  filter   {took:.1?} for {found} by {text}{}", verdict(took < FILTER));
    }
    let (found, took) = listed(Filter::parse("\"stage\"").unwrap());
    println!("  text     {took:.1?} for {found} lines with a word anywhere{}", verdict(took < FILTER));
    for stride in [Stride::Problem, Stride::Instance(Some(InstanceId(3))), Stride::Turn] {
        let (found, took) = timed(|| run.previous(run.last_seq(), &stride));
        println!("  step     {took:.1?} back by {stride:?} to {found:?}");
    }
    let (traffic, took) = timed(|| {
        let mut traffic = Traffic::default();
        traffic.follow(&run, usize::MAX);
        traffic
    });
    println!("  traffic  {took:.1?} to know where each message went");
    for text in ["", "event == message.consumed and P.Cid contains \"0000ab\"", "state == taken"] {
        let filter = Filter::parse(text).unwrap();
        let (found, took) = timed(|| {
            let mut listing = Listing::new(Lines::Messages, filter, None);
            listing.follow(&run, &traffic, Some(program), usize::MAX);
            listing.len(&run)
        });
        println!(
            "  messages {took:.1?} for {found} by all that happened to each: {text:?}{}",
            verdict(took < FILTER)
        );
    }
    let manager = InstanceId(count as u64 / 60);
    let (change, took) = timed(|| run.last_change(manager, Name::new("stage"), run.last_seq()));
    println!("  change   {took:.1?} to where `stage` of {manager} changed last: {:?}", change.map(|c| c.seq));
}

fn main() {
    let quick = std::env::var("ORCHESTRION_BENCH").is_ok_and(|mode| mode == "quick");
    let events = if quick { 100_000 } else { 1_000_000 };
    let crowd = if quick { 1_000 } else { 10_000 };
    let cases = [("few instances", 0), ("a crowd", crowd)];
    // Each in a process of its own: memory that one gave back would be counted as free for the next.
    let chosen = std::env::args().find_map(|argument| cases.into_iter().find(|(name, _)| *name == argument));
    match chosen {
        Some((name, waiting)) => measure(name, &models::process_manager(), events, waiting),
        None => {
            for (name, _) in cases {
                let status = std::process::Command::new(std::env::current_exe().unwrap()).arg(name).status();
                assert!(status.unwrap().success());
            }
        }
    }
}
