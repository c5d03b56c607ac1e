//! Explanations agree with what happened.

use crate::build::*;
use orchestrion::engine::{Engine, Event, EventKind, Fate, InstanceId, Operation, Output, Subscriber};
use orchestrion::lab::VirtualRun;
use orchestrion::lab::scenario::{Options, Prepared};
use orchestrion::message::{Name, TimeSpan, Value};
use orchestrion::model::files::load;
use orchestrion::model::{Application, Binding, FilterRow};
use orchestrion::program::Program;
use orchestrion::why::{self, Subject};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

fn southridge() -> Application {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge")).unwrap().0
}

/// Over every routing decision of every scenario of the flagship sample, the explanation says what was delivered.
#[test]
fn explanations_agree_with_deliveries_in_all_scenarios() {
    let application = southridge();
    let mut routings = 0;
    let scenarios: Vec<&String> = application.scenarios.keys().collect();
    assert!(scenarios.len() >= 62);
    for stem in scenarios {
        let played = Prepared::new(&application, stem).unwrap().play(&Options::default());
        let record = played.run.run();
        let program = Arc::clone(record.engine().program());
        let mut engine = Engine::new(program, record.engine().core().seed, record.start());
        let mut output = Output::default();
        engine.deploy(&mut output);
        for input in record.inputs() {
            output = Output { trace: Some(Box::default()), ..Output::default() };
            engine.step(input.clone(), &mut output);
            for (number, routing) in output.trace.iter().flat_map(|t| &t.routings).enumerate() {
                routings += 1;
                let said: BTreeSet<u64> = routing
                    .rows
                    .iter()
                    .filter(|row| row.fate == Fate::Delivered)
                    .map(|row| row.subscription.id.0)
                    .collect();
                let done: BTreeSet<u64> = output
                    .events
                    .iter()
                    .filter_map(|event| match &event.kind {
                        EventKind::SubscriptionMatched { subscription, message, .. }
                            if *message == routing.message.id =>
                        {
                            Some(subscription.0)
                        }
                        _ => None,
                    })
                    .collect();
                assert_eq!(said, done, "{stem}: {}", routing.message.id);
                for row in &routing.rows {
                    let holds = row.groups.iter().any(|group| group.iter().all(|verdict| verdict.holds));
                    assert_eq!(holds, row.fate != Fate::Missed, "{stem}: {:?}", row.subscription.text);
                }
                // The whole explanation of the first of a step: it is the same code for all.
                if number == 0 && routings % 7 == 0 {
                    let explained = why::explain(&engine, routing);
                    assert_eq!(explained.proofs.len(), routing.rows.len());
                    assert_eq!(explained.delivered().count(), done.len());
                    assert!(!explained.sentence.is_empty());
                }
            }
        }
        assert!(engine.same_progress(record.engine()), "{stem}: the replay is the run");
    }
    assert!(routings > 1_000, "{routings} routing decisions");
}

/// An orchestration that counts the length of an order and decides by it.
fn deciding() -> Application {
    app()
        .class("Order", &["Id", "Status"])
        .class("Answer", &["Id", "Status"])
        .receive_port("In", "XMLReceive")
        .send_port("Out")
        .orchestration(
            orch("O")
                .port("P", IN, "Order", Binding::SpecifyLater)
                .port("Q", OUT, "Answer", Binding::SpecifyLater)
                .message("order", "Order")
                .message("answer", "Answer")
                .variable("count", "System.Int32", "1")
                .variable("text", "System.String", "")
                .body(vec![
                    activate("P", "order"),
                    expression("measure", "count = count + 1; text = order.Id + \"-\" + order.Status;"),
                    decide(
                        "enough",
                        vec![
                            (
                                "count > 5 && order.Status == \"NEW\" || text == \"7-NEW\"",
                                vec![expression("yes", "count = 10;")],
                            ),
                            ("", vec![]),
                        ],
                    ),
                    construct("answer", "answer.Id = order.Id; answer.Status = text;"),
                    send("Q", "answer"),
                    delay("rest", "new System.TimeSpan(1, 0, 0)"),
                ]),
        )
        .bind("O", "P", rp("In"))
        .bind("O", "Q", sp("Out"))
        .0
}

fn decided() -> (VirtualRun, Arc<Program>) {
    let application = deciding();
    let mut run = VirtualRun::new(&application, 0).unwrap();
    let text = "<Order xmlns=\"http://t\"><Id>7</Id><Status>NEW</Status></Order>";
    run.submit("In-RL", text.as_bytes().to_vec());
    run.advance(TimeSpan::from_seconds(5)).unwrap();
    (run, Program::traced(&application))
}

fn started(run: &VirtualRun, wanted: &str) -> u64 {
    let started = run.run().events().iter().find(
        |event| matches!(&event.kind, EventKind::ShapeStarted { shape, .. } if shape.as_str() == wanted),
    );
    started.unwrap().seq
}

