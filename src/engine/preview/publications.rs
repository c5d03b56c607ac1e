use super::facts::{Facts, Fit};
use super::rows::{bindings, open_value, place, role_ports};
use super::{Delivery, Endpoint, Publication, Row};
use crate::check::{Sent, sent};
use crate::engine::ports::Arrival;
use crate::engine::shapes::address_to;
use crate::message::{BTS, Body, Context, Message, Name, Value};
use crate::model::{Application, Id};
use crate::program::{
    LegKind, LocationInfo, PortBinding, Program, ReceivePortInfo, SendInfo, Service, routing_type,
};
use crate::xml::pipeline;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Arc;

pub fn all(application: &Application, program: &Program, rows: &[Row]) -> Vec<Publication> {
    let known = sent(application, &program.schemas);
    let mut found = Vec::new();
    for (index, port) in (0_u16..).zip(&program.receive_ports) {
        let locations: Vec<_> = program.locations.iter().filter(|l| l.port == index).collect();
        if !locations.is_empty() {
            found.push(received(program, port, &locations, rows));
        }
        if port.route_failed {
            let facts = failed(program, &[(BTS.error_receive_port_name, port.name)]);
            found.extend(failures(Endpoint::ReceivePort(port.name), &facts, rows));
        }
    }
    for service in &program.services {
        for info in service.sends.iter().filter(|s| s.leg == LegKind::Request) {
            let id = Id::from(service.shape_id(info.shape).as_str());
            let sent = known.get(&(service.module.clone(), id));
            for binding in bindings(program, service, info.port, 0) {
                let targets = match binding {
                    PortBinding::Role => role_ports(program, service, info.port),
                    other => vec![other],
                };
                for target in targets {
                    found.extend(published(program, service, info, target, sent, rows));
                }
            }
        }
    }
    for port in program.send_ports.iter().filter(|p| p.route_failed) {
        let facts = failed(program, &[(BTS.error_send_port_name, port.name)]);
        found.extend(failures(Endpoint::SendPort(port.name), &facts, rows));
    }
    found
}

fn deliveries(facts: &Facts<'_>, rows: &[Row]) -> Vec<Delivery> {
    let judged = rows.iter().enumerate().map(|(row, it)| (row, facts.judge(&it.groups)));
    judged
        .filter(|(_, (fit, _))| *fit != Fit::No)
        .map(|(row, (fit, when))| Delivery { row, fit, when })
        .collect()
}

/// Every message type of the application, and none.
fn any_type(program: &Program) -> Vec<Option<SmolStr>> {
    let roots = program.schemas.roots().map(|r| Some(r.message_type.clone()));
    let classes = program.schemas.classes().map(|c| Some(c.message_type()));
    roots.chain(classes).chain([None]).collect()
}

fn root_of(message_type: &str) -> String {
    message_type.rsplit('#').next().unwrap_or(message_type).to_owned()
}

/// What comes in through a receive port (RX-5).
fn received(
    program: &Program,
    port: &ReceivePortInfo,
    locations: &[&LocationInfo],
    rows: &[Row],
) -> Publication {
    let mut types: Vec<Option<SmolStr>> = Vec::new();
    let mut stamped = Vec::new();
    for location in locations {
        let mut context = Context::default();
        let arrival = Arrival { port, location, body: &Arc::from(&[][..]), properties: &[] };
        arrival.stamp(program, &mut context);
        stamped.push(context);
        types.extend(types_of(program, port, location));
    }
    let promoted = stamped.iter().flat_map(|c| c.iter().filter(|p| p.promoted).map(|p| p.name));
    let present: BTreeSet<Name> = promoted.collect();
    // Only what all locations say alike is for sure.
    let mut sure = stamped.first().cloned().unwrap_or_default();
    if let Some((first, others)) = stamped.split_first() {
        sure.remove_if(|name| others.iter().any(|other| other.get(name) != first.get(name)));
    }
    types.sort();
    types.dedup();
    if port.two_way {
        sure.promote(BTS.reply_token, open_value("token"));
    }
    if let [Some(only)] = types.as_slice() {
        sure.promote(BTS.message_type, Value::String(only.clone()));
    }
    let what = match types.as_slice() {
        [Some(only)] => root_of(only),
        [None] => "Untyped messages".to_owned(),
        _ => "Whatever comes in".to_owned(),
    };
    let facts = Facts { schemas: &program.schemas, sure, present, types, open: true, failed: false };
    Publication {
        by: Endpoint::ReceivePort(port.name),
        at: None,
        operation: Name::default(),
        what,
        expects_reply: port.two_way,
        failures: false,
        deliveries: deliveries(&facts, rows),
    }
}

