use super::fixture::{BATCH, ORDER, application, order, shop};
use super::*;
use crate::diagnostic::{Diagnostic, Severity};
use crate::message::{Body, Message, Name, Value, ValueType};
use std::sync::Arc;

fn with_schema(path: &str, text: &str) -> SchemaSet {
    let mut application = application();
    application.schemas.insert(path.into(), text.into());
    SchemaSet::build(&application)
}

fn only(schemas: &SchemaSet) -> &Diagnostic {
    let [one] = schemas.diagnostics() else { panic!("{:#?}", schemas.diagnostics()) };
    assert!(!one.help.is_empty());
    one
}

fn message(text: &str) -> Message {
    let mut message = Message::single(Message::body_name(), Arc::new(Body::xml(text)));
    shop().promote(&mut message).unwrap();
    message
}

#[test]
fn a_shop_without_faults_has_no_findings() {
    assert_eq!(shop().diagnostics(), &[]);
    assert_eq!(SchemaSet::default().roots().count(), 0);
}

#[test]
fn roots_are_found_by_message_type_and_by_type_name() {
    let schemas = shop();
    let order = schemas.root("http://o#Order").unwrap();
    assert_eq!(schemas.root_named("Order"), Some(order));
    assert_eq!(schemas.root_named("Shop.Schemas.Order"), Some(order));
    assert_eq!(schemas.root_named("Bill"), None);
    assert_eq!(order.type_name.as_str(), "Order");
    assert_eq!(schemas.class("Shop.Classes.Ack"), schemas.class("Ack"));
    assert_eq!(schemas.class_of("urn:classes:Ack#Ack").unwrap().name.as_str(), "Shop.Classes.Ack");
    assert!(schemas.class("ck").is_none());
}

