//! What operators and hosts do to instances and orchestrations (section 9.7).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::engine::{
    Breakpoint, EventKind, InputKind, InstanceId, InstanceView, MemoryUsage, Operation, StartOptions,
    StopOptions,
};
use orchestrion::message::Name;
use orchestrion::model::{
    Atomic, Binding, Block, Dehydration, DehydrationBehavior, Host, PortState, Scope, ServiceState,
    ShapeKind, Transaction,
};

const DAY: i64 = 86_400;

/// Begins with an Order at R, does `before`, waits for a Note of the same Id at N, does `after`, sends the order to S.
fn flow(before: Block, wait: Block, after: Block) -> App {
    let mut body = vec![activate("In", "M").initializes("ById")];
    body.extend(before);
    body.extend(wait);
    body.extend(after);
    body.push(send("Out", "M"));
    app()
        .class("Order", &["Id"])
        .class("Note", &["Id"])
        .receive_port("R", "XMLReceive")
        .receive_port("N", "XMLReceive")
        .send_port("S")
        .orchestration(
            orch("Flow")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Notes", IN, "Note", Binding::SpecifyLater)
                .port("Out", OUT, "Order", Binding::SpecifyLater)
                .message("M", "Order")
                .message("Next", "Note")
                .variable("n", "System.Int32", "0")
                .set("ById", &["Id"])
                .body(body),
        )
        .bind("Flow", "In", rp("R"))
        .bind("Flow", "Notes", rp("N"))
        .bind("Flow", "Out", sp("S"))
}

fn note() -> Block {
    vec![receive("Notes", "Next").follows("ById")]
}

fn plain() -> App {
    flow(vec![], note(), vec![])
}

impl World {
    fn order(&mut self, id: &str) {
        self.receive("R", &xml("Order", &[("Id", id)]));
    }

    fn note(&mut self, id: &str) {
        self.receive("N", &xml("Note", &[("Id", id)]));
    }

    fn status(&self) -> String {
        self.only("Flow").status.to_string()
    }
}

fn flow_name() -> Name {
    Name::new("T.Flow")
}

/// Given an instance that waits at a receive, when it is blocked for more than twice the threshold, then it is
/// dehydrated; inside an atomic scope it stays in memory however long it waits (DEH-1, DEH-2, DEH-3).
#[test]
fn c142_a_long_wait_dehydrates_but_not_in_an_atomic_scope() {
    let mut world = World::new(plain());
    world.order("1");
    world.advance(3_599);
    assert_eq!(world.status(), "Active");
    world.advance(1);
    assert_eq!(world.status(), "Dehydrated");

    let atomic =
        Scope { transaction: Transaction::Atomic(Atomic::default()), body: note(), ..Scope::default() };
    let mut app = flow(vec![], vec![shape("atomic", ShapeKind::Scope(atomic))], vec![]);
    let module = app.0.modules.get_mut("Flow").unwrap();
    module.orchestration.as_mut().unwrap().transaction = Transaction::LongRunning(Default::default());
    let mut world = World::new(app);
    world.order("1");
    world.advance(2 * DAY);
    assert_eq!(world.status(), "Active");
}

/// Given a wait that took others long before, when an instance begins it, then it is dehydrated at once; and given scarce
/// memory, when the threshold falls below what an instance has waited, then it is dehydrated (DEH-3).
/// Decision: the engine is told what memory holds by an operation and does not measure it, so that a run can be replayed.
#[test]
fn c142_the_past_and_scarce_memory_dehydrate_sooner() {
    let mut world = World::new(plain());
    world.order("1");
    world.advance(1_900);
    world.note("1");
    world.order("2");
    assert_eq!(world.status(), "Dehydrated", "a wait of 1900 s is expected");

    let mut world = World::new(plain());
    world.order("1");
    world.advance(60);
    world.operate(Operation::SetMemoryUsage(MemoryUsage { private_mb: 250, ..Default::default() }));
    assert_eq!(world.status(), "Active");
    world.operate(Operation::SetMemoryUsage(MemoryUsage { private_mb: 400, ..Default::default() }));
    assert_eq!(world.status(), "Dehydrated");
}

/// Given the host setting Always or Never, when an instance waits, then it is dehydrated at once or not at all (DEH-5).
#[test]
fn c142_the_host_may_dehydrate_always_or_never() {
    for (behavior, status) in
        [(DehydrationBehavior::Always, "Dehydrated"), (DehydrationBehavior::Never, "Active")]
    {
        let mut app = plain();
        let dehydration = Dehydration { behavior, ..Dehydration::default() };
        app.0.settings.hosts.push(Host { name: "Main".into(), dehydration, ..Host::default() });
        let mut world = World::new(app);
        world.order("1");
        world.advance(2 * DAY * i64::from(status == "Active"));
        assert_eq!(world.status(), status);
    }
}

