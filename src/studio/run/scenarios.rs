//! Scenarios and what they reach: all of them played beside the window, coverage on the canvas, a message for what nobody
//! reached, and the run kept as a scenario of its own.

use super::RunMode;
use super::desk::Page;
use super::orders::{self, Orders};
use super::player::Command;
use crate::diagnostic::{Diagnostic, counted};
use crate::lab::scenario::{Coverage, Hole, Kept, Kind, Offer, Outcome, Suite, play_all, reach};
use crate::message::Name;
use crate::model::Application;
use crate::model::edit::{Edit, Part};
use crate::program::Program;
use crate::studio::command;
use crate::studio::document::{Action, Document};
use crate::studio::panels::fields;
use crate::studio::table::{self, Column, Row, View};
use crate::studio::theme::{self, Tokens};
use crossbeam_channel::{Receiver, Sender, bounded};
use egui::{Button, Key, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Other orders that a scenario is explored in, each with what is ready run in an order drawn from its own seed.
const SCHEDULES: u64 = 100;
/// Messages that are tried for a hole.
const TRIES: usize = 160;

const COLUMNS: [Column; 3] = [
    Column::new("Scenario", 180.0).wide(1.0),
    Column::new("Runs", 48.0).mono().right(),
    Column::new("Took", 70.0).mono().right(),
];
const HOLES: [Column; 3] = [
    Column::new("Not reached", 170.0).wide(1.0),
    Column::new("What", 110.0).wide(0.3),
    Column::new("In", 120.0).wide(0.5),
];

/// What the thread beside the window tells.
enum Report {
    Outcome(Box<Outcome>),
    Covered(Box<Coverage>),
    Explored,
    Broken(Vec<Diagnostic>),
    Offered(Box<Hole>, Result<Offer, String>),
}

/// Of what run the coverage is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Covered {
    /// The run shown, up to the moment.
    #[default]
    Run,
    Scenarios,
}

/// What is offered for a hole.
#[derive(Clone, Debug)]
enum Found {
    Looking,
    Offer(Offer),
    /// Why there is none.
    Not(String),
}

/// A run that is about to be kept as a scenario.
#[derive(Clone, Debug)]
struct Keeping {
    name: String,
    kept: Arc<Kept>,
    chosen: Vec<bool>,
    /// The field for its name wants the keyboard.
    new: bool,
}

#[derive(Debug, Default)]
pub struct Scenarios {
    reports: Option<Receiver<Report>>,
    playing: bool,
    /// Set to end what plays.
    stop: Arc<AtomicBool>,
    outcomes: BTreeMap<String, Outcome>,
    broken: Vec<Diagnostic>,
    of_scenarios: Option<Arc<Coverage>>,
    of_run: Option<Arc<Coverage>>,
    pub covered: Covered,
    /// The canvas shows what was reached.
    pub tinted: bool,
    holes: Vec<Hole>,
    holes_of: Option<usize>,
    offers: Vec<(Hole, Found)>,
    list: View,
    /// Height of what is said below the list, in points.
    below: f32,
    hole_view: View,
    keeping: Option<Keeping>,
    wants_name: bool,
    pub orders: Orders,
}

impl Scenarios {
    fn coverage(&self) -> Option<&Arc<Coverage>> {
        match self.covered {
            Covered::Run => self.of_run.as_ref(),
            Covered::Scenarios => self.of_scenarios.as_ref(),
        }
    }

    /// Whether a shape, branch or block was reached; `None` while the canvas does not show it.
    pub fn reached(&self, service: Name, id: Name) -> Option<bool> {
        self.coverage().filter(|_| self.tinted)?.service(service.as_str())?.reached(id)
    }

