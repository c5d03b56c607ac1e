use super::stages::{Component, Configured, stages};
use super::{FailureKind, PipelineFailure, envelope, mime};
use crate::message::document::{decode, parse_text, root_name};
use crate::message::{Body, ClassInstance, Context, Message, message_type};
use crate::xml::SchemaSet;
use crate::xml::promotion::Recognized;
use std::collections::BTreeMap;
use std::sync::Arc;
use uppsala::Document;

const DISASSEMBLER: &str = "XML disassembler";

/// What a receive pipeline made of one interchange.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interchange {
    /// One message a document, in document order.
    pub messages: Vec<Message>,
    /// Documents set aside; only with recoverable interchange processing (RX-12).
    pub failed: Vec<FailedDocument>,
    /// One document that fails further on does not keep the others (RX-12).
    pub recoverable: bool,
}

/// A document that a recoverable interchange set aside: untyped, to be suspended.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedDocument {
    pub message: Message,
    pub failure: PipelineFailure,
}

/// Runs a receive pipeline over the bytes an adapter received. `properties` are those set at the location, by
/// name of the component's property.
///
/// # Errors
/// When the interchange fails as a whole: nothing of it is to be published (RX-12).
pub fn receive(
    pipeline: &str,
    bytes: &[u8],
    properties: &BTreeMap<String, String>,
    schemas: &SchemaSet,
) -> Result<Interchange, PipelineFailure> {
    let stages = stages(pipeline, false, properties, schemas)?;
    let decoder = stages.iter().find(|c| c.component == Component::MimeDecoder);
    let parts =
        decoder.map(|c| mime::decode(bytes, c.flag("AllowNonMIMEMessage"), c.text("BodyPartContentType")));
    let parts = parts.transpose()?.unwrap_or_default();
    let bytes = parts.first().map_or(bytes, |(_, body)| body.as_slice());
    // First match: the XML disassembler takes whatever it is given (RX-7).
    let mut interchange = match stages.iter().find(|c| c.component == Component::Disassembler) {
        Some(component) => Disassembler::new(component, schemas).run(bytes)?,
        None => Interchange { messages: vec![untyped(bytes.to_vec())], ..Interchange::default() },
    };
    if let [(body, _), others @ ..] = parts.as_slice() {
        let others: Vec<_> =
            others.iter().map(|(name, body)| (*name, Arc::new(Body::bytes(body.clone())))).collect();
        interchange.messages.iter_mut().for_each(|message| mime::attach(message, *body, &others));
    }
    if stages.iter().any(|c| c.component == Component::Validator) {
        for message in &mut interchange.messages {
            let Some(part) = message.body_part() else { continue };
            let text = part.body.to_text().map_err(not_xml)?;
            let tree = parse_text(&text).map_err(not_xml)?;
            let (namespace, root) = root_name(&tree);
            validate(schemas, &message_type(namespace, root), &tree, "XML validator")?;
        }
    }
    Ok(interchange)
}

fn untyped(bytes: Vec<u8>) -> Message {
    Message::single(Message::body_name(), Arc::new(Body::bytes(bytes)))
}

fn not_xml(error: crate::message::XmlError) -> PipelineFailure {
    PipelineFailure::from_xml(FailureKind::NotXml, DISASSEMBLER, &error)
}

/// The XML disassembler (RX-9, RX-10).
struct Disassembler<'a> {
    schemas: &'a SchemaSet,
    allow_unrecognized: bool,
    validate: bool,
    recoverable: bool,
    /// Accepted documents and envelopes by type name; all when empty.
    documents: Vec<&'a str>,
    envelopes: Vec<&'a str>,
}

impl<'a> Disassembler<'a> {
    fn new(component: &'a Configured<'a>, schemas: &'a SchemaSet) -> Self {
        Self {
            schemas,
            allow_unrecognized: component.flag("AllowUnrecognizedMessage"),
            validate: component.flag("ValidateDocument"),
            recoverable: component.flag("RecoverableInterchangeProcessing"),
            documents: component.names("DocumentSpecNames"),
            envelopes: component.names("EnvelopeSpecNames"),
        }
    }

    fn run(&self, bytes: &[u8]) -> Result<Interchange, PipelineFailure> {
        let text = decode(bytes).map_err(not_xml)?;
        let tree = parse_text(&text).map_err(not_xml)?;
        let mut found = Interchange { recoverable: self.recoverable, ..Interchange::default() };
        let whole = || Body::bytes(bytes.to_vec());
        self.open(&tree, &Context::default(), &whole, &mut found)?;
        Ok(found)
    }

