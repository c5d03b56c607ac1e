use super::partners::{DrawnTime, Load};
use super::property::is_default;
use super::{
    Bindings, ClassType, CorrelationType, MapDrawing, Module, MultipartType, Orchestration, Policy, PortType,
    Project, RoleLinkType, Scenario, Vocabulary, WebOperation,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that is deployed together: what one folder holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    pub settings: Settings,
    /// By file stem (`OrderManager` for `OrderManager.orchestration.ron`), in that order.
    pub modules: BTreeMap<String, Module>,
    /// XSD text by path below the application folder, `/`-separated.
    pub schemas: BTreeMap<String, String>,
    /// Native maps by name.
    pub maps: BTreeMap<String, Map>,
    /// Business rules policies by name.
    pub policies: BTreeMap<String, Policy>,
    /// Scripts that stand for custom code, by the full name of the class.
    pub components: BTreeMap<String, String>,
    pub bindings: Bindings,
    /// Partners the host plays for a run without the real ones.
    pub partners: Vec<Partner>,
    /// Sample messages by path below the application folder, `/`-separated.
    pub messages: BTreeMap<String, String>,
    /// Scenarios by file stem (`a01-new-order` for `scenarios/a01-new-order.scenario.ron`).
    pub scenarios: BTreeMap<String, Scenario>,
    /// What the scenarios have in common.
    pub vocabulary: Vocabulary,
}

/// `application.ron`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Host>,
    /// Configuration values (the counterpart of an SSO configuration store), by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub configuration: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration_cache: Option<ConfigurationCache>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub engine: EngineSettings,
    /// Message types defined by classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassType>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<ExceptionType>,
    /// What members of custom code without a script answer, as XLANG/s expressions: `"Acme.Rates.Today": "0.19m"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mocks: BTreeMap<String, String>,
    /// What a simulated run answers for members that nobody answers for, as [`Self::mocks`]: found out anew when
    /// BizTalk's files are opened, and never saved.
    #[serde(skip)]
    pub simulated_answers: BTreeMap<String, String>,
    /// Context properties that are named and declared nowhere, with their .NET types: found out and kept like
    /// [`Self::simulated_answers`].
    #[serde(skip)]
    pub simulated_properties: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pipelines: Vec<Pipeline>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<Project>,
}

/// Configuration values are read through a cache, as by a helper class around the store: loaded at the first use,
/// and again at the first use after an interval. Without it every use reads the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigurationCache {
    /// Key of the value that says after how many milliseconds to load again; without that value it is 300000.
    /// A changed one counts from the next load on.
    pub interval: String,
    /// Event log source for failures to read the store.
    pub log_source: String,
}

/// An exception class of the application, for Throw and Catch. One that is not declared derives from
/// `System.Exception`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionType {
    /// Full name, which ends in `Exception`.
    pub name: String,
    /// Full name of the exception type it derives from.
    pub base: String,
}

/// A BizTalk host; orchestrations and ports run in one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub dehydration: Dehydration,
    /// Windows group that may run it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Runs inside another process, such as a web server.
    #[serde(default, skip_serializing_if = "is_default")]
    pub isolated: bool,
    /// It passes on who a message came from instead of its own identity.
    #[serde(default, skip_serializing_if = "is_default")]
    pub trusted: bool,
}

/// Host setting DehydrationBehavior (DEH-5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DehydrationBehavior {
    Always,
    Never,
    #[default]
    Custom,
}

/// Dehydration thresholds in seconds, and the memory between whose limits they apply (DEH-3, DEH-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dehydration {
    pub behavior: DehydrationBehavior,
    pub min_threshold: u32,
    pub max_threshold: u32,
    /// Takes the place of the computed threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constant_threshold: Option<u32>,
    /// Address space of the host, in megabytes.
    #[serde(skip_serializing_if = "MemoryLimits::is_virtual_default")]
    pub virtual_memory: MemoryLimits,
    /// Private bytes of the host, in megabytes.
    #[serde(skip_serializing_if = "MemoryLimits::is_private_default")]
    pub private_memory: MemoryLimits,
    /// Memory of the machine in use, in percent.
    #[serde(skip_serializing_if = "MemoryLimits::is_physical_default")]
    pub physical_memory: MemoryLimits,
}

impl Default for Dehydration {
    fn default() -> Self {
        Self {
            behavior: DehydrationBehavior::Custom,
            min_threshold: 1,
            max_threshold: 1800,
            constant_threshold: None,
            virtual_memory: MemoryLimits::VIRTUAL,
            private_memory: MemoryLimits::PRIVATE,
            physical_memory: MemoryLimits::PHYSICAL,
        }
    }
}

