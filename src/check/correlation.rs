//! V17, V18, V22: a correlation set is initialised once, before it is followed.

use super::activation::heads;
use super::flow::{Fact, Known, Rule, walk};
use super::subject::Subject;
use crate::diagnostic::Diagnostic;
use crate::model::{Direction, ParameterKind, Shape, ShapeKind};
use std::collections::BTreeSet;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let given = subject.orchestration.parameters.iter().filter_map(|p| match &p.kind {
        ParameterKind::CorrelationSet(set) if p.direction == Direction::In => Some(set.name.clone()),
        _ => None,
    });
    let start = Known::starting_with(given.map(Fact::Initialized));
    walk(subject, start, &mut Sets { subject, found });
    for site in &subject.sites {
        if let ShapeKind::Parallel(_) = &site.shape.kind {
            parallel_activation(subject, site.shape, found);
        }
    }
}

/// The sets a shape initializes and follows.
pub(super) fn sets(shape: &Shape) -> (&[String], &[String]) {
    match &shape.kind {
        ShapeKind::Receive(r) => (&r.initializes, &r.follows),
        ShapeKind::Send(s) => (&s.initializes, &s.follows),
        _ => (&[], &[]),
    }
}

struct Sets<'a, 's> {
    subject: &'a Subject<'s>,
    found: &'a mut Vec<Diagnostic>,
}

impl Rule for Sets<'_, '_> {
    fn makes(&self, shape: &Shape) -> Vec<Fact> {
        sets(shape).0.iter().cloned().map(Fact::Initialized).collect()
    }

    fn check(&mut self, shape: &Shape, known: &Known) {
        let (initializes, follows) = sets(shape);
        let mut report = |code, property, message: String, help: &str| {
            self.found.push(Diagnostic::error(code, message, help).at(self.subject.place(shape, property)));
        };
        for set in initializes {
            if known.maybe.contains(&Fact::Initialized(set.clone())) {
                let message =
                    format!("`{}` initializes `{set}`, which may have its values already", shape.name);
                let help =
                    "follow it instead, use another set, or declare it in a Scope inside the loop (COR-4)";
                report("V17", "initializes", message, help);
            }
        }
        for set in follows {
            if initializes.contains(set) {
                let message = format!("`{}` both initializes and follows `{set}`", shape.name);
                report("V18", "follows", message, "choose one of the two (COR-16)");
            } else if !known.always.contains(&Fact::Initialized(set.clone())) {
                let message =
                    format!("`{}` follows `{set}` before it is initialized on every path", shape.name);
                let help = "initialize it on a receive or send before, on each branch that leads here";
                report("V18", "follows", message, help);
            }
        }
    }
}

/// V22.
fn parallel_activation(subject: &Subject<'_>, shape: &Shape, found: &mut Vec<Diagnostic>) {
    let Some(owner) = shape.kind.branches() else { return };
    let first: Vec<BTreeSet<&String>> = owner
        .branches
        .iter()
        .filter_map(|branch| {
            let mut ids = BTreeSet::new();
            heads(&branch.body, &mut ids);
            let first = subject.sites.iter().filter(|site| ids.contains(&site.shape.id));
            first.map(|site| &site.shape.kind).find_map(|kind| match kind {
                ShapeKind::Receive(r) if r.activate => Some(r.initializes.iter().collect()),
                _ => None,
            })
        })
        .collect();
    if first.len() > 1 && first.windows(2).any(|pair| pair.first() != pair.last()) {
        let message =
            format!("the activate receives of `{}` initialize different correlation sets", shape.name);
        let help =
            "initialize the same sets in every branch, so that all their messages meet in one instance";
        found.push(Diagnostic::error("V22", message, help).at(subject.place(shape, "branches")));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn initialize() -> Shape {
        sends("Out", |s| s.initializes = vec!["SubjectKey".into()])
    }

    fn follow() -> Shape {
        receive("In", |r| r.follows = vec!["SubjectKey".into()])
    }

    #[test]
    fn v17_a_set_is_initialized_once() {
        assert_eq!(codes(&started(vec![initialize()])), [""; 0]);
        assert_eq!(codes(&started(vec![initialize(), initialize()])), ["V17"]);
        let either = shape(ShapeKind::Decide(branches(vec![vec![initialize()], vec![initialize()]])));
        assert_eq!(codes(&started(vec![either.clone()])), [""; 0]);
        assert_eq!(codes(&started(vec![either, initialize()])), ["V17"]);
    }

    #[test]
    fn v17_a_loop_needs_a_set_of_its_own() {
        let each = |body| shape(ShapeKind::Loop(Loop { condition: "true".into(), body }));
        assert_eq!(codes(&started(vec![each(vec![initialize()])])), ["V17"]);
        assert_eq!(codes(&started(vec![each(vec![each(vec![initialize()])])])), ["V17"]);
        let own = |s: &mut Scope| {
            s.correlation_sets.push(CorrelationSet {
                name: "Round".into(),
                correlation_type: "SubjectKey_Type".into(),
                ..CorrelationSet::default()
            });
        };
        let inside = scope(vec![sends("Out", |s| s.initializes = vec!["Round".into()])], own);
        assert_eq!(codes(&started(vec![each(vec![inside])])), [""; 0]);
    }

    #[test]
    fn v18_a_set_is_initialized_before_it_is_followed() {
        assert_eq!(codes(&started(vec![initialize(), follow()])), [""; 0]);
        assert_eq!(codes(&started(vec![follow()])), ["V18"]);
        let sometimes = shape(ShapeKind::Decide(branches(vec![vec![initialize()], vec![]])));
        assert_eq!(codes(&started(vec![sometimes, follow()])), ["V18"]);
        let both = receive("In", |r| {
            r.initializes = vec!["SubjectKey".into()];
            r.follows = vec!["SubjectKey".into()];
        });
        assert_eq!(codes(&started(vec![both])), ["V18"]);
        let mut given = started(vec![follow()]);
        let set = orchestration(&mut given, "Subject").correlation_sets.remove(0);
        let kind = ParameterKind::CorrelationSet(set);
        orchestration(&mut given, "Subject").parameters.push(Parameter { direction: Direction::In, kind });
        assert_eq!(codes(&given), [""; 0]);
    }

    #[test]
    fn v22_parallel_activate_receives_initialize_the_same_sets() {
        let first =
            |set: &str| vec![receive("In", |r| (r.activate, r.initializes) = (true, vec![set.into()]))];
        let parallel =
            |a, b| application(vec![shape(ShapeKind::Parallel(branches(vec![first(a), first(b)])))]);
        assert_eq!(codes(&parallel("SubjectKey", "SubjectKey")), [""; 0]);
        assert_eq!(codes(&parallel("SubjectKey", "SubjectOther")), ["V22"]);
    }
}
