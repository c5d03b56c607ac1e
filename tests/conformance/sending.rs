//! The send side: states, retries, groups (section 9.2).

use crate::build::*;
use crate::world::{World, text, xml};
use orchestrion::engine::instance::Status;
use orchestrion::engine::{EventKind, InputKind, Operation};
use orchestrion::lab::VirtualRun;
use orchestrion::message::Name;
use orchestrion::model::{Binding, PortState, Transport};

/// Orders from R go to whoever filters on them.
fn orders() -> App {
    app().class("Order", &["Id"]).receive_port("R", "XMLReceive")
}

/// Send port `name` takes all Orders.
fn taker(app: App, name: &str) -> App {
    app.send_port(name).with_send_port(|port| port.filter = equals("BTS.MessageType", "http://t#Order"))
}

fn order(id: &str) -> String {
    xml("Order", &[("Id", id)])
}

/// A message for a send port that is Bound finds no subscription; at a Stopped one it is suspended; a Started one sends
/// it (TX-10).
#[test]
fn c028_a_send_port_takes_messages_as_its_state_says() {
    for (state, sent, suspended) in
        [(PortState::Bound, 0, 0), (PortState::Stopped, 0, 1), (PortState::Started, 1, 0)]
    {
        let mut world = World::new(taker(orders(), "S").with_send_port(|port| port.state = state));
        world.receive("R", &order("7"));
        assert_eq!((world.sent("S").len(), world.at_port("S").len()), (sent, suspended), "{state:?}");
        let unroutable = world.count(|e| matches!(e, EventKind::RoutingFailed { .. }));
        assert_eq!(unroutable, usize::from(state == PortState::Bound), "{state:?}");
    }
}

/// With retry count 3 and interval 5 a failing adapter is tried once and three times more, 5 minutes apart; then the
/// backup transport is tried with its own retries; then the message is suspended, resumable (TX-5, TX-6).
#[test]
fn c029_retries_then_the_backup_transport_then_suspension() {
    let transport = |address: &str, retry_count| Transport {
        transport: "QUEUE".into(),
        address: address.into(),
        retry_count,
        retry_interval: 5,
        ..Default::default()
    };
    let app = taker(orders(), "S").with_send_port(|port| {
        port.primary = Some(transport("queue://first", 3));
        port.backup = Some(transport("queue://second", 1));
    });
    let mut world = World::new(app);
    world.broken.push("S".into());
    let start = world.now;
    world.receive("R", &order("7"));
    assert_eq!(world.at_port("S")[0].status, Status::Retrying);
    world.advance(3600);
    let attempts: Vec<(i64, &str)> = world
        .events
        .iter()
        .filter_map(|e| match &e.kind {
            EventKind::PortAttempt { address, .. } => {
                Some((e.at.since(start).0 / 10_000_000 / 60, address.as_str()))
            }
            _ => None,
        })
        .collect();
    let (first, second) = ("queue://first", "queue://second");
    assert_eq!(attempts, [(0, first), (5, first), (10, first), (15, first), (15, second), (20, second)]);
    assert_eq!(world.at_port("S")[0].status, Status::SuspendedResumable);
}

/// A suspended send instance that is resumed delivers its message, also while its port is Stopped (TX-11).
#[test]
fn c030_a_resumed_send_instance_delivers_while_the_port_is_stopped() {
    let mut world = World::new(taker(orders(), "S").with_send_port(|port| port.state = PortState::Stopped));
    world.receive("R", &order("7"));
    assert!(world.sent("S").is_empty());
    let kept = world.at_port("S")[0].id;
    world.operate(Operation::ResumeInstance(kept));
    assert_eq!(world.sent("S").len(), 1);
    assert_eq!(world.engine.send_port_state(Name::new("S")), Some(PortState::Stopped));
    assert!(world.at_port("S").is_empty());
}

/// A message to a group goes to each enlisted member: a Started one sends its copy, the copy of a Stopped one is
/// suspended (TX-12, TX-13).
#[test]
fn c031_a_group_sends_through_started_members_and_suspends_at_stopped_ones() {
    let mut app = orders()
        .send_port("P1")
        .send_port("P2")
        .with_send_port(|port| port.state = PortState::Stopped)
        .group("G", &["P1", "P2"]);
    app.0.bindings.send_port_groups[0].filter = equals("BTS.MessageType", "http://t#Order");
    let mut world = World::new(app);
    world.receive("R", &order("7"));
    assert_eq!((world.sent("P1").len(), world.sent("P2").len()), (1, 0));
    let kept = world.at_port("P2");
    assert_eq!((kept.len(), kept[0].status), (1, Status::SuspendedResumable));
}

