//! Every order in which things can happen: the messages of a run arrive in any order and at any point, whoever can run
//! goes first, and partners, timers and turns overtake each other. What goes wrong in some order is found with the fewest
//! things out of turn, and can be played.
//!
//! ```text
//! Search::of_run(run)           the run up to its first message, and what came then
//!   .all(&Bounds, tell)         → Verdict: how far it looked, and the Findings
//!   .way(&finding)              → the Recipe of the run in which it happens
//! ```
//!
//! States are visited by how many things happened out of turn on the way to them, so a verdict says how far it holds. In
//! turn is: who is first in line runs; when nobody can, the next message comes, or time passes.

mod causes;
mod state;
mod visit;
mod words;

use super::{Act, Recipe, VirtualRun};
use crate::diagnostic::{Diagnostic, Place};
use crate::engine::{InputKind, Operation};
use crate::message::{DateTime, Name, TimeSpan};
use crate::model::Application;
use crate::model::files::scenario_path;
use state::State;
use std::collections::BTreeSet;

/// Most things that may come from outside.
const ARRIVALS: usize = 63;

/// How far to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Most states to visit.
    pub states: usize,
    /// Messages come in the order they came; only what lies between them changes.
    pub in_order: bool,
    /// Virtual time to look at after the end of the run.
    pub beyond: TimeSpan,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { states: 20_000, in_order: false, beyond: TimeSpan::from_seconds(60) }
    }
}

/// What can go wrong, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It does not come to rest at one moment.
    Endless,
    /// An instance ends with messages it did not take (ZMB-1).
    Zombie,
    Suspended,
    /// Nobody subscribes to a message.
    RoutingFailure,
    Terminated,
    /// An instance waits, and nothing that could come is left.
    WaitsForEver,
}

/// Something that goes wrong in one order at least.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub kind: Kind,
    /// Orchestration, port or message type.
    pub subject: Name,
    /// Id of the shape it waits at; empty when it is about none.
    pub at: Name,
    /// The engine's reason, where there is one.
    pub reason: String,
    /// Things out of turn on the way there.
    pub turned: u32,
    /// Steps since the first message could come.
    pub steps: u32,
    /// It also happens in the run that was searched.
    pub usual: bool,
    /// `seq` of the event.
    pub seq: u64,
    way: Vec<Act>,
}

type Key = (Kind, Name, Name);

impl Finding {
    /// Findings with equal keys are one: the shortest way there is told.
    fn key(&self) -> Key {
        (self.kind, self.subject, self.at)
    }
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// States visited, each once.
    pub states: usize,
    /// Different ends.
    pub ends: usize,
    /// Messages that came from outside, and what operators did.
    pub messages: usize,
    pub operated: usize,
    /// The bounds it was made with.
    pub bounds: Bounds,
    /// Something would have gone on after the time that was looked at.
    pub cut: bool,
    /// Every state was visited.
    pub all: bool,
    /// Otherwise: everything with fewer things out of turn than this was visited.
    pub turned: u32,
    /// New ones before those of the run itself, worst first.
    pub findings: Vec<Finding>,
}

/// What a search starts from.
#[derive(Debug)]
pub struct Search {
    /// The run before its first message.
    root: Recipe,
    /// What came from outside then, in order.
    arrivals: Vec<Act>,
    /// Those that are messages, a bit each: they overtake everything. What operators do stays in its order.
    messages: u64,
    /// All that was done then.
    rest: Vec<Act>,
    end: DateTime,
}

impl Search {
    /// Of a scenario: what comes from outside in it, in all orders.
    ///
    /// # Errors
    /// Those of [`super::scenario::Prepared::new`]; as [`Search::of_run`].
    pub fn of_scenario(application: &Application, stem: &str) -> Result<Self, Vec<Diagnostic>> {
        let prepared = super::scenario::Prepared::new(application, stem)?;
        let played = prepared.play(&super::scenario::Options::default());
        let place = || Place { file: scenario_path(stem), ..Place::default() };
        Self::of_run(&played.run).map_err(|error| vec![error.at(place())])
    }

