//! What operators and failures do to running instances and suspended messages (sections 3.5 and 5).

use crate::build::*;
use crate::world::{World, text, xml};
use orchestrion::engine::{InputKind, Operation};
use orchestrion::message::{Name, format_value};
use orchestrion::model::{
    Binding, Catch, FilterRow, LongRunning, Polarity, PortBinding, PortState, Scope, SendPortGroup,
    ShapeKind, Transaction,
};

const IN: Polarity = Polarity::Implements;
const OUT: Polarity = Polarity::Uses;

/// Begins with an Order, may send Notes to whoever wants them and receives those with its Id.
fn worker(body: Vec<orchestrion::model::Shape>) -> App {
    let mut all = vec![activate("In", "M").initializes("ById")];
    all.extend(body);
    app()
        .class("Order", &["Id"])
        .class("Note", &["Id"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("Worker")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Say", OUT, "Note", Binding::MessageBox)
                .port("Hear", IN, "Note", Binding::MessageBox)
                .message("M", "Order")
                .message("N", "Note")
                .message("Heard", "Note")
                .variable("rounds", "System.Int32", "0")
                .set("ById", &["Id"])
                .body(all),
        )
        .bind("Worker", "In", PortBinding::ReceivePort("R".into()))
}

fn spin(rounds: &str) -> orchestrion::model::Shape {
    while_loop("spin", rounds, vec![expression("turn", "rounds = rounds + 1;")])
}

/// Given a send with delivery notification and a failure after it, when the instance goes back to its last persistence point
/// and is resumed, then it gets the acknowledgement that came meanwhile, although the failed scope no longer awaited it.
/// (INS-4, DN-2)
#[test]
fn ins_4_what_a_failure_gave_up_is_awaited_again_after_a_resume() {
    let late = "if (System.DateTime.UtcNow < until) { throw new System.ApplicationException(\"early\"); }";
    let rethrow = vec![expression("seen", "rounds = rounds + 1;"), throw("again", "")];
    let body = vec![send("Out", "M"), expression("late", late)];
    let mut app = worker(vec![
        expression("limit", "until = System.DateTime.UtcNow.AddSeconds(30);"),
        try_catch("guard", body, "System.Exception", rethrow),
    ])
    .send_port("S");
    let module = app.0.modules.get_mut("Worker").unwrap();
    let out = orch("Worker").port("Out", OUT, "Order", Binding::SpecifyLater).with_port(|port| {
        port.delivery_notification = orchestrion::model::DeliveryNotification::Transmitted;
    });
    module.port_types.extend(out.port_types);
    let o = module.orchestration.as_mut().unwrap();
    o.ports.extend(out.o.ports);
    o.variables.push(orchestrion::model::Variable {
        name: "until".into(),
        variable_type: "System.DateTime".into(),
        ..Default::default()
    });
    let mut world = World::new(app.bind("Worker", "Out", sp("S")));
    world.hold = true;
    world.receive("R", &xml("Order", &[("Id", "1")]));
    let id = world.only("Worker").id;
    assert!(world.ran("Worker", "seen"), "{:?}", world.exceptions());
    world.hold = false;
    world.advance(60);
    world.operate(Operation::ResumeInstance(id));
    assert!(world.story("Worker").ends_with("completed"), "{}", world.story("Worker"));
}

/// Given a receive whose set nobody initialised, right after a persistence point, when the suspended instance is resumed, then
/// it fails at the same receive again: it goes on from what was persisted, and passes nothing over (INS-4).
#[test]
fn ins_4_a_receive_that_cannot_wait_fails_again_after_a_resume() {
    let mut app = worker(vec![
        construct("N", "N.Id = M.Id;"),
        send("Say", "N"),
        receive("Hear", "Heard").follows("Other"),
        expression("past", "rounds = 1;"),
    ]);
    let other = orch("Worker").set("Other", &["Id"]);
    let module = app.0.modules.get_mut("Worker").unwrap();
    module.correlation_types.extend(other.correlation_types);
    module.orchestration.as_mut().unwrap().correlation_sets.extend(other.o.correlation_sets);
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "1")]));
    let id = world.only("Worker").id;
    for attempt in 1..=3 {
        assert_eq!(world.exceptions().len(), attempt, "{:?}", world.exceptions());
        assert!(!world.ran("Worker", "past"), "{:?}", world.shapes("Worker"));
        world.operate(Operation::ResumeInstance(id));
    }
}

#[test]
fn ins_3_a_pending_terminate_ends_a_loop_without_end() {
    let mut world = World::new(worker(vec![spin("rounds >= 0")]));
    let body = xml("Order", &[("Id", "1")]).into_bytes().into();
    let location = Name::new("R-RL");
    world.input(InputKind::Received { location, body, properties: vec![] });
    world.input(InputKind::Turn { pick: 0 });
    let id = world.only("Worker").id;
    world.operate(Operation::TerminateInstance(id));
    assert!(world.story("Worker").ends_with("pending terminated"), "{}", world.story("Worker"));
    assert!(world.live("Worker").is_empty());
}

