use crate::message::Name;

/// What a filter can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Event,
    Sequence,
    Time,
    At,
    Instance,
    Service,
    Class,
    Shape,
    State,
    Age,
    Waiting,
    Pending,
    Reason,
    Code,
    Exception,
    Problem,
    Message,
    MessageType,
    Size,
    Body,
    Publisher,
    Port,
    Location,
    Address,
    Attempt,
    Subscription,
    Owner,
    Set,
    Correlation,
    Scope,
    Queue,
    Points,
    Text,
    /// `var.name`.
    Variable,
    /// `set.name`.
    SetValue,
    /// Any other name with a dot: a property of a message's context.
    Property,
}

/// What its values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    /// Number of an instance, message or subscription.
    Id,
    Span,
    Time,
    Flag,
    /// Whatever the variable or property holds.
    Any,
}

/// A field as a filter names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub key: Key,
    /// Of a variable, set or property.
    pub name: Name,
    pub kind: Kind,
}

/// A field as people look it up.
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    pub key: Key,
    pub name: &'static str,
    pub kind: Kind,
    pub help: &'static str,
    /// Values it can have, when they are few.
    pub values: &'static [&'static str],
}

const fn field(key: Key, name: &'static str, kind: Kind, help: &'static str) -> FieldInfo {
    FieldInfo { key, name, kind, help, values: &[] }
}

const STATES: &[&str] = &[
    "created",
    "ready",
    "active",
    "waiting",
    "dehydrated",
    "rehydrated",
    "breakpoint",
    "continued",
    "suspended",
    "pending",
    "resumed",
    "retrying",
    "scheduled",
    "terminated",
    "completed",
    "discarded",
];

const EVENTS: &[&str] = &[
    "ack.consumed",
    "ack.published",
    "activity.begun",
    "activity.continued",
    "activity.ended",
    "activity.related",
    "activity.updated",
    "breakpoint.hit",
    "component.called",
    "component.mocked",
    "exception.caught",
    "exception.thrown",
    "instance.active",
    "instance.breakpoint",
    "instance.completed",
    "instance.continued",
    "instance.created",
    "instance.dehydrated",
    "instance.discarded",
    "instance.pending",
    "instance.ready",
    "instance.rehydrated",
    "instance.resumed",
    "instance.suspended",
    "instance.terminated",
    "instance.waiting",
    "log.written",
    "message.constructed",
    "message.consumed",
    "message.edited",
    "message.enqueued",
    "message.published",
    "message.received",
    "message.suspended",
    "operation.refused",
    "persistence.point",
    "port.attempt",
    "port.backup",
    "port.failed",
    "port.retry",
    "port.scheduled",
    "port.sent",
    "routing.failed",
    "rule.fired",
    "scope.aborted",
    "scope.committed",
    "scope.compensated",
    "scope.retry",
    "set.initialised",
    "shape.completed",
    "shape.started",
    "state.changed",
    "subscription.added",
    "subscription.matched",
    "subscription.removed",
    "variable.set",
];

/// Every field, in the order a list of them is shown.
pub const FIELDS: &[FieldInfo] = &[
    FieldInfo { values: EVENTS, ..field(Key::Event, "event", Kind::Text, "Name of the event") },
    field(Key::Sequence, "seq", Kind::Number, "Number of the event"),
    field(Key::Time, "time", Kind::Span, "Time since the start of the run"),
    field(Key::At, "at", Kind::Time, "Date and time, UTC"),
    field(Key::Instance, "instance", Kind::Id, "Service instance, such as #17"),
    field(Key::Service, "service", Kind::Text, "Orchestration or port, with or without its namespace"),
    FieldInfo {
        values: &["orchestration", "send port", "receive port", "failure"],
        ..field(Key::Class, "class", Kind::Text, "Kind of the instance")
    },
    field(Key::Shape, "shape", Kind::Text, "Shape by its id or name"),
    FieldInfo { values: STATES, ..field(Key::State, "state", Kind::Text, "State of the instance") },
    field(Key::Age, "age", Kind::Span, "Time since the instance was created"),
    field(Key::Waiting, "waiting", Kind::Span, "Time the instance has waited"),
    field(Key::Pending, "pending", Kind::Text, "Operation that waits for the next safe point"),
    field(Key::Reason, "reason", Kind::Text, "Why it failed, is suspended or ended"),
    field(Key::Code, "code", Kind::Text, "Error code"),
    field(Key::Exception, "exception", Kind::Text, "Type of the exception"),
    field(Key::Problem, "problem", Kind::Flag, "Something went wrong"),
    field(Key::Message, "message", Kind::Id, "Message, such as m42"),
    field(Key::MessageType, "message.type", Kind::Text, "Message type, namespace#Root, or the root alone"),
    field(Key::Size, "message.size", Kind::Number, "Bytes of the message"),
    field(Key::Body, "body", Kind::Text, "Text of the message's body"),
    field(Key::Publisher, "publisher", Kind::Text, "Who published the message"),
    field(Key::Port, "port", Kind::Text, "Port"),
    field(Key::Location, "location", Kind::Text, "Receive location"),
    field(Key::Address, "address", Kind::Text, "Address that is sent to"),
    field(Key::Attempt, "attempt", Kind::Number, "Number of the attempt to send"),
    field(Key::Subscription, "subscription", Kind::Id, "Subscription, such as s3"),
    field(Key::Owner, "owner", Kind::Text, "Whose subscription it is"),
    field(Key::Set, "set", Kind::Text, "Correlation set"),
    field(Key::Correlation, "correlation", Kind::Any, "Value of a correlation set"),
    field(Key::Scope, "scope", Kind::Text, "Scope"),
    field(Key::Queue, "queue", Kind::Number, "Messages delivered and not yet consumed"),
    field(Key::Points, "points", Kind::Number, "Persistence points"),
    field(Key::Text, "text", Kind::Text, "The whole line"),
];

impl Field {
    /// The field of a name: of the table, a variable, a set, or a property of a message's context.
    pub fn named(dotted: &str) -> Option<Self> {
        if let Some(info) = FIELDS.iter().find(|info| info.name == dotted) {
            return Some(Self { key: info.key, name: Name::default(), kind: info.kind });
        }
        let (first, rest) = dotted.split_once('.')?;
        let (key, name) = match first {
            _ if rest.is_empty() => return None,
            "var" => (Key::Variable, rest),
            "set" => (Key::SetValue, rest),
            // `event.x` is a slip, not a property.
            _ if FIELDS.iter().any(|info| info.name == first) => return None,
            _ => (Key::Property, dotted),
        };
        Some(Self { key, name: Name::new(name), kind: Kind::Any })
    }
}
