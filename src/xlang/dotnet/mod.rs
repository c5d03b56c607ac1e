//! The .NET members that are built in: one table, which checking, running and completion share.

mod bam;
mod convert;
mod date_time;
mod exception;
mod format;
mod object;
mod pipeline;
mod string;
mod table;
mod xml;

pub use exception::{ExceptionTypes, exception, is_exception};
pub(super) use object::type_object;
pub use table::{Member, MemberKind, Parameter, members, members_of};
pub(super) use table::{find, names_of};

use super::{Env, Raised};
use crate::message::{Value, format_value};
use std::borrow::Cow;

/// What a built-in member does. `values` are the object, for a member of an object, and the arguments.
type Run = fn(Call<'_>) -> Result<Value, Raised>;

/// One row of the table: type, declaration, function.
///
/// A declaration reads as in C#, with these words before it: `static`; `mut` for a method that changes its
/// object; `set` for the writing side of a property; `fill` for a message that the call constructs. `new(…)` is a
/// constructor.
type Row = (&'static str, &'static str, Run);

/// One call of a built-in member.
pub(super) struct Call<'a> {
    pub env: &'a mut dyn Env,
    /// Type the member was called on; of a constructor, the type to make.
    pub type_name: &'a str,
    pub member: &'static Member,
    pub values: &'a mut [Value],
}

impl Call<'_> {
    fn get(&self, at: usize) -> &Value {
        self.values.get(at).unwrap_or(&Value::Null)
    }

    /// A text; null is empty.
    fn text(&self, at: usize) -> Cow<'_, str> {
        match self.get(at) {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            Value::Null => Cow::Borrowed(""),
            other => Cow::Owned(format_value(other)),
        }
    }

    /// A text that must not be null.
    fn some_text(&self, at: usize) -> Result<Cow<'_, str>, Raised> {
        if *self.get(at) == Value::Null {
            let name = self.member.parameter(at.saturating_sub(self.first_argument()));
            let name = name.map_or("value", |p| p.name.as_str());
            return Err(exception(
                "System.ArgumentNullException",
                format!("{name} of {} is null", self.member.name),
            ));
        }
        Ok(self.text(at))
    }

    fn first_argument(&self) -> usize {
        usize::from(matches!(
            self.member.kind,
            MemberKind::Method | MemberKind::Property | MemberKind::Setter
        ))
    }

    fn integer(&self, at: usize) -> i64 {
        match self.get(at) {
            Value::Int32(n) => i64::from(*n),
            Value::Int64(n) => *n,
            Value::Byte(n) => i64::from(*n),
            _ => 0,
        }
    }

    fn number(&self, at: usize) -> f64 {
        match self.get(at) {
            Value::Double(n) => *n,
            Value::Int32(n) => f64::from(*n),
            _ => 0.0,
        }
    }

    /// Replaces the object, or an `out` argument.
    fn set(&mut self, at: usize, value: Value) {
        if let Some(slot) = self.values.get_mut(at) {
            *slot = value;
        }
    }

    fn out_of_range(&self, what: &str) -> Raised {
        exception(
            "System.ArgumentOutOfRangeException",
            format!("{what} of {} is out of range", self.member.name),
        )
    }
}
