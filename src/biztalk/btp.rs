//! Pipelines (`.btp`): stages and their components.

use super::decode;
use super::xml_text::{attribute, child, children_named, parse, text};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Pipeline, PipelineComponent};
use std::collections::BTreeMap;
use uppsala::{Document, NodeId};

/// Stages by the beginning of their category.
const STAGES: [(&str, &str); 7] = [
    ("9d0e4103", "Decode"),
    ("9d0e4105", "Disassemble"),
    ("9d0e410d", "Validate"),
    ("9d0e410e", "ResolveParty"),
    ("9d0e4101", "PreAssemble"),
    ("9d0e4107", "Assemble"),
    ("9d0e4108", "Encode"),
];

/// End of every category of a stage.
const CATEGORY_END: &str = "-4cce-4536-83fa-4a5040674ad6";

/// Name of a stage by its category; a category without a name stays as it is.
pub(super) fn stage_name(category: &str) -> String {
    let key = category.trim_start_matches('{').to_ascii_lowercase();
    let known = STAGES.iter().find(|(start, _)| key.starts_with(start));
    known.map_or_else(|| category.to_owned(), |(_, name)| (*name).to_owned())
}

/// Category of a stage by its name.
pub(super) fn stage_category(name: &str) -> String {
    let known = STAGES.iter().find(|(_, own)| *own == name);
    known.map_or_else(|| name.to_owned(), |(start, _)| format!("{start}{CATEGORY_END}"))
}

/// True for stages of receive pipelines.
pub(super) fn is_receive_stage(name: &str) -> bool {
    matches!(name, "Decode" | "Disassemble" | "Validate" | "ResolveParty")
}

/// Components the engine has, by class name.
pub const RUN_HERE: [&str; 6] =
    ["XmlDasmComp", "XmlValidator", "XmlAsmComp", "PartyRes", "MIME_SMIME_Decoder", "MIME_SMIME_Encoder"];

/// Reads a pipeline. Components the engine does not have are kept and reported (`Z23`).
///
/// # Errors
/// `Z20` when the bytes are no pipeline.
pub fn read_pipeline(
    file: &str,
    name: &str,
    bytes: &[u8],
) -> Result<(Pipeline, Vec<Diagnostic>), Diagnostic> {
    let (source, _) = decode(bytes);
    let tree = parse(file, &source, "Document", "a pipeline")?;
    let mut pipeline = Pipeline { name: name.to_owned(), ..Pipeline::default() };
    let mut findings = Vec::new();
    let Some(root) = tree.document_element() else { return Ok((pipeline, findings)) };
    let policy = attribute(&tree, root, "PolicyFilePath");
    pipeline.send = policy.to_ascii_lowercase().contains("transmit");
    if !matches!(policy.as_str(), "BTSReceivePolicy.xml" | "BTSTransmitPolicy.xml") {
        pipeline.policy = policy;
    }
    pipeline.description = text(&tree, root, "Description");
    let stages = child(&tree, root, "Stages");
    for stage in stages.into_iter().flat_map(|stages| children_named(&tree, stages, "Stage")) {
        let category = attribute(&tree, stage, "CategoryId");
        let stage_name = stage_name(&category);
        let components = child(&tree, stage, "Components");
        for id in components.into_iter().flat_map(|list| children_named(&tree, list, "Component")) {
            let component = read_component(&tree, id, &stage_name);
            let short = component.component.rsplit('.').next().unwrap_or_default();
            if !RUN_HERE.contains(&short) {
                let message = format!(
                    "the component `{}` in stage {} of the pipeline is not built in",
                    component.component, component.stage
                );
                let help = "ports with this pipeline fail; choose another one at the port";
                let place = Place { file: file.to_owned(), name: name.to_owned(), ..Place::default() };
                findings.push(Diagnostic::warning("Z23", message, help).at(place));
            }
            pipeline.components.push(component);
        }
    }
    Ok((pipeline, findings))
}

fn read_component(tree: &Document<'_>, id: NodeId, stage: &str) -> PipelineComponent {
    let class = text(tree, id, "Name");
    // `Namespace.Class,Assembly, Version=…` names the class by its first part.
    let class = class.split(',').next().unwrap_or_default().trim();
    let mut component = PipelineComponent {
        stage: stage.to_owned(),
        component: class.to_owned(),
        label: text(tree, id, "ComponentName"),
        description: text(tree, id, "Description"),
        version: text(tree, id, "Version"),
        ..PipelineComponent::default()
    };
    (component.properties, component.property_types) = properties(tree, id);
    component
}

