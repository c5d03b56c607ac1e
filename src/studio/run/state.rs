//! What the window knows of the run: built from updates, read by canvas and panels.

use super::atlas::Atlas;
use super::changed::Changed;
use super::desk::Found;
use super::flights::Flights;
use super::notice::Notice;
use super::player::{Answer, Brought, Clock, Comparison, EventStop, Explanation, RunInfo, ShapeStop, Update};
use super::tracker::{Phase, Summary, Watched};
use crate::diagnostic::Diagnostic;
use crate::engine::{Event, EventKind, InstanceId};
use crate::host::partners::PartnerState;
use crate::lab::scenario::Kept;
use crate::message::{DateTime, Name, Value};
use crate::program::Program;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Most events kept.
const EVENTS: usize = super::player::RECALLED;
/// Events by which an earlier moment knows what its messages are called.
const RECALLED: usize = 400;
/// Seconds a shape glows after it ran.
pub const GLOW: f64 = 1.1;
/// Seconds a variable stays marked after it changed.
const MARK: f64 = 2.5;

/// What ran lately, on the play clock. Only what is new costs anything, however many instances run.
#[derive(Debug, Default)]
struct Heat {
    /// When a shape last started, by orchestration and shape: in any instance, and in the watched one.
    shapes: BTreeMap<(Name, Name), f64>,
    own: BTreeMap<(Name, Name), f64>,
    /// The shapes that started last, for an instance that is watched only now.
    started: VecDeque<(InstanceId, Name, Name, f64)>,
    /// When each instance last ran.
    instances: BTreeMap<InstanceId, f64>,
    /// The same, oldest first.
    ran: VecDeque<(f64, InstanceId)>,
}

impl Heat {
    fn shape(&mut self, instance: InstanceId, place: (Name, Name), own: bool, now: f64) {
        self.shapes.insert(place, now);
        if own {
            self.own.insert(place, now);
        }
        if self.started.len() >= RECALLED {
            self.started.pop_front();
        }
        self.started.push_back((instance, place.0, place.1, now));
    }

    fn instance(&mut self, instance: InstanceId, now: f64) {
        if self.instances.insert(instance, now) != Some(now) {
            self.ran.push_back((now, instance));
        }
    }

    /// Another instance is watched.
    fn watch(&mut self, id: Option<InstanceId>) {
        let own = self.started.iter().filter(|(instance, ..)| Some(*instance) == id);
        self.own = own.map(|(_, service, shape, at)| ((*service, *shape), *at)).collect();
    }

    /// Forgets what ran up to a time.
    fn cool(&mut self, cold: f64) {
        self.shapes.retain(|_, at| *at > cold);
        self.own.retain(|_, at| *at > cold);
        while let Some((at, id)) = self.ran.front().copied().filter(|(at, _)| *at <= cold) {
            self.ran.pop_front();
            if self.instances.get(&id) == Some(&at) {
                self.instances.remove(&id);
            }
        }
    }
}

#[derive(Debug, Default)]
pub struct State {
    pub run: u64,
    pub start: DateTime,
    pub clock: Clock,
    pub broken: Arc<[Diagnostic]>,
    pub instances: Arc<[Summary]>,
    pub alive: usize,
    pub ended: u64,
    pub waiting: Arc<BTreeMap<(Name, Name), u32>>,
    pub watched: Option<Arc<Watched>>,
    pub partners: Arc<[PartnerState]>,
    /// The last of what happened, without a gap.
    pub journal: VecDeque<Event>,
    pub flights: Flights,
    pub answer: Option<Answer>,
    pub atlas: Atlas,
    /// Since the run before.
    pub changed: Changed,
    /// Seconds the run has been playing on this screen; stands still while paused.
    pub play: f64,
    heat: Heat,
    /// Variables of the watched instance with when they changed.
    variables: BTreeMap<Name, (Value, f64)>,
    marked_for: Option<InstanceId>,
    /// The event after which everything is shown; `None` is the present.
    pub past: Option<u64>,
    /// That event is inside a step.
    pub amid: bool,
    pub why: Option<Arc<Explanation>>,
    pub breakpoints: Arc<[ShapeStop]>,
    pub stops: Arc<[EventStop]>,
    /// Instances that stand at a breakpoint.
    pub held: Vec<InstanceId>,
    /// Which of `stops` stopped the whole run, and the event that did it.
    pub halted: Option<(usize, u64)>,
    pub program: Option<Arc<Program>>,
    /// Every run, each after the one it was forked from.
    pub runs: Arc<[RunInfo]>,
    /// Name of the one shown.
    pub shown: String,
    pub comparison: Option<Arc<Comparison>>,
    /// What a fork at the moment shown can change.
    pub brought: Option<Arc<Brought>>,
    /// What happened at the moment, as a sentence; when somebody wants to be told.
    pub told: Option<String>,
    /// What the open list shows.
    pub found: Arc<Found>,
    /// The run as a scenario, when it was asked for.
    pub kept: Option<Arc<Kept>>,
    /// What one may have missed.
    pub notice: Notice,
    /// Messages on their way in the present, while an earlier moment is shown.
    present: Option<Flights>,
}

