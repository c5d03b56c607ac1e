//! Atomic and long-running transactions, and scopes that take turns (sections 6.2 and 6.3).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::engine::{EventKind, Operation};
use orchestrion::message::Value;
use orchestrion::model::{
    Atomic, Binding, Block, Catch, CatchType, Compensation, LongRunning, Polarity, Scope, Shape, ShapeKind,
    Transaction,
};

const IN: Polarity = Polarity::Implements;
const OUT: Polarity = Polarity::Uses;
const RETRY: &str = "Microsoft.XLANGs.BaseTypes.RetryTransactionException";

/// A long-running orchestration `O` activated by an Order: it can send it to S, publish Notes and wait for them.
fn one(body: Block) -> App {
    let mut all = vec![activate("In", "M").initializes("ById")];
    all.extend(body);
    let mut o = orch("O")
        .port("In", IN, "Order", Binding::SpecifyLater)
        .port("Out", OUT, "Order", Binding::SpecifyLater)
        .port("Say", OUT, "Note", Binding::MessageBox)
        .port("Hear", IN, "Note", Binding::MessageBox)
        .message("M", "Order")
        .message("N", "Note")
        .message("Heard", "Note")
        .variable("n", "System.Int32", "0")
        .variable("other", "System.Int32", "0")
        .variable("until", "System.DateTime", "")
        .variable("again", RETRY, "")
        .set("ById", &["Id"])
        .body(all);
    o.o.transaction = Transaction::LongRunning(LongRunning::default());
    app()
        .class("Order", &["Id"])
        .class("Note", &["Id"])
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .orchestration(o)
        .bind("O", "In", rp("R"))
        .bind("O", "Out", sp("S"))
}

fn run(app: App) -> World {
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "1")]));
    world
}

fn atomic(body: Block) -> Shape {
    atomic_with(body, Atomic::default())
}

fn atomic_with(body: Block, atomic: Atomic) -> Shape {
    let scope = Scope { transaction: Transaction::Atomic(atomic), body, ..Default::default() };
    shape("atomic", ShapeKind::Scope(scope))
}

/// A long-running scope with a handler for everything; `timeout` may be empty.
fn guarded(name: &str, timeout: &str, body: Block, exception: &str, handler: Block) -> Shape {
    let catch = Catch {
        id: format!("{name} catch").into(),
        name: format!("{name} catch"),
        exception: CatchType::Exception(exception.into()),
        variable: format!("{}Ex", name.replace(' ', "")),
        body: handler,
        ..Default::default()
    };
    let transaction = Transaction::LongRunning(LongRunning { timeout: timeout.into() });
    shape(name, ShapeKind::Scope(Scope { transaction, body, catches: vec![catch], ..Default::default() }))
}

fn fail(name: &str, exception: &str) -> Shape {
    expression(name, &format!("throw new {exception}(\"broken\");"))
}

fn add(name: &str) -> Shape {
    expression(name, "n = n + 1;")
}

fn seconds(name: &str, count: u32) -> Shape {
    delay(name, &format!("new System.TimeSpan(0, 0, {count})"))
}

fn times(world: &World, shape: &str) -> usize {
    world.shapes("O").iter().filter(|s| *s == shape).count()
}

fn number(world: &World, name: &str) -> i32 {
    let variables = world.only("O").variables;
    match variables.iter().find(|(n, _)| n.as_str() == name) {
        Some((_, Value::Int32(number))) => *number,
        other => panic!("{other:?}"),
    }
}

/// Given an atomic scope that sends, starts an orchestration and assigns a variable of the orchestration, when it fails,
/// then nothing is sent or started and the variable has its old value. Its end makes all of them happen. (ATM-1, ATM-2)
#[test]
fn c161_a_failed_atomic_scope_leaves_nothing_behind() {
    for fails in [true, false] {
        let mut body = vec![add("inside"), send("Out", "M"), start("begin", "Child", &[])];
        body.extend(fails.then(|| fail("fail", "System.ApplicationException")));
        let app = one(vec![
            guarded("guard", "", vec![atomic(body)], "System.ApplicationException", vec![add("handler")]),
            suspend("look", "\"look\""),
        ])
        .orchestration(
            orch("Child").variable("n", "System.Int32", "0").body(vec![expression("c", "n = 1;")]),
        );
        let world = run(app);
        assert_eq!(number(&world, "n"), 1, "{fails}: from one of the two");
        assert_eq!((world.sent("S").len(), world.created("Child")), if fails { (0, 0) } else { (1, 1) });
        assert_eq!(world.ran("O", "handler"), fails);
    }
}

