//! Run mode: the application plays on its own thread, and canvas, lists and inspector show what happens.
//!
//! [`worker`] has the thread, [`player`] what it does, [`tracker`] what it remembers. [`state`] is the window's
//! copy, made of updates; [`overlay`] paints it on the canvas, the panels say it in words.

mod arrivals;
pub mod atlas;
mod boxes;
mod changed;
pub mod desk;
pub mod flights;
pub mod forks;
mod generate;
pub(in crate::studio) mod inspector;
mod instances;
mod messages;
pub mod notice;
pub mod orders;
pub mod overlay;
pub mod pages;
mod partners;
pub mod player;
pub mod pretty;
pub mod scenarios;
mod send;
pub mod simulation;
pub mod state;
pub mod stops;
mod tab_bar;
mod time;
pub mod tracker;
mod transport;
mod tree;
mod values;
mod why;
mod words;
pub mod worker;

pub use boxes::strip;
use tab_bar::tab_bar;

use super::document::{Action, Document, Selection};
use super::theme::Tokens;
use crate::engine::{Event, EventKind, InstanceId, Operation};
use crate::journal::Stride;
use crate::message::{MessageId, Name, Value, format_value};
use crate::model::{Application, Id};
use changed::Changed;
use desk::Page;
use egui::{RichText, Ui};
use overlay::{RunOverlay, Tokens as Threads};
use player::{Asked, Command};
use send::SendPanel;
use state::State;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use worker::Worker;

/// Least time between two frames that only the run asks for.
const FRAME: Duration = Duration::from_millis(33);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    State,
    Messages,
    Why,
}

/// How far one step through the record goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    #[default]
    Event,
    Shape,
    Message,
}

/// Everything of Run mode but the document.
#[derive(Debug, Default)]
pub struct RunMode {
    worker: Option<Worker>,
    /// A frame is already asked for.
    woken: Arc<AtomicBool>,
    pub state: State,
    /// Revision and identity of the application that runs.
    loaded: Option<(u64, Option<std::path::PathBuf>, String)>,
    selected: Option<InstanceId>,
    /// A person chose the instance, or chose none.
    chosen: bool,
    /// Keep the token of the selected instance in view.
    unfollow: bool,
    tokens: Threads,
    tab: Tab,
    /// The panel at the right was asked for.
    wants_side: bool,
    /// What it showed last.
    inspected: Option<(Tab, u64, Option<InstanceId>, Option<u64>)>,
    pub drawer: pages::Drawer,
    pub scenarios: scenarios::Scenarios,
    pub simulation: simulation::Simulations,
    answers: partners::Answers,
    /// The application as it was loaded last.
    ran: Option<Arc<Application>>,
    /// The selected instance, with its place in the list at the left; and how far that is scrolled, in points.
    listed: Option<(InstanceId, usize)>,
    list_top: f32,
    picked_message: Option<usize>,
    send: SendPanel,
    resume: bool,
    /// Loads without playing.
    held: bool,
    unit: Unit,
    time: time::Timeline,
    /// The next moment shown is gone to, as its place may be anywhere.
    goes: bool,
    /// What it means to the engine that the tab Why is open.
    asks: bool,
    asked: Asked,
    /// Where a value comes from is to be shown when it is known.
    traces: bool,
    /// The application was not looked at all the time: what was changed was changed in Design.
    rested: bool,
    /// A fix was chosen and is being applied.
    mends: bool,
    /// What the last fix was, while its run is shown.
    applied: Option<String>,
    /// The variable that was picked in the list.
    variable: Option<Name>,
    editing: Option<values::Editing>,
    form: Option<forks::Form>,
    /// Name of the run that gets another, that one so far, and whether the field is new.
    renaming: Option<(String, String, bool)>,
    /// Name of the run one is asked about before it is deleted.
    discarding: Option<String>,
    /// Of two runs side by side.
    only_differences: bool,
    /// The runs, the event in which they part and the place of the first line, that the list was last scrolled to.
    compared: (String, String, (u64, Option<usize>)),
    narrates: bool,
}

