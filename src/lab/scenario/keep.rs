//! A run as a scenario: what was done becomes its steps, what happened what it expects.

use super::observe;
use super::words::Words;
use super::{Options, Prepared};
use crate::diagnostic::counted;
use crate::engine::{Event, EventKind, InputKind, InstanceChange, InstanceId, Operation};
use crate::journal::event_name;
use crate::lab::{Act, VirtualRun};
use crate::message::{DateTime, Name};
use crate::model::files::scenario_path;
use crate::model::{Application, Expectation, InstanceAct, MessageTemplate, PartnerControl, Scenario, Step};
use std::collections::{BTreeMap, BTreeSet};

/// A scenario made of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// What was done, without expectations.
    pub scenario: Scenario,
    /// What could be expected at its end, to choose from.
    pub proposals: Vec<Proposal>,
    /// What was done and no scenario can say, a sentence each.
    pub lost: Vec<String>,
}

/// One thing that was true at the end of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub sentence: String,
    /// With this one check.
    pub expectation: Expectation,
    /// It is so again when the scenario is played.
    pub repeats: bool,
}

impl Kept {
    /// Plays it: what was true in a run whose things overtook each other, or that had another set-up, may not be so again.
    fn try_again(&mut self, application: &Application) {
        // A run that was a scenario had what the vocabulary does before it; another one had not.
        let count = |all: &[bool]| all.iter().filter(|repeats| **repeats).count();
        let mut repeats = self.repeated(application, false);
        if count(&repeats) < repeats.len() {
            let alone = self.repeated(application, true);
            self.scenario.alone = count(&alone) > count(&repeats);
            if self.scenario.alone {
                repeats = alone;
            }
        }
        for (proposal, repeats) in self.proposals.iter_mut().zip(repeats) {
            proposal.repeats = repeats;
        }
        let other = self.proposals.iter().filter(|proposal| !proposal.repeats).count();
        if other > 0 {
            let verb = if other == 1 { "is" } else { "are" };
            self.lost.push(format!(
                "What had overtaken something else, or was under way. Played in turn, {} {verb} not so.",
                counted(other, "expectation")
            ));
        }
    }

    /// Which of the proposals hold when it is played.
    fn repeated(&self, application: &Application, alone: bool) -> Vec<bool> {
        const NAME: &str = "kept";
        let mut application = application.clone();
        application.scenarios.insert(NAME.to_owned(), Scenario { alone, ..self.scenario.clone() });
        let played = Prepared::new(&application, NAME).ok().map(|own| own.play(&Options::default()).run);
        let again = played.map_or_else(Vec::new, |run| proposals(&run, &application));
        let holds = |own: &Proposal| again.iter().any(|other| other.expectation == own.expectation);
        self.proposals.iter().map(holds).collect()
    }

    /// The scenario with the chosen proposals as its last step.
    #[must_use]
    pub fn expecting<'p>(&self, proposals: impl IntoIterator<Item = &'p Proposal>) -> Scenario {
        let mut all = Expectation::default();
        for Proposal { expectation, .. } in proposals {
            let one = expectation.clone();
            all.instances.extend(one.instances);
            all.messages.extend(one.messages);
            all.events.extend(one.events);
            all.suspended = all.suspended.or(one.suspended);
        }
        let mut scenario = self.scenario.clone();
        scenario.steps.push(Step::Expect(Box::new(all)));
        scenario
    }
}

/// Makes a scenario of a run for an application: of all that was done from outside, when it was done. Partners that submit
/// by themselves do so again.
pub fn keep(run: &VirtualRun, name: &str, application: &Application) -> Kept {
    let mut steps = Steps {
        run,
        steps: Vec::new(),
        lost: Vec::new(),
        now: run.run().start(),
        written: run.run().start(),
    };
    for partner in run.partners().states().iter().filter(|partner| partner.submits()) {
        steps.steps.push(Step::Partner(partner.name.clone(), PartnerControl::Start));
    }
    let refused = refused(run);
    run.acts().iter().enumerate().filter(|(at, _)| !refused.contains(at)).for_each(|(_, act)| steps.act(act));
    steps.time();
    let scenario = Scenario {
        name: name.to_owned(),
        one_schedule: run.seed() == 0,
        steps: steps.steps,
        ..Scenario::default()
    };
    let mut kept = Kept { scenario, proposals: proposals(run, application), lost: steps.lost };
    kept.try_again(application);
    kept
}

