use super::CodeProperty;
use super::knowledge::Knowledge;
use super::places::{CodePlace, orchestration};
use super::targets::Target;
use crate::check::{Before, before};
use crate::message::{Name, ValueType};
use crate::model::edit::DeclarationKind;
use crate::model::{
    Application, BlockSlot, CatchType, Direction, Id, Module, Orchestration, ParameterKind, Polarity, Shape,
    ShapeKind, Transaction,
};
use crate::program::{ScopeSymbols, TypeResolver};
use crate::xlang::{MessageType, Slot, Symbol, compile};
use std::sync::Arc;

/// What a declared name is where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeclaredKind {
    Message,
    Variable,
    CorrelationSet,
    Port,
    RoleLink,
}

impl DeclaredKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Variable => "variable",
            Self::CorrelationSet => "correlation set",
            Self::Port => "port",
            Self::RoleLink => "role link",
        }
    }
}

/// What is known of a message or correlation set at a place: constructed or initialized on the way there?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// On every path, or nothing needs to have happened.
    Ready,
    /// The shape itself constructs it.
    Here,
    /// On some path only.
    Perhaps,
    NotYet,
}

/// A name in scope.
#[derive(Clone, Debug)]
pub struct Declared {
    pub name: String,
    pub kind: DeclaredKind,
    /// Full name of its type, as declared.
    pub type_name: String,
    pub comments: String,
    /// Where the declaration is.
    pub target: Target,
    /// Name of the scope or catch block that declares it; empty for the orchestration.
    pub home: String,
    pub direction: Option<Direction>,
    pub standing: Standing,
    /// Which way messages of a port go first.
    pub polarity: Option<Polarity>,
}

/// The names that a text can use where it stands, inner ones last.
#[derive(Debug)]
pub struct Scope<'a> {
    pub(super) app: &'a Application,
    pub(super) module: &'a Module,
    pub(super) knowledge: &'a Knowledge,
    pub(super) slot: Slot,
    pub declared: Vec<Declared>,
    pub(super) symbols: ScopeSymbols<'a>,
}

impl<'a> Scope<'a> {
    /// `None` when there is no such place.
    pub fn at(app: &'a Application, knowledge: &'a Knowledge, place: &CodePlace) -> Option<Self> {
        let module = app.modules.get(&place.module)?;
        let orchestration = orchestration(app, &place.module)?;
        let symbols = ScopeSymbols {
            schemas: &knowledge.schemas,
            exceptions: &knowledge.exceptions,
            orchestrations: &knowledge.orchestrations,
            maps: &knowledge.maps,
            names: Vec::new(),
            orchestration: Some(orchestration),
            transactions: transactions(orchestration),
            tag: None,
        };
        let slot = place.slot(app)?;
        let mut scope = Self { app, module, knowledge, slot, declared: Vec::new(), symbols };
        scope.of_orchestration(&place.module, orchestration);
        if let Some(owner) = &place.owner {
            let mut way = Vec::new();
            way_to(&orchestration.body, owner, &mut way);
            if way.is_empty() {
                way_to(orchestration.compensation.as_deref().unwrap_or_default(), owner, &mut way);
            }
            let known = before(app, &place.module, way.last().map_or(owner, |(shape, _)| &shape.id));
            for (shape, slot) in &way {
                scope.of_scope(&place.module, shape, slot.as_ref(), owner);
            }
            let constructs = way.iter().rev().find_map(|(shape, _)| match &shape.kind {
                ShapeKind::Construct(construct) => Some(construct.messages.as_slice()),
                _ => None,
            });
            scope.standings(&known, constructs.unwrap_or_default());
        }
        if matches!(place.property, CodeProperty::InitialValue(_)) {
            // Initial values come before anything has happened.
            scope.declared.iter_mut().filter(|d| d.kind == DeclaredKind::Message).for_each(|declared| {
                if declared.direction.is_none() {
                    declared.standing = Standing::NotYet;
                }
            });
        }
        Some(scope)
    }

    fn of_orchestration(&mut self, key: &str, orchestration: &Orchestration) {
        use DeclarationKind as K;
        for parameter in &orchestration.parameters {
            let target = Target::declared(key, None, K::Parameter, parameter.name());
            let direction = Some(parameter.direction);
            match &parameter.kind {
                ParameterKind::Message(m) => self.message(m, target, "", direction),
                ParameterKind::Variable(v) => self.variable(v, target, "", direction),
                ParameterKind::CorrelationSet(c) => self.set(c, target, "", direction),
                ParameterKind::Port(p) => self.port(p, target, direction),
                ParameterKind::RoleLink(r) => self.role_link(r, target, direction),
            }
        }
        for port in &orchestration.ports {
            self.port(port, Target::declared(key, None, K::Port, &port.name), None);
        }
        for link in &orchestration.role_links {
            self.role_link(link, Target::declared(key, None, K::RoleLink, &link.name), None);
        }
        self.declarations(
            key,
            None,
            "",
            (&orchestration.messages, &orchestration.variables, &orchestration.correlation_sets),
        );
    }

