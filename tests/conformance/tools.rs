//! Debugger, message flow, queries, bindings, versions, profile (section 9.10).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::diagnostic::Severity;
use orchestrion::engine::{
    Breakpoint, EventKind, InstanceId, InstanceKind, Operation, StartOptions, Subscriber,
};
use orchestrion::journal::query::{
    FlowStatus, InstanceField, InstanceQuery, Light, SubscriptionKind, SubscriptionQuery, Way, group_by,
    lights, message_flow, profile, tracked,
};
use orchestrion::message::{Name, TimeSpan, Value};
use orchestrion::model::files::{from_ron, to_ron};
use orchestrion::model::{Atomic, Binding, Bindings, Block, Scope, ServiceState, ShapeKind, Transaction};

const BREAK: &str = "T.Flow";

/// Takes an Order at R, does `body`, and can send to S.
fn flow(body: Block) -> Orch {
    let mut all = vec![activate("In", "M").initializes("ById")];
    all.extend(body);
    orch("Flow")
        .port("In", IN, "Order", Binding::SpecifyLater)
        .port("Notes", IN, "Note", Binding::SpecifyLater)
        .port("Out", OUT, "Order", Binding::SpecifyLater)
        .message("M", "Order")
        .message("Next", "Note")
        .variable("n", "System.Int32", "0")
        .set("ById", &["Id"])
        .body(all)
}

fn bound(mut app: App, orchestration: &str) -> App {
    app = app.bind(orchestration, "In", rp("R"));
    app = app.bind(orchestration, "Notes", rp("N"));
    app.bind(orchestration, "Out", sp("S"))
}

fn solution(body: Block) -> App {
    let app = app()
        .class("Order", &["Id"])
        .class("Note", &["Id"])
        .receive_port("R", "XMLReceive")
        .receive_port("N", "XMLReceive")
        .send_port("S")
        .orchestration(flow(body));
    bound(app, "Flow")
}

fn note() -> orchestrion::model::Shape {
    receive("Notes", "Next").follows("ById")
}

fn arrives(world: &mut World, port: &str, id: &str) {
    let class = if port == "R" { "Order" } else { "Note" };
    world.receive(port, &xml(class, &[("Id", id)]));
}

/// Given a tracked run, when it is replayed event by event, then each shape becomes green when it starts and blue when it
/// finishes, in the order of the events (DBG-1, DBG-3).
#[test]
fn c191_a_replay_lights_shapes_in_event_order() {
    let mut world = World::new(solution(vec![expression("count", "n = n + 1;"), note(), send("Out", "M")]));
    arrives(&mut world, "R", "1");
    let steps: Vec<_> = tracked(&world.events, InstanceId(1)).collect();
    let words: Vec<String> = steps.iter().map(|step| format!("{:?} {}", step.light, step.shape)).collect();
    assert_eq!(
        words,
        [
            "Started receive M",
            "Finished receive M",
            "Started count",
            "Finished count",
            "Started receive Next"
        ]
    );
    let lit = |step: usize| lights(steps.iter().copied(), steps[step].seq);
    let of = |shape: &str, step: usize| lit(step).get(&(Name::new(BREAK), Name::new(shape))).copied();
    assert_eq!(
        (of("count", 1), of("count", 2), of("count", 3)),
        (None, Some(Light::Started), Some(Light::Finished))
    );
    assert_eq!(of("receive M", 4), Some(Light::Finished));
}

fn breakpoint(shape: &str, instance: Option<InstanceId>, on: bool) -> Operation {
    let breakpoint = Breakpoint { orchestration: Name::new(BREAK), shape: Name::new(shape), instance };
    Operation::SetBreakpoint { breakpoint, on }
}

