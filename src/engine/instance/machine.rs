use super::environment::{Environment, exception};
use super::resident::Before;
use super::state::{Frame, Instance, State, Wait};
use crate::engine::core::Step;
use crate::engine::{EventKind, PersistenceCause};
use crate::message::{DateTime, ExceptionValue, TimeSpan, Value};
use crate::model::Polarity;
use crate::program::{Op, PortBinding, Program, Service};
use crate::xlang::{Env, Raised};
use smallvec::SmallVec;
use std::sync::Arc;

/// Operations an instance may take in one turn before others get theirs: a loop without a wait stays fair.
pub(in crate::engine) const TURN_BUDGET: u32 = 5_000;

/// How a turn ended.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::engine) enum Flow {
    /// All threads wait.
    Blocked,
    /// The budget is used up; there is more to do.
    Yielded,
    Completed,
    /// Stopped before a shape, at a persistence point (DBG-5).
    Breakpoint,
    Terminated(String),
    Suspended {
        reason: String,
        resumable: bool,
        restore: bool,
    },
}

/// What one operation asks the turn to do next.
pub(in crate::engine) enum After {
    Next,
    /// The thread waits; its operation is tried again when something arrives.
    Wait,
    End(Flow),
}

/// Where the state is that a failure goes back to.
#[derive(Debug)]
pub(in crate::engine) enum Kept {
    /// With the instance, or nowhere: it would begin again.
    Elsewhere,
    /// The state of the instance is still the same; it is copied before something changes it.
    AsItIs,
    Packed(Before),
}

/// Runs one instance. The instance is out of its slot meanwhile.
pub(in crate::engine) struct Machine<'a, 'b> {
    pub step: &'a mut Step<'b>,
    pub program: &'a Arc<Program>,
    pub instance: &'a mut Instance,
    /// The thread that runs.
    pub thread: usize,
    /// Channels the operation has made outside any atomic scope.
    pub made: SmallVec<[u32; 4]>,
    kept: Kept,
    budget: u32,
}

impl<'a, 'b> Machine<'a, 'b> {
    pub fn new(
        step: &'a mut Step<'b>,
        program: &'a Arc<Program>,
        instance: &'a mut Instance,
        kept: Kept,
    ) -> Self {
        Self { step, program, instance, thread: 0, made: SmallVec::new(), kept, budget: TURN_BUDGET }
    }

    /// Runs until every thread waits, the instance ends, or the budget is used up. Threads run left to right,
    /// each as far as it goes (PAR-8).
    pub fn run(&mut self) -> Flow {
        self.open_ports();
        let mut first_pass = true;
        loop {
            self.take_own_messages();
            let mut progress = false;
            for thread in 0..self.instance.state.threads.len() {
                self.thread = thread;
                if !self.awake() {
                    continue;
                }
                if first_pass {
                    self.wait_over();
                }
                progress = true;
                match self.run_thread() {
                    After::Next | After::Wait => {}
                    After::End(flow) => return flow,
                }
                if self.budget == 0 {
                    return Flow::Yielded;
                }
            }
            if !progress && self.step.core.to_self.is_empty() {
                return Flow::Blocked;
            }
            first_pass = false;
        }
    }

    /// A wait of an earlier turn is over: the next one at this place may take as long (CONFLICT 11).
    fn wait_over(&mut self) {
        let Some(thread) = self.instance.state.threads.get(self.thread) else { return };
        let Some(service) = self.instance.state.frame(thread.frame).map(|f| f.service) else { return };
        if matches!(thread.wait, Wait::Receive(_) | Wait::Listen { .. }) {
            let waited = self.step.now().since(self.instance.waiting_since);
            self.step.core.waits.record(service, thread.pc, waited);
        }
    }

    /// A frame begins: its self-correlating ports get their token and subscriptions (SCD-5), and its receives follow
    /// the sets it was given (COR-15, CAL-10).
    pub fn open_ports(&mut self) {
        let begins = self.instance.state.threads.get(self.thread).is_some_and(|t| t.pc == 0);
        let Some(service) = self.service().filter(|_| begins) else { return };
        for (port, info) in (0_u16..).zip(&service.ports) {
            if info.binding == PortBinding::SelfCorrelating && info.polarity == Polarity::Implements {
                self.own_token(service, port);
            }
        }
        for (set, _) in (0_u16..).zip(&service.sets) {
            if self.frame().and_then(|f| f.set(set)).is_some() {
                self.follow_set(service, set);
            }
        }
    }

    fn take_own_messages(&mut self) {
        let own = std::mem::take(&mut self.step.core.to_self);
        for (channel, message) in own {
            self.instance.queue.push(super::Queued { channel, message });
        }
    }

