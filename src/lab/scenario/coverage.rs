//! What scenarios reached: shapes, branches, handlers, correlations that are followed, subscriptions.

use crate::engine::{Event, EventKind, InstanceId, Subscriber};
use crate::message::Name;
use crate::model::{Orchestration, ShapeKind};
use crate::program::Program;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Everything of an application that scenarios can reach, reached or not.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    services: BTreeMap<&'static str, ServiceCoverage>,
    /// Send ports and groups, by name: whether a message matched their subscription.
    ports: BTreeMap<&'static str, bool>,
}

/// One orchestration.
#[derive(Clone, Debug, Default)]
pub struct ServiceCoverage {
    parts: BTreeMap<Name, Part>,
    /// In drawn order.
    order: Vec<Name>,
    reached: BTreeSet<Name>,
    /// Set, the shape that initialises it and a receive that follows it, with whether one instance did both.
    follows: BTreeMap<(Name, Name, Name), bool>,
    /// Receive shapes, whose subscription a message matched and that then took it.
    receives: BTreeMap<Name, bool>,
}

#[derive(Clone, Debug)]
struct Part {
    name: String,
    kind: Kind,
}

/// What can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Shape,
    Branch,
    /// Catch or compensation.
    Handler,
    /// A set that is initialised here and followed there (CORR-2).
    Follow,
    /// A receive that takes a message, or a send port's filter that one matches.
    Subscription,
}

impl Kind {
    pub fn words(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::Branch => "branch",
            Self::Handler => "catch or compensation",
            Self::Follow => "follow pair",
            Self::Subscription => "subscription",
        }
    }
}

/// Something that no scenario reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    pub kind: Kind,
    /// Full name of the orchestration, or of the send port.
    pub service: Name,
    /// The shape one would have to come to; none for a send port.
    pub shape: Option<Name>,
    pub name: String,
}

impl Coverage {
    /// Nothing of the program has been reached.
    pub fn new(program: &Program) -> Self {
        let mut this = Self::default();
        for service in &program.services {
            let all = this.services.entry(service.name.as_str()).or_default();
            for shape in &service.shapes {
                let kind = match shape.kind {
                    "Catch Exception" | "Compensation" => Kind::Handler,
                    kind if kind.ends_with("Branch") => Kind::Branch,
                    _ => Kind::Shape,
                };
                if all.parts.insert(shape.id, Part { name: shape.name.to_string(), kind }).is_none() {
                    all.order.push(shape.id);
                }
            }
        }
        for (module, orchestration) in program.application.orchestrations() {
            let name = Name::new(&module.full_name(&orchestration.name));
            if let Some(all) = this.services.get_mut(name.as_str()) {
                all.declare(orchestration);
            }
        }
        let groups = program.groups.iter().map(|group| group.name);
        this.ports = program
            .send_ports
            .iter()
            .map(|port| port.name)
            .chain(groups)
            .map(|n| (n.as_str(), false))
            .collect();
        // Ports that only orchestrations send through have no filter to match.
        let filtered: BTreeSet<&str> = program
            .application
            .bindings
            .send_ports
            .iter()
            .filter(|port| !port.filter.is_empty())
            .map(|port| port.name.as_str())
            .collect();
        this.ports.retain(|name, _| filtered.contains(name));
        this
    }

    /// Counts what a run reached. Orchestrations and shapes that only its set-up added do not count.
    pub fn add(&mut self, events: &[Event]) {
        let mut running: FxHashMap<InstanceId, (Name, Name)> = FxHashMap::default();
        let mut sets: FxHashMap<(InstanceId, Name), Name> = FxHashMap::default();
        for event in events {
            match &event.kind {
                EventKind::ShapeStarted { instance, service, shape } => {
                    running.insert(*instance, (*service, *shape));
                    if let Some(of) = self.services.get_mut(service.as_str())
                        && of.parts.contains_key(shape)
                    {
                        of.reached.insert(*shape);
                    }
                }
                EventKind::SetInitialized { instance, set, .. } => {
                    if let Some((_, shape)) = running.get(instance) {
                        sets.insert((*instance, *set), *shape);
                    }
                }
                EventKind::MessageConsumed { instance, shape, .. } => {
                    // A Listen's receive takes its message before it counts as started: its id is looked for.
                    let own = running.get(instance).map(|(service, _)| service.as_str());
                    let Some(of) = own.and_then(|own| self.services.get_mut(own)) else { continue };
                    if let Some(taken) = of.receives.get_mut(shape) {
                        *taken = true;
                    }
                    for ((set, initializes, follows), done) in &mut of.follows {
                        *done |= follows == shape && sets.get(&(*instance, *set)) == Some(initializes);
                    }
                }
                EventKind::SubscriptionMatched { owner, .. } => match owner {
                    Subscriber::SendPort(name) | Subscriber::SendPortGroup(name) => {
                        if let Some(matched) = self.ports.get_mut(name.as_str()) {
                            *matched = true;
                        }
                    }
                    Subscriber::Activation { .. } | Subscriber::Instance { .. } => {}
                },
                _ => {}
            }
        }
    }

