//! Orchestrations as deployed types: bound, enlisted, started (section 5.5).

use super::core::{Slot, Step};
use super::instance::{Frame, Pending, Status, binding_of};
use super::message_box::Owner;
use super::shapes::source_group;
use super::{EventKind, InstanceId, StartOptions, StopOptions};
use crate::message::Name;
use crate::model::{PortState, ServiceState};
use crate::program::{Group, PortBinding, Program, Service};
use std::sync::Arc;

/// Priority of activation subscriptions (CONFLICT 9).
const ACTIVATION_PRIORITY: u8 = 7;

impl Step<'_> {
    /// Sets the state of an orchestration, and touches nothing else.
    ///
    /// # Errors
    /// When a port is not bound (OST-2), a send port it is to start with is not enlisted (OST-3), or it is to be
    /// unbound while enlisted (OST-1).
    pub fn change_service(&mut self, service: &Service, state: ServiceState) -> Result<(), String> {
        let name = service.name;
        let unbound = service.ports.iter().filter(|p| p.binding == PortBinding::Unbound);
        let unbound: Vec<&str> = unbound.map(|p| p.name.as_str()).collect();
        if !unbound.is_empty() && state != ServiceState::Unbound {
            return Err(format!("{name} cannot be enlisted: bind {} first (OST-2)", unbound.join(", ")));
        }
        if state == ServiceState::Unbound && self.is_enlisted(service) {
            return Err(format!("{name} cannot be unbound: unenlist it first (OST-1)"));
        }
        if state == ServiceState::Started {
            let waiting = self.unenlisted_ports(service);
            if !waiting.is_empty() {
                let names: Vec<&str> = waiting.iter().map(|(_, name)| name.as_str()).collect();
                return Err(format!("{name} cannot be started: enlist {} first (OST-3)", names.join(", ")));
            }
        }
        self.set_service(service, state);
        Ok(())
    }

    /// Starts an enlisted orchestration.
    ///
    /// # Errors
    /// When it is not enlisted, or a send port it is bound to is not and is not to be started with it (OST-3).
    pub fn start_service(&mut self, service: &Service, options: StartOptions) -> Result<(), String> {
        if !self.is_enlisted(service) {
            return Err(format!("{} cannot be started: enlist it first (OST-3)", service.name));
        }
        if options.start_send_ports {
            for binding in bound_ports(service) {
                match binding {
                    PortBinding::SendPort(port) => self.set_send_port(port, PortState::Started),
                    PortBinding::SendPortGroup(group) => {
                        let ports = self.program.group(group).map(|g| g.ports.clone()).unwrap_or_default();
                        for port in ports {
                            self.set_send_port(port, PortState::Started);
                        }
                        self.set_group(group, PortState::Started);
                    }
                    _ => {}
                }
            }
        }
        self.change_service(service, ServiceState::Started)?;
        if options.enable_receive_locations {
            self.enable_locations(&receive_ports(service), true);
        }
        if options.resume_instances {
            let suspended = self.instances_in(service, |status| status == Status::SuspendedResumable);
            self.each(suspended, |step, id| step.resume(id));
        }
        Ok(())
    }

    /// Stops a started orchestration. Instance subscriptions stay: what runs on still gets its messages (OST-5).
    ///
    /// # Errors
    /// When it is not started.
    pub fn stop_service(&mut self, service: &Service, options: StopOptions) -> Result<(), String> {
        if self.state_of(service) != ServiceState::Started {
            return Err(format!("{} cannot be stopped: it is not started", service.name));
        }
        self.set_service(service, ServiceState::Stopped);
        if options.disable_receive_locations {
            let program = Arc::clone(self.program);
            let others = program.services.iter().filter(|s| s.index != service.index && self.is_enlisted(s));
            let shared: Vec<Name> = others.flat_map(receive_ports).collect();
            let mut own = receive_ports(service);
            own.retain(|port| !shared.contains(port));
            self.enable_locations(&own, false);
        }
        if options.suspend_instances {
            let running = self.instances_in(service, Status::runs);
            self.each(running, |step, id| step.interrupt(id, Pending::Suspend));
        }
        Ok(())
    }

    /// Unenlists an orchestration.
    ///
    /// # Errors
    /// When it is not enlisted.
    pub fn unenlist_service(&mut self, service: &Service, terminate: bool) -> Result<(), String> {
        if !self.is_enlisted(service) {
            return Err(format!("{} cannot be unenlisted: it is not enlisted", service.name));
        }
        self.set_service(service, ServiceState::Bound);
        if terminate {
            let all = self.instances_in(service, |_| true);
            self.each(all, |step, id| step.interrupt(id, Pending::Terminate));
        }
        Ok(())
    }

    /// Does the same to many instances. One that refuses says so and stops nobody else (INS-6).
    fn each(
        &mut self,
        ids: Vec<InstanceId>,
        mut act: impl FnMut(&mut Self, InstanceId) -> Result<(), String>,
    ) {
        for id in ids {
            if let Err(reason) = act(self, id) {
                self.emit(EventKind::OperationRefused { reason });
            }
        }
    }

    fn state_of(&self, service: &Service) -> ServiceState {
        self.core.services.get(usize::from(service.index)).map(|s| s.state).unwrap_or_default()
    }

    fn is_enlisted(&self, service: &Service) -> bool {
        matches!(self.state_of(service), ServiceState::Stopped | ServiceState::Started)
    }

    /// Send ports and groups an orchestration is bound to that take no messages yet.
    fn unenlisted_ports(&self, service: &Service) -> Vec<(PortBinding, Name)> {
        let unenlisted = |binding: PortBinding| match binding {
            PortBinding::SendPort(port) => {
                let runtime = self.core.send_ports.get(usize::from(port))?;
                (!runtime.enlisted()).then_some((binding, self.program.send_port(port)?.name))
            }
            PortBinding::SendPortGroup(group) => {
                let runtime = self.core.groups.get(usize::from(group))?;
                (!runtime.enlisted()).then_some((binding, self.program.group(group)?.name))
            }
            _ => None,
        };
        bound_ports(service).filter_map(unenlisted).collect()
    }

    fn enable_locations(&mut self, ports: &[Name], enabled: bool) {
        let program = Arc::clone(self.program);
        for (at, location) in program.locations.iter().enumerate() {
            let port = program.receive_ports.get(usize::from(location.port));
            if port.is_some_and(|port| ports.contains(&port.name)) {
                self.enable_location(at, enabled);
            }
        }
    }

    /// Instances of an orchestration in certain states, oldest first.
    fn instances_in(&mut self, service: &Service, wanted: impl Fn(Status) -> bool) -> Vec<InstanceId> {
        let own = |slot: &Slot| matches!(slot, Slot::Orchestration { service: s, .. } if *s == service.index);
        let slots = self.core.slots.iter();
        let mut ids: Vec<InstanceId> = slots.filter(|(_, slot)| own(slot)).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.retain(|id| self.with_instance(*id, |instance, _| wanted(instance.status)) == Some(true));
        ids
    }

    /// Sets the state of an orchestration: bound ones have no subscriptions, enlisted ones have (5.5).
    pub fn set_service(&mut self, service: &Service, state: ServiceState) {
        let program = Arc::clone(self.program);
        let Some(runtime) = self.core.services.get_mut(usize::from(service.index)) else { return };
        let enlisted = matches!(state, ServiceState::Stopped | ServiceState::Started);
        runtime.state = state;
        let had = std::mem::take(&mut runtime.subscriptions);
        if enlisted && had.is_empty() {
            let mut added = Vec::new();
            for receive in &service.activations {
                let groups = activation_groups(&program, service, *receive);
                let groups: Arc<[Group]> = groups.into();
                let owner = Owner::Activation { service: service.index, receive: *receive };
                let id = self.core.message_box.subscribe(owner, Arc::clone(&groups), ACTIVATION_PRIORITY);
                added.push(id);
                let owner = self.subscriber(owner);
                self.emit(EventKind::SubscriptionAdded { subscription: id, owner, groups });
            }
            if let Some(runtime) = self.core.services.get_mut(usize::from(service.index)) {
                runtime.subscriptions = added;
            }
        } else if enlisted {
            if let Some(runtime) = self.core.services.get_mut(usize::from(service.index)) {
                runtime.subscriptions = had;
            }
        } else {
            for id in had {
                self.core.message_box.unsubscribe(id);
                self.emit(EventKind::SubscriptionRemoved { subscription: id });
            }
        }
        let state = Name::new(match state {
            ServiceState::Unbound => "Unbound",
            ServiceState::Bound => "Bound",
            ServiceState::Stopped => "Stopped",
            ServiceState::Started => "Started",
        });
        self.emit(EventKind::StateChanged { artefact: service.name, state });
    }
}

/// Activation subscription of a receive: what it takes, and each group of its filter (SUB-7).
pub fn activation_groups(program: &Program, service: &Service, receive: u16) -> Vec<Group> {
    let Some(info) = service.receive(receive) else { return Vec::new() };
    let binding = binding_of(&program.services, &Frame::new(service, None), info.port);
    let source = source_group(service, info, binding);
    if info.filter.is_empty() {
        return vec![source];
    }
    info.filter.iter().map(|group| source.iter().chain(group).cloned().collect()).collect()
}

fn bound_ports(service: &Service) -> impl Iterator<Item = PortBinding> + '_ {
    service.ports.iter().map(|port| port.binding)
}

/// Receive ports an orchestration is bound to.
fn receive_ports(service: &Service) -> Vec<Name> {
    let receive = |binding| match binding {
        PortBinding::ReceivePort(port) => Some(port),
        _ => None,
    };
    bound_ports(service).filter_map(receive).collect()
}
