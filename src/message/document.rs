use super::{NodePath, PathStep};
use self_cell::self_cell;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};
use thiserror::Error;
use uppsala::{Document, NodeId, NodeKind, Parser, QName, XPathEvaluator, XPathValue};

/// Longest XML text that is parsed. Longer content still travels through pass-through pipelines.
pub const MAX_XML_BYTES: usize = 64 << 20;

/// Nodes one XPath expression may visit.
const MAX_XPATH_VISITS: usize = 5_000_000;

/// XML that cannot be read, or a node that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}{message}", if *.line > 0 { format!("line {line}, column {column}: ") } else { String::new() })]
pub struct XmlError {
    pub message: String,
    /// Line and column, counted from 1; 0 when the error is not about a place in the text.
    pub line: u32,
    pub column: u32,
    /// The next step.
    pub help: &'static str,
}

impl XmlError {
    pub fn new(message: impl Into<String>, help: &'static str) -> Self {
        Self { message: message.into(), line: 0, column: 0, help }
    }

    fn at(message: impl Into<String>, place: (usize, usize), help: &'static str) -> Self {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { message: message.into(), line: number(place.0), column: number(place.1), help }
    }

    /// Line and column, when known.
    pub fn place(&self) -> Option<(u32, u32)> {
        (self.line > 0).then_some((self.line, self.column))
    }
}

impl From<uppsala::XmlError> for XmlError {
    fn from(error: uppsala::XmlError) -> Self {
        const HELP: &str = "Correct the XML at this place.";
        match error {
            uppsala::XmlError::Parse(e) => Self::at(e.message, (e.line, e.column), HELP),
            uppsala::XmlError::WellFormedness(e) => Self::at(e.message, (e.line, e.column), HELP),
            uppsala::XmlError::Namespace(e) => {
                Self::at(e.message, (e.line, e.column), "Declare the prefix with xmlns:prefix=\"…\".")
            }
            uppsala::XmlError::XPath(e) => Self::new(e.message, "Write an XPath 1.0 expression."),
            uppsala::XmlError::Validation(e) => Self::at(
                e.message,
                (e.line.unwrap_or(0), e.column.unwrap_or(0)),
                "Make it valid for its schema.",
            ),
            uppsala::XmlError::UnexpectedEof => {
                Self::new("the XML ends too early", "Close the elements that are still open.")
            }
        }
    }
}

/// What an XPath 1.0 expression gave.
#[derive(Clone, Debug, PartialEq)]
pub enum XPathResult {
    String(String),
    Number(f64),
    Bool(bool),
    /// The first selected element, as a document of its own.
    Element(super::Body),
    /// The text of the first selected attribute or text node.
    Text(String),
}

self_cell!(
    struct Parsed {
        owner: Arc<str>,
        #[covariant]
        dependent: Document,
    }
);

/// Parsed XML text: the text and its tree, which borrows from it.
pub struct XmlDocument {
    parsed: Parsed,
    /// Ready for XPath.
    pub(super) indexed: bool,
}

impl XmlDocument {
    /// # Errors
    /// When the text is not well-formed, declares a document type, is nested deeper than 128 elements or longer
    /// than [`MAX_XML_BYTES`].
    pub(crate) fn parse(text: Arc<str>, indexed: bool) -> Result<Self, XmlError> {
        let parsed = Parsed::try_new(text, |text| {
            let mut tree = parse_text(text)?;
            if indexed {
                tree.prepare_xpath();
            }
            Ok::<_, XmlError>(tree)
        })?;
        Ok(Self { parsed, indexed })
    }

    pub fn text(&self) -> &str {
        self.parsed.borrow_owner()
    }

    pub fn tree(&self) -> &Document<'_> {
        self.parsed.borrow_dependent()
    }

    /// Namespace and local name of the root; an empty namespace is none.
    pub fn root(&self) -> (&str, &str) {
        root_name(self.tree())
    }

    /// Text at a path; `None` when there is no such node.
    pub fn field_text(&self, path: &NodePath) -> Option<String> {
        let tree = self.tree();
        find(tree, path).map(|found| found.text(tree))
    }
}

impl fmt::Debug for XmlDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("XmlDocument").field(&self.text()).finish()
    }
}

/// A node that a path selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Element(NodeId),
    /// Owner element, and index among its attributes.
    Attribute(NodeId, usize),
}

impl Found {
    pub fn text(&self, tree: &Document<'_>) -> String {
        match self {
            Self::Element(id) => tree.text_content_deep(*id),
            Self::Attribute(owner, index) => tree
                .element(*owner)
                .and_then(|e| e.attributes.get(*index))
                .map_or_else(String::new, |a| a.value.to_string()),
        }
    }
}

