//! Direct binding, dynamic ports and request-response (section 9.5).

use crate::build::*;
use crate::world::{World, text, xml};
use orchestrion::engine::EventKind;
use orchestrion::message::Name;
use orchestrion::model::FilterOperator::Equals;
use orchestrion::model::{Binding, Direction, DynamicBinding, ParameterKind, PartnerPort, Port, PortBinding};

fn manager_port() -> Binding {
    Binding::Partner(PartnerPort { orchestration: "T.Manager".into(), port: "StagePort".into() })
}

/// Sends the order on its own StagePort (inverse partner binding) and waits for the acknowledgement.
fn manager() -> Orch {
    orch("Manager")
        .port("In", IN, "Order", Binding::SpecifyLater)
        .port_of("StagePort", OUT, manager_port(), &[("Begin", "Order", Some("Ack"))])
        .message("M", "Order")
        .message("Started", "Ack")
        .body(vec![
            activate("In", "M"),
            send("StagePort.Begin", "M"),
            receive("StagePort.Begin", "Started").response(),
            expression(
                "go on",
                "System.Diagnostics.EventLog.WriteEntry(\"T\", \"started by \" + Started.By);",
            ),
        ])
}

/// A stage for one kind of order; acknowledges with its name unless it hangs.
fn stage(name: &str, kind: &str, acknowledges: bool) -> Orch {
    let mut stage = orch(name)
        .port_of("Begin", IN, manager_port(), &[("Begin", "Order", Some("Ack"))])
        .message("M", "Order")
        .message("A", "Ack");
    // Partner ports share the port type of the port they name.
    stage.port_types.clear();
    stage.o.ports[0].port_type = "T.ManagerStagePortType".into();
    let first = activate("Begin.Begin", "M").filter(&[("P.Kind", Equals, &format!("\"{kind}\""))]);
    let mut body = vec![first];
    if acknowledges {
        body.push(construct("A", &format!("A = new T.Ack(); A.By = \"{name}\";")));
        body.push(send("Begin.Begin", "A").response());
        body.push(expression("work", "System.Diagnostics.EventLog.WriteEntry(\"T\", \"work\");"));
    }
    stage.body(body)
}

fn managed(stages: Vec<Orch>) -> World {
    let mut app = app()
        .class("Order", &["Id", "Kind"])
        .class("Ack", &["By"])
        .receive_port("R", "XMLReceive")
        .orchestration(manager())
        .bind("Manager", "In", rp("R"));
    for stage in stages {
        app = app.orchestration(stage);
    }
    World::new(app)
}

fn order(kind: &str) -> String {
    xml("Order", &[("Id", "1"), ("Kind", kind)])
}

/// A request on an inverse partner port goes to the one stage whose filter it passes; the sender waits for that
/// stage's answer and then goes on (PAD-4).
#[test]
fn c101_an_inverse_partner_send_waits_for_the_one_stage_that_matches() {
    let mut world = managed(vec![stage("A", "a", true), stage("B", "b", true)]);
    world.receive("R", &order("b"));
    assert_eq!((world.created("A"), world.created("B")), (0, 1));
    assert!(world.logged().contains(&"started by B"), "{:?}", world.logged());
    assert!(world.story("Manager").ends_with("completed"), "{}", world.story("Manager"));
}

/// A request on an inverse partner port that two recipients match raises an exception at the send that names the
/// multiple recipients, and reaches neither (PAD-6).
#[test]
fn c102_two_recipients_of_a_request_fail_the_send() {
    let mut world = managed(vec![stage("A", "a", true), stage("B", "a", true)]);
    world.receive("R", &order("a"));
    let thrown = world.exceptions();
    assert!(
        thrown.iter().any(|e| e.contains("PersistenceException") && e.contains("Multiple recipients")),
        "{thrown:?}"
    );
    assert_eq!((world.created("A"), world.created("B")), (0, 0), "nobody got it");
}