    fn declarations(
        &mut self,
        key: &str,
        scope: Option<&Id>,
        home: &str,
        (messages, variables, sets): (
            &[crate::model::Message],
            &[crate::model::Variable],
            &[crate::model::CorrelationSet],
        ),
    ) {
        use DeclarationKind as K;
        for message in messages {
            self.message(message, Target::declared(key, scope, K::Message, &message.name), home, None);
        }
        for set in sets {
            self.set(set, Target::declared(key, scope, K::CorrelationSet, &set.name), home, None);
        }
        for variable in variables {
            self.variable(variable, Target::declared(key, scope, K::Variable, &variable.name), home, None);
        }
    }

    /// What a shape on the way adds: the locals of a scope, and of the catch block one is in its exception object.
    fn of_scope(&mut self, key: &str, shape: &Shape, slot: Option<&BlockSlot>, owner: &Id) {
        let ShapeKind::Scope(scope) = &shape.kind else { return };
        let locals = (&scope.messages[..], &scope.variables[..], &scope.correlation_sets[..]);
        self.declarations(key, Some(&shape.id), &shape.name, locals);
        let inside =
            |id: &Id| *slot.unwrap_or(&BlockSlot::Body) == BlockSlot::Catch(id.clone()) || id == owner;
        let Some(catch) = scope.catches.iter().find(|c| inside(&c.id)).filter(|c| !c.variable.is_empty())
        else {
            return;
        };
        let target =
            Target::Caught { module: key.to_owned(), catch: catch.id.clone(), name: catch.variable.clone() };
        let value_type = match &catch.exception {
            CatchType::Exception(name) => name.clone(),
            CatchType::General => return,
            CatchType::Fault { port, operation, fault } => {
                let Some(found) = self.fault(key, port, operation, fault) else { return };
                let message = crate::model::Message {
                    name: catch.variable.clone(),
                    message_type: found,
                    ..crate::model::Message::default()
                };
                return self.message(&message, target, &catch.name, Some(Direction::In));
            }
        };
        let variable = crate::model::Variable {
            name: catch.variable.clone(),
            variable_type: value_type,
            ..crate::model::Variable::default()
        };
        self.variable(&variable, target, &catch.name, None);
    }

    fn fault(&self, key: &str, port: &str, operation: &str, fault: &str) -> Option<String> {
        let port = orchestration(self.app, key)?.port(port)?;
        let operation = self.app.port_type(self.module, &port.port_type)?.operation(operation)?;
        operation.faults.iter().find(|f| f.name == fault).map(|f| f.message_type.clone())
    }

    fn message(
        &mut self,
        message: &crate::model::Message,
        target: Target,
        home: &str,
        direction: Option<Direction>,
    ) {
        let resolver = TypeResolver { application: self.app, schemas: &self.knowledge.schemas };
        if let Some(message_type) = resolver.message_type(self.module, &message.message_type) {
            let slot = self.next_slot();
            self.symbols.names.push((message.name.clone(), Symbol::Message { slot, message_type }));
        }
        let named = (&message.name, &message.message_type, &message.comments);
        self.add(named, DeclaredKind::Message, target, home, direction, None);
    }

    fn variable(
        &mut self,
        variable: &crate::model::Variable,
        target: Target,
        home: &str,
        direction: Option<Direction>,
    ) {
        let (slot, value_type) = (self.next_slot(), ValueType::from_name(&variable.variable_type));
        self.symbols.names.push((variable.name.clone(), Symbol::Variable { slot, value_type }));
        let named = (&variable.name, &variable.variable_type, &variable.comments);
        self.add(named, DeclaredKind::Variable, target, home, direction, None);
    }

    fn set(
        &mut self,
        set: &crate::model::CorrelationSet,
        target: Target,
        home: &str,
        direction: Option<Direction>,
    ) {
        let found = self.app.correlation_type(self.module, &set.correlation_type);
        let named = found.iter().flat_map(|t| &t.properties);
        let properties: Arc<[Name]> =
            named.filter_map(|p| self.knowledge.schemas.property(p)).map(|p| p.name).collect();
        let slot = self.next_slot();
        self.symbols.names.push((set.name.clone(), Symbol::CorrelationSet { slot, properties }));
        let named = (&set.name, &set.correlation_type, &set.comments);
        self.add(named, DeclaredKind::CorrelationSet, target, home, direction, None);
    }

    fn port(&mut self, port: &crate::model::Port, target: Target, direction: Option<Direction>) {
        let slot = self.next_slot();
        self.symbols.names.push((port.name.clone(), Symbol::Port { slot }));
        let named = (&port.name, &port.port_type, &port.comments);
        self.add(named, DeclaredKind::Port, target, "", direction, Some(port.polarity));
    }

    fn role_link(&mut self, link: &crate::model::RoleLink, target: Target, direction: Option<Direction>) {
        let slot = self.next_slot();
        self.symbols.names.push((link.name.clone(), Symbol::RoleLink { slot }));
        let named = (&link.name, &link.role_link_type, &link.comments);
        self.add(named, DeclaredKind::RoleLink, target, "", direction, Some(link.polarity));
    }

