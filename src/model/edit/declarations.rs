use super::place::find_shape_mut;
use super::{
    EditError, OrchestrationProperties, gone, module_mut, orchestration_mut, refused, rename, taken,
};
use crate::diagnostic::article;
use crate::model::{
    Application, CorrelationSet, CorrelationType, Id, Message, Module, MultipartType, Orchestration,
    Parameter, ParameterKind, Port, PortType, RoleLink, RoleLinkType, ShapeKind, Variable, WebMessageType,
};
use serde::{Deserialize, Serialize};

/// Something a module, an orchestration or a scope declares by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Declaration {
    PortType(PortType),
    MultipartType(MultipartType),
    CorrelationType(CorrelationType),
    RoleLinkType(RoleLinkType),
    WebMessageType(WebMessageType),
    Port(Port),
    RoleLink(RoleLink),
    Message(Message),
    Variable(Variable),
    CorrelationSet(CorrelationSet),
    Parameter(Parameter),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DeclarationKind {
    PortType,
    MultipartType,
    CorrelationType,
    RoleLinkType,
    WebMessageType,
    Port,
    RoleLink,
    Message,
    Variable,
    CorrelationSet,
    Parameter,
}

impl DeclarationKind {
    /// What a parameter is inside its orchestration.
    pub fn given(parameter: &Parameter) -> Self {
        match parameter.kind {
            ParameterKind::Message(_) => Self::Message,
            ParameterKind::Variable(_) => Self::Variable,
            ParameterKind::CorrelationSet(_) => Self::CorrelationSet,
            ParameterKind::Port(_) => Self::Port,
            ParameterKind::RoleLink(_) => Self::RoleLink,
        }
    }

    /// All of them: what an orchestration declares before the types.
    pub const ALL: [Self; 11] = [
        Self::Port,
        Self::RoleLink,
        Self::Message,
        Self::Variable,
        Self::CorrelationSet,
        Self::Parameter,
        Self::PortType,
        Self::MultipartType,
        Self::CorrelationType,
        Self::RoleLinkType,
        Self::WebMessageType,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::PortType => "port type",
            Self::MultipartType => "multi-part message type",
            Self::CorrelationType => "correlation type",
            Self::RoleLinkType => "role link type",
            Self::WebMessageType => "web message type",
            Self::Port => "port",
            Self::RoleLink => "role link",
            Self::Message => "message",
            Self::Variable => "variable",
            Self::CorrelationSet => "correlation set",
            Self::Parameter => "parameter",
        }
    }

    /// True for what the module declares, false for what an orchestration or scope does.
    pub fn is_type(self) -> bool {
        matches!(
            self,
            Self::PortType
                | Self::MultipartType
                | Self::CorrelationType
                | Self::RoleLinkType
                | Self::WebMessageType
        )
    }
}

/// One entry of a list of declarations.
trait Entry: Sized {
    fn name(&self) -> &str;
    fn open(declaration: Declaration) -> Option<Self>;
    fn close(self) -> Declaration;
}

macro_rules! entries {
    ($($kind:ident => $name:expr),* $(,)?) => {
        $(impl Entry for $kind {
            fn name(&self) -> &str {
                let name: fn(&$kind) -> &str = $name;
                name(self)
            }
            fn open(declaration: Declaration) -> Option<Self> {
                match declaration {
                    Declaration::$kind(it) => Some(it),
                    _ => None,
                }
            }
            fn close(self) -> Declaration {
                Declaration::$kind(self)
            }
        })*
        impl Declaration {
            pub fn kind(&self) -> DeclarationKind {
                match self {
                    $(Declaration::$kind(_) => DeclarationKind::$kind,)*
                }
            }

            pub fn name(&self) -> &str {
                match self {
                    $(Declaration::$kind(it) => Entry::name(it),)*
                }
            }
        }
    };
}

entries! {
    PortType => |it| &it.name,
    MultipartType => |it| &it.name,
    CorrelationType => |it| &it.name,
    RoleLinkType => |it| &it.name,
    WebMessageType => |it| &it.name,
    Port => |it| &it.name,
    RoleLink => |it| &it.name,
    Message => |it| &it.name,
    Variable => |it| &it.name,
    CorrelationSet => |it| &it.name,
    Parameter => |it| it.name(),
}

