use crate::message::{Name, ValueType};
use crate::model::{Application, Module, PartDeclaration};
use crate::xlang::{MessageType, PartType};
use crate::xml::SchemaSet;
use std::sync::Arc;

/// Name of the only part of a message that is not multi-part.
const SINGLE_PART: &str = "part";

/// Resolves message type names of one application (see [`crate::model::Message::message_type`]).
#[derive(Clone, Copy, Debug)]
pub struct TypeResolver<'a> {
    pub application: &'a Application,
    pub schemas: &'a SchemaSet,
}

impl TypeResolver<'_> {
    /// `None` when nothing of that name exists.
    pub fn message_type(&self, module: &Module, name: &str) -> Option<Arc<MessageType>> {
        if let Some(multipart) = self.application.multipart_type(module, name) {
            let parts: Option<Vec<_>> = multipart
                .parts
                .iter()
                .map(|part| Some((Name::new(&part.name), self.part_type(&part.part_type)?)))
                .collect();
            let body = multipart.parts.iter().position(|p| p.body).unwrap_or(0);
            return Some(Arc::new(MessageType {
                name: Name::new(name),
                parts: parts?,
                body,
                multipart: true,
            }));
        }
        if let Some(web) = self.application.web_message(name) {
            let part = |p: &PartDeclaration| Some((Name::new(&p.name), self.part_type(&p.part_type)?));
            let mut parts: Vec<_> = web.parts.iter().map(part).collect::<Option<_>>()?;
            if parts.is_empty() {
                parts.push((Name::new(SINGLE_PART), PartType::Xml));
            }
            return Some(Arc::new(MessageType { name: Name::new(name), parts, body: 0, multipart: true }));
        }
        let part = self.part_type(name)?;
        Some(Arc::new(MessageType {
            name: Name::new(name),
            parts: vec![(Name::new(SINGLE_PART), part)],
            body: 0,
            multipart: false,
        }))
    }

    fn part_type(&self, name: &str) -> Option<PartType> {
        if name == "System.Xml.XmlDocument" || name == "Microsoft.XLANGs.BaseTypes.Any" {
            return Some(PartType::Xml);
        }
        if let Some(class) = self.schemas.class(name) {
            return Some(PartType::Class(Arc::clone(class)));
        }
        if let Some(root) = self.schemas.root_named(name) {
            return Some(PartType::Schema(Arc::clone(root)));
        }
        if name.starts_with("System.") { Some(PartType::Value(ValueType::from_name(name))) } else { None }
    }
}

/// Type that routes a message of this type: its body's, `None` for an untyped body (MSG-3).
pub fn routing_type(message_type: &MessageType) -> Option<smol_str::SmolStr> {
    match &message_type.parts.get(message_type.body)?.1 {
        PartType::Schema(root) => Some(root.message_type.clone()),
        PartType::Class(class) => Some(class.message_type()),
        PartType::Xml | PartType::Value(_) => None,
    }
}
