use crate::drawing::Category;
use crate::drawing::sequence::{Arrow, Lifeline, Sequence};
use crate::engine::{Event, EventKind, InstanceId, Publisher};
use crate::journal::Clock;
use crate::message::{DateTime, MessageId, Name};
use rustc_hash::FxHashMap;

/// Whose line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Actor {
    ReceivePort(Name),
    Instance(InstanceId),
    SendPort(Name),
    Operator,
    /// Where messages go that no subscription wants.
    Nobody,
}

/// The run as a sequence diagram: who sent which message to whom, in order. `shows` chooses the messages; `label` says what
/// one is called. At most the last `most` arrows; the diagram says how many it leaves out.
pub fn sequence<'a>(
    events: impl IntoIterator<Item = &'a Event>,
    origin: DateTime,
    most: usize,
    shows: impl Fn(MessageId) -> bool,
    label: impl Fn(&crate::message::Message) -> String,
) -> Sequence {
    let mut names: FxHashMap<InstanceId, Name> = FxHashMap::default();
    let mut published: FxHashMap<MessageId, (Actor, String)> = FxHashMap::default();
    let mut sent: Vec<(Actor, Actor, Arrow)> = Vec::new();
    for event in events {
        let time = || Clock(event.at.since(origin)).to_string();
        let mut draw = |message: &MessageId, to: Actor, failed: bool| {
            let Some((from, words)) = published.get(message) else { return };
            // What a port tries again is one arrow.
            let again = sent
                .iter()
                .rev()
                .take(64)
                .any(|(_, other, arrow)| *other == to && arrow.message == message.0 && !failed);
            if !again {
                let arrow = Arrow {
                    from: 0,
                    to: 0,
                    label: words.clone(),
                    time: time(),
                    failed,
                    seq: event.seq,
                    message: message.0,
                };
                sent.push((*from, to, arrow));
            }
        };
        match &event.kind {
            EventKind::Instance { instance, service, .. } => {
                names.entry(*instance).or_insert(*service);
            }
            EventKind::MessagePublished { message, publisher } if shows(message.id) => {
                let from = match publisher {
                    Publisher::ReceivePort(port) => Actor::ReceivePort(*port),
                    Publisher::Orchestration { instance, .. } => Actor::Instance(*instance),
                    Publisher::SendPortReply(port) | Publisher::Acknowledgement(port) => {
                        Actor::SendPort(*port)
                    }
                    Publisher::External => Actor::Operator,
                };
                published.insert(message.id, (from, label(message)));
            }
            EventKind::MessageEnqueued { instance, message } => {
                draw(message, Actor::Instance(*instance), false)
            }
            EventKind::PortAttempt { port, message, .. } => draw(message, Actor::SendPort(*port), false),
            EventKind::RoutingFailed { message, .. } => draw(message, Actor::Nobody, true),
            EventKind::PortFailed { port, message, .. } => draw(message, Actor::SendPort(*port), true),
            _ => {}
        }
    }
    let left_out = sent.len().saturating_sub(most);
    let mut actors: Vec<Actor> = Vec::new();
    let mut place = |actor: Actor| {
        actors.iter().position(|known| *known == actor).unwrap_or_else(|| {
            actors.push(actor);
            actors.len() - 1
        })
    };
    let arrows = sent
        .into_iter()
        .skip(left_out)
        .map(|(from, to, arrow)| Arrow { from: place(from), to: place(to), ..arrow })
        .collect();
    let lifelines = actors.iter().map(|actor| lifeline(*actor, &names)).collect();
    Sequence { lifelines, arrows, left_out }
}

fn lifeline(actor: Actor, names: &FxHashMap<InstanceId, Name>) -> Lifeline {
    let (name, about, category, instance) = match actor {
        Actor::ReceivePort(port) => (port.to_string(), "receive port".to_owned(), Category::Messaging, None),
        Actor::SendPort(port) => (port.to_string(), "send port".to_owned(), Category::Messaging, None),
        Actor::Operator => ("Operator".to_owned(), "by hand".to_owned(), Category::Expression, None),
        Actor::Nobody => ("Nobody".to_owned(), "routing failed".to_owned(), Category::Exception, None),
        Actor::Instance(id) => {
            let service = names.get(&id).map_or("", |name| name.as_str());
            let short = service.rsplit(['.', '#']).next().unwrap_or(service);
            (short.to_owned(), id.to_string(), Category::Call, Some(id.0))
        }
    };
    Lifeline { name, about, category, instance }
}
