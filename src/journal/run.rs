use super::{Line, instance_of, message_of};
use crate::engine::{Effect, Engine, Event, EventKind, Input, InstanceId, Output, Trace};
use crate::message::{DateTime, Message, MessageId};
use crate::program::Program;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Snapshots kept; beyond, every second one goes and the distance doubles. Those of a crowd weigh more, so there are
/// fewer: together they hold so many instances.
const SNAPSHOTS: std::ops::RangeInclusive<usize> = 8..=64;
const HELD: usize = 400_000;
/// Smallest number of steps between two snapshots.
const SNAPSHOT_DISTANCE: u64 = 256;

/// State before a step, and the `seq` of the last event by then.
#[derive(Clone, Debug)]
struct Snapshot {
    seq: u64,
    engine: Engine,
}

/// A step that was run again to be explained.
#[derive(Clone, Debug)]
pub struct Retraced {
    pub before: Engine,
    pub after: Engine,
    /// As in the record.
    pub events: Vec<Event>,
    pub trace: Trace,
}

/// An engine with the record of all that went into it and happened: any earlier state can be had again.
#[derive(Clone, Debug)]
pub struct Run {
    engine: Engine,
    start: DateTime,
    /// Inputs with the `seq` of the last event after each. The first kept one has the number `first_step`.
    steps: Vec<(Input, u64)>,
    first_step: u64,
    events: Vec<Event>,
    /// `seq` of the last event before the first kept one.
    forgotten: u64,
    last_seq: u64,
    /// By the number of the step they come before: one for the first kept step, unless the record was dropped.
    snapshots: BTreeMap<u64, Snapshot>,
    distance: u64,
    /// How many events to keep at least; `None` is all.
    limit: Option<usize>,
    output: Output,
    effects: Vec<(DateTime, Effect)>,
}

impl Run {
    /// Deploys the program at `start`.
    pub fn new(program: Arc<Program>, seed: u64, start: DateTime) -> Self {
        let mut run = Self::resume(Engine::new(program, seed, start), start);
        run.engine.deploy(&mut run.output);
        run.record();
        run.snapshots = BTreeMap::from([(0, Snapshot { seq: run.last_seq, engine: run.engine.clone() })]);
        run
    }

    /// Goes on from a state; the record begins here. `start` is where its times count from.
    pub fn resume(engine: Engine, start: DateTime) -> Self {
        let seq = engine.core().counters.events;
        Self {
            start,
            steps: Vec::new(),
            first_step: 0,
            events: Vec::new(),
            forgotten: seq,
            last_seq: seq,
            snapshots: BTreeMap::from([(0, Snapshot { seq, engine: engine.clone() })]),
            distance: SNAPSHOT_DISTANCE,
            limit: None,
            output: Output::default(),
            effects: Vec::new(),
            engine,
        }
    }

    /// Keeps the last `events` events and the inputs and states that belong to them; older ones are dropped now
    /// and then, and cannot be had any more.
    #[must_use]
    pub fn bounded(mut self, events: usize) -> Self {
        self.limit = Some(events);
        self
    }

    /// Drops the whole record: only the state is left, and what happens from now on.
    pub fn forget_all(&mut self) {
        self.first_step = self.step_count();
        self.forgotten = self.last_seq;
        self.steps.clear();
        self.events.clear();
        self.snapshots.clear();
    }

    /// How many events are kept at least; `None` is all.
    pub fn limit(&self) -> Option<usize> {
        self.limit
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// When the run began.
    pub fn start(&self) -> DateTime {
        self.start
    }

    /// Takes one input and gives the events it caused; its effects wait for [`Run::take_effects`].
    pub fn step(&mut self, mut input: Input) -> &[Event] {
        self.snapshot_if_due();
        input.at = input.at.max(self.engine.now());
        let begin = self.events.len();
        self.engine.step(input.clone(), &mut self.output);
        self.record();
        self.steps.push((input, self.last_seq));
        self.events.get(begin..).unwrap_or_default()
    }

    /// As [`Engine::reload`]: what happens later is the same with and without.
    ///
    /// # Errors
    /// As [`Engine::reload`].
    pub fn reload(&mut self) -> Result<(), String> {
        self.engine.reload()
    }

    fn record(&mut self) {
        let at = self.engine.now();
        self.effects.extend(self.output.effects.drain(..).map(|effect| (at, effect)));
        self.last_seq = self.output.events.last().map_or(self.last_seq, |event| event.seq);
        self.events.append(&mut self.output.events);
    }

    /// What the engine asked for since the last call, with the time it did.
    pub fn take_effects(&mut self) -> Vec<(DateTime, Effect)> {
        std::mem::take(&mut self.effects)
    }

    /// The events kept, oldest first.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The event with this `seq`; `None` when it is not kept or has not happened.
    pub fn event(&self, seq: u64) -> Option<&Event> {
        let index = seq.checked_sub(self.forgotten)?.checked_sub(1)?;
        self.events.get(usize::try_from(index).ok()?)
    }

    /// The inputs kept, oldest first: with seed and program they are the whole run.
    pub fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.steps.iter().map(|(input, _)| input)
    }

