use super::narrow::narrowed;
use super::place::{BlockRef, find_block, find_block_mut, find_shape_mut};
use super::{Edit, EditError};
use crate::diagnostic::{Diagnostic, counted};
use crate::model::files::each_id;
use crate::model::{
    Application, Bindings, Id, Map, Module, Partner, Policy, Scenario, Settings, Shape, Vocabulary,
};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A part of the application: as it is kept in one file, `None` when there is no such file; or shapes of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    Settings(Settings),
    Bindings(Bindings),
    Partners(Vec<Partner>),
    Module(String, Option<Box<Module>>),
    /// A shape of a module with all inside it, wherever it stands there: what most edits touch, and little beside a
    /// module of thousands.
    Shape(String, Box<Shape>),
    /// These shapes in a block of a module, instead of the `count` that stand there from `index` on.
    Shapes {
        module: String,
        block: BlockRef,
        index: usize,
        count: usize,
        shapes: Vec<Shape>,
    },
    Map(String, Option<Map>),
    Policy(String, Option<Policy>),
    Component(String, Option<String>),
    Schema(String, Option<String>),
    Message(String, Option<String>),
    Scenario(String, Option<Box<Scenario>>),
    Vocabulary(Box<Vocabulary>),
}

impl Part {
    /// What has to be put in `before` for it to be as `after`.
    pub fn between(before: &Application, after: &Application) -> Vec<Self> {
        fn changes<'a, T: PartialEq + Clone>(
            (old, new): (&'a BTreeMap<String, T>, &'a BTreeMap<String, T>),
            part: impl Fn(String, Option<T>) -> Part + 'a,
        ) -> impl Iterator<Item = Part> + 'a {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            let differs = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
            differs.map(move |name| part(name.clone(), new.get(name).cloned()))
        }
        let (b, a) = (before, after);
        let mut all = Vec::new();
        if b.settings != a.settings {
            all.push(Self::Settings(a.settings.clone()));
        }
        if b.bindings != a.bindings {
            all.push(Self::Bindings(a.bindings.clone()));
        }
        if b.partners != a.partners {
            all.push(Self::Partners(a.partners.clone()));
        }
        if b.vocabulary != a.vocabulary {
            all.push(Self::Vocabulary(Box::new(a.vocabulary.clone())));
        }
        all.extend(changes((&b.modules, &a.modules), |key, new| Self::Module(key, new.map(Box::new))));
        all.extend(changes((&b.maps, &a.maps), Self::Map));
        all.extend(changes((&b.policies, &a.policies), Self::Policy));
        all.extend(changes((&b.components, &a.components), Self::Component));
        all.extend(changes((&b.schemas, &a.schemas), Self::Schema));
        all.extend(changes((&b.messages, &a.messages), Self::Message));
        all.extend(changes((&b.scenarios, &a.scenarios), |key, new| Self::Scenario(key, new.map(Box::new))));
        all
    }

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
            Part::Shape(module, shape) => {
                let orchestration =
                    application.modules.get_mut(&module).and_then(|m| m.orchestration.as_mut());
                if let Some(place) = orchestration.and_then(|o| find_shape_mut(o, &shape.id)) {
                    *place = *shape;
                }
            }
            Part::Shapes { module, block, index, count, shapes } => {
                let orchestration =
                    application.modules.get_mut(&module).and_then(|m| m.orchestration.as_mut());
                if let Some(place) = orchestration.and_then(|o| find_block_mut(o, &block))
                    && index + count <= place.len()
                {
                    place.splice(index..index + count, shapes);
                }
            }
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
            Part::Shape(name, known) => match shape(application, name, &known.id) {
                Some(shape) => Part::Shape(name.clone(), Box::new(shape.clone())),
                None => module(application, name),
            },
            Part::Shapes { module: name, block, index, count, shapes } => {
                let known = find_block(application, name, block).and_then(|b| b.get(*index..index + count));
                let (name, block, index, count) = (name.clone(), block.clone(), *index, shapes.len());
                match known.map(<[Shape]>::to_vec) {
                    Some(shapes) => Part::Shapes { module: name, block, index, count, shapes },
                    None => module(application, &name),
                }
            }
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
            Part::Shape(module, known) => shape(application, module, &known.id) == Some(&**known),
            Part::Shapes { module, block, index, count, shapes } => {
                let now = find_block(application, module, block).and_then(|b| b.get(*index..index + count));
                now == Some(shapes)
            }
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
            (Part::Shape(a, x), Part::Shape(b, y)) => a == b && x.id == y.id,
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

    /// True when all that the other holds is held here too.
    pub(super) fn covers(&self, other: &Part) -> bool {
        match (self, other) {
            (Part::Module(a, _), Part::Shape(b, _) | Part::Shapes { module: b, .. }) => a == b,
            _ => self.same_place(other),
        }
    }

    /// True when something may be held by both: a shape stands in its module, and in other shapes of it.
    pub(super) fn meets(&self, other: &Part) -> bool {
        match (self.module(), other.module()) {
            (Some(own), Some(other)) => own == other,
            _ => self.same_place(other),
        }
    }

    /// The module it is of.
    fn module(&self) -> Option<&str> {
        match self {
            Part::Module(name, _) | Part::Shape(name, _) | Part::Shapes { module: name, .. } => Some(name),
            _ => None,
        }
    }

    pub(super) fn label(&self) -> String {
        let (kind, name, removed) = match self {
            Part::Settings(_) => return "Change settings".into(),
            Part::Bindings(_) => return "Change bindings".into(),
            Part::Partners(_) => return "Change partners".into(),
            Part::Module(name, content) => ("", name, content.is_none()),
            Part::Shape(_, shape) => return format!("Change {}", shape.name),
            Part::Shapes { shapes, .. } => return format!("Change {}", counted(shapes.len(), "shape")),
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

fn shape<'a>(application: &'a Application, module: &str, id: &Id) -> Option<&'a Shape> {
    application.modules.get(module)?.orchestration.as_ref()?.shape(id)
}

