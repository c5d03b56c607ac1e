use super::references::each_shape;
use super::{EditError, gone, taken};
use crate::diagnostic::article;
use crate::model::{
    Application, FilterRow, Party, PortBinding, ReceivePort, SendPort, SendPortGroup, ServiceBinding,
    ShapeKind,
};
use serde::{Deserialize, Serialize};

/// An element of `bindings.ron`; a receive port brings its locations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Physical {
    ReceivePort(ReceivePort),
    SendPort(Box<SendPort>),
    SendPortGroup(SendPortGroup),
    /// Host, state and physical ports of an orchestration, by its full name.
    Service(ServiceBinding),
    Party(Party),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PhysicalKind {
    ReceivePort,
    SendPort,
    SendPortGroup,
    Service,
    Party,
}

impl PhysicalKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::ReceivePort => "receive port",
            Self::SendPort => "send port",
            Self::SendPortGroup => "send port group",
            Self::Service => "binding of",
            Self::Party => "party",
        }
    }
}

impl Physical {
    pub fn kind(&self) -> PhysicalKind {
        match self {
            Self::ReceivePort(_) => PhysicalKind::ReceivePort,
            Self::SendPort(_) => PhysicalKind::SendPort,
            Self::SendPortGroup(_) => PhysicalKind::SendPortGroup,
            Self::Service(_) => PhysicalKind::Service,
            Self::Party(_) => PhysicalKind::Party,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::ReceivePort(p) => &p.name,
            Self::SendPort(p) => &p.name,
            Self::SendPortGroup(g) => &g.name,
            Self::Service(s) => &s.orchestration,
            Self::Party(p) => &p.name,
        }
    }
}

pub(super) fn set(
    application: &mut Application,
    replaces: Option<&str>,
    element: Physical,
) -> Result<(), EditError> {
    let kind = element.kind();
    let name = element.name().to_owned();
    let known = names(application, kind);
    if name.is_empty() || (replaces != Some(&name) && known.contains(&name)) {
        return Err(taken(&name, &article(kind.label())));
    }
    let index = match replaces {
        None => None,
        Some(old) => Some(known.iter().position(|n| n == old).ok_or_else(|| missing(kind, old))?),
    };
    let bindings = &mut application.bindings;
    match element {
        Physical::ReceivePort(it) => put(&mut bindings.receive_ports, index, it),
        Physical::SendPort(it) => put(&mut bindings.send_ports, index, *it),
        Physical::SendPortGroup(it) => put(&mut bindings.send_port_groups, index, it),
        Physical::Service(it) => put(&mut bindings.services, index, it),
        Physical::Party(it) => put(&mut bindings.parties, index, it),
    }
    if let Some(old) = replaces.filter(|old| *old != name) {
        rename_uses(application, kind, old, &name);
    }
    Ok(())
}

pub(super) fn delete(application: &mut Application, kind: PhysicalKind, name: &str) -> Result<(), EditError> {
    let known = names(application, kind);
    let index = known.iter().position(|n| n == name).ok_or_else(|| missing(kind, name))?;
    let bindings = &mut application.bindings;
    match kind {
        PhysicalKind::ReceivePort => drop(bindings.receive_ports.remove(index)),
        PhysicalKind::SendPort => drop(bindings.send_ports.remove(index)),
        PhysicalKind::SendPortGroup => drop(bindings.send_port_groups.remove(index)),
        PhysicalKind::Service => drop(bindings.services.remove(index)),
        PhysicalKind::Party => drop(bindings.parties.remove(index)),
    }
    Ok(())
}

fn missing(kind: PhysicalKind, name: &str) -> EditError {
    gone("", &format!("there is no {} `{name}`", kind.label()))
}

fn names(application: &Application, kind: PhysicalKind) -> Vec<String> {
    let bindings = &application.bindings;
    match kind {
        PhysicalKind::ReceivePort => bindings.receive_ports.iter().map(|p| p.name.clone()).collect(),
        PhysicalKind::SendPort => bindings.send_ports.iter().map(|p| p.name.clone()).collect(),
        PhysicalKind::SendPortGroup => bindings.send_port_groups.iter().map(|g| g.name.clone()).collect(),
        PhysicalKind::Service => bindings.services.iter().map(|s| s.orchestration.clone()).collect(),
        PhysicalKind::Party => bindings.parties.iter().map(|p| p.name.clone()).collect(),
    }
}

fn put<T>(list: &mut Vec<T>, index: Option<usize>, element: T) {
    match index.and_then(|index| list.get_mut(index)) {
        Some(old) => *old = element,
        None => list.push(element),
    }
}

/// Services, groups, parties, and filters on the port's name.
fn rename_uses(application: &mut Application, kind: PhysicalKind, old: &str, new: &str) {
    let bindings = &mut application.bindings;
    for bound in bindings.services.iter_mut().flat_map(|s| s.ports.values_mut()) {
        let name = match (kind, bound) {
            (PhysicalKind::ReceivePort, PortBinding::ReceivePort(name))
            | (PhysicalKind::SendPort, PortBinding::SendPort(name))
            | (PhysicalKind::SendPortGroup, PortBinding::SendPortGroup(name)) => name,
            _ => continue,
        };
        if name == old {
            new.clone_into(name);
        }
    }
    let property = match kind {
        PhysicalKind::ReceivePort => "BTS.ReceivePortName",
        PhysicalKind::SendPort => "BTS.SPName",
        _ => return,
    };
    if kind == PhysicalKind::SendPort {
        let grouped = bindings.send_port_groups.iter_mut().flat_map(|g| &mut g.ports);
        let parties = bindings.parties.iter_mut().flat_map(|p| {
            let enlisted = p.enlistments.iter_mut().flat_map(|e| e.ports.values_mut());
            enlisted.chain(&mut p.send_ports)
        });
        grouped.chain(parties).filter(|name| *name == old).for_each(|name| new.clone_into(name));
    }
    let (old, new) = (format!("\"{old}\""), format!("\"{new}\""));
    let mut follow = |row: &mut FilterRow| {
        if row.property == property && row.value == old {
            row.value.clone_from(&new);
        }
    };
    bindings.send_ports.iter_mut().flat_map(|p| &mut p.filter).for_each(&mut follow);
    bindings.send_port_groups.iter_mut().flat_map(|g| &mut g.filter).for_each(&mut follow);
    for orchestration in application.modules.values_mut().filter_map(|m| m.orchestration.as_mut()) {
        each_shape(orchestration, &mut |shape| {
            if let ShapeKind::Receive(receive) = &mut shape.kind {
                receive.filter.iter_mut().for_each(&mut follow);
            }
        });
    }
}