/// The receiver of a partner binding subscribes to the sender's orchestration type, the chosen port and the
/// operation (PAD-5).
#[test]
fn c103_a_partner_receiver_subscribes_to_sender_port_and_operation() {
    let world = managed(vec![stage("A", "a", true)]);
    let rows = world.subscriptions();
    let row = rows.iter().find(|r| r.starts_with("activation of T.A")).unwrap();
    for part in [
        "BTS.PartnerService == \"T.Manager\"",
        "BTS.PartnerPort == \"StagePort\"",
        "BTS.Operation == \"Begin\"",
    ] {
        assert!(row.contains(part), "{row}");
    }
}

#[test]
fn a_stage_that_does_not_acknowledge_keeps_the_manager_waiting() {
    let mut world = managed(vec![stage("A", "a", false)]);
    world.receive("R", &order("a"));
    let waiting = world.only("Manager");
    assert!(waiting.at.iter().any(|s| s.as_str() == "receive Started"), "{:?}", waiting.at);
    assert!(!world.ran("Manager", "go on"));
}

/// Given a stage that is asked through a request-response port, when it starts, then it answers on that port before it does its
/// work (SND-5).
#[test]
fn c076_a_stage_answers_before_it_works() {
    let mut world = managed(vec![stage("A", "a", true)]);
    world.receive("R", &order("a"));
    let shapes = world.shapes("A");
    let place = |name: &str| shapes.iter().position(|s| s == name).unwrap();
    assert!(place("send A") < place("work"), "{shapes:?}");
}

/// Owners of a private channel. `Pass` gives the child the port, or its address in a message.
fn owner(by_address: bool) -> App {
    let mut owner = orch("Owner")
        .port("In", IN, "Order", Binding::SpecifyLater)
        .port("Mine", IN, "Note", Binding::SelfCorrelating)
        .port("Out", OUT, "Ask", Binding::MessageBox)
        .message("M", "Order")
        .message("N", "Note")
        .message("Q", "Ask");
    let ask = if by_address {
        vec![
            construct(
                "Q",
                "Q = new T.Ask(); Q.Id = M.Id; Q.Address = Mine(Microsoft.XLANGs.BaseTypes.Address);",
            ),
            send("Out", "Q"),
        ]
    } else {
        vec![start("begin child", "Child", &[("Mine", Direction::In), ("M", Direction::In)])]
    };
    let mut body = vec![activate("In", "M")];
    body.extend(ask);
    body.push(receive("Mine", "N"));
    body.push(expression(
        "tell",
        "System.Diagnostics.EventLog.WriteEntry(\"T\", M.Id + \" got \" + N.Text);",
    ));
    owner = owner.body(body);
    let mine = owner.o.ports[1].port_type.clone();
    let mut child = orch("Child").message("N", "Note");
    let reply = construct("N", "N = new T.Note(); N.Text = \"answer \" + M.Id;");
    if by_address {
        child = child.port("In", IN, "Ask", Binding::MessageBox).message("M", "Ask");
        child.o.ports.push(Port {
            name: "Reply".into(),
            port_type: format!("T.{mine}"),
            polarity: OUT,
            binding: Binding::SelfCorrelating,
            ..Default::default()
        });
        child = child.body(vec![
            activate("In", "M"),
            expression("address", "Reply(Microsoft.XLANGs.BaseTypes.Address) = M.Address;"),
            delay("later", "new System.TimeSpan(0, 0, 30)"),
            reply,
            send("Reply", "N"),
        ]);
    } else {
        let port = Port {
            name: "Reply".into(),
            port_type: format!("T.{mine}"),
            polarity: OUT,
            binding: Binding::SelfCorrelating,
            ..Default::default()
        };
        let message = orchestrion::model::Message {
            name: "M".into(),
            message_type: "T.Order".into(),
            ..Default::default()
        };
        child = child
            .parameter(Direction::In, ParameterKind::Port(port))
            .parameter(Direction::In, ParameterKind::Message(message))
            .body(vec![delay("later", "new System.TimeSpan(0, 0, 30)"), reply, send("Reply", "N")]);
    }
    app()
        .class("Order", &["Id"])
        .class("Note", &["Text"])
        .class("Ask", &["Id", "Address"])
        .receive_port("R", "XMLReceive")
        .orchestration(owner)
        .orchestration(child)
        .bind("Owner", "In", rp("R"))
}

