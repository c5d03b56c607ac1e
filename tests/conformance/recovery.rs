//! What operators and failures do to running instances and suspended messages (sections 3.5 and 5).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::engine::{InputKind, Operation};
use orchestrion::model::{Binding, Polarity, PortBinding};

const IN: Polarity = Polarity::Implements;
const OUT: Polarity = Polarity::Uses;

/// Begins with an Order, may send Notes to whoever wants them and receives those with its Id.
fn worker(body: Vec<orchestrion::model::Shape>) -> App {
    let mut all = vec![activate("In", "M").initializes("ById")];
    all.extend(body);
    app()
        .class("Order", &["Id"])
        .class("Note", &["Id"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("Worker")
                .port("In", IN, "Order", Binding::SpecifyLater)
                .port("Say", OUT, "Note", Binding::MessageBox)
                .port("Hear", IN, "Note", Binding::MessageBox)
                .message("M", "Order")
                .message("N", "Note")
                .message("Heard", "Note")
                .variable("rounds", "System.Int32", "0")
                .set("ById", &["Id"])
                .body(all),
        )
        .bind("Worker", "In", PortBinding::ReceivePort("R".into()))
}

fn spin(rounds: &str) -> orchestrion::model::Shape {
    while_loop("spin", rounds, vec![expression("turn", "rounds = rounds + 1;")])
}

#[test]
fn ins_3_a_pending_terminate_ends_a_loop_without_end() {
    let mut world = World::new(worker(vec![spin("rounds >= 0")]));
    let body = xml("Order", &[("Id", "1")]).into_bytes().into();
    let location = orchestrion::message::Name::new("R-RL");
    world.input(InputKind::Received { location, body, properties: vec![] });
    world.input(InputKind::Turn { pick: 0 });
    let id = world.only("Worker").id;
    world.operate(Operation::TerminateInstance(id));
    assert!(world.story("Worker").ends_with("pending terminated"), "{}", world.story("Worker"));
    assert!(world.live("Worker").is_empty());
}

#[test]
fn ins_1_a_busy_instance_is_suspended_between_turns_and_goes_on_after_resume() {
    let mut world = World::new(worker(vec![spin("rounds < 20000")]));
    let body = xml("Order", &[("Id", "1")]).into_bytes().into();
    let location = orchestrion::message::Name::new("R-RL");
    world.input(InputKind::Received { location, body, properties: vec![] });
    world.input(InputKind::Turn { pick: 0 });
    let id = world.only("Worker").id;
    world.operate(Operation::SuspendInstance(id));
    assert!(world.story("Worker").ends_with("pending suspended"), "{}", world.story("Worker"));
    world.operate(Operation::ResumeInstance(id));
    assert!(world.story("Worker").ends_with("resumed completed"), "{}", world.story("Worker"));
    assert_eq!(world.shapes("Worker").iter().filter(|s| *s == "turn").count(), 20_000);
}

#[test]
fn sub_9_a_message_to_itself_survives_the_end_of_a_turn() {
    let body = vec![
        construct("N", "N.Id = M.Id;"),
        send("Say", "N"),
        spin("rounds < 20000"),
        receive("Hear", "Heard").follows("ById"),
    ];
    let mut world = World::new(worker(body));
    world.receive("R", &xml("Order", &[("Id", "1")]));
    assert!(world.story("Worker").ends_with("completed"), "{}", world.story("Worker"));
}

#[test]
fn lis_4_the_delay_of_a_lost_branch_leaves_no_timer() {
    let rounds = while_loop(
        "rounds",
        "rounds < 50",
        vec![
            listen(
                "wait",
                vec![
                    vec![receive("Hear", "Heard").follows("ById")],
                    vec![delay("a day", "new System.TimeSpan(1, 0, 0, 0)")],
                ],
            ),
            expression("turn", "rounds = rounds + 1;"),
        ],
    );
    let app = worker(vec![rounds, receive("Hear", "Heard").named("last").follows("ById")]);
    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "1")]));
    for round in 0..50 {
        assert_eq!(world.engine.core().timers.len(), 1, "round {round}");
        world.advance(1);
        world.receive("R", &xml("Note", &[("Id", "1")]));
    }
    assert!(world.engine.core().timers.is_empty(), "it waits for a message now, not for a time");
    world.advance(2 * 86_400);
    assert!(!world.ran("Worker", "a day"));
}
