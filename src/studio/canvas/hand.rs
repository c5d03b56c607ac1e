//! Ports by hand: connectors drawn from a shape, ports made and moved on the surfaces; and names dropped on shapes.

use super::connect::{self, flow};
use super::paint::{Mark, Paint};
use super::port_form::Form;
use super::slots;
use super::view::{CanvasAction, Scene};
use crate::check::before;
use crate::drawing::glyph::Glyph;
use crate::drawing::layout::Node;
use crate::drawing::ports::{Flow, PortCard};
use crate::model::edit::{CorrelationUse, DeclarationKind};
use crate::model::{Id, Orchestration, ShapeKind};
use crate::studio::document::Selection;
use crate::studio::grip;
use crate::studio::theme;
use egui::{
    Align2, CursorIcon, DragAndDrop, FontId, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

/// What is dragged by hand, beside shapes.
#[derive(Clone, Debug, PartialEq)]
pub enum Hand {
    /// A connector from a Send or Receive, to an operation or to where a port is to be.
    Shape(Id),
    /// A port, to another place or side.
    Port(String),
    /// A port that is to be.
    NewPort,
    /// A message or correlation set, onto a shape.
    Declared(DeclarationKind, String),
}

/// What stays of it between frames.
#[derive(Debug, Default)]
pub struct Hands {
    pub(super) form: Option<Form>,
}

impl Hands {
    pub fn ui(&mut self, ui: &mut Ui, paint: &Paint<'_>, rect: Rect, scene: &Scene<'_>) -> Vec<CanvasAction> {
        let mut actions = Vec::new();
        if DragAndDrop::payload::<super::Drag>(ui.ctx()).is_none() {
            handles(ui, paint, rect, scene);
            cards(ui, paint, scene);
            self.ground(ui, paint, rect);
        }
        let held = DragAndDrop::payload::<Hand>(ui.ctx());
        if let Some(hand) = held.as_deref()
            && let Some(pointer) = ui.input(|i| i.pointer.latest_pos()).filter(|p| rect.contains(*p))
        {
            let dropped = ui.input(|i| i.pointer.any_released());
            match hand {
                Hand::Shape(id) => actions.extend(self.connector(ui, paint, rect, id, (pointer, dropped))),
                Hand::NewPort => self.new_port(paint, rect, None, (pointer, dropped)),
                Hand::Port(name) => actions.extend(arrange(ui, paint, name, (pointer, dropped))),
                Hand::Declared(kind, name) => {
                    actions.extend(attach(ui, paint, scene, (*kind, name), (pointer, dropped)));
                }
            }
            if dropped {
                DragAndDrop::clear_payload(ui.ctx());
            }
        }
        if let Some(form) = &mut self.form {
            let (made, open) = form.ui(ui, rect, scene);
            actions.extend(made.map(CanvasAction::AddPort));
            if !open {
                self.form = None;
            }
        }
        actions
    }

    /// A double click on a free place of a port surface makes a port.
    fn ground(&mut self, ui: &Ui, paint: &Paint<'_>, rect: Rect) {
        let twice = ui.input(|i| i.pointer.button_double_clicked(egui::PointerButton::Primary));
        let Some(at) =
            ui.input(|i| i.pointer.interact_pos()).filter(|_| twice && ui.rect_contains_pointer(rect))
        else {
            return;
        };
        if let Some(left) = free_surface(paint, rect, at) {
            self.form = Some(Form::new(None, left, at));
        }
    }

    /// The connector while it is drawn from a shape.
    fn connector(
        &mut self,
        ui: &Ui,
        paint: &Paint<'_>,
        rect: Rect,
        id: &Id,
        (pointer, dropped): (Pos2, bool),
    ) -> Option<CanvasAction> {
        let node = paint.layout.node(id)?;
        let wanted = flow(node)?;
        let head = paint.view * node.head;
        let start = if pointer.x < head.center().x { head.left_center() } else { head.right_center() };
        connect::curve(paint, start, pointer);
        for card in &paint.layout.ports {
            let shift = paint.sides.shift(&card.name, card.left);
            for row in card.rows.iter().filter(|row| row.flow == wanted) {
                let ring = paint.view * (row.anchor + shift);
                paint.painter.circle_filled(ring, 4.0 * paint.view.scaling, paint.t.selection);
            }
        }
        match connect::shape_on_port(paint, wanted, pointer) {
            Some(Ok(end)) => {
                slots::offer(ui, pointer, &end.words());
                return dropped.then(|| CanvasAction::Connect { shape: id.clone(), end });
            }
            Some(Err(why)) => return connect::refused(ui, pointer, dropped, &why),
            None => {}
        }
        self.new_port(paint, rect, Some(node), (pointer, dropped));
        None
    }

    /// Where a port would be made; asks for the rest when it is dropped there.
    fn new_port(
        &mut self,
        paint: &Paint<'_>,
        rect: Rect,
        shape: Option<&Node>,
        (pointer, dropped): (Pos2, bool),
    ) {
        let (edge, other) = paint.edges();
        let side = free_surface(paint, rect, pointer).or_else(|| at_the_edge(rect, pointer));
        // A port from the toolbox goes to the nearer side: the surfaces may be out of sight.
        let nearer = || shape.is_none().then_some(pointer.x - edge < other - pointer.x);
        let Some(left) = side.or_else(nearer) else { return };
        let z = paint.view.scaling;
        let size = vec2(crate::drawing::ports::WIDTH, 52.0) * z;
        let x = if left { edge - size.x - 14.0 * z } else { other + 14.0 * z };
        // A surface that is out of view has its ports at the edge of it.
        let x = x.min(rect.right() - size.x - 8.0).max(rect.left() + 8.0);
        let ghost = Rect::from_min_size(pos2(x, pointer.y - size.y / 2.0), size);
        let t = paint.t;
        let fill = t.tint(t.surface, t.selection, 0.12);
        paint.painter.rect(ghost, 9.0 * z, fill, Stroke::new(1.5, t.selection), StrokeKind::Inside);
        let font = FontId::new(12.0, theme::semibold());
        paint.painter.text(ghost.center(), Align2::CENTER_CENTER, "New port", font, t.selection);
        if dropped {
            let shape = shape.map(|node| (node.id.clone(), flow(node) == Some(Flow::In)));
            self.form = Some(Form::new(shape, left, ghost.left_top()));
        }
    }
}

/// The side of a port surface at a point where no port stands.
fn free_surface(paint: &Paint<'_>, rect: Rect, at: Pos2) -> Option<bool> {
    let (left, right) = paint.edges();
    let over = |card: &PortCard| (paint.view * paint.sides.card(card)).expand(6.0).contains(at);
    if !rect.contains(at) || paint.layout.ports.iter().any(over) {
        return None;
    }
    // Without a port on a side its surface is what lies beyond the process area.
    if at.x < left { Some(true) } else { (at.x > right).then_some(false) }
}

/// The side whose surface is taken for meant at the edge of a view that shows only the flow there.
fn at_the_edge(rect: Rect, at: Pos2) -> Option<bool> {
    const NEAR: f32 = 64.0;
    if at.x < rect.left() + NEAR { Some(true) } else { (at.x > rect.right() - NEAR).then_some(false) }
}

/// The handles of the shape under the pointer and of the selected one, to drag connectors from.
fn handles(ui: &Ui, paint: &Paint<'_>, rect: Rect, scene: &Scene<'_>) {
    if paint.view.scaling < 0.4 {
        return;
    }
    let (left, right) = paint.edges();
    let inner = rect.intersect(Rect::from_x_y_ranges(left..=right, rect.y_range()));
    let pointer =
        ui.input(|i| i.pointer.hover_pos()).filter(|p| inner.contains(*p) && ui.rect_contains_pointer(rect));
    // A brisk hand is elsewhere by now.
    let begun = grip::begun(ui);
    let near = |node: &Node| {
        let reach = (paint.view * node.head).expand(12.0);
        pointer.into_iter().chain(begun).any(|at| reach.contains(at))
    };
    let selected = |node: &Node| matches!(scene.selection, Selection::Node(id) if *id == node.id);
    paint.visible(|node| {
        if flow(node).is_none() || !(near(node) || selected(node)) {
            return;
        }
        let head = paint.view * node.head;
        for (at, side) in [(head.left_center(), "left"), (head.right_center(), "right")] {
            let area = Rect::from_center_size(at, Vec2::splat(16.0)).intersect(inner);
            if !area.is_positive() {
                continue;
            }
            let id = egui::Id::unique(("handle", scene.key, node.id.as_str(), side));
            let response = ui.interact(area, id, Sense::DRAG).on_hover_cursor(CursorIcon::Crosshair);
            let words = format!("Connect {} to the {side}", node.title);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
            let t = paint.t;
            let fill = if response.hovered() || response.dragged() { t.selection } else { t.card };
            let r = (4.2 * paint.view.scaling).max(3.0);
            paint.painter.circle(at, r, fill, Stroke::new(1.6, t.selection));
            if response.drag_started() || begun.is_some_and(|at| area.contains(at)) {
                DragAndDrop::set_payload(ui.ctx(), Hand::Shape(node.id.clone()));
            }
        }
    });
}

/// Port cards can be dragged.
fn cards(ui: &Ui, paint: &Paint<'_>, scene: &Scene<'_>) {
    let Some(at) = grip::begun(ui) else { return };
    for card in &paint.layout.ports {
        let response = ui.ctx().read_response(super::widgets::card_id(scene.key, &card.name));
        let taken = |r: &egui::Response| r.rect.contains(at) && !DragAndDrop::has_any_payload(ui.ctx());
        let Some(response) = response.filter(taken) else { continue };
        if scene.orchestration.ports.iter().any(|p| p.name == card.name) {
            DragAndDrop::set_payload(&response.ctx, Hand::Port(card.name.clone()));
        }
    }
}

/// Moves a port among those of a side, or to the other side.
fn arrange(ui: &Ui, paint: &Paint<'_>, name: &str, (pointer, dropped): (Pos2, bool)) -> Option<CanvasAction> {
    let (edge, other) = paint.edges();
    let left = if pointer.x <= edge {
        true
    } else if pointer.x >= other {
        false
    } else {
        // Over the flow the nearer side.
        pointer.x - edge < other - pointer.x
    };
    let t = paint.t;
    let z = paint.view.scaling;
    let mut side: Vec<&PortCard> =
        paint.layout.ports.iter().filter(|c| c.left == left && c.name != name).collect();
    let shown = |card: &PortCard| paint.view * paint.sides.card(card);
    side.sort_by(|a, b| shown(a).top().total_cmp(&shown(b).top()));
    let index = side.iter().take_while(|card| shown(card).center().y < pointer.y).count();
    let own = paint.layout.ports.iter().find(|c| c.name == name)?;
    let size = own.rect.size() * z;
    let ghost = Rect::from_center_size(pointer, size);
    paint.painter.rect(
        ghost,
        9.0 * z,
        t.card.gamma_multiply(0.6),
        Stroke::new(1.5, t.selection),
        StrokeKind::Inside,
    );
    let font = FontId::new(13.0 * z, theme::semibold());
    paint.painter.text(ghost.left_top() + vec2(12.0, 15.0) * z, Align2::LEFT_CENTER, name, font, t.text);
    if let Some(joined) = connect::port_on_shape(ui, paint, own, (pointer, dropped)) {
        return joined;
    }
    let x = match side.first() {
        Some(card) => shown(card).x_range(),
        None if left => egui::Rangef::new(edge - size.x - 14.0 * z, edge - 14.0 * z),
        None => egui::Rangef::new(other + 14.0 * z, other + size.x + 14.0 * z),
    };
    let above = index.checked_sub(1).and_then(|i| side.get(i)).map(|c| shown(c).bottom());
    let below = side.get(index).map(|c| shown(c).top());
    let y = match (above, below) {
        (Some(a), Some(b)) => (a + b) / 2.0,
        (Some(a), None) => a + 9.0 * z,
        (None, Some(b)) => b - 9.0 * z,
        (None, None) => pointer.y,
    };
    paint.painter.hline(x, y, Stroke::new(3.0, t.selection));
    ui.set_cursor_icon(CursorIcon::Grabbing);
    if !dropped {
        return None;
    }
    let mut order: Vec<String> = side.iter().map(|card| card.name.clone()).collect();
    order.insert(index, name.to_owned());
    Some(CanvasAction::ArrangePorts { port: name.to_owned(), left, order })
}

/// How a set would be used by a shape it is dropped on.
pub fn usage_of(scene: &Scene<'_>, module: &str, shape: &Id, set: &str) -> CorrelationUse {
    let activates = scene
        .orchestration
        .shape(shape)
        .is_some_and(|s| matches!(&s.kind, ShapeKind::Receive(r) if r.activate));
    let known = before(scene.app, module, shape);
    if activates || !known.perhaps_initialized.contains(set) {
        CorrelationUse::Initialize
    } else {
        CorrelationUse::Follow
    }
}

/// A message or set over the shapes that can take it.
fn attach(
    ui: &Ui,
    paint: &Paint<'_>,
    scene: &Scene<'_>,
    (kind, name): (DeclarationKind, &str),
    (pointer, dropped): (Pos2, bool),
) -> Option<CanvasAction> {
    let node = paint.layout.node_at(paint.view.inverse() * pointer);
    let takes = |node: &&Node| match kind {
        DeclarationKind::Message => matches!(node.glyph, Glyph::Receive | Glyph::Send | Glyph::Envelope),
        _ => flow(node).is_some(),
    };
    let Some(node) = node.filter(takes) else {
        let words = match kind {
            DeclarationKind::Message => "Drop it on a Receive, Send or Construct Message",
            _ => "Drop it on a Receive or Send",
        };
        return connect::refused(ui, pointer, dropped, words);
    };
    paint.outline_node(node, Mark { selected: true, ..Mark::default() });
    if kind == DeclarationKind::Message {
        let verb = if node.glyph == Glyph::Envelope { "Construct" } else { "Use" };
        slots::offer(ui, pointer, &format!("{verb} {name}"));
        let (shape, name) = (node.id.clone(), name.to_owned());
        return dropped.then_some(CanvasAction::AttachMessage { shape, name });
    }
    let module =
        scene.app.modules.iter().find(|(_, m)| std::ptr::eq(*m, scene.module)).map(|(key, _)| key)?;
    let mut usage = usage_of(scene, module, &node.id, name);
    if ui.input(|i| i.modifiers.shift) {
        usage = match usage {
            CorrelationUse::Initialize => CorrelationUse::Follow,
            CorrelationUse::Follow => CorrelationUse::Initialize,
        };
    }
    let verb = if usage == CorrelationUse::Initialize { "Initialize" } else { "Follow" };
    slots::offer(ui, pointer, &format!("{verb} {name}  (Shift for the other)"));
    let (shape, set) = (node.id.clone(), name.to_owned());
    dropped.then_some(CanvasAction::AttachSet { shape, set, usage })
}

/// The message type of what a shape sends or receives, for a port made from it.
pub fn carried(orchestration: &Orchestration, shape: &Id) -> Option<String> {
    let name = match &orchestration.shape(shape)?.kind {
        ShapeKind::Receive(r) => &r.message,
        ShapeKind::Send(s) => &s.message,
        _ => return None,
    };
    let scopes = orchestration.shapes().into_iter().filter_map(|s| match &s.kind {
        ShapeKind::Scope(scope) => Some(&scope.messages),
        _ => None,
    });
    let mut all = orchestration.messages.iter().chain(scopes.flatten());
    all.find(|m| m.name == *name).map(|m| m.message_type.clone())
}
