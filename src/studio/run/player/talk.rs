//! What the studio asks of the run, and what it is told.

use super::super::desk::{Ask, Bulk, Found};
use super::super::tracker::{Summary, Watched};
use super::{Asked, Brought, Comparison, EventStop, Explanation, HANDED, RECALLED, RunInfo, ShapeStop};
use crate::diagnostic::Diagnostic;
use crate::engine::{Breakpoint, Event, InstanceId, Operation};
use crate::filter::Filter;
use crate::host::partners::PartnerState;
use crate::journal::Stride;
use crate::journal::export::Format;
use crate::lab::scenario::Kept;
use crate::lab::{Fault, Recipe};
use crate::message::{DateTime, MessageId, Name, TimeSpan};
use crate::model::{Application, PartnerControl};
use crate::program::Program;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A run that a search or a simulation found.
#[derive(Clone, Debug)]
pub struct FoundRun {
    pub name: String,
    pub recipe: Recipe,
    /// `seq` of the event to stand at.
    pub seq: u64,
    /// What is said of it.
    pub words: String,
}

/// What the studio asks of the run.
#[derive(Clone, Debug)]
pub enum Command {
    /// Compiles the application and starts it from the beginning.
    Load(Arc<Application>),
    /// The application was changed: it starts from the beginning, and its earlier runs stay.
    Reload(Arc<Application>),
    /// The application was changed: it meets what came from outside in the run shown, up to the same time. Shows what
    /// then became of what was looked at.
    Again(Arc<Application>),
    /// Starts the loaded application from the beginning.
    Restart,
    Play,
    Pause,
    Speed(f64),
    /// Pauses and takes one turn, or lets time pass to the next one.
    Turn,
    /// Pauses and runs everything of the next moment at which something happens.
    Moment,
    /// Bytes arrive at a receive location.
    Send {
        location: String,
        body: Arc<[u8]>,
        file: Option<String>,
    },
    Operate(Operation),
    /// Several operations, one after the other.
    OperateAll(Vec<Operation>),
    /// What the open list shows from now on.
    List(Box<Ask>),
    /// Pauses, plays a scenario, and shows the run as it ended: at what failed.
    PlayScenario {
        application: Arc<Application>,
        stem: String,
        seed: u64,
    },
    /// Pauses, plays a run that somebody has found, and shows it at an event.
    PlayFound(Arc<FoundRun>),
    /// Pauses and makes a scenario of this name of the run.
    Keep(String, Option<Arc<Application>>),
    /// Pauses and finds out what an operation on many would do; `None` puts that away.
    Preview(Option<Bulk>),
    /// Starts or stops a simulated partner.
    Partner {
        name: String,
        running: bool,
    },
    /// Sets how a simulated partner answers, or answers in its place.
    Control {
        name: String,
        control: PartnerControl,
    },
    /// The instance to show in full.
    Watch(Option<InstanceId>),
    /// Pauses and shows everything as it was after an event.
    Seek(u64),
    /// Pauses and goes from the moment shown to the next of a kind, or back to the one before.
    Stride {
        to: Stride,
        forward: bool,
    },
    /// Shows the present again.
    Now,
    /// Says in plain sentences what happens.
    Narrate(bool),
    /// Explains what is shown, whenever the clock stands.
    Explain(bool),
    /// What to explain besides: a shape, or where a value came from.
    Ask(Asked),
    /// Goes to where a message was published.
    About(MessageId),
    /// Goes to where a variable of the watched instance got the value it has at the moment shown.
    LastChange(Name),
    /// A person acts on an instance: at the moment shown, which is a fork when it is an earlier one.
    Intervene(Operation),
    /// Sets the breakpoint before a shape of an orchestration, or takes it away.
    ToggleBreakpoint {
        orchestration: Name,
        shape: Name,
    },
    /// When a breakpoint before a shape stops: where the filter holds, from so many times on.
    SetCondition {
        breakpoint: Breakpoint,
        filter: String,
        hits: u32,
    },
    /// What stops the whole run when it happens.
    SetStops(Vec<EventStop>),
    /// Runs until an instance comes to a shape.
    RunTo {
        orchestration: Name,
        shape: Name,
    },
    /// Lets everything go on that a breakpoint holds.
    Continue,
    /// Another run that is the same up to an event, and in which something is otherwise. Without a fault it ends at the
    /// event, to be gone on with by hand.
    Fork {
        seq: u64,
        fault: Option<Fault>,
    },
    /// Shows another run of the tree.
    ShowRun(String),
    RenameRun {
        name: String,
        to: String,
    },
    DiscardRun(String),
    /// The run to show beside the one shown.
    Compare(Option<String>),
    /// Saves the run shown, with the moment shown, to a file.
    SaveRun(PathBuf),
    /// Writes what happened up to the moment shown, as far as a filter lets it through, to a file.
    Export {
        format: Format,
        filter: Filter,
        path: PathBuf,
    },
    /// Shows a saved run at the moment it was saved at.
    OpenRun(Arc<[u8]>),
    /// Films an instance of the orchestration of a module, or the first one there was, to a file.
    Film {
        module: String,
        instance: Option<InstanceId>,
        path: PathBuf,
        dark: bool,
    },
}

