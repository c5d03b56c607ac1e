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
    Text(#[serde(with = "super::packed::body")] Arc<str>),
    /// Bytes that are not UTF-8.
    Bytes(Arc<[u8]>),
    /// A class message; its XML form is made on demand.
    Class(Arc<ClassInstance>),
    /// Value of a `System.String` part: never XML of its own.
    String(#[serde(with = "super::packed::text")] SmolStr),
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

    /// The instance to change, when this is a class message.
    pub fn class_mut(&mut self) -> Option<&mut ClassInstance> {
        match &mut self.content {
            Content::Class(instance) => {
                self.parsed = Mutex::default();
                Some(Arc::make_mut(instance))
            }
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
            _ => self.document().and_then(|_| self.to_text()),
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
            let value = Value::from_xml(text, &field.value_type).map_err(|reason| {
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

    /// A copy in which the first element an XPath 1.0 expression selects holds the roots of these documents and
    /// nothing else.
    ///
    /// # Errors
    /// As [`Body::with_xpath_value`], and when a document is not XML.
    pub fn with_xpath_nodes(&self, expression: &str, nodes: &[Arc<Body>]) -> Result<Self, XmlError> {
        let documents = nodes.iter().map(|node| node.document()).collect::<Result<Vec<_>, _>>()?;
        // Emptied first by the same rules as a text; then the element is there.
        self.edit(|tree| {
            document::set_xpath_value(tree, expression, "")?;
            document::append_at_xpath(tree, expression, &documents)
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{ClassField, Name, ValueType};
    use proptest::prelude::*;

    const ORDER: &str = r#"<?xml version="1.0"?><o:Order xmlns:o="http://o"><Head id="7"/><Line>Tea</Line><Line>Milk</Line></o:Order>"#;

    fn path(text: &str) -> NodePath {
        NodePath::parse(text).unwrap()
    }

    fn ack() -> Arc<ClassInfo> {
        let field = |name: &str, field_type: &str| ClassField {
            name: Name::new(name),
            value_type: ValueType::from_name(field_type),
            promoted: None,
            max_length: None,
        };
        let fields = vec![
            field("Reason", "System.String"),
            field("Count", "System.Int32"),
            field("Done", "System.Boolean"),
            field("At", "System.DateTime"),
        ];
        Arc::new(ClassInfo::new(Name::new("Shop.Ack"), "Ack".into(), "urn:ack".into(), fields))
    }

    #[test]
    fn an_element_with_too_many_attributes_is_refused_at_once() {
        let many = |count: usize| {
            let attributes: String = (0..count).map(|n| format!(" a{n}=\"=\"")).collect();
            format!("<!-- < a=\"\" -->\n<r><![CDATA[<x =====]]><a{attributes}/></r>")
        };
        assert!(Body::xml(many(1_000)).document().is_ok());
        let start = std::time::Instant::now();
        let error = Body::xml(many(100_000)).document().err().unwrap();
        assert!(start.elapsed() < std::time::Duration::from_secs(5));
        assert_eq!(
            (error.message.as_str(), error.place()),
            ("an element has more than 1000 attributes", Some((2, 24)))
        );
    }

    #[test]
    fn fields_are_read_by_path_and_written_into_a_copy() {
        let body = Body::xml(ORDER);
        assert_eq!(body.root().unwrap(), ("http://o".into(), "Order".into()));
        assert_eq!(body.field_text(&path("/Order/Head/@id")).as_deref(), Some("7"));
        assert_eq!(body.field_text(&path("/Order/Line")).as_deref(), Some("Tea"));
        assert_eq!(body.field_text(&path("/Order/Gone")), None);
        let changed = body.with_field_text(&path("/Order/Head/@id"), "8 & 9").unwrap();
        assert_eq!(changed.field_text(&path("/Order/Head/@id")).as_deref(), Some("8 & 9"));
        let made = changed.with_field_text(&path("/Order/Head/Note/@lang"), "de").unwrap();
        assert!(made.to_text().unwrap().contains(r#"<Head id="8 &amp; 9"><Note lang="de"/></Head>"#));
        assert_eq!(&*body.to_text().unwrap(), ORDER, "the original is as it was");
        let error = body.with_field_text(&path("/Bill/No"), "1").unwrap_err();
        assert_eq!(error.message, "the root of the message is Order, so there is no /Bill/No");
        assert!(body.with_field_text(&path("/Order/Line"), "\u{1}").unwrap_err().message.contains("U+0001"));
    }

    #[test]
    fn xpath_gives_values_and_fragments() {
        let body = Body::xml(ORDER);
        assert_eq!(body.xpath("count(//Line)"), Ok(XPathResult::Number(2.0)));
        assert_eq!(body.xpath("string(/*/Line[2])"), Ok(XPathResult::String("Milk".into())));
        assert_eq!(body.xpath("boolean(//Gone)"), Ok(XPathResult::Bool(false)));
        assert_eq!(body.xpath("/*/Head/@id"), Ok(XPathResult::Text("7".into())));
        let Ok(XPathResult::Element(line)) = body.xpath("//*[local-name()='Line']") else { panic!() };
        assert_eq!(&*line.to_text().unwrap(), "<Line>Tea</Line>");
        assert!(body.xpath("//[").is_err());
    }

    /// Given a path that selects no node of the body, when a value is written to it, then that fails and the body is as before
    /// (MA-1).
    #[test]
    fn c184_an_xpath_target_must_exist() {
        let body = Body::xml(ORDER);
        let changed = body.with_xpath_value("/*/Line[2]", "Salt").unwrap();
        let changed = changed.with_xpath_value("//@id", "9").unwrap();
        assert!(changed.to_text().unwrap().contains(r#"<Head id="9"/><Line>Tea</Line><Line>Salt</Line>"#));
        let error = body.with_xpath_value("//Gone", "x").unwrap_err();
        assert!(error.message.contains("//Gone selects nothing") && !error.help.is_empty());
        assert!(body.xpath("//Gone").is_err());
        assert!(body.with_xpath_value("count(//Line)", "x").unwrap_err().message.contains("not a node"));
    }

    #[test]
    fn a_class_message_has_its_wire_form_on_demand() {
        let mut instance = ClassInstance::new(ack());
        assert!(instance.set("Count", Value::Int32(3)) && !instance.set("Colour", Value::Null));
        instance.set("Done", Value::Bool(true));
        let body = Body::class(instance);
        let wire =
            r#"<Ack xmlns="urn:ack"><Count>3</Count><Done>true</Done><At>0001-01-01T00:00:00Z</At></Ack>"#;
        assert_eq!(&*body.to_xml_text().unwrap(), wire);
        assert_eq!(Body::xml(wire).to_class(&ack()).unwrap(), *body.as_class().unwrap());
        let changed = body.with_field_text(&path("/Ack/Count"), "4").unwrap();
        assert_eq!(changed.as_class().unwrap().get("Count"), Some(&Value::Int32(4)));
        let changed = changed.with_xpath_value("//*[local-name()='Count']", "5").unwrap();
        assert_eq!(changed.field_text(&path("/Ack/Count")).as_deref(), Some("5"));
        assert_eq!(changed.field_text(&path("/Ack/Reason")), None, "null is not there");
        let error = body.with_field_text(&path("/Ack/Count"), "many").unwrap_err();
        assert_eq!(error.message, "Count: “many” is not a valid Int32");
        let changed = body.with_field_text(&path("/Ack/Reason"), "a\u{b}b\u{fffe}").unwrap();
        assert_eq!(
            Body::bytes(changed.as_bytes()).field_text(&path("/Ack/Reason")).as_deref(),
            Some("a\u{fffd}b\u{fffd}")
        );
        assert!(Body::xml("<Nack/>").to_class(&ack()).unwrap_err().message.contains("urn:ack#Ack"));
    }

    #[test]
    fn bytes_stay_as_they_came() {
        let mut utf16 = vec![0xfe, 0xff];
        utf16.extend("<a>ö</a>".encode_utf16().flat_map(u16::to_be_bytes));
        let body = Body::bytes(utf16.clone());
        assert_eq!(&*body.as_bytes(), utf16.as_slice());
        assert_eq!(body.field_text(&path("/a")).as_deref(), Some("ö"));
        let marked = Body::bytes(b"\xef\xbb\xbf<a>1</a>".to_vec());
        assert_eq!((&*marked.to_text().unwrap(), marked.as_bytes().len()), ("<a>1</a>", 11));
        let binary = Body::bytes(vec![0x89, b'P', 0xff, 0]);
        assert!(binary.root().is_err() && binary.to_text().is_err());
    }

    #[test]
    fn only_the_content_is_compared_and_stored() {
        let body = Body::xml(ORDER);
        let parsed = body.document().unwrap();
        assert!(Arc::ptr_eq(&parsed, &body.document().unwrap()), "parsed once");
        body.release();
        assert!(!Arc::ptr_eq(&parsed, &body.document().unwrap()));
        for body in
            [body, Body::text("plain"), Body::bytes(vec![0xff]), Body::class(ClassInstance::new(ack()))]
        {
            let stored = ron::to_string(&body).unwrap();
            assert_eq!(ron::from_str::<Body>(&stored).unwrap(), body);
        }
    }

    #[test]
    fn faults_have_line_column_and_help() {
        let error = Body::xml("<a>\n  <b>\n</a>").document().unwrap_err();
        assert_eq!(error.place().map(|(line, _)| line), Some(3), "{error}");
        assert!(!error.help.is_empty());
        let error = Body::xml("<a>\n<b>").document().unwrap_err();
        assert_eq!(error.place().map(|(line, _)| line), Some(2), "{error}");
        let error = Body::bytes(b"<a>\n\xc3(</a>".to_vec()).document().unwrap_err();
        assert_eq!((error.line, error.column), (2, 1));
        assert!(Body::default().document().unwrap_err().message.contains("empty"));
        let doctype = Body::xml(r#"<!DOCTYPE a SYSTEM "http://x/y.dtd"><a/>"#).document();
        assert!(doctype.is_err());
    }

    proptest! {
        #[test]
        fn written_text_is_read_back(text in "[^\\p{Cc}\u{fffe}\u{ffff}]{0,30}") {
            for place in ["/Order/Head/@id", "/Order/Line", "/Order/New/Deep"] {
                let changed = Body::xml(ORDER).with_field_text(&path(place), &text).unwrap();
                prop_assert_eq!(changed.field_text(&path(place)), Some(text.clone()));
            }
            let reason = Body::class(ClassInstance::new(ack())).with_field_text(&path("/Ack/Reason"), &text).unwrap();
            let wire = Body::xml(reason.to_xml_text().unwrap());
            prop_assert_eq!(wire.field_text(&path("/Ack/Reason")), Some(text));
        }

        #[test]
        fn any_bytes_can_be_looked_into(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let body = Body::bytes(bytes.clone());
            prop_assert_eq!(&*body.as_bytes(), bytes.as_slice());
            let _ = (body.root(), body.field_text(&path("/a/b")), body.to_xml_text(), body.to_class(&ack()));
            let _ = body.with_field_text(&path("/a/b"), "x");
        }

        #[test]
        fn any_expression_is_evaluated_or_refused(expression in "[a-z/@\\[\\]().*|=' 0-9:-]{0,30}") {
            let body = Body::xml(ORDER);
            let _ = body.xpath(&expression);
            let _ = body.with_xpath_value(&expression, "x");
        }
    }

    #[test]
    fn a_field_of_each_type_survives_the_wire() {
        let values = ValueType::known().filter(|t| *t != ValueType::Xml && *t != ValueType::Char);
        for value_type in values {
            let field = ClassField {
                name: Name::new("F"),
                value_type: value_type.clone(),
                promoted: None,
                max_length: None,
            };
            let class = ClassInfo::new(Name::new("C"), "C".into(), "".into(), vec![field]);
            let instance = ClassInstance::new(Arc::new(class));
            let back = Body::xml(instance.to_xml()).to_class(&instance.class).unwrap();
            assert_eq!(*back, instance, "{value_type:?}");
        }
    }
}
