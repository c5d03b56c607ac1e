//! What differs between two versions of an application, in the words of the designer: shapes added, removed, moved
//! or changed, declarations, ports, bindings, files.
//!
//! Shapes are the same when they have the same identity; what is left is matched by content, so that files whose
//! identities were made anew still compare. Order is that of the newer version, then what it lacks.

mod nodes;
mod values;
mod words;

#[cfg(test)]
mod tests;

use super::edit::DeclarationKind;
use super::files::{module_path, policy_path, scenario_path};
use super::{Application, Id, Module};
use crate::diagnostic::capital;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Debug;
use values::{Row, difference};

/// What happened to one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
    /// Elsewhere now; its properties may have changed too.
    Moved,
}

/// The thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "is")]
pub enum Subject {
    /// A file other than an orchestration's, by its path.
    File { path: String },
    /// A module as a whole, when only one side has it.
    Module { module: String },
    /// Properties of the orchestration or its module.
    Orchestration { module: String },
    /// A shape, branch, catch or compensation block: its identity on each side that has it.
    Node { module: String, old: Option<Id>, new: Option<Id> },
    Declaration {
        module: String,
        #[serde(serialize_with = "label")]
        declaration: DeclarationKind,
        name: String,
    },
    /// An element of the bindings, such as a send port.
    Binding { what: String, name: String },
}

fn label<S: serde::Serializer>(kind: &DeclarationKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.label())
}

/// A property with its two values; `None` where a side does not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// Such as `text` or `variables.stage.type`.
    pub property: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub kind: ChangeKind,
    pub subject: Subject,
    /// The thing as the designer names it: `Receive "New order"`.
    pub name: String,
    /// Where a moved or added thing is now, where a removed one was: `in branch "Yes" of "Valid?"`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Where a moved thing was before.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
}

impl Change {
    /// The module it is about, if it is about one.
    pub fn module(&self) -> Option<&str> {
        match &self.subject {
            Subject::Module { module }
            | Subject::Orchestration { module }
            | Subject::Node { module, .. }
            | Subject::Declaration { module, .. } => Some(module),
            Subject::File { .. } | Subject::Binding { .. } => None,
        }
    }
}

/// Everything that differs between two versions of an application.
pub fn applications(old: &Application, new: &Application) -> Vec<Change> {
    let mut all = Vec::new();
    for (key, module) in &new.modules {
        match old.modules.get(key) {
            Some(before) => all.extend(modules(key, before, module)),
            None => all.push(whole_module(key, ChangeKind::Added)),
        }
    }
    for key in old.modules.keys().filter(|key| !new.modules.contains_key(*key)) {
        all.push(whole_module(key, ChangeKind::Removed));
    }
    all.extend(bindings(old, new));
    file(&mut all, "application.ron", Some(&old.settings), Some(&new.settings));
    file(&mut all, "partners.ron", Some(&old.partners), Some(&new.partners));
    file(&mut all, "scenarios/vocabulary.ron", Some(&old.vocabulary), Some(&new.vocabulary));
    files(&mut all, &old.maps, &new.maps, |name| format!("maps/{name}.map.ron"));
    files(&mut all, &old.policies, &new.policies, policy_path);
    files(&mut all, &old.scenarios, &new.scenarios, scenario_path);
    files(&mut all, &old.components, &new.components, super::files::component_path);
    files(&mut all, &old.schemas, &new.schemas, str::to_owned);
    files(&mut all, &old.messages, &new.messages, str::to_owned);
    all
}

/// What differs between two versions of one module; `key` is what the changes call it.
pub fn modules(key: &str, old: &Module, new: &Module) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let mut all = nodes::compare(key, old, new);
    for (kind, before, after) in declarations(old, new) {
        for row in values::named(&before, &after) {
            let (name, change, details) = match row {
                Row::Added(name) => (name, ChangeKind::Added, Vec::new()),
                Row::Removed(name) => (name, ChangeKind::Removed, Vec::new()),
                Row::Changed(name, details) => (name, ChangeKind::Changed, details),
            };
            all.push(Change {
                kind: change,
                name: format!("{} \"{name}\"", capital(kind.label())),
                subject: Subject::Declaration { module: key.to_owned(), declaration: kind, name },
                place: String::new(),
                from: String::new(),
                details,
            });
        }
    }
    let details = difference(&own(old), &own(new));
    if !details.is_empty() {
        let name = new.orchestration.as_ref().map_or(key, |o| &o.name);
        all.insert(
            0,
            Change {
                kind: ChangeKind::Changed,
                subject: Subject::Orchestration { module: key.to_owned() },
                name: format!("Orchestration \"{name}\""),
                place: String::new(),
                from: String::new(),
                details,
            },
        );
    }
    all
}

