use super::Size;
use crate::diagnostic::Severity;
use crate::model::{Binding, Port, PortBinding, ServiceBinding, ShapeKind};

/// Name of a kind of shape, as the designer has it.
pub fn kind(kind: &ShapeKind) -> &'static str {
    match kind {
        ShapeKind::Receive(_) => "Receive",
        ShapeKind::Send(_) => "Send",
        ShapeKind::Construct(_) => "Construct Message",
        ShapeKind::MessageAssignment(_) => "Message Assignment",
        ShapeKind::Transform(_) => "Transform",
        ShapeKind::Expression(_) => "Expression",
        ShapeKind::Decide(_) => "Decide",
        ShapeKind::Delay(_) => "Delay",
        ShapeKind::Listen(_) => "Listen",
        ShapeKind::Parallel(_) => "Parallel Actions",
        ShapeKind::Loop(_) => "Loop",
        ShapeKind::Scope(_) => "Scope",
        ShapeKind::Call(_) => "Call Orchestration",
        ShapeKind::Start(_) => "Start Orchestration",
        ShapeKind::CallRules(_) => "Call Rules",
        ShapeKind::Throw(_) => "Throw Exception",
        ShapeKind::Compensate(_) => "Compensate",
        ShapeKind::Suspend(_) => "Suspend",
        ShapeKind::Terminate(_) => "Terminate",
        ShapeKind::Group(_) => "Group",
    }
}

pub fn size(size: Size) -> &'static str {
    match size {
        Size::Small => "small",
        Size::Medium => "medium",
        Size::Large => "large",
    }
}

pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
    }
}

/// How a logical port is bound.
pub fn binding(port: &Port, service: Option<&ServiceBinding>) -> String {
    match &port.binding {
        Binding::SpecifyLater => match service.and_then(|service| service.ports.get(&port.name)) {
            Some(PortBinding::ReceivePort(name)) => format!("receive port {name}"),
            Some(PortBinding::SendPort(name)) => format!("send port {name}"),
            Some(PortBinding::SendPortGroup(name)) => format!("send port group {name}"),
            None => "not bound".to_owned(),
        },
        Binding::SpecifyNow(now) => format!("{} {}", now.transport, now.uri),
        Binding::Dynamic(_) => "dynamic: the address is set at run time".to_owned(),
        Binding::MessageBox => "direct: message box".to_owned(),
        Binding::SelfCorrelating => "direct: self-correlating".to_owned(),
        Binding::Partner(partner) => format!("direct: partner {}", partner.orchestration),
    }
}
