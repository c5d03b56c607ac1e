//! Maps (`.btm`): the grid with its links and functoids, as [`MapDrawing`].

use super::decode;
use super::xml_text::{attribute, children, is_true, parse};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Application, CustomXslt, Functoid, FunctoidInput, InputValue, LinkEnd, LoopTable, Map, MapDrawing,
    MapLink, MapPage, MapTree, Script, ScriptLanguage,
};
use crate::xml::SchemaSet;
use std::collections::BTreeMap;
use uppsala::{Document, NodeId};

/// Reads a map. `file` is where it is, for findings; `name` its .NET type name. Message types follow with
/// [`resolve_types`], when the schemas are known.
///
/// # Errors
/// `Z20` when the bytes are no map.
pub fn read_map(file: &str, name: &str, bytes: &[u8]) -> Result<Map, Diagnostic> {
    let (text, _) = decode(bytes);
    let tree = parse(file, &text, "mapsource", "a BizTalk map")?;
    let Some(root) = tree.document_element() else { return Ok(Map::default()) };
    let mut drawing = MapDrawing::default();
    if let Some(element) = tree.element(root) {
        let settings =
            element.attributes.iter().map(|a| (a.name.local_name.to_string(), a.value.to_string()));
        drawing.settings = settings.collect();
    }
    for id in children(&tree, root) {
        match name_of(&tree, id) {
            "SrcTree" => drawing.source = side(&tree, id),
            "TrgTree" => drawing.target = side(&tree, id),
            "ScriptTypePrecedence" => {
                drawing.script_precedence = children(&tree, id)
                    .map(|language| ScriptLanguage {
                        name: name_of(&tree, language).to_owned(),
                        enabled: is_true(&attribute(&tree, language, "Enabled")),
                    })
                    .collect();
            }
            "TreeValues" => {
                for list in children(&tree, id) {
                    let values = children(&tree, list)
                        .map(|value| (attribute(&tree, value, "Query"), attribute(&tree, value, "value")))
                        .collect::<BTreeMap<_, _>>();
                    match name_of(&tree, list) {
                        "ConstantValues" => drawing.constants.extend(values),
                        _ => drawing.test_values.extend(values),
                    }
                }
            }
            "CustomXSLT" => {
                let custom = CustomXslt {
                    path: attribute(&tree, id, "XsltPath"),
                    extensions_path: attribute(&tree, id, "ExtObjXmlPath"),
                    ..CustomXslt::default()
                };
                drawing.custom_xslt = (!custom.path.is_empty()).then_some(custom);
            }
            "Pages" => drawing.pages = children(&tree, id).map(|page| read_page(&tree, page)).collect(),
            _ => {}
        }
    }
    Ok(Map { name: name.to_owned(), drawing: Some(Box::new(drawing)), ..Map::default() })
}

fn name_of<'t>(tree: &'t Document<'_>, id: NodeId) -> &'t str {
    tree.element(id).map_or("", |element| &element.name.local_name)
}

fn side(tree: &Document<'_>, id: NodeId) -> MapTree {
    let mut side = MapTree { root: attribute(tree, id, "RootNode_Name"), ..MapTree::default() };
    let mut pending: Vec<NodeId> = children(tree, id).collect();
    pending.reverse();
    while let Some(at) = pending.pop() {
        match name_of(tree, at) {
            "Reference" => side.schemas.push(attribute(tree, at, "Location")),
            "schema" => side.joined = crate::message::document::subtree(tree, at).to_xml(),
            _ => pending.extend(children(tree, at)),
        }
    }
    side
}

fn read_page(tree: &Document<'_>, id: NodeId) -> MapPage {
    let mut page = MapPage { name: attribute(tree, id, "Name"), ..MapPage::default() };
    for list in children(tree, id) {
        match name_of(tree, list) {
            "Links" => page.links.extend(children(tree, list).map(|link| read_link(tree, link))),
            "Functoids" => page.functoids.extend(children(tree, list).map(|own| functoid(tree, own))),
            _ => {}
        }
    }
    page
}

