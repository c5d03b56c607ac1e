//! Ports for a project without bindings: what is not bound, or bound to an adapter that is not here, is played.

use super::example::{body_type, declared_type, folder, part_type, parts};
use super::guess::Guess;
use super::{parties, stand_in};
use crate::diagnostic::{Diagnostic, counted};
use crate::model::{
    Application, Binding, CommunicationPattern, Filter, FilterOperator, FilterRow, Module, Operation,
    Orchestration, Partner, PartnerBehavior, Polarity, Policy, PolicyParameter, PolicyVersion, Port,
    PortBinding, PortState, PortType, ReceiveLocation, ReceivePort, SendPort, ServiceBinding, ServiceState,
    ShapeKind, Transport,
};
use crate::xml::{SchemaSet, pipeline};
use std::collections::{BTreeMap, BTreeSet};

/// Adapters that run here; others are played as queues in memory.
const ADAPTERS: [&str; 3] = ["FILE", "QUEUE", "SQL"];

/// Receive port for messages that no port of their own is drawn for: orchestrations that take them from the message
/// box start on them.
pub const ANY_MESSAGE: &str = "Any message";

/// Receive pipeline for messages of several parts, and for XML.
const PARTS_PIPELINE: &str = "MIME or XML (simulated)";

/// Gives every logical port that is not bound a physical one: folders `in/<port>` and `out/<port>` for one-way ports,
/// queues for two-way ones, whose requests a simulated partner answers with an example of the response. What binding
/// files bind to an adapter that is not here goes to a queue of the port's name; everything is enabled and started. Gives
/// a word about what was done.
pub fn simulate(application: &mut Application) -> Vec<Diagnostic> {
    let passed = stand_in::pipelines(application);
    let undeclared = undeclared(application);
    application.settings.simulated_properties = undeclared;
    let schemas = SchemaSet::build(application);
    let mut made = Made { schemas, ports: 0, played: BTreeSet::new(), passed, anywhere: None };
    made.redirect(application);
    let orchestrations: Vec<(Module, Orchestration)> =
        application.orchestrations().map(|(m, o)| (m.clone(), o.clone())).collect();
    for (module, orchestration) in &orchestrations {
        made.bind(application, module, orchestration);
        made.role_links(application, module, orchestration);
    }
    made.message_box(application, &orchestrations);
    application.partners.extend(made.anywhere.take());
    for (module, orchestration) in &orchestrations {
        made.parts(application, module, orchestration);
        let guess = Guess::new(application, &made.schemas, module, orchestration);
        let answers = guess.answers();
        let own = &mut application.settings.simulated_answers;
        for (member, answer) in answers {
            own.entry(member).or_insert(answer);
        }
    }
    let mut found = policies(application, &orchestrations);
    let properties = application.settings.simulated_properties.len();
    if properties > 0 {
        let message = format!(
            "{} declared nowhere: played as context",
            match properties {
                1 => "1 property".to_owned(),
                n => format!("{n} properties"),
            }
        );
        let help = "add the project with their property schema, to run with what they are";
        found.push(Diagnostic::information("Z13", message, help));
    }
    found.extend(parties::enlist(application, &orchestrations));
    if made.ports > 0 {
        let message =
            format!("{} without a binding: simulated for a run", counted(made.ports, "logical port"));
        let help = "bind them, or give the project's binding file, to run with real ports";
        found.push(Diagnostic::information("Z13", message, help));
    }
    if !made.played.is_empty() {
        let names: Vec<&str> = made.played.iter().map(String::as_str).collect();
        let message = format!("adapters that are not here are played as queues: {}", names.join(", "));
        let help = "point the ports elsewhere to run with files or a database";
        found.push(Diagnostic::information("Z13", message, help));
    }
    if !made.passed.is_empty() {
        let names: Vec<&str> = made.passed.iter().map(String::as_str).collect();
        let message = format!("XML goes past what is not built in of pipelines: {}", names.join(", "));
        let help = "submit messages as XML; other formats are not read or written in a run";
        found.push(Diagnostic::information("Z13", message, help));
    }
    found
}

