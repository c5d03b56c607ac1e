//! In-memory queues and the simulated partners at their ends, as one state machine: time goes in, actions come
//! out. It has no clock and no thread, so the wall-clock host and virtual time play the very same partners.

mod control;
mod draw;
mod rules;

use super::address::normalize;
use crate::engine::{Transmission, TransmissionId};
use crate::message::{BTS, DateTime, Name, TimeSpan, Value};
use crate::model::{Application, DrawnTime, PartnerBehavior, ReceiveLocation};
use crate::program::{Opening, receive_locations};
pub use draw::{Loading, beside};
use draw::{percent, span};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rules::{Answer, Rules};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// What partners and queues do to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// A message reached a receive location.
    Receive { location: Name, body: Arc<[u8]>, properties: Vec<(Name, String)> },
    /// The answer to a solicit-response transmission.
    Respond { id: TransmissionId, body: Arc<[u8]>, properties: Vec<(Name, String)> },
    /// The partner refused a solicit-response transmission.
    Fail { id: TransmissionId, error: String },
}

/// One simulated partner and what it has done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartnerState {
    pub name: String,
    pub running: bool,
    /// Takes messages and loses them.
    pub dropping: bool,
    /// Messages taken, answered or submitted.
    pub total: u64,
    /// What it says it did, oldest first; the last [`LOG_LINES`] at least.
    pub log: Vec<String>,
    behavior: Play,
    delay: TimeSpan,
    /// At most so much is added to the delay.
    spread: TimeSpan,
    /// Passes on only the first half of a message.
    corrupting: bool,
    /// How long an answer takes, when it is drawn.
    /// When it submitted first.
    #[serde(default)]
    begun: Option<DateTime>,
    #[serde(default)]
    takes: Option<DrawnTime>,
    /// How many requests of a hundred fail, and the error.
    #[serde(default)]
    failing: (u32, String),
}

/// Lines of a partner's log that are kept.
const LOG_LINES: usize = 1000;

/// [`PartnerBehavior`] with addresses in one spelling and sample messages looked up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Play {
    Echo { from: String, to: String },
    Rules(Box<Rules>),
    Submit { to: String, messages: Vec<String>, count: u64 },
    Drain { from: String },
    Load(Box<Loading>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Happening {
    /// A message becomes readable at an address.
    Arrive { at: String, item: Item },
    /// A partner submits its next message.
    Submit { partner: usize },
    /// A partner has its answer ready.
    Respond { partner: usize, item: Item },
    /// A person has written the answer of a partner.
    Filled { partner: usize, item: Item, text: String },
    /// The location that reads an address opens.
    Open { at: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    body: Arc<[u8]>,
    /// Set for a solicit-response request.
    answer_to: Option<TransmissionId>,
    /// Operation of the logical port it comes from, if it comes from one.
    #[serde(default)]
    operation: String,
}

/// A receive location: it reads while it is enabled and inside its schedule (RX-2, RX-4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Reader {
    location: Name,
    enabled: bool,
    opening: Option<Opening>,
}

/// All queues and partners of one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Partners {
    partners: Vec<PartnerState>,
    /// Receive locations by the address they read.
    locations: BTreeMap<String, Reader>,
    /// Messages nobody reads yet.
    queues: BTreeMap<String, VecDeque<Item>>,
    pending: BTreeMap<(DateTime, u64), Happening>,
    next_number: u64,
    random: ChaCha8Rng,
    now: DateTime,
}

