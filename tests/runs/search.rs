//! Every order in which things can happen is searched, and what goes wrong in one of them can be played.

use crate::build::*;
use crate::forks::{orders, text};
use orchestrion::engine::{EventKind, InstanceChange, InstanceId, Operation};
use orchestrion::lab::VirtualRun;
use orchestrion::lab::search::{Bounds, Kind, Search, Verdict};
use orchestrion::message::{Name, TimeSpan};
use orchestrion::model::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Orders and cancels, one after the other.
fn submitted(messages: &[(&str, u8)], seconds: i64) -> VirtualRun {
    let mut run = VirtualRun::new(&orders(), 0).unwrap();
    for (class, id) in messages {
        let location = if *class == "Order" { "In-RL" } else { "Stop-RL" };
        run.submit(location, text(class, id));
        run.advance(TimeSpan::from_seconds(seconds)).unwrap();
    }
    run
}

fn searched(run: &VirtualRun, bounds: &Bounds) -> (Search, Verdict) {
    let search = Search::of_run(run).unwrap();
    let verdict = search.all(bounds, &mut |_| true);
    (search, verdict)
}

fn kinds(verdict: &Verdict) -> BTreeSet<(Kind, &str)> {
    verdict.findings.iter().map(|found| (found.kind, found.subject.as_str())).collect()
}

/// What went wrong in a run, as its journal tells it.
fn wrongs(run: &VirtualRun) -> BTreeSet<(Kind, String)> {
    let of = |kind: &EventKind| match kind {
        EventKind::Instance {
            service, change: InstanceChange::Discarded { terminated: false, .. }, ..
        } => Some((Kind::Zombie, service.to_string())),
        EventKind::Instance { service, change: InstanceChange::Suspended { .. }, .. } => {
            Some((Kind::Suspended, service.to_string()))
        }
        EventKind::Instance { service, change: InstanceChange::Terminated { .. }, .. } => {
            Some((Kind::Terminated, service.to_string()))
        }
        EventKind::RoutingFailed { message, .. } => {
            let message = run.run().message(*message)?;
            let of = message.context.get(orchestrion::message::BTS.message_type);
            Some((Kind::RoutingFailure, of.map(orchestrion::message::format_value).unwrap_or_default()))
        }
        _ => None,
    };
    run.run().events().iter().filter_map(|event| of(&event.kind)).collect()
}

#[test]
fn a_cancel_that_comes_too_early_or_too_late_is_found_and_can_be_played() {
    let run = submitted(&[("Order", 1), ("Cancel", 1)], 3);
    let (search, verdict) = searched(&run, &Bounds::default());
    assert!(verdict.all, "{}", verdict.text());
    assert_eq!((verdict.messages, verdict.operated), (2, 0));
    let found = kinds(&verdict);
    assert!(found.contains(&(Kind::RoutingFailure, "http://t#Cancel")), "before the order: {found:?}");
    assert!(found.contains(&(Kind::RoutingFailure, "http://t#Answer")), "after the cancel: {found:?}");
    assert!(found.contains(&(Kind::Zombie, "T.O")), "cancel and answer at once: {found:?}");
    let early = verdict.findings.iter().find(|f| f.subject.as_str() == "http://t#Cancel").unwrap();
    assert_eq!((early.turned, early.usual), (0, false), "{early:?}");
    assert!(early.way_text().ends_with(", everything in turn"), "{}", early.way_text());
    assert!(verdict.text().starts_with("2 messages in every order, all "), "{}", verdict.text());
    assert!(verdict.found_text().starts_with("1 zombie, 1 routing failure"), "{}", verdict.found_text());
    let suspended = verdict.findings.iter().filter(|f| f.kind == Kind::Suspended).count();
    assert_eq!(suspended, 0, "a routing failure is told once: {verdict:?}");
    let late = verdict.findings.iter().find(|f| f.kind == Kind::Terminated).unwrap();
    assert!(late.usual, "that is what the run itself did");
    for found in &verdict.findings {
        let played = search.way(found).play();
        assert!(
            played.run().event(found.seq).is_some() && played.run().last_seq() >= found.seq,
            "{found:?}\n{}",
            played.journal_text()
        );
        if found.kind != Kind::WaitsForEver {
            let told = wrongs(&played);
            assert!(told.contains(&(found.kind, found.subject.to_string())), "{found:?} {told:?}");
        }
    }
    let (_, again) = searched(&run, &Bounds::default());
    assert_eq!(again, verdict, "the same twice");
}

