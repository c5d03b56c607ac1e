//! Where the canvas looks: pan, zoom, reveal, and what is opened or closed in it. View state only, never saved.

use super::camera::{
    EDGE, edge_scroll, fitted, hidden, kept, least, off_middle, opening, revealed, zoomed_to,
};
use super::paint::DETAIL;
use super::view::{Canvas, Drag, Scene};
use crate::drawing::layout;
use crate::model::{Id, Orchestration};
use crate::studio::document::Selection;
use egui::emath::TSTransform;
use egui::{CursorIcon, DragAndDrop, Key, PointerButton, Pos2, Rect, Response, Ui, Vec2};
use std::collections::BTreeSet;

/// The scale at which all that is said on shapes can be read.
const NEAR: f32 = 0.8;

/// View state of one orchestration; never saved with it.
#[derive(Clone, Debug, Default)]
pub(super) struct ModuleView {
    pub transform: Option<TSTransform>,
    /// The user has moved the view, or changed what is drawn; until then it follows the room there is.
    pub settled: bool,
    /// The whole drawing is in view because that was asked for, and stays so in whatever room there is.
    pub fitted: bool,
    /// The room it was last shown in.
    room: Vec2,
    /// Document revision the view was opened on.
    pub opened: u64,
    pub collapsed: BTreeSet<Id>,
}

impl Canvas {
    /// Shows only what is inside a container; `None` shows the whole orchestration again.
    pub fn focus_on(&mut self, container: Option<&Id>) {
        if self.inside.as_ref() != container {
            self.reveal = self.inside.take().map(Selection::Node);
            self.inside = container.cloned();
            self.view_revision += 1;
            for view in self.views.values_mut() {
                view.transform = None;
                view.settled = false;
            }
        }
    }

    /// The container whose inside alone is shown.
    pub fn focused_on(&self) -> Option<&Id> {
        self.inside.as_ref()
    }

    /// Shows the whole orchestration in the next frame.
    pub fn fit(&mut self) {
        self.fit = true;
    }

    /// Brings what is selected into view in the next frame.
    pub fn reveal(&mut self, selection: &Selection) {
        self.reveal = Some(selection.clone());
    }

    /// In the next frame what is said on shapes can be read.
    pub fn come_near(&mut self) {
        self.near = true;
    }

    /// Moves a shape to the middle of the view, gently.
    pub fn glide(&mut self, selection: &Selection) {
        self.glide = Some(selection.clone());
    }

    pub fn set_collapsed(&mut self, key: &str, id: &Id, collapsed: bool) {
        let view = self.views.entry(key.to_owned()).or_default();
        let changed = if collapsed { view.collapsed.insert(id.clone()) } else { view.collapsed.remove(id) };
        if changed {
            self.view_revision += 1;
        }
    }

    /// Opens or closes every container.
    pub fn collapse_all(&mut self, key: &str, orchestration: &Orchestration, collapsed: bool) {
        for shape in orchestration.shapes() {
            if layout::is_container(&shape.kind) {
                self.set_collapsed(key, &shape.id, collapsed);
            }
        }
    }

    /// From world to screen, as last shown.
    pub fn transform(&self, key: &str) -> Option<TSTransform> {
        self.views.get(key).and_then(|view| view.transform)
    }

    /// The containers that are closed.
    pub fn collapsed(&self, key: &str) -> Option<&BTreeSet<Id>> {
        self.views.get(key).map(|view| &view.collapsed)
    }

    /// Looks at the same place as another canvas does, which stands `aside` of this one on screen.
    pub fn look_like(&mut self, key: &str, other: &Self, other_key: &str, aside: egui::Vec2) {
        let Some(transform) = other.transform(other_key) else { return };
        let view = self.views.entry(key.to_owned()).or_default();
        view.settled = true;
        view.transform = Some(TSTransform::new(transform.translation - aside, transform.scaling));
    }

    pub fn zoom_by(&mut self, key: &str, factor: f32, about: Pos2) {
        if let Some(view) = self.views.get_mut(key) {
            view.settled = true;
            let least = self.least;
            view.transform = view.transform.map(|t| zoomed_to(t, factor, about, least));
        }
    }

    pub fn zoom(&self, key: &str) -> f32 {
        self.views.get(key).and_then(|v| v.transform).map_or(1.0, |t| t.scaling)
    }

