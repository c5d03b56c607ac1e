use crate::engine::EventKind;
use crate::engine::instance::{After, Machine, Wait};
use crate::message::DateTime;
use crate::program::{ListenBranch, Service};
use crate::xlang::Raised;

impl<'a> Machine<'a, '_> {
    /// True when a receive branch has its message.
    pub fn listen_ready(&mut self, listen: u16) -> bool {
        let branches = self.service().and_then(|s| s.listens.get(usize::from(listen)));
        branches.is_some_and(|branches| {
            branches
                .iter()
                .any(|b| matches!(b, ListenBranch::Receive { receive, .. } if self.arrived(*receive)))
        })
    }

    /// The first branch, left to right, whose condition is met runs; the others never do in this pass
    /// (LIS-2, LIS-4). Delays are evaluated on entry (LIS-7).
    pub fn listen(&mut self, service: &'a Service, listen: u16) -> Result<After, Raised> {
        let Some(branches) = service.listens.get(usize::from(listen)) else { return Ok(After::Next) };
        let waiting = self.instance.state.threads.get(self.thread).map(|t| t.wait.clone());
        let entered = matches!(waiting, Some(Wait::Listen { .. }));
        let deadlines: Box<[Option<DateTime>]> = match waiting {
            Some(Wait::Listen { deadlines, .. }) => deadlines,
            _ => {
                let mut deadlines = Vec::with_capacity(branches.len());
                for branch in branches {
                    match branch {
                        ListenBranch::Delay { code, .. } => {
                            deadlines.push(Some(self.deadline(service, *code)?))
                        }
                        ListenBranch::Receive { receive, .. } => {
                            self.ensure_channel(service, *receive)?;
                            deadlines.push(None);
                        }
                    }
                }
                deadlines.into()
            }
        };
        for (branch, deadline) in branches.iter().zip(&deadlines) {
            match branch {
                ListenBranch::Receive { receive, branch, target } => {
                    if self.arrived(*receive) {
                        self.set_wait(Wait::No);
                        self.enter_branch(service, *branch);
                        let Some(info) = service.receive(*receive) else { continue };
                        self.enter_branch(service, info.shape);
                        self.consume(service, *receive)?;
                        self.completed(service, info.shape);
                        self.set_pc(*target);
                        return Ok(After::Next);
                    }
                }
                ListenBranch::Delay { shape, branch, target, .. } => {
                    if deadline.is_some_and(|d| d <= self.step.now()) {
                        self.instance.dirty = true;
                        self.set_wait(Wait::No);
                        self.enter_branch(service, *branch);
                        self.enter_branch(service, *shape);
                        self.completed(service, *shape);
                        self.set_pc(*target);
                        return Ok(After::Next);
                    }
                }
            }
        }
        if !entered {
            self.set_wait(Wait::Listen { listen, deadlines });
        }
        Ok(After::Wait)
    }

    fn enter_branch(&mut self, service: &'a Service, shape: u16) {
        let shape = service.shape_id(shape);
        let (instance, service) = (self.instance.id, service.name);
        self.step.emit(EventKind::ShapeStarted { instance, service, shape });
    }
}
