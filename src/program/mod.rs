//! What the engine executes: the application with names interned, slots resolved, expressions compiled and
//! shapes flattened to a list of operations. Made once by [`Program::compile`]; never changes.

mod compile;
mod components;
mod deploy;
mod mends;
mod op;
mod opening;
mod partly;
mod policy;
mod predicate;
mod role_link;
mod service;
mod shapes;
mod symbols;
mod types;

pub use components::Mocks;
pub use deploy::{GroupInfo, LocationInfo, ReceivePortInfo, SendPortInfo, TransportInfo, receive_locations};
pub use op::{
    Argument, ArgumentSlot, CallInfo, CatchInfo, CatchMatch, LegKind, ListenBranch, Op, ReceiveInfo,
    RuleArgument, RulesInfo, ScopeInfo, ScopeKind, SendInfo, ShapeInfo, Touched, TransformInfo,
};
pub use opening::{MONTHS, Opening, WEEKDAYS};
pub use policy::{PolicyInfo, RuleAction, RuleInfo};
pub use predicate::{Group, Predicate, compare, groups_text, hash_value};
pub use symbols::ScopeSymbols;
pub use types::{TypeResolver, routing_type};

use crate::component::Components;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::message::{Name, Value, ValueType};
use crate::model::{self, Application, Direction, Polarity};
use crate::xlang::{Code, ExceptionTypes, MessageType, Stub, Use};
use crate::xml::SchemaSet;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A compiled application.
#[derive(Debug)]
pub struct Program {
    pub application: Arc<Application>,
    pub schemas: SchemaSet,
    pub exceptions: ExceptionTypes,
    pub services: Vec<Service>,
    pub receive_ports: Vec<ReceivePortInfo>,
    pub locations: Vec<LocationInfo>,
    pub send_ports: Vec<SendPortInfo>,
    pub groups: Vec<GroupInfo>,
    /// Map name to map.
    pub maps: BTreeMap<Name, model::Map>,
    /// Custom code written as scripts.
    pub components: Components,
    pub mocks: Mocks,
    /// Every version of every policy.
    pub policies: Vec<PolicyInfo>,
    /// Send ports differ in priority, so that one may have to wait for another (TX-9).
    pub prioritized: bool,
    services_by_name: FxHashMap<Name, u16>,
    send_ports_by_name: FxHashMap<Name, u16>,
}

/// A compiled orchestration.
#[derive(Debug)]
pub struct Service {
    pub index: u16,
    /// Full name, `Namespace.Orchestration`.
    pub name: Name,
    /// Key of its module in the application.
    pub module: String,
    pub ops: Vec<Op>,
    pub shapes: Vec<ShapeInfo>,
    pub variables: Vec<VariableInfo>,
    pub messages: Vec<MessageInfo>,
    pub ports: Vec<PortInfo>,
    pub role_links: Vec<RoleLinkInfo>,
    pub sets: Vec<SetInfo>,
    /// Transaction identifiers, for `succeeded`.
    pub transactions: Vec<Name>,
    pub parameters: Vec<ParameterInfo>,
    pub code: Vec<Code>,
    /// What each text of `code` says and uses; only in a traced program.
    pub sources: Vec<Source>,
    pub receives: Vec<ReceiveInfo>,
    pub sends: Vec<SendInfo>,
    pub listens: Vec<Vec<ListenBranch>>,
    pub scopes: Vec<ScopeInfo>,
    pub calls: Vec<CallInfo>,
    pub transforms: Vec<TransformInfo>,
    pub rule_calls: Vec<RulesInfo>,
    /// Members of custom code it uses, and where.
    pub stubs: Vec<(Stub, Place)>,
    /// Receives that activate.
    pub activations: Vec<u16>,
    /// Receives of this service, and of services it calls with the set as argument, that follow each set:
    /// their subscriptions are made when the set is initialised (COR-15).
    pub followers: Vec<Vec<Follower>>,
    /// For an activate receive, the receives that then take the messages of its group: those that follow its sets
    /// (4.5), or in a parallel convoy all that initialise them (4.6).
    pub convoys: Vec<Convoy>,
    pub state: model::ServiceState,
    /// True for a transactional orchestration: a caller may compensate it.
    pub transactional: bool,
    /// Its custom compensation block.
    pub compensation: Option<u32>,
    /// Place of the [`Op::CompensateAndRaise`] that serves as default handler.
    pub default_handler: u32,
}

