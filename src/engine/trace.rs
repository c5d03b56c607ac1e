//! What one step decided, with its reasons. A driver that wants to explain a step runs it again on an earlier state with
//! [`Output::trace`](super::Output::trace) set; nothing is collected otherwise.

use super::core::Step;
use super::message_box::{Match, Owner, Verdict};
use super::{InstanceId, Publisher, SubscriptionView, view};
use crate::message::{Message, Name, Value};
use crate::xlang::Observed;
use std::ops::Range;
use std::sync::Arc;

/// The decisions of a step, in the order they were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    pub routings: Vec<Routing>,
    /// Only with a traced program, see [`crate::program::Program::traced`].
    pub evaluations: Vec<Evaluation>,
}

/// How one published message was routed (3.4).
#[derive(Clone, Debug, PartialEq)]
pub struct Routing {
    pub message: Arc<Message>,
    pub publisher: Publisher,
    /// A request: exactly one recipient may match (PAD-6).
    pub expects_reply: bool,
    /// Every subscription there was, oldest first.
    pub rows: Vec<Row>,
}

/// One subscription of the message box against one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub subscription: SubscriptionView,
    /// Every predicate, group by group.
    pub groups: Vec<Vec<Verdict>>,
    pub fate: Fate,
}

/// What a subscription got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// No group of it holds.
    Missed,
    /// The message was delivered.
    Delivered,
    /// It matched, but the message belongs to a convoy that runs (4.4).
    HeldBack,
    /// It matched, and nobody got the message, as the publication failed.
    Withheld,
}

/// One run of one text.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    pub instance: InstanceId,
    pub service: Name,
    /// Place in [`crate::program::Service::code`].
    pub code: u16,
    /// `seq` of the last event before it.
    pub after: u64,
    pub steps: Vec<Told>,
}

/// What a traced text told, by bytes of the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A statement began.
    Statement(Range<u32>),
    Value(Range<u32>, Value),
}

impl Trace {
    pub(super) fn observe(
        &mut self,
        instance: InstanceId,
        service: Name,
        after: u64,
        observed: Observed<'_>,
    ) {
        let told = match observed {
            Observed::Begins(code) => {
                self.evaluations.push(Evaluation { instance, service, code, after, steps: Vec::new() });
                return;
            }
            Observed::Statement(span) => Told::Statement(span),
            Observed::Value(span, value) => Told::Value(span, value.clone()),
        };
        if let Some(evaluation) = self.evaluations.last_mut() {
            evaluation.steps.push(told);
        }
    }
}

impl Step<'_> {
    pub fn traced_routings(&self) -> usize {
        self.output.trace.as_ref().map_or(0, |trace| trace.routings.len())
    }

    /// What was to be delivered since `from` goes to nobody.
    pub fn withhold_traced(&mut self, from: usize) {
        let routings = self.output.trace.as_mut().map(|trace| trace.routings.iter_mut().skip(from));
        for row in routings.into_iter().flatten().flat_map(|routing| &mut routing.rows) {
            if row.fate == Fate::Delivered {
                row.fate = Fate::Withheld;
            }
        }
    }

    /// Notes how a message is about to be routed; `kept` are the matches that convoys left.
    pub fn trace_routing(
        &mut self,
        message: &Arc<Message>,
        publisher: Publisher,
        expects_reply: bool,
        kept: &[Match],
        failed: bool,
    ) {
        if self.output.trace.is_none() {
            return;
        }
        let rows = self.core.message_box.rows().into_iter().filter_map(|row| {
            let subscription = view::subscription(self.core, self.program, row.id)?;
            let groups = self.core.message_box.explain(row.id, &message.context)?;
            let holds = groups.iter().any(|group| group.iter().all(|verdict| verdict.holds));
            let taken = kept.iter().any(|found| found.subscription == row.id);
            let fate = match (holds, taken, failed) {
                (false, ..) => Fate::Missed,
                (true, false, _) if matches!(row.owner, Owner::Activation { .. }) => Fate::HeldBack,
                (true, _, true) => Fate::Withheld,
                (true, ..) => Fate::Delivered,
            };
            Some(Row { subscription, groups, fate })
        });
        let (message, rows) = (Arc::clone(message), rows.collect());
        if let Some(trace) = &mut self.output.trace {
            trace.routings.push(Routing { message, publisher, expects_reply, rows });
        }
    }
}
