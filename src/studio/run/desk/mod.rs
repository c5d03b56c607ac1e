//! What the lists of the window show. The window asks once; every update answers with the rows in sight, so that a list of
//! a million lines costs no more than one of fifty. Everything is as it was at the moment shown.

mod instances;

pub use instances::{Act, Bulk, GROUPINGS, Grouping, Item, Preview, Scope, Sort};

use super::tracker::{Summary, Tracker};
use crate::drawing::sequence::Sequence;
use crate::engine::{Engine, Event, InstanceId, SubscriptionView};
use crate::filter::{Field, Filter, Key, values};
use crate::journal::query::{
    CallFacts, CallNode, HeldFacts, HeldValues, SubscriptionFacts, call_tree, correlation_map, sequence,
};
use crate::journal::{EventFacts, Lines, Listing, Passage, Run, Stand, Traffic, message_of};
use crate::lab::scenario::Coverage;
use crate::message::{DateTime, MessageId};
use crate::program::Program;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Events read in one go; about 20 ms of work.
const READ: usize = 100_000;
/// Events that are looked through for the values of a field.
const SAMPLED: usize = 100_000;
const VALUES: usize = 200;
/// Arrows of a sequence diagram.
const ARROWS: usize = 400;
/// A list that takes long to make is made anew after so many times its own work.
const PATIENCE: u32 = 8;

/// A list of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Page {
    #[default]
    Journal,
    Messages,
    Instances,
    Subscriptions,
    Correlation,
    Sequence,
    Calls,
    Scenarios,
    Simulation,
    Send,
    Breakpoints,
    Runs,
}

/// What the open list is to show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ask {
    pub page: Page,
    pub filter: Filter,
    /// Rows in sight.
    pub rows: Range<usize>,
    /// The instance that is shown in full.
    pub instance: Option<InstanceId>,
    /// Only the messages that belong together with this one; a sequence diagram: with those of `instance`.
    pub conversation: Option<MessageId>,
    pub grouping: Grouping,
    /// Groups whose instances are listed.
    pub open: BTreeSet<String>,
    pub sort: Sort,
    /// The message that is shown in full.
    pub message: Option<MessageId>,
    /// The field whose values would help.
    pub values: Option<Field>,
}

/// One row of a list.
#[derive(Clone, Debug)]
pub enum Line {
    Event(Event),
    Message(Passage),
    Group { value: String, count: usize, open: bool },
    Instance { summary: Summary, sizes: Option<(usize, usize)> },
    Subscription(SubscriptionView),
    Held(HeldValues),
    Call(CallNode),
}

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub page: Page,
    /// Rows there are, and what they were chosen from.
    pub total: usize,
    pub all: usize,
    /// The number of the first of `rows`.
    pub first: usize,
    pub rows: Vec<Line>,
    /// Rows up to the moment shown; what comes after has not happened in it.
    pub until: usize,
    /// The row of the instance that is shown in full.
    pub selected: Option<usize>,
    /// More may be found.
    pub reading: bool,
    pub values: Option<(Field, Vec<String>)>,
    pub message: Option<Passage>,
    pub sequence: Option<Arc<Sequence>>,
    pub preview: Option<Arc<Preview>>,
    /// What the run has reached by the moment.
    pub coverage: Option<Arc<Coverage>>,
}

impl Found {
    /// A row by its number; `None` when it is not in sight.
    pub fn row(&self, index: usize) -> Option<&Line> {
        self.rows.get(index.checked_sub(self.first)?)
    }
}

/// The run at the moment shown.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub record: &'a Run,
    pub engine: &'a Engine,
    pub tracker: &'a Tracker,
    /// `seq` of the last event by then.
    pub until: u64,
    pub past: bool,
    pub now: DateTime,
}

/// Rows of a list that is made as a whole.
#[derive(Clone, Debug, Default)]
enum Made {
    #[default]
    Nothing,
    Instances(Vec<Item>),
    Subscriptions(Vec<SubscriptionView>),
    Held(Vec<HeldValues>),
    Calls(Vec<CallNode>),
    Sequence(Arc<Sequence>),
    Coverage(Arc<Coverage>),
}

