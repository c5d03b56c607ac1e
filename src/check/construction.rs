//! V09, V10, V12 to V14: messages are constructed before they are used, and only in a Construct.

use super::flow::{Fact, Known, Rule, walk};
use super::subject::{Site, Subject};
use super::tokens::{committed_at, constructed_in, guarded, reads, uses};
use crate::diagnostic::Diagnostic;
use crate::model::edit::{Edit, owner_of};
use crate::model::{Construct, Direction, ParameterKind, Shape, ShapeKind, Transform};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for site in &subject.sites {
        match &site.shape.kind {
            ShapeKind::Construct(construct) => constructs(subject, site, construct, found),
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

/// V10, V12.
fn constructs<'s>(
    subject: &Subject<'s>,
    site: &Site<'s>,
    construct: &'s Construct,
    found: &mut Vec<Diagnostic>,
) {
    let shape = site.shape;
    let mut content = Content { subject, site, found, whole: BTreeSet::new(), parts: BTreeSet::new() };
    for inner in &construct.body {
        content.add(inner, construct);
    }
    let Content { whole, parts, .. } = content;
    let made = |name: &str| whole.contains(name) || parts.iter().any(|(message, _)| *message == name);
    let listed = |messages: Vec<String>| {
        subject.change(shape, |kind| {
            if let ShapeKind::Construct(construct) = kind {
                construct.messages = messages;
            }
        })
    };
    if construct.messages.is_empty() {
        let message = format!("`{}` constructs no message", shape.name);
        let help = "choose the messages it constructs";
        let mut empty = Diagnostic::error("V10", message, help).at(subject.place(shape, "messages"));
        let inside: BTreeSet<&str> = whole.iter().copied().chain(parts.iter().map(|(m, _)| *m)).collect();
        if !inside.is_empty() {
            let all = listed(inside.into_iter().map(str::to_owned).collect());
            empty = empty.mend("List the messages made inside", vec![all]);
        }
        found.push(empty);
    }
    for inner in &construct.body {
        if !matches!(inner.kind, ShapeKind::MessageAssignment(_) | ShapeKind::Transform(_)) {
            let message = format!("`{}` holds the {} `{}`", shape.name, inner.kind.label(), inner.name);
            let help = "move it out; a Construct Message holds only Message Assignment and Transform";
            let foreign = Diagnostic::error("V10", message, help).at(subject.place(inner, ""));
            found.push(match owner_of(subject.application, subject.key, &shape.id) {
                Some((block, index)) => {
                    let (module, shape) = (subject.key.to_owned(), inner.id.clone());
                    let out = Edit::MoveShape { module, shape, block, index: index + 1 };
                    foreign.mend("Move it behind the Construct Message", vec![out])
                }
                None => foreign,
            });
        }
    }
    for name in construct.messages.iter().filter(|name| !made(name)) {
        let message = format!("`{}` lists `{name}` but does not construct it", shape.name);
        let help =
            "assign it or transform into it inside, or take it off the list; a field alone is no content";
        let rest: Vec<String> = construct.messages.iter().filter(|other| *other != name).cloned().collect();
        let mut unmade = Diagnostic::error("V10", message, help).at(subject.place(shape, "messages"));
        if !rest.is_empty() {
            unmade = unmade.mend("Take it off the list", vec![listed(rest)]);
        }
        found.push(unmade);
    }
}

/// What the shapes of a Construct have made so far.
struct Content<'a, 's> {
    subject: &'a Subject<'s>,
    site: &'a Site<'s>,
    found: &'a mut Vec<Diagnostic>,
    whole: BTreeSet<&'s str>,
    /// Message and part.
    parts: BTreeSet<(&'s str, &'s str)>,
}

impl<'s> Content<'_, 's> {
    fn add(&mut self, inner: &'s Shape, construct: &Construct) {
        match &inner.kind {
            ShapeKind::MessageAssignment(code) => {
                for used in uses(&code.text) {
                    let listed = construct.messages.iter().any(|m| m == used.name);
                    let parts = self.parts_of(used.name).or_else(|| listed.then(Vec::new));
                    let Some(parts) = parts else { continue };
                    if used.assigned {
                        self.whole.insert(used.name);
                    } else if used.changed
                        && let Some(part) = used.member.filter(|part| parts.contains(part))
                    {
                        self.parts.insert((used.name, part));
                    } else if used.changed && used.property && listed {
                        self.property(inner, used.name, &parts, used.span);
                    }
                }
            }
            ShapeKind::Transform(transform) => {
                for output in &transform.outputs {
                    if output.part.is_empty() {
                        self.whole.insert(&output.message);
                    } else {
                        self.parts.insert((output.message.as_str(), output.part.as_str()));
                    }
                }
            }
            _ => {}
        }
    }

    /// The declared parts of a message, none for one that is not multi-part; `None` for what is no message.
    fn parts_of(&self, name: &str) -> Option<Vec<&'s str>> {
        let message = self.subject.message(self.site, name)?;
        let multipart = self.subject.application.multipart_type(self.subject.module, &message.message_type);
        let web = self.subject.application.web_message(&message.message_type);
        let parts =
            multipart.into_iter().flat_map(|t| &t.parts).chain(web.into_iter().flat_map(|t| &t.parts));
        Some(parts.map(|part| part.name.as_str()).collect())
    }

    /// V12: a property is set when every part is there (CON-6).
    fn property(&mut self, inner: &Shape, name: &'s str, parts: &[&'s str], span: Range<usize>) {
        let complete = !parts.is_empty() && parts.iter().all(|part| self.parts.contains(&(name, *part)));
        if complete || self.whole.contains(name) {
            return;
        }
        let message = format!("`{}` sets a property of `{name}` before its content", inner.name);
        let help = "assign the message, or each of its parts, first (CON-6)";
        let mut place = self.subject.place(inner, "text");
        place.span = bytes(span);
        self.found.push(Diagnostic::error("V12", message, help).at(place));
    }
}

