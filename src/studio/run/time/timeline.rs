//! What the timeline knows of a run: how each instance stood when, and what came from outside and went there.

use crate::engine::{Event, EventKind, InstanceChange, InstanceId, Publisher};
use crate::journal::{instance_of, is_problem};
use crate::message::Name;
use crate::studio::run::atlas::pill_of;
use crate::studio::run::state::State;
use crate::studio::table::View;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Most lanes; the latest instances have them.
const LANES: usize = 80;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    Running,
    Waiting,
    Dehydrated,
    /// Suspended, or at a breakpoint.
    Held,
}

/// One instance: times in ticks since the start of the run.
#[derive(Debug)]
pub struct Lane {
    pub(super) service: Name,
    /// From when it stood how; the last one lasts until `ended`, or until now.
    pub(super) stands: VecDeque<(i64, Stand)>,
    pub(super) ended: Option<i64>,
    pub(super) messages: VecDeque<i64>,
    pub(super) errors: VecDeque<i64>,
    /// Its last event.
    pub(super) touched: u64,
    /// It is an orchestration's, or something went wrong with it.
    pub(super) shows: bool,
}

/// A message that came from outside, or went there.
#[derive(Debug)]
pub struct Arrival {
    pub(super) seq: u64,
    pub(super) at: i64,
    pub(super) label: String,
    pub(super) sent: bool,
    /// It reached nobody.
    pub(super) failed: bool,
}

#[derive(Debug, Default)]
pub struct Timeline {
    /// Run, first and last event that the lanes are made of.
    pub(super) of: (u64, u64, u64),
    pub(super) lanes: BTreeMap<InstanceId, Lane>,
    /// Every lane by its last event: those that show, and those that do not.
    pub(super) latest: BTreeSet<(u64, InstanceId)>,
    pub(super) hidden: BTreeSet<(u64, InstanceId)>,
    /// The latest of those that show, oldest instance first.
    pub(super) shown: Vec<InstanceId>,
    pub(super) arrivals: VecDeque<Arrival>,
    /// Event and time of the message that is dragged along the lane.
    pub(super) dragged: Option<(u64, i64)>,
    /// Ticks at the left edge and from edge to edge; all there is until one zooms.
    pub(super) window: Option<(i64, i64)>,
    pub(super) asked: Option<u64>,
    /// Which lanes are in sight.
    pub(super) view: View,
    /// Place of the lane that was last brought into view, and the moment looked back at then.
    pub(super) followed: (Option<usize>, Option<u64>),
}

impl Timeline {
    /// Takes in what is new and forgets what the window no longer keeps; all else stays as it is.
    pub(super) fn refresh(&mut self, state: &State) {
        let seq = |event: Option<&Event>| event.map_or(0, |event| event.seq);
        let of = (state.run, seq(state.journal.front()), seq(state.journal.back()));
        if self.of == of {
            return;
        }
        let (run, first, last) = self.of;
        if run != of.0 {
            self.window = None;
        }
        let goes_on = run == of.0 && first <= of.1 && of.1 <= last + 1 && last <= of.2;
        let mut from = last;
        if !goes_on {
            from = 0;
            self.lanes.clear();
            self.latest.clear();
            self.hidden.clear();
            self.arrivals.clear();
            // New instances come at the end.
            (self.view, self.followed) = (View::default(), Default::default());
            self.view.tail = true;
        }
        self.of = of;
        let origin = state.journal.front().map_or(0, |event| event.at.since(state.start).0);
        let from = state.journal.partition_point(|event| event.seq <= from);
        for event in state.journal.range(from..) {
            self.arrive(event, state);
            if let Some(id) = instance_of(&event.kind) {
                self.touch(id, event, state, origin);
            }
        }
        while self.arrivals.front().is_some_and(|arrival| arrival.seq < of.1) {
            self.arrivals.pop_front();
        }
        for lanes in [&mut self.latest, &mut self.hidden] {
            while let Some((_, id)) = lanes.first().copied().filter(|(touched, _)| *touched < of.1) {
                lanes.pop_first();
                self.lanes.remove(&id);
            }
        }
        self.shown = self.latest.iter().rev().take(LANES).map(|(_, id)| *id).collect();
        self.shown.sort_unstable();
    }