/// Which of the acts an operator tried and was refused: they did nothing. Of those that are no longer in the record none is.
fn refused(run: &VirtualRun) -> BTreeSet<usize> {
    let acts = run.acts().iter().enumerate().rev().filter_map(|(at, act)| match act {
        Act::Input(input) => matches!(**input, InputKind::Operate(_)).then_some((at, &**input)),
        _ => None,
    });
    let tried: Vec<_> =
        run.run().steps().filter(|(input, _)| matches!(input.kind, InputKind::Operate(_))).collect();
    let told = |events: &[Event]| events.iter().any(|e| matches!(e.kind, EventKind::OperationRefused { .. }));
    let both = acts.zip(tried.into_iter().rev());
    let refused = both.filter(|((_, act), (input, events))| input.kind == **act && told(events));
    refused.map(|((at, _), _)| at).collect()
}

struct Steps<'a> {
    run: &'a VirtualRun,
    steps: Vec<Step>,
    lost: Vec<String>,
    now: DateTime,
    /// The time the steps so far have come to.
    written: DateTime,
}

impl Steps<'_> {
    fn act(&mut self, act: &Act) {
        match act {
            Act::Pass(at) => self.now = self.now.max(*at),
            Act::Turn(_) | Act::Partner | Act::Tick | Act::Late => {}
            Act::Control(control) => self.push(Step::Partner(control.0.clone(), control.1.clone())),
            Act::Fail(failing) => self.push(match &failing.1 {
                Some(error) => Step::Fail(failing.0.clone(), error.clone()),
                None => Step::Heal(failing.0.clone()),
            }),
            Act::Input(input) => match self.input(input) {
                Some(step) => self.push(step),
                None => self.lost.push(self.what(input)),
            },
        }
    }

    fn push(&mut self, step: Step) {
        self.time();
        self.steps.push(step);
    }

    /// Lets the time pass that has passed.
    fn time(&mut self) {
        if self.now > self.written {
            let ms = self.now.since(self.run.run().start()).0.div_euclid(10_000);
            self.steps.push(Step::AdvanceTo(format!("{ms} ms")));
            self.written = self.now;
        }
    }

    fn input(&self, input: &InputKind) -> Option<Step> {
        let text = |body: &[u8]| std::str::from_utf8(body).ok().map(str::to_owned);
        Some(match input {
            InputKind::Received { location, body, properties } => Step::SubmitMessage(MessageTemplate {
                at: location.to_string(),
                text: text(body)?,
                properties: properties
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.clone()))
                    .collect(),
                ..MessageTemplate::default()
            }),
            InputKind::Operate(operation) => self.operation(operation)?,
            _ => return None,
        })
    }

    fn operation(&self, operation: &Operation) -> Option<Step> {
        let act =
            |id: InstanceId, act| self.instance(id).map(|(service, at)| Step::Instance(service, at, act));
        match operation {
            Operation::SuspendInstance(id) => act(*id, InstanceAct::Suspend),
            Operation::ResumeInstance(id) => act(*id, InstanceAct::Resume),
            Operation::TerminateInstance(id) => act(*id, InstanceAct::Terminate),
            Operation::ContinueInstance(id) => act(*id, InstanceAct::Continue),
            Operation::ResumeInDebug(id) => act(*id, InstanceAct::ResumeInDebug),
            Operation::SetService { orchestration, state } => {
                Some(Step::Orchestration(orchestration.to_string(), *state))
            }
            Operation::SetSendPort { port, state } => Some(Step::SendPort(port.to_string(), *state)),
            Operation::SetSendPortGroup { group, state } => {
                Some(Step::SendPortGroup(group.to_string(), *state))
            }
            Operation::EnableReceiveLocation { location, enabled } => {
                Some(Step::ReceiveLocation(location.to_string(), *enabled))
            }
            Operation::SetConfiguration { key, value } => Some(Step::Configure(key.clone(), value.clone())),
            Operation::SetConfigurationStore { readable } => Some(Step::ConfigurationStore(*readable)),
            Operation::RestartHost { controlled: true } => Some(Step::RestartHost),
            Operation::RestartHost { controlled: false } => Some(Step::CrashHost),
            Operation::SetBreakpoint { breakpoint, on } if breakpoint.instance.is_none() => {
                let service = breakpoint.orchestration;
                let shape = self.run.engine().program().shape(service, breakpoint.shape)?;
                Some(Step::Breakpoint(service.to_string(), shape.name.to_string(), *on))
            }
            _ => None,
        }
    }

    /// What a scenario cannot say, in words.
    fn what(&self, input: &InputKind) -> String {
        let of = |id: InstanceId| {
            self.instance(id)
                .map_or_else(|| id.to_string(), |(service, at)| format!("{service}, number {at}"))
        };
        match input {
            InputKind::Received { location, .. } => {
                format!("A message at {location}: it is no text.")
            }
            InputKind::Publish { .. } => "A message that was published by hand.".to_owned(),
            InputKind::Operate(operation) => match operation {
                Operation::SetVariable { instance, variable, value } => {
                    format!("{variable} of {} was set to {value}.", of(*instance))
                }
                Operation::SetCondition { breakpoint, filter, .. } => format!(
                    "The breakpoint at {} of {} stops always, not only where {filter}.",
                    breakpoint.shape, breakpoint.orchestration
                ),
                Operation::SetBreakpoint { breakpoint, .. } => {
                    format!("The breakpoint at {} for one instance.", breakpoint.shape)
                }
                other => format!("What an operator did: {other:?}"),
            },
            other => format!("What happened outside: {other:?}"),
        }
    }

    /// Service of an instance, and its number among those of the service, from 1.
    fn instance(&self, id: InstanceId) -> Option<(String, u32)> {
        let mut counts: BTreeMap<Name, u32> = BTreeMap::new();
        self.run.run().events().iter().find_map(|event| match &event.kind {
            EventKind::Instance { instance, service, change: InstanceChange::Created } => {
                let count = counts.entry(*service).or_default();
                *count += 1;
                (*instance == id).then(|| (service.to_string(), *count))
            }
            _ => None,
        })
    }
}

