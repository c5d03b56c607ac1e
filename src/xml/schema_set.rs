use super::annotations::{self, Import, SchemaInfo};
use super::library::{Declared, Library, SchemaFile, attribute};
use super::{
    DistinguishedField, NodePath, PromotedField, PropertyDeclaration, RootSchema, SchemaNode, built_in,
};
use crate::diagnostic::{Diagnostic, Place};
use crate::message::{ClassField, ClassInfo, Name, ValueType, message_type};
use crate::model::{Application, ClassType, Pipeline};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use uppsala::XsdValidator;

/// All message types and properties of an application: schemas, class messages, built-in properties.
pub struct SchemaSet {
    pub(super) library: Library,
    roots: Vec<Root>,
    root_by_message_type: FxHashMap<SmolStr, usize>,
    root_by_name: BTreeMap<SmolStr, usize>,
    classes: Vec<Arc<ClassInfo>>,
    class_structures: Vec<SchemaNode>,
    class_by_message_type: FxHashMap<SmolStr, usize>,
    properties: Vec<PropertyDeclaration>,
    property_by_name: FxHashMap<SmolStr, usize>,
    /// Properties that some schema or class promotes a field to.
    promoted: FxHashSet<Name>,
    pub(super) pipelines: Vec<Pipeline>,
    diagnostics: Vec<Diagnostic>,
}

struct Root {
    schema: Arc<RootSchema>,
    declared: Declared,
    structure: OnceLock<SchemaNode>,
    validator: OnceLock<Result<XsdValidator, String>>,
}

impl Default for SchemaSet {
    fn default() -> Self {
        Self::build(&Application::default())
    }
}

impl fmt::Debug for SchemaSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchemaSet")
            .field("roots", &self.roots().map(|r| r.type_name).collect::<Vec<_>>())
            .field("classes", &self.classes.iter().map(|c| c.name).collect::<Vec<_>>())
            .field("diagnostics", &self.diagnostics.len())
            .finish_non_exhaustive()
    }
}

impl SchemaSet {
    /// Reads every schema and class of an application. What cannot be read is left out and reported in
    /// [`SchemaSet::diagnostics`].
    pub fn build(application: &Application) -> Self {
        let mut set = Self {
            library: Library::default(),
            roots: Vec::new(),
            root_by_message_type: FxHashMap::default(),
            root_by_name: BTreeMap::new(),
            classes: Vec::new(),
            class_structures: Vec::new(),
            class_by_message_type: FxHashMap::default(),
            properties: Vec::new(),
            property_by_name: FxHashMap::default(),
            promoted: FxHashSet::default(),
            pipelines: application.settings.pipelines.clone(),
            diagnostics: Vec::new(),
        };
        for property in built_in::properties() {
            set.add_property(property);
        }
        let projects = &application.settings.projects;
        for (path, text) in &application.schemas {
            match SchemaFile::parse(path, text) {
                Ok(mut file) => {
                    if let Some(name) = projects.iter().find_map(|project| project.types.get(path)) {
                        file.type_name = name.into();
                    }
                    set.library.files.push(file);
                }
                Err(error) => {
                    let place = Place { file: path.clone(), line: error.place(), ..Place::default() };
                    set.diagnostics.push(Diagnostic::error("S01", error.message, error.help).at(place));
                }
            }
        }
        for (at, name) in set.library.circular() {
            let Some(file) = set.library.files.get(at) else { continue };
            let place = Place { file: file.path.clone(), name: name.clone(), ..Place::default() };
            let message = format!("the type `{name}` derives from itself");
            let help = "take one of the types out of the circle";
            set.diagnostics.push(Diagnostic::error("S10", message, help).at(place));
        }
        let infos: Vec<SchemaInfo> = set.library.files.iter().map(annotations::schema_info).collect();
        for (at, info) in infos.iter().enumerate() {
            if info.is_property_schema {
                set.read_property_schema(at);
            }
        }
        for (at, info) in infos.iter().enumerate() {
            if !info.is_property_schema {
                set.read_document_schema(at, info, &infos);
            }
        }
        for class in &application.settings.classes {
            set.read_class(class);
        }
        for (name, type_name) in &application.settings.simulated_properties {
            let value_type = ValueType::from_name(type_name);
            set.add_property(PropertyDeclaration { name: Name::new(name), value_type, data: false });
        }
        set
    }

