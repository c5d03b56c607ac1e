//! XLANG/s, the expression language: lex, parse with recovery, type, compile once, evaluate.
//!
//! Rules: `semantics.md` section 7. Texts are compiled against the symbols of one orchestration and run
//! against an [`Env`], which the engine implements. Nothing here knows the engine.

mod code;
mod compile;
mod dotnet;
mod env;
mod eval;
mod flow;
mod problem;
mod symbols;
mod syntax;
#[cfg(test)]
mod tests;

pub use code::Code;
pub use compile::{Access, Compiled, Mend, Slot, Stub, Use, Used, compile};
pub use dotnet::{
    ExceptionTypes, Member, MemberKind, Parameter, exception, is_exception, members, members_of,
};
pub use env::{ActivityChange, ComponentCall, Env, LogLevel, Observed, Raised, Target};
pub use flow::{Flow, flows};
pub use symbols::{MessageType, PartType, PropertyInfo, Symbol, Symbols};
pub use syntax::{TokenKind, is_reserved, tokens};
