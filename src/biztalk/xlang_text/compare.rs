//! The tree against the program: both say the same orchestration, so each checks how the other was read.

use super::read::ProgramText;
use crate::model::{
    Block, Catch, CatchType, FilterRow, Id, Module, Orchestration, PartRef, Receive, Send, Shape, ShapeKind,
    Transaction, Variable,
};
use std::collections::{BTreeMap, BTreeSet};

/// Something that is not the same in the model and in the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Shape, branch or block it is about; empty for the order as a whole.
    pub id: Id,
    pub message: String,
}

/// How a model and a program compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Statements whose place was compared: their order and how deep they are.
    pub statements: usize,
    pub misplaced: Vec<Difference>,
    /// Texts that were compared: code, conditions, filters, initial values, and what statements name.
    pub texts: usize,
    pub different: Vec<Difference>,
}

/// Compares a module with the program in the same file, white space and the semicolons behind texts aside.
pub fn compare(module: &Module, program: &str) -> Comparison {
    let mut comparison = Comparison::default();
    let Some(orchestration) = &module.orchestration else { return comparison };
    let mut expected = Vec::new();
    Expected::block(&orchestration.body, BODY, &mut expected);
    for own in orchestration.compensation.iter() {
        Expected::block(own, BODY, &mut expected);
    }
    let text = ProgramText::read(program);
    comparison.statements = expected.len();
    let places: BTreeMap<&str, usize> =
        text.marks.iter().enumerate().map(|(n, m)| (m.oid.as_str(), n)).collect();
    let mut last = None;
    for expected in &expected {
        let mut misplaced = |message: String| {
            comparison.misplaced.push(Difference { id: expected.id.clone(), message });
        };
        let Some(place) = places.get(expected.id.as_str()).copied() else {
            misplaced("is not in the program".to_owned());
            continue;
        };
        if last.is_some_and(|last| last >= place) {
            misplaced("comes earlier in the program".to_owned());
        }
        last = Some(place);
        let depth = text.marks.get(place).map_or(0, |mark| mark.depth);
        if depth != expected.depth {
            misplaced(format!("is {depth} blocks deep in the program, {} in the tree", expected.depth));
        }
        comparison.texts(expected, &text, place);
    }
    let known: BTreeSet<&str> = expected.iter().map(|expected| expected.id.as_str()).collect();
    for mark in &text.marks {
        if !known.contains(mark.oid.as_str()) {
            let id = Id::new(mark.oid.clone());
            comparison.misplaced.push(Difference { id, message: "is only in the program".to_owned() });
        }
    }
    comparison.initial_values(orchestration, program);
    comparison
}

/// Braces open around the statements of an orchestration: module, service, body.
const BODY: usize = 3;

/// A statement the program should have.
struct Expected<'m> {
    id: &'m Id,
    depth: usize,
    what: What<'m>,
}

