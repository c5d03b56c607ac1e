//! Doing what panels, canvas, menus and keys asked for.

use super::app::{Mode, Studio};
use super::command::Command;
use super::dialogs::{Answer, Purpose};
use super::document::{Action, Document, Selection};
use super::overlay::Overlay;
use super::run::player;
use super::tabs::{Tab, Tabs};
use super::theme::Appearance;
use crate::diagnostic::{Diagnostic, counted};
use crate::model::edit::{self, BlockRef, DeclarationKind, Edit, owner_of};
use crate::model::{Application, Module, Orchestration, Settings, Shape, ShapeKind};
use egui::ViewportCommand;
use std::path::{Path, PathBuf};

/// What waits for unsaved work to be settled.
#[derive(Clone, Debug, PartialEq)]
pub enum Leave {
    New,
    Open(Option<PathBuf>),
    Close,
}

impl Studio {
    pub(super) fn act(&mut self, ctx: &egui::Context, action: Action) {
        match action {
            Action::Edit { edit, key } => self.edit(edit, key.as_deref()),
            Action::Select(selection) => self.document.select(selection),
            Action::Go { module, selection } => {
                self.open_tab(Tab::Orchestration(module), true);
                self.document.select(selection.clone());
                if let Selection::Node(id) = &selection {
                    self.tabs.canvas_mut().focus(id);
                }
                self.tabs.canvas_mut().reveal(&selection);
            }
            Action::Open(tab) => self.open_tab(tab, false),
            Action::Center(selection) => self.tabs.canvas_mut().glide(&selection),
            Action::Said(text) => self.said = Some((text, false)),
            Action::Command(command) => {
                if command.enabled(self) {
                    self.run_command(ctx, command);
                }
            }
        }
    }

    /// Applies one edit; a refusal is said and changes nothing.
    pub fn edit(&mut self, edit: Edit, key: Option<&str>) {
        let label = edit.label();
        match self.document.edit(edit, key) {
            Ok(()) => self.said = Some((label, false)),
            Err(refusal) => self.refused(&refusal),
        }
    }

    fn refused(&mut self, why: &Diagnostic) {
        let help = if why.help.is_empty() { String::new() } else { format!(" · {}", why.help) };
        self.said = Some((format!("{}{help}", why.message), true));
    }

