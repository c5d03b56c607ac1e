//! V19 to V21, V51: sequential convoys (section 4.5).

use super::correlation::sets;
use super::subject::{Site, Subject};
use crate::diagnostic::Diagnostic;
use crate::model::{Receive, ShapeKind};

/// Most properties of a convoy set (COR-5).
const MOST_PROPERTIES: usize = 3;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for site in &subject.sites {
        if let ShapeKind::Receive(first) = &site.shape.kind
            && !first.initializes.is_empty()
        {
            convoy(subject, site, first, found);
        }
    }
}

fn convoy(subject: &Subject<'_>, site: &Site<'_>, first: &Receive, found: &mut Vec<Diagnostic>) {
    let followers: Vec<(&Site<'_>, &Receive)> = subject
        .sites
        .iter()
        .filter(|other| other.shape.id != site.shape.id)
        .filter_map(|other| match &other.shape.kind {
            ShapeKind::Receive(r) if r.follows.iter().any(|set| first.initializes.contains(set)) => {
                Some((other, r))
            }
            _ => None,
        })
        .collect();
    // A set that a send or another receive initialises too makes no convoy of this one.
    let initializers =
        subject.sites.iter().filter(|s| sets(s.shape).0.iter().any(|i| first.initializes.contains(i)));
    if followers.is_empty() || initializers.count() > 1 {
        return;
    }
    let reasons: Vec<String> = followers
        .iter()
        .filter_map(|(other, follower)| broken(subject, site, first, other, follower))
        .collect();
    let filtered = first.activate && !first.filter.is_empty() && !ordered(subject, first);
    let filter = filtered.then(|| format!("`{}` activates with a filter", site.shape.name));
    if let Some(reason) = reasons.first().or(filter.as_ref()) {
        let message = format!("no convoy starts at `{}`: {reason}", site.shape.name);
        let help = "use one port, one message type and all sets of the first receive, without a filter, or set \
                    Ordered Delivery on the port; else a message that comes too early starts another instance";
        let at = subject.place(site.shape, "initializes");
        found.push(Diagnostic::warning("V19", message, help).at(at));
        return;
    }
    let message = format!("a convoy starts at `{}`, with {} more receives", site.shape.name, followers.len());
    let help = "messages with the same values wait for the same instance, however fast they come";
    found.push(Diagnostic::information("V20", message, help).at(subject.place(site.shape, "initializes")));
    let properties: usize =
        first.initializes.iter().filter_map(|set| properties(subject, site, set)).max().unwrap_or(0);
    if properties > MOST_PROPERTIES {
        let message = format!("a set of the convoy at `{}` has {properties} properties", site.shape.name);
        let help = "correlate a convoy by at most three properties";
        found.push(Diagnostic::error("V21", message, help).at(subject.place(site.shape, "initializes")));
    }
    for (other, _) in followers {
        early_end(subject, other, found);
    }
}

/// Which rule the follower breaks.
fn broken(
    subject: &Subject<'_>,
    site: &Site<'_>,
    first: &Receive,
    other: &Site<'_>,
    follower: &Receive,
) -> Option<String> {
    let name = &other.shape.name;
    if follower.port != first.port {
        return Some(format!("`{name}` receives on another port"));
    }
    if ordered(subject, first) {
        return None;
    }
    let types = [(site, first), (other, follower)]
        .map(|(s, r)| subject.message(s, &r.message).map(|m| &m.message_type));
    if types.first() != types.last() {
        return Some(format!("`{name}` receives another message type"));
    }
    let all = first.initializes.iter().chain(&first.follows);
    let missing = all.clone().find(|set| !follower.follows.contains(set));
    missing.map(|set| format!("`{name}` does not follow `{set}`"))
}

fn ordered(subject: &Subject<'_>, receive: &Receive) -> bool {
    subject.port(&receive.port).is_some_and(|port| port.ordered_delivery)
}

fn properties(subject: &Subject<'_>, site: &Site<'_>, name: &str) -> Option<usize> {
    let local = site.scopes().flat_map(|(_, scope, _)| &scope.correlation_sets);
    let set = local.chain(&subject.orchestration.correlation_sets).find(|set| set.name == name)?;
    let declared = subject.application.correlation_type(subject.module, &set.correlation_type)?;
    Some(declared.properties.len())
}

/// V51: a receive of the convoy in a loop that a Delay can end.
fn early_end(subject: &Subject<'_>, site: &Site<'_>, found: &mut Vec<Diagnostic>) {
    let looped = site.way.iter().any(|(shape, _)| matches!(shape.kind, ShapeKind::Loop(_)));
    let timed = site.way.iter().any(|(shape, _)| match &shape.kind {
        ShapeKind::Listen(owner) => owner
            .branches
            .iter()
            .any(|branch| branch.body.first().is_some_and(|head| matches!(head.kind, ShapeKind::Delay(_)))),
        _ => false,
    });
    if looped && timed {
        let message =
            format!("a message for `{}` that comes as its loop ends is never received", site.shape.name);
        let help = "drain the queue in a last Listen with a Delay of 0, or accept a zombie instance (ZMB-2)";
        found.push(Diagnostic::warning("V51", message, help).at(subject.place(site.shape, "")));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::fixture::*;
    use crate::model::*;

    fn first(change: impl Fn(&mut Receive)) -> Shape {
        receive("In", |r| {
            (r.activate, r.initializes) = (true, vec!["SubjectKey".into()]);
            change(r);
        })
    }

    fn next(change: impl Fn(&mut Receive)) -> Shape {
        receive("In", |r| {
            r.follows = vec!["SubjectKey".into()];
            change(r);
        })
    }

    #[test]
    fn v20_a_convoy_is_found() {
        assert_eq!(codes(&application(vec![first(|_| {}), next(|_| {})])), ["V20"]);
        assert_eq!(codes(&application(vec![first(|_| {})])), [""; 0]);
        let by_send = vec![sends("Out", |s| s.initializes = vec!["SubjectKey".into()]), next(|_| {})];
        assert_eq!(codes(&started(by_send)), [""; 0], "plain correlation");
    }

    #[test]
    fn v19_broken_convoy_rules_are_told() {
        let broken = |first, next| codes(&application(vec![first, next]));
        assert_eq!(broken(first(|_| {}), next(|r| r.port = "Own".into())), ["V19"], "CVY-2");
        assert_eq!(broken(first(|_| {}), next(|r| r.message = "Any".into())), ["V19"], "CVY-3");
        let both = |r: &mut Receive| r.initializes.push("SubjectOther".into());
        assert_eq!(broken(first(both), next(|_| {})), ["V19"], "CVY-4");
        let filter = |r: &mut Receive| {
            r.filter.push(FilterRow { property: "BTS.MessageType".into(), ..FilterRow::default() })
        };
        assert_eq!(broken(first(filter), next(|_| {})), ["V19"], "CVY-5");
        let mut ordered = application(vec![first(filter), next(|r| r.message = "Any".into())]);
        port(&mut ordered, "In").ordered_delivery = true;
        assert_eq!(codes(&ordered), ["V20"]);
    }

    #[test]
    fn v21_three_properties_at_most() {
        let with = |count: usize| {
            let mut application = application(vec![first(|_| {}), next(|_| {})]);
            let types = &mut application.modules.get_mut("Subject").unwrap().correlation_types;
            types[0].properties = (0..count).map(|n| format!("Orders.P{n}")).collect();
            application
        };
        assert_eq!(codes(&with(3)), ["V20"]);
        assert_eq!(codes(&with(4)), ["V20", "V21"]);
    }

    #[test]
    fn v51_a_loop_that_a_delay_ends() {
        let delay = shape(ShapeKind::Delay(Code { text: "0".into() }));
        let listen = |heads: Vec<Shape>| {
            let owner = branches(heads.into_iter().map(|head| vec![head]).collect());
            let body = vec![shape(ShapeKind::Listen(owner))];
            shape(ShapeKind::Loop(Loop { condition: "true".into(), body }))
        };
        let timed = application(vec![first(|_| {}), listen(vec![next(|_| {}), delay])]);
        assert_eq!(codes(&timed), ["V20", "V51"]);
        let patient = application(vec![first(|_| {}), listen(vec![next(|_| {}), next(|_| {})])]);
        assert_eq!(codes(&patient), ["V20"]);
    }
}
