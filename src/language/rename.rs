use super::knowledge::Knowledge;
use super::places::orchestration;
use super::scope::Scope;
use super::targets::Target;
use super::usages::{Usage, UsageKind, occurrences, usages};
use crate::diagnostic::{Diagnostic, Place, article};
use crate::model::edit::{Declaration, Edit, OrchestrationProperties};
use crate::model::{Application, CatchType, ParameterKind, Shape, ShapeKind, Throw};
use crate::xlang::is_reserved;
use crate::xml::SchemaSet;
use std::collections::BTreeMap;

/// A new name for something, everywhere, as one step.
#[derive(Clone, Debug)]
pub struct Rename {
    pub edit: Edit,
    /// The places it changes, as they are before it.
    pub places: Vec<Usage>,
}

/// Renames `target` wherever it is used.
///
/// # Errors
/// `M03` when `name` is no identifier, is a word of the language, or is taken where the target is used.
pub fn rename(
    app: &Application,
    knowledge: &Knowledge,
    target: &Target,
    name: &str,
) -> Result<Rename, Diagnostic> {
    check_name(app, target, name)?;
    let places = usages(app, knowledge, target);
    taken_inside(app, target, &places, name)?;
    let mut edit = edit_of(app, knowledge, target, name).ok_or_else(|| {
        let message = format!("{} cannot be renamed here", article(target.label()));
        refused(target, message, "rename it where it is made")
    })?;
    // What the edit refuses is told before anything changes.
    edit.clone().apply(&mut app.clone())?;
    if let Edit::Batch { label, .. } = &mut edit {
        *label = format!("Rename {} {} to {name}", target.label(), target.name(app));
    }
    Ok(Rename { edit, places })
}

/// Another name for a schema file, which the names of its message types follow, as one step.
///
/// # Errors
/// `M03` when `name` is no name of a file, or the file is named in what this cannot change: another schema, a pipeline.
pub fn rename_schema(
    app: &Application,
    schemas: &SchemaSet,
    path: &str,
    name: &str,
) -> Result<Edit, Diagnostic> {
    let refuse = |message: String, help| {
        Diagnostic::error("M03", message, help).at(Place { file: path.to_owned(), ..Place::default() })
    };
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !name.starts_with(|c: char| c.is_alphabetic()) || !name.chars().all(part) || name.ends_with('.') {
        let help = "begin with a letter, then letters, digits, _ and -";
        return Err(refuse(format!("`{name}` is not a name of a schema"), help));
    }
    let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
    let to = format!("{folder}/{name}.xsd").trim_start_matches('/').to_owned();
    let named = |text: &str| text.contains(&format!("\"{file}\"")) || text.contains(&format!("/{file}\""));
    if let Some((other, _)) = app.schemas.iter().find(|(other, text)| *other != path && named(text)) {
        let message = format!("`{other}` imports `{file}` by its name");
        return Err(refuse(message, "change its schemaLocation first"));
    }
    let names: BTreeMap<&str, &str> =
        schemas.names_of(path).map(|(name, root)| (name, root.root.as_str())).collect();
    let receive = app.bindings.receive_ports.iter().flat_map(|port| &port.locations);
    let settings = receive.flat_map(|location| location.pipeline_properties.values());
    let send = app.bindings.send_ports.iter().flat_map(|port| port.pipeline_properties.values());
    let mut words = settings.chain(send).flat_map(|value| value.split(['|', ',', ' ']));
    if let Some(used) = words.find(|word| names.contains_key(word)) {
        let message = format!("a pipeline names the type `{used}`");
        return Err(refuse(message, "take it out of the properties of the pipeline first"));
    }
    let edit = |types| Edit::RenameSchema { path: path.to_owned(), to: to.clone(), types };
    let mut after = app.clone();
    edit(BTreeMap::new()).apply(&mut after)?;
    let known = SchemaSet::build(&after);
    let now: BTreeMap<&str, &str> =
        known.roots_of(&to).map(|root| (root.root.as_str(), root.type_name.as_str())).collect();
    let types =
        names.into_iter().filter_map(|(name, root)| Some((name.to_owned(), (*now.get(root)?).to_owned())));
    Ok(edit(types.collect()))
}

