//! Where the nodes, functions and links of a map are drawn.

use crate::message::NodePath;
use crate::model::{Map, MapValue};
use crate::xml::{SchemaNode, SchemaSet};
use std::collections::{BTreeMap, BTreeSet};

/// One line of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `/Root/Record/Field`.
    pub path: String,
    pub name: String,
    pub depth: usize,
    pub parent: bool,
    /// Takes text: it can be linked.
    pub field: bool,
    pub repeats: bool,
}

/// The lines of the trees of some message types, without what is closed.
pub fn tree(types: &[String], schemas: &SchemaSet, closed: &BTreeSet<String>) -> Vec<Line> {
    let mut lines = Vec::new();
    for node in types.iter().filter_map(|t| schemas.structure(t)) {
        walk(node, &mut NodePath::default(), closed, &mut lines);
    }
    lines
}

fn walk(node: &SchemaNode, above: &mut NodePath, closed: &BTreeSet<String>, lines: &mut Vec<Line>) {
    above.steps.push(node.step());
    let path = above.to_string();
    let open = !closed.contains(&path);
    lines.push(Line {
        name: if node.attribute { format!("@{}", node.local) } else { node.local.to_string() },
        depth: above.steps.len() - 1,
        parent: !node.children.is_empty(),
        field: node.content.is_some() || node.open,
        repeats: node.repeats,
        path,
    });
    if open {
        for child in &node.children {
            walk(child, above, closed, lines);
        }
    }
    above.steps.pop();
}

/// The line a path is seen at: its own, or that of the nearest closed record above.
pub fn seen(lines: &[Line], path: &str) -> Option<usize> {
    let mut path = path;
    loop {
        if let Some(at) = lines.iter().position(|line| line.path == path) {
            return Some(at);
        }
        path = path.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty())?;
    }
}

/// Where a part of a rule's value is: the places of arguments from the outside in; empty is the value itself.
pub type ValuePath = Vec<usize>;

/// A function or constant drawn between the trees.
#[derive(Clone, Debug, PartialEq)]
pub struct Knot {
    pub rule: usize,
    pub at: ValuePath,
    pub words: String,
    /// A constant, not a function.
    pub constant: bool,
    /// 0 is nearest to the target.
    pub column: usize,
    /// Middle, in lines of the trees.
    pub row: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Source(usize),
    Knot(usize),
    Target(usize),
}

/// A curve: from a source node or knot to a knot or target node.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    pub rule: usize,
    pub from: End,
    pub to: End,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    pub knots: Vec<Knot>,
    pub wires: Vec<Wire>,
    /// Columns of knots there are.
    pub columns: usize,
}

/// Draws the rules of a map between two trees.
pub fn draw(map: &Map, sources: &[Line], targets: &[Line]) -> Drawing {
    let mut drawing = Drawing::default();
    for (rule, it) in map.rules.iter().enumerate() {
        let Some(target) = seen(targets, &it.to) else { continue };
        value(&mut drawing, (rule, sources), &it.value, Vec::new(), End::Target(target), target);
    }
    spread(&mut drawing.knots);
    drawing.columns = drawing.knots.iter().map(|k| k.column + 1).max().unwrap_or(0);
    drawing
}

/// Adds a value and what leads to it; gives the row it stands at.
fn value(
    drawing: &mut Drawing,
    context: (usize, &[Line]),
    it: &MapValue,
    at: ValuePath,
    to: End,
    target: usize,
) -> f32 {
    let (rule, sources) = context;
    #[expect(clippy::cast_precision_loss, reason = "rows on a screen")]
    let own = target as f32;
    match it {
        MapValue::Link(path) => {
            let Some(from) = seen(sources, path) else { return own };
            drawing.wires.push(Wire { rule, from: End::Source(from), to });
            #[expect(clippy::cast_precision_loss, reason = "rows on a screen")]
            let row = from as f32;
            row
        }
        MapValue::Constant(_) | MapValue::Function { .. } => {
            let number = drawing.knots.len();
            let (words, constant, arguments): (String, bool, &[MapValue]) = match it {
                MapValue::Function { name, arguments } => (name.clone(), false, arguments),
                MapValue::Constant(text) if text.is_empty() => ("empty text".to_owned(), true, &[]),
                MapValue::Constant(text) => (format!("“{text}”"), true, &[]),
                MapValue::Link(_) => (String::new(), true, &[]),
            };
            let column = at.len();
            drawing.knots.push(Knot { rule, at: at.clone(), words, constant, column, row: own });
            drawing.wires.push(Wire { rule, from: End::Knot(number), to });
            let mut rows = Vec::new();
            for (place, argument) in arguments.iter().enumerate() {
                let mut below = at.clone();
                below.push(place);
                rows.push(value(drawing, context, argument, below, End::Knot(number), target));
            }
            #[expect(clippy::cast_precision_loss, reason = "a few arguments")]
            let middle = if rows.is_empty() { own } else { rows.iter().sum::<f32>() / rows.len() as f32 };
            let row = own.midpoint(middle);
            if let Some(knot) = drawing.knots.get_mut(number) {
                knot.row = row;
            }
            row
        }
    }
}

