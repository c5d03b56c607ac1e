//! What a run has led to, as lines of text.

use super::words::Words;
use crate::engine::{
    EventKind, InstanceChange, InstanceId, InstanceKind, Publisher, Subscriber, TransmissionId,
};
use crate::host::address::normalize;
use crate::host::template::{field, fill};
use crate::journal::{self, Detail, event_name};
use crate::lab::VirtualRun;
use crate::message::{Body, Message, Name, format_value};
use crate::model::{Observed, ObservedPlace};
use crate::xlang::LogLevel;
use std::collections::BTreeMap;
use std::sync::Arc;
use wildmatch::WildMatch;

/// A message somewhere in the run, with the body as it was there.
pub(super) struct Seen {
    body: Arc<Body>,
    message: Arc<Message>,
    came: Came,
}

/// What a message was seen by.
#[derive(Clone, Copy)]
enum Came {
    Transmission(TransmissionId),
    Event(u64),
}

impl Seen {
    /// Text at a path, through texts that are XML themselves, or of a context property; without a path the whole
    /// text.
    pub fn value(&self, path: &str) -> Option<String> {
        if path.is_empty() {
            return Some(String::from_utf8_lossy(&self.body.as_bytes()).into_owned());
        }
        let mut steps = path.split(" > ");
        let first = steps.next()?.trim();
        let value = if first.starts_with('/') { field(&self.body, first) } else { self.property(first) };
        let value = value.or_else(|| self.part(first))?;
        steps.try_fold(value, |text, path| field(&Body::bytes(text.into_bytes()), path.trim()))
    }

    /// The event it was seen by.
    pub fn event(&self, run: &VirtualRun) -> Option<u64> {
        let sent = |kind: &EventKind, id| matches!(kind, EventKind::PortAttempt { transmission, .. } if *transmission == id);
        match self.came {
            Came::Event(seq) => Some(seq),
            Came::Transmission(id) => run.run().events().iter().find(|e| sent(&e.kind, id)).map(|e| e.seq),
        }
    }

    fn part(&self, name: &str) -> Option<String> {
        let part = self.message.part(Name::new(name))?;
        Some(String::from_utf8_lossy(&part.body.as_bytes()).into_owned())
    }

    fn property(&self, name: &str) -> Option<String> {
        self.message.context.get(Name::new(name)).map(format_value)
    }

    /// The message in one line, as the place wants it shown.
    pub fn line(&self, place: &ObservedPlace) -> String {
        let value = |name: &str| self.property(name);
        let shown = place.show.iter().map(|template| fill(template, &self.body, &value, false));
        let shown = shown.filter(|(_, complete)| *complete).map(|(text, _)| text).next();
        shown.unwrap_or_else(|| match self.body.root() {
            Ok((_, root)) => root.to_string(),
            Err(_) => String::from_utf8_lossy(&self.body.as_bytes()).chars().take(60).collect(),
        })
    }
}

/// The messages at a place, oldest first.
pub(super) fn messages(run: &VirtualRun, place: &ObservedPlace, words: &Words<'_>) -> Vec<Seen> {
    match &place.from {
        Observed::Address(address) => {
            let pattern = WildMatch::new(&normalize(address));
            let at = run.all_sent().iter().filter(|(address, _)| pattern.matches(address));
            let mut all: Vec<_> = at.flat_map(|(_, sent)| sent).collect();
            all.sort_by_key(|sent| sent.transmission.id);
            let seen = all.into_iter().map(|sent| Seen {
                body: Arc::new(Body::bytes(sent.transmission.body.to_vec())),
                message: Arc::clone(&sent.transmission.message),
                came: Came::Transmission(sent.transmission.id),
            });
            seen.collect()
        }
        Observed::Published { orchestration, port } => {
            let by = instances(run, words.full(orchestration));
            let published = run.run().events().iter().filter_map(|event| match &event.kind {
                EventKind::MessagePublished {
                    message,
                    publisher: Publisher::Orchestration { instance, port: at },
                } if at.as_str() == port && by.iter().any(|(id, _)| id == instance) => {
                    Some((message, event.seq))
                }
                _ => None,
            });
            let seen = published.map(|(message, seq)| Seen {
                body: message.body_part().map(|part| Arc::clone(&part.body)).unwrap_or_default(),
                message: Arc::clone(message),
                came: Came::Event(seq),
            });
            seen.collect()
        }
    }
}

