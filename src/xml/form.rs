//! A message as a form along its schema: what is there, what may be added where, and each change of it as a new
//! text in which nothing else changes.

use super::source::Source;
use super::{SchemaNode, SchemaSet};
use crate::message::document::root_name;
use crate::message::{Value, ValueType, XmlError, escape_xml, message_type};
use smol_str::SmolStr;
use uppsala::NodeId;

/// One line of the form, in document order.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Places among the elements of each parent, from the root's children on; empty is the root.
    pub at: Vec<usize>,
    /// Set for an attribute of the element at [`Line::at`]: its name as written, or as it would be.
    pub attribute: Option<String>,
    pub name: SmolStr,
    pub depth: usize,
    pub kind: LineKind,
    /// Number among its equals, from 1, when there may be several.
    pub number: Option<usize>,
    /// It may be taken out without breaking the schema.
    pub removable: bool,
    /// Another one may follow.
    pub repeatable: bool,
    /// The alternatives it may be replaced by, by their names.
    pub alternatives: Vec<SmolStr>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LineKind {
    /// A record; its nodes follow deeper.
    Record,
    Field(Field),
    /// Something the schema does not know here.
    Unknown,
    /// Not there, but required.
    Missing,
    /// What may be added to the element at [`Line::at`], as the last line of it.
    Add(Vec<SmolStr>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub text: String,
    /// XSD type.
    pub xsd: SmolStr,
    pub value_type: ValueType,
    pub choices: Vec<SmolStr>,
    pub required: bool,
    /// Why the text is not of its type.
    pub wrong: Option<String>,
    /// It has element content besides, or children: its text is not to be set here.
    pub mixed: bool,
}

/// A change of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Text(String),
    Remove,
    /// One more of the same, behind it.
    Repeat,
    /// A child of this name; on a [`LineKind::Missing`] line the missing one itself.
    Add(SmolStr),
    /// Another alternative of its choice in its place.
    Replace(SmolStr),
}

/// Longest text that is laid out as a form, in bytes.
pub const LONGEST: usize = 400_000;

/// Deepest that required content is made.
const DEEPEST: usize = 24;

/// The lines of a message.
///
/// # Errors
/// When the text is not well-formed, too long, or of no known type.
pub fn lines(text: &str, schemas: &SchemaSet) -> Result<Vec<Line>, XmlError> {
    if text.len() > LONGEST {
        return Err(XmlError::new("the message is too long for a form".to_owned(), "Edit its text."));
    }
    let source = Source::parse(text)?;
    let (root, node) = root_of(&source, schemas)?;
    let mut walk = Walk { source: &source, lines: Vec::new() };
    let line = Line {
        at: Vec::new(),
        attribute: None,
        name: node.local.clone(),
        depth: 0,
        kind: LineKind::Record,
        number: None,
        removable: false,
        repeatable: false,
        alternatives: Vec::new(),
    };
    walk.element(root, node, line);
    Ok(walk.lines)
}