#[test]
fn each_root_of_a_file_is_a_type_unless_one_is_the_reference() {
    let two = |info: &str| {
        format!(
            r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:b="http://schemas.microsoft.com/BizTalk/2003">
            <xs:annotation><xs:appinfo>{info}</xs:appinfo></xs:annotation>
            <xs:element name="Request" type="xs:string"/><xs:element name="Response" type="xs:string"/></xs:schema>"#
        )
    };
    let schemas = with_schema("schemas/Pay.Card.xsd", &two(""));
    assert_eq!(schemas.root_named("Pay.Card.Response").unwrap().message_type, "Response");
    assert_eq!(schemas.root_named("Bank.Pay_Card.Request").unwrap().message_type, "Request", "the .NET name");
    let schemas = with_schema("schemas/Pay.xsd", &two(r#"<b:schemaInfo root_reference="Response"/>"#));
    assert_eq!(schemas.root_named("Pay").unwrap().message_type, "Response");
    assert!(schemas.root("Request").is_none());
}

#[test]
fn promotions_name_property_path_and_type() {
    let schemas = shop();
    let order = schemas.root("http://o#Order").unwrap();
    let promoted: Vec<_> = order
        .promoted
        .iter()
        .map(|f| (f.property.as_str(), f.path.to_string(), f.value_type.clone()))
        .collect();
    let expected = [
        ("ShopProperties.OrderID", "/Order/ID", ValueType::String),
        ("ShopProperties.SeqNum", "/Order/Head/@seq", ValueType::Int32),
        ("ShopProperties.Placed", "/Order/Head/Placed", ValueType::DateTime),
    ];
    assert_eq!(promoted, expected.map(|(p, path, t)| (p, path.to_owned(), t)));
    assert_eq!(order.distinguished[0].name, "Head.Status");
    // Namespaces the annotation leaves out come from the schema.
    assert_eq!(order.promoted[1].path.steps[0].namespace.as_deref(), Some("http://o"));
    let batch = schemas.root_named("Batch").unwrap();
    assert_eq!(batch.envelope_body.as_ref().unwrap().to_string(), "/Batch/Orders");
}

#[test]
fn properties_are_built_in_or_of_a_property_schema() {
    let schemas = shop();
    let property =
        |name: &str| schemas.property(name).map(|p| (p.name.as_str(), p.value_type.clone(), p.data));
    assert_eq!(property("BTS.MessageType"), Some(("BTS.MessageType", ValueType::String, false)));
    assert_eq!(property("BTS.InterchangeSequenceNumber").unwrap().1, ValueType::Int32);
    assert_eq!(property("FILE.ReceivedFileName").unwrap().1, ValueType::String);
    assert!(!property("ErrorReport.ErrorType").unwrap().2);
    assert_eq!(property("ShopProperties.SeqNum").unwrap().1, ValueType::Int32);
    assert!(property("ShopProperties.SeqNum").unwrap().2, "a data property");
    assert!(!property("Shop.Schemas.ShopProperties.Batch").unwrap().2, "a context property");
    assert_eq!(property("ShopProperties.Colour"), None);
    assert_eq!(property("BTS.Colour"), None);
}

#[test]
fn xsd_types_have_their_clr_types() {
    let cases = [
        ("int", ValueType::Int32),
        ("integer", ValueType::Decimal),
        ("decimal", ValueType::Decimal),
        ("short", ValueType::Int16),
        ("byte", ValueType::SByte),
        ("unsignedInt", ValueType::UInt32),
        ("unsignedShort", ValueType::UInt16),
        ("unsignedByte", ValueType::Byte),
        ("float", ValueType::Single),
        ("double", ValueType::Double),
        ("boolean", ValueType::Bool),
        ("date", ValueType::DateTime),
        ("token", ValueType::String),
    ];
    for (xsd, clr) in cases {
        assert_eq!(SimpleContent::built_in(xsd).value_type, clr, "{xsd}");
    }
}

#[test]
fn msg_13_some_types_cannot_be_promoted() {
    for xsd in
        ["base64Binary", "hexBinary", "duration", "long", "unsignedLong", "IDREFS", "ENTITIES", "NMTOKENS"]
    {
        let schemas = with_schema(
            "schemas/Order.xsd",
            &ORDER.replace(r#"base="xs:string""#, &format!(r#"base="xs:{xsd}""#)),
        );
        let finding = only(&schemas);
        assert_eq!((finding.code, finding.severity), ("S04", Severity::Error), "{xsd}");
        assert!(finding.message.contains("/Order/ID"), "{finding}");
    }
}

#[test]
fn a_schema_that_cannot_be_read_is_reported_with_its_line() {
    let schemas = with_schema(
        "schemas/Broken.xsd",
        "<xs:schema\n xmlns:xs='http://www.w3.org/2001/XMLSchema'>\n<xs:element>",
    );
    let finding = only(&schemas);
    assert_eq!((finding.code, finding.place.file.as_str()), ("S01", "schemas/Broken.xsd"));
    assert_eq!(finding.place.line.unwrap().0, 3);
    assert!(schemas.root_named("Order").is_some(), "the others are read");
    let schemas = with_schema("schemas/Sample.xsd", "<Order/>");
    assert_eq!(only(&schemas).message, "The root element is Order, not xs:schema");
}

#[test]
fn faults_of_annotations_are_reported_with_their_line() {
    let unknown = with_schema("schemas/Order.xsd", &ORDER.replace("p:OrderID", "p:Nothing"));
    let finding = only(&unknown);
    assert_eq!(finding.code, "S03");
    assert!(finding.message.contains("ShopProperties.Nothing"), "{finding}");
    assert_eq!(finding.place.line.unwrap().0, 6);
    let astray =
        with_schema("schemas/Order.xsd", &ORDER.replace("local-name()='Status'", "local-name()='State'"));
    assert_eq!((only(&astray).code, only(&astray).severity), ("S06", Severity::Warning));
    let bad_path = with_schema("schemas/Order.xsd", &ORDER.replace("/*[local-name()='Status']", "//Status"));
    assert_eq!(only(&bad_path).code, "S05");
    let repeats = ORDER.replace(
        "/*[local-name()='Order' and namespace-uri()='http://o']/*[local-name()='ID' and namespace-uri()='']",
        "/Order/Line/Item",
    );
    assert_eq!(only(&with_schema("schemas/Order.xsd", &repeats)).code, "S09");
    let no_body =
        with_schema("schemas/Batch.xsd", &BATCH.replace("local-name()='Orders'", "local-name()='Nowhere'"));
    assert_eq!(only(&no_body).code, "S05");
}

#[test]
fn two_schemas_of_one_message_type_are_reported() {
    let schemas = with_schema("schemas/Second.xsd", ORDER);
    assert_eq!(only(&schemas).code, "S07");
    assert_eq!(schemas.root("http://o#Order").unwrap().type_name.as_str(), "Order");
    let schemas = with_schema("schemas/old/Order.xsd", &ORDER.replace("http://o", "http://old"));
    assert_eq!(only(&schemas).code, "S08");
}

#[test]
fn structures_follow_references_groups_and_extensions_over_files() {
    let mut application = application();
    let head = |body: &str| {
        format!(
            r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" xmlns="urn:t">{body}</xs:schema>"#
        )
    };
    let types = head(
        r#"<xs:complexType name="Base"><xs:sequence><xs:element name="A" type="xs:int"/></xs:sequence></xs:complexType>
           <xs:group name="G"><xs:choice><xs:element name="B"/><xs:element ref="Tree"/></xs:choice></xs:group>"#,
    );
    let tree = head(
        r#"<xs:include schemaLocation="Types.xsd"/><xs:element name="Tree"><xs:complexType><xs:complexContent><xs:extension base="Base">
           <xs:sequence><xs:group ref="G" minOccurs="0"/></xs:sequence><xs:attribute name="id" use="required"/></xs:extension></xs:complexContent></xs:complexType></xs:element>"#,
    );
    application.schemas.insert("schemas/Types.xsd".into(), types);
    application.schemas.insert("schemas/Tree.xsd".into(), tree);
    let schemas = SchemaSet::build(&application);
    let root = schemas.structure("urn:t#Tree").unwrap();
    let names: Vec<_> = root.children.iter().map(|c| (c.local.as_str(), c.required)).collect();
    assert_eq!(names, [("A", true), ("B", false), ("Tree", false), ("id", true)]);
    let inner = &root.children[2];
    assert_eq!(inner.namespace, "urn:t", "a reference to a global element is qualified");
    assert!(inner.open && inner.children.is_empty(), "a type inside itself is cut");
}

#[test]
fn ma_5_a_data_property_and_its_field_stay_in_step() {
    let schemas = shop();
    let sequence = Name::new("ShopProperties.SeqNum");
    let mut message = message(&order("A1", "2"));
    schemas.set_property(&mut message, sequence, Value::Int32(3)).unwrap();
    assert_eq!(message.context.promoted(sequence), Some(&Value::Int32(3)));
    assert!(message.body_part().unwrap().body.to_text().unwrap().contains(r#"seq="3""#));
    // The other way: the field changes, the property follows.
    let path = &schemas.root("http://o#Order").unwrap().promoted[1].path;
    let changed = message.body_part().unwrap().body.with_field_text(path, "4").unwrap();
    message.parts[0].body = Arc::new(changed);
    assert_eq!(schemas.property_value(&message, sequence), Some(Value::Int32(4)));
    // A field that was not there is made where the schema says.
    let placed = Name::new("ShopProperties.Placed");
    assert_eq!(schemas.property_value(&message, placed), None);
    let time = Value::from_xml("2024-03-01T00:00:00Z", &ValueType::DateTime).unwrap();
    schemas.set_property(&mut message, placed, time.clone()).unwrap();
    assert_eq!(schemas.property_value(&message, placed), Some(time));
}

#[test]
fn ma_5_holds_for_class_messages_too() {
    let schemas = shop();
    let instance = crate::message::ClassInstance::new(Arc::clone(schemas.class("Ack").unwrap()));
    let mut message = Message::single(Message::body_name(), Arc::new(Body::class(instance)));
    assert!(schemas.promote(&mut message).unwrap());
    let id = Name::new("ShopProperties.OrderID");
    assert_eq!(message.context.get(id), None);
    schemas.set_property(&mut message, id, "0123456789".into()).unwrap();
    assert_eq!(message.context.promoted(id), Some(&"01234567".into()));
    let body = &message.body_part().unwrap().body;
    assert_eq!(body.as_class().unwrap().get("OrderID"), Some(&"0123456789".into()));
}

#[test]
fn context_properties_have_no_field() {
    let schemas = shop();
    let mut message = message(&order("A1", "2"));
    let before = message.parts.clone();
    let batch = Name::new("ShopProperties.Batch");
    schemas.set_property(&mut message, batch, "7".into()).unwrap();
    assert_eq!(message.context.get(batch), Some(&"7".into()));
    assert_eq!(message.context.promoted(batch), None, "written, so it does not route");
    schemas.set_property(&mut message, batch, Value::Null).unwrap();
    assert_eq!(message.context.get(batch), None);
    assert_eq!(message.parts, before);
}

#[test]
fn promoting_again_follows_a_body_that_lost_a_field() {
    let schemas = shop();
    let mut message = message(&order("A1", "2"));
    message.parts[0].body = Arc::new(Body::xml(r#"<Order xmlns="http://o"/>"#));
    assert!(schemas.promote(&mut message).unwrap());
    assert_eq!(message.context.get("ShopProperties.OrderID".into()), None);
    message.parts[0].body = Arc::new(Body::text("no XML"));
    assert!(!schemas.promote(&mut message).unwrap());
}

#[test]
fn examples_are_valid_for_their_schema() {
    let schemas = shop();
    for root in schemas.roots().filter(|root| !root.root.contains("Batch")) {
        let example = schemas.example(&root.message_type).unwrap();
        assert_eq!(schemas.validate(&Body::xml(example.as_str())), Ok(()), "{example}");
    }
    let ack = schemas.example("urn:classes:Ack#Ack").unwrap();
    assert!(Body::xml(ack).to_class(schemas.class("Ack").unwrap()).is_ok());
    assert_eq!(schemas.example("urn:none#None"), None);
}

#[test]
fn validation_follows_includes_and_says_when_it_cannot() {
    let mut application = application();
    let schema = |body: &str| {
        format!(
            r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" xmlns="urn:t">{body}</xs:schema>"#
        )
    };
    let types = r#"<xs:simpleType name="Size"><xs:restriction base="xs:string"><xs:enumeration value="S"/><xs:enumeration value="L"/></xs:restriction></xs:simpleType>"#;
    let root = r#"<xs:include schemaLocation=".\Sizes.xsd"/><xs:element name="Size" type="Size"/>"#;
    let import = r#"<xs:import namespace="http://o"/><xs:element name="Other" type="xs:string"/>"#;
    application.schemas.insert("schemas/Sizes.xsd".into(), schema(types));
    application.schemas.insert("schemas/Size.xsd".into(), schema(root));
    application.schemas.insert("schemas/Other.xsd".into(), schema(import));
    let schemas = SchemaSet::build(&application);
    let validate = |text: &str| schemas.validate(&Body::xml(text));
    assert_eq!(schemas.example("urn:t#Size").unwrap(), r#"<ns0:Size xmlns:ns0="urn:t">S</ns0:Size>"#);
    assert_eq!(validate(r#"<Size xmlns="urn:t">L</Size>"#), Ok(()));
    let error = validate(r#"<Size xmlns="urn:t">XL</Size>"#).unwrap_err();
    assert!(error.message.contains("not a valid urn:t#Size") && error.line == 1, "{error}");
    let error = validate(r#"<Other xmlns="urn:t"/>"#).unwrap_err();
    assert!(error.message.contains("imports http://o"), "{error}");
    assert_eq!(validate("<Unknown/>"), Ok(()));
}

/// Every real schema under the folder in `ORCHESTRION_SHARED` is read, and what it promotes is found.
#[test]
fn real_schemas_are_read() {
    let Ok(shared) = std::env::var("ORCHESTRION_SHARED") else {
        println!("skipped: ORCHESTRION_SHARED does not name a folder with BizTalk projects");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(shared).join("odx")];
    let (mut files, mut promotions) = (0, 0);
    while let Some(folder) = folders.pop() {
        let mut application = crate::model::Application::default();
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xsd")) {
                let bytes = std::fs::read(&path).unwrap();
                let text = crate::message::document::decode(&bytes).unwrap().into_owned();
                application.schemas.insert(entry.file_name().to_string_lossy().into_owned(), text);
            }
        }
        files += application.schemas.len();
        let schemas = SchemaSet::build(&application);
        for root in schemas.roots() {
            promotions += root.promoted.len() + root.distinguished.len();
            assert!(schemas.structure(&root.message_type).is_some(), "{}", root.message_type);
        }
        for finding in schemas.diagnostics() {
            println!("{}: {finding}", folder.display());
        }
    }
    println!("{files} schemas, {promotions} promotions and distinguished fields");
    assert!(files > 100 && promotions > 50);
}

/// As in .NET, anchors around a pattern are anchors, and one of several patterns is enough.
#[test]
fn patterns_are_read_as_biztalk_reads_them() {
    let mut application = application();
    let schema = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t">
      <xs:element name="Plate"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="^[A-Z]{3}\d{3}$"/><xs:pattern value="X\d"/></xs:restriction></xs:simpleType></xs:element></xs:schema>"#;
    application.schemas.insert("schemas/Plate.xsd".into(), schema.into());
    let schemas = SchemaSet::build(&application);
    let valid =
        |text: &str| schemas.validate(&Body::xml(format!(r#"<Plate xmlns="urn:t">{text}</Plate>"#))).is_ok();
    assert!(valid("ABC123") && valid("X1") && !valid("^ABC123$") && !valid("ABC1234"));
}

/// Schemas may include each other; a type that derives from itself is no type.
#[test]
fn circles_of_includes_are_followed_once_and_circles_of_types_are_told() {
    let schema = |body: &str| {
        format!(
            r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" xmlns="urn:t">{body}</xs:schema>"#
        )
    };
    let mut application = application();
    let first = r#"<xs:include schemaLocation="Second.xsd"/><xs:element name="First" type="Both"/>"#;
    let second = r#"<xs:include schemaLocation="First.xsd"/>
        <xs:complexType name="Both"><xs:sequence><xs:element name="No" type="xs:int"/></xs:sequence></xs:complexType>"#;
    application.schemas.insert("schemas/First.xsd".into(), schema(first));
    application.schemas.insert("schemas/Second.xsd".into(), schema(second));
    let schemas = SchemaSet::build(&application);
    assert_eq!(schemas.diagnostics(), &[]);
    assert_eq!(schemas.validate(&Body::xml(r#"<First xmlns="urn:t"><No xmlns="">1</No></First>"#)), Ok(()));

    let derived = |name: &str, base: &str| {
        format!(
            r#"<xs:complexType name="{name}"><xs:complexContent><xs:extension base="{base}"/></xs:complexContent></xs:complexType>"#
        )
    };
    let circle = schema(&([derived("A", "B"), derived("B", "A"), derived("C", "A")].concat()));
    let schemas = with_schema("schemas/Circle.xsd", &circle);
    let found: Vec<&str> = schemas.diagnostics().iter().map(|d| d.message.as_str()).collect();
    assert_eq!(found, ["The type `A` derives from itself", "The type `B` derives from itself"]);
}
