//! Layout of an orchestration: block tree in, rectangles out. Pure: no painting, no text measuring.
//!
//! World units are points at 100 %. The flow line of the body is x = 0, Begin is at y = 0. Two passes: sizes
//! bottom-up (`measure`), which takes what did not change from the layout before, then places top-down (`place`), which
//! is left out when everything stands where it stood: typing mostly changes words only.

mod measure;
mod place;

pub use measure::{Face, is_container};

use super::Glyph;
use super::index::Index;
use super::silhouette::Silhouette;
use super::wires::{self, Wire};
use crate::model::edit::BlockRef;
use crate::model::{Application, BlockSlot, Id, Module, Orchestration, ShapeKind};
use emath::{Pos2, Rect, pos2, vec2};
use measure::{Measure, Measured, Said};
use place::Placing;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

pub const CARD_WIDTH: f32 = 224.0;
const CARD: f32 = 46.0;
const CARD_PLAIN: f32 = 36.0;
pub const GAP: f32 = 28.0;
pub const PAD: f32 = 14.0;
pub const HEAD: f32 = 38.0;
const LANE_GAP: f32 = 22.0;
pub const LABEL: f32 = 20.0;
/// Height of the bars that spread to lanes and join them.
const BAR: f32 = 14.0;
const EMPTY: f32 = 30.0;
/// Height of the line that shows a comment.
pub const NOTE: f32 = 20.0;
pub const BEGIN_RADIUS: f32 = 9.0;

/// A place where a shape can go in: before the shape now at `index`.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    pub at: BlockRef,
    pub index: usize,
    pub center: Pos2,
    /// Area that accepts a drop.
    pub area: Rect,
    /// The only slot of an empty block.
    pub empty: bool,
    pub of: Owner,
    /// The node it is before.
    before: Option<usize>,
}

/// What a block belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Orchestration,
    /// By its place in [`Layout::nodes`].
    Node(usize),
    /// A branch, by its place in [`Layout::labels`].
    Lane(usize),
}

/// A card, or a container with its header. What it says is its [`Face`].
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    of: Arc<Measured>,
    pub rect: Rect,
    /// The card itself, or the header strip of a container.
    pub head: Rect,
    pub container: bool,
    /// `None` for a shape that cannot collapse.
    pub collapsed: Option<bool>,
    /// Shapes hidden inside when collapsed.
    pub hidden: usize,
    pub parent: Option<usize>,
    /// One past the last node inside, in [`Layout::nodes`].
    pub end: usize,
}

impl Deref for Node {
    type Target = Face;

    fn deref(&self) -> &Face {
        &self.of.face
    }
}

impl Node {
    /// Where the comment stands: at the foot of a card, under the header of a container.
    pub fn note_rect(&self) -> Option<Rect> {
        let top = if self.container { self.head.bottom() } else { self.head.bottom() - NOTE };
        let width = if self.container { CARD_WIDTH.min(self.head.width()) } else { self.head.width() };
        (!self.note.is_empty()).then(|| Rect::from_min_size(pos2(self.head.left(), top), vec2(width, NOTE)))
    }

    /// Where the mark of its correlation stands, if it has any: at the end of the second line.
    pub fn mark(&self) -> Rect {
        let right = if self.silhouette == Silhouette::Out { 22.0 } else { 15.0 };
        Rect::from_center_size(pos2(self.rect.right() - right, self.rect.top() + 32.0), vec2(14.0, 14.0))
    }

    /// The card without the line of its comment.
    pub fn words_rect(&self) -> Rect {
        let foot = if self.note.is_empty() || self.container { 0.0 } else { NOTE };
        Rect::from_min_max(self.head.min, self.head.max - vec2(0.0, foot))
    }
}

/// The label above a lane; selects the branch.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneLabel {
    pub id: Id,
    pub owner: Id,
    pub rect: Rect,
    pub text: Arc<str>,
    pub code: bool,
    /// The nodes in the lane: from the first to one past the last.
    pub nodes: (usize, usize),
    /// The node of the shape with the branches.
    pub holder: usize,
}

/// A piece of the flow line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub points: [Pos2; 2],
    pub arrow: bool,
}

