//! What an orchestration's parts say of each other: which statements use a correlation set, what names are declared as.

use super::Writer;
use super::element::{put, put_flag, replace};
use crate::biztalk::odx::tree::Element;
use crate::model::{
    Block, CorrelationSet, Id, Leg, Module, Operation, Orchestration, ParameterKind, Port, Shape, ShapeKind,
};
use std::collections::{BTreeMap, BTreeSet};

/// A correlation set, by the scope that declares it (`None`: the orchestration) and its name.
type SetKey<'a> = (Option<&'a Id>, &'a str);

/// Statements by the sets they use.
#[derive(Default)]
pub(super) struct Uses<'a> {
    sets: BTreeMap<SetKey<'a>, Vec<(String, bool)>>,
}

impl<'a> Uses<'a> {
    /// `oid` gives the OID of a statement.
    pub fn of(module: &'a Module, oid: impl Fn(&Id) -> String) -> Self {
        let mut uses = Self::default();
        let Some(orchestration) = &module.orchestration else { return uses };
        let given = orchestration.parameters.iter().filter_map(|p| match &p.kind {
            ParameterKind::CorrelationSet(set) => Some(set),
            _ => None,
        });
        let names = orchestration.correlation_sets.iter().chain(given).map(|set| set.name.as_str()).collect();
        let mut open = vec![(None, names)];
        uses.block(&orchestration.body, &mut open, &oid);
        if let Some(own) = &orchestration.compensation {
            uses.block(own, &mut open, &oid);
        }
        uses
    }

    fn block(&mut self, block: &'a Block, open: &mut Open<'a>, oid: &impl Fn(&Id) -> String) {
        for shape in block {
            let (initializes, follows) = match &shape.kind {
                ShapeKind::Receive(receive) => (receive.initializes.as_slice(), receive.follows.as_slice()),
                ShapeKind::Send(send) => (send.initializes.as_slice(), send.follows.as_slice()),
                _ => (&[][..], &[][..]),
            };
            for (sets, first) in [(initializes, true), (follows, false)] {
                for set in sets {
                    let declared = open.iter().rev().find(|(_, names)| names.contains(set.as_str()));
                    if let Some((scope, _)) = declared {
                        self.sets.entry((*scope, set)).or_default().push((oid(&shape.id), first));
                    }
                }
            }
            if let ShapeKind::Scope(scope) = &shape.kind {
                let names = scope.correlation_sets.iter().map(|set| set.name.as_str()).collect();
                open.push((Some(&shape.id), names));
            }
            for (_, inner) in shape.blocks() {
                self.block(inner, open, oid);
            }
            if matches!(shape.kind, ShapeKind::Scope(_)) {
                open.pop();
            }
        }
    }
}

type Open<'a> = Vec<(Option<&'a Id>, BTreeSet<&'a str>)>;

/// Names and what they are declared as. A name declared twice is what the first says.
#[derive(Default)]
pub(super) struct Declared<'a> {
    pub types: BTreeMap<&'a str, &'a str>,
    pub ports: BTreeMap<&'a str, &'a Port>,
    pub role_links: BTreeSet<&'a str>,
}

impl<'a> Declared<'a> {
    pub fn of(module: &'a Module) -> Self {
        let mut declared = Self::default();
        let Some(orchestration) = &module.orchestration else { return declared };
        let Orchestration { parameters, ports, role_links, messages, variables, correlation_sets, .. } =
            orchestration;
        for parameter in parameters {
            match &parameter.kind {
                ParameterKind::Message(m) => declared.add(&m.name, &m.message_type),
                ParameterKind::Variable(v) => declared.add(&v.name, &v.variable_type),
                ParameterKind::CorrelationSet(s) => declared.add(&s.name, &s.correlation_type),
                ParameterKind::Port(p) => declared.port(p),
                ParameterKind::RoleLink(l) => {
                    declared.role_links.insert(&l.name);
                    declared.add(&l.name, &l.role_link_type);
                }
            }
        }
        ports.iter().for_each(|port| declared.port(port));
        for link in role_links {
            declared.role_links.insert(&link.name);
            declared.add(&link.name, &link.role_link_type);
        }
        messages.iter().for_each(|m| declared.add(&m.name, &m.message_type));
        variables.iter().for_each(|v| declared.add(&v.name, &v.variable_type));
        correlation_sets.iter().for_each(|s| declared.add(&s.name, &s.correlation_type));
        for shape in orchestration.shapes() {
            if let Shape { kind: ShapeKind::Scope(scope), .. } = shape {
                scope.messages.iter().for_each(|m| declared.add(&m.name, &m.message_type));
                scope.variables.iter().for_each(|v| declared.add(&v.name, &v.variable_type));
                scope.correlation_sets.iter().for_each(|s| declared.add(&s.name, &s.correlation_type));
            }
        }
        declared
    }

