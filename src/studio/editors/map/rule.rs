//! What a target node gets: a link, a constant, or a function over values.

use super::layout::ValuePath;
use super::{State, hint, place_words};
use crate::diagnostic::Diagnostic;
use crate::model::{Map, MapRule, MapValue};
use crate::studio::editors::list;
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use crate::xml::SchemaSet;
use crate::xml::map::FUNCTIONS;
use egui::{ComboBox, RichText, ScrollArea, TextEdit, Ui};
use std::collections::BTreeSet;

/// Shows the rule of the chosen target. True when a drawing is to go on as rules.
pub fn ui(
    ui: &mut Ui,
    map: &mut Map,
    schemas: &SchemaSet,
    state: &mut State,
    (found, drawn): (&[Diagnostic], bool),
) -> bool {
    let t = Tokens::of(ui);
    let mut as_rules = false;
    ScrollArea::vertical().id_salt("rule").auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 8.0);
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 4.0);
        if drawn {
            as_rules = drawing(ui, map);
        }
        if state.target.is_empty() {
            fields::heading(ui, "Rule");
            hint(ui, "Drag a source node to a target node. By keyboard: choose a source node, go to a target node, press L; Delete takes its link away");
            let general: Vec<&Diagnostic> = found.iter().take(4).collect();
            list::findings(ui, &general);
            return;
        }
        fields::heading(ui, "Target");
        ui.label(RichText::new(&state.target).monospace().color(t.text));
        let own: Vec<&Diagnostic> =
            found.iter().filter(|d| d.place.name.ends_with(&format!("› {}", state.target))).collect();
        list::findings(ui, &own);
        let paths: Vec<String> = super::layout::tree(&map.sources, schemas, &BTreeSet::new())
            .into_iter()
            .filter(|line| line.field)
            .map(|line| line.path)
            .collect();
        let place = map.rules.iter().rposition(|rule| rule.to == state.target);
        let Some(rule) = place.and_then(|at| map.rules.get_mut(at)) else {
            hint(ui, "Nothing is written here");
            let first = if state.source.is_empty() { MapValue::Constant(String::new()) } else { MapValue::Link(state.source.clone()) };
            if ui.button("Add a rule").clicked() {
                map.rules.push(MapRule { to: state.target.clone(), value: first });
            }
            return;
        };
        if drawn {
            ui.add(egui::Label::new(RichText::new(words(&rule.value)).monospace().color(t.text)).wrap());
            if ui.button("Remove its links").clicked() {
                map.rules.retain(|rule| rule.to != state.target);
            }
            return;
        }
        value(ui, &mut rule.value, &paths, &mut Vec::new(), &state.source);
        if ui.button("Remove rule").clicked() {
            map.rules.retain(|rule| rule.to != state.target);
        }
    });
    as_rules
}

/// What a drawing lets one do, and the way on from it.
fn drawing(ui: &mut Ui, map: &Map) -> bool {
    fn known(value: &MapValue) -> bool {
        match value {
            MapValue::Link(_) | MapValue::Constant(_) => true,
            MapValue::Function { name, arguments } => {
                FUNCTIONS.iter().any(|f| f.name == name) && arguments.iter().all(known)
            }
        }
    }
    fields::heading(ui, "Drawn in BizTalk Mapper");
    hint(
        ui,
        "Its drawing runs. Links are drawn and removed here; functions are changed once it goes on as rules, which then run in place of the drawing",
    );
    let all = map.rules.iter().all(|rule| known(&rule.value));
    let button = ui.add_enabled(all, egui::Button::new("Go on as rules"));
    button.on_disabled_hover_text("It has functions that only a drawing has").clicked()
}

/// A value as a formula.
fn words(value: &MapValue) -> String {
    match value {
        MapValue::Link(path) => path.clone(),
        MapValue::Constant(text) => format!("\"{text}\""),
        MapValue::Function { name, arguments } => {
            format!("{name}({})", arguments.iter().map(words).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Edits one value; `at` is where it is in the rule.
fn value(ui: &mut Ui, value: &mut MapValue, paths: &[String], at: &mut ValuePath, source: &str) {
    let t = Tokens::of(ui);
    let words = place_words(at);
    let mut kind = match value {
        MapValue::Link(_) => 0,
        MapValue::Constant(_) => 1,
        MapValue::Function { .. } => 2,
    };
    ui.push_id(("value", at.clone()), |ui| {
        let before = kind;
        fields::pick(ui, &words, &mut kind, &[(0, "Link"), (1, "Constant"), (2, "Function")]);
        if kind != before {
            let old = std::mem::replace(value, MapValue::Constant(String::new()));
            *value = match kind {
                0 => MapValue::Link(if source.is_empty() {
                    paths.first().cloned().unwrap_or_default()
                } else {
                    source.to_owned()
                }),
                1 => MapValue::Constant(String::new()),
                // The function takes what was there.
                _ => MapValue::Function { name: "Concatenate".into(), arguments: vec![old] },
            };
        }
        match value {
            MapValue::Link(path) => {
                if let Some(chosen) = fields::choice(ui, "From", path, paths, "no node") {
                    *path = chosen;
                }
            }
            MapValue::Constant(text) => {
                fields::row(ui, "Text", |ui| {
                    fields::live(ui, TextEdit::singleline(text).desired_width(f32::INFINITY))
                });
            }
            MapValue::Function { name, arguments } => {
                function(ui, name);
                let known = FUNCTIONS.iter().find(|f| f.name == *name);
                if let Some(problem) = known.and_then(|f| f.arity_problem(arguments.len())) {
                    list::wrong(ui, &problem);
                }
                let mut removed = None;
                let most = known.map_or(usize::MAX, |f| f.arguments.1);
                ui.indent("arguments", |ui| {
                    for (number, argument) in arguments.iter_mut().enumerate() {
                        at.push(number);
                        self::value(ui, argument, paths, at, source);
                        at.pop();
                        ui.horizontal(|ui| {
                            ui.label(
                                RichText::new(format!("argument {}", number + 1)).small().color(t.faint),
                            );
                            let remove = format!("Remove argument {}", number + 1);
                            if fields::icon_button(ui, Glyph::Close, &remove).clicked() {
                                removed = Some(number);
                            }
                        });
                    }
                    if arguments.len() < most && ui.button("Add argument").clicked() {
                        let next = if source.is_empty() {
                            MapValue::Constant(String::new())
                        } else {
                            MapValue::Link(source.to_owned())
                        };
                        arguments.push(next);
                    }
                });
                if let Some(number) = removed {
                    arguments.remove(number);
                }
            }
        }
    });
}

fn function(ui: &mut Ui, name: &mut String) {
    let t = Tokens::of(ui);
    fields::row(ui, "Function", |ui| {
        ComboBox::from_id_salt("function")
            .icon(fields::drop_icon)
            .width(ui.available_width())
            .truncate()
            .selected_text(RichText::new(name.as_str()).family(theme::medium()))
            .show_ui(ui, |ui| {
                let mut entries = Vec::new();
                for functoid in FUNCTIONS {
                    let text = egui::Button::selectable(functoid.name == *name, functoid.name)
                        .right_text(RichText::new(functoid.summary).small().color(t.muted));
                    let (entry, chosen) = (ui.add(text), functoid.name == *name);
                    if entry.clicked() {
                        functoid.name.clone_into(name);
                    }
                    entries.push((entry, chosen, functoid.name));
                }
                fields::through(ui, &entries);
            });
    });
}
