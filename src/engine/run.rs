use super::busy::busy_place;
use super::configuration::Configuration;
use super::core::{Core, Counters, Enlisted, ServiceRuntime, Slot, Step};
use super::instance::dehydration::{MemoryUsage, leaves_memory, threshold_span};
use super::instance::lifecycle::ZOMBIE;
use super::instance::{
    Before, ChannelKey, Flow, Happening, Instance, Kept, Machine, Pending, Resident, Status, Thread, Wait,
};
use super::ports::PortRuntime;
use super::{Event, EventKind, Input, InputKind, InstanceChange, InstanceId, Output, PersistenceCause};
use crate::message::{DateTime, Name, TimeSpan};
use crate::model::{DehydrationBehavior, PortState};
use crate::program::Program;
use std::sync::Arc;

/// The engine: a program and the state of one run. Cloning it is a snapshot; instances are shared until they
/// run again.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) program: Arc<Program>,
    pub(super) core: Core,
}

impl Engine {
    /// A run that has not begun: nothing is enlisted before [`Engine::deploy`].
    pub fn new(program: Arc<Program>, seed: u64, start: DateTime) -> Self {
        let bound =
            |count: usize| vec![PortRuntime { state: PortState::Bound, ..PortRuntime::default() }; count];
        let core = Core {
            now: start,
            seed,
            counters: Counters::default(),
            message_box: Default::default(),
            slots: Default::default(),
            ready: Default::default(),
            ready_ports: Default::default(),
            scheduled: Default::default(),
            timers: Default::default(),
            services: vec![ServiceRuntime::default(); program.services.len()],
            send_ports: bound(program.send_ports.len()),
            groups: bound(program.groups.len()),
            enlistments: enlistments(&program.application.bindings),
            locations_enabled: program.locations.iter().map(|l| l.enabled).collect(),
            configuration: Configuration::new(&program.application.settings.configuration),
            idle: Default::default(),
            memory: Default::default(),
            waits: Default::default(),
            debugger: Default::default(),
            fresh: Default::default(),
            busy: Default::default(),
            transmissions: Default::default(),
            to_self: Vec::new(),
            matches: Vec::new(),
        };
        Self { program, core }
    }

    /// Goes on from a checkpoint of [`Engine::core`], with the program it was made with.
    pub fn restore(program: Arc<Program>, mut core: Core) -> Self {
        core.pack();
        Self { program, core }
    }

    /// Writes the state of the run, drops it and goes on from what was written, as after a restart of the host. Nothing
    /// that happens later may differ from a run that was never written.
    ///
    /// # Errors
    /// When the state cannot be written or read back; then the run is as before.
    pub fn reload(&mut self) -> Result<(), String> {
        let mut paper = Vec::new();
        ciborium::into_writer(&self.core, &mut paper).map_err(|error| error.to_string())?;
        self.core = ciborium::from_reader(paper.as_slice()).map_err(|error| error.to_string())?;
        self.core.pack();
        Ok(())
    }

    /// The whole state of the run, to save.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Goes on with another compilation of the same application, such as a traced one.
    #[must_use]
    pub fn with_program(self, program: Arc<Program>) -> Self {
        Self { program, ..self }
    }

    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    pub fn now(&self) -> DateTime {
        self.core.now
    }

    /// Enlists and starts what the bindings say.
    pub fn deploy(&mut self, output: &mut Output) {
        self.begin(output).deploy();
    }

    /// Number of service instances that can run.
    pub fn ready(&self) -> usize {
        self.core.ready.len()
    }

