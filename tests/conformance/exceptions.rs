//! Exceptions: which handler runs, how far they travel, what is left when nobody handles them (section 6.5).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::engine::{InputKind, Operation};
use orchestrion::model::{
    Binding, Block, Catch, CatchType, Fault, Leg, LongRunning, Polarity, PortBinding, Scope, Shape,
    ShapeKind, Transaction,
};
use orchestrion::program::Program;

const IN: Polarity = Polarity::Implements;
const OUT: Polarity = Polarity::Uses;

/// An orchestration `O` activated by an Order, which can ask a partner at S.
fn one(body: Block) -> App {
    let mut all = vec![activate("In", "M")];
    all.extend(body);
    app()
        .class("Order", &["Id"])
        .class("Answer", &["Id"])
        .class("Refusal", &["Why"])
        .exception("StoreException", "System.IO.IOException")
        .exception("DiskException", "T.StoreException")
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .with_send_port(|port| port.two_way = true)
        .orchestration(
            orch("O")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port_of("Ask", OUT, Binding::SpecifyLater, &[("Op", "Order", Some("Answer"))])
                .message("M", "Order")
                .message("Got", "Answer")
                .variable("n", "System.Int32", "0")
                .body(all),
        )
        .bind("O", "In", PortBinding::ReceivePort("R".into()))
        .bind("O", "Ask", PortBinding::SendPort("S".into()))
}

fn run(app: App) -> World {
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "1")]));
    world
}

fn fail(exception: &str) -> Shape {
    expression("fail", &format!("throw new {exception}(\"broken\");"))
}

fn note(name: &str) -> Shape {
    expression(name, "n = n + 1;")
}

/// Given catch blocks for a type, for its base and for anything, when an exception is thrown, then the one nearest
/// to its class runs, in whatever order they are drawn. Classes the application declares stand where their base
/// puts them. (6.5, CAT-1)
/// Decision: blocks are ordered when the orchestration is compiled, and V35 tells who drew them otherwise
/// (CONFLICT 20).
#[test]
fn c165_the_most_specific_handler_runs_in_any_drawn_order() {
    let handlers = [("T.StoreException", "store"), ("System.Exception", "any"), ("", "general")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let caught = |thrown: &str| {
            let handlers = order.iter().map(|at| (handlers[*at].0, vec![note(handlers[*at].1)])).collect();
            let world = run(one(vec![try_catches("guard", vec![fail(thrown)], handlers)]));
            world.shapes("O").into_iter().find(|s| ["store", "any", "general"].contains(&s.as_str()))
        };
        assert_eq!(caught("T.DiskException").as_deref(), Some("store"), "{order:?}");
        assert_eq!(caught("System.IO.IOException").as_deref(), Some("any"), "{order:?}");
    }
    let only_general = try_catches("guard", vec![fail("T.DiskException")], vec![("", vec![note("general")])]);
    assert!(run(one(vec![only_general])).ran("O", "general"));
}

/// Given a declared exception class, when an expression asks for its kind or assigns it to a variable of its base,
/// then it is what its bases make it. (THR-1)
#[test]
fn a_declared_exception_is_one_of_its_bases() {
    let app = one(vec![
        expression("up", "wide = new T.DiskException(\"full\");"),
        decide(
            "kind",
            vec![
                ("wide.GetType().IsSubclassOf(typeof(System.IO.IOException))", vec![note("io")]),
                ("", vec![note("other")]),
            ],
        ),
    ]);
    let mut app = app;
    let wide = orchestrion::model::Variable {
        name: "wide".into(),
        variable_type: "T.StoreException".into(),
        ..Default::default()
    };
    app.0.modules.get_mut("O").unwrap().orchestration.as_mut().unwrap().variables.push(wide);
    assert!(run(app).ran("O", "io"));
}

/// Given a declared exception class with a name or base that is no exception, when the application is compiled,
/// then it is an error that names the class. (THR-1)
#[test]
fn a_declared_exception_needs_an_exception_as_base() {
    for (name, base) in [("Failure", "System.Exception"), ("BadException", "System.String")] {
        let found = Program::diagnose(&one(vec![]).exception(name, base).0);
        assert!(found.iter().any(|d| d.code == "V34" && d.message.contains(name)), "{found:?}");
    }
}

/// Given a called orchestration without a handler, when it throws, then the scope around the Call handles it, and
/// what the callee had left to do is not done. (6.5 step 5, EXC-5)
#[test]
fn c166_an_exception_leaves_a_call_for_the_callers_scope() {
    let inner = orch("Inner")
        .variable("left", "System.Int32", "0")
        .body(vec![fail("T.DiskException"), expression("not reached either", "left = 1;")]);
    let guarded = try_catch(
        "guard",
        vec![call("ask", "Inner", &[]), note("not reached")],
        "System.IO.IOException",
        vec![note("handled")],
    );
    let world = run(one(vec![guarded]).orchestration(inner));
    assert!(world.ran("O", "handled") && !world.ran("O", "not reached"), "{:?}", world.exceptions());
    assert!(world.shapes("Inner").is_empty(), "{:?}", world.shapes("Inner"));
    assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
}

