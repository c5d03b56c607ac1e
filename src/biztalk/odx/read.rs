//! From the designer tree to the [model](crate::model).

use super::shapes::{block, compensation};
use super::tree::{Element, Item, OdxFile};
use super::{known, legs};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{
    Atomic, Binding, CommunicationPattern, CorrelationSet, CorrelationType, DeliveryNotification, Direction,
    DynamicBinding, Fault, Id, IsolationLevel, LongRunning, Message, MessageLabel, Module, MultipartType,
    Operation, Orchestration, Parameter, ParameterKind, PartDeclaration, PartnerPort, Polarity, Port,
    PortSurface, PortType, Role, RoleLink, RoleLinkType, SpecifyNow, Transaction, TypeModifier, Variable,
    WebMessageType, WebOperation,
};
use std::collections::{BTreeMap, BTreeSet};

/// What was read, and what was noticed on the way: nothing here keeps a file from being opened.
pub(super) struct Reader<'a> {
    path: &'a str,
    /// Sets by the statement that uses them: whether it initialises the set, and its name, in order of declaration.
    pub sets: BTreeMap<&'a str, Vec<(bool, &'a str)>>,
    /// Names of ports in scope, for fault types.
    pub ports: BTreeSet<&'a str>,
    /// Where each identity is in the file.
    origins: BTreeMap<Id, &'a Element>,
    /// The last number given to elements without an identity of their own, by what they share.
    numbers: BTreeMap<&'a str, usize>,
    pub findings: Vec<Diagnostic>,
}

/// The module of an orchestration file, with everything in it: unfinished shapes have empty properties, element types
/// that are not known become empty Groups, OIDs are the ids. `path` is for findings: `Z03` for what is not understood
/// and kept, `Z04` for what had to be mended.
///
/// # Errors
/// `Z01` when the tree has no module.
pub fn read_module(path: &str, file: &OdxFile) -> Result<(Module, Vec<Diagnostic>), Diagnostic> {
    let read = read(path, file)?;
    Ok((read.module, read.findings))
}

/// A module with the elements it was read from.
pub(super) struct Read<'a> {
    pub module: Module,
    pub origins: BTreeMap<Id, &'a Element>,
    findings: Vec<Diagnostic>,
}

/// As [`read_module`].
pub(super) fn read<'a>(path: &'a str, file: &'a OdxFile) -> Result<Read<'a>, Diagnostic> {
    let Some(root) = file.model.of_kind("Module").next() else {
        let help = "open a file that BizTalk's orchestration designer saved, or its project";
        let message = "the designer tree has no module";
        return Err(Diagnostic::error("Z01", message, help).at(in_file(path)));
    };
    let mut reader = Reader {
        path,
        sets: BTreeMap::new(),
        ports: BTreeSet::new(),
        origins: BTreeMap::new(),
        numbers: BTreeMap::new(),
        findings: Vec::new(),
    };
    reader.look_ahead(root);
    let mut module = reader.module(root);
    let beside = file.model.elements().filter(|e| e.kind() != "Module");
    module.preserved.extend(beside.map(|element| {
        let mut text = String::new();
        element.write(0, &mut text);
        text
    }));
    module.source = path.to_owned();
    legs::settle(&mut module, &[]);
    reader.report_unknown(&file.model);
    Ok(Read { module, origins: reader.origins, findings: reader.findings })
}

/// A value as the model has it: line ends are `\n`.
pub fn text(value: &str) -> String {
    value.replace("\r\n", "\n").replace('\r', "\n")
}

/// A property as text, empty when it is not there.
pub(super) fn value(element: &Element, name: &str) -> String {
    text(element.property(name).unwrap_or_default())
}

pub(super) fn name(element: &Element) -> String {
    value(element, "Name")
}

pub(super) fn comments(element: &Element) -> String {
    value(element, "AnalystComments")
}

