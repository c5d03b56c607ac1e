//! Messages on their way: along port connectors, and through the message box.

use super::atlas::{Atlas, pill_of, service_words};
use crate::engine::preview::NodeKind;
use crate::engine::{Event, EventKind, InstanceId, Publisher, Subscriber};
use crate::message::{MessageId, Name};
use std::collections::{BTreeMap, VecDeque};

/// Most messages shown in flight at once.
const FLIGHTS: usize = 24;
/// Routings kept for the strip.
const ROUTES: usize = 16;
/// Seconds between two messages of one moment, so that one can tell them apart.
const STAGGER: f64 = 0.11;
/// Seconds in which a message that has arrived fades.
const FADE: f64 = 0.25;
/// Longest queue of staggered messages, in seconds.
const BACKLOG: f64 = 1.2;

/// A message travelling between a shape and its port.
#[derive(Clone, Debug, PartialEq)]
pub struct Flight {
    pub message: MessageId,
    pub instance: InstanceId,
    pub service: Name,
    pub shape: Name,
    pub inbound: bool,
    pub label: String,
    /// Second of the play clock it starts at.
    pub born: f64,
    /// Seconds it takes.
    pub lasts: f64,
}

/// Most messages that go one by one from one party to another; those that come meanwhile go along with the last one.
const TRAIN: usize = 3;
/// Messages remembered, to know who sent what is delivered.
const KNOWN: usize = 512;

/// Who sends or takes messages in the picture of the application, by its full name.
pub type Party = (NodeKind, Name);

/// Messages on their way from one party to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// The first of them.
    pub message: MessageId,
    pub label: String,
    pub count: u32,
    pub born: f64,
    pub lasts: f64,
}

/// A message that was published.
#[derive(Debug)]
struct Known {
    label: String,
    by: Option<Party>,
    /// Second of the play clock from which on it can be delivered.
    leaves: f64,
    /// The group it was delivered to.
    group: Option<Name>,
}

/// One message through the message box.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    pub message: MessageId,
    pub label: String,
    pub from: String,
    pub to: Vec<String>,
    pub failed: bool,
    pub born: f64,
}

#[derive(Debug, Default)]
pub struct Flights {
    pub flights: VecDeque<Flight>,
    pub routes: VecDeque<Route>,
    /// By who sends and who takes.
    pub hops: BTreeMap<(Party, Party), VecDeque<Hop>>,
    known: BTreeMap<MessageId, Known>,
    /// The location that last took something in for a receive port.
    came: BTreeMap<Name, Name>,
    /// Shape of an instance that last sent through a port.
    senders: BTreeMap<(InstanceId, Name), (Name, Name)>,
    /// Orchestration of the frame that runs.
    running: BTreeMap<InstanceId, Name>,
    next: f64,
}

/// How long a flight lasts: 700 ms, down to 400 ms as the clock runs faster.
pub fn duration(speed: f64) -> f64 {
    (0.7 - 0.05 * speed.max(0.01).log2()).clamp(0.4, 0.7)
}

/// Fast at first, gentle at the end; `t` from 0 to 1.
pub fn ease_out(t: f64) -> f64 {
    1.0 - (1.0 - t.clamp(0.0, 1.0)).powi(3)
}

