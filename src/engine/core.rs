use super::configuration::Configuration;
use super::debugger::Debugger;
use super::instance::Resident;
use super::instance::dehydration::{MemoryUsage, WaitHistory};
use super::map_scripts::MapScripts;
use super::message_box::{Match, MessageBox};
use super::ports::request::Request;
use super::ports::send::PortInstance;
use super::ports::{Failure, PortRuntime};
use super::{Effect, Event, EventKind, InstanceChange, InstanceId, Output, SubscriptionId};
use crate::message::{DateTime, Message, MessageId, Name};
use crate::model::ServiceState;
use crate::program::Program;
use crate::xlang::{LogLevel, Raised};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use uuid::Uuid;

/// All state of a run. Plain data: cloning it is a snapshot, serialising it a checkpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Core {
    pub now: DateTime,
    pub seed: u64,
    pub counters: Counters,
    pub message_box: MessageBox,
    pub slots: FxHashMap<InstanceId, Slot>,
    /// Service instances that can run, in the order they became ready.
    pub ready: VecDeque<InstanceId>,
    /// The same, to look up.
    pub scheduled: FxHashSet<InstanceId>,
    /// Send port instances among them by priority, kept only where ports differ in it (TX-9).
    pub ready_ports: BTreeSet<(u8, InstanceId)>,
    /// When waiting service instances wake; each has one timer at most.
    pub timers: BTreeSet<(DateTime, InstanceId)>,
    pub services: Vec<ServiceRuntime>,
    pub send_ports: Vec<PortRuntime>,
    pub groups: Vec<PortRuntime>,
    pub locations_enabled: Vec<bool>,
    pub configuration: Configuration,
    /// Parties in roles, which operators change while the run goes on (RLK-5).
    pub enlistments: Vec<Enlisted>,
    /// Blocked instances by when they have been idle long enough to dehydrate (DEH-3).
    pub idle: VecDeque<(DateTime, InstanceId)>,
    /// What the host's memory holds, and how long instances waited so far (DEH-3).
    pub memory: MemoryUsage,
    pub waits: WaitHistory,
    pub debugger: Debugger,
    /// Instances that began to wait last, oldest first; those before may have their compact form.
    #[serde(skip)]
    pub fresh: VecDeque<InstanceId>,
    /// Turns in a row that instances have ended without a wait.
    pub busy: FxHashMap<InstanceId, u32>,
    /// Transmission to the send port instance that waits for its outcome.
    pub transmissions: FxHashMap<u64, InstanceId>,
    /// Messages the running instance sent to itself.
    #[serde(skip)]
    pub to_self: Vec<(u32, Arc<Message>)>,
    #[serde(skip)]
    pub matches: Vec<Match>,
}

impl Core {
    /// Gives every instance that waits its compact form: after a restart none of them is warm.
    pub fn pack(&mut self) {
        for (id, slot) in &mut self.slots {
            if let Slot::Orchestration { instance, .. } = slot
                && !self.scheduled.contains(id)
            {
                instance.pack();
            }
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Counters {
    pub events: u64,
    pub messages: u64,
    pub instances: u64,
    pub transmissions: u64,
    pub tokens: u64,
    pub guids: u64,
}

/// A party in a role: its send ports by port type, or by port type and operation with a dot between.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Enlisted {
    pub party: Name,
    /// Full name.
    pub role_link_type: Name,
    pub role: Name,
    pub ports: BTreeMap<String, String>,
}

/// Run-time state of an orchestration type (section 5.5).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ServiceRuntime {
    pub state: ServiceState,
    /// Activation subscriptions, one for each activate receive.
    pub subscriptions: Vec<SubscriptionId>,
}

/// A service instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Slot {
    Orchestration {
        service: u16,
        instance: Resident,
    },
    SendPort(Arc<PortInstance>),
    /// A two-way receive location that waits for a response.
    Request(Arc<Request>),
    /// A message that failed on the receive side, or a routing failure report.
    Failure(Arc<Failure>),
}

/// One step in progress: the state, the program it runs, and where events and effects go.
pub struct Step<'a> {
    pub core: &'a mut Core,
    pub program: &'a Arc<Program>,
    pub output: &'a mut Output,
}