/// Up to `optimal` there is enough of a kind of memory, from `maximal` on too little (DEH-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryLimits {
    pub active: bool,
    pub optimal: u32,
    pub maximal: u32,
}

impl MemoryLimits {
    const VIRTUAL: Self = Self { active: true, optimal: 900, maximal: 1300 };
    const PRIVATE: Self = Self { active: true, optimal: 50, maximal: 350 };
    const PHYSICAL: Self = Self { active: false, optimal: 90, maximal: 95 };

    fn is_virtual_default(&self) -> bool {
        *self == Self::VIRTUAL
    }

    fn is_private_default(&self) -> bool {
        *self == Self::PRIVATE
    }

    fn is_physical_default(&self) -> bool {
        *self == Self::PHYSICAL
    }
}

/// Decisions the sources leave open, and run-time validation switches (section 6.7); all off by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineSettings {
    /// Suspend a root instance with an uncaught exception as not resumable (CONFLICT 1).
    #[serde(default, skip_serializing_if = "is_default")]
    pub uncaught_non_resumable: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub validate_schemas: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub validate_correlations: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub extended_logging: bool,
    /// Operations an instance may take without a wait before it is suspended as endless: `None` is a million, 0 is
    /// no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loop_limit: Option<u32>,
}

/// A pipeline: components by stage, in run order. The four default pipelines need no entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    pub name: String,
    #[serde(default)]
    pub send: bool,
    pub components: Vec<PipelineComponent>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Policy file that lists its stages; empty for the one of receive or send pipelines.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policy: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineComponent {
    /// Stage name: Decode, Disassemble, Validate, ResolveParty, PreAssemble, Assemble, Encode; the category GUID of
    /// a stage that has none of these names.
    pub stage: String,
    /// Component class name; an unknown one loads and is reported by the checker.
    pub component: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// See [`PropertyTypes`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub property_types: PropertyTypes,
    /// Name, description and version that the component gives itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
}

/// Types of component and adapter properties that are not text, by property: `xsd:boolean`, a VARIANT type number
/// such as `11`, or `nil` for a property without a value. Without an entry a property is text.
pub type PropertyTypes = BTreeMap<String, String>;

/// A native map: one rule per target node. Paths are `/Root/Record/Field` or `…/@attribute`, local names only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    pub name: String,
    /// Source message types, `namespace#Root`, in argument order.
    pub sources: Vec<String>,
    /// Target message types.
    pub targets: Vec<String>,
    pub rules: Vec<MapRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawing: Option<Box<MapDrawing>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapRule {
    pub to: String,
    pub value: MapValue,
}

/// Where a target node's text comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MapValue {
    /// A source path; nothing is written when the node is absent.
    Link(String),
    Constant(String),
    /// A function (functoid) over values, e.g. `Concatenate`.
    Function {
        name: String,
        arguments: Vec<MapValue>,
    },
}

/// A partner the host plays through the application's own ports (`partners.ron`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub behavior: PartnerBehavior,
}

/// What a simulated partner does. Addresses are those of the ports: `queue://ToFacilities`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartnerBehavior {
    /// Returns each message unchanged to `to` after `delay_ms`.
    Echo { from: String, to: String, delay_ms: u64 },
    /// Answers each request of a two-way send port with `reply`, in which `{/path}` is replaced by the text
    /// at that path of the request (local names only).
    Reply { at: String, reply: String, delay_ms: u64 },
    /// Submits `messages` in turn to `to`, one every `every_ms`, at most `count` (0 is without end). In the text,
    /// `{n}` is the number of the submission, `{round}` the number of the pass through the list (both from 1) and
    /// `{guid}` a fresh GUID. Messages of one pass can so belong together: an order and its update.
    Submit { to: String, messages: Vec<String>, every_ms: u64, count: u64 },
    /// Takes what arrives and shows it.
    Drain { from: String },
    /// Does what the first matching rule says, and remembers.
    Rules(PartnerRules),
    /// Puts the application under load.
    Load(Load),
}

/// A partner with rules and a memory. In its texts `{/path}` is the text at that path of the request and `{name}`
/// a value it remembers for the key of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerRules {
    /// Address it reads; `*` is wherever no other partner answers a two-way send port. Requests of two-way send ports are
    /// answered; the answer to others goes to `to`.
    pub at: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// What values are remembered for: `{/Request/CustomerID}`. Empty is one memory for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Values as long as nothing else is remembered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    pub rules: Vec<PartnerRule>,
    /// Other ways a request can end, by name, when somebody at the partner's controls says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outcomes: BTreeMap<String, PartnerOutcome>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub delay_ms: u64,
    /// How long each answer takes, in place of `delay_ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<DrawnTime>,
    /// How many requests of a hundred fail, and with which error.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fails_percent: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fails_with: String,
}

