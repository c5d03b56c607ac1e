//! Who talks to whom, before anything runs: the rows that deployment and running instances make, what every
//! publisher's messages say for sure, and so which rows take them.
//!
//! There is no second semantics here. The rows of deployment are read from an engine that has deployed the
//! program; those of instances come from the functions that make them in a run, with the values left open; and
//! publications are stamped by the functions that stamp messages.

mod facts;
mod graph;
mod publications;
mod rows;
#[cfg(test)]
mod tests;
mod words;

pub use facts::Fit;
pub use graph::{Link, LinkKind, Node, NodeKind, Picture};
use rows::is_open;
pub use words::{group_words, predicate_words};

use super::{Engine, Output};
use crate::message::{Context, DateTime, Name};
use crate::model::{Application, FilterOperator};
use crate::program::{Group, Program, groups_text};
use std::sync::Arc;

/// Who publishes, or owns a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    ReceivePort(Name),
    /// By full name.
    Orchestration(Name),
    SendPort(Name),
    SendPortGroup(Name),
}

impl Endpoint {
    /// Name without namespace.
    pub fn short(self) -> &'static str {
        match self {
            Self::Orchestration(name) => name.as_str().rsplit('.').next().unwrap_or_default(),
            Self::ReceivePort(name) | Self::SendPort(name) | Self::SendPortGroup(name) => name.as_str(),
        }
    }
}

/// A shape of an orchestration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// Key of the module.
    pub module: String,
    /// Id of the Receive or Send.
    pub shape: Name,
    /// Logical port.
    pub port: Name,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKind {
    /// A match starts an instance.
    Activation,
    /// A match goes to an instance that exists: it follows a correlation set.
    Follow,
    /// What comes to the private address of an instance.
    SelfCorrelating,
    /// The answer to a request, or the acknowledgment of a message.
    Response,
    /// Of a send port or group.
    Port,
}

/// A row of the subscription table (SUB-1, SUB-7).
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub of: Endpoint,
    pub kind: RowKind,
    pub at: Option<At>,
    /// One of them must hold as a whole. Values that only an instance knows stand as `‹…›`.
    pub groups: Vec<Group>,
}

impl Row {
    /// The row as the message box shows it.
    pub fn text(&self) -> String {
        groups_text(&self.groups)
    }

    /// Whether one message may be taken by both rows: not when all their ways ask for different values of a property.
    pub fn meets(&self, other: &Row) -> bool {
        let fixed = |group: &Group| {
            let mut context = Context::default();
            for predicate in
                group.iter().filter(|p| p.operator == FilterOperator::Equals && !is_open(&p.value))
            {
                context.promote(predicate.property, predicate.value.clone());
            }
            context
        };
        let allows = |context: &Context, group: &Group| {
            group
                .iter()
                .all(|p| is_open(&p.value) || context.promoted(p.property).is_none() || p.holds(context))
        };
        let together = |one: &Group, two: &Group| allows(&fixed(one), two) && allows(&fixed(two), one);
        self.groups.iter().any(|one| other.groups.iter().any(|two| together(one, two)))
    }

    /// The row for people: what it takes, without BizTalk's property names where there is a plainer word.
    pub fn words(&self) -> String {
        let groups: Vec<String> = self.groups.iter().map(group_words).collect();
        groups.join(", or ")
    }
}

/// What is published at one place, and who gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    pub by: Endpoint,
    pub at: Option<At>,
    /// Operation of the port; empty for what comes in.
    pub operation: Name,
    /// Root name of the message, or what is sent.
    pub what: String,
    /// It waits for an answer: exactly one row may take it (PUB-3, PAD-6).
    pub expects_reply: bool,
    /// Failed messages of a port that routes them (RF-5).
    pub failures: bool,
    pub deliveries: Vec<Delivery>,
}

/// A row that takes a publication.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Place in [`Preview::rows`].
    pub row: usize,
    /// Never [`Fit::No`].
    pub fit: Fit,
    /// What has to hold for it, in words; empty when it always does.
    pub when: String,
}

/// An orchestration that calls or starts another: no row, no message (1.13).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Calling {
    pub from: Name,
    pub to: Name,
    /// False for Start Orchestration.
    pub waits: bool,
}

/// All rows, all publications.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    pub rows: Vec<Row>,
    pub publications: Vec<Publication>,
    pub calls: Vec<Calling>,
}

impl Preview {
    /// What `application` will do as far as it compiles.
    pub fn of(application: &Application) -> Self {
        Self::of_program(application, &Program::draft(application))
    }

    fn of_program(application: &Application, program: &Arc<Program>) -> Self {
        let mut engine = Engine::new(Arc::clone(program), 0, DateTime::default());
        engine.deploy(&mut Output::default());
        let rows = rows::all(program, &engine);
        let publications = publications::all(application, program, &rows);
        let mut calls = Vec::new();
        for service in &program.services {
            for call in &service.calls {
                let Some(to) = program.service(call.service) else { continue };
                let calling = Calling { from: service.name, to: to.name, waits: call.synchronous };
                if !calls.contains(&calling) {
                    calls.push(calling);
                }
            }
        }
        Self { rows, publications, calls }
    }

    /// The rows of a logical port of a module.
    pub fn rows_at<'a>(&'a self, module: &'a str, port: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.at.as_ref().is_some_and(|at| at.is(module, port)))
    }

    /// What is published through a logical port of a module.
    pub fn sent_at<'a>(&'a self, module: &'a str, port: &'a str) -> impl Iterator<Item = &'a Publication> {
        self.publications.iter().filter(move |p| p.at.as_ref().is_some_and(|at| at.is(module, port)))
    }

    /// The rows that belong to a send port, group, or orchestration.
    pub fn rows_of(&self, endpoint: Endpoint) -> impl Iterator<Item = (usize, &Row)> {
        self.rows.iter().enumerate().filter(move |(_, row)| row.of == endpoint)
    }

    /// The publications that a row takes.
    pub fn taken_by(&self, row: usize) -> impl Iterator<Item = (&Publication, &Delivery)> {
        self.publications
            .iter()
            .flat_map(move |p| p.deliveries.iter().filter(move |d| d.row == row).map(move |d| (p, d)))
    }
}

impl At {
    fn is(&self, module: &str, port: &str) -> bool {
        self.module == module && self.port.as_str() == port
    }
}