/// The text after a change of a line.
///
/// # Errors
/// As [`lines`], and when the line is not there (any more).
pub fn change(text: &str, line: &Line, change: &Change, schemas: &SchemaSet) -> Result<String, XmlError> {
    let source = Source::parse(text)?;
    let (root, structure) = root_of(&source, schemas)?;
    let gone =
        || XmlError::new(format!("{} is not there any more", line.name), "Look at the message as it is now.");
    let (mut id, mut node, mut parent) = (root, Some(structure), None);
    for place in &line.at {
        let own = source.elements(id).get(*place).copied().ok_or_else(gone)?;
        parent = Some((id, node));
        node = node.and_then(|n| child_node(&source, n, own));
        id = own;
    }
    if let Some(name) = &line.attribute {
        return Ok(match change {
            Change::Text(text) => source.set_attribute(id, name, Some(text)),
            Change::Remove => source.set_attribute(id, name, None),
            Change::Add(_) | Change::Repeat | Change::Replace(_) => {
                let child =
                    node.and_then(|n| n.children.iter().find(|c| c.attribute && c.local == line.name));
                source.set_attribute(id, name, Some(&first_text(child.ok_or_else(gone)?)))
            }
        });
    }
    match change {
        Change::Text(text) => Ok(source.set_text(id, text)),
        Change::Remove => Ok(source.remove(id)),
        Change::Repeat => {
            let (above, _) = parent.ok_or_else(gone)?;
            let made = fragment(&source, above, node.ok_or_else(gone)?, 0);
            Ok(source.insert(above, Some(id), &made))
        }
        Change::Replace(name) => {
            let (above, structure) = parent.ok_or_else(gone)?;
            let wanted = structure.and_then(|n| n.children.iter().find(|c| c.local == *name && !c.attribute));
            let made = fragment(&source, above, wanted.ok_or_else(gone)?, 0);
            let with = source.insert(above, Some(id), &made);
            let again = Source::parse(&with)?;
            let mut old = again.root().ok_or_else(gone)?;
            for place in &line.at {
                old = again.elements(old).get(*place).copied().ok_or_else(gone)?;
            }
            Ok(again.remove(old))
        }
        Change::Add(name) => {
            let structure = node.ok_or_else(gone)?;
            let at = structure.children.iter().position(|c| c.local == *name).ok_or_else(gone)?;
            let wanted = structure.children.get(at).ok_or_else(gone)?;
            if wanted.attribute {
                let (name, declared) = qualified(&source, id, wanted, true);
                let text = source.set_attribute(id, &name, Some(&first_text(wanted)));
                return Ok(if declared.is_empty() { text } else { declare(&text, &line.at, &declared)? });
            }
            let before = |own: &NodeId| {
                let place = structure.children.iter().position(|c| is(&source, *own, c));
                place.is_none_or(|place| place <= at)
            };
            let after = source.elements(id).into_iter().rev().find(before);
            Ok(source.insert(id, after, &fragment(&source, id, wanted, 0)))
        }
    }
}

/// Adds namespace declarations to the element at a place.
fn declare(text: &str, at: &[usize], declared: &str) -> Result<String, XmlError> {
    let source = Source::parse(text)?;
    let mut id = source.root();
    for place in at {
        id = id.and_then(|id| source.elements(id).get(*place).copied());
    }
    let (name, value) = declared.trim().split_once("=\"").unwrap_or_default();
    Ok(id.map_or_else(
        || text.to_owned(),
        |id| source.set_attribute(id, name, Some(value.trim_end_matches('"'))),
    ))
}

fn root_of<'s>(source: &Source<'_>, schemas: &'s SchemaSet) -> Result<(NodeId, &'s SchemaNode), XmlError> {
    let (namespace, local) = root_name(source.tree());
    let known = message_type(namespace, local);
    let node = schemas.structure(&known);
    source.root().zip(node).ok_or_else(|| {
        XmlError::new(
            format!("no schema has the message type {known}"),
            "Correct the root, or edit the text.",
        )
    })
}

fn is(source: &Source<'_>, id: NodeId, node: &SchemaNode) -> bool {
    let element = source.tree().element(id);
    !node.attribute
        && element.is_some_and(|e| {
            *e.name.local_name == *node.local
                && e.name.namespace_uri.as_deref().unwrap_or_default() == node.namespace
        })
}

fn child_node<'s>(source: &Source<'_>, parent: &'s SchemaNode, id: NodeId) -> Option<&'s SchemaNode> {
    parent.children.iter().find(|child| is(source, id, child))
}

struct Walk<'a, 't> {
    source: &'a Source<'t>,
    lines: Vec<Line>,
}

