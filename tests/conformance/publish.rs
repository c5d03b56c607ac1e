//! Publish and subscribe (section 9.1).

use crate::build::*;
use crate::world::{World, text, xml};
use orchestrion::engine::{EventKind, Operation};
use orchestrion::message::Name;
use orchestrion::model::FilterOperator::Equals;
use orchestrion::model::{Binding, FilterRow};

/// Receives an Order from receive port R and sends it to send port S.
fn relay() -> App {
    app()
        .class("Order", &["Id"])
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .orchestration(
            orch("Relay")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Out", OUT, "Order", Binding::SpecifyLater)
                .message("M", "Order")
                .body(vec![activate("In", "M"), send("Out", "M")]),
        )
        .bind("Relay", "In", rp("R"))
        .bind("Relay", "Out", sp("S"))
}

/// A message that satisfies the activation subscription of a started orchestration makes exactly one instance,
/// which receives it (SUB-7).
#[test]
fn c001_an_activation_message_starts_one_instance() {
    let mut world = World::new(relay());
    world.receive("R", &xml("Order", &[("Id", "7")]));
    assert_eq!(world.created("Relay"), 1);
    assert!(world.story("Relay").ends_with("active completed"), "{}", world.story("Relay"));
    let sent = world.sent("S");
    assert_eq!(sent.len(), 1);
    assert!(sent[0].contains("<Id>7</Id>"), "{}", sent[0]);
}

/// Waits for an Answer with the same Id as the Order that started it.
fn waiting() -> App {
    app()
        .class("Order", &["Id"])
        .class("Answer", &["Id"])
        .receive_port("R", "XMLReceive")
        .receive_port("A", "XMLReceive")
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
        .bind("Waiter", "Reply", rp("A"))
}

/// A message for an instance subscription of a dehydrated instance brings that instance back and is delivered to
/// it; no other instance is made (DEH-7).
#[test]
fn c002_a_dehydrated_instance_is_rehydrated_by_its_message() {
    let mut world = World::new(waiting());
    world.receive("R", &xml("Order", &[("Id", "1")]));
    world.advance(2 * 3600);
    assert!(world.story("Waiter").ends_with("dehydrated"), "{}", world.story("Waiter"));
    world.receive("A", &xml("Answer", &[("Id", "1")]));
    assert!(world.story("Waiter").ends_with("dehydrated rehydrated completed"), "{}", world.story("Waiter"));
    assert_eq!(world.created("Waiter"), 1);
}

/// What an orchestration sends is stored and published in the same way as what a receive location takes in, with
/// the port's routing properties in its context (SND-2).
#[test]
fn c003_a_send_publishes_like_a_receive_location() {
    let mut world = World::new(relay());
    world.receive("R", &xml("Order", &[("Id", "7")]));
    let published = world.published();
    assert_eq!(published.len(), 2, "one from the location, one from the send");
    for message in &published {
        assert_eq!(text(message, "BTS.MessageType").as_deref(), Some("http://t#Order"));
        assert!(message.context.promoted(Name::new("P.Id")).is_some());
    }
    assert_eq!(text(published[0], "BTS.ReceivePortID").as_deref(), Some("R"));
    assert_eq!(text(published[1], "BTS.SPTransportID").as_deref(), Some("S"));
    assert_eq!(text(published[1], "BTS.ReceivePortID"), None, "the origin does not route a second time");
}

/// A message that an orchestration has constructed but not sent exists and is referred to by its instance, and no
/// subscription has been tried on it (CON-7).
#[test]
fn c004_a_constructed_message_is_stored_but_not_published() {
    let app = app()
        .class("Order", &["Id"])
        .class("Answer", &["Id"])
        .receive_port("R", "XMLReceive")
        .receive_port("A", "XMLReceive")
        .orchestration(
            orch("Maker")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Reply", IN, "Answer", Binding::SpecifyLater)
                .message("M", "Order")
                .message("Made", "Order")
                .message("Got", "Answer")
                .set("ById", &["Id"])
                .body(vec![
                    activate("In", "M").initializes("ById"),
                    construct("Made", "Made = M;"),
                    receive("Reply", "Got").follows("ById"),
                ]),
        )
        .bind("Maker", "In", rp("R"))
        .bind("Maker", "Reply", rp("A"));
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "1")]));
    let maker = world.only("Maker");
    let made =
        maker.messages.iter().find(|m| m.variable.as_str() == "Made").expect("the instance refers to it");
    let matched = world.events.iter().any(
        |e| matches!(&e.kind, EventKind::SubscriptionMatched { message, .. } if *message == made.message.id),
    );
    assert!(!matched, "it has matched no subscription");
    assert!(world.published().iter().all(|m| m.id != made.message.id));
}

/// A message sent through a port that is bound to a send port also reaches every other send port whose filter it
/// matches (BND-6).
#[test]
fn c005_another_port_whose_filter_matches_gets_a_copy_too() {
    let app = relay().send_port("B").with_send_port(|port| {
        port.filter =
            vec![FilterRow { property: "P.Id".into(), value: "\"7\"".into(), ..Default::default() }];
    });
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "7")]));
    assert_eq!(world.sent("S").len(), 1);
    // The filter matches both the message from the location and the one from the orchestration.
    assert_eq!(world.sent("B").len(), 2);
    world.receive("R", &xml("Order", &[("Id", "8")]));
    assert_eq!(world.sent("S").len(), 2);
    assert_eq!(world.sent("B").len(), 2);
}

