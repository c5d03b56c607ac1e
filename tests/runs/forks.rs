//! Going back, forking, stopping, changing, saving: a run is a function of its acts.

use crate::build::*;
use orchestrion::engine::{
    Breakpoint, Engine, EventKind, InputKind, InstanceId, InstanceKind, Operation, Output, TransmissionId,
};
use orchestrion::filter::Filter;
use orchestrion::journal::{Stride, Watch, event_name, instance_of};
use orchestrion::lab::{Change, Fault, Moment, RunTree, VirtualRun, first_difference, open, save};
use orchestrion::message::{Name, TimeSpan, Value};
use orchestrion::model::*;
use orchestrion::program::Program;
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// Orders are answered after ten seconds by a partner, unless a cancel with their id comes first.
pub fn orders() -> Application {
    let mut app = app()
        .class("Order", &["Id"])
        .class("Answer", &["Id"])
        .class("Cancel", &["Id"])
        .receive_port("In", "XMLReceive")
        .receive_port("Back", "XMLReceive")
        .receive_port("Stop", "XMLReceive")
        .send_port("Ask")
        .send_port("Out")
        .orchestration(
            orch("O")
                .port("P", IN, "Order", Binding::SpecifyLater)
                .port("A", IN, "Answer", Binding::SpecifyLater)
                .port("C", IN, "Cancel", Binding::SpecifyLater)
                .port("Q", OUT, "Answer", Binding::SpecifyLater)
                .port("R", OUT, "Answer", Binding::SpecifyLater)
                .message("order", "Order")
                .message("ask", "Answer")
                .message("answer", "Answer")
                .message("cancel", "Cancel")
                .variable("count", "System.Int32", "0")
                .set("ById", &["Id"])
                .body(vec![
                    activate("P", "order"),
                    expression("begin", "count = 1;"),
                    construct("ask", "ask.Id = order.Id;"),
                    send("Q", "ask").initializes("ById"),
                    listen(
                        "wait",
                        vec![
                            vec![
                                receive("A", "answer").follows("ById"),
                                expression("answered", "count = count + 1;"),
                            ],
                            vec![receive("C", "cancel").follows("ById"), terminate("stop", "\"cancelled\"")],
                        ],
                    ),
                    send("R", "answer"),
                ]),
        )
        .bind("O", "P", rp("In"))
        .bind("O", "A", rp("Back"))
        .bind("O", "C", rp("Stop"))
        .bind("O", "Q", sp("Ask"))
        .bind("O", "R", sp("Out"))
        .0;
    app.partners.push(Partner {
        name: "Answerer".into(),
        description: String::new(),
        behavior: PartnerBehavior::Echo {
            from: "queue://Ask".into(),
            to: "queue://Back".into(),
            delay_ms: 10_000,
        },
    });
    app
}

#[derive(Clone, Debug)]
enum Do {
    Order(u8),
    Cancel(u8),
    Wait(u16),
    Step,
    Suspend(u64),
    Resume(u64),
    Partner(bool),
    Fail(bool),
}

fn deeds() -> impl Strategy<Value = Vec<Do>> {
    let one = prop_oneof![
        4 => (0..5_u8).prop_map(Do::Order),
        2 => (0..5_u8).prop_map(Do::Cancel),
        4 => (0..20_000_u16).prop_map(Do::Wait),
        3 => Just(Do::Step),
        1 => (1..9_u64).prop_map(Do::Suspend),
        1 => (1..9_u64).prop_map(Do::Resume),
        1 => any::<bool>().prop_map(Do::Partner),
        1 => any::<bool>().prop_map(Do::Fail),
    ];
    prop::collection::vec(one, 1..25)
}

pub fn text(class: &str, id: impl std::fmt::Display) -> Vec<u8> {
    format!("<{class} xmlns=\"http://t\"><Id>{id}</Id></{class}>").into_bytes()
}

fn act(run: &mut VirtualRun, deed: &Do) {
    match deed {
        Do::Order(id) => run.submit("In-RL", text("Order", id)),
        Do::Cancel(id) => run.submit("Stop-RL", text("Cancel", id)),
        Do::Wait(ms) => run.advance(TimeSpan::from_millis(i64::from(*ms))).unwrap(),
        Do::Step => drop(run.step_once()),
        Do::Suspend(id) => run.operate(Operation::SuspendInstance(InstanceId(*id))),
        Do::Resume(id) => run.operate(Operation::ResumeInstance(InstanceId(*id))),
        Do::Partner(on) => {
            run.control("Answerer", if *on { &PartnerControl::Start } else { &PartnerControl::Stop });
        }
        Do::Fail(on) => run.fail("queue://Out", on.then_some("down")),
    }
}