#[test]
fn ins_1_a_busy_instance_is_suspended_between_turns_and_goes_on_after_resume() {
    let mut world = World::new(worker(vec![spin("rounds < 20000")]));
    let body = xml("Order", &[("Id", "1")]).into_bytes().into();
    let location = Name::new("R-RL");
    world.input(InputKind::Received { location, body, properties: vec![] });
    world.input(InputKind::Turn { pick: 0 });
    let id = world.only("Worker").id;
    world.operate(Operation::SuspendInstance(id));
    assert!(world.story("Worker").ends_with("pending suspended"), "{}", world.story("Worker"));
    world.operate(Operation::ResumeInstance(id));
    assert!(world.story("Worker").ends_with("resumed completed"), "{}", world.story("Worker"));
    assert_eq!(world.shapes("Worker").iter().filter(|s| *s == "turn").count(), 20_000);
}

#[test]
fn sub_9_a_message_to_itself_survives_the_end_of_a_turn() {
    let body = vec![
        construct("N", "N.Id = M.Id;"),
        send("Say", "N"),
        spin("rounds < 20000"),
        receive("Hear", "Heard").follows("ById"),
    ];
    let mut world = World::new(worker(body));
    world.receive("R", &xml("Order", &[("Id", "1")]));
    assert!(world.story("Worker").ends_with("completed"), "{}", world.story("Worker"));
}

#[test]
fn lis_4_the_delay_of_a_lost_branch_leaves_no_timer() {
    let rounds = while_loop(
        "rounds",
        "rounds < 50",
        vec![
            listen(
                "wait",
                vec![
                    vec![receive("Hear", "Heard").follows("ById")],
                    vec![delay("a day", "new System.TimeSpan(1, 0, 0, 0)")],
                ],
            ),
            expression("turn", "rounds = rounds + 1;"),
        ],
    );
    let app = worker(vec![rounds, receive("Hear", "Heard").named("last").follows("ById")]);
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "1")]));
    for round in 0..50 {
        assert_eq!(world.engine.core().timers.len(), 1, "round {round}");
        world.advance(1);
        world.receive("R", &xml("Note", &[("Id", "1")]));
    }
    assert!(world.engine.core().timers.is_empty(), "it waits for a message now, not for a time");
    world.advance(2 * 86_400);
    assert!(!world.ran("Worker", "a day"));
}

#[test]
fn rf_8_a_resumed_message_is_kept_while_its_location_is_disabled() {
    let mut world = World::new(worker(vec![]));
    let location = Name::new("R-RL");
    let file = (Name::new("FILE.ReceivedFileName"), "in/1.xml".to_owned());
    world.input(InputKind::Received {
        location,
        body: b"no xml".as_slice().into(),
        properties: vec![file.clone()],
    });
    world.operate(Operation::EnableReceiveLocation { location, enabled: false });
    for _ in 0..2 {
        let suspended = world.engine.instances();
        assert_eq!(suspended.len(), 1, "{suspended:#?}");
        assert_eq!(text(&suspended[0].queue[0], file.0.as_str()).as_deref(), Some("in/1.xml"));
        world.operate(Operation::ResumeInstance(suspended[0].id));
    }
}

/// A filter on one promoted property.
fn filter(property: &str, value: &str) -> Vec<FilterRow> {
    vec![FilterRow { property: property.into(), value: format!("\"{value}\""), ..Default::default() }]
}

#[test]
fn rf_7_an_error_handler_that_fails_does_not_feed_itself() {
    let app = worker(vec![])
        .send_port("Errors")
        .with_send_port(|port| {
            port.filter = filter("ErrorReport.ErrorType", "FailedMessage");
            port.route_failed_messages = true;
        })
        .send_port("Notes")
        .with_send_port(|port| {
            port.filter = filter("BTS.MessageType", "http://t#Note");
            port.route_failed_messages = true;
        });
    let mut world = World::new(app);
    world.broken = vec!["Errors".into(), "Notes".into()];
    world.receive("R", &xml("Note", &[("Id", "1")]));
    assert_eq!((world.sent("Notes").len(), world.sent("Errors").len()), (1, 1));
    let left = world.engine.instances();
    assert_eq!(left.len(), 1, "the handler's copy waits for an operator: {left:#?}");
    let clone = &left[0].queue[0];
    for (property, value) in [
        ("ErrorReport.FailureCode", "0xC0C0167A"),
        ("ErrorReport.SendPortName", "Notes"),
        ("ErrorReport.OutboundTransportLocation", "queue://Notes"),
    ] {
        let promoted = clone.context.promoted(Name::new(property)).map(format_value);
        assert_eq!(promoted.as_deref(), Some(value), "{property} (RF-6)");
    }
    assert_eq!(text(clone, "ErrorReport.FailureAdapter").as_deref(), Some("QUEUE"));
}

