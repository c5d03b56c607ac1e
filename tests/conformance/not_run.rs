//! What does not run yet says so before and at run time, and nothing is lost.

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::model::{Binding, Polarity, PortBinding};
use orchestrion::program::Program;

#[test]
fn a_shape_that_does_not_run_warns_and_suspends_the_instance_there() {
    let app = app()
        .class("Order", &["Id"])
        .receive_port("R", "XMLReceive")
        .orchestration(
            orch("Ruled")
                .port("In", Polarity::Implements, "Order", Binding::SpecifyLater)
                .message("M", "Order")
                .variable("n", "System.Int32", "0")
                .body(vec![
                    activate("In", "M"),
                    send("In", "M").named("discount").edit_send(|s| s.role_port_type = "Vendors".into()),
                    expression("after", "n = 1;"),
                ]),
        )
        .bind("Ruled", "In", PortBinding::ReceivePort("R".into()));
    let found = Program::diagnose(&app.0);
    let warning = found.iter().find(|d| d.code == "N01").expect("a warning");
    assert!(warning.message.contains("discount") && !warning.help.is_empty(), "{warning}");

    let mut world = World::new(app);
    world.receive("R", &xml("Order", &[("Id", "1")]));
    let stopped = world.only("Ruled");
    assert!(stopped.reason.as_deref().is_some_and(|r| r.contains("discount")), "{:?}", stopped.reason);
    assert!(!world.ran("Ruled", "after"), "it is not skipped");
}

#[test]
fn settings_without_effect_say_so() {
    use orchestrion::model::Authentication;
    for (authentication, warnings) in [(Authentication::Keep, 1), (Authentication::None, 0)] {
        let app = app()
            .class("Order", &["Id"])
            .receive_port("R", "XMLReceive")
            .with_receive_port(|port| port.authentication = authentication);
        let found = Program::diagnose(&app.0);
        let said = found.iter().filter(|d| d.code == "N02" && d.message.contains("of R")).count();
        assert_eq!(said, warnings, "{found:?}");
    }
}