impl RunMode {
    /// Once a frame, before anything is drawn: takes in what the engine reported, loads what changed.
    pub fn tick(
        &mut self,
        ctx: &egui::Context,
        document: &Document,
        shown: bool,
        reduced_motion: bool,
        actions: &mut Vec<Action>,
    ) {
        if !shown {
            self.rest();
            return;
        }
        self.woken.store(false, Ordering::Relaxed);
        self.start(ctx);
        self.scenarios.poll();
        self.poll_simulation(actions);
        let identity = (document.revision, document.folder.clone(), document.name().to_owned());
        let mends = std::mem::take(&mut self.mends);
        let known = self
            .loaded
            .as_ref()
            .is_some_and(|(_, folder, name)| (folder, name.as_str()) == (&document.folder, document.name()));
        let mut other = self.loaded.as_ref() != Some(&identity);
        // Saved elsewhere it is the application it was.
        let moved = !known
            && document.folder.is_some()
            && self.loaded.as_ref().is_some_and(|(revision, _, _)| *revision == document.revision);
        let same = known || moved;
        if other && same && !mends && self.ran.as_ref().is_some_and(|ran| runs_alike(ran, &document.app)) {
            self.loaded = Some(identity.clone());
            other = false;
        }
        if other {
            // What was searched is not what is drawn any more.
            self.scenarios.orders = orders::Orders::default();
            self.scenarios.forget();
            self.state.atlas = atlas::Atlas::of(&document.app);
            let app = Arc::new(document.app.clone());
            let before = self.ran.replace(Arc::clone(&app)).filter(|_| known);
            let changed = before.map(|before| Changed::between(&before, &app, &self.state.atlas));
            self.state.changed = changed.unwrap_or_default();
            actions.extend(self.state.changed.words().map(Action::SaidToo));
            self.applied = self.applied.take().filter(|_| mends);
            if known && !self.rested {
                // Changed while one looks at the run: the same messages meet the change.
                self.tell(Command::Again(app));
            } else {
                if known && self.state.broken.is_empty() {
                    let words = "A new run of what was changed; the one before is in the list of runs";
                    actions.push(Action::SaidToo(words.to_owned()));
                }
                self.tell(if known { Command::Reload(app) } else { Command::Load(app) });
                if !self.held {
                    self.tell(Command::Play);
                }
                self.choose(None, false);
            }
            self.loaded = Some(identity);
            self.resume = false;
        } else if mends {
            // The change was refused.
            self.applied = None;
        } else if std::mem::take(&mut self.resume) {
            self.tell(Command::Play);
        }
        self.rested = false;
        self.ask_shape(document);
        let updates: Vec<_> = self.worker.iter().flat_map(Worker::updates).collect();
        for update in updates {
            let other = update.run != self.state.run;
            if other {
                self.selected = update.watched.as_ref().map(|watched| watched.id);
                self.chosen &= self.selected.is_some();
                (self.variable, self.editing) = (None, None);
            }
            let came = update.came;
            if let Some(id) = came {
                // The engine watches it already.
                self.chosen = true;
                self.selected = Some(id);
                self.tokens = Threads::default();
            }
            for answer in &update.answers {
                self.answered(answer);
                match answer {
                    player::Answer::Done(words) => actions.push(Action::Said(words.clone())),
                    player::Answer::Refused(why) => actions.push(Action::Refused(why.message.clone())),
                    player::Answer::Sent { .. } => {}
                }
            }
            let moved = update.past.is_some() && update.past != self.state.past;
            self.state.absorb(update);
            // One of the run before, which this one has not come to.
            let began = |id| self.state.instances.iter().any(|summary| summary.id >= id);
            if other && self.state.past.is_none() && self.selected.is_some_and(|id| !began(id)) {
                self.choose(None, false);
            }
            if moved && std::mem::take(&mut self.goes) {
                self.go_to_moment(actions);
            }
            if let Some(id) = came {
                self.go_to_breakpoint(id, actions);
            }
            self.offer(document);
            self.hop(document, actions);
        }
        // Frames come when something happens, so the steady frame time that egui expects is not theirs.
        let seconds = f64::from(ctx.input(|i| i.unstable_dt)).min(0.1);
        if self.state.advance(seconds) {
            let travels = self.state.flights.travel() && !reduced_motion;
            ctx.request_repaint_after(if travels { FRAME / 2 } else { FRAME });
        }
    }

