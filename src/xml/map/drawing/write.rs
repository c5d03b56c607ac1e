//! The walk over the target schema that writes a document.

use super::graph::{Argument, Graph};
use super::loops::{Feed, Round};
use super::script::Scripts;
use super::source::{Bound, Sources};
use crate::message::document::{Found, check_characters, parse_text, set_element_text};
use crate::message::{DateTime, NodePath, PathStep};
use crate::model::{Functoid, Map, MapDrawing};
use crate::xml::SchemaNode;
use crate::xml::instance::prefixed;
use crate::xml::map::MapError;
use std::borrow::Cow;
use uppsala::{Document, NodeId, QName, XSI_NAMESPACE};

/// Nodes one map may write.
const MAX_NODES: usize = 2_000_000;

pub struct Run<'a, 's> {
    pub map: &'a Map,
    pub graph: &'a Graph<'a>,
    pub sources: &'a Sources<'a>,
    pub now: DateTime,
    pub scripts: &'s mut dyn Scripts,
    pub tree: Document<'static>,
    /// Source records that loops have arrived at, outermost first.
    pub bound: Vec<Bound>,
    /// Rows that Table Looping functoids have arrived at.
    pub rows: Vec<(u32, usize)>,
    rounds: Vec<Round>,
    /// Default and fixed values of the schema are written.
    defaults: bool,
    nodes: usize,
}

/// What is done for each record of a loop.
pub type Step<'x, 'a, 's> = &'x mut dyn FnMut(&mut Run<'a, 's>) -> Result<(), MapError>;

impl<'a, 's> Run<'a, 's> {
    pub fn new(
        map: &'a Map,
        drawing: &'a MapDrawing,
        graph: &'a Graph<'a>,
        sources: &'a Sources<'a>,
        now: DateTime,
        scripts: &'s mut dyn Scripts,
    ) -> Self {
        let setting = |name| drawing.settings.get(name).map(String::as_str).unwrap_or_default();
        Self {
            map,
            graph,
            sources,
            now,
            scripts,
            tree: Document::new(),
            bound: Vec::new(),
            rows: Vec::new(),
            rounds: Vec::new(),
            defaults: setting("GenerateDefaultFixedNodes").eq_ignore_ascii_case("yes"),
            nodes: 0,
        }
    }

    pub fn fail(&self, message: String, help: &str) -> MapError {
        MapError { map: self.map.name.clone(), message, help: help.to_owned() }
    }

