//! Every order in which the messages of a scenario can arrive: searched beside the window, and what goes wrong in one of
//! them opened in the run view.

use super::RunMode;
use super::player::{Command, FoundRun};
use crate::diagnostic::{Diagnostic, capital};
use crate::lab::search::{Bounds, Search, Verdict};
use crate::model::Application;
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::table::{self, Column, Did, Row, View};
use crate::studio::theme::{self, Tokens};
use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{Align, Button, Label, Layout, RichText, Ui};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const COLUMNS: [Column; 3] = [
    Column::new("What goes wrong", 180.0).wide(1.0),
    Column::new("Steps", 48.0).mono().right(),
    Column::new("Out of turn", 76.0).mono().right(),
];

/// What the thread beside the window tells.
enum Heard {
    States(usize),
    Done(Box<Searched>),
    Refused(Box<Diagnostic>),
}

#[derive(Debug)]
struct Searched {
    search: Search,
    verdict: Verdict,
}

/// The search that was made last.
#[derive(Debug, Default)]
pub struct Orders {
    heard: Option<Receiver<Heard>>,
    stop: Arc<AtomicBool>,
    /// File stem of the scenario.
    of: String,
    states: usize,
    found: Option<Box<Searched>>,
    refused: Option<Box<Diagnostic>>,
    view: View,
}

impl Orders {
    /// True while states are visited.
    pub fn searches(&self) -> bool {
        self.heard.is_some()
    }

    /// States visited so far.
    pub fn states(&self) -> usize {
        self.verdict().map_or(self.states, |verdict| verdict.states)
    }

    /// True when there is something to show of this scenario.
    pub fn is_of(&self, stem: &str) -> bool {
        !self.of.is_empty() && self.of == stem
    }

    /// What was found of the scenario searched last.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.found.as_ref().map(|found| &found.verdict)
    }

    /// Begins a search of a scenario; one that is under way ends.
    pub fn begin(&mut self, ctx: &egui::Context, app: &Application, stem: &str) {
        self.end();
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, receiver) = unbounded();
        let (app, own, stopped, ctx) = (app.clone(), stem.to_owned(), Arc::clone(&stop), ctx.clone());
        let begun = std::thread::Builder::new().name("orders".to_owned()).spawn(move || {
            let wake = || ctx.request_repaint_after(Duration::from_millis(16));
            search(&app, &own, &stopped, &sender, &wake);
            wake();
        });
        let refused = begun.as_ref().err().map(|why| {
            let help = "Close other programs, and search again";
            Box::new(Diagnostic::error("L14", format!("no thread can be had: {why}"), help))
        });
        let heard = begun.is_ok().then_some(receiver);
        *self = Self { heard, stop, of: stem.to_owned(), refused, ..Self::default() };
    }

    /// Stops visiting states; what was found until then is told.
    pub fn end(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Takes in what the thread tells.
    pub fn poll(&mut self) {
        let all: Vec<Heard> = self.heard.iter().flat_map(Receiver::try_iter).collect();
        for heard in all {
            match heard {
                Heard::States(states) => self.states = states,
                Heard::Done(found) => (self.found, self.heard) = (Some(found), None),
                Heard::Refused(why) => (self.refused, self.heard) = (Some(why), None),
            }
        }
    }
}

fn search(app: &Application, stem: &str, stop: &AtomicBool, sender: &Sender<Heard>, wake: &dyn Fn()) {
    // Nobody listens any more when another search was begun, or the window is gone.
    let say = |heard| sender.send(heard).is_ok();
    match Search::of_scenario(app, stem) {
        Ok(search) => {
            let verdict = search.all(&Bounds::default(), &mut |states| {
                let heard = say(Heard::States(states));
                wake();
                heard && !stop.load(Ordering::Relaxed)
            });
            say(Heard::Done(Box::new(Searched { search, verdict })));
        }
        Err(all) => {
            let why = all.into_iter().next().map(Box::new);
            let _ = why.is_none_or(|why| say(Heard::Refused(why)));
        }
    }
}

/// What was found, or how far the search is.
pub fn ui(ui: &mut Ui, run: &mut RunMode, name: &str) {
    let t = Tokens::of(ui);
    let orders = &mut run.scenarios.orders;
    if let Some(why) = &orders.refused {
        ui.add(
            Label::new(RichText::new(format!("{}. {}", why.message, why.help)).small().color(t.error)).wrap(),
        );
        return;
    }
    let Some(found) = orders.found.take() else {
        ui.horizontal(|ui| {
            ui.spinner();
            let words = format!("Searching every order: {} states so far", orders.states);
            ui.label(RichText::new(words).small().color(t.muted));
        });
        return;
    };
    let new = found.verdict.findings.iter().any(|found| !found.usual);
    let color = if new { t.error } else { t.ok };
    let words = capital(&found.verdict.found_text());
    let (mut opens, mut closes) = (false, false);
    ui.horizontal(|ui| {
        let chosen = orders.view.cursor.is_some_and(|at| at < found.verdict.findings.len());
        if !found.verdict.findings.is_empty() {
            let button = Button::new(RichText::new("Open at its moment").size(12.0));
            let tip = "Plays the selected finding and shows the run where it goes wrong; so does Enter";
            let response = ui.add_enabled(chosen, button).on_hover_text(tip);
            opens = response.on_disabled_hover_text("Select a line first").clicked();
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            closes = fields::icon_button(ui, Glyph::Close, "Put the result away").clicked();
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let words = RichText::new(words).text_style(theme::strong()).color(color);
                ui.add(Label::new(words).truncate());
            });
        });
    });
    // How far the search went is what the result is worth: all of it is read.
    let stopped = orders.stop.load(Ordering::Relaxed) && !found.verdict.all;
    let words = format!("{name}{}: {}", if stopped { ", stopped" } else { "" }, found.verdict.text());
    ui.add(Label::new(RichText::new(words).small().color(t.muted)).wrap());
    let mut view = std::mem::take(&mut orders.view);
    let all = &found.verdict.findings;
    let mut did = Did::default();
    if !all.is_empty() {
        did = table::show(ui, ("Found in some order", &COLUMNS), &mut view, all.len(), |index| {
            let found = all.get(index)?;
            let usual = if found.usual { " (in the scenario itself, too)" } else { "" };
            let words = format!("{}{usual}", found.text());
            Some(Row {
                name: format!("{words}, {}", found.way_text()),
                cells: vec![words, found.steps.to_string(), found.turned.to_string()],
                mark: Some(if found.usual { t.warn } else { t.error }),
                faint: found.usual,
                ..Row::default()
            })
        });
    }
    let opened =
        did.opened.or(view.cursor.filter(|_| opens)).and_then(|at| all.get(at)).map(|chosen| FoundRun {
            name: format!("{name}: {}", chosen.kind),
            recipe: found.search.way(chosen),
            seq: chosen.seq,
            words: format!("{}: {}", chosen.text(), chosen.way_text()),
        });
    orders.view = view;
    if closes {
        *orders = Orders::default();
    } else {
        orders.found = Some(found);
    }
    if let Some(opened) = opened {
        run.tell(Command::PlayFound(Arc::new(opened)));
        run.goes = true;
        // Where the time of a simulation went says nothing of this run.
        run.simulation.tinted = false;
        run.show_why();
    }
}
