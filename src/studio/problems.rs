//! Findings about the open application, and which shape or port each belongs to.

use super::app::Studio;
use super::command::Command;
use super::document::{Action, Document, Selection};
use super::editors::ports::Item;
use super::overlay::Pick;
use super::tabs::Tab;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::engine::preview::Picture;
use crate::model::edit::{DeclarationKind, Edit};
use crate::model::{Application, Id, files};
use std::collections::BTreeMap;

/// Everything there is to report, worst first, else in the order of the application; and who talks to whom.
pub fn find(app: &Application) -> (Vec<Diagnostic>, Picture) {
    let (mut all, picture) = crate::findings::with_picture(app);
    all.sort_by_key(|d| d.severity);
    (all, picture)
}

/// Worst severity for each shape or branch, and each port, of one module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    pub nodes: BTreeMap<Id, Severity>,
    pub ports: BTreeMap<String, Severity>,
}

/// The marks of every module that has findings.
pub fn marks(problems: &[Diagnostic]) -> BTreeMap<String, Marks> {
    let mut all: BTreeMap<String, Marks> = BTreeMap::new();
    for problem in problems {
        let Some(module) = &problem.place.module else { continue };
        let marks = all.entry(module.clone()).or_default();
        if let Some(id) = &problem.place.id {
            let worst = marks.nodes.entry(id.clone()).or_insert(problem.severity);
            *worst = (*worst).min(problem.severity);
        }
        let worst = marks.ports.entry(problem.place.name.clone()).or_insert(problem.severity);
        *worst = (*worst).min(problem.severity);
    }
    all
}

/// What to select for a finding in the module it names.
pub fn selection(app: &Application, problem: &Diagnostic) -> Option<(String, Selection)> {
    place(app, &problem.place)
}

impl Studio {
    /// What mends the findings about what is selected, and which finding it is; what mends several is there once.
    pub(super) fn fixes(&self) -> Vec<(&Edit, &Diagnostic)> {
        let found = self.document.problems.iter().filter(|problem| self.is_about_selected(problem));
        let mut all: Vec<(&Edit, &Diagnostic)> = Vec::new();
        for (fix, problem) in found.flat_map(|problem| problem.fixes.iter().map(move |fix| (fix, problem))) {
            if all.iter().all(|(known, _)| *known != fix) {
                all.push((fix, problem));
            }
        }
        all
    }

    fn is_about_selected(&self, problem: &Diagnostic) -> bool {
        let (document, place) = (&self.document, &problem.place);
        if place.module.as_ref() != Some(&document.module) {
            return false;
        }
        let leads = || selection(&document.app, problem).is_some_and(|(_, to)| to == document.selection);
        match &document.selection {
            Selection::Node(id) => place.id.as_ref() == Some(id),
            Selection::Nodes(_) => false,
            Selection::Declared { scope: Some(scope), name, .. } => {
                place.id.as_ref() == Some(scope) && place.name == *name
            }
            Selection::Port(name) | Selection::Declared { name, .. } => place.name == *name && leads(),
            Selection::Orchestration => {
                let own = document.orchestration().is_some_and(|o| o.name == place.name);
                (own || place.id.is_none()) && leads()
            }
        }
    }

    /// Mends what is selected if there is one way to, else asks; what has no such way is mended by hand, in its properties.
    pub(super) fn fix(&mut self, ctx: &egui::Context) {
        match self.fixes().as_slice() {
            [] => {
                let found = self.document.problems.iter().find(|problem| self.is_about_selected(problem));
                let words = found.map(|problem| super::ticks::plain(&problem.help));
                self.run_command(ctx, Command::Properties);
                self.said = words.map(|words| (words, false));
            }
            [(fix, _)] => {
                let fix = (*fix).clone();
                self.mend(fix);
            }
            _ => self.pick(Pick::Fix),
        }
    }

    /// A way to mend says how things are afterwards: after a change it is found anew first.
    pub(super) fn mend(&mut self, fix: Edit) {
        if self.document.is_checked() {
            self.edit(fix, None);
        } else {
            self.said = Some(("Something has just changed: mend it again in a moment".to_owned(), true));
        }
    }

