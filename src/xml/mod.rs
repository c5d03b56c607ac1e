//! Schemas, promotion, pipelines and maps: thin over `uppsala`, the one XML library of the product.

mod annotations;
pub mod built_in;
#[cfg(test)]
mod fixture;
pub mod form;
mod generate;
mod instance;
mod library;
pub mod map;
pub mod outline;
pub mod pipeline;
pub mod promote;
mod promotion;
mod schema;
mod schema_set;
pub mod source;
mod structure;
#[cfg(test)]
mod tests;
mod validation;

pub use crate::message::{NodePath, PathStep};
pub use generate::{Instance, Optional, Wishes};
pub use promotion::MAX_PROMOTED;
pub use schema::{DistinguishedField, PromotedField, PropertyDeclaration, RootSchema};
pub use schema_set::SchemaSet;
pub use structure::{Located, Occurs, SchemaNode, SimpleContent};
