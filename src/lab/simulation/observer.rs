//! Reduces the events of a replication to cases and waits, as they come.

use crate::engine::{Event, EventKind, InstanceChange, InstanceId, Publisher, Subscriber};
use crate::journal::{Run, instance_of};
use crate::message::{DateTime, MessageId, Name, TimeSpan};
use crate::program::Program;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// How a case or an instance ended, if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Completed,
    Terminated,
    Suspended,
    Open,
}

/// A shape of an orchestration, or `None` for time that is none's: in queues, in ports, before a retry.
pub(super) type Site = Option<(Name, Name)>;

/// What is handed on when something ended, or the replication did.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub first: InstanceId,
    pub service: Name,
    pub began: DateTime,
    pub took: TimeSpan,
    pub end: End,
    /// The time it took, each part with what it was spent at: together they are `took`.
    pub blame: Vec<(Site, TimeSpan)>,
    /// The longest part that was one wait: who waited, and the event with which it began to.
    pub longest: (InstanceId, u64),
}

/// Takes what an observer finds.
pub(super) trait Ledger {
    fn case(&mut self, ended: Ended);
    fn instance(&mut self, service: Name, took: TimeSpan, end: End);
    fn visit(&mut self, service: Name, shape: Name);
    fn wait(&mut self, service: Name, shape: Name, span: TimeSpan);
    fn request(&mut self, port: Name, took: Option<TimeSpan>, failed: bool);
}

#[derive(Debug)]
struct Wait {
    service: Name,
    shape: Name,
    since: DateTime,
    seq: u64,
}

/// A wait that is over.
#[derive(Debug)]
struct Span {
    site: (Name, Name),
    began: (DateTime, u64),
    ended: (DateTime, u64),
    /// The instance whose message ended it, and the event of its publication.
    cause: Option<(InstanceId, u64)>,
}

#[derive(Debug)]
struct Live {
    service: Name,
    case: u64,
    created: (DateTime, u64),
    /// Who activated or started it.
    parent: Option<InstanceId>,
    open: Vec<(Name, Name, DateTime, u64)>,
    waiting: Option<Wait>,
    /// The message that came last, and when.
    came: Option<(MessageId, DateTime)>,
    spans: Vec<Span>,
    suspended: bool,
    ended: bool,
}

#[derive(Debug)]
struct Case {
    first: InstanceId,
    service: Name,
    began: DateTime,
    alive: usize,
    members: Vec<InstanceId>,
    messages: Vec<MessageId>,
    /// Not of the warm-up.
    counts: bool,
    terminated: bool,
}

/// Follows one replication.
pub(super) struct Observer<'a> {
    program: &'a Program,
    location: Name,
    warm_up: u64,
    seen: u64,
    /// Messages that arrived, were matched by nobody, were suspended.
    pub arrived: u64,
    pub unrouted: u64,
    live: FxHashMap<InstanceId, Live>,
    cases: BTreeMap<u64, Case>,
    /// Which message which instance published with which event.
    published: FxHashMap<MessageId, (InstanceId, u64)>,
    /// By orchestration, the message that is about to make an instance of it.
    activating: BTreeMap<Name, MessageId>,
    running: Option<InstanceId>,
    /// Port, and when it asked.
    asking: FxHashMap<InstanceId, (Name, DateTime)>,
    next: u64,
    /// Cases in progress that count; summed over time, in ticks; and since when they are so many.
    inside: u32,
    area: i128,
    counted: DateTime,
    /// When the first message came that counts.
    begun: DateTime,
}

impl<'a> Observer<'a> {
    pub fn new(program: &'a Program, location: &str, warm_up: u64, start: DateTime) -> Self {
        Self {
            program,
            location: Name::new(location),
            warm_up,
            seen: 0,
            arrived: 0,
            unrouted: 0,
            live: FxHashMap::default(),
            cases: BTreeMap::new(),
            published: FxHashMap::default(),
            activating: BTreeMap::new(),
            running: None,
            asking: FxHashMap::default(),
            next: 0,
            inside: 0,
            area: 0,
            counted: start,
            begun: start,
        }
    }

    /// Cases that have not ended.
    pub fn in_progress(&self) -> usize {
        self.cases.len()
    }

    /// Reads what a run recorded since the last call.
    pub fn read(&mut self, run: &Run, ledger: &mut dyn Ledger) {
        for event in run.events_after(self.seen) {
            self.event(event, ledger);
        }
        self.seen = run.last_seq();
    }

