use super::document::{self, XmlDocument, decode};
use super::{ClassInfo, ClassInstance, NodePath, Value, XPathResult, XmlError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Content of one part. Cheap to clone and never changed; an edit gives a new body.
///
/// XML is parsed when something first looks inside, and the tree is kept until [`Body::release`]. Only the
/// content is compared and serialised.
pub struct Body {
    content: Content,
    parsed: Mutex<Option<Arc<XmlDocument>>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Content {
    /// UTF-8 text, XML or not.
    Text(Arc<str>),
    /// Bytes that are not UTF-8.
    Bytes(Arc<[u8]>),
    /// A class message; its XML form is made on demand.
    Class(Arc<ClassInstance>),
    /// Value of a `System.String` part: never XML of its own.
    String(SmolStr),
}

impl Body {
    /// XML text. It is not parsed here.
    pub fn xml(text: impl Into<Arc<str>>) -> Self {
        Self::new(Content::Text(text.into()))
    }

    /// Bytes as received; XML in UTF-8 or UTF-16, or anything else.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(match String::from_utf8(bytes.into()) {
            Ok(text) => Content::Text(text.into()),
            Err(other) => Content::Bytes(other.into_bytes().into()),
        })
    }

    /// Value of a `System.String` part.
    pub fn text(text: impl Into<SmolStr>) -> Self {
        Self::new(Content::String(text.into()))
    }

    /// A class message.
    pub fn class(instance: impl Into<Arc<ClassInstance>>) -> Self {
        Self::new(Content::Class(instance.into()))
    }

    fn new(content: Content) -> Self {
        Self { content, parsed: Mutex::default() }
    }

    /// The instance, when this is a class message.
    pub fn as_class(&self) -> Option<&Arc<ClassInstance>> {
        match &self.content {
            Content::Class(instance) => Some(instance),
            _ => None,
        }
    }

    /// The value, when this is a `System.String` part.
    pub fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::String(text) => Some(text),
            _ => None,
        }
    }

    /// True for no content at all.
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::Text(text) => text.is_empty(),
            Content::Bytes(bytes) => bytes.is_empty(),
            Content::Class(_) => false,
            Content::String(text) => text.is_empty(),
        }
    }

    /// The bytes as they travel.
    pub fn as_bytes(&self) -> Cow<'_, [u8]> {
        match &self.content {
            Content::Text(text) => Cow::Borrowed(text.as_bytes()),
            Content::Bytes(bytes) => Cow::Borrowed(bytes),
            Content::Class(instance) => Cow::Owned(instance.to_xml().into_bytes()),
            Content::String(text) => Cow::Borrowed(text.as_bytes()),
        }
    }

    /// The content as text, decoded and without byte order mark; for XML, as it was written.
    ///
    /// # Errors
    /// When the bytes are neither UTF-8 nor UTF-16.
    pub fn to_text(&self) -> Result<Arc<str>, XmlError> {
        Ok(match &self.content {
            Content::Text(text) => match text.strip_prefix('\u{feff}') {
                Some(rest) => rest.into(),
                None => Arc::clone(text),
            },
            Content::Bytes(bytes) => decode(bytes)?.into(),
            Content::Class(instance) => instance.to_xml().into(),
            Content::String(text) => text.as_str().into(),
        })
    }

    /// The content as well-formed XML text.
    ///
    /// # Errors
    /// When it is not XML.
    pub fn to_xml_text(&self) -> Result<Arc<str>, XmlError> {
        match &self.content {
            Content::Class(instance) => Ok(instance.to_xml().into()),
            _ => self.document().map(|document| document.text().into()),
        }
    }

    /// The parsed XML; parsed at most once until [`Body::release`].
    ///
    /// # Errors
    /// When it is not well-formed XML, or breaks a limit.
    pub fn document(&self) -> Result<Arc<XmlDocument>, XmlError> {
        self.parse(false)
    }

    fn parse(&self, indexed: bool) -> Result<Arc<XmlDocument>, XmlError> {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        match &*parsed {
            Some(known) if known.indexed || !indexed => Ok(Arc::clone(known)),
            _ => {
                let document = Arc::new(XmlDocument::parse(self.to_text()?, indexed)?);
                *parsed = Some(Arc::clone(&document));
                Ok(document)
            }
        }
    }

    /// Lets go of the parsed tree, which weighs many times the text: call it when the holder goes to wait.
    pub fn release(&self) {
        *self.parsed.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Namespace and local name of the root element; an empty namespace is none.
    ///
    /// # Errors
    /// When it is not XML.
    pub fn root(&self) -> Result<(SmolStr, SmolStr), XmlError> {
        if let Content::Class(instance) = &self.content {
            return Ok((instance.class.namespace.clone(), instance.class.root.clone()));
        }
        let document = self.document()?;
        let (namespace, local) = document.root();
        Ok((namespace.into(), local.into()))
    }

    /// Text of the first node at a path; `None` when there is none, or this is not XML.
    pub fn field_text(&self, path: &NodePath) -> Option<String> {
        match &self.content {
            Content::Class(instance) => {
                let value = instance.fields.get(instance.field_at(path)?)?;
                (*value != Value::Null).then(|| value.to_xml())
            }
            _ => self.document().ok()?.field_text(path),
        }
    }

    /// A copy with another text at a path. Missing nodes below an existing root are made.
    ///
    /// # Errors
    /// When this is not XML, has another root, or the text does not fit (a character XML cannot hold, a value
    /// that is not of the class field's type).
    pub fn with_field_text(&self, path: &NodePath, text: &str) -> Result<Self, XmlError> {
        if let Content::Class(instance) = &self.content {
            let field = instance.field_at(path);
            let Some((at, field)) = field.and_then(|at| Some((at, instance.class.fields.get(at)?))) else {
                return Err(XmlError::new(
                    format!("{} has no {path}", instance.class.name),
                    "Write to a field of the class.",
                ));
            };
            let value = Value::from_xml(text, &field.value_type()).map_err(|reason| {
                XmlError::new(format!("{}: {reason}", field.name), "Write a value of the field's type.")
            })?;
            let mut changed = ClassInstance::clone(instance);
            if let Some(slot) = changed.fields.get_mut(at) {
                *slot = value;
            }
            return Ok(Self::class(changed));
        }
        self.edit(|tree| document::set_field_text(tree, path, text))
    }

    /// Evaluates XPath 1.0 from the document node.
    ///
    /// # Errors
    /// When this is not XML, or the expression is malformed or selects nothing.
    pub fn xpath(&self, expression: &str) -> Result<XPathResult, XmlError> {
        document::xpath(self.parse(true)?.tree(), expression)
    }

    /// A copy with another text in the first node that an XPath 1.0 expression selects (C184).
    ///
    /// # Errors
    /// As [`Body::xpath`], and when the expression gives no node.
    pub fn with_xpath_value(&self, expression: &str, text: &str) -> Result<Self, XmlError> {
        let changed = self.edit(|tree| document::set_xpath_value(tree, expression, text))?;
        match &self.content {
            Content::Class(instance) => changed.to_class(&instance.class).map(Self::class),
            _ => Ok(changed),
        }
    }

    fn edit(
        &self,
        change: impl FnOnce(&mut uppsala::Document<'_>) -> Result<(), XmlError>,
    ) -> Result<Self, XmlError> {
        let text = self.to_text()?;
        let mut tree = document::parse_text(&text)?;
        change(&mut tree)?;
        // The text is UTF-8 from here on, whatever the original was.
        if let Some(declaration) = &mut tree.xml_declaration
            && declaration.encoding.is_some()
        {
            declaration.encoding = Some(Cow::Borrowed("utf-8"));
        }
        Ok(Self::xml(tree.to_xml()))
    }

    /// The content as an instance of a class; read from XML when it is not one yet.
    ///
    /// # Errors
    /// As [`ClassInstance::from_xml`].
    pub fn to_class(&self, class: &Arc<ClassInfo>) -> Result<Arc<ClassInstance>, XmlError> {
        match &self.content {
            Content::Class(instance) if instance.class.name == class.name => Ok(Arc::clone(instance)),
            _ => ClassInstance::from_xml(Arc::clone(class), &self.to_text()?).map(Arc::new),
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::new(Content::Text(Arc::default()))
    }
}

/// The copy shares the content; the tree of the original stays with it.
impl Clone for Body {
    fn clone(&self) -> Self {
        Self::new(self.content.clone())
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.content == other.content
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.content.fmt(f)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.content.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Content::deserialize(deserializer).map(Self::new)
    }
}
