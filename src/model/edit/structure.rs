//! Edits that reach several shapes, or the structure around them.

use super::convert::converted;
use super::declarations::declare;
use super::fresh::{complete, complete_all, is_default_name};
use super::place::{self, BlockRef, find_block, owner_of};
use super::shapes::{place_shape, remove};
use super::{
    Declaration, EditError, gone, module_mut, no_element, orchestration_mut, refused, refused_until,
};
use crate::model::{Application, Block, Id, Orchestration, Scope, Shape, ShapeKind};
use std::collections::BTreeSet;

/// Those of `ids` that are shapes and not inside another of them, in drawn order.
pub fn outermost<'a>(orchestration: &'a Orchestration, ids: &BTreeSet<Id>) -> Vec<&'a Shape> {
    fn within<'a>(block: &'a Block, ids: &BTreeSet<Id>, found: &mut Vec<&'a Shape>) {
        for shape in block {
            if ids.contains(&shape.id) {
                found.push(shape);
            } else {
                shape.blocks().into_iter().for_each(|(_, inner)| within(inner, ids, found));
            }
        }
    }
    let mut found = Vec::new();
    within(&orchestration.body, ids, &mut found);
    orchestration.compensation.iter().for_each(|block| within(block, ids, &mut found));
    found
}

/// The containers that shapes can be wrapped in, as the toolbox makes them.
pub fn wrappers() -> Vec<ShapeKind> {
    use ShapeKind as K;
    let order = |kind: &ShapeKind| match kind {
        K::Scope(_) => Some(0),
        K::Group(_) => Some(1),
        K::Loop(_) => Some(2),
        K::Decide(_) => Some(3),
        K::Parallel(_) => Some(4),
        K::Listen(_) => Some(5),
        _ => None,
    };
    let mut kinds: Vec<ShapeKind> =
        super::toolbox().into_iter().filter(|kind| order(kind).is_some()).collect();
    kinds.sort_by_key(order);
    kinds
}

pub(super) fn insert(
    application: &mut Application,
    module: &str,
    block: &BlockRef,
    index: usize,
    mut shapes: Vec<Shape>,
) -> Result<(), EditError> {
    complete_all(module_mut(application, module)?, &mut shapes);
    put(application, module, block, index, shapes)
}

fn put(
    application: &mut Application,
    module: &str,
    block: &BlockRef,
    index: usize,
    shapes: Vec<Shape>,
) -> Result<(), EditError> {
    for (offset, shape) in shapes.into_iter().enumerate() {
        place_shape(application, module, block, index + offset, shape)?;
    }
    Ok(())
}

pub(super) fn delete(application: &mut Application, module: &str, elements: &[Id]) -> Result<(), EditError> {
    let mut pruning = Pruning { doomed: elements.iter().collect(), found: false, needed: false };
    let orchestration = orchestration_mut(application, module)?;
    pruning.block(&mut orchestration.body);
    orchestration.compensation.iter_mut().for_each(|block| pruning.block(block));
    if pruning.needed {
        return Err(refused_until(
            module,
            "a Decide always has its else branch",
            "delete the whole shape instead",
        ));
    }
    match elements.first() {
        Some(first) if !pruning.found => Err(no_element(module, "element", first)),
        _ => Ok(()),
    }
}

struct Pruning<'a> {
    doomed: BTreeSet<&'a Id>,
    found: bool,
    /// An else branch was among them, without its Decide.
    needed: bool,
}

impl Pruning<'_> {
    fn keep(&mut self, id: &Id) -> bool {
        let doomed = self.doomed.contains(id);
        self.found |= doomed;
        !doomed
    }

    fn block(&mut self, block: &mut Block) {
        block.retain(|shape| self.keep(&shape.id));
        for shape in block {
            let decides = matches!(shape.kind, ShapeKind::Decide(_));
            if let Some(owner) = shape.kind.branches_mut() {
                let last = owner.branches.last().map(|b| &b.id);
                self.needed |= decides && last.is_some_and(|last| self.doomed.contains(last));
                owner.branches.retain(|branch| self.keep(&branch.id));
            }
            if let ShapeKind::Scope(scope) = &mut shape.kind {
                scope.catches.retain(|catch| self.keep(&catch.id));
                scope.compensation.take_if(|block| !self.keep(&block.id));
            }
            for (_, inner) in shape.blocks_mut() {
                self.block(inner);
            }
        }
    }
}