fn proposals(run: &VirtualRun, application: &Application) -> Vec<Proposal> {
    let mut found = Vec::new();
    for service in &run.engine().program().services {
        let states = observe::states(run, service.name.as_str());
        if states.is_empty() {
            continue;
        }
        let all = observe::instances(run, service.name.as_str());
        let ended = all.iter().filter(|(_, state)| *state == 'C').count();
        let sentence = format!("Of {} of {} {ended} completed", counted(all.len(), "instance"), service.name);
        let instances = [(service.name.to_string(), states)].into();
        found.push(Proposal {
            sentence,
            repeats: true,
            expectation: Expectation { instances, ..Expectation::default() },
        });
    }
    let words = Words { file: scenario_path("kept"), vocabulary: &application.vocabulary };
    for (place, observed) in &application.vocabulary.places {
        let lines = observe::message_lines(run, observed, &words);
        if lines.is_empty() {
            continue;
        }
        let sentence = format!("{} at {place}: {}", counted(lines.len(), "message"), lines.join(", "));
        let messages = [(place.clone(), lines)].into();
        found.push(Proposal {
            sentence,
            repeats: true,
            expectation: Expectation { messages, ..Expectation::default() },
        });
    }
    let suspended: Vec<String> = observe::suspended(run, &words).into_iter().map(|(_, line)| line).collect();
    let sentence = match suspended.len() {
        0 => "Nothing is suspended".to_owned(),
        count => format!("{} suspended", counted(count, "instance")),
    };
    let suspended = Some(suspended);
    found.push(Proposal {
        sentence,
        repeats: true,
        expectation: Expectation { suspended, ..Expectation::default() },
    });
    let mut sent: BTreeMap<Name, usize> = BTreeMap::new();
    for event in run.run().events() {
        if let EventKind::PortSent { port, .. } = &event.kind {
            *sent.entry(*port).or_default() += 1;
        }
    }
    for (port, count) in sent {
        let sentence = format!("{} sent through {port}", counted(count, "message"));
        let events = [(format!("port.sent *by {port}"), count)].into();
        found.push(Proposal {
            sentence,
            repeats: true,
            expectation: Expectation { events, ..Expectation::default() },
        });
    }
    let wrong = [
        ("routing.failed", "routing failure"),
        ("exception.thrown", "exception"),
        ("instance.discarded", "zombie"),
    ];
    for (name, what) in wrong {
        let count = run.run().events().iter().filter(|event| event_name(&event.kind) == name).count();
        let sentence = if count == 0 { format!("No {what}") } else { counted(count, what) };
        let events = [(name.to_owned(), count)].into();
        found.push(Proposal {
            sentence,
            repeats: true,
            expectation: Expectation { events, ..Expectation::default() },
        });
    }
    found
}
