//! Schemas, promotion, XPath and pipelines: thin over `uppsala`, the one XML library of the product.

mod schema;

pub use schema::{DistinguishedField, NodePath, PathStep, PromotedField, PropertyDeclaration, RootSchema};