/// Properties that orchestrations name and nothing declares, with their types; `System.Object` for one that any value
/// may be assigned to.
fn undeclared(application: &Application) -> BTreeMap<String, String> {
    let schemas = SchemaSet::build(application);
    let all = application.orchestrations();
    let found = all.flat_map(|(module, own)| Guess::new(application, &schemas, module, own).undeclared());
    let mut types: BTreeMap<String, String> = BTreeMap::new();
    for (name, kind) in found {
        types.entry(name).or_insert_with(|| kind.name().to_owned());
    }
    types
}

/// Policies are in the rule store of a server, never in a project: one that is called and not here decides nothing.
fn policies(application: &mut Application, orchestrations: &[(Module, Orchestration)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (module, orchestration) in orchestrations {
        for shape in orchestration.shapes() {
            let ShapeKind::CallRules(call) = &shape.kind else { continue };
            if call.policy.is_empty() || application.policies.contains_key(&call.policy) {
                continue;
            }
            let name = &call.policy;
            let message = format!("the policy `{name}` is not here: calling it changes nothing");
            found.push(Diagnostic::warning("Z13", message, "write its rules, to run with them"));
            let parameters = call.parameters.iter().map(|given| PolicyParameter {
                name: given.message.clone(),
                fact_type: part_type(
                    application,
                    module,
                    declared_type(orchestration, &given.message),
                    &given.part,
                ),
            });
            let empty = PolicyVersion {
                major: call.version.unwrap_or(1),
                parameters: parameters.collect(),
                ..PolicyVersion::default()
            };
            let policy = Policy { name: name.clone(), versions: vec![empty], ..Policy::default() };
            application.policies.insert(name.clone(), policy);
        }
    }
    found
}

struct Made {
    schemas: SchemaSet,
    /// Logical ports that were given a physical one.
    ports: usize,
    /// Adapters that are played.
    played: BTreeSet<String>,
    /// Pipelines and components of them that are not built in.
    passed: BTreeSet<String>,
    /// Answers two-way ports whose address is made in a run.
    anywhere: Option<Partner>,
}

impl Made {
    fn here(&mut self, transport: &str) -> bool {
        let here = ADAPTERS.iter().any(|adapter| adapter.eq_ignore_ascii_case(transport));
        if !here && !transport.is_empty() {
            self.played.insert(transport.to_owned());
        }
        here
    }

    /// Points what cannot be reached from here at queues, and paths of another machine at folders of the run.
    fn redirect(&mut self, application: &mut Application) {
        let bindings = &mut application.bindings;
        // Binding files come from servers where everything was stopped for the export.
        for service in &mut bindings.services {
            service.state = ServiceState::Started;
        }
        for port in &mut bindings.receive_ports {
            for location in &mut port.locations {
                location.enabled = true;
                // Adapters of web services say themselves what type a message has.
                if location.transport.eq_ignore_ascii_case("SOAP") {
                    location.receive_pipeline = "XMLReceive".to_owned();
                    location.pipeline_properties.extend(any_type());
                }
                let (pipeline, properties) =
                    (&mut location.receive_pipeline, &mut location.pipeline_properties);
                let name = pipeline.clone();
                if stand_in::pipeline(pipeline, false, properties, &self.schemas) {
                    self.passed.insert(name);
                }
                if !self.here(&location.transport) {
                    location.transport = "QUEUE".to_owned();
                    location.address = queue(&location.name);
                } else if elsewhere(&location.transport, &location.address) {
                    let mask = location.address.rsplit(['\\', '/']).next().unwrap_or("*.xml");
                    location.address = format!("in/{}/{mask}", folder(&location.name));
                }
            }
        }
        for port in &mut bindings.send_ports {
            port.state = PortState::Started;
            let ways = [(&mut port.send_pipeline, true), (&mut port.receive_pipeline, false)];
            for (pipeline, send) in ways {
                let name = pipeline.clone();
                if stand_in::pipeline(pipeline, send, &mut port.pipeline_properties, &self.schemas) {
                    self.passed.insert(name);
                }
            }
            let name = port.name.clone();
            for transport in port.primary.iter_mut().chain(&mut port.backup) {
                if !self.here(&transport.transport) {
                    transport.transport = "QUEUE".to_owned();
                    transport.address = queue(&name);
                } else if elsewhere(&transport.transport, &transport.address) {
                    let file = transport.address.rsplit(['\\', '/']).next().unwrap_or("%MessageID%.xml");
                    transport.address = format!("out/{}/{file}", folder(&name));
                }
            }
        }
    }

    fn bind(&mut self, application: &mut Application, module: &Module, orchestration: &Orchestration) {
        let full = module.full_name(&orchestration.name);
        for port in &orchestration.ports {
            let two_way = application.port_type(module, &port.port_type);
            let Some(port_type) = two_way.cloned() else { continue };
            let two_way = port_type.pattern == CommunicationPattern::RequestResponse;
            let own = format!("{full}.{}", port.name);
            let asked =
                asked_for(orchestration, &port.name).filter(|_| port.polarity == Polarity::Implements);
            let free = |name: &String| application.bindings.receive_port(name).is_none();
            let name = asked.filter(free).unwrap_or(own);
            // A port that is drawn with its address gets one of that name at deployment.
            let drawn = matches!(port.binding, Binding::SpecifyNow(_));
            let name = if drawn { format!("{name} (simulated)") } else { name };
            let from = (module, orchestration, port);
            match &port.binding {
                Binding::SpecifyLater => {}
                Binding::Dynamic(_) if two_way && port.polarity == Polarity::Uses => {
                    let behavior = self.behavior(application, from, &port_type, "*");
                    self.anywhere.get_or_insert(Partner {
                        name: "Simulated addresses".to_owned(),
                        description: "Answers at addresses that are made in a run".to_owned(),
                        behavior,
                    });
                    continue;
                }
                // The port is drawn with an address; only one that leads elsewhere is bound to another.
                Binding::SpecifyNow(now) => {
                    if self.here(&now.transport) && !elsewhere(&now.transport, &now.uri) {
                        if two_way && port.polarity == Polarity::Uses {
                            self.answer(application, from, &now.uri, &name, &port_type);
                        }
                        continue;
                    }
                }
                _ => continue,
            }
            if bound(application, &full, &port.name, port.polarity, two_way) {
                self.answer_bound(application, from, &full, &port_type);
                continue;
            }
            self.ports += 1;
            let binding = if port.polarity == Polarity::Implements {
                let location = self.location(application, module, &name, &port_type, two_way);
                application.bindings.receive_ports.push(ReceivePort {
                    name: name.clone(),
                    two_way,
                    locations: vec![location],
                    ..ReceivePort::default()
                });
                PortBinding::ReceivePort(name)
            } else {
                let address =
                    if two_way { queue(&name) } else { format!("out/{}/%MessageID%.xml", folder(&name)) };
                if two_way {
                    self.answer(application, from, &address, &name, &port_type);
                }
                let transport = if two_way { "QUEUE" } else { "FILE" };
                application.bindings.send_ports.push(SendPort {
                    two_way,
                    receive_pipeline: if two_way { "XMLReceive".to_owned() } else { String::new() },
                    pipeline_properties: if two_way { any_type() } else { BTreeMap::new() },
                    ..send_port(&name, transport, address)
                });
                PortBinding::SendPort(name)
            };
            attach(application, &full, &port.name, binding);
        }
    }

    /// Ports of a role link that receive are bound like others: of the role it implements, or of the other role of one
    /// it uses. Who sends to them is a party.
    fn role_links(&mut self, application: &mut Application, module: &Module, orchestration: &Orchestration) {
        let full = module.full_name(&orchestration.name);
        for link in &orchestration.role_links {
            let declared = application.role_link_type(module, &link.role_link_type);
            let implements = link.polarity == Polarity::Implements;
            let roles = declared.iter().flat_map(|declared| &declared.roles);
            let roles = roles.filter(|role| (role.name == link.role) == implements);
            let port_types: Vec<String> = roles.flat_map(|role| role.port_types.clone()).collect();
            for port_type in port_types {
                let Some(found) = application.port_type(module, &port_type).cloned() else { continue };
                let port = format!("{}.{}", link.name, found.name);
                let two_way = found.pattern == CommunicationPattern::RequestResponse;
                if bound(application, &full, &port, Polarity::Implements, two_way) {
                    continue;
                }
                self.ports += 1;
                let name = format!("{full}.{port}");
                let location = self.location(application, module, &name, &found, two_way);
                application.bindings.receive_ports.push(ReceivePort {
                    name: name.clone(),
                    two_way,
                    locations: vec![location],
                    ..ReceivePort::default()
                });
                attach(application, &full, &port, PortBinding::ReceivePort(name));
            }
        }
    }

    fn location(
        &self,
        application: &Application,
        module: &Module,
        name: &str,
        port_type: &PortType,
        two_way: bool,
    ) -> ReceiveLocation {
        // What has no schema passes as it is.
        let typed = |operation: &Operation| {
            let body = body_type(application, module, &operation.request);
            self.schemas.root_named(&body).is_some() || self.schemas.class(&body).is_some()
        };
        let untyped = !port_type.operations.is_empty() && !port_type.operations.iter().any(typed);
        let in_parts = |own: &Operation| parts(application, module, &own.request).len() > 1;
        let mask = if port_type.operations.iter().any(in_parts) { "*.*" } else { "*.xml" };
        ReceiveLocation {
            name: name.to_owned(),
            transport: if two_way { "QUEUE" } else { "FILE" }.to_owned(),
            address: if two_way { queue(name) } else { format!("in/{}/{mask}", folder(name)) },
            receive_pipeline: if untyped { "PassThruReceive" } else { "XMLReceive" }.to_owned(),
            send_pipeline: if two_way { "PassThruTransmit".to_owned() } else { String::new() },
            enabled: true,
            ..ReceiveLocation::default()
        }
    }

    /// A partner that answers requests to an address with an example of the response.
    fn answer(
        &self,
        application: &mut Application,
        from: (&Module, &Orchestration, &Port),
        at: &str,
        name: &str,
        port_type: &PortType,
    ) {
        let behavior = self.behavior(application, from, port_type, at);
        if application.partners.iter().any(|partner| plays(&partner.behavior, at)) {
            return;
        }
        application.partners.push(Partner {
            name: format!("Simulated {name}"),
            description: "Answers with an example of the response".to_owned(),
            behavior,
        });
    }

    fn behavior(
        &self,
        application: &Application,
        (module, orchestration, port): (&Module, &Orchestration, &Port),
        port_type: &PortType,
        at: &str,
    ) -> PartnerBehavior {
        let schemas = &self.schemas;
        stand_in::answers(application, schemas, module, orchestration, &port.name, port_type, at)
    }

    /// The same for a port of the binding file whose adapter is played.
    fn answer_bound(
        &self,
        application: &mut Application,
        from: (&Module, &Orchestration, &Port),
        full: &str,
        port_type: &PortType,
    ) {
        let port = from.2;
        if port_type.pattern == CommunicationPattern::OneWay || port.polarity == Polarity::Implements {
            return;
        }
        let service = application.bindings.service(full);
        let Some(PortBinding::SendPort(name)) = service.and_then(|s| s.ports.get(&port.name)).cloned() else {
            return;
        };
        let transport = application.bindings.send_port(&name).and_then(|p| p.primary.as_ref());
        if let Some(address) = transport.filter(|t| t.transport == "QUEUE").map(|t| t.address.clone()) {
            self.answer(application, from, &address, &name, port_type);
        }
    }

    /// Lets messages of several parts in as MIME where an orchestration takes them: what made the parts on a server is a
    /// component or an adapter that is not here.
    fn parts(&mut self, application: &mut Application, module: &Module, orchestration: &Orchestration) {
        let full = module.full_name(&orchestration.name);
        for port in &orchestration.ports {
            let Some(port_type) = application.port_type(module, &port.port_type) else { continue };
            let receives = port.polarity == Polarity::Implements;
            let mut taken = port_type.operations.iter().filter_map(|operation| match receives {
                true => Some(operation.request.as_str()),
                false => operation.response.as_deref(),
            });
            if !taken.any(|message| parts(application, module, message).len() > 1) {
                continue;
            }
            let service = application.bindings.service(&full);
            let bound = service.and_then(|service| service.ports.get(&port.name)).cloned();
            let bindings = &mut application.bindings;
            let ways: Vec<(&mut String, &mut BTreeMap<String, String>)> = match bound {
                Some(PortBinding::ReceivePort(name)) => {
                    let locations = bindings.receive_ports.iter_mut().filter(|port| port.name == name);
                    let locations = locations.flat_map(|port| &mut port.locations);
                    locations.map(|own| (&mut own.receive_pipeline, &mut own.pipeline_properties)).collect()
                }
                Some(PortBinding::SendPort(name)) => {
                    let ports = bindings.send_ports.iter_mut().filter(|port| port.name == name);
                    ports.map(|own| (&mut own.receive_pipeline, &mut own.pipeline_properties)).collect()
                }
                _ => Vec::new(),
            };
            let mut used = false;
            for (pipeline, properties) in ways {
                if !pipeline::reads_parts(pipeline, properties, &self.schemas) {
                    PARTS_PIPELINE.clone_into(pipeline);
                    properties.extend(any_type());
                    used = true;
                }
            }
            let pipelines = &mut application.settings.pipelines;
            if used && pipelines.iter().all(|own| own.name != PARTS_PIPELINE) {
                pipelines.push(stand_in::parts_pipeline(PARTS_PIPELINE));
            }
        }
    }

    /// Ways into and out of the message box for orchestrations that are bound to it directly.
    fn message_box(&mut self, application: &mut Application, all: &[(Module, Orchestration)]) {
        let mut ports = BTreeSet::new();
        let mut published = BTreeSet::new();
        let mut taken = BTreeSet::new();
        for (module, orchestration) in all {
            let direct = |name: &str| {
                let port = orchestration.port(name)?;
                (port.binding == Binding::MessageBox).then_some(port)
            };
            for shape in orchestration.shapes() {
                let (port, operation, receives) = match &shape.kind {
                    ShapeKind::Receive(receive) => {
                        if receive.activate && direct(&receive.port).is_some() {
                            ports.insert(ANY_MESSAGE.to_owned());
                            ports.extend(receive.filter.iter().filter_map(receive_port_named));
                        }
                        (&receive.port, &receive.operation, true)
                    }
                    ShapeKind::Send(send) => (&send.port, &send.operation, false),
                    _ => continue,
                };
                let Some(port_type) = direct(port).and_then(|p| application.port_type(module, &p.port_type))
                else {
                    continue;
                };
                let Some(operation) = port_type.operation(operation) else { continue };
                let two_way = port_type.pattern == CommunicationPattern::RequestResponse;
                let body = body_type(application, module, &operation.request);
                // What has no type is known by the operation it is sent with.
                let known = match self.schemas.root_named(&body) {
                    Some(root) => ("BTS.MessageType", root.message_type.to_string()),
                    None => ("BTS.Operation", operation.name.clone()),
                };
                match (receives, two_way) {
                    (true, _) => drop(taken.insert(known)),
                    (false, false) => drop(published.insert(known)),
                    (false, true) => {}
                }
            }
        }
        for name in ports {
            if application.bindings.receive_port(&name).is_some() {
                continue;
            }
            self.ports += 1;
            application.bindings.receive_ports.push(ReceivePort {
                name: name.clone(),
                locations: vec![ReceiveLocation {
                    address: format!("in/{}/*.xml", folder(&name)),
                    name,
                    transport: "FILE".to_owned(),
                    receive_pipeline: "XMLReceive".to_owned(),
                    pipeline_properties: any_type(),
                    enabled: true,
                    ..ReceiveLocation::default()
                }],
                ..ReceivePort::default()
            });
        }
        let filtered = application.bindings.send_ports.iter().any(|port| !port.filter.is_empty());
        for (property, value) in published.difference(&taken).filter(|_| !filtered) {
            let name = format!("Messages of {}", value.rsplit('#').next().unwrap_or(value));
            if application.bindings.send_port(&name).is_some() {
                continue;
            }
            let filter: Filter = vec![FilterRow {
                property: (*property).to_owned(),
                operator: FilterOperator::Equals,
                value: format!("\"{value}\""),
                ..FilterRow::default()
            }];
            let address = format!("out/{}/%MessageID%.xml", folder(&name));
            application.bindings.send_ports.push(SendPort { filter, ..send_port(&name, "FILE", address) });
        }
    }
}

/// A one-way send port that passes messages as they are.
pub(super) fn send_port(name: &str, transport: &str, address: String) -> SendPort {
    SendPort {
        name: name.to_owned(),
        send_pipeline: "PassThruTransmit".to_owned(),
        primary: Some(Transport { transport: transport.to_owned(), address, ..Transport::default() }),
        ..SendPort::default()
    }
}

/// The receive port that the filter of an activating receive on a port asks for.
fn asked_for(orchestration: &Orchestration, port: &str) -> Option<String> {
    orchestration.shapes().into_iter().find_map(|shape| match &shape.kind {
        ShapeKind::Receive(receive) if receive.port == port => {
            receive.filter.iter().find_map(receive_port_named)
        }
        _ => None,
    })
}

/// Takes a message also when its type is not known here.
pub(super) fn any_type() -> BTreeMap<String, String> {
    [("AllowUnrecognizedMessage".to_owned(), "true".to_owned())].into()
}

/// The port that a filter asks for by name.
fn receive_port_named(row: &FilterRow) -> Option<String> {
    let asked = row.property == "BTS.ReceivePortName" && row.operator == FilterOperator::Equals;
    let name = row.value.trim().trim_matches('"');
    (asked && !name.is_empty()).then(|| name.to_owned())
}

fn plays(behavior: &PartnerBehavior, address: &str) -> bool {
    match behavior {
        PartnerBehavior::Reply { at, .. } => at == address,
        PartnerBehavior::Rules(rules) => rules.at == address,
        PartnerBehavior::Echo { from, .. } | PartnerBehavior::Drain { from } => from == address,
        PartnerBehavior::Submit { .. } | PartnerBehavior::Load(_) => false,
    }
}

/// Binds a logical port.
fn attach(application: &mut Application, full: &str, port: &str, binding: PortBinding) {
    let services = &mut application.bindings.services;
    match services.iter_mut().find(|service| service.orchestration == full) {
        Some(service) => drop(service.ports.insert(port.to_owned(), binding)),
        None => services.push(ServiceBinding {
            orchestration: full.to_owned(),
            ports: [(port.to_owned(), binding)].into(),
            ..ServiceBinding::default()
        }),
    }
}

/// True when the binding file binds the port to a physical one that is there and fits.
fn bound(application: &Application, full: &str, port: &str, polarity: Polarity, two_way: bool) -> bool {
    let bindings = &application.bindings;
    match (bindings.service(full).and_then(|service| service.ports.get(port)), polarity) {
        (Some(PortBinding::ReceivePort(name)), Polarity::Implements) => {
            bindings.receive_port(name).is_some_and(|p| p.two_way == two_way)
        }
        (Some(PortBinding::SendPort(name)), Polarity::Uses) => {
            bindings.send_port(name).is_some_and(|p| p.two_way == two_way)
        }
        (Some(PortBinding::SendPortGroup(name)), Polarity::Uses) => {
            bindings.send_port_groups.iter().any(|group| group.name == *name)
        }
        _ => false,
    }
}

/// A path of another machine: with a drive, a server, or a macro of a deployment tool.
fn elsewhere(transport: &str, address: &str) -> bool {
    let address = address.trim();
    let path = address.get(7..).filter(|_| address.to_lowercase().starts_with("file://")).unwrap_or(address);
    let drive = path.trim_start_matches('/').as_bytes().get(1) == Some(&b':');
    transport.eq_ignore_ascii_case("FILE")
        && (path.starts_with("\\\\") || path.contains('$') || (drive && !cfg!(windows)))
}

fn queue(name: &str) -> String {
    format!("queue://{}", folder(name))
}
