//! Properties of branches, scopes, catch and compensation blocks.

use super::{Editing, findings, removable, title};
use crate::language::CodeProperty;
use crate::model::edit::{self, DeclarationKind, Edit};
use crate::model::{
    Atomic, Branches, Catch, CatchType, Id, IsolationLevel, LongRunning, Scope, Shape, ShapeKind, Transaction,
};
use crate::studio::document::Action;
use crate::studio::document::Selection;
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::Ui;

/// A branch, catch or compensation block inside `owner`.
pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, owner: &Shape, id: &Id) {
    match &owner.kind {
        ShapeKind::Decide(b) | ShapeKind::Listen(b) | ShapeKind::Parallel(b) => {
            branch(ui, editing, owner, b, id)
        }
        ShapeKind::Scope(scope) => match scope.catches.iter().find(|c| c.id == *id) {
            Some(found) => catch(ui, editing, found),
            None => compensation(ui, editing, owner, scope),
        },
        _ => {}
    }
}

fn branch(ui: &mut Ui, editing: &mut Editing<'_>, owner: &Shape, branches: &Branches, id: &Id) {
    let t = Tokens::of(ui);
    let Some(index) = branches.branches.iter().position(|b| b.id == *id) else { return };
    let Some(branch) = branches.branches.get(index) else { return };
    let decide = matches!(owner.kind, ShapeKind::Decide(_));
    let is_else = decide && index + 1 == branches.branches.len();
    title(ui, Glyph::Decide, t.flow, &branch.name, &format!("Branch of {}", owner.name));
    rename(ui, editing, id, &branch.name);
    if is_else {
        fields::note(ui, "The else branch is taken when no condition before it holds.");
    } else if decide {
        let mut condition = branch.condition.clone();
        if editing.code(ui, (Some(id), CodeProperty::Condition), "Condition", &mut condition, 4) {
            let edit = Edit::SetCondition { module: editing.key(), branch: id.clone(), condition };
            editing.typing(edit, &format!("{id}.condition"));
        }
    }
    let fix = findings(ui, editing.problems(id));
    editing.actions.extend(fix.map(Action::Mend));
    comments(ui, editing, id, &branch.comments);
    ui.add_space(6.0);
    if !is_else && fields::wide_button(ui, "Delete branch").clicked() {
        editing.edit(Edit::DeleteBranch { module: editing.key(), branch: id.clone() });
    }
}

fn rename(ui: &mut Ui, editing: &mut Editing<'_>, id: &Id, now: &str) {
    if let Some(name) = fields::name(ui, "Name", now) {
        editing.edit(Edit::RenameShape { module: editing.key(), shape: id.clone(), name });
    }
}

fn comments(ui: &mut Ui, editing: &mut Editing<'_>, id: &Id, now: &str) {
    fields::heading(ui, "Documentation");
    let mut comments = now.to_owned();
    if fields::comments(ui, &mut comments) {
        let edit = Edit::SetComments { module: editing.key(), shape: id.clone(), comments };
        editing.typing(edit, &format!("{id}.comments"));
    }
}

/// The list of branches of a Decide, Listen or Parallel Actions.
pub fn branches(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, branches: &Branches) {
    let decide = matches!(shape.kind, ShapeKind::Decide(_));
    let last = branches.branches.len().saturating_sub(1);
    if fields::heading_with_add(ui, "Branches", "Add branch") {
        let index = if decide { last } else { branches.branches.len() };
        let branch = edit::new_branch(editing.module, &shape.kind);
        editing.edit(Edit::InsertBranch { module: editing.key(), shape: shape.id.clone(), index, branch });
    }
    for (index, branch) in branches.branches.iter().enumerate() {
        if decide && index == last {
            fields::note(ui, format!("{}: when no condition holds", branch.name));
            continue;
        }
        let (taken, opened) = removable(ui, &branch.name, &format!("Delete branch {}", branch.name));
        if taken {
            editing.edit(Edit::DeleteBranch { module: editing.key(), branch: branch.id.clone() });
        }
        if opened {
            editing.select(Selection::Node(branch.id.clone()));
        }
        if decide {
            let mut condition = branch.condition.clone();
            let label = format!("Condition of {}", branch.name);
            if editing.code(ui, (Some(&branch.id), CodeProperty::Condition), &label, &mut condition, 2) {
                let edit = Edit::SetCondition { module: editing.key(), branch: branch.id.clone(), condition };
                editing.typing(edit, &format!("{}.condition", branch.id));
            }
            let fix = findings(ui, editing.problems(&branch.id));
            editing.actions.extend(fix.map(Action::Mend));
        }
    }
}

