use crate::message::ValueType;
use crate::model::edit::{CodeProperty, Edit, condition, variables, with_text};
use crate::model::{Application, Id, Module, Orchestration, Shape, ShapeKind, Transaction, Variable};
use crate::xlang::Slot;
use serde::{Deserialize, Serialize};

/// Where an XLANG/s text stands in an application.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CodePlace {
    /// Key of the module.
    pub module: String,
    /// Shape or branch; `None` for what the orchestration itself declares.
    pub owner: Option<Id>,
    pub property: CodeProperty,
}

impl CodePlace {
    pub fn new(module: &str, owner: Option<&Id>, property: CodeProperty) -> Self {
        Self { module: module.to_owned(), owner: owner.cloned(), property }
    }

    /// The text, if there is such a place.
    pub fn text<'a>(&self, app: &'a Application) -> Option<&'a str> {
        let orchestration = orchestration(app, &self.module)?;
        let transaction = match (&self.property, &self.owner) {
            (CodeProperty::InitialValue(name), owner) => {
                let found = variables(orchestration, owner.as_ref())?.iter().find(|v| v.name == *name)?;
                return Some(found.initial_value.as_deref().unwrap_or_default());
            }
            (CodeProperty::Condition, Some(owner)) => return condition(orchestration, owner),
            (CodeProperty::Text, Some(owner)) => return text_of(&orchestration.shape(owner)?.kind),
            (CodeProperty::Timeout, Some(owner)) => match &orchestration.shape(owner)?.kind {
                ShapeKind::Scope(scope) => &scope.transaction,
                _ => return None,
            },
            (CodeProperty::Timeout, None) => &orchestration.transaction,
            (CodeProperty::Text | CodeProperty::Condition, None) => return None,
        };
        match transaction {
            Transaction::LongRunning(long) => Some(&long.timeout),
            _ => None,
        }
    }

    /// What the text may hold and must give.
    pub fn slot(&self, app: &Application) -> Option<Slot> {
        let orchestration = orchestration(app, &self.module)?;
        Some(match &self.property {
            CodeProperty::Condition => Slot::Condition,
            CodeProperty::Timeout => Slot::Timeout,
            CodeProperty::InitialValue(name) => {
                let variable =
                    variables(orchestration, self.owner.as_ref())?.iter().find(|v| v.name == *name)?;
                Slot::InitialValue(ValueType::from_name(&variable.variable_type))
            }
            CodeProperty::Text => match &orchestration.shape(self.owner.as_ref()?)?.kind {
                ShapeKind::Expression(_) => Slot::Expression,
                ShapeKind::MessageAssignment(_) => Slot::MessageAssignment,
                ShapeKind::Delay(_) => Slot::Delay,
                ShapeKind::Suspend(_) | ShapeKind::Terminate(_) => Slot::Text,
                _ => return None,
            },
        })
    }

    /// The edit that puts `text` there.
    pub fn edit(&self, app: &Application, text: &str) -> Option<Edit> {
        let orchestration = orchestration(app, &self.module)?;
        with_text(&self.module, orchestration, self.owner.as_ref(), &self.property, text)
    }

    /// What the owner is called and what of it this is: `Set total`, `condition of Approved`.
    pub fn words(&self, app: &Application) -> String {
        let name = self.owner.as_ref().and_then(|owner| name_of(app, &self.module, owner));
        let name =
            name.or_else(|| orchestration(app, &self.module).map(|o| o.name.clone())).unwrap_or_default();
        match &self.property {
            CodeProperty::Text => name,
            CodeProperty::Condition => format!("condition of {name}"),
            CodeProperty::Timeout => format!("timeout of {name}"),
            CodeProperty::InitialValue(variable) => format!("initial value of {variable}"),
        }
    }
}

pub(super) fn orchestration<'a>(app: &'a Application, module: &str) -> Option<&'a Orchestration> {
    app.modules.get(module)?.orchestration.as_ref()
}

fn text_of(kind: &ShapeKind) -> Option<&str> {
    match kind {
        ShapeKind::MessageAssignment(code)
        | ShapeKind::Expression(code)
        | ShapeKind::Delay(code)
        | ShapeKind::Suspend(code)
        | ShapeKind::Terminate(code) => Some(&code.text),
        _ => None,
    }
}

/// Name of a shape, branch, catch or compensation block.
pub(super) fn name_of(app: &Application, module: &str, id: &Id) -> Option<String> {
    let inside = |shape: &Shape| match &shape.kind {
        kind if kind.branches().is_some() => kind
            .branches()
            .and_then(|all| all.branches.iter().find(|b| b.id == *id))
            .map(|branch| branch.name.clone()),
        ShapeKind::Scope(scope) => {
            let caught = scope.catches.iter().find(|c| c.id == *id).map(|c| c.name.clone());
            caught.or_else(|| scope.compensation.as_ref().filter(|c| c.id == *id).map(|c| c.name.clone()))
        }
        _ => None,
    };
    let shapes = orchestration(app, module)?.shapes();
    shapes.into_iter().find_map(|s| if s.id == *id { Some(s.name.clone()) } else { inside(s) })
}

/// Every text of a module, in the order of the drawing, declarations first.
pub fn code_places<'a>(key: &str, module: &'a Module) -> Vec<(CodePlace, &'a str)> {
    let mut all = Vec::new();
    let Some(orchestration) = &module.orchestration else { return all };
    let declared = |owner: Option<&Id>, transaction: &'a Transaction, variables: &'a [Variable]| {
        let mut found = Vec::new();
        if let Transaction::LongRunning(long) = transaction {
            found.push((CodePlace::new(key, owner, CodeProperty::Timeout), long.timeout.as_str()));
        }
        for variable in variables {
            let place = CodePlace::new(key, owner, CodeProperty::InitialValue(variable.name.clone()));
            found.extend(variable.initial_value.as_deref().map(|text| (place, text)));
        }
        found
    };
    all.extend(declared(None, &orchestration.transaction, &orchestration.variables));
    for shape in orchestration.shapes() {
        match &shape.kind {
            ShapeKind::Decide(owner) => all.extend(owner.branches.iter().map(|branch| {
                (CodePlace::new(key, Some(&branch.id), CodeProperty::Condition), branch.condition.as_str())
            })),
            ShapeKind::Loop(body) => {
                let place = CodePlace::new(key, Some(&shape.id), CodeProperty::Condition);
                all.push((place, body.condition.as_str()));
            }
            ShapeKind::Scope(scope) => {
                all.extend(declared(Some(&shape.id), &scope.transaction, &scope.variables));
            }
            kind => {
                let place = CodePlace::new(key, Some(&shape.id), CodeProperty::Text);
                all.extend(text_of(kind).map(|text| (place, text)));
            }
        }
    }
    all.retain(|(_, text)| !text.trim().is_empty());
    all
}