    /// Takes in what the thread tells.
    pub fn poll(&mut self) {
        self.orders.poll();
        let reports: Vec<Report> = self.reports.iter().flat_map(Receiver::try_iter).collect();
        for report in reports {
            match report {
                Report::Outcome(outcome) => drop(self.outcomes.insert(outcome.stem.clone(), *outcome)),
                Report::Covered(coverage) => {
                    self.of_scenarios = Some(Arc::new(*coverage));
                    self.holes_of = None;
                    self.playing = false;
                }
                Report::Explored => self.playing = false,
                Report::Broken(all) => {
                    self.broken = all;
                    self.playing = false;
                }
                Report::Offered(hole, found) => {
                    let found = found.map_or_else(Found::Not, Found::Offer);
                    self.offers.retain(|(own, _)| *own != *hole);
                    self.offers.push((*hole, found));
                }
            }
        }
    }

    /// Plays every scenario of the application beside the window; while some play, begins no more of them.
    pub fn play_all(&mut self, ctx: &egui::Context, app: &Application) {
        if self.playing {
            self.stop.store(true, Ordering::Relaxed);
            return;
        }
        self.outcomes.clear();
        self.broken.clear();
        self.offers.clear();
        self.covered = Covered::Scenarios;
        self.stop = Arc::default();
        let (app, stop) = (app.clone(), Arc::clone(&self.stop));
        self.playing = self.beside(ctx, move |sender, wake| {
            let suite = Suite::default();
            let mut tell = |outcome: &Outcome| {
                // Nobody waits any more when the window is gone.
                let heard = sender.send(Report::Outcome(Box::new(outcome.clone()))).is_ok();
                wake();
                heard && !stop.load(Ordering::Relaxed)
            };
            let report = match play_all(&app, &suite, &mut tell) {
                Ok((_, coverage)) => Report::Covered(Box::new(coverage)),
                Err(all) => Report::Broken(all),
            };
            let _ = sender.send(report);
            wake();
        });
    }

    /// Plays a scenario, or all of them, in many orders of what can happen; the first in which something is not as
    /// expected is kept with its number.
    pub fn explore(&mut self, ctx: &egui::Context, app: &Application) {
        if self.playing {
            return;
        }
        let chosen = self.chosen(app).cloned();
        match &chosen {
            Some(stem) => drop(self.outcomes.remove(stem)),
            None => self.outcomes.clear(),
        }
        self.orders = Orders::default();
        self.broken.clear();
        self.stop = Arc::default();
        let (app, stop) = (app.clone(), Arc::clone(&self.stop));
        self.playing = self.beside(ctx, move |sender, wake| {
            let suite =
                Suite { filter: chosen.clone().unwrap_or_default(), seeds: SCHEDULES, ..Suite::default() };
            let mut tell = |outcome: &Outcome| {
                // What only has such a name as well was not meant.
                if chosen.as_ref().is_none_or(|stem| *stem == outcome.stem) {
                    let _ = sender.send(Report::Outcome(Box::new(outcome.clone())));
                    wake();
                }
                !stop.load(Ordering::Relaxed)
            };
            let report = match play_all(&app, &suite, &mut tell) {
                Ok(_) => Report::Explored,
                Err(all) => Report::Broken(all),
            };
            let _ = sender.send(report);
            wake();
        });
    }

