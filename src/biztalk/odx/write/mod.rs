//! From the [model](crate::model) back to a file.
//!
//! What is written is the tree that was read with what the model changed in it: elements are found by their OIDs,
//! properties that say the same stay as they are written, and what the model does not know is not touched. The program
//! is made anew from the tree, and of both halves only the lines that differ are replaced.

mod declarations;
mod element;
mod identity;
mod lines;
mod statements;
mod uses;

use super::read::{Read, read, value};
use super::tree::{DESIGNER, Element, Item, OdxFile, escape};
use crate::biztalk::xlang_text::generate;
use crate::biztalk::{Charset, Encoding, encode};
use crate::diagnostic::Diagnostic;
use crate::model::{Catch, Compensation, Id, Module, Orchestration, PartRef, Port, Shape, ShapeKind};
use element::{fresh, put, put_flag, replace, set, set_attribute};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use uses::Uses;

/// What the modules of an application say of each other, for names in the file that only another module explains.
pub type Others<'a> = &'a [&'a Module];

/// The bytes of the file `original` after its module, which was `before` when it was read, became `after`. Encoding,
/// byte order mark, line ends and everything the edit does not concern stay; without an edit the bytes are the same.
///
/// # Errors
/// As [`super::read_module`] when `original` is no orchestration file.
pub fn write_back(
    path: &str,
    original: &[u8],
    (before, after): (&Module, &Module),
    others: Others<'_>,
) -> Result<Vec<u8>, Diagnostic> {
    if before == after {
        return Ok(original.to_vec());
    }
    let file = OdxFile::parse(path, original)?;
    let Read { origins, .. } = read(path, &file)?;
    let writer = Writer::new(origins, before, after, others);
    let mut model = file.model.clone();
    let module = model.items.iter_mut().find_map(|item| match item {
        Item::Element(element) if element.kind() == "Module" => Some(element),
        _ => None,
    });
    if let Some(module) = module {
        writer.module(module);
    }
    if model == file.model {
        return Ok(original.to_vec());
    }
    let minor = minor(&file.model);
    let code = place(&mut model, minor);
    let (text, encoding) = crate::biztalk::decode(original);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let tree_text = text.get(file.head.len()..text.len().saturating_sub(file.tail.len())).unwrap_or_default();
    let whole = rooted(&model);
    let tree = lines::merge(&rooted(&file.model), &plain(tree_text), &whole);
    // A file that is laid out in a way of its own may not take single lines.
    let says = OdxFile::of_text(path, &tree, encoding).map(|file| file.model);
    let tree = if says.is_ok_and(|says| says == model) { tree } else { whole };
    let old_code = file.model.of_kind("Module").next().map(|module| generate(module, minor).text);
    let code = lines::merge(&old_code.unwrap_or_default(), &plain(file.code()), &code);
    let before_code = file.tail.strip_suffix(file.code()).unwrap_or_default();
    let text = [plain(&file.head), tree, plain(before_code), code].concat();
    Ok(encode(&text.replace('\n', newline), encoding))
}

/// A new file for a module, as the designer would have saved it: UTF-8 with byte order mark, line ends `\r\n`.
pub fn write_new(module: &Module, others: Others<'_>) -> Vec<u8> {
    let empty = Module::default();
    let writer = Writer::new(BTreeMap::new(), &empty, module, others);
    let mut root = fresh("Module", &writer.fresh_oid(&["Module", &module.namespace]), "");
    root.attributes.retain(|(name, _)| name != "ParentLink");
    writer.module(&mut root);
    let mut model = Element::default();
    let versions = [
        ("MajorVersion", "1"),
        ("MinorVersion", "3"),
        ("Core", "2b131234-7959-458d-834f-2dc0769ce683"),
        ("ScheduleModel", "66366196-361d-448d-976f-cab5e87496d2"),
    ];
    for (name, value) in versions {
        set_attribute(&mut model, name, value);
    }
    model.items.push(Item::Element(root));
    model.items.extend(module.preserved.iter().filter_map(|text| preserved(text)).map(Item::Element));
    let code = place(&mut model, 3);
    let text = [HEAD, &rooted(&model), "\n", TAIL, &code].concat();
    encode(&text.replace('\n', "\r\n"), Encoding { charset: Charset::Utf8, mark: true })
}

const HEAD: &str = "#if __DESIGNER_DATA
#error Do not define __DESIGNER_DATA.
<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>
";
const TAIL: &str = "#endif // __DESIGNER_DATA\n";

fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn minor(model: &Element) -> u32 {
    model.attribute("MinorVersion").parse().unwrap_or(3)
}

/// An element outside the module, from the text that was kept of it.
fn preserved(text: &str) -> Option<Element> {
    let whole = format!("<om:MetaModel xmlns:om=\"{DESIGNER}\">{text}</om:MetaModel>");
    let file = OdxFile::of_text("", &whole, Encoding::default()).ok()?;
    file.model.elements().next().cloned()
}

/// The tree as text, root and all, line ends `\n`.
fn rooted(model: &Element) -> String {
    let mut text = String::from("<om:MetaModel");
    for (name, value) in &model.attributes {
        let _ = write!(text, " {name}=\"{}\"", escape(value));
    }
    let _ = writeln!(text, " xmlns:om=\"{DESIGNER}\">");
    for item in &model.items {
        match item {
            Item::Element(element) => element.write(1, &mut text),
            Item::Property(property) => {
                let (name, value) = (escape(&property.name), escape(&property.value));
                let _ = writeln!(text, "    <om:Property Name=\"{name}\" Value=\"{value}\" />");
            }
            Item::Other(other) => {
                let _ = writeln!(text, "    {other}");
            }
        }
    }
    text.push_str("</om:MetaModel>");
    text
}

/// Makes the program of the module in a tree and notes for each element where it is. Files of the first version have
/// no such notes.
fn place(model: &mut Element, minor: u32) -> String {
    let module = model.items.iter_mut().find_map(|item| match item {
        Item::Element(element) if element.kind() == "Module" => Some(element),
        _ => None,
    });
    let Some(module) = module else { return String::new() };
    let program = generate(module, minor);
    if minor >= 3 {
        let mut bounds = program.bounds.iter();
        note(module, &mut bounds);
    }
    program.text
}

fn note<'b>(
    element: &mut Element,
    bounds: &mut impl Iterator<Item = &'b Option<crate::biztalk::xlang_text::Bounds>>,
) {
    match bounds.next().copied().flatten() {
        Some(at) => {
            set_attribute(element, "LowerBound", &format!("{}.{}", at.start.0, at.start.1));
            set_attribute(element, "HigherBound", &format!("{}.{}", at.end.0, at.end.1));
        }
        None => element.attributes.retain(|(name, _)| name != "LowerBound" && name != "HigherBound"),
    }
    for item in &mut element.items {
        if let Item::Element(inner) = item {
            note(inner, bounds);
        }
    }
}

