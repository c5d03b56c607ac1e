//! Doing what panels, canvas, menus and keys asked for.

use super::adopted;
use super::app::{Mode, Studio};
use super::canvas::holds;
use super::command::Command;
use super::comparison::Against;
use super::crossed::Site;
use super::dialogs::Purpose;
use super::document::{Action, Ask, Selection};
use super::editing::Where;
use super::editor;
use super::leaving::Leave;
use super::overlay::{Overlay, Pick};
use super::palette::Palette;
use super::panels;
use super::run::desk::Page;
use super::run::{Unit, player};
use super::settings;
use super::tabs::Tab;
use super::theme::Appearance;
use crate::language::{CodePlace, CodeProperty};
use crate::model::edit::{Declaration, DeclarationKind, Edit};
use crate::model::{Module, Orchestration, Shape};

/// Seconds without a key after which typing is another step to undo.
const BURST: f64 = 1.0;

impl Studio {
    pub(super) fn act(&mut self, ctx: &egui::Context, action: Action) {
        match action {
            Action::Edit { edit, key } => {
                let now = ctx.input(|i| i.time);
                if key.is_some() && now - std::mem::replace(&mut self.typed_at, now) > BURST {
                    self.document.seal();
                }
                self.edit(edit, key.as_deref());
            }
            Action::Mend(edit) => self.mend(edit),
            Action::Make { edit, then } => {
                if self.edit(edit, None) {
                    then.into_iter().for_each(|action| self.act(ctx, action));
                }
            }
            Action::Select(selection) => {
                self.forget_refusal();
                self.document.select(selection);
            }
            Action::Go { module, selection } => self.go_to(&module, selection),
            Action::OpenFolder(folder) => self.leave(ctx, Leave::Open(Some(folder))),
            Action::Open(tab) => self.open_tab(tab, false),
            Action::Choose(item) => {
                self.open_tab(Tab::Ports, false);
                self.editors.ports.chosen = Some(item);
            }
            Action::Scenario(stem) => {
                self.run_command(ctx, Command::Show(Page::Scenarios));
                if let Some(place) = self.document.app.scenarios.keys().position(|own| *own == stem) {
                    self.run.scenarios.choose(place);
                }
            }
            Action::Center(selection) => self.tabs.canvas_mut().glide(&selection),
            Action::Ask(ask) => self.asked(ctx, ask),
            Action::Said(text) => self.said = Some((text, false)),
            Action::SaidToo(text) => {
                let before = self.said.take().filter(|(_, refused)| !refused);
                let words = before.map_or(text.clone(), |(before, _)| format!("{before} · {text}"));
                self.said = Some((words, false));
            }
            Action::Refused(why) => self.said = Some((super::ticks::plain(&why), true)),
            Action::Command(command) => match command.refusal(self) {
                None => {
                    self.used(command);
                    self.run_command(ctx, command);
                }
                Some(why) => {
                    let (text, _) = command.about_selected(self);
                    self.said = Some((format!("{text}: {why}"), true));
                }
            },
        }
    }

    /// What was refused before is no longer of interest.
    fn forget_refusal(&mut self) {
        self.said = self.said.take().filter(|(_, refused)| !refused);
    }

    /// Notes what was asked for, for the search to offer again.
    fn used(&mut self, command: Command) {
        const LAST: usize = 5;
        if command != Command::Palette {
            self.used.retain(|other| *other != command);
            self.used.insert(0, command);
            self.used.truncate(LAST);
        }
    }

    /// Selects and brings into view, in another module if need be.
    pub(super) fn go_to(&mut self, module: &str, selection: Selection) {
        self.visits.lead();
        self.open_tab(Tab::Orchestration(module.to_owned()), true);
        self.document.select(selection.clone());
        let canvas = self.tabs.canvas_mut();
        if let Selection::Node(id) = &selection {
            canvas.focus(id);
        }
        canvas.reveal(&selection);
        canvas.come_near();
    }

    /// Applies one edit; an operation that nobody gave a type takes that of its message with it. A refusal is said, and
    /// changes neither the application nor what is selected. True when it is done.
    pub fn edit(&mut self, edit: Edit, key: Option<&str>) -> bool {
        let edit = adopted::completed(&self.document, edit);
        let label = edit.label();
        match self.document.edit(edit, key) {
            Ok(()) => {
                self.said = Some((label, false));
                // What one works in stays open.
                self.tabs.keep();
                true
            }
            Err(refusal) => {
                self.refused(&refusal);
                false
            }
        }
    }

