//! Plays an application in virtual time, a bounded piece at a time. No thread and no channel, so that tests can
//! drive it; [`super::worker`] gives it a thread.

use super::tracker::{Summary, Tracker, Watched};
use crate::diagnostic::Diagnostic;
use crate::engine::{Breakpoint, Event, EventKind, InstanceChange, InstanceId, Operation};
use crate::host::partners::PartnerState;
use crate::journal::Stride;
use crate::lab::VirtualRun;
use crate::message::{BTS, DateTime, Name, TimeSpan, format_value};
use crate::model::{Application, PartnerControl};
use crate::program::Program;
pub use back::Explanation;
use back::Past;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Events the record keeps, and with them what can be looked up of ended instances.
const KEPT: usize = 20_000;
/// Most events handed over at once; beyond, the oldest are left out and counted.
const HANDED: usize = 4_000;
/// Steps at one moment of virtual time that count as an endless loop (C010).
const STEP_LIMIT: u64 = 100_000;
/// Virtual seconds a wall second.
pub const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=64.0;

/// What the studio asks of the run.
#[derive(Clone, Debug)]
pub enum Command {
    /// Compiles the application and starts it from the beginning.
    Load(Arc<Application>),
    /// Starts the loaded application from the beginning.
    Restart,
    Play,
    Pause,
    Speed(f64),
    /// Pauses and takes one turn, or lets time pass to the next one.
    Turn,
    /// Pauses and runs everything of the next moment at which something happens.
    Moment,
    /// Bytes arrive at a receive location.
    Send {
        location: String,
        body: Arc<[u8]>,
        file: Option<String>,
    },
    Operate(Operation),
    /// Starts or stops a simulated partner.
    Partner {
        name: String,
        running: bool,
    },
    /// The instance to show in full.
    Watch(Option<InstanceId>),
    /// Pauses and shows everything as it was after an event.
    Seek(u64),
    /// Pauses and goes from the moment shown to the next of a kind, or back to the one before.
    Stride {
        to: Stride,
        forward: bool,
    },
    /// Shows the present again.
    Now,
    /// Explains what is shown, whenever the clock stands.
    Explain(bool),
    /// Sets the breakpoint before a shape of an orchestration, or takes it away.
    ToggleBreakpoint {
        orchestration: Name,
        shape: Name,
    },
    /// Lets everything go on that a breakpoint holds.
    Continue,
}

/// How the clock of the run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Clock {
    /// Virtual time since the start.
    pub elapsed: TimeSpan,
    pub playing: bool,
    pub speed: f64,
    /// Slower than asked for: the engine is at its limit.
    pub behind: bool,
}

/// What became of a command that a person waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A message went in; these came of it.
    Sent {
        published: usize,
        instances: Vec<InstanceId>,
    },
    Refused(Diagnostic),
    Done(String),
}

/// Everything that changed since the last update; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// Grows with each load and restart.
    pub run: u64,
    pub start: DateTime,
    pub clock: Clock,
    /// Set when nothing can run.
    pub broken: Arc<[Diagnostic]>,
    pub events: Vec<Event>,
    /// Events left out before `events`.
    pub skipped: u64,
    /// Those alive before those that ended, newest first.
    pub instances: Arc<[Summary]>,
    /// Alive and ended, beyond what `instances` lists too.
    pub alive: usize,
    pub ended: u64,
    /// Number of instances that wait at a shape, by orchestration and shape id.
    pub waiting: Arc<BTreeMap<(Name, Name), u32>>,
    pub watched: Option<Arc<Watched>>,
    pub partners: Arc<[PartnerState]>,
    pub answers: Vec<Answer>,
    /// The event after which everything is shown; `None` is the present.
    pub past: Option<u64>,
    /// That event is inside a step.
    pub amid: bool,
    pub why: Option<Arc<Explanation>>,
    pub breakpoints: Arc<[Breakpoint]>,
    /// Instances that stand at a breakpoint.
    pub held: Vec<InstanceId>,
    pub program: Option<Arc<Program>>,
}

