//! Native maps: one rule a target node, values from links, constants and functoids.
//!
//! A record that repeats on both sides loops by itself: for each source record one target record, as a BizTalk map
//! does for nodes that are linked below them.

mod check;
mod drawing;
mod functoids;
#[cfg(test)]
mod tests;

pub use check::check;
pub use drawing::{
    Graph, Scripts, Unscripted, draw_link, drawn_rules, function_name, is_drawn, remove_links,
    script_function, stand_in,
};
pub use functoids::{FUNCTIONS, Functoid};

use super::instance::prefixed;
use super::{Located, NodePath, PathStep, SchemaNode, SchemaSet};
use crate::diagnostic::counted;
use crate::message::document::{
    Found, check_characters, children_at, find, find_below, parse_text, root_name, set_element_text,
};
use crate::message::{Body, ClassInstance, DateTime, Message, XmlError, message_type};
use crate::model::{Map, MapValue};
use std::borrow::Cow;
use std::sync::Arc;
use thiserror::Error;
use uppsala::{Document, NodeId};

/// A map that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("map {map}: {message}")]
pub struct MapError {
    pub map: String,
    pub message: String,
    /// The next step.
    pub help: String,
}

/// Runs a map: messages of its source types in, one message of each target type out, promoted. `now` is what
/// the date functoids give, UTC; `scripts` runs what a drawing has of code. A map runs by its rules, or by its drawing
/// when it has none.
///
/// # Errors
/// When number or types of the inputs differ from the map's sources, a rule names a node or functoid that is not
/// there, code fails, or a value does not fit its target.
pub fn apply(
    map: &Map,
    inputs: &[Arc<Message>],
    now: DateTime,
    schemas: &SchemaSet,
    scripts: &mut dyn Scripts,
) -> Result<Vec<Message>, MapError> {
    let fail =
        |message: String, help: &str| MapError { map: map.name.clone(), message, help: help.to_owned() };
    let from_xml = |error: XmlError| fail(error.to_string(), error.help);
    if inputs.len() != map.sources.len() {
        return Err(fail(
            format!("it takes {}, not {}", counted(map.sources.len(), "message"), inputs.len()),
            "Give one input message for each source of the map, in its order.",
        ));
    }
    let texts = inputs.iter().map(|m| m.body_part().map_or_else(|| Ok(Arc::from("")), |p| p.body.to_text()));
    let texts = texts.collect::<Result<Vec<_>, _>>().map_err(from_xml)?;
    let mut sources = Vec::new();
    for (text, expected) in texts.iter().zip(&map.sources) {
        let tree = parse_text(text).map_err(from_xml)?;
        let (namespace, root) = root_name(&tree);
        let found = message_type(namespace, root);
        if found != expected.as_str() {
            return Err(fail(
                format!("it maps {expected}, not {found}"),
                "Choose the map for this message type.",
            ));
        }
        let structure = schemas.structure(expected);
        sources.push(Source { tree, structure });
    }
    let mut messages = Vec::new();
    let message_of = |tree: &Document<'_>| -> Result<Message, MapError> {
        let (namespace, root) = root_name(tree);
        let kind = message_type(namespace, root);
        let body = match schemas.class_of(&kind).filter(|_| schemas.root(&kind).is_none()) {
            Some(class) => Body::class(ClassInstance::from_tree(Arc::clone(class), tree).map_err(from_xml)?),
            None => Body::xml(tree.to_xml()),
        };
        let mut message = Message::single(Message::body_name(), Arc::new(body));
        schemas.promote(&mut message).map_err(from_xml)?;
        Ok(message)
    };
    if let Some(drawn) = map.drawing.as_deref().filter(|_| is_drawn(map)) {
        let trees = drawing::apply(map, drawn, &sources, now, schemas, scripts)?;
        return trees.iter().map(message_of).collect();
    }
    for target in &map.targets {
        let Some(structure) = schemas.structure(target) else {
            return Err(fail(
                format!("there is no schema or class for its target {target}"),
                "Add the schema, or correct the target of the map.",
            ));
        };
        let rules = rules_for(map, target, structure)?;
        let mut run =
            Run { map, sources: &sources, rules: &rules, now, tree: Document::new(), bound: Vec::new() };
        let document = run.tree.root();
        run.element(document, structure, &mut Vec::new())?;
        messages.push(message_of(&run.tree)?);
    }
    Ok(messages)
}

