//! Compensation (6.6).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::model::{
    Binding, Block, Compensate, Compensation, LongRunning, Polarity, PortBinding, Scope, Shape, ShapeKind,
    Transaction,
};

/// A long-running scope with a compensation block that logs.
fn tx(name: &str, body: Block, undo: Block) -> Shape {
    let compensation = (!undo.is_empty()).then(|| Compensation {
        id: format!("{name} undo").into(),
        name: format!("undo {name}"),
        body: undo,
        ..Compensation::default()
    });
    shape(
        name,
        ShapeKind::Scope(Scope {
            transaction: Transaction::LongRunning(LongRunning::default()),
            transaction_id: format!("{name}Tx"),
            body,
            compensation,
            ..Default::default()
        }),
    )
}

fn with_catch(mut scope: Shape, handler: Block) -> Shape {
    if let ShapeKind::Scope(s) = &mut scope.kind {
        s.catches.push(orchestrion::model::Catch {
            id: "handler".into(),
            name: "handler".into(),
            body: handler,
            ..Default::default()
        });
    }
    scope
}

fn compensate(name: &str, transaction: &str) -> Shape {
    shape(name, ShapeKind::Compensate(Compensate { transaction: transaction.into() }))
}

fn say(name: &str, text: &str) -> Shape {
    expression(name, &format!("System.Diagnostics.EventLog.WriteEntry(\"T\", {text});"))
}

fn fail() -> Shape {
    expression("fail", "throw new System.ApplicationException(\"broken\");")
}

/// Runs a body in a long-running orchestration; what was logged.
fn run(body: Block) -> (World, Vec<String>) {
    run_with(body, orch("Unused").variable("n", "System.Int32", "0").body(vec![expression("x", "n = 1;")]))
}

/// As [`run`], with an orchestration to call.
fn run_with(body: Block, inner: Orch) -> (World, Vec<String>) {
    let mut all = vec![activate("In", "M")];
    all.extend(body);
    let mut orchestration = orch("Undo")
        .port("In", Polarity::Implements, "Order", Binding::SpecifyLater)
        .message("M", "Order")
        .variable("n", "System.Int32", "0")
        .body(all);
    orchestration.o.transaction = Transaction::LongRunning(LongRunning::default());
    orchestration.o.transaction_id = "RootTx".into();
    let app = app()
        .class("Order", &["Id"])
        .receive_port("R", "XMLReceive")
        .orchestration(orchestration)
        .orchestration(inner)
        .bind("Undo", "In", PortBinding::ReceivePort("R".into()));
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "1")]));
    let logged = world.logged().iter().filter(|l| !l.starts_with('#')).map(|l| (*l).to_owned()).collect();
    (world, logged)
}

/// Given two committed children and an exception that the parent does not handle, when it is raised, then the second and then
/// the first child is compensated, and it is raised again. (COM-1, 6.5 step 4)
#[test]
fn c167_without_handler_committed_children_are_undone_newest_first_then_it_raises_again() {
    let parent = tx(
        "parent",
        vec![
            tx("one", vec![], vec![say("u1", "\"undo one\"")]),
            tx("two", vec![], vec![say("u2", "\"undo two\"")]),
            fail(),
        ],
        vec![],
    );
    let (world, logged) = run(vec![parent]);
    assert_eq!(logged, ["undo two", "undo one"]);
    assert!(world.story("Undo").ends_with("suspended"), "raised again: {}", world.story("Undo"));
}

/// Given a handler that compensates one child by its identifier, when it runs, then only that child is compensated. (COM-2,
/// CMP-2)
#[test]
fn c168_a_handler_undoes_only_what_it_names() {
    let parent = tx(
        "parent",
        vec![
            tx("one", vec![], vec![say("u1", "\"undo one\"")]),
            tx("two", vec![], vec![say("u2", "\"undo two\"")]),
            fail(),
        ],
        vec![],
    );
    let (world, logged) = run(vec![with_catch(parent, vec![compensate("c", "oneTx")])]);
    assert_eq!(logged, ["undo one"]);
    assert!(world.story("Undo").ends_with("completed"), "{}", world.story("Undo"));
}

