//! Changing what a schema declares by a change of its text: a node added, renamed, typed anew or taken out. What marks
//! say of a renamed node goes with it (MSG-5, MSG-10).

use super::library::{SchemaFile, attribute, is_xs, resolve, xs_child, xs_kind};
use super::source::Source;
use super::{NodePath, PathStep};
use crate::message::{XmlError, escape_xml};
use uppsala::{Document, NodeId, XS_NAMESPACE};

/// Types that refer to each other and groups within groups are followed so deep.
const DEEP: usize = 32;

/// What a new node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fresh<'a> {
    /// Holds a value of an XML Schema built-in type, by its name without prefix.
    Element(&'a str),
    /// Holds other nodes.
    Record,
    /// As an element, but an attribute of the record.
    Attribute(&'a str),
}

/// The text with a node more, the last in the record at `path`.
///
/// # Errors
/// When the record is not declared in this file or holds a value, when the name is none, or when it is taken there.
pub fn add(
    file: &str,
    text: &str,
    path: &NodePath,
    name: &str,
    fresh: Fresh<'_>,
) -> Result<String, XmlError> {
    let source = read(file, text)?;
    let record = declaration(&source, path)?;
    let tree = source.tree();
    let step =
        PathStep { local: name.into(), namespace: None, attribute: matches!(fresh, Fresh::Attribute(_)) };
    named(name)?;
    free(tree, record, &step)?;
    let record = target(tree, record)?;
    if is_value(tree, record) {
        return Err(XmlError::new(
            format!("{path} holds a value, so nothing can stand in it"),
            "Add to a record.",
        ));
    }
    let xs = Prefix::of(&source);
    let xml = match fresh {
        Fresh::Element(xsd) => format!("<{xs}element name=\"{name}\" type=\"{xs}{}\"/>", escape_xml(xsd)),
        Fresh::Attribute(xsd) => format!("<{xs}attribute name=\"{name}\" type=\"{xs}{}\"/>", escape_xml(xsd)),
        Fresh::Record => format!(
            "<{xs}element name=\"{name}\">\n  <{xs}complexType>\n    <{xs}sequence>\n    </{xs}sequence>\n  \
             </{xs}complexType>\n</{xs}element>"
        ),
    };
    let Some(body) = body(tree, record)? else {
        let inner = match step.attribute {
            true => format!("  {xml}"),
            false => format!("  <{xs}sequence>\n    {}\n  </{xs}sequence>", xml.replace('\n', "\n    ")),
        };
        let whole = format!("<{xs}complexType>\n{inner}\n</{xs}complexType>");
        return Ok(source.insert(record, xs_child(tree, record, "annotation"), &whole));
    };
    if step.attribute {
        let last = source.elements(body).into_iter().rfind(|id| !is_xs(tree, *id, "anyAttribute"));
        return Ok(source.insert(body, last, &xml));
    }
    let particle = ["sequence", "choice", "all"].into_iter().find_map(|kind| xs_child(tree, body, kind));
    match particle {
        Some(particle) => Ok(source.insert(particle, source.elements(particle).last().copied(), &xml)),
        None => {
            let whole = format!("<{xs}sequence>\n  {}\n</{xs}sequence>", xml.replace('\n', "\n  "));
            Ok(source.insert(body, xs_child(tree, body, "annotation"), &whole))
        }
    }
}

/// The text with the node at `path` called `name`, also where it is marked.
///
/// # Errors
/// As [`add`]; and when the node only refers to one that others use too.
pub fn rename(file: &str, text: &str, path: &NodePath, name: &str) -> Result<String, XmlError> {
    named(name)?;
    let source = read(file, text)?;
    let node = declaration(&source, path)?;
    let tree = source.tree();
    let old = attribute(tree, node, "name").ok_or_else(|| {
        XmlError::new(format!("{path} refers to an element that others may use too"), "Rename that element.")
    })?;
    let step = PathStep { local: name.into(), namespace: None, attribute: is_xs(tree, node, "attribute") };
    match path.steps.split_last() {
        Some((_, above)) if !above.is_empty() => {
            free(tree, declaration(&source, &NodePath { steps: above.to_vec() })?, &step)?;
        }
        _ if global(tree, "element", name).is_some() => return Err(taken(name)),
        _ => {}
    }
    let marks = passing(&source, node);
    let says = |id: &NodeId| path.steps.len() == 1 && attribute(tree, *id, "root_reference") == Some(old);
    let info = noted(&source, "schemaInfo").iter().position(says);
    let mut changed = source.set_attribute(node, "name", Some(name));
    for (mark, at) in marks {
        changed = marked_anew(&changed, mark, |xpath| {
            xpath.steps.get_mut(at).into_iter().for_each(|s| s.local = name.into())
        })?;
    }
    if let Some(info) = info {
        let source = Source::parse(&changed)?;
        let id = nth(&source, "schemaInfo", info);
        changed =
            id.map_or_else(|| changed.clone(), |id| source.set_attribute(id, "root_reference", Some(name)));
    }
    Ok(changed)
}

/// The text without the node at `path`, and without the marks of it and of what is in it.
///
/// # Errors
/// When it is a root, or not declared in this file.
pub fn remove(file: &str, text: &str, path: &NodePath) -> Result<String, XmlError> {
    let source = read(file, text)?;
    if path.steps.len() < 2 {
        return Err(XmlError::new(
            format!("{path} is what messages are known by"),
            "Delete the schema instead.",
        ));
    }
    let node = declaration(&source, path)?;
    let marks = passing(&source, node);
    let mut changed = source.remove(node);
    // From the last on, so that the places of those before stay.
    for (mark, _) in marks.into_iter().rev() {
        let source = Source::parse(&changed)?;
        if let Some(id) = nth(&source, "property", mark) {
            changed = source.remove(id);
        }
    }
    Ok(changed)
}

/// The text with a value of another built-in type at `path`.
///
/// # Errors
/// When it is a record or of a type that is declared by itself, or not declared in this file.
pub fn retype(file: &str, text: &str, path: &NodePath, xsd: &str) -> Result<String, XmlError> {
    let source = read(file, text)?;
    let node = declaration(&source, path)?;
    let tree = source.tree();
    let own = xs_child(tree, node, "complexType").or_else(|| xs_child(tree, node, "simpleType"));
    let known = attribute(tree, node, "type").is_none_or(|t| resolve(tree, node, t).0 == XS_NAMESPACE);
    if own.is_some() || !known || attribute(tree, node, "ref").is_some() {
        return Err(XmlError::new(format!("{path} has a type of its own"), "Change that type in the text."));
    }
    Ok(source.set_attribute(node, "type", Some(&format!("{}{xsd}", Prefix::of(&source)))))
}

/// The text with the element at `path` occurring from `least` to `most` times; `None` is any number. An attribute is
/// there or not.
///
/// # Errors
/// When it is a root, or not declared in this file.
pub fn reoccur(
    file: &str,
    text: &str,
    path: &NodePath,
    least: u32,
    most: Option<u32>,
) -> Result<String, XmlError> {
    let source = read(file, text)?;
    if path.steps.len() < 2 {
        return Err(XmlError::new("a root occurs once", "Put it into a record to have it more often."));
    }
    let node = declaration(&source, path)?;
    if is_xs(source.tree(), node, "attribute") {
        return Ok(source.set_attribute(node, "use", (least > 0).then_some("required")));
    }
    let least = (least != 1).then(|| least.to_string());
    let most = (most != Some(1)).then(|| most.map_or_else(|| "unbounded".to_owned(), |m| m.to_string()));
    let changed = source.set_attribute(node, "minOccurs", least.as_deref());
    let source = Source::parse(&changed)?;
    let node = declaration(&source, path)?;
    Ok(source.set_attribute(node, "maxOccurs", most.as_deref()))
}

/// The prefix that schema elements have in a text, with its colon.
struct Prefix(String);

impl Prefix {
    fn of(source: &Source<'_>) -> Self {
        let name = source.root().map(|root| source.written_name(root)).unwrap_or_default();
        Self(name.split_once(':').map_or_else(String::new, |(prefix, _)| format!("{prefix}:")))
    }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn read<'t>(file: &str, text: &'t str) -> Result<Source<'t>, XmlError> {
    SchemaFile::parse(file, text)?;
    Source::parse(text)
}

