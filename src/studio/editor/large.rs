//! A text in a tab of its own.

use super::{Field, code};
use crate::language::{CodePlace, CodeProperty};
use crate::studio::document::{Action, Document};
use crate::studio::panels::problems::color;
use crate::studio::theme::Tokens;
use crate::studio::ticks;
use egui::{Frame, Margin, RichText, ScrollArea, Ui};

/// The editor of `place` in all the room there is, with its findings below.
pub fn ui(ui: &mut Ui, document: &Document, place: &CodePlace, actions: &mut Vec<Action>) {
    let t = Tokens::of(ui);
    let Some(mut text) = place.text(&document.app).map(str::to_owned) else { return };
    let label = place.words(&document.app);
    Frame::new().fill(t.panel).inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        ui.horizontal(|ui| {
            let room = ui.available_width() - 150.0;
            let left = egui::Layout::left_to_right(egui::Align::Center);
            ui.allocate_ui_with_layout(egui::vec2(room, 26.0), left, |ui| {
                ui.set_min_width(room);
                ui.set_max_width(room);
                let purpose = RichText::new(purpose(document, place)).small().color(t.muted);
                let rest = ui.painter().layout_no_wrap(
                    purpose.text().to_owned(),
                    egui::FontId::proportional(11.5),
                    t.muted,
                );
                ui.scope(|ui| {
                    ui.set_max_width((room - rest.size().x - 16.0).max(60.0));
                    ui.add(egui::Label::new(RichText::new(&label).heading()).truncate());
                });
                ui.add(egui::Label::new(purpose).truncate());
            });
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if let Some(owner) = place.owner.clone()
                    && ui.button("Show on the canvas").clicked()
                {
                    let selection = crate::studio::document::Selection::Node(owner);
                    actions.push(Action::Go { module: place.module.clone(), selection });
                }
            });
        });
        ui.add_space(6.0);
        let field = Field { document, place: place.clone(), label: &label, rows: 0, large: true };
        if code(ui, &field, &mut text, actions)
            && let Some(edit) = place.edit(&document.app, &text)
        {
            actions.push(Action::typing(edit, key(place)));
        }
        let problems: Vec<_> = document
            .problems
            .iter()
            .filter(|d| d.place.module.as_deref() == Some(&place.module) && d.place.id == place.owner)
            .collect();
        ScrollArea::vertical().id_salt("findings").show(ui, |ui| {
            for problem in problems {
                let words = ticks::paragraph(ui, &problem.message, 11.5, color(t, problem.severity));
                ui.add(egui::Label::new(words).wrap()).on_hover_text(ticks::plain(&problem.help));
            }
        });
    });
}

/// Typing in a text is one step to undo, wherever it is shown.
pub fn key(place: &CodePlace) -> String {
    format!("{place:?}")
}

fn purpose(document: &Document, place: &CodePlace) -> String {
    use crate::xlang::Slot;
    let words = match (&place.property, place.slot(&document.app)) {
        (CodeProperty::Condition, _) => "a condition: true or false",
        (CodeProperty::Timeout, _) => "seconds or a System.TimeSpan",
        (_, Some(Slot::Expression)) => "statements",
        (_, Some(Slot::MessageAssignment)) => "statements that construct messages",
        (_, Some(Slot::Delay)) => "a System.TimeSpan or System.DateTime",
        (_, Some(Slot::Text)) => "a text",
        (_, Some(Slot::InitialValue(of))) => return format!("a value of type {}", of.name()),
        _ => "",
    };
    words.to_owned()
}
