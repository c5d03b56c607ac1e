//! How large everything is, bottom-up. What did not change since the layout before is taken from there: a shape is
//! measured again only when it, or something inside it, says something else or is opened or closed. On the way it is
//! found out whether anything has to stand elsewhere than before.

use super::{BAR, CARD, CARD_PLAIN, CARD_WIDTH, EMPTY, GAP, HEAD, LABEL, LANE_GAP, Layout, NOTE, PAD};
use crate::drawing::kinds::{self, Category};
use crate::drawing::{Glyph, Silhouette};
use crate::model::edit::CorrelationUse;
use crate::model::{Block, BlockSlot, Catch, CatchType, Compensation, Id, Scope, Shape, ShapeKind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a node says and what kind of thing it is; the same in every layout in which that does not change.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    pub id: Id,
    pub category: Category,
    pub glyph: Glyph,
    pub silhouette: Silhouette,
    pub title: String,
    pub summary: String,
    /// The summary is set in monospace.
    pub code: bool,
    /// The first line of its comment; empty for none.
    pub note: String,
    /// False for catch and compensation blocks, which cannot be dragged.
    pub shape: bool,
    /// A loop draws its way back.
    pub repeats: bool,
    /// What it does with correlation sets; initializes when it does both.
    pub correlates: Option<CorrelationUse>,
}

impl Face {
    /// Height of the line of the comment.
    fn foot(&self) -> f32 {
        if self.note.is_empty() { 0.0 } else { NOTE }
    }
}

/// A node with the sizes of what is in it, in points.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measured {
    pub face: Face,
    pub width: f32,
    pub height: f32,
    /// Distance of the flow line from the left edge.
    pub axis: f32,
    pub form: Form,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// A card; with what it hides when it is a closed container.
    Card {
        collapsed: Option<bool>,
        hidden: usize,
    },
    /// A container with one body, and what handles it below.
    Sequence {
        body: Column,
        handlers: Vec<Arc<Measured>>,
    },
    Lanes(Vec<Lane>),
    /// A catch or compensation block; without its body when it is closed.
    Handler {
        slot: BlockSlot,
        body: Option<Column>,
        hidden: usize,
    },
}

/// Shapes one below the other on one flow line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub shapes: Vec<Arc<Measured>>,
    pub width: f32,
    pub height: f32,
    pub axis: f32,
}

/// A branch.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lane {
    pub id: Id,
    pub text: Arc<str>,
    pub code: bool,
    pub column: Column,
}

/// True when both hold the very same things, whatever is in them.
fn same(a: &[Arc<Measured>], b: &[Arc<Measured>]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b))
}

impl Form {
    /// True when both are measured from the same things.
    fn measured_from_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sequence { body: a, handlers: x }, Self::Sequence { body: b, handlers: y }) => {
                same(&a.shapes, &b.shapes) && same(x, y)
            }
            (Self::Lanes(a), Self::Lanes(b)) => {
                let lane = |(a, b): (&Lane, &Lane)| {
                    a.id == b.id
                        && a.code == b.code
                        && a.text == b.text
                        && same(&a.column.shapes, &b.column.shapes)
                };
                a.len() == b.len() && a.iter().zip(b).all(lane)
            }
            (
                Self::Handler { slot: a, body: x, hidden: n },
                Self::Handler { slot: b, body: y, hidden: m },
            ) => {
                let bodies = match (x, y) {
                    (Some(x), Some(y)) => same(&x.shapes, &y.shapes),
                    (None, None) => true,
                    _ => false,
                };
                bodies && a == b && n == m
            }
            (Self::Card { .. }, Self::Card { .. }) => self == other,
            _ => false,
        }
    }

    /// True when what is inside both stands alike, if each thing inside is as large in both.
    fn holds_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sequence { body: a, handlers: x }, Self::Sequence { body: b, handlers: y }) => {
                a.shapes.len() == b.shapes.len() && x.len() == y.len()
            }
            (Self::Lanes(a), Self::Lanes(b)) => {
                let lane =
                    |(a, b): (&Lane, &Lane)| a.id == b.id && a.column.shapes.len() == b.column.shapes.len();
                a.len() == b.len() && a.iter().zip(b).all(lane)
            }
            (
                Self::Handler { slot: a, body: x, hidden: n },
                Self::Handler { slot: b, body: y, hidden: m },
            ) => {
                let count = |body: &Option<Column>| body.as_ref().map(|column| column.shapes.len());
                a == b && n == m && count(x) == count(y)
            }
            (Self::Card { .. }, Self::Card { .. }) => self == other,
            _ => false,
        }
    }

    /// The branch with an id.
    pub fn lane(&self, id: &Id) -> Option<&Lane> {
        let lanes = if let Self::Lanes(lanes) = self { lanes.as_slice() } else { &[] };
        lanes.iter().find(|lane| lane.id == *id)
    }

    /// What is said above the lanes.
    fn labels(&self) -> impl Iterator<Item = (&str, bool)> {
        let lanes = if let Self::Lanes(lanes) = self { lanes.as_slice() } else { &[] };
        lanes.iter().map(|lane| (&*lane.text, lane.code))
    }
}