/// A name that XML allows, without a prefix.
fn named(name: &str) -> Result<(), XmlError> {
    let first = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if first && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        return Ok(());
    }
    Err(XmlError::new(format!("“{name}” is no name of an element"), "Use letters, digits, “_”, “-” and “.”."))
}

fn taken(name: &str) -> XmlError {
    XmlError::new(format!("there is a {name} already"), "Give it another name.")
}

fn free(tree: &Document<'_>, record: NodeId, step: &PathStep) -> Result<(), XmlError> {
    let known = within(tree, record, step)?;
    if known.is_some() { Err(taken(&step.local)) } else { Ok(()) }
}

/// A global declaration of this file.
fn global(tree: &Document<'_>, kind: &str, local: &str) -> Option<NodeId> {
    let schema = tree.document_element()?;
    tree.children_iter(schema)
        .find(|id| is_xs(tree, *id, kind) && attribute(tree, *id, "name") == Some(local))
}

/// What a name written at `at` is declared as in this file.
fn referred(tree: &Document<'_>, at: NodeId, kind: &str, name: &str) -> Result<NodeId, XmlError> {
    let (namespace, local) = resolve(tree, at, name);
    let own = tree.document_element().and_then(|schema| attribute(tree, schema, "targetNamespace"));
    global(tree, kind, local)
        .filter(|_| own.unwrap_or_default() == namespace)
        .ok_or_else(|| XmlError::new(format!("{local} is declared in another schema"), "Change that schema."))
}

