use super::{Exit, complain, complain_all, load, say};
use crate::biztalk::Loaded;
use crate::diagnostic::counted;
use crate::lab::simulation::{
    Answers, Bar, CaseFound, Estimate, Group, Progress, Results, Simulation, Source, simulate as run,
    sources, span_words,
};
use crate::message::short_name;
use crate::model::{Arrivals, DrawnTime};
use crate::program::{Program, receive_locations};
use clap::{Args, ValueEnum};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// Widest bar of the histogram.
const BAR: u64 = 50;
/// Shapes and ports that are listed.
const ROWS: usize = 12;

/// Simulate many messages in virtual time: how long cases take, what holds them up, and which were the slowest.
///
/// Without --message the first partner that submits is the source, else a saved message that starts an orchestration.
/// Partners that submit by themselves are stopped. The same application, options and seed give the same numbers.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Application folder.
    application: PathBuf,
    /// What arrives: a partner that submits, or a saved message such as messages/order.xml. In its text the words
    /// n, guid and key in braces stand for the number of the arrival, a fresh GUID and a fresh key.
    #[arg(long, value_name = "NAME")]
    message: Option<String>,
    /// Receive location at which it arrives.
    #[arg(long, value_name = "NAME")]
    location: Option<String>,
    /// Messages in each replication.
    #[arg(long, default_value_t = 100)]
    count: u64,
    /// Independent runs, each from an empty system.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    replications: u32,
    /// Mean time between two arrivals, such as `500 ms` or `4 s`.
    #[arg(long, value_name = "SPAN", value_parser = super::span)]
    every: Option<u64>,
    /// Arrivals come evenly, and not at random.
    #[arg(long)]
    evenly: bool,
    /// So many arrive at once, then a pause of --every.
    #[arg(long, value_name = "SIZE", conflicts_with = "evenly", value_parser = clap::value_parser!(u32).range(1..))]
    bursts: Option<u32>,
    /// From one rate a minute to another within so many seconds, such as `30-600/60s`.
    #[arg(long, value_name = "FROM-TO/TIME", conflicts_with_all = ["evenly", "bursts", "every"], value_parser = ramp)]
    ramp: Option<Arrivals>,
    /// How long partners take that have one time set.
    #[arg(long, value_enum)]
    answers: Option<Take>,
    /// Messages of each replication whose cases are not counted.
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    warm_up: u64,
    /// Add replications until the mean is known to so many percent, with 95 % confidence.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(1..=100))]
    precision: Option<u32>,
    /// Seed of the first replication; the others follow.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seed: u64,
    /// Print everything found as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Take {
    /// What is set, each time.
    Set,
    /// About that, with a quarter of it as deviation.
    Near,
    /// Exponential with that mean.
    Random,
}

pub fn simulate(arguments: &Arguments) -> Exit {
    let loaded = match load(&arguments.application) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let program = match compiled(&loaded) {
        Ok(program) => program,
        Err(exit) => return exit,
    };
    let simulation = match plan(arguments, &program) {
        Ok(simulation) => simulation,
        Err(exit) => return exit,
    };
    let shown = std::io::stderr().is_terminal();
    let mut tell = |progress: &Progress<'_>| {
        if shown {
            let _ = write!(std::io::stderr(), "\r{} of {} messages ", progress.arrived, progress.of);
        }
        true
    };
    let found = run(&program, &simulation, &mut tell);
    if shown {
        let _ = write!(std::io::stderr(), "\r{:40}\r", "");
    }
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            complain_all([&error]);
            return Exit::Unusable;
        }
    };
    if arguments.json {
        match serde_json::to_string_pretty(&found) {
            Ok(text) => say(text),
            Err(error) => {
                complain(format_args!("error: the numbers cannot be written: {error}"));
                return Exit::Failed;
            }
        };
    } else {
        print(&found, &program);
    }
    if found.cases.count() == 0 { Exit::Failed } else { Exit::Done }
}

fn compiled(loaded: &Loaded) -> Result<Arc<Program>, Exit> {
    // What is not finished in a project of BizTalk's keeps the rest from running as little as it does there.
    let compiled = match loaded.base {
        Some(_) => Program::compile_what_runs(&loaded.application),
        None => Program::compile(&loaded.application),
    };
    match compiled {
        Ok((program, warnings)) => {
            complain_all(&warnings);
            Ok(program)
        }
        Err(errors) => {
            complain_all(&errors);
            Err(Exit::Failed)
        }
    }
}

fn plan(arguments: &Arguments, program: &Arc<Program>) -> Result<Simulation, Exit> {
    let application = &program.application;
    let mut simulation = match &arguments.message {
        None => Simulation::of(program).map_err(|error| {
            complain_all([&error]);
            Exit::Unusable
        })?,
        Some(name) => {
            let all = sources(application);
            let Some(source) = all.iter().find(|source| source.name == *name) else {
                let known: Vec<&str> = all.iter().map(|source| source.name.as_str()).collect();
                complain(format_args!(
                    "error: there is no partner that submits and no saved message `{name}`\n  help: choose one of {}",
                    known.join(", ")
                ));
                return Err(Exit::Unusable);
            };
            let location = || {
                let all = receive_locations(application).into_iter().find(|location| location.enabled);
                all.map(|location| location.name)
            };
            let location = source.location.clone().or_else(location);
            Simulation::from_source(&Source { location, ..source.clone() }, application)
        }
    };
    if let Some(location) = &arguments.location {
        simulation.location.clone_from(location);
    }
    let usual = match simulation.arrivals {
        Arrivals::Every(DrawnTime::Fixed(ms) | DrawnTime::Exponential(ms)) => ms,
        _ => 1000,
    };
    let ms = arguments.every.unwrap_or(usual);
    if let Some(ramp) = &arguments.ramp {
        simulation.arrivals = ramp.clone();
    } else if let Some(size) = arguments.bursts {
        simulation.arrivals = Arrivals::Bursts { size, pause: DrawnTime::Fixed(ms) };
    } else if arguments.evenly {
        simulation.arrivals = Arrivals::Every(DrawnTime::Fixed(ms));
    } else if arguments.every.is_some() {
        simulation.arrivals = Arrivals::Every(DrawnTime::Exponential(ms));
    }
    if let Some(take) = arguments.answers {
        simulation.answers = match take {
            Take::Set => Answers::AsSet,
            Take::Near => Answers::Near,
            Take::Random => Answers::Random,
        };
    }
    simulation.count = arguments.count;
    simulation.replications = arguments.replications;
    simulation.warm_up = arguments.warm_up;
    simulation.precision = arguments.precision;
    simulation.seed = arguments.seed;
    Ok(simulation)
}