impl Line {
    fn new(from: Pos2, to: Pos2, arrow: bool) -> Self {
        Self { points: [from, to], arrow }
    }

    pub fn bounds(&self) -> Rect {
        let [from, to] = self.points;
        Rect::from_two_pos(from, to)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Outer before inner, in drawn order.
    pub nodes: Vec<Node>,
    /// Where each node is in `nodes`.
    index: Arc<FxHashMap<Id, usize>>,
    /// The closed container that hides a shape.
    hiding: FxHashMap<Id, usize>,
    pub(super) seen: Arc<Seen>,
    pub lines: Arc<Vec<Line>>,
    pub slots: Arc<Vec<Slot>>,
    pub labels: Arc<Vec<LaneLabel>>,
    pub ports: Vec<super::ports::PortCard>,
    pub wires: Arc<[Wire]>,
    pub begin: Pos2,
    pub end: Pos2,
    /// The process area, without the port surfaces.
    pub process: Option<Rect>,
    /// Everything.
    pub bounds: Option<Rect>,
    /// Shows only what is inside one container: without begin and end.
    pub inside: bool,
}

/// Where the parts of a drawing are, to find those in view.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub nodes: Index,
    pub lines: Index,
    pub slots: Index,
    pub labels: Index,
    pub wires: Index,
}

/// Lays out `orchestration`; `collapsed` holds the ids of closed containers.
pub fn layout(
    app: &Application,
    module: &Module,
    orchestration: &Orchestration,
    collapsed: &BTreeSet<Id>,
) -> Layout {
    layout_inside(app, module, orchestration, collapsed, None)
}

/// As [`layout`], of one container of the orchestration alone; of all of it when `container` is none of its shapes.
pub fn layout_inside(
    app: &Application,
    module: &Module,
    orchestration: &Orchestration,
    collapsed: &BTreeSet<Id>,
    container: Option<&Id>,
) -> Layout {
    Layout::default().again(app, module, orchestration, collapsed, container)
}

/// The node that stands for each shape inside a closed container, block or branch.
fn hiding(orchestration: &Orchestration, layout: &Layout) -> FxHashMap<Id, usize> {
    let mut hiding = FxHashMap::default();
    for shape in orchestration.shapes() {
        let drawn = layout.index.get(&shape.id);
        for (slot, block) in shape.blocks() {
            let own = match &slot {
                BlockSlot::Catch(id) => layout.index.get(id),
                BlockSlot::Compensation => match &shape.kind {
                    ShapeKind::Scope(scope) => {
                        scope.compensation.as_ref().and_then(|c| layout.index.get(&c.id))
                    }
                    _ => None,
                },
                _ => None,
            };
            // Outer before inner, so what hides the container hides what is in it.
            let Some(by) = own.or(drawn).copied().or_else(|| hiding.get(&shape.id).copied()) else {
                continue;
            };
            for inner in block.iter().filter(|inner| !layout.index.contains_key(&inner.id)) {
                hiding.insert(inner.id.clone(), by);
            }
        }
    }
    hiding
}

impl Layout {
    /// As [`layout_inside`], after a change: nothing is measured again that is as it was in this layout.
    #[must_use]
    pub fn again(
        &self,
        app: &Application,
        module: &Module,
        orchestration: &Orchestration,
        collapsed: &BTreeSet<Id>,
        container: Option<&Id>,
    ) -> Self {
        let mut measure = Measure::new(self, collapsed, container);
        let mut placing = Placing::default();
        let (mut out, connected) = if let Some(shape) = container.and_then(|id| orchestration.shape(id)) {
            let of = measure.shape(shape);
            measure.said(true).map(|said| self.saying(said)).unwrap_or_else(|| {
                placing.inside(&of);
                (Self::placed(placing), false)
            })
        } else {
            let body = measure.column(&orchestration.body);
            let last_resort = orchestration.compensation.as_ref().map(|block| measure.last_resort(block));
            measure.said(false).map(|said| self.saying(said)).unwrap_or_else(|| {
                placing.whole(&body, last_resort.as_ref());
                (Self::placed(placing), false)
            })
        };
        let closed = out.nodes.iter().any(|node| node.collapsed == Some(true));
        out.hiding = if closed { hiding(orchestration, &out) } else { FxHashMap::default() };
        // What a closed container hides may connect elsewhere without showing it.
        let connected = connected && !closed;
        let known = if connected { self.ports.as_slice() } else { &[] };
        out.ports = super::ports::place(app, module, orchestration, &out, known);
        if !connected || self.ports != out.ports {
            out.wires = wires::route(orchestration, &out).into();
            let wires = Index::of(out.wires.iter().map(|it| it.bounds));
            Arc::make_mut(&mut out.seen).wires = wires;
        }
        let process = out.process.unwrap_or(Rect::NOTHING);
        out.bounds = Some(out.ports.iter().fold(process, |all, port| all.union(port.rect)));
        out
    }

