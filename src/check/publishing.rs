//! V45, V46: what is published to the message box.

use super::subject::{self, Site, Subject};
use super::tokens::{Token, tokens};
use crate::diagnostic::Diagnostic;
use crate::message::Name;
use crate::model::{Application, Binding, Filter, FilterOperator, FilterRow, Grouping, Id, ShapeKind};
use crate::xml::SchemaSet;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for site in &subject.sites {
        let ShapeKind::Send(send) = &site.shape.kind else { continue };
        let direct = subject.port(&send.port).is_some_and(|port| port.binding == Binding::MessageBox);
        let message_type = subject.message(site, &send.message).map(|m| m.message_type.as_str());
        let (true, Some(message_type)) = (direct, message_type) else { continue };
        let sent = Sent {
            constants: constants(subject, site, &send.message),
            carries: carries_context(subject, &send.message),
        };
        let starts = |other: &&Site<'_>| {
            let ShapeKind::Receive(receive) = &other.shape.kind else { return false };
            let direct = subject.port(&receive.port).is_some_and(|p| p.binding == Binding::MessageBox);
            let declared = subject.message(other, &receive.message).map(|m| m.message_type.as_str());
            receive.activate
                && direct
                && !excluded(&receive.filter, &sent)
                && declared.is_some_and(|declared| carries(subject, declared, message_type))
        };
        let starting: Vec<&Site<'_>> = subject.sites.iter().filter(starts).collect();
        if !starting.is_empty() {
            found.push(endless(subject, site, &starting, &sent));
        }
    }
}

/// V46: the Sends, by key of their module and id, whose messages no row of the message box takes.
pub fn unheard(application: &Application, sends: &BTreeSet<(&str, Name)>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (key, module) in &application.modules {
        let shapes = module.orchestration.iter().flat_map(|orchestration| orchestration.shapes());
        for shape in shapes.filter(|s| sends.contains(&(key.as_str(), Name::new(s.id.as_str())))) {
            let message = format!("nobody in this application subscribes to what `{}` publishes", shape.name);
            let help = "give a send port or a receive a filter that takes it; else the send fails (MBD-2)";
            let place = subject::place(key, &shape.id, &shape.name, "port");
            found.push(Diagnostic::warning("V46", message, help).at(place));
        }
    }
    found
}

/// V45: what is sent starts the orchestration again, at these receives.
fn endless(subject: &Subject<'_>, site: &Site<'_>, starting: &[&Site<'_>], sent: &Sent) -> Diagnostic {
    let message = format!(
        "what `{}` publishes may start another instance of this orchestration, without end",
        site.shape.name
    );
    let help = "assign a property that the activate receive filters by another value before the message is sent, \
                or filter by one that it has not (MBD-4)";
    let warning = Diagnostic::warning("V45", message, help).at(subject.place(site.shape, "port"));
    // The subscription of a bound port asks for the receive port, too, which a message published here did not come by.
    let ports = starting.iter().filter_map(|site| match &site.shape.kind {
        ShapeKind::Receive(receive) => subject.port(&receive.port),
        _ => None,
    });
    let mut ports: Vec<_> = ports.collect();
    ports.dedup_by_key(|port| port.name.clone());
    let bind = |port| subject.change_port(port, |port| port.binding = Binding::SpecifyLater);
    let warning = warning.mend("Receive through a receive port only", ports.into_iter().map(bind).collect());
    if sent.carries {
        return warning;
    }
    let outside = |site: &&Site<'_>| {
        subject.change_receive(site.shape, |receive| receive.filter = and_received(&receive.filter))
    };
    warning.mend("Filter by BTS.ReceivePortName exists", starting.iter().map(outside).collect())
}

/// The filter, of messages that came through a receive port.
fn and_received(filter: &Filter) -> Filter {
    let row = |grouping| FilterRow {
        property: "BTS.ReceivePortName".into(),
        operator: FilterOperator::Exists,
        grouping,
        ..FilterRow::default()
    };
    let mut groups = filter.split_inclusive(|row| row.grouping == Grouping::Or).peekable();
    if groups.peek().is_none() {
        return vec![row(Grouping::And)];
    }
    groups
        .flat_map(|group| {
            let grouping = group.last().map_or(Grouping::And, |last| last.grouping);
            let own = group.iter().map(|row| FilterRow { grouping: Grouping::And, ..row.clone() });
            own.chain([row(grouping)])
        })
        .collect()
}

