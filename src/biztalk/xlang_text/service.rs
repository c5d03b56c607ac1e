//! The orchestration: its declarations and where its variables are initialised.

use super::node::Node;
use super::out::Out;
use super::statement::{Statements, expression};
use super::types::{exportable, modifier, referred, relative};
use super::{attribute, quoted};

/// Writes an orchestration with all in it.
pub(super) fn service<'n>(of: &Node<'n>, module: &Node<'n>, scope: &'n str, out: &mut Out) {
    let start = out.here();
    exportable(of, "ServiceDeclaration_CLRAttribute", out);
    transaction_attribute(of, out);
    out.put(&format!("{} service", modifier(of)));
    match transaction(of) {
        Some(found) => found.write(of.name(), found.kind == "longrunning", out),
        None => out.put(&format!(" {}", of.name())),
    }
    out.end();
    out.open();
    for link in of.linked("ServiceDeclaration_ServiceLinkDeclaration") {
        whole(link, out, |out| out.line(&format!("{};", role_link(link, scope))));
    }
    for port in of.linked("ServiceDeclaration_PortDeclaration") {
        let service = Some(of);
        whole(port, out, |out| {
            binding(port, module, service, out);
            out.line(&format!("{};", self::port(port, scope)));
        });
    }
    declarations(of, &SERVICE, scope, out);
    for body in of.linked("ServiceDeclaration_ServiceBody") {
        out.put("body (");
        for (nth, parameter) in body.linked("ServiceBody_Declaration").enumerate() {
            if nth > 0 {
                out.put(", ");
            }
            referred(parameter, &self::parameter(parameter, scope), out);
        }
        out.line(")");
        out.open();
        let initial = initialisations(of.linked(SERVICE.variables), scope);
        let mut statements = Statements::new(of, scope, initial);
        statements.body(body, out);
        out.close("");
    }
    for compensation in of.linked("ServiceDeclaration_Compensation") {
        Statements::new(of, scope, Vec::new()).compensation(compensation, out);
    }
    out.close("");
    out.note(of.number, start);
}

/// The collections in which a service or scope keeps what it declares.
pub(super) struct Collections {
    correlation: &'static str,
    messages: &'static str,
    pub variables: &'static str,
}

const SERVICE: Collections = Collections {
    correlation: "ServiceDeclaration_CorrelationDeclaration",
    messages: "ServiceDeclaration_MessageDeclaration",
    variables: "ServiceDeclaration_VariableDeclaration",
};

pub(super) const SCOPE: Collections = Collections {
    correlation: "Scope_CorrelationDeclaration",
    messages: "Scope_MessageDeclaration",
    variables: "Scope_VariableDeclaration",
};

/// Correlation sets, messages and variables.
pub(super) fn declarations(of: &Node<'_>, collections: &Collections, scope: &str, out: &mut Out) {
    for link in [collections.correlation, collections.messages, collections.variables] {
        for declaration in of.linked(link) {
            // A declaration without a type is unfinished.
            if declaration.stated("Type").is_some() {
                whole(declaration, out, |out| out.line(&format!("{};", declared(declaration, scope))));
            }
        }
    }
}

/// The statements that give variables their first values.
pub(super) fn initialisations<'n, 'a: 'n>(
    variables: impl Iterator<Item = &'n Node<'a>>,
    scope: &str,
) -> Vec<String> {
    let initial = |variable: &Node<'_>| {
        let (name, of) = (variable.name(), variable.get("Type"));
        if variable.is("UseDefaultConstructor") {
            return Some(format!("{name} = new {}();", relative(of, scope)));
        }
        match variable.stated("InitialValue") {
            Some(value) => Some(format!("{name} = {value};")),
            None if of == "System.String" => Some(format!("{name} = \"\";")),
            None => None,
        }
    };
    variables.filter_map(initial).collect()
}

fn whole(of: &Node<'_>, out: &mut Out, write: impl FnOnce(&mut Out)) {
    let start = out.here();
    write(out);
    out.note(of.number, start);
}

/// The transaction of a scope or orchestration.
pub(super) struct Transaction<'n> {
    kind: &'static str,
    number: usize,
    timeout: Option<&'n str>,
}

pub(super) fn transaction<'n>(of: &Node<'n>) -> Option<Transaction<'n>> {
    of.children.iter().find_map(|child| {
        let kind = match child.kind() {
            "LongRunningTransaction" => "longrunning",
            "AtomicTransaction" => "atomic",
            _ => return None,
        };
        Some(Transaction { kind, number: child.number, timeout: child.stated("Timeout") })
    })
}

impl Transaction<'_> {
    /// ` longrunning transaction Name`, as it follows `scope` or `service`. `all` is whether the name is part of
    /// the element's place.
    pub fn write(&self, name: &str, all: bool, out: &mut Out) {
        let start = out.here();
        out.put(&format!(" {} transaction", self.kind));
        out.note(self.number, start);
        out.put(&format!(" {name}"));
        if let Some(timeout) = self.timeout {
            out.put(&format!(" timeout {}", expression(timeout)));
        }
        if all {
            out.note(self.number, start);
        }
    }
}

