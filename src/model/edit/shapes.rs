use super::fresh::{self, complete, complete_branch, complete_catch};
use super::place::{self, BlockRef, find_block_mut, find_shape_mut};
use super::{
    CorrelationUse, EditError, gone, module_mut, no_element, orchestration_mut, refused, refused_until, taken,
};
use crate::diagnostic::article;
use crate::model::{
    Application, Block, BlockSlot, Branch, Catch, Compensation, Construct, Id, Leg, Module, Scope, Shape,
    ShapeKind,
};

pub(super) fn insert(
    application: &mut Application,
    module: &str,
    block: &BlockRef,
    index: usize,
    mut shape: Shape,
) -> Result<(), EditError> {
    complete(module_mut(application, module)?, &mut shape);
    place_shape(application, module, block, index, shape)
}

pub(super) fn relocate(
    application: &mut Application,
    module: &str,
    id: &Id,
    block: &BlockRef,
    index: usize,
) -> Result<(), EditError> {
    let mut inside = false;
    if let BlockRef::In(target, _) = block {
        shape_mut(application, module, id)?.visit(&mut |shape| inside |= shape.id == *target);
    }
    if inside {
        return Err(refused(module, "a shape cannot be moved into itself"));
    }
    let shape = remove(application, module, id)?;
    place_shape(application, module, block, index, shape)
}

/// Puts a complete shape into a block, in a Construct of its own where it needs one (G-3).
pub(super) fn place_shape(
    application: &mut Application,
    module: &str,
    block: &BlockRef,
    index: usize,
    shape: Shape,
) -> Result<(), EditError> {
    place::can_insert(application, module, block, index, &shape.kind).map_err(|why| refused(module, why))?;
    let constructs = match block {
        BlockRef::In(owner, _) => {
            matches!(shape_mut(application, module, owner)?.kind, ShapeKind::Construct(_))
        }
        _ => false,
    };
    let wrapped = matches!(shape.kind, ShapeKind::MessageAssignment(_) | ShapeKind::Transform(_));
    let shape =
        if wrapped && !constructs { construct(module_mut(application, module)?, shape) } else { shape };
    let orchestration = orchestration_mut(application, module)?;
    let target =
        find_block_mut(orchestration, block).ok_or_else(|| gone(module, "the block is not there"))?;
    target.insert(index.min(target.len()), shape);
    Ok(())
}

fn construct(module: &Module, inner: Shape) -> Shape {
    let messages = match &inner.kind {
        ShapeKind::Transform(transform) => transform.outputs.iter().map(|o| o.message.clone()).collect(),
        _ => Vec::new(),
    };
    let kind = ShapeKind::Construct(Construct { messages, body: vec![inner] });
    fresh::new_shape(module, kind)
}

pub(super) fn remove(application: &mut Application, module: &str, id: &Id) -> Result<Shape, EditError> {
    let missing = || no_element(module, "shape", id);
    let (block, index) = place::owner_of(application, module, id).ok_or_else(missing)?;
    let orchestration = orchestration_mut(application, module)?;
    let block = find_block_mut(orchestration, &block).filter(|block| index < block.len());
    Ok(block.ok_or_else(missing)?.remove(index))
}

pub(super) fn shape_mut<'a>(
    application: &'a mut Application,
    module: &str,
    id: &Id,
) -> Result<&'a mut Shape, EditError> {
    find_shape_mut(orchestration_mut(application, module)?, id).ok_or_else(|| no_element(module, "shape", id))
}

