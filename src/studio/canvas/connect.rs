//! Drawing a connector from an operation to a Send or Receive (D-7). Only ends that go the same way join (D-8).

use super::paint::{Mark, Paint};
use super::view::{CanvasAction, Drag, Scene};
use crate::drawing::ports::{Flow, PortRow};
use crate::model::{Leg, ShapeKind};
use egui::{CursorIcon, DragAndDrop, Pos2, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2};

/// The end of a connector at a port.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    pub port: String,
    pub operation: String,
    pub leg: Leg,
    pub flow: Flow,
    /// Where it starts, in world units.
    pub from: Pos2,
}

/// The rings of the operations, to drag from.
pub fn rings(ui: &Ui, paint: &Paint<'_>, rect: Rect, key: &str) {
    for card in &paint.layout.ports {
        let shift = paint.sides.shift(&card.name, card.left);
        for row in &card.rows {
            let from = row.anchor + shift;
            let area = Rect::from_center_size(paint.view * from, Vec2::splat(16.0)).intersect(rect);
            if !area.is_positive() {
                continue;
            }
            let id = egui::Id::unique(("ring", key, &card.name, &row.operation, &words(row)));
            let response = ui.interact(area, id, Sense::DRAG).on_hover_cursor(CursorIcon::Crosshair);
            let name = format!("Connect {}.{}", card.name, words(row));
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if response.hovered() || response.dragged() {
                paint.painter.circle_filled(paint.view * from, 4.0 * paint.view.scaling, paint.t.selection);
            }
            if response.drag_started() {
                let (port, operation, leg) = (card.name.clone(), row.operation.clone(), row.leg.clone());
                let end = End { port, operation, leg, flow: row.flow, from };
                DragAndDrop::set_payload(ui.ctx(), Drag::Connector(end));
            }
        }
    }
}

fn words(row: &PortRow) -> String {
    match &row.leg {
        Leg::Request => row.operation.clone(),
        Leg::Response => format!("{} response", row.operation),
        Leg::Fault(name) => format!("{} fault {name}", row.operation),
    }
}

/// A connector as it is drawn, from where it starts to the pointer.
pub fn curve(paint: &Paint<'_>, start: Pos2, pointer: Pos2) {
    let bend = (pointer.x - start.x) * 0.5;
    let curve = [start, start + vec2(bend, 0.0), pointer - vec2(bend, 0.0), pointer];
    let stroke = Stroke::new(2.0, paint.t.selection);
    let none = egui::Color32::TRANSPARENT;
    paint.painter.add(egui::epaint::CubicBezierShape::from_points_stroke(curve, false, none, stroke));
}

/// The connector while it is drawn; joins it to the shape it is dropped on.
pub fn draw(ui: &Ui, paint: &Paint<'_>, rect: Rect, end: &End, scene: &Scene<'_>) -> Option<CanvasAction> {
    let pointer = ui.input(|i| i.pointer.latest_pos()).filter(|p| rect.contains(*p))?;
    let start = paint.view * end.from;
    curve(paint, start, pointer);
    let node = paint.layout.node_at(paint.view.inverse() * pointer)?;
    let joins = match &scene.orchestration.shape(&node.id)?.kind {
        ShapeKind::Receive(_) => end.flow == Flow::In,
        ShapeKind::Send(_) => end.flow == Flow::Out,
        _ => false,
    };
    if !joins {
        ui.set_cursor_icon(CursorIcon::NotAllowed);
        return None;
    }
    paint.outline_node(node, Mark { selected: true, ..Mark::default() });
    if !ui.input(|i| i.pointer.any_released()) {
        return None;
    }
    DragAndDrop::clear_payload(ui.ctx());
    Some(CanvasAction::Connect { shape: node.id.clone(), end: end.clone() })
}
