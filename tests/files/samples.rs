//! The samples say what they mean: they load, and the rules find no error in them.

use orchestrion::diagnostic::Severity;
use orchestrion::findings;
use orchestrion::lab::scenario::{Options, Suite, play_all};
use orchestrion::model::files::{encode, load};
use std::path::Path;

fn errors(name: &str) -> Vec<String> {
    let (application, warnings) =
        load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)).unwrap();
    let found = warnings.into_iter().chain(findings::all(&application));
    found.filter(|d| d.severity == Severity::Error).map(|d| d.to_string()).collect()
}

#[test]
fn hello_is_sound() {
    assert_eq!(errors("hello"), [""; 0]);
}

#[test]
fn southridge_is_sound() {
    assert_eq!(errors("southridge"), [""; 0]);
}

#[test]
fn a_schema_that_does_not_parse_is_named() {
    let mut application = orchestrion::model::files::hello().unwrap();
    application.schemas.insert("schemas/Greeting.xsd".into(), "<xs:schema".into());
    let found = findings::all(&application);
    let broken = found.iter().find(|d| d.place.file == "schemas/Greeting.xsd").unwrap();
    assert_eq!(broken.severity, Severity::Error);
    assert!(!broken.help.is_empty(), "{broken}");
}

/// Plays every scenario of a sample and lists what failed.
fn play(name: &str, suite: &Suite) {
    let (application, _) = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)).unwrap();
    let mut failed = String::new();
    let (outcomes, _) = play_all(&application, suite, &mut |outcome| {
        let seed = outcome.seed;
        let failures = outcome.failures.iter().map(|failure| format!("seed {seed}: {failure}\n\n"));
        failed.extend(failures);
        true
    })
    .unwrap();
    assert!(failed.is_empty(), "{failed}");
    assert!(!outcomes.is_empty());
}

#[test]
fn the_scenarios_of_hello_pass() {
    play("hello", &Suite::default());
}

#[test]
fn the_scenarios_of_southridge_pass() {
    play("southridge", &Suite::default());
}

#[test]
fn the_scenarios_of_southridge_pass_with_the_engine_restored_at_every_persistence_point() {
    let options = Options { restore_everywhere: true, ..Options::default() };
    play("southridge", &Suite { options, ..Suite::default() });
}

/// With `ORCHESTRION_SEEDS=1000` as many.
#[test]
fn the_scenarios_of_southridge_pass_whatever_runs_first() {
    let seeds = std::env::var("ORCHESTRION_SEEDS").ok().and_then(|text| text.parse().ok());
    play("southridge", &Suite { seeds: seeds.unwrap_or(3), ..Suite::default() });
}

/// A tool for whoever writes sample files by hand:
/// `cargo test --no-default-features --test files our_way -- --ignored`.
#[test]
#[ignore = "changes files of the samples"]
fn write_the_samples_our_way() {
    for name in ["hello", "southridge"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
        let (application, _) = load(&folder).unwrap();
        for (path, bytes) in encode(&application).unwrap() {
            std::fs::write(folder.join(path), bytes).unwrap();
        }
    }
}
