//! The simulated partners: whether they run, how they answer, and what they ask a person.

use super::RunMode;
use super::player::Command;
use crate::host::partners::PartnerState;
use crate::model::PartnerControl;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use egui::{Align, Button, Layout, RichText, ScrollArea, TextEdit, Ui};
use std::collections::BTreeMap;

const DELAYS: [(&str, &str); 4] =
    [("At once", "0 ms"), ("After 1 s", "1 s"), ("After 10 s", "10 s"), ("After 1 min", "1 min")];

/// What a person is writing to a partner's question, by the partner's name.
#[derive(Debug, Default)]
pub struct Answers(BTreeMap<String, String>);

pub fn ui(ui: &mut Ui, run: &mut RunMode) {
    // They are the world outside, which no step back rebuilds.
    let now = if run.past().is_some() { ", now" } else { "" };
    fields::heading(ui, &format!("Simulated partners{now}"));
    let area = ScrollArea::vertical().id_salt("partners").min_scrolled_height(0.0);
    area.auto_shrink(false).show(ui, |ui| {
        let partners = run.state.partners.clone();
        for partner in partners.iter() {
            row(ui, run, partner);
            if let Some(question) = partner.asked().first() {
                form(ui, run, partner, question);
            }
        }
    });
}

fn row(ui: &mut Ui, run: &mut RunMode, partner: &PartnerState) {
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.set_height(24.0);
        let mut running = partner.running;
        let room = ui.available_width() - 78.0;
        let text = RichText::new(&partner.name).size(12.5);
        let check = ui
            .scope(|ui| {
                ui.set_max_width(room);
                ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
                ui.checkbox(&mut running, text)
            })
            .inner;
        if check.on_hover_text("Stop or start this partner").changed() {
            run.tell(Command::Partner { name: partner.name.clone(), running });
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let menu = ui.menu_button(RichText::new("…").size(12.0), |ui| menu(ui, run, partner));
            let name = format!("How {} answers", partner.name);
            menu.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            menu.response.on_hover_text(name);
            let color = if partner.dropping || partner.corrupts() { t.warn } else { t.muted };
            ui.label(RichText::new(partner.total.to_string()).monospace().size(11.0).color(color))
                .on_hover_text("messages taken, answered or submitted");
        });
    });
}

fn menu(ui: &mut Ui, run: &mut RunMode, partner: &PartnerState) {
    ui.set_min_width(190.0);
    let mut chosen = None;
    let entry = |ui: &mut Ui, words: &str, on: bool| ui.add(Button::new(words).selected(on)).clicked();
    for (words, span) in DELAYS {
        if entry(ui, words, false) {
            chosen = Some(PartnerControl::Delay(span.to_owned()));
        }
    }
    if entry(ui, "After 1 to 10 s", false) {
        chosen = Some(PartnerControl::DelayBetween("1 s".to_owned(), "10 s".to_owned()));
    }
    ui.separator();
    if entry(ui, "Loses messages", partner.dropping) {
        chosen = Some(PartnerControl::Lose(!partner.dropping));
    }
    if entry(ui, "Cuts messages in half", partner.corrupts()) {
        chosen = Some(PartnerControl::Corrupt(!partner.corrupts()));
    }
    if partner.has_rules() {
        ui.separator();
        if entry(ui, "Holds its answers", false) {
            chosen = Some(PartnerControl::Block("*".to_owned()));
        }
        if entry(ui, "Releases its answers", false) {
            chosen = Some(PartnerControl::Release);
        }
        for outcome in partner.outcomes() {
            if entry(ui, &format!("Next answer: {outcome}"), false) {
                let when = "*".to_owned();
                chosen = Some(PartnerControl::Answer { when, outcome: outcome.to_owned(), times: 1 });
            }
        }
    }
    if let Some(control) = chosen {
        run.tell(Command::Control { name: partner.name.clone(), control });
        ui.close();
    }
}

/// What a partner asks, and the field for a person's answer.
fn form(ui: &mut Ui, run: &mut RunMode, partner: &PartnerState, question: &str) {
    let t = Tokens::of(ui);
    let line: String = question.chars().take(400).collect();
    ui.add(egui::Label::new(RichText::new("Asks you").small().color(t.warn)).truncate()).on_hover_text(line);
    let text = run.answers.0.entry(partner.name.clone()).or_default();
    let field = ui
        .add(TextEdit::multiline(text).desired_rows(2).desired_width(f32::INFINITY).hint_text("The answer"));
    field.widget_info(|| {
        let mut info = egui::WidgetInfo::text_edit(true, &*text, &*text, "The answer");
        info.label = Some(format!("Answer of {}", partner.name));
        info
    });
    let ready = !text.trim().is_empty();
    if ui.add_enabled(ready, Button::new(RichText::new("Answer").size(12.0))).clicked() {
        let text = std::mem::take(text);
        run.tell(Command::Control { name: partner.name.clone(), control: PartnerControl::Fill(text) });
    }
}