pub fn scope(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, scope: &Scope) {
    let mut new = scope.clone();
    transaction(ui, editing, Some(&shape.id), (&mut new.transaction, &mut new.transaction_id), &shape.name);
    editing.below(ui, &shape.id, &["transaction", "timeout"]);
    fields::toggle(ui, "Synchronized", &mut new.synchronized);
    editing.below(ui, &shape.id, &["synchronized"]);
    if new != *scope {
        editing.set_kind(&shape.id, ShapeKind::Scope(new), "scope");
    }
    if fields::heading_with_add(ui, "Exception handlers", "Add catch block") {
        let (catch, index) = (edit::new_catch(editing.module), scope.catches.len());
        editing.edit(Edit::InsertCatch { module: editing.key(), scope: shape.id.clone(), index, catch });
    }
    for catch in &scope.catches {
        let (taken, opened) = removable(ui, &catch.name, &format!("Delete {}", catch.name));
        if taken {
            editing.edit(Edit::DeleteCatch { module: editing.key(), catch: catch.id.clone() });
        }
        if opened {
            editing.select(Selection::Node(catch.id.clone()));
        }
    }
    editing.below(ui, &shape.id, &["catches"]);
    fields::heading(ui, "Compensation");
    let mut custom = scope.compensation.is_some();
    if fields::toggle(ui, "Custom block", &mut custom) {
        let (module, scope) = (editing.key(), Some(shape.id.clone()));
        editing.edit(if custom {
            Edit::AddCompensation { module, scope }
        } else {
            Edit::DeleteCompensation { module, scope }
        });
    }
    editing.below(ui, &shape.id, &["compensation"]);
    let lists = [
        (DeclarationKind::Message, "Messages of this scope"),
        (DeclarationKind::Variable, "Variables of this scope"),
        (DeclarationKind::CorrelationSet, "Correlation sets of this scope"),
    ];
    for (kind, heading) in lists {
        super::declarations::list(ui, editing, Some(&shape.id), kind, heading);
    }
}

/// Transaction type with the properties of each type; used for scopes and orchestrations.
pub fn transaction(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    scope: Option<&Id>,
    (transaction, id): (&mut Transaction, &mut String),
    owner: &str,
) {
    fields::heading(ui, "Transaction");
    let kinds = [(0_u8, "None"), (1, "Long running"), (2, "Atomic")];
    let mut kind = match transaction {
        Transaction::None => 0,
        Transaction::LongRunning(_) => 1,
        Transaction::Atomic(_) => 2,
    };
    if fields::pick(ui, "Type", &mut kind, &kinds) {
        *transaction = match kind {
            1 => Transaction::LongRunning(LongRunning::default()),
            2 => Transaction::Atomic(Atomic::default()),
            _ => Transaction::None,
        };
        if kind == 0 {
            id.clear();
        } else if id.is_empty() {
            *id = format!("{}Transaction", owner.replace(|c: char| !c.is_alphanumeric(), ""));
        }
    }
    match transaction {
        Transaction::None => return,
        Transaction::LongRunning(long) => {
            let words = "Timeout: seconds or a TimeSpan";
            editing.code(ui, (scope, CodeProperty::Timeout), words, &mut long.timeout, 1);
        }
        Transaction::Atomic(atomic) => {
            let mut seconds = atomic.timeout;
            let field =
                fields::row(ui, "Timeout", |ui| ui.add(egui::DragValue::new(&mut seconds).suffix(" s")));
            if field.changed() {
                atomic.timeout = seconds;
            }
            let levels = [
                (IsolationLevel::Serializable, "Serializable"),
                (IsolationLevel::RepeatableRead, "Repeatable read"),
                (IsolationLevel::ReadCommitted, "Read committed"),
            ];
            fields::pick(ui, "Isolation", &mut atomic.isolation, &levels);
            fields::toggle(ui, "Retry", &mut atomic.retry);
            fields::toggle(ui, "Batch", &mut atomic.batch);
            fields::toggle(ui, "Distributed", &mut atomic.distributed);
        }
    }
    fields::text(ui, "Identifier", id);
}

