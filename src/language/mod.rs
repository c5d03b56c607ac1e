//! What an editor of XLANG/s texts needs to know: completion, types on hover, signatures, definitions, uses, rename.
//!
//! Everything is a function of the application and a text; nothing is kept but [`Knowledge`], which is made anew when
//! the application changes. Texts may be half written: names are found from the tokens, not from a parse tree.

mod complete;
mod docs;
mod knowledge;
mod meaning;
mod places;
mod rank;
mod rename;
mod scope;
mod signature;
mod targets;
#[cfg(test)]
mod tests;
mod usages;
mod words;

pub use crate::model::edit::CodeProperty;
pub use complete::{Completion, CompletionKind, Completions, complete};
pub use knowledge::Knowledge;
pub use meaning::{Hover, definition, hover, target};
pub use places::{CodePlace, code_places};
pub use rank::rank;
pub use rename::{Rename, rename, rename_schema, with_name};
pub use scope::{Declared, DeclaredKind, Scope, Standing};
pub use signature::{Signature, signature};
pub use targets::Target;
pub use usages::{Usage, UsageKind, usages, use_counts};
pub use words::matching_bracket;
