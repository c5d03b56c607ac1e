//! What a run or the scenarios did not reach, and a message that would get there.

use super::{Covered, Found};
use crate::lab::scenario::{Coverage, Hole};
use crate::studio::document::{Action, Document};
use crate::studio::panels::fields;
use crate::studio::run::RunMode;
use crate::studio::run::atlas::service_words;
use crate::studio::run::desk::Page;
use crate::studio::table::{self, Column, Row};
use crate::studio::theme::Tokens;
use egui::{Button, Label, RichText, Ui, vec2};
use std::sync::Arc;

const HOLES: [Column; 3] = [
    Column::new("Not reached", 170.0).wide(1.0),
    Column::new("What", 110.0).wide(0.3),
    Column::new("In", 120.0).wide(0.5),
];

/// `41 of 52 shapes, 6 of 8 branches, …`.
fn totals(coverage: &Coverage) -> String {
    let mut sums = [(0, 0); 5];
    for (_, service) in coverage.services() {
        let parts =
            [service.shapes(), service.branches(), service.handlers(), service.follows(), service.receives()];
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum = (sum.0 + part.0, sum.1 + part.1);
        }
    }
    let ports = coverage.ports();
    if let Some(last) = sums.last_mut() {
        *last = (last.0 + ports.0, last.1 + ports.1);
    }
    let words = ["shapes", "branches", "handlers", "follow pairs", "subscriptions"];
    let part = |((reached, all), words): (&(usize, usize), &str)| format!("{reached} of {all} {words}");
    sums.iter().zip(words).filter(|((_, all), _)| *all > 0).map(part).collect::<Vec<_>>().join(", ")
}

pub(super) fn ui(ui: &mut Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    let Some(coverage) = run.scenarios.coverage().cloned() else {
        let words = match run.scenarios.covered {
            Covered::Run => "Nothing has run yet. Play, and what was not reached is listed here.",
            Covered::Scenarios => "Choose Run all scenarios, and what none of them reached is listed here.",
        };
        table::nothing(ui, words);
        return;
    };
    let of = Arc::as_ptr(&coverage) as usize;
    if run.scenarios.holes_of != Some(of) {
        run.scenarios.holes_of = Some(of);
        run.scenarios.holes = coverage.holes();
    }
    let holes = std::mem::take(&mut run.scenarios.holes);
    if holes.is_empty() {
        let words = match totals(&coverage).is_empty() {
            true => "There is nothing to reach yet. Draw an orchestration in Design.",
            false => {
                "Everything was reached: all shapes, branches, handlers, follow pairs and subscriptions."
            }
        };
        table::nothing(ui, words);
        run.scenarios.holes = holes;
        return;
    }
    let t = Tokens::of(ui);
    ui.add(Label::new(RichText::new(totals(&coverage)).small().color(t.muted)).wrap());
    let chosen = run.scenarios.hole_view.cursor.and_then(|at| holes.get(at)).cloned();
    let room = ui.available_height();
    let below = if chosen.is_some() { 64.0 } else { 0.0 };
    let mut view = std::mem::take(&mut run.scenarios.hole_view);
    let mut did = table::Did::default();
    ui.allocate_ui(vec2(ui.available_width(), (room - below).max(60.0)), |ui| {
        did = table::show(ui, ("Not reached", &HOLES), &mut view, holes.len(), |index| {
            let hole = holes.get(index)?;
            Some(Row {
                cells: vec![
                    hole.name.clone(),
                    hole.kind.words().to_owned(),
                    service_words(hole.service).to_owned(),
                ],
                mark: Some(t.warn),
                ..Row::default()
            })
        });
    });
    run.scenarios.hole_view = view;
    let hole = |at: Option<usize>| at.and_then(|at| holes.get(at));
    if let Some((service, shape)) = hole(did.chose).and_then(|hole| Some((hole.service, hole.shape?))) {
        run.go_to_shape(service, shape, actions);
    }
    if let Some(hole) = hole(did.opened) {
        run.scenarios.look_for(ui.ctx(), &document.app, hole);
    }
    if let Some(hole) = chosen {
        offer(ui, run, document, &hole);
    }
    run.scenarios.holes = holes;
}

/// A message for the chosen hole, or why there is none.
fn offer(ui: &mut Ui, run: &mut RunMode, document: &Document, hole: &Hole) {
    let t = Tokens::of(ui);
    let found = run.scenarios.offers.iter().find(|(own, _)| own == hole).map(|(_, found)| found.clone());
    match found {
        None => {
            ui.horizontal(|ui| {
                let words = RichText::new("Find a message for it").size(12.0);
                let tip = "Tries sample messages and generated ones until one gets there";
                if ui.add(Button::new(words)).on_hover_text(tip).clicked() {
                    run.scenarios.look_for(ui.ctx(), &document.app, hole);
                }
            });
        }
        Some(Found::Looking) => fields::note(ui, "Trying messages…"),
        Some(Found::Not(why)) => {
            ui.add(Label::new(RichText::new(why).small().color(t.warn)).wrap());
        }
        Some(Found::Offer(offer)) => {
            let source = offer.source.rsplit(['#', '/']).next().unwrap_or(&offer.source);
            let with = if offer.with.is_empty() {
                String::new()
            } else {
                format!(" with {}", offer.with.join(", "))
            };
            let words = format!("{source}{with} at {} gets there", offer.location);
            ui.horizontal(|ui| {
                if ui.add(Button::new(RichText::new("Take it to Send message").size(12.0))).clicked() {
                    run.send.take(&offer.location, source, &offer.text);
                    run.drawer.show(Page::Send);
                }
                ui.add(Label::new(RichText::new(&words).small().color(t.ok)).truncate())
                    .on_hover_text(&words);
            });
        }
    }
}