/// The element or attribute declaration that a path leads to; a reference stays one.
fn declaration(source: &Source<'_>, path: &NodePath) -> Result<NodeId, XmlError> {
    let tree = source.tree();
    let gone = || XmlError::new(format!("the schema has no {path}"), "Look at the schema as text.");
    let (root, rest) = path.steps.split_first().ok_or_else(gone)?;
    let mut node = global(tree, "element", &root.local).ok_or_else(gone)?;
    for step in rest {
        node = within(tree, node, step)?.ok_or_else(gone)?;
    }
    Ok(node)
}

/// The element itself for one that only refers to it.
fn target(tree: &Document<'_>, node: NodeId) -> Result<NodeId, XmlError> {
    match attribute(tree, node, "ref") {
        Some(name) => referred(tree, node, "element", name),
        None => Ok(node),
    }
}

/// True for an element that holds a value and no others.
fn is_value(tree: &Document<'_>, element: NodeId) -> bool {
    let simple = |name: &str| {
        let (namespace, local) = resolve(tree, element, name);
        namespace == XS_NAMESPACE || global(tree, "simpleType", local).is_some()
    };
    attribute(tree, element, "type").is_some_and(simple) || xs_child(tree, element, "simpleType").is_some()
}

/// Where the children of an element are declared: its complex type, or what that extends with; `None` for a value, and
/// for an element that has no type yet.
fn body(tree: &Document<'_>, element: NodeId) -> Result<Option<NodeId>, XmlError> {
    let complex = match (attribute(tree, element, "type"), xs_child(tree, element, "complexType")) {
        _ if is_value(tree, element) => return Ok(None),
        (_, Some(own)) => own,
        (Some(name), None) => referred(tree, element, "complexType", name)?,
        (None, None) => return Ok(None),
    };
    let content =
        xs_child(tree, complex, "complexContent").or_else(|| xs_child(tree, complex, "simpleContent"));
    let inner = content.and_then(|content| {
        ["extension", "restriction"].into_iter().find_map(|kind| xs_child(tree, content, kind))
    });
    Ok(Some(inner.unwrap_or(complex)))
}

/// The declaration of a child of an element.
fn within(tree: &Document<'_>, element: NodeId, step: &PathStep) -> Result<Option<NodeId>, XmlError> {
    match body(tree, target(tree, element)?)? {
        Some(body) => among(tree, body, step, DEEP),
        None => Ok(None),
    }
}

