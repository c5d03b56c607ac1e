//! How often a target node is written: which source records it loops over.

use super::graph::{Argument, Graph};
use super::source::{Bound, Sources};
use crate::message::{NodePath, PathStep};
use crate::model::MapLink;
use crate::xml::SchemaNode;

/// A link into a target node or below it, with where it comes from.
#[derive(Debug)]
pub struct Feed<'a> {
    pub path: NodePath,
    pub link: &'a MapLink,
    pub origin: Argument<'a>,
}

/// Loops of one Looping functoid: the input that is gone through now, and the others.
#[derive(Clone, Debug)]
pub struct Round {
    pub now: NodePath,
    pub others: Vec<NodePath>,
}

impl Round {
    /// A value counts in this round unless it comes from the records of another one.
    fn takes(&self, sources: &[NodePath]) -> bool {
        let under = |path: &NodePath| sources.iter().any(|source| source.steps.starts_with(&path.steps));
        under(&self.now) || !self.others.iter().any(under)
    }
}

impl<'a> Graph<'a> {
    /// Links into a node and below it that count in the rounds being gone through.
    pub fn feeds(&self, path: &[PathStep], rounds: &[Round]) -> Vec<Feed<'a>> {
        let below = self.into.iter().filter(|(target, _)| leads_below(target, path));
        below
            .map(|(target, link)| Feed { path: target.clone(), link, origin: self.origin(link) })
            .filter(|feed| {
                let sources = self.sources(&feed.origin, 0);
                rounds.iter().all(|round| round.takes(&sources))
            })
            .collect()
    }

    /// The source records that a node loops over, outermost first, beyond those already arrived at. It follows from
    /// the links into the node and, for a record, into its fields: the first source decides, and each further one
    /// that goes deeper into the same records. How often the schema allows the node does not matter. The root is
    /// there once; a field of it loops for a functoid, otherwise it takes the first record.
    pub fn chain(
        &self,
        node: &SchemaNode,
        path: &[PathStep],
        level: usize,
        feeds: &[Feed<'a>],
        sources: &Sources<'_>,
        bound: &[Bound],
    ) -> Vec<NodePath> {
        let own = |feed: &Feed<'a>| feed.path.steps.len() == path.len();
        let flattening = |feed: &Feed<'a>| matches!(feed.origin, Argument::Functoid(f) if f.function == 374);
        let is_leaf = node.attribute || node.children.is_empty();
        let by_functoid =
            || feeds.iter().any(|feed| own(feed) && matches!(feed.origin, Argument::Functoid(_)));
        let loops_alone = node.repeats || feeds.iter().any(flattening) || (level == 1 && by_functoid());
        if level == 0 || (is_leaf && !loops_alone) {
            return Vec::new();
        }
        let mut chain: Vec<NodePath> = Vec::new();
        for feed in feeds {
            let field = field(node, path, &feed.path);
            if !own(feed) && field.is_none() {
                continue;
            }
            for source in self.sources(&feed.origin, 0) {
                let mut loops = sources.loops(&source);
                // The innermost records of these are gone through where the value is written.
                if !own(feed) && (flattening(feed) || field.is_some_and(|field| field.repeats)) {
                    loops.pop();
                }
                if loops.starts_with(&chain) {
                    chain = loops;
                }
            }
        }
        chain.retain(|path| !bound.iter().any(|b| b.path == *path));
        chain
    }
}

/// The field of a record that a target path ends at.
fn field<'s>(node: &'s SchemaNode, path: &[PathStep], target: &NodePath) -> Option<&'s SchemaNode> {
    let step = target.steps.get(path.len())?;
    let child = node.children.iter().find(|c| c.local == step.local && c.attribute == step.attribute)?;
    (target.steps.len() == path.len() + 1 && child.children.is_empty()).then_some(child)
}

/// True when a path as written is that of a node or of something below it.
pub fn leads_below(target: &NodePath, path: &[PathStep]) -> bool {
    target.steps.len() >= path.len()
        && target.steps.iter().zip(path).all(|(wish, step)| {
            wish.local == step.local
                && wish.attribute == step.attribute
                && (wish.namespace.is_none() || wish.namespace == step.namespace)
        })
}
