//! What a module, orchestration or scope declares, into the tree.

use super::Writer;
use super::element::{fresh, number_name, put, put_flag, replace, set};
use crate::biztalk::odx::read::{
    binding as read_binding, direction, flag, modifier, notification, polarity, slot, surface,
};
use crate::biztalk::odx::tree::Element;
use crate::model::{
    Binding, CommunicationPattern, CorrelationSet, CorrelationType, DeliveryNotification, Direction, Fault,
    Id, Message, MessageLabel, MultipartType, Operation, Parameter, ParameterKind, PartDeclaration, Polarity,
    Port, PortSurface, PortType, RoleLink, RoleLinkType, TypeModifier, Variable, WebMessageType,
};

/// A declaration with comments; every one is reported to analysts unless it says otherwise.
pub(super) fn described(element: &mut Element, name: &str, comments: &str) {
    put(element, "AnalystComments", comments);
    put(element, "Name", name);
}

pub(super) fn put_modifier(element: &mut Element, wanted: TypeModifier) {
    if modifier(element) != wanted {
        let name = match wanted {
            TypeModifier::Private => "Private",
            TypeModifier::Internal => "Internal",
            TypeModifier::Public => "Public",
        };
        set(element, "TypeModifier", name);
    }
}

fn put_direction(element: &mut Element, wanted: Direction) {
    if direction(element, "ParamDirection") != wanted {
        set(element, "ParamDirection", direction_name(wanted));
    }
}

/// True for an operation with an answer.
fn answers(operation: &Element) -> bool {
    operation.property("OperationType") == Some("RequestResponse")
}

pub(super) fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "In",
        Direction::Ref => "Ref",
        Direction::Out => "Out",
    }
}

