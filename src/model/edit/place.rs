use crate::model::{Application, Block, BlockSlot, Id, Orchestration, Scope, Shape, ShapeKind, Transaction};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How deep shapes may nest in shapes, so that the file can be read back; BizTalk stops at 21 scopes (SCP-5).
pub const MAX_NESTING: usize = 24;

/// Addresses a block of an orchestration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BlockRef {
    /// The body of the orchestration.
    Body,
    /// Its custom compensation.
    Compensation,
    /// A block of a shape.
    In(Id, BlockSlot),
}

/// The shapes of a block, if it exists.
pub fn find_block<'a>(application: &'a Application, module: &str, block: &BlockRef) -> Option<&'a Block> {
    let orchestration = application.modules.get(module)?.orchestration.as_ref()?;
    match block {
        BlockRef::Body => Some(&orchestration.body),
        BlockRef::Compensation => orchestration.compensation.as_ref(),
        BlockRef::In(shape, slot) => {
            let blocks = orchestration.shape(shape)?.blocks();
            blocks.into_iter().find_map(|(at, block)| (at == *slot).then_some(block))
        }
    }
}

pub(super) fn find_block_mut<'a>(
    orchestration: &'a mut Orchestration,
    block: &BlockRef,
) -> Option<&'a mut Block> {
    match block {
        BlockRef::Body => Some(&mut orchestration.body),
        BlockRef::Compensation => orchestration.compensation.as_mut(),
        BlockRef::In(shape, slot) => {
            let blocks = find_shape_mut(orchestration, shape)?.blocks_mut();
            blocks.into_iter().find_map(|(at, block)| (at == *slot).then_some(block))
        }
    }
}

pub(super) fn find_shape_mut<'a>(orchestration: &'a mut Orchestration, id: &Id) -> Option<&'a mut Shape> {
    fn within<'a>(block: &'a mut Block, id: &Id) -> Option<&'a mut Shape> {
        for shape in block {
            if shape.id == *id {
                return Some(shape);
            }
            for (_, inner) in shape.blocks_mut() {
                if let Some(found) = within(inner, id) {
                    return Some(found);
                }
            }
        }
        None
    }
    let Orchestration { body, compensation, .. } = orchestration;
    within(body, id).or_else(|| within(compensation.as_mut()?, id))
}

/// The block a shape stands in, and its index there.
pub fn owner_of(application: &Application, module: &str, shape: &Id) -> Option<(BlockRef, usize)> {
    /// The block is `None` when it is the one searched.
    fn within(block: &Block, shape: &Id) -> Option<(Option<BlockRef>, usize)> {
        block.iter().enumerate().find_map(|(index, inner)| {
            if inner.id == *shape {
                return Some((None, index));
            }
            inner.blocks().into_iter().find_map(|(slot, block)| {
                let (at, index) = within(block, shape)?;
                Some((Some(at.unwrap_or_else(|| BlockRef::In(inner.id.clone(), slot))), index))
            })
        })
    }
    let orchestration = application.modules.get(module)?.orchestration.as_ref()?;
    let top =
        |block: &Block, own: BlockRef| within(block, shape).map(|(at, index)| (at.unwrap_or(own), index));
    top(&orchestration.body, BlockRef::Body)
        .or_else(|| top(orchestration.compensation.as_ref()?, BlockRef::Compensation))
}

/// The shapes around a block, outermost first, each with the slot on the way in.
fn around<'a>(orchestration: &'a Orchestration, block: &BlockRef) -> Option<Vec<(&'a Shape, BlockSlot)>> {
    fn descend<'a>(
        block: &'a Block,
        id: &Id,
        slot: &BlockSlot,
        way: &mut Vec<(&'a Shape, BlockSlot)>,
    ) -> bool {
        for shape in block {
            for (at, inner) in shape.blocks() {
                let found = shape.id == *id && at == *slot;
                way.push((shape, at));
                if found || descend(inner, id, slot, way) {
                    return true;
                }
                way.pop();
            }
        }
        false
    }
    let mut way = Vec::new();
    match block {
        BlockRef::Body => Some(way),
        BlockRef::Compensation => orchestration.compensation.as_ref().map(|_| way),
        BlockRef::In(id, slot) => {
            let found = descend(&orchestration.body, id, slot, &mut way)
                || orchestration.compensation.as_ref().is_some_and(|c| descend(c, id, slot, &mut way));
            found.then_some(way)
        }
    }
}

