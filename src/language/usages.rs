//! Every place that uses a name: in texts, properties, types, bindings and scenarios.

use super::CodeProperty;
use super::knowledge::Knowledge;
use super::places::{CodePlace, code_places, orchestration};
use super::scope::{Scope, way_to};
use super::targets::Target;
use crate::diagnostic::Place;
use crate::model::edit::DeclarationKind as K;
use crate::model::{
    Application, Binding, CatchType, Direction, Filter, Id, Module, ParameterKind, Port, Shape, ShapeKind,
    files,
};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a use does with the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsageKind {
    /// The declaration itself.
    Declares,
    Reads,
    Writes,
}

/// One place that uses a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Module, shape or declaration, property; in a text the bytes of the name.
    pub place: Place,
    pub kind: UsageKind,
    /// The line of text, or what the property says.
    pub line: String,
    /// Bytes of `line` that are the name, in a text.
    pub word: Option<Range<usize>>,
    /// The text it is in, if it is in one.
    pub code: Option<CodePlace>,
}

/// Every use of `target`, its declaration first, else in the order of modules and drawing.
pub fn usages(app: &Application, knowledge: &Knowledge, target: &Target) -> Vec<Usage> {
    let mut search = Search { app, knowledge, target, kind: target.instance_kind(app), found: Vec::new() };
    search.declaration();
    for (key, module) in &app.modules {
        search.module(key, module);
    }
    search.bindings();
    search.scenarios();
    search.found
}

struct Search<'a> {
    app: &'a Application,
    knowledge: &'a Knowledge,
    target: &'a Target,
    kind: Option<K>,
    found: Vec<Usage>,
}

