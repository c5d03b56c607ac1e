//! What is kept but has no effect says so.

use crate::build::*;
use orchestrion::model::{Binding, Direction, ParameterKind, RoleLink, Transport};
use orchestrion::program::Program;

fn codes(app: &App) -> Vec<&'static str> {
    Program::diagnose(&app.0).iter().map(|d| d.code).filter(|code| code.starts_with('N')).collect()
}

#[test]
fn a_role_link_parameter_says_that_nothing_is_passed_in_it() {
    let link = RoleLink { name: "Supplier".into(), ..Default::default() };
    let with = |kind| {
        let callee = orch("Callee").parameter(Direction::In, kind).body(vec![expression("x", "n = 1;")]);
        app().class("Order", &["Id"]).orchestration(callee.variable("n", "System.Int32", "0"))
    };
    assert_eq!(codes(&with(ParameterKind::RoleLink(link))), ["N01"]);
    let port = orch("Other").port("P", OUT, "Order", Binding::MessageBox).o.ports.remove(0);
    assert!(codes(&with(ParameterKind::Port(port))).is_empty());
}

#[test]
fn a_backup_transport_of_an_ordered_port_says_that_it_is_not_used() {
    for (ordered, expected) in [(true, vec!["N02"]), (false, vec![])] {
        let app = app().class("Order", &["Id"]).send_port("S").with_send_port(|port| {
            port.ordered_delivery = ordered;
            port.backup = Some(Transport { address: "queue://other".into(), ..Default::default() });
        });
        assert_eq!(codes(&app), expected);
    }
}
