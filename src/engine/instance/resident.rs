use super::{Instance, Queued, State};
use crate::message::DateTime;
use crate::message::packed::{pack, unpack, unpack_start};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::sync::Arc;

type Header<T> = (Option<DateTime>, T);

/// Compact form of an instance as it was before a message woke it.
#[derive(Clone, Debug)]
pub struct Before(Arc<[u8]>);

impl Before {
    pub fn state(&self) -> Option<State> {
        unpack(&self.0).map(|(_, instance): Header<Instance>| instance.state)
    }
}

/// Where the state of an orchestration instance is. Which of the forms says nothing about its status: it only
/// decides how much memory a waiting instance takes, and how much of it a message has to touch.
#[derive(Clone, Debug)]
pub enum Resident {
    /// With the turn that runs it.
    Running,
    Live(Arc<Instance>, Option<Before>),
    /// In one piece, with [`Instance::idle_since`] in front.
    Packed(Arc<[u8]>),
}

impl Resident {
    pub fn new(instance: Instance) -> Self {
        Self::Live(Arc::new(instance), None)
    }

    /// The instance, to run or change it; `Running` is left in its place.
    pub fn take(&mut self) -> Option<(Arc<Instance>, Option<Before>)> {
        self.unpack();
        match std::mem::replace(self, Self::Running) {
            Self::Live(instance, before) => Some((instance, before)),
            other => {
                *self = other;
                None
            }
        }
    }

    /// Delivers a message, and says whether the instance then can run. `None` while its turn runs.
    pub fn enqueue(&mut self, queued: &Queued) -> Option<bool> {
        self.unpack();
        let Self::Live(instance, _) = self else { return None };
        let instance = Arc::make_mut(instance);
        instance.queue.push(queued.clone());
        Some(instance.status.runs())
    }

    /// The instance, to look at.
    pub fn get(&self) -> Option<Cow<'_, Instance>> {
        match self {
            Self::Running => None,
            Self::Live(instance, _) => Some(Cow::Borrowed(instance)),
            Self::Packed(bytes) => unpack(bytes).map(|(_, instance): Header<Instance>| Cow::Owned(instance)),
        }
    }

    /// Bytes of the instance written out in full, and in the one piece that is kept of it while it waits.
    pub fn footprint(&self) -> Option<(usize, usize)> {
        let instance = self.get()?;
        let full = postcard::to_allocvec(&*instance).ok()?.len();
        let packed = match self {
            Self::Packed(bytes) => bytes.len(),
            _ => pack(&(instance.idle_since(), &*instance)).map_or(full, |bytes| bytes.len()),
        };
        Some((full, packed))
    }

    /// Gives a waiting instance its compact form.
    pub fn pack(&mut self) {
        if let Self::Live(instance, _) = self
            && let Some(bytes) = pack(&(instance.idle_since(), &**instance))
        {
            *self = Self::Packed(bytes);
        }
    }

    /// Since when it waits, if it is active and so may become idle (DEH-3).
    pub fn idle_since(&self) -> Option<DateTime> {
        match self {
            Self::Running => None,
            Self::Live(instance, _) => instance.idle_since(),
            Self::Packed(bytes) => unpack_start(bytes).flatten(),
        }
    }

    fn unpack(&mut self) {
        if let Self::Packed(bytes) = self
            && let Some((_, instance)) = unpack::<Header<Instance>>(bytes)
        {
            let before = Before(Arc::clone(bytes));
            *self = Self::Live(Arc::new(instance), Some(before));
        }
    }
}

/// A checkpoint has the instance itself.
impl Serialize for Resident {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().as_deref().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Resident {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Running, Self::new))
    }
}
