//! Messages as they travel: parts, context, typed values. Bodies are shared and parsed at most once.

mod body;
mod context;
mod name;
mod part;
mod value;

pub use body::{Body, ClassInfo, ClassInstance};
pub use context::{Context, Property};
pub use name::Name;
pub use part::{Message, MessageId, Part};
pub use value::{DateTime, ExceptionValue, Object, TimeSpan, Value, ValueType};
