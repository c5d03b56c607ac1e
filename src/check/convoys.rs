//! V19 to V22, V51: convoys, sequential (section 4.5) and parallel (section 4.6).

use super::activation::heads;
use super::correlation::sets;
use super::subject::{Site, Subject};
use crate::diagnostic::Diagnostic;
use crate::model::edit::Edit;
use crate::model::{CorrelationSet, Receive, Shape, ShapeKind};
use std::collections::BTreeSet;

/// Most properties of a convoy set (COR-5).
const MOST_PROPERTIES: usize = 3;

/// A receive and where it stands.
type Place<'x, 'a> = (&'x Site<'a>, &'a Receive);

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut convoy_sets = BTreeSet::new();
    let active: Vec<Place<'_, '_>> = receives(subject).filter(|(_, receive)| receive.activate).collect();
    for (site, receive) in receives(subject) {
        if !receive.initializes.is_empty() {
            sequential(subject, &active, (site, receive), &mut convoy_sets, found);
        }
        if !receive.follows.is_empty() {
            early_end(subject, site, found);
        }
    }
    for site in &subject.sites {
        if matches!(site.shape.kind, ShapeKind::Parallel(_)) {
            parallel(subject, &active, site.shape, &mut convoy_sets, found);
        }
    }
    wide_sets(subject, &convoy_sets, found);
}

fn receives<'x, 'a>(subject: &'x Subject<'a>) -> impl Iterator<Item = Place<'x, 'a>> {
    subject.sites.iter().filter_map(|site| match &site.shape.kind {
        ShapeKind::Receive(receive) => Some((site, receive)),
        _ => None,
    })
}

fn sequential<'a>(
    subject: &Subject<'a>,
    active: &[Place<'_, 'a>],
    (site, first): Place<'_, 'a>,
    convoy_sets: &mut BTreeSet<String>,
    found: &mut Vec<Diagnostic>,
) {
    let followers: Vec<Place<'_, 'a>> = receives(subject)
        .filter(|(other, _)| other.shape.id != site.shape.id)
        .filter(|(_, r)| r.follows.iter().any(|set| first.initializes.contains(set)))
        .collect();
    let nested = nested_followers(subject, first);
    let others: Vec<&Shape> = subject
        .sites
        .iter()
        .map(|s| s.shape)
        .filter(|s| s.id != site.shape.id && sets(s).0.iter().any(|i| first.initializes.contains(i)))
        .collect();
    if followers.is_empty() && nested.is_empty() {
        return;
    }
    let mut flaws = Vec::new();
    if !others.is_empty() {
        // A set that something else initialises too makes no convoy of this one, save a parallel one (CVY-7).
        let Some(shape) = parallel_of(active, site).filter(|_| !followers.is_empty()) else { return };
        flaws.push((Flaw::Lasting, format!("its set belongs to the parallel convoy of `{}`", shape.name)));
    }
    flaws.extend(broken(subject, site, first, &followers));
    flaws.extend(nested.into_iter().map(|reason| (Flaw::Lasting, reason)));
    if let Some((_, reason)) = flaws.first() {
        let message = format!("no convoy starts at `{}`: {reason}", site.shape.name);
        let help = "use one port, one message type and all sets of the first receive, without a filter, or set \
                    Ordered Delivery on the port; else a message that comes too early starts another instance";
        let at = subject.place(site.shape, "initializes");
        let mut warning = Diagnostic::warning("V19", message, help).at(at);
        if let Some((title, edits)) = mend(subject, first, &followers, &flaws) {
            warning = warning.mend(title, edits);
        }
        found.push(warning);
        return;
    }
    let more = match followers.len() {
        1 => "one more receive".to_owned(),
        count => format!("{count} more receives"),
    };
    let message = format!("a convoy starts at `{}`, with {more}", site.shape.name);
    let help = "messages with the same values wait for the same instance, however fast they come";
    found.push(Diagnostic::information("V20", message, help).at(subject.place(site.shape, "initializes")));
    too_many_properties(subject, site, &first.initializes, found);
    convoy_sets.extend(first.initializes.iter().cloned());
}

/// What lifts a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    /// Ordered delivery on the port.
    Unordered,
    /// That, or following the sets left out.
    Partial,
    /// Another design.
    Lasting,
}

