//! Nodes and ports as widgets: pointer, keyboard and screen readers meet the drawing here.

use super::navigate::holds;
use super::paint::Paint;
use super::view::{Canvas, CanvasAction, Changes, Drag, Scene, process_area};
use crate::drawing::hit::Step;
use crate::drawing::layout::Node;
use crate::model::Id;
use crate::model::edit::{find_block, owner_of};
use crate::studio::document::Selection;
use crate::studio::grip;
use crate::studio::menus;
use crate::studio::typeahead::by_keys;
use egui::{DragAndDrop, EventFilter, Key, Modifiers, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2};

/// Below this zoom, or above this many nodes in view, nodes are hit by the canvas itself, not as widgets.
const WIDGET_ZOOM: f32 = 0.25;
const WIDGETS: usize = 1500;

#[derive(Default)]
pub(super) struct Widgets {
    nodes: Vec<(Id, Response)>,
    ports: Vec<(String, Response)>,
    pub hot_node: Option<Id>,
    pub hot_port: Option<String>,
    pub focused: Option<Id>,
    /// Nodes are too small or too many for widgets.
    flat: bool,
}

fn node_id(key: &str, id: &Id) -> egui::Id {
    egui::Id::unique(("node", key, id.as_str()))
}

impl Canvas {
    /// Makes a widget of every node and port in view, for pointer, keyboard and screen readers alike.
    pub(super) fn widgets(&self, ui: &Ui, rect: Rect, paint: &Paint<'_>, scene: &Scene<'_>) -> Widgets {
        let (view, world) = (paint.view, paint.world);
        let inner = process_area(paint, rect);
        let mut widgets = Widgets::default();
        let clip = |r: Rect| (view * r).intersect(inner);
        let in_view = || self.layout.nodes_in(world).filter(|n| world.intersects(n.head));
        if view.scaling >= WIDGET_ZOOM && in_view().take(WIDGETS + 1).count() <= WIDGETS {
            for node in in_view() {
                let area = clip(node.head);
                if !area.is_positive() {
                    continue;
                }
                let sense = if scene.editable { Sense::click_and_drag() } else { Sense::click() };
                let response = ui.interact(area, node_id(scene.key, &node.id), sense);
                let selected = scene.selection.has(&node.id);
                response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, selected, &node.title));
                let response = told(response, node);
                if response.hovered() {
                    widgets.hot_node = Some(node.id.clone());
                }
                if response.has_focus() {
                    widgets.focused = Some(node.id.clone());
                }
                widgets.nodes.push((node.id.clone(), response));
            }
            for label in self.layout.labels_in(world) {
                let area = clip(label.rect.shrink2(vec2(label.rect.width() * 0.2, 1.0)));
                if !area.is_positive() {
                    continue;
                }
                let response = ui.interact(area, node_id(scene.key, &label.id), Sense::CLICK);
                let selected = scene.selection.has(&label.id);
                let words = format!("Branch {}", label.text);
                response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, selected, &words));
                if response.hovered() {
                    widgets.hot_node = Some(label.id.clone());
                }
                if response.has_focus() {
                    widgets.focused = Some(label.id.clone());
                }
                widgets.nodes.push((label.id.clone(), response));
            }
        } else {
            widgets.flat = true;
        }
        for port in &self.layout.ports {
            let area = (view * paint.sides.card(port)).intersect(rect);
            if !area.is_positive() {
                continue;
            }
            let sense = if scene.editable { Sense::click_and_drag() } else { Sense::click() };
            let response = ui.interact(area, card_id(scene.key, &port.name), sense);
            let selected = matches!(scene.selection, Selection::Port(name) if *name == port.name);
            let words = format!("Port {}", port.name);
            response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, selected, &words));
            let mut lines = vec![port.name.clone(), port.binding.clone()];
            lines.extend(port.rows.iter().map(|row| format!("{}: {}", row.operation, row.message_type)));
            let response = hint(response, lines.join("\n"));
            if response.hovered() {
                widgets.hot_port = Some(port.name.clone());
            }
            widgets.ports.push((port.name.clone(), response));
        }
        widgets
    }

    #[expect(clippy::too_many_arguments, reason = "one frame's context, used once")]
    pub(super) fn clicks(
        &self,
        ui: &Ui,
        widgets: &Widgets,
        ground: &Response,
        paint: &Paint<'_>,
        scene: &Scene<'_>,
        actions: &mut Vec<CanvasAction>,
        changes: &mut Changes,
    ) {
        let modifiers = ui.input(|i| i.modifiers);
        let chosen = |id: &Id| {
            if modifiers.command {
                CanvasAction::Toggle(id.clone())
            } else if modifiers.shift {
                CanvasAction::Extend(id.clone())
            } else {
                CanvasAction::Select(Selection::Node(id.clone()))
            }
        };
        if ground.clicked()
            && let Some(at) = ground.interact_pointer_pos()
        {
            let inside = self.layout.node_at(paint.view.inverse() * at);
            match inside {
                Some(node) => actions.push(chosen(&node.id)),
                None if modifiers.any() => {}
                None => actions.push(CanvasAction::Select(Selection::Orchestration)),
            }
        }
        for (name, response) in &widgets.ports {
            if response.clicked() {
                actions.push(CanvasAction::Select(Selection::Port(name.clone())));
            }
            if response.double_clicked() {
                actions.push(CanvasAction::Properties);
            }
            if scene.editable {
                if response.secondary_clicked() {
                    actions.push(CanvasAction::Select(Selection::Port(name.clone())));
                }
                menus::context(response, |ui| (scene.menu)(ui));
            }
        }
        // Tab selects what it comes to, as the arrow keys do; backwards, egui gives the keyboard a frame later.
        let tab = ui.input(|i| i.key_pressed(Key::Tab));
        let before = ui.data_mut(|data| {
            std::mem::replace(data.get_temp_mut_or_default(egui::Id::unique("tab was pressed")), tab)
        });
        let tabbed = tab || before;
        // What lies over the drawing, as the map, keeps its own drags.
        let starts = |response: &Response| response.drag_started();
        let own = starts(ground)
            || widgets.nodes.iter().any(|(_, response)| starts(response))
            || widgets.ports.iter().any(|(_, response)| starts(response));
        let begun = grip::begun(ui).filter(|_| own);
        for (id, response) in &widgets.nodes {
            let node = self.layout.node(id);
            if response.clicked() {
                let chevron =
                    node.filter(|n| n.collapsed.is_some()).map(|n| paint.view * paint.chevron_rect(n));
                let at = response.interact_pointer_pos();
                if let (Some(node), Some(chevron), Some(at)) = (node, chevron, at)
                    && chevron.contains(at)
                {
                    changes.collapse.push((id.clone(), node.collapsed == Some(false)));
                    actions.extend(hides(scene, id, node.collapsed == Some(false)));
                    continue;
                }
                response.request_focus();
                actions.push(chosen(id));
            }
            if response.double_clicked() {
                actions.push(CanvasAction::Properties);
            }
            // At its ends stand the handles that connect it.
            let dragged = begun.is_some_and(|at| {
                response.rect.shrink2(vec2(9.0, 0.0)).contains(at)
                    || (starts(response) && response.rect.contains(at))
            });
            if scene.editable && dragged && node.is_some_and(|n| n.shape) {
                let ids = if scene.selection.has(id) { scene.selection.ids() } else { [id.clone()].into() };
                let shapes = ids.into_iter().filter(|id| self.layout.node(id).is_some_and(|n| n.shape));
                DragAndDrop::set_payload(ui.ctx(), Drag::Move(shapes.collect()));
            }
            if scene.editable || scene.run.is_some() {
                if response.secondary_clicked() && !scene.selection.has(id) {
                    actions.push(CanvasAction::Select(Selection::Node(id.clone())));
                }
                menus::context(response, |ui| (scene.menu)(ui));
            }
            if self.focus.as_ref() == Some(id) {
                response.request_focus();
                changes.focused = true;
            }
            // The keyboard goes along with what is selected, as undo does it.
            if response.has_focus()
                && let Selection::Node(now) = scene.selection
                && self.followed.as_ref() == Some(id)
                && now != id
                && widgets.nodes.iter().any(|(shown, _)| shown == now)
            {
                changes.focus = Some(now.clone());
            }
            if response.has_focus() {
                let filter =
                    EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
                ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
                if tabbed && !scene.selection.has(id) {
                    actions.push(CanvasAction::Select(Selection::Node(id.clone())));
                }
                self.keys(ui, id, node, scene, actions, changes);
                if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
                    actions.push(CanvasAction::Select(Selection::Orchestration));
                }
            }
        }
        // Kept, it would take the keyboard from a field once one zooms in.
        changes.focused |= widgets.flat;
    }

    /// Keys that nobody has go on from what is selected, else they begin in the drawing: a newcomer has clicked nothing
    /// yet.
    pub(super) fn free_keys(
        &self,
        ui: &Ui,
        scene: &Scene<'_>,
        actions: &mut Vec<CanvasAction>,
        changes: &mut Changes,
    ) {
        let first = match scene.selection {
            Selection::Node(id) => Some(id),
            Selection::Nodes(ids) => ids.first(),
            _ => None,
        };
        let lead = self.lead.as_ref().filter(|id| scene.selection.has(id)).or(first);
        if let Some(id) = lead.filter(|id| self.layout.place_of(id).is_some()) {
            if menus::asked_for_none(ui.ctx()) {
                changes.go = Some(id.clone());
            }
            return self.keys(ui, id, self.layout.node(id), scene, actions, changes);
        }
        let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
        let node = if pressed(Key::ArrowDown) || pressed(Key::Home) {
            self.layout.nodes.first()
        } else if pressed(Key::ArrowUp) || pressed(Key::End) {
            self.layout.nodes.last()
        } else {
            None
        };
        if let Some(node) = node {
            changes.go = Some(node.id.clone());
            actions.push(CanvasAction::Select(Selection::Node(node.id.clone())));
        }
    }

    fn keys(
        &self,
        ui: &Ui,
        id: &Id,
        node: Option<&Node>,
        scene: &Scene<'_>,
        actions: &mut Vec<CanvasAction>,
        changes: &mut Changes,
    ) {
        let pressed = |modifiers, key| ui.input_mut(|i| i.consume_key(modifiers, key));
        let steps = [
            (Key::ArrowUp, Step::Up),
            (Key::ArrowDown, Step::Down),
            (Key::ArrowLeft, Step::Left),
            (Key::ArrowRight, Step::Right),
        ];
        let ends = [(Key::Home, self.layout.nodes.first()), (Key::End, self.layout.nodes.last())];
        // With Shift first: a key without modifiers is also one that ignores Shift.
        for extends in [true, false] {
            let modifiers = if extends { Modifiers::SHIFT } else { Modifiers::NONE };
            let mut to = None;
            for (key, step) in steps {
                if ui.input(|i| !i.modifiers.alt) && pressed(modifiers, key) {
                    // What is taken along with a shape is its neighbour, not what is inside of it.
                    to = beside(scene, id, step).filter(|_| extends).or_else(|| self.layout.go(id, step));
                }
            }
            for (key, end) in ends {
                if pressed(modifiers, key) {
                    to = end.map(|node| node.id.clone());
                }
            }
            if let Some(next) = to {
                changes.go = Some(next.clone());
                actions.push(if extends {
                    CanvasAction::Extend(next)
                } else {
                    CanvasAction::Select(Selection::Node(next))
                });
            }
        }
        if scene.editable && pressed(Modifiers::NONE, Key::Enter) {
            actions.push(CanvasAction::StartRename(id.clone()));
        }
        for (key, collapse) in [(Key::Minus, true), (Key::Plus, false)] {
            if pressed(Modifiers::NONE, key) && node.is_some_and(|n| n.collapsed.is_some()) {
                changes.collapse.push((id.clone(), collapse));
                actions.extend(hides(scene, id, collapse));
            }
        }
    }
}

