use super::arrival::arrival;
use super::delivery::delivery;
use super::fix::{Draft, Fix};
use super::mend;
use super::words;
use crate::engine::instance::Status;
use crate::engine::{Engine, EventKind, InstanceId, InstanceKind, InstanceView, Operation};
use crate::journal::{Run, instance_of, message_of};
use crate::message::{MessageId, Name};

/// Why something stands still, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Standstill {
    pub sentence: String,
    /// The next step, as an instruction.
    pub next: String,
    /// The event it happened at, to look at.
    pub seq: Option<u64>,
    /// What an operator can do at once.
    pub operation: Option<Operation>,
    /// Changes of the application after which it would not have happened.
    pub fixes: Vec<Fix>,
}

/// Explains an instance that is suspended, in a breakpoint or ended as a zombie; `None` for one that is not.
pub fn suspended(engine: &Engine, run: &Run, id: InstanceId) -> Option<Standstill> {
    let view = engine.instance(id)?;
    let reason = view.reason.clone().unwrap_or_default();
    match view.status {
        Status::InBreakpoint => Some(Standstill {
            sentence: format!("{id} stands at a breakpoint before {}.", at(engine, &view)),
            next: "Look at it, then continue it".to_owned(),
            seq: last(
                run,
                engine,
                |kind| matches!(kind, EventKind::BreakpointHit { instance, .. } if *instance == id),
            ),
            operation: Some(Operation::ContinueInstance(id)),
            fixes: Vec::new(),
        }),
        Status::Discarded => {
            let left: Vec<String> = view.queue.iter().map(|message| words::message(message)).collect();
            Some(Standstill {
                sentence: format!(
                    "{id} of {} ended without consuming {}.",
                    view.service,
                    words::joined(&left)
                ),
                next: "Terminate it, and let the orchestration receive what can still come before it ends"
                    .to_owned(),
                seq: view.queue.first().and_then(|message| enqueued(run, engine, id, message.id)),
                operation: Some(Operation::TerminateInstance(id)),
                fixes: Vec::new(),
            })
        }
        Status::SuspendedResumable | Status::SuspendedNotResumable => {
            let resumable = view.status == Status::SuspendedResumable;
            let operation =
                if resumable { Operation::ResumeInstance(id) } else { Operation::TerminateInstance(id) };
            let mut found = match view.kind {
                InstanceKind::Failure => failure(engine, run, &view),
                InstanceKind::SendPort => port(engine, run, &view),
                InstanceKind::Orchestration | InstanceKind::ReceivePort => {
                    instance(engine, run, &view, &reason)
                }
            };
            if !resumable {
                "Terminate it: it cannot be resumed. To avoid it next time, ".clone_into(&mut found.next);
                found.next.push_str("correct what the reason names");
            }
            found.operation = Some(operation);
            Some(found)
        }
        _ => None,
    }
}

fn at(engine: &Engine, view: &InstanceView) -> String {
    let shape = view.at.last().copied().unwrap_or(view.service);
    words::shape(engine.program(), view.service, shape)
}

/// `seq` of the last event by the state that fits.
fn last(run: &Run, engine: &Engine, fits: impl Fn(&EventKind) -> bool) -> Option<u64> {
    let until = engine.core().counters.events;
    run.events().iter().rev().find(|event| event.seq <= until && fits(&event.kind)).map(|event| event.seq)
}

fn enqueued(run: &Run, engine: &Engine, id: InstanceId, message: MessageId) -> Option<u64> {
    last(
        run,
        engine,
        |kind| matches!(kind, EventKind::MessageEnqueued { instance, message: m } if *instance == id && *m == message),
    )
}

/// Why a message was routed to nobody: its publication, who had waited for it, and what would have brought it somewhere.
#[derive(Default)]
struct Unrouted {
    seq: Option<u64>,
    gone: Option<String>,
    fixes: Vec<Fix>,
}

fn unrouted(run: &Run, engine: &Engine, message: MessageId) -> Unrouted {
    let published = |kind: &EventKind| {
        matches!(kind, EventKind::MessagePublished { .. }) && message_of(kind) == Some(message)
    };
    let seq = last(run, engine, published);
    let explained = seq.and_then(|seq| delivery(run, seq));
    let fixes = explained.iter().flat_map(|delivery| delivery.fixes().cloned()).collect();
    let nearest = explained.as_ref().and_then(|delivery| delivery.misses.first());
    let gone = nearest.filter(|miss| miss.is_gone()).map(|miss| miss.sentence.clone());
    Unrouted { seq, gone, fixes }
}

