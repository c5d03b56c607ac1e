//! BizTalk's annotations in an XSD file, as written: what is promoted, from where, under which prefix.

use super::library::{SchemaFile, attribute, resolve, xs_children};
use uppsala::{Document, NodeId};

pub const BIZTALK: &str = "http://schemas.microsoft.com/BizTalk/2003";

/// What `b:schemaInfo` says about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaInfo {
    pub is_property_schema: bool,
    pub is_envelope: bool,
    /// Name of the one global element that is the root.
    pub root_reference: Option<String>,
}

/// One `b:property` of a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotated {
    /// Prefix and property, `ns0:OrderID`; `None` for a distinguished field.
    pub property: Option<(String, String)>,
    pub xpath: String,
    pub line: (u32, u32),
}

/// One `b:namespace` of `b:imports`: a property schema in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub prefix: String,
    pub uri: String,
    /// Relative path or .NET type name.
    pub location: String,
}

pub fn schema_info(file: &SchemaFile) -> SchemaInfo {
    let tree = file.tree();
    let mut found = SchemaInfo::default();
    for info in biztalk_below(tree, file.root, "schemaInfo") {
        let has =
            |name, value: &str| attribute(tree, info, name).is_some_and(|v| v.eq_ignore_ascii_case(value));
        found.is_property_schema |= has("schema_type", "property");
        found.is_envelope |= has("is_envelope", "yes") || has("is_envelope", "true");
        let reference = attribute(tree, info, "root_reference").filter(|name| !name.is_empty());
        found.root_reference = reference.map(str::to_owned).or(found.root_reference);
    }
    found
}

pub fn imports(file: &SchemaFile) -> Vec<Import> {
    let tree = file.tree();
    let lists = biztalk_below(tree, file.root, "imports");
    lists
        .flat_map(|list| biztalk_children(tree, list, "namespace"))
        .map(|id| {
            let text = |name| attribute(tree, id, name).unwrap_or_default().to_owned();
            Import { prefix: text("prefix"), uri: text("uri"), location: text("location") }
        })
        .collect()
}

/// Promotions and distinguished fields of a global element, in order.
pub fn annotated(file: &SchemaFile, element: NodeId) -> Vec<Annotated> {
    let tree = file.tree();
    let lists = biztalk_below(tree, element, "properties");
    lists
        .flat_map(|list| biztalk_children(tree, list, "property"))
        .map(|id| {
            let distinguished = attribute(tree, id, "distinguished") == Some("true");
            let name = attribute(tree, id, "name").unwrap_or_default();
            let (prefix, local) = name.split_once(':').unwrap_or(("", name));
            Annotated {
                property: (!distinguished).then(|| (prefix.to_owned(), local.to_owned())),
                xpath: attribute(tree, id, "xpath").unwrap_or_default().to_owned(),
                line: place(file, id),
            }
        })
        .collect()
}

/// `body_xpath` of an envelope root.
pub fn body_xpath(file: &SchemaFile, element: NodeId) -> Option<String> {
    let tree = file.tree();
    biztalk_below(tree, element, "recordInfo")
        .find_map(|id| attribute(tree, id, "body_xpath"))
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
}

/// The name that a schema gives the class of an element when it is not the element's own.
pub fn root_type_name(file: &SchemaFile, element: NodeId) -> Option<String> {
    let tree = file.tree();
    let stated = |kind| biztalk_below(tree, element, kind).find_map(|id| attribute(tree, id, "rootTypeName"));
    stated("fieldInfo").or_else(|| stated("recordInfo")).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Namespace that a prefix of a property reference stands for, when the file declares it as XML only.
pub fn prefix_namespace(file: &SchemaFile, element: NodeId, prefix: &str) -> Option<String> {
    let name = format!("{prefix}:x");
    let (namespace, _) = resolve(file.tree(), element, &name);
    (!namespace.is_empty()).then(|| namespace.to_owned())
}

/// False for a property that any message may carry (MSG-9).
pub fn is_data_property(file: &SchemaFile, element: NodeId) -> bool {
    let tree = file.tree();
    biztalk_below(tree, element, "fieldInfo")
        .find_map(|id| attribute(tree, id, "propSchFieldBase"))
        .is_none_or(|base| base != "MessageContextPropertyBase")
}

/// Line and column of a node.
pub fn place(file: &SchemaFile, id: NodeId) -> (u32, u32) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (number(file.tree().node_line(id)), number(file.tree().node_column(id)))
}

/// BizTalk elements in the annotations of a schema node.
fn biztalk_below<'t>(
    tree: &'t Document<'_>,
    id: NodeId,
    local: &'t str,
) -> impl Iterator<Item = NodeId> + 't {
    xs_children(tree, id, "annotation")
        .flat_map(move |annotation| xs_children(tree, annotation, "appinfo"))
        .flat_map(move |info| biztalk_children(tree, info, local))
}

fn biztalk_children<'t>(
    tree: &'t Document<'_>,
    id: NodeId,
    local: &'t str,
) -> impl Iterator<Item = NodeId> + 't {
    tree.children_iter(id)
        .filter(move |child| tree.element(*child).is_some_and(|e| e.matches_name_ns(BIZTALK, local)))
}
