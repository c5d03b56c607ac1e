//! Simulations: many messages beside the window, their times as bars and tables, heat on the canvas, and each case a run to
//! look into.

mod bars;
mod page;

pub use page::{heat, ui};

use super::RunMode;
use super::arrivals::Form;
use super::desk::Page;
use super::player::{Command, FoundRun};
use crate::diagnostic::Diagnostic;
use crate::lab::Recipe;
use crate::lab::simulation::{
    Answers, CaseFound, Progress, Results, Simulation, Source, replicate, simulate, sources, span_words,
};
use crate::message::Name;
use crate::model::{Application, Arrivals, DrawnTime};
use crate::program::{Program, receive_locations};
use crate::studio::document::{Action, Document};
use crate::studio::table::View;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What was simulated.
#[derive(Debug)]
struct Ran {
    program: Arc<Program>,
    simulation: Simulation,
    revision: u64,
}

/// What the thread beside the window tells.
enum Report {
    Begun(Arc<Ran>),
    At { arrived: u64, of: u64 },
    Found(Box<Results>),
    Ended(Option<Box<Diagnostic>>),
}

/// What is listed of the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    #[default]
    Shapes,
    Orchestrations,
    Ports,
    Cases,
    Checks,
}

/// What is to be simulated, as the form has it.
#[derive(Clone, Debug)]
struct Plan {
    source: String,
    simulation: Simulation,
    arrive: Form,
}

impl Plan {
    fn of(source: &Source, document: &Document) -> Self {
        let simulation = Simulation::from_source(source, &document.app);
        Self { source: source.name.clone(), arrive: Form::of(&simulation.arrivals), simulation }
    }
}

/// Revision, folder and name of an application.
type Identity = (u64, Option<PathBuf>, String);

#[derive(Debug, Default)]
pub struct Simulations {
    plan: Option<Plan>,
    /// What can arrive, and where; of this application as it was then.
    sources: Vec<Source>,
    locations: Vec<String>,
    known: Option<Identity>,
    reports: Option<Receiver<Report>>,
    stop: Arc<AtomicBool>,
    /// Messages that have arrived, of those that will, while it runs.
    progress: Option<(u64, u64)>,
    results: Option<Arc<Results>>,
    /// Those of the simulation before, to compare with.
    before: Option<Arc<Results>>,
    ran: Option<Arc<Ran>>,
    /// What runs and has found nothing yet.
    coming: Option<Arc<Ran>>,
    refused: Option<String>,
    opening: Option<Receiver<Result<FoundRun, Diagnostic>>>,
    /// The canvas shows where the time went.
    pub tinted: bool,
    /// That of the slow cases only.
    slow: bool,
    list: List,
    views: BTreeMap<List, View>,
}

impl Simulations {
    /// What was found so far.
    pub fn results(&self) -> Option<&Arc<Results>> {
        self.results.as_ref()
    }

    pub fn running(&self) -> bool {
        self.progress.is_some()
    }

    /// The arguments of the command that simulates the same, beside the application: where it differs from what suggests
    /// itself.
    pub fn arguments(&self, app: &Application) -> Vec<String> {
        let Some(plan) = &self.plan else { return Vec::new() };
        let own = &plan.simulation;
        let mut words = Vec::new();
        let mut say = |name: &str, value: Option<String>| {
            words.push(format!("--{name}"));
            words.extend(value);
        };
        let mut suggested = self.sources.iter().filter(|source| source.location.is_some());
        if suggested.next().is_none_or(|first| first.name != plan.source) {
            say("message", Some(plan.source.clone()));
        }
        let source = self.sources.iter().find(|source| source.name == plan.source);
        let usual = source.map(|source| Simulation::from_source(source, app));
        let differs = |by: &dyn Fn(&Simulation) -> bool| usual.as_ref().is_none_or(by);
        if differs(&|usual| usual.location != own.location) {
            say("location", Some(own.location.clone()));
        }
        if differs(&|usual| usual.arrivals != own.arrivals) {
            match own.arrivals {
                Arrivals::Every(DrawnTime::Fixed(ms)) => {
                    say("every", Some(format!("{ms}ms")));
                    say("evenly", None);
                }
                Arrivals::Every(DrawnTime::Exponential(ms) | DrawnTime::Normal(ms, _)) => {
                    say("every", Some(format!("{ms}ms")));
                }
                Arrivals::Every(DrawnTime::Between(least, most)) => {
                    say("every", Some(format!("{}ms", least.midpoint(most))));
                }
                Arrivals::Bursts { size, pause } => {
                    let (DrawnTime::Fixed(ms)
                    | DrawnTime::Exponential(ms)
                    | DrawnTime::Normal(ms, _)
                    | DrawnTime::Between(_, ms)) = pause;
                    say("bursts", Some(size.to_string()));
                    say("every", Some(format!("{ms}ms")));
                }
                Arrivals::Ramp { from, to, seconds } => say("ramp", Some(format!("{from}-{to}/{seconds}s"))),
            }
        }
        if differs(&|usual| usual.answers != own.answers) {
            let answers = match own.answers {
                Answers::AsSet => "set",
                Answers::Near => "near",
                Answers::Random => "random",
            };
            say("answers", Some(answers.to_owned()));
        }
        let numbers = [
            ("count", own.count, 100),
            ("replications", u64::from(own.replications), 10),
            ("warm-up", own.warm_up, 0),
            ("seed", own.seed, 1),
        ];
        for (name, value, _) in numbers.into_iter().filter(|(_, value, usual)| value != usual) {
            say(name, Some(value.to_string()));
        }
        words
    }

