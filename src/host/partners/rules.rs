//! A partner with rules and a memory.

use super::Item;
use crate::host::address::normalize;
use crate::host::template::{field, fill};
use crate::message::{Body, Name};
use crate::model::{PartnerOutcome, PartnerRule, PartnerRules};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use wildmatch::WildMatch;

/// The address that stands for all of them.
const ANYWHERE: &str = "*";

/// [`PartnerRules`] at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Rules {
    pub at: String,
    pub to: String,
    /// It also takes messages nobody waits for an answer to.
    one_way: bool,
    key: String,
    values: BTreeMap<String, String>,
    rules: Vec<PartnerRule>,
    outcomes: BTreeMap<String, PartnerOutcome>,
    /// What it remembers, by key.
    memory: BTreeMap<String, BTreeMap<String, String>>,
    wishes: VecDeque<Wish>,
    /// Log lines it answers to only after a release.
    blocking: Vec<String>,
    held: Vec<Item>,
    /// Requests a person has to answer.
    #[serde(default)]
    forms: VecDeque<Item>,
    /// Requests each rule has taken, by its place.
    #[serde(default)]
    taken: BTreeMap<usize, usize>,
}

/// How somebody wants coming requests to end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Wish {
    when: String,
    outcome: String,
    times: u32,
}

/// What a request led to: a line for the log, and the answer or why it is refused.
pub(super) struct Answer {
    pub line: String,
    pub result: Result<String, String>,
    /// What an adapter would promote with the answer.
    pub properties: Vec<(Name, String)>,
}

impl Rules {
    pub fn new(drawn: &PartnerRules) -> Self {
        Self {
            at: normalize(&drawn.at),
            to: if drawn.to.is_empty() { String::new() } else { normalize(&drawn.to) },
            one_way: true,
            key: drawn.key.clone(),
            values: drawn.values.clone(),
            rules: drawn.rules.clone(),
            outcomes: drawn.outcomes.clone(),
            memory: BTreeMap::new(),
            wishes: VecDeque::new(),
            blocking: Vec::new(),
            held: Vec::new(),
            forms: VecDeque::new(),
            taken: BTreeMap::new(),
        }
    }

    /// Gives every request of a two-way port the same reply.
    pub fn replying(at: &str, reply: &str) -> Self {
        let rule = PartnerRule { reply: reply.to_owned(), ..PartnerRule::default() };
        let drawn = PartnerRules { at: at.to_owned(), rules: vec![rule], ..PartnerRules::default() };
        Self { one_way: false, ..Self::new(&drawn) }
    }

    pub fn reads(&self, address: &str, two_way: bool) -> bool {
        (self.at == address && (two_way || self.one_way)) || (two_way && self.reads_any())
    }

    /// It answers wherever nobody else does.
    pub fn reads_any(&self) -> bool {
        self.at == ANYWHERE
    }

    /// Makes a partner without conditions reply with this text; false when it has rules to choose from.
    pub fn reply_always(&mut self, text: &str) -> bool {
        let [rule] = self.rules.as_mut_slice() else { return false };
        text.clone_into(&mut rule.reply);
        rule.when.is_empty()
    }

    pub fn wish(&mut self, when: &str, outcome: &str, times: u32) -> bool {
        let known = outcome.is_empty() || self.outcomes.contains_key(outcome);
        if known {
            self.wishes.push_back(Wish { when: when.to_owned(), outcome: outcome.to_owned(), times });
        }
        known
    }

    pub fn outcomes(&self) -> impl Iterator<Item = &str> {
        self.outcomes.keys().map(String::as_str)
    }

    pub fn block(&mut self, when: &str) {
        self.blocking.push(when.to_owned());
    }

    pub fn release(&mut self) -> Vec<Item> {
        self.blocking.clear();
        std::mem::take(&mut self.held)
    }

    pub fn remember(&mut self, key: &str, values: BTreeMap<String, String>) {
        self.memory.entry(key.to_owned()).or_default().extend(values);
    }

    pub fn hold(&mut self, item: Item) {
        if self.rule(&Body::bytes(&*item.body), &item.operation).is_some_and(|rule| rule.asks_person) {
            self.forms.push_back(item);
        } else {
            self.held.push(item);
        }
    }

