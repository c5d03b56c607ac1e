use super::property::{is_default, is_true, yes};
use super::{Certificate, Filter, Party, PipelineComponent, Polarity, PropertyTypes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The physical side: `bindings.ron`, the counterpart of a binding file (B-1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bindings {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receive_ports: Vec<ReceivePort>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub send_ports: Vec<SendPort>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub send_port_groups: Vec<SendPortGroup>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceBinding>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<Party>,
    /// Tracking options by full name of a pipeline, as for [`ServiceBinding::tracking`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pipeline_tracking: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracked_schemas: Vec<TrackedSchema>,
    /// Assembly of an orchestration, pipeline, map or schema, by full name, when it is stated.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assemblies: BTreeMap<String, String>,
    /// What binding files state of an adapter, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub adapters: BTreeMap<String, Adapter>,
}

/// A receive port: one or more locations; orchestrations bind to the port, not the location (RX-1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceivePort {
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub two_way: bool,
    pub locations: Vec<ReceiveLocation>,
    /// Inbound maps, chosen by source message type (RX-5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inbound_maps: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outbound_maps: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub authentication: Authentication,
    /// Failed-message routing (RF-5).
    #[serde(default, skip_serializing_if = "is_default")]
    pub route_failed_messages: bool,
    /// Send pipeline of a two-way port for locations that name none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub send_pipeline: String,
    /// Per-instance configuration of one component alone, by stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub component_properties: Vec<PipelineComponent>,
    /// Application it belongs to, when that is another one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub application: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Bodies and properties to track before and after processing, as the bit set of binding files (TRK-2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub tracking: u32,
    /// Analytics are collected of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub analytics: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Authentication {
    #[default]
    None,
    Drop,
    Keep,
}

/// A receive location: adapter, address, pipeline, schedule (RX-2, RX-4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveLocation {
    pub name: String,
    /// Adapter name: `FILE`, `QUEUE`.
    pub transport: String,
    /// For FILE a folder and mask relative to the application folder, e.g. `inbox/*.xml`.
    pub address: String,
    pub receive_pipeline: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub send_pipeline: String,
    /// Per-instance pipeline configuration, by component property.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pipeline_properties: BTreeMap<String, String>,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// Adapter properties, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// See [`PropertyTypes`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub property_types: PropertyTypes,
    /// Per-instance configuration of one component alone, by stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub component_properties: Vec<PipelineComponent>,
    /// Address told to partners.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub public_address: String,
    /// The location whose address stands for the port.
    #[serde(default, skip_serializing_if = "is_default")]
    pub primary: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// Dates as `2026-01-31`, daily window as `08:00` to `18:00`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<(String, String)>,
    /// Empty for UTC.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
    /// Times do not follow daylight saving.
    #[serde(default, skip_serializing_if = "is_default")]
    pub standard_time: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
}

/// Days on which a receive location is open, counted from a date (RX-4). Days, months and ordinals are the words of
/// binding files: `Monday`, `January`, `Day15`, `Last`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    pub from: String,
    /// Every so many days or weeks.
    pub interval: u32,
    pub days: RecurrenceDays,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecurrenceDays {
    #[default]
    Daily,
    Weekly(Vec<String>),
    /// Days of the given months, and their last day.
    Monthly {
        months: Vec<String>,
        days: Vec<String>,
        last_day: bool,
    },
    /// A weekday of the given months, such as the `First` `Monday`.
    Ordinal {
        months: Vec<String>,
        ordinal: String,
        day: String,
    },
}

/// A send port (section 3.7).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendPort {
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub two_way: bool,
    /// A dynamic port has no transport of its own (DYN-1).
    #[serde(default, skip_serializing_if = "is_default")]
    pub dynamic: bool,
    pub send_pipeline: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub receive_pipeline: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pipeline_properties: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<Transport>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Transport>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filter: Filter,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outbound_maps: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inbound_maps: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub ordered_delivery: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub stop_on_failure: bool,
    /// 1 (first) to 10 (TX-9).
    #[serde(default = "default_priority", skip_serializing_if = "is_default_priority")]
    pub priority: u8,
    #[serde(default, skip_serializing_if = "is_default")]
    pub route_failed_messages: bool,
    /// State after deployment (TX-10).
    #[serde(default, skip_serializing_if = "is_default")]
    pub state: PortState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_certificate: Option<Certificate>,
    /// Per-instance configuration of one component alone, by stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub component_properties: Vec<PipelineComponent>,
    /// Application it belongs to, when that is another one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub application: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Bodies and properties to track before and after processing, as the bit set of binding files (TRK-2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub tracking: u32,
    /// Analytics are collected of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub analytics: bool,
}

