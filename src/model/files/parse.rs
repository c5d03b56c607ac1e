use super::layout::{self, APPLICATION, Entry, SCENARIO_DEPTH, Tree, check_path, entry};
use super::ron_text::{from_ron, in_file, to_ron, to_ron_lines};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Application, Id, Map, Module, Policy, Scenario, Settings, Shape, ShapeKind, Vocabulary};
use std::collections::BTreeSet;

/// A loaded application and what was noticed on the way (warnings only).
pub type Loaded = (Application, Vec<Diagnostic>);

/// Builds the application from the files of its folder; foreign ones are ignored.
///
/// # Errors
/// Every reason why some file cannot be part of the application; nothing is loaded then.
pub fn decode(tree: &Tree) -> Result<Loaded, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    let mut application = Application::default();
    if !tree.contains_key(APPLICATION) {
        let help = "open a folder that has one, or make one with `orchestrion new <folder>`";
        let message = "this folder holds no application: `application.ron` is missing";
        errors.push(Diagnostic::error("F01", message, help).at(in_file(APPLICATION)));
    }
    for (path, bytes) in tree {
        let kind = entry(path);
        if kind == Entry::Foreign {
            continue;
        }
        match text(path, bytes).and_then(|text| place(&mut application, path, kind, text)) {
            Ok(()) => {}
            Err(problem) if kind == Entry::Message => {
                let help = "it stays in the folder; send it from there, or save it as UTF-8 to edit it here";
                warnings.push(Diagnostic::warning(problem.code, problem.message, help).at(problem.place));
            }
            Err(problem) => errors.push(problem),
        }
    }
    for (stem, module) in &application.modules {
        errors.extend(repeated_ids(stem, module));
    }
    if errors.is_empty() { Ok((application, warnings)) } else { Err(errors) }
}

fn text<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Diagnostic> {
    check_path(path)?;
    std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("the file is not UTF-8 text (byte {} is wrong)", error.valid_up_to());
        Diagnostic::error("F03", message, "save it as UTF-8 and open the folder again").at(in_file(path))
    })
}

fn place(application: &mut Application, path: &str, kind: Entry<'_>, text: &str) -> Result<(), Diagnostic> {
    match kind {
        Entry::Application => application.settings = from_ron::<Settings>(path, text)?,
        Entry::Bindings => application.bindings = from_ron(path, text)?,
        Entry::Partners => application.partners = from_ron(path, text)?,
        Entry::Module(stem) => {
            application.modules.insert(stem.to_owned(), from_ron(path, text)?);
        }
        Entry::Map(name) => {
            let map: Map = from_ron(path, text)?;
            same_name(path, name, &map.name)?;
            application.maps.insert(name.to_owned(), map);
        }
        Entry::Policy(name) => {
            let policy: Policy = from_ron(path, text)?;
            same_name(path, name, &policy.name)?;
            application.policies.insert(name.to_owned(), policy);
        }
        Entry::Component(class) => drop(application.components.insert(class.to_owned(), text.to_owned())),
        Entry::Schema => drop(application.schemas.insert(path.to_owned(), text.to_owned())),
        Entry::Message => drop(application.messages.insert(path.to_owned(), text.to_owned())),
        Entry::Scenario(stem) => drop(application.scenarios.insert(stem.to_owned(), from_ron(path, text)?)),
        Entry::Vocabulary => application.vocabulary = from_ron(path, text)?,
        Entry::Foreign => {}
    }
    Ok(())
}

/// A file is named after what it holds.
fn same_name(path: &str, stem: &str, name: &str) -> Result<(), Diagnostic> {
    if stem == name {
        return Ok(());
    }
    let help = format!("rename the file, or write `name: \"{stem}\"`");
    Err(Diagnostic::error("F07", format!("this file holds `{name}`"), help).at(in_file(path)))
}

