//! Southridge with its partners played by the test, on a virtual clock.

use crate::twin::Twin;
use orchestrion::engine::{
    Effect, Engine, Event, EventKind, Input, InputKind, InstanceChange, InstanceId, Output, Publisher,
    Subscriber, Transmission,
};
use orchestrion::message::{DateTime, Message, Name, TimeSpan, Value};
use orchestrion::model::files::load;
use orchestrion::model::{Application, Module};
use orchestrion::program::Program;
use orchestrion::xlang::LogLevel;
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

pub const BROKER: &str = "Southridge.OrderBrokerOrch";
pub const MANAGER: &str = "Southridge.OrderManagerOrch";
pub const STAGE1: &str = "Southridge.CableOrder1Orch";
pub const STAGE2: &str = "Southridge.CableOrder2Orch";

/// One row of the order history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLogRow {
    pub key: String,
    pub status: String,
    pub original: String,
}

/// Running system and everything around it. `key` is customer/order/sequence throughout.
pub struct World {
    engine: Engine,
    twin: Twin,
    now: DateTime,
    requests: u32,
    carried: VecDeque<Transmission>,
    facilities_up: bool,
    at_facilities: VecDeque<Arc<[u8]>>,
    pub facilities_total: u32,
    pub order_log: Vec<OrderLogRow>,
    /// Calls of the provisioning system, `Activate STANDARD`.
    pub provisioning: Vec<String>,
    /// Status the provisioning system answers by action; OK when absent.
    pub refusals: BTreeMap<String, String>,
    /// Service type by customer; STANDARD when absent.
    service_types: BTreeMap<String, String>,
    queues: BTreeMap<String, Vec<String>>,
    pub event_log: Vec<(LogLevel, String)>,
    pub events: Vec<Event>,
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The sample with something about it changed.
    pub fn with(edit: impl FnOnce(&mut Application)) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
        let (mut application, _) = load(&folder).unwrap();
        edit(&mut application);
        let (program, _) = Program::compile(&application).unwrap_or_else(|found| {
            let text: Vec<_> = found.iter().map(ToString::to_string).collect();
            panic!("{}", text.join("\n"))
        });
        let start = DateTime(639_000_000_000_000_000);
        let mut engine = Engine::new(program, 1, start);
        let mut deployed = Output::default();
        engine.deploy(&mut deployed);
        let mut world = Self {
            twin: Twin::of(&engine),
            engine,
            now: start,
            requests: 0,
            carried: VecDeque::new(),
            facilities_up: true,
            at_facilities: VecDeque::new(),
            facilities_total: 0,
            order_log: Vec::new(),
            provisioning: Vec::new(),
            refusals: BTreeMap::new(),
            service_types: BTreeMap::new(),
            queues: BTreeMap::new(),
            event_log: Vec::new(),
            events: deployed.events,
        };
        world.feed(InputKind::Tick);
        world.settle();
        world
    }

    pub fn order(&mut self, key: &str, code: &str) {
        self.submit(key, code, "NEW");
        self.settle();
    }

    pub fn terminate(&mut self, key: &str) {
        self.submit(key, "NS", "TERMINATE");
        self.settle();
    }

    /// Hands a request in without letting anything run.
    pub fn submit(&mut self, key: &str, code: &str, status: &str) {
        self.requests += 1;
        let request = self.requests;
        let [customer, order, sequence] = key.split('/').collect::<Vec<_>>()[..] else { panic!("{key}") };
        let text = format!(
            r#"<ns0:CSR_OrderRequest xmlns:ns0="http://southridge.example/schemas/CSR_OrderRequest"><Header><ReqId>R{request}</ReqId><Timestamp>2026-03-02T09:00:00Z</Timestamp><RequestType>CSR Placed Order</RequestType><SourceSystem>queue://ToCSRSystemQ</SourceSystem></Header><RequestHeader><CRN>{customer}</CRN><ORN>{order}</ORN><ORNSeq>{sequence}</ORNSeq><OrdDate>2026-03-02</OrdDate><OrdTypeCode>{code}</OrdTypeCode><OrdStatus>{status}</OrdStatus></RequestHeader></ns0:CSR_OrderRequest>"#
        );
        self.receive("Order-RP-RL", text.as_bytes().into());
    }

    pub fn stop_facilities(&mut self) {
        self.facilities_up = false;
    }

    pub fn start_facilities(&mut self) {
        self.facilities_up = true;
        while let Some(body) = self.at_facilities.pop_front() {
            self.answer_facilities(body);
        }
        self.settle();
    }

    /// Runs until nothing is left to do at the present time.
    pub fn settle(&mut self) {
        for _ in 0..100_000 {
            if self.engine.ready() > 0 {
                self.feed(InputKind::Turn { pick: 0 });
            } else if let Some(transmission) = self.carried.pop_front() {
                self.carry(transmission);
            } else {
                return;
            }
        }
        panic!("never settles");
    }

    /// Lets time pass, waking whatever is due on the way.
    pub fn advance(&mut self, seconds: i64) {
        let target = self.now.plus(TimeSpan::from_seconds(seconds));
        while let Some(due) = self.engine.next_due().filter(|due| *due <= target) {
            self.now = due.max(self.now);
            self.feed(InputKind::Tick);
            self.settle();
        }
        self.now = target;
        self.feed(InputKind::Tick);
        self.settle();
    }

    fn feed(&mut self, kind: InputKind) {
        let mut output = Output::default();
        let input = Input { at: self.now, kind };
        self.engine.step(input.clone(), &mut output);
        self.twin.step(input, &output);
        self.events.extend(output.events);
        for effect in output.effects {
            match effect {
                Effect::Transmit(transmission) => self.carried.push_back(transmission),
                Effect::Log { level, source, text } if source == "SouthridgeVideo" => {
                    self.event_log.push((level, text))
                }
                Effect::Log { .. } | Effect::Reply(_) => {}
            }
        }
    }

    fn receive(&mut self, location: &str, body: Arc<[u8]>) {
        self.feed(InputKind::Received { location: Name::new(location), body, properties: Vec::new() });
    }

    /// Plays the adapter and the partner behind it.
    fn carry(&mut self, transmission: Transmission) {
        let text = String::from_utf8(transmission.body.to_vec()).unwrap();
        let id = transmission.id;
        if transmission.two_way {
            assert_eq!(transmission.address, "queue://Provisioning");
            let body = self.provision(&text).as_bytes().into();
            self.feed(InputKind::Responded { id, body, properties: Vec::new() });
            return;
        }
        self.feed(InputKind::Transmitted { id });
        match transmission.address.as_str() {
            "queue://ToFacilitiesQ" if self.facilities_up => {
                self.answer_facilities(transmission.body.clone())
            }
            "queue://ToFacilitiesQ" => self.at_facilities.push_back(transmission.body.clone()),
            "queue://HistoryInsert" => self.order_log.push(OrderLogRow {
                key: [attribute(&text, "CustID"), attribute(&text, "OrderID"), attribute(&text, "SeqNum")]
                    .join("/"),
                status: attribute(&text, "Status"),
                original: attribute(&text, "OriginalMsg"),
            }),
            "queue://HistoryUpdate" => {
                let key =
                    [attribute(&text, "custID"), attribute(&text, "orderID"), attribute(&text, "seqNum")]
                        .join("/");
                let rows =
                    self.order_log.iter_mut().filter(|row| row.key == key && row.status != "TERMINATE");
                rows.for_each(|row| row.status = attribute(&text, "status"));
            }
            _ => {}
        }
        self.queues.entry(transmission.address).or_default().push(text);
    }

    fn answer_facilities(&mut self, body: Arc<[u8]>) {
        self.facilities_total += 1;
        self.receive("Facilities-RP-RL", body);
    }

    fn provision(&mut self, request: &str) -> String {
        let (action, customer) = (element(request, "Action"), element(request, "CustomerID"));
        let asked = element(request, "ServiceType");
        self.provisioning.push(if asked.is_empty() { action.clone() } else { format!("{action} {asked}") });
        let known = self.service_types.entry(customer).or_insert_with(|| "STANDARD".into());
        let status = self.refusals.get(&action).map_or("OK", String::as_str);
        if action == "Activate" && status == "OK" {
            *known = asked;
        }
        format!(
            r#"<ns0:ProvisioningResponse xmlns:ns0="http://southridge.example/schemas/ProvisioningResponse.v1"><Action>{action}</Action><CustomerID/><OrderID/><Status>{status}</Status><Reason>as told</Reason><Valid>true</Valid><ServiceType>{known}</ServiceType></ns0:ProvisioningResponse>"#
        )
    }

    /// What the requester got, in order: `conf ACCEPTED`, `stat COMPLETED`.
    pub fn requester(&self) -> Vec<String> {
        let inbox = self.queue("ToCSRSystemQ").iter();
        inbox
            .map(|text| match element(text, "OrdStatus") {
                status if status.is_empty() => format!("stat {}", element(text, "Status")),
                status => format!("conf {status}"),
            })
            .collect()
    }

    /// Everything a queue has taken.
    pub fn queue(&self, name: &str) -> &[String] {
        self.queues.get(&format!("queue://{name}")).map_or(&[], Vec::as_slice)
    }

    /// Status of the history rows of one order sequence.
    pub fn history(&self, key: &str) -> Vec<&str> {
        self.order_log.iter().filter(|row| row.key == key).map(|row| row.status.as_str()).collect()
    }

    /// Event log entries of a level.
    pub fn logged(&self, level: LogLevel) -> Vec<&str> {
        self.event_log.iter().filter(|(l, _)| *l == level).map(|(_, text)| text.as_str()).collect()
    }

    /// Instances of an orchestration in order of creation.
    pub fn instances(&self, service: &str) -> Vec<InstanceId> {
        let created = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Instance { instance, service: of, change: InstanceChange::Created }
                if of.as_str() == service =>
            {
                Some(*instance)
            }
            _ => None,
        });
        created.collect()
    }

    /// State of each instance of an orchestration: Completed, Terminated, Active, Suspended or Zombie.
    pub fn states(&self, service: &str) -> String {
        self.instances(service).into_iter().map(|instance| self.state(instance)).collect()
    }

    fn state(&self, wanted: InstanceId) -> char {
        let changes = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Instance { instance, change, .. } if *instance == wanted => Some(change),
            _ => None,
        });
        changes.fold('A', |state, change| match change {
            InstanceChange::Completed => 'C',
            InstanceChange::Terminated { .. } => 'T',
            InstanceChange::Suspended { .. } => 'S',
            InstanceChange::Discarded { .. } => 'Z',
            InstanceChange::Resumed => 'A',
            _ => state,
        })
    }

    /// Shapes an orchestration's instances have started, by id, in order.
    pub fn shapes(&self, service: &str) -> Vec<&'static str> {
        let started = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::ShapeStarted { service: of, shape, .. } if of.as_str() == service => {
                Some(shape.as_str())
            }
            _ => None,
        });
        started.collect()
    }

    /// Messages an orchestration has published at one of its ports.
    pub fn published(&self, service: &str, at: &str) -> Vec<Arc<Message>> {
        let instances = self.instances(service);
        let published = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::MessagePublished {
                message,
                publisher: Publisher::Orchestration { instance, port },
            } if port.as_str() == at && instances.contains(instance) => Some(message.clone()),
            _ => None,
        });
        published.collect()
    }

    /// Ports at which an instance has live subscriptions, one entry each.
    pub fn subscriptions(&self, of: InstanceId) -> Vec<&'static str> {
        let mut live = BTreeMap::new();
        for event in &self.events {
            match &event.kind {
                EventKind::SubscriptionAdded {
                    subscription,
                    owner: Subscriber::Instance { instance, port },
                    ..
                } if *instance == of => {
                    live.insert(*subscription, port.as_str());
                }
                EventKind::SubscriptionRemoved { subscription } => drop(live.remove(subscription)),
                _ => {}
            }
        }
        live.into_values().collect()
    }

    pub fn routing_failures(&self) -> usize {
        self.events.iter().filter(|event| matches!(event.kind, EventKind::RoutingFailed { .. })).count()
    }

    /// Nothing hangs about: no instance of any service is suspended or has left messages behind.
    pub fn assert_nothing_suspended(&self) {
        for event in &self.events {
            let EventKind::Instance { change, .. } = &event.kind else { continue };
            let stuck = matches!(change, InstanceChange::Suspended { .. } | InstanceChange::Discarded { .. });
            assert!(!stuck, "{event:?}");
        }
    }
}