/// A zombie that only comes about out of turn is not what a test kept of that run can expect.
#[test]
fn a_run_out_of_turn_is_kept_with_what_repeats_in_turn() {
    use orchestrion::lab::scenario::{Options, Prepared, keep};
    let run = submitted(&[("Order", 1), ("Cancel", 1)], 3);
    let (search, verdict) = searched(&run, &Bounds::default());
    let out_of_turn =
        verdict.findings.iter().find(|found| found.kind == Kind::Zombie && found.turned > 0).unwrap();
    let application = run.engine().program().application.as_ref();
    let kept = keep(&search.way(out_of_turn).play(), "Zombie", application);
    let zombie = kept.proposals.iter().find(|proposal| proposal.sentence == "1 zombie").unwrap();
    assert!(!zombie.repeats, "{:#?}", kept.proposals);
    assert!(kept.lost.iter().any(|lost| lost.contains("Played in turn")), "{:?}", kept.lost);
    let mut application = application.clone();
    let repeats = kept.proposals.iter().filter(|proposal| proposal.repeats);
    application.scenarios.insert("kept".into(), kept.expecting(repeats));
    let played = Prepared::new(&application, "kept").unwrap().play(&Options::default());
    assert!(played.failures.is_empty(), "{:#?}", played.failures);
}

#[test]
fn an_instance_that_nothing_can_wake_waits_for_ever() {
    let mut app = orders();
    app.partners.clear();
    let mut run = VirtualRun::new(&app, 0).unwrap();
    run.submit("In-RL", text("Order", 1));
    run.settle().unwrap();
    let (_, verdict) = searched(&run, &Bounds::default());
    assert!(verdict.all);
    let [found] = verdict.findings.as_slice() else { panic!("{verdict:?}") };
    assert_eq!((found.kind, found.subject.as_str(), found.at.as_str()), (Kind::WaitsForEver, "T.O", "wait"));
    assert!(found.usual);
    assert_eq!(verdict.found_text(), "nothing new goes wrong");
}

#[test]
fn messages_that_keep_their_order_have_fewer_ends() {
    let run = submitted(&[("Order", 1), ("Cancel", 1)], 3);
    let (_, any) = searched(&run, &Bounds::default());
    let (_, kept) = searched(&run, &Bounds { in_order: true, ..Bounds::default() });
    assert!(kept.all && kept.states < any.states, "{} {}", kept.states, any.states);
    assert!(kept.text().starts_with("2 messages in their order, "), "{}", kept.text());
    let early = kept.findings.iter().find(|f| f.subject.as_str() == "http://t#Cancel");
    assert!(early.is_some_and(|early| early.steps > 1), "the order comes first: {early:?}");
}

/// What differs in a message that comes tells the states apart: the order with the amount that ends it must not be taken
/// for the other.
#[test]
fn messages_of_one_type_are_not_one() {
    let app = app()
        .class("Order", &["Id", "Amount"])
        .receive_port("In", "XMLReceive")
        .orchestration(
            orch("O").port("P", IN, "Order", Binding::SpecifyLater).message("order", "Order").body(vec![
                activate("P", "order"),
                delay("think", "new System.TimeSpan(0, 0, 5)"),
                decide("dear", vec![("order.Amount == \"5000\"", vec![terminate("stop", "\"too dear\"")])]),
            ]),
        )
        .bind("O", "P", rp("In"))
        .0;
    let order =
        |amount: u32| format!("<Order xmlns=\"http://t\"><Id>1</Id><Amount>{amount}</Amount></Order>");
    let mut run = VirtualRun::new(&app, 0).unwrap();
    for amount in [5, 5000] {
        run.submit("In-RL", order(amount).into_bytes());
    }
    run.settle().unwrap();
    let (search, verdict) = searched(&run, &Bounds::default());
    let found = kinds(&verdict);
    assert!(verdict.all && found.contains(&(Kind::Terminated, "T.O")), "{found:?}");
    assert!(verdict.findings.iter().all(|found| found.usual), "the run ends so, too, five seconds on");
    // Nobody, one or both have come, run, waited and ended: the two are never the same.
    let same = |amounts: [u32; 2]| {
        let mut run = VirtualRun::new(&app, 0).unwrap();
        amounts.into_iter().for_each(|amount| run.submit("In-RL", order(amount).into_bytes()));
        run.settle().unwrap();
        searched(&run, &Bounds::default()).1.states
    };
    assert!(same([5, 5000]) > same([5, 5]), "{} {}", same([5, 5000]), same([5, 5]));
    let soon = Bounds { beyond: TimeSpan::from_seconds(1), ..Bounds::default() };
    let verdict = search.all(&soon, &mut |_| true);
    assert!(verdict.cut && verdict.findings.is_empty(), "{verdict:?}");
    assert!(verdict.text().ends_with(", up to 1 s after the run"), "{}", verdict.text());
}