impl Step<'_> {
    pub fn now(&self) -> DateTime {
        self.core.now
    }

    pub fn emit(&mut self, kind: EventKind) {
        self.core.counters.events += 1;
        self.output.events.push(Event { seq: self.core.counters.events, at: self.core.now, kind });
    }

    pub fn change(&mut self, instance: InstanceId, service: Name, change: InstanceChange) {
        self.emit(EventKind::Instance { instance, service, change });
    }

    pub fn effect(&mut self, effect: Effect) {
        self.output.effects.push(effect);
    }

    pub fn log(&mut self, level: LogLevel, source: &str, text: &str) {
        self.emit(EventKind::Logged { level, source: source.to_owned(), text: text.to_owned() });
        self.effect(Effect::Log { level, source: source.to_owned(), text: text.to_owned() });
    }

    pub fn next_message_id(&mut self) -> MessageId {
        self.core.counters.messages += 1;
        MessageId(self.core.counters.messages)
    }

    pub fn next_instance_id(&mut self) -> InstanceId {
        self.core.counters.instances += 1;
        InstanceId(self.core.counters.instances)
    }

    /// A token nobody else has: short, and the same in every replay.
    pub fn next_token(&mut self) -> SmolStr {
        self.core.counters.tokens += 1;
        let number = self.core.counters.tokens;
        smol_str::format_smolstr!("{:016x}", mix(self.core.seed ^ mix(number)))
    }

    /// GUID form of a numbered thing of this run.
    pub fn guid_of(&self, kind: &str, number: u64) -> Uuid {
        guid_of(self.core.seed, kind, number)
    }

    pub fn new_guid(&mut self) -> Uuid {
        self.core.counters.guids += 1;
        self.guid_of("guid", self.core.counters.guids)
    }

    /// Puts an instance on the ready list, once.
    pub fn make_ready(&mut self, id: InstanceId) {
        if self.core.scheduled.insert(id) {
            self.core.ready.push_back(id);
            if self.program.prioritized
                && let Some(Slot::SendPort(port)) = self.core.slots.get(&id)
                && let Some(info) = self.program.send_port(port.port)
            {
                self.core.ready_ports.insert((info.priority, id));
            }
        }
    }

    /// The instance whose turn it is: instead of a send port instance the one with the best priority, then the oldest.
    /// That one's place on the list stays, for the other (TX-9).
    pub fn by_priority(&mut self, picked: InstanceId) -> InstanceId {
        if matches!(self.core.slots.get(&picked), Some(Slot::Orchestration { .. })) {
            return picked;
        }
        self.core.ready_ports.pop_first().map_or(picked, |(_, best)| best)
    }

    /// Wakes an instance at `due`.
    pub fn set_timer(&mut self, due: DateTime, id: InstanceId) {
        self.core.timers.insert((due, id));
    }

    /// Runs a map over whole messages.
    pub fn transform(&mut self, map: Name, inputs: &[Arc<Message>]) -> Result<Vec<Arc<Message>>, Raised> {
        let fail = |text: String| {
            super::instance::exception("Microsoft.XLANGs.BaseTypes.TransformationFailureException", text)
        };
        let program = Arc::clone(self.program);
        let map = program.maps.get(&map).ok_or_else(|| fail(format!("There is no map {map}")))?;
        let mut scripts =
            MapScripts { program: &program, now: self.core.now, number: self.core.now.0.unsigned_abs() };
        let outputs = crate::xml::map::apply(map, inputs, self.core.now, &program.schemas, &mut scripts)
            .map_err(|error| fail(format!("The map {} failed: {error}", map.name)))?;
        Ok(outputs
            .into_iter()
            .map(|mut message| {
                message.id = self.next_message_id();
                Arc::new(message)
            })
            .collect())
    }
}

/// GUID form of a numbered thing of a run: stable over replay and restart, different between runs.
pub fn guid_of(seed: u64, kind: &str, number: u64) -> Uuid {
    let salt = kind.bytes().fold(seed, |hash, byte| mix(hash ^ u64::from(byte)));
    let high = mix(salt ^ number);
    let low = mix(high ^ 0x9e37_79b9_7f4a_7c15);
    uuid::Builder::from_random_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes()).into_uuid()
}

/// SplitMix64: spreads a counter over 64 bits.
fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
