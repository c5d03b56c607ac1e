//! Parsed text to [`Code`]: names resolved, types checked, uses noted.

mod assign;
mod call;
mod expression;
mod message;
mod name;
mod statement;
mod types;
mod uses;

use super::code::{Code, Conversion, MessageRef, Node, Place, Program};
use super::problem::{self, SLOT, SYNTAX, TYPE};
use super::syntax::{ExprKind, Parser, Span};
use super::{Symbols, eval};
use crate::diagnostic::{Diagnostic, Severity, closest};
use crate::message::{Value, ValueType};
use std::fmt;
use std::sync::Arc;
use types::Type;
use uses::Uses;
pub use uses::{Access, Use, Used};

/// Where a text stands: what it may hold and must give (section 7.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Statements of an Expression shape.
    Expression,
    /// Statements of a Message Assignment shape.
    MessageAssignment,
    /// Boolean of a Decide rule or Loop.
    Condition,
    /// `System.DateTime` or `System.TimeSpan` of a Delay.
    Delay,
    /// Message of a Suspend or Terminate shape.
    Text,
    /// Seconds or `System.TimeSpan` of a scope.
    Timeout,
    /// First value of a variable of this type; may be empty.
    InitialValue(ValueType),
}

/// Outcome of compiling one text.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// `None` when there are errors, or an initial value is empty.
    pub code: Option<Code>,
    /// Findings in text order, `place.span` in bytes of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Static type of the value; `Unknown` for statements.
    pub value_type: ValueType,
    /// What the text reads, in order of evaluation.
    pub reads: Vec<Use>,
    /// What the text assigns, in order of evaluation.
    pub writes: Vec<Use>,
    /// Members that are not built in, each once: they need a stand-in or run as mocks.
    pub components: Vec<Stub>,
    /// Obvious ways to mend a finding, by its span.
    pub mends: Vec<(Span, Mend)>,
}

/// What one most likely meant by a name that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    /// The finding's span is a slip for this.
    Spell(String),
    /// A variable of this name and type is missing.
    Declare(String, ValueType),
}

/// A member of custom code that a text uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stub {
    /// Full name of the class.
    pub class: String,
    /// `.ctor` for `new`.
    pub member: String,
    /// Number of arguments; `None` for a property.
    pub arguments: Option<usize>,
}

impl fmt::Display for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.arguments {
            _ if self.member == ".ctor" => write!(f, "new {}", self.class),
            Some(count) => write!(f, "{}.{}/{count}", self.class, self.member),
            None => write!(f, "{}.{}", self.class, self.member),
        }
    }
}

/// Compiles a text against the names in scope. Never fails: errors are diagnostics.
pub fn compile(text: &str, slot: Slot, symbols: &dyn Symbols) -> Compiled {
    let mut parser = Parser::new(text);
    let mut compiler = Compiler::new(text, symbols, slot == Slot::MessageAssignment);
    let whole = Span { start: 0, end: u32::try_from(text.len()).unwrap_or(u32::MAX) };
    let (mut steps, mut value, mut value_type) = (Vec::new(), None, ValueType::Unknown);
    let blank = parser.is_blank();
    if blank {
        compiler.problems.extend(blank_text(&slot, whole));
    } else if matches!(slot, Slot::Expression | Slot::MessageAssignment) {
        let statements = parser.statements();
        steps = compiler.statements(&statements);
        if statements.is_empty() && parser.problems.is_empty() {
            compiler.problems.extend(blank_text(&slot, whole));
        }
    } else {
        let expression = parser.expression();
        parser.refuse_assignment_inside(&expression);
        if !parser.ends() {
            // The text is pasted before a semicolon: what follows runs too, in a message only.
            let here = parser.here();
            let said = parser.problems.len();
            let rest = parser.statements();
            if slot == Slot::Text {
                steps = compiler.statements(&rest);
            } else {
                // How statements are written is no help where there are none.
                let mut at = 0;
                parser.problems.retain(|problem| {
                    at += 1;
                    at <= said || problem.code != SYNTAX
                });
                let help = match slot {
                    Slot::Delay => {
                        "Write new System.TimeSpan(0, 0, 5) for five seconds; statements stand in an Expression."
                    }
                    _ => "Put statements in an Expression shape before it.",
                };
                parser.error(SYNTAX, here, format!("{} takes one expression", slot.noun()), help);
            }
        }
        // A value that did not parse has no type worth a second finding.
        let failed = matches!(expression.kind, ExprKind::Error) || !parser.problems.is_empty();
        let lowered = compiler.expression(&expression);
        if !failed {
            let (node, found) = compiler.fit(&slot, lowered);
            value = Some(node);
            value_type = found;
        }
    }
    let mut diagnostics = parser.problems;
    if !diagnostics.is_empty() {
        // What is left of a text that does not parse is no custom code.
        compiler.problems.retain(|problem| problem.severity == Severity::Error);
        compiler.components.clear();
    }
    diagnostics.append(&mut compiler.problems);
    diagnostics.sort_by_key(|d| d.place.span.as_ref().map(|s| (s.start, s.end)));
    let failed = diagnostics.iter().any(|d| d.severity == Severity::Error);
    let code = (!failed && !blank).then(|| Code(Arc::new(Program { value, steps, tag: symbols.tag() })));
    let Uses { reads, writes, .. } = compiler.uses;
    Compiled {
        code,
        diagnostics,
        value_type,
        reads,
        writes,
        components: compiler.components,
        mends: compiler.mends,
    }
}

