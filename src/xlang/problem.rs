//! The codes of expression diagnostics and the one way to make one.

use super::syntax::Span;
use crate::diagnostic::{Diagnostic, Place};

/// Text that does not follow the grammar.
pub const SYNTAX: &str = "X01";
/// A literal that is not closed or cannot be held.
pub const LITERAL: &str = "X02";
/// Valid in C#, not in XLANG/s (section 7.6).
pub const NOT_XLANG: &str = "X03";
/// Too deep or too long.
pub const LIMIT: &str = "X04";
/// A name nobody declared.
pub const UNKNOWN: &str = "X05";
/// A value of the wrong type.
pub const TYPE: &str = "X06";
/// A field that is not distinguished (section 7.3).
pub const FIELD: &str = "X07";
/// A message changed outside a construct (CON-5).
pub const IMMUTABLE: &str = "X08";
/// Flow control inside a Message Assignment (MA-2).
pub const FLOW: &str = "X09";
/// No content, or the wrong kind of content for the shape (section 7.5).
pub const SLOT: &str = "X10";
/// A property this message or port does not have (MSG-9).
pub const PROPERTY: &str = "X11";
/// Something that cannot stand left of `=`.
pub const TARGET: &str = "X12";
/// Text form of something that has a shape.
pub const SHAPE: &str = "X13";
/// Arguments that do not fit.
pub const ARGUMENTS: &str = "X14";
/// A constant expression that always fails.
pub const CONSTANT: &str = "X15";

pub fn error(
    code: &'static str,
    span: Span,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    Diagnostic::error(code, message, help).at(place(span))
}

pub fn warning(
    code: &'static str,
    span: Span,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    Diagnostic::warning(code, message, help).at(place(span))
}

fn place(span: Span) -> Place {
    Place { span: Some(span.start..span.end), ..Place::default() }
}
