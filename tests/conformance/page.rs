//! `docs/conformance.md`: every statement about what BizTalk does, and the tests that prove it. The page is made from
//! the tests' doc comments, so it can say nothing that is not run.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A chapter of the list: its title, and the numbers of its first and last statement.
const SECTIONS: [(&str, u16, u16); 11] = [
    ("Publish and subscribe", 1, 20),
    ("Messages, pipelines, ports", 21, 34),
    ("Shapes: what compiles", 41, 66),
    ("Shapes: what happens at run time", 71, 90),
    ("Direct binding and request-response", 101, 117),
    ("Correlation and convoys", 121, 135),
    ("Life cycle", 141, 154),
    ("Transactions and exceptions", 161, 175),
    ("Expressions", 181, 188),
    ("Tools", 191, 199),
    ("The cable order scenario, end to end", 201, 214),
];

/// Statements that cannot hold in this product, with the reason.
const REASONS: [(u16, &str); 0] = [];

const PAGE: &str = "docs/conformance.md";
const README: &str = "README.md";

/// A test that proves a statement.
#[derive(Debug)]
struct Proof {
    id: u16,
    /// Path below the package, and name of the function.
    file: String,
    test: String,
    statement: String,
    /// The part of the statement that decides what sources leave open.
    decision: String,
    /// Rule ids.
    sources: Vec<String>,
}

/// Every function of a source that is named `cNNN_…` and is a test.
fn proofs(file: &str, source: &str) -> Vec<Proof> {
    let (mut comment, mut is_test, mut found) = (String::new(), false, Vec::new());
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            comment = format!("{comment} {}", text.trim());
        } else if line.starts_with("#[") {
            is_test |= line == "#[test]";
        } else {
            let name = line.strip_prefix("fn ").and_then(|rest| rest.split('(').next()).unwrap_or_default();
            let number = name.strip_prefix('c').and_then(|n| n.get(..4)).and_then(|n| n.strip_suffix('_'));
            if let (Some(id), true) = (number.and_then(|n| n.parse().ok()), is_test) {
                let (statement, decision, sources) = parse(comment.trim());
                let (file, test) = (file.to_owned(), name.to_owned());
                found.push(Proof { id, file, test, statement, decision, sources });
            }
            (comment, is_test) = (String::new(), false);
        }
    }
    found
}

/// Splits a comment into statement, decision and the rule ids in the parentheses that end either.
fn parse(comment: &str) -> (String, String, Vec<String>) {
    let (statement, decision) = comment.split_once("Decision:").unwrap_or((comment, ""));
    let mut sources = Vec::new();
    let mut take = |text: &str| {
        let text = text.trim().trim_end_matches('.');
        let Some((body, rules)) = text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) else {
            return sentence(text);
        };
        sources.extend(rules.split(',').map(|rule| rule.trim().to_owned()));
        sentence(body)
    };
    (take(statement), take(decision), sources)
}

/// The text with one full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { String::new() } else { format!("{}.", text.trim_end_matches('.')) }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read_sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// All proofs of the house, by statement.
fn all_proofs() -> BTreeMap<u16, Vec<Proof>> {
    let mut paths = Vec::new();
    for folder in ["src", "tests"] {
        read_sources(&root().join(folder), &mut paths);
    }
    paths.sort();
    let mut all: BTreeMap<u16, Vec<Proof>> = BTreeMap::new();
    for path in paths {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
        for proof in proofs(&name, &fs::read_to_string(&path).unwrap()) {
            all.entry(proof.id).or_default().push(proof);
        }
    }
    all
}

fn ids() -> impl Iterator<Item = u16> {
    SECTIONS.iter().flat_map(|(_, first, last)| *first..=*last)
}

fn reason(id: u16) -> Option<&'static str> {
    REASONS.iter().find(|(other, _)| *other == id).map(|(_, reason)| *reason)
}

/// A statement holds when a test proves it and says what it proves.
fn holds(proofs: &BTreeMap<u16, Vec<Proof>>, id: u16) -> bool {
    proofs.get(&id).is_some_and(|all| all.iter().any(|proof| !proof.statement.is_empty()))
}

fn counts(proofs: &BTreeMap<u16, Vec<Proof>>) -> (usize, usize) {
    (ids().filter(|id| holds(proofs, *id)).count(), ids().count())
}

