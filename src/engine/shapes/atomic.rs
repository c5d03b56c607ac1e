use super::send::not_published;
use crate::engine::instance::{After, AtomicState, Flow, Frame, Held, Machine, Wait};
use crate::engine::routing::{Outgoing, PublishError};
use crate::engine::{EventKind, PersistenceCause};
use crate::message::{Name, TimeSpan};
use crate::program::{ArgumentSlot, ScopeInfo, ScopeKind, Touched};
use crate::xlang::Raised;
use smallvec::SmallVec;

/// Attempts after the first one (ATM-4).
const RETRIES: u32 = 21;

/// Between attempts, unless the exception says otherwise (ATM-4).
const RETRY_DELAY: TimeSpan = TimeSpan::from_seconds(2);

const RETRY_TRANSACTION: &str = "Microsoft.XLANGs.BaseTypes.RetryTransactionException";
const PERSISTENCE: &str = "Microsoft.XLANGs.BaseTypes.PersistenceException";
const PUBLISH_MESSAGE: &str = "Microsoft.XLANGs.BaseTypes.PublishMessageException";

impl Machine<'_, '_> {
    /// What an atomic scope needs to be undone and run again.
    pub fn begin_atomic(&self, frame: u32, attempts: u32) -> Option<Box<AtomicState>> {
        let before = self.instance.state.frame(frame)?.clone();
        let entry = self.pc().saturating_sub(1);
        Some(Box::new(AtomicState {
            before,
            entry,
            attempts,
            entered: self.step.now(),
            held: Vec::new(),
            consumed: Vec::new(),
            channels: Vec::new(),
        }))
    }

    /// The innermost atomic scope the thread is in, be it one around its Parallel Actions shape.
    pub fn atomic_scope(&mut self) -> Option<&mut AtomicState> {
        let mut at = self.thread;
        loop {
            let thread = self.instance.state.threads.get(at)?;
            if thread.scopes.iter().any(|s| s.atomic.is_some()) {
                break;
            }
            at = usize::try_from(thread.parent.as_ref()?.thread).ok()?;
        }
        let scopes = &mut self.instance.state.threads.get_mut(at)?.scopes;
        scopes.iter_mut().rev().find_map(|s| s.atomic.as_deref_mut())
    }

    /// Sends and starts that were held go out together: all of them, or none when one finds no recipient (ATM-1).
    pub fn publish_all(&mut self, held: impl IntoIterator<Item = Held>) -> Result<(), Raised> {
        let (mut outgoing, mut starts, mut awaited) =
            (SmallVec::<[Outgoing; 1]>::new(), Vec::new(), Vec::new());
        for held in held {
            match held {
                Held::Send { outgoing: message, acknowledgement } => {
                    outgoing.push(message);
                    awaited.extend(acknowledgement);
                }
                Held::Start { service, frame } => starts.push((service, frame)),
            }
        }
        let refuses = |(service, _): &&(u16, Box<Frame>)| !self.step.takes_starts(*service);
        if let Some((refusing, _)) = starts.iter().find(refuses) {
            let name = self.program.service(*refusing).map_or("", |s| s.name.as_str());
            return Err(not_published(&PublishError::NoSubscriber(name.to_owned()).to_string()));
        }
        self.step.publish(outgoing).map_err(|error| not_published(&error.to_string()))?;
        for (service, frame) in starts {
            self.step.start(service, *frame);
        }
        self.await_acknowledgements(awaited);
        Ok(())
    }

    /// Takes back what a failed atomic scope did: what it assigned, and the subscriptions it made. What it held is
    /// never sent (ATM-1, ATM-2).
    pub fn roll_back(&mut self, frame: u32, touched: &Touched, atomic: &mut AtomicState) {
        if let Some(frame) = self.state_mut().frame_mut(frame) {
            for slot in &touched.writes {
                restore(frame, &atomic.before, *slot);
            }
            frame.building.clear();
        }
        for channel in std::mem::take(&mut atomic.channels) {
            self.unsubscribe(channel);
        }
    }

