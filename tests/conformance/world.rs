//! A run of a tiny application: messages in by receive port, transmissions and events out.

use crate::build::App;
use crate::twin::Twin;
use orchestrion::engine::{
    Effect, Engine, Event, EventKind, Input, InputKind, InstanceChange, InstanceId, InstanceView, Operation,
    Output, Transmission,
};
use orchestrion::message::{DateTime, Message, Name, TimeSpan, Value};
use orchestrion::program::Program;
use std::sync::Arc;

pub struct World {
    pub engine: Engine,
    twin: Twin,
    pub now: DateTime,
    pub events: Vec<Event>,
    /// Transmissions not answered yet.
    pub open: Vec<Transmission>,
    /// Everything handed to adapters: port and body text.
    pub sent: Vec<(String, String)>,
    /// What callers of two-way receive locations got: body text, true for a fault.
    pub replies: Vec<(String, bool)>,
    /// Send ports whose adapter fails.
    pub broken: Vec<String>,
    /// Hold transmissions in `open` instead of answering at once.
    pub hold: bool,
}

/// 2026-01-01T00:00:00Z.
const START: DateTime = DateTime(639_028_224_000_000_000);

impl World {
    pub fn new(app: App) -> Self {
        let (program, _) = Program::compile(&app.0).unwrap_or_else(|found| {
            let text: Vec<String> = found.iter().map(ToString::to_string).collect();
            panic!("the application does not compile:\n{}", text.join("\n"))
        });
        Self::run(program)
    }

    pub fn run(program: Arc<Program>) -> Self {
        let mut engine = Engine::new(program, 1, START);
        let mut output = Output::default();
        engine.deploy(&mut output);
        let mut world = Self {
            twin: Twin::of(&engine),
            engine,
            now: START,
            events: Vec::new(),
            open: Vec::new(),
            sent: Vec::new(),
            replies: Vec::new(),
            broken: Vec::new(),
            hold: false,
        };
        world.take(output);
        world
    }

    fn take(&mut self, output: Output) {
        self.events.extend(output.events);
        for effect in output.effects {
            match effect {
                Effect::Transmit(transmission) => {
                    let body = String::from_utf8_lossy(&transmission.body).into_owned();
                    self.sent.push((transmission.port.to_string(), body));
                    self.open.push(transmission);
                }
                Effect::Reply(reply) => {
                    self.replies.push((String::from_utf8_lossy(&reply.body).into_owned(), reply.fault));
                }
                Effect::Log { .. } => {}
            }
        }
    }

    pub fn input(&mut self, kind: InputKind) {
        let mut output = Output::default();
        let input = Input { at: self.now, kind };
        self.engine.step(input.clone(), &mut output);
        self.twin.step(input, &output);
        self.take(output);
    }

    /// Runs until nothing is runnable now, answering transmissions unless held. Panics on an endless run.
    pub fn settle(&mut self) {
        for _ in 0..20_000 {
            if self.engine.ready() > 0 {
                self.input(InputKind::Turn { pick: 0 });
            } else if !self.hold && !self.open.is_empty() {
                let open = self.open.remove(0);
                if self.broken.contains(&open.port.to_string()) {
                    self.input(InputKind::TransmitFailed {
                        id: open.id,
                        error: "the adapter is down".into(),
                    });
                } else if !open.two_way {
                    self.input(InputKind::Transmitted { id: open.id });
                }
            } else {
                return;
            }
        }
        panic!("the run does not settle");
    }

