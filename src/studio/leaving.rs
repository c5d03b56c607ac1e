//! Opening, saving and leaving an application, and the dialogs that ask where.

use super::app::{Mode, Studio};
use super::comparison::Against;
use super::dialogs::{Answer, Purpose};
use super::document::Document;
use super::opening::{Opening, Read};
use super::overlay::Overlay;
use super::recovery::Found;
use super::sample;
use super::tabs::{Tab, Tabs};
use super::visits::Visits;
use crate::diagnostic::counted;
use crate::model::edit::{Edit, Part};
use crate::model::{Application, Module, Orchestration, Settings};
use egui::ViewportCommand;
use std::path::{Path, PathBuf};

/// Name of a new application until it is saved.
const UNNAMED: &str = "Application1";

/// What waits for an answer about work that would be lost.
#[derive(Clone, Debug, PartialEq)]
pub enum Leave {
    New,
    Sample,
    Open(Option<PathBuf>),
    Recover(Box<Found>),
    Close,
}

impl Studio {
    pub(super) fn ask(&mut self, ctx: &egui::Context, purpose: Purpose) {
        // Nothing waits for a save that another question has taken the place of.
        if purpose != Purpose::SaveAs {
            self.after_confirm = None;
        }
        let ctx = ctx.clone();
        let suggested = self.suggested(purpose);
        self.dialogs.ask(purpose, suggested.as_deref(), Box::new(move || ctx.request_repaint()));
        self.asking = Some(purpose);
    }

    pub(super) fn poll_dialog(&mut self, ctx: &egui::Context) {
        // What goes on after an answer may ask for another.
        let Some(purpose) = self.asking.take() else { return };
        match self.dialogs.answer() {
            Answer::Waiting => self.asking = Some(purpose),
            Answer::Chosen(path) => match purpose {
                Purpose::Open => self.open(ctx, &path),
                Purpose::SaveAs => self.saved_as(ctx, &path),
                Purpose::Message => self.run.open_message(&path),
                Purpose::Compare => self.open_tab(Tab::Compare(Against::Path(path)), false),
                Purpose::Svg | Purpose::Png | Purpose::SequenceSvg | Purpose::SequencePng => {
                    self.export_to(ctx, &path, purpose);
                }
                Purpose::Gif => self.film_to(ctx, &path),
                Purpose::SaveRun => self.save_run_to(&path),
                Purpose::OpenRun => self.open_run(ctx, &path),
                Purpose::Journal(format) => self.export_journal_to(&path, format),
            },
            Answer::Cancelled if purpose == Purpose::SaveAs => self.after_confirm = None,
            Answer::Cancelled => {}
            Answer::Unavailable => match purpose {
                Purpose::Open => self.overlay = Overlay::open_path(),
                Purpose::SaveAs => self.overlay = Overlay::save_path(),
                Purpose::Message => self.run.ask_message_path(),
                Purpose::Compare
                | Purpose::Svg
                | Purpose::Png
                | Purpose::Gif
                | Purpose::SaveRun
                | Purpose::OpenRun
                | Purpose::Journal(_)
                | Purpose::SequenceSvg
                | Purpose::SequencePng => self.overlay = Overlay::ask_path(purpose, self.suggested(purpose)),
            },
        }
    }

    /// Opens the application in `folder`, read beside the window where problems are looked for beside it too.
    pub(super) fn open(&mut self, ctx: &egui::Context, folder: &Path) {
        let wake = ctx.clone();
        let beside = self.checker.is_some();
        let opening = beside.then(|| Opening::start(folder, move || wake.request_repaint())).flatten();
        match opening {
            None => self.opened(ctx, folder, crate::biztalk::load(folder)),
            Some(opening) => match opening.at_once() {
                Some(read) => self.opened(ctx, folder, read),
                None => self.overlay = Overlay::Opening { opening, found: Vec::new() },
            },
        }
    }

