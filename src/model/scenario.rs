use super::property::is_default;
use super::{DrawnTime, PortState, ServiceState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One scenario file, `scenarios/<stem>.scenario.ron`: what is done to the application in virtual time, and what
/// must then be true. Spans of time are written `40 s`, `2 min`, `1 h 30 min`, `365 days`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Comes after that of the vocabulary.
    #[serde(default, skip_serializing_if = "is_default")]
    pub set_up: SetUp,
    /// What is expected holds only when ready instances run first come, first served.
    #[serde(default, skip_serializing_if = "is_default")]
    pub one_schedule: bool,
    /// Begins with the application as it is: set-up and steps of the vocabulary are not done before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub alone: bool,
    pub steps: Vec<Step>,
}

/// `scenarios/vocabulary.ron`: the words the scenarios of an application have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Short names of orchestrations, partners, ports, receive locations and event log sources.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// Messages by the first word of a [`Step::Submit`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub messages: BTreeMap<String, MessageTemplate>,
    /// Where messages are looked at.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, ObservedPlace>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, ObservedTable>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub set_up: SetUp,
    /// Done before the steps of each scenario.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// A message with `{name}` placeholders. Beside its fields there are `{n}`, the number of the message in the
/// scenario from 1, `{guid}`, a fresh GUID, and `{i}`, the round of the innermost [`Step::Repeat`] from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageTemplate {
    /// Receive location that takes it; empty publishes it straight into the message box.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// The text itself, or the path of a message file such as `messages/order.xml`.
    pub text: String,
    /// How the words of a [`Step::Submit`] name fields: `{customer}/{order}/{sequence} {code}`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub arguments: String,
    /// Values of placeholders; arguments come before them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Context properties the adapter gives, or with an empty `at` ones to promote.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// Name of the body part of a published message; empty is `body`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// Texts of the further parts of a published message, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other_parts: BTreeMap<String, String>,
}

/// Messages to look at, and how each is shown in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedPlace {
    pub from: Observed,
    /// `conf {/Request/Status}`: the first whose paths the message has; the name of its root when there is none.
    /// `{Schema.Property}` is a context property.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub show: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Observed {
    /// What was delivered at this address; `*` stands for any text.
    Address(String),
    /// What the instances of an orchestration published at one of its ports.
    Published { orchestration: String, port: String },
}

/// Rows of a database of the SQL adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedTable {
    /// As in the addresses of send ports: `sql://history.db`.
    pub database: String,
    /// A row is shown as its values with blanks between.
    pub query: String,
}

/// What is different from the application as it is deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub configuration: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub send_ports: BTreeMap<String, SendPortSetUp>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub send_port_groups: BTreeMap<String, PortState>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub orchestrations: BTreeMap<String, ServiceState>,
    /// Enabled or not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub receive_locations: BTreeMap<String, bool>,
    /// New files of the application, each the copy of another one: a version to run side by side, once edited.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub copies: BTreeMap<String, String>,
    /// Edits of the application's files, in this order, for everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<TextEdit>,
}

/// Changes to a send port and its primary transport.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendPortSetUp {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<PortState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_count: Option<u32>,
    /// Minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_interval: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Replaces a text wherever it stands in a file of the application; it must be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextEdit {
    pub file: String,
    pub replace: String,
    pub by: String,
}

