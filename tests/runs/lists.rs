//! What lists show of a run: lines that a filter lets through, where each message went, which belong together.

use orchestrion::engine::EventKind;
use orchestrion::filter::{Field, Filter, values};
use orchestrion::journal::query::{Begot, SubscriptionFacts, call_tree, correlation_map, sequence};
use orchestrion::journal::{EventFacts, Lines, Listing, MessageFacts, Run, Traffic, filtered};
use orchestrion::lab::VirtualRun;
use orchestrion::lab::scenario::{Options, Prepared};
use orchestrion::message::MessageId;
use orchestrion::model::files::load;
use std::collections::BTreeSet;
use std::path::Path;

pub fn played(start: &str) -> VirtualRun {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let application = load(&folder).unwrap().0;
    let stem = application.scenarios.keys().find(|stem| stem.starts_with(start)).unwrap().clone();
    Prepared::new(&application, &stem).unwrap().play(&Options::default()).run
}

fn lines(listing: &Listing, run: &Run) -> Vec<u64> {
    (0..listing.len(run)).filter_map(|index| listing.line(run, index)).collect()
}

/// Read in pieces of any size, the lines are those that the filter lets through.
#[test]
fn a_list_has_the_events_that_its_filter_lets_through() {
    let run = played("a01");
    let record = run.run();
    let program = record.engine().program();
    for (text, most) in
        [("", 7), ("event == shape.started", 1), ("problem or service == OrderManagerOrch", 100)]
    {
        let filter = Filter::parse(text).unwrap();
        let mut listing = Listing::new(Lines::Events, filter.clone(), None);
        let traffic = Traffic::default();
        while !listing.follow(record, &traffic, Some(program), most) {}
        let expected: Vec<u64> =
            filtered(record.events(), &filter, record.start(), Some(program)).map(|e| e.seq).collect();
        assert_eq!(lines(&listing, record), expected, "{text}");
        let middle = expected[expected.len() / 2];
        assert_eq!(listing.until(record, middle), expected.len() / 2 + 1, "{text}");
    }
}

/// A message is asked for by anything that happened to it: who published it, who took it, where it went.
#[test]
fn a_list_of_messages_asks_for_all_that_happened_to_each() {
    let run = played("a01");
    let record = run.run();
    let mut traffic = Traffic::default();
    while !traffic.follow(record, 50) {}
    let list = |text: &str| {
        let mut listing = Listing::new(Lines::Messages, Filter::parse(text).unwrap(), None);
        while !listing.follow(record, &traffic, None, 13) {}
        lines(&listing, record)
    };
    let all = list("");
    let published = |e: &&orchestrion::engine::Event| matches!(e.kind, EventKind::MessagePublished { .. });
    assert_eq!(all, record.events().iter().filter(published).map(|e| e.seq).collect::<Vec<_>>());
    let sent = list("event == port.sent");
    assert!(!sent.is_empty() && sent.len() < all.len());
    for seq in &sent {
        let Some(EventKind::MessagePublished { message, .. }) = record.event(*seq).map(|e| &e.kind) else {
            panic!("{seq} is no publication")
        };
        let passage = traffic.passage(record, message.id, u64::MAX).unwrap();
        assert!(!passage.receivers.is_empty() && passage.consumed > 0);
        assert_eq!(traffic.passage(record, message.id, *seq - 1).map(|p| p.seq), None, "not yet published");
        assert_eq!(traffic.passage(record, message.id, *seq).unwrap().consumed, 0);
    }
    assert_eq!(list("not event == port.sent").len() + sent.len(), all.len());
}

/// One order's messages are one conversation, whichever of them one begins with.
#[test]
fn a_conversation_is_the_same_from_each_of_its_messages() {
    let run = played("a01");
    let record = run.run();
    let mut traffic = Traffic::default();
    assert!(traffic.follow(record, usize::MAX));
    let messages: Vec<MessageId> = record
        .events()
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::MessagePublished { message, .. } => Some(message.id),
            _ => None,
        })
        .collect();
    let first = traffic.conversation(record, [messages[0]]);
    assert!(first.len() > 3, "{first:?}");
    for message in &first {
        assert_eq!(traffic.conversation(record, [*message]), first);
    }
    let mut listing = Listing::new(Lines::Messages, Filter::default(), Some(first.clone()));
    while !listing.follow(record, &traffic, None, 3) {}
    let shown: BTreeSet<MessageId> = lines(&listing, record)
        .into_iter()
        .filter_map(|seq| match &record.event(seq)?.kind {
            EventKind::MessagePublished { message, .. } => Some(message.id),
            _ => None,
        })
        .collect();
    assert_eq!(shown, first);
}

/// A bounded run forgets; so do its lists, and both agree on what is left.
#[test]
fn what_a_run_forgets_leaves_the_lists() {
    let run = played("a01");
    let engine = run.run().state_after_event(1).unwrap();
    let inputs: Vec<_> = run.run().inputs().cloned().collect();
    let mut record = Run::resume(engine, run.run().start()).bounded(60);
    let mut listing = Listing::new(Lines::Events, Filter::parse("event matches \"*\"").unwrap(), None);
    let mut traffic = Traffic::default();
    for input in inputs {
        record.step(input);
        record.take_effects();
        traffic.follow(&record, usize::MAX);
        listing.follow(&record, &traffic, None, usize::MAX);
        assert_eq!(lines(&listing, &record), record.events().iter().map(|e| e.seq).collect::<Vec<_>>());
    }
}

