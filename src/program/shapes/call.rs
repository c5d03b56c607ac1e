use crate::diagnostic::counted;
use crate::model::{self, Direction, Shape};
use crate::program::op::{Argument, ArgumentSlot, CallInfo, Op};
use crate::program::service::{ServiceCompiler, small};

/// Number of port types of a role link.
fn role_size(app: &model::Application, module: &model::Module, link: &model::RoleLink) -> u16 {
    let link_type = app.role_link_type(module, &link.role_link_type);
    let role = link_type.and_then(|t| t.roles.iter().find(|role| role.name == link.role));
    role.map_or(0, |role| small(role.port_types.len()))
}

/// Call and Start Orchestration.
impl ServiceCompiler<'_> {
    pub(super) fn call(&mut self, shape: &Shape, number: u16, call: &model::Call, synchronous: bool) {
        let service = self.shared.number(self.module, &call.orchestration);
        let Some(service) = self.slot(shape, "orchestration", &call.orchestration, "orchestration", service)
        else {
            return;
        };
        let Some((module, target)) = self.shared.app.orchestration_for(self.module, &call.orchestration)
        else {
            return;
        };
        if call.arguments.len() != target.parameters.len() {
            self.report(
                "V25",
                format!(
                    "`{}` passes {}; {} takes {}",
                    shape.name,
                    counted(call.arguments.len(), "argument"),
                    module.full_name(&target.name),
                    target.parameters.len()
                ),
                "Pass one argument for every parameter, in order",
                self.place(shape, "arguments"),
            );
            return;
        }
        let mut arguments = Vec::new();
        // Parameters take the callee's first slots of each kind, in order.
        let (mut variables, mut messages, mut sets, mut ports) = (0, 0, 0, 0);
        for (argument, parameter) in call.arguments.iter().zip(&target.parameters) {
            let next = |counter: &mut u16| {
                *counter += 1;
                *counter - 1
            };
            let (from, to, what) = match &parameter.kind {
                model::ParameterKind::Variable(_) => (
                    self.symbols.variable(&argument.name).map(ArgumentSlot::Variable),
                    ArgumentSlot::Variable(next(&mut variables)),
                    "variable",
                ),
                model::ParameterKind::Message(_) => (
                    self.symbols.message(&argument.name).map(ArgumentSlot::Message),
                    ArgumentSlot::Message(next(&mut messages)),
                    "message",
                ),
                model::ParameterKind::CorrelationSet(_) => (
                    self.symbols.set(&argument.name).map(ArgumentSlot::Set),
                    ArgumentSlot::Set(next(&mut sets)),
                    "correlation set",
                ),
                model::ParameterKind::Port(_) => (
                    self.symbols.port(&argument.name).map(ArgumentSlot::Port),
                    ArgumentSlot::Port(next(&mut ports)),
                    "port",
                ),
                model::ParameterKind::RoleLink(link) => {
                    let first = ports;
                    ports += 1 + role_size(self.shared.app, module, link);
                    let own = self.symbols.role_link(&argument.name);
                    let own = own.and_then(|slot| self.service.role_links.iter().find(|l| l.slot == slot));
                    let Some(own) = own.filter(|l| small(l.ports.len()) == ports - first - 1) else {
                        self.slot(
                            shape,
                            "arguments",
                            &argument.name,
                            "role link of the parameter's role",
                            None,
                        );
                        continue;
                    };
                    // Its parties, and what is remembered of each of its ports.
                    arguments.extend((own.slot..own.ports.end).zip(first..).map(|(from, to)| Argument {
                        from: ArgumentSlot::Port(from),
                        to: ArgumentSlot::Port(to),
                        copy_in: true,
                        copy_out: true,
                    }));
                    continue;
                }
            };
            let Some(from) = from else {
                self.slot(shape, "arguments", &argument.name, what, None);
                continue;
            };
            let direction = parameter.direction;
            if !synchronous && direction != Direction::In {
                self.report(
                    "V25",
                    format!(
                        "`{}` starts an orchestration with the {direction:?} parameter {}",
                        shape.name,
                        parameter.name()
                    ),
                    "Start takes In parameters only; use Call Orchestration, or make the parameter In",
                    self.place(shape, "arguments"),
                );
            }
            arguments.push(Argument {
                from,
                to,
                copy_in: direction != Direction::Out,
                copy_out: direction != Direction::In,
            });
        }
        self.reads(arguments.iter().map(|a| a.from));
        let assigned = |a: &&Argument| a.copy_out || matches!(a.from, ArgumentSlot::Port(_));
        self.writes(arguments.iter().filter(assigned).map(|a| a.from));
        let transaction = if synchronous { self.transaction(&call.identifier) } else { None };
        let index = small(self.service.calls.len());
        self.service.calls.push(CallInfo { shape: number, synchronous, service, arguments, transaction });
        self.push(if synchronous { Op::Call(index) } else { Op::StartService(index) });
    }
}