    /// Notes what an event says of its instance. Before `origin` nothing needs to be known.
    fn touch(&mut self, id: InstanceId, event: &Event, state: &State, origin: i64) {
        let at = event.at.since(state.start).0;
        let lane = match (self.lanes.entry(id), &event.kind) {
            (Entry::Occupied(known), _) => known.into_mut(),
            (Entry::Vacant(new), EventKind::Instance { service, .. }) => {
                new.insert(Lane::new(*service, state.atlas.module(*service).is_some()))
            }
            (Entry::Vacant(_), _) => return,
        };
        let before = (lane.touched, id);
        let lanes = if lane.shows { &mut self.latest } else { &mut self.hidden };
        lanes.remove(&before);
        lane.touched = event.seq;
        if let EventKind::Instance { change, .. } = &event.kind {
            match stand(change) {
                Some(Some(stand)) => {
                    lane.ended = None;
                    lane.stands.push_back((at, stand));
                    while lane.stands.get(1).is_some_and(|(next, _)| *next < origin) {
                        lane.stands.pop_front();
                    }
                }
                Some(None) => lane.ended = Some(at),
                None => {}
            }
        }
        match &event.kind {
            EventKind::MessageConsumed { .. }
            | EventKind::MessagePublished { publisher: Publisher::Orchestration { .. }, .. } => {
                since(&mut lane.messages, at, origin);
            }
            kind if is_problem(kind) => since(&mut lane.errors, at, origin),
            _ => {}
        }
        // Send ports have a lane when something went wrong with them.
        lane.shows |= !lane.errors.is_empty();
        let lanes = if lane.shows { &mut self.latest } else { &mut self.hidden };
        lanes.insert((event.seq, id));
    }

    /// Notes what came from outside, and what became of it.
    fn arrive(&mut self, event: &Event, state: &State) {
        let at = event.at.since(state.start).0;
        let arrival = |label: String| Arrival { seq: event.seq, at, label, sent: false, failed: false };
        match &event.kind {
            EventKind::MessageReceived { .. } => self.arrivals.push_back(arrival(String::new())),
            EventKind::MessagePublished { message, publisher } => match publisher {
                Publisher::ReceivePort(_) => {
                    if let Some(last) = self.arrivals.back_mut().filter(|last| last.label.is_empty()) {
                        last.label = pill_of(message);
                    }
                }
                Publisher::SendPortReply(_) | Publisher::External => {
                    self.arrivals.push_back(arrival(pill_of(message)));
                }
                Publisher::Orchestration { .. } | Publisher::Acknowledgement(_) => {}
            },
            EventKind::PortAttempt { port, message, .. } => {
                let what = state.flights.label(*message).unwrap_or("Message");
                let label = format!("{what} to {}", port.short());
                self.arrivals.push_back(Arrival { sent: true, ..arrival(label) });
            }
            EventKind::RoutingFailed { .. } | EventKind::MessageSuspended { .. } => {
                let last = self.arrivals.iter_mut().rev().find(|arrival| !arrival.sent);
                if let Some(last) = last.filter(|last| last.at == at) {
                    last.failed = true;
                }
            }
            _ => {}
        }
    }
}

impl Lane {
    /// It had come to be, and not ended.
    pub(super) fn lives(&self, at: i64) -> bool {
        let born = self.stands.front().is_some_and(|(born, _)| *born <= at);
        born && self.ended.is_none_or(|ended| at <= ended)
    }

    fn new(service: Name, shows: bool) -> Self {
        let (stands, messages, errors) = Default::default();
        Self { service, stands, ended: None, messages, errors, touched: 0, shows }
    }
}

/// Notes a time, and forgets those before `origin`.
fn since(times: &mut VecDeque<i64>, at: i64, origin: i64) {
    times.push_back(at);
    while times.front().is_some_and(|time| *time < origin) {
        times.pop_front();
    }
}