/// Given a class breakpoint, when a new instance reaches the shape, then it stops before it at a persistence point, in state
/// In breakpoint, and its variables can be read; removed, it stops nobody any more (DBG-2, DBG-5).
/// Decision: instances that exist when the breakpoint is set pass it, as it is one for new instances; a breakpoint of an
/// instance stops those.
#[test]
fn c192_a_class_breakpoint_stops_new_instances_before_the_shape() {
    let body =
        vec![expression("count", "n = n + 41;"), note(), expression("more", "n = n + 1;"), send("Out", "M")];
    let mut world = World::new(solution(body));
    arrives(&mut world, "R", "old");
    world.operate(breakpoint("more", None, true));
    arrives(&mut world, "R", "new");
    arrives(&mut world, "N", "old");
    arrives(&mut world, "N", "new");
    assert_eq!(world.sent("S").len(), 1, "the old one passed");
    let stopped = world.only("Flow");
    assert_eq!(stopped.status.to_string(), "In breakpoint");
    assert_eq!(stopped.at, [Name::new("more")]);
    assert!(stopped.variables.contains(&(Name::new("n"), Value::Int32(41))), "{:?}", stopped.variables);
    assert_eq!((stopped.persistence_points, world.ran("Flow", "more")), (1, true));
    let last = tracked(&world.events, stopped.id).last().unwrap();
    assert_eq!((last.light, last.shape.as_str()), (Light::AtBreakpoint, "more"));
    assert_eq!(world.engine.breakpoints().len(), 1);
    world.operate(Operation::ContinueInstance(stopped.id));
    world.operate(breakpoint("more", None, false));
    for port in ["R", "N"] {
        arrives(&mut world, port, "later");
    }
    assert_eq!((world.sent("S").len(), world.engine.breakpoints().len()), (3, 0));
}

/// Given a breakpoint of one instance, when two reach the shape, then only that one stops, each time it comes by (DBG-2).
#[test]
fn c192_a_breakpoint_of_an_instance_stops_it_each_time() {
    let twice = while_loop("twice", "n < 2", vec![expression("more", "n = n + 1;")]);
    let mut world = World::new(solution(vec![note(), twice]));
    for id in ["a", "b"] {
        arrives(&mut world, "R", id);
    }
    world.operate(breakpoint("more", Some(InstanceId(2)), true));
    for id in ["a", "b"] {
        arrives(&mut world, "N", id);
    }
    for rounds in [0, 1] {
        let stopped = world.only("Flow");
        assert_eq!(stopped.id, InstanceId(2));
        assert!(
            stopped.variables.contains(&(Name::new("n"), Value::Int32(rounds))),
            "{:?}",
            stopped.variables
        );
        world.operate(Operation::ContinueInstance(stopped.id));
    }
    assert!(world.live("Flow").is_empty());
}

/// Given a shape inside an atomic scope, when a breakpoint is to be set on it, then this is refused; on the scope itself it
/// is set (DBG-5, PER-1).
#[test]
fn c193_no_breakpoint_inside_an_atomic_scope() {
    let atomic = Scope {
        transaction: Transaction::Atomic(Atomic::default()),
        body: vec![expression("inside", "n = 1;")],
        ..Scope::default()
    };
    let mut app = solution(vec![shape("atomic", ShapeKind::Scope(atomic)), expression("after", "n = 2;")]);
    let module = app.0.modules.get_mut("Flow").unwrap();
    module.orchestration.as_mut().unwrap().transaction = Transaction::LongRunning(Default::default());
    let mut world = World::new(app);
    world.operate(breakpoint("inside", None, true));
    assert!(world.refused().contains("inside an atomic scope"), "{}", world.refused());
    world.operate(breakpoint("after", None, true));
    world.operate(breakpoint("atomic", None, true));
    assert_eq!(world.engine.breakpoints().len(), 2);
    arrives(&mut world, "R", "1");
    assert_eq!(world.only("Flow").at, [Name::new("atomic")]);
}

/// Given an orchestration that got a message from another and sent one on, when its message flow is opened, then what came
/// in leads to the instance that published it and what went out to the one that took it, and back (MF-1).
#[test]
fn c194_message_flow_leads_from_instance_to_instance() {
    let first = orch("First")
        .port("In", IN, "Order", Binding::SpecifyLater)
        .port("Box", OUT, "Note", Binding::MessageBox)
        .message("M", "Order")
        .message("Made", "Note")
        .body(vec![activate("In", "M"), construct("Made", "Made.Id = M.Id;"), send("Box", "Made")]);
    let second = orch("Second")
        .port("Box", IN, "Note", Binding::MessageBox)
        .port("Out", OUT, "Report", Binding::SpecifyLater)
        .message("Got", "Note")
        .message("Told", "Report")
        .body(vec![activate("Box", "Got"), construct("Told", "Told.Id = Got.Id;"), send("Out", "Told")]);
    let app = app()
        .class("Order", &["Id"])
        .class("Note", &["Id"])
        .class("Report", &["Id"])
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .orchestration(first)
        .orchestration(second)
        .bind("First", "In", rp("R"))
        .bind("Second", "Out", sp("S"));
    let mut world = World::new(app);
    world.hold = true;
    arrives(&mut world, "R", "1");
    let (first, second, port) = (InstanceId(1), InstanceId(2), InstanceId(3));
    let flow = |world: &World, id| {
        let all = message_flow(&world.events, id);
        all.into_iter().map(|m| (m.way, m.port.to_string(), m.status, m.linked)).collect::<Vec<_>>()
    };
    let done = FlowStatus::Done;
    assert_eq!(
        flow(&world, first),
        [(Way::In, "R".into(), done, vec![]), (Way::Out, "Box".into(), done, vec![second])]
    );
    assert_eq!(
        flow(&world, second),
        [(Way::In, "Box".into(), done, vec![first]), (Way::Out, "Out".into(), done, vec![port])]
    );
    let at_port = message_flow(&world.events, port);
    assert_eq!((at_port[0].linked.clone(), at_port[0].way), (vec![second], Way::In));
    assert_eq!((at_port[1].status, at_port[1].address.as_str()), (FlowStatus::InTransmission, "queue://S"));
    world.hold = false;
    world.settle();
    assert_eq!(message_flow(&world.events, port)[1].status, done);
    assert!(message_flow(&world.events, port)[1].message.is_some());
}