    /// Hands on what has not ended, and gives the number of cases in progress on average, and over how long: since the first
    /// that counts.
    pub fn finish(mut self, now: DateTime, ledger: &mut dyn Ledger) -> (f64, TimeSpan) {
        self.integrate(now);
        let lasted = now.since(self.begun);
        #[expect(clippy::cast_precision_loss, reason = "a mean is wanted, not the last bit")]
        let mean = self.area as f64 / (lasted.0.max(1) as f64);
        for (number, case) in std::mem::take(&mut self.cases) {
            let suspended = case.members.iter().any(|id| self.live.get(id).is_some_and(|l| l.suspended));
            let end = if suspended { End::Suspended } else { End::Open };
            for id in &case.members {
                let Some(live) = self.live.get(id).filter(|live| !live.ended && case.counts) else {
                    continue;
                };
                let end = if live.suspended { End::Suspended } else { End::Open };
                ledger.instance(live.service, now.since(live.created.0), end);
            }
            self.close(number, case, now, end, ledger);
        }
        (mean, lasted)
    }

    fn integrate(&mut self, now: DateTime) {
        self.area += i128::from(now.since(self.counted).0) * i128::from(self.inside);
        self.counted = now;
    }

    fn event(&mut self, event: &Event, ledger: &mut dyn Ledger) {
        if instance_of(&event.kind).is_some_and(|id| self.live.contains_key(&id)) {
            self.wake(event, ledger);
        }
        match &event.kind {
            EventKind::MessageReceived { location, .. } if *location == self.location => {
                self.arrived += 1;
                if self.arrived == self.warm_up + 1 {
                    self.begun = event.at;
                }
            }
            EventKind::RoutingFailed { .. } => self.unrouted += 1,
            EventKind::MessagePublished { message, publisher: Publisher::Orchestration { instance, .. } } => {
                let case = self.live.get(instance).map(|live| live.case);
                if let Some(case) = case.and_then(|case| self.cases.get_mut(&case)) {
                    case.messages.push(message.id);
                    self.published.insert(message.id, (*instance, event.seq));
                }
            }
            EventKind::MessageEnqueued { instance, message } => {
                if let Some(live) = self.live.get_mut(instance) {
                    live.came = Some((*message, event.at));
                }
            }
            EventKind::SubscriptionMatched { message, owner: Subscriber::Activation { service }, .. } => {
                self.activating.insert(*service, *message);
            }
            EventKind::Instance { instance, service, change } => {
                self.change(*instance, *service, change, event, ledger);
            }
            EventKind::ShapeStarted { instance, service, shape } => {
                self.running = Some(*instance);
                let Some(live) = self.live.get_mut(instance) else { return };
                live.open.push((*service, *shape, event.at, event.seq));
                if self.cases.get(&live.case).is_some_and(|case| case.counts) {
                    ledger.visit(*service, *shape);
                }
            }
            EventKind::ShapeCompleted { instance, service, shape } => {
                let Some(live) = self.live.get_mut(instance) else { return };
                let own = |open: &(Name, Name, DateTime, u64)| (open.0, open.1) == (*service, *shape);
                if let Some(at) = live.open.iter().rposition(own) {
                    live.open.remove(at);
                }
            }
            EventKind::PortAttempt { port, instance, .. } => {
                self.asking.insert(*instance, (*port, event.at));
            }
            EventKind::PortSent { instance, .. } => self.answered(*instance, event.at, false, ledger),
            EventKind::PortFailed { instance, .. } | EventKind::PortRetry { instance, .. } => {
                self.answered(*instance, event.at, true, ledger);
            }
            _ => {}
        }
    }

    fn answered(&mut self, port: InstanceId, at: DateTime, failed: bool, ledger: &mut dyn Ledger) {
        if let Some((name, asked)) = self.asking.remove(&port)
            && self.arrived > self.warm_up
        {
            ledger.request(name, Some(at.since(asked)).filter(|_| !failed), failed);
        }
    }

    fn change(
        &mut self,
        id: InstanceId,
        service: Name,
        change: &InstanceChange,
        event: &Event,
        ledger: &mut dyn Ledger,
    ) {
        match change {
            InstanceChange::Created => self.created(id, service, event),
            InstanceChange::Waiting { at } => self.waits(id, *at, event),
            InstanceChange::Suspended { .. } => {
                if let Some(live) = self.live.get_mut(&id) {
                    live.suspended = true;
                }
            }
            InstanceChange::Resumed => {
                if let Some(live) = self.live.get_mut(&id) {
                    live.suspended = false;
                }
            }
            InstanceChange::Completed => self.ended(id, event, false, ledger),
            InstanceChange::Terminated { .. } => self.ended(id, event, true, ledger),
            InstanceChange::Discarded { terminated, .. } => self.ended(id, event, *terminated, ledger),
            _ => {}
        }
    }

