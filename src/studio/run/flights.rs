//! Messages on their way: along port connectors, and through the message box.

use super::atlas::{Atlas, pill_of, service_words, short};
use crate::engine::{Event, EventKind, InstanceId, Publisher, Subscriber};
use crate::message::{MessageId, Name};
use std::collections::{BTreeMap, VecDeque};

/// Most messages shown in flight at once.
const FLIGHTS: usize = 24;
/// Routings kept for the strip.
const ROUTES: usize = 16;
/// Seconds between two messages of one moment, so that one can tell them apart.
const STAGGER: f64 = 0.11;
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
    labels: BTreeMap<MessageId, String>,
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
                let label = self.labels.get(message).cloned().unwrap_or_else(|| message.to_string());
                self.fly((*instance, *message), (service, *shape), true, label, now, speed);
            }
            EventKind::MessagePublished { message, publisher } => {
                let label = pill_of(message);
                self.labels.insert(message.id, label.clone());
                if self.labels.len() > 512 {
                    self.labels.pop_first();
                }
                let from = match publisher {
                    Publisher::ReceivePort(name) | Publisher::SendPortReply(name) => name.to_string(),
                    Publisher::Acknowledgement(name) => format!("{} acknowledgement", short(name.as_str())),
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
                let to = match owner {
                    Subscriber::Activation { service } => format!("new {}", service_words(*service)),
                    Subscriber::Instance { instance, port } => {
                        format!("{} {instance}", service_words(*port))
                    }
                    Subscriber::SendPort(name) | Subscriber::SendPortGroup(name) => {
                        short(name.as_str()).to_owned()
                    }
                };
                if let Some(route) = self.routes.iter_mut().rev().find(|r| r.message == *message) {
                    route.to.push(to);
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

    /// Ends every flight.
    pub fn land(&mut self) {
        self.flights.clear();
        self.next = 0.0;
    }

    /// Lets flights that have arrived go; true while some are under way.
    pub fn settle(&mut self, now: f64) -> bool {
        self.flights.retain(|f| now < f.born + f.lasts + 0.25);
        !self.flights.is_empty() || self.routes.back().is_some_and(|r| now < r.born + 0.4)
    }
}

impl Flight {
    /// From 0 at the start of its way to 1 at its end, eased; `None` before it starts.
    pub fn progress(&self, now: f64) -> Option<f64> {
        (now >= self.born).then(|| ease_out((now - self.born) / self.lasts))
    }

    /// Fades out once it has arrived.
    pub fn strength(&self, now: f64) -> f64 {
        (1.0 - (now - self.born - self.lasts) / 0.25).clamp(0.0, 1.0)
    }
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
}
