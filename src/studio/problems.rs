//! Findings about the open application, and which shape or port each belongs to.

use super::document::Selection;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::engine::preview::Picture;
use crate::model::edit::DeclarationKind;
use crate::model::{Application, Id};
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
