//! Two runs side by side from where they part. What one message brought about is told once for both, however much later
//! it came in one of them: numbers and order differ from there on, what happened to an instance need not.

use crate::engine::{Event, EventKind, InputKind, InstanceChange, InstanceId};
use crate::journal::{Detail, Run, event_name, instance_of};
use crate::message::{DateTime, Name, TimeSpan};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Lines compared from the first difference on, of each run, and what is left then of their last moment.
const COMPARED: usize = 2_000;
/// Lines compared at most, however many there are at one moment.
const LONGEST: usize = 8_000;
/// Lines shown before the first difference.
const BEFORE: usize = 3;

/// What is told of two runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beside {
    /// In the order of the left run.
    pub pairs: Vec<Pair>,
    /// What happened from then on is left out, in both.
    pub until: Option<DateTime>,
}

impl Beside {
    /// The line that differs first: the one with the earliest time and number in either run, so that it is the same place
    /// whichever run is the left. Of two lines there, each in one run only, it is the left one's.
    pub fn first(&self) -> Option<&Pair> {
        let earliest = |pair: &&Pair| {
            let sides = [&pair.left, &pair.right].into_iter().flatten();
            sides.map(|event| (event.at, event.seq)).min()
        };
        self.pairs.iter().filter(|pair| !pair.is_same()).min_by_key(earliest)
    }
}

/// One line of two runs side by side; the same happened in both when there are both.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub left: Option<Event>,
    pub right: Option<Event>,
}

impl Pair {
    /// How much later it happened in the right run; `None` when it did in one only.
    pub fn later(&self) -> Option<TimeSpan> {
        Some(self.right.as_ref()?.at.since(self.left.as_ref()?.at))
    }

    /// It happened in both at the same time.
    pub fn is_same(&self) -> bool {
        self.later().is_some_and(|span| span == TimeSpan::default())
    }
}

/// Both runs from shortly before the event `seq` on, in which they part; only what a reader follows, and no more than
/// some thousand lines.
pub fn side_by_side(left: &Run, right: &Run, seq: u64) -> Beside {
    let from = step_start(left, right, seq);
    let before = left.events_until(from.saturating_sub(1)).iter().rev().filter(|event| tells(&event.kind));
    let mut pairs: Vec<Pair> =
        before.take(BEFORE).map(|e| Pair { left: Some(e.clone()), right: Some(e.clone()) }).collect();
    pairs.reverse();
    let ([mut left, mut right], until) = both(left, right, from);
    let mut found = Vec::new();
    let all: Vec<Rc<Thread>> = left.keys().chain(right.keys()).cloned().collect();
    for thread in all {
        let (ours, theirs) =
            (left.remove(&thread).unwrap_or_default(), right.remove(&thread).unwrap_or_default());
        align(&ours, &theirs, &mut found);
    }
    found.sort_by_key(|(place, _)| *place);
    pairs.extend(found.into_iter().map(|(_, pair)| pair));
    Beside { pairs, until }
}

/// Who an instance of the left run is in the right one, which part at the event `seq`: the same if it was there before,
/// else the one that came of the same. `None` when it is not there, as far as runs are compared.
pub fn counterpart(left: &Run, right: &Run, seq: u64, id: InstanceId) -> Option<InstanceId> {
    let from = step_start(left, right, seq);
    let earlier = left.events_until(from.saturating_sub(1)).iter();
    // Numbers are given in the order in which instances come to be.
    if earlier.filter_map(|event| instance_of(&event.kind)).max() >= Some(id) {
        return Some(id);
    }
    let ([ours, theirs], _) = both(left, right, from);
    let whose = |events: &Vec<&Event>| events.iter().find_map(|event| instance_of(&event.kind));
    let (thread, _) = ours.iter().find(|(_, events)| whose(events) == Some(id))?;
    theirs.get(thread).and_then(whose)
}

type Threads<'e> = BTreeMap<Rc<Thread>, Vec<&'e Event>>;

