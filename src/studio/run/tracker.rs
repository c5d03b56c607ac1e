//! What is known of every instance from its events alone, and all of the one that is watched. Lives beside the
//! engine, so that the window gets summaries and never the whole state.

use crate::diagnostic::counted;
use crate::engine::{
    Engine, Event, EventKind, InstanceChange, InstanceId, InstanceView, Publisher, Subscriber,
    SubscriptionId, Wake,
};
use crate::journal::{Run, instance_of};
use crate::message::{DateTime, Message, MessageId, Name, format_value};
use crate::program::Program;
use crate::studio::run::atlas::key_of;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Ended instances that stay in the list.
const ENDED: usize = 200;
/// Most instances in the list; the rest is counted.
const LISTED: usize = 500;
/// Messages kept of the watched instance.
const EXCHANGES: usize = 100;

/// How an instance stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    Ready,
    Running,
    Waiting,
    Dehydrated,
    /// Stopped before a shape (DBG-5).
    InBreakpoint,
    Suspended {
        resumable: bool,
    },
    Completed,
    Terminated,
    /// Completed, with messages nobody consumed (ZMB-1).
    Discarded,
}

impl Phase {
    pub fn ended(&self) -> bool {
        matches!(self, Self::Completed | Self::Terminated)
    }

    /// As lists say it.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Dehydrated => "dehydrated",
            Self::InBreakpoint => "in breakpoint",
            Self::Suspended { resumable: true } => "suspended",
            Self::Suspended { resumable: false } => "suspended for good",
            Self::Completed => "completed",
            Self::Terminated => "terminated",
            Self::Discarded => "completed, messages left",
        }
    }

    /// As filters name it.
    pub fn filtered(&self) -> &'static str {
        match self {
            Self::Running => "active",
            Self::InBreakpoint => "breakpoint",
            Self::Suspended { .. } => "suspended",
            Self::Discarded => "discarded",
            other => other.words(),
        }
    }
}

/// One line of the instance list.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub id: InstanceId,
    /// Orchestration, send port, or receive port of a failed message.
    pub service: Name,
    pub orchestration: bool,
    /// Values of its first correlation set: `17 / 3`.
    pub key: String,
    /// Key of the first message it took, for one without correlation.
    pub hint: String,
    pub phase: Phase,
    /// Shape it waits at, by id, and the orchestration that has it.
    pub at: Option<(Name, Name)>,
    pub created: DateTime,
    pub since: DateTime,
    pub reason: String,
    /// `seq` of its last event.
    pub touched: u64,
    /// Orchestration and shape that started last; where a called orchestration is.
    last: Option<(Name, Name)>,
}

impl Summary {
    /// What tells it from others of its kind; empty when nothing does.
    pub fn key(&self) -> &str {
        if self.key.is_empty() { &self.hint } else { &self.key }
    }
}

/// How far a shape of the watched instance is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Started and not completed.
    pub open: u32,
    pub completed: u32,
}

/// Which way a message of the watched instance went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Received,
    Sent,
    Constructed,
}

#[derive(Clone, Debug)]
pub struct Exchange {
    pub at: DateTime,
    pub way: Way,
    /// Shape that received it, port that sent it, or variable it was constructed as.
    pub place: Name,
    pub message: Arc<Message>,
}

/// All of one instance.
#[derive(Clone, Debug)]
pub struct Watched {
    pub id: InstanceId,
    /// As it last was while alive; `None` when it had ended before it was watched.
    pub view: Option<InstanceView>,
    pub alive: bool,
    /// By orchestration and shape id: called orchestrations have their own.
    pub shapes: BTreeMap<(Name, Name), Progress>,
    pub exchanges: VecDeque<Exchange>,
    /// Logical ports of its subscriptions.
    pub ports: BTreeMap<SubscriptionId, Name>,
    /// The subscriptions by which it goes on from where it waits; it may have others, for later.
    pub wakes: BTreeSet<SubscriptionId>,
}