/// The messages at a place, a line each.
pub(super) fn message_lines(run: &VirtualRun, place: &ObservedPlace, words: &Words<'_>) -> Vec<String> {
    messages(run, place, words).iter().map(|seen| seen.line(place)).collect()
}

/// Instances of a service in order of start, with the letter of their state.
pub(super) fn instances(run: &VirtualRun, service: &str) -> Vec<(InstanceId, char)> {
    let mut states: BTreeMap<InstanceId, char> = BTreeMap::new();
    for event in run.run().events() {
        let EventKind::Instance { instance, service: of, change } = &event.kind else { continue };
        if of.as_str() != service {
            continue;
        }
        let state = states.entry(*instance).or_insert('A');
        match change {
            InstanceChange::Completed => *state = 'C',
            // A zombie stays one in the record, even when an operator clears it away.
            InstanceChange::Terminated { .. } if *state != 'Z' => *state = 'T',
            InstanceChange::Suspended { .. } => *state = 'S',
            InstanceChange::Discarded { .. } => *state = 'Z',
            InstanceChange::Resumed => *state = 'A',
            _ => {}
        }
    }
    states.into_iter().collect()
}

/// The event in which the state of an instance last changed.
pub(super) fn last_change(run: &VirtualRun, id: InstanceId) -> Option<u64> {
    let changes = run.run().events().iter().rev();
    changes
        .filter(|event| matches!(&event.kind, EventKind::Instance { instance, .. } if *instance == id))
        .map(|e| e.seq)
        .next()
}

/// The letters in a row; five and more of the same as `C*5`.
pub(super) fn states(run: &VirtualRun, service: &str) -> String {
    instances(run, service).into_iter().map(|(_, state)| state).collect()
}

/// `CC`, `C*200` and both in a row, as letters.
pub(super) fn expand(states: &str) -> String {
    let mut expanded = String::new();
    let mut rest = states.chars().peekable();
    while let Some(letter) = rest.next() {
        let mut count = 1;
        if rest.next_if_eq(&'*').is_some() {
            let digits: String = std::iter::from_fn(|| rest.next_if(char::is_ascii_digit)).collect();
            count = digits.parse().unwrap_or(1).min(1_000_000);
        }
        expanded.extend(std::iter::repeat_n(letter, count));
    }
    expanded
}

/// The reverse of [`expand`].
pub(super) fn contract(states: &str) -> String {
    let mut contracted = String::new();
    let mut rest = states.chars().peekable();
    while let Some(letter) = rest.next() {
        let more = std::iter::from_fn(|| rest.next_if_eq(&letter)).count();
        match more + 1 {
            count @ 5.. => contracted.push_str(&format!("{letter}*{count}")),
            count => contracted.extend(std::iter::repeat_n(letter, count)),
        }
    }
    contracted
}

/// Names of the shapes where the live instances of an orchestration stand; parallel ones with ` | ` between.
pub(super) fn standing(run: &VirtualRun, service: &str) -> Vec<String> {
    let program = run.engine().program();
    let name_of = |id: &Name| {
        let shapes = program.services.iter().flat_map(|service| &service.shapes);
        shapes.filter(|shape| shape.id == *id).map(|shape| shape.name.to_string()).next()
    };
    let live = run.engine().instances().into_iter();
    let live =
        live.filter(|view| view.kind == InstanceKind::Orchestration && view.service.as_str() == service);
    live.map(|view| {
        let names: Vec<_> = view.at.iter().map(|id| name_of(id).unwrap_or_else(|| id.to_string())).collect();
        names.join(" | ")
    })
    .collect()
}

