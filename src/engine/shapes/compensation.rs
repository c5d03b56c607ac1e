use crate::engine::EventKind;
use crate::engine::instance::{Caller, Frame, Machine, Record, exception};
use crate::program::{ScopeInfo, ScopeKind, Service};
use crate::xlang::Raised;

impl<'a> Machine<'a, '_> {
    /// A scope has committed: what it did can be undone from the transaction around it (CMP-4). A scope without
    /// transaction only hands on what was committed inside.
    pub fn committed(&mut self, service: &'a Service, scope: &ScopeInfo, children: Vec<Record>) {
        // What the orchestration's own transaction can undo is for its caller.
        let Some(shape) = scope.shape.filter(|_| scope.kind != ScopeKind::None) else {
            self.keep(children);
            return;
        };
        let Some(frame) = self.frame().map(snapshot) else { return };
        let block = scope.compensation.map(|place| (service.index, place));
        let shape = service.shape_id(shape);
        self.keep(vec![Record { transaction: scope.transaction, shape, block, frame, children }]);
    }

    /// A called transactional orchestration has finished: the caller may compensate it by its identifier (COM-5).
    pub fn call_finished(&mut self, call: u16, mut finished: Frame) {
        let Some(caller) = self.service() else { return };
        let Some(info) = caller.calls.get(usize::from(call)) else { return };
        let Some(callee) = self.program.service(info.service) else { return };
        let children = std::mem::take(&mut finished.children);
        if !callee.transactional {
            self.keep(children);
            return;
        }
        let block = callee.compensation.map(|place| (callee.index, place));
        let shape = caller.shape_id(info.shape);
        let frame = snapshot(&finished);
        self.keep(vec![Record { transaction: info.transaction, shape, block, frame, children }]);
    }

    /// Adds records to the innermost scope of this frame, or to the frame.
    fn keep(&mut self, records: Vec<Record>) {
        let frame = self.frame_id();
        if records.is_empty() {
            return;
        }
        if let Some(scope) = self.thread_mut().and_then(|t| t.scopes.last_mut()).filter(|s| s.frame == frame)
        {
            scope.children.extend(records);
        } else if let Some(frame) = self.frame_mut() {
            frame.children.extend(records);
        }
    }

    /// What can be undone here, and what an open Compensate has still to undo: those of the scope whose handler
    /// runs, else those of the compensation block.
    fn records(&mut self) -> Option<(&mut Vec<Record>, &mut Vec<Record>)> {
        let frame = self.frame_id();
        let thread = self.thread;
        let state = self.state_mut();
        let scopes = state.threads.get_mut(thread)?.scopes.iter_mut();
        match scopes.rev().find(|s| s.frame == frame && s.handling.is_some()) {
            Some(scope) => Some((&mut scope.children, &mut scope.compensating)),
            None => {
                let frame = state.frames.get_mut(usize::try_from(frame).ok()?)?.as_mut()?;
                Some((&mut frame.children, &mut frame.compensating))
            }
        }
    }

    /// Compensate: undoes the named child, every iteration newest first, or all children (COM-1, CMP-3). A
    /// transaction that did not commit, or is undone already, is left alone (CMP-4).
    pub fn compensate(&mut self, transaction: Option<u16>) {
        let next = self.pc();
        self.undo_next(transaction, next);
    }

    /// Undoes one record with a block of its own. The operation runs again while there are more; then the thread
    /// goes on at `done`. False when there was nothing to run.
    fn undo_next(&mut self, transaction: Option<u16>, done: u32) -> bool {
        let again = self.pc().saturating_sub(1);
        let mut records = match self.records() {
            Some((children, rest)) if rest.is_empty() => take(children, transaction),
            Some((_, rest)) => std::mem::take(rest),
            None => return false,
        };
        self.instance.dirty = true;
        while let Some(mut record) = records.pop() {
            let instance = self.instance.id;
            self.step.emit(EventKind::ScopeCompensated { instance, scope: record.shape });
            let Some((service, place)) = record.block else {
                // Default compensation: the children, newest first (COM-1).
                records.append(&mut record.children);
                continue;
            };
            let pc = if records.is_empty() { done } else { again };
            let caller = Caller { frame: self.frame_id(), pc, call: u16::MAX };
            let inner = Frame {
                service,
                caller: Some(caller),
                children: record.children,
                compensates: true,
                ..*record.frame
            };
            if let Some((_, rest)) = self.records() {
                *rest = records;
            }
            let inner = self.state_mut().add_frame(inner);
            if let Some(thread) = self.thread_mut() {
                thread.frame = inner;
                thread.pc = place;
            }
            return true;
        }
        false
    }

    /// No catch block matches: the default handler of the innermost scope undoes its committed children, if it
    /// has any, before the exception goes on (6.5 step 4).
    pub fn default_handler(&mut self, service: &'a Service, raised: &Raised) -> bool {
        let Some(thread) = self.thread_mut() else { return false };
        let Some(scope) = thread.scopes.last_mut().filter(|s| !s.children.is_empty()) else { return false };
        scope.handling = Some(raised.clone());
        thread.pc = service.default_handler;
        true
    }

    /// The default handler: everything undone, newest first, then the exception again.
    pub fn compensate_and_raise(&mut self) -> Result<(), Raised> {
        let again = self.pc().saturating_sub(1);
        if self.undo_next(None, again) {
            return Ok(());
        }
        let frame = self.frame_id();
        let scope = self.thread_mut().and_then(|t| t.scopes.last()).filter(|s| s.frame == frame);
        Err(scope.and_then(|s| s.handling.clone()).unwrap_or_else(|| {
            exception("System.InvalidOperationException", "There is no exception to raise again")
        }))
    }
}

/// Takes the records of one transaction, or all.
fn take(children: &mut Vec<Record>, transaction: Option<u16>) -> Vec<Record> {
    match transaction {
        None => std::mem::take(children),
        Some(slot) => {
            let (taken, left) =
                std::mem::take(children).into_iter().partition(|r| r.transaction == Some(slot));
            *children = left;
            taken
        }
    }
}

/// The frame as of a commit. What it could itself undo, and where it would return to, does not belong to it.
fn snapshot(frame: &Frame) -> Box<Frame> {
    Box::new(Frame {
        children: Vec::new(),
        compensating: Vec::new(),
        caller: None,
        acknowledgements: Default::default(),
        ..frame.clone()
    })
}
