//! What goes wrong in a script, as diagnostics and exceptions.

use super::value;
use crate::diagnostic::{Diagnostic, Place};
use crate::message::ExceptionValue;
use crate::xlang::Raised;
use rhai::{Dynamic, EvalAltResult, ParseError, ParseErrorType, Position};
use std::sync::Arc;

const LIMIT: &str = "Orchestrion.ExecutionLimitException";

/// More was handed over than a call may take.
pub fn too_large(what: &str) -> Box<EvalAltResult> {
    EvalAltResult::ErrorDataTooLarge(what.to_owned(), Position::NONE).into()
}

/// Why a script does not compile (`K01`).
pub fn diagnostic(path: &str, error: &ParseError) -> Diagnostic {
    let ParseError(kind, position) = error;
    let help = match &**kind {
        ParseErrorType::UnexpectedEOF => {
            "Close what is still open: a brace, a bracket or a string".to_owned()
        }
        ParseErrorType::VariableUndefined(name) => {
            format!("Declare it with `let {name} = …;`, or make it a parameter of the function")
        }
        ParseErrorType::FnDuplicatedDefinition(..) => "Rename or remove one of the two functions".to_owned(),
        ParseErrorType::Reserved(word) => {
            format!("`{word}` cannot be used in a component: it has no file, output or other script")
        }
        ParseErrorType::ExprTooDeep => "Nest less: put inner parts into functions of their own".to_owned(),
        ParseErrorType::MissingToken(token, _) => format!("Write `{token}` here"),
        _ => "Correct the script at this place; components are written in Rhai".to_owned(),
    };
    let number = |n: Option<usize>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
    let place = Place {
        file: path.to_owned(),
        line: Some((number(position.line()), number(position.position()))),
        ..Place::default()
    };
    Diagnostic::error("K01", format!("this script does not compile: {kind}"), help).at(place)
}

/// A limit stopped the script; the error has lost its place then.
pub fn is_limit(error: &EvalAltResult) -> bool {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, cause, _) => is_limit(cause),
        error => matches!(
            error,
            EvalAltResult::ErrorTooManyOperations(_)
                | EvalAltResult::ErrorStackOverflow(_)
                | EvalAltResult::ErrorDataTooLarge(..)
        ),
    }
}

/// The exception a failed call raises; its text names class, function and line. `line` serves where the error has
/// none.
pub fn raised(class: &str, function: &str, error: EvalAltResult, line: Option<i64>) -> Raised {
    let mut inner = error;
    let mut functions = Vec::new();
    while let EvalAltResult::ErrorInFunctionCall(name, _, cause, _) = inner {
        functions.push(name);
        inner = *cause;
    }
    let innermost = functions.last().map_or(function, String::as_str);
    let line = inner.position().line().and_then(|line| i64::try_from(line).ok()).or(line);
    let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
    let at = format!("{class}.{innermost}{line}");
    let (exception_type, message) = match inner {
        EvalAltResult::ErrorRuntime(thrown, _) => return Arc::new(value::thrown(thrown)),
        EvalAltResult::ErrorTooManyOperations(_) => (
            LIMIT,
            format!(
                "the script does not come to an end at {at}: it has used up its steps. Check the loop there."
            ),
        ),
        EvalAltResult::ErrorStackOverflow(_) => (
            LIMIT,
            format!(
                "the script calls itself too deeply at {at}. Check when {innermost} stops calling itself."
            ),
        ),
        EvalAltResult::ErrorDataTooLarge(what, _) => {
            (LIMIT, format!("a value of the script is too large at {at}: {what}. Keep less in one value."))
        }
        EvalAltResult::ErrorTooManyVariables(_) => (
            LIMIT,
            format!(
                "the script has too many variables at {at}. Declare fewer, or end the blocks they are in."
            ),
        ),
        EvalAltResult::ErrorArithmetic(text, _)
            if text.starts_with("Division by zero") || text.starts_with("Modulo") =>
        {
            ("System.DivideByZeroException", format!("{text} ({at})"))
        }
        EvalAltResult::ErrorArithmetic(text, _) => ("System.OverflowException", format!("{text} ({at})")),
        EvalAltResult::ErrorArrayBounds(..) | EvalAltResult::ErrorStringBounds(..) => {
            ("System.IndexOutOfRangeException", format!("{} ({at})", plain(inner)))
        }
        EvalAltResult::ErrorUnboundThis(_) => (
            "System.NullReferenceException",
            format!("{innermost} uses `this`, but is called without an object ({at})"),
        ),
        other => ("Orchestrion.ComponentException", format!("{} ({at})", plain(other))),
    };
    Arc::new(ExceptionValue { exception_type: exception_type.into(), message, ..ExceptionValue::default() })
}

/// The text of an error without its place.
fn plain(mut error: EvalAltResult) -> String {
    error.set_position(Position::NONE);
    error.to_string()
}

/// An error with a text, from a function of the library.
pub fn exception(exception_type: &str, message: &str) -> Dynamic {
    let mut map = rhai::Map::new();
    map.insert("$type".into(), exception_type.into());
    map.insert("Message".into(), message.into());
    map.into()
}