#[test]
fn every_sub_expression_of_a_decision_has_its_value() {
    let (run, traced) = decided();
    let judged = why::evaluations(run.run(), &traced, started(&run, "enough 0"));
    let decision = judged.iter().find(|j| j.text.starts_with("count > 5")).unwrap();
    let values: Vec<String> =
        decision.parts.iter().map(|part| format!("{} = {:?}", part.text, part.value)).collect();
    assert_eq!(decision.value, Some(Value::Bool(true)), "{values:#?}");
    let value_of =
        |text: &str| decision.parts.iter().find(|part| part.text == text).map(|part| part.value.clone());
    assert_eq!(value_of("count"), Some(Value::Int32(2)));
    assert_eq!(value_of("count > 5"), Some(Value::Bool(false)));
    assert_eq!(value_of("order.Status"), None, "&& did not look at it");
    assert_eq!(value_of("text"), Some(Value::string("7-NEW")));
    assert_eq!(
        decision.sentence,
        "count > 5 && order.Status == \"NEW\" || text == \"7-NEW\" is true, as count is 2 and text is \"7-NEW\"."
    );
}

#[test]
fn a_traced_program_does_the_same_as_the_ordinary_one() {
    let (run, traced) = decided();
    let record = run.run();
    let mut engine = Engine::new(traced, record.engine().core().seed, record.start());
    let mut output = Output::default();
    engine.deploy(&mut output);
    record.inputs().for_each(|input| engine.step(input.clone(), &mut output));
    assert_eq!(output.events, record.events());
}

#[test]
fn a_value_is_followed_back_to_the_message_it_came_from() {
    let (run, traced) = decided();
    let subject = Subject {
        instance: InstanceId(1),
        service: Name::new("T.O"),
        name: Name::new("answer"),
        field: ".Status".into(),
    };
    let origin = why::lineage(run.run(), &traced, &subject, run.run().last_seq());
    assert!(origin.sentence.contains("ran answer.Status = text;"), "{}", origin.sentence);
    let text = &origin.from[0];
    assert!(text.sentence.contains("text = order.Id + \"-\" + order.Status;"), "{}", text.sentence);
    assert_eq!(text.value, Some(Value::string("7-NEW")));
    let fields: Vec<&str> = text.from.iter().map(|origin| origin.subject.field.as_str()).collect();
    assert_eq!(fields, [".Id", ".Status"]);
    for field in &text.from {
        assert!(field.sentence.contains("from receive port In"), "{}", field.sentence);
        assert!(field.message.is_some());
    }
    let count = Subject { name: Name::new("count"), field: String::new(), ..subject };
    let last = why::lineage(run.run(), &traced, &count, run.run().last_seq());
    assert!(last.sentence.contains("count = 10;"), "{}", last.sentence);
    let before = why::lineage(run.run(), &traced, &count, started(&run, "yes") - 1);
    assert_eq!(before.value, Some(Value::Int32(2)));
    assert!(before.from[0].sentence.contains("from the beginning"), "{}", before.from[0].sentence);
}

#[test]
fn a_value_that_somebody_set_comes_from_there() {
    let (mut run, traced) = decided();
    let (instance, count, answer) = (InstanceId(1), Name::new("count"), Name::new("answer"));
    let subject = |name| Subject { instance, service: Name::new("T.O"), name, field: String::new() };
    let before = run.run().last_seq();
    run.operate(Operation::SetVariable { instance, variable: count, value: "3".into() });
    let body = "<Answer xmlns=\"http://t\"><Id>8</Id><Status>OLD</Status></Answer>".into();
    run.operate(Operation::EditMessage { instance, message: answer, body });
    let origin = |subject, seq| why::lineage(run.run(), &traced, &subject, seq);
    let set = origin(subject(count), run.run().last_seq());
    assert_eq!(set.sentence, "Somebody set count to 3.");
    assert_eq!((set.value, set.shape), (Some(Value::Int32(3)), None));
    assert!(set.seq.is_some_and(|seq| seq > before));
    assert!(origin(subject(count), before).sentence.contains("count = 10;"), "not before it was set");
    let edited = origin(Subject { field: ".Status".into(), ..subject(answer) }, run.run().last_seq());
    assert!(edited.sentence.starts_with("Somebody changed answer, "), "{}", edited.sentence);
    assert!(edited.message.is_some() && edited.from.is_empty());
}

/// An order waits for its answer. What fails goes to a port for errors.
fn asking() -> Application {
    app()
        .class("Order", &["Id", "Status"])
        .class("Answer", &["Id", "Status"])
        .receive_port("In", "XMLReceive")
        .receive_port("Back", "XMLReceive")
        .send_port("Errors")
        .with_send_port(|port| {
            let property = "ErrorReport.ErrorType".into();
            let row = FilterRow { property, value: "\"FailedMessage\"".into(), ..FilterRow::default() };
            port.filter = vec![row];
        })
        .orchestration(
            orch("O")
                .port("P", IN, "Order", Binding::SpecifyLater)
                .port("A", IN, "Answer", Binding::SpecifyLater)
                .message("order", "Order")
                .message("answer", "Answer")
                .set("ById", &["Id"])
                .body(vec![
                    activate("P", "order").initializes("ById"),
                    receive("A", "answer").follows("ById"),
                ]),
        )
        .bind("O", "P", rp("In"))
        .bind("O", "A", rp("Back"))
        .0
}

