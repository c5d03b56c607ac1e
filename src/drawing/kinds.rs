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
    let mut words = String::new();
    write_summary(&mut words, kind);
    words
}

/// Appends the [`summary`] to `out`.
pub fn write_summary(out: &mut String, kind: &ShapeKind) {
    use ShapeKind as K;
    match kind {
        K::Receive(r) => {
            out.push_str(if r.activate { "activate · " } else { "" });
            write_connection(out, &r.port, &r.operation, &r.leg);
        }
        K::Send(s) => write_connection(out, &s.port, &s.operation, &s.leg),
        K::Construct(c) => write_list(out, c.messages.iter().map(|name| [name.as_str(), "", ""])),
        K::Transform(t) if t.map.is_empty() => out.push_str("no map yet"),
        K::Transform(t) => {
            write_list(out, t.inputs.iter().map(part));
            out.push_str(" → ");
            write_list(out, t.outputs.iter().map(part));
        }
        K::Expression(c) | K::MessageAssignment(c) | K::Delay(c) | K::Suspend(c) | K::Terminate(c) => {
            write_first_line(out, &c.text);
        }
        K::Decide(_) | K::Listen(_) | K::Parallel(_) | K::Group(_) => {}
        K::Loop(l) => write_first_line(out, &l.condition),
        K::Scope(s) => match &s.transaction {
            Transaction::None if s.synchronized => out.push_str("synchronized"),
            Transaction::None => {}
            Transaction::LongRunning(l) if l.timeout.is_empty() => out.push_str("long running"),
            Transaction::LongRunning(l) => {
                out.push_str("long running · timeout ");
                write_first_line(out, &l.timeout);
            }
            Transaction::Atomic(_) => out.push_str("atomic"),
        },
        K::Call(c) | K::Start(c) if c.orchestration.is_empty() => out.push_str("no orchestration yet"),
        K::Call(c) | K::Start(c) => {
            out.push_str(c.orchestration.rsplit('.').next().unwrap_or_default());
            out.push('(');
            write_list(out, c.arguments.iter().map(|a| [a.name.as_str(), "", ""]));
            out.push(')');
        }
        K::CallRules(c) => out.push_str(&c.policy),
        K::Throw(t) => out.push_str(t.exception.as_deref().unwrap_or("rethrow")),
        K::Compensate(c) => out.push_str(&c.transaction),
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

fn write_connection(out: &mut String, port: &str, operation: &str, leg: &Leg) {
    if port.is_empty() {
        out.push_str("no port yet");
        return;
    }
    let leg = match leg {
        Leg::Request => ["", ""],
        Leg::Response => [" · response", ""],
        Leg::Fault(name) => [" · fault ", name],
    };
    out.extend([port, ".", operation].into_iter().chain(leg));
}

fn part(part: &PartRef) -> [&str; 3] {
    [&part.message, if part.part.is_empty() { "" } else { "." }, &part.part]
}

fn write_list<'a>(out: &mut String, items: impl Iterator<Item = [&'a str; 3]>) {
    for (at, item) in items.enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        out.extend(item);
    }
}

/// A time span that is written out, such as `new System.TimeSpan(0, 2, 30)`, as `2 min 30 s`; `None` for any other text.
pub fn span(text: &str) -> Option<String> {
    const UNITS: [(u64, &str, &str); 5] = [
        (86_400_000, "d", "FromDays"),
        (3_600_000, "h", "FromHours"),
        (60_000, "min", "FromMinutes"),
        (1_000, "s", "FromSeconds"),
        (1, "ms", "FromMilliseconds"),
    ];
    let (made, numbers) = text.trim().trim_end_matches(';').trim_end().strip_suffix(')')?.split_once('(')?;
    let numbers: Vec<u64> = numbers
        .split(',')
        .map(|number| number.trim().parse::<u32>().ok().map(u64::from))
        .collect::<Option<_>>()?;
    let words: Vec<&str> = made.split_whitespace().collect();
    let first = match (words.as_slice(), numbers.len()) {
        (["new", "System.TimeSpan" | "TimeSpan"], 3) => 1,
        (["new", "System.TimeSpan" | "TimeSpan"], 4 | 5) => 0,
        ([from], 1) => {
            let from = from.strip_prefix("System.").unwrap_or(from).strip_prefix("TimeSpan.")?;
            UNITS.iter().position(|(_, _, name)| *name == from)?
        }
        _ => return None,
    };
    let mut left: u64 =
        UNITS.iter().skip(first).zip(&numbers).map(|((unit, ..), number)| unit * number).sum();
    let mut parts = Vec::new();
    for (unit, word, _) in UNITS {
        if left >= unit {
            parts.push(format!("{} {word}", left / unit));
            left %= unit;
        }
    }
    Some(if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") })
}

/// The first line that is not empty, with an ellipsis when more follows.
pub fn first_line(text: &str) -> String {
    let mut line = String::new();
    write_first_line(&mut line, text);
    line
}

/// Appends the [`first_line`] to `out`.
pub fn write_first_line(out: &mut String, text: &str) {
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    out.push_str(lines.next().unwrap_or_default());
    out.push_str(if lines.next().is_some() { " …" } else { "" });
}
