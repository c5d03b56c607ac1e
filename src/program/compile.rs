use super::components::{compile_mocks, report_unanswered};
use super::deploy::{Deployment, compile_filter, deploy, generated_port};
use super::policy::{compile_policy, versioned};
use super::service::ServiceCompiler;
use super::{Follower, PolicyInfo, PortBinding, Program, Service};
use crate::component::Components;
use crate::diagnostic::{Diagnostic, Place};
use crate::message::Name;
use crate::model::edit::Edit;
use crate::model::{Application, Filter, Module, Orchestration};
use crate::xlang::{ExceptionTypes, is_exception};
use crate::xml::SchemaSet;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What every orchestration of an application is compiled against.
pub(super) struct Shared<'a> {
    pub app: &'a Application,
    /// Texts tell the values of what stands in them.
    pub traced: bool,
    pub schemas: &'a SchemaSet,
    pub exceptions: &'a ExceptionTypes,
    pub deployment: &'a Deployment,
    /// Full names of all orchestrations.
    pub orchestrations: BTreeSet<String>,
    pub maps: BTreeSet<String>,
    /// Place of each version of each policy, by its name with version.
    pub policies: BTreeMap<String, u16>,
    /// Service number of each orchestration, by full name.
    pub numbers: BTreeMap<String, u16>,
}

impl Shared<'_> {
    /// Service number of an orchestration that a module names.
    pub fn number(&self, caller: &Module, name: &str) -> Option<u16> {
        let (module, orchestration) = self.app.orchestration_for(caller, name)?;
        self.numbers.get(&module.full_name(&orchestration.name)).copied()
    }

    pub fn policy(&self, versioned: &str) -> Option<u16> {
        self.policies.get(versioned).copied()
    }

    pub fn send_port(&self, name: &str) -> Option<u16> {
        u16::try_from(self.deployment.send_ports.iter().position(|p| p.name.as_str() == name)?).ok()
    }

    pub fn group(&self, name: &str) -> Option<u16> {
        u16::try_from(self.deployment.groups.iter().position(|p| p.name.as_str() == name)?).ok()
    }

    pub fn receive_port(&self, name: &str) -> Option<Name> {
        self.deployment.receive_ports.iter().map(|p| p.name).find(|n| n.as_str() == name)
    }

    pub fn generated(orchestration: &str, port: &str) -> String {
        generated_port(orchestration, port)
    }

    pub fn filter(
        &self,
        filter: &Filter,
        change: &dyn Fn(Filter) -> Edit,
        place: &Place,
        found: &mut Vec<Diagnostic>,
    ) -> Vec<super::Group> {
        compile_filter(filter, self.schemas, change, place, found)
    }
}

pub(super) fn compile(app: &Application, traced: bool) -> (Program, Vec<Diagnostic>) {
    let schemas = SchemaSet::build(app);
    let mut found = schemas.diagnostics().to_vec();
    let exceptions = exception_types(app, &mut found);
    let deployment = deploy(app, &schemas, &mut found);
    let all: Vec<(&String, &Module, &Orchestration)> = app
        .modules
        .iter()
        .filter_map(|(key, module)| module.orchestration.as_ref().map(|o| (key, module, o)))
        .collect();
    let names: Vec<String> = all.iter().map(|(_, m, o)| m.full_name(&o.name)).collect();
    let versions = app.policies.values().flat_map(|p| p.versions.iter().map(move |v| versioned(p, v)));
    let shared = Shared {
        app,
        traced,
        schemas: &schemas,
        exceptions: &exceptions,
        deployment: &deployment,
        orchestrations: names.iter().cloned().collect(),
        maps: app.maps.values().map(|m| m.name.clone()).collect(),
        policies: versions.zip(0_u16..).collect(),
        numbers: names.iter().cloned().zip(0_u16..).collect(),
    };
    let policies: Vec<PolicyInfo> =
        app.policies.values().flat_map(|p| compile_policy(&shared, p, &mut found)).collect();
    let (components, faults) = Components::compile(&app.components);
    found.extend(faults);
    let mocks = compile_mocks(&shared, &mut found);
    let mut services: Vec<Service> = Vec::with_capacity(all.len());
    for (index, (key, module, orchestration)) in (0_u16..).zip(&all) {
        services.push(ServiceCompiler::new(&shared, index, key, module, orchestration, &mut found).compile());
    }
    let compiled = services.iter().chain(policies.iter().map(|p| &p.memory));
    let stated = &app.settings.mocks;
    report_unanswered(&components, &app.components, stated, compiled.flat_map(|s| &s.stubs), &mut found);
    number_kinds(&mut services);
    link_followers(&mut services);
    let services_by_name: FxHashMap<Name, u16> = services.iter().map(|s| (s.name, s.index)).collect();
    let send_ports_by_name = deployment.send_ports.iter().map(|p| p.name).zip(0_u16..).collect();
    let mut priorities = deployment.send_ports.iter().map(|p| p.priority);
    let first = priorities.next();
    let prioritized = priorities.any(|priority| Some(priority) != first);
    let program = Program {
        application: Arc::new(app.clone()),
        services,
        receive_ports: deployment.receive_ports,
        locations: deployment.locations,
        send_ports: deployment.send_ports,
        groups: deployment.groups,
        prioritized,
        maps: app.maps.values().map(|m| (Name::new(&m.name), m.clone())).collect(),
        components,
        mocks,
        policies,
        services_by_name,
        send_ports_by_name,
        schemas,
        exceptions,
    };
    (program, found.into_iter().map(|finding| finding.in_sources(app)).collect())
}

