//! How long it takes to open and check every project below the folder `odx` of `ORCHESTRION_SHARED`, or our own sample
//! without that variable. First comes one pass over everything, held against ten seconds; then criterion's statistics.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use criterion::Criterion;
use orchestrion::biztalk;
use orchestrion::findings;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// One pass over the corpus may take so long, in release on two cores.
const ALLOWED: Duration = Duration::from_secs(10);

fn orchestrations() -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/samples");
    let folder = std::env::var_os("ORCHESTRION_SHARED").map_or(own, |root| Path::new(&root).join("odx"));
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    let paths = walk.map(walkdir::DirEntry::into_path);
    paths.filter(|path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("odx"))).collect()
}

/// Opens and checks each file with all that its project has; gives the number of modules and findings.
fn pass(paths: &[PathBuf]) -> (usize, usize) {
    let mut seen = BTreeSet::new();
    let (mut modules, mut findings) = (0, 0);
    for path in paths {
        let loaded = biztalk::load(path).unwrap();
        findings += loaded.findings.len();
        modules += loaded.application.modules.len();
        // Files of one project give one application.
        if seen.insert((loaded.base, loaded.application.modules.keys().cloned().collect::<Vec<_>>())) {
            findings += findings::all(&loaded.application).len();
        }
    }
    (modules, findings)
}

fn main() {
    let paths = orchestrations();
    let start = Instant::now();
    let (modules, findings) = pass(&paths);
    let took = start.elapsed();
    println!(
        "{} orchestration files, {modules} modules opened with them, {findings} findings: {:.2} s of {} allowed",
        paths.len(),
        took.as_secs_f64(),
        ALLOWED.as_secs()
    );
    assert!(took < ALLOWED, "too slow");
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    criterion.bench_function("open and check the corpus", |b| b.iter(|| pass(&paths)));
    criterion.final_summary();
}