/// The attribute with an atomic transaction's settings.
pub(super) fn transaction_attribute(of: &Node<'_>, out: &mut Out) {
    for settings in of.of_kind("TransactionAttribute") {
        let lower = |name: &str| settings.get(name).to_lowercase();
        let (retry, batch) = (lower("Retry"), lower("Batch"));
        let (timeout, isolation) = (settings.get("Timeout"), settings.get("Isolation"));
        let arguments = format!(
            "Retry={retry},Batch={batch},Timeout={timeout},TranIsolationLevel=System.Data.IsolationLevel.{isolation}"
        );
        whole(settings, out, |out| out.line(&attribute("Transaction", &arguments)));
    }
}

/// A declaration without what ends it: a parameter, or a statement less its semicolon.
fn declared(of: &Node<'_>, scope: &str) -> String {
    let keyword = match of.kind() {
        "MessageDeclaration" => "message ",
        "CorrelationDeclaration" => "correlation ",
        "PortDeclaration" => return port(of, scope),
        "ServiceLinkDeclaration" => return role_link(of, scope),
        _ => "",
    };
    format!("{keyword}{} {}", relative(of.get("Type"), scope), of.name())
}

fn parameter(of: &Node<'_>, scope: &str) -> String {
    let direction = match of.get("ParamDirection") {
        "Out" => "out ",
        "Ref" => "ref ",
        _ => "",
    };
    format!("{direction}{}", declared(of, scope))
}

fn role_link(of: &Node<'_>, scope: &str) -> String {
    let polarity = of.get("PortModifier").to_lowercase();
    let link_type = relative(of.get("Type"), scope);
    format!("servicelink {polarity} {link_type}.{} {}", of.get("RoleName"), of.name())
}

fn port(of: &Node<'_>, scope: &str) -> String {
    let polarity = of.get("PortModifier").to_lowercase();
    let dynamic =
        if of.of_kind("PhysicalBindingAttribute").any(|b| b.is("IsDynamic")) { "dynamic " } else { "" };
    format!("port {polarity} {dynamic}{} {}", relative(of.get("Type"), scope), of.name())
}

/// The attributes of a port: how it is bound, and what delivery it asks for.
fn binding(port: &Node<'_>, module: &Node<'_>, service: Option<&Node<'_>>, out: &mut Out) {
    for binding in port.linked("PortDeclaration_CLRAttribute") {
        let text = match binding.kind() {
            "LogicalBindingAttribute" => attribute("LogicalBinding", ""),
            "DirectBindingAttribute" => attribute("DirectBinding", &direct(binding)),
            "PhysicalBindingAttribute" => {
                attribute("PhysicalBinding", &physical(port, binding, two_way(port, module, service)))
            }
            _ => continue,
        };
        whole(binding, out, |out| out.line(&text));
    }
    if port.is("OrderedDelivery") {
        out.line(&attribute("OrderedDelivery", ""));
    }
    if let Some(level) = port.stated("DeliveryNotification").filter(|level| *level != "None") {
        let level = format!("Microsoft.XLANGs.BaseTypes.DeliveryNotification.NotificationLevel.{level}");
        out.line(&attribute("DeliveryNotification", &level));
    }
}

fn direct(binding: &Node<'_>) -> String {
    match binding.get("DirectBindingType") {
        "PartnerPort" => {
            format!("typeof({}), {}", binding.get("PartnerService"), quoted(binding.get("PartnerPort")))
        }
        "SelfCorrelating" => "Microsoft.XLANGs.BaseTypes.DirectBinding.SelfCorrelating.On".to_owned(),
        _ => String::new(),
    }
}

fn physical(port: &Node<'_>, binding: &Node<'_>, two_way: bool) -> String {
    let mut arguments = Vec::new();
    if !binding.is("IsDynamic") {
        arguments.push(quoted(binding.get("TransportType")));
        arguments.push(quoted(binding.get("URI")));
    }
    let uses = port.get("PortModifier") == "Uses";
    let pipelines = [("InPipeline", two_way || !uses), ("OutPipeline", two_way || uses)];
    for (pipeline, _) in pipelines.into_iter().filter(|(_, used)| *used) {
        arguments.push(format!("typeof({})", binding.get(pipeline)));
    }
    if port.is("IsWebPort") {
        arguments.push(format!("Proxy=typeof({})", port.get("Type")));
    }
    arguments.join(", ")
}

/// Whether a port has answers: as its type says when the type is in this module, else as the port is used.
fn two_way(port: &Node<'_>, module: &Node<'_>, service: Option<&Node<'_>>) -> bool {
    if port.is("IsWebPort") {
        return true;
    }
    let name = relative(port.get("Type"), module.name());
    if let Some(known) = module.linked("Module_PortType").find(|known| known.name() == name) {
        return known.is("Synchronous");
    }
    let uses = |kind: &str| {
        let all = service.map(Node::all).unwrap_or_default();
        all.iter().any(|shape| shape.kind() == kind && shape.get("PortName") == port.name())
    };
    uses("Receive") && uses("Send")
}
