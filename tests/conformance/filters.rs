//! Filter constants (RCV-8).

use crate::build::*;
use orchestrion::model::{Binding, FilterOperator};
use orchestrion::program::Program;

/// Given a filter on an int property with a quoted constant, or on a string property with one without quotes, when the
/// application is compiled, then it is an error that names the property and the constant; the other way round it is none
/// (RCV-8, V06).
#[test]
fn c187_a_filter_constant_is_written_as_its_property_wants() {
    let cases = [
        ("P.Size", "3", true),
        ("P.Size", "\"3\"", false),
        ("P.Size", "three", false),
        ("P.Name", "\"x\"", true),
        ("P.Name", "x", false),
        ("P.Name", "3", false),
    ];
    for (property, constant, fits) in cases {
        let receive = activate("In", "M").filter(&[(property, FilterOperator::Equals, constant)]);
        let app = app().class("Order", &["Name"]).property("Size", "int").orchestration(
            orch("O").port("In", IN, "Order", Binding::MessageBox).message("M", "Order").body(vec![receive]),
        );
        let found = Program::diagnose(&app.0);
        let error = found.iter().find(|d| d.code == "V06");
        assert_eq!(error.is_none(), fits, "{property} == {constant}: {found:?}");
        assert!(
            error.is_none_or(|e| e.message.contains(property) && e.message.contains(constant)),
            "{found:?}"
        );
    }
}
