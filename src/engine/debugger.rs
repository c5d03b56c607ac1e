//! Breakpoints: where instances stop before a shape, to be looked at (DBG-2, DBG-5).

use super::core::Step;
use super::facts::AtShape;
use super::instance::Machine;
use super::{Engine, InstanceId};
use crate::filter::Filter;
use crate::message::Name;
use crate::program::{Op, ScopeKind, Service};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// All breakpoints of a run, and who stands at one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Debugger {
    /// Class breakpoints by service and shape, with the last instance there was: they stop newer ones only.
    class: BTreeMap<(u16, u16), InstanceId>,
    /// Breakpoints of one instance, by service and shape.
    instance: BTreeSet<(InstanceId, u16, u16)>,
    /// Thread and operation an instance stopped at: going on, it passes there.
    stopped: BTreeMap<InstanceId, (usize, u32)>,
    /// What breakpoints stop on, by their instance, service and shape.
    #[serde(default)]
    conditions: BTreeMap<(Option<InstanceId>, u16, u16), Condition>,
}

/// When a breakpoint stops.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Only where it holds: of the instance that is about to run the shape.
    pub filter: Filter,
    /// Only from so many such times on; 0 and 1 are the first.
    pub hits: u32,
    /// How often it has held.
    pub seen: u32,
}

/// A breakpoint as tools show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakpoint {
    pub orchestration: Name,
    pub shape: Name,
    /// The one instance it stops; `None` for a class breakpoint, which stops every new instance.
    pub instance: Option<InstanceId>,
}

impl Debugger {
    /// The instance has ended.
    pub fn forget(&mut self, id: InstanceId) {
        self.stopped.remove(&id);
        self.instance.retain(|(instance, ..)| *instance != id);
        self.conditions.retain(|(instance, ..), _| *instance != Some(id));
    }

    fn stops(&self, id: InstanceId, service: u16, shape: u16) -> bool {
        self.class.get(&(service, shape)).is_some_and(|last| id > *last)
            || self.instance.contains(&(id, service, shape))
    }
}

impl Machine<'_, '_> {
    /// True when the thread has to stop before this shape: not inside an atomic scope, which has no persistence point
    /// (PER-1), and once only.
    pub fn stops_before(&mut self, service: &Service, shape: u16, pc: u32) -> bool {
        let id = self.instance.id;
        let debugger = &mut self.step.core.debugger;
        if debugger.class.is_empty() && debugger.instance.is_empty()
            || !debugger.stops(id, service.index, shape)
        {
            return false;
        }
        let here = (self.thread, pc);
        if debugger.stopped.get(&id) == Some(&here) {
            debugger.stopped.remove(&id);
            return false;
        }
        if !self.condition_holds(service, shape) {
            return false;
        }
        let thread = self.instance.state.threads.get(self.thread);
        if thread.is_some_and(|t| t.scopes.iter().any(|s| s.atomic.is_some())) {
            return false;
        }
        self.step.core.debugger.stopped.insert(id, here);
        true
    }

    /// True when a breakpoint before the shape that has a condition meets it, or one has none.
    fn condition_holds(&mut self, service: &Service, shape: u16) -> bool {
        let id = self.instance.id;
        let now = self.step.now();
        let debugger = &mut self.step.core.debugger;
        if debugger.conditions.is_empty() {
            return true;
        }
        let own = debugger.instance.contains(&(id, service.index, shape)).then_some(Some(id));
        let class =
            debugger.class.get(&(service.index, shape)).is_some_and(|last| id > *last).then_some(None);
        let facts = AtShape { program: self.program, instance: self.instance, service, shape, now };
        let mut stops = false;
        for key in own.into_iter().chain(class) {
            match debugger.conditions.get_mut(&(key, service.index, shape)) {
                None => stops = true,
                Some(condition) if condition.filter.holds(&facts) => {
                    condition.seen = condition.seen.saturating_add(1);
                    stops |= condition.seen >= condition.hits;
                }
                Some(_) => {}
            }
        }
        stops
    }
}