/// The rules that the followers of `first` break.
fn broken<'a>(
    subject: &Subject<'a>,
    site: &Site<'a>,
    first: &Receive,
    followers: &[Place<'_, 'a>],
) -> Vec<(Flaw, String)> {
    let ordered = subject.port(&first.port).is_some_and(|port| port.ordered_delivery);
    let typed = |site: &Site<'a>, r: &Receive| subject.message(site, &r.message).map(|m| &m.message_type);
    let mut flaws = Vec::new();
    for (other, follower) in followers {
        let name = &other.shape.name;
        let own = |set: &&String| first.initializes.contains(set) || first.follows.contains(set);
        if follower.port != first.port {
            flaws.push((Flaw::Lasting, format!("`{name}` receives on another port")));
        } else if let Some(set) = follower.follows.iter().find(|set| !own(set)) {
            flaws.push((
                Flaw::Lasting,
                format!("`{name}` also follows `{set}`, which it does not initialize"),
            ));
        } else if !ordered && typed(other, follower) != typed(site, first) {
            flaws.push((Flaw::Unordered, format!("`{name}` receives another message type")));
        } else if !ordered
            && let Some(set) =
                first.initializes.iter().chain(&first.follows).find(|s| !follower.follows.contains(s))
        {
            flaws.push((Flaw::Partial, format!("`{name}` does not follow `{set}`")));
        }
    }
    if ordered && !same_sets(first, followers) {
        flaws.push((Flaw::Lasting, "its followers follow different sets of it".to_owned()));
    }
    if first.activate && !first.filter.is_empty() && !ordered {
        flaws.push((Flaw::Unordered, format!("`{}` activates with a filter", site.shape.name)));
    }
    flaws
}

/// True when all follow the same of the sets that `first` initializes (CVY-8).
fn same_sets(first: &Receive, followers: &[Place<'_, '_>]) -> bool {
    let of =
        |r: &Receive| -> Vec<bool> { first.initializes.iter().map(|set| r.follows.contains(set)).collect() };
    followers.windows(2).all(|pair| match pair {
        [(_, a), (_, b)] => of(a) == of(b),
        _ => true,
    })
}

/// The edits after which no rule is broken, where there are some.
fn mend(
    subject: &Subject<'_>,
    first: &Receive,
    followers: &[Place<'_, '_>],
    flaws: &[(Flaw, String)],
) -> Option<(&'static str, Vec<Edit>)> {
    if flaws.iter().all(|(flaw, _)| *flaw == Flaw::Partial) {
        let all = followers.iter().map(|(other, _)| {
            subject.change_receive(other.shape, |r| {
                for set in first.initializes.iter().chain(&first.follows) {
                    if !r.follows.contains(set) {
                        r.follows.push(set.clone());
                    }
                }
            })
        });
        return Some(("Follow all sets of the first receive", all.collect()));
    }
    let liftable = flaws.iter().all(|(flaw, _)| *flaw != Flaw::Lasting) && same_sets(first, followers);
    let port = subject.port(&first.port).filter(|_| liftable)?;
    Some(("Set Ordered Delivery on the port", vec![subject.change_port(port, |p| p.ordered_delivery = true)]))
}

/// What receives on the sets of an activate receive inside a called orchestration (CVY-6).
fn nested_followers(subject: &Subject<'_>, first: &Receive) -> Vec<String> {
    let calls = subject.sites.iter().filter_map(|site| match &site.shape.kind {
        ShapeKind::Call(call) if first.activate => Some(call),
        _ => None,
    });
    let mut found = Vec::new();
    for call in calls {
        let Some((_, callee)) = subject.application.orchestration_for(subject.module, &call.orchestration)
        else {
            continue;
        };
        for (argument, parameter) in call.arguments.iter().zip(&callee.parameters) {
            let receives = callee.shapes().into_iter().any(|shape| match &shape.kind {
                ShapeKind::Receive(r) => r.follows.iter().any(|set| set == parameter.name()),
                _ => false,
            });
            if receives && first.initializes.contains(&argument.name) {
                found.push(format!("the called `{}` receives on `{}`", callee.name, argument.name));
            }
        }
    }
    found
}

/// The Parallel Actions of whose convoy the receive is a part.
fn parallel_of<'a>(active: &[Place<'_, 'a>], site: &Site<'a>) -> Option<&'a Shape> {
    let around = site.way.iter().rev().map(|(shape, _)| *shape);
    let mut parallel = around.filter(|shape| matches!(shape.kind, ShapeKind::Parallel(_)));
    parallel.find(|shape| {
        let first = first_receives(active, shape);
        first.len() > 1 && first.iter().any(|(other, _)| other.shape.id == site.shape.id)
    })
}

/// Those of the activate receives that start the branches of a Parallel Actions.
fn first_receives<'x, 'a>(active: &[Place<'x, 'a>], shape: &Shape) -> Vec<Place<'x, 'a>> {
    let branches = shape.kind.branches().map_or(&[][..], |owner| owner.branches.as_slice());
    let of = |branch: &crate::model::Branch| {
        let mut ids = BTreeSet::new();
        heads(&branch.body, &mut ids);
        active.iter().find(|(site, _)| ids.contains(&site.shape.id)).copied()
    };
    branches.iter().filter_map(of).collect()
}