impl Walk<'_, '_> {
    fn element(&mut self, id: NodeId, node: &SchemaNode, mut line: Line) {
        let children = self.source.elements(id);
        let attributes = node.children.iter().filter(|c| c.attribute);
        let below = node.children.iter().any(|c| !c.attribute) || !children.is_empty();
        if let Some(content) = &node.content {
            let text = if below { String::new() } else { self.source.tree().text_content_deep(id) };
            line.kind = LineKind::Field(field(node, text, below));
            if content.xsd == "anyType" && below {
                line.kind = LineKind::Record;
            }
        }
        let (at, depth) = (line.at.clone(), line.depth);
        self.lines.push(line);
        let mut may_add = Vec::new();
        for child in attributes {
            self.attribute(id, child, &at, depth + 1, &mut may_add);
        }
        for (place, own) in children.iter().enumerate() {
            let mut at = at.clone();
            at.push(place);
            let known = child_node(self.source, node, *own);
            let Some(child) = known else {
                let element = self.source.tree().element(*own);
                self.lines.push(Line {
                    at,
                    attribute: None,
                    name: element.map(|e| SmolStr::from(&*e.name.local_name)).unwrap_or_default(),
                    depth: depth + 1,
                    kind: LineKind::Unknown,
                    number: None,
                    removable: true,
                    repeatable: false,
                    alternatives: Vec::new(),
                });
                continue;
            };
            let same: Vec<&NodeId> = children.iter().filter(|o| is(self.source, **o, child)).collect();
            let number = same.iter().position(|o| *o == own).map(|n| n + 1);
            let least = if child.required { usize::try_from(child.occurs.least).unwrap_or(1) } else { 0 };
            let most = child.occurs.most.map(|m| usize::try_from(m).unwrap_or(usize::MAX));
            let repeats = child.repeats || most.is_none_or(|m| m > 1);
            let line = Line {
                at,
                attribute: None,
                name: child.local.clone(),
                depth: depth + 1,
                kind: LineKind::Record,
                number: number.filter(|_| repeats),
                removable: same.len() > least,
                repeatable: repeats && most.is_none_or(|m| same.len() < m),
                alternatives: alternatives(node, child),
            };
            self.element(*own, child, line);
        }
        self.absent(node, &children, &at, depth, may_add);
    }

    /// What is not there: required nodes as lines, the others in one line to add them by.
    fn absent(
        &mut self,
        node: &SchemaNode,
        children: &[NodeId],
        at: &[usize],
        depth: usize,
        mut may_add: Vec<SmolStr>,
    ) {
        let mut chosen: Vec<u32> = Vec::new();
        for child in &node.children {
            if let Some(group) = child.one_of
                && children.iter().any(|own| is(self.source, *own, child))
            {
                chosen.push(group);
            }
        }
        for child in node.children.iter().filter(|c| !c.attribute) {
            let there = children.iter().any(|own| is(self.source, *own, child));
            if there || child.one_of.is_some_and(|group| chosen.contains(&group)) {
                continue;
            }
            if child.required && child.occurs.least > 0 {
                self.missing(child, at, depth + 1, None);
            } else {
                may_add.push(child.local.clone());
            }
        }
        if !may_add.is_empty() {
            self.lines.push(Line {
                at: at.to_vec(),
                attribute: None,
                name: node.local.clone(),
                depth: depth + 1,
                kind: LineKind::Add(may_add),
                number: None,
                removable: false,
                repeatable: false,
                alternatives: Vec::new(),
            });
        }
    }

    fn missing(&mut self, child: &SchemaNode, at: &[usize], depth: usize, attribute: Option<String>) {
        self.lines.push(Line {
            at: at.to_vec(),
            attribute,
            name: child.local.clone(),
            depth,
            kind: LineKind::Missing,
            number: None,
            removable: false,
            repeatable: false,
            alternatives: Vec::new(),
        });
    }