#[test]
fn tx_12_a_group_always_has_an_enlisted_member() {
    let mut app = worker(vec![])
        .send_port("A")
        .with_send_port(|port| port.state = PortState::Bound)
        .send_port("B")
        .with_send_port(|port| port.state = PortState::Bound);
    app.0.bindings.send_port_groups.push(SendPortGroup {
        name: "Both".into(),
        ports: vec!["A".into(), "B".into()],
        filter: filter("BTS.MessageType", "http://t#Note"),
        state: PortState::Started,
        ..Default::default()
    });
    let mut world = World::new(app);
    let port = |name: &str, state| Operation::SetSendPort { port: Name::new(name), state };
    let group = |state| Operation::SetSendPortGroup { group: Name::new("Both"), state };
    world.receive("R", &xml("Note", &[("Id", "1")]));
    assert_eq!(world.engine.instances().len(), 2, "no member takes it, so it is suspended with its report");
    world.operate(group(PortState::Started));
    assert!(world.refused().contains("no enlisted member"), "{}", world.refused());
    world.operate(port("A", PortState::Started));
    world.operate(group(PortState::Started));
    world.operate(port("A", PortState::Bound));
    assert!(world.refused().contains("last enlisted member of Both"), "{}", world.refused());
    world.receive("R", &xml("Note", &[("Id", "2")]));
    assert_eq!(world.sent("A").len(), 1);
    world.operate(group(PortState::Bound));
    world.operate(port("A", PortState::Bound));
    assert!(world.subscriptions().iter().all(|s| !s.contains("Both")), "{:?}", world.subscriptions());
}

/// Begins with an Order, asks a partner through the two-way send port S.
fn asker(body: Vec<orchestrion::model::Shape>) -> App {
    let mut all = vec![activate("In", "M")];
    all.extend(body);
    app()
        .class("Order", &["Id"])
        .class("Answer", &["Id"])
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .with_send_port(|port| port.two_way = true)
        .orchestration(
            orch("Asker")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port_of("Ask", OUT, Binding::SpecifyLater, &[("Op", "Order", Some("Answer"))])
                .message("M", "Order")
                .message("Got", "Answer")
                .variable("rounds", "System.Int32", "0")
                .body(all),
        )
        .bind("Asker", "In", PortBinding::ReceivePort("R".into()))
        .bind("Asker", "Ask", PortBinding::SendPort("S".into()))
}

/// A request on a two-way send port that cannot be delivered raises SoapException at the receive of the response,
/// without any notification setting (DN-5).
#[test]
fn c117_a_request_that_cannot_be_delivered_raises_soap_exception() {
    let body = vec![send("Ask", "M"), receive("Ask", "Got").response()];
    let caught = try_catch(
        "ask",
        body,
        "System.Web.Services.Protocols.SoapException",
        vec![expression("caught", "rounds = 1;")],
    );
    let mut world = World::new(asker(vec![caught]));
    world.broken.push("S".into());
    world.receive("R", &xml("Order", &[("Id", "1")]));
    assert!(world.ran("Asker", "caught"), "{:?}", world.exceptions());
    assert!(world.story("Asker").ends_with("completed"), "{}", world.story("Asker"));
    let published = world.published();
    let nack = published.iter().find(|m| text(m, "BTS.AckType").as_deref() == Some("NACK")).unwrap();
    let fault = nack.parts[0].body.to_text().unwrap();
    assert!(fault.contains("<faultactor>queue://S</faultactor>"), "{fault} (DN-8)");
    assert!(fault.contains("<ErrorDescription>the adapter is down</ErrorDescription>"), "{fault}");
}

#[test]
fn zmb_2_the_answer_to_an_abandoned_request_is_not_taken_for_a_later_one() {
    let ask = shape(
        "patience",
        ShapeKind::Scope(Scope {
            transaction: Transaction::LongRunning(LongRunning { timeout: "60".into() }),
            body: vec![send("Ask", "M"), receive("Ask", "Got").response()],
            catches: vec![Catch { id: "late".into(), name: "late".into(), ..Default::default() }],
            ..Default::default()
        }),
    );
    let again = while_loop("again", "rounds < 2", vec![ask, expression("turn", "rounds = rounds + 1;")]);
    let hold = suspend("hold", "\"look\"");
    let mut app = asker(vec![again, hold]);
    let orchestration = app.0.modules.get_mut("Asker").unwrap().orchestration.as_mut().unwrap();
    orchestration.transaction = Transaction::LongRunning(LongRunning::default());
    let mut world = World::new(app);
    world.hold = true;
    world.receive("R", &xml("Order", &[("Id", "1")]));
    world.advance(61);
    assert_eq!(world.open.len(), 2, "asked again: {:?}", world.exceptions());
    for (request, id) in [(0, "late"), (1, "right")] {
        let body = xml("Answer", &[("Id", id)]).into_bytes();
        let id = world.open[request].id;
        world.input(InputKind::Responded { id, body: body.into(), properties: vec![] });
        world.settle();
    }
    let asker = world.only("Asker");
    let got = asker.messages.iter().find(|m| m.variable.as_str() == "Got").unwrap();
    assert_eq!(text(&got.message, "P.Id").as_deref(), Some("right"));
    assert_eq!(asker.queue.len(), 1, "the late answer is left over");
}