#[derive(Debug, Default)]
pub struct Desk {
    ask: Ask,
    traffic: Traffic,
    listing: Listing,
    /// What the listing lists, with the state of messages at a moment, and as of when its conversation is.
    listed: Option<(Lines, Filter, Option<MessageId>, u64)>,
    belongs: Option<(u64, BTreeSet<MessageId>)>,
    made: Made,
    all: usize,
    /// Of what the list was made, when, and how long that took.
    of: Option<(Ask, u64, u64)>,
    when: Option<(Instant, Duration)>,
    values: Option<(Page, Field, Vec<String>)>,
    preview: Option<Arc<Preview>>,
    reading: bool,
}

impl Desk {
    pub fn ask(&mut self, ask: Ask) {
        self.ask = ask;
    }

    /// Another run begins; what was asked for stays.
    pub fn restart(&mut self) {
        *self = Self { ask: std::mem::take(&mut self.ask), ..Self::default() };
    }

    /// True when the next answer may say more.
    pub fn reading(&self) -> bool {
        self.reading
    }

    /// Finds out what an operation on many would do; `None` puts that away.
    pub fn preview(&mut self, bulk: Option<Bulk>, moment: &Moment<'_>) {
        self.preview = bulk.map(|bulk| Arc::new(Preview::of(&bulk, &self.ask, moment)));
    }

    pub fn answer(&mut self, moment: &Moment<'_>) -> Found {
        self.reading = false;
        let mut found = match self.ask.page {
            Page::Journal => self.lines(Lines::Events, moment),
            Page::Messages => self.lines(Lines::Messages, moment),
            Page::Send | Page::Breakpoints | Page::Runs => Found::default(),
            _ => self.list(moment),
        };
        found.page = self.ask.page;
        found.reading = self.reading;
        found.values = self.known_values(moment);
        found.preview = self.preview.clone();
        found
    }

    /// Reads on in the traffic; true when it knows the whole record.
    fn follow_traffic(&mut self, record: &Run) -> bool {
        let done = self.traffic.follow(record, READ);
        self.reading |= !done;
        done
    }

    fn lines(&mut self, lines: Lines, moment: &Moment<'_>) -> Found {
        let record = moment.record;
        let program = Some(&**record.engine().program());
        let known = lines == Lines::Events || self.follow_traffic(record);
        let conversation = self.ask.conversation.filter(|_| lines == Lines::Messages);
        let moved = moment.past && lines == Lines::Messages && self.ask.filter.asks(Key::State);
        let state = if moved { moment.until } else { u64::MAX };
        let mut stale = self.listed.as_ref().is_none_or(|(of, filter, about, at)| {
            (*of, filter, *about, *at) != (lines, &self.ask.filter, conversation, state)
        });
        if let Some(message) = conversation.filter(|_| known) {
            stale |= self.converse(record, std::iter::once(message));
        } else {
            self.belongs = None;
        }
        if stale {
            let only = self.belongs.as_ref().map(|(_, messages)| messages.clone());
            self.listing = Listing::new(lines, self.ask.filter.clone(), only).at(state);
            self.listed = Some((lines, self.ask.filter.clone(), conversation, state));
        }
        if known {
            self.reading |= !self.listing.follow(record, &self.traffic, program, READ);
        }
        let total = self.listing.len(record);
        let until = self.listing.until(record, moment.until);
        let rows = self.ask.rows.start.min(total)..self.ask.rows.end.min(total);
        // A message that was not yet published then is shown as it was when it was.
        let passage = |id: MessageId| {
            let then = self.traffic.passage(record, id, moment.until);
            let later = || self.traffic.passage(record, id, u64::MAX).map(|passage| passage.seq);
            then.or_else(|| self.traffic.passage(record, id, later()?))
        };
        let row = |index: usize| {
            let event = record.event(self.listing.line(record, index)?)?;
            match lines {
                Lines::Events => Some(Line::Event(event.clone())),
                Lines::Messages => passage(message_of(&event.kind)?).map(Line::Message),
            }
        };
        Found {
            total,
            all: record.events().len(),
            first: rows.start,
            rows: rows.map_while(row).collect(),
            until,
            message: self.ask.message.and_then(passage),
            ..Found::default()
        }
    }