/// Given Retry and a RetryTransactionException that is always thrown, when the scope runs, then there are 22 attempts 2 s
/// apart, each from the values at entry; then the instance is suspended, and a resume begins with the first attempt again.
/// (ATM-4)
#[test]
fn c162_an_atomic_scope_is_tried_22_times_and_then_suspended() {
    let mut world = run(one(vec![atomic(vec![send("Out", "M"), add("attempt"), fail("fail", RETRY)])]));
    assert_eq!(times(&world, "attempt"), 1);
    world.advance(1);
    assert_eq!(times(&world, "attempt"), 1);
    world.advance(1);
    assert_eq!(times(&world, "attempt"), 2);
    world.advance(39);
    assert_eq!(times(&world, "attempt"), 21);
    assert!(world.only("O").reason.is_none());
    world.advance(1);
    assert_eq!(times(&world, "attempt"), 22);
    let suspended = world.only("O");
    assert!(suspended.reason.as_ref().is_some_and(|r| r.contains("22 times")), "{:?}", suspended.reason);
    assert!(world.story("O").ends_with("suspended"), "{}", world.story("O"));
    assert_eq!(number(&world, "n"), 0, "every attempt is taken back");
    assert_eq!(world.count(|kind| matches!(kind, EventKind::ScopeRetry { .. })), 21);
    world.operate(Operation::ResumeInstance(suspended.id));
    world.advance(1000);
    assert_eq!(times(&world, "attempt"), 44);
    assert!(world.sent("S").is_empty());
}

/// Given an exception that says how long to wait, when it makes the scope run again, then that is the gap; and what the
/// scope had received is received again. (ATM-4)
#[test]
fn atm_4_another_attempt_comes_when_the_exception_says_and_receives_again() {
    let late = "again = new Microsoft.XLANGs.BaseTypes.RetryTransactionException(\"early\"); \
                again.DelayFor = new System.TimeSpan(0, 0, 10); \
                if (System.DateTime.UtcNow < until) { throw again; }";
    let mut world = World::new(one(vec![
        expression("limit", "until = System.DateTime.UtcNow.AddSeconds(15);"),
        atomic(vec![receive("Hear", "Heard").follows("ById"), expression("late", late), send("Out", "M")]),
    ]));
    world.receive("R", &xml("Order", &[("Id", "1")]));
    world.receive("R", &xml("Note", &[("Id", "1")]));
    for (after, received) in [(9, 1), (1, 2), (9, 2), (1, 3)] {
        world.advance(after);
        assert_eq!(times(&world, "receive Heard"), received, "{:?}", world.exceptions());
    }
    assert_eq!(world.sent("S").len(), 1);
    assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
}

/// Given an atomic scope that fails with another exception, or one whose Retry is off, when it fails, then there is one
/// attempt, and the exception goes on to the scope around it. (ATM-5)
/// Decision: a message that nobody subscribes to is not tried again either, though it is a PersistenceException:
/// it would find no recipient 2 s later, and the orchestration's own handler knows what to do.
#[test]
fn c163_only_exceptions_that_ask_for_it_run_a_scope_again() {
    let once = Atomic { retry: false, ..Default::default() };
    let unwanted =
        vec![construct("N", "N.Id = \"nobody\";"), add("attempt"), send("Out", "M"), send("Say", "N")];
    let cases = [
        atomic(vec![add("attempt"), fail("fail", "System.ApplicationException")]),
        atomic_with(vec![add("attempt"), fail("fail", RETRY)], once),
        atomic(unwanted),
    ];
    for scope in cases {
        let guard =
            guarded("guard", "", vec![scope], "System.Exception", vec![expression("caught", "other = 1;")]);
        let mut world = run(one(vec![guard]));
        world.advance(60);
        assert_eq!((times(&world, "attempt"), times(&world, "caught")), (1, 1), "{:?}", world.exceptions());
        assert!(world.sent("S").is_empty(), "nor does the rest of the scope go out");
        assert!(world.story("O").ends_with("completed"), "{}", world.story("O"));
    }
}