/// A text of an orchestration, for who explains what it did.
#[derive(Clone, Debug)]
pub struct Source {
    pub text: Arc<str>,
    pub place: Place,
    pub reads: Vec<Use>,
    pub writes: Vec<Use>,
}

#[derive(Debug)]
pub struct VariableInfo {
    pub name: Name,
    pub value_type: ValueType,
    /// Value before any initialiser runs.
    pub default: Value,
    pub initial: Option<u16>,
}

#[derive(Debug)]
pub struct MessageInfo {
    pub name: Name,
    pub message_type: Arc<MessageType>,
}

#[derive(Debug)]
pub struct SetInfo {
    pub name: Name,
    pub properties: Arc<[Name]>,
}

#[derive(Debug)]
pub struct PortInfo {
    pub name: Name,
    /// Name of its port type, without namespace.
    pub port_type: Name,
    pub polarity: Polarity,
    pub two_way: bool,
    pub operations: Vec<OperationInfo>,
    pub binding: PortBinding,
    pub ordered: bool,
    pub notify: bool,
}

/// A role link (RLK-1). Each port type of its role is a port of the service, named `Link.PortType`.
#[derive(Debug)]
pub struct RoleLinkInfo {
    /// Place among the ports that remembers its parties.
    pub slot: u16,
    pub name: Name,
    /// Full name of the role link type.
    pub type_name: Name,
    pub role: Name,
    /// The first communication happens in this role (RLK-2).
    pub initiating: bool,
    /// Its ports.
    pub ports: std::ops::Range<u16>,
    /// The other role of the type, with the ports for those of its port types that a shape uses: the way back of the
    /// conversation.
    pub peer: Name,
    pub peer_ports: std::ops::Range<u16>,
}

impl RoleLinkInfo {
    /// The role that a port of the link belongs to.
    pub fn role_of(&self, port: u16) -> Name {
        if self.peer_ports.contains(&port) { self.peer } else { self.role }
    }
}

#[derive(Debug)]
pub struct OperationInfo {
    pub name: Name,
    pub request: Arc<MessageType>,
    pub response: Option<Arc<MessageType>>,
    pub faults: Vec<(Name, Arc<MessageType>)>,
}

/// What a binding compiles to (BND-1..5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortBinding {
    ReceivePort(Name),
    SendPort(u16),
    SendPortGroup(u16),
    MessageBox,
    SelfCorrelating,
    Partner {
        service: Name,
        port: Name,
    },
    /// A port of a role link that sends: the destination party decides (RLK-5).
    Role,
    /// "Specify later" and not bound.
    Unbound,
    /// A parameter: the caller's port decides.
    Parameter,
}

#[derive(Debug)]
pub struct ParameterInfo {
    pub name: Name,
    pub direction: Direction,
    pub slot: ArgumentSlot,
}

/// A receive that follows a set, seen from the service that owns the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follower {
    pub service: u16,
    pub receive: u16,
    /// For each set the receive follows, the slot in the owning service.
    pub sets: Vec<u16>,
}

/// See [`Service::convoys`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convoy {
    pub activate: u16,
    pub followers: Vec<u16>,
}

impl Program {
    /// Compiles an application.
    ///
    /// # Errors
    /// All diagnostics, when at least one is an error.
    pub fn compile(application: &Application) -> Result<(Arc<Self>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let (program, diagnostics) = compile::compile(application, false);
        if diagnostics.iter().any(|d| d.severity == Severity::Error) {
            return Err(diagnostics);
        }
        Ok((Arc::new(program), diagnostics))
    }

