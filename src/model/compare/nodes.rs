//! Shapes of two versions: which are the same, and what happened to them.

use super::values::{self, difference};
use super::{Change, ChangeKind, Subject};
use crate::diagnostic::capital;
use crate::model::{Block, Id, Module, Shape, ShapeKind};
use serde_json::Value;
use std::collections::BTreeMap;

/// A shape, branch, catch or compensation block, with where it hangs.
struct Node<'a> {
    id: &'a Id,
    /// `Decide`, `branch` …
    what: &'static str,
    name: &'a str,
    /// Index of the node it is in; `None` for the body of the orchestration.
    parent: Option<usize>,
    /// Its own properties, without what is inside.
    own: Value,
}

struct Flat<'a> {
    nodes: Vec<Node<'a>>,
}

impl<'a> Flat<'a> {
    fn of(module: &'a Module) -> Self {
        let mut flat = Self { nodes: Vec::new() };
        if let Some(orchestration) = &module.orchestration {
            flat.block(&orchestration.body, None);
            if let Some(block) = &orchestration.compensation {
                flat.block(block, None);
            }
        }
        flat
    }

    fn push(
        &mut self,
        id: &'a Id,
        what: &'static str,
        name: &'a str,
        parent: Option<usize>,
        own: Value,
    ) -> usize {
        self.nodes.push(Node { id, what, name, parent, own });
        self.nodes.len() - 1
    }

    fn block(&mut self, block: &'a Block, parent: Option<usize>) {
        for shape in block {
            self.shape(shape, parent);
        }
    }

    fn shape(&mut self, shape: &'a Shape, parent: Option<usize>) {
        let own = without_blocks(values::of(shape));
        let at = Some(self.push(&shape.id, shape.kind.label(), &shape.name, parent, own));
        match &shape.kind {
            ShapeKind::Decide(b) | ShapeKind::Listen(b) | ShapeKind::Parallel(b) => {
                for branch in &b.branches {
                    let own = without_blocks(values::of(branch));
                    let inner = self.push(&branch.id, "branch", &branch.name, at, own);
                    self.block(&branch.body, Some(inner));
                }
            }
            ShapeKind::Scope(scope) => {
                self.block(&scope.body, at);
                for catch in &scope.catches {
                    let own = without_blocks(values::of(catch));
                    let inner = self.push(&catch.id, "catch block", &catch.name, at, own);
                    self.block(&catch.body, Some(inner));
                }
                if let Some(block) = &scope.compensation {
                    let own = without_blocks(values::of(block));
                    let inner = self.push(&block.id, "compensation block", &block.name, at, own);
                    self.block(&block.body, Some(inner));
                }
            }
            _ => {
                for (_, block) in shape.blocks() {
                    self.block(block, at);
                }
            }
        }
    }

    /// `Receive "New order"`.
    fn words(&self, at: usize) -> String {
        self.nodes.get(at).map_or_else(String::new, |n| format!("{} \"{}\"", capital(n.what), n.name))
    }

    /// `in branch "Yes" of "Valid?"`.
    fn place(&self, at: usize) -> String {
        let parent = self.nodes.get(at).and_then(|node| node.parent);
        let Some((index, parent)) = parent.and_then(|p| Some((p, self.nodes.get(p)?))) else {
            return "in the body of the orchestration".to_owned();
        };
        let lower = |what: &str| what.to_owned();
        match parent.what {
            "branch" | "catch block" => {
                let owner = self.nodes.get(index).and_then(|n| n.parent).and_then(|p| self.nodes.get(p));
                let of = owner.map_or_else(String::new, |o| format!(" of \"{}\"", o.name));
                format!("in {} \"{}\"{of}", lower(parent.what), parent.name)
            }
            what => format!("in {} \"{}\"", lower(what), parent.name),
        }
    }
}

/// A shape's data without the shapes inside it.
fn without_blocks(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        if let Some(all) = value.as_object_mut() {
            for key in ["id", "body", "branches", "catches", "compensation"] {
                all.remove(key);
            }
        }
    }
    strip(&mut value);
    if let Some(kinds) = value.get_mut("kind").and_then(Value::as_object_mut) {
        for inner in kinds.values_mut() {
            strip(inner);
        }
    }
    // The properties of a kind read as the shape's own.
    if let Some(all) = value.as_object_mut()
        && let Some(Value::Object(kinds)) = all.remove("kind")
    {
        for inner in kinds.into_iter().filter_map(|(_, inner)| match inner {
            Value::Object(inner) => Some(inner),
            _ => None,
        }) {
            all.extend(inner.into_iter().filter(|(key, _)| key != "name"));
        }
    }
    value
}

/// Pairs of indices, old to new.
struct Matched {
    forward: Vec<Option<usize>>,
    back: Vec<Option<usize>>,
}

impl Matched {
    fn join(&mut self, old: usize, new: usize) {
        if let (Some(a), Some(b)) = (self.forward.get_mut(old), self.back.get_mut(new))
            && a.is_none()
            && b.is_none()
        {
            (*a, *b) = (Some(new), Some(old));
        }
    }