/// Moves knots of one column apart, each as near to its place as the others allow.
fn spread(knots: &mut [Knot]) {
    const APART: f32 = 1.25;
    let mut columns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, knot) in knots.iter().enumerate() {
        columns.entry(knot.column).or_default().push(at);
    }
    for mut column in columns.into_values() {
        let row = |knots: &[Knot], at: usize| knots.get(at).map_or(0.0, |k| k.row);
        column.sort_by(|a, b| row(knots, *a).total_cmp(&row(knots, *b)).then(a.cmp(b)));
        let mut least = f32::NEG_INFINITY;
        for at in column {
            if let Some(knot) = knots.get_mut(at) {
                knot.row = knot.row.max(least);
                least = knot.row + APART;
            }
        }
    }
}

/// The part of a value at a place.
pub fn part<'v>(value: &'v mut MapValue, at: &[usize]) -> Option<&'v mut MapValue> {
    let Some((first, rest)) = at.split_first() else { return Some(value) };
    match value {
        MapValue::Function { arguments, .. } => part(arguments.get_mut(*first)?, rest),
        MapValue::Link(_) | MapValue::Constant(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MapRule;
    use crate::studio::sample;

    #[test]
    fn every_rule_of_the_sample_maps_is_drawn() {
        let app = sample::load("southridge").unwrap();
        let schemas = SchemaSet::build(&app);
        assert!(!app.maps.is_empty());
        for map in app.maps.values() {
            let closed = BTreeSet::new();
            let (from, to) = (tree(&map.sources, &schemas, &closed), tree(&map.targets, &schemas, &closed));
            let drawing = draw(map, &from, &to);
            for rule in 0..map.rules.len() {
                assert!(
                    drawing.wires.iter().any(|w| w.rule == rule && matches!(w.to, End::Target(_))),
                    "{}",
                    map.name
                );
            }
            for (at, knot) in drawing.knots.iter().enumerate() {
                for other in drawing.knots.iter().skip(at + 1).filter(|o| o.column == knot.column) {
                    assert!((knot.row - other.row).abs() > 1.0, "{knot:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn links_into_a_closed_record_end_at_the_record() {
        let app = sample::load("southridge").unwrap();
        let schemas = SchemaSet::build(&app);
        let map = &app.maps["Order_To_CSR_OrderRequest"];
        let closed = BTreeSet::from(["/CSR_OrderRequest/Header".to_owned()]);
        let (from, to) =
            (tree(&map.sources, &schemas, &BTreeSet::new()), tree(&map.targets, &schemas, &closed));
        let header = to.iter().position(|l| l.path == "/CSR_OrderRequest/Header").unwrap();
        let drawing = draw(map, &from, &to);
        assert!(drawing.wires.iter().filter(|w| w.to == End::Target(header)).count() > 1);
    }

    #[test]
    fn functions_stand_left_of_what_they_feed() {
        let link = |path: &str| MapValue::Link(path.into());
        let inner = MapValue::Function { name: "Uppercase".into(), arguments: vec![link("/A/X")] };
        let outer = MapValue::Function {
            name: "Concatenate".into(),
            arguments: vec![inner, MapValue::Constant("-".into())],
        };
        let map = Map { rules: vec![MapRule { to: "/B/Y".into(), value: outer }], ..Map::default() };
        let line = |path: &str| Line {
            path: path.into(),
            name: path.into(),
            depth: 1,
            parent: false,
            field: true,
            repeats: false,
        };
        let drawing = draw(&map, &[line("/A/X")], &[line("/B/Y")]);
        let columns: Vec<(&str, usize)> =
            drawing.knots.iter().map(|k| (k.words.as_str(), k.column)).collect();
        assert_eq!(columns, [("Concatenate", 0), ("Uppercase", 1), ("“-”", 1)]);
        assert_eq!(drawing.wires.len(), 4);
        let mut value = map.rules[0].value.clone();
        assert_eq!(part(&mut value, &[0, 0]), Some(&mut link("/A/X")));
        assert_eq!(part(&mut value, &[0, 0, 1]), None);
    }
}
