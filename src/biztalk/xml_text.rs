//! Small steps through the XML that BizTalk's tools write, whose names have no namespace.

use crate::diagnostic::{Diagnostic, Place};
use crate::message::document::parse_text;
use uppsala::{Document, NodeId};

/// Parses a file and checks its root element.
///
/// # Errors
/// `Z20` with the line, when it is no XML or another kind of file; `what` is what it should be.
pub fn parse<'t>(file: &str, text: &'t str, root: &str, what: &str) -> Result<Document<'t>, Diagnostic> {
    let place = || Place { file: file.to_owned(), ..Place::default() };
    let tree = parse_text(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let place = Place { line: error.place(), ..place() };
        Diagnostic::error("Z20", format!("this is not {what}: {}", error.message), error.help).at(place)
    })?;
    let found =
        tree.document_element().and_then(|id| tree.element(id)).map(|e| e.name.local_name.to_string());
    if found.as_deref() != Some(root) {
        let found = found.unwrap_or_default();
        let message = format!("this is not {what}: its root is `{found}`, not `{root}`");
        return Err(Diagnostic::error("Z20", message, "choose another file").at(place()));
    }
    Ok(tree)
}

/// Text of an attribute; empty without it. A prefix does not matter.
pub fn attribute(tree: &Document<'_>, id: NodeId, name: &str) -> String {
    let attributes = tree.element(id).map(|e| e.attributes.as_slice()).unwrap_or_default();
    attributes.iter().find(|a| a.name.local_name == name).map_or_else(String::new, |a| a.value.to_string())
}

pub fn children<'t>(tree: &'t Document<'_>, id: NodeId) -> impl Iterator<Item = NodeId> + 't {
    tree.children_iter(id).filter(|child| tree.element(*child).is_some())
}

pub fn children_named<'t>(
    tree: &'t Document<'_>,
    id: NodeId,
    name: &'t str,
) -> impl Iterator<Item = NodeId> + 't {
    children(tree, id).filter(move |child| tree.element(*child).is_some_and(|e| e.name.local_name == name))
}

pub fn child(tree: &Document<'_>, id: NodeId, name: &str) -> Option<NodeId> {
    children_named(tree, id, name).next()
}

/// Text of a child element; empty without it.
pub fn text(tree: &Document<'_>, id: NodeId, name: &str) -> String {
    child(tree, id, name).map(|child| tree.text_content_deep(child)).unwrap_or_default()
}

pub fn is_true(text: &str) -> bool {
    matches!(text.trim(), "1" | "-1") || matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "yes")
}
