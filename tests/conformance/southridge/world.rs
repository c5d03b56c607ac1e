//! Southridge with its own partners, on a virtual clock.

use orchestrion::engine::{EventKind, InstanceChange, InstanceId, Publisher, Subscriber};
use orchestrion::lab::VirtualRun;
use orchestrion::message::{DateTime, Message, Name, TimeSpan, Value};
use orchestrion::model::files::load;
use orchestrion::model::{Application, Module, PartnerBehavior};
use orchestrion::program::Program;
use orchestrion::xlang::LogLevel;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub const BROKER: &str = "Southridge.OrderBrokerOrch";
pub const MANAGER: &str = "Southridge.OrderManagerOrch";
pub const STAGE1: &str = "Southridge.CableOrder1Orch";
pub const STAGE2: &str = "Southridge.CableOrder2Orch";

/// The running system. `key` is customer/order/sequence throughout. Its state is written and restored after every
/// step with a persistence point.
pub struct World {
    run: VirtualRun,
    requests: u32,
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The sample with something about it changed, and with partners that answer at once.
    pub fn with(edit: impl FnOnce(&mut Application)) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
        let (mut application, _) = load(&folder).unwrap();
        application.partners.retain(|p| !matches!(p.behavior, PartnerBehavior::Submit { .. }));
        edit(&mut application);
        let (program, _) = Program::compile(&application).unwrap_or_else(|found| {
            let text: Vec<_> = found.iter().map(ToString::to_string).collect();
            panic!("{}", text.join("\n"))
        });
        let start = DateTime(639_000_000_000_000_000);
        let mut run = VirtualRun::with_program(program, 0, start).reloading();
        for partner in ["Provisioning", "Facilities"] {
            assert!(run.partners_mut().set_delay(partner, TimeSpan(0)), "{partner}");
        }
        Self { run, requests: 0 }
    }

    pub fn order(&mut self, key: &str, code: &str) {
        self.submit(key, code, "NEW");
    }

    pub fn terminate(&mut self, key: &str) {
        self.submit(key, "NS", "TERMINATE");
    }

    fn submit(&mut self, key: &str, code: &str, status: &str) {
        self.requests += 1;
        let request = self.requests;
        let [customer, order, sequence] = key.split('/').collect::<Vec<_>>()[..] else { panic!("{key}") };
        let text = format!(
            r#"<ns0:CSR_OrderRequest xmlns:ns0="http://southridge.example/schemas/CSR_OrderRequest"><Header><ReqId>R{request}</ReqId><Timestamp>2026-03-02T09:00:00Z</Timestamp><RequestType>CSR Placed Order</RequestType><SourceSystem>queue://ToCSRSystemQ</SourceSystem></Header><RequestHeader><CRN>{customer}</CRN><ORN>{order}</ORN><ORNSeq>{sequence}</ORNSeq><OrdDate>2026-03-02</OrdDate><OrdTypeCode>{code}</OrdTypeCode><OrdStatus>{status}</OrdStatus></RequestHeader></ns0:CSR_OrderRequest>"#
        );
        self.run.submit("Order-RP-RL", text.into_bytes());
        self.run.settle().unwrap();
    }

    /// A person sends the order back as it should be.
    pub fn repair(&mut self, key: &str, code: &str) {
        let [customer, order, sequence] = key.split('/').collect::<Vec<_>>()[..] else { panic!("{key}") };
        let repaired = format!(
            r#"<ns0:Order xmlns:ns0="http://southridge.example/schemas/Order.v1"><RequestID>R1</RequestID><CustNum>{customer}</CustNum><OrderNum>{order}</OrderNum><OrderSeqNum>{sequence}</OrderSeqNum><OrderType/><OrderTypeCode>{code}</OrderTypeCode><ServiceClass/><Status>OK</Status><OrderDate/><SourceSystem>queue://ToCSRSystemQ</SourceSystem><Header><Error>none</Error><RequestType/></Header></ns0:Order>"#
        );
        let repaired = repaired.replace('<', "&lt;").replace('>', "&gt;");
        let text = format!(
            r#"<c:OrderStatus xmlns:c="http://southridge.example/classes/OrderStatus"><c:CustomerID>{customer}</c:CustomerID><c:OrderID>{order}</c:OrderID><c:SeqNum>{sequence}</c:SeqNum><c:Status/><c:Error/><c:ErrorComplete/><c:OriginalOrder>{repaired}</c:OriginalOrder></c:OrderStatus>"#
        );
        self.run.submit("ErrorResponse-RP-RL", text.into_bytes());
        self.run.settle().unwrap();
    }

    /// Transmissions to this address fail from now on.
    pub fn fail(&mut self, address: &str) {
        self.run.fail(address, Some("down"));
    }

    pub fn stop_facilities(&mut self) {
        self.run.partners_mut().set_running("Facilities", false);
    }

    pub fn start_facilities(&mut self) {
        self.run.partners_mut().set_running("Facilities", true);
        self.run.settle().unwrap();
    }

    /// Lets time pass, waking whatever is due on the way.
    pub fn advance(&mut self, seconds: i64) {
        self.run.advance(TimeSpan::from_seconds(seconds)).unwrap();
    }

    fn events(&self) -> impl Iterator<Item = &EventKind> {
        self.run.run().events().iter().map(|event| &event.kind)
    }

    /// Exceptions of a type, by the end of its name.
    pub fn thrown(&self, name: &str) -> usize {
        let thrown = |kind: &&EventKind| matches!(kind, EventKind::ExceptionThrown { exception, .. } if exception.ends_with(name));
        self.events().filter(thrown).count()
    }

    /// Shapes at which an instance took messages, in order.
    pub fn consumed(&self, by: InstanceId) -> Vec<&'static str> {
        let consumed = self.events().filter_map(|kind| match kind {
            EventKind::MessageConsumed { instance, shape, .. } if *instance == by => Some(shape.as_str()),
            _ => None,
        });
        consumed.collect()
    }

    /// What the requester got, in order: `conf ACCEPTED`, `stat COMPLETED`.
    pub fn requester(&self) -> Vec<String> {
        let inbox = self.sent("queue://ToCSRSystemQ").into_iter();
        inbox
            .map(|text| match element(&text, "OrdStatus") {
                status if status.is_empty() => format!("stat {}", element(&text, "Status")),
                status => format!("conf {status}"),
            })
            .collect()
    }

    /// Calls of the provisioning system: `Activate STANDARD`.
    pub fn provisioning(&self) -> &[String] {
        let partner = self.run.partners().states().iter().find(|p| p.name == "Provisioning");
        partner.map_or(&[], |partner| &partner.log)
    }

    /// The sample's event log entries of a level.
    pub fn logged(&self, of: LogLevel) -> Vec<&str> {
        let entries = self.events().filter_map(|kind| match kind {
            EventKind::Logged { level, source, text } if source == "SouthridgeVideo" && *level == of => {
                Some(text.as_str())
            }
            _ => None,
        });
        entries.collect()
    }

    /// Everything sent to an address.
    pub fn sent(&self, address: &str) -> Vec<String> {
        self.run.sent(address).iter().map(|sent| sent.text()).collect()
    }

    /// Instances of an orchestration in order of creation.
    pub fn instances(&self, service: &str) -> Vec<InstanceId> {
        let created = self.events().filter_map(|kind| match kind {
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
        let changes = self.events().filter_map(|kind| match kind {
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
        let started = self.events().filter_map(|kind| match kind {
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
        let published = self.events().filter_map(|kind| match kind {
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
        for kind in self.events() {
            match kind {
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
}

/// Text of the first element with this local name.
pub fn element(xml: &str, name: &str) -> String {
    let Some((_, rest)) = xml.split_once(&format!("<{name}>")) else { return String::new() };
    rest.split('<').next().unwrap_or_default().to_owned()
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
