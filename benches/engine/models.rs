//! The three workloads as orchestrations, and the messages they take.

use crate::build::{App, ShapeExt, activate, app, construct, expression, orch, receive, send, while_loop};
use orchestrion::message::{Body, ClassInfo, ClassInstance, Message, Value};
use orchestrion::model::{Binding, ClassField, ClassType, Polarity, PortBinding};
use orchestrion::program::Program;
use std::sync::Arc;

/// W1: five assignments, one message out.
pub fn linear() -> Arc<Program> {
    let step = |name: &str, text: &str| expression(name, text);
    let linear = orch("Linear")
        .port("In", Polarity::Implements, "Start", Binding::MessageBox)
        .port("Sink", Polarity::Uses, "Out", Binding::SpecifyLater)
        .message("start", "Start")
        .message("out", "Out")
        .variable("a", "System.Int64", "")
        .variable("b", "System.Int64", "")
        .variable("c", "System.Int64", "")
        .variable("d", "System.Int64", "")
        .variable("e", "System.Int64", "")
        .body(vec![
            activate("In", "start"),
            step("first", "a = start.Id;"),
            step("second", "b = a + 1;"),
            step("third", "c = b * 2;"),
            step("fourth", "d = c - a;"),
            step("fifth", "e = d + b;"),
            construct("out", "out.A = a; out.B = b; out.C = c; out.D = d; out.E = e;"),
            send("Sink", "out"),
        ]);
    compile(
        app()
            .with_class("Start", &[("Id", "System.Int64")])
            .with_class("Out", &["A", "B", "C", "D", "E"].map(|f| (f, "System.Int64")))
            .orchestration(linear)
            .sink("Linear"),
    )
}

/// W2: a request goes out, its reply comes back by correlation.
pub fn request_reply() -> Arc<Program> {
    let asker = orch("Asker")
        .port("In", Polarity::Implements, "Start", Binding::MessageBox)
        .port("Sink", Polarity::Uses, "Request", Binding::SpecifyLater)
        .port("Answer", Polarity::Implements, "Reply", Binding::MessageBox)
        .message("start", "Start")
        .message("request", "Request")
        .message("reply", "Reply")
        .set("ByCid", &["Cid"])
        .variable("result", "System.String", "")
        .body(vec![
            activate("In", "start"),
            construct("request", "request.Cid = start.Cid;"),
            send("Sink", "request").initializes("ByCid"),
            receive("Answer", "reply").follows("ByCid"),
            expression("copy", "result = reply.Result;"),
        ]);
    compile(
        app()
            .class("Start", &["Cid"])
            .class("Request", &["Cid"])
            .class("Reply", &["Cid"])
            .field("Result", "System.String")
            .orchestration(asker)
            .sink("Asker"),
    )
}

