//! Properties of adapters and pipeline components: XML inside XML, each value with the number of its VARIANT type.

use crate::biztalk::xml_text::{attribute, child, children, children_named};
use crate::message::document::{escape_xml, parse_text};
use crate::model::{PipelineComponent, PropertyTypes};
use std::collections::BTreeMap;
use uppsala::{Document, NodeId};

/// VARIANT type of text; a property without an entry among the types is text.
const TEXT: &str = "8";

pub type Values = BTreeMap<String, String>;

/// Reads the properties of an adapter: `<CustomProps><CopyMode vt="19">1</CopyMode></CustomProps>`. What is no XML is
/// kept whole under an empty name.
pub fn read(text: &str) -> (Values, PropertyTypes) {
    if text.trim().is_empty() {
        return <_>::default();
    }
    match parse_text(text.trim()) {
        Ok(tree) => tree.document_element().map(|root| list(&tree, root)).unwrap_or_default(),
        Err(_) => ([(String::new(), text.to_owned())].into(), PropertyTypes::new()),
    }
}

fn list(tree: &Document<'_>, parent: NodeId) -> (Values, PropertyTypes) {
    let (mut values, mut types) = (Values::new(), PropertyTypes::new());
    for id in children(tree, parent) {
        let name = tree.element(id).map(|e| e.name.local_name.to_string()).unwrap_or_default();
        let nested = children(tree, id).next().is_some();
        let text = if nested { inner_xml(tree, id) } else { tree.text_content_deep(id) };
        let kind = attribute(tree, id, "vt");
        if !kind.is_empty() && kind != TEXT {
            types.insert(name.clone(), kind);
        }
        values.insert(name, text);
    }
    (values, types)
}

fn inner_xml(tree: &Document<'_>, id: NodeId) -> String {
    tree.children_iter(id).map(|child| tree.node_to_xml(child)).collect()
}

/// Writes the properties of an adapter; empty for none.
pub fn write(values: &Values, types: &PropertyTypes) -> String {
    if let Some(whole) = values.get("") {
        return whole.clone();
    }
    if values.is_empty() {
        return String::new();
    }
    format!("<CustomProps>{}</CustomProps>", written(values, types))
}

fn written(values: &Values, types: &PropertyTypes) -> String {
    let one = |(name, value): (&String, &String)| {
        let kind = types.get(name).map_or(TEXT, String::as_str);
        format!("<{name} vt=\"{kind}\">{}</{name}>", escape_xml(value))
    };
    values.iter().map(one).collect()
}

/// Reads the configuration of a pipeline at a port, component by component.
pub fn read_components(text: &str) -> Vec<PipelineComponent> {
    let Ok(tree) = parse_text(text.trim()) else { return Vec::new() };
    let Some(stages) = tree.document_element().and_then(|root| child(&tree, root, "Stages")) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for stage in children_named(&tree, stages, "Stage") {
        let category = attribute(&tree, stage, "CategoryId");
        let name = crate::biztalk::btp::stage_name(&category);
        let components = child(&tree, stage, "Components");
        for id in components.into_iter().flat_map(|list| children_named(&tree, list, "Component")) {
            let properties = child(&tree, id, "Properties");
            let (properties, property_types) = properties.map(|p| list(&tree, p)).unwrap_or_default();
            found.push(PipelineComponent {
                stage: name.clone(),
                component: attribute(&tree, id, "Name"),
                properties,
                property_types,
                ..PipelineComponent::default()
            });
        }
    }
    found
}

/// Writes the configuration of a pipeline at a port; empty for none.
pub fn write_components(components: &[PipelineComponent]) -> String {
    if components.is_empty() {
        return String::new();
    }
    let mut text = "<Root><Stages>".to_owned();
    let mut rest = components;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|c| c.stage == first.stage).count();
        let (stage, others) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        let category = escape_xml(&crate::biztalk::btp::stage_category(&first.stage));
        text += &format!("<Stage CategoryId=\"{category}\"><Components>");
        for component in stage {
            text += &format!("<Component Name=\"{}\"><Properties>", escape_xml(&component.component));
            text += &written(&component.properties, &component.property_types);
            text += "</Properties></Component>";
        }
        text += "</Components></Stage>";
        rest = others;
    }
    text + "</Stages></Root>"
}
