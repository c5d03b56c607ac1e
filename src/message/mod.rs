//! Messages as they travel: parts, context, typed values. Bodies are shared and parsed at most once.

mod body;
mod calendar;
mod context;
mod format;
mod lexical;
mod name;
mod part;
mod value;
mod value_type;

pub use body::{Body, ClassInfo, ClassInstance};
pub use context::{Context, Property};
pub use format::{ENUM_MEMBER, format_value};
pub use name::Name;
pub use part::{Message, MessageId, Part};
pub use value::{DateTime, ExceptionValue, Object, TimeSpan, Value, ValueType};