/// Given suspended instances of several causes, when they are queried and grouped by error code, then each group tells how
/// many there are, and resuming or terminating a group does so to all of its instances (Q-1, Q-3, Q-5, INS-6).
/// Decision: the sources name codes for messaging failures and zombies; the code of an uncaught exception is its type.
#[test]
fn c195_suspended_instances_are_grouped_by_error_code_and_handled_together() {
    let mut world = World::new(solution(vec![note(), send("Out", "M")]));
    world.broken.push("S".into());
    for id in ["1", "2"] {
        arrives(&mut world, "R", id);
        arrives(&mut world, "N", id);
    }
    arrives(&mut world, "N", "nobody");
    let suspended = |world: &World| {
        let mut all = InstanceQuery::default().run(&world.engine);
        all.retain(InstanceQuery::is_suspended);
        group_by(&all, InstanceField::ErrorCode)
    };
    let counts = |world: &World| {
        suspended(world).into_iter().map(|g| (g.value, g.instances.len())).collect::<Vec<_>>()
    };
    assert_eq!(counts(&world), [("0xC0C0167A".into(), 2), ("0xC0C01680".into(), 2)]);

    let messaging = InstanceQuery {
        rows: vec![(InstanceField::ServiceName, true, "S".into())],
        ..InstanceQuery::default()
    };
    assert_eq!(messaging.run(&world.engine).len(), 2);
    assert_eq!(InstanceQuery { maximum: 1, ..messaging }.run(&world.engine).len(), 1);
    world.broken.clear();
    let [transmissions, routing] = &suspended(&world)[..] else { panic!("{:?}", counts(&world)) };
    for operation in transmissions.resume().chain(routing.terminate()) {
        world.operate(operation);
    }
    assert_eq!(counts(&world), []);
    assert!(world.engine.instances().iter().all(|i| i.kind == InstanceKind::Orchestration));
}

/// Given an orchestration that waits for a correlated message, when subscriptions are queried, then its activation
/// subscription and the one of its instance are listed with their predicates; stopped, the first is not enabled.
#[test]
fn c196_a_subscription_query_lists_activation_and_instance_subscriptions() {
    let mut world = World::new(solution(vec![note()]));
    arrives(&mut world, "R", "17");
    let service = Some(Name::new(BREAK));
    let query = |kind| SubscriptionQuery { kind: Some(kind), service, ..SubscriptionQuery::default() };
    let [activation] = &query(SubscriptionKind::Activation).run(&world.engine)[..] else { panic!("one") };
    assert!(activation.enabled && activation.text.contains("BTS.ReceivePortID"), "{activation:?}");
    let [instance] = &query(SubscriptionKind::Instance).run(&world.engine)[..] else { panic!("one") };
    assert!(matches!(instance.owner, Subscriber::Instance { instance: InstanceId(1), .. }));
    let predicates: Vec<_> = instance.groups[0].iter().map(ToString::to_string).collect();
    assert!(predicates.contains(&"P.Id == \"17\"".to_owned()), "{predicates:?}");
    let of_instance = SubscriptionQuery { instance: Some(InstanceId(1)), ..SubscriptionQuery::default() };
    assert_eq!(of_instance.run(&world.engine).len(), 1);
    world.operate(Operation::SetService { orchestration: Name::new(BREAK), state: ServiceState::Stopped });
    assert!(!query(SubscriptionKind::Activation).run(&world.engine)[0].enabled);
}