impl Writer<'_> {
    /// Puts `items` in the place of the children of one type. `id` finds the element of an item.
    fn declared<T>(
        &self,
        parent: &mut Element,
        (kind, link): (&'static str, &str),
        items: &[T],
        id: impl Fn(&T) -> &Id,
        mut write: impl FnMut(&Self, &mut Element, &T),
    ) {
        let wanted = items.iter().map(|item| {
            let mut element = self.start(id(item), kind, link);
            write(self, &mut element, item);
            element
        });
        let wanted = wanted.collect();
        replace(parent, |element| element.kind() == kind, wanted);
    }

    pub(super) fn port_types(&self, module: &mut Element, types: &[PortType]) {
        let at = ("PortType", "Module_PortType");
        self.declared(
            module,
            at,
            types,
            |t| &t.id,
            |writer, element, port_type| {
                let two_way = port_type.pattern == CommunicationPattern::RequestResponse;
                // An older type may say it only at its operations.
                if flag(element, "Synchronous") != two_way && !element.elements().any(answers) {
                    put_flag(element, "Synchronous", two_way);
                }
                put_modifier(element, port_type.modifier);
                described(element, &port_type.name, &port_type.comments);
                let at = ("OperationDeclaration", "PortType_OperationDeclaration");
                writer.declared(element, at, &port_type.operations, |o| &o.id, Self::operation);
            },
        );
    }

    fn operation(&self, element: &mut Element, operation: &Operation) {
        let two_way = operation.response.is_some();
        if answers(element) != two_way {
            set(element, "OperationType", if two_way { "RequestResponse" } else { "OneWay" });
        }
        described(element, &operation.name, &operation.comments);
        let slot = |name: &str, message: &str, label: &MessageLabel| Fault {
            name: if label.name.is_empty() { name.to_owned() } else { label.name.clone() },
            message_type: message.to_owned(),
            comments: label.comments.clone(),
        };
        let request = slot("Request", &operation.request, &operation.request_label);
        let response = operation.response.as_ref().map(|r| slot("Response", r, &operation.response_label));
        let (request, response): (Vec<Fault>, Vec<Fault>) = (vec![request], response.into_iter().collect());
        let slots = [
            ("OperationDeclaration_RequestMessageRef", request.as_slice()),
            ("OperationDeclaration_ResponseMessageRef", response.as_slice()),
            ("OperationDeclaration_FaultMessageRef", operation.faults.as_slice()),
        ];
        for (link, slots) in slots {
            // An operation without this message has no place for it before there is something to put there.
            let nothing = slots.iter().all(|slot| slot.message_type.is_empty() && slot.comments.is_empty());
            if nothing && element.linked(link).next().is_none() {
                continue;
            }
            let said = |element: &Element| element.property("Name").unwrap_or_default().to_owned();
            self.listed(
                element,
                ("MessageRef", link),
                slots,
                said,
                |s| s.name.clone(),
                |element, slot, _| {
                    put(element, "Ref", &slot.message_type);
                    described(element, &slot.name, &slot.comments);
                },
            );
        }
    }

    pub(super) fn multipart_types(&self, module: &mut Element, types: &[MultipartType]) {
        let at = ("MultipartMessageType", "Module_MessageType");
        self.declared(
            module,
            at,
            types,
            |t| &t.id,
            |writer, element, message_type| {
                put_modifier(element, message_type.modifier);
                described(element, &message_type.name, &message_type.comments);
                let at = ("PartDeclaration", "MultipartMessageType_PartDeclaration");
                let said = |element: &Element| element.property("Name").unwrap_or_default().to_owned();
                writer.listed(
                    element,
                    at,
                    &message_type.parts,
                    said,
                    |p| p.name.clone(),
                    |element, part, _| {
                        put(element, "ClassName", &part.part_type);
                        put_flag(element, "IsBodyPart", part.body);
                        described(element, &part.name, &part.comments);
                    },
                );
            },
        );
    }

    pub(super) fn web_message_types(&self, module: &mut Element, types: &[WebMessageType]) {
        let at = ("MethodMessageType", "Module_MessageType");
        self.declared(
            module,
            at,
            types,
            |t| &t.id,
            |writer, element, web| {
                put(element, "Url", &web.url);
                put_modifier(element, web.modifier);
                described(element, &web.name, "");
                let at = ("MethodMessageOperation", "MethodMessageType_MethodMessageOperation");
                let said = |element: &Element| element.property("Name").unwrap_or_default().to_owned();
                writer.listed(
                    element,
                    at,
                    &web.operations,
                    said,
                    |o| o.name.clone(),
                    |element, operation, _| {
                        put(element, "OperationName", &operation.operation);
                        let direction = if operation.response { "Response" } else { "Request" };
                        if (element.property("OperationDirection") == Some("Response")) != operation.response
                        {
                            set(element, "OperationDirection", direction);
                        }
                        put(element, "Description", &operation.description);
                        put(element, "Name", &operation.name);
                        let at = ("WebOperationPart", "MethodMessageOperation_WebOperationPart");
                        writer.listed(element, at, &operation.parts, said, |p| p.name.clone(), web_part);
                    },
                );
            },
        );
    }

    pub(super) fn correlation_types(&self, module: &mut Element, types: &[CorrelationType]) {
        let at = ("CorrelationType", "Module_CorrelationType");
        self.declared(
            module,
            at,
            types,
            |t| &t.id,
            |writer, element, correlation| {
                put_modifier(element, correlation.modifier);
                described(element, &correlation.name, &correlation.comments);
                let at = ("PropertyRef", "CorrelationType_PropertyRef");
                writer.references(element, at, &correlation.properties);
            },
        );
    }

    pub(super) fn role_link_types(&self, module: &mut Element, types: &[RoleLinkType]) {
        let at = ("ServiceLinkType", "Module_ServiceLinkType");
        self.declared(
            module,
            at,
            types,
            |t| &t.id,
            |writer, element, link_type| {
                put_modifier(element, link_type.modifier);
                described(element, &link_type.name, &link_type.comments);
                let at = ("RoleDeclaration", "ServiceLinkType_RoleDeclaration");
                let said = |element: &Element| element.property("Name").unwrap_or_default().to_owned();
                writer.listed(
                    element,
                    at,
                    &link_type.roles,
                    said,
                    |r| r.name.clone(),
                    |element, role, _| {
                        described(element, &role.name, &role.comments);
                        writer.references(
                            element,
                            ("PortTypeRef", "RoleDeclaration_PortTypeRef"),
                            &role.port_types,
                        );
                    },
                );
            },
        );
    }

    /// Numbered references: `PropertyRef_1` …
    fn references(&self, parent: &mut Element, (kind, link): (&'static str, &'static str), names: &[String]) {
        let said = |element: &Element| element.property("Ref").unwrap_or_default().to_owned();
        self.listed(parent, (kind, link), names, said, String::clone, |element, name, number| {
            put(element, "Ref", name);
            number_name(element, &format!("{kind}_{number}"));
        });
    }

    pub(super) fn ports(&self, service: &mut Element, ports: &[Port]) {
        let at = ("PortDeclaration", "ServiceDeclaration_PortDeclaration");
        self.declared(
            service,
            at,
            ports,
            |p| &p.id,
            |writer, element, port| writer.port(element, port, Direction::In),
        );
    }

    fn port(&self, element: &mut Element, port: &Port, direction: Direction) {
        put_polarity(element, port.polarity);
        put_surface(element, port.surface, port.slot);
        put_flag(element, "IsWebPort", port.web_port);
        put_delivery(element, port.ordered_delivery, port.delivery_notification);
        put(element, "Type", &port.port_type);
        put_direction(element, direction);
        described(element, &port.name, &port.comments);
        let bound = |element: &Element| element.link() == "PortDeclaration_CLRAttribute";
        if !element.elements().any(bound) || read_binding(element) != port.binding {
            let binding = self.binding(element, &port.binding);
            replace(element, bound, vec![binding]);
        }
    }

    fn binding(&self, port: &Element, binding: &Binding) -> Element {
        let kind = match binding {
            Binding::SpecifyLater => "LogicalBindingAttribute",
            Binding::SpecifyNow(_) | Binding::Dynamic(_) => "PhysicalBindingAttribute",
            Binding::MessageBox | Binding::SelfCorrelating | Binding::Partner(_) => "DirectBindingAttribute",
        };
        let link = "PortDeclaration_CLRAttribute";
        let known = port.of_kind(kind).next().cloned();
        let mut element = known.unwrap_or_else(|| fresh(kind, &self.fresh_oid(&[port.oid(), kind]), link));
        let direct = |element: &mut Element, how: &str, service: &str, port: &str| {
            put(element, "PartnerPort", port);
            put(element, "PartnerService", service);
            put(element, "DirectBindingType", how);
        };
        let mut physical = |receive: &str, send: &str, transport: &str, uri: &str, dynamic: bool| {
            put(&mut element, "InPipeline", if receive.is_empty() { XML_RECEIVE } else { receive });
            put(&mut element, "OutPipeline", if send.is_empty() { XML_TRANSMIT } else { send });
            put(&mut element, "TransportType", transport);
            put(&mut element, "URI", uri);
            put_flag(&mut element, "IsDynamic", dynamic);
        };
        match binding {
            Binding::SpecifyLater => {}
            Binding::SpecifyNow(now) => {
                physical(&now.receive_pipeline, &now.send_pipeline, &now.transport, &now.uri, false);
            }
            // The designer keeps a transport and address that are never used.
            Binding::Dynamic(dynamic) => {
                physical(&dynamic.receive_pipeline, &dynamic.send_pipeline, "HTTP", "http://tempURI", true);
            }
            Binding::MessageBox => direct(&mut element, "MessageBox", "", ""),
            Binding::SelfCorrelating => direct(&mut element, "SelfCorrelating", "", ""),
            Binding::Partner(partner) => {
                direct(&mut element, "PartnerPort", &partner.orchestration, &partner.port);
            }
        }
        element
    }

    pub(super) fn role_links(&self, service: &mut Element, links: &[RoleLink]) {
        let at = ("ServiceLinkDeclaration", "ServiceDeclaration_ServiceLinkDeclaration");
        self.declared(
            service,
            at,
            links,
            |l| &l.id,
            |_, element, link| role_link(element, link, Direction::In),
        );
    }

    pub(super) fn messages(&self, owner: &mut Element, link: &str, messages: &[Message]) {
        let at = ("MessageDeclaration", link);
        self.declared(owner, at, messages, |m| &m.id, |_, e, m| message(e, m, Direction::In));
    }

    pub(super) fn variables(&self, owner: &mut Element, link: &str, variables: &[Variable]) {
        let at = ("VariableDeclaration", link);
        self.declared(owner, at, variables, |v| &v.id, |_, e, v| variable(e, v, Direction::In));
    }

    /// Sets of the orchestration, or of a `scope`.
    pub(super) fn sets(&self, owner: &mut Element, scope: Option<&Id>, sets: &[CorrelationSet]) {
        let link = match scope {
            None => "ServiceDeclaration_CorrelationDeclaration",
            Some(_) => "Scope_CorrelationDeclaration",
        };
        let at = ("CorrelationDeclaration", link);
        self.declared(owner, at, sets, |s| &s.id, |writer, e, s| writer.set(e, scope, s, Direction::In));
    }

    fn set(&self, element: &mut Element, scope: Option<&Id>, set: &CorrelationSet, direction: Direction) {
        put(element, "Type", &set.correlation_type);
        put_direction(element, direction);
        described(element, &set.name, &set.comments);
        self.statement_refs(element, scope, set);
    }

    /// Parameters of all kinds are one list.
    pub(super) fn parameters(&self, body: &mut Element, parameters: &[Parameter]) {
        let wanted = parameters.iter().map(|parameter| {
            let (kind, direction) = (parameter_kind(&parameter.kind), parameter.direction);
            let mut element = self.start(parameter.id(), kind, "ServiceBody_Declaration");
            match &parameter.kind {
                ParameterKind::Message(m) => message(&mut element, m, direction),
                ParameterKind::Variable(v) => variable(&mut element, v, direction),
                ParameterKind::CorrelationSet(s) => self.set(&mut element, None, s, direction),
                ParameterKind::Port(p) => self.port(&mut element, p, direction),
                ParameterKind::RoleLink(l) => role_link(&mut element, l, direction),
            }
            element
        });
        let wanted = wanted.collect();
        replace(body, |element| element.link() == "ServiceBody_Declaration", wanted);
    }
}

