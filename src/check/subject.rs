use crate::diagnostic::Place;
use crate::model::{
    Application, BlockSlot, CommunicationPattern, Id, Message, Module, Orchestration, ParameterKind,
    Polarity, Port, PortType, Scope, Shape, ShapeKind, Transaction, files,
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
        self.module.qualify(&self.orchestration.name)
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
