//! Scenarios and what they reach: all of them played beside the window, coverage on the canvas, a message for what nobody
//! reached, and the run kept as a scenario of its own.

mod holes;
mod keep;

use super::RunMode;
use super::orders::{self, Orders};
use super::player::Command;
use crate::diagnostic::{Diagnostic, counted};
use crate::lab::scenario::{Coverage, Hole, Offer, Outcome, Suite, play_all, reach};
use crate::message::Name;
use crate::model::Application;
use crate::program::Program;
use crate::studio::command;
use crate::studio::document::{Action, Document};
use crate::studio::table::{self, Column, Row, View};
use crate::studio::theme::{self, Tokens};
use crossbeam_channel::{Receiver, Sender, bounded};
use egui::{Button, Layout, RichText, ScrollArea, Ui, vec2};
use keep::Keeping;
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
                match searched(run, document) {
                    Some(name) => orders::ui(ui, run, &name),
                    None => holes::ui(ui, run, document, actions),
                }
            },
        );
    });
    keep::keep(ui, run, document, actions);
}

/// Name of the selected scenario, while there is something to say of a search of its orders.
fn searched(run: &RunMode, document: &Document) -> Option<String> {
    let stem = run.scenarios.chosen(&document.app).filter(|stem| run.scenarios.orders.is_of(stem))?;
    let name = document.app.scenarios.get(stem).map(|scenario| &scenario.name);
    Some(name.filter(|name| !name.is_empty()).unwrap_or(stem).clone())
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
            false => run.scenarios.result().unwrap_or_default(),
        };
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add(egui::Label::new(RichText::new(words).small().color(t.muted)).truncate());
        });
    });
    ui.add_space(2.0);
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
    let below = if failures.is_empty() { 0.0 } else { (room * 0.5).clamp(72.0, 180.0) };
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