    fn created(&mut self, id: InstanceId, service: Name, event: &Event) {
        if self.program.service_by_name(service).is_none() {
            return;
        }
        let parent = match self.activating.remove(&service) {
            Some(message) => self.published.get(&message).map(|(publisher, _)| *publisher),
            // Nothing activated it, so the one that runs has started it.
            None => self.running,
        };
        let parent = parent.filter(|parent| self.live.contains_key(parent));
        let case = parent.and_then(|parent| self.live.get(&parent)).map(|live| live.case);
        let case = case.unwrap_or_else(|| {
            self.integrate(event.at);
            self.next += 1;
            let case = Case {
                first: id,
                service,
                began: event.at,
                alive: 0,
                members: Vec::new(),
                messages: Vec::new(),
                counts: self.arrived > self.warm_up,
                terminated: false,
            };
            self.inside += u32::from(case.counts);
            self.cases.insert(self.next, case);
            self.next
        });
        if let Some(case) = self.cases.get_mut(&case) {
            case.alive += 1;
            case.members.push(id);
        }
        let live = Live {
            service,
            case,
            created: (event.at, event.seq),
            parent,
            open: Vec::new(),
            waiting: None,
            came: None,
            spans: Vec::new(),
            suspended: false,
            ended: false,
        };
        self.live.insert(id, live);
    }

    fn waits(&mut self, id: InstanceId, at: Name, event: &Event) {
        let Some(live) = self.live.get_mut(&id) else { return };
        if live.waiting.as_ref().is_some_and(|wait| wait.shape == at) {
            return;
        }
        let open = live.open.iter().rev().find(|open| open.1 == at);
        let service = open.map_or(live.service, |open| open.0);
        // What waits in parallel does so since it started, whoever of them is named first.
        let since = open.filter(|_| waits(self.program, service, at)).map(|open| (open.2, open.3));
        let (since, seq) = since.unwrap_or((event.at, event.seq));
        live.waiting = Some(Wait { service, shape: at, since, seq });
    }

    /// An instance that waited goes on: the wait has ended.
    fn wake(&mut self, event: &Event, ledger: &mut dyn Ledger) {
        let (id, shape) = match &event.kind {
            EventKind::ShapeCompleted { instance, shape, .. }
            | EventKind::MessageConsumed { instance, shape, .. } => (*instance, Some(*shape)),
            EventKind::ShapeStarted { instance, .. }
            | EventKind::AckConsumed { instance, .. }
            | EventKind::ScopeAborted { instance, .. }
            | EventKind::ExceptionThrown { instance, .. } => (*instance, None),
            EventKind::Instance {
                instance,
                change:
                    InstanceChange::Completed
                    | InstanceChange::Terminated { .. }
                    | InstanceChange::Suspended { .. }
                    | InstanceChange::Discarded { .. },
                ..
            } => (*instance, None),
            _ => return,
        };
        let Some(live) = self.live.get_mut(&id) else { return };
        let Some(mut wait) = live.waiting.take() else { return };
        // Of several that waited in parallel, another one may have been served.
        let served = shape.filter(|shape| *shape != wait.shape);
        let served = served.and_then(|shape| live.open.iter().rev().find(|open| open.1 == shape));
        if let Some((service, shape, since, seq)) = served.copied()
            && since < event.at
            && waits(self.program, service, shape)
        {
            wait = Wait { service, shape, since, seq };
        }
        if wait.since >= event.at {
            return;
        }
        let came = live.came.filter(|(_, at)| *at == event.at).map(|(message, _)| message);
        let case = live.case;
        live.spans.push(Span {
            site: (wait.service, wait.shape),
            began: (wait.since, wait.seq),
            ended: (event.at, event.seq),
            cause: came.and_then(|message| self.published.get(&message).copied()),
        });
        if self.cases.get(&case).is_some_and(|case| case.counts) {
            ledger.wait(wait.service, wait.shape, event.at.since(wait.since));
        }
    }

