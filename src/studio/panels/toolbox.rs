//! The toolbox: every shape, to drag onto the canvas or to insert after what is selected.

use super::fields;
use crate::model::ShapeKind;
use crate::studio::canvas::{Drag, Hand, hint};
use crate::studio::grip;
use crate::studio::icons::{self, Glyph};
use crate::studio::kinds;
use crate::studio::theme::Tokens;
use egui::{
    Align2, CursorIcon, DragAndDrop, Key, LayerId, Order, Painter, Rect, Response, Sense, TextStyle, Ui,
    Vec2, vec2,
};

/// What is asked for by double click or Enter.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// A shape of this kind after the selection.
    Shape(Box<ShapeKind>),
    Port,
}

/// Shows the toolbox.
pub fn ui(ui: &mut Ui, open: bool) -> Option<Asked> {
    fields::heading(ui, "Shapes");
    let mut asked = None;
    if !open {
        fields::note(ui, "This module has no orchestration to draw.");
        return None;
    }
    ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
    let width = (ui.available_width() - 4.0) / 2.0;
    let kinds = kinds::toolbox();
    let mut all = Vec::new();
    for pair in kinds.chunks(2) {
        ui.horizontal(|ui| {
            for kind in pair {
                let response = tool(ui, kind, width);
                if is_asked(ui, &response) {
                    asked = Some(Asked::Shape(Box::new(kind.clone())));
                }
                all.push((response, Some(kind)));
            }
        });
    }
    let port = port(ui, width);
    if is_asked(ui, &port) {
        asked = Some(Asked::Port);
    }
    all.push((port, None));
    if let Some(at) = grip::begun(ui)
        && let Some((_, taken)) = all.iter().find(|(response, _)| response.interact_rect.contains(at))
    {
        match taken {
            Some(kind) => DragAndDrop::set_payload(ui.ctx(), Drag::New((*kind).clone())),
            None => DragAndDrop::set_payload(ui.ctx(), Hand::NewPort),
        }
    }
    ghost(ui);
    asked
}

fn is_asked(ui: &Ui, tool: &Response) -> bool {
    tool.double_clicked() || (tool.has_focus() && ui.input(|i| i.key_pressed(Key::Enter)))
}

/// A port to drag onto a port surface.
fn port(ui: &mut Ui, width: f32) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Toolbox Port"));
    let hot = response.hovered() || response.has_focus();
    let ground = if hot { t.tint(t.field, t.text, 0.07) } else { t.field };
    entry(ui.painter(), ui, rect, (Glyph::Port, t.messaging, "Port"), ground);
    let words =
        "A port of the orchestration.\nDrag it to the left or right of the flow, or double-click to add it.";
    hint(response, words.to_owned()).on_hover_cursor(CursorIcon::Grab)
}

/// What is dragged, at the pointer.
fn ghost(ui: &Ui) {
    if let Some(drag) = DragAndDrop::payload::<Drag>(ui.ctx())
        && let Drag::New(kind) = &*drag
        && let Some(pointer) = ui.pointer_interact_pos()
    {
        let layer = LayerId::new(Order::Tooltip, egui::Id::unique("toolbox ghost"));
        let ghost = Rect::from_min_size(pointer + vec2(10.0, 6.0), vec2(160.0, 30.0));
        paint(&ui.layer_painter(layer), ui, ghost, kind, Tokens::of(ui).card);
        ui.set_cursor_icon(CursorIcon::Grabbing);
    }
}

/// One shape.
fn tool(ui: &mut Ui, kind: &ShapeKind, width: f32) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click_and_drag());
    let name = format!("Toolbox {}", kind.label());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let hot = response.hovered() || response.has_focus();
    let ground = if hot { t.tint(t.field, t.text, 0.07) } else { t.field };
    paint(ui.painter(), ui, rect, kind, ground);
    let words = format!(
        "{}\nDrag it onto the flow, or double-click to add it after the selection.",
        kinds::hint(kind)
    );
    hint(response, words).on_hover_cursor(CursorIcon::Grab)
}

fn paint(painter: &Painter, ui: &Ui, rect: Rect, kind: &ShapeKind, ground: egui::Color32) {
    let color = kinds::category(kind).color(Tokens::of(ui));
    entry(painter, ui, rect, (kinds::glyph(kind), color, short(kind)), ground);
}

fn entry(
    painter: &Painter,
    ui: &Ui,
    rect: Rect,
    (glyph, color, words): (Glyph, egui::Color32, &str),
    ground: egui::Color32,
) {
    let t = Tokens::of(ui);
    painter.rect_filled(rect, 6.0, ground);
    let chip = Rect::from_min_size(rect.min + vec2(3.0, 3.0), Vec2::splat(22.0));
    icons::chip(painter, glyph, chip, t.panel, color, 5.into());
    let font = TextStyle::Body.resolve(ui.style());
    let job = egui::text::LayoutJob::single_section(
        words.to_owned(),
        egui::text::TextFormat::simple(egui::FontId::new(11.5, font.family), t.text),
    );
    let mut job = job;
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() - 30.0);
    let galley = painter.layout_job(job);
    let at = Align2::LEFT_CENTER.anchor_size(rect.left_center() + vec2(29.0, 0.0), galley.size()).min;
    painter.galley(at, galley, t.text);
}

/// The name that fits half the panel.
fn short(kind: &ShapeKind) -> &'static str {
    match kind {
        ShapeKind::Construct(_) => "Construct",
        ShapeKind::MessageAssignment(_) => "Assignment",
        ShapeKind::Parallel(_) => "Parallel",
        ShapeKind::Call(_) => "Call",
        ShapeKind::Start(_) => "Start",
        ShapeKind::Throw(_) => "Throw",
        other => other.label(),
    }
}