/// What is known of the message of a Send, from what the orchestration does to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Literals by property.
    pub constants: BTreeMap<String, String>,
    /// It may carry the context of a message that came in: it is one, or a copy of another.
    pub carries: bool,
}

/// Every Send of the application, by key of its module and id.
pub fn sent(application: &Application, schemas: &SchemaSet) -> BTreeMap<(String, Id), Sent> {
    let mut all = BTreeMap::new();
    for subject in Subject::all(application, schemas) {
        for site in &subject.sites {
            let ShapeKind::Send(send) = &site.shape.kind else { continue };
            let constants = constants(&subject, site, &send.message);
            let sent = Sent { constants, carries: carries_context(&subject, &send.message) };
            all.insert((subject.key.to_owned(), site.shape.id.clone()), sent);
        }
    }
    all
}

/// A message has the context of another when it was received or passed, or a Message Assignment copies one to it: the
/// message, or all its context with `(*)` (MA-4).
fn carries_context(subject: &Subject<'_>, message: &str) -> bool {
    let passed = subject.orchestration.parameters.iter().any(|p| p.name() == message);
    passed
        || subject.sites.iter().any(|site| match &site.shape.kind {
            ShapeKind::Receive(receive) => receive.message == message,
            // What the other one does to it is not known.
            ShapeKind::Call(call) => call.arguments.iter().any(|argument| argument.name == message),
            ShapeKind::MessageAssignment(code) => {
                let tokens: Vec<_> = tokens(&code.text).into_iter().map(|(token, _)| token).collect();
                let copied = |of: &str| subject.message(site, of).is_some();
                (0..tokens.len()).any(|at| match tokens.get(at..).unwrap_or_default() {
                    [Token::Word(to), Token::Sign('='), Token::Word(of), ..] => *to == message && copied(of),
                    [Token::Word(to), Token::Sign('('), Token::Sign('*'), Token::Sign(')'), ..] => {
                        *to == message
                    }
                    _ => false,
                })
            }
            _ => false,
        })
}

/// What the properties of a message are for sure, as literals: its type, and the constants that its Message
/// Assignments give them, by the property itself or by the field it is promoted from.
fn constants(subject: &Subject<'_>, site: &Site<'_>, message: &str) -> BTreeMap<String, String> {
    let declared = subject.message(site, message).map_or("", |m| m.message_type.as_str());
    let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
    for other in &subject.sites {
        let ShapeKind::MessageAssignment(code) = &other.shape.kind else { continue };
        for (property, value) in assigned(subject, &code.text, message, declared) {
            let same = known.get(&property).is_none_or(|known| *known == value);
            known.insert(property, value.filter(|_| same));
        }
    }
    if let Some(routed) = subject.routing_type(declared) {
        known.insert("BTS.MessageType".into(), Some(format!("\"{routed}\"")));
    }
    known.into_iter().filter_map(|(property, value)| Some((property, value?))).collect()
}

/// The properties of `message` that a text assigns; `None` for what is no single literal.
fn assigned(
    subject: &Subject<'_>,
    text: &str,
    message: &str,
    message_type: &str,
) -> Vec<(String, Option<String>)> {
    let tokens = tokens(text);
    let token = |at: usize| tokens.get(at).map(|(token, _)| token);
    let slice = |from: usize, to: usize| {
        let start = tokens.get(from).map_or(text.len(), |(_, span)| span.start);
        let end = tokens.get(to).map_or(text.len(), |(_, span)| span.start);
        text.get(start..end).unwrap_or_default().trim().to_owned()
    };
    let mut found = Vec::new();
    for (at, (first, _)) in tokens.iter().enumerate() {
        let starts = at == 0 || matches!(token(at - 1), Some(Token::Sign(';' | '{' | '}')));
        if !starts || *first != Token::Word(message) {
            continue;
        }
        let Some(equals) = (at..tokens.len()).find(|at| token(*at) == Some(&Token::Sign('='))) else {
            continue;
        };
        let end =
            (equals..tokens.len()).find(|at| token(*at) == Some(&Token::Sign(';'))).unwrap_or(tokens.len());
        let target = slice(at + 1, equals);
        let property = match target.strip_prefix('(') {
            Some(rest) => Some(rest.trim_end_matches(')').trim().to_owned()),
            None => target.strip_prefix('.').and_then(|field| promoted(subject, message_type, field)),
        };
        let literal = (end == equals + 2).then(|| slice(equals + 1, end));
        let word =
            matches!(token(equals + 1), Some(Token::Word(word)) if *word != "true" && *word != "false");
        found.extend(property.map(|property| (property, literal.filter(|_| !word))));
    }
    found
}

