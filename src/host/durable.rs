use super::adapters::{Databases, FileFolder, FileSource, RECEIVED_FILE_NAME, send_file};
use super::address;
use super::partners::{Action, Partners};
use super::recovery::{Performing, recover};
use super::store::{Base, Entry, Header, Store};
use crate::diagnostic::{Diagnostic, counted};
use crate::engine::{Effect, Engine, Event, Input, InputKind, Operation, Transmission};
use crate::journal::Run;
use crate::message::{DateTime, Name};
use crate::program::{Program, receive_locations};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// How often folders are looked at.
const POLL: Duration = Duration::from_millis(200);
/// How long orchestrations run between two looks at the world: an endless loop (C010) starves nobody.
const SLICE: Duration = Duration::from_millis(50);
/// Size at which the log begins anew at a state.
const COMPACT_BYTES: u64 = 16 << 20;
/// Events kept in memory.
const EVENTS: usize = 10_000;

/// How to run an application.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of a new log; `None` draws one.
    pub seed: Option<u64>,
    /// Sets an old log aside.
    pub fresh: bool,
    /// Plays the partners of `partners.ron`.
    pub partners: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: None, fresh: false, partners: true }
    }
}

/// What one round of the host did. Its events are durable.
#[derive(Debug, Default)]
pub struct Round {
    pub events: Vec<Event>,
    pub findings: Vec<Diagnostic>,
    /// False when there was nothing to do.
    pub worked: bool,
}

/// An application running on the wall clock with real files, durably: whatever stops the process, the next host
/// on the same folder goes on as if nothing had happened.
#[derive(Debug)]
pub struct Host {
    folder: PathBuf,
    run: Run,
    partners: Partners,
    store: Store,
    header: Header,
    folders: Vec<FileFolder>,
    databases: Databases,
    last_poll: Option<Instant>,
    quiet_polls: u32,
    /// To hand to an adapter after the next commit.
    queue: Vec<Performing>,
    /// Solicit-response transmissions a partner still has to answer.
    asked: Vec<(DateTime, Transmission)>,
    /// Safely logged, to be deleted; true once a failure to do so has been reported.
    consumed: Vec<(FileSource, bool)>,
    findings: Vec<Diagnostic>,
    seen: u64,
}

impl Host {
    /// Starts the compiled application of `folder`, or goes on where its log ends.
    ///
    /// # Errors
    /// Those of [`Store::open`]; `H01` for a location with no folder in its address; `H14` when the log has
    /// another seed than asked for.
    pub fn start(folder: &Path, program: Arc<Program>, options: &Options) -> Result<Self, Diagnostic> {
        let seed = options.seed.unwrap_or_else(fresh_seed);
        let header = Header { model: fingerprint(&program), seed, start: wall_clock(), base: None };
        let (mut store, recovered) = Store::open(folder, header, options.fresh)?;
        if let Some(seed) = options.seed.filter(|seed| *seed != recovered.header.seed) {
            let message = format!("the log of the last run has seed {}, not {seed}", recovered.header.seed);
            return Err(Diagnostic::error("H14", message, "Leave out --seed, or add --fresh to begin anew."));
        }
        let torn = recovered.torn;
        let mut state = recover(&program, recovered);
        for source in &mut state.consumed {
            source.path = folder.join(&source.path);
        }
        let now = wall_clock().max(state.run.engine().now());
        state.partners.set_all_running(now, options.partners);
        store.append(&Entry::PartnersRunning { at: now, running: options.partners })?;
        let folders = watch(folder, &program, &state.consumed)?;
        make_inboxes(folder, &program);
        let mut host = Self {
            folder: folder.to_owned(),
            seen: if state.resumed { state.run.last_seq() } else { state.run.forgotten() },
            run: state.run.bounded(EVENTS),
            partners: state.partners,
            store,
            header: state.header,
            folders,
            databases: Databases::in_folder(folder),
            last_poll: None,
            quiet_polls: 0,
            queue: state.outstanding,
            asked: Vec::new(),
            consumed: state.consumed.into_iter().map(|source| (source, false)).collect(),
            findings: Vec::new(),
        };
        if state.resumed {
            let message = format!(
                "going on with the run of {}: {} to repeat, {}",
                host.header.start.civil(),
                host.queue.len(),
                counted(host.run.engine().instance_count(), "instance")
            );
            host.findings.push(Diagnostic::information("H15", message, ""));
        }
        if torn > 0 {
            let message = format!(
                "the log ends in {} that were never completed and are dropped",
                counted(usize::try_from(torn).unwrap_or(usize::MAX), "byte")
            );
            host.findings.push(Diagnostic::information("H16", message, ""));
        }
        host.collect();
        Ok(host)
    }