/// What owns names and comments under an id inside the body.
enum Element<'a> {
    Shape(&'a mut Shape),
    Branch(&'a mut Branch),
    Catch(&'a mut Catch),
    Compensation(&'a mut Compensation),
}

fn element<'a>(application: &'a mut Application, module: &str, id: &Id) -> Result<Element<'a>, EditError> {
    fn within<'a>(block: &'a mut Block, id: &Id) -> Option<Element<'a>> {
        for shape in block {
            let owns = match &shape.kind {
                ShapeKind::Scope(scope) => {
                    scope.catches.iter().any(|c| c.id == *id)
                        || scope.compensation.as_ref().is_some_and(|c| c.id == *id)
                }
                kind => kind.branches().is_some_and(|owner| owner.branches.iter().any(|b| b.id == *id)),
            };
            if shape.id == *id {
                return Some(Element::Shape(shape));
            }
            if owns {
                return match &mut shape.kind {
                    ShapeKind::Scope(Scope { catches, compensation, .. }) => {
                        let catch = catches.iter_mut().find(|c| c.id == *id).map(Element::Catch);
                        catch.or_else(|| compensation.as_mut().map(Element::Compensation))
                    }
                    kind => {
                        let branches = kind.branches_mut()?.branches.iter_mut();
                        branches.filter(|b| b.id == *id).map(Element::Branch).next()
                    }
                };
            }
            for (_, inner) in shape.blocks_mut() {
                if let Some(found) = within(inner, id) {
                    return Some(found);
                }
            }
        }
        None
    }
    let orchestration = orchestration_mut(application, module)?;
    within(&mut orchestration.body, id)
        .or_else(|| within(orchestration.compensation.as_mut()?, id))
        .ok_or_else(|| no_element(module, "element", id))
}

pub(super) fn rename(
    application: &mut Application,
    module: &str,
    id: &Id,
    name: String,
) -> Result<(), EditError> {
    if name.is_empty() {
        return Err(taken("", "a shape"));
    }
    match element(application, module, id)? {
        Element::Shape(shape) => shape.name = name,
        Element::Branch(branch) => branch.name = name,
        Element::Catch(catch) => catch.name = name,
        Element::Compensation(block) => block.name = name,
    }
    Ok(())
}

pub(super) fn set_comments(
    application: &mut Application,
    module: &str,
    id: &Id,
    comments: String,
) -> Result<(), EditError> {
    match element(application, module, id)? {
        Element::Shape(shape) => shape.comments = comments,
        Element::Branch(branch) => branch.comments = comments,
        Element::Catch(catch) => catch.comments = comments,
        Element::Compensation(_) => {
            return Err(refused(module, "a compensation block has no comments of its own"));
        }
    }
    Ok(())
}

pub(super) fn set_kind(
    application: &mut Application,
    module: &str,
    id: &Id,
    kind: ShapeKind,
) -> Result<(), EditError> {
    let shape = shape_mut(application, module, id)?;
    if std::mem::discriminant(&shape.kind) != std::mem::discriminant(&kind) {
        let message = format!("{} does not become {}", article(shape.kind.label()), article(kind.label()));
        return Err(refused(module, message));
    }
    let mut changed = Shape { kind, ..shape.clone() };
    complete(module_mut(application, module)?, &mut changed);
    *shape_mut(application, module, id)? = changed;
    Ok(())
}

pub(super) fn connect(
    application: &mut Application,
    module: &str,
    id: &Id,
    to: String,
    through: String,
    leg_used: Leg,
) -> Result<(), EditError> {
    let (port, operation, leg) = match &mut shape_mut(application, module, id)?.kind {
        ShapeKind::Receive(r) => (&mut r.port, &mut r.operation, &mut r.leg),
        ShapeKind::Send(s) => (&mut s.port, &mut s.operation, &mut s.leg),
        other => return Err(refused(module, format!("{} has no port", article(other.label())))),
    };
    (*port, *operation, *leg) = (to, through, leg_used);
    Ok(())
}

/// The sets a Receive or Send initializes and follows.
fn uses<'a>(
    application: &'a mut Application,
    module: &str,
    id: &Id,
) -> Result<(&'a mut Vec<String>, &'a mut Vec<String>), EditError> {
    match &mut shape_mut(application, module, id)?.kind {
        ShapeKind::Receive(r) => Ok((&mut r.initializes, &mut r.follows)),
        ShapeKind::Send(s) => Ok((&mut s.initializes, &mut s.follows)),
        other => Err(refused(module, format!("{} uses no correlation set", article(other.label())))),
    }
}

