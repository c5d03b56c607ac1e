//! The list of instances: which, in what order and groups, and what can be done to many of them.

use super::super::tracker::{Phase, Summary};
use super::{Ask, Moment};
use crate::engine::{Engine, InstanceId, InstanceView, Operation};
use crate::filter::{Datum, Field, Key, Subject};
use crate::journal::InstanceFacts;
use crate::message::{DateTime, TimeSpan};
use crate::program::Program;
use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What instances are put together by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    #[default]
    None,
    State,
    /// Error code, or the reason when there is none.
    Error,
    Orchestration,
    Correlation,
    Age,
}

/// A column by which they are put in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Those alive before those that have ended, newest first.
    #[default]
    Newest,
    Oldest,
    Service,
    State,
    Key,
    /// Longest as it is first.
    Since,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Group { value: String, count: usize, open: bool },
    Instance(InstanceId),
}

/// What is done to many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Suspend,
    Resume,
    Terminate,
}

impl Act {
    pub fn words(self) -> &'static str {
        match self {
            Self::Suspend => "Suspend",
            Self::Resume => "Resume",
            Self::Terminate => "Terminate",
        }
    }

    pub fn on(self, id: InstanceId) -> Operation {
        match self {
            Self::Suspend => Operation::SuspendInstance(id),
            Self::Resume => Operation::ResumeInstance(id),
            Self::Terminate => Operation::TerminateInstance(id),
        }
    }

    /// What takes it back, if anything does.
    pub fn undone_by(self) -> Option<Self> {
        match self {
            Self::Suspend => Some(Self::Resume),
            Self::Resume => Some(Self::Suspend),
            Self::Terminate => None,
        }
    }

    /// Why it cannot be done to an instance.
    fn refuses(self, phase: &Phase) -> Option<&'static str> {
        let suspended = matches!(phase, Phase::Suspended { .. } | Phase::Discarded);
        match (self, phase) {
            (_, phase) if phase.ended() => Some("has ended"),
            (Self::Suspend, _) if suspended => Some("is suspended already"),
            (Self::Resume, Phase::Suspended { resumable: false } | Phase::Discarded) => {
                Some("cannot be resumed; terminate it")
            }
            (Self::Resume, _) if !suspended => Some("is not suspended"),
            _ => None,
        }
    }
}

/// To which instances it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All that the filter lets through.
    Shown,
    /// Those of a group.
    Group(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    pub act: Act,
    pub scope: Scope,
}

/// Exactly what an operation on many would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub bulk: Bulk,
    /// To these it will be done.
    pub chosen: Vec<Summary>,
    /// To these it cannot be done, and why.
    pub refused: Vec<(Summary, &'static str)>,
}

impl Preview {
    pub fn of(bulk: &Bulk, ask: &Ask, moment: &Moment<'_>) -> Self {
        let (mut chosen, mut refused) = (Vec::new(), Vec::new());
        for summary in wanted(ask, moment) {
            let inside = match &bulk.scope {
                Scope::Shown => true,
                Scope::Group(value) => group(ask.grouping, summary, moment) == *value,
            };
            match bulk.act.refuses(&summary.phase) {
                _ if !inside => {}
                None => chosen.push(summary.clone()),
                Some(why) => refused.push((summary.clone(), why)),
            }
        }
        Self { bulk: bulk.clone(), chosen, refused }
    }

    pub fn operations(&self) -> Vec<Operation> {
        self.chosen.iter().map(|summary| self.bulk.act.on(summary.id)).collect()
    }
}

/// The rows of the list, and how many instances there are.
pub fn items(ask: &Ask, moment: &Moment<'_>) -> (Vec<Item>, usize) {
    let mut all: Vec<&Summary> = wanted(ask, moment).collect();
    match ask.sort {
        Sort::Newest => all.sort_by_key(|s| (s.phase.ended(), Reverse(s.id))),
        Sort::Oldest => all.sort_by_key(|s| s.id),
        Sort::Service => all.sort_by_key(|s| (s.service.as_str(), s.id)),
        Sort::State => all.sort_by_key(|s| (s.phase.words(), s.id)),
        Sort::Key => all.sort_by(|a, b| (a.key(), a.id).cmp(&(b.key(), b.id))),
        Sort::Since => all.sort_by_key(|s| (s.phase.ended(), s.since, s.id)),
    }
    let count = moment.tracker.all().count();
    if ask.grouping == Grouping::None {
        return (all.into_iter().map(|s| Item::Instance(s.id)).collect(), count);
    }
    let mut groups: BTreeMap<(usize, String), Vec<InstanceId>> = BTreeMap::new();
    for summary in all {
        let value = group(ask.grouping, summary, moment);
        let rank = AGES.iter().position(|(_, words)| *words == value).unwrap_or_default();
        groups.entry((rank, value)).or_default().push(summary.id);
    }
    let mut items = Vec::new();
    for ((_, value), ids) in groups {
        let open = ask.open.contains(&value);
        items.push(Item::Group { value, count: ids.len(), open });
        if open {
            items.extend(ids.into_iter().map(Item::Instance));
        }
    }
    (items, count)
}