/// Distinct texts in order, joined.
fn joined<'a>(texts: impl Iterator<Item = &'a str>, between: &str) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for text in texts {
        if !text.is_empty() && !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen.join(between)
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn page(proofs: &BTreeMap<u16, Vec<Proof>>) -> String {
    let (held, all) = counts(proofs);
    let mut page = format!(
        "# Conformance\n\n\
         What an orchestration does in Orchestrion, one statement a line, each proved by a test of its number: a tiny\n\
         application, messages in, journal out. `cargo test --test conformance c124` runs the tests of C124. The rules\n\
         in the last column are the numbers that comments in the code use too. Where BizTalk's documentation\n\
         contradicts itself or says nothing, a decision below the table says what happens here, and how to choose otherwise.\n\
         This page is made from the tests: `ORCHESTRION_BLESS=1 cargo test --test conformance page` writes it.\n\n\
         **{held} of {all} statements hold.**\n"
    );
    for (at, (title, first, last)) in SECTIONS.iter().enumerate() {
        write!(page, "\n## {}. {title}\n\n", at + 1).unwrap();
        page.push_str("| | statement | verdict | proved by | rules |\n|---|---|---|---|---|\n");
        let mut decisions = String::new();
        for id in *first..=*last {
            let all = proofs.get(&id).map_or(&[][..], Vec::as_slice);
            let statement = joined(all.iter().map(|proof| proof.statement.as_str()), " ");
            let verdict = match reason(id) {
                _ if holds(proofs, id) => "holds",
                Some(reason) => reason,
                None => "open",
            };
            let tests: Vec<_> =
                all.iter().map(|proof| format!("[`{}`](../{})", proof.test, proof.file)).collect();
            let rules = joined(all.iter().flat_map(|proof| proof.sources.iter().map(String::as_str)), ", ");
            let tests = joined(tests.iter().map(String::as_str), " ");
            let statement = cell(&statement);
            writeln!(page, "| C{id:03} | {statement} | {verdict} | {tests} | {rules} |").unwrap();
            for proof in all.iter().filter(|proof| !proof.decision.is_empty()) {
                writeln!(decisions, "- C{id:03}: {}", proof.decision).unwrap();
            }
        }
        if !decisions.is_empty() {
            write!(page, "\nDecisions:\n\n{decisions}").unwrap();
        }
    }
    page
}

/// The README with the count in its sentence about statements that hold.
fn with_count(readme: &str, (held, all): (usize, usize)) -> String {
    let (before, after) =
        readme.split_once(" statements hold").expect("README.md tells how many statements hold");
    let start = before.trim_end_matches(|c: char| c.is_ascii_digit() || " of".contains(c));
    format!("{start} {held} of {all} statements hold{after}")
}

/// Compares a file with what it should be; `ORCHESTRION_BLESS=1` writes it.
fn keep(path: &str, wanted: &str) {
    let full = root().join(path);
    if std::env::var_os("ORCHESTRION_BLESS").is_some() {
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(&full, wanted).unwrap();
    }
    let kept = fs::read_to_string(&full).unwrap_or_default().replace("\r\n", "\n");
    let different = kept.lines().zip(wanted.lines()).find(|(kept, wanted)| kept != wanted);
    assert!(kept == wanted, "{path} is behind the tests: run them with ORCHESTRION_BLESS=1\n{different:#?}");
}

#[test]
fn the_list_has_172_statements_and_no_others_are_proved() {
    let proofs = all_proofs();
    assert_eq!(ids().count(), 172);
    let strange: Vec<_> = proofs.keys().filter(|id| !ids().any(|known| known == **id)).collect();
    assert!(strange.is_empty(), "tests of statements that are not in the list: {strange:?}");
    let idle: Vec<_> = REASONS.iter().filter(|(id, _)| holds(&proofs, *id)).collect();
    assert!(idle.is_empty(), "these hold and need no reason: {idle:?}");
}

#[test]
fn a_comment_has_statement_decision_and_rules() {
    let source = "/// Given a wait,\n/// it ends (DLY-1, DLY-3). Decision: the past elapses at once.\n\
                  #[test]\nfn c089_a_wait() {}\n/// Not a test (A-1)\nfn c090_helper() {}\n#[test]\nfn c091_bare() {}";
    let found = proofs("tests/a.rs", source);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].statement, "Given a wait, it ends.");
    assert_eq!(found[0].decision, "the past elapses at once.");
    assert_eq!(found[0].sources, ["DLY-1", "DLY-3"]);
    assert_eq!((found[1].id, found[1].statement.as_str()), (91, ""));
    assert_eq!(parse("It ends. Decision: at once (X-1).").2, ["X-1"]);
}

#[test]
fn the_readme_tells_the_count() {
    assert_eq!(with_count("Yes: 1 of 3 statements hold.", (2, 4)), "Yes: 2 of 4 statements hold.");
}

#[test]
fn the_page_is_what_the_tests_prove() {
    let proofs = all_proofs();
    keep(PAGE, &page(&proofs));
    let readme = fs::read_to_string(root().join(README)).unwrap().replace("\r\n", "\n");
    keep(README, &with_count(&readme, counts(&proofs)));
    let open: Vec<_> = ids()
        .filter(|id| !holds(&proofs, *id) && reason(*id).is_none())
        .map(|id| format!("C{id:03}"))
        .collect();
    assert!(open.is_empty(), "without test, statement or reason: {}", open.join(" "));
}
