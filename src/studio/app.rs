//! [`Studio`]: the whole window as one value that can be shown without a window.

use super::canvas::{Canvas, CanvasAction, Drag, Scene};
use super::checker::Checker;
use super::command::Command;
use super::crossed::Site;
use super::dialogs::{FolderDialogs, Native, Purpose};
use super::document::{Action, Document, Selection};
use super::overlay::Overlay;
use super::panels::toolbox::Asked;
use super::preferences::Preferences;
use super::recovery::Keeper;
use super::run::{self, RunMode};
use super::tabs::{Tab, Tabs};
use super::theme::{self, Appearance};
use super::typeahead::TypeAhead;
use super::visits::Visits;
use super::watch::Watch;
use super::{by_hand, kinds, panels, problems, sample, shell};
use crate::diagnostic::Severity;
use crate::model::edit::{BlockRef, Edit, Legality, find_block, insertable, outermost, owner_of};
use crate::model::{Application, Id};
use egui::{Frame, Margin, Panel, Ui};
use std::cell::RefCell;

/// What the canvas is for just now. Nothing moves when one switches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Design,
    Run,
}

#[derive(Debug)]
pub struct Studio {
    pub document: Document,
    pub tabs: Tabs,
    pub editors: super::editors::Editors,
    pub mode: Mode,
    pub preferences: Preferences,
    pub run: RunMode,
    pub(super) overlay: Overlay,
    /// What was last done by menu, key or search, latest first.
    pub(super) used: Vec<Command>,
    pub(super) usages: Option<panels::usages::Usages>,
    pub(super) problems_open: bool,
    /// The problem one was led to last, and where that is.
    pub(super) at_problem: Option<(usize, String, (Option<Tab>, Selection))>,
    /// The first of the problems gets the keyboard.
    pub(super) focus_problems: bool,
    pub(super) dialogs: Box<dyn FolderDialogs>,
    pub(super) asking: Option<Purpose>,
    /// What was last done or refused, for the status line.
    pub(super) said: Option<(String, bool)>,
    /// Where that was which was said last, in these words, when one did not see it.
    pub(super) elsewhere: Option<(String, Site)>,
    pub(super) visits: Visits,
    /// What it says, and the second since which it does.
    heard: (String, f64),
    /// What to do once unsaved work is settled.
    pub(super) after_confirm: Option<super::leaving::Leave>,
    pub(super) may_close: bool,
    pub(super) focus_properties: bool,
    /// Second of the last keystroke in a field that edits the application.
    pub(super) typed_at: f64,
    /// Where the text of the clipboard goes once it comes, and whether missing declarations come along.
    pub(super) pasting: Option<(Option<(BlockRef, usize)>, bool)>,
    /// Selected before the others of a range.
    anchor: Option<Id>,
    /// Where what is dragged may go, for as long as it is dragged.
    legality: RefCell<Known>,
    /// True while a drawing is only looked at, as beside the one it is compared with.
    pub(super) looking: bool,
    /// The list of what was done is shown.
    pub(super) past_open: bool,
    /// The drawing has the whole width of the window.
    pub(super) wide: bool,
    /// The theme last asked for.
    pub(super) applied: Appearance,
    /// Looks for problems beside the window; without one that happens between two frames, as in tests.
    pub(super) checker: Option<Checker>,
    /// What gets the keyboard back once no dialog has it.
    pub(super) gives_back: Option<egui::Id>,
    /// Copies unsaved work; `None` without a place for it, as in tests.
    pub(super) keeper: Option<Keeper>,
    pub(super) watch: Watch,
    /// The application as another program left it on disk, until the user says what to do.
    pub(super) theirs: Option<Application>,
    /// Revision last seen, and the time it was first seen at.
    changed_at: (u64, f64),
}

impl Default for Studio {
    fn default() -> Self {
        Self::new(Document::new(sample::first(), None))
    }
}

