//! Two runs side by side: what one message brought about is told once, however late it came.

use crate::forks::{orders, text};
use orchestrion::engine::{EventKind, InstanceId};
use orchestrion::journal::{Detail, Run, event_name};
use orchestrion::lab::{Beside, Change, Fault, Pair, RunTree, VirtualRun, counterpart, side_by_side};
use orchestrion::message::TimeSpan;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The orders come at once; after forty seconds all is done. The tree has this run.
fn tree(ids: &[u8]) -> RunTree {
    tree_of(VirtualRun::new(&orders(), 0).unwrap(), ids)
}

fn tree_of(mut run: VirtualRun, ids: &[u8]) -> RunTree {
    for id in ids {
        run.submit("In-RL", text("Order", id));
    }
    run.advance(TimeSpan::from_seconds(40)).unwrap();
    RunTree::new("main", run)
}

/// The run beside its fork, in which something became of the order that came so many before it.
fn beside(tree: &mut RunTree, order: usize, fault: Fault) -> Vec<Pair> {
    let run = &tree.branch("main").unwrap().run;
    let came = |seq: u64| run.input_number(seq).unwrap();
    let inputs: Vec<u64> = run
        .run()
        .events()
        .iter()
        .filter(|event| Detail(&event.kind).to_string().contains("at In-RL"))
        .map(|event| came(event.seq))
        .collect();
    tree.fork("main", 1, &[Change { input: inputs[order], fault }], "fork").unwrap();
    difference(tree).pairs
}

fn difference(tree: &RunTree) -> Beside {
    between(tree, "main", "fork")
}

fn between(tree: &RunTree, left: &str, right: &str) -> Beside {
    let difference = tree.difference(left, right).unwrap();
    let of = |name: &str| tree.branch(name).unwrap().run.run();
    side_by_side(of(left), of(right), difference.seq)
}

/// The lines that are not the same at the same time.
fn other(pairs: &[Pair]) -> String {
    let line = |pair: &Pair| {
        let sides = [("main", &pair.left), ("fork", &pair.right)];
        let told = sides.iter().filter_map(|(run, event)| {
            let event = event.as_ref()?;
            Some(format!("{run} {:?} {} {}\n", event.at, event_name(&event.kind), Detail(&event.kind)))
        });
        told.collect::<String>()
    };
    pairs.iter().filter(|pair| !pair.is_same()).map(line).collect()
}

fn names<'p>(pairs: impl Iterator<Item = &'p Pair>) -> BTreeSet<&'static str> {
    pairs.filter_map(|pair| pair.left.as_ref().or(pair.right.as_ref())).map(|e| event_name(&e.kind)).collect()
}

#[test]
fn what_came_later_is_the_same_later() {
    let pairs = beside(&mut tree(&[1, 2, 3]), 0, Fault::Delay(TimeSpan::from_seconds(7)));
    let late: Vec<_> = pairs.iter().map(|pair| pair.later()).collect();
    assert!(late.iter().all(Option::is_some), "nothing happens in one run only:\n{}", other(&pairs));
    let moved = late.iter().filter(|span| **span == Some(TimeSpan::from_seconds(7))).count();
    let same = pairs.iter().filter(|pair| pair.is_same()).count();
    assert_eq!(moved + same, pairs.len(), "seven seconds later or as it was");
    assert!(moved > 0 && same >= 2 * moved, "one of three is late: {moved} of {}", pairs.len());
}

#[test]
fn what_is_tried_again_later_is_the_same_later() {
    let mut app = orders();
    let ports = app.bindings.send_ports.iter_mut().filter_map(|port| port.primary.as_mut());
    ports.for_each(|transport| (transport.retry_count, transport.retry_interval) = (3, 1));
    let mut run = VirtualRun::new(&app, 0).unwrap();
    run.fail("queue://Out", Some("down"));
    let pairs = beside(&mut tree_of(run, &[1, 2]), 0, Fault::Delay(TimeSpan::from_seconds(7)));
    let late = names(pairs.iter().filter(|pair| pair.later() == Some(TimeSpan::from_seconds(7))));
    assert!(late.contains("port.retry"), "{late:?}");
    assert!(pairs.iter().all(|pair| pair.later().is_some()), "in one run only:\n{}", other(&pairs));
}

#[test]
fn what_a_burst_leaves_uncompared_is_missing_in_no_run() {
    let ids: Vec<u8> = (0..=249).collect();
    let mut tree = tree(&ids);
    let pairs = beside(&mut tree, 0, Fault::Drop);
    assert!(pairs.len() > 2_000, "{} lines", pairs.len());
    let found = difference(&tree);
    assert!(found.until.is_some(), "it is said up to when");
    let in_one = pairs.iter().filter(|pair| pair.later().is_none());
    let told: BTreeSet<_> = in_one.map(|pair| (pair.left.is_some(), pair.right.is_some())).collect();
    assert_eq!(told, BTreeSet::from([(true, false)]), "only the lost one:\n{}", other(&pairs));
    assert!(pairs.iter().filter(|pair| pair.right.is_none()).count() < 30, "{}", other(&pairs));
}

