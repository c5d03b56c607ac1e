//! An inventory of an application for whoever has to decide about it: what is there, what runs, what stands in the way.

mod page;
mod survey;
#[cfg(test)]
mod tests;
mod words;

pub use page::page;
pub use survey::{Alone, OpenAlone, survey};

use serde::Serialize;

/// Everything the report says; serialised it is the JSON form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub name: String,
    pub summary: Summary,
    /// What takes work, the largest first.
    pub effort: Vec<Driver>,
    pub orchestrations: Vec<Surveyed>,
    pub message_types: Vec<MessageType>,
    pub maps: Vec<SurveyedMap>,
    pub code: Vec<CustomClass>,
    pub endpoints: Vec<Endpoint>,
    pub pipelines: Vec<SurveyedPipeline>,
    /// Names that nothing declares, each with where it is used.
    pub unresolved: Vec<String>,
    /// Findings by rule, the most frequent first.
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub orchestrations: usize,
    pub runs_as_is: usize,
    pub runs_with_stubs: usize,
    pub cannot_run: usize,
    pub shapes: usize,
    pub message_types: usize,
    pub maps: usize,
    pub receive_ports: usize,
    pub send_ports: usize,
    pub pipelines: usize,
    pub custom_classes: usize,
    pub unresolved_names: usize,
}

/// One thing that takes work before everything runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Driver {
    pub what: String,
    pub count: usize,
    pub next_step: String,
}

/// Whether an orchestration runs here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", content = "because", rename_all = "snake_case")]
pub enum Verdict {
    #[default]
    RunsAsIs,
    /// With stand-ins for what is listed, or in mock mode.
    RunsWithStubs(Vec<String>),
    CannotRun(Vec<String>),
}

/// One orchestration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Surveyed {
    /// Full name.
    pub name: String,
    /// File it comes from.
    pub source: String,
    pub verdict: Verdict,
    /// Shapes by kind, the most frequent first.
    pub shapes: Vec<(String, usize)>,
    pub shape_count: usize,
    /// Deepest nesting.
    pub depth: usize,
    /// Ways through it: one, and one more for each further branch, loop and catch block.
    pub paths: usize,
    pub size: Size,
    /// What starts it: `port.operation`, or `call`.
    pub started_by: Vec<String>,
    pub ports: Vec<SurveyedPort>,
    /// Correlation sets with their types.
    pub correlation: Vec<String>,
    /// Sequential and parallel convoys, a sentence each.
    pub convoys: Vec<String>,
    /// Transactions, compensation and exception handling, a sentence each.
    pub transactions: Vec<String>,
    pub messages: Vec<String>,
    pub maps: Vec<String>,
    pub calls: Vec<String>,
    /// Errors and warnings: code and message.
    pub problems: Vec<(String, String)>,
    /// The diagram.
    #[serde(skip)]
    pub svg: String,
}

/// How much there is to understand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    #[default]
    Small,
    Medium,
    Large,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SurveyedPort {
    pub name: String,
    pub direction: String,
    pub port_type: String,
    /// How it is bound, and to what.
    pub binding: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MessageType {
    pub message_type: String,
    pub schema: String,
    pub promoted: usize,
    pub distinguished: usize,
    pub envelope: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SurveyedMap {
    pub name: String,
    pub sources: Vec<String>,
    pub targets: Vec<String>,
    pub links: usize,
    pub functoids: usize,
    /// Functions that need a stand-in, as `class.function`.
    pub code: Vec<String>,
    /// It brings a stylesheet, or inline XSLT.
    pub xslt: bool,
    /// Why it does not run on a message made from its source schema; empty when it does.
    pub fails: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CustomClass {
    pub class: String,
    pub finding: String,
    pub used_by: Vec<String>,
    /// A script to begin with.
    pub skeleton: String,
}

/// A receive location or a transport of a send port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    pub port: String,
    pub direction: String,
    pub adapter: String,
    pub address: String,
    pub pipeline: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SurveyedPipeline {
    pub name: String,
    pub direction: String,
    pub components: Vec<String>,
    /// Those that are not built in.
    pub foreign: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub code: String,
    pub severity: String,
    pub count: usize,
    pub means: String,
    pub mend: String,
}