const XML_RECEIVE: &str = "Microsoft.BizTalk.DefaultPipelines.XMLReceive";
const XML_TRANSMIT: &str = "Microsoft.BizTalk.DefaultPipelines.XMLTransmit";

fn parameter_kind(kind: &ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Message(_) => "MessageDeclaration",
        ParameterKind::Variable(_) => "VariableDeclaration",
        ParameterKind::CorrelationSet(_) => "CorrelationDeclaration",
        ParameterKind::Port(_) => "PortDeclaration",
        ParameterKind::RoleLink(_) => "ServiceLinkDeclaration",
    }
}

fn web_part(element: &mut Element, part: &PartDeclaration, _: usize) {
    put(element, "ClassName", &part.part_type);
    described(element, &part.name, &part.comments);
}

fn message(element: &mut Element, message: &Message, direction: Direction) {
    put(element, "Type", &message.message_type);
    put_direction(element, direction);
    described(element, &message.name, &message.comments);
}

fn variable(element: &mut Element, variable: &Variable, direction: Direction) {
    put(element, "InitialValue", variable.initial_value.as_deref().unwrap_or_default());
    put_flag(element, "UseDefaultConstructor", variable.use_default_constructor);
    put(element, "Type", &variable.variable_type);
    put_direction(element, direction);
    described(element, &variable.name, &variable.comments);
}

