use super::literal;
use super::token::{Lexeme, Token, lex};
use super::{Argument, BinaryOp, Expr, ExprKind, Path, Span, UnaryOp, Word};
use crate::diagnostic::Diagnostic;
use crate::message::{Value, ValueType};
use crate::model::Direction;
use crate::xlang::problem::{self, LIMIT, LITERAL, SYNTAX};

/// Blocks, parentheses and calls inside one another.
const MAX_DEPTH: u32 = 64;
/// Names, members and calls in a row, as in `a.b().c`.
const MAX_MEMBERS: usize = 32;
/// Operators in a row, as in `a + b + …`.
const MAX_CHAIN: u32 = 400;
/// Findings reported for one text; what follows is rarely news.
const MAX_PROBLEMS: usize = 25;

/// Recursive descent over the tokens of one text. After an error it goes on where the next statement may start.
pub struct Parser<'t> {
    pub(super) text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    pub problems: Vec<Diagnostic>,
}

impl<'t> Parser<'t> {
    pub fn new(text: &'t str) -> Self {
        let mut parser = Self { text, tokens: Vec::new(), at: 0, depth: 0, problems: Vec::new() };
        for token in lex(text) {
            match token.kind {
                Lexeme::Comment => continue,
                Lexeme::Stray => parser.error(
                    SYNTAX,
                    token.span,
                    format!("`{}` has no meaning here", token.text(text)),
                    "Remove it.",
                ),
                Lexeme::Open("*/") => {
                    parser.error(LITERAL, token.span, "the comment is not closed", "Close it with */.");
                }
                Lexeme::Open(close) => {
                    parser.error(
                        LITERAL,
                        token.span,
                        "the literal is not closed",
                        format!("Close it with {close}; text over several lines is written @\"…\"."),
                    );
                    parser.tokens.push(token);
                }
                _ => parser.tokens.push(token),
            }
        }
        parser
    }

    /// True when the text holds nothing but white space and comments.
    pub fn is_blank(&self) -> bool {
        self.tokens.is_empty() && self.problems.is_empty()
    }

    /// One expression; what follows it is left for the caller.
    pub fn expression(&mut self) -> Expr {
        let left = self.binary(1);
        self.refuse_after_expression(left)
    }

    pub fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        // One finding a place: what recovery stumbles over next is a consequence.
        let start = |d: &Diagnostic| d.place.span.as_ref().map(|s| s.start);
        let repeated = self.problems.iter().any(|p| start(p) == Some(span.start));
        if self.problems.len() < MAX_PROBLEMS && !repeated {
            self.problems.push(problem::error(code, span, message, help));
        }
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    /// Span of the next token, or of the end of the text.
    pub fn here(&self) -> Span {
        let end = self.tokens.last().map_or(0, |t| t.span.end);
        self.peek().map_or(Span { start: end, end }, |t| t.span)
    }

    /// From a start to the end of the last token taken.
    pub(super) fn since(&self, start: Span) -> Span {
        start.to(self.previous())
    }

    /// Span of the last token taken.
    pub(super) fn previous(&self) -> Span {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(Span::default(), |t| t.span)
    }

