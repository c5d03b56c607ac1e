//! What may be inside an element, as its schema says, with the types and groups it names followed over files.

use super::simple::Simple;
use crate::xml::library::{Declared, Library, attribute, resolve, xs_child, xs_children, xs_kind};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::rc::Rc;
use uppsala::{NodeId, XS_NAMESPACE};

/// Types and groups may refer to each other this often before an element is reached.
const MAX_CHAIN: usize = 64;

/// An element at a place where the schema allows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ElementUse {
    pub declared: Declared,
    /// Target namespace in force there: that of the including schema for a file without one.
    pub context: SmolStr,
    pub local: SmolStr,
    pub namespace: SmolStr,
}

#[derive(Clone, Debug)]
pub struct Particle {
    pub min: u32,
    /// `u32::MAX` is without bound.
    pub max: u32,
    pub term: Term,
}

#[derive(Clone, Debug)]
pub enum Term {
    Element(ElementUse),
    /// `xs:sequence`, and `xs:all` in its written order.
    Sequence(Vec<Particle>),
    Choice(Vec<Particle>),
    /// A wildcard: an element of this namespace; `strict` ones must be declared somewhere.
    Any {
        namespace: SmolStr,
        strict: bool,
    },
}

#[derive(Clone, Debug)]
pub struct AttributeUse {
    pub local: SmolStr,
    pub namespace: SmolStr,
    pub required: bool,
    pub default: Option<SmolStr>,
    pub simple: Simple,
}

/// The type of an element.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// The complex type it is declared by.
    pub declared: Option<Declared>,
    pub is_abstract: bool,
    pub attributes: Vec<AttributeUse>,
    /// Text content; `None` for a record.
    pub text: Option<Simple>,
    pub particles: Vec<Particle>,
    /// Name of the derived type that stands for an abstract one.
    pub xsi_type: Option<(SmolStr, SmolStr)>,
}

/// The content models of a library, each made once.
pub struct Models<'a> {
    pub library: &'a Library,
    contents: FxHashMap<ElementUse, Rc<Content>>,
}

/// Where a declaration stands: its file and the namespace in force.
#[derive(Clone)]
struct Scope {
    at: usize,
    context: SmolStr,
}

impl<'a> Models<'a> {
    pub fn new(library: &'a Library) -> Self {
        Self { library, contents: FxHashMap::default() }
    }

    /// A global element as it is used from elsewhere.
    pub fn global(&self, declared: Declared, context: &str) -> Option<ElementUse> {
        let file = self.library.files.get(declared.0)?;
        let namespace: SmolStr =
            if file.namespace.is_empty() { context.into() } else { file.namespace.clone() };
        let local = attribute(file.tree(), declared.1, "name")?.into();
        Some(ElementUse { declared, context: namespace.clone(), local, namespace })
    }