fn refused(target: &Target, message: impl Into<String>, help: &str) -> Diagnostic {
    let place = Place { module: target.module().map(str::to_owned), ..Place::default() };
    Diagnostic::error("M03", message, help).at(place)
}

fn check_name(app: &Application, target: &Target, name: &str) -> Result<(), Diagnostic> {
    let word = |c: char| c == '_' || c.is_alphanumeric();
    let starts = name.starts_with(|c: char| c == '_' || c.is_alphabetic());
    if !starts || !name.chars().all(word) {
        let help = "begin with a letter, then letters, digits and _";
        return Err(refused(target, format!("`{name}` is not a name"), help));
    }
    if is_reserved(name) {
        return Err(refused(target, format!("`{name}` is a word of XLANG/s"), "choose another name"));
    }
    if name == target.name(app) {
        return Err(refused(target, format!("it is called `{name}` already"), "choose another name"));
    }
    Ok(())
}

/// Refuses a name that something further in has where the target is used: it would hide the target.
fn taken_inside(app: &Application, target: &Target, places: &[Usage], name: &str) -> Result<(), Diagnostic> {
    let Some(module) = target.module() else { return Ok(()) };
    if !matches!(target, Target::Declared { .. } | Target::Caught { .. }) {
        return Ok(());
    }
    let Some(orchestration) = orchestration(app, module) else { return Ok(()) };
    let used = |shape: &Shape| {
        let mut uses = false;
        shape.visit(&mut |inner| {
            uses |= places.iter().any(|usage| {
                usage.kind != UsageKind::Declares
                    && usage.place.module.as_deref() == Some(module)
                    && usage.place.id.as_ref().is_some_and(|id| {
                        inner.id == *id
                            || inner.blocks().iter().any(
                                |(slot, _)| matches!(slot, crate::model::BlockSlot::Branch(own) if own == id),
                            )
                    })
            });
        });
        uses
    };
    for shape in orchestration.shapes() {
        let ShapeKind::Scope(scope) = &shape.kind else { continue };
        let declares = scope.messages.iter().any(|m| m.name == name)
            || scope.variables.iter().any(|v| v.name == name)
            || scope.correlation_sets.iter().any(|c| c.name == name)
            || scope.catches.iter().any(|c| c.variable == name);
        if declares && used(shape) {
            let message =
                format!("the scope {} has a `{name}` of its own, and uses this one too", shape.name);
            return Err(refused(target, message, "choose another name"));
        }
    }
    // A local must not take the name of something around it that its scope uses.
    let own = matches!(target, Target::Caught { .. });
    if own && instance_names(orchestration).contains(&name) {
        let message = format!("the orchestration has a `{name}` already");
        return Err(refused(target, message, "choose another name"));
    }
    Ok(())
}

fn instance_names(orchestration: &crate::model::Orchestration) -> Vec<&str> {
    let names = orchestration.ports.iter().map(|p| p.name.as_str());
    let names = names.chain(orchestration.role_links.iter().map(|r| r.name.as_str()));
    let names = names.chain(orchestration.messages.iter().map(|m| m.name.as_str()));
    let names = names.chain(orchestration.variables.iter().map(|v| v.name.as_str()));
    let names = names.chain(orchestration.correlation_sets.iter().map(|c| c.name.as_str()));
    names.chain(orchestration.parameters.iter().map(crate::model::Parameter::name)).collect()
}

fn edit_of(app: &Application, knowledge: &Knowledge, target: &Target, name: &str) -> Option<Edit> {
    match target {
        Target::Declared { module, scope, name: old, .. } => {
            let declaration = with_name(target.declaration(app)?, name);
            Some(Edit::Redeclare {
                module: module.clone(),
                scope: scope.clone(),
                name: old.clone(),
                declaration,
            })
        }
        Target::Operation { module, port_type, name: old } => Some(Edit::RenameOperation {
            module: module.clone(),
            port_type: port_type.clone(),
            operation: old.clone(),
            name: name.to_owned(),
        }),
        Target::Orchestration { module } => {
            let mut properties = OrchestrationProperties::of(orchestration(app, module)?);
            name.clone_into(&mut properties.name);
            Some(Edit::SetOrchestration { module: module.clone(), properties })
        }
        Target::Map(old) => Some(Edit::RenameMap { name: old.clone(), to: name.to_owned() }),
        Target::Caught { module, catch, name: old } => {
            caught(app, knowledge, target, (module, catch, old), name)
        }
        Target::Property(_) | Target::Component(_) => None,
    }
}

