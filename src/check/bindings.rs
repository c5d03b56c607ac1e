//! V49, V50, B05, B06: physical ports and the orchestrations bound to them.

use super::subject::{Subject, place};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::edit::{Edit, Physical};
use crate::model::{
    Application, DeliveryNotification, PortBinding, PortState, ReceiveLocation, ReceivePort, ShapeKind,
};
use crate::xml::SchemaSet;
use std::collections::BTreeMap;

/// A receive fed by a receive port.
struct Fed<'a> {
    place: Place,
    /// Name of the shape, and of its orchestration.
    shape: &'a str,
    orchestration: String,
    /// The logical port.
    port: &'a str,
    filtered: bool,
    /// Of any type at all, by what it is declared as.
    untyped: bool,
    activates: bool,
    correlated: bool,
    /// `namespace#root`, `None` when untyped.
    message_type: Option<String>,
}

pub(super) fn check(application: &Application, schemas: &SchemaSet, found: &mut Vec<Diagnostic>) {
    let subjects = Subject::all(application, schemas);
    let mut by_port: BTreeMap<&str, Vec<Fed<'_>>> = BTreeMap::new();
    for subject in &subjects {
        acknowledged_twice(subject, found);
        let full = subject.full_name();
        let Some(service) = application.bindings.service(&full) else { continue };
        for site in &subject.sites {
            let ShapeKind::Receive(receive) = &site.shape.kind else { continue };
            let Some(PortBinding::ReceivePort(name)) = service.ports.get(&receive.port) else { continue };
            let message = subject.message(site, &receive.message);
            let message_type = message.and_then(|m| subject.routing_type(&m.message_type)).map(String::from);
            by_port.entry(name).or_default().push(Fed {
                place: place(subject.key, &site.shape.id, &site.shape.name, "port"),
                shape: &site.shape.name,
                orchestration: full.clone(),
                port: &receive.port,
                filtered: !receive.filter.is_empty(),
                untyped: message.is_some_and(|m| subject.untyped(&m.message_type)),
                activates: receive.activate,
                correlated: !receive.initializes.is_empty() || !receive.follows.is_empty(),
                message_type,
            });
        }
    }
    for (name, receives) in &by_port {
        let Some(port) = application.bindings.receive_port(name) else { continue };
        pass_through(port, receives, found);
        if schemas.roots().next().is_none() && schemas.classes().next().is_none() {
            typeless(port, receives, found);
        }
        shared(name, receives, found);
    }
}

/// B05: every enlisted member of a group acknowledges, and one acknowledgement is read.
fn acknowledged_twice(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let bindings = &subject.application.bindings;
    let Some(service) = bindings.service(&subject.full_name()) else { return };
    for port in subject.ports().filter(|p| p.delivery_notification == DeliveryNotification::Transmitted) {
        let Some(PortBinding::SendPortGroup(name)) = service.ports.get(&port.name) else { continue };
        let Some(group) = bindings.send_port_groups.iter().find(|group| group.name == *name) else {
            continue;
        };
        let enlisted = |name: &&String| bindings.send_port(name).is_some_and(|p| p.state != PortState::Bound);
        let enlisted: Vec<&str> = group.ports.iter().filter(enlisted).map(String::as_str).collect();
        if enlisted.len() < 2 {
            continue;
        }
        let message = format!(
            "`{}` waits for one delivery notification, but {} of the group `{name}` each send one",
            port.name,
            enlisted.join(" and ")
        );
        let help =
            "unenlist all but one of them, else each instance ends with notifications it has not read (DN-6)";
        let at = subject.at(&port.id, &port.name, "delivery_notification");
        found.push(Diagnostic::warning("B05", message, help).at(at));
    }
}

fn passes_through(location: &ReceiveLocation) -> bool {
    location.receive_pipeline.to_lowercase().contains("passthru")
}