    /// When the next Tick has something to do.
    pub fn next_due(&self) -> Option<DateTime> {
        let timer = self.core.timers.first().map(|(due, _)| *due);
        let idle = self.core.idle.front().map(|(due, _)| *due);
        match (timer, idle) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Takes one input. Events and effects are appended to `output`.
    pub fn step(&mut self, input: Input, output: &mut Output) {
        self.core.now = self.core.now.max(input.at);
        let mut step = self.begin(output);
        match input.kind {
            InputKind::Received { location, body, properties } => step.received(location, &body, &properties),
            InputKind::Publish { message } => step.publish_external(message),
            InputKind::Tick => step.tick(),
            InputKind::Turn { pick } => step.turn(pick),
            InputKind::Transmitted { id } => step.transmitted(id),
            InputKind::TransmitFailed { id, error } => step.transmit_failed(id, &error),
            InputKind::Responded { id, body, properties } => step.responded(id, &body, &properties),
            InputKind::Operate(operation) => step.operate(&operation),
        }
    }

    fn begin<'a>(&'a mut self, output: &'a mut Output) -> Step<'a> {
        Step { core: &mut self.core, program: &self.program, output }
    }

    /// True while both have done the same: used to compare a replay with its original.
    pub fn same_progress(&self, other: &Self) -> bool {
        self.core.counters.events == other.core.counters.events && self.core.now == other.core.now
    }
}

fn enlistments(bindings: &crate::model::Bindings) -> Vec<Enlisted> {
    let all = bindings.parties.iter().flat_map(|party| party.enlistments.iter().map(move |e| (party, e)));
    let enlisted = |(party, e): (&crate::model::Party, &crate::model::Enlistment)| Enlisted {
        party: Name::new(&party.name),
        role_link_type: Name::new(&e.role_link_type),
        role: Name::new(&e.role),
        ports: e.ports.clone(),
    };
    all.map(enlisted).collect()
}

impl Step<'_> {
    fn publish_external(&mut self, mut message: crate::message::Message) {
        message.id = self.next_message_id();
        let message = Arc::new(message);
        let publisher = super::Publisher::External;
        let out = super::routing::Outgoing { message: Arc::clone(&message), publisher, expects_reply: false };
        if let Err(error) = self.publish([out]) {
            self.suspend_received(Name::default(), message, &error.to_string(), None);
        }
    }

    /// Wakes what is due; dehydrates what has been idle long enough.
    fn tick(&mut self) {
        while let Some(&(due, id)) = self.core.timers.first() {
            if due > self.core.now {
                break;
            }
            self.core.timers.pop_first();
            let runs = match self.core.slots.get(&id) {
                Some(Slot::Orchestration { instance, .. }) => instance.get().is_some_and(|i| i.status.runs()),
                Some(Slot::SendPort(port)) => port.status.runs(),
                _ => false,
            };
            if runs {
                self.make_ready(id);
            }
        }
        while let Some(&(due, id)) = self.core.idle.front() {
            if due > self.core.now {
                break;
            }
            self.core.idle.pop_front();
            self.dehydrate_if_idle(id, due);
        }
    }

    fn dehydrate_if_idle(&mut self, id: InstanceId, due: DateTime) {
        let threshold = self.idle_threshold();
        self.with_instance(id, |instance, step| {
            let blocked_since = instance.waiting_since.plus(threshold);
            if instance.status == Status::Active && blocked_since <= due && !step.core.scheduled.contains(&id)
            {
                step.dehydrate(instance);
            }
        });
    }

    fn dehydrate(&mut self, instance: &mut Instance) {
        self.save(instance, PersistenceCause::Dehydrated);
        self.transition(instance, Happening::Dehydrate, "");
    }

    /// A persistence point of an instance that does not run. With nothing since the last one it merges into that
    /// (PER-2).
    pub fn save(&mut self, instance: &mut Instance, cause: PersistenceCause) {
        if instance.dirty {
            instance.persistence_points += 1;
            self.emit(EventKind::PersistencePoint { instance: instance.id, cause });
        }
        instance.dirty = false;
        instance.consumed.clear();
        self.drop_acknowledgements(instance);
        instance.persisted = None;
    }

    /// Ends the subscriptions of acknowledgements that nobody waits for any more: their scope is over. A failure
    /// before the persistence point would have waited for them again (DN-9).
    pub fn drop_acknowledgements(&mut self, instance: &mut Instance) {
        for place in 0..instance.channels.len() {
            let Some(channel) = instance.channels.get_mut(place) else { continue };
            let number = u32::try_from(place).unwrap_or(u32::MAX);
            let awaited = matches!(channel.key, ChannelKey::Acknowledgement { .. });
            if !awaited || channel.subscription.is_none() || instance.state.awaits(number) {
                continue;
            }
            if let Some(id) = channel.subscription.take() {
                self.core.message_box.unsubscribe(id);
                self.emit(EventKind::SubscriptionRemoved { subscription: id });
            }
            instance.queue.retain(|queued| queued.channel != number);
        }
    }