/// An ordered send port that has taken three Orders, with the transmission of the first under way.
fn ordered(stop_on_failure: bool) -> World {
    let app = taker(orders(), "S").with_send_port(|port| {
        port.ordered_delivery = true;
        port.stop_on_failure = stop_on_failure;
    });
    let mut world = World::new(app);
    world.hold = true;
    for id in ["1", "2", "3"] {
        world.receive("R", &order(id));
    }
    world
}

fn ids(bodies: &[&str]) -> String {
    let id = |body: &&str| body.split_once("<Id>").unwrap().1.chars().next().unwrap();
    bodies.iter().map(id).collect()
}

/// An ordered send port hands out the next message only when the one before is done. When message 2 of three fails and the
/// port does not stop on failure, 1 and 3 go out in order and 2 alone is suspended, not resumable. When it does stop, 2
/// and 3 stay in the suspended instance, and resuming it sends them in order (ORD-1, ORD-2, ORD-3).
#[test]
fn c032_an_ordered_port_keeps_the_order_also_around_a_failure() {
    let mut world = ordered(false);
    assert_eq!(ids(&world.sent("S")), "1", "the next one waits");
    for error in [None, Some("the adapter is down"), None] {
        world.answer("S", error);
        world.settle();
    }
    assert_eq!(ids(&world.sent("S")), "123");
    let kept = world.at_port("S");
    assert_eq!((kept.len(), kept[0].status), (1, Status::SuspendedNotResumable));
    assert_eq!(text(&kept[0].queue[0], "P.Id").as_deref(), Some("2"));

    let mut world = ordered(true);
    for error in [None, Some("the adapter is down")] {
        world.answer("S", error);
        world.settle();
    }
    assert_eq!(ids(&world.sent("S")), "12");
    let kept = world.at_port("S");
    assert_eq!((kept.len(), kept[0].status), (1, Status::SuspendedResumable));
    let held: Vec<_> = kept[0].queue.iter().map(|m| text(m, "P.Id").unwrap()).collect();
    assert_eq!(held, ["2", "3"]);
    world.receive("R", &order("4"));
    world.hold = false;
    world.operate(Operation::ResumeInstance(kept[0].id));
    assert_eq!(ids(&world.sent("S")), "12234", "a message that came meanwhile keeps its place too");
    assert!(world.at_port("S").is_empty());
}

/// With messages waiting for two send ports of priority 1 and 10, every message of the first leaves before any of the
/// second, whichever came earlier and in whatever order the driver gives turns (TX-9).
#[test]
fn c033_a_backlog_leaves_by_priority() {
    let by_id = |app: App, name: &str, priority: u8| {
        app.send_port(name).with_send_port(|port| {
            port.filter = equals("P.Id", name);
            port.priority = priority;
        })
    };
    for last in [false, true] {
        let mut world = World::new(by_id(by_id(orders(), "Slow", 10), "Fast", 1));
        world.hold = true;
        for id in ["Slow", "Fast", "Slow", "Slow", "Fast", "Fast"] {
            world.arrive("R", &order(id));
        }
        while world.engine.ready() > 0 {
            let pick = if last { world.engine.ready() - 1 } else { 0 };
            world.input(InputKind::Turn { pick });
        }
        let left: Vec<&str> = world.sent.iter().map(|(port, _)| port.as_str()).collect();
        assert_eq!(left, ["Fast", "Fast", "Fast", "Slow", "Slow", "Slow"]);
    }
}

/// Outside the service window of its transport a send port instance is scheduled for the next opening and sends then, by
/// a timer of the engine; suspended and resumed meanwhile, it is scheduled again (TX-8).
#[test]
fn tx_8_a_message_outside_the_service_window_waits_for_it() {
    let app = taker(orders(), "S").with_send_port(|port| {
        port.primary.as_mut().unwrap().service_window = Some(("08:00".into(), "18:00".into()));
    });
    let mut world = World::new(app);
    world.receive("R", &order("7"));
    let waiting = world.at_port("S")[0].clone();
    assert_eq!(waiting.status, Status::Scheduled, "it is midnight");
    world.operate(Operation::SuspendInstance(waiting.id));
    assert_eq!(world.engine.next_due(), None, "a suspended instance has no timer");
    world.operate(Operation::ResumeInstance(waiting.id));
    world.advance(8 * 3600 - 1);
    assert!(world.sent("S").is_empty());
    world.advance(1);
    assert_eq!(world.sent("S").len(), 1);
}

