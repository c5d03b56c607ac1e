//! Maps as BizTalk Mapper draws them, run the way its compiler means them: links, functoids and the loops they imply.
//!
//! - A link from an optional node writes its target only where the node is; from a required one always.
//! - A record loops over the repeating source records of the links into it and into what does not repeat below it; a
//!   Looping functoid says so itself, one round of records for each of its inputs.
//! - A logical functoid that is linked to a node beside its value decides whether the node is there.
//! - An argument whose node is missing is empty text.

mod check;
mod evaluate;
mod graph;
mod loops;
mod lowered;
mod script;
mod source;
#[cfg(test)]
mod tests;
mod view;
mod write;

pub use check::check;
pub use graph::{Graph, function_name};
pub use script::{Scripts, Unscripted, script_function, stand_in};
pub use view::{draw_link, drawn_rules, remove_links};

use super::{MapError, Source as Input};
use crate::message::DateTime;
use crate::model::{Map, MapDrawing};
use crate::xml::{SchemaNode, SchemaSet};
use source::Sources;
use uppsala::Document;

/// Root namespace of what joins several messages.
const JOINED: &str = "http://schemas.microsoft.com/BizTalk/2003/aggschema";

/// True when a map runs by its drawing instead of by rules.
pub fn is_drawn(map: &Map) -> bool {
    let has_links = |drawing: &MapDrawing| {
        drawing.custom_xslt.is_some()
            || !drawing.constants.is_empty()
            || drawing.pages.iter().any(|page| !page.links.is_empty() || !page.functoids.is_empty())
    };
    map.rules.is_empty() && map.drawing.as_deref().is_some_and(has_links)
}

/// Runs a drawing: one document for each target of the map.
///
/// # Errors
/// When a target has no schema, a script fails, or a stylesheet asks for what is not supported.
pub fn apply(
    map: &Map,
    drawing: &MapDrawing,
    inputs: &[Input<'_>],
    now: DateTime,
    schemas: &SchemaSet,
    scripts: &mut dyn Scripts,
) -> Result<Vec<Document<'static>>, MapError> {
    let fail =
        |message: String, help: &str| MapError { map: map.name.clone(), message, help: help.to_owned() };
    let sources = Sources::new(inputs);
    if let Some(custom) = &drawing.custom_xslt {
        if custom.text.is_empty() {
            return Err(fail(
                format!("its stylesheet {} is not there", custom.path),
                "Restore the file beside the map, or draw the map with links.",
            ));
        }
        let run = |mocked| script::transform(&custom.text, &sources.text(), mocked);
        let text = run(false)
            .or_else(|reason| run(true).map_err(|_| reason))
            .map_err(|reason| fail(format!("its stylesheet cannot run: {reason}"), script::XSLT_HELP))?;
        let tree = crate::message::document::parse_text(&text).map_err(|e| fail(e.to_string(), e.help))?;
        return Ok(vec![tree.into_static()]);
    }
    let mut targets = Vec::new();
    for target in &map.targets {
        let Some(structure) = schemas.structure(target) else {
            return Err(fail(
                format!("there is no schema or class for its target {target}"),
                "Add the schema, or correct the target of the map.",
            ));
        };
        targets.push(structure);
    }
    let joined = (targets.len() > 1).then(|| join(&targets, "OutputMessagePart_"));
    let graph = Graph::new(drawing);
    let mut written = Vec::new();
    for (at, structure) in targets.into_iter().enumerate() {
        let above = joined.as_ref().map(|root| (root, at));
        let mut run = write::Run::new(map, drawing, &graph, &sources, now, &mut *scripts);
        written.push(run.target(structure, above)?);
    }
    Ok(written)
}

/// A root above the roots of several messages, one part for each.
pub fn join(roots: &[&SchemaNode], part: &str) -> SchemaNode {
    let part = |(at, root): (usize, &&SchemaNode)| SchemaNode {
        local: format!("{part}{at}").into(),
        required: true,
        children: vec![(*root).clone()],
        ..SchemaNode::default()
    };
    SchemaNode {
        local: "Root".into(),
        namespace: JOINED.into(),
        required: true,
        children: roots.iter().enumerate().map(part).collect(),
        ..SchemaNode::default()
    }
}
