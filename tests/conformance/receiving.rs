//! The receive side: pipelines, envelopes, maps (section 9.2).

use crate::build::*;
use crate::world::{World, text, xml};
use orchestrion::engine::Operation;
use orchestrion::engine::instance::Status;
use orchestrion::lab::VirtualRun;
use orchestrion::message::{Name, TimeSpan, Value};
use orchestrion::model::FilterOperator::Exists;
use orchestrion::model::{Binding, FilterRow, Grouping, Partner, PartnerBehavior, ReceiveLocation, Schedule};

/// Receive port R; send port S takes everything that came in through it.
fn through(pipeline: &str) -> App {
    app()
        .class("Order", &["Id"])
        .receive_port("R", pipeline)
        .send_port("S")
        .with_send_port(|port| port.filter = equals("BTS.ReceivePortName", "R"))
}

fn message_type(world: &World) -> Option<String> {
    let all = world.published();
    all.last().and_then(|m| text(m, "BTS.MessageType"))
}

/// The XML disassembler makes the message type of namespace, `#` and root name; of a root without namespace it is the
/// root name alone (MSG-3).
#[test]
fn c023_the_message_type_is_namespace_and_root() {
    let mut plain = through("XMLReceive");
    let schema = "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='Order' type='xs:string'/></xs:schema>";
    plain.0.schemas.insert("schemas/Plain.xsd".into(), schema.into());
    let mut world = World::new(plain);
    world.receive("R", &xml("Order", &[("Id", "7")]));
    assert_eq!(message_type(&world).as_deref(), Some("http://t#Order"));
    world.receive("R", "<Order>7</Order>");
    assert_eq!(message_type(&world).as_deref(), Some("Order"));
}

const BATCH: &str = "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' \
     xmlns:b='http://schemas.microsoft.com/BizTalk/2003' targetNamespace='urn:b'>\
     <xs:annotation><xs:appinfo><b:schemaInfo is_envelope='yes'/></xs:appinfo></xs:annotation>\
     <xs:element name='Batch'><xs:annotation><xs:appinfo><b:recordInfo body_xpath=\"/*[local-name()='Batch']\"/>\
     </xs:appinfo></xs:annotation><xs:complexType><xs:sequence>\
     <xs:any maxOccurs='unbounded' processContents='lax'/></xs:sequence></xs:complexType></xs:element></xs:schema>";

fn batch(documents: &[String]) -> String {
    format!("<b:Batch xmlns:b='urn:b'>{}</b:Batch>", documents.concat())
}

fn batches(app: App, recoverable: bool) -> World {
    let mut app = app.pipeline_property("RecoverableInterchangeProcessing", &recoverable.to_string());
    app.0.schemas.insert("schemas/Batch.xsd".into(), BATCH.into());
    World::new(app)
}

/// When one of the three documents of an envelope fails, a standard interchange publishes none of them and is suspended
/// as a whole; a recoverable one publishes the other two and suspends the one that failed (RX-12).
#[test]
fn c024_an_envelope_fails_as_a_whole_unless_it_is_recoverable() {
    let input =
        batch(&[xml("Order", &[("Id", "1")]), xml("Stranger", &[("Id", "2")]), xml("Order", &[("Id", "3")])]);
    for (recoverable, sent, left) in [(false, 0, input.as_str()), (true, 2, "<Id>2</Id>")] {
        let mut world = batches(through("XMLReceive"), recoverable);
        world.receive("R", &input);
        assert_eq!(world.sent("S").len(), sent, "recoverable: {recoverable}");
        let kept = world.at_port("R");
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].status, Status::SuspendedResumable);
        assert!(kept[0].queue[0].parts[0].body.to_text().unwrap().contains(left));
    }
}

/// A property that a component or an assignment writes over a promoted one no longer routes, and writing null removes
/// it (MSG-6).
#[test]
fn c025_a_written_property_does_not_route_and_null_removes_it() {
    let mut world = World::new(through("XMLReceive"));
    world.receive("R", &xml("Order", &[("Id", "7")]));
    let mut message = (*world.published()[0].clone()).clone();
    let id = Name::new("P.Id");
    assert!(message.context.promoted(id).is_some());
    message.context.write(id, "8".into());
    assert!(message.context.promoted(id).is_none());
    assert_eq!(message.context.get(id), Some(&"8".into()));
    let port = Name::new("BTS.ReceivePortName");
    message.context.write(port, "R".into());
    world.input(orchestrion::engine::InputKind::Publish { message: message.clone() });
    world.settle();
    assert_eq!(world.sent("S").len(), 1, "what is written only does not match the filter of S");
    message.context.write(id, Value::Null);
    assert_eq!(message.context.get(id), None);
}

