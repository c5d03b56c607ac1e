//! What stands in for parts of a server in a simulated run: pipelines whose components are not here, and the answers of
//! partners.

use super::btp::RUN_HERE;
use super::example::{declared_type, example};
use super::guess::Guess;
use super::simulate::any_type;
use crate::model::{
    Application, Leg, Module, Orchestration, PartnerBehavior, PartnerRule, PartnerRules, Pipeline,
    PipelineComponent, PortType, ShapeKind,
};
use crate::xml::SchemaSet;
use crate::xml::pipeline::{self, FailureKind};
use std::collections::{BTreeMap, BTreeSet};

/// Takes components that are not built in out of the pipelines: XML goes past what would decode, encode or parse another
/// format, and an XML disassembler reads what is received. Gives the class names of what was taken out.
pub(super) fn pipelines(application: &mut Application) -> BTreeSet<String> {
    let mut passed = BTreeSet::new();
    let short = |class: &str| {
        let name = class.split(',').next().unwrap_or_default().trim();
        name.rsplit('.').next().unwrap_or_default().to_owned()
    };
    for pipeline in &mut application.settings.pipelines {
        let here = |own: &PipelineComponent| RUN_HERE.contains(&short(&own.component).as_str());
        let out = pipeline.components.iter().filter(|own| !here(own)).map(|own| short(&own.component));
        passed.extend(out);
        let whole = pipeline.components.len();
        pipeline.components.retain(here);
        let reads = pipeline.components.iter().any(|own| short(&own.component) == "XmlDasmComp");
        if pipeline.components.len() < whole && !reads && !pipeline.send {
            pipeline.components.insert(
                0,
                PipelineComponent {
                    stage: "Disassemble".to_owned(),
                    component: "Microsoft.BizTalk.Component.XmlDasmComp".to_owned(),
                    properties: any_type(),
                    ..PipelineComponent::default()
                },
            );
        }
    }
    passed
}

/// A receive pipeline for MIME of several parts, whose body is XML, and for XML alone.
pub(super) fn parts_pipeline(name: &str) -> Pipeline {
    let component = |stage: &str, class: &str, properties: BTreeMap<String, String>| PipelineComponent {
        stage: stage.to_owned(),
        component: format!("Microsoft.BizTalk.Component.{class}"),
        properties,
        ..PipelineComponent::default()
    };
    let plain = [("AllowNonMIMEMessage".to_owned(), "true".to_owned())].into();
    Pipeline {
        name: name.to_owned(),
        components: vec![
            component("Decode", "MIME_SMIME_Decoder", plain),
            component("Disassemble", "XmlDasmComp", any_type()),
        ],
        ..Pipeline::default()
    }
}

/// The pipeline to use for one that a port names, when there is none of that name.
pub(super) fn pipeline(
    named: &mut String,
    send: bool,
    properties: &mut BTreeMap<String, String>,
    schemas: &SchemaSet,
) -> bool {
    let found = pipeline::verify(named, send, properties, schemas);
    if !found.is_err_and(|failure| failure.kind == FailureKind::Unavailable) {
        return false;
    }
    if send {
        "PassThruTransmit".clone_into(named);
    } else {
        "XMLReceive".clone_into(named);
        properties.extend(any_type());
    }
    true
}

/// How a partner answers the operations of a port: each with an example of its response, and with what the orchestration
/// correlates by in it that only an adapter can tell.
pub(super) fn answers(
    application: &Application,
    schemas: &SchemaSet,
    module: &Module,
    orchestration: &Orchestration,
    port: &str,
    port_type: &PortType,
    at: &str,
) -> PartnerBehavior {
    let guess = Guess::new(application, schemas, module, orchestration);
    // A response that is declared as any document is of the type that becomes of it.
    let reply = |operation: &str, response: &str| match response {
        "System.Xml.XmlDocument" => {
            guess.received_on(port, operation).and_then(|known| schemas.example(&known))
        }
        _ => None,
    };
    let answered = port_type.operations.iter().filter_map(|own| Some((own, own.response.as_deref()?)));
    let mut rules: Vec<PartnerRule> = answered
        .map(|(operation, response)| PartnerRule {
            operation: operation.name.clone(),
            reply: reply(&operation.name, response)
                .or_else(|| example(application, schemas, module, response))
                .unwrap_or_default(),
            properties: told(application, schemas, module, orchestration, port, &operation.name),
            ..PartnerRule::default()
        })
        .collect();
    match rules.as_mut_slice() {
        [only] if only.properties.is_empty() => {
            PartnerBehavior::Reply { at: at.to_owned(), reply: std::mem::take(&mut only.reply), delay_ms: 0 }
        }
        _ => PartnerBehavior::Rules(PartnerRules { at: at.to_owned(), rules, ..PartnerRules::default() }),
    }
}

