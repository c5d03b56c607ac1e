//! Plays the steps of a scenario.

use super::words::Words;
use super::{check, finding, observe};
use crate::diagnostic::Diagnostic;
use crate::engine::{Breakpoint, InputKind, Operation};
use crate::host::template::fill;
use crate::lab::VirtualRun;
use crate::message::{Body, Message, Name, Part, Value};
use crate::model::{InstanceAct, MessageTemplate, PartnerControl, Step};
use crate::xml::pipeline;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) struct Player<'a> {
    words: &'a Words<'a>,
    pub run: VirtualRun,
    /// Messages submitted so far.
    submitted: u32,
    /// Rounds of the repeats around the step, innermost last.
    rounds: Vec<u32>,
    random: ChaCha8Rng,
    /// The first event that an expectation did not expect.
    pub parted: Option<u64>,
}

impl<'a> Player<'a> {
    pub fn new(words: &'a Words<'a>, run: VirtualRun, seed: u64) -> Self {
        let random = ChaCha8Rng::seed_from_u64(seed);
        Self { words, run, submitted: 0, rounds: Vec::new(), random, parted: None }
    }

    /// Plays steps one after the other until one fails.
    pub fn steps(&mut self, steps: &[Step], label: &str) -> Result<(), Vec<Diagnostic>> {
        for (number, step) in steps.iter().enumerate() {
            let place = format!("{label} {} {}", number + 1, step_name(step));
            match step {
                Step::Repeat { times, steps } => {
                    for round in 1..=*times {
                        self.rounds.push(round);
                        let result =
                            self.steps(steps, &format!("{label} {}, round {round}, step", number + 1));
                        self.rounds.pop();
                        result?;
                    }
                }
                Step::Expect(expected) => {
                    self.run
                        .settle()
                        .map_err(|error| vec![error.at(super::place(&self.words.file, &place))])?;
                    check::check(self.words, &self.run, expected, &place).map_err(|(found, parted)| {
                        self.parted = parted;
                        found
                    })?;
                }
                simple => self.simple(simple, &place).map_err(|error| vec![error])?,
            }
        }
        Ok(())
    }

    fn simple(&mut self, step: &Step, place: &str) -> Result<(), Diagnostic> {
        let words = self.words;
        let ended = |result: Result<(), Diagnostic>| {
            result.map_err(|error| error.at(super::place(&words.file, place)))
        };
        match step {
            Step::Submit(text) => {
                let text = self.with_round(text);
                let (template, fields) = words.message(place, &text)?;
                self.submit(template, &fields, place)?;
            }
            Step::SubmitMessage(template) => self.submit(template, &BTreeMap::new(), place)?,
            Step::Settle => ended(self.run.settle())?,
            Step::Advance(span) => {
                let span = words.span(place, span)?;
                ended(self.run.advance(span))?;
            }
            Step::AdvanceTo(span) => {
                let until = self.run.run().start().plus(words.span(place, span)?);
                if until < self.run.now() {
                    let message = "this moment has passed already".to_owned();
                    return Err(finding("T02", &words.file, place, message, "write a later time".to_owned()));
                }
                ended(self.run.advance(until.since(self.run.now())))?;
            }
            Step::Take(count) => {
                for _ in 0..*count {
                    self.run.step_once();
                }
            }
            Step::Partner(name, control) => self.partner(words.full(name), control, place)?,
            Step::Fail(address, error) => self.run.fail(address, Some(error)),
            Step::Heal(address) => self.run.fail(address, None),
            Step::Restart => ended(self.run.restart())?,
            Step::Orchestration(..)
            | Step::SendPort(..)
            | Step::SendPortGroup(..)
            | Step::ReceiveLocation(..)
            | Step::Configure(..)
            | Step::Breakpoint(..)
            | Step::RestartHost
            | Step::CrashHost
            | Step::ConfigurationStore(_)
            | Step::Instance(..) => {
                let operation = self.operation(step, place)?;
                self.run.operate(operation);
            }
            Step::Repeat { .. } | Step::Expect(_) => {}
        }
        Ok(())
    }