/// XML without a schema in the application is suspended when it comes in; with Allow Unrecognized Message it is
/// published without a message type (RX-10).
#[test]
fn c027_an_unrecognized_message_is_suspended_unless_allowed() {
    for allowed in [false, true] {
        let app = through("XMLReceive").pipeline_property("AllowUnrecognizedMessage", &allowed.to_string());
        let mut world = World::new(app);
        world.receive("R", "<Stranger/>");
        assert_eq!(world.sent("S").len(), usize::from(allowed));
        assert_eq!(world.at_port("R").len(), usize::from(!allowed));
        assert_eq!(message_type(&world), None);
    }
}

/// Of two inbound maps the one for the type of the arriving message is applied, before anybody's subscription is looked
/// at; a message neither is for is published as it is (RX-5).
#[test]
fn c034_the_inbound_map_for_the_message_type_is_applied_before_publishing() {
    let app = through("XMLReceive")
        .class("Red", &["Number"])
        .class("Blue", &["Key"])
        .map("FromRed", "Red.Number", "Order.Id")
        .map("FromBlue", "Blue.Key", "Order.Id")
        .with_receive_port(|port| port.inbound_maps = vec!["FromRed".into(), "FromBlue".into()])
        .with_send_port(|port| port.filter = equals("BTS.MessageType", "http://t#Order"));
    let mut world = World::new(app);
    for (input, id) in [
        (xml("Red", &[("Number", "r")]), "r"),
        (xml("Blue", &[("Key", "b")]), "b"),
        (xml("Order", &[("Id", "o")]), "o"),
    ] {
        world.receive("R", &input);
        let published = world.published().pop().unwrap().clone();
        assert_eq!(text(&published, "P.Id").as_deref(), Some(id), "the target's properties are promoted");
        assert!(world.sent("S").last().unwrap().contains(&format!("<Id>{id}</Id>")));
    }
    assert_eq!(world.sent("S").len(), 3);
}

/// A subscription whose rows join two properties by AND, and a third by OR, takes a message that satisfies either side
/// and no other (RCV-9).
#[test]
fn c013_rows_bind_by_and_before_or() {
    let row = |property: &str, value: &str, grouping| FilterRow {
        property: property.into(),
        value: value.into(),
        grouping,
        ..Default::default()
    };
    let filter = vec![
        row("P.A", "\"1\"", Grouping::And),
        row("P.B", "\"2\"", Grouping::Or),
        FilterRow { operator: Exists, ..row("P.C", "", Grouping::And) },
    ];
    let app = app()
        .class("Both", &["A", "B"])
        .class("Other", &["C"])
        .class("Plain", &["D"])
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .with_send_port(|port| port.filter = filter);
    let mut world = World::new(app);
    for (input, sent) in [
        (xml("Both", &[("A", "1"), ("B", "2")]), 1),
        (xml("Both", &[("A", "1"), ("B", "3")]), 1),
        (xml("Other", &[("C", "x")]), 2),
        (xml("Plain", &[("D", "x")]), 2),
    ] {
        world.receive("R", &input);
        assert_eq!(world.sent("S").len(), sent, "{input}");
    }
}

/// A message whose pipeline failed goes through the pipeline again when an operator resumes it (RF-8).
#[test]
fn rf_8_a_resumed_document_of_a_recoverable_interchange_goes_through_the_pipeline_again() {
    let mut world = batches(through("XMLReceive"), true);
    world.receive("R", &batch(&[xml("Order", &[("Id", "1")]), xml("Stranger", &[("Id", "2")])]));
    let kept = world.at_port("R")[0].id;
    world.operate(Operation::ResumeInstance(kept));
    assert_eq!(world.sent("S").len(), 1, "it fails as before, and is not published unrecognized");
    assert_eq!(world.at_port("R").len(), 1);
}

/// In a standard interchange a document that nobody subscribes to keeps the others from being published too (RX-12).
#[test]
fn rx_12_a_standard_interchange_is_routed_whole_or_not_at_all() {
    let app = || {
        through("XMLReceive").class("Note", &["Text"]).with_send_port(|port| {
            port.filter = equals("BTS.MessageType", "http://t#Order");
        })
    };
    let input = batch(&[xml("Order", &[("Id", "1")]), xml("Note", &[("Text", "2")])]);
    for (recoverable, sent) in [(false, 0), (true, 1)] {
        let mut world = batches(app(), recoverable);
        world.receive("R", &input);
        assert_eq!(world.sent("S").len(), sent, "recoverable: {recoverable}");
        assert_eq!(world.at_port("R").len(), 1);
    }
}

