//! Names that nothing in the application declares, each reported once with where it is used.

use crate::diagnostic::{Diagnostic, Place, counted};
use crate::model::{Application, Binding, Id, Module, Orchestration, ParameterKind, Scope, ShapeKind};
use crate::xml::SchemaSet;
use std::collections::{BTreeMap, BTreeSet};

/// What a name should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    MessageType,
    PortType,
    CorrelationType,
    RoleLinkType,
    Map,
    Orchestration,
    Property,
}

impl Kind {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::MessageType => {
                ("message type", "add the project with its schema or class, or open the whole solution")
            }
            Self::PortType => ("port type", "add the project whose orchestration declares it"),
            Self::CorrelationType => ("correlation type", "add the project whose orchestration declares it"),
            Self::RoleLinkType => ("role link type", "add the project whose orchestration declares it"),
            Self::Map => ("map", "add the project that has it"),
            Self::Orchestration => ("orchestration", "add the project that has it"),
            Self::Property => ("property", "add the project with its property schema"),
        }
    }
}

/// Finds the names; `Z10`, one finding each.
pub fn unresolved(application: &Application) -> Vec<Diagnostic> {
    let mut search = Search {
        application,
        schemas: SchemaSet::build(application),
        types: application
            .settings
            .projects
            .iter()
            .flat_map(|p| p.types.values().map(String::as_str))
            .collect(),
        found: BTreeMap::new(),
    };
    for (key, module) in &application.modules {
        search.module(key, module);
    }
    let report = |((kind, name), uses): ((Kind, String), Vec<Place>)| {
        let (what, help) = kind.words();
        let mut places: Vec<String> = Vec::new();
        for place in &uses {
            let text = place.to_string();
            if !places.contains(&text) {
                places.push(text);
            }
        }
        let more = places.len().saturating_sub(SHOWN);
        places.truncate(SHOWN);
        let mut used = places.join(", ");
        if more > 0 {
            used += &format!(" and {}", counted(more, "more place"));
        }
        let message = format!("the {what} `{name}` is declared nowhere here; it is used by {used}");
        Diagnostic::warning("Z10", message, help).at(uses.into_iter().next().unwrap_or_default())
    };
    search.found.into_iter().map(report).collect()
}

/// Uses that one finding lists.
const SHOWN: usize = 5;

struct Search<'a> {
    application: &'a Application,
    schemas: SchemaSet,
    /// Type names of everything the projects list.
    types: BTreeSet<&'a str>,
    found: BTreeMap<(Kind, String), Vec<Place>>,
}

impl Search<'_> {
    fn note(&mut self, known: bool, kind: Kind, name: &str, place: impl FnOnce() -> Place) {
        // An empty name is an unfinished shape, which the checker reports.
        if !known && !name.is_empty() {
            self.found.entry((kind, name.to_owned())).or_default().push(place());
        }
    }

    fn module(&mut self, key: &str, module: &Module) {
        let at = |id: &Id, name: &str| Place {
            file: module.source.clone(),
            module: Some(key.to_owned()),
            id: Some(id.clone()).filter(|id| !id.is_empty()),
            name: name.to_owned(),
            ..Place::default()
        };
        for port_type in &module.port_types {
            for operation in &port_type.operations {
                let types = std::iter::once(&operation.request).chain(&operation.response);
                for name in types.chain(operation.faults.iter().map(|fault| &fault.message_type)) {
                    self.message_type(module, name, || at(&operation.id, &port_type.name));
                }
            }
        }
        for multipart in &module.multipart_types {
            for part in &multipart.parts {
                self.message_type(module, &part.part_type, || at(&multipart.id, &multipart.name));
            }
        }
        for correlation in &module.correlation_types {
            for property in &correlation.properties {
                self.property(property, || at(&correlation.id, &correlation.name));
            }
        }
        for link in &module.role_link_types {
            for name in link.roles.iter().flat_map(|role| &role.port_types) {
                let known = self.application.port_type(module, name).is_some();
                self.note(known, Kind::PortType, name, || at(&link.id, &link.name));
            }
        }
        if let Some(orchestration) = &module.orchestration {
            self.orchestration(module, orchestration, &at);
        }
    }

    fn orchestration(&mut self, module: &Module, own: &Orchestration, at: &impl Fn(&Id, &str) -> Place) {
        let application = self.application;
        let (mut messages, mut sets) = (Vec::new(), Vec::new());
        let (mut ports, mut links) = (Vec::new(), Vec::new());
        messages.extend(&own.messages);
        sets.extend(&own.correlation_sets);
        ports.extend(&own.ports);
        links.extend(&own.role_links);
        for parameter in &own.parameters {
            match &parameter.kind {
                ParameterKind::Message(message) => messages.push(message),
                ParameterKind::CorrelationSet(set) => sets.push(set),
                ParameterKind::Port(port) => ports.push(port),
                ParameterKind::RoleLink(link) => links.push(link),
                ParameterKind::Variable(_) => {}
            }
        }
        let shapes = own.shapes();
        for shape in &shapes {
            match &shape.kind {
                ShapeKind::Scope(Scope { messages: inner, correlation_sets, .. }) => {
                    messages.extend(inner);
                    sets.extend(correlation_sets);
                }
                ShapeKind::Transform(transform) => {
                    let name = &transform.map;
                    let known = application.maps.contains_key(name) || self.types.contains(name.as_str());
                    self.note(known, Kind::Map, name, || at(&shape.id, &shape.name));
                }
                ShapeKind::Call(call) | ShapeKind::Start(call) => {
                    let known = application.orchestration_for(module, &call.orchestration).is_some();
                    self.note(known, Kind::Orchestration, &call.orchestration, || at(&shape.id, &shape.name));
                }
                ShapeKind::Receive(receive) => {
                    for row in &receive.filter {
                        self.property(&row.property, || at(&shape.id, &shape.name));
                    }
                }
                _ => {}
            }
        }
        for message in messages {
            self.message_type(module, &message.message_type, || at(&message.id, &message.name));
        }
        for set in sets {
            let known = application.correlation_type(module, &set.correlation_type).is_some();
            self.note(known, Kind::CorrelationType, &set.correlation_type, || at(&set.id, &set.name));
        }
        for port in ports {
            let known = application.port_type(module, &port.port_type).is_some();
            self.note(known, Kind::PortType, &port.port_type, || at(&port.id, &port.name));
            if let Binding::Partner(partner) = &port.binding {
                let known = application.orchestration_for(module, &partner.orchestration).is_some();
                self.note(known, Kind::Orchestration, &partner.orchestration, || at(&port.id, &port.name));
            }
        }
        for link in links {
            let known = application.role_link_type(module, &link.role_link_type).is_some();
            self.note(known, Kind::RoleLinkType, &link.role_link_type, || at(&link.id, &link.name));
        }
    }

    fn message_type(&mut self, module: &Module, name: &str, place: impl FnOnce() -> Place) {
        let known = name.starts_with("System.")
            || name == "Microsoft.XLANGs.BaseTypes.Any"
            || self.application.multipart_type(module, name).is_some()
            || self.application.web_message(name).is_some()
            || self.schemas.class(name).is_some()
            || self.schemas.root_named(name).is_some();
        self.note(known, Kind::MessageType, name, place);
    }

    fn property(&mut self, name: &str, place: impl FnOnce() -> Place) {
        self.note(self.schemas.property(name).is_some(), Kind::Property, name, place);
    }
}
