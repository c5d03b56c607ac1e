//! Flow of control and exceptions, as the order manager uses them (section 9.4).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::message::Value;
use orchestrion::model::{
    Argument, Binding, Call, Direction, ParameterKind, Polarity, PortBinding, ShapeKind, Variable,
};

const IN: Polarity = Polarity::Implements;

/// An orchestration `Flow` activated by an Order with a Kind; Notes and Stops with its Kind can follow.
fn flow(body: Vec<orchestrion::model::Shape>) -> App {
    let mut all = vec![activate("In", "M").initializes("ByKind")];
    all.extend(body);
    app()
        .class("Order", &["Kind"])
        .class("Note", &["Kind"])
        .class("Stop", &["Kind"])
        .receive_port("R", "XMLReceive")
        .send_port("S")
        .orchestration(
            orch("Flow")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Notes", IN, "Note", Binding::MessageBox)
                .port("Stops", IN, "Stop", Binding::MessageBox)
                .port("Operator", Polarity::Uses, "Order", Binding::SpecifyLater)
                .message("M", "Order")
                .message("Note", "Note")
                .message("Stop", "Stop")
                .variable("stage", "System.Int32", "1")
                .variable("currentStage", "System.Int32", "0")
                .variable("rounds", "System.Int32", "0")
                .variable("error", "System.String", "\"\"")
                .variable("interrupt", "T.InterruptException", "")
                .set("ByKind", &["Kind"])
                .body(all),
        )
        .bind("Flow", "In", PortBinding::ReceivePort("R".into()))
        .bind("Flow", "Operator", PortBinding::SendPort("S".into()))
}

fn run(body: Vec<orchestrion::model::Shape>, kind: &str) -> World {
    let mut world = World::new(flow(body));
    world.receive("R", &xml("Order", &[("Kind", kind)]));
    world
}

fn note() -> orchestrion::model::Shape {
    receive("Notes", "Note").follows("ByKind")
}

fn stop() -> orchestrion::model::Shape {
    receive("Stops", "Stop").follows("ByKind")
}

fn set(name: &str) -> orchestrion::model::Shape {
    expression(name, "rounds = rounds + 1;")
}

/// Given a Decide on the kind of a request, when the request is TERMINATE, then only the branch of that rule runs; any other
/// kind takes the else branch. (DEC-2, DEC-3)
#[test]
fn c071_only_the_branch_whose_rule_holds_runs() {
    let request = || {
        vec![decide(
            "request",
            vec![
                ("M.Kind == \"TERMINATE\"", vec![set("terminate branch")]),
                ("", vec![set("processing branch")]),
            ],
        )]
    };
    let world = run(request(), "TERMINATE");
    assert!(world.ran("Flow", "terminate branch") && !world.ran("Flow", "processing branch"));
    for other in ["NEW", "terminate", ""] {
        let world = run(request(), other);
        assert!(
            !world.ran("Flow", "terminate branch") && world.ran("Flow", "processing branch"),
            "{other:?}"
        );
    }
}

/// Given a loop over stages and in it a loop that lasts while the stage is the current one, when the inner loop increments the
/// stage, then it ends and the outer loop goes on to the next. (LOP-1)
#[test]
fn c072_incrementing_the_stage_inside_ends_the_inner_loop() {
    let inner =
        while_loop("same stage", "currentStage == stage", vec![expression("next", "stage = stage + 1;")]);
    let outer =
        while_loop("each stage", "stage <= 2", vec![expression("enter", "currentStage = stage;"), inner]);
    let world = run(vec![outer], "x");
    let count = |name: &str| world.shapes("Flow").iter().filter(|s| *s == name).count();
    assert_eq!((count("enter"), count("next")), (2, 2), "each stage once: {:?}", world.shapes("Flow"));
}

