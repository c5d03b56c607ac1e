//! From a log back to the state it led to.

use super::adapters::FileSource;
use super::partners::Partners;
use super::store::{Entry, Header, Recovered};
use crate::engine::{Effect, Engine, Input, InputKind, Transmission, TransmissionId};
use crate::journal::Run;
use crate::message::DateTime;
use crate::program::Program;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A transmission to hand to an adapter.
#[derive(Clone, Debug)]
pub struct Performing {
    /// When the engine asked for it.
    pub at: DateTime,
    pub transmission: Transmission,
    /// It may have been performed before the process ended.
    pub repeat: bool,
}

/// What a log led to.
#[derive(Debug)]
pub struct State {
    /// The log's header, its base taken out.
    pub header: Header,
    pub run: Run,
    pub partners: Partners,
    /// Never answered, oldest first.
    pub outstanding: Vec<Performing>,
    /// Consumed files that may still be there.
    pub consumed: Vec<FileSource>,
    /// False for a new log.
    pub resumed: bool,
}

/// Replays a log.
pub fn recover(program: &Arc<Program>, recovered: Recovered) -> State {
    let Recovered { mut header, entries, .. } = recovered;
    let resumed = header.base.is_some() || !entries.is_empty();
    let mut replay = match header.base.take() {
        None => Replay {
            run: Run::new(Arc::clone(program), header.seed, header.start),
            partners: Partners::new(&program.application, header.seed, header.start),
            outstanding: BTreeMap::new(),
            consumed: Vec::new(),
        },
        Some(base) => Replay {
            run: Run::resume(Engine::restore(Arc::clone(program), base.core), header.start),
            partners: base.partners,
            outstanding: base.outstanding.into_iter().map(|(at, t)| (t.id, (at, t))).collect(),
            consumed: base.consumed,
        },
    };
    // A long log would fill the memory with events nobody asks for.
    replay.run = replay.run.bounded(1_000);
    replay.collect();
    for entry in entries {
        replay.apply(entry);
    }
    let Replay { run, partners, outstanding, consumed } = replay;
    let repeat = |(at, transmission)| Performing { at, transmission, repeat: resumed };
    let outstanding = outstanding.into_values().map(repeat).collect();
    State { header, run, partners, outstanding, consumed, resumed }
}

struct Replay {
    run: Run,
    partners: Partners,
    outstanding: BTreeMap<TransmissionId, (DateTime, Transmission)>,
    consumed: Vec<FileSource>,
}

impl Replay {
    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Input(input, source) => {
                self.consumed.extend(source);
                self.answered(&input);
                self.step(input);
            }
            Entry::Partner(input) => {
                // The log has what the action gave; taking it brings queues and partners to the same place.
                self.partners.next_action(input.at);
                self.step(input);
            }
            Entry::PartnersRunning { at, running } => self.partners.set_all_running(at, running),
            Entry::Removed(path) => self.consumed.retain(|source| source.path != path),
        }
    }

    /// A queue has a message from when its transmission succeeded. A partner that answered a solicit-response one
    /// remembers it; one that did not is asked again.
    fn answered(&mut self, input: &Input) {
        match &input.kind {
            InputKind::Transmitted { id } => {
                if let Some((_, transmission)) = self.outstanding.remove(id)
                    && self.partners.plays(&transmission)
                {
                    self.partners.deliver(input.at, &transmission);
                }
            }
            InputKind::Responded { id, .. } => {
                if let Some((_, transmission)) = self.outstanding.remove(id) {
                    self.partners.answered(&transmission);
                }
            }
            InputKind::TransmitFailed { id, .. } => drop(self.outstanding.remove(id)),
            _ => {}
        }
    }

    fn step(&mut self, input: Input) {
        let operates = matches!(input.kind, InputKind::Operate(_));
        self.run.step(input);
        if operates {
            self.partners.follow_locations(self.run.engine());
        }
        self.collect();
    }

    fn collect(&mut self) {
        for (at, effect) in self.run.take_effects() {
            if let Effect::Transmit(transmission) = effect {
                self.outstanding.insert(transmission.id, (at, transmission));
            }
        }
    }
}