fn default_priority() -> u8 {
    5
}

fn is_default_priority(priority: &u8) -> bool {
    *priority == default_priority()
}

/// Send port and group states (TX-10). Deployment starts ports unless the file says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PortState {
    Bound,
    Stopped,
    #[default]
    Started,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transport {
    pub transport: String,
    /// For FILE a path relative to the application folder with macros, e.g. `outbox/%MessageID%.xml`.
    pub address: String,
    /// TX-5: 0..1000.
    #[serde(default = "default_retries")]
    pub retry_count: u32,
    /// Minutes, TX-5.
    #[serde(default = "default_retry_interval")]
    pub retry_interval: u32,
    /// Daily service window, `08:00` to `18:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_window: Option<(String, String)>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// Adapter properties, by name (FILE: `CopyMode`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// See [`PropertyTypes`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub property_types: PropertyTypes,
    /// An acknowledgment is asked of every transmission, whoever sent the message.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivery_notification: bool,
}

fn default_retries() -> u32 {
    3
}

fn default_retry_interval() -> u32 {
    5
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            transport: String::new(),
            address: String::new(),
            retry_count: default_retries(),
            retry_interval: default_retry_interval(),
            service_window: None,
            host: String::new(),
            properties: BTreeMap::new(),
            property_types: PropertyTypes::new(),
            delivery_notification: false,
        }
    }
}

/// A send port group: one-way static send ports (BND-7, TX-12).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendPortGroup {
    pub name: String,
    pub ports: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filter: Filter,
    #[serde(default, skip_serializing_if = "is_default")]
    pub state: PortState,
    /// Application it belongs to, when that is another one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub application: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// Deployment of one orchestration: host, state, logical ports to physical ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceBinding {
    /// Full orchestration name.
    pub orchestration: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub state: ServiceState,
    /// Logical port name to physical port; "specify later" ports only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ports: BTreeMap<String, PortBinding>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Tracking options, the words of binding files: `ServiceStartEnd MessageSendReceive` … (TRK-1).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tracking: String,
    /// Analytics are collected of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub analytics: bool,
}

/// Orchestration type states (section 5.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ServiceState {
    Unbound,
    /// Bound, unenlisted.
    Bound,
    /// Enlisted; activation messages are suspended.
    Stopped,
    #[default]
    Started,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PortBinding {
    ReceivePort(String),
    SendPort(String),
    SendPortGroup(String),
}

/// A schema whose properties are tracked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackedSchema {
    /// Full type name.
    pub schema: String,
    /// Root element of a schema with several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub root: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub all_properties: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// An adapter as binding files identify it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adapter {
    /// What it can do, as the bit set of binding files.
    pub capabilities: u32,
    /// GUID of its configuration class.
    pub class_id: String,
}

impl Bindings {
    pub fn receive_port(&self, name: &str) -> Option<&ReceivePort> {
        self.receive_ports.iter().find(|p| p.name == name)
    }

    pub fn send_port(&self, name: &str) -> Option<&SendPort> {
        self.send_ports.iter().find(|p| p.name == name)
    }

    /// The physical ports that a "specify later" port of this direction and kind can be bound to (BND-3): a group takes
    /// one-way sends only (BND-7).
    pub fn candidates(&self, polarity: Polarity, two_way: bool) -> Vec<PortBinding> {
        if polarity == Polarity::Implements {
            let fitting = self.receive_ports.iter().filter(|p| p.two_way == two_way);
            return fitting.map(|p| PortBinding::ReceivePort(p.name.clone())).collect();
        }
        let fitting = self.send_ports.iter().filter(|p| p.two_way == two_way);
        let ports = fitting.map(|p| PortBinding::SendPort(p.name.clone()));
        let groups = self.send_port_groups.iter().filter(|_| !two_way);
        ports.chain(groups.map(|g| PortBinding::SendPortGroup(g.name.clone()))).collect()
    }

    pub fn service(&self, orchestration: &str) -> Option<&ServiceBinding> {
        self.services.iter().find(|s| s.orchestration == orchestration)
    }
}