/// Given a Listen with several receives and a delay, when one of the messages arrives, then its branch runs and the others do
/// not, then or later. (LIS-2)
#[test]
fn c073_only_the_listen_branch_of_the_message_runs() {
    let wait = listen(
        "wait",
        vec![
            vec![note(), set("noted")],
            vec![stop(), set("stopped")],
            vec![delay("an hour", "new System.TimeSpan(1, 0, 0)"), set("late")],
        ],
    );
    let mut world = run(vec![wait], "x");
    assert_eq!(world.only("Flow").subscriptions.len(), 2);
    world.receive("R", &xml("Stop", &[("Kind", "x")]));
    world.advance(2 * 3600);
    assert!(world.ran("Flow", "stopped"));
    assert!(!world.ran("Flow", "noted") && !world.ran("Flow", "late"), "{:?}", world.shapes("Flow"));
}

/// Given a received message whose branch throws, when no inner handler fits, then the outermost one runs and tells the
/// operator; what was left to do inside is not done. (EXC-5, THR-3)
#[test]
fn c074_a_received_termination_throws_to_the_outermost_handler() {
    let throws = vec![
        stop(),
        expression("fail", "interrupt = new T.InterruptException(\"terminated\");"),
        throw("throw", "interrupt"),
    ];
    let inner = try_catch(
        "inner",
        vec![listen("wait", vec![vec![note()], throws])],
        "System.IO.IOException",
        vec![set("wrong")],
    );
    let outer =
        try_catch("outer", vec![inner, set("not reached")], "System.Exception", vec![send("Operator", "M")]);
    let mut world = run(vec![outer], "x");
    world.receive("R", &xml("Stop", &[("Kind", "x")]));
    assert_eq!(world.sent("S").len(), 1, "{:?}", world.exceptions());
    assert!(!world.ran("Flow", "wrong") && !world.ran("Flow", "not reached"));
}

/// Given an error flag at the end of an orchestration, when the last Decide sees it, then Terminate ends the instance as
/// Terminated; without the flag it completes. (TRM-1, TRM-2)
#[test]
fn c075_an_error_at_the_end_terminates_and_its_absence_completes() {
    let last = || {
        vec![
            decide(
                "kind",
                vec![("M.Kind == \"bad\"", vec![expression("flag", "error = \"wrong\";")]), ("", vec![])],
            ),
            decide("failed?", vec![("error != \"\"", vec![terminate("end", "error")]), ("", vec![])]),
        ]
    };
    assert!(run(last(), "bad").story("Flow").ends_with("terminated"));
    assert!(run(last(), "good").story("Flow").ends_with("completed"));
}

/// Given an interrupt that waits in the queue, when the orchestration polls for it, then it throws and the handler for
/// interrupts runs; without one it goes on. (THR-3, LIS-4)
#[test]
fn c077_an_interrupt_that_is_found_throws() {
    let check = || {
        let poll = listen(
            "check",
            vec![
                vec![
                    stop(),
                    expression("make", "interrupt = new T.InterruptException(\"interrupted\");"),
                    throw("interrupt", "interrupt"),
                ],
                vec![delay("none", "new System.TimeSpan(0)")],
            ],
        );
        let hold = delay("work", "new System.TimeSpan(0, 1, 0)");
        vec![try_catch(
            "stage",
            vec![hold, poll, set("went on")],
            "T.InterruptException",
            vec![set("interrupted")],
        )]
    };
    let mut world = run(check(), "x");
    world.receive("R", &xml("Stop", &[("Kind", "x")]));
    world.advance(120);
    assert!(world.ran("Flow", "interrupted") && !world.ran("Flow", "went on"), "{:?}", world.exceptions());
    let mut world = run(check(), "x");
    world.advance(120);
    assert!(world.ran("Flow", "went on") && !world.ran("Flow", "interrupted"));
}

