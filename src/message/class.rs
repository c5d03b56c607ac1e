use super::document::{find, is_xml_char, parse_text, root_name};
use super::{Name, NodePath, PathStep, Value, ValueType, XmlError};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::sync::Arc;
use uppsala::{Document, XmlWriter};

/// A class message type, resolved: see [`crate::model::ClassType`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct ClassInfo {
    pub name: Name,
    pub root: SmolStr,
    pub namespace: SmolStr,
    pub fields: Vec<ClassField>,
    /// Every message of the class carries it: it is put together once.
    #[serde(skip)]
    message_type: SmolStr,
}

/// What is written of a class.
#[derive(Deserialize)]
struct Written {
    name: Name,
    root: SmolStr,
    namespace: SmolStr,
    fields: Vec<ClassField>,
}

impl From<Written> for ClassInfo {
    fn from(class: Written) -> Self {
        Self::new(class.name, class.root, class.namespace, class.fields)
    }
}

/// A field of a class message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassField {
    pub name: Name,
    pub value_type: ValueType,
    /// Property this field is promoted to.
    pub promoted: Option<Name>,
    /// Longest promoted text in characters; a longer one is cut (MSG-5).
    pub max_length: Option<u32>,
}

impl ClassInfo {
    pub fn new(name: Name, root: SmolStr, namespace: SmolStr, fields: Vec<ClassField>) -> Self {
        let message_type = message_type(&namespace, &root);
        Self { name, root, namespace, fields, message_type }
    }

    /// `namespace#Root`, or `Root` without namespace (MSG-3).
    pub fn message_type(&self) -> SmolStr {
        self.message_type.clone()
    }

    pub fn field(&self, name: &str) -> Option<&ClassField> {
        self.fields.iter().find(|f| f.name.as_str() == name)
    }
}

/// MessageType of a root element: `namespace#Root`, or `Root` without namespace (MSG-3).
pub fn message_type(namespace: &str, root: &str) -> SmolStr {
    if namespace.is_empty() { root.into() } else { SmolStr::from_iter([namespace, "#", root]) }
}

/// An instance of a class message: one value a field, in declaration order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassInstance {
    #[serde(with = "super::packed::class")]
    pub class: Arc<ClassInfo>,
    pub fields: Vec<Value>,
}

impl ClassInstance {
    /// A new instance: every field has the default of its type, as after `new`.
    pub fn new(class: Arc<ClassInfo>) -> Self {
        let fields = class.fields.iter().map(|f| f.value_type.default_value()).collect();
        Self { class, fields }
    }

    pub fn get(&self, field: &str) -> Option<&Value> {
        let at = self.position(field)?;
        self.fields.get(at)
    }

    /// Sets a field; false when the class has no such field.
    pub fn set(&mut self, field: &str, value: Value) -> bool {
        let slot = self.position(field).and_then(|at| self.fields.get_mut(at));
        slot.map(|slot| *slot = value).is_some()
    }

    fn position(&self, field: &str) -> Option<usize> {
        self.class.fields.iter().position(|f| f.name.as_str() == field)
    }

    /// The field a path names, when it is a path of this class.
    pub(super) fn field_at(&self, path: &NodePath) -> Option<usize> {
        let [root, field] = path.steps.as_slice() else {
            return None;
        };
        let fits = |step: &PathStep| {
            !step.attribute && step.namespace.as_ref().is_none_or(|ns| *ns == self.class.namespace)
        };
        let named = root.local == self.class.root && fits(root) && fits(field);
        named.then(|| self.position(&field.local)).flatten()
    }

    /// Wire form: the root in the class namespace, one child a field in declaration order, in the same
    /// namespace; null fields are left out. Characters XML cannot hold are replaced by U+FFFD.
    pub fn to_xml(&self) -> String {
        let mut writer = XmlWriter::with_capacity(128);
        let namespace = [("xmlns", self.class.namespace.as_str())];
        let attributes = if self.class.namespace.is_empty() { &[] } else { namespace.as_slice() };
        if self.fields.iter().all(|value| *value == Value::Null) {
            writer.empty_element(&self.class.root, attributes);
            return writer.into_string();
        }
        writer.start_element(&self.class.root, attributes);
        for (field, value) in self.class.fields.iter().zip(&self.fields) {
            if *value != Value::Null {
                write_field(&mut writer, field.name.as_str(), value);
            }
        }
        writer.end_element(&self.class.root);
        writer.into_string()
    }

    /// Reads the wire form. Fields that are not there have the default of their type; unknown elements are
    /// passed over, as the serialiser of .NET does.
    ///
    /// # Errors
    /// When the text is no XML, the root is another one or a field is not of its type.
    pub fn from_xml(class: Arc<ClassInfo>, text: &str) -> Result<Self, XmlError> {
        Self::from_tree(class, &parse_text(text)?)
    }

    /// As [`ClassInstance::from_xml`], from a tree.
    pub fn from_tree(class: Arc<ClassInfo>, tree: &Document<'_>) -> Result<Self, XmlError> {
        let (namespace, root) = root_name(tree);
        if namespace != class.namespace || root != class.root {
            return Err(XmlError::new(
                format!("{} is not a {}", message_type(namespace, root), class.message_type()),
                "Check the type of the message.",
            ));
        }
        let mut instance = Self::new(class);
        for at in 0..instance.class.fields.len() {
            let Some(field) = instance.class.fields.get(at) else { continue };
            let step = |local: &str| PathStep {
                local: local.into(),
                namespace: Some(instance.class.namespace.clone()),
                attribute: false,
            };
            let path = NodePath { steps: vec![step(&instance.class.root), step(field.name.as_str())] };
            let Some(found) = find(tree, &path) else { continue };
            let value = Value::from_xml(&found.text(tree), &field.value_type).map_err(|reason| {
                XmlError::new(format!("{}: {reason}", field.name), "Write a value of the field's type.")
            })?;
            if let Some(slot) = instance.fields.get_mut(at) {
                *slot = value;
            }
        }
        Ok(instance)
    }
}

fn write_field(writer: &mut XmlWriter, name: &str, value: &Value) {
    let text = value.to_xml();
    if text.is_empty() {
        writer.empty_element(name, &[]);
        return;
    }
    writer.start_element(name, &[]);
    if text.chars().all(is_xml_char) {
        writer.text(&text);
    } else {
        writer.text(&text.replace(|c| !is_xml_char(c), "\u{fffd}"));
    }
    writer.end_element(name);
}