impl Search<'_> {
    fn add(&mut self, place: Place, kind: UsageKind, line: impl Into<String>) {
        self.found.push(Usage { place, kind, line: line.into(), word: None, code: None });
    }

    fn declaration(&mut self) {
        let target = self.target;
        let name = target.name(self.app).to_owned();
        let line = format!("{} {name}", target.label());
        let place = match target {
            Target::Declared { module, scope, .. } => at(module, scope.as_ref(), &name, "name"),
            Target::Caught { module, catch, .. } => at(module, Some(catch), &name, "variable"),
            Target::Operation { module, port_type, .. } => at(module, None, port_type, "operations"),
            Target::Orchestration { module } => at(module, None, &name, "name"),
            Target::Map(map) => Place { name: map.clone(), property: "name", ..Place::default() },
            Target::Property(_) | Target::Component(_) => return,
        };
        self.add(place, UsageKind::Declares, line);
    }

    /// True when `text`, in `module`, names the target as a type of this kind.
    fn is_type(&self, module: &Module, text: &str, kind: K) -> bool {
        let Target::Declared { module: home, kind: own, name, .. } = self.target else { return false };
        let message = matches!(own, K::MultipartType | K::WebMessageType) && kind == K::MultipartType;
        if *own != kind && !message {
            return false;
        }
        let Some(home) = self.app.modules.get(home) else { return false };
        home.qualify(name) == text || (std::ptr::eq(home, module) && name == text)
    }

    /// True for the module in which the target is a name.
    fn is_local(&self, key: &str) -> bool {
        matches!(self.target, Target::Declared { module, .. } | Target::Caught { module, .. } if module == key)
    }

    fn is_instance(&self, kinds: &[K], name: &str) -> bool {
        match self.target {
            Target::Declared { name: own, .. } => {
                own == name && self.kind.is_some_and(|k| kinds.contains(&k))
            }
            Target::Caught { name: own, .. } => {
                own == name && (kinds.contains(&K::Variable) || kinds.contains(&K::Message))
            }
            _ => false,
        }
    }

    fn module(&mut self, key: &str, module: &Module) {
        self.types(key, module);
        let Some(orchestration) = &module.orchestration else { return };
        for shape in orchestration.shapes() {
            self.shape(key, module, shape);
        }
        let name = self.target.name(self.app).rsplit('.').next().unwrap_or_default().to_owned();
        for (place, text) in code_places(key, module) {
            if text.contains(name.as_str()) {
                self.code(&place, text, module);
            }
        }
    }

    /// Where types, operations and correlation properties are named in declarations.
    fn types(&mut self, key: &str, module: &Module) {
        let mut found = Vec::new();
        each_type(module, &mut |owner, name, property, text, kind| {
            if self.is_type(module, text, kind) {
                found.push((at(key, owner, name, property), format!("type of {name}")));
            }
        });
        for (place, line) in found {
            self.add(place, UsageKind::Reads, line);
        }
        if let Target::Property(wanted) = self.target {
            for correlation in module.correlation_types.iter().filter(|c| c.properties.contains(wanted)) {
                let line = format!("correlation type {}", correlation.name);
                self.add(at(key, None, &correlation.name, "properties"), UsageKind::Reads, line);
            }
        }
    }

    fn shape(&mut self, key: &str, module: &Module, shape: &Shape) {
        match &shape.kind {
            ShapeKind::Receive(r) => {
                self.operation(key, module, shape, (&r.port, &r.role_port_type, &r.operation));
                self.filter(key, shape, &r.filter);
            }
            ShapeKind::Send(s) => {
                self.operation(key, module, shape, (&s.port, &s.role_port_type, &s.operation));
            }
            ShapeKind::Transform(t) if matches!(self.target, Target::Map(map) if *map == t.map) => {
                self.at_shape(key, shape, "map", UsageKind::Reads);
            }
            ShapeKind::Call(c) | ShapeKind::Start(c) => {
                self.orchestration_name(module, &c.orchestration, |search| {
                    search.at_shape(key, shape, "orchestration", UsageKind::Reads);
                });
            }
            ShapeKind::Scope(scope) => {
                for catch in &scope.catches {
                    let CatchType::Fault { port, operation, .. } = &catch.exception else { continue };
                    let own = self.is_local(key)
                        && self.is_instance(PORTS, port)
                        && self.sees(key, &shape.id, port);
                    if own || self.names_operation(key, module, port, "", operation) {
                        let place = at(key, Some(&catch.id), &catch.name, "exception");
                        self.add(place, UsageKind::Reads, format!("fault of {port}.{operation}"));
                    }
                }
            }
            _ => {}
        }
        if !self.is_local(key) {
            return;
        }
        for Named { property, name, kinds, assigned } in names_of(shape) {
            if self.is_instance(kinds, name) && self.sees(key, &shape.id, name) {
                let kind = if assigned { UsageKind::Writes } else { UsageKind::Reads };
                self.at_shape(key, shape, property, kind);
            }
        }
    }

    fn at_shape(&mut self, key: &str, shape: &Shape, property: &'static str, kind: UsageKind) {
        let line = format!("{} of {} {}", property.replace('_', " "), shape.kind.label(), shape.name);
        self.add(at(key, Some(&shape.id), &shape.name, property), kind, line);
    }

    /// True when `name`, as seen from a shape, is the target and not something declared further in.
    fn sees(&self, key: &str, id: &Id, name: &str) -> bool {
        let wanted = match self.target {
            Target::Declared { scope, .. } => scope.as_ref(),
            Target::Caught { catch, .. } => Some(catch),
            _ => return false,
        };
        let Some(orchestration) = orchestration(self.app, key) else { return false };
        let mut way = Vec::new();
        if !way_to(&orchestration.body, id, &mut way) {
            way_to(orchestration.compensation.as_deref().unwrap_or_default(), id, &mut way);
        }
        let innermost = way.iter().rev().find_map(|(shape, slot)| {
            let ShapeKind::Scope(scope) = &shape.kind else { return None };
            let caught = scope.catches.iter().find(|c| {
                c.variable == name
                    && matches!(slot, Some(crate::model::BlockSlot::Catch(own)) if *own == c.id)
            });
            if let Some(catch) = caught {
                return Some(&catch.id);
            }
            let inside = slot.is_some() || shape.id != *id;
            let declared = scope.messages.iter().any(|m| m.name == name)
                || scope.variables.iter().any(|v| v.name == name)
                || scope.correlation_sets.iter().any(|c| c.name == name);
            (inside && declared).then_some(&shape.id)
        });
        innermost == wanted
    }

    fn operation(
        &mut self,
        key: &str,
        module: &Module,
        shape: &Shape,
        (port, role_port_type, operation): (&str, &str, &str),
    ) {
        if self.names_operation(key, module, port, role_port_type, operation) {
            self.at_shape(key, shape, "operation", UsageKind::Reads);
        }
        if !role_port_type.is_empty() && self.is_type(module, role_port_type, K::PortType) {
            self.at_shape(key, shape, "role_port_type", UsageKind::Reads);
        }
    }

    fn names_operation(
        &self,
        key: &str,
        module: &Module,
        port: &str,
        role_port_type: &str,
        operation: &str,
    ) -> bool {
        let Target::Operation { module: home, port_type, name } = self.target else { return false };
        if operation != name {
            return false;
        }
        let declared =
            self.app.modules.get(home).and_then(|m| m.port_types.iter().find(|t| t.name == *port_type));
        let type_name = match orchestration(self.app, key).and_then(|o| o.port(port)) {
            Some(port) => port.port_type.as_str(),
            None => role_port_type,
        };
        let named = self.app.port_type(module, type_name);
        matches!((declared, named), (Some(a), Some(b)) if std::ptr::eq(a, b))
    }

    fn filter(&mut self, key: &str, shape: &Shape, filter: &Filter) {
        if let Target::Property(wanted) = self.target
            && filter.iter().any(|row| row.property == *wanted)
        {
            self.at_shape(key, shape, "filter", UsageKind::Reads);
        }
    }

    fn orchestration_name(&mut self, from: &Module, text: &str, found: impl FnOnce(&mut Self)) {
        let Target::Orchestration { module } = self.target else { return };
        let named = self.app.orchestration_for(from, text).map(|(home, _)| home);
        if named.is_some_and(|home| self.app.modules.get(module).is_some_and(|own| std::ptr::eq(own, home))) {
            found(self);
        }
    }

    fn code(&mut self, place: &CodePlace, text: &str, module: &Module) {
        let Some(scope) = Scope::at(self.app, self.knowledge, place) else { return };
        for (range, assigned) in occurrences(&scope, text, self.target) {
            let kind = if assigned { UsageKind::Writes } else { UsageKind::Reads };
            let start = text.get(..range.start).and_then(|head| head.rfind('\n')).map_or(0, |i| i + 1);
            let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            let indent = line.len() - line.trim_start().len();
            let word = (range.start - start)
                .checked_sub(indent)
                .map(|from| from..from + range.len())
                .filter(|word| line.trim().get(word.clone()).is_some());
            let span = u32::try_from(range.start).ok().zip(u32::try_from(range.end).ok());
            let property = match &place.property {
                CodeProperty::Text => "text",
                CodeProperty::Condition => "condition",
                CodeProperty::Timeout => "timeout",
                CodeProperty::InitialValue(_) => "initial_value",
            };
            let name = match &place.property {
                CodeProperty::InitialValue(variable) => variable.clone(),
                _ => {
                    let owner = place.owner.as_ref();
                    let own = owner.and_then(|id| super::places::name_of(self.app, &place.module, id));
                    own.or_else(|| module.orchestration.as_ref().map(|o| o.name.clone())).unwrap_or_default()
                }
            };
            let at = Place {
                span: span.map(|(a, b)| a..b),
                ..at(&place.module, place.owner.as_ref(), &name, property)
            };
            self.found.push(Usage {
                place: at,
                kind,
                line: line.trim().to_owned(),
                word,
                code: Some(place.clone()),
            });
        }
    }

    fn bindings(&mut self) {
        let bindings = Place { file: "bindings.ron".to_owned(), ..Place::default() };
        let named = |name: &str, property| Place { name: name.to_owned(), property, ..bindings.clone() };
        for (key, module) in &self.app.modules {
            let ports: Vec<&Port> = module.orchestration.iter().flat_map(|o| &o.ports).collect();
            for port in ports {
                let Binding::Partner(partner) = &port.binding else { continue };
                let line = format!("partner of port {}", port.name);
                let here = at(key, None, &port.name, "binding");
                self.orchestration_name(module, &partner.orchestration, |search| {
                    search.add(here.clone(), UsageKind::Reads, line.clone());
                });
                if self.is_port_of(module, &partner.orchestration, &partner.port) {
                    self.add(here, UsageKind::Reads, line);
                }
            }
        }
        let none = Module::default();
        for service in &self.app.bindings.services {
            let line = format!("binding of {}", service.orchestration);
            let place = named(&service.orchestration, "services");
            self.orchestration_name(&none, &service.orchestration, |search| {
                search.add(place.clone(), UsageKind::Reads, line);
            });
            for port in service.ports.keys() {
                if self.is_port_of(&none, &service.orchestration, port) {
                    let line = format!("binding of {}.{port}", service.orchestration);
                    self.add(place.clone(), UsageKind::Reads, line);
                }
            }
        }
        for port in &self.app.bindings.receive_ports {
            if port
                .inbound_maps
                .iter()
                .chain(&port.outbound_maps)
                .any(|m| matches!(self.target, Target::Map(own) if own == m))
            {
                self.add(
                    named(&port.name, "maps"),
                    UsageKind::Reads,
                    format!("maps of receive port {}", port.name),
                );
            }
        }
        for port in &self.app.bindings.send_ports {
            if port
                .inbound_maps
                .iter()
                .chain(&port.outbound_maps)
                .any(|m| matches!(self.target, Target::Map(own) if own == m))
            {
                self.add(
                    named(&port.name, "maps"),
                    UsageKind::Reads,
                    format!("maps of send port {}", port.name),
                );
            }
            if let Target::Property(wanted) = self.target
                && port.filter.iter().any(|row| row.property == *wanted)
            {
                self.add(
                    named(&port.name, "filter"),
                    UsageKind::Reads,
                    format!("filter of send port {}", port.name),
                );
            }
        }
        for group in &self.app.bindings.send_port_groups {
            if let Target::Property(wanted) = self.target
                && group.filter.iter().any(|row| row.property == *wanted)
            {
                let line = format!("filter of send port group {}", group.name);
                self.add(named(&group.name, "filter"), UsageKind::Reads, line);
            }
        }
        for party in &self.app.bindings.parties {
            for enlistment in &party.enlistments {
                if self.is_type(&none, &enlistment.role_link_type, K::RoleLinkType) {
                    self.add(
                        named(&party.name, "enlistments"),
                        UsageKind::Reads,
                        format!("party {}", party.name),
                    );
                }
            }
        }
    }

    /// True when the target is this port of the orchestration that `from` names so.
    fn is_port_of(&self, from: &Module, named: &str, port: &str) -> bool {
        let Target::Declared { module, name, scope: None, .. } = self.target else { return false };
        self.kind == Some(K::Port)
            && name == port
            && self.app.orchestration_for(from, named).is_some_and(|(home, _)| {
                self.app.modules.get(module).is_some_and(|own| std::ptr::eq(own, home))
            })
    }

    fn scenarios(&mut self) {
        let (module, port) = match self.target {
            Target::Orchestration { module } => (module, None),
            Target::Declared { module, scope: None, name, .. } if self.kind == Some(K::Port) => {
                (module, Some(name.as_str()))
            }
            _ => return,
        };
        let Some(own) = self.app.modules.get(module) else { return };
        let is = |text: &str| self.app.orchestration(text).is_some_and(|(home, _)| std::ptr::eq(home, own));
        for (file, count) in crate::model::edit::scenario_uses(self.app, &is, port) {
            let line = crate::diagnostic::counted(count, "use");
            let place = Place { name: file.clone(), file, property: "scenario", ..Place::default() };
            self.add(place, UsageKind::Reads, line);
        }
    }
}

