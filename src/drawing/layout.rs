//! Layout of an orchestration: block tree in, rectangles out. Pure: no painting, no text measuring.
//!
//! World units are points at 100 %. The flow line of the body is x = 0, Begin is at y = 0. Two passes: sizes
//! bottom-up ([`Measured`]), places top-down.

use super::Glyph;
use super::index::Index;
use super::kinds::{self, Category};
use super::silhouette::Silhouette;
use super::wires::{self, Wire};
use crate::model::edit::BlockRef;
use crate::model::{Application, Block, BlockSlot, CatchType, Id, Module, Orchestration, Shape, ShapeKind};
use emath::{Pos2, Rect, pos2, vec2};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

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

/// A card, or a container with its header.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub id: Id,
    pub rect: Rect,
    /// The card itself, or the header strip of a container.
    pub head: Rect,
    pub category: Category,
    pub glyph: Glyph,
    pub title: String,
    pub summary: String,
    /// Set in monospace.
    pub code: bool,
    pub container: bool,
    /// `None` for a shape that cannot collapse.
    pub collapsed: Option<bool>,
    /// Shapes hidden inside when collapsed.
    pub hidden: usize,
    pub parent: Option<usize>,
    /// One past the last node inside, in [`Layout::nodes`].
    pub end: usize,
    /// False for catch and compensation blocks, which cannot be dragged.
    pub shape: bool,
    /// A loop draws its way back.
    pub repeats: bool,
    pub silhouette: Silhouette,
    /// The first line of its comment; empty for none.
    pub note: String,
}

impl Node {
    /// Where the comment stands: at the foot of a card, under the header of a container.
    pub fn note_rect(&self) -> Option<Rect> {
        let top = if self.container { self.head.bottom() } else { self.head.bottom() - NOTE };
        let width = if self.container { CARD_WIDTH.min(self.head.width()) } else { self.head.width() };
        (!self.note.is_empty()).then(|| Rect::from_min_size(pos2(self.head.left(), top), vec2(width, NOTE)))
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
    pub text: String,
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
    index: FxHashMap<Id, usize>,
    /// The closed container that hides a shape.
    hiding: FxHashMap<Id, usize>,
    pub(super) seen: Seen,
    pub lines: Vec<Line>,
    pub slots: Vec<Slot>,
    pub labels: Vec<LaneLabel>,
    pub ports: Vec<super::ports::PortCard>,
    pub wires: Vec<Wire>,
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

/// A shape with the sizes of what is in it.
struct Measured<'a> {
    shape: &'a Shape,
    width: f32,
    height: f32,
    /// Distance of the flow line from the left edge.
    axis: f32,
    summary: String,
    note: String,
    kind: Form<'a>,
}

enum Form<'a> {
    Card { collapsed: bool, hidden: usize },
    Sequence { body: Column<'a>, handlers: Vec<Handler<'a>> },
    Lanes(Vec<Lane<'a>>),
}

struct Column<'a> {
    shapes: Vec<Measured<'a>>,
    width: f32,
    height: f32,
    axis: f32,
}

struct Lane<'a> {
    id: &'a Id,
    label: (String, bool),
    column: Column<'a>,
}