    /// Brings the messages that belong together up to date; true when they are others now.
    fn converse(&mut self, record: &Run, from: impl IntoIterator<Item = MessageId>) -> bool {
        if self.belongs.as_ref().is_some_and(|(seq, _)| *seq == record.last_seq()) {
            return false;
        }
        let messages = self.traffic.conversation(record, from);
        let same = self.belongs.as_ref().is_some_and(|(_, known)| *known == messages);
        self.belongs = Some((record.last_seq(), messages));
        !same
    }

    /// Lists that are made as a whole: anew when something has changed, and not all the time when it takes long.
    fn list(&mut self, moment: &Moment<'_>) -> Found {
        let key = (
            Ask { rows: 0..0, values: None, message: None, ..self.ask.clone() },
            moment.until,
            moment.record.last_seq(),
        );
        let changed = self.of.as_ref() != Some(&key);
        let asked = self.of.as_ref().is_none_or(|(ask, ..)| *ask != key.0) || moment.past;
        let rested = self.when.is_none_or(|(when, took)| when.elapsed() >= took * PATIENCE);
        if changed && (asked || rested) {
            let begin = Instant::now();
            self.make(moment);
            if !self.reading {
                self.of = Some(key);
            }
            self.when = Some((Instant::now(), begin.elapsed()));
        } else if changed {
            self.reading = true;
        }
        let total = match &self.made {
            Made::Nothing => 0,
            Made::Instances(all) => all.len(),
            Made::Subscriptions(all) => all.len(),
            Made::Held(all) => all.len(),
            Made::Calls(all) => all.len(),
            Made::Sequence(drawn) => drawn.arrows.len(),
            Made::Coverage(_) => 0,
        };
        let rows = self.ask.rows.start.min(total)..self.ask.rows.end.min(total);
        let selected = match (&self.made, self.ask.instance) {
            (Made::Instances(all), Some(id)) => all.iter().position(|item| *item == Item::Instance(id)),
            (Made::Calls(all), Some(id)) => all.iter().position(|node| node.instance == id),
            _ => None,
        };
        let row = |index: usize| match &self.made {
            Made::Instances(all) => match all.get(index)? {
                Item::Group { value, count, open } => {
                    Some(Line::Group { value: value.clone(), count: *count, open: *open })
                }
                Item::Instance(id) => {
                    let summary = moment.tracker.summary(*id)?.clone();
                    let sizes = moment.engine.footprint(*id);
                    Some(Line::Instance { summary, sizes })
                }
            },
            Made::Subscriptions(all) => all.get(index).cloned().map(Line::Subscription),
            Made::Held(all) => all.get(index).cloned().map(Line::Held),
            Made::Calls(all) => all.get(index).cloned().map(Line::Call),
            Made::Nothing | Made::Sequence(_) | Made::Coverage(_) => None,
        };
        Found {
            total,
            all: self.all,
            first: rows.start,
            rows: rows.filter_map(row).collect(),
            until: total,
            selected,
            sequence: match &self.made {
                Made::Sequence(drawn) => Some(Arc::clone(drawn)),
                _ => None,
            },
            coverage: match &self.made {
                Made::Coverage(coverage) => Some(Arc::clone(coverage)),
                _ => None,
            },
            ..Found::default()
        }
    }