/// The shape before or after this one in its block.
fn beside(scene: &Scene<'_>, id: &Id, step: Step) -> Option<Id> {
    let (block, index) = owner_of(scene.app, scene.key, id)?;
    let next = match step {
        Step::Up => index.checked_sub(1)?,
        Step::Down => index + 1,
        _ => return None,
    };
    Some(find_block(scene.app, scene.key, &block)?.get(next)?.id.clone())
}

/// Closing a container that hides what is selected selects the container: what one cannot see is not what keys act on.
fn hides(scene: &Scene<'_>, container: &Id, closes: bool) -> Option<CanvasAction> {
    let ids = scene.selection.ids();
    let hidden = closes && ids.iter().any(|id| holds(scene.orchestration, container, id));
    hidden.then(|| CanvasAction::Select(Selection::Node(container.clone())))
}

/// With all that its card may have had no room for.
fn told(response: Response, node: &Node) -> Response {
    if node.title.len() <= 20 && node.summary.len() <= 8 && node.note.is_empty() {
        return response;
    }
    let lines = [&node.title, &node.summary, &node.note].map(String::as_str);
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    hint(response, lines.join("\n"))
}

/// Says more of what the pointer rests on; while a dialog stands over it or one works with the keyboard only to a screen
/// reader.
pub fn hint(response: Response, words: String) -> Response {
    if response.ctx.memory(|memory| memory.top_modal_layer().is_none()) && !by_keys(&response.ctx) {
        return response.on_hover_text(words);
    }
    response.ctx.accesskit_node_builder(response.id, |node| node.set_description(words));
    response
}

/// Id of the widget of a port.
pub(super) fn card_id(key: &str, port: &str) -> egui::Id {
    egui::Id::unique(("port card", key, port))
}