    /// Of what came from outside in a run.
    ///
    /// # Errors
    /// `L14` when no message came from outside or too many did, when an operator acted on one instance, and for a fork:
    /// what was changed of it belongs to its order.
    pub fn of_run(run: &VirtualRun) -> Result<Self, Diagnostic> {
        let wrong = |message: String, help: &str| Err(Diagnostic::error("L14", message, help));
        if run.changes().next().is_some() {
            let help = "Search the run it was forked from, or keep it as a scenario";
            return wrong("a fork has no other orders: its change belongs to this one".to_owned(), help);
        }
        let Some(first) = run.acts().iter().position(is_message) else {
            let help = "Choose a scenario that submits messages, or send some";
            return wrong("no message comes from outside, so there are no orders to search".to_owned(), help);
        };
        let (root, rest) = run.acts().split_at(first);
        let arrivals: Vec<Act> = rest.iter().filter(|act| act.is_external()).cloned().collect();
        if arrivals.len() > ARRIVALS {
            let message = format!("{} things come from outside, and {ARRIVALS} are the most", arrivals.len());
            return wrong(message, "Choose a scenario with fewer messages: four have many orders already");
        }
        if arrivals.iter().any(names_instance) {
            let help = "Choose a scenario in which operators act on orchestrations and ports only";
            return wrong(
                "an operator acts on one instance, which is another one in another order".into(),
                help,
            );
        }
        let messages = arrivals.iter().enumerate().filter(|(_, act)| is_message(act));
        Ok(Self {
            root: Recipe { acts: root.to_vec(), ..Recipe::of(run) },
            messages: messages.fold(0, |all, (place, _)| all | 1 << place),
            arrivals,
            rest: rest.to_vec(),
            end: run.now(),
        })
    }

    /// What goes wrong in the run itself, as far as is looked at.
    fn usual(&self, until: DateTime) -> BTreeSet<Key> {
        let mut state = self.begin();
        let mut usual: BTreeSet<Key> = BTreeSet::new();
        for act in &self.rest {
            usual.extend(state.act(act.clone()).iter().map(Finding::key));
        }
        usual.extend(state.go_on(self, until).iter().map(Finding::key));
        usual
    }

    /// What came from outside, by its place.
    fn arrival(&self, place: u32) -> Option<&Act> {
        self.arrivals.get(usize::try_from(place).ok()?)
    }

    fn begin(&self) -> State {
        State::new(self.root.play(), (1 << self.arrivals.len()) - 1)
    }

    /// The run in which it happens, up to where it does.
    pub fn way(&self, finding: &Finding) -> Recipe {
        self.root.then(&finding.way)
    }

    /// Visits states until none is left, or as many as the bounds say. `tell` hears now and then how many there were, and
    /// ends the search with false.
    pub fn all(&self, bounds: &Bounds, tell: &mut dyn FnMut(usize) -> bool) -> Verdict {
        visit::all(self, bounds, tell)
    }
}

/// Instances are known by their numbers, which they get in order.
fn names_instance(act: &Act) -> bool {
    let Act::Input(kind) = act else { return false };
    let InputKind::Operate(operation) = &**kind else { return false };
    match operation {
        Operation::SuspendInstance(_)
        | Operation::ResumeInstance(_)
        | Operation::TerminateInstance(_)
        | Operation::ContinueInstance(_)
        | Operation::ResumeInDebug(_)
        | Operation::SetVariable { .. }
        | Operation::EditMessage { .. } => true,
        Operation::SetBreakpoint { breakpoint, .. } | Operation::SetCondition { breakpoint, .. } => {
            breakpoint.instance.is_some()
        }
        _ => false,
    }
}

fn is_message(act: &Act) -> bool {
    let Act::Input(kind) = act else { return false };
    matches!(**kind, InputKind::Received { .. } | InputKind::Publish { .. })
}

#[cfg(test)]
mod tests;
