use super::receive::validate;
use super::stages::{Component, Configured, stages};
use super::{FailureKind, PipelineFailure, envelope, mime};
use crate::message::document::{Found, find, parse_text, root_name, set_element_text};
use crate::message::{Context, Message, message_type};
use crate::xml::SchemaSet;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use uppsala::{Document, XmlDeclaration};

const ASSEMBLER: &str = "XML assembler";

/// Runs a send pipeline over a message: the bytes of its body part, as the adapter is to send them. `properties`
/// are those set at the port, by name of the component's property.
///
/// # Errors
/// When the body is not XML where it must be, or cannot be put into the envelope. Not retried (TX-7).
pub fn send(
    pipeline: &str,
    message: &Message,
    properties: &BTreeMap<String, String>,
    schemas: &SchemaSet,
) -> Result<Vec<u8>, PipelineFailure> {
    run(pipeline, &[message], properties, schemas)
}

/// Runs a send pipeline over several messages at once: an assembler with an envelope puts them all into one.
///
/// # Errors
/// As [`send`]; also when there are several messages and nothing that joins them.
pub fn send_together(
    pipeline: &str,
    messages: &[Arc<Message>],
    properties: &BTreeMap<String, String>,
    schemas: &SchemaSet,
) -> Result<Vec<u8>, PipelineFailure> {
    let messages: Vec<&Message> = messages.iter().map(|message| &**message).collect();
    run(pipeline, &messages, properties, schemas)
}

fn run(
    pipeline: &str,
    messages: &[&Message],
    properties: &BTreeMap<String, String>,
    schemas: &SchemaSet,
) -> Result<Vec<u8>, PipelineFailure> {
    let mut stages = stages(pipeline, true, properties, schemas)?;
    let whole = stages.len();
    stages.retain(|c| c.component != Component::MimeEncoder);
    if let (true, [message]) = (stages.len() < whole, messages) {
        return mime::encode(message, &one_body(&stages, messages, schemas)?);
    }
    one_body(&stages, messages, schemas)
}

/// The body parts of messages, as one.
fn one_body(
    stages: &[Configured<'_>],
    messages: &[&Message],
    schemas: &SchemaSet,
) -> Result<Vec<u8>, PipelineFailure> {
    let assembler = stages.iter().find(|c| c.component == Component::Assembler);
    if messages.len() > 1 && assembler.is_none_or(|c| c.names("EnvelopeSpecNames").is_empty()) {
        return Err(PipelineFailure::new(
            FailureKind::Envelope,
            ASSEMBLER,
            format!("{} messages cannot go out as one without an envelope", messages.len()),
            "Use a pipeline with an XML assembler that has EnvelopeSpecNames, or send one message at a time.",
        ));
    }
    let parts: Vec<_> = messages.iter().filter_map(|message| message.body_part()).collect();
    let Some(first) = parts.first() else { return Ok(Vec::new()) };
    if stages.is_empty() {
        return Ok(first.body.as_bytes().into_owned());
    }
    let not_xml = |error| PipelineFailure::from_xml(FailureKind::NotXml, ASSEMBLER, &error);
    let texts = parts.iter().map(|part| part.body.to_text().map_err(not_xml));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let mut trees = Vec::with_capacity(texts.len());
    for (text, message) in texts.iter().zip(messages) {
        let tree = parse_text(text).map_err(not_xml)?;
        let (namespace, root) = root_name(&tree);
        let message_type = message_type(namespace, root);
        if stages.iter().any(|c| c.component == Component::Validator) {
            validate(schemas, &message_type, &tree, "XML validator")?;
        }
        trees.push(Outgoing { tree, message_type, context: &message.context });
    }
    match assembler {
        Some(component) => assemble(component, schemas, trees),
        None => Ok(texts.first().map(|text| text.as_bytes().to_vec()).unwrap_or_default()),
    }
}

struct Outgoing<'a> {
    tree: Document<'a>,
    message_type: SmolStr,
    context: &'a Context,
}

/// The XML assembler: demotion, envelopes from the innermost out, XML declaration. UTF-8 without byte order mark.
fn assemble(
    component: &Configured<'_>,
    schemas: &SchemaSet,
    documents: Vec<Outgoing<'_>>,
) -> Result<Vec<u8>, PipelineFailure> {
    let envelopes = component.names("EnvelopeSpecNames");
    // Fields of the envelope come from the first message.
    let context = documents.first().map(|first| first.context.clone()).unwrap_or_default();
    let mut trees = Vec::with_capacity(documents.len());
    for Outgoing { mut tree, message_type, context } in documents {
        demote(schemas, &message_type, &mut tree, context);
        if !envelopes.is_empty() && !schemas.knows(&message_type) {
            return Err(PipelineFailure::new(
                FailureKind::Unrecognized,
                ASSEMBLER,
                format!("{message_type} is not a known type, so no envelope can be put around it"),
                "Add its schema to the application, or send it without EnvelopeSpecNames.",
            ));
        }
        trees.push(tree);
    }
    for name in envelopes.iter().rev() {
        let schema = schemas.root_named(name);
        let found = schema.and_then(|s| Some((s, schemas.structure(&s.message_type)?)));
        let Some((schema, structure)) = found else {
            return Err(PipelineFailure::new(
                FailureKind::Envelope,
                ASSEMBLER,
                format!("there is no envelope schema {name}"),
                "Correct EnvelopeSpecNames at the port, or add the schema.",
            ));
        };
        trees = vec![envelope::wrap(schema, structure, &context, &trees)?];
    }
    let Some(mut whole) = trees.into_iter().next() else { return Ok(Vec::new()) };
    whole.xml_declaration = (!component.switched_off("AddXMLDeclaration")).then_some(XmlDeclaration {
        version: Cow::Borrowed("1.0"),
        encoding: Some(Cow::Borrowed("utf-8")),
        standalone: None,
    });
    Ok(whole.to_xml().into_bytes())
}

/// Fills fields that are there without content from the properties they are promoted to.
fn demote(schemas: &SchemaSet, message_type: &str, tree: &mut Document<'_>, context: &Context) {
    let Some(schema) = schemas.root(message_type) else { return };
    for field in &schema.promoted {
        let Some(value) = context.get(field.property) else { continue };
        if let Some(Found::Element(id)) = find(tree, &field.path)
            && tree.first_child(id).is_none()
        {
            set_element_text(tree, id, &value.to_xml());
        }
    }
}
