use super::compile::Shared;
use super::op::{ArgumentSlot, Op, ShapeInfo, Touched};
use super::symbols::ScopeSymbols;
use super::types::TypeResolver;
use super::{
    Convoy, MessageInfo, OperationInfo, ParameterInfo, PortBinding, PortInfo, Service, SetInfo, Source,
    VariableInfo,
};
use crate::diagnostic::{Diagnostic, Place};
use crate::message::{ClassInstance, Name, Value, ValueType};
use crate::model::{
    self, Binding, CommunicationPattern, DeliveryNotification, Module, Orchestration, ParameterKind, Polarity,
};
use crate::xlang::{MessageType, PartType, Slot, Symbol, Use, Used};
use std::sync::Arc;

/// Compiles one orchestration: declarations here, shapes in [`super::shapes`].
pub(super) struct ServiceCompiler<'a> {
    pub shared: &'a Shared<'a>,
    pub key: &'a str,
    pub module: &'a Module,
    pub orchestration: &'a Orchestration,
    pub symbols: ScopeSymbols<'a>,
    pub service: Service,
    /// Transactions of the scopes around the shape being compiled.
    pub open_transactions: Vec<Option<u16>>,
    /// What the scopes around the shape being compiled use, outermost first; the first is the orchestration.
    pub touched: Vec<Touched>,
    /// Receives of parallel convoys: those of one all initialise the same sets in branches of their own (CVY-20).
    pub parallel_convoys: Vec<Vec<u16>>,
    pub found: &'a mut Vec<Diagnostic>,
}

impl<'a> ServiceCompiler<'a> {
    pub fn new(
        shared: &'a Shared<'a>,
        index: u16,
        key: &'a str,
        module: &'a Module,
        orchestration: &'a Orchestration,
        found: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let full = module.full_name(&orchestration.name);
        let binding = shared.app.bindings.service(&full);
        let service = Service {
            index,
            name: Name::new(&full),
            module: key.to_owned(),
            ops: Vec::new(),
            shapes: Vec::new(),
            variables: Vec::new(),
            messages: Vec::new(),
            ports: Vec::new(),
            role_links: Vec::new(),
            sets: Vec::new(),
            transactions: Vec::new(),
            parameters: Vec::new(),
            code: Vec::new(),
            sources: Vec::new(),
            receives: Vec::new(),
            sends: Vec::new(),
            listens: Vec::new(),
            scopes: Vec::new(),
            calls: Vec::new(),
            transforms: Vec::new(),
            rule_calls: Vec::new(),
            stubs: Vec::new(),
            activations: Vec::new(),
            followers: Vec::new(),
            convoys: Vec::new(),
            state: binding.map(|b| b.state).unwrap_or_default(),
            transactional: orchestration.transaction != model::Transaction::None,
            compensation: None,
            default_handler: 0,
        };
        let symbols = ScopeSymbols { orchestration: Some(orchestration), ..ScopeSymbols::new(shared) };
        Self {
            shared,
            key,
            module,
            orchestration,
            symbols,
            service,
            open_transactions: Vec::new(),
            touched: vec![Touched::default()],
            parallel_convoys: Vec::new(),
            found,
        }
    }

    pub fn compile(mut self) -> Service {
        self.parameters();
        for port in &self.orchestration.ports {
            self.port(port, |this, two_way, place| this.binding(port, two_way, place));
        }
        for link in &self.orchestration.role_links {
            self.role_link(link, false);
        }
        let declared = self.declare(
            &self.orchestration.messages,
            &self.orchestration.variables,
            &self.orchestration.correlation_sets,
            &Place {
                module: Some(self.key.to_owned()),
                name: self.orchestration.name.clone(),
                ..Place::default()
            },
        );
        self.body(declared);
        self.find_convoys();
        self.service.transactions.clone_from(&self.symbols.transactions);
        self.service
    }

