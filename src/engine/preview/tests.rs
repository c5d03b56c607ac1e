use super::*;
use crate::model::files;
use std::collections::BTreeSet;
use std::path::Path;

fn sample(name: &str) -> Application {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    files::load(&folder).unwrap().0
}

fn linked(picture: &Picture, from: &str, to: &str, kind: LinkKind) -> Option<Fit> {
    let is = |node: usize, name: &str| picture.nodes[node].short() == name;
    let link = picture.links.iter().find(|l| l.kind == kind && is(l.from, from) && is(l.to, to));
    link.map(|l| l.fit)
}

#[test]
fn the_picture_of_hello_is_one_line() {
    let picture = Picture::of(&sample("hello"));
    let names: Vec<_> = picture.nodes.iter().map(|n| (n.kind, n.short().to_owned())).collect();
    assert!(names.iter().any(|(k, n)| *k == NodeKind::Orchestration && n == "SayHello"), "{names:?}");
    let said = picture.nodes.iter().position(|n| n.kind == NodeKind::Orchestration).unwrap();
    assert!(
        picture.links.iter().any(|l| l.to == said && l.kind == LinkKind::Message),
        "{:#?}",
        picture.links
    );
    assert!(
        picture.links.iter().any(|l| l.from == said && l.kind == LinkKind::Message),
        "{:#?}",
        picture.links
    );
}

#[test]
fn rows_of_deployment_are_those_of_an_engine() {
    let application = sample("southridge");
    let (program, _) = Program::compile(&application).unwrap();
    let run = crate::engine::Engine::new(Arc::clone(&program), 0, DateTime::default());
    let mut engine = run;
    engine.deploy(&mut Output::default());
    let deployed: Vec<String> = engine.subscriptions().into_iter().map(|row| row.text).collect();
    let preview = Preview::of(&application);
    let standing = preview.rows.iter().filter(|r| matches!(r.kind, RowKind::Activation | RowKind::Port));
    assert_eq!(standing.map(Row::text).collect::<Vec<_>>(), deployed);
}

#[test]
fn southridge_talks_as_it_does() {
    let picture = Picture::of(&sample("southridge"));
    let message = |from, to| linked(&picture, from, to, LinkKind::Message);
    assert!(message("Order-RP", "OrderBrokerOrch").is_some());
    assert!(message("OrderBrokerOrch", "OrderManagerOrch").is_some());
    assert_eq!(message("Vendor-RP", "OrderBrokerOrch"), Some(Fit::Yes), "its pipeline takes nothing else");
    assert_eq!(message("Vendor-RP", "OrderManagerOrch"), None);
    assert_eq!(message("OrderBrokerOrch", "HistoryInsert-SPG"), Some(Fit::Yes));
    assert_eq!(message("ProvisionOrch", "HistoryInsert-SPG"), None);
    assert_eq!(message("Vendor-RP", "BizTalkErrors-SP"), None, "nothing that comes in has failed yet");
    assert_eq!(linked(&picture, "Order-RP", "BizTalkErrors-SP", LinkKind::Failure), Some(Fit::Yes));
    assert_eq!(linked(&picture, "Order-RP-RL", "Order-RP", LinkKind::Belongs), Some(Fit::Yes));
    let calls = picture.links.iter().filter(|l| matches!(l.kind, LinkKind::Call | LinkKind::Start)).count();
    assert!(calls > 3, "{calls}");
    for link in &picture.links {
        assert!(picture.nodes.get(link.from).is_some() && picture.nodes.get(link.to).is_some());
        assert!(link.kind == LinkKind::Belongs || !link.messages.is_empty(), "{link:?}");
    }
}