    fn attribute(
        &mut self,
        id: NodeId,
        child: &SchemaNode,
        at: &[usize],
        depth: usize,
        may_add: &mut Vec<SmolStr>,
    ) {
        let element = self.source.tree().element(id);
        let attributes = element.map(|e| e.attributes.as_slice()).unwrap_or_default();
        let found = attributes.iter().find(|a| {
            *a.name.local_name == *child.local
                && a.name.namespace_uri.as_deref().unwrap_or_default() == child.namespace
        });
        let Some(found) = found else {
            if child.required {
                let (name, _) = qualified(self.source, id, child, true);
                self.missing(child, at, depth, Some(name));
            } else {
                may_add.push(child.local.clone());
            }
            return;
        };
        let prefix = found.name.prefix.as_deref().unwrap_or_default();
        let written =
            if prefix.is_empty() { child.local.to_string() } else { format!("{prefix}:{}", child.local) };
        self.lines.push(Line {
            at: at.to_vec(),
            attribute: Some(written),
            name: child.local.clone(),
            depth,
            kind: LineKind::Field(field(child, found.value.to_string(), false)),
            number: None,
            removable: !child.required,
            repeatable: false,
            alternatives: Vec::new(),
        });
    }
}

fn alternatives(parent: &SchemaNode, child: &SchemaNode) -> Vec<SmolStr> {
    let Some(group) = child.one_of else { return Vec::new() };
    let same = parent.children.iter().filter(|c| c.one_of == Some(group) && !c.attribute);
    same.map(|c| c.local.clone()).collect()
}

fn field(node: &SchemaNode, text: String, mixed: bool) -> Field {
    let content = node.content.clone();
    let (xsd, value_type, choices) =
        content.map_or_else(Default::default, |c| (c.xsd, Some(c.value_type), c.choices));
    let value_type = value_type.unwrap_or(ValueType::String);
    let wrong = if mixed {
        None
    } else if !choices.is_empty() && !choices.iter().any(|c| *c == text) {
        Some("It is none of the values the schema lists".to_owned())
    } else if text.is_empty() && value_type == ValueType::String {
        None
    } else {
        Value::from_xml(&text, &value_type).err()
    };
    Field { text, xsd, value_type, choices, required: node.required, wrong, mixed }
}

/// Name of a node where it is to stand, and the declaration of its namespace when there is none in reach.
fn qualified(source: &Source<'_>, at: NodeId, node: &SchemaNode, attribute: bool) -> (String, String) {
    let mut known: Vec<(String, String)> = Vec::new();
    let mut above = Some(at);
    while let Some(id) = above {
        let element = source.tree().element(id);
        for (prefix, uri) in element.map(|e| e.namespace_declarations.as_slice()).unwrap_or_default() {
            if !known.iter().any(|(p, _)| *p == **prefix) {
                known.push((prefix.to_string(), uri.to_string()));
            }
        }
        above = source.tree().parent(id);
    }
    let default = known.iter().find(|(prefix, _)| prefix.is_empty()).map_or("", |(_, uri)| uri.as_str());
    if node.namespace.is_empty() {
        let reset = if attribute || default.is_empty() { "" } else { " xmlns=\"\"" };
        return (node.local.to_string(), reset.to_owned());
    }
    if default == node.namespace && !attribute {
        return (node.local.to_string(), String::new());
    }
    if let Some((prefix, _)) = known.iter().find(|(p, uri)| *uri == *node.namespace && !p.is_empty()) {
        return (format!("{prefix}:{}", node.local), String::new());
    }
    let prefix =
        (0..).map(|n| format!("ns{n}")).find(|p| !known.iter().any(|(k, _)| k == p)).unwrap_or_default();
    let declared = format!(" xmlns:{prefix}=\"{}\"", escape_xml(&node.namespace));
    (format!("{prefix}:{}", node.local), declared)
}