fn text(class: &str, id: &str) -> Vec<u8> {
    format!("<{class} xmlns=\"http://t\"><Id>{id}</Id></{class}>").into_bytes()
}

#[test]
fn a_wait_names_what_would_end_it_and_what_came_close() {
    let (run, _) = decided();
    let waits = why::waiting(run.engine(), run.run(), InstanceId(1));
    assert_eq!(waits.len(), 1);
    assert_eq!(waits[0].sentence, "Delay \"rest\" waits for Delay \"rest\" at 01:00:00.000.");

    let mut run = VirtualRun::new(&asking(), 0).unwrap();
    run.submit("In-RL", text("Order", "7"));
    run.settle().unwrap();
    run.submit("Back-RL", text("Answer", "8"));
    run.settle().unwrap();
    let waits = why::waiting(run.engine(), run.run(), InstanceId(1));
    assert!(waits[0].sentence.contains("P.Id == \"7\""), "{}", waits[0].sentence);
    let close = &waits[0].close[0];
    assert!(close.sentence.contains("P.Id is \"8\", not \"7\""), "{}", close.sentence);

    let kept = run.engine().instances().into_iter().find(|view| view.reason.is_some()).unwrap();
    let standstill = why::suspended(run.engine(), run.run(), kept.id).unwrap();
    assert!(standstill.sentence.contains("No subscribers"), "{}", standstill.sentence);
    assert!(!standstill.next.is_empty() && standstill.operation.is_some());
}

/// Whoever had waited for a message is named with its end; a port for what failed is not the remedy.
#[test]
fn a_message_for_who_has_ended_names_it() {
    let mut run = VirtualRun::new(&asking(), 0).unwrap();
    run.submit("In-RL", text("Order", "7"));
    run.settle().unwrap();
    run.advance(TimeSpan::from_seconds(3)).unwrap();
    run.operate(Operation::TerminateInstance(InstanceId(1)));
    run.advance(TimeSpan::from_seconds(1)).unwrap();
    run.submit("Back-RL", text("Answer", "7"));
    run.settle().unwrap();
    let record = run.run();
    let published = |event: &&Event| matches!(event.kind, EventKind::MessagePublished { .. });
    let answer = record.events().iter().rfind(published).unwrap().seq;
    let told = why::delivery(record, answer).unwrap();
    let gone = &told.misses[0];
    assert!(gone.is_gone());
    assert_eq!(
        gone.sentence,
        "It did not go to #1 of T.O at port A: that waited for it, and was terminated at 00:00:03.000."
    );
    assert!(told.fixes().all(|fix| !fix.title.contains("Errors")), "{:?}", told.misses);
    let kept = run.engine().instances().into_iter().find(|view| view.reason.is_some()).unwrap();
    let standstill = why::suspended(run.engine(), record, kept.id).unwrap();
    assert!(standstill.sentence.ends_with(&gone.sentence), "{}", standstill.sentence);
    assert!(!standstill.next.contains("Errors"), "{}", standstill.next);

    // Another order's answer has nobody who waited for it.
    run.submit("Back-RL", text("Answer", "8"));
    run.settle().unwrap();
    let answer = run.run().events().iter().rfind(published).unwrap().seq;
    assert!(why::delivery(run.run(), answer).unwrap().misses.iter().all(|miss| !miss.is_gone()));
}

/// What goes to an instance at any moment of a scenario is never said to have come too early for it.
#[test]
fn what_is_on_its_way_to_an_instance_came_in_time() {
    let application = southridge();
    let played = Prepared::new(&application, "a01-new-order").unwrap().play(&Options::default());
    let record = played.run.run();
    let mut told = 0;
    let seqs: Vec<u64> = record.events().iter().map(|event| event.seq).collect();
    for seq in seqs.iter().step_by(7) {
        let Some(engine) = record.state_after_event(*seq) else { continue };
        for id in engine.instances().iter().map(|view| view.id) {
            let came = |kind: &EventKind| match kind {
                EventKind::SubscriptionMatched { owner: Subscriber::Instance { instance, .. }, .. }
                | EventKind::MessageConsumed { instance, .. } => *instance == id,
                _ => false,
            };
            for close in why::waiting(&engine, record, id).into_iter().flat_map(|wait| wait.close) {
                told += 1;
                let came = record.events_of_message(close.message).any(|event| came(&event.kind));
                let too_early = close.sentence.contains("before it was subscribed to");
                assert!(!(too_early && came), "event {seq}: {}", close.sentence);
            }
        }
    }
    assert!(told > 100, "{told}");
}
