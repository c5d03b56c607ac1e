//! The source side: one document, also for several messages.

use super::{Input, JOINED, join};
use crate::message::NodePath;
use crate::message::document::{Found, children_at, find, find_below};
use crate::xml::SchemaNode;
use std::borrow::Cow;
use uppsala::{Document, NodeId, QName, XSI_NAMESPACE};

#[derive(Debug)]
pub struct Sources<'a> {
    pub tree: Cow<'a, Document<'a>>,
    pub structure: Option<Cow<'a, SchemaNode>>,
}

/// A source record that a loop has arrived at.
#[derive(Clone, Debug)]
pub struct Bound {
    pub path: NodePath,
    pub node: NodeId,
    /// Its number in the loop, from 1.
    pub position: usize,
}

impl<'a> Sources<'a> {
    pub fn new(inputs: &'a [Input<'a>]) -> Self {
        if let [one] = inputs {
            return Self { tree: Cow::Borrowed(&one.tree), structure: one.structure.map(Cow::Borrowed) };
        }
        let mut tree = Document::new();
        let root = tree.create_element(QName::full("ns", JOINED, "Root"));
        let document = tree.root();
        tree.append_child(document, root);
        for (at, input) in inputs.iter().enumerate() {
            let part = tree.create_element(QName::local(format!("InputMessagePart_{at}")));
            tree.append_child(root, part);
            let copy = input.tree.document_element().and_then(|id| tree.import_subtree(&input.tree, id));
            if let Some(copy) = copy {
                tree.append_child(part, copy);
            }
        }
        let known: Option<Vec<&SchemaNode>> = inputs.iter().map(|input| input.structure).collect();
        let structure = known.map(|roots| Cow::Owned(join(&roots, "InputMessagePart_")));
        Self { tree: Cow::Owned(tree), structure }
    }

    pub fn text(&self) -> String {
        self.tree.to_xml()
    }

    fn schema_node(&self, path: &NodePath) -> Option<&SchemaNode> {
        self.structure.as_ref()?.locate(path).map(|located| located.node)
    }

    /// False for a node that may be missing where the record around it is there. Without a schema nodes are taken
    /// for optional.
    pub fn required(&self, path: &NodePath) -> bool {
        self.schema_node(path).is_some_and(|node| node.required)
    }

    /// The paths down to `path` at which records repeat, outermost first.
    pub fn loops(&self, path: &NodePath) -> Vec<NodePath> {
        let prefixes = (1..=path.steps.len()).filter_map(|n| path.steps.get(..n));
        let prefixes = prefixes.map(|steps| NodePath { steps: steps.to_vec() });
        prefixes
            .filter(|prefix| self.schema_node(prefix).is_some_and(|node| node.repeats && !node.attribute))
            .collect()
    }

    /// The innermost record around a node that loops have arrived at.
    pub fn innermost<'b>(&self, bound: &'b [Bound], path: &NodePath) -> Option<&'b Bound> {
        bound.iter().rev().find(|b| path.steps.starts_with(&b.path.steps))
    }

    /// The first node that a path means inside the records that loops have arrived at.
    pub fn find(&self, bound: &[Bound], path: &NodePath) -> Option<Found> {
        match self.innermost(bound, path) {
            Some(b) => {
                find_below(&self.tree, b.node, path.steps.get(b.path.steps.len()..).unwrap_or_default())
            }
            None => find(&self.tree, path),
        }
    }

    /// All elements that a path means inside the records that loops have arrived at.
    pub fn all(&self, bound: &[Bound], path: &NodePath) -> Vec<NodeId> {
        match self.innermost(bound, path) {
            Some(b) => {
                children_at(&self.tree, b.node, path.steps.get(b.path.steps.len()..).unwrap_or_default())
            }
            None => self.everywhere(path),
        }
    }

    /// All elements of a path in the document.
    pub fn everywhere(&self, path: &NodePath) -> Vec<NodeId> {
        let start = path.steps.get(..1).map(|steps| NodePath { steps: steps.to_vec() });
        match start.and_then(|start| find(&self.tree, &start)) {
            Some(Found::Element(root)) => {
                children_at(&self.tree, root, path.steps.get(1..).unwrap_or_default())
            }
            _ => Vec::new(),
        }
    }

    /// Text of a node itself: that of an element without what is in its children, and without blanks alone.
    pub fn own_text(&self, found: &Found) -> String {
        match found {
            Found::Element(id) => {
                let texts = self.tree.children_iter(*id).filter_map(|child| self.tree.text_content(child));
                texts.map(str::to_owned).find(|text| !text.trim().is_empty()).unwrap_or_default()
            }
            Found::Attribute(..) => found.text(&self.tree),
        }
    }

    pub fn is_nil(&self, found: &Found) -> bool {
        let Found::Element(id) = found else { return false };
        matches!(self.tree.get_attribute_ns(*id, XSI_NAMESPACE, "nil"), Some("true" | "1"))
    }

    /// XPath of one element: `/*[1]/*[3]`.
    pub fn address(&self, id: NodeId) -> String {
        let mut steps = Vec::new();
        let mut at = Some(id);
        while let Some(node) = at {
            let parent = self.tree.parent(node);
            if let Some(parent) = parent
                && self.tree.element(node).is_some()
            {
                let elements =
                    self.tree.children_iter(parent).filter(|child| self.tree.element(*child).is_some());
                let number = elements.take_while(|child| *child != node).count() + 1;
                steps.push(format!("/*[{number}]"));
            }
            at = parent;
        }
        steps.reverse();
        steps.concat()
    }
}
