//! Correlation sets: who subscribes when, and what goes to which instance (sections 4.1 to 4.3).

use crate::build::*;
use crate::world::{World, text, xml};
use orchestrion::engine::EventKind;
use orchestrion::model::FilterOperator::Equals;
use orchestrion::model::{
    Binding, Block, CorrelationSet, Direction, Message, ParameterKind, Polarity, Port, Shape, TypeModifier,
};

const IN: Polarity = Polarity::Implements;
const OUT: Polarity = Polarity::Uses;

/// An orchestration `O` activated by an Order with Id and Batch; Notes and Stops with an Id can follow.
fn one(body: Block) -> App {
    app()
        .class("Order", &["Id", "Batch"])
        .class("Note", &["Id"])
        .class("Stop", &["Id"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("O")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Notes", IN, "Note", Binding::MessageBox)
                .port("Stops", IN, "Stop", Binding::MessageBox)
                .port("Say", OUT, "Note", Binding::MessageBox)
                .message("M", "Order")
                .message("N", "Note")
                .message("Note", "Note")
                .message("Stop", "Stop")
                .variable("n", "System.Int32", "0")
                .set("ById", &["Id"])
                .set("ByBatch", &["Id", "Batch"])
                .body(body),
        )
        .bind("O", "In", rp("R"))
}

fn order(world: &mut World, id: &str) {
    world.receive("R", &xml("Order", &[("Id", id), ("Batch", "b")]));
}

fn note() -> Shape {
    receive("Notes", "Note").follows("ById")
}

/// Given a set and several receives that follow it, when an action initialises the set, then subscriptions for all of
/// these receives exist at once with the values of its message, before flow reaches any; so an early message waits in the
/// queue. (COR-15, COR-18)
#[test]
fn c121_initialising_a_set_subscribes_all_its_receives() {
    let body = vec![
        activate("In", "M").initializes("ById"),
        delay("work", "new System.TimeSpan(0, 1, 0)"),
        note(),
        receive("Stops", "Stop").follows("ById"),
    ];
    let mut world = World::new(one(body));
    order(&mut world, "seven");
    let rows: Vec<String> = world.only("O").subscriptions.iter().map(|s| s.text.clone()).collect();
    for class in ["Note", "Stop"] {
        let row = rows.iter().find(|row| row.contains(&format!("#{class}")));
        assert!(row.is_some_and(|row| row.contains("P.Id") && row.contains("seven")), "{class}: {rows:?}");
    }
    world.receive("R", &xml("Stop", &[("Id", "seven")]));
    world.receive("R", &xml("Note", &[("Id", "seven")]));
    assert_eq!(world.only("O").queue.len(), 2, "both wait");
    world.advance(61);
    assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
}

/// Given a set that a send initialises, when a message with the same values arrives, then it goes to that instance; one
/// with other values does not. (COR-11, COR-12)
#[test]
fn c122_a_send_can_initialise_what_its_answer_follows() {
    let body = vec![
        activate("In", "M"),
        construct("N", "N.Id = M.Id;"),
        send("Say", "N").initializes("ById"),
        receive("Stops", "Stop").follows("ById"),
    ];
    let taker = orch("Taker")
        .port("In", IN, "Note", Binding::MessageBox)
        .message("N", "Note")
        .body(vec![activate("In", "N")]);
    let mut world = World::new(one(body).orchestration(taker));
    order(&mut world, "1");
    order(&mut world, "2");
    world.receive("R", &xml("Stop", &[("Id", "3")]));
    assert_eq!(world.live("O").len(), 2, "nobody waits for 3");
    world.receive("R", &xml("Stop", &[("Id", "2")]));
    let [left] = &world.live("O")[..] else { panic!("{:#?}", world.live("O")) };
    assert_eq!(text(&left.messages[0].message, "P.Id").as_deref(), Some("1"));
}

/// Given an activate receive that initialises two sets, when its message arrives, then each has its own values from it.
/// (COR-10)
#[test]
fn c123_one_message_initialises_two_sets() {
    let mut world = World::new(one(vec![
        activate("In", "M").initializes("ById").initializes("ByBatch"),
        delay("work", "new System.TimeSpan(0, 1, 0)"),
    ]));
    order(&mut world, "7");
    let sets: Vec<String> = world
        .only("O")
        .sets
        .iter()
        .map(|(name, values)| {
            let values: Vec<_> =
                values.iter().map(|(_, value)| orchestrion::message::format_value(value)).collect();
            format!("{name}: {}", values.join(" "))
        })
        .collect();
    assert_eq!(sets, ["ById: 7", "ByBatch: 7 b"]);
}

/// Given a set one of whose properties the message lacks, when a receive would initialise it, then that is an exception
/// that names the property. (COR-10)
#[test]
fn cor_10_a_set_needs_every_property() {
    let mut app = one(vec![activate("In", "M").initializes("ById").initializes("ByBatch")]);
    let class = app.0.settings.classes.iter_mut().find(|c| c.root == "Order").unwrap();
    class.fields[1].promoted = None;
    let mut world = World::new(app);
    order(&mut world, "1");
    let reason = world.only("O").reason.unwrap_or_default();
    assert!(reason.contains("ByBatch") && reason.contains("P.Batch"), "{reason}");
}

/// A child that is given a set, and tells the port it is given when it is there; `Start` races with a Note for it.
fn starter(waits: bool) -> World {
    let child = orch("Child")
        .parameter(
            Direction::In,
            ParameterKind::CorrelationSet(CorrelationSet {
                name: "Given".into(),
                correlation_type: "T.OByIdType".into(),
                ..Default::default()
            }),
        )
        .parameter(
            Direction::In,
            ParameterKind::Port(Port {
                name: "There".into(),
                id: "port-There".into(),
                port_type: "T.OThereType".into(),
                polarity: OUT,
                ..Default::default()
            }),
        )
        .port("Notes", IN, "Note", Binding::MessageBox)
        .message("Sync", "Stop")
        .message("Got", "Note")
        .body(vec![
            construct("Sync", "Sync.Id = \"here\";"),
            send("There", "Sync"),
            receive("Notes", "Got").follows("Given"),
        ]);
    let mut body = vec![
        activate("In", "M").initializes("ById"),
        start("begin", "Child", &[("ById", Direction::In), ("There", Direction::In)]),
    ];
    body.extend(waits.then(|| receive("There", "Stop")));
    body.extend([construct("N", "N.Id = M.Id;"), send("Say", "N")]);
    let mut app = one(body);
    let module = app.0.modules.get_mut("O").unwrap();
    let mut port_type = module.port_types.iter().find(|t| t.name == "OStopsType").unwrap().clone();
    port_type.name = "OThereType".into();
    port_type.modifier = TypeModifier::Public;
    module.port_types.push(port_type);
    module.orchestration.as_mut().unwrap().ports.push(Port {
        name: "There".into(),
        id: "port-There".into(),
        port_type: "OThereType".into(),
        polarity: IN,
        binding: Binding::SelfCorrelating,
        ..Default::default()
    });
    let mut world = World::new(app.orchestration(child));
    order(&mut world, "1");
    world
}

/// Given a set that is passed to a started orchestration, when the starter sends before the child has subscribed, then
/// nobody takes the message; when the child first tells it is there, through a self-correlating port, the message arrives.
/// (CAL-10, COR-20)
/// Decision: a child subscribes with the sets it is given as its first act, and never within the turn that starts it.
#[test]
fn c134_a_started_orchestration_says_when_it_can_be_reached() {
    let hasty = starter(false);
    assert!(hasty.exceptions().iter().any(|e| e.contains("No subscribers")), "{:?}", hasty.exceptions());
    let patient = starter(true);
    assert!(patient.exceptions().is_empty(), "{:?}", patient.exceptions());
    assert!(patient.ran("Child", "receive Got") && patient.live("Child").is_empty());
}

/// Given a send that follows a set, when it runs, then the message has the set's properties promoted, also those its own
/// content does not have, and so reaches who subscribes to them. (SND-3, COR-13)
#[test]
fn c135_a_follow_on_send_promotes_the_values_of_the_set() {
    let body = |follows: bool| {
        let say = send("Say", "N");
        vec![
            activate("In", "M").initializes("ByBatch"),
            construct("N", "N.Id = M.Id;"),
            if follows { say.follows("ByBatch") } else { say },
        ]
    };
    let taker = || {
        orch("Taker")
            .port("In", IN, "Note", Binding::MessageBox)
            .message("N", "Note")
            .body(vec![activate("In", "N").filter(&[("P.Batch", Equals, "\"b\"")])])
    };
    for follows in [true, false] {
        let mut world = World::new(one(body(follows)).orchestration(taker()));
        order(&mut world, "1");
        assert_eq!(world.created("Taker"), usize::from(follows), "{:?}", world.exceptions());
    }
}

/// Given a send that follows a set and a message with another value, when ValidateCorrelations is on, then the send is an
/// exception; otherwise nobody looks. (COR-13)
#[test]
fn cor_13_outgoing_values_are_checked_when_asked_for() {
    for validates in [true, false] {
        let taker = orch("Taker")
            .port("In", IN, "Note", Binding::MessageBox)
            .message("N", "Note")
            .body(vec![activate("In", "N")]);
        let mut app = one(vec![
            activate("In", "M").initializes("ById"),
            construct("N", "N.Id = \"other\";"),
            send("Say", "N").follows("ById"),
        ])
        .orchestration(taker);
        app.0.settings.engine.validate_correlations = validates;
        let mut world = World::new(app);
        order(&mut world, "1");
        assert_eq!(world.created("Taker"), usize::from(!validates));
        let raised = world.exceptions().iter().any(|e| e.contains("CorrelationValidationException"));
        assert_eq!(raised, validates, "{:?}", world.exceptions());
    }
}

/// Given a loop of requests, when each is answered, then the instance keeps no more open than one of them needs. (SUB-7)
#[test]
fn a_loop_of_requests_keeps_one_place_for_their_answers() {
    let server = orch("Server")
        .port_of("Serve", IN, Binding::MessageBox, &[("Op", "Order", Some("Note"))])
        .message("Asked", "Order")
        .message("Answer", "Note")
        .body(vec![
            activate("Serve", "Asked"),
            construct("Answer", "Answer.Id = Asked.Id;"),
            send("Serve", "Answer").response(),
        ]);
    let ask = vec![
        send("Ask", "M"),
        receive("Ask", "Note").response(),
        expression("count", "n = n + 1;"),
        delay("rest", "new System.TimeSpan(0, 0, 1)"),
    ];
    let mut app =
        one(vec![activate("In", "M"), while_loop("ten times", "n < 10", ask)]).orchestration(server);
    let module = app.0.modules.get_mut("O").unwrap();
    let asking = orch("O").port_of("Ask", OUT, Binding::MessageBox, &[("Op", "Order", Some("Note"))]);
    module.port_types.extend(asking.port_types);
    module.orchestration.as_mut().unwrap().ports.extend(asking.o.ports);
    let mut world = World::new(app);
    order(&mut world, "1");
    let mut most = 0;
    for _ in 0..9 {
        most = most.max(world.engine.core().message_box.rows().len());
        world.advance(1);
    }
    assert!(world.ran("O", "count") && most <= 3, "{most} subscriptions");
    assert_eq!(world.count(|kind| matches!(kind, EventKind::SubscriptionAdded { .. })), 2 + 10);
    world.advance(1);
    assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
}

/// What a started orchestration gets of each kind, and what it then has.
#[test]
fn parameters_of_every_kind_reach_a_started_orchestration() {
    let message = Message { name: "Given".into(), message_type: "T.Order".into(), ..Default::default() };
    let child = orch("Child")
        .parameter(Direction::In, ParameterKind::Message(message))
        .port("Say", OUT, "Note", Binding::MessageBox)
        .message("N", "Note")
        .body(vec![construct("N", "N.Id = Given.Id;"), send("Say", "N")]);
    let body = vec![
        activate("In", "M").initializes("ById"),
        start("begin", "Child", &[("M", Direction::In)]),
        note(),
    ];
    let mut world = World::new(one(body).orchestration(child));
    order(&mut world, "7");
    assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
}