#[derive(Clone, Debug, Default)]
pub struct Tracker {
    instances: BTreeMap<InstanceId, Summary>,
    ended: VecDeque<InstanceId>,
    total_ended: u64,
    /// Orchestration instances that have not ended.
    alive: usize,
    waiting: BTreeMap<(Name, Name), u32>,
    watched: Option<Watched>,
    /// Messages received or published lately, to show what the watched instance consumes.
    recent: BTreeMap<MessageId, Arc<Message>>,
    dirty: bool,
    list: Arc<[Summary]>,
    counts: Arc<BTreeMap<(Name, Name), u32>>,
    shown: Option<Arc<Watched>>,
}

/// Messages remembered for [`Exchange`]s.
const RECENT: usize = 2_000;

/// The subscriptions of a wake.
fn rows(wake: &Wake) -> impl Iterator<Item = SubscriptionId> {
    let rows = match wake {
        Wake::Message { subscriptions, .. } | Wake::Acknowledgements { subscriptions } => {
            subscriptions.as_slice()
        }
        _ => &[],
    };
    rows.iter().map(|row| row.id)
}

impl Tracker {
    pub fn follow(&mut self, event: &Event, program: &Program) {
        self.dirty = true;
        if let EventKind::MessagePublished { message, .. } = &event.kind {
            self.recent.insert(message.id, Arc::clone(message));
            if self.recent.len() > RECENT {
                self.recent.pop_first();
            }
        }
        let Some(id) = concerns(&event.kind) else { return };
        if self.watched.as_ref().is_some_and(|w| w.id == id) {
            self.witness(event);
        }
        if let EventKind::Instance { service, change, .. } = &event.kind {
            self.change(id, *service, change, event, program);
            return;
        }
        let Some(summary) = self.instances.get_mut(&id) else { return };
        summary.touched = event.seq;
        // What it waited for has come: it goes on, up to its next wait.
        let goes_on = matches!(
            event.kind,
            EventKind::ShapeStarted { .. }
                | EventKind::ShapeCompleted { .. }
                | EventKind::MessageConsumed { .. }
        );
        let waited = summary.at.filter(|_| goes_on && summary.phase == Phase::Waiting);
        if waited.is_some() {
            (summary.phase, summary.since, summary.at) = (Phase::Running, event.at, None);
        }
        match &event.kind {
            EventKind::ShapeStarted { service, shape, .. } => summary.last = Some((*service, *shape)),
            EventKind::SetInitialized { values, .. } if summary.key.is_empty() => {
                let values: Vec<String> = values.iter().map(|(_, value)| format_value(value)).collect();
                summary.key = values.join(" / ");
            }
            EventKind::MessageConsumed { message, .. } if summary.hint.is_empty() => {
                summary.hint = self.recent.get(message).map(|m| key_of(m)).unwrap_or_default();
            }
            EventKind::MessageSuspended { reason, .. } => reason.clone_into(&mut summary.reason),
            _ => {}
        }
        if waited.is_some() {
            self.count(waited, false);
        }
    }