impl Studio {
    pub fn new(document: Document) -> Self {
        Self {
            editors: super::editors::Editors::default(),
            tabs: Tabs::new(Tab::Orchestration(document.module.clone())),
            at_problem: None,
            focus_problems: false,
            problems_open: document.problems.iter().any(|p| p.severity != Severity::Information),
            document,
            mode: Mode::default(),
            preferences: Preferences::default(),
            run: RunMode::default(),
            overlay: Overlay::default(),
            used: Vec::new(),
            usages: None,
            dialogs: Box::new(Native::default()),
            asking: None,
            said: None,
            elsewhere: None,
            visits: Visits::default(),
            heard: (String::new(), 0.0),
            after_confirm: None,
            may_close: false,
            focus_properties: false,
            typed_at: 0.0,
            pasting: None,
            anchor: None,
            legality: RefCell::default(),
            looking: false,
            past_open: false,
            wide: false,
            applied: Appearance::default(),
            checker: None,
            gives_back: None,
            keeper: None,
            watch: Watch::default(),
            theirs: None,
            changed_at: (0, 0.0),
        }
    }

    /// The same studio asking for folders in another way.
    #[must_use]
    pub fn with_dialogs(mut self, dialogs: impl FolderDialogs + 'static) -> Self {
        self.dialogs = Box::new(dialogs);
        self
    }

    /// The same studio in Run mode: it plays as soon as it is shown.
    #[must_use]
    pub fn running(mut self) -> Self {
        self.mode = Mode::Run;
        self
    }

    /// Installs fonts and styles; once for a context.
    pub fn setup(ctx: &egui::Context) {
        theme::install(ctx);
        ctx.add_plugin(TypeAhead::default());
    }

    /// Takes over what the user set up in an earlier session.
    pub fn prefer(&mut self, ctx: &egui::Context, preferences: Preferences) {
        self.preferences = preferences;
        self.apply_preferences(ctx);
    }

    /// What the status line says: what was last done, or why it was refused.
    pub fn said(&self) -> &str {
        self.said.as_ref().map_or("", |(text, _)| text)
    }

    /// Takes away what the status line said a while ago; a refusal stays until something else is done.
    fn forget_words(&mut self, ctx: &egui::Context) {
        const SECONDS: f64 = 12.0;
        let Some((words, false)) = &self.said else { return };
        let now = ctx.input(|input| input.time);
        if self.heard.0 != *words {
            self.heard = (words.clone(), now);
        }
        let left = self.heard.1 + SECONDS - now;
        if left > 0.0 {
            ctx.request_repaint_after_secs(left as f32);
        } else {
            self.said = None;
            self.heard.0.clear();
        }
    }

