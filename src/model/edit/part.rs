use super::{Edit, EditError};
use crate::diagnostic::Diagnostic;
use crate::model::files::each_id;
use crate::model::{Application, Bindings, Map, Module, Partner, Policy, Scenario, Settings, Vocabulary};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A part of the application as it is kept in one file; `None` when there is no such file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    Settings(Settings),
    Bindings(Bindings),
    Partners(Vec<Partner>),
    Module(String, Option<Box<Module>>),
    Map(String, Option<Map>),
    Policy(String, Option<Policy>),
    Component(String, Option<String>),
    Schema(String, Option<String>),
    Message(String, Option<String>),
    Scenario(String, Option<Box<Scenario>>),
    Vocabulary(Box<Vocabulary>),
}

impl Part {
    pub(super) fn put(self, application: &mut Application) {
        fn set<T>(map: &mut std::collections::BTreeMap<String, T>, key: String, value: Option<T>) {
            match value {
                Some(value) => drop(map.insert(key, value)),
                None => drop(map.remove(&key)),
            }
        }
        match self {
            Part::Settings(settings) => application.settings = settings,
            Part::Bindings(bindings) => application.bindings = bindings,
            Part::Partners(partners) => application.partners = partners,
            Part::Module(name, module) => set(&mut application.modules, name, module.map(|m| *m)),
            Part::Map(name, map) => set(&mut application.maps, name, map),
            Part::Component(class, script) => set(&mut application.components, class, script),
            Part::Policy(name, policy) => set(&mut application.policies, name, policy),
            Part::Schema(path, text) => set(&mut application.schemas, path, text),
            Part::Message(path, text) => set(&mut application.messages, path, text),
            Part::Scenario(stem, scenario) => set(&mut application.scenarios, stem, scenario.map(|s| *s)),
            Part::Vocabulary(vocabulary) => application.vocabulary = *vocabulary,
        }
    }

    /// The same part as it is now.
    fn current(&self, application: &Application) -> Part {
        match self {
            Part::Settings(_) => Part::Settings(application.settings.clone()),
            Part::Bindings(_) => Part::Bindings(application.bindings.clone()),
            Part::Partners(_) => Part::Partners(application.partners.clone()),
            Part::Module(name, _) => module(application, name),
            Part::Map(name, _) => Part::Map(name.clone(), application.maps.get(name).cloned()),
            Part::Component(class, _) => {
                Part::Component(class.clone(), application.components.get(class).cloned())
            }
            Part::Policy(name, _) => Part::Policy(name.clone(), application.policies.get(name).cloned()),
            Part::Schema(path, _) => Part::Schema(path.clone(), application.schemas.get(path).cloned()),
            Part::Message(path, _) => Part::Message(path.clone(), application.messages.get(path).cloned()),
            Part::Scenario(stem, _) => {
                Part::Scenario(stem.clone(), application.scenarios.get(stem).cloned().map(Box::new))
            }
            Part::Vocabulary(_) => Part::Vocabulary(Box::new(application.vocabulary.clone())),
        }
    }

    /// True when the application holds the part as it is here.
    fn is_current(&self, application: &Application) -> bool {
        match self {
            Part::Settings(settings) => application.settings == *settings,
            Part::Bindings(bindings) => application.bindings == *bindings,
            Part::Partners(partners) => application.partners == *partners,
            Part::Module(name, module) => application.modules.get(name) == module.as_deref(),
            Part::Map(name, map) => application.maps.get(name) == map.as_ref(),
            Part::Component(class, script) => application.components.get(class) == script.as_ref(),
            Part::Policy(name, policy) => application.policies.get(name) == policy.as_ref(),
            Part::Schema(path, text) => application.schemas.get(path) == text.as_ref(),
            Part::Message(path, text) => application.messages.get(path) == text.as_ref(),
            Part::Scenario(stem, scenario) => application.scenarios.get(stem) == scenario.as_deref(),
            Part::Vocabulary(vocabulary) => application.vocabulary == **vocabulary,
        }
    }

    /// True when both are the same part, whatever it holds.
    pub(super) fn same_place(&self, other: &Part) -> bool {
        match (self, other) {
            (Part::Settings(_), Part::Settings(_))
            | (Part::Bindings(_), Part::Bindings(_))
            | (Part::Partners(_), Part::Partners(_))
            | (Part::Vocabulary(_), Part::Vocabulary(_)) => true,
            (Part::Module(a, _), Part::Module(b, _))
            | (Part::Map(a, _), Part::Map(b, _))
            | (Part::Policy(a, _), Part::Policy(b, _))
            | (Part::Component(a, _), Part::Component(b, _))
            | (Part::Schema(a, _), Part::Schema(b, _))
            | (Part::Message(a, _), Part::Message(b, _))
            | (Part::Scenario(a, _), Part::Scenario(b, _)) => a == b,
            _ => false,
        }
    }

    pub(super) fn label(&self) -> String {
        let (kind, name, removed) = match self {
            Part::Settings(_) => return "Change settings".into(),
            Part::Bindings(_) => return "Change bindings".into(),
            Part::Partners(_) => return "Change partners".into(),
            Part::Module(name, content) => ("", name, content.is_none()),
            Part::Map(name, content) => ("map ", name, content.is_none()),
            Part::Component(class, content) => ("component ", class, content.is_none()),
            Part::Policy(name, content) => ("policy ", name, content.is_none()),
            Part::Schema(path, content) => ("", path, content.is_none()),
            Part::Message(path, content) => ("", path, content.is_none()),
            Part::Scenario(stem, content) => ("scenario ", stem, content.is_none()),
            Part::Vocabulary(_) => return "Change the words of scenarios".into(),
        };
        format!("{} {kind}{name}", if removed { "Delete" } else { "Change" })
    }
}