    fn change(
        &mut self,
        id: InstanceId,
        service: Name,
        change: &InstanceChange,
        event: &Event,
        program: &Program,
    ) {
        let created = !self.instances.contains_key(&id);
        let summary = self.instances.entry(id).or_insert_with(|| Summary {
            id,
            service,
            orchestration: program.service_by_name(service).is_some(),
            key: String::new(),
            hint: String::new(),
            phase: Phase::Ready,
            at: None,
            created: event.at,
            since: event.at,
            reason: String::new(),
            touched: event.seq,
            last: None,
        });
        summary.touched = event.seq;
        let waits = |s: &Summary| s.at.filter(|_| matches!(s.phase, Phase::Waiting | Phase::Dehydrated));
        let before = waits(summary);
        let left = summary.at.take();
        let phase = match change {
            InstanceChange::Created | InstanceChange::Ready => Phase::Ready,
            InstanceChange::Active
            | InstanceChange::Rehydrated
            | InstanceChange::Resumed
            | InstanceChange::Continued => Phase::Running,
            InstanceChange::InBreakpoint => Phase::InBreakpoint,
            InstanceChange::Waiting { at } => {
                let service = summary.last.map_or(service, |(service, _)| service);
                summary.at = Some((service, *at));
                Phase::Waiting
            }
            InstanceChange::Dehydrated => {
                summary.at = left;
                Phase::Dehydrated
            }
            InstanceChange::Suspended { reason, resumable } => {
                summary.at = summary.last;
                reason.clone_into(&mut summary.reason);
                Phase::Suspended { resumable: *resumable }
            }
            InstanceChange::PendingOperation { .. } => {
                summary.at = left;
                summary.phase.clone()
            }
            InstanceChange::Terminated { reason } => {
                reason.clone_into(&mut summary.reason);
                Phase::Terminated
            }
            InstanceChange::Completed => Phase::Completed,
            InstanceChange::Discarded { messages, terminated } => {
                summary.reason = format!(
                    "never consumed: {}",
                    counted(usize::try_from(*messages).unwrap_or(usize::MAX), "message")
                );
                if *terminated { Phase::Terminated } else { Phase::Discarded }
            }
        };
        let ended = phase.ended() && !summary.phase.ended();
        summary.phase = phase;
        summary.since = event.at;
        let (now, orchestration) = (waits(summary), summary.orchestration);
        if created && orchestration {
            self.alive += 1;
        }
        if before != now {
            self.count(before, false);
            self.count(now, true);
        }
        if ended && !orchestration {
            self.instances.remove(&id);
        } else if ended {
            self.total_ended += 1;
            self.alive = self.alive.saturating_sub(1);
            self.ended.push_back(id);
            if self.ended.len() > ENDED
                && let Some(old) = self.ended.pop_front()
            {
                self.instances.remove(&old);
            }
        }
    }

    fn count(&mut self, place: Option<(Name, Name)>, more: bool) {
        let Some(place) = place else { return };
        let count = self.waiting.entry(place).or_default();
        *count = if more { *count + 1 } else { count.saturating_sub(1) };
        if *count == 0 {
            self.waiting.remove(&place);
        }
    }

    /// Shows `id` in full from now on, with what the record still has of its past up to the event `until`, after which
    /// the state is `engine`.
    pub fn watch(&mut self, id: Option<InstanceId>, record: &Run, until: u64, engine: &Engine) {
        self.dirty = true;
        self.watched = id.map(|id| Watched {
            id,
            view: None,
            alive: true,
            shapes: BTreeMap::new(),
            exchanges: VecDeque::new(),
            ports: BTreeMap::new(),
            wakes: BTreeSet::new(),
        });
        let Some(id) = id else { return };
        for event in record.events_until(until) {
            if let EventKind::MessagePublished { message, .. } = &event.kind {
                self.recent.insert(message.id, Arc::clone(message));
            }
            if concerns(&event.kind) == Some(id) {
                self.witness(event);
            }
        }
        while self.recent.len() > RECENT {
            self.recent.pop_first();
        }
        // An instance that ended: as it was just before.
        let own = || record.events_of_instance(id).take_while(|event| event.seq <= until);
        let end = own().last().map(|event| event.seq);
        if engine.instance(id).is_none()
            && let Some(end) = end
        {
            let before = own().filter(|e| ends_turn(&e.kind)).last();
            let state = before.filter(|e| e.seq < end).and_then(|e| record.state_after_event(e.seq));
            if let Some(watched) = &mut self.watched {
                watched.view = state.and_then(|engine| engine.instance(id));
            }
        }
    }

    fn witness(&mut self, event: &Event) {
        let Some(watched) = &mut self.watched else { return };
        let mut exchange = |way, place: Name, message: &Arc<Message>| {
            if watched.exchanges.len() >= EXCHANGES {
                watched.exchanges.pop_front();
            }
            watched.exchanges.push_back(Exchange { at: event.at, way, place, message: Arc::clone(message) });
        };
        match &event.kind {
            EventKind::ShapeStarted { service, shape, .. } => {
                watched.shapes.entry((*service, *shape)).or_default().open += 1;
            }
            EventKind::ShapeCompleted { service, shape, .. } => {
                let progress = watched.shapes.entry((*service, *shape)).or_default();
                progress.open = progress.open.saturating_sub(1);
                progress.completed += 1;
            }
            EventKind::MessageConsumed { message, shape, .. } => {
                if let Some(message) = self.recent.get(message) {
                    exchange(Way::Received, *shape, message);
                }
            }
            EventKind::SubscriptionAdded {
                subscription, owner: Subscriber::Instance { port, .. }, ..
            } => {
                watched.ports.insert(*subscription, *port);
            }
            EventKind::MessageConstructed { message, variable, .. } => {
                exchange(Way::Constructed, *variable, message);
            }
            EventKind::MessagePublished { message, publisher: Publisher::Orchestration { port, .. } } => {
                exchange(Way::Sent, *port, message);
            }
            EventKind::Instance {
                change: InstanceChange::Completed | InstanceChange::Terminated { .. },
                ..
            } => {
                watched.alive = false;
                for progress in watched.shapes.values_mut() {
                    progress.open = 0;
                }
            }
            _ => {}
        }
    }

