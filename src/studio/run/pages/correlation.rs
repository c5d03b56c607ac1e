//! The correlation map: which instance holds which values at the moment shown.

use super::super::RunMode;
use super::super::atlas::service_words;
use super::super::desk::{Line, Page};
use super::tools;
use crate::diagnostic::counted;
use crate::journal::query::HeldValues;
use crate::message::format_value;
use crate::studio::document::Action;
use crate::studio::table::{self, Column, Row};
use egui::{RichText, Ui};

const COLUMNS: [Column; 5] = [
    Column::new("Orchestration", 150.0).wide(0.5),
    Column::new("Correlation set", 170.0).wide(0.6),
    Column::new("Values", 200.0).wide(1.0).mono(),
    Column::new("Held by", 120.0).wide(0.5).mono(),
    Column::new("Followed by", 170.0).wide(0.6),
];

pub fn ui(ui: &mut Ui, run: &mut RunMode, actions: &mut Vec<Action>) {
    tools(ui, run, ("set == OrderCorrelation and correlation == 17", "value"), |ui, run| {
        let place = run.drawer.place(Page::Correlation);
        let only = place.filter.filter().text() == "problem";
        let words = RichText::new("Collisions only").size(12.0);
        let tip = "Values that more than one instance holds: a message with them goes to each that waits";
        if ui.selectable_label(only, words).on_hover_text(tip).clicked() {
            place.filter.set(if only { "" } else { "problem" });
        }
    });
    let found = run.found();
    if found.total == 0 {
        let words = match (found.reading, found.all) {
            (true, _) => "Looking at the instances…",
            (_, 0) => {
                "No instance holds values of a correlation set at this moment. Play, or send a message that initialises one."
            }
            _ => "No values fit. Change the filter, or clear it.",
        };
        table::nothing(ui, words);
        return;
    }
    let mut view = std::mem::take(&mut run.drawer.place(Page::Correlation).view);
    let did = table::show(ui, ("Correlation", &COLUMNS), &mut view, found.total, |index| {
        match found.row(index)? {
            Line::Held(held) => Some(row(run, held)),
            _ => None,
        }
    });
    run.drawer.place(Page::Correlation).view = view;
    if let Some(Line::Held(held)) = did.chose.and_then(|index| found.row(index)) {
        // Of several holders each click shows the next.
        let next = held.holders.iter().position(|id| run.selected() == Some(*id)).map_or(0, |at| at + 1);
        if let Some(id) = held.holders.get(next).or(held.holders.first()) {
            run.go(*id, actions);
        }
    }
}

fn row(run: &RunMode, held: &HeldValues) -> Row {
    let t = run.drawer.tokens();
    let values: Vec<String> =
        held.values.iter().map(|(name, value)| format!("{} {}", name.short(), format_value(value))).collect();
    let holders: Vec<String> = held.holders.iter().map(ToString::to_string).collect();
    let follows = match (held.collides(), held.followed) {
        (true, n) => {
            format!("collision: {} to choose from, {}", holders.len(), counted(n, "waiting receive"))
        }
        (false, 0) => "no receive waits with it now".to_owned(),
        (false, n) => counted(n, "waiting receive"),
    };
    let own = run.selected().is_some_and(|id| held.holders.contains(&id));
    Row {
        cells: vec![
            service_words(held.service).to_owned(),
            held.set.to_string(),
            values.join(", "),
            holders.join(" "),
            follows,
        ],
        mark: Some(if held.collides() {
            t.error
        } else if held.followed > 0 {
            t.warn
        } else {
            t.scope
        }),
        ground: own.then(|| t.tint(t.panel, t.selection, 0.07)),
        ..Row::default()
    }
}
