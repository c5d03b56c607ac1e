//! A pipeline: components by stage, in run order (RX-7, TX-2).

use super::{Item, State, name};
use crate::model::edit::{Edit, Part};
use crate::model::{Pipeline, PipelineComponent};
use crate::studio::editors::{Editing, list};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::{RichText, Ui};

const RECEIVE: [&str; 4] = ["Decode", "Disassemble", "Validate", "ResolveParty"];
const SEND: [&str; 3] = ["PreAssemble", "Assemble", "Encode"];

/// Components that run here, with their stages, and what each does.
const COMPONENTS: [(&str, &str, &str, bool); 7] = [
    ("MIME_SMIME_Decoder", "Decode", "MIME decoder: takes messages of several parts in", false),
    ("XmlDasmComp", "Disassemble", "XML disassembler: recognises the type, promotes, opens envelopes", false),
    ("XmlValidator", "Validate", "XML validator: checks each document against its schema", false),
    ("PartyRes", "ResolveParty", "Party resolution: finds who a message comes from", false),
    ("XmlAsmComp", "Assemble", "XML assembler: writes envelopes and properties back", true),
    ("MIME_SMIME_Encoder", "Encode", "MIME encoder: sends all parts of a message as one", true),
    ("XmlValidator", "PreAssemble", "XML validator: checks each document against its schema", true),
];

pub fn ui(ui: &mut Ui, editing: &mut Editing<'_>, state: &mut State, key: &str) {
    let settings = &editing.document.app.settings;
    let Some((place, pipeline)) = settings.pipelines.iter().enumerate().find(|(_, p)| p.name == key) else {
        return;
    };
    let item = Item::Pipeline(key.to_owned());
    let mut new = pipeline.clone();
    if let Some(name) = name(ui, editing, &item) {
        new.name = name;
    }
    fields::pick(ui, "Direction", &mut new.send, &[(false, "Receive"), (true, "Send")]);
    fields::text(ui, "Description", &mut new.description);
    let stages: &[&str] = if new.send { &SEND } else { &RECEIVE };
    for stage in stages {
        self::stage(ui, &mut new, stage);
    }
    let strange: Vec<String> =
        new.components.iter().map(|c| c.stage.clone()).filter(|s| !stages.contains(&s.as_str())).collect();
    for stage in strange {
        self::stage(ui, &mut new, &stage);
    }
    if new != *pipeline {
        let renamed = (new.name != key).then(|| new.name.clone());
        let mut settings = settings.clone();
        if let Some(own) = settings.pipelines.get_mut(place) {
            *own = new;
        }
        let mut edits = vec![Edit::Set(Part::Settings(settings))];
        match renamed {
            Some(name) => {
                edits.extend(followed(editing, key, &name));
                editing.batch(format!("Rename to {name}"), edits);
                state.chosen = Some(Item::Pipeline(name));
            }
            None => editing
                .typing(Edit::Batch { label: "Change pipeline".into(), edits }, format!("pipeline {key}")),
        }
    }
}

/// Ports that use a pipeline, with its new name.
fn followed(editing: &Editing<'_>, old: &str, new: &str) -> Option<Edit> {
    let mut bindings = editing.document.app.bindings.clone();
    let ports = bindings.receive_ports.iter_mut();
    let receive = ports.flat_map(|p| {
        let locations = p.locations.iter_mut().flat_map(|l| [&mut l.receive_pipeline, &mut l.send_pipeline]);
        locations.chain([&mut p.send_pipeline])
    });
    let send = bindings.send_ports.iter_mut().flat_map(|p| [&mut p.send_pipeline, &mut p.receive_pipeline]);
    let mut changed = false;
    for name in receive.chain(send).filter(|name| *name == old) {
        new.clone_into(name);
        changed = true;
    }
    changed.then_some(Edit::Set(Part::Bindings(bindings)))
}

fn stage(ui: &mut Ui, pipeline: &mut Pipeline, stage: &str) {
    let t = Tokens::of(ui);
    let mut add = None;
    ui.horizontal(|ui| {
        ui.label(RichText::new(stage).text_style(theme::strong()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.menu_button("Add…", |ui| {
                for (component, home, words, send) in COMPONENTS {
                    if home == stage && send == pipeline.send && ui.button(words).clicked() {
                        add = Some(component.to_owned());
                        ui.close();
                    }
                }
                if ui.button("Other component").clicked() {
                    add = Some("MyComponent".to_owned());
                    ui.close();
                }
            })
            .response
            .on_hover_text(format!("Adds a component to {stage}"));
        });
    });
    let mut step: Option<(usize, isize)> = None;
    let mut removed = None;
    let own: Vec<usize> = (0..pipeline.components.len())
        .filter(|at| pipeline.components.get(*at).is_some_and(|c| c.stage == stage))
        .collect();
    for (number, at) in own.iter().enumerate() {
        let Some(component) = pipeline.components.get_mut(*at) else { continue };
        ui.push_id(("component", stage, number), |ui| {
            ui.horizontal(|ui| {
                let short = component.component.rsplit('.').next().unwrap_or_default().to_owned();
                let known = COMPONENTS.iter().any(|(name, ..)| *name == short);
                let text =
                    RichText::new(&short).color(if known { t.text } else { t.error }).family(theme::medium());
                let label = ui.add(egui::Label::new(text).truncate());
                if !known {
                    label.on_hover_text(
                        "This component is not built in: what goes through the pipeline fails",
                    );
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if fields::icon_button(ui, Glyph::Close, &format!("Remove {short}")).clicked() {
                        removed = Some(*at);
                    }
                    if own.len() > 1 {
                        if ui.small_button("Down").clicked() {
                            step = Some((number, 1));
                        }
                        if ui.small_button("Up").clicked() {
                            step = Some((number, -1));
                        }
                    }
                });
            });
            ui.indent("properties", |ui| {
                fields::text(ui, "Class", &mut component.component);
                list::pairs(ui, "Properties", "property", &mut component.properties);
            });
        });
    }
    if own.is_empty() {
        fields::note(ui, "nothing runs in this stage");
    }
    if let Some((number, by)) = step
        && let (Some(a), Some(b)) = (own.get(number), number.checked_add_signed(by).and_then(|n| own.get(n)))
    {
        pipeline.components.swap(*a, *b);
    }
    if let Some(at) = removed {
        pipeline.components.remove(at);
    }
    if let Some(component) = add {
        let after = own.last().map_or(pipeline.components.len(), |at| at + 1);
        let new = PipelineComponent { stage: stage.to_owned(), component, ..PipelineComponent::default() };
        pipeline.components.insert(after.min(pipeline.components.len()), new);
    }
    ui.add_space(6.0);
}
