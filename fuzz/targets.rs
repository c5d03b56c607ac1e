//! What is fuzzed: each target takes any bytes. It must come to an end and not panic, and what it asserts must hold.
#![allow(dead_code)]

use orchestrion::biztalk::bindings::{read_bindings, write_bindings};
use orchestrion::biztalk::btm::read_map;
use orchestrion::biztalk::odx::{self, OdxFile, read_module};
use orchestrion::biztalk::{decode, xlang_text};
use orchestrion::findings;
use orchestrion::message::{self as engine, Body, DateTime};
use orchestrion::model::{
    Application, Atomic, Branch, Branches, Code, Construct, Id, LongRunning, Loop, Message, Module,
    Orchestration, Pipeline, PipelineComponent, Scope, Shape, ShapeKind, Transaction, Variable,
};
use orchestrion::xlang::tokens;
use orchestrion::xml::map::{Unscripted, apply};
use orchestrion::xml::pipeline::{receive, send};
use orchestrion::xml::{Optional, SchemaSet, Wishes};
use std::sync::Arc;

/// An orchestration file: read, held against its program, written back and written anew.
pub fn odx(data: &[u8]) {
    let Ok(file) = OdxFile::parse("fuzzed.odx", data) else { return };
    let Ok((module, _)) = read_module("fuzzed.odx", &file) else { return };
    let _ = xlang_text::compare(&module, file.code());
    let write = |before: &Module| odx::write_back("fuzzed.odx", data, (before, &module), &[]);
    assert_eq!(write(&module).as_deref(), Ok(data), "an unedited file changed");
    let written = write(&Module::default()).expect("what was read can be written");
    OdxFile::parse("written.odx", &written).expect("what was written can be read");
    let new = odx::write_new(&module, &[]);
    let new = OdxFile::parse("new.odx", &new).expect("a new file can be read");
    read_module("new.odx", &new).expect("a new file has a module");
}

/// A text in every place that takes one, with names of every kind around it.
pub fn expression(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let _ = xlang_text::ProgramText::read(&text);
    let mut end = 0;
    for (range, _) in tokens(&text) {
        assert!(
            range.start >= end && text.get(range.clone()).is_some(),
            "tokens lie in order between characters"
        );
        end = range.end;
    }
    findings::all(&around(&text));
}

/// A schema: understood, checked, and an instance of each root made and validated.
pub fn schema(data: &[u8]) {
    let mut application = Application::default();
    application.schemas.insert("schemas/Fuzzed.xsd".to_owned(), decode(data).0);
    let schemas = SchemaSet::build(&application);
    let roots: Vec<String> = schemas.roots().map(|root| root.message_type.to_string()).collect();
    for root in roots.iter().take(3) {
        let wishes = Wishes { optional: Optional::All, ..Wishes::default() };
        let _ = schemas.generate(root, &wishes);
    }
    findings::all(&application);
}

/// A binding file: read, and what it says written as one and read again.
pub fn bindings(data: &[u8]) {
    let Ok(file) = read_bindings("fuzzed.xml", data) else { return };
    let mut application = Application::default();
    let _ = application.bindings.import(file.bindings);
    let written = write_bindings(&application);
    read_bindings("written.xml", written.as_bytes()).expect("what was written can be read");
    findings::all(&application);
}

/// A drawn map: read, checked, and run on a message whatever schemas it names.
pub fn map(data: &[u8]) {
    let Ok(mut map) = read_map("fuzzed.btm", "Fuzzed", data) else { return };
    let mut application = Application::default();
    application.schemas.insert("schemas/Order.xsd".to_owned(), ORDER.to_owned());
    map.sources = vec!["urn:order#Order".to_owned()];
    map.targets = vec!["urn:order#Order".to_owned()];
    application.maps.insert("Fuzzed".to_owned(), map.clone());
    findings::all(&application);
    let schemas = SchemaSet::build(&application);
    let wishes = Wishes { optional: Optional::All, ..Wishes::default() };
    let order = schemas.generate("urn:order#Order", &wishes).expect("an order can be made").text;
    let message = engine::Message::single(engine::Message::body_name(), Arc::new(Body::xml(order)));
    let _ = apply(&map, &[Arc::new(message)], DateTime::default(), &schemas, &mut Unscripted);
}

