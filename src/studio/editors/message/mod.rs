//! A sample message: the form from its schema beside its text; either side is edited.

pub mod form;

use super::{Ask, Editing, list};
use crate::model::edit::{Edit, Part};
use crate::studio::icons::Glyph;
use crate::studio::tabs::Tab;
use crate::studio::theme::Tokens;
use egui::Ui;
use std::sync::Arc;

#[derive(Debug, Default)]
pub struct State {
    form: form::State,
}

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, path: &str, state: &mut State) {
    let t = Tokens::of(ui);
    let Some(text) = editing.document.app.messages.get(path) else { return };
    let mut new = text.clone();
    let file = path.rsplit('/').next().unwrap_or(path);
    let schemas = Arc::clone(&editing.document.schemas);
    let kind = form::message_type_of(text);
    let home = kind.as_deref().and_then(|k| schemas.file_of(k)).map(str::to_owned);
    let (mut open, mut delete, mut copy) = (false, false, false);
    list::head(ui, Glyph::Envelope, t.messaging, file, kind.as_deref().unwrap_or("Not XML"), |ui| {
        delete = ui.button("Delete").on_hover_text("Takes the file out of the application").clicked();
        copy = ui.button("Duplicate").on_hover_text("The same under another name").clicked();
        open =
            home.is_some() && ui.button("Schema").on_hover_text("Opens the schema of this message").clicked();
    });
    if let (true, Some(home)) = (open, home) {
        editing.asks.push(Ask::Open(Tab::Schema(home)));
    }
    if copy {
        let stem = path.strip_suffix(".xml").unwrap_or(path);
        let taken = |name: &String| editing.document.app.messages.contains_key(name);
        if let Some(name) = (2_u32..).map(|n| format!("{stem}-{n}.xml")).find(|name| !taken(name)) {
            let edit = Edit::Set(Part::Message(name.clone(), Some(text.clone())));
            editing.batch(format!("Duplicate {file}"), vec![edit]);
            editing.asks.push(Ask::Open(Tab::Message(name)));
        }
        return;
    }
    if delete {
        editing.edit(Edit::Set(Part::Message(path.to_owned(), None)));
        return;
    }
    form::ui(ui, &mut new, &schemas, &mut state.form);
    if new != *text {
        editing.typing(Edit::Set(Part::Message(path.to_owned(), Some(new))), format!("message {path}"));
    }
}
