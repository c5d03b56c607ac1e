//! Plays an application in virtual time, a bounded piece at a time. No thread and no channel, so that tests can
//! drive it; [`super::worker`] gives it a thread.

use super::desk::{Desk, Moment};
use super::tracker::Tracker;
use crate::diagnostic::{Diagnostic, counted};
use crate::engine::{Event, EventKind, InstanceChange, InstanceId};
use crate::filter::Filter;
use crate::host::partners::PartnerState;
use crate::journal::export::Format;
use crate::journal::{Stride, filtered};
use crate::lab::scenario::{Kept, Options, Prepared, keep};
use crate::lab::{self, VirtualRun};
use crate::message::{BTS, DateTime, Name, TimeSpan, format_value};
use crate::model::{Application, PartnerControl};
use crate::program::Program;
use back::Past;
pub use brought::Brought;
pub use explain::{Asked, Explanation};
use runs::Runs;
pub use runs::{Comparison, RunInfo, words as span_words};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stops::Errand;
pub use stops::{EventStop, ShapeStop};
pub use talk::{Answer, Clock, Command, FoundRun, Update};

/// Events the record keeps, and with them what can be looked up of ended instances.
const KEPT: usize = 1_000_000;
/// Most events handed over at once: those of a run that plays, so that a frame has little to do however fast it plays,
/// and all that the window keeps once the clock stands.
const HANDED: usize = 4_000;
pub(super) const RECALLED: usize = 20_000;
/// Steps at one moment of virtual time that count as an endless loop (C010).
const STEP_LIMIT: u64 = 100_000;
/// Virtual seconds a wall second.
pub const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=1000.0;

#[derive(Debug, Default)]
pub struct Player {
    program: Option<Arc<Program>>,
    runs: Runs,
    /// How many events are kept at least.
    memory: usize,
    /// Counts what was shown.
    number: u64,
    broken: Arc<[Diagnostic]>,
    clock: Clock,
    tracker: Tracker,
    /// Events handed to the tracker.
    seen: u64,
    steps_at_moment: u64,
    last: Option<Instant>,
    /// Virtual time owed that is smaller than a tick of the clock.
    owed: f64,
    /// The first and the last event that the window has.
    window: (u64, u64),
    /// It lacks earlier ones that it has room for.
    gap: bool,
    answers: Vec<Answer>,
    partners: Arc<[PartnerState]>,
    watched: Option<InstanceId>,
    past: Option<Past>,
    /// What was known after some events, to know it again quickly after others.
    marks: Vec<(u64, Tracker)>,
    narrates: bool,
    /// How often the distance between marks has been doubled.
    spread: u32,
    explains: bool,
    asked: Asked,
    why: Option<Arc<Explanation>>,
    /// The program that tells the values of its texts, and the one it was made for.
    traced: Option<(Arc<Program>, Arc<Program>)>,
    /// Set by the person; they hold from run to run.
    breakpoints: Vec<ShapeStop>,
    stops: Vec<EventStop>,
    errand: Option<Errand>,
    came: Option<InstanceId>,
    desk: Desk,
    kept: Option<Arc<Kept>>,
}

impl Player {
    pub fn new() -> Self {
        Self { memory: KEPT, clock: Clock { speed: 1.0, ..Clock::default() }, ..Self::default() }
    }

