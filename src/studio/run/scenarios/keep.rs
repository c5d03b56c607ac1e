//! The run kept as a scenario of its own.

use crate::diagnostic::counted;
use crate::lab::scenario::Kept;
use crate::model::edit::{Edit, Part};
use crate::studio::document::{Action, Document};
use crate::studio::panels::fields;
use crate::studio::run::RunMode;
use crate::studio::run::desk::Page;
use crate::studio::run::player::Command;
use crate::studio::theme::Tokens;
use egui::{Key, RichText, ScrollArea, TextEdit, Ui};
use std::sync::Arc;

/// A run that is about to be kept as a scenario.
#[derive(Clone, Debug)]
pub(super) struct Keeping {
    name: String,
    kept: Arc<Kept>,
    chosen: Vec<bool>,
    /// The field for its name wants the keyboard.
    new: bool,
}

impl RunMode {
    /// Begins to keep the run as a scenario: what was done becomes its steps.
    pub fn keep_as_test(&mut self) {
        self.drawer.show(Page::Scenarios);
        self.scenarios.wants_name = true;
        self.tell(Command::Keep("New scenario".to_owned(), self.ran.clone()));
    }
}

/// Name and expectations of the scenario that the run becomes.
pub(super) fn keep(ui: &Ui, run: &mut RunMode, document: &Document, actions: &mut Vec<Action>) {
    if let Some(kept) = run.state.kept.take().filter(|_| std::mem::take(&mut run.scenarios.wants_name)) {
        let chosen = kept.proposals.iter().map(|proposal| proposal.repeats).collect();
        let name = format!("Run of {}", document.name());
        let free = |name: &String| !document.app.scenarios.contains_key(&stem_of(name));
        let mut names = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name} {number}")));
        let name = names.find(free).unwrap_or(name);
        run.scenarios.keeping = Some(Keeping { name, kept, chosen, new: true });
    }
    let Some(mut keeping) = run.scenarios.keeping.take() else { return };
    let t = Tokens::of(ui);
    let stem = stem_of(&keeping.name);
    let taken = document.app.scenarios.contains_key(&stem);
    let (mut answer, mut entered) = (None, false);
    let frame = egui::Frame::popup(ui.style()).inner_margin(16);
    let modal = egui::Modal::new(egui::Id::unique("keep as test")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(520.0);
        ui.heading("Keep as test");
        ui.add_space(2.0);
        let steps = counted(keeping.kept.scenario.steps.len(), "step");
        fields::note(ui, format!("What was done becomes {steps}; choose what is expected in the end."));
        ui.add_space(6.0);
        fields::row(ui, "Name", |ui| {
            let field = ui.add(TextEdit::singleline(&mut keeping.name).desired_width(f32::INFINITY));
            if std::mem::take(&mut keeping.new) {
                field.request_focus();
            }
            entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            field
        });
        if taken {
            ui.label(
                RichText::new("There is a scenario of this name. Give it another.").small().color(t.error),
            );
        } else {
            fields::note(ui, format!("scenarios/{stem}.scenario.ron"));
        }
        fields::heading(ui, "Expected");
        ScrollArea::vertical().max_height(260.0).auto_shrink([false, true]).show(ui, |ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Wrap);
            for (proposal, on) in keeping.kept.proposals.iter().zip(&mut keeping.chosen) {
                let mut words = shortened(&proposal.sentence);
                if !proposal.repeats {
                    words.push_str(" (not so when it is played in turn)");
                }
                ui.checkbox(on, words).on_hover_text(&proposal.sentence);
            }
        });
        if !keeping.kept.lost.is_empty() {
            fields::heading(ui, "Left out");
        }
        for lost in &keeping.kept.lost {
            ui.add(egui::Label::new(RichText::new(lost).small().color(t.warn)).wrap());
        }
        let ready = !taken && !stem.is_empty();
        answer = fields::answers(ui, "Keep", ready, &["Cancel"]).or((entered && ready).then_some(0));
    });
    if answer == Some(0) {
        let chosen = keeping.kept.proposals.iter().zip(&keeping.chosen).filter_map(|(p, on)| on.then_some(p));
        let mut scenario = keeping.kept.expecting(chosen);
        keeping.name.trim().clone_into(&mut scenario.name);
        // The list shows it, marked.
        let before = document.app.scenarios.keys().filter(|other| **other < stem).count();
        run.scenarios.list.cursor = Some(before);
        run.scenarios.list.reveal(before);
        let label = format!("Keep scenario {stem}");
        let edits = vec![Edit::Set(Part::Scenario(stem, Some(Box::new(scenario))))];
        actions.push(Action::edit(Edit::Batch { label, edits }));
        return;
    }
    if answer.is_none() && !modal.should_close() {
        run.scenarios.keeping = Some(keeping);
    }
}

/// A sentence that may list very many things, cut between two of them.
fn shortened(sentence: &str) -> String {
    const MOST: usize = 200;
    let Some((cut, _)) = sentence.char_indices().nth(MOST) else { return sentence.to_owned() };
    let head = sentence.get(..cut).unwrap_or(sentence);
    let head = head.rsplit_once(", ").map_or(head, |(before, _)| before);
    format!("{head}, …")
}

/// The file stem of a scenario's name: `Run of hello` is `run-of-hello`.
fn stem_of(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