fn role_link(element: &mut Element, link: &RoleLink, direction: Direction) {
    put_surface(element, link.surface, link.slot);
    put_polarity(element, link.polarity);
    put(element, "RoleName", &link.role);
    put_delivery(element, link.ordered_delivery, link.delivery_notification);
    put(element, "Type", &link.role_link_type);
    put_direction(element, direction);
    described(element, &link.name, &link.comments);
}

fn put_polarity(element: &mut Element, wanted: Polarity) {
    if polarity(element) != wanted {
        let name = if wanted == Polarity::Uses { "Uses" } else { "Implements" };
        set(element, "PortModifier", name);
    }
}

fn put_surface(element: &mut Element, wanted: PortSurface, at: Option<u32>) {
    if surface(element) != wanted {
        let name = match wanted {
            PortSurface::Left => "Left",
            PortSurface::Right => "Right",
            PortSurface::Unbound => "Unbound",
        };
        set(element, "Orientation", name);
    }
    if slot(element) != at {
        set(element, "PortIndex", &at.map_or_else(|| "-1".to_owned(), |slot| slot.to_string()));
    }
}

fn put_delivery(element: &mut Element, ordered: bool, notify: DeliveryNotification) {
    put_flag(element, "OrderedDelivery", ordered);
    if notification(element) != notify {
        let name = if notify == DeliveryNotification::Transmitted { "Transmitted" } else { "None" };
        set(element, "DeliveryNotification", name);
    }
}
