//! The node that is chosen in a schema's tree: its name, type and number, and what can be added to it.

use super::super::Editing;
use super::State;
use crate::message::{NodePath, XmlError};
use crate::model::edit::{Edit, Part};
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use crate::xml::outline::{self, Fresh};
use crate::xml::{Occurs, RootSchema, SchemaNode, SchemaSet};
use egui::{Align, Frame, Layout, Margin, RichText, Ui};
use std::sync::Arc;

/// Built-in types offered, the most used first.
const TYPES: [&str; 16] = [
    "string",
    "int",
    "decimal",
    "boolean",
    "date",
    "dateTime",
    "time",
    "duration",
    "long",
    "short",
    "double",
    "float",
    "positiveInteger",
    "anyURI",
    "base64Binary",
    "token",
];

/// How often an element stands in its record.
const NUMBERS: [(&str, Occurs); 4] = [
    ("once", Occurs { least: 1, most: Some(1) }),
    ("optional", Occurs { least: 0, most: Some(1) }),
    ("any number", Occurs { least: 0, most: None }),
    ("one or more", Occurs { least: 1, most: None }),
];

/// What the person wants of the node.
enum Wish {
    Rename(String),
    Retype(String),
    Number(Occurs),
    Add(Fresh<'static>),
    Remove,
}

/// Shows the form of the chosen node.
pub fn ui(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    file: (&str, &str),
    (schemas, roots): (&SchemaSet, &[&Arc<RootSchema>]),
    state: &mut State,
) {
    let adds = state.adds.take();
    let Some((path, node)) = chosen(schemas, roots, state) else { return };
    let holder = holder(schemas, roots, &path, node);
    let t = Tokens::of(ui);
    let mut wish = adds.map(Wish::Add);
    let mut renamed = None;
    Frame::new().fill(t.surface).corner_radius(6).inner_margin(Margin::symmetric(10, 8)).show(ui, |ui| {
        ui.columns(3, |columns| {
            let [name, value, number] = columns else { return };
            column(name, "Name", |ui| {
                renamed = fields::committed(ui, &path.to_string(), &node.local);
            });
            column(value, "Type", |ui| wish = self::value(ui, node).or(wish.take()));
            column(number, "Occurs", |ui| {
                if path.steps.len() > 1 {
                    wish = self::number(ui, node).or(wish.take());
                } else {
                    fields::note(ui, "once, as the root");
                }
            });
        });
        ui.horizontal(|ui| {
            ui.add_enabled_ui(holder.is_some(), |ui| {
                for (words, fresh) in [
                    ("Add element", Fresh::Element("string")),
                    ("Add record", Fresh::Record),
                    ("Add attribute", Fresh::Attribute("string")),
                ] {
                    let name = holder.as_ref().map_or("", |(_, node)| node.local.as_str());
                    let button = ui.button(words).on_hover_text(format!("At the end of {name}"));
                    let button = button.on_disabled_hover_text("Only a record holds other nodes");
                    if button.clicked() {
                        wish = Some(Wish::Add(fresh));
                    }
                }
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add_enabled(path.steps.len() > 1, egui::Button::new("Remove")).clicked() {
                    wish = Some(Wish::Remove);
                }
            });
        });
    });
    // The click that leaves a name adds to what then has that name.
    if let Some(new) = renamed {
        if let Some(Wish::Add(fresh)) = wish {
            state.adds = Some(fresh);
        }
        wish = Some(Wish::Rename(new));
    }
    if let Some(wish) = wish {
        let (path, node) = match &holder {
            Some((path, node)) if matches!(wish, Wish::Add(_)) => (path, *node),
            _ => (&path, node),
        };
        fulfil(ui, editing, file, (path, node), wish, state);
    }
}

/// The record to which one adds where `node` is chosen: itself, or the one it is in.
fn holder<'s>(
    schemas: &'s SchemaSet,
    roots: &[&Arc<RootSchema>],
    path: &NodePath,
    node: &'s SchemaNode,
) -> Option<(NodePath, &'s SchemaNode)> {
    if node.content.is_none() && !node.attribute {
        return Some((path.clone(), node));
    }
    let (_, above) = path.steps.split_last()?;
    let above = NodePath { steps: above.to_vec() };
    let mut trees = roots.iter().filter_map(|root| schemas.structure(&root.message_type));
    trees.find_map(|tree| tree.locate(&above)).map(|found| (found.path, found.node))
}

/// Takes a node out, as the button does.
pub fn remove(
    ui: &Ui,
    editing: &mut Editing<'_>,
    file: (&str, &str),
    at: (&NodePath, &SchemaNode),
    state: &mut State,
) {
    fulfil(ui, editing, file, at, Wish::Remove, state);
}