/// A message that failed on the receive side.
fn failure(engine: &Engine, run: &Run, view: &InstanceView) -> Standstill {
    let reason = view.reason.clone().unwrap_or_default();
    let message = view.queue.first().map(|message| message.id);
    let kept = last(
        run,
        engine,
        |kind| matches!(kind, EventKind::MessageSuspended { instance, .. } if *instance == view.id),
    );
    let Unrouted { mut seq, gone, mut fixes } =
        message.map(|id| unrouted(run, engine, id)).unwrap_or_default();
    if fixes.is_empty()
        && let Some(kept) = kept
    {
        seq = seq.or(Some(kept));
        fixes = arrival(run, kept).map(|arrival| arrival.all_fixes().cloned().collect()).unwrap_or_default();
    }
    let next = match fixes.first() {
        Some(fix) => format!("{}, then resume it", fix.title),
        None => "Correct what the reason names, then resume it".to_owned(),
    };
    let sentence = join(sentence(view, &reason), gone);
    Standstill { sentence, next, seq, operation: None, fixes }
}

fn join(sentence: String, more: Option<String>) -> String {
    [Some(sentence), more].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn sentence(view: &InstanceView, reason: &str) -> String {
    let what = if view.service.as_str().is_empty() { String::new() } else { format!(" of {}", view.service) };
    format!("{}{what} is suspended: {}.", view.id, reason.trim_end_matches('.'))
}

fn port(engine: &Engine, run: &Run, view: &InstanceView) -> Standstill {
    let reason = view.reason.clone().unwrap_or_default();
    let seq = last(run, engine, |kind| {
        instance_of(kind) == Some(view.id)
            && matches!(kind, EventKind::PortFailed { .. } | EventKind::Instance { .. })
    });
    let stopped = engine.send_port_state(view.service) == Some(crate::model::PortState::Stopped);
    let mut draft = Draft::new(&engine.program().application);
    let fix = if stopped {
        mend::start_send_port(&mut draft, view.service).and_then(|()| draft.finish())
    } else {
        None
    };
    let next = if stopped {
        format!("Start send port {}, then resume it", view.service)
    } else {
        format!("See that the address of send port {} can be reached, then resume it", view.service)
    };
    Standstill {
        sentence: sentence(view, &reason),
        next,
        seq,
        operation: None,
        fixes: fix.into_iter().collect(),
    }
}

fn instance(engine: &Engine, run: &Run, view: &InstanceView, reason: &str) -> Standstill {
    let own = |kind: &EventKind| instance_of(kind) == Some(view.id);
    let thrown = last(run, engine, |kind| matches!(kind, EventKind::ExceptionThrown { .. }) && own(kind));
    let seq = last(run, engine, |kind| {
        own(kind)
            && matches!(
                kind,
                EventKind::Instance { change: crate::engine::InstanceChange::Suspended { .. }, .. }
            )
    });
    let uncaught = reason.starts_with(crate::engine::instance::lifecycle::UNCAUGHT);
    if uncaught {
        let place = thrown.and_then(|thrown| shape_before(run, view.id, thrown));
        let place = place.map(|(service, shape)| words::shape(engine.program(), service, shape));
        let failed = last(run, engine, |kind| matches!(kind, EventKind::RoutingFailed { .. }));
        let failed = run.events_after(failed.unwrap_or(0).saturating_sub(1)).first();
        let Unrouted { gone, fixes, .. } = match failed.map(|event| &event.kind) {
            Some(EventKind::RoutingFailed { message, .. }) if reason.contains(&message.to_string()) => {
                unrouted(run, engine, *message)
            }
            _ => Unrouted::default(),
        };
        let next = match (fixes.first(), &place) {
            (Some(fix), _) => {
                format!("{}, then resume it: it goes on from its last persistence point", fix.title)
            }
            (None, Some(place)) => format!(
                "Correct {place}, or give a scope around it a catch block; a resume goes on from the last persistence point"
            ),
            (None, None) => {
                "Correct what the reason names; a resume goes on from the last persistence point".to_owned()
            }
        };
        let place = place.map(|place| format!(" in {place}")).unwrap_or_default();
        let sentence =
            format!("{} of {} is suspended: {}{place}.", view.id, view.service, reason.trim_end_matches('.'));
        let sentence = join(sentence, gone);
        return Standstill { sentence, next, seq: thrown.or(seq), operation: None, fixes };
    }
    let stopped =
        engine.service_state(view.service).is_some_and(|s| s != crate::model::ServiceState::Started);
    let mut fixes = Vec::new();
    let next = if stopped {
        let mut draft = Draft::new(&engine.program().application);
        fixes.extend(mend::start_service(&mut draft, view.service).and_then(|()| draft.finish()));
        format!("Start {}, then resume it", view.service)
    } else {
        format!("Resume it when {} may go on", at(engine, view))
    };
    Standstill { sentence: sentence(view, reason), next, seq, operation: None, fixes }
}

/// The shape that an instance had started last by an event.
fn shape_before(run: &Run, id: InstanceId, seq: u64) -> Option<(Name, Name)> {
    run.events().iter().rev().skip_while(|event| event.seq > seq).find_map(|event| match &event.kind {
        EventKind::ShapeStarted { instance, service, shape } if *instance == id => Some((*service, *shape)),
        _ => None,
    })
}