    /// Shows the whole window and does what the user asked for.
    pub fn ui(&mut self, ui: &mut Ui) {
        self.apply_preferences(ui.ctx());
        let mut actions: Vec<Action> = Vec::new();
        let mut settled: Vec<Command> = Vec::new();
        self.leave_past(ui.ctx());
        self.note_visit();
        // An open list or question has the keys to itself; nothing changes under what the hand holds.
        let asking = ui.ctx().memory(|memory| memory.top_modal_layer().is_some());
        if let Some(before) = self.gives_back.take_if(|_| !asking) {
            ui.memory_mut(|memory| memory.request_focus(before));
        }
        // What is typed into the search next is not for a list that is open.
        let search = super::keymap::of(ui.ctx()).shortcut(Command::Palette);
        if egui::Popup::is_any_open(ui.ctx())
            && !asking
            && search.is_some_and(|keys| ui.input_mut(|i| i.consume_shortcut(&keys)))
        {
            egui::Popup::close_all(ui.ctx());
            actions.push(Action::Command(Command::Palette));
        }
        let held = egui::DragAndDrop::has_any_payload(ui.ctx());
        let listing = egui::Popup::is_any_open(ui.ctx()) || asking || held;
        if !self.overlay.is_open() && !self.tabs.recording() && !listing {
            let pressed = Command::pressed(ui.ctx(), self.tabs.on_canvas(), self.mode == Mode::Run);
            let pressed = pressed.into_iter().partition::<Vec<_>, _>(|command| !command.settles());
            actions.extend(pressed.0.into_iter().map(Action::Command));
            settled = pressed.1;
            if self.mode == Mode::Design {
                actions.extend(self.pasted(ui.ctx()));
            }
        }
        if !settled.is_empty() {
            panels::fields::settle(ui.ctx(), !settled.iter().any(|command| command.leaves()));
        }
        self.poll_dialog(ui.ctx());
        self.forget_words(ui.ctx());
        self.check_when_quiet(ui.ctx());
        self.guard_close(ui.ctx());
        self.keep_safe(ui.ctx());
        let running = self.mode == Mode::Run;
        self.document.values = self.run.values(&self.document);
        let still = self.preferences.reduced_motion;
        self.run.tick(ui.ctx(), &self.document, running, still, &mut actions);
        let t = theme::Tokens::of(ui);
        let width = ui.available_width();
        let narrow = width < 1280.0;
        let frame = |fill| Frame::new().fill(fill).inner_margin(Margin::symmetric(12, 4));
        Panel::top("top bar").frame(frame(t.panel)).exact_size(48.0).show(ui, |ui| {
            shell::top_bar(ui, self, &mut actions);
        });
        Panel::bottom("status")
            .frame(frame(t.panel))
            .exact_size(26.0)
            .show(ui, |ui| shell::status(ui, self, &mut actions));
        if running {
            /// What stands above it and beside the canvas needs so much.
            const LEFT: f32 = 362.0;
            /// However large one makes the lists, or small the window, so much stays.
            const LEAST: f32 = 330.0;
            let height = ui.available_height();
            self.run.drawer.settle(height);
            if self.run.drawer.is_folded() {
                Panel::bottom("folded")
                    .frame(frame(t.panel))
                    .exact_size(34.0)
                    .show(ui, |ui| self.run.bottom(ui, &self.document, &mut actions));
            } else {
                // One height for all lists: their names stay where they are when another is chosen.
                Panel::bottom("lists")
                    .frame(frame(t.panel))
                    .default_size((height * 0.32).min(height - LEFT).clamp(140.0, 340.0))
                    .size_range(96.0..=(height - LEAST).max(96.0))
                    .resizable(true)
                    .show(ui, |ui| self.run.bottom(ui, &self.document, &mut actions));
            }
            Panel::bottom("time")
                .frame(frame(t.panel))
                .default_size((height * 0.14).clamp(146.0, 180.0))
                .size_range(104.0..=(height * 0.3).clamp(146.0, 360.0))
                .resizable(true)
                .show(ui, |ui| self.run.timeline(ui));
            if self.run.wants_file() {
                self.ask(ui.ctx(), Purpose::Message);
            }
        } else if self.usages.is_some() {
            Panel::bottom("uses")
                .frame(frame(t.panel))
                .default_size(168.0)
                .size_range(96.0..=420.0)
                .resizable(true)
                .show(ui, |ui| self.show_usages(ui, &mut actions));
        } else if self.problems_open {
            Panel::bottom("problems")
                .frame(frame(t.panel))
                .default_size(132.0)
                .size_range(72.0..=360.0)
                .resizable(true)
                .show(ui, |ui| {
                    let fresh = std::mem::take(&mut self.focus_problems);
                    panels::problems::ui(ui, &self.document, fresh, &mut actions);
                });
        }
        // Not later, when one does something else.
        self.focus_problems = false;
        // What was asked for there is shown.
        self.wide &= !(self.focus_properties || self.run.takes_side());
        let left = Panel::left("left")
            .frame(frame(t.panel))
            .default_size((width * 0.16).clamp(244.0, 340.0))
            .size_range(200.0..=420.0);
        if !self.wide {
            left.show(ui, |ui| match running {
                true => self.run.left(ui, &mut actions),
                false => self.left(ui, &mut actions),
            });
        }
        // Where there is little room an editor needs it more than what is said beside it.
        let beside = !self.wide
            && match self.tabs.page(&self.document) {
                _ if running => true,
                Some(Tab::Compare(_)) => width >= 1680.0,
                Some(_) => !narrow,
                None => true,
            };
        let right = Panel::right("right")
            .frame(frame(t.panel))
            .default_size((width * 0.22).clamp(292.0, 400.0))
            .size_range(250.0..=560.0);
        if beside {
            right.show(ui, |ui| self.right(ui, running, &mut actions));
        }
        egui::CentralPanel::default().frame(Frame::NONE).show(ui, |ui| {
            if running && self.run.broken(ui, &self.document, &mut actions) {
                return;
            }
            if running {
                // Above the drawing alone: nothing else moves under the hand when one comes.
                if self.run.is_held() {
                    let fill = t.tint(t.panel, t.error, 0.24);
                    Panel::top("held").frame(frame(fill)).exact_size(36.0).show(ui, |ui| {
                        self.run.banner(ui, &mut actions);
                    });
                }
                if self.run.has_notice() {
                    let fill = t.tint(t.panel, t.warn, 0.16);
                    Panel::top("notice").frame(frame(fill)).exact_size(36.0).show(ui, |ui| {
                        self.run.notice(ui, &mut actions);
                    });
                }
                if self.run.narrates() {
                    let frame = Frame::new().fill(t.surface).inner_margin(Margin::symmetric(16, 4));
                    Panel::bottom("narration")
                        .frame(frame)
                        .exact_size(30.0)
                        .show(ui, |ui| self.run.narration(ui));
                }
                let strip = Frame::new().fill(t.surface).inner_margin(Margin::symmetric(12, 2));
                Panel::bottom("message box").frame(strip).exact_size(32.0).show(ui, |ui| {
                    if let Some(message) = run::strip(ui, &self.run, self.preferences.reduced_motion) {
                        self.run.why_message(message);
                    }
                });
            }
            self.show_outside_change(ui, &mut actions);
            egui::CentralPanel::default().frame(Frame::NONE).show(ui, |ui| self.show_tabs(ui, &mut actions));
        });
        self.show_past(ui.ctx());
        if running {
            self.run.fork_form(ui.ctx());
        }
        self.show_overlay(ui.ctx(), &mut actions);
        actions.extend(settled.into_iter().map(Action::Command));
        for action in actions {
            self.act(ui.ctx(), action);
        }
        self.document.arrive();
    }