pub(super) fn correlate(
    application: &mut Application,
    module: &str,
    id: &Id,
    set: String,
    usage: CorrelationUse,
) -> Result<(), EditError> {
    let (initializes, follows) = uses(application, module, id)?;
    let (to, from) = match usage {
        CorrelationUse::Initialize => (initializes, follows),
        CorrelationUse::Follow => (follows, initializes),
    };
    from.retain(|known| *known != set);
    if !to.contains(&set) {
        to.push(set);
    }
    Ok(())
}

pub(super) fn uncorrelate(
    application: &mut Application,
    module: &str,
    id: &Id,
    set: &str,
) -> Result<(), EditError> {
    let (initializes, follows) = uses(application, module, id)?;
    if !initializes.iter().chain(follows.iter()).any(|known| known == set) {
        return Err(gone(module, &format!("the shape does not use the correlation set `{set}`")));
    }
    initializes.retain(|known| known != set);
    follows.retain(|known| known != set);
    Ok(())
}

pub(super) fn branch_mut<'a>(
    application: &'a mut Application,
    module: &str,
    id: &Id,
) -> Result<&'a mut Branch, EditError> {
    match element(application, module, id)? {
        Element::Branch(branch) => Ok(branch),
        _ => Err(no_element(module, "branch", id)),
    }
}

pub(super) fn catch_mut<'a>(
    application: &'a mut Application,
    module: &str,
    id: &Id,
) -> Result<&'a mut Catch, EditError> {
    match element(application, module, id)? {
        Element::Catch(catch) => Ok(catch),
        _ => Err(no_element(module, "catch block", id)),
    }
}

pub(super) fn insert_branch(
    application: &mut Application,
    module: &str,
    id: &Id,
    index: usize,
    mut branch: Branch,
) -> Result<(), EditError> {
    let owner = shape_mut(application, module, id)?.kind.clone();
    complete_branch(module_mut(application, module)?, &mut branch, &owner);
    let decides = matches!(owner, ShapeKind::Decide(_));
    let Some(owner) = shape_mut(application, module, id)?.kind.branches_mut() else {
        return Err(refused(module, format!("{} has no branches", article(owner.label()))));
    };
    // The last branch of a Decide stays its else branch (DEC-1).
    let last = owner.branches.len().saturating_sub(usize::from(decides));
    owner.branches.insert(index.min(last), branch);
    Ok(())
}

/// The shape that has the branch, and the index of the branch.
fn branch_owner<'a>(
    application: &'a mut Application,
    module: &str,
    branch: &Id,
) -> Result<(&'a mut Shape, usize), EditError> {
    let slot = BlockSlot::Branch(branch.clone());
    slot_owner(application, module, &slot).ok_or_else(|| no_element(module, "branch", branch))
}

fn slot_owner<'a>(
    application: &'a mut Application,
    module: &str,
    slot: &BlockSlot,
) -> Option<(&'a mut Shape, usize)> {
    let orchestration = application.modules.get_mut(module)?.orchestration.as_mut()?;
    let (owner, index) = orchestration.shapes().into_iter().find_map(|shape| {
        let index = shape.blocks().into_iter().position(|(at, _)| at == *slot)?;
        Some((shape.id.clone(), index))
    })?;
    Some((find_shape_mut(orchestration, &owner)?, index))
}

pub(super) fn delete_branch(
    application: &mut Application,
    module: &str,
    branch: &Id,
) -> Result<(), EditError> {
    let (shape, index) = branch_owner(application, module, branch)?;
    let decides = matches!(shape.kind, ShapeKind::Decide(_));
    let Some(owner) = shape.kind.branches_mut() else { return Err(no_element(module, "branch", branch)) };
    if decides && index + 1 == owner.branches.len() {
        return Err(refused_until(
            module,
            "a Decide always has its else branch",
            "delete the whole shape instead",
        ));
    }
    owner.branches.remove(index);
    Ok(())
}