/// Given a distributed atomic scope that takes longer than its time-out, when it would commit, then the commit fails, the
/// scope is taken back and the instance suspended; a resume starts the scope over. Without that flag it commits. (ATM-11)
/// Decision: the time-out is a matter of the distributed transaction only and never interrupts the body (CONFLICT 2).
#[test]
fn atm_11_only_a_distributed_transaction_times_out_at_its_commit() {
    let slow = || vec![add("inside"), seconds("slow", 90), send("Out", "M")];
    let mut world = run(one(vec![atomic_with(slow(), Atomic { distributed: true, ..Default::default() })]));
    world.advance(100);
    assert!(times(&world, "inside") == 1 && world.sent("S").is_empty());
    let suspended = world.only("O");
    assert!(suspended.reason.as_ref().is_some_and(|r| r.contains("60 s")), "{:?}", suspended.reason);
    world.operate(Operation::ResumeInstance(suspended.id));
    assert_eq!(times(&world, "inside"), 2);
    let mut world = run(one(vec![atomic(slow())]));
    world.advance(100);
    assert!(world.sent("S").len() == 1 && world.story("O").ends_with("completed"));
}

/// Given a long-running scope with 5 seconds and a receive inside that gets nothing, when they are over, then its catch
/// block for TimeoutException runs; an answer in time leaves it unused. (LRT-3, LRT-4)
#[test]
fn c164_the_time_of_a_long_running_scope_ends_its_waits() {
    for answered in [false, true] {
        let wait = vec![receive("Hear", "Heard").follows("ById")];
        let late = "Microsoft.XLANGs.BaseTypes.TimeoutException";
        let mut world =
            run(one(vec![guarded("patience", "5", wait, late, vec![add("late")]), seconds("rest", 60)]));
        world.advance(4);
        if answered {
            world.receive("R", &xml("Note", &[("Id", "1")]));
        }
        assert!(!world.ran("O", "late"));
        world.advance(2);
        assert_eq!(world.ran("O", "late"), !answered, "{:?}", world.exceptions());
    }
}

/// A committed scope with a compensation block that runs `undo`.
fn child(undo: Shape) -> Shape {
    shape(
        "child",
        ShapeKind::Scope(Scope {
            transaction: Transaction::LongRunning(LongRunning::default()),
            transaction_id: "ChildTx".into(),
            body: vec![add("work")],
            compensation: Some(Compensation {
                id: "undo block".into(),
                name: "undo block".into(),
                body: vec![undo],
                ..Default::default()
            }),
            ..Default::default()
        }),
    )
}

/// Given an orchestration that fails after a child transaction has committed, when nobody handles the exception, then the
/// child is compensated before the instance is suspended. (6.5 step 6)
#[test]
fn a_root_that_fails_undoes_what_its_children_committed() {
    let world =
        run(one(vec![child(expression("undo", "n = 0;")), fail("fail", "System.ApplicationException")]));
    assert_eq!(times(&world, "undo"), 1);
    assert!(world.story("O").ends_with("suspended"), "{}", world.story("O"));
}

/// Given an orchestration with a time-out, when it is over, then no catch block has a say: what the children committed is
/// compensated and the exception goes on. (LRT-7)
#[test]
fn lrt_7_the_time_of_a_whole_orchestration_runs_its_default_handler() {
    let wait = receive("Hear", "Heard").follows("ById");
    let late = "Microsoft.XLANGs.BaseTypes.TimeoutException";
    let inner = guarded("inner", "", vec![wait], late, vec![add("wrong")]);
    let mut app = one(vec![child(expression("undo", "n = 0;")), inner]);
    let o = app.0.modules.get_mut("O").unwrap().orchestration.as_mut().unwrap();
    o.transaction = Transaction::LongRunning(LongRunning { timeout: "30".into() });
    let mut world = run(app);
    world.advance(31);
    assert!(world.ran("O", "undo") && !world.ran("O", "wrong"), "{:?}", world.exceptions());
    assert!(world.only("O").reason.is_some_and(|r| r.contains("TimeoutException")));
}

/// Given an atomic orchestration, when it fails, then nothing it sent goes out, not even before its end; and it can be
/// tried again as a whole. (TX6-2, ATM-1)
#[test]
fn tx6_2_an_atomic_orchestration_sends_at_its_end() {
    for fails in [false, true] {
        let mut body = vec![send("Out", "M"), seconds("slow", 10)];
        body.extend(fails.then(|| fail("fail", RETRY)));
        let mut app = one(body);
        let o = app.0.modules.get_mut("O").unwrap().orchestration.as_mut().unwrap();
        o.transaction = Transaction::Atomic(Atomic::default());
        let mut world = run(app);
        assert!(world.sent("S").is_empty());
        world.advance(11);
        assert_eq!(world.sent("S").len(), usize::from(!fails), "{:?}", world.exceptions());
        world.advance(12);
        assert_eq!(times(&world, "slow"), if fails { 2 } else { 1 });
    }
}