fn module(application: &Application, name: &str) -> Part {
    Part::Module(name.to_owned(), application.modules.get(name).cloned().map(Box::new))
}

/// The parts an edit may touch, as they were before it.
pub(super) struct Snapshot(Vec<Part>);

impl Snapshot {
    pub(super) fn take(application: &Application, edit: &Edit) -> Self {
        let mut parts = Vec::new();
        touched(application, edit, &mut parts);
        Self(parts)
    }

    pub(super) fn restore(self, application: &mut Application) {
        self.0.into_iter().for_each(|part| part.put(application));
    }

    /// The parts that are now different, as they were.
    pub(super) fn differing(self, application: &Application) -> Vec<Part> {
        self.0.into_iter().filter(|part| !part.is_current(application)).collect()
    }

    /// Refuses an edit that gives two elements of a module one id.
    pub(super) fn check_ids(&self, application: &Application) -> Result<(), EditError> {
        let modules = self.0.iter().filter_map(|part| match part {
            Part::Module(name, _) => application.modules.get(name).map(|module| (name, module)),
            _ => None,
        });
        for (name, module) in modules {
            let mut seen = BTreeSet::new();
            let mut twice = None;
            each_id(module, &mut |id, _, required| {
                if (id.is_empty() && required) || (!id.is_empty() && !seen.insert(id)) {
                    twice = Some(id.clone());
                }
            });
            if let Some(id) = twice {
                let message = format!("two elements of `{name}` would have the id `{id}`");
                let help = "leave the id of a new element empty, a fresh one is made";
                return Err(Diagnostic::error("M03", message, help).at(super::in_module(name)));
            }
        }
        Ok(())
    }
}

/// Adds the parts `edit` may change, each once.
fn touched(application: &Application, edit: &Edit, parts: &mut Vec<Part>) {
    let mut add = |part: Part| {
        if !parts.iter().any(|known| known.same_place(&part)) {
            parts.push(part.current(application));
        }
    };
    match edit {
        Edit::InsertShape { module, .. }
        | Edit::DeleteShape { module, .. }
        | Edit::MoveShape { module, .. }
        | Edit::InsertShapes { module, .. }
        | Edit::DeleteElements { module, .. }
        | Edit::MoveShapes { module, .. }
        | Edit::Wrap { module, .. }
        | Edit::Unwrap { module, .. }
        | Edit::Convert { module, .. }
        | Edit::RenameShape { module, .. }
        | Edit::SetComments { module, .. }
        | Edit::SetReportToAnalyst { module, .. }
        | Edit::SetKind { module, .. }
        | Edit::Connect { module, .. }
        | Edit::Correlate { module, .. }
        | Edit::Uncorrelate { module, .. }
        | Edit::InsertBranch { module, .. }
        | Edit::DeleteBranch { module, .. }
        | Edit::MoveBranch { module, .. }
        | Edit::SetCondition { module, .. }
        | Edit::InsertCatch { module, .. }
        | Edit::DeleteCatch { module, .. }
        | Edit::MoveCatch { module, .. }
        | Edit::SetCatch { module, .. }
        | Edit::AddCompensation { module, .. }
        | Edit::DeleteCompensation { module, .. }
        | Edit::Declare { module, .. }
        | Edit::Undeclare { module, .. }
        | Edit::MoveDeclaration { module, .. }
        | Edit::BindPort { module, .. }
        | Edit::AddModule { module, .. }
        | Edit::DeleteModule { module } => add(Part::Module(module.clone(), None)),
        Edit::RenameModule { module, name } => {
            add(Part::Module(module.clone(), None));
            add(Part::Module(name.clone(), None));
        }
        // A new name may reach any module and the bindings.
        Edit::Redeclare { .. }
        | Edit::RenameOperation { .. }
        | Edit::SetOrchestration { .. }
        | Edit::SetNamespace { .. }
        | Edit::SetPhysical { .. }
        | Edit::DeletePhysical { .. } => {
            application.modules.keys().for_each(|name| add(Part::Module(name.clone(), None)));
            add(Part::Bindings(Bindings::default()));
            if reaches_scenarios(application, edit) {
                application.scenarios.keys().for_each(|stem| add(Part::Scenario(stem.clone(), None)));
                add(Part::Vocabulary(Box::default()));
            }
        }
        Edit::RenameMap { name, to } => {
            application.modules.keys().for_each(|name| add(Part::Module(name.clone(), None)));
            add(Part::Bindings(Bindings::default()));
            add(Part::Map(name.clone(), None));
            add(Part::Map(to.clone(), None));
        }
        Edit::Set(part) => add(part.clone()),
        Edit::Restore(changed) => changed.iter().cloned().for_each(add),
        Edit::Batch { edits, .. } => edits.iter().for_each(|edit| touched(application, edit, parts)),
    }
}

/// True for an edit that gives an orchestration or port another name.
fn reaches_scenarios(application: &Application, edit: &Edit) -> bool {
    let orchestration = |module: &str| application.modules.get(module)?.orchestration.as_ref();
    match edit {
        Edit::Redeclare { name, declaration, .. } => name != declaration.name(),
        Edit::SetOrchestration { module, properties } => {
            orchestration(module).is_some_and(|known| known.name != properties.name)
        }
        Edit::SetNamespace { module, namespace, .. } => {
            application.modules.get(module).is_some_and(|known| known.namespace != *namespace)
        }
        _ => false,
    }
}
