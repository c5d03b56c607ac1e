use super::{Group, Opening, Predicate};
use crate::diagnostic::{Diagnostic, Place};
use crate::message::{Name, Value, ValueType};
use crate::model::edit::{Edit, Physical};
use crate::model::{
    self, Application, Binding, Filter, FilterOperator, Grouping, PortState, SendPort, SendPortGroup,
    Transport,
};
use crate::xml::{SchemaSet, pipeline};
use smallvec::smallvec;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug)]
pub struct ReceivePortInfo {
    pub name: Name,
    pub two_way: bool,
    pub inbound_maps: Vec<Name>,
    pub outbound_maps: Vec<Name>,
    pub route_failed: bool,
    pub authentication: model::Authentication,
}

#[derive(Debug)]
pub struct LocationInfo {
    pub name: Name,
    /// Place in `receive_ports`.
    pub port: u16,
    pub transport: String,
    pub address: String,
    pub pipeline: String,
    pub pipeline_properties: BTreeMap<String, String>,
    /// Pipeline of the responses of a two-way port.
    pub send_pipeline: String,
    pub enabled: bool,
    /// Its pipeline looks for the party a message comes from (RX-7).
    pub resolves_party: bool,
    /// Outside it nothing is received (RX-4).
    pub opening: Option<Opening>,
    pub properties: BTreeMap<String, String>,
}

#[derive(Debug)]
pub struct SendPortInfo {
    pub name: Name,
    pub two_way: bool,
    pub dynamic: bool,
    pub send_pipeline: String,
    pub receive_pipeline: String,
    pub pipeline_properties: BTreeMap<String, String>,
    pub primary: Option<TransportInfo>,
    pub backup: Option<TransportInfo>,
    pub filter: Vec<Group>,
    pub outbound_maps: Vec<Name>,
    pub inbound_maps: Vec<Name>,
    pub ordered: bool,
    pub stop_on_failure: bool,
    pub priority: u8,
    pub route_failed: bool,
    pub state: PortState,
}

#[derive(Clone, Debug)]
pub struct TransportInfo {
    pub transport: String,
    pub address: String,
    pub retry_count: u32,
    /// Minutes.
    pub retry_interval: u32,
    /// Outside it messages wait (TX-8).
    pub window: Option<Arc<Opening>>,
    /// Every transmission is acknowledged, whoever sent the message.
    pub notify: bool,
    pub properties: Vec<(String, String)>,
}

#[derive(Debug)]
pub struct GroupInfo {
    pub name: Name,
    /// Places in `send_ports`.
    pub ports: Vec<u16>,
    pub filter: Vec<Group>,
    pub state: PortState,
}

/// The physical side of a program.
#[derive(Debug, Default)]
pub(super) struct Deployment {
    pub receive_ports: Vec<ReceivePortInfo>,
    pub locations: Vec<LocationInfo>,
    pub send_ports: Vec<SendPortInfo>,
    pub groups: Vec<GroupInfo>,
}

/// Name of the physical port that a "specify now" or dynamic logical port gets at deployment (BND-2, BND-4).
pub(super) fn generated_port(orchestration: &str, port: &str) -> String {
    format!("{orchestration}.{port}")
}

/// Every receive location that is there once `app` is deployed: those of its receive ports, then those of its
/// "specify now" ports (BND-2).
pub fn receive_locations(app: &Application) -> Vec<model::ReceiveLocation> {
    let mut locations: Vec<_> =
        app.bindings.receive_ports.iter().flat_map(|port| port.locations.iter().cloned()).collect();
    for (module, orchestration) in app.orchestrations() {
        let full = module.full_name(&orchestration.name);
        locations.extend(orchestration.ports.iter().filter_map(|port| specified_location(&full, port)));
    }
    locations
}

