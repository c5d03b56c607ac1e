//! Schemas, promotion, XPath and pipelines: thin over `uppsala`, the one XML library of the product.

mod schema;

pub use crate::message::{NodePath, PathStep};
pub use schema::{DistinguishedField, PromotedField, PropertyDeclaration, RootSchema};
