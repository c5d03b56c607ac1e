use super::acts::{self, Act, Change, Fault};
use crate::diagnostic::Diagnostic;
use crate::engine::{
    Effect, Engine, EventKind, Input, InputKind, Operation, Reply, Transmission, TransmissionId,
};
use crate::host::adapters::{Databases, same_database};
use crate::host::address::normalize;
use crate::host::partners::{Action, Partners};
use crate::journal::{EventFacts, Run, Watch};
use crate::message::{DateTime, Name, TimeSpan};
use crate::model::{Application, PartnerControl};
use crate::program::Program;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::sync::Arc;
use wildmatch::WildMatch;

/// Most steps at one moment of virtual time before it counts as an endless loop (C010).
const STEP_LIMIT: u64 = 100_000;

/// Instances up to which a reloading run writes its state at every persistence point; a larger crowd at one in as
/// many points as there are instances, as each writing costs time for all of them.
const CROWD: usize = 32;

/// A transmission that an adapter would have performed.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub at: DateTime,
    pub transmission: Transmission,
}

impl Sent {
    /// The bytes as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.transmission.body).into_owned()
    }
}

/// What comes later than it did.
#[derive(Clone, Debug)]
enum Late {
    Input(InputKind),
    Transmission(Box<Transmission>),
}

/// An application running in virtual time: queues and partners are played, every transmission is captured, and
/// nothing of the real world is touched. Same application, seed and calls give the same journal, byte for byte.
#[derive(Debug)]
pub struct VirtualRun {
    run: Run,
    partners: Partners,
    now: DateTime,
    /// Chooses who runs next; `None` always takes the first.
    random: Option<ChaCha8Rng>,
    sent: BTreeMap<String, Vec<Sent>>,
    replies: BTreeMap<Name, Vec<Reply>>,
    failing: BTreeMap<String, String>,
    databases: Databases,
    step_limit: u64,
    /// Goes on from a written state after every persistence point.
    reloads: bool,
    /// Persistence points since then.
    unwritten_points: usize,
    /// Why it could not, the first time.
    unwritten: Option<String>,
    seed: u64,
    /// All that was done so far.
    acts: Vec<Act>,
    /// What happens to inputs, by their number.
    changes: BTreeMap<u64, Vec<Fault>>,
    /// Inputs offered so far.
    offered: u64,
    /// Number of the kept step, and of the input it took, wherever the two begin to differ anew.
    numbers: Vec<(u64, u64)>,
    /// What is held up, by when it comes.
    late: BTreeMap<(DateTime, u64), Late>,
    /// What happens to transmissions on their way.
    spoilt: BTreeMap<TransmissionId, Fault>,
    watches: Vec<Watch>,
    halted: Option<Halt>,
}

/// Where a watch stopped a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Halt {
    /// Place of the watch in the list.
    pub watch: usize,
    /// The event that did it.
    pub seq: u64,
}

/// What can happen at one moment.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Instances that can run.
    ready: usize,
    partner: bool,
    timer: bool,
    late: bool,
}

impl Open {
    fn count(self) -> usize {
        self.ready + usize::from(self.partner) + usize::from(self.timer) + usize::from(self.late)
    }

    /// The choice of this place below the count.
    fn act(self, choice: usize) -> Act {
        if choice < self.ready {
            Act::Turn(u32::try_from(choice).unwrap_or(u32::MAX))
        } else if self.partner && choice == self.ready {
            Act::Partner
        } else if self.timer && choice == self.ready + usize::from(self.partner) {
            Act::Tick
        } else {
            Act::Late
        }
    }
}