fn two_owners(by_address: bool) -> World {
    let mut world = World::new(owner(by_address));
    world.receive("R", &xml("Order", &[("Id", "1")]));
    world.receive("R", &xml("Order", &[("Id", "2")]));
    assert_eq!(world.live("Owner").len(), 2);
    world.advance(60);
    world
}

/// Each of two instances that own a self-correlating port receives only what is sent to its own token (SCD-4).
#[test]
fn c104_each_owner_gets_only_what_is_sent_to_its_own_token() {
    let world = two_owners(false);
    let told: Vec<&str> = world.logged();
    assert!(told.contains(&"1 got answer 1") && told.contains(&"2 got answer 2"), "{told:?}");
    assert_eq!(told.len(), 2);
}

/// The address of a self-correlating port, carried in a message and assigned to the partner's port, brings the
/// answer to exactly the owning instance without any correlation set (SCD-6).
#[test]
fn c105_the_address_of_a_private_channel_can_travel_in_a_message() {
    let world = two_owners(true);
    let told: Vec<&str> = world.logged();
    assert!(told.contains(&"1 got answer 1") && told.contains(&"2 got answer 2"), "{told:?}");
    let sets = world.events.iter().any(|e| matches!(e.kind, EventKind::SetInitialized { .. }));
    assert!(!sets, "no correlation set is needed");
}