    /// All but ports and wires.
    fn placed(placing: Placing) -> Self {
        let Placing { nodes, lines, slots, labels, begin, end, inside } = placing;
        let around = |at: Pos2| Rect::from_center_size(at, vec2(CARD_WIDTH, BEGIN_RADIUS * 2.0));
        let outer = nodes.iter().filter(|node| node.parent.is_none());
        let process = outer.fold(around(begin).union(around(end)), |all, node| all.union(node.rect));
        let seen = Seen {
            nodes: Index::of(nodes.iter().map(|it| it.rect)),
            lines: Index::of(lines.iter().map(Line::bounds)),
            slots: Index::of(slots.iter().map(|it| it.area)),
            labels: Index::of(labels.iter().map(|it| it.rect)),
            wires: Index::default(),
        };
        let index = nodes.iter().enumerate().map(|(at, node)| (node.id.clone(), at)).collect();
        Self {
            nodes,
            index: Arc::new(index),
            seen: Arc::new(seen),
            lines: Arc::new(lines),
            slots: Arc::new(slots),
            labels: Arc::new(labels),
            begin,
            end,
            process: Some(process),
            inside,
            ..Self::default()
        }
    }

    /// The same with other words; true when every Receive and Send still says what it is connected to.
    fn saying(&self, said: Said) -> (Self, bool) {
        let mut out = self.clone();
        let mut connected = true;
        for (at, of) in said.nodes {
            connected &= !matches!(of.face.glyph, Glyph::Receive | Glyph::Send);
            if let Some(node) = out.nodes.get_mut(at) {
                node.of = of;
            }
        }
        if said.labels {
            for label in Arc::make_mut(&mut out.labels) {
                let lane = out.nodes.get(label.holder).and_then(|node| node.of.form.lane(&label.id));
                if let Some(lane) = lane {
                    (label.text, label.code) = (Arc::clone(&lane.text), lane.code);
                }
            }
        }
        (out, connected)
    }

    pub fn node(&self, id: &Id) -> Option<&Node> {
        self.index.get(id).and_then(|at| self.nodes.get(*at))
    }

    /// A node with its place in [`Layout::nodes`].
    pub fn indexed(&self, id: &Id) -> Option<(usize, &Node)> {
        self.index.get(id).and_then(|at| Some((*at, self.nodes.get(*at)?)))
    }

    /// The node of a shape, or of the closed container that hides it.
    pub fn visible(&self, id: &Id) -> Option<&Node> {
        self.node(id).or_else(|| self.nodes.get(*self.hiding.get(id)?))
    }

    /// What an edge is for, for people who cannot see the line.
    pub fn words(&self, slot: &Slot) -> String {
        if let Some(next) = slot.before.and_then(|at| self.nodes.get(at)) {
            return format!("Insert before {}", next.title);
        }
        let owner = match slot.of {
            Owner::Orchestration => "the orchestration".to_owned(),
            Owner::Node(at) => self.nodes.get(at).map(|node| node.title.clone()).unwrap_or_default(),
            Owner::Lane(at) => {
                self.labels.get(at).map(|label| format!("branch {}", label.text)).unwrap_or_default()
            }
        };
        if slot.empty { format!("Insert into {owner}") } else { format!("Insert at the end of {owner}") }
    }

    /// Rectangle to bring into view for a shape, branch or handler.
    pub fn place_of(&self, id: &Id) -> Option<Rect> {
        self.node(id).map(|n| n.head).or_else(|| self.labels.iter().find(|l| l.id == *id).map(|l| l.rect))
    }
}