fn read_link(tree: &Document<'_>, id: NodeId) -> MapLink {
    let end = |name| {
        let text = attribute(tree, id, name);
        text.trim().parse().map_or(LinkEnd::Node(text), LinkEnd::Functoid)
    };
    MapLink {
        id: number(&attribute(tree, id, "LinkID")),
        from: end("LinkFrom"),
        to: end("LinkTo"),
        label: attribute(tree, id, "Label"),
        copy: attribute(tree, id, "Compiler-Copy-Directive"),
        directive: attribute(tree, id, "Compiler-Directive"),
    }
}

fn functoid(tree: &Document<'_>, id: NodeId) -> Functoid {
    let text = |name| attribute(tree, id, name);
    let mut own = Functoid {
        id: number(&text("FunctoidID")),
        function: number(&text("Functoid-FID")),
        class_id: text("Functoid-CLSID"),
        name: text("Functoid-Name"),
        x: text("X-Cell").trim().parse().unwrap_or(0),
        y: text("Y-Cell").trim().parse().unwrap_or(0),
        label: text("Label"),
        comments: text("Comments"),
        ..Functoid::default()
    };
    for part in children(tree, id) {
        match name_of(tree, part) {
            "Input-Parameters" => {
                own.inputs = children(tree, part).enumerate().map(|(at, p)| input(tree, p, at)).collect();
            }
            "ScripterCode" => {
                own.scripts = children(tree, part)
                    .map(|script| Script {
                        language: attribute(tree, script, "Language"),
                        text: tree.text_content_deep(script),
                        assembly: attribute(tree, script, "Assembly"),
                        assembly_path: attribute(tree, script, "AssemblyPath"),
                        class: attribute(tree, script, "Class"),
                        method: attribute(tree, script, "Function"),
                    })
                    .collect();
            }
            "TableLoopingData" => own.table = Some(table(tree, part)),
            _ => {}
        }
    }
    own
}

fn input(tree: &Document<'_>, id: NodeId, at: usize) -> FunctoidInput {
    let value = attribute(tree, id, "Value");
    let link = attribute(tree, id, "Type").eq_ignore_ascii_case("link");
    let index = attribute(tree, id, "linkIndex").trim().parse().ok();
    FunctoidInput {
        value: if link { InputValue::Link(number(&value)) } else { InputValue::Constant(value) },
        index: index.filter(|index| usize::try_from(*index) != Ok(at)),
        guid: attribute(tree, id, "Guid"),
    }
}

fn table(tree: &Document<'_>, id: NodeId) -> LoopTable {
    let mut rows = Vec::new();
    for row in children(tree, id).flat_map(|rows| match name_of(tree, rows) {
        "Rows" => children(tree, rows).collect(),
        _ => vec![rows],
    }) {
        let cells = children(tree, row).map(|cell| attribute(tree, cell, "Value")).collect::<Vec<_>>();
        rows.push(cells);
    }
    LoopTable {
        gated: is_true(&attribute(tree, id, "Gated")),
        columns: number(&attribute(tree, id, "Columns")),
        rows,
    }
}

fn number(text: &str) -> u32 {
    text.trim().parse().unwrap_or(0)
}

/// Fills in the message types of both sides. What is not found stays a name, so that it is reported as missing.
/// `file` is where the map is, below the folder that the application was opened from.
pub fn resolve_types(map: &mut Map, file: &str, application: &Application, schemas: &SchemaSet) {
    let Some(drawing) = &map.drawing else { return };
    let types = |side: &MapTree| {
        let parts = joined(&side.joined);
        if !parts.is_empty() {
            return parts;
        }
        let found = side.schemas.first().map(|location| {
            let name = type_name(file, location, application);
            let names = [format!("{name}.{}", side.root), name.clone()];
            let found = names.iter().find_map(|name| {
                let root = schemas.root_named(name)?;
                (side.root.is_empty() || root.root == side.root).then(|| root.message_type.to_string())
            });
            found.unwrap_or(if side.root.is_empty() { name } else { format!("{name}#{}", side.root) })
        });
        found.into_iter().collect()
    };
    let (sources, targets) = (types(&drawing.source), types(&drawing.target));
    (map.sources, map.targets) = (sources, targets);
}

