//! The workloads on the engine, driven by inputs as a host drives it: every message is published, every
//! transmission answered, events and effects are read and dropped after each step.

use crate::models::{self, cid, class_of, message, shuffled};
use crate::{CpuClock, Phases};
use orchestrion::engine::{
    Effect, Engine, EventKind, Input, InputKind, InstanceChange, Output, TransmissionId,
};
use orchestrion::message::{ClassInfo, DateTime, Message, Name, Value};
use orchestrion::program::Program;
use std::sync::Arc;
use std::time::Duration;

/// 2026-01-01T00:00:00Z.
const START: DateTime = DateTime(639_028_224_000_000_000);

/// An engine with what its journal has said so far.
pub struct Driven {
    engine: Engine,
    output: Output,
    open: Vec<TransmissionId>,
    /// The send port, whose instances are not counted.
    sink: Name,
    pub tally: Tally,
}

/// Counts of events: proof that the work was done.
#[derive(Debug, Default)]
pub struct Tally {
    pub started: u64,
    pub ended: u64,
    /// Messages published, those from outside included.
    pub messages: u64,
    pub sent: u64,
    pub failed: u64,
}

impl Driven {
    pub fn new(program: &Arc<Program>) -> Self {
        let mut engine = Engine::new(Arc::clone(program), 1, START);
        let mut output = Output::default();
        engine.deploy(&mut output);
        output.events.clear();
        Self { engine, output, open: Vec::new(), sink: Name::new("Sink"), tally: Tally::default() }
    }

    fn input(&mut self, kind: InputKind) {
        self.engine.step(Input { at: START, kind }, &mut self.output);
        for event in self.output.events.drain(..) {
            match event.kind {
                EventKind::MessagePublished { .. } => self.tally.messages += 1,
                EventKind::PortSent { .. } => self.tally.sent += 1,
                EventKind::Instance { service, change, .. } if service != self.sink => match change {
                    InstanceChange::Created => self.tally.started += 1,
                    InstanceChange::Completed => self.tally.ended += 1,
                    _ => {}
                },
                EventKind::RoutingFailed { .. }
                | EventKind::MessageSuspended { .. }
                | EventKind::ExceptionThrown { .. }
                | EventKind::OperationRefused { .. } => self.tally.failed += 1,
                _ => {}
            }
        }
        for effect in self.output.effects.drain(..) {
            if let Effect::Transmit(transmission) = effect {
                self.open.push(transmission.id);
            }
        }
    }

    /// Publishes a message and runs what it makes ready.
    pub fn publish(&mut self, message: Message) {
        self.input(InputKind::Publish { message });
        loop {
            if self.engine.ready() > 0 {
                self.input(InputKind::Turn { pick: 0 });
            } else if let Some(id) = self.open.pop() {
                self.input(InputKind::Transmitted { id });
            } else {
                return;
            }
        }
    }
}

/// W1: CPU time of `count` instances.
pub fn linear(program: &Arc<Program>, count: u64) -> Duration {
    let class = class_of(program, "Start");
    let mut driven = Driven::new(program);
    let clock = CpuClock::start();
    for number in 0..count {
        driven.publish(message(program, &class, Value::Int64(number as i64)));
    }
    let took = clock.elapsed();
    let tally = &driven.tally;
    assert_eq!((tally.started, tally.ended, tally.sent, tally.failed), (count, count, count, 0));
    assert_eq!(tally.messages, 2 * count);
    took
}

/// W2 with its instances parked.
pub struct Parked {
    program: Arc<Program>,
    driven: Driven,
    reply: Arc<ClassInfo>,
    start: Arc<ClassInfo>,
}

impl Parked {
    /// Parks an instance for each id.
    pub fn new(program: &Arc<Program>, cids: &[String]) -> Self {
        let program = Arc::clone(program);
        let (start, reply) = (class_of(&program, "Start"), class_of(&program, "Reply"));
        let mut parked = Self { driven: Driven::new(&program), program, reply, start };
        for cid in cids {
            parked.park(cid);
        }
        let (tally, count) = (&parked.driven.tally, cids.len() as u64);
        assert_eq!((tally.started, tally.ended, tally.sent, tally.failed), (count, 0, count, 0));
        parked
    }

    pub fn park(&mut self, cid: &str) {
        self.driven.publish(message(&self.program, &self.start, Value::from(cid)));
    }

    pub fn reply(&mut self, cid: &str) {
        self.driven.publish(message(&self.program, &self.reply, Value::from(cid)));
    }

    pub fn tally(&self) -> &Tally {
        &self.driven.tally
    }
}

/// W2: CPU time to park `count` instances, and to end them by replies in a shuffled order.
pub fn request_reply(program: &Arc<Program>, count: u64) -> Phases {
    let cids: Vec<String> = (0..count).map(cid).collect();
    let order = shuffled(count);
    let clock = CpuClock::start();
    let mut parked = Parked::new(program, &cids);
    let park = clock.elapsed();
    let clock = CpuClock::start();
    for at in order {
        parked.reply(&cids[at as usize]);
    }
    let correlate = clock.elapsed();
    let tally = parked.tally();
    assert_eq!((tally.ended, tally.failed, tally.messages), (count, 0, 3 * count));
    Phases { park, correlate }
}

/// W3: CPU time of `count` orders.
pub fn process_manager(program: &Arc<Program>, count: u64) -> Duration {
    let order = class_of(program, "Order");
    let cids: Vec<String> = (0..count).map(cid).collect();
    let mut driven = Driven::new(program);
    let clock = CpuClock::start();
    for cid in &cids {
        driven.publish(message(program, &order, Value::from(cid.as_str())));
    }
    let took = clock.elapsed();
    let tally = &driven.tally;
    assert_eq!((tally.started, tally.ended, tally.failed), (3 * count, 3 * count, 0));
    assert_eq!((tally.messages, tally.sent), (8 * count, count), "eight messages an order");
    took
}

/// The compiled models.
pub struct Programs {
    pub linear: Arc<Program>,
    pub request_reply: Arc<Program>,
    pub process_manager: Arc<Program>,
}

impl Programs {
    pub fn compile() -> Self {
        Self {
            linear: models::linear(),
            request_reply: models::request_reply(),
            process_manager: models::process_manager(),
        }
    }
}