    /// File stem of the scenario the cursor is at.
    pub fn chosen<'a>(&self, app: &'a Application) -> Option<&'a String> {
        self.list.cursor.and_then(|at| app.scenarios.keys().nth(at))
    }

    /// Puts the cursor at a scenario.
    pub fn choose(&mut self, place: usize) {
        self.list.cursor = Some(place);
        self.list.reveal(place);
    }

    /// Searches every order in which the messages of the selected scenario can arrive, or ends that.
    pub fn search_orders(&mut self, ctx: &egui::Context, app: &Application) {
        if self.orders.searches() {
            self.orders.end();
        } else if let Some(stem) = self.chosen(app) {
            self.orders.begin(ctx, app, stem);
        }
    }

    /// What was played belongs to an application that is there no more.
    pub fn forget(&mut self) {
        self.outcomes.clear();
        self.broken.clear();
        self.offers.clear();
        self.of_scenarios = None;
        self.holes_of = None;
    }

    fn look_for(&mut self, ctx: &egui::Context, app: &Application, hole: &Hole) {
        self.offers.retain(|(own, _)| own != hole);
        let (app, own) = (app.clone(), hole.clone());
        let begun = self.beside(ctx, move |sender, wake| {
            let found = match Program::compile(&app) {
                Ok((program, _)) => reach(&program, &own, TRIES),
                Err(all) => Err(all.first().map(|why| why.message.clone()).unwrap_or_default()),
            };
            let _ = sender.send(Report::Offered(Box::new(own), found));
            wake();
        });
        if begun {
            self.offers.push((hole.clone(), Found::Looking));
        }
    }

    /// Does something on a thread of its own; false when there is none to be had.
    fn beside(
        &mut self,
        ctx: &egui::Context,
        work: impl FnOnce(&Sender<Report>, &dyn Fn()) + Send + 'static,
    ) -> bool {
        let (sender, receiver) = bounded(256);
        let ctx = ctx.clone();
        let wake = move || ctx.request_repaint_after(std::time::Duration::from_millis(16));
        let begun =
            std::thread::Builder::new().name("scenarios".to_owned()).spawn(move || work(&sender, &wake));
        // What another thread still has to tell is no longer wanted.
        self.reports = Some(receiver);
        begun.is_ok()
    }

    /// `72 passed, 1 failed`.
    fn result(&self) -> Option<String> {
        let (played, failed) = (self.played(), self.failed());
        (played > 0).then(|| format!("{} passed, {failed} failed", played - failed))
    }

    /// `12 of 73 scenarios played, 1 failed`.
    fn progress(&self, app: &Application) -> String {
        let all = counted(app.scenarios.len(), "scenario");
        match self.failed() {
            0 => format!("{} of {all} played", self.played()),
            failed => format!("{} of {all} played, {failed} failed", self.played()),
        }
    }

    /// The scenarios that failed, of those played.
    pub fn failed(&self) -> usize {
        self.outcomes.values().filter(|outcome| !outcome.failures.is_empty()).count()
    }

    /// Number of scenarios played.
    pub fn played(&self) -> usize {
        self.outcomes.len()
    }
}

pub fn ui(ui: &mut Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    if let Some(coverage) = run.found().coverage.clone() {
        run.scenarios.of_run = Some(coverage);
    }
    tools(ui, run, document, actions);
    for problem in run.scenarios.broken.iter().take(3) {
        let t = Tokens::of(ui);
        ui.add(egui::Label::new(RichText::new(&problem.message).small().color(t.error)).truncate());
    }
    let room = ui.available_size();
    let half = ((room.x - 16.0) * 0.44).max(160.0);
    ui.with_layout(Layout::left_to_right(egui::Align::Min), |ui| {
        ui.allocate_ui_with_layout(vec2(half, room.y), Layout::top_down(egui::Align::Min), |ui| {
            ui.set_width(half);
            list(ui, run, document, actions);
        });
        ui.add_space(12.0);
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), room.y),
            Layout::top_down(egui::Align::Min),
            |ui| {
                ui.set_width(ui.available_width());
                holes(ui, run, document, actions);
            },
        );
    });
    keep(ui, run, document, actions);
}

