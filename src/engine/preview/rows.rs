use super::{At, Endpoint, Row, RowKind};
use crate::engine::Engine;
use crate::engine::message_box::Owner;
use crate::engine::shapes::{correlating, follow_group, self_correlating_group};
use crate::message::{BTS, Name, Value};
use crate::program::{ArgumentSlot, LegKind, PortBinding, Predicate, Program, ReceiveInfo, Service};
use smallvec::smallvec;

/// A value that only an instance knows.
pub fn open_value(what: &str) -> Value {
    Value::string(format!("‹{what}›"))
}

pub fn is_open(value: &Value) -> bool {
    matches!(value, Value::String(text) if text.starts_with('‹') && text.ends_with('›'))
}

pub fn all(program: &Program, engine: &Engine) -> Vec<Row> {
    let mut rows = Vec::new();
    for row in engine.core().message_box.rows() {
        let (of, kind, at) = match row.owner {
            Owner::Activation { service, receive } => {
                let Some(service) = program.service(service) else { continue };
                let at = service.receive(receive).and_then(|info| place(service, info.shape, info.port));
                (Endpoint::Orchestration(service.name), RowKind::Activation, at)
            }
            Owner::SendPort(port) => {
                let Some(port) = program.send_port(port) else { continue };
                (Endpoint::SendPort(port.name), RowKind::Port, None)
            }
            Owner::SendPortGroup(group) => {
                let Some(group) = program.group(group) else { continue };
                (Endpoint::SendPortGroup(group.name), RowKind::Port, None)
            }
            Owner::Instance { .. } => continue,
        };
        rows.push(Row { of, kind, at, groups: row.groups.to_vec() });
    }
    for service in &program.services {
        of_instances(program, service, &mut rows);
    }
    for port in program.receive_ports.iter().filter(|p| p.two_way) {
        let groups = vec![smallvec![answer()]];
        rows.push(Row { of: Endpoint::ReceivePort(port.name), kind: RowKind::Response, at: None, groups });
    }
    rows
}

/// What tells the answer to a request.
fn answer() -> Predicate {
    Predicate::equals(BTS.correlation_token, open_value("its own request"))
}

/// The rows that instances of an orchestration make while they run (COR-15, SCD-5, SUB-7, DN-1).
fn of_instances(program: &Program, service: &Service, rows: &mut Vec<Row>) {
    let of = Endpoint::Orchestration(service.name);
    let mut add = |kind, at: Option<At>, groups| {
        let row = Row { of, kind, at, groups };
        if !rows.contains(&row) {
            rows.push(row);
        }
    };
    for (index, info) in (0_u16..).zip(&service.receives) {
        let at = place(service, info.shape, info.port);
        if info.leg != LegKind::Request {
            continue;
        }
        let parallel = info.activate && service.convoys.iter().any(|c| c.followers.contains(&index));
        for binding in bindings(program, service, info.port, 0) {
            if binding == PortBinding::SelfCorrelating {
                let groups = vec![self_correlating_group(open_value("its own address"), info.operation)];
                add(RowKind::SelfCorrelating, at.clone(), groups);
            } else if (!info.activate || parallel) && !correlating(info).is_empty() {
                let groups = vec![follow_group(service, info, &values(service, info), binding)];
                add(RowKind::Follow, at.clone(), groups);
            }
        }
    }
    for info in service.sends.iter().filter(|s| s.leg == LegKind::Request) {
        let Some(port) = service.port(info.port) else { continue };
        let at = place(service, info.shape, info.port);
        if port.two_way {
            add(RowKind::Response, at, vec![smallvec![answer()]]);
        } else if port.notify {
            let sent = Predicate::equals(BTS.correlation_token, open_value("its own message"));
            add(RowKind::Response, at, vec![smallvec![Predicate::exists(BTS.ack_type), sent]]);
        }
    }
}

/// Values of the sets that a receive follows, left open.
fn values(service: &Service, info: &ReceiveInfo) -> Vec<Value> {
    let sets = correlating(info).iter().filter_map(|set| service.set(*set));
    sets.flat_map(|set| set.properties.iter().map(|_| open_value(set.name.as_str()))).collect()
}

/// Where a shape stands, and at which port.
pub fn place(service: &Service, shape: u16, port: u16) -> Option<At> {
    let port = service.port(port)?.name;
    Some(At { module: service.module.clone(), shape: service.shape_id(shape), port })
}

/// What a port may be bound to: its own binding, or those of the callers that pass it.
pub fn bindings(program: &Program, service: &Service, port: u16, depth: u8) -> Vec<PortBinding> {
    const DEEPEST: u8 = 8;
    let Some(info) = service.port(port) else { return Vec::new() };
    if info.binding != PortBinding::Parameter || depth > DEEPEST {
        return vec![info.binding];
    }
    let mut found = Vec::new();
    for caller in &program.services {
        for call in caller.calls.iter().filter(|call| call.service == service.index) {
            let passed = call.arguments.iter().find(|a| a.to == ArgumentSlot::Port(port));
            if let Some(ArgumentSlot::Port(own)) = passed.map(|a| a.from) {
                for binding in bindings(program, caller, own, depth + 1) {
                    if !found.contains(&binding) {
                        found.push(binding);
                    }
                }
            }
        }
    }
    found
}

/// The send ports that parties of a role link may be reached by (RLK-5).
pub fn role_ports(program: &Program, service: &Service, port: u16) -> Vec<PortBinding> {
    let (Some(info), Some(link)) = (service.port(port), service.role_link_of(port)) else {
        return Vec::new();
    };
    let role = link.role_of(port);
    let parties = &program.application.bindings.parties;
    let enlistments = parties.iter().flat_map(|p| &p.enlistments);
    let fitting = enlistments.filter(|e| {
        let same_type = e.role_link_type == link.type_name.as_str() || e.role_link_type.is_empty();
        same_type && e.role == role.as_str()
    });
    let named = fitting
        .flat_map(|e| &e.ports)
        .filter(|(operation, _)| operation.split('.').any(|word| word == info.port_type.as_str()));
    let found = named.filter_map(|(_, name)| program.send_port_by_name(Name::new(name)));
    found.map(|(index, _)| PortBinding::SendPort(index)).collect()
}