/// Schema type name of a location: `.\sub\Order.xsd`, `Shop.Schemas.Order` or `Shop.Schemas.Batch+Order`.
fn type_name(file: &str, location: &str, application: &Application) -> String {
    let written = location.replace('\\', "/");
    let Some(stem) = written.rsplit('/').next().and_then(|name| {
        let at = name.len().checked_sub(4)?;
        name.get(at..).filter(|ending| ending.eq_ignore_ascii_case(".xsd")).and(name.get(..at))
    }) else {
        return location.replace('+', ".");
    };
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let path = format!("schemas/{}", parts.join("/"));
    let known = application.schemas.keys().find(|key| key.eq_ignore_ascii_case(&path));
    let stated = known.and_then(|key| application.settings.projects.iter().find_map(|p| p.types.get(key)));
    stated.cloned().unwrap_or_else(|| stem.to_owned())
}

/// Message types of the parts of a joined schema: each part refers to the root element of a message.
fn joined(schema: &str) -> Vec<String> {
    let Ok(tree) = crate::message::document::parse_text(schema) else { return Vec::new() };
    let elements = tree.get_elements_by_tag_name("element");
    let reference = |id: &NodeId| {
        let name = attribute(&tree, *id, "ref");
        let (prefix, local) = name.split_once(':').unwrap_or(("", &name));
        let holder = std::iter::once(*id).chain(tree.ancestors(*id));
        let namespace = holder.filter_map(|at| tree.element(at)).find_map(|element| {
            let known = element.namespace_declarations.iter().find(|(p, _)| p == prefix);
            known.map(|(_, uri)| uri.to_string())
        });
        let namespace = namespace.unwrap_or_default();
        (!local.is_empty()).then(|| crate::message::message_type(&namespace, local).to_string())
    };
    elements.iter().filter_map(reference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biztalk::{Charset, Encoding, encode};

    const MAP: &str = r#"<?xml version="1.0" encoding="utf-16"?>
<mapsource Name="BizTalk Map" Version="2" GenerateDefaultFixedNodes="Yes">
  <SrcTree RootNode_Name="Order"><Reference Location="..\Schemas\Order.xsd" /></SrcTree>
  <TrgTree RootNode_Name="Bill"><Reference Location="Shop.Schemas.Bills+Bill" /></TrgTree>
  <ScriptTypePrecedence><CSharp Enabled="Yes" /><Xslt Enabled="No" /></ScriptTypePrecedence>
  <TreeValues><TestValues /><ConstantValues><Value value="&lt;empty&gt;" Query="/*[local-name()='&lt;Schema&gt;']/*[local-name()='Bill']/*[local-name()='Note']" /></ConstantValues></TreeValues>
  <Pages><Page Name="Page 1"><Links>
      <Link LinkID="1" LinkFrom="/*[local-name()='&lt;Schema&gt;']/*[local-name()='Order']/*[local-name()='ID']" LinkTo="7" Label="id" />
      <Link LinkID="2" LinkFrom="7" LinkTo="/*[local-name()='&lt;Schema&gt;']/*[local-name()='Bill']/*[local-name()='No']" Compiler-Copy-Directive="CopyName" />
    </Links><Functoids>
      <Functoid FunctoidID="7" Functoid-FID="260" X-Cell="52" Y-Cell="174" Functoid-Name="Scripting" Label="tag"><Input-Parameters>
        <Parameter Type="link" Value="1" linkIndex="0" Guid="g1" /><Parameter Type="constant" Value="x" linkIndex="1" Guid="g2" /></Input-Parameters>
        <ScripterCode><Script Language="CSharp"><![CDATA[public string Tag(string a, string b) { return a + b; }]]></Script></ScripterCode></Functoid>
      <Functoid FunctoidID="8" Functoid-FID="703" X-Cell="1" Y-Cell="2"><Input-Parameters /><TableLoopingData Gated="Yes" Columns="1"><Rows><Row><Column Value="g1" /></Row><Row><Column Value="g2" /></Row></Rows></TableLoopingData></Functoid>
    </Functoids></Page></Pages>
</mapsource>"#;

    #[test]
    fn a_map_is_read_whole() {
        let bytes = encode(MAP, Encoding { charset: Charset::Utf16Le, mark: true });
        let map = read_map("Maps/ToBill.btm", "Shop.Maps.ToBill", &bytes).unwrap();
        let drawing = map.drawing.unwrap();
        assert_eq!(
            (drawing.source.root.as_str(), drawing.source.schemas.as_slice()),
            ("Order", &[r"..\Schemas\Order.xsd".to_owned()][..])
        );
        assert_eq!(drawing.settings["GenerateDefaultFixedNodes"], "Yes");
        assert_eq!(drawing.constants.values().collect::<Vec<_>>(), ["<empty>"]);
        assert_eq!(
            drawing.script_precedence.iter().map(|l| (l.name.as_str(), l.enabled)).collect::<Vec<_>>(),
            [("CSharp", true), ("Xslt", false)]
        );
        let page = &drawing.pages[0];
        assert_eq!((page.links[0].to.clone(), page.links[0].label.as_str()), (LinkEnd::Functoid(7), "id"));
        assert_eq!(
            (page.links[1].from.clone(), page.links[1].copy.as_str()),
            (LinkEnd::Functoid(7), "CopyName")
        );
        let [script, table] = &page.functoids[..] else { panic!("{:?}", page.functoids) };
        assert_eq!((script.function, script.x, script.label.as_str()), (260, 52, "tag"));
        let inputs: Vec<_> = script.inputs.iter().map(|i| i.value.clone()).collect();
        assert_eq!(inputs, [InputValue::Link(1), InputValue::Constant("x".into())]);
        assert!(script.scripts[0].text.starts_with("public string Tag"));
        let table = table.table.as_ref().unwrap();
        assert_eq!((table.gated, table.columns, table.rows.len()), (true, 1, 2));
    }

    /// Schemas are named by a file beside the map, or by the .NET type name.
    #[test]
    fn message_types_follow_from_the_schemas_of_the_projects() {
        let schema = |namespace: &str, roots: &[&str]| {
            let elements: String =
                roots.iter().map(|r| format!(r#"<xs:element name="{r}" type="xs:string"/>"#)).collect();
            format!(
                r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}">{elements}</xs:schema>"#
            )
        };
        let mut application = Application::default();
        application.schemas.insert("schemas/Schemas/Order.xsd".into(), schema("urn:o", &["Order"]));
        application.schemas.insert("schemas/Schemas/Bills.xsd".into(), schema("urn:b", &["Bill", "Receipt"]));
        let mut project = crate::model::Project::default();
        project.types.insert("schemas/Schemas/Order.xsd".into(), "Shop.Schemas.Order".into());
        project.types.insert("schemas/Schemas/Bills.xsd".into(), "Shop.Schemas.Bills".into());
        application.settings.projects.push(project);
        let mut map = read_map("Maps/ToBill.btm", "ToBill", MAP.as_bytes()).unwrap();
        resolve_types(&mut map, "Maps/ToBill.btm", &application, &SchemaSet::build(&application));
        assert_eq!(
            (map.sources, map.targets),
            (vec!["urn:o#Order".to_owned()], vec!["urn:b#Bill".to_owned()])
        );
        let mut lost = read_map("Maps/ToBill.btm", "ToBill", MAP.as_bytes()).unwrap();
        resolve_types(&mut lost, "Maps/ToBill.btm", &Application::default(), &SchemaSet::default());
        assert_eq!(lost.sources, ["Order#Order"]);
    }

    #[test]
    fn what_is_no_map_is_refused_and_cut_files_never_panic() {
        for bytes in [&b""[..], b"\xff\xfe<", b"<BindingInfo/>", b"\0\0\0", b"<mapsource"] {
            let error = read_map("x.btm", "x", bytes).unwrap_err();
            assert_eq!((error.code, error.place.file.as_str()), ("Z20", "x.btm"));
            assert!(!error.help.is_empty());
        }
        for cut in (0..MAP.len()).step_by(61) {
            let _ = read_map("x.btm", "x", &MAP.as_bytes()[..cut]);
        }
    }
}
