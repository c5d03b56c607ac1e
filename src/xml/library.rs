//! The XSD files of an application as one library: names resolved over files, element structures walked.

use super::SchemaNode;
use super::structure::{Occurs, SimpleContent};
use crate::message::{ValueType, XmlDocument, XmlError};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::sync::Arc;
use uppsala::{Document, NodeId, QName, XS_NAMESPACE, XsdValidator};

/// Nodes one root may have when its structure is spelt out.
const MAX_NODES: usize = 50_000;

/// Particles may nest this deep; no message the XML parser takes needs more.
const MAX_DEPTH: usize = 200;

/// One XSD file.
pub struct SchemaFile {
    /// Top-level declarations by name, with their kinds.
    by_name: FxHashMap<SmolStr, Vec<(SmolStr, NodeId)>>,
    /// Path below the application folder.
    pub path: String,
    /// File name without `.xsd`.
    pub stem: SmolStr,
    /// What its types are named by: the .NET type name that a project gives it, else the stem.
    pub type_name: SmolStr,
    pub document: XmlDocument,
    pub root: NodeId,
    pub namespace: SmolStr,
    pub elements_qualified: bool,
    pub attributes_qualified: bool,
}

/// All files that could be read.
#[derive(Default)]
pub struct Library {
    pub files: Vec<SchemaFile>,
}

/// A declaration: which file, which node.
pub type Declared = (usize, NodeId);

impl SchemaFile {
    /// # Errors
    /// When the text is not well-formed XML or its root is no `xs:schema`.
    pub fn parse(path: &str, text: &str) -> Result<Self, XmlError> {
        let document = XmlDocument::parse(Arc::from(text), false)?;
        let tree = document.tree();
        let schema = tree.document_element().filter(|id| is_xs(tree, *id, "schema"));
        let Some(root) = schema else {
            return Err(XmlError::new(
                format!("the root element is {}, not xs:schema", document.root().1),
                "Keep only XSD files in the schemas folder; sample messages belong to messages.",
            ));
        };
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name
            .len()
            .checked_sub(4)
            .filter(|at| name.get(*at..).is_some_and(|extension| extension.eq_ignore_ascii_case(".xsd")));
        let stem = SmolStr::new(stem.and_then(|at| name.get(..at)).unwrap_or(name));
        let mut by_name: FxHashMap<SmolStr, Vec<(SmolStr, NodeId)>> = FxHashMap::default();
        for id in tree.children_iter(root) {
            if let (Some(kind), Some(name)) = (xs_kind(tree, id), attribute(tree, id, "name")) {
                by_name.entry(name.into()).or_default().push((kind.into(), id));
            }
        }
        Ok(Self {
            by_name,
            path: path.to_owned(),
            type_name: stem.clone(),
            stem,
            root,
            namespace: attribute(tree, root, "targetNamespace").unwrap_or_default().into(),
            elements_qualified: attribute(tree, root, "elementFormDefault") == Some("qualified"),
            attributes_qualified: attribute(tree, root, "attributeFormDefault") == Some("qualified"),
            document,
        })
    }

    pub fn tree(&self) -> &Document<'_> {
        self.document.tree()
    }

    /// Top-level declarations of a kind, such as `element`.
    pub fn globals<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = NodeId> + 'a {
        xs_children(self.tree(), self.root, kind)
    }
}

impl Library {
    /// A top-level declaration by qualified name; the asking file comes first.
    pub fn global(&self, from: usize, kind: &str, namespace: &str, local: &str) -> Option<Declared> {
        let others = (0..self.files.len()).filter(|at| *at != from);
        std::iter::once(from).chain(others).find_map(|at| {
            let file = self.files.get(at)?;
            // A schema without namespace takes on that of the schema that includes it.
            if file.namespace != namespace && !(file.namespace.is_empty() && at != from) {
                return None;
            }
            let named = file.by_name.get(local)?.iter().find(|(of, _)| of == kind);
            named.map(|(_, id)| (at, *id))
        })
    }

    /// Named types that derive from themselves, with their files: no document can be of one.
    pub fn circular(&self) -> Vec<(usize, String)> {
        let all = self.files.iter().enumerate().flat_map(|(at, file)| {
            let types = ["complexType", "simpleType"].into_iter();
            types.flat_map(move |kind| file.globals(kind).map(move |id| (at, id)))
        });
        let circular = all.filter(|start| {
            let mut seen = vec![*start];
            let mut next = self.base_of(*start);
            while let Some(base) = next {
                if seen.contains(&base) {
                    return base == *start;
                }
                seen.push(base);
                next = self.base_of(base);
            }
            false
        });
        let name = |(at, id): Declared| {
            let file = self.files.get(at)?;
            Some((at, attribute(file.tree(), id, "name")?.to_owned()))
        };
        circular.filter_map(name).collect()
    }

