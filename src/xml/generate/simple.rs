use crate::xml::library::{Declared, Library, attribute, resolve, xs_child, xs_kind};
use smol_str::SmolStr;
use uppsala::XS_NAMESPACE;

/// Types may restrict each other this often.
const MAX_CHAIN: usize = 16;

/// A simple type: the built-in it comes from and all facets on the way.
#[derive(Clone, Debug, Default)]
pub struct Simple {
    /// Local name of the XSD built-in; of the items for a list.
    pub base: SmolStr,
    pub list: bool,
    /// Values of the innermost enumeration.
    pub choices: Vec<SmolStr>,
    /// One pattern of each group must match.
    pub patterns: Vec<Vec<SmolStr>>,
    /// Characters, octets of binary types, or items of a list.
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
    /// Bound, and whether it is itself allowed.
    pub min: Option<(SmolStr, bool)>,
    pub max: Option<(SmolStr, bool)>,
    pub total_digits: Option<u32>,
    pub fraction_digits: Option<u32>,
}

impl Simple {
    pub fn built_in(local: &str) -> Self {
        match local {
            "NMTOKENS" | "IDREFS" | "ENTITIES" => Self {
                base: local
                    .strip_suffix('S')
                    .map_or(local, |item| if item == "ENTITIE" { "ENTITY" } else { item })
                    .into(),
                list: true,
                min_length: Some(1),
                ..Self::default()
            },
            _ => Self { base: local.into(), ..Self::default() },
        }
    }

    /// A declared simple type. A union is its first member.
    pub fn declared(library: &Library, (at, id): Declared, context: &SmolStr, depth: usize) -> Self {
        let Some(file) = library.files.get(at).filter(|_| depth < MAX_CHAIN) else {
            return Self::built_in("string");
        };
        let tree = file.tree();
        let named = |node, name: &str| {
            let (namespace, local) = resolve(tree, node, name);
            if namespace == XS_NAMESPACE {
                return Some(Self::built_in(local));
            }
            let own = library.global(at, "simpleType", namespace, local);
            let found = own.or_else(|| {
                namespace.is_empty().then(|| library.global(at, "simpleType", context, local)).flatten()
            })?;
            Some(Self::declared(library, found, context, depth + 1))
        };
        let inline = |node| {
            let id = xs_child(tree, node, "simpleType")?;
            Some(Self::declared(library, (at, id), context, depth + 1))
        };
        let string = || Self::built_in("string");
        if let Some(restriction) = xs_child(tree, id, "restriction") {
            let base = attribute(tree, restriction, "base").and_then(|name| named(restriction, name));
            let mut simple = base.or_else(|| inline(restriction)).unwrap_or_else(string);
            simple.restrict(library, (at, restriction), context);
            return simple;
        }
        if let Some(list) = xs_child(tree, id, "list") {
            let item = attribute(tree, list, "itemType").and_then(|name| named(list, name));
            return Self { list: true, ..item.or_else(|| inline(list)).unwrap_or_else(string) };
        }
        let Some(union) = xs_child(tree, id, "union") else { return string() };
        let members = attribute(tree, union, "memberTypes").unwrap_or_default();
        let member = members.split_whitespace().find_map(|name| named(union, name));
        member.or_else(|| inline(union)).unwrap_or_else(string)
    }

    /// Adds the facets of a restriction.
    pub fn restrict(&mut self, library: &Library, (at, restriction): Declared, context: &SmolStr) {
        let Some(file) = library.files.get(at) else { return };
        let tree = file.tree();
        // Simple content may restrict to a type of its own, written inside.
        if let Some(inner) = xs_child(tree, restriction, "simpleType")
            .filter(|_| attribute(tree, restriction, "base").is_some())
        {
            *self = Self::declared(library, (at, inner), context, 0);
        }
        let (mut choices, mut patterns) = (Vec::new(), Vec::new());
        for facet in tree.children_iter(restriction) {
            let (Some(kind), Some(value)) = (xs_kind(tree, facet), attribute(tree, facet, "value")) else {
                continue;
            };
            let number = || value.trim().parse::<usize>().ok();
            let digits = || value.trim().parse::<u32>().ok();
            match kind {
                "enumeration" => choices.push(SmolStr::from(value)),
                "pattern" => patterns.push(SmolStr::from(value)),
                "length" => (self.min_length, self.max_length) = (number(), number()),
                "minLength" => self.min_length = number(),
                "maxLength" => self.max_length = number(),
                "minInclusive" => self.min = Some((value.trim().into(), true)),
                "minExclusive" => self.min = Some((value.trim().into(), false)),
                "maxInclusive" => self.max = Some((value.trim().into(), true)),
                "maxExclusive" => self.max = Some((value.trim().into(), false)),
                "totalDigits" => self.total_digits = digits(),
                "fractionDigits" => self.fraction_digits = digits(),
                _ => {}
            }
        }
        if !choices.is_empty() {
            self.choices = choices;
        }
        if !patterns.is_empty() {
            self.patterns.push(patterns);
        }
    }
}
