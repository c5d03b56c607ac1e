use super::code::{rename_called, rename_identifier};
use super::declarations::{Declaration, DeclarationKind};
use super::place::find_shape_mut;
use super::references::{self, Reference, TypeReference};
use super::scenarios::{Named, each_name};
use super::{EditError, gone, module_mut, taken};
use crate::model::{Application, Binding, CatchType, Id, Module, ParameterKind, PortType, ShapeKind};
use std::collections::{BTreeMap, BTreeSet};

/// Makes every use of `old` name the declaration instead. The declaration itself is still to be renamed.
pub(super) fn declaration(
    application: &mut Application,
    module: &str,
    scope: Option<&Id>,
    declaration: &Declaration,
    old: &str,
) {
    let new = declaration.name();
    match declaration {
        Declaration::PortType(_) => types(application, module, TypeReference::Port, old, new),
        Declaration::MultipartType(_) | Declaration::WebMessageType(_) => {
            types(application, module, TypeReference::Message, old, new);
        }
        Declaration::CorrelationType(_) => {
            types(application, module, TypeReference::Correlation, old, new);
        }
        Declaration::RoleLinkType(_) => types(application, module, TypeReference::RoleLink, old, new),
        _ => instance(application, module, scope, kind_of(declaration), old, new),
    }
}

/// What kind of thing the name is inside the orchestration.
fn kind_of(declaration: &Declaration) -> DeclarationKind {
    match declaration {
        Declaration::Parameter(parameter) => DeclarationKind::given(parameter),
        other => other.kind(),
    }
}

fn instance(
    application: &mut Application,
    module: &str,
    scope: Option<&Id>,
    kind: DeclarationKind,
    old: &str,
    new: &str,
) {
    let Some(home) = application.modules.get_mut(module) else { return };
    let Some(orchestration) = &mut home.orchestration else { return };
    let mut visit = |reference: Reference, text: &mut String| {
        let named = match reference {
            Reference::Code => {
                if let Some(renamed) = rename_identifier(text, old, new) {
                    *text = renamed;
                }
                false
            }
            Reference::Argument => true,
            Reference::Port => matches!(kind, DeclarationKind::Port | DeclarationKind::RoleLink),
            Reference::Message => kind == DeclarationKind::Message,
            Reference::Data => matches!(kind, DeclarationKind::Message | DeclarationKind::Variable),
            Reference::CorrelationSet => kind == DeclarationKind::CorrelationSet,
            Reference::Thrown => kind == DeclarationKind::Variable,
            Reference::Orchestration | Reference::Map => false,
        };
        if named && text == old {
            new.clone_into(text);
        }
    };
    match scope {
        Some(scope) => {
            if let Some(shape) = find_shape_mut(orchestration, scope) {
                references::seeing_inside(shape, old, &mut visit);
            }
        }
        None => references::seeing(orchestration, old, &mut visit),
    }
    if kind == DeclarationKind::Port {
        let name = orchestration.name.clone();
        let means = meanings(application, module, &name);
        references::each_port(application, &mut |_, port| {
            if let Binding::Partner(partner) = &mut port.binding
                && means.contains(&partner.orchestration)
                && partner.port == old
            {
                new.clone_into(&mut partner.port);
            }
        });
        for service in &mut application.bindings.services {
            if means.contains(&service.orchestration)
                && let Some(bound) = service.ports.remove(old)
            {
                service.ports.insert(new.to_owned(), bound);
            }
        }
        let short = application.vocabulary.names.clone();
        each_name(application, &mut |_| {}, &mut |named, text| {
            if let Named::Port(owner) = named
                && text == old
                && means.contains(short.get(owner).map_or(owner, String::as_str))
            {
                new.clone_into(text);
            }
        });
    }
}

/// The texts that name the orchestration of `module`: its full name, and those without version or namespace where they
/// are clear.
fn meanings(application: &Application, module: &str, bare: &str) -> BTreeSet<String> {
    let Some(home) = application.modules.get(module) else { return BTreeSet::new() };
    let names = [bare.to_owned(), home.qualify(bare), home.full_name(bare)];
    let clear =
        |name: &String| application.orchestration(name).is_some_and(|(found, _)| std::ptr::eq(found, home));
    names.into_iter().filter(clear).collect()
}

fn types(application: &mut Application, module: &str, kind: TypeReference, old: &str, new: &str) {
    let Some(home) = application.modules.get(module) else { return };
    let (old_full, new_full) = (home.qualify(old), home.qualify(new));
    for (key, module_of_use) in &mut application.modules {
        let local = key == module;
        references::of_types(module_of_use, &mut |reference, text| {
            if reference == kind && local && text == old {
                new.clone_into(text);
            } else if reference == kind && *text == old_full {
                new_full.clone_into(text);
            }
        });
    }
    if kind == TypeReference::RoleLink {
        for enlistment in application.bindings.parties.iter_mut().flat_map(|p| &mut p.enlistments) {
            if enlistment.role_link_type == old_full {
                new_full.clone_into(&mut enlistment.role_link_type);
            }
        }
    }
}