/// Given an exception that no handler of a root orchestration takes, when it is raised, then the instance is
/// suspended with the text of the exception, and a resume goes on from the last persistence point. (6.5 step 6)
/// Decision: it is resumable unless `engine.uncaught_non_resumable` is set, as one page has it (CONFLICT 1).
#[test]
fn c173_an_uncaught_exception_suspends_the_instance_as_configured() {
    let body = || vec![expression("first", "n = 1;"), fail("T.DiskException")];
    let mut world = run(one(body()));
    let instance = world.only("O");
    let reason = instance.reason.clone().unwrap_or_default();
    assert!(reason.contains("T.DiskException") && reason.contains("broken"), "{reason}");
    world.operate(Operation::ResumeInstance(instance.id));
    assert_eq!(world.story("O").matches("suspended").count(), 2, "it throws again: {}", world.story("O"));
    let first = world.shapes("O").iter().filter(|s| *s == "first").count();
    assert_eq!(first, 2, "from the last persistence point, which is the beginning");

    let mut app = one(body());
    app.0.settings.engine.uncaught_non_resumable = true;
    let mut world = run(app);
    let instance = world.only("O");
    assert!(world.story("O").ends_with("suspended-for-good"), "{}", world.story("O"));
    world.operate(Operation::ResumeInstance(instance.id));
    assert!(world.refused().contains("Resume"), "{}", world.refused());
}

/// A scope that asks the partner and handles the fault `Refused` of the operation.
fn asks() -> Shape {
    let fault = CatchType::Fault { port: "Ask".into(), operation: "Op".into(), fault: "Refused".into() };
    let handler = |id: &str, exception, variable: &str, body| Catch {
        id: id.into(),
        name: id.into(),
        exception,
        variable: variable.into(),
        body,
        ..Default::default()
    };
    let log = expression("refused", "System.Diagnostics.EventLog.WriteEntry(\"T\", F.Why);");
    shape(
        "guard",
        ShapeKind::Scope(Scope {
            body: vec![send("Ask", "M"), receive("Ask", "Got").response(), note("answered")],
            catches: vec![
                handler("any", CatchType::Exception("System.Exception".into()), "ex", vec![note("other")]),
                handler("fault", fault, "F", vec![log]),
            ],
            ..Default::default()
        }),
    )
}

fn with_fault(mut app: App, orchestration: &str) -> App {
    for port_type in &mut app.0.modules.get_mut(orchestration).unwrap().port_types {
        for operation in port_type.operations.iter_mut().filter(|o| o.response.is_some()) {
            operation.faults.push(Fault {
                name: "Refused".into(),
                message_type: "T.Refusal".into(),
                ..Default::default()
            });
        }
    }
    app
}

/// Given a request-response operation with a fault and a catch block for that fault, when the partner answers with
/// the fault message, then that block runs and reads the message; the answer itself is not received. (PT-7, CAT-1)
#[test]
fn c174_a_fault_message_runs_its_catch_block() {
    let mut world = World::new(with_fault(one(vec![asks()]), "O"));
    world.hold = true;
    world.receive("R", &xml("Order", &[("Id", "1")]));
    let id = world.open[0].id;
    let body = xml("Refusal", &[("Why", "no stock")]).into_bytes().into();
    world.input(InputKind::Responded { id, body, properties: vec![] });
    world.settle();
    assert_eq!(world.logged(), ["no stock"], "{:?}", world.exceptions());
    assert!(!world.ran("O", "answered") && !world.ran("O", "other"));
    assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
}

/// Given an orchestration that answers a request of another with a fault, when the fault arrives there, then its
/// catch block runs just the same. (PT-7, SND-5)
#[test]
fn c174_an_orchestration_can_answer_with_a_fault() {
    let mut app = one(vec![asks()]);
    app.0.modules.get_mut("O").unwrap().orchestration.as_mut().unwrap().ports[1].binding =
        Binding::MessageBox;
    let refuse = send("Serve", "No").edit_send(|s| s.leg = Leg::Fault("Refused".into()));
    let server = orch("Server")
        .port_of("Serve", IN, Binding::MessageBox, &[("Op", "Order", Some("Answer"))])
        .message("Asked", "Order")
        .message("No", "Refusal")
        .body(vec![activate("Serve", "Asked"), construct("No", "No.Why = \"closed\";"), refuse]);
    let app = with_fault(with_fault(app.orchestration(server), "O"), "Server");
    let world = run(app);
    assert_eq!(world.logged(), ["closed"], "{:?}", world.exceptions());
    assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
}

/// Given a root orchestration with a compensation block of its own, when it completes and when it fails, then the
/// block does not run: only a caller could compensate it. (COM-5)
#[test]
fn c175_a_root_is_never_compensated() {
    for end in [note("fine"), fail("T.DiskException")] {
        let mut app = one(vec![end]);
        let o = app.0.modules.get_mut("O").unwrap().orchestration.as_mut().unwrap();
        o.transaction = Transaction::LongRunning(LongRunning::default());
        o.compensation =
            Some(vec![expression("undo", "System.Diagnostics.EventLog.WriteEntry(\"T\", \"undo\");")]);
        let world = run(app);
        assert!(!world.ran("O", "undo"), "{:?}", world.shapes("O"));
    }
}
