use crate::engine::PersistenceCause;
use crate::engine::instance::{
    After, Caller, Flow, Frame, Held, Machine, ParameterBinding, PortState, exception,
};
use crate::program::{Argument, ArgumentSlot, Service};
use crate::xlang::Raised;

impl<'a> Machine<'a, '_> {
    /// Call Orchestration: the callee runs in this instance, in a frame of its own; the caller waits (1.13).
    ///
    /// # Errors
    /// When the callee is running below already: a call graph with a circle would never end (CAL-5).
    pub fn call(&mut self, service: &'a Service, call: u16) -> Result<(), Raised> {
        let Some(info) = service.calls.get(usize::from(call)) else { return Ok(()) };
        let Some(callee) = self.program.service(info.service) else { return Ok(()) };
        if self.is_running(info.service) {
            let message = format!("{} calls itself through {}", callee.name, service.shape_id(info.shape));
            return Err(exception("System.StackOverflowException", message));
        }
        let frame = self.frame_id();
        let pc = self.instance.state.threads.get(self.thread).map_or(0, |t| t.pc);
        let mut inner = Frame::new(callee, Some(Caller { frame, pc, call }));
        if let Some(outer) = self.frame() {
            for argument in &info.arguments {
                pass(service, outer, &mut inner, argument);
            }
        }
        self.instance.dirty = true;
        let inner = self.state_mut().add_frame(inner);
        if let Some(thread) = self.thread_mut() {
            thread.frame = inner;
            thread.pc = 0;
        }
        self.open_ports();
        Ok(())
    }

    /// True when the running frame is of this service, or called by one that is.
    fn is_running(&self, service: u16) -> bool {
        let caller = |frame: &&Frame| frame.caller.and_then(|c| self.instance.state.frame(c.frame));
        std::iter::successors(self.frame(), caller).any(|f| f.service == service && !f.compensates)
    }

    /// Start Orchestration: an instance of its own; this one goes on at once. A persistence point, except inside an
    /// atomic scope, where it is held (1.17).
    pub fn start_service(&mut self, service: &'a Service, call: u16) -> Result<(), Raised> {
        let Some(info) = service.calls.get(usize::from(call)) else { return Ok(()) };
        let Some(target) = self.program.service(info.service) else { return Ok(()) };
        let mut frame = Frame::new(target, None);
        if let Some(outer) = self.frame() {
            for argument in &info.arguments {
                pass(service, outer, &mut frame, argument);
            }
        }
        self.instance.dirty = true;
        let held = Held::Start { service: target.index, frame: Box::new(frame) };
        if let Some(atomic) = self.atomic_scope() {
            atomic.held.push(held);
            return Ok(());
        }
        self.publish_all(vec![held])?;
        self.persist(PersistenceCause::Start);
        Ok(())
    }

    /// End of a service: back to the caller, or the end of the instance.
    pub fn end(&mut self, _service: &'a Service) -> Result<After, Raised> {
        if let After::Wait = self.acknowledge()? {
            return Ok(After::Wait);
        }
        let caller = self.frame().and_then(|f| f.caller);
        let Some(caller) = caller else {
            return Ok(After::End(Flow::Completed));
        };
        let finished = self.frame().cloned();
        self.return_to_caller();
        if let Some(finished) = finished {
            self.call_finished(caller.call, finished);
        }
        let transaction =
            self.service().and_then(|s| s.calls.get(usize::from(caller.call))).and_then(|c| c.transaction);
        if let (Some(transaction), Some(frame)) = (transaction, self.frame_mut()) {
            frame.committed.push(transaction);
        }
        Ok(After::Next)
    }

    /// Ends the current frame: Ref and Out values go back, in whatever way it ended (CAL-3). False at the root.
    pub fn return_to_caller(&mut self) -> bool {
        let frame = self.frame_id();
        let Some(caller) = self.frame().and_then(|f| f.caller) else { return false };
        let Some(inner) = self.state_mut().remove_frame(frame) else { return false };
        let info = self
            .instance
            .state
            .frame(caller.frame)
            .and_then(|f| self.program.service(f.service))
            .and_then(|s| s.calls.get(usize::from(caller.call)));
        // What a compensation block changed vanishes (VIS-3).
        if let Some(info) = info.filter(|_| !inner.compensates)
            && let Some(outer) = self.state_mut().frame_mut(caller.frame)
        {
            for argument in &info.arguments {
                pass_back(&inner, outer, argument);
            }
        }
        self.instance.dirty = true;
        if let Some(thread) = self.thread_mut() {
            thread.frame = caller.frame;
            thread.pc = caller.pc;
        }
        true
    }
}

fn pass(service: &Service, outer: &Frame, inner: &mut Frame, argument: &Argument) {
    match (argument.from, argument.to) {
        (ArgumentSlot::Variable(from), ArgumentSlot::Variable(to)) if argument.copy_in => {
            if let (Some(value), Some(place)) =
                (outer.variable(from), inner.variables.get_mut(usize::from(to)))
            {
                *place = value.clone();
            }
        }
        (ArgumentSlot::Message(from), ArgumentSlot::Message(to)) if argument.copy_in => {
            if let Some(place) = inner.messages.get_mut(usize::from(to)) {
                *place = outer.message(from).cloned();
            }
        }
        (ArgumentSlot::Set(from), ArgumentSlot::Set(to)) => {
            if let Some(place) = inner.sets.get_mut(usize::from(to)) {
                *place = outer.set(from).cloned();
            }
        }
        (ArgumentSlot::Port(from), ArgumentSlot::Port(to)) => {
            let known = outer.port(from).cloned().unwrap_or_default();
            let binding = known.binding.unwrap_or(ParameterBinding { service: service.index, port: from });
            inner.edit_port(to, |state| *state = PortState { binding: Some(binding), ..known });
        }
        _ => {}
    }
}

fn pass_back(inner: &Frame, outer: &mut Frame, argument: &Argument) {
    match (argument.from, argument.to) {
        (ArgumentSlot::Variable(from), ArgumentSlot::Variable(to)) if argument.copy_out => {
            if let (Some(value), Some(place)) =
                (inner.variable(to), outer.variables.get_mut(usize::from(from)))
            {
                *place = value.clone();
            }
        }
        (ArgumentSlot::Message(from), ArgumentSlot::Message(to)) if argument.copy_out => {
            if let Some(place) = outer.messages.get_mut(usize::from(from)) {
                *place = inner.message(to).cloned();
            }
        }
        // Ports go by reference: what was received on them is known to the caller too.
        (ArgumentSlot::Port(from), ArgumentSlot::Port(to)) => {
            if let Some(passed) = inner.port(to).cloned() {
                outer.edit_port(from, |state| {
                    let binding = state.binding;
                    *state = PortState { binding, ..passed };
                });
            }
        }
        _ => {}
    }
}
