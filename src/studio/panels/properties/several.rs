//! What can be done with several shapes at once.

use super::{Editing, title};
use crate::diagnostic::counted;
use crate::model::Id;
use crate::studio::command::Command;
use crate::studio::document::{Action, Selection};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::Ui;
use std::collections::BTreeSet;

/// Names shown before the rest is only counted.
const NAMES: usize = 40;

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, ids: &BTreeSet<Id>) {
    let t = Tokens::of(ui);
    title(ui, Glyph::Group, t.selection, &counted(ids.len(), "element"), "selected");
    for command in [Command::Wrap, Command::Duplicate, Command::Copy, Command::Cut, Command::Delete] {
        if fields::wide_button(ui, command.text()).on_hover_text(command.about().1).clicked() {
            editing.actions.push(Action::Command(command));
        }
    }
    fields::heading(ui, "Selected");
    for (id, name) in editing.document.element_names(ids, NAMES) {
        if ui.add(egui::Button::new(name).frame(false).truncate()).clicked() {
            editing.select(Selection::Node(id));
        }
    }
    if ids.len() > NAMES {
        fields::note(ui, format!("and {} more", ids.len() - NAMES));
    }
}
