use crate::message::{ClassField, ClassInfo, NodePath, PathStep, ValueType};
use smol_str::SmolStr;

/// An element or attribute of a schema, with everything below it in schema order, attributes among the children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaNode {
    pub local: SmolStr,
    /// Namespace of the node in a message; empty for none.
    pub namespace: SmolStr,
    pub attribute: bool,
    /// At least one must be there, whenever its parent is.
    pub required: bool,
    /// More than one may be there.
    pub repeats: bool,
    /// How often it may occur below its parent, as the particles around it say.
    pub occurs: Occurs,
    /// Number of the `xs:choice` it is an alternative of, among those of its parent.
    pub one_of: Option<u32>,
    /// Takes content the schema does not spell out: wildcards, `xs:anyType`, and types inside themselves.
    pub open: bool,
    /// Text content; `None` for a record.
    pub content: Option<SimpleContent>,
    /// Default or fixed value.
    pub default: Option<SmolStr>,
    pub children: Vec<SchemaNode>,
}

/// Type of text content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleContent {
    /// Local name of the XSD built-in it comes from, e.g. `int`.
    pub xsd: SmolStr,
    pub value_type: ValueType,
    /// False for the types BizTalk cannot promote (MSG-13).
    pub promotable: bool,
    /// The values of an enumeration; empty without one.
    pub choices: Vec<SmolStr>,
}

/// Least and most occurrences; `None` is without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurs {
    pub least: u32,
    pub most: Option<u32>,
}

impl Default for Occurs {
    fn default() -> Self {
        Self { least: 1, most: Some(1) }
    }
}

/// What a path leads to.
#[derive(Clone, Debug)]
pub struct Located<'a> {
    pub node: &'a SchemaNode,
    /// The path with every namespace filled in.
    pub path: NodePath,
    /// The node or one above it may occur more than once.
    pub repeats: bool,
}

impl SchemaNode {
    /// Structure of the wire form of a class message.
    pub fn of_class(class: &ClassInfo) -> Self {
        let field = |field: &ClassField| Self {
            local: field.name.as_str().into(),
            namespace: class.namespace.clone(),
            content: Some(SimpleContent {
                xsd: SmolStr::default(),
                value_type: field.value_type.clone(),
                promotable: true,
                choices: Vec::new(),
            }),
            ..Self::default()
        };
        Self {
            local: class.root.clone(),
            namespace: class.namespace.clone(),
            required: true,
            children: class.fields.iter().map(field).collect(),
            ..Self::default()
        }
    }

    /// Follows a path from this root.
    pub fn locate(&self, path: &NodePath) -> Option<Located<'_>> {
        let (first, rest) = path.steps.split_first()?;
        let mut node = self.matches(first).then_some(self)?;
        let mut steps = vec![self.step()];
        let mut repeats = false;
        for step in rest {
            node = node.children.iter().find(|child| child.matches(step))?;
            repeats |= node.repeats;
            steps.push(node.step());
        }
        Some(Located { node, path: NodePath { steps }, repeats })
    }

    fn matches(&self, step: &PathStep) -> bool {
        self.local == step.local
            && self.attribute == step.attribute
            && step.namespace.as_ref().is_none_or(|ns| *ns == self.namespace)
    }

    /// The step of a path that selects this node.
    pub fn step(&self) -> PathStep {
        PathStep {
            local: self.local.clone(),
            namespace: Some(self.namespace.clone()),
            attribute: self.attribute,
        }
    }
}