/// An orchestration with the dynamic port Out.
fn dynamic_app(body: Vec<orchestrion::model::Shape>) -> App {
    app()
        .class("Order", &["Address"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("Caller")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port(
                    "Out",
                    OUT,
                    "Order",
                    Binding::Dynamic(DynamicBinding {
                        send_pipeline: "PassThruTransmit".into(),
                        receive_pipeline: String::new(),
                    }),
                )
                .message("M", "Order")
                .body(body),
        )
        .bind("Caller", "In", rp("R"))
}

/// Sends the Order to the address it carries, when it carries one.
fn dynamic(assigns: bool) -> World {
    let mut body = vec![activate("In", "M")];
    if assigns {
        body.push(expression("address", "Out(Microsoft.XLANGs.BaseTypes.Address) = M.Address;"));
    }
    body.push(send("Out", "M"));
    let mut world = World::new(dynamic_app(body));
    world.receive("R", &xml("Order", &[("Address", "queue://there")]));
    world
}

/// A dynamic port sends to the address that the orchestration took from a received message (SCD-6).
#[test]
fn c106_a_message_goes_to_the_address_copied_from_another() {
    let world = dynamic(true);
    let attempts: Vec<&str> = world
        .events
        .iter()
        .filter_map(|e| match &e.kind {
            EventKind::PortAttempt { address, .. } => Some(address.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(attempts, ["queue://there"]);
}

/// A dynamic port sends to the address assigned to it; a send without one raises an exception. Decision: the
/// exception names the missing address and is raised at the Send shape (DYN-1, DYN-2).
#[test]
fn c107_a_dynamic_send_without_address_is_an_error() {
    let world = dynamic(false);
    assert!(world.exceptions().iter().any(|e| e.contains("no address")), "{:?}", world.exceptions());
    assert!(world.sent.is_empty());
}

/// The retries of a dynamic send are those that the message names (DYN-3).
#[test]
fn dyn_3_a_message_names_the_retries_of_a_dynamic_send() {
    let mut app = dynamic_app(vec![
        activate("In", "M"),
        expression("address", "Out(Microsoft.XLANGs.BaseTypes.Address) = M.Address;"),
        construct("Again", "Again = M; Again(BTS.RetryCount) = 1; Again(BTS.RetryInterval) = 2;"),
        send("Out", "Again"),
    ]);
    let orchestration = app.0.modules.get_mut("Caller").unwrap().orchestration.as_mut().unwrap();
    let again = orchestrion::model::Message { name: "Again".into(), ..orchestration.messages[0].clone() };
    orchestration.messages.push(again);
    let mut world = World::new(app);
    world.broken.push("T.Caller.Out".into());
    world.receive("R", &xml("Order", &[("Address", "queue://there")]));
    assert_eq!(world.sent.len(), 1);
    world.advance(120);
    assert_eq!(world.sent.len(), 2);
    world.advance(3600);
    assert_eq!(world.sent.len(), 2, "then it is suspended");
}

/// A stage whose work ends with an error reports a termination instead of a completion (EXC-5).
#[test]
fn c108_a_stage_that_fails_reports_terminated_instead_of_completed() {
    let stage = |fails: bool| {
        let work = if fails {
            expression("work", "throw new System.ApplicationException(\"no luck\");")
        } else {
            expression("work", "n = 1;")
        };
        let report = |message: &str, text: &str| {
            vec![
                construct(message, &format!("{message} = new T.{message}(); {message}.Text = {text};")),
                send(&format!("Report.{message}"), message),
            ]
        };
        let mut body = vec![work];
        body.extend(report("Completed", "\"done\""));
        let guarded = try_catch("guarded", body, "System.Exception", report("Terminated", "ex.Message"));
        app()
            .class("Order", &["Id"])
            .class("Completed", &["Text"])
            .class("Terminated", &["Text"])
            .receive_port("R", "XMLReceive")
            .send_port("S")
            .orchestration(
                orch("Stage")
                    .port("In", IN, "Order", Binding::SpecifyLater)
                    .port_of(
                        "Report",
                        OUT,
                        Binding::SpecifyLater,
                        &[("Completed", "Completed", None), ("Terminated", "Terminated", None)],
                    )
                    .message("M", "Order")
                    .message("Completed", "Completed")
                    .message("Terminated", "Terminated")
                    .variable("n", "System.Int32", "0")
                    .body(vec![activate("In", "M"), guarded]),
            )
            .bind("Stage", "In", rp("R"))
            .bind("Stage", "Report", PortBinding::SendPort("S".into()))
    };
    for (fails, expected) in [(true, "<Text>no luck</Text>"), (false, "<Text>done</Text>")] {
        let mut world = World::new(stage(fails));
        world.receive("R", &xml("Order", &[("Id", "1")]));
        let sent = world.sent("S");
        assert_eq!(sent.len(), 1, "one report");
        assert!(sent[0].contains(expected), "{}", sent[0]);
        assert_eq!(sent[0].contains("<Terminated "), fails);
    }
}

/// A correlated receive fed through a pass-through or an XML pipeline.
fn correlated(pipeline: &str) -> World {
    let app = app()
        .class("Order", &["Id"])
        .class("Answer", &["Id"])
        .receive_port("R", "XMLReceive")
        .receive_port("A", pipeline)
        .orchestration(
            orch("Waiter")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Reply", IN, "Answer", Binding::SpecifyLater)
                .message("M", "Order")
                .message("Got", "Answer")
                .set("ById", &["Id"])
                .body(vec![activate("In", "M").initializes("ById"), receive("Reply", "Got").follows("ById")]),
        )
        .bind("Waiter", "In", rp("R"))
        .bind("Waiter", "Reply", rp("A"));
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "1")]));
    world.receive("A", &xml("Answer", &[("Id", "1")]));
    world
}

/// A message for a correlated receive that comes in through a pass-through location has no promoted properties
/// and does not reach the instance (COR-17).
#[test]
fn c021_a_pass_through_location_cannot_feed_a_correlated_receive() {
    let world = correlated("PassThruReceive");
    assert_eq!(world.live("Waiter").len(), 1, "still waiting");
    let failed = world.events.iter().any(|e| matches!(e.kind, EventKind::RoutingFailed { .. }));
    assert!(failed, "nothing is promoted, so nobody wants it");
    let kept =
        world.events.iter().any(|e| matches!(e.kind, EventKind::MessageSuspended { resumable: true, .. }));
    assert!(kept, "and it is kept");
}

/// The same message through an XMLReceive location has its schema's properties promoted and reaches the instance
/// (RX-9).
#[test]
fn c022_the_same_location_with_xml_receive_delivers() {
    let world = correlated("XMLReceive");
    assert!(world.story("Waiter").ends_with("completed"), "{}", world.story("Waiter"));
    let answer = world
        .published()
        .into_iter()
        .find(|m| text(m, "BTS.MessageType").as_deref() == Some("http://t#Answer"));
    assert!(answer.unwrap().context.promoted(Name::new("P.Id")).is_some());
}
