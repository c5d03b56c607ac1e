//! Every orchestration runs from a generated message, as far as what it needs is at hand.

use super::shared::{below, corpus};
use orchestrion::biztalk;
use orchestrion::engine::{EventKind, InstanceChange};
use orchestrion::lab::VirtualRun;
use orchestrion::message::{DateTime, Name, TimeSpan};
use orchestrion::model::{
    Application, Binding, FilterOperator, Module, Orchestration, PortBinding, Receive, ShapeKind,
};
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
    /// Has no activating Receive: others call it.
    Called,
    /// A file of types only.
    TypesOnly,
    /// Custom code is mocked.
    Mocked(Box<End>),
    /// What keeps it from running, or why it went wrong.
    Exception(String),
}

fn receives(orchestration: &Orchestration) -> Vec<&Receive> {
    let shapes = orchestration.shapes();
    let all = shapes.into_iter().filter_map(|shape| match &shape.kind {
        ShapeKind::Receive(receive) if receive.activate => Some(receive),
        _ => None,
    });
    all.collect()
}

/// Receive location that feeds an activating receive.
fn location(
    application: &Application,
    module: &Module,
    own: &Orchestration,
    receive: &Receive,
) -> Option<String> {
    let port = own.port(&receive.port)?;
    let full = module.full_name(&own.name);
    let bound = application.bindings.service(&full).and_then(|service| service.ports.get(&port.name));
    let port = match (&port.binding, bound) {
        (Binding::SpecifyNow(_), None) => return Some(format!("{full}.{}", port.name)),
        (_, Some(PortBinding::ReceivePort(name))) => name.clone(),
        (Binding::MessageBox, _) => {
            let named = receive.filter.iter().find(|row| row.property == "BTS.ReceivePortName");
            named
                .map_or_else(|| biztalk::ANY_MESSAGE.to_owned(), |row| row.value.trim_matches('"').to_owned())
        }
        _ => return None,
    };
    Some(application.bindings.receive_port(&port)?.locations.first()?.name.clone())
}

/// Opens the project of an orchestration file and runs that orchestration.
pub fn run(path: &Path) -> End {
    let mut opened = match biztalk::open(path) {
        Ok(opened) => opened,
        Err(errors) => return End::Exception(format!("cannot be opened: {}", errors[0])),
    };
    let shown = opened.shown.clone().expect("the file is a module");
    alone(&mut opened.application, &shown);
    biztalk::simulate(&mut opened.application);
    let application = &opened.application;
    let module = &application.modules[&shown];
    let Some(own) = &module.orchestration else { return End::TypesOnly };
    let full = module.full_name(&own.name);
    let (program, notes) = match Program::compile_what_runs(application) {
        Ok(done) => done,
        Err(errors) => return End::Exception(errors[0].message.clone()),
    };
    let Some(service) = program.services.iter().find(|service| service.name.as_str() == full) else {
        let note = notes.iter().find(|n| n.code == "R03" && n.message.contains(&format!("`{full}`")));
        return End::Exception(note.map_or("is left out".to_owned(), |note| note.message.clone()));
    };
    let mocked = service.stubs.iter().any(|(stub, _)| !program.components.is_scripted(&stub.class));
    let receives = receives(own);
    let Some(receive) = receives.first() else { return End::Called };
    let partner = own
        .port(&receive.port)
        .is_some_and(|port| matches!(port.binding, Binding::Partner(_) | Binding::SelfCorrelating));
    if partner {
        return End::Called;
    }
    let Some(location) = location(application, module, own, receive) else {
        return End::Exception(format!("nothing can be submitted to the port {}", receive.port));
    };
    let operation = own.port(&receive.port).and_then(|port| application.port_type(module, &port.port_type));
    let request = operation.and_then(|t| t.operation(&receive.operation)).map(|o| o.request.clone());
    let schemas = SchemaSet::build(application);
    let Some(body) = biztalk::example(application, &schemas, module, &request.unwrap_or_default()) else {
        return End::Exception("no example of its message can be made".to_owned());
    };
    // What a filter asks of the adapter.
    let asked = receive.filter.iter().filter(|row| row.operator == FilterOperator::Equals);
    let asked = asked.map(|row| (Name::new(&row.property), row.value.trim_matches('"').to_owned()));
    let end = submit(program, own, &full, &location, &body, asked.collect());
    if mocked { End::Mocked(Box::new(end)) } else { end }
}