/// A child among the particles and attributes below a type, group, sequence or choice.
fn among(
    tree: &Document<'_>,
    parent: NodeId,
    step: &PathStep,
    deep: usize,
) -> Result<Option<NodeId>, XmlError> {
    let Some(deep) = deep.checked_sub(1) else { return Ok(None) };
    let is_it = |id: NodeId| {
        let own = attribute(tree, id, "name")
            .or_else(|| attribute(tree, id, "ref").map(|name| resolve(tree, id, name).1));
        own == Some(&*step.local)
    };
    for id in tree.children_iter(parent) {
        let found = match xs_kind(tree, id) {
            Some("element") if !step.attribute => is_it(id).then_some(id),
            Some("attribute") if step.attribute => is_it(id).then_some(id),
            Some("sequence" | "choice" | "all") => among(tree, id, step, deep)?,
            Some(kind @ ("group" | "attributeGroup")) => match attribute(tree, id, "ref") {
                Some(name) => among(tree, referred(tree, id, kind, name)?, step, deep)?,
                None => None,
            },
            _ => None,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    match attribute(tree, parent, "base").filter(|name| resolve(tree, parent, name).0 != XS_NAMESPACE) {
        Some(name) => {
            let base = referred(tree, parent, "complexType", name)?;
            let content = xs_child(tree, base, "complexContent");
            let extended = content.and_then(|content| xs_child(tree, content, "extension"));
            among(tree, extended.unwrap_or(base), step, deep)
        }
        None => Ok(None),
    }
}

/// Every element of BizTalk's annotations with this local name, in the order of the text.
fn noted(source: &Source<'_>, local: &str) -> Vec<NodeId> {
    let tree = source.tree();
    let mut found = Vec::new();
    let mut open: Vec<NodeId> = source.root().into_iter().collect();
    while let Some(id) = open.pop() {
        let is = tree.element(id).is_some_and(|e| {
            &*e.name.local_name == local
                && e.name.namespace_uri.as_deref() == Some(super::annotations::BIZTALK)
        });
        if is {
            found.push(id);
        }
        open.extend(source.elements(id).into_iter().rev());
    }
    found
}

fn nth(source: &Source<'_>, local: &str, at: usize) -> Option<NodeId> {
    noted(source, local).get(at).copied()
}

/// Marks whose path goes through a declaration: which mark, and at which step of its path.
fn passing(source: &Source<'_>, node: NodeId) -> Vec<(usize, usize)> {
    let tree = source.tree();
    let mut found = Vec::new();
    for (mark, id) in noted(source, "property").into_iter().enumerate() {
        let Some(path) = attribute(tree, id, "xpath").and_then(|x| NodePath::parse(x).ok()) else { continue };
        let through = (0..path.steps.len()).find(|at| {
            let steps = path.steps.get(..=*at).unwrap_or_default().to_vec();
            declaration(source, &NodePath { steps }).is_ok_and(|own| own == node)
        });
        found.extend(through.map(|at| (mark, at)));
    }
    found
}

/// A mark with its path changed.
fn marked_anew(text: &str, mark: usize, change: impl FnOnce(&mut NodePath)) -> Result<String, XmlError> {
    let source = Source::parse(text)?;
    let Some(id) = nth(&source, "property", mark) else { return Ok(text.to_owned()) };
    let Some(mut path) = attribute(source.tree(), id, "xpath").and_then(|x| NodePath::parse(x).ok()) else {
        return Ok(text.to_owned());
    };
    change(&mut path);
    Ok(source.set_attribute(id, "xpath", Some(&super::promote::long_form(&path))))
}

#[cfg(test)]
mod tests {
    use super::super::SchemaSet;
    use super::super::promote::{self, Mark};
    use super::*;
    use crate::model::Application;

    const FILE: &str = "schemas/Order.xsd";
    const ORDER: &str = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:o=\"urn:o\" targetNamespace=\"urn:o\">
  <xs:element name=\"Order\">
    <xs:complexType>
      <xs:sequence>
        <xs:element name=\"Id\" type=\"xs:string\"/>
        <xs:element name=\"Buyer\" type=\"o:Party\"/>
        <xs:element name=\"Seller\" type=\"o:Party\"/>
      </xs:sequence>
      <xs:attribute name=\"kind\" type=\"xs:string\"/>
    </xs:complexType>
  </xs:element>
  <xs:complexType name=\"Party\">
    <xs:sequence>
      <xs:element name=\"Name\" type=\"xs:string\"/>
    </xs:sequence>
  </xs:complexType>
</xs:schema>
";

    fn set(text: &str) -> SchemaSet {
        let mut application = Application::default();
        application.schemas.insert(FILE.into(), text.into());
        let set = SchemaSet::build(&application);
        assert!(set.diagnostics().is_empty(), "{:?}\n{text}", set.diagnostics());
        set
    }

    fn paths(text: &str) -> Vec<String> {
        fn walk(node: &super::super::SchemaNode, above: &str, all: &mut Vec<String>) {
            let path = format!("{above}/{}{}", if node.attribute { "@" } else { "" }, node.local);
            all.push(path.clone());
            node.children.iter().for_each(|child| walk(child, &path, all));
        }
        let (set, mut all) = (set(text), Vec::new());
        for root in set.roots() {
            walk(set.structure(&root.message_type).unwrap(), "", &mut all);
        }
        all
    }

    fn path(text: &str) -> NodePath {
        NodePath::parse(text).unwrap()
    }

    #[test]
    fn a_node_is_added_where_it_belongs_and_taken_out_without_a_trace() {
        let added = add(FILE, ORDER, &path("/Order"), "Total", Fresh::Element("decimal")).unwrap();
        assert!(paths(&added).contains(&"/Order/Total".to_owned()), "{added}");
        assert!(
            added
                .contains("\n        <xs:element name=\"Total\" type=\"xs:decimal\"/>\n      </xs:sequence>"),
            "{added}"
        );
        assert_eq!(remove(FILE, &added, &path("/Order/Total")).unwrap(), ORDER, "byte for byte");

        let record = add(FILE, ORDER, &path("/Order"), "Lines", Fresh::Record).unwrap();
        let line = add(FILE, &record, &path("/Order/Lines"), "Line", Fresh::Element("string")).unwrap();
        let line = add(FILE, &line, &path("/Order/Lines"), "count", Fresh::Attribute("int")).unwrap();
        assert!(paths(&line).contains(&"/Order/Lines/Line".to_owned()), "{line}");
        assert!(paths(&line).contains(&"/Order/Lines/@count".to_owned()), "{line}");

        let shared = add(FILE, ORDER, &path("/Order/Buyer"), "City", Fresh::Element("string")).unwrap();
        assert!(paths(&shared).contains(&"/Order/Seller/City".to_owned()), "one type, two places");
    }

    #[test]
    fn marks_go_with_the_node_they_are_about() {
        let marked = promote::mark(
            FILE,
            ORDER,
            &set(ORDER).structure("urn:o#Order").unwrap().locate(&path("/Order/Buyer/Name")).unwrap().path,
            &Mark::Distinguished,
            &set(ORDER),
        )
        .unwrap();
        let renamed = rename(FILE, &marked, &path("/Order/Buyer"), "Customer").unwrap();
        let set = set(&renamed);
        let root = set.root("urn:o#Order").unwrap();
        assert_eq!(root.distinguished[0].path.to_string(), "/Order/Customer/Name");
        let gone = remove(FILE, &renamed, &path("/Order/Customer")).unwrap();
        assert!(!gone.contains("distinguished"), "{gone}");

        let whole = rename(FILE, &marked, &path("/Order"), "Purchase").unwrap();
        assert!(paths(&whole).contains(&"/Purchase/Buyer/Name".to_owned()), "{whole}");
        assert!(whole.contains("local-name()='Purchase'"), "{whole}");
    }

    #[test]
    fn types_and_numbers_change_in_their_place() {
        let number = retype(FILE, ORDER, &path("/Order/Id"), "int").unwrap();
        assert_eq!(number, ORDER.replace("name=\"Id\" type=\"xs:string\"", "name=\"Id\" type=\"xs:int\""));
        let many = reoccur(FILE, ORDER, &path("/Order/Id"), 0, None).unwrap();
        assert!(many.contains("type=\"xs:string\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"), "{many}");
        assert_eq!(reoccur(FILE, &many, &path("/Order/Id"), 1, Some(1)).unwrap(), ORDER);
        let required = reoccur(FILE, ORDER, &path("/Order/@kind"), 1, Some(1)).unwrap();
        assert!(required.contains("use=\"required\""), "{required}");
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let refused = [
            add(FILE, ORDER, &path("/Order"), "Id", Fresh::Record),
            add(FILE, ORDER, &path("/Order"), "two words", Fresh::Record),
            add(FILE, ORDER, &path("/Order/Id"), "Part", Fresh::Element("string")),
            add(FILE, ORDER, &path("/Gone"), "Part", Fresh::Element("string")),
            rename(FILE, ORDER, &path("/Order/Id"), "Buyer"),
            remove(FILE, ORDER, &path("/Order")),
            retype(FILE, ORDER, &path("/Order/Buyer"), "int"),
            reoccur(FILE, ORDER, &path("/Order"), 0, None),
            rename("a.xsd", "<a/>", &path("/Order"), "B"),
        ];
        for (at, result) in refused.into_iter().enumerate() {
            assert!(!result.unwrap_err().help.is_empty(), "{at}");
        }
    }
}