#[derive(Debug, Default)]
pub struct Player {
    program: Option<Arc<Program>>,
    run: Option<VirtualRun>,
    runs: u64,
    broken: Arc<[Diagnostic]>,
    clock: Clock,
    tracker: Tracker,
    /// Events handed to the tracker.
    seen: u64,
    steps_at_moment: u64,
    last: Option<Instant>,
    /// Virtual time owed that is smaller than a tick of the clock.
    owed: f64,
    events: Vec<Event>,
    skipped: u64,
    answers: Vec<Answer>,
    partners: Arc<[PartnerState]>,
    watched: Option<InstanceId>,
    past: Option<Past>,
    /// What was known after some events, to know it again quickly after others.
    marks: Vec<(u64, Tracker)>,
    explains: bool,
    why: Option<Arc<Explanation>>,
    /// Set by the person; they hold from run to run.
    breakpoints: Vec<Breakpoint>,
}

impl Player {
    pub fn new() -> Self {
        Self { clock: Clock { speed: 1.0, ..Clock::default() }, ..Self::default() }
    }

    pub fn obey(&mut self, command: Command, now: Instant) {
        match command {
            Command::Load(application) => self.load(&application),
            Command::Restart => self.restart(),
            Command::Play => {
                self.now();
                self.clock.playing = self.run.is_some();
                self.last = Some(now);
            }
            Command::Pause => self.clock.playing = false,
            Command::Speed(speed) => self.clock.speed = speed.clamp(*SPEEDS.start(), *SPEEDS.end()),
            Command::Turn => {
                self.clock.playing = false;
                if self.past.is_some() {
                    return self.stride(&Stride::Turn, true);
                }
                self.turn();
            }
            Command::Moment => {
                self.clock.playing = false;
                if self.past.is_some() {
                    return self.next_moment();
                }
                self.moment();
            }
            Command::Send { location, body, file } => {
                self.now();
                self.send(&location, body, file);
            }
            Command::Operate(operation) => {
                self.now();
                if let Some(run) = &mut self.run {
                    run.operate(operation);
                }
                self.follow();
            }
            Command::Partner { name, running } => {
                self.now();
                if let Some(run) = &mut self.run {
                    let control = if running { PartnerControl::Start } else { PartnerControl::Stop };
                    run.control(&name, &control);
                }
                self.follow();
            }
            Command::Watch(id) => self.watch(id),
            Command::Seek(seq) => self.seek(seq),
            Command::Stride { to, forward } => self.stride(&to, forward),
            Command::Now => self.now(),
            Command::Explain(on) => self.explains = on,
            Command::ToggleBreakpoint { orchestration, shape } => {
                self.toggle_breakpoint(orchestration, shape);
            }
            Command::Continue => self.go_on(),
        }
    }

    fn load(&mut self, application: &Application) {
        self.run = None;
        self.program = None;
        match Program::compile(application) {
            Ok((program, _)) => {
                self.broken = Arc::default();
                self.program = Some(program);
            }
            Err(all) => {
                self.broken = all.into();
                self.clock.playing = false;
            }
        }
        self.restart();
    }

    fn restart(&mut self) {
        self.runs += 1;
        self.tracker = Tracker::default();
        self.past = None;
        self.marks.clear();
        self.why = None;
        self.watched = None;
        self.seen = 0;
        self.steps_at_moment = 0;
        self.owed = 0.0;
        self.events.clear();
        self.skipped = 0;
        self.partners = Arc::default();
        let Some(program) = &self.program else { return };
        let start = DateTime::from_civil(jiff::civil::date(2026, 1, 1).at(9, 0, 0, 0)).unwrap_or_default();
        self.run = Some(VirtualRun::with_program(Arc::clone(program), 0, start).bounded(KEPT));
        self.set_breakpoints();
        self.follow();
    }

