//! Documents built along the structure of a schema, in its order and with its namespaces.

use super::SchemaNode;
use crate::message::PathStep;
use crate::message::document::{qualified, set_element_text};
use std::borrow::Cow;
use uppsala::{Document, NodeId, QName};

/// What goes into a document that is built.
pub trait Fill {
    /// True when an element or attribute is to be there. The root always is.
    fn wanted(&self, path: &[PathStep], node: &SchemaNode) -> bool;
    /// Text of an element or attribute; an attribute without text is empty.
    fn text(&self, path: &[PathStep], node: &SchemaNode) -> Option<String>;
    /// Documents whose roots go below an element, after its children.
    fn subtrees(&self, path: &[PathStep]) -> &[Document<'_>];
}

/// Builds a document with every wanted node once.
pub fn build(structure: &SchemaNode, fill: &dyn Fill) -> Document<'static> {
    let mut builder = Builder { tree: Document::new(), fill };
    let document = builder.tree.root();
    builder.element(document, structure, &mut Vec::new());
    builder.tree
}

struct Builder<'a> {
    tree: Document<'static>,
    fill: &'a dyn Fill,
}

impl Builder<'_> {
    fn element(&mut self, parent: NodeId, node: &SchemaNode, path: &mut Vec<PathStep>) {
        let id = self.tree.create_element(prefixed(&node.namespace, &node.local));
        self.tree.append_child(parent, id);
        path.push(node.step());
        if let Some(text) = self.fill.text(path, node) {
            set_element_text(&mut self.tree, id, &text);
        }
        for child in &node.children {
            path.push(child.step());
            let wanted = self.fill.wanted(path, child);
            let text = (wanted && child.attribute).then(|| self.fill.text(path, child).unwrap_or_default());
            path.pop();
            if let (Some(text), Some(element)) = (text, self.tree.element_mut(id)) {
                element.set_attribute(prefixed(&child.namespace, &child.local), Cow::Owned(text));
            } else if wanted {
                self.element(id, child, path);
            }
        }
        for inner in self.fill.subtrees(path) {
            let copy = inner.document_element().and_then(|root| self.tree.import_subtree(inner, root));
            if let Some(copy) = copy {
                self.tree.append_child(id, copy);
            }
        }
        path.pop();
    }
}

/// A name with the prefix that BizTalk gives, so that nodes without namespace below it stay plain.
pub fn prefixed(namespace: &str, local: &str) -> QName<'static> {
    if namespace.is_empty() {
        qualified("", local)
    } else {
        QName::full("ns0", namespace.to_owned(), local.to_owned())
    }
}
