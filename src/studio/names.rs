//! What can be chosen: the names that property editors list.

use super::document::{Document, Selection};
use crate::model::edit::{Declaration, DeclarationKind};
use crate::model::{
    Application, CorrelationSet, Id, Message, Module, Orchestration, Parameter, ParameterKind, Port, Shape,
    ShapeKind, Transaction, Variable,
};
use crate::xml::SchemaSet;
use std::collections::BTreeSet;

/// Names of the whole application, made anew when it changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    /// Full names of message types: multi-part, schema roots, classes, untyped.
    pub message_types: Vec<String>,
    /// Property names that a filter or correlation type can use.
    pub properties: Vec<String>,
    /// Full names of orchestrations.
    pub orchestrations: Vec<String>,
    pub maps: Vec<String>,
    pub policies: Vec<String>,
    pub pipelines: Vec<String>,
}

impl Names {
    pub fn of(app: &Application, schemas: &SchemaSet) -> Self {
        // The application's own first: they are what one correlates on.
        let built_in: BTreeSet<String> =
            crate::xml::built_in::properties().map(|p| p.name.to_string()).collect();
        let mut properties: Vec<String> = schemas.properties().map(|p| p.name.to_string()).collect();
        properties.sort_by_cached_key(|name| (built_in.contains(name), name.clone()));
        properties.dedup();
        let mut names = Self { properties, ..Self::default() };
        names.refresh(app, schemas);
        names
    }

    /// Names that a change of anything but schemas and settings can add or take away.
    pub fn refresh(&mut self, app: &Application, schemas: &SchemaSet) {
        let qualified = |f: fn(&Module) -> Vec<&str>| {
            app.modules.values().flat_map(move |m| f(m).into_iter().map(|n| m.qualify(n)).collect::<Vec<_>>())
        };
        self.message_types =
            qualified(|m| m.multipart_types.iter().map(|t| t.name.as_str()).collect()).collect();
        self.message_types.extend(schemas.roots().map(|r| r.type_name.to_string()));
        self.message_types.extend(app.settings.classes.iter().map(|c| c.name.clone()));
        self.message_types.push("System.Xml.XmlDocument".to_owned());
        self.pipelines =
            ["XMLReceive", "PassThruReceive", "XMLTransmit", "PassThruTransmit"].map(str::to_owned).to_vec();
        self.pipelines.extend(app.settings.pipelines.iter().map(|p| p.name.clone()));
        self.orchestrations = app.orchestrations().map(|(m, o)| m.full_name(&o.name)).collect();
        self.maps = app.maps.keys().cloned().collect();
        self.policies = app.policies.keys().cloned().collect();
    }
}

/// Names of one kind of type, bare for those of `module`, full for the others.
pub fn types(app: &Application, module: &Module, list: fn(&Module) -> Vec<&str>) -> Vec<String> {
    let own = list(module).into_iter().map(str::to_owned);
    let others = app.modules.values().filter(|m| *m != module);
    own.chain(others.flat_map(|m| list(m).into_iter().map(|n| m.qualify(n)).collect::<Vec<_>>())).collect()
}

pub fn port_types(module: &Module) -> Vec<&str> {
    module.port_types.iter().map(|t| t.name.as_str()).collect()
}

pub fn correlation_types(module: &Module) -> Vec<&str> {
    module.correlation_types.iter().map(|t| t.name.as_str()).collect()
}

pub fn role_link_types(module: &Module) -> Vec<&str> {
    module.role_link_types.iter().map(|t| t.name.as_str()).collect()
}

/// Declarations that a shape can name: those of the orchestration and of the scopes around it.
#[derive(Clone, Debug, Default)]
pub struct InScope {
    pub messages: Vec<Message>,
    pub variables: Vec<Variable>,
    pub correlation_sets: Vec<CorrelationSet>,
    pub ports: Vec<Port>,
    pub role_links: Vec<String>,
    /// Transaction identifiers of finished scopes and calls, for Compensate.
    pub transactions: Vec<String>,
}

/// What to select to see the message that a shape knows by this name.
pub fn message(orchestration: &Orchestration, at: &Id, name: &str) -> Option<Selection> {
    let is = |message: &Message| message.name == name;
    let given = |parameter: &Parameter| matches!(&parameter.kind, ParameterKind::Message(m) if is(m));
    if orchestration.messages.iter().any(is) {
        return Some(Selection::declared(DeclarationKind::Message, name));
    }
    if orchestration.parameters.iter().any(given) {
        return Some(Selection::declared(DeclarationKind::Parameter, name));
    }
    let declares = |shape: &&Shape| matches!(&shape.kind, ShapeKind::Scope(s) if s.messages.iter().any(is));
    let around = |shape: &&Shape| {
        let mut around = false;
        shape.visit(&mut |inner| around |= inner.id == *at);
        around
    };
    let scope = orchestration.shapes().into_iter().filter(declares).find(around)?.id.clone();
    Some(Selection::Declared { scope: Some(scope), kind: DeclarationKind::Message, name: name.to_owned() })
}