/// Seconds from which on an instance counts as so old.
const AGES: [(i64, &str); 5] = [
    (0, "Under a minute"),
    (60, "1 to 10 minutes"),
    (600, "10 to 60 minutes"),
    (3_600, "1 to 24 hours"),
    (86_400, "Over a day"),
];

fn group(by: Grouping, summary: &Summary, moment: &Moment<'_>) -> String {
    let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    match by {
        Grouping::None => String::new(),
        Grouping::State => summary.phase.words().to_owned(),
        Grouping::Error => {
            let code = moment.engine.instance(summary.id).map(|view| view.error_code).unwrap_or_default();
            or(&code, &or(&summary.reason, "No error"))
        }
        Grouping::Orchestration => or(summary.service.as_str(), "Failed messages"),
        Grouping::Correlation => or(&summary.key, "No correlation"),
        Grouping::Age => {
            let seconds = moment.now.since(summary.created).0 / TimeSpan::TICKS_PER_SECOND;
            let words = AGES.iter().rev().find(|(from, _)| seconds >= *from).map_or("", |(_, words)| words);
            words.to_owned()
        }
    }
}

fn wanted<'a>(ask: &'a Ask, moment: &'a Moment<'_>) -> impl Iterator<Item = &'a Summary> {
    let facts = facts(moment).filter(|facts| ask.filter.is_empty() || ask.filter.holds(facts));
    facts.map(|facts| facts.summary)
}

pub fn facts<'a>(moment: &'a Moment<'_>) -> impl Iterator<Item = SummaryFacts<'a>> {
    let program: &Program = moment.engine.program();
    moment.tracker.all().map(move |summary| SummaryFacts {
        summary,
        engine: moment.engine,
        program,
        now: moment.now,
        view: OnceCell::new(),
    })
}

/// An instance as a filter sees it: what its line says at once, the rest when the filter asks for it.
pub struct SummaryFacts<'a> {
    pub summary: &'a Summary,
    engine: &'a Engine,
    program: &'a Program,
    now: DateTime,
    view: OnceCell<Option<InstanceView>>,
}

impl Subject for SummaryFacts<'_> {
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        let summary = self.summary;
        match field.key {
            Key::Instance => return take(Datum::Id(summary.id.0)),
            Key::Service => return take(Datum::Name(summary.service)),
            Key::State => {
                return take(Datum::Text(summary.phase.filtered()))
                    || take(Datum::Text(summary.phase.words()));
            }
            Key::At => return take(Datum::Time(summary.created)),
            Key::Age => return take(Datum::Span(self.now.since(summary.created))),
            Key::Reason => return !summary.reason.is_empty() && take(Datum::Text(&summary.reason)),
            Key::Problem => {
                let failed = matches!(summary.phase, Phase::Suspended { .. } | Phase::Discarded);
                return take(Datum::Flag(failed));
            }
            Key::Text => {
                return take(Datum::Name(summary.service))
                    || take(Datum::Text(summary.key()))
                    || take(Datum::Text(summary.phase.words()))
                    || take(Datum::Text(&summary.reason));
            }
            _ => {}
        }
        let view = self.view.get_or_init(|| self.engine.instance(summary.id));
        let facts = |view| InstanceFacts { view, now: self.now, program: Some(self.program) };
        view.as_ref().is_some_and(|view| facts(view).each(field, take))
    }
}

/// Groups by name, for the choice of one.
pub const GROUPINGS: [(Grouping, &str); 6] = [
    (Grouping::None, "No groups"),
    (Grouping::State, "State"),
    (Grouping::Error, "Error"),
    (Grouping::Orchestration, "Orchestration"),
    (Grouping::Correlation, "Correlation value"),
    (Grouping::Age, "Age"),
];