    /// Checks the application once typing pauses, so that a keystroke never waits for it.
    fn check_when_quiet(&mut self, ctx: &egui::Context) {
        const PAUSE: f64 = 0.2;
        if let Some(found) = self.checker.as_mut().and_then(|checker| checker.answer(&self.document)) {
            self.document.accept(found);
        }
        if self.document.is_checked() {
            return;
        }
        let now = ctx.input(|i| i.time);
        if self.changed_at.0 != self.document.revision {
            self.changed_at = (self.document.revision, now);
        }
        if now - self.changed_at.1 < PAUSE {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(PAUSE));
            return;
        }
        let wake = ctx.clone();
        let asked = |checker: &mut Checker| checker.ask(&self.document, move || wake.request_repaint());
        if !self.checker.as_mut().is_some_and(asked) {
            self.document.check();
        }
    }

    /// Looks for problems in the background from now on.
    #[must_use]
    pub fn checking_beside(mut self) -> Self {
        self.checker = Checker::start();
        self
    }

    /// What is said of the instance that runs, of what is selected, or of the tab with the focus.
    fn right(&mut self, ui: &mut Ui, running: bool, actions: &mut Vec<Action>) {
        if running {
            self.run.right(ui, actions);
        } else if self.tabs.is_empty() {
            panels::page::nothing(ui);
        } else if let Some(tab) = self.tabs.page(&self.document) {
            panels::page::ui(ui, &self.document, tab, self.editors.ports.chosen.as_ref(), actions);
        } else {
            if std::mem::take(&mut self.focus_properties) {
                panels::fields::focus_first(ui);
            }
            panels::properties::ui(ui, &self.document, actions);
        }
    }

    fn left(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        // The shapes stay at hand beside a long tree, where there is room for both.
        let apart = ui.available_height() > 680.0;
        if apart {
            ui.scope(|ui| {
                ui.set_max_width(ui.available_width() - 4.0);
                self.toolbox(ui, actions);
            });
            ui.add_space(4.0);
        }
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 4.0);
            if !apart {
                self.toolbox(ui, actions);
            }
            let (filter, found) = panels::explorer::ui(ui, &self.document, self.tabs.on_canvas(), actions);
            let more = super::editors::files::ui(ui, &self.document, &filter, self.tabs.focused(), actions);
            if !(found || more) {
                panels::fields::note(ui, "Nothing is called that.");
            }
            ui.add_space(16.0);
        });
    }

    fn toolbox(&self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let open = self.document.orchestration().is_some();
        match panels::toolbox::ui(ui, open) {
            Some(Asked::Shape(kind)) => actions.extend(self.insert_after_selection(*kind)),
            Some(Asked::Port) => actions.push(Action::Command(Command::NewPort)),
            None => {}
        }
    }

    /// Shows the orchestration the document shows, on a canvas that keeps its view under `key`.
    pub(super) fn orchestration(
        &mut self,
        ui: &mut Ui,
        key: &str,
        canvas: &mut Canvas,
        actions: &mut Vec<Action>,
    ) {
        let document = &self.document;
        let (Some(module), Some(orchestration)) = (document.module(), document.orchestration()) else {
            shell::nothing_to_draw(ui, document, actions);
            return;
        };
        let unmarked = problems::Marks::default();
        let marks = document.marks.get(&document.module).unwrap_or(&unmarked);
        let legality = &self.legality;
        let legal =
            |block: &BlockRef, index: usize, drag: &Drag| legal(legality, document, block, index, drag);
        let kinds = |block: &BlockRef, index: usize| {
            let mut kinds = insertable(&document.app, &document.module, block, index);
            kinds::sort(&mut kinds);
            kinds
        };
        let chosen = std::cell::RefCell::new(Vec::new());
        let studio = &*self;
        let menu = |ui: &mut Ui| chosen.borrow_mut().extend(shell::context_menu(ui, studio));
        let running = self.mode == Mode::Run && !self.looking;
        let overlay = running.then(|| self.run.overlay(document, self.preferences.reduced_motion)).flatten();
        let scene = Scene {
            app: &document.app,
            module,
            orchestration,
            revision: document.revision,
            key,
            selection: &document.selection,
            editable: self.mode == Mode::Design && !self.looking,
            checked: document.checked(),
            problems: &marks.nodes,
            port_problems: &marks.ports,
            diagnostics: &document.problems,
            legal: &legal,
            kinds: &kinds,
            menu: &menu,
            run: overlay.as_ref(),
        };
        let asked = canvas.ui(ui, &scene);
        actions.extend(chosen.into_inner().into_iter().map(Action::Command));
        let key = document.module.clone();
        for action in asked {
            match action {
                CanvasAction::Select(selection) => {
                    if let Selection::Node(id) = &selection {
                        self.anchor = Some(id.clone());
                    }
                    actions.push(Action::Select(selection));
                }
                CanvasAction::Toggle(id) => {
                    self.anchor = Some(id.clone());
                    actions.push(Action::Select(self.document.selection.toggled(&id)));
                }
                CanvasAction::Extend(id) => {
                    if let Selection::Node(one) = &self.document.selection {
                        self.anchor = Some(one.clone());
                    }
                    actions.push(Action::Select(self.extended(&id)));
                }
                CanvasAction::Insert { at, index, kind } => actions.extend(self.insert(&at, index, kind)),
                CanvasAction::Paste { at, index } => self.request_paste(ui.ctx(), Some((at, index)), false),
                CanvasAction::Move { shapes, at, index } => {
                    // What one has just put down is what one goes on with.
                    let selection = Selection::of(shapes.iter().cloned());
                    let then = vec![Action::Go { module: key.clone(), selection }];
                    let edit = Edit::MoveShapes { module: key.clone(), shapes, block: at, index };
                    actions.push(Action::Make { edit, then });
                }
                CanvasAction::Refused(why) => actions.push(Action::Refused(why)),
                CanvasAction::Rename { id, name } => {
                    actions.push(Action::edit(Edit::RenameShape { module: key.clone(), shape: id, name }));
                }
                CanvasAction::Connect { shape, end } => {
                    let (port, operation, leg) = (end.port, end.operation, end.leg);
                    actions.push(Action::edit(Edit::Connect {
                        module: key.clone(),
                        shape,
                        port,
                        operation,
                        leg,
                    }));
                }
                CanvasAction::StartRename(id) if self.has_text(&id) => {
                    actions.push(Action::Command(Command::Properties));
                }
                CanvasAction::StartRename(id) => {
                    if let Some(name) = self.document.element_name(&id) {
                        canvas.start_rename(&id, &name);
                    }
                }
                CanvasAction::AddPort(new) => actions.extend(by_hand::add_port(&self.document, new)),
                CanvasAction::ArrangePorts { port, left, order } => {
                    let edit = by_hand::arrange_ports(&self.document, &port, left, &order);
                    actions.extend(edit.map(Action::edit));
                }
                CanvasAction::AttachMessage { shape, name } => {
                    let edit = by_hand::attach_message(&self.document, &shape, &name);
                    actions.extend(edit.map(Action::edit));
                }
                CanvasAction::AttachSet { shape, set, usage } => {
                    actions.push(Action::edit(Edit::Correlate { module: key.clone(), shape, set, usage }));
                }
                CanvasAction::Wrap { shape, kind } => {
                    let around = match self.document.selection.has(&shape) {
                        true => self.chosen_ids(),
                        false => vec![shape],
                    };
                    actions.extend(self.wrap_actions(around, kind));
                }
                CanvasAction::Message(message) => self.run.why_message(message),
                CanvasAction::Properties => actions.push(Action::Command(Command::Properties)),
            }
        }
    }

    /// The shapes from the one selected first to this one, when both stand in one block; else this one too.
    fn extended(&self, id: &Id) -> Selection {
        let document = &self.document;
        let own = |id: &Id| owner_of(&document.app, &document.module, id);
        let one = self.anchor.as_ref();
        let range = || {
            let ((block, from), (other, to)) = (own(one?)?, own(id)?);
            let shapes = find_block(&document.app, &document.module, &block).filter(|_| block == other)?;
            let (first, last) = (from.min(to), from.max(to));
            Some(Selection::of(shapes.get(first..=last)?.iter().map(|shape| shape.id.clone())))
        };
        range().unwrap_or_else(|| {
            let mut ids = document.selection.ids();
            ids.insert(id.clone());
            Selection::of(ids)
        })
    }
}

