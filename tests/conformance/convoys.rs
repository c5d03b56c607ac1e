//! Convoys and zombies (sections 4.4 to 4.7).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::engine::{InputKind, InstanceChange};
use orchestrion::message::TimeSpan;
use orchestrion::model::{Binding, Block, Polarity, Shape};

const IN: Polarity = Polarity::Implements;

/// A patient's file: an orchestration that any of three messages can start, and that wants all three.
fn hospital(after: Block) -> App {
    let arrival = |class: &str| {
        vec![
            activate(&format!("{class}Port"), class).initializes("ByPatient"),
            expression(class, "n = n + 1;"),
        ]
    };
    let mut body = vec![parallel("all", vec![arrival("Admission"), arrival("Insurance"), arrival("Lab")])];
    body.extend(after);
    let mut file = orch("File").variable("n", "System.Int32", "0").set("ByPatient", &["Patient"]);
    let mut app = app().receive_port("R", "XMLReceive");
    for class in ["Admission", "Insurance", "Lab"] {
        app = app.class(class, &["Patient"]);
        file = file.port(&format!("{class}Port"), IN, class, Binding::MessageBox).message(class, class);
    }
    app.orchestration(file.body(body))
}

fn patient(world: &mut World, class: &str, name: &str) {
    world.arrive("R", &xml(class, &[("Patient", name)]));
}

/// Given three activate receives in branches that initialise the same set, when one message of each arrives, in any order
/// and however fast, then one instance gets all three and goes on when the last has come; another patient has another
/// instance. (CVY-20, CVY-22)
#[test]
fn c130_a_parallel_convoy_gathers_its_messages_in_any_order() {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for (order, settles) in orders.into_iter().flat_map(|order| [(order, true), (order, false)]) {
        let mut world = World::new(hospital(vec![expression("together", "n = n * 10;")]));
        for at in order {
            for name in ["Ann", "Bob"] {
                patient(&mut world, ["Admission", "Insurance", "Lab"][at], name);
                if settles {
                    world.settle();
                }
            }
        }
        assert!(!settles || world.ran("File", "together"));
        world.settle();
        assert_eq!(world.created("File"), 2, "{order:?}: {:?}", world.subscriptions());
        assert_eq!(world.story("File").matches("completed").count(), 2, "{order:?}: {}", world.story("File"));
        assert_eq!(world.shapes("File").iter().filter(|s| *s == "together").count(), 2);
    }
}

/// Given a parallel convoy that waits for the rest, when a second message of one kind arrives for the same values, then it
/// goes to the same instance, which never consumes it. (CVY-23)
/// Decision: this holds as long as the instance lives, as for sequential convoys.
#[test]
fn cvy_23_a_second_message_of_a_kind_is_left_over() {
    let mut world = World::new(hospital(vec![]));
    for class in ["Lab", "Lab", "Admission", "Insurance"] {
        patient(&mut world, class, "Ann");
        world.settle();
    }
    assert_eq!(world.created("File"), 1);
    assert!(world.story("File").ends_with("discarded"), "{}", world.story("File"));
}

/// Items of a batch go to the instance that the first of the batch has started.
fn collector(body: Block) -> App {
    let mut all = vec![activate("In", "First").initializes("ByBatch")];
    all.extend(body);
    app().class("Item", &["Batch"]).receive_port("R", "XMLReceive").orchestration(
        orch("Collector")
            .port("In", IN, "Item", Binding::MessageBox)
            .message("First", "Item")
            .message("Next", "Item")
            .variable("rounds", "System.Int32", "0")
            .set("ByBatch", &["Batch"])
            .body(all),
    )
}

fn item(world: &mut World) {
    world.arrive("R", &xml("Item", &[("Batch", "b")]));
}

fn next() -> Shape {
    receive("In", "Next").follows("ByBatch")
}

/// Given a loop that receives 17 messages of a convoy and 18 that match, when the loop ends, then the instance completes
/// with one discarded message and error 0xC0C01B4C; after that the next message of the group starts an instance anew.
/// (ZMB-1, ZMB-2, ZMB-3, LOP-4)
#[test]
fn c132_a_message_too_many_for_a_loop_is_a_zombie() {
    let body =
        vec![while_loop("17", "rounds < 17", vec![next(), expression("round", "rounds = rounds + 1;")])];
    let mut world = World::new(collector(body));
    for _ in 0..=18 {
        item(&mut world);
    }
    world.settle();
    let discarded = world
        .changes("Collector")
        .into_iter()
        .any(|change| matches!(change, InstanceChange::Discarded { messages: 1, terminated: false }));
    assert!(discarded && world.created("Collector") == 1, "{}", world.story("Collector"));
    let zombie = world.only("Collector");
    assert!(zombie.reason.as_ref().is_some_and(|r| r.contains("0xC0C01B4C")), "{:?}", zombie.reason);
    assert!(world.logged().iter().any(|line| line.contains("0xC0C01B4C")), "{:?}", world.logged());
    item(&mut world);
    world.settle();
    assert_eq!(world.created("Collector"), 2);
}

/// Given a Listen whose delay is over in the same step in which a message arrives, when the delay's branch runs and the
/// instance ends, then the message is a zombie. (ZMB-2, CVY-11)
/// Decision: of two branches that can run at the same moment the left one does, as in a poll, so a receive drawn left
/// of the delay still takes its message (LIS-4).
#[test]
fn c133_a_message_that_comes_as_the_delay_ends_is_a_zombie() {
    for delay_first in [true, false] {
        let mut branches = vec![vec![next()], vec![delay("over", "new System.TimeSpan(0, 0, 10)")]];
        if delay_first {
            branches.reverse();
        }
        let mut world = World::new(collector(vec![listen("wait", branches)]));
        item(&mut world);
        world.settle();
        world.now = world.now.plus(TimeSpan::from_seconds(10));
        world.input(InputKind::Tick);
        item(&mut world);
        world.settle();
        assert_eq!(world.ran("Collector", "over"), delay_first);
        let end = if delay_first { "discarded" } else { "completed" };
        assert!(world.story("Collector").ends_with(end), "{}", world.story("Collector"));
    }
}