/// Types that a location's messages may have: those its pipeline names, or all; none of a pass-through one. Maps of
/// the port change them (RX-5, RX-10).
fn types_of(program: &Program, port: &ReceivePortInfo, location: &LocationInfo) -> Vec<Option<SmolStr>> {
    let Some(named) =
        pipeline::document_types(&location.pipeline, &location.pipeline_properties, &program.schemas)
    else {
        return vec![None];
    };
    let mut types = if named.is_empty() { any_type(program) } else { named.into_iter().map(Some).collect() };
    types.retain(Option::is_some);
    let maps: Vec<_> = port.inbound_maps.iter().filter_map(|name| program.maps.get(name)).collect();
    for found in types.iter_mut().flatten() {
        let map = maps.iter().find(|m| m.sources.first().is_some_and(|s| s == found.as_str()));
        if let Some(target) = map.and_then(|m| m.targets.first()) {
            *found = target.as_str().into();
        }
    }
    types
}

/// What a Send publishes (SND-2).
fn published(
    program: &Program,
    service: &Service,
    info: &SendInfo,
    binding: PortBinding,
    sent: Option<&Sent>,
    rows: &[Row],
) -> Option<Publication> {
    let port = service.port(info.port)?;
    let declared = service.messages.get(usize::from(info.message))?;
    let mut message = Message::single(Message::body_name(), Arc::new(Body::xml("")));
    let routed = routing_type(&declared.message_type);
    if let Some(routed) = &routed {
        message.context.promote(BTS.message_type, Value::String(routed.clone()));
    }
    for (property, literal) in sent.iter().flat_map(|s| &s.constants) {
        if let Some(value) = constant(program, property, literal)
            && let Some(declared) = program.schemas.property(property)
        {
            message.context.promote(declared.name, value);
        }
    }
    let sets = info.follows.iter().chain(&info.initializes).filter_map(|set| service.set(*set));
    let mut present: BTreeSet<Name> = sets.flat_map(|set| set.properties.iter().copied()).collect();
    message.context.promote(BTS.operation, Value::string(info.operation.as_str()));
    // Where a run has an address or token of its own, any text stands for it.
    let address = SmolStr::new_static("file://somewhere");
    let own = SmolStr::new_static("token");
    if binding == PortBinding::SelfCorrelating {
        address_to(program, binding, port.name, None, Some(own), &mut message).ok()?;
        message.context.remove(BTS.partner_service);
        present.insert(BTS.partner_service);
    } else {
        // A port that is not bound publishes nothing.
        address_to(program, binding, port.name, Some(address), None, &mut message).ok()?;
    }
    if port.two_way {
        present.insert(BTS.reply_token);
    }
    let types = vec![routed.clone()];
    let types = if routed.is_none() { any_type(program) } else { types };
    let open = sent.is_none_or(|s| s.carries);
    let takes_failures = |row: &&Row| row.of == Endpoint::Orchestration(service.name) && names_failures(row);
    let failed = open && rows.iter().any(|row| takes_failures(&row));
    let facts = Facts { schemas: &program.schemas, sure: message.context, present, types, open, failed };
    Some(Publication {
        by: Endpoint::Orchestration(service.name),
        at: place(service, info.shape, info.port),
        operation: info.operation,
        what: routed.map_or_else(|| declared.name.to_string(), |t| root_of(&t)),
        expects_reply: port.two_way,
        failures: false,
        deliveries: deliveries(&facts, rows),
    })
}

/// The row asks for messages that failed.
fn names_failures(row: &Row) -> bool {
    row.groups.iter().flatten().any(|p| p.property.as_str().starts_with("ErrorReport."))
}

/// The value of a literal as it stands in code.
fn constant(program: &Program, property: &str, literal: &str) -> Option<Value> {
    let declared = program.schemas.property(property)?;
    let text = literal.trim();
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    Value::from_xml(inner, &declared.value_type).ok()
}

/// What is promoted of a failed message (RF-6).
fn failed<'a>(program: &'a Program, named: &[(Name, Name)]) -> Facts<'a> {
    let mut sure = Context::default();
    sure.promote(BTS.error_type, Value::string("FailedMessage"));
    sure.promote(BTS.error_failure_category, Value::Int32(0));
    for (property, name) in named {
        sure.promote(*property, Value::string(name.as_str()));
    }
    let present = [
        BTS.error_message_type,
        BTS.error_failure_code,
        BTS.error_inbound_transport_location,
        BTS.error_outbound_transport_location,
    ];
    Facts {
        schemas: &program.schemas,
        sure,
        present: present.into(),
        types: vec![None],
        open: false,
        failed: true,
    }
}

/// Only those who ask for failed messages: without any, nothing is published (RF-7).
fn failures(by: Endpoint, facts: &Facts<'_>, rows: &[Row]) -> Option<Publication> {
    let deliveries = deliveries(facts, rows);
    (!deliveries.is_empty()).then(|| Publication {
        by,
        at: None,
        operation: Name::default(),
        what: "Failed messages".to_owned(),
        expects_reply: false,
        failures: true,
        deliveries,
    })
}