/// Of a revision, a module and what is dragged there.
type Known = Option<(u64, String, Drag, Legality)>;

/// Whether what is dragged may go there; found out for all places when the drag begins.
fn legal(
    known: &RefCell<Known>,
    document: &Document,
    block: &BlockRef,
    index: usize,
    drag: &Drag,
) -> Result<(), String> {
    let mut known = known.borrow_mut();
    let now = (document.revision, document.module.as_str());
    if known
        .as_ref()
        .is_none_or(|(revision, module, of, _)| (*revision, module.as_str()) != now || of != drag)
    {
        let Some(orchestration) = document.orchestration() else {
            return Err("nothing is drawn here".to_owned());
        };
        let legality = match drag {
            Drag::Connector(_) => Legality::default(),
            Drag::New(kind) => Legality::of(orchestration, &[kind], &Default::default()),
            Drag::Move(ids) => {
                let ids = ids.iter().cloned().collect();
                let shapes = outermost(orchestration, &ids);
                let kinds: Vec<_> = shapes.iter().map(|shape| &shape.kind).collect();
                Legality::of(orchestration, &kinds, &ids)
            }
        };
        *known = Some((document.revision, document.module.clone(), drag.clone(), legality));
    }
    match known.as_ref() {
        Some((_, _, _, legality)) => legality.at(block, index).map_err(str::to_owned),
        None => Ok(()),
    }
}
