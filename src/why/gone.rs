//! Who had waited for a message that came when nobody did any more.

use super::delivery::Miss;
use super::words;
use crate::engine::message_box::Verdict;
use crate::engine::{EventKind, InstanceChange, InstanceId, Subscriber};
use crate::journal::{Clock, Run};
use crate::message::{Context, Message, Name};
use crate::program::Group;
use std::collections::BTreeSet;

/// The last subscription of an instance, taken away before the event `seq`, that the message would have matched.
pub fn gone(run: &Run, seq: u64, message: &Message) -> Option<Miss> {
    let before = run.events_until(seq.saturating_sub(1));
    let mut removed = BTreeSet::new();
    let (owner, predicates) = before.iter().rev().find_map(|event| match &event.kind {
        EventKind::SubscriptionRemoved { subscription } => {
            removed.insert(*subscription);
            None
        }
        EventKind::SubscriptionAdded { subscription, owner: owner @ Subscriber::Instance { .. }, groups }
            if removed.remove(subscription) =>
        {
            let group = groups.iter().find(|group| group.iter().all(|row| row.holds(&message.context)))?;
            Some((*owner, verdicts(group, &message.context)))
        }
        _ => None,
    })?;
    let Subscriber::Instance { instance, .. } = owner else { return None };
    let (service, end) = last_change(run, seq, instance)?;
    let who = words::subscriber(owner, service);
    Some(Miss {
        owner,
        service,
        shape: None,
        sentence: match end {
            Some(end) => format!("It did not go to {who}: that waited for it, and {end}."),
            None => format!("It did not go to {who}: that waited for it, and waits no longer."),
        },
        predicates,
        distance: 0,
        fixes: Vec::new(),
    })
}

fn verdicts(group: &Group, context: &Context) -> Vec<Verdict> {
    let verdict = |predicate: &crate::program::Predicate| Verdict {
        predicate: predicate.clone(),
        actual: context.promoted(predicate.property).cloned(),
        holds: true,
    };
    group.iter().map(verdict).collect()
}

/// What an instance is one of, and how it ended before an event.
fn last_change(run: &Run, seq: u64, id: InstanceId) -> Option<(Name, Option<String>)> {
    let before = run.events_until(seq.saturating_sub(1));
    before.iter().rev().find_map(|event| match &event.kind {
        EventKind::Instance { instance, service, change } if *instance == id => {
            let how = match change {
                InstanceChange::Completed => Some("completed"),
                InstanceChange::Terminated { .. } => Some("was terminated"),
                InstanceChange::Discarded { .. } => Some("ended"),
                _ => None,
            };
            let at = Clock(event.at.since(run.start()));
            Some((*service, how.map(|how| format!("{how} at {at}"))))
        }
        _ => None,
    })
}