    /// Lets time pass, running what falls due.
    pub fn advance(&mut self, seconds: i64) {
        let end = self.now.plus(TimeSpan::from_seconds(seconds));
        while let Some(due) = self.engine.next_due().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.input(InputKind::Tick);
            self.settle();
        }
        self.now = end;
        self.input(InputKind::Tick);
        self.settle();
    }

    /// Bytes arrive at the only location of a receive port.
    pub fn receive(&mut self, port: &str, xml: &str) {
        self.arrive(port, xml);
        self.settle();
    }

    /// The same, without running anything.
    pub fn arrive(&mut self, port: &str, xml: &str) {
        let location = Name::new(&format!("{port}-RL"));
        self.input(InputKind::Received { location, body: xml.as_bytes().into(), properties: vec![] });
    }

    /// Answers the oldest open transmission of a send port: delivered, or failed with an error.
    pub fn answer(&mut self, port: &str, error: Option<&str>) {
        let at = self.open.iter().position(|t| t.port.as_str() == port);
        let id = self.open.remove(at.unwrap_or_else(|| panic!("{port} has nothing under way"))).id;
        self.input(match error {
            None => InputKind::Transmitted { id },
            Some(error) => InputKind::TransmitFailed { id, error: error.into() },
        });
    }

    pub fn operate(&mut self, operation: Operation) {
        self.input(InputKind::Operate(operation));
        self.settle();
    }

    /// Bodies sent through a port, in order.
    pub fn sent(&self, port: &str) -> Vec<&str> {
        self.sent.iter().filter(|(p, _)| p == port).map(|(_, body)| body.as_str()).collect()
    }

    /// Orchestration instances created so far.
    pub fn created(&self, orchestration: &str) -> usize {
        self.changes(orchestration).into_iter().filter(|c| matches!(c, InstanceChange::Created)).count()
    }

    pub fn changes(&self, orchestration: &str) -> Vec<&InstanceChange> {
        let name = Name::new(&format!("T.{orchestration}"));
        self.events
            .iter()
            .filter_map(|e| match &e.kind {
                EventKind::Instance { service, change, .. } if *service == name => Some(change),
                _ => None,
            })
            .collect()
    }

    /// The story of an orchestration's instances in words: `created ready active completed`.
    pub fn story(&self, orchestration: &str) -> String {
        let word = |change: &&InstanceChange| match change {
            InstanceChange::Created => "created",
            InstanceChange::Ready => "ready",
            InstanceChange::Active => "active",
            InstanceChange::Waiting { .. } => "waiting",
            InstanceChange::Dehydrated => "dehydrated",
            InstanceChange::Rehydrated => "rehydrated",
            InstanceChange::InBreakpoint => "breakpoint",
            InstanceChange::Continued => "continued",
            InstanceChange::Suspended { resumable: true, .. } => "suspended",
            InstanceChange::Suspended { .. } => "suspended-for-good",
            InstanceChange::PendingOperation { .. } => "pending",
            InstanceChange::Resumed => "resumed",
            InstanceChange::Terminated { .. } => "terminated",
            InstanceChange::Completed => "completed",
            InstanceChange::Discarded { .. } => "discarded",
        };
        self.changes(orchestration).iter().map(word).collect::<Vec<_>>().join(" ")
    }

    /// Live instances of an orchestration.
    pub fn live(&self, orchestration: &str) -> Vec<InstanceView> {
        let name = Name::new(&format!("T.{orchestration}"));
        self.engine.instances().into_iter().filter(|i| i.service == name).collect()
    }

    pub fn only(&self, orchestration: &str) -> InstanceView {
        let mut live = self.live(orchestration);
        assert_eq!(live.len(), 1, "instances of {orchestration}: {live:#?}");
        live.remove(0)
    }

    /// Texts of all subscriptions of an owner, as `owner: predicates`.
    pub fn subscriptions(&self) -> Vec<String> {
        self.engine.subscriptions().into_iter().map(|s| format!("{}: {}", s.owner, s.text)).collect()
    }

    /// Service instances of a send or receive port, oldest first.
    pub fn at_port(&self, port: &str) -> Vec<InstanceView> {
        self.engine.instances().into_iter().filter(|i| i.service.as_str() == port).collect()
    }

    /// Number of events of a kind.
    pub fn count(&self, kind: impl Fn(&EventKind) -> bool) -> usize {
        self.events.iter().filter(|e| kind(&e.kind)).count()
    }

    /// Shapes completed by instances of an orchestration, in order.
    pub fn shapes(&self, orchestration: &str) -> Vec<String> {
        let name = Name::new(&format!("T.{orchestration}"));
        self.events
            .iter()
            .filter_map(|e| match &e.kind {
                EventKind::ShapeCompleted { service, shape, .. } if *service == name => {
                    Some(shape.to_string())
                }
                _ => None,
            })
            .collect()
    }

    pub fn ran(&self, orchestration: &str, shape: &str) -> bool {
        self.shapes(orchestration).iter().any(|s| s == shape)
    }

    /// Exceptions thrown so far, as `type: message`.
    pub fn exceptions(&self) -> Vec<String> {
        self.events
            .iter()
            .filter_map(|e| match &e.kind {
                EventKind::ExceptionThrown { exception, message, .. } => {
                    Some(format!("{exception}: {message}"))
                }
                _ => None,
            })
            .collect()
    }

    pub fn persistence_points(&self, id: InstanceId) -> usize {
        self.events
            .iter()
            .filter(|e| matches!(&e.kind, EventKind::PersistencePoint { instance, .. } if *instance == id))
            .count()
    }

    /// Messages published so far.
    pub fn published(&self) -> Vec<&Arc<Message>> {
        self.events
            .iter()
            .filter_map(|e| match &e.kind {
                EventKind::MessagePublished { message, .. } => Some(message),
                _ => None,
            })
            .collect()
    }

    /// Why the last refused operation was refused.
    pub fn refused(&self) -> &str {
        let reasons = self.events.iter().rev().filter_map(|e| match &e.kind {
            EventKind::OperationRefused { reason } => Some(reason.as_str()),
            _ => None,
        });
        reasons.into_iter().next().unwrap_or_default()
    }

    pub fn logged(&self) -> Vec<&str> {
        self.events
            .iter()
            .filter_map(|e| match &e.kind {
                EventKind::Logged { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}

/// Text value of a context property.
pub fn text(message: &Message, property: &str) -> Option<String> {
    match message.context.get(Name::new(property))? {
        Value::String(text) => Some(text.to_string()),
        other => Some(orchestrion::message::format_value(other)),
    }
}

/// A class message as XML: `xml("Order", &[("Id", "7")])`.
pub fn xml(class: &str, fields: &[(&str, &str)]) -> String {
    let fields: String = fields.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    format!("<{class} xmlns=\"http://t\">{fields}</{class}>")
}
