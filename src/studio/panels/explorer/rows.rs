//! What the explorer lists: one row a line, from the application.

use crate::model::edit::{Declaration, DeclarationKind as K};
use crate::model::{
    Application, CommunicationPattern, Direction, Id, Module, ParameterKind, Polarity, ShapeKind,
};
use crate::studio::command::Command;
use crate::studio::document::{Document, Selection};
use crate::studio::icons::Glyph;
use crate::studio::names;
use std::collections::BTreeMap;

/// One line of the tree.
#[derive(Clone, Debug)]
pub struct Row {
    /// Tells rows apart, and remembers which are closed.
    pub key: String,
    pub depth: usize,
    pub name: String,
    /// Type and use; muted.
    pub about: String,
    /// What kind of thing it is, for its accessible name.
    pub kind: &'static str,
    pub content: Content,
    pub glyph: Glyph,
    /// Has rows below it that can be closed.
    pub opens: bool,
    /// Closed unless one opened it.
    pub closed_at_first: bool,
}

#[derive(Clone, Debug)]
pub enum Content {
    /// A heading, and what its `+` adds.
    Heading(Option<Command>),
    /// Something to select, in a module.
    Go(String, Selection),
    /// A declaration of the open module.
    Declared { scope: Option<Id>, kind: K },
    /// An operation of a port type of the open module.
    Operation { port_type: String },
}

/// All rows of a document, closed ones too; `uses` says how often each name is used.
pub fn rows(document: &Document, uses: &BTreeMap<String, usize>) -> Vec<Row> {
    let mut all = Vec::new();
    heading(&mut all, "Orchestrations", Some(Command::NewOrchestration));
    for (key, module) in &document.app.modules {
        let name = module.orchestration.as_ref().map_or(key, |o| &o.name);
        let count = document.sizes.get(key).copied().unwrap_or_default();
        all.push(Row {
            key: format!("module {key}"),
            depth: 1,
            name: name.clone(),
            about: count.to_string(),
            kind: "Open",
            content: Content::Go(key.clone(), Selection::Orchestration),
            glyph: if module.orchestration.is_some() { Glyph::Flow } else { Glyph::Parts },
            opens: false,
            closed_at_first: false,
        });
    }
    let Some(module) = document.module() else { return all };
    let listing = Listing { app: &document.app, module, uses };
    if let Some(orchestration) = &module.orchestration {
        listing.section(&mut all, K::Port, "Ports", Some(Command::NewPort), true);
        listing.section(&mut all, K::Message, "Messages", Some(Command::NewMessage), true);
        listing.section(&mut all, K::Variable, "Variables", Some(Command::NewVariable), true);
        listing.section(
            &mut all,
            K::CorrelationSet,
            "Correlation sets",
            Some(Command::NewCorrelationSet),
            true,
        );
        listing.section(&mut all, K::RoleLink, "Role links", None, false);
        listing.section(&mut all, K::Parameter, "Parameters", Some(Command::NewParameter), true);
        let scopes: Vec<_> = orchestration
            .shapes()
            .into_iter()
            .filter_map(|shape| match &shape.kind {
                ShapeKind::Scope(scope) => Some((shape, scope)),
                _ => None,
            })
            .filter(|(_, s)| {
                !(s.messages.is_empty() && s.variables.is_empty() && s.correlation_sets.is_empty())
            })
            .collect();
        if !scopes.is_empty() {
            heading(&mut all, "Locals of scopes", None);
        }
        for (shape, _) in scopes {
            all.push(Row {
                key: format!("scope {}", shape.id),
                depth: 1,
                name: shape.name.clone(),
                about: String::new(),
                kind: "scope",
                content: Content::Go(document.module.clone(), Selection::Node(shape.id.clone())),
                glyph: Glyph::Scope,
                opens: true,
                closed_at_first: false,
            });
            for kind in [K::Message, K::Variable, K::CorrelationSet] {
                listing.declarations(&mut all, Some(&shape.id), kind, 2);
            }
        }
    }
    listing.section(&mut all, K::PortType, "Port types", Some(Command::NewPortType), true);
    listing.section(
        &mut all,
        K::CorrelationType,
        "Correlation types",
        Some(Command::NewCorrelationType),
        true,
    );
    listing.section(&mut all, K::MultipartType, "Multi-part types", Some(Command::NewMultipartType), true);
    listing.section(&mut all, K::RoleLinkType, "Role link types", None, false);
    all
}

fn heading(all: &mut Vec<Row>, title: &str, add: Option<Command>) {
    all.push(Row {
        key: format!("heading {title}"),
        depth: 0,
        name: title.to_owned(),
        about: String::new(),
        kind: "",
        content: Content::Heading(add),
        glyph: Glyph::Chevron,
        opens: true,
        closed_at_first: false,
    });
}

