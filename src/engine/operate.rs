use super::core::{Enlisted, Slot, Step};
use super::instance::{Happening, Pending, Status};
use super::message_box::Owner;
use super::ports::port_transition;
use super::{EventKind, InstanceChange, InstanceId, Operation, PersistenceCause};
use crate::message::{BTS, Name, Value};
use crate::model::{PortState, ServiceState};
use crate::program::{Group, PortBinding, Predicate, Program, Service};
use smallvec::smallvec;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Step<'_> {
    /// Enlists and starts what the bindings say.
    pub fn deploy(&mut self) {
        let program = Arc::clone(self.program);
        for (index, port) in (0_u16..).zip(&program.send_ports) {
            self.set_send_port(index, port.state);
        }
        for (index, group) in (0_u16..).zip(&program.groups) {
            self.set_group(index, group.state);
        }
        for service in &program.services {
            let unbound = service.ports.iter().any(|p| p.binding == PortBinding::Unbound);
            let state = if unbound { ServiceState::Unbound } else { service.state };
            self.set_service(service, state);
        }
        for (location, enabled) in program.locations.iter().zip(self.core.locations_enabled.clone()) {
            let state = Name::new(if enabled { "Enabled" } else { "Disabled" });
            self.emit(EventKind::StateChanged { artefact: location.name, state });
        }
    }

    pub fn operate(&mut self, operation: &Operation) {
        if let Err(reason) = self.try_operate(operation) {
            self.emit(EventKind::OperationRefused { reason });
        }
    }

    fn try_operate(&mut self, operation: &Operation) -> Result<(), String> {
        let program = Arc::clone(self.program);
        match operation {
            Operation::SuspendInstance(id) => self.interrupt(*id, Pending::Suspend),
            Operation::TerminateInstance(id) => self.interrupt(*id, Pending::Terminate),
            Operation::ResumeInstance(id) => self.resume(*id),
            Operation::ContinueInstance(id) => self.wake(*id, Happening::Continue),
            Operation::ResumeInDebug(id) => self.wake(*id, Happening::ResumeInDebug),
            Operation::SetService { orchestration, state } => {
                self.change_service(service(&program, *orchestration)?, *state)
            }
            Operation::StartService { orchestration, options } => {
                self.start_service(service(&program, *orchestration)?, *options)
            }
            Operation::StopService { orchestration, options } => {
                self.stop_service(service(&program, *orchestration)?, *options)
            }
            Operation::UnenlistService { orchestration, terminate_instances } => {
                self.unenlist_service(service(&program, *orchestration)?, *terminate_instances)
            }
            Operation::SetBreakpoint { breakpoint, on } => self.set_breakpoint(*breakpoint, *on),
            Operation::SetCondition { breakpoint, filter, hits } => {
                self.set_condition(*breakpoint, filter, *hits)
            }
            Operation::SetVariable { instance, variable, value } => {
                self.set_variable(*instance, *variable, value)
            }
            Operation::EditMessage { instance, message, body } => {
                self.edit_message(*instance, *message, body)
            }
            Operation::SetMemoryUsage(usage) => {
                self.set_memory_usage(*usage);
                Ok(())
            }
            Operation::RestartHost { controlled } => {
                self.restart_host(*controlled);
                Ok(())
            }
            Operation::SetSendPort { port, state } => {
                let (index, _) = program
                    .send_port_by_name(*port)
                    .ok_or_else(|| format!("There is no send port {port}"))?;
                let from = self.core.send_ports.get(usize::from(index)).map(|p| p.state).unwrap_or_default();
                port_transition(from, *state).map_err(|why| format!("Send port {port}: {why}"))?;
                if *state == PortState::Bound
                    && let Some(group) = self.group_that_needs(index)
                {
                    return Err(format!(
                        "Send port {port} is the last enlisted member of {group}: unenlist the group first (TX-12)"
                    ));
                }
                self.set_send_port(index, *state);
                Ok(())
            }
            Operation::SetSendPortGroup { group, state } => {
                let index = program.groups.iter().position(|g| g.name == *group);
                let index = index.and_then(|i| u16::try_from(i).ok());
                let index = index.ok_or_else(|| format!("There is no send port group {group}"))?;
                let from = self.core.groups.get(usize::from(index)).map(|p| p.state).unwrap_or_default();
                port_transition(from, *state).map_err(|why| format!("Send port group {group}: {why}"))?;
                if *state != PortState::Bound && !self.has_enlisted_member(index) {
                    return Err(format!(
                        "Send port group {group} has no enlisted member: enlist one first (TX-12)"
                    ));
                }
                self.set_group(index, *state);
                Ok(())
            }
            Operation::EnableReceiveLocation { location, enabled } => {
                let at = program.locations.iter().position(|l| l.name == *location);
                self.enable_location(
                    at.ok_or_else(|| format!("There is no receive location {location}"))?,
                    *enabled,
                );
                Ok(())
            }
            Operation::EnlistParty { party, role_link_type, role, ports } => {
                self.enlist_party(*party, *role_link_type, *role, ports)
            }
            Operation::SetConfiguration { key, value } => {
                self.core.configuration.set(key.clone(), value.clone());
                Ok(())
            }
            Operation::SetConfigurationStore { readable } => {
                self.core.configuration.set_readable(*readable);
                let state = Name::new(if *readable { "Readable" } else { "Unreadable" });
                self.emit(EventKind::StateChanged { artefact: Name::new("configuration store"), state });
                Ok(())
            }
        }
    }

    fn enlist_party(
        &mut self,
        party: Name,
        role_link_type: Name,
        role: Name,
        ports: &BTreeMap<String, String>,
    ) -> Result<(), String> {
        let program = Arc::clone(self.program);
        if !program.application.bindings.parties.iter().any(|p| p.name == party.as_str()) {
            return Err(format!("There is no party {party}"));
        }
        if let Some(port) = ports.values().find(|port| program.send_port_by_name(Name::new(port)).is_none()) {
            return Err(format!("{party} cannot be enlisted: there is no send port {port}"));
        }
        let own = |e: &Enlisted| e.party == party && e.role_link_type == role_link_type && e.role == role;
        self.core.enlistments.retain(|enlisted| !own(enlisted));
        if !ports.is_empty() {
            self.core.enlistments.push(Enlisted { party, role_link_type, role, ports: ports.clone() });
        }
        let state = Name::new(if ports.is_empty() { "Unenlisted" } else { "Enlisted" });
        self.emit(EventKind::StateChanged { artefact: party, state });
        Ok(())
    }

    /// Suspend or terminate: at once for an instance that waits, which is a safe point (CONFLICT 22).
    pub fn interrupt(&mut self, id: InstanceId, pending: Pending) -> Result<(), String> {
        let happening = match pending {
            Pending::Suspend => Happening::Suspend,
            Pending::Terminate => Happening::Terminate,
        };
        let reason = match pending {
            Pending::Suspend => "Suspended by an operator",
            Pending::Terminate => "Terminated by an operator",
        };
        match self.core.slots.get(&id) {
            None => Err(format!("There is no instance {id}")),
            Some(Slot::Orchestration { .. }) => {
                // A busy instance runs on to its next wait first; one operation at a time (5.1).
                if self.core.scheduled.contains(&id) && self.postpone(id, pending)? {
                    return Ok(());
                }
                let done = self.with_instance(id, |instance, step| {
                    // Inside an atomic scope there is no persistence point (PER-1).
                    let saves = matches!(instance.status, Status::Active) && !instance.in_atomic_scope();
                    if pending == Pending::Suspend && saves {
                        step.save(instance, PersistenceCause::Suspended);
                    }
                    step.transition(instance, happening, reason)
                });
                if done == Some(true) && pending == Pending::Terminate {
                    self.remove_instance(id);
                }
                Ok(())
            }
            Some(Slot::SendPort(port)) => {
                let status = super::instance::next_status(port.status, happening)?;
                let name = self.program.send_port(port.port).map_or_else(Name::default, |p| p.name);
                if pending == Pending::Suspend {
                    self.suspend_port(id, reason);
                } else {
                    debug_assert!(!status.runs());
                    self.remove_port(id);
                    let change = InstanceChange::Terminated { reason: reason.to_owned() };
                    self.change(id, name, change);
                }
                Ok(())
            }
            Some(Slot::Request(_)) => {
                if pending == Pending::Suspend {
                    return Err(format!("{id} waits for a response; it can only be terminated"));
                }
                self.abandon_request(id, reason);
                Ok(())
            }
            Some(Slot::Failure(failure)) => {
                super::instance::next_status(failure.status, happening)?;
                let failure = Arc::clone(failure);
                self.remove_failure(id, &failure);
                let change = InstanceChange::Terminated { reason: reason.to_owned() };
                self.change(id, failure.port, change);
                Ok(())
            }
        }
    }

    /// The instance has reached its safe point.
    pub fn apply_pending(&mut self, id: InstanceId, pending: Pending) {
        self.core.scheduled.remove(&id);
        self.core.ready.retain(|ready| *ready != id);
        if let Err(reason) = self.interrupt(id, pending) {
            self.emit(EventKind::OperationRefused { reason });
        }
    }

    /// Notes the operation for later; false when the instance is not busy after all.
    fn postpone(&mut self, id: InstanceId, pending: Pending) -> Result<bool, String> {
        self.with_instance(id, |instance, step| {
            if !matches!(instance.status, Status::Active) {
                return Ok(false);
            }
            if let Some(other) = instance.pending {
                return Err(format!("{id}: {} is pending already", other.name()));
            }
            instance.pending = Some(pending);
            let operation = pending.name();
            if let Some(service) = step.program.service(instance.service) {
                step.change(id, service.name, InstanceChange::PendingOperation { operation });
            }
            Ok(true)
        })
        .unwrap_or(Ok(false))
    }

    pub fn resume(&mut self, id: InstanceId) -> Result<(), String> {
        match self.core.slots.get(&id) {
            None => Err(format!("There is no instance {id}")),
            Some(Slot::SendPort(_)) => self.resume_port(id),
            Some(Slot::Request(_)) => Err(format!("{id} waits for a response; it is not suspended")),
            Some(Slot::Failure(_)) => self.resume_received(id),
            Some(Slot::Orchestration { .. }) => self.wake(id, Happening::Resume),
        }
    }

    /// An operator lets an orchestration instance go on; one resumed in debug stands at a breakpoint first.
    fn wake(&mut self, id: InstanceId, happening: Happening) -> Result<(), String> {
        let status = self.with_instance(id, |instance, step| {
            step.transition(instance, happening, "").then_some(instance.status)
        });
        let status = status.ok_or_else(|| format!("There is no orchestration instance {id}"))?;
        if status.is_some_and(|status| status.runs()) {
            self.make_ready(id);
        }
        Ok(())
    }

    /// Enables or disables a receive location, by place.
    pub fn enable_location(&mut self, at: usize, enabled: bool) {
        let Some(artefact) = self.program.locations.get(at).map(|l| l.name) else { return };
        if let Some(place) = self.core.locations_enabled.get_mut(at) {
            *place = enabled;
        }
        let state = Name::new(if enabled { "Enabled" } else { "Disabled" });
        self.emit(EventKind::StateChanged { artefact, state });
    }

    pub fn set_send_port(&mut self, index: u16, state: PortState) {
        let program = Arc::clone(self.program);
        let Some(info) = program.send_port(index) else { return };
        let own = Predicate::equals(BTS.sp_transport_id, Value::string(info.name.as_str()));
        let groups = std::iter::once(smallvec![own]).chain(info.filter.iter().cloned()).collect();
        let known = self.core.send_ports.get(usize::from(index)).and_then(|p| p.subscription);
        let subscription = self.enlist(known, state, Owner::SendPort(index), groups, info.priority);
        if let Some(runtime) = self.core.send_ports.get_mut(usize::from(index)) {
            runtime.state = state;
            runtime.subscription = subscription;
        }
        self.emit(EventKind::StateChanged { artefact: info.name, state: port_state(state) });
    }

    pub fn set_group(&mut self, index: u16, state: PortState) {
        let program = Arc::clone(self.program);
        let Some(info) = program.group(index) else { return };
        let own = Predicate::equals(BTS.sp_group_id, Value::string(info.name.as_str()));
        let groups = std::iter::once(smallvec![own]).chain(info.filter.iter().cloned()).collect();
        let known = self.core.groups.get(usize::from(index)).and_then(|p| p.subscription);
        // A group that could pass a message to nobody must not take any (SUB-7, TX-12).
        let state = if self.has_enlisted_member(index) { state } else { PortState::Bound };
        let subscription = self.enlist(known, state, Owner::SendPortGroup(index), groups, 5);
        if let Some(runtime) = self.core.groups.get_mut(usize::from(index)) {
            runtime.state = state;
            runtime.subscription = subscription;
        }
        self.emit(EventKind::StateChanged { artefact: info.name, state: port_state(state) });
    }

    fn enlisted(&self, port: u16) -> bool {
        self.core.send_ports.get(usize::from(port)).is_some_and(|p| p.enlisted())
    }

    pub fn has_enlisted_member(&self, group: u16) -> bool {
        self.program.group(group).is_some_and(|g| g.ports.iter().any(|port| self.enlisted(*port)))
    }

    /// Name of an enlisted group that has no enlisted member but this port.
    fn group_that_needs(&self, port: u16) -> Option<Name> {
        let groups =
            self.program.groups.iter().zip(&self.core.groups).filter(|(_, runtime)| runtime.enlisted());
        let mut needing = groups.filter(|(group, _)| {
            let mut others = group.ports.iter().filter(|other| **other != port);
            group.ports.contains(&port) && !others.any(|other| self.enlisted(*other))
        });
        needing.next().map(|(group, _)| group.name)
    }

    fn enlist(
        &mut self,
        known: Option<super::SubscriptionId>,
        state: PortState,
        owner: Owner,
        groups: Vec<Group>,
        priority: u8,
    ) -> Option<super::SubscriptionId> {
        match (known, state) {
            (Some(id), PortState::Bound) => {
                self.core.message_box.unsubscribe(id);
                self.emit(EventKind::SubscriptionRemoved { subscription: id });
                None
            }
            (None, PortState::Stopped | PortState::Started) => {
                let groups: Arc<[Group]> = groups.into();
                let id = self.core.message_box.subscribe(owner, Arc::clone(&groups), priority);
                let owner = self.subscriber(owner);
                self.emit(EventKind::SubscriptionAdded { subscription: id, owner, groups });
                Some(id)
            }
            (known, _) => known,
        }
    }
}

fn port_state(state: PortState) -> Name {
    Name::new(match state {
        PortState::Bound => "Bound",
        PortState::Stopped => "Stopped",
        PortState::Started => "Started",
    })
}

fn service(program: &Program, orchestration: Name) -> Result<&Service, String> {
    program.service_by_name(orchestration).ok_or_else(|| format!("There is no orchestration {orchestration}"))
}
