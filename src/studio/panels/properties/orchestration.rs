//! Properties of the orchestration itself.

use super::{Editing, blocks, title};
use crate::model::edit::{Edit, OrchestrationProperties};
use crate::model::{Transaction, TypeModifier};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::Ui;

pub const MODIFIERS: [(TypeModifier, &str); 3] = [
    (TypeModifier::Private, "Private"),
    (TypeModifier::Internal, "Internal"),
    (TypeModifier::Public, "Public"),
];

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>) {
    let t = Tokens::of(ui);
    let orchestration = editing.orchestration;
    title(ui, Glyph::Flow, t.scope, &orchestration.name, "Orchestration");
    let now = OrchestrationProperties::of(orchestration);
    let mut new = now.clone();
    if let Some(name) = fields::name(ui, "Name", &now.name) {
        new.name = name;
    }
    fields::pick(ui, "Visible to", &mut new.modifier, &MODIFIERS);
    fields::text(ui, "XML namespace", &mut new.target_xml_namespace);
    blocks::transaction(ui, editing, None, (&mut new.transaction, &mut new.transaction_id), &now.name);
    if now.transaction != Transaction::None {
        let mut custom = orchestration.compensation.is_some();
        if fields::toggle(ui, "Custom compensation", &mut custom) {
            let module = editing.key();
            editing.edit(if custom {
                Edit::AddCompensation { module, scope: None }
            } else {
                Edit::DeleteCompensation { module, scope: None }
            });
        }
    }
    fields::heading(ui, "Documentation");
    fields::comments(ui, &mut new.comments);
    if new != now {
        let edit = Edit::SetOrchestration { module: editing.key(), properties: new };
        editing.typing(edit, "orchestration");
    }
    super::preview::ui(ui, editing, super::preview::Of::Orchestration);
    super::types::namespace(ui, editing);
    facts(ui, editing);
}

/// Figures that say what this orchestration is made of.
fn facts(ui: &mut Ui, editing: &Editing<'_>) {
    fields::heading(ui, "Made of");
    let orchestration = editing.orchestration;
    for (label, count) in [
        ("Shapes", editing.document.size()),
        ("Ports", orchestration.ports.len()),
        ("Messages", orchestration.messages.len()),
        ("Variables", orchestration.variables.len()),
        ("Correlation sets", orchestration.correlation_sets.len()),
    ] {
        fields::row(ui, label, |ui| ui.label(count.to_string()));
    }
}