    /// The named type that a type extends or restricts.
    fn base_of(&self, (at, id): Declared) -> Option<Declared> {
        let tree = self.files.get(at)?.tree();
        let contents = ["simpleContent", "complexContent"];
        let content = contents.iter().find_map(|kind| xs_child(tree, id, kind)).unwrap_or(id);
        let derivation =
            ["extension", "restriction"].iter().find_map(|kind| xs_child(tree, content, kind))?;
        let (namespace, local) = resolve(tree, derivation, attribute(tree, derivation, "base")?);
        let found = ["complexType", "simpleType"].iter();
        let mut found = found.filter_map(|kind| self.global(at, kind, namespace, local));
        found.next()
    }

    /// Structure of a global element, spelt out. A type inside itself is cut at its second occurrence.
    pub fn structure(&self, root: Declared) -> SchemaNode {
        let mut walk = Walk { library: self, open: Vec::new(), nodes: 0, depth: 0 };
        walk.element(root, true).unwrap_or_default()
    }
}

/// One walk over the declarations below a root.
struct Walk<'a> {
    library: &'a Library,
    /// Complex types that are being walked.
    open: Vec<Declared>,
    nodes: usize,
    depth: usize,
}

impl<'a> Walk<'a> {
    fn file(&self, at: usize) -> Option<&'a SchemaFile> {
        self.library.files.get(at)
    }

    fn element(&mut self, (at, id): Declared, global: bool) -> Option<SchemaNode> {
        let file = self.file(at)?;
        let tree = file.tree();
        self.nodes += 1;
        if self.nodes > MAX_NODES || self.depth > MAX_DEPTH {
            return None;
        }
        let mut node = if let Some(reference) = attribute(tree, id, "ref") {
            let (namespace, local) = resolve(tree, id, reference);
            match self.library.global(at, "element", namespace, local) {
                Some(declared) => self.element(declared, true)?,
                None => {
                    SchemaNode { local: local.into(), namespace: namespace.into(), ..SchemaNode::default() }
                }
            }
        } else {
            let mut node = SchemaNode { local: attribute(tree, id, "name")?.into(), ..SchemaNode::default() };
            let qualified = match attribute(tree, id, "form") {
                Some(form) => form == "qualified",
                None => file.elements_qualified,
            };
            if global || qualified {
                node.namespace = file.namespace.clone();
            }
            node.default = default_of(tree, id);
            self.content((at, id), &mut node);
            node
        };
        node.required = attribute(tree, id, "minOccurs") != Some("0");
        node.repeats = !matches!(attribute(tree, id, "maxOccurs"), None | Some("0" | "1"));
        node.occurs = occurs(tree, id);
        Some(node)
    }

    /// Reads the type of an element or attribute declaration into the node.
    fn content(&mut self, (at, id): Declared, node: &mut SchemaNode) {
        let Some(file) = self.file(at) else { return };
        let tree = file.tree();
        if let Some(name) = attribute(tree, id, "type") {
            let (namespace, local) = resolve(tree, id, name);
            self.named_type(at, namespace, local, node);
        } else if let Some(simple) = xs_child(tree, id, "simpleType") {
            node.content = Some(self.simple_type((at, simple), 0));
        } else if let Some(complex) = xs_child(tree, id, "complexType") {
            self.complex_type((at, complex), node);
        } else if node.attribute {
            node.content = Some(SimpleContent::built_in("anySimpleType"));
        } else {
            // xs:anyType: text or anything.
            node.content = Some(SimpleContent::built_in("anyType"));
            node.open = true;
        }
    }

    fn named_type(&mut self, at: usize, namespace: &str, local: &str, node: &mut SchemaNode) {
        if namespace == XS_NAMESPACE {
            node.content = Some(SimpleContent::built_in(local));
            node.open = local == "anyType";
        } else if let Some(simple) = self.library.global(at, "simpleType", namespace, local) {
            node.content = Some(self.simple_type(simple, 0));
        } else if let Some(complex) = self.library.global(at, "complexType", namespace, local) {
            self.complex_type(complex, node);
        }
    }

    fn simple_type(&self, (at, id): Declared, depth: usize) -> SimpleContent {
        let Some(file) = self.file(at).filter(|_| depth < 16) else {
            return SimpleContent::built_in("string");
        };
        let tree = file.tree();
        let Some(restriction) = xs_child(tree, id, "restriction") else {
            // Lists and unions have no single value.
            let list = xs_child(tree, id, "list").is_some();
            return SimpleContent { promotable: !list, ..SimpleContent::built_in("string") };
        };
        let base = if let Some(inline) = xs_child(tree, restriction, "simpleType") {
            self.simple_type((at, inline), depth + 1)
        } else {
            let name = attribute(tree, restriction, "base").unwrap_or_default();
            let (namespace, local) = resolve(tree, restriction, name);
            match self.library.global(at, "simpleType", namespace, local) {
                _ if namespace == XS_NAMESPACE => SimpleContent::built_in(local),
                Some(base) => self.simple_type(base, depth + 1),
                None => SimpleContent::built_in("string"),
            }
        };
        let values =
            xs_children(tree, restriction, "enumeration").filter_map(|id| attribute(tree, id, "value"));
        let choices: Vec<SmolStr> = values.map(SmolStr::from).collect();
        SimpleContent { choices: if choices.is_empty() { base.choices.clone() } else { choices }, ..base }
    }

    fn complex_type(&mut self, declared: Declared, node: &mut SchemaNode) {
        let (at, id) = declared;
        let Some(file) = self.file(at) else { return };
        if self.open.contains(&declared) {
            node.open = true;
            return;
        }
        self.open.push(declared);
        let tree = file.tree();
        if attribute(tree, id, "mixed") == Some("true") {
            node.content = Some(SimpleContent::built_in("string"));
        }
        self.particles((at, id), true, node);
        self.open.pop();
    }

    /// Reads particles and attributes below a complex type, group, extension or restriction.
    fn particles(&mut self, (at, parent): Declared, required: bool, node: &mut SchemaNode) {
        let Some(file) = self.file(at).filter(|_| self.depth < MAX_DEPTH) else { return };
        let tree = file.tree();
        self.depth += 1;
        for id in tree.children_iter(parent) {
            let Some(kind) = xs_kind(tree, id) else { continue };
            let needed = required && attribute(tree, id, "minOccurs") != Some("0");
            match kind {
                "element" => {
                    if let Some(mut child) = self.element((at, id), false) {
                        child.required &= required;
                        node.children.push(child);
                    }
                }
                "attribute" => node.children.extend(self.attribute((at, id))),
                "sequence" | "all" => {
                    let first = node.children.len();
                    self.particles((at, id), needed, node);
                    if !matches!(attribute(tree, id, "maxOccurs"), None | Some("0" | "1")) {
                        for child in node.children.iter_mut().skip(first) {
                            child.repeats = true;
                            child.occurs.most = None;
                        }
                    }
                }
                "choice" => {
                    let first = node.children.len();
                    self.particles((at, id), false, node);
                    let repeats = !matches!(attribute(tree, id, "maxOccurs"), None | Some("0" | "1"));
                    let number = node.children.iter().filter_map(|c| c.one_of).max().map_or(0, |n| n + 1);
                    for child in node.children.iter_mut().skip(first).filter(|c| !c.attribute) {
                        child.occurs.least = 0;
                        if repeats {
                            child.repeats = true;
                            child.occurs.most = None;
                        } else {
                            child.one_of = Some(number);
                        }
                    }
                }
                "any" => node.open = true,
                "group" | "attributeGroup" => {
                    let (namespace, local) =
                        resolve(tree, id, attribute(tree, id, "ref").unwrap_or_default());
                    if let Some(group) = self.library.global(at, kind, namespace, local)
                        && !self.open.contains(&group)
                    {
                        self.open.push(group);
                        self.particles(group, needed, node);
                        self.open.pop();
                    }
                }
                "simpleContent" | "complexContent" => self.particles((at, id), required, node),
                "extension" => {
                    let (namespace, local) =
                        resolve(tree, id, attribute(tree, id, "base").unwrap_or_default());
                    self.named_type(at, namespace, local, node);
                    self.particles((at, id), required, node);
                }
                "restriction" => {
                    let (namespace, local) =
                        resolve(tree, id, attribute(tree, id, "base").unwrap_or_default());
                    let mut base = SchemaNode::default();
                    self.named_type(at, namespace, local, &mut base);
                    node.content = node.content.take().or(base.content);
                    self.particles((at, id), required, node);
                }
                _ => {}
            }
        }
        self.depth -= 1;
    }

    fn attribute(&mut self, (at, id): Declared) -> Option<SchemaNode> {
        let file = self.file(at)?;
        let tree = file.tree();
        self.nodes += 1;
        let required = attribute(tree, id, "use") == Some("required");
        if let Some(reference) = attribute(tree, id, "ref") {
            let (namespace, local) = resolve(tree, id, reference);
            let mut node = SchemaNode {
                local: local.into(),
                namespace: namespace.into(),
                attribute: true,
                required,
                content: Some(SimpleContent::built_in("string")),
                ..SchemaNode::default()
            };
            if let Some(declared) = self.library.global(at, "attribute", namespace, local) {
                self.content(declared, &mut node);
            }
            return Some(node);
        }
        let qualified = match attribute(tree, id, "form") {
            Some(form) => form == "qualified",
            None => file.attributes_qualified,
        };
        let mut node = SchemaNode {
            local: attribute(tree, id, "name")?.into(),
            namespace: if qualified { file.namespace.clone() } else { SmolStr::default() },
            attribute: true,
            required,
            default: default_of(tree, id),
            ..SchemaNode::default()
        };
        self.content((at, id), &mut node);
        Some(node)
    }
}