/// Actions that change a handler object and a number they are given.
fn actions(direction: Direction) -> World {
    let parameter = |name: &str, value_type: &str| {
        ParameterKind::Variable(Variable {
            name: name.into(),
            variable_type: value_type.into(),
            ..Default::default()
        })
    };
    let action = |name: &str| {
        orch(name)
            .parameter(direction, parameter("handler", "T.Handler"))
            .parameter(Direction::In, parameter("times", "System.Int32"))
            .body(vec![expression(
                "act",
                &format!("handler = new T.Handler(); handler.Last = \"{name}\"; times = times + 1;"),
            )])
    };
    let call = |name: &str| {
        let arguments = vec![
            Argument { name: "handler".into(), direction },
            Argument { name: "times".into(), direction: Direction::In },
        ];
        let call = Call { orchestration: format!("T.{name}"), arguments, ..Default::default() };
        vec![shape(&format!("call {name}"), ShapeKind::Call(call))]
    };
    let choose = decide(
        "action",
        vec![
            ("M.Kind == \"ACTIVATE\"", call("Activate")),
            ("M.Kind == \"CHANGE\"", call("Change")),
            ("", call("Cancel")),
        ],
    );
    let app = app()
        .class("Order", &["Kind"])
        .class("Handler", &["Last"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("Stage")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .message("M", "Order")
                .variable("handler", "T.Handler", "")
                .variable("times", "System.Int32", "0")
                .body(vec![
                    activate("In", "M"),
                    expression("create", "handler = new T.Handler(); handler.Last = \"created\";"),
                    choose,
                    delay("look", "new System.TimeSpan(1, 0, 0)"),
                ]),
        )
        .orchestration(action("Activate"))
        .orchestration(action("Change"))
        .orchestration(action("Cancel"))
        .bind("Stage", "In", PortBinding::ReceivePort("R".into()));
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Kind", "CHANGE")]));
    world
}

fn last_action(world: &World) -> String {
    let stage = world.only("Stage");
    let value = |name: &str| stage.variables.iter().find(|(n, _)| n.as_str() == name).unwrap().1.clone();
    assert_eq!(value("times"), Value::Int32(0), "an In parameter is a copy");
    match value("handler") {
        Value::Class(handler) => orchestrion::message::format_value(handler.get("Last").unwrap()),
        other => panic!("{other:?}"),
    }
}

/// Given an object passed to a called orchestration that changes it, when the call ends, then the caller sees the changes if
/// the parameter is Ref or Out, and none if it is In. (CAL-3)
#[test]
fn c078_a_passed_object_shows_its_changes_as_the_direction_allows() {
    assert_eq!(last_action(&actions(Direction::Ref)), "Change");
    assert_eq!(last_action(&actions(Direction::Out)), "Change");
    assert_eq!(last_action(&actions(Direction::In)), "created");
}

/// Given a Decide between three calls, when it runs, then exactly one of them is made. (DEC-3)
#[test]
fn c079_exactly_one_action_is_called() {
    let world = actions(Direction::Ref);
    let called: Vec<String> = world.shapes("Stage").into_iter().filter(|s| s.starts_with("call ")).collect();
    assert_eq!(called, ["call Change"]);
}

/// Given a Listen with a receive on the left and a delay of nothing on the right, when a message waits, then its branch runs;
/// when none does, the delay's. (LIS-4, DLY-3)
#[test]
fn c080_a_listen_with_a_delay_of_nothing_polls_the_queue() {
    for waiting in [true, false] {
        let poll = listen(
            "poll",
            vec![vec![note(), set("found")], vec![delay("none", "new System.TimeSpan(0)"), set("nothing")]],
        );
        let mut world = run(vec![delay("work", "new System.TimeSpan(0, 1, 0)"), poll], "x");
        if waiting {
            world.receive("R", &xml("Note", &[("Kind", "x")]));
        }
        world.advance(61);
        assert_eq!((world.ran("Flow", "found"), world.ran("Flow", "nothing")), (waiting, !waiting));
    }
}

/// Given a Delay until a time that is past, when it runs, then it is over at once. (DLY-2, DLY-3)
/// Decision: so is a negative or empty span.
#[test]
fn c089_a_delay_until_a_past_time_is_over_at_once() {
    for until in
        ["System.DateTime.UtcNow.AddDays(-1)", "System.DateTime.UtcNow", "new System.TimeSpan(0, 0, -5)"]
    {
        let world = run(vec![delay("past", until), set("after")], "x");
        assert!(world.ran("Flow", "after"), "{until}");
        assert!(!world.story("Flow").contains("waiting"), "{}", world.story("Flow"));
    }
}

/// Given a Listen whose branches begin with activate receives of two types, when a message of either arrives, then an
/// instance starts in that branch and never runs the other. (LIS-3, RCV-1)
#[test]
fn c090_either_of_two_messages_starts_an_instance_in_its_branch() {
    let begin = |port: &str, message: &str, name: &str| {
        vec![activate(port, message), expression(name, "rounds = rounds + 1;")]
    };
    let app = app()
        .class("Note", &["Kind"])
        .class("Stop", &["Kind"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("Either")
                .port("Notes", IN, "Note", Binding::MessageBox)
                .port("Stops", IN, "Stop", Binding::MessageBox)
                .message("Note", "Note")
                .message("Stop", "Stop")
                .variable("rounds", "System.Int32", "0")
                .body(vec![
                    listen("first", vec![begin("Notes", "Note", "noted"), begin("Stops", "Stop", "stopped")]),
                    expression("after", "rounds = rounds + 1;"),
                ]),
        );
    let mut world = World::new(app);
    for (class, shape, other) in [("Stop", "stopped", "noted"), ("Note", "noted", "none")] {
        world.receive("R", &xml(class, &[("Kind", "x")]));
        assert!(world.ran("Either", shape) && !world.ran("Either", other), "{:?}", world.shapes("Either"));
    }
    assert_eq!(world.story("Either").matches("completed").count(), 2);
}

/// Given a Start Orchestration, when it runs, then the starter goes on at once and the child runs as an instance of its own,
/// with a persistence point between; what the child throws does not reach the starter. (1.13)
#[test]
fn c085_a_started_orchestration_is_an_instance_of_its_own() {
    let child = orch("Child").variable("n", "System.Int32", "0").body(vec![
        delay("work", "new System.TimeSpan(0, 1, 0)"),
        expression("fail", "throw new System.ApplicationException(\"broken\");"),
    ]);
    let guard =
        try_catch("guard", vec![start("begin", "Child", &[])], "System.Exception", vec![set("wrong")]);
    let hold = delay("rest", "new System.TimeSpan(0, 5, 0)");
    let mut world = World::new(flow(vec![guard, set("goes on"), hold]).orchestration(child));
    world.receive("R", &xml("Order", &[("Kind", "x")]));
    assert!(world.ran("Flow", "goes on") && world.live("Child").len() == 1);
    let starter = world.only("Flow").id;
    let started = world.events.iter().any(|event| {
        let cause = orchestrion::engine::PersistenceCause::Start;
        event.kind == orchestrion::engine::EventKind::PersistencePoint { instance: starter, cause }
    });
    assert!(started);
    world.advance(120);
    assert!(world.story("Child").ends_with("suspended"), "{}", world.story("Child"));
    assert!(!world.ran("Flow", "wrong"));
    world.advance(300);
    assert!(world.story("Flow").ends_with("completed"), "{}", world.story("Flow"));
}

/// Given a Terminate in a called orchestration, when it runs, then the caller ends with it, without handlers. (TRM-1)
#[test]
fn c087_terminate_in_a_called_orchestration_ends_the_caller() {
    let inner = orch("Inner").body(vec![terminate("stop", "\"enough\"")]);
    let guard = try_catch("guard", vec![call("ask", "Inner", &[])], "", vec![set("wrong")]);
    let mut world = World::new(flow(vec![guard, set("not reached")]).orchestration(inner));
    world.receive("R", &xml("Order", &[("Kind", "x")]));
    assert!(world.story("Flow").ends_with("terminated"), "{}", world.story("Flow"));
    assert!(!world.ran("Flow", "wrong") && !world.ran("Flow", "not reached"));
}

/// Given two orchestrations that call each other, which the checker refuses, when they run all the same, then the second
/// call of the first raises an exception instead of going on for ever. (CAL-5)
#[test]
fn cal_5_a_circle_of_calls_is_an_exception() {
    let inner = |name: &str, next: &str| orch(name).body(vec![call("go", next, &[])]);
    let app = flow(vec![call("go", "Ping", &[])])
        .orchestration(inner("Ping", "Pong"))
        .orchestration(inner("Pong", "Ping"));
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Kind", "x")]));
    let reason = world.only("Flow").reason.unwrap_or_default();
    assert!(reason.contains("StackOverflow") && reason.contains("T.Ping calls itself"), "{reason}");
}

/// Given a loop whose condition is false from the beginning, when it is reached, then its body never runs. (LOP-1)
#[test]
fn c088_a_loop_tests_before_its_first_round() {
    let world = run(vec![while_loop("never", "rounds > 0", vec![set("round")]), set("after")], "x");
    assert!(!world.ran("Flow", "round") && world.ran("Flow", "after"));
}

/// Given a loop that never ends and never waits, when it has gone on for longer than the limit, then its instance is
/// suspended with the name of the loop, others go on, and a resume gives it as much again. (LOP-1)
/// Decision: the limit is a million operations without a wait; `engine.loop_limit` changes it, and 0 lifts it.
#[test]
fn c010_a_loop_without_a_wait_is_suspended_with_its_name() {
    let endless = decide(
        "kind",
        vec![
            ("M.Kind == \"endless\"", vec![while_loop("for ever", "true", vec![set("round")])]),
            ("", vec![]),
        ],
    );
    let mut app = flow(vec![endless]);
    app.0.settings.engine.loop_limit = Some(20_000);
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Kind", "endless")]));
    let stopped = world.only("Flow");
    let reason = stopped.reason.clone().unwrap_or_default();
    assert!(reason.contains("the loop \"for ever\" of T.Flow") && reason.contains("loop_limit"), "{reason}");
    world.receive("R", &xml("Order", &[("Kind", "fine")]));
    assert!(world.story("Flow").ends_with("completed"), "{}", world.story("Flow"));
    world.operate(orchestrion::engine::Operation::ResumeInstance(stopped.id));
    assert_eq!(world.story("Flow").matches("suspended").count(), 2, "{}", world.story("Flow"));
}

#[test]
fn an_expression_that_never_ends_suspends_its_instance_and_nothing_else() {
    let endless = decide(
        "kind",
        vec![
            ("M.Kind == \"endless\"", vec![expression("forever", "while (true) { rounds = rounds + 1; }")]),
            ("", vec![]),
        ],
    );
    let mut world = World::new(flow(vec![endless]));
    world.receive("R", &xml("Order", &[("Kind", "endless")]));
    let reason = world.only("Flow").reason.unwrap_or_default();
    assert!(reason.contains("ExecutionLimit"), "{reason}");
    world.receive("R", &xml("Order", &[("Kind", "fine")]));
    assert!(world.story("Flow").ends_with("completed"), "others go on: {}", world.story("Flow"));
}

#[test]
fn a_loop_without_a_wait_lets_others_run() {
    let endless = decide(
        "kind",
        vec![
            ("M.Kind == \"endless\"", vec![while_loop("forever", "true", vec![set("round")])]),
            ("", vec![]),
        ],
    );
    let mut world = World::new(flow(vec![endless]));
    let receive = |world: &mut World, kind: &str| {
        world.input(orchestrion::engine::InputKind::Received {
            location: orchestrion::message::Name::new("R-RL"),
            body: xml("Order", &[("Kind", kind)]).as_bytes().into(),
            properties: vec![],
        });
    };
    receive(&mut world, "endless");
    receive(&mut world, "fine");
    for _ in 0..6 {
        world.input(orchestrion::engine::InputKind::Turn { pick: 0 });
    }
    assert!(world.story("Flow").contains("completed"), "{}", world.story("Flow"));
    assert_eq!(world.engine.ready(), 1, "the endless one is still at it");
}
