//! Messages as they travel: parts, context, typed values. Bodies are shared and parsed only when something
//! looks inside; XML is `uppsala`'s, behind limits for hostile input.

mod body;
mod bts;
mod calendar;
mod class;
mod context;
pub(crate) mod document;
mod format;
mod lexical;
mod name;
pub(crate) mod packed;
mod part;
mod path;
mod value;
mod value_type;

pub use body::Body;
pub use bts::{BTS, Bts};
pub use class::{ClassField, ClassInfo, ClassInstance, message_type};
pub use context::{Context, Property};
pub use document::{MAX_XML_BYTES, XPathResult, XmlDocument, XmlError, escape_xml};
pub use format::{ENUM_MEMBER, format_value};
pub use name::{Name, short_name};
pub use part::{Message, MessageId, Part, PartMismatch};
pub use path::{NodePath, PathStep};
pub use value::{DateTime, ExceptionValue, Object, TimeSpan, Value, ValueType};
