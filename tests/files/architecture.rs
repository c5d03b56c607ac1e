//! Dependencies point down only, and the core stays pure. Read from the sources, so that it holds for every build.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules of the house by height. A file may name only modules of its own row and lower ones.
const ROWS: [&[&str]; 15] = [
    &["diagnostic", "model"],
    &["drawing"],
    &["message"],
    &["filter", "xml"],
    &["xlang"],
    &["biztalk"],
    &["component"],
    &["check", "program"],
    &["language"],
    &["engine"],
    &["journal", "findings"],
    &["why", "report"],
    &["host"],
    &["lab"],
    &["studio", "cli"],
];

/// Modules that must be deterministic: a run is a function of program, seed and inputs.
const PURE: [&str; 15] = [
    "diagnostic",
    "model",
    "drawing",
    "message",
    "filter",
    "xml",
    "xlang",
    "component",
    "check",
    "program",
    "language",
    "engine",
    "findings",
    "journal",
    "why",
];

/// The one place of the core that reads and writes files.
const FILES: &str = "src/model/files";

const IMPURE: [&str; 9] = [
    "std::time::Instant",
    "std::time::SystemTime",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "std::thread",
    "std::net",
    "egui",
    "RandomState",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Every source below `src`: its path, its top module, its text without comments and unit tests.
fn house() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    sources(&root.join("src"), &mut paths);
    paths.sort();
    let describe = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        let module = name.trim_start_matches("src/").split(['/', '.']).next().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code: Vec<_> = text.lines().map(|line| line.split("//").next().unwrap()).collect();
        (name, module, code.join("\n"))
    };
    let all = paths.into_iter().map(describe);
    let of_tests = ["/tests.rs", "/fixture.rs", "check/fixes.rs"];
    all.filter(|(name, ..)| !of_tests.iter().any(|end| name.ends_with(end))).collect()
}

fn row(module: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&module))
}

/// Top modules that a text names as `crate::…`, also inside `use crate::{…}`.
fn named(code: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (at, c) in group.char_indices() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && !c.is_whitespace() => {
                    names.push(word(&group[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    names
}

#[test]
fn dependencies_point_down_only() {
    let mut wrong = Vec::new();
    for (name, module, code) in house() {
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(own) = row(&module) else {
            wrong.push(format!("{name}: `{module}` has no place in the house; give it one in ROWS"));
            continue;
        };
        for other in named(&code) {
            if row(&other).is_some_and(|other| other > own) {
                wrong.push(format!("{name} uses crate::{other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_has_no_clock_thread_file_or_window() {
    let mut wrong = Vec::new();
    for (name, module, code) in house() {
        if !PURE.contains(&module.as_str()) {
            continue;
        }
        let file_access = if name.starts_with(FILES) { None } else { Some("std::fs") };
        for word in IMPURE.iter().copied().chain(file_access) {
            if code.contains(word) {
                wrong.push(format!("{name} has {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Hash maps are for looking up: their order differs between builds and platforms, so nothing walks through one.
#[test]
fn the_core_never_walks_through_a_hash_map() {
    let mut wrong = Vec::new();
    for (name, module, code) in house() {
        if !PURE.contains(&module.as_str()) {
            continue;
        }
        for line in code.lines().filter(|line| line.contains(": FxHash") || line.contains(": HashMap<")) {
            let field = line
                .trim()
                .trim_start_matches("pub ")
                .split(':')
                .next()
                .unwrap()
                .trim_start_matches("let mut ");
            let walks =
                ["iter()", "iter_mut()", "keys()", "values()", "values_mut()", "drain()", "into_iter()"];
            for walked in
                walks.iter().flat_map(|walk| [format!("self.{field}.{walk}"), format!("core.{field}.{walk}")])
            {
                // Sorted at once, or order does not matter for a sum or a count.
                let fine = ["sort", ".count()", ".sum", ".any(", ".all(", ".max(", ".min("];
                let near = |at: usize| code[at..].chars().take(160).collect::<String>();
                if code.match_indices(&walked).any(|(at, _)| !fine.iter().any(|word| near(at).contains(word)))
                {
                    wrong.push(format!("{name} walks through {walked}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_in_groups_and_paths_are_both_found() {
    let code = "use crate::{engine::{Input, Output}, model};\nlet x = crate::host::start();";
    assert_eq!(named(code), ["engine", "model", "host"]);
}
