//! Messages made of a schema, with a key of their own, the key of the one before or one easily taken for it; and partners
//! that send them in numbers.

use super::arrivals::{Form, number, small};
use super::pretty;
use crate::host::partners::beside;
use crate::lab::simulation::{correlated, keyed_text};
use crate::message::format_value;
use crate::model::edit::{Edit, Part};
use crate::model::{Load, Partner, PartnerBehavior, ReceiveLocation};
use crate::studio::document::{Action, Document};
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use crate::xml::{Optional, Wishes, pipeline};
use egui::{Button, RichText, Ui, vec2};
use std::collections::BTreeMap;

/// Which values the next message has to be correlated by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Keys {
    #[default]
    New,
    Same,
    Near,
}

const KEYS: [(Keys, &str); 3] =
    [(Keys::New, "New"), (Keys::Same, "As the one before"), (Keys::Near, "Nearly as the one before")];

/// A load as it is being set up.
#[derive(Clone, Debug)]
struct Plan {
    arrive: Form,
    count: u64,
    colliding: u32,
    near: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self { arrive: Form::default(), count: 100, colliding: 10, near: 5 }
    }
}

#[derive(Debug, Default)]
pub struct Generator {
    /// Message type.
    kind: String,
    keys: Keys,
    /// How many were made; each is drawn anew.
    made: u64,
    refused: Option<String>,
    plan: Option<Plan>,
    /// A load was set up: the run is to begin again with it.
    begins: bool,
}

/// A message that was made: where from, and its text.
pub type Made = (String, String);