/// V20 to V22 of a parallel convoy: every first receive initialises the same sets (CVY-20).
fn parallel(
    subject: &Subject<'_>,
    active: &[Place<'_, '_>],
    shape: &Shape,
    convoy_sets: &mut BTreeSet<String>,
    found: &mut Vec<Diagnostic>,
) {
    let first = first_receives(active, shape);
    let sets: Vec<BTreeSet<&String>> = first.iter().map(|(_, r)| r.initializes.iter().collect()).collect();
    let all: BTreeSet<&String> = sets.iter().flatten().copied().collect();
    if first.len() < 2 || all.is_empty() {
        return;
    }
    let at = subject.place(shape, "branches");
    if sets.iter().any(|own| *own != all) {
        let message =
            format!("the activate receives of `{}` initialize different correlation sets", shape.name);
        let help =
            "initialize the same sets in every branch, so that all their messages meet in one instance";
        let union: Vec<String> = all.into_iter().cloned().collect();
        let same = |(site, _): &Place<'_, '_>| {
            subject.change_receive(site.shape, |r| r.initializes.clone_from(&union))
        };
        let same = first.iter().map(same).collect();
        found.push(
            Diagnostic::error("V22", message, help)
                .at(at)
                .mend("Initialize the same sets in every branch", same),
        );
        return;
    }
    let message = format!("a parallel convoy starts at `{}`, of {} receives", shape.name, first.len());
    let help = "the first of their messages makes the instance, the others with the same values join it";
    found.push(Diagnostic::information("V20", message, help).at(at));
    if let Some((site, receive)) = first.first() {
        too_many_properties(subject, site, &receive.initializes, found);
    }
    convoy_sets.extend(all.into_iter().cloned());
}

/// V21.
fn too_many_properties(subject: &Subject<'_>, site: &Site<'_>, sets: &[String], found: &mut Vec<Diagnostic>) {
    let counts = sets.iter().filter_map(|name| properties(subject, subject.set(site, name)?));
    let most = counts.max().unwrap_or_default();
    if most > MOST_PROPERTIES {
        let message = format!("a set of the convoy at `{}` has {most} properties", site.shape.name);
        let help = "correlate a convoy by at most three properties";
        found.push(Diagnostic::error("V21", message, help).at(subject.place(site.shape, "initializes")));
    }
}

/// V21 for sets outside of convoys, where the limit is only advice (COR-5).
fn wide_sets(subject: &Subject<'_>, convoy_sets: &BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    let local = subject.sites.iter().flat_map(|site| match &site.shape.kind {
        ShapeKind::Scope(scope) => scope.correlation_sets.as_slice(),
        _ => &[],
    });
    for set in subject.orchestration.correlation_sets.iter().chain(local) {
        let count = properties(subject, set).unwrap_or_default();
        if count > MOST_PROPERTIES && !convoy_sets.contains(&set.name) {
            let message = format!("the correlation set `{}` has {count} properties", set.name);
            let help = "correlate by at most three properties, so that the set can serve a convoy too";
            let at = subject.at(&set.id, &set.name, "correlation_type");
            found.push(Diagnostic::warning("V21", message, help).at(at));
        }
    }
}

fn properties(subject: &Subject<'_>, set: &CorrelationSet) -> Option<usize> {
    Some(subject.application.correlation_type(subject.module, &set.correlation_type)?.properties.len())
}