fn played(deeds: &[Do], seed: u64) -> VirtualRun {
    let mut run = VirtualRun::new(&orders(), seed).unwrap();
    deeds.iter().for_each(|deed| act(&mut run, deed));
    run
}

/// Everything of a state that a reader could see.
fn state(engine: &Engine) -> String {
    format!("{:?} {:?} {:?}", engine.now(), engine.instances(), engine.subscriptions())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn going_back_and_forward_again_restores_the_state(deeds in deeds(), seed in 0..4_u64, back in 0..60_usize) {
        let run = played(&deeds, seed);
        let record = run.run();
        // The end of each step, latest first: what stepping back visits.
        let mut visited = vec![record.last_seq()];
        while let Some(seq) = record.previous(*visited.last().unwrap(), &Stride::Turn).filter(|_| visited.len() <= back) {
            visited.push(seq);
        }
        let states: Vec<String> =
            visited.iter().filter_map(|seq| record.state_after_event(*seq)).map(|e| state(&e)).collect();
        let mut at = *visited.last().unwrap();
        let mut again = vec![record.state_after_event(at).map(|e| state(&e))];
        while let Some(seq) = record.next(at, &Stride::Turn) {
            at = seq;
            again.push(record.state_after_event(at).map(|e| state(&e)));
        }
        prop_assert_eq!(at, record.last_seq());
        let again: Vec<String> = again.into_iter().flatten().collect();
        prop_assert_eq!(states, again.into_iter().rev().collect::<Vec<_>>());
        if let Some(last) = record.state_after_event(record.last_seq()) {
            prop_assert_eq!(state(&last), state(run.engine()));
        }
    }

    #[test]
    fn a_fork_without_a_change_stays_equal_for_ever(
        before in deeds(), after in deeds(), seed in 0..4_u64, at in 0..400_u64,
    ) {
        let mut run = played(&before, seed);
        let mut fork = run.fork(at.min(run.run().last_seq()), &[]);
        prop_assert_eq!(first_difference(run.run(), fork.run()), None);
        for deed in &after {
            act(&mut run, deed);
            act(&mut fork, deed);
        }
        prop_assert_eq!(first_difference(run.run(), fork.run()), None);
        prop_assert_eq!(state(run.engine()), state(fork.engine()));
    }

    #[test]
    fn a_saved_run_gives_the_same_bytes_and_the_same_moment(deeds in deeds(), seed in 0..4_u64, at in 0..400_u64) {
        let run = played(&deeds, seed);
        let moment = Moment { seq: at.min(run.run().last_seq()), note: "here".into() };
        let bytes = save(&run, &moment).unwrap();
        let opened = open(&bytes).unwrap();
        prop_assert!(opened.findings.is_empty(), "{:?}", opened.findings);
        prop_assert_eq!(&opened.moment, &moment);
        prop_assert_eq!(opened.run.journal_text(), run.journal_text());
        prop_assert_eq!(state(opened.run.engine()), state(run.engine()));
        prop_assert_eq!(save(&opened.run, &moment).unwrap(), bytes);
    }

    #[test]
    fn damaged_and_foreign_files_are_refused(cut in 0..4000_usize, at in 0..4000_usize, by in 1..255_u8) {
        let run = played(&[Do::Order(1), Do::Wait(12_000)], 0);
        let bytes = save(&run, &Moment::default()).unwrap();
        let mut changed = bytes.clone();
        let at = at % changed.len();
        changed[at] ^= by;
        for hostile in [&bytes[..cut % bytes.len()], &changed, b"ORCHRUN1", b"PK\x03\x04 not ours"] {
            let found = open(hostile).map(drop).unwrap_err();
            prop_assert!(found.iter().all(|d| d.code == "L11" && !d.help.is_empty()), "{found:?}");
        }
    }
}

/// The input that brought an order.
fn order_input(run: &VirtualRun) -> u64 {
    let record = run.run();
    let seq = record.events().iter().find(|e| event_name(&e.kind) == "message.received").unwrap().seq;
    run.input_number(seq).unwrap()
}

