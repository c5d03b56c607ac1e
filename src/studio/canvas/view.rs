//! The canvas widget: what it keeps, and one frame of it. It edits nothing; it returns [`CanvasAction`]s.

use super::camera::steady;
use super::connect::{self, End};
use super::correlation::Sets;
use super::crumbs;
use super::hand::Hands;
use super::minimap::Minimap;
use super::motion::Motion;
use super::navigate::ModuleView;
use super::paint::FLAT;
use super::paint::{Mark, Paint, Sides};
use super::port_form::NewPort;
use super::rename::Rename;
use super::troubles::Troubles;
use crate::diagnostic::{Diagnostic, Severity};
use crate::drawing::layout::Layout;
use crate::drawing::wires::Wire;
use crate::message::MessageId;
use crate::model::edit::{BlockRef, CorrelationUse};
use crate::model::{Application, Id, Module, Orchestration, ShapeKind};
use crate::studio::document::Selection;
use crate::studio::run::overlay::RunOverlay;
use crate::studio::theme::Tokens;
use egui::{DragAndDrop, Pos2, Rect, Role, Sense, Ui, Vec2, WidgetInfo};
use std::collections::BTreeMap;

/// Below this zoom lines between shapes are finer than a pixel.
const NO_LINES: f32 = 0.12;

/// What is dragged over the canvas.
#[derive(Clone, Debug, PartialEq)]
pub enum Drag {
    New(ShapeKind),
    Move(Vec<Id>),
    /// From an operation of a port, to a Send or Receive.
    Connector(End),
}

/// What the user asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum CanvasAction {
    Select(Selection),
    /// Selects this one too, or no longer.
    Toggle(Id),
    /// Selects all from the one selected before to this one.
    Extend(Id),
    Insert {
        at: BlockRef,
        index: usize,
        kind: ShapeKind,
    },
    Paste {
        at: BlockRef,
        index: usize,
    },
    /// `index` counts with the shapes in their old places.
    Move {
        shapes: Vec<Id>,
        at: BlockRef,
        index: usize,
    },
    /// A container dropped on a shape goes around it, and around what is selected with it.
    Wrap {
        shape: Id,
        kind: ShapeKind,
    },
    Rename {
        id: Id,
        name: String,
    },
    /// Type a new name in place.
    StartRename(Id),
    /// Joins a Send or Receive to an operation.
    Connect {
        shape: Id,
        end: End,
    },
    /// A message of a run was clicked on its way.
    Message(MessageId),
    /// Why what was dropped cannot stand there.
    Refused(String),
    /// A port dropped on a surface.
    AddPort(NewPort),
    /// A port moved: the ports of that side from top to bottom.
    ArrangePorts {
        port: String,
        left: bool,
        order: Vec<String>,
    },
    /// A message dropped on a shape.
    AttachMessage {
        shape: Id,
        name: String,
    },
    /// A correlation set dropped on a shape.
    AttachSet {
        shape: Id,
        set: String,
        usage: CorrelationUse,
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
    /// Changes whenever the next two do.
    pub checked: u64,
    pub problems: &'a BTreeMap<Id, Severity>,
    pub port_problems: &'a BTreeMap<String, Severity>,
    /// Everything known to be wrong or worth telling.
    pub diagnostics: &'a [Diagnostic],
    /// May this go there? If not, why.
    pub legal: &'a dyn Fn(&BlockRef, usize, &Drag) -> Result<(), String>,
    /// The kinds of shapes that may be inserted there, in the order of the toolbox.
    pub kinds: &'a dyn Fn(&BlockRef, usize) -> Vec<ShapeKind>,
    /// Entries of the context menu of a node; returns nothing, sends its own commands.
    pub menu: &'a dyn Fn(&mut Ui),
    /// Tokens and messages of a run, over the shapes.
    pub run: Option<&'a RunOverlay<'a>>,
}

#[derive(Debug, Default)]
pub struct Canvas {
    pub(super) views: BTreeMap<String, ModuleView>,
    pub(super) layout: Layout,
    /// Key, document revision and view revision `layout` was made for.
    made_for: (String, u64, u64),
    pub(super) view_revision: u64,
    pub(super) rename: Option<Rename>,
    /// Bring this into view in the next frame.
    pub(super) reveal: Option<Selection>,
    /// With it, come so near that its words can be read.
    pub(super) near: bool,
    /// Bring this to the middle over the next frames.
    pub(super) glide: Option<Selection>,
    /// Gets the keyboard in the next frame.
    pub(super) focus: Option<Id>,
    /// The node keys go on from where nodes are too small for widgets.
    pub(super) lead: Option<Id>,
    /// The node that was selected in the last frame.
    pub(super) followed: Option<Id>,
    /// Nothing had the keyboard in the last frame.
    free: bool,
    pub(super) fit: bool,
    /// How far one can zoom out.
    pub(super) least: f32,
    /// The container whose inside alone is shown.
    pub(super) inside: Option<Id>,
    /// Where a lasso began, in world units.
    pub(super) lasso: Option<Pos2>,
    /// A change of the drawing that is just shown.
    motion: Option<Motion>,
    /// What is dragged has been away from the edges of the view.
    pub(super) crossed: bool,
    /// Counts the layouts made.
    drawn: u64,
    minimap: Minimap,
    troubles: Troubles,
    hands: Hands,
    sets: Sets,
}