    pub fn obey(&mut self, command: Command, now: Instant) {
        match command {
            Command::Load(application) => {
                self.runs.clear();
                self.load(&application);
            }
            Command::Reload(application) => self.load(&application),
            Command::Again(application) => self.again(&application),
            Command::Restart => {
                self.runs.give_way();
                self.restart();
            }
            Command::Play => {
                self.now();
                self.pass_stop();
                self.clock.playing = self.runs.run().is_some();
                self.last = Some(now);
            }
            Command::Pause => {
                self.end_errand();
                self.clock.playing = false;
            }
            Command::Speed(speed) => self.clock.speed = speed.clamp(*SPEEDS.start(), *SPEEDS.end()),
            Command::Turn => {
                self.clock.playing = false;
                if self.past.is_some() {
                    return self.stride(&Stride::Turn, true);
                }
                self.pass_stop();
                self.turn();
            }
            Command::Moment => {
                self.clock.playing = false;
                if self.past.is_some() {
                    return self.next_moment();
                }
                self.pass_stop();
                self.moment();
            }
            Command::Send { location, body, file } => {
                self.now();
                self.send(&location, body, file);
            }
            Command::Operate(operation) => {
                self.now();
                let before = self.runs.run().map_or(0, |run| run.run().last_seq());
                let refused = self.operate(operation.clone()).err();
                let words = self.done(&operation, before);
                let refused = refused
                    .map(|why| Diagnostic::error("L10", why, "Look at its state, and choose what it allows"));
                self.answers.push(refused.map_or(Answer::Done(words), Answer::Refused));
                self.follow();
            }
            Command::OperateAll(operations) => {
                self.now();
                if let Some(run) = self.runs.run_mut() {
                    operations.into_iter().for_each(|operation| run.operate(operation));
                }
                self.follow();
            }
            Command::PlayScenario { application, stem, seed } => {
                self.play_scenario(&application, &stem, seed);
            }
            Command::PlayFound(shown) => {
                self.clock.playing = false;
                self.begin_as(&shown.name, shown.recipe.play());
                self.seek(shown.seq);
                self.answers.push(Answer::Done(shown.words.clone()));
            }
            Command::Keep(name, application) => {
                self.clock.playing = false;
                let run = self.runs.run();
                self.kept = run.map(|run| {
                    let application = application.as_ref().unwrap_or(&run.engine().program().application);
                    Arc::new(keep(run, &name, application))
                });
            }
            Command::List(ask) => self.desk.ask(*ask),
            Command::Preview(bulk) => {
                self.clock.playing &= bulk.is_none();
                if let Some(moment) = moment(self.runs.run(), self.past.as_ref(), &self.tracker) {
                    self.desk.preview(bulk, &moment);
                }
            }
            Command::Partner { name, running } => {
                self.now();
                if let Some(run) = self.runs.run_mut() {
                    let control = if running { PartnerControl::Start } else { PartnerControl::Stop };
                    run.control(&name, &control);
                }
                self.follow();
            }
            Command::Control { name, control } => {
                self.now();
                let done = self.runs.run_mut().is_some_and(|run| run.control(&name, &control));
                if !done {
                    let message = format!("the partner {name} cannot do this");
                    let help = "Give it rules in partners.ron, or choose something else.";
                    self.answers.push(Answer::Refused(Diagnostic::error("L14", message, help)));
                }
                self.follow();
            }
            Command::Watch(id) => self.watch(id),
            Command::Seek(seq) => self.seek(seq),
            Command::Stride { to, forward } => self.stride(&to, forward),
            Command::Now => self.now(),
            Command::Narrate(on) => self.narrates = on,
            Command::Explain(on) => self.explains = on,
            Command::Ask(asked) => self.asked = asked,
            Command::About(message) => self.about(message),
            Command::LastChange(variable) => self.last_change(variable),
            Command::Intervene(operation) => self.intervene(operation),
            Command::ToggleBreakpoint { orchestration, shape } => {
                self.toggle_breakpoint(orchestration, shape);
            }
            Command::SetCondition { breakpoint, filter, hits } => {
                self.set_condition(&breakpoint, &filter, hits);
            }
            Command::SetStops(stops) => self.set_stops(stops),
            Command::RunTo { orchestration, shape } => {
                self.run_to_shape(orchestration, shape);
                self.last = Some(now);
            }
            Command::Continue => {
                self.go_on();
                self.last = Some(now);
            }
            Command::Fork { seq, fault } => self.fork(seq, fault),
            Command::ShowRun(name) => self.show_run(&name),
            Command::RenameRun { name, to } => self.rename_run(&name, &to),
            Command::DiscardRun(name) => self.discard_run(&name),
            Command::Compare(with) => self.runs.compare(with),
            Command::SaveRun(path) => self.save_run(&path),
            Command::Export { format, filter, path } => self.export(format, &filter, &path),
            Command::OpenRun(bytes) => self.open_run(&bytes),
            Command::Film { module, instance, path, dark } => self.film(&module, instance, &path, dark),
        }
    }

