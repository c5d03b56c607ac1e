//! Custom code written as a script, as text.

use super::{Editing, list};
use crate::diagnostic::Diagnostic;
use crate::model::edit::{Edit, Part};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::{ScrollArea, TextEdit, Ui};

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, class: &str) {
    let t = Tokens::of(ui);
    let Some(script) = editing.document.app.components.get(class) else { return };
    let mut delete = false;
    list::head(ui, Glyph::Expression, t.expression, class, "Script that stands for the class", |ui| {
        delete = super::files::delete_button(ui);
    });
    if delete {
        editing.edit(Edit::Set(Part::Component(class.to_owned(), None)));
        return;
    }
    let problems = &editing.document.problems;
    let found: Vec<&Diagnostic> =
        problems.iter().filter(|p| p.place.name == class || p.place.file.contains(class)).collect();
    if let Some(mend) = list::findings(ui, &found) {
        editing.mend(mend);
    }
    let mut text = script.clone();
    let rows = (ui.available_height() / 16.0).max(8.0);
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows on a screen")]
        let field = TextEdit::multiline(&mut text).code_editor().desired_rows(rows as usize);
        fields::live(ui, field.desired_width(f32::INFINITY)).accessible_name(format!("Script {class}"));
    });
    if text != *script {
        let part = Part::Component(class.to_owned(), Some(text));
        editing.typing(Edit::Set(part), format!("script {class}"));
    }
}
