//! Envelopes: a schema whose body holds documents of other schemas. Taken apart on receipt, built on sending.

use super::{FailureKind, PipelineFailure};
use crate::message::document::{Found, find, qualified, subtree};
use crate::message::{Context, NodePath, PathStep};
use crate::xml::{RootSchema, SchemaNode};
use std::borrow::Cow;
use uppsala::{Document, NodeId, QName};

/// The documents in an envelope, in order.
///
/// # Errors
/// When the message has no node for the documents.
pub fn documents(schema: &RootSchema, tree: &Document<'_>) -> Result<Vec<String>, PipelineFailure> {
    let body = schema.envelope_body.as_ref().and_then(|path| find(tree, path));
    let Some(Found::Element(body)) = body else {
        let path = schema.envelope_body.as_ref().map(ToString::to_string).unwrap_or_default();
        return Err(PipelineFailure::new(
            FailureKind::Envelope,
            "XML disassembler",
            format!("the envelope {} has no {path}", schema.type_name),
            "Put the documents below that element.",
        ));
    };
    let elements = tree.children_iter(body).filter(|child| tree.element(*child).is_some());
    Ok(elements.map(|child| subtree(tree, child).to_xml()).collect())
}

/// An envelope around a document. Fields that the schema promotes are filled from the context (demotion); of the
/// others, those the schema requires are there with their default or empty.
///
/// # Errors
/// When the schema is no envelope.
pub fn wrap(
    schema: &RootSchema,
    structure: &SchemaNode,
    context: &Context,
    inner: &Document<'_>,
) -> Result<Document<'static>, PipelineFailure> {
    let Some(body) = &schema.envelope_body else {
        return Err(PipelineFailure::new(
            FailureKind::Envelope,
            "XML assembler",
            format!("{} is not an envelope", schema.type_name),
            "Set Envelope and Body XPath in its schema, or choose another EnvelopeSpecName.",
        ));
    };
    let values = schema.promoted.iter().filter_map(|field| {
        let value = context.get(field.property)?;
        Some((field.path.clone(), value.to_xml()))
    });
    let mut builder = Builder { tree: Document::new(), values: values.collect(), body, inner };
    let document = builder.tree.root();
    builder.element(document, structure, &mut Vec::new());
    Ok(builder.tree)
}

struct Builder<'a> {
    tree: Document<'static>,
    values: Vec<(NodePath, String)>,
    body: &'a NodePath,
    inner: &'a Document<'a>,
}

impl Builder<'_> {
    fn element(&mut self, parent: NodeId, node: &SchemaNode, above: &mut Vec<PathStep>) {
        above.push(PathStep {
            local: node.local.clone(),
            namespace: Some(node.namespace.clone()),
            attribute: false,
        });
        let wanted = node.required || self.leads_to_content(above);
        if wanted {
            let id = self.tree.create_element(prefixed(&node.namespace, &node.local));
            self.tree.append_child(parent, id);
            self.fill(id, node, above);
        }
        above.pop();
    }

    fn fill(&mut self, id: NodeId, node: &SchemaNode, path: &mut Vec<PathStep>) {
        if let Some(text) = self.value(path).or_else(|| node.default.as_ref().map(ToString::to_string)) {
            crate::message::document::set_element_text(&mut self.tree, id, &text);
        }
        for child in &node.children {
            if !child.attribute {
                self.element(id, child, path);
                continue;
            }
            path.push(PathStep {
                local: child.local.clone(),
                namespace: Some(child.namespace.clone()),
                attribute: true,
            });
            let default = child.default.as_ref().map(ToString::to_string);
            let text = self.value(path).or_else(|| child.required.then(|| default.unwrap_or_default()));
            path.pop();
            if let (Some(text), Some(element)) = (text, self.tree.element_mut(id)) {
                element.set_attribute(prefixed(&child.namespace, &child.local), Cow::Owned(text));
            }
        }
        if *path == self.body.steps
            && let Some(root) = self.inner.document_element()
            && let Some(copy) = self.tree.import_subtree(self.inner, root)
        {
            self.tree.append_child(id, copy);
        }
    }

    fn value(&self, path: &[PathStep]) -> Option<String> {
        self.values.iter().find(|(known, _)| known.steps == path).map(|(_, text)| text.clone())
    }

    /// A filled field or the documents are at or below this path.
    fn leads_to_content(&self, path: &[PathStep]) -> bool {
        self.body.steps.starts_with(path) || self.values.iter().any(|(p, _)| p.steps.starts_with(path))
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