/// A new element with all that the schema requires in it.
fn fragment(source: &Source<'_>, parent: NodeId, node: &SchemaNode, depth: usize) -> String {
    let (name, mut open) = qualified(source, parent, node, false);
    for child in node.children.iter().filter(|c| c.attribute && c.required) {
        let (attribute, declared) = qualified(source, parent, child, true);
        open = format!("{open}{declared} {attribute}=\"{}\"", escape_xml(&first_text(child)));
    }
    let mut inner = String::new();
    let mut taken: Vec<u32> = Vec::new();
    for child in node.children.iter().filter(|c| !c.attribute && depth < DEEPEST) {
        // Of a choice the first alternative.
        let first = child.one_of.is_some_and(|group| !taken.contains(&group));
        taken.extend(child.one_of);
        if (child.required && child.occurs.least > 0) || first {
            let made = fragment(source, parent, child, depth + 1).replace('\n', "\n  ");
            inner = format!("{inner}\n  {made}");
        }
    }
    if !inner.is_empty() {
        return format!("<{name}{open}>{inner}\n</{name}>");
    }
    let text = if node.content.is_some() { first_text(node) } else { String::new() };
    if text.is_empty() {
        format!("<{name}{open}/>")
    } else {
        format!("<{name}{open}>{}</{name}>", escape_xml(&text))
    }
}