/// The scopes around a block, outermost first, with their ids.
pub(super) fn scopes_around<'a>(
    orchestration: &'a Orchestration,
    block: &BlockRef,
) -> Vec<(&'a Id, &'a Scope)> {
    let way = around(orchestration, block).unwrap_or_default();
    let scopes = way.into_iter().filter_map(|(shape, _)| match &shape.kind {
        ShapeKind::Scope(scope) => Some((&shape.id, scope)),
        _ => None,
    });
    scopes.collect()
}

/// The innermost scope around a block.
pub(super) fn scope_around(application: &Application, module: &str, block: &BlockRef) -> Option<Id> {
    let orchestration = application.modules.get(module)?.orchestration.as_ref()?;
    scopes_around(orchestration, block).last().map(|(id, _)| (*id).clone())
}

/// Whether the shapes directly inside a shape may stand where they are.
pub(super) fn check_inside(application: &Application, module: &str, id: &Id) -> Result<(), String> {
    let orchestration = application.modules.get(module).and_then(|m| m.orchestration.as_ref());
    let Some((orchestration, shape)) = orchestration.and_then(|o| Some((o, o.shape(id)?))) else {
        return Ok(());
    };
    for (slot, block) in shape.blocks() {
        let at = BlockRef::In(id.clone(), slot);
        let way = around(orchestration, &at).unwrap_or_default();
        for (index, inner) in block.iter().enumerate() {
            judge(orchestration, &way, &at, index, &inner.kind)?;
        }
    }
    Ok(())
}

/// The kinds of the toolbox that may stand at `index` of `block`.
pub fn insertable(application: &Application, module: &str, block: &BlockRef, index: usize) -> Vec<ShapeKind> {
    let orchestration = application.modules.get(module).and_then(|m| m.orchestration.as_ref());
    let Some((orchestration, way)) = orchestration.and_then(|o| Some((o, around(o, block)?))) else {
        return Vec::new();
    };
    let fits = |kind: &ShapeKind| judge(orchestration, &way, block, index, kind).is_ok();
    super::toolbox().into_iter().filter(fits).collect()
}

/// Whether a shape may stand at `index` of `block` (section 1.17).
///
/// What another property can still set right (an activate receive that is not first, a Throw without an
/// exception) is left to the checker.
///
/// # Errors
/// The reason, as a sentence for the user.
pub fn can_insert(
    application: &Application,
    module: &str,
    block: &BlockRef,
    index: usize,
    kind: &ShapeKind,
) -> Result<(), String> {
    let orchestration = application.modules.get(module).and_then(|m| m.orchestration.as_ref());
    let gone = || "this block does not exist any more".to_owned();
    let way = orchestration.and_then(|o| around(o, block)).ok_or_else(gone)?;
    let orchestration = orchestration.ok_or_else(gone)?;
    if index > find_block(application, module, block).map_or(0, Vec::len) {
        return Err("this position does not exist any more".into());
    }
    judge(orchestration, &way, block, index, kind)
}

/// Whether shapes may stand in each block of an orchestration, found out for all blocks at once.
#[derive(Clone, Debug, Default)]
pub struct Legality {
    /// For the first place of a block, and for the others.
    blocks: BTreeMap<BlockRef, [Result<(), String>; 2]>,
}

impl Legality {
    /// For shapes of `kinds` that go to one place together; the first one decides what a Listen branch starts with.
    /// Blocks inside the shapes of `moving` are no places for them.
    pub fn of(orchestration: &Orchestration, kinds: &[&ShapeKind], moving: &BTreeSet<Id>) -> Self {
        let mut survey = Survey { orchestration, kinds, moving, way: Vec::new(), found: Self::default() };
        survey.block(&orchestration.body, BlockRef::Body, false);
        if let Some(block) = &orchestration.compensation {
            survey.block(block, BlockRef::Compensation, false);
        }
        survey.found
    }

    /// # Errors
    /// Why not, as a sentence for the user.
    pub fn at(&self, block: &BlockRef, index: usize) -> Result<(), &str> {
        match self.blocks.get(block) {
            Some([first, other]) => {
                (if index == 0 { first } else { other }).as_ref().copied().map_err(String::as_str)
            }
            None => Err("this block does not exist any more"),
        }
    }
}

struct Survey<'a> {
    orchestration: &'a Orchestration,
    kinds: &'a [&'a ShapeKind],
    moving: &'a BTreeSet<Id>,
    way: Vec<(&'a Shape, BlockSlot)>,
    found: Legality,
}

