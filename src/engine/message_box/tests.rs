use super::{MessageBox, Owner};
use crate::message::{Context, Name, Value};
use crate::model::FilterOperator;
use crate::program::Predicate;
use smallvec::smallvec;

fn message(properties: &[(&str, i32)]) -> Context {
    let mut context = Context::default();
    for (name, value) in properties {
        context.promote(Name::new(name), Value::Int32(*value));
    }
    context
}

fn is(property: &str, value: i32) -> Predicate {
    Predicate::equals(Name::new(property), Value::Int32(value))
}

fn hits(table: &MessageBox, context: &Context) -> usize {
    let mut found = Vec::new();
    table.matches(context, &mut found);
    found.len()
}

#[test]
fn groups_are_or_of_ands() {
    let mut table = MessageBox::default();
    table.subscribe(
        Owner::SendPort(0),
        vec![smallvec![is("A", 1), is("B", 2)], smallvec![Predicate::exists(Name::new("C"))]],
        5,
    );
    let delivered: Vec<_> =
        [message(&[("A", 1), ("B", 2)]), message(&[("A", 1), ("B", 3)]), message(&[("C", 9)]), message(&[])]
            .iter()
            .map(|m| hits(&table, m))
            .collect();
    assert_eq!(delivered, [1, 0, 1, 0]);
}

#[test]
fn several_groups_that_hold_deliver_once() {
    let mut table = MessageBox::default();
    table.subscribe(Owner::SendPort(0), vec![smallvec![is("A", 1)], smallvec![is("B", 2)]], 5);
    assert_eq!(hits(&table, &message(&[("A", 1), ("B", 2)])), 1);
}

#[test]
fn a_written_property_does_not_route() {
    let mut table = MessageBox::default();
    table.subscribe(Owner::SendPort(0), vec![smallvec![is("A", 1)]], 5);
    let mut context = message(&[("A", 1)]);
    assert_eq!(hits(&table, &context), 1);
    context.write(Name::new("A"), Value::Int32(1));
    assert_eq!(hits(&table, &context), 0);
}

#[test]
fn whole_numbers_match_whatever_their_width() {
    let mut table = MessageBox::default();
    table.subscribe(Owner::SendPort(0), vec![smallvec![is("Stage", 1)]], 5);
    let mut context = Context::default();
    context.promote(Name::new("Stage"), Value::UInt32(1));
    assert_eq!(hits(&table, &context), 1);
}

#[test]
fn not_equals_needs_the_property() {
    let mut table = MessageBox::default();
    let differs = Predicate { operator: FilterOperator::NotEquals, ..is("A", 1) };
    table.subscribe(Owner::SendPort(0), vec![smallvec![differs]], 5);
    assert_eq!(hits(&table, &message(&[("A", 2)])), 1);
    assert_eq!(hits(&table, &message(&[("A", 1)])), 0);
    assert_eq!(hits(&table, &message(&[])), 0);
}

#[test]
fn removed_rows_leave_nothing_behind() {
    let mut table = MessageBox::default();
    let first = table.subscribe(Owner::SendPort(0), vec![smallvec![is("A", 1)]], 5);
    let second = table.subscribe(Owner::SendPort(1), vec![smallvec![is("A", 1)]], 5);
    table.unsubscribe(first);
    assert_eq!(hits(&table, &message(&[("A", 1)])), 1);
    table.unsubscribe(second);
    assert_eq!(hits(&table, &message(&[("A", 1)])), 0);
    assert!(table.rows().is_empty());
}

#[test]
fn lower_priority_numbers_come_first() {
    let mut table = MessageBox::default();
    table.subscribe(Owner::SendPort(0), vec![smallvec![is("A", 1)]], 10);
    table.subscribe(Owner::SendPort(1), vec![smallvec![is("A", 1)]], 1);
    let mut found = Vec::new();
    table.matches(&message(&[("A", 1)]), &mut found);
    let owners: Vec<_> = found.iter().map(|m| m.owner).collect();
    assert_eq!(owners, [Owner::SendPort(1), Owner::SendPort(0)]);
}