/// Names of those of the `shapes` that instances of an orchestration started, in order of time, each with its event.
pub(super) fn visited(run: &VirtualRun, service: &str, shapes: &[String]) -> Vec<(u64, String)> {
    let of = run.engine().program().service_by_name(Name::new(service));
    let infos = of.map(|service| service.shapes.as_slice()).unwrap_or_default();
    let started = run.run().events().iter().filter_map(|event| match &event.kind {
        EventKind::ShapeStarted { service: of, shape, .. } if of.as_str() == service => {
            Some((event.seq, *shape))
        }
        _ => None,
    });
    let names = started.filter_map(|(seq, id)| {
        let info = infos.iter().find(|info| info.id == id)?;
        Some((seq, info.name.to_string()))
    });
    names.filter(|(_, name)| shapes.contains(name)).collect()
}

/// Suspended service instances of every kind, oldest first.
pub(super) fn suspended(run: &VirtualRun, words: &Words<'_>) -> Vec<(InstanceId, String)> {
    use crate::engine::instance::Status;
    let all = run.engine().instances().into_iter();
    all.filter_map(|view| {
        let how = match view.status {
            Status::SuspendedResumable => "resumable",
            Status::SuspendedNotResumable => "not resumable",
            _ => return None,
        };
        let name = words.short(view.service.as_str());
        Some((view.id, format!("{name} {how} {}", view.reason.unwrap_or_default()).trim().to_owned()))
    })
    .collect()
}

/// Entries of the event log from one source, each with its event.
pub(super) fn log(run: &VirtualRun, of: &str) -> Vec<(u64, String)> {
    let entries = run.run().events().iter().filter_map(|event| match &event.kind {
        EventKind::Logged { level, source, text } if source == of => {
            let level = match level {
                LogLevel::Error => 'E',
                LogLevel::Warning => 'W',
                LogLevel::Information | LogLevel::Trace => 'I',
            };
            Some((event.seq, format!("{level} {text}")))
        }
        _ => None,
    });
    entries.collect()
}

/// Business activities of a name in the order they began: milestones, data, and whether they are open.
pub(super) fn activities(run: &VirtualRun, name: &str) -> Vec<String> {
    let all = journal::activities(run.run().events()).into_iter();
    let lines = all.filter(|activity| activity.name.as_str() == name).map(|activity| {
        let reached: Vec<_> = activity.milestones.iter().map(|(name, _)| name.as_str()).collect();
        let data = activity.data.iter().map(|(name, value)| format!("{name}={}", format_value(value)));
        let data: Vec<_> = data.collect();
        let open = if activity.is_open() { " (open)" } else { "" };
        format!("{}; {}{open}", reached.join(", "), data.join(", "))
    });
    lines.collect()
}

/// The events of a name, all or those whose detail is like the rest of `what`.
pub(super) fn events(run: &VirtualRun, what: &str) -> Vec<u64> {
    let (name, detail) = what.split_once(' ').unwrap_or((what, "*"));
    let detail = WildMatch::new(detail);
    let named = run.run().events().iter().filter(|event| event_name(&event.kind) == name);
    named.filter(|event| detail.matches(&Detail(&event.kind).to_string())).map(|event| event.seq).collect()
}

/// Ports at which live instances of the orchestrations have subscriptions, sorted.
pub(super) fn subscriptions(run: &VirtualRun, services: &str) -> Vec<String> {
    let pattern = WildMatch::new(services);
    let live = run.engine().instances().into_iter().filter(|view| pattern.matches(view.service.as_str()));
    let mut ports: Vec<_> = live
        .flat_map(|view| view.subscriptions)
        .filter_map(|row| match row.owner {
            Subscriber::Instance { port, .. } => Some(port.to_string()),
            _ => None,
        })
        .collect();
    ports.sort();
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_equal_states_have_a_short_form() {
        assert_eq!(expand("CT*3C*2"), "CTTTCC");
        assert_eq!(contract("CCCCCTTTT"), "C*5TTTT");
        assert_eq!((expand(""), contract(""), expand("*")), (String::new(), String::new(), "*".to_owned()));
    }
}