impl Step<'_> {
    /// Sets when a breakpoint stops, which must be there; counting begins anew.
    ///
    /// # Errors
    /// For a breakpoint that is not set, and a filter that is none.
    pub fn set_condition(&mut self, breakpoint: Breakpoint, filter: &str, hits: u32) -> Result<(), String> {
        let Breakpoint { orchestration, shape, instance } = breakpoint;
        let missing = || format!("There is no breakpoint before {shape} of {orchestration}: set it first");
        let program = std::sync::Arc::clone(self.program);
        let service = program.service_by_name(orchestration).ok_or_else(missing)?;
        let number = service.shape_number(shape);
        let number = number.ok_or_else(missing)?;
        let debugger = &mut self.core.debugger;
        let set = match instance {
            None => debugger.class.contains_key(&(service.index, number)),
            Some(id) => debugger.instance.contains(&(id, service.index, number)),
        };
        if !set {
            return Err(missing());
        }
        let filter = Filter::parse(filter).map_err(|found| format!("{}: {}", found.message, found.help))?;
        let key = (instance, service.index, number);
        if filter.is_empty() && hits <= 1 {
            debugger.conditions.remove(&key);
        } else {
            debugger.conditions.insert(key, Condition { filter, hits, seen: 0 });
        }
        Ok(())
    }

    /// Sets or removes a breakpoint.
    ///
    /// # Errors
    /// For an unknown orchestration, shape or instance, and for a shape inside an atomic scope (DBG-5).
    pub fn set_breakpoint(&mut self, breakpoint: Breakpoint, on: bool) -> Result<(), String> {
        let Breakpoint { orchestration, shape, instance } = breakpoint;
        let program = std::sync::Arc::clone(self.program);
        let service = program
            .service_by_name(orchestration)
            .ok_or_else(|| format!("There is no orchestration {orchestration}"))?;
        let number = service.shape_number(shape);
        let number = number.ok_or_else(|| format!("{orchestration} has no shape {shape}"))?;
        match place_of(service, number) {
            Place::Nowhere => {
                return Err(format!("{shape} runs with the shape around it: set the breakpoint there"));
            }
            Place::Atomic => {
                return Err(format!(
                    "{shape} is inside an atomic scope, where nothing can stop: set the breakpoint on the scope (DBG-5)"
                ));
            }
            Place::Here => {}
        }
        if let Some(id) = instance.filter(|id| !self.core.slots.contains_key(id)) {
            return Err(format!("There is no instance {id}"));
        }
        let last = InstanceId(self.core.counters.instances);
        let debugger = &mut self.core.debugger;
        match (instance, on) {
            (None, true) => drop(debugger.class.insert((service.index, number), last)),
            (None, false) => {
                debugger.class.remove(&(service.index, number));
                debugger.conditions.remove(&(None, service.index, number));
            }
            (Some(id), true) => drop(debugger.instance.insert((id, service.index, number))),
            (Some(id), false) => {
                debugger.instance.remove(&(id, service.index, number));
                debugger.conditions.remove(&(Some(id), service.index, number));
            }
        }
        Ok(())
    }
}

impl Engine {
    /// When a breakpoint stops, if it does not always.
    pub fn condition(&self, breakpoint: &Breakpoint) -> Option<&Condition> {
        let service = self.program.service_by_name(breakpoint.orchestration)?;
        let shape = service.shape_number(breakpoint.shape)?;
        let key = (breakpoint.instance, service.index, shape);
        self.core.debugger.conditions.get(&key)
    }

    /// Every breakpoint: of classes, then of instances.
    pub fn breakpoints(&self) -> Vec<Breakpoint> {
        let debugger = &self.core.debugger;
        let class = debugger.class.keys().map(|(service, shape)| (None, *service, *shape));
        let instance = debugger.instance.iter().map(|(id, service, shape)| (Some(*id), *service, *shape));
        let shown = |(instance, service, shape)| {
            let service = self.program.service(service)?;
            Some(Breakpoint { orchestration: service.name, shape: service.shape_id(shape), instance })
        };
        class.chain(instance).filter_map(shown).collect()
    }
}

enum Place {
    Here,
    Atomic,
    /// It has no operation of its own, such as a branch.
    Nowhere,
}

fn place_of(service: &Service, shape: u16) -> Place {
    let atomic = |scope: &u16| {
        service
            .scopes
            .get(usize::from(*scope))
            .is_some_and(|info| matches!(info.kind, ScopeKind::Atomic { .. }))
    };
    let mut depth = 0_u32;
    for op in &service.ops {
        match op {
            Op::EnterScope(scope) if atomic(scope) => depth += 1,
            Op::LeaveScope(scope) if atomic(scope) => depth = depth.saturating_sub(1),
            Op::Started(at) if *at == shape => return if depth > 0 { Place::Atomic } else { Place::Here },
            _ => {}
        }
    }
    Place::Nowhere
}
