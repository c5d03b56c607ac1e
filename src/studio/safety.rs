//! Work is not lost: crashes, other programs, closed windows.

use super::Studio;
use super::comparison::Against;
use super::document::{Action, Document, Selection};
use super::overlay::Overlay;
use super::recovery::{Found, Keeper};
use super::tabs::{Tab, Tabs};
use super::theme::Tokens;
use super::watch::Watch;
use crate::diagnostic::counted;
use crate::model::compare::{self, Subject};
use crate::model::edit::{Edit, Part};
use egui::{Frame, Margin, Panel, RichText, Ui};
use std::path::{Path, PathBuf};

impl Studio {
    /// Keeps copies of unsaved work in `folder`, and offers what a studio before left there.
    pub fn recover_from(&mut self, folder: &Path) {
        // Without a place for copies one works as without them.
        let Ok(mut keeper) = Keeper::new(folder) else { return };
        let found = keeper.found();
        self.keeper = Some(keeper);
        match &mut self.overlay {
            Overlay::Opening { found: later, .. } => *later = found,
            _ if found.is_empty() => {}
            overlay => *overlay = Overlay::Recover { found },
        }
    }

    /// Copies unsaved work, and looks whether another program changed the files.
    pub(super) fn keep_safe(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|i| i.time);
        if let Some(keeper) = &mut self.keeper {
            keeper.keep(&self.document, now);
        }
        if let Some(theirs) = self.watch.look(&self.document, now) {
            self.theirs = Some(theirs);
        }
        if self.document.folder.is_some() {
            ctx.request_repaint_after(Watch::pause());
        }
    }

    /// Says that the files changed, and what to do about it; over the tabs.
    pub(super) fn show_outside_change(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let Some(theirs) = &self.theirs else { return };
        let t = Tokens::of(ui);
        let differences = compare::applications(self.document.saved(), theirs).len();
        let frame = Frame::new().fill(t.tint(t.panel, t.warn, 0.14)).inner_margin(Margin::symmetric(12, 6));
        let mut answer = None;
        Panel::top("outside change").frame(frame).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                let here = if self.document.unsaved() { " You have changes of your own." } else { "" };
                let words = format!(
                    "Another program changed the files of this application: {} to what was saved.{here}",
                    counted(differences, "difference")
                );
                ui.label(RichText::new(words).color(t.text));
                for (words, tip) in [
                    ("Reload", "Takes over what is on disk; undo brings back what is not saved here"),
                    ("Keep mine", "Goes on with what is here; saving replaces what is on disk"),
                    ("Compare", "Shows what differs from what is on disk"),
                ] {
                    if ui.small_button(words).on_hover_text(tip).clicked() {
                        answer = Some(words);
                    }
                }
            });
        });
        match answer {
            Some("Reload") => self.reload(),
            Some("Keep mine") => {
                if let Some(theirs) = self.theirs.take() {
                    self.document.rebase(theirs);
                }
            }
            Some(_) => actions.push(Action::Open(Tab::Compare(Against::Disk))),
            None => {}
        }
    }

    /// Takes over what is on disk as a step, so that undo brings back what was not saved here.
    fn reload(&mut self) {
        let Some(theirs) = self.theirs.take() else { return };
        let edits = Part::between(&self.document.app, &theirs).into_iter().map(Edit::Set).collect();
        let batch = Edit::Batch { label: "Reload from disk".to_owned(), edits };
        match self.document.edit(batch, None) {
            Ok(()) => {
                self.document.rebase(theirs);
                self.said = Some(("Reloaded from disk; undo brings back what was here".to_owned(), false));
            }
            Err(refusal) => self.refused(&refusal),
        }
    }

    /// Takes over the unsaved work of a studio that is gone.
    pub(super) fn recover(&mut self, found: &Found, now: f64) {
        let saved = found.folder.as_deref().and_then(|folder| Document::load(folder).ok());
        let mut document = match saved {
            Some((document, _)) => document,
            None => Document::unchecked(crate::model::Application::default(), None),
        };
        // One step that can be undone; what was never saved has nothing to go back to.
        let edits = Part::between(&document.app, &found.app).into_iter().map(Edit::Set).collect();
        let batch = Edit::Batch { label: "Recover unsaved work".to_owned(), edits };
        if document.folder.is_none() || document.edit(batch, None).is_err() || document.app != found.app {
            document.replace(found.app.clone());
        }
        self.replace(document);
        self.said = Some((format!("Recovered unsaved work on {}", found.name), false));
        if let Some(keeper) = &mut self.keeper {
            keeper.adopt(&self.document, found, now);
        }
        // What was changed is what one goes on with.
        let new = found.changes.iter().flatten().find_map(|change| match &change.subject {
            Subject::Node { module, new: Some(id), .. } => Some((module.clone(), id.clone())),
            _ => None,
        });
        if let Some((module, id)) = new {
            self.go_to(&module, Selection::Node(id));
        }
    }

    /// Offers what is left of studios that are gone.
    pub(super) fn offer_recovery(&mut self) {
        let found = self.keeper.as_mut().map(Keeper::found).unwrap_or_default();
        if found.is_empty() {
            self.said = Some(("There is no unsaved work of before".to_owned(), false));
        } else {
            self.overlay = Overlay::Recover { found };
        }
    }

    /// Notes the open application and its tabs for the next time.
    pub(super) fn remember(&mut self) {
        let Some(folder) = self.document.base.clone().or_else(|| self.document.folder.clone()) else {
            return;
        };
        let name = self.document.name().to_owned();
        self.preferences.remember(&folder, &name, self.tabs.layout());
    }

    /// Brings the tabs back as they were when this application was left.
    pub(super) fn restore_tabs(&mut self) {
        let folder: Option<PathBuf> = self.document.base.clone().or_else(|| self.document.folder.clone());
        let layout = folder.and_then(|folder| self.preferences.tabs(&folder).map(str::to_owned));
        if let Some(tabs) = layout.and_then(|layout| Tabs::restored(&layout, &self.document)) {
            self.tabs = tabs;
            self.tabs.lead(&mut self.document);
        }
    }
}