impl Canvas {
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// True while a change of the drawing is shown as movement.
    pub fn moving(&self) -> bool {
        self.motion.is_some()
    }

    /// Gives the keyboard to a node in the next frame.
    pub fn focus(&mut self, id: &Id) {
        self.focus = Some(id.clone());
    }

    fn refresh(&mut self, ui: &Ui, rect: Rect, scene: &Scene<'_>) {
        if self.inside.as_ref().is_some_and(|id| scene.orchestration.shape(id).is_none()) {
            self.focus_on(None);
        }
        let now = (scene.key.to_owned(), scene.revision, self.view_revision);
        if self.made_for != now {
            let view = self.views.entry(scene.key.to_owned()).or_default();
            let next = self.layout.again(
                scene.app,
                scene.module,
                scene.orchestration,
                &view.collapsed,
                self.inside.as_ref(),
            );
            // Another orchestration, or the inside of a container, is no change of this one.
            let same = self.made_for.0 == now.0 && self.layout.inside == next.inside;
            let mut aside = Vec2::ZERO;
            if same && let Some(transform) = &mut view.transform {
                let ids = scene.selection.ids();
                let now = steady(&self.layout, &next, *transform, rect, ids.first());
                aside = (transform.translation - now.translation) / transform.scaling;
                *transform = now;
            }
            let before = std::mem::replace(&mut self.layout, next);
            self.motion = if same { Motion::begin(ui, before, &self.layout, aside) } else { None };
            self.made_for = now;
            self.drawn += 1;
        }
        if self.motion.as_mut().is_some_and(|motion| !motion.advance(ui)) {
            self.motion = None;
        }
    }