impl VirtualRun {
    /// Compiles and deploys at 2026-01-01T00:00:00 UTC. Seed 0 runs ready instances first come, first served;
    /// any other chooses among everything that could happen next.
    ///
    /// # Errors
    /// The diagnostics of an application that cannot run.
    pub fn new(application: &Application, seed: u64) -> Result<Self, Vec<Diagnostic>> {
        let (program, _) = Program::compile(application)?;
        let start = DateTime::from_civil(jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0)).unwrap_or_default();
        Ok(Self::with_program(program, seed, start))
    }

    /// Deploys a compiled application at `start`.
    pub fn with_program(program: Arc<Program>, seed: u64, start: DateTime) -> Self {
        let partners = Partners::new(&program.application, seed, start);
        let mut this = Self {
            run: Run::new(program, seed, start),
            partners,
            now: start,
            random: (seed != 0).then(|| ChaCha8Rng::seed_from_u64(seed)),
            sent: BTreeMap::new(),
            replies: BTreeMap::new(),
            failing: BTreeMap::new(),
            databases: Databases::default(),
            step_limit: STEP_LIMIT,
            reloads: false,
            unwritten_points: 0,
            unwritten: None,
            seed,
            acts: Vec::new(),
            changes: BTreeMap::new(),
            offered: 0,
            numbers: vec![(0, 0)],
            late: BTreeMap::new(),
            spoilt: BTreeMap::new(),
            watches: Vec::new(),
            halted: None,
        };
        this.perform();
        this
    }

    pub fn run(&self) -> &Run {
        &self.run
    }

    pub fn engine(&self) -> &Engine {
        self.run.engine()
    }

    pub fn now(&self) -> DateTime {
        self.now
    }

    pub fn partners(&self) -> &Partners {
        &self.partners
    }

    pub(super) fn databases(&self) -> &Databases {
        &self.databases
    }

    /// Somebody at the controls of a partner; false when there is no such partner, or it cannot do that.
    pub fn control(&mut self, name: &str, control: &PartnerControl) -> bool {
        self.take(Act::Control(Box::new((name.to_owned(), control.clone()))))
    }

    /// Everything that was done so far: with program, seed and start it is the whole run.
    pub fn acts(&self) -> &[Act] {
        &self.acts
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What was changed of it as a fork.
    pub fn changes(&self) -> impl Iterator<Item = Change> + '_ {
        self.changes.iter().flat_map(|(input, faults)| {
            faults.iter().map(|fault| Change { input: *input, fault: fault.clone() })
        })
    }

    /// Stops the run from now on at what these watches wait for: [`VirtualRun::settle`] and what lets time pass end there.
    pub fn watch(&mut self, watches: Vec<Watch>) {
        self.watches = watches;
        self.halted = None;
    }

    /// Counts of the watches so far.
    pub fn watches(&self) -> &[Watch] {
        &self.watches
    }

    /// Where a watch has stopped the run; [`VirtualRun::go_on`] clears it.
    pub fn halted(&self) -> Option<Halt> {
        self.halted
    }

    pub fn go_on(&mut self) {
        self.halted = None;
    }

    /// Number of the input whose step caused an event: what a [`Change`] names. `None` when it is not kept.
    pub fn input_number(&self, seq: u64) -> Option<u64> {
        let step = self.run.step_number(seq)?;
        let at = self.numbers.partition_point(|(first, _)| *first <= step);
        let (first, number) = self.numbers.get(at.checked_sub(1)?)?;
        Some(number + (step - first))
    }

    /// Drops the oldest part of the record now and then; see [`Run::bounded`]. Captured transmissions stay.
    #[must_use]
    pub fn bounded(mut self, events: usize) -> Self {
        self.run = self.run.bounded(events);
        self
    }

    /// The engine stops, and another one goes on from the state it wrote.
    ///
    /// # Errors
    /// When the state cannot be written or read back.
    pub fn restart(&mut self) -> Result<(), Diagnostic> {
        self.run.reload().map_err(|reason| unwritten(&reason))
    }

    /// Writes the state after every persistence point, drops it and goes on from what was written: the journal must be the
    /// same, or something that lives was not in the state (PER-3).
    #[must_use]
    pub fn reloading(mut self) -> Self {
        self.reloads = true;
        self
    }

    /// Changes how many steps may happen at one moment before [`VirtualRun::settle`] gives up.
    pub fn set_step_limit(&mut self, steps: u64) {
        self.step_limit = steps;
    }

    /// Bytes arrive at a receive location, now.
    pub fn submit(&mut self, location: &str, body: impl Into<Arc<[u8]>>) {
        self.submit_with(location, body, Vec::new());
    }

    /// As [`VirtualRun::submit`], with adapter properties such as `FILE.ReceivedFileName`.
    pub fn submit_with(
        &mut self,
        location: &str,
        body: impl Into<Arc<[u8]>>,
        properties: Vec<(Name, String)>,
    ) {
        self.step(InputKind::Received { location: Name::new(location), body: body.into(), properties });
    }

    /// An operator acts, now.
    pub fn operate(&mut self, operation: Operation) {
        self.step(InputKind::Operate(operation));
    }

    /// Any input, now.
    pub fn step(&mut self, kind: InputKind) {
        self.take(Act::Input(Box::new(kind)));
    }

    /// Notes an act and does it; false for a control that could not be obeyed.
    pub(super) fn take(&mut self, act: Act) -> bool {
        if let (Act::Pass(_), Some(Act::Pass(_))) = (&act, self.acts.last()) {
            self.acts.pop();
        }
        self.acts.push(act.clone());
        self.act(act)
    }

    fn act(&mut self, act: Act) -> bool {
        let drawn = matches!(act, Act::Turn(_) | Act::Partner | Act::Tick | Act::Late);
        if drawn && let Some(random) = &mut self.random {
            random.next_u64();
        }
        match act {
            Act::Pass(at) => self.now = self.now.max(at),
            Act::Turn(pick) => self.feed(InputKind::Turn { pick: pick as usize }),
            Act::Tick => self.feed(InputKind::Tick),
            Act::Partner => {
                if let Some(action) = self.partners.next_action(self.now) {
                    self.feed(match action {
                        Action::Receive { location, body, properties } => {
                            InputKind::Received { location, body, properties }
                        }
                        Action::Respond { id, body, properties } => {
                            InputKind::Responded { id, body, properties }
                        }
                        Action::Fail { id, error } => InputKind::TransmitFailed { id, error },
                    });
                }
            }
            Act::Late => {
                match self.late.pop_first() {
                    Some((_, Late::Input(kind))) => self.feed(kind),
                    Some((_, Late::Transmission(transmission))) => {
                        // That a one-way adapter took it was told when it did.
                        let tells = transmission.two_way;
                        let outcome = self.transmit(self.now, *transmission).filter(|_| tells);
                        outcome.into_iter().for_each(|kind| self.input(kind));
                        self.perform();
                    }
                    None => {}
                }
            }
            Act::Input(kind) => {
                let operates = matches!(*kind, InputKind::Operate(_));
                self.feed(*kind);
                if operates {
                    self.partners.follow_locations(self.run.engine());
                }
            }
            Act::Control(control) => {
                self.partners.pass(self.now);
                return acts::control(&mut self.partners, &control.0, &control.1);
            }
            Act::Fail(failing) => {
                let address = normalize(&failing.0);
                match failing.1 {
                    Some(error) => self.failing.insert(address, error),
                    None => self.failing.remove(&address),
                };
            }
        }
        true
    }

    fn feed(&mut self, kind: InputKind) {
        self.input(kind);
        self.perform();
    }

    /// Offers an input to the engine, with what was changed of it.
    fn input(&mut self, kind: InputKind) {
        let number = self.offered;
        self.offered += 1;
        if self.changes.is_empty() {
            return self.apply(kind);
        }
        let mut kinds = vec![kind];
        for fault in self.changes.get(&number).cloned().unwrap_or_default() {
            let Some(kind) = kinds.pop() else { break };
            if !fault.fits(&kind) {
                kinds.push(kind);
                continue;
            }
            match fault {
                Fault::Drop => {}
                Fault::Delay(span) => {
                    self.late.insert((self.now.plus(span), number), Late::Input(kind));
                }
                Fault::Duplicate => kinds.extend([kind.clone(), kind]),
                Fault::Replace(body) => kinds.push(acts::with_body(kind, |_| body)),
                Fault::Corrupt => kinds.push(acts::with_body(kind, acts::half)),
                Fault::Sent { id, fault } => {
                    self.spoilt.insert(id, *fault);
                    kinds.push(kind);
                }
                Fault::FailPort { address, error } => {
                    self.failing.insert(normalize(&address), error);
                    kinds.push(kind);
                }
                Fault::Before(before) => {
                    self.apply(*before);
                    self.partners.follow_locations(self.run.engine());
                    kinds.push(kind);
                }
            }
        }
        kinds.into_iter().for_each(|kind| self.apply(kind));
        self.numbers.push((self.run.step_count(), self.offered));
        self.numbers.dedup_by_key(|(step, _)| *step);
    }

    fn apply(&mut self, kind: InputKind) {
        let at = self.now;
        let first = self.run.last_seq();
        self.run.step(Input { at, kind });
        if !self.watches.is_empty() {
            self.look(first);
        }
        let events = self.run.events_after(first);
        let persisted = events.iter().any(|e| matches!(e.kind, EventKind::PersistencePoint { .. }));
        if !self.reloads || !persisted {
            return;
        }
        self.unwritten_points += 1;
        let crowd = self.run.engine().instance_count();
        if crowd <= CROWD || self.unwritten_points >= crowd {
            self.unwritten_points = 0;
            self.unwritten = self.unwritten.take().or(self.run.reload().err());
        }
    }

    /// Transmissions to this address, where `*` stands for any text, fail with `error` from now on; `None` ends it.
    pub fn fail(&mut self, address: &str, error: Option<&str>) {
        self.take(Act::Fail(Box::new((address.to_owned(), error.map(str::to_owned)))));
    }

    /// Shows the events of a step to the watches.
    fn look(&mut self, after: u64) {
        let origin = self.run.start();
        let program = Some(&**self.run.engine().program());
        for event in self.run.events_after(after) {
            for (watch, waiting) in self.watches.iter_mut().enumerate() {
                if waiting.stops(&EventFacts { event, origin, program }) && self.halted.is_none() {
                    self.halted = Some(Halt { watch, seq: event.seq });
                }
            }
        }
    }

    /// What was delivered to an address, in order. A FILE address has its macros unexpanded.
    pub fn sent(&self, address: &str) -> &[Sent] {
        self.sent.get(&normalize(address)).map_or(&[], Vec::as_slice)
    }

    /// What a two-way receive location answered its callers, in order (RX-13).
    pub fn replies(&self, location: &str) -> &[Reply] {
        self.replies.get(&Name::new(location)).map_or(&[], Vec::as_slice)
    }

    /// Everything delivered, by address.
    pub fn all_sent(&self) -> &BTreeMap<String, Vec<Sent>> {
        &self.sent
    }

    /// Takes one step at the present moment; false when nothing can happen before time passes.
    pub fn step_once(&mut self) -> bool {
        let open = self.open();
        let choices = open.count();
        if choices == 0 || self.halted.is_some() {
            return false;
        }
        // Drawn when the act is done, so that doing it again draws the same.
        let choice = self
            .random
            .as_ref()
            .map_or(0, |random| usize::try_from(random.clone().next_u64() % choices as u64).unwrap_or(0));
        self.take(open.act(choice))
    }

    /// What can happen at the present moment.
    fn open(&self) -> Open {
        Open {
            ready: self.run.engine().ready(),
            partner: self.partners.next_due().is_some_and(|due| due <= self.now),
            timer: self.run.engine().next_due().is_some_and(|due| due <= self.now),
            late: self.late.keys().next().is_some_and(|(due, _)| *due <= self.now),
        }
    }

    /// What could happen next at the present moment: each of these can be taken, the first is who is first in line.
    pub(super) fn choices(&self) -> impl Iterator<Item = Act> + use<> {
        let open = self.open();
        (0..open.count()).map(move |choice| open.act(choice))
    }

    /// Runs until nothing can happen before time passes.
    ///
    /// # Errors
    /// When it never ends (C010): the run stops where it is, and can be looked at or go on. When a reloading run could not
    /// be written.
    pub fn settle(&mut self) -> Result<(), Diagnostic> {
        for _ in 0..self.step_limit {
            if !self.step_once() {
                return self.unwritten.take().map_or(Ok(()), |reason| Err(unwritten(&reason)));
            }
        }
        Err(self.endless(self.step_limit))
    }

    /// That it does not come to rest at one moment of virtual time, with what it is busy with (C010).
    pub(super) fn endless(&self, steps: u64) -> Diagnostic {
        let what = self.run.engine().busy_with();
        let message = format!(
            "{steps} steps at one moment and still busy: {}",
            what.as_deref().unwrap_or("messages go round between ports")
        );
        let help = "Give the receive a filter that its own messages do not pass, or end the loop.";
        Diagnostic::error("L01", message, help)
    }

    /// Lets this much time pass, with everything that happens in it.
    ///
    /// # Errors
    /// As [`VirtualRun::settle`].
    pub fn advance(&mut self, span: TimeSpan) -> Result<(), Diagnostic> {
        let target = self.now.plus(span);
        self.settle()?;
        while let Some(due) = self.next_due().filter(|due| *due <= target && self.halted.is_none()) {
            self.take(Act::Pass(due));
            self.settle()?;
        }
        if self.halted.is_none() {
            self.take(Act::Pass(target));
        }
        Ok(())
    }

    /// Lets time pass until nothing more is due, at most `limit`; true when the run became idle.
    ///
    /// # Errors
    /// As [`VirtualRun::settle`].
    pub fn run_until_idle(&mut self, limit: TimeSpan) -> Result<bool, Diagnostic> {
        let end = self.now.plus(limit);
        self.settle()?;
        while let Some(due) = self.next_due() {
            if due > end {
                self.take(Act::Pass(end));
                return Ok(false);
            }
            self.take(Act::Pass(due));
            self.settle()?;
            if self.halted.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Lets time pass up to `until`, never back, and at most to the next thing due; what is due then has not
    /// happened yet. For drivers that take single steps.
    pub fn pass(&mut self, until: DateTime) {
        let until = self.next_due().map_or(until, |due| due.min(until));
        self.take(Act::Pass(until));
    }

    /// Rows of a database of the SQL adapter, a line each: the values with blanks between.
    ///
    /// # Errors
    /// One sentence, when there is no such database or it does not understand the query.
    pub fn rows(&self, database: &str, query: &str) -> Result<Vec<String>, String> {
        let ports = &self.engine().program().application.bindings.send_ports;
        let mut transports = ports.iter().flat_map(|port| port.primary.iter().chain(&port.backup));
        if !transports.any(|transport| same_database(&transport.address, database)) {
            return Err(format!("no send port sends to {database}; write the address of one"));
        }
        self.databases.rows(database, query)
    }

    /// Takes the captured transmissions away, so that a long run does not keep them all.
    pub fn take_sent(&mut self) -> BTreeMap<String, Vec<Sent>> {
        std::mem::take(&mut self.sent)
    }

    /// True when nobody waits for a time, an answer or something held up: only what comes from outside goes on.
    pub(super) fn is_at_end(&self) -> bool {
        let timers = &self.run.engine().core().timers;
        timers.is_empty() && self.partners.next_due().is_none() && self.late.is_empty()
    }

    /// When the next thing happens if nobody acts.
    pub fn next_due(&self) -> Option<DateTime> {
        let late = self.late.keys().next().map(|(due, _)| *due);
        [self.run.engine().next_due(), self.partners.next_due(), late].into_iter().flatten().min()
    }

    /// Does acts again that another run of the program did; see [`VirtualRun::acts`].
    #[must_use]
    pub fn replayed(mut self, changes: &[Change], acts: &[Act]) -> Self {
        for change in changes {
            self.changes.entry(change.input).or_default().push(change.fault.clone());
        }
        for act in acts {
            self.take(act.clone());
        }
        self
    }

    /// The journal, one line an event, times from the start.
    pub fn journal_text(&self) -> String {
        self.run.text()
    }

    /// Plays the adapters: a transmission has its outcome at once, except where a partner answers later.
    fn perform(&mut self) {
        let mut effects = self.run.take_effects();
        while !effects.is_empty() {
            for (at, effect) in effects {
                match effect {
                    Effect::Transmit(transmission) => {
                        if let Some(kind) = self.transmit(at, transmission) {
                            self.input(kind);
                        }
                    }
                    Effect::Reply(reply) => self.replies.entry(reply.location).or_default().push(reply),
                    Effect::Log { .. } => {}
                }
            }
            effects = self.run.take_effects();
        }
    }

    /// Hands a transmission to its adapter, with what happens to it on its way.
    fn transmit(&mut self, at: DateTime, mut transmission: Transmission) -> Option<InputKind> {
        let id = transmission.id;
        let taken = (!transmission.two_way).then_some(InputKind::Transmitted { id });
        match self.spoilt.remove(&id) {
            Some(Fault::Drop) => return taken,
            Some(Fault::Delay(span)) => {
                let late = Late::Transmission(Box::new(transmission));
                self.late.insert((at.plus(span), self.offered), late);
                return taken;
            }
            Some(Fault::Duplicate) => {
                // Its outcome is that of the second.
                let _ = self.deliver(at, transmission.clone());
            }
            Some(Fault::Replace(body)) => transmission.body = body,
            Some(Fault::Corrupt) => transmission.body = acts::half(&transmission.body),
            Some(Fault::FailPort { .. } | Fault::Sent { .. } | Fault::Before(_)) | None => {}
        }
        self.deliver(at, transmission)
    }

    fn deliver(&mut self, at: DateTime, transmission: Transmission) -> Option<InputKind> {
        let (id, address) = (transmission.id, normalize(&transmission.address));
        let failing = self.failing.iter().find(|(pattern, _)| WildMatch::new(pattern).matches(&address));
        if let Some((_, error)) = failing {
            return Some(InputKind::TransmitFailed { id, error: error.clone() });
        }
        let (two_way, played) = (transmission.two_way, self.partners.plays(&transmission));
        if !played && transmission.transport.eq_ignore_ascii_case("SQL") {
            return Some(match self.databases.perform(&transmission, at, true) {
                Ok(answer) => {
                    self.sent.entry(address).or_default().push(Sent { at, transmission });
                    let body = answer.into_bytes().into();
                    if two_way {
                        InputKind::Responded { id, body, properties: Vec::new() }
                    } else {
                        InputKind::Transmitted { id }
                    }
                }
                Err(error) => InputKind::TransmitFailed { id, error },
            });
        }
        if two_way && !played {
            let error = format!("no partner answers at {address}; add one that replies to partners.ron");
            return Some(InputKind::TransmitFailed { id, error });
        }
        if played {
            self.partners.deliver(self.now, &transmission);
        }
        self.sent.entry(address).or_default().push(Sent { at, transmission });
        (!two_way).then_some(InputKind::Transmitted { id })
    }
}

fn unwritten(reason: &str) -> Diagnostic {
    let help = "This is a defect of Orchestrion: please report it with the application.";
    Diagnostic::error("L07", format!("the state of the run cannot be written and read back: {reason}"), help)
}

mod forks;
#[cfg(test)]
mod tests;
