//! In-memory queues and the simulated partners at their ends, as one state machine: time goes in, actions come
//! out. It has no clock and no thread, so the wall-clock host and virtual time play the very same partners.

use super::address::normalize;
use crate::engine::{Transmission, TransmissionId};
use crate::message::{Body, DateTime, Name, NodePath, TimeSpan, escape_xml};
use crate::model::{Application, PartnerBehavior, ReceiveLocation};
use crate::program::{Opening, receive_locations};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What partners and queues do to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// A message reached a receive location.
    Receive { location: Name, body: Arc<[u8]>, properties: Vec<(Name, String)> },
    /// The answer to a solicit-response transmission.
    Respond { id: TransmissionId, body: Arc<[u8]> },
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
    behavior: Play,
    delay: TimeSpan,
}

/// [`PartnerBehavior`] with addresses in one spelling and sample messages looked up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Play {
    Echo { from: String, to: String },
    Reply { at: String, reply: String },
    Submit { to: String, messages: Vec<String>, count: u64 },
    Drain { from: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Happening {
    /// A message becomes readable at an address.
    Arrive { at: String, item: Item },
    /// A partner submits its next message.
    Submit { partner: usize },
    /// A partner has its answer ready.
    Respond { partner: usize, id: TransmissionId, body: Arc<[u8]> },
    /// The location that reads an address opens.
    Open { at: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    body: Arc<[u8]>,
    /// Set for a solicit-response request.
    answer_to: Option<TransmissionId>,
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
                    (Play::Reply { at: normalize(at), reply: reply.clone() }, *delay_ms)
                }
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
            };
            this.partners.push(PartnerState {
                name: partner.name.clone(),
                running: true,
                dropping: false,
                total: 0,
                behavior,
                delay: TimeSpan::from_millis(i64::try_from(delay_ms).unwrap_or(i64::MAX)),
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
        address.starts_with("queue://")
            || transmission.two_way
                && self
                    .partners
                    .iter()
                    .any(|p| matches!(&p.behavior, Play::Reply { at, .. } if *at == address))
    }

    /// Takes over a transmission at `at`. A one-way one counts as delivered from here on.
    pub fn deliver(&mut self, at: DateTime, transmission: &Transmission) {
        let item = Item {
            body: Arc::clone(&transmission.body),
            answer_to: transmission.two_way.then_some(transmission.id),
        };
        self.schedule(at, Happening::Arrive { at: normalize(&transmission.address), item });
    }

    /// When the next thing happens.
    pub fn next_due(&self) -> Option<DateTime> {
        self.pending.keys().next().map(|(due, _)| *due)
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
                Happening::Respond { partner, id, body } => {
                    if let Some(partner) = self.partners.get_mut(partner) {
                        partner.total += 1;
                    }
                    Some(Action::Respond { id, body })
                }
            };
            if action.is_some() {
                return action;
            }
        }
    }

    /// Starts or stops a partner; false when there is none of that name. Messages for a stopped one stay in
    /// their queue; a started one reads them in their order.
    pub fn set_running(&mut self, name: &str, running: bool) -> bool {
        let Some(index) = self.partners.iter().position(|p| p.name == name) else { return false };
        let Some(partner) = self.partners.get_mut(index) else { return false };
        if partner.running == running {
            return true;
        }
        partner.running = running;
        let waiting = partner.reads().map(str::to_owned);
        let submits = matches!(partner.behavior, Play::Submit { .. });
        let submission = Happening::Submit { partner: index };
        if submits {
            self.pending.retain(|_, happening| *happening != submission);
        }
        if !running {
            return true;
        }
        if submits {
            self.schedule(self.now, submission);
        }
        if let Some(address) = waiting {
            self.offer_again(&address);
        }
        true
    }

    /// Follows a receive location that was enabled or disabled; false when it reads no queue.
    pub fn set_location_enabled(&mut self, location: Name, enabled: bool) -> bool {
        let found = self.locations.iter_mut().find(|(_, reader)| reader.location == location);
        let Some((address, reader)) = found else { return false };
        reader.enabled = enabled;
        let address = address.clone();
        self.offer_again(&address);
        true
    }

    /// Offers what a queue holds to its readers, in the order it came.
    fn offer_again(&mut self, address: &str) {
        for item in self.queues.remove(address).unwrap_or_default() {
            self.schedule(self.now, Happening::Arrive { at: address.to_owned(), item });
        }
    }

    /// Starts or stops everybody at `at`.
    pub fn set_all_running(&mut self, at: DateTime, running: bool) {
        self.now = self.now.max(at);
        let names: Vec<_> = self.partners.iter().map(|p| p.name.clone()).collect();
        for name in names {
            self.set_running(&name, running);
        }
    }

    /// Changes how long a partner takes, or how far apart its submissions are; false when there is none.
    pub fn set_delay(&mut self, name: &str, delay: TimeSpan) -> bool {
        self.edit(name, |partner| partner.delay = delay)
    }

    /// Makes a partner take messages and lose them; false when there is none.
    pub fn set_dropping(&mut self, name: &str, dropping: bool) -> bool {
        self.edit(name, |partner| partner.dropping = dropping)
    }

    /// Changes what a partner answers; false when there is none that replies.
    pub fn set_reply(&mut self, name: &str, text: &str) -> bool {
        let mut replies = false;
        self.edit(name, |partner| {
            if let Play::Reply { reply, .. } = &mut partner.behavior {
                text.clone_into(reply);
                replies = true;
            }
        });
        replies
    }

    /// Forgets solicit-response requests that nobody has answered yet.
    pub fn forget_requests(&mut self) {
        self.pending.retain(|_, happening| match happening {
            Happening::Arrive { item, .. } => item.answer_to.is_none(),
            Happening::Respond { .. } => false,
            Happening::Submit { .. } | Happening::Open { .. } => true,
        });
        for queue in self.queues.values_mut() {
            queue.retain(|item| item.answer_to.is_none());
        }
    }

    fn edit(&mut self, name: &str, change: impl FnOnce(&mut PartnerState)) -> bool {
        self.partners.iter_mut().find(|p| p.name == name).map(change).is_some()
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
        let reader = self.partners.iter_mut().enumerate().find(|(_, p)| p.running && p.takes(&at, &item));
        let Some((index, partner)) = reader else {
            self.queues.entry(at).or_default().push_back(item);
            return None;
        };
        if partner.dropping {
            return None;
        }
        let ready = due.plus(partner.delay);
        match (&partner.behavior, item.answer_to) {
            (Play::Echo { to, .. }, _) => {
                partner.total += 1;
                let to = to.clone();
                self.schedule(ready, Happening::Arrive { at: to, item });
            }
            (Play::Reply { reply, .. }, Some(id)) => {
                let body = fill(reply, &item.body).into_bytes().into();
                self.schedule(ready, Happening::Respond { partner: index, id, body });
            }
            _ => partner.total += 1,
        }
        None
    }

    fn submit(&mut self, due: DateTime, index: usize) {
        let mut bytes = [0; 16];
        self.random.fill_bytes(&mut bytes);
        let guid = uuid::Builder::from_random_bytes(bytes).into_uuid();
        let Some(partner) = self.partners.get_mut(index).filter(|p| p.running) else { return };
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
            let item = Item { body: text.into_bytes().into(), answer_to: None };
            self.schedule(due, Happening::Arrive { at: to, item });
        }
        if more {
            self.schedule(next, Happening::Submit { partner: index });
        }
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
            Play::Reply { at, .. } => Some(at),
            Play::Submit { .. } => None,
        }
    }

    /// The address it writes.
    pub fn writes(&self) -> Option<&str> {
        match &self.behavior {
            Play::Echo { to, .. } | Play::Submit { to, .. } => Some(to),
            Play::Reply { .. } | Play::Drain { .. } => None,
        }
    }

    fn takes(&self, address: &str, item: &Item) -> bool {
        let answers = matches!(self.behavior, Play::Reply { .. });
        self.reads() == Some(address) && answers == item.answer_to.is_some()
    }
}

/// Replaces `{/path}` by the text at that path of the request; a path that is not there gives nothing.
fn fill(template: &str, request: &[u8]) -> String {
    let body = Body::bytes(request);
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{/") {
        text.push_str(before);
        let Some((path, after)) = after.split_once('}') else {
            text.push_str("{/");
            rest = after;
            continue;
        };
        if let Some(value) = NodePath::parse(&format!("/{path}")).ok().and_then(|path| body.field_text(&path))
        {
            text.push_str(&escape_xml(&value));
        }
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests;
