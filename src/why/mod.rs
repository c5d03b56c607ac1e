//! Why something happened in a run, or did not: answers as data, each with one sentence for people, and where there is
//! one the smallest change of the application that would have made it otherwise.
//!
//! ```text
//! arrival(run, seq)       what became of the bytes that reached a receive location
//! delivery(run, seq)      why a published message went to whom it went, and nearly to whom else
//! waiting(engine, run, id)   what would wake an instance, and which messages came close
//! evaluations(run, seq)   the value of everything in the expressions of a step
//! lineage(run, …)         the shapes and messages that a value came from
//! suspended(engine, run, id)   why something stands still, and the next step
//! tell(program, event, known)   what happened, as one plain sentence
//! ```
//!
//! Nothing here decides anything: a step is explained by running it again on the state before it with
//! [`Output::trace`](crate::engine::Output::trace) set, so that explanation and run cannot differ.

mod arrival;
mod case;
mod delivery;
mod fix;
mod gone;
mod lineage;
mod mend;
mod suspended;
mod tell;
mod values;
mod waiting;
mod words;

pub use arrival::{Arrival, arrival};
pub use delivery::{Delivery, Miss, Proof, delivery, explain, preview};
pub use fix::Fix;
pub use lineage::{Origin, Subject, lineage};
pub use suspended::{Standstill, suspended};
pub use tell::tell;
pub use values::{Judgement, Part, evaluations};
pub use waiting::{Close, Expected, waiting};