/// What happened to whom in both runs, up to where one of them is cut off.
fn both<'r>(left: &'r Run, right: &'r Run, from: u64) -> ([Threads<'r>; 2], Option<DateTime>) {
    let ((mut ours, cut), (mut theirs, other)) = (told(left, from), told(right, from));
    // What is cut off in one run is not missing in it.
    let until = cut.into_iter().chain(other).min();
    if let Some(end) = until {
        let burst = |lines: &[&Event]| lines.first().is_some_and(|event| event.at == end);
        let amid = cut == until && burst(&ours) || other == until && burst(&theirs);
        for side in [&mut ours, &mut theirs] {
            side.retain(|event| event.at < end || amid && event.at == end);
        }
    }
    let arrived = [arrivals(left, &ours), arrivals(right, &theirs)];
    ([threads(left, &ours, &arrived), threads(right, &theirs, &arrived)], until)
}

/// Where the step began in which they part: one that seems the same up to there may be about another message.
fn step_start(left: &Run, right: &Run, seq: u64) -> u64 {
    let begin = |run: &Run| {
        let step = run.step_number(seq);
        let own = run.events_until(seq).iter().rev().take_while(|event| run.step_number(event.seq) == step);
        own.last().map_or(seq, |event| event.seq)
    };
    match begin(left).min(begin(right)) {
        earlier if earlier < seq => step_start(left, right, earlier),
        _ => seq,
    }
}

/// The lines of a run from an event on, and when that is which is left out.
fn told(run: &Run, seq: u64) -> (Vec<&Event>, Option<DateTime>) {
    let after = run.events_after(seq.saturating_sub(1)).iter();
    let mut after = after.filter(|event| tells(&event.kind));
    let mut lines: Vec<&Event> = after.by_ref().take(COMPARED).collect();
    let end = lines.last().map(|event| event.at);
    for event in after {
        if Some(event.at) != end || lines.len() == LONGEST {
            return (lines, Some(event.at));
        }
        lines.push(event);
    }
    (lines, None)
}

/// What a reader of two runs follows; what the engine does in between is left out.
fn tells(kind: &EventKind) -> bool {
    match kind {
        EventKind::SubscriptionAdded { .. }
        | EventKind::SubscriptionRemoved { .. }
        | EventKind::PersistencePoint { .. }
        | EventKind::ShapeCompleted { .. }
        | EventKind::MessageEnqueued { .. } => false,
        EventKind::Instance { change, .. } => {
            !matches!(change, InstanceChange::Ready | InstanceChange::Active | InstanceChange::Rehydrated)
        }
        _ => true,
    }
}

/// Whom something happened to, by where it comes from: numbers of instances tell in which order they came to be.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thread {
    /// An instance that was there before the runs parted.
    Known(InstanceId),
    /// What came from outside, and which of those alike.
    Outside(Arrival, usize),
    /// Which of the instances of one service that another thread brought about.
    Made(Rc<Thread>, Name, usize),
}

/// Where something came in, and its bytes; without them when it came with these bytes to one run only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival {
    at: String,
    body: Option<Arc<[u8]>>,
}

/// How often each thing came from outside.
fn arrivals(run: &Run, events: &[&Event]) -> BTreeMap<Arrival, usize> {
    let (mut counts, mut last) = (BTreeMap::new(), None);
    for event in events {
        let step = run.step_number(event.seq);
        if step != last && instance_of(&event.kind).is_none() {
            *counts.entry(arrival(run, event)).or_insert(0) += 1;
        }
        last = step;
    }
    counts
}

fn arrival(run: &Run, first: &Event) -> Arrival {
    match run.input_of(first.seq).map(|input| &input.kind) {
        Some(InputKind::Received { location, body, .. }) => {
            Arrival { at: location.to_string(), body: Some(Arc::clone(body)) }
        }
        _ => Arrival { at: event_name(&first.kind).to_owned(), body: None },
    }
}