/// Every value offered is one that finds something.
#[test]
fn values_that_occur_find_what_they_are_of() {
    let run = played("a01");
    let record = run.run();
    let mut traffic = Traffic::default();
    traffic.follow(record, usize::MAX);
    let facts =
        || record.events().iter().map(|event| EventFacts { event, origin: record.start(), program: None });
    for name in [
        "event",
        "instance",
        "service",
        "shape",
        "message",
        "message.type",
        "port",
        "publisher",
        "set",
        "text",
    ] {
        let offered = values(facts(), Field::named(name).unwrap(), 50);
        assert!(!offered.is_empty(), "{name}");
        for value in offered {
            let filter = Filter::parse(&format!("{name} == {value}"))
                .unwrap_or_else(|e| panic!("{name} {value}: {e}"));
            assert!(facts().any(|fact| filter.holds(&fact)), "{name} == {value}");
        }
    }
    let message = MessageId(1);
    let fact = MessageFacts { run: record, traffic: &traffic, message, program: None, until: u64::MAX };
    assert!(Filter::parse("message == m1").unwrap().holds(&fact));
}

/// What an orchestration called and started stands below it, and so does what its messages activated.
#[test]
fn the_call_tree_has_who_called_started_and_activated_whom() {
    let run = played("a01");
    let record = run.run();
    let tree = call_tree(record.events(), record.engine().program());
    let depth = |name: &str| tree.iter().find(|n| n.service.as_str().ends_with(name)).unwrap().depth;
    assert_eq!(tree[0].depth, 0);
    assert!(tree.iter().any(|n| n.depth > 0), "{tree:?}");
    assert!(tree.iter().all(|n| n.ended.is_none_or(|end| end >= n.begun)));
    let created = record.events().iter().filter(|e| match &e.kind {
        EventKind::Instance { service, change: orchestrion::engine::InstanceChange::Created, .. } => {
            record.engine().program().service_by_name(*service).is_some()
        }
        _ => false,
    });
    assert_eq!(
        tree.iter().filter(|n| n.begot != Begot::Called).count(),
        created.count(),
        "each instance once"
    );
    for (at, node) in tree.iter().enumerate() {
        let below = tree[at + 1..].iter().take_while(|n| n.depth > node.depth).count();
        assert_eq!(below, node.below);
        if let Begot::Activated(message) = node.begot {
            let mut traffic = Traffic::default();
            traffic.follow(record, usize::MAX);
            assert!(traffic.events_of(message).iter().any(|seq| *seq < node.seq));
        }
    }
    assert!(depth("OrderManagerOrch") > 0, "the broker's message activates the manager");
}

/// Values of a set with those who hold them, as the instances themselves say.
#[test]
fn the_correlation_map_says_who_holds_which_values() {
    let run = played("a01");
    let record = run.run();
    let mut seen = 0;
    for seq in (1..=record.last_seq()).step_by(25) {
        let Some(engine) = record.state_after_event(seq) else { continue };
        for held in correlation_map(&engine) {
            for id in &held.holders {
                let view = engine.instance(*id).unwrap();
                assert!(view.sets.iter().any(|(set, values)| *set == held.set && *values == held.values));
                assert_eq!(view.service, held.service);
                assert_eq!(held.holders.iter().filter(|other| *other == id).count(), 1);
            }
            seen += held.followed;
        }
    }
    assert!(seen > 0, "somewhere a receive follows a set");
}

/// Every delivery that a diagram shows is one of the run, in order.
#[test]
fn the_sequence_diagram_shows_every_delivery_in_order() {
    let run = played("a01");
    let record = run.run();
    let drawn = sequence(record.events(), record.start(), 10_000, |_| true, |m| m.id.to_string());
    assert!(drawn.arrows.windows(2).all(|pair| pair[0].seq <= pair[1].seq));
    let delivered =
        record.events().iter().filter(|e| matches!(e.kind, EventKind::MessageEnqueued { .. })).count();
    let to_instances = drawn.arrows.iter().filter(|a| drawn.lifelines[a.to].instance.is_some()).count();
    assert_eq!(to_instances, delivered);
    let last = sequence(record.events(), record.start(), 5, |_| true, |m| m.id.to_string());
    assert_eq!((last.arrows.len(), last.left_out), (5, drawn.arrows.len() - 5));
    assert_eq!(last.arrows.last().map(|a| a.seq), drawn.arrows.last().map(|a| a.seq));
}

/// A subscription is found by whose it is and by what it asks for.
#[test]
fn subscriptions_are_found_by_filter() {
    let run = played("a01");
    let engine = run.run().state_after_event(run.run().last_seq() / 2).unwrap();
    let rows = engine.subscriptions();
    let found = |text: &str| {
        let filter = Filter::parse(text).unwrap();
        rows.iter().filter(|row| filter.holds(&SubscriptionFacts(row))).count()
    };
    assert_eq!(found(""), rows.len());
    assert_eq!(
        found("class == activation") + found("class == instance") + found("class matches \"send port*\""),
        rows.len()
    );
    assert!(
        found("exists BTS.MessageType") > 0
            && found("service == OrderBroker or service == OrderBrokerOrch") > 0
    );
    assert_eq!(found("exists instance"), found("class == instance"));
}

/// Of each orchestration instance that is alive the sizes are known; what is kept while it waits is the smaller.
#[test]
fn an_instance_is_smaller_dehydrated() {
    let run = played("a01");
    let engine = run.run().state_after_event(run.run().last_seq() / 2).unwrap();
    let mut measured = 0;
    for view in engine.instances() {
        let Some((full, kept)) = engine.footprint(view.id) else { continue };
        assert!(kept > 0 && kept < full, "{}: {full} and {kept} bytes", view.service);
        measured += 1;
    }
    assert!(measured > 0);
}
