use super::graph::{Argument, Graph, function_name};
use super::script::{keys_of, left_out_of, script_function, stand_in};
use crate::diagnostic::{Diagnostic, Place};
use crate::message::NodePath;
use crate::model::edit::{Edit, Part};
use crate::model::{Map, MapDrawing};
use crate::xml::SchemaNode;
use std::collections::BTreeSet;

/// What would keep a drawing from running, or a link from ever writing; `S23` and `S24` for code and XSLT that somebody
/// has to stand in for.
pub fn check(
    map: &Map,
    drawing: &MapDrawing,
    place: &Place,
    sources: &[SchemaNode],
    targets: &[SchemaNode],
) -> Vec<Diagnostic> {
    let graph = Graph::new(drawing);
    let mut found = Vec::new();
    let at = |name: String| Place { name, ..place.clone() };
    if let Some(custom) = &drawing.custom_xslt {
        if custom.text.is_empty() {
            let message = format!("the stylesheet {} of the map is not there", custom.path);
            let help = "Restore the file beside the map, or draw the map with links.";
            found.push(Diagnostic::error("S24", message, help).at(place.clone()));
        } else if let Some(what) = left_out_of(&custom.text) {
            let message = format!("the stylesheet of the map uses {what}, which is not supported");
            let help = "Rewrite it without that.";
            found.push(Diagnostic::warning("S24", message, help).at(place.clone()));
        }
        return found;
    }
    let mut nowhere: BTreeSet<(&str, String)> = BTreeSet::new();
    for (target, link) in &graph.into {
        if unknown(targets, target) {
            nowhere.insert(("target", target.to_string()));
        }
        if let Argument::Node(source, _) = graph.origin(link)
            && unknown(sources, &source)
        {
            nowhere.insert(("source", source.to_string()));
        }
    }
    for functoid in graph.functoids() {
        let name = format!("{} › functoid {}", map.name, functoid.id);
        for argument in graph.arguments(functoid) {
            if let Argument::Node(source, _) = argument
                && unknown(sources, &source)
            {
                nowhere.insert(("source", source.to_string()));
            }
        }
        if function_name(functoid.function).is_none() && functoid.function < 10_000 {
            let message = format!("functoid number {} is not known", functoid.function);
            let help = "Take it off the grid, or replace it by a Scripting functoid with a stand-in.";
            found.push(Diagnostic::error("S22", message, help).at(at(name.clone())));
        }
        for script in functoid.scripts.iter().filter(|script| script.language.starts_with("Xslt")) {
            let sheet = format!(
                "<x xmlns:xsl=\"{}\" xmlns:msxsl=\"urn:schemas-microsoft-com:xslt\">{}{}</x>",
                uppsala::XSLT_NAMESPACE,
                script.text,
                keys_of(&graph)
            );
            if let Some(what) = left_out_of(&sheet) {
                let message = format!("inline XSLT uses {what}, which is not supported");
                let help = format!(
                    "Rewrite it, or write a component {} with a function Functoid{} that gives the nodes",
                    map.name, functoid.id
                );
                found.push(Diagnostic::warning("S24", message, help).at(at(name.clone())));
            }
        }
    }
    for (side, path) in nowhere {
        let message = format!("`{path}` is in no {side} schema, so a link does nothing");
        let help = "Draw the link again, or correct the schema.";
        found.push(Diagnostic::warning("S21", message, help).at(place.clone()));
    }
    for (class, skeleton) in stand_in(map) {
        let functions: Vec<String> = graph
            .functoids()
            .filter_map(|functoid| script_function(map, functoid))
            .filter(|(own, _)| *own == class)
            .map(|(_, function)| function)
            .collect();
        let functions: BTreeSet<&str> = functions.iter().map(String::as_str).collect();
        let functions: Vec<&str> = functions.into_iter().collect();
        let message = format!("code of the map runs only with a stand-in: {}", functions.join(", "));
        let help = format!(
            "Write {} with these functions; until then they give empty values",
            crate::model::files::component_path(&class)
        );
        let edit = Edit::Set(Part::Component(class.clone(), Some(skeleton)));
        let finding = Diagnostic::warning("S23", message, help).at(place.clone());
        found.push(finding.mend("Write a script", vec![edit]));
    }
    found
}

/// True when a path is in none of the schemas that are known.
fn unknown(roots: &[SchemaNode], path: &NodePath) -> bool {
    !roots.is_empty() && roots.iter().all(|root| root.locate(path).is_none() && !inside_open(root, path))
}

/// True when a path goes on where the schema leaves open what comes.
fn inside_open(root: &SchemaNode, path: &NodePath) -> bool {
    (1..path.steps.len()).rev().any(|n| {
        let above = NodePath { steps: path.steps.get(..n).unwrap_or_default().to_vec() };
        root.locate(&above).is_some_and(|located| located.node.open)
    })
}