/// What is needed to write one module: where its parts are in the file, and what they were before.
struct Writer<'a> {
    /// Elements by the identity they were read with.
    origins: BTreeMap<Id, &'a Element>,
    /// Shapes and catch blocks as they were.
    before: BTreeMap<&'a Id, &'a Shape>,
    catches: BTreeMap<&'a Id, &'a Catch>,
    module: &'a Module,
    others: Others<'a>,
    uses: Uses<'a>,
    /// Declared types of messages, variables, sets, ports and role links, by name.
    types: BTreeMap<&'a str, &'a str>,
    types_before: BTreeMap<&'a str, &'a str>,
    ports: BTreeMap<&'a str, &'a Port>,
    role_links: BTreeSet<&'a str>,
    /// OIDs that are taken.
    taken: RefCell<BTreeSet<String>>,
}

impl<'a> Writer<'a> {
    fn new(
        origins: BTreeMap<Id, &'a Element>,
        before: &'a Module,
        after: &'a Module,
        others: Others<'a>,
    ) -> Self {
        let shapes = |module: &'a Module| module.orchestration.iter().flat_map(Orchestration::shapes);
        let catches = shapes(before).filter_map(|shape| match &shape.kind {
            ShapeKind::Scope(scope) => Some(&scope.catches),
            _ => None,
        });
        let catches = catches.flatten().map(|catch| (&catch.id, catch)).collect();
        let before_shapes = shapes(before).map(|shape| (&shape.id, shape)).collect();
        let declared = uses::Declared::of(after);
        let mut taken = BTreeSet::new();
        for origin in origins.values() {
            origin.visit(&mut |element| {
                taken.insert(element.oid().to_owned());
            });
        }
        let mut writer = Self {
            origins,
            before: before_shapes,
            catches,
            module: after,
            others,
            uses: Uses::default(),
            types: declared.types,
            types_before: uses::Declared::of(before).types,
            ports: declared.ports,
            role_links: declared.role_links,
            taken: RefCell::new(taken),
        };
        let uses = Uses::of(after, |id| writer.oid(id));
        writer.uses = uses;
        writer
    }

    /// Writes the module into its element.
    fn module(&self, root: &mut Element) {
        put(root, "Name", &self.module.namespace);
        self.port_types(root, &self.module.port_types);
        self.multipart_types(root, &self.module.multipart_types);
        self.web_message_types(root, &self.module.web_message_types);
        self.correlation_types(root, &self.module.correlation_types);
        self.role_link_types(root, &self.module.role_link_types);
        self.namespace(root, "Module_CLRAttribute", &self.module.target_xml_namespace);
        // A second orchestration in the file is not read, and stays.
        let known = root.of_kind("ServiceDeclaration").next().map(|service| service.oid().to_owned());
        let services =
            self.module.orchestration.iter().map(|orchestration| self.orchestration(orchestration));
        let services = services.collect();
        replace(
            root,
            |e| e.kind() == "ServiceDeclaration" && known.as_deref().is_none_or(|oid| oid == e.oid()),
            services,
        );
        self.settle_types(root);
    }

