use crate::engine::instance::{After, Machine, Parent, Thread, Wait, exception};
use crate::xlang::Raised;

impl Machine<'_, '_> {
    /// Branches become threads that share the frame; this thread goes on when all have ended (PAR-1).
    pub fn parallel(&mut self, branches: &[u32], join: u32, frame: u32) -> Result<After, Raised> {
        let waiting = self.instance.state.threads.get(self.thread).map(|t| t.wait.clone());
        if let Some(Wait::Join { failure }) = waiting {
            if self.has_branches() {
                return Ok(After::Wait);
            }
            self.set_wait(Wait::No);
            self.set_pc(join);
            return failure.map_or(Ok(After::Next), Err);
        }
        let parent = u32::try_from(self.thread).unwrap_or(u32::MAX);
        let state = self.state_mut();
        for branch in branches {
            let thread = Thread::new(frame, *branch, Some(Parent { thread: parent, frame, forced: false }));
            match state.threads.iter_mut().find(|t| t.ended) {
                Some(free) => *free = thread,
                None => state.threads.push(thread),
            }
        }
        self.set_wait(Wait::Join { failure: None });
        Ok(After::Wait)
    }

    /// True while a branch of this thread runs.
    pub fn has_branches(&self) -> bool {
        self.instance.state.threads.iter().any(|t| t.is_child_of(self.thread))
    }

    /// The running thread is a branch that has come to its end.
    pub fn end_branch(&mut self) {
        self.instance.dirty = true;
        if let Some(thread) = self.thread_mut() {
            thread.ended = true;
            thread.scopes.clear();
            thread.wait = Wait::No;
        }
    }

    /// True when the running thread is a branch and has no frame of its own left to return from.
    pub fn leaves_branch(&self) -> bool {
        let thread = self.instance.state.threads.get(self.thread);
        thread.is_some_and(|t| t.parent.as_ref().is_some_and(|p| p.frame == t.frame))
    }

    /// An exception leaves a branch: its siblings are stopped, their handlers may clean up, then the exception
    /// goes on from the Parallel Actions shape (PAR-4).
    pub fn fail_branch(&mut self, raised: Raised) -> After {
        let failed = self.thread;
        let parent = self.instance.state.threads.get(failed).and_then(|t| t.parent.clone());
        self.end_branch();
        let Some(parent) = parent else { return After::Wait };
        if parent.forced {
            return After::Wait;
        }
        let owner = usize::try_from(parent.thread).unwrap_or(usize::MAX);
        if let Some(Wait::Join { failure }) = self.state_mut().threads.get_mut(owner).map(|t| &mut t.wait) {
            *failure = Some(raised);
        }
        for sibling in 0..self.instance.state.threads.len() {
            if !self.instance.state.threads.get(sibling).is_some_and(|t| t.is_child_of(owner)) {
                continue;
            }
            self.end_branches(sibling);
            self.thread = sibling;
            if let Some(parent) = self.thread_mut().and_then(|t| t.parent.as_mut()) {
                parent.forced = true;
            }
            self.raise(exception(
                "Microsoft.XLANGs.BaseTypes.ForcedTerminationException",
                "Another branch of the Parallel Actions shape failed",
            ));
        }
        self.thread = failed;
        After::Wait
    }

    /// Frames of the calls a branch is in end with it.
    fn leave_calls(&mut self) {
        let own =
            self.instance.state.threads.get(self.thread).and_then(|t| t.parent.as_ref()).map(|p| p.frame);
        while own.is_some_and(|own| self.frame_id() != own) && self.return_to_caller() {}
    }

    /// Ends every branch below a thread, without a say.
    pub fn end_branches(&mut self, thread: usize) {
        for branch in 0..self.instance.state.threads.len() {
            if self.instance.state.threads.get(branch).is_some_and(|t| t.is_child_of(thread)) {
                self.end_branches(branch);
                let running = std::mem::replace(&mut self.thread, branch);
                self.drop_scopes(0);
                self.leave_calls();
                self.end_branch();
                self.thread = running;
            }
        }
    }
}