    /// Findings, by file and line.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// All schema roots, by file.
    pub fn roots(&self) -> impl Iterator<Item = &Arc<RootSchema>> {
        self.roots.iter().map(|r| &r.schema)
    }

    /// The roots of one schema file, by its path.
    pub fn roots_of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Arc<RootSchema>> {
        let file =
            move |root: &&Root| self.library.files.get(root.declared.0).is_some_and(|f| f.path == path);
        self.roots.iter().filter(file).map(|root| &root.schema)
    }

    /// The names that the message types of one schema file go by, each with its root.
    pub fn names_of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a str, &'a Arc<RootSchema>)> {
        let own = move |root: &&Root| self.library.files.get(root.declared.0).is_some_and(|f| f.path == path);
        self.root_by_name.iter().filter_map(move |(name, at)| {
            self.roots.get(*at).filter(own).map(|root| (name.as_str(), &root.schema))
        })
    }

    /// The XSD built-in type of the content at a path.
    pub fn type_at(&self, path: &super::NodePath) -> Option<SmolStr> {
        let first = path.steps.first()?;
        let message_type = message_type(first.namespace.as_deref().unwrap_or_default(), &first.local);
        let located = self.structure(&message_type)?.locate(path)?;
        located.node.content.as_ref().map(|content| content.xsd.clone())
    }

    /// All class messages, in declaration order.
    pub fn classes(&self) -> impl Iterator<Item = &Arc<ClassInfo>> {
        self.classes.iter()
    }

    /// All properties: the built-in ones, then those of property schemas.
    pub fn properties(&self) -> impl Iterator<Item = &PropertyDeclaration> {
        self.properties.iter()
    }

    /// Schema root by message type, `namespace#Root`.
    pub fn root(&self, message_type: &str) -> Option<&Arc<RootSchema>> {
        self.root_entry(message_type).map(|r| &r.schema)
    }

    /// Schema root by type name: `Order`, `Stem.Root`, or either after namespaces (`Shop.Schemas.Order`).
    pub fn root_named(&self, type_name: &str) -> Option<&Arc<RootSchema>> {
        let at = *shorter_names(type_name).find_map(|name| self.root_by_name.get(name))?;
        self.roots.get(at).map(|r| &r.schema)
    }

    /// Class message by full name, or by the end of it when only one has that end.
    pub fn class(&self, name: &str) -> Option<&Arc<ClassInfo>> {
        self.classes.iter().find(|c| c.name.as_str() == name).or_else(|| {
            let ends = |full: &str| full.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
            let mut same = self.classes.iter().filter(|c| ends(c.name.as_str()));
            same.next().filter(|_| same.next().is_none())
        })
    }

    /// Class message by message type.
    pub fn class_of(&self, message_type: &str) -> Option<&Arc<ClassInfo>> {
        self.class_by_message_type.get(message_type).and_then(|at| self.classes.get(*at))
    }

    /// Property by dotted name: `BTS.MessageType`, `OrderPropertySchema.CustID`, also after namespaces.
    pub fn property(&self, dotted: &str) -> Option<&PropertyDeclaration> {
        let known = shorter_names(dotted).find_map(|name| self.property_by_name.get(name));
        known.and_then(|at| self.properties.get(*at))
    }

    /// Elements and attributes of a schema root, spelt out on first use, or of a class message.
    pub fn structure(&self, message_type: &str) -> Option<&SchemaNode> {
        match self.root_entry(message_type) {
            Some(root) => Some(root.structure.get_or_init(|| self.library.structure(root.declared))),
            None => self.class_structures.get(*self.class_by_message_type.get(message_type)?),
        }
    }

    /// True when messages of this type are of a known schema or class.
    pub fn knows(&self, message_type: &str) -> bool {
        self.root(message_type).is_some() || self.class_of(message_type).is_some()
    }

    /// True when some schema or class promotes a field to the property.
    pub(super) fn is_promoted(&self, property: Name) -> bool {
        self.promoted.contains(&property)
    }

    /// Validator for a root, or why there is none.
    pub(super) fn validator(&self, message_type: &str) -> Option<&Result<XsdValidator, String>> {
        let root = self.root_entry(message_type)?;
        Some(root.validator.get_or_init(|| self.library.validator(root.declared.0)))
    }

    /// Path of the schema file that declares a message type.
    pub fn file_of(&self, message_type: &str) -> Option<&str> {
        let (at, _) = self.declared_root(message_type)?;
        self.library.files.get(at).map(|file| file.path.as_str())
    }

    /// Where a schema root is declared.
    pub(super) fn declared_root(&self, message_type: &str) -> Option<Declared> {
        self.root_entry(message_type).map(|root| root.declared)
    }

    fn root_entry(&self, message_type: &str) -> Option<&Root> {
        self.root_by_message_type.get(message_type).and_then(|at| self.roots.get(*at))
    }

    fn add_property(&mut self, property: PropertyDeclaration) -> bool {
        let name = SmolStr::new_static(property.name.as_str());
        let known = self.property_by_name.contains_key(&name);
        if !known {
            self.property_by_name.insert(name, self.properties.len());
            self.properties.push(property);
        }
        !known
    }

    fn report(&mut self, diagnostic: Diagnostic, at: usize, line: (u32, u32), name: &str) {
        let file = self.library.files.get(at).map(|f| f.path.clone()).unwrap_or_default();
        let place = Place { file, line: Some(line), name: name.to_owned(), ..Place::default() };
        self.diagnostics.push(diagnostic.at(place));
    }

    fn read_property_schema(&mut self, at: usize) {
        let Some(file) = self.library.files.get(at) else { return };
        let mut declared = Vec::new();
        for id in file.globals("element") {
            let Some(local) = attribute(file.tree(), id, "name") else { continue };
            let content = self.library.structure((at, id)).content;
            let property = PropertyDeclaration {
                name: Name::new(&format!("{}.{local}", file.type_name)),
                value_type: content.as_ref().map_or(ValueType::String, |c| c.value_type.clone()),
                data: annotations::is_data_property(file, id),
            };
            let promotable = content.is_none_or(|c| c.promotable);
            // The class of an element has a name of its own, and is often beside its schema's, not inside it.
            let class = annotations::root_type_name(file, id);
            let classes = class.iter().map(String::as_str).chain([local]);
            let whole = file.type_name.as_str();
            let namespace = whole.rsplit_once('.').map(|(namespace, _)| namespace);
            let others: Vec<SmolStr> = classes
                .flat_map(|class| {
                    let owners = std::iter::once(whole).chain(namespace);
                    owners.map(move |owner| smol_str::format_smolstr!("{owner}.{class}"))
                })
                .collect();
            declared.push((property, others, promotable, annotations::place(file, id)));
        }
        for (property, others, promotable, line) in declared {
            let name = property.name.as_str();
            for other in others.into_iter().filter(|other| other != name) {
                self.property_by_name.entry(other).or_insert(self.properties.len());
            }
            if !promotable {
                let finding = Diagnostic::error(
                    "S04",
                    format!("`{name}` has a type that cannot be promoted"),
                    "Use xs:string, xs:int, xs:decimal, xs:boolean or xs:dateTime.",
                );
                self.report(finding, at, line, name);
            }
            if !self.add_property(property) {
                let finding = Diagnostic::error(
                    "S08",
                    format!("`{name}` is declared twice"),
                    "Rename one of the property schema files: the file name is the first half of the name.",
                );
                self.report(finding, at, line, name);
            }
        }
    }

    fn read_document_schema(&mut self, at: usize, info: &SchemaInfo, infos: &[SchemaInfo]) {
        let Some(file) = self.library.files.get(at) else { return };
        let named = |id: &_| attribute(file.tree(), *id, "name").map(|name| (*id, SmolStr::from(name)));
        let mut globals: Vec<_> = file.globals("element").filter_map(|id| named(&id)).collect();
        if let Some(reference) = &info.root_reference
            && globals.iter().any(|(_, name)| name == reference)
        {
            globals.retain(|(_, name)| name == reference);
        }
        let imports = annotations::imports(file);
        let single = globals.len() == 1;
        for (id, local) in globals {
            self.read_root((at, id), &local, single, info.is_envelope, &imports, infos);
        }
    }

    fn read_root(
        &mut self,
        declared: Declared,
        local: &SmolStr,
        single: bool,
        envelope: bool,
        imports: &[Import],
        infos: &[SchemaInfo],
    ) {
        let (at, id) = declared;
        let Some(file) = self.library.files.get(at) else { return };
        let whole = &file.type_name;
        let type_name = if single { Name::new(whole) } else { Name::new(&format!("{whole}.{local}")) };
        let line = annotations::place(file, id);
        let annotated = annotations::annotated(file, id);
        let body_xpath = envelope.then(|| annotations::body_xpath(file, id)).flatten();
        let structure = OnceLock::new();
        let mut findings = Vec::new();
        let mut root = RootSchema {
            type_name,
            message_type: message_type(&file.namespace, local),
            namespace: file.namespace.clone(),
            root: local.clone(),
            promoted: Vec::new(),
            distinguished: Vec::new(),
            envelope_body: None,
        };
        if !annotated.is_empty() || body_xpath.is_some() {
            let nodes = structure.get_or_init(|| self.library.structure(declared));
            for annotation in annotated {
                let target = annotation.property.as_ref().map(|(prefix, property)| {
                    (self.property_reference(declared, prefix, property, imports, infos), property.as_str())
                });
                let finding = annotate(&mut root, nodes, target, &annotation.xpath);
                findings.extend(finding.into_iter().map(|f| (f, annotation.line)));
            }
            if let Some(xpath) = body_xpath {
                match NodePath::parse(&xpath).ok().and_then(|path| nodes.locate(&path)) {
                    Some(located) => root.envelope_body = Some(located.path),
                    None => findings.push((
                        Diagnostic::error(
                            "S05",
                            format!("the envelope's body_xpath {xpath} leads to no element"),
                            "Point Body XPath of the root at the record that holds the documents.",
                        ),
                        line,
                    )),
                }
            }
        }
        for (finding, line) in findings {
            self.report(finding, at, line, type_name.as_str());
        }
        self.add_root(Root { schema: Arc::new(root), declared, structure, validator: OnceLock::new() }, line);
    }

    fn add_root(&mut self, root: Root, line: (u32, u32)) {
        let schema = Arc::clone(&root.schema);
        let (at, name) = (root.declared.0, schema.type_name.as_str());
        if let Some(other) = self.root_entry(&schema.message_type) {
            let message = format!("message type {} is also {}", schema.message_type, other.schema.type_name);
            let help = "Messages of this type resolve to the first schema; give one a namespace of its own.";
            self.report(Diagnostic::warning("S07", message, help), at, line, name);
        } else {
            self.root_by_message_type.insert(schema.message_type.clone(), self.roots.len());
        }
        if self.root_by_name.contains_key(name) {
            let message = format!("two schema files are called {name}");
            self.report(Diagnostic::error("S08", message, "Rename one of the files."), at, line, name);
        } else {
            self.root_by_name.insert(SmolStr::new_static(name), self.roots.len());
            // A .NET type name has no dots of its own: those of the file name become underscores.
            let stated = self.library.files.get(at).is_some_and(|f| f.type_name != f.stem);
            let clean =
                if stated { format!("{name}.{}", schema.root) } else { schema_type_name(name, &schema.root) };
            self.root_by_name.entry(clean.into()).or_insert(self.roots.len());
            if let Some(file) = self.library.files.get(at) {
                let class = annotations::root_type_name(file, root.declared.1);
                let named = class.map(|class| format!("{}.{class}", file.type_name));
                // One of several roots may be meant by the schema alone.
                for other in named.into_iter().chain([file.type_name.to_string()]) {
                    self.root_by_name.entry(other.into()).or_insert(self.roots.len());
                }
            }
        }
        self.promoted.extend(schema.promoted.iter().map(|field| field.property));
        self.roots.push(root);
    }

    /// Full name of the property that `prefix:property` refers to; `Err` with the name looked for.
    fn property_reference(
        &self,
        (at, id): Declared,
        prefix: &str,
        property: &str,
        imports: &[Import],
        infos: &[SchemaInfo],
    ) -> Result<PropertyDeclaration, String> {
        let import = imports.iter().find(|i| i.prefix == prefix);
        let file = self.library.files.get(at);
        let uri = import
            .map(|i| i.uri.clone())
            .filter(|uri| !uri.is_empty())
            .or_else(|| annotations::prefix_namespace(file?, id, prefix))
            .unwrap_or_default();
        let find = |stem: &str| self.property(&format!("{stem}.{property}")).cloned();
        if let Some(known) = built_in::prefix_of(&uri) {
            return find(known).ok_or_else(|| format!("{known}.{property}"));
        }
        let location = import.map(|i| i.location.as_str()).unwrap_or_default();
        let files = self.library.files.iter().zip(infos).filter(|(_, info)| info.is_property_schema);
        let files: Vec<&SchemaFile> = files.map(|(file, _)| file).collect();
        let beside = file.and_then(|file| resolve_location(&file.path, location));
        let at_place = |f: &SchemaFile| beside.as_ref().is_some_and(|path| f.path.eq_ignore_ascii_case(path));
        let named = |f: &SchemaFile| f.type_name == location;
        let called = |f: &SchemaFile| !location.is_empty() && f.stem == stem_of(location);
        let same = |f: &SchemaFile| f.namespace == uri;
        let ways: [&dyn Fn(&SchemaFile) -> bool; 5] =
            [&at_place, &named, &|f| called(f) && same(f), &called, &same];
        let mut found = ways.iter().flat_map(|way| files.iter().filter(|f| way(f)));
        let stem = if location.is_empty() { prefix } else { stem_of(location) };
        found.find_map(|f| find(&f.type_name)).ok_or_else(|| format!("{stem}.{property}"))
    }

    fn read_class(&mut self, class: &ClassType) {
        let mut fields = Vec::new();
        let mut findings = Vec::new();
        for field in &class.fields {
            let promoted = field.promoted.as_ref().map(|dotted| (dotted, self.property(dotted)));
            if let Some((dotted, None)) = promoted {
                findings.push(unknown_property(dotted, &field.name));
            }
            fields.push(ClassField {
                name: Name::new(&field.name),
                value_type: ValueType::from_name(&field.field_type),
                promoted: promoted.and_then(|(_, known)| known).map(|known| known.name),
                max_length: field.max_length,
            });
        }
        let name = Name::new(&class.name);
        let info = ClassInfo::new(name, class.root.as_str().into(), class.namespace.as_str().into(), fields);
        if self.classes.iter().any(|c| c.name == info.name) {
            let help = "Keep one of the two, or rename one.";
            findings.push(Diagnostic::error("S08", format!("class {} is declared twice", class.name), help));
        } else if self.knows(&info.message_type()) {
            let message = format!("message type {} of class {} is taken", info.message_type(), class.name);
            findings.push(Diagnostic::error("S07", message, "Give the class a namespace of its own."));
        }
        for finding in findings {
            let place =
                Place { file: "application.ron".into(), name: class.name.clone(), ..Place::default() };
            self.diagnostics.push(finding.at(place));
        }
        self.promoted.extend(info.fields.iter().filter_map(|field| field.promoted));
        self.class_by_message_type.entry(info.message_type()).or_insert(self.classes.len());
        self.class_structures.push(SchemaNode::of_class(&info));
        self.classes.push(Arc::new(info));
    }
}

