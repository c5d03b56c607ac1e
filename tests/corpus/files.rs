use crate::shared::{below, corpus};
use orchestrion::biztalk::odx::{OdxFile, read_module};
use orchestrion::model::Module;
use std::path::Path;

/// An orchestration file.
pub struct File {
    pub path: String,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn odx(&self) -> OdxFile {
        OdxFile::parse(&self.path, &self.bytes).unwrap_or_else(|error| panic!("{}: {error:?}", self.path))
    }

    pub fn module(&self) -> Module {
        read_module(&self.path, &self.odx()).unwrap_or_else(|error| panic!("{}: {error:?}", self.path)).0
    }
}

/// All orchestration files, our own first.
pub fn files() -> Vec<File> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/samples");
    let paths = std::iter::once(samples).chain(corpus()).flat_map(|folder| below(&folder, "odx"));
    paths
        .map(|path| File { bytes: std::fs::read(&path).unwrap(), path: path.display().to_string() })
        .collect()
}

/// Prints how many of all passed, and fails when it is not all of them.
pub fn all_of(what: &str, passed: usize, all: usize) {
    let percent = if all == 0 { 0.0 } else { 100.0 * passed as f64 / all as f64 };
    println!("{what}: {passed} of {all}, {percent:.1} %");
    assert_eq!(passed, all, "{what}");
}
