//! The canvas widget: view state, pan and zoom, hits, drops and keys. It edits nothing; it returns [`CanvasAction`]s.

use super::connect::{self, End};
use super::navigate::ModuleView;
use super::paint::{Mark, Paint, Sides};
use super::{minimap, slots};
use crate::diagnostic::Severity;
use crate::drawing::hit::Step;
use crate::drawing::layout::{self, Layout, Node, Slot};
use crate::drawing::wires;
use crate::model::edit::BlockRef;
use crate::model::{Application, Id, Module, Orchestration, ShapeKind};
use crate::studio::document::Selection;
use crate::studio::run::overlay::RunOverlay;
use crate::studio::theme::Tokens;
use egui::emath::TSTransform;
use egui::{
    CursorIcon, DragAndDrop, EventFilter, Key, PointerButton, Popup, Pos2, Rect, Response, Role, Sense, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};
use std::collections::BTreeMap;

/// Below this zoom, or above this many nodes in view, nodes are hit by the canvas itself, not as widgets.
const WIDGET_ZOOM: f32 = 0.25;
const WIDGETS: usize = 1500;

/// What is dragged over the canvas.
#[derive(Clone, Debug)]
pub enum Drag {
    New(ShapeKind),
    Move(Id),
    /// From an operation of a port, to a Send or Receive.
    Connector(End),
}

/// What the user asked for.
#[expect(clippy::large_enum_variant, reason = "one lives at a time, for one frame")]
#[derive(Clone, Debug, PartialEq)]
pub enum CanvasAction {
    Select(Selection),
    Insert {
        at: BlockRef,
        index: usize,
        kind: ShapeKind,
    },
    Move {
        id: Id,
        at: BlockRef,
        index: usize,
    },
    Rename {
        id: Id,
        name: String,
    },
    /// Joins a Send or Receive to an operation.
    Connect {
        shape: Id,
        end: End,
    },
    /// Put the keyboard into the properties panel.
    Properties,
}

/// What is drawn this frame.
#[expect(missing_debug_implementations, reason = "holds closures")]
pub struct Scene<'a> {
    pub app: &'a Application,
    pub module: &'a Module,
    pub orchestration: &'a Orchestration,
    /// Changes whenever the three above do.
    pub revision: u64,
    /// Key of the module, to keep a view for each.
    pub key: &'a str,
    pub selection: &'a Selection,
    pub editable: bool,
    pub problems: &'a BTreeMap<Id, Severity>,
    pub port_problems: &'a BTreeMap<String, Severity>,
    /// May this go there?
    pub legal: &'a dyn Fn(&BlockRef, usize, &Drag) -> bool,
    /// Entries of the context menu of a node; returns nothing, sends its own commands.
    pub menu: &'a dyn Fn(&mut Ui),
    /// Tokens and messages of a run, over the shapes.
    pub run: Option<&'a RunOverlay<'a>>,
}

/// Inline rename of a node.
#[derive(Clone, Debug)]
struct Rename {
    id: Id,
    text: String,
    fresh: bool,
}

#[derive(Debug, Default)]
pub struct Canvas {
    pub(super) views: BTreeMap<String, ModuleView>,
    pub(super) layout: Layout,
    /// Key, document revision and view revision `layout` was made for.
    made_for: (String, u64, u64),
    pub(super) view_revision: u64,
    rename: Option<Rename>,
    /// Bring this into view in the next frame.
    pub(super) reveal: Option<Selection>,
    /// Bring this to the middle over the next frames.
    pub(super) glide: Option<Selection>,
    focus: Option<Id>,
    pub(super) fit: bool,
}

impl Canvas {
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    pub fn start_rename(&mut self, id: &Id, name: &str) {
        self.rename = Some(Rename { id: id.clone(), text: name.to_owned(), fresh: true });
    }

    /// Gives the keyboard to a node in the next frame.
    pub fn focus(&mut self, id: &Id) {
        self.focus = Some(id.clone());
    }