/// The chosen node, or the first root.
fn chosen<'s>(
    schemas: &'s SchemaSet,
    roots: &[&Arc<RootSchema>],
    state: &State,
) -> Option<(NodePath, &'s SchemaNode)> {
    let path = NodePath::parse(&state.chosen).unwrap_or_default();
    let trees = || roots.iter().filter_map(|root| schemas.structure(&root.message_type));
    let found = trees().find_map(|tree| tree.locate(&path)).map(|found| (found.path, found.node));
    found.or_else(|| trees().next().map(|tree| (NodePath { steps: vec![tree.step()] }, tree)))
}

/// A field below its label.
fn column(ui: &mut Ui, label: &str, add: impl FnOnce(&mut Ui)) {
    let t = Tokens::of(ui);
    let label = ui.label(RichText::new(label).small().color(t.muted));
    ui.label_inputs_by(label.id, add);
}

fn value(ui: &mut Ui, node: &SchemaNode) -> Option<Wish> {
    let Some(content) = &node.content else {
        fields::note(ui, if node.children.is_empty() { "an empty record" } else { "a record" });
        return None;
    };
    let now = content.xsd.as_str();
    let mut options: Vec<String> = TYPES.iter().map(|xsd| (*xsd).to_owned()).collect();
    if !now.is_empty() && !TYPES.contains(&now) {
        options.push(now.to_owned());
    }
    let chosen = fields::combo(ui, "type of the node", now, &options, "no type")?;
    (!chosen.is_empty()).then_some(Wish::Retype(chosen))
}

fn number(ui: &mut Ui, node: &SchemaNode) -> Option<Wish> {
    let now = match node.attribute {
        true => Occurs { least: u32::from(node.required), most: Some(1) },
        false => node.occurs,
    };
    let known = NUMBERS.iter().filter(|(_, occurs)| !node.attribute || occurs.most.is_some());
    let mut options: Vec<String> = known.map(|(words, _)| (*words).to_owned()).collect();
    let words = match NUMBERS.iter().find(|(_, occurs)| *occurs == now) {
        Some((words, _)) => (*words).to_owned(),
        None => super::occurs(node),
    };
    if !options.contains(&words) {
        options.push(words.clone());
    }
    let chosen = fields::combo(ui, "number of the node", &words, &options, "once")?;
    let chosen = if chosen.is_empty() { "once" } else { chosen.as_str() };
    NUMBERS.iter().find(|(words, _)| *words == chosen).map(|(_, occurs)| Wish::Number(*occurs))
}

fn fulfil(
    ui: &Ui,
    editing: &mut Editing<'_>,
    (file, text): (&str, &str),
    (path, node): (&NodePath, &SchemaNode),
    wish: Wish,
    state: &mut State,
) {
    let name = &node.local;
    let mut next = path.clone();
    let (label, result): (String, Result<String, XmlError>) = match wish {
        Wish::Rename(new) => {
            if let Some(step) = next.steps.last_mut() {
                step.local = new.as_str().into();
            }
            (format!("Rename {name} to {new}"), outline::rename(file, text, path, &new))
        }
        Wish::Retype(xsd) => (format!("Make {name} {xsd}"), outline::retype(file, text, path, &xsd)),
        Wish::Number(occurs) => (
            format!("How often {name} occurs"),
            outline::reoccur(file, text, path, occurs.least, occurs.most),
        ),
        Wish::Add(fresh) => {
            let attribute = matches!(fresh, Fresh::Attribute(_));
            let base = match fresh {
                Fresh::Element(_) => "Element",
                Fresh::Record => "Record",
                Fresh::Attribute(_) => "attribute",
            };
            let taken = |new: &String| node.children.iter().any(|child| child.local == new.as_str());
            let new = (1_u32..).map(|n| format!("{base}{n}")).find(|new| !taken(new)).unwrap_or_default();
            next.steps.push(crate::message::PathStep {
                local: new.as_str().into(),
                namespace: None,
                attribute,
            });
            // The name is what one types next.
            fields::focus_first(ui);
            (format!("Add {new} to {name}"), outline::add(file, text, path, &new, fresh))
        }
        Wish::Remove => {
            next.steps.pop();
            (format!("Remove {name}"), outline::remove(file, text, path))
        }
    };
    match result {
        Ok(text) => {
            state.refused = None;
            state.chosen = next.to_string();
            editing.batch(label, vec![Edit::Set(Part::Schema(file.to_owned(), Some(text)))]);
        }
        Err(error) => state.refused = Some(format!("{error}. {}", error.help)),
    }
}
