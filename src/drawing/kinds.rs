//! What each kind of shape is about: its category, glyph and one line of what it does.

use super::Glyph;
use super::palette::Tokens;
use super::silhouette::Silhouette;
use crate::model::{Leg, PartRef, ShapeKind, Transaction};
use ecolor::Color32;

/// What a shape is about; decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    Messaging,
    Construct,
    Flow,
    Scope,
    Exception,
    Expression,
    Call,
}

impl Category {
    pub fn color(self, t: &Tokens) -> Color32 {
        match self {
            Self::Messaging => t.messaging,
            Self::Construct => t.construct,
            Self::Flow => t.flow,
            Self::Scope => t.scope,
            Self::Exception => t.error,
            Self::Expression => t.expression,
            Self::Call => t.call,
        }
    }
}

pub fn category(kind: &ShapeKind) -> Category {
    use ShapeKind as K;
    match kind {
        K::Receive(_) | K::Send(_) => Category::Messaging,
        K::Construct(_) | K::MessageAssignment(_) | K::Transform(_) => Category::Construct,
        K::Decide(_) | K::Listen(_) | K::Parallel(_) | K::Loop(_) => Category::Flow,
        K::Scope(_) | K::Compensate(_) | K::Group(_) => Category::Scope,
        K::Throw(_) | K::Suspend(_) | K::Terminate(_) => Category::Exception,
        K::Expression(_) | K::Delay(_) => Category::Expression,
        K::Call(_) | K::Start(_) | K::CallRules(_) => Category::Call,
    }
}

pub fn glyph(kind: &ShapeKind) -> Glyph {
    use ShapeKind as K;
    match kind {
        K::Receive(_) => Glyph::Receive,
        K::Send(_) => Glyph::Send,
        K::Construct(_) => Glyph::Envelope,
        K::MessageAssignment(_) => Glyph::Assign,
        K::Transform(_) => Glyph::Transform,
        K::Expression(_) => Glyph::Expression,
        K::Decide(_) => Glyph::Decide,
        K::Delay(_) => Glyph::Clock,
        K::Listen(_) => Glyph::Listen,
        K::Parallel(_) => Glyph::Parallel,
        K::Loop(_) => Glyph::Loop,
        K::Scope(_) => Glyph::Scope,
        K::Call(_) => Glyph::Call,
        K::Start(_) => Glyph::Start,
        K::CallRules(_) => Glyph::Rules,
        K::Throw(_) => Glyph::Throw,
        K::Compensate(_) => Glyph::Compensate,
        K::Suspend(_) => Glyph::Suspend,
        K::Terminate(_) => Glyph::Terminate,
        K::Group(_) => Glyph::Group,
    }
}

pub fn silhouette(kind: &ShapeKind) -> Silhouette {
    use ShapeKind as K;
    match kind {
        K::Receive(_) => Silhouette::In,
        K::Send(_) => Silhouette::Out,
        K::Construct(_) | K::MessageAssignment(_) | K::Transform(_) => Silhouette::Sheet,
        K::Delay(_) => Silhouette::Pill,
        K::Expression(_) => Silhouette::Code,
        K::Throw(_) | K::Suspend(_) | K::Terminate(_) | K::Compensate(_) => Silhouette::Octagon,
        K::Call(_) | K::Start(_) | K::CallRules(_) => Silhouette::Bars,
        K::Decide(_) | K::Listen(_) | K::Parallel(_) | K::Loop(_) | K::Scope(_) | K::Group(_) => {
            Silhouette::Card
        }
    }
}

/// One line of what the shape does; empty when there is nothing to say yet.
pub fn summary(kind: &ShapeKind) -> String {
    use ShapeKind as K;
    match kind {
        K::Receive(r) => {
            let leg = leg_words(&r.leg);
            let act = if r.activate { "activate · " } else { "" };
            if r.port.is_empty() {
                format!("{act}no port yet")
            } else {
                format!("{act}{}.{}{leg}", r.port, r.operation)
            }
        }
        K::Send(s) if s.port.is_empty() => "no port yet".to_owned(),
        K::Send(s) => format!("{}.{}{}", s.port, s.operation, leg_words(&s.leg)),
        K::Construct(c) => c.messages.join(", "),
        K::Transform(t) if t.map.is_empty() => "no map yet".to_owned(),
        K::Transform(t) => format!("{} → {}", parts(&t.inputs), parts(&t.outputs)),
        K::Expression(c) | K::MessageAssignment(c) | K::Delay(c) | K::Suspend(c) | K::Terminate(c) => {
            first_line(&c.text)
        }
        K::Decide(_) | K::Listen(_) | K::Parallel(_) | K::Group(_) => String::new(),
        K::Loop(l) => first_line(&l.condition),
        K::Scope(s) => match &s.transaction {
            Transaction::None if s.synchronized => "synchronized".to_owned(),
            Transaction::None => String::new(),
            Transaction::LongRunning(l) if l.timeout.is_empty() => "long running".to_owned(),
            Transaction::LongRunning(l) => format!("long running · timeout {}", first_line(&l.timeout)),
            Transaction::Atomic(_) => "atomic".to_owned(),
        },
        K::Call(c) | K::Start(c) if c.orchestration.is_empty() => "no orchestration yet".to_owned(),
        K::Call(c) | K::Start(c) => {
            let name = c.orchestration.rsplit('.').next().unwrap_or_default();
            let arguments: Vec<&str> = c.arguments.iter().map(|a| a.name.as_str()).collect();
            format!("{name}({})", arguments.join(", "))
        }
        K::CallRules(c) => c.policy.clone(),
        K::Throw(t) => t.exception.clone().unwrap_or_else(|| "rethrow".to_owned()),
        K::Compensate(c) => c.transaction.clone(),
    }
}

/// True when [`summary`] is XLANG/s text, to set in monospace.
pub fn summary_is_code(kind: &ShapeKind) -> bool {
    use ShapeKind as K;
    matches!(
        kind,
        K::Expression(_)
            | K::MessageAssignment(_)
            | K::Delay(_)
            | K::Suspend(_)
            | K::Terminate(_)
            | K::Loop(_)
    )
}

fn leg_words(leg: &Leg) -> String {
    match leg {
        Leg::Request => String::new(),
        Leg::Response => " · response".to_owned(),
        Leg::Fault(name) => format!(" · fault {name}"),
    }
}

fn parts(parts: &[PartRef]) -> String {
    let names: Vec<String> = parts
        .iter()
        .map(|p| if p.part.is_empty() { p.message.clone() } else { format!("{}.{}", p.message, p.part) })
        .collect();
    names.join(", ")
}

/// The first line that is not empty, with an ellipsis when more follows.
pub fn first_line(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    let Some(first) = lines.next() else { return String::new() };
    if lines.next().is_some() { format!("{first} …") } else { first.to_owned() }
}