/// W3: a manager runs two stages through a child each, eight messages an order.
pub fn process_manager() -> Arc<Program> {
    let manager = orch("Manager")
        .port("In", Polarity::Implements, "Order", Binding::MessageBox)
        .port("Stages", Polarity::Uses, "StageRequest", Binding::MessageBox)
        .port("Acks", Polarity::Implements, "Ack", Binding::MessageBox)
        .port("Results", Polarity::Implements, "StageCompleted", Binding::MessageBox)
        .port("Sink", Polarity::Uses, "OrderCompleted", Binding::SpecifyLater)
        .message("order", "Order")
        .message("request", "StageRequest")
        .message("ack", "Ack")
        .message("completed", "StageCompleted")
        .message("done", "OrderCompleted")
        .set("ByCid", &["Cid"])
        .variable("stage", "System.Int32", "")
        .body(vec![
            activate("In", "order").initializes("ByCid"),
            expression("begin", "stage = 1;"),
            while_loop(
                "stages",
                "stage <= 2",
                vec![
                    construct("request", "request.Cid = order.Cid; request.Stage = stage;"),
                    send("Stages", "request"),
                    receive("Acks", "ack").follows("ByCid"),
                    receive("Results", "completed").follows("ByCid"),
                    expression("next", "stage = stage + 1;"),
                ],
            ),
            construct("done", "done.Cid = order.Cid;"),
            send("Sink", "done"),
        ]);
    let child = orch("Child")
        .port("In", Polarity::Implements, "StageRequest", Binding::MessageBox)
        .port("Acks", Polarity::Uses, "Ack", Binding::MessageBox)
        .port("Results", Polarity::Uses, "StageCompleted", Binding::MessageBox)
        .message("request", "StageRequest")
        .message("ack", "Ack")
        .message("completed", "StageCompleted")
        .variable("stage", "System.Int32", "")
        .variable("last", "System.Boolean", "")
        .body(vec![
            activate("In", "request"),
            construct("ack", "ack.Cid = request.Cid;"),
            send("Acks", "ack"),
            expression("note", "stage = request.Stage;"),
            expression("judge", "last = stage == 2;"),
            construct("completed", "completed.Cid = request.Cid;"),
            send("Results", "completed"),
        ]);
    compile(
        app()
            .class("Order", &["Cid"])
            .class("StageRequest", &["Cid"])
            .field("Stage", "System.Int32")
            .class("Ack", &["Cid"])
            .class("StageCompleted", &["Cid"])
            .class("OrderCompleted", &["Cid"])
            .orchestration(manager)
            .orchestration(child)
            .sink("Manager"),
    )
}

/// The class of a message type, to make messages of it.
pub fn class_of(program: &Program, name: &str) -> Arc<ClassInfo> {
    Arc::clone(program.schemas.class(&format!("T.{name}")).expect("the class is in the application"))
}

/// A message with this value in its first field, promoted as a receive pipeline would.
pub fn message(program: &Program, class: &Arc<ClassInfo>, first: Value) -> Message {
    let mut instance = ClassInstance::new(Arc::clone(class));
    instance.fields[0] = first;
    let mut message = Message::single(Message::body_name(), Arc::new(Body::class(instance)));
    program.schemas.promote(&mut message).expect("a class message promotes");
    message
}

fn compile(app: App) -> Arc<Program> {
    let (program, _) = Program::compile(&app.0).unwrap_or_else(|found| panic!("{found:#?}"));
    program
}

trait Extras {
    /// A class without promoted fields.
    fn with_class(self, name: &str, fields: &[(&str, &str)]) -> Self;
    /// Adds a field that is not promoted to the last class.
    fn field(self, name: &str, field_type: &str) -> Self;
    /// A send port for the orchestration's port `Sink`: the message leaves the engine there.
    fn sink(self, orchestration: &str) -> Self;
}

impl Extras for App {
    fn with_class(mut self, name: &str, fields: &[(&str, &str)]) -> Self {
        self.0.settings.classes.push(ClassType {
            name: format!("T.{name}"),
            root: name.into(),
            namespace: "http://t".into(),
            fields: Vec::new(),
        });
        fields.iter().fold(self, |app, (name, field_type)| app.field(name, field_type))
    }

    fn field(mut self, name: &str, field_type: &str) -> Self {
        let class = self.0.settings.classes.last_mut().expect("a class comes first");
        class.fields.push(ClassField {
            name: name.into(),
            field_type: field_type.into(),
            ..Default::default()
        });
        self
    }

    fn sink(self, orchestration: &str) -> Self {
        self.send_port("Sink").with_send_port(|port| port.send_pipeline = "PassThruTransmit".into()).bind(
            orchestration,
            "Sink",
            PortBinding::SendPort("Sink".into()),
        )
    }
}

/// A unique correlation id of 24 characters, in no order.
pub fn cid(number: u64) -> String {
    format!("{:016x}{:08x}", mix(number), number)
}

/// The numbers below `count` in a fixed shuffled order: replies that came in order of creation would flatter
/// the caches.
pub fn shuffled(count: u64) -> Vec<u64> {
    let mut numbers: Vec<u64> = (0..count).collect();
    for at in (1..numbers.len()).rev() {
        numbers.swap(at, (mix(at as u64) % (at as u64 + 1)) as usize);
    }
    numbers
}

/// SplitMix64.
fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
