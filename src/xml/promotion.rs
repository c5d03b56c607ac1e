//! Promotion: from the body of a message to its context, and back when a data property is written (MA-5).

use super::{PromotedField, RootSchema, SchemaSet, built_in};
use crate::message::document::{Found, find, parse_text, root_name};
use crate::message::{
    Body, ClassField, ClassInstance, Context, Message, Name, NodePath, PathStep, Value, ValueType, XmlError,
    message_type,
};
use smol_str::SmolStr;
use std::sync::Arc;
use uppsala::Document;

/// Longest promoted text, in characters (MSG-5).
pub const MAX_PROMOTED: usize = 255;

impl SchemaSet {
    /// Path of a field of a message type whose name is that of the property, when the property can hold its value: the
    /// field a person most likely means to promote.
    pub fn field_for(&self, message_type: &str, property: Name) -> Option<NodePath> {
        let wanted = property.as_str().rsplit('.').next()?;
        let declared = self.property(property.as_str())?.value_type.clone();
        let schema = self.root(message_type)?;
        let root = self.structure(&schema.message_type)?;
        let mut open = vec![(root, NodePath { steps: vec![root.step()] })];
        while let Some((node, path)) = open.pop() {
            let fits = node.content.as_ref().is_some_and(|c| c.promotable && c.value_type == declared);
            if fits && node.local.eq_ignore_ascii_case(wanted) && path.steps.len() > 1 {
                return Some(path);
            }
            for child in node.children.iter().rev().filter(|child| !child.repeats) {
                let mut path = path.clone();
                path.steps.push(child.step());
                open.push((child, path));
            }
        }
        None
    }

    /// Promotes the message type and the data properties of the body part (MSG-3, MSG-10, MSG-11). A promoted
    /// property whose field is not there is removed, as it is an alias of the field. True when the body is of a
    /// known schema or class; otherwise nothing is changed.
    ///
    /// # Errors
    /// When a field is not of its property's type, or longer than [`MAX_PROMOTED`].
    pub fn promote(&self, message: &mut Message) -> Result<bool, XmlError> {
        let Some(body) = message.body_part().map(|part| Arc::clone(&part.body)) else {
            return Ok(false);
        };
        if let Some(instance) = body.as_class() {
            promote_class(instance, &mut message.context);
            return Ok(true);
        }
        let Ok(text) = body.to_text() else { return Ok(false) };
        let Ok(tree) = parse_text(&text) else { return Ok(false) };
        Ok(self.promote_tree(&tree, &mut message.context)? != Recognized::Nothing)
    }

    /// As [`SchemaSet::promote`], from a parsed body.
    pub(super) fn promote_tree(
        &self,
        tree: &Document<'_>,
        context: &mut Context,
    ) -> Result<Recognized, XmlError> {
        let (namespace, root) = root_name(tree);
        let message_type = message_type(namespace, root);
        if let Some(schema) = self.root(&message_type) {
            self.promote_schema(schema, tree, context)?;
            return Ok(Recognized::Schema);
        }
        let Some(class) = self.class_of(&message_type) else {
            return Ok(Recognized::Nothing);
        };
        let instance = ClassInstance::from_tree(Arc::clone(class), tree)?;
        promote_class(&instance, context);
        Ok(Recognized::Class(instance))
    }

    /// Promotes what one schema declares.
    pub(super) fn promote_schema(
        &self,
        schema: &RootSchema,
        tree: &Document<'_>,
        context: &mut Context,
    ) -> Result<(), XmlError> {
        context.promote(built_in::message_type(), Value::String(schema.message_type.clone()));
        for field in &schema.promoted {
            let text =
                find(tree, &field.path).and_then(|found| self.promoted_text(schema, field, tree, &found));
            let Some(text) = text else {
                context.remove(field.property);
                continue;
            };
            if text.chars().count() > MAX_PROMOTED {
                return Err(XmlError::new(
                    format!(
                        "{} is longer than the {MAX_PROMOTED} characters that can be promoted",
                        field.path
                    ),
                    "Shorten the value, or make the field distinguished instead of promoted.",
                ));
            }
            let value = Value::from_xml(&text, &field.value_type).map_err(|reason| {
                XmlError::new(
                    format!("{}: {reason}", field.path),
                    "Correct the value, or the type of the property.",
                )
            })?;
            context.promote(field.property, value);
        }
        Ok(())
    }

    /// Text to promote. An element without content gives its default only when written as `<a/>` (MSG-11); with
    /// neither, there is a value only if the property is a string.
    fn promoted_text(
        &self,
        schema: &RootSchema,
        field: &PromotedField,
        tree: &Document<'_>,
        found: &Found,
    ) -> Option<String> {
        let text = found.text(tree);
        let Found::Element(id) = *found else { return Some(text) };
        if !text.is_empty() {
            return Some(text);
        }
        let nil = tree.get_attribute_ns(id, uppsala::XSI_NAMESPACE, "nil");
        if matches!(nil, Some("true" | "1")) {
            return None;
        }
        if tree.node_source(id).is_some_and(|source| source.ends_with("/>")) {
            let node = self.structure(&schema.message_type).and_then(|root| root.locate(&field.path));
            if let Some(default) = node.and_then(|located| located.node.default.clone()) {
                return Some(default.into());
            }
        }
        (field.value_type == ValueType::String).then_some(text)
    }