/// How an instance stands after a change; the inner `None` for one that has ended.
fn stand(change: &InstanceChange) -> Option<Option<Stand>> {
    use InstanceChange as C;
    Some(match change {
        C::Created | C::Ready | C::Active | C::Rehydrated | C::Resumed | C::Continued => Some(Stand::Running),
        C::Waiting { .. } => Some(Stand::Waiting),
        C::Dehydrated => Some(Stand::Dehydrated),
        C::Suspended { .. } | C::InBreakpoint => Some(Stand::Held),
        C::Terminated { .. } | C::Completed | C::Discarded { .. } => None,
        C::PendingOperation { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::run::player::{Command, Player, Update};
    use crate::studio::sample;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    /// Updates of a run, one for each quarter of a second at this speed.
    fn updates(speed: f64, count: u32) -> Vec<Update> {
        let (mut player, mut now) = (Player::new(), Instant::now());
        let application = Arc::new(sample::load("southridge").unwrap());
        for command in [Command::Load(application), Command::Speed(speed), Command::Play] {
            player.obey(command, now);
        }
        let mut updates = vec![player.update()];
        for _ in 0..count {
            now += Duration::from_millis(250);
            player.play(now, Duration::from_secs(20));
            updates.push(player.update());
        }
        updates
    }

    fn told(timeline: &Timeline) -> String {
        let arrivals: Vec<u64> = timeline.arrivals.iter().map(|arrival| arrival.seq).collect();
        format!("{:?} {:?} {arrivals:?}", timeline.lanes, timeline.shown)
    }

    #[test]
    fn lanes_that_grow_are_those_made_at_once() {
        let (mut state, mut growing) = (State::default(), Timeline::default());
        for update in updates(2.0, 12) {
            state.absorb(update);
            growing.refresh(&state);
            let mut anew = Timeline::default();
            anew.refresh(&state);
            assert_eq!(told(&growing), told(&anew));
        }
        assert!(!growing.shown.is_empty() && !growing.arrivals.is_empty());
    }

    #[test]
    fn lanes_keep_what_the_window_keeps() {
        let (mut state, mut timeline) = (State::default(), Timeline::default());
        for update in updates(16.0, 40) {
            state.absorb(update);
            timeline.refresh(&state);
        }
        let first = state.journal.front().unwrap().seq;
        assert!(first > 1, "events were dropped");
        assert!(timeline.lanes.values().all(|lane| lane.touched >= first));
        assert!(timeline.shown.len() <= LANES && timeline.arrivals.iter().all(|a| a.seq >= first));
        assert_eq!(timeline.latest.len() + timeline.hidden.len(), timeline.lanes.len());
    }

    /// However fast a run plays, a frame gets so much and no more; what was left out is there once it stands.
    #[test]
    fn a_fast_run_hands_over_little_and_all_of_it_when_it_pauses() {
        let (mut player, mut now) = (Player::new(), Instant::now());
        let application = Arc::new(sample::load("southridge").unwrap());
        for command in [Command::Load(application), Command::Speed(1000.0), Command::Play] {
            player.obey(command, now);
        }
        let mut state = State::default();
        while state.journal.back().is_none_or(|last| last.seq < 40_000) {
            now = now.max(Instant::now()) + Duration::from_millis(250);
            player.play(now, Duration::from_secs(2));
            let update = player.update();
            assert!(update.events.len() <= 4_000, "{}", update.events.len());
            state.absorb(update);
            let seqs: Vec<u64> = state.journal.iter().map(|event| event.seq).collect();
            assert!(seqs.windows(2).all(|w| w[0] + 1 == w[1]), "without a gap");
        }
        assert!(state.journal.len() < 20_000);
        player.obey(Command::Pause, now);
        state.absorb(player.update());
        assert_eq!(state.journal.len(), 20_000);
        let mut timeline = Timeline::default();
        timeline.refresh(&state);
        assert!(!timeline.shown.is_empty());

        // Long before, the window has what happened then; back in the present, what happened last.
        let early = state.journal.front().unwrap().seq / 2;
        player.obey(Command::Seek(early), now);
        state.absorb(player.update());
        let at = state.journal.partition_point(|event| event.seq < early);
        assert!(early > 0 && state.journal[at].seq == early);
        state.absorb(player.update());
        assert_eq!(state.journal[at].seq, early, "nothing is told twice");
        player.obey(Command::Now, now);
        state.absorb(player.update());
        assert_eq!(state.journal.len(), 20_000);
        let last = state.journal.back().unwrap().seq;
        player.obey(Command::Turn, now);
        let step = player.update();
        assert!(!step.anew && step.events.first().unwrap().seq == last + 1, "a step tells what it did");
    }
}