    /// Brings what is handed out up to date with a state. `amid` is inside a step: a token stands where the events have
    /// brought it, while values are those at an end of the step.
    pub fn look(&mut self, engine: &Engine, amid: bool) {
        if !std::mem::take(&mut self.dirty) {
            return;
        }
        if amid {
            let running = self.instances.values_mut().filter(|s| s.phase == Phase::Running);
            running.for_each(|summary| summary.at = summary.last);
        }
        // Send ports and failures are of interest only when something went wrong with them.
        let listed = |s: &&Summary| s.orchestration || matches!(s.phase, Phase::Suspended { .. });
        let all = || self.instances.values().rev().filter(listed);
        let alive = all().filter(|s| !s.phase.ended());
        self.list = alive.chain(all().filter(|s| s.phase.ended())).take(LISTED).cloned().collect();
        if *self.counts != self.waiting {
            self.counts = Arc::new(self.waiting.clone());
        }
        if let Some(watched) = &mut self.watched {
            let at = self.instances.get(&watched.id).filter(|s| amid && s.phase == Phase::Running);
            if let Some(mut view) = engine.instance(watched.id) {
                if let Some(summary) = at {
                    view.at = summary.at.iter().map(|(_, shape)| *shape).collect();
                    view.waiting = false;
                }
                let waits = if view.waiting { engine.waits(watched.id) } else { Vec::new() };
                watched.wakes = waits.iter().flat_map(|wait| &wait.wakes).flat_map(rows).collect();
                watched.view = Some(view);
            } else if !amid {
                watched.alive = false;
            }
            self.shown = Some(Arc::new(watched.clone()));
        } else {
            self.shown = None;
        }
    }

    pub fn instances(&self) -> Arc<[Summary]> {
        Arc::clone(&self.list)
    }

    /// Every instance that is known, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Summary> {
        self.instances.values()
    }

    pub fn summary(&self, id: InstanceId) -> Option<&Summary> {
        self.instances.get(&id)
    }

    /// True while an instance waits; amid a turn the state of the engine is that at the end of it.
    pub fn waits(&self, id: InstanceId) -> bool {
        self.summary(id).is_some_and(|summary| matches!(summary.phase, Phase::Waiting | Phase::Dehydrated))
    }

    /// Orchestration instances that have not ended.
    pub fn alive(&self) -> usize {
        self.alive
    }

    pub fn ended(&self) -> u64 {
        self.total_ended
    }

    pub fn waiting(&self) -> Arc<BTreeMap<(Name, Name), u32>> {
        Arc::clone(&self.counts)
    }

    /// Instances that stand at a breakpoint, oldest first.
    pub fn held(&self) -> Vec<InstanceId> {
        self.instances.values().filter(|s| s.phase == Phase::InBreakpoint).map(|s| s.id).collect()
    }

    pub fn watched(&self) -> Option<Arc<Watched>> {
        self.shown.clone()
    }
}

/// The instance an event is about, its subscriptions included.
fn concerns(kind: &EventKind) -> Option<InstanceId> {
    match kind {
        EventKind::SubscriptionAdded { owner: Subscriber::Instance { instance, .. }, .. } => Some(*instance),
        other => instance_of(other),
    }
}

fn ends_turn(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Instance {
            change: InstanceChange::Waiting { .. }
                | InstanceChange::Dehydrated
                | InstanceChange::Suspended { .. }
                | InstanceChange::Ready,
            ..
        }
    )
}