/// Lists of declarations that both modules have, as values.
fn declarations(old: &Module, new: &Module) -> Vec<(DeclarationKind, serde_json::Value, serde_json::Value)> {
    use DeclarationKind as K;
    let (mut before, mut after) = (values::of(old), values::of(new));
    let mut found = Vec::new();
    for (kind, list) in [
        (K::Port, "ports"),
        (K::Message, "messages"),
        (K::Variable, "variables"),
        (K::CorrelationSet, "correlation_sets"),
        (K::Parameter, "parameters"),
        (K::RoleLink, "role_links"),
        (K::PortType, "port_types"),
        (K::MultipartType, "multipart_types"),
        (K::CorrelationType, "correlation_types"),
        (K::RoleLinkType, "role_link_types"),
        (K::WebMessageType, "web_message_types"),
    ] {
        let take = |module: &mut serde_json::Value| {
            let holder = if kind.is_type() { Some(module) } else { module.get_mut("orchestration") };
            holder.and_then(|h| h.get_mut(list)).map(serde_json::Value::take).unwrap_or_default()
        };
        found.push((kind, take(&mut before), take(&mut after)));
    }
    found
}

/// The properties of a module and its orchestration, without shapes and declarations.
fn own(module: &Module) -> serde_json::Value {
    let mut value = values::of(module);
    if let Some(all) = value.as_object_mut() {
        let inner = all.remove("orchestration");
        all.retain(|_, v| !v.is_array());
        let mut inner = inner.unwrap_or_default();
        if let Some(inner) = inner.as_object_mut() {
            inner.retain(|key, v| !v.is_array() && key != "compensation" && key != "id");
            all.extend(std::mem::take(inner));
        }
    }
    value
}

fn whole_module(key: &str, kind: ChangeKind) -> Change {
    Change {
        kind,
        subject: Subject::Module { module: key.to_owned() },
        name: module_path(key),
        place: String::new(),
        from: String::new(),
        details: Vec::new(),
    }
}

fn bindings(old: &Application, new: &Application) -> Vec<Change> {
    let mut all = Vec::new();
    let (before, after) = (values::of(&old.bindings), values::of(&new.bindings));
    for (list, what) in [
        ("receive_ports", "receive port"),
        ("send_ports", "send port"),
        ("send_port_groups", "send port group"),
        ("services", "binding of"),
        ("parties", "party"),
    ] {
        let of = |value: &serde_json::Value| value.get(list).cloned().unwrap_or_default();
        for row in values::named(&of(&before), &of(&after)) {
            let (name, kind, details) = match row {
                Row::Added(name) => (name, ChangeKind::Added, Vec::new()),
                Row::Removed(name) => (name, ChangeKind::Removed, Vec::new()),
                Row::Changed(name, details) => (name, ChangeKind::Changed, details),
            };
            all.push(Change {
                kind,
                name: format!("{} \"{name}\"", capital(what)),
                subject: Subject::Binding { what: what.to_owned(), name },
                place: String::new(),
                from: String::new(),
                details,
            });
        }
    }
    all
}

fn files<T: Serialize + PartialEq>(
    all: &mut Vec<Change>,
    old: &BTreeMap<String, T>,
    new: &BTreeMap<String, T>,
    path: impl Fn(&str) -> String,
) {
    for (name, after) in new {
        file(all, &path(name), old.get(name), Some(after));
    }
    for (name, before) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
        file(all, &path(name), Some(before), None);
    }
}

fn file<T: Serialize + PartialEq>(all: &mut Vec<Change>, path: &str, old: Option<&T>, new: Option<&T>) {
    let (kind, details) = match (old, new) {
        (Some(old), Some(new)) if old != new => {
            (ChangeKind::Changed, difference(&values::of(old), &values::of(new)))
        }
        (None, Some(_)) => (ChangeKind::Added, Vec::new()),
        (Some(_), None) => (ChangeKind::Removed, Vec::new()),
        _ => return,
    };
    all.push(Change {
        kind,
        subject: Subject::File { path: path.to_owned() },
        name: path.to_owned(),
        place: String::new(),
        from: String::new(),
        details,
    });
}
