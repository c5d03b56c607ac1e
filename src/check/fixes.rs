//! Each quick fix, offered where it should be. That it mends and can be undone is proved by the fixture wherever one
//! is offered.

use super::catalogue::CATALOGUE;
use super::fixture::*;
use crate::findings;
use crate::model::*;
use std::collections::BTreeSet;

/// Codes and titles of the fixes offered.
fn offered(application: &Application) -> BTreeSet<(&'static str, String)> {
    codes(application);
    let found = findings::all(application).into_iter();
    found.flat_map(|d| d.fixes.into_iter().map(move |fix| (d.code, fix.label()))).collect()
}

fn construct(messages: &[&str], body: Block) -> Shape {
    let messages = messages.iter().map(|m| (*m).to_owned()).collect();
    shape(ShapeKind::Construct(Construct { messages, body }))
}

fn assign(text: &str) -> Shape {
    shape(ShapeKind::MessageAssignment(Code { text: text.into() }))
}

fn key() -> Vec<String> {
    vec!["SubjectKey".into()]
}

/// A convoy of two receives on `In`, each changed.
fn convoy(first: impl FnOnce(&mut Receive), next: impl FnOnce(&mut Receive)) -> Application {
    let begin = receive("In", |r| {
        (r.activate, r.initializes) = (true, key());
        first(r);
    });
    let follow = receive("In", |r| {
        r.follows = key();
        next(r);
    });
    application(vec![begin, follow])
}

fn transaction(body: Block) -> Application {
    let mut application = started(body);
    orchestration(&mut application, "Subject").transaction = long_running();
    application
}

fn calling(modifier: TypeModifier, parameter: Option<Parameter>) -> Application {
    let arguments =
        parameter.iter().map(|_| Argument { name: "Order".into(), ..Argument::default() }).collect();
    let call = Call { orchestration: "Test.Second".into(), arguments, ..Call::default() };
    let mut application = started(vec![shape(ShapeKind::Call(call))]);
    add(&mut application, "Second", vec![]);
    let second = orchestration(&mut application, "Second");
    second.modifier = modifier;
    second.parameters.extend(parameter);
    application
}

/// `Subject.Out` sends to `Second.In`.
fn partners(port_type: &str, modifier: TypeModifier) -> Application {
    let mut application = started(vec![]);
    add(&mut application, "Second", vec![activate()]);
    let partner = PartnerPort { orchestration: "Test.Second".into(), port: "In".into() };
    let own = port(&mut application, "Out");
    (own.binding, own.port_type) = (Binding::Partner(partner), port_type.into());
    application.modules.get_mut("Second").unwrap().port_types[0].modifier = modifier;
    application
}