fn blank_text(slot: &Slot, span: Span) -> Option<Diagnostic> {
    let help = match slot {
        Slot::InitialValue(_) => return None,
        Slot::Expression => "Write at least one statement, such as x = 1; comments alone are not enough.",
        Slot::MessageAssignment => "Assign the message, for example Message2 = Message1;",
        Slot::Condition => "Write a condition, such as count < 10.",
        Slot::Delay => "Write a duration such as new System.TimeSpan(0, 0, 10), or a System.DateTime.",
        Slot::Text => "Write a text in quotes.",
        Slot::Timeout => "Write the seconds, or new System.TimeSpan(…).",
    };
    Some(problem::error(SLOT, span, format!("{} has no content", slot.noun()), help))
}

impl Slot {
    fn noun(&self) -> &'static str {
        match self {
            Self::Expression => "the Expression shape",
            Self::MessageAssignment => "the Message Assignment shape",
            Self::Condition => "a condition",
            Self::Delay => "a Delay",
            Self::Text => "the message text",
            Self::Timeout => "a timeout",
            Self::InitialValue(_) => "an initial value",
        }
    }
}

/// A typed expression.
#[derive(Debug)]
struct Lowered {
    node: Node,
    kind: Type,
    span: Span,
    /// Where it can be written, if it can.
    place: Option<Place>,
}

struct Compiler<'a> {
    text: &'a str,
    symbols: &'a dyn Symbols,
    problems: Vec<Diagnostic>,
    uses: Uses,
    components: Vec<Stub>,
    mends: Vec<(Span, Mend)>,
    checked: bool,
    /// Inside a Message Assignment every message may change; in `construct M { … }` those listed.
    assignment_shape: bool,
    constructed: Vec<MessageRef>,
}

impl<'a> Compiler<'a> {
    fn new(text: &'a str, symbols: &'a dyn Symbols, assignment_shape: bool) -> Self {
        Self {
            text,
            symbols,
            problems: Vec::new(),
            uses: Uses::default(),
            components: Vec::new(),
            mends: Vec::new(),
            checked: false,
            assignment_shape,
            constructed: Vec::new(),
        }
    }

    fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(problem::error(code, span, message, help));
    }

    fn warn(&mut self, code: &'static str, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(problem::warning(code, span, message, help));
    }

    /// The name among `names` that the word at `span` is a slip for.
    fn slip(&mut self, span: Span, word: &str, names: &[&str]) -> Option<String> {
        let name = closest(word, names.iter().copied())?.to_owned();
        self.mends.push((span, Mend::Spell(name.clone())));
        Some(name)
    }

    /// What stands at `span` would be of this type, if a name that nobody declares stands there.
    fn would_be(&mut self, span: Span, kind: &Type) {
        let value_type = kind.value_type();
        if matches!(kind, Type::Value(_)) && value_type != ValueType::Unknown {
            for (_, mend) in self.mends.iter_mut().filter(|(at, _)| *at == span) {
                if let Mend::Declare(_, unknown @ ValueType::Unknown) = mend {
                    *unknown = value_type.clone();
                }
            }
        }
    }

    /// Makes the value of a slot what the slot needs.
    fn fit(&mut self, slot: &Slot, value: Lowered) -> (Node, ValueType) {
        let span = value.span;
        let wanted = match slot {
            Slot::Condition => ValueType::Bool,
            Slot::Text => ValueType::String,
            Slot::Delay | Slot::Timeout => ValueType::TimeSpan,
            Slot::InitialValue(wanted) => wanted.clone(),
            Slot::Expression | Slot::MessageAssignment => ValueType::Unknown,
        };
        self.would_be(span, &Type::Value(wanted));
        let value = self.operand(value);
        let found = value.kind.value_type();
        if value.kind.is_open() {
            let wanted = match slot {
                Slot::Condition => ValueType::Bool,
                Slot::Text => ValueType::String,
                Slot::InitialValue(wanted) => wanted.clone(),
                _ => return (value.node, found),
            };
            let node = Node::Convert(Box::new(value.node), wanted.clone(), Conversion::Implicit);
            return (node, wanted);
        }
        let named = value.kind.describe();
        let seconds = match &value.node {
            Node::Constant(Value::Int32(n)) if *slot == Slot::Delay => {
                Some(format!("Write new System.TimeSpan(0, 0, {n}) for {n} seconds."))
            }
            _ => None,
        };
        let (wanted, help) = match slot {
            Slot::Condition if found == ValueType::Bool => return (value.node, found),
            Slot::Delay if matches!(found, ValueType::DateTime | ValueType::TimeSpan) => {
                return (value.node, found);
            }
            Slot::Timeout if found == ValueType::TimeSpan || found.is_number() => return (value.node, found),
            Slot::Text if found == ValueType::String => return (value.node, found),
            Slot::InitialValue(wanted) => {
                let wanted = wanted.clone();
                return (self.assignable(value, &wanted), wanted);
            }
            Slot::Condition => ("a Boolean", "Compare it, for example with == or <."),
            Slot::Delay => (
                "a System.TimeSpan or System.DateTime",
                "Write new System.TimeSpan(hours, minutes, seconds), or a time such as System.DateTime.UtcNow.AddHours(1).",
            ),
            Slot::Timeout => ("seconds or a System.TimeSpan", "Write a number of seconds."),
            _ => ("a string", "Put it in quotes, or write .ToString()."),
        };
        let help = seconds.unwrap_or_else(|| help.to_owned());
        self.error(TYPE, span, format!("{} needs {wanted}, this is {named}", slot.noun()), help);
        (value.node, found)
    }

    /// Replaces a node whose operands are constants by its value.
    fn fold(&mut self, node: Node, span: Span) -> Node {
        match eval::constant(&node) {
            Some(Ok(value)) => Node::Constant(value),
            Some(Err(raised)) => {
                self.error(
                    problem::CONSTANT,
                    span,
                    format!("this always raises {}: {}", raised.exception_type, raised.message),
                    "Correct the constants.",
                );
                node
            }
            None => node,
        }
    }
}