/// V49.
fn pass_through(port: &ReceivePort, receives: &[Fed<'_>], found: &mut Vec<Diagnostic>) {
    let Some(location) = port.locations.iter().find(|l| passes_through(l)) else { return };
    for receive in receives.iter().filter(|r| r.message_type.is_some() || r.correlated) {
        let message = format!(
            "`{}` gets nothing from the location `{}`: PassThruReceive sets no message type and promotes nothing",
            receive.shape, location.name
        );
        let help = "set the receive pipeline of the location to XMLReceive, or receive an untyped message";
        let mut reading = port.clone();
        for location in reading.locations.iter_mut().filter(|l| passes_through(l)) {
            location.receive_pipeline = "XMLReceive".into();
        }
        let reading =
            Edit::SetPhysical { replaces: Some(port.name.clone()), element: Physical::ReceivePort(reading) };
        found.push(
            Diagnostic::warning("V49", message, help)
                .at(receive.place.clone())
                .mend("Receive through XMLReceive", vec![reading]),
        );
    }
}

fn of_types(location: &ReceiveLocation) -> bool {
    location.receive_pipeline.rsplit('.').next().is_some_and(|name| name.eq_ignore_ascii_case("XMLReceive"))
}

/// B06: nothing here has a type that the pipeline could find.
fn typeless(port: &ReceivePort, receives: &[Fed<'_>], found: &mut Vec<Diagnostic>) {
    let Some(location) = port.locations.iter().find(|l| of_types(l)) else { return };
    for receive in receives.iter().filter(|r| r.untyped) {
        let message = format!(
            "`{}` gets nothing from the location `{}`: XMLReceive takes messages whose type has a schema, and there is none here",
            receive.shape, location.name
        );
        let help = "add the schema of what comes in, or set the receive pipeline to PassThruReceive";
        let mut passing = port.clone();
        for location in passing.locations.iter_mut().filter(|l| of_types(l)) {
            location.receive_pipeline = "PassThruReceive".into();
        }
        let passing =
            Edit::SetPhysical { replaces: Some(port.name.clone()), element: Physical::ReceivePort(passing) };
        let told = Diagnostic::warning("B06", message, help).at(receive.place.clone());
        // What is correlated needs what passing through does not promote (V49).
        found.push(match receive.correlated {
            true => told,
            false => told.mend("Receive through PassThruReceive", vec![passing]),
        });
    }
}

/// V50.
fn shared(port: &str, receives: &[Fed<'_>], found: &mut Vec<Diagnostic>) {
    let activating: Vec<_> = receives.iter().filter(|r| r.activates).collect();
    for (at, receive) in activating.iter().enumerate() {
        let earlier = activating.iter().take(at).find(|other| {
            let same = other.message_type == receive.message_type || other.message_type.is_none();
            match other.orchestration == receive.orchestration {
                // What two ports of one orchestration start on are two instances, unless filters part them.
                true => {
                    let parted = other.filtered || receive.filtered;
                    other.port != receive.port && other.message_type == receive.message_type && !parted
                }
                false => same || receive.message_type.is_none(),
            }
        });
        if let Some(other) = earlier {
            let message = match other.orchestration == receive.orchestration {
                true => format!(
                    "`{}` and `{}` of {} both start on messages of the receive port `{port}`",
                    other.shape, receive.shape, receive.orchestration
                ),
                false => format!(
                    "`{}` and `{}` both start on messages of the receive port `{port}`",
                    other.orchestration, receive.orchestration
                ),
            };
            let help =
                "each gets a copy; bind one of them to another receive port if that is not meant (PUB-4)";
            found.push(Diagnostic::warning("V50", message, help).at(receive.place.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn bound(pipeline: &str, mut application: Application) -> Application {
        application.bindings.receive_ports.push(ReceivePort {
            name: "Gate".into(),
            locations: vec![ReceiveLocation {
                name: "L".into(),
                receive_pipeline: pipeline.into(),
                ..Default::default()
            }],
            ..ReceivePort::default()
        });
        for (module, orchestration) in application.clone().orchestrations() {
            application.bindings.services.push(ServiceBinding {
                orchestration: module.full_name(&orchestration.name),
                ports: [("In".into(), PortBinding::ReceivePort("Gate".into()))].into(),
                ..ServiceBinding::default()
            });
        }
        let schema = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:orders\">\
                      <xs:element name=\"OrderSchema\" type=\"xs:string\"/></xs:schema>";
        application.schemas.insert("schemas/OrderSchema.xsd".into(), schema.into());
        application
    }

    #[test]
    fn b06_without_a_schema_xml_receive_takes_nothing() {
        let any = receive("In", |r| (r.activate, r.message) = (true, "Any".into()));
        let mut untyped = application(vec![any]);
        let module = untyped.modules.get_mut("Subject").unwrap();
        module.port_types[0].operations[0].request = "System.Xml.XmlDocument".into();
        let with = |pipeline: &str, schema: bool| {
            let mut application = bound(pipeline, untyped.clone());
            if !schema {
                application.schemas.clear();
            }
            codes(&application)
        };
        assert_eq!(with("XMLReceive", false), ["B06"]);
        assert_eq!(with("PassThruReceive", false), [""; 0]);
        assert_eq!(with("XMLReceive", true), [""; 0], "a message of some type fits");
        let mut typed = bound("XMLReceive", application(vec![receive("In", |r| r.activate = true)]));
        typed.schemas.clear();
        assert!(!codes(&typed).contains(&"B06"), "its schema is missing, not its pipeline wrong");
        let correlated = receive("In", |r| {
            (r.activate, r.message) = (true, "Any".into());
            r.initializes = vec!["SubjectKey".into()];
        });
        let mut correlated = bound("XMLReceive", application(vec![correlated]));
        correlated.schemas.clear();
        let found = crate::check::rules(&correlated);
        let told = found.iter().find(|d| d.code == "B06").unwrap();
        assert_eq!(told.fixes, [], "passing through promotes nothing that it is correlated by");
    }

    #[test]
    fn v50_two_ports_of_one_orchestration_start_twice() {
        let twice = |filter: bool| {
            let mut application = application(vec![]);
            let subject = orchestration(&mut application, "Subject");
            let second = Port { name: "Again".into(), ..subject.ports[0].clone() };
            subject.ports.push(second);
            let head = |port: &str| {
                receive(port, |r| {
                    r.activate = true;
                    let row = FilterRow {
                        property: "BTS.ReceivePortName".into(),
                        operator: FilterOperator::Exists,
                        ..FilterRow::default()
                    };
                    r.filter = if filter { vec![row] } else { Vec::new() };
                })
            };
            subject.body =
                vec![shape(ShapeKind::Listen(branches(vec![vec![head("In")], vec![head("Again")]])))];
            let mut application = bound("XMLReceive", application);
            let gate = PortBinding::ReceivePort("Gate".into());
            application.bindings.services[0].ports.insert("Again".into(), gate);
            codes(&application)
        };
        assert_eq!(twice(false), ["V50"]);
        assert_eq!(twice(true), [""; 0], "the filters may exclude each other");
    }

    #[test]
    fn v49_pass_through_knows_no_types() {
        assert_eq!(codes(&bound("PassThruReceive", started(vec![]))), ["V49"]);
        assert_eq!(codes(&bound("XMLReceive", started(vec![]))), [""; 0]);
        let any = receive("In", |r| (r.activate, r.message) = (true, "Any".into()));
        let mut untyped = application(vec![any]);
        let module = untyped.modules.get_mut("Subject").unwrap();
        module.port_types[0].operations[0].request = "System.Xml.XmlDocument".into();
        assert_eq!(codes(&bound("PassThruReceive", untyped)), [""; 0]);
    }

    #[test]
    fn b05_a_group_that_acknowledges_twice() {
        let group = |states: [PortState; 2]| {
            let mut application = started(vec![]);
            port(&mut application, "Out").delivery_notification = DeliveryNotification::Transmitted;
            let bindings = &mut application.bindings;
            for (name, state) in ["A", "B"].into_iter().zip(states) {
                bindings.send_ports.push(SendPort { name: name.into(), state, ..SendPort::default() });
            }
            let ports = vec!["A".into(), "B".into()];
            bindings.send_port_groups.push(SendPortGroup { name: "G".into(), ports, ..Default::default() });
            for (module, orchestration) in application.clone().orchestrations() {
                application.bindings.services.push(ServiceBinding {
                    orchestration: module.full_name(&orchestration.name),
                    ports: [("Out".into(), PortBinding::SendPortGroup("G".into()))].into(),
                    ..ServiceBinding::default()
                });
            }
            codes(&application).contains(&"B05")
        };
        assert!(group([PortState::Started, PortState::Stopped]), "a stopped port answers later");
        assert!(!group([PortState::Started, PortState::Bound]));
    }

    #[test]
    fn v50_two_orchestrations_on_one_receive_port() {
        let mut two = started(vec![]);
        add(&mut two, "Second", vec![activate()]);
        assert_eq!(codes(&bound("XMLReceive", two.clone())), ["V50"]);
        let other = receive("In", |r| (r.activate, r.message) = (true, "Box".into()));
        orchestration(&mut two, "Second").body = vec![other];
        assert_eq!(codes(&bound("XMLReceive", two)), ["V50"], "untyped takes everything");
    }
}