/// The receive location of a "specify now" port that receives first.
fn specified_location(orchestration: &str, port: &model::Port) -> Option<model::ReceiveLocation> {
    let (Binding::SpecifyNow(now), model::Polarity::Implements) = (&port.binding, port.polarity) else {
        return None;
    };
    Some(model::ReceiveLocation {
        name: generated_port(orchestration, &port.name),
        transport: now.transport.clone(),
        address: now.uri.clone(),
        receive_pipeline: now.receive_pipeline.clone(),
        send_pipeline: now.send_pipeline.clone(),
        enabled: true,
        ..Default::default()
    })
}

pub(super) fn deploy(app: &Application, schemas: &SchemaSet, found: &mut Vec<Diagnostic>) -> Deployment {
    let mut deployment = Deployment::default();
    kept_only(app, found);
    for port in &app.bindings.receive_ports {
        deployment.receive_port(port, found);
    }
    for port in &app.bindings.send_ports {
        let change = |filter| Edit::SetPhysical {
            replaces: Some(port.name.clone()),
            element: Physical::SendPort(Box::new(SendPort { filter, ..port.clone() })),
        };
        let filter = compile_filter(&port.filter, schemas, &change, &bindings_place(&port.name), found);
        deployment.send_ports.push(SendPortInfo {
            name: Name::new(&port.name),
            two_way: port.two_way,
            dynamic: port.dynamic,
            send_pipeline: port.send_pipeline.clone(),
            receive_pipeline: port.receive_pipeline.clone(),
            pipeline_properties: port.pipeline_properties.clone(),
            primary: port.primary.as_ref().map(|t| transport(t, port, found)),
            // An ordered port has none: a message that overtakes by another way would break the order (TX-6).
            backup: port
                .backup
                .as_ref()
                .filter(|_| !port.ordered_delivery)
                .map(|t| transport(t, port, found)),
            filter,
            outbound_maps: names(&port.outbound_maps),
            inbound_maps: names(&port.inbound_maps),
            ordered: port.ordered_delivery,
            stop_on_failure: port.stop_on_failure,
            priority: port.priority,
            route_failed: port.route_failed_messages,
            state: port.state,
        });
    }
    for (module, orchestration) in app.orchestrations() {
        let full = module.full_name(&orchestration.name);
        for port in &orchestration.ports {
            let two_way = app
                .port_type(module, &port.port_type)
                .is_some_and(|t| t.pattern == model::CommunicationPattern::RequestResponse);
            deployment.designed_port(&full, port, two_way, found);
        }
    }
    for group in &app.bindings.send_port_groups {
        let mut ports = Vec::new();
        for member in &group.ports {
            let at = deployment.send_ports.iter().position(|p| p.name.as_str() == member);
            match at.and_then(|at| Some((at, deployment.send_ports.get(at)?))) {
                Some((_, port)) if port.two_way || port.dynamic => found.push(
                    Diagnostic::error(
                        "B01",
                        format!(
                            "Send port group {} has the member {member}, which is dynamic or two-way",
                            group.name
                        ),
                        "A group sends through one-way send ports with an address of their own (BND-7)",
                    )
                    .at(bindings_place(&group.name)),
                ),
                Some((at, _)) => ports.extend(u16::try_from(at).ok()),
                None => found.push(
                    Diagnostic::error(
                        "B01",
                        format!("Send port group {} has an unknown member {member}", group.name),
                        "Name a send port of bindings.ron, or remove the member",
                    )
                    .at(bindings_place(&group.name)),
                ),
            }
        }
        let change = |filter| Edit::SetPhysical {
            replaces: Some(group.name.clone()),
            element: Physical::SendPortGroup(SendPortGroup { filter, ..group.clone() }),
        };
        let filter = compile_filter(&group.filter, schemas, &change, &bindings_place(&group.name), found);
        deployment.groups.push(GroupInfo { name: Name::new(&group.name), ports, filter, state: group.state });
    }
    if !app.bindings.parties.is_empty() {
        for location in &mut deployment.locations {
            location.resolves_party = pipeline::resolves_party(&location.pipeline, schemas);
        }
    }
    deployment
}

