use crate::engine::shapes::routing_properties;
use crate::message::{BTS, Context, Name, Value};
use crate::model::FilterOperator;
use crate::program::{Group, Predicate};
use crate::xml::SchemaSet;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Whether a row takes a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    No,
    /// It depends on values that only a run knows.
    Maybe,
    Yes,
}

/// What is known of the context of a message before there is one.
pub struct Facts<'a> {
    pub schemas: &'a SchemaSet,
    /// Promoted with these values, for sure.
    pub sure: Context,
    /// Promoted with values that are not known.
    pub present: BTreeSet<Name>,
    /// Message types it may have; `None` is untyped. Irrelevant when the type is in `sure`.
    pub types: Vec<Option<SmolStr>>,
    /// It may carry context of a message that came in.
    pub open: bool,
    /// That message may have been one that failed (RF-6).
    pub failed: bool,
}

impl Facts<'_> {
    /// How a row of these groups takes the message, and the words of what has to hold.
    pub fn judge(&self, groups: &[Group]) -> (Fit, String) {
        let mut best = (Fit::No, String::new());
        for group in groups {
            let judged = self.group(group);
            if judged.0 > best.0 {
                best = judged;
            }
        }
        best
    }

    fn group(&self, group: &Group) -> (Fit, String) {
        let types = self.types_in(group);
        if types.is_empty() {
            return (Fit::No, String::new());
        }
        let mut fit = Fit::Yes;
        let mut open = Group::new();
        for predicate in group {
            match self.predicate(predicate, &types) {
                Fit::No => return (Fit::No, String::new()),
                Fit::Maybe => {
                    fit = Fit::Maybe;
                    open.push(predicate.clone());
                }
                Fit::Yes => {}
            }
        }
        (fit, super::group_words(&open))
    }

    fn all_types(&self) -> Vec<Option<SmolStr>> {
        match self.sure.promoted(BTS.message_type) {
            Some(Value::String(known)) => vec![Some(known.clone())],
            _ => self.types.clone(),
        }
    }

    /// The types that fit what the group says of the message type.
    fn types_in(&self, group: &Group) -> Vec<Option<SmolStr>> {
        let mut types = self.all_types();
        for predicate in group.iter().filter(|p| p.property == BTS.message_type) {
            types.retain(|t| t.as_ref().is_some_and(|t| holds(predicate, Value::String(t.clone()))));
        }
        types
    }

    fn predicate(&self, predicate: &Predicate, types: &[Option<SmolStr>]) -> Fit {
        let property = predicate.property;
        if let Some(value) = self.sure.promoted(property) {
            return if holds(predicate, value.clone()) { Fit::Yes } else { Fit::No };
        }
        if property == BTS.message_type {
            return if types.len() == self.all_types().len() { Fit::Yes } else { Fit::Maybe };
        }
        if self.present.contains(&property) {
            return if predicate.operator == FilterOperator::Exists { Fit::Yes } else { Fit::Maybe };
        }
        if types.iter().flatten().any(|t| self.promotes(t, property)) {
            return Fit::Maybe;
        }
        if property.as_str().starts_with("ErrorReport.") && !self.failed {
            return Fit::No;
        }
        let data = self.schemas.property(property.as_str()).is_some_and(|p| p.data && !is_built_in(property));
        if data || routing_properties().contains(&property) || !self.open { Fit::No } else { Fit::Maybe }
    }

    fn promotes(&self, message_type: &str, property: Name) -> bool {
        let root = self.schemas.root(message_type);
        let class = self.schemas.class_of(message_type);
        root.is_some_and(|r| r.promoted.iter().any(|p| p.property == property))
            || class.is_some_and(|c| c.fields.iter().any(|f| f.promoted == Some(property)))
    }
}

fn is_built_in(property: Name) -> bool {
    crate::xml::built_in::properties().any(|p| p.name == property)
}

fn holds(predicate: &Predicate, value: Value) -> bool {
    let mut context = Context::default();
    context.promote(predicate.property, value);
    predicate.holds(&context)
}