/// A list of declarations of one kind.
trait List {
    fn position(&self, name: &str) -> Option<usize>;
    fn count(&self) -> usize;
    fn add(&mut self, index: usize, declaration: Declaration) -> bool;
    fn take(&mut self, index: usize) -> Declaration;
}

impl<T: Entry> List for Vec<T> {
    fn position(&self, name: &str) -> Option<usize> {
        self.iter().position(|it| it.name() == name)
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn add(&mut self, index: usize, declaration: Declaration) -> bool {
        let it = T::open(declaration);
        let fits = it.is_some();
        self.splice(index..index, it);
        fits
    }

    fn take(&mut self, index: usize) -> Declaration {
        self.remove(index).close()
    }
}

fn list<'a>(
    application: &'a mut Application,
    module: &str,
    scope: Option<&Id>,
    kind: DeclarationKind,
) -> Result<&'a mut dyn List, EditError> {
    if let Some(scope) = scope {
        let orchestration = orchestration_mut(application, module)?;
        let found = find_shape_mut(orchestration, scope).map(|shape| &mut shape.kind);
        let Some(ShapeKind::Scope(scope)) = found else {
            return Err(gone(module, &format!("there is no scope `{scope}`")));
        };
        return match kind {
            DeclarationKind::Message => Ok(&mut scope.messages),
            DeclarationKind::Variable => Ok(&mut scope.variables),
            DeclarationKind::CorrelationSet => Ok(&mut scope.correlation_sets),
            other => Err(refused(module, format!("a scope declares no {}", other.label()))),
        };
    }
    Ok(match kind {
        DeclarationKind::PortType => &mut module_mut(application, module)?.port_types,
        DeclarationKind::MultipartType => &mut module_mut(application, module)?.multipart_types,
        DeclarationKind::CorrelationType => &mut module_mut(application, module)?.correlation_types,
        DeclarationKind::RoleLinkType => &mut module_mut(application, module)?.role_link_types,
        DeclarationKind::WebMessageType => &mut module_mut(application, module)?.web_message_types,
        DeclarationKind::Port => &mut orchestration_mut(application, module)?.ports,
        DeclarationKind::RoleLink => &mut orchestration_mut(application, module)?.role_links,
        DeclarationKind::Message => &mut orchestration_mut(application, module)?.messages,
        DeclarationKind::Variable => &mut orchestration_mut(application, module)?.variables,
        DeclarationKind::CorrelationSet => &mut orchestration_mut(application, module)?.correlation_sets,
        DeclarationKind::Parameter => &mut orchestration_mut(application, module)?.parameters,
    })
}

/// Refuses a name that another declaration has in the same place or around it (G-9, SCP-4).
fn check_free(
    application: &Application,
    module: &str,
    scope: Option<&Id>,
    declaration: &Declaration,
) -> Result<(), EditError> {
    let name = declaration.name();
    let free = !name.is_empty()
        && application.modules.get(module).is_none_or(|module| {
            let used = if declaration.kind().is_type() { types(module) } else { instances(module, scope) };
            !used.contains(&name)
        });
    if free { Ok(()) } else { Err(taken(name, &article(declaration.kind().label()))) }
}

fn types(module: &Module) -> Vec<&str> {
    let names = module.port_types.iter().map(|t| &t.name);
    let names = names.chain(module.multipart_types.iter().map(|t| &t.name));
    let names = names.chain(module.correlation_types.iter().map(|t| &t.name));
    let names = names.chain(module.role_link_types.iter().map(|t| &t.name));
    let names = names.chain(module.web_message_types.iter().map(|t| &t.name));
    names.chain(module.orchestration.iter().map(|o| &o.name)).map(String::as_str).collect()
}