pub(super) fn relocate(
    application: &mut Application,
    module: &str,
    shapes: &[Id],
    block: &BlockRef,
    index: usize,
) -> Result<(), EditError> {
    let moving = movable(application, module, shapes)?;
    if let BlockRef::In(target, _) = block {
        let orchestration = orchestration_mut(application, module)?;
        let mut inside = false;
        for id in &moving {
            let shape = orchestration.shape(id).ok_or_else(|| no_element(module, "shape", id))?;
            shape.visit(&mut |inner| inside |= inner.id == *target);
        }
        if inside {
            return Err(refused(module, "a shape cannot be moved into itself"));
        }
    }
    let here = find_block(application, module, block).map_or(&[][..], Vec::as_slice);
    let before = here.iter().take(index).filter(|shape| moving.contains(&shape.id)).count();
    let taken = take(application, module, &moving)?;
    put(application, module, block, index.saturating_sub(before), taken)
}

/// The outermost of `shapes` in drawn order.
fn movable(application: &mut Application, module: &str, shapes: &[Id]) -> Result<Vec<Id>, EditError> {
    let orchestration = orchestration_mut(application, module)?;
    let ids: BTreeSet<Id> = shapes.iter().cloned().collect();
    if let Some(unknown) = shapes.iter().find(|id| orchestration.shape(id).is_none()) {
        return Err(no_element(module, "shape", unknown));
    }
    let moving: Vec<Id> = outermost(orchestration, &ids).into_iter().map(|shape| shape.id.clone()).collect();
    if moving.is_empty() { Err(gone(module, "nothing is chosen")) } else { Ok(moving) }
}

fn take(application: &mut Application, module: &str, shapes: &[Id]) -> Result<Vec<Shape>, EditError> {
    shapes.iter().map(|id| remove(application, module, id)).collect()
}

pub(super) fn wrap(
    application: &mut Application,
    module: &str,
    shapes: &[Id],
    mut container: Shape,
) -> Result<(), EditError> {
    let moving = movable(application, module, shapes)?;
    let places: Vec<_> = moving.iter().filter_map(|id| owner_of(application, module, id)).collect();
    let Some((block, first)) = places.first().cloned() else {
        return Err(gone(module, "nothing is chosen"));
    };
    let side_by_side = |(i, place): (usize, &(BlockRef, usize))| place.0 == block && place.1 == first + i;
    if !places.iter().enumerate().all(side_by_side) {
        let why = "only shapes that stand side by side in one block go into one container";
        return Err(refused_until(module, why, "move them next to each other first"));
    }
    // While the shapes are still there, so that no id or name of theirs is given again.
    complete(module_mut(application, module)?, &mut container);
    let taken = take(application, module, &moving)?;
    let id = container.id.clone();
    let label = container.kind.label();
    let target = match &mut container.kind {
        ShapeKind::Scope(scope) => Some(&mut scope.body),
        ShapeKind::Loop(body) => Some(&mut body.body),
        ShapeKind::Group(group) => Some(&mut group.body),
        kind => kind.branches_mut().and_then(|b| b.branches.first_mut()).map(|branch| &mut branch.body),
    };
    let Some(target) = target else {
        return Err(refused(module, format!("a {label} holds no shapes of this kind")));
    };
    target.splice(0..0, taken);
    place_shape(application, module, &block, first, container)?;
    place::check_inside(application, module, &id).map_err(|why| refused(module, why))
}

