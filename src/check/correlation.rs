//! V17, V18: a correlation set is initialised once, before it is followed.

use super::flow::{Fact, Known, Rule, walk};
use super::subject::Subject;
use crate::diagnostic::Diagnostic;
use crate::model::edit::{CorrelationUse, Edit};
use crate::model::{Direction, ParameterKind, Shape, ShapeKind};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let given = subject.orchestration.parameters.iter().filter_map(|p| match &p.kind {
        ParameterKind::CorrelationSet(set) if p.direction == Direction::In => Some(set.name.clone()),
        _ => None,
    });
    let start = Known::starting_with(given.map(Fact::Initialized));
    walk(subject, start, &mut Sets { subject, found });
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
        let correlate = |set: &String, usage| Edit::Correlate {
            module: self.subject.key.to_owned(),
            shape: shape.id.clone(),
            set: set.clone(),
            usage,
        };
        let mut report = |code, property, message: String, help: &str, mend: Option<(&str, Edit)>| {
            let wrong = Diagnostic::error(code, message, help).at(self.subject.place(shape, property));
            self.found.push(match mend {
                Some((title, edit)) => wrong.mend(title, vec![edit]),
                None => wrong,
            });
        };
        let activates = matches!(&shape.kind, ShapeKind::Receive(r) if r.activate);
        for set in initializes.iter().filter(|set| !follows.contains(set)) {
            let fact = Fact::Initialized(set.clone());
            if known.maybe.contains(&fact) {
                let message =
                    format!("`{}` initializes `{set}`, which may have its values already", shape.name);
                let help =
                    "follow it instead, use another set, or declare it in a Scope inside the loop (COR-4)";
                let mend = (known.always.contains(&fact) && !activates)
                    .then(|| ("Follow the set instead", correlate(set, CorrelationUse::Follow)));
                report("V17", "initializes", message, help, mend);
            }
        }
        for set in follows {
            let fact = Fact::Initialized(set.clone());
            if initializes.contains(set) {
                let message = format!("`{}` both initializes and follows `{set}`", shape.name);
                let mend = if known.always.contains(&fact) {
                    ("Only follow the set", correlate(set, CorrelationUse::Follow))
                } else {
                    ("Only initialize the set", correlate(set, CorrelationUse::Initialize))
                };
                report("V18", "follows", message, "choose one of the two (COR-16)", Some(mend));
            } else if !known.always.contains(&fact) {
                let message =
                    format!("`{}` follows `{set}` before it is initialized on every path", shape.name);
                let help = "initialize it on a receive or send before, on each branch that leads here";
                let sends = matches!(shape.kind, ShapeKind::Send(_)) && !known.maybe.contains(&fact);
                let mend = ("Initialize the set here", correlate(set, CorrelationUse::Initialize));
                report("V18", "follows", message, help, sends.then_some(mend));
            }
        }
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
        let from_here = sends("Out", |s| s.follows = vec!["SubjectKey".into()]);
        assert_eq!(codes(&started(vec![from_here])), ["V18"]);
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
}
