//! V09, V10, V13, V14: messages are constructed before they are used, and only in a Construct.

use super::flow::{Fact, Known, Rule, walk};
use super::subject::{Site, Subject};
use super::tokens::uses;
use crate::diagnostic::Diagnostic;
use crate::model::{Construct, Direction, ParameterKind, Shape, ShapeKind, Transform};
use std::collections::BTreeMap;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for site in &subject.sites {
        match &site.shape.kind {
            ShapeKind::Construct(construct) => constructs(subject, site.shape, construct, found),
            ShapeKind::Transform(transform) => transforms(subject, site, transform, found),
            _ => {}
        }
    }
    let given = subject.orchestration.parameters.iter().filter_map(|p| match &p.kind {
        ParameterKind::Message(message) if p.direction != Direction::Out => Some(message.name.clone()),
        _ => None,
    });
    let start = Known::starting_with(given.map(Fact::Constructed));
    let sites = subject.sites.iter().map(|site| (site.shape.id.as_str(), site)).collect();
    walk(subject, start, &mut Constructed { subject, sites, found });
}

/// V10.
fn constructs(subject: &Subject<'_>, shape: &Shape, construct: &Construct, found: &mut Vec<Diagnostic>) {
    let mut report = |property, message: String, help: &str| {
        found.push(Diagnostic::error("V10", message, help).at(subject.place(shape, property)));
    };
    if construct.messages.is_empty() {
        report(
            "messages",
            format!("`{}` constructs no message", shape.name),
            "choose the messages it constructs",
        );
    }
    for inner in &construct.body {
        if !matches!(inner.kind, ShapeKind::MessageAssignment(_) | ShapeKind::Transform(_)) {
            let message = format!("`{}` holds the {} `{}`", shape.name, inner.kind.label(), inner.name);
            report(
                "",
                message,
                "move it out; a Construct Message holds only Message Assignment and Transform",
            );
        }
    }
    for name in &construct.messages {
        let made = construct.body.iter().any(|inner| match &inner.kind {
            ShapeKind::MessageAssignment(code) => {
                // Whether `Name.x` is a part or a field is known from compiling it.
                uses(&code.text).iter().any(|u| u.name == name && (u.assigned || u.changed))
            }
            ShapeKind::Transform(transform) => transform.outputs.iter().any(|o| o.message == *name),
            _ => false,
        });
        if !made {
            let message = format!("`{}` lists `{name}` but does not construct it", shape.name);
            report("messages", message, "assign it or transform into it inside, or take it off the list");
        }
    }
}

/// V13, V14.
fn transforms(subject: &Subject<'_>, site: &Site<'_>, transform: &Transform, found: &mut Vec<Diagnostic>) {
    let sides = [("inputs", &transform.inputs), ("outputs", &transform.outputs)];
    for (property, parts) in sides {
        for part in parts {
            let Some(message) = subject.message(site, &part.message) else { continue };
            let multipart = subject.application.multipart_type(subject.module, &message.message_type);
            let declared = multipart.and_then(|t| t.parts.iter().find(|p| p.name == part.part));
            let name =
                declared.map_or_else(|| subject.body_type(&message.message_type), |p| p.part_type.as_str());
            if name.starts_with("System.") || subject.schemas.class(name).is_some() || subject.untyped(name) {
                let message = format!("`{}` maps `{}`, which has no schema", site.shape.name, part.message);
                let help = "use a message of a schema, or build this one in a Message Assignment";
                found.push(Diagnostic::error("V13", message, help).at(subject.place(site.shape, property)));
            }
        }
    }
    if let Some((property, parts)) = sides.into_iter().find(|(_, parts)| parts.len() > 1) {
        let message =
            format!("`{}` has {} {property}: all are held in memory at once", site.shape.name, parts.len());
        let help = "map one message to one where messages are large";
        found.push(Diagnostic::warning("V14", message, help).at(subject.place(site.shape, property)));
    }
}

/// V09.
struct Constructed<'a, 's> {
    subject: &'a Subject<'s>,
    sites: BTreeMap<&'a str, &'a Site<'s>>,
    found: &'a mut Vec<Diagnostic>,
}