    /// An attribute of the declaration of an element.
    pub fn declaration(&self, element: &ElementUse, name: &str) -> Option<&'a str> {
        attribute(self.library.files.get(element.declared.0)?.tree(), element.declared.1, name)
    }

    /// The first element that may stand for an abstract one.
    pub fn substitute(&self, head: &ElementUse) -> Option<ElementUse> {
        self.library.files.iter().enumerate().find_map(|(at, file)| {
            let tree = file.tree();
            let member = file.globals("element").find(|id| {
                let group = attribute(tree, *id, "substitutionGroup").map(|name| resolve(tree, *id, name));
                group == Some((head.namespace.as_str(), head.local.as_str()))
                    && attribute(tree, *id, "abstract") != Some("true")
            })?;
            self.global((at, member), &head.context)
        })
    }

    /// Type of an element.
    pub fn content(&mut self, element: &ElementUse) -> Rc<Content> {
        if let Some(known) = self.contents.get(element) {
            return Rc::clone(known);
        }
        let scope = Scope { at: element.declared.0, context: element.context.clone() };
        let content = Rc::new(self.type_of(&scope, element.declared.1, 0));
        self.contents.insert(element.clone(), Rc::clone(&content));
        content
    }

    fn type_of(&self, scope: &Scope, id: NodeId, depth: usize) -> Content {
        let Some(file) = self.library.files.get(scope.at).filter(|_| depth < MAX_CHAIN) else {
            return Content::default();
        };
        let tree = file.tree();
        if let Some(name) = attribute(tree, id, "type") {
            let (namespace, local) = resolve(tree, id, name);
            return self.concrete(scope, namespace, local);
        }
        if let Some(simple) = xs_child(tree, id, "simpleType") {
            let text = Simple::declared(self.library, (scope.at, simple), &scope.context, 0);
            return Content { text: Some(text), ..Content::default() };
        }
        if let Some(complex) = xs_child(tree, id, "complexType") {
            return self.complex_type(scope, complex, depth);
        }
        // Without a type of its own, a member of a substitution group has that of its head.
        let head = attribute(tree, id, "substitutionGroup").map(|name| resolve(tree, id, name));
        let head = head.and_then(|(namespace, local)| self.find(scope, "element", namespace, local));
        head.map_or_else(Content::default, |(scope, id)| self.type_of(&scope, id, depth + 1))
    }

    /// A named type, or the first one derived from it when it is abstract.
    fn concrete(&self, scope: &Scope, namespace: &str, local: &str) -> Content {
        let content = self.named_type(scope, namespace, local, 0);
        if !content.is_abstract {
            return content;
        }
        for (at, file) in self.library.files.iter().enumerate() {
            let tree = file.tree();
            for id in file.globals("complexType") {
                let inner =
                    xs_child(tree, id, "complexContent").or_else(|| xs_child(tree, id, "simpleContent"));
                let derivation = inner.and_then(|inner| {
                    xs_child(tree, inner, "extension").or_else(|| xs_child(tree, inner, "restriction"))
                });
                let base = derivation.and_then(|d| Some(resolve(tree, d, attribute(tree, d, "base")?)));
                if base != Some((namespace, local)) {
                    continue;
                }
                let name = attribute(tree, id, "name").unwrap_or_default();
                let context = if file.namespace.is_empty() { &scope.context } else { &file.namespace };
                let derived = self.concrete(&Scope { at, context: context.clone() }, context, name);
                if !derived.is_abstract {
                    let own = (context.clone(), SmolStr::from(name));
                    return Content { xsi_type: derived.xsi_type.clone().or(Some(own)), ..derived };
                }
            }
        }
        content
    }

    fn named_type(&self, scope: &Scope, namespace: &str, local: &str, depth: usize) -> Content {
        if namespace == XS_NAMESPACE {
            let text = (local != "anyType").then(|| Simple::built_in(local));
            return Content { text, ..Content::default() };
        }
        if let Some((scope, id)) = self.find(scope, "simpleType", namespace, local) {
            let text = Simple::declared(self.library, (scope.at, id), &scope.context, 0);
            return Content { text: Some(text), ..Content::default() };
        }
        match self.find(scope, "complexType", namespace, local) {
            Some((scope, id)) => self.complex_type(&scope, id, depth + 1),
            None => Content::default(),
        }
    }

    fn complex_type(&self, scope: &Scope, id: NodeId, depth: usize) -> Content {
        let mut content = Content::default();
        let Some(file) = self.library.files.get(scope.at).filter(|_| depth < MAX_CHAIN) else {
            return content;
        };
        let tree = file.tree();
        let derivation = ["simpleContent", "complexContent"].into_iter().find_map(|kind| {
            let inner = xs_child(tree, id, kind)?;
            let extension = xs_child(tree, inner, "extension").map(|d| (d, true));
            extension.or_else(|| xs_child(tree, inner, "restriction").map(|d| (d, false)))
        });
        let body = match derivation {
            Some((derivation, extends)) => {
                let base = attribute(tree, derivation, "base").unwrap_or_default();
                let (namespace, local) = resolve(tree, derivation, base);
                content = self.named_type(scope, namespace, local, depth + 1);
                if !extends {
                    content.particles.clear();
                    if let Some(text) = &mut content.text {
                        text.restrict(self.library, (scope.at, derivation), &scope.context);
                    }
                }
                derivation
            }
            None => id,
        };
        content.declared = Some((scope.at, id));
        content.is_abstract = attribute(tree, id, "abstract") == Some("true");
        content.xsi_type = None;
        self.attributes(scope, body, &mut content.attributes, depth);
        content.particles.extend(self.particles(scope, body, depth));
        content
    }

    /// The particles below a type, derivation, group or compositor.
    fn particles(&self, scope: &Scope, parent: NodeId, depth: usize) -> Vec<Particle> {
        let Some(file) = self.library.files.get(scope.at).filter(|_| depth < MAX_CHAIN) else {
            return Vec::new();
        };
        let tree = file.tree();
        let particle = |id| {
            let term = match xs_kind(tree, id)? {
                "element" => Term::Element(self.local_element(scope, id)?),
                "sequence" | "all" => Term::Sequence(self.particles(scope, id, depth + 1)),
                "choice" => Term::Choice(self.particles(scope, id, depth + 1)),
                "group" => {
                    let (namespace, local) = resolve(tree, id, attribute(tree, id, "ref")?);
                    let (scope, group) = self.find(scope, "group", namespace, local)?;
                    Term::Sequence(self.particles(&scope, group, depth + 1))
                }
                "any" => Term::Any {
                    namespace: any_namespace(attribute(tree, id, "namespace"), &scope.context),
                    strict: matches!(attribute(tree, id, "processContents"), None | Some("strict")),
                },
                _ => return None,
            };
            let min = attribute(tree, id, "minOccurs").and_then(|n| n.trim().parse().ok()).unwrap_or(1);
            let max = match attribute(tree, id, "maxOccurs").map(str::trim) {
                None => 1,
                Some("unbounded") => u32::MAX,
                Some(n) => n.parse().unwrap_or(1),
            };
            Some(Particle { min: min.min(max), max, term })
        };
        tree.children_iter(parent).filter_map(particle).collect()
    }

    fn local_element(&self, scope: &Scope, id: NodeId) -> Option<ElementUse> {
        let file = self.library.files.get(scope.at)?;
        let tree = file.tree();
        if let Some(reference) = attribute(tree, id, "ref") {
            let (namespace, local) = resolve(tree, id, reference);
            let (found, global) = self.find(scope, "element", namespace, local)?;
            return self.global((found.at, global), &found.context);
        }
        let qualified =
            attribute(tree, id, "form").map_or(file.elements_qualified, |form| form == "qualified");
        Some(ElementUse {
            declared: (scope.at, id),
            context: scope.context.clone(),
            local: attribute(tree, id, "name")?.into(),
            namespace: if qualified { scope.context.clone() } else { SmolStr::default() },
        })
    }

    /// Attributes below a type, derivation or group: one of the same name as a known one takes its place.
    fn attributes(&self, scope: &Scope, parent: NodeId, found: &mut Vec<AttributeUse>, depth: usize) {
        let Some(file) = self.library.files.get(scope.at).filter(|_| depth < MAX_CHAIN) else { return };
        let tree = file.tree();
        for group in xs_children(tree, parent, "attributeGroup") {
            let (namespace, local) = resolve(tree, group, attribute(tree, group, "ref").unwrap_or_default());
            if let Some((scope, id)) = self.find(scope, "attributeGroup", namespace, local) {
                self.attributes(&scope, id, found, depth + 1);
            }
        }
        for id in xs_children(tree, parent, "attribute") {
            let Some(attribute_use) = self.attribute_use(scope, id) else { continue };
            found.retain(|a| a.local != attribute_use.local || a.namespace != attribute_use.namespace);
            if attribute(tree, id, "use") != Some("prohibited") {
                found.push(attribute_use);
            }
        }
    }

    fn attribute_use(&self, scope: &Scope, id: NodeId) -> Option<AttributeUse> {
        let file = self.library.files.get(scope.at)?;
        let tree = file.tree();
        let required = attribute(tree, id, "use") == Some("required");
        let value = |id| attribute(tree, id, "fixed").or_else(|| attribute(tree, id, "default"));
        if let Some(reference) = attribute(tree, id, "ref") {
            let (namespace, local) = resolve(tree, id, reference);
            let (namespace, local) = (SmolStr::from(namespace), SmolStr::from(local));
            let Some((found, global)) = self.find(scope, "attribute", &namespace, &local) else {
                // `xml:lang` and its like come without a schema.
                let simple = Simple::built_in("language");
                return Some(AttributeUse { local, namespace, required, default: None, simple });
            };
            let inner = self.attribute_use(&found, global)?;
            let default = value(id).map(SmolStr::from).or(inner.default);
            return Some(AttributeUse { namespace, required, default, ..inner });
        }
        let qualified =
            attribute(tree, id, "form").map_or(file.attributes_qualified, |form| form == "qualified");
        let text = self.type_of(scope, id, 0).text;
        Some(AttributeUse {
            local: attribute(tree, id, "name")?.into(),
            namespace: if qualified { scope.context.clone() } else { SmolStr::default() },
            required,
            default: value(id).map(SmolStr::from),
            simple: text.unwrap_or_else(|| Simple::built_in("string")),
        })
    }

    /// A top-level declaration and where it stands. In a file without namespace, names without prefix may also mean
    /// those of the schema that includes it.
    fn find(&self, scope: &Scope, kind: &str, namespace: &str, local: &str) -> Option<(Scope, NodeId)> {
        let direct = self.library.global(scope.at, kind, namespace, local);
        let borrowed = || {
            let chameleon = namespace.is_empty() && !scope.context.is_empty();
            chameleon.then(|| self.library.global(scope.at, kind, &scope.context, local)).flatten()
        };
        let (at, id) = direct.or_else(borrowed)?;
        let file = self.library.files.get(at)?;
        let context = match (file.namespace.is_empty(), namespace.is_empty()) {
            (false, _) => file.namespace.clone(),
            (true, true) => scope.context.clone(),
            (true, false) => namespace.into(),
        };
        Some((Scope { at, context }, id))
    }
}

/// A namespace that a wildcard takes.
fn any_namespace(constraint: Option<&str>, target: &SmolStr) -> SmolStr {
    match constraint.and_then(|list| list.split_whitespace().next()) {
        None | Some("##any" | "##other") => "urn:any".into(),
        Some("##targetNamespace") => target.clone(),
        Some("##local") => SmolStr::default(),
        Some(uri) => uri.into(),
    }
}
