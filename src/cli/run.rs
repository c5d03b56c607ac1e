use super::{Exit, complain, complain_all, load, say};
use crate::diagnostic::counted;
use crate::filter::Filter;
use crate::host::{Host, Options, Round};
use crate::journal::{EventFacts, Line};
use crate::message::DateTime;
use crate::program::Program;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Run an application on real files until Ctrl-C; killed or not, the next run goes on where it ended.
///
/// Every event is one line on standard output, its time being UTC. The run keeps its log in
/// <APPLICATION>/.orchestrion. Projects of BizTalk Server run with simulated ports in the folder `orchestrion` beside
/// their files, as far as what they need is there.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct Arguments {
    /// Application folder.
    application: PathBuf,
    /// Seed for GUIDs of a new run, for results that can be repeated.
    #[arg(long)]
    seed: Option<u64>,
    /// Set the log of the last run aside and begin anew.
    #[arg(long)]
    fresh: bool,
    /// Do not play the partners of partners.ron.
    #[arg(long)]
    no_partners: bool,
    /// Stop when nothing is left to do.
    #[arg(long)]
    until_idle: bool,
    /// Print only events that this filter lets through, such as `event contains failed or state == suspended`.
    #[arg(long, default_value = "")]
    filter: String,
    /// Print no events.
    #[arg(long, short)]
    quiet: bool,
}

pub fn run(arguments: &Arguments) -> Exit {
    let filter = match Filter::parse(&arguments.filter) {
        Ok(filter) => filter,
        Err(error) => {
            complain_all([&error]);
            return Exit::Unusable;
        }
    };
    let loaded = match load(&arguments.application) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let application = loaded.application;
    // What is not finished in a project of BizTalk's keeps the rest from running as little as it does there.
    let compiled = match loaded.base {
        Some(_) => Program::compile_what_runs(&application),
        None => Program::compile(&application),
    };
    let program = match compiled {
        Ok((program, warnings)) => {
            complain_all(&warnings);
            program
        }
        Err(errors) => {
            complain_all(&errors);
            return Exit::Failed;
        }
    };
    if loaded.base.is_some()
        && let Err(error) = std::fs::create_dir_all(&loaded.folder)
    {
        complain(format_args!(
            "error: {} cannot be made: {error}\n  help: open a copy in a folder that can be written to",
            loaded.folder.display()
        ));
        return Exit::Unusable;
    }
    let stop = Arc::new(AtomicBool::new(false));
    if let Err(exit) = stop_on_signal(&stop) {
        return exit;
    }
    let options = Options { seed: arguments.seed, fresh: arguments.fresh, partners: !arguments.no_partners };
    let mut host = match Host::start(&loaded.folder, program, &options) {
        Ok(host) => host,
        Err(error) => {
            complain_all([&error]);
            return Exit::Unusable;
        }
    };
    complain(format_args!("{} runs; Ctrl-C stops it", application.settings.name));
    if loaded.base.is_some() {
        complain(format_args!("messages come from and go to {}", loaded.folder.display()));
    }
    let mut progress = Progress::new();
    let ended = host.run_until(&stop, arguments.until_idle, &mut |host, round| {
        complain_all(&round.findings);
        if arguments.quiet {
            progress.show(host, round);
        } else if !print(host, round, &filter) {
            stop.store(true, Ordering::Relaxed);
        }
    });
    match ended {
        Ok(()) => {
            complain(format_args!(
                "stopped; waiting for the next run: {}",
                counted(host.engine().instance_count(), "instance")
            ));
            Exit::Done
        }
        Err(error) => {
            complain_all([&error]);
            Exit::Failed
        }
    }
}

/// False when nobody reads any more.
fn print(host: &Host, round: &Round, filter: &Filter) -> bool {
    let program = Some(&**host.engine().program());
    let shown = round
        .events
        .iter()
        .filter(|event| filter.holds(&EventFacts { event, origin: midnight(event.at), program }));
    shown.into_iter().all(|event| say(Line { event, origin: midnight(event.at) }))
}

/// The start of a day, so that lines show the time of day.
fn midnight(at: DateTime) -> DateTime {
    const TICKS_PER_DAY: i64 = 864_000_000_000;
    DateTime(at.0 - at.0.rem_euclid(TICKS_PER_DAY))
}

/// A line now and then in place of the events.
struct Progress {
    shown: Instant,
    events: usize,
}

impl Progress {
    fn new() -> Self {
        Self { shown: Instant::now(), events: 0 }
    }

    fn show(&mut self, host: &Host, round: &Round) {
        self.events += round.events.len();
        if self.shown.elapsed() >= Duration::from_secs(5) {
            let instances = counted(host.engine().instance_count(), "instance");
            let events = counted(std::mem::take(&mut self.events), "event");
            complain(format_args!("{events}, {instances}"));
            self.shown = Instant::now();
        }
    }
}

/// The first signal asks for a clean stop, the second ends the process.
fn stop_on_signal(stop: &Arc<AtomicBool>) -> Result<(), Exit> {
    let stop = Arc::clone(stop);
    let handler = move || {
        if stop.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(handler).map_err(|error| {
        complain(format_args!(
            "error: signals cannot be handled: {error}\n  help: run it in an ordinary terminal"
        ));
        Exit::Failed
    })
}
