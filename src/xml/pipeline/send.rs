use super::receive::validate;
use super::stages::{Component, Configured, stages};
use super::{FailureKind, PipelineFailure, envelope};
use crate::message::document::{Found, find, parse_text, root_name, set_element_text};
use crate::message::{Context, Message, message_type};
use crate::xml::SchemaSet;
use std::borrow::Cow;
use std::collections::BTreeMap;
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
    let stages = stages(pipeline, true, properties, schemas)?;
    let Some(part) = message.body_part() else {
        return Ok(Vec::new());
    };
    if stages.is_empty() {
        return Ok(part.body.as_bytes().into_owned());
    }
    let not_xml = |error| PipelineFailure::from_xml(FailureKind::NotXml, ASSEMBLER, &error);
    let text = part.body.to_text().map_err(not_xml)?;
    let tree = parse_text(&text).map_err(not_xml)?;
    let (namespace, root) = root_name(&tree);
    let message_type = message_type(namespace, root);
    if stages.iter().any(|c| c.component == Component::Validator) {
        validate(schemas, &message_type, &tree, "XML validator")?;
    }
    match stages.iter().find(|c| c.component == Component::Assembler) {
        Some(component) => assemble(component, schemas, tree, &message_type, &message.context),
        None => Ok(text.as_bytes().to_vec()),
    }
}

/// The XML assembler: demotion, envelopes from the innermost out, XML declaration. UTF-8 without byte order mark.
fn assemble(
    component: &Configured<'_>,
    schemas: &SchemaSet,
    mut tree: Document<'_>,
    message_type: &str,
    context: &Context,
) -> Result<Vec<u8>, PipelineFailure> {
    demote(schemas, message_type, &mut tree, context);
    let envelopes = component.names("EnvelopeSpecNames");
    if !envelopes.is_empty() && !schemas.knows(message_type) {
        return Err(PipelineFailure::new(
            FailureKind::Unrecognized,
            ASSEMBLER,
            format!("{message_type} is not a known type, so no envelope can be put around it"),
            "Add its schema to the application, or send it without EnvelopeSpecNames.",
        ));
    }
    let mut whole: Option<Document<'static>> = None;
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
        let inner = whole.as_ref().unwrap_or(&tree);
        whole = Some(envelope::wrap(schema, structure, context, inner)?);
    }
    let declare = !component.switched_off("AddXMLDeclaration");
    let declaration = || XmlDeclaration {
        version: Cow::Borrowed("1.0"),
        encoding: Some(Cow::Borrowed("utf-8")),
        standalone: None,
    };
    let text = match whole {
        Some(mut whole) => {
            whole.xml_declaration = declare.then(declaration);
            whole.to_xml()
        }
        None => {
            tree.xml_declaration = declare.then(declaration);
            tree.to_xml()
        }
    };
    Ok(text.into_bytes())
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
