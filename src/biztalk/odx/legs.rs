//! Which message of an operation a Receive or Send means. The file has a name only, which anybody may have changed and
//! the language of the designer decides: `Request`, `Requête`, or the name of a fault.

use crate::model::{
    CommunicationPattern, Leg, Module, Operation, Orchestration, ParameterKind, Polarity, PortType, Shape,
    ShapeKind,
};
use std::collections::BTreeMap;

/// Settles the legs of a module's shapes; `others` are the other modules of the application, for port types.
pub fn settle(module: &mut Module, others: &[&Module]) {
    let Some(mut orchestration) = module.orchestration.take() else { return };
    let known = Known::of(&orchestration, module, others);
    for shape in orchestration.body.iter_mut().chain(orchestration.compensation.iter_mut().flatten()) {
        settle_shape(shape, &known);
    }
    module.orchestration = Some(orchestration);
}

struct Known {
    ports: BTreeMap<String, (Polarity, Option<PortType>)>,
}

impl Known {
    fn of(orchestration: &Orchestration, module: &Module, others: &[&Module]) -> Self {
        let parameters = orchestration.parameters.iter();
        let find = |name: &str| -> Option<PortType> {
            let all = std::iter::once(module).chain(others.iter().copied());
            let mut types = all.flat_map(|m| m.port_types.iter().map(move |t| (m, t)));
            types.find(|(m, t)| m.qualify(&t.name) == name).map(|(_, t)| t.clone())
        };
        let given = parameters.filter_map(|p| match &p.kind {
            ParameterKind::Port(port) => Some(port),
            _ => None,
        });
        let ports = orchestration.ports.iter().chain(given);
        Self { ports: ports.map(|p| (p.name.clone(), (p.polarity, find(&p.port_type)))).collect() }
    }

    fn leg(&self, port: &str, operation: &str, leg: &Leg, receives: bool) -> Option<Leg> {
        let (polarity, port_type) = self.ports.get(port)?;
        let natural =
            if receives == (*polarity == Polarity::Implements) { Leg::Request } else { Leg::Response };
        // A message may be called `Response` and be the request: what the port does decides, whatever the name.
        let one_way = port_type.as_ref().is_some_and(|t| t.pattern == CommunicationPattern::OneWay);
        let Leg::Fault(name) = leg else {
            return Some(if one_way { Leg::Request } else { natural });
        };
        let Some(port_type) = port_type else {
            // Nothing tells a fault from a foreign word for `Response`; only these are certain.
            return (natural == Leg::Request).then_some(natural);
        };
        if one_way {
            return Some(Leg::Request);
        }
        let operation: &Operation = port_type.operation(operation)?;
        if operation.faults.iter().any(|fault| fault.name == *name) {
            return None;
        }
        if operation.request_label.name == *name {
            return Some(Leg::Request);
        }
        if operation.response_label.name == *name {
            return Some(Leg::Response);
        }
        Some(natural)
    }
}

fn settle_shape(shape: &mut Shape, known: &Known) {
    match &mut shape.kind {
        ShapeKind::Receive(receive) => {
            if let Some(leg) = known.leg(&receive.port, &receive.operation, &receive.leg, true) {
                receive.leg = leg;
            }
        }
        ShapeKind::Send(send) => {
            if let Some(leg) = known.leg(&send.port, &send.operation, &send.leg, false) {
                send.leg = leg;
            }
        }
        _ => {}
    }
    for (_, block) in shape.blocks_mut() {
        for inner in block {
            settle_shape(inner, known);
        }
    }
}