/// Properties that correlation sets take from the response of an operation and that no field of it is promoted to, with
/// an example of a value.
fn told(
    application: &Application,
    schemas: &SchemaSet,
    module: &Module,
    orchestration: &Orchestration,
    port: &str,
    operation: &str,
) -> BTreeMap<String, String> {
    let shapes = orchestration.shapes();
    let received = shapes.iter().filter_map(|shape| match &shape.kind {
        ShapeKind::Receive(own)
            if own.port == port && own.operation == operation && own.leg != Leg::Request =>
        {
            Some(&own.message)
        }
        _ => None,
    });
    let received: BTreeSet<&String> = received.collect();
    let sets = shapes.iter().flat_map(|shape| match &shape.kind {
        ShapeKind::Receive(own) if received.contains(&own.message) => {
            own.initializes.iter().map(|set| (set, &own.message)).collect()
        }
        ShapeKind::Send(own) if received.contains(&own.message) => {
            own.initializes.iter().map(|set| (set, &own.message)).collect()
        }
        _ => Vec::new(),
    });
    let mut scopes = shapes.iter().filter_map(|shape| match &shape.kind {
        ShapeKind::Scope(scope) => Some(&scope.correlation_sets),
        _ => None,
    });
    let inner: Vec<_> = scopes.by_ref().flatten().collect();
    let mut found = BTreeMap::new();
    for (set, message) in sets {
        let declared = orchestration.correlation_sets.iter().chain(inner.iter().copied());
        let Some(set) = declared.into_iter().find(|own| own.name == *set) else { continue };
        let Some(of) = application.correlation_type(module, &set.correlation_type) else { continue };
        let root = schemas.root_named(&declared_type(orchestration, message));
        for property in &of.properties {
            let promoted =
                root.is_some_and(|root| root.promoted.iter().any(|own| own.property.as_str() == property));
            if !promoted && !property.starts_with("BTS.") {
                found.insert(property.clone(), "1".to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(stage: &str, class: &str) -> PipelineComponent {
        PipelineComponent { stage: stage.into(), component: class.into(), ..PipelineComponent::default() }
    }

    #[test]
    fn xml_goes_past_components_that_are_not_built_in() {
        let mut application = Application::default();
        application.settings.pipelines.push(Pipeline {
            name: "Flat".into(),
            components: vec![
                component("Decode", "Acme.Unzip"),
                component("Disassemble", "Microsoft.BizTalk.Component.FFDasmComp"),
                component("Validate", "Microsoft.BizTalk.Component.XmlValidator"),
            ],
            ..Pipeline::default()
        });
        let passed = pipelines(&mut application);
        assert_eq!(passed, ["FFDasmComp".to_owned(), "Unzip".to_owned()].into());
        let schemas = SchemaSet::build(&application);
        let received = pipeline::receive("Flat", b"<a/>", &BTreeMap::new(), &schemas);
        assert!(received.is_ok_and(|interchange| interchange.messages.len() == 1));

        let (mut name, mut properties) = ("Edi.EdiReceive".to_owned(), BTreeMap::new());
        assert!(pipeline(&mut name, false, &mut properties, &schemas));
        assert_eq!((name.as_str(), properties), ("XMLReceive", any_type()));
        let mut name = "Flat".to_owned();
        assert!(!pipeline(&mut name, false, &mut BTreeMap::new(), &schemas));
    }
}