    /// True when the thread can go on: nothing to wait for, or what it waits for is there.
    fn awake(&mut self) -> bool {
        if self.expired_scope().is_some() {
            return true;
        }
        let thread = self.instance.state.threads.get(self.thread).filter(|t| !t.ended);
        let Some(thread) = thread else { return false };
        match &thread.wait {
            Wait::No => true,
            Wait::Delay { until, .. } => *until <= self.step.now(),
            Wait::Receive(receive) => self.arrived(*receive),
            Wait::Listen { listen, deadlines } => {
                let due = deadlines.iter().flatten().any(|d| *d <= self.step.now());
                due || self.listen_ready(*listen)
            }
            Wait::Join { .. } => !self.has_branches(),
            Wait::Acknowledgements => self.acknowledgement_arrived(),
            Wait::Enter { scope, not_before, .. } => {
                not_before.is_none_or(|at| at <= self.step.now()) && !self.scope_is_contended(*scope)
            }
        }
    }

    fn run_thread(&mut self) -> After {
        if let Some(depth) = self.expired_scope() {
            self.copy_state();
            if let After::End(flow) = self.time_out(depth) {
                return After::End(flow);
            }
        }
        loop {
            let Some(thread) = self.instance.state.threads.get(self.thread) else { return After::Wait };
            let (frame, pc) = (thread.frame, thread.pc);
            let Some(service) = self.service() else { return After::Wait };
            let Some(op) = usize::try_from(pc).ok().and_then(|pc| service.ops.get(pc)) else {
                return After::Wait;
            };
            if self.budget == 0 {
                return After::Wait;
            }
            self.budget -= 1;
            if let Op::Started(shape) = op
                && self.stops_before(service, *shape, pc)
            {
                let (instance, shape) = (self.instance.id, service.shape_id(*shape));
                self.step.emit(EventKind::BreakpointHit { instance, service: service.name, shape });
                self.persist(PersistenceCause::Breakpoint);
                return After::End(Flow::Breakpoint);
            }
            if self.changes_state(op) {
                self.copy_state();
            }
            self.set_pc(pc + 1);
            let outcome = self.operate(service, op, frame);
            let after = match outcome {
                Ok(after) => after,
                Err(raised) => {
                    self.keep_before(pc);
                    self.raise(raised)
                }
            };
            match after {
                After::Next => {}
                After::Wait => {
                    // Back to the operation that waits, unless an exception moved the thread on.
                    self.set_pc(pc);
                    return After::Wait;
                }
                After::End(flow) => return After::End(flow),
            }
        }
    }

    /// False for what a later run from here would only do again.
    fn changes_state(&self, op: &Op) -> bool {
        match op {
            Op::Started(_) | Op::Completed(_) | Op::Jump(_) => false,
            Op::Receive(_) => !self.instance.queue.is_empty(),
            // The outermost one ends the instance, unless it waits for acknowledgements.
            Op::End => self.frame().is_none_or(|f| f.caller.is_some() || !f.acknowledgements.is_empty()),
            _ => true,
        }
    }

    /// An operation that was to change nothing has failed: what is kept is the state before it.
    fn keep_before(&mut self, pc: u32) {
        if matches!(self.kept, Kept::AsItIs) {
            self.set_pc(pc);
            self.copy_state();
        }
    }

    /// Copies the state that a failure goes back to, before it changes.
    fn copy_state(&mut self) {
        if matches!(self.kept, Kept::AsItIs) {
            self.instance.persisted = Some(Arc::new(self.instance.state.clone()));
            self.kept = Kept::Elsewhere;
        }
    }

    /// The turn is over, and the instance goes on from it some day: what a failure goes back to stays with it.
    pub fn settle(&mut self) {
        match std::mem::replace(&mut self.kept, Kept::Elsewhere) {
            Kept::Elsewhere => {}
            Kept::AsItIs => self.instance.persisted = Some(Arc::new(self.instance.state.clone())),
            Kept::Packed(before) => self.instance.persisted = before.state().map(Arc::new),
        }
    }

