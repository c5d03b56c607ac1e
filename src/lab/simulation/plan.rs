//! What arrives in a simulation, how often, and what partners make of it.

use crate::biztalk;
use crate::diagnostic::Diagnostic;
use crate::engine::{EventKind, InstanceChange};
use crate::host::address::normalize;
use crate::lab::VirtualRun;
use crate::message::{DateTime, Name};
use crate::model::{Application, Arrivals, DrawnTime, Load, PartnerBehavior};
use crate::program::{Program, receive_locations};
use crate::xml::{Optional, SchemaSet, Wishes};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most messages of a replication, and most replications that are asked for.
const MOST_MESSAGES: u64 = 1_000_000;
const MOST_REPLICATIONS: u32 = 10_000;
/// Messages made of schemas, and receive locations, that are tried for one that starts an orchestration.
const TRIES: usize = 40;

/// How long the answers of partners take that have one time set and no distribution of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Answers {
    /// The time that is set, each time.
    AsSet,
    /// About that time: normal, with a quarter of it as deviation.
    Near,
    /// Exponential with that mean: mostly short, now and then long.
    #[default]
    Random,
}

/// An application under load, and how it is measured. Together with the program it decides every number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// Receive location at which messages arrive.
    pub location: String,
    /// Texts of messages. In them `{n}` is the number of the arrival, `{round}` that of the pass through the list,
    /// `{guid}` a fresh GUID and `{key}` a value to correlate by.
    pub messages: Vec<String>,
    /// One after the other, in place of one drawn each time.
    pub in_turn: bool,
    pub arrivals: Arrivals,
    /// Messages in each replication.
    pub count: u64,
    /// Independent runs, each from an empty system, with the seeds `seed`, `seed + 1`, …
    pub replications: u32,
    pub seed: u64,
    /// Cases that begin before so many messages have arrived are not counted.
    pub warm_up: u64,
    pub answers: Answers,
    /// Replications are added until the interval of the mean is at most so many percent of it to each side.
    pub precision: Option<u32>,
}

/// Something that can arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// A partner that submits, or the path of a saved message.
    pub name: String,
    /// Where it arrives when that is known.
    pub location: Option<String>,
    pub messages: Vec<String>,
    pub in_turn: bool,
    pub arrivals: Arrivals,
}

/// What an application has that can arrive: messages of partners that submit, first; then saved messages, one by one.
pub fn sources(application: &Application) -> Vec<Source> {
    let locations = receive_locations(application);
    let at = |address: &String| {
        let address = normalize(address);
        let reads = locations.iter().find(|location| normalize(&location.address) == address);
        reads.filter(|location| location.enabled).map(|location| location.name.clone())
    };
    let text = |name: &String| application.messages.get(name).unwrap_or(name).clone();
    let mut found = Vec::new();
    for partner in &application.partners {
        let (to, messages, in_turn, arrivals) = match &partner.behavior {
            PartnerBehavior::Submit { to, messages, every_ms, .. } => {
                (to, messages, true, Arrivals::Every(DrawnTime::Exponential((*every_ms).max(1))))
            }
            PartnerBehavior::Load(load) => (&load.to, &load.messages, false, load.arrivals.clone()),
            _ => continue,
        };
        let Some(location) = at(to).filter(|_| !messages.is_empty()) else { continue };
        found.push(Source {
            name: partner.name.clone(),
            location: Some(location),
            messages: messages.iter().map(text).collect(),
            in_turn,
            arrivals,
        });
    }
    found.extend(application.messages.iter().map(|(path, text)| Source {
        name: path.clone(),
        location: None,
        messages: vec![text.clone()],
        in_turn: false,
        arrivals: Arrivals::Every(DrawnTime::Exponential(1000)),
    }));
    found
}

/// A message of a type with `{key}` in every field that is correlated by, so that each copy has values of its own.
///
/// # Errors
/// Why the schema gives none.
pub fn keyed_text(application: &Application, schemas: &SchemaSet, kind: &str) -> Result<String, String> {
    let values = correlated(application, schemas, kind).into_iter();
    let values = values.map(|name| (name, "{key}".to_owned())).collect();
    let wishes = Wishes { optional: Optional::Some, values, ..Wishes::default() };
    Ok(schemas.generate(kind, &wishes).map_err(|why| why.to_string())?.text)
}

/// Properties of correlation types that a message type promotes: what its messages are correlated by.
pub fn correlated(application: &Application, schemas: &SchemaSet, kind: &str) -> Vec<String> {
    let modules = application.modules.values();
    let correlated: BTreeSet<&str> = modules
        .flat_map(|module| &module.correlation_types)
        .flat_map(|kind| kind.properties.iter().map(String::as_str))
        .collect();
    let root = schemas.root(kind);
    let promoted = root.iter().flat_map(|root| root.promoted.iter().map(|field| field.property));
    promoted.filter(|name| correlated.contains(name.as_str())).map(|name| name.to_string()).collect()
}