/// Adds one promotion or distinguished field to a root; gives what is wrong with it.
fn annotate(
    root: &mut RootSchema,
    nodes: &SchemaNode,
    target: Option<(Result<PropertyDeclaration, String>, &str)>,
    xpath: &str,
) -> Option<Diagnostic> {
    let path = match NodePath::parse(xpath) {
        Ok(path) => path,
        Err(reason) => {
            return Some(Diagnostic::error(
                "S05",
                format!("this path cannot be read: {reason}"),
                "Write the path from the root by child steps, as Schema Editor does.",
            ));
        }
    };
    let located = nodes.locate(&path);
    let content = located.as_ref().and_then(|l| l.node.content.as_ref());
    let value_type = content.map_or(ValueType::String, |c| c.value_type.clone());
    let shown = path.to_string();
    let path = located.as_ref().map_or(path, |l| l.path.clone());
    let missing = || {
        Diagnostic::warning(
            "S06",
            format!("`{shown}` is not in the schema"),
            "Correct the path, or remove the promotion; it never finds a value.",
        )
    };
    let Some((reference, property)) = target else {
        root.distinguished.push(DistinguishedField { name: path.dotted().into(), path, value_type });
        return located.is_none().then(missing);
    };
    let declaration = match reference {
        Ok(declaration) => declaration,
        Err(wanted) => return Some(unknown_property(&wanted, property)),
    };
    let finding = match &located {
        None => Some(missing()),
        Some(l) if l.repeats => Some(Diagnostic::warning(
            "S09",
            format!("`{shown}` may occur more than once, but only the first is promoted"),
            "Promote a node that occurs once (MSG-5).",
        )),
        Some(_) if content.is_some_and(|c| !c.promotable) => Some(Diagnostic::error(
            "S04",
            format!("`{shown}` is of a type that cannot be promoted"),
            "Change its type, or make it a distinguished field.",
        )),
        Some(_) => None,
    };
    // The property's own type decides: two schemas may promote fields of different types to one property.
    root.promoted.push(PromotedField {
        property: declaration.name,
        path,
        value_type: declaration.value_type,
    });
    finding
}

