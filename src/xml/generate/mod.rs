//! Message instances made from a schema: what it requires, the fields that are promoted, and as much of the rest as
//! asked for. The same wishes give the same text.

mod model;
mod pattern;
mod simple;
#[cfg(test)]
mod tests;
mod value;
mod write;

use super::instance::{Fill, build};
use super::{NodePath, PathStep, SchemaNode, SchemaSet};
use crate::message::XmlError;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::cell::RefCell;
use uppsala::Document;

/// What an instance is to be like. The default has what the schema requires and what is promoted, in the plainest
/// form: first choices, first values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// 0 takes the first of everything; any other draws choices and values.
    pub seed: u64,
    pub optional: Optional,
    /// How often a repeating node is there when it is, within what the schema allows.
    pub occurrences: u32,
    /// Texts of nodes, by path (`/Order/ID`), by the property promoted from them (`OrderProperties.ID`) or by the
    /// dotted name of a distinguished field (`Header.Status`). The last one for a node counts.
    pub values: Vec<(String, String)>,
}

/// Which elements and attributes are there that need not be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Optional {
    #[default]
    None,
    /// By the seed.
    Some,
    All,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { seed: 0, optional: Optional::None, occurrences: 1, values: Vec::new() }
    }
}

/// A message made from a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    pub text: String,
    /// Where it may not keep to the schema, a sentence each: facets no value was found for.
    pub notes: Vec<String>,
}

impl SchemaSet {
    /// Makes a message of a type: of a schema root or of a class.
    ///
    /// # Errors
    /// When there is no such type, a wish names no field of it, or the schema allows only endless messages.
    pub fn generate(&self, message_type: &str, wishes: &Wishes) -> Result<Instance, XmlError> {
        let Some(structure) = self.structure(message_type) else {
            return Err(XmlError::new(
                format!("there is no schema or class of message type {message_type}"),
                "Name a message type as namespace#Root, or add its schema.",
            ));
        };
        let mut wanted = Vec::new();
        for (field, text) in &wishes.values {
            let path = self.field_path(message_type, structure, field)?;
            wanted.retain(|w: &Wanted| w.path != path);
            wanted.push(Wanted { path, text: Some(text.clone()) });
        }
        let mut draw = Draw::new(wishes.seed);
        let Some(declared) = self.declared_root(message_type) else {
            let fill = ClassFill { wanted: &wanted, draw: RefCell::new(draw) };
            return Ok(Instance { text: build(structure, &fill).to_xml(), notes: Vec::new() });
        };
        if let Some(root) = self.root(message_type) {
            let fields = root.promoted.iter().map(|f| &f.path);
            for path in fields.chain(root.distinguished.iter().map(|f| &f.path)) {
                if wanted.iter().all(|w| w.path != *path) && structure.locate(path).is_some() {
                    wanted.push(Wanted { path: path.clone(), text: None });
                }
            }
        }
        write::instance(&self.library, declared, wishes, &wanted, &mut draw)
    }

    /// An example message of a type, for a user to start from: everything the schema allows, once. `None` for an
    /// unknown type.
    pub fn example(&self, message_type: &str) -> Option<String> {
        let wishes = Wishes { optional: Optional::All, ..Wishes::default() };
        self.generate(message_type, &wishes).ok().map(|instance| instance.text)
    }

    /// The node that a wish means.
    fn field_path(
        &self,
        message_type: &str,
        structure: &SchemaNode,
        field: &str,
    ) -> Result<NodePath, XmlError> {
        let help = "Name a node as /Root/Record/Field, a promoted property, or a distinguished field.";
        if field.starts_with('/') {
            let path = NodePath::parse(field).map_err(|reason| XmlError::new(reason, help))?;
            let located = structure.locate(&path).map(|located| located.path);
            return located.ok_or_else(|| XmlError::new(format!("{field} is not in {message_type}"), help));
        }
        let property = self.property(field).map(|p| p.name);
        if let Some(root) = self.root(message_type) {
            let promoted = root.promoted.iter().find(|f| Some(f.property) == property).map(|f| &f.path);
            let distinguished = || root.distinguished.iter().find(|f| f.name == field).map(|f| &f.path);
            if let Some(path) = promoted.or_else(distinguished) {
                return Ok(path.clone());
            }
        }
        let class = self.class_of(message_type).and_then(|class| {
            let known = |f: &&crate::message::ClassField| {
                f.name.as_str() == field || (property.is_some() && f.promoted == property)
            };
            let local = class.fields.iter().find(known)?.name.as_str();
            let child = structure.children.iter().find(|child| child.local == local)?;
            Some(NodePath { steps: vec![structure.step(), child.step()] })
        });
        class.ok_or_else(|| XmlError::new(format!("{message_type} promotes nothing to {field}"), help))
    }
}

/// A node that has to be there, maybe with a text of its own.
struct Wanted {
    path: NodePath,
    text: Option<String>,
}

/// True when a path as written leads to a node, by its steps with all namespaces.
fn leads_to(path: &[PathStep], steps: &[PathStep]) -> bool {
    path.len() == steps.len() && path.iter().zip(steps).all(|(wish, step)| same_step(wish, step))
}

fn same_step(wish: &PathStep, step: &PathStep) -> bool {
    let namespace = wish.namespace.is_none() || wish.namespace == step.namespace;
    wish.local == step.local && wish.attribute == step.attribute && namespace
}

/// Draws from a seed; without one it always takes the first.
pub(super) struct Draw {
    rng: Option<ChaCha8Rng>,
    seed: u64,
    ids: usize,
}

impl Draw {
    fn new(seed: u64) -> Self {
        Self { rng: (seed != 0).then(|| ChaCha8Rng::seed_from_u64(seed)), seed, ids: 0 }
    }

    /// A number below `count`; 0 for none.
    fn pick(&mut self, count: usize) -> usize {
        let drawn = self.rng.as_mut().map_or(0, |rng| usize::try_from(rng.next_u32()).unwrap_or(0));
        drawn.checked_rem(count).unwrap_or(0)
    }

    /// Another source, which draws even without a seed.
    fn fork(&self, number: usize) -> Self {
        let number = u64::try_from(number).unwrap_or(0);
        Self::new(self.seed.wrapping_mul(31).wrapping_add(number).max(1))
    }

    /// Number of a new identifier, or of the first one for those that refer to it.
    fn next_id(&mut self, new: bool) -> usize {
        self.ids += usize::from(new);
        if new { self.ids } else { 1 }
    }
}

/// Fields of a class message: all of them, in order.
struct ClassFill<'a> {
    wanted: &'a [Wanted],
    draw: RefCell<Draw>,
}

impl Fill for ClassFill<'_> {
    fn wanted(&self, _: &[PathStep], _: &SchemaNode) -> bool {
        true
    }

    fn text(&self, path: &[PathStep], node: &SchemaNode) -> Option<String> {
        let content = node.content.as_ref()?;
        let wish = self.wanted.iter().find(|w| leads_to(&w.path.steps, path)).and_then(|w| w.text.clone());
        Some(wish.unwrap_or_else(|| {
            value::of_value_type(&content.value_type, &node.local, &mut self.draw.borrow_mut())
        }))
    }

    fn subtrees(&self, _: &[PathStep]) -> &[Document<'_>] {
        &[]
    }
}