/// The property that a field of a message is promoted to.
fn promoted(subject: &Subject<'_>, message_type: &str, field: &str) -> Option<String> {
    let body = subject.body_type(message_type);
    let field = field.replace(char::is_whitespace, "");
    if let Some(class) = subject.schemas.class(body) {
        return class.field(&field)?.promoted.map(|name| name.as_str().to_owned());
    }
    let root = subject.schemas.root_named(body)?;
    let path = &root.distinguished.iter().find(|f| f.name == field)?.path;
    root.promoted.iter().find(|p| p.path == *path).map(|p| p.property.as_str().to_owned())
}

/// True when no message like this satisfies the filter: each group has a row that it contradicts.
fn excluded(filter: &Filter, sent: &Sent) -> bool {
    let groups = filter.split_inclusive(|row| row.grouping == Grouping::Or);
    !filter.is_empty()
        && groups.into_iter().all(|group| {
            group.iter().any(|row| {
                let known = sent.constants.get(&row.property).map(String::as_str);
                match row.operator {
                    FilterOperator::Equals => known.is_some_and(|value| value != row.value.trim()),
                    FilterOperator::NotEquals => known.is_some_and(|value| value == row.value.trim()),
                    // What was made here did not come through a port.
                    FilterOperator::Exists => !sent.carries && row.property == "BTS.ReceivePortName",
                    _ => false,
                }
            })
        })
}

