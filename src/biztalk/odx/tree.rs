//! The designer tree as it is written: elements, properties, and whatever else stands between them.

use crate::biztalk::{Encoding, decode};
use crate::diagnostic::{Diagnostic, Place};
use crate::message::document::parse_text;
use smol_str::SmolStr;
use std::fmt::Write;
use uppsala::{Document, NodeId, NodeKind};

/// Namespace of the designer's XML.
pub const DESIGNER: &str = "http://schemas.microsoft.com/BizTalk/2003/DesignerData";

/// One `.odx`, complete. What is not understood is kept as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OdxFile {
    pub encoding: Encoding,
    /// Text before the root of the tree: preprocessor lines and the XML declaration.
    pub head: String,
    /// The root of the tree, `MetaModel`.
    pub model: Element,
    /// Text after the root of the tree: `#endif` and the XLANG/s program. Empty for a tree found in an assembly.
    pub tail: String,
}

/// An element of the tree. Two tags exist, told apart by the designer's names: `Element` and `Property`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Attributes in order, by local name, with namespace declarations left out: `Type`, `OID`, `ParentLink`,
    /// `LowerBound`, `HigherBound`, and whatever else there is.
    pub attributes: Vec<(SmolStr, String)>,
    pub items: Vec<Item>,
}

/// What stands in an element, in document order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Property(Property),
    Element(Element),
    /// Anything else, as written: comments, text, foreign elements. White space between elements is left out.
    Other(String),
}

/// A property of an element; line breaks in its value are as written, mostly `\r\n`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Property {
    pub name: SmolStr,
    pub value: String,
}

impl Element {
    /// An attribute, empty when it is not there.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The `Type`: `Module`, `Receive` …
    pub fn kind(&self) -> &str {
        self.attribute("Type")
    }

    /// Its identity, a GUID.
    pub fn oid(&self) -> &str {
        self.attribute("OID")
    }

    /// The collection of the parent it is in: `ServiceBody_Statement`, `Scope_Catch` …
    pub fn link(&self) -> &str {
        self.attribute("ParentLink")
    }

    /// Value of a property, `None` when it is not there.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties().find(|p| p.name == name).map(|p| p.value.as_str())
    }

    pub fn properties(&self) -> impl Iterator<Item = &Property> {
        self.items.iter().filter_map(|item| match item {
            Item::Property(property) => Some(property),
            _ => None,
        })
    }

    /// The elements directly inside, in document order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.items.iter().filter_map(|item| match item {
            Item::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The elements of one collection, in their order; the order between collections means nothing.
    pub fn linked<'a>(&'a self, link: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |element| element.link() == link)
    }

    /// The elements directly inside of one type.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |element| element.kind() == kind)
    }

    /// This element and all inside, outer before inner, in document order.
    pub fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a Element)) {
        visit(self);
        for element in self.elements() {
            element.visit(visit);
        }
    }
}

impl Element {
    /// The element as the designer writes it, `depth` levels in: four spaces a level, line ends `\n`, what an
    /// attribute cannot hold as a character reference.
    pub fn write(&self, depth: usize, out: &mut String) {
        let indent = "    ".repeat(depth);
        out.push_str(&indent);
        out.push_str("<om:Element");
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"{}\"", escape(value));
        }
        if self.items.is_empty() {
            out.push_str(" />\n");
            return;
        }
        out.push_str(">\n");
        for item in &self.items {
            match item {
                Item::Property(Property { name, value }) => {
                    let (name, value) = (escape(name), escape(value));
                    let _ = writeln!(out, "{indent}    <om:Property Name=\"{name}\" Value=\"{value}\" />");
                }
                Item::Element(element) => element.write(depth + 1, out),
                Item::Other(text) => {
                    let _ = writeln!(out, "{indent}    {text}");
                }
            }
        }
        out.push_str(&indent);
        out.push_str("</om:Element>\n");
    }
}

/// Text as the value of an attribute: line breaks survive only as references.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(escaped, "&#x{:X};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

impl OdxFile {
    /// Reads a whole file. `path` is for findings.
    ///
    /// # Errors
    /// `Z01` when it holds no designer tree, `Z02` when the tree is no XML or is too deep or too large.
    pub fn parse(path: &str, bytes: &[u8]) -> Result<Self, Diagnostic> {
        let (text, encoding) = decode(bytes);
        Self::of_text(path, &text, encoding)
    }