    /// How long an instance may block before it is dehydrated whatever was estimated: twice the threshold (DEH-3).
    fn idle_threshold(&self) -> TimeSpan {
        TimeSpan(threshold_span(&self.host(), self.core.memory).0.saturating_mul(2))
    }

    /// How long a blocked instance waits in all: until the first known time, or as long as others waited at the same
    /// place (CONFLICT 11). `None` when nothing is known.
    fn estimated(&self, instance: &Instance) -> Option<TimeSpan> {
        let since = instance.waiting_since;
        let of = |thread: &Thread| {
            let known = thread.wait.end().map(|end| end.since(since));
            let service = instance.state.frame(thread.frame)?.service;
            let past = matches!(thread.wait, Wait::Receive(_) | Wait::Listen { .. })
                .then(|| self.core.waits.mean(service, thread.pc))
                .flatten();
            known.into_iter().chain(past).min()
        };
        instance.state.threads.iter().filter(|t| !t.ended).filter_map(of).min()
    }

    /// Memory has become scarcer or freer: the thresholds of all that wait change with it (DEH-3).
    pub fn set_memory_usage(&mut self, usage: MemoryUsage) {
        let before = self.idle_threshold();
        self.core.memory = usage;
        let (threshold, now, host) = (self.idle_threshold(), self.core.now, self.host());
        for (due, id) in std::mem::take(&mut self.core.idle) {
            self.with_instance(id, |instance, step| {
                let since = instance.waiting_since;
                let waits = instance.status == Status::Active && !step.core.scheduled.contains(&id);
                if !waits || since.plus(before) != due {
                    return;
                }
                if leaves_memory(&host, usage, step.estimated(instance), now.since(since)) {
                    step.dehydrate(instance);
                } else {
                    step.core.idle.push_back((since.plus(threshold), id));
                }
            });
        }
    }

    fn host(&self) -> crate::model::Dehydration {
        self.program.application.settings.hosts.first().map(|h| h.dehydration).unwrap_or_default()
    }

    /// Runs one ready service instance to its next wait.
    fn turn(&mut self, pick: usize) {
        let place = pick.min(self.core.ready.len().saturating_sub(1));
        let Some(mut id) = self.core.ready.remove(place) else { return };
        if self.program.prioritized {
            id = self.by_priority(id);
        }
        self.core.scheduled.remove(&id);
        match self.core.slots.get_mut(&id) {
            Some(Slot::Orchestration { instance, .. }) => {
                let Some((taken, before)) = instance.take() else { return };
                self.run_instance(id, taken, before);
            }
            // An attempt that is under way decides first: a second one would deliver twice.
            Some(Slot::SendPort(port)) if port.status.runs() && port.transmission.is_none() => {
                self.transmit(id);
            }
            _ => {}
        }
    }

