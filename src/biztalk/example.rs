//! What messages are declared as, and examples of them as they travel.

use crate::model::{Application, Module, Orchestration, PartDeclaration, ShapeKind};
use crate::xml::SchemaSet;
use crate::xml::pipeline::mime;

/// Type of a part of a message, or of the whole without one.
pub(super) fn part_type(application: &Application, module: &Module, whole: String, part: &str) -> String {
    let multipart = application.multipart_type(module, &whole).filter(|_| !part.is_empty());
    let found = multipart.and_then(|multipart| multipart.parts.iter().find(|own| own.name == part));
    found.map_or(whole, |part| part.part_type.clone())
}

/// Type of a message or variable of an orchestration or of one of its scopes.
pub(super) fn declared_type(orchestration: &Orchestration, name: &str) -> String {
    let shapes = orchestration.shapes();
    let scopes = shapes.iter().filter_map(|shape| match &shape.kind {
        ShapeKind::Scope(scope) => Some((&scope.messages, &scope.variables)),
        _ => None,
    });
    let mut all = scopes.chain([(&orchestration.messages, &orchestration.variables)]);
    let found = all.find_map(|(messages, variables)| {
        let message = messages.iter().find(|m| m.name == name).map(|m| m.message_type.clone());
        message.or_else(|| variables.iter().find(|v| v.name == name).map(|v| v.variable_type.clone()))
    });
    found.unwrap_or_default()
}

/// The parts of a message of this type, the body first; one without a name for a type that is its own part.
pub(super) fn parts(application: &Application, module: &Module, name: &str) -> Vec<PartDeclaration> {
    let declared = application.multipart_type(module, name).map(|multipart| &multipart.parts);
    let declared = declared.or_else(|| application.web_message(name).map(|web| &web.parts));
    let Some(parts) = declared.filter(|parts| !parts.is_empty()) else {
        return vec![PartDeclaration { part_type: name.to_owned(), ..PartDeclaration::default() }];
    };
    let mut parts = parts.clone();
    if let Some(body) = parts.iter().position(|part| part.body) {
        parts.get_mut(..=body).into_iter().for_each(|first| first.rotate_right(1));
    }
    parts
}

/// Type name of the body of a message of this type.
pub(super) fn body_type(application: &Application, module: &Module, name: &str) -> String {
    parts(application, module, name).into_iter().next().map(|part| part.part_type).unwrap_or_default()
}

/// An example of a message of a type, as it travels: of its schema or class, else a small document. One of several parts
/// is MIME.
pub fn example(
    application: &Application,
    schemas: &SchemaSet,
    module: &Module,
    name: &str,
) -> Option<String> {
    let parts = parts(application, module, name);
    let bodies = parts.iter().map(|part| content(schemas, &part.part_type));
    let bodies: Vec<String> = bodies.collect::<Option<_>>()?;
    if let [only] = bodies.as_slice() {
        return Some(only.clone());
    }
    let named: Vec<(&str, &str)> =
        parts.iter().zip(&bodies).map(|(part, body)| (part.name.as_str(), body.as_str())).collect();
    Some(mime(&named))
}

/// An example of a part of a type.
fn content(schemas: &SchemaSet, name: &str) -> Option<String> {
    if let Some(root) = schemas.root_named(name) {
        return schemas.example(&root.message_type);
    }
    if let Some(class) = schemas.class(name) {
        return schemas.example(&class.message_type());
    }
    Some(match name {
        "System.String" => "<string>text</string>".to_owned(),
        "System.Int32" => "<int>1</int>".to_owned(),
        "System.Boolean" => "<boolean>true</boolean>".to_owned(),
        _ => "<Message><Text>example</Text></Message>".to_owned(),
    })
}

/// A folder or queue of a name: what no file system takes in one becomes a line.
pub(super) fn folder(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect()
}
