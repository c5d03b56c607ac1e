//! What lists show of a run: lines that a filter lets through, where each message went, which belong together.

use orchestrion::engine::EventKind;
use orchestrion::filter::{Field, Filter, values};
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
    let first = traffic.conversation(record, messages[0]);
    assert!(first.len() > 3, "{first:?}");
    for message in &first {
        assert_eq!(traffic.conversation(record, *message), first);
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
    let fact = MessageFacts { run: record, traffic: &traffic, message, program: None };
    assert!(Filter::parse("message == m1").unwrap().holds(&fact));
}