pub(super) fn move_branch(
    application: &mut Application,
    module: &str,
    branch: &Id,
    to: usize,
) -> Result<(), EditError> {
    let (shape, index) = branch_owner(application, module, branch)?;
    let decides = matches!(shape.kind, ShapeKind::Decide(_));
    let Some(owner) = shape.kind.branches_mut() else { return Err(no_element(module, "branch", branch)) };
    let last = owner.branches.len().saturating_sub(1);
    if decides && (index == last || to >= last) {
        return Err(refused(module, "the else branch of a Decide stays the last one"));
    }
    let branch = owner.branches.remove(index);
    owner.branches.insert(to.min(last), branch);
    Ok(())
}

fn scope_mut<'a>(
    application: &'a mut Application,
    module: &str,
    id: &Id,
) -> Result<&'a mut Scope, EditError> {
    match &mut shape_mut(application, module, id)?.kind {
        ShapeKind::Scope(scope) => Ok(scope),
        other => Err(refused(module, format!("only a Scope has such a block, no {}", other.label()))),
    }
}

pub(super) fn insert_catch(
    application: &mut Application,
    module: &str,
    scope: &Id,
    index: usize,
    mut catch: Catch,
) -> Result<(), EditError> {
    complete_catch(module_mut(application, module)?, &mut catch);
    let scope = scope_mut(application, module, scope)?;
    scope.catches.insert(index.min(scope.catches.len()), catch);
    Ok(())
}

fn catch_owner<'a>(
    application: &'a mut Application,
    module: &str,
    catch: &Id,
) -> Result<(&'a mut Scope, usize), EditError> {
    let missing = || no_element(module, "catch block", catch);
    let slot = BlockSlot::Catch(catch.clone());
    let (shape, _) = slot_owner(application, module, &slot).ok_or_else(missing)?;
    let ShapeKind::Scope(scope) = &mut shape.kind else { return Err(missing()) };
    let index = scope.catches.iter().position(|c| c.id == *catch).ok_or_else(missing)?;
    Ok((scope, index))
}

pub(super) fn delete_catch(application: &mut Application, module: &str, id: &Id) -> Result<(), EditError> {
    let (scope, index) = catch_owner(application, module, id)?;
    scope.catches.remove(index);
    Ok(())
}

pub(super) fn move_catch(
    application: &mut Application,
    module: &str,
    id: &Id,
    to: usize,
) -> Result<(), EditError> {
    let (scope, index) = catch_owner(application, module, id)?;
    let catch = scope.catches.remove(index);
    scope.catches.insert(to.min(scope.catches.len()), catch);
    Ok(())
}

pub(super) fn add_compensation(
    application: &mut Application,
    module: &str,
    scope: Option<&Id>,
) -> Result<(), EditError> {
    let twice = || refused(module, "there is a compensation block already");
    let Some(scope) = scope else {
        let compensation = &mut orchestration_mut(application, module)?.compensation;
        return if compensation.is_some() {
            Err(twice())
        } else {
            *compensation = Some(Block::new());
            Ok(())
        };
    };
    let base = "Compensation";
    let known = module_mut(application, module)?;
    let block = Compensation {
        id: fresh::fresh_id(known, &base.to_lowercase()),
        name: fresh::fresh_name(known, base),
        ..Compensation::default()
    };
    let scope = scope_mut(application, module, scope)?;
    if scope.compensation.is_some() {
        return Err(twice());
    }
    scope.compensation = Some(block);
    Ok(())
}

pub(super) fn delete_compensation(
    application: &mut Application,
    module: &str,
    scope: Option<&Id>,
) -> Result<(), EditError> {
    let removed = match scope {
        Some(scope) => scope_mut(application, module, scope)?.compensation.take().is_some(),
        None => orchestration_mut(application, module)?.compensation.take().is_some(),
    };
    if removed { Ok(()) } else { Err(gone(module, "there is no compensation block")) }
}