/// Settings that are kept but have no effect say so: nothing is skipped in silence.
fn kept_only(app: &Application, found: &mut Vec<Diagnostic>) {
    for port in &app.bindings.send_ports {
        if port.ordered_delivery && port.backup.is_some() {
            let message =
                format!("The backup transport of {} is kept, but an ordered port uses none", port.name);
            let help = "Remove it, or switch ordered delivery off (TX-6)";
            found.push(Diagnostic::warning("N02", message, help).at(port_place(&port.name, "backup")));
        }
    }
}

impl Deployment {
    fn receive_port(&mut self, port: &model::ReceivePort, found: &mut Vec<Diagnostic>) {
        let Ok(index) = u16::try_from(self.receive_ports.len()) else { return };
        self.receive_ports.push(ReceivePortInfo {
            name: Name::new(&port.name),
            two_way: port.two_way,
            inbound_maps: names(&port.inbound_maps),
            outbound_maps: names(&port.outbound_maps),
            route_failed: port.route_failed_messages,
            authentication: port.authentication,
        });
        for location in &port.locations {
            let opening = location.schedule.as_ref().map(Opening::scheduled);
            let own = &location.send_pipeline;
            self.locations.push(LocationInfo {
                name: Name::new(&location.name),
                port: index,
                transport: location.transport.clone(),
                address: location.address.clone(),
                pipeline: location.receive_pipeline.clone(),
                pipeline_properties: location.pipeline_properties.clone(),
                send_pipeline: if own.is_empty() { &port.send_pipeline } else { own }.clone(),
                enabled: location.enabled,
                resolves_party: false,
                opening: opening.and_then(|o| usable(o, &location.name, "schedule", found)),
                properties: location.properties.clone(),
            });
        }
    }

    /// "Specify now" creates the physical port, "dynamic" one without address (BND-2, BND-4).
    fn designed_port(
        &mut self,
        orchestration: &str,
        port: &model::Port,
        two_way: bool,
        found: &mut Vec<Diagnostic>,
    ) {
        let name = generated_port(orchestration, &port.name);
        if let Some(location) = specified_location(orchestration, port) {
            let port = model::ReceivePort { name, two_way, locations: vec![location], ..Default::default() };
            self.receive_port(&port, found);
            return;
        }
        match (&port.binding, port.polarity) {
            (Binding::SpecifyNow(now), model::Polarity::Uses) => {
                let primary = Transport {
                    transport: now.transport.clone(),
                    address: now.uri.clone(),
                    ..Default::default()
                };
                let primary = transport(&primary, &model::SendPort::default(), found);
                self.generated(&name, two_way, Some(primary), &now.send_pipeline, &now.receive_pipeline);
            }
            (Binding::Dynamic(dynamic), _) => {
                self.generated(&name, two_way, None, &dynamic.send_pipeline, &dynamic.receive_pipeline);
            }
            _ => {}
        }
    }

    fn generated(
        &mut self,
        name: &str,
        two_way: bool,
        primary: Option<TransportInfo>,
        send: &str,
        receive: &str,
    ) {
        self.send_ports.push(SendPortInfo {
            name: Name::new(name),
            two_way,
            dynamic: primary.is_none(),
            send_pipeline: send.to_owned(),
            receive_pipeline: receive.to_owned(),
            pipeline_properties: BTreeMap::new(),
            primary,
            backup: None,
            filter: Vec::new(),
            outbound_maps: Vec::new(),
            inbound_maps: Vec::new(),
            ordered: false,
            stop_on_failure: false,
            priority: 5,
            route_failed: false,
            state: PortState::Started,
        });
    }
}

fn transport(transport: &Transport, port: &model::SendPort, found: &mut Vec<Diagnostic>) -> TransportInfo {
    let window = transport.service_window.as_ref().map(Opening::daily);
    // Without a pause an ordered port would try one message for ever and send no other (TX-5).
    let least = u32::from(port.ordered_delivery);
    TransportInfo {
        transport: transport.transport.clone(),
        address: transport.address.clone(),
        retry_count: transport.retry_count,
        retry_interval: transport.retry_interval.max(least),
        window: window.and_then(|w| usable(w, &port.name, "service window", found)).map(Arc::new),
        notify: transport.delivery_notification,
        properties: transport.properties.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
    }
}

