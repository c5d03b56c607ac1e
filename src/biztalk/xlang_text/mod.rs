//! The XLANG/s program in the second half of an `.odx`: made from the designer tree as the designer makes it
//! ([`generate`]), read back far enough to know each shape's statement ([`ProgramText`]), and held against what was
//! read from the tree ([`compare`]).

mod compare;
mod hash_order;
mod node;
mod out;
mod read;
mod rules;
mod service;
mod statement;
mod types;

pub use compare::{Comparison, Difference, compare};
pub use out::{Bounds, Position};
pub use read::{Mark, ProgramText};

use crate::biztalk::odx::Element;
use node::Node;
use out::Out;

/// A program, and where in it each element is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The text from the line behind `#endif`, line ends `\n`.
    pub text: String,
    /// Places by the number of the element in document order, 0 the module; `None` for what has no place of its own.
    pub bounds: Vec<Option<Bounds>>,
}

/// Makes the program of a designer tree. `minor` is the `MinorVersion` of its `MetaModel`: below 3 all names are
/// written in full.
pub fn generate(module: &Element, minor: u32) -> Program {
    let module = Node::new(module);
    let mut out = Out::new(module.all().len());
    let scope = if minor < 3 { "" } else { module.name() };
    types::module(&module, scope, &mut out);
    let (text, bounds) = out.finish();
    Program { text, bounds }
}

/// An attribute of BizTalk's base types.
fn attribute(name: &str, arguments: &str) -> String {
    format!("[Microsoft.XLANGs.BaseTypes.{name}({arguments})]")
}

/// A string literal.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
