//! Promoting a node, or making it distinguished, by a change of the schema's text (MSG-5, MSG-10).

use super::annotations::{self, BIZTALK};
use super::library::{SchemaFile, attribute};
use super::source::Source;
use super::{NodePath, SchemaSet};
use crate::message::{XmlError, escape_xml};
use std::fmt::Write as _;
use uppsala::{NodeId, XS_NAMESPACE};

/// What a node is marked as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Promoted to a property of a property schema of the application, by its dotted name.
    Promoted(String),
    Distinguished,
}

/// The text of a document schema with a node of one of its roots marked. `path` has every namespace filled in, as
/// [`super::Located::path`] has.
///
/// # Errors
/// When the text is no schema, has no such root, or the property is not of a property schema of the application.
pub fn mark(
    file: &str,
    text: &str,
    path: &NodePath,
    mark: &Mark,
    schemas: &SchemaSet,
) -> Result<String, XmlError> {
    let root = path.steps.first().map(|s| s.local.to_string()).unwrap_or_default();
    let mut text = with_prefix(file, text)?;
    let name = match mark {
        Mark::Distinguished => None,
        Mark::Promoted(dotted) => {
            let (stem, local) = dotted.rsplit_once('.').unwrap_or(("", dotted));
            let property_schema = schemas
                .library
                .files
                .iter()
                .find(|f| f.stem == stem && annotations::schema_info(f).is_property_schema);
            let Some(property_schema) = property_schema else {
                return Err(XmlError::new(
                    format!("there is no property schema {stem} with {local}"),
                    "Choose a property of a property schema of the application.",
                ));
            };
            let location = property_schema.path.rsplit('/').next().unwrap_or_default();
            let (changed, prefix) = imported(file, &text, &property_schema.namespace, location)?;
            text = changed;
            Some(format!("{prefix}:{local}"))
        }
    };
    let steps = [Step::schema("annotation"), Step::schema("appinfo"), Step::biztalk("properties")];
    text = with_path(file, &text, Some(&root), &steps)?;
    let source = Source::parse(&text)?;
    let list = find(&source, Some(&root), &steps).ok_or_else(|| gone(&root))?;
    let prefix = prefix_of(&source, BIZTALK).unwrap_or_default();
    let what =
        name.map_or_else(|| "distinguished=\"true\"".to_owned(), |n| format!("name=\"{}\"", escape_xml(&n)));
    let xml = format!("<{prefix}:property {what} xpath=\"{}\"/>", escape_xml(&long_form(path)));
    Ok(source.insert(list, source.elements(list).last().copied(), &xml))
}

/// The text without the promotion (or the mark as distinguished) of a node.
///
/// # Errors
/// When the text is no schema, or the node is not marked so.
pub fn unmark(file: &str, text: &str, path: &NodePath, promoted: bool) -> Result<String, XmlError> {
    let root = path.steps.first().map(|s| s.local.to_string()).unwrap_or_default();
    let source = Source::parse(text)?;
    SchemaFile::parse(file, text)?;
    let lists = [Step::schema("annotation"), Step::schema("appinfo"), Step::biztalk("properties")];
    let Some(start) = start(&source, Some(&root)) else { return Err(gone(&root)) };
    let mut found = vec![start];
    for step in &lists {
        found = found.iter().flat_map(|id| children(&source, *id, step)).collect();
    }
    let marks = found.iter().flat_map(|list| children(&source, *list, &Step::biztalk("property")));
    let is_it = |id: &NodeId| {
        let distinguished = attribute(source.tree(), *id, "distinguished") == Some("true");
        let same = attribute(source.tree(), *id, "xpath")
            .and_then(|xpath| NodePath::parse(xpath).ok())
            .is_some_and(|own| same_node(&own, path));
        distinguished != promoted && same
    };
    let marks: Vec<NodeId> = marks.collect();
    let mark = marks.into_iter().find(is_it);
    mark.map(|id| source.remove(id)).ok_or_else(|| {
        XmlError::new(format!("{path} is not marked in this schema"), "Look for the mark at another root.")
    })
}