fn instances<'a>(module: &'a Module, scope: Option<&Id>) -> Vec<&'a str> {
    let Some(orchestration) = &module.orchestration else { return Vec::new() };
    let names = orchestration.ports.iter().map(|p| p.name.as_str());
    let names = names.chain(orchestration.role_links.iter().map(|r| r.name.as_str()));
    let names = names.chain(orchestration.messages.iter().map(|m| m.name.as_str()));
    let names = names.chain(orchestration.variables.iter().map(|v| v.name.as_str()));
    let names = names.chain(orchestration.correlation_sets.iter().map(|c| c.name.as_str()));
    let names = names.chain(orchestration.parameters.iter().map(Parameter::name));
    let mut names: Vec<_> = names.collect();
    let scope = scope.and_then(|id| orchestration.shape(id)).map(|shape| &shape.kind);
    if let Some(ShapeKind::Scope(scope)) = scope {
        names.extend(scope.messages.iter().map(|m| m.name.as_str()));
        names.extend(scope.variables.iter().map(|v| v.name.as_str()));
        names.extend(scope.correlation_sets.iter().map(|c| c.name.as_str()));
    }
    names
}

pub(super) fn declare(
    application: &mut Application,
    module: &str,
    scope: Option<&Id>,
    index: usize,
    declaration: Declaration,
) -> Result<(), EditError> {
    check_free(application, module, scope, &declaration)?;
    let list = list(application, module, scope, declaration.kind())?;
    list.add(index.min(list.count()), declaration);
    Ok(())
}

/// The list and where the declaration is in it.
fn find<'a>(
    application: &'a mut Application,
    module: &str,
    scope: Option<&Id>,
    kind: DeclarationKind,
    name: &str,
) -> Result<(&'a mut dyn List, usize), EditError> {
    let list = list(application, module, scope, kind)?;
    match list.position(name) {
        Some(index) => Ok((list, index)),
        None => Err(gone(module, &format!("there is no {} `{name}`", kind.label()))),
    }
}

pub(super) fn redeclare(
    application: &mut Application,
    module: &str,
    scope: Option<&Id>,
    name: &str,
    declaration: Declaration,
) -> Result<(), EditError> {
    if declaration.name() != name {
        check_free(application, module, scope, &declaration)?;
        rename::declaration(application, module, scope, &declaration, name);
    }
    let (list, index) = find(application, module, scope, declaration.kind(), name)?;
    list.take(index);
    list.add(index, declaration);
    Ok(())
}

pub(super) fn undeclare(
    application: &mut Application,
    module: &str,
    scope: Option<&Id>,
    kind: DeclarationKind,
    name: &str,
) -> Result<(), EditError> {
    let (list, index) = find(application, module, scope, kind, name)?;
    list.take(index);
    Ok(())
}

pub(super) fn relocate(
    application: &mut Application,
    module: &str,
    scope: Option<&Id>,
    kind: DeclarationKind,
    name: &str,
    to: usize,
) -> Result<(), EditError> {
    let (list, index) = find(application, module, scope, kind, name)?;
    let declaration = list.take(index);
    list.add(to.min(list.count()), declaration);
    Ok(())
}

pub(super) fn port_mut<'a>(
    application: &'a mut Application,
    module: &str,
    name: &str,
) -> Result<&'a mut Port, EditError> {
    let Orchestration { ports, parameters, .. } = orchestration_mut(application, module)?;
    let parameters = parameters.iter_mut().filter_map(|parameter| match &mut parameter.kind {
        ParameterKind::Port(port) => Some(port),
        _ => None,
    });
    let mut all = ports.iter_mut().chain(parameters);
    all.find(|port| port.name == name).ok_or_else(|| gone(module, &format!("there is no port `{name}`")))
}

pub(super) fn set_orchestration(
    application: &mut Application,
    module: &str,
    properties: OrchestrationProperties,
) -> Result<(), EditError> {
    let known = module_mut(application, module)?;
    let old = known.orchestration.as_ref().map(|o| o.name.clone());
    if old.as_ref() != Some(&properties.name)
        && (properties.name.is_empty() || types(known).contains(&properties.name.as_str()))
    {
        return Err(taken(&properties.name, "an orchestration"));
    }
    if let Some(old) = old.filter(|old| *old != properties.name) {
        rename::orchestration(application, module, &old, &properties.name);
    }
    let orchestration = module_mut(application, module)?.orchestration.get_or_insert_default();
    orchestration.name = properties.name;
    orchestration.modifier = properties.modifier;
    orchestration.transaction = properties.transaction;
    orchestration.transaction_id = properties.transaction_id;
    orchestration.target_xml_namespace = properties.target_xml_namespace;
    orchestration.comments = properties.comments;
    Ok(())
}