/// A catch or compensation block under the body of its scope.
struct Handler<'a> {
    id: Id,
    slot: BlockSlot,
    title: String,
    summary: String,
    note: String,
    column: Option<Column<'a>>,
    hidden: usize,
    glyph: Glyph,
    category: Category,
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
    let mut pass = Pass { collapsed, open: container, out: Layout::default() };
    match container.and_then(|id| orchestration.shape(id)) {
        Some(shape) => {
            let measured = pass.measure(shape);
            pass.out.inside = true;
            pass.place(&measured, 0.0, 0.0, None);
        }
        None => pass.whole(orchestration),
    }
    let mut out = pass.out;
    let mut area = Rect::from_center_size(out.begin, vec2(CARD_WIDTH, BEGIN_RADIUS * 2.0));
    area = area.union(Rect::from_center_size(out.end, vec2(CARD_WIDTH, BEGIN_RADIUS * 2.0)));
    for node in out.nodes.iter().filter(|node| node.parent.is_none()) {
        area = area.union(node.rect);
    }
    out.process = Some(area);
    out.index = out.nodes.iter().enumerate().map(|(at, node)| (node.id.clone(), at)).collect();
    if out.nodes.iter().any(|node| node.collapsed == Some(true)) {
        out.hiding = hiding(orchestration, &out);
    }
    out.ports = super::ports::place(app, module, orchestration, &out, area);
    out.wires = wires::route(orchestration, &out, area);
    out.bounds = Some(out.ports.iter().fold(area, |all, port| all.union(port.rect)));
    out.seen = Seen {
        nodes: Index::of(out.nodes.iter().map(|it| it.rect)),
        lines: Index::of(out.lines.iter().map(Line::bounds)),
        slots: Index::of(out.slots.iter().map(|it| it.area)),
        labels: Index::of(out.labels.iter().map(|it| it.rect)),
        wires: Index::of(out.wires.iter().map(|it| it.bounds)),
    };
    out
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

fn count(block: &Block) -> usize {
    let mut n = 0;
    for shape in block {
        shape.visit(&mut |_| n += 1);
    }
    n
}

/// True for shapes that hold blocks.
pub fn is_container(kind: &ShapeKind) -> bool {
    matches!(
        kind,
        ShapeKind::Construct(_)
            | ShapeKind::Decide(_)
            | ShapeKind::Listen(_)
            | ShapeKind::Parallel(_)
            | ShapeKind::Loop(_)
            | ShapeKind::Scope(_)
            | ShapeKind::Group(_)
    )
}

impl Handler<'_> {
    fn extent(&self) -> (f32, f32) {
        let (width, axis) =
            self.column.as_ref().map_or((CARD_WIDTH, CARD_WIDTH / 2.0), |c| (c.width, c.axis));
        (width + PAD * 2.0, axis + PAD)
    }

    fn height(&self) -> f32 {
        let foot = if self.note.is_empty() { 0.0 } else { NOTE };
        HEAD + foot + self.column.as_ref().map_or(0.0, |c| c.height + PAD)
    }
}

struct Pass<'a> {
    collapsed: &'a BTreeSet<Id>,
    /// Open even when closed, as it alone is drawn.
    open: Option<&'a Id>,
    out: Layout,
}