#[test]
fn an_operator_who_means_one_instance_keeps_its_order() {
    let mut run = submitted(&[("Order", 1)], 3);
    run.operate(Operation::SuspendInstance(InstanceId(1)));
    run.submit("In-RL", text("Order", 2));
    let why = Search::of_run(&run).unwrap_err();
    assert!(why.code == "L14" && why.message.contains("one instance"), "{why}");
    let mut run = submitted(&[("Order", 1)], 3);
    run.operate(Operation::EnableReceiveLocation { location: Name::new("Stop-RL"), enabled: false });
    let (_, verdict) = searched(&run, &Bounds::default());
    assert_eq!((verdict.messages, verdict.operated), (1, 1));
    assert!(verdict.text().contains(" and 1 act of operators, all "), "{}", verdict.text());
}

#[test]
fn a_bound_is_told_and_never_passed() {
    let run = submitted(&[("Order", 1), ("Order", 2), ("Cancel", 1), ("Cancel", 2)], 3);
    let (_, verdict) = searched(&run, &Bounds { states: 60, ..Bounds::default() });
    assert!(!verdict.all && verdict.states <= 60);
    assert!(verdict.text().starts_with("4 messages in every order, "), "{}", verdict.text());
    let mut told = 0;
    let stopped = Search::of_run(&run).unwrap().all(&Bounds::default(), &mut |states| {
        told = states;
        states < 500
    });
    assert!(!stopped.all && stopped.states < 1_000 && told >= 500);
}

#[test]
fn what_has_no_other_orders_says_so() {
    let quiet = VirtualRun::new(&orders(), 0).unwrap();
    let why = Search::of_run(&quiet).unwrap_err();
    assert!(why.code == "L14" && why.help.contains("scenario"), "{why}");
    let many: Vec<(&str, u8)> = (0..70).map(|id| ("Order", id)).collect();
    let why = Search::of_run(&submitted(&many, 0)).unwrap_err();
    assert!(why.message.starts_with("70 things"), "{why}");
}

const MESSAGES: [(&str, u8); 3] = [("Order", 1), ("Cancel", 1), ("Order", 1)];

/// Everything that can go wrong with these.
static FOUND: LazyLock<BTreeSet<(Kind, String)>> = LazyLock::new(|| {
    let (_, verdict) = searched(&submitted(&MESSAGES, 3), &Bounds { states: 1_000_000, ..Bounds::default() });
    assert!(verdict.all, "{}", verdict.text());
    verdict.findings.iter().map(|found| (found.kind, found.subject.to_string())).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// States that count as one must not hide anything: whatever goes wrong in a run of a random schedule, with the
    /// messages at random times, the search has found as well.
    #[test]
    fn no_schedule_does_what_the_search_did_not_find(
        seed in 1..u64::MAX,
        waits in prop::collection::vec(prop_oneof![Just(0), 0..12_000_i64, Just(10_000)], 3),
        steps in prop::collection::vec(0..20_usize, 3),
        first in 0..6_usize,
    ) {
        let orders_of = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let mut other = VirtualRun::new(&orders(), seed).unwrap();
        for (place, at) in orders_of[first].into_iter().enumerate() {
            let (class, id) = MESSAGES[at];
            other.submit(if class == "Order" { "In-RL" } else { "Stop-RL" }, text(class, id));
            if waits[place] == 0 {
                for _ in 0..steps[place] {
                    other.step_once();
                }
            } else {
                other.advance(TimeSpan::from_millis(waits[place])).unwrap();
            }
        }
        other.advance(TimeSpan::from_seconds(60)).unwrap();
        let wrongs = wrongs(&other);
        let untold = |kind| wrongs.iter().any(|(of, _)| *of == kind);
        for wrong in &wrongs {
            // Told once: as what nobody took.
            if wrong.0 == Kind::Suspended && untold(Kind::RoutingFailure) {
                continue;
            }
            prop_assert!(FOUND.contains(wrong), "{wrong:?} is not in {:?}\n{}", *FOUND, other.journal_text());
        }
    }
}
