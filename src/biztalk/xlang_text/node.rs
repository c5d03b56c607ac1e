//! The designer tree with each element numbered, so that a place can be noted for it.

use crate::biztalk::odx::Element;

/// An element with its number in document order, counted from 0 at the module.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub element: &'a Element,
    pub number: usize,
    pub children: Vec<Node<'a>>,
}

impl<'a> Node<'a> {
    /// Numbers `element` and all inside.
    pub fn new(element: &'a Element) -> Self {
        Self::numbered(element, &mut 0)
    }

    fn numbered(element: &'a Element, next: &mut usize) -> Self {
        let number = *next;
        *next += 1;
        Self {
            element,
            number,
            children: element.elements().map(|child| Self::numbered(child, next)).collect(),
        }
    }

    pub fn kind(&self) -> &'a str {
        self.element.kind()
    }

    /// A property that says something; an empty one is as good as none.
    pub fn stated(&self, name: &str) -> Option<&'a str> {
        self.element.property(name).filter(|value| !value.is_empty())
    }

    /// A property, empty when it is not there.
    pub fn get(&self, name: &str) -> &'a str {
        self.element.property(name).unwrap_or_default()
    }

    pub fn is(&self, name: &str) -> bool {
        self.get(name).eq_ignore_ascii_case("true")
    }

    pub fn name(&self) -> &'a str {
        self.get("Name")
    }

    /// The children of one collection, in their order.
    pub fn linked(&self, link: &'static str) -> impl Iterator<Item = &Node<'a>> {
        self.children.iter().filter(move |child| child.element.link() == link)
    }

    pub fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &Node<'a>> {
        self.children.iter().filter(move |child| child.kind() == kind)
    }

    /// This node and all inside, in document order.
    pub fn all(&self) -> Vec<&Node<'a>> {
        let mut all = vec![self];
        all.extend(self.children.iter().flat_map(Node::all));
        all
    }
}