/// A text that the type allows, plain enough to be replaced.
fn first_text(node: &SchemaNode) -> String {
    let Some(content) = &node.content else { return String::new() };
    if let Some(known) = node.default.as_ref().or(content.choices.first()) {
        return known.to_string();
    }
    match (&content.value_type, content.xsd.as_str()) {
        (ValueType::DateTime, "date") => "2026-01-31".into(),
        (ValueType::DateTime, "time") => "08:00:00".into(),
        (ValueType::DateTime, "gYear") => "2026".into(),
        (ValueType::DateTime, "gYearMonth") => "2026-01".into(),
        (ValueType::DateTime, _) => "2026-01-31T08:00:00Z".into(),
        (ValueType::Bool, _) => "false".into(),
        (_, "negativeInteger") => "-1".into(),
        (_, "positiveInteger") => "1".into(),
        (ValueType::Guid, _) => "00000000-0000-0000-0000-000000000000".into(),
        (value_type, _) if value_type.is_number() => "0".into(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Application;

    const SCHEMA: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:o">
      <xs:element name="Order"><xs:complexType><xs:sequence>
        <xs:element name="Id" type="xs:int"/>
        <xs:element name="Note" type="xs:string" minOccurs="0"/>
        <xs:element name="Line" maxOccurs="3"><xs:complexType><xs:sequence>
          <xs:element name="Item" type="xs:string"/>
          <xs:element name="Count" type="xs:int" minOccurs="0"/>
        </xs:sequence><xs:attribute name="no" type="xs:int" use="required"/></xs:complexType></xs:element>
        <xs:choice><xs:element name="Cash" type="xs:decimal"/><xs:element name="Card" type="xs:string"/></xs:choice>
        <xs:element name="State"><xs:simpleType><xs:restriction base="xs:string">
          <xs:enumeration value="New"/><xs:enumeration value="Old"/></xs:restriction></xs:simpleType></xs:element>
      </xs:sequence><xs:attribute name="kind" type="xs:string"/></xs:complexType></xs:element>
    </xs:schema>"#;

    const TEXT: &str = "<o:Order xmlns:o=\"urn:o\">\n  <Id>x</Id>\n  <!-- kept -->\n  <Line no=\"1\">\n    <Item>A</Item>\n  </Line>\n  <Cash>2.50</Cash>\n  <State>New</State>\n</o:Order>";

    fn schemas() -> SchemaSet {
        let mut application = Application::default();
        application.schemas.insert("Order.xsd".into(), SCHEMA.into());
        SchemaSet::build(&application)
    }

    fn find<'l>(lines: &'l [Line], name: &str) -> &'l Line {
        lines.iter().find(|l| l.name == name && !matches!(l.kind, LineKind::Add(_))).unwrap()
    }

    fn changed(text: &str, name: &str, what: Change) -> String {
        let set = schemas();
        let lines = lines(text, &set).unwrap();
        change(text, find(&lines, name), &what, &set).unwrap()
    }

    #[test]
    fn the_form_says_what_is_there_and_what_may_be() {
        let set = schemas();
        let lines = lines(TEXT, &set).unwrap();
        let names: Vec<(&str, usize)> = lines.iter().map(|l| (l.name.as_str(), l.depth)).collect();
        assert_eq!(
            names,
            [
                ("Order", 0),
                ("Id", 1),
                ("Line", 1),
                ("no", 2),
                ("Item", 2),
                ("Line", 2),
                ("Cash", 1),
                ("State", 1),
                ("Order", 1)
            ]
        );
        let LineKind::Field(id) = &find(&lines, "Id").kind else { panic!() };
        assert!(id.wrong.is_some() && id.required, "x is no number");
        let line = find(&lines, "Line");
        assert!(line.repeatable && !line.removable && line.number == Some(1));
        assert_eq!(find(&lines, "Cash").alternatives, ["Cash", "Card"]);
        let LineKind::Field(state) = &find(&lines, "State").kind else { panic!() };
        assert_eq!(state.choices, ["New", "Old"]);
        assert_eq!(lines.last().unwrap().kind, LineKind::Add(vec!["kind".into(), "Note".into()]));
    }

    #[test]
    fn every_change_leaves_the_rest_as_it_was() {
        assert_eq!(changed(TEXT, "Id", Change::Text("7".into())), TEXT.replace(">x<", ">7<"));
        assert_eq!(changed(TEXT, "no", Change::Text("2".into())), TEXT.replace("no=\"1\"", "no=\"2\""));
        let more = changed(TEXT, "Line", Change::Repeat);
        assert_eq!(more, TEXT.replace("</Line>", "</Line>\n  <Line no=\"0\">\n    <Item/>\n  </Line>"));
        assert_eq!(changed(&more, "Line", Change::Remove).matches("<Line").count(), 1);
        assert_eq!(
            changed(TEXT, "Cash", Change::Replace("Card".into())),
            TEXT.replace("<Cash>2.50</Cash>", "<Card/>")
        );
        let set = schemas();
        let all = lines(TEXT, &set).unwrap();
        let note = change(TEXT, all.last().unwrap(), &Change::Add("Note".into()), &set).unwrap();
        assert_eq!(note, TEXT.replace("<Id>x</Id>", "<Id>x</Id>\n  <Note/>"), "in the order of the schema");
        let kind = change(TEXT, all.last().unwrap(), &Change::Add("kind".into()), &set).unwrap();
        assert_eq!(kind, TEXT.replace("\"urn:o\">", "\"urn:o\" kind=\"\">"));
    }

    #[test]
    fn what_is_required_and_not_there_can_be_added() {
        let bare = "<o:Order xmlns:o=\"urn:o\"/>";
        let set = schemas();
        let missing: Vec<_> =
            lines(bare, &set).unwrap().into_iter().filter(|l| l.kind == LineKind::Missing).collect();
        let names: Vec<&str> = missing.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(names, ["Id", "Line", "State"]);
        let mut text = bare.to_owned();
        for line in &missing {
            text = change(&text, line, &Change::Add(line.name.clone()), &set).unwrap();
        }
        assert!(lines(&text, &set).unwrap().iter().all(|l| l.kind != LineKind::Missing), "{text}");
        let add = lines(&text, &set).unwrap().into_iter().last().unwrap();
        let text = change(&text, &add, &Change::Add("Card".into()), &set).unwrap();
        set.validate(&crate::message::Body::xml(text.clone())).unwrap_or_else(|e| panic!("{e}\n{text}"));
    }

    #[test]
    fn what_has_no_form_says_why() {
        let set = schemas();
        assert!(lines("<a", &set).is_err());
        assert!(lines("<a/>", &set).unwrap_err().to_string().contains("message type a"));
        let gone = lines(TEXT, &set).unwrap();
        assert!(change("<o:Order xmlns:o=\"urn:o\"/>", find(&gone, "Item"), &Change::Remove, &set).is_err());
    }
}
