use super::{Match, Owner, Shape, Subscription, Verdict};
use crate::engine::SubscriptionId;
use crate::message::{Context, Name, Value};
use crate::model::FilterOperator;
use crate::program::{Group, Predicate, hash_value};
use rustc_hash::{FxHashMap, FxHasher};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::hash::Hasher;
use std::sync::Arc;
use thin_vec::{ThinVec, thin_vec};

/// The subscription table with its index.
#[derive(Clone, Debug, Default)]
pub struct MessageBox {
    rows: FxHashMap<SubscriptionId, Subscription>,
    shapes: Vec<Bucket>,
    /// Groups without an equality predicate.
    unindexed: Vec<(SubscriptionId, u16)>,
    next: u64,
}

/// All groups whose equality predicates name the same properties.
#[derive(Clone, Debug)]
struct Bucket {
    shape: Shape,
    /// Value hash to (subscription, group). The values themselves are compared on the candidate.
    entries: FxHashMap<u64, Entry>,
}

/// Nearly always one subscription a key: keep that case free of allocation.
#[derive(Clone, Debug)]
enum Entry {
    One(SubscriptionId, u16),
    Many(ThinVec<(SubscriptionId, u16)>),
}

impl Entry {
    fn as_slice(&self) -> Candidates<'_> {
        match self {
            Self::One(id, group) => Candidates::One(Some((*id, *group))),
            Self::Many(all) => Candidates::Many(all.iter()),
        }
    }
}

enum Candidates<'a> {
    One(Option<(SubscriptionId, u16)>),
    Many(std::slice::Iter<'a, (SubscriptionId, u16)>),
}

impl Iterator for Candidates<'_> {
    type Item = (SubscriptionId, u16);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::One(one) => one.take(),
            Self::Many(all) => all.next().copied(),
        }
    }
}

impl MessageBox {
    /// Adds a row and returns its number.
    pub fn subscribe(
        &mut self,
        owner: Owner,
        groups: impl Into<Arc<[Group]>>,
        priority: u8,
    ) -> SubscriptionId {
        self.next += 1;
        let id = SubscriptionId(self.next);
        self.insert(Subscription { id, owner, groups: groups.into(), priority });
        id
    }

    fn insert(&mut self, subscription: Subscription) {
        let id = subscription.id;
        for (number, group) in (0_u16..).zip(&*subscription.groups) {
            let Some((shape, hash)) = key_of(group) else {
                self.unindexed.push((id, number));
                continue;
            };
            let at = self.bucket(&shape).unwrap_or_else(|| {
                self.shapes.push(Bucket { shape: shape.as_slice().into(), entries: FxHashMap::default() });
                self.shapes.len() - 1
            });
            let Some(bucket) = self.shapes.get_mut(at) else { continue };
            bucket
                .entries
                .entry(hash)
                .and_modify(|entry| match entry {
                    Entry::One(other, group) => {
                        *entry = Entry::Many(thin_vec![(*other, *group), (id, number)]);
                    }
                    Entry::Many(all) => all.push((id, number)),
                })
                .or_insert(Entry::One(id, number));
        }
        self.rows.insert(id, subscription);
    }

    fn bucket(&self, shape: &[Name]) -> Option<usize> {
        self.shapes.iter().position(|b| *b.shape == *shape)
    }

    pub fn unsubscribe(&mut self, id: SubscriptionId) -> Option<Subscription> {
        let subscription = self.rows.remove(&id)?;
        for group in &*subscription.groups {
            let Some((shape, hash)) = key_of(group) else {
                self.unindexed.retain(|(other, _)| *other != id);
                continue;
            };
            let Some(bucket) = self.bucket(&shape).and_then(|at| self.shapes.get_mut(at)) else { continue };
            let empty = match bucket.entries.get_mut(&hash) {
                Some(Entry::Many(all)) => {
                    all.retain(|(other, _)| *other != id);
                    all.is_empty()
                }
                Some(Entry::One(other, _)) => *other == id,
                None => false,
            };
            if empty {
                bucket.entries.remove(&hash);
            }
        }
        Some(subscription)
    }

    pub fn get(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.rows.get(&id)
    }

    /// Every row, in order of creation.
    pub fn rows(&self) -> Vec<&Subscription> {
        let mut all: Vec<_> = self.rows.values().collect();
        all.sort_unstable_by_key(|row| row.id);
        all
    }

    /// Every subscription the message satisfies, by priority, then age. A subscription counts once however
    /// many of its groups hold (3.4 step 4).
    pub fn matches(&self, context: &Context, found: &mut Vec<Match>) {
        found.clear();
        for bucket in &self.shapes {
            let Some(hash) = bucket.hash(context) else { continue };
            if let Some(entry) = bucket.entries.get(&hash) {
                for (id, group) in entry.as_slice() {
                    self.test(id, group, context, found);
                }
            }
        }
        for &(id, group) in &self.unindexed {
            self.test(id, group, context, found);
        }
        if found.len() > 1 {
            found.sort_unstable_by_key(|m| (m.priority, m.subscription));
            found.dedup_by_key(|m| m.subscription);
        }
    }

    fn test(&self, id: SubscriptionId, group: u16, context: &Context, found: &mut Vec<Match>) {
        let Some(row) = self.get(id) else { return };
        if row.groups.get(usize::from(group)).is_some_and(|g| g.iter().all(|p| p.holds(context))) {
            found.push(Match { subscription: id, owner: row.owner, priority: row.priority });
        }
    }

    /// Why a row matches a message or not: every predicate with both values, group by group.
    pub fn explain(&self, id: SubscriptionId, context: &Context) -> Option<Vec<Vec<Verdict>>> {
        let verdict = |p: &Predicate| Verdict {
            predicate: p.clone(),
            actual: context.promoted(p.property).cloned(),
            holds: p.holds(context),
        };
        Some(self.get(id)?.groups.iter().map(|g| g.iter().map(verdict).collect()).collect())
    }
}

impl Bucket {
    /// Hash of the message's values of these properties; `None` when it lacks one.
    fn hash(&self, context: &Context) -> Option<u64> {
        let mut hasher = FxHasher::default();
        for name in &self.shape {
            hash_value(context.promoted(*name)?, &mut hasher);
        }
        Some(hasher.finish())
    }
}

/// Shape and value hash of a group's equality predicates. A property named twice with different values keeps
/// its first; the group can then not hold, which the test on the candidate finds.
fn key_of(group: &Group) -> Option<(SmallVec<[Name; 4]>, u64)> {
    let mut equal: SmallVec<[&Predicate; 4]> =
        group.iter().filter(|p| p.operator == FilterOperator::Equals && p.value != Value::Null).collect();
    if equal.is_empty() {
        return None;
    }
    equal.sort_by_key(|p| p.property);
    equal.dedup_by_key(|p| p.property);
    let mut hasher = FxHasher::default();
    for predicate in &equal {
        hash_value(&predicate.value, &mut hasher);
    }
    Some((equal.iter().map(|p| p.property).collect(), hasher.finish()))
}

/// On disk the table is just its rows; the index is built again.
#[derive(Serialize, Deserialize)]
struct Stored {
    next: u64,
    rows: Vec<Subscription>,
}

impl Serialize for MessageBox {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored { next: self.next, rows: self.rows().into_iter().cloned().collect() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MessageBox {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let mut table = Self { next: stored.next, ..Self::default() };
        for row in stored.rows {
            table.insert(row);
        }
        Ok(table)
    }
}
