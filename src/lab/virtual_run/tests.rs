use super::*;
use crate::model::{Block, Loop, PartnerBehavior, PortBinding, Shape, ShapeKind, files};

const GREETING: &str =
    r#"<Greeting xmlns="http://orchestrion.example/hello"><Name>Ana</Name><Text/></Greeting>"#;

fn hello() -> Application {
    files::hello().unwrap()
}

#[test]
fn a_message_goes_in_and_its_answer_is_captured_at_the_address_it_was_sent_to() {
    let mut run = VirtualRun::new(&hello(), 0).unwrap();
    run.submit("Inbox", GREETING.as_bytes());
    run.settle().unwrap();
    let [sent] = run.sent("outbox/%MessageID%.xml") else { panic!("{}", run.journal_text()) };
    assert!(sent.text().contains("Hello, Ana!"), "{}", sent.text());
    assert!(run.journal_text().contains("instance.completed      #1 SayHello"));
}

#[test]
fn the_same_seed_gives_the_same_journal_and_another_one_another_schedule() {
    let journal = |seed| {
        let mut run = VirtualRun::new(&hello(), seed).unwrap();
        for _ in 0..8 {
            run.submit("Inbox", GREETING.as_bytes());
        }
        run.settle().unwrap();
        run.journal_text()
    };
    assert_eq!(journal(5), journal(5));
    let journals: std::collections::BTreeSet<_> = (1..6).map(journal).collect();
    assert!(journals.len() > 1, "seeds choose different orders");
}

#[test]
fn a_failing_address_goes_through_the_ports_retries_in_virtual_time() {
    let mut run = VirtualRun::new(&hello(), 0).unwrap();
    run.fail("outbox/%MessageID%.xml", Some("disk full"));
    run.submit("Inbox", GREETING.as_bytes());
    run.advance(TimeSpan::from_seconds(11 * 60)).unwrap();
    assert_eq!(
        run.journal_text().matches("port.attempt").count(),
        3,
        "at once, after 5 and after 10 minutes"
    );
    run.fail("outbox/%MessageID%.xml", None);
    assert!(run.run_until_idle(TimeSpan::from_seconds(3600)).unwrap());
    assert_eq!(run.sent("outbox/%MessageID%.xml").len(), 1);
    assert_eq!(run.engine().instance_count(), 0);
}

#[test]
fn an_orchestration_that_feeds_itself_is_an_error_that_can_be_looked_at() {
    let mut application = hello();
    let orchestration = application.modules.values_mut().find_map(|m| m.orchestration.as_mut()).unwrap();
    let steps = std::mem::take(&mut orchestration.body);
    let (receive, rest) = steps.split_first().unwrap();
    let endless = ShapeKind::Loop(Loop { condition: "true".into(), body: rest.to_vec() });
    let endless = Shape { kind: endless, name: "for ever".into(), ..rest[0].clone() };
    orchestration.body = Block::from(vec![receive.clone(), endless]);
    let mut run = VirtualRun::new(&application, 0).unwrap();
    run.set_step_limit(500);
    run.submit("Inbox", GREETING.as_bytes());
    let error = run.settle().unwrap_err();
    assert_eq!(error.code, "L01");
    assert!(error.message.contains("the loop \"for ever\""), "{error}");
    assert!(!run.sent("outbox/%MessageID%.xml").is_empty(), "the run stops where it is");
    assert!(run.settle().is_err(), "and can go on");
}

#[test]
fn a_queue_joins_a_send_port_to_a_partner_and_back_to_a_receive_location() {
    let mut application = hello();
    application.bindings.send_ports[0].primary.as_mut().unwrap().address = "queue://Out".into();
    application.bindings.receive_ports[0].locations[0].address = "queue://In".into();
    let partner = |name: &str, behavior| crate::model::Partner {
        name: name.into(),
        description: String::new(),
        behavior,
    };
    application.partners = vec![
        partner(
            "Sender",
            PartnerBehavior::Submit {
                to: "queue://In".into(),
                messages: vec![GREETING.into()],
                every_ms: 500,
                count: 3,
            },
        ),
        partner("Reader", PartnerBehavior::Drain { from: "queue://Out".into() }),
    ];
    assert!(matches!(application.bindings.services[0].ports["ReplyPort"], PortBinding::SendPort(_)));
    let mut run = VirtualRun::new(&application, 0).unwrap();
    assert!(run.run_until_idle(TimeSpan::from_seconds(60)).unwrap());
    assert_eq!(run.sent("queue://Out").len(), 3);
    let totals: Vec<_> = run.partners().states().iter().map(|p| p.total).collect();
    assert_eq!(totals, [3, 3]);
}