    fn namespace(&self, owner: &mut Element, link: &'static str, namespace: &str) {
        let kind = "TargetXMLNamespaceAttribute";
        let known = owner.of_kind(kind).last().cloned();
        let said = known.as_ref().map(|element| value(element, "TargetXMLNamespace")).unwrap_or_default();
        if said == namespace {
            return;
        }
        let mut wanted = Vec::new();
        if !namespace.is_empty() {
            let mut element =
                known.unwrap_or_else(|| fresh(kind, &self.fresh_oid(&[owner.oid(), kind]), link));
            put(&mut element, "TargetXMLNamespace", namespace);
            wanted.push(element);
        }
        replace(owner, |e| e.kind() == kind, wanted);
    }

    fn orchestration(&self, wanted: &Orchestration) -> Element {
        let mut service = self.start(&wanted.id, "ServiceDeclaration", "Module_ServiceDeclaration");
        let activates = || {
            wanted.shapes().iter().any(|s| matches!(&s.kind, ShapeKind::Receive(receive) if receive.activate))
        };
        if !self.origins.contains_key(&wanted.id) || wanted.invokable.is_some() {
            put_flag(&mut service, "IsInvokable", wanted.invokable.unwrap_or_else(|| !activates()));
        }
        declarations::put_modifier(&mut service, wanted.modifier);
        declarations::described(&mut service, &wanted.name, &wanted.comments);
        self.variables(&mut service, "ServiceDeclaration_VariableDeclaration", &wanted.variables);
        let links = ("ServiceDeclaration_Transaction", "ServiceDeclaration_CLRAttribute");
        self.transaction(&mut service, links, &wanted.transaction, &wanted.transaction_id);
        self.sets(&mut service, None, &wanted.correlation_sets);
        self.messages(&mut service, "ServiceDeclaration_MessageDeclaration", &wanted.messages);
        let known = service.of_kind("ServiceBody").next();
        let mut body = known.cloned().unwrap_or_else(|| {
            let kind = "ServiceBody";
            fresh(kind, &self.fresh_oid(&[service.oid(), kind]), "ServiceDeclaration_ServiceBody")
        });
        let origin = self.origins.get(&wanted.id).and_then(|service| service.of_kind("ServiceBody").next());
        self.parameters(&mut body, &wanted.parameters);
        self.block(&mut body, origin, &wanted.body);
        let first = body.oid().to_owned();
        replace(&mut service, |e| e.kind() == "ServiceBody" && e.oid() == first, vec![body]);
        self.own_compensation(&mut service, wanted);
        self.role_links(&mut service, &wanted.role_links);
        self.ports(&mut service, &wanted.ports);
        self.namespace(&mut service, "ServiceDeclaration_CLRAttribute", &wanted.target_xml_namespace);
        service
    }

    /// The compensation of the orchestration, wherever the file has it.
    fn own_compensation(&self, service: &mut Element, wanted: &Orchestration) {
        let known = service.of_kind("Compensation").next();
        let id = known.map(|element| Id::new(element.oid())).unwrap_or_default();
        let name = known.map(|element| value(element, "Name")).unwrap_or_else(|| "Compensation".to_owned());
        let element = wanted.compensation.iter().map(|body| {
            let own = Compensation {
                id: id.clone(),
                name: name.clone(),
                body: body.clone(),
                report_to_analyst: true,
                ..Compensation::default()
            };
            self.compensation(&own, "ServiceDeclaration_Compensation")
        });
        let element = element.collect();
        replace(service, |inner| inner.kind() == "Compensation", element);
    }

    /// An argument names a declaration and repeats its type.
    fn settle_types(&self, element: &mut Element) {
        let (name, property) = match element.kind() {
            "Parameter" => ("Name", "Type"),
            "RulesParameterRef" if element.property("PartReference").is_none() => ("Reference", "Alias"),
            _ => ("", ""),
        };
        if !name.is_empty() {
            let name = value(element, name);
            let (now, was) = (self.types.get(name.as_str()), self.types_before.get(name.as_str()));
            if let (Some(now), Some(_)) = (now, was)
                && now != &was.copied().unwrap_or_default()
            {
                set(element, property, now);
            }
        }
        for item in &mut element.items {
            if let Item::Element(inner) = item {
                self.settle_types(inner);
            }
        }
    }

    /// .NET type of a message or variable, or of a part of a message.
    fn type_of(&self, part: &PartRef) -> Option<String> {
        let declared = *self.types.get(part.message.as_str())?;
        if part.part.is_empty() {
            return Some(declared.to_owned());
        }
        let modules = std::iter::once(self.module).chain(self.others.iter().copied());
        let mut types = modules.flat_map(|m| m.multipart_types.iter().map(move |t| (m, t)));
        let (_, found) = types.find(|(m, t)| t.name == declared || m.qualify(&t.name) == declared)?;
        found.parts.iter().find(|known| known.name == part.part).map(|known| known.part_type.clone())
    }
}