/// How the clock of the run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Clock {
    /// Virtual time since the start.
    pub elapsed: TimeSpan,
    pub playing: bool,
    pub speed: f64,
    /// Slower than asked for: the engine is at its limit.
    pub behind: bool,
}

/// What became of a command that a person waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A message went in; these came of it.
    Sent {
        published: usize,
        instances: Vec<InstanceId>,
    },
    Refused(Diagnostic),
    Done(String),
}

/// Everything that changed since the last update; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// Grows with each load and restart.
    pub run: u64,
    pub start: DateTime,
    pub clock: Clock,
    /// Set when nothing can run.
    pub broken: Arc<[Diagnostic]>,
    pub events: Vec<Event>,
    /// `events` do not go on where those before ended: older ones were left out, or are there again.
    pub anew: bool,
    /// Those alive before those that ended, newest first.
    pub instances: Arc<[Summary]>,
    /// Alive and ended, beyond what `instances` lists too.
    pub alive: usize,
    pub ended: u64,
    /// Number of instances that wait at a shape, by orchestration and shape id.
    pub waiting: Arc<BTreeMap<(Name, Name), u32>>,
    pub watched: Option<Arc<Watched>>,
    pub partners: Arc<[PartnerState]>,
    pub answers: Vec<Answer>,
    /// The event after which everything is shown; `None` is the present.
    pub past: Option<u64>,
    /// That event is inside a step.
    pub amid: bool,
    pub why: Option<Arc<Explanation>>,
    pub breakpoints: Arc<[ShapeStop]>,
    pub stops: Arc<[EventStop]>,
    /// What the open list shows.
    pub found: Arc<Found>,
    /// The run as a scenario, once after it was asked for.
    pub kept: Option<Arc<Kept>>,
    /// Instances that stand at a breakpoint.
    pub held: Vec<InstanceId>,
    /// The event that stopped the whole run, and which of `stops` did.
    pub halted: Option<(usize, u64)>,
    /// The instance that came to the shape one ran to.
    pub came: Option<InstanceId>,
    pub program: Option<Arc<Program>>,
    /// Every run, each after the one it was forked from.
    pub runs: Arc<[RunInfo]>,
    /// The one shown.
    pub shown: String,
    pub comparison: Option<Arc<Comparison>>,
    /// What a fork at the moment shown can change.
    pub brought: Option<Arc<Brought>>,
    /// The event of the moment, or the last one before it that can be told, as a sentence.
    pub told: Option<String>,
}

impl Update {
    /// Makes this the update since the one before `earlier`.
    pub fn after(mut self, earlier: Self) -> Self {
        let mut answers = earlier.answers;
        answers.append(&mut self.answers);
        self.answers = answers;
        self.came = self.came.or(earlier.came);
        if earlier.run != self.run {
            return self;
        }
        if !self.anew {
            let mut events = earlier.events;
            events.append(&mut self.events);
            let most = if self.clock.playing { HANDED } else { RECALLED };
            let over = events.len().saturating_sub(most);
            events.drain(..over);
            self.anew = earlier.anew || over > 0;
            self.events = events;
        }
        self
    }
}