    /// Value of a property of a message: for a property that the body's schema or class promotes, what the body
    /// says now; otherwise the context (MA-5).
    pub fn property_value(&self, message: &Message, property: Name) -> Option<Value> {
        let known = message.context.get(property).cloned();
        match message.body_part().and_then(|part| self.alias(&part.body, property).map(|a| (part, a))) {
            Some((part, Alias::Class(field))) => {
                let value = part.body.as_class()?.get(field.name.as_str())?;
                (*value != Value::Null).then(|| cut(value.clone(), field.max_length))
            }
            Some((part, Alias::Field(path, value_type))) => {
                let text = part.body.field_text(&path)?;
                Value::from_xml(&text, &value_type).ok().or(known)
            }
            None => known,
        }
    }

    /// Writes a property: into the context, and into the field of the body that is promoted to it (MA-5).
    /// Null removes the property (MSG-6) and leaves the field as it is.
    ///
    /// # Errors
    /// When the value does not fit the field.
    pub fn set_property(&self, message: &mut Message, property: Name, value: Value) -> Result<(), XmlError> {
        if value == Value::Null {
            message.context.remove(property);
            return Ok(());
        }
        let body = message.body_part().map(|part| Arc::clone(&part.body));
        let alias = body.as_ref().and_then(|body| self.alias(body, property));
        let (Some(body), Some(alias)) = (body, alias) else {
            message.context.update(property, value);
            return Ok(());
        };
        let at = message.body;
        let changed = match &alias {
            Alias::Class(field) => {
                let mut instance = body.as_class().map(|i| ClassInstance::clone(i));
                if let Some(instance) = &mut instance {
                    instance.set(field.name.as_str(), value.clone());
                }
                instance.map_or_else(|| Body::clone(&body), Body::class)
            }
            Alias::Field(path, _) => body.with_field_text(path, &value.to_xml())?,
        };
        if let Some(part) = message.parts.get_mut(at) {
            part.body = Arc::new(changed);
        }
        match (alias, &value) {
            (Alias::Class(field), _) => message.context.promote(property, cut(value, field.max_length)),
            (_, Value::String(text)) if text.chars().count() > MAX_PROMOTED => {
                message.context.write(property, value);
            }
            _ => message.context.promote(property, value),
        }
        Ok(())
    }

    /// The field of a body that a property is an alias of.
    fn alias(&self, body: &Body, property: Name) -> Option<Alias> {
        if let Some(instance) = body.as_class() {
            let field = instance.class.fields.iter().find(|f| f.promoted == Some(property));
            return field.cloned().map(Alias::Class);
        }
        if !self.is_promoted(property) {
            return None;
        }
        let (namespace, root) = body.root().ok()?;
        let message_type = message_type(&namespace, &root);
        if let Some(schema) = self.root(&message_type) {
            let field = schema.promoted.iter().find(|f| f.property == property)?;
            return Some(Alias::Field(field.path.clone(), field.value_type.clone()));
        }
        let class = self.class_of(&message_type)?;
        let field = class.fields.iter().find(|f| f.promoted == Some(property))?;
        let step = |local: &str| PathStep {
            local: SmolStr::from(local),
            namespace: Some(class.namespace.clone()),
            attribute: false,
        };
        let path = NodePath { steps: vec![step(&class.root), step(field.name.as_str())] };
        Some(Alias::Field(path, field.value_type.clone()))
    }
}

/// What a document turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Recognized {
    Nothing,
    Schema,
    Class(ClassInstance),
}

enum Alias {
    Class(ClassField),
    Field(NodePath, ValueType),
}

fn promote_class(instance: &ClassInstance, context: &mut Context) {
    context.promote(built_in::message_type(), Value::String(instance.class.message_type()));
    for (field, value) in instance.class.fields.iter().zip(&instance.fields) {
        if let Some(property) = field.promoted {
            // Null removes it.
            context.promote(property, cut(value.clone(), field.max_length));
        }
    }
}

/// Cuts text to the length a class declares, at most [`MAX_PROMOTED`] characters.
fn cut(value: Value, max_length: Option<u32>) -> Value {
    let limit = max_length.map_or(MAX_PROMOTED, |n| MAX_PROMOTED.min(n as usize));
    match value {
        Value::String(text) if text.len() > limit && text.chars().count() > limit => {
            Value::String(text.chars().take(limit).collect())
        }
        other => other,
    }
}