/// The exception object of a catch block with all that uses it.
fn caught(
    app: &Application,
    knowledge: &Knowledge,
    target: &Target,
    (module, catch, old): (&str, &crate::model::Id, &str),
    name: &str,
) -> Option<Edit> {
    let orchestration = orchestration(app, module)?;
    let block = orchestration.shapes().into_iter().find_map(|shape| match &shape.kind {
        ShapeKind::Scope(scope) => scope.catches.iter().find(|c| c.id == *catch),
        _ => None,
    })?;
    let exception: CatchType = block.exception.clone();
    let (key, catch) = (module.to_owned(), catch.clone());
    let mut edits = vec![Edit::SetCatch { module: key, catch, exception, variable: name.to_owned() }];
    for usage in usages(app, knowledge, target) {
        if usage.kind == UsageKind::Declares {
            continue;
        }
        match (&usage.code, &usage.place.id) {
            (Some(place), _) => {
                let text = place.text(app)?;
                let scope = Scope::at(app, knowledge, place)?;
                let mut new = text.to_owned();
                for (range, _) in occurrences(&scope, text, target).into_iter().rev() {
                    new.replace_range(range, name);
                }
                let edit = place.edit(app, &new)?;
                if !edits.contains(&edit) {
                    edits.push(edit);
                }
            }
            (None, Some(id)) => {
                let shape = orchestration.shape(id)?;
                let mut kind = shape.kind.clone();
                match &mut kind {
                    ShapeKind::Throw(Throw { exception: Some(thrown) }) if thrown == old => {
                        name.clone_into(thrown);
                    }
                    ShapeKind::Call(call) | ShapeKind::Start(call) => {
                        call.arguments
                            .iter_mut()
                            .filter(|a| a.name == old)
                            .for_each(|a| name.clone_into(&mut a.name));
                    }
                    ShapeKind::CallRules(rules) => {
                        let own = rules.parameters.iter_mut().filter(|p| p.message == old);
                        own.for_each(|p| name.clone_into(&mut p.message));
                    }
                    ShapeKind::Send(send) if send.message == old => name.clone_into(&mut send.message),
                    ShapeKind::Transform(transform) => {
                        let own = transform.inputs.iter_mut().filter(|p| p.message == old);
                        own.for_each(|p| name.clone_into(&mut p.message));
                    }
                    _ => continue,
                }
                edits.push(Edit::SetKind { module: module.to_owned(), shape: id.clone(), kind });
            }
            (None, None) => {}
        }
    }
    Some(Edit::Batch { label: String::new(), edits })
}

/// The same declaration under another name.
pub fn with_name(mut declaration: Declaration, name: &str) -> Declaration {
    let own = match &mut declaration {
        Declaration::PortType(it) => &mut it.name,
        Declaration::MultipartType(it) => &mut it.name,
        Declaration::CorrelationType(it) => &mut it.name,
        Declaration::RoleLinkType(it) => &mut it.name,
        Declaration::WebMessageType(it) => &mut it.name,
        Declaration::Port(it) => &mut it.name,
        Declaration::RoleLink(it) => &mut it.name,
        Declaration::Message(it) => &mut it.name,
        Declaration::Variable(it) => &mut it.name,
        Declaration::CorrelationSet(it) => &mut it.name,
        Declaration::Parameter(it) => match &mut it.kind {
            ParameterKind::Message(m) => &mut m.name,
            ParameterKind::Variable(v) => &mut v.name,
            ParameterKind::CorrelationSet(c) => &mut c.name,
            ParameterKind::Port(p) => &mut p.name,
            ParameterKind::RoleLink(r) => &mut r.name,
        },
    };
    name.clone_into(own);
    declaration
}