struct Listing<'a> {
    app: &'a Application,
    module: &'a Module,
    uses: &'a BTreeMap<String, usize>,
}

impl Listing<'_> {
    /// A heading with the declarations of a kind; left out when there are none and `always` is false.
    fn section(&self, all: &mut Vec<Row>, kind: K, title: &str, add: Option<Command>, always: bool) {
        if !always && names::declarations(self.module, None, kind).is_empty() {
            return;
        }
        heading(all, title, add);
        self.declarations(all, None, kind, 1);
    }

    fn declarations(&self, all: &mut Vec<Row>, scope: Option<&Id>, kind: K, depth: usize) {
        for declaration in names::declarations(self.module, scope, kind) {
            let name = declaration.name().to_owned();
            let operations = match &declaration {
                Declaration::PortType(port_type) => port_type.operations.clone(),
                _ => Vec::new(),
            };
            all.push(Row {
                key: format!("{kind:?} {} {name}", scope.map(Id::as_str).unwrap_or_default()),
                depth,
                about: self.about(&declaration),
                kind: kind.label(),
                content: Content::Declared { scope: scope.cloned(), kind },
                glyph: glyph(kind, &declaration),
                opens: !operations.is_empty(),
                closed_at_first: true,
                name: name.clone(),
            });
            for operation in operations {
                let short = |text: &str| text.rsplit('.').next().unwrap_or(text).to_owned();
                let response = operation.response.as_deref().map(|r| format!(" → {}", short(r)));
                all.push(Row {
                    key: format!("operation {name} {}", operation.name),
                    depth: depth + 1,
                    name: operation.name.clone(),
                    about: format!("{}{}", short(&operation.request), response.unwrap_or_default()),
                    kind: "operation",
                    content: Content::Operation { port_type: name.clone() },
                    glyph: Glyph::Link,
                    opens: false,
                    closed_at_first: false,
                });
            }
        }
    }

    /// What is said beside a declaration's name: its type, and that nothing uses it.
    fn about(&self, declaration: &Declaration) -> String {
        use Declaration as D;
        let short = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        let words = match declaration {
            D::Port(p) => short(&p.port_type),
            D::RoleLink(r) => short(&r.role),
            D::Message(m) => short(&m.message_type),
            D::Variable(v) => short(&v.variable_type),
            D::CorrelationSet(c) => short(&c.correlation_type),
            D::Parameter(p) => {
                let direction = match p.direction {
                    Direction::In => "in",
                    Direction::Ref => "ref",
                    Direction::Out => "out",
                };
                let of = match &p.kind {
                    ParameterKind::Message(m) => &m.message_type,
                    ParameterKind::Variable(v) => &v.variable_type,
                    ParameterKind::CorrelationSet(c) => &c.correlation_type,
                    ParameterKind::Port(p) => &p.port_type,
                    ParameterKind::RoleLink(r) => &r.role_link_type,
                };
                format!("{direction} {}", short(of))
            }
            D::CorrelationType(c) => {
                let names: Vec<String> = c.properties.iter().map(|p| short(p)).collect();
                names.join(", ")
            }
            D::PortType(p) if p.pattern == CommunicationPattern::RequestResponse => {
                "request-response".to_owned()
            }
            D::PortType(_) => "one-way".to_owned(),
            D::MultipartType(m) => m.parts.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", "),
            D::RoleLinkType(r) => r.roles.iter().map(|r| r.name.as_str()).collect::<Vec<_>>().join(", "),
            D::WebMessageType(_) => String::new(),
        };
        // Types may be used by other modules too.
        let elsewhere =
            declaration.kind().is_type() && self.app.modules.values().any(|m| !std::ptr::eq(m, self.module));
        match self.uses.get(declaration.name()) {
            None if !elsewhere && words.is_empty() => "unused".to_owned(),
            None if !elsewhere => format!("{words} · unused"),
            _ => words,
        }
    }
}

/// The picture of a declaration in a list.
pub fn glyph(kind: K, declaration: &Declaration) -> Glyph {
    let of = match declaration {
        Declaration::Port(port) if port.polarity == Polarity::Implements => return Glyph::Receive,
        Declaration::Port(_) => return Glyph::Send,
        Declaration::Parameter(parameter) => K::given(parameter),
        _ => kind,
    };
    match of {
        K::Port | K::PortType => Glyph::Port,
        K::RoleLink | K::RoleLinkType | K::CorrelationSet | K::CorrelationType => Glyph::Link,
        K::Message => Glyph::Envelope,
        K::MultipartType | K::WebMessageType => Glyph::Parts,
        K::Variable | K::Parameter => Glyph::Variable,
    }
}
