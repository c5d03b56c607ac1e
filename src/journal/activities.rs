//! Business activities as they stand after the events of a run (section 8.5).

use crate::engine::{Event, EventKind};
use crate::message::{DateTime, Name, Value};
use crate::xlang::ActivityChange;
use rustc_hash::FxHashMap;

/// One activity with everything that was said of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Activity {
    pub name: Name,
    pub id: String,
    /// Times by name, in the order they were reached.
    pub milestones: Vec<(String, DateTime)>,
    /// Everything else by name; a later value replaces an earlier one.
    pub data: Vec<(String, Value)>,
    /// Name and id of each activity that belongs to it.
    pub related: Vec<(String, String)>,
    /// Ids that have not ended yet: its own and those of its continuations. The activity is open while there are any.
    pub open: Vec<String>,
}

/// The activities of a run in the order they began. What is said of an id that never began or has ended is lost.
pub fn activities<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<Activity> {
    let mut all: Vec<Activity> = Vec::new();
    let mut by_id: FxHashMap<(Name, String), usize> = FxHashMap::default();
    for event in events {
        let EventKind::Activity { activity: name, id, change, .. } = &event.kind else { continue };
        if *change == ActivityChange::Begun {
            by_id.insert((*name, id.clone()), all.len());
            all.push(Activity { name: *name, id: id.clone(), open: vec![id.clone()], ..Activity::default() });
            continue;
        }
        let at = by_id.get(&(*name, id.clone())).copied();
        let Some((at, activity)) = at.and_then(|at| Some((at, all.get_mut(at)?))) else { continue };
        match change {
            ActivityChange::Begun => {}
            ActivityChange::Updated(data) => data.iter().for_each(|(name, value)| activity.note(name, value)),
            ActivityChange::Continued { by } => {
                activity.open.push(by.clone());
                by_id.insert((*name, by.clone()), at);
            }
            ActivityChange::Related { activity: other, id } => {
                activity.related.push((other.clone(), id.clone()))
            }
            ActivityChange::Ended => {
                activity.open.retain(|open| open != id);
                by_id.remove(&(*name, id.clone()));
            }
        }
    }
    all
}

impl Activity {
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    fn note(&mut self, name: &str, value: &Value) {
        if let Value::DateTime(at) = value {
            self.milestones.push((name.to_owned(), *at));
        } else if let Some((_, place)) = self.data.iter_mut().find(|(known, _)| known == name) {
            *place = value.clone();
        } else {
            self.data.push((name.to_owned(), value.clone()));
        }
    }
}