fn sent(run: &VirtualRun) -> usize {
    run.sent("queue://Out").len()
}

/// A port hands a message to its adapter: the event's number, the input that made it so, and which transmission it is.
fn attempt(run: &VirtualRun, to: &str) -> (u64, u64, TransmissionId) {
    let found = run.run().events().iter().find_map(|event| match &event.kind {
        EventKind::PortAttempt { port, transmission, .. } if port.as_str() == to => {
            Some((event.seq, *transmission))
        }
        _ => None,
    });
    let (seq, id) = found.unwrap();
    (seq, run.input_number(seq).unwrap(), id)
}

#[test]
fn a_fork_loses_holds_up_doubles_and_spoils_what_a_port_sends() {
    let run = played(&[Do::Order(1), Do::Wait(15_000)], 0);
    let (seq, input, id) = attempt(&run, "Ask");
    let mut tree = RunTree::new("main", run);
    let mut fork = |name: &str, fault: Fault| {
        let fault = Fault::Sent { id, fault: Box::new(fault) };
        tree.fork("main", seq, &[Change { input, fault }], name).unwrap();
        let run = &tree.branch(name).unwrap().run;
        let asked = run.sent("queue://Ask").iter().map(|sent| sent.text()).collect::<Vec<_>>();
        let answers = run.run().events().iter().filter(
            |event| matches!(&event.kind, EventKind::MessageReceived { port, .. } if port.as_str() == "Back"),
        );
        (asked, answers.count(), sent(run))
    };
    let (asked, answers, out) = fork("as it was", Fault::Delay(TimeSpan(0)));
    assert_eq!((asked.len(), answers, out), (1, 1, 1));
    let whole = asked[0].clone();
    assert_eq!(fork("lost", Fault::Drop), (Vec::new(), 0, 0), "the partner never hears of it");
    let (asked, answers, _) = fork("late", Fault::Delay(TimeSpan::from_seconds(7)));
    assert_eq!((asked, answers), (vec![whole.clone()], 0), "it comes, and its answer has not by then");
    let (asked, answers, out) = fork("twice", Fault::Duplicate);
    assert_eq!((asked.len(), answers, out), (2, 2, 1), "the second answer finds nobody who waits");
    let (asked, ..) = fork("spoilt", Fault::Corrupt);
    assert!(whole.starts_with(&asked[0]) && asked[0].len() == whole.len() / 2);
    let (asked, ..) = fork("other", Fault::Replace(text("Answer", 9).into()));
    assert_eq!(asked, [String::from_utf8(text("Answer", 9)).unwrap()]);

    // Once the adapter has it the port is done: the run tells the loss only by what does not come back.
    let lost = &tree.branch("lost").unwrap().run;
    assert!(
        lost.run()
            .events()
            .iter()
            .any(|e| matches!(&e.kind, EventKind::PortSent { port, .. } if port.as_str() == "Ask"))
    );
    // A saved fork is the same fork.
    let late = &tree.branch("late").unwrap().run;
    let last = Moment { seq: late.run().last_seq(), note: String::new() };
    let opened = open(&save(late, &last).unwrap()).unwrap();
    assert_eq!(opened.run.journal_text(), late.journal_text());
}

