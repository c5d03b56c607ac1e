//! The texts of an application as places to write to.

use super::{Declaration, Edit, OrchestrationProperties};
use crate::model::{Id, LongRunning, Orchestration, ShapeKind, Transaction, Variable};
use serde::{Deserialize, Serialize};

/// Which text of its owner it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CodeProperty {
    /// Text of an Expression, Message Assignment, Delay, Suspend or Terminate.
    Text,
    /// Condition of a Loop or of a branch of a Decide.
    Condition,
    /// Timeout of a long-running scope or orchestration.
    Timeout,
    /// Initial value of the variable of this name, declared by the owner.
    InitialValue(String),
}

/// The edit that puts `text` there; `None` when the owner has no such text.
pub fn with_text(
    module: &str,
    orchestration: &Orchestration,
    owner: Option<&Id>,
    property: &CodeProperty,
    text: &str,
) -> Option<Edit> {
    let module = module.to_owned();
    if let CodeProperty::InitialValue(name) = property {
        let found = variables(orchestration, owner)?.iter().find(|v| v.name == *name)?;
        let initial_value = (!text.is_empty()).then(|| text.to_owned());
        let declaration = Declaration::Variable(Variable { initial_value, ..found.clone() });
        return Some(Edit::Redeclare { module, scope: owner.cloned(), name: name.clone(), declaration });
    }
    let Some(owner) = owner else {
        let mut properties = OrchestrationProperties::of(orchestration);
        properties.transaction = timeout(&properties.transaction, text)?;
        return Some(Edit::SetOrchestration { module, properties });
    };
    let Some(shape) = orchestration.shape(owner) else {
        condition(orchestration, owner)?;
        return Some(Edit::SetCondition { module, branch: owner.clone(), condition: text.to_owned() });
    };
    let mut kind = shape.kind.clone();
    match &mut kind {
        ShapeKind::Expression(code)
        | ShapeKind::MessageAssignment(code)
        | ShapeKind::Delay(code)
        | ShapeKind::Suspend(code)
        | ShapeKind::Terminate(code) => text.clone_into(&mut code.text),
        ShapeKind::Loop(body) => text.clone_into(&mut body.condition),
        ShapeKind::Scope(scope) => scope.transaction = timeout(&scope.transaction, text)?,
        _ => return None,
    }
    Some(Edit::SetKind { module, shape: owner.clone(), kind })
}

fn timeout(now: &Transaction, text: &str) -> Option<Transaction> {
    match now {
        Transaction::LongRunning(_) => {
            Some(Transaction::LongRunning(LongRunning { timeout: text.to_owned() }))
        }
        _ => None,
    }
}

/// Variables of the orchestration, or of a scope of it.
pub fn variables<'a>(orchestration: &'a Orchestration, scope: Option<&Id>) -> Option<&'a [Variable]> {
    match scope {
        None => Some(&orchestration.variables),
        Some(id) => match &orchestration.shape(id)?.kind {
            ShapeKind::Scope(scope) => Some(&scope.variables),
            _ => None,
        },
    }
}

/// Condition of a Loop or of a branch of a Decide.
pub fn condition<'a>(orchestration: &'a Orchestration, owner: &Id) -> Option<&'a str> {
    orchestration.shapes().into_iter().find_map(|shape| match &shape.kind {
        ShapeKind::Loop(body) if shape.id == *owner => Some(body.condition.as_str()),
        ShapeKind::Decide(all) => {
            all.branches.iter().find(|b| b.id == *owner).map(|branch| branch.condition.as_str())
        }
        _ => None,
    })
}
