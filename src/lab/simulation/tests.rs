use super::*;
use crate::journal::Line;
use crate::model::{Application, files};
use crate::program::Program;
use std::path::Path;

fn southridge() -> Arc<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let (application, _) = files::load(&folder).unwrap();
    Program::compile(&application).unwrap().0
}

fn small(program: &Arc<Program>) -> Simulation {
    Simulation { count: 20, replications: 4, ..Simulation::of(program).unwrap() }
}

fn all(program: &Arc<Program>, simulation: &Simulation) -> Results {
    simulate(program, simulation, &mut |_| true).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_numbers_and_another_gives_others() {
    let program = southridge();
    let simulation = small(&program);
    let first = all(&program, &simulation);
    assert_eq!(first, all(&program, &simulation));
    let other = all(&program, &Simulation { seed: 100, ..simulation });
    assert_ne!(first.cases.mean, other.cases.mean);
}

#[test]
fn orders_arrive_and_every_one_is_a_case_with_its_stages() {
    let program = southridge();
    let found = all(&program, &small(&program));
    assert_eq!((found.replications, found.arrived), (4, 80));
    assert_eq!(found.cases.count(), 80);
    assert_eq!((found.cases.completed, found.cases.open, found.cases.suspended), (80, 0, 0));
    assert_eq!(found.kinds.len(), 1, "every case begins at the broker");
    let stage = found.orchestrations.iter().find(|group| group.name.ends_with("CableOrder1Orch")).unwrap();
    assert!(stage.completed >= 70, "{stage:?}");
    assert_eq!(found.bars.iter().map(|bar| bar.count).sum::<u64>(), 80);
    let mean = found.cases.mean.unwrap();
    assert!(mean.value > 4_000.0 && mean.half.is_some_and(|half| half > 0.0), "{mean:?}");
    assert!(found.cases.p50.unwrap().value <= found.cases.p95.unwrap().value);
    assert!(found.cases.p95.unwrap().value <= found.cases.max);
    let replies = found.ports.iter().find(|port| port.port.as_str() == "Provisioning-SP").unwrap();
    assert!(replies.requests > 100 && replies.mean > 200.0, "{replies:?}");
}

#[test]
fn the_field_is_the_bottleneck() {
    let program = southridge();
    let found = all(&program, &small(&program));
    let first = &found.shapes[0];
    assert_eq!(first.service.as_str(), "Southridge.CableOrder1Orch", "{first:?}");
    assert!(first.slow > 0.5 && first.share > 0.4, "{first:?}");
    assert!(found.bottleneck.contains(&first.name), "{}", found.bottleneck);
    let shares: f64 = found.shapes.iter().map(|shape| shape.share).sum();
    assert!(shares <= 1.0 + 1e-9 && shares > 0.95, "the time of the cases is explained: {shares}");
}

#[test]
fn the_worst_case_opens_as_the_run_it_was() {
    let program = southridge();
    let simulation = small(&program);
    let found = all(&program, &simulation);
    let worst = found.worst[0];
    let run = replicate(&program, &simulation, worst.seed).unwrap();
    let began = run.run().events_of_instance(worst.instance).next().unwrap().at;
    let ended = began.plus(TimeSpan::from_millis(worst.took as i64));
    assert!(run.run().events().iter().any(|event| event.at == ended), "something ended then");
    let event = run.run().event(worst.seq).unwrap();
    assert_eq!(crate::journal::instance_of(&event.kind), Some(worst.waiting));
    let again = replicate(&program, &simulation, worst.seed).unwrap();
    assert_eq!(run.journal_text(), again.journal_text());
    // And it is the run that the numbers were drawn from.
    let mut seen = String::new();
    let mut bounded = fresh(&program, worst.seed).bounded(KEPT);
    let mut sums = Sums::default();
    let mut last = 0;
    let drawn = drive(&mut bounded, &program, &simulation, worst.seed, &mut sums, &mut |_| true);
    assert!(drawn.unwrap().is_some());
    for event in bounded.run().events() {
        seen.push_str(&Line { event, origin: bounded.run().start() }.to_string());
        seen.push('\n');
        last = event.seq;
    }
    assert!(run.journal_text().ends_with(&seen));
    assert_eq!(last, run.run().last_seq());
}

#[test]
fn what_an_order_took_is_split_without_rest_among_what_held_it_up() {
    let program = southridge();
    let simulation = small(&program);
    let mut sums = Sums::default();
    sums.begin(3, &simulation);
    let mut run = fresh(&program, 3);
    drive(&mut run, &program, &simulation, 3, &mut sums, &mut |_| true).unwrap();
    for slow in sums.slowest(20) {
        let parts: i64 = slow.case.blame.iter().map(|(_, span)| span.0).sum();
        assert_eq!(parts, slow.case.took.0, "{:?}", slow.case);
    }
}

#[test]
fn answers_without_a_draw_all_take_what_is_set() {
    let program = southridge();
    let simulation = Simulation { answers: Answers::AsSet, in_turn: false, ..small(&program) };
    let simulation = Simulation { messages: vec![simulation.messages[0].clone()], ..simulation };
    let found = all(&program, &simulation);
    let mean = found.cases.mean.unwrap();
    assert!(mean.half.unwrap() < 1e-6, "{mean:?}");
    assert_eq!(mean.value, found.cases.max);
}

#[test]
fn it_ends_when_it_is_told_to_with_what_it_has() {
    let program = southridge();
    let found = simulate(&program, &small(&program), &mut |progress| progress.replications < 2).unwrap();
    assert_eq!(found.replications, 2);
    let none = simulate(&program, &small(&program), &mut |_| false).unwrap();
    assert_eq!((none.replications, none.cases.count()), (0, 0));
}

#[test]
fn replications_are_added_until_the_interval_is_narrow() {
    let program = southridge();
    let few = Simulation { replications: 2, precision: Some(8), ..small(&program) };
    let found = all(&program, &few);
    assert!(found.replications > 2);
    assert!(found.cases.mean.unwrap().relative().unwrap() <= 0.08);
}

#[test]
fn the_warm_up_is_left_out() {
    let program = southridge();
    let found = all(&program, &Simulation { warm_up: 5, ..small(&program) });
    assert_eq!((found.arrived, found.cases.count()), (80, 60));
}

#[test]
fn what_waits_for_ever_is_told() {
    let program = southridge();
    let mut application = Application::clone(&program.application);
    application.partners.retain(|partner| partner.name != "Facilities");
    let program = Program::compile(&application).unwrap().0;
    let found = all(&program, &small(&program));
    assert!(found.cases.open > 60, "{:?}", found.cases);
    assert!(found.unfinished.iter().all(|case| !case.ended && case.held.is_some()));
    let texts: Vec<&str> = found.remarks.iter().filter(|r| !r.good).map(|r| r.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("did not end")), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("Little")), "{texts:?}");
}

#[test]
fn an_application_without_a_starting_message_says_what_to_do() {
    let program = Program::compile(&Application::default()).unwrap().0;
    let refused = Simulation::of(&program).unwrap_err();
    assert_eq!(refused.code, "L15");
    assert!(refused.help.contains("receive port"));
}

#[test]
fn hello_is_simulated_with_the_message_that_starts_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/hello");
    let program = Program::compile(&files::load(&folder).unwrap().0).unwrap().0;
    let simulation = Simulation { count: 10, replications: 2, ..Simulation::of(&program).unwrap() };
    let found = all(&program, &simulation);
    assert_eq!(found.cases.count(), 20);
}