#[test]
fn a_fork_loses_holds_up_doubles_and_spoils_a_message() {
    let run = played(&[Do::Order(1), Do::Wait(15_000)], 0);
    assert_eq!(sent(&run), 1);
    let input = order_input(&run);
    let mut tree = RunTree::new("main", run);
    let from = 1;
    let mut fork = |name: &str, fault: Fault| {
        tree.fork("main", from, &[Change { input, fault }], name).unwrap();
        let difference = tree.difference("main", name);
        (sent(&tree.branch(name).unwrap().run), difference)
    };
    let (count, difference) = fork("lost", Fault::Drop);
    assert_eq!(count, 0);
    assert_eq!(difference.map(|d| d.right), Some(None), "nothing happens in it");
    let (count, difference) = fork("late", Fault::Delay(TimeSpan::from_seconds(7)));
    assert_eq!(count, 0, "its answer has not come yet");
    let difference = difference.unwrap();
    assert_eq!(difference.right.unwrap().at.since(difference.left.unwrap().at), TimeSpan::from_seconds(7));
    assert_eq!(fork("doubled", Fault::Duplicate).0, 2, "two orders of one id are both answered");
    let corrupt = fork("spoilt", Fault::Corrupt).1.unwrap();
    assert!(corrupt.right.is_some_and(|event| event_name(&event.kind) == "message.received"));
    assert_eq!(fork("other", Fault::Replace(text("Order", 9).into())).0, 1);
    let down = Fault::FailPort { address: "queue://Out".into(), error: "down".into() };
    assert_eq!(fork("down", down).0, 0);
    let stop =
        InputKind::Operate(Operation::SetSendPort { port: Name::new("Ask"), state: PortState::Stopped });
    assert_eq!(fork("stopped", Fault::Before(Box::new(stop))).0, 0);

    let refused =
        tree.fork("main", 1, &[Change { input: input + 1, fault: Fault::Drop }], "turn").unwrap_err();
    assert_eq!(refused.code, "L10");
    assert!(tree.fork("main", 1, &[], "late").is_err(), "the name is taken");
    assert!(tree.rename("late", "seven seconds") && tree.discard("lost") && !tree.discard("lost"));
    assert_eq!(tree.branch("seven seconds").unwrap().what, ["the message comes 00:00:07.000 later"]);
}

#[test]
fn a_condition_and_a_count_decide_where_a_breakpoint_stops() {
    let mut run = VirtualRun::new(&orders(), 0).unwrap();
    let breakpoint =
        Breakpoint { orchestration: Name::new("T.O"), shape: Name::new("begin"), instance: None };
    run.operate(Operation::SetBreakpoint { breakpoint, on: true });
    run.operate(Operation::SetCondition {
        breakpoint,
        filter: "P.Id > 2 and var.count == 0".into(),
        hits: 2,
    });
    for id in 1..=5 {
        run.submit("In-RL", text("Order", id));
    }
    run.settle().unwrap();
    let stopped: Vec<u64> = run
        .run()
        .events()
        .iter()
        .filter(|event| matches!(event.kind, EventKind::BreakpointHit { .. }))
        .filter_map(|event| instance_of(&event.kind).map(|id| id.0))
        .collect();
    let orders: Vec<u64> = run
        .run()
        .events()
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Instance {
                instance,
                service,
                change: orchestrion::engine::InstanceChange::Created,
            } if service.as_str() == "T.O" => Some(instance.0),
            _ => None,
        })
        .collect();
    assert_eq!(stopped, orders[3..], "the third order is the first hit, so the fourth and fifth stop");
    assert_eq!(run.engine().condition(&breakpoint).map(|c| c.seen), Some(3));
    run.operate(Operation::SetCondition { breakpoint, filter: "nonsense ==".into(), hits: 0 });
    let refused = run.run().events().last().unwrap();
    assert_eq!(event_name(&refused.kind), "operation.refused");
}

#[test]
fn what_a_person_changes_is_recorded_and_replayed() {
    let mut run = VirtualRun::new(&orders(), 0).unwrap();
    run.submit("In-RL", text("Order", 1));
    run.settle().unwrap();
    let id = run.engine().instances().into_iter().find(|v| v.kind == InstanceKind::Orchestration).unwrap().id;
    run.operate(Operation::SetVariable { instance: id, variable: Name::new("count"), value: "41".into() });
    let body = String::from_utf8(text("Order", "changed")).unwrap();
    run.operate(Operation::EditMessage { instance: id, message: Name::new("order"), body });
    for wrong in [
        Operation::SetVariable { instance: id, variable: Name::new("count"), value: "many".into() },
        Operation::SetVariable { instance: id, variable: Name::new("nobody"), value: "1".into() },
        Operation::SetVariable { instance: InstanceId(99), variable: Name::new("count"), value: "1".into() },
        Operation::EditMessage { instance: id, message: Name::new("order"), body: "<Order".into() },
        Operation::EditMessage { instance: id, message: Name::new("answer"), body: "<Answer/>".into() },
    ] {
        run.operate(wrong);
        assert_eq!(event_name(&run.run().events().last().unwrap().kind), "operation.refused");
    }
    let set_at = run.run().last_seq();
    let view = run.engine().instance(id).unwrap();
    let order = view.messages.iter().find(|m| m.variable.as_str() == "order").unwrap();
    assert_eq!(order.message.context.promoted(Name::new("P.Id")), Some(&Value::string("changed")));
    run.advance(TimeSpan::from_seconds(10)).unwrap();
    let change = run.run().last_change(id, Name::new("count"), set_at).unwrap();
    assert_eq!((change.before, change.after), (Some(Value::Int32(1)), Some(Value::Int32(41))));
    let end = run.run().last_change(id, Name::new("count"), run.run().last_seq()).unwrap();
    assert_eq!(end.seq, change.seq, "its last turn ends the instance with its variables");
    let again = open(&save(&run, &Moment::default()).unwrap()).unwrap();
    assert_eq!(again.run.journal_text(), run.journal_text());
}