impl Flights {
    pub fn follow(&mut self, event: &Event, atlas: &Atlas, now: f64, speed: f64) {
        match &event.kind {
            EventKind::MessageReceived { location, port, .. } => {
                self.came.insert(*port, *location);
            }
            EventKind::ShapeStarted { instance, service, shape } => {
                self.running.insert(*instance, *service);
                if let Some(spot) = atlas.spot(*service, *shape)
                    && let (true, Some(port)) = (spot.sends, &spot.port)
                {
                    self.senders.insert((*instance, Name::new(port)), (*service, *shape));
                }
            }
            EventKind::MessageConsumed { instance, message, shape } => {
                let Some(service) = self.running.get(instance).copied() else { return };
                let label =
                    self.known.get(message).map_or_else(|| message.to_string(), |known| known.label.clone());
                self.fly((*instance, *message), (service, *shape), true, label, now, speed);
            }
            EventKind::MessagePublished { message, publisher } => {
                let label = pill_of(message);
                self.publish(message.id, &label, publisher, now, speed);
                let from = match publisher {
                    Publisher::ReceivePort(name) | Publisher::SendPortReply(name) => name.to_string(),
                    Publisher::Acknowledgement(name) => format!("{} acknowledgement", name.short()),
                    Publisher::External => "Operator".to_owned(),
                    Publisher::Orchestration { instance, port } => {
                        if let Some(place) = self.senders.get(&(*instance, *port)).copied() {
                            self.fly((*instance, message.id), place, false, label.clone(), now, speed);
                        }
                        let service = self.running.get(instance).map_or("", |s| service_words(*s));
                        format!("{service} {instance}")
                    }
                };
                if !matches!(publisher, Publisher::Acknowledgement(_)) {
                    if self.routes.len() >= ROUTES {
                        self.routes.pop_front();
                    }
                    let (to, born) = (Vec::new(), now);
                    self.routes.push_back(Route {
                        message: message.id,
                        label,
                        from,
                        to,
                        failed: false,
                        born,
                    });
                }
            }
            EventKind::SubscriptionMatched { message, owner, .. } => {
                self.deliver(*message, owner, now, speed);
                let to = match owner {
                    Subscriber::Activation { service } => format!("new {}", service_words(*service)),
                    Subscriber::Instance { instance, port } => {
                        format!("{} {instance}", service_words(*port))
                    }
                    Subscriber::SendPort(name) | Subscriber::SendPortGroup(name) => name.short().to_owned(),
                };
                if let Some(route) = self.routes.iter_mut().rev().find(|r| r.message == *message) {
                    route.to.push(to);
                }
            }
            EventKind::PortAttempt { port, message, attempt: 1, .. } => {
                let group = self.known.get(message).and_then(|known| known.group);
                if let Some(group) = group {
                    let way = ((NodeKind::SendPortGroup, group), (NodeKind::SendPort, *port));
                    self.hop(way, *message, now, speed);
                }
            }
            EventKind::RoutingFailed { message, .. } => {
                if let Some(route) = self.routes.iter_mut().rev().find(|r| r.message == *message) {
                    route.failed = true;
                }
            }
            EventKind::Instance { instance, change, .. } => {
                use crate::engine::InstanceChange as C;
                if matches!(change, C::Completed | C::Terminated { .. }) {
                    self.running.remove(instance);
                    let first = (*instance, Name::new(""));
                    let own = self.senders.range(first..).take_while(|((id, _), _)| id == instance);
                    let own: Vec<_> = own.map(|(key, _)| *key).collect();
                    own.iter().for_each(|key| {
                        self.senders.remove(key);
                    });
                }
            }
            _ => {}
        }
    }

    /// Notes who sent a message; one from outside comes to its receive port first.
    fn publish(&mut self, id: MessageId, label: &str, publisher: &Publisher, now: f64, speed: f64) {
        let by = match publisher {
            Publisher::ReceivePort(name) => Some((NodeKind::ReceivePort, *name)),
            Publisher::SendPortReply(name) => Some((NodeKind::SendPort, *name)),
            Publisher::Orchestration { instance, .. } => {
                self.running.get(instance).map(|service| (NodeKind::Orchestration, *service))
            }
            // Nobody drew where these come from.
            Publisher::Acknowledgement(_) | Publisher::External => None,
        };
        self.known.insert(id, Known { label: label.to_owned(), by, leaves: now, group: None });
        if self.known.len() > KNOWN {
            self.known.pop_first();
        }
        if let Publisher::ReceivePort(port) = publisher
            && let Some(location) = self.came.remove(port)
        {
            let way = ((NodeKind::ReceiveLocation, location), (NodeKind::ReceivePort, *port));
            let there = self.hop(way, id, now, speed);
            if let Some(known) = self.known.get_mut(&id) {
                known.leaves = there;
            }
        }
    }

    /// A message goes from who sent it to one that takes it.
    fn deliver(&mut self, id: MessageId, owner: &Subscriber, now: f64, speed: f64) {
        let to = match owner {
            Subscriber::Activation { service } => (NodeKind::Orchestration, *service),
            Subscriber::Instance { instance, .. } => {
                let Some(service) = self.running.get(instance) else { return };
                (NodeKind::Orchestration, *service)
            }
            Subscriber::SendPort(name) => (NodeKind::SendPort, *name),
            Subscriber::SendPortGroup(name) => (NodeKind::SendPortGroup, *name),
        };
        let Some(known) = self.known.get_mut(&id) else { return };
        if let Subscriber::SendPortGroup(name) = owner {
            known.group = Some(*name);
        }
        if let Some(by) = known.by {
            self.hop((by, to), id, now, speed);
        }
    }

    /// Sends a message from one party to another; gives when it will be there.
    fn hop(&mut self, way: (Party, Party), id: MessageId, now: f64, speed: f64) -> f64 {
        let lasts = duration(speed);
        let Some(known) = self.known.get(&id) else { return now };
        let train = self.hops.entry(way).or_default();
        let leaves = known.leaves.max(now);
        let full = train.len() >= TRAIN;
        if let Some(last) = train.back_mut().filter(|_| full) {
            last.count += 1;
            return last.born + last.lasts;
        }
        let born = train.back().map_or(leaves, |last| leaves.max(last.born + STAGGER * lasts / 0.7));
        train.push_back(Hop { message: id, label: known.label.clone(), count: 1, born, lasts });
        born + lasts
    }

    /// True while something travels along a line, on a canvas or in the picture of the application.
    pub fn travel(&self) -> bool {
        !self.flights.is_empty() || !self.hops.is_empty()
    }