    fn film(&mut self, module: &str, instance: Option<InstanceId>, path: &Path, dark: bool) {
        let Some(run) = self.runs.run() else { return };
        let made = lab::film(run.run(), module, instance, dark);
        self.answers.push(match made.map(|film| std::fs::write(path, film)) {
            Ok(Ok(())) => Answer::Done(format!("Filmed {}", path.display())),
            Ok(Err(error)) => {
                let message = format!("{} cannot be written: {error}", path.display());
                Answer::Refused(Diagnostic::error("L13", message, "Choose another file"))
            }
            Err(why) => Answer::Refused(why),
        });
    }

    fn export(&mut self, format: Format, filter: &Filter, path: &Path) {
        let Some(record) = self.runs.run().map(VirtualRun::run) else { return };
        let (program, origin) = (record.engine().program(), record.start());
        let until = self.past.as_ref().map_or(record.last_seq(), |past| past.seq);
        let events = filtered(record.events_until(until), filter, origin, Some(program));
        let mut count = 0;
        let text = format.write(events.inspect(|_| count += 1), origin, program);
        let written = text.and_then(|text| {
            std::fs::write(path, text).map_err(|why| format!("{} cannot be written: {why}", path.display()))
        });
        self.answers.push(match written {
            Ok(()) => Answer::Done(format!("Wrote {} to {}", counted(count, "event"), path.display())),
            Err(why) => Answer::Refused(Diagnostic::error("L11", why, "Choose another file")),
        });
    }

    fn load(&mut self, application: &Application) {
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
        self.watched = None;
        self.errand = None;
        let Some(program) = &self.program else {
            self.runs.hide();
            return self.shown_anew();
        };
        let start = DateTime::from_civil(jiff::civil::date(2026, 1, 1).at(9, 0, 0, 0)).unwrap_or_default();
        let run = VirtualRun::with_program(Arc::clone(program), 0, start).bounded(self.memory);
        self.runs.begin(run);
        self.shown_anew();
    }

    fn play_scenario(&mut self, application: &Application, stem: &str, seed: u64) {
        self.clock.playing = false;
        let prepared = match Prepared::new(application, stem) {
            Ok(prepared) => prepared,
            Err(all) => {
                self.answers.extend(all.into_iter().take(1).map(Answer::Refused));
                return;
            }
        };
        let played = prepared.play(&Options { seed, ..Options::default() });
        let name = application.scenarios.get(stem).map_or(stem, |scenario| &scenario.name);
        self.begin_as(if name.is_empty() { stem } else { name }, played.run);
        let last = self.runs.run().map(|run| run.run().last_seq());
        let failure = played.failures.into_iter().next();
        if let Some(seq) = played.parted.or(last).filter(|_| failure.is_some()) {
            // At what was not expected; what did not come is missing at the end.
            self.seek(seq);
        }
        let passed = || Answer::Done(format!("{stem} passed"));
        self.answers.push(failure.map_or_else(passed, Answer::Refused));
    }

    /// Shows a run that came to be elsewhere, beside the earlier ones.
    fn begin_as(&mut self, name: &str, run: VirtualRun) {
        self.watched = None;
        self.errand = None;
        self.runs.begin_as(name, run);
        self.shown_anew();
    }

    /// Another run is shown than before: everything known of it is read from its record.
    fn shown_anew(&mut self) {
        self.number += 1;
        self.tracker = Tracker::default();
        self.past = None;
        self.marks.clear();
        self.spread = 0;
        self.why = None;
        self.desk.restart();
        self.steps_at_moment = 0;
        self.owed = 0.0;
        self.gap = false;
        self.partners = Arc::default();
        let Some(run) = self.runs.run() else { return };
        // It may never have come to be in this one.
        self.watched = self.watched.filter(|id| id.0 <= run.engine().core().counters.instances);
        self.program = Some(Arc::clone(run.engine().program()));
        self.seen = run.run().forgotten();
        self.window = (self.seen + 1, self.seen);
        self.set_breakpoints();
        self.follow();
        self.watch(self.watched);
    }