#[test]
fn a_watch_stops_the_run_at_what_it_waits_for() {
    let mut run = VirtualRun::new(&orders(), 0).unwrap();
    let watch = |text: &str, hits| Watch::new(Filter::parse(text).unwrap(), hits);
    run.watch(vec![
        watch("event == routing.failed", 0),
        watch("event == message.published and message.type == Order", 2),
        watch("event == exception.thrown", 0),
    ]);
    run.submit("In-RL", text("Order", 1));
    run.settle().unwrap();
    assert_eq!(run.halted(), None);
    run.submit("In-RL", text("Order", 2));
    let halt = run.halted().unwrap();
    assert_eq!(halt.watch, 1);
    let now = run.now();
    run.advance(TimeSpan::from_seconds(60)).unwrap();
    assert_eq!(run.now(), now, "it stands");
    run.go_on();
    run.submit("Back-RL", text("Answer", "nobody"));
    assert_eq!(run.halted().map(|halt| halt.watch), Some(0));
}

#[test]
fn a_record_is_walked_by_event_turn_shape_message_instance_and_problem() {
    let run = played(&[Do::Order(1), Do::Wait(15_000), Do::Cancel(9), Do::Wait(10)], 0);
    let record = run.run();
    let strides = [
        Stride::Event,
        Stride::Turn,
        Stride::Shape(None),
        Stride::Message(None),
        Stride::Instance(None),
        Stride::Problem,
        Stride::Matching(Filter::parse("event == message.published").unwrap()),
    ];
    for stride in strides {
        let mut forward = Vec::new();
        let mut at = record.forgotten();
        while let Some(seq) = record.next(at, &stride) {
            assert!(seq > at, "{stride:?}");
            forward.push(seq);
            at = seq;
        }
        let mut backward = Vec::new();
        let mut at = record.last_seq() + 1;
        while let Some(seq) = record.previous(at, &stride) {
            backward.push(seq);
            at = seq;
        }
        backward.reverse();
        let deployed = forward.first().map_or(0, |first| backward.iter().filter(|seq| *seq < first).count());
        assert_eq!(forward, backward[deployed..], "{stride:?}");
        assert!(!forward.is_empty(), "{stride:?}");
    }
    let problem = record.next(0, &Stride::Problem).unwrap();
    let what = record.events_until(problem).last().unwrap();
    assert_eq!(event_name(&what.kind), "routing.failed", "nobody follows order 9");
}

#[test]
fn the_same_acts_give_the_same_run_with_a_program_compiled_again() {
    let run = played(&[Do::Order(1), Do::Order(2), Do::Wait(3_000), Do::Cancel(1), Do::Wait(20_000)], 3);
    let (program, _) = Program::compile(&orders()).unwrap();
    let again =
        VirtualRun::with_program(Arc::clone(&program), 3, run.run().start()).replayed(&[], run.acts());
    assert_eq!(again.journal_text(), run.journal_text());
    let mut engine = Engine::new(program, 3, run.run().start());
    let mut output = Output::default();
    engine.deploy(&mut output);
    run.run().inputs().for_each(|input| engine.step(input.clone(), &mut output));
    assert_eq!(output.events, run.run().events());
}

#[test]
fn what_a_scenario_cannot_say_is_told_when_it_was_done() {
    use orchestrion::lab::scenario::keep;
    let mut run = played(&[Do::Order(1), Do::Wait(3_000)], 0);
    let waits = run.run().events().iter().find_map(|event| match event.kind {
        EventKind::SetInitialized { instance, .. } => Some(instance),
        _ => None,
    });
    for value in ["many", "7", "few"] {
        let (instance, variable) = (waits.unwrap(), Name::new("count"));
        run.operate(Operation::SetVariable { instance, variable, value: value.into() });
    }
    let kept = keep(&run, "Set", &orders());
    assert_eq!(kept.lost, ["count of T.O, number 1 was set to 7."]);
}