    fn add(&mut self, name: &'a str, of: &'a str) {
        self.types.entry(name).or_insert(of);
    }

    fn port(&mut self, port: &'a Port) {
        self.add(&port.name, &port.port_type);
        self.ports.entry(&port.name).or_insert(port);
    }
}

impl Writer<'_> {
    /// Which statements use a set is said at the set.
    pub(super) fn statement_refs(&self, element: &mut Element, scope: Option<&Id>, set: &CorrelationSet) {
        let used = self.uses.sets.get(&(scope, set.name.as_str())).map(Vec::as_slice).unwrap_or_default();
        let mut left: Vec<&(String, bool)> = used.iter().collect();
        let mut wanted = Vec::new();
        for known in element.of_kind("StatementRef") {
            let target = known.property("Ref").unwrap_or_default();
            match left.iter().position(|(oid, _)| oid == target) {
                Some(at) => {
                    let (_, initializes) = left.remove(at);
                    let mut known = known.clone();
                    put_flag(&mut known, "Initializes", *initializes);
                    wanted.push(known);
                }
                // What refers to nothing that was read stays as it is.
                None if !self.origins.values().any(|origin| origin.oid() == target) => {
                    wanted.push(known.clone())
                }
                None => {}
            }
        }
        let numbers: BTreeSet<String> =
            wanted.iter().filter_map(|known| known.property("Name")).map(str::to_owned).collect();
        let mut numbers = (1..).map(|n| format!("StatementRef_{n}")).filter(|name| !numbers.contains(name));
        for (oid, initializes) in left {
            let seed = [element.oid(), "StatementRef", oid];
            let link = "CorrelationDeclaration_StatementRef";
            let mut fresh = super::element::fresh("StatementRef", &self.fresh_oid(&seed), link);
            put_flag(&mut fresh, "Initializes", *initializes);
            put(&mut fresh, "Ref", oid);
            put(&mut fresh, "Name", &numbers.next().unwrap_or_default());
            wanted.push(fresh);
        }
        replace(element, |e| e.kind() == "StatementRef", wanted);
    }

    /// What an operation calls one of its messages.
    pub(super) fn leg_name(&self, port: &str, operation: &str, leg: &Leg) -> String {
        let operation = self.operation_of(port, operation);
        let label = |label: Option<&str>, usual: &str| {
            label.filter(|name| !name.is_empty()).unwrap_or(usual).to_owned()
        };
        match leg {
            Leg::Request => label(operation.map(|o| o.request_label.name.as_str()), "Request"),
            Leg::Response => label(operation.map(|o| o.response_label.name.as_str()), "Response"),
            Leg::Fault(name) => name.clone(),
        }
    }

    fn operation_of(&self, port: &str, operation: &str) -> Option<&Operation> {
        let name = &self.ports.get(port)?.port_type;
        let modules = std::iter::once(self.module).chain(self.others.iter().copied());
        let mut types = modules.flat_map(|m| m.port_types.iter().map(move |t| (m, t)));
        let (_, found) = types.find(|(m, t)| m.qualify(&t.name) == *name || t.name == *name)?;
        found.operation(operation)
    }
}