/// The text of a property schema with one property more, of an XSD built-in type.
///
/// # Errors
/// When the text is no schema.
pub fn add_property(file: &str, text: &str, name: &str, xsd: &str) -> Result<String, XmlError> {
    SchemaFile::parse(file, text)?;
    let text = with_prefix(file, text)?;
    let source = Source::parse(&text)?;
    let Some(root) = source.root() else { return Err(gone(name)) };
    let (xs, b) = (xs_prefix(&source), prefix_of(&source, BIZTALK).unwrap_or_default());
    let (xs, colon) = (xs.as_str(), if xs.is_empty() { "" } else { ":" });
    let guid = uuid::Uuid::from_u128(property_number(file, name));
    let xml = format!(
        "<{xs}{colon}element name=\"{}\" type=\"{xs}{colon}{xsd}\">\n  <{xs}{colon}annotation>\n    \
         <{xs}{colon}appinfo>\n      <{b}:fieldInfo propertyGuid=\"{guid}\" \
         propSchFieldBase=\"MessageDataPropertyBase\"/>\n    </{xs}{colon}appinfo>\n  \
         </{xs}{colon}annotation>\n</{xs}{colon}element>",
        escape_xml(name)
    );
    Ok(source.insert(root, source.elements(root).last().copied(), &xml))
}

/// The texts to change for the promotion of a node to a property that is new: in the application's first property
/// schema, or in one made for it. By path.
///
/// # Errors
/// As [`mark`] and [`add_property`]; and when the property is there already.
pub fn with_new_property(
    file: &str,
    text: &str,
    path: &NodePath,
    property: &str,
    xsd: &str,
    schemas: &SchemaSet,
) -> Result<Vec<(String, String)>, XmlError> {
    let home = schemas.library.files.iter().find(|f| annotations::schema_info(f).is_property_schema);
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (home, before) = match home {
        Some(home) => (home.path.clone(), home.document.text().to_owned()),
        None => {
            let namespace = path.steps.first().and_then(|s| s.namespace.clone()).unwrap_or_default();
            let path = if folder.is_empty() {
                "PropertySchema.xsd".into()
            } else {
                format!("{folder}/PropertySchema.xsd")
            };
            (path, new_property_schema(&format!("{namespace}/PropertySchema")))
        }
    };
    let stem = super::schema_set::stem_of(&home);
    let dotted = format!("{stem}.{property}");
    if schemas.property(&dotted).is_some_and(|known| known.name.as_str() == dotted) {
        return Err(XmlError::new(
            format!("there is a property {dotted} already"),
            "Promote to it, or give the node another name.",
        ));
    }
    let after = add_property(&home, &before, property, xsd)?;
    let mut application = crate::model::Application::default();
    application.schemas.insert(home.clone(), after.clone());
    let known = SchemaSet::build(&application);
    let marked = mark(file, text, path, &Mark::Promoted(dotted), &known)?;
    Ok(vec![(home, after), (file.to_owned(), marked)])
}

/// An empty property schema.
pub fn new_property_schema(namespace: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<xs:schema xmlns:xs=\"{XS_NAMESPACE}\" xmlns:b=\"{BIZTALK}\" \
         targetNamespace=\"{}\">\n  <xs:annotation>\n    <xs:appinfo>\n      <b:schemaInfo \
         schema_type=\"property\"/>\n    </xs:appinfo>\n  </xs:annotation>\n</xs:schema>\n",
        escape_xml(namespace)
    )
}

/// BizTalk knows properties by GUIDs; one of file and name stays the same wherever the schema goes.
fn property_number(file: &str, name: &str) -> u128 {
    let mut number = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for byte in file.bytes().chain([0]).chain(name.bytes()) {
        number = (number ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B);
    }
    number
}

/// True when two paths lead to one node; a step without namespace fits any.
fn same_node(a: &NodePath, b: &NodePath) -> bool {
    a.steps.len() == b.steps.len()
        && a.steps.iter().zip(&b.steps).all(|(x, y)| {
            let namespaces = x.namespace.as_ref().zip(y.namespace.as_ref());
            x.local == y.local && x.attribute == y.attribute && namespaces.is_none_or(|(m, n)| m == n)
        })
}

/// A path as Schema Editor writes it.
pub(super) fn long_form(path: &NodePath) -> String {
    let mut text = String::new();
    for step in &path.steps {
        let at = if step.attribute { "@" } else { "" };
        let namespace = step.namespace.as_deref().unwrap_or_default();
        let _ = write!(text, "/{at}*[local-name()='{}' and namespace-uri()='{namespace}']", step.local);
    }
    text
}

/// One element on the way to an annotation.
struct Step {
    namespace: &'static str,
    local: &'static str,
}

impl Step {
    const fn schema(local: &'static str) -> Self {
        Self { namespace: XS_NAMESPACE, local }
    }