fn catch(ui: &mut Ui, editing: &mut Editing<'_>, catch: &Catch) {
    let t = Tokens::of(ui);
    title(ui, Glyph::Catch, t.error, &catch.name, "Catch block");
    rename(ui, editing, &catch.id, &catch.name);
    let mut new = catch.clone();
    let kinds = [(0_u8, "General exception"), (1, "Exception type"), (2, "Fault message")];
    let mut kind = match new.exception {
        CatchType::General => 0,
        CatchType::Exception(_) => 1,
        CatchType::Fault { .. } => 2,
    };
    if fields::pick(ui, "Catches", &mut kind, &kinds) {
        new.exception = match kind {
            1 => CatchType::Exception("System.Exception".to_owned()),
            2 => CatchType::Fault { port: String::new(), operation: String::new(), fault: String::new() },
            _ => CatchType::General,
        };
    }
    match &mut new.exception {
        CatchType::General => new.variable.clear(),
        CatchType::Exception(name) => {
            fields::text(ui, "Type", name);
            fields::text(ui, "Object name", &mut new.variable);
        }
        CatchType::Fault { port, operation, fault } => {
            fault_choice(ui, editing, (port, operation, fault));
            fields::text(ui, "Object name", &mut new.variable);
        }
    }
    if new != *catch {
        let Catch { exception, variable, .. } = new;
        let edit = Edit::SetCatch { module: editing.key(), catch: catch.id.clone(), exception, variable };
        editing.typing(edit, &format!("{}.catch", catch.id));
    }
    editing.besides(ui, &catch.id);
    comments(ui, editing, &catch.id, &catch.comments);
    ui.add_space(6.0);
    if fields::wide_button(ui, "Delete catch block").clicked() {
        editing.edit(Edit::DeleteCatch { module: editing.key(), catch: catch.id.clone() });
    }
}

fn fault_choice(
    ui: &mut Ui,
    editing: &Editing<'_>,
    (port, operation, fault): (&mut String, &mut String, &mut String),
) {
    let mut all = Vec::new();
    for own in &editing.orchestration.ports {
        for op in
            editing.document.app.port_type(editing.module, &own.port_type).iter().flat_map(|t| &t.operations)
        {
            all.extend(op.faults.iter().map(|f| (own.name.clone(), op.name.clone(), f.name.clone())));
        }
    }
    let words: Vec<String> = all.iter().map(|(p, o, f)| format!("{p}.{o}.{f}")).collect();
    let now = if port.is_empty() { String::new() } else { format!("{port}.{operation}.{fault}") };
    if let Some(chosen) = fields::choice(ui, "Fault", &now, &words, "no fault")
        && let Some((found, _)) = all.into_iter().zip(&words).find(|(_, w)| **w == chosen)
    {
        (*port, *operation, *fault) = found;
    }
}

fn compensation(ui: &mut Ui, editing: &mut Editing<'_>, owner: &Shape, scope: &Scope) {
    let t = Tokens::of(ui);
    let Some(block) = &scope.compensation else { return };
    title(ui, Glyph::Compensate, t.scope, &block.name, &format!("Compensation of {}", owner.name));
    rename(ui, editing, &block.id, &block.name);
    fields::note(ui, "Runs when the finished transaction is undone.");
    if fields::wide_button(ui, "Use the default compensation").clicked() {
        editing.edit(Edit::DeleteCompensation { module: editing.key(), scope: Some(owner.id.clone()) });
    }
}

pub fn orchestration_compensation(ui: &mut Ui, editing: &mut Editing<'_>) {
    let t = Tokens::of(ui);
    title(ui, Glyph::Compensate, t.scope, "Compensation", "of the orchestration");
    fields::note(ui, "Runs when a caller undoes this orchestration after it finished.");
    if fields::wide_button(ui, "Use the default compensation").clicked() {
        editing.edit(Edit::DeleteCompensation { module: editing.key(), scope: None });
    }
}
