//! What people and scenarios do to the simulated partners.

use super::{Happening, PartnerState, Partners, Play, Rules};
use crate::engine::Engine;
use crate::message::{DateTime, Name, TimeSpan};
use crate::model::DrawnTime;
use std::collections::BTreeMap;

impl Partners {
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
        let submits = partner.submits();
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

    /// Follows the receive locations that an operation has enabled or disabled.
    pub fn follow_locations(&mut self, engine: &Engine) {
        let locations = engine.program().locations.iter().zip(&engine.core().locations_enabled);
        for (name, enabled) in locations.map(|(location, enabled)| (location.name, *enabled)) {
            if self.locations.values().any(|r| r.location == name && r.enabled != enabled) {
                self.set_location_enabled(name, enabled);
            }
        }
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
    pub(super) fn offer_again(&mut self, address: &str) {
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
        self.set_delay_between(name, delay, delay)
    }

    /// Makes a partner take messages and lose them; false when there is none.
    pub fn set_dropping(&mut self, name: &str, dropping: bool) -> bool {
        self.edit(name, |partner| partner.dropping = dropping)
    }

    /// Changes what a partner answers; false when there is none that replies.
    pub fn set_reply(&mut self, name: &str, text: &str) -> bool {
        let mut replies = false;
        self.edit(name, |partner| {
            if let Play::Rules(rules) = &mut partner.behavior {
                replies = rules.reply_always(text);
            }
        });
        replies
    }

    /// Forgets solicit-response requests that nobody has answered yet.
    pub fn forget_requests(&mut self) {
        self.pending.retain(|_, happening| match happening {
            Happening::Arrive { item, .. }
            | Happening::Respond { item, .. }
            | Happening::Filled { item, .. } => item.answer_to.is_none(),
            Happening::Submit { .. } | Happening::Open { .. } => true,
        });
        for partner in &mut self.partners {
            if let Play::Rules(rules) = &mut partner.behavior {
                rules.forget_requests();
            }
        }
        for queue in self.queues.values_mut() {
            queue.retain(|item| item.answer_to.is_none());
        }
    }

    /// Changes how long a partner takes: each time something between the two; false when there is none.
    pub fn set_delay_between(&mut self, name: &str, least: TimeSpan, most: TimeSpan) -> bool {
        self.edit(name, |partner| {
            partner.takes = None;
            partner.delay = least;
            partner.spread = TimeSpan((most.0 - least.0).max(0));
        })
    }

    /// Draws how long a partner takes each time; false when there is none.
    pub fn set_takes(&mut self, name: &str, takes: DrawnTime) -> bool {
        self.edit(name, |partner| partner.takes = Some(takes))
    }

    /// Makes a partner pass on only the first half of a message; false when there is none.
    pub fn set_corrupting(&mut self, name: &str, corrupting: bool) -> bool {
        self.edit(name, |partner| partner.corrupting = corrupting)
    }

    /// Decides how the next `times` requests end whose log line is like `when`: in this outcome of the partner, or
    /// in the ordinary answer when it is empty. Wishes are used up in their order. False when there is no such
    /// partner or outcome.
    pub fn set_answers(&mut self, name: &str, when: &str, outcome: &str, times: u32) -> bool {
        self.rules(name).is_some_and(|rules| rules.wish(when, outcome, times))
    }

    /// Holds requests whose log line is like `when` until [`Partners::release`]; false when there is no partner of
    /// that name with rules.
    pub fn block(&mut self, name: &str, when: &str) -> bool {
        self.rules(name).map(|rules| rules.block(when)).is_some()
    }

    /// Answers what is held, now and in its order, and holds no more; false as for [`Partners::block`].
    pub fn release(&mut self, name: &str) -> bool {
        let Some(held) = self.rules(name).map(Rules::release) else { return false };
        let Some(partner) = self.partners.iter().position(|p| p.name == name) else { return false };
        for item in held {
            self.schedule(self.now, Happening::Respond { partner, item });
        }
        true
    }

    /// A person answers the oldest request that waits for one; false when none does.
    pub fn fill(&mut self, name: &str, text: &str) -> bool {
        let Some(item) = self.rules(name).and_then(Rules::filled) else { return false };
        let Some(partner) = self.partners.iter().position(|p| p.name == name) else { return false };
        self.schedule(self.now, Happening::Filled { partner, item, text: text.to_owned() });
        true
    }

    /// Sets values that a partner remembers for a key; false as for [`Partners::block`].
    pub fn remember(&mut self, name: &str, key: &str, values: &BTreeMap<String, String>) -> bool {
        self.rules(name).map(|rules| rules.remember(key, values.clone())).is_some()
    }

    fn rules(&mut self, name: &str) -> Option<&mut Rules> {
        self.partners.iter_mut().find(|p| p.name == name).and_then(|p| match &mut p.behavior {
            Play::Rules(rules) => Some(&mut **rules),
            _ => None,
        })
    }

    fn edit(&mut self, name: &str, change: impl FnOnce(&mut PartnerState)) -> bool {
        self.partners.iter_mut().find(|p| p.name == name).map(change).is_some()
    }
}