    /// Shows the canvas in all the room there is.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<CanvasAction> {
        self.open_what_hides(scene);
        let out = self.inside.as_ref().and_then(|inside| crumbs::ui(ui, scene.orchestration, inside));
        let (rect, ground) = ui.allocate_exact_size(ui.available_size(), Sense::CLICK | Sense::DRAG);
        self.refresh(ui, rect, scene);
        let mut actions = Vec::new();
        let name = format!("Canvas of {}", scene.orchestration.name);
        ground.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &name));
        let view = self.navigate(ui, rect, &ground, scene);
        if view.scaling < FLAT {
            self.troubles.refresh(&self.layout, scene.problems, (self.drawn, scene.checked));
        }
        let world = (view.inverse() * rect).expand(12.0);
        let sides = Sides::new(&self.layout, view, rect);
        let painter = ui.painter_at(rect);
        let (t, motion) = (Tokens::of(ui), self.motion.as_ref());
        let paint = Paint { painter, t, view, world, layout: &self.layout, sides: &sides, motion };
        let flat = view.scaling < FLAT;
        paint.ground(rect);
        if !flat {
            paint.containers();
        }

        let dragged = DragAndDrop::payload::<Drag>(ui.ctx());
        let moving: &[Id] = match dragged.as_deref() {
            Some(Drag::Move(ids)) => ids,
            _ => &[],
        };
        let widgets = self.widgets(ui, rect, &paint, scene);
        let mut changes = Changes::default();
        self.clicks(ui, &widgets, &ground, &paint, scene, &mut actions, &mut changes);
        let free = ui.memory(|m| m.focused().is_none() && m.top_modal_layer().is_none())
            && !egui::Popup::is_any_open(ui.ctx());
        // The key that ends a field or a list is not one for the drawing.
        if std::mem::replace(&mut self.free, free) && free {
            self.free_keys(ui, scene, &mut actions, &mut changes);
        }

        let hot = widgets.hot_port.as_deref();
        let port = match scene.selection {
            Selection::Port(name) => Some(name.as_str()),
            _ => None,
        };
        let lights = |w: &&Wire| {
            scene.selection.has(&w.shape)
                || port == Some(w.port.as_str())
                || hot == Some(w.port.as_str())
                || widgets.hot_node.as_ref() == Some(&w.shape)
                || scene.run.is_some_and(|run| run.carries(w))
        };
        // At rest no wire is looked at that is out of view, and of very many lit ones only those in view are drawn.
        let rests =
            *scene.selection == Selection::Orchestration && hot.is_none() && widgets.hot_node.is_none();
        let lit: Vec<&Wire> = if rests && scene.run.is_none() {
            Vec::new()
        } else if scene.selection.is_many() {
            self.layout.wires_in(world).filter(|_| !flat).filter(lights).collect()
        } else {
            self.layout.wires.iter().filter(lights).collect()
        };
        let new = self.motion.as_ref().map_or(1.0, Motion::gone);
        let faint = paint.faint(new);
        if view.scaling > NO_LINES {
            faint.wires(rect, &lit);
            faint.flow();
        }
        let mark = |id: &Id| Mark {
            selected: scene.selection.has(id),
            hovered: widgets.hot_node.as_ref() == Some(id),
            focused: widgets.focused.as_ref() == Some(id),
            dragged: moving.contains(id),
            problem: scene.problems.get(id).copied(),
        };
        if flat {
            paint.blocks(scene.selection, &self.troubles);
        } else {
            paint.nodes(|node| mark(&node.id));
            faint.lane_labels(mark);
        }
        if let Some(motion) = &self.motion {
            motion.ghosts(&paint);
        }
        if let Some(run) = scene.run {
            run.shapes(&paint);
        }
        paint.surfaces(rect);
        paint.wire_ends(rect, &lit);
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
            for (place, label, message) in run.messages(&paint, rect) {
                let id = ui.scope_id().with(("message", message));
                let pill = ui.interact(place.intersect(rect), id, egui::Sense::click());
                pill.widget_info(|| {
                    egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Message {label}"))
                });
                if pill.clicked() {
                    actions.push(CanvasAction::Message(message));
                }
                super::widgets::hint(pill, format!("{label}\nClick to see who got it and why"));
            }
        }
        if scene.editable {
            connect::rings(ui, &paint, rect, scene.key);
            if let Some(Drag::Connector(end)) = dragged.as_deref() {
                actions.extend(connect::draw(ui, &paint, rect, end));
            } else if let Some(drag) = &dragged {
                self.drop_target(ui, &paint, rect, drag, scene, &mut actions);
            } else {
                self.plus_buttons(ui, &paint, rect, scene, &mut actions);
            }
            self.lasso(ui, &paint, rect, &ground, scene, (&mut changes, &mut actions));
        }
        let (mut hands, mut sets) = (std::mem::take(&mut self.hands), std::mem::take(&mut self.sets));
        actions.extend(sets.ui(ui, &paint, rect, scene).map(CanvasAction::Select));
        if scene.editable {
            actions.extend(hands.ui(ui, &paint, rect, scene));
        }
        paint.surface_names(rect);
        changes.inside = crumbs::door(ui, &paint, rect, scene).map(Some);
        let map = self.minimap.ui(ui, &paint, rect, scene.key, self.drawn);
        changes.center = map.map(|at| (at, rect.center()));
        changes.inside = out.or(changes.inside);
        (self.hands, self.sets) = (hands, sets);
        self.rename_field(ui, rect, view, &mut actions);
        changes.apply(self, scene.key);
        self.followed = match scene.selection {
            Selection::Node(id) => Some(id.clone()),
            _ => None,
        };
        actions
    }
}

/// What a frame changes about the view, applied once nothing borrows it.
#[derive(Default)]
pub(super) struct Changes {
    pub collapse: Vec<(Id, bool)>,
    pub go: Option<Id>,
    pub focused: bool,
    /// What gets the keyboard next.
    pub focus: Option<Id>,
    /// World position to bring to a place on screen.
    pub center: Option<(Pos2, Pos2)>,
    /// What to show the inside of, `Some(None)` for all.
    pub inside: Option<Option<Id>>,
    /// Where a lasso begins, `Some(None)` when it ends.
    pub lasso: Option<Option<Pos2>>,
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
        if let Some(inside) = self.inside {
            canvas.focus_on(inside.as_ref());
        }
        if let Some(lasso) = self.lasso {
            canvas.lasso = lasso;
        }
        if let Some(id) = self.focus {
            canvas.focus(&id);
        }
        if let Some(id) = self.go {
            canvas.reveal(&Selection::Node(id.clone()));
            canvas.focus(&id);
            canvas.lead = Some(id);
        }
    }
}

/// The part of `rect` between the port surfaces.
pub(super) fn process_area(paint: &Paint<'_>, rect: Rect) -> Rect {
    let (left, right) = paint.edges();
    rect.intersect(Rect::from_x_y_ranges(left..=right, rect.y_range()))
}
