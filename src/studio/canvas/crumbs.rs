//! The way to the container whose inside is shown: one step for each container around it.

use super::paint::Paint;
use super::view::Scene;
use crate::model::{Block, Id, Orchestration, Shape};
use crate::studio::document::Selection;
use crate::studio::icons::{self, Glyph};
use crate::studio::theme::{self, Tokens};
use egui::{Align, Button, Layout, Rect, RichText, Role, Sense, Ui, UiBuilder, WidgetInfo, vec2};

/// Room for one step, in points.
const STEP: f32 = 190.0;

/// Height of the strip above the drawing, in points.
pub const STRIP: f32 = 34.0;

/// Shows the way above the drawing; gives the container to show instead, `Some(None)` for the whole orchestration.
pub fn ui(ui: &mut Ui, orchestration: &Orchestration, inside: &Id) -> Option<Option<Id>> {
    let t = Tokens::of(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    let strip = ui.allocate_space(vec2(ui.available_width(), STRIP)).1;
    ui.painter().rect_filled(strip, 0.0, t.panel);
    ui.painter().hline(strip.x_range(), strip.bottom() - 0.5, egui::Stroke::new(1.0, t.line));
    let mut way = way(orchestration, inside);
    // Without room the steps in the middle give way.
    let fits = ((strip.width() / STEP) as usize).saturating_sub(1);
    let left_out = way.len().saturating_sub(fits.max(1));
    way.drain(..left_out);
    let mut chosen = None;
    let place = strip.shrink2(vec2(12.0, 4.0));
    let row = UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(row, |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let step = |ui: &mut Ui, name: &str, color| {
            let name = RichText::new(name).family(theme::medium()).color(color);
            ui.scope(|ui| {
                ui.set_max_width(STEP - 16.0);
                ui.add(Button::new(name).frame(false).truncate()).clicked()
            })
            .inner
        };
        if step(ui, &orchestration.name, t.muted) {
            chosen = Some(None);
        }
        if left_out > 0 {
            ui.label(RichText::new("› …").color(t.faint));
        }
        for (i, shape) in way.iter().enumerate() {
            ui.label(RichText::new("›").color(t.faint));
            let here = i + 1 == way.len();
            if step(ui, &shape.name, if here { t.text } else { t.muted }) && !here {
                chosen = Some(Some(shape.id.clone()));
            }
        }
    });
    chosen
}

/// The way into the container that is selected or under the pointer, at the end of its head; the one that was pressed.
pub fn door(ui: &Ui, paint: &Paint<'_>, rect: Rect, scene: &Scene<'_>) -> Option<Id> {
    if paint.view.scaling < 0.5 {
        return None;
    }
    let pointer = ui.input(|i| i.pointer.hover_pos()).filter(|_| ui.rect_contains_pointer(rect));
    let mut pressed = None;
    paint.visible(|node| {
        let selected = matches!(scene.selection, Selection::Node(id) if *id == node.id);
        let near = pointer.is_some_and(|p| (paint.view * node.head).contains(p));
        if node.collapsed != Some(false) || !node.shape || !(selected || near) {
            return;
        }
        let place = paint.view * paint.chevron_rect(node).translate(vec2(-24.0, 0.0));
        let id = egui::Id::unique(("door", scene.key, node.id.as_str()));
        let response = ui.interact(place.intersect(rect), id, Sense::CLICK);
        let words = format!("Zoom into {}", node.title);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
        let (t, hot) = (paint.t, response.hovered());
        let edge = egui::Stroke::new(1.0, if hot { t.selection } else { t.line_strong });
        let radius = place.width() / 2.0 - 1.0;
        paint.painter.circle(place.center(), radius, t.card, edge);
        let color = if hot { t.selection } else { t.muted };
        icons::paint(&paint.painter, Glyph::Parts, place.shrink(place.width() * 0.27), color);
        if response.on_hover_text(words).clicked() {
            pressed = Some(node.id.clone());
        }
    });
    pressed
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