/// What a partner does with a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerRule {
    /// Texts that the request must have, by path; without any, every request matches.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub when: BTreeMap<String, String>,
    /// Line for the partner's log; empty is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub log: String,
    /// Values to remember from now on, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub remember: BTreeMap<String, String>,
    /// The answer; empty is none for a one-way message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reply: String,
    /// Answers in turn before `reply`: the first request that this rule takes gets the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_replies: Vec<String>,
    /// A person writes the answer: the request waits for it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asks_person: bool,
    /// Operation of the logical port that the request must come from; empty is any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub operation: String,
    /// What an adapter would promote into the context of the answer to a two-way request, by full property name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartnerOutcome {
    /// The rule's answer with these values in place of remembered ones; nothing is remembered.
    Values(BTreeMap<String, String>),
    /// The transmission fails with this error.
    Error(String),
}

impl Application {
    /// Orchestrations with their module, in file order.
    pub fn orchestrations(&self) -> impl Iterator<Item = (&Module, &Orchestration)> {
        self.modules.values().filter_map(|m| m.orchestration.as_ref().map(|o| (m, o)))
    }

    /// Finds an orchestration by full name, or by bare name when only one module has it.
    pub fn orchestration(&self, name: &str) -> Option<(&Module, &Orchestration)> {
        self.orchestrations().find(|(m, o)| m.full_name(&o.name) == name).or_else(|| {
            let mut same =
                self.orchestrations().filter(|(m, o)| o.name == name || m.qualify(&o.name) == name);
            same.next().filter(|_| same.next().is_none())
        })
    }

    /// Finds an orchestration that `module` names: the one of its own version first (V-1).
    pub fn orchestration_for(&self, module: &Module, name: &str) -> Option<(&Module, &Orchestration)> {
        let own = self.orchestrations().find(|(m, o)| m.qualify(&o.name) == name && m.same_version(module));
        own.or_else(|| self.orchestration(name))
    }

    /// Resolves a port type named in `module`.
    pub fn port_type<'a>(&'a self, module: &'a Module, name: &str) -> Option<&'a PortType> {
        self.find(module, name, |m| &m.port_types, |t| &t.name)
    }

    /// Resolves a multi-part message type named in `module`.
    pub fn multipart_type<'a>(&'a self, module: &'a Module, name: &str) -> Option<&'a MultipartType> {
        self.find(module, name, |m| &m.multipart_types, |t| &t.name)
    }

    /// Finds a message of a web reference by its full name.
    pub fn web_message(&self, name: &str) -> Option<&WebOperation> {
        self.modules.values().find_map(|m| {
            let mut operations = m.web_message_types.iter().flat_map(|t| &t.operations);
            operations.find(|operation| m.qualify(&operation.name) == name)
        })
    }

    /// Resolves a role link type named in `module`.
    pub fn role_link_type<'a>(&'a self, module: &'a Module, name: &str) -> Option<&'a RoleLinkType> {
        self.find(module, name, |m| &m.role_link_types, |t| &t.name)
    }

    /// Resolves a correlation type named in `module`.
    pub fn correlation_type<'a>(&'a self, module: &'a Module, name: &str) -> Option<&'a CorrelationType> {
        self.find(module, name, |m| &m.correlation_types, |t| &t.name)
    }

    /// File that a module was read from when that is BizTalk's own.
    pub fn source(&self, module: &str) -> Option<&str> {
        self.modules.get(module).map(|module| module.source.as_str()).filter(|source| !source.is_empty())
    }

    /// Finds a class message type by its full name.
    pub fn class(&self, name: &str) -> Option<&ClassType> {
        self.settings.classes.iter().find(|c| c.name == name)
    }

    /// A bare name means the same module first; a full name means any module of the application.
    fn find<'a, T>(
        &'a self,
        module: &'a Module,
        name: &str,
        list: impl Fn(&'a Module) -> &'a Vec<T>,
        name_of: impl Fn(&'a T) -> &'a String,
    ) -> Option<&'a T> {
        let local = list(module).iter().find(|t| name_of(t) == name);
        local.or_else(|| {
            std::iter::once(module)
                .chain(self.modules.values())
                .find_map(|m| list(m).iter().find(|t| m.qualify(name_of(t)) == name))
        })
    }
}
