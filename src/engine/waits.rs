use super::core::Slot;
use super::instance::{Instance, Thread, Wait};
use super::shapes::serving;
use super::view::shape_at;
use super::{Engine, InstanceId, SubscriptionId, SubscriptionView};
use crate::message::{DateTime, Name};
use crate::program::{ListenBranch, Service};

/// One line of control of an instance that does not go on, and all that would wake it.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Orchestration that has the shape: a called one waits in its caller's instance.
    pub service: Name,
    /// Where it stands.
    pub shape: Name,
    /// What comes first counts.
    pub wakes: Vec<Wake>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Wake {
    /// A message for this receive shape, by one of these subscriptions; without any it cannot come.
    Message { shape: Name, port: Name, subscriptions: Vec<SubscriptionView> },
    /// A Delay shape, or the next attempt of an atomic scope.
    Time { shape: Name, at: DateTime },
    /// The time of a scope is over: it raises a TimeoutException (LRT-3).
    TimeOut { scope: Name, at: DateTime },
    /// The other branches of a Parallel Actions shape end (PAR-1).
    Branches { at: Vec<Name> },
    /// The acknowledgements of what was sent (DN-2).
    Acknowledgements { subscriptions: Vec<SubscriptionView> },
    /// A synchronized scope of another branch ends (SCP-8).
    SharedData { scope: Name },
}

impl Engine {
    /// What the threads of an orchestration instance wait for; empty when it is none, or none waits.
    pub fn waits(&self, id: InstanceId) -> Vec<Waiting> {
        let Some(Slot::Orchestration { instance, .. }) = self.core.slots.get(&id) else { return Vec::new() };
        let Some(instance) = instance.get() else { return Vec::new() };
        let threads = instance.state.threads.iter().enumerate();
        threads.filter(|(_, t)| !t.ended).filter_map(|(at, t)| self.waits_of(&instance, at, t)).collect()
    }

    fn waits_of(&self, instance: &Instance, at: usize, thread: &Thread) -> Option<Waiting> {
        let frame = instance.state.frame(thread.frame)?;
        let service = self.program.service(frame.service)?;
        let shape = shape_at(service, thread.pc).unwrap_or(service.name);
        let mut wakes = match &thread.wait {
            Wait::No => return None,
            Wait::Receive(receive) => {
                self.message(instance, service, thread.frame, *receive).into_iter().collect()
            }
            Wait::Listen { listen, deadlines } => {
                let branches = service.listens.get(usize::from(*listen))?;
                let wake = |(branch, deadline): (&ListenBranch, &Option<DateTime>)| match branch {
                    ListenBranch::Receive { receive, .. } => {
                        self.message(instance, service, thread.frame, *receive)
                    }
                    ListenBranch::Delay { shape, .. } => {
                        Some(Wake::Time { shape: service.shape_id(*shape), at: (*deadline)? })
                    }
                };
                branches.iter().zip(deadlines).filter_map(wake).collect()
            }
            Wait::Delay { until, shape } => {
                vec![Wake::Time { shape: service.shape_id(*shape), at: *until }]
            }
            Wait::Join { .. } => {
                let branches = instance.state.threads.iter().filter(|other| other.is_child_of(at));
                let place = |branch: &Thread| {
                    let frame = instance.state.frame(branch.frame)?;
                    shape_at(self.program.service(frame.service)?, branch.pc)
                };
                vec![Wake::Branches { at: branches.filter_map(place).collect() }]
            }
            Wait::Acknowledgements => {
                let inner = thread.scopes.last().map(|scope| &scope.acknowledgements);
                let numbers = inner.map_or(frame.acknowledgements.as_slice(), Vec::as_slice).iter();
                let ids = numbers
                    .filter_map(|number| instance.channels.get(usize::try_from(*number).ok()?)?.subscription);
                vec![Wake::Acknowledgements { subscriptions: self.views(ids) }]
            }
            Wait::Enter { scope, not_before, .. } => {
                let scope = service.scopes.get(usize::from(*scope)).map(|info| service.scope_id(info))?;
                let later = not_before.filter(|at| *at > self.core.now);
                vec![later.map_or(Wake::SharedData { scope }, |at| Wake::Time { shape: scope, at })]
            }
        };
        let timed = thread.scopes.iter().filter(|scope| scope.handling.is_none());
        wakes.extend(timed.filter_map(|entered| {
            let owner = self.program.service(instance.state.frame(entered.frame)?.service)?;
            let scope = owner.scope_id(owner.scopes.get(usize::from(entered.scope))?);
            Some(Wake::TimeOut { scope, at: entered.deadline? })
        }));
        Some(Waiting { service: service.name, shape, wakes })
    }

    fn message(&self, instance: &Instance, service: &Service, frame: u32, receive: u16) -> Option<Wake> {
        let info = service.receive(receive)?;
        let channels = serving(instance, service, frame, receive);
        Some(Wake::Message {
            shape: service.shape_id(info.shape),
            port: service.port(info.port)?.name,
            subscriptions: self.views(channels.filter_map(|channel| channel.subscription)),
        })
    }

    fn views(&self, ids: impl Iterator<Item = SubscriptionId>) -> Vec<SubscriptionView> {
        ids.filter_map(|id| self.subscription(id)).collect()
    }
}
