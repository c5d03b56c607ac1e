//! V45, V46: what is published to the message box.

use super::subject::{Site, Subject};
use super::tokens::{Token, tokens};
use crate::diagnostic::Diagnostic;
use crate::model::{Application, Binding, Filter, FilterOperator, Grouping, Id, Receive, ShapeKind};
use crate::xml::SchemaSet;
use std::collections::BTreeMap;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for site in &subject.sites {
        let ShapeKind::Send(send) = &site.shape.kind else { continue };
        let direct = subject.port(&send.port).is_some_and(|port| port.binding == Binding::MessageBox);
        let message_type = subject.message(site, &send.message).map(|m| m.message_type.as_str());
        let (true, Some(message_type)) = (direct, message_type) else { continue };
        let mut warn = |code, message: String, help: &str| {
            found.push(Diagnostic::warning(code, message, help).at(subject.place(site.shape, "port")));
        };
        let known = constants(subject, site, &send.message);
        let takes = |of: &Subject<'_>, wanted: &dyn Fn(&Receive) -> bool| {
            of.sites.iter().any(|other| {
                let ShapeKind::Receive(receive) = &other.shape.kind else { return false };
                let direct = of.port(&receive.port).is_some_and(|p| p.binding == Binding::MessageBox);
                let declared = of.message(other, &receive.message).map(|m| m.message_type.as_str());
                direct && wanted(receive) && declared.is_some_and(|t| carries(of, t, subject, message_type))
            })
        };
        if takes(subject, &|receive| receive.activate && !excluded(&receive.filter, &known)) {
            let message = format!(
                "what `{}` publishes may start another instance of this orchestration, without end",
                site.shape.name
            );
            let help = "assign a property that the activate receive filters by another value before the message is \
                        sent, or filter by one that it has not (MBD-4)";
            warn("V45", message, help);
        }
        if !reaches_a_send_port(subject.application, &known)
            && !others(subject.application, subject.schemas).iter().any(|other| takes(other, &|_| true))
        {
            let message =
                format!("nobody in this application subscribes to what `{}` publishes", site.shape.name);
            let help = "give a send port or a receive a filter that takes it; else the send fails (MBD-2)";
            warn("V46", message, help);
        }
    }
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

/// A message has the context of another when it was received or passed, or a Message Assignment copies one to it.
fn carries_context(subject: &Subject<'_>, message: &str) -> bool {
    let passed = subject.orchestration.parameters.iter().any(|p| p.name() == message);
    passed
        || subject.sites.iter().any(|site| match &site.shape.kind {
            ShapeKind::Receive(receive) => receive.message == message,
            ShapeKind::MessageAssignment(code) => {
                let tokens = tokens(&code.text);
                tokens.windows(3).any(|run| {
                    let kinds = run.iter().map(|(token, _)| token);
                    matches!(
                        kinds.collect::<Vec<_>>().as_slice(),
                        [Token::Word(to), Token::Sign('='), Token::Word(_)] if *to == message
                    )
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

/// True when no message with these values satisfies the filter: each group has a row that one of them contradicts.
fn excluded(filter: &Filter, known: &BTreeMap<String, String>) -> bool {
    let groups = filter.split_inclusive(|row| row.grouping == Grouping::Or);
    !filter.is_empty()
        && groups.into_iter().all(|group| {
            group.iter().any(|row| {
                let known = known.get(&row.property).map(|value| value.as_str());
                match row.operator {
                    FilterOperator::Equals => known.is_some_and(|value| value != row.value.trim()),
                    FilterOperator::NotEquals => known.is_some_and(|value| value == row.value.trim()),
                    _ => false,
                }
            })
        })
}

/// True when a receive of `wanted` takes a message of `sent`.
fn carries(of: &Subject<'_>, wanted: &str, sender: &Subject<'_>, sent: &str) -> bool {
    let untyped = of.untyped(wanted);
    untyped || of.body_type(wanted) == sender.body_type(sent) || {
        let (wanted, sent) = (of.routing_type(wanted), sender.routing_type(sent));
        wanted.is_some() && wanted == sent
    }
}

/// True when the filter of a send port or group may well take a message with these values.
fn reaches_a_send_port(application: &Application, known: &BTreeMap<String, String>) -> bool {
    let bindings = &application.bindings;
    let ports = bindings.send_ports.iter().map(|port| &port.filter);
    let mut filters = ports.chain(bindings.send_port_groups.iter().map(|group| &group.filter));
    filters.any(|filter| !filter.is_empty() && !excluded(filter, known))
}

fn others<'a>(application: &'a Application, schemas: &'a SchemaSet) -> Vec<Subject<'a>> {
    Subject::all(application, schemas)
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

    #[test]
    fn v46_somebody_subscribes() {
        assert_eq!(published(activate(), |_| {}), ["V46"]);
        assert_eq!(published(activate(), |a| a.bindings.send_ports.push(all())), [""; 0]);
        let schema = |a: &mut Application, wanted: &str| {
            let text = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:o\">\
                        <xs:element name=\"OrderSchema\" type=\"xs:string\"/></xs:schema>";
            a.schemas.insert("schemas/OrderSchema.xsd".into(), text.into());
            let (property, value) = ("BTS.MessageType".into(), format!("\"{wanted}\""));
            let filter = vec![FilterRow { property, value, ..FilterRow::default() }];
            a.bindings.send_ports.push(SendPort { filter, ..all() });
        };
        assert_eq!(published(activate(), |a| schema(a, "urn:o#OrderSchema")), [""; 0]);
        assert_eq!(
            published(activate(), |a| schema(a, "urn:o#Bill")),
            ["V46"],
            "a filter for other messages"
        );
        let other = |a: &mut Application| add(a, "Second", vec![receive("Box", |r| r.activate = true)]);
        assert_eq!(published(activate(), other), [""; 0]);
        let another = |a: &mut Application| {
            add(a, "Second", vec![receive("Box", |r| (r.activate, r.message) = (true, "Ack".into()))]);
        };
        assert_eq!(published(activate(), another), ["V46"]);
    }
}
