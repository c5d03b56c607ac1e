//! Where new and moved shapes go: drop targets, the `+` of every edge, and the lasso that chooses several shapes.

use super::connect;
use super::paint::{Mark, Paint};
use super::slots;
use super::view::{Canvas, CanvasAction, Changes, Drag, Scene, process_area};
use crate::drawing::layout::{Node, Slot};
use crate::model::ShapeKind;
use crate::model::edit::{BlockRef, wrappers};
use crate::studio::document::Selection;
use egui::{
    CursorIcon, DragAndDrop, PointerButton, Popup, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    Vec2, WidgetInfo, vec2,
};
use std::mem::discriminant;

/// Below this zoom an edge has no `+`.
const PLUS_ZOOM: f32 = 0.4;

impl Canvas {
    /// Shows where what is dragged may go, and why not where it may not; drops it.
    pub(super) fn drop_target(
        &self,
        ui: &Ui,
        paint: &Paint<'_>,
        rect: Rect,
        drag: &Drag,
        scene: &Scene<'_>,
        actions: &mut Vec<CanvasAction>,
    ) {
        let verdict = |slot: &Slot| (scene.legal)(&slot.at, slot.index, drag);
        for (_, slot) in self.layout.slots_in(paint.world).filter(|(_, slot)| verdict(slot).is_ok()) {
            slots::hint(&paint.painter, paint.t, paint.view * slot.center, paint.view.scaling);
        }
        let Some(pointer) = ui.input(|i| i.pointer.latest_pos()).filter(|p| rect.contains(*p)) else {
            return;
        };
        if let Drag::Move(ids) = drag {
            let first = ids.first().and_then(|id| self.layout.node(id));
            slots::ghost(ui, pointer, first, ids.len());
        }
        if !ui.rect_contains_pointer(rect) {
            return;
        }
        let at = paint.view.inverse() * pointer;
        let released = ui.input(|i| i.pointer.any_released());
        if let Drag::Move(ids) = drag
            && let [shape] = ids.as_slice()
            && let Some(wanted) = self.layout.node(shape).and_then(connect::flow)
            && let Some(end) = connect::shape_on_port(paint, wanted, pointer)
        {
            actions.extend(match end {
                Ok(end) => {
                    // Below what is held.
                    slots::offer(ui, pointer + vec2(0.0, 36.0), &end.words());
                    released.then(|| CanvasAction::Connect { shape: shape.clone(), end })
                }
                Err(why) => connect::refused(ui, pointer, released, &why),
            });
            if released {
                DragAndDrop::clear_payload(ui.ctx());
            }
            return;
        }
        if let Drag::New(kind) = drag
            && let Some(node) = self.wrapped_by(kind, at)
        {
            paint.outline_node(node, Mark { selected: true, ..Mark::default() });
            slots::offer(ui, pointer, &format!("Wrap in {}", kind.label()));
            if released {
                DragAndDrop::clear_payload(ui.ctx());
                actions.push(CanvasAction::Wrap { shape: node.id.clone(), kind: kind.clone() });
            }
            return;
        }
        let legal = self.layout.slot_at(at, |slot| verdict(slot).is_ok());
        if let Some(slot) = legal.and_then(|i| self.layout.slots.get(i)) {
            slots::landing(&paint.painter, paint.t, slot, paint.view);
            if released {
                DragAndDrop::clear_payload(ui.ctx());
                let (at, index) = (slot.at.clone(), slot.index);
                actions.push(match drag {
                    Drag::New(kind) => CanvasAction::Insert { at, index, kind: kind.clone() },
                    Drag::Move(shapes) => CanvasAction::Move { shapes: shapes.clone(), at, index },
                    Drag::Connector(_) => return,
                });
            }
            return;
        }
        ui.set_cursor_icon(CursorIcon::NotAllowed);
        let nearest = self.layout.slot_at(at, |_| true).and_then(|i| self.layout.slots.get(i));
        let why = nearest.and_then(|slot| verdict(slot).err());
        let Some(why) = why.or_else(|| released.then(|| "Drop it on one of the marks".to_owned())) else {
            return;
        };
        slots::refusal(ui, pointer, &why);
        if released {
            actions.push(CanvasAction::Refused(why));
        }
    }

