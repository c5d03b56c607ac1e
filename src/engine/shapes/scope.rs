use crate::engine::instance::lifecycle::UNCAUGHT;
use crate::engine::instance::{After, Flow, Machine, ScopeFrame, Wait, exception};
use crate::engine::{EventKind, PersistenceCause};
use crate::message::{BTS, ExceptionValue, Message, Value};
use crate::program::{CatchMatch, Op, ScopeKind, Service};
use crate::xlang::Raised;
use std::sync::Arc;

impl<'a> Machine<'a, '_> {
    /// Enters a scope; waits while an attempt is not due or another branch uses its data.
    pub fn enter_scope(&mut self, service: &'a Service, scope: u16, frame: u32) -> Result<After, Raised> {
        let Some(info) = service.scopes.get(usize::from(scope)) else { return Ok(After::Next) };
        let mut attempts = 0;
        if let Some(Wait::Enter { not_before, attempts: failed, .. }) =
            self.thread_mut().map(|t| t.wait.clone())
        {
            if not_before.is_some_and(|at| at > self.step.now()) {
                return Ok(After::Wait);
            }
            attempts = failed;
        }
        if self.contended(info, frame) {
            self.set_wait(Wait::Enter { scope, not_before: None, attempts });
            return Ok(After::Wait);
        }
        self.set_wait(Wait::No);
        let deadline = match info.kind {
            ScopeKind::LongRunning { timeout: Some(code) } => {
                let due = self.deadline(service, code)?;
                // Zero seconds mean no time-out (LRT-3).
                (due > self.step.now()).then_some(due)
            }
            _ => None,
        };
        let atomic = match info.kind {
            ScopeKind::Atomic { .. } => self.begin_atomic(frame, attempts),
            _ => None,
        };
        if let Some(transaction) = info.transaction
            && let Some(frame) = self.frame_mut()
        {
            frame.committed.retain(|t| *t != transaction);
        }
        if let Some(thread) = self.thread_mut() {
            thread.scopes.push(ScopeFrame {
                scope,
                frame,
                handling: None,
                deadline,
                acknowledgements: Vec::new(),
                children: Vec::new(),
                compensating: Vec::new(),
                atomic,
            });
        }
        Ok(After::Next)
    }

    /// Normal end of a scope: held sends go out (ATM-1), then acknowledgements are awaited (DN-2), then it
    /// commits.
    pub fn leave_scope(&mut self, service: &'a Service, scope: u16) -> Result<After, Raised> {
        let Some(info) = service.scopes.get(usize::from(scope)) else { return Ok(After::Next) };
        if let Some(after) = self.commit_timed_out(info) {
            return Ok(after);
        }
        let held = self
            .thread_mut()
            .and_then(|t| t.scopes.last_mut())
            .and_then(|s| s.atomic.as_deref_mut())
            .map(|a| std::mem::take(&mut a.held));
        if let Some(held) = held {
            self.publish_all(held)?;
        }
        if let After::Wait = self.acknowledge()? {
            return Ok(After::Wait);
        }
        let ended = self.thread_mut().and_then(|t| t.scopes.pop());
        self.committed(service, info, ended.map(|s| s.children).unwrap_or_default());
        if let Some(transaction) = info.transaction
            && let Some(frame) = self.frame_mut()
        {
            frame.committed.push(transaction);
        }
        // The orchestration's own transaction ends with the instance or the call.
        let Some(shape) = info.shape else { return Ok(After::Next) };
        let (instance, scope) = (self.instance.id, service.shape_id(shape));
        self.step.emit(EventKind::ScopeCommitted { instance, scope });
        if info.kind != ScopeKind::None {
            self.persist(PersistenceCause::ScopeEnd);
        }
        Ok(After::Next)
    }

    /// Normal end of a catch block: the scope is over, without a commit (EXC-1).
    pub fn leave_catch(&mut self) {
        if let Some(thread) = self.thread_mut() {
            thread.scopes.pop();
        }
    }

    /// Where the notifications of sends are awaited: the nearest surrounding scope that is not atomic, or the
    /// end of the orchestration (DN-2, DN-4).
    pub fn await_acknowledgements(&mut self, channels: Vec<u32>) {
        if channels.is_empty() {
            return;
        }
        let frame = self.frame_id();
        let scope = self
            .thread_mut()
            .and_then(|t| t.scopes.iter_mut().rev().find(|s| s.atomic.is_none() && s.frame == frame));
        match scope {
            Some(scope) => scope.acknowledgements.extend(channels),
            None => {
                if let Some(frame) = self.frame_mut() {
                    frame.acknowledgements.extend(channels);
                }
            }
        }
    }

    fn awaited(&self) -> Vec<u32> {
        let frame = self.frame_id();
        let scopes =
            self.instance.state.threads.get(self.thread).map(|t| t.scopes.as_slice()).unwrap_or_default();
        match scopes.last().filter(|s| s.frame == frame) {
            Some(scope) => scope.acknowledgements.clone(),
            None => self.frame().map(|f| f.acknowledgements.to_vec()).unwrap_or_default(),
        }
    }

    /// True when the wait for notifications is over: every awaited send has one, or one is negative.
    pub fn acknowledgement_arrived(&self) -> bool {
        let awaited = self.awaited();
        let of = |channel: &u32| self.instance.queue.iter().find(|q| q.channel == *channel);
        awaited.iter().any(|channel| of(channel).is_some_and(|q| is_negative(&q.message)))
            || awaited.iter().all(|channel| of(channel).is_some())
    }

    /// Waits until each awaited send is acknowledged, then takes one notification for each: another of the same send,
    /// bound to a group, is left over (DN-6). A negative one raises DeliveryFailureException with the fault it carries
    /// as inner exception (DN-3, DN-8). The subscriptions end with the scope (SUB-7).
    pub fn acknowledge(&mut self) -> Result<After, Raised> {
        let awaited = self.awaited();
        if !self.acknowledgement_arrived() {
            self.set_wait(Wait::Acknowledgements);
            return Ok(After::Wait);
        }
        self.set_wait(Wait::No);
        let mut failed = None;
        for channel in &awaited {
            let Some(at) = self.instance.queue.iter().position(|q| q.channel == *channel) else { continue };
            let queued = self.instance.queue.remove(at);
            self.instance.dirty = true;
            let negative = is_negative(&queued.message);
            self.step.emit(EventKind::AckConsumed { instance: self.instance.id, negative });
            if negative && failed.is_none() {
                failed = Some(delivery_failure(&queued.message));
            }
            self.instance.consumed.push(queued);
        }
        if let Some(failed) = failed {
            return Err(failed);
        }
        for channel in awaited {
            self.unsubscribe(channel);
        }
        let frame = self.frame_id();
        if let Some(scope) = self.thread_mut().and_then(|t| t.scopes.last_mut()).filter(|s| s.frame == frame)
        {
            scope.acknowledgements.clear();
        } else if let Some(frame) = self.frame_mut() {
            frame.acknowledgements.clear();
        }
        Ok(After::Next)
    }

    /// Depth of the outermost scope whose time is over. A scope that handles an exception has none (LRT-6).
    pub fn expired_scope(&self) -> Option<usize> {
        let now = self.step.core.now;
        let scopes = &self.instance.state.threads.get(self.thread)?.scopes;
        scopes.iter().position(|s| s.handling.is_none() && s.deadline.is_some_and(|d| d <= now))
    }

    /// TimeoutException in the scope at this depth: what runs inside ends without a say (LRT-3, LRT-4).
    pub fn time_out(&mut self, depth: usize) -> After {
        let frames: Vec<u32> = self
            .instance
            .state
            .threads
            .get(self.thread)
            .map(|t| t.scopes.iter().skip(depth).map(|s| s.frame).collect())
            .unwrap_or_default();
        self.drop_scopes(depth + 1);
        self.end_branches(self.thread);
        if let Some(frame) = frames.first() {
            while self.frame_id() != *frame && self.return_to_caller() {}
        }
        if let Some(scope) = self.thread_mut().and_then(|t| t.scopes.last_mut()) {
            scope.deadline = None;
        }
        self.set_wait(Wait::No);
        self.raise(exception(
            "Microsoft.XLANGs.BaseTypes.TimeoutException",
            "The time of the long-running transaction is over",
        ))
    }

    /// The exception algorithm of 6.5: from the innermost scope outwards, through callers, to the instance.
    pub fn raise(&mut self, raised: Raised) -> After {
        let instance = self.instance.id;
        self.step.emit(EventKind::ExceptionThrown {
            instance,
            exception: raised.exception_type.to_string(),
            message: raised.message.clone(),
        });
        self.instance.dirty = true;
        self.set_wait(Wait::No);
        loop {
            let frame = self.frame_id();
            let Some(service) = self.service() else { return After::Wait };
            let top = self.thread_mut().and_then(|t| t.scopes.last()).filter(|s| s.frame == frame);
            let Some((scope, handles)) = top.map(|s| (s.scope, s.handling.is_some())) else {
                if self.leaves_branch() {
                    return self.fail_branch(raised);
                }
                if self.return_to_caller() {
                    continue;
                }
                return self.uncaught(&raised);
            };
            if !handles {
                if let Some(after) = self.abort(service, scope, &raised) {
                    return after;
                }
                if self.catch(service, scope, &raised) || self.default_handler(service, &raised) {
                    return After::Next;
                }
            }
            if let Some(thread) = self.thread_mut() {
                thread.scopes.pop();
            }
        }
    }

    /// Ends the innermost scopes of the thread without a say, so that `keep` are left; atomic ones are rolled back.
    pub fn drop_scopes(&mut self, keep: usize) {
        while let Some(inner) =
            self.thread_mut().filter(|t| t.scopes.len() > keep).and_then(|t| t.scopes.pop())
        {
            let service =
                self.instance.state.frame(inner.frame).and_then(|f| self.program.service(f.service));
            let info = service.and_then(|s| s.scopes.get(usize::from(inner.scope)));
            if let (Some(info), Some(mut atomic)) = (info, inner.atomic) {
                self.roll_back(inner.frame, &info.touched, &mut atomic);
            }
        }
    }

    /// A failed scope. An atomic one is rolled back and may be tried again, which is then what happens next.
    fn abort(&mut self, service: &'a Service, scope: u16, raised: &Raised) -> Option<After> {
        let info = service.scopes.get(usize::from(scope))?;
        let (instance, shape) = (self.instance.id, service.scope_id(info));
        self.step.emit(EventKind::ScopeAborted { instance, scope: shape });
        let frame = self.frame_id();
        let mut atomic = self.thread_mut()?.scopes.last_mut()?.atomic.take()?;
        self.roll_back(frame, &info.touched, &mut atomic);
        self.retry(info, scope, &atomic, raised)
    }

    /// Runs the first catch block that matches, specific types first.
    fn catch(&mut self, service: &'a Service, scope: u16, raised: &Raised) -> bool {
        let Some(info) = service.scopes.get(usize::from(scope)) else { return false };
        let found = info.catches.iter().find(|c| match &c.exception {
            CatchMatch::General => true,
            CatchMatch::Exception(name) => self.program.exceptions.derives(&raised.exception_type, name),
            CatchMatch::Fault { port, operation, fault } => {
                let port = service.port(*port).map_or("", |p| p.name.as_str());
                raised.fault.is_some() && raised.exception_type == format!("{port}.{operation}.{fault}")
            }
        });
        let Some(found) = found else { return false };
        if let Some(frame) = self.frame_mut() {
            if let Some(place) = found.variable.and_then(|slot| frame.variables.get_mut(usize::from(slot))) {
                *place = Value::Exception(Arc::clone(raised));
            }
            if let Some(place) = found.message.and_then(|slot| frame.messages.get_mut(usize::from(slot))) {
                place.clone_from(&raised.fault);
            }
        }
        if let Some(thread) = self.thread_mut() {
            thread.pc = found.target;
            if let Some(top) = thread.scopes.last_mut() {
                top.handling = Some(Arc::clone(raised));
            }
        }
        let (instance, exception) = (self.instance.id, raised.exception_type.to_string());
        self.step.emit(EventKind::ExceptionCaught { instance, exception, scope: found.id });
        true
    }

    /// At the top of a root instance: suspended, from its last persistence point (CONFLICT 1).
    fn uncaught(&mut self, raised: &ExceptionValue) -> After {
        let resumable = !self.program.application.settings.engine.uncaught_non_resumable;
        let reason = format!("{UNCAUGHT}{}: {}", raised.exception_type, raised.message);
        After::End(Flow::Suspended { reason, resumable, restore: true })
    }

    /// Name of the shape a thread is at, for people.
    pub fn at_shape(&self) -> crate::message::Name {
        let Some(service) = self.service() else { return crate::message::Name::default() };
        let thread = self.instance.state.threads.get(self.thread);
        let pc = thread.and_then(|t| usize::try_from(t.pc).ok()).unwrap_or(0);
        let shape = service.ops.get(..=pc).into_iter().flatten().rev().find_map(|op| match op {
            Op::Started(shape) => Some(*shape),
            _ => None,
        });
        shape.map_or(service.name, |s| service.shape_id(s))
    }
}

fn is_negative(acknowledgement: &Message) -> bool {
    acknowledgement.context.get(BTS.ack_type) == Some(&Value::string("NACK"))
}

/// The exception of a negative acknowledgement: its fault is the inner exception (DN-3).
fn delivery_failure(nack: &Arc<Message>) -> Raised {
    let inner = soap_exception(nack);
    Arc::new(ExceptionValue {
        exception_type: "Microsoft.XLANGs.BaseTypes.DeliveryFailureException".into(),
        message: inner.message.clone(),
        inner: Some(inner),
        ..ExceptionValue::default()
    })
}

/// The fault in a negative acknowledgement as an exception (DN-5, DN-8).
pub fn soap_exception(nack: &Arc<Message>) -> Raised {
    let description = nack.context.get(BTS.ack_description).map(crate::message::format_value);
    Arc::new(ExceptionValue {
        exception_type: "System.Web.Services.Protocols.SoapException".into(),
        message: description.unwrap_or_else(|| "The message could not be delivered".into()),
        fault: Some(Arc::clone(nack)),
        ..ExceptionValue::default()
    })
}
