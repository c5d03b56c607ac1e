//! Large orchestrations of the kind people draw: stages that wait, decide, build and send.

use orchestrion::model::{
    Application, Block, Branch, Branches, Call, Code, Construct, Loop, Module, Operation, Orchestration,
    Polarity, Port, PortType, Receive, Scope, Send, Shape, ShapeKind,
};

struct Drawing {
    left: usize,
    count: usize,
}

impl Drawing {
    fn shape(&mut self, kind: ShapeKind) -> Shape {
        self.count += 1;
        self.left = self.left.saturating_sub(1);
        let name = format!("{} number {}", kind.label(), self.count);
        Shape { id: format!("shape_{}", self.count).into(), name, kind, ..Shape::default() }
    }

    fn branch(&mut self, body: Block) -> Branch {
        self.count += 1;
        Branch {
            id: format!("branch_{}", self.count).into(),
            name: format!("Rule_{}", self.count),
            condition: "order.Total > 100".into(),
            body,
            ..Branch::default()
        }
    }

    fn code(&mut self, text: &str) -> Shape {
        self.shape(ShapeKind::Expression(Code { text: text.into() }))
    }

    fn send(&mut self, port: usize) -> Shape {
        let send = Send {
            port: format!("Port{port}"),
            operation: "Put".into(),
            message: "order".into(),
            ..Send::default()
        };
        self.shape(ShapeKind::Send(send))
    }

    /// Fifteen shapes, five deep.
    fn stage(&mut self, number: usize) -> Shape {
        let receive = Receive {
            port: "Port0".into(),
            operation: "Put".into(),
            message: "order".into(),
            ..Receive::default()
        };
        let receive = self.shape(ShapeKind::Receive(receive));
        let assignment = self.shape(ShapeKind::MessageAssignment(Code { text: "bill = order;".into() }));
        let construct = Construct { messages: vec!["bill".into()], body: vec![assignment] };
        let construct = self.shape(ShapeKind::Construct(construct));
        let first = vec![self.send(1 + number % 3), self.code("count = count + 1;")];
        let second = vec![self.shape(ShapeKind::Delay(Code { text: "new System.TimeSpan(0, 0, 5)".into() }))];
        let decide = Branches { branches: vec![self.branch(first), self.branch(second)] };
        let decide = self.shape(ShapeKind::Decide(decide));
        let call = Call { orchestration: "Large.Stage".into(), ..Call::default() };
        let left = vec![self.shape(ShapeKind::Call(call))];
        let right = vec![self.send(2), self.code("trace(order.Id);")];
        let parallel = Branches { branches: vec![self.branch(left), self.branch(right)] };
        let parallel = self.shape(ShapeKind::Parallel(parallel));
        let repeat = Loop { condition: "count < 10".into(), body: vec![parallel] };
        let repeat = self.shape(ShapeKind::Loop(repeat));
        self.shape(ShapeKind::Scope(Scope {
            body: vec![receive, construct, decide, repeat],
            ..Scope::default()
        }))
    }
}

/// An application with one orchestration of about `shapes` shapes on four ports: one long flow, or a Parallel Actions
/// of many, as much of which as possible is in view at once.
pub fn application(shapes: usize, wide: bool) -> Application {
    let mut drawing = Drawing { left: shapes, count: 0 };
    let mut body = Block::new();
    let mut number = 0;
    while drawing.left > 0 {
        number += 1;
        body.push(if drawing.left >= 15 { drawing.stage(number) } else { drawing.code("done = true;") });
    }
    if wide {
        let lanes = (shapes as f32 / 15.0).sqrt().ceil() as usize;
        let length = body.len().div_ceil(lanes.max(1)).max(1);
        let mut branches = Vec::new();
        while !body.is_empty() {
            let rest = body.split_off(length.min(body.len()));
            branches.push(drawing.branch(std::mem::replace(&mut body, rest)));
        }
        body = vec![drawing.shape(ShapeKind::Parallel(Branches { branches }))];
    }
    let ports = (0..4)
        .map(|i| Port {
            name: format!("Port{i}"),
            port_type: "PutType".into(),
            polarity: if i == 0 { Polarity::Implements } else { Polarity::Uses },
            ..Port::default()
        })
        .collect();
    let operation =
        Operation { name: "Put".into(), request: "System.Xml.XmlDocument".into(), ..Operation::default() };
    let orchestration = Orchestration { name: "Large".into(), ports, body, ..Orchestration::default() };
    let module = Module {
        namespace: "Large".into(),
        port_types: vec![PortType {
            name: "PutType".into(),
            operations: vec![operation],
            ..PortType::default()
        }],
        orchestration: Some(orchestration),
        ..Module::default()
    };
    Application { modules: [("Large".to_owned(), module)].into(), ..Application::default() }
}

/// Another name for the shape in the middle that lies deepest there, as typing gives it.
pub fn rename_deep(app: &mut Application) {
    let orchestration =
        app.modules.values_mut().next().and_then(|module| module.orchestration.as_mut()).unwrap();
    let middle = orchestration.body.len() / 2;
    let mut shape = &mut orchestration.body[middle];
    while shape.blocks().iter().any(|(_, block)| !block.is_empty()) {
        let inner = shape.blocks_mut().into_iter().map(|(_, block)| block).find(|block| !block.is_empty());
        shape = inner.and_then(|block| block.last_mut()).unwrap();
    }
    let long = shape.name.len() > 30;
    shape.name = if long { "Step".to_owned() } else { format!("{}x", shape.name) };
}
