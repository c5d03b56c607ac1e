use super::places;
use crate::model::edit::{Declaration, DeclarationKind};
use crate::model::{Application, Id, Module};

/// Something with a name that other places use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A type, or what an orchestration or one of its scopes declares.
    Declared {
        module: String,
        scope: Option<Id>,
        kind: DeclarationKind,
        name: String,
    },
    /// The exception object of a catch block.
    Caught {
        module: String,
        catch: Id,
        name: String,
    },
    /// An operation of a port type.
    Operation {
        module: String,
        port_type: String,
        name: String,
    },
    /// The orchestration of a module.
    Orchestration {
        module: String,
    },
    Map(String),
    /// A context property.
    Property(String),
    /// A class written as a script.
    Component(String),
}

impl Target {
    /// The same under another name.
    #[must_use]
    pub fn called(&self, other: &str) -> Self {
        let mut target = self.clone();
        match &mut target {
            Self::Declared { name, .. } | Self::Caught { name, .. } | Self::Operation { name, .. } => {
                other.clone_into(name);
            }
            Self::Map(name) | Self::Property(name) | Self::Component(name) => other.clone_into(name),
            Self::Orchestration { .. } => {}
        }
        target
    }

    pub fn declared(module: &str, scope: Option<&Id>, kind: DeclarationKind, name: &str) -> Self {
        Self::Declared { module: module.to_owned(), scope: scope.cloned(), kind, name: name.to_owned() }
    }

    /// What it is called now; of an orchestration the bare name.
    pub fn name<'a>(&'a self, app: &'a Application) -> &'a str {
        match self {
            Self::Declared { name, .. }
            | Self::Caught { name, .. }
            | Self::Operation { name, .. }
            | Self::Map(name)
            | Self::Property(name)
            | Self::Component(name) => name,
            Self::Orchestration { module } => places::orchestration(app, module).map_or("", |o| &o.name),
        }
    }

    /// What kind of thing it is, in BizTalk's words.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Declared { kind, .. } => kind.label(),
            Self::Caught { .. } => "exception object",
            Self::Operation { .. } => "operation",
            Self::Orchestration { .. } => "orchestration",
            Self::Map(_) => "map",
            Self::Property(_) => "property",
            Self::Component(_) => "class",
        }
    }

    /// Key of the module it is declared in, if it is declared in one.
    pub fn module(&self) -> Option<&str> {
        match self {
            Self::Declared { module, .. }
            | Self::Caught { module, .. }
            | Self::Operation { module, .. }
            | Self::Orchestration { module } => Some(module),
            Self::Map(_) | Self::Property(_) | Self::Component(_) => None,
        }
    }

    /// The declaration itself.
    pub fn declaration(&self, app: &Application) -> Option<Declaration> {
        let Self::Declared { module, scope, kind, name } = self else { return None };
        find(app.modules.get(module)?, scope.as_ref(), *kind, name)
    }

    /// What it is inside the orchestration: the kind a parameter stands for, else its own.
    pub(super) fn instance_kind(&self, app: &Application) -> Option<DeclarationKind> {
        let Self::Declared { kind, .. } = self else { return None };
        Some(match self.declaration(app) {
            Some(Declaration::Parameter(parameter)) => DeclarationKind::given(&parameter),
            _ => *kind,
        })
    }
}

fn find(module: &Module, scope: Option<&Id>, kind: DeclarationKind, name: &str) -> Option<Declaration> {
    use DeclarationKind as K;
    macro_rules! named {
        ($list:expr, $kind:ident) => {
            $list.iter().find(|it| it.name == name).cloned().map(Declaration::$kind)
        };
    }
    let orchestration = module.orchestration.as_ref();
    if let Some(scope) = scope {
        let crate::model::ShapeKind::Scope(scope) = &orchestration?.shape(scope)?.kind else { return None };
        return match kind {
            K::Message => named!(scope.messages, Message),
            K::Variable => named!(scope.variables, Variable),
            K::CorrelationSet => named!(scope.correlation_sets, CorrelationSet),
            _ => None,
        };
    }
    match kind {
        K::PortType => named!(module.port_types, PortType),
        K::MultipartType => named!(module.multipart_types, MultipartType),
        K::CorrelationType => named!(module.correlation_types, CorrelationType),
        K::RoleLinkType => named!(module.role_link_types, RoleLinkType),
        K::WebMessageType => named!(module.web_message_types, WebMessageType),
        K::Port => named!(orchestration?.ports, Port),
        K::RoleLink => named!(orchestration?.role_links, RoleLink),
        K::Message => named!(orchestration?.messages, Message),
        K::Variable => named!(orchestration?.variables, Variable),
        K::CorrelationSet => named!(orchestration?.correlation_sets, CorrelationSet),
        K::Parameter => {
            orchestration?.parameters.iter().find(|p| p.name() == name).cloned().map(Declaration::Parameter)
        }
    }
}