/// An application for each fix.
fn cases() -> Vec<Application> {
    let waiting = || receive("Own", |_| {});
    let filter = || vec![FilterRow { property: "BTS.ReceivePortName".into(), ..FilterRow::default() }];
    let initialize = || sends("Out", |s| s.initializes = key());
    let parallel = |bodies| shape(ShapeKind::Parallel(branches(bodies)));
    let listens = |heads: Vec<Shape>| {
        shape(ShapeKind::Listen(branches(heads.into_iter().map(|head| vec![head]).collect())))
    };
    let first = |set: &str| vec![receive("In", |r| (r.activate, r.initializes) = (true, vec![set.into()]))];
    let notified = |name: &str| {
        let mut application = started(vec![send("Out")]);
        port(&mut application, name).delivery_notification = DeliveryNotification::Transmitted;
        application
    };
    let two_projects = |mut application: Application| {
        let project = |module: &str| Project {
            assembly: module.into(),
            types: [(files::module_path(module), String::new())].into(),
            ..Project::default()
        };
        application.settings.projects = vec![project("Subject"), project("Second")];
        application
    };
    let ordered = |mut application: Application| {
        let own = TypeModifier::Private;
        let parts = MultipartType { name: "Parts".into(), modifier: own, ..MultipartType::default() };
        let module = application.modules.get_mut("Subject").unwrap();
        module.multipart_types.push(parts);
        module.port_types[0].operations[0].request = "Parts".into();
        application
    };
    let fed_by = |pipeline: &str, mut application: Application| {
        let location = ReceiveLocation { receive_pipeline: pipeline.into(), ..ReceiveLocation::default() };
        let gate = ReceivePort { name: "Gate".into(), locations: vec![location], ..ReceivePort::default() };
        application.bindings.receive_ports.push(gate);
        application.bindings.services.push(ServiceBinding {
            orchestration: "Test.Subject".into(),
            ports: [("In".into(), PortBinding::ReceivePort("Gate".into()))].into(),
            ..ServiceBinding::default()
        });
        application
    };
    let filtered = |mut application: Application| {
        let port = SendPort { name: "All".into(), filter: filter(), ..SendPort::default() };
        application.bindings.send_ports.push(port);
        application
    };
    let compensates = |handler: Block| {
        transaction(vec![scope(vec![], |s| {
            (s.transaction, s.transaction_id) = (long_running(), "Own".into());
            s.catches.push(catch(CatchType::General, handler));
        })])
    };
    let scripted = |mut application: Application| {
        application.components.insert("Acme.Rates".into(), "fn Today() { 1 }".into());
        application
    };
    let custom = || started(vec![expression("x = Acme.Rates.Sum(1, 2);")]);
    let variable = Variable { name: "given".into(), ..Variable::default() };
    let reading = |kind: &str| {
        let mut application = started(vec![expression("x = given;")]);
        let given = Variable { variable_type: kind.into(), ..variable.clone() };
        orchestration(&mut application, "Subject").variables.push(given);
        application
    };
    vec![
        custom(),
        scripted(custom()),
        reading("System.Int32"),
        reading("System.Xml.XmlDocument"),
        application(vec![
            receive("In", |r| r.activate = true),
            initialize(),
            receive("In", |r| (r.activate, r.follows) = (true, key())),
        ]),
        application(vec![receive("Own", |_| {})]),
        started(vec![receive("Own", |r| r.filter = filter())]),
        filtered(started(vec![])),
        started(vec![construct(&[], vec![assign("Ack = Order;")])]),
        started(vec![construct(&["Ack", "Any"], vec![assign("Ack = Order;")])]),
        started(vec![construct(&["Ack"], vec![assign("Ack = Order;"), expression("x = 1;")])]),
        started(vec![parallel(vec![vec![]])]),
        application(vec![receive("In", |_| {})]),
        application(vec![listens(vec![activate(), waiting()])]),
        started(vec![initialize(), initialize()]),
        started(vec![sends("Out", |s| s.follows = key())]),
        started(vec![sends("Out", |s| (s.initializes, s.follows) = (key(), key()))]),
        started(vec![initialize(), sends("Out", |s| (s.initializes, s.follows) = (key(), key()))]),
        convoy(|r| r.initializes.push("SubjectOther".into()), |_| {}),
        convoy(|_| {}, |r| r.message = "Any".into()),
        application(vec![parallel(vec![first("SubjectKey"), first("SubjectOther")])]),
        two_projects(calling(TypeModifier::Private, None)),
        changed(|o| {
            let kind = ParameterKind::Port(Port { name: "Given".into(), ..Port::default() });
            o.parameters.push(Parameter { direction: Direction::Ref, kind });
        }),
        calling(
            TypeModifier::Private,
            Some(Parameter { direction: Direction::Ref, kind: ParameterKind::Variable(variable) }),
        ),
        started(vec![scope(vec![scope(vec![], |s| s.transaction = atomic())], |_| {})]),
        started(vec![scope(vec![scope(vec![], |s| s.synchronized = true)], |s| s.synchronized = true)]),
        transaction(vec![scope(vec![scope(vec![], |s| s.transaction = atomic())], |s| {
            s.transaction = atomic()
        })]),
        started(vec![scope(vec![], |s| s.compensation = Some(compensation(vec![])))]),
        changed(|o| o.compensation = Some(vec![])),
        transaction(vec![scope(vec![], |s| (s.transaction, s.synchronized) = (atomic(), true))]),
        started(vec![scope(vec![], |s| {
            s.catches.push(catch(CatchType::General, vec![]));
            s.catches.push(catch(CatchType::Exception("System.TimeoutException".into()), vec![]));
        })]),
        compensates(vec![shape(ShapeKind::Compensate(Compensate { transaction: "Other".into() }))]),
        notified("Own"),
        notified("Out"),
        ordered(started(vec![])),
        partners("SubjectOneWay", TypeModifier::Internal),
        partners("Test.SecondOneWay", TypeModifier::Private),
        fed_by(
            "PassThruReceive",
            application(vec![receive("In", |r| (r.activate, r.initializes) = (true, key()))]),
        ),
        coded_map(started(vec![])),
        untyped(started(vec![])),
        fed_by(
            "XMLReceive",
            application(vec![receive("In", |r| (r.activate, r.message) = (true, "Any".into()))]),
        ),
        started(vec![shape(ShapeKind::Delay(Code { text: "5".into() }))]),
        started(vec![expression("tally = tally + 1;")]),
        started(vec![expression("note = xpath(Ordre, \"string(/*)\");")]),
        schematic(started(vec![expression("note = Order.Totla;")])),
        republishing(
            ShapeKind::MessageAssignment(Code { text: "Own = new System.Xml.XmlDocument();".into() }),
            |_| {},
        ),
    ]
}