impl Partners {
    /// Everybody runs; submitters submit for the first time at `start`.
    pub fn new(application: &Application, seed: u64, start: DateTime) -> Self {
        let locations = receive_locations(application).into_iter();
        let mut this = Self {
            partners: Vec::new(),
            locations: locations.map(|l| (normalize(&l.address), Reader::new(&l))).collect(),
            queues: BTreeMap::new(),
            pending: BTreeMap::new(),
            next_number: 0,
            random: ChaCha8Rng::seed_from_u64(seed),
            now: start,
        };
        for (index, partner) in application.partners.iter().enumerate() {
            let (behavior, delay_ms) = match &partner.behavior {
                PartnerBehavior::Echo { from, to, delay_ms } => {
                    (Play::Echo { from: normalize(from), to: normalize(to) }, *delay_ms)
                }
                PartnerBehavior::Reply { at, reply, delay_ms } => {
                    (Play::Rules(Box::new(Rules::replying(at, reply))), *delay_ms)
                }
                PartnerBehavior::Rules(rules) => (Play::Rules(Box::new(Rules::new(rules))), rules.delay_ms),
                PartnerBehavior::Submit { to, messages, every_ms, count } => {
                    let text = |m: &String| application.messages.get(m).unwrap_or(m).clone();
                    let messages: Vec<_> = messages.iter().map(text).collect();
                    if !messages.is_empty() {
                        this.schedule(start, Happening::Submit { partner: index });
                    }
                    // Two submissions at the same instant for ever would never let time pass.
                    (Play::Submit { to: normalize(to), messages, count: *count }, (*every_ms).max(1))
                }
                PartnerBehavior::Drain { from } => (Play::Drain { from: normalize(from) }, 0),
                PartnerBehavior::Load(load) => {
                    let text = |m: &String| application.messages.get(m).unwrap_or(m).clone();
                    let messages: Vec<_> = load.messages.iter().map(text).collect();
                    if !messages.is_empty() {
                        this.schedule(start, Happening::Submit { partner: index });
                    }
                    (Play::Load(Box::new(Loading::new(load, normalize(&load.to), messages))), 0)
                }
            };
            let rules = match &partner.behavior {
                PartnerBehavior::Rules(rules) => Some(rules),
                _ => None,
            };
            this.partners.push(PartnerState {
                name: partner.name.clone(),
                running: true,
                dropping: false,
                total: 0,
                log: Vec::new(),
                behavior,
                delay: TimeSpan::from_millis(i64::try_from(delay_ms).unwrap_or(i64::MAX)),
                spread: TimeSpan::default(),
                corrupting: false,
                begun: None,
                takes: rules.and_then(|rules| rules.takes),
                failing: rules
                    .map(|rules| (rules.fails_percent, rules.fails_with.clone()))
                    .unwrap_or_default(),
            });
        }
        this
    }

    pub fn states(&self) -> &[PartnerState] {
        &self.partners
    }

    /// Number of messages held at an address because nobody reads it.
    pub fn queued(&self, address: &str) -> usize {
        self.queues.get(&normalize(address)).map_or(0, VecDeque::len)
    }

    /// True when this machine answers for the address: a queue, or the place of a replying partner.
    pub fn plays(&self, transmission: &Transmission) -> bool {
        let address = normalize(&transmission.address);
        // A database that is here answers itself.
        let here = transmission.transport.eq_ignore_ascii_case("SQL");
        address.starts_with("queue://")
            || self.partners.iter().any(
                |p| matches!(&p.behavior, Play::Rules(rules) if rules.reads(&address, transmission.two_way) && !(here && rules.reads_any())),
            )
    }

    /// Takes over a transmission at `at`. A one-way one counts as delivered from here on.
    pub fn deliver(&mut self, at: DateTime, transmission: &Transmission) {
        let item = Item {
            body: Arc::clone(&transmission.body),
            answer_to: transmission.two_way.then_some(transmission.id),
            operation: operation(transmission),
        };
        self.schedule(at, Happening::Arrive { at: normalize(&transmission.address), item });
    }

    /// Tells the time to who is about to act on the partners.
    pub fn pass(&mut self, now: DateTime) {
        self.now = self.now.max(now);
    }

    /// When the next thing happens.
    pub fn next_due(&self) -> Option<DateTime> {
        self.pending.keys().next().map(|(due, _)| *due)
    }

    /// Equal only where the same can follow; what they say they did is left out.
    pub fn digest(&self) -> u64 {
        let mut quiet = self.clone();
        quiet.partners.iter_mut().for_each(|partner| partner.log.clear());
        let mut hasher = DefaultHasher::new();
        // One that cannot be written is like no other.
        postcard::to_allocvec(&quiet).map_err(|_| self.next_number).hash(&mut hasher);
        hasher.finish()
    }

    /// Lets everything up to `now` happen until something concerns the engine; call again until `None`.
    pub fn next_action(&mut self, now: DateTime) -> Option<Action> {
        self.now = self.now.max(now);
        loop {
            let entry = self.pending.first_entry().filter(|entry| entry.key().0 <= now)?;
            let ((due, _), happening) = entry.remove_entry();
            let action = match happening {
                Happening::Arrive { at, item } => self.arrive(due, at, item),
                Happening::Submit { partner } => {
                    self.submit(due, partner);
                    None
                }
                Happening::Open { at } => {
                    self.offer_again(&at);
                    None
                }
                Happening::Respond { partner, item } => self.respond(due, partner, &item, None),
                Happening::Filled { partner, item, text } => self.respond(due, partner, &item, Some(text)),
            };
            if action.is_some() {
                return action;
            }
        }
    }

    fn schedule(&mut self, due: DateTime, happening: Happening) {
        self.next_number += 1;
        self.pending.insert((due, self.next_number), happening);
    }

