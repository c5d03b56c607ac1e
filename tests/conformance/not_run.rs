//! What is kept but has no effect says so.

use crate::build::*;
use orchestrion::model::Transport;
use orchestrion::program::Program;

fn codes(app: &App) -> Vec<&'static str> {
    Program::diagnose(&app.0).iter().map(|d| d.code).filter(|code| code.starts_with('N')).collect()
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