/// Reads `30-600/60s`.
fn ramp(text: &str) -> Result<Arrivals, String> {
    let read = || {
        let (rates, time) = text.split_once('/')?;
        let (from, to) = rates.split_once('-')?;
        let seconds = u32::try_from(super::span(time).ok()? / 1000).ok()?;
        Some(Arrivals::Ramp { from: from.trim().parse().ok()?, to: to.trim().parse().ok()?, seconds })
    };
    read().ok_or_else(|| "write two rates a minute and a time: 30-600/60s".to_owned())
}

fn print(found: &Results, program: &Program) {
    say(format_args!(
        "{}: {} in {} from seed {}",
        program.application.settings.name,
        counted(usize::try_from(found.arrived).unwrap_or(usize::MAX), "message"),
        counted(found.replications as usize, "replication"),
        found.seed
    ));
    say("");
    say(&found.bottleneck);
    say("");
    print_bars(&found.bars);
    say(format_args!(
        "{:<32} {:>7} {:>9} {:>10} {:>9} {:>5} {:>18} {:>18} {:>18} {:>9}",
        "", "all", "completed", "terminated", "suspended", "open", "mean", "P50", "P95", "longest"
    ));
    print_group("all cases", &found.cases);
    for kind in found.kinds.iter().filter(|_| found.kinds.len() > 1) {
        print_group(&format!("cases of {}", short_name(&kind.name)), kind);
    }
    for group in &found.orchestrations {
        print_group(short_name(&group.name), group);
    }
    say("");
    say(format_args!(
        "{:<32} {:<18} {:>7} {:>9} {:>9} {:>9} {:>6} {:>6}",
        "shape", "in", "visits", "mean", "P95", "total", "of all", "slow"
    ));
    for shape in found.shapes.iter().filter(|shape| shape.total > 0.0).take(ROWS) {
        say(format_args!(
            "{:<32} {:<18} {:>7} {:>9} {:>9} {:>9} {:>5.1}% {:>5.1}%",
            cut(&shape.name, 32),
            cut(shape.service.short(), 18),
            shape.visits,
            span_words(shape.mean),
            span_words(shape.p95),
            span_words(shape.total),
            shape.share * 100.0,
            shape.slow * 100.0
        ));
    }
    if !found.ports.is_empty() {
        say("");
        say(format_args!(
            "{:<51} {:>7} {:>9} {:>9} {:>9} {:>6}",
            "send port", "asked", "mean", "P95", "longest", "failed"
        ));
    }
    for port in found.ports.iter().take(ROWS) {
        say(format_args!(
            "{:<51} {:>7} {:>9} {:>9} {:>9} {:>6}",
            cut(port.port.as_str(), 51),
            port.requests,
            span_words(port.mean),
            span_words(port.p95),
            span_words(port.max),
            port.failed
        ));
    }
    say("");
    for case in found.worst.iter().take(5) {
        print_case("slowest", case, program);
    }
    for case in found.unfinished.iter().take(5) {
        print_case("not ended", case, program);
    }
    say("");
    for remark in &found.remarks {
        say(format_args!("{} {}", if remark.good { " " } else { "!" }, remark.text));
    }
}

fn print_bars(bars: &[Bar]) {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    for bar in bars {
        let length = usize::try_from((bar.count * BAR).div_ceil(most)).unwrap_or(0);
        let from = span_words(bar_start(bar));
        let from = if bar.to.is_none() { format!("{from} +") } else { from };
        say(format_args!("{from:>12}  {:<width$} {}", "#".repeat(length), bar.count, width = 50));
    }
    say("");
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds, far below 2^52")]
fn bar_start(bar: &Bar) -> f64 {
    bar.from as f64
}

fn print_group(name: &str, group: &Group) {
    let estimate = |estimate: Option<Estimate>| estimate.map_or_else(String::new, |own| own.span_words());
    say(format_args!(
        "{:<32} {:>7} {:>9} {:>10} {:>9} {:>5} {:>18} {:>18} {:>18} {:>9}",
        cut(name, 32),
        group.count(),
        group.completed,
        group.terminated,
        group.suspended,
        group.open,
        estimate(group.mean),
        estimate(group.p50),
        estimate(group.p95),
        span_words(group.max)
    ));
}

fn print_case(what: &str, case: &CaseFound, program: &Program) {
    let held = case.held.map_or_else(String::new, |(service, shape)| {
        let name = program.shape(service, shape).map_or(shape.as_str(), |info| info.name.as_str());
        format!(", {} of it at {name}, in {}", span_words(case.held_for), service.short())
    });
    say(format_args!("{what}: seed {}, {}: {}{held}", case.seed, case.instance, span_words(case.took)));
}

/// A name in at most so many letters.
fn cut(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most - 1).chain(['…']).collect()
}