/// What differs from the layout before when everything stands where it stood.
pub(super) struct Said {
    /// Nodes with other words, or with such nodes in them, by their places in [`Layout::nodes`].
    pub nodes: Vec<(usize, Arc<Measured>)>,
    /// Something else stands above lanes.
    pub labels: bool,
}

/// The words of a node before they are kept: written into the same text again and again, so that what did not change
/// is known without a new one.
#[derive(Debug, Default)]
struct Words {
    summary: String,
    note: String,
}

/// Measures an orchestration.
pub(super) struct Measure<'a> {
    /// The layout before, to take from.
    before: &'a Layout,
    collapsed: &'a BTreeSet<Id>,
    /// Open even when closed, as it alone is drawn.
    open: Option<&'a Id>,
    words: Words,
    /// The node of the layout before that comes next, if nothing moved: in it nodes stand in the order they are
    /// measured in.
    next: usize,
    /// What differs, as long as nothing moved.
    said: Option<Said>,
}

impl<'a> Measure<'a> {
    pub fn new(before: &'a Layout, collapsed: &'a BTreeSet<Id>, open: Option<&'a Id>) -> Self {
        let said = before.process.map(|_| Said { nodes: Vec::new(), labels: false });
        Self { before, collapsed, open, words: Words::default(), next: 0, said }
    }

    /// What differs from the layout before, when all that was measured stands where it stood there; `inside` as in
    /// [`Layout::inside`].
    pub fn said(self, inside: bool) -> Option<Said> {
        let same = inside == self.before.inside && self.next == self.before.nodes.len();
        self.said.filter(|_| same)
    }

    /// The node of a shape in the layout before, with its place. To be asked in the order of the nodes.
    fn known(&mut self, id: &Id) -> Option<(usize, &'a Arc<Measured>)> {
        let node = |at: usize| Some((at, &self.before.nodes.get(at)?.of));
        let next = node(self.next).filter(|(_, of)| of.face.id == *id);
        let found = next.or_else(|| node(*self.before.index.get(id)?));
        if next.is_none() {
            self.said = None;
        }
        if let Some((at, _)) = found {
            self.next = at + 1;
        }
        found
    }

    /// Takes note of a node that was measured again.
    fn note(&mut self, known: Option<(usize, &Arc<Measured>)>, of: &Arc<Measured>) {
        let (Some(said), Some((at, old))) = (&mut self.said, known) else { return };
        if of.stands_like(old) {
            said.labels |= !of.form.labels().eq(old.form.labels());
            said.nodes.push((at, Arc::clone(of)));
        } else {
            self.said = None;
        }
    }

    pub fn column(&mut self, block: &Block) -> Column {
        let shapes: Vec<Arc<Measured>> = block.iter().map(|shape| self.shape(shape)).collect();
        let left = shapes.iter().map(|m| m.axis).fold(CARD_WIDTH / 2.0, f32::max);
        let right = shapes.iter().map(|m| m.width - m.axis).fold(CARD_WIDTH / 2.0, f32::max);
        let mut height = GAP + shapes.iter().map(|m| m.height + GAP).sum::<f32>();
        if shapes.is_empty() {
            height = GAP + EMPTY;
        }
        Column { shapes, width: left + right, height, axis: left }
    }

