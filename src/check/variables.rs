//! V08: with several activate receives no variable is initialised by itself (RCV-3).

use super::flow::{Fact, Known, Rule, walk};
use super::subject::Subject;
use super::tokens::uses;
use crate::diagnostic::Diagnostic;
use crate::model::{Code, Direction, Shape, ShapeKind};
use std::collections::BTreeSet;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let activates = |shape: &Shape| matches!(&shape.kind, ShapeKind::Receive(r) if r.activate);
    if subject.sites.iter().filter(|site| activates(site.shape)).count() > 1 {
        let names = subject.orchestration.variables.iter().map(|v| v.name.as_str()).collect();
        walk(subject, Known::default(), &mut Variables { subject, names, found });
    }
}

struct Variables<'a, 's> {
    subject: &'a Subject<'s>,
    names: BTreeSet<&'a str>,
    found: &'a mut Vec<Diagnostic>,
}

impl Variables<'_, '_> {
    fn read(&mut self, shape: &Shape, property: &'static str, text: &str, known: &Known) {
        let mut assigned = BTreeSet::new();
        // `x = x + 1;` reads before it assigns.
        let mut pending: Option<(&str, usize)> = None;
        for used in uses(text) {
            let ended =
                |from: usize| text.get(from..used.span.start).is_some_and(|between| between.contains(';'));
            if let Some((name, _)) = pending.take_if(|(_, from)| ended(*from)) {
                assigned.insert(name);
            }
            let missing = self.names.contains(used.name)
                && !assigned.contains(used.name)
                && !known.always.contains(&Fact::Assigned(used.name.to_owned()));
            if used.assigned {
                pending = Some((used.name, used.span.end));
            } else if missing {
                assigned.insert(used.name);
                let mut place = self.subject.place(shape, property);
                let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                place.span = Some(byte(used.span.start)..byte(used.span.end));
                let message =
                    format!("`{}` reads `{}` before it is assigned on every path", shape.name, used.name);
                let help = "assign it in an Expression after each activate receive; with several of them the \
                            initial value is not used";
                self.found.push(Diagnostic::error("V08", message, help).at(place));
            }
        }
    }
}

impl Rule for Variables<'_, '_> {
    fn makes(&self, shape: &Shape) -> Vec<Fact> {
        let names: Vec<String> = match &shape.kind {
            ShapeKind::Expression(Code { text }) | ShapeKind::MessageAssignment(Code { text }) => {
                uses(text).into_iter().filter(|used| used.assigned).map(|used| used.name.to_owned()).collect()
            }
            ShapeKind::Call(call) => {
                let changed = call.arguments.iter().filter(|a| a.direction != Direction::In);
                changed.map(|argument| argument.name.clone()).collect()
            }
            _ => Vec::new(),
        };
        names.into_iter().map(Fact::Assigned).collect()
    }

    fn check(&mut self, shape: &Shape, known: &Known) {
        match &shape.kind {
            ShapeKind::Expression(code)
            | ShapeKind::MessageAssignment(code)
            | ShapeKind::Delay(code)
            | ShapeKind::Suspend(code)
            | ShapeKind::Terminate(code) => self.read(shape, "text", &code.text, known),
            ShapeKind::Loop(body) => self.read(shape, "condition", &body.condition, known),
            ShapeKind::Decide(owner) => {
                for branch in &owner.branches {
                    self.read(shape, "condition", &branch.condition, known);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn counted(body: Block) -> Vec<&'static str> {
        let mut application = application(body);
        let count = Variable { name: "count".into(), initial_value: Some("0".into()), ..Variable::default() };
        orchestration(&mut application, "Subject").variables.push(count);
        codes(&application)
    }

    #[test]
    fn v08_several_starts_initialize_nothing() {
        let either = |first: Block| {
            let start = |rest: Block| std::iter::once(activate()).chain(rest).collect();
            shape(ShapeKind::Listen(branches(vec![start(first), start(vec![expression("count = 2;")])])))
        };
        let read = || expression("x = count + 1;");
        assert_eq!(counted(vec![either(vec![]), read()]), ["V08"]);
        assert_eq!(counted(vec![either(vec![expression("count = 1;")]), read()]), [""; 0]);
        assert_eq!(counted(vec![either(vec![expression("count = count + 1;")]), read()]), ["V08"]);
        let own = expression("count = 1; if (count == 1) { x = count; }");
        assert_eq!(counted(vec![either(vec![own]), read()]), [""; 0]);
        assert_eq!(counted(vec![activate(), read()]), [""; 0], "one start uses the initial value");
    }
}