/// The events of each thread, in order.
fn threads<'e>(run: &Run, events: &[&'e Event], arrived: &[BTreeMap<Arrival, usize>; 2]) -> Threads<'e> {
    let mut all = Threads::new();
    let mut instances: BTreeMap<InstanceId, Rc<Thread>> = BTreeMap::new();
    let mut outside: BTreeMap<Arrival, usize> = BTreeMap::new();
    let mut made: BTreeMap<(Rc<Thread>, Name), usize> = BTreeMap::new();
    let mut step: Option<(Option<u64>, Rc<Thread>)> = None;
    for &event in events {
        let number = run.step_number(event.seq);
        // What is about no instance belongs to what its step began with.
        let around = step.as_ref().filter(|(other, _)| *other == number).map(|(_, thread)| Rc::clone(thread));
        let thread = match instance_of(&event.kind) {
            Some(id) => Rc::clone(instances.entry(id).or_insert_with(|| match (&event.kind, &around) {
                (EventKind::Instance { service, change: InstanceChange::Created, .. }, Some(by)) => {
                    Rc::new(Thread::Made(Rc::clone(by), *service, next(&mut made, (Rc::clone(by), *service))))
                }
                _ => Rc::new(Thread::Known(id)),
            })),
            None => around.clone().unwrap_or_else(|| {
                let mut arrival = arrival(run, event);
                let mut nth = next(&mut outside, arrival.clone());
                if arrived.iter().any(|counts| counts.get(&arrival).is_none_or(|count| nth >= *count)) {
                    arrival.body = None;
                    nth = next(&mut outside, arrival.clone());
                }
                Rc::new(Thread::Outside(arrival, nth))
            }),
        };
        if around.is_none() {
            step = Some((number, Rc::clone(&thread)));
        }
        all.entry(thread).or_default().push(event);
    }
    all
}

/// Counts: 0 for the first one.
fn next<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) -> usize {
    let count = counts.entry(key).or_insert(0);
    *count += 1;
    *count - 1
}

/// The lines of one thread, each with its place: that of the left run, and what is in the right one only below what came
/// before it.
fn align(ours: &[&Event], theirs: &[&Event], found: &mut Vec<((DateTime, u64), Pair)>) {
    let keys = |events: &[&Event]| events.iter().map(|event| key(&event.kind)).collect::<Vec<_>>();
    let mut last = None;
    for op in capture_diff_slices(Algorithm::Myers, &keys(ours), &keys(theirs)) {
        let lefts = ours.get(op.old_range()).unwrap_or_default();
        let rights = theirs.get(op.new_range()).unwrap_or_default();
        let place = |event: &Event| (event.at, event.seq);
        if op.tag() == DiffTag::Equal {
            for (left, right) in lefts.iter().zip(rights) {
                last = Some(place(left));
                let pair = Pair { left: Some((*left).clone()), right: Some((*right).clone()) };
                found.push((place(left), pair));
            }
        } else {
            for left in lefts {
                last = Some(place(left));
                found.push((place(left), Pair { left: Some((*left).clone()), right: None }));
            }
            for right in rights {
                // Where its time is, and below what came before it.
                let at = last.filter(|last: &(DateTime, u64)| last.0 >= right.at).unwrap_or(place(right));
                found.push((at, Pair { left: None, right: Some((*right).clone()) }));
            }
        }
    }
}

/// An event without its numbers, which differ between runs from where they part, and without when it will go on, which
/// is later for what came later.
fn key(kind: &EventKind) -> String {
    let detail = match kind {
        EventKind::PortRetry { port: what, .. }
        | EventKind::PortScheduled { port: what, .. }
        | EventKind::ScopeRetry { scope: what, .. } => what.to_string(),
        _ => Detail(kind).to_string(),
    };
    let words = detail.split_whitespace().map(|word| {
        let numbered = word.trim_start_matches(['#', 'm', 's', 't']);
        if numbered.len() < word.len() && numbered.trim_end_matches([',', ':']).parse::<u64>().is_ok() {
            "·"
        } else {
            word
        }
    });
    format!("{} {}", event_name(kind), words.collect::<Vec<_>>().join(" "))
}
