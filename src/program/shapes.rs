use super::op::{
    Argument, ArgumentSlot, CallInfo, CatchInfo, CatchMatch, LegKind, ListenBranch, Op, ReceiveInfo,
    ScopeInfo, ScopeKind, SendInfo, TransformInfo,
};
use super::service::{ServiceCompiler, small};
use super::types::routing_type;
use crate::diagnostic::{Diagnostic, Place};
use crate::message::Name;
use crate::model::{
    self, Branches, CatchType, Direction, Leg, PartRef, Polarity, Scope, Shape, ShapeKind, Transaction,
    Variable,
};
use crate::xlang::{Slot, exception_rank};

/// Shapes to operations.
impl ServiceCompiler<'_> {
    pub fn body(&mut self, declared: Op) {
        let orchestration = self.orchestration;
        // A fresh frame has no messages and sets; those just received must stay.
        let declared = match declared {
            Op::Initialize { variables, .. } => Op::Initialize { variables, sets: (0, 0), messages: (0, 0) },
            other => other,
        };
        // Initial values are assigned after the activating receive, or at once when there is none (RCV-3).
        let activates = orchestration.body.iter().any(|shape| {
            let mut found = false;
            shape.visit(&mut |s| found |= matches!(&s.kind, ShapeKind::Receive(r) if r.activate));
            found
        });
        if !activates {
            self.service.ops.push(declared.clone());
        }
        self.block(&orchestration.body, activates.then_some(&declared));
        self.service.ops.push(Op::End);
    }

    fn block(&mut self, block: &[Shape], declared: Option<&Op>) {
        for shape in block {
            self.shape(shape, declared);
        }
    }

    fn here(&self) -> u32 {
        u32::try_from(self.service.ops.len()).unwrap_or(u32::MAX)
    }

    fn push(&mut self, op: Op) -> usize {
        self.service.ops.push(op);
        self.service.ops.len() - 1
    }

    /// Points a jump made earlier at the next operation.
    fn land(&mut self, jump: usize) {
        let here = self.here();
        match self.service.ops.get_mut(jump) {
            Some(Op::Jump(target) | Op::Unless { target, .. }) => *target = here,
            _ => {}
        }
    }

    fn place(&self, shape: &Shape, property: &'static str) -> Place {
        Place { id: Some(shape.id.clone()), name: shape.name.clone(), property, ..self.root_place() }
    }

    fn shape(&mut self, shape: &Shape, declared: Option<&Op>) {
        // A group is not in the compiled code (GRP-1).
        if let ShapeKind::Group(group) = &shape.kind {
            self.block(&group.body, declared);
            return;
        }
        let number = self.shape_info(shape);
        self.push(Op::Started(number));
        match &shape.kind {
            ShapeKind::Receive(receive) => self.receive(shape, number, receive, declared),
            ShapeKind::Send(send) => self.send(shape, number, send),
            ShapeKind::Construct(construct) => self.construct(shape, construct),
            ShapeKind::MessageAssignment(code) => self.run(shape, code, Slot::MessageAssignment),
            ShapeKind::Transform(transform) => self.transform(shape, number, transform),
            ShapeKind::Expression(code) => self.run(shape, code, Slot::Expression),
            ShapeKind::Decide(branches) => self.decide(shape, branches, declared),
            ShapeKind::Delay(code) => {
                if let Some(code) = self.code(&code.text, Slot::Delay, self.place(shape, "text")) {
                    self.push(Op::Delay { code, shape: number });
                }
            }
            ShapeKind::Listen(branches) => self.listen(shape, branches, declared),
            ShapeKind::Loop(body) => {
                let top = self.here();
                let code = self.code(&body.condition, Slot::Condition, self.place(shape, "condition"));
                let exit = code.map(|code| self.push(Op::Unless { code, target: 0 }));
                self.block(&body.body, declared);
                self.push(Op::Jump(top));
                if let Some(exit) = exit {
                    self.land(exit);
                }
            }
            ShapeKind::Scope(scope) => self.scope(shape, number, scope, declared),
            ShapeKind::Call(call) => self.call(shape, number, call, true),
            ShapeKind::Start(call) => self.call(shape, number, call, false),
            ShapeKind::Throw(throw) => {
                let slot = throw.exception.as_deref().map(|name| (name, self.symbols.variable(name)));
                if let Some((name, None)) = slot {
                    self.report(
                        "V34",
                        format!("Throw names \"{name}\", which is not a variable in scope"),
                        "Choose a variable of an exception type, or General Exception to rethrow inside a catch block",
                        self.place(shape, "exception"),
                    );
                }
                self.push(Op::Throw(slot.and_then(|(_, slot)| slot)));
            }
            ShapeKind::Suspend(code) => {
                let code = self.message_text(shape, code);
                self.push(Op::Suspend { code, shape: number });
            }
            ShapeKind::Terminate(code) => {
                let code = self.message_text(shape, code);
                self.push(Op::Terminate { code, shape: number });
            }
            ShapeKind::Parallel(branches) => self.parallel(branches, declared),
            ShapeKind::CallRules(_) | ShapeKind::Compensate(_) => self.not_run(shape, number),
            ShapeKind::Group(_) => {}
        }
        self.push(Op::Completed(number));
    }

    /// A shape the engine does not run: said by the checker, and the instance stops there, never a silent skip.
    fn not_run(&mut self, shape: &Shape, number: u16) {
        let label = shape.kind.label();
        self.found.push(
            Diagnostic::warning(
                "N01",
                format!(
                    "{label} does not run yet: an instance that reaches {} is suspended there",
                    shape.name
                ),
                "Model this part with other shapes if it has to run now",
            )
            .at(self.place(shape, "")),
        );
        self.push(Op::NotRun(number));
    }

    fn message_text(&mut self, shape: &Shape, code: &model::Code) -> Option<u16> {
        if code.text.trim().is_empty() {
            return None;
        }
        self.code(&code.text, Slot::Text, self.place(shape, "text"))
    }

    fn run(&mut self, shape: &Shape, code: &model::Code, slot: Slot) {
        if let Some(code) = self.code(&code.text, slot, self.place(shape, "text")) {
            self.push(Op::Run(code));
        }
    }

    /// Slot of a named thing, or a diagnostic that the shape is not fully configured (V01).
    fn slot(
        &mut self,
        shape: &Shape,
        property: &'static str,
        name: &str,
        what: &str,
        slot: Option<u16>,
    ) -> Option<u16> {
        if slot.is_none() {
            let message = if name.is_empty() {
                format!("{} has no {what} yet", shape.name)
            } else {
                format!("{} names the {what} \"{name}\", which is not in scope", shape.name)
            };
            self.report(
                "V01",
                message,
                format!("Choose a {what} in its properties"),
                self.place(shape, property),
            );
        }
        slot
    }

    fn sets(&mut self, shape: &Shape, property: &'static str, names: &[String]) -> Vec<u16> {
        names
            .iter()
            .filter_map(|name| {
                let slot = self.symbols.set(name);
                self.slot(shape, property, name, "correlation set", slot)
            })
            .collect()
    }

    fn leg(&self, port: u16, operation: Name, leg: &Leg) -> Option<LegKind> {
        let operation = self.service.operation(port, operation)?;
        match leg {
            Leg::Request => Some(LegKind::Request),
            Leg::Response => operation.response.as_ref().map(|_| LegKind::Response),
            Leg::Fault(name) => operation
                .faults
                .iter()
                .position(|(n, _)| n.as_str() == name)
                .map(|at| LegKind::Fault(small(at))),
        }
    }

    /// Port, operation and leg of a receive or send.
    fn endpoint(
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
            self.report(
                "V01",
                format!(
                    "{} uses operation \"{operation}\", which port {port} does not offer in that way",
                    shape.name
                ),
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
                format!("{} cannot {verb} on this side of port {port}", shape.name),
                "Use a port of the other polarity, or the other message of the operation",
                self.place(shape, "port"),
            );
            return None;
        }
        Some((slot, name, kind))
    }

    fn receive(&mut self, shape: &Shape, number: u16, receive: &model::Receive, declared: Option<&Op>) {
        if let Some(index) = self.receive_info(shape, number, receive) {
            self.push(Op::Receive(index));
        }
        if receive.activate
            && let Some(declared) = declared
        {
            self.push(declared.clone());
        }
    }

    fn receive_info(&mut self, shape: &Shape, number: u16, receive: &model::Receive) -> Option<u16> {
        let (port, operation, leg) =
            self.endpoint(shape, &receive.port, &receive.operation, &receive.leg, true)?;
        let message = self.symbols.message(&receive.message);
        let message = self.slot(shape, "message", &receive.message, "message", message)?;
        let place = self.place(shape, "filter");
        let filter = self.shared.filter(&receive.filter, &place, self.found);
        let initializes = self.sets(shape, "initializes", &receive.initializes);
        let follows = self.sets(shape, "follows", &receive.follows);
        let expected = match (leg, self.service.operation(port, operation)?) {
            (LegKind::Request, o) => Some(&o.request),
            (LegKind::Response, o) => o.response.as_ref(),
            (LegKind::Fault(at), o) => o.faults.get(usize::from(at)).map(|(_, t)| t),
        };
        let message_type = expected.and_then(|t| routing_type(t));
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
            kind: 0,
            message_type,
        });
        if receive.activate {
            self.service.activations.push(index);
        }
        Some(index)
    }

    fn send(&mut self, shape: &Shape, number: u16, send: &model::Send) {
        let Some((port, operation, leg)) =
            self.endpoint(shape, &send.port, &send.operation, &send.leg, false)
        else {
            return;
        };
        let message = self.symbols.message(&send.message);
        let Some(message) = self.slot(shape, "message", &send.message, "message", message) else { return };
        let initializes = self.sets(shape, "initializes", &send.initializes);
        let follows = self.sets(shape, "follows", &send.follows);
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

    fn construct(&mut self, shape: &Shape, construct: &model::Construct) {
        let mut slots = Vec::new();
        for name in &construct.messages {
            let slot = self.symbols.message(name);
            slots.extend(self.slot(shape, "messages", name, "message", slot));
        }
        let slots: Box<[u16]> = slots.into();
        self.push(Op::Construct(slots.clone()));
        self.block(&construct.body, None);
        self.push(Op::Constructed(slots));
    }

    fn transform(&mut self, shape: &Shape, number: u16, transform: &model::Transform) {
        let map = Name::new(&transform.map);
        if !self.shared.maps.contains(&transform.map) {
            self.report(
                "V01",
                format!("{} names the map \"{}\", which does not exist", shape.name, transform.map),
                "Choose one of the application's maps",
                self.place(shape, "map"),
            );
            return;
        }
        let Some(inputs) = self.part_refs(shape, "inputs", &transform.inputs) else { return };
        let Some(outputs) = self.part_refs(shape, "outputs", &transform.outputs) else { return };
        let index = small(self.service.transforms.len());
        self.service.transforms.push(TransformInfo { shape: number, map, inputs, outputs });
        self.push(Op::Transform(index));
    }

    fn part_refs(
        &mut self,
        shape: &Shape,
        property: &'static str,
        refs: &[PartRef],
    ) -> Option<Vec<(u16, Option<u16>)>> {
        let mut all = Vec::new();
        for reference in refs {
            let slot = self.symbols.message(&reference.message);
            let slot = self.slot(shape, property, &reference.message, "message", slot)?;
            let part = if reference.part.is_empty() {
                None
            } else {
                let info = self.service.messages.get(usize::from(slot))?;
                let at = info.message_type.parts.iter().position(|(n, _)| n.as_str() == reference.part);
                Some(self.slot(shape, property, &reference.part, "message part", at.map(small))?)
            };
            all.push((slot, part));
        }
        if all.is_empty() {
            self.slot(shape, property, "", "message", None)?;
        }
        Some(all)
    }

    fn decide(&mut self, shape: &Shape, branches: &Branches, declared: Option<&Op>) {
        let mut exits = Vec::new();
        for (at, branch) in branches.branches.iter().enumerate() {
            let is_else = at + 1 == branches.branches.len() && branch.condition.trim().is_empty();
            let number = self.branch_info(branch, "Decision Branch");
            let mut next = None;
            if !is_else {
                let place = Place {
                    id: Some(branch.id.clone()),
                    name: format!("{} › {}", shape.name, branch.name),
                    property: "condition",
                    ..self.root_place()
                };
                if let Some(code) = self.code(&branch.condition, Slot::Condition, place) {
                    next = Some(self.push(Op::Unless { code, target: 0 }));
                }
            }
            self.push(Op::Started(number));
            self.block(&branch.body, declared);
            self.push(Op::Completed(number));
            exits.push(self.push(Op::Jump(0)));
            if let Some(next) = next {
                self.land(next);
            }
        }
        for exit in exits {
            self.land(exit);
        }
    }

    fn parallel(&mut self, branches: &Branches, declared: Option<&Op>) {
        let fork = self.push(Op::Parallel { branches: Box::default(), join: 0 });
        let mut starts = Vec::new();
        for branch in &branches.branches {
            starts.push(self.here());
            let number = self.branch_info(branch, "Parallel Branch");
            self.push(Op::Started(number));
            self.block(&branch.body, declared);
            self.push(Op::Completed(number));
            self.push(Op::EndBranch);
        }
        let here = self.here();
        if let Some(Op::Parallel { branches, join }) = self.service.ops.get_mut(fork) {
            *branches = starts.into();
            *join = here;
        }
    }

    fn branch_info(&mut self, branch: &model::Branch, kind: &'static str) -> u16 {
        let number = small(self.service.shapes.len());
        self.service.shapes.push(super::ShapeInfo {
            id: Name::new(branch.id.as_str()),
            name: branch.name.as_str().into(),
            kind,
        });
        number
    }

    /// The head of each branch is part of the Listen; the rest of the branch follows at its target (LIS-1).
    fn listen(&mut self, shape: &Shape, branches: &Branches, declared: Option<&Op>) {
        let at = small(self.service.listens.len());
        self.service.listens.push(Vec::new());
        self.push(Op::Listen(at));
        let mut heads = Vec::new();
        let mut exits = Vec::new();
        for branch in &branches.branches {
            let number = self.branch_info(branch, "Listen Branch");
            let Some((head, rest)) = branch.body.split_first() else {
                self.report(
                    "V15",
                    format!("Branch {} of {} is empty", branch.name, shape.name),
                    "Start it with a Receive or a Delay",
                    self.place(shape, "branches"),
                );
                continue;
            };
            let head_number = self.shape_info(head);
            let target = self.here();
            let listen = match &head.kind {
                ShapeKind::Receive(receive) => self
                    .receive_info(head, head_number, receive)
                    .map(|receive| ListenBranch::Receive { receive, branch: number, target }),
                ShapeKind::Delay(code) => self
                    .code(&code.text, Slot::Delay, self.place(head, "text"))
                    .map(|code| ListenBranch::Delay { code, shape: head_number, branch: number, target }),
                _ => {
                    self.report(
                        "V15",
                        format!("Branch {} of {} starts with {}", branch.name, shape.name, head.kind.label()),
                        "Start every branch of a Listen with a Receive or a Delay",
                        self.place(head, ""),
                    );
                    None
                }
            };
            heads.extend(listen);
            if matches!(&head.kind, ShapeKind::Receive(r) if r.activate)
                && let Some(declared) = declared
            {
                self.push(declared.clone());
            }
            self.block(rest, None);
            self.push(Op::Completed(number));
            exits.push(self.push(Op::Jump(0)));
        }
        for exit in exits {
            self.land(exit);
        }
        if let Some(listen) = self.service.listens.get_mut(usize::from(at)) {
            *listen = heads;
        }
    }

    fn scope(&mut self, shape: &Shape, number: u16, scope: &Scope, declared: Option<&Op>) {
        let visible = self.symbols.names.len();
        let place = self.place(shape, "");
        let init = self.declare(&scope.messages, &scope.variables, &scope.correlation_sets, &place);
        let kind = match &scope.transaction {
            Transaction::None => ScopeKind::None,
            Transaction::Atomic(_) => ScopeKind::Atomic,
            Transaction::LongRunning(long) if long.timeout.trim().is_empty() => {
                ScopeKind::LongRunning { timeout: None }
            }
            Transaction::LongRunning(long) => ScopeKind::LongRunning {
                timeout: self.code(&long.timeout, Slot::Timeout, self.place(shape, "timeout")),
            },
        };
        let transaction = self.transaction(&scope.transaction_id);
        if let Some(compensation) = &scope.compensation {
            self.found.push(
                Diagnostic::warning(
                    "N01",
                    format!("The compensation block of {} does not run yet", shape.name),
                    "Undo the work in a catch block if it has to run now",
                )
                .at(Place { id: Some(compensation.id.clone()), ..place.clone() }),
            );
        }
        let at = small(self.service.scopes.len());
        self.service.scopes.push(ScopeInfo { shape: number, kind, transaction, catches: Vec::new(), end: 0 });
        self.push(Op::EnterScope(at));
        self.push(init);
        self.block(&scope.body, declared);
        self.push(Op::LeaveScope(at));
        let mut exits = vec![self.push(Op::Jump(0))];
        let mut catches = Vec::new();
        for catch in &scope.catches {
            let inner = self.symbols.names.len();
            let (exception, variable, message) = self.caught(shape, catch);
            let target = self.here();
            catches.push(CatchInfo {
                id: Name::new(catch.id.as_str()),
                exception,
                variable,
                message,
                target,
            });
            let catch_number = small(self.service.shapes.len());
            self.service.shapes.push(super::ShapeInfo {
                id: Name::new(catch.id.as_str()),
                name: catch.name.as_str().into(),
                kind: "Catch Exception",
            });
            self.push(Op::Started(catch_number));
            self.block(&catch.body, None);
            self.push(Op::Completed(catch_number));
            self.push(Op::LeaveCatch(at));
            exits.push(self.push(Op::Jump(0)));
            self.symbols.names.truncate(inner);
        }
        // Specific types are tried before general ones whatever the drawn order (CONFLICT 20).
        catches.sort_by_key(|c| match &c.exception {
            CatchMatch::Fault { .. } => 0,
            CatchMatch::Exception(name) => usize::MAX - 1 - exception_rank(name),
            CatchMatch::General => usize::MAX,
        });
        for exit in exits {
            self.land(exit);
        }
        let end = self.here();
        if let Some(info) = self.service.scopes.get_mut(usize::from(at)) {
            info.catches = catches;
            info.end = end;
        }
        self.symbols.names.truncate(visible);
    }

    fn transaction(&mut self, id: &str) -> Option<u16> {
        if id.is_empty() {
            return None;
        }
        self.symbols.transactions.push(Name::new(id));
        Some(small(self.symbols.transactions.len() - 1))
    }

    fn caught(&mut self, shape: &Shape, catch: &model::Catch) -> (CatchMatch, Option<u16>, Option<u16>) {
        match &catch.exception {
            CatchType::General => (CatchMatch::General, None, None),
            CatchType::Exception(name) => {
                let variable = (!catch.variable.is_empty()).then(|| {
                    self.variable(&Variable {
                        name: catch.variable.clone(),
                        variable_type: name.clone(),
                        ..Variable::default()
                    })
                });
                (CatchMatch::Exception(name.as_str().into()), variable, None)
            }
            CatchType::Fault { port, operation, fault } => {
                let slot = self.symbols.port(port);
                let Some(slot) = self.slot(shape, "catches", port, "port", slot) else {
                    return (CatchMatch::General, None, None);
                };
                let operation_name = Name::new(operation);
                let fault_name = Name::new(fault);
                let fault_type = self
                    .service
                    .operation(slot, operation_name)
                    .and_then(|o| o.faults.iter().find(|(n, _)| *n == fault_name).map(|(_, t)| t.name));
                let message = match fault_type {
                    Some(name) if !catch.variable.is_empty() => {
                        let declared = model::Message {
                            name: catch.variable.clone(),
                            message_type: name.as_str().to_owned(),
                            ..Default::default()
                        };
                        let first = self.service.messages.len();
                        self.declare(&[declared], &[], &[], &self.place(shape, "catches"));
                        (self.service.messages.len() > first).then(|| small(first))
                    }
                    Some(_) => None,
                    None => {
                        self.slot(shape, "catches", fault, "fault message", None);
                        None
                    }
                };
                (
                    CatchMatch::Fault { port: slot, operation: operation_name, fault: fault_name },
                    None,
                    message,
                )
            }
        }
    }

    fn call(&mut self, shape: &Shape, number: u16, call: &model::Call, synchronous: bool) {
        let service = self.shared.number(&call.orchestration);
        let Some(service) = self.slot(shape, "orchestration", &call.orchestration, "orchestration", service)
        else {
            return;
        };
        let Some((module, target)) = self.shared.app.orchestration(&call.orchestration) else { return };
        if call.arguments.len() != target.parameters.len() {
            self.report(
                "V25",
                format!(
                    "{} passes {} arguments; {} takes {}",
                    shape.name,
                    call.arguments.len(),
                    module.qualify(&target.name),
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
                model::ParameterKind::RoleLink(_) => continue,
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
                        "{} starts an orchestration with the {direction:?} parameter {}",
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
        let transaction = if synchronous { self.transaction(&call.identifier) } else { None };
        let index = small(self.service.calls.len());
        self.service.calls.push(CallInfo { shape: number, synchronous, service, arguments, transaction });
        self.push(if synchronous { Op::Call(index) } else { Op::StartService(index) });
    }
}