    fn ended(&mut self, id: InstanceId, event: &Event, terminated: bool, ledger: &mut dyn Ledger) {
        self.asking.remove(&id);
        let Some(live) = self.live.get_mut(&id).filter(|live| !live.ended) else { return };
        (live.ended, live.suspended) = (true, false);
        let (number, service, took) = (live.case, live.service, event.at.since(live.created.0));
        let Some(case) = self.cases.get_mut(&number) else { return };
        case.alive = case.alive.saturating_sub(1);
        case.terminated |= terminated;
        let end = if case.terminated { End::Terminated } else { End::Completed };
        if case.counts {
            ledger.instance(service, took, if terminated { End::Terminated } else { End::Completed });
        }
        if case.alive == 0 {
            self.integrate(event.at);
            if let Some(mut case) = self.cases.remove(&number) {
                // The one that ended last is where the way back begins.
                case.members.retain(|member| *member != id);
                case.members.push(id);
                self.close(number, case, event.at, end, ledger);
            }
        }
    }

    fn close(&mut self, number: u64, case: Case, now: DateTime, end: End, ledger: &mut dyn Ledger) {
        if case.counts {
            self.inside = self.inside.saturating_sub(1);
            let from = case.members.iter().rev().find(|id| {
                let live = self.live.get(*id);
                live.is_some_and(|live| matches!(end, End::Completed | End::Terminated) || !live.ended)
            });
            let (blame, longest) = self.way_back(number, *from.unwrap_or(&case.first), case.began, now);
            ledger.case(Ended {
                first: case.first,
                service: case.service,
                began: case.began,
                took: now.since(case.began),
                end,
                blame,
                longest,
            });
        }
        for id in &case.members {
            self.live.remove(id);
        }
        for message in &case.messages {
            self.published.remove(message);
        }
    }

    /// The critical path of a case, walked back from its end: each stretch of time is blamed on the wait that was over at
    /// its end, or on what the one did whose message ended that wait.
    fn way_back(
        &self,
        number: u64,
        from: InstanceId,
        began: DateTime,
        now: DateTime,
    ) -> (Vec<(Site, TimeSpan)>, (InstanceId, u64)) {
        let mut blame: BTreeMap<Site, i64> = BTreeMap::new();
        let mut longest = (0, from, self.live.get(&from).map_or(0, |live| live.created.1));
        let (mut id, mut at, mut before) = (from, now, u64::MAX);
        let mut seen: BTreeSet<InstanceId> = BTreeSet::new();
        while let Some(live) = self.live.get(&id).filter(|live| live.case == number) {
            let mut take = |site: Site, since: DateTime, until: DateTime, seq: u64| {
                let ticks = until.since(since.max(began)).0.max(0);
                *blame.entry(site).or_default() += ticks;
                if ticks > longest.0 && site.is_some() {
                    longest = (ticks, id, seq);
                }
            };
            // What it waits for still.
            if let Some(wait) = live.waiting.as_ref().filter(|wait| before == u64::MAX && wait.since < at) {
                take(Some((wait.service, wait.shape)), wait.since, at, wait.seq);
                (at, before) = (wait.since, wait.seq);
                continue;
            }
            let span = live.spans.iter().rev().find(|span| span.ended.1 < before && span.ended.0 <= at);
            if let Some(span) = span {
                take(None, span.ended.0, at, span.ended.1);
                at = span.ended.0;
                match span.cause.filter(|(cause, _)| self.live.get(cause).is_some_and(|l| l.case == number)) {
                    Some((cause, published)) => (id, before) = (cause, published),
                    None => {
                        take(Some(span.site), span.began.0, at, span.began.1);
                        (at, before) = (at.min(span.began.0), span.began.1);
                    }
                }
                continue;
            }
            take(None, live.created.0.min(at), at, live.created.1);
            at = at.min(live.created.0);
            before = before.min(live.created.1);
            match live.parent.filter(|_| seen.insert(id)) {
                Some(parent) => id = parent,
                None => break,
            }
        }
        *blame.entry(None).or_default() += at.since(began).0.max(0);
        let parts = blame.into_iter().filter(|(_, ticks)| *ticks > 0);
        (parts.map(|(site, ticks)| (site, TimeSpan(ticks))).collect(), (longest.1, longest.2))
    }
}

/// True for the kinds of shapes whose time is a wait, and not that of shapes inside.
fn waits(program: &Program, service: Name, shape: Name) -> bool {
    let info = program.shape(service, shape);
    info.is_some_and(|info| matches!(info.kind, "Receive" | "Delay" | "Listen" | "Send"))
}