    fn parameters(&mut self) {
        for parameter in &self.orchestration.parameters {
            let place = Place { name: parameter.name().to_owned(), ..self.root_place() };
            let slot = match &parameter.kind {
                ParameterKind::Message(message) => self.message(message, &place).map(ArgumentSlot::Message),
                ParameterKind::Variable(variable) => Some(ArgumentSlot::Variable(self.variable(variable))),
                ParameterKind::CorrelationSet(set) => self.set(set, &place).map(ArgumentSlot::Set),
                ParameterKind::Port(port) => {
                    self.port(port, |_, _, _| PortBinding::Parameter).map(ArgumentSlot::Port)
                }
                ParameterKind::RoleLink(link) => self.role_link(link, true).map(ArgumentSlot::Port),
            };
            let Some(slot) = slot else { continue };
            self.service.parameters.push(ParameterInfo {
                name: Name::new(parameter.name()),
                direction: parameter.direction,
                slot,
            });
        }
    }

    /// Declares the names of an orchestration or scope and returns the operation that initialises them.
    pub fn declare(
        &mut self,
        messages: &[model::Message],
        variables: &[model::Variable],
        sets: &[model::CorrelationSet],
        place: &Place,
    ) -> Op {
        let first = (self.service.variables.len(), self.service.sets.len(), self.service.messages.len());
        for message in messages {
            self.message(message, &Place { name: message.name.clone(), ..place.clone() });
        }
        for set in sets {
            self.set(set, &Place { name: set.name.clone(), ..place.clone() });
        }
        for variable in variables {
            self.variable(variable);
        }
        // Initial values may name any variable of the same scope.
        for (offset, variable) in variables.iter().enumerate() {
            let Some(known) = self.service.variables.get(first.0 + offset) else { continue };
            // The default constructor wins over a value that an earlier type left behind.
            let made = matches!(&known.value_type, ValueType::Named(name)
                if variable.use_default_constructor && self.shared.schemas.class(name).is_none());
            let made = made.then(|| format!("new {}()", variable.variable_type));
            let text = variable.initial_value.as_deref().filter(|_| !variable.use_default_constructor);
            let Some(text) = made.as_deref().or(text).filter(|text| !text.trim().is_empty()) else {
                continue;
            };
            let slot = Slot::InitialValue(known.value_type.clone());
            let place = Place { name: variable.name.clone(), property: "initial_value", ..place.clone() };
            let code = self.code(text, slot, place);
            if let Some(known) = self.service.variables.get_mut(first.0 + offset) {
                known.initial = code;
            }
        }
        let range = |from: usize, to: usize| (small(from), small(to));
        Op::Initialize {
            variables: range(first.0, self.service.variables.len()),
            sets: range(first.1, self.service.sets.len()),
            messages: range(first.2, self.service.messages.len()),
        }
    }

    pub fn message(&mut self, message: &model::Message, place: &Place) -> Option<u16> {
        let resolver = TypeResolver { application: self.shared.app, schemas: self.shared.schemas };
        let Some(message_type) = resolver.message_type(self.module, &message.message_type) else {
            self.report(
                "V01",
                unknown("Message", &message.name, "type", &message.message_type),
                "Choose a schema, a multi-part message type, a class or System.Xml.XmlDocument as its message type",
                Place { property: "message_type", ..place.clone() },
            );
            // Its name is known all the same: expressions about it are open, not wrong.
            self.symbols.names.push((
                message.name.clone(),
                Symbol::Message { slot: 0, message_type: Arc::new(open_type(&message.message_type)) },
            ));
            return None;
        };
        let slot = small(self.service.messages.len());
        let info = MessageInfo { name: Name::new(&message.name), message_type: Arc::clone(&message_type) };
        self.service.messages.push(info);
        self.symbols.names.push((message.name.clone(), Symbol::Message { slot, message_type }));
        Some(slot)
    }

    pub fn variable(&mut self, variable: &model::Variable) -> u16 {
        let value_type = ValueType::from_name(&variable.variable_type);
        let default = match &value_type {
            ValueType::Named(name) if variable.use_default_constructor => {
                self.shared.schemas.class(name).map_or(Value::Null, |class| {
                    Value::Class(Arc::new(ClassInstance::new(Arc::clone(class))))
                })
            }
            ValueType::Xml if variable.use_default_constructor => {
                Value::Xml(Arc::new(crate::message::Body::xml("")))
            }
            other => other.default_value(),
        };
        let slot = small(self.service.variables.len());
        self.service.variables.push(VariableInfo {
            name: Name::new(&variable.name),
            value_type: value_type.clone(),
            default,
            initial: None,
        });
        self.symbols.names.push((variable.name.clone(), Symbol::Variable { slot, value_type }));
        slot
    }

