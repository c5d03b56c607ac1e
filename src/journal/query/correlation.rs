use crate::engine::{Engine, InstanceId, InstanceKind};
use crate::filter::{Datum, Field, Key, Subject};
use crate::message::{Name, Value, format_value};
use std::collections::BTreeMap;

/// Values of a correlation set, and who holds them (CORR-2).
#[derive(Clone, Debug, PartialEq)]
pub struct HeldValues {
    pub service: Name,
    pub set: Name,
    pub values: Vec<(Name, Value)>,
    /// Instances that have initialised the set with them, oldest first. More than one is a collision: a message with these
    /// values goes to each that waits.
    pub holders: Vec<InstanceId>,
    /// How many of their subscriptions ask for all of these values: receives that follow the set and wait.
    pub followed: usize,
}

impl HeldValues {
    pub fn collides(&self) -> bool {
        self.holders.len() > 1
    }

    /// The values in one line: `17, 3`.
    pub fn text(&self) -> String {
        self.values.iter().map(|(_, value)| format_value(value)).collect::<Vec<_>>().join(", ")
    }
}

/// Which instance holds which values now, by orchestration, set and values.
pub fn correlation_map(engine: &Engine) -> Vec<HeldValues> {
    let mut map: BTreeMap<(&str, &str, String), HeldValues> = BTreeMap::new();
    for view in engine.instances() {
        if view.kind != InstanceKind::Orchestration {
            continue;
        }
        for (set, values) in view.sets {
            let asks = |row: &&crate::engine::SubscriptionView| {
                row.groups.iter().any(|group| {
                    values
                        .iter()
                        .all(|(name, value)| group.iter().any(|p| p.property == *name && p.value == *value))
                })
            };
            let followed = view.subscriptions.iter().filter(asks).count();
            let fresh = HeldValues { service: view.service, set, values, holders: Vec::new(), followed: 0 };
            let key = (view.service.as_str(), set.as_str(), fresh.text());
            let held = map.entry(key).or_insert(fresh);
            // A called orchestration holds the set of its caller in the same instance.
            if held.holders.last() != Some(&view.id) {
                held.holders.push(view.id);
                held.followed += followed;
            }
        }
    }
    map.into_values().collect()
}

/// Values of a set as a filter sees them; `problem` is a collision.
#[derive(Clone, Copy, Debug)]
pub struct HeldFacts<'a>(pub &'a HeldValues);

impl Subject for HeldFacts<'_> {
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        let held = self.0;
        match field.key {
            Key::Service => take(Datum::Name(held.service)),
            Key::Set => take(Datum::Name(held.set)),
            Key::Instance => held.holders.iter().any(|id| take(Datum::Id(id.0))),
            Key::Correlation => held.values.iter().any(|(_, value)| take(Datum::Value(value))),
            Key::SetValue if held.set == field.name => {
                held.values.iter().any(|(_, value)| take(Datum::Value(value)))
            }
            Key::Property => {
                held.values.iter().any(|(name, value)| *name == field.name && take(Datum::Value(value)))
            }
            Key::Problem => take(Datum::Flag(held.collides())),
            Key::Text => take(Datum::Name(held.set)) || take(Datum::Text(&held.text())),
            _ => false,
        }
    }
}
