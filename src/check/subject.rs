use crate::diagnostic::Place;
use crate::model::edit::{Declaration, Edit, OrchestrationProperties};
use crate::model::{
    Application, BlockSlot, CatchType, CommunicationPattern, CorrelationSet, Id, Message, Module,
    Orchestration, Parameter, ParameterKind, Polarity, Port, PortType, Receive, RoleLink, Scope, Shape,
    ShapeKind, Transaction, files,
};
use crate::xml::SchemaSet;
use smol_str::SmolStr;

/// One orchestration under the rules, with every shape and where it stands.
pub(super) struct Subject<'a> {
    pub application: &'a Application,
    pub schemas: &'a SchemaSet,
    pub key: &'a str,
    pub module: &'a Module,
    pub orchestration: &'a Orchestration,
    /// Outer before inner, in drawn order, compensation of the orchestration last.
    pub sites: Vec<Site<'a>>,
}

/// A shape and the shapes around it.
#[derive(Clone)]
pub(super) struct Site<'a> {
    pub shape: &'a Shape,
    /// Outermost first, each with the block on the way in.
    pub way: Vec<(&'a Shape, BlockSlot)>,
    /// In the compensation of the orchestration.
    pub compensating: bool,
}

impl<'a> Site<'a> {
    /// The scopes around it, innermost first, with the block it is in.
    pub fn scopes(&self) -> impl Iterator<Item = (&'a Shape, &'a Scope, &BlockSlot)> {
        self.way.iter().rev().filter_map(|(shape, slot)| match &shape.kind {
            ShapeKind::Scope(scope) => Some((*shape, scope, slot)),
            _ => None,
        })
    }

    /// The name is a variable: its type, as declared innermost.
    pub fn variable_type(&self, orchestration: &'a Orchestration, name: &str) -> Option<&'a str> {
        let local = self.scopes().find_map(|(_, scope, slot)| {
            let caught = scope.catches.iter().find(|c| *slot == BlockSlot::Catch(c.id.clone()));
            let caught = caught.filter(|c| c.variable == name).and_then(|c| match &c.exception {
                CatchType::Exception(name) => Some(name.as_str()),
                _ => None,
            });
            let declared = scope.variables.iter().find(|v| v.name == name);
            caught.or(declared.map(|v| v.variable_type.as_str()))
        });
        let parameters = orchestration.parameters.iter().filter_map(|p| match &p.kind {
            ParameterKind::Variable(variable) => Some(variable),
            _ => None,
        });
        let outer = || orchestration.variables.iter().chain(parameters).find(|v| v.name == name);
        local.or_else(|| outer().map(|v| v.variable_type.as_str()))
    }

    /// In a catch block of some scope, at any depth.
    pub fn in_catch(&self) -> bool {
        self.way.iter().any(|(_, slot)| matches!(slot, BlockSlot::Catch(_)))
    }

    pub fn in_compensation(&self) -> bool {
        self.compensating || self.way.iter().any(|(_, slot)| *slot == BlockSlot::Compensation)
    }

    /// The atomic scope it runs in; a compensation block runs after the commit, outside of it.
    pub fn atomic(&self) -> Option<&'a Shape> {
        self.scopes()
            .take_while(|(_, _, slot)| **slot != BlockSlot::Compensation)
            .find(|(_, scope, _)| matches!(scope.transaction, Transaction::Atomic(_)))
            .map(|(shape, _, _)| shape)
    }
}

impl<'a> Subject<'a> {
    pub fn all(application: &'a Application, schemas: &'a SchemaSet) -> Vec<Self> {
        let modules = application.modules.iter();
        modules.filter_map(|(key, module)| Self::of(application, schemas, key, module)).collect()
    }

    pub fn of(
        application: &'a Application,
        schemas: &'a SchemaSet,
        key: &'a str,
        module: &'a Module,
    ) -> Option<Self> {
        let orchestration = module.orchestration.as_ref()?;
        let mut sites = Vec::new();
        for shape in &orchestration.body {
            gather(shape, &mut Vec::new(), false, &mut sites);
        }
        for shape in orchestration.compensation.iter().flatten() {
            gather(shape, &mut Vec::new(), true, &mut sites);
        }
        Some(Self { application, schemas, key, module, orchestration, sites })
    }

    pub fn full_name(&self) -> String {
        self.module.full_name(&self.orchestration.name)
    }

    /// A property of a shape.
    pub fn place(&self, shape: &Shape, property: &'static str) -> Place {
        self.at(&shape.id, &shape.name, property)
    }

    /// A property of anything with an id.
    pub fn at(&self, id: &Id, name: &str, property: &'static str) -> Place {
        place(self.key, id, name, property)
    }