fn occurs(tree: &Document<'_>, id: NodeId) -> Occurs {
    let number = |name| attribute(tree, id, name).map(str::trim);
    Occurs {
        least: number("minOccurs").and_then(|n| n.parse().ok()).unwrap_or(1),
        most: match number("maxOccurs") {
            Some("unbounded") => None,
            other => Some(other.and_then(|n| n.parse().ok()).unwrap_or(1)),
        },
    }
}

/// Value of an attribute in no namespace.
pub fn attribute<'t>(tree: &'t Document<'_>, id: NodeId, name: &str) -> Option<&'t str> {
    let element = tree.element(id)?;
    let found =
        element.attributes.iter().find(|a| a.name.local_name == name && a.name.namespace_uri.is_none())?;
    Some(&found.value)
}

fn default_of(tree: &Document<'_>, id: NodeId) -> Option<SmolStr> {
    attribute(tree, id, "default").or_else(|| attribute(tree, id, "fixed")).map(SmolStr::from)
}

/// Local name of an element of XML Schema itself.
pub fn xs_kind<'t>(tree: &'t Document<'_>, id: NodeId) -> Option<&'t str> {
    let name = &tree.element(id)?.name;
    (name.namespace_uri.as_deref() == Some(XS_NAMESPACE)).then_some(&*name.local_name)
}