/// The same file written our way, when it can be read: tells a mere difference of spelling from a change.
pub(super) fn normalised(path: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let written = match entry(path) {
        Entry::Application => to_ron(path, &from_ron::<Settings>(path, text).ok()?),
        Entry::Bindings => to_ron(path, &from_ron::<crate::model::Bindings>(path, text).ok()?),
        Entry::Partners => to_ron(path, &from_ron::<Vec<crate::model::Partner>>(path, text).ok()?),
        Entry::Module(_) => to_ron(path, &from_ron::<Module>(path, text).ok()?),
        Entry::Map(_) => to_ron(path, &from_ron::<Map>(path, text).ok()?),
        Entry::Policy(_) => to_ron(path, &from_ron::<Policy>(path, text).ok()?),
        Entry::Scenario(_) => to_ron_lines(path, &from_ron::<Scenario>(path, text).ok()?, SCENARIO_DEPTH),
        Entry::Vocabulary => to_ron_lines(path, &from_ron::<Vocabulary>(path, text).ok()?, SCENARIO_DEPTH),
        Entry::Component(_) | Entry::Schema | Entry::Message | Entry::Foreign => return None,
    };
    written.ok().map(String::into_bytes)
}

/// Identities used twice in a module, and shapes without one.
fn repeated_ids(stem: &str, module: &Module) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    each_id(module, &mut |id, name, required| {
        let problem = if id.is_empty() {
            required.then(|| ("has an empty `id`".to_owned(), "give it one, e.g. `id: \"receive_2\"`"))
        } else if seen.insert(id.clone()) {
            None
        } else {
            let help = "change one of the two to an id that no other element of this file has";
            Some((format!("uses the id `{id}` a second time"), help))
        };
        if let Some((what, help)) = problem {
            let place = Place {
                module: Some(stem.to_owned()),
                id: Some(id.clone()),
                name: name.to_owned(),
                property: "id",
                ..in_file(&layout::module_path(stem))
            };
            found.push(Diagnostic::error("F06", format!("`{name}` {what}"), help).at(place));
        }
    });
    found
}

/// Visits every identity of a module: id, name, and whether it must not be empty.
pub(crate) fn each_id<'a>(module: &'a Module, visit: &mut dyn FnMut(&'a Id, &'a str, bool)) {
    for t in &module.port_types {
        visit(&t.id, &t.name, false);
        t.operations.iter().for_each(|o| visit(&o.id, &o.name, false));
    }
    module.multipart_types.iter().for_each(|t| visit(&t.id, &t.name, false));
    module.correlation_types.iter().for_each(|t| visit(&t.id, &t.name, false));
    module.role_link_types.iter().for_each(|t| visit(&t.id, &t.name, false));
    module.web_message_types.iter().for_each(|t| visit(&t.id, &t.name, false));
    let Some(orchestration) = &module.orchestration else { return };
    visit(&orchestration.id, &orchestration.name, false);
    for parameter in &orchestration.parameters {
        visit(parameter.id(), parameter.name(), false);
    }
    orchestration.ports.iter().for_each(|p| visit(&p.id, &p.name, false));
    orchestration.role_links.iter().for_each(|r| visit(&r.id, &r.name, false));
    orchestration.messages.iter().for_each(|m| visit(&m.id, &m.name, false));
    orchestration.variables.iter().for_each(|v| visit(&v.id, &v.name, false));
    orchestration.correlation_sets.iter().for_each(|c| visit(&c.id, &c.name, false));
    for shape in orchestration.shapes() {
        shape_ids(shape, visit);
    }
}

/// The identities of one shape, without those of the shapes inside it.
pub(crate) fn shape_ids<'a>(shape: &'a Shape, visit: &mut dyn FnMut(&'a Id, &'a str, bool)) {
    visit(&shape.id, &shape.name, true);
    match &shape.kind {
        ShapeKind::Decide(b) | ShapeKind::Listen(b) | ShapeKind::Parallel(b) => {
            b.branches.iter().for_each(|b| visit(&b.id, &b.name, true));
        }
        ShapeKind::Scope(scope) => {
            scope.messages.iter().for_each(|m| visit(&m.id, &m.name, false));
            scope.variables.iter().for_each(|v| visit(&v.id, &v.name, false));
            scope.correlation_sets.iter().for_each(|c| visit(&c.id, &c.name, false));
            scope.catches.iter().for_each(|c| visit(&c.id, &c.name, true));
            scope.compensation.iter().for_each(|c| visit(&c.id, &c.name, true));
        }
        _ => {}
    }
}