    /// A thing to reveal inside closed containers opens them.
    pub(super) fn open_what_hides(&mut self, scene: &Scene<'_>) {
        let Some(Selection::Node(id)) = &self.reveal else { return };
        let id = id.clone();
        if self.layout.place_of(&id).is_some() {
            return;
        }
        if self.inside.as_ref().is_some_and(|inside| !holds(scene.orchestration, inside, &id)) {
            self.focus_on(None);
            self.reveal = Some(Selection::Node(id.clone()));
        }
        let Some(view) = self.views.get_mut(scene.key) else { return };
        let hiding: Vec<Id> =
            view.collapsed.iter().filter(|around| holds(scene.orchestration, around, &id)).cloned().collect();
        for id in hiding {
            view.collapsed.remove(&id);
            self.view_revision += 1;
        }
    }

    /// Pan, zoom, fit and reveal; returns the transform from world to screen.
    pub(super) fn navigate(
        &mut self,
        ui: &Ui,
        rect: Rect,
        ground: &Response,
        scene: &Scene<'_>,
    ) -> TSTransform {
        let layout = &self.layout;
        self.least = least(layout, rect);
        let view = self.views.entry(scene.key.to_owned()).or_default();
        if view.transform.is_none() {
            view.opened = scene.revision;
        }
        view.settled |= view.opened != scene.revision;
        let before = view.transform.filter(|_| view.settled).unwrap_or_else(|| opening(layout, rect));
        let mut t = before;
        let resized = std::mem::replace(&mut view.room, rect.size()) != rect.size();
        if std::mem::take(&mut self.fit) || (resized && view.fitted) {
            t = fitted(layout, rect);
            (view.settled, view.fitted) = (true, true);
        } else if resized && hidden(layout, t, rect) {
            t = opening(layout, rect);
        }
        let placed = t;
        let over = ui.rect_contains_pointer(rect);
        let space = ui.input(|i| i.key_down(Key::Space)) && !ui.text_edit_focused();
        let pans = !scene.editable || space;
        if (pans && ground.dragged_by(PointerButton::Primary)) || ground.dragged_by(PointerButton::Middle) {
            t.translation += ground.drag_delta();
            ui.set_cursor_icon(CursorIcon::Grabbing);
        } else if over && (space || ui.input(|i| i.pointer.middle_down())) {
            t.translation += ui.input(|i| i.pointer.delta());
            ui.set_cursor_icon(CursorIcon::Grab);
        }
        if over && let Some(pointer) = ui.input(|i| i.pointer.hover_pos()) {
            let zoom = ui.input(|i| i.zoom_delta());
            if zoom == 1.0 {
                t.translation += ui.input(|i| i.smooth_scroll_delta());
            } else {
                t = zoomed_to(t, zoom, pointer, self.least);
            }
            if let Some(drag) = DragAndDrop::payload::<Drag>(ui.ctx()) {
                // A tool crosses the edge on its way in.
                self.crossed |= rect.shrink(EDGE).contains(pointer) || !matches!(*drag, Drag::New(_));
                if self.crossed {
                    t.translation += edge_scroll(rect, pointer);
                }
            }
        }
        self.crossed &= DragAndDrop::has_payload_of_type::<Drag>(ui.ctx());
        if t != placed {
            t = kept(layout, t, rect);
        }
        if let Some(target) = self.reveal.take() {
            if std::mem::take(&mut self.near) && t.scaling < DETAIL {
                t = zoomed_to(t, NEAR / t.scaling, rect.center(), self.least);
            }
            t = revealed(layout, t, rect, &target);
        }
        let held =
            ui.input(|i| i.pointer.any_down() || i.zoom_delta() != 1.0 || i.smooth_scroll_delta().y != 0.0);
        if let Some(target) = self.glide.take().filter(|_| !(over && held))
            && let Some(way) = off_middle(layout, t, rect, &target)
        {
            let seconds = ui.input(|i| i.stable_dt).min(0.1);
            let still = ui.style().animation_time == 0.0;
            if still || way.length() < 1.0 {
                t.translation += way;
            } else {
                t.translation += way * (1.0 - (-seconds * 14.0).exp());
                self.glide = Some(target);
                ui.request_repaint();
            }
        }
        view.settled |= t != before;
        view.fitted &= t == placed;
        view.transform = Some(t);
        t
    }
}

/// True when the shape, branch or block `id` is inside the shape `container`.
pub(in crate::studio) fn holds(orchestration: &Orchestration, container: &Id, id: &Id) -> bool {
    let mut inside = false;
    if let Some(shape) = orchestration.shape(container).filter(|shape| shape.id != *id) {
        shape.visit(&mut |s| inside |= s.id == *id || s.has_block(id));
    }
    inside
}