#[test]
fn rows_are_told_in_plain_words() {
    let preview = Preview::of(&sample("southridge"));
    let words: Vec<String> = preview.rows_at("OrderManager", "FromBrokerPort").map(Row::words).collect();
    assert!(
        words.iter().any(|w| w.contains("type Routing") && w.contains("Status is \"ACCEPTED\"")),
        "{words:#?}"
    );
    assert!(words.iter().any(|w| w.contains("OrderID is that of OrderConvoyCorrelation")), "{words:#?}");
    let broker: Vec<String> = preview
        .rows_of(Endpoint::Orchestration("Southridge.OrderBrokerOrch".into()))
        .map(|(_, r)| r.words())
        .collect();
    assert!(broker.iter().any(|w| w.contains("from receive port Order-RP")), "{broker:#?}");
}

#[test]
fn who_else_gets_a_copy_is_known_before_anything_runs() {
    let mut application = sample("southridge");
    let row = |property: &str, value: &str| crate::model::FilterRow {
        property: property.into(),
        value: value.into(),
        ..Default::default()
    };
    let spy = crate::model::SendPort {
        name: "Spy".into(),
        send_pipeline: "PassThruTransmit".into(),
        primary: Some(crate::model::Transport {
            transport: "FILE".into(),
            address: "spy/%MessageID%.xml".into(),
            ..Default::default()
        }),
        filter: vec![row(
            "BTS.MessageType",
            "\"http://southridge.example/schemas/CSR_OrderRequest#CSR_OrderRequest\"",
        )],
        ..Default::default()
    };
    application.bindings.send_ports.push(spy);
    let picture = Picture::of(&application);
    assert_eq!(linked(&picture, "Vendor-RP", "Spy", LinkKind::Message), Some(Fit::Yes));
    assert_eq!(linked(&picture, "Order-RP", "Spy", LinkKind::Message), Some(Fit::Maybe));
    assert_eq!(
        linked(&picture, "OrderBrokerOrch", "Spy", LinkKind::Message),
        Some(Fit::Yes),
        "its reply too"
    );
    assert_eq!(linked(&picture, "ProvisionOrch", "Spy", LinkKind::Message), None);
}

#[test]
fn what_does_not_compile_is_left_out_and_the_rest_is_seen() {
    let mut application = sample("southridge");
    let broken = application.modules.get_mut("OrderBroker").unwrap().orchestration.as_mut().unwrap();
    broken.ports.iter_mut().for_each(|p| p.port_type = "Gone".into());
    let picture = Picture::of(&application);
    assert!(picture.find(NodeKind::Orchestration, "Southridge.OrderBrokerOrch").is_some());
    assert_eq!(linked(&picture, "OrderBrokerOrch", "OrderManagerOrch", LinkKind::Message), None);
    assert!(linked(&picture, "OrderManagerOrch", "CableOrder1Orch", LinkKind::Message).is_some());
    Picture::of(&Application::default());
}

#[test]
fn rows_that_ask_for_different_values_take_no_message_together() {
    let preview = Preview::of(&sample("southridge"));
    let meets = |one: &str, two: &str| {
        let of = |what: &str| {
            let rows = preview.rows.iter().filter(|row| row.text().contains(what));
            rows.collect::<Vec<_>>()
        };
        let (ones, twos) = (of(one), of(two));
        assert!(!ones.is_empty() && !twos.is_empty(), "{one} {two}");
        ones.iter().any(|one| twos.iter().any(|two| one.meets(two)))
    };
    let types: BTreeSet<String> = (preview.rows.iter())
        .flat_map(|row| &row.groups)
        .filter_map(|group| group.iter().find(|p| p.property == crate::message::BTS.message_type))
        .map(|predicate| predicate.to_string())
        .collect();
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    assert!(types.len() > 2, "{types:?}");
    for (at, one) in types.iter().enumerate() {
        for (other, two) in types.iter().enumerate() {
            let both = preview.rows.iter().any(|row| row.text().contains(one) && row.text().contains(two));
            assert_eq!(meets(one, two), at == other || both, "{one} and {two}");
        }
    }
    for row in &preview.rows {
        assert!(row.meets(row), "{}", row.text());
    }
}