    /// As [`OdxFile::parse`], from text.
    ///
    /// # Errors
    /// As [`OdxFile::parse`].
    pub fn of_text(path: &str, text: &str, encoding: Encoding) -> Result<Self, Diagnostic> {
        let at = |line: Option<(u32, u32)>| Place { file: path.to_owned(), line, ..Place::default() };
        let Some((start, name)) = opening(text) else {
            let message = if text.trim().is_empty() {
                "the file is empty"
            } else {
                "this is no orchestration of BizTalk's designer: there is no `om:MetaModel` in it"
            };
            return Err(Diagnostic::error("Z01", message, MISSING).at(at(None)));
        };
        let closing = format!("</{name}>");
        let inner = text.get(start..).unwrap_or_default();
        let end = inner.find(&closing).map(|at| start + at + closing.len());
        let end = end.or_else(|| alone(inner, name).map(|length| start + length));
        let end = end.unwrap_or(text.len());
        let head = text.get(..start).unwrap_or_default();
        let tree = parse_text(text.get(start..end).unwrap_or_default());
        let tree = tree.map_err(|error| {
            let before = u32::try_from(head.matches('\n').count()).unwrap_or(u32::MAX);
            let line = error.place().map(|(line, column)| (line.saturating_add(before), column));
            Diagnostic::error("Z02", error.message, BROKEN).at(at(line))
        })?;
        let root =
            tree.document_element().ok_or_else(|| Diagnostic::error("Z01", "the file is empty", MISSING))?;
        Ok(Self {
            encoding,
            head: head.to_owned(),
            model: element(&tree, root),
            tail: text.get(end..).unwrap_or_default().to_owned(),
        })
    }

    /// The XLANG/s half, without the line that ends the tree's.
    pub fn code(&self) -> &str {
        let tail = self.tail.trim_start();
        match tail.strip_prefix("#endif") {
            Some(rest) => rest.split_once('\n').map_or("", |(_, code)| code),
            None => tail,
        }
    }
}

const MISSING: &str = "open a file that BizTalk's orchestration designer saved, or its project";
const BROKEN: &str = "restore the file from version control, or correct the XML at this place";

/// Where the root of the tree begins, and its name with prefix.
fn opening(text: &str) -> Option<(usize, &str)> {
    text.match_indices("MetaModel").find_map(|(at, word)| {
        let before = text.get(..at)?;
        let start = before.rfind('<')?;
        let prefix = before.get(start + 1..)?;
        let named = prefix.is_empty()
            || prefix
                .strip_suffix(':')
                .is_some_and(|p| p.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)));
        let after = text.get(at + word.len()..)?;
        let ends = after.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/');
        (named && ends).then(|| text.get(start + 1..at + word.len()).map(|name| (start, name)))?
    })
}

/// Length of a root without content, `<om:MetaModel … />`.
fn alone(text: &str, name: &str) -> Option<usize> {
    let end = text.find('>')? + 1;
    let tag = text.get(..end)?;
    (tag.starts_with(&format!("<{name}")) && tag.ends_with("/>")).then_some(end)
}

fn element(tree: &Document<'_>, id: NodeId) -> Element {
    let attributes = tree.element(id).into_iter().flat_map(|e| &e.attributes);
    let attributes = attributes.map(|a| (SmolStr::new(&a.name.local_name), a.value.to_string())).collect();
    Element { attributes, items: tree.children_iter(id).filter_map(|child| item(tree, child)).collect() }
}

fn item(tree: &Document<'_>, id: NodeId) -> Option<Item> {
    let written = || Item::Other(tree.node_source(id).unwrap_or_default().to_owned());
    match tree.node_kind(id)? {
        NodeKind::Element(found) => {
            let ours = found.name.namespace_uri.as_deref() == Some(DESIGNER);
            let property = || {
                let [name, value] = found.attributes.as_slice() else { return None };
                let fits = name.name.local_name == "Name" && value.name.local_name == "Value";
                let fits = fits && tree.children_iter(id).next().is_none();
                let name = SmolStr::new(&name.value);
                fits.then(|| Item::Property(Property { name, value: value.value.to_string() }))
            };
            Some(match &*found.name.local_name {
                "Element" if ours => Item::Element(element(tree, id)),
                "Property" if ours => property().unwrap_or_else(written),
                _ => written(),
            })
        }
        NodeKind::Text(text) if text.trim().is_empty() => None,
        _ => Some(written()),
    }
}
