//! Subscriptions that are not there, and would be if something were enlisted or a correlation set had values: what a
//! message may have been meant for.

use super::core::Slot;
use super::instance::binding_of;
use super::services::activation_groups;
use super::shapes::source_group;
use super::{Engine, InstanceId, Subscriber};
use crate::message::{BTS, Name, Value};
use crate::model::{PortState, ServiceState};
use crate::program::{Group, PortBinding, Predicate};
use smallvec::smallvec;

/// A subscription that is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Possible {
    pub owner: Subscriber,
    /// Orchestration, send port or group.
    pub service: Name,
    /// Its receive shape.
    pub shape: Option<Name>,
    pub groups: Vec<Group>,
    pub missing: Missing,
}

/// What a subscription is not there for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The port, group or orchestration is not enlisted.
    Enlisted,
    /// Logical ports of the orchestration are not bound (OST-2).
    Bound(Vec<Name>),
    /// The receive follows correlation sets of the instance that have no values yet.
    Initialized(InstanceId, Vec<Name>),
}

impl Engine {
    /// Every subscription that is not there: of send ports and groups, of orchestrations, of instances.
    pub fn possible_subscriptions(&self) -> Vec<Possible> {
        let mut found = Vec::new();
        let ports = self.program.send_ports.iter().zip(&self.core.send_ports);
        for (info, _) in ports.filter(|(_, runtime)| runtime.state == PortState::Bound) {
            let own = Predicate::equals(BTS.sp_transport_id, Value::string(info.name.as_str()));
            found.push(Possible {
                owner: Subscriber::SendPort(info.name),
                service: info.name,
                shape: None,
                groups: std::iter::once(smallvec![own]).chain(info.filter.iter().cloned()).collect(),
                missing: Missing::Enlisted,
            });
        }
        let groups = self.program.groups.iter().zip(&self.core.groups);
        for (info, _) in groups.filter(|(_, runtime)| runtime.state == PortState::Bound) {
            let own = Predicate::equals(BTS.sp_group_id, Value::string(info.name.as_str()));
            found.push(Possible {
                owner: Subscriber::SendPortGroup(info.name),
                service: info.name,
                shape: None,
                groups: std::iter::once(smallvec![own]).chain(info.filter.iter().cloned()).collect(),
                missing: Missing::Enlisted,
            });
        }
        for (service, runtime) in self.program.services.iter().zip(&self.core.services) {
            if matches!(runtime.state, ServiceState::Started | ServiceState::Stopped) {
                continue;
            }
            let unbound = service.ports.iter().filter(|port| port.binding == PortBinding::Unbound);
            let unbound: Vec<Name> = unbound.map(|port| port.name).collect();
            for receive in &service.activations {
                let Some(info) = service.receive(*receive) else { continue };
                found.push(Possible {
                    owner: Subscriber::Activation { service: service.name },
                    service: service.name,
                    shape: Some(service.shape_id(info.shape)),
                    groups: activation_groups(&self.program, service, *receive),
                    missing: if unbound.is_empty() {
                        Missing::Enlisted
                    } else {
                        Missing::Bound(unbound.clone())
                    },
                });
            }
        }
        self.uninitialized(&mut found);
        found
    }

    fn uninitialized(&self, found: &mut Vec<Possible>) {
        let mut ids: Vec<InstanceId> = self.core.slots.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            let Some(Slot::Orchestration { instance, .. }) = self.core.slots.get(&id) else { continue };
            let Some(instance) = instance.get() else { continue };
            for frame in instance.state.frames.iter().flatten() {
                let Some(service) = self.program.service(frame.service) else { continue };
                for info in service.receives.iter().filter(|info| !info.activate) {
                    let open = info.follows.iter().filter(|set| frame.set(**set).is_none());
                    let sets: Vec<Name> = open.filter_map(|set| Some(service.set(*set)?.name)).collect();
                    if sets.is_empty() {
                        continue;
                    }
                    let binding = binding_of(&self.program.services, frame, info.port);
                    let port = service.port(info.port).map_or(service.name, |port| port.name);
                    found.push(Possible {
                        owner: Subscriber::Instance { instance: id, port },
                        service: service.name,
                        shape: Some(service.shape_id(info.shape)),
                        groups: vec![source_group(service, info, binding)],
                        missing: Missing::Initialized(id, sets),
                    });
                }
            }
        }
    }
}
