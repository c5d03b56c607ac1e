use crate::message::Value;
use smol_str::SmolStr;

/// Bytes of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn to(self, end: Self) -> Self {
        Self { start: self.start, end: end.end.max(self.start) }
    }

    /// As bytes of the text.
    pub fn range(self) -> std::ops::Range<u32> {
        self.start..self.end
    }

    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// An identifier without its `@`.
#[derive(Clone, Debug)]
pub struct Word {
    pub text: SmolStr,
    pub span: Span,
}

/// `a.b.c`; at least one word.
#[derive(Clone, Debug)]
pub struct Path {
    pub words: Vec<Word>,
}

impl Path {
    pub fn span(&self) -> Span {
        match (self.words.first(), self.words.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }

    pub fn dotted(&self) -> String {
        join(&self.words)
    }
}

/// Words joined by dots.
pub fn join(words: &[Word]) -> String {
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    texts.join(".")
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Literal(Value),
    Name(Path),
    /// Member of something that is not a plain name.
    Member(Box<Expr>, Word),
    /// Method, `xpath(…)`, `succeeded(…)`, `transform(…)` and property access `Msg(Prop)` alike: the symbols tell.
    Call(Box<Expr>, Vec<Argument>),
    /// `Msg(*)`.
    AllProperties(Path),
    New(Path, Vec<Argument>),
    TypeOf(Path),
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    Cast(Path, Box<Expr>),
    /// `checked(…)` (true) or `unchecked(…)`.
    Checked(bool, Box<Expr>),
    /// `Prop exists Msg`.
    Exists(Path, Path),
    /// Already reported.
    Error,
}

#[derive(Clone, Debug)]
pub struct Argument {
    pub direction: crate::model::Direction,
    pub value: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Plus,
    Minus,
    Not,
    Complement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Multiply,
    Divide,
    Remainder,
    Add,
    Subtract,
    ShiftLeft,
    ShiftRight,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Xor,
    Or,
    AndAlso,
    OrElse,
}

impl BinaryOp {
    /// Sign and binding power (section 7.2, level 3 binds tightest: 10).
    pub const ALL: &[(Self, &str, u8)] = &[
        (Self::Multiply, "*", 10),
        (Self::Divide, "/", 10),
        (Self::Remainder, "%", 10),
        (Self::Add, "+", 9),
        (Self::Subtract, "-", 9),
        (Self::ShiftLeft, "<<", 8),
        (Self::ShiftRight, ">>", 8),
        (Self::Less, "<", 7),
        (Self::Greater, ">", 7),
        (Self::LessOrEqual, "<=", 7),
        (Self::GreaterOrEqual, ">=", 7),
        (Self::Equal, "==", 6),
        (Self::NotEqual, "!=", 6),
        (Self::And, "&", 5),
        (Self::Xor, "^", 4),
        (Self::Or, "|", 3),
        (Self::AndAlso, "&&", 2),
        (Self::OrElse, "||", 1),
    ];

    pub fn sign(self) -> &'static str {
        Self::ALL.iter().find(|(op, ..)| *op == self).map_or("", |(_, sign, _)| sign)
    }
}

#[derive(Clone, Debug)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum StatementKind {
    Assign(Expr, Expr),
    Do(Expr),
    /// Condition and block of `if` and every `else if`, then the `else` block.
    If(Vec<(Expr, Vec<Statement>)>, Vec<Statement>),
    While(Expr, Vec<Statement>),
    Block(Vec<Statement>),
    Throw(Expr),
    Construct(Vec<Path>, Vec<Statement>),
    /// Already reported.
    Error,
}
