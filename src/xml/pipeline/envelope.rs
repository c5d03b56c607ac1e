//! Envelopes: a schema whose body holds documents of other schemas. Taken apart on receipt, built on sending.

use super::{FailureKind, PipelineFailure};
use crate::message::document::{Found, find, subtree};
use crate::message::{Context, NodePath, PathStep};
use crate::xml::instance::{Fill, build};
use crate::xml::{RootSchema, SchemaNode};
use uppsala::Document;

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

/// An envelope around documents. Fields that the schema promotes are filled from the context (demotion); of the
/// others, those the schema requires are there with their default or empty.
///
/// # Errors
/// When the schema is no envelope.
pub fn wrap(
    schema: &RootSchema,
    structure: &SchemaNode,
    context: &Context,
    inner: &[Document<'_>],
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
    Ok(build(structure, &Envelope { values: values.collect(), body, inner }))
}

struct Envelope<'a> {
    values: Vec<(NodePath, String)>,
    body: &'a NodePath,
    inner: &'a [Document<'a>],
}

impl Fill for Envelope<'_> {
    fn wanted(&self, path: &[PathStep], node: &SchemaNode) -> bool {
        let filled = || self.values.iter().any(|(known, _)| known.steps.starts_with(path));
        node.required || self.body.steps.starts_with(path) || filled()
    }

    fn text(&self, path: &[PathStep], node: &SchemaNode) -> Option<String> {
        let known = self.values.iter().find(|(known, _)| known.steps == path).map(|(_, text)| text.clone());
        known.or_else(|| node.default.as_ref().map(ToString::to_string))
    }

    fn subtrees(&self, path: &[PathStep]) -> &[Document<'_>] {
        if self.body.steps == path { self.inner } else { &[] }
    }
}