/// Parses with the limits that hostile input needs. Document types are refused: nothing BizTalk exchanges has
/// one, and entities are the way to make a small text huge.
///
/// # Errors
/// As [`XmlDocument::parse`].
pub fn parse_text(text: &str) -> Result<Document<'_>, XmlError> {
    if text.len() > MAX_XML_BYTES {
        return Err(XmlError::new(
            format!("{} MiB of XML are more than the {} MiB allowed", text.len() >> 20, MAX_XML_BYTES >> 20),
            "Split the message, or use a pass-through pipeline.",
        ));
    }
    if text.trim_start_matches('\u{feff}').trim_ascii().is_empty() {
        return Err(XmlError::new("there is no XML: the text is empty", "Write at least a root element."));
    }
    if let Some(place) = crowded(text) {
        return Err(XmlError::at(
            format!("an element has more than {MAX_ATTRIBUTES} attributes"),
            place,
            "Write them as elements.",
        ));
    }
    let tree = Parser::new().with_forbid_dtd(true).parse(text).map_err(|error| match error {
        uppsala::XmlError::UnexpectedEof => {
            let place =
                (text.lines().count().max(1), text.lines().last().map_or(1, |l| l.chars().count() + 1));
            XmlError::at("the XML ends too early", place, "Close the elements that are still open.")
        }
        other => other.into(),
    })?;
    if tree.document_element().is_none() {
        return Err(XmlError::new("there is no root element", "Write at least a root element."));
    }
    Ok(tree)
}

/// Attributes an element may have. The parser compares each with all others of its element.
const MAX_ATTRIBUTES: usize = 1_000;

/// Line and column of the first element with more than [`MAX_ATTRIBUTES`].
fn crowded(text: &str) -> Option<(usize, usize)> {
    // The shortest attribute has five characters, with the blank before it.
    if text.len() < MAX_ATTRIBUTES * 5 {
        return None;
    }
    let mut at = 0;
    while let Some(start) = text.get(at..)?.find('<').map(|n| at + n) {
        let rest = text.get(start..)?;
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("</", ">")];
        if let Some((_, end)) = skipped.iter().find(|(open, _)| rest.starts_with(open)) {
            at = start + rest.find(end)? + end.len();
            continue;
        }
        let (mut quote, mut attributes, mut length) = (None, 0, rest.len());
        for (n, byte) in rest.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) if byte == open => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => attributes += 1,
                (None, b'>') => {
                    length = n + 1;
                    break;
                }
                _ => {}
            }
        }
        if attributes > MAX_ATTRIBUTES {
            let before = text.get(..start)?;
            let line = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
            return Some((before.matches('\n').count() + 1, line + 1));
        }
        at = start + length;
    }
    None
}

/// Text as the content of an XML element or a quoted attribute.
pub fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text of UTF-8 or UTF-16 bytes, without byte order mark.
///
/// # Errors
/// When the bytes are neither.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    const HELP: &str = "Save the file as UTF-8 or UTF-16.";
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes, HELP),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes, HELP),
        [b'<', 0, ..] => utf16(bytes, u16::from_le_bytes, HELP),
        [0, b'<', ..] => utf16(bytes, u16::from_be_bytes, HELP),
        _ => {
            let utf8 = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            match std::str::from_utf8(utf8) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                Err(error) => {
                    let valid = utf8.get(..error.valid_up_to()).unwrap_or_default();
                    let line = valid.iter().filter(|b| **b == b'\n').count() + 1;
                    let column = valid.iter().rev().take_while(|b| **b != b'\n').count() + 1;
                    Err(XmlError::at("these bytes are not UTF-8 text", (line, column), HELP))
                }
            }
        }
    }
}

fn utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16, help: &'static str) -> Result<Cow<'a, str>, XmlError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<String, _>>();
    match text {
        Ok(text) if rest.is_empty() => Ok(Cow::Owned(text)),
        _ => Err(XmlError::new("these bytes are not UTF-16 text", help)),
    }
}

/// Namespace and local name of the root element.
pub fn root_name<'d>(tree: &'d Document<'_>) -> (&'d str, &'d str) {
    let root = tree.document_element().and_then(|id| tree.element(id));
    root.map_or(("", ""), |e| (e.name.namespace_uri.as_deref().unwrap_or(""), &e.name.local_name))
}

/// The first node in document order that a path selects.
pub fn find(tree: &Document<'_>, path: &NodePath) -> Option<Found> {
    let (first, rest) = path.steps.split_first()?;
    let root = tree.document_element().filter(|id| is_step(tree, *id, first))?;
    find_below(tree, root, rest)
}