/// One thing done or checked. Names may be those of [`Vocabulary::names`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// A message of the vocabulary with its arguments and, at the end, further fields: `order 2/1/1 NS by=Ana`.
    Submit(String),
    SubmitMessage(MessageTemplate),
    /// Runs until nothing can happen before time passes.
    Settle,
    /// Settles and lets this much time pass, with everything that happens in it.
    Advance(String),
    /// As `Advance`, up to this time since the start of the scenario.
    AdvanceTo(String),
    /// At most so many single steps at the present time.
    Take(u32),
    Partner(String, PartnerControl),
    /// Transmissions to this address, where `*` stands for any text, fail with this error from now on.
    Fail(String, String),
    /// Ends a `Fail` of the same address.
    Heal(String),
    /// Unenlists (`Bound`), enlists or stops (`Stopped`), or starts.
    Orchestration(String, ServiceState),
    SendPort(String, PortState),
    SendPortGroup(String, PortState),
    /// Enables or disables.
    ReceiveLocation(String, bool),
    Configure(String, String),
    /// The configuration store fails (`false`), or works again.
    ConfigurationStore(bool),
    /// An operator acts on an instance of an orchestration or port, by number in order of start from 1.
    Instance(String, u32, InstanceAct),
    /// Sets (`true`) or removes a breakpoint before a shape of an orchestration, by name; new instances stop there.
    Breakpoint(String, String, bool),
    /// The engine is written, dropped and read back, as another process would.
    Restart,
    /// The host stops and starts again in a controlled way.
    RestartHost,
    /// The host stops dead and starts again: each instance goes on from its last persistence point.
    CrashHost,
    Repeat {
        times: u32,
        steps: Vec<Step>,
    },
    /// Settles, then checks. The scenario goes on only when all of it holds.
    Expect(Box<Expectation>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InstanceAct {
    Suspend,
    Resume,
    Terminate,
    /// Goes on from its breakpoint.
    Continue,
    /// Resumes into a breakpoint at the place where it goes on.
    ResumeInDebug,
}

/// What a scenario does to a simulated partner. Partners that submit by themselves are stopped at the start of a
/// scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartnerControl {
    Start,
    /// Messages for it wait in their queue.
    Stop,
    Delay(String),
    /// Each answer takes a time of its own in this range.
    DelayBetween(String, String),
    /// Each answer takes a time of its own, drawn from this.
    Takes(DrawnTime),
    /// Takes messages and loses them.
    Lose(bool),
    /// Passes on only the first half of what it should.
    Corrupt(bool),
    /// The next so many requests whose log line is like `when` (`*` for any text) end in this outcome of the
    /// partner; an empty one is the ordinary answer. Several are used up in the order given.
    Answer {
        when: String,
        outcome: String,
        times: u32,
    },
    /// Requests whose log line is like this get no answer before `Release`.
    Block(String),
    /// Answers what is blocked, and blocks no more.
    Release,
    /// A person answers the oldest request that waits for one with this text.
    Fill(String),
    /// Values it knows of one key, such as a customer.
    Remember {
        key: String,
        values: BTreeMap<String, String>,
    },
}

/// What must be true. Absent is not checked. In lists of lines `*` stands for any text; lists are in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Messages as shown at places, all of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub messages: BTreeMap<String, Vec<String>>,
    /// Texts inside messages: the place, the number of the message there from 1, `last` or `[the first shown like
    /// this]`, and a path with local names, a context property or a part: `REQ 2 /Order/Status`. What follows ` > ` is
    /// a path in the XML that the text before it is: `REQ last /Answer/Original > /Order/Type`. Without a path it is
    /// the whole text. What is absent is as good as empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// Number of characters of such texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lengths: BTreeMap<String, usize>,
    /// Number of messages by place, or by place, a blank, and how they are shown: `REQ stat COMPLETED`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, usize>,
    /// A letter for each instance of an orchestration, in order of start: `A`ctive (or dehydrated), `S`uspended,
    /// `C`ompleted, `T`erminated, `Z` for one that ended with messages it had not consumed. `C*200` for many.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub instances: BTreeMap<String, String>,
    /// Names of the shapes at which the live instances of an orchestration stand.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub standing_at: BTreeMap<String, Vec<String>>,
    /// Suspended service instances of every kind: name, `resumable` or `not resumable`, reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Vec<String>>,
    /// Event log by source: `E`, `W` or `I`, a blank, the text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub log: BTreeMap<String, Vec<String>>,
    /// Log lines by partner.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub partners: BTreeMap<String, Vec<String>>,
    /// Messages by partner that took, answered or submitted them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub totals: BTreeMap<String, u64>,
    /// Rows by table of the vocabulary.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, Vec<String>>,
    /// Business activities by name: of each its milestones and data, `Received, Done; Customer=Ana`, with `(open)`
    /// at the end of one that has not ended.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub activities: BTreeMap<String, Vec<String>>,
    /// Number of journal events by name, or by name, a blank, and what the event says: `shape.started * wait`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, usize>,
    /// Ports at which the live instances of an orchestration have subscriptions, sorted; the orchestration may
    /// have `*` in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subscriptions: BTreeMap<String, Vec<String>>,
    /// Names of shapes that the instances of an orchestration started, in order of time; other shapes than those
    /// listed are passed over.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visited: BTreeMap<String, Vec<String>>,
    /// Places, sources, partners, tables and orchestrations whose lists are compared without their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unordered: Vec<String>,
}
