//! `docs/checks.md`: every code that checking an application can give, made from the catalogue of the rules.

use orchestrion::check::{CATALOGUE, Entry};
use orchestrion::diagnostic::Severity;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/checks.md";

/// Headings, with the first letter of their codes.
const SECTIONS: [(char, &str); 8] = [
    ('V', "Rules of orchestrations"),
    ('X', "Expressions"),
    ('B', "Bindings"),
    ('R', "Policies"),
    ('K', "Components"),
    ('N', "What is kept but does not run"),
    ('S', "Schemas and maps"),
    ('Z', "Files of BizTalk"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    let mut page = String::from(
        "# Checks\n\n\
         What `orchestrion check` and the studio say about an application, by code. `orchestrion check --explain V19` \
         prints one\nentry. A *quick fix* is a button in the studio's list of problems: one step, which undo takes \
         back. The rules in the last\ncolumn are the ones that comments in the code name.\n\
         This page is made from the catalogue in `src/check/catalogue.rs`: `ORCHESTRION_BLESS=1 cargo test --test files \
         checks` writes it.\n",
    );
    for (letter, title) in SECTIONS {
        let _ =
            write!(page, "\n## {title}\n\n| | what it means | how to mend it | rules |\n|---|---|---|---|\n");
        for entry in CATALOGUE.iter().filter(|entry| entry.id.starts_with(letter)) {
            let _ = writeln!(page, "{}", row(entry));
        }
    }
    page
}

fn row(entry: &Entry) -> String {
    let severity = match entry.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
    };
    let mut means = entry.means.to_owned();
    let also: Vec<_> = entry.also().collect();
    if !also.is_empty() {
        let _ = write!(means, ". Reported as {}", also.join(", "));
    }
    let mut mend = entry.mend.to_owned();
    let fixes: Vec<_> = entry.fixes().map(|title| format!("*{title}*")).collect();
    if !fixes.is_empty() {
        let _ = write!(mend, ". Quick fix: {}", fixes.join("; "));
    }
    format!("| **{}** {severity} | {means} | {mend} | {} |", entry.id, entry.rules).replace(" |  |", " | |")
}

#[test]
fn the_page_is_what_the_catalogue_says() {
    let path = root().join(PAGE);
    if std::env::var_os("ORCHESTRION_BLESS").is_some() {
        fs::write(&path, page()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "{PAGE} is behind: ORCHESTRION_BLESS=1 cargo test --test files checks");
    let letters: BTreeSet<char> = CATALOGUE.iter().filter_map(|entry| entry.id.chars().next()).collect();
    assert_eq!(letters, SECTIONS.iter().map(|(letter, _)| *letter).collect());
}

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

/// Codes that stand as texts of their own in a source: `"V19"`.
fn codes(source: &str) -> impl Iterator<Item = &str> {
    source.split('"').filter(|text| {
        let bytes = text.as_bytes();
        bytes.len() == 3 && bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit)
    })
}

#[test]
fn every_code_that_a_check_gives_is_explained() {
    let mut paths = Vec::new();
    for folder in ["src/biztalk", "src/check", "src/program", "src/xlang", "src/xml", "src/component"] {
        let folder = root().join(folder);
        if folder.is_dir() {
            sources(&folder, &mut paths);
        }
    }
    let known: BTreeSet<&str> = CATALOGUE.iter().map(|entry| entry.id).collect();
    let outside =
        |path: &Path| !path.components().any(|c| c.as_os_str() == "tests") && !path.ends_with("tests.rs");
    for path in paths.iter().filter(|path| outside(path)) {
        let source = fs::read_to_string(path).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        // Findings about our own files say all there is to say.
        for code in codes(source).filter(|code| !code.starts_with('F')) {
            assert!(known.contains(code), "{code} of {} is not in src/check/catalogue.rs", path.display());
        }
    }
}
