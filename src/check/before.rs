//! What has happened before a shape, for an editor that offers names.

use super::construction::constructed_by;
use super::correlation::sets;
use super::flow::{Fact, Known, Rule, walk};
use super::subject::Subject;
use crate::model::{Application, Direction, Id, ParameterKind, Shape};
use crate::xml::SchemaSet;
use std::collections::BTreeSet;

/// Messages and correlation sets by what has happened to them on the way to a shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Messages constructed on every path.
    pub constructed: BTreeSet<String>,
    /// And those on some path, earlier rounds of a loop included.
    pub perhaps_constructed: BTreeSet<String>,
    /// Correlation sets initialized on every path.
    pub initialized: BTreeSet<String>,
    pub perhaps_initialized: BTreeSet<String>,
}

/// What has happened before the shape `id` of a module; nothing, when there is no such shape or no path leads to it.
pub fn before(application: &Application, key: &str, id: &Id) -> Before {
    let schemas = SchemaSet::default();
    let found = application.modules.get_key_value(key);
    let subject = found.and_then(|(key, module)| Subject::of(application, &schemas, key, module));
    let Some(subject) = subject else { return Before::default() };
    let given = subject.orchestration.parameters.iter().filter(|p| p.direction != Direction::Out);
    let given = given.filter_map(|p| match &p.kind {
        ParameterKind::Message(message) => Some(Fact::Constructed(message.name.clone())),
        ParameterKind::CorrelationSet(set) => Some(Fact::Initialized(set.name.clone())),
        _ => None,
    });
    let mut watch = Watch { subject: &subject, id, seen: Before::default() };
    walk(&subject, Known::starting_with(given), &mut watch);
    watch.seen
}

struct Watch<'a> {
    subject: &'a Subject<'a>,
    id: &'a Id,
    seen: Before,
}

impl Rule for Watch<'_> {
    fn makes(&self, shape: &Shape) -> Vec<Fact> {
        let messages = constructed_by(self.subject, shape);
        let sets = sets(shape).0.iter().cloned().map(Fact::Initialized);
        messages.into_iter().map(Fact::Constructed).chain(sets).collect()
    }

    fn check(&mut self, shape: &Shape, known: &Known) {
        if shape.id != *self.id {
            return;
        }
        let split = |facts: &BTreeSet<Fact>| {
            let (mut messages, mut sets) = (BTreeSet::new(), BTreeSet::new());
            for fact in facts {
                match fact {
                    Fact::Constructed(name) => drop(messages.insert(name.clone())),
                    Fact::Initialized(name) => drop(sets.insert(name.clone())),
                    _ => {}
                }
            }
            (messages, sets)
        };
        let (constructed, initialized) = split(&known.always);
        let (perhaps_constructed, perhaps_initialized) = split(&known.maybe);
        self.seen = Before { constructed, perhaps_constructed, initialized, perhaps_initialized };
    }
}
