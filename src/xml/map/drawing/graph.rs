use crate::message::NodePath;
use crate::model::{Functoid, FunctoidInput, InputValue, LinkEnd, MapDrawing, MapLink};
use rustc_hash::FxHashMap;

/// Functoids may feed each other this deep.
pub const MAX_CHAIN: usize = 64;

/// The links of a drawing, by what they lead to.
#[derive(Debug)]
pub struct Graph<'a> {
    functoids: FxHashMap<u32, &'a Functoid>,
    links: FxHashMap<u32, &'a MapLink>,
    /// Links into target nodes, in order, with the path.
    pub into: Vec<(NodePath, &'a MapLink)>,
    /// Texts of target nodes.
    pub constants: Vec<(NodePath, String)>,
}

/// What an input of a functoid is.
#[derive(Clone, Debug)]
pub enum Argument<'a> {
    Node(NodePath, &'a MapLink),
    Functoid(&'a Functoid),
    Constant(&'a str),
    /// A link that leads nowhere.
    Missing,
}

impl<'a> Graph<'a> {
    pub fn new(drawing: &'a MapDrawing) -> Self {
        let functoids = drawing.pages.iter().flat_map(|page| &page.functoids);
        let links = || drawing.pages.iter().flat_map(|page| &page.links);
        let into = links().filter_map(|link| match &link.to {
            LinkEnd::Node(path) => Some((node_path(path)?, link)),
            LinkEnd::Functoid(_) => None,
        });
        let constant = |(path, text): (&String, &String)| {
            let text = if text == "<empty>" { "" } else { text.as_str() };
            Some((node_path(path)?, text.to_owned()))
        };
        Self {
            functoids: functoids.map(|functoid| (functoid.id, functoid)).collect(),
            links: links().map(|link| (link.id, link)).collect(),
            into: into.collect(),
            constants: drawing.constants.iter().filter_map(constant).collect(),
        }
    }

    /// Where a link comes from.
    pub fn origin(&self, link: &'a MapLink) -> Argument<'a> {
        match &link.from {
            LinkEnd::Node(path) => {
                node_path(path).map_or(Argument::Missing, |path| Argument::Node(path, link))
            }
            LinkEnd::Functoid(id) => {
                self.functoids.get(id).map_or(Argument::Missing, |f| Argument::Functoid(f))
            }
        }
    }

    pub fn argument(&self, input: &'a FunctoidInput) -> Argument<'a> {
        match &input.value {
            InputValue::Constant(text) => Argument::Constant(text),
            InputValue::Link(id) => self.links.get(id).map_or(Argument::Missing, |link| self.origin(link)),
        }
    }

    pub fn arguments(&self, functoid: &'a Functoid) -> Vec<Argument<'a>> {
        let mut inputs: Vec<_> = functoid.inputs.iter().enumerate().collect();
        inputs.sort_by_key(|(at, input)| input.index.map_or(*at, |index| index as usize));
        inputs.into_iter().map(|(_, input)| self.argument(input)).collect()
    }

    /// Source nodes that decide how often a value is there: those of all arguments, but for functoids that look at
    /// all of their nodes at once.
    pub fn sources(&self, argument: &Argument<'a>, depth: usize) -> Vec<NodePath> {
        match argument {
            Argument::Node(path, _) => vec![path.clone()],
            Argument::Functoid(functoid) if depth < MAX_CHAIN && !gathers(functoid.function) => {
                self.arguments(functoid).iter().flat_map(|a| self.sources(a, depth + 1)).collect()
            }
            _ => Vec::new(),
        }
    }

    pub fn functoids(&self) -> impl Iterator<Item = &'a Functoid> + '_ {
        let mut all: Vec<_> = self.functoids.values().copied().collect();
        all.sort_by_key(|functoid| functoid.id);
        all.into_iter()
    }
}

/// Record Count, Index and the cumulative functoids find their nodes themselves.
pub fn gathers(function: u32) -> bool {
    matches!(function, 322..=328)
}

/// True for functoids that answer yes or no.
pub fn is_logical(function: u32) -> bool {
    matches!(function, 311..=321 | 701 | 702 | 705 | 706)
}

/// What the trees of Mapper show between records and that no document has: the schema, groups, and the types that may
/// stand for a declared one, each of which is a step of its own below `<Equivalent>`.
const SHOWN_ONLY: [&str; 5] = ["<Schema>", "<Sequence>", "<Choice>", "<All>", "<Equivalent>"];

/// A path of a `.btm`, as documents have it.
pub fn node_path(text: &str) -> Option<NodePath> {
    let mut path = NodePath::parse(text).ok()?;
    let mut stands_for = false;
    path.steps.retain(|step| {
        let type_name = std::mem::replace(&mut stands_for, step.local == "<Equivalent>");
        !type_name && !SHOWN_ONLY.contains(&step.local.as_str())
    });
    (!path.steps.is_empty()).then_some(path)
}

/// Name of the function a functoid number stands for, as [`crate::xml::map::FUNCTIONS`] has it, or that of one the
/// drawing runs itself.
pub fn function_name(function: u32) -> Option<&'static str> {
    Some(match function {
        101 => "Find",
        102 => "Left",
        103 => "Lowercase",
        104 => "Right",
        105 => "Length",
        106 => "Extract",
        107 => "Concatenate",
        108 => "StringTrimLeft",
        109 => "StringTrimRight",
        110 => "Uppercase",
        111 => "AbsoluteValue",
        112 => "Integer",
        113 => "Maximum",
        114 => "Minimum",
        115 => "Modulo",
        116 => "Round",
        117 => "SquareRoot",
        118 => "Add",
        119 => "Subtract",
        120 => "Multiply",
        121 => "Divide",
        122 => "AddDays",
        123 => "CurrentDate",
        124 => "CurrentTime",
        125 => "CurrentDateTime",
        126 => "CharacterFromASCII",
        127 => "ASCIIFromCharacter",
        128 => "Hexadecimal",
        129 => "Octal",
        130 => "ArcTangent",
        131 => "Cosine",
        132 => "Sine",
        133 => "Tangent",
        134 => "NaturalExponent",
        135 => "NaturalLogarithm",
        136 => "TenToPower",
        137 => "CommonLogarithm",
        138 => "Power",
        139 => "Logarithm",
        260 => "Scripting",
        311 => "GreaterThan",
        312 => "GreaterThanOrEqual",
        313 => "LessThan",
        314 => "LessThanOrEqual",
        315 => "Equal",
        316 => "NotEqual",
        317 => "IsString",
        318 => "IsDate",
        319 => "IsNumeric",
        320 => "Or",
        321 => "And",
        322 => "RecordCount",
        323 => "Index",
        324 => "CumulativeSum",
        325 => "CumulativeAverage",
        326 => "CumulativeMinimum",
        327 => "CumulativeMaximum",
        328 => "CumulativeConcatenate",
        374 => "ValueMappingFlattening",
        375 => "ValueMapping",
        376 => "NilValue",
        424 => "Looping",
        474 => "Iteration",
        524 => "DatabaseLookup",
        574 => "ValueExtractor",
        575 => "ErrorReturn",
        701 => "Existence",
        703 => "TableLooping",
        704 => "TableExtractor",
        705 => "Not",
        706 => "IsNil",
        801 => "Assert",
        802 => "MassCopy",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_types_that_mapper_shows_are_no_steps_of_a_document() {
        let path = "/*[local-name()='<Schema>']/*[local-name()='Bid']/*[local-name()='<Sequence>' and position()='2']/*[local-name()='No']";
        assert_eq!(node_path(path).unwrap().to_string(), "/Bid/No");
        let path = "/*[local-name()='<Schema>']/*[local-name()='Item']/*[local-name()='<Equivalent>']/*[local-name()='<Book>']/*[local-name()='Title']";
        assert_eq!(node_path(path).unwrap().to_string(), "/Item/Title");
        assert_eq!(node_path("/*[local-name()='<Schema>']"), None);
    }
}
