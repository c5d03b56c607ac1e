use super::ron_text::{in_file, to_ron, to_ron_lines};
use crate::diagnostic::Diagnostic;
use crate::model::{Application, Bindings, Vocabulary};
use serde::Serialize;
use std::collections::BTreeMap;

/// Files of an application by path below its folder, `/`-separated.
pub type Tree = BTreeMap<String, Vec<u8>>;

pub const APPLICATION: &str = "application.ron";
pub const BINDINGS: &str = "bindings.ron";
pub const PARTNERS: &str = "partners.ron";
pub(super) const SCHEMAS: &str = "schemas";
pub(super) const MAPS: &str = "maps";
pub(super) const RULES: &str = "rules";
pub(super) const COMPONENTS: &str = "components";
pub(super) const MESSAGES: &str = "messages";
pub(super) const SCENARIOS: &str = "scenarios";
pub const VOCABULARY: &str = "scenarios/vocabulary.ron";

/// Nesting of a scenario that has lines of its own: steps, what each expects, and its entries.
pub(super) const SCENARIO_DEPTH: usize = 5;

/// What a path of the folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry<'a> {
    Application,
    /// A module, by its stem.
    Module(&'a str),
    Bindings,
    Partners,
    Schema,
    /// A map, by its name.
    Map(&'a str),
    /// A policy, by its name.
    Policy(&'a str),
    /// A script, by the class it stands for.
    Component(&'a str),
    Message,
    /// A scenario, by its stem.
    Scenario(&'a str),
    Vocabulary,
    Foreign,
}

pub(super) fn entry(path: &str) -> Entry<'_> {
    match path.split_once('/') {
        None => match path {
            APPLICATION => Entry::Application,
            BINDINGS => Entry::Bindings,
            PARTNERS => Entry::Partners,
            _ => path
                .strip_suffix(".orchestration.ron")
                .filter(|stem| !stem.is_empty())
                .map_or(Entry::Foreign, Entry::Module),
        },
        Some((SCHEMAS, file)) if file.to_lowercase().ends_with(".xsd") => Entry::Schema,
        Some((MAPS, file)) if !file.contains('/') => {
            file.strip_suffix(".map.ron").filter(|name| !name.is_empty()).map_or(Entry::Foreign, Entry::Map)
        }
        Some((RULES, file)) if !file.contains('/') => file
            .strip_suffix(".rules.ron")
            .filter(|name| !name.is_empty())
            .map_or(Entry::Foreign, Entry::Policy),
        Some((COMPONENTS, file)) if !file.contains('/') => file
            .strip_suffix(".rhai")
            .filter(|name| !name.is_empty())
            .map_or(Entry::Foreign, Entry::Component),
        Some((MESSAGES, _)) => Entry::Message,
        Some((SCENARIOS, _)) if path == VOCABULARY => Entry::Vocabulary,
        Some((SCENARIOS, file)) if !file.contains('/') => file
            .strip_suffix(".scenario.ron")
            .filter(|stem| !stem.is_empty())
            .map_or(Entry::Foreign, Entry::Scenario),
        _ => Entry::Foreign,
    }
}

/// Path of a policy's file below the application folder.
pub fn policy_path(name: &str) -> String {
    format!("{RULES}/{name}.rules.ron")
}

/// Path of a map's file below the application folder.
pub fn map_path(name: &str) -> String {
    format!("{MAPS}/{name}.map.ron")
}

/// Path of the script that stands for a class.
pub fn component_path(class: &str) -> String {
    format!("{COMPONENTS}/{class}.rhai")
}

/// Path of a module's file below the application folder.
pub fn module_path(stem: &str) -> String {
    format!("{stem}.orchestration.ron")
}

/// Path of a scenario's file below the application folder.
pub fn scenario_path(stem: &str) -> String {
    format!("{SCENARIOS}/{stem}.scenario.ron")
}

/// The files of an application, byte for byte as they are saved.
///
/// # Errors
/// `F05` when something cannot be written, `F07` when a name cannot be a file's.
pub fn encode(application: &Application) -> Result<Tree, Vec<Diagnostic>> {
    let mut texts: Vec<(String, Result<String, Diagnostic>)> = Vec::new();
    texts.push((APPLICATION.to_owned(), to_ron(APPLICATION, &application.settings)));
    for (stem, module) in &application.modules {
        let path = module_path(stem);
        let text =
            if entry(&path) == Entry::Module(stem) { to_ron(&path, module) } else { Err(misplaced(&path)) };
        texts.push((path, text));
    }
    if application.bindings != Bindings::default() {
        texts.push((BINDINGS.to_owned(), to_ron(BINDINGS, &application.bindings)));
    }
    if !application.partners.is_empty() {
        texts.push((PARTNERS.to_owned(), to_ron(PARTNERS, &application.partners)));
    }
    for (name, map) in &application.maps {
        let path = map_path(name);
        let text = named(&path, entry(&path) == Entry::Map(name), name, &map.name, map);
        texts.push((path, text));
    }
    for (name, policy) in &application.policies {
        let path = policy_path(name);
        let text = named(&path, entry(&path) == Entry::Policy(name), name, &policy.name, policy);
        texts.push((path, text));
    }
    if application.vocabulary != Vocabulary::default() {
        let text = to_ron_lines(VOCABULARY, &application.vocabulary, SCENARIO_DEPTH);
        texts.push((VOCABULARY.to_owned(), text));
    }
    for (stem, scenario) in &application.scenarios {
        let path = scenario_path(stem);
        let fits = entry(&path) == Entry::Scenario(stem);
        let text = if fits { to_ron_lines(&path, scenario, SCENARIO_DEPTH) } else { Err(misplaced(&path)) };
        texts.push((path, text));
    }
    for (class, script) in &application.components {
        let path = component_path(class);
        let placed = entry(&path) == Entry::Component(class);
        let text = if placed { Ok(script.clone()) } else { Err(misplaced(&path)) };
        texts.push((path, text));
    }
    let plain = application.schemas.iter().map(|file| (Entry::Schema, file));
    let plain = plain.chain(application.messages.iter().map(|file| (Entry::Message, file)));
    for (kind, (path, text)) in plain {
        let text = if entry(path) == kind { Ok(text.clone()) } else { Err(misplaced(path)) };
        texts.push((path.clone(), text));
    }

    let mut tree = Tree::new();
    let mut lower: BTreeMap<String, String> = BTreeMap::new();
    let mut found = Vec::new();
    for (path, text) in texts {
        if let Some(other) = lower.insert(path.to_lowercase(), path.clone()) {
            let message =
                format!("`{path}` and `{other}` differ only in case, which is one file on many systems");
            found.push(Diagnostic::error("F07", message, "rename one of the two").at(in_file(&path)));
        }
        match check_path(&path).and(text) {
            Ok(text) => drop(tree.insert(path, text.into_bytes())),
            Err(diagnostic) => found.push(diagnostic),
        }
    }
    if found.is_empty() { Ok(tree) } else { Err(found) }
}

/// Text of a file that is kept under the name it states itself.
fn named<T: Serialize>(
    path: &str,
    placed: bool,
    key: &str,
    name: &str,
    content: &T,
) -> Result<String, Diagnostic> {
    if !placed {
        return Err(misplaced(path));
    }
    if key != name {
        let message = format!("what is kept as `{key}` is named `{name}`");
        return Err(Diagnostic::error("F07", message, "give both the same name").at(in_file(path)));
    }
    to_ron(path, content)
}

fn misplaced(path: &str) -> Diagnostic {
    let help = "paths are like `Order.orchestration.ron`, `schemas/Order.xsd`, `maps/OrderToAck.map.ron`, \
                `rules/Discount.rules.ron`, `components/Acme.Helper.rhai` and `messages/order.xml`";
    Diagnostic::error("F07", format!("`{path}` is no place for a file of this kind"), help).at(in_file(path))
}

/// Refuses a path that leaves the application folder or that some file system cannot hold.
pub(super) fn check_path(path: &str) -> Result<(), Diagnostic> {
    let bad = |part: &str| {
        part.is_empty()
            || part.starts_with('.')
            || part.ends_with(['.', ' '])
            || part.chars().any(cannot_be_in_a_name)
            || is_device(part)
    };
    if path.split('/').any(bad) {
        let help = "use letters, digits, `_`, `-` and single dots inside the name";
        let message = format!("`{path}` cannot be the path of a file in the application folder");
        return Err(Diagnostic::error("F07", message, help).at(in_file(path)));
    }
    Ok(())
}

/// Characters that some system does not allow in the name of a file.
pub fn cannot_be_in_a_name(c: char) -> bool {
    c.is_control() || "/<>:\"\\|?*".contains(c)
}

/// Names Windows keeps for devices, with any extension.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().to_uppercase();
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()))
}
