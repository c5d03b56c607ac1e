use super::types::{Type, is_open};
use super::{Compiler, Lowered, Uses};
use crate::message::ValueType;
use crate::xlang::code::{Conversion, Node, Step};
use crate::xlang::dotnet::is_exception;
use crate::xlang::problem::{FLOW, IMMUTABLE, TYPE};
use crate::xlang::syntax::{Expr, Path, Span, Statement, StatementKind};

impl Compiler<'_> {
    pub(super) fn statements(&mut self, statements: &[Statement]) -> Vec<Step> {
        let mut steps = Vec::new();
        for statement in statements {
            self.statement(statement, &mut steps);
        }
        steps
    }

    fn statement(&mut self, statement: &Statement, into: &mut Vec<Step>) {
        let span = statement.span;
        let plain = matches!(
            statement.kind,
            StatementKind::Assign(..) | StatementKind::Do(_) | StatementKind::Throw(_)
        );
        if plain && self.symbols.tag().is_some() {
            into.push(Step::Mark(span));
        }
        match &statement.kind {
            StatementKind::Assign(target, value) => into.extend(self.assign(target, value, span)),
            StatementKind::Do(call) => {
                let lowered = self.expression(call);
                if lowered.kind != Type::Error {
                    match (lowered.node.bare(), &lowered.place) {
                        (Node::Invoke(_) | Node::AddPart(_) | Node::Constant(_), _) => {
                            into.push(Step::Do(lowered.node))
                        }
                        _ => self.error(
                            TYPE,
                            span,
                            "this value is not used",
                            "Assign it to a variable: x = …;",
                        ),
                    }
                }
            }
            StatementKind::If(branches, otherwise) => {
                self.flow("if", span);
                let step = self.if_statement(branches, otherwise);
                into.push(step);
            }
            StatementKind::While(condition, body) => {
                self.flow("while", span);
                let condition = self.condition(condition);
                let before = self.uses.point();
                self.uses.enter(&before);
                let body = self.statements(body);
                self.uses.leave();
                self.uses.restore(before);
                into.push(Step::While(condition, body));
            }
            StatementKind::Block(body) => into.extend(self.statements(body)),
            StatementKind::Throw(exception) => {
                let exception = self.expression(exception);
                let node = self.exception(exception);
                self.uses.never_returns();
                into.push(Step::Throw(node));
            }
            StatementKind::Construct(messages, body) => {
                let steps = self.construct(messages, body, span);
                into.extend(steps);
            }
            StatementKind::Error => {}
        }
    }

    fn if_statement(&mut self, branches: &[(Expr, Vec<Statement>)], otherwise: &[Statement]) -> Step {
        let first_write = self.uses.writes.len();
        let mut ends = Vec::new();
        let mut steps = Vec::new();
        let mut before = self.uses.point();
        for (condition, body) in branches {
            self.uses.restore(before);
            let condition = self.condition(condition);
            before = self.uses.point();
            self.uses.enter(&before);
            let body = self.statements(body);
            ends.push(self.uses.leave());
            steps.push((condition, body));
        }
        self.uses.enter(&before);
        let otherwise = self.statements(otherwise);
        ends.push(self.uses.leave());
        Uses::join(&mut self.uses, ends, first_write);
        Step::If(steps, otherwise)
    }

    fn condition(&mut self, condition: &Expr) -> Node {
        let lowered = self.expression(condition);
        let lowered = self.operand(lowered);
        if lowered.kind.is(&ValueType::Bool) || lowered.kind == Type::Error {
            return lowered.node;
        }
        if lowered.kind.is_open() {
            return Node::Convert(Box::new(lowered.node), ValueType::Bool, Conversion::Implicit);
        }
        let message = format!("a condition needs a Boolean, this is {}", lowered.kind.describe());
        self.error(TYPE, lowered.span, message, "Compare it, for example with == or <.");
        lowered.node
    }

    fn exception(&mut self, exception: Lowered) -> Node {
        let known = match &exception.kind {
            Type::Error => true,
            Type::Value(ValueType::Named(name)) => {
                is_exception(name) || is_open(&ValueType::Named(name.clone()))
            }
            kind => kind.is_open(),
        };
        if !known {
            let message = format!("throw needs an exception, this is {}", exception.kind.describe());
            let help = format!("Write throw new System.Exception({});", exception.span.of(self.text));
            self.error(TYPE, exception.span, message, help);
        }
        exception.node
    }

    /// Flow control is not for Message Assignment (MA-2).
    fn flow(&mut self, keyword: &str, span: Span) {
        if self.assignment_shape {
            let span = Span { end: span.start + u32::try_from(keyword.len()).unwrap_or(0), ..span };
            self.error(
                FLOW,
                span,
                format!("`{keyword}` cannot be used in a Message Assignment shape"),
                "Decide before it: set a variable in an Expression shape, or draw a Decide or Loop around the Construct Message shape.",
            );
        }
    }

    /// `construct M { … }` in an Expression shape.
    fn construct(&mut self, messages: &[Path], body: &[Statement], span: Span) -> Vec<Step> {
        if self.assignment_shape || !self.constructed.is_empty() {
            let span = Span { end: span.start + 9, ..span };
            self.error(
                IMMUTABLE,
                span,
                "a construct cannot stand inside another",
                "List the message in the surrounding Construct Message shape and assign it here.",
            );
        }
        let found: Vec<_> = messages.iter().filter_map(|m| self.message(m)).collect();
        let before = std::mem::replace(&mut self.constructed, found);
        let steps = self.statements(body);
        let constructed = std::mem::replace(&mut self.constructed, before);
        for (target, path) in constructed.iter().zip(messages) {
            if !self.uses.has_written(target.slot) {
                self.error(
                    IMMUTABLE,
                    path.span(),
                    format!("the message {} is not assigned in its construct", target.name),
                    format!("Assign {} in the block, or leave it out of the list.", target.name),
                );
            }
        }
        steps
    }
}
