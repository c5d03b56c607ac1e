//! Looking back. The present is never touched by it: what is shown comes from the record, and the run goes on from where it
//! was.

use super::super::tracker::Tracker;
use super::{Answer, Player};
use crate::engine::{Engine, InstanceId};
use crate::journal::Stride;
use crate::message::{DateTime, MessageId, Name};

/// Least events between two marks; with more than [`MARKS`] of them the distance doubles.
pub(super) const DISTANCE: u64 = 2_000;
pub(super) const MARKS: usize = 32;

/// An earlier moment, with everything that was so then.
#[derive(Debug)]
pub(super) struct Past {
    pub seq: u64,
    pub at: DateTime,
    /// Inside a step.
    pub amid: bool,
    pub engine: Engine,
    pub tracker: Tracker,
}

impl Player {
    pub(super) fn watch(&mut self, id: Option<InstanceId>) {
        self.watched = id;
        let Some(run) = self.runs.run() else { return };
        self.tracker.watch(id, run.run(), run.run().last_seq(), run.engine());
        if let Some(seq) = self.past.as_ref().map(|past| past.seq) {
            self.seek(seq);
        }
    }

    pub(super) fn seek(&mut self, seq: u64) {
        self.clock.playing = false;
        let Some(record) = self.runs.run().map(|run| run.run()) else { return };
        let seq = seq.clamp(record.forgotten() + 1, record.last_seq().max(record.forgotten() + 1));
        let Some(event) = record.events_until(seq).last() else { return };
        let Some(mut engine) = record.state_after_event(seq) else { return };
        let step = record.step_number(seq);
        let amid = step.is_some() && step == record.step_number(seq + 1);
        if amid && self.watched.is_some_and(|id| engine.instance(id).is_none()) {
            // It ends in this step: it is shown as it was before.
            let before = record.previous(seq, &Stride::Turn).and_then(|seq| record.state_after_event(seq));
            engine = before.unwrap_or(engine);
        }
        let mark = self.marks.iter().rev().find(|(at, _)| *at <= seq);
        let (from, mut tracker) =
            mark.map_or_else(|| (record.forgotten(), Tracker::default()), |(at, known)| (*at, known.clone()));
        let until = record.events_until(seq);
        let skip = record.events_until(from).len();
        for event in until.get(skip..).unwrap_or_default() {
            tracker.follow(event, engine.program());
        }
        tracker.watch(self.watched, record, seq, &engine);
        self.past = Some(Past { seq, at: event.at, amid, engine, tracker });
    }

    pub(super) fn stride(&mut self, to: &Stride, forward: bool) {
        self.clock.playing = false;
        let Some(record) = self.runs.run().map(|run| run.run()) else { return };
        let from = match &self.past {
            Some(past) => past.seq,
            // The present is after the last event, whose state it shows.
            None if matches!(to, Stride::Event | Stride::About(_) | Stride::Turn) => record.last_seq(),
            None => record.last_seq() + 1,
        };
        let found = if forward { record.next(from, to) } else { record.previous(from, to) };
        match found {
            Some(seq) => self.seek(seq),
            None if *to == Stride::Problem => {
                let which = if forward { "after" } else { "before" };
                self.answers.push(Answer::Done(format!("No problem {which} the moment shown")));
            }
            None if forward => self.now(),
            None => {}
        }
    }

    /// To the end of the next moment at which something happened.
    pub(super) fn next_moment(&mut self) {
        let (Some(run), Some(past)) = (self.runs.run(), &self.past) else { return };
        let events = run.run().events();
        let later = events.partition_point(|event| event.at <= past.at);
        let Some(at) = events.get(later).map(|event| event.at) else { return self.now() };
        let end = events.partition_point(|event| event.at <= at);
        let last = end.checked_sub(1).and_then(|last| events.get(last)).map(|event| event.seq);
        if let Some(seq) = last {
            self.seek(seq);
        }
    }

    pub(super) fn now(&mut self) {
        if self.past.take().is_some() {
            self.watch(self.watched);
        }
    }

    /// To where a message was published.
    pub(super) fn about(&mut self, message: MessageId) {
        let Some(run) = self.runs.run() else { return };
        let own: Vec<u64> = run.run().events_of_message(message).map(|event| event.seq).collect();
        let published = own.iter().find_map(|seq| super::explain::publication(run.run(), *seq));
        match published.or(own.first().copied()) {
            Some(seq) => self.seek(seq),
            None => self.answers.push(Answer::Done(format!("{message} is no longer in the record"))),
        }
    }

    /// To where a variable of the watched instance got its value; again, to where it got the one before.
    pub(super) fn last_change(&mut self, variable: Name) {
        let (Some(run), Some(id)) = (self.runs.run(), self.watched) else { return };
        let record = run.run();
        let moment = self.past.as_ref().map_or(record.last_seq(), |past| past.seq);
        let mut found = record.last_change(id, variable, moment);
        if self.past.is_some() && found.as_ref().is_some_and(|change| change.seq == moment) {
            let before = record.previous(moment, &Stride::Turn);
            found = before.and_then(|before| record.last_change(id, variable, before));
        }
        match found {
            Some(change) => self.seek(change.seq),
            None => {
                let words = format!("{variable} has had its value since the instance began");
                self.answers.push(Answer::Done(words));
            }
        }
    }
}