    /// Writes one target; `above` is the root that joins several, and the number of this one.
    pub fn target(
        &mut self,
        structure: &SchemaNode,
        above: Option<(&SchemaNode, usize)>,
    ) -> Result<Document<'static>, MapError> {
        let mut path: Vec<PathStep> = Vec::new();
        if let Some((root, at)) = above {
            path.push(root.step());
            path.extend(root.children.get(at).map(SchemaNode::step));
        }
        let document = self.tree.root();
        self.element(document, structure, &mut path, 0)?;
        Ok(std::mem::replace(&mut self.tree, Document::new()))
    }

    /// Goes through the records of a chain of loops, each inside the one before.
    pub fn each(&mut self, chain: &[NodePath], step: Step<'_, 'a, 's>) -> Result<(), MapError> {
        let Some((path, rest)) = chain.split_first() else { return step(self) };
        let records = self.sources.all(&self.bound, path);
        for (at, node) in records.into_iter().enumerate() {
            self.bound.push(Bound { path: path.clone(), node, position: at + 1 });
            let done = self.each(rest, step);
            self.bound.pop();
            done?;
        }
        Ok(())
    }

    /// Writes a node with all its loops. Gives nothing when no link, constant or default is for it or below it.
    fn element(
        &mut self,
        parent: NodeId,
        node: &SchemaNode,
        path: &mut Vec<PathStep>,
        level: usize,
    ) -> Result<(), MapError> {
        path.push(node.step());
        let done = self.looped(parent, node, path, level);
        path.pop();
        done
    }

    fn looped(
        &mut self,
        parent: NodeId,
        node: &SchemaNode,
        path: &mut Vec<PathStep>,
        level: usize,
    ) -> Result<(), MapError> {
        let feeds = self.graph.feeds(path, &self.rounds);
        if level > 0 && feeds.is_empty() && !self.has_constant(node, path) {
            return Ok(());
        }
        let own = |feed: &&Feed<'a>| feed.path.steps.len() == path.len();
        let of = |function: u32| {
            let found = feeds.iter().filter(own).filter_map(|feed| match feed.origin {
                Argument::Functoid(functoid) if functoid.function == function => Some(functoid),
                _ => None,
            });
            found.collect::<Vec<&'a Functoid>>()
        };
        let (loopings, tables) = (of(424), of(703));
        if let Some(looping) = loopings.first() {
            let inputs = self.graph.arguments(looping);
            let paths: Vec<NodePath> = inputs
                .into_iter()
                .filter_map(|input| match input {
                    Argument::Node(path, _) => Some(path),
                    _ => None,
                })
                .collect();
            for now in &paths {
                let others = paths.iter().filter(|other| *other != now).cloned().collect();
                let mut chain = self.sources.loops(now);
                if chain.last() != Some(now) {
                    chain.push(now.clone());
                }
                chain.retain(|path| !self.bound.iter().any(|b| b.path == *path));
                self.rounds.push(Round { now: now.clone(), others });
                let done = self.each(&chain, &mut |run| run.once(parent, node, path, level));
                self.rounds.pop();
                done?;
            }
            return Ok(());
        }
        let chain = self.graph.chain(node, path, level, &feeds, self.sources, &self.bound);
        if let Some(table) = tables.first() {
            let rows = table.table.as_ref().map_or(0, |t| t.rows.len());
            let gated = table.table.as_ref().is_some_and(|t| t.gated);
            // The records of the scope, the first input.
            let scope = match self.graph.arguments(table).into_iter().next() {
                Some(Argument::Node(scope, _)) => self.sources.loops(&scope),
                _ => Vec::new(),
            };
            let mut scope: Vec<NodePath> = scope;
            scope.retain(|path| !self.bound.iter().any(|b| b.path == *path));
            return self.each(&scope, &mut |run| {
                for row in 0..rows {
                    let gate = run.cell(table, row, 0);
                    run.rows.push((table.id, row));
                    let open = !gated || run.value(&gate, 0)?.is_some_and(|text| is_open(&text));
                    let done = if open { run.once(parent, node, path, level) } else { Ok(()) };
                    run.rows.pop();
                    done?;
                }
                Ok(())
            });
        }
        self.each(&chain, &mut |run| run.once(parent, node, path, level))
    }

    /// Writes a node for the records the loops have arrived at, once for each value it has.
    fn once(
        &mut self,
        parent: NodeId,
        node: &SchemaNode,
        path: &mut Vec<PathStep>,
        level: usize,
    ) -> Result<(), MapError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.fail(format!("it writes more than {MAX_NODES} nodes"), "Split the message."));
        }
        let feeds = self.graph.feeds(path, &self.rounds);
        let (own, below): (Vec<_>, Vec<_>) =
            feeds.into_iter().partition(|feed| feed.path.steps.len() == path.len());
        let (conditions, values): (Vec<_>, Vec<_>) =
            own.into_iter().partition(|feed| Self::is_condition(&feed.origin).is_some());
        let alone = values.is_empty() && below.is_empty() && node.children.is_empty();
        for condition in &conditions {
            if let Some(functoid) = Self::is_condition(&condition.origin)
                && !self.holds(functoid)?
            {
                return Ok(());
            }
        }
        let mut texts: Vec<Content> = Vec::new();
        for feed in &values {
            texts.extend(self.content(feed)?);
        }
        let given = !values.is_empty();
        if !given && alone && !conditions.is_empty() {
            texts.push(Content::text("true".into()));
        } else if !given && let Some(constant) = self.constant(node, path) {
            texts.push(Content::text(constant));
        }
        let record =
            !node.children.is_empty() && (level == 0 || !below.is_empty() || self.has_constant(node, path));
        if record || texts.is_empty() && !given && level == 0 {
            let content = texts.into_iter().next().unwrap_or_else(|| Content::text(String::new()));
            if let Content::Nodes(document) = content {
                return self.insert(parent, &document);
            }
            return self.write(parent, node, path, level, &content).map(|_| ());
        }
        for content in &texts {
            match content {
                Content::Nodes(document) => self.insert(parent, document)?,
                content => self.write(parent, node, path, level, content)?,
            }
        }
        Ok(())
    }

    /// What one link gives a node; `None` for nothing.
    fn content(&mut self, feed: &Feed<'a>) -> Result<Option<Content>, MapError> {
        match &feed.origin {
            Argument::Node(source, link) => {
                let found = self.sources.find(&self.bound, source);
                let name = link.copy.eq_ignore_ascii_case("CopyName");
                match found {
                    Some(found) if self.sources.is_nil(&found) => Ok(Some(Content::Nil)),
                    None if !name && !self.sources.required(source) => Ok(None),
                    _ => Ok(Some(Content::text(self.node_text(source, link).unwrap_or_default()))),
                }
            }
            Argument::Functoid(functoid) => match functoid.function {
                424 | 703 => Ok(Some(Content::text(String::new()))),
                376 => {
                    let condition = self.graph.arguments(functoid).into_iter().next();
                    let nil = match condition {
                        Some(Argument::Functoid(condition)) => self.holds(condition)?,
                        Some(other) => self.value(&other, 0)?.is_some_and(|text| is_open(&text)),
                        None => true,
                    };
                    Ok(nil.then_some(Content::Nil))
                }
                802 => {
                    let source = self.graph.arguments(functoid).into_iter().next();
                    let Some(Argument::Node(source, _)) = source else { return Ok(None) };
                    Ok(match self.sources.find(&self.bound, &source) {
                        Some(Found::Element(id)) => Some(Content::Copy(id)),
                        _ => None,
                    })
                }
                _ => match self.fragment(functoid)? {
                    Some(document) => Ok(Some(Content::Nodes(document))),
                    None => Ok(self.value(&feed.origin, 0)?.map(Content::text)),
                },
            },
            _ => Ok(None),
        }
    }

    fn write(
        &mut self,
        parent: NodeId,
        node: &SchemaNode,
        path: &mut Vec<PathStep>,
        level: usize,
        content: &Content,
    ) -> Result<(), MapError> {
        if let Content::Text(text) = content {
            check_characters(text).map_err(|error| {
                let at: String = path.iter().map(|step| format!("/{}", step.local)).collect();
                self.fail(format!("{at}: {error}"), error.help)
            })?;
        }
        let name = prefixed(&node.namespace, &node.local);
        if node.attribute {
            if let (Content::Text(text), Some(element)) = (content, self.tree.element_mut(parent)) {
                element.set_attribute(name, Cow::Owned(text.clone()));
            }
            return Ok(());
        }
        let id = self.tree.create_element(name);
        self.tree.append_child(parent, id);
        match content {
            Content::Nil => {
                if let Some(element) = self.tree.element_mut(id) {
                    element.set_attribute(QName::full("xsi", XSI_NAMESPACE, "nil"), Cow::Borrowed("true"));
                }
                return Ok(());
            }
            Content::Copy(source) => self.copy(*source, id),
            Content::Text(_) | Content::Nodes(_) => {}
        }
        for child in &node.children {
            self.element(id, child, path, level + 1)?;
        }
        if let Content::Text(text) = content
            && !text.is_empty()
        {
            if node.children.is_empty() {
                set_element_text(&mut self.tree, id, text);
            } else {
                let text = self.tree.create_text(text.clone());
                self.tree.append_child(id, text);
            }
        }
        Ok(())
    }

    /// Attributes and children of a source element.
    fn copy(&mut self, source: NodeId, id: NodeId) {
        let attributes = self.sources.tree.element(source).map(|e| e.attributes.clone()).unwrap_or_default();
        if let Some(element) = self.tree.element_mut(id) {
            for attribute in attributes {
                let attribute = attribute.into_static();
                element.set_attribute(attribute.name, attribute.value);
            }
        }
        let children: Vec<NodeId> = self.sources.tree.children_iter(source).collect();
        for child in children {
            if let Some(copy) = self.tree.import_subtree(&self.sources.tree, child) {
                self.tree.append_child(id, copy);
            }
        }
    }

    /// Nodes that a stylesheet made, in the place of a node.
    fn insert(&mut self, parent: NodeId, text: &str) -> Result<(), MapError> {
        let tree =
            parse_text(text).map_err(|e| self.fail(format!("its inline XSLT gives no XML: {e}"), e.help))?;
        let Some(root) = tree.document_element() else { return Ok(()) };
        let attributes = tree.element(root).map(|e| e.attributes.clone()).unwrap_or_default();
        if let Some(element) = self.tree.element_mut(parent) {
            for attribute in attributes {
                let attribute = attribute.into_static();
                element.set_attribute(attribute.name, attribute.value);
            }
        }
        for child in tree.children_iter(root) {
            if let Some(copy) = self.tree.import_subtree(&tree, child) {
                self.tree.append_child(parent, copy);
            }
        }
        Ok(())
    }

    /// Text of a node that no link gives: one set in the map, or that of the schema.
    fn constant(&self, node: &SchemaNode, path: &[PathStep]) -> Option<String> {
        let set =
            self.graph.constants.iter().find(|(target, _)| {
                target.steps.len() == path.len() && super::loops::leads_below(target, path)
            });
        let default = || node.default.as_ref().filter(|_| self.defaults).map(ToString::to_string);
        set.map(|(_, text)| text.clone()).or_else(default)
    }

    /// True when a node, or one below it that has to be there, has such a text.
    fn has_constant(&self, node: &SchemaNode, path: &[PathStep]) -> bool {
        let set = self.graph.constants.iter().any(|(target, _)| super::loops::leads_below(target, path));
        set || (self.defaults && has_default(node, 0))
    }
}

fn has_default(node: &SchemaNode, depth: usize) -> bool {
    node.default.is_some()
        || (depth < 32
            && node.required
            && node.children.iter().any(|c| (c.required || c.default.is_some()) && has_default(c, depth + 1)))
}

/// What a node is to hold.
pub enum Content {
    Text(String),
    Nil,
    /// A copy of what a source element holds.
    Copy(NodeId),
    /// Nodes in its place, below a root of no meaning.
    Nodes(String),
}

impl Content {
    fn text(text: String) -> Self {
        Self::Text(text)
    }
}

/// A gate is shut by empty text and by false.
fn is_open(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !text.eq_ignore_ascii_case("false")
}