    fn run_instance(&mut self, id: InstanceId, mut taken: Arc<Instance>, before: Option<Before>) {
        let instance = Arc::make_mut(&mut taken);
        if !instance.status.runs() {
            self.put_back(id, taken);
            return;
        }
        if instance.status == Status::Dehydrated {
            self.transition(instance, Happening::Rehydrate, "");
        } else if instance.status == Status::ReadyToRun {
            self.transition(instance, Happening::Run, "");
        }
        // Here begins what a failure takes back. A new instance has nothing to keep: it would begin again.
        let unchanged = !instance.dirty && instance.persisted.is_none();
        let kept = match before {
            Some(before) if unchanged => Kept::Packed(before),
            None if unchanged => Kept::AsItIs,
            _ => Kept::Elsewhere,
        };
        let program = Arc::clone(self.program);
        let mut machine = Machine::new(self, &program, instance, kept);
        let flow = machine.run();
        let at = machine.at_shape();
        let over = matches!(flow, Flow::Completed | Flow::Terminated(_));
        if !over && (machine.instance.dirty || flow != Flow::Blocked) {
            machine.settle();
        }
        if flow != Flow::Yielded {
            self.is_at_rest(id);
        }
        match flow {
            Flow::Blocked => {
                self.blocked(instance, at);
                self.put_back_at_safe_point(id, taken);
                self.pack_oldest(id);
            }
            Flow::Yielded => {
                self.take_late_messages(instance);
                if self.is_endless(id) {
                    self.is_at_rest(id);
                    let place =
                        busy_place(&program, instance).unwrap_or_else(|| format!("{id} does not wait"));
                    let reason = format!(
                        "{place}: end it, give it a Receive or Delay, or set engine.loop_limit. A resume goes on"
                    );
                    self.suspend(instance, &reason, true, false);
                } else {
                    self.make_ready(id);
                }
                self.put_back_at_safe_point(id, taken);
            }
            Flow::Breakpoint => {
                self.take_late_messages(instance);
                self.transition(instance, Happening::Break, "");
                self.put_back_at_safe_point(id, taken);
            }
            Flow::Suspended { reason, resumable, restore } => {
                self.suspend(instance, &reason, resumable, restore);
                // Suspended it is; only a pending Terminate is still to do.
                if instance.pending == Some(Pending::Suspend) {
                    instance.pending = None;
                }
                self.put_back_at_safe_point(id, taken);
            }
            Flow::Completed => {
                if instance.dirty {
                    instance.persistence_points += 1;
                    self.emit(EventKind::PersistencePoint {
                        instance: id,
                        cause: PersistenceCause::Finished,
                    });
                }
                self.take_late_messages(instance);
                self.drop_acknowledgements(instance);
                if instance.queue.is_empty() {
                    self.transition(instance, Happening::Complete, "");
                    self.forget(instance);
                    self.core.slots.remove(&id);
                } else {
                    self.zombie(instance);
                    self.put_back(id, taken);
                }
            }
            Flow::Terminated(reason) => {
                self.emit(EventKind::PersistencePoint { instance: id, cause: PersistenceCause::Finished });
                self.take_late_messages(instance);
                self.transition(instance, Happening::Terminate, &reason);
                let left = u32::try_from(instance.queue.len()).unwrap_or(u32::MAX);
                if left > 0 {
                    // What was queued is a zombie of a terminated instance (TRM-3).
                    let service =
                        self.program.service(instance.service).map_or_else(Name::default, |s| s.name);
                    self.change(id, service, InstanceChange::Discarded { messages: left, terminated: true });
                    self.log_zombie(id, left);
                }
                self.forget(instance);
                self.core.slots.remove(&id);
            }
        }
        self.core.to_self.clear();
    }

    fn put_back(&mut self, id: InstanceId, taken: Arc<Instance>) {
        if let Some(Slot::Orchestration { instance, .. }) = self.core.slots.get_mut(&id) {
            *instance = Resident::Live(taken, None);
        }
    }

    /// Packs what has waited longest among the fresh ones. While few instances live, touching their trees is cheaper than
    /// packing them; among many all but the freshest are packed, two at a time until no more than those are left. Most
    /// waits of a process manager are over after some turns of others, and do not get as far; one that waits again by
    /// then is packed early, which only costs the unpacking.
    fn pack_oldest(&mut self, newest: InstanceId) {
        const FRESH: usize = 32;
        /// Trees of so many instances take some 2 MB: what a core keeps at hand.
        const MANY: usize = 1_024;
        self.core.fresh.push_back(newest);
        let live = if self.core.slots.len() > MANY { FRESH } else { MANY };
        for _ in 0..2 {
            if self.core.fresh.len() <= live {
                return;
            }
            let Some(oldest) = self.core.fresh.pop_front() else { return };
            if !self.core.scheduled.contains(&oldest)
                && let Some(Slot::Orchestration { instance, .. }) = self.core.slots.get_mut(&oldest)
            {
                instance.pack();
            }
        }
    }

    /// A pending operation is honoured when the instance waits or yields, so also in a loop without end (INS-3).
    fn put_back_at_safe_point(&mut self, id: InstanceId, mut taken: Arc<Instance>) {
        let pending = taken.pending.is_some().then(|| Arc::make_mut(&mut taken).pending.take()).flatten();
        self.put_back(id, taken);
        if let Some(pending) = pending {
            self.apply_pending(id, pending);
        }
    }

    /// What the instance sent to itself since it last looked at its queue.
    fn take_late_messages(&mut self, instance: &mut Instance) {
        for (channel, message) in std::mem::take(&mut self.core.to_self) {
            instance.queue.push(super::instance::Queued { channel, message });
        }
    }