fn tools(ui: &mut Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    use command::Command as C;
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        let small = |ui: &mut Ui, command: C, enabled: bool| {
            let words = RichText::new(command.text()).size(12.0);
            ui.add_enabled(enabled, Button::new(words)).on_hover_text(command.about().1).clicked()
        };
        let some = !document.app.scenarios.is_empty();
        let words = if run.scenarios.playing { "Stop playing" } else { C::PlayScenarios.text() };
        let button = Button::new(RichText::new(words).size(12.0));
        if ui.add_enabled(some, button).on_hover_text(C::PlayScenarios.about().1).clicked() {
            actions.push(Action::Command(C::PlayScenarios));
        }
        if small(ui, C::Explore, some && !run.scenarios.playing) {
            actions.push(Action::Command(C::Explore));
        }
        let searches = run.scenarios.orders.searches();
        let words = if searches { "Stop searching" } else { C::SearchOrders.text() };
        let button = Button::new(RichText::new(words).size(12.0));
        let ready = searches || run.scenarios.chosen(&document.app).is_some();
        let tip = "Select a scenario first";
        let response = ui.add_enabled(ready, button).on_hover_text(C::SearchOrders.about().1);
        if response.on_disabled_hover_text(tip).clicked() {
            actions.push(Action::Command(C::SearchOrders));
        }
        let button = Button::new(RichText::new(C::KeepAsTest.text()).size(12.0));
        let response =
            ui.add_enabled(run.state.past.is_none(), button).on_hover_text(C::KeepAsTest.about().1);
        if response.on_disabled_hover_text("Go back to now first").clicked() {
            actions.push(Action::Command(C::KeepAsTest));
        }
        let words = RichText::new("Coverage on the canvas").size(12.0);
        ui.checkbox(&mut run.scenarios.tinted, words).on_hover_text(C::CoverageTint.about().1);
        for (covered, words) in [(Covered::Run, "Of this run"), (Covered::Scenarios, "Of the scenarios")] {
            let on = run.scenarios.covered == covered;
            if ui.selectable_label(on, RichText::new(words).size(12.0)).clicked() {
                run.scenarios.covered = covered;
                run.scenarios.holes_of = None;
            }
        }
        let words = match run.scenarios.playing {
            true => run.scenarios.progress(&document.app),
            false => {
                let coverage = run.scenarios.coverage().map(|coverage| totals(coverage));
                run.scenarios.result().into_iter().chain(coverage).collect::<Vec<_>>().join(" · ")
            }
        };
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add(egui::Label::new(RichText::new(words).small().color(t.muted)).truncate());
        });
    });
    ui.add_space(2.0);
}

/// `41 of 52 shapes, 6 of 8 branches, …`.
fn totals(coverage: &Coverage) -> String {
    let mut sums = [(0, 0); 5];
    for (_, service) in coverage.services() {
        let parts =
            [service.shapes(), service.branches(), service.handlers(), service.follows(), service.receives()];
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum = (sum.0 + part.0, sum.1 + part.1);
        }
    }
    let ports = coverage.ports();
    if let Some(last) = sums.last_mut() {
        *last = (last.0 + ports.0, last.1 + ports.1);
    }
    let words = ["shapes", "branches", "handlers", "follow pairs", "subscriptions"];
    let part = |((reached, all), words): (&(usize, usize), &str)| format!("{reached} of {all} {words}");
    sums.iter().zip(words).filter(|((_, all), _)| *all > 0).map(part).collect::<Vec<_>>().join(", ")
}