const DATA: &[K] = &[K::Message, K::Variable];
const ANY: &[K] = &[K::Message, K::Variable, K::CorrelationSet, K::Port, K::RoleLink];
const PORTS: &[K] = &[K::Port, K::RoleLink];
const MESSAGE: &[K] = &[K::Message];
const SET: &[K] = &[K::CorrelationSet];

/// A name in a property of a shape.
struct Named<'a> {
    property: &'static str,
    name: &'a str,
    /// What it may be the name of.
    kinds: &'static [K],
    assigned: bool,
}

/// The names in the properties of a shape, texts aside.
fn names_of(shape: &Shape) -> Vec<Named<'_>> {
    let mut names = Vec::new();
    let mut add = |property, name, kinds, assigned| names.push(Named { property, name, kinds, assigned });
    match &shape.kind {
        ShapeKind::Receive(r) => {
            add("port", r.port.as_str(), PORTS, false);
            add("message", &r.message, MESSAGE, true);
            r.initializes.iter().for_each(|set| add("initializes", set, SET, true));
            r.follows.iter().for_each(|set| add("follows", set, SET, false));
        }
        ShapeKind::Send(s) => {
            add("port", &s.port, PORTS, false);
            add("message", &s.message, MESSAGE, false);
            s.initializes.iter().for_each(|set| add("initializes", set, SET, true));
            s.follows.iter().for_each(|set| add("follows", set, SET, false));
        }
        ShapeKind::Construct(c) => c.messages.iter().for_each(|m| add("messages", m, MESSAGE, true)),
        ShapeKind::Transform(t) => {
            t.inputs.iter().for_each(|p| add("inputs", &p.message, MESSAGE, false));
            t.outputs.iter().for_each(|p| add("outputs", &p.message, MESSAGE, true));
        }
        ShapeKind::Call(c) | ShapeKind::Start(c) => {
            c.arguments.iter().for_each(|a| add("arguments", &a.name, ANY, a.direction != Direction::In));
        }
        ShapeKind::CallRules(r) => {
            r.parameters.iter().for_each(|p| add("parameters", &p.message, DATA, true))
        }
        ShapeKind::Throw(t) => {
            t.exception.iter().for_each(|e| add("exception", e, &[K::Variable], false));
        }
        _ => {}
    }
    names
}

