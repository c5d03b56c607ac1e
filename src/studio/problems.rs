//! Findings about the open application, and which shape or port each belongs to.

use super::app::Studio;
use super::document::Selection;
use super::overlay::Pick;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::engine::preview::Picture;
use crate::model::edit::{DeclarationKind, Edit};
use crate::model::{Application, Id};
use std::collections::{BTreeMap, BTreeSet};

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
    /// What mends the findings about what is selected, and which finding it is.
    pub(super) fn fixes(&self) -> Vec<(&Edit, &Diagnostic)> {
        let found = self.document.problems.iter().filter(|problem| self.is_about_selected(problem));
        found.flat_map(|problem| problem.fixes.iter().map(move |fix| (fix, problem))).collect()
    }

    fn is_about_selected(&self, problem: &Diagnostic) -> bool {
        let (document, place) = (&self.document, &problem.place);
        place.module.as_ref() == Some(&document.module)
            && match &document.selection {
                Selection::Node(id) => place.id.as_ref() == Some(id),
                Selection::Nodes(_) => false,
                Selection::Port(name) | Selection::Declared { name, .. } => place.name == *name,
                Selection::Orchestration => document.orchestration().is_some_and(|o| o.name == place.name),
            }
    }

    /// Mends what is selected if there is one way to, else asks.
    pub(super) fn fix(&mut self) {
        match self.fixes().as_slice() {
            [(fix, _)] => {
                let fix = (*fix).clone();
                self.edit(fix, None);
            }
            _ => self.pick(Pick::Fix),
        }
    }

    /// Goes to the next place with a finding, or the one before, and says what it is.
    pub(super) fn go_to_problem(&mut self, forward: bool) {
        // Several findings of one place are one stop.
        let mut known = BTreeSet::new();
        let places = self.document.problems.iter().filter(|problem| problem.place.module.is_some());
        let places: Vec<&Diagnostic> = places
            .filter(|Diagnostic { place, .. }| known.insert((&place.module, &place.id, &place.name)))
            .collect();
        let count = places.len();
        let next = match (places.iter().position(|problem| self.is_about_selected(problem)), forward) {
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
            (None, true) => 0,
            (None, false) => count.saturating_sub(1),
        };
        let found =
            places.get(next).and_then(|problem| Some((problem, selection(&self.document.app, problem)?)));
        let Some((problem, (module, selection))) = found else {
            self.said =
                Some(("No problem is in an orchestration: see the list of problems".to_owned(), true));
            return;
        };
        let words = format!("{} of {count}: {}", next + 1, super::ticks::plain(&problem.message));
        self.go_to(&module, selection);
        self.said = Some((words, false));
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