    /// What the variables of the followed instance last were, when the open orchestration is its own.
    pub fn values(&self, document: &Document) -> BTreeMap<String, String> {
        let view = self.state.watched.as_ref().and_then(|watched| watched.view.as_ref());
        let open = document.module().zip(document.orchestration()).map(|(m, o)| m.full_name(&o.name));
        let own = view.filter(|view| open.is_some_and(|open| view.service.as_str() == open));
        let shown = |value: &Value| match value {
            Value::String(text) => format!("{text:?}"),
            Value::Null => "null".to_owned(),
            other => format_value(other),
        };
        own.into_iter()
            .flat_map(|v| &v.variables)
            .map(|(name, value)| (name.to_string(), shown(value)))
            .collect()
    }

    /// A run nobody looks at stands still.
    fn rest(&mut self) {
        self.rested = true;
        if self.state.clock.playing && !self.resume {
            self.resume = true;
            self.tell(Command::Pause);
        }
    }

    fn start(&mut self, ctx: &egui::Context) {
        if self.worker.is_some() {
            return;
        }
        let (ctx, woken) = (ctx.clone(), Arc::clone(&self.woken));
        let waker = move || {
            if !woken.swap(true, Ordering::Relaxed) {
                ctx.request_repaint_after(FRAME);
            }
        };
        self.worker = Some(Worker::start(Arc::new(waker)));
    }

    /// Tells the engine; says so when it cannot take it.
    pub fn tell(&mut self, command: Command) {
        if self.worker.as_ref().is_some_and(|worker| !worker.tell(command)) {
            let message = "the engine is too busy to take that";
            let why =
                crate::diagnostic::Diagnostic::error("L06", message, "Pause the run or lower its speed.");
            self.state.answer = Some(player::Answer::Refused(why));
        }
    }

    /// Another application is opened: what was searched, simulated, sent and answered is not of it.
    pub fn leave(&mut self) {
        self.simulation.cancel();
        self.scenarios.orders.end();
        self.simulation = Default::default();
        self.scenarios = Default::default();
        self.send = Default::default();
        self.state.answer = None;
        self.state.runs = Arc::default();
        self.loaded = None;
    }

    /// Waits for Play when an application is loaded.
    pub fn hold(&mut self) {
        self.held = true;
    }

    /// Lets virtual time pass, or stops it.
    pub fn play_or_pause(&mut self) {
        let playing = self.state.clock.playing;
        self.tell(if playing { Command::Pause } else { Command::Play });
        // Where the time of a simulation went says nothing of what plays now.
        self.simulation.tinted &= playing;
    }

    /// Starts from the beginning; a run that plays goes on playing.
    pub fn restart(&mut self) {
        self.tell(Command::Restart);
        self.simulation.tinted = false;
        if self.state.clock.playing {
            self.tell(Command::Play);
        }
    }

    /// One step back or forward through the record.
    pub fn stride(&mut self, forward: bool) {
        let to = match self.unit {
            Unit::Event => self.only().map_or(Stride::Event, Stride::About),
            Unit::Shape => Stride::Shape(self.selected),
            Unit::Message => Stride::Message(None),
        };
        self.tell(Command::Stride { to, forward });
    }

    /// The selected instance, when the journal shows no other.
    fn only(&self) -> Option<InstanceId> {
        self.selected.filter(|_| self.drawer.only_selected)
    }

    pub fn step_by(&mut self, unit: Unit) {
        self.unit = unit;
    }

