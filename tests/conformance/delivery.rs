//! Delivery notification: acknowledgements and what they do to the sender (section 9.5).

use crate::build::*;
use crate::world::{World, text, xml};
use orchestrion::engine::{EventKind, InstanceChange};
use orchestrion::message::Name;
use orchestrion::model::{
    Atomic, Binding, Block, Catch, CatchType, DeliveryNotification, LongRunning, PortBinding, PortState,
    Scope, Shape, ShapeKind, Transaction,
};

const FAILURE: &str = "Microsoft.XLANGs.BaseTypes.DeliveryFailureException";

/// A scope that hears of failed deliveries; its handler is the shape `caught`.
fn guarded(transaction: Transaction, body: Block) -> Shape {
    let tell = "soap = (System.Web.Services.Protocols.SoapException) ex.InnerException;\
                System.Diagnostics.EventLog.WriteEntry(\"T\", ex.ErrorDescription);\
                System.Diagnostics.EventLog.WriteEntry(\"T\", soap.Actor);\
                System.Diagnostics.EventLog.WriteEntry(\"T\", soap.Detail.OuterXml);";
    let catch = Catch {
        id: "handler".into(),
        name: "handler".into(),
        exception: CatchType::Exception(FAILURE.into()),
        variable: "ex".into(),
        body: vec![expression("caught", tell)],
        ..Default::default()
    };
    shape(
        "guarded",
        ShapeKind::Scope(Scope { transaction, body, catches: vec![catch], ..Default::default() }),
    )
}

/// Sends an Order with delivery notification to send ports A and B, to the one called `to` or to the group of both.
fn notified(to: &str, body: Block) -> App {
    let mut all = vec![activate("In", "M")];
    all.extend(body);
    all.push(expression("after", "n = 1;"));
    let binding = if to == "G" { PortBinding::SendPortGroup("G".into()) } else { sp(to) };
    let mut app = app()
        .class("Order", &["Id"])
        .receive_port("R", "XMLReceive")
        .send_port("A")
        .send_port("B")
        .group("G", &["A", "B"])
        .orchestration(
            orch("O")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Out", OUT, "Order", Binding::SpecifyLater)
                .with_port(|port| port.delivery_notification = DeliveryNotification::Transmitted)
                .message("M", "Order")
                .variable("n", "System.Int32", "0")
                .variable("soap", "System.Web.Services.Protocols.SoapException", "")
                .body(all),
        )
        .bind("O", "In", rp("R"))
        .bind("O", "Out", binding);
    let module = app.0.modules.get_mut("O").unwrap();
    module.orchestration.as_mut().unwrap().transaction = Transaction::LongRunning(LongRunning::default());
    app
}

fn acks(world: &World) -> (usize, usize) {
    (
        world.count(|e| matches!(e, EventKind::AckPublished { .. })),
        world.count(|e| matches!(e, EventKind::AckConsumed { .. })),
    )
}

/// A send with notification does not wait at the Send shape but where its scope ends; there the acknowledgement of the
/// send port is consumed and the flow goes on (DN-2, DN-3).
#[test]
fn c112_an_acknowledgement_is_consumed_at_the_end_of_the_scope() {
    let body = vec![send("Out", "M"), expression("inside", "n = 2;")];
    let mut world = World::new(notified("A", vec![guarded(Transaction::None, body)]));
    world.hold = true;
    world.receive("R", &xml("Order", &[("Id", "7")]));
    assert!(world.ran("O", "inside") && !world.ran("O", "after"), "{:?}", world.shapes("O"));
    world.answer("A", None);
    world.settle();
    assert_eq!(acks(&world), (1, 1));
    assert!(world.ran("O", "after") && !world.ran("O", "caught"));
    assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
    let ack =
        world.published().into_iter().find(|m| text(m, "BTS.AckType").as_deref() == Some("ACK")).unwrap();
    for property in ["BTS.AckID", "BTS.AckOwnerID", "BTS.AckSendPortName", "BTS.CorrelationToken"] {
        assert!(ack.context.promoted(Name::new(property)).is_some(), "{property} (DN-7)");
    }
    assert!(ack.context.get(Name::new("BTS.AckFailureCode")).is_none());
    assert!(ack.context.promoted(Name::new("P.Id")).is_none(), "properties of the original are demoted");
    assert_eq!(text(ack, "P.Id").as_deref(), Some("7"));
}

/// When the retries of the send port are used up, DeliveryFailureException is raised where the scope ends; its handler
/// reads the error, and the fault of the negative acknowledgement as the inner exception (DN-3, DN-8).
#[test]
fn c113_a_failed_delivery_raises_with_the_fault_of_the_nack() {
    let app = notified("A", vec![guarded(Transaction::None, vec![send("Out", "M")])]);
    let mut app = app;
    app.0.bindings.send_ports[0].primary.as_mut().unwrap().retry_count = 1;
    let mut world = World::new(app);
    world.broken.push("A".into());
    world.receive("R", &xml("Order", &[("Id", "7")]));
    assert!(world.exceptions().is_empty(), "there is a retry first: {:?}", world.exceptions());
    world.advance(5 * 60);
    assert!(world.ran("O", "caught") && world.ran("O", "after"), "{:?}", world.exceptions());
    let told = world.logged();
    assert_eq!(told[..2], ["the adapter is down", "queue://A"]);
    assert!(told[2].contains("<ErrorDescription>the adapter is down</ErrorDescription>"), "{told:?}");
}