    /// The shape at a point that a new container would go around: its edges are for what goes before and after it.
    fn wrapped_by(&self, kind: &ShapeKind, at: Pos2) -> Option<&Node> {
        let wraps = wrappers().iter().any(|w| discriminant(w) == discriminant(kind));
        let middle = |node: &&Node| node.head.shrink2(vec2(0.0, node.head.height() * 0.2)).contains(at);
        self.layout.node_at(at).filter(|node| wraps && node.shape).filter(middle)
    }

    pub(super) fn plus_buttons(
        &self,
        ui: &mut Ui,
        paint: &Paint<'_>,
        rect: Rect,
        scene: &Scene<'_>,
        actions: &mut Vec<CanvasAction>,
    ) {
        let (z, t) = (paint.view.scaling, paint.t);
        if z < PLUS_ZOOM {
            return;
        }
        let inner = process_area(paint, rect);
        let pointer = ui
            .input(|i| i.pointer.hover_pos())
            .filter(|p| ui.rect_contains_pointer(rect) && rect.contains(*p));
        let near = pointer.and_then(|p| self.layout.slot_at(paint.view.inverse() * p, |_| true));
        for (i, slot) in self.layout.slots_in(paint.world) {
            let at = paint.view * slot.center;
            let area = Rect::from_center_size(at, Vec2::splat(20.0 * z)).intersect(rect);
            if !area.is_positive() {
                continue;
            }
            let id = egui::Id::unique(("slot", scene.key, &slot.at, slot.index));
            // Not focusable: Tab walks the shapes, and the Insert commands serve the keyboard.
            let response = ui.interact(area, id, Sense::CLICK);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, self.layout.words(slot)));
            if !inner.x_range().contains(at.x) {
                continue;
            }
            let popup = Popup::menu(&response);
            let open = popup.is_open();
            if slot.empty || open || response.hovered() || near == Some(i) {
                slots::plus(&paint.painter, t, at, z, response.hovered() || open);
                if slot.empty && slot.at == BlockRef::Body {
                    slots::invitation(&paint.painter, t, at, z);
                }
            }
            let mut chosen = None;
            popup.show(|ui| chosen = slots::menu(ui, &(scene.kinds)(&slot.at, slot.index)));
            let (at, index) = (slot.at.clone(), slot.index);
            match chosen {
                Some(slots::Chosen::Kind(kind)) => {
                    actions.push(CanvasAction::Insert { at, index, kind: *kind });
                }
                Some(slots::Chosen::Paste) => actions.push(CanvasAction::Paste { at, index }),
                None => {}
            }
        }
    }

    /// A frame drawn over empty ground selects what it holds.
    pub(super) fn lasso(
        &self,
        ui: &Ui,
        paint: &Paint<'_>,
        rect: Rect,
        ground: &Response,
        scene: &Scene<'_>,
        (changes, actions): (&mut Changes, &mut Vec<CanvasAction>),
    ) {
        if ground.drag_started_by(PointerButton::Primary)
            && !ui.input(|i| i.key_down(egui::Key::Space))
            && let Some(from) = ui.input(|i| i.pointer.press_origin())
        {
            changes.lasso = Some(Some(paint.view.inverse() * from));
        }
        if DragAndDrop::has_any_payload(ui.ctx()) {
            changes.lasso = Some(None);
            return;
        }
        let (Some(from), Some(pointer)) = (self.lasso, ui.input(|i| i.pointer.latest_pos())) else { return };
        let frame = Rect::from_two_pos(from, paint.view.inverse() * pointer);
        let shown = (paint.view * frame).intersect(rect);
        let stroke = Stroke::new(1.0, paint.t.selection);
        paint.painter.rect(shown, 2.0, paint.t.selection.gamma_multiply(0.10), stroke, StrokeKind::Inside);
        if ui.input(|i| i.pointer.any_released()) {
            changes.lasso = Some(None);
            let held = self.layout.held_by(frame);
            let before =
                if ui.input(|i| i.modifiers.any()) { scene.selection.ids() } else { Default::default() };
            actions.push(CanvasAction::Select(Selection::of(held.into_iter().chain(before))));
        }
    }
}