    fn set(&mut self, set: &model::CorrelationSet, place: &Place) -> Option<u16> {
        let Some(correlation_type) = self.shared.app.correlation_type(self.module, &set.correlation_type)
        else {
            self.report(
                "V01",
                unknown("Correlation set", &set.name, "type", &set.correlation_type),
                "Choose one of the correlation types, or create one with the properties to correlate on",
                Place { property: "correlation_type", ..place.clone() },
            );
            return None;
        };
        let mut properties = Vec::new();
        for name in &correlation_type.properties {
            match self.shared.schemas.property(name) {
                Some(property) => properties.push(property.name),
                None => self.report(
                    "V01",
                    format!("Correlation type {} names the unknown property {name}", correlation_type.name),
                    "Name a property of a property schema, such as OrderPropertySchema.OrderID",
                    Place { property: "correlation_type", ..place.clone() },
                ),
            }
        }
        let slot = small(self.service.sets.len());
        let properties: Arc<[Name]> = properties.into();
        self.service.sets.push(SetInfo { name: Name::new(&set.name), properties: Arc::clone(&properties) });
        self.symbols.names.push((set.name.clone(), Symbol::CorrelationSet { slot, properties }));
        Some(slot)
    }

    pub fn port(
        &mut self,
        port: &model::Port,
        binding: impl FnOnce(&mut Self, bool, &Place) -> PortBinding,
    ) -> Option<u16> {
        let place = Place { name: port.name.clone(), id: Some(port.id.clone()), ..self.root_place() };
        let Some(port_type) = self.shared.app.port_type(self.module, &port.port_type) else {
            self.report(
                "V01",
                unknown("Port", &port.name, "port type", &port.port_type),
                "Choose a port type, or create one with the operations the port needs",
                Place { property: "port_type", ..place },
            );
            return None;
        };
        let two_way = port_type.pattern == CommunicationPattern::RequestResponse;
        let home = self
            .shared
            .app
            .modules
            .values()
            .find(|m| m.port_types.iter().any(|t| std::ptr::eq(t, port_type)));
        let home = home.unwrap_or(self.module);
        let resolver = TypeResolver { application: self.shared.app, schemas: self.shared.schemas };
        let mut operations = Vec::new();
        for operation in &port_type.operations {
            let mut resolve = |name: &str| {
                let resolved = resolver.message_type(home, name);
                if resolved.is_none() {
                    self.found.push(
                        Diagnostic::error(
                            "V01",
                            unknown("Operation", &format!("{} of {}", operation.name, port_type.name), "message type", name),
                            "Choose a schema, multi-part type, class or System.Xml.XmlDocument as the message type",
                        )
                        .at(place.clone()),
                    );
                }
                resolved
            };
            let Some(request) = resolve(&operation.request) else { continue };
            let response = operation.response.as_deref().and_then(&mut resolve);
            let faults = operation
                .faults
                .iter()
                .filter_map(|f| Some((Name::new(&f.name), resolve(&f.message_type)?)))
                .collect();
            operations.push(OperationInfo { name: Name::new(&operation.name), request, response, faults });
        }
        let binding = binding(self, two_way, &place);
        let slot = small(self.service.ports.len());
        self.service.ports.push(PortInfo {
            name: Name::new(&port.name),
            port_type: Name::new(&port_type.name),
            polarity: port.polarity,
            two_way,
            operations,
            binding,
            ordered: port.ordered_delivery,
            notify: port.delivery_notification == DeliveryNotification::Transmitted,
        });
        self.symbols.names.push((port.name.clone(), Symbol::Port { slot }));
        Some(slot)
    }