    pub fn shape(&mut self, shape: &Shape) -> Arc<Measured> {
        let known = self.known(&shape.id);
        let container = is_container(&shape.kind);
        let closed = self.collapsed.contains(&shape.id) && self.open != Some(&shape.id);
        let form = match &shape.kind {
            _ if !container || closed => {
                let hidden = shape.blocks().iter().map(|(_, block)| count(block)).sum();
                Form::Card { collapsed: container.then_some(closed), hidden }
            }
            ShapeKind::Decide(b) | ShapeKind::Listen(b) | ShapeKind::Parallel(b) => {
                let decide = matches!(shape.kind, ShapeKind::Decide(_));
                let lane = |branch: &crate::model::Branch| {
                    let code = decide && !branch.condition.is_empty();
                    let text = if code { kinds::first_line(&branch.condition) } else { branch.name.clone() };
                    Lane { id: branch.id.clone(), text: text.into(), code, column: self.column(&branch.body) }
                };
                Form::Lanes(b.branches.iter().map(lane).collect())
            }
            ShapeKind::Scope(scope) => {
                Form::Sequence { body: self.column(&scope.body), handlers: self.handlers(scope) }
            }
            _ => {
                static NONE: Block = Vec::new();
                let body = shape.blocks().into_iter().find(|(slot, _)| *slot == BlockSlot::Body);
                Form::Sequence { body: self.column(body.map_or(&NONE, |(_, b)| b)), handlers: Vec::new() }
            }
        };
        self.words.summary.clear();
        kinds::write_summary(&mut self.words.summary, &shape.kind);
        self.words.note.clear();
        kinds::write_first_line(&mut self.words.note, &shape.comments);
        let glyph = kinds::glyph(&shape.kind);
        let correlates = match &shape.kind {
            ShapeKind::Receive(r) => correlation(&r.initializes, &r.follows),
            ShapeKind::Send(s) => correlation(&s.initializes, &s.follows),
            _ => None,
        };
        // A glyph stands for one kind.
        let says = |face: &Face| {
            face.glyph == glyph
                && face.title == shape.name
                && face.summary == self.words.summary
                && face.note == self.words.note
                && face.correlates == correlates
        };
        if let Some((_, of)) = known
            && says(&of.face)
            && of.form.measured_from_same(&form)
        {
            return Arc::clone(of);
        }
        let face = Face {
            id: shape.id.clone(),
            category: kinds::category(&shape.kind),
            glyph,
            silhouette: kinds::silhouette(&shape.kind),
            title: shape.name.clone(),
            summary: self.words.summary.clone(),
            code: kinds::summary_is_code(&shape.kind),
            note: self.words.note.clone(),
            shape: true,
            repeats: matches!(shape.kind, ShapeKind::Loop(_)),
            correlates,
        };
        let of = Measured::of(face, form);
        self.note(known, &of);
        of
    }

    fn handlers(&mut self, scope: &Scope) -> Vec<Arc<Measured>> {
        let mut all: Vec<_> = scope.catches.iter().map(|catch| self.catch(catch)).collect();
        all.extend(scope.compensation.iter().map(|c| self.compensation(c)));
        all
    }

    fn catch(&mut self, catch: &Catch) -> Arc<Measured> {
        let summary = match &catch.exception {
            CatchType::General => "any exception".to_owned(),
            CatchType::Exception(name) => {
                let short = name.rsplit('.').next().unwrap_or_default();
                format!("{short} {}", catch.variable)
            }
            CatchType::Fault { port, operation, fault } => format!("{port}.{operation}.{fault}"),
        };
        let face = Face {
            category: Category::Exception,
            summary,
            note: kinds::first_line(&catch.comments),
            ..block_face(catch.id.clone(), Glyph::Catch, catch.name.clone())
        };
        self.handler(face, BlockSlot::Catch(catch.id.clone()), &catch.body)
    }

    fn compensation(&mut self, compensation: &Compensation) -> Arc<Measured> {
        let face = Face {
            summary: "compensation".to_owned(),
            ..block_face(compensation.id.clone(), Glyph::Compensate, compensation.name.clone())
        };
        self.handler(face, BlockSlot::Compensation, &compensation.body)
    }

    /// The compensation block of the orchestration itself.
    pub fn last_resort(&mut self, block: &Block) -> Arc<Measured> {
        let id = Id::new(crate::drawing::ORCHESTRATION_COMPENSATION);
        let title = "Compensation of the orchestration".to_owned();
        self.handler(block_face(id, Glyph::Compensate, title), BlockSlot::Compensation, block)
    }

    fn handler(&mut self, face: Face, slot: BlockSlot, block: &Block) -> Arc<Measured> {
        let known = self.known(&face.id);
        let body = (!self.collapsed.contains(&face.id)).then(|| self.column(block));
        let form = Form::Handler { slot, body, hidden: count(block) };
        if let Some((_, of)) = known
            && of.face == face
            && of.form.measured_from_same(&form)
        {
            return Arc::clone(of);
        }
        let of = Measured::of(face, form);
        self.note(known, &of);
        of
    }
}

fn correlation(initializes: &[String], follows: &[String]) -> Option<CorrelationUse> {
    if !initializes.is_empty() {
        return Some(CorrelationUse::Initialize);
    }
    (!follows.is_empty()).then_some(CorrelationUse::Follow)
}