impl Generator {
    /// Rows to make a message of a schema; gives one when it was made. `before` is the text of the last one, `location`
    /// where a load would go.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        document: &Document,
        before: &str,
        location: Option<&ReceiveLocation>,
        actions: &mut Vec<Action>,
    ) -> Option<Made> {
        let t = Tokens::of(ui);
        let types: Vec<(String, String)> = document
            .schemas
            .roots()
            .map(|root| (root.message_type.to_string(), root.root.to_string()))
            .collect();
        if types.is_empty() {
            return None;
        }
        if !types.iter().any(|(kind, _)| *kind == self.kind) {
            self.kind = types.first().map(|(kind, _)| kind.clone()).unwrap_or_default();
        }
        fields::heading(ui, "Make one of a schema");
        let options: Vec<(String, &str)> =
            types.iter().map(|(kind, root)| (kind.clone(), root.as_str())).collect();
        fields::pick(ui, "Type", &mut self.kind, &options);
        fields::pick(ui, "Key", &mut self.keys, &KEYS);
        let mut made = None;
        ui.horizontal(|ui| {
            let tip = "Fills what the schema asks for with values that it allows";
            if ui.add(Button::new("Generate message")).on_hover_text(tip).clicked() {
                match self.make(document, before) {
                    Ok(message) => (made, self.refused) = (Some(message), None),
                    Err(why) => self.refused = Some(why),
                }
            }
            let tip = "A partner that sends such messages in numbers";
            if ui.add_enabled(location.is_some(), Button::new("Load…")).on_hover_text(tip).clicked() {
                self.plan = Some(Plan::default());
            }
            let tip = "Puts the message below messages/, to be sent again";
            if ui.add_enabled(!before.trim().is_empty(), Button::new("Save…")).on_hover_text(tip).clicked()
            {
                actions.push(save(document, before));
            }
        });
        if let Some(why) = &self.refused {
            ui.add(egui::Label::new(RichText::new(why).small().color(t.error)).wrap());
        }
        if let Some(location) = location {
            self.load(ui, document, location, actions);
        }
        made
    }

    /// True once after a load was set up.
    pub fn take_begin(&mut self) -> bool {
        std::mem::take(&mut self.begins)
    }

    fn make(&mut self, document: &Document, before: &str) -> Result<Made, String> {
        self.made += 1;
        let own = correlated(&document.app, &document.schemas, &self.kind);
        let mut values = Vec::new();
        if self.keys != Keys::New {
            let read =
                pipeline::receive("XMLReceive", before.as_bytes(), &BTreeMap::new(), &document.schemas);
            let known = read.ok().and_then(|read| read.messages.into_iter().next());
            for name in &own {
                let property = crate::message::Name::new(name);
                let value =
                    known.as_ref().and_then(|message| message.context.get(property)).map(format_value);
                let Some(value) = value else { continue };
                let near = [self.made, 2].into_iter().map(|choice| beside(&value, choice));
                let near = near.into_iter().find(|near| *near != value);
                let value = if self.keys == Keys::Near { near.unwrap_or(value) } else { value };
                values.push((name.clone(), value));
            }
            if values.is_empty() {
                let words = "The message before has no value in common to be correlated by. Choose New, or another type.";
                return Err(words.to_owned());
            }
        }
        let wishes = Wishes { seed: self.made, optional: Optional::Some, values, ..Wishes::default() };
        let instance = document.schemas.generate(&self.kind, &wishes).map_err(|why| why.to_string())?;
        let root = self.kind.rsplit('#').next().unwrap_or(&self.kind);
        Ok((format!("{root} {}", self.made), pretty::indent(&instance.text)))
    }

    /// Sets up a partner that sends such messages.
    fn load(&mut self, ui: &Ui, document: &Document, location: &ReceiveLocation, actions: &mut Vec<Action>) {
        let Some(mut plan) = self.plan.take() else { return };
        let t = Tokens::of(ui);
        let (mut create, mut cancel) = (false, false);
        let modal = egui::Modal::new(egui::Id::unique("load")).show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            ui.label(RichText::new("Load").text_style(egui::TextStyle::Heading));
            let root = self.kind.rsplit('#').next().unwrap_or(&self.kind);
            fields::note(
                ui,
                format!(
                    "A partner that sends {root} messages to {}. The run begins again with it.",
                    location.name
                ),
            );
            ui.add_space(4.0);
            plan.arrive.rows(ui);
            let unit = if plan.count == 0 { " (no end)" } else { "" };
            number(ui, "In all", &mut plan.count, 0..=10_000_000, unit);
            small(ui, "Same key", &mut plan.colliding, 100, " of 100");
            small(ui, "Near key", &mut plan.near, 100, " of 100");
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                let words = RichText::new("Create").color(t.on_brand);
                create = ui.add(Button::new(words).fill(t.brand).min_size(vec2(96.0, 28.0))).clicked();
                cancel = ui.add(Button::new("Cancel").min_size(vec2(0.0, 28.0))).clicked();
            });
        });
        if create {
            match self.partner(document, location, &plan) {
                Ok(partner) => {
                    let mut partners = document.app.partners.clone();
                    partners.push(partner);
                    actions.push(Action::edit(Edit::Set(Part::Partners(partners))));
                    self.begins = true;
                }
                Err(why) => self.refused = Some(why),
            }
        } else if !cancel && !modal.should_close() {
            self.plan = Some(plan);
        }
    }

    fn partner(
        &self,
        document: &Document,
        location: &ReceiveLocation,
        plan: &Plan,
    ) -> Result<Partner, String> {
        let text = keyed_text(&document.app, &document.schemas, &self.kind)?;
        let mut number = 1;
        let taken = |name: &str| document.app.partners.iter().any(|partner| partner.name == name);
        while taken(&format!("Load {number}")) {
            number += 1;
        }
        let load = Load {
            to: location.address.clone(),
            messages: vec![text],
            arrivals: plan.arrive.arrivals(),
            count: plan.count,
            colliding_percent: plan.colliding,
            near_percent: plan.near,
        };
        Ok(Partner {
            name: format!("Load {number}"),
            description: String::new(),
            behavior: PartnerBehavior::Load(load),
        })
    }
}

/// Keeps a message as a sample of the application.
fn save(document: &Document, text: &str) -> Action {
    let mut number = 1;
    while document.app.messages.contains_key(&format!("messages/message-{number}.xml")) {
        number += 1;
    }
    let path = format!("messages/message-{number}.xml");
    Action::edit(Edit::Set(Part::Message(path, Some(text.to_owned()))))
}