    /// Sets how many messages each replication has, and how many of them there are.
    pub fn set_size(&mut self, count: u64, replications: u32) {
        if let Some(plan) = &mut self.plan {
            (plan.simulation.count, plan.simulation.replications) = (count, replications);
        }
    }

    /// Where the time went, for the canvas of an orchestration: shapes with their share of it.
    pub fn heat(&self, service: Name) -> impl Iterator<Item = (Name, f64)> {
        let results = self.results.as_ref().filter(|_| self.tinted);
        let own = results.into_iter().flat_map(|results| &results.shapes);
        let share = |slow: bool, share: f64, of_slow: f64| if slow { of_slow } else { share };
        own.filter(move |shape| shape.service == service)
            .map(move |shape| (shape.shape, share(self.slow, shape.share, shape.slow)))
            .filter(|(_, share)| *share >= 0.005)
    }

    /// Learns what can arrive; what is set up stays as far as it still can.
    fn learn(&mut self, document: &Document) {
        let identity = (document.revision, document.folder.clone(), document.name().to_owned());
        if self.known.as_ref() == Some(&identity) {
            return;
        }
        let other = self.known.replace(identity.clone()).is_some_and(|known| known.2 != identity.2);
        if other {
            // Another application: nothing of the one before says anything about it.
            self.cancel();
            let known = self.known.take();
            *self = Self { known, ..Self::default() };
        }
        self.sources = sources(&document.app);
        let enabled = receive_locations(&document.app).into_iter().filter(|location| location.enabled);
        self.locations = enabled.map(|location| location.name).collect();
        let chosen = self.plan.as_ref().and_then(|plan| self.sources.iter().find(|s| s.name == plan.source));
        match (&mut self.plan, chosen) {
            (Some(plan), Some(source)) if self.locations.contains(&plan.simulation.location) => {
                plan.simulation.messages.clone_from(&source.messages);
            }
            _ => {
                let first = self.sources.iter().find(|source| source.location.is_some());
                self.plan = first.or(self.sources.first()).map(|source| Plan::of(source, document));
                if let (Some(plan), Some(first)) = (&mut self.plan, self.locations.first())
                    && !self.locations.contains(&plan.simulation.location)
                {
                    plan.simulation.location.clone_from(first);
                }
            }
        }
    }

    /// Begins anew, beside the window.
    fn start(&mut self, ctx: &egui::Context, document: &Document) {
        if self.running() {
            return;
        }
        self.learn(document);
        self.refused = None;
        self.stop = Arc::default();
        let (sender, receiver) = unbounded();
        let (ctx, stop) = (ctx.clone(), Arc::clone(&self.stop));
        let (app, revision) = (document.app.clone(), document.revision);
        let wanted = self.plan.as_ref().map(|plan| plan.simulation.clone());
        let work = move || {
            let wake = || ctx.request_repaint_after(std::time::Duration::from_millis(16));
            let ended = (|| {
                let first = |all: Vec<Diagnostic>| all.into_iter().next();
                let compiled = Program::compile(&app).or_else(|_| Program::compile_what_runs(&app));
                let (program, _) = compiled.map_err(first)?;
                let simulation = wanted.map_or_else(|| Simulation::of(&program), Ok).map_err(Some)?;
                let ran = Arc::new(Ran { program, simulation, revision });
                let _ = sender.send(Report::Begun(Arc::clone(&ran)));
                let mut tell = |progress: &Progress<'_>| told(progress, &sender, &stop, &wake);
                simulate(&ran.program, &ran.simulation, &mut tell).map_err(Some)
            })();
            let _ = sender.send(Report::Ended(ended.err().flatten().map(Box::new)));
            wake();
        };
        let begun = std::thread::Builder::new().name("simulation".to_owned()).spawn(work).is_ok();
        self.reports = Some(receiver);
        self.progress = begun.then_some((0, 0));
    }