/// V51: a correlated receive in a loop that a Delay beside it can end (LOP-4).
fn early_end(subject: &Subject<'_>, site: &Site<'_>, found: &mut Vec<Diagnostic>) {
    let looped = site.way.iter().position(|(shape, _)| matches!(shape.kind, ShapeKind::Loop(_)));
    let inside = looped.map(|at| site.way.iter().skip(at));
    let timed = inside.into_iter().flatten().any(|(shape, _)| match &shape.kind {
        ShapeKind::Listen(owner) => owner
            .branches
            .iter()
            .any(|branch| branch.body.first().is_some_and(|head| matches!(head.kind, ShapeKind::Delay(_)))),
        _ => false,
    });
    if timed {
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
        let foreign = vec![
            first(|_| {}),
            sends("Out", |s| s.initializes = vec!["SubjectOther".into()]),
            next(|r| r.follows.push("SubjectOther".into())),
        ];
        assert_eq!(codes(&application(foreign)), ["V19"], "CVY-1");
        let filter = |r: &mut Receive| {
            r.filter.push(FilterRow { property: "BTS.MessageType".into(), ..FilterRow::default() })
        };
        assert_eq!(broken(first(filter), next(|_| {})), ["V19"], "CVY-5");
        let mut ordered = application(vec![first(filter), next(|r| r.message = "Any".into())]);
        port(&mut ordered, "In").ordered_delivery = true;
        assert_eq!(codes(&ordered), ["V20"]);
    }

    #[test]
    fn v19_an_ordered_port_still_feeds_one_convoy() {
        let follows = |sets: &[&str]| next(|r| r.follows = sets.iter().map(|s| (*s).to_owned()).collect());
        let with = |followers: Block| {
            let both = first(|r| r.initializes.push("SubjectOther".into()));
            let mut application = application(std::iter::once(both).chain(followers).collect());
            port(&mut application, "In").ordered_delivery = true;
            codes(&application)
        };
        assert_eq!(with(vec![follows(&["SubjectKey"]), follows(&["SubjectKey"])]), ["V20"]);
        assert_eq!(with(vec![follows(&["SubjectKey"]), follows(&["SubjectOther"])]), ["V19"], "CVY-8");
    }

    #[test]
    fn v19_a_convoy_does_not_go_on_in_a_called_orchestration() {
        let with = |activate: bool| {
            let arguments = vec![Argument { name: "SubjectKey".into(), ..Argument::default() }];
            let call = Call { orchestration: "Test.Second".into(), arguments, ..Call::default() };
            let begin = if activate {
                first(|_| {})
            } else {
                first(|r| (r.activate, r.port) = (false, "Own".into()))
            };
            let mut application = application(vec![begin, shape(ShapeKind::Call(call))]);
            if !activate {
                orchestration(&mut application, "Subject").body.insert(0, super::super::fixture::activate());
            }
            add(&mut application, "Second", vec![receive("In", |r| r.follows = vec!["Given".into()])]);
            let set = CorrelationSet {
                name: "Given".into(),
                correlation_type: "Test.SubjectKey_Type".into(),
                ..CorrelationSet::default()
            };
            let kind = ParameterKind::CorrelationSet(set);
            orchestration(&mut application, "Second")
                .parameters
                .push(Parameter { direction: Direction::In, kind });
            codes(&application)
        };
        assert_eq!(with(true), ["V19"], "CVY-6");
        assert_eq!(with(false), [""; 0]);
    }

    #[test]
    fn v19_a_parallel_convoy_keeps_its_set() {
        let fork = shape(ShapeKind::Parallel(branches(vec![vec![first(|_| {})], vec![first(|_| {})]])));
        assert_eq!(codes(&application(vec![fork.clone()])), ["V20"]);
        assert_eq!(codes(&application(vec![fork, next(|_| {})])), ["V19", "V19", "V20"], "CVY-7");
    }

    #[test]
    fn v21_a_wide_set_outside_of_a_convoy_is_only_noted() {
        let with = |count: usize| {
            let mut application = started(vec![sends("Out", |s| s.initializes = vec!["SubjectKey".into()])]);
            let types = &mut application.modules.get_mut("Subject").unwrap().correlation_types;
            types[0].properties = (0..count).map(|n| format!("Orders.P{n}")).collect();
            super::super::rules(&application).into_iter().map(|d| (d.code, d.severity)).collect::<Vec<_>>()
        };
        assert_eq!(with(3), []);
        assert_eq!(with(4), [("V21", crate::diagnostic::Severity::Warning)]);
    }

    #[test]
    fn v22_parallel_activate_receives_initialize_the_same_sets() {
        let start =
            |set: &str| vec![receive("In", |r| (r.activate, r.initializes) = (true, vec![set.into()]))];
        let parallel =
            |a, b| application(vec![shape(ShapeKind::Parallel(branches(vec![start(a), start(b)])))]);
        assert_eq!(codes(&parallel("SubjectKey", "SubjectKey")), ["V20"]);
        assert_eq!(codes(&parallel("SubjectKey", "SubjectOther")), ["V22"]);
        let plain = shape(ShapeKind::Parallel(branches(vec![vec![activate()], vec![activate()]])));
        assert_eq!(codes(&application(vec![plain])), [""; 0], "no sets at all");
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
        let correlated = sends("Out", |s| s.initializes = vec!["SubjectKey".into()]);
        let around = branches(vec![
            vec![shape(ShapeKind::Loop(Loop { condition: "true".into(), body: vec![next(|_| {})] }))],
            vec![shape(ShapeKind::Delay(Code { text: "0".into() }))],
        ]);
        let outside = codes(&started(vec![correlated, shape(ShapeKind::Parallel(around))]));
        assert_eq!(outside, [""; 0], "the Delay does not end the loop");
    }
}