    fn refresh(&mut self, scene: &Scene<'_>) {
        let now = (scene.key.to_owned(), scene.revision, self.view_revision);
        if self.made_for != now {
            let collapsed = &self.views.entry(scene.key.to_owned()).or_default().collapsed;
            self.layout = layout::layout(scene.app, scene.module, scene.orchestration, collapsed);
            self.made_for = now;
        }
    }

    /// Shows the canvas in all the room there is.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<CanvasAction> {
        self.open_what_hides(scene);
        self.refresh(scene);
        let mut actions = Vec::new();
        let (rect, ground) = ui.allocate_exact_size(ui.available_size(), Sense::CLICK | Sense::DRAG);
        let name = format!("Canvas of {}", scene.orchestration.name);
        ground.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &name));
        let view = self.navigate(ui, rect, &ground, scene);
        let world = (view.inverse() * rect).expand(12.0);
        let sides = Sides::new(&self.layout, view, rect);
        let paint = Paint {
            painter: ui.painter_at(rect),
            t: Tokens::of(ui),
            view,
            world,
            layout: &self.layout,
            sides,
        };
        paint.ground(rect);
        paint.containers();

        let dragged = DragAndDrop::payload::<Drag>(ui.ctx());
        let moving = dragged.as_deref().and_then(|d| match d {
            Drag::Move(id) => Some(id.clone()),
            Drag::New(_) | Drag::Connector(_) => None,
        });
        let widgets = self.widgets(ui, rect, &paint, scene);
        let mut changes = Changes::default();
        self.clicks(ui, &widgets, &ground, &paint, scene, &mut actions, &mut changes);

        let lit = |shape: &Id, port: &str| match scene.selection {
            Selection::Node(id) => id == shape,
            Selection::Port(name) => name == port,
            _ => false,
        };
        let hot = widgets.hot_port.as_deref();
        let lit = |w: &wires::Wire| {
            lit(&w.shape, &w.port)
                || hot == Some(w.port.as_str())
                || widgets.hot_node.as_ref() == Some(&w.shape)
                || scene.run.is_some_and(|run| run.carries(w))
        };
        paint.wires(rect, lit);
        paint.flow();
        let mark = |id: &Id| Mark {
            selected: matches!(scene.selection, Selection::Node(s) if s == id),
            hovered: widgets.hot_node.as_ref() == Some(id),
            focused: widgets.focused.as_ref() == Some(id),
            dragged: moving.as_ref() == Some(id),
            problem: scene.problems.get(id).copied(),
        };
        paint.nodes(|node| mark(&node.id));
        paint.lane_labels(mark);
        if let Some(run) = scene.run {
            run.shapes(&paint, scene.orchestration);
        }
        paint.surfaces(rect);
        paint.wire_ends(rect, lit);
        for port in &self.layout.ports {
            let mark = Mark {
                selected: matches!(scene.selection, Selection::Port(s) if *s == port.name),
                hovered: hot == Some(port.name.as_str()),
                problem: scene.port_problems.get(&port.name).copied(),
                ..Mark::default()
            };
            paint.port(port, mark);
        }
        if let Some(run) = scene.run {
            run.messages(&paint, rect);
        }
        if scene.editable {
            let t = paint.t;
            connect::rings(ui, &paint, rect, scene.key);
            if let Some(Drag::Connector(end)) = dragged.as_deref() {
                actions.extend(connect::draw(ui, &paint, rect, end, scene));
            } else if let Some(drag) = dragged {
                self.drop_target(ui, &paint, rect, &drag, scene, &mut actions);
            } else {
                self.plus_buttons(ui, &paint, rect, t, scene, &mut actions, &mut changes);
            }
        }
        paint.surface_names(rect);
        changes.center = minimap::ui(ui, &paint, rect, scene.key).map(|at| (at, rect.center()));
        self.rename_field(ui, view, &mut actions);
        changes.apply(self, scene.key);
        actions
    }

    /// Makes a widget of every node and port in view, for pointer, keyboard and screen readers alike.
    fn widgets(&self, ui: &Ui, rect: Rect, paint: &Paint<'_>, scene: &Scene<'_>) -> Widgets {
        let (view, world) = (paint.view, paint.world);
        let process = Rect::from_x_y_ranges(
            (view * pos2(paint.sides.left, 0.0)).x..=(view * pos2(paint.sides.right, 0.0)).x,
            rect.y_range(),
        );
        let inner = rect.intersect(process);
        let mut widgets = Widgets::default();
        let clip = |r: Rect| (view * r).intersect(inner);
        let mut index = 0;
        let few = self.layout.nodes.iter().filter(|n| world.intersects(n.head)).count() < WIDGETS;
        while let Some(node) = self.layout.nodes.get(index) {
            if !world.intersects(node.rect) {
                index = node.end;
                continue;
            }
            index += 1;
            let area = clip(node.head);
            if view.scaling < WIDGET_ZOOM || !few || !area.is_positive() {
                continue;
            }
            let sense = if scene.editable { Sense::click_and_drag() } else { Sense::click() };
            let response = ui.interact(area, node_id(scene.key, &node.id), sense);
            let selected = matches!(scene.selection, Selection::Node(id) if *id == node.id);
            response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, selected, &node.title));
            if response.hovered() {
                widgets.hot_node = Some(node.id.clone());
            }
            if response.has_focus() {
                widgets.focused = Some(node.id.clone());
            }
            widgets.nodes.push((node.id.clone(), response));
        }
        for label in self.layout.labels.iter().filter(|l| world.intersects(l.rect)) {
            let area = clip(label.rect.shrink2(vec2(label.rect.width() * 0.2, 1.0)));
            if view.scaling < WIDGET_ZOOM || !area.is_positive() {
                continue;
            }
            let response = ui.interact(area, node_id(scene.key, &label.id), Sense::CLICK);
            let selected = matches!(scene.selection, Selection::Node(id) if *id == label.id);
            let words = format!("Branch {}", label.text);
            response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, selected, &words));
            if response.hovered() {
                widgets.hot_node = Some(label.id.clone());
            }
            widgets.nodes.push((label.id.clone(), response));
        }
        for port in &self.layout.ports {
            let area = (view * paint.sides.card(port)).intersect(rect);
            if !area.is_positive() {
                continue;
            }
            let id = egui::Id::unique(("port card", scene.key, &port.name));
            let response = ui.interact(area, id, Sense::click());
            let selected = matches!(scene.selection, Selection::Port(name) if *name == port.name);
            let words = format!("Port {}", port.name);
            response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, selected, &words));
            if response.hovered() {
                widgets.hot_port = Some(port.name.clone());
            }
            widgets.ports.push((port.name.clone(), response));
        }
        widgets
    }

    #[expect(clippy::too_many_arguments, reason = "one frame's context, used once")]
    fn clicks(
        &self,
        ui: &Ui,
        widgets: &Widgets,
        ground: &Response,
        paint: &Paint<'_>,
        scene: &Scene<'_>,
        actions: &mut Vec<CanvasAction>,
        changes: &mut Changes,
    ) {
        let select = |s: Selection| CanvasAction::Select(s);
        if ground.clicked()
            && let Some(at) = ground.interact_pointer_pos()
        {
            let inside = self.layout.node_at(paint.view.inverse() * at);
            actions.push(select(inside.map_or(Selection::Orchestration, |n| Selection::Node(n.id.clone()))));
        }
        for (name, response) in &widgets.ports {
            if response.clicked() {
                actions.push(select(Selection::Port(name.clone())));
            }
            if response.double_clicked() {
                actions.push(CanvasAction::Properties);
            }
            if scene.editable {
                if response.secondary_clicked() {
                    actions.push(select(Selection::Port(name.clone())));
                }
                response.context_menu(|ui| (scene.menu)(ui));
            }
        }
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
                    continue;
                }
                response.request_focus();
                actions.push(select(Selection::Node(id.clone())));
            }
            if response.double_clicked() {
                actions.push(CanvasAction::Properties);
            }
            if scene.editable {
                if response.drag_started_by(PointerButton::Primary) && node.is_some_and(|n| n.shape) {
                    DragAndDrop::set_payload(ui.ctx(), Drag::Move(id.clone()));
                }
                if response.secondary_clicked() {
                    actions.push(select(Selection::Node(id.clone())));
                }
                response.context_menu(|ui| (scene.menu)(ui));
            }
            if self.focus.as_ref() == Some(id) {
                response.request_focus();
                changes.focused = true;
            }
            if response.has_focus() {
                let filter =
                    EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
                ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
                self.keys(ui, id, node, actions, changes);
            }
        }
    }

    fn keys(
        &self,
        ui: &Ui,
        id: &Id,
        node: Option<&Node>,
        actions: &mut Vec<CanvasAction>,
        changes: &mut Changes,
    ) {
        let pressed = |key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, key));
        let steps = [
            (Key::ArrowUp, Step::Up),
            (Key::ArrowDown, Step::Down),
            (Key::ArrowLeft, Step::Left),
            (Key::ArrowRight, Step::Right),
        ];
        for (key, step) in steps {
            if pressed(key)
                && let Some(next) = self.layout.step(id, step)
            {
                changes.go = Some(next.id.clone());
                actions.push(CanvasAction::Select(Selection::Node(next.id.clone())));
            }
        }
        for (key, next) in [(Key::Home, self.layout.nodes.first()), (Key::End, self.layout.nodes.last())] {
            if pressed(key)
                && let Some(next) = next
            {
                changes.go = Some(next.id.clone());
                actions.push(CanvasAction::Select(Selection::Node(next.id.clone())));
            }
        }
        if pressed(Key::Enter) {
            actions.push(CanvasAction::Properties);
        }
        for (key, collapse) in [(Key::Minus, true), (Key::Plus, false)] {
            if pressed(key) && node.is_some_and(|n| n.collapsed.is_some()) {
                changes.collapse.push((id.clone(), collapse));
            }
        }
    }

    fn drop_target(
        &self,
        ui: &Ui,
        paint: &Paint<'_>,
        rect: Rect,
        drag: &Drag,
        scene: &Scene<'_>,
        actions: &mut Vec<CanvasAction>,
    ) {
        let legal = |slot: &Slot| (scene.legal)(&slot.at, slot.index, drag);
        for slot in self.layout.slots.iter().filter(|s| paint.world.contains(s.center) && legal(s)) {
            slots::hint(&paint.painter, paint.t, paint.view * slot.center, paint.view.scaling);
        }
        let Some(pointer) = ui.input(|i| i.pointer.latest_pos()).filter(|p| rect.contains(*p)) else {
            return;
        };
        if !ui.rect_contains_pointer(rect) {
            return;
        }
        let target = self.layout.slot_at(paint.view.inverse() * pointer, legal);
        let Some(slot) = target.and_then(|i| self.layout.slots.get(i)) else {
            ui.set_cursor_icon(CursorIcon::NotAllowed);
            return;
        };
        slots::landing(&paint.painter, paint.t, slot, paint.view);
        if ui.input(|i| i.pointer.any_released()) {
            DragAndDrop::clear_payload(ui.ctx());
            let (at, index) = (slot.at.clone(), slot.index);
            actions.push(match drag {
                Drag::New(kind) => CanvasAction::Insert { at, index, kind: kind.clone() },
                Drag::Move(id) => CanvasAction::Move { id: id.clone(), at, index },
                Drag::Connector(_) => return,
            });
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one frame's context, used once")]
    fn plus_buttons(
        &self,
        ui: &mut Ui,
        paint: &Paint<'_>,
        rect: Rect,
        t: &Tokens,
        scene: &Scene<'_>,
        actions: &mut Vec<CanvasAction>,
        changes: &mut Changes,
    ) {
        let z = paint.view.scaling;
        if z < 0.4 {
            return;
        }
        let pointer = ui
            .input(|i| i.pointer.hover_pos())
            .filter(|p| ui.rect_contains_pointer(rect) && rect.contains(*p));
        let near = pointer.and_then(|p| self.layout.slot_at(paint.view.inverse() * p, |_| true));
        for (i, slot) in self.layout.slots.iter().enumerate() {
            if !paint.world.contains(slot.center) {
                continue;
            }
            let at = paint.view * slot.center;
            let area = Rect::from_center_size(at, Vec2::splat(20.0 * z)).intersect(rect);
            if !area.is_positive() {
                continue;
            }
            let id = egui::Id::unique(("slot", scene.key, &slot.at, slot.index));
            // Not focusable: Tab walks the shapes, and the Insert command serves the keyboard.
            let response = ui.interact(area, id, Sense::CLICK);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &slot.words));
            if at.x < (paint.view * pos2(paint.sides.left, 0.0)).x
                || at.x > (paint.view * pos2(paint.sides.right, 0.0)).x
            {
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
            popup.show(|ui| {
                chosen =
                    slots::menu(ui, |kind| (scene.legal)(&slot.at, slot.index, &Drag::New(kind.clone())));
            });
            if let Some(kind) = chosen {
                actions.push(CanvasAction::Insert { at: slot.at.clone(), index: slot.index, kind });
                changes.repaint = true;
            }
        }
    }

    fn rename_field(&mut self, ui: &Ui, view: TSTransform, actions: &mut Vec<CanvasAction>) {
        let Some(rename) = &mut self.rename else { return };
        let Some(place) = self.layout.place_of(&rename.id) else {
            self.rename = None;
            return;
        };
        let rect = view * place;
        let mut done = false;
        egui::Area::new(egui::Id::unique("rename")).fixed_pos(rect.left_top() + vec2(40.0, 4.0)).show(
            ui,
            |ui| {
                let field = egui::TextEdit::singleline(&mut rename.text)
                    .desired_width((rect.width() - 56.0).max(120.0))
                    .font(crate::studio::theme::strong())
                    .clip_text(true);
                let response = ui.add(field).accessible_name("New name");
                if rename.fresh {
                    response.request_focus();
                    select_all(ui, response.id, rename.text.chars().count());
                    rename.fresh = false;
                }
                if response.lost_focus() {
                    done = true;
                    if !ui.input(|i| i.key_pressed(Key::Escape)) {
                        actions
                            .push(CanvasAction::Rename { id: rename.id.clone(), name: rename.text.clone() });
                    }
                }
            },
        );
        if done {
            self.focus = self.rename.take().map(|r| r.id);
        }
    }
}