    /// Shows what was read from `folder`, or why it was not.
    pub(super) fn opened(&mut self, ctx: &egui::Context, folder: &Path, read: Read) {
        match read {
            Ok(loaded) => {
                let (document, _) = Document::of(folder, loaded);
                self.remember();
                self.replace(document);
                self.restore_tabs();
                self.remember();
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

    pub(super) fn replace(&mut self, document: Document) {
        self.tabs = Tabs::new(Tab::Orchestration(document.module.clone()));
        self.run.leave();
        self.take(document);
        self.theirs = None;
        self.usages = None;
        self.visits = Visits::default();
        self.mode = Mode::Design;
    }

    /// Puts a document in the place of the open one, and has it checked.
    pub(super) fn take(&mut self, document: Document) {
        self.document = document;
        match &mut self.checker {
            Some(checker) => checker.forget(),
            None => self.document.check(),
        }
    }

    /// An application that nobody named has the name of the folder it is first saved to.
    fn name_after(&mut self, folder: &Path) {
        let settings = &self.document.app.settings;
        let named = self.document.folder.is_some() || settings.name != UNNAMED;
        if let Some(name) = folder.file_name().and_then(|name| name.to_str()).filter(|_| !named) {
            let settings = Settings { name: name.to_owned(), ..settings.clone() };
            self.edit(Edit::Set(Part::Settings(settings)), None);
        }
    }

    /// Saves to `folder`; what refuses it is shown whole.
    pub(super) fn save_to(&mut self, folder: &Path) {
        self.name_after(folder);
        match self.document.save(folder) {
            Ok(report) => {
                self.watch.settle();
                if let Some(keeper) = &mut self.keeper {
                    keeper.done();
                }
                let files = report.written.len() + report.removed.len();
                // An application of BizTalk's files is saved where they are, not in the folder beside them.
                let place = self.document.base.as_deref().unwrap_or(folder);
                let words = match files {
                    0 => format!("Nothing to save: {} is as it is here", place.display()),
                    _ => format!("Saved {} to {}", counted(files, "file"), place.display()),
                };
                self.said = Some((words, false));
                self.remember();
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

    /// Saves to `folder` and goes on with what waited for that.
    pub(super) fn saved_as(&mut self, ctx: &egui::Context, folder: &Path) {
        self.save_to(folder);
        let leave = self.after_confirm.take().filter(|_| !self.document.unsaved());
        if let Some(leave) = leave {
            self.left_for(ctx, leave);
        }
    }

    /// True when leaving the open application would lose work: changes, or forks of its run.
    fn would_lose(&self) -> bool {
        self.document.unsaved() || self.run.has_forks()
    }

    /// Leaves the open application, after asking when that would lose work.
    pub(super) fn leave(&mut self, ctx: &egui::Context, leave: Leave) {
        if self.would_lose() {
            self.after_confirm = Some(leave);
            self.overlay = Overlay::Confirm;
        } else {
            self.left_for(ctx, leave);
        }
    }

    pub(super) fn left_for(&mut self, ctx: &egui::Context, leave: Leave) {
        match leave {
            Leave::New => self.replace(Document::unchecked(empty_application(), None)),
            Leave::Sample => {
                self.remember();
                self.replace(Document::unchecked(sample::first(), None));
                self.said = Some(("Opened the sample".to_owned(), false));
            }
            Leave::Open(Some(path)) => self.open(ctx, &path),
            Leave::Open(None) => self.ask(ctx, Purpose::Open),
            Leave::Recover(found) => self.recover(&found, ctx.input(|i| i.time)),
            Leave::Close => {
                self.may_close = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Stops the window from closing over work that would be lost.
    pub(super) fn guard_close(&mut self, ctx: &egui::Context) {
        let closes = ctx.input(|i| i.viewport().close_requested()) && !self.may_close;
        if closes && super::panels::fields::settle(ctx, true) {
            // Once more, when what is typed counts.
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            ctx.send_viewport_cmd(ViewportCommand::Close);
        } else if closes && self.would_lose() {
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
    let module =
        Module { namespace: UNNAMED.to_owned(), orchestration: Some(orchestration), ..Module::default() };
    Application {
        settings: Settings { name: UNNAMED.to_owned(), ..Settings::default() },
        modules: std::iter::once((name.to_owned(), module)).collect(),
        ..Application::default()
    }
}