    /// Does a command from menu, key or palette.
    pub fn run_command(&mut self, ctx: &egui::Context, command: Command) {
        self.forget_refusal();
        match command {
            Command::New => self.leave(ctx, Leave::New),
            Command::Open => self.leave(ctx, Leave::Open(None)),
            Command::OpenPath => self.overlay = Overlay::open_path(),
            Command::OpenSample => self.leave(ctx, Leave::Sample),
            Command::Save => match self.document.folder.clone() {
                Some(folder) => self.save_to(&folder),
                None => self.ask(ctx, Purpose::SaveAs),
            },
            Command::SaveAs => self.ask(ctx, Purpose::SaveAs),
            Command::Undo => drop(self.cross(true)),
            Command::Redo => drop(self.cross(false)),
            Command::Cut => self.cut(ctx),
            Command::Copy => {
                self.copy(ctx);
            }
            Command::Paste => self.request_paste(ctx, None, false),
            Command::PasteDeclared => self.request_paste(ctx, None, true),
            Command::Duplicate => {
                for action in self.duplicate() {
                    self.act(ctx, action);
                }
            }
            Command::SelectAll => self.select_all(),
            Command::SelectSiblings => self.select_siblings(),
            Command::Delete => self.delete(),
            Command::Rename => self.rename_named(ctx),
            Command::InsertBefore => self.pick(Pick::Insert(Where::Before)),
            Command::InsertAfter => self.pick(Pick::Insert(Where::After)),
            Command::InsertInto => self.pick(Pick::Insert(Where::Into)),
            Command::Wrap => self.pick(Pick::Wrap),
            Command::Unwrap => self.unwrap(),
            Command::Convert => self.pick(Pick::Convert),
            Command::AddBranch => self.add_branch(),
            Command::Definition => {
                if let Some(target) = self.named(ctx) {
                    self.asked(ctx, Ask::Define(target));
                }
            }
            Command::FindUses => match self.named(ctx) {
                Some(target) => self.asked(ctx, Ask::Usages(target)),
                None => {
                    let why =
                        "Find uses: Select what others name first: a message, variable, set, port or type";
                    self.said = Some((why.to_owned(), true));
                }
            },
            Command::Complete => {
                if let Some(focused) = editor::focused(ctx) {
                    editor::offer(ctx, &focused);
                }
            }
            Command::OpenText => self.open_text(ctx),
            Command::MoveUp if self.port_selected() => self.shift_port(-1),
            Command::MoveDown if self.port_selected() => self.shift_port(1),
            Command::FlipPort => self.flip_port(),
            Command::MoveUp => self.shift(false),
            Command::MoveDown => self.shift(true),
            Command::MoveLeft => self.shift_across(false),
            Command::MoveRight => self.shift_across(true),
            Command::Properties => self.edit_properties(ctx),
            Command::Inward => {
                if let Selection::Node(id) = &self.document.selection {
                    self.tabs.canvas_mut().focus_on(Some(id));
                }
            }
            Command::Outward => self.outward(),
            Command::NewPort => self.new_port(),
            Command::NewMessage => self.declare(DeclarationKind::Message),
            Command::NewVariable => self.declare(DeclarationKind::Variable),
            Command::NewParameter => self.declare(DeclarationKind::Parameter),
            Command::DeleteOrchestration => {
                self.edit(Edit::DeleteModule { module: self.document.module.clone() }, None);
            }
            Command::NewCorrelationType => self.declare(DeclarationKind::CorrelationType),
            Command::NewCorrelationSet => self.declare(DeclarationKind::CorrelationSet),
            Command::NewPortType => self.declare(DeclarationKind::PortType),
            Command::NewMultipartType => self.declare(DeclarationKind::MultipartType),
            Command::NewOrchestration => self.new_orchestration(),
            Command::Fit => self.tabs.canvas_mut().fit(),
            Command::ZoomIn => self.zoom(ctx, 1.2),
            Command::ZoomOut => self.zoom(ctx, 1.0 / 1.2),
            Command::CollapseAll | Command::ExpandAll => {
                if let Some(orchestration) = self.document.orchestration() {
                    let collapse = command == Command::CollapseAll;
                    let key = self.tabs.key().to_owned();
                    let ids = self.document.selection.ids();
                    let hides = |shape: &&Shape| ids.iter().any(|id| holds(orchestration, &shape.id, id));
                    let around = orchestration.body.iter().chain(orchestration.compensation.iter().flatten());
                    let around = around.clone().find(hides).filter(|_| collapse).map(|s| s.id.clone());
                    self.tabs.canvas_mut().collapse_all(&key, orchestration, collapse);
                    if let Some(around) = around {
                        self.document.select(Selection::Node(around));
                    }
                }
            }
            Command::Design => self.mode = Mode::Design,
            Command::Run => self.mode = Mode::Run,
            Command::PlayPause if self.mode == Mode::Design => self.mode = Mode::Run,
            Command::PlayPause => self.run.play_or_pause(),
            Command::StepTurn => self.run.tell(player::Command::Turn),
            Command::StepMoment => self.run.tell(player::Command::Moment),
            Command::Restart => self.run.restart(),
            Command::StepBack => self.run.stride(false),
            Command::StepForward => self.run.stride(true),
            Command::ByEvent => self.run.step_by(Unit::Event),
            Command::ByShape => self.run.step_by(Unit::Shape),
            Command::ByMessage => self.run.step_by(Unit::Message),
            Command::PreviousProblem | Command::NextProblem if self.mode == Mode::Design => {
                self.go_to_problem(ctx, command == Command::NextProblem);
            }
            Command::PreviousProblem => self.run.to_problem(false),
            Command::NextProblem => self.run.to_problem(true),
            Command::BackToNow => self.run.tell(player::Command::Now),
            Command::Why => self.run.show_why(),
            Command::ToggleBreakpoint => {
                let words = self.run.toggle_breakpoint(&self.document);
                self.said = words.map(|words| (words, false)).or(self.said.take());
            }
            Command::Continue => self.run.tell(player::Command::Continue),
            Command::FailureStops => self.run.toggle_stop("event == routing.failed"),
            Command::ExceptionStops => self.run.toggle_stop("event == exception.thrown"),
            Command::Breakpoints => self.run.show_breakpoints(),
            Command::RunTo => self.run.run_to(&self.document),
            Command::LastChange => self.run.last_change(),
            Command::Origin => {
                if let Some(name) = self.run.picked_variable() {
                    self.run.ask_origin(name, "");
                }
            }
            Command::SetVariable => self.run.edit_picked(),
            Command::Runs => self.run.show_runs(),
            Command::CompareRuns => self.run.compare_runs(),
            Command::ForkHere
            | Command::ForkDelay
            | Command::ForkDrop
            | Command::ForkDuplicate
            | Command::ForkCorrupt
            | Command::ForkChange
            | Command::ForkFail => self.run.fork_by(command),
            Command::TimeIn => self.run.zoom_time(Some(0.5)),
            Command::TimeOut => self.run.zoom_time(Some(2.0)),
            Command::TimeAll => self.run.zoom_time(None),
            Command::Faster => self.run.faster(true),
            Command::Slower => self.run.faster(false),
            Command::Narrate => self.run.narrate(),
            Command::Show(page) => {
                self.mode = Mode::Run;
                self.run.drawer.show(page);
            }
            Command::PlayScenarios => {
                self.mode = Mode::Run;
                self.run.drawer.show(Page::Scenarios);
                self.run.scenarios.play_all(ctx, &self.document.app);
            }
            Command::Explore => {
                self.mode = Mode::Run;
                self.run.drawer.show(Page::Scenarios);
                self.run.scenarios.explore(ctx, &self.document.app);
            }
            Command::SearchOrders => {
                self.mode = Mode::Run;
                self.run.drawer.show(Page::Scenarios);
                self.run.scenarios.search_orders(ctx, &self.document.app);
            }
            Command::KeepAsTest => self.run.keep_as_test(),
            Command::CoverageTint => self.run.scenarios.tinted = !self.run.scenarios.tinted,
            Command::Simulate => {
                self.mode = Mode::Run;
                self.run.simulate(ctx, &self.document);
            }
            Command::WorstCase => {
                self.mode = Mode::Run;
                self.run.open_worst(ctx);
            }
            Command::HeatTint => self.run.toggle_heat(),
            Command::FilterList => self.run.drawer.focus_filter(),
            Command::SequenceSvg => self.ask(ctx, Purpose::SequenceSvg),
            Command::SequencePng => self.ask(ctx, Purpose::SequencePng),
            Command::Problems => {
                self.problems_open = !self.problems_open;
                self.focus_problems = self.problems_open;
            }
            Command::Fix => self.fix(ctx),
            Command::SidePanels => self.wide = !self.wide,
            Command::LowerLists => self.run.drawer.fold_or_unfold(),
            Command::ApplicationView => self.open_tab(Tab::Application, false),
            Command::PortsEditor => self.open_tab(Tab::Ports, false),
            Command::Configuration => self.open_tab(Tab::Settings, false),
            Command::NextTab => self.step_tab(true),
            Command::PreviousTab => self.step_tab(false),
            Command::CloseTab => self.close_tab(),
            Command::ReopenTab => self.reopen_tab(),
            Command::Back => self.visit(true),
            Command::Forward => self.visit(false),
            Command::SplitTab => self.split_tab(),
            Command::Palette => self.overlay = Overlay::Palette(Box::new(Palette::new(self, ctx))),
            Command::Settings => self.open_tab(Tab::Preferences, false),
            Command::Shortcuts => {
                settings::show_keys(ctx);
                self.open_tab(Tab::Preferences, false);
            }
            Command::UndoHistory => self.past_open = !self.past_open,
            Command::CompareSaved => self.open_tab(Tab::Compare(Against::Saved), false),
            Command::CompareWith => self.ask(ctx, Purpose::Compare),
            Command::ExportSvg => self.ask(ctx, Purpose::Svg),
            Command::ExportPng => self.ask(ctx, Purpose::Png),
            Command::SaveRun => self.ask(ctx, Purpose::SaveRun),
            Command::ExportJournal(format) => self.ask(ctx, Purpose::Journal(format)),
            Command::OpenRun if self.document.unsaved() => {
                let words = "Save the application first: opening a run closes it";
                self.said = Some((words.to_owned(), true));
            }
            Command::OpenRun => self.ask(ctx, Purpose::OpenRun),
            Command::Recover => self.offer_recovery(),
            Command::ExportAnimation => self.ask(ctx, Purpose::Gif),
            Command::CopyPicture => self.copy_picture(ctx),
            Command::HighContrast => self.preferences.high_contrast = !self.preferences.high_contrast,
            Command::Larger => self.scale_by(0.1),
            Command::Smaller => self.scale_by(-0.1),
            Command::ThemeSystem => self.set_appearance(ctx, Appearance::System),
            Command::ThemeDark => self.set_appearance(ctx, Appearance::Dark),
            Command::ThemeLight => self.set_appearance(ctx, Appearance::Light),
            Command::ReducedMotion => self.preferences.reduced_motion = !self.preferences.reduced_motion,
        }
    }