fn select_all(ui: &Ui, id: egui::Id, chars: usize) {
    use egui::text::{CCursor, CCursorRange};
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::two(CCursor::default(), CCursor::new(chars))));
    state.store(ui.ctx(), id);
}

/// What a frame changes about the view, applied once nothing borrows it.
#[derive(Default)]
struct Changes {
    collapse: Vec<(Id, bool)>,
    go: Option<Id>,
    focused: bool,
    repaint: bool,
    /// World position to bring to a place on screen.
    center: Option<(Pos2, Pos2)>,
}

impl Changes {
    fn apply(self, canvas: &mut Canvas, key: &str) {
        if self.focused {
            canvas.focus = None;
        }
        for (id, collapse) in self.collapse {
            canvas.set_collapsed(key, &id, collapse);
        }
        if let (Some((at, to)), Some(view)) = (self.center, canvas.views.get_mut(key)) {
            view.settled = true;
            if let Some(t) = &mut view.transform {
                t.translation = to.to_vec2() - at.to_vec2() * t.scaling;
            }
        }
        if let Some(id) = self.go {
            canvas.reveal(&Selection::Node(id.clone()));
            canvas.focus(&id);
        }
    }
}

#[derive(Default)]
struct Widgets {
    nodes: Vec<(Id, Response)>,
    ports: Vec<(String, Response)>,
    hot_node: Option<Id>,
    hot_port: Option<String>,
    focused: Option<Id>,
}

fn node_id(key: &str, id: &Id) -> egui::Id {
    egui::Id::unique(("node", key, id.as_str()))
}