#[test]
fn a_run_kept_as_a_scenario_passes_and_notices_a_change() {
    use orchestrion::lab::scenario::{Options, Prepared, keep};
    let deeds = [
        Do::Order(1),
        Do::Order(2),
        Do::Wait(3_000),
        Do::Cancel(1),
        Do::Partner(false),
        Do::Order(3),
        Do::Wait(20_000),
    ];
    let mut run = played(&deeds, 0);
    run.operate(Operation::TerminateInstance(InstanceId(999)));
    let kept = keep(&run, "What happened", &orders());
    assert_eq!(kept.lost, Vec::<String>::new(), "what was refused did nothing");
    assert!(
        kept.proposals.iter().any(|p| p.sentence.contains("3 instances of T.O")),
        "{:#?}",
        kept.proposals
    );
    let mut application = orders();
    application.scenarios.insert("kept".into(), kept.expecting(&kept.proposals));
    let played = Prepared::new(&application, "kept").unwrap().play(&Options::default());
    assert!(played.failures.is_empty(), "{:#?}", played.failures);
    // The partner is too slow now.
    let PartnerBehavior::Echo { delay_ms, .. } = &mut application.partners[0].behavior else { panic!() };
    *delay_ms = 60_000;
    let changed = Prepared::new(&application, "kept").unwrap().play(&Options::default());
    assert!(!changed.failures.is_empty());
}

#[test]
fn a_fork_leaves_behind_where_one_stopped_to_look() {
    let mut run = VirtualRun::new(&orders(), 0).unwrap();
    let breakpoint =
        Breakpoint { orchestration: Name::new("T.O"), shape: Name::new("begin"), instance: None };
    run.operate(Operation::SetBreakpoint { breakpoint, on: true });
    for id in 1..=3 {
        run.submit("In-RL", text("Order", id));
        run.settle().unwrap();
        let held = run
            .engine()
            .instances()
            .into_iter()
            .find(|own| own.status.label() == "In breakpoint")
            .unwrap()
            .id;
        run.operate(Operation::ContinueInstance(held));
        run.advance(TimeSpan(TimeSpan::TICKS_PER_SECOND)).unwrap();
    }
    let change =
        Change { input: order_input(&run), fault: Fault::Delay(TimeSpan(TimeSpan::TICKS_PER_SECOND)) };
    let fork = run.fork(1, &[change]);
    let after =
        |name: &str| fork.run().events().iter().filter(|event| event_name(&event.kind) == name).count();
    assert_eq!((after("operation.refused"), after("instance.breakpoint")), (0, 0), "{}", fork.journal_text());
    let began = |run: &VirtualRun| {
        let shape = |kind: &EventKind| matches!(kind, EventKind::ShapeCompleted { shape, .. } if shape.as_str() == "begin");
        run.run().events().iter().filter(|event| shape(&event.kind)).count()
    };
    assert_eq!((began(&run), began(&fork)), (3, 3), "all orders are begun in both");
}

/// What a vocabulary does before its scenarios was not done in a run that somebody watched.
#[test]
fn a_run_of_the_sample_is_kept_as_it_was() {
    use orchestrion::lab::scenario::{Options, Prepared, keep};
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let mut application = orchestrion::model::files::load(&sample).unwrap().0;
    let mut run = VirtualRun::new(&application, 0).unwrap();
    run.advance(TimeSpan(TimeSpan::TICKS_PER_SECOND * 20)).unwrap();
    let kept = keep(&run, "Watched", &application);
    let other: Vec<_> = kept.proposals.iter().filter(|own| !own.repeats).map(|own| &own.sentence).collect();
    assert!(kept.scenario.alone && kept.lost.is_empty() && other.is_empty(), "{:?} {other:#?}", kept.lost);
    application.scenarios.insert("kept".into(), kept.expecting(&kept.proposals));
    let played = Prepared::new(&application, "kept").unwrap().play(&Options::default());
    assert!(played.failures.is_empty(), "{:#?}", played.failures);
}