#[derive(Debug)]
pub struct Source<'a> {
    tree: Document<'a>,
    structure: Option<&'a SchemaNode>,
}

/// A rule with its target found in the schema.
struct Rule<'a> {
    to: NodePath,
    value: &'a MapValue,
}

/// The rules that write to one target, by the root in their path.
fn rules_for<'a>(map: &'a Map, target: &str, structure: &SchemaNode) -> Result<Vec<Rule<'a>>, MapError> {
    let mut rules = Vec::new();
    for rule in &map.rules {
        let fail =
            |message: String, help: &str| MapError { map: map.name.clone(), message, help: help.to_owned() };
        let path = NodePath::parse(&rule.to)
            .map_err(|reason| fail(reason, "Write the target as /Root/Record/Field or …/@attribute."))?;
        if path.steps.first().is_none_or(|root| root.local != structure.local) {
            let known = map
                .targets
                .iter()
                .any(|t| t.rsplit('#').next() == path.steps.first().map(|s| s.local.as_str()));
            if known {
                continue;
            }
            return Err(fail(
                format!("{} is in none of its targets", rule.to),
                "Correct the root of the path.",
            ));
        }
        let Some(Located { path, .. }) = structure.locate(&path) else {
            return Err(fail(
                format!("{} is not in {target}", rule.to),
                "Correct the path, or add the node to the target schema.",
            ));
        };
        rules.push(Rule { to: path, value: &rule.value });
    }
    Ok(rules)
}

/// A source record that a loop has arrived at.
#[derive(Clone)]
struct Bound {
    source: usize,
    path: NodePath,
    node: NodeId,
}

struct Run<'a> {
    map: &'a Map,
    sources: &'a [Source<'a>],
    rules: &'a [Rule<'a>],
    now: DateTime,
    tree: Document<'static>,
    bound: Vec<Bound>,
}