impl Simulation {
    /// What suggests itself: the first partner that submits; else the first saved message, or one made of a schema, that
    /// starts an orchestration somewhere. A thousand messages in ten replications.
    ///
    /// # Errors
    /// `L15` when nothing can arrive.
    pub fn of(program: &Arc<Program>) -> Result<Self, Diagnostic> {
        let application = &program.application;
        let all = sources(application);
        let first = all.iter().find(|source| source.location.is_some()).cloned();
        let source = first.or_else(|| {
            let made = |name: String, location: Option<String>, text: String| Source {
                name,
                location,
                messages: vec![text],
                in_turn: false,
                arrivals: Arrivals::Every(DrawnTime::Exponential(1000)),
            };
            let schemas = &program.schemas;
            let keyed = schemas.roots().filter_map(|root| {
                let text = keyed_text(application, schemas, &root.message_type).ok()?;
                Some(made(root.root.to_string(), None, text))
            });
            // What an adapter would have to promote cannot be told to a location.
            let starting = application.modules.keys().filter_map(|key| {
                let sample = biztalk::sample(application, schemas, key).ok()?;
                sample.properties.is_empty().then(|| made(key.clone(), Some(sample.location), sample.body))
            });
            let saved = all.into_iter();
            saved.chain(keyed.take(TRIES)).chain(starting).find_map(|source| {
                let text = source.messages.first()?;
                let location = location_starting(program, text, source.location.as_deref())?;
                Some(Source { location: Some(location), ..source })
            })
        });
        let Some(source) = source else {
            let message = "no message of this application starts an orchestration";
            let help =
                "Bind a receive port and save a message below messages/, or give it a partner that submits.";
            return Err(Diagnostic::error("L15", message, help));
        };
        Ok(Self::from_source(&source, application))
    }

    /// The usual numbers with what arrives.
    pub fn from_source(source: &Source, application: &Application) -> Self {
        let drawn =
            |behavior: &PartnerBehavior| matches!(behavior, PartnerBehavior::Rules(r) if r.takes.is_some());
        let drawn = application.partners.iter().any(|partner| drawn(&partner.behavior));
        Self {
            location: source.location.clone().unwrap_or_default(),
            messages: source.messages.clone(),
            in_turn: source.in_turn,
            arrivals: source.arrivals.clone(),
            count: 100,
            replications: 10,
            seed: 1,
            warm_up: 0,
            answers: if drawn { Answers::AsSet } else { Answers::Random },
            precision: None,
        }
    }

    /// Seed of the replication with this number from 0. 0 is no seed of a simulation: it would draw no order of what can
    /// happen.
    pub fn seed_of(&self, replication: u32) -> u64 {
        self.seed.max(1).saturating_add(u64::from(replication))
    }

    /// All messages are the same: whatever is correlated collides.
    pub fn repeats(&self) -> bool {
        let own =
            |text: &String| ["{n}", "{round}", "{guid}", "{key}"].iter().any(|part| text.contains(part));
        self.messages.len() == 1 && !self.messages.iter().any(own)
    }

    pub(super) fn load(&self) -> Load {
        Load {
            to: String::new(),
            messages: Vec::new(),
            arrivals: self.arrivals.clone(),
            count: self.count,
            colliding_percent: 0,
            near_percent: 0,
        }
    }

    pub(super) fn check(&self, program: &Program) -> Result<(), Diagnostic> {
        let wrong = |message: String, help: &str| Err(Diagnostic::error("L15", message, help));
        if program.location(Name::new(&self.location)).is_none() {
            let message = format!("there is no receive location `{}`", self.location);
            return wrong(message, "Choose one of the application's receive locations.");
        }
        if self.messages.is_empty() || self.count == 0 {
            return wrong("no message arrives".to_owned(), "Choose a message, and how many arrive.");
        }
        if self.count > MOST_MESSAGES || self.replications > MOST_REPLICATIONS {
            let message = format!(
                "{} messages in {} replications are too many: {MOST_MESSAGES} in {MOST_REPLICATIONS} are the most",
                self.count, self.replications
            );
            return wrong(
                message,
                "Add replications rather than messages: they narrow the intervals faster.",
            );
        }
        if self.warm_up >= self.count {
            let message = format!("of {} messages the first {} are not counted", self.count, self.warm_up);
            return wrong(message, "Make the warm-up shorter than the replication.");
        }
        Ok(())
    }
}

/// The receive location, this one if one is given, at which a message makes an instance of an orchestration.
fn location_starting(program: &Arc<Program>, text: &str, only: Option<&str>) -> Option<String> {
    let enabled = receive_locations(&program.application).into_iter().filter(|location| location.enabled);
    let names = enabled.map(|location| location.name).filter(|name| only.is_none_or(|only| only == name));
    let mut names = names.take(TRIES);
    names.find(|location| {
        let mut run = VirtualRun::with_program(Arc::clone(program), 0, DateTime::default());
        run.submit(location, text.as_bytes());
        run.run().events().iter().any(|event| match &event.kind {
            EventKind::Instance { service, change: InstanceChange::Created, .. } => {
                program.service_by_name(*service).is_some()
            }
            _ => false,
        })
    })
}