    /// Ends it with what it has.
    pub fn cancel(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Takes in what the threads tell; a run that is ready to be shown.
    pub(super) fn poll(&mut self) -> Option<FoundRun> {
        let reports: Vec<Report> = self.reports.iter().flat_map(Receiver::try_iter).collect();
        for report in reports {
            match report {
                Report::Begun(ran) => {
                    self.progress = Some((
                        0,
                        ran.simulation.count.saturating_mul(u64::from(ran.simulation.replications)),
                    ));
                    self.coming = Some(ran);
                }
                Report::At { arrived, of } => self.progress = Some((arrived, of)),
                Report::Found(results) => {
                    // What was found before stays until there is something new.
                    if let Some(ran) = self.coming.take() {
                        self.before = self.results.take();
                        self.ran = Some(ran);
                        self.views.clear();
                    }
                    self.results = Some(Arc::new(*results));
                }
                Report::Ended(why) => {
                    self.progress = None;
                    self.refused = why.map(|why| format!("{}. {}", why.message, why.help));
                }
            }
        }
        let opened = self.opening.as_ref()?.try_recv().ok()?;
        self.opening = None;
        opened.map_err(|why| self.refused = Some(why.message)).ok()
    }

    /// Plays the replication of a case again, beside the window.
    fn open(&mut self, ctx: &egui::Context, case: &CaseFound) {
        let Some(ran) = self.ran.clone() else { return };
        if self.known.as_ref().is_some_and(|known| known.0 != ran.revision) {
            self.refused = Some("The application has changed since. Start again to open a case.".to_owned());
            return;
        }
        let (sender, receiver) = unbounded();
        let (ctx, case) = (ctx.clone(), *case);
        let work = move || {
            let run = replicate(&ran.program, &ran.simulation, case.seed);
            let found = run.map(|run| FoundRun {
                name: format!("Simulated with seed {}", case.seed),
                recipe: Recipe::of(&run),
                seq: case.seq,
                words: words(&case, &ran.program),
            });
            let _ = sender.send(found);
            ctx.request_repaint();
        };
        if std::thread::Builder::new().name("case".to_owned()).spawn(work).is_ok() {
            self.opening = Some(receiver);
        }
    }
}

fn told(progress: &Progress<'_>, sender: &Sender<Report>, stop: &AtomicBool, wake: &dyn Fn()) -> bool {
    let report = match progress.results {
        Some(results) => Report::Found(Box::new(results.clone())),
        None => Report::At { arrived: progress.arrived, of: progress.of },
    };
    let heard = sender.send(report).is_ok();
    wake();
    heard && !stop.load(Ordering::Relaxed)
}

/// What is said of a case when it is shown: `#792 took 2.20 min: where it waited longest`.
fn words(case: &CaseFound, program: &Program) -> String {
    let took = span_words(case.took);
    let held = case.held.map(|(service, shape)| {
        program.shape(service, shape).map_or(shape.as_str(), |info| info.name.as_str())
    });
    let took = if case.ended {
        format!("{} took {took}", case.instance)
    } else {
        format!("{} did not end", case.instance)
    };
    match held {
        Some(held) => {
            format!("{took}, {} of it at {held}: here it begins to wait", span_words(case.held_for))
        }
        None => took,
    }
}

impl RunMode {
    /// Shows the simulation, and begins one unless it runs.
    pub fn simulate(&mut self, ctx: &egui::Context, document: &Document) {
        self.drawer.show(Page::Simulation);
        self.simulation.tinted = true;
        self.scenarios.tinted = false;
        self.simulation.start(ctx, document);
    }

    /// Shows the slowest case where it waited longest.
    pub fn open_worst(&mut self, ctx: &egui::Context) {
        let worst = self.simulation.results().and_then(|results| results.worst.first().copied());
        if let Some(case) = worst {
            self.simulation.open(ctx, &case);
        }
    }

    /// Shows or hides where the time went; coverage and heat would hide each other.
    pub fn toggle_heat(&mut self) {
        self.simulation.tinted = !self.simulation.tinted;
        self.scenarios.tinted &= !self.simulation.tinted;
    }

    /// Takes in what a simulation tells.
    pub(super) fn poll_simulation(&mut self, actions: &mut Vec<Action>) {
        let refused = self.simulation.refused.is_some();
        if let Some(found) = self.simulation.poll() {
            self.goes = true;
            self.tell(Command::PlayFound(Arc::new(found)));
        }
        if let Some(why) = self.simulation.refused.as_ref().filter(|_| !refused) {
            actions.push(Action::Refused(why.clone()));
        }
    }
}