    /// Takes the oldest request that waits for a person.
    pub fn filled(&mut self) -> Option<Item> {
        self.forms.pop_front()
    }

    pub fn asked(&self) -> Vec<String> {
        self.forms.iter().map(|item| String::from_utf8_lossy(&item.body).into_owned()).collect()
    }

    pub fn forget_requests(&mut self) {
        self.held.retain(|item| item.answer_to.is_none());
        self.forms.retain(|item| item.answer_to.is_none());
    }

    /// True when a request is held until somebody releases it.
    pub fn blocks(&self, item: &Item) -> bool {
        if self.blocking.is_empty() && !self.rules.iter().any(|rule| rule.asks_person) {
            return false;
        }
        let request = Body::bytes(&*item.body);
        let rule = self.rule(&request, &item.operation);
        if rule.is_some_and(|rule| rule.asks_person) {
            return true;
        }
        let line = rule.map(|rule| self.fill(&rule.log, &request, None, false));
        line.is_some_and(|line| self.blocking.iter().any(|when| WildMatch::new(when).matches(&line)))
    }

    /// Answers a request and remembers what its rule says.
    pub fn answer(&mut self, partner: &str, request: &[u8], operation: &str) -> Answer {
        let request = Body::bytes(request);
        let place = self.place(&request, operation);
        let Some((place, mut rule)) = place.and_then(|at| Some((at, self.rules.get(at)?.clone()))) else {
            let error = format!("no rule of the partner {partner} matches; add one to partners.ron");
            return Answer { line: String::new(), result: Err(error), properties: Vec::new() };
        };
        let properties: Vec<_> =
            rule.properties.iter().map(|(name, value)| (Name::new(name), value.clone())).collect();
        let turn = self.taken.entry(place).or_default();
        if let Some(reply) = rule.first_replies.get(*turn) {
            reply.clone_into(&mut rule.reply);
        }
        *turn += 1;
        let mut line = self.fill(&rule.log, &request, None, false);
        let wish = self.wishes.iter_mut().find(|w| w.times > 0 && WildMatch::new(&w.when).matches(&line));
        let outcome = wish.map(|wish| {
            wish.times -= 1;
            wish.outcome.clone()
        });
        self.wishes.retain(|wish| wish.times > 0);
        let Some((name, outcome)) =
            outcome.and_then(|name| Some((self.outcomes.get(&name)?, name))).map(|(o, n)| (n, o))
        else {
            let key = self.fill(&self.key, &request, None, false);
            let new = rule.remember.iter();
            let new =
                new.map(|(name, text)| (name.clone(), self.fill(text, &request, None, false))).collect();
            self.remember(&key, new);
            return Answer { result: Ok(self.fill(&rule.reply, &request, None, true)), line, properties };
        };
        if !line.is_empty() {
            line = format!("{line} ({name})");
        }
        let result = match outcome {
            PartnerOutcome::Values(values) => Ok(self.fill(&rule.reply, &request, Some(values), true)),
            PartnerOutcome::Error(error) => Err(error.clone()),
        };
        Answer { line, result, properties }
    }

    fn rule(&self, request: &Body, operation: &str) -> Option<&PartnerRule> {
        self.rules.get(self.place(request, operation)?)
    }

    fn place(&self, request: &Body, operation: &str) -> Option<usize> {
        let of = |rule: &PartnerRule| rule.operation.is_empty() || rule.operation == operation;
        self.rules.iter().position(|rule| {
            of(rule)
                && rule
                    .when
                    .iter()
                    .all(|(path, text)| field(request, path).is_some_and(|found| found == *text))
        })
    }

    fn fill(
        &self,
        text: &str,
        request: &Body,
        first: Option<&BTreeMap<String, String>>,
        escape: bool,
    ) -> String {
        let key = fill(&self.key, request, &|_| None, false).0;
        let known = [first, self.memory.get(&key), Some(&self.values)];
        let value = |name: &str| known.iter().flatten().find_map(|values| values.get(name)).cloned();
        fill(text, request, &value, escape).0
    }
}
