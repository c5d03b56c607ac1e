//! Parallel Actions (1.10).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::model::{Binding, Polarity, PortBinding};

const IN: Polarity = Polarity::Implements;

/// Branches side by side, after an Order with an Id has arrived at R. `Reply` follows the Id on A.
fn parallel_app(
    branches: Vec<Vec<orchestrion::model::Shape>>,
    around: impl FnOnce(orchestrion::model::Shape) -> Vec<orchestrion::model::Shape>,
) -> World {
    let mut body = vec![activate("In", "M").initializes("ById")];
    body.extend(around(parallel("together", branches)));
    let app = app()
        .class("Order", &["Id"])
        .class("Answer", &["Id"])
        .receive_port("R", "XMLReceive")
        .receive_port("A", "XMLReceive")
        .orchestration(
            orch("Fork")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Reply", IN, "Answer", Binding::SpecifyLater)
                .message("M", "Order")
                .message("Got", "Answer")
                .variable("n", "System.Int32", "0")
                .variable("bad", "System.Exception", "")
                .set("ById", &["Id"])
                .body(body),
        )
        .bind("Fork", "In", PortBinding::ReceivePort("R".into()))
        .bind("Fork", "Reply", PortBinding::ReceivePort("A".into()));
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "1")]));
    world
}

fn wait() -> orchestrion::model::Shape {
    receive("Reply", "Got").follows("ById")
}

/// Given a Terminate in one of two branches, when it runs, then the instance ends though the other branch still waits. (PAR-3,
/// TRM-1)
#[test]
fn c081_terminate_in_a_branch_ends_the_instance() {
    let world = parallel_app(vec![vec![wait()], vec![terminate("stop", "\"enough\"")]], |fork| vec![fork]);
    assert!(world.story("Fork").ends_with("terminated"), "{}", world.story("Fork"));
}

/// Given three branches, when two have ended, then the shape waits for the third before the flow goes on. (PAR-1)
#[test]
fn c082_the_shape_waits_for_its_last_branch() {
    let mut world = parallel_app(
        vec![vec![expression("one", "n = n + 1;")], vec![wait()], vec![expression("two", "n = n + 1;")]],
        |fork| vec![fork, expression("after", "n = n + 10;")],
    );
    assert!(world.ran("Fork", "one") && world.ran("Fork", "two"));
    assert!(!world.ran("Fork", "after"), "{:?}", world.shapes("Fork"));
    world.receive("A", &xml("Answer", &[("Id", "1")]));
    assert!(world.ran("Fork", "after"));
    assert!(world.story("Fork").ends_with("completed"), "{}", world.story("Fork"));
}

/// Given an exception that leaves a branch, when it does, then each other branch gets a ForcedTerminationException; its
/// handler may clean up, what it throws is dropped, and the first exception goes on from the shape. (PAR-4)
#[test]
fn c083_a_failing_branch_stops_its_siblings_whose_handlers_may_clean_up() {
    let tidy = try_catch(
        "guarded",
        vec![wait()],
        "Microsoft.XLANGs.BaseTypes.ForcedTerminationException",
        vec![expression("clean up", "n = 5;"), throw("again", "bad")],
    );
    let fail = expression("fail", "bad = new System.ApplicationException(\"broken\"); throw bad;");
    let world = parallel_app(vec![vec![tidy], vec![fail]], |fork| {
        vec![try_catch(
            "outer",
            vec![fork],
            "System.ApplicationException",
            vec![expression("caught", "n = n + 1;")],
        )]
    });
    assert!(world.ran("Fork", "clean up"), "{:?}", world.shapes("Fork"));
    assert!(world.ran("Fork", "caught"), "the exception goes on from the shape: {:?}", world.exceptions());
    assert!(world.story("Fork").ends_with("completed"), "{}", world.story("Fork"));
}

#[test]
fn parallel_branches_nest() {
    let inner =
        parallel("inner", vec![vec![expression("a", "n = n + 1;")], vec![expression("b", "n = n + 1;")]]);
    let world = parallel_app(
        vec![vec![inner, expression("c", "n = n + 1;")], vec![expression("d", "n = n + 1;")]],
        |fork| vec![fork, wait()],
    );
    let fork = world.only("Fork");
    let (_, n) = fork.variables.iter().find(|(name, _)| name.as_str() == "n").unwrap();
    assert_eq!(*n, orchestrion::message::Value::Int32(4));
}