    /// The same, each with the events that it caused.
    pub fn steps(&self) -> impl Iterator<Item = (&Input, &[Event])> {
        let before = self.snapshots.first_key_value().map_or(self.forgotten, |(_, first)| first.seq);
        self.steps.iter().scan(before, |before, (input, last)| {
            let caused = self.events_until(*last).get(self.events_until(*before).len()..);
            *before = *last;
            Some((input, caused.unwrap_or_default()))
        })
    }

    /// The kept events with a `seq` greater than this.
    pub fn events_after(&self, seq: u64) -> &[Event] {
        let skip = usize::try_from(seq.saturating_sub(self.forgotten)).unwrap_or(usize::MAX);
        self.events.get(skip..).unwrap_or_default()
    }

    /// The kept events with a `seq` up to this.
    pub fn events_until(&self, seq: u64) -> &[Event] {
        let count = usize::try_from(seq.saturating_sub(self.forgotten)).unwrap_or(usize::MAX);
        self.events.get(..count.min(self.events.len())).unwrap_or_default()
    }

    /// `seq` of the last event of the first step that ends after an event and caused one.
    pub(super) fn end_of_step_after(&self, seq: u64) -> Option<u64> {
        let at = self.steps.partition_point(|(_, last)| *last <= seq);
        self.steps.get(at).map(|(_, last)| *last)
    }

    /// `seq` of the last event of the last step that ends before an event.
    pub(super) fn end_of_step_before(&self, seq: u64) -> Option<u64> {
        let at = self.steps.partition_point(|(_, last)| *last < seq);
        let step = at.checked_sub(1).and_then(|at| self.steps.get(at)).map(|(_, last)| *last);
        let (_, first) = self.snapshots.first_key_value()?;
        step.or(Some(first.seq)).filter(|end| *end < seq && *end > self.forgotten)
    }

    /// The last step by the event `until` in which what `read` says of an instance changed: `seq` of its last event, and
    /// what was said before and after. States are replayed from the snapshots, latest first, and looked at only where the
    /// instance took part.
    pub(super) fn last_difference<T: PartialEq>(
        &self,
        id: InstanceId,
        until: u64,
        read: impl Fn(&Engine) -> Option<T>,
    ) -> Option<(u64, Option<T>, Option<T>)> {
        let end =
            self.steps.partition_point(|(_, last)| *last < until).saturating_add(1).min(self.steps.len());
        let mut end = end;
        for (from, snapshot) in self.snapshots.iter().rev() {
            let begin = usize::try_from(from.checked_sub(self.first_step)?).ok()?;
            if begin >= end {
                continue;
            }
            // It can change only where the instance takes part.
            let ended = self.steps.get(end - 1).map_or(self.last_seq, |(_, last)| *last);
            let before = self.events_until(snapshot.seq).len();
            let here = self.events_until(ended).get(before..).unwrap_or_default();
            if !here.iter().any(|event| super::instance_of(&event.kind) == Some(id)) {
                end = begin;
                continue;
            }
            let mut engine = snapshot.engine.clone();
            let (mut output, mut found) = (Output::default(), None);
            let mut known = read(&engine);
            let mut seq = snapshot.seq;
            for (input, last) in self.steps.get(begin..end)? {
                engine.step(input.clone(), &mut output);
                output.events.clear();
                output.effects.clear();
                let caused = self.events_until(*last).get(self.events_until(seq).len()..).unwrap_or_default();
                seq = *last;
                if !caused.iter().any(|event| super::instance_of(&event.kind) == Some(id)) {
                    continue;
                }
                let now = read(&engine);
                if now != known && now.is_some() {
                    found = Some((*last, known, now));
                    known = read(&engine);
                } else {
                    known = now;
                }
            }
            if found.is_some() {
                return found;
            }
            end = begin;
        }
        None
    }

    /// `seq` of the last event; 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Number of events that are not kept: dropped by a bound, or from before the run was resumed.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The exact state after everything that happened up to and including `at`; `None` when that is before
    /// what is kept.
    pub fn state_at(&self, at: DateTime) -> Option<Engine> {
        let begin = self.snapshots.first_key_value().map(|(_, snapshot)| snapshot.engine.now());
        begin.filter(|begin| *begin <= at)?;
        self.state_after_step(self.steps.partition_point(|(input, _)| input.at <= at))
    }

    /// The exact state after the step that caused the event `seq`, as a step is the smallest change; `None` when
    /// it is not kept or has not happened.
    pub fn state_after_event(&self, seq: u64) -> Option<Engine> {
        if seq > self.last_seq || seq <= self.forgotten {
            return None;
        }
        let (_, first) = self.snapshots.first_key_value()?;
        let before_steps = seq <= first.seq;
        let step = self.steps.partition_point(|(_, last)| *last < seq);
        self.state_after_step(if before_steps { 0 } else { step + 1 })
    }

