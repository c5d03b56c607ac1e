use crate::engine::{Event, EventKind, InstanceId};
use crate::message::{DateTime, Name};
use std::collections::BTreeMap;

/// What the debugger shows of a shape: green once it has started, blue once it has finished, yellow when the instance
/// stands before it (DBG-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    Started,
    Finished,
    AtBreakpoint,
}

/// One step of a tracked run: a shape changes its light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackedShape {
    pub seq: u64,
    pub at: DateTime,
    /// Orchestration that has the shape: a called one runs in the same instance.
    pub service: Name,
    pub shape: Name,
    pub light: Light,
}

/// The tracked shapes of an instance in event order, to step through up and down (DBG-1).
pub fn tracked<'a>(
    events: impl IntoIterator<Item = &'a Event>,
    instance: InstanceId,
) -> impl Iterator<Item = TrackedShape> {
    events.into_iter().filter_map(move |event| {
        let (id, service, shape, light) = match &event.kind {
            EventKind::ShapeStarted { instance, service, shape } => {
                (instance, service, shape, Light::Started)
            }
            EventKind::ShapeCompleted { instance, service, shape } => {
                (instance, service, shape, Light::Finished)
            }
            EventKind::BreakpointHit { instance, service, shape } => {
                (instance, service, shape, Light::AtBreakpoint)
            }
            _ => return None,
        };
        let (seq, at) = (event.seq, event.at);
        (*id == instance).then_some(TrackedShape { seq, at, service: *service, shape: *shape, light })
    })
}

/// The lights after the event `seq`, by orchestration and shape.
pub fn lights(tracked: impl IntoIterator<Item = TrackedShape>, seq: u64) -> BTreeMap<(Name, Name), Light> {
    let until = tracked.into_iter().take_while(|step| step.seq <= seq);
    until.map(|step| ((step.service, step.shape), step.light)).collect()
}
