//! Properties of a shape: what all have, then what its kind has.

use super::{Editing, blocks, calls, messaging, title};
use crate::language::CodeProperty;
use crate::model::edit::Edit;
use crate::model::{Shape, ShapeKind};
use crate::studio::kinds;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::Ui;

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape) {
    let t = Tokens::of(ui);
    let color = kinds::category(&shape.kind).color(t);
    title(ui, kinds::glyph(&shape.kind), color, &shape.name, shape.kind.label());
    if let Some(name) = fields::name(ui, "Name", &shape.name) {
        editing.edit(Edit::RenameShape { module: editing.key(), shape: shape.id.clone(), name });
    }
    editing.below(ui, &shape.id, &["name"]);
    match &shape.kind {
        ShapeKind::Receive(receive) => messaging::receive(ui, editing, shape, receive),
        ShapeKind::Send(send) => messaging::send(ui, editing, shape, send),
        ShapeKind::Construct(construct) => calls::construct(ui, editing, shape, construct),
        ShapeKind::Transform(transform) => calls::transform(ui, editing, shape, transform),
        ShapeKind::MessageAssignment(_) => code(ui, editing, shape, "Statements", 8),
        ShapeKind::Expression(_) => code(ui, editing, shape, "Statements", 10),
        ShapeKind::Delay(_) => code(ui, editing, shape, "Time span or date", 3),
        ShapeKind::Suspend(_) => code(ui, editing, shape, "Reason", 3),
        ShapeKind::Terminate(_) => code(ui, editing, shape, "Reason", 3),
        ShapeKind::Decide(b) | ShapeKind::Listen(b) | ShapeKind::Parallel(b) => {
            blocks::branches(ui, editing, shape, b)
        }
        ShapeKind::Loop(l) => {
            let mut text = l.condition.clone();
            if editing.code(ui, (Some(&shape.id), CodeProperty::Condition), "Repeat while", &mut text, 3) {
                let kind = ShapeKind::Loop(crate::model::Loop { condition: text, ..l.clone() });
                editing.set_kind(&shape.id, kind, "condition");
            }
        }
        ShapeKind::Scope(scope) => blocks::scope(ui, editing, shape, scope),
        ShapeKind::Call(call) => calls::call(ui, editing, shape, call, true),
        ShapeKind::Start(call) => calls::call(ui, editing, shape, call, false),
        ShapeKind::CallRules(rules) => calls::rules(ui, editing, shape, rules),
        ShapeKind::Throw(throw) => calls::throw(ui, editing, shape, throw),
        ShapeKind::Compensate(compensate) => calls::compensate(ui, editing, shape, compensate),
        ShapeKind::Group(_) => {
            fields::note(ui, "A group only frames shapes that belong together; it changes nothing.")
        }
    }
    editing.besides(ui, &shape.id);
    common(ui, editing, shape);
}

/// XLANG/s text of the shapes that are nothing else.
fn code(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape, label: &str, rows: usize) {
    let mut kind = shape.kind.clone();
    let text = match &mut kind {
        ShapeKind::MessageAssignment(c)
        | ShapeKind::Expression(c)
        | ShapeKind::Delay(c)
        | ShapeKind::Suspend(c)
        | ShapeKind::Terminate(c) => &mut c.text,
        _ => return,
    };
    if editing.code(ui, (Some(&shape.id), CodeProperty::Text), label, text, rows) {
        editing.set_kind(&shape.id, kind, "text");
    }
}

fn common(ui: &mut Ui, editing: &mut Editing<'_>, shape: &Shape) {
    fields::heading(ui, "Documentation");
    let mut comments = shape.comments.clone();
    if fields::comments(ui, &mut comments) {
        let edit = Edit::SetComments { module: editing.key(), shape: shape.id.clone(), comments };
        editing.typing(edit, &format!("{}.comments", shape.id));
    }
    let mut report = shape.report_to_analyst;
    if fields::toggle(ui, "Report to analyst", &mut report) {
        editing.edit(Edit::SetReportToAnalyst { module: editing.key(), shape: shape.id.clone(), report });
    }
}