    fn operation(&self, step: &Step, place: &str) -> Result<Operation, Diagnostic> {
        let words = self.words;
        let program = self.run.engine().program();
        let known = |kind: &str, name: &str, all: &mut dyn Iterator<Item = Name>| {
            let name = words.full(name);
            words.known(place, kind, name, all.map(Name::as_str)).map(|()| Name::new(name))
        };
        Ok(match step {
            Step::SendPort(port, state) => Operation::SetSendPort {
                port: known("send port", port, &mut program.send_ports.iter().map(|p| p.name))?,
                state: *state,
            },
            Step::SendPortGroup(group, state) => Operation::SetSendPortGroup {
                group: known("send port group", group, &mut program.groups.iter().map(|g| g.name))?,
                state: *state,
            },
            Step::ReceiveLocation(location, enabled) => Operation::EnableReceiveLocation {
                location: known("receive location", location, &mut program.locations.iter().map(|l| l.name))?,
                enabled: *enabled,
            },
            Step::Configure(key, value) => {
                Operation::SetConfiguration { key: key.clone(), value: value.clone() }
            }
            Step::ConfigurationStore(readable) => Operation::SetConfigurationStore { readable: *readable },
            Step::Instance(service, number, act) => {
                let service = words.full(service);
                let all = observe::instances(&self.run, service);
                let index = usize::try_from(*number).unwrap_or_default().wrapping_sub(1);
                let Some((id, _)) = all.get(index) else {
                    let message = format!("{service} has no instance number {number}, only {}", all.len());
                    let help = "instances count from 1, in order of start".to_owned();
                    return Err(finding("T02", &words.file, place, message, help));
                };
                match act {
                    InstanceAct::Suspend => Operation::SuspendInstance(*id),
                    InstanceAct::Resume => Operation::ResumeInstance(*id),
                    InstanceAct::Terminate => Operation::TerminateInstance(*id),
                    InstanceAct::Continue => Operation::ContinueInstance(*id),
                    InstanceAct::ResumeInDebug => Operation::ResumeInDebug(*id),
                }
            }
            Step::RestartHost => Operation::RestartHost { controlled: true },
            Step::CrashHost => Operation::RestartHost { controlled: false },
            Step::Breakpoint(service, shape, on) => {
                let orchestration =
                    known("orchestration", service, &mut program.services.iter().map(|s| s.name))?;
                let of = program.service_by_name(orchestration);
                let shapes = of.map(|service| service.shapes.as_slice()).unwrap_or_default();
                let Some(found) = shapes.iter().find(|s| s.name == shape.as_str()) else {
                    let kind = format!("shape of {service}");
                    let names = shapes.iter().map(|s| s.name.as_str());
                    return Err(words.known(place, &kind, shape, names).err().unwrap_or_else(|| {
                        finding("T02", &words.file, place, format!("there is no {kind}"), String::new())
                    }));
                };
                let breakpoint = Breakpoint { orchestration, shape: found.id, instance: None };
                Operation::SetBreakpoint { breakpoint, on: *on }
            }
            Step::Orchestration(name, state) => Operation::SetService {
                orchestration: known("orchestration", name, &mut program.services.iter().map(|s| s.name))?,
                state: *state,
            },
            other => {
                let message = format!("{} is no operation", step_name(other));
                return Err(finding("T02", &words.file, place, message, "remove the step".to_owned()));
            }
        })
    }

    fn partner(&mut self, name: &str, control: &PartnerControl, place: &str) -> Result<(), Diagnostic> {
        let words = self.words;
        let all: Vec<_> = self.run.partners().states().iter().map(|p| p.name.clone()).collect();
        words.known(place, "partner", name, all.iter().map(String::as_str))?;
        match control {
            PartnerControl::Delay(span) => {
                words.span(place, span)?;
            }
            PartnerControl::DelayBetween(least, most) => {
                words.span(place, least)?;
                words.span(place, most)?;
            }
            _ => {}
        }
        let done = self.run.control(name, control);
        if done {
            return Ok(());
        }
        let message = format!("the partner {name} cannot do this");
        let help = "give it the behavior Rules in partners.ron, with the outcome that is named".to_owned();
        Err(finding("T02", &words.file, place, message, help))
    }