/// A disabled receive location takes nothing in until it is enabled, one outside its schedule until the schedule opens.
/// What arrived for them meanwhile stays where it is, and is received then (RX-2, RX-4).
#[test]
fn c026_a_disabled_or_closed_location_receives_nothing_until_it_opens() {
    let order = xml("Order", &[("Id", "7")]);
    let with = |change: &dyn Fn(&mut ReceiveLocation)| {
        let mut app = through("XMLReceive").with_receive_port(|port| change(&mut port.locations[0])).0;
        let (to, messages) = ("queue://R".into(), vec![order.clone()]);
        app.partners.push(Partner {
            name: "Customer".into(),
            description: String::new(),
            behavior: PartnerBehavior::Submit { to, messages, every_ms: 1, count: 1 },
        });
        VirtualRun::new(&app, 0).unwrap()
    };
    let passed = |run: &VirtualRun| (run.sent("queue://S").len(), run.partners().queued("queue://R"));
    let location = Name::new("R-RL");
    let hour = TimeSpan::from_seconds(3600);

    let mut disabled = with(&|location| location.enabled = false);
    disabled.advance(hour).unwrap();
    assert_eq!(passed(&disabled), (0, 1));
    disabled.operate(Operation::EnableReceiveLocation { location, enabled: true });
    disabled.settle().unwrap();
    assert_eq!(passed(&disabled), (1, 0));

    let mut closed = with(&|location| {
        let window = Some(("01:30".into(), "02:00".into()));
        location.schedule = Some(Schedule { window, ..Schedule::default() });
    });
    closed.advance(hour).unwrap();
    assert_eq!(passed(&closed), (0, 1));
    closed.advance(hour).unwrap();
    assert_eq!(passed(&closed), (1, 0));
    assert_eq!(closed.sent("queue://S")[0].at.civil().time().to_string(), "01:30:00");

    let off = through("XMLReceive").with_receive_port(|port| port.locations[0].enabled = false);
    let mut world = World::new(off);
    assert!(!world.engine.is_receiving(location, world.now), "a driver asks before it takes a file");
    world.receive("R", &order);
    assert!(world.refused().contains("disabled") && world.sent.is_empty(), "{}", world.refused());
}

/// An orchestration behind a two-way receive port: it answers an Order with its Id, after a while.
fn answering(body: Vec<orchestrion::model::Shape>) -> App {
    let mut all = vec![activate("Ask", "M")];
    all.extend(body);
    app()
        .class("Order", &["Id"])
        .class("Answer", &["Id"])
        .receive_port("R", "XMLReceive")
        .with_receive_port(|port| {
            port.two_way = true;
            port.send_pipeline = "XMLTransmit".into();
        })
        .orchestration(
            orch("O")
                .port_of("Ask", IN, Binding::SpecifyLater, &[("Op", "Order", Some("Answer"))])
                .message("M", "Order")
                .message("A", "Answer")
                .body(all),
        )
        .bind("O", "Ask", rp("R"))
}

fn answer() -> Vec<orchestrion::model::Shape> {
    vec![
        delay("later", "new System.TimeSpan(0, 0, 30)"),
        construct("A", "A = new T.Answer(); A.Id = M.Id;"),
        send("Ask", "A").response(),
    ]
}

/// A two-way receive location publishes the request with a token, waits with a subscription to it, and hands each response
/// to the caller it is for (RX-13).
#[test]
fn rx_13_the_response_goes_back_to_the_caller() {
    let mut world = World::new(answering(answer()));
    world.receive("R", &xml("Order", &[("Id", "7")]));
    world.receive("R", &xml("Order", &[("Id", "8")]));
    assert_eq!((world.at_port("R").len(), world.replies.len()), (2, 0), "two callers wait");
    assert!(world.at_port("R")[0].subscriptions[0].text.contains("BTS.CorrelationToken"));
    world.advance(30);
    let got: Vec<(bool, bool)> =
        world.replies.iter().map(|(text, fault)| (text.contains("<Id>7</Id>"), *fault)).collect();
    assert_eq!(got, [(true, false), (false, false)]);
    assert!(world.engine.instances().is_empty());
    assert!(world.subscriptions().iter().all(|s| !s.contains("BTS.CorrelationToken")));
}

/// A two-way request that fails is suspended for good, since nobody waits for the response any more, and its caller gets a
/// fault; so does the caller of a request whose wait an operator ends (RF-9).
#[test]
fn rf_9_a_two_way_request_that_fails_answers_with_a_fault() {
    let mut world = World::new(answering(answer()));
    world.receive("R", "<Stranger/>");
    let kept = world.at_port("R");
    assert_eq!((kept.len(), kept[0].status), (1, Status::SuspendedNotResumable));
    assert!(world.replies[0].1 && world.replies[0].0.contains("no schema has the message type"));

    let mut world = World::new(answering(vec![
        construct("A", "A = new T.Answer();"),
        delay("long", "System.DateTime.MaxValue"),
    ]));
    world.receive("R", &xml("Order", &[("Id", "7")]));
    let waiting = world.at_port("R")[0].id;
    world.operate(Operation::SuspendInstance(waiting));
    assert!(world.refused().contains("waits for a response"), "{}", world.refused());
    world.operate(Operation::TerminateInstance(waiting));
    assert!(world.at_port("R").is_empty() && world.replies[0].1);
}
