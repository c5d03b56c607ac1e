//! Over every file of the corpus.

use orchestrion::biztalk::{self, Opened, odx};
use orchestrion::check;
use orchestrion::diagnostic::{Diagnostic, Severity};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

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

#[test]
#[ignore = "prints everything"]
fn look() {
    let Some(corpus) = corpus() else { return };
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    for path in below(&corpus, "odx") {
        let name = path.strip_prefix(&corpus).unwrap().display().to_string();
        let at = Instant::now();
        let Opened { application, findings, shown, .. } = biztalk::open(&path).unwrap();
        let opened = at.elapsed();
        println!(
            "=== {name} ({shown:?}) modules {} schemas {} in {opened:?}",
            application.modules.len(),
            application.schemas.len()
        );
        for finding in &findings {
            println!("  {finding}");
            *codes.entry(finding.code.to_owned()).or_default() += 1;
        }
        let at = Instant::now();
        let found: Vec<Diagnostic> = check::check(&application);
        println!("  checked in {:?}", at.elapsed());
        for finding in found.iter().filter(|f| f.place.module.is_none() || f.place.module == shown) {
            if finding.severity == Severity::Error {
                println!("  {finding}");
            }
            *codes.entry(format!("{} {:?}", finding.code, finding.severity)).or_default() += 1;
        }
    }
    println!("{codes:#?}");
}
