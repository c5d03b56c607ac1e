use super::{FailureKind, PipelineFailure};
use crate::model::Pipeline;
use crate::xml::SchemaSet;
use std::collections::BTreeMap;

/// A component this engine runs, for XML and for messages of several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    Disassembler,
    Validator,
    Assembler,
    MimeDecoder,
    MimeEncoder,
}

/// A component with its properties; those set at the port win.
#[derive(Debug)]
pub struct Configured<'a> {
    pub component: Component,
    own: Option<&'a BTreeMap<String, String>>,
    port: &'a BTreeMap<String, String>,
}

impl Configured<'_> {
    /// Value of a property; at the port it may carry the component's name in front.
    fn get(&self, name: &str) -> Option<&str> {
        let last = |key: &String| key.rsplit('.').next() == Some(name);
        let value = self.port.iter().find(|(key, _)| last(key));
        value.or_else(|| self.own?.iter().find(|(key, _)| last(key))).map(|(_, value)| value.trim())
    }

    /// A text that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|text| !text.is_empty())
    }

    pub fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|v| v.eq_ignore_ascii_case("true") || v == "1" || v == "-1")
    }

    /// A property that holds schema type names, separated by `|`; the singular name is read too.
    pub fn names(&self, plural: &str) -> Vec<&str> {
        let text = self.get(plural).or_else(|| self.get(plural.strip_suffix('s')?)).unwrap_or_default();
        text.split('|').map(type_name).filter(|name| !name.is_empty()).collect()
    }

    pub fn switched_off(&self, name: &str) -> bool {
        self.get(name).is_some_and(|v| v.eq_ignore_ascii_case("false") || v == "0")
    }
}

/// A type name without the assembly that may follow it.
fn type_name(name: &str) -> &str {
    name.split(',').next().unwrap_or(name).trim()
}

/// The components of a pipeline by name: one of the four defaults, with or without their namespace and assembly,
/// or a pipeline of the application. No name is pass-through.
///
/// # Errors
/// When there is no such pipeline, it is for the other direction, or it has a component that is not built in.
pub fn stages<'a>(
    pipeline: &str,
    send: bool,
    port: &'a BTreeMap<String, String>,
    schemas: &'a SchemaSet,
) -> Result<Vec<Configured<'a>>, PipelineFailure> {
    let full = type_name(pipeline);
    if let Some(own) = own(full, send, schemas) {
        let mut found = Vec::new();
        for part in &own.components {
            if let Some(component) = component(&own.name, &part.component)? {
                found.push(Configured { component, own: Some(&part.properties), port });
            }
        }
        return Ok(found);
    }
    let one = |component| vec![Configured { component, own: None, port }];
    let short = full.strip_prefix("Microsoft.BizTalk.DefaultPipelines.").unwrap_or(full);
    match (short, send) {
        ("" | "PassThruReceive", false) | ("" | "PassThruTransmit", true) => Ok(Vec::new()),
        ("XMLReceive", false) => Ok(one(Component::Disassembler)),
        ("XMLTransmit", true) => Ok(one(Component::Assembler)),
        _ => {
            let (direction, choice) = if send {
                ("send", "PassThruTransmit or XMLTransmit")
            } else {
                ("receive", "PassThruReceive or XMLReceive")
            };
            Err(PipelineFailure::new(
                FailureKind::Unavailable,
                "pipeline",
                format!("there is no {direction} pipeline {full}"),
                format!("Choose {choice}, or a pipeline of the application."),
            ))
        }
    }
}

/// True when a receive pipeline resolves the party a message comes from: XMLReceive, and an own one with the component
/// (RX-7, RX-8).
pub fn resolves_party(pipeline: &str, schemas: &SchemaSet) -> bool {
    let full = type_name(pipeline);
    match own(full, false, schemas) {
        Some(own) => own.components.iter().any(|c| type_name(&c.component).ends_with("PartyRes")),
        None => full.ends_with("XMLReceive"),
    }
}