    /// Counts what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (name, service) in &other.services {
            let Some(mine) = self.services.get_mut(name) else { continue };
            mine.reached.extend(service.reached.iter().filter(|shape| mine.parts.contains_key(*shape)));
            merge(&mut mine.follows, &service.follows);
            merge(&mut mine.receives, &service.receives);
        }
        merge(&mut self.ports, &other.ports);
    }

    /// By full name of the orchestration.
    pub fn services(&self) -> impl Iterator<Item = (&'static str, &ServiceCoverage)> {
        self.services.iter().map(|(name, service)| (*name, service))
    }

    pub fn service(&self, name: &str) -> Option<&ServiceCoverage> {
        self.services.get(name)
    }

    /// Filters of send ports that a message matched, and all.
    pub fn ports(&self) -> (usize, usize) {
        count(&self.ports)
    }

    /// All that was not reached, by orchestration and in drawn order.
    pub fn holes(&self) -> Vec<Hole> {
        let mut holes = Vec::new();
        for (name, service) in &self.services {
            let service_name = Name::new(name);
            let mut hole = |kind, shape: Name, name: String| {
                holes.push(Hole { kind, service: service_name, shape: Some(shape), name });
            };
            for (id, part) in service.missing() {
                hole(part.kind, id, part.name.clone());
            }
            let called = |id: &Name| service.parts.get(id).map_or(id.as_str(), |part| part.name.as_str());
            for ((set, first, then), _) in service.follows.iter().filter(|(_, done)| !**done) {
                let words = format!("{set} from {} to {}", called(first), called(then));
                hole(Kind::Follow, *then, words);
            }
            for (id, _) in service.receives.iter().filter(|(_, done)| !**done) {
                hole(Kind::Subscription, *id, called(id).to_owned());
            }
        }
        for (name, _) in self.ports.iter().filter(|(_, done)| !**done) {
            let kind = Kind::Subscription;
            holes.push(Hole { kind, service: Name::new(name), shape: None, name: (*name).to_owned() });
        }
        holes
    }

    /// True when this is reached now.
    pub fn has(&self, hole: &Hole) -> bool {
        !self.holes().contains(hole)
    }
}

fn count<K>(all: &BTreeMap<K, bool>) -> (usize, usize) {
    (all.values().filter(|done| **done).count(), all.len())
}

fn merge<K: Ord>(mine: &mut BTreeMap<K, bool>, other: &BTreeMap<K, bool>) {
    for (key, done) in mine {
        *done |= other.get(key) == Some(&true);
    }
}

impl ServiceCoverage {
    /// Notes which receives there are, and which shapes initialise the sets that they follow.
    fn declare(&mut self, orchestration: &Orchestration) {
        let id = |id: &crate::model::Id| Name::new(id.as_str());
        let shapes = orchestration.shapes();
        let mut initializing: Vec<(Name, Name)> = Vec::new();
        for shape in &shapes {
            let sets: &[String] = match &shape.kind {
                ShapeKind::Receive(receive) => &receive.initializes,
                ShapeKind::Send(send) => &send.initializes,
                _ => &[],
            };
            initializing.extend(sets.iter().map(|set| (Name::new(set), id(&shape.id))));
        }
        for shape in shapes {
            let ShapeKind::Receive(receive) = &shape.kind else { continue };
            if !self.parts.contains_key(&id(&shape.id)) {
                continue;
            }
            self.receives.insert(id(&shape.id), false);
            for set in &receive.follows {
                let set = Name::new(set);
                for (_, first) in initializing.iter().filter(|(own, _)| *own == set) {
                    self.follows.insert((set, *first, id(&shape.id)), false);
                }
            }
        }
    }

    fn count(&self, kind: Kind) -> (usize, usize) {
        let all = self.parts.iter().filter(|(_, part)| part.kind == kind);
        let reached = all.clone().filter(|(id, _)| self.reached.contains(*id)).count();
        (reached, all.count())
    }

    /// Reached, and all.
    pub fn shapes(&self) -> (usize, usize) {
        self.count(Kind::Shape)
    }

    /// Branches of Decide, Listen and Parallel Actions.
    pub fn branches(&self) -> (usize, usize) {
        self.count(Kind::Branch)
    }

    /// Catch and compensation blocks.
    pub fn handlers(&self) -> (usize, usize) {
        self.count(Kind::Handler)
    }

    /// Sets that one shape initialises and another follows, by pairs.
    pub fn follows(&self) -> (usize, usize) {
        count(&self.follows)
    }

    /// Receives that took a message.
    pub fn receives(&self) -> (usize, usize) {
        count(&self.receives)
    }

    /// True when a shape, branch or block was reached; `None` when there is none with this id.
    pub fn reached(&self, id: Name) -> Option<bool> {
        self.parts.contains_key(&id).then(|| self.reached.contains(&id))
    }

    fn missing(&self) -> impl Iterator<Item = (Name, &Part)> {
        let missed = self.order.iter().filter(|id| !self.reached.contains(*id));
        missed.filter_map(|id| Some((*id, self.parts.get(id)?)))
    }

    /// Names of what was not reached, in drawn order.
    pub fn missed(&self) -> impl Iterator<Item = &str> {
        self.missing().map(|(_, part)| part.name.as_str())
    }
}