/// A span as diagnostics count it.
pub(super) fn bytes(span: Range<usize>) -> Option<Range<u32>> {
    Some(u32::try_from(span.start).ok()?..u32::try_from(span.end).ok()?)
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
        span: Option<Range<usize>>,
        known: &Known,
    ) {
        let is_message =
            self.sites.get(shape.id.as_str()).is_some_and(|s| self.subject.message(s, name).is_some());
        if !is_message || known.always.contains(&Fact::Constructed(name.to_owned())) {
            return;
        }
        let mut place = self.subject.place(shape, property);
        place.span = span.and_then(bytes);
        let message = format!("`{}` uses `{name}` before it is constructed on every path", shape.name);
        let help = "construct or receive it before, on each branch that leads here";
        self.found.push(Diagnostic::error("V09", message, help).at(place));
    }

    fn reads(&mut self, shape: &Shape, property: &'static str, text: &str, made: &[String], known: &Known) {
        let guarded = guarded(text);
        for used in reads(text) {
            let committed = committed_at(&guarded, used.span.start);
            let fact = Fact::Constructed(used.name.to_owned());
            if !made.iter().any(|name| name == used.name) && !known.holds(&fact, &committed) {
                self.needs(shape, property, used.name, Some(used.span), known);
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

/// The messages that a shape leaves constructed.
pub(super) fn constructed_by(subject: &Subject<'_>, shape: &Shape) -> Vec<String> {
    match &shape.kind {
        ShapeKind::Receive(receive) => vec![receive.message.clone()],
        ShapeKind::Construct(construct) => construct.messages.clone(),
        ShapeKind::Expression(code) => constructed_in(&code.text).into_iter().map(str::to_owned).collect(),
        // A parameter that is not In comes back constructed (CON-8).
        ShapeKind::Call(call) => {
            let callee = subject.application.orchestration_for(subject.module, &call.orchestration);
            let parameters = callee.map_or(&[][..], |(_, o)| o.parameters.as_slice());
            let pairs = call.arguments.iter().zip(parameters);
            pairs.filter(|(_, p)| p.direction != Direction::In).map(|(a, _)| a.name.clone()).collect()
        }
        _ => Vec::new(),
    }
}

impl Rule for Constructed<'_, '_> {
    fn makes(&self, shape: &Shape) -> Vec<Fact> {
        constructed_by(self.subject, shape).into_iter().map(Fact::Constructed).collect()
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
                let callee =
                    self.subject.application.orchestration_for(self.subject.module, &call.orchestration);
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
        let text = "construct Ack { Ack = xml; Ack.Id = @\"c:\\\"; };";
        assert_eq!(codes(&started(vec![expression(text), send_ack()])), [""; 0], "a text may construct");
    }

    #[test]
    fn v09_what_a_committed_transaction_made_is_there() {
        let handled = |condition: &str| {
            let inner =
                scope(vec![ack()], |s| (s.transaction, s.transaction_id) = (long_running(), "T".into()));
            let mut decide = branches(vec![vec![send_ack()], vec![]]);
            decide.branches[0].condition = condition.into();
            let handler = vec![shape(ShapeKind::Decide(decide))];
            let outer = scope(vec![inner], |s| {
                s.transaction = long_running();
                s.catches.push(catch(CatchType::General, handler.clone()));
            });
            let mut application = started(vec![outer]);
            orchestration(&mut application, "Subject").transaction = long_running();
            codes(&application)
        };
        assert_eq!(handled("succeeded(T)"), [""; 0]);
        assert_eq!(handled("!succeeded(T)"), ["V09"]);
        assert_eq!(handled("true"), ["V09"]);
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
        assert_eq!(made("Ack.Id = Order.Id;"), ["V10"], "a field alone is no content");
        assert_eq!(made("x = 1;"), ["V10"]);
        let two = construct(&["Ack", "Any"], vec![assign("Ack = Order;")]);
        assert_eq!(codes(&started(vec![two])), ["V10"]);
        assert_eq!(codes(&started(vec![construct(&[], vec![assign("Ack = Order;")])])), ["V10"]);
        assert_eq!(codes(&started(vec![construct(&[], vec![assign("x = 1;")])])), ["V10"]);
        let foreign = construct(&["Ack"], vec![assign("Ack = Order;"), expression("x = 1;")]);
        assert_eq!(codes(&started(vec![foreign])), ["V10"]);
    }

    /// The Construct of `Parts`, a message of the parts `Head` and `Body`, by this text.
    fn built(text: &str) -> Vec<&'static str> {
        let mut application = started(vec![construct(&["Parts"], vec![assign(text)])]);
        let part = |name: &str| PartDeclaration {
            name: name.into(),
            part_type: "OrderSchema".into(),
            ..PartDeclaration::default()
        };
        application.modules.get_mut("Subject").unwrap().multipart_types.push(MultipartType {
            name: "TwoParts".into(),
            parts: vec![part("Head"), part("Body")],
            ..MultipartType::default()
        });
        let message = Message { name: "Parts".into(), message_type: "TwoParts".into(), ..Message::default() };
        orchestration(&mut application, "Subject").messages.push(message);
        codes(&application)
    }

    #[test]
    fn v10_a_part_is_content_and_a_field_is_none() {
        assert_eq!(built("Parts.Head = Order;"), [""; 0]);
        assert_eq!(built("Parts.Head.Id = Order.Id;"), ["V10"]);
        assert_eq!(built("Parts.Tail = Order;"), ["V10"], "no such part");
    }

    #[test]
    fn v12_properties_come_after_the_content() {
        let made = |text| codes(&started(vec![construct(&["Ack"], vec![assign(text)])]));
        assert_eq!(made("Ack(BTS.Operation) = \"x\"; Ack = Order;"), ["V12"]);
        assert_eq!(made("Ack = Order; Ack(BTS.Operation) = \"x\";"), [""; 0]);
        assert_eq!(built("Parts.Head = Order; Parts(BTS.Operation) = \"x\"; Parts.Body = Order;"), ["V12"]);
        assert_eq!(built("Parts.Head = Order; Parts.Body = Order; Parts(BTS.Operation) = \"x\";"), [""; 0]);
        let after =
            construct(&["Ack"], vec![transform(&["Order"], &["Ack"]), assign("Ack(BTS.Operation) = \"x\";")]);
        assert_eq!(codes(&started(vec![after])), [""; 0]);
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