fn submit(
    program: Arc<Program>,
    orchestration: &Orchestration,
    service: &str,
    location: &str,
    body: &str,
    mut properties: Vec<(Name, String)>,
) -> End {
    let mut run = VirtualRun::with_program(program, 0, DateTime::default());
    properties.push((Name::new("FILE.ReceivedFileName"), "message.xml".to_owned()));
    run.submit_with(location, body.as_bytes(), properties);
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
    if let Some(ended) = ended {
        return ended;
    }
    if let Some(error) = busy {
        return End::Exception(error.message);
    }
    let last = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::ShapeStarted { instance, shape, .. } if *instance == own => Some(shape.to_string()),
        _ => None,
    });
    let drawn = orchestration.shapes().into_iter().any(|shape| {
        last.as_deref() == Some(&*shape.id.to_string())
            && matches!(shape.kind, ShapeKind::Suspend(_) | ShapeKind::Terminate(_) | ShapeKind::Throw(_))
    });
    match run.engine().instance(own) {
        Some(instance) if instance.status.is_suspended() => {
            let reason = instance.reason.clone().unwrap_or_default();
            if drawn { End::Stopped(reason) } else { End::Exception(reason) }
        }
        Some(instance) if instance.waiting => End::Waiting,
        Some(instance) => End::Exception(format!("is still {:?}", instance.status)),
        None => End::Exception("is gone".to_owned()),
    }
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
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut exceptions = Vec::new();
    let only = std::env::var("CORPUS_ONLY").unwrap_or_default();
    for path in below(&corpus, "odx") {
        let name = path.strip_prefix(&corpus).unwrap().display().to_string();
        if !name.contains(&only) {
            continue;
        }
        let end = run(&path);
        let (kind, reason) = match &end {
            End::Completed => ("completed", None),
            End::Again => (
                "completed, and started again by what it publishes",
                Some("its Receive takes any message of that type from the message box, as drawn".to_owned()),
            ),
            End::Waiting => ("waiting for a partner", None),
            End::Stopped(reason) => ("stopped as drawn", Some(reason.clone())),
            End::Called => ("called by others", None),
            End::TypesOnly => ("types only", None),
            End::Mocked(end) => match &**end {
                End::Completed => ("completed, with mocks", None),
                End::Waiting => ("waiting for a partner, with mocks", None),
                End::Stopped(reason) => ("stopped as drawn, with mocks", Some(reason.clone())),
                End::Exception(reason) => ("exception, with mocks", Some(reason.clone())),
                other => ("exception, with mocks", Some(format!("{other:?}"))),
            },
            End::Exception(reason) => ("exception", Some(reason.clone())),
        };
        *counts.entry(kind).or_default() += 1;
        if let Some(reason) = reason {
            exceptions.push(format!("{kind}: {name}\n      {reason}"));
        }
    }
    for (kind, count) in &counts {
        println!("{count:4} {kind}");
    }
    exceptions.sort();
    for exception in &exceptions {
        println!("  {exception}");
    }
    if only.is_empty() {
        let of = |kinds: &[&str]| kinds.iter().filter_map(|kind| counts.get(kind)).sum::<usize>();
        let all: usize = counts.values().sum();
        let proper = of(&[
            "completed",
            "completed, and started again by what it publishes",
            "stopped as drawn",
            "stopped as drawn, with mocks",
            "waiting for a partner",
            "called by others",
            "types only",
            "completed, with mocks",
            "waiting for a partner, with mocks",
        ]);
        println!("{proper} of {all} run to a proper end or are run by others");
        assert!(proper * 100 >= all * 88);
        assert!(of(&["exception", "exception, with mocks"]) * 100 <= all * 12);
    }
}
