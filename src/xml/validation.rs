use super::SchemaSet;
use crate::message::document::{parse_text, root_name};
use crate::message::{Body, XmlError, message_type};
use uppsala::Document;

impl SchemaSet {
    /// Checks a body against its schema. Class messages, and bodies of unknown types, have nothing to break.
    ///
    /// # Errors
    /// The first fault with its line, or why the schema cannot validate: it imports another namespace, which the
    /// validator does not follow.
    pub fn validate(&self, body: &Body) -> Result<(), XmlError> {
        if body.as_class().is_some() {
            return Ok(());
        }
        let text = body.to_text()?;
        let tree = parse_text(&text)?;
        let (namespace, root) = root_name(&tree);
        self.validate_tree(&message_type(namespace, root), &tree)
    }

    /// As [`SchemaSet::validate`], from a tree.
    pub(super) fn validate_tree(&self, message_type: &str, tree: &Document<'_>) -> Result<(), XmlError> {
        let validator = match self.validator(message_type) {
            Some(Ok(validator)) => validator,
            Some(Err(reason)) => {
                return Err(XmlError::new(
                    format!("{message_type} cannot be validated: {reason}"),
                    "Correct the schema, or switch validation off.",
                ));
            }
            None => return Ok(()),
        };
        let number = |n: Option<usize>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        match validator.validate(tree).first() {
            Some(error) => Err(XmlError {
                message: format!("the document is not a valid {message_type}: {}", error.message),
                line: number(error.line),
                column: number(error.column),
                help: "Correct the document at this line, or the schema.",
            }),
            None => Ok(()),
        }
    }
}
