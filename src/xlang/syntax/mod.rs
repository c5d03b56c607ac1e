//! Text to tree: lexer, tree, parser with recovery.

mod ast;
mod literal;
mod parser;
mod rejected;
mod statement;
mod token;

pub(super) use ast::{
    Argument, BinaryOp, Expr, ExprKind, Path, Span, Statement, StatementKind, UnaryOp, Word, join,
};
pub(super) use parser::Parser;
pub use token::{TokenKind, is_reserved, tokens};