/// Text of the first element with this local name.
pub fn element(xml: &str, name: &str) -> String {
    let Some((_, rest)) = xml.split_once(&format!("<{name}>")) else { return String::new() };
    rest.split('<').next().unwrap_or_default().to_owned()
}

fn attribute(xml: &str, name: &str) -> String {
    let Some((_, rest)) = xml.split_once(&format!(" {name}=\"")) else { return String::new() };
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// A promoted property as text.
pub fn promoted(message: &Message, property: &str) -> String {
    match message.context.promoted(Name::new(&format!("OrderPropertySchema.{property}"))) {
        Some(Value::String(text)) => text.to_string(),
        Some(Value::UInt32(number)) => number.to_string(),
        Some(Value::Int32(number)) => number.to_string(),
        other => panic!("{property}: {other:?}"),
    }
}

/// Replaces text in the expressions of a module, as somebody who edits the sample would.
pub fn rewrite(module: &mut Module, from: &str, to: &str) {
    use orchestrion::model::{Shape, ShapeKind};
    fn walk(shape: &mut Shape, from: &str, to: &str, hits: &mut usize) {
        if let ShapeKind::MessageAssignment(code) | ShapeKind::Expression(code) = &mut shape.kind
            && code.text.contains(from)
        {
            code.text = code.text.replace(from, to);
            *hits += 1;
        }
        for (_, block) in shape.blocks_mut() {
            for inner in block {
                walk(inner, from, to, hits);
            }
        }
    }
    let mut hits = 0;
    for shape in &mut module.orchestration.as_mut().unwrap().body {
        walk(shape, from, to, &mut hits);
    }
    assert!(hits > 0, "nothing says {from}");
}