enum What<'m> {
    Shape(&'m Shape),
    /// The Receive or Delay that a branch of a Listen waits for.
    Event(&'m Shape),
    Catch(&'m Catch),
    Compensation,
}

impl<'m> Expected<'m> {
    fn block(block: &'m Block, depth: usize, all: &mut Vec<Self>) {
        for shape in block {
            Self::shape(shape, depth, all);
        }
    }

    fn shape(shape: &'m Shape, depth: usize, all: &mut Vec<Self>) {
        if let ShapeKind::Group(group) = &shape.kind {
            return Self::block(&group.body, depth, all);
        }
        if !is_finished(shape) {
            return;
        }
        all.push(Self { id: &shape.id, depth, what: What::Shape(shape) });
        match &shape.kind {
            ShapeKind::Construct(construct) => Self::block(&construct.body, depth + 1, all),
            ShapeKind::Loop(repeat) => Self::block(&repeat.body, depth + 1, all),
            ShapeKind::Decide(decide) => {
                for branch in &decide.branches {
                    Self::block(&branch.body, depth + 1, all);
                }
            }
            ShapeKind::Parallel(parallel) => {
                for branch in &parallel.branches {
                    Self::block(&branch.body, depth + 2, all);
                }
            }
            ShapeKind::Listen(listen) => {
                for (event, rest) in listen.branches.iter().filter_map(|branch| branch.body.split_first()) {
                    if is_finished(event) {
                        all.push(Self { id: &event.id, depth: depth + 1, what: What::Event(event) });
                        rest.iter().for_each(|shape| Self::shape(shape, depth + 2, all));
                    }
                }
            }
            ShapeKind::Scope(scope) => {
                Self::block(&scope.body, depth + 2, all);
                for catch in &scope.catches {
                    all.push(Self { id: &catch.id, depth: depth + 2, what: What::Catch(catch) });
                    Self::block(&catch.body, depth + 3, all);
                }
                if let Some(own) = &scope.compensation {
                    all.push(Self { id: &own.id, depth: depth + 1, what: What::Compensation });
                    Self::block(&own.body, depth + 2, all);
                }
            }
            _ => {}
        }
    }
}

/// False while a property is missing without which the designer writes no statement.
fn is_finished(shape: &Shape) -> bool {
    let all = |names: &[&str]| names.iter().all(|name| !name.is_empty());
    match &shape.kind {
        ShapeKind::Receive(receive) => all(&[&receive.port, &receive.operation, &receive.message]),
        ShapeKind::Send(send) => all(&[&send.port, &send.operation, &send.message]),
        ShapeKind::Construct(construct) => construct.messages.iter().any(|message| !message.is_empty()),
        ShapeKind::Transform(transform) => all(&[&transform.map]),
        ShapeKind::MessageAssignment(code) | ShapeKind::Expression(code) | ShapeKind::Delay(code) => {
            all(&[&code.text])
        }
        ShapeKind::Loop(repeat) => all(&[&repeat.condition]),
        ShapeKind::Call(call) | ShapeKind::Start(call) => all(&[&call.orchestration]),
        ShapeKind::CallRules(rules) => all(&[&rules.policy]),
        ShapeKind::Compensate(compensate) => all(&[&compensate.transaction]),
        ShapeKind::Listen(listen) => {
            listen.branches.iter().any(|branch| branch.body.first().is_some_and(is_finished))
        }
        _ => true,
    }
}

impl Comparison {
    fn same(&mut self, id: &Id, tree: &str, program: &str) {
        self.texts += 1;
        let (tree, program) = (squeezed(tree), squeezed(program));
        if tree != program {
            let message = format!("the tree has `{tree}`, the program `{program}`");
            self.different.push(Difference { id: id.clone(), message });
        }
    }

    fn contains(&mut self, id: &Id, tree: &str, program: &str) {
        self.texts += 1;
        let (tree, program) = (squeezed(tree), squeezed(program));
        if !program.contains(&tree) {
            let message = format!("the tree has `{tree}`, which is not in `{program}`");
            self.different.push(Difference { id: id.clone(), message });
        }
    }

    fn texts(&mut self, expected: &Expected<'_>, program: &ProgramText<'_>, place: usize) {
        let (id, text) = (expected.id, program.statement(place));
        match expected.what {
            What::Event(Shape { kind: ShapeKind::Delay(code), .. }) => {
                let head = text.split_once('{').map_or(text, |(head, _)| head);
                self.same(id, &format!("timeout {}", code.text), head);
            }
            What::Shape(shape) | What::Event(shape) => self.shape(shape, program, place),
            What::Catch(catch) => {
                let wanted = match &catch.exception {
                    CatchType::General => "catch {".to_owned(),
                    CatchType::Exception(name) => format!("catch ({name} {})", catch.variable),
                    CatchType::Fault { port, operation, fault } => {
                        format!("catch ({port}.{operation}.{fault} {})", catch.variable)
                    }
                };
                self.contains(id, &wanted, text);
            }
            What::Compensation => self.contains(id, "compensation ()", text),
        }
    }

    fn shape(&mut self, shape: &Shape, program: &ProgramText<'_>, place: usize) {
        let (id, text) = (&shape.id, program.statement(place));
        match &shape.kind {
            ShapeKind::Receive(receive) => self.receive(id, receive, text),
            ShapeKind::Send(send) => self.send(id, send, text),
            ShapeKind::Construct(construct) => {
                self.contains(id, &format!("construct {} {{", construct.messages.join(", ")), text);
            }
            ShapeKind::Transform(transform) => {
                let (outputs, inputs) = (parts(&transform.outputs), parts(&transform.inputs));
                self.same(id, &format!("transform ({outputs}) = {} ({inputs})", transform.map), text);
            }
            ShapeKind::MessageAssignment(code) | ShapeKind::Expression(code) => {
                self.same(id, &code.text, text)
            }
            ShapeKind::Delay(code) => self.same(id, &format!("delay {}", code.text), text),
            ShapeKind::Suspend(code) => self.same(id, &format!("suspend {}", message(&code.text)), text),
            ShapeKind::Terminate(code) => self.same(id, &format!("terminate {}", message(&code.text)), text),
            ShapeKind::Loop(repeat) => {
                let written = program.conditions(place);
                self.same(id, &repeat.condition, written.first().copied().unwrap_or_default());
            }
            ShapeKind::Decide(decide) => {
                let mut written = program.conditions(place).into_iter();
                for branch in decide.branches.iter().filter(|branch| !branch.condition.is_empty()) {
                    self.same(&branch.id, &branch.condition, written.next().unwrap_or_default());
                }
            }
            ShapeKind::Scope(scope) => {
                let synchronized = if scope.synchronized { " synchronized" } else { "" };
                let transaction = match scope.transaction {
                    Transaction::None => String::new(),
                    Transaction::LongRunning(_) => {
                        format!(" longrunning transaction {}", scope.transaction_id)
                    }
                    Transaction::Atomic(_) => format!(" atomic transaction {}", scope.transaction_id),
                };
                self.contains(id, &format!("scope{synchronized}{transaction}"), text);
            }
            ShapeKind::Call(call) | ShapeKind::Start(call) => {
                let keyword = if matches!(shape.kind, ShapeKind::Call(_)) { "call" } else { "exec" };
                self.contains(id, &format!("{keyword} {} (", call.orchestration), text);
                for argument in &call.arguments {
                    self.contains(id, &argument.name, text);
                }
            }
            ShapeKind::CallRules(rules) => self.contains(id, &format!("\"{}\"", rules.policy), text),
            ShapeKind::Throw(throw) => {
                self.same(id, &format!("throw {}", throw.exception.as_deref().unwrap_or_default()), text);
            }
            ShapeKind::Compensate(compensate) => {
                self.contains(id, &format!("compensate {} ()", compensate.transaction), text);
            }
            ShapeKind::Listen(_) => self.contains(id, "listen", text),
            ShapeKind::Parallel(_) => self.contains(id, "parallel", text),
            ShapeKind::Group(_) => {}
        }
    }

    fn receive(&mut self, id: &Id, receive: &Receive, text: &str) {
        let port = endpoint(&receive.port, &receive.role_port_type);
        let activate = if receive.activate { "activate" } else { "" };
        let wanted = format!("receive ({port}.{}, {}", receive.operation, receive.message);
        self.contains(id, &wanted, text);
        self.contains(id, activate, text);
        for row in receive.filter.iter().filter(|_| receive.activate) {
            self.contains(id, &predicate(row), text);
        }
        self.sets(id, &receive.initializes, &receive.follows, text);
    }

    fn send(&mut self, id: &Id, send: &Send, text: &str) {
        let port = endpoint(&send.port, &send.role_port_type);
        self.contains(id, &format!("send ({port}.{}", send.operation), text);
        self.contains(id, &format!(", {}", send.message), text);
        self.sets(id, &send.initializes, &send.follows, text);
    }

    fn sets(&mut self, id: &Id, initializes: &[String], follows: &[String], text: &str) {
        for set in initializes {
            self.contains(id, &format!(", initialize {set}"), text);
        }
        for set in follows {
            self.contains(id, &format!(", {set}"), text);
        }
    }

    fn initial_values(&mut self, orchestration: &Orchestration, program: &str) {
        let program = squeezed(program);
        let scopes = orchestration.shapes().into_iter().filter_map(|shape| match &shape.kind {
            ShapeKind::Scope(scope) => Some(&scope.variables),
            _ => None,
        });
        let all = std::iter::once(&orchestration.variables).chain(scopes).flatten();
        for Variable { name, id, initial_value, use_default_constructor, .. } in all {
            if let Some(value) = initial_value.as_ref().filter(|_| !use_default_constructor) {
                let wanted = squeezed(&format!("{name} = {value};"));
                self.texts += 1;
                if !program.contains(&wanted) {
                    let message = format!("the tree has `{wanted}`, which is not in the program");
                    self.different.push(Difference { id: id.clone(), message });
                }
            }
        }
    }
}

fn endpoint(port: &str, role_port_type: &str) -> String {
    if role_port_type.is_empty() { port.to_owned() } else { format!("{port}[{role_port_type}]") }
}

fn predicate(row: &FilterRow) -> String {
    format!("({} {} {})", row.property, row.operator.symbol(), row.value)
}

fn parts(parts: &[PartRef]) -> String {
    let part =
        |p: &PartRef| if p.part.is_empty() { p.message.clone() } else { format!("{}.{}", p.message, p.part) };
    parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// A Suspend or Terminate without a message has an empty one in the program.
fn message(text: &str) -> &str {
    if text.is_empty() { "\"\"" } else { text }
}

fn squeezed(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    text.trim_end_matches(';').to_owned()
}
