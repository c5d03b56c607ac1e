//! Which shapes scenarios reached.

use crate::engine::{Event, EventKind};
use crate::message::Name;
use crate::program::Program;
use std::collections::{BTreeMap, BTreeSet};

/// Shapes, branches and catch blocks of every orchestration, reached or not.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    services: BTreeMap<&'static str, ServiceCoverage>,
}

/// One orchestration.
#[derive(Clone, Debug, Default)]
pub struct ServiceCoverage {
    parts: BTreeMap<Name, Part>,
    /// In drawn order.
    order: Vec<Name>,
    reached: BTreeSet<Name>,
}

#[derive(Clone, Debug)]
struct Part {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Shape,
    Branch,
    /// Catch or compensation.
    Handler,
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
        this
    }

    /// Counts what a run reached. Orchestrations and shapes that only its set-up added do not count.
    pub fn add(&mut self, events: &[Event]) {
        for event in events {
            if let EventKind::ShapeStarted { service, shape, .. } = &event.kind
                && let Some(of) = self.services.get_mut(service.as_str())
                && of.parts.contains_key(shape)
            {
                of.reached.insert(*shape);
            }
        }
    }

    /// Counts what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (name, service) in &other.services {
            let Some(mine) = self.services.get_mut(name) else { continue };
            mine.reached.extend(service.reached.iter().filter(|shape| mine.parts.contains_key(*shape)));
        }
    }

    /// By full name of the orchestration.
    pub fn services(&self) -> impl Iterator<Item = (&'static str, &ServiceCoverage)> {
        self.services.iter().map(|(name, service)| (*name, service))
    }
}

impl ServiceCoverage {
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

    /// Names of what was not reached, in drawn order.
    pub fn missed(&self) -> impl Iterator<Item = &str> {
        let missed = self.order.iter().filter(|id| !self.reached.contains(*id));
        missed.filter_map(|id| self.parts.get(id)).map(|part| part.name.as_str())
    }
}
