//! The way back from an edit in a large module: only the shapes that changed.

use super::part::Part;
use super::place::BlockRef;
use crate::model::{Block, Module, Shape};
use std::mem::take;

/// The part that makes `before` of `now` again, as small as it is found; `None` when they are the same.
/// `now` is afterwards as it was.
pub(super) fn narrowed(name: String, mut before: Box<Module>, now: &mut Module) -> Option<Part> {
    let (Some(old), Some(new)) = (&mut before.orchestration, &mut now.orchestration) else {
        return (*before != *now).then_some(Part::Module(name, Some(before)));
    };
    let (old, new) = (take(&mut old.body), take(&mut new.body));
    let rest = *before == *now;
    // Both had an orchestration, so both take their body back.
    if let Some(orchestration) = &mut now.orchestration {
        orchestration.body = new;
        if rest {
            return block(name, BlockRef::Body, old, &mut orchestration.body);
        }
    }
    if let Some(orchestration) = &mut before.orchestration {
        orchestration.body = old;
    }
    Some(Part::Module(name, Some(before)))
}

/// The same of one block.
fn block(module: String, at: BlockRef, mut old: Block, now: &mut Block) -> Option<Part> {
    let first = old.iter().zip(now.iter()).take_while(|(a, b)| a == b).count();
    if first == old.len() && first == now.len() {
        return None;
    }
    let most = old.len().min(now.len()) - first;
    let same = old.iter().rev().zip(now.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let (count, last) = (now.len() - first - same, old.len() - same);
    let mut shapes: Vec<Shape> = old.drain(first..last).collect();
    let alone = shapes.len() == 1 && count == 1;
    if let Some(new) = now.get_mut(first).filter(|_| alone)
        && let Some(old) = shapes.pop_if(|old| old.id == new.id)
    {
        return shape(module, old, new);
    }
    Some(Part::Shapes { module, block: at, index: first, count, shapes })
}

/// The same of one shape: of one of its blocks, when no more has changed.
fn shape(module: String, mut old: Shape, now: &mut Shape) -> Option<Part> {
    let empty = |shape: &mut Shape| -> Vec<Block> {
        shape.blocks_mut().into_iter().map(|(_, block)| take(block)).collect()
    };
    let fill = |shape: &mut Shape, blocks: Vec<Block>| {
        shape.blocks_mut().into_iter().zip(blocks).for_each(|((_, place), block)| *place = block);
    };
    let (mut inside, new) = (empty(&mut old), empty(now));
    let inside_only = old == *now;
    fill(now, new);
    if inside_only {
        let id = now.id.clone();
        let blocks = now.blocks_mut().into_iter().zip(&mut inside);
        let mut changed: Vec<_> = blocks.filter(|((_, new), old)| **new != **old).collect();
        if let (Some(((slot, new), old)), true) = (changed.pop(), changed.is_empty()) {
            return block(module, BlockRef::In(id, slot), take(old), new);
        }
    }
    fill(&mut old, inside);
    Some(Part::Shape(module, Box::new(old)))
}
