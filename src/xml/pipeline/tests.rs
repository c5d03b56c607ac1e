use super::*;
use crate::message::{Message, Name, Value};
use crate::model::{Pipeline, PipelineComponent};
use crate::xml::fixture::{application, order, shop};
use crate::xml::{SchemaSet, built_in};
use std::collections::BTreeMap;
use std::sync::Arc;

fn set(properties: &[(&str, &str)]) -> BTreeMap<String, String> {
    properties.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn xml_receive(text: &str, properties: &[(&str, &str)]) -> Result<Interchange, PipelineFailure> {
    receive("XMLReceive", text.as_bytes(), &set(properties), &shop())
}

fn one(text: &str) -> Message {
    let mut interchange = xml_receive(text, &[]).unwrap();
    assert_eq!(interchange.messages.len(), 1);
    interchange.messages.pop().unwrap()
}

fn promoted(message: &Message, property: &str) -> Option<Value> {
    message.context.promoted(Name::new(property)).cloned()
}

fn message_type(message: &Message) -> Option<Value> {
    message.context.promoted(built_in::message_type()).cloned()
}

fn text(message: &Message) -> String {
    message.body_part().unwrap().body.to_text().unwrap().to_string()
}

#[test]
fn pass_through_promotes_nothing() {
    let bytes = order("A1", "2");
    for name in ["PassThruReceive", "Microsoft.BizTalk.DefaultPipelines.PassThruReceive"] {
        let received = receive(name, bytes.as_bytes(), &set(&[]), &shop()).unwrap();
        assert_eq!(received.messages[0].context.iter().count(), 0);
        assert_eq!(&*received.messages[0].body_part().unwrap().body.as_bytes(), bytes.as_bytes());
    }
}

#[test]
fn xml_receive_promotes_what_the_schema_says() {
    let message = one(&order("A1", "2"));
    assert_eq!(promoted(&message, "ShopProperties.OrderID"), Some("A1".into()));
    assert_eq!(promoted(&message, "ShopProperties.SeqNum"), Some(Value::Int32(2)));
    assert_eq!(promoted(&message, "ShopProperties.Placed"), None);
    assert_eq!(text(&message), order("A1", "2"), "the bytes are as they were received");
}

#[test]
fn a_message_type_is_namespace_and_root() {
    assert_eq!(message_type(&one(&order("A1", "2"))), Some("http://o#Order".into()));
    let mut application = application();
    let plain = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Order" type="xs:string"/></xs:schema>"#;
    application.schemas.insert("schemas/Plain.xsd".into(), plain.into());
    let schemas = SchemaSet::build(&application);
    let received = receive("XMLReceive", b"<Order>x</Order>", &set(&[]), &schemas).unwrap();
    assert_eq!(message_type(&received.messages[0]), Some("Order".into()));
}

#[test]
fn an_envelope_fails_as_a_whole_unless_recoverable() {
    let batch = format!(
        r#"<b:Batch xmlns:b="urn:batch"><Number>7</Number><Orders>{}{}{}</Orders></b:Batch>"#,
        order("A", "1"),
        order("B", "one"),
        order("C", "3")
    );
    let failure = xml_receive(&batch, &[]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Promotion);
    assert!(failure.message.contains("/Order/Head/@seq") && failure.message.contains("one"), "{failure}");
    let interchange = xml_receive(&batch, &[("RecoverableInterchangeProcessing", "true")]).unwrap();
    let ids: Vec<_> = interchange.messages.iter().map(|m| promoted(m, "ShopProperties.OrderID")).collect();
    assert_eq!(ids, [Some("A".into()), Some("C".into())]);
    assert_eq!(interchange.failed.len(), 1);
    assert!(text(&interchange.failed[0].message).contains("<ID>B</ID>"));
    assert_eq!(interchange.failed[0].failure, failure);
}

#[test]
fn writing_a_property_stops_it_from_routing_and_null_removes_it() {
    let mut message = one(&order("A1", "2"));
    let id = Name::new("ShopProperties.OrderID");
    message.context.write(id, "B".into());
    assert_eq!(promoted(&message, "ShopProperties.OrderID"), None);
    assert_eq!(message.context.get(id), Some(&"B".into()));
    message.context.write(id, Value::Null);
    assert_eq!(message.context.get(id), None);
}

#[test]
fn an_unrecognised_message_fails_unless_allowed() {
    let failure = xml_receive("<Stranger/>", &[]).unwrap_err();
    assert_eq!((failure.kind, failure.code()), (FailureKind::Unrecognized, "0xE0C01603"));
    assert!(failure.message.contains("Stranger") && failure.help.contains("AllowUnrecognizedMessage"));
    let allowed = xml_receive("<Stranger/>", &[("AllowUnrecognizedMessage", "True")]).unwrap();
    assert_eq!(message_type(&allowed.messages[0]), None);
}

#[test]
fn msg_11_empty_elements_promote_their_default_only_when_self_closed() {
    let id = |element: &str| {
        let text = format!(r#"<o:Order xmlns:o="http://o">{element}<Head/></o:Order>"#);
        promoted(&one(&text), "ShopProperties.OrderID")
    };
    assert_eq!(id("<ID/>"), Some("none".into()));
    assert_eq!(id("<ID></ID>"), Some("".into()));
    assert_eq!(id(""), None);
    assert_eq!(id(r#"<ID xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>"#), None);
}

#[test]
fn msg_10_promoted_date_times_are_utc() {
    let text =
        r#"<Order xmlns="http://o"><Head xmlns=""><Placed>2024-03-01T01:00:00+02:00</Placed></Head></Order>"#;
    let placed = promoted(&one(text), "ShopProperties.Placed").unwrap();
    assert_eq!(placed.to_xml(), "2024-02-29T23:00:00Z");
}

#[test]
fn msg_5_a_value_too_long_to_promote_fails_and_a_class_cuts_it() {
    let failure = xml_receive(&order(&"x".repeat(256), "1"), &[]).unwrap_err();
    assert!(failure.message.contains("255"), "{failure}");
    assert!(xml_receive(&order(&"x".repeat(255), "1"), &[]).is_ok());
    let ack = r#"<Ack xmlns="urn:classes:Ack"><OrderID>0123456789</OrderID><SeqNum>4</SeqNum></Ack>"#;
    assert_eq!(promoted(&one(ack), "ShopProperties.OrderID"), Some("01234567".into()));
}

#[test]
fn class_messages_arrive_as_instances() {
    let ack = r#"<a:Ack xmlns:a="urn:classes:Ack"><a:OrderID>A1</a:OrderID><a:SeqNum>4</a:SeqNum></a:Ack>"#;
    let message = one(ack);
    let instance = message.body_part().unwrap().body.as_class().unwrap();
    assert_eq!(instance.get("SeqNum"), Some(&Value::Int32(4)));
    assert_eq!(instance.get("Reason"), Some(&Value::Null));
    assert_eq!(message_type(&message), Some("urn:classes:Ack#Ack".into()));
    assert_eq!(promoted(&message, "ShopProperties.SeqNum"), Some(Value::Int32(4)));
    let bytes = send("PassThruTransmit", &message, &set(&[]), &shop()).unwrap();
    let expected = r#"<Ack xmlns="urn:classes:Ack"><OrderID>A1</OrderID><SeqNum>4</SeqNum></Ack>"#;
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn an_envelope_gives_its_properties_to_every_document() {
    let batch = format!(
        r#"<b:Batch xmlns:b="urn:batch" xmlns:o="http://o"><Number>7</Number><Orders>{}<o:Order><Head seq="9"/></o:Order></Orders></b:Batch>"#,
        order("A", "1")
    );
    let interchange = xml_receive(&batch, &[]).unwrap();
    assert_eq!(interchange.messages.len(), 2);
    for message in &interchange.messages {
        assert_eq!(promoted(message, "ShopProperties.Batch"), Some("7".into()));
        assert_eq!(message_type(message), Some("http://o#Order".into()));
    }
    // The second document used a prefix that only the envelope declared.
    assert_eq!(text(&interchange.messages[1]), r#"<o:Order xmlns:o="http://o"><Head seq="9"/></o:Order>"#);
}

#[test]
fn envelopes_nest() {
    let inner = format!(
        r#"<Batch xmlns="urn:batch"><Number xmlns="">2</Number><Orders xmlns="">{}</Orders></Batch>"#,
        order("A", "1")
    );
    let outer =
        format!(r#"<b:Batch xmlns:b="urn:batch"><Number>1</Number><Orders>{inner}</Orders></b:Batch>"#);
    let interchange = xml_receive(&outer, &[]).unwrap();
    assert_eq!(promoted(&interchange.messages[0], "ShopProperties.Batch"), Some("2".into()));
}

#[test]
fn fixed_schemas_reject_others() {
    let accepts_ack = [("DocumentSpecNames", "Shop.Classes.Ack")];
    let failure = xml_receive(&order("A", "1"), &accepts_ack).unwrap_err();
    assert!(failure.message.contains("does not accept"), "{failure}");
    let named = [("XmlDasmComp.DocumentSpecNames", "Shop.Schemas.Order, Shop|Shop.Classes.Ack")];
    assert!(xml_receive(&order("A", "1"), &named).is_ok());
    // With another envelope fixed, a batch is an ordinary document.
    let batch = r#"<b:Batch xmlns:b="urn:batch"><Number>7</Number><Orders/></b:Batch>"#;
    let whole = xml_receive(batch, &[("EnvelopeSpecNames", "Order")]).unwrap();
    assert_eq!(message_type(&whole.messages[0]), Some("urn:batch#Batch".into()));
}

#[test]
fn validation_finds_the_line() {
    let text = "<o:Order xmlns:o=\"http://o\">\n<Head seq=\"1\"/>\n<Line><Price>1</Price></Line></o:Order>";
    assert!(xml_receive(text, &[]).is_ok(), "structure is not checked unless asked for");
    let failure = xml_receive(text, &[("ValidateDocument", "true")]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert!(failure.message.starts_with("line 3"), "{failure}");
    assert!(xml_receive(&order("A", "1"), &[("ValidateDocument", "true")]).is_ok());
}

#[test]
fn utf_16_is_read_and_its_bytes_are_kept() {
    let order = order("Ä1", "2");
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(order.encode_utf16().flat_map(u16::to_le_bytes));
    let received = receive("XMLReceive", &bytes, &set(&[]), &shop()).unwrap();
    assert_eq!(promoted(&received.messages[0], "ShopProperties.OrderID"), Some("Ä1".into()));
    assert_eq!(&*received.messages[0].body_part().unwrap().body.as_bytes(), bytes.as_slice());
}

#[test]
fn xml_transmit_puts_an_envelope_around_and_fills_it_from_the_context() {
    let mut message = one(&order("A1", "2"));
    message.context.promote(Name::new("ShopProperties.Batch"), "12".into());
    let properties = set(&[("EnvelopeSpecNames", "Shop.Schemas.Batch"), ("AddXMLDeclaration", "false")]);
    let sent = send("XMLTransmit", &message, &properties, &shop()).unwrap();
    let sent = String::from_utf8(sent).unwrap();
    let expected = format!(
        r#"<ns0:Batch xmlns:ns0="urn:batch"><Number>12</Number><Sender>shop</Sender><Orders>{}</Orders></ns0:Batch>"#,
        order("A1", "2")
    );
    assert_eq!(sent, expected);
    let back = one(&sent);
    assert_eq!(promoted(&back, "ShopProperties.Batch"), Some("12".into()));
    assert_eq!(text(&back), order("A1", "2"));
}

#[test]
fn several_messages_go_out_in_one_envelope_or_not_at_all() {
    let two = [Arc::new(one(&order("A1", "2"))), Arc::new(one(&order("B2", "3")))];
    let properties = set(&[("EnvelopeSpecNames", "Shop.Schemas.Batch"), ("AddXMLDeclaration", "false")]);
    let sent = send_together("XMLTransmit", &two, &properties, &shop()).unwrap();
    let back = receive("XMLReceive", &sent, &set(&[]), &shop()).unwrap();
    assert_eq!(back.messages.iter().map(text).collect::<Vec<_>>(), [order("A1", "2"), order("B2", "3")]);
    let failure = send_together("XMLTransmit", &two, &set(&[]), &shop()).unwrap_err();
    assert!(failure.message.contains("2 messages"), "{failure}");
    assert!(send_together("XMLTransmit", &two[..1], &set(&[]), &shop()).is_ok());
}

#[test]
fn an_unknown_document_gets_no_envelope() {
    let allowed = xml_receive("<Stranger/>", &[("AllowUnrecognizedMessage", "true")]).unwrap();
    let message = &allowed.messages[0];
    let failure = send("XMLTransmit", message, &set(&[("EnvelopeSpecName", "Batch")]), &shop()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unrecognized);
    let failure =
        send("XMLTransmit", &one(&order("A", "1")), &set(&[("EnvelopeSpecName", "Order")]), &shop());
    assert_eq!(failure.unwrap_err().kind, FailureKind::Envelope);
    assert!(send("XMLTransmit", message, &set(&[]), &shop()).is_ok());
}

#[test]
fn xml_transmit_declares_and_demotes_into_empty_fields() {
    let mut message = one(r#"<o:Order xmlns:o="http://o"><ID/><Head/></o:Order>"#);
    message.context.write(Name::new("ShopProperties.OrderID"), "B&C".into());
    let sent = send("XMLTransmit", &message, &set(&[]), &shop()).unwrap();
    let expected = r#"<?xml version="1.0" encoding="utf-8"?><o:Order xmlns:o="http://o"><ID>B&amp;C</ID><Head/></o:Order>"#;
    assert_eq!(String::from_utf8(sent).unwrap(), expected);
}

#[test]
fn pipelines_of_the_application_run_and_unknown_ones_are_named() {
    let mut application = application();
    let component = |component: &str, properties: &[(&str, &str)]| PipelineComponent {
        stage: "Disassemble".into(),
        component: component.into(),
        properties: set(properties),
        ..PipelineComponent::default()
    };
    let dasm = "Microsoft.BizTalk.Component.XmlDasmComp";
    application.settings.pipelines = vec![
        Pipeline {
            name: "Lenient".into(),
            components: vec![component(dasm, &[("AllowUnrecognizedMessage", "true")])],
            ..Pipeline::default()
        },
        Pipeline {
            name: "Own".into(),
            components: vec![component("Acme.Decrypt", &[])],
            ..Pipeline::default()
        },
    ];
    let schemas = SchemaSet::build(&application);
    assert!(receive("Shop.Pipelines.Lenient", b"<Stranger/>", &set(&[]), &schemas).is_ok());
    let strict = set(&[("AllowUnrecognizedMessage", "false")]);
    assert!(receive("Lenient", b"<Stranger/>", &strict, &schemas).is_err(), "the location's value wins");
    let failure = receive("Own", b"<Stranger/>", &set(&[]), &schemas).unwrap_err();
    assert!(failure.message.contains("Acme.Decrypt"), "{failure}");
    let failure = receive("XMLTransmit", b"<a/>", &set(&[]), &schemas).unwrap_err();
    assert!(failure.message.contains("no receive pipeline XMLTransmit"), "{failure}");
    assert_eq!(names(false, &schemas), ["PassThruReceive", "XMLReceive", "Lenient", "Own"]);
    assert!(names(true, &schemas).iter().all(|name| verify(name, true, &set(&[]), &schemas).is_ok()));
    assert!(verify("Own", false, &set(&[]), &schemas).is_err());
    let failure =
        verify("XMLTransmit", true, &set(&[("EnvelopeSpecNames", "Order|Gone")]), &schemas).unwrap_err();
    assert!(failure.message.contains("EnvelopeSpecNames names Gone"), "{failure}");
}

#[test]
fn broken_xml_fails_with_line_and_column() {
    let failure = xml_receive("<Order>\n <a></b>\n</Order>", &[]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotXml);
    assert!(failure.message.starts_with("line 2"), "{failure}");
    assert!(!failure.help.is_empty());
    assert!(xml_receive("", &[]).unwrap_err().message.contains("empty"));
}

#[test]
fn billion_laughs_are_refused() {
    let bomb = r#"<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>"#;
    assert_eq!(xml_receive(bomb, &[]).unwrap_err().kind, FailureKind::NotXml);
    let deep = "<a>".repeat(100_000);
    assert_eq!(xml_receive(&deep, &[]).unwrap_err().kind, FailureKind::NotXml);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_received_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = receive("XMLReceive", &bytes, &set(&[]), &shop());
        let received = receive("PassThruReceive", &bytes, &set(&[]), &shop()).unwrap();
        let sent = send("PassThruTransmit", &received.messages[0], &set(&[]), &shop()).unwrap();
        proptest::prop_assert_eq!(sent, bytes);
        let _ = send("XMLTransmit", &received.messages[0], &set(&[]), &shop());
    }

    #[test]
    fn any_markup_is_received_or_refused(
        text in "(<|>|/|o:|Order|Batch|Orders|Head|ID| xmlns:o=\"http://o\"| xmlns=\"urn:batch\"|&amp;|&|]]>|<!--|é| ){0,40}"
    ) {
        let _ = receive("XMLReceive", text.as_bytes(), &set(&[("ValidateDocument", "true")]), &shop());
    }
}
