use super::values::{slice, source};
use super::words;
use crate::engine::{Event, EventKind, InstanceId, Publisher, Told};
use crate::journal::{Run, instance_of};
use crate::message::{MessageId, Name, Value};
use crate::program::{ArgumentSlot, Program, Service, Source};
use crate::xlang::{Access, Use, Used};
use std::sync::Arc;

/// Steps back at most; what is further away is cut.
const DEPTH: usize = 24;

/// A value of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub instance: InstanceId,
    /// Orchestration that declares it: a called one runs in its caller's instance.
    pub service: Name,
    /// Variable or message.
    pub name: Name,
    /// Field, part or property of the message as an expression writes it after the name, `.Head.Status` or
    /// `(P.Status)`; empty is the whole.
    pub field: String,
}

/// Where a value came from: a shape, a message, a person, or what it was to begin with, and what that was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    pub subject: Subject,
    pub sentence: String,
    /// The event it happened at; `None` for an initial value.
    pub seq: Option<u64>,
    pub shape: Option<Name>,
    pub message: Option<MessageId>,
    /// The value it got, when the shape says so.
    pub value: Option<Value>,
    pub from: Vec<Origin>,
}

/// The shapes and messages that a value came from, as it is after the event `seq`. `traced` is as in
/// [`super::evaluations`].
pub fn lineage(run: &Run, traced: &Arc<Program>, subject: &Subject, seq: u64) -> Origin {
    Search { run, traced }.origin(subject, seq, DEPTH)
}

struct Search<'a> {
    run: &'a Run,
    traced: &'a Arc<Program>,
}