impl Constructed<'_, '_> {
    fn needs(
        &mut self,
        shape: &Shape,
        property: &'static str,
        name: &str,
        span: Option<(usize, usize)>,
        known: &Known,
    ) {
        let is_message =
            self.sites.get(shape.id.as_str()).is_some_and(|s| self.subject.message(s, name).is_some());
        if !is_message || known.always.contains(&Fact::Constructed(name.to_owned())) {
            return;
        }
        let mut place = self.subject.place(shape, property);
        place.span = span.and_then(|(from, to)| Some(u32::try_from(from).ok()?..u32::try_from(to).ok()?));
        let message = format!("`{}` uses `{name}` before it is constructed on every path", shape.name);
        let help = "construct or receive it before, on each branch that leads here";
        self.found.push(Diagnostic::error("V09", message, help).at(place));
    }

    fn reads(&mut self, shape: &Shape, property: &'static str, text: &str, made: &[String], known: &Known) {
        let mut seen = Vec::new();
        for used in uses(text) {
            let own = used.assigned || made.iter().any(|name| name == used.name);
            if !own && !seen.contains(&used.name) {
                seen.push(used.name);
                self.needs(shape, property, used.name, Some((used.span.start, used.span.end)), known);
            }
        }
    }

    /// The messages that the Construct around a shape makes.
    fn made_around(&self, shape: &Shape) -> Vec<String> {
        let around = self.sites.get(shape.id.as_str()).and_then(|site| site.way.last());
        match around.map(|(shape, _)| &shape.kind) {
            Some(ShapeKind::Construct(construct)) => construct.messages.clone(),
            _ => Vec::new(),
        }
    }
}

impl Rule for Constructed<'_, '_> {
    fn makes(&self, shape: &Shape) -> Vec<Fact> {
        let names: Vec<String> = match &shape.kind {
            ShapeKind::Receive(receive) => vec![receive.message.clone()],
            ShapeKind::Construct(construct) => construct.messages.clone(),
            // A parameter that is not In comes back constructed (CON-8).
            ShapeKind::Call(call) => {
                let callee = self.subject.application.orchestration(&call.orchestration);
                let parameters = callee.map_or(&[][..], |(_, o)| o.parameters.as_slice());
                let pairs = call.arguments.iter().zip(parameters);
                pairs.filter(|(_, p)| p.direction != Direction::In).map(|(a, _)| a.name.clone()).collect()
            }
            _ => Vec::new(),
        };
        names.into_iter().map(Fact::Constructed).collect()
    }