/// The orders of all instances of a run, by instance.
fn orders_of(run: &Run) -> BTreeMap<InstanceId, String> {
    let sets = run.events().iter().filter_map(|event| match &event.kind {
        EventKind::SetInitialized { instance, values, .. } => Some((*instance, format!("{values:?}"))),
        _ => None,
    });
    sets.collect()
}

#[test]
fn who_came_of_the_same_message_is_the_same_whatever_its_number() {
    let faults = [Fault::Drop, Fault::Delay(TimeSpan::from_seconds(7)), Fault::Duplicate];
    for (order, fault) in (0..3).flat_map(|order| faults.clone().map(|fault| (order, fault))) {
        let mut tree = tree(&[1, 2, 3]);
        beside(&mut tree, order, fault.clone());
        let seq = tree.difference("main", "fork").unwrap().seq;
        let [main, fork] = ["main", "fork"].map(|name| tree.branch(name).unwrap().run.run());
        let known = orders_of(fork);
        for (id, of) in orders_of(main) {
            let there = counterpart(main, fork, seq, id);
            let lost = fault == Fault::Drop && of == orders_of(main).values().nth(order).unwrap().as_str();
            assert_eq!(there.is_none(), lost, "{id} of {of} with {fault:?}");
            assert!(
                there.is_none_or(|there| known[&there] == of),
                "{id} of {of} with {fault:?} is {there:?}"
            );
        }
    }
}

#[test]
fn what_is_lost_is_missing_and_nothing_else() {
    let pairs = beside(&mut tree(&[1, 2, 3]), 1, Fault::Drop);
    let (missing, both): (Vec<_>, Vec<_>) = pairs.iter().partition(|pair| pair.right.is_none());
    assert!(both.iter().all(|pair| pair.is_same()), "two went as they did:\n{}", other(&pairs));
    let values = |pairs: &[&Pair]| {
        let events = pairs.iter().filter_map(|pair| pair.left.as_ref());
        let told = events.map(|event| Detail(&event.kind).to_string());
        told.filter_map(|words| Some(words.split_once("ById: ")?.1.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!((values(&missing), values(&both)), (vec!["Id=2".into()], vec!["Id=1".into(), "Id=3".into()]));
}

#[test]
fn another_message_goes_the_same_way() {
    let pairs = beside(&mut tree(&[1, 2]), 0, Fault::Replace(text("Order", 9).into()));
    let in_one = pairs.iter().filter(|pair| pair.later().is_none());
    assert_eq!(
        names(in_one),
        BTreeSet::from(["set.initialised"]),
        "only the value of the set:\n{}",
        other(&pairs)
    );
    assert_eq!(
        names(pairs.iter().filter(|pair| pair.later().is_some_and(|span| span.0 != 0))),
        BTreeSet::new()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Every line of either run stands there once, in the order of the one shown.
    #[test]
    fn nothing_is_told_twice_or_out_of_order(
        ids in prop::collection::vec(0..3_u8, 1..6),
        order in 0..6_usize,
        fault in prop_oneof![
            (0..30_i64).prop_map(|s| Fault::Delay(TimeSpan::from_seconds(s))),
            Just(Fault::Drop),
            Just(Fault::Duplicate),
            Just(Fault::Corrupt),
        ],
    ) {
        let order = order % ids.len();
        prop_assume!(fault != Fault::Delay(TimeSpan(0)));
        let pairs = beside(&mut tree(&ids), order, fault);
        let seqs = |of: fn(&Pair) -> Option<u64>| pairs.iter().filter_map(of).collect::<Vec<_>>();
        let left = seqs(|pair| Some(pair.left.as_ref()?.seq));
        prop_assert!(left.is_sorted_by(|a, b| a < b), "{left:?}");
        let right = seqs(|pair| Some(pair.right.as_ref()?.seq));
        prop_assert_eq!(right.iter().collect::<BTreeSet<_>>().len(), right.len());
    }
}

#[test]
fn the_first_difference_is_the_same_whichever_run_is_named_first() {
    let faults =
        [Fault::Drop, Fault::Delay(TimeSpan::from_seconds(7)), Fault::Replace(text("Order", 9).into())];
    for (order, fault) in (0..3).flat_map(|order| faults.clone().map(|fault| (order, fault))) {
        let mut tree = tree(&[1, 2, 3]);
        beside(&mut tree, order, fault.clone());
        let (one, other) = (between(&tree, "main", "fork"), between(&tree, "fork", "main"));
        let place = |found: &Beside| {
            let pair = found.first().unwrap();
            let sides = [&pair.left, &pair.right].into_iter().flatten();
            sides.map(|event| (event.at, event.seq, event_name(&event.kind))).min()
        };
        assert_eq!(place(&one), place(&other), "order {order} with {fault:?}");
    }
}