/// A pipeline of the application, by its name with or without a namespace before it.
fn own<'a>(full: &str, send: bool, schemas: &'a SchemaSet) -> Option<&'a Pipeline> {
    schemas.pipelines.iter().find(|p| {
        p.send == send && (p.name == full || full.strip_suffix(&*p.name).is_some_and(|ns| ns.ends_with('.')))
    })
}

/// Names of the pipelines a port may choose: the default ones, then those of the application.
pub fn names(send: bool, schemas: &SchemaSet) -> Vec<&str> {
    let defaults = if send { ["PassThruTransmit", "XMLTransmit"] } else { ["PassThruReceive", "XMLReceive"] };
    let own = schemas.pipelines.iter().filter(|p| p.send == send).map(|p| p.name.as_str());
    defaults.into_iter().chain(own).collect()
}

/// Message types that a receive pipeline lets through: `None` when it reads no XML or cannot run, empty when it takes
/// any (RX-10).
pub fn document_types(
    pipeline: &str,
    properties: &BTreeMap<String, String>,
    schemas: &SchemaSet,
) -> Option<Vec<smol_str::SmolStr>> {
    let stages = stages(pipeline, false, properties, schemas).ok()?;
    let reads = stages.iter().find(|c| c.component == Component::Disassembler)?;
    let known = |name: &&str| {
        let root = schemas.root_named(name).map(|r| r.message_type.clone());
        root.or_else(|| schemas.class(name).map(|class| class.message_type()))
    };
    Some(reads.names("DocumentSpecNames").iter().filter_map(known).collect())
}

/// True when a receive pipeline takes messages of several parts in.
pub fn reads_parts(pipeline: &str, properties: &BTreeMap<String, String>, schemas: &SchemaSet) -> bool {
    let stages = stages(pipeline, false, properties, schemas);
    stages.is_ok_and(|stages| stages.iter().any(|c| c.component == Component::MimeDecoder))
}

/// Checks what a port chooses before anything runs: the pipeline, and the schemas its properties name.
///
/// # Errors
/// As the pipeline would fail at run time.
pub fn verify(
    pipeline: &str,
    send: bool,
    properties: &BTreeMap<String, String>,
    schemas: &SchemaSet,
) -> Result<(), PipelineFailure> {
    for component in stages(pipeline, send, properties, schemas)? {
        for list in ["DocumentSpecNames", "EnvelopeSpecNames"] {
            let known = |name: &&str| schemas.root_named(name).is_some() || schemas.class(name).is_some();
            if let Some(name) = component.names(list).iter().find(|name| !known(name)) {
                return Err(PipelineFailure::new(
                    FailureKind::Unrecognized,
                    "pipeline",
                    format!("{list} names {name}, which is no schema of the application"),
                    format!("Correct {list} at the port, or add the schema."),
                ));
            }
        }
    }
    Ok(())
}

/// A component by class name; `None` for one that has nothing to do here.
fn component(pipeline: &str, class: &str) -> Result<Option<Component>, PipelineFailure> {
    match type_name(class).rsplit('.').next().unwrap_or_default() {
        "XmlDasmComp" => Ok(Some(Component::Disassembler)),
        "XmlValidator" => Ok(Some(Component::Validator)),
        "XmlAsmComp" => Ok(Some(Component::Assembler)),
        "MIME_SMIME_Decoder" => Ok(Some(Component::MimeDecoder)),
        "MIME_SMIME_Encoder" => Ok(Some(Component::MimeEncoder)),
        // Parties are resolved from the context, which this engine does when it routes.
        "PartyRes" => Ok(None),
        _ => Err(PipelineFailure::new(
            FailureKind::Unavailable,
            "pipeline",
            format!("component {class} of pipeline {pipeline} is not built in"),
            "Remove the component, or choose another pipeline at the port.",
        )),
    }
}
