//! The way to the container whose inside is shown: one step for each container around it.

use crate::model::{Block, Id, Orchestration, Shape};
use crate::studio::theme::{self, Tokens};
use egui::{Button, Rect, RichText, Ui, UiBuilder, vec2};

/// Room for one step, in points.
const STEP: f32 = 190.0;

/// Shows the way; gives the container to show instead, `Some(None)` for the whole orchestration.
pub fn ui(ui: &mut Ui, rect: Rect, orchestration: &Orchestration, inside: Option<&Id>) -> Option<Option<Id>> {
    let t = Tokens::of(ui);
    let mut way = way(orchestration, inside?);
    // Without room the steps in the middle give way.
    let fits = (rect.width() / STEP) as usize;
    let left_out = way.len().saturating_sub(fits.max(1));
    way.drain(..left_out);
    let mut chosen = None;
    let place = Rect::from_min_size(rect.min + vec2(12.0, 8.0), vec2(rect.width() - 24.0, 26.0));
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        egui::Frame::new()
            .fill(t.panel)
            .stroke(egui::Stroke::new(1.0, t.line))
            .corner_radius(7)
            .inner_margin(4)
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 2.0;
                    let name = |text: &str| RichText::new(text).family(theme::medium());
                    if ui.add(Button::new(name(&orchestration.name)).frame(false)).clicked() {
                        chosen = Some(None);
                    }
                    if left_out > 0 {
                        ui.label(RichText::new("› …").color(t.faint));
                    }
                    for (i, shape) in way.iter().enumerate() {
                        ui.label(RichText::new("›").color(t.faint));
                        let here = i + 1 == way.len();
                        let text = name(&shape.name).color(if here { t.text } else { t.muted });
                        if ui.add(Button::new(text).frame(false)).clicked() && !here {
                            chosen = Some(Some(shape.id.clone()));
                        }
                    }
                });
            });
    });
    chosen
}

/// The containers from the outermost to `id` itself.
pub fn way<'a>(orchestration: &'a Orchestration, id: &Id) -> Vec<&'a Shape> {
    fn within<'a>(block: &'a Block, id: &Id, way: &mut Vec<&'a Shape>) -> bool {
        block.iter().any(|shape| {
            way.push(shape);
            let found =
                shape.id == *id || shape.blocks().into_iter().any(|(_, inner)| within(inner, id, way));
            if !found {
                way.pop();
            }
            found
        })
    }
    let mut way = Vec::new();
    if !within(&orchestration.body, id, &mut way) {
        orchestration.compensation.iter().any(|block| within(block, id, &mut way));
    }
    way
}