    pub fn engine(&self) -> &Engine {
        self.run.engine()
    }

    pub fn run(&self) -> &Run {
        &self.run
    }

    pub fn partners(&self) -> &Partners {
        &self.partners
    }

    /// An operator acts.
    ///
    /// # Errors
    /// `H13` when the log cannot be written.
    pub fn operate(&mut self, operation: Operation) -> Result<(), Diagnostic> {
        self.input(InputKind::Operate(operation), None)?;
        self.partners.follow_locations(self.run.engine());
        Ok(())
    }

    /// Runs until `stop` is set, or with `until_idle` until nothing is left to do: no file, no message in a
    /// queue with a reader, no timer. `observe` sees every round that had something to say.
    ///
    /// # Errors
    /// `H13` when the log cannot be written: nothing was done that it does not hold.
    pub fn run_until(
        &mut self,
        stop: &AtomicBool,
        until_idle: bool,
        observe: &mut dyn FnMut(&Self, &Round),
    ) -> Result<(), Diagnostic> {
        loop {
            let stopping = stop.load(Ordering::Relaxed);
            let round = self.round()?;
            if !round.events.is_empty() || !round.findings.is_empty() {
                observe(self, &round);
            }
            if stopping || until_idle && !round.worked && self.is_idle() {
                return Ok(());
            }
            if !round.worked {
                std::thread::sleep(self.pause());
            }
        }
    }

    /// Does everything there is to do now, once.
    ///
    /// # Errors
    /// As [`Host::run_until`].
    pub fn round(&mut self) -> Result<Round, Diagnostic> {
        let before = self.run.last_seq();
        let mut worked = self.receive_files()?;
        let now = self.now();
        while let Some(action) = self.partners.next_action(now) {
            worked = true;
            self.act(now, action)?;
        }
        if self.run.engine().next_due().is_some_and(|due| due <= now) {
            self.input(InputKind::Tick, None)?;
        }
        let slice = Instant::now();
        while self.run.engine().ready() > 0 && slice.elapsed() < SLICE {
            worked = true;
            self.input(InputKind::Turn { pick: 0 }, None)?;
        }
        self.store.commit()?;
        self.remove_consumed()?;
        worked |= !self.queue.is_empty();
        // What an outcome leads to is not safe yet: it waits for the commit of the next round.
        for performing in std::mem::take(&mut self.queue) {
            self.perform(performing)?;
        }
        self.store.commit()?;
        if self.store.size() > COMPACT_BYTES {
            self.compact()?;
        }
        let events = self.run.events_after(self.seen).to_vec();
        self.seen = self.run.last_seq();
        worked |= self.seen > before;
        Ok(Round { events, findings: std::mem::take(&mut self.findings), worked })
    }

    /// True when only the outside world can bring new work.
    pub fn is_idle(&self) -> bool {
        self.run.engine().ready() == 0
            && self.queue.is_empty()
            && self.quiet_polls >= 2
            && self.partners.next_due().is_none()
            && self.run.engine().core().timers.is_empty()
    }

    fn pause(&self) -> Duration {
        let engine = self.run.engine().next_due();
        let due = engine.into_iter().chain(self.partners.next_due()).min();
        let span = due.map_or(POLL, |due| {
            Duration::from_micros(u64::try_from(due.since(wall_clock()).0.max(0) / 10).unwrap_or(0))
        });
        span.clamp(Duration::from_millis(1), POLL)
    }

    /// The wall clock, which never goes back.
    fn now(&self) -> DateTime {
        wall_clock().max(self.run.engine().now())
    }