    fn next_slot(&self) -> u16 {
        u16::try_from(self.symbols.names.len()).unwrap_or(u16::MAX)
    }

    fn add(
        &mut self,
        (name, type_name, comments): (&String, &String, &String),
        kind: DeclaredKind,
        target: Target,
        home: &str,
        direction: Option<Direction>,
        polarity: Option<Polarity>,
    ) {
        // An inner name hides an outer one.
        self.declared.retain(|known| known.name != *name);
        self.declared.push(Declared {
            name: name.clone(),
            kind,
            type_name: type_name.clone(),
            comments: comments.clone(),
            target,
            home: home.to_owned(),
            direction,
            standing: Standing::Ready,
            polarity,
        });
    }

    fn standings(&mut self, known: &Before, constructs: &[String]) {
        for declared in &mut self.declared {
            let (always, maybe) = match declared.kind {
                DeclaredKind::Message if matches!(declared.target, Target::Caught { .. }) => continue,
                DeclaredKind::Message if constructs.contains(&declared.name) => {
                    declared.standing = Standing::Here;
                    continue;
                }
                DeclaredKind::Message => (&known.constructed, &known.perhaps_constructed),
                DeclaredKind::CorrelationSet => (&known.initialized, &known.perhaps_initialized),
                _ => continue,
            };
            declared.standing = if always.contains(&declared.name) {
                Standing::Ready
            } else if maybe.contains(&declared.name) {
                Standing::Perhaps
            } else {
                Standing::NotYet
            };
        }
    }

    /// The innermost declaration of a name.
    pub fn find(&self, name: &str) -> Option<&Declared> {
        self.declared.iter().rev().find(|d| d.name == name)
    }

    pub(super) fn message_type(&self, name: &str) -> Option<&Arc<MessageType>> {
        self.symbols.names.iter().rev().find(|(n, _)| n == name).and_then(|(_, symbol)| match symbol {
            Symbol::Message { message_type, .. } => Some(message_type),
            _ => None,
        })
    }

    /// Static type of an expression, `Unknown` for what only a run shows.
    pub(super) fn type_of(&self, expression: &str) -> ValueType {
        // A Delay takes any value as it is; that it wants a time does not matter here.
        compile(expression, Slot::Delay, &self.symbols).value_type
    }

    /// True for names before `(` that have properties: messages and their parts, ports, sets, orchestrations.
    pub(super) fn has_properties(&self, names: &[&str]) -> bool {
        use crate::xlang::Symbols as _;
        let Some(root) = names.first() else { return false };
        match (self.find(root).map(|d| d.kind), names) {
            (Some(DeclaredKind::Variable), _) => false,
            (Some(_), [_]) => true,
            (Some(DeclaredKind::Message), [_, part]) => self
                .message_type(root)
                .is_some_and(|t| t.multipart && t.parts.iter().any(|(name, _)| name.as_str() == *part)),
            (Some(_), _) => false,
            (None, _) => self.symbols.is_orchestration(&names.join(".")),
        }
    }

    /// What is wrong with a text here, as it would be once compiled.
    pub fn problems(&self, text: &str) -> Vec<crate::diagnostic::Diagnostic> {
        compile(text, self.slot.clone(), &self.symbols).diagnostics
    }

    /// Static type of a whole text that is one expression; `None` for statements.
    pub fn value_type(&self, text: &str) -> Option<ValueType> {
        match self.slot {
            Slot::Expression | Slot::MessageAssignment => None,
            _ => Some(self.type_of(text)).filter(|t| *t != ValueType::Unknown),
        }
    }
}

/// The shapes around `id`, outermost first, each with the block on the way in; the last is the owner of `id`, or the shape
/// itself.
pub(super) fn way_to<'a>(block: &'a [Shape], id: &Id, way: &mut Vec<(&'a Shape, Option<BlockSlot>)>) -> bool {
    for shape in block {
        if shape.id == *id {
            way.push((shape, None));
            return true;
        }
        for (slot, inner) in shape.blocks() {
            let own = matches!(&slot, BlockSlot::Branch(b) | BlockSlot::Catch(b) if b == id);
            way.push((shape, Some(slot)));
            if own || way_to(inner, id, way) {
                return true;
            }
            way.pop();
        }
    }
    false
}

/// Identifiers that `succeeded` takes.
fn transactions(orchestration: &Orchestration) -> Vec<Name> {
    let mut all = Vec::new();
    let mut add = |name: &str| {
        if !name.is_empty() {
            all.push(Name::new(name));
        }
    };
    add(&orchestration.transaction_id);
    for shape in orchestration.shapes() {
        match &shape.kind {
            ShapeKind::Scope(scope) if scope.transaction != Transaction::None => add(&scope.transaction_id),
            ShapeKind::Call(call) => add(&call.identifier),
            _ => {}
        }
    }
    all
}