impl Run<'_> {
    /// Writes an element once, or once a source record when it loops.
    fn element(
        &mut self,
        parent: NodeId,
        node: &SchemaNode,
        above: &mut Vec<PathStep>,
    ) -> Result<(), MapError> {
        let root = above.is_empty();
        above.push(node.step());
        let wanted = root || self.rules.iter().any(|rule| rule.to.steps.starts_with(above));
        if wanted {
            match self.loop_over(node, above) {
                Some((source, path, records)) => {
                    for record in records {
                        self.bound.push(Bound { source, path: path.clone(), node: record });
                        self.once(parent, node, above, root)?;
                        self.bound.pop();
                    }
                }
                None => self.once(parent, node, above, root)?,
            }
        }
        above.pop();
        Ok(())
    }

    /// An element is there when a rule gives it or something below it a value.
    fn once(
        &mut self,
        parent: NodeId,
        node: &SchemaNode,
        path: &mut Vec<PathStep>,
        root: bool,
    ) -> Result<(), MapError> {
        let id = self.tree.create_element(prefixed(&node.namespace, &node.local));
        let mut filled = root;
        if let Some(text) = self.value_at(path)? {
            set_element_text(&mut self.tree, id, &text);
            filled = true;
        }
        for child in &node.children {
            if child.attribute {
                path.push(child.step());
                let text = self.value_at(path);
                path.pop();
                if let (Some(text), Some(element)) = (text?, self.tree.element_mut(id)) {
                    element.set_attribute(prefixed(&child.namespace, &child.local), Cow::Owned(text));
                    filled = true;
                }
            } else {
                self.element(id, child, path)?;
            }
        }
        if filled || self.tree.first_child(id).is_some() {
            self.tree.append_child(parent, id);
        }
        Ok(())
    }

    /// The source records to loop over for a repeating target: the next repeating record on the way of the first
    /// link below it.
    fn loop_over(&self, node: &SchemaNode, path: &[PathStep]) -> Option<(usize, NodePath, Vec<NodeId>)> {
        if !node.repeats {
            return None;
        }
        let below = self.rules.iter().filter(|rule| rule.to.steps.starts_with(path));
        below.flat_map(|rule| links(rule.value)).find_map(|link| {
            let link = NodePath::parse(link).ok()?;
            let (source, structure) = self.source_of(&link)?;
            let structure = structure?;
            let known = self.innermost(source, &link).map_or(1, |b| b.path.steps.len());
            let depth = (known + 1..=link.steps.len()).find(|depth| {
                let steps = link.steps.get(..*depth).unwrap_or_default().to_vec();
                structure.locate(&NodePath { steps }).is_some_and(|l| l.node.repeats)
            })?;
            let record = NodePath { steps: link.steps.get(..depth)?.to_vec() };
            let tree = &self.sources.get(source)?.tree;
            let records = match self.innermost(source, &link) {
                Some(bound) => children_at(tree, bound.node, record.steps.get(bound.path.steps.len()..)?),
                None => children_at(tree, tree.document_element()?, record.steps.get(1..)?),
            };
            Some((source, record, records))
        })
    }

    fn source_of(&self, link: &NodePath) -> Option<(usize, Option<&SchemaNode>)> {
        let root = &link.steps.first()?.local;
        let at = self.sources.iter().position(|s| root_name(&s.tree).1 == root.as_str())?;
        Some((at, self.sources.get(at)?.structure))
    }

    /// The record nearest to a link that a loop has arrived at.
    fn innermost(&self, source: usize, link: &NodePath) -> Option<&Bound> {
        self.bound.iter().rev().find(|b| b.source == source && link.steps.starts_with(&b.path.steps))
    }

    fn value_at(&self, path: &[PathStep]) -> Result<Option<String>, MapError> {
        // The last rule for a node wins.
        let Some(rule) = self.rules.iter().rev().find(|rule| rule.to.steps == path) else {
            return Ok(None);
        };
        let text = self.evaluate(rule.value, 0)?;
        if let Some(text) = &text {
            check_characters(text).map_err(|error| self.fail(format!("{}: {error}", rule.to), error.help))?;
        }
        Ok(text)
    }

    fn evaluate(&self, value: &MapValue, depth: usize) -> Result<Option<String>, MapError> {
        match value {
            MapValue::Constant(text) => Ok(Some(text.clone())),
            MapValue::Link(path) => self.link(path),
            MapValue::Function { .. } if depth > 64 => {
                Err(self.fail("functoids nest deeper than 64".into(), "Break the chain of functoids up."))
            }
            MapValue::Function { name, arguments } => {
                let Some(functoid) = functoids::find(name) else {
                    return Err(self.fail(
                        format!("there is no functoid {name}"),
                        "Choose one of the functoids of the map editor.",
                    ));
                };
                if let Some(problem) = functoid.arity_problem(arguments.len()) {
                    return Err(self.fail(problem, "Give the functoid its arguments in order."));
                }
                let values = arguments.iter().map(|a| self.evaluate(a, depth + 1));
                Ok(functoid.call(&values.collect::<Result<Vec<_>, _>>()?, self.now))
            }
        }
    }

    fn link(&self, text: &str) -> Result<Option<String>, MapError> {
        let link = NodePath::parse(text)
            .map_err(|reason| self.fail(reason, "Write the source as /Root/Record/Field or …/@attribute."))?;
        let Some((at, _)) = self.source_of(&link) else {
            return Err(
                self.fail(format!("{text} is in none of its sources"), "Correct the root of the path.")
            );
        };
        let Some(source) = self.sources.get(at) else { return Ok(None) };
        let found: Option<Found> = match self.innermost(at, &link) {
            Some(b) => {
                find_below(&source.tree, b.node, link.steps.get(b.path.steps.len()..).unwrap_or_default())
            }
            None => find(&source.tree, &link),
        };
        Ok(found.map(|found| found.text(&source.tree)))
    }

    fn fail(&self, message: String, help: &str) -> MapError {
        MapError { map: self.map.name.clone(), message, help: help.to_owned() }
    }
}

/// All links in a value.
fn links(value: &MapValue) -> Vec<&str> {
    match value {
        MapValue::Link(path) => vec![path],
        MapValue::Constant(_) => Vec::new(),
        MapValue::Function { arguments, .. } => arguments.iter().flat_map(links).collect(),
    }
}