/// The exception types the application declares. Names are all the language has to tell them by.
fn exception_types(app: &Application, found: &mut Vec<Diagnostic>) -> ExceptionTypes {
    let types = ExceptionTypes::of(app);
    for declared in &app.settings.exceptions {
        let (problem, help) = if !is_exception(&declared.name) {
            ("does not end in Exception", "End its name in Exception, as in Shop.OutOfStockException")
        } else if !types.derives(&declared.base, "System.Exception") {
            (
                "does not derive from System.Exception",
                "Give it an exception type as its base, without a circle",
            )
        } else {
            continue;
        };
        let message = format!("The exception type {} {problem}", declared.name);
        let place = Place { name: declared.name.clone(), property: "exceptions", ..Place::default() };
        found.push(Diagnostic::error("V34", message, help).at(place));
    }
    types
}

/// What makes two receives of one kind.
#[derive(PartialEq)]
struct Kind {
    binding: PortBinding,
    /// Service and port, where the binding alone does not tell.
    own: Option<(u16, u16)>,
    operation: Name,
    message_type: Option<smol_str::SmolStr>,
    properties: Vec<Name>,
}

/// Gives receives that take the same things through the same port one kind.
fn number_kinds(services: &mut [Service]) {
    let mut known: Vec<Kind> = Vec::new();
    for service in services {
        for at in 0..service.receives.len() {
            let Some(receive) = service.receives.get(at) else { continue };
            let binding = service.port(receive.port).map_or(PortBinding::Unbound, |p| p.binding);
            // What a parameter is bound to is known at run time only: it is a kind of its own.
            let own = matches!(
                binding,
                PortBinding::Parameter | PortBinding::Unbound | PortBinding::SelfCorrelating
            )
            .then_some((service.index, receive.port));
            let properties = receive
                .follows
                .iter()
                .filter_map(|s| service.set(*s))
                .flat_map(|s| s.properties.iter().copied());
            let key = Kind {
                binding,
                own,
                operation: receive.operation,
                message_type: receive.message_type.clone(),
                properties: properties.collect(),
            };
            let kind = known.iter().position(|k| *k == key).unwrap_or_else(|| {
                known.push(key);
                known.len() - 1
            });
            if let Some(receive) = service.receives.get_mut(at) {
                receive.kind = u32::try_from(kind).unwrap_or(u32::MAX);
            }
        }
    }
}

/// Gives every set the receives that follow it, in its own service and in those it is passed to by Call (E1):
/// a message may arrive before the called orchestration runs.
fn link_followers(services: &mut [Service]) {
    let all: Vec<Vec<Vec<Follower>>> = services
        .iter()
        .map(|service| {
            (0..service.sets.len())
                .map(|set| {
                    u16::try_from(set).map_or_else(|_| Vec::new(), |set| followers(services, service, set, 0))
                })
                .collect()
        })
        .collect();
    for (service, followers) in services.iter_mut().zip(all) {
        service.followers = followers;
    }
}

/// Call depth beyond which the search stops; the checker reports recursion (CAL-5).
const MAX_DEPTH: usize = 32;

fn followers(services: &[Service], service: &Service, set: u16, depth: usize) -> Vec<Follower> {
    let mut found: Vec<Follower> = (0_u16..)
        .zip(&service.receives)
        .filter(|(_, r)| r.follows.contains(&set))
        .map(|(receive, r)| Follower { service: service.index, receive, sets: r.follows.clone() })
        .collect();
    if depth >= MAX_DEPTH {
        return found;
    }
    for call in service.calls.iter().filter(|c| c.synchronous) {
        let Some(callee) = services.get(usize::from(call.service)) else { continue };
        let passed: BTreeMap<u16, u16> = call
            .arguments
            .iter()
            .filter_map(|a| match (a.from, a.to) {
                (super::ArgumentSlot::Set(from), super::ArgumentSlot::Set(to)) => Some((to, from)),
                _ => None,
            })
            .collect();
        for (inner, _) in passed.iter().filter(|(_, outer)| **outer == set) {
            for follower in followers(services, callee, *inner, depth + 1) {
                let sets: Option<Vec<u16>> = follower.sets.iter().map(|s| passed.get(s).copied()).collect();
                let Some(sets) = sets else { continue };
                let mapped = Follower { sets, ..follower };
                if !found.contains(&mapped) {
                    found.push(mapped);
                }
            }
        }
    }
    found
}
