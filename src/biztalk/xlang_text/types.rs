//! The types of a module: messages, ports, correlation, role links, web references.

use super::node::Node;
use super::out::Out;
use super::{attribute, quoted};

/// Writes a module and all it declares, in the designer's order. `scope` is the namespace whose names are written short.
pub(super) fn module(module: &Node<'_>, scope: &str, out: &mut Out) {
    let start = out.here();
    exportable(module, "Module_CLRAttribute", out);
    out.line(&format!("module {}", module.name()));
    out.open();
    for messages in module.linked("Module_MessageType") {
        match messages.kind() {
            "MethodMessageType" => web_messages(messages, scope, out),
            _ => message_type(messages, scope, out),
        }
    }
    for port_type in module.linked("Module_PortType") {
        self::port_type(port_type, scope, out);
    }
    for web in module.of_kind("MethodMessageType") {
        web_port_type(web, module.name(), out);
    }
    for correlation_type in module.linked("Module_CorrelationType") {
        declared(correlation_type, "correlationtype", out, |out| {
            listed(correlation_type, "CorrelationType_PropertyRef", scope, out);
        });
    }
    for link_type in module.linked("Module_ServiceLinkType") {
        declared(link_type, "servicelinktype", out, |out| {
            for role in link_type.linked("ServiceLinkType_RoleDeclaration") {
                let start = out.here();
                out.line(role.name());
                out.open();
                listed(role, "RoleDeclaration_PortTypeRef", scope, out);
                out.close(";");
                out.note(role.number, start);
            }
        });
    }
    for service in module.linked("Module_ServiceDeclaration") {
        super::service::service(service, module, scope, out);
    }
    out.close("");
    out.note(module.number, start);
    out.end();
}

/// The attributes that say whether a module or orchestration can be exported as BPEL: it can when it has a namespace.
pub(super) fn exportable(owner: &Node<'_>, link: &'static str, out: &mut Out) {
    let namespace = owner.linked(link).find(|child| child.kind() == "TargetXMLNamespaceAttribute");
    out.line(&attribute("BPELExportable", if namespace.is_some() { "true" } else { "false" }));
    if let Some(namespace) = namespace {
        let start = out.here();
        let uri = quoted(namespace.get("TargetXMLNamespace"));
        out.line(&attribute("TargetXmlNamespaceAttribute", &uri));
        out.note(namespace.number, start);
    }
}

/// A name as it is written inside `scope`: what is in the same namespace needs none.
pub(super) fn relative<'a>(name: &'a str, scope: &str) -> &'a str {
    name.strip_prefix(scope)
        .and_then(|rest| rest.strip_prefix('.'))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(name)
}

/// `internal` unless stated otherwise.
pub(super) fn modifier(of: &Node<'_>) -> String {
    of.stated("TypeModifier").unwrap_or("Internal").to_lowercase()
}

fn declared(of: &Node<'_>, keyword: &str, out: &mut Out, body: impl FnOnce(&mut Out)) {
    let start = out.here();
    out.line(&format!("{} {keyword} {}", modifier(of), of.name()));
    out.open();
    body(out);
    out.close(";");
    out.note(of.number, start);
}

/// What the children of a collection refer to, on one line with commas between.
fn listed(of: &Node<'_>, link: &'static str, scope: &str, out: &mut Out) {
    out.indent();
    for (nth, reference) in of.linked(link).enumerate() {
        if nth > 0 {
            out.put(", ");
        }
        referred(reference, relative(reference.get("Ref"), scope), out);
    }
    out.end();
}

/// A piece of a line that stands for an element.
pub(super) fn referred(of: &Node<'_>, text: &str, out: &mut Out) {
    out.indent();
    let start = out.here();
    out.put(text);
    out.note(of.number, start);
}

fn message_type(of: &Node<'_>, scope: &str, out: &mut Out) {
    declared(of, "messagetype", out, |out| {
        for part in of.linked("MultipartMessageType_PartDeclaration") {
            let body = if part.is("IsBodyPart") { "body " } else { "" };
            let start = out.here();
            out.line(&format!("{body}{} {};", relative(part.get("ClassName"), scope), part.name()));
            out.note(part.number, start);
        }
    });
}

fn port_type(of: &Node<'_>, scope: &str, out: &mut Out) {
    declared(of, "porttype", out, |out| {
        for operation in of.linked("PortType_OperationDeclaration") {
            let start = out.here();
            let two_way = operation.get("OperationType") == "RequestResponse";
            out.line(&format!("{} {}", pattern(two_way), operation.name()));
            out.open();
            out.indent();
            let request = operation.linked("OperationDeclaration_RequestMessageRef");
            let response = operation.linked("OperationDeclaration_ResponseMessageRef");
            for (nth, message) in request.chain(response).enumerate() {
                if nth > 0 {
                    out.put(", ");
                }
                referred(message, relative(message.get("Ref"), scope), out);
            }
            for fault in operation.linked("OperationDeclaration_FaultMessageRef") {
                out.put(", ");
                referred(fault, &format!("{} = {}", fault.name(), relative(fault.get("Ref"), scope)), out);
            }
            out.end();
            out.close(";");
            out.note(operation.number, start);
        }
    });
}

fn pattern(two_way: bool) -> &'static str {
    if two_way { "requestresponse" } else { "oneway" }
}

/// The multi-part message types of a web reference, one for each direction of each method.
fn web_messages(of: &Node<'_>, scope: &str, out: &mut Out) {
    for method in of.linked("MethodMessageType_MethodMessageOperation") {
        let direction =
            format!("Microsoft.XLANGs.BaseTypes.EXLangSMessageInfo.e{}", method.get("OperationDirection"));
        let arguments =
            format!("typeof({}), {}, {direction}", of.name(), quoted(method.get("OperationName")));
        out.line(&attribute("WebPortBinding", &arguments));
        out.line(&format!("{} messagetype {}", modifier(of), method.name()));
        out.open();
        for (nth, part) in method.linked("MethodMessageOperation_WebOperationPart").enumerate() {
            let body = if nth == 0 { "body " } else { "" };
            out.line(&format!("{body}{} {};", relative(part.get("ClassName"), scope), part.name()));
        }
        out.close(";");
    }
}

/// The port type of a web reference. It is not in the tree: it follows from the messages.
fn web_port_type(of: &Node<'_>, module: &str, out: &mut Out) {
    let methods: Vec<&Node<'_>> = of.linked("MethodMessageType_MethodMessageOperation").collect();
    let mut names: Vec<&str> = Vec::new();
    for name in methods.iter().map(|method| method.get("OperationName")) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let full = of.name();
    out.line(&attribute("WSDLProxyName", &format!("typeof({full})")));
    out.line(&format!("{} porttype {}", modifier(of), full.rsplit('.').next().unwrap_or(full)));
    out.open();
    for name in super::hash_order::enumerated(&names) {
        let of = |direction: &str| {
            methods
                .iter()
                .find(|m| m.get("OperationName") == name && m.get("OperationDirection") == direction)
        };
        let (request, response) = (of("Request"), of("Response"));
        let messages: Vec<String> =
            request.into_iter().chain(response).map(|m| format!("{module}.{}", m.name())).collect();
        out.line(&format!("{} {name}", pattern(response.is_some())));
        out.open();
        out.line(&messages.join(", "));
        out.close(";");
    }
    out.close(";");
}
