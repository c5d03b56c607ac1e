use super::*;
use crate::message::Value;
use crate::model::MapRule;
use crate::xml::fixture::shop;

const ORDER: &str = r#"<o:Order xmlns:o="http://o"><ID>A1</ID><Head seq="2"><Status>new</Status></Head>
<Line><Item>Tea</Item><Price>2.50</Price></Line><Line><Item>Milk</Item><Price>1</Price></Line></o:Order>"#;

fn link(path: &str) -> MapValue {
    MapValue::Link(path.into())
}

fn constant(text: &str) -> MapValue {
    MapValue::Constant(text.into())
}

fn function(name: &str, arguments: Vec<MapValue>) -> MapValue {
    MapValue::Function { name: name.into(), arguments }
}

fn map(target: &str, rules: Vec<(&str, MapValue)>) -> Map {
    Map {
        name: "Order_To_Invoice".into(),
        sources: vec!["http://o#Order".into()],
        targets: vec![target.into()],
        rules: rules.into_iter().map(|(to, value)| MapRule { to: to.into(), value }).collect(),
        ..Map::default()
    }
}

fn input(text: &str) -> Vec<Arc<Message>> {
    vec![Arc::new(Message::single(Message::body_name(), Arc::new(Body::xml(text))))]
}

fn noon() -> DateTime {
    match Value::from_xml("2024-03-01T12:00:00Z", &crate::message::ValueType::DateTime).unwrap() {
        Value::DateTime(time) => time,
        other => panic!("{other:?}"),
    }
}

fn run(map: &Map) -> Result<String, MapError> {
    let mut out = apply(map, &input(ORDER), noon(), &shop(), &mut Unscripted)?;
    Ok(out.remove(0).body_part().unwrap().body.to_text().unwrap().to_string())
}

fn value(value: MapValue) -> String {
    let text = run(&map("urn:invoice#Invoice", vec![("/Invoice/Title", value)])).unwrap();
    let rest = text.split_once("<ns0:Title>").map(|(_, rest)| rest.split_once('<').unwrap().0.to_owned());
    rest.unwrap_or(text)
}

#[test]
fn nodes_are_written_in_schema_order_with_the_schemas_namespaces() {
    let rules = vec![
        ("/Invoice/Day", function("CurrentDate", vec![])),
        ("/Invoice/Title", link("/Order/ID")),
        ("/Invoice/@kind", constant("final")),
        ("/Invoice/Row/Text", link("/Order/Head/Missing")),
    ];
    assert_eq!(
        run(&map("urn:invoice#Invoice", rules)).unwrap(),
        r#"<ns0:Invoice xmlns:ns0="urn:invoice" kind="final"><ns0:Title>A1</ns0:Title><ns0:Day>2024-03-01</ns0:Day></ns0:Invoice>"#
    );
}

#[test]
fn repeating_records_loop() {
    let rules = vec![
        ("/Invoice/Row/Text", function("Uppercase", vec![link("/Order/Line/Item")])),
        ("/Invoice/Row/Amount", function("Multiply", vec![link("/Order/Line/Price"), constant("2")])),
        ("/Invoice/Row/@order", link("/Order/ID")),
    ];
    assert_eq!(
        run(&map("urn:invoice#Invoice", rules)).unwrap(),
        concat!(
            r#"<ns0:Invoice xmlns:ns0="urn:invoice">"#,
            r#"<ns0:Row order="A1"><ns0:Text>TEA</ns0:Text><ns0:Amount>5</ns0:Amount></ns0:Row>"#,
            r#"<ns0:Row order="A1"><ns0:Text>MILK</ns0:Text><ns0:Amount>2</ns0:Amount></ns0:Row></ns0:Invoice>"#
        )
    );
}

#[test]
fn a_map_to_a_class_gives_an_instance_with_its_properties() {
    let rules = vec![("/Ack/SeqNum", link("/Order/Head/@seq")), ("/Ack/OrderID", link("/Order/ID"))];
    let out =
        apply(&map("urn:classes:Ack#Ack", rules), &input(ORDER), noon(), &shop(), &mut Unscripted).unwrap();
    let instance = out[0].body_part().unwrap().body.as_class().unwrap();
    assert_eq!(instance.get("SeqNum"), Some(&Value::Int32(2)));
    assert_eq!(out[0].context.promoted("ShopProperties.OrderID".into()), Some(&"A1".into()));
}