/// Where the shape is that has an element: it is the shape itself, or one of its branches or blocks.
fn holder(application: &Application, module: &str, element: &Id) -> Part {
    let orchestration = application.modules.get(module).and_then(|m| m.orchestration.as_ref());
    match orchestration.and_then(|o| o.holder(element)) {
        Some(shape) => {
            let place = Shape { id: shape.id.clone(), ..Shape::default() };
            Part::Shape(module.to_owned(), Box::new(place))
        }
        None => Part::Module(module.to_owned(), None),
    }
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

    /// The parts that are now different, as they were; of a module only what is.
    pub(super) fn differing(self, application: &mut Application) -> Vec<Part> {
        let differs = |part: Part| match part {
            Part::Module(name, Some(before)) => match application.modules.get_mut(&name) {
                Some(now) => narrowed(name, before, now),
                None => Some(Part::Module(name, Some(before))),
            },
            part => (!part.is_current(application)).then_some(part),
        };
        self.0.into_iter().filter_map(differs).collect()
    }

    /// Refuses an edit that gives two elements of a module one id.
    pub(super) fn check_ids(&self, application: &Application) -> Result<(), EditError> {
        let modules = self.0.iter().filter_map(|part| match part {
            Part::Module(name, _) => application.modules.get(name).map(|module| (name, module)),
            Part::Shapes { module, .. } => application.modules.get(module).map(|known| (module, known)),
            // A shape keeps its own id; only what is in it can be new.
            Part::Shape(name, known) => {
                let holds = shape(application, name, &known.id).is_some_and(|s| !s.blocks().is_empty());
                application.modules.get(name).filter(|_| holds).map(|module| (name, module))
            }
            _ => None,
        });
        for (name, module) in modules {
            let mut seen = FxHashSet::default();
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
        if !parts.iter().any(|known| known.covers(&part)) {
            parts.retain(|known| !part.covers(known));
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
        | Edit::InsertBranch { module, .. }
        | Edit::DeleteBranch { module, .. }
        | Edit::MoveBranch { module, .. }
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
        Edit::RenameShape { module, shape: element, .. }
        | Edit::SetComments { module, shape: element, .. }
        | Edit::SetReportToAnalyst { module, shape: element, .. }
        | Edit::SetKind { module, shape: element, .. }
        | Edit::Connect { module, shape: element, .. }
        | Edit::Correlate { module, shape: element, .. }
        | Edit::Uncorrelate { module, shape: element, .. }
        | Edit::SetCondition { module, branch: element, .. } => add(holder(application, module, element)),
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
        Edit::RenameSchema { path, to, .. } => {
            application.modules.keys().for_each(|name| add(Part::Module(name.clone(), None)));
            add(Part::Schema(path.clone(), None));
            add(Part::Schema(to.clone(), None));
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