    /// Does a command from menu, key or palette.
    pub fn run_command(&mut self, ctx: &egui::Context, command: Command) {
        match command {
            Command::New => self.leave(ctx, Leave::New),
            Command::Open => self.leave(ctx, Leave::Open(None)),
            Command::OpenPath => self.overlay = Overlay::open_path(),
            Command::Save => match self.document.folder.clone() {
                Some(folder) => self.save_to(&folder),
                None => self.ask(ctx, Purpose::SaveAs),
            },
            Command::SaveAs => self.ask(ctx, Purpose::SaveAs),
            Command::Undo => {
                let done = self.document.undo();
                self.crossed("Undid", done);
            }
            Command::Redo => {
                let done = self.document.redo();
                self.crossed("Redid", done);
            }
            Command::Cut => {
                if self.copy(ctx) {
                    self.delete();
                }
            }
            Command::Copy => {
                self.copy(ctx);
            }
            // The text comes as an event; see `pasted`.
            Command::Paste => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            Command::Delete => self.delete(),
            Command::Rename => self.rename(),
            Command::InsertAfter => self.overlay = Overlay::insert(),
            Command::AddBranch => self.add_branch(),
            Command::MoveUp => self.shift(-1),
            Command::MoveDown => self.shift(1),
            Command::NewPort => self.declare(DeclarationKind::Port),
            Command::NewMessage => self.declare(DeclarationKind::Message),
            Command::NewVariable => self.declare(DeclarationKind::Variable),
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
                    self.tabs.canvas_mut().collapse_all(&key, orchestration, collapse);
                }
            }
            Command::Design => self.mode = Mode::Design,
            Command::Run => self.mode = Mode::Run,
            Command::PlayPause if self.mode == Mode::Design => self.mode = Mode::Run,
            Command::PlayPause => self.run.play_or_pause(),
            Command::StepTurn => self.run.tell(player::Command::Turn),
            Command::StepMoment => self.run.tell(player::Command::Moment),
            Command::Restart => self.run.restart(),
            Command::Problems => self.problems_open = !self.problems_open,
            Command::ApplicationView => self.open_tab(Tab::Application, false),
            Command::PortsEditor => self.open_tab(Tab::Ports, false),
            Command::Configuration => self.open_tab(Tab::Settings, false),
            Command::NextTab => self.step_tab(true),
            Command::PreviousTab => self.step_tab(false),
            Command::CloseTab => self.close_tab(),
            Command::ReopenTab => self.reopen_tab(),
            Command::SplitTab => self.split_tab(),
            Command::Palette => self.overlay = Overlay::palette(),
            Command::Shortcuts => self.overlay = Overlay::Shortcuts,
            Command::ThemeSystem => self.set_appearance(ctx, Appearance::System),
            Command::ThemeDark => self.set_appearance(ctx, Appearance::Dark),
            Command::ThemeLight => self.set_appearance(ctx, Appearance::Light),
            Command::ReducedMotion => self.preferences.reduced_motion = !self.preferences.reduced_motion,
        }
    }

    pub(super) fn set_appearance(&mut self, ctx: &egui::Context, appearance: Appearance) {
        self.preferences.appearance = appearance;
        ctx.set_theme(egui::ThemePreference::from(appearance));
    }

    fn crossed(&mut self, verb: &str, done: Result<Option<String>, Diagnostic>) {
        match done {
            Ok(Some(label)) => self.said = Some((format!("{verb}: {label}"), false)),
            Ok(None) => {}
            Err(refusal) => self.refused(&refusal),
        }
    }

    fn zoom(&mut self, ctx: &egui::Context, factor: f32) {
        let middle = ctx.content_rect().center();
        let key = self.tabs.key().to_owned();
        self.tabs.canvas_mut().zoom_by(&key, factor, middle);
    }

    fn selected_shape(&self) -> Option<&Shape> {
        match &self.document.selection {
            Selection::Node(id) => self.document.orchestration()?.shape(id),
            _ => None,
        }
    }

    fn copy(&mut self, ctx: &egui::Context) -> bool {
        let Some(shape) = self.selected_shape() else { return false };
        match edit::copy(std::slice::from_ref(shape)) {
            Ok(text) => {
                self.said = Some((format!("Copied {}", shape.name), false));
                ctx.copy_text(text);
                true
            }
            Err(refusal) => {
                self.refused(&refusal);
                false
            }
        }
    }

    /// Edits for shapes pasted this frame, unless a field takes the text.
    pub(super) fn pasted(&mut self, ctx: &egui::Context) -> Vec<Action> {
        if ctx.text_edit_focused() {
            return Vec::new();
        }
        let text = ctx.input(|i| {
            i.events.iter().find_map(|e| match e {
                egui::Event::Paste(text) => Some(text.clone()),
                _ => None,
            })
        });
        let (Some(text), Some(module)) = (text, self.document.module()) else { return Vec::new() };
        let Some((block, index)) = self.place_after_selection() else { return Vec::new() };
        match edit::paste(module, &text) {
            Ok(shapes) => self.paste_edits(&block, index, shapes),
            Err(_) => vec![Action::Said("The clipboard holds no shapes".to_owned())],
        }
    }

    fn paste_edits(&self, block: &BlockRef, index: usize, shapes: Vec<Shape>) -> Vec<Action> {
        let module = self.document.module.clone();
        let last = shapes.last().map(|s| Selection::Node(s.id.clone()));
        let edits = shapes
            .into_iter()
            .enumerate()
            .map(|(i, shape)| Edit::InsertShape {
                module: module.clone(),
                block: block.clone(),
                index: index + i,
                shape,
            })
            .collect();
        let paste = Action::edit(Edit::Batch { label: "Paste".to_owned(), edits });
        std::iter::once(paste).chain(last.map(|selection| Action::Go { module, selection })).collect()
    }

    fn delete(&mut self) {
        let module = self.document.module.clone();
        let edit = match self.document.selection.clone() {
            Selection::Orchestration => return,
            Selection::Port(name) => {
                let link = self
                    .document
                    .orchestration()
                    .is_some_and(|o| o.role_links.iter().any(|r| r.name == name));
                let kind = if link { DeclarationKind::RoleLink } else { DeclarationKind::Port };
                Edit::Undeclare { module, scope: None, kind, name }
            }
            Selection::Declared { scope, kind, name } => Edit::Undeclare { module, scope, kind, name },
            Selection::Node(id) => {
                let Some(owner) = self.document.owner(&id) else { return };
                let next = self
                    .tabs
                    .canvas()
                    .layout()
                    .step(&id, crate::drawing::hit::Step::Down)
                    .map(|n| n.id.clone());
                let edit = match &owner.kind {
                    _ if owner.id == id => Edit::DeleteShape { module, shape: id },
                    ShapeKind::Scope(s) if s.catches.iter().any(|c| c.id == id) => {
                        Edit::DeleteCatch { module, catch: id }
                    }
                    ShapeKind::Scope(_) => Edit::DeleteCompensation { module, scope: Some(owner.id.clone()) },
                    _ => Edit::DeleteBranch { module, branch: id },
                };
                self.edit(edit, None);
                if let Some(next) = next.filter(|next| self.document.owner(next).is_some()) {
                    self.tabs.canvas_mut().focus(&next);
                    self.document.select(Selection::Node(next));
                }
                return;
            }
        };
        self.edit(edit, None);
    }

    fn rename(&mut self) {
        let Selection::Node(id) = &self.document.selection else { return };
        let name = self.tabs.canvas().layout().node(id).map(|n| n.title.clone());
        if let Some(name) = name {
            self.tabs.canvas_mut().start_rename(&id.clone(), &name);
        }
    }

    fn add_branch(&mut self) {
        let Selection::Node(id) = &self.document.selection else { return };
        let (Some(owner), Some(module)) = (self.document.owner(id), self.document.module()) else { return };
        let (key, shape) = (self.document.module.clone(), owner.id.clone());
        let edit = match &owner.kind {
            ShapeKind::Decide(b) | ShapeKind::Listen(b) | ShapeKind::Parallel(b) => {
                let last = usize::from(matches!(owner.kind, ShapeKind::Decide(_)));
                let index = b.branches.len().saturating_sub(last);
                Edit::InsertBranch {
                    module: key,
                    shape,
                    index,
                    branch: edit::new_branch(module, &owner.kind),
                }
            }
            ShapeKind::Scope(s) => {
                let (index, catch) = (s.catches.len(), edit::new_catch(module));
                Edit::InsertCatch { module: key, scope: shape, index, catch }
            }
            _ => return,
        };
        self.edit(edit, None);
    }

    /// Moves the selected shape by one place in its block.
    fn shift(&mut self, by: isize) {
        let Some(id) = self.selected_shape().map(|s| s.id.clone()) else { return };
        let module = self.document.module.clone();
        let Some((block, index)) = owner_of(&self.document.app, &module, &id) else { return };
        let length = edit::find_block(&self.document.app, &module, &block).map_or(0, Vec::len);
        let Some(index) = index.checked_add_signed(by).filter(|to| *to < length) else { return };
        self.edit(Edit::MoveShape { module, shape: id.clone(), block, index }, None);
        self.tabs.canvas_mut().focus(&id);
    }

    fn declare(&mut self, kind: DeclarationKind) {
        let Some(declaration) = super::panels::properties::fresh(&self.document, kind) else { return };
        let (module, name) = (self.document.module.clone(), declaration.name().to_owned());
        self.edit(Edit::Declare { module, scope: None, index: usize::MAX, declaration }, None);
        self.document.select(match kind {
            DeclarationKind::Port => Selection::Port(name),
            _ => Selection::Declared { scope: None, kind, name },
        });
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

    pub(super) fn ask(&mut self, ctx: &egui::Context, purpose: Purpose) {
        let ctx = ctx.clone();
        self.dialogs.ask(purpose, Box::new(move || ctx.request_repaint()));
        self.asking = Some(purpose);
    }

    pub(super) fn poll_dialog(&mut self, ctx: &egui::Context) {
        let Some(purpose) = self.asking else { return };
        match self.dialogs.answer() {
            Answer::Waiting => return,
            Answer::Chosen(path) => match purpose {
                Purpose::Open => self.open(ctx, &path),
                Purpose::SaveAs => self.save_to(&path),
                Purpose::Message => self.run.open_message(&path),
            },
            Answer::Cancelled => {}
            Answer::Unavailable => match purpose {
                Purpose::Open => self.overlay = Overlay::open_path(),
                Purpose::SaveAs => self.overlay = Overlay::save_path(),
                Purpose::Message => self.run.ask_message_path(),
            },
        }
        self.asking = None;
    }

    /// Opens the application in `folder`.
    pub(super) fn open(&mut self, ctx: &egui::Context, folder: &Path) {
        match Document::open(folder) {
            Ok((document, _)) => {
                self.replace(document);
                self.said = Some((format!("Opened {}", folder.display()), false));
                ctx.request_repaint();
            }
            Err(all) => {
                if let Some(first) = all.first() {
                    self.refused(first);
                }
                self.overlay =
                    Overlay::Report { title: format!("{} could not be opened", folder.display()), all };
            }
        }
    }

    fn replace(&mut self, document: Document) {
        self.tabs = Tabs::new(Tab::Orchestration(document.module.clone()));
        self.document = document;
        self.mode = Mode::Design;
    }

    /// Saves to `folder`; what refuses it is shown whole.
    pub(super) fn save_to(&mut self, folder: &Path) {
        match self.document.save(folder) {
            Ok(report) => {
                let files = report.written.len() + report.removed.len();
                let what = counted(files, "file");
                self.said = Some((format!("Saved {what} to {}", folder.display()), false));
            }
            Err(all) => {
                if let Some(first) = all.first() {
                    self.refused(first);
                }
                self.overlay =
                    Overlay::Report { title: "The application could not be saved".to_owned(), all };
            }
        }
    }

    /// Leaves the open application, after asking when that would lose work.
    pub(super) fn leave(&mut self, ctx: &egui::Context, leave: Leave) {
        if self.document.unsaved() {
            self.after_confirm = Some(leave);
            self.overlay = Overlay::Confirm;
        } else {
            self.left_for(ctx, leave);
        }
    }

    pub(super) fn left_for(&mut self, ctx: &egui::Context, leave: Leave) {
        match leave {
            Leave::New => self.replace(Document::new(empty_application(), None)),
            Leave::Open(Some(path)) => self.open(ctx, &path),
            Leave::Open(None) => self.ask(ctx, Purpose::Open),
            Leave::Close => {
                self.may_close = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Stops the window from closing over unsaved work.
    pub(super) fn guard_close(&mut self, ctx: &egui::Context) {
        if ctx.input(|i| i.viewport().close_requested()) && self.document.unsaved() && !self.may_close {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.leave(ctx, Leave::Close);
        }
    }
}

/// An application with one orchestration that is still empty.
fn empty_application() -> Application {
    let name = "Orchestration1";
    let orchestration =
        Orchestration { name: name.to_owned(), id: "orchestration_1".into(), ..Orchestration::default() };
    let module = Module {
        namespace: "Application1".to_owned(),
        orchestration: Some(orchestration),
        ..Module::default()
    };
    Application {
        settings: Settings { name: "Application1".to_owned(), ..Settings::default() },
        modules: std::iter::once((name.to_owned(), module)).collect(),
        ..Application::default()
    }
}
