use super::case::{Case, FAR, start};
use super::fix::{Draft, Fix};
use super::gone::gone;
use super::mend::{self, FilterOf};
use super::words;
use crate::engine::message_box::Verdict;
use crate::engine::{Engine, Fate, Publisher, Routing, Row, Subscriber};
use crate::journal::Run;
use crate::message::{BTS, Message, Name, Value};
use crate::program::Group;
use std::sync::Arc;

/// Subscriptions that are judged for fixes; those further away were not meant.
const NEAREST: usize = 6;

/// Why a message went to whom it went, and not to others.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub message: Arc<Message>,
    pub publisher: Publisher,
    /// What became of it.
    pub sentence: String,
    /// Every subscription there was when it was published, oldest first.
    pub proofs: Vec<Proof>,
    /// Who nearly got it, nearest first: subscriptions that were there, and that would have been.
    pub misses: Vec<Miss>,
}

/// One subscription with its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    pub row: Row,
    pub sentence: String,
}

/// Somebody who did not get the message, or could do nothing with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Miss {
    pub owner: Subscriber,
    /// Orchestration, send port or group.
    pub service: Name,
    /// Its receive shape.
    pub shape: Option<Name>,
    pub sentence: String,
    /// The group of predicates that came nearest.
    pub predicates: Vec<Verdict>,
    /// 0 and up; the nearest is the least.
    pub distance: u32,
    /// The smallest first.
    pub fixes: Vec<Fix>,
}

impl Miss {
    /// It had waited for the message, and did no longer when that came.
    pub fn is_gone(&self) -> bool {
        let holds = self.predicates.iter().all(|verdict| verdict.holds);
        holds && !self.predicates.is_empty() && matches!(self.owner, Subscriber::Instance { .. })
    }
}

impl Delivery {
    /// Everything that would have brought the message somewhere else, the most likely first.
    pub fn fixes(&self) -> impl Iterator<Item = &Fix> {
        let first = self.misses.iter().filter_map(|miss| miss.fixes.first());
        first.chain(self.misses.iter().flat_map(|miss| miss.fixes.iter().skip(1)))
    }

    /// Subscriptions that got it.
    pub fn delivered(&self) -> impl Iterator<Item = &Row> {
        self.proofs.iter().map(|proof| &proof.row).filter(|row| row.fate == Fate::Delivered)
    }
}

/// Explains the publication that is the event `seq` of a run; `None` when that is no publication, or not kept.
pub fn delivery(run: &Run, seq: u64) -> Option<Delivery> {
    let retraced = run.retrace(seq, None)?;
    let event = retraced.events.iter().find(|event| event.seq == seq)?;
    let id = crate::journal::message_of(&event.kind)?;
    let routing = retraced.trace.routings.iter().find(|routing| routing.message.id == id)?;
    let mut explained = explain(&retraced.after, routing);
    if explained.delivered().next().is_none() {
        explained.misses.splice(..0, gone(run, seq, &routing.message));
    }
    Some(explained)
}

/// What would become of a message if it were published now.
pub fn preview(engine: &Engine, message: &Arc<Message>, publisher: Publisher) -> Delivery {
    let rows = engine.subscriptions().into_iter().filter_map(|subscription| {
        let groups = engine.explain(subscription.id, &message.context)?;
        let holds = groups.iter().any(|group| group.iter().all(|verdict| verdict.holds));
        let fate = if holds { Fate::Delivered } else { Fate::Missed };
        Some(Row { subscription, groups, fate })
    });
    let routing =
        Routing { message: Arc::clone(message), publisher, expects_reply: false, rows: rows.collect() };
    explain(engine, &routing)
}

/// Explains a routing that a driver has traced; `engine` is the state after the step.
pub fn explain(engine: &Engine, routing: &Routing) -> Delivery {
    let mut misses: Vec<Miss> = routing.rows.iter().filter_map(|row| missed(engine, routing, row)).collect();
    for possible in engine.possible_subscriptions() {
        let case = Case {
            engine,
            message: &routing.message,
            publisher: routing.publisher,
            owner: possible.owner,
            service: possible.service,
            shape: possible.shape,
            groups: &possible.groups,
            missing: Some(&possible.missing),
        };
        misses.extend(miss(&case));
    }
    misses.extend(silent(engine, routing));
    misses.sort_by_key(|miss| miss.distance);
    for miss in misses.iter_mut().skip(NEAREST) {
        miss.fixes.clear();
    }
    Delivery {
        message: Arc::clone(&routing.message),
        publisher: routing.publisher,
        sentence: outcome(routing),
        proofs: routing
            .rows
            .iter()
            .map(|row| Proof { row: row.clone(), sentence: verdict(routing, row) })
            .collect(),
        misses,
    }
}

fn case<'a>(engine: &'a Engine, routing: &'a Routing, row: &'a Row, groups: &'a [Group]) -> Case<'a> {
    Case {
        engine,
        message: &routing.message,
        publisher: routing.publisher,
        owner: row.subscription.owner,
        service: row.subscription.service,
        shape: row.subscription.shape,
        groups,
        missing: None,
    }
}

