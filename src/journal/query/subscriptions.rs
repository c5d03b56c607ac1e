use crate::engine::{Engine, InstanceId, Subscriber, SubscriptionView};
use crate::message::Name;

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
