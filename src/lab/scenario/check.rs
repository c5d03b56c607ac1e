//! Compares a run with what a scenario expects of it.

use super::lines::{difference, first_extra};
use super::words::Words;
use super::{finding, observe};
use crate::diagnostic::Diagnostic;
use crate::engine::EventKind;
use crate::lab::VirtualRun;
use crate::model::{Expectation, ObservedPlace};
use crate::xlang::LogLevel;

/// Checks everything that is expected, and reports all that does not hold; with the `seq` of the first event that was not
/// expected, when what is wrong is something that happened and not something that is missing.
pub(super) fn check(
    words: &Words<'_>,
    run: &VirtualRun,
    expected: &Expectation,
    step: &str,
) -> Result<(), (Vec<Diagnostic>, Option<u64>)> {
    let mut check = Check { words, run, step, expected, found: Vec::new(), parted: None };
    check.messages(expected);
    check.services(expected);
    check.surroundings(expected);
    if check.found.is_empty() { Ok(()) } else { Err((check.found, check.parted)) }
}

struct Check<'a> {
    words: &'a Words<'a>,
    run: &'a VirtualRun,
    step: &'a str,
    expected: &'a Expectation,
    found: Vec<Diagnostic>,
    /// Event of the first thing that was not expected.
    parted: Option<u64>,
}

impl<'a> Check<'a> {
    fn messages(&mut self, expected: &Expectation) {
        for (name, lines) in &expected.messages {
            let Some(place) = self.place(name) else { continue };
            let actual = observe::message_lines(self.run, place, self.words);
            if let Some(extra) = self.lines(name, &format!("messages at {name} are"), lines, &actual) {
                let seen = observe::messages(self.run, place, self.words);
                self.parted(seen.get(extra).and_then(|message| message.event(self.run)));
            }
        }
        for (what, text) in &expected.values {
            let Some(actual) = self.value(what) else { continue };
            self.lines("", &format!("text of {what} is"), std::slice::from_ref(text), &[actual]);
        }
        for (what, length) in &expected.lengths {
            let Some(actual) = self.value(what) else { continue };
            self.same(&format!("length of {what}"), length, &actual.chars().count());
        }
        for (what, count) in &expected.counts {
            let (name, line) = what.split_once(' ').unwrap_or((what, "*"));
            let Some(place) = self.place(name) else { continue };
            let actual = observe::message_lines(self.run, place, self.words);
            let pattern = wildmatch::WildMatch::new(line);
            let actual = actual.iter().filter(|line| pattern.matches(line)).count();
            self.same(&format!("number of messages {what}"), count, &actual);
        }
    }

    /// The text that `REQ 2 /Order/Status` names; what is absent is empty.
    fn value(&mut self, what: &str) -> Option<String> {
        let (name, rest) = what.split_once(' ').unwrap_or((what, ""));
        let shown = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (number, path) = shown.or_else(|| rest.split_once(' ')).unwrap_or((rest, ""));
        let place = self.place(name)?;
        let seen = observe::messages(self.run, place, self.words);
        let message = match number {
            line if shown.is_some() => {
                let pattern = wildmatch::WildMatch::new(line);
                seen.iter().find(|message| pattern.matches(&message.line(place)))
            }
            "last" => seen.last(),
            number => number.parse().ok().and_then(|n: usize| seen.get(n.checked_sub(1)?)),
        };
        let Some(message) = message else {
            self.report(format!("there is no message `{number}` at {name}, which has {}", seen.len()));
            return None;
        };
        Some(message.value(path.trim()).unwrap_or_default())
    }

    fn services(&mut self, expected: &Expectation) {
        for (name, states) in &expected.instances {
            let Some(service) = self.service(name) else { continue };
            let actual = observe::states(self.run, service);
            let (expected, actual) = (observe::expand(states), actual);
            let any_order = self.any_order(name);
            let same = if any_order { sorted(&expected) == sorted(&actual) } else { expected == actual };
            if !same {
                let at = expected.chars().zip(actual.chars()).position(|(a, b)| a != b);
                let at = at.unwrap_or(expected.chars().count());
                let changed = observe::instances(self.run, service).get(at).map(|(id, _)| *id);
                self.parted(changed.and_then(|id| observe::last_change(self.run, id)));
                let shown = [observe::contract(&expected), observe::contract(&actual)];
                let [expected, actual] =
                    shown.map(|text| if text.is_empty() { "(none)".into() } else { text });
                self.report(format!(
                    "the instances of {name} are not as expected:\n  - {expected}\n  + {actual}"
                ));
            }
        }
        for (name, lines) in &expected.standing_at {
            let Some(service) = self.service(name) else { continue };
            let what = format!("shapes at which {name} stands are");
            self.lines(name, &what, lines, &observe::standing(self.run, service));
        }
        for (name, shapes) in &expected.visited {
            let Some(service) = self.service(name) else { continue };
            let what = format!("shapes that {name} started are");
            self.events(name, &what, shapes, observe::visited(self.run, service, shapes));
        }
        if let Some(lines) = &expected.suspended {
            let actual = observe::suspended(self.run, self.words);
            let event = |(id, line)| (observe::last_change(self.run, id).unwrap_or_default(), line);
            let actual = actual.into_iter().map(event).collect();
            self.events("suspended", "suspended instances are", lines, actual);
        }
        for (name, lines) in &expected.subscriptions {
            let service = self.words.full(name);
            if !name.contains('*') && self.service(name).is_none() {
                continue;
            }
            let what = format!("subscriptions of {name} are");
            self.lines(name, &what, lines, &observe::subscriptions(self.run, service));
        }
        for (what, count) in &expected.events {
            let actual = observe::events(self.run, what);
            self.parted(actual.get(*count).copied());
            self.same(&format!("number of events {what}"), count, &actual.len());
        }
    }