pub fn in_scope(orchestration: &Orchestration, at: Option<&Id>) -> InScope {
    let mut all = InScope {
        messages: orchestration.messages.clone(),
        variables: orchestration.variables.clone(),
        correlation_sets: orchestration.correlation_sets.clone(),
        ports: orchestration.ports.clone(),
        role_links: orchestration.role_links.iter().map(|r| r.name.clone()).collect(),
        transactions: Vec::new(),
    };
    for parameter in &orchestration.parameters {
        match &parameter.kind {
            ParameterKind::Message(m) => all.messages.push(m.clone()),
            ParameterKind::Variable(v) => all.variables.push(v.clone()),
            ParameterKind::CorrelationSet(c) => all.correlation_sets.push(c.clone()),
            ParameterKind::Port(p) => all.ports.push(p.clone()),
            ParameterKind::RoleLink(r) => all.role_links.push(r.name.clone()),
        }
    }
    for shape in orchestration.shapes() {
        match &shape.kind {
            ShapeKind::Scope(scope) => {
                if scope.transaction != Transaction::None && !scope.transaction_id.is_empty() {
                    all.transactions.push(scope.transaction_id.clone());
                }
                let mut around = false;
                if let Some(at) = at {
                    shape.visit(&mut |s| around |= s.id == *at);
                }
                if around && at != Some(&shape.id) {
                    all.messages.extend(scope.messages.iter().cloned());
                    all.variables.extend(scope.variables.iter().cloned());
                    all.correlation_sets.extend(scope.correlation_sets.iter().cloned());
                }
            }
            ShapeKind::Call(call) if !call.identifier.is_empty() => {
                all.transactions.push(call.identifier.clone())
            }
            _ => {}
        }
    }
    all
}

/// A declaration of the open module by scope, kind and name.
pub fn declaration(
    document: &Document,
    scope: Option<&Id>,
    kind: DeclarationKind,
    name: &str,
) -> Option<Declaration> {
    let module = document.module()?;
    declarations(module, scope, kind).into_iter().find(|d| d.name() == name)
}

/// Every declaration of a kind in a module, or in one scope of its orchestration.
pub fn declarations(module: &Module, scope: Option<&Id>, kind: DeclarationKind) -> Vec<Declaration> {
    use DeclarationKind as K;
    fn all<T: Clone>(list: &[T], wrap: fn(T) -> Declaration) -> Vec<Declaration> {
        list.iter().cloned().map(wrap).collect()
    }
    let orchestration = module.orchestration.as_ref();
    if let Some(scope) = scope {
        let Some(ShapeKind::Scope(scope)) = orchestration.and_then(|o| o.shape(scope)).map(|s| &s.kind)
        else {
            return Vec::new();
        };
        return match kind {
            K::Message => all(&scope.messages, Declaration::Message),
            K::Variable => all(&scope.variables, Declaration::Variable),
            K::CorrelationSet => all(&scope.correlation_sets, Declaration::CorrelationSet),
            _ => Vec::new(),
        };
    }
    let of = |f: fn(&Orchestration) -> Vec<Declaration>| orchestration.map(f).unwrap_or_default();
    match kind {
        K::PortType => all(&module.port_types, Declaration::PortType),
        K::MultipartType => all(&module.multipart_types, Declaration::MultipartType),
        K::CorrelationType => all(&module.correlation_types, Declaration::CorrelationType),
        K::RoleLinkType => all(&module.role_link_types, Declaration::RoleLinkType),
        K::WebMessageType => all(&module.web_message_types, Declaration::WebMessageType),
        K::Port => of(|o| all(&o.ports, Declaration::Port)),
        K::RoleLink => of(|o| all(&o.role_links, Declaration::RoleLink)),
        K::Message => of(|o| all(&o.messages, Declaration::Message)),
        K::Variable => of(|o| all(&o.variables, Declaration::Variable)),
        K::CorrelationSet => of(|o| all(&o.correlation_sets, Declaration::CorrelationSet)),
        K::Parameter => of(|o| all(&o.parameters, Declaration::Parameter)),
    }
}