/// Given exported bindings that are edited and imported again, when they are applied, then ports of the same names are
/// updated and all others are as they were (B-2).
#[test]
fn c197_imported_bindings_update_ports_of_the_same_name() {
    let mut app = solution(vec![send("Out", "M")]).send_port("Other");
    let exported = to_ron("bindings.ron", &app.0.bindings).unwrap();
    let edited = exported.replace("queue://S", "queue://Production");
    let done = app.0.bindings.import(from_ron::<Bindings>("production.ron", &edited).unwrap());
    assert_eq!((done.updated, done.added), (vec!["S".to_owned()], vec![]));
    let addresses: Vec<_> =
        app.0.bindings.send_ports.iter().map(|p| &p.primary.as_ref().unwrap().address).collect();
    assert_eq!(addresses, ["queue://Production", "queue://Other"]);
    let mut world = World::new(app);
    world.hold = true;
    arrives(&mut world, "R", "1");
    assert_eq!(world.open[0].address, "queue://Production");
}

/// Given versions 1 and 2 of an orchestration in one application, when version 1 is unenlisted and version 2 started at one
/// moment, then new messages start version 2, and instances of version 1 finish with the messages that are theirs (V-1).
/// Decision: the first two numbers of a module's version are part of the identity of what it declares; called
/// orchestrations are looked for in the caller's version first.
#[test]
fn c198_two_versions_run_side_by_side() {
    let mut second = flow(vec![note(), expression("second", "n = 2;"), send("Out", "M")]);
    second.name = "Flow2".into();
    let mut app =
        bound(solution(vec![note(), expression("first", "n = 1;"), send("Out", "M")]), "Flow, Version=2.0")
            .orchestration(second);
    app.0.modules.get_mut("Flow").unwrap().version = "1.0.0.0".into();
    app.0.modules.get_mut("Flow2").unwrap().version = "2.0.5.0".into();
    for service in &mut app.0.bindings.services {
        if service.orchestration == BREAK {
            service.orchestration = "T.Flow, Version=1.0".into();
        } else {
            service.state = ServiceState::Bound;
        }
    }
    let found = orchestrion::findings::all(&app.0);
    assert!(found.iter().all(|d| d.severity != Severity::Error), "{found:?}");
    let (one, two) = ("Flow, Version=1.0", "Flow, Version=2.0");
    let mut world = World::new(app);
    arrives(&mut world, "R", "old");
    let name = |version: &str| Name::new(&format!("T.{version}"));
    world.operate(Operation::UnenlistService { orchestration: name(one), terminate_instances: false });
    world.operate(Operation::SetService { orchestration: name(two), state: ServiceState::Stopped });
    world.operate(Operation::StartService { orchestration: name(two), options: StartOptions::default() });
    arrives(&mut world, "R", "new");
    assert_eq!((world.created(one), world.created(two)), (1, 1));
    for id in ["old", "new"] {
        arrives(&mut world, "N", id);
    }
    assert!(world.ran(one, "first") && world.ran(two, "second") && !world.ran(two, "first"));
    assert!(world.story(one).ends_with("completed") && world.story(two).ends_with("completed"));
    assert_eq!(world.sent("S").len(), 2);
}

/// Given a period, when the profile is computed, then each shape that started in it shows how often, and the mean, shortest
/// and longest time it took (P-1).
/// Decision: a start in the period counts, with its time even when it ends later; a shape that has not ended has no time.
#[test]
fn c199_a_profile_counts_and_times_the_shapes_of_a_period() {
    let mut world = World::new(solution(vec![note(), send("Out", "M")]));
    let begin = world.now;
    for (id, seconds) in [("1", 10), ("2", 30), ("3", 0)] {
        arrives(&mut world, "R", id);
        world.advance(seconds);
        if seconds > 0 {
            arrives(&mut world, "N", id);
        }
    }
    let shapes = profile(&world.events, begin, world.now);
    let of = |name: &str| *shapes.iter().find(|s| s.shape.as_str() == name).unwrap();
    let waits = of("receive Next");
    assert_eq!((waits.started, waits.finished), (3, 2));
    let seconds = TimeSpan::from_seconds;
    assert_eq!((waits.mean(), waits.shortest, waits.longest), (seconds(20), seconds(10), seconds(30)));
    assert_eq!((of("send M").started, of("send M").total), (2, seconds(0)));
    let early = profile(&world.events, begin, begin.plus(seconds(9)));
    assert_eq!(early.iter().map(|s| s.started).collect::<Vec<_>>(), [1, 1], "{early:?}");
    assert!(world.events.iter().any(|e| matches!(e.kind, EventKind::ShapeStarted { .. }) && e.at > begin));
}