/// Given a transaction that is compensated already, when a Compensate names it again, then nothing happens. (COM-4, CMP-4)
#[test]
fn c169_a_transaction_is_undone_once() {
    let parent = tx("parent", vec![tx("one", vec![], vec![say("u1", "\"undo one\"")]), fail()], vec![]);
    let handler = vec![compensate("c1", "oneTx"), compensate("c2", "oneTx"), say("after", "\"done\"")];
    let (_, logged) = run(vec![with_catch(parent, handler)]);
    assert_eq!(logged, ["undo one", "done"]);
}

/// Given a child transaction that committed in three rounds of a loop, when it is compensated, then its block runs three times,
/// newest first, each with the values of its own commit. (COM-1, VIS-2, LOP-3)
#[test]
fn c170_each_iteration_is_undone_with_its_own_values() {
    let step = tx("step", vec![], vec![say("u", "System.Convert.ToString(n)")]);
    let looped = while_loop("three times", "n < 3", vec![expression("count", "n = n + 1;"), step]);
    let parent = tx("parent", vec![looped, fail()], vec![]);
    let (_, logged) = run(vec![with_catch(parent, vec![compensate("c", "stepTx")])]);
    assert_eq!(logged, ["3", "2", "1"]);
}

/// Given a compensation block that assigns a variable of the orchestration, when it has run, then that variable has the value
/// it had before. (VIS-3)
#[test]
fn c171_what_a_compensation_block_changes_vanishes() {
    let step =
        tx("step", vec![], vec![expression("spoil", "n = 99;"), say("inside", "System.Convert.ToString(n)")]);
    let parent = tx("parent", vec![step, fail()], vec![]);
    let handler = vec![compensate("c", "stepTx"), say("outside", "System.Convert.ToString(n)")];
    let (_, logged) = run(vec![with_catch(parent, handler)]);
    assert_eq!(logged, ["99", "0"]);
}

#[test]
fn a_failed_scope_never_runs_its_own_compensation() {
    let failing = tx("failing", vec![fail()], vec![say("u", "\"wrong\"")]);
    let parent = with_catch(tx("parent", vec![failing], vec![]), vec![say("caught", "\"caught\"")]);
    let (_, logged) = run(vec![parent]);
    assert_eq!(logged, ["caught"], "EXC-2");
}

/// Given a called orchestration with a compensation block that names its own transaction, when the caller compensates the
/// finished call, then the block runs, and where it names itself its own children are compensated. (CMP-3, COM-5)
#[test]
fn cmp_3_a_finished_call_is_compensated_by_its_own_block() {
    let mut inner = orch("Inner").variable("n", "System.Int32", "0").body(vec![
        tx("one", vec![], vec![say("u1", "\"undo one\"")]),
        tx("two", vec![], vec![say("u2", "\"undo two\"")]),
    ]);
    inner.o.transaction = Transaction::LongRunning(LongRunning::default());
    inner.o.transaction_id = "InnerTx".into();
    inner.o.compensation =
        Some(vec![say("before", "\"before\""), compensate("own", "InnerTx"), say("after", "\"after\"")]);
    let mut ask = call("ask", "Inner", &[]);
    if let ShapeKind::Call(call) = &mut ask.kind {
        call.identifier = "AskTx".into();
    }
    let parent = with_catch(tx("parent", vec![ask, fail()], vec![]), vec![compensate("c", "AskTx")]);
    let (world, logged) = run_with(vec![parent], inner);
    assert_eq!(logged, ["before", "undo two", "undo one", "after"]);
    assert!(world.story("Undo").ends_with("completed"), "{}", world.story("Undo"));
}

#[test]
fn the_default_of_a_child_undoes_its_own_children() {
    let inner = tx("inner", vec![], vec![say("u", "\"undo inner\"")]);
    let child = tx("child", vec![inner], vec![]);
    let parent = with_catch(tx("parent", vec![child, fail()], vec![]), vec![compensate("c", "childTx")]);
    let (_, logged) = run(vec![parent]);
    assert_eq!(logged, ["undo inner"], "COM-1");
}