pub fn is_xs(tree: &Document<'_>, id: NodeId, kind: &str) -> bool {
    xs_kind(tree, id) == Some(kind)
}

pub fn xs_children<'t>(
    tree: &'t Document<'_>,
    id: NodeId,
    kind: &'t str,
) -> impl Iterator<Item = NodeId> + 't {
    tree.children_iter(id).filter(move |child| is_xs(tree, *child, kind))
}

pub fn xs_child(tree: &Document<'_>, id: NodeId, kind: &str) -> Option<NodeId> {
    tree.children_iter(id).find(|child| is_xs(tree, *child, kind))
}

/// A pattern facet without `^` and `$` around it: they are no part of the language, but many write them, and the
/// validator of .NET takes them as anchors.
pub fn without_anchors(pattern: &str) -> &str {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    pattern.strip_suffix('$').filter(|rest| !rest.ends_with('\\')).unwrap_or(pattern)
}

/// Namespace and local name of a qualified name written at a node.
pub fn resolve<'t>(tree: &'t Document<'_>, at: NodeId, name: &'t str) -> (&'t str, &'t str) {
    let (prefix, local) = name.trim().split_once(':').unwrap_or(("", name.trim()));
    let mut node = Some(at);
    while let Some(id) = node {
        let declarations = tree.element(id).map(|e| e.namespace_declarations.as_slice()).unwrap_or_default();
        if let Some((_, uri)) = declarations.iter().find(|(p, _)| p == prefix) {
            return (uri, local);
        }
        node = tree.parent(id);
    }
    ("", local)
}