    /// There is no event to look at yet: what the application subscribes to and starts as it begins is none.
    pub fn nothing_happened(&self) -> bool {
        use EventKind::{StateChanged, SubscriptionAdded};
        let begins = |event: &Event| matches!(event.kind, SubscriptionAdded { .. } | StateChanged { .. });
        self.state.journal.iter().all(|event| event.at == self.state.start && begins(event))
    }

    /// To what went wrong next, or before.
    pub fn to_problem(&mut self, forward: bool) {
        self.goes = true;
        self.tell(Command::Stride { to: Stride::Problem, forward });
    }

    /// The event after which everything is shown; `None` in the present.
    pub fn past(&self) -> Option<u64> {
        self.state.past
    }

    pub fn show_why(&mut self) {
        self.tab = Tab::Why;
        self.wants_side = true;
    }

    /// True once after something at the right was asked for.
    pub fn takes_side(&mut self) -> bool {
        std::mem::take(&mut self.wants_side)
    }

    /// Goes to where a message was published, and explains who got it.
    pub fn why_message(&mut self, message: MessageId) {
        self.tell(Command::About(message));
        self.show_why();
    }

    pub fn show_runs(&mut self) {
        self.drawer.show(Page::Runs);
    }

    pub fn show_breakpoints(&mut self) {
        self.drawer.show(Page::Breakpoints);
    }

    /// Shows the run beside the one it was forked from, or beside any other.
    pub fn compare_runs(&mut self) {
        self.show_runs();
        if self.state.comparison.is_some() {
            return self.tell(Command::Compare(None));
        }
        let shown = self.state.runs.iter().find(|run| run.name == self.state.shown);
        let parent = shown.and_then(|run| run.parent.clone());
        let other =
            || self.state.runs.iter().find(|run| run.name != self.state.shown).map(|run| run.name.clone());
        if let Some(with) = parent.or_else(other) {
            self.tell(Command::Compare(Some(with)));
        }
    }

    /// More than one run can be shown.
    pub fn has_forks(&self) -> bool {
        self.state.runs.len() > 1
    }

    /// Twice or half as fast.
    pub fn faster(&mut self, faster: bool) {
        let speed = transport::next_speed(self.state.clock.speed, faster);
        self.state.clock.speed = speed;
        self.tell(Command::Speed(speed));
    }

    /// Shows more time, less of it, or all there is.
    pub fn zoom_time(&mut self, factor: Option<f64>) {
        time::zoom(self, factor);
    }

    /// Says in plain sentences what happens, or no longer.
    pub fn narrate(&mut self) {
        self.narrates = !self.narrates;
        self.tell(Command::Narrate(self.narrates));
    }

    pub fn narrates(&self) -> bool {
        self.narrates
    }