fn list(ui: &mut Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    let scenarios: Vec<(&String, &str)> =
        document.app.scenarios.iter().map(|(stem, scenario)| (stem, scenario.name.as_str())).collect();
    if scenarios.is_empty() {
        let words = "No scenario yet. Play for a while, then choose Keep as test.";
        table::nothing(ui, words);
        return;
    }
    let t = Tokens::of(ui);
    let cursor = run.scenarios.list.cursor.and_then(|at| scenarios.get(at));
    let failed =
        cursor.and_then(|(stem, _)| run.scenarios.outcomes.get(*stem)).filter(|o| !o.failures.is_empty());
    let seed = failed.map_or(0, |outcome| outcome.seed);
    let failures: Vec<Diagnostic> = failed.map(|outcome| outcome.failures.clone()).unwrap_or_default();
    let room = ui.available_height();
    let searched = failures.is_empty() && cursor.is_some_and(|(stem, _)| run.scenarios.orders.is_of(stem));
    let below = match (searched, failures.is_empty()) {
        (false, true) => 0.0,
        (false, false) => (room * 0.5).clamp(72.0, 180.0),
        (true, _) => (room * 0.6).clamp(96.0, 260.0),
    };
    let mut view = std::mem::take(&mut run.scenarios.list);
    if std::mem::replace(&mut run.scenarios.below, below) < below {
        // What is said below of the row at the cursor does not push it out of sight.
        view.keep_in_sight();
    }
    let mut did = table::Did::default();
    ui.allocate_ui(vec2(ui.available_width(), room - below), |ui| {
        did = table::show(ui, ("Scenarios", &COLUMNS), &mut view, scenarios.len(), |index| {
            let (stem, name) = scenarios.get(index)?;
            let outcome = run.scenarios.outcomes.get(*stem);
            let failed = outcome.is_some_and(|outcome| !outcome.failures.is_empty());
            let name = if name.is_empty() { stem.as_str() } else { name };
            let state = match outcome {
                None if run.scenarios.playing => "waits",
                None => "not played",
                Some(_) if failed => "failed",
                Some(_) => "passed",
            };
            let orders = outcome.filter(|outcome| outcome.runs > 1);
            let orders = orders.map_or_else(String::new, |outcome| format!(" in {} orders", outcome.runs));
            Some(Row {
                cells: vec![
                    name.to_owned(),
                    outcome.map(|o| o.runs.to_string()).unwrap_or_default(),
                    outcome.map(|o| format!("{:.0} ms", o.took.as_secs_f64() * 1e3)).unwrap_or_default(),
                ],
                name: format!("{name}, {state}{orders}"),
                mark: Some(if failed {
                    t.error
                } else if outcome.is_some() {
                    t.ok
                } else {
                    t.line_strong
                }),
                ..Row::default()
            })
        });
    });
    run.scenarios.list = view;
    if let Some((stem, _)) = did.opened.and_then(|at| scenarios.get(at)) {
        play(run, document, stem);
    }
    if searched {
        let name = run.scenarios.list.cursor.and_then(|at| scenarios.get(at));
        let name = name.map(|(stem, name)| if name.is_empty() { stem.as_str() } else { name });
        orders::ui(ui, run, name.unwrap_or_default());
        return;
    }
    let Some(first) = failures.first() else { return };
    ui.horizontal(|ui| {
        let order = if seed == 0 { String::new() } else { format!(" in order {seed}") };
        let words = format!("{}{order}", counted(failures.len(), "difference"));
        ui.label(RichText::new(words).text_style(theme::strong()).color(t.error));
        let words = RichText::new("Open where it failed").size(12.0);
        let tip = "Plays it again and shows the run at the moment of the difference";
        if ui.add(Button::new(words)).on_hover_text(tip).clicked()
            && let Some((stem, _)) = run.scenarios.list.cursor.and_then(|at| scenarios.get(at))
        {
            play(run, document, stem);
            actions.push(Action::Said(first.message.lines().next().unwrap_or_default().to_owned()));
        }
    });
    ScrollArea::vertical().id_salt("failures").auto_shrink(false).show(ui, |ui| {
        for failure in &failures {
            let place = RichText::new(&failure.place.name).small().color(t.muted);
            ui.add(egui::Label::new(place).truncate());
            ui.add(egui::Label::new(RichText::new(&failure.message).monospace().size(11.0)).wrap());
            if !failure.help.is_empty() {
                ui.add(egui::Label::new(RichText::new(&failure.help).small().color(t.muted)).wrap());
            }
        }
    });
}

/// Plays one scenario in the run view, to look into it.
fn play(run: &mut RunMode, document: &Document, stem: &str) {
    let seed = run.scenarios.outcomes.get(stem).map_or(0, |outcome| outcome.seed);
    let application = Arc::new(document.app.clone());
    run.tell(Command::PlayScenario { application, stem: stem.to_owned(), seed });
}