    /// Another attempt at a scope that was rolled back, if the exception asks for one: 2 s later, 21 times (ATM-4).
    /// A message without recipient would find none then either: that goes to the handler at once.
    pub fn retry(
        &mut self,
        info: &ScopeInfo,
        scope: u16,
        atomic: &AtomicState,
        raised: &Raised,
    ) -> Option<After> {
        let types = &self.program.exceptions;
        let is = |name: &str| types.derives(&raised.exception_type, name);
        let no_recipient = is(PUBLISH_MESSAGE)
            || raised
                .inner
                .as_ref()
                .is_some_and(|inner| types.derives(&inner.exception_type, PUBLISH_MESSAGE));
        let again = is(RETRY_TRANSACTION) || (is(PERSISTENCE) && !no_recipient);
        if !again || !matches!(info.kind, ScopeKind::Atomic { retry: true, .. }) {
            return None;
        }
        if atomic.attempts >= RETRIES {
            let reason = format!(
                "The atomic scope failed {} times, last with {}: {}. A resume starts it over",
                atomic.attempts + 1,
                raised.exception_type,
                raised.message
            );
            return Some(self.start_over(atomic, reason));
        }
        self.go_back(atomic);
        let due = self.step.now().plus(raised.delay_for.unwrap_or(RETRY_DELAY));
        self.set_wait(Wait::Enter { scope, not_before: Some(due), attempts: atomic.attempts + 1 });
        let scope = self.service().map_or_else(Name::default, |service| service.scope_id(info));
        self.step.emit(EventKind::ScopeRetry { instance: self.instance.id, scope, due });
        Some(After::Next)
    }

    /// The commit of a distributed transaction that took too long fails; the body was never interrupted
    /// (CONFLICT 2).
    pub fn commit_timed_out(&mut self, info: &ScopeInfo) -> Option<After> {
        let ScopeKind::Atomic { timeout: Some(seconds), .. } = info.kind else { return None };
        let now = self.step.now();
        let scope = self.thread_mut()?.scopes.last_mut()?;
        let limit = TimeSpan::from_seconds(i64::from(seconds));
        scope.atomic.as_ref().filter(|a| now.since(a.entered) > limit)?;
        let frame = scope.frame;
        let mut atomic = scope.atomic.take()?;
        self.roll_back(frame, &info.touched, &mut atomic);
        let reason = format!(
            "The distributed transaction took longer than {seconds} s, so its commit failed. A resume starts it over"
        );
        Some(self.start_over(&atomic, reason))
    }

    /// Suspended before the scope, with a fresh count of attempts (ATM-4).
    fn start_over(&mut self, atomic: &AtomicState, reason: String) -> After {
        self.go_back(atomic);
        self.set_wait(Wait::No);
        self.persist(PersistenceCause::Suspended);
        After::End(Flow::Suspended { reason, resumable: true, restore: false })
    }

    /// Back to where the scope is entered, with the messages it received in the queue again.
    fn go_back(&mut self, atomic: &AtomicState) {
        if let Some(thread) = self.thread_mut() {
            thread.scopes.pop();
        }
        self.set_pc(atomic.entry);
        self.instance.dirty = true;
        for queued in atomic.consumed.iter().rev() {
            let consumed = &mut self.instance.consumed;
            if let Some(at) = consumed.iter().position(|c| c == queued) {
                consumed.remove(at);
            }
            self.instance.queue.insert(0, queued.clone());
        }
    }

    pub fn pc(&self) -> u32 {
        self.instance.state.threads.get(self.thread).map_or(0, |t| t.pc)
    }
}

fn restore(frame: &mut Frame, before: &Frame, slot: ArgumentSlot) {
    match slot {
        ArgumentSlot::Variable(slot) => {
            if let (Some(place), Some(value)) =
                (frame.variables.get_mut(usize::from(slot)), before.variable(slot))
            {
                place.clone_from(value);
            }
        }
        ArgumentSlot::Message(slot) => {
            if let Some(place) = frame.messages.get_mut(usize::from(slot)) {
                *place = before.message(slot).cloned();
            }
        }
        ArgumentSlot::Set(slot) => {
            if let Some(place) = frame.sets.get_mut(usize::from(slot)) {
                *place = before.set(slot).cloned();
            }
        }
        ArgumentSlot::Port(port) => {
            let known = before.port(port).cloned().unwrap_or_default();
            frame.edit_port(port, |state| *state = known);
        }
    }
}