/// How often shapes and texts of a module use each name, wherever it is declared; types by their bare names. Quick and
/// so without regard to names that hide others: [`usages`] tells exactly.
pub fn use_counts(key: &str, module: &Module) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut add = |name: &str| {
        if !name.is_empty() {
            *counts.entry(name.to_owned()).or_insert(0) += 1;
        }
    };
    for shape in module.orchestration.iter().flat_map(|o| o.shapes()) {
        names_of(shape).into_iter().for_each(|named| add(named.name));
    }
    for (_, text) in code_places(key, module) {
        for chain in super::words::chains(text, &|names| names.len() == 1) {
            let first = chain.words.first().and_then(|w| text.get(w.clone()));
            if let Some(name) = first.filter(|_| chain.role == super::words::Role::Value) {
                add(super::words::bare(name));
            }
        }
    }
    let mut types = Vec::new();
    each_type(module, &mut |_, _, _, text, _| types.push(text.rsplit('.').next().unwrap_or(text).to_owned()));
    types.iter().for_each(|name| add(name));
    counts
}

/// Takes the scope that declares, the declaration, its property, the name of a type, and of what kind of type.
type Add<'a> = dyn FnMut(Option<&Id>, &str, &'static str, &str, K) + 'a;

/// Visits every name of a type in the declarations of a module.
fn each_type(module: &Module, add: &mut Add<'_>) {
    for port_type in &module.port_types {
        for operation in &port_type.operations {
            let messages = std::iter::once(&operation.request).chain(&operation.response);
            for text in messages.chain(operation.faults.iter().map(|f| &f.message_type)) {
                add(None, &port_type.name, "operations", text.as_str(), K::MultipartType);
            }
        }
    }
    for link in &module.role_link_types {
        for text in link.roles.iter().flat_map(|r| &r.port_types) {
            add(None, &link.name, "roles", text.as_str(), K::PortType);
        }
    }
    if let Some(orchestration) = &module.orchestration {
        for parameter in &orchestration.parameters {
            let name = parameter.name();
            match &parameter.kind {
                ParameterKind::Message(m) => {
                    add(None, name, "message_type", &m.message_type, K::MultipartType);
                }
                ParameterKind::CorrelationSet(c) => {
                    add(None, name, "correlation_type", &c.correlation_type, K::CorrelationType);
                }
                ParameterKind::Port(p) => add(None, name, "port_type", &p.port_type, K::PortType),
                ParameterKind::RoleLink(r) => {
                    add(None, name, "role_link_type", &r.role_link_type, K::RoleLinkType);
                }
                ParameterKind::Variable(_) => {}
            }
        }
        for port in &orchestration.ports {
            add(None, &port.name, "port_type", &port.port_type, K::PortType);
        }
        for link in &orchestration.role_links {
            add(None, &link.name, "role_link_type", &link.role_link_type, K::RoleLinkType);
        }
        let own = (None, &orchestration.messages, &orchestration.correlation_sets);
        let shapes = orchestration.shapes();
        let scopes = shapes.iter().filter_map(|shape| match &shape.kind {
            ShapeKind::Scope(scope) => Some((Some(&shape.id), &scope.messages, &scope.correlation_sets)),
            _ => None,
        });
        for (owner, messages, sets) in std::iter::once(own).chain(scopes) {
            for message in messages {
                add(owner, &message.name, "message_type", &message.message_type, K::MultipartType);
            }
            for set in sets {
                add(owner, &set.name, "correlation_type", &set.correlation_type, K::CorrelationType);
            }
        }
    }
}

