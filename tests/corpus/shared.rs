//! Over every file of the corpus.

use orchestrion::biztalk::{self, odx};
use orchestrion::diagnostic::Severity;
use orchestrion::findings;
use orchestrion::model::{Orchestration, ShapeKind};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The folder of real projects, or `None` with a word to whoever looks.
pub fn corpus() -> Option<PathBuf> {
    match std::env::var_os("ORCHESTRION_SHARED") {
        Some(root) => Some(Path::new(&root).join("odx")),
        None => {
            println!("ORCHESTRION_SHARED is not set: no real projects are read");
            None
        }
    }
}

pub fn below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let (mut folders, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end.eq_ignore_ascii_case(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_orchestration_loads_and_nothing_in_it_is_unknown() {
    let Some(corpus) = corpus() else { return };
    let (mut shapes, mut files) = (0, 0);
    for path in below(&corpus, "odx") {
        let name = path.strip_prefix(&corpus).unwrap().display().to_string();
        let file = odx::OdxFile::parse(&name, &fs::read(&path).unwrap()).unwrap();
        let (module, findings) = odx::read_module(&name, &file).unwrap();
        assert_eq!(findings, [], "{name}");
        files += 1;
        shapes += module.orchestration.map_or(0, |o| o.shapes().len());
    }
    println!("{files} orchestration files with {shapes} shapes, all of them read");
    assert!(files > 100);
}

/// Expression texts of an orchestration, filters left out.
fn texts(orchestration: &Orchestration) -> usize {
    let shapes = orchestration.shapes();
    let code = shapes.iter().map(|shape| match &shape.kind {
        ShapeKind::Expression(code)
        | ShapeKind::MessageAssignment(code)
        | ShapeKind::Delay(code)
        | ShapeKind::Suspend(code)
        | ShapeKind::Terminate(code) => usize::from(!code.text.is_empty()),
        ShapeKind::Loop(own) => usize::from(!own.condition.is_empty()),
        ShapeKind::Decide(own) => own.branches.iter().filter(|branch| !branch.condition.is_empty()).count(),
        ShapeKind::Scope(scope) => scope.variables.iter().filter(|v| v.initial_value.is_some()).count(),
        _ => 0,
    });
    code.sum::<usize>() + orchestration.variables.iter().filter(|v| v.initial_value.is_some()).count()
}

/// Codes of texts that do not follow the grammar; the other X codes are about types and names.
const GRAMMAR: [&str; 6] = ["X01", "X02", "X03", "X04", "X10", "X13"];

#[test]
fn every_text_parses_and_has_the_types_that_are_known() {
    let Some(corpus) = corpus() else { return };
    let (mut all, mut unparsed, mut untyped) = (0, BTreeSet::new(), BTreeSet::new());
    let mut slowest = (Duration::ZERO, String::new());
    let start = Instant::now();
    for path in below(&corpus, "odx") {
        let at = Instant::now();
        let loaded = biztalk::load(&path).unwrap_or_else(|errors| panic!("{}: {errors:#?}", path.display()));
        let shown = loaded.shown.unwrap();
        let module = &loaded.application.modules[&shown];
        all += module.orchestration.as_ref().map_or(0, texts);
        for finding in findings::all(&loaded.application) {
            if finding.place.module.as_ref() != Some(&shown) || !finding.code.starts_with('X') {
                continue;
            }
            let text = format!("{}: {finding}", path.strip_prefix(&corpus).unwrap().display());
            if GRAMMAR.contains(&finding.code) {
                unparsed.insert(text);
            } else if finding.severity == Severity::Error {
                untyped.insert(text);
            }
        }
        slowest = slowest.max((at.elapsed(), path.display().to_string()));
    }
    println!(
        "all opened and checked in {:?}, the slowest in {:?}: {}",
        start.elapsed(),
        slowest.0,
        slowest.1
    );
    println!(
        "{all} texts, {} do not parse, {} findings about types and names",
        unparsed.len(),
        untyped.len()
    );
    for finding in unparsed.iter().chain(&untyped) {
        println!("  {finding}");
    }
    assert_eq!(unparsed.len(), 0);
    assert!(untyped.len() * 50 <= all, "more than two in a hundred are about types");
}
