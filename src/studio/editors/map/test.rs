//! The map tried on a message.

use super::hint;
use crate::message::{Body, DateTime, Message};
use crate::model::{Application, Map};
use crate::studio::editors::list;
use crate::studio::editors::message::form::message_type_of;
use crate::studio::panels::fields;
use crate::studio::run::pretty;
use crate::studio::theme::Tokens;
use crate::xml::SchemaSet;
use egui::{ComboBox, RichText, ScrollArea, Ui};
use std::sync::Arc;

#[derive(Debug, Default)]
pub struct State {
    /// Sample for each source, by path; empty is one made from the schema.
    samples: Vec<String>,
    /// Map and messages the result is of.
    of: Option<(Map, Vec<String>)>,
    result: Vec<String>,
    /// What went wrong, and the next step.
    failed: Option<(String, String)>,
    /// Why the result is not valid.
    invalid: Option<String>,
}

const MADE: &str = "made from the schema";

pub fn ui(ui: &mut Ui, app: &Application, map: &Map, schemas: &SchemaSet, state: &mut State) {
    let t = Tokens::of(ui);
    fields::heading(ui, "Tried on a message");
    state.samples.resize(map.sources.len(), String::new());
    let mut texts = Vec::new();
    for (number, (kind, sample)) in map.sources.iter().zip(&mut state.samples).enumerate() {
        let fitting: Vec<&String> = app
            .messages
            .iter()
            .filter(|(_, text)| message_type_of(text).as_ref() == Some(kind))
            .map(|(p, _)| p)
            .collect();
        let short = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        ui.push_id(("sample", number), |ui| {
            fields::row(ui, "Message", |ui| {
                ui.set_max_width(ui.available_width().min(list::FORM));
                let shown = if sample.is_empty() { MADE.to_owned() } else { short(sample) };
                ComboBox::from_id_salt("sample")
                    .icon(fields::drop_icon)
                    .width(ui.available_width())
                    .truncate()
                    .selected_text(shown)
                    .show_ui(ui, |ui| {
                        let names: Vec<String> = fitting.iter().map(|path| short(path)).collect();
                        let made = ui.selectable_label(sample.is_empty(), MADE);
                        let mut entries = vec![(made, sample.is_empty(), MADE)];
                        for (path, name) in fitting.iter().zip(&names) {
                            let chosen = *sample == **path;
                            entries.push((ui.selectable_label(chosen, name), chosen, name));
                        }
                        fields::through(ui, &entries);
                        match entries.iter().position(|(entry, ..)| entry.clicked()) {
                            Some(0) => sample.clear(),
                            Some(at) => {
                                if let Some(path) = fitting.get(at - 1) {
                                    sample.clone_from(path);
                                }
                            }
                            None => {}
                        }
                    });
            });
        });
        let text = app.messages.get(sample).cloned().or_else(|| schemas.example(kind));
        texts.push(text.unwrap_or_default());
    }
    if map.sources.is_empty() || map.targets.is_empty() {
        hint(ui, "Choose a schema on each side first");
        return;
    }
    let now = (map.clone(), texts);
    if state.of.as_ref() != Some(&now) {
        run(&now.0, &now.1, schemas, state);
        state.of = Some(now);
    }
    match (&state.failed, &state.invalid) {
        (Some((what, help)), _) => {
            ui.add(egui::Label::new(RichText::new(what).color(t.error)).wrap());
            hint(ui, help);
        }
        (None, Some(why)) => {
            ui.add(
                egui::Label::new(RichText::new(format!("The result is not valid: {why}")).color(t.warn))
                    .wrap(),
            );
        }
        (None, None) => {
            ui.label(RichText::new("The result is valid").small().color(t.ok));
        }
    }
    ScrollArea::both().id_salt("map result").auto_shrink(false).show(ui, |ui| {
        for text in &state.result {
            let label = ui.add(egui::Label::new(pretty::job(text, t)).selectable(true).extend());
            label.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, "Map result"));
        }
    });
}

fn run(map: &Map, texts: &[String], schemas: &SchemaSet, state: &mut State) {
    (state.result, state.failed, state.invalid) = (Vec::new(), None, None);
    let message =
        |text: &String| Arc::new(Message::single(Message::body_name(), Arc::new(Body::xml(text.clone()))));
    let inputs: Vec<Arc<Message>> = texts.iter().map(message).collect();
    // A day that date functions give is enough here.
    let now = DateTime::from_civil(jiff::civil::date(2026, 1, 1).at(8, 0, 0, 0)).unwrap_or_default();
    match crate::xml::map::apply(map, &inputs, now, schemas, &mut crate::xml::map::Unscripted) {
        Ok(messages) => {
            for part in messages.iter().filter_map(|m| m.body_part()) {
                if let Err(error) = schemas.validate(&part.body) {
                    state.invalid = Some(error.to_string());
                }
                state.result.push(pretty::body(&part.body));
            }
        }
        Err(error) => state.failed = Some((error.message, error.help)),
    }
}