    /// Whether anything is wrong with what is selected.
    pub(super) fn is_wrong(&self) -> bool {
        self.document.problems.iter().any(|problem| self.is_about_selected(problem))
    }

    /// Goes to the next finding, or the one before, and says what it is.
    pub(super) fn go_to_problem(&mut self, ctx: &egui::Context, forward: bool) {
        let all = &self.document.problems;
        let (count, here) = (all.len(), self.whereabouts());
        // Several may be about one place.
        let last = self.at_problem.as_ref().filter(|(index, told, at)| {
            *at == here && all.get(*index).is_some_and(|problem| problem.message == *told)
        });
        let at = match last {
            Some((index, ..)) => Some(*index),
            None => {
                let near = |problem| self.tabs.on_canvas() && self.is_about_selected(problem);
                // The one that stands at what is selected comes first.
                let aside = if forward { count.saturating_sub(1) } else { 1 };
                all.iter().position(near).map(|at| (at + aside) % count)
            }
        };
        let by = if forward { 1 } else { count.saturating_sub(1) };
        let from = at.map_or(if forward { 0 } else { by }, |at| at + by);
        let found = (0..count).find_map(|step| {
            let next = (from + step * by) % count;
            let problem = all.get(next)?;
            Some((next, problem, way(&self.document, problem)?))
        });
        let Some((next, problem, action)) = found else {
            let words = "No problem has a place to go to: see the list of problems";
            self.said = Some((words.to_owned(), true));
            return;
        };
        let words = format!("{} of {count}: {}", next + 1, super::ticks::plain(&problem.message));
        let told = problem.message.clone();
        self.act(ctx, action);
        self.said = Some((words, false));
        self.at_problem = Some((next, told, self.whereabouts()));
    }

    /// What one looks at.
    fn whereabouts(&self) -> (Option<Tab>, Selection) {
        (self.tabs.focused().cloned(), self.document.selection.clone())
    }
}

/// What leads to a finding: the shape or declaration it is about, else the file it is in.
pub fn way(document: &Document, problem: &Diagnostic) -> Option<Action> {
    let (app, file) = (&document.app, problem.place.file.as_str());
    if let Some((module, selection)) = selection(app, problem) {
        return Some(Action::Go { module, selection });
    }
    let of = |tab: Tab| Some(Action::Open(tab));
    if app.schemas.contains_key(file) {
        return of(Tab::Schema(file.to_owned()));
    }
    if app.messages.contains_key(file) {
        return of(Tab::Message(file.to_owned()));
    }
    if let Some(name) = app.policies.keys().find(|name| files::policy_path(name) == file) {
        return of(Tab::Policy(name.clone()));
    }
    if let Some(class) = app.components.keys().find(|class| files::component_path(class) == file) {
        return of(Tab::Script(class.clone()));
    }
    let item = || Item::named(app, &problem.place.name).map(Action::Choose);
    let map = app.maps.keys().find(|name| files::map_path(name) == file || **name == problem.place.name);
    match (file, map) {
        (files::BINDINGS, _) => item().or_else(|| of(Tab::Ports)),
        (_, Some(name)) => of(Tab::Map(name.clone())),
        (files::APPLICATION, None) => item().or_else(|| of(Tab::Settings)),
        (_, None) => item(),
    }
}

/// What to select for a place in the module it names.
pub fn place(app: &Application, place: &Place) -> Option<(String, Selection)> {
    let key = place.module.clone()?;
    let module = app.modules.get(&key)?;
    let name = &place.name;
    let node = |id: &Id| {
        let shapes = module.orchestration.iter().flat_map(|o| o.shapes());
        shapes.into_iter().any(|s| s.id == *id || s.has_block(id))
    };
    if let Some(id) = place.id.as_ref().filter(|id| node(id)) {
        return Some((key, Selection::Node(id.clone())));
    }
    let declares = |kind: &DeclarationKind| {
        super::names::declarations(module, None, *kind).iter().any(|declared| declared.name() == name)
    };
    let declared = DeclarationKind::ALL.into_iter().find(declares);
    Some((key, declared.map_or(Selection::Orchestration, |kind| Selection::declared(kind, name))))
}