/// True when a receive of `wanted` takes a message of `sent`.
fn carries(subject: &Subject<'_>, wanted: &str, sent: &str) -> bool {
    let untyped = subject.untyped(wanted);
    untyped || subject.body_type(wanted) == subject.body_type(sent) || {
        let (wanted, sent) = (subject.routing_type(wanted), subject.routing_type(sent));
        wanted.is_some() && wanted == sent
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    /// Receives on the message box, and publishes there.
    fn published(receive: Shape, change: impl Fn(&mut Application)) -> Vec<&'static str> {
        let mut application = application(vec![receive, send("Publish")]);
        let publish = Port {
            name: "Publish".into(),
            port_type: "SubjectOneWay".into(),
            polarity: Polarity::Uses,
            binding: Binding::MessageBox,
            ..Port::default()
        };
        orchestration(&mut application, "Subject").ports.push(publish);
        change(&mut application);
        codes(&application)
    }

    /// A send port that takes whatever came in through a receive port.
    fn all() -> SendPort {
        SendPort { name: "All".into(), filter: vec![row()], ..SendPort::default() }
    }

    fn row() -> FilterRow {
        FilterRow { property: "BTS.ReceivePortName".into(), ..FilterRow::default() }
    }

    #[test]
    fn v45_no_endless_chain_of_instances() {
        assert_eq!(published(receive("Box", |r| r.activate = true), |_| {}), ["V45"]);
        let filtered = receive("Box", |r| (r.activate, r.filter) = (true, vec![row()]));
        assert_eq!(published(filtered, |_| {}), ["V45"], "it goes on with the property it came with");
        assert_eq!(published(activate(), |a| a.bindings.send_ports.push(all())), [""; 0]);
    }

    /// Activates on messages whose `Test.State` is `"New"`, and publishes one made by this text.
    fn restarted(operator: FilterOperator, text: &str) -> Vec<&'static str> {
        let row = FilterRow { property: "Test.State".into(), operator, value: "\"New\"".into(), ..row() };
        let first = receive("Box", |r| (r.activate, r.filter) = (true, vec![row.clone()]));
        published(first, |a| {
            a.bindings.send_ports.push(all());
            let assign = shape(ShapeKind::MessageAssignment(Code { text: text.into() }));
            let construct = Construct { messages: vec!["Order".into()], body: vec![assign] };
            orchestration(a, "Subject").body.insert(1, shape(ShapeKind::Construct(construct)));
        })
    }

    #[test]
    fn v45_a_changed_property_ends_the_chain() {
        let by = |text: &str| restarted(FilterOperator::Equals, text);
        assert_eq!(by("Order = Order; Order(Test.State) = \"Done\";"), [""; 0]);
        assert_eq!(by("Order = Order; Order(Test.State) = \"New\";"), ["V45"], "the same value");
        assert_eq!(by("Order = Order; Order(Test.State) = state;"), ["V45"], "nobody knows the value");
        assert_eq!(by("Order = Order; Order(Test.Other) = \"Done\";"), ["V45"], "another property");
        let not_new = |text: &str| restarted(FilterOperator::NotEquals, text);
        assert_eq!(not_new("Order = Order; Order(Test.State) = \"New\";"), [""; 0]);
    }

    /// Activates direct, and publishes another message, which is made by this shape.
    fn made(by: ShapeKind, receive: impl FnOnce(&mut Receive)) -> (Vec<&'static str>, Vec<String>) {
        let mut application = republishing(by, receive);
        application.bindings.send_ports.push(all());
        let found = crate::check::rules(&application).into_iter().find(|d| d.code == "V45");
        let fixes = found.map(|found| found.fixes.iter().map(crate::model::edit::Edit::label).collect());
        (codes(&application), fixes.unwrap_or_default())
    }

    #[test]
    fn v45_offers_ways_out() {
        let assigned = |text: &str| ShapeKind::MessageAssignment(Code { text: text.into() });
        let new = || assigned("Own = new System.Xml.XmlDocument();");
        let bound = "Receive through a receive port only";
        let outside = "Filter by BTS.ReceivePortName exists";
        // The fixture applies each, looks whether the finding is gone, and undoes it.
        assert_eq!(made(new(), |_| {}).1, [bound, outside]);
        let either = |r: &mut Receive| {
            let row = |grouping| FilterRow { property: "Test.State".into(), grouping, ..row() };
            r.filter = vec![row(Grouping::Or), row(Grouping::And)];
        };
        assert_eq!(made(new(), either).1, [bound, outside], "both halves of the filter ask for it");
        for copy in ["Own = Order;", "Own(*) = Order(*);"] {
            assert_eq!(made(assigned(copy), |_| {}).1, [bound], "{copy} has the port it came by");
        }
        let filtered = |r: &mut Receive| {
            r.filter = vec![FilterRow { operator: FilterOperator::Exists, ..row() }];
        };
        assert!(!made(new(), filtered).0.contains(&"V45"));
        assert!(made(assigned("Own = Order;"), filtered).0.contains(&"V45"));
    }

    /// The Sends of the sample's greeting that nobody hears, which now goes to the message box.
    fn unheard(change: impl FnOnce(&mut Application)) -> Vec<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/hello");
        let mut application = files::load(&folder).unwrap().0;
        let reply = orchestration(&mut application, "SayHello").ports.iter_mut();
        let reply = reply.filter(|port| port.polarity == Polarity::Uses);
        reply.for_each(|port| port.binding = Binding::MessageBox);
        change(&mut application);
        let found = crate::findings::all(&application).into_iter().filter(|d| d.code == "V46");
        found.map(|d| d.place.name).collect()
    }

    fn filtered(property: &str, operator: FilterOperator, value: &str) -> Vec<String> {
        let (property, value) = (property.into(), value.into());
        let filter = vec![FilterRow { property, operator, value, ..FilterRow::default() }];
        unheard(|a| a.bindings.send_ports.push(SendPort { filter, ..all() }))
    }

    #[test]
    fn v46_somebody_subscribes() {
        use FilterOperator::{Equals, Exists, NotEquals};
        assert_eq!(unheard(|_| {}), ["Send reply"]);
        let greeting = "\"http://orchestrion.example/hello#Greeting\"";
        assert_eq!(filtered("BTS.MessageType", Equals, greeting), [""; 0]);
        assert_eq!(filtered("BTS.MessageType", NotEquals, greeting), ["Send reply"]);
        // Only what failed has it (RF-6).
        assert_eq!(filtered("ErrorReport.ErrorType", Exists, ""), ["Send reply"]);
        assert_eq!(filtered("BTS.Operation", Exists, ""), [""; 0]);
        let bound = |a: &mut Application| {
            let ports = &mut orchestration(a, "SayHello").ports;
            ports.iter_mut().for_each(|port| port.binding = Binding::SpecifyLater);
        };
        assert_eq!(unheard(bound), [""; 0], "it publishes nothing yet");
    }
}