impl SimpleContent {
    /// Type of an XSD built-in, and whether BizTalk can promote it (section 7.1, MSG-13).
    pub fn built_in(local: &str) -> Self {
        let value_type = match local {
            "boolean" => ValueType::Bool,
            "int" => ValueType::Int32,
            "short" => ValueType::Int16,
            "byte" => ValueType::SByte,
            "long" => ValueType::Int64,
            "unsignedInt" => ValueType::UInt32,
            "unsignedShort" => ValueType::UInt16,
            "unsignedByte" => ValueType::Byte,
            "unsignedLong" => ValueType::UInt64,
            "integer" | "decimal" | "nonNegativeInteger" | "positiveInteger" | "nonPositiveInteger"
            | "negativeInteger" => ValueType::Decimal,
            "float" => ValueType::Single,
            "double" => ValueType::Double,
            "dateTime" | "date" | "time" | "gYear" | "gYearMonth" => ValueType::DateTime,
            _ => ValueType::String,
        };
        let promotable = !matches!(
            local,
            "base64Binary"
                | "hexBinary"
                | "duration"
                | "long"
                | "unsignedLong"
                | "IDREFS"
                | "ENTITIES"
                | "NMTOKENS"
        );
        Self { value_type, promotable, xsd: local.into(), choices: Vec::new() }
    }
}

/// Makes one pattern facet of those of each restriction: a value has to match one of them, whereas the validator
/// asks for all.
fn join_patterns(schema: &mut Document<'_>) {
    for restriction in schema.get_elements_by_tag_name_ns(XS_NAMESPACE, "restriction") {
        let facets: Vec<NodeId> = xs_children(schema, restriction, "pattern").collect();
        let Some((first, others)) = facets.split_first() else { continue };
        let patterns: Vec<&str> =
            facets.iter().filter_map(|id| attribute(schema, *id, "value")).map(without_anchors).collect();
        let joined = match patterns.as_slice() {
            [one] => (*one).to_owned(),
            many => many.iter().map(|p| format!("({p})")).collect::<Vec<_>>().join("|"),
        };
        for other in others {
            schema.remove_child(restriction, *other);
        }
        if let Some(element) = schema.element_mut(*first) {
            element.set_attribute(QName::local("value"), Cow::Owned(joined));
        }
    }
}

impl Library {
    /// Validator of one file, with the files it includes drawn in.
    ///
    /// # Errors
    /// One sentence: the schema imports another namespace, which the validator cannot follow, or is invalid.
    pub fn validator(&self, at: usize) -> Result<XsdValidator, String> {
        let Some(file) = self.files.get(at) else {
            return Err("there is no such schema".into());
        };
        let mut whole = file.tree().clone();
        let mut drawn_in = vec![at];
        self.draw_in(&mut whole, at, file.root, &mut drawn_in)?;
        join_patterns(&mut whole);
        XsdValidator::from_schema(&whole).map_err(|error| error.to_string())
    }

    /// Copies the declarations of included files into a schema of the same namespace.
    fn draw_in(
        &self,
        whole: &mut Document<'_>,
        at: usize,
        root: NodeId,
        drawn_in: &mut Vec<usize>,
    ) -> Result<(), String> {
        let Some(file) = self.files.get(at) else { return Ok(()) };
        if let Some(id) = xs_children(file.tree(), file.root, "import").next() {
            let namespace = attribute(file.tree(), id, "namespace").unwrap_or_default();
            return Err(format!("`{}` imports {namespace}; only included schemas are followed", file.path));
        }
        for include in file.globals("include") {
            let location = attribute(file.tree(), include, "schemaLocation").unwrap_or_default();
            let stem = super::schema_set::stem_of(location);
            let found = self.files.iter().position(|f| f.stem == stem && f.namespace == file.namespace);
            let Some(other) = found else {
                return Err(format!("`{}` includes {location}, which is not there", file.path));
            };
            if drawn_in.contains(&other) {
                continue;
            }
            drawn_in.push(other);
            let Some(included) = self.files.get(other) else { continue };
            for child in included.tree().children(included.root) {
                let wanted = ["element", "complexType", "simpleType", "group", "attributeGroup", "attribute"];
                if wanted.iter().any(|kind| is_xs(included.tree(), child, kind))
                    && let Some(copy) = whole.import_subtree(included.tree(), child)
                {
                    for (prefix, uri) in
                        included.tree().element(included.root).iter().flat_map(|e| &e.namespace_declarations)
                    {
                        whole.declare_namespace(copy, Some(prefix), uri.to_string());
                    }
                    whole.append_child(root, copy);
                }
            }
            self.draw_in(whole, other, root, drawn_in)?;
        }
        Ok(())
    }
}