/// What arrives at a receive location: of several parts or not, taken apart, validated, and sent again.
pub fn message(data: &[u8]) {
    let mut application = Application::default();
    application.schemas.insert("schemas/Order.xsd".to_owned(), ORDER.to_owned());
    let stage = |stage: &str, component: &str| PipelineComponent {
        stage: stage.to_owned(),
        component: format!("Microsoft.BizTalk.Component.{component}"),
        ..PipelineComponent::default()
    };
    application.settings.pipelines.push(Pipeline {
        name: "Parts".to_owned(),
        components: vec![
            stage("Decode", "MIME_SMIME_Decoder"),
            stage("Disassemble", "XmlDasmComp"),
            stage("Validate", "XmlValidator"),
        ],
        ..Pipeline::default()
    });
    let schemas = SchemaSet::build(&application);
    let any = [("AllowNonMIMEMessage", "true"), ("AllowUnrecognizedMessage", "true")];
    let properties = any.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let Ok(interchange) = receive("Parts", data, &properties, &schemas) else { return };
    for message in &interchange.messages {
        let _ = send("XMLTransmit", message, &properties, &schemas);
    }
}

/// A schema with what maps and messages lead to: repeated records, attributes, promoted fields.
const ORDER: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:order" xmlns="urn:order">
  <xs:element name="Order"><xs:complexType><xs:sequence>
    <xs:element name="Number" type="xs:int"/>
    <xs:element name="Line" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="Price" type="xs:decimal" minOccurs="0"/></xs:sequence><xs:attribute name="item" type="xs:string"/>
    </xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element></xs:schema>"#;

/// An orchestration with `text` in every slot.
fn around(text: &str) -> Application {
    let code = || Code { text: text.to_owned() };
    let mut number = 0;
    let mut shape = |kind: ShapeKind| {
        number += 1;
        Shape { id: Id::new(format!("s{number}")), name: format!("Shape_{number}"), kind, ..Shape::default() }
    };
    let assignment = shape(ShapeKind::MessageAssignment(code()));
    let branches = [(text, "b1"), ("", "b2")];
    let branches = branches.map(|(condition, id)| Branch {
        id: Id::new(id),
        name: id.to_owned(),
        condition: condition.to_owned(),
        ..Branch::default()
    });
    let long = Transaction::LongRunning(LongRunning { timeout: text.to_owned() });
    let body = vec![
        shape(ShapeKind::Expression(code())),
        shape(ShapeKind::Construct(Construct { messages: vec!["Order".into()], body: vec![assignment] })),
        shape(ShapeKind::Decide(Branches { branches: branches.to_vec() })),
        shape(ShapeKind::Loop(Loop { condition: text.to_owned(), body: Vec::new() })),
        shape(ShapeKind::Delay(code())),
        shape(ShapeKind::Suspend(code())),
        shape(ShapeKind::Scope(Scope {
            transaction: long,
            transaction_id: "Inner".into(),
            ..Scope::default()
        })),
        shape(ShapeKind::Scope(Scope {
            transaction: Transaction::Atomic(Atomic::default()),
            transaction_id: "Unit".into(),
            ..Scope::default()
        })),
    ];
    let variable = |name: &str, of: &str, value: Option<&str>| Variable {
        name: name.to_owned(),
        variable_type: of.to_owned(),
        initial_value: value.map(str::to_owned),
        ..Variable::default()
    };
    let message = |name: &str, of: &str| Message {
        name: name.to_owned(),
        message_type: of.to_owned(),
        ..Message::default()
    };
    let orchestration = Orchestration {
        name: "Process".to_owned(),
        transaction: Transaction::LongRunning(LongRunning::default()),
        transaction_id: "Outer".to_owned(),
        messages: vec![message("Order", "System.Xml.XmlDocument"), message("Reply", "Unknown.Type")],
        variables: vec![
            variable("count", "System.Int32", Some(text)),
            variable("text", "System.String", None),
            variable("document", "System.Xml.XmlDocument", None),
            variable("helper", "Acme.Helper", None),
            variable("flag", "System.Boolean", None),
        ],
        body,
        ..Orchestration::default()
    };
    let module =
        Module { namespace: "Fuzzed".to_owned(), orchestration: Some(orchestration), ..Module::default() };
    let mut application = Application::default();
    application.modules.insert("Fuzzed".to_owned(), module);
    application
}
