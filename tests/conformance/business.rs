//! Configuration values and business activities (sections 8.5, 9.6).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::engine::Operation;
use orchestrion::journal::activities;
use orchestrion::model::{Binding, ConfigurationCache, Polarity, PortBinding, Shape};

/// An orchestration `O` activated by an Order at R.
fn one(body: Vec<Shape>) -> App {
    let mut all = vec![activate("In", "M")];
    all.extend(body);
    app()
        .class("Order", &["Id"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("O")
                .port("In", Polarity::Implements, "Order", Binding::SpecifyLater)
                .message("M", "Order")
                .variable("text", "System.String", "\"\"")
                .body(all),
        )
        .bind("O", "In", PortBinding::ReceivePort("R".into()))
}

/// Each order logs the number of stages, or that it could not be read; loads are good for a minute.
fn cached() -> World {
    let read = expression("read", "text = Orchestrion.Configuration.Get(\"Stages\");");
    let failed = expression("failed", "text = \"unread\";");
    let mut app = one(vec![
        try_catch("reading", vec![read], "System.Exception", vec![failed]),
        expression("tell", "System.Diagnostics.EventLog.WriteEntry(\"T\", text);"),
    ])
    .configure("Stages", "2")
    .configure("Interval", "60000");
    app.0.settings.configuration_cache =
        Some(ConfigurationCache { interval: "Interval".into(), log_source: "T".into() });
    World::new(app)
}

fn order(world: &mut World) {
    world.receive("R", &xml("Order", &[("Id", "1")]));
}

fn configure(world: &mut World, key: &str, value: &str) {
    world.operate(Operation::SetConfiguration { key: key.into(), value: value.into() });
}

#[test]
fn a_cached_value_is_read_again_when_its_interval_is_over() {
    let mut world = cached();
    order(&mut world);
    configure(&mut world, "Stages", "3");
    configure(&mut world, "Interval", "600000");
    world.advance(59);
    order(&mut world);
    world.advance(1);
    order(&mut world);
    configure(&mut world, "Stages", "4");
    world.advance(60);
    order(&mut world);
    assert_eq!(world.logged(), ["2", "2", "3", "3"], "the new interval counts from the second load on");
}

#[test]
fn a_store_that_fails_keeps_the_old_values_but_has_none_at_the_first_use() {
    let mut world = cached();
    world.operate(Operation::SetConfigurationStore { readable: false });
    order(&mut world);
    let unread = "The configuration store cannot be read";
    assert_eq!(world.logged(), [unread, "unread"]);
    world.operate(Operation::SetConfigurationStore { readable: true });
    order(&mut world);
    world.operate(Operation::SetConfigurationStore { readable: false });
    configure(&mut world, "Stages", "3");
    world.advance(60);
    order(&mut world);
    order(&mut world);
    assert_eq!(world.logged(), [unread, "unread", "2", unread, "2", "2"], "one entry a failed load");
}

#[test]
fn an_activity_is_open_until_its_continuation_has_ended_too() {
    let bam = |call: &str| format!("Microsoft.BizTalk.Bam.EventObservation.OrchestrationEventStream.{call};");
    let calls = [
        "BeginActivity(\"Orders\", \"a\")",
        "UpdateActivity(\"Orders\", \"a\", \"Received\", System.DateTime.UtcNow, \"Customer\", \"Ana\")",
        "AddRelatedActivity(\"Orders\", \"a\", \"Stages\", \"s\")",
        "EnableContinuation(\"Orders\", \"a\", \"b\")",
        "EndActivity(\"Orders\", \"a\")",
        "UpdateActivity(\"Orders\", \"a\", \"Lost\", 1)",
    ];
    let said: Vec<Shape> = calls.iter().map(|call| expression(call, &bam(call))).collect();
    let wait = delay("wait", "new System.TimeSpan(0, 0, 5)");
    let more = [
        "UpdateActivity(\"Orders\", \"b\", \"Done\", System.DateTime.UtcNow)",
        "EndActivity(\"Orders\", \"b\")",
    ];
    let more = more.iter().map(|call| expression(call, &bam(call)));
    let mut world = World::new(one(said.into_iter().chain([wait]).chain(more).collect()));
    order(&mut world);
    let [activity] = &activities(&world.events)[..] else { panic!("one activity") };
    assert_eq!(activity.open, ["b"]);
    world.advance(5);
    let [activity] = &activities(&world.events)[..] else { panic!("one activity") };
    let reached: Vec<_> = activity.milestones.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((activity.is_open(), &reached[..]), (false, &["Received", "Done"][..]));
    assert_eq!(activity.data, [("Customer".to_owned(), "Ana".into())]);
    assert_eq!(activity.related, [("Stages".to_owned(), "s".to_owned())]);
}