/// Given more instances in open atomic scopes than stay in memory as they are, when time passes, then each sends what it
/// held, once. (ATM-1)
#[test]
fn atm_1_a_crowd_in_atomic_scopes_keeps_what_it_holds() {
    let mut world = World::new(one(vec![atomic(vec![send("Out", "M"), add("inside"), seconds("slow", 10)])]));
    for id in 0..80 {
        world.receive("R", &xml("Order", &[("Id", &id.to_string())]));
    }
    assert!(world.sent("S").is_empty());
    world.advance(11);
    assert_eq!(world.sent("S").len(), 80);
    assert!(world.live("O").is_empty());
}

/// Given a call inside an atomic scope whose callee sends, when the scope commits, then the message goes out through the
/// callee's port; and when the scope fails, it does not. (ATM-1, SCP-6)
#[test]
fn atm_1_what_a_called_orchestration_sends_is_held_too() {
    for fails in [false, true] {
        let mut body = vec![call("ask", "Inner", &[])];
        body.extend(fails.then(|| fail("fail", "System.ApplicationException")));
        let inner = orch("Inner")
            .port("Tell", OUT, "Note", Binding::MessageBox)
            .message("N", "Note")
            .body(vec![construct("N", "N.Id = \"1\";"), send("Tell", "N")]);
        let app = one(vec![
            guarded("guard", "", vec![atomic(body)], "System.Exception", vec![add("handler")]),
            seconds("rest", 5),
        ]);
        let world = run(app.orchestration(inner).with_note_taker());
        assert_eq!(world.created("Taker"), usize::from(!fails), "{:?}", world.exceptions());
    }
}

trait NoteTaker {
    fn with_note_taker(self) -> App;
}

impl NoteTaker for App {
    fn with_note_taker(self) -> App {
        self.orchestration(
            orch("Taker")
                .port("In", IN, "Note", Binding::MessageBox)
                .message("N", "Note")
                .body(vec![activate("In", "N")]),
        )
    }
}

fn synchronized(name: &str, body: Block) -> Shape {
    shape(name, ShapeKind::Scope(Scope { synchronized: true, body, ..Default::default() }))
}

/// Given two branches that change the same variable in synchronized scopes, when one of them is in its scope, then the
/// other waits to enter until it is over, a wait inside included. Scopes that share nothing, or are not synchronized, do
/// not wait for each other. (SCP-8, PAR-2)
#[test]
fn scp_8_synchronized_scopes_take_turns_with_shared_data() {
    let slow = || {
        vec![
            expression("first", "n = n * 10 + 1;"),
            seconds("hold", 10),
            expression("third", "n = n * 10 + 2;"),
        ]
    };
    let plain = |name: &str, body| shape(name, ShapeKind::Scope(Scope { body, ..Default::default() }));
    let quick = |text: &str| vec![expression("quick", text)];
    let cases = [
        (synchronized("a", slow()), synchronized("b", quick("n = n * 10 + 3;")), (1, 123)),
        (synchronized("a", slow()), synchronized("b", quick("other = 3;")), (1, 12)),
        (synchronized("a", slow()), plain("b", quick("n = n * 10 + 3;")), (13, 132)),
        (synchronized("a", slow()), atomic(quick("n = n * 10 + 3;")), (1, 123)),
    ];
    for (a, b, expected) in cases {
        let both = parallel("both", vec![vec![a], vec![b]]);
        let mut world = run(one(vec![both, suspend("look", "\"look\"")]));
        let before = number(&world, "n");
        world.advance(11);
        assert_eq!((before, number(&world, "n")), expected);
    }
}

/// Given an atomic scope in one branch that fails, when another branch has changed other variables meanwhile, then those
/// keep their values. (ATM-2, PAR-1)
#[test]
fn atm_2_a_scope_takes_back_only_what_it_assigned() {
    let failing =
        atomic(vec![add("inside"), seconds("slow", 10), fail("fail", "System.ApplicationException")]);
    let guard = guarded("guard", "", vec![failing], "System.Exception", vec![]);
    let beside = vec![seconds("a moment", 5), expression("beside", "other = 7;")];
    let mut world = run(one(vec![parallel("both", vec![vec![guard], beside]), suspend("look", "\"look\"")]));
    world.advance(11);
    assert_eq!((number(&world, "n"), number(&world, "other")), (0, 7));
}