    fn make(&mut self, moment: &Moment<'_>) {
        let filter = self.ask.filter.clone();
        let record = moment.record;
        let program = record.engine().program();
        self.made = match self.ask.page {
            Page::Instances => {
                let (items, all) = instances::items(&self.ask, moment);
                self.all = all;
                Made::Instances(items)
            }
            Page::Subscriptions => {
                let mut rows = moment.engine.subscriptions();
                self.all = rows.len();
                rows.retain(|row| filter.holds(&SubscriptionFacts(row)));
                Made::Subscriptions(rows)
            }
            Page::Correlation => {
                let mut rows = correlation_map(moment.engine);
                self.all = rows.len();
                rows.retain(|held| filter.holds(&HeldFacts(held)));
                rows.sort_by_key(|held| !held.collides());
                Made::Held(rows)
            }
            Page::Calls => {
                let nodes = call_tree(record.events_until(moment.until), program);
                self.all = nodes.len();
                Made::Calls(branches(nodes, |node| filter.holds(&CallFacts { node, now: moment.now })))
            }
            Page::Sequence => {
                let known = self.follow_traffic(record);
                let about = self.ask.instance.filter(|_| self.ask.conversation.is_some());
                if let Some(id) = about.filter(|_| known) {
                    let own = self.traffic.messages_of(id).to_vec();
                    self.belongs = None;
                    self.converse(record, own);
                }
                let messages = about.and(self.belongs.as_ref()).map(|(_, messages)| messages);
                let shows = |id| messages.is_none_or(|messages| messages.contains(&id));
                let drawn = sequence(
                    record.events_until(moment.until),
                    record.start(),
                    ARROWS,
                    shows,
                    super::atlas::pill_of,
                );
                self.all = drawn.arrows.len() + drawn.left_out;
                Made::Sequence(Arc::new(drawn))
            }
            Page::Scenarios => {
                let mut coverage = Coverage::new(program);
                coverage.add(record.events_until(moment.until));
                Made::Coverage(Arc::new(coverage))
            }
            _ => Made::Nothing,
        };
    }

    /// The values of the field that is asked for, in what the list is made of.
    fn known_values(&mut self, moment: &Moment<'_>) -> Option<(Field, Vec<String>)> {
        let field = self.ask.values?;
        let page = self.ask.page;
        if self.values.as_ref().is_none_or(|(of, known, _)| (*of, *known) != (page, field)) {
            let all = match page {
                Page::Instances => values(instances::facts(moment), field, VALUES),
                Page::Subscriptions => {
                    let rows = moment.engine.subscriptions();
                    values(rows.iter().map(SubscriptionFacts), field, VALUES)
                }
                Page::Correlation => {
                    let rows = correlation_map(moment.engine);
                    values(rows.iter().map(HeldFacts), field, VALUES)
                }
                Page::Calls => {
                    let program = moment.record.engine().program();
                    let nodes = call_tree(moment.record.events_until(moment.until), program);
                    values(nodes.iter().map(|node| CallFacts { node, now: moment.now }), field, VALUES)
                }
                Page::Messages if field.key == Key::State => values(Stand::ALL, field, VALUES),
                _ => {
                    let record = moment.record;
                    let program: Option<&Program> = Some(record.engine().program());
                    let origin = record.start();
                    let all = record.events().iter().rev().take(SAMPLED);
                    values(all.map(|event| EventFacts { event, origin, program }), field, VALUES)
                }
            };
            self.values = Some((page, field, all));
        }
        self.values.as_ref().map(|(_, field, all)| (*field, all.clone()))
    }
}

/// The nodes of a tree that are wanted, with all above them.
fn branches(nodes: Vec<CallNode>, wanted: impl Fn(&CallNode) -> bool) -> Vec<CallNode> {
    let mut keep = vec![false; nodes.len()];
    let mut above: Vec<usize> = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        above.truncate(node.depth);
        above.push(at);
        if wanted(node) {
            for place in &above {
                if let Some(kept) = keep.get_mut(*place) {
                    *kept = true;
                }
            }
        }
    }
    nodes.into_iter().zip(keep).filter_map(|(node, keep)| keep.then_some(node)).collect()
}
