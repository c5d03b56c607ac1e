//! Editors of everything but orchestrations: the application as a whole, ports, schemas, messages, maps, settings,
//! policies and scripts. Each is a tab.

pub mod files;
pub mod list;
pub mod map;
pub mod message;
pub mod picture;
pub mod policy;
pub mod ports;
pub mod schema;
pub mod script;
pub mod settings;

use super::document::{Action, Document, Selection};
use super::run::RunMode;
use super::tabs::Tab;
use super::theme::Tokens;
use crate::message::MessageId;
use crate::model::edit::Edit;
use egui::{Frame, Margin, Ui};
use picture::traffic::Traffic;
use std::collections::BTreeMap;

/// What the editors remember while they are open.
#[derive(Debug, Default)]
pub struct Editors {
    pub picture: picture::State,
    pub ports: ports::State,
    pub schemas: BTreeMap<String, schema::State>,
    pub messages: BTreeMap<String, message::State>,
    pub maps: BTreeMap<String, map::State>,
    pub policies: BTreeMap<String, policy::State>,
}

/// What an editor wants of the studio, beside edits.
#[derive(Debug)]
pub enum Ask {
    Open(Tab),
    /// Shows a port, group, pipeline … in the ports editor.
    Choose(ports::Item),
    Go(String, Selection),
    /// Who got a message of the run, and why.
    Why(MessageId),
}

/// What every editor needs.
#[derive(Debug)]
pub struct Editing<'a> {
    pub document: &'a Document,
    pub actions: &'a mut Vec<Action>,
    pub asks: &'a mut Vec<Ask>,
}

impl Editing<'_> {
    pub fn edit(&mut self, edit: Edit) {
        self.actions.push(Action::edit(edit));
    }

    /// What mends a finding.
    pub fn mend(&mut self, fix: Edit) {
        self.actions.push(Action::Mend(fix));
    }

    /// Several edits as one step.
    pub fn batch(&mut self, label: impl Into<String>, edits: Vec<Edit>) {
        self.edit(Edit::Batch { label: label.into(), edits });
    }

    /// An edit by typing in `field`: more of it is the same step to undo.
    pub fn typing(&mut self, edit: Edit, field: impl Into<String>) {
        self.actions.push(Action::typing(edit, field));
    }
}

impl Editors {
    /// Shows the editor of a tab; nothing for an orchestration, which has a canvas. With the run that is shown, if any,
    /// and whether its messages stand still on their ways.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        tab: &Tab,
        document: &Document,
        mut run: Option<(&mut RunMode, bool)>,
        actions: &mut Vec<Action>,
    ) {
        let mut asks = Vec::new();
        let editing = &mut Editing { document, actions, asks: &mut asks };
        let t = Tokens::of(ui);
        let frame = Frame::new().fill(t.panel);
        let inner = frame.inner_margin(Margin::symmetric(16, 8));
        let mut page = |ui: &mut Ui, add: &mut dyn FnMut(&mut Ui, &mut Editing<'_>)| {
            inner.show(ui, |ui| {
                ui.set_min_size(ui.available_size());
                add(ui, editing);
            });
        };
        match tab {
            Tab::Orchestration(_) | Tab::Code(_) | Tab::Preferences | Tab::Compare(_) => {}
            Tab::Application => {
                let traffic = run.as_ref().map(|(run, still)| Traffic { state: &run.state, still: *still });
                picture::ui(ui, editing, &mut self.picture, traffic);
            }
            Tab::Ports => {
                frame.show(ui, |ui| ports::ui(ui, editing, &mut self.ports));
            }
            Tab::Settings => page(ui, &mut |ui, editing| settings::ui(ui, editing)),
            Tab::Schema(path) => {
                let state = self.schemas.entry(path.clone()).or_default();
                page(ui, &mut |ui, editing| schema::ui(ui, editing, path, state));
            }
            Tab::Message(path) => {
                let state = self.messages.entry(path.clone()).or_default();
                page(ui, &mut |ui, editing| message::ui(ui, editing, path, state));
            }
            Tab::Map(name) => {
                let state = self.maps.entry(name.clone()).or_default();
                page(ui, &mut |ui, editing| map::ui(ui, editing, name, state));
            }
            Tab::Policy(name) => {
                let state = self.policies.entry(name.clone()).or_default();
                page(ui, &mut |ui, editing| policy::ui(ui, editing, name, state));
            }
            Tab::Script(class) => page(ui, &mut |ui, editing| script::ui(ui, editing, class)),
        }
        for ask in asks {
            match ask {
                Ask::Open(tab) => actions.push(Action::Open(tab)),
                Ask::Choose(item) => actions.push(Action::Choose(item)),
                Ask::Go(module, selection) => actions.push(Action::Go { module, selection }),
                Ask::Why(message) => {
                    if let Some((run, _)) = &mut run {
                        run.why_message(message);
                    }
                }
            }
        }
    }
}