    fn surroundings(&mut self, expected: &Expectation) {
        for (name, lines) in &expected.log {
            let actual = observe::log(self.run, self.words.full(name));
            self.events(name, &format!("event log entries of {name} are"), lines, actual);
        }
        let states = self.run.partners().states();
        let known = || states.iter().map(|p| p.name.as_str());
        for (name, lines) in &expected.activities {
            let actual = observe::activities(self.run, self.words.full(name));
            self.lines(name, &format!("activities {name} are"), lines, &actual);
        }
        for (name, lines) in &expected.partners {
            let full = self.words.full(name);
            match states.iter().find(|p| p.name == full) {
                Some(partner) => {
                    self.lines(name, &format!("lines in the log of {name} are"), lines, &partner.log);
                }
                None => self.found.extend(self.words.known(self.step, "partner", full, known()).err()),
            }
        }
        for (name, total) in &expected.totals {
            let full = self.words.full(name);
            match states.iter().find(|p| p.name == full) {
                Some(partner) => self.same(&format!("total of {name}"), total, &partner.total),
                None => self.found.extend(self.words.known(self.step, "partner", full, known()).err()),
            }
        }
        for (name, lines) in &expected.tables {
            let tables = &self.words.vocabulary.tables;
            let Some(table) = tables.get(name) else {
                let known = tables.keys().map(String::as_str);
                let kind = "table in scenarios/vocabulary.ron called";
                self.found.extend(self.words.known(self.step, kind, name, known).err());
                continue;
            };
            match self.run.rows(&table.database, &table.query) {
                Ok(actual) => {
                    self.lines(name, &format!("rows of {name} are"), lines, &actual);
                }
                Err(problem) => self.report(format!("the rows of {name} cannot be read: {problem}")),
            }
        }
    }

    /// Gives the place of the first line that is there and not expected.
    fn lines(&mut self, name: &str, what: &str, expected: &[String], actual: &[String]) -> Option<usize> {
        let difference = difference(expected, actual, self.any_order(name))?;
        self.report(format!("the {what} not as expected:{difference}"));
        first_extra(expected, actual, self.any_order(name))
    }

    /// As [`Check::lines`], of lines with the event each came of.
    fn events(&mut self, name: &str, what: &str, expected: &[String], actual: Vec<(u64, String)>) {
        let (events, lines): (Vec<u64>, Vec<String>) = actual.into_iter().unzip();
        let extra = self.lines(name, what, expected, &lines);
        self.parted(extra.and_then(|extra| events.get(extra).copied()));
    }

    /// Notes what was not expected; the first of it is where the run parted from the scenario.
    fn parted(&mut self, event: Option<u64>) {
        self.parted = [self.parted, event].into_iter().flatten().min();
    }

    fn any_order(&self, name: &str) -> bool {
        self.expected.unordered.iter().any(|listed| listed == name)
    }

    fn same<T: PartialEq + std::fmt::Display>(&mut self, what: &str, expected: &T, actual: &T) {
        if expected != actual {
            self.report(format!("the {what} is {actual}, not {expected}"));
        }
    }

    fn report(&mut self, message: String) {
        let help = self.next_to_look_at();
        self.found.push(finding("T03", &self.words.file, self.step, message, help));
    }

    /// What most likely explains that something is missing.
    fn next_to_look_at(&self) -> String {
        if let Some((_, suspended)) = observe::suspended(self.run, self.words).last() {
            return format!("look at what is suspended: {suspended}");
        }
        let events = self.run.run().events().iter().rev();
        let telling = events.filter_map(|event| match &event.kind {
            EventKind::PortFailed { port, error, .. } => Some(format!("look at the port {port}: {error}")),
            EventKind::OperationRefused { reason } => Some(format!("look at what was refused: {reason}")),
            EventKind::RoutingFailed { reason, .. } => Some(format!("look at the routing failure: {reason}")),
            EventKind::Logged { level: LogLevel::Error, source, text } => {
                Some(format!("look at the last error of {source}: {text}"))
            }
            _ => None,
        });
        let mut telling = telling;
        telling.next().unwrap_or_else(|| "look at the journal: add --journal to the command".to_owned())
    }

    fn place(&mut self, name: &str) -> Option<&'a ObservedPlace> {
        let places = &self.words.vocabulary.places;
        if let Some(place) = places.get(name) {
            return Some(place);
        }
        let known = places.keys().map(String::as_str);
        let kind = "place in scenarios/vocabulary.ron called";
        self.found.extend(self.words.known(self.step, kind, name, known).err());
        None
    }

    /// The full name of an orchestration or send port.
    fn service<'n>(&mut self, name: &'n str) -> Option<&'n str>
    where
        'a: 'n,
    {
        let full = self.words.full(name);
        let program = self.run.engine().program();
        let ports = program.send_ports.iter().map(|p| p.name.as_str());
        let known = program.services.iter().map(|s| s.name.as_str()).chain(ports);
        match self.words.known(self.step, "orchestration", full, known) {
            Ok(()) => Some(full),
            Err(error) => {
                self.found.push(error);
                None
            }
        }
    }
}

fn sorted(text: &str) -> Vec<char> {
    let mut letters: Vec<_> = text.chars().collect();
    letters.sort_unstable();
    letters
}
