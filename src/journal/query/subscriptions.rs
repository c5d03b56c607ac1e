use crate::engine::{Engine, InstanceId, Subscriber, SubscriptionView};
use crate::filter::{Datum, Field, Key, Subject};
use crate::message::{BTS, Name};

/// What a subscription is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionKind {
    Activation,
    Instance,
    SendPort,
    SendPortGroup,
}

impl SubscriptionKind {
    pub fn of(subscription: &SubscriptionView) -> Self {
        match subscription.owner {
            Subscriber::Activation { .. } => Self::Activation,
            Subscriber::Instance { .. } => Self::Instance,
            Subscriber::SendPort(_) => Self::SendPort,
            Subscriber::SendPortGroup(_) => Self::SendPortGroup,
        }
    }
}

/// Which subscriptions to list: those that fit every field that is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionQuery {
    pub kind: Option<SubscriptionKind>,
    /// Orchestration, send port or group.
    pub service: Option<Name>,
    pub instance: Option<InstanceId>,
}

impl SubscriptionQuery {
    /// The subscriptions there are now, oldest first.
    pub fn run(&self, engine: &Engine) -> Vec<SubscriptionView> {
        let mut found = engine.subscriptions();
        found.retain(|subscription| self.fits(subscription));
        found
    }

    fn fits(&self, subscription: &SubscriptionView) -> bool {
        let of_instance =
            |id| matches!(subscription.owner, Subscriber::Instance { instance, .. } if instance == id);
        self.kind.is_none_or(|kind| kind == SubscriptionKind::of(subscription))
            && self.service.is_none_or(|wanted| wanted == subscription.service)
            && self.instance.is_none_or(of_instance)
    }
}

/// A subscription as a filter sees it.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionFacts<'a>(pub &'a SubscriptionView);

impl Subject for SubscriptionFacts<'_> {
    fn each(&self, field: Field, take: &mut dyn FnMut(Datum<'_>) -> bool) -> bool {
        let row = self.0;
        let mut wanted = |property: Name| {
            let predicates = row.groups.iter().flat_map(|group| group.iter());
            let mut own = predicates.filter(|predicate| predicate.property == property);
            own.any(|predicate| take(Datum::Value(&predicate.value)))
        };
        match field.key {
            Key::Property => wanted(field.name),
            Key::MessageType => {
                let mut types = row.groups.iter().flat_map(|group| group.iter());
                types.any(|predicate| {
                    predicate.property == BTS.message_type
                        && match &predicate.value {
                            crate::message::Value::String(kind) => {
                                take(Datum::Text(kind))
                                    || kind.rsplit('#').next().is_some_and(|root| take(Datum::Text(root)))
                            }
                            other => take(Datum::Value(other)),
                        }
                })
            }
            Key::Subscription => take(Datum::Id(row.id.0)),
            Key::Service => take(Datum::Name(row.service)),
            Key::Owner => take(Datum::Name(row.service)) || take(Datum::Text(&row.owner.to_string())),
            Key::Instance => match row.owner {
                Subscriber::Instance { instance, .. } => take(Datum::Id(instance.0)),
                _ => false,
            },
            Key::Port => match row.owner {
                Subscriber::Instance { port, .. } | Subscriber::SendPort(port) => take(Datum::Name(port)),
                _ => false,
            },
            Key::Shape => row.shape.is_some_and(|shape| take(Datum::Name(shape))),
            Key::Class => take(Datum::Text(match SubscriptionKind::of(row) {
                SubscriptionKind::Activation => "activation",
                SubscriptionKind::Instance => "instance",
                SubscriptionKind::SendPort => "send port",
                SubscriptionKind::SendPortGroup => "send port group",
            })),
            Key::State => take(Datum::Text(if row.enabled { "enabled" } else { "disabled" })),
            Key::Text => take(Datum::Text(&row.text)) || take(Datum::Text(&row.owner.to_string())),
            _ => false,
        }
    }
}