    /// A message is readable: a receive location or a running partner takes it, else it stays in the queue.
    fn arrive(&mut self, due: DateTime, at: String, item: Item) -> Option<Action> {
        if item.answer_to.is_none()
            && let Some(reader) = self.locations.get(&at).filter(|reader| reader.enabled)
        {
            let now = due.max(self.now);
            let opens = reader.opening.as_ref().map_or(Some(now), |opening| opening.next(now));
            if opens == Some(now) {
                let (location, properties) = (reader.location, Vec::new());
                return Some(Action::Receive { location, body: item.body, properties });
            }
            let opening = Happening::Open { at: at.clone() };
            if let Some(opens) = opens
                && !self.pending.values().any(|happening| *happening == opening)
            {
                self.schedule(opens, opening);
            }
        }
        let takes = |p: &PartnerState| p.running && p.takes(&at, &item);
        let own = self.partners.iter().position(|p| takes(p) && !p.reads_any());
        let reader = own.or_else(|| self.partners.iter().position(takes));
        let Some((index, partner)) = reader.and_then(|index| Some((index, self.partners.get_mut(index)?)))
        else {
            self.queues.entry(at).or_default().push_back(item);
            return None;
        };
        if partner.dropping {
            return None;
        }
        let mut ready = due.plus(partner.delay);
        if partner.spread.0 > 0 {
            let part = self.random.next_u64() % (partner.spread.0.unsigned_abs() + 1);
            ready = ready.plus(TimeSpan(i64::try_from(part).unwrap_or(0)));
        }
        if let Some(takes) = partner.takes {
            ready = due.plus(span(takes, &mut self.random));
        }
        match &mut partner.behavior {
            Play::Echo { to, .. } => {
                partner.total += 1;
                let (to, item) = (to.clone(), Item { body: partner.passes_on(&item.body), ..item });
                self.schedule(ready, Happening::Arrive { at: to, item });
            }
            Play::Rules(rules) if rules.blocks(&item) => rules.hold(item),
            Play::Rules(_) => self.schedule(ready, Happening::Respond { partner: index, item }),
            Play::Submit { .. } | Play::Drain { .. } | Play::Load(_) => partner.total += 1,
        }
        None
    }

    /// A partner with rules answers: what it remembers changes now, when it is done.
    fn respond(
        &mut self,
        due: DateTime,
        index: usize,
        item: &Item,
        written: Option<String>,
    ) -> Option<Action> {
        let partner = self.partners.get_mut(index)?;
        let Play::Rules(rules) = &mut partner.behavior else { return None };
        partner.total += 1;
        let Answer { line, mut result, properties } =
            rules.answer(&partner.name, &item.body, &item.operation);
        partner.note(line);
        if let Some(text) = written {
            result = Ok(text);
        } else if percent(&mut self.random, partner.failing.0) {
            let error = if partner.failing.1.is_empty() { "the partner failed" } else { &partner.failing.1 };
            result = Err(error.to_owned());
        }
        match (result, item.answer_to) {
            (Ok(text), Some(id)) => {
                let body = partner.passes_on(text.as_bytes());
                return Some(Action::Respond { id, body, properties });
            }
            (Err(error), Some(id)) => return Some(Action::Fail { id, error }),
            (Ok(text), None) if !text.is_empty() => {
                if let Some(to) = partner.writes().map(str::to_owned) {
                    let item = Item::new(partner.passes_on(text.as_bytes()));
                    self.schedule(due, Happening::Arrive { at: to, item });
                }
            }
            (Ok(_) | Err(_), None) => {}
        }
        None
    }

    /// Brings a partner to where it was after a solicit-response request that a replayed log says it answered.
    pub fn answered(&mut self, transmission: &Transmission) {
        let address = normalize(&transmission.address);
        let reads =
            |p: &PartnerState| matches!(&p.behavior, Play::Rules(rules) if rules.reads(&address, true));
        let own = self.partners.iter().position(|p| reads(p) && !p.reads_any());
        let found = own.or_else(|| self.partners.iter().position(reads));
        let Some(partner) = found.and_then(|index| self.partners.get_mut(index)) else { return };
        if let Play::Rules(rules) = &mut partner.behavior {
            let Answer { line, .. } =
                rules.answer(&partner.name, &transmission.body, &operation(transmission));
            partner.total += 1;
            partner.note(line);
        }
    }