    pub fn port(&self, name: &str) -> Option<&'a Port> {
        self.orchestration.port(name)
    }

    pub fn ports(&self) -> impl Iterator<Item = &'a Port> {
        let parameters = self.orchestration.parameters.iter().filter_map(|p| match &p.kind {
            ParameterKind::Port(port) => Some(port),
            _ => None,
        });
        self.orchestration.ports.iter().chain(parameters)
    }

    /// The role link of that name, own or given.
    pub fn role_link(&self, name: &str) -> Option<&'a RoleLink> {
        let given = self.orchestration.parameters.iter().filter_map(|p| match &p.kind {
            ParameterKind::RoleLink(link) => Some(link),
            _ => None,
        });
        self.orchestration.role_links.iter().chain(given).find(|link| link.name == name)
    }

    pub fn port_type(&self, port: &Port) -> Option<&'a PortType> {
        self.application.port_type(self.module, &port.port_type)
    }

    pub fn two_way(&self, port: &Port) -> bool {
        self.port_type(port).is_some_and(|t| t.pattern == CommunicationPattern::RequestResponse)
    }

    /// A receive on a port we ask on is the answer to our request.
    pub fn receives_answer(&self, port: &Port) -> bool {
        port.polarity == Polarity::Uses && self.two_way(port)
    }

    /// The edit that changes the properties of a shape.
    pub fn change(&self, shape: &Shape, change: impl FnOnce(&mut ShapeKind)) -> Edit {
        let mut kind = shape.kind.clone();
        change(&mut kind);
        Edit::SetKind { module: self.key.to_owned(), shape: shape.id.clone(), kind }
    }

    pub fn change_receive(&self, shape: &Shape, change: impl FnOnce(&mut Receive)) -> Edit {
        self.change(shape, |kind| {
            if let ShapeKind::Receive(receive) = kind {
                change(receive);
            }
        })
    }

    pub fn change_scope(&self, shape: &Shape, change: impl FnOnce(&mut Scope)) -> Edit {
        self.change(shape, |kind| {
            if let ShapeKind::Scope(scope) = kind {
                change(scope);
            }
        })
    }

    /// The edit that changes a port, own or given.
    pub fn change_port(&self, port: &Port, change: impl FnOnce(&mut Port)) -> Edit {
        let mut new = port.clone();
        change(&mut new);
        let parameter = self.orchestration.parameters.iter().find(|p| match &p.kind {
            ParameterKind::Port(given) => given.name == port.name,
            _ => false,
        });
        let declaration = match parameter {
            Some(p) => {
                Declaration::Parameter(Parameter { kind: ParameterKind::Port(new), direction: p.direction })
            }
            None => Declaration::Port(new),
        };
        self.redeclare(&port.name, declaration)
    }

    /// The edit that replaces a declaration of the orchestration or its module.
    pub fn redeclare(&self, name: &str, declaration: Declaration) -> Edit {
        Edit::Redeclare { module: self.key.to_owned(), scope: None, name: name.to_owned(), declaration }
    }

    /// The edit that changes the orchestration itself.
    pub fn change_orchestration(&self, change: impl FnOnce(&mut OrchestrationProperties)) -> Edit {
        let mut properties = OrchestrationProperties::of(self.orchestration);
        change(&mut properties);
        Edit::SetOrchestration { module: self.key.to_owned(), properties }
    }

    /// The message declared for `site` under that name, innermost first.
    pub fn message(&self, site: &Site<'a>, name: &str) -> Option<&'a Message> {
        let local = site.scopes().find_map(|(_, scope, _)| scope.messages.iter().find(|m| m.name == name));
        local.or_else(|| self.orchestration.messages.iter().find(|m| m.name == name)).or_else(|| {
            self.orchestration.parameters.iter().find_map(|p| match &p.kind {
                ParameterKind::Message(m) if m.name == name => Some(m),
                _ => None,
            })
        })
    }

    /// The correlation set declared for `site` under that name, innermost first.
    pub fn set(&self, site: &Site<'a>, name: &str) -> Option<&'a CorrelationSet> {
        let local = site.scopes().flat_map(|(_, scope, _)| &scope.correlation_sets);
        let given = self.orchestration.parameters.iter().filter_map(|p| match &p.kind {
            ParameterKind::CorrelationSet(set) => Some(set),
            _ => None,
        });
        local.chain(&self.orchestration.correlation_sets).chain(given).find(|set| set.name == name)
    }

    /// Type name of the body of a message of this type.
    pub fn body_type<'b>(&'b self, message_type: &'b str) -> &'b str {
        let multipart = self.application.multipart_type(self.module, message_type);
        multipart.and_then(|t| t.body()).map_or(message_type, |part| part.part_type.as_str())
    }

    /// What a message of this type is routed by: its body's `namespace#root`, `None` for an untyped body (MSG-3).
    pub fn routing_type(&self, message_type: &str) -> Option<SmolStr> {
        let body = self.body_type(message_type);
        let root = self.schemas.root_named(body).map(|root| root.message_type.clone());
        root.or_else(|| self.schemas.class(body).map(|class| class.message_type()))
    }

    pub fn untyped(&self, message_type: &str) -> bool {
        matches!(self.body_type(message_type), "System.Xml.XmlDocument" | "Microsoft.XLANGs.BaseTypes.Any")
    }
}

pub(super) fn place(module: &str, id: &Id, name: &str, property: &'static str) -> Place {
    Place {
        file: files::module_path(module),
        module: Some(module.to_owned()),
        id: (!id.is_empty()).then(|| id.clone()),
        name: name.to_owned(),
        property,
        ..Place::default()
    }
}

fn gather<'a>(
    shape: &'a Shape,
    way: &mut Vec<(&'a Shape, BlockSlot)>,
    compensating: bool,
    sites: &mut Vec<Site<'a>>,
) {
    sites.push(Site { shape, way: way.clone(), compensating });
    for (slot, block) in shape.blocks() {
        way.push((shape, slot));
        for inner in block {
            gather(inner, way, compensating, sites);
        }
        way.pop();
    }
}
