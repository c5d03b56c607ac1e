use super::parser::error_at;
use super::token::Lexeme;
use super::{Expr, ExprKind, Parser, Statement, StatementKind};
use crate::xlang::problem::{SHAPE, SYNTAX};

impl Parser<'_> {
    /// Every statement up to the end of the text.
    pub fn statements(&mut self) -> Vec<Statement> {
        let mut all = Vec::new();
        while self.peek().is_some() {
            self.statements_of_block(&mut all);
            if self.peek().is_some() {
                let here = self.here();
                self.error(SYNTAX, here, "`}` closes nothing", "Remove it, or open its block with `{`.");
                self.advance();
            }
        }
        all
    }

    /// Semicolons after the one expression of a slot; true when nothing else follows.
    pub fn ends(&mut self) -> bool {
        while self.take_sign(";") {}
        self.peek().is_none()
    }

    fn statements_of_block(&mut self, into: &mut Vec<Statement>) {
        while self.peek().is_some() && !self.is_sign(0, "}") {
            let before = self.position();
            into.extend(self.statement());
            if self.position() == before {
                self.advance();
            }
        }
    }

    /// `{ … }`, or the one statement of a branch without braces.
    pub(super) fn branch(&mut self) -> Vec<Statement> {
        self.nested(Vec::new(), |p| {
            let mut all = Vec::new();
            if p.take_sign("{") {
                p.statements_of_block(&mut all);
                p.expect_sign("}", "the block");
            } else if p.peek().is_some() {
                all.extend(p.statement());
            } else {
                let here = p.here();
                p.error(SYNTAX, here, "the text ends where a statement is needed", "Write { … } here.");
            }
            all
        })
    }

    fn statement(&mut self) -> Option<Statement> {
        let start = self.here();
        let kind = match self.peek_word(0) {
            _ if self.take_sign(";") => return None,
            _ if self.is_sign(0, "{") => StatementKind::Block(self.branch()),
            Some("if") => self.if_statement(),
            Some("while") => {
                self.advance();
                let condition = self.condition("while");
                StatementKind::While(condition, self.branch())
            }
            Some("throw") => self.throw(),
            Some("construct") if matches!(self.peek_at(1).map(|t| t.kind), Some(Lexeme::Word)) => {
                self.construct()
            }
            Some(verb @ ("call" | "exec")) if self.peek_word(1).is_some() => self.call_shape(verb),
            Some("else") => {
                self.error(SYNTAX, start, "`else` without `if`", "Write it right after the block of its if.");
                self.advance();
                self.branch();
                StatementKind::Error
            }
            Some(word) if self.refuse_statement(word) => StatementKind::Error,
            _ => self.simple(),
        };
        Some(Statement { kind, span: self.since(start) })
    }

    fn if_statement(&mut self) -> StatementKind {
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            self.advance();
            let condition = self.condition("if");
            branches.push((condition, self.branch()));
            if self.take_word("else") {
                if self.peek_word(0) == Some("if") {
                    continue;
                }
                otherwise = self.branch();
            }
            return StatementKind::If(branches, otherwise);
        }
    }

    fn condition(&mut self, keyword: &str) -> Expr {
        if !self.expect_sign("(", keyword) {
            return error_at(self.here());
        }
        let condition = self.nested(error_at(self.here()), Self::expression);
        self.refuse_assignment_inside(&condition);
        self.expect_sign(")", keyword);
        condition
    }

    fn throw(&mut self) -> StatementKind {
        let start = self.here();
        self.advance();
        if self.is_sign(0, ";") || self.peek().is_none() {
            self.error(
                SYNTAX,
                start,
                "throw needs an exception",
                "Write throw new System.Exception(\"…\"); or, in a Catch, throw and the name of its exception.",
            );
            self.semicolon();
            return StatementKind::Error;
        }
        let exception = self.expression();
        self.semicolon();
        StatementKind::Throw(exception)
    }

    fn construct(&mut self) -> StatementKind {
        self.advance();
        let mut messages = Vec::new();
        loop {
            messages.extend(self.expect_path("construct"));
            if !self.take_sign(",") {
                break;
            }
        }
        if !self.is_sign(0, "{") {
            self.expect_sign("{", "construct");
            self.synchronise();
            return StatementKind::Error;
        }
        StatementKind::Construct(messages, self.branch())
    }

    /// `call X(a);` and `exec X(a);` are understood, but a shape does the work (EXP-4).
    fn call_shape(&mut self, verb: &str) -> StatementKind {
        let start = self.here();
        self.advance();
        let name = self.path().map(|p| p.dotted()).unwrap_or_default();
        if self.is_sign(0, "(") {
            self.arguments();
        }
        let shape = if verb == "call" { "Call Orchestration" } else { "Start Orchestration" };
        let span = self.since(start);
        self.error(
            SHAPE,
            span,
            format!("`{verb} {name}` needs a {shape} shape"),
            format!("Draw a {shape} shape for {name} and give it these arguments."),
        );
        self.semicolon();
        StatementKind::Error
    }

    fn simple(&mut self) -> StatementKind {
        if self.refuse_declaration() {
            self.semicolon();
            return StatementKind::Error;
        }
        let before = self.position();
        let target = self.expression();
        if self.position() == before {
            self.synchronise();
            return StatementKind::Error;
        }
        let kind = if self.take_sign("=") {
            let value = self.expression();
            if self.refuse_second_assignment(&target, &value) {
                StatementKind::Error
            } else {
                StatementKind::Assign(target, value)
            }
        } else if self.refuse_compound(&target) {
            StatementKind::Error
        } else {
            self.call_statement(target)
        };
        self.semicolon();
        kind
    }

    fn call_statement(&mut self, expr: Expr) -> StatementKind {
        match expr.kind {
            ExprKind::Call(..) | ExprKind::New(..) => StatementKind::Do(expr),
            ExprKind::Error => StatementKind::Error,
            _ => {
                let written = expr.span.of(self.text);
                let help = match &expr.kind {
                    ExprKind::Binary(super::BinaryOp::Equal, left, right) => {
                        format!("To assign write {} = {};", left.span.of(self.text), right.span.of(self.text))
                    }
                    ExprKind::Name(_) | ExprKind::Member(..) => {
                        format!("Assign it (x = {written};) or call it ({written}();).")
                    }
                    _ => format!("Assign the value: x = {written};"),
                };
                self.error(SYNTAX, expr.span, "this statement does nothing", help);
                StatementKind::Error
            }
        }
    }

    /// The end of a statement. The last one of a block or text may go without.
    pub(super) fn semicolon(&mut self) {
        if self.take_sign(";") || self.peek().is_none() || self.is_sign(0, "}") {
            return;
        }
        let here = self.here();
        let seen = self.seen();
        let previous = self.previous();
        let gap = self.text.get(previous.end as usize..here.start as usize);
        let span = if gap.is_some_and(|t| t.contains('\n')) { previous } else { here };
        self.error(SYNTAX, span, format!("{seen} where the statement should end"), "Write `;` before it.");
        if span == here {
            self.synchronise();
        }
    }

    /// Skips to where the next statement starts, over whole blocks.
    pub(super) fn synchronise(&mut self) {
        let mut open = 0_u32;
        while let Some(token) = self.peek() {
            match token.kind {
                Lexeme::Sign("{") => open += 1,
                Lexeme::Sign("}") if open == 0 => return,
                Lexeme::Sign("}") => open -= 1,
                Lexeme::Sign(";") if open == 0 => {
                    self.advance();
                    return;
                }
                Lexeme::Word
                    if open == 0
                        && matches!(token.text(self.text), "if" | "while" | "throw" | "construct") =>
                {
                    return;
                }
                _ => {}
            }
            self.advance();
        }
    }
}
