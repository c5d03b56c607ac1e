//! What deployment makes of each kind of binding, and what an operator may bind (section 9.5).

use crate::build::*;
use crate::world::{World, xml};
use orchestrion::engine::Operation;
use orchestrion::message::Name;
use orchestrion::model::{
    Binding, DynamicBinding, PartnerPort, PortBinding, ReceiveLocation, ReceivePort, ServiceState, SpecifyNow,
};
use orchestrion::program::Program;

fn sender(binding: Binding) -> App {
    app().class("Order", &["Id", "Address"]).receive_port("R", "XMLReceive").orchestration(
        orch("O")
            .port("In", IN, "Order", Binding::SpecifyLater)
            .port("Out", OUT, "Order", binding)
            .message("M", "Order")
            .body(vec![activate("In", "M"), send("Out", "M")]),
    )
}

/// Deployment makes a physical port for a "specify now" port, with its address; leaves a "specify later" port open, so
/// that the orchestration stays unbound; makes a send port without an address for a dynamic port; and makes none for a
/// direct port (BND-2, BND-3, BND-4, BND-5).
#[test]
fn c109_each_kind_of_binding_deploys_in_its_own_way() {
    let now = SpecifyNow { transport: "QUEUE".into(), uri: "queue://out".into(), ..Default::default() };
    let made = |binding| {
        let app = sender(binding).bind("O", "In", rp("R"));
        Program::compile(&app.0).expect("it compiles").0
    };
    let program = made(Binding::SpecifyNow(now));
    let port = &program.send_ports[0];
    assert_eq!(port.name.as_str(), "T.O.Out");
    assert_eq!(port.primary.as_ref().unwrap().address, "queue://out");

    let program = made(Binding::SpecifyLater);
    assert!(program.send_ports.is_empty());
    let mut world = World::run(program);
    assert_eq!(world.engine.service_state(Name::new("T.O")), Some(ServiceState::Unbound));
    world.operate(Operation::SetService { orchestration: Name::new("T.O"), state: ServiceState::Stopped });
    assert!(world.refused().contains("bind Out first"), "{}", world.refused());

    let program = made(Binding::Dynamic(DynamicBinding::default()));
    assert!(program.send_ports[0].dynamic && program.send_ports[0].primary.is_none());

    let partner = PartnerPort { orchestration: "T.O".into(), port: "Out".into() };
    for direct in [Binding::MessageBox, Binding::SelfCorrelating, Binding::Partner(partner)] {
        assert!(made(direct).send_ports.is_empty());
    }

    let now = SpecifyNow { transport: "QUEUE".into(), uri: "queue://in".into(), ..Default::default() };
    let receiving = app().class("Order", &["Id"]).orchestration(
        orch("O")
            .port("In", IN, "Order", Binding::SpecifyNow(now))
            .message("M", "Order")
            .body(vec![activate("In", "M")]),
    );
    let program = Program::compile(&receiving.0).unwrap().0;
    assert_eq!(program.receive_ports[0].name.as_str(), "T.O.In");
    assert_eq!(program.locations[0].address, "queue://in");
}

/// For a "specify later" port only physical ports of its direction and its one- or two-way kind are offered; groups are
/// for one-way sends. A binding to any other is an error that says what to bind instead (BND-3, BND-7).
#[test]
fn c110_only_ports_that_fit_can_be_bound() {
    let location = |name: &str| ReceiveLocation { name: name.into(), ..Default::default() };
    let mut app = sender(Binding::SpecifyLater)
        .send_port("One")
        .send_port("Two")
        .with_send_port(|port| port.two_way = true)
        .group("G", &["One"]);
    app.0.bindings.receive_ports.push(ReceivePort {
        name: "R2".into(),
        two_way: true,
        locations: vec![location("R2-RL")],
        ..Default::default()
    });
    let group = PortBinding::SendPortGroup("G".into());
    let offered = |polarity, two_way| app.0.bindings.candidates(polarity, two_way);
    assert_eq!(offered(OUT, false), [sp("One"), group.clone()]);
    assert_eq!(offered(OUT, true), [sp("Two")]);
    assert_eq!(offered(IN, false), [rp("R")]);
    assert_eq!(offered(IN, true), [rp("R2")]);
    for wrong in [sp("Two"), rp("R")] {
        let mut bound = App(app.0.clone()).bind("O", "In", rp("R")).bind("O", "Out", wrong);
        let found = Program::compile(&bound.0).expect_err("it does not fit");
        assert!(found.iter().any(|d| d.code == "B03" && d.help.contains("one-way send port")), "{found:?}");
        bound = bound.bind("O", "Out", group.clone());
        Program::compile(&bound.0).expect("it fits");
    }
}

/// A dynamic send port whose address names no adapter, such as the `msgbox:` address of a direct port, fails at the
/// Send shape: its transport cannot be resolved. Decision: the sources leave the place open; the exception is raised in
/// the orchestration, where a handler can see it, and not at the port (SCD-7).
#[test]
fn c111_a_message_box_address_on_a_dynamic_port_fails_the_send() {
    let app = app().class("Order", &["Id"]).receive_port("R", "XMLReceive").orchestration(
        orch("O")
            .port("In", IN, "Order", Binding::SpecifyLater)
            .port("Out", OUT, "Order", Binding::Dynamic(DynamicBinding::default()))
            .message("M", "Order")
            .body(vec![
                activate("In", "M"),
                expression("address", "Out(Microsoft.XLANGs.BaseTypes.Address) = \"msgbox:T.O#direct\";"),
                send("Out", "M"),
            ]),
    );
    let mut world = World::new(app.bind("O", "In", rp("R")));
    world.receive("R", &xml("Order", &[("Id", "1")]));
    assert!(world.sent.is_empty());
    let thrown = world.exceptions();
    assert!(thrown.iter().any(|e| e.contains("msgbox:") && e.contains("adapter")), "{thrown:?}");
    assert!(world.story("O").ends_with("suspended"), "{}", world.story("O"));
}
