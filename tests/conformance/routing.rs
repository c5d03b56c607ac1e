//! Routing failures, failed messages and how long messages are kept (section 9.1).

use crate::build::*;
use crate::world::{World, text, xml};
use orchestrion::engine::instance::Status;
use orchestrion::engine::{EventKind, InstanceKind, Operation};
use orchestrion::message::Name;
use orchestrion::model::{Binding, PortState, ServiceState};

/// An orchestration that would take the Orders of receive port R, not enlisted.
fn nobody_home() -> App {
    let mut app = app()
        .class("Order", &["Id"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("Taker").port("In", IN, "Order", Binding::SpecifyLater).message("M", "Order").body(vec![
                activate("In", "M"),
                expression("take", "System.Diagnostics.EventLog.WriteEntry(\"T\", M.Id);"),
            ]),
        )
        .bind("Taker", "In", rp("R"));
    app.0.bindings.services[0].state = ServiceState::Bound;
    app
}

fn start_taker(world: &mut World) {
    world
        .operate(Operation::SetService { orchestration: Name::new("T.Taker"), state: ServiceState::Started });
}

/// A message from a receive port that nobody subscribes to is suspended, resumable. With it comes a routing failure
/// report: without a body, not resumable, with the context as it was (RF-1, RF-2).
#[test]
fn c015_a_routing_failure_suspends_the_message_and_leaves_a_report() {
    let mut world = World::new(nobody_home());
    world.receive("R", &xml("Order", &[("Id", "7")]));
    let all = world.engine.instances();
    let report = all.iter().find(|i| i.status == Status::SuspendedNotResumable).expect("a report");
    assert_eq!((report.kind, report.service.as_str()), (InstanceKind::Failure, ""), "it has no service");
    assert!(report.queue[0].parts.is_empty(), "and no body");
    assert_eq!(text(&report.queue[0], "P.Id").as_deref(), Some("7"), "but the context");
    world.operate(Operation::ResumeInstance(report.id));
    assert!(world.refused().contains("not resumable"), "{}", world.refused());
    let message = &world.at_port("R")[0];
    assert_eq!(message.status, Status::SuspendedResumable);
    assert!(message.queue[0].parts[0].body.to_text().unwrap().contains("<Id>7</Id>"));
}

/// Once its subscriber is enlisted and started, the suspended message can be resumed and is processed. Terminating
/// it instead takes its routing failure report away too (RF-4).
#[test]
fn c016_a_suspended_message_is_resumed_or_goes_with_its_report() {
    for resumed in [true, false] {
        let mut world = World::new(nobody_home());
        world.receive("R", &xml("Order", &[("Id", "7")]));
        let message = world.at_port("R")[0].id;
        start_taker(&mut world);
        world.operate(match resumed {
            true => Operation::ResumeInstance(message),
            false => Operation::TerminateInstance(message),
        });
        assert_eq!(world.logged(), if resumed { vec!["7"] } else { vec![] });
        assert_eq!(world.engine.instances().len(), 0, "neither message nor report is left");
    }
}

/// With failed-message routing, what fails in the pipeline, in routing or at the adapter is published as a clone for
/// the subscribers of failed messages: nothing the original had promoted is promoted, what describes the failure is, and
/// nothing is suspended. A routing failure leaves its report all the same (RF-6, RF-8).
#[test]
fn c017_a_failed_message_goes_to_the_error_handling_port_instead() {
    let guarded = || {
        nobody_home()
            .with_receive_port(|port| port.route_failed_messages = true)
            .send_port("Errors")
            .with_send_port(|port| {
                port.filter = equals("ErrorReport.ErrorType", "FailedMessage");
                // A failed message need not be XML.
                port.send_pipeline = "PassThruTransmit".into();
            })
    };
    let cases =
        [("a pipeline failure", "<Broken".to_owned(), 0), ("no subscriber", xml("Order", &[("Id", "7")]), 1)];
    for (case, input, reports) in cases {
        let mut world = World::new(guarded());
        world.receive("R", &input);
        assert_eq!(world.sent("Errors"), [input.as_str()], "{case}");
        assert_eq!(world.engine.instances().len(), reports, "{case}: the report alone is left");
        let clone = world.published().pop().unwrap().clone();
        for (property, value) in
            [("ErrorReport.ReceivePortName", "R"), ("ErrorReport.InboundTransportLocation", "queue://R")]
        {
            assert_eq!(text(&clone, property).as_deref(), Some(value), "{case}");
            assert!(clone.context.promoted(Name::new(property)).is_some(), "{case}: {property}");
        }
        assert!(text(&clone, "ErrorReport.FailureInstanceID").is_some(), "{case}");
        assert!(clone.context.promoted(Name::new("BTS.ReceivePortName")).is_none(), "{case}: demoted");
        assert!(clone.context.get(Name::new("BTS.ReceivePortName")).is_some(), "{case}: still there to read");
    }
    let mut world = World::new(
        app()
            .class("Order", &["Id"])
            .receive_port("R", "XMLReceive")
            .send_port("S")
            .with_send_port(|port| {
                port.filter = equals("BTS.MessageType", "http://t#Order");
                port.route_failed_messages = true;
            })
            .send_port("Errors")
            .with_send_port(|port| port.filter = equals("ErrorReport.SendPortName", "S")),
    );
    world.broken.push("S".into());
    world.receive("R", &xml("Order", &[("Id", "7")]));
    assert_eq!(world.sent("Errors").len(), 1, "a failed transmission");
    assert_eq!(world.engine.instances().len(), 0);
}

/// A message with three subscribers is stored once; after two of them are done with it the stored message is still
/// there, as it was, and it is let go with the third (MSG-2).
#[test]
fn c018_a_message_is_kept_until_its_last_subscriber_lets_go() {
    let mut three = app().class("Order", &["Id"]).receive_port("R", "XMLReceive");
    for name in ["A", "B", "C"] {
        three = three
            .send_port(name)
            .with_send_port(|port| port.filter = equals("BTS.MessageType", "http://t#Order"));
    }
    let mut world = World::new(three.with_send_port(|port| port.state = PortState::Stopped));
    world.hold = true;
    world.receive("R", &xml("Order", &[("Id", "7")]));
    let stored = world.published()[0].id;
    assert_eq!(world.engine.references(stored).len(), 3);
    world.answer("A", None);
    world.answer("B", None);
    let last = world.at_port("C")[0].clone();
    assert_eq!(world.engine.references(stored), [last.id]);
    assert!(last.queue[0].parts[0].body.to_text().unwrap().contains("<Id>7</Id>"));
    world.operate(Operation::ResumeInstance(last.id));
    world.answer("C", None);
    assert_eq!(world.engine.references(stored), []);
    assert_eq!(world.count(|e| matches!(e, EventKind::PortSent { .. })), 3);
}
