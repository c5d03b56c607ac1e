//! XLANG/s, the expression language: lex, parse with recovery, type, compile once, evaluate.
//!
//! Rules: `semantics.md` section 7. Texts are compiled against the symbols of one orchestration and run
//! against an [`Env`], which the engine implements. Nothing here knows the engine.

mod env;
mod symbols;

pub use env::{ComponentCall, Env, LogLevel, Raised, Target};
pub use symbols::{MessageType, PartType, PropertyInfo, Symbol, Symbols};
mod stub;
pub use stub::*;