    fn binding(&mut self, port: &model::Port, two_way: bool, place: &Place) -> PortBinding {
        let full = self.service.name.as_str();
        let bound = self.shared.app.bindings.service(full).and_then(|s| s.ports.get(&port.name));
        match &port.binding {
            Binding::MessageBox => PortBinding::MessageBox,
            Binding::SelfCorrelating => PortBinding::SelfCorrelating,
            Binding::Partner(partner) => {
                match self.shared.app.orchestration_for(self.module, &partner.orchestration) {
                    Some((module, orchestration)) if orchestration.port(&partner.port).is_some() => {
                        PortBinding::Partner {
                            service: Name::new(&module.full_name(&orchestration.name)),
                            port: Name::new(&partner.port),
                        }
                    }
                    _ => {
                        self.report(
                            "V43",
                            format!(
                                "Port {} names the unknown partner port {}.{}",
                                port.name, partner.orchestration, partner.port
                            ),
                            "Choose the partner orchestration and one of its ports",
                            Place { property: "binding", ..place.clone() },
                        );
                        PortBinding::Unbound
                    }
                }
            }
            Binding::SpecifyNow(_) | Binding::Dynamic(_) if bound.is_none() => {
                let generated = Shared::generated(full, &port.name);
                if port.polarity == Polarity::Uses {
                    self.shared.send_port(&generated).map_or(PortBinding::Unbound, PortBinding::SendPort)
                } else {
                    PortBinding::ReceivePort(Name::new(&generated))
                }
            }
            Binding::SpecifyLater | Binding::SpecifyNow(_) | Binding::Dynamic(_) => {
                self.bound(port, bound, two_way, place)
            }
        }
    }

    /// "Specify later": the physical port of the binding file, which must have the right direction (BND-3).
    pub fn bound(
        &mut self,
        port: &model::Port,
        bound: Option<&model::PortBinding>,
        two_way: bool,
        place: &Place,
    ) -> PortBinding {
        let found = match (bound, port.polarity) {
            (Some(model::PortBinding::ReceivePort(name)), Polarity::Implements) => self
                .shared
                .receive_port(name)
                .filter(|_| self.shared.app.bindings.receive_port(name).is_none_or(|p| p.two_way == two_way))
                .map(PortBinding::ReceivePort),
            (Some(model::PortBinding::SendPort(name)), Polarity::Uses) => self
                .shared
                .send_port(name)
                .filter(|_| self.shared.app.bindings.send_port(name).is_none_or(|p| p.two_way == two_way))
                .map(PortBinding::SendPort),
            (Some(model::PortBinding::SendPortGroup(name)), Polarity::Uses) if !two_way => {
                self.shared.group(name).map(PortBinding::SendPortGroup)
            }
            (None, _) => {
                self.found.push(
                    Diagnostic::warning(
                        "B02",
                        format!("Port {} is not bound; the orchestration stays unbound", port.name),
                        "Bind it to a physical port, or choose another kind of binding",
                    )
                    .at(Place { property: "binding", ..place.clone() }),
                );
                return PortBinding::Unbound;
            }
            _ => None,
        };
        found.unwrap_or_else(|| {
            let direction = if port.polarity == Polarity::Uses { "send" } else { "receive" };
            let ways = if two_way { "two-way" } else { "one-way" };
            self.report(
                "B03",
                format!("Port {} is bound to something that is not a {ways} {direction} port", port.name),
                format!("Bind it to a {ways} {direction} port of bindings.ron"),
                Place { property: "binding", ..place.clone() },
            );
            PortBinding::Unbound
        })
    }

    /// Compiles an expression and keeps it; `None` when it has errors.
    pub fn code(&mut self, text: &str, slot: Slot, place: Place) -> Option<u16> {
        self.symbols.tag = self.shared.traced.then(|| small(self.service.code.len()));
        let compiled = crate::xlang::compile(text, slot, &self.symbols);
        self.symbols.tag = None;
        for diagnostic in &compiled.diagnostics {
            let placed = Place { span: diagnostic.place.span.clone(), ..place.clone() };
            self.found.push(self.mended(diagnostic.clone().at(placed), text, &compiled));
        }
        for used in &compiled.reads {
            self.reads(slot_of(used));
        }
        for used in &compiled.writes {
            self.writes(slot_of(used));
        }
        self.service.stubs.extend(compiled.components.into_iter().map(|stub| (stub, place.clone())));
        let code = compiled.code?;
        let number = small(self.service.code.len());
        self.service.code.push(code);
        if self.shared.traced {
            let (reads, writes) = (compiled.reads, compiled.writes);
            self.service.sources.push(Source { text: text.into(), place, reads, writes });
        }
        Some(number)
    }