impl<'a> Survey<'a> {
    fn block(&mut self, block: &'a Block, at: BlockRef, inside: bool) {
        let judged = |index: usize| {
            if inside {
                return Err("a shape cannot be moved into itself".to_owned());
            }
            let later = |i: usize| if index == 0 && i > 0 { 1 } else { index };
            let mut kinds = self.kinds.iter().enumerate();
            kinds.try_for_each(|(i, kind)| judge(self.orchestration, &self.way, &at, later(i), kind))
        };
        let verdicts = [judged(0), judged(1)];
        self.found.blocks.insert(at, verdicts);
        for shape in block {
            let inside = inside || self.moving.contains(&shape.id);
            for (slot, inner) in shape.blocks() {
                let at = BlockRef::In(shape.id.clone(), slot.clone());
                self.way.push((shape, slot));
                self.block(inner, at, inside);
                self.way.pop();
            }
        }
    }
}

/// [`can_insert`] for a block that is there, with the shapes around it.
fn judge(
    orchestration: &Orchestration,
    way: &[(&Shape, BlockSlot)],
    block: &BlockRef,
    index: usize,
    kind: &ShapeKind,
) -> Result<(), String> {
    let label = kind.label();
    let in_construct = matches!(way.last(), Some((Shape { kind: ShapeKind::Construct(_), .. }, _)));
    let wrapped = matches!(kind, ShapeKind::MessageAssignment(_) | ShapeKind::Transform(_));
    if in_construct && !wrapped {
        return Err(format!("a Construct Message holds only Message Assignment and Transform, no {label}"));
    }
    let listens = matches!(way.last(), Some((Shape { kind: ShapeKind::Listen(_), .. }, _)));
    if listens && index == 0 && !matches!(kind, ShapeKind::Receive(_) | ShapeKind::Delay(_)) {
        return Err(format!("a Listen branch starts with a Receive or a Delay; put the {label} after it"));
    }
    let own = if wrapped && !in_construct { 2 } else { depth(kind) };
    if way.len() + own > MAX_NESTING {
        return Err(format!(
            "shapes nest at most {MAX_NESTING} deep; move an inner part to an orchestration"
        ));
    }
    let compensating = |slot: &BlockSlot| *slot == BlockSlot::Compensation;
    let in_compensation = *block == BlockRef::Compensation || way.iter().any(|(_, slot)| compensating(slot));
    let in_catch = way.iter().any(|(_, slot)| matches!(slot, BlockSlot::Catch(_)));
    let mut inside = Vec::new();
    visit_kind(kind, &mut |kind| inside.push(kind));
    for inner in &inside {
        match inner {
            ShapeKind::Receive(receive) if receive.activate && (in_catch || in_compensation) => {
                return Err("an activate Receive cannot stand in a catch or compensation block".into());
            }
            ShapeKind::Suspend(_) if transaction_at(orchestration, way) == Some(true) => {
                return Err("a Suspend cannot stand in an atomic transaction".into());
            }
            _ => {}
        }
    }
    match kind {
        ShapeKind::Compensate(_) if !in_catch && !in_compensation => {
            Err("a Compensate stands only in a catch block or a compensation block".into())
        }
        ShapeKind::Scope(scope) if scope.transaction != Transaction::None && !in_compensation => {
            match transaction_at(orchestration, way) {
                Some(false) => Ok(()),
                Some(true) => Err("an atomic transaction holds no other transaction".into()),
                None => Err("a transactional Scope stands only in a long-running transaction; set the \
                             Transaction Type around it to Long Running first"
                    .into()),
            }
        }
        _ => Ok(()),
    }
}

/// Of the block at the end of `way`: `None` not transactional, `Some(true)` atomic, `Some(false)` long-running.
/// A plain scope inside an atomic one is still part of the atomic transaction.
fn transaction_at(orchestration: &Orchestration, way: &[(&Shape, BlockSlot)]) -> Option<bool> {
    let scopes = way.iter().filter_map(|(shape, slot)| match &shape.kind {
        ShapeKind::Scope(scope) if *slot != BlockSlot::Compensation => Some(&scope.transaction),
        _ => None,
    });
    let chain: Vec<_> = std::iter::once(&orchestration.transaction).chain(scopes).collect();
    if chain.iter().any(|t| matches!(t, Transaction::Atomic(_))) {
        return Some(true);
    }
    chain.last().and_then(|t| matches!(t, Transaction::LongRunning(_)).then_some(false))
}

fn visit_kind<'a>(kind: &'a ShapeKind, visit: &mut impl FnMut(&'a ShapeKind)) {
    visit(kind);
    for (_, block) in kind.blocks() {
        for shape in block {
            shape.visit(&mut |inner| visit(&inner.kind));
        }
    }
}

/// Levels of shapes, this one included.
fn depth(kind: &ShapeKind) -> usize {
    let inner = kind.blocks().into_iter().flat_map(|(_, block)| block).map(|shape| depth(&shape.kind));
    1 + inner.max().unwrap_or_default()
}