    /// Plays the wall time since the last call, for at most `budget`. True when something happened.
    pub fn play(&mut self, now: Instant, budget: Duration) -> bool {
        let last = self.last.replace(now).unwrap_or(now);
        if !self.clock.playing {
            return false;
        }
        let Some(run) = self.runs.run() else { return false };
        let before = run.run().last_seq();
        if self.errand.is_some() {
            self.hurry(now + budget);
        } else {
            let seconds = now.saturating_duration_since(last).as_secs_f64().min(0.25) * self.clock.speed;
            let ticks = seconds * TimeSpan::TICKS_PER_SECOND as f64 + self.owed;
            self.owed = ticks.fract();
            let target = run.now().plus(TimeSpan(ticks as i64));
            self.clock.behind = !self.run_to(target, now + budget);
            self.runs.catch_up(now + budget);
        }
        self.follow();
        self.runs.run().is_some_and(|run| run.run().last_seq() != before)
    }

    /// Runs up to `target`; false when `until` came first.
    fn run_to(&mut self, target: DateTime, until: Instant) -> bool {
        let Some(run) = self.runs.run_mut() else { return true };
        let way = advance(run, target, until, &mut self.steps_at_moment);
        match way {
            Way::There | Way::Late => {}
            Way::Halted(who) => {
                self.clock.playing = false;
                self.follow();
                who.into_iter().for_each(|id| self.show_who_came(id));
            }
            Way::Endless => self.endless(),
        }
        way != Way::Late
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
        let Some(run) = self.runs.run_mut() else { return };
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
        let Some(run) = self.runs.run_mut() else { return };
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
        let Some(run) = self.runs.run_mut() else { return };
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
        let Some(run) = self.runs.run_mut() else { return };
        run.take_sent();
        let record = run.run();
        let fresh = record.events_after(self.seen);
        for event in fresh {
            self.tracker.follow(event, record.engine().program());
            if event.seq % (back::DISTANCE << self.spread) == 0 {
                self.marks.push((event.seq, self.tracker.clone()));
            }
        }
        let forgotten = record.forgotten();
        self.marks.retain(|(seq, _)| *seq >= forgotten);
        while self.marks.len() > back::MARKS {
            self.spread += 1;
            let distance = back::DISTANCE << self.spread;
            self.marks.retain(|(seq, _)| seq % distance == 0);
        }
        self.seen = record.last_seq();
        self.clock.elapsed = run.now().since(record.start());
        let states = run.partners().states();
        if *states != *self.partners {
            self.partners = states.into();
        }
    }

    /// What the window lacks of what happened, and whether it does not go on where that ended. While time passes that is
    /// what is new, as far as a frame can bear it; once it stands, all around the moment shown.
    fn news(&mut self) -> (Vec<Event>, bool) {
        let Some(record) = self.runs.run().map(VirtualRun::run) else { return (Vec::new(), false) };
        let last = record.last_seq();
        let shown = self.past.as_ref().map(|past| past.seq);
        let (first, end) = self.window;
        let (from, until) = match shown {
            _ if self.clock.playing => (end.max(last.saturating_sub(HANDED as u64)), last),
            Some(seq) if seq < first || seq > end => {
                let half = RECALLED as u64 / 2;
                (seq.saturating_sub(half), last.min(seq.saturating_add(half)))
            }
            Some(_) => (end, end),
            None if self.gap => (last.saturating_sub(RECALLED as u64), last),
            None => (end.max(last.saturating_sub(RECALLED as u64)), last),
        };
        let known = record.events_until(from).len();
        let fresh = record.events_until(until).get(known..).unwrap_or_default();
        let (Some(begin), Some(until)) = (fresh.first().map(|e| e.seq), fresh.last().map(|e| e.seq)) else {
            return (Vec::new(), false);
        };
        let anew = begin != end + 1;
        self.gap = if anew { self.clock.playing || until < last } else { self.gap };
        self.window =
            (if anew { begin } else { first.max(until.saturating_sub(RECALLED as u64) + 1) }, until);
        (fresh.to_vec(), anew)
    }