    fn operate(&mut self, service: &'a Service, op: &'a Op, frame: u32) -> Result<After, Raised> {
        match op {
            Op::Started(shape) => {
                let shape = service.shape_id(*shape);
                let (instance, service) = (self.instance.id, service.name);
                self.step.emit(EventKind::ShapeStarted { instance, service, shape });
            }
            Op::Completed(shape) => self.completed(service, *shape),
            Op::Initialize { variables, sets, messages } => {
                self.initialize(service, *variables, *sets, *messages)?
            }
            Op::Run(code) => {
                self.instance.dirty = true;
                if let Some(code) = service.code.get(usize::from(*code)) {
                    self.environment(service, |env| code.run(env))?;
                }
            }
            Op::Unless { code, target } => {
                if !self.condition(service, *code)? {
                    self.set_pc(*target);
                }
            }
            Op::Jump(target) => self.set_pc(*target),
            Op::Receive(receive) => return self.receive(service, *receive),
            Op::Send(send) => return self.send(service, *send).map(|()| After::Next),
            Op::Listen(listen) => return self.listen(service, *listen),
            Op::Delay { code, shape } => return self.delay(service, *code, *shape),
            Op::Construct(slots) => {
                if let Some(frame) = self.frame_mut() {
                    frame.building.clear();
                    frame.building.extend(slots.iter().copied());
                }
            }
            Op::Constructed(slots) => self.constructed(service, slots)?,
            Op::Transform(transform) => self.transform(service, *transform)?,
            Op::CallRules(call) => self.call_rules(service, *call)?,
            Op::EnterScope(scope) => return self.enter_scope(service, *scope, frame),
            Op::LeaveScope(scope) => return self.leave_scope(service, *scope),
            Op::LeaveCatch(_) => self.leave_catch(),
            Op::Call(call) => self.call(service, *call)?,
            Op::StartService(call) => self.start_service(service, *call)?,
            Op::Throw(variable) => return Err(self.thrown(*variable)),
            Op::Suspend { code, shape } => {
                let reason = self.text(service, *code, "Suspended by a Suspend shape")?;
                self.completed(service, *shape);
                self.persist(PersistenceCause::Suspended);
                return Ok(After::End(Flow::Suspended { reason, resumable: true, restore: false }));
            }
            Op::Terminate { code, .. } => {
                let reason = self.text(service, *code, "")?;
                return Ok(After::End(Flow::Terminated(reason)));
            }
            Op::Parallel { branches, join } => return self.parallel(branches, *join, frame),
            Op::EndBranch => {
                self.end_branch();
                return Ok(After::Wait);
            }
            Op::Compensate(transaction) => self.compensate(*transaction),
            Op::CompensateAndRaise => self.compensate_and_raise()?,
            Op::EndCompensation => {
                self.return_to_caller();
            }
            Op::End => return self.end(service),
        }
        Ok(After::Next)
    }

    pub fn completed(&mut self, service: &Service, shape: u16) {
        let shape = service.shape_id(shape);
        let (instance, service) = (self.instance.id, service.name);
        self.step.emit(EventKind::ShapeCompleted { instance, service, shape });
    }

    /// Initial values of a scope's variables; its sets and messages start anew, also in a loop (LOP-2).
    fn initialize(
        &mut self,
        service: &'a Service,
        variables: (u16, u16),
        sets: (u16, u16),
        messages: (u16, u16),
    ) -> Result<(), Raised> {
        if let Some(frame) = self.frame_mut() {
            for slot in sets.0..sets.1 {
                if let Some(set) = frame.sets.get_mut(usize::from(slot)) {
                    *set = None;
                }
            }
            for slot in messages.0..messages.1 {
                if let Some(message) = frame.messages.get_mut(usize::from(slot)) {
                    *message = None;
                }
            }
        }
        for slot in variables.0..variables.1 {
            let Some(info) = service.variables.get(usize::from(slot)) else { continue };
            let value = match info.initial.and_then(|c| service.code.get(usize::from(c))) {
                Some(code) => self.environment(service, |env| code.eval(env))?,
                None => info.default.clone(),
            };
            if let Some(frame) = self.frame_mut()
                && let Some(variable) = frame.variables.get_mut(usize::from(slot))
            {
                *variable = value;
            }
        }
        Ok(())
    }

    fn condition(&mut self, service: &'a Service, code: u16) -> Result<bool, Raised> {
        let Some(code) = service.code.get(usize::from(code)) else { return Ok(false) };
        match self.environment(service, |env| code.eval(env))? {
            Value::Bool(flag) => Ok(flag),
            _ => Err(exception("System.InvalidCastException", "A condition did not yield true or false")),
        }
    }

    fn text(&mut self, service: &'a Service, code: Option<u16>, otherwise: &str) -> Result<String, Raised> {
        let Some(code) = code.and_then(|c| service.code.get(usize::from(c))) else {
            return Ok(otherwise.into());
        };
        let value = self.environment(service, |env| code.eval(env))?;
        Ok(crate::message::format_value(&value))
    }