    /// Compiles as far as it goes: what has errors is left out. For looking at, not for running.
    pub fn draft(application: &Application) -> Arc<Self> {
        Self::examine(application).0
    }

    /// [`Program::draft`], and everything found.
    pub fn examine(application: &Application) -> (Arc<Self>, Vec<Diagnostic>) {
        let (program, found) = compile::compile(application, false);
        (Arc::new(program), found)
    }

    /// Compiles as far as it goes and reports everything found.
    pub fn diagnose(application: &Application) -> Vec<Diagnostic> {
        Self::examine(application).1
    }

    /// The same program whose texts also tell the value of all that stands in them, to explain a step by running it again.
    /// States of the one fit the other.
    pub fn traced(application: &Application) -> Arc<Self> {
        Arc::new(compile::compile(application, true).0)
    }

    pub fn service(&self, index: u16) -> Option<&Service> {
        self.services.get(usize::from(index))
    }

    pub fn service_by_name(&self, name: Name) -> Option<&Service> {
        self.services_by_name.get(&name).and_then(|i| self.service(*i))
    }

    /// A shape of an orchestration, both by what they are called in events.
    pub fn shape(&self, service: Name, shape: Name) -> Option<&ShapeInfo> {
        self.service_by_name(service)?.shapes.iter().find(|info| info.id == shape)
    }

    pub fn send_port(&self, index: u16) -> Option<&SendPortInfo> {
        self.send_ports.get(usize::from(index))
    }

    pub fn send_port_by_name(&self, name: Name) -> Option<(u16, &SendPortInfo)> {
        let index = *self.send_ports_by_name.get(&name)?;
        Some((index, self.send_port(index)?))
    }

    pub fn group(&self, index: u16) -> Option<&GroupInfo> {
        self.groups.get(usize::from(index))
    }

    pub fn location(&self, name: Name) -> Option<&LocationInfo> {
        self.locations.iter().find(|l| l.name == name)
    }
}

impl Service {
    /// The shape's identity in the model.
    pub fn shape_id(&self, shape: u16) -> Name {
        self.shapes.get(usize::from(shape)).map_or_else(|| self.name, |s| s.id)
    }

    /// The number of the shape with this identity.
    pub fn shape_number(&self, id: Name) -> Option<u16> {
        self.shapes.iter().position(|info| info.id == id).and_then(|at| u16::try_from(at).ok())
    }

    /// The scope's identity in the model; the orchestration's for its own transaction.
    pub fn scope_id(&self, scope: &ScopeInfo) -> Name {
        scope.shape.map_or(self.name, |shape| self.shape_id(shape))
    }

    /// The innermost shape of a kind that the operation at `pc` is in.
    pub fn enclosing(&self, pc: u32, kind: &str) -> Option<&ShapeInfo> {
        let pc = usize::try_from(pc).ok()?;
        let mut ended = Vec::new();
        self.ops.get(..=pc)?.iter().rev().find_map(|op| match op {
            Op::Completed(shape) => {
                ended.push(*shape);
                None
            }
            Op::Started(shape) if ended.last() == Some(shape) => {
                ended.pop();
                None
            }
            Op::Started(shape) => self.shapes.get(usize::from(*shape)).filter(|info| info.kind == kind),
            _ => None,
        })
    }

    pub fn receive(&self, index: u16) -> Option<&ReceiveInfo> {
        self.receives.get(usize::from(index))
    }

    pub fn port(&self, index: u16) -> Option<&PortInfo> {
        self.ports.get(usize::from(index))
    }

    /// The role link that a port belongs to.
    pub fn role_link_of(&self, port: u16) -> Option<&RoleLinkInfo> {
        self.role_links.iter().find(|link| link.ports.contains(&port) || link.peer_ports.contains(&port))
    }

    pub fn set(&self, index: u16) -> Option<&SetInfo> {
        self.sets.get(usize::from(index))
    }

    /// The operation of a port.
    pub fn operation(&self, port: u16, operation: Name) -> Option<&OperationInfo> {
        self.port(port)?.operations.iter().find(|o| o.name == operation)
    }
}
