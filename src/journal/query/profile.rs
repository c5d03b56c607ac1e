use crate::engine::{Event, EventKind, InstanceId};
use crate::message::{DateTime, Name, TimeSpan};
use std::collections::BTreeMap;

/// How often a shape ran in a period, and how long it took (P-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapeProfile {
    pub service: Name,
    pub shape: Name,
    /// Starts in the period.
    pub started: u64,
    /// Those of them that have finished.
    pub finished: u64,
    /// Time of the finished ones, waits inside included.
    pub total: TimeSpan,
    /// Shortest and longest; zero when none has finished.
    pub shortest: TimeSpan,
    pub longest: TimeSpan,
}

impl ShapeProfile {
    /// Mean time of the finished ones.
    pub fn mean(&self) -> TimeSpan {
        i64::try_from(self.finished)
            .ok()
            .and_then(|n| self.total.0.checked_div(n))
            .map_or_else(Default::default, TimeSpan)
    }

    fn add(&mut self, time: TimeSpan) {
        self.shortest = if self.finished == 0 { time } else { self.shortest.min(time) };
        self.longest = self.longest.max(time);
        self.total = TimeSpan(self.total.0.saturating_add(time.0));
        self.finished += 1;
    }
}

/// The profile of every shape that started in the period `from` to `to`, both included, by orchestration and shape; a
/// shape that is not in it was not covered.
pub fn profile<'a>(
    events: impl IntoIterator<Item = &'a Event>,
    from: DateTime,
    to: DateTime,
) -> Vec<ShapeProfile> {
    let mut shapes: BTreeMap<(Name, Name), ShapeProfile> = BTreeMap::new();
    // Starts without end yet: a shape can be open twice in one instance, in parallel branches or by recursion.
    let mut open: BTreeMap<(InstanceId, Name, Name), Vec<DateTime>> = BTreeMap::new();
    for event in events {
        match &event.kind {
            EventKind::ShapeStarted { instance, service, shape } if event.at >= from && event.at <= to => {
                open.entry((*instance, *service, *shape)).or_default().push(event.at);
                shapes
                    .entry((*service, *shape))
                    .or_insert_with(|| ShapeProfile::new(*service, *shape))
                    .started += 1;
            }
            EventKind::ShapeCompleted { instance, service, shape } => {
                let start = open.get_mut(&(*instance, *service, *shape)).and_then(Vec::pop);
                if let (Some(start), Some(profile)) = (start, shapes.get_mut(&(*service, *shape))) {
                    profile.add(event.at.since(start));
                }
            }
            _ => {}
        }
    }
    shapes.into_values().collect()
}

impl ShapeProfile {
    fn new(service: Name, shape: Name) -> Self {
        let zero = TimeSpan::default();
        Self { service, shape, started: 0, finished: 0, total: zero, shortest: zero, longest: zero }
    }
}
