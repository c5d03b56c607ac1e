use super::compile::Shared;
use crate::message::{ClassInfo, Name};
use crate::model::{Orchestration, ShapeKind};
use crate::xlang::{ExceptionTypes, PropertyInfo, Symbol, Symbols};
use crate::xml::SchemaSet;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Names in scope at one place of an orchestration, inner scopes last (SCP-4).
#[derive(Clone, Debug)]
pub struct ScopeSymbols<'a> {
    pub schemas: &'a SchemaSet,
    pub exceptions: &'a ExceptionTypes,
    pub orchestrations: &'a BTreeSet<String>,
    pub maps: &'a BTreeSet<String>,
    pub names: Vec<(String, Symbol)>,
    /// What declares names of its own in its scopes.
    pub orchestration: Option<&'a Orchestration>,
    pub transactions: Vec<Name>,
    /// Number of the traced text that is compiled next.
    pub tag: Option<u16>,
}

impl<'a> ScopeSymbols<'a> {
    /// What every place of the application sees.
    pub(super) fn new(shared: &'a Shared<'_>) -> Self {
        Self {
            schemas: shared.schemas,
            exceptions: shared.exceptions,
            orchestrations: &shared.orchestrations,
            maps: &shared.maps,
            names: Vec::new(),
            orchestration: None,
            transactions: Vec::new(),
            tag: None,
        }
    }

    /// Slot of a message in scope, by name.
    pub fn message(&self, name: &str) -> Option<u16> {
        match self.symbol(name)? {
            Symbol::Message { slot, .. } => Some(slot),
            _ => None,
        }
    }

    pub fn variable(&self, name: &str) -> Option<u16> {
        match self.symbol(name)? {
            Symbol::Variable { slot, .. } => Some(slot),
            _ => None,
        }
    }

    pub fn port(&self, name: &str) -> Option<u16> {
        match self.symbol(name)? {
            Symbol::Port { slot } => Some(slot),
            _ => None,
        }
    }

    pub fn role_link(&self, name: &str) -> Option<u16> {
        match self.symbol(name)? {
            Symbol::RoleLink { slot } => Some(slot),
            _ => None,
        }
    }

    pub fn set(&self, name: &str) -> Option<u16> {
        match self.symbol(name)? {
            Symbol::CorrelationSet { slot, .. } => Some(slot),
            _ => None,
        }
    }
}

impl Symbols for ScopeSymbols<'_> {
    fn symbol(&self, name: &str) -> Option<Symbol> {
        self.names.iter().rev().find(|(n, _)| n == name).map(|(_, s)| s.clone())
    }

    fn transaction(&self, name: &str) -> Option<u16> {
        let at = self.transactions.iter().position(|t| t.as_str() == name)?;
        u16::try_from(at).ok()
    }

    fn property(&self, dotted: &str) -> Option<PropertyInfo> {
        let found = self.schemas.property(dotted)?;
        Some(PropertyInfo { name: found.name, value_type: found.value_type.clone(), data: found.data })
    }

    fn is_orchestration(&self, dotted: &str) -> bool {
        self.orchestrations.contains(dotted)
            || self.orchestrations.iter().any(|o| o.rsplit('.').next() == Some(dotted))
    }

    fn is_map(&self, dotted: &str) -> bool {
        self.maps.contains(dotted)
    }

    fn class(&self, dotted: &str) -> Option<Arc<ClassInfo>> {
        self.schemas.class(dotted).map(Arc::clone)
    }

    fn exceptions(&self) -> &ExceptionTypes {
        self.exceptions
    }

    fn tag(&self) -> Option<u16> {
        self.tag
    }

    fn elsewhere(&self, name: &str) -> Option<String> {
        let shapes = self.orchestration?.shapes();
        shapes.into_iter().find_map(|shape| {
            let ShapeKind::Scope(scope) = &shape.kind else { return None };
            let what = if scope.variables.iter().any(|v| v.name == name) {
                "a variable"
            } else if scope.messages.iter().any(|m| m.name == name) {
                "a message"
            } else if scope.correlation_sets.iter().any(|set| set.name == name) {
                "a correlation set"
            } else {
                let catch = scope.catches.iter().find(|catch| catch.variable == name)?;
                return Some(format!("the exception object of {} in {}", catch.name, shape.name));
            };
            Some(format!("{what} of {}", shape.name))
        })
    }

    fn names(&self) -> Vec<String> {
        self.names.iter().map(|(n, _)| n.clone()).collect()
    }
}
