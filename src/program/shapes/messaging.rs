use crate::message::Name;
use crate::model::edit::Edit;
use crate::model::{self, Leg, Polarity, Shape, ShapeKind};
use crate::program::op::{ArgumentSlot, LegKind, Op, ReceiveInfo, SendInfo};
use crate::program::role_link::role_port;
use crate::program::service::{ServiceCompiler, small};
use crate::program::types::routing_type;
use std::borrow::Cow;

/// The port a shape names; of a role link the one for the port type it names too.
fn port_name<'a>(port: &'a str, role_port_type: &str) -> Cow<'a, str> {
    if role_port_type.is_empty() { Cow::Borrowed(port) } else { Cow::Owned(role_port(port, role_port_type)) }
}

/// Receive and Send.
impl ServiceCompiler<'_> {
    pub(super) fn sets(&mut self, shape: &Shape, property: &'static str, names: &[String]) -> Vec<u16> {
        names
            .iter()
            .filter_map(|name| {
                let slot = self.symbols.set(name);
                self.slot(shape, property, name, "correlation set", slot)
            })
            .collect()
    }

    pub(super) fn leg(&self, port: u16, operation: Name, leg: &Leg) -> Option<LegKind> {
        let two_way = self.service.port(port)?.two_way;
        let operation = self.service.operation(port, operation)?;
        match leg {
            Leg::Request => Some(LegKind::Request),
            // A one-way operation has one message, whatever early designers called it.
            Leg::Response if !two_way => Some(LegKind::Request),
            Leg::Response => operation.response.as_ref().map(|_| LegKind::Response),
            Leg::Fault(name) => operation
                .faults
                .iter()
                .position(|(n, _)| n.as_str() == name)
                .map(|at| LegKind::Fault(small(at))),
        }
    }

    /// Port, operation and leg of a receive or send.
    pub(super) fn endpoint(
        &mut self,
        shape: &Shape,
        port: &str,
        operation: &str,
        leg: &Leg,
        receives: bool,
    ) -> Option<(u16, Name, LegKind)> {
        let slot = self.symbols.port(port);
        let slot = self.slot(shape, "port", port, "port", slot)?;
        let name = Name::new(operation);
        let Some(kind) = self.leg(slot, name, leg) else {
            let message = if operation.is_empty() {
                format!("`{}` has no operation yet", shape.name)
            } else {
                format!(
                    "`{}` uses operation `{operation}`, which port {port} does not offer in that way",
                    shape.name
                )
            };
            self.report(
                "V01",
                message,
                "Choose an operation of the port, and its request, response or fault",
                self.place(shape, "operation"),
            );
            return None;
        };
        let info = self.service.port(slot)?;
        let right = match (kind, info.polarity) {
            (LegKind::Request, Polarity::Implements)
            | (LegKind::Response | LegKind::Fault(_), Polarity::Uses) => receives,
            (LegKind::Request, Polarity::Uses)
            | (LegKind::Response | LegKind::Fault(_), Polarity::Implements) => !receives,
        };
        if !right {
            let verb = if receives { "receive" } else { "send" };
            self.report(
                "V01",
                format!("`{}` cannot {verb} on this side of port {port}", shape.name),
                "Use a port of the other polarity, or the other message of the operation",
                self.place(shape, "port"),
            );
            return None;
        }
        Some((slot, name, kind))
    }

    pub(super) fn receive(
        &mut self,
        shape: &Shape,
        number: u16,
        receive: &model::Receive,
        declared: Option<&Op>,
    ) {
        if let Some(index) = self.receive_info(shape, number, receive) {
            self.push(Op::Receive(index));
        }
        if receive.activate
            && let Some(declared) = declared
        {
            self.push(declared.clone());
        }
    }

    pub(super) fn receive_info(
        &mut self,
        shape: &Shape,
        number: u16,
        receive: &model::Receive,
    ) -> Option<u16> {
        let (port, operation, leg) = self.endpoint(
            shape,
            &port_name(&receive.port, &receive.role_port_type),
            &receive.operation,
            &receive.leg,
            true,
        )?;
        let message = self.symbols.message(&receive.message);
        let message = self.slot(shape, "message", &receive.message, "message", message)?;
        let place = self.place(shape, "filter");
        let change = |filter| Edit::SetKind {
            module: self.key.to_owned(),
            shape: shape.id.clone(),
            kind: ShapeKind::Receive(model::Receive { filter, ..receive.clone() }),
        };
        let filter = self.shared.filter(&receive.filter, &change, &place, self.found);
        let initializes = self.sets(shape, "initializes", &receive.initializes);
        let follows = self.sets(shape, "follows", &receive.follows);
        let expected = match (leg, self.service.operation(port, operation)?) {
            (LegKind::Request, o) => Some(&o.request),
            (LegKind::Response, o) => o.response.as_ref(),
            (LegKind::Fault(at), o) => o.faults.get(usize::from(at)).map(|(_, t)| t),
        };
        let message_type = expected.and_then(|t| routing_type(t));
        self.reads(follows.iter().map(|set| ArgumentSlot::Set(*set)));
        self.writes(initializes.iter().map(|set| ArgumentSlot::Set(*set)));
        self.writes([ArgumentSlot::Message(message), ArgumentSlot::Port(port)]);
        let index = small(self.service.receives.len());
        self.service.receives.push(ReceiveInfo {
            shape: number,
            port,
            operation,
            message,
            leg,
            activate: receive.activate,
            filter,
            initializes,
            follows,
            convoy: false,
            kind: 0,
            message_type,
        });
        if receive.activate {
            self.service.activations.push(index);
        }
        Some(index)
    }

    pub(super) fn send(&mut self, shape: &Shape, number: u16, send: &model::Send) {
        let Some((port, operation, leg)) = self.endpoint(
            shape,
            &port_name(&send.port, &send.role_port_type),
            &send.operation,
            &send.leg,
            false,
        ) else {
            return;
        };
        let message = self.symbols.message(&send.message);
        let Some(message) = self.slot(shape, "message", &send.message, "message", message) else { return };
        let initializes = self.sets(shape, "initializes", &send.initializes);
        let follows = self.sets(shape, "follows", &send.follows);
        self.reads([ArgumentSlot::Message(message)]);
        self.reads(follows.iter().map(|set| ArgumentSlot::Set(*set)));
        self.writes(initializes.iter().map(|set| ArgumentSlot::Set(*set)));
        self.writes([ArgumentSlot::Port(port)]);
        let index = small(self.service.sends.len());
        self.service.sends.push(SendInfo {
            shape: number,
            port,
            operation,
            message,
            leg,
            initializes,
            follows,
        });
        self.push(Op::Send(index));
    }
}