    const fn biztalk(local: &'static str) -> Self {
        Self { namespace: BIZTALK, local }
    }
}

fn children(source: &Source<'_>, parent: NodeId, step: &Step) -> Vec<NodeId> {
    let is = |id: &NodeId| {
        source.tree().element(*id).is_some_and(|e| e.matches_name_ns(step.namespace, step.local))
    };
    source.elements(parent).into_iter().filter(is).collect()
}

/// The schema itself, or its global element of that name.
fn start(source: &Source<'_>, element: Option<&str>) -> Option<NodeId> {
    let schema = source.root()?;
    let Some(name) = element else { return Some(schema) };
    let globals = children(source, schema, &Step::schema("element"));
    globals.into_iter().find(|id| attribute(source.tree(), *id, "name") == Some(name))
}

fn find(source: &Source<'_>, element: Option<&str>, steps: &[Step]) -> Option<NodeId> {
    fn below(source: &Source<'_>, id: NodeId, steps: &[Step]) -> Option<NodeId> {
        let Some((step, rest)) = steps.split_first() else { return Some(id) };
        children(source, id, step).into_iter().find_map(|child| below(source, child, rest))
    }
    below(source, start(source, element)?, steps)
}

/// The text with every element of the way there; annotations come first, the others last.
fn with_path(file: &str, text: &str, element: Option<&str>, steps: &[Step]) -> Result<String, XmlError> {
    let mut text = text.to_owned();
    for count in 1..=steps.len() {
        let (way, source) = (steps.get(..count).unwrap_or_default(), Source::parse(&text)?);
        if find(&source, element, way).is_some() {
            continue;
        }
        let (Some(step), above) = (way.last(), way.get(..count - 1).unwrap_or_default()) else { continue };
        let parent = find(&source, element, above).ok_or_else(|| gone(element.unwrap_or(file)))?;
        let prefix = if step.namespace == BIZTALK {
            prefix_of(&source, BIZTALK).unwrap_or_default()
        } else {
            xs_prefix(&source)
        };
        let name = if prefix.is_empty() { step.local.to_owned() } else { format!("{prefix}:{}", step.local) };
        let last = source.elements(parent).last().copied().filter(|_| step.local != "annotation");
        let changed = source.insert(parent, last, &format!("<{name}/>"));
        text = changed;
    }
    Ok(text)
}

/// The text with an import of the property schema of a namespace, and its prefix.
fn imported(file: &str, text: &str, namespace: &str, location: &str) -> Result<(String, String), XmlError> {
    let parsed = SchemaFile::parse(file, text)?;
    let imports = annotations::imports(&parsed);
    if let Some(known) = imports.iter().find(|i| i.uri == namespace && !i.prefix.is_empty()) {
        return Ok((text.to_owned(), known.prefix.clone()));
    }
    let source = Source::parse(text)?;
    let taken = |prefix: &String| {
        imports.iter().any(|i| i.prefix == *prefix) || declared(&source).iter().any(|(p, _)| p == prefix)
    };
    let prefix = (0..).map(|n| format!("ns{n}")).find(|p| !taken(p)).unwrap_or_default();
    let root = source.root().ok_or_else(|| gone(file))?;
    let text = source.set_attribute(root, &format!("xmlns:{prefix}"), Some(namespace));
    let steps = [Step::schema("annotation"), Step::schema("appinfo"), Step::biztalk("imports")];
    let text = with_path(file, &text, None, &steps)?;
    let source = Source::parse(&text)?;
    let list = find(&source, None, &steps).ok_or_else(|| gone(file))?;
    let xml = format!(
        "<{}:namespace prefix=\"{prefix}\" uri=\"{}\" location=\"{}\"/>",
        prefix_of(&source, BIZTALK).unwrap_or_default(),
        escape_xml(namespace),
        escape_xml(location)
    );
    Ok((source.insert(list, source.elements(list).last().copied(), &xml), prefix))
}

/// The text with a prefix for BizTalk's namespace.
fn with_prefix(file: &str, text: &str) -> Result<String, XmlError> {
    SchemaFile::parse(file, text)?;
    let source = Source::parse(text)?;
    let root = source.root().ok_or_else(|| gone(file))?;
    if prefix_of(&source, BIZTALK).is_some() {
        return Ok(text.to_owned());
    }
    let known = declared(&source);
    let taken = |prefix: &str| known.iter().any(|(p, _)| p == prefix);
    let prefix = ["b".to_owned()].into_iter().chain((0..).map(|n| format!("b{n}"))).find(|p| !taken(p));
    Ok(source.set_attribute(root, &format!("xmlns:{}", prefix.unwrap_or_default()), Some(BIZTALK)))
}