/// What reaches a send port directly goes by the state of the port alone; what reaches it through a group goes out only when
/// group and port are both started. A port that takes a message both ways sends it twice (TX-13, TX-14).
#[test]
fn tx_13_port_and_group_states_combine() {
    use PortState::{Started, Stopped};
    for (port_state, group_state, direct, sent) in [
        (Started, Started, false, 1),
        (Started, Stopped, false, 0),
        (Stopped, Started, false, 0),
        (Started, Started, true, 2),
        (Started, Stopped, true, 1),
        (Stopped, Stopped, true, 0),
    ] {
        let mut app = orders().send_port("P").with_send_port(|port| {
            port.state = port_state;
            if direct {
                port.filter = equals("BTS.MessageType", "http://t#Order");
            }
        });
        app = app.group("G", &["P"]);
        let group = &mut app.0.bindings.send_port_groups[0];
        group.state = group_state;
        group.filter = equals("BTS.MessageType", "http://t#Order");
        let mut world = World::new(app);
        world.receive("R", &order("7"));
        let taken = 1 + usize::from(direct);
        let case = format!("port {port_state:?}, group {group_state:?}, direct {direct}");
        assert_eq!((world.sent("P").len(), world.at_port("P").len()), (sent, taken - sent), "{case}");
    }
}

/// A send instance that an operator suspends while its transmission is under way, and which then fails, is not retried
/// before it is resumed (TX-7).
#[test]
fn tx_7_a_suspended_instance_is_not_retried() {
    let retrying = taker(orders(), "S").with_send_port(|port| port.primary.as_mut().unwrap().retry_count = 3);
    let mut world = World::new(retrying);
    world.hold = true;
    world.receive("R", &order("7"));
    let id = world.at_port("S")[0].id;
    world.operate(Operation::SuspendInstance(id));
    world.answer("S", Some("the adapter is down"));
    world.advance(3600);
    assert_eq!(world.sent("S").len(), 1);
    assert_eq!(world.at_port("S")[0].reason.as_deref(), Some("the adapter is down"));
    world.operate(Operation::ResumeInstance(id));
    assert_eq!(world.sent("S").len(), 2);
}

/// Order holds from end to end when one instance takes all messages of a group through a sequential convoy and sends them to
/// an ordered send port: also when the driver gives turns in any order (ORD-4).
#[test]
fn ord_4_order_holds_from_end_to_end() {
    let collector = orch("Collector")
        .port("In", IN, "Item", Binding::SpecifyLater)
        .with_port(|port| port.ordered_delivery = true)
        .port("Out", OUT, "Item", Binding::SpecifyLater)
        .message("Next", "Item")
        .set("ByBatch", &["Batch"])
        .variable("n", "System.Int32", "1")
        .body(vec![
            activate("In", "Next").initializes("ByBatch"),
            send("Out", "Next").named("first"),
            while_loop(
                "rest",
                "n < 5",
                vec![
                    receive("In", "Next").follows("ByBatch").named("next"),
                    send("Out", "Next").named("on"),
                    expression("count", "n = n + 1;"),
                ],
            ),
        ]);
    let app = app()
        .class("Item", &["Batch", "Id"])
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .with_send_port(|port| port.ordered_delivery = true)
        .orchestration(collector)
        .bind("Collector", "In", rp("R"))
        .bind("Collector", "Out", sp("S"));
    for seed in 0..100 {
        let mut run = VirtualRun::new(&app.0, seed).unwrap();
        for id in ["1", "2", "3", "4", "5"] {
            run.submit("R-RL", xml("Item", &[("Batch", "b"), ("Id", id)]).into_bytes());
        }
        run.settle().unwrap();
        let sent: Vec<String> = run.sent("queue://S").iter().map(|sent| sent.text()).collect();
        let bodies: Vec<&str> = sent.iter().map(String::as_str).collect();
        assert_eq!(ids(&bodies), "12345", "seed {seed}");
    }
}
