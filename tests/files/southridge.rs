//! The flagship sample as a folder: what it holds fits together.

use orchestrion::engine::{EventKind, InstanceChange};
use orchestrion::lab::VirtualRun;
use orchestrion::message::{TimeSpan, Value};
use orchestrion::model::Application;
use orchestrion::model::files::{encode, load, read_folder};
use orchestrion::xlang::LogLevel;
use orchestrion::xml::{SchemaSet, pipeline};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge")
}

fn southridge() -> Application {
    let (application, warnings) = load(&folder()).unwrap();
    assert_eq!(warnings, []);
    application
}

#[test]
fn southridge_loads_and_is_written_our_way() {
    assert_eq!(read_folder(&folder()).unwrap(), encode(&southridge()).unwrap());
}

#[test]
fn its_schemas_have_nothing_to_complain_about() {
    let schemas = SchemaSet::build(&southridge());
    assert_eq!(schemas.diagnostics(), []);
    for root in [
        "CSR_OrderRequest",
        "Order",
        "SQLHistoryInsert",
        "SQLUpdateStatus",
        "ProvisioningResponse",
        "ErrorEnvelope",
    ] {
        assert!(schemas.root_named(root).is_some(), "{root}");
    }
}

#[test]
fn its_sample_messages_are_valid_requests() {
    let application = southridge();
    let schemas = SchemaSet::build(&application);
    for (path, text) in &application.messages {
        let port = if path.contains("vendor") { "Vendor-RP" } else { "Order-RP" };
        let location = &application.bindings.receive_port(port).unwrap().locations[0];
        let mut properties = location.pipeline_properties.clone();
        properties.insert("ValidateDocument".into(), "true".into());
        let received = pipeline::receive(&location.receive_pipeline, text.as_bytes(), &properties, &schemas);
        let messages = received.unwrap_or_else(|failure| panic!("{path}: {failure}")).messages;
        assert_eq!(messages.len(), if port == "Vendor-RP" { 3 } else { 1 }, "{path}");
        let request = &messages[0].context;
        for property in ["CustID", "OrderID", "Status"] {
            let name = format!("OrderPropertySchema.{property}");
            assert!(request.promoted(name.as_str().into()).is_some(), "{path}: {property}");
        }
        // The simulated requester numbers its customers: an order dropped in by hand must not be one of theirs.
        let customer = request.promoted("OrderPropertySchema.CustID".into());
        let by_hand = matches!(customer, Some(Value::String(customer)) if customer.starts_with('F'));
        assert_eq!(by_hand, !path.contains("simulated"), "{path}: {customer:?}");
    }
    assert!(application.messages.contains_key("messages/new-order.xml"));
}

#[test]
fn an_orphaned_order_fits_the_error_envelope() {
    let application = southridge();
    let schemas = SchemaSet::build(&application);
    let order = r#"<Order xmlns="http://southridge.example/schemas/Order.v1"/>"#;
    let order = pipeline::receive("XMLReceive", order.as_bytes(), &BTreeMap::new(), &schemas).unwrap();
    let mut orphan = order.messages[0].clone();
    orphan.context.promote("ErrorReport.ReceivePortName".into(), "Facilities-RP".into());
    let port = application.bindings.send_port("BizTalkErrors-SP").unwrap();
    let sent = pipeline::send(&port.send_pipeline, &orphan, &port.pipeline_properties, &schemas).unwrap();
    let sent = String::from_utf8(sent).unwrap();
    assert!(sent.contains("<ReceivePortName>Facilities-RP</ReceivePortName>"), "{sent}");
    assert!(sent.contains("<OriginalMsg><Order "), "{sent}");
}

/// Left to itself the sample is lively and calm: orders are under way within seconds, and until the round comes to
/// the orders that change their mind nothing goes wrong.
#[test]
fn left_to_itself_it_is_lively_and_calm() {
    let mut run = VirtualRun::new(&southridge(), 0).unwrap();
    let count = |run: &VirtualRun, wanted: fn(&EventKind) -> bool| {
        run.run().events().iter().filter(|event| wanted(&event.kind)).count()
    };
    run.advance(TimeSpan::from_seconds(3)).unwrap();
    let created =
        |kind: &EventKind| matches!(kind, EventKind::Instance { change: InstanceChange::Created, .. });
    assert!(count(&run, created) > 3);
    run.advance(TimeSpan::from_seconds(237)).unwrap();
    let wrong = |kind: &EventKind| match kind {
        EventKind::RoutingFailed { .. } | EventKind::PortFailed { .. } => true,
        EventKind::Logged { level, .. } => *level == LogLevel::Error,
        EventKind::Instance { change, .. } => {
            matches!(change, InstanceChange::Suspended { .. } | InstanceChange::Discarded { .. })
        }
        _ => false,
    };
    assert_eq!(count(&run, wrong), 0, "in four minutes");
    run.advance(TimeSpan::from_seconds(480)).unwrap();
    let events = run.run().events().iter().filter(|event| wrong(&event.kind));
    let found: Vec<_> = events.map(|event| format!("{:?}", event.kind)).collect();
    assert!(found.len() < 10, "{found:#?}");
}
