use crate::engine::instance::Machine;
use crate::program::ScopeInfo;

impl Machine<'_, '_> {
    /// True while another branch is in a synchronized scope that shares data with this one: it has to end first,
    /// its handlers too (SCP-8). Branches that wait for each other this way wait for ever (PAR-6).
    pub fn contended(&self, info: &ScopeInfo, frame: u32) -> bool {
        let threads = &self.instance.state.threads;
        if !info.synchronized || threads.len() < 2 {
            return false;
        }
        threads.iter().enumerate().any(|(at, other)| {
            let apart = at != self.thread && !other.ended && !self.is_inside(at);
            apart
                && other.scopes.iter().filter(|s| s.frame == frame).any(|s| {
                    let service =
                        self.instance.state.frame(frame).and_then(|f| self.program.service(f.service));
                    let held = service.and_then(|service| service.scopes.get(usize::from(s.scope)));
                    held.is_some_and(|held| held.synchronized && held.touched.conflicts(&info.touched))
                })
        })
    }

    /// As [`Machine::contended`], for a thread that waits to enter this scope.
    pub fn scope_is_contended(&self, scope: u16) -> bool {
        let info = self.service().and_then(|s| s.scopes.get(usize::from(scope)));
        info.is_some_and(|info| self.contended(info, self.frame_id()))
    }

    /// True when the running thread is a branch below that thread.
    fn is_inside(&self, thread: usize) -> bool {
        let parent = |at: usize| {
            let parent = self.instance.state.threads.get(at)?.parent.as_ref()?;
            usize::try_from(parent.thread).ok()
        };
        std::iter::successors(parent(self.thread), |at| parent(*at)).any(|at| at == thread)
    }
}