type Typed = (BTreeMap<String, String>, BTreeMap<String, String>);

/// Properties of a component, and the types of those that are not text.
fn properties(tree: &Document<'_>, id: NodeId) -> Typed {
    let (mut values, mut types) = Typed::default();
    let list = child(tree, id, "Properties");
    for property in list.into_iter().flat_map(|list| children_named(tree, list, "Property")) {
        let name = attribute(tree, property, "Name");
        if let Some(value) = child(tree, property, "Value") {
            let kind = attribute(tree, value, "type");
            values.insert(name.clone(), tree.text_content_deep(value));
            if !kind.is_empty() && kind != "xsd:string" {
                types.insert(name, kind);
            }
        } else {
            values.insert(name.clone(), String::new());
            types.insert(name, "nil".to_owned());
        }
    }
    (values, types)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIPELINE: &str = r#"<?xml version="1.0" encoding="utf-16"?>
<Document xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" PolicyFilePath="BTSReceivePolicy.xml" MajorVersion="1" MinorVersion="0">
  <Description>of the mill</Description>
  <Stages>
    <Stage CategoryId="9d0e4103-4cce-4536-83fa-4a5040674ad6"><Components><Component><Name>Mill.Unpack,Mill, Version=1.0.0.0</Name><ComponentName>Unpack</ComponentName><Version>2.0</Version>
      <Properties><Property Name="Depth"><Value xsi:type="xsd:int">3</Value></Property><Property Name="Hint"><Value xsi:type="xsd:string">a</Value></Property><Property Name="Empty" /></Properties></Component></Components></Stage>
    <Stage CategoryId="9d0e4105-4cce-4536-83fa-4a5040674ad6"><Components><Component><Name>Microsoft.BizTalk.Component.XmlDasmComp</Name><Properties /></Component></Components></Stage>
    <Stage CategoryId="00000000-0000-0000-0000-000000000001"><Components /></Stage>
  </Stages>
</Document>"#;

    #[test]
    fn components_keep_their_stage_and_properties_and_foreign_ones_are_reported() {
        let (pipeline, findings) = read_pipeline("In.btp", "Mill.In", PIPELINE.as_bytes()).unwrap();
        assert_eq!(
            (pipeline.name.as_str(), pipeline.send, pipeline.description.as_str()),
            ("Mill.In", false, "of the mill")
        );
        let [unpack, disassembler] = &pipeline.components[..] else { panic!("{pipeline:?}") };
        assert_eq!(
            (unpack.stage.as_str(), unpack.component.as_str(), unpack.label.as_str()),
            ("Decode", "Mill.Unpack", "Unpack")
        );
        assert_eq!(
            (unpack.properties["Depth"].as_str(), unpack.property_types["Depth"].as_str()),
            ("3", "xsd:int")
        );
        assert!(!unpack.property_types.contains_key("Hint") && unpack.property_types["Empty"] == "nil");
        assert_eq!(disassembler.stage, "Disassemble");
        let told: Vec<_> = findings.iter().map(|f| (f.code, f.message.contains("Mill.Unpack"))).collect();
        assert_eq!(told, [("Z23", true)]);
    }

    #[test]
    fn what_is_no_pipeline_is_refused_and_cut_files_never_panic() {
        for bytes in [&b""[..], b"<Pipeline/>", b"\xfe\xff", b"<Document"] {
            assert_eq!(read_pipeline("x.btp", "x", bytes).unwrap_err().code, "Z20");
        }
        for cut in (0..PIPELINE.len()).step_by(53) {
            let _ = read_pipeline("x.btp", "x", &PIPELINE.as_bytes()[..cut]);
        }
    }

    #[test]
    fn stages_have_one_name_and_one_category() {
        for (start, name) in STAGES {
            let category = stage_category(name);
            assert!(category.starts_with(start) && stage_name(&category) == name);
        }
        assert_eq!(stage_name("{9D0E4107-4CCE-4536-83FA-4A5040674AD6}"), "Assemble");
        assert_eq!(stage_category("custom"), "custom");
    }
}