#[test]
fn functoids_compute() {
    let status = || link("/Order/Head/Status");
    assert_eq!(value(function("Concatenate", vec![status(), constant("-"), link("/Order/ID")])), "new-A1");
    assert_eq!(value(function("StringConcatenate", vec![status()])), "new");
    assert_eq!(value(function("Left", vec![status(), constant("2")])), "ne");
    assert_eq!(value(function("Right", vec![status(), constant("2")])), "ew");
    assert_eq!(value(function("Extract", vec![constant("häuser"), constant("2"), constant("3")])), "äu");
    assert_eq!(value(function("StringTrimLeft", vec![constant("  a ")])), "a ");
    assert_eq!(value(function("Find", vec![constant("größer"), constant("ß")])), "4");
    assert_eq!(value(function("Add", vec![constant("1.5"), constant("2.50")])), "4");
    assert_eq!(value(function("Subtract", vec![constant("1"), constant("3")])), "-2");
    assert_eq!(value(function("Divide", vec![constant("1"), constant("4")])), "0.25");
    assert_eq!(value(function("Equal", vec![constant("1.0"), constant("1")])), "true");
    assert_eq!(value(function("CurrentDateTime", vec![])), "2024-03-01T12:00:00");
    assert_eq!(value(function("Existence", vec![link("/Order/Head/Placed")])), "false");
    let chosen = |status: &str| {
        let same = function("Equal", vec![link("/Order/Head/Status"), constant(status)]);
        value(function("ValueMapping", vec![same, constant("yes")]))
    };
    assert_eq!(chosen("new"), "yes");
    assert_eq!(chosen("old"), r#"<ns0:Invoice xmlns:ns0="urn:invoice"/>"#, "nothing is written");
    // Empty text, as in BizTalk: the element is there without content.
    let empty = r#"<ns0:Invoice xmlns:ns0="urn:invoice"><ns0:Title/></ns0:Invoice>"#;
    assert_eq!(value(function("Divide", vec![constant("1"), constant("0")])), empty);
    assert_eq!(value(function("Add", vec![constant("1"), constant("two")])), empty);
}

#[test]
fn what_keeps_a_map_from_running_is_said_at_design_time_and_at_run_time() {
    let cases = [
        (vec![("/Invoice/Titel", constant("x"))], "S21", "/Invoice/Titel"),
        (vec![("/Invoice/Title", function("Shout", vec![]))], "S22", "Shout"),
        (vec![("/Invoice/Title", function("Left", vec![constant("x")]))], "S22", "takes 2 arguments, not 1"),
        (vec![("/Invoice/Title", link("/Bill/No"))], "S21", "/Bill/No"),
    ];
    for (rules, code, said) in cases {
        let map = map("urn:invoice#Invoice", rules);
        let found = check(&map, "maps/Order_To_Invoice.map.ron", &shop());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, code);
        assert!(found[0].to_string().contains(said) && !found[0].help.is_empty(), "{}", found[0]);
        let error = run(&map).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
    let unknown = map("urn:none#None", vec![]);
    assert_eq!(check(&unknown, "", &shop())[0].code, "S20");
    assert!(run(&unknown).unwrap_err().message.contains("urn:none#None"));
    let fine = map("urn:invoice#Invoice", vec![("/Invoice/Title", constant("x"))]);
    assert!(check(&fine, "", &shop()).is_empty());
    let wrong = apply(&fine, &input("<Bill/>"), noon(), &shop(), &mut Unscripted).unwrap_err();
    assert_eq!(wrong.to_string(), "map Order_To_Invoice: it maps http://o#Order, not Bill");
}

/// The maps that come with the product fit its schemas and turn its own orders into valid messages.
#[test]
fn the_maps_of_southridge_run() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let (application, _) = crate::model::files::load(&folder).unwrap();
    let schemas = SchemaSet::build(&application);
    let order = input(application.messages.get("messages/new-order.xml").unwrap());
    let validated = std::collections::BTreeMap::from([("ValidateDocument".to_owned(), "true".to_owned())]);
    let mut mapped = Vec::new();
    for (name, map) in &application.maps {
        assert_eq!(check(map, name, &schemas), &[], "{name}");
        if map.sources[0].ends_with("#CSR_OrderRequest") {
            let out = apply(map, &order, noon(), &schemas, &mut Unscripted).unwrap();
            let bytes = out[0].body_part().unwrap().body.as_bytes().into_owned();
            let received = super::super::pipeline::receive("XMLReceive", &bytes, &validated, &schemas);
            received.unwrap_or_else(|failure| panic!("{name}: {failure}"));
            mapped.push(name.as_str());
        }
    }
    assert!(mapped.contains(&"CSR_OrderRequest_To_Order"), "{mapped:?}");
}