fn holes(ui: &mut Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    let Some(coverage) = run.scenarios.coverage().cloned() else {
        let words = match run.scenarios.covered {
            Covered::Run => "Nothing has run yet. Play, and what was not reached is listed here.",
            Covered::Scenarios => "Choose Run all scenarios, and what none of them reached is listed here.",
        };
        table::nothing(ui, words);
        return;
    };
    let of = Arc::as_ptr(&coverage) as usize;
    if run.scenarios.holes_of != Some(of) {
        run.scenarios.holes_of = Some(of);
        run.scenarios.holes = coverage.holes();
    }
    let holes = std::mem::take(&mut run.scenarios.holes);
    if holes.is_empty() {
        let words = match totals(&coverage).is_empty() {
            true => "There is nothing to reach yet. Draw an orchestration in Design.",
            false => {
                "Everything was reached: all shapes, branches, handlers, follow pairs and subscriptions."
            }
        };
        table::nothing(ui, words);
        run.scenarios.holes = holes;
        return;
    }
    let t = Tokens::of(ui);
    let chosen = run.scenarios.hole_view.cursor.and_then(|at| holes.get(at)).cloned();
    let room = ui.available_height();
    let below = if chosen.is_some() { 64.0 } else { 0.0 };
    let mut view = std::mem::take(&mut run.scenarios.hole_view);
    let mut did = table::Did::default();
    ui.allocate_ui(vec2(ui.available_width(), (room - below).max(60.0)), |ui| {
        did = table::show(ui, ("Not reached", &HOLES), &mut view, holes.len(), |index| {
            let hole = holes.get(index)?;
            Some(Row {
                cells: vec![
                    hole.name.clone(),
                    hole.kind.words().to_owned(),
                    super::atlas::service_words(hole.service).to_owned(),
                ],
                mark: Some(match hole.kind {
                    Kind::Shape => t.error,
                    Kind::Branch => t.flow,
                    Kind::Handler => t.scope,
                    Kind::Follow => t.construct,
                    Kind::Subscription => t.messaging,
                }),
                ..Row::default()
            })
        });
    });
    run.scenarios.hole_view = view;
    let hole = |at: Option<usize>| at.and_then(|at| holes.get(at));
    if let Some((service, shape)) = hole(did.chose).and_then(|hole| Some((hole.service, hole.shape?))) {
        run.go_to_shape(service, shape, actions);
    }
    if let Some(hole) = hole(did.opened) {
        run.scenarios.look_for(ui.ctx(), &document.app, hole);
    }
    if let Some(hole) = chosen {
        offer(ui, run, document, &hole);
    }
    run.scenarios.holes = holes;
}

/// A message for the chosen hole, or why there is none.
fn offer(ui: &mut Ui, run: &mut RunMode, document: &Document, hole: &Hole) {
    let t = Tokens::of(ui);
    let found = run.scenarios.offers.iter().find(|(own, _)| own == hole).map(|(_, found)| found.clone());
    match found {
        None => {
            ui.horizontal(|ui| {
                let words = RichText::new("Find a message for it").size(12.0);
                let tip = "Tries sample messages and generated ones until one gets there";
                if ui.add(Button::new(words)).on_hover_text(tip).clicked() {
                    run.scenarios.look_for(ui.ctx(), &document.app, hole);
                }
            });
        }
        Some(Found::Looking) => fields::note(ui, "Trying messages…"),
        Some(Found::Not(why)) => {
            ui.add(egui::Label::new(RichText::new(why).small().color(t.warn)).wrap());
        }
        Some(Found::Offer(offer)) => {
            let source = offer.source.rsplit(['#', '/']).next().unwrap_or(&offer.source);
            let with = if offer.with.is_empty() {
                String::new()
            } else {
                format!(" with {}", offer.with.join(", "))
            };
            let words = format!("{source}{with} at {} gets there", offer.location);
            ui.horizontal(|ui| {
                if ui.add(Button::new(RichText::new("Take it to Send message").size(12.0))).clicked() {
                    run.send.take(&offer.location, source, &offer.text);
                    run.drawer.show(Page::Send);
                }
                ui.add(egui::Label::new(RichText::new(&words).small().color(t.ok)).truncate())
                    .on_hover_text(&words);
            });
        }
    }
}

impl RunMode {
    /// Begins to keep the run as a scenario: what was done becomes its steps.
    pub fn keep_as_test(&mut self) {
        self.drawer.show(Page::Scenarios);
        self.scenarios.wants_name = true;
        self.tell(Command::Keep("New scenario".to_owned(), self.ran.clone()));
    }
}