    pub(super) fn set_appearance(&mut self, ctx: &egui::Context, appearance: Appearance) {
        self.preferences.appearance = appearance;
        self.apply_preferences(ctx);
    }

    /// Takes the last step back, or does the last undone one again, and says where that was when one does not see it.
    /// False when there is none.
    pub(super) fn cross(&mut self, back: bool) -> bool {
        let history = self.document.history();
        let parts = if back { history.undo_parts() } else { history.redo_parts() };
        let app = &self.document.app;
        let sites: Vec<Site> = parts.iter().filter_map(|part| Site::before(part, app)).collect();
        let done = if back { self.document.undo() } else { self.document.redo() };
        match done {
            Ok(Some(label)) => {
                let verb = if back { "Undid" } else { "Redid" };
                let seen = sites.iter().any(|site| site.is_seen(self));
                let app = &self.document.app;
                let away = sites.into_iter().find(|site| !seen && site.tab.exists(app));
                let words = match &away {
                    Some(site) => format!("{verb} in {}: {label}", site.tab.about(app).0),
                    None => format!("{verb}: {label}"),
                };
                // What changed is in sight, whatever is selected.
                if away.is_none() {
                    let shown = self.document.touched.as_ref().unwrap_or(&self.document.selection);
                    self.tabs.canvas_mut().reveal(shown);
                }
                self.elsewhere = away.map(|site| (words.clone(), site));
                self.said = Some((words, false));
                true
            }
            Ok(None) => false,
            Err(refusal) => {
                self.refused(&refusal);
                false
            }
        }
    }