fn missed(engine: &Engine, routing: &Routing, row: &Row) -> Option<Miss> {
    match row.fate {
        Fate::Missed => miss(&case(engine, routing, row, &row.subscription.groups)),
        Fate::Delivered if !row.subscription.enabled => {
            let owner = row.subscription.owner;
            let mut draft = Draft::new(&engine.program().application);
            let fix = start(&mut draft, owner).and_then(|()| draft.finish());
            let who = words::subscriber(owner, row.subscription.service);
            Some(Miss {
                owner,
                service: row.subscription.service,
                shape: row.subscription.shape,
                sentence: format!("It waits, suspended, for {who}, which is stopped."),
                predicates: row
                    .groups
                    .iter()
                    .find(|g| g.iter().all(|v| v.holds))
                    .cloned()
                    .unwrap_or_default(),
                distance: 0,
                fixes: fix.into_iter().collect(),
            })
        }
        _ => None,
    }
}

fn miss(case: &Case<'_>) -> Option<Miss> {
    let gap = case.gap().filter(|gap| gap.distance < FAR)?;
    Some(Miss {
        owner: case.owner,
        service: case.service,
        shape: case.shape,
        sentence: case.sentence(&gap),
        distance: gap.distance,
        fixes: case.fixes(&gap),
        predicates: gap.predicates,
    })
}

/// Send ports and groups without a filter, which take only what is sent to them by name.
fn silent(engine: &Engine, routing: &Routing) -> Vec<Miss> {
    let Publisher::ReceivePort(port) = routing.publisher else { return Vec::new() };
    let application = &engine.program().application;
    let bound = |name: &str| {
        let ports = application.bindings.services.iter().flat_map(|service| service.ports.values());
        ports.into_iter().any(|bound| {
            matches!(bound, crate::model::PortBinding::SendPort(n) | crate::model::PortBinding::SendPortGroup(n) if n == name)
        })
    };
    let ports = application
        .bindings
        .send_ports
        .iter()
        .filter(|p| p.filter.is_empty() && !p.dynamic && !bound(&p.name));
    let ports =
        ports.map(|p| (FilterOf::SendPort(Name::new(&p.name)), Subscriber::SendPort(Name::new(&p.name))));
    let found = ports.filter_map(|(of, owner)| {
        let mut draft = Draft::new(application);
        mend::first_row(&mut draft, of, BTS.receive_port_name, &Value::string(port.as_str()))?;
        let Subscriber::SendPort(name) = owner else { return None };
        if application.bindings.send_port(name.as_str())?.state != crate::model::PortState::Started {
            start(&mut draft, owner)?;
        }
        Some(Miss {
            owner,
            service: name,
            shape: None,
            sentence: format!(
                "It did not go to send port {name}: that has no filter, and nobody sends to it by name."
            ),
            predicates: Vec::new(),
            distance: 10,
            fixes: draft.finish().into_iter().collect(),
        })
    });
    found.collect()
}

/// What became of the message as a whole.
fn outcome(routing: &Routing) -> String {
    let subject = format!("{}, {},", words::message(&routing.message), words::publisher(routing.publisher));
    let to: Vec<String> = routing
        .rows
        .iter()
        .filter(|row| row.fate == Fate::Delivered)
        .map(|row| words::subscriber(row.subscription.owner, row.subscription.service))
        .collect();
    let withheld = routing.rows.iter().filter(|row| row.fate == Fate::Withheld).count();
    if withheld > 1 && routing.expects_reply {
        return format!(
            "{subject} is a request that {withheld} subscriptions match; exactly one may, so nobody got it."
        );
    }
    if withheld > 0 {
        return format!("{subject} went to nobody: what was published together with it failed.");
    }
    if to.is_empty() {
        return format!("{subject} matched no subscription.");
    }
    format!("{subject} went to {}.", words::joined(&to))
}

/// The verdict over one subscription.
fn verdict(routing: &Routing, row: &Row) -> String {
    let who = words::subscriber(row.subscription.owner, row.subscription.service);
    match row.fate {
        Fate::Missed => {
            let nearest = row.groups.iter().min_by_key(|group| group.iter().filter(|v| !v.holds).count());
            let failed: Vec<String> = nearest
                .into_iter()
                .flatten()
                .filter(|verdict| !verdict.holds)
                .map(|verdict| words::failed(verdict, &routing.message.context))
                .collect();
            format!("It did not go to {who}: {}.", words::joined(&failed))
        }
        Fate::Delivered => {
            let held = row.groups.iter().find(|group| group.iter().all(|verdict| verdict.holds));
            let held = words::held(held.map(Vec::as_slice).unwrap_or_default());
            let stopped =
                if row.subscription.enabled { "" } else { ", which is stopped and keeps it suspended" };
            format!("It went to {who}{stopped}: {held}.")
        }
        Fate::HeldBack => format!("It started no {who}: it belongs to a convoy that runs already."),
        Fate::Withheld => {
            format!("It matches {who}, but nobody got it, as the publication failed as a whole.")
        }
    }
}
