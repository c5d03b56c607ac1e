//! Convoys, life cycle and persistence (sections 9.6, 9.7).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::engine::Operation;
use orchestrion::message::Name;
use orchestrion::model::FilterOperator::Equals;
use orchestrion::model::{Binding, Direction, Polarity, PortBinding, ServiceState};

const IN: Polarity = Polarity::Implements;
const OUT: Polarity = Polarity::Uses;

/// An orchestration `O` activated by an Order at R that can send to S.
fn one(body: Vec<orchestrion::model::Shape>) -> App {
    let mut all = vec![activate("In", "M")];
    all.extend(body);
    app()
        .class("Order", &["Id"])
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .orchestration(
            orch("O")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Out", OUT, "Order", Binding::SpecifyLater)
                .message("M", "Order")
                .variable("stages", "System.String", "\"\"")
                .body(all),
        )
        .bind("O", "In", PortBinding::ReceivePort("R".into()))
        .bind("O", "Out", PortBinding::SendPort("S".into()))
}

fn order(world: &mut World) {
    world.receive("R", &xml("Order", &[("Id", "1")]));
}

/// Given one send and then the end, when an instance runs, then both are one persistence point; two sends before the end
/// are two (PER-2, PER-7).
#[test]
fn c144_a_last_send_and_the_end_are_one_persistence_point() {
    for (sends, points) in [(1, 1), (2, 2)] {
        let body = (0..sends).map(|n| send("Out", "M").named(&format!("send {n}"))).collect();
        let mut world = World::new(one(body));
        order(&mut world);
        assert_eq!(world.persistence_points(orchestrion::engine::InstanceId(1)), points, "{sends} sends");
    }
}

/// Given a Suspend in a called orchestration, when it runs, then the caller is suspended with it and with its text; a resume
/// goes on after it. (SUS-1, SUS-2)
#[test]
fn c086_suspend_in_a_called_orchestration_suspends_the_caller_and_resume_goes_on_after_it() {
    let app = one(vec![call("ask", "Inner", &[]), send("Out", "M")])
        .orchestration(orch("Inner").body(vec![suspend("hold", "\"look at this\"")]));
    let mut world = World::new(app);
    order(&mut world);
    let caller = world.only("O");
    assert_eq!(caller.reason.as_deref(), Some("look at this"));
    assert!(world.sent("S").is_empty());
    world.operate(Operation::ResumeInstance(caller.id));
    assert_eq!(world.sent("S").len(), 1);
    assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
}

/// A message for a stopped orchestration makes a suspended, resumable instance, which is processed once the
/// orchestration is started and the instance resumed (OST-4).
#[test]
fn c019_a_stopped_orchestration_keeps_its_messages_for_later() {
    let mut app = one(vec![send("Out", "M")]);
    app.0.bindings.services[0].state = ServiceState::Stopped;
    let mut world = World::new(app);
    order(&mut world);
    let kept = world.only("O");
    assert!(world.story("O").ends_with("suspended"), "{}", world.story("O"));
    world.operate(Operation::SetService { orchestration: Name::new("T.O"), state: ServiceState::Started });
    world.operate(Operation::ResumeInstance(kept.id));
    assert_eq!(world.sent("S").len(), 1);
}

/// A message for an unenlisted orchestration meets no subscription: routing fails (OST-6).
#[test]
fn c020_an_unenlisted_orchestration_gets_nothing() {
    let app = one(vec![]).state("Other", ServiceState::Started);
    let mut world = World::new(app);
    world.operate(Operation::SetService { orchestration: Name::new("T.O"), state: ServiceState::Bound });
    order(&mut world);
    assert_eq!(world.created("O"), 0);
    assert!(
        world
            .engine
            .instances()
            .iter()
            .any(|i| i.reason.as_deref().is_some_and(|r| r.contains("No subscribers")))
    );
}