    /// When the code says: a deadline, or a duration from now. The past elapses at once (DLY-1, DLY-3).
    pub fn deadline(&mut self, service: &'a Service, code: u16) -> Result<DateTime, Raised> {
        let now = self.step.now();
        let Some(code) = service.code.get(usize::from(code)) else { return Ok(now) };
        match self.environment(service, |env| code.eval(env))? {
            Value::DateTime(at) => Ok(at),
            Value::TimeSpan(span) => Ok(now.plus(span)),
            number => match crate::message::format_value(&number).parse::<f64>() {
                // A scope's time-out may be a number of seconds (LRT-3); more than a century is none.
                Ok(seconds) if seconds.is_finite() && seconds.abs() < 4.0e9 => {
                    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
                    let ms = (seconds * 1000.0) as i64;
                    Ok(now.plus(TimeSpan::from_millis(ms)))
                }
                _ => Err(exception(
                    "System.InvalidCastException",
                    "A delay needs a DateTime, a TimeSpan or seconds",
                )),
            },
        }
    }

    /// Runs something in the environment of the current frame.
    pub fn environment<T>(
        &mut self,
        service: &'a Service,
        run: impl FnOnce(&mut dyn Env) -> Result<T, Raised>,
    ) -> Result<T, Raised> {
        let id = self.instance.id;
        let Some(frame) = self.instance.state.threads.get(self.thread).map(|t| t.frame) else {
            return Err(exception("System.InvalidOperationException", "The thread has ended"));
        };
        let Some(frame) = self.instance.state.frame_mut(frame) else {
            return Err(exception("System.InvalidOperationException", "The frame has ended"));
        };
        run(&mut Environment::new(self.step, service, frame, id))
    }

    /// A persistence point. With nothing since the last one it merges into that (PER-2).
    pub fn persist(&mut self, cause: PersistenceCause) {
        if self.instance.dirty {
            self.instance.persistence_points += 1;
            self.step.emit(EventKind::PersistencePoint { instance: self.instance.id, cause });
        }
        self.instance.dirty = false;
        self.instance.consumed.clear();
        self.step.drop_acknowledgements(self.instance);
        self.instance.persisted = None;
        self.kept = Kept::AsItIs;
    }

    pub fn state_mut(&mut self) -> &mut State {
        &mut self.instance.state
    }

    pub fn frame_id(&self) -> u32 {
        self.instance.state.threads.get(self.thread).map_or(0, |t| t.frame)
    }

    pub fn frame(&self) -> Option<&Frame> {
        self.instance.state.frame(self.frame_id())
    }

    pub fn frame_mut(&mut self) -> Option<&mut Frame> {
        let frame = self.frame_id();
        self.state_mut().frame_mut(frame)
    }

    pub fn thread_mut(&mut self) -> Option<&mut super::Thread> {
        let thread = self.thread;
        self.state_mut().threads.get_mut(thread)
    }

    pub fn service(&self) -> Option<&'a Service> {
        self.program.service(self.frame()?.service)
    }

    pub fn set_pc(&mut self, pc: u32) {
        if let Some(thread) = self.thread_mut() {
            thread.pc = pc;
        }
    }

    pub fn set_wait(&mut self, wait: Wait) {
        if let Some(thread) = self.thread_mut() {
            thread.wait = wait;
        }
    }

    fn delay(&mut self, service: &'a Service, code: u16, shape: u16) -> Result<After, Raised> {
        let waiting = self.instance.state.threads.get(self.thread).map(|t| t.wait.clone());
        let until = match waiting {
            Some(Wait::Delay { until, .. }) => until,
            _ => {
                self.instance.dirty = true;
                self.deadline(service, code)?
            }
        };
        if until <= self.step.now() {
            self.set_wait(Wait::No);
            return Ok(After::Next);
        }
        self.set_wait(Wait::Delay { until, shape });
        Ok(After::Wait)
    }

    /// Exception of a Throw shape; without a variable the one whose catch block runs (THR-2).
    fn thrown(&self, variable: Option<u16>) -> Raised {
        let Some(slot) = variable else {
            let scopes =
                self.instance.state.threads.get(self.thread).map(|t| t.scopes.as_slice()).unwrap_or_default();
            return scopes.iter().rev().find_map(|s| s.handling.clone()).unwrap_or_else(|| {
                exception("System.InvalidOperationException", "There is no caught exception to throw again")
            });
        };
        match self.frame().and_then(|f| f.variable(slot)) {
            Some(Value::Exception(thrown)) => Arc::clone(thrown),
            Some(Value::Object(object)) => Arc::new(ExceptionValue {
                exception_type: object.type_name.clone(),
                message: format!("Exception of type '{}' was thrown.", object.type_name),
                ..ExceptionValue::default()
            }),
            _ => exception(
                "System.NullReferenceException",
                "The thrown exception object is null: assign it with new in an Expression first",
            ),
        }
    }
}
