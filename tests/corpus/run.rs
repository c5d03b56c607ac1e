//! Every orchestration runs from a generated message, as far as what it needs is at hand.

use super::shared::{below, corpus};
use orchestrion::biztalk::{self, NoSample, Sample};
use orchestrion::engine::{Event, EventKind, InstanceChange, InstanceId};
use orchestrion::lab::VirtualRun;
use orchestrion::message::{DateTime, Name, TimeSpan};
use orchestrion::model::{Application, Binding, Orchestration, ShapeKind};
use orchestrion::program::Program;
use orchestrion::xml::SchemaSet;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    Completed,
    /// It ends, and what it publishes starts it again: its activating Receive takes any message of the type from the message
    /// box.
    Again,
    /// At a Receive, for a message that only a partner knows.
    Waiting,
    /// At a Suspend, Terminate or Throw Exception shape: as drawn.
    Stopped(String),
    /// Has no activating Receive, or only another orchestration can send to it.
    Called,
    /// A file of types only.
    TypesOnly,
    /// It ended where its own exception handling led it, because of something that is not drawn.
    Handled(String),
    /// A name in it is declared nowhere in its project, or not as it is used.
    Unresolved(String),
    /// Why it went wrong.
    Exception(String),
}

/// How a run ended, and whether custom code was mocked in it.
pub struct Outcome {
    pub end: End,
    pub mocked: bool,
}

/// Opens the project of an orchestration file and runs that orchestration.
pub fn run(path: &Path) -> Outcome {
    let whole = |end| Outcome { end, mocked: false };
    let mut opened = match biztalk::open(path) {
        Ok(opened) => opened,
        Err(errors) => return whole(End::Exception(format!("cannot be opened: {}", errors[0]))),
    };
    let shown = opened.shown.clone().expect("the file is a module");
    alone(&mut opened.application, &shown);
    biztalk::simulate(&mut opened.application);
    let application = &opened.application;
    let module = &application.modules[&shown];
    let Some(own) = &module.orchestration else { return whole(End::TypesOnly) };
    let full = module.full_name(&own.name);
    let (program, notes) = match Program::compile_what_runs(application) {
        Ok(done) => done,
        Err(errors) => {
            let first = &errors[0];
            let unknown = first.code == "V01";
            let end = if unknown { End::Unresolved } else { End::Exception };
            return whole(end(first.message.clone()));
        }
    };
    let Some(service) = program.services.iter().find(|service| service.name.as_str() == full) else {
        let note = notes.iter().find(|n| n.code == "R03" && n.message.contains(&format!("`{full}`")));
        return whole(End::Unresolved(note.map_or("is left out".to_owned(), |note| note.message.clone())));
    };
    let mocked = service.stubs.iter().any(|(stub, _)| !program.components.is_scripted(&stub.class));
    let schemas = SchemaSet::build(application);
    let end = match biztalk::sample(application, &schemas, &shown) {
        Ok(sample) => submit(program, own, &full, sample),
        Err(NoSample::TypesOnly) => End::TypesOnly,
        Err(NoSample::Called | NoSample::Partner(_)) => End::Called,
        Err(other) => End::Exception(other.to_string()),
    };
    Outcome { mocked: mocked && end != End::Called, end }
}

fn submit(program: Arc<Program>, orchestration: &Orchestration, service: &str, sample: Sample) -> End {
    let mut run = VirtualRun::with_program(program, 0, DateTime::default());
    let mut properties: Vec<(Name, String)> =
        sample.properties.iter().map(|(name, value)| (Name::new(name), value.clone())).collect();
    properties.push((Name::new("FILE.ReceivedFileName"), "message.xml".to_owned()));
    run.submit_with(&sample.location, sample.body.as_bytes(), properties);
    let busy = run.run_until_idle(TimeSpan(TICKS_PER_DAY * 3)).err();
    if std::env::var_os("CORPUS_JOURNAL").is_some() {
        println!("{}", run.journal_text());
    }
    let events = run.run().events();
    let started = events.iter().find_map(|event| match &event.kind {
        EventKind::Instance { instance, service: own, change: InstanceChange::Created }
            if own.as_str() == service =>
        {
            Some(*instance)
        }
        _ => None,
    });
    let Some(own) = started else {
        let reason = run.engine().instances().into_iter().find_map(|instance| instance.reason);
        return End::Exception(format!("does not start: {}", reason.unwrap_or_default()));
    };
    let ended = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::Instance { instance, change, .. } if *instance == own => match change {
            InstanceChange::Completed if busy.is_some() => Some(End::Again),
            InstanceChange::Completed => Some(End::Completed),
            InstanceChange::Terminated { reason } => Some(End::Stopped(format!("terminated: {reason}"))),
            InstanceChange::Discarded { .. } => Some(End::Stopped("discarded with messages".to_owned())),
            _ => None,
        },
        _ => None,
    });
    let last = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::ShapeStarted { instance, shape, .. } if *instance == own => Some(shape.to_string()),
        _ => None,
    });
    let drawn = orchestration.shapes().into_iter().any(|shape| {
        last.as_deref() == Some(&*shape.id.to_string())
            && matches!(shape.kind, ShapeKind::Suspend(_) | ShapeKind::Terminate(_) | ShapeKind::Throw(_))
    });
    let end = match (ended, busy, run.engine().instance(own)) {
        (Some(ended), ..) => ended,
        (None, Some(error), _) => End::Exception(error.message),
        (None, None, Some(instance)) if instance.status.is_suspended() => {
            let reason = instance.reason.clone().unwrap_or_default();
            if drawn { End::Stopped(reason) } else { End::Exception(reason) }
        }
        (None, None, Some(instance)) if instance.waiting => End::Waiting,
        (None, None, Some(instance)) => End::Exception(format!("is still {:?}", instance.status)),
        (None, None, None) => End::Exception("is gone".to_owned()),
    };
    match (surprise(events, own, orchestration), end) {
        (_, end @ End::Exception(_)) | (None, end) => end,
        (Some(reason), _) => End::Handled(reason),
    }
}