fn unknown_property(dotted: &str, promoted_from: &str) -> Diagnostic {
    Diagnostic::error(
        "S03",
        format!("there is no property {dotted} to promote {promoted_from} to"),
        "Declare it in a property schema of the application, or correct the reference.",
    )
}

/// The name itself, then without its first segment, and so on.
fn shorter_names(dotted: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(dotted), |name| name.split_once('.').map(|(_, rest)| rest))
}

/// The path that a location in the schema at `path` means; `None` when it leads out of the application or is no path.
fn resolve_location(path: &str, location: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in location.split(['\\', '/']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    location.to_lowercase().ends_with(".xsd").then(|| parts.join("/"))
}

/// `.\sub\PropertySchema.xsd` and `Shop.Schemas.PropertySchema` both name `PropertySchema`.
pub(super) fn stem_of(location: &str) -> &str {
    let file = location.rsplit(['\\', '/']).next().unwrap_or(location);
    match file.len().checked_sub(4).and_then(|at| Some((file.get(..at)?, file.get(at..)?))) {
        Some((stem, extension)) if extension.eq_ignore_ascii_case(".xsd") => stem,
        _ => file.rsplit('.').next().unwrap_or(file),
    }
}

fn schema_type_name(name: &str, root: &str) -> String {
    let clean = |text: &str| text.replace(|c: char| !c.is_alphanumeric(), "_");
    match name.strip_suffix(root).and_then(|stem| stem.strip_suffix('.')) {
        Some(stem) => format!("{}.{}", clean(stem), clean(root)),
        None => clean(name),
    }
}