/// As [`find`], by the steps below an element.
pub fn find_below(tree: &Document<'_>, from: NodeId, steps: &[PathStep]) -> Option<Found> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(Found::Element(from));
    };
    if step.attribute {
        let element = tree.element(from)?;
        let at = element.attributes.iter().position(|a| matches_step(&a.name, step))?;
        return Some(Found::Attribute(from, at));
    }
    tree.children_iter(from)
        .filter(|child| is_step(tree, *child, step))
        .find_map(|child| find_below(tree, child, rest))
}

/// All elements that steps below an element select, in document order.
pub fn children_at(tree: &Document<'_>, from: NodeId, steps: &[PathStep]) -> Vec<NodeId> {
    steps.iter().fold(vec![from], |nodes, step| {
        let children = nodes.into_iter().flat_map(|node| tree.children_iter(node));
        children.filter(|child| is_step(tree, *child, step)).collect()
    })
}

fn is_step(tree: &Document<'_>, id: NodeId, step: &PathStep) -> bool {
    !step.attribute && tree.element(id).is_some_and(|e| matches_step(&e.name, step))
}

fn matches_step(name: &QName<'_>, step: &PathStep) -> bool {
    name.local_name == step.local.as_str()
        && step.namespace.as_ref().is_none_or(|ns| name.namespace_uri.as_deref().unwrap_or("") == ns.as_str())
}

/// Sets the text at a path. Missing nodes below an existing root are made, each after its last sibling.
///
/// # Errors
/// When the root is another one, or the text has a character XML cannot hold.
pub fn set_field_text(tree: &mut Document<'_>, path: &NodePath, text: &str) -> Result<(), XmlError> {
    check_characters(text)?;
    let mut found = find(tree, path);
    if found.is_none() {
        make_missing(tree, path)?;
        found = find(tree, path);
    }
    match found {
        Some(Found::Element(id)) => set_element_text(tree, id, text),
        Some(Found::Attribute(owner, index)) => {
            if let Some(attribute) = tree.element_mut(owner).and_then(|e| e.attributes.get_mut(index)) {
                attribute.value = Cow::Owned(text.to_owned());
            }
        }
        None => {
            return Err(XmlError::new(format!("{path} cannot be made"), "Write to a field of this message."));
        }
    }
    Ok(())
}

fn make_missing(tree: &mut Document<'_>, path: &NodePath) -> Result<(), XmlError> {
    let mut depth = path.steps.len();
    let (mut at, rest) = loop {
        depth = depth.saturating_sub(1);
        let (known, rest) = path.steps.split_at_checked(depth).unwrap_or_default();
        if known.is_empty() {
            let (_, root) = root_name(tree);
            return Err(XmlError::new(
                format!("the root of the message is {root}, so there is no {path}"),
                "Assign a message of the right type first.",
            ));
        }
        if let Some(Found::Element(id)) = find(tree, &NodePath { steps: known.to_vec() }) {
            break (id, rest);
        }
    };
    for step in rest {
        let namespace = step.namespace.as_deref().unwrap_or("");
        let name = qualified(namespace, &step.local);
        if step.attribute {
            if let Some(element) = tree.element_mut(at) {
                element.set_attribute(name, Cow::Borrowed(""));
            }
        } else {
            let child = tree.create_element(name);
            tree.append_child(at, child);
            at = child;
        }
    }
    Ok(())
}

/// A name without prefix; an empty namespace is none.
pub fn qualified(namespace: &str, local: &str) -> QName<'static> {
    if namespace.is_empty() {
        QName::local(local.to_owned())
    } else {
        QName::with_namespace(namespace.to_owned(), local.to_owned())
    }
}

/// Replaces all content of an element by text.
pub fn set_element_text(tree: &mut Document<'_>, id: NodeId, text: &str) {
    for child in tree.children(id) {
        tree.detach(child);
    }
    if !text.is_empty() {
        let node = tree.create_text(text.to_owned());
        tree.append_child(id, node);
    }
}

/// True for a character that XML 1.0 can hold.
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// # Errors
/// Names the first character that XML 1.0 cannot hold.
pub fn check_characters(text: &str) -> Result<(), XmlError> {
    let bad = text.chars().find(|c| !is_xml_char(*c));
    bad.map_or(Ok(()), |c| {
        Err(XmlError::new(
            format!("character U+{:04X} cannot stand in XML", u32::from(c)),
            "Remove it or encode the text first.",
        ))
    })
}