pub(super) fn flag(element: &Element, name: &str) -> bool {
    element.property(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn in_file(path: &str) -> Place {
    Place { file: path.to_owned(), ..Place::default() }
}

pub(super) fn modifier(element: &Element) -> TypeModifier {
    match element.property("TypeModifier") {
        Some("Public") => TypeModifier::Public,
        Some("Internal") => TypeModifier::Internal,
        _ => TypeModifier::Private,
    }
}

/// `In`, `Ref` or `Out`.
pub(super) fn direction(element: &Element, property: &str) -> Direction {
    match element.property(property) {
        Some("Ref" | "InOut") => Direction::Ref,
        Some("Out") => Direction::Out,
        _ => Direction::In,
    }
}

pub(super) fn polarity(element: &Element) -> Polarity {
    if element.property("PortModifier") == Some("Uses") { Polarity::Uses } else { Polarity::Implements }
}

pub(super) fn surface(element: &Element) -> PortSurface {
    match element.property("Orientation") {
        Some("Right") => PortSurface::Right,
        Some("Unbound") => PortSurface::Unbound,
        _ => PortSurface::Left,
    }
}

pub(super) fn notification(element: &Element) -> DeliveryNotification {
    if element.property("DeliveryNotification") == Some("Transmitted") {
        DeliveryNotification::Transmitted
    } else {
        DeliveryNotification::None
    }
}

/// Slot on the port surface; -1 is unplaced.
pub(super) fn slot(element: &Element) -> Option<u32> {
    element.property("PortIndex")?.trim().parse().ok()
}

impl<'a> Reader<'a> {
    /// What statements need to know of declarations that may come after them.
    fn look_ahead(&mut self, root: &'a Element) {
        root.visit(&mut |element| match element.kind() {
            "CorrelationDeclaration" => {
                for used in element.of_kind("StatementRef") {
                    let (Some(oid), Some(set)) = (used.property("Ref"), element.property("Name")) else {
                        continue;
                    };
                    self.sets.entry(oid).or_default().push((flag(used, "Initializes"), set));
                }
            }
            "PortDeclaration" => self.ports.extend(element.property("Name")),
            _ => {}
        });
    }

    pub fn place(&self, element: &Element, property: &'static str) -> Place {
        Place {
            file: self.path.to_owned(),
            id: Some(Id::new(element.oid())).filter(|id| !id.is_empty()),
            name: element.property("Name").unwrap_or(element.kind()).to_owned(),
            property,
            ..Place::default()
        }
    }

    /// Identity of an element: its OID, or one made from its type when it has none or another element has the same.
    pub fn id(&mut self, element: &'a Element) -> Id {
        let own = Id::new(element.oid());
        if !own.is_empty() && !self.origins.contains_key(&own) {
            self.origins.insert(own.clone(), element);
            return own;
        }
        let stem = if own.is_empty() { element.kind() } else { element.oid() };
        let number = self.numbers.entry(stem).or_insert(1);
        let fresh = loop {
            *number += 1;
            let id = Id::new(format!("{stem}-{number}"));
            if !self.origins.contains_key(&id) {
                break id;
            }
        };
        let message = if own.is_empty() {
            format!("this {} has no OID; it is known as {fresh} here", element.kind())
        } else {
            format!("a second element has the OID {own}; this one is known as {fresh} here")
        };
        let help = "save the file here, or open and save it in the designer, so that each has its own";
        self.findings.push(Diagnostic::warning("Z04", message, help).at(self.place(element, "OID")));
        self.origins.insert(fresh.clone(), element);
        fresh
    }

    /// One finding for all that is kept without being understood.
    fn report_unknown(&mut self, model: &Element) {
        let mut elements: BTreeMap<String, usize> = BTreeMap::new();
        let mut properties: BTreeMap<String, usize> = BTreeMap::new();
        for module in model.of_kind("Module") {
            module.visit(&mut |element| {
                if !known::is_element(element.kind()) {
                    *elements.entry(element.kind().to_owned()).or_default() += 1;
                } else {
                    for property in element.properties() {
                        if !known::is_property(element.kind(), &property.name) {
                            *properties
                                .entry(format!("{}.{}", element.kind(), property.name))
                                .or_default() += 1;
                        }
                    }
                }
                let other = element.items.iter().filter(|item| matches!(item, Item::Other(_))).count();
                if other > 0 {
                    *elements.entry(format!("other content of {}", element.kind())).or_default() += other;
                }
            });
        }
        let list = |found: &BTreeMap<String, usize>| {
            let each = found.iter().map(|(name, count)| match count {
                1 => name.clone(),
                _ => format!("{name} ({count} times)"),
            });
            each.collect::<Vec<_>>().join(", ")
        };
        let help = "nothing needs to be done; it does nothing when the orchestration runs";
        for (what, found) in [("elements", &elements), ("properties", &properties)] {
            if !found.is_empty() {
                let message = format!("{what} that are not known are kept as they are: {}", list(found));
                self.findings.push(Diagnostic::warning("Z03", message, help).at(in_file(self.path)));
            }
        }
    }

    fn module(&mut self, root: &'a Element) -> Module {
        let mut module = Module { namespace: value(root, "Name"), ..Module::default() };
        for element in root.elements() {
            match element.kind() {
                "PortType" => module.port_types.push(self.port_type(element)),
                "MultipartMessageType" => module.multipart_types.push(self.multipart_type(element)),
                "CorrelationType" => {
                    let properties = element.of_kind("PropertyRef").map(|p| value(p, "Ref")).collect();
                    module.correlation_types.push(CorrelationType {
                        name: name(element),
                        id: self.id(element),
                        modifier: modifier(element),
                        properties,
                        comments: comments(element),
                    });
                }
                "ServiceLinkType" => {
                    let roles = element.of_kind("RoleDeclaration").map(|role| Role {
                        name: name(role),
                        port_types: role.of_kind("PortTypeRef").map(|p| value(p, "Ref")).collect(),
                        comments: comments(role),
                    });
                    let roles = roles.collect();
                    module.role_link_types.push(RoleLinkType {
                        name: name(element),
                        id: self.id(element),
                        modifier: modifier(element),
                        roles,
                        comments: comments(element),
                    });
                }
                "MethodMessageType" => module.web_message_types.push(self.web_message_type(element)),
                "TargetXMLNamespaceAttribute" => {
                    module.target_xml_namespace = value(element, "TargetXMLNamespace");
                }
                "ServiceDeclaration" if module.orchestration.is_none() => {
                    module.orchestration = Some(self.orchestration(element));
                }
                "ServiceDeclaration" => {
                    let help = "put each orchestration into a file of its own";
                    let message =
                        format!("the file holds a second orchestration, {}; it is kept only", name(element));
                    self.findings.push(Diagnostic::warning("Z03", message, help).at(self.place(element, "")));
                }
                _ => {}
            }
        }
        module
    }

    fn port_type(&mut self, element: &'a Element) -> PortType {
        let two_way = flag(element, "Synchronous");
        let operations: Vec<_> = element.of_kind("OperationDeclaration").map(|o| self.operation(o)).collect();
        // Without operations only the type itself says it.
        let answers = two_way || operations.iter().any(|operation| operation.response.is_some());
        PortType {
            name: name(element),
            id: self.id(element),
            modifier: modifier(element),
            pattern: if answers {
                CommunicationPattern::RequestResponse
            } else {
                CommunicationPattern::OneWay
            },
            operations,
            comments: comments(element),
        }
    }

    fn operation(&mut self, element: &'a Element) -> Operation {
        let label = |slot: &Element, usual: &str| {
            let name = name(slot);
            MessageLabel { name: if name == usual { String::new() } else { name }, comments: comments(slot) }
        };
        let request = element.linked("OperationDeclaration_RequestMessageRef").next();
        let response = element.linked("OperationDeclaration_ResponseMessageRef").next();
        let two_way = element.property("OperationType") == Some("RequestResponse");
        let faults = element.linked("OperationDeclaration_FaultMessageRef").map(|fault| Fault {
            name: name(fault),
            message_type: value(fault, "Ref"),
            comments: comments(fault),
        });
        Operation {
            name: name(element),
            id: self.id(element),
            request: request.map(|slot| value(slot, "Ref")).unwrap_or_default(),
            response: response.map(|slot| value(slot, "Ref")).or_else(|| two_way.then(String::new)),
            faults: faults.collect(),
            request_label: request.map(|slot| label(slot, "Request")).unwrap_or_default(),
            response_label: response.map(|slot| label(slot, "Response")).unwrap_or_default(),
            comments: comments(element),
        }
    }

    fn multipart_type(&mut self, element: &'a Element) -> MultipartType {
        MultipartType {
            name: name(element),
            id: self.id(element),
            modifier: modifier(element),
            parts: element.of_kind("PartDeclaration").map(part).collect(),
            comments: comments(element),
        }
    }

    fn web_message_type(&mut self, element: &'a Element) -> WebMessageType {
        let operations = element.of_kind("MethodMessageOperation").map(|operation| WebOperation {
            name: name(operation),
            operation: value(operation, "OperationName"),
            response: operation.property("OperationDirection") == Some("Response"),
            parts: operation.of_kind("WebOperationPart").map(part).collect(),
            description: value(operation, "Description"),
        });
        let operations = operations.collect();
        WebMessageType {
            name: name(element),
            id: self.id(element),
            modifier: modifier(element),
            url: value(element, "Url"),
            operations,
        }
    }

    fn orchestration(&mut self, element: &'a Element) -> Orchestration {
        let mut read = Orchestration {
            name: name(element),
            id: self.id(element),
            modifier: modifier(element),
            comments: comments(element),
            invokable: element.property("IsInvokable").map(|_| flag(element, "IsInvokable")),
            ..Orchestration::default()
        };
        (read.transaction, read.transaction_id) = transaction(element);
        for inner in element.elements() {
            match inner.kind() {
                "PortDeclaration" => read.ports.push(self.port(inner)),
                "ServiceLinkDeclaration" => read.role_links.push(self.role_link(inner)),
                "MessageDeclaration" => read.messages.push(self.message(inner)),
                "VariableDeclaration" => read.variables.push(self.variable(inner)),
                "CorrelationDeclaration" => read.correlation_sets.push(self.set(inner)),
                "TargetXMLNamespaceAttribute" => {
                    read.target_xml_namespace = value(inner, "TargetXMLNamespace")
                }
                "Compensation" => read.compensation = Some(compensation(self, inner).body),
                "ServiceBody" => {
                    read.parameters
                        .extend(inner.linked("ServiceBody_Declaration").map(|p| self.parameter(p)));
                    if let Some(own) = inner.of_kind("Compensation").next() {
                        read.compensation = Some(compensation(self, own).body);
                    }
                    read.body.extend(block(self, inner.linked("ServiceBody_Statement")));
                }
                _ => {}
            }
        }
        read
    }

    fn parameter(&mut self, element: &'a Element) -> Parameter {
        let kind = match element.kind() {
            "VariableDeclaration" => ParameterKind::Variable(self.variable(element)),
            "PortDeclaration" => ParameterKind::Port(self.port(element)),
            "CorrelationDeclaration" => ParameterKind::CorrelationSet(self.set(element)),
            "ServiceLinkDeclaration" => ParameterKind::RoleLink(self.role_link(element)),
            _ => ParameterKind::Message(self.message(element)),
        };
        Parameter { direction: direction(element, "ParamDirection"), kind }
    }

    fn port(&mut self, element: &'a Element) -> Port {
        Port {
            name: name(element),
            id: self.id(element),
            port_type: value(element, "Type"),
            polarity: polarity(element),
            binding: binding(element),
            ordered_delivery: flag(element, "OrderedDelivery"),
            delivery_notification: notification(element),
            surface: surface(element),
            slot: slot(element),
            web_port: flag(element, "IsWebPort"),
            comments: comments(element),
        }
    }

    fn role_link(&mut self, element: &'a Element) -> RoleLink {
        let polarity = polarity(element);
        RoleLink {
            name: name(element),
            id: self.id(element),
            role_link_type: value(element, "Type"),
            role: value(element, "RoleName"),
            polarity,
            initiating: polarity == Polarity::Uses,
            ordered_delivery: flag(element, "OrderedDelivery"),
            delivery_notification: notification(element),
            surface: surface(element),
            slot: slot(element),
            comments: comments(element),
        }
    }

    pub fn message(&mut self, element: &'a Element) -> Message {
        Message {
            name: name(element),
            id: self.id(element),
            message_type: value(element, "Type"),
            comments: comments(element),
        }
    }

    pub fn variable(&mut self, element: &'a Element) -> Variable {
        Variable {
            name: name(element),
            id: self.id(element),
            variable_type: value(element, "Type"),
            initial_value: element.property("InitialValue").map(text),
            use_default_constructor: flag(element, "UseDefaultConstructor"),
            comments: comments(element),
        }
    }

    pub fn set(&mut self, element: &'a Element) -> CorrelationSet {
        CorrelationSet {
            name: name(element),
            id: self.id(element),
            correlation_type: value(element, "Type"),
            comments: comments(element),
        }
    }
}

fn part(element: &Element) -> PartDeclaration {
    PartDeclaration {
        name: name(element),
        part_type: value(element, "ClassName"),
        body: flag(element, "IsBodyPart"),
        comments: comments(element),
    }
}

/// A port has exactly one binding attribute; without one it is bound later.
pub(super) fn binding(port: &Element) -> Binding {
    for element in port.elements() {
        match element.kind() {
            "PhysicalBindingAttribute" => {
                let (receive_pipeline, send_pipeline) =
                    (value(element, "InPipeline"), value(element, "OutPipeline"));
                return if flag(element, "IsDynamic") {
                    Binding::Dynamic(DynamicBinding { send_pipeline, receive_pipeline })
                } else {
                    Binding::SpecifyNow(SpecifyNow {
                        transport: value(element, "TransportType"),
                        uri: value(element, "URI"),
                        receive_pipeline,
                        send_pipeline,
                    })
                };
            }
            "DirectBindingAttribute" => {
                return match element.property("DirectBindingType") {
                    Some("SelfCorrelating") => Binding::SelfCorrelating,
                    Some("PartnerPort") => Binding::Partner(PartnerPort {
                        orchestration: value(element, "PartnerService"),
                        port: value(element, "PartnerPort"),
                    }),
                    _ => Binding::MessageBox,
                };
            }
            _ => {}
        }
    }
    Binding::SpecifyLater
}

/// Transaction of a scope or orchestration and its name; only a child element of its own makes it transactional.
pub(super) fn transaction(element: &Element) -> (Transaction, String) {
    let settings = element.of_kind("TransactionAttribute").next();
    for own in element.elements() {
        match own.kind() {
            "LongRunningTransaction" => {
                let timeout = value(own, "Timeout");
                return (Transaction::LongRunning(LongRunning { timeout }), name(own));
            }
            "AtomicTransaction" => {
                let mut atomic = Atomic::default();
                if let Some(settings) = settings {
                    let said = |name, usual| settings.property(name).map_or(usual, |_| flag(settings, name));
                    atomic.retry = said("Retry", true);
                    atomic.batch = said("Batch", true);
                    let timeout = settings.property("Timeout").and_then(|t| t.trim().parse().ok());
                    atomic.timeout = timeout.unwrap_or(atomic.timeout);
                    atomic.isolation = match settings.property("Isolation") {
                        Some("ReadCommitted") => IsolationLevel::ReadCommitted,
                        Some("RepeatableRead") => IsolationLevel::RepeatableRead,
                        _ => IsolationLevel::Serializable,
                    };
                }
                return (Transaction::Atomic(atomic), name(own));
            }
            _ => {}
        }
    }
    (Transaction::None, String::new())
}
