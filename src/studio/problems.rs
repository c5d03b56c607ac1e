//! Findings about the open application, and which shape or port each belongs to.

use super::document::Selection;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Application, Id};
use crate::xml::SchemaSet;
use std::collections::BTreeMap;

/// Everything there is to report, in the order to show it.
pub fn find(app: &Application, schemas: &SchemaSet) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = schemas.diagnostics().to_vec();
    all.extend(super::names::unknown(app));
    all.sort_by_key(|d| d.severity);
    all
}

/// Worst severity for each shape or branch, and each port, of a module.
pub fn marks(problems: &[Diagnostic], module: &str) -> (BTreeMap<Id, Severity>, BTreeMap<String, Severity>) {
    let (mut nodes, mut ports) = (BTreeMap::new(), BTreeMap::new());
    for problem in problems.iter().filter(|p| p.place.module.as_deref() == Some(module)) {
        if let Some(id) = &problem.place.id {
            let worst = nodes.entry(id.clone()).or_insert(problem.severity);
            *worst = (*worst).min(problem.severity);
        }
        let worst = ports.entry(problem.place.name.clone()).or_insert(problem.severity);
        *worst = (*worst).min(problem.severity);
    }
    (nodes, ports)
}

/// What to select for a finding in the module it names.
pub fn selection(app: &Application, problem: &Diagnostic) -> Option<(String, Selection)> {
    let key = problem.place.module.clone()?;
    let orchestration = app.modules.get(&key)?.orchestration.as_ref();
    let port = |o: &&crate::model::Orchestration| o.ports.iter().any(|p| p.name == problem.place.name);
    if orchestration.filter(port).is_some() {
        return Some((key, Selection::Port(problem.place.name.clone())));
    }
    match &problem.place.id {
        Some(id) => Some((key, Selection::Node(id.clone()))),
        None => Some((key, Selection::Orchestration)),
    }
}