/// The first exception of an instance that no shape of its drawing throws.
fn surprise(events: &[Event], own: InstanceId, orchestration: &Orchestration) -> Option<String> {
    let throws = |id: &str| {
        orchestration.shapes().into_iter().any(|shape| {
            shape.id.to_string() == id
                && match &shape.kind {
                    ShapeKind::Throw(_) => true,
                    ShapeKind::Expression(code) => code.text.contains("throw"),
                    _ => false,
                }
        })
    };
    let mut at = String::new();
    events.iter().find_map(|event| match &event.kind {
        EventKind::ShapeStarted { instance, shape, .. } if *instance == own => {
            at = shape.to_string();
            None
        }
        EventKind::ExceptionThrown { instance, exception, message } if *instance == own && !throws(&at) => {
            Some(format!("{exception}: {message}"))
        }
        _ => None,
    })
}

/// Only an orchestration, with those it calls, starts or shares a port with: others of the same project would take its
/// messages too.
fn alone(application: &mut Application, key: &str) {
    let mut kept = vec![key.to_owned()];
    let mut at = 0;
    while let Some(key) = kept.get(at).cloned() {
        at += 1;
        let module = &application.modules[&key];
        let Some(own) = &module.orchestration else { continue };
        let called = own.shapes().into_iter().filter_map(|shape| match &shape.kind {
            ShapeKind::Call(call) | ShapeKind::Start(call) => Some(call.orchestration.clone()),
            _ => None,
        });
        let partners = own.ports.iter().filter_map(|port| match &port.binding {
            Binding::Partner(partner) => Some(partner.orchestration.clone()),
            _ => None,
        });
        for name in called.chain(partners).collect::<Vec<_>>() {
            let other = application.modules.iter().find(|(_, other)| {
                other.orchestration.as_ref().is_some_and(|o| other.qualify(&o.name) == name)
            });
            if let Some((other, _)) = other
                && !kept.contains(other)
            {
                kept.push(other.clone());
            }
        }
    }
    for (key, module) in &mut application.modules {
        if !kept.contains(key) {
            module.orchestration = None;
        }
    }
}

const TICKS_PER_DAY: i64 = 864_000_000_000;

#[test]
fn every_orchestration_with_all_it_needs_runs() {
    let Some(corpus) = corpus() else { return };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut remarks = Vec::new();
    let (mut proper, mut unresolved) = (0, 0);
    let only = std::env::var("CORPUS_ONLY").unwrap_or_default();
    for path in below(&corpus, "odx") {
        let name = path.strip_prefix(&corpus).unwrap().display().to_string();
        if !name.contains(&only) {
            continue;
        }
        let Outcome { end, mocked } = run(&path);
        let (kind, remark) = match &end {
            End::Completed => ("completed", None),
            End::Again => (
                "completed, and started again by what it publishes",
                Some("its Receive takes any message of that type from the message box, as drawn".to_owned()),
            ),
            End::Waiting => ("waiting for a partner", None),
            End::Stopped(reason) => ("stopped as drawn", Some(reason.clone())),
            End::Called => ("called by others", None),
            End::TypesOnly => ("types only", None),
            End::Handled(reason) => ("ended by its own exception handling", Some(reason.clone())),
            End::Unresolved(reason) => ("names that do not resolve", Some(reason.clone())),
            End::Exception(reason) => ("exception", Some(reason.clone())),
        };
        let kind = if mocked { format!("{kind}, with mocks") } else { kind.to_owned() };
        match &end {
            End::Unresolved(_) => unresolved += 1,
            End::Handled(_) | End::Exception(_) => {}
            _ => proper += 1,
        }
        remarks.extend(remark.map(|remark| format!("{kind}: {name}\n      {remark}")));
        *counts.entry(kind).or_default() += 1;
    }
    for (kind, count) in &counts {
        println!("{count:4} {kind}");
    }
    remarks.sort();
    for remark in &remarks {
        println!("  {remark}");
    }
    if only.is_empty() {
        let all: usize = counts.values().sum();
        println!(
            "{proper} of {all} run to a proper end or are run by others, {unresolved} name what is not there"
        );
        assert_eq!(proper + unresolved, all);
        assert!(unresolved * 100 <= all * 5);
    }
}