/// A send inside an atomic scope goes out when the scope commits; its failure is raised at the end of the parent scope,
/// whose handler gets it (DN-4).
#[test]
fn c114_a_failed_send_of_an_atomic_scope_is_raised_in_its_parent() {
    let atomic = shape(
        "atomic",
        ShapeKind::Scope(Scope {
            transaction: Transaction::Atomic(Atomic::default()),
            body: vec![send("Out", "M")],
            ..Default::default()
        }),
    );
    let parent = guarded(
        Transaction::LongRunning(LongRunning::default()),
        vec![atomic, expression("between", "n = 2;")],
    );
    let mut world = World::new(notified("A", vec![parent]));
    world.broken.push("A".into());
    world.receive("R", &xml("Order", &[("Id", "7")]));
    let committed =
        |e: &EventKind| matches!(e, EventKind::ScopeCommitted { scope, .. } if scope.as_str() == "atomic");
    assert_eq!(world.count(committed), 1, "the atomic scope has committed");
    assert!(world.ran("O", "between"), "and its parent went on");
    assert!(world.ran("O", "caught"), "{:?}", world.exceptions());
}

/// A send with notification that is bound to a group of two active ports is acknowledged twice. One acknowledgement is
/// consumed; the other, when it comes before the orchestration has gone on, is left over: the instance completes with
/// a discarded message. Decision: one that comes later has no subscriber and vanishes (DN-6, DN-9).
#[test]
fn c115_a_group_of_two_acknowledges_twice_and_one_is_left_over() {
    let mut world = World::new(notified("G", vec![guarded(Transaction::None, vec![send("Out", "M")])]));
    world.hold = true;
    world.receive("R", &xml("Order", &[("Id", "7")]));
    world.answer("A", None);
    world.answer("B", None);
    world.settle();
    assert_eq!(acks(&world), (2, 1));
    assert!(world.ran("O", "after"));
    let left =
        world.changes("O").into_iter().any(|c| matches!(c, InstanceChange::Discarded { messages: 1, .. }));
    assert!(left, "{}", world.story("O"));
}

/// With one member of the group unenlisted exactly one acknowledgement is published, and it is consumed (DN-6).
#[test]
fn c116_a_group_with_one_enlisted_member_acknowledges_once() {
    let mut app = notified("G", vec![guarded(Transaction::None, vec![send("Out", "M")])]);
    app.0.bindings.send_ports[1].state = PortState::Bound;
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "7")]));
    assert_eq!(acks(&world), (1, 1));
    assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
}

/// A message that asks for an acknowledgement itself, or leaves through a transport that always notifies, is acknowledged to
/// whoever filters on acknowledgements; without one the acknowledgement vanishes (DN-7, DN-9).
#[test]
fn dn_9_acknowledgements_go_to_whoever_filters_on_them() {
    let with = |asks: bool, always: bool, listens: bool| {
        let mut app =
            app().class("Order", &["Id"]).receive_port("R", "XMLReceive").send_port("S").with_send_port(
                |port| {
                    port.filter = equals("BTS.ReceivePortName", "R");
                    port.primary.as_mut().unwrap().delivery_notification = always;
                },
            );
        if listens {
            app = app.send_port("Acks").with_send_port(|port| {
                port.filter = equals("BTS.AckType", "ACK");
                port.send_pipeline = "PassThruTransmit".into();
            });
        }
        let mut world = World::new(app);
        world.receive("R", &xml("Order", &[("Id", "7")]));
        if asks {
            let mut message = (**world.published()[0]).clone();
            message.context.write(Name::new("BTS.AckRequired"), orchestrion::message::Value::Bool(true));
            world.input(orchestrion::engine::InputKind::Publish { message });
            world.settle();
        }
        (world.sent("Acks").len(), world.engine.instances().len())
    };
    assert_eq!(with(false, false, true), (0, 0));
    assert_eq!(with(true, false, true), (1, 0));
    assert_eq!(with(false, true, true), (1, 0));
    assert_eq!(with(false, true, false), (0, 0), "nobody wants it, and nothing is suspended");
}

/// A failed message that failed-message routing takes to an error handler still tells its sender, once: the delivery of the
/// clone is no acknowledgement of the message (DN-10).
#[test]
fn dn_10_a_routed_failure_is_still_told_to_the_sender() {
    let mut app = notified("A", vec![guarded(Transaction::None, vec![send("Out", "M")])])
        .send_port("Errors")
        .with_send_port(|port| port.filter = equals("ErrorReport.ErrorType", "FailedMessage"));
    app.0.bindings.send_ports[0].route_failed_messages = true;
    let mut world = World::new(app);
    world.broken.push("A".into());
    world.receive("R", &xml("Order", &[("Id", "7")]));
    assert_eq!(world.sent("Errors").len(), 1);
    assert_eq!(acks(&world), (1, 1));
    assert!(
        world.ran("O", "caught") && world.engine.instances().is_empty(),
        "{:#?}",
        world.engine.instances()
    );
}
