//! Two runs side by side: what one message brought about is told once, however late it came.

use crate::forks::{orders, text};
use orchestrion::journal::{Detail, event_name};
use orchestrion::lab::{Change, Fault, Pair, RunTree, VirtualRun, side_by_side};
use orchestrion::message::TimeSpan;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The orders come at once; after forty seconds all is done. The tree has this run.
fn tree(ids: &[u8]) -> RunTree {
    let mut run = VirtualRun::new(&orders(), 0).unwrap();
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
    let difference = tree.difference("main", "fork").unwrap();
    let of = |name: &str| tree.branch(name).unwrap().run.run();
    side_by_side(of("main"), of("fork"), difference.seq).pairs
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