/// Makes every use of the orchestration of `module` say `new`.
pub(super) fn orchestration(application: &mut Application, module: &str, old: &str, new: &str) {
    let Some(home) = application.modules.get(module) else { return };
    let renamed = [(home.full_name(old), home.full_name(new)), (home.qualify(old), home.qualify(new))];
    let means = meanings(application, module, old);
    let after = |text: &str| {
        let full = renamed.iter().find(|(before, _)| before == text);
        full.map_or(new, |(_, after)| after).to_owned()
    };
    orchestration_names(application, &mut |text| {
        if means.contains(text) {
            *text = after(text);
        }
    });
    // `Orchestration(Microsoft.XLANGs.BaseTypes.InstanceId)` in texts.
    for orchestration in application.modules.values_mut().filter_map(|m| m.orchestration.as_mut()) {
        references::of_orchestration(orchestration, &mut |reference, text| {
            for name in means.iter().filter(|_| reference == Reference::Code) {
                if let Some(renamed) = rename_called(text, name, &after(name)) {
                    *text = renamed;
                }
            }
        });
    }
}

/// Visits every text that names an orchestration, in shapes, partner bindings, services and scenarios.
fn orchestration_names(application: &mut Application, visit: &mut dyn FnMut(&mut String)) {
    for orchestration in application.modules.values_mut().filter_map(|m| m.orchestration.as_mut()) {
        references::of_orchestration(orchestration, &mut |reference, text| {
            if reference == Reference::Orchestration {
                visit(text);
            }
        });
    }
    references::each_port(application, &mut |_, port| {
        if let Binding::Partner(partner) = &mut port.binding {
            visit(&mut partner.orchestration);
        }
    });
    application.bindings.services.iter_mut().for_each(|service| visit(&mut service.orchestration));
    each_name(application, &mut |_| {}, &mut |named, text| {
        if named == Named::Orchestration {
            visit(text);
        }
    });
}

/// Moves a module to another namespace; full names follow.
pub(super) fn namespace(application: &mut Application, module: &str, new: &str) -> Result<(), EditError> {
    let home = module_mut(application, module)?;
    let after = Module { namespace: new.to_owned(), version: home.version.clone(), ..Module::default() };
    let names = home.port_types.iter().map(|t| &t.name);
    let names = names.chain(home.multipart_types.iter().map(|t| &t.name));
    let names = names.chain(home.correlation_types.iter().map(|t| &t.name));
    let names = names.chain(home.role_link_types.iter().map(|t| &t.name));
    let names = names.chain(home.web_message_types.iter().map(|t| &t.name));
    let names = names.chain(home.orchestration.iter().map(|o| &o.name));
    let moved: BTreeMap<String, String> = names
        .flat_map(|name| {
            [(home.qualify(name), after.qualify(name)), (home.full_name(name), after.full_name(name))]
        })
        .collect();
    new.clone_into(&mut home.namespace);
    let mut follow = |text: &mut String| {
        if let Some(full) = moved.get(text) {
            full.clone_into(text);
        }
    };
    for module in application.modules.values_mut() {
        references::of_types(module, &mut |_, text| follow(text));
    }
    orchestration_names(application, &mut follow);
    for enlistment in application.bindings.parties.iter_mut().flat_map(|p| &mut p.enlistments) {
        follow(&mut enlistment.role_link_type);
    }
    Ok(())
}