    fn zoom(&mut self, ctx: &egui::Context, factor: f32) {
        let middle = ctx.content_rect().center();
        let key = self.tabs.key().to_owned();
        self.tabs.canvas_mut().zoom_by(&key, factor, middle);
    }

    /// Opens the text one is in, or that of the selected shape, in a tab; from there back to its shape.
    fn open_text(&mut self, ctx: &egui::Context) {
        if let Some(focused) = editor::focused(ctx) {
            match focused.place.owner.clone().filter(|_| focused.large) {
                Some(owner) => {
                    let selection = Selection::Node(owner);
                    self.act(ctx, Action::Go { module: focused.place.module, selection });
                }
                None => self.asked(ctx, Ask::Large(focused.place)),
            }
            return;
        }
        if let Some(place) = self.selected_text() {
            self.asked(ctx, Ask::Large(place));
        }
    }

    /// The XLANG/s text of the selected shape or branch.
    fn selected_text(&self) -> Option<CodePlace> {
        let Selection::Node(id) = &self.document.selection else { return None };
        let module = &self.document.module;
        [CodeProperty::Text, CodeProperty::Condition]
            .map(|property| CodePlace::new(module, Some(id), property))
            .into_iter()
            .find(|place| place.text(&self.document.app).is_some())
    }