    fn input(&mut self, kind: InputKind, source: Option<FileSource>) -> Result<(), Diagnostic> {
        self.input_at(self.now(), kind, source)
    }

    fn input_at(
        &mut self,
        at: DateTime,
        kind: InputKind,
        source: Option<FileSource>,
    ) -> Result<(), Diagnostic> {
        let input = Input { at, kind };
        self.store.append(&Entry::Input(input.clone(), source))?;
        self.run.step(input);
        self.collect();
        Ok(())
    }

    /// At the time the partners were asked for: a location that was open then must not be closed by now.
    fn act(&mut self, at: DateTime, action: Action) -> Result<(), Diagnostic> {
        match action {
            Action::Receive { location, body, properties } => {
                let input = Input { at, kind: InputKind::Received { location, body, properties } };
                self.store.append(&Entry::Partner(input.clone()))?;
                self.run.step(input);
                self.collect();
                Ok(())
            }
            Action::Respond { id, body, properties } => {
                self.asked.retain(|(_, transmission)| transmission.id != id);
                self.input_at(at, InputKind::Responded { id, body, properties }, None)
            }
            Action::Fail { id, error } => {
                self.asked.retain(|(_, transmission)| transmission.id != id);
                self.input_at(at, InputKind::TransmitFailed { id, error }, None)
            }
        }
    }

    fn collect(&mut self) {
        for (at, effect) in self.run.take_effects() {
            match effect {
                Effect::Transmit(transmission) => {
                    self.queue.push(Performing { at, transmission, repeat: false });
                }
                Effect::Reply(reply) => {
                    let message =
                        format!("{} has answered a request, and nobody can take the answer", reply.location);
                    let help = "FILE and QUEUE are one-way: make its receive port one-way, or send the answer through a send port.";
                    self.findings.push(Diagnostic::warning("H06", message, help));
                }
                Effect::Log { .. } => {}
            }
        }
    }

    /// Hands a transmission to its adapter and feeds the outcome back.
    fn perform(&mut self, Performing { at, transmission, repeat }: Performing) -> Result<(), Diagnostic> {
        let id = transmission.id;
        if self.partners.plays(&transmission) {
            let now = self.now();
            self.partners.deliver(now, &transmission);
            if transmission.two_way {
                self.asked.push((at, transmission));
                return Ok(());
            }
            // The replay delivers at the time of this input, so it must be the same.
            let input = Input { at: now, kind: InputKind::Transmitted { id } };
            self.store.append(&Entry::Input(input.clone(), None))?;
            self.run.step(input);
            self.collect();
            return Ok(());
        }
        let is = |adapter: &str| transmission.transport.eq_ignore_ascii_case(adapter);
        if is("SQL") {
            let kind = match self.databases.perform(&transmission, at, repeat) {
                Err(error) => InputKind::TransmitFailed { id, error },
                Ok(_) if !transmission.two_way => InputKind::Transmitted { id },
                Ok(answer) => {
                    InputKind::Responded { id, body: answer.into_bytes().into(), properties: Vec::new() }
                }
            };
            return self.input(kind, None);
        }
        let outcome = if transmission.two_way {
            Err(format!(
                "nobody answers at {}; add a partner that replies to partners.ron",
                transmission.address
            ))
        } else if is("FILE") {
            send_file(&self.folder, &transmission, at, repeat).map(drop)
        } else {
            let adapter = &transmission.transport;
            Err(format!(
                "there is no adapter “{adapter}” for {}; use FILE, QUEUE or SQL",
                transmission.address
            ))
        };
        let kind = match outcome {
            Ok(()) => InputKind::Transmitted { id },
            Err(error) => InputKind::TransmitFailed { id, error },
        };
        self.input(kind, None)
    }