/// Shapes that consumed a message, with its number.
fn consumed(world: &World) -> Vec<(String, u64)> {
    let consumed = world.events.iter().filter_map(|event| match &event.kind {
        EventKind::MessageConsumed { message, shape, .. } => Some((shape.to_string(), message.0)),
        _ => None,
    });
    consumed.collect()
}

/// Given an instance that has received a message since its last persistence point, when the host crashes, then it goes on
/// from that point and receives the same message again; what it did before the point is not done twice (PER-4).
/// Decision: the durable host loses nothing at all, because it logs every input; `RestartHost` plays what a BizTalk host
/// would lose.
#[test]
fn c145_after_a_crash_a_message_is_received_again_from_the_last_persistence_point() {
    let before = vec![send("Out", "M").named("early")];
    let mut world = World::new(flow(before, note(), vec![delay("rest", "new System.TimeSpan(0, 1, 0)")]));
    world.order("1");
    world.note("1");
    world.operate(Operation::RestartHost { controlled: false });
    let [_, first, again] = &consumed(&world)[..] else { panic!("{:?}", consumed(&world)) };
    assert_eq!((first.0.as_str(), first), ("receive Next", again));
    world.advance(61);
    assert_eq!(world.sent("S").len(), 2, "the early one is not sent again");
    assert!(world.story("Flow").ends_with("completed"), "{}", world.story("Flow"));
}

/// Given an instance that has passed no persistence point, when the host crashes, then it begins again with the message
/// that activated it; after a controlled shutdown it goes on where it was (PER-4, PER-3).
#[test]
fn c145_without_a_persistence_point_it_begins_again_unless_the_shutdown_was_controlled() {
    for (controlled, starts) in [(false, 2), (true, 1)] {
        let mut world = World::new(plain());
        world.order("1");
        world.operate(Operation::RestartHost { controlled });
        world.note("1");
        assert_eq!(consumed(&world).iter().filter(|(shape, _)| shape == "receive M").count(), starts);
        assert_eq!((world.created("Flow"), world.sent("S").len()), (1, 1));
    }
}

/// Given a suspended instance, when messages for it arrive, then they wait in its queue and are received after it is
/// resumed (INS-1).
#[test]
fn c146_a_suspended_instance_keeps_its_messages() {
    let mut world = World::new(plain());
    world.order("1");
    let id = world.only("Flow").id;
    world.operate(Operation::SuspendInstance(id));
    world.note("1");
    assert_eq!((world.only("Flow").queue.len(), world.sent("S").len()), (1, 0));
    world.operate(Operation::ResumeInstance(id));
    assert_eq!(world.sent("S").len(), 1);
    assert!(world.story("Flow").ends_with("completed"), "{}", world.story("Flow"));
}

/// Given an instance that is about to run, when Suspend is requested, then the operation is pending, another one is refused
/// meanwhile, and the instance is suspended where it waits next (INS-3, CONFLICT 22).
/// Decision: an instance that waits is at a safe point, so what is asked of it happens at once.
#[test]
fn c147_an_operation_on_a_busy_instance_is_pending_until_it_waits() {
    let mut world = World::new(flow(vec![], note(), vec![delay("rest", "new System.TimeSpan(0, 1, 0)")]));
    world.order("1");
    let id = world.only("Flow").id;
    world.input(InputKind::Received {
        location: Name::new("N-RL"),
        body: xml("Note", &[("Id", "1")]).into_bytes().into(),
        properties: vec![],
    });
    world.input(InputKind::Operate(Operation::SuspendInstance(id)));
    let view = world.only("Flow");
    assert_eq!(
        (view.status.to_string().as_str(), view.pending.map(|p| p.name().as_str())),
        ("Active", Some("Suspend"))
    );
    world.input(InputKind::Operate(Operation::TerminateInstance(id)));
    assert!(world.refused().contains("Suspend is pending"), "{}", world.refused());
    world.settle();
    assert!(world.ran("Flow", "receive Next"), "it ran on to its next wait");
    let view = world.only("Flow");
    assert_eq!((view.status.to_string().as_str(), view.pending), ("Suspended (resumable)", None));
}

/// Given an instance that completed with discarded messages, when Resume is tried, then it is refused; Terminate removes
/// it with its messages (ZMB-1, INS-2).
#[test]
fn c148_a_zombie_is_terminated_and_not_resumed() {
    let mut world = World::new(plain());
    world.order("1");
    let id = world.only("Flow").id;
    for _ in 0..2 {
        world.input(InputKind::Received {
            location: Name::new("N-RL"),
            body: xml("Note", &[("Id", "1")]).into_bytes().into(),
            properties: vec![],
        });
    }
    world.settle();
    assert_eq!(world.status(), "Completed with discarded messages");
    world.operate(Operation::ResumeInstance(id));
    assert!(world.refused().contains("Resume is not possible"), "{}", world.refused());
    world.operate(Operation::TerminateInstance(id));
    assert!(world.live("Flow").is_empty());
}

