//! The pure core. It has no clock, thread, file, socket, random source or window: it takes an [`Input`] and
//! yields [`Event`]s and [`Effect`]s. Studio, command line, tests and replay are drivers of it.
//!
//! ```text
//! driver: engine.step(input, &mut output)   output.events → journal, output.effects → adapters
//!         while engine.ready() > 0 { engine.step(Turn { pick }, …) }
//!         engine.next_due() → when to send the next Tick
//! ```

mod busy;
mod configuration;
mod core;
mod debugger;
mod effect;
mod event;
mod facts;
mod input;
pub mod instance;
mod intervene;
mod map_scripts;
pub mod message_box;
mod operate;
mod ports;
mod possible;
pub mod preview;
mod restart;
mod routing;
mod run;
mod services;
mod shapes;
mod trace;
mod view;
mod waits;

pub use core::Core;
pub use debugger::{Breakpoint, Condition};

pub use facts::of_message;

pub use effect::{Effect, Reply, Transmission};
pub use event::{Event, EventKind, InstanceChange, PersistenceCause, Publisher, Subscriber};
pub use input::{Input, InputKind, Operation, StartOptions, StopOptions};
pub use instance::dehydration::MemoryUsage;
pub use possible::{Missing, Possible};
pub use run::Engine;
pub use trace::{Evaluation, Fate, Routing, Row, Told, Trace};
pub use view::{InstanceKind, InstanceView, NamedMessage, SubscriptionView};
pub use waits::{Waiting, Wake};

use serde::{Deserialize, Serialize};
use std::fmt;

/// Number of a service instance within a run, from 1 in order of creation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InstanceId(pub u64);

/// Number of a subscription within a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SubscriptionId(pub u64);

/// Number of a transmission within a run; each attempt has its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TransmissionId(pub u64);

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

/// What one step yielded. Reused between steps: the driver drains it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
    /// Set by a driver that wants the reasons too.
    pub trace: Option<Box<Trace>>,
}
