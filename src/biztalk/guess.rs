//! What a simulated run has to know and no file says outright: what an untyped message must hold, and what custom code
//! would answer. Both follow from where the content goes.

use super::example::{declared_type, parts};
use crate::message::ValueType;
use crate::model::{Application, Module, Orchestration, Shape, ShapeKind};
use crate::xlang::{Flow, flows, members_of};
use crate::xml::SchemaSet;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// One orchestration, with what its texts tell.
#[derive(Debug)]
pub struct Guess<'a> {
    application: &'a Application,
    schemas: &'a SchemaSet,
    module: &'a Module,
    orchestration: &'a Orchestration,
    shapes: Vec<&'a Shape>,
    flows: Vec<Flow>,
}

impl<'a> Guess<'a> {
    pub fn new(
        application: &'a Application,
        schemas: &'a SchemaSet,
        module: &'a Module,
        orchestration: &'a Orchestration,
    ) -> Self {
        let shapes = orchestration.shapes();
        let flows = shapes.iter().flat_map(|shape| texts(shape)).flat_map(flows).collect();
        Self { application, schemas, module, orchestration, shapes, flows }
    }

    /// Message type of the content of a message, part or variable: of its own type, else of what it is assigned to or
    /// from, passed through or asked for.
    pub fn message_type(&self, name: &str) -> Option<SmolStr> {
        let mut next = vec![name.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(name) = next.pop() {
            if !seen.insert(name.clone()) || !self.is_local(&name) {
                continue;
            }
            if let Some(found) = self.stated(&name) {
                return Some(found);
            }
            for flow in &self.flows {
                match flow {
                    Flow::Same(a, b) if *a == name => next.push(b.clone()),
                    Flow::Same(a, b) if *b == name => next.push(a.clone()),
                    Flow::Pipeline(_, into) if *into == name => {
                        next.extend(self.flows.iter().filter_map(|other| match other {
                            Flow::Taken(message) => Some(message.clone()),
                            _ => None,
                        }));
                    }
                    _ => {}
                }
            }
        }
        None
    }

    /// What one name alone says of its content.
    fn stated(&self, name: &str) -> Option<SmolStr> {
        let (message, part) = name.split_once('.').unwrap_or((name, ""));
        let declared = declared_type(self.orchestration, message);
        let all = parts(self.application, self.module, &declared);
        let typed = all.iter().find(|own| own.name == part).or_else(|| all.first());
        let typed = typed.map(|part| part.part_type.clone()).unwrap_or_default();
        if let Some(root) = self.schemas.root_named(&typed) {
            return Some(root.message_type.clone());
        }
        if let Some(class) = self.schemas.class(&typed) {
            return Some(class.message_type());
        }
        let mapped = self.shapes.iter().find_map(|shape| {
            let ShapeKind::Transform(transform) = &shape.kind else { return None };
            let is_it = |given: &&crate::model::PartRef| given.message == message && given.part == part;
            let (at, _) = transform.inputs.iter().enumerate().find(|(_, given)| is_it(given))?;
            let source = self.application.maps.get(&transform.map)?.sources.get(at)?;
            self.schemas.knows(source).then(|| SmolStr::new(source))
        });
        let filtered = || {
            let shape = self.shapes.iter().find_map(|shape| match &shape.kind {
                ShapeKind::Receive(receive) if receive.message == message => receive
                    .filter
                    .iter()
                    .find(|row| row.property == "BTS.MessageType")
                    .map(|row| row.value.trim().trim_matches('"')),
                _ => None,
            });
            shape.filter(|asked| self.schemas.knows(asked)).map(SmolStr::new)
        };
        let asked = || {
            self.flows.iter().find_map(|flow| match flow {
                Flow::Root(document, local, namespace) if document == name => {
                    let mut roots = self.schemas.roots().filter(|root| {
                        root.root == *local && namespace.as_ref().is_none_or(|ns| root.namespace == *ns)
                    });
                    roots.next().map(|root| root.message_type.clone())
                }
                Flow::Pipeline(pipeline, into) if into == name => self.read_by(pipeline),
                _ => None,
            })
        };
        mapped.or_else(filtered).or_else(asked)
    }

    /// The document that a pipeline is configured for.
    fn read_by(&self, pipeline: &str) -> Option<SmolStr> {
        let own = self.application.settings.pipelines.iter().find(|own| own.name == pipeline)?;
        let named = own.components.iter().flat_map(|component| &component.properties);
        let mut named = named.filter(|(key, _)| key.starts_with("DocumentSpecName"));
        named.find_map(|(_, value)| {
            let first = value.split(['|', ',']).next()?.trim();
            Some(self.schemas.root_named(first)?.message_type.clone())
        })
    }

    /// True for a message or variable of the orchestration, or a part of one.
    fn is_local(&self, name: &str) -> bool {
        let (first, part) = name.split_once('.').unwrap_or((name, ""));
        let declared = declared_type(self.orchestration, first);
        let is_part = || parts(self.application, self.module, &declared).iter().any(|own| own.name == part);
        !declared.is_empty() && (part.is_empty() || is_part())
    }

    /// What members of custom code are to answer so that the orchestration can go on: an example of the message that
    /// their answer becomes, or a text that reads as the value it is taken for. By `Class.Member`, as expressions.
    pub fn answers(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for flow in &self.flows {
            let (target, member) = match flow {
                Flow::Same(target, member) => (target, member),
                Flow::Read(member, _) => (member, member),
                _ => continue,
            };
            let Some(member) = self.custom(member) else { continue };
            let answer = match flow {
                Flow::Read(_, kind) => readable(kind),
                _ => self.expected(target),
            };
            if let Some(answer) = answer {
                found.entry(member).or_insert(answer);
            }
        }
        found
    }

    /// What the target of an assignment needs.
    fn expected(&self, target: &str) -> Option<String> {
        if let Some(example) = self.message_type(target).and_then(|kind| self.schemas.example(&kind)) {
            return Some(format!("@\"{}\"", example.replace('"', "\"\"")));
        }
        self.flows.iter().find_map(|flow| match flow {
            Flow::Read(text, kind) if text == target => readable(kind),
            _ => None,
        })
    }

    /// `Class.Member` of a call as it is written, unless the class is built in or stood in for.
    fn custom(&self, written: &str) -> Option<String> {
        let (owner, member) = written.rsplit_once('.')?;
        if self.is_local(written) {
            return None;
        }
        let declared = declared_type(self.orchestration, owner);
        let class = if declared.is_empty() { owner } else { &declared };
        // A field of a message, or something of the platform.
        let known = self.application.multipart_type(self.module, class).is_some()
            || self.application.web_message(class).is_some()
            || self.schemas.root_named(class).is_some()
            || self.schemas.class(class).is_some()
            || class.starts_with("System.")
            || members_of(class).iter().any(|own| own.type_name == class)
            || self.application.components.contains_key(class);
        (!known).then(|| format!("{class}.{member}"))
    }

    /// Message type of what is received on an operation of a port.
    pub fn received_on(&self, port: &str, operation: &str) -> Option<SmolStr> {
        self.shapes.iter().find_map(|shape| match &shape.kind {
            ShapeKind::Receive(own) if own.port == port && own.operation == operation => {
                self.message_type(&own.message)
            }
            _ => None,
        })
    }

    /// Properties that it names and nothing declares, with the type that shows: those of property schemas in projects
    /// that are not here.
    pub fn undeclared(&self) -> BTreeMap<String, ValueType> {
        let is_message = |name: &str| self.is_message(name);
        let named = self.flows.iter().filter_map(|flow| match flow {
            Flow::Property(message, property) | Flow::Named(message, property) if is_message(message) => {
                Some((property.as_str(), ValueType::Unknown))
            }
            _ => None,
        });
        let filters = self.shapes.iter().flat_map(|shape| match &shape.kind {
            ShapeKind::Receive(receive) => receive.filter.as_slice(),
            _ => &[],
        });
        let filtered = filters.map(|row| (row.property.as_str(), literal_type(&row.value)));
        let sets = self.module.correlation_types.iter().flat_map(|of| &of.properties);
        let correlated = sets.map(|property| (property.as_str(), ValueType::String));
        let mut found = BTreeMap::new();
        for (name, kind) in filtered.chain(correlated).chain(named) {
            if name.contains('.') && self.schemas.property(name).is_none() {
                found.entry(name.to_owned()).or_insert(kind);
            }
        }
        found
    }

    fn is_message(&self, name: &str) -> bool {
        let scopes = self.shapes.iter().filter_map(|shape| match &shape.kind {
            ShapeKind::Scope(scope) => Some(&scope.messages),
            _ => None,
        });
        scopes.chain([&self.orchestration.messages]).flatten().any(|own| own.name == name)
    }

    /// Properties of a message that the orchestration reads, in order.
    pub fn read_of<'b>(&'b self, message: &'b str) -> impl Iterator<Item = &'b str> {
        let mut seen = BTreeSet::new();
        self.flows.iter().filter_map(move |flow| match flow {
            Flow::Property(own, property) if own == message && seen.insert(property) => {
                Some(property.as_str())
            }
            _ => None,
        })
    }
}

/// Type of the constant of a filter.
fn literal_type(text: &str) -> ValueType {
    let text = text.trim();
    match text {
        "true" | "false" => ValueType::Bool,
        _ if text.parse::<i32>().is_ok() => ValueType::Int32,
        _ => ValueType::String,
    }
}

/// A text, in quotes, that reads as a value of a type.
fn readable(kind: &ValueType) -> Option<String> {
    let text = match kind {
        kind if kind.is_number() => "1",
        ValueType::Bool => "true",
        ValueType::Xml => "<Document/>",
        ValueType::DateTime => "2026-01-01T00:00:00",
        ValueType::TimeSpan => "00:00:01",
        ValueType::Guid => "00000000-0000-0000-0000-000000000001",
        _ => return None,
    };
    Some(format!("\"{text}\""))
}

/// The expression texts of a shape and its branches.
fn texts(shape: &Shape) -> Vec<&str> {
    match &shape.kind {
        ShapeKind::Expression(code)
        | ShapeKind::MessageAssignment(code)
        | ShapeKind::Delay(code)
        | ShapeKind::Suspend(code)
        | ShapeKind::Terminate(code) => vec![&code.text],
        ShapeKind::Loop(body) => vec![&body.condition],
        ShapeKind::Decide(all) => all.branches.iter().map(|branch| branch.condition.as_str()).collect(),
        _ => Vec::new(),
    }
}