/// The activation subscription of a receive that is bound to a receive port asks for the message type and for
/// that receive port (SUB-7).
#[test]
fn c006_a_bound_receive_subscribes_to_message_type_and_receive_port() {
    let world = World::new(relay());
    let rows = world.subscriptions();
    let row = rows.iter().find(|r| r.starts_with("activation of T.Relay")).unwrap();
    assert!(
        row.contains("BTS.ReceivePortID == \"R\"") && row.contains("BTS.MessageType == \"http://t#Order\""),
        "{row}"
    );
}

/// A message of the right type that arrives through another receive port than the bound one makes no instance
/// (BND-6).
#[test]
fn c007_a_message_on_another_receive_port_starts_nothing() {
    let mut world = World::new(relay().receive_port("R2", "XMLReceive"));
    world.receive("R2", &xml("Order", &[("Id", "7")]));
    assert_eq!(world.created("Relay"), 0);
}

/// Sends an Order to the message box.
fn publisher() -> Orch {
    orch("Publisher")
        .port("In", IN, "Order", Binding::SpecifyLater)
        .port("Out", OUT, "Notice", Binding::MessageBox)
        .message("M", "Order")
        .message("N", "Notice")
        .body(vec![activate("In", "M"), construct("N", "N = new T.Notice(); N.Id = M.Id;"), send("Out", "N")])
}

fn notices() -> App {
    app().class("Order", &["Id"]).class("Notice", &["Id"]).receive_port("R", "XMLReceive")
}

/// A send to the message box that no subscription matches raises an exception at the Send shape (MBD-2).
#[test]
fn c008_a_direct_send_without_subscriber_raises_in_the_orchestration() {
    let mut world = World::new(notices().orchestration(publisher()).bind("Publisher", "In", rp("R")));
    world.receive("R", &xml("Order", &[("Id", "7")]));
    let thrown = world.exceptions();
    assert!(
        thrown.iter().any(|e| e.contains("PersistenceException") && e.contains("No subscribers")),
        "{thrown:?}"
    );
    assert!(world.story("Publisher").ends_with("suspended"), "{}", world.story("Publisher"));
}

/// A message published to the message box is delivered once to each subscriber, orchestrations and send ports
/// alike (PUB-2).
#[test]
fn c009_every_subscriber_gets_a_direct_send() {
    let taker = |name: &str| {
        orch(name)
            .port("In", IN, "Notice", Binding::MessageBox)
            .message("N", "Notice")
            .body(vec![activate("In", "N")])
    };
    let app = notices()
        .orchestration(publisher())
        .orchestration(taker("First"))
        .orchestration(taker("Second"))
        .send_port("S")
        .with_send_port(|port| {
            port.filter = vec![FilterRow {
                property: "BTS.MessageType".into(),
                value: "\"http://t#Notice\"".into(),
                ..Default::default()
            }];
        })
        .bind("Publisher", "In", rp("R"));
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "7")]));
    assert_eq!((world.created("First"), world.created("Second"), world.sent("S").len()), (1, 1, 1));
}

/// Activated by an Order, publishes an Order, both on direct ports.
fn chain(change: &str, filtered: bool) -> App {
    let mut first = activate("In", "M");
    if filtered {
        first = first.filter(&[("P.Status", Equals, "\"NEW\"")]);
    }
    app()
        .class("PurchaseOrder", &["Status"])
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .with_send_port(|port| {
            port.filter = vec![FilterRow {
                property: "P.Status".into(),
                value: "\"DONE\"".into(),
                ..Default::default()
            }];
        })
        .orchestration(
            orch("Chain")
                .port("In", IN, "PurchaseOrder", Binding::MessageBox)
                .port("Out", OUT, "PurchaseOrder", Binding::MessageBox)
                .message("M", "PurchaseOrder")
                .message("Next", "PurchaseOrder")
                .body(vec![first, construct("Next", &format!("Next = M; {change}")), send("Out", "Next")]),
        )
}

/// An orchestration that publishes to the message box what activates it makes a further instance with every
/// publication. The run can be stopped: unenlisting the orchestration ends it (MBD-4).
#[test]
fn c010_an_orchestration_that_publishes_what_activates_it_never_ends() {
    let mut world = World::new(chain("", false));
    world.input(orchestrion::engine::InputKind::Received {
        location: Name::new("R-RL"),
        body: xml("PurchaseOrder", &[("Status", "NEW")]).as_bytes().into(),
        properties: vec![],
    });
    for _ in 0..50 {
        world.input(orchestrion::engine::InputKind::Turn { pick: 0 });
    }
    assert!(world.created("Chain") > 25, "a further instance for every publish: {}", world.created("Chain"));
    assert!(world.engine.ready() > 0, "and there is more to do");
    // It can be stopped: no further activation, what is there runs out.
    world.operate(Operation::SetService {
        orchestration: Name::new("T.Chain"),
        state: orchestrion::model::ServiceState::Bound,
    });
    assert_eq!(world.engine.ready(), 0);
}

/// When the property that the activation filter asks for has another value in what is published, the
/// orchestration runs once (MBD-4).
#[test]
fn c012_a_changed_filter_property_ends_the_loop() {
    let mut world = World::new(chain("Next.Status = \"DONE\";", true));
    world.receive("R", &xml("PurchaseOrder", &[("Status", "NEW")]));
    assert_eq!(world.created("Chain"), 1);
    assert_eq!(world.sent("S").len(), 1);
}