fn at(module: &str, id: Option<&Id>, name: &str, property: &'static str) -> Place {
    Place {
        file: files::module_path(module),
        module: Some(module.to_owned()),
        id: id.cloned(),
        name: name.to_owned(),
        property,
        ..Place::default()
    }
}

/// Bytes of every word of a text that names the target, and whether it is assigned there.
pub(super) fn occurrences(scope: &Scope<'_>, text: &str, target: &Target) -> Vec<(Range<usize>, bool)> {
    let mut found = Vec::new();
    for chain in scope.chains(text) {
        let mut matched: Option<Range<usize>> = None;
        for (at, word) in chain.words.iter().enumerate() {
            let Some(meaning) = scope.meaning(text, &chain, at) else { continue };
            if super::meaning::target_of(scope, meaning).as_ref() == Some(target) {
                // A property, orchestration or map is all of its dotted name.
                let whole = !matches!(target, Target::Declared { .. } | Target::Caught { .. });
                let start = match (&matched, chain.words.first()) {
                    (None, Some(first)) if whole => first.start,
                    (Some(known), _) => known.start,
                    (None, _) => word.start,
                };
                if matched.is_none() || whole {
                    matched = Some(start..word.end);
                }
            }
        }
        if let Some(range) = matched {
            found.push((range, chain.assigned || chain.called && assigned_behind(text, &chain.words)));
        }
    }
    found
}

/// `Name(…) = …`.
fn assigned_behind(text: &str, words: &[Range<usize>]) -> bool {
    let Some(end) = words.last().map(|w| w.end) else { return false };
    let rest = text.get(end..).unwrap_or_default();
    let mut depth = 0_i32;
    for (at, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    let behind = rest.get(at + 1..).unwrap_or_default().trim_start();
                    return behind.starts_with('=') && !behind.starts_with("==");
                }
            }
            ';' => return false,
            _ => {}
        }
    }
    false
}
