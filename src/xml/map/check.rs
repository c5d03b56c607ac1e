use super::{drawing, functoids};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Map, MapValue};
use crate::xml::{NodePath, SchemaNode, SchemaSet};

/// What would keep a map from running, or a rule from ever writing. `file` is the map's file.
pub fn check(map: &Map, file: &str, schemas: &SchemaSet) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let place = || Place { file: file.to_owned(), name: map.name.clone(), ..Place::default() };
    let mut known = |types: &[String], side: &str| -> Vec<&SchemaNode> {
        if types.is_empty() {
            let help = "Choose at least one schema on each side.";
            found.push(Diagnostic::error("S20", format!("the map has no {side}"), help).at(place()));
        }
        let mut nodes = Vec::new();
        for message_type in types {
            match schemas.structure(message_type) {
                Some(node) => nodes.push(node),
                None => {
                    let message = format!("no schema or class has the {side} type {message_type}");
                    let help = "Add the schema, or correct the type.";
                    found.push(Diagnostic::error("S20", message, help).at(place()));
                }
            }
        }
        nodes
    };
    let sources = known(&map.sources, "source");
    let targets = known(&map.targets, "target");
    if let Some(drawn) = map.drawing.as_deref().filter(|_| drawing::is_drawn(map)) {
        let whole = |roots: &[&SchemaNode], of: &[String], part| match roots {
            // A side with an unknown schema cannot be judged.
            roots if roots.len() < of.len() => Vec::new(),
            [one] => vec![(*one).clone()],
            several => vec![drawing::join(several, part)],
        };
        let (sources, targets) = (
            whole(&sources, &map.sources, "InputMessagePart_"),
            whole(&targets, &map.targets, "OutputMessagePart_"),
        );
        found.extend(drawing::check(map, drawn, &place(), &sources, &targets));
        return found;
    }
    for rule in &map.rules {
        let mut rule_findings = Vec::new();
        node("target", &rule.to, &targets, &mut rule_findings);
        value(&rule.value, &sources, &mut rule_findings);
        let place = Place { name: format!("{} › {}", map.name, rule.to), ..place() };
        found.extend(rule_findings.into_iter().map(|f| f.at(place.clone())));
    }
    found
}

fn value(value: &MapValue, sources: &[&SchemaNode], found: &mut Vec<Diagnostic>) {
    match value {
        MapValue::Constant(_) => {}
        MapValue::Link(path) => node("source", path, sources, found),
        MapValue::Function { name, arguments } => {
            match functoids::find(name) {
                Some(functoid) => found.extend(functoid.arity_problem(arguments.len()).map(|problem| {
                    Diagnostic::error("S22", problem, "Give the functoid its arguments in order.")
                })),
                None => found.push(Diagnostic::error(
                    "S22",
                    format!("there is no functoid {name}"),
                    "Choose one of the functoids of the map editor.",
                )),
            }
            for argument in arguments {
                self::value(argument, sources, found);
            }
        }
    }
}

fn node(side: &str, text: &str, roots: &[&SchemaNode], found: &mut Vec<Diagnostic>) {
    let help = "Write /Root/Record/Field or …/@attribute, with the names of the schema.";
    match NodePath::parse(text) {
        Err(reason) => found.push(Diagnostic::error("S21", reason, help)),
        Ok(path) if roots.iter().all(|root| root.locate(&path).is_none()) => {
            found.push(Diagnostic::error("S21", format!("`{text}` is in no {side} schema"), help));
        }
        Ok(_) => {}
    }
}