    /// Puts the keyboard where one most likely wants to write: behind the text of what is selected, else into its name.
    fn edit_properties(&mut self, ctx: &egui::Context) {
        match self.selected_text() {
            Some(place) => {
                let end = place.text(&self.document.app).map_or(0, str::len);
                editor::put_caret(ctx, &place, false, end..end);
            }
            None => self.focus_properties = true,
        }
    }

    /// Renames the name under the caret or what is selected, everywhere; a shape in its place.
    fn rename_named(&mut self, ctx: &egui::Context) {
        let shape = matches!(self.document.selection, Selection::Node(_) | Selection::Nodes(_))
            && panels::meant(ctx).is_none();
        match self.named(ctx).filter(|_| !shape || editor::focused(ctx).is_some()) {
            Some(target) => self.start_renaming(ctx, target),
            None if editor::focused(ctx).is_some() => {
                let why = "Rename: put the caret on the name of a message, variable, set or port first";
                self.said = Some((why.to_owned(), true));
            }
            None => self.rename(),
        }
    }

    /// Adds a port, with a type of its own where there is none yet.
    fn new_port(&mut self) {
        let fresh = |kind| super::panels::properties::fresh(&self.document, kind);
        let (Some(Declaration::Port(mut port)), Some(Declaration::PortType(port_type))) =
            (fresh(DeclarationKind::Port), fresh(DeclarationKind::PortType))
        else {
            return;
        };
        if !port.port_type.is_empty() {
            return self.declare(DeclarationKind::Port);
        }
        port_type.name.clone_into(&mut port.port_type);
        let (module, name) = (self.document.module.clone(), port.name.clone());
        let declare = |declaration| {
            let module = module.clone();
            Edit::Declare { module, scope: None, index: usize::MAX, declaration }
        };
        let edits = vec![declare(Declaration::PortType(port_type)), declare(Declaration::Port(port))];
        if self.edit(Edit::Batch { label: format!("Add port {name}"), edits }, None) {
            self.go_to(&module, Selection::Port(name));
        }
    }

    fn declare(&mut self, kind: DeclarationKind) {
        let Some(declaration) = super::panels::properties::fresh(&self.document, kind) else { return };
        let (module, name) = (self.document.module.clone(), declaration.name().to_owned());
        let edit = Edit::Declare { module: module.clone(), scope: None, index: usize::MAX, declaration };
        if !self.edit(edit, None) {
            return;
        }
        // What was just made is named next.
        self.focus_properties = true;
        self.open_tab(Tab::Orchestration(module), false);
        self.document.select(Selection::declared(kind, &name));
        self.tabs.canvas_mut().reveal(&self.document.selection);
    }

    fn new_orchestration(&mut self) {
        let mut number = 1;
        while self.document.app.modules.contains_key(&format!("Orchestration{number}")) {
            number += 1;
        }
        let name = format!("Orchestration{number}");
        let namespace = self.document.module().map(|m| m.namespace.clone()).unwrap_or_default();
        let orchestration =
            Orchestration { name: name.clone(), id: "orchestration_1".into(), ..Orchestration::default() };
        let content = Box::new(Module { namespace, orchestration: Some(orchestration), ..Module::default() });
        self.edit(Edit::AddModule { module: name.clone(), content }, None);
        self.open_tab(Tab::Orchestration(name), false);
    }
}
