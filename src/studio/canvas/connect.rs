//! Drawing a connector from an operation to a Send or Receive (D-7). Only ends that go the same way join (D-8).

use super::paint::{Mark, Paint};
use super::slots;
use super::view::{CanvasAction, Drag};
use crate::drawing::glyph::Glyph;
use crate::drawing::layout::Node;
use crate::drawing::ports::{Flow, PortCard, PortRow};
use crate::model::Leg;
use egui::{
    CursorIcon, DragAndDrop, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2,
};

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

impl End {
    fn of(card: &PortCard, row: &PortRow, from: Pos2) -> Self {
        let (port, operation, leg) = (card.name.clone(), row.operation.clone(), row.leg.clone());
        Self { port, operation, leg, flow: row.flow, from }
    }

    /// What is offered where it is dropped.
    pub fn words(&self) -> String {
        format!("Connect {}.{}", self.port, words(&self.operation, &self.leg))
    }
}

/// Which way a message goes through a Receive or Send.
pub fn flow(node: &Node) -> Option<Flow> {
    match node.glyph {
        Glyph::Receive => Some(Flow::In),
        Glyph::Send => Some(Flow::Out),
        _ => None,
    }
}

/// Why ends that go different ways do not join.
fn other_way(wanted: Flow, port: &str) -> String {
    match wanted {
        Flow::In => format!("A Receive takes what comes in; through {port} it goes out"),
        Flow::Out => format!("A Send gives what goes out; through {port} it comes in"),
    }
}

/// The operation that a shape joins when it is dropped on the port at a point, or why it joins none; `None` beside all
/// ports. Anywhere on a card the only operation that fits is meant.
pub fn shape_on_port(paint: &Paint<'_>, wanted: Flow, at: Pos2) -> Option<Result<End, String>> {
    paint.layout.ports.iter().find_map(|card| {
        let shift = paint.sides.shift(&card.name, card.left);
        let line = |row: &PortRow| (paint.view * row.rect.translate(shift)).expand(2.0);
        let ring = |row: &PortRow| (paint.view * (row.anchor + shift)).distance(at);
        // Far out the rings of several rows are near.
        let near = card.rows.iter().filter(|row| line(row).contains(at) || ring(row) < 14.0);
        let under = near.min_by(|a, b| ring(a).total_cmp(&ring(b)));
        let over = (paint.view * paint.sides.card(card)).contains(at);
        let row = match under {
            Some(row) if row.flow == wanted => Ok(row),
            None if over => only(card, wanted),
            Some(_) => Err(other_way(wanted, &card.name)),
            None => return None,
        };
        Some(row.map(|row| {
            let stroke = Stroke::new(1.5, paint.t.selection);
            paint.painter.rect_stroke(line(row), 4.0, stroke, StrokeKind::Outside);
            End::of(card, row, row.anchor)
        }))
    })
}

/// The operation of a port that goes this way, when one does not have to choose.
fn only(card: &PortCard, wanted: Flow) -> Result<&PortRow, String> {
    let mut fitting = card.rows.iter().filter(|row| row.flow == wanted);
    match (fitting.next(), fitting.next()) {
        (Some(row), None) => Ok(row),
        (None, _) if card.rows.is_empty() => Err("Give the port a type with an operation first".to_owned()),
        (None, _) => Err(other_way(wanted, &card.name)),
        (Some(_), Some(_)) => Err("Join it with the ring of one of the operations".to_owned()),
    }
}

/// What one sees of the process at a point; the port surfaces cover what is under them.
fn node_under<'a>(paint: &Paint<'a>, at: Pos2) -> Option<&'a Node> {
    let (left, right) = paint.edges();
    paint.layout.node_at(paint.view.inverse() * at).filter(|_| (left..=right).contains(&at.x))
}

/// A port that is held over a Send or Receive joins it; `None` when there is none.
pub fn port_on_shape(
    ui: &Ui,
    paint: &Paint<'_>,
    card: &PortCard,
    (pointer, dropped): (Pos2, bool),
) -> Option<Option<CanvasAction>> {
    let node = node_under(paint, pointer)?;
    Some(match only(card, flow(node)?) {
        Ok(row) => {
            paint.outline_node(node, Mark { selected: true, ..Mark::default() });
            let end = End::of(card, row, row.anchor);
            slots::offer(ui, pointer, &end.words());
            dropped.then(|| CanvasAction::Connect { shape: node.id.clone(), end })
        }
        Err(why) => refused(ui, pointer, dropped, &why),
    })
}

/// Says why what is held cannot be dropped here, and again once it is.
pub fn refused(ui: &Ui, pointer: Pos2, dropped: bool, why: &str) -> Option<CanvasAction> {
    ui.set_cursor_icon(CursorIcon::NotAllowed);
    slots::refusal(ui, pointer, why);
    dropped.then(|| CanvasAction::Refused(why.to_owned()))
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
            let end = End::of(card, row, from);
            let name = end.words();
            let id = egui::Id::unique(("ring", key, &card.name, &row.operation, &name));
            let response = ui.interact(area, id, Sense::DRAG).on_hover_cursor(CursorIcon::Crosshair);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if response.hovered() || response.dragged() {
                paint.painter.circle_filled(paint.view * from, 4.0 * paint.view.scaling, paint.t.selection);
            }
            if response.drag_started() {
                DragAndDrop::set_payload(ui.ctx(), Drag::Connector(end));
            }
        }
    }
}

fn words(operation: &str, leg: &Leg) -> String {
    match leg {
        Leg::Request => operation.to_owned(),
        Leg::Response => format!("{operation} response"),
        Leg::Fault(name) => format!("{operation} fault {name}"),
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
pub fn draw(ui: &Ui, paint: &Paint<'_>, rect: Rect, end: &End) -> Option<CanvasAction> {
    let pointer = ui.input(|i| i.pointer.latest_pos()).filter(|p| rect.contains(*p))?;
    let start = paint.view * end.from;
    curve(paint, start, pointer);
    let node = node_under(paint, pointer)?;
    let dropped = ui.input(|i| i.pointer.any_released());
    if flow(node) != Some(end.flow) {
        let only = || "Only a Receive or Send joins a port".to_owned();
        let why = flow(node).map_or_else(only, |wanted| other_way(wanted, &end.port));
        return refused(ui, pointer, dropped, &why);
    }
    paint.outline_node(node, Mark { selected: true, ..Mark::default() });
    if !dropped {
        return None;
    }
    DragAndDrop::clear_payload(ui.ctx());
    Some(CanvasAction::Connect { shape: node.id.clone(), end: end.clone() })
}