    /// Place among the kept steps of the one that caused an event; `None` for events of the deployment, and those that are
    /// not kept or have not happened.
    fn step_of(&self, seq: u64) -> Option<usize> {
        let (_, first) = self.snapshots.first_key_value()?;
        (seq > first.seq && seq <= self.last_seq).then(|| self.steps.partition_point(|(_, last)| *last < seq))
    }

    /// Number of the step that caused an event, counted from 0 over the whole run; `None` as for [`Run::input_of`].
    pub fn step_number(&self, seq: u64) -> Option<u64> {
        self.step_of(seq).map(|at| self.first_step + at as u64)
    }

    /// Steps taken so far.
    pub fn step_count(&self) -> u64 {
        self.first_step + self.steps.len() as u64
    }

    /// The input whose step caused the event `seq`.
    pub fn input_of(&self, seq: u64) -> Option<&Input> {
        self.steps.get(self.step_of(seq)?).map(|(input, _)| input)
    }

    /// Runs the step that caused the event `seq` again, from the state before it, and notes its reasons. With a traced
    /// program of the same application ([`Program::traced`]) these are also the values in its texts. `None` as for
    /// [`Run::input_of`].
    pub fn retrace(&self, seq: u64, traced: Option<&Arc<Program>>) -> Option<Retraced> {
        let step = self.step_of(seq)?;
        let before = self.state_after_step(step)?;
        let (input, _) = self.steps.get(step)?;
        let mut after = before.clone();
        if let Some(traced) = traced {
            after = after.with_program(Arc::clone(traced));
        }
        let mut output = Output { trace: Some(Box::default()), ..Output::default() };
        after.step(input.clone(), &mut output);
        Some(Retraced {
            before,
            after,
            events: output.events,
            trace: output.trace.map(|t| *t).unwrap_or_default(),
        })
    }

    /// `kept` counts the kept steps taken.
    fn state_after_step(&self, kept: usize) -> Option<Engine> {
        let (from, snapshot) = self.snapshots.range(..=self.first_step + kept as u64).next_back()?;
        let begin = usize::try_from(from.checked_sub(self.first_step)?).ok()?;
        let (mut engine, mut output) = (snapshot.engine.clone(), Output::default());
        for (input, _) in self.steps.get(begin..kept)? {
            engine.step(input.clone(), &mut output);
            output.events.clear();
            output.effects.clear();
        }
        Some(engine)
    }

    /// A published or constructed message of the kept events.
    pub fn message(&self, id: MessageId) -> Option<&Arc<Message>> {
        self.events.iter().rev().find_map(|event| match &event.kind {
            EventKind::MessagePublished { message, .. } | EventKind::MessageConstructed { message, .. } => {
                (message.id == id).then_some(message)
            }
            _ => None,
        })
    }

    /// The kept events that a message takes part in, oldest first.
    pub fn events_of_message(&self, id: MessageId) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| message_of(&event.kind) == Some(id))
    }

    /// The kept events of an instance, oldest first.
    pub fn events_of_instance(&self, id: InstanceId) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| instance_of(&event.kind) == Some(id))
    }

    /// The kept events as text, one line each; times count from the start of the run.
    pub fn text(&self) -> String {
        self.events.iter().fold(String::new(), |mut text, event| {
            text.push_str(&Line { event, origin: self.start }.to_string());
            text.push('\n');
            text
        })
    }

    fn snapshot_if_due(&mut self) {
        let step = self.first_step + self.steps.len() as u64;
        let (last, seq) = self
            .snapshots
            .last_key_value()
            .map_or((self.first_step, self.forgotten), |(step, s)| (*step, s.seq));
        // A snapshot costs time for every instance, so crowded runs take them further apart: it is a small part of the work
        // between two, and a state is still a few milliseconds away.
        let far = step >= last + self.distance.max(self.engine.instance_count() as u64 / 8);
        // Few steps can make many events; a bounded run must be able to drop them.
        let long = step > last && self.limit.is_some_and(|limit| self.last_seq - seq > limit as u64);
        if !far && !long {
            return;
        }
        self.snapshots.insert(step, Snapshot { seq: self.last_seq, engine: self.engine.clone() });
        self.forget();
        let most = HELD / self.engine.instance_count().max(1);
        if self.snapshots.len() > most.clamp(*SNAPSHOTS.start(), *SNAPSHOTS.end()) {
            let mut keep = false;
            self.snapshots.retain(|_, _| {
                keep = !keep;
                keep
            });
            self.distance *= 2;
        }
    }

    /// Drops what lies before the last snapshot that leaves enough events.
    fn forget(&mut self) {
        let Some(limit) = self.limit else { return };
        let before = self.last_seq.saturating_sub(limit as u64);
        let enough = self.snapshots.iter().rev().find(|(_, snapshot)| snapshot.seq <= before);
        let Some((step, seq)) = enough.map(|(step, snapshot)| (*step, snapshot.seq)) else { return };
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        self.steps.drain(..count(step - self.first_step).min(self.steps.len()));
        self.events.drain(..count(seq - self.forgotten).min(self.events.len()));
        self.first_step = step;
        self.forgotten = seq;
        self.snapshots = self.snapshots.split_off(&step);
    }
}

#[cfg(test)]
mod tests;