/// Given two instances that hold the same message, when one is terminated, then the other still has it whole (INS-2, MSG-2).
#[test]
fn c149_a_shared_message_outlives_the_termination_of_one_holder() {
    let holder = |name: &str, body: Block| {
        let mut all = vec![activate("In", "M")];
        all.extend(body);
        orch(name)
            .port("In", IN, "Order", Binding::SpecifyLater)
            .port("Out", OUT, "Order", Binding::SpecifyLater)
            .message("M", "Order")
            .body(all)
    };
    let mut app = app().class("Order", &["Id"]).receive_port("R", "XMLReceive").send_port("S");
    let rest = vec![delay("rest", "new System.TimeSpan(0, 1, 0)"), send("Out", "M")];
    app = app
        .orchestration(holder("Held", vec![suspend("hold", "\"look\"")]))
        .orchestration(holder("Flow", rest));
    for name in ["Held", "Flow"] {
        app = app.bind(name, "In", rp("R")).bind(name, "Out", sp("S"));
    }
    let mut world = World::new(app);
    let text = xml("Order", &[("Id", "7")]);
    world.receive("R", &text);
    let message = |view: &InstanceView| view.messages[0].message.id;
    let held = world.only("Held");
    assert_eq!(message(&held), message(&world.only("Flow")), "one message, two holders");
    world.operate(Operation::TerminateInstance(held.id));
    assert!(world.live("Held").is_empty());
    world.advance(61);
    assert!(matches!(world.sent("S")[..], [sent] if sent.ends_with(&text)), "{:?}", world.sent("S"));
}

/// Stops every new instance of Flow before this shape.
fn class_breakpoint(shape: &str) -> Operation {
    let breakpoint = Breakpoint { orchestration: flow_name(), shape: Name::new(shape), instance: None };
    Operation::SetBreakpoint { breakpoint, on: true }
}

/// Given an instance in a breakpoint, when Resume is tried, then it is refused and named; Continue lets it go on
/// (DBG-7, CONFLICT 21).
/// Decision: Suspend and Terminate happen at once, as a breakpoint is a persistence point and so a safe one (CONFLICT 22).
#[test]
fn c150_only_continue_moves_an_instance_on_from_its_breakpoint() {
    let mut world = World::new(plain());
    world.operate(class_breakpoint("send M"));
    world.order("1");
    world.note("1");
    let id = world.only("Flow").id;
    assert_eq!(world.status(), "In breakpoint");
    world.operate(Operation::ResumeInstance(id));
    assert!(world.refused().contains("Continue"), "{}", world.refused());
    assert_eq!((world.status().as_str(), world.sent("S").len()), ("In breakpoint", 0));
    world.operate(Operation::ContinueInstance(id));
    assert_eq!(world.sent("S").len(), 1);
    assert!(world.story("Flow").ends_with("continued completed"), "{}", world.story("Flow"));
}

/// Given an instance in a breakpoint, when it is suspended and resumed in debug, then it stands in a breakpoint again; when
/// it is terminated, then it is gone (DBG-4).
#[test]
fn c150_an_instance_in_a_breakpoint_is_suspended_and_terminated_at_once() {
    let mut world = World::new(plain());
    world.operate(class_breakpoint("receive Next"));
    world.order("1");
    let id = world.only("Flow").id;
    world.operate(Operation::SuspendInstance(id));
    assert_eq!(world.status(), "Suspended (resumable)");
    world.operate(Operation::ResumeInDebug(id));
    assert_eq!(world.status(), "In breakpoint");
    world.operate(Operation::TerminateInstance(id));
    assert!(world.live("Flow").is_empty());
}

fn set(state: ServiceState) -> Operation {
    Operation::SetService { orchestration: flow_name(), state }
}

/// Given an orchestration with a port that is bound to nothing, when it is to be enlisted, then this is refused and the
/// port is named (OST-2).
#[test]
fn c151_an_unbound_orchestration_cannot_be_enlisted() {
    let mut app = plain();
    app.0.bindings.services[0].ports.remove("Out");
    let mut world = World::new(app);
    world.operate(set(ServiceState::Stopped));
    assert!(world.refused().contains("bind Out first"), "{}", world.refused());
    assert_eq!(world.engine.service_state(flow_name()), Some(ServiceState::Unbound));
    assert!(world.subscriptions().iter().all(|s| !s.contains("Flow")));
}