    /// Plays the wall time since the last call, for at most `budget`. True when something happened.
    pub fn play(&mut self, now: Instant, budget: Duration) -> bool {
        let last = self.last.replace(now).unwrap_or(now);
        if !self.clock.playing {
            return false;
        }
        let Some(run) = &self.run else { return false };
        let before = run.run().last_seq();
        let seconds = now.saturating_duration_since(last).as_secs_f64().min(0.25) * self.clock.speed;
        let ticks = seconds * TimeSpan::TICKS_PER_SECOND as f64 + self.owed;
        self.owed = ticks.fract();
        let target = run.now().plus(TimeSpan(ticks as i64));
        self.clock.behind = !self.run_to(target, now + budget);
        self.follow();
        self.run.as_ref().is_some_and(|run| run.run().last_seq() != before)
    }

    /// Runs up to `target`; false when `until` came first.
    fn run_to(&mut self, target: DateTime, until: Instant) -> bool {
        loop {
            if self.steps_at_moment % 64 == 63 && Instant::now() >= until {
                return false;
            }
            let Some(run) = &mut self.run else { return true };
            if run.step_once() {
                self.steps_at_moment += 1;
                if self.steps_at_moment >= STEP_LIMIT {
                    self.endless();
                    return true;
                }
                continue;
            }
            self.steps_at_moment = 0;
            let due = run.next_due().filter(|due| *due <= target);
            run.pass(due.unwrap_or(target));
            if due.is_none() {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
        }
    }

    fn endless(&mut self) {
        self.clock.playing = false;
        self.steps_at_moment = 0;
        let message = format!(
            "{STEP_LIMIT} steps at one moment and still busy: an orchestration publishes what starts it again, or loops for ever"
        );
        let help = "Give the receive a filter that its own messages do not pass, or end the loop.";
        self.answers.push(Answer::Refused(Diagnostic::error("L01", message, help)));
    }

    fn turn(&mut self) {
        let Some(run) = &mut self.run else { return };
        for _ in 0..STEP_LIMIT {
            let seq = run.run().last_seq();
            if !run.step_once() {
                let Some(due) = run.next_due() else { break };
                run.pass(due);
            }
            if run.run().last_seq() != seq {
                break;
            }
        }
        self.follow();
    }

    fn moment(&mut self) {
        let Some(run) = &mut self.run else { return };
        for _ in 0..STEP_LIMIT {
            let seq = run.run().last_seq();
            let mut steps = 0;
            while steps < STEP_LIMIT && run.step_once() {
                steps += 1;
            }
            if steps >= STEP_LIMIT {
                self.endless();
                break;
            }
            if run.run().last_seq() != seq {
                break;
            }
            let Some(due) = run.next_due() else { break };
            run.pass(due);
        }
        self.follow();
    }

    fn send(&mut self, location: &str, body: Arc<[u8]>, file: Option<String>) {
        let Some(run) = &mut self.run else { return };
        if run.engine().program().location(Name::new(location)).is_none() {
            let message = format!("there is no receive location `{location}`");
            let help = "Choose one of the application's receive locations.";
            self.answers.push(Answer::Refused(Diagnostic::error("L02", message, help)));
            return;
        }
        let before = run.run().last_seq();
        let file = file.map(|name| (Name::new("FILE.ReceivedFileName"), name));
        run.submit_with(location, body, file.into_iter().collect());
        let (mut published, mut instances, mut failed) = (0, Vec::new(), None);
        for event in run.run().events_after(before) {
            match &event.kind {
                // A failed message is published too, to those who subscribe to failures (RF-5).
                EventKind::MessagePublished { message, .. } => {
                    match message.context.get(BTS.error_description) {
                        Some(why) => failed = Some(refused(format_value(why))),
                        None => published += 1,
                    }
                }
                EventKind::RoutingFailed { reason, .. } => {
                    let help = "Add a Receive shape with a matching filter, or start the orchestration that should take it.";
                    failed = Some(Diagnostic::error("L04", reason.clone(), help));
                }
                EventKind::MessageSuspended { reason, .. } if failed.is_none() => {
                    failed = Some(refused(reason.clone()));
                }
                EventKind::Instance { instance, service, change: InstanceChange::Created }
                    if run.engine().program().service_by_name(*service).is_some() =>
                {
                    instances.push(*instance);
                }
                _ => {}
            }
        }
        self.answers.push(match failed {
            Some(why) => Answer::Refused(why),
            None if published == 0 => {
                let message = format!("`{location}` took nothing: it is disabled, or the message was empty");
                let help = "Enable the receive location, or send a message with content.";
                Answer::Refused(Diagnostic::error("L05", message, help))
            }
            None => Answer::Sent { published, instances },
        });
        self.follow();
    }

    /// Takes over what the run recorded since the last call.
    fn follow(&mut self) {
        let Some(run) = &mut self.run else { return };
        run.take_sent();
        let record = run.run();
        let fresh = record.events_after(self.seen);
        for event in fresh {
            self.tracker.follow(event, record.engine().program());
            if event.seq % back::DISTANCE == 0 {
                self.marks.push((event.seq, self.tracker.clone()));
            }
        }
        let forgotten = record.forgotten();
        self.marks.retain(|(seq, _)| *seq >= forgotten);
        self.events.extend_from_slice(fresh);
        self.seen = record.last_seq();
        if self.events.len() > HANDED {
            let over = self.events.len() - HANDED;
            self.events.drain(..over);
            self.skipped += over as u64;
        }
        self.clock.elapsed = run.now().since(record.start());
        let states = run.partners().states();
        if *states != *self.partners {
            self.partners = states.into();
        }
    }

    /// What changed since the last call.
    pub fn update(&mut self) -> Update {
        self.explain();
        let run = self.run.as_ref();
        let mut clock = self.clock;
        let past = self.past.as_ref().map(|past| past.seq);
        let amid = self.past.as_ref().is_some_and(|past| past.amid);
        let tracker = match (&mut self.past, run) {
            (Some(past), Some(run)) => {
                clock.elapsed = past.at.since(run.run().start());
                past.tracker.look(&past.engine, past.amid);
                &past.tracker
            }
            (_, Some(run)) => {
                self.tracker.look(run.engine(), false);
                &self.tracker
            }
            (_, None) => &self.tracker,
        };
        Update {
            run: self.runs,
            start: run.map(|r| r.run().start()).unwrap_or_default(),
            clock,
            broken: Arc::clone(&self.broken),
            past,
            amid,
            why: self.why.clone(),
            breakpoints: self.breakpoints.as_slice().into(),
            held: tracker.held(),
            program: self.program.clone(),
            events: std::mem::take(&mut self.events),
            skipped: std::mem::take(&mut self.skipped),
            instances: tracker.instances(),
            alive: tracker.alive(),
            ended: tracker.ended(),
            waiting: tracker.waiting(),
            watched: tracker.watched(),
            partners: Arc::clone(&self.partners),
            answers: std::mem::take(&mut self.answers),
        }
    }

    pub fn playing(&self) -> bool {
        self.clock.playing
    }

    pub fn behind(&self) -> bool {
        self.clock.playing && self.clock.behind
    }
}

fn refused(reason: String) -> Diagnostic {
    let help = "Correct the message: it must be well-formed XML of a type that has a schema here.";
    Diagnostic::error("L03", reason, help)
}

impl Update {
    /// Makes this the update since the one before `earlier`.
    pub fn after(mut self, earlier: Self) -> Self {
        let mut answers = earlier.answers;
        answers.append(&mut self.answers);
        self.answers = answers;
        if earlier.run != self.run {
            return self;
        }
        let mut events = earlier.events;
        events.append(&mut self.events);
        let over = events.len().saturating_sub(HANDED);
        events.drain(..over);
        self.skipped += earlier.skipped + over as u64;
        self.events = events;
        self
    }
}

mod back;
#[cfg(test)]
mod tests;