    /// What happened at the moment shown, in one sentence.
    pub fn narration(&self, ui: &mut Ui) {
        let t = Tokens::of(ui);
        let words = self.state.told.as_deref().unwrap_or(self.state.nothing_yet());
        let response = ui.add(egui::Label::new(RichText::new(words).size(13.0).color(t.text)).truncate());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, words));
    }

    /// Shows a saved run of the document that was opened with it, in place of a fresh one.
    pub fn adopt(&mut self, ctx: &egui::Context, document: &Document, bytes: Arc<[u8]>) {
        self.start(ctx);
        self.state.atlas = atlas::Atlas::of(&document.app);
        self.loaded = Some((document.revision, document.folder.clone(), document.name().to_owned()));
        (self.resume, self.rested, self.applied) = (false, false, None);
        self.choose(None, false);
        self.tell(Command::OpenRun(bytes));
    }

    /// Films the selected instance, or the first of the module's orchestration, to a file.
    pub fn film(&mut self, module: String, path: std::path::PathBuf, dark: bool) {
        let own = self.state.atlas.service(&module);
        let instance =
            self.selected.filter(|id| self.state.summary(*id).is_some_and(|s| Some(s.service) == own));
        self.tell(Command::Film { module, instance, path, dark });
    }

    /// Tells the engine which shape is selected, as one may ask what it did.
    fn ask_shape(&mut self, document: &Document) {
        let service = self.state.atlas.service(&document.module);
        let shape = match &document.selection {
            Selection::Node(id) => service.map(|service| (service, Name::new(id.as_str()))),
            _ => None,
        };
        if self.asks && self.asked.shape != shape {
            self.asked.shape = shape;
            self.tell(Command::Ask(self.asked.clone()));
        }
    }

    /// Selects the instance of the moment shown, and shows its shape.
    fn go_to_moment(&mut self, actions: &mut Vec<Action>) {
        let Some(seq) = self.state.past else { return };
        let at = self.state.journal.partition_point(|event| event.seq < seq);
        let about = self.state.journal.get(at).and_then(|event| crate::journal::instance_of(&event.kind));
        if let Some(id) = about {
            self.go_where_it_is(id, actions);
        }
    }

    /// Shows an instance where it is: in an orchestration that it called, when it is there.
    fn go_where_it_is(&mut self, id: InstanceId, actions: &mut Vec<Action>) {
        self.select(Some(id));
        match self.state.summary(id).and_then(|summary| summary.at) {
            Some((service, shape)) => self.go_to_shape(service, shape, actions),
            None => self.go(id, actions),
        }
    }

    /// The timeline, between canvas and journal.
    pub fn timeline(&mut self, ui: &mut Ui) {
        time::ui(ui, self);
    }

    /// The instance that is shown in full.
    pub fn selected(&self) -> Option<InstanceId> {
        self.selected
    }

    /// Shows an instance in full, or none.
    pub fn select(&mut self, id: Option<InstanceId>) {
        self.choose(id, true);
    }

    /// Does something to the selected instance, which stays selected.
    fn operate(&mut self, operation: Operation) {
        self.chosen = self.selected.is_some();
        let goes_on = matches!(operation, Operation::ContinueInstance(_));
        self.tell(Command::Operate(operation));
        if goes_on {
            // The breakpoint has stopped the clock, too.
            self.tell(Command::Play);
        }
    }

    fn choose(&mut self, id: Option<InstanceId>, by_person: bool) {
        self.chosen = by_person;
        if self.selected != id {
            self.selected = id;
            self.tokens = Threads::default();
            self.picked_message = None;
            self.tell(Command::Watch(id));
        }
    }

    /// Until a person chooses, the first instance of the orchestration on the canvas is shown, and the next one
    /// when it has ended.
    fn offer(&mut self, document: &Document) {
        let alive = |id| self.state.summary(id).is_none_or(|s| !s.phase.ended());
        if self.state.past.is_some() || self.chosen || self.selected.is_some_and(alive) {
            return;
        }
        let service = self.state.atlas.service(&document.module);
        let first =
            self.state.instances.iter().rev().find(|s| Some(s.service) == service && !s.phase.ended());
        if let Some(id) = first.map(|s| s.id) {
            self.choose(Some(id), false);
        }
    }

    /// Follows the threads of the selected instance.
    fn hop(&mut self, document: &Document, actions: &mut Vec<Action>) {
        let Some(watched) = &self.state.watched else { return };
        let Some(service) = self.state.atlas.service(&document.module) else { return };
        if Some(watched.id) != self.selected {
            return;
        }
        let places = self.state.places(service);
        if self.tokens.to == places {
            return;
        }
        if let Some(at) = places.last().filter(|_| !self.unfollow) {
            actions.push(Action::Center(node(*at)));
        }
        self.tokens.from = std::mem::replace(&mut self.tokens.to, places);
        self.tokens.since = self.state.play;
    }

    /// The run for the canvas of the open module.
    pub fn overlay(&self, document: &Document, reduced_motion: bool) -> Option<RunOverlay<'_>> {
        let instance = self.selected.filter(|id| self.state.watched.as_ref().is_some_and(|w| w.id == *id));
        let overlay = RunOverlay::new(&self.state, &document.module, instance, &self.tokens, reduced_motion);
        overlay.map(|overlay| overlay.covering(&self.scenarios).heated(&self.simulation))
    }

    /// Shows where an instance is, on the canvas of its orchestration.
    fn go(&mut self, id: InstanceId, actions: &mut Vec<Action>) {
        self.select(Some(id));
        let Some(summary) = self.state.summary(id) else { return };
        let Some(module) = self.state.atlas.module(summary.service) else { return };
        let module = module.to_owned();
        let at = summary.at.filter(|(service, _)| *service == summary.service).map(|(_, shape)| shape);
        actions.push(Action::Go { module, selection: Selection::Orchestration });
        if let Some(at) = at {
            actions.push(Action::Center(node(at)));
        }
    }

    /// Selects a shape of an orchestration.
    fn go_to_shape(&self, service: Name, shape: Name, actions: &mut Vec<Action>) {
        if let Some(module) = self.state.atlas.module(service) {
            actions.push(Action::Go { module: module.to_owned(), selection: node(shape) });
        }
    }

    /// True once after the person asked to open a message file.
    pub fn wants_file(&mut self) -> bool {
        self.send.take_wish()
    }

    /// Takes a message from a file into the Send panel.
    pub fn open_message(&mut self, path: &std::path::Path) {
        self.send.open(path);
    }

    /// Asks for the path in the panel, where the desktop has no dialog.
    pub fn ask_message_path(&mut self) {
        self.send.ask_path();
    }

    pub fn transport(&mut self, ui: &mut Ui) {
        transport::ui(ui, self);
    }

    pub fn left(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        instances::ui(ui, self, actions);
    }

    /// Tabs State, Messages and Why.
    pub fn right(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        inspector::head(ui, self);
        let tabs = [(Tab::State, "State"), (Tab::Messages, "Messages"), (Tab::Why, "Why")];
        self.tab = tab_bar(ui, self.tab, &tabs);
        if self.asks != (self.tab == Tab::Why) {
            self.asks = self.tab == Tab::Why;
            self.tell(Command::Explain(self.asks));
        }
        ui.add_space(2.0);
        let mut area = egui::ScrollArea::vertical().id_salt("inspector").min_scrolled_height(0.0);
        // Values are watched from moment to moment; an explanation is another one at each.
        let moment = self.state.past.filter(|_| self.tab == Tab::Why);
        let shown = (self.tab, self.state.run, self.selected, moment);
        if self.inspected != Some(shown) {
            // Something else is said: from its beginning.
            self.inspected = Some(shown);
            area = area.vertical_scroll_offset(0.0);
        }
        area.auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 4.0);
            match self.tab {
                Tab::State => inspector::ui(ui, self, actions),
                Tab::Messages => messages::ui(ui, self),
                Tab::Why => why::ui(ui, self, actions),
            }
            ui.add_space(12.0);
        });
    }

    /// The lists below the canvas.
    pub fn bottom(&mut self, ui: &mut Ui, document: &Document, actions: &mut Vec<Action>) {
        pages::ui(ui, self, document, actions);
    }

    /// The run as a sequence diagram in SVG, as the list shows it; `None` while there is nothing to draw.
    pub fn sequence_svg(&self, t: &'static Tokens) -> Option<String> {
        let drawn = self.state.found.sequence.as_ref()?;
        Some(drawn.svg(&format!("Run of {}", self.loaded.as_ref().map_or("", |(.., name)| name)), t))
    }

    /// What keeps the application from running, in place of an empty screen.
    pub fn broken(&self, ui: &mut Ui, document: &Document, actions: &mut Vec<Action>) -> bool {
        instances::broken(ui, &self.state, document, actions)
    }
}

/// True when nothing that runs has changed: scenarios may come and go, and messages that nobody sends be added.
fn runs_alike(before: &Application, now: &Application) -> bool {
    let rest = |app: &Application| Application {
        scenarios: Default::default(),
        messages: Default::default(),
        ..app.clone()
    };
    before.messages.iter().all(|(path, text)| now.messages.get(path) == Some(text))
        && rest(before) == rest(now)
}

fn node(shape: Name) -> Selection {
    Selection::Node(Id::new(shape.as_str()))
}
