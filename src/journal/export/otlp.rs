use super::shape_name;
use crate::engine::{Event, EventKind, InstanceChange, InstanceId, Publisher};
use crate::journal::{Detail, event_name, instance_of, is_problem};
use crate::message::{DateTime, MessageId, Name};
use crate::program::Program;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Ticks of 1970-01-01.
const UNIX_EPOCH: i64 = 621_355_968_000_000_000;
/// `SPAN_KIND_INTERNAL`, `SPAN_KIND_CONSUMER`; `STATUS_CODE_OK`, `STATUS_CODE_ERROR`.
const INTERNAL: u32 = 1;
const CONSUMER: u32 = 5;
const OK: u32 = 1;
const ERROR: u32 = 2;

struct Span {
    id: u64,
    parent: Option<u64>,
    root: u64,
    name: String,
    kind: u32,
    start: DateTime,
    end: Option<DateTime>,
    attributes: Vec<Json>,
    events: Vec<Json>,
    links: Vec<(u64, u64)>,
    error: Option<String>,
    done: bool,
}

/// Events as OpenTelemetry traces, an OTLP `ExportTraceServiceRequest` in its JSON encoding: a span for each service
/// instance with one for each shape in it. An instance that a message of another started is a child of that one's span; a
/// message that reached a running instance is a link. Everything else an instance did is an event of its span. What belongs
/// to no instance is left out.
pub fn otlp<'a>(events: impl IntoIterator<Item = &'a Event>, origin: DateTime, program: &Program) -> Json {
    let mut build = Build {
        program,
        spans: Vec::new(),
        instances: BTreeMap::new(),
        shapes: BTreeMap::new(),
        published: BTreeMap::new(),
    };
    let mut last = origin;
    for event in events {
        last = event.at;
        build.event(event);
    }
    let spans: Vec<Json> = build.spans.iter().map(|span| span.json(origin, last)).collect();
    let resource = [
        text("service.name", &program.application.settings.name),
        text("telemetry.sdk.name", "orchestrion"),
        text("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
        text("telemetry.sdk.language", "rust"),
    ];
    json!({
        "resourceSpans": [{
            "resource": { "attributes": resource },
            "scopeSpans": [{
                "scope": { "name": "orchestrion", "version": env!("CARGO_PKG_VERSION") },
                "spans": spans,
            }],
        }],
    })
}

struct Build<'p> {
    program: &'p Program,
    spans: Vec<Span>,
    /// Place of an instance's span.
    instances: BTreeMap<InstanceId, usize>,
    /// Places of the open spans of a shape, which can be open twice.
    shapes: BTreeMap<(InstanceId, Name, Name), Vec<usize>>,
    /// The instance that published a message.
    published: BTreeMap<MessageId, InstanceId>,
}