/// The face of a catch or compensation block that says only its name.
fn block_face(id: Id, glyph: Glyph, title: String) -> Face {
    Face {
        id,
        category: Category::Scope,
        glyph,
        silhouette: Silhouette::Card,
        title,
        summary: String::new(),
        code: false,
        note: String::new(),
        shape: false,
        repeats: false,
        correlates: None,
    }
}

impl Measured {
    fn of(face: Face, form: Form) -> Arc<Self> {
        let (width, height, axis) = size(&face, &form);
        Arc::new(Self { face, width, height, axis, form })
    }

    /// True when it looks the same, and stands the same with all inside it, whatever it says.
    fn stands_like(&self, other: &Self) -> bool {
        let size = |of: &Self| (of.width, of.height, of.axis);
        size(self) == size(other)
            && self.face.glyph == other.face.glyph
            && self.face.note.is_empty() == other.face.note.is_empty()
            && self.form.holds_like(&other.form)
    }
}

/// Width, height, and the distance of the flow line from the left edge.
fn size(face: &Face, form: &Form) -> (f32, f32, f32) {
    match form {
        Form::Card { collapsed, .. } => {
            let plain = face.summary.is_empty() && *collapsed != Some(true);
            (CARD_WIDTH, if plain { CARD_PLAIN } else { CARD } + face.foot(), CARD_WIDTH / 2.0)
        }
        Form::Sequence { body, handlers } => {
            let (mut left, mut right) = (body.axis + PAD, body.width - body.axis + PAD);
            for handler in handlers {
                left = left.max(handler.axis + PAD);
                right = right.max(handler.width - handler.axis + PAD);
            }
            let below: f32 = handlers.iter().map(|h| h.height + PAD).sum();
            (left + right, HEAD + face.foot() + body.height + below, left)
        }
        Form::Lanes(lanes) => {
            let width = lanes_width(lanes).max(CARD_WIDTH) + PAD * 2.0;
            let tallest = lanes.iter().map(|lane| lane.column.height).fold(0.0, f32::max);
            (width, HEAD + face.foot() + BAR + LABEL + tallest + BAR, width / 2.0)
        }
        Form::Handler { body, .. } => {
            let (width, axis) = body.as_ref().map_or((CARD_WIDTH, CARD_WIDTH / 2.0), |c| (c.width, c.axis));
            let inside = body.as_ref().map_or(0.0, |c| c.height + PAD);
            (width + PAD * 2.0, HEAD + face.foot() + inside, axis + PAD)
        }
    }
}

/// Width of lanes side by side.
pub(super) fn lanes_width(lanes: &[Lane]) -> f32 {
    let gaps = LANE_GAP * lanes.len().saturating_sub(1) as f32;
    lanes.iter().map(|lane| lane.column.width).sum::<f32>() + gaps
}

/// Shapes in a block, at any depth.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::layout::layout;
    use crate::model::Application;
    use crate::model::edit::Edit;

    #[test]
    fn only_what_changed_and_what_holds_it_is_measured_again() {
        let mut app = crate::model::files::load(
            &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge"),
        )
        .unwrap()
        .0;
        let drawn = |app: &Application, before: &Layout| {
            let (module, orchestration) = app.orchestration("OrderManagerOrch").unwrap();
            before.again(app, module, orchestration, &BTreeSet::new(), None)
        };
        let (module, orchestration) = app.orchestration("OrderManagerOrch").unwrap();
        let before = layout(&app, module, orchestration, &BTreeSet::new());
        let deepest = |layout: &Layout| {
            let depth = |at: usize| {
                std::iter::successors(Some(at), |at| layout.nodes[*at].parent).collect::<Vec<_>>()
            };
            (0..layout.nodes.len()).map(depth).max_by_key(Vec::len).unwrap()
        };
        let path = deepest(&before);
        let key = app.modules.iter().find(|(_, m)| std::ptr::eq(*m, module)).unwrap().0.clone();
        let shape = before.nodes[path[0]].id.clone();
        Edit::RenameShape { module: key, shape, name: "Another name".into() }.apply(&mut app).unwrap();
        let after = drawn(&app, &before);
        assert_eq!(after.nodes.len(), before.nodes.len());
        for (at, (a, b)) in before.nodes.iter().zip(&after.nodes).enumerate() {
            assert_eq!(Arc::ptr_eq(&a.of, &b.of), !path.contains(&at), "{}", b.title);
        }
        assert!(Arc::ptr_eq(&before.slots, &after.slots), "another name moves nothing");
        assert!(Arc::ptr_eq(&before.wires, &after.wires));
    }
}