pub(super) fn unwrap(application: &mut Application, module: &str, id: &Id) -> Result<(), EditError> {
    let missing = || no_element(module, "shape", id);
    let (block, index) = owner_of(application, module, id).ok_or_else(missing)?;
    let mut shape = remove(application, module, id)?;
    let inner = contents(&mut shape).map_err(|(why, help)| refused_until(module, why, help))?;
    hoist(application, module, &block, shape)?;
    put(application, module, &block, index, inner)
}

/// Why a container cannot be dissolved, and what to do first.
type Held = (String, &'static str);

/// Takes the shapes out of a container, as one sequence.
fn contents(shape: &mut Shape) -> Result<Block, Held> {
    let label = shape.kind.label();
    match &mut shape.kind {
        ShapeKind::Group(group) => Ok(std::mem::take(&mut group.body)),
        ShapeKind::Loop(body) => Ok(std::mem::take(&mut body.body)),
        ShapeKind::Scope(scope) => {
            handled(scope)?;
            Ok(std::mem::take(&mut scope.body))
        }
        ShapeKind::Construct(construct) if construct.body.is_empty() => Ok(Block::new()),
        ShapeKind::Construct(_) => {
            let why = "Message Assignment and Transform stand only inside a Construct Message";
            Err((why.to_owned(), "move or delete the shapes inside it first"))
        }
        ShapeKind::Decide(owner) | ShapeKind::Listen(owner) | ShapeKind::Parallel(owner) => {
            let help = "move or delete the shapes of all branches but one first";
            super::convert::only_branch(owner).map_err(|why| (why, help))
        }
        _ => Err((format!("a {label} holds no shapes"), "choose a container")),
    }
}

/// Refuses to lose shapes of catch and compensation blocks.
fn handled(scope: &Scope) -> Result<(), Held> {
    if let Some(catch) = scope.catches.iter().find(|c| !c.body.is_empty()) {
        let why = format!("its catch block {} still holds shapes", catch.name);
        return Err((why, "move or delete the shapes of its catch block first"));
    }
    if let Some(block) = scope.compensation.iter().find(|c| !c.body.is_empty()) {
        let why = format!("its compensation block {} still holds shapes", block.name);
        return Err((why, "move or delete the shapes of its compensation block first"));
    }
    Ok(())
}

/// Declares what a dissolved scope declared around it, at the scope or orchestration that holds `block`.
fn hoist(
    application: &mut Application,
    module: &str,
    block: &BlockRef,
    shape: Shape,
) -> Result<(), EditError> {
    let ShapeKind::Scope(scope) = shape.kind else { return Ok(()) };
    let around = place::scope_around(application, module, block);
    let messages = scope.messages.into_iter().map(Declaration::Message);
    let variables = scope.variables.into_iter().map(Declaration::Variable);
    let sets = scope.correlation_sets.into_iter().map(Declaration::CorrelationSet);
    for declaration in messages.chain(variables).chain(sets) {
        declare(application, module, around.as_ref(), usize::MAX, declaration)?;
    }
    Ok(())
}

pub(super) fn convert(
    application: &mut Application,
    module: &str,
    id: &Id,
    kind: &ShapeKind,
) -> Result<(), EditError> {
    let missing = || no_element(module, "shape", id);
    let (block, index) = owner_of(application, module, id).ok_or_else(missing)?;
    let old = find_block(application, module, &block).and_then(|b| b.get(index)).ok_or_else(missing)?.clone();
    if let ShapeKind::Scope(scope) = &old.kind {
        handled(scope).map_err(|(why, help)| refused_until(module, why, help))?;
    }
    let kind = converted(application, module, &old, kind)
        .map_err(|why| refused_until(module, why, "choose another kind"))?;
    remove(application, module, id)?;
    let name = if is_default_name(&old) { String::new() } else { old.name.clone() };
    let mut shape = Shape { kind, name, ..old.clone() };
    complete(module_mut(application, module)?, &mut shape);
    hoist(application, module, &block, old)?;
    place_shape(application, module, &block, index, shape)?;
    place::check_inside(application, module, id).map_err(|why| refused(module, why))
}
