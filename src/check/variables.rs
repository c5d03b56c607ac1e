//! V08: with several activate receives no variable is initialised by itself (RCV-3). V37: nor is a variable of a
//! scope there for its catch blocks (VIS-1). V54: nor is one without an initial value, before it is assigned.

use super::construction::bytes;
use super::flow::{Fact, Known, Rule, walk};
use super::subject::{Site, Subject};
use super::tokens::{committed_at, guarded, reads, uses};
use crate::diagnostic::Diagnostic;
use crate::message::ValueType;
use crate::model::edit::{Declaration, Edit};
use crate::model::{BlockSlot, Catch, Code, Direction, Id, Shape, ShapeKind, Variable};
use std::collections::BTreeMap;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let activates = |shape: &Shape| matches!(&shape.kind, ShapeKind::Receive(r) if r.activate);
    let several = subject.sites.iter().filter(|site| activates(site.shape)).count() > 1;
    let sites = subject.sites.iter().map(|site| (site.shape.id.as_str(), site)).collect();
    walk(subject, Known::default(), &mut Variables { subject, sites, several, found });
}

struct Variables<'a, 's> {
    subject: &'a Subject<'s>,
    sites: BTreeMap<&'a str, &'a Site<'s>>,
    /// The orchestration starts in several ways.
    several: bool,
    found: &'a mut Vec<Diagnostic>,
}

impl<'s> Variables<'_, 's> {
    /// The variable of this name at a shape, the scope that declares it, and whether the shape is in its catch blocks.
    fn variable(&self, shape: &Shape, name: &str) -> Option<(&'s Variable, Option<&'s Id>, bool)> {
        let site = *self.sites.get(shape.id.as_str())?;
        for (owner, scope, slot) in site.scopes() {
            let caught =
                |catch: &Catch| *slot == BlockSlot::Catch(catch.id.clone()) && catch.variable == name;
            if scope.catches.iter().any(caught) {
                return None;
            }
            if let Some(variable) = scope.variables.iter().find(|v| v.name == name) {
                return Some((variable, Some(&owner.id), matches!(slot, BlockSlot::Catch(_))));
            }
        }
        let own = self.subject.orchestration.variables.iter().find(|v| v.name == name);
        own.map(|variable| (variable, None, false))
    }

    /// Tells of a read at a place where the variable is not assigned on every path.
    fn needs(
        &mut self,
        shape: &Shape,
        property: &'static str,
        name: &str,
        span: Option<std::ops::Range<usize>>,
        known: &Known,
    ) {
        let Some((variable, scope, caught)) = self.variable(shape, name) else { return };
        let mut place = self.subject.place(shape, property);
        place.span = span.and_then(bytes);
        let reads = format!("`{}` reads `{name}`", shape.name);
        let initialized = variable.initial_value.is_some() || variable.use_default_constructor;
        let problem = if caught {
            let help = "declare it outside the scope, or read it only where `succeeded` says that a transaction inside \
                        that assigns it has committed";
            Diagnostic::error("V37", format!("{reads} of the scope that failed"), help)
        } else if self.several && scope.is_none() {
            let help = "assign it in an Expression after each activate receive; with several of them the initial \
                        value is not used";
            Diagnostic::error("V08", format!("{reads} before it is assigned on every path"), help)
        } else if !initialized && !known.maybe.contains(&Fact::Assigned(name.to_owned())) {
            let help = "give the variable an initial value, or assign it in an Expression before";
            let problem =
                Diagnostic::error("V54", format!("{reads}, to which nothing is assigned before"), help);
            match beginning(variable) {
                Some((label, mended)) => {
                    let module = self.subject.key.to_owned();
                    let (scope, name) = (scope.cloned(), name.to_owned());
                    let declaration = Declaration::Variable(mended);
                    problem.mend(label, vec![Edit::Redeclare { module, scope, name, declaration }])
                }
                None => problem,
            }
        } else {
            return;
        };
        self.found.push(problem.at(place));
    }

    fn read(&mut self, shape: &Shape, property: &'static str, text: &str, known: &Known) {
        let guarded = guarded(text);
        for used in reads(text) {
            let committed = committed_at(&guarded, used.span.start);
            if !known.holds(&Fact::Assigned(used.name.to_owned()), &committed) {
                self.needs(shape, property, used.name, Some(used.span), known);
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
            ShapeKind::Call(call) | ShapeKind::Start(call) => {
                for argument in call.arguments.iter().filter(|a| a.direction != Direction::Out) {
                    if !known.always.contains(&Fact::Assigned(argument.name.clone())) {
                        self.needs(shape, "arguments", &argument.name, None, known);
                    }
                }
            }
            ShapeKind::Throw(throw) => {
                let name = throw.exception.iter();
                for name in name.filter(|name| !known.always.contains(&Fact::Assigned((*name).clone()))) {
                    self.needs(shape, "exception", name, None, known);
                }
            }
            _ => {}
        }
    }
}