    /// All threads wait: kept in memory, or dehydrated when the wait is known to be long (DEH-1, DEH-3).
    fn blocked(&mut self, instance: &mut Instance, at: Name) {
        // Nothing happened since the last persistence point: its state and this one are the same.
        if !instance.dirty {
            instance.persisted = None;
        }
        instance.waiting_since = self.core.now;
        self.set_alarm(instance, instance.state.next_due(self.core.now));
        let service = self.program.service(instance.service).map_or_else(Name::default, |s| s.name);
        self.change(instance.id, service, InstanceChange::Waiting { at });
        release_trees(instance);
        let host = self.host();
        if instance.in_atomic_scope() || host.behavior == DehydrationBehavior::Never {
            return;
        }
        let blocked = TimeSpan::default();
        if leaves_memory(&host, self.core.memory, self.estimated(instance), blocked) {
            self.dehydrate(instance);
        } else {
            let due = instance.waiting_since.plus(self.idle_threshold());
            self.core.idle.push_back((due, instance.id));
            self.trim_idle();
        }
    }

    /// Entries of instances that have moved on are dropped when they outnumber the live ones.
    fn trim_idle(&mut self) {
        if self.core.idle.len() < 1024 || self.core.idle.len() / 4 < self.core.slots.len() {
            return;
        }
        let threshold = self.idle_threshold();
        let slots = &self.core.slots;
        self.core.idle.retain(|(due, id)| match slots.get(id) {
            Some(Slot::Orchestration { instance, .. }) => {
                instance.idle_since().is_some_and(|since| since.plus(threshold) == *due)
            }
            _ => false,
        });
    }

    fn suspend(&mut self, instance: &mut Instance, reason: &str, resumable: bool, restore: bool) {
        if restore {
            self.roll_back(instance);
        }
        self.take_late_messages(instance);
        let happening = if resumable { Happening::Suspend } else { Happening::SuspendForGood };
        self.transition(instance, happening, reason);
        let source = "Orchestrion";
        let text = format!("{} is suspended: {reason}", instance.id);
        self.log(crate::xlang::LogLevel::Error, source, &text);
    }

    fn zombie(&mut self, instance: &mut Instance) {
        let left = u32::try_from(instance.queue.len()).unwrap_or(u32::MAX);
        self.transition(instance, Happening::Discard, "");
        instance.reason =
            Some(format!("Completed with {left} unconsumed messages ({ZOMBIE})").into_boxed_str());
        self.log_zombie(instance.id, left);
        self.forget(instance);
    }

    /// An error event is written for every zombie (ZMB-5).
    fn log_zombie(&mut self, id: InstanceId, left: u32) {
        let text = format!("{id} ended without consuming {left} of its messages ({ZOMBIE})");
        self.log(crate::xlang::LogLevel::Error, "Orchestrion", &text);
    }

    /// Moves the timer of an instance: one that no longer waits for a time has none.
    fn set_alarm(&mut self, instance: &mut Instance, due: Option<DateTime>) {
        if let Some(old) = std::mem::replace(&mut instance.wakes, due) {
            self.core.timers.remove(&(old, instance.id));
        }
        if let Some(due) = due {
            self.set_timer(due, instance.id);
        }
    }

    /// An instance that ended has no subscriptions and no timers any more (SUB-8).
    fn forget(&mut self, instance: &mut Instance) {
        for channel in &mut instance.channels {
            if let Some(id) = channel.subscription.take() {
                self.core.message_box.unsubscribe(id);
                self.emit(EventKind::SubscriptionRemoved { subscription: id });
            }
        }
        self.set_alarm(instance, None);
        self.core.debugger.forget(instance.id);
    }

    /// Removes an instance that an operator terminated, with its messages (INS-2).
    pub fn remove_instance(&mut self, id: InstanceId) {
        self.with_instance(id, |instance, step| step.forget(instance));
        self.core.slots.remove(&id);
    }
}

/// Parsed trees weigh many times the text; an instance that waits does not need them.
fn release_trees(instance: &Instance) {
    for frame in instance.state.frames.iter().flatten() {
        for message in frame.messages.iter().flatten() {
            for part in &message.parts {
                part.body.release();
            }
        }
    }
}

impl Output {
    /// Takes the events, leaving the buffer for the next step.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
}