/// A schedule or service window that can be read; another is an error.
fn usable(
    opening: Result<Opening, String>,
    name: &str,
    what: &'static str,
    found: &mut Vec<Diagnostic>,
) -> Option<Opening> {
    opening
        .map_err(|reason| {
            let message = format!("The {what} of {name} cannot be read: {reason}");
            let help = "Correct it in bindings.ron; times are UTC unless the schedule gives another offset";
            found.push(Diagnostic::error("B04", message, help).at(port_place(name, what)));
        })
        .ok()
}

fn names(texts: &[String]) -> Vec<Name> {
    texts.iter().map(|t| Name::new(t)).collect()
}

fn bindings_place(name: &str) -> Place {
    port_place(name, "filter")
}

fn port_place(name: &str, property: &'static str) -> Place {
    Place { file: "bindings.ron".into(), name: name.to_owned(), property, ..Place::default() }
}

/// Compiles filter rows to groups: AND binds a row to the next one, OR starts a new group (RCV-9). `change` gives
/// the edit that puts another filter in its place.
pub(super) fn compile_filter(
    filter: &Filter,
    schemas: &SchemaSet,
    change: &dyn Fn(Filter) -> Edit,
    place: &Place,
    found: &mut Vec<Diagnostic>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut open = false;
    for (at, row) in filter.iter().enumerate() {
        let Some(property) = schemas.property(&row.property) else {
            let message = match row.property.trim() {
                "" => "A row of the filter names no property yet".to_owned(),
                unknown => format!("The filter names an unknown property {unknown}"),
            };
            found.push(
                Diagnostic::error(
                    "V06",
                    message,
                    "Use a property of a property schema or a built-in one such as BTS.ReceivePortName; \
                     a distinguished field cannot be used in a filter, promote it instead",
                )
                .at(place.clone()),
            );
            continue;
        };
        let value = if row.operator == FilterOperator::Exists {
            Some(Value::Null)
        } else {
            filter_constant(&row.value, &property.value_type)
        };
        let Some(value) = value else {
            let mut wrong = Diagnostic::error(
                "V06",
                format!(
                    "The filter compares {} with {}, which is not such a constant",
                    row.property, row.value
                ),
                "Write a string in double quotes for a string property, a plain number for a number, \
                 true or false for a Boolean",
            )
            .at(place.clone());
            if let Some(value) = requoted(&row.value, &property.value_type) {
                let mut filter = filter.clone();
                if let Some(row) = filter.get_mut(at) {
                    row.value = value;
                }
                wrong = wrong.mend("Correct the quotes", vec![change(filter)]);
            }
            found.push(wrong);
            continue;
        };
        let predicate = Predicate { property: property.name, operator: row.operator, value };
        match groups.last_mut() {
            Some(group) if open => group.push(predicate),
            _ => groups.push(smallvec![predicate]),
        }
        open = row.grouping == Grouping::And;
    }
    groups
}

/// The literal with its quotes added or taken off, when it is of the property's type then.
fn requoted(text: &str, value_type: &ValueType) -> Option<String> {
    let text = text.trim();
    let plain = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let other = plain.map_or_else(|| format!("\"{text}\""), str::to_owned);
    filter_constant(&other, value_type).is_some().then_some(other)
}

/// A literal of the property's own type (RCV-8): quoted for text, plain for numbers.
fn filter_constant(text: &str, value_type: &ValueType) -> Option<Value> {
    let text = text.trim();
    let quoted = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    match (quoted, value_type) {
        (Some(inner), ValueType::String | ValueType::DateTime | ValueType::Guid | ValueType::Unknown) => {
            Value::from_xml(&inner.replace("\\\"", "\"").replace("\\\\", "\\"), value_type).ok()
        }
        (None, ValueType::String | ValueType::DateTime | ValueType::Guid) => None,
        (None, _) => Value::from_xml(text, value_type).ok(),
        (Some(_), _) => None,
    }
}