impl State {
    /// What stands where something would be listed before anything has happened.
    pub fn nothing_yet(&self) -> &'static str {
        match self.broken.is_empty() {
            true => "Nothing has happened yet. Play, or send a message.",
            false => "It cannot run yet: what stands in the way is listed in place of the drawing.",
        }
    }

    /// Takes an update in.
    pub fn absorb(&mut self, update: Update) {
        let other = update.run != self.run;
        if other {
            let (atlas, changed) = (std::mem::take(&mut self.atlas), std::mem::take(&mut self.changed));
            let answer = self.answer.take();
            *self = Self { run: update.run, atlas, changed, answer, ..Self::default() };
        }
        if !update.events.is_empty() {
            self.flights = self.present.take().unwrap_or(std::mem::take(&mut self.flights));
        }
        if !self.clock.playing && !update.clock.playing && !update.events.is_empty() {
            // A step shows what it did itself, not what the one before did.
            self.heat = Heat::default();
            self.flights.land();
        }
        if update.anew {
            self.journal.clear();
            self.flights.forget();
        }
        for event in &update.events {
            self.flights.follow(event, &self.atlas, self.play, update.clock.speed);
            self.warm(&event.kind);
            self.notice.follow(event);
        }
        let again = other || update.anew && !update.clock.playing;
        if again && update.events.len() > RECALLED {
            // A run that is shown again: what happened in it long ago does not move.
            self.heat = Heat::default();
            self.flights.land();
        }
        self.journal.extend(update.events);
        let over = self.journal.len().saturating_sub(EVENTS);
        self.journal.drain(..over);
        if self.past != update.past {
            self.look_back(update.past);
        }
        self.amid = update.amid;
        self.why = update.why;
        self.found = update.found;
        self.kept = update.kept.or(self.kept.take());
        self.breakpoints = update.breakpoints;
        self.stops = update.stops;
        self.held = update.held;
        self.halted = update.halted;
        self.program = update.program;
        self.runs = update.runs;
        self.shown = update.shown;
        self.comparison = update.comparison;
        self.brought = update.brought;
        self.told = update.told;
        self.start = update.start;
        self.clock = update.clock;
        self.broken = update.broken;
        self.instances = update.instances;
        (self.alive, self.ended) = (update.alive, update.ended);
        self.waiting = update.waiting;
        self.partners = update.partners;
        self.answer = update.answers.into_iter().last().or(self.answer.take());
        self.watch(update.watched);
    }

    /// Notes what an event ran.
    fn warm(&mut self, kind: &EventKind) {
        match kind {
            EventKind::ShapeStarted { instance, service, shape } => {
                let own = self.marked_for == Some(*instance);
                self.heat.shape(*instance, (*service, *shape), own, self.play);
            }
            EventKind::Instance { instance, .. } => self.heat.instance(*instance, self.play),
            _ => {}
        }
    }

    /// Shows on the canvas what an event did, and nothing else.
    fn look_back(&mut self, past: Option<u64>) {
        self.past = past;
        self.heat = Heat::default();
        let Some(seq) = past else {
            self.flights = self.present.take().unwrap_or_default();
            self.flights.land();
            return;
        };
        let flights = std::mem::take(&mut self.flights);
        self.present.get_or_insert(flights);
        let end = self.journal.partition_point(|event| event.seq <= seq);
        for event in self.journal.range(end.saturating_sub(RECALLED)..end) {
            if event.seq == seq {
                self.flights.land();
            }
            self.flights.follow(event, &self.atlas, self.play, 1.0);
        }
        match self.journal.range(..end).next_back().map(|event| event.kind.clone()) {
            Some(EventKind::ShapeCompleted { instance, service, shape }) => {
                self.warm(&EventKind::ShapeStarted { instance, service, shape });
            }
            Some(kind) => self.warm(&kind),
            None => {}
        }
    }

    fn watch(&mut self, watched: Option<Arc<Watched>>) {
        let id = watched.as_ref().map(|w| w.id);
        let same = self.marked_for == id;
        if !same {
            self.variables.clear();
            self.marked_for = id;
            self.heat.watch(id);
        }
        for (name, value) in watched.iter().flat_map(|w| &w.view).flat_map(|v| &v.variables) {
            match self.variables.get_mut(name) {
                Some((old, at)) if old != value => {
                    *old = value.clone();
                    *at = self.play;
                }
                Some(_) => {}
                None => {
                    // What is there when one first looks has not changed.
                    let at = if same { self.play } else { f64::NEG_INFINITY };
                    self.variables.insert(*name, (value.clone(), at));
                }
            }
        }
        self.watched = watched;
    }

    /// Moves the play clock on; true while something on screen still moves.
    pub fn advance(&mut self, seconds: f64) -> bool {
        if !self.clock.playing {
            return false;
        }
        self.play += seconds;
        self.heat.cool(self.play - GLOW);
        self.flights.settle(self.play) || !self.heat.shapes.is_empty()
    }

    /// How lately the shapes of an orchestration ran, from 1 for now to 0; in the watched instance, or in any.
    pub fn glows(&self, watched: bool, service: Name) -> impl Iterator<Item = (Name, f32)> {
        let heat = if watched { &self.heat.own } else { &self.heat.shapes };
        let own = heat.iter().filter(move |((owner, _), _)| *owner == service);
        own.map(|((_, shape), at)| (*shape, self.cooled(Some(*at))))
    }

    /// How lately an instance ran, from 1 for now to 0.
    pub fn pulse(&self, instance: InstanceId) -> f32 {
        self.cooled(self.heat.instances.get(&instance).copied())
    }

    fn cooled(&self, at: Option<f64>) -> f32 {
        at.map_or(0.0, |at| (1.0 - (self.play - at) / GLOW).clamp(0.0, 1.0) as f32)
    }

    /// True for a while after a variable of the watched instance changed; as long as it takes while paused.
    pub fn changed(&self, variable: Name) -> bool {
        self.variables.get(&variable).is_some_and(|(_, at)| self.play - at < MARK)
    }

    /// The shapes of an orchestration the watched instance is at; the Call shape while it is in a called one.
    pub fn places(&self, service: Name) -> Vec<Name> {
        let Some(watched) = self.watched.as_ref().filter(|w| w.alive) else { return Vec::new() };
        let Some(view) = &watched.view else { return Vec::new() };
        let at = self.summary(watched.id).and_then(|s| s.at).map_or(view.service, |(service, _)| service);
        if at == service {
            return view.at.clone();
        }
        let calls = |shape: Name| self.atlas.spot(service, shape).is_some_and(|s| s.calls);
        let own =
            watched.shapes.iter().filter(|((s, shape), p)| *s == service && p.open > 0 && calls(*shape));
        own.map(|((_, shape), _)| *shape).collect()
    }

    pub fn summary(&self, id: InstanceId) -> Option<&Summary> {
        self.instances.iter().find(|s| s.id == id)
    }

    /// `waiting · Wait for stage · 12 s`, as the list says it.
    pub fn describe(&self, summary: &Summary) -> String {
        let word = summary.phase.words();
        match (&summary.phase, summary.at) {
            (Phase::Suspended { .. } | Phase::Terminated, _) if !summary.reason.is_empty() => {
                format!("{word} · {}", summary.reason)
            }
            (_, Some((service, shape))) => format!("{word} · {}", self.atlas.shape(service, shape)),
            _ => word.to_owned(),
        }
    }

    pub fn now(&self) -> DateTime {
        self.start.plus(self.clock.elapsed)
    }
}

/// A span as one short word: `12 s`, `38 min`, `5 h`, `3 d`.
pub fn age(span: crate::message::TimeSpan) -> String {
    let seconds = span.0.max(0) / crate::message::TimeSpan::TICKS_PER_SECOND;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}
