use super::case::{Case, FAR};
use super::fix::Fix;
use super::words;
use crate::engine::{Engine, EventKind, InstanceId, Subscriber, SubscriptionView, Waiting, Wake};
use crate::journal::{Clock, Run};
use crate::message::MessageId;

/// Messages looked at for those that came close, newest first.
const LOOKED_AT: usize = 10_000;
/// Most messages named for one wait.
const NAMED: usize = 5;

/// What one line of control of an instance waits for, and what nearly woke it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub waiting: Waiting,
    /// Where it stands.
    pub place: String,
    /// What would wake it, each of `waiting.wakes` in words.
    pub wakes: Vec<String>,
    /// All of that in one sentence.
    pub sentence: String,
    /// Nearest first.
    pub close: Vec<Close>,
}

/// A message that was published and did not wake it.
#[derive(Clone, Debug, PartialEq)]
pub struct Close {
    pub message: MessageId,
    /// Its publication.
    pub seq: u64,
    pub sentence: String,
    pub distance: u32,
    pub fixes: Vec<Fix>,
}

/// Explains why an instance waits in a state of the run; empty when it does not.
pub fn waiting(engine: &Engine, run: &Run, id: InstanceId) -> Vec<Expected> {
    let waits = engine.waits(id).into_iter();
    waits
        .map(|waiting| {
            let place = words::shape(engine.program(), waiting.service, waiting.shape);
            let wakes = wakes(engine, run, &waiting);
            let what = if wakes.is_empty() { "nothing".to_owned() } else { wakes.join("; or for ") };
            let sentence = format!("{place} waits for {what}.");
            Expected { sentence, close: close(engine, run, id, &waiting), place, wakes, waiting }
        })
        .collect()
}

fn wakes(engine: &Engine, run: &Run, waiting: &Waiting) -> Vec<String> {
    let program = engine.program();
    let time = |at: crate::message::DateTime| Clock(at.since(run.start())).to_string();
    waiting
        .wakes
        .iter()
        .map(|wake| match wake {
            Wake::Message { port, subscriptions, .. } if subscriptions.is_empty() => {
                format!("a message at port {port}, for which it has no subscription")
            }
            Wake::Message { port, subscriptions, .. } => {
                let rows: Vec<&str> = subscriptions.iter().map(|row| row.text.as_str()).collect();
                format!("a message at port {port} with {}", rows.join(", or "))
            }
            Wake::Time { shape, at } => {
                format!("{} at {}", words::shape(program, waiting.service, *shape), time(*at))
            }
            Wake::TimeOut { scope, at } => {
                format!("the time-out of {} at {}", words::shape(program, waiting.service, *scope), time(*at))
            }
            Wake::Branches { at } => {
                let at: Vec<String> =
                    at.iter().map(|shape| words::shape(program, waiting.service, *shape)).collect();
                format!("the end of its other branches, which are at {}", words::joined(&at))
            }
            Wake::Acknowledgements { subscriptions } => {
                format!(
                    "the acknowledgement of {}",
                    crate::diagnostic::counted(subscriptions.len(), "message")
                )
            }
            Wake::SharedData { .. } => {
                "the end of a synchronized scope of another branch, which uses the same data".to_owned()
            }
        })
        .collect()
}

fn close(engine: &Engine, run: &Run, id: InstanceId, waiting: &Waiting) -> Vec<Close> {
    let rows: Vec<&SubscriptionView> = waiting
        .wakes
        .iter()
        .flat_map(|wake| match wake {
            Wake::Message { subscriptions, .. } | Wake::Acknowledgements { subscriptions } => {
                subscriptions.as_slice()
            }
            _ => &[],
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let until = engine.core().counters.events;
    let published = run.events().iter().rev().skip_while(|event| event.seq > until).filter_map(|event| {
        match &event.kind {
            EventKind::MessagePublished { message, publisher } => Some((event, message, *publisher)),
            _ => None,
        }
    });
    let mut found: Vec<Close> = Vec::new();
    for (event, message, publisher) in published.take(LOOKED_AT) {
        for row in &rows {
            let case = Case {
                engine,
                message,
                publisher,
                owner: row.owner,
                service: row.service,
                shape: row.shape,
                groups: &row.groups,
                missing: None,
            };
            let Some(gap) = case.gap().filter(|gap| gap.distance < FAR) else { continue };
            let late = gap.predicates.iter().all(|verdict| verdict.holds);
            let what = words::message(message);
            let taken = if late { taken(run, message.id, id) } else { None };
            if taken.is_some_and(|at| at.is_some_and(|seq| seq <= until)) {
                continue;
            }
            let sentence = if let Some(at) = taken {
                let when = at.map_or_else(String::new, |seq| format!(": it takes it in event {seq}"));
                format!("{what} is on its way to it{when}.")
            } else if late {
                let at = Clock(event.at.since(run.start()));
                format!("{what} would have woken it, but was published at {at}, before it was subscribed to.")
            } else {
                format!("{what}: {}", case.sentence(&gap))
            };
            let (seq, distance) = (event.seq, gap.distance);
            found.push(Close { message: message.id, seq, sentence, distance, fixes: case.fixes(&gap) });
        }
    }
    found.sort_by_key(|close| (close.distance, std::cmp::Reverse(close.seq)));
    found.truncate(NAMED);
    found
}

/// The event in which an instance consumed a message that came to it, if it did; `None` for one that did not come.
fn taken(run: &Run, message: MessageId, id: InstanceId) -> Option<Option<u64>> {
    let own = |kind: &EventKind| match kind {
        EventKind::SubscriptionMatched { owner: Subscriber::Instance { instance, .. }, .. } => {
            *instance == id
        }
        _ => false,
    };
    let consumed =
        |kind: &EventKind| matches!(kind, EventKind::MessageConsumed { instance, .. } if *instance == id);
    let all = || run.events_of_message(message);
    let at = all().find(|event| consumed(&event.kind)).map(|event| event.seq);
    (at.is_some() || all().any(|event| own(&event.kind))).then_some(at)
}