/// Given configuration that is read into a variable at the start, when the source changes while the instance is
/// dehydrated, then the instance keeps the value it has read (DEH-8).
#[test]
fn c141_configuration_read_into_a_variable_outlives_dehydration() {
    let app = one(vec![
        expression("read", "stages = Orchestrion.Configuration.Get(\"Stages\");"),
        delay("long", "new System.TimeSpan(10, 0, 0)"),
        expression("tell", "System.Diagnostics.EventLog.WriteEntry(\"T\", stages);"),
    ])
    .configure("Stages", "2");
    let mut world = World::new(app);
    order(&mut world);
    assert!(world.story("O").ends_with("dehydrated"), "{}", world.story("O"));
    world.operate(Operation::SetConfiguration { key: "Stages".into(), value: "3".into() });
    world.advance(11 * 3600);
    assert_eq!(world.logged(), ["2"]);
}

/// A convoy with a filter: processing only happens on an ordered delivery port (CVY-5).
fn convoy(ordered: bool) -> World {
    let app = app()
        .class("Item", &["Batch", "Kind"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("Collector")
                .port("In", IN, "Item", Binding::SpecifyLater)
                .with_port(|p| p.ordered_delivery = ordered)
                .message("First", "Item")
                .message("Next", "Item")
                .set("ByBatch", &["Batch"])
                .body(vec![
                    activate("In", "First").initializes("ByBatch").filter(&[("P.Kind", Equals, "\"item\"")]),
                    receive("In", "Next").follows("ByBatch"),
                    delay("rest", "new System.TimeSpan(0, 0, 1)"),
                ]),
        )
        .bind("Collector", "In", PortBinding::ReceivePort("R".into()));
    let mut world = World::new(app);
    let item = |batch: &str| xml("Item", &[("Batch", batch), ("Kind", "item")]);
    // Two messages of a group before anything has run.
    for batch in ["a", "a", "b"] {
        world.input(orchestrion::engine::InputKind::Received {
            location: Name::new("R-RL"),
            body: item(batch).as_bytes().into(),
            properties: vec![],
        });
    }
    world.settle();
    world
}

/// Given a convoy on an ordered port, when two messages of a group arrive before anything has run, then one instance gets
/// both; another group has its own. (4.4, CVY-5)
#[test]
fn c124_a_convoy_gives_one_instance_a_group_however_fast_messages_come() {
    assert_eq!(convoy(true).created("Collector"), 2, "one for batch a, one for batch b");
}

/// Given a first receive with a filter and a port without ordered delivery, when messages of a group arrive, then there is no
/// convoy and each starts an instance; V19 says so. (CVY-4, CVY-5, CVY-9)
#[test]
fn c127_without_ordered_delivery_a_filtered_receive_makes_no_convoy() {
    assert_eq!(convoy(false).created("Collector"), 3, "every message activates");
}

/// Given a call with In, Ref and Out parameters, when the callee changes each, then the caller sees the changes of Ref and
/// Out only. (CAL-3)
#[test]
fn c084_parameters_show_their_changes_as_their_direction_allows() {
    let number = |name: &str| {
        orchestrion::model::ParameterKind::Variable(orchestrion::model::Variable {
            name: name.into(),
            variable_type: "System.String".into(),
            ..Default::default()
        })
    };
    let inner = orch("Inner")
        .parameter(Direction::In, number("a"))
        .parameter(Direction::Ref, number("b"))
        .parameter(Direction::Out, number("c"))
        .body(vec![expression("change", "a = \"x\"; b = b + \"y\"; c = \"z\";")]);
    let mut app = one(vec![
        expression("before", "p = \"1\"; q = \"2\"; r = \"3\";"),
        call("change them", "Inner", &[("p", Direction::In), ("q", Direction::Ref), ("r", Direction::Out)]),
        expression("tell", "System.Diagnostics.EventLog.WriteEntry(\"T\", p + q + r);"),
    ])
    .orchestration(inner);
    let module = app.0.modules.get_mut("O").unwrap();
    for name in ["p", "q", "r"] {
        module.orchestration.as_mut().unwrap().variables.push(orchestrion::model::Variable {
            name: name.into(),
            variable_type: "System.String".into(),
            ..Default::default()
        });
    }
    let mut world = World::new(app);
    order(&mut world);
    assert_eq!(world.logged(), ["12yz"]);
}
