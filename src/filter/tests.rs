use super::*;
use crate::message::{Name, Value};
use proptest::prelude::*;

/// Fields by name, each with its values.
struct Facts(Vec<(&'static str, Value)>);

impl Subject for Facts {
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        self.0.iter().filter(|(name, _)| Field::named(name) == Some(field)).any(|(_, value)| {
            match (field.kind, value) {
                (Kind::Id, Value::Int64(n)) => take(Datum::Id(u64::try_from(*n).unwrap())),
                (Kind::Text, Value::String(text)) if field.key == Key::Service => {
                    take(Datum::Name(Name::new(text)))
                }
                (_, value) => take(Datum::Value(value)),
            }
        })
    }
}

fn order() -> Facts {
    Facts(vec![
        ("event", Value::string("message.published")),
        ("instance", Value::Int64(17)),
        ("service", Value::string("Shop.OrderManager")),
        ("age", Value::TimeSpan(TimeSpan::from_seconds(90))),
        ("at", Value::DateTime(DateTime::from_civil(jiff::civil::date(2026, 1, 2).at(9, 0, 0, 0)).unwrap())),
        ("problem", Value::Bool(false)),
        ("P.Status", Value::string("NEW")),
        ("P.Status", Value::string("HELD")),
        ("P.Amount", Value::Int32(12)),
        ("P.Number", Value::string("007")),
        ("var.limit", Value::Int64(10)),
        ("text", Value::string("m1 (http://shop#Order) by receive port In")),
    ])
}

fn holds(text: &str) -> bool {
    Filter::parse(text).unwrap_or_else(|e| panic!("{text}: {e}")).holds(&order())
}

#[test]
fn tests_compare_fields_with_values_of_their_kind() {
    for text in [
        "",
        "event == message.published",
        "event eq \"message.published\" && instance == #17",
        "instance > 16 and instance in {1, 17}",
        "service == OrderManager and service == \"Shop.OrderManager\"",
        "service matches \"*Manager\" and service contains ORDER",
        "age > 1 min and age <= 1 min 30 s and age == 00:01:30",
        "at >= 2026-01-02 and at < 2026-01-02T09:00:01",
        "not problem and exists problem",
        "P.Status == NEW and P.Status == 'HELD'",
        "P.Amount == 12 and P.Amount < 12.5 and P.Number == 7",
        "P.Amount > var.limit",
        "\"receive port in\"",
        "P.Absent == 1 or P.Amount == 12",
        "!(event == routing.failed) and problem == false",
    ] {
        assert!(holds(text), "{text}");
    }
    for text in [
        "event == routing.failed",
        "service == Manager",
        "problem",
        "P.Absent == 1",
        "P.Absent != 1",
        "exists var.other",
        "P.Status contains z",
        "not event == message.published",
        "event == message.published and P.Amount == 1 or P.Amount == 2",
    ] {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn a_wrong_filter_is_told_where_it_is_wrong_and_what_to_write() {
    let told = |text: &str| {
        let found = Filter::parse(text).unwrap_err();
        let span = found.place.span.clone().unwrap();
        (found.code, span, found.message, found.help)
    };
    let (code, span, _, help) = told("evnt == x");
    assert_eq!((code, span, help.as_str()), ("Q02", 0..4, "Did you mean event?"));
    assert_eq!(told("age > 5").0, "Q03");
    assert_eq!(told("age > 5").1, 6..7);
    assert_eq!(told("instance == Ana").0, "Q03");
    assert_eq!(told("event ==").1, 8..8);
    assert_eq!(told("(event").2, "A parenthesis is not closed");
    assert_eq!(told("event == \"x").2, "A quote is not closed");
    assert_eq!(told("state in {a b}").2, "The list of values is not closed");
    assert_eq!(told("event % 2").2, "`%` is no part of a filter");
    assert_eq!(told("at > 2026-99-99").0, "Q01");
    assert_eq!(told(&"(".repeat(500)).2, "The filter nests too deeply");
}

#[test]
fn completion_knows_what_can_come_next() {
    let texts = |text: &str| {
        let names = ["P.Status".to_owned(), "var.count".to_owned()];
        complete(text, text.len(), &names, &[]).into_iter().map(|c| c.text).collect::<Vec<_>>()
    };
    assert_eq!(texts("ins"), ["instance"]);
    assert_eq!(texts("P."), ["P.Status"]);
    assert!(texts("event == rou").contains(&"routing.failed".to_owned()));
    assert!(texts("state ").contains(&"==".to_owned()) && !texts("state ").contains(&"event".to_owned()));
    assert!(texts("state in {suspended, disc").contains(&"discarded".to_owned()));
    assert_eq!(texts("state == suspended "), ["and", "or"]);
    assert!(texts("state == suspended and va").starts_with(&["var.count".to_owned()]));
    assert!(texts("problem == ").contains(&"true".to_owned()));
}

#[test]
fn the_names_of_events_are_those_of_the_journal() {
    for info in FIELDS {
        assert!(info.values.is_sorted() || info.key != Key::Event, "{}", info.name);
        assert_eq!(Field::named(info.name).map(|f| f.key), Some(info.key));
    }
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_is_told_what_is_wrong(text in "[a-z.\"'#=<>!&|(){}, 0-9:mµ-]{0,40}") {
        if let Err(found) = Filter::parse(&text) {
            let span = found.place.span.clone().unwrap();
            prop_assert!(span.start <= span.end && span.end as usize <= text.len());
            prop_assert!(!found.help.is_empty());
        }
        for at in 0..=text.len() {
            let _ = complete(&text, at, &[], &[]);
        }
    }
}