    /// The next token if it is a word, without telling keywords apart.
    pub(super) fn peek_word(&self, ahead: usize) -> Option<&'t str> {
        let token = self.peek_at(ahead)?;
        (token.kind == Lexeme::Word).then(|| token.text(self.text))
    }

    pub(super) fn is_sign(&self, ahead: usize, sign: &str) -> bool {
        matches!(self.peek_at(ahead), Some(Token { kind: Lexeme::Sign(s), .. }) if s == sign)
    }

    pub(super) fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(0, sign);
        if found {
            self.at += 1;
        }
        found
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek_word(0) == Some(word);
        if found {
            self.at += 1;
        }
        found
    }

    pub(super) fn expect_sign(&mut self, sign: &str, after: &str) -> bool {
        let found = self.take_sign(sign);
        if !found {
            let (here, seen) = (self.here(), self.seen());
            self.error(
                SYNTAX,
                here,
                format!("{seen} where {after} needs `{sign}`"),
                format!("Write `{sign}` here."),
            );
        }
        found
    }

    /// What stands next, for messages.
    pub(super) fn seen(&self) -> String {
        self.peek().map_or_else(|| "the text ends".into(), |t| format!("`{}` stands", t.text(self.text)))
    }

    /// Runs a part one level deeper. Past the limit the rest of the text is given up.
    pub(super) fn nested<T>(&mut self, otherwise: T, part: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH {
            let here = self.here();
            self.error(
                LIMIT,
                here,
                format!("more than {MAX_DEPTH} levels of nesting"),
                "Split the text: put inner parts in variables first.",
            );
            self.at = self.tokens.len();
            return otherwise;
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    /// `a.b.c`. Keywords are names after a dot.
    pub(super) fn path(&mut self) -> Option<Path> {
        let mut words = vec![self.word()?];
        while self.is_sign(0, ".") && self.peek_word(1).is_some() {
            self.advance();
            words.extend(self.word());
            if words.len() > MAX_MEMBERS {
                self.too_many_members();
                return None;
            }
        }
        Some(Path { words })
    }

    pub(super) fn word(&mut self) -> Option<Word> {
        let text = self.peek_word(0)?;
        let span = self.here();
        self.advance();
        Some(Word { text: text.trim_start_matches('@').into(), span })
    }

    /// A type or name that must follow here.
    pub(super) fn expect_path(&mut self, after: &str) -> Option<Path> {
        let path = self.path();
        if path.is_none() {
            let (here, seen) = (self.here(), self.seen());
            self.error(SYNTAX, here, format!("{seen} where {after} needs a name"), "Write the name here.");
        }
        path
    }

    fn binary(&mut self, least: u8) -> Expr {
        let mut left = self.unary();
        let mut operators = 0;
        while let Some((op, power)) = self.binary_operator().filter(|(_, power)| *power >= least) {
            operators += 1;
            if operators > MAX_CHAIN {
                let here = self.here();
                self.error(
                    LIMIT,
                    here,
                    format!("more than {MAX_CHAIN} operators in a row"),
                    "Split the expression: put a part in a variable first.",
                );
                self.at = self.tokens.len();
                break;
            }
            self.advance();
            let right = self.binary(power + 1);
            let span = left.span.to(right.span);
            left = Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), span };
        }
        left
    }

    fn binary_operator(&self) -> Option<(BinaryOp, u8)> {
        let Some(Token { kind: Lexeme::Sign(sign), .. }) = self.peek() else {
            return None;
        };
        BinaryOp::ALL.iter().find(|(_, s, _)| *s == sign).map(|(op, _, power)| (*op, *power))
    }

    fn unary(&mut self) -> Expr {
        let start = self.here();
        if self.refuse_prefix() {
            return self.nested(error_at(start), Self::unary);
        }
        let op = match self.peek().map(|t| t.kind) {
            Some(Lexeme::Sign("+")) => UnaryOp::Plus,
            Some(Lexeme::Sign("-")) => UnaryOp::Minus,
            Some(Lexeme::Sign("!")) => UnaryOp::Not,
            Some(Lexeme::Sign("~")) => UnaryOp::Complement,
            Some(Lexeme::Sign("(")) => {
                if let Some(target) = self.cast_ahead() {
                    let inner = self.nested(error_at(start), Self::unary);
                    let span = start.to(inner.span);
                    return Expr { kind: ExprKind::Cast(target, Box::new(inner)), span };
                }
                return self.postfix();
            }
            _ => return self.postfix(),
        };
        self.advance();
        let inner = self.nested(error_at(start), Self::unary);
        let span = start.to(inner.span);
        Expr { kind: ExprKind::Unary(op, Box::new(inner)), span }
    }

    /// Takes `(Type)` if it is a cast: C#'s rule, and a signed operand after a type that can be nothing else.
    fn cast_ahead(&mut self) -> Option<Path> {
        let start = self.at;
        self.advance();
        let target = self.path();
        let closed = self.take_sign(")");
        if let Some(target) = target.filter(|_| closed) {
            let operand = match self.peek().map(|t| t.kind) {
                Some(Lexeme::Word) => !matches!(self.peek_word(0), Some("exists" | "is" | "as")),
                Some(Lexeme::Sign("(" | "!" | "~")) => true,
                Some(Lexeme::Sign("+" | "-")) => {
                    let name = target.dotted();
                    name != "guid"
                        && !matches!(ValueType::from_name(&name), ValueType::Named(_))
                        && (name.starts_with("System.") || name.chars().all(|c| c.is_ascii_lowercase()))
                }
                Some(Lexeme::Sign(_) | Lexeme::Comment | Lexeme::Stray) | None => false,
                Some(_) => true,
            };
            if operand {
                return Some(target);
            }
        }
        self.at = start;
        None
    }

    fn postfix(&mut self) -> Expr {
        let mut expr = self.primary();
        let mut members = 0;
        loop {
            let start = expr.span;
            members += 1;
            if members > MAX_MEMBERS {
                self.too_many_members();
                return error_at(start);
            }
            if self.is_sign(0, ".") {
                self.advance();
                let Some(word) = self.word() else {
                    let (here, seen) = (self.here(), self.seen());
                    self.error(SYNTAX, here, format!("{seen} after the dot"), "Write the name of a member.");
                    return error_at(self.since(start));
                };
                let span = start.to(word.span);
                expr = Expr { kind: ExprKind::Member(Box::new(expr), word), span };
            } else if self.is_sign(0, "(") && self.is_sign(1, "*") && self.is_sign(2, ")") {
                self.at += 3;
                let span = self.since(start);
                let ExprKind::Name(path) = expr.kind else {
                    self.error(
                        SYNTAX,
                        span,
                        "`(*)` needs a message before it",
                        "Write Message2(*) = Message1(*).",
                    );
                    return error_at(span);
                };
                expr = Expr { kind: ExprKind::AllProperties(path), span };
            } else if self.is_sign(0, "(") {
                let arguments = self.arguments();
                let span = self.since(start);
                expr = Expr { kind: ExprKind::Call(Box::new(expr), arguments), span };
            } else if self.peek_word(0) == Some("exists") && matches!(expr.kind, ExprKind::Name(_)) {
                self.advance();
                let Some(message) = self.expect_path("exists") else {
                    return error_at(self.since(start));
                };
                let span = self.since(start);
                if let ExprKind::Name(property) = expr.kind {
                    expr = Expr { kind: ExprKind::Exists(property, message), span };
                } else {
                    return error_at(span);
                }
            } else if !self.refuse_postfix(&expr) {
                return expr;
            }
        }
    }

    fn too_many_members(&mut self) {
        let here = self.here();
        self.error(
            LIMIT,
            here,
            format!("more than {MAX_MEMBERS} members and calls in a row"),
            "Put a part of it in a variable first.",
        );
        self.at = self.tokens.len();
    }

    /// `(a, ref b, out c)`, the parenthesis not yet taken.
    pub(super) fn arguments(&mut self) -> Vec<Argument> {
        self.nested(Vec::new(), |p| {
            let mut arguments = Vec::new();
            p.expect_sign("(", "a call");
            while !p.is_sign(0, ")") && p.peek().is_some() {
                let named = !matches!(p.peek_at(1).map(|t| t.kind), Some(Lexeme::Sign(_)) | None);
                let direction = match p.peek_word(0).filter(|_| named) {
                    Some("ref") => Direction::Ref,
                    Some("out") => Direction::Out,
                    _ => Direction::In,
                };
                if direction != Direction::In {
                    p.advance();
                }
                let before = p.at;
                let value = p.expression();
                arguments.push(Argument { direction, value });
                if !p.take_sign(",") {
                    break;
                }
                if p.at == before {
                    p.advance();
                }
            }
            p.expect_sign(")", "the list of arguments");
            arguments
        })
    }

    fn primary(&mut self) -> Expr {
        let start = self.here();
        let Some(token) = self.peek() else {
            return self.no_expression();
        };
        let written = token.text(self.text);
        let value = match token.kind {
            Lexeme::Integer => literal::integer(written),
            Lexeme::Real => literal::real(written),
            Lexeme::Text => literal::unescape(inside(written, 1)).map(Value::from),
            Lexeme::Verbatim => Ok(Value::from(inside(written, 2).replace("\"\"", "\""))),
            Lexeme::Char => literal::unescape(inside(written, 1)).and_then(|text| {
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) => Ok(Value::Char(c)),
                    _ => Err(format!("`{written}` is not one character")),
                }
            }),
            Lexeme::Open(_) => {
                self.advance();
                return error_at(start);
            }
            Lexeme::Word => return self.word_expression(start, written),
            Lexeme::Sign("(") => {
                return self.nested(error_at(start), |p| {
                    p.advance();
                    let inner = p.expression();
                    p.refuse_assignment_inside(&inner);
                    p.expect_sign(")", "the parenthesis");
                    Expr { kind: inner.kind, span: p.since(start) }
                });
            }
            _ => return self.no_expression(),
        };
        self.advance();
        match value {
            Ok(value) => Expr { kind: ExprKind::Literal(value), span: start },
            Err(reason) => {
                self.error(
                    LITERAL,
                    start,
                    reason,
                    "Correct the literal; backslashes are written \\\\ or in @\"…\".",
                );
                error_at(start)
            }
        }
    }

    fn word_expression(&mut self, start: Span, word: &str) -> Expr {
        let literal = |value| Expr { kind: ExprKind::Literal(value), span: start };
        match word {
            "true" | "false" | "null" => {
                self.advance();
                literal(match word {
                    "null" => Value::Null,
                    _ => Value::Bool(word == "true"),
                })
            }
            "new" => self.creation(start),
            "typeof" if self.is_sign(1, "(") => {
                self.at += 2;
                let Some(name) = self.expect_path("typeof") else {
                    return error_at(self.since(start));
                };
                self.expect_sign(")", "typeof");
                Expr { kind: ExprKind::TypeOf(name), span: self.since(start) }
            }
            "checked" | "unchecked" if self.is_sign(1, "(") => {
                self.at += 2;
                let inner = self.nested(error_at(start), Self::expression);
                self.expect_sign(")", word);
                let kind = ExprKind::Checked(word == "checked", Box::new(inner));
                Expr { kind, span: self.since(start) }
            }
            _ if self.refuse_word(word) => error_at(self.since(start)),
            "if" | "else" | "while" | "throw" | "construct" => self.no_expression(),
            _ => match self.path() {
                Some(path) => Expr { span: path.span(), kind: ExprKind::Name(path) },
                None => self.no_expression(),
            },
        }
    }

    fn creation(&mut self, start: Span) -> Expr {
        self.advance();
        let Some(name) = self.expect_path("new") else {
            return error_at(self.since(start));
        };
        if self.refuse_type_suffix(start) {
            return error_at(self.since(start));
        }
        if !self.is_sign(0, "(") {
            let here = self.here();
            let help = format!("Write new {}().", name.dotted());
            self.error(SYNTAX, here, "new needs parentheses", help);
            return error_at(self.since(start));
        }
        let arguments = self.arguments();
        Expr { kind: ExprKind::New(name, arguments), span: self.since(start) }
    }

    fn no_expression(&mut self) -> Expr {
        let (here, seen) = (self.here(), self.seen());
        self.error(
            SYNTAX,
            here,
            format!("{seen} where a value is needed"),
            "Write a value, name or call here.",
        );
        error_at(here)
    }
}

pub(super) fn error_at(span: Span) -> Expr {
    Expr { kind: ExprKind::Error, span }
}

/// A literal without its opening sign of some bytes and its closing quote.
fn inside(literal: &str, open: usize) -> &str {
    literal.len().checked_sub(1).and_then(|end| literal.get(open..end)).unwrap_or("")
}