    /// Takes an envelope apart, or a document in. `outer` has what the envelopes around it promote.
    fn open(
        &self,
        tree: &Document<'_>,
        outer: &Context,
        body: &dyn Fn() -> Body,
        found: &mut Interchange,
    ) -> Result<(), PipelineFailure> {
        let (namespace, root) = root_name(tree);
        let message_type = message_type(namespace, root);
        let envelope = self.schemas.root(&message_type).filter(|schema| {
            schema.envelope_body.is_some()
                && (self.envelopes.is_empty() || self.accepts(&self.envelopes, &message_type))
        });
        let Some(schema) = envelope else {
            return self.take_in(tree, &message_type, outer, body, found);
        };
        if self.validate {
            validate(self.schemas, &message_type, tree, DISASSEMBLER)?;
        }
        let mut context = outer.clone();
        self.schemas
            .promote_schema(schema, tree, &mut context)
            .map_err(|error| PipelineFailure::from_xml(FailureKind::Promotion, DISASSEMBLER, &error))?;
        for text in envelope::documents(schema, tree)? {
            let inner = parse_text(&text).map_err(not_xml)?;
            self.open(&inner, &context, &|| Body::xml(text.as_str()), found)?;
        }
        Ok(())
    }

    fn take_in(
        &self,
        tree: &Document<'_>,
        message_type: &str,
        outer: &Context,
        body: &dyn Fn() -> Body,
        found: &mut Interchange,
    ) -> Result<(), PipelineFailure> {
        let mut message = Message::single(Message::body_name(), Arc::default());
        message.context = outer.clone();
        message.context.remove(crate::xml::built_in::message_type());
        let outcome = self.document(tree, message_type, &mut message.context);
        let class = match outcome {
            Ok(class) => class,
            Err(failure) if self.recoverable => {
                let message = Message::single(Message::body_name(), Arc::new(body()));
                found.failed.push(FailedDocument { message, failure });
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        if let Some(part) = message.parts.first_mut() {
            part.body = Arc::new(class.map_or_else(body, Body::class));
        }
        found.messages.push(message);
        Ok(())
    }

    /// Recognises, validates and promotes one document; gives the instance of a class message.
    fn document(
        &self,
        tree: &Document<'_>,
        message_type: &str,
        context: &mut Context,
    ) -> Result<Option<ClassInstance>, PipelineFailure> {
        let known = self.schemas.knows(message_type);
        if !known && self.allow_unrecognized && self.documents.is_empty() {
            return Ok(None);
        }
        if !known {
            return Err(PipelineFailure::new(
                FailureKind::Unrecognized,
                DISASSEMBLER,
                format!("no schema has the message type {message_type}"),
                "Add its schema to the application, correct root or namespace of the message, or set \
                 AllowUnrecognizedMessage.",
            ));
        }
        if !self.documents.is_empty() && !self.accepts(&self.documents, message_type) {
            return Err(PipelineFailure::new(
                FailureKind::Unrecognized,
                DISASSEMBLER,
                format!("the pipeline does not accept {message_type}"),
                format!(
                    "It accepts {}; change DocumentSpecNames at the location.",
                    self.documents.join(", ")
                ),
            ));
        }
        if self.validate {
            validate(self.schemas, message_type, tree, DISASSEMBLER)?;
        }
        match self.schemas.promote_tree(tree, context) {
            Ok(Recognized::Class(instance)) => Ok(Some(instance)),
            Ok(_) => Ok(None),
            Err(error) => Err(PipelineFailure::from_xml(FailureKind::Promotion, DISASSEMBLER, &error)),
        }
    }

    fn accepts(&self, names: &[&str], message_type: &str) -> bool {
        names.iter().any(|name| {
            let schema = self.schemas.root_named(name).is_some_and(|s| s.message_type == message_type);
            schema || self.schemas.class(name).is_some_and(|c| c.message_type() == message_type)
        })
    }
}

/// Checks a document against its schema; class messages have none.
pub fn validate(
    schemas: &SchemaSet,
    message_type: &str,
    tree: &Document<'_>,
    component: &'static str,
) -> Result<(), PipelineFailure> {
    schemas
        .validate_tree(message_type, tree)
        .map_err(|error| PipelineFailure::from_xml(FailureKind::Invalid, component, &error))
}
