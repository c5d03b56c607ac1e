//! What a host that stops does to its instances: each goes on from what was saved (section 5.3).

use super::core::{Slot, Step};
use super::instance::{Frame, Happening, Instance, State, Status};
use super::{EventKind, InstanceId, PersistenceCause};
use crate::message::Name;
use std::sync::Arc;

impl Step<'_> {
    /// The host stops and starts again. A controlled shutdown saves what it can first (5.3 point 6). After a crash every
    /// instance that was in memory goes on from its last persistence point and receives again what it received since
    /// (PER-4).
    pub fn restart_host(&mut self, controlled: bool) {
        let host = self.program.application.settings.hosts.first().map_or("Host", |host| host.name.as_str());
        self.emit(EventKind::StateChanged { artefact: Name::new(host), state: Name::new("Restarted") });
        let slots = self.core.slots.iter();
        let mut ids: Vec<InstanceId> =
            slots.filter(|(_, slot)| matches!(slot, Slot::Orchestration { .. })).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        for id in ids {
            let lost = self.with_instance(id, |instance, step| {
                if instance.status != Status::Active {
                    return false;
                }
                let lost = instance.dirty && (!controlled || instance.in_atomic_scope());
                if lost {
                    step.roll_back(instance);
                } else {
                    step.save(instance, PersistenceCause::Shutdown);
                }
                step.transition(instance, Happening::Dehydrate, "");
                lost
            });
            if lost == Some(true) {
                self.make_ready(id);
            }
        }
    }

    /// Back to the last persistence point; what was received since is received again (INS-4, PER-4). An instance that has
    /// passed none begins again.
    pub fn roll_back(&mut self, instance: &mut Instance) {
        match (instance.persisted.take(), self.program.service(instance.service)) {
            (Some(persisted), _) => {
                instance.state = Arc::unwrap_or_clone(persisted);
                instance.dirty = false;
            }
            (None, Some(service)) => instance.state = State::new(Frame::new(service, None)),
            (None, None) => {}
        }
        instance.queue.insert_many(0, std::mem::take(&mut instance.consumed));
    }
}