/// With an operation that carries something else than the message received by it.
fn untyped(mut application: Application) -> Application {
    orchestration(&mut application, "Subject").messages[0].message_type = "System.String".into();
    let module = application.modules.get_mut("Subject").unwrap();
    module.port_types[0].operations[0].request = "System.Xml.XmlDocument".into();
    application
}

/// With the schema of `Order`, whose field `Total` is distinguished.
fn schematic(mut application: Application) -> Application {
    let schema = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:b="http://schemas.microsoft.com/BizTalk/2003">
        <xs:element name="OrderSchema"><xs:annotation><xs:appinfo><b:properties>
        <b:property distinguished="true" xpath="/*[local-name()='OrderSchema']/*[local-name()='Total']"/>
        </b:properties></xs:appinfo></xs:annotation><xs:complexType><xs:sequence>
        <xs:element name="Total" type="xs:int"/></xs:sequence></xs:complexType></xs:element></xs:schema>"#;
    application.schemas.insert("schemas/OrderSchema.xsd".into(), schema.into());
    application
}

/// With a map that has C# code.
fn coded_map(mut application: Application) -> Application {
    let text = "public string Shout(string text)\n{\n    return text + \"!\";\n}".to_owned();
    let script = Script { language: "CSharp".into(), text, ..Script::default() };
    let functoid = Functoid { id: 1, function: 260, scripts: vec![script], ..Functoid::default() };
    let page = MapPage { functoids: vec![functoid], ..MapPage::default() };
    let drawing = MapDrawing { pages: vec![page], ..MapDrawing::default() };
    let name = "Test.Shouting".to_owned();
    let map = Map { name: name.clone(), drawing: Some(Box::new(drawing)), ..Map::default() };
    application.maps.insert(name, map);
    application
}

#[test]
fn every_quick_fix_is_offered_somewhere() {
    let offered: BTreeSet<(&str, String)> = cases().iter().flat_map(offered).collect();
    let told = CATALOGUE.iter().flat_map(|entry| entry.fixes().map(|title| (entry.id, title.to_owned())));
    assert_eq!(offered, told.collect());
}

#[test]
fn a_name_that_is_not_there_is_declared_or_spelt_as_it_is() {
    let offered = |text: &str| {
        let application = schematic(started(vec![expression(text)]));
        let found = findings::all(&application);
        let told = |d: &&crate::diagnostic::Diagnostic| matches!(d.code, "X05" | "X07");
        let first = found.iter().find(told).unwrap();
        let mut after = Vec::new();
        for fix in &first.fixes {
            let mut mended = application.clone();
            let back = fix.clone().apply(&mut mended).unwrap();
            let left = findings::all(&mended);
            let same = |d: &&crate::diagnostic::Diagnostic| d.code == first.code && d.place == first.place;
            assert_eq!(left.iter().find(same), None, "{} in {text}", fix.label());
            let subject = mended.modules["Subject"].orchestration.as_ref().unwrap();
            let declared = subject.variables.iter().map(|v| format!("{} {}", v.variable_type, v.name));
            let written = subject.body.iter().filter_map(|s| match &s.kind {
                ShapeKind::Expression(code) if code.text != text => Some(code.text.clone()),
                _ => None,
            });
            after.extend(declared.chain(written));
            back.apply(&mut mended).unwrap();
            assert_eq!(mended, application);
        }
        after
    };
    assert_eq!(offered("tally = 0;"), ["System.Int32 tally"]);
    assert_eq!(offered("tally = tally + 1;"), ["System.Int32 tally"]);
    assert_eq!(offered("note = \"a\" + \"b\";"), ["System.String note"]);
    assert_eq!(offered("if (!done && note == \"x\") { }"), ["System.Boolean done"]);
    assert_eq!(offered("total = Order.Total;"), ["System.Int32 total"]);
    assert_eq!(offered("whatever = Order;"), [""; 0], "a message is declared with its type");
    assert_eq!(offered("Ordr.Total = 3;"), ["Order.Total = 3;"]);
    let mut slip = schematic(started(vec![expression("x = Order.Totla;")]));
    let variable = Variable { name: "x".into(), variable_type: "System.Int32".into(), ..Variable::default() };
    orchestration(&mut slip, "Subject").variables.push(variable);
    let found = findings::all(&slip).into_iter().find(|d| d.code == "X07").unwrap();
    found.fixes[0].clone().apply(&mut slip).unwrap();
    assert!(findings::all(&slip).iter().all(|d| d.code != "X07"));
}