    fn submit(
        &mut self,
        template: &MessageTemplate,
        arguments: &BTreeMap<String, String>,
        place: &str,
    ) -> Result<(), Diagnostic> {
        let words = self.words;
        self.submitted += 1;
        let mut bytes = [0; 16];
        self.random.fill_bytes(&mut bytes);
        let guid = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
        let (number, round) = (self.submitted.to_string(), self.round());
        let value = |name: &str| match name {
            "n" => Some(number.clone()),
            "guid" => Some(guid.clone()),
            "i" => round.clone(),
            _ => arguments.get(name).or_else(|| template.fields.get(name)).cloned(),
        };
        let program = Arc::clone(self.run.engine().program());
        let text = |text: &str| {
            let text = program.application.messages.get(text).map_or(text, String::as_str);
            // Fields may stand for texts with placeholders of their own.
            let once = |text: &str, escape| fill(text, &Body::text(""), &value, escape).0;
            let inner = |name: &str| value(name).map(|text| once(&text, false));
            fill(text, &Body::text(""), &inner, true).0
        };
        let body = text(&template.text);
        let properties = template.properties.iter();
        let properties: Vec<_> = properties.map(|(name, value)| (Name::new(name), text(value))).collect();
        if !template.at.is_empty() {
            let location = words.full(&template.at);
            let known = program.locations.iter().map(|l| l.name.as_str());
            words.known(place, "receive location", location, known)?;
            self.run.submit_with(location, body.into_bytes(), properties);
            return Ok(());
        }
        let received = pipeline::receive("XMLReceive", body.as_bytes(), &BTreeMap::new(), &program.schemas);
        let message = received.map_err(|failure| failure.to_string());
        let message =
            message.and_then(|i| i.messages.into_iter().next().ok_or_else(|| "it is empty".to_owned()));
        let mut message: Message = message.map_err(|problem| {
            let message = format!("the message cannot be published: {problem}");
            finding("T02", &words.file, place, message, "correct its text".to_owned())
        })?;
        if let Some(part) = message.parts.first_mut().filter(|_| !template.part.is_empty()) {
            part.name = Name::new(&template.part);
        }
        for (name, other) in &template.other_parts {
            message
                .parts
                .push(Part { name: Name::new(name), body: Arc::new(Body::bytes(text(other).into_bytes())) });
        }
        for (name, value) in properties {
            let declared = program.schemas.property(name.as_str()).map(|p| &p.value_type);
            let typed = declared.map(|t| Value::from_xml(&value, t)).transpose();
            let typed = typed.map_err(|problem| {
                let message = format!("{name} cannot be `{value}`: {problem}");
                finding("T02", &words.file, place, message, "write a value of its type".to_owned())
            })?;
            message.context.promote(name, typed.unwrap_or_else(|| Value::string(value.as_str())));
        }
        self.run.step(InputKind::Publish { message });
        Ok(())
    }

    fn round(&self) -> Option<String> {
        self.rounds.last().map(u32::to_string)
    }

    fn with_round(&self, text: &str) -> String {
        self.round().map_or_else(|| text.to_owned(), |round| text.replace("{i}", &round))
    }
}

fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Submit(_) => "Submit",
        Step::SubmitMessage(_) => "SubmitMessage",
        Step::Settle => "Settle",
        Step::Advance(_) => "Advance",
        Step::AdvanceTo(_) => "AdvanceTo",
        Step::Take(_) => "Take",
        Step::Partner(..) => "Partner",
        Step::Fail(..) => "Fail",
        Step::Heal(_) => "Heal",
        Step::Orchestration(..) => "Orchestration",
        Step::SendPort(..) => "SendPort",
        Step::SendPortGroup(..) => "SendPortGroup",
        Step::ReceiveLocation(..) => "ReceiveLocation",
        Step::Configure(..) => "Configure",
        Step::ConfigurationStore(_) => "ConfigurationStore",
        Step::Instance(..) => "Instance",
        Step::Breakpoint(..) => "Breakpoint",
        Step::Restart => "Restart",
        Step::RestartHost => "RestartHost",
        Step::CrashHost => "CrashHost",
        Step::Repeat { .. } => "Repeat",
        Step::Expect(_) => "Expect",
    }
}