    /// What changed since the last call.
    pub fn update(&mut self) -> Update {
        let (events, anew) = self.news();
        self.explain();
        self.count_stops();
        self.runs.look();
        let mut clock = self.clock;
        let past = self.past.as_ref().map(|past| past.seq);
        let brought = self.runs.brought(past, self.watched, self.clock.playing);
        let told = self.narrates.then(|| self.tell(past)).flatten();
        let amid = self.past.as_ref().is_some_and(|past| past.amid);
        let run = self.runs.run();
        match (&mut self.past, run) {
            (Some(past), Some(run)) => {
                clock.elapsed = past.at.since(run.run().start());
                past.tracker.look(&past.engine, past.amid);
            }
            (_, Some(run)) => self.tracker.look(run.engine(), false),
            (_, None) => {}
        }
        let tracker = self.past.as_ref().map_or(&self.tracker, |past| &past.tracker);
        let moment = moment(run, self.past.as_ref(), &self.tracker);
        let found = moment.map(|moment| self.desk.answer(&moment)).unwrap_or_default();
        Update {
            run: self.number,
            start: run.map(|r| r.run().start()).unwrap_or_default(),
            clock,
            broken: Arc::clone(&self.broken),
            past,
            amid,
            why: self.why.clone(),
            found: Arc::new(found),
            kept: self.kept.take(),
            breakpoints: self.breakpoints.as_slice().into(),
            stops: self.stops.as_slice().into(),
            held: tracker.held(),
            halted: run.and_then(VirtualRun::halted).map(|halt| (halt.watch, halt.seq)),
            came: self.came.take(),
            runs: self.runs.infos(),
            shown: self.runs.shown().to_owned(),
            comparison: self.runs.comparison(),
            brought,
            told,
            program: self.program.clone(),
            events,
            anew,
            instances: tracker.instances(),
            alive: tracker.alive(),
            ended: tracker.ended(),
            waiting: tracker.waiting(),
            watched: tracker.watched(),
            partners: Arc::clone(&self.partners),
            answers: std::mem::take(&mut self.answers),
        }
    }

    /// As [`Player::update`], together with one that was not taken.
    pub fn update_after(&mut self, earlier: Update) -> Update {
        let update = self.update().after(earlier);
        self.gap |= update.anew && self.clock.playing;
        update
    }

    pub fn playing(&self) -> bool {
        self.clock.playing
    }

    /// True when the next update says more even if nothing happens.
    pub fn reading(&self) -> bool {
        self.desk.reading()
    }

    pub fn behind(&self) -> bool {
        self.clock.playing && (self.clock.behind || self.errand.is_some())
    }
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// To the time it was to come to.
    There,
    /// There was no more wall time.
    Late,
    /// What happened stopped it, or an instance that came to a breakpoint.
    Halted(Option<InstanceId>),
    /// It does not come to rest at one moment.
    Endless,
}

/// Runs up to `target`, for as long as the wall clock is before `until`. `steps` counts those at one moment.
fn advance(run: &mut VirtualRun, target: DateTime, until: Instant, steps: &mut u64) -> Way {
    loop {
        if *steps % 64 == 63 && Instant::now() >= until {
            return Way::Late;
        }
        let before = run.run().last_seq();
        if run.step_once() {
            *steps += 1;
            if *steps >= STEP_LIMIT {
                return Way::Endless;
            }
            if let Some(id) = stops::breaks(run, before) {
                return Way::Halted(Some(id));
            }
            continue;
        }
        if run.halted().is_some() {
            return Way::Halted(None);
        }
        *steps = 0;
        let due = run.next_due().filter(|due| *due <= target);
        run.pass(due.unwrap_or(target));
        if due.is_none() {
            return Way::There;
        }
        if Instant::now() >= until {
            return Way::Late;
        }
    }
}

/// The run as it is shown: in the past that is looked at, or now.
fn moment<'a>(
    run: Option<&'a VirtualRun>,
    past: Option<&'a Past>,
    tracker: &'a Tracker,
) -> Option<Moment<'a>> {
    let run = run?;
    let record = run.run();
    Some(match past {
        Some(past) => Moment {
            record,
            engine: &past.engine,
            tracker: &past.tracker,
            until: past.seq,
            past: true,
            now: past.at,
        },
        None => Moment {
            record,
            engine: run.engine(),
            tracker,
            until: record.last_seq(),
            past: false,
            now: run.now(),
        },
    })
}

fn refused(reason: String) -> Diagnostic {
    let help = "Correct the message: it must be well-formed XML of a type that has a schema here.";
    Diagnostic::error("L03", reason, help)
}

mod back;
mod brought;
mod explain;
mod runs;
mod stops;
mod talk;
#[cfg(test)]
mod tests;