/// The subtree of an element as a document of its own, with the prefixes it mentions still declared.
pub fn subtree(tree: &Document<'_>, id: NodeId) -> Document<'static> {
    let mut own = Document::new();
    if let Some(copy) = own.import_subtree(tree, id) {
        let root = own.root();
        own.append_child(root, copy);
        let source = tree.node_source(id).unwrap_or_default();
        let mut declared: Vec<(String, String)> = Vec::new();
        for ancestor in tree.ancestors(id) {
            for (prefix, uri) in tree.element(ancestor).iter().flat_map(|e| &e.namespace_declarations) {
                let known = declared.iter().any(|(p, _)| p == prefix);
                if !prefix.is_empty() && !known && source.contains(&format!("{prefix}:")) {
                    declared.push((prefix.to_string(), uri.to_string()));
                }
            }
        }
        for (prefix, uri) in declared {
            let own_binding =
                own.element(copy).is_some_and(|e| e.namespace_declarations.iter().any(|(p, _)| *p == prefix));
            if !own_binding {
                own.declare_namespace(copy, Some(&prefix), uri);
            }
        }
    }
    own
}

static XPATH: LazyLock<XPathEvaluator> =
    LazyLock::new(|| XPathEvaluator::new().with_max_node_visits(MAX_XPATH_VISITS));

/// Evaluates XPath 1.0 from the document node of an indexed tree.
///
/// # Errors
/// When the expression is malformed, uses an undeclared prefix, or selects nothing (section 7.4).
pub fn xpath(tree: &Document<'_>, expression: &str) -> Result<XPathResult, XmlError> {
    Ok(match XPATH.evaluate(tree, tree.root(), expression)? {
        XPathValue::String(text) => XPathResult::String(text),
        XPathValue::Number(number) => XPathResult::Number(number),
        XPathValue::Boolean(flag) => XPathResult::Bool(flag),
        XPathValue::NodeSet(nodes) => {
            let first = *nodes.first().ok_or_else(|| selects_nothing(expression))?;
            match tree.node_kind(first) {
                Some(NodeKind::Element(_)) => {
                    XPathResult::Element(super::Body::xml(subtree(tree, first).to_xml()))
                }
                Some(NodeKind::Document) => XPathResult::Element(super::Body::xml(tree.to_xml())),
                _ => XPathResult::Text(XPathValue::NodeSet(vec![first]).to_string_value(tree)),
            }
        }
    })
}

/// Replaces the text of the first node an expression selects (C184).
///
/// # Errors
/// When nothing, or something that is no node, is selected.
pub fn set_xpath_value(tree: &mut Document<'_>, expression: &str, text: &str) -> Result<(), XmlError> {
    check_characters(text)?;
    tree.prepare_xpath();
    let XPathValue::NodeSet(nodes) = XPATH.evaluate(tree, tree.root(), expression)? else {
        return Err(XmlError::new(
            format!("{expression} gives a value, not a node, so nothing can be written to it"),
            "Write a path to an element or attribute, without string() or number().",
        ));
    };
    let node = *nodes.first().ok_or_else(|| selects_nothing(expression))?;
    match tree.node_kind(node).cloned() {
        Some(NodeKind::Element(_)) => set_element_text(tree, node, text),
        Some(NodeKind::Attribute(name, _)) => {
            if let Some(owner) = tree.parent(node).and_then(|id| tree.element_mut(id)) {
                owner.set_attribute(name, Cow::Owned(text.to_owned()));
            }
        }
        Some(NodeKind::Text(_) | NodeKind::CData(_)) => {
            if let Some(kind) = tree.node_kind_mut(node) {
                *kind = NodeKind::Text(Cow::Owned(text.to_owned()));
            }
        }
        _ => {
            return Err(XmlError::new(
                format!("{expression} selects neither an element nor an attribute"),
                "Write a path to an element or attribute.",
            ));
        }
    }
    Ok(())
}

/// Appends copies of document roots to the first element an expression selects.
///
/// # Errors
/// As [`set_xpath_value`].
pub fn append_at_xpath(
    tree: &mut Document<'_>,
    expression: &str,
    documents: &[Arc<XmlDocument>],
) -> Result<(), XmlError> {
    tree.prepare_xpath();
    let selected = match XPATH.evaluate(tree, tree.root(), expression)? {
        XPathValue::NodeSet(nodes) => nodes.first().copied().filter(|id| tree.element(*id).is_some()),
        _ => None,
    };
    let element = selected.ok_or_else(|| selects_nothing(expression))?;
    for document in documents {
        let source = document.tree();
        if let Some(copy) = source.document_element().and_then(|root| tree.import_subtree(source, root)) {
            tree.append_child(element, copy);
        }
    }
    Ok(())
}

fn selects_nothing(expression: &str) -> XmlError {
    XmlError::new(
        format!("{expression} selects nothing in this message"),
        "Check names and namespaces; an XPath target must exist, the schema's defaults do not count.",
    )
}
