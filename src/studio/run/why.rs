//! Why: who got the message shown and who nearly did, what the instance waits for, and the change that would help.

use super::RunMode;
use super::player::{Command, Explanation};
use crate::engine::message_box::Verdict;
use crate::engine::{Fate, Row};
use crate::message::format_value;
use crate::studio::command;
use crate::studio::document::Action;
use crate::studio::panels::fields;
use crate::studio::theme::Tokens;
use crate::why::{Delivery, Fix};
use egui::{RichText, Ui};

/// Fixes offered for one thing.
const FIXES: usize = 2;

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    if run.state.clock.playing {
        fields::note(ui, "Time passes. Pause, or click a line of the journal, to ask why.");
        if ui.button("Pause").clicked() {
            run.tell(Command::Pause);
        }
        return;
    }
    let Some(why) = run.state.why.clone() else {
        fields::note(ui, "Finding out…");
        return;
    };
    if let Some(arrival) = &why.arrival {
        fields::heading(ui, "What arrived");
        sentence(ui, &arrival.sentence);
        fixes(ui, &arrival.fixes, actions);
        for delivered in &arrival.deliveries {
            delivery(ui, delivered, actions);
        }
    }
    if let Some(delivered) = &why.delivery {
        fields::heading(ui, "The message");
        sentence(ui, &delivered.sentence);
        delivery(ui, delivered, actions);
    }
    instance(ui, run, &why, actions);
    let nothing = why.arrival.is_none() && why.delivery.is_none();
    if nothing && why.waits.is_empty() && why.standstill.is_none() {
        let words = "Click a line of the journal that is about a message to see who got it and who nearly did, or choose an instance that waits or is suspended.";
        fields::note(ui, words);
    }
}

fn instance(ui: &mut Ui, run: &mut RunMode, why: &Explanation, actions: &mut Vec<Action>) {
    if let Some(standstill) = &why.standstill {
        fields::heading(ui, "Stands still");
        sentence(ui, &standstill.sentence);
        quiet(ui, &standstill.next);
        fixes(ui, &standstill.fixes, actions);
        if let Some(operation) = &standstill.operation
            && ui.button("Do that").on_hover_text(&standstill.next).clicked()
        {
            run.tell(Command::Operate(operation.clone()));
        }
    }
    for expected in &why.waits {
        fields::heading(ui, "Waits for");
        sentence(ui, &expected.sentence);
        if expected.close.is_empty() {
            quiet(ui, "Nothing came close.");
        }
        for close in &expected.close {
            ui.add_space(4.0);
            quiet(ui, &close.sentence);
            ui.horizontal_wrapped(|ui| {
                let words = RichText::new("Show when").size(12.0);
                if ui.button(words).on_hover_text("Goes to the moment it was published").clicked() {
                    run.tell(Command::Seek(close.seq));
                }
            });
            fixes(ui, &close.fixes, actions);
        }
    }
}

/// The nearest misses, then every subscription there was.
fn delivery(ui: &mut Ui, delivery: &Delivery, actions: &mut Vec<Action>) {
    if !delivery.misses.is_empty() {
        fields::heading(ui, "Nearly got it");
    }
    for miss in &delivery.misses {
        ui.add_space(4.0);
        sentence(ui, &miss.sentence);
        predicates(ui, &miss.predicates);
        fixes(ui, &miss.fixes, actions);
    }
    fields::heading(ui, "Subscriptions");
    if delivery.proofs.is_empty() {
        quiet(ui, "There were none. Start a send port or an orchestration that subscribes.");
    }
    let delivered = |row: &Row| row.fate != Fate::Delivered;
    let mut proofs: Vec<_> = delivery.proofs.iter().collect();
    proofs.sort_by_key(|proof| delivered(&proof.row));
    for (i, proof) in proofs.into_iter().enumerate() {
        let t = Tokens::of(ui);
        let color = if delivered(&proof.row) { t.muted } else { t.ok };
        ui.push_id(i, |ui| {
            let head = RichText::new(&proof.sentence).size(12.0).color(color);
            egui::CollapsingHeader::new(head).id_salt("proof").show(ui, |ui| {
                for group in &proof.row.groups {
                    predicates(ui, group);
                }
            });
        });
    }
}

/// Each predicate with what was wanted and what there was.
fn predicates(ui: &mut Ui, verdicts: &[Verdict]) {
    let t = Tokens::of(ui);
    for verdict in verdicts {
        let actual = verdict.actual.as_ref().map_or_else(|| "not promoted".to_owned(), format_value);
        let color = if verdict.holds { t.ok } else { t.error };
        let sign = if verdict.holds { "holds" } else { "is" };
        let words = format!("{}  {sign}: {actual}", verdict.predicate);
        let words = RichText::new(words).monospace().size(11.0).color(color);
        ui.add(egui::Label::new(words).wrap());
    }
}

/// The smallest changes as buttons; they are made in Design, where they can be undone.
fn fixes(ui: &mut Ui, fixes: &[Fix], actions: &mut Vec<Action>) {
    for fix in fixes.iter().take(FIXES) {
        let button = egui::Button::new(RichText::new(&fix.title).size(12.0)).wrap();
        let tip =
            "Changes the application in Design, as one step to undo; run it again to see the difference";
        if ui.add(button).on_hover_text(tip).clicked() {
            actions.push(Action::Command(command::Command::Design));
            actions.push(Action::edit(fix.edit.clone()));
        }
    }
}

fn sentence(ui: &mut Ui, words: &str) {
    let t = Tokens::of(ui);
    ui.add(egui::Label::new(RichText::new(words).color(t.text)).wrap());
}

fn quiet(ui: &mut Ui, words: &str) {
    let t = Tokens::of(ui);
    ui.add(egui::Label::new(RichText::new(words).small().color(t.muted)).wrap());
}