/// The variable with what its type begins with, where that is told by the type, and the words for it.
fn beginning(variable: &Variable) -> Option<(&'static str, Variable)> {
    let value = match ValueType::from_name(&variable.variable_type) {
        ValueType::Bool => "false",
        ValueType::String => "\"\"",
        ValueType::Char | ValueType::Unknown => return None,
        ValueType::DateTime
        | ValueType::TimeSpan
        | ValueType::Guid
        | ValueType::Xml
        | ValueType::Named(_) => {
            let mended = Variable { use_default_constructor: true, ..variable.clone() };
            return Some(("Use the default constructor", mended));
        }
        _ => "0",
    };
    let initial_value = Some(value.to_owned());
    Some(("Give it an initial value", Variable { initial_value, ..variable.clone() }))
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

    /// A scope with the variable `count`, the transaction `T` inside that runs `inside`, and this handler.
    fn handled(inside: &str, handler: Block) -> Vec<&'static str> {
        let inner = scope(vec![expression(inside)], |s| {
            (s.transaction, s.transaction_id) = (long_running(), "T".into());
        });
        let outer = scope(vec![inner], |s| {
            s.transaction = long_running();
            let initial_value = Some("0".into());
            s.variables.push(Variable { name: "count".into(), initial_value, ..Variable::default() });
            s.catches.push(catch(CatchType::General, handler.clone()));
            s.compensation = Some(compensation(vec![expression("x = count;")]));
        });
        let mut application = started(vec![outer]);
        orchestration(&mut application, "Subject").transaction = long_running();
        codes(&application)
    }

    #[test]
    fn v37_the_variables_of_a_failed_scope_are_not_assigned() {
        assert_eq!(handled("count = 1;", vec![expression("x = count;")]), ["V37"]);
        assert_eq!(handled("count = 1;", vec![expression("count = 2;"), expression("x = count;")]), [""; 0]);
        assert_eq!(handled("count = 1;", vec![expression("if (succeeded(T)) { x = count; }")]), [""; 0]);
        assert_eq!(handled("other = 1;", vec![expression("if (succeeded(T)) { x = count; }")]), ["V37"]);
        assert_eq!(handled("count = 1;", vec![expression("if (!succeeded(T)) { x = count; }")]), ["V37"]);
        let decided = |condition: &str| {
            let mut owner = branches(vec![vec![expression("x = count;")], vec![]]);
            owner.branches[0].condition = condition.into();
            vec![shape(ShapeKind::Decide(owner))]
        };
        assert_eq!(handled("count = 1;", decided("succeeded(T)")), [""; 0]);
        assert_eq!(handled("count = 1;", decided("x == 1")), ["V37"]);
    }

    #[test]
    fn v54_a_variable_without_a_value_is_assigned_before_it_is_read() {
        let declared = |initial_value: Option<&str>, kind: &str, body: Block| {
            let mut application = application(body);
            let count = Variable {
                name: "count".into(),
                variable_type: kind.into(),
                initial_value: initial_value.map(str::to_owned),
                ..Variable::default()
            };
            orchestration(&mut application, "Subject").variables.push(count);
            codes(&application)
        };
        let number = |initial, body: Block| declared(initial, "System.Int32", body);
        let read = || expression("x = count + 1;");
        assert_eq!(number(None, vec![activate(), read()]), ["V54"]);
        assert_eq!(number(Some("0"), vec![activate(), read()]), [""; 0]);
        assert_eq!(number(None, vec![activate(), expression("count = 1;"), read()]), [""; 0]);
        assert_eq!(number(None, vec![activate(), read(), expression("count = 1;")]), ["V54"]);
        assert_eq!(number(None, vec![activate(), expression("count = count + 1;")]), ["V54"]);
        assert_eq!(number(None, vec![activate(), expression("Ask.Them(1, out count);"), read()]), [""; 0]);
        let mut either = branches(vec![vec![expression("count = 1;")], vec![]]);
        either.branches[0].condition = "x == 1".into();
        let either = shape(ShapeKind::Decide(either));
        assert_eq!(number(None, vec![activate(), either, read()]), [""; 0], "on some path it is");
        let document = "System.Xml.XmlDocument";
        assert_eq!(declared(None, document, vec![activate(), expression("x = count.OuterXml;")]), ["V54"]);
        assert_eq!(declared(None, "", vec![activate(), read()]), ["V54"]);
    }

    #[test]
    fn v37_outer_variables_keep_their_values() {
        let outer =
            scope(vec![], |s| s.catches.push(catch(CatchType::General, vec![expression("x = count;")])));
        assert_eq!(counted(vec![activate(), outer]), [""; 0]);
    }
}