    /// Joins what has the same key on both sides and no partner yet, in order.
    fn round<'a>(
        &mut self,
        old: &[Node<'a>],
        new: &[Node<'a>],
        key: impl Fn(&Node<'a>, Option<usize>) -> Option<String>,
    ) {
        let mut waiting: BTreeMap<String, std::collections::VecDeque<usize>> = BTreeMap::new();
        for (at, node) in old.iter().enumerate() {
            if self.forward.get(at) == Some(&None)
                && let Some(key) = key(node, node.parent.and_then(|p| self.forward.get(p).copied().flatten()))
            {
                waiting.entry(key).or_default().push_back(at);
            }
        }
        for (at, node) in new.iter().enumerate() {
            if self.back.get(at) == Some(&None)
                && let Some(key) = key(node, node.parent)
                && let Some(before) = waiting.get_mut(&key).and_then(std::collections::VecDeque::pop_front)
            {
                self.join(before, at);
            }
        }
    }
}

/// Same identity and kind; then same content; then same kind and name; then same kind in the same place.
fn matched<'a>(old: &[Node<'a>], new: &[Node<'a>]) -> Matched {
    let mut pairs = Matched { forward: vec![None; old.len()], back: vec![None; new.len()] };
    let content = |n: &Node<'_>| format!("{}\0{}\0{}", n.what, n.name, n.own);
    pairs.round(old, new, |n, _| (!n.id.is_empty()).then(|| format!("{}\0{}", n.id, n.what)));
    pairs.round(old, new, |n, parent| Some(format!("{parent:?}\0{}", content(n))));
    pairs.round(old, new, |n, _| (n.what != "branch").then(|| content(n)));
    pairs.round(old, new, |n, parent| Some(format!("{parent:?}\0{}\0{}", n.what, n.name)));
    pairs.round(old, new, |n, _| (n.what != "branch").then(|| format!("{}\0{}", n.what, n.name)));
    pairs.round(old, new, |n, parent| Some(format!("{parent:?}\0{}", n.what)));
    pairs
}

pub fn compare(key: &str, old: &Module, new: &Module) -> Vec<Change> {
    let (before, after) = (Flat::of(old), Flat::of(new));
    let pairs = matched(&before.nodes, &after.nodes);
    let moved = moved(&before.nodes, &after.nodes, &pairs);
    let subject = |old: Option<&Node<'_>>, new: Option<&Node<'_>>| Subject::Node {
        module: key.to_owned(),
        old: old.map(|n| n.id.clone()),
        new: new.map(|n| n.id.clone()),
    };
    let mut all = Vec::new();
    for (at, node) in after.nodes.iter().enumerate() {
        let Some(partner) = pairs.back.get(at).copied().flatten() else {
            all.push(Change {
                kind: ChangeKind::Added,
                subject: subject(None, Some(node)),
                name: after.words(at),
                place: after.place(at),
                from: String::new(),
                details: Vec::new(),
            });
            continue;
        };
        let Some(was) = before.nodes.get(partner) else { continue };
        let details = difference(&was.own, &node.own);
        let elsewhere = moved.contains(&at);
        if details.is_empty() && !elsewhere {
            continue;
        }
        let from = if elsewhere { before.place(partner) } else { String::new() };
        all.push(Change {
            kind: if elsewhere { ChangeKind::Moved } else { ChangeKind::Changed },
            subject: subject(Some(was), Some(node)),
            name: after.words(at),
            place: after.place(at),
            from,
            details,
        });
    }
    for (at, node) in before.nodes.iter().enumerate() {
        if pairs.forward.get(at) == Some(&None) {
            all.push(Change {
                kind: ChangeKind::Removed,
                subject: subject(Some(node), None),
                name: before.words(at),
                place: before.place(at),
                from: String::new(),
                details: Vec::new(),
            });
        }
    }
    all
}

/// New indices of what hangs elsewhere, or stands in another order among what stayed; as few as explain the order.
fn moved(old: &[Node<'_>], new: &[Node<'_>], pairs: &Matched) -> Vec<usize> {
    let mut found = Vec::new();
    let mut families: BTreeMap<Option<usize>, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, node) in new.iter().enumerate() {
        let Some(before) = pairs.back.get(at).copied().flatten() else { continue };
        let Some(was) = old.get(before) else { continue };
        let parent = was.parent.and_then(|p| pairs.forward.get(p).copied().flatten());
        // What hung in something that is gone now hangs where that stood: its own parent tells.
        if parent == node.parent && was.parent.is_some() == node.parent.is_some() {
            families.entry(node.parent).or_default().push((at, before));
        } else {
            found.push(at);
        }
    }
    for family in families.values() {
        let places: Vec<usize> = family.iter().map(|(_, before)| *before).collect();
        let stay = longest_rise(&places);
        found.extend(family.iter().enumerate().filter(|(i, _)| !stay.contains(i)).map(|(_, (at, _))| *at));
    }
    found
}

/// Indices of a longest rising subsequence.
fn longest_rise(values: &[usize]) -> Vec<usize> {
    // For each length, the index of the smallest value that ends a rise of it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(values.len());
    for (i, value) in values.iter().enumerate() {
        let length = ends.partition_point(|end| values.get(*end) < Some(value));
        before.push(length.checked_sub(1).and_then(|l| ends.get(l).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = i,
            None => ends.push(i),
        }
    }
    let mut rise = Vec::new();
    let mut at = ends.last().copied();
    while let Some(i) = at {
        rise.push(i);
        at = before.get(i).copied().flatten();
    }
    rise
}
