//! What the window knows of the run: built from updates, read by canvas and panels.

use super::atlas::Atlas;
use super::desk::Found;
use super::flights::Flights;
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

/// Journal lines kept for the list.
const LINES: usize = 20_000;
/// Events by which an earlier moment knows what its messages are called.
const RECALLED: usize = 400;
/// Seconds a shape glows after it ran.
pub const GLOW: f64 = 1.1;
/// Seconds a variable stays marked after it changed.
const MARK: f64 = 2.5;

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
    pub journal: VecDeque<Event>,
    /// Events that left the list.
    pub dropped: u64,
    pub flights: Flights,
    pub answer: Option<Answer>,
    pub atlas: Atlas,
    /// Seconds the run has been playing on this screen; stands still while paused.
    pub play: f64,
    /// When a shape last started, by instance, orchestration and shape; on the play clock.
    heat: BTreeMap<(InstanceId, Name, Name), f64>,
    /// When each instance last ran.
    pulse: BTreeMap<InstanceId, f64>,
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
    /// Messages on their way in the present, while an earlier moment is shown.
    present: Option<Flights>,
}

impl State {
    /// Takes an update in.
    pub fn absorb(&mut self, update: Update) {
        let other = update.run != self.run;
        if other {
            let atlas = std::mem::take(&mut self.atlas);
            *self = Self { run: update.run, atlas, answer: self.answer.take(), ..Self::default() };
        }
        if !update.events.is_empty() {
            self.flights = self.present.take().unwrap_or(std::mem::take(&mut self.flights));
        }
        if !self.clock.playing && !update.clock.playing && !update.events.is_empty() {
            // A step shows what it did itself, not what the one before did.
            self.heat.clear();
            self.pulse.clear();
            self.flights.land();
        }
        for event in &update.events {
            self.flights.follow(event, &self.atlas, self.play, update.clock.speed);
            match &event.kind {
                EventKind::ShapeStarted { instance, service, shape } => {
                    self.heat.insert((*instance, *service, *shape), self.play);
                }
                EventKind::Instance { instance, .. } => {
                    self.pulse.insert(*instance, self.play);
                }
                _ => {}
            }
        }
        if other && update.events.len() > RECALLED {
            // A run that is shown again: what happened in it long ago does not move.
            self.heat.clear();
            self.pulse.clear();
            self.flights.land();
        }
        self.dropped += update.skipped;
        self.journal.extend(update.events);
        while self.journal.len() > LINES {
            self.journal.pop_front();
            self.dropped += 1;
        }
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

    /// Shows on the canvas what an event did, and nothing else.
    fn look_back(&mut self, past: Option<u64>) {
        self.past = past;
        self.heat.clear();
        self.pulse.clear();
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
        match self.journal.range(..end).next_back().map(|event| &event.kind) {
            Some(
                EventKind::ShapeStarted { instance, service, shape }
                | EventKind::ShapeCompleted { instance, service, shape },
            ) => {
                self.heat.insert((*instance, *service, *shape), self.play);
            }
            Some(EventKind::Instance { instance, .. }) => {
                self.pulse.insert(*instance, self.play);
            }
            _ => {}
        }
    }

    fn watch(&mut self, watched: Option<Arc<Watched>>) {
        let id = watched.as_ref().map(|w| w.id);
        let same = self.marked_for == id;
        if !same {
            self.variables.clear();
            self.marked_for = id;
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
        let cold = self.play - GLOW;
        self.heat.retain(|_, at| *at > cold);
        self.pulse.retain(|_, at| *at > cold);
        self.flights.settle(self.play) || !self.heat.is_empty()
    }

    /// How lately the shapes of an orchestration ran, from 1 for now to 0; for one instance, or for any.
    pub fn glows(&self, instance: Option<InstanceId>, service: Name) -> BTreeMap<Name, f32> {
        let mut glows = BTreeMap::new();
        for ((id, owner, shape), at) in &self.heat {
            if *owner == service && instance.is_none_or(|wanted| wanted == *id) {
                let glow: &mut f32 = glows.entry(*shape).or_default();
                *glow = glow.max(self.cooled(Some(*at)));
            }
        }
        glows
    }

    /// How lately an instance ran, from 1 for now to 0.
    pub fn pulse(&self, instance: InstanceId) -> f32 {
        self.cooled(self.pulse.get(&instance).copied())
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
