//! Same model, same inputs, same seed: the same journal, byte for byte (principle 2).

use orchestrion::engine::{Engine, Input, Output};
use orchestrion::lab::VirtualRun;
use orchestrion::message::{DateTime, TimeSpan};
use orchestrion::model::files::load;
use orchestrion::program::Program;
use std::path::Path;
use std::sync::Arc;

fn southridge() -> Arc<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    Program::compile(&load(&folder).unwrap().0).unwrap().0
}

/// The sample's own partners submit orders; the seed also picks which ready instance runs next.
fn play(program: &Arc<Program>, seed: u64, seconds: i64) -> VirtualRun {
    let mut run = VirtualRun::with_program(Arc::clone(program), seed, DateTime(639_000_000_000_000_000));
    run.advance(TimeSpan::from_seconds(seconds)).unwrap();
    run
}

#[test]
fn a_thousand_seeds_give_the_same_journal_twice() {
    let program = southridge();
    let mut different = 0;
    let mut last = String::new();
    for seed in 0..1_000 {
        let first = play(&program, seed, 9).journal_text();
        let second = play(&program, seed, 9).journal_text();
        assert!(first == second, "seed {seed} gave two journals");
        assert!(first.contains("instance.completed"), "orders went through");
        different += usize::from(first != last);
        last = first;
    }
    assert!(different > 900, "the seed matters: {different}");
}

#[test]
fn replaying_the_inputs_gives_the_same_events() {
    let program = southridge();
    let run = play(&program, 7, 30);
    let inputs: Vec<Input> = run.run().inputs().cloned().collect();
    let mut engine = Engine::new(Arc::clone(&program), 7, DateTime(639_000_000_000_000_000));
    let mut output = Output::default();
    engine.deploy(&mut output);
    for input in inputs {
        engine.step(input, &mut output);
    }
    let recorded = run.run().events();
    assert_eq!(output.events.len(), recorded.len());
    assert!(output.events == recorded);
}

#[test]
fn a_checkpoint_on_paper_goes_on_like_the_original() {
    let program = southridge();
    let run = play(&program, 3, 20);
    let inputs: Vec<Input> = run.run().inputs().cloned().collect();
    let half = inputs.len() / 2;
    let mut engine = Engine::new(Arc::clone(&program), 3, DateTime(639_000_000_000_000_000));
    let mut output = Output::default();
    engine.deploy(&mut output);
    for input in inputs.iter().take(half) {
        engine.step(input.clone(), &mut output);
    }
    let paper = ron::to_string(engine.core()).unwrap();
    let mut restored = Engine::restore(Arc::clone(&program), ron::from_str(&paper).unwrap());
    let mut replayed = Output::default();
    output = Output::default();
    for input in inputs.into_iter().skip(half) {
        engine.step(input.clone(), &mut output);
        restored.step(input, &mut replayed);
    }
    assert!(output == replayed);
}

#[test]
fn a_run_restored_after_every_persistence_point_has_the_same_journal() {
    let program = southridge();
    for seed in 0..20 {
        let start = DateTime(639_000_000_000_000_000);
        let mut restored = VirtualRun::with_program(Arc::clone(&program), seed, start).reloading();
        restored.advance(TimeSpan::from_seconds(9)).unwrap();
        assert!(restored.journal_text() == play(&program, seed, 9).journal_text(), "seed {seed}");
    }
}