impl Build<'_> {
    fn span(&mut self, parent: Option<usize>, name: String, kind: u32, start: DateTime) -> usize {
        let id = self.spans.len() as u64 + 1;
        let above = parent.and_then(|at| self.spans.get(at)).map(|span| (span.id, span.root));
        self.spans.push(Span {
            id,
            parent: above.map(|(id, _)| id),
            root: above.map_or(id, |(_, root)| root),
            name,
            kind,
            start,
            end: None,
            attributes: Vec::new(),
            events: Vec::new(),
            links: Vec::new(),
            error: None,
            done: false,
        });
        self.spans.len() - 1
    }

    fn event(&mut self, event: &Event) {
        let kind = &event.kind;
        if let EventKind::MessagePublished { message, publisher: Publisher::Orchestration { instance, .. } } =
            kind
        {
            self.published.insert(message.id, *instance);
        }
        let Some(id) = instance_of(kind) else { return };
        match kind {
            EventKind::Instance { service, change: InstanceChange::Created, .. } => {
                let at = self.span(None, service.to_string(), CONSUMER, event.at);
                if let Some(span) = self.spans.get_mut(at) {
                    span.attributes.push(number("orchestrion.instance", id.0));
                    span.attributes.push(text("orchestrion.service", service.as_str()));
                }
                self.instances.insert(id, at);
            }
            EventKind::ShapeStarted { service, shape, .. } => {
                let parent = self.instances.get(&id).copied();
                let name = shape_name(self.program, *service, *shape).to_owned();
                let at = self.span(parent, name, INTERNAL, event.at);
                if let Some(span) = self.spans.get_mut(at) {
                    span.attributes.push(text("orchestrion.shape", shape.as_str()));
                }
                self.shapes.entry((id, *service, *shape)).or_default().push(at);
            }
            EventKind::ShapeCompleted { service, shape, .. } => {
                let open = self.shapes.get_mut(&(id, *service, *shape)).and_then(Vec::pop);
                if let Some(span) = open.and_then(|at| self.spans.get_mut(at)) {
                    span.end = Some(event.at);
                    span.done = true;
                }
            }
            EventKind::MessageEnqueued { message, .. } => {
                self.caused(id, *message);
                self.note(id, event);
            }
            EventKind::Instance { change, .. } => {
                self.note(id, event);
                if matches!(
                    change,
                    InstanceChange::Completed
                        | InstanceChange::Terminated { .. }
                        | InstanceChange::Discarded { .. }
                ) {
                    self.end(id, event.at);
                }
            }
            _ => self.note(id, event),
        }
    }

    /// A message reached an instance: the one that published it is its parent, or linked to it.
    fn caused(&mut self, id: InstanceId, message: MessageId) {
        let by = self.published.get(&message).and_then(|by| self.instances.get(by)).copied();
        let (Some(by), Some(at)) = (by, self.instances.get(&id).copied()) else { return };
        let Some((parent, root)) = self.spans.get(by).map(|span| (span.id, span.root)) else { return };
        let Some(span) = self.spans.get_mut(at) else { return };
        let first = span.parent.is_none() && span.events.is_empty() && span.id != parent;
        if first {
            (span.parent, span.root) = (Some(parent), root);
        } else {
            span.links.push((root, parent));
        }
    }

    fn note(&mut self, id: InstanceId, event: &Event) {
        let Some(span) = self.instances.get(&id).and_then(|at| self.spans.get_mut(*at)) else { return };
        let detail = Detail(&event.kind).to_string();
        span.events.push(json!({
            "timeUnixNano": nanos(event.at),
            "name": event_name(&event.kind),
            "attributes": [text("orchestrion.detail", &detail), number("orchestrion.seq", event.seq)],
        }));
        if is_problem(&event.kind) {
            span.error = Some(detail);
        }
    }

    fn end(&mut self, id: InstanceId, at: DateTime) {
        let open =
            self.shapes.iter_mut().filter(|((of, ..), _)| *of == id).flat_map(|(_, open)| open.drain(..));
        let places: Vec<usize> = open.chain(self.instances.get(&id).copied()).collect();
        for place in places {
            if let Some(span) = self.spans.get_mut(place) {
                span.end = Some(at);
                span.done = true;
            }
        }
    }
}

impl Span {
    fn json(&self, origin: DateTime, last: DateTime) -> Json {
        let trace = |root: u64| format!("{:016x}{root:016x}", origin.0);
        let mut attributes = self.attributes.clone();
        if !self.done {
            attributes.push(json!({ "key": "orchestrion.open", "value": { "boolValue": true } }));
        }
        let links: Vec<Json> = self
            .links
            .iter()
            .map(|(root, span)| json!({ "traceId": trace(*root), "spanId": format!("{span:016x}") }))
            .collect();
        let status = match &self.error {
            Some(error) => json!({ "code": ERROR, "message": error }),
            None if self.done => json!({ "code": OK }),
            None => json!({}),
        };
        let mut span = json!({
            "traceId": trace(self.root),
            "spanId": format!("{:016x}", self.id),
            "name": self.name,
            "kind": self.kind,
            "startTimeUnixNano": nanos(self.start),
            "endTimeUnixNano": nanos(self.end.unwrap_or(last)),
            "attributes": attributes,
            "events": self.events,
            "links": links,
            "status": status,
        });
        if let (Some(parent), Some(fields)) = (self.parent, span.as_object_mut()) {
            fields.insert("parentSpanId".into(), format!("{parent:016x}").into());
        }
        span
    }
}

/// 64-bit numbers are texts in the JSON encoding.
fn nanos(at: DateTime) -> String {
    (i128::from(at.0 - UNIX_EPOCH).max(0) * 100).to_string()
}

fn text(key: &str, value: &str) -> Json {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn number(key: &str, value: u64) -> Json {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}