/// Given an enlisted orchestration whose send port is not enlisted, when it is to be started alone, then this is refused;
/// started with its send ports, both start. A port that is stopped, but enlisted, is enough (OST-3, CONFLICT 8).
#[test]
fn c152_a_start_needs_enlisted_send_ports_or_starts_them() {
    let enlisted = |state: PortState| {
        let mut app = plain().state("Other", ServiceState::Stopped).with_send_port(|port| port.state = state);
        app.0.bindings.services[0].state = ServiceState::Stopped;
        World::new(app)
    };
    let start = |start_send_ports| Operation::StartService {
        orchestration: flow_name(),
        options: StartOptions { start_send_ports, ..StartOptions::default() },
    };
    let mut world = enlisted(PortState::Bound);
    world.operate(start(false));
    assert!(world.refused().contains("enlist S first"), "{}", world.refused());
    assert_eq!(world.engine.service_state(flow_name()), Some(ServiceState::Stopped));
    world.operate(start(true));
    assert_eq!(world.engine.service_state(flow_name()), Some(ServiceState::Started));
    assert_eq!(world.engine.send_port_state(Name::new("S")), Some(PortState::Started));

    let mut world = enlisted(PortState::Stopped);
    world.operate(start(false));
    assert_eq!(world.engine.service_state(flow_name()), Some(ServiceState::Started));
    assert_eq!(world.engine.send_port_state(Name::new("S")), Some(PortState::Stopped), "as it was");
}

fn stop(options: StopOptions) -> Operation {
    Operation::StopService { orchestration: flow_name(), options }
}

/// Given a running instance, when its orchestration is stopped, then by default the instance is suspended; without that
/// option it goes on and gets its messages. Starting again resumes it (OST-3, OST-4, OST-5).
#[test]
fn c153_stopping_an_orchestration_suspends_its_instances_if_asked() {
    let mut world = World::new(plain());
    world.order("1");
    world.operate(stop(StopOptions::default()));
    assert_eq!(world.status(), "Suspended (resumable)");
    world.note("1");
    assert!(world.sent("S").is_empty());
    world.operate(Operation::StartService { orchestration: flow_name(), options: StartOptions::default() });
    assert_eq!(world.sent("S").len(), 1);

    let mut world = World::new(plain());
    world.order("1");
    world.operate(stop(StopOptions { suspend_instances: false, ..StopOptions::default() }));
    world.note("1");
    assert_eq!(world.sent("S").len(), 1);
}

/// Given two orchestrations at one receive port and one alone at another, when the latter is stopped with its exclusive
/// receive locations, then only the location that nobody else needs is disabled; started with its locations, it is enabled
/// again (OST-3, OST-4).
#[test]
fn c153_stopping_can_disable_the_locations_nobody_else_needs() {
    let app = plain()
        .orchestration(
            orch("Other")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .message("M", "Order")
                .body(vec![activate("In", "M")]),
        )
        .bind("Other", "In", rp("R"));
    let mut world = World::new(app);
    world.operate(stop(StopOptions { disable_receive_locations: true, suspend_instances: false }));
    let closed = |world: &World| {
        let locations = world.engine.program().locations.iter().zip(&world.engine.core().locations_enabled);
        locations.filter(|(_, enabled)| !**enabled).map(|(l, _)| l.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(closed(&world), ["N-RL"]);
    let options = StartOptions { enable_receive_locations: true, ..StartOptions::default() };
    world.operate(Operation::StartService { orchestration: flow_name(), options });
    assert!(closed(&world).is_empty());
}

/// Given an orchestration that is unenlisted while instances run, when messages arrive, then a new order fails routing and
/// the old instance still gets its own (OST-6).
/// Decision: instances stay unless the operator asks to terminate them (CONFLICT 7).
#[test]
fn c154_an_unenlisted_orchestration_lets_its_instances_finish() {
    let unenlist =
        |terminate_instances| Operation::UnenlistService { orchestration: flow_name(), terminate_instances };
    let mut world = World::new(plain());
    world.order("1");
    world.operate(unenlist(false));
    world.order("2");
    assert_eq!(world.created("Flow"), 1);
    assert!(world.events.iter().any(|event| matches!(event.kind, EventKind::RoutingFailed { .. })));
    world.note("1");
    assert_eq!(world.sent("S").len(), 1);

    let mut world = World::new(plain());
    world.order("1");
    world.operate(unenlist(true));
    assert!(world.live("Flow").is_empty());
    world.operate(unenlist(false));
    assert!(world.refused().contains("not enlisted"), "{}", world.refused());
}

#[test]
fn an_operation_on_a_missing_instance_or_shape_is_refused() {
    let mut world = World::new(plain());
    for (operation, reason) in [
        (Operation::ContinueInstance(InstanceId(9)), "no orchestration instance #9"),
        (class_breakpoint("nowhere"), "no shape nowhere"),
        (stop(StopOptions::default()), ""),
        (stop(StopOptions::default()), "it is not started"),
    ] {
        world.operate(operation);
        assert!(world.refused().contains(reason), "{}", world.refused());
    }
}
