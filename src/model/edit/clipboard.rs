use super::code::identifiers;
use super::fresh::renew_all;
use super::place::{BlockRef, scopes_around};
use super::references::{self, Reference};
use super::{Declaration, owner_of};
use crate::diagnostic::Diagnostic;
use crate::model::files::{from_ron, to_ron};
use crate::model::{Application, Id, Module, Orchestration, ParameterKind, Scope, Shape};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const CLIPBOARD: &str = "clipboard";

/// Shapes on their way, with the declarations they name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    pub shapes: Vec<Shape>,
    /// Copied: the ports, messages, variables and sets they name. Pasted: those of them that are not known there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declarations: Vec<Declaration>,
}

impl Clip {
    /// What the shapes name and the place they go to does not know: `message Order, port Out`. Empty when nothing.
    pub fn lacks(&self) -> String {
        let words: Vec<String> =
            self.declarations.iter().map(|d| format!("{} {}", d.kind().label(), d.name())).collect();
        words.join(", ")
    }
}

/// Shapes of one orchestration as text, in the form they have in a file, with the declarations they name.
///
/// # Errors
/// `F05` when they are nested too deeply.
pub fn copy(application: &Application, module: &str, shapes: &[&Shape]) -> Result<String, Diagnostic> {
    let mut shapes: Vec<Shape> = shapes.iter().map(|shape| (*shape).clone()).collect();
    let declarations = match application.modules.get(module) {
        Some(home) => needed(application, module, home, &mut shapes),
        None => Vec::new(),
    };
    to_ron(CLIPBOARD, &Clip { shapes, declarations })
}

/// Shapes from the text of [`copy`], ready to insert into `block` of `module`: every id is fresh, and so is every name
/// that is taken there. Of the declarations those stay that the block does not know.
///
/// # Errors
/// `F04` or `F05` when the text is no copied shapes.
pub fn paste(module: &Module, block: &BlockRef, text: &str) -> Result<Clip, Diagnostic> {
    let mut clip: Clip = from_ron(CLIPBOARD, text)?;
    renew_all(module, &mut clip.shapes);
    if let Some(orchestration) = &module.orchestration {
        let known = in_scope(orchestration, block);
        clip.declarations.retain(|declaration| !known.iter().any(|other| same(declaration, other)));
    }
    Ok(clip)
}

/// What shapes in `block` can use: of the scopes around it, the nearest first, then of the orchestration.
fn in_scope(orchestration: &Orchestration, block: &BlockRef) -> Vec<Declaration> {
    let scopes = scopes_around(orchestration, block);
    let mut all: Vec<Declaration> = scopes.iter().rev().flat_map(|(_, scope)| of_scope(scope)).collect();
    all.extend(orchestration.messages.iter().cloned().map(Declaration::Message));
    all.extend(orchestration.variables.iter().cloned().map(Declaration::Variable));
    all.extend(orchestration.correlation_sets.iter().cloned().map(Declaration::CorrelationSet));
    all.extend(orchestration.ports.iter().cloned().map(Declaration::Port));
    all.extend(orchestration.role_links.iter().cloned().map(Declaration::RoleLink));
    all.extend(orchestration.parameters.iter().map(|parameter| match parameter.kind.clone() {
        ParameterKind::Message(it) => Declaration::Message(it),
        ParameterKind::Variable(it) => Declaration::Variable(it),
        ParameterKind::CorrelationSet(it) => Declaration::CorrelationSet(it),
        ParameterKind::Port(it) => Declaration::Port(it),
        ParameterKind::RoleLink(it) => Declaration::RoleLink(it),
    }));
    all
}

/// True when both declare the same thing.
fn same(a: &Declaration, b: &Declaration) -> bool {
    (a.kind(), a.name()) == (b.kind(), b.name())
}

/// The declarations that the shapes name and do not bring along, with type names that hold in every module.
fn needed(application: &Application, key: &str, home: &Module, shapes: &mut [Shape]) -> Vec<Declaration> {
    let Some(orchestration) = &home.orchestration else { return Vec::new() };
    let mut named: BTreeSet<String> = BTreeSet::new();
    for shape in shapes.iter_mut() {
        references::within(shape, &mut |reference, text| match reference {
            Reference::Code => named.extend(identifiers(text).map(str::to_owned)),
            Reference::Orchestration | Reference::Map | Reference::Thrown => {}
            _ => drop(named.insert(text.clone())),
        });
    }
    let place = shapes.first().and_then(|shape| owner_of(application, key, &shape.id));
    let block = place.map_or(BlockRef::Body, |(block, _)| block);
    let mut found: Vec<Declaration> = Vec::new();
    for declaration in in_scope(orchestration, &block) {
        if named.contains(declaration.name()) && !found.iter().any(|nearer| same(nearer, &declaration)) {
            found.push(portable(home, declaration));
        }
    }
    found
}

fn of_scope(scope: &Scope) -> impl Iterator<Item = Declaration> {
    let messages = scope.messages.iter().cloned().map(Declaration::Message);
    let variables = scope.variables.iter().cloned().map(Declaration::Variable);
    messages.chain(variables).chain(scope.correlation_sets.iter().cloned().map(Declaration::CorrelationSet))
}

/// The declaration without its identity, naming types in full.
fn portable(home: &Module, mut declaration: Declaration) -> Declaration {
    let full = |name: &mut String, mut own: Box<dyn Iterator<Item = &str> + '_>| {
        if own.any(|it| it == name.as_str()) {
            *name = home.qualify(name);
        }
    };
    match &mut declaration {
        Declaration::Message(it) => {
            it.id = Id::default();
            full(&mut it.message_type, Box::new(home.multipart_types.iter().map(|t| t.name.as_str())));
        }
        Declaration::CorrelationSet(it) => {
            it.id = Id::default();
            full(&mut it.correlation_type, Box::new(home.correlation_types.iter().map(|t| t.name.as_str())));
        }
        Declaration::Port(it) => {
            it.id = Id::default();
            full(&mut it.port_type, Box::new(home.port_types.iter().map(|t| t.name.as_str())));
        }
        Declaration::RoleLink(it) => {
            it.id = Id::default();
            full(&mut it.role_link_type, Box::new(home.role_link_types.iter().map(|t| t.name.as_str())));
        }
        Declaration::Variable(it) => it.id = Id::default(),
        _ => {}
    }
    declaration
}
