//! A drawing as rules, to look at and to go on from, and the changes of it that need no grid.

use super::graph::{Argument, Graph, MAX_CHAIN, function_name, node_path};
use crate::message::NodePath;
use crate::model::{Functoid, LinkEnd, Map, MapDrawing, MapLink, MapPage, MapRule, MapValue};
use crate::xml::{Located, SchemaNode};
use std::fmt::Write as _;

/// What the links of a drawing say, one rule a link into the target. A function that rules do not have keeps its
/// name: such a rule can be read, not run.
pub fn drawn_rules(map: &Map) -> Vec<MapRule> {
    let Some(drawing) = &map.drawing else { return Vec::new() };
    let graph = Graph::new(drawing);
    let constants = graph
        .constants
        .iter()
        .map(|(to, text)| MapRule { to: to.to_string(), value: MapValue::Constant(text.clone()) });
    let linked = graph
        .into
        .iter()
        .map(|(to, link)| MapRule { to: to.to_string(), value: value(&graph, &graph.origin(link), 0) });
    constants.chain(linked).collect()
}

fn value<'a>(graph: &Graph<'a>, argument: &Argument<'a>, depth: usize) -> MapValue {
    match argument {
        Argument::Node(path, _) => MapValue::Link(path.to_string()),
        Argument::Constant(text) => MapValue::Constant((*text).to_owned()),
        Argument::Functoid(functoid) if depth < MAX_CHAIN => {
            let arguments = graph.arguments(functoid);
            let arguments = arguments.iter().map(|a| value(graph, a, depth + 1)).collect();
            MapValue::Function { name: name(functoid), arguments }
        }
        Argument::Functoid(_) | Argument::Missing => MapValue::Constant(String::new()),
    }
}

fn name(functoid: &Functoid) -> String {
    let known = function_name(functoid.function).map(str::to_owned);
    let own = (!functoid.name.is_empty()).then(|| functoid.name.clone());
    known.or(own).unwrap_or_else(|| format!("Function {}", functoid.function))
}

/// Draws a link from a source node to a target node, in place of those that lead there. False when a path leads to
/// no node.
pub fn draw_link(drawing: &mut MapDrawing, from: (&SchemaNode, &str), to: (&SchemaNode, &str)) -> bool {
    let located = |(root, path): (&SchemaNode, &str)| {
        let path = NodePath::parse(path).ok()?;
        root.locate(&path).map(|Located { path, .. }| written(&path))
    };
    let (Some(source), Some(target)) = (located(from), located(to)) else { return false };
    remove_links(drawing, to.1);
    let ids = drawing.pages.iter().flat_map(|page| {
        page.links.iter().map(|link| link.id).chain(page.functoids.iter().map(|functoid| functoid.id))
    });
    let id = ids.max().map_or(1, |id| id + 1);
    let link = MapLink {
        id,
        from: LinkEnd::Node(source),
        to: LinkEnd::Node(target),
        label: String::new(),
        copy: String::new(),
        directive: String::new(),
    };
    match drawing.pages.first_mut() {
        Some(page) => page.links.push(link),
        None => {
            drawing.pages.push(MapPage { name: "Page 1".into(), links: vec![link], ..MapPage::default() })
        }
    }
    true
}

/// Takes away what a target node gets: its links and its constant. Functoids stay.
pub fn remove_links(drawing: &mut MapDrawing, to: &str) {
    let is_it = |text: &str| node_path(text).is_some_and(|path| path.to_string() == to);
    for page in &mut drawing.pages {
        page.links.retain(|link| !matches!(&link.to, LinkEnd::Node(path) if is_it(path)));
    }
    drawing.constants.retain(|path, _| !is_it(path));
}

/// A path as Mapper writes it.
fn written(path: &NodePath) -> String {
    let mut text = "/*[local-name()='<Schema>']".to_owned();
    for step in &path.steps {
        let at = if step.attribute { "@" } else { "" };
        let _ = write!(text, "/{at}*[local-name()='{}']", step.local);
    }
    text
}