    fn check(&mut self, shape: &Shape, known: &Known) {
        match &shape.kind {
            ShapeKind::Send(send) => self.needs(shape, "message", &send.message, None, known),
            ShapeKind::Transform(transform) => {
                for input in &transform.inputs {
                    self.needs(shape, "inputs", &input.message, None, known);
                }
            }
            ShapeKind::Call(call) | ShapeKind::Start(call) => {
                let callee = self.subject.application.orchestration(&call.orchestration);
                let Some((_, callee)) = callee else { return };
                for (argument, parameter) in call.arguments.iter().zip(&callee.parameters) {
                    if parameter.direction != Direction::Out {
                        self.needs(shape, "arguments", &argument.name, None, known);
                    }
                }
            }
            ShapeKind::CallRules(rules) => {
                for given in &rules.parameters {
                    self.needs(shape, "parameters", &given.message, None, known);
                }
            }
            ShapeKind::MessageAssignment(code) => {
                let made = self.made_around(shape);
                self.reads(shape, "text", &code.text, &made, known);
            }
            ShapeKind::Expression(code)
            | ShapeKind::Delay(code)
            | ShapeKind::Suspend(code)
            | ShapeKind::Terminate(code) => self.reads(shape, "text", &code.text, &[], known),
            ShapeKind::Loop(body) => self.reads(shape, "condition", &body.condition, &[], known),
            ShapeKind::Decide(owner) => {
                for branch in &owner.branches {
                    self.reads(shape, "condition", &branch.condition, &[], known);
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

    fn construct(messages: &[&str], body: Block) -> Shape {
        let messages = messages.iter().map(|m| (*m).to_owned()).collect();
        shape(ShapeKind::Construct(Construct { messages, body }))
    }

    fn assign(text: &str) -> Shape {
        shape(ShapeKind::MessageAssignment(Code { text: text.into() }))
    }

    fn transform(inputs: &[&str], outputs: &[&str]) -> Shape {
        let parts = |names: &[&str]| {
            names.iter().map(|n| PartRef { message: (*n).into(), ..PartRef::default() }).collect()
        };
        let transform = Transform { map: "M".into(), inputs: parts(inputs), outputs: parts(outputs) };
        shape(ShapeKind::Transform(transform))
    }

    fn send_ack() -> Shape {
        sends("Out", |s| s.message = "Ack".into())
    }

    fn ack() -> Shape {
        construct(&["Ack"], vec![transform(&["Order"], &["Ack"])])
    }

    #[test]
    fn v09_a_message_is_constructed_on_every_path() {
        assert_eq!(codes(&started(vec![send_ack()])), ["V09"]);
        assert_eq!(codes(&started(vec![ack(), send_ack()])), [""; 0]);
        let decide = |bodies| shape(ShapeKind::Decide(branches(bodies)));
        assert_eq!(codes(&started(vec![decide(vec![vec![ack()], vec![]]), send_ack()])), ["V09"]);
        assert_eq!(codes(&started(vec![decide(vec![vec![ack()], vec![ack()]]), send_ack()])), [""; 0]);
        let stops = shape(ShapeKind::Terminate(Code { text: "\"no\"".into() }));
        assert_eq!(codes(&started(vec![decide(vec![vec![ack()], vec![stops]]), send_ack()])), [""; 0]);
        let again = shape(ShapeKind::Loop(Loop { condition: "true".into(), body: vec![ack()] }));
        assert_eq!(codes(&started(vec![again, send_ack()])), ["V09"], "a loop may run no round");
        let both = shape(ShapeKind::Parallel(branches(vec![vec![ack()], vec![]])));
        assert_eq!(codes(&started(vec![both, send_ack()])), [""; 0], "all branches run");
        let fails = scope(vec![ack()], |s| s.catches.push(catch(CatchType::General, vec![])));
        assert_eq!(codes(&started(vec![fails, send_ack()])), ["V09"]);
    }

    #[test]
    fn v09_expressions_read_too() {
        assert_eq!(codes(&started(vec![expression("x = Ack.Id; y = Order.Ack; // Ack")])), ["V09"]);
        let found = super::super::rules(&started(vec![expression("x = Ack.Id;")]));
        assert_eq!(found[0].place.span, Some(4..7));
        assert_eq!(codes(&started(vec![expression("x = \"Ack\" + Order.Ack;")])), [""; 0]);
    }

    #[test]
    fn v10_a_construct_makes_what_it_lists_and_holds_nothing_else() {
        let made = |text| codes(&started(vec![construct(&["Ack"], vec![assign(text)])]));
        assert_eq!(made("Ack = Order;"), [""; 0]);
        assert_eq!(made("Ack.Id = Order.Id;"), [""; 0]);
        assert_eq!(made("x = 1;"), ["V10"]);
        assert_eq!(codes(&started(vec![construct(&[], vec![assign("x = 1;")])])), ["V10"]);
        let foreign = construct(&["Ack"], vec![assign("Ack = Order;"), expression("x = 1;")]);
        assert_eq!(codes(&started(vec![foreign])), ["V10"]);
    }

    #[test]
    fn v13_v14_transforms_map_schemas_one_to_one() {
        let any = construct(&["Ack"], vec![transform(&["Any"], &["Ack"])]);
        let untyped = vec![receive("Own", |r| r.message = "Any".into()), any];
        assert_eq!(codes(&started(untyped)), ["V13"]);
        let two = construct(&["Ack"], vec![transform(&["Order", "Order"], &["Ack"])]);
        assert_eq!(codes(&started(vec![two])), ["V14"]);
        assert_eq!(codes(&started(vec![ack()])), [""; 0]);
    }
}