    /// The shape being compiled uses this.
    pub fn reads(&mut self, slots: impl IntoIterator<Item = ArgumentSlot>) {
        if let Some(touched) = self.touched.last_mut() {
            touched.reads.extend(slots);
        }
    }

    /// The shape being compiled assigns this.
    pub fn writes(&mut self, slots: impl IntoIterator<Item = ArgumentSlot>) {
        if let Some(touched) = self.touched.last_mut() {
            touched.writes.extend(slots);
        }
    }

    pub fn shape_info(&mut self, shape: &model::Shape) -> u16 {
        let number = small(self.service.shapes.len());
        self.service.shapes.push(ShapeInfo {
            id: Name::new(shape.id.as_str()),
            name: shape.name.as_str().into(),
            kind: shape.kind.label(),
        });
        number
    }

    pub fn root_place(&self) -> Place {
        Place { module: Some(self.key.to_owned()), ..Place::default() }
    }

    pub fn report(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
        place: Place,
    ) {
        self.found.push(Diagnostic::error(code, message, help).at(place));
    }

    /// Sequential convoys by the rules of 4.5, where a broken rule means plain correlation (CVY-9), and parallel ones.
    fn find_convoys(&mut self) {
        let service = &self.service;
        let mut convoys = Vec::new();
        for &activate in &service.activations {
            let Some(first) = service.receive(activate) else { continue };
            let ordered = service.port(first.port).is_some_and(|p| p.ordered);
            if first.initializes.is_empty() || (!first.filter.is_empty() && !ordered) {
                continue;
            }
            let followers: Vec<u16> = (0_u16..)
                .zip(&service.receives)
                .filter(|(_, r)| !r.activate && r.follows.iter().any(|s| first.initializes.contains(s)))
                .filter(|(_, r)| {
                    r.port == first.port && r.follows.iter().all(|s| first.initializes.contains(s))
                })
                .filter(|(_, r)| {
                    ordered
                        || (r.message_type == first.message_type
                            && first.initializes.iter().all(|s| r.follows.contains(s)))
                })
                .map(|(index, _)| index)
                .collect();
            if !followers.is_empty() {
                convoys.push(Convoy { activate, followers });
            }
        }
        for convoy in &self.parallel_convoys {
            let starts = |r: &u16| service.receive(*r).is_some_and(|r| r.activate);
            let activating: Vec<u16> = convoy.iter().copied().filter(starts).collect();
            let each = activating.iter().map(|r| Convoy { activate: *r, followers: activating.clone() });
            convoys.extend(each.filter(|c| c.followers.len() > 1));
        }
        self.service.convoys = convoys;
    }
}

fn slot_of(used: &Use) -> Option<ArgumentSlot> {
    match used.used {
        Used::Variable => Some(ArgumentSlot::Variable(used.slot)),
        Used::Message => Some(ArgumentSlot::Message(used.slot)),
        Used::Port => Some(ArgumentSlot::Port(used.slot)),
        Used::CorrelationSet => Some(ArgumentSlot::Set(used.slot)),
        Used::RoleLink => None,
    }
}

/// Table sizes are far below this; a larger model would only lose its last entries.
pub(super) fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// Stands for a message type that is not known: whatever is done with it may be right.
fn open_type(name: &str) -> MessageType {
    let part = (Name::new("part"), PartType::Value(ValueType::Unknown));
    MessageType { name: Name::new(name), parts: vec![part], body: 0, multipart: false }
}

/// What is said of a name that nothing has; of none at all, that it is missing.
fn unknown(what: &str, name: &str, of: &str, chosen: &str) -> String {
    match chosen {
        "" => format!("{what} {name} has no {of} yet"),
        chosen => format!("{what} {name} has the unknown {of} `{chosen}`"),
    }
}
