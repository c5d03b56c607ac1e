//! What the preview of an application says goes where, against what goes where in a run.

use orchestrion::engine::preview::{Endpoint, Preview};
use orchestrion::engine::{EventKind, InstanceId, Publisher, Subscriber};
use orchestrion::lab::scenario::{Options, Prepared};
use orchestrion::message::{BTS, Message, MessageId, Name};
use orchestrion::model::files;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// An orchestration and all that run inside its instances.
fn inside(preview: &Preview, service: Name) -> BTreeSet<Name> {
    let mut found = BTreeSet::from([service]);
    loop {
        let more: Vec<Name> = preview
            .calls
            .iter()
            .filter(|c| c.waits && found.contains(&c.from) && !found.contains(&c.to))
            .map(|c| c.to)
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Every delivery in every scenario of Southridge, but for answers, was foretold.
#[test]
fn every_delivery_was_foretold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let (application, _) = files::load(&folder).unwrap();
    let (mut checked, mut unforeseen) = (0, BTreeSet::new());
    for stem in application.scenarios.keys() {
        let prepared = Prepared::new(&application, stem).unwrap();
        let preview = Preview::of(&prepared.program().application);
        let played = prepared.play(&Options::default());
        let mut services: BTreeMap<InstanceId, Name> = BTreeMap::new();
        let mut published: BTreeMap<MessageId, (Arc<Message>, Publisher)> = BTreeMap::new();
        for event in played.run.run().events() {
            match &event.kind {
                EventKind::Instance { instance, service, .. } => {
                    services.entry(*instance).or_insert(*service);
                }
                EventKind::MessagePublished { message, publisher } => {
                    published.insert(message.id, (Arc::clone(message), *publisher));
                }
                EventKind::SubscriptionMatched { message, owner, .. } => {
                    let (message, publisher) = &published[message];
                    if message.context.promoted(BTS.correlation_token).is_some() {
                        continue;
                    }
                    let by: BTreeSet<Endpoint> = match publisher {
                        Publisher::ReceivePort(name) => [Endpoint::ReceivePort(*name)].into(),
                        Publisher::Orchestration { instance, .. } => inside(&preview, services[instance])
                            .into_iter()
                            .map(Endpoint::Orchestration)
                            .collect(),
                        _ => continue,
                    };
                    let to: BTreeSet<Endpoint> = match owner {
                        Subscriber::Activation { service } => [Endpoint::Orchestration(*service)].into(),
                        Subscriber::Instance { instance, .. } => inside(&preview, services[instance])
                            .into_iter()
                            .map(Endpoint::Orchestration)
                            .collect(),
                        Subscriber::SendPort(name) => [Endpoint::SendPort(*name)].into(),
                        Subscriber::SendPortGroup(name) => [Endpoint::SendPortGroup(*name)].into(),
                    };
                    let known = |e: &Endpoint| match e {
                        // An orchestration that was enlisted while the scenario ran.
                        Endpoint::Orchestration(_) => preview.rows.iter().any(|row| row.of == *e),
                        _ => true,
                    };
                    if !to.iter().all(known) {
                        continue;
                    }
                    checked += 1;
                    let foretold = preview
                        .publications
                        .iter()
                        .filter(|p| by.contains(&p.by))
                        .any(|p| p.deliveries.iter().any(|d| to.contains(&preview.rows[d.row].of)));
                    if !foretold {
                        unforeseen.insert(format!("{stem}: {publisher:?} to {owner:?}"));
                    }
                }
                _ => {}
            }
        }
    }
    assert!(unforeseen.is_empty(), "{unforeseen:#?}");
    assert!(checked > 300, "{checked} deliveries");
}