impl Pass<'_> {
    fn whole(&mut self, orchestration: &Orchestration) {
        let body = self.column(&orchestration.body);
        let bottom =
            self.place_column(&body, &BlockRef::Body, Owner::Orchestration, 0.0, BEGIN_RADIUS, None, true);
        self.out.end = pos2(0.0, bottom + BEGIN_RADIUS);
        let Some(block) = &orchestration.compensation else { return };
        let id = Id::new(super::ORCHESTRATION_COMPENSATION);
        let handler = Handler {
            slot: BlockSlot::Compensation,
            title: "Compensation of the orchestration".to_owned(),
            summary: String::new(),
            note: String::new(),
            hidden: count(block),
            column: (!self.collapsed.contains(&id)).then(|| self.column(block)),
            glyph: Glyph::Compensate,
            category: Category::Scope,
            id,
        };
        let (width, axis) = handler.extent();
        self.place_handler(&handler, None, -axis, bottom + BEGIN_RADIUS * 2.0 + GAP, width, None);
    }

    fn column<'a>(&self, block: &'a Block) -> Column<'a> {
        let shapes: Vec<Measured<'a>> = block.iter().map(|s| self.measure(s)).collect();
        let left = shapes.iter().map(|m| m.axis).fold(CARD_WIDTH / 2.0, f32::max);
        let right = shapes.iter().map(|m| m.width - m.axis).fold(CARD_WIDTH / 2.0, f32::max);
        let mut height = GAP + shapes.iter().map(|m| m.height + GAP).sum::<f32>();
        if shapes.is_empty() {
            height = GAP + EMPTY;
        }
        Column { shapes, width: left + right, height, axis: left }
    }

    fn measure<'a>(&self, shape: &'a Shape) -> Measured<'a> {
        let closed = self.collapsed.contains(&shape.id) && self.open != Some(&shape.id);
        let (summary, note) = (kinds::summary(&shape.kind), kinds::first_line(&shape.comments));
        let foot = if note.is_empty() { 0.0 } else { NOTE };
        if !is_container(&shape.kind) || closed {
            let hidden = shape.blocks().iter().map(|(_, b)| count(b)).sum();
            let height = if summary.is_empty() && !closed { CARD_PLAIN } else { CARD } + foot;
            let kind = Form::Card { collapsed: closed, hidden };
            return Measured {
                shape,
                width: CARD_WIDTH,
                height,
                axis: CARD_WIDTH / 2.0,
                summary,
                note,
                kind,
            };
        }
        match &shape.kind {
            ShapeKind::Decide(b) | ShapeKind::Listen(b) | ShapeKind::Parallel(b) => {
                let decide = matches!(shape.kind, ShapeKind::Decide(_));
                let lanes: Vec<Lane<'a>> = b
                    .branches
                    .iter()
                    .map(|branch| {
                        let code = decide && !branch.condition.is_empty();
                        let text =
                            if code { kinds::first_line(&branch.condition) } else { branch.name.clone() };
                        Lane { id: &branch.id, label: (text, code), column: self.column(&branch.body) }
                    })
                    .collect();
                let gaps = LANE_GAP * lanes.len().saturating_sub(1) as f32;
                let inner = (lanes.iter().map(|l| l.column.width).sum::<f32>() + gaps).max(CARD_WIDTH);
                let tallest = lanes.iter().map(|l| l.column.height).fold(0.0, f32::max);
                let height = HEAD + foot + BAR + LABEL + tallest + BAR;
                let width = inner + PAD * 2.0;
                let kind = Form::Lanes(lanes);
                Measured { shape, width, height, axis: width / 2.0, summary, note, kind }
            }
            _ => self.measure_sequence(shape, summary, note),
        }
    }

    fn measure_sequence<'a>(&self, shape: &'a Shape, summary: String, note: String) -> Measured<'a> {
        static NONE: Block = Vec::new();
        let body = shape.blocks().into_iter().find(|(slot, _)| *slot == BlockSlot::Body);
        let body = self.column(body.map_or(&NONE, |(_, b)| b));
        let handlers = match &shape.kind {
            ShapeKind::Scope(scope) => self.handlers(scope),
            _ => Vec::new(),
        };
        let (mut left, mut right) = (body.axis + PAD, body.width - body.axis + PAD);
        for handler in &handlers {
            let (width, axis) = handler.extent();
            left = left.max(axis + PAD);
            right = right.max(width - axis + PAD);
        }
        let mut height = HEAD + if note.is_empty() { 0.0 } else { NOTE } + body.height;
        height += handlers.iter().map(|h| h.height() + PAD).sum::<f32>();
        let kind = Form::Sequence { body, handlers };
        Measured { shape, width: left + right, height, axis: left, summary, note, kind }
    }

    fn handlers<'a>(&self, scope: &'a crate::model::Scope) -> Vec<Handler<'a>> {
        let mut all: Vec<Handler<'a>> = scope
            .catches
            .iter()
            .map(|catch| Handler {
                id: catch.id.clone(),
                slot: BlockSlot::Catch(catch.id.clone()),
                title: catch.name.clone(),
                summary: match &catch.exception {
                    CatchType::General => "any exception".to_owned(),
                    CatchType::Exception(name) => {
                        let short = name.rsplit('.').next().unwrap_or_default();
                        format!("{short} {}", catch.variable)
                    }
                    CatchType::Fault { port, operation, fault } => format!("{port}.{operation}.{fault}"),
                },
                note: kinds::first_line(&catch.comments),
                column: (!self.collapsed.contains(&catch.id)).then(|| self.column(&catch.body)),
                hidden: count(&catch.body),
                glyph: Glyph::Catch,
                category: Category::Exception,
            })
            .collect();
        all.extend(scope.compensation.iter().map(|c| Handler {
            id: c.id.clone(),
            slot: BlockSlot::Compensation,
            title: c.name.clone(),
            summary: "compensation".to_owned(),
            note: String::new(),
            column: (!self.collapsed.contains(&c.id)).then(|| self.column(&c.body)),
            hidden: count(&c.body),
            glyph: Glyph::Compensate,
            category: Category::Scope,
        }));
        all
    }

    /// Places a column with its flow line at `x`, from `y` down; returns the bottom. The line to the end of the
    /// block is drawn with an arrow only when `ends`.
    #[expect(clippy::too_many_arguments, reason = "where a column goes, used in three places")]
    fn place_column(
        &mut self,
        column: &Column<'_>,
        at: &BlockRef,
        of: Owner,
        x: f32,
        mut y: f32,
        parent: Option<usize>,
        ends: bool,
    ) -> f32 {
        let slot = |index: usize, y: f32, height: f32, before: Option<usize>| Slot {
            at: at.clone(),
            index,
            center: pos2(x, y + height / 2.0),
            area: Rect::from_min_size(pos2(x - column.axis, y - 4.0), vec2(column.width, height + 8.0)),
            empty: column.shapes.is_empty(),
            of,
            before,
        };
        if column.shapes.is_empty() {
            let height = column.height;
            self.out.slots.push(slot(0, y, height, None));
            self.out.lines.push(Line::new(pos2(x, y), pos2(x, y + height), ends));
            return y + height;
        }
        for (index, measured) in column.shapes.iter().enumerate() {
            self.out.slots.push(slot(index, y, GAP, Some(self.out.nodes.len())));
            self.out.lines.push(Line::new(pos2(x, y), pos2(x, y + GAP), true));
            y += GAP;
            self.place(measured, x, y, parent);
            y += measured.height;
        }
        self.out.slots.push(slot(column.shapes.len(), y, GAP, None));
        self.out.lines.push(Line::new(pos2(x, y), pos2(x, y + GAP), ends));
        y + GAP
    }

    fn place(&mut self, m: &Measured<'_>, x: f32, y: f32, parent: Option<usize>) {
        let rect = Rect::from_min_size(pos2(x - m.axis, y), vec2(m.width, m.height));
        let index = self.out.nodes.len();
        let (container, collapsed, hidden) = match &m.kind {
            Form::Card { collapsed, hidden } => {
                (false, is_container(&m.shape.kind).then_some(*collapsed), *hidden)
            }
            _ => (true, Some(false), 0),
        };
        let head = if container { Rect::from_min_size(rect.min, vec2(m.width, HEAD)) } else { rect };
        self.out.nodes.push(Node {
            id: m.shape.id.clone(),
            rect,
            head,
            category: kinds::category(&m.shape.kind),
            glyph: kinds::glyph(&m.shape.kind),
            title: m.shape.name.clone(),
            summary: m.summary.clone(),
            code: kinds::summary_is_code(&m.shape.kind),
            container,
            collapsed,
            hidden,
            parent,
            end: index + 1,
            shape: true,
            repeats: matches!(m.shape.kind, ShapeKind::Loop(_)),
            silhouette: kinds::silhouette(&m.shape.kind),
            note: m.note.clone(),
        });
        let top = if m.note.is_empty() { head.bottom() } else { head.bottom() + NOTE };
        match &m.kind {
            Form::Card { .. } => {}
            Form::Sequence { body, handlers } => {
                let at = BlockRef::In(m.shape.id.clone(), BlockSlot::Body);
                let of = Owner::Node(index);
                let mut below = self.place_column(body, &at, of, x, top, Some(index), false);
                for handler in handlers {
                    let left = rect.left() + PAD;
                    let width = rect.width() - PAD * 2.0;
                    below =
                        self.place_handler(handler, Some(&m.shape.id), left, below, width, Some(index)) + PAD;
                }
            }
            Form::Lanes(lanes) => self.place_lanes(m, lanes, rect, (x, top), index),
        }
        let end = self.out.nodes.len();
        if let Some(node) = self.out.nodes.get_mut(index) {
            node.end = end;
        }
    }

    fn place_lanes(
        &mut self,
        m: &Measured<'_>,
        lanes: &[Lane<'_>],
        rect: Rect,
        (x, top): (f32, f32),
        index: usize,
    ) {
        let bar = top + BAR;
        let foot = rect.bottom() - BAR;
        let gaps = LANE_GAP * lanes.len().saturating_sub(1) as f32;
        let inner = lanes.iter().map(|l| l.column.width).sum::<f32>() + gaps;
        let mut left = rect.center().x - inner / 2.0;
        let mut axes = Vec::new();
        for lane in lanes {
            let axis = left + lane.column.axis;
            axes.push(axis);
            let (label, first) = (self.out.labels.len(), self.out.nodes.len());
            self.out.labels.push(LaneLabel {
                nodes: (first, first),
                holder: index,
                id: lane.id.clone(),
                owner: m.shape.id.clone(),
                rect: Rect::from_min_size(pos2(left, bar), vec2(lane.column.width, LABEL)),
                text: lane.label.0.clone(),
                code: lane.label.1,
            });
            let at = BlockRef::In(m.shape.id.clone(), BlockSlot::Branch(lane.id.clone()));
            let of = Owner::Lane(label);
            let below = self.place_column(&lane.column, &at, of, axis, bar + LABEL, Some(index), false);
            let end = self.out.nodes.len();
            if let Some(label) = self.out.labels.get_mut(label) {
                label.nodes = (first, end);
            }
            self.out.lines.push(Line::new(pos2(axis, below), pos2(axis, foot), false));
            left += lane.column.width + LANE_GAP;
        }
        self.out.lines.push(Line::new(pos2(x, top), pos2(x, bar), false));
        self.out.lines.push(Line::new(pos2(x, foot), pos2(x, rect.bottom()), false));
        if let (Some(&first), Some(&last)) = (axes.first(), axes.last()) {
            for y in [bar, foot] {
                let (from, to) = (first.min(x), last.max(x));
                self.out.lines.push(Line::new(pos2(from, y), pos2(to, y), false));
            }
        }
    }

    fn place_handler(
        &mut self,
        handler: &Handler<'_>,
        owner: Option<&Id>,
        left: f32,
        top: f32,
        width: f32,
        parent: Option<usize>,
    ) -> f32 {
        let rect = Rect::from_min_size(pos2(left, top), vec2(width, handler.height()));
        let index = self.out.nodes.len();
        self.out.nodes.push(Node {
            id: handler.id.clone(),
            rect,
            head: Rect::from_min_size(rect.min, vec2(width, HEAD)),
            category: handler.category,
            glyph: handler.glyph,
            title: handler.title.clone(),
            summary: handler.summary.clone(),
            code: false,
            container: true,
            collapsed: Some(handler.column.is_none()),
            hidden: handler.hidden,
            parent,
            end: index + 1,
            shape: false,
            repeats: false,
            silhouette: Silhouette::Card,
            note: handler.note.clone(),
        });
        if let Some(column) = &handler.column {
            let slot = handler.slot.clone();
            let at = owner.map_or(BlockRef::Compensation, |id| BlockRef::In(id.clone(), slot));
            let x = rect.center().x - column.width / 2.0 + column.axis;
            let top = rect.top() + HEAD + if handler.note.is_empty() { 0.0 } else { NOTE };
            self.place_column(column, &at, Owner::Node(index), x, top, Some(index), false);
        }
        let end = self.out.nodes.len();
        if let Some(node) = self.out.nodes.get_mut(index) {
            node.end = end;
        }
        rect.bottom()
    }
}