/// Name and expectations of the scenario that the run becomes.
fn keep(ui: &Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    if let Some(kept) = run.state.kept.take().filter(|_| std::mem::take(&mut run.scenarios.wants_name)) {
        let chosen = kept.proposals.iter().map(|proposal| proposal.repeats).collect();
        let name = format!("Run of {}", document.name());
        let free = |name: &String| !document.app.scenarios.contains_key(&stem_of(name));
        let mut names = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name} {number}")));
        let name = names.find(free).unwrap_or(name);
        run.scenarios.keeping = Some(Keeping { name, kept, chosen, new: true });
    }
    let Some(mut keeping) = run.scenarios.keeping.take() else { return };
    let t = Tokens::of(ui);
    let stem = stem_of(&keeping.name);
    let taken = document.app.scenarios.contains_key(&stem);
    let (mut answer, mut entered) = (None, false);
    let frame = egui::Frame::popup(ui.style()).inner_margin(16);
    let modal = egui::Modal::new(egui::Id::unique("keep as test")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(520.0);
        ui.heading("Keep as test");
        ui.add_space(2.0);
        let steps = counted(keeping.kept.scenario.steps.len(), "step");
        fields::note(ui, format!("What was done becomes {steps}; choose what is expected in the end."));
        ui.add_space(6.0);
        fields::row(ui, "Name", |ui| {
            let field = ui.add(TextEdit::singleline(&mut keeping.name).desired_width(f32::INFINITY));
            if std::mem::take(&mut keeping.new) {
                field.request_focus();
            }
            entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            field
        });
        if taken {
            ui.label(
                RichText::new("There is a scenario of this name. Give it another.").small().color(t.error),
            );
        } else {
            fields::note(ui, format!("scenarios/{stem}.scenario.ron"));
        }
        fields::heading(ui, "Expected");
        ScrollArea::vertical().max_height(260.0).auto_shrink([false, true]).show(ui, |ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Wrap);
            for (proposal, on) in keeping.kept.proposals.iter().zip(&mut keeping.chosen) {
                let mut words = shortened(&proposal.sentence);
                if !proposal.repeats {
                    words.push_str(" (not so when it is played in turn)");
                }
                ui.checkbox(on, words).on_hover_text(&proposal.sentence);
            }
        });
        if !keeping.kept.lost.is_empty() {
            fields::heading(ui, "Left out");
        }
        for lost in &keeping.kept.lost {
            ui.add(egui::Label::new(RichText::new(lost).small().color(t.warn)).wrap());
        }
        let ready = !taken && !stem.is_empty();
        answer = fields::answers(ui, "Keep", ready, &["Cancel"]).or((entered && ready).then_some(0));
    });
    if answer == Some(0) {
        let chosen = keeping.kept.proposals.iter().zip(&keeping.chosen).filter_map(|(p, on)| on.then_some(p));
        let mut scenario = keeping.kept.expecting(chosen);
        keeping.name.trim().clone_into(&mut scenario.name);
        // The list shows it, marked.
        let before = document.app.scenarios.keys().filter(|other| **other < stem).count();
        run.scenarios.list.cursor = Some(before);
        run.scenarios.list.reveal(before);
        actions.push(Action::edit(Edit::Set(Part::Scenario(stem, Some(Box::new(scenario))))));
        return;
    }
    if answer.is_none() && !modal.should_close() {
        run.scenarios.keeping = Some(keeping);
    }
}

/// A sentence that may list very many things, cut between two of them.
fn shortened(sentence: &str) -> String {
    const MOST: usize = 200;
    let Some((cut, _)) = sentence.char_indices().nth(MOST) else { return sentence.to_owned() };
    let head = sentence.get(..cut).unwrap_or(sentence);
    let head = head.rsplit_once(", ").map_or(head, |(before, _)| before);
    format!("{head}, …")
}

/// The file stem of a scenario's name: `Run of hello` is `run-of-hello`.
fn stem_of(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