/// Renames an operation of a port type and what uses it on ports of that type.
pub(super) fn operation(
    application: &mut Application,
    module: &str,
    port_type: &str,
    old: &str,
    new: &str,
) -> Result<(), EditError> {
    let missing = |what: &str| gone(module, &format!("there is no {what}"));
    let home = application.modules.get(module).ok_or_else(|| missing("such module"))?;
    let declared = home.port_types.iter().find(|t| t.name == port_type);
    let declared = declared.ok_or_else(|| missing(&format!("port type `{port_type}`")))?;
    if declared.operation(old).is_none() {
        return Err(missing(&format!("operation `{old}` in `{port_type}`")));
    }
    if new.is_empty() || (new != old && declared.operation(new).is_some()) {
        return Err(taken(new, "an operation"));
    }
    let uses = uses_of(application, declared);
    for (key, orchestration) in
        application.modules.iter_mut().filter_map(|(k, m)| Some((k, m.orchestration.as_mut()?)))
    {
        let Some((ports, types)) = uses.get(key) else { continue };
        references::each_shape(orchestration, &mut |shape| match &mut shape.kind {
            ShapeKind::Receive(r)
                if r.operation == old && (ports.contains(&r.port) || types.contains(&r.role_port_type)) =>
            {
                new.clone_into(&mut r.operation);
            }
            ShapeKind::Send(s)
                if s.operation == old && (ports.contains(&s.port) || types.contains(&s.role_port_type)) =>
            {
                new.clone_into(&mut s.operation);
            }
            ShapeKind::Scope(scope) => {
                for catch in &mut scope.catches {
                    if let CatchType::Fault { port, operation, .. } = &mut catch.exception
                        && operation == old
                        && ports.contains(port)
                    {
                        new.clone_into(operation);
                    }
                }
            }
            _ => {}
        });
    }
    let declared = module_mut(application, module)?.port_types.iter_mut().find(|t| t.name == port_type);
    let operations = declared.into_iter().flat_map(|t| &mut t.operations);
    operations.filter(|o| o.name == old).for_each(|o| new.clone_into(&mut o.name));
    Ok(())
}

/// By module: the ports of that type, and the texts that name the type.
fn uses_of(
    application: &Application,
    declared: &PortType,
) -> BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> {
    let mut uses = BTreeMap::new();
    for (key, module) in &application.modules {
        let Some(orchestration) = &module.orchestration else { continue };
        let is_it =
            |text: &str| application.port_type(module, text).is_some_and(|t| std::ptr::eq(t, declared));
        let parameters = orchestration.parameters.iter().filter_map(|p| match &p.kind {
            ParameterKind::Port(port) => Some(port),
            _ => None,
        });
        let ports = orchestration.ports.iter().chain(parameters).filter(|p| is_it(&p.port_type));
        let ports = ports.map(|p| p.name.clone()).collect();
        let mut types = BTreeSet::new();
        for shape in orchestration.shapes() {
            let named = match &shape.kind {
                ShapeKind::Receive(r) => &r.role_port_type,
                ShapeKind::Send(s) => &s.role_port_type,
                _ => continue,
            };
            if is_it(named) {
                types.insert(named.clone());
            }
        }
        uses.insert(key.clone(), (ports, types));
    }
    uses
}

/// Renames a native map and its uses.
pub(super) fn map(application: &mut Application, old: &str, new: String) -> Result<(), EditError> {
    if new.is_empty() || application.maps.contains_key(&new) {
        return Err(taken(&new, "a map"));
    }
    let Some(mut map) = application.maps.remove(old) else {
        return Err(gone("", &format!("there is no map `{old}`")));
    };
    for orchestration in application.modules.values_mut().filter_map(|m| m.orchestration.as_mut()) {
        references::of_orchestration(orchestration, &mut |reference, text| match reference {
            Reference::Map if text == old => new.clone_into(text),
            Reference::Code => {
                if let Some(renamed) = rename_identifier(text, old, &new) {
                    *text = renamed;
                }
            }
            _ => {}
        });
    }
    let receive = application.bindings.receive_ports.iter_mut();
    let receive = receive.flat_map(|p| p.inbound_maps.iter_mut().chain(&mut p.outbound_maps));
    let send = application.bindings.send_ports.iter_mut();
    let send = send.flat_map(|p| p.inbound_maps.iter_mut().chain(&mut p.outbound_maps));
    receive.chain(send).filter(|name| *name == old).for_each(|name| new.clone_into(name));
    new.clone_into(&mut map.name);
    application.maps.insert(new, map);
    Ok(())
}

/// Moves a schema to another path; what names its message types follows.
pub(super) fn schema(
    application: &mut Application,
    path: &str,
    to: String,
    types: &BTreeMap<String, String>,
) -> Result<(), EditError> {
    if to.is_empty() || application.schemas.contains_key(&to) {
        return Err(taken(&to, "a schema"));
    }
    let Some(text) = application.schemas.remove(path) else {
        return Err(gone("", &format!("there is no schema `{path}`")));
    };
    application.schemas.insert(to, text);
    let follow = |text: &mut String| {
        if let Some(new) = types.get(text) {
            new.clone_into(text);
        }
    };
    for module in application.modules.values_mut() {
        module.multipart_types.iter_mut().flat_map(|t| &mut t.parts).for_each(|p| follow(&mut p.part_type));
        // A multi-part type of the module comes before a schema of its name.
        let own: BTreeSet<String> = module.multipart_types.iter().map(|t| t.name.clone()).collect();
        references::of_types(module, &mut |kind, text| {
            if kind == TypeReference::Message && !own.contains(text) {
                follow(text);
            }
        });
    }
    Ok(())
}