/// Prefixes declared at the root.
fn declared(source: &Source<'_>) -> Vec<(String, String)> {
    let root = source.root().and_then(|root| source.tree().element(root));
    let all = root.map(|e| e.namespace_declarations.as_slice()).unwrap_or_default();
    all.iter().map(|(prefix, uri)| (prefix.to_string(), uri.to_string())).collect()
}

/// A prefix that the root declares for a namespace.
fn prefix_of(source: &Source<'_>, namespace: &str) -> Option<String> {
    declared(source).into_iter().find(|(prefix, uri)| uri == namespace && !prefix.is_empty()).map(|(p, _)| p)
}

fn xs_prefix(source: &Source<'_>) -> String {
    let name = source.root().map(|root| source.written_name(root)).unwrap_or_default();
    name.split_once(':').map_or_else(String::new, |(prefix, _)| prefix.to_owned())
}

fn gone(what: &str) -> XmlError {
    XmlError::new(format!("the schema has no element {what}"), "Look at the schema as text.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Application;

    const PLAIN: &str = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:o\">\n  \
        <xs:element name=\"Order\">\n    <xs:complexType>\n      <xs:sequence>\n        \
        <xs:element name=\"Id\" type=\"xs:string\"/>\n        <xs:element name=\"Total\" type=\"xs:decimal\"/>\n      \
        </xs:sequence>\n      <xs:attribute name=\"kind\" type=\"xs:string\"/>\n    </xs:complexType>\n  </xs:element>\n</xs:schema>\n";

    fn application() -> Application {
        let mut application = Application::default();
        let properties =
            add_property("Props.xsd", &new_property_schema("urn:p"), "OrderId", "string").unwrap();
        application.schemas.insert("schemas/Props.xsd".into(), properties);
        application.schemas.insert("schemas/Order.xsd".into(), PLAIN.into());
        application
    }

    fn path(application: &Application, text: &str) -> NodePath {
        let set = SchemaSet::build(application);
        set.structure("urn:o#Order").unwrap().locate(&NodePath::parse(text).unwrap()).unwrap().path
    }

    #[test]
    fn marks_are_made_and_taken_back() {
        let mut application = application();
        let set = SchemaSet::build(&application);
        assert!(set.diagnostics().is_empty(), "{:?}", set.diagnostics());
        let file = "schemas/Order.xsd";
        let id = path(&application, "/Order/Id");
        let promoted = mark(file, PLAIN, &id, &Mark::Promoted("Props.OrderId".into()), &set).unwrap();
        application.schemas.insert(file.into(), promoted.clone());
        let set = SchemaSet::build(&application);
        assert!(set.diagnostics().is_empty(), "{:?}\n{promoted}", set.diagnostics());
        let root = set.root("urn:o#Order").unwrap();
        assert_eq!(root.promoted[0].property.as_str(), "Props.OrderId");
        assert_eq!(root.promoted[0].path.to_string(), "/Order/Id");
        for line in PLAIN.lines().skip(1) {
            assert!(promoted.contains(line), "{line}\n{promoted}");
        }

        let kind = path(&application, "/Order/@kind");
        let both = mark(file, &promoted, &kind, &Mark::Distinguished, &set).unwrap();
        application.schemas.insert(file.into(), both.clone());
        let set = SchemaSet::build(&application);
        assert_eq!(set.root("urn:o#Order").unwrap().distinguished[0].name, "kind", "{both}");
        let twice = mark(
            file,
            &both,
            &path(&application, "/Order/Total"),
            &Mark::Promoted("Props.OrderId".into()),
            &set,
        );
        assert_eq!(twice.unwrap().matches("<b:namespace").count(), 1, "one import serves all");

        assert_eq!(unmark(file, &both, &kind, false).unwrap(), promoted, "byte for byte");
        let none = unmark(file, &promoted, &id, true).unwrap();
        application.schemas.insert(file.into(), none);
        assert!(SchemaSet::build(&application).root("urn:o#Order").unwrap().promoted.is_empty());
        assert!(unmark(file, PLAIN, &id, true).is_err());
        assert!(mark(file, "<a/>", &id, &Mark::Distinguished, &set).is_err());
        assert!(mark(file, PLAIN, &id, &Mark::Promoted("Gone.X".into()), &set).is_err());
    }
}