impl Search<'_> {
    fn origin(&self, subject: &Subject, seq: u64, depth: usize) -> Origin {
        let begin = Origin {
            subject: subject.clone(),
            sentence: format!("{}{} has had its value from the beginning.", subject.name, subject.field),
            seq: None,
            shape: None,
            message: None,
            value: None,
            from: Vec::new(),
        };
        let Some(service) = self.traced.service_by_name(subject.service).filter(|_| depth > 0) else {
            return begin;
        };
        let events = self.run.events().iter().rev().skip_while(|event| event.seq > seq);
        let mut own = events.filter(|event| instance_of(&event.kind) == Some(subject.instance));
        own.find_map(|event| self.written(service, subject, event, depth)).unwrap_or(begin)
    }

    /// What an event says of where the value came from.
    fn written(&self, service: &Service, subject: &Subject, event: &Event, depth: usize) -> Option<Origin> {
        match &event.kind {
            EventKind::MessageConsumed { message, shape, .. } => {
                let receive = service.receives.iter().find(|r| service.shape_id(r.shape) == *shape)?;
                let name = service.messages.get(usize::from(receive.message))?.name;
                (name == subject.name).then(|| self.consumed(subject, event, *shape, *message, depth))
            }
            EventKind::ShapeStarted { service: of, shape, .. } if *of == subject.service => {
                self.by_shape(service, subject, event, *shape, depth)
            }
            EventKind::VariableSet { variable, value, .. }
                if *variable == subject.name && self.reaches(subject, event.seq) =>
            {
                let sentence = format!("Somebody set {variable} to {}.", words::shown(value));
                Some(Origin { value: Some(value.clone()), ..by_hand(subject, event.seq, sentence) })
            }
            EventKind::MessageEdited { message, variable, .. }
                if *variable == subject.name && self.reaches(subject, event.seq) =>
            {
                let sentence = format!("Somebody changed {variable}, which is {} since.", message.id);
                Some(Origin { message: Some(message.id), ..by_hand(subject, event.seq, sentence) })
            }
            EventKind::ExceptionCaught { exception, scope, .. } => {
                let scopes = service.scopes.iter().filter(|info| service.scope_id(info) == *scope);
                let mut catches = scopes.flat_map(|info| &info.catches);
                let caught = catches.any(|catch| {
                    let variable = catch.variable.and_then(|slot| service.variables.get(usize::from(slot)));
                    variable.is_some_and(|variable| variable.name == subject.name)
                });
                caught.then(|| Origin {
                    subject: subject.clone(),
                    sentence: format!(
                        "{} is the {exception} that {} caught.",
                        subject.name,
                        words::shape(self.traced, subject.service, *scope)
                    ),
                    seq: Some(event.seq),
                    shape: Some(*scope),
                    message: None,
                    value: None,
                    from: Vec::new(),
                })
            }
            _ => None,
        }
    }

    /// A person changes what the orchestration called last has under a name: false when that is another one.
    fn reaches(&self, subject: &Subject, seq: u64) -> bool {
        let before = self.run.events_until(seq).iter().rev();
        let mut within = before.filter_map(|event| match &event.kind {
            EventKind::ShapeStarted { instance, service, .. }
            | EventKind::ShapeCompleted { instance, service, .. }
                if *instance == subject.instance =>
            {
                Some(*service)
            }
            _ => None,
        });
        let Some(other) = within.next().filter(|service| *service != subject.service) else { return true };
        let has = |service: &Service| {
            service.variables.iter().any(|variable| variable.name == subject.name)
                || service.messages.iter().any(|message| message.name == subject.name)
        };
        !self.traced.service_by_name(other).is_some_and(has)
    }

    /// A receive took the message: on to who published it.
    fn consumed(&self, subject: &Subject, event: &Event, shape: Name, id: MessageId, depth: usize) -> Origin {
        let published =
            self.run.events().iter().rev().skip_while(|e| e.seq > event.seq).find_map(|e| match &e.kind {
                EventKind::MessagePublished { message, publisher } if message.id == id => {
                    Some((e.seq, *publisher))
                }
                _ => None,
            });
        let place = words::shape(self.traced, subject.service, shape);
        let (came, from) = match published {
            Some((seq, Publisher::Orchestration { instance, port })) => {
                let from = self.sent(instance, port, seq, &subject.field, depth);
                (words::publisher(Publisher::Orchestration { instance, port }), from)
            }
            Some((_, publisher)) => (words::publisher(publisher), Vec::new()),
            None => ("published before the record begins".to_owned(), Vec::new()),
        };
        Origin {
            subject: subject.clone(),
            sentence: format!("{place} received it as {id}, {came}."),
            seq: Some(event.seq),
            shape: Some(shape),
            message: Some(id),
            value: None,
            from,
        }
    }

    /// The message variable that an instance sent at a port.
    fn sent(&self, instance: InstanceId, port: Name, seq: u64, field: &str, depth: usize) -> Vec<Origin> {
        let before = self.run.events().iter().rev().skip_while(|event| event.seq > seq);
        let found = before.filter_map(|event| match &event.kind {
            EventKind::ShapeStarted { instance: by, service, shape } if *by == instance => {
                Some((event.seq, *service, *shape))
            }
            _ => None,
        });
        let mut sends = found.filter_map(|(seq, name, shape)| {
            let service = self.traced.service_by_name(name)?;
            let send = service.sends.iter().find(|s| service.shape_id(s.shape) == shape)?;
            (service.port(send.port)?.name == port).then_some(())?;
            Some((seq, name, service.messages.get(usize::from(send.message))?.name))
        });
        let Some((seq, service, name)) = sends.next() else { return Vec::new() };
        let subject = Subject { instance, service, name, field: field.to_owned() };
        vec![self.origin(&subject, seq, depth - 1)]
    }

    fn by_shape(
        &self,
        service: &Service,
        subject: &Subject,
        event: &Event,
        shape: Name,
        depth: usize,
    ) -> Option<Origin> {
        let wanted = |used: Used, slot: u16| named(service, used, slot) == Some(subject.name);
        let writes = |source: &Source| {
            let of = source.place.id.as_ref().is_some_and(|id| id.as_str() == shape.as_str());
            of && source.writes.iter().any(|w| wanted(w.used, w.slot) && self.covers(source, w, subject))
        };
        if service.sources.iter().any(writes) {
            return self.by_code(service, subject, event, shape, depth);
        }
        let place = words::shape(self.traced, subject.service, shape);
        let whole = |slot: u16| Subject {
            name: named(service, Used::Message, slot).unwrap_or(subject.name),
            field: String::new(),
            ..subject.clone()
        };
        let number = |at: u16| service.shape_id(at) == shape;
        if let Some(transform) = service
            .transforms
            .iter()
            .find(|t| number(t.shape) && t.outputs.iter().any(|(slot, _)| wanted(Used::Message, *slot)))
        {
            let from = transform.inputs.iter();
            return Some(Origin {
                subject: subject.clone(),
                sentence: format!("{place} made it with the map {}.", transform.map),
                seq: Some(event.seq),
                shape: Some(shape),
                message: None,
                value: None,
                from: from.map(|(slot, _)| self.origin(&whole(*slot), event.seq, depth - 1)).collect(),
            });
        }
        let slot_named = |slot: &ArgumentSlot| match slot {
            ArgumentSlot::Variable(slot) => wanted(Used::Variable, *slot),
            ArgumentSlot::Message(slot) => wanted(Used::Message, *slot),
            _ => false,
        };
        let called = service.calls.iter().find(|call| {
            number(call.shape) && call.arguments.iter().any(|a| a.copy_out && slot_named(&a.from))
        });
        if let Some(call) = called {
            let callee = self.traced.service(call.service)?;
            let argument = call.arguments.iter().find(|a| a.copy_out && slot_named(&a.from))?;
            let (used, slot) = match argument.to {
                ArgumentSlot::Variable(slot) => (Used::Variable, slot),
                ArgumentSlot::Message(slot) => (Used::Message, slot),
                _ => return None,
            };
            let inner = Subject { service: callee.name, name: named(callee, used, slot)?, ..subject.clone() };
            let end = self.end_of_call(subject, event, shape)?;
            return Some(Origin {
                subject: subject.clone(),
                sentence: format!("{place} got it back from {}.", callee.name),
                seq: Some(event.seq),
                shape: Some(shape),
                message: None,
                value: None,
                from: vec![self.origin(&inner, end, depth - 1)],
            });
        }
        let rules = service.rule_calls.iter().find(|rules| {
            number(rules.shape) && rules.arguments.iter().any(|argument| slot_named(&argument.from))
        })?;
        Some(Origin {
            subject: subject.clone(),
            sentence: format!(
                "{place} passed it to the policy {}, whose rules may have changed it.",
                rules.name
            ),
            seq: Some(event.seq),
            shape: Some(shape),
            message: None,
            value: None,
            from: vec![self.origin(subject, event.seq.saturating_sub(1), depth - 1)],
        })
    }

    /// The event at which a called orchestration had come back.
    fn end_of_call(&self, subject: &Subject, event: &Event, shape: Name) -> Option<u64> {
        let mut after = self.run.events_after(event.seq).iter();
        let ended = after.find(|e| {
            matches!(&e.kind, EventKind::ShapeCompleted { instance, shape: s, .. } if *instance == subject.instance && *s == shape)
        });
        Some(ended.map_or(self.run.last_seq(), |event| event.seq))
    }

    /// True when a write is of the field, or of the whole that it is in.
    fn covers(&self, source: &Source, write: &Use, subject: &Subject) -> bool {
        if subject.field.is_empty() || write.access == Access::Whole {
            return true;
        }
        let text = slice(&source.text, &write.span);
        let field = text.strip_prefix(subject.name.as_str()).unwrap_or_default();
        field.is_empty() || subject.field.starts_with(field) || field.starts_with(&subject.field)
    }

    /// An expression assigned it: the statement that did, and what stood in it.
    fn by_code(
        &self,
        service: &Service,
        subject: &Subject,
        event: &Event,
        shape: Name,
        depth: usize,
    ) -> Option<Origin> {
        let retraced = self.run.retrace(event.seq, Some(self.traced))?;
        let ran = retraced.trace.evaluations.iter().find(|evaluation| {
            evaluation.instance == subject.instance
                && evaluation.after >= event.seq
                && source(self.traced, evaluation).is_some_and(|source| {
                    source.place.id.as_ref().is_some_and(|id| id.as_str() == shape.as_str())
                })
        })?;
        let source = source(self.traced, ran)?;
        let write_in = |span: &std::ops::Range<u32>| {
            source.writes.iter().rev().find(|write| {
                write.span.start >= span.start
                    && write.span.end <= span.end
                    && named(service, write.used, write.slot) == Some(subject.name)
                    && self.covers(source, write, subject)
            })
        };
        // The last statement that ran and wrote it.
        let (at, span, write) = ran.steps.iter().enumerate().rev().find_map(|(at, step)| match step {
            Told::Statement(span) => write_in(span).map(|write| (at, span.clone(), write)),
            Told::Value(..) => None,
        })?;
        let values = || {
            let told = ran.steps.iter().skip(at + 1).take_while(|step| matches!(step, Told::Value(..)));
            told.filter_map(|step| match step {
                Told::Value(span, value) => Some((span, value)),
                Told::Statement(_) => None,
            })
        };
        let reads = source.reads.iter().filter(|read| {
            read.span.start >= span.start && read.span.end <= span.end && read.span != write.span
        });
        let whole_copy = write.access == Access::Whole;
        let from = reads
            .filter_map(|read| {
                let name = named(service, read.used, read.slot)?;
                let text = slice(&source.text, &read.span);
                let own = text.strip_prefix(name.as_str()).unwrap_or_default().to_owned();
                // A message assigned as a whole brings the field along.
                let field = if own.is_empty() && whole_copy { subject.field.clone() } else { own };
                let read = Subject { name, field, ..subject.clone() };
                Some(self.origin(&read, event.seq.saturating_sub(1), depth - 1))
            })
            .collect();
        let statement = slice(&source.text, &span).trim();
        let value = values().last().map(|(_, value)| value.clone());
        let given = values()
            .filter(|(span, _)| slice(&source.text, span) != slice(&source.text, &write.span))
            .map(|(span, value)| format!("{} was {}", slice(&source.text, span), words::shown(value)));
        let given: Vec<String> = given.collect();
        let with =
            if given.is_empty() { String::new() } else { format!(", where {}", words::joined(&given)) };
        Some(Origin {
            subject: subject.clone(),
            sentence: format!("{} ran {statement}{with}.", words::shape(self.traced, subject.service, shape)),
            seq: Some(event.seq),
            shape: Some(shape),
            message: None,
            value,
            from,
        })
    }
}

/// What a person did; a value made anew has no past.
fn by_hand(subject: &Subject, seq: u64, sentence: String) -> Origin {
    Origin {
        subject: subject.clone(),
        sentence,
        seq: Some(seq),
        shape: None,
        message: None,
        value: None,
        from: Vec::new(),
    }
}

fn named(service: &Service, used: Used, slot: u16) -> Option<Name> {
    let at = usize::from(slot);
    match used {
        Used::Variable => service.variables.get(at).map(|variable| variable.name),
        Used::Message => service.messages.get(at).map(|message| message.name),
        Used::Port => service.ports.get(at).map(|port| port.name),
        Used::CorrelationSet => service.sets.get(at).map(|set| set.name),
        Used::RoleLink => None,
    }
}