    fn receive_files(&mut self) -> Result<bool, Diagnostic> {
        if self.last_poll.is_some_and(|last| last.elapsed() < POLL) {
            return Ok(false);
        }
        self.last_poll = Some(Instant::now());
        let mut taken = Vec::new();
        let mut expecting = false;
        let now = self.now();
        let engine = self.run.engine();
        for folder in &mut self.folders {
            if !engine.is_receiving(folder.location, now) {
                continue;
            }
            for found in folder.poll(SystemTime::now(), &mut self.findings) {
                folder.pass(found.source.clone());
                taken.push((folder.location, found));
            }
            expecting |= folder.expects();
        }
        let worked = !taken.is_empty();
        self.quiet_polls = if worked || expecting { 0 } else { self.quiet_polls.saturating_add(1) };
        for (location, found) in taken {
            let name = found.source.path.strip_prefix(&self.folder).unwrap_or(&found.source.path);
            let properties = vec![(Name::new(RECEIVED_FILE_NAME), name.to_string_lossy().into_owned())];
            let kind = InputKind::Received { location, body: found.body.into(), properties };
            let source = self.stored(&found.source);
            self.input_at(now, kind, Some(source))?;
            self.consumed.push((found.source, false));
        }
        Ok(worked)
    }

    /// As the log knows it: relative to the application folder, which may be called or be somewhere else next time.
    fn stored(&self, source: &FileSource) -> FileSource {
        let path = source.path.strip_prefix(&self.folder).unwrap_or(&source.path).to_owned();
        FileSource { path, ..source.clone() }
    }

    /// Deletes files whose input is safe.
    fn remove_consumed(&mut self) -> Result<(), Diagnostic> {
        for (source, reported) in std::mem::take(&mut self.consumed) {
            match source.remove() {
                Ok(()) => {
                    let path = self.stored(&source).path;
                    self.store.append(&Entry::Removed(path))?;
                }
                Err(error) => {
                    if !reported {
                        let path = source.path.display();
                        let message = format!("{path} was received but cannot be deleted: {error}");
                        let help =
                            "Delete it, or correct the permissions of its folder; it is not received again.";
                        self.findings.push(Diagnostic::warning("H05", message, help));
                    }
                    self.consumed.push((source, true));
                }
            }
        }
        Ok(())
    }

    fn compact(&mut self) -> Result<(), Diagnostic> {
        let queued = self.queue.iter().map(|p| (p.at, p.transmission.clone()));
        let mut partners = self.partners.clone();
        // They are among the outstanding, and asked again.
        partners.forget_requests();
        self.header.base = Some(Base {
            core: self.run.engine().core().clone(),
            partners,
            outstanding: queued.chain(self.asked.iter().cloned()).collect(),
            consumed: self.consumed.iter().map(|(source, _)| self.stored(source)).collect(),
        });
        let compacted = self.store.compact(&self.header);
        self.header.base = None;
        compacted
    }
}

fn watch(folder: &Path, program: &Program, consumed: &[FileSource]) -> Result<Vec<FileFolder>, Diagnostic> {
    let mut folders = Vec::new();
    for location in receive_locations(&program.application) {
        if !location.transport.eq_ignore_ascii_case("FILE") {
            continue;
        }
        let mut watched = FileFolder::new(folder, &location)?;
        for source in consumed {
            if source.path.parent() == Some(watched.folder()) {
                watched.pass(source.clone());
            }
        }
        folders.push(watched);
    }
    Ok(folders)
}

/// Makes the folders that receive locations watch inside the application folder, as version control keeps no
/// empty ones. One that vanishes later is reported instead.
fn make_inboxes(folder: &Path, program: &Program) {
    for location in receive_locations(&program.application) {
        if location.transport.eq_ignore_ascii_case("FILE")
            && address::is_relative(&location.address)
            && let Some(parent) = address::file_path(folder, &location.address).parent()
        {
            // What cannot be made is reported when it is looked at.
            let _ = std::fs::create_dir_all(parent);
        }
    }
}

/// Which model and version a log belongs to. Sample messages and scenarios do not count.
fn fingerprint(program: &Program) -> String {
    let mut application = (*program.application).clone();
    application.messages.clear();
    application.scenarios.clear();
    application.vocabulary = Default::default();
    let hash = crc32fast::hash(format!("{application:?}").as_bytes());
    format!("{}/{hash:08x}", env!("CARGO_PKG_VERSION"))
}

fn wall_clock() -> DateTime {
    DateTime::from_timestamp(jiff::Timestamp::now()).unwrap_or_default()
}

/// A seed nobody chose: the standard library seeds its hash maps from the operating system.
fn fresh_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