    fn fly(
        &mut self,
        (instance, message): (InstanceId, MessageId),
        place: (Name, Name),
        inbound: bool,
        label: String,
        now: f64,
        speed: f64,
    ) {
        let lasts = duration(speed);
        let born = if self.next > now + BACKLOG { now } else { self.next.max(now) };
        self.next = born + STAGGER * lasts / 0.7;
        if self.flights.len() >= FLIGHTS {
            self.flights.pop_front();
        }
        let (service, shape) = place;
        self.flights.push_back(Flight { message, instance, service, shape, inbound, label, born, lasts });
    }

    /// What a message is called, of those published lately.
    pub fn label(&self, message: MessageId) -> Option<&str> {
        self.known.get(&message).map(|known| known.label.as_str())
    }

    /// Where instances are is not known any more: there were events that nobody told of.
    pub fn forget(&mut self) {
        self.running.clear();
        self.senders.clear();
    }

    /// Ends every flight.
    pub fn land(&mut self) {
        self.flights.clear();
        self.hops.clear();
        self.next = 0.0;
    }

    /// Lets flights that have arrived go; true while some are under way.
    pub fn settle(&mut self, now: f64) -> bool {
        self.flights.retain(|f| now < f.born + f.lasts + FADE);
        self.hops.retain(|_, train| {
            train.retain(|hop| now < hop.born + hop.lasts + FADE);
            !train.is_empty()
        });
        self.travel() || self.routes.back().is_some_and(|r| now < r.born + 0.4)
    }
}

impl Flight {
    /// From 0 at the start of its way to 1 at its end, eased; `None` before it starts.
    pub fn progress(&self, now: f64) -> Option<f64> {
        progress(self.born, self.lasts, now)
    }

    /// Fades out once it has arrived.
    pub fn strength(&self, now: f64) -> f64 {
        strength(self.born + self.lasts, now)
    }
}

impl Hop {
    /// As [`Flight::progress`].
    pub fn progress(&self, now: f64) -> Option<f64> {
        progress(self.born, self.lasts, now)
    }

    /// As [`Flight::strength`].
    pub fn strength(&self, now: f64) -> f64 {
        strength(self.born + self.lasts, now)
    }

    /// What goes there, with how much goes along.
    pub fn words(&self) -> String {
        match self.count {
            1 => self.label.clone(),
            more => format!("{} and {} more", self.label, more - 1),
        }
    }
}

fn progress(born: f64, lasts: f64, now: f64) -> Option<f64> {
    (now >= born).then(|| ease_out((now - born) / lasts))
}

fn strength(arrives: f64, now: f64) -> f64 {
    (1.0 - (now - arrives) / FADE).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faster_clock_makes_shorter_flights() {
        assert_eq!(duration(0.25), 0.7);
        assert_eq!(duration(1.0), 0.7);
        assert_eq!(duration(64.0), 0.4);
        assert!(duration(8.0) < duration(2.0));
    }

    #[test]
    fn a_flight_waits_travels_and_fades() {
        let mut flights = Flights::default();
        let place = (Name::new("App.Orders"), Name::new("send"));
        flights.fly((InstanceId(1), MessageId(1)), place, false, "Order".into(), 10.0, 1.0);
        flights.fly((InstanceId(1), MessageId(1)), place, false, "Order".into(), 10.0, 1.0);
        let second = flights.flights.back().unwrap().clone();
        assert_eq!(second.progress(10.0), None, "two messages of one moment leave one after the other");
        assert!(second.progress(10.3).is_some_and(|p| p > 0.3 && p < 1.0));
        assert_eq!(second.strength(10.3), 1.0);
        assert!(flights.settle(10.9));
        assert!(!flights.settle(12.0), "nothing is left once all have arrived");
    }

    #[test]
    fn messages_from_one_to_another_go_apart_until_there_are_many() {
        let mut flights = Flights::default();
        let port = Name::new("Orders");
        for id in 1..=10 {
            let known = Known {
                label: format!("Order {id}"),
                by: Some((NodeKind::ReceivePort, port)),
                leaves: 5.0,
                group: None,
            };
            flights.known.insert(MessageId(id), known);
            let owner = Subscriber::Activation { service: Name::new("App.Orders") };
            flights.deliver(MessageId(id), &owner, 5.0, 1.0);
        }
        let train = flights.hops.values().next().unwrap();
        assert_eq!(flights.hops.len(), 1, "one line");
        let words: Vec<_> = train.iter().map(Hop::words).collect();
        assert_eq!(words, ["Order 1", "Order 2", "Order 3 and 7 more"]);
        assert!(train.iter().zip(train.iter().skip(1)).all(|(a, b)| a.born < b.born), "one after the other");
        assert!(flights.settle(5.5) && !flights.settle(8.0) && flights.hops.is_empty());
    }
}