    fn submit(&mut self, due: DateTime, index: usize) {
        let mut bytes = [0; 16];
        self.random.fill_bytes(&mut bytes);
        let guid = uuid::Builder::from_random_bytes(bytes).into_uuid();
        let Some(partner) = self.partners.get_mut(index).filter(|p| p.running) else { return };
        if let Play::Load(load) = &mut partner.behavior {
            if load.count > 0 && partner.total >= load.count {
                return;
            }
            partner.total += 1;
            let begun = *partner.begun.get_or_insert(due);
            let text = load.text(partner.total, &guid.to_string(), &mut self.random);
            let next = due.plus(load.pause(partner.total, due.since(begun), &mut self.random));
            let (to, dropping) = (load.to.clone(), partner.dropping);
            if !dropping {
                let item = Item::new(text.into_bytes().into());
                self.schedule(due, Happening::Arrive { at: to, item });
            }
            self.schedule(next, Happening::Submit { partner: index });
            return;
        }
        let Play::Submit { to, messages, count } = &partner.behavior else { return };
        if *count > 0 && partner.total >= *count {
            return;
        }
        let length = messages.len().max(1) as u64;
        let at = usize::try_from(partner.total % length).unwrap_or(0);
        let Some(message) = messages.get(at) else { return };
        let text = message
            .replace("{n}", &(partner.total + 1).to_string())
            .replace("{round}", &(partner.total / length + 1).to_string())
            .replace("{guid}", &guid.to_string());
        partner.total += 1;
        let more = *count == 0 || partner.total < *count;
        let (to, next, dropping) = (to.clone(), due.plus(partner.delay), partner.dropping);
        if !dropping {
            let item = Item::new(text.into_bytes().into());
            self.schedule(due, Happening::Arrive { at: to, item });
        }
        if more {
            self.schedule(next, Happening::Submit { partner: index });
        }
    }
}

/// Operation of the logical port that a transmission comes from.
fn operation(transmission: &Transmission) -> String {
    match transmission.message.context.get(BTS.operation) {
        Some(Value::String(name)) => name.to_string(),
        _ => String::new(),
    }
}

impl Item {
    /// A message nobody waits for an answer to.
    fn new(body: Arc<[u8]>) -> Self {
        Self { body, answer_to: None, operation: String::new() }
    }
}

impl Reader {
    fn new(location: &ReceiveLocation) -> Self {
        // A schedule that cannot be read is an error of the application, which then does not run.
        let opening = location.schedule.as_ref().and_then(|schedule| Opening::scheduled(schedule).ok());
        Self { location: Name::new(&location.name), enabled: location.enabled, opening }
    }
}

impl PartnerState {
    /// The address it reads.
    pub fn reads(&self) -> Option<&str> {
        match &self.behavior {
            Play::Echo { from, .. } | Play::Drain { from } => Some(from),
            Play::Rules(rules) => Some(&rules.at),
            Play::Submit { .. } | Play::Load(_) => None,
        }
    }

    /// The address it writes.
    pub fn writes(&self) -> Option<&str> {
        match &self.behavior {
            Play::Echo { to, .. } | Play::Submit { to, .. } => Some(to),
            Play::Load(load) => Some(&load.to),
            Play::Rules(rules) => Some(rules.to.as_str()).filter(|to| !to.is_empty()),
            Play::Drain { .. } => None,
        }
    }

    /// True when it submits by itself.
    pub fn submits(&self) -> bool {
        matches!(self.behavior, Play::Submit { .. } | Play::Load(_))
    }

    /// True while it passes on only the first half of a message.
    pub fn corrupts(&self) -> bool {
        self.corrupting
    }

    /// True when it answers by rules, and so can hold its answers and end them otherwise.
    pub fn has_rules(&self) -> bool {
        matches!(self.behavior, Play::Rules(_))
    }

    /// Outcomes other than the ordinary one that an answer can have.
    pub fn outcomes(&self) -> impl Iterator<Item = &str> {
        let rules = match &self.behavior {
            Play::Rules(rules) => Some(rules),
            _ => None,
        };
        rules.into_iter().flat_map(|rules| rules.outcomes())
    }

    /// Texts of the requests that a person has to answer, oldest first.
    pub fn asked(&self) -> Vec<String> {
        match &self.behavior {
            Play::Rules(rules) => rules.asked(),
            _ => Vec::new(),
        }
    }

    /// It answers wherever nobody else does.
    fn reads_any(&self) -> bool {
        matches!(&self.behavior, Play::Rules(rules) if rules.reads_any())
    }

    fn takes(&self, address: &str, item: &Item) -> bool {
        match &self.behavior {
            Play::Rules(rules) => rules.reads(address, item.answer_to.is_some()),
            _ => item.answer_to.is_none() && self.reads() == Some(address),
        }
    }

    fn passes_on(&self, body: &[u8]) -> Arc<[u8]> {
        let end = if self.corrupting { body.len() / 2 } else { body.len() };
        body.get(..end).unwrap_or(body).into()
    }

    fn note(&mut self, line: String) {
        if !line.is_empty() {
            self.log.push(line);
            if self.log.len() > 2 * LOG_LINES {
                self.log.drain(..LOG_LINES);
            }
        }
    }
}

#[cfg(test)]
mod tests;
