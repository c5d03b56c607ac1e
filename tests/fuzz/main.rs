//! Fuzzing without a fuzzer: the targets of `fuzz/` over mutated files, on a stable toolchain. A run is a matter of its
//! seed. By default each target runs for two seconds; `ORCHESTRION_FUZZ_SECONDS` says how long instead,
//! `ORCHESTRION_FUZZ_SEED` where it begins. What a target cannot take is kept below the folder for build artefacts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod mutate;
#[path = "../../fuzz/targets.rs"]
mod targets;

use mutate::Mutator;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Longer than this for one input is a hang, in a build without optimisation on a busy machine.
const SLOW: Duration = Duration::from_secs(20);

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Files that end with one of `endings`: our own, and real ones when the shared folder is known.
fn files(endings: &[&str]) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests/corpus/samples"), root.join("samples")];
    folders.extend(std::env::var_os("ORCHESTRION_SHARED").map(|shared| PathBuf::from(shared).join("odx")));
    let mut found = Vec::new();
    for entry in folders.iter().flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name()).flatten()
    {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let small = entry.metadata().is_ok_and(|about| about.len() < 200_000);
        if small && endings.iter().any(|ending| name.ends_with(ending)) {
            found.extend(fs::read(entry.path()));
        }
    }
    found
}

/// Runs a target over the seeds as they are, then over mutations of them until the time is up.
fn fuzz(name: &str, seeds: Vec<Vec<u8>>, words: &'static [&'static str], target: fn(&[u8])) {
    let time = Duration::from_secs(number("ORCHESTRION_FUZZ_SECONDS", 2));
    let seed = number("ORCHESTRION_FUZZ_SEED", 1);
    let mut mutator = Mutator::new(seed, seeds, words);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs::create_dir_all(&folder).unwrap();
    // An abort leaves no trace but this file.
    let current = folder.join(format!("{name}.current"));
    let (started, mut inputs, mut bytes) = (Instant::now(), 0_u64, 0_usize);
    let mut failed = Vec::new();
    while started.elapsed() < time && failed.len() < 20 {
        let input = mutator.next_input();
        fs::write(&current, &input).unwrap();
        let at = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| target(&input)));
        let slow = at.elapsed() > SLOW;
        if outcome.is_err() || slow {
            let kept = folder.join(format!("{name}-{seed}-{inputs}"));
            fs::write(&kept, &input).unwrap();
            println!("{name}: {} {}", if slow { "too slow:" } else { "panicked:" }, kept.display());
            failed.push(kept);
        }
        inputs += 1;
        bytes += input.len();
    }
    let seconds = started.elapsed().as_secs();
    println!("{name}: {inputs} inputs, {} kB in {seconds} s, {} failed", bytes / 1024, failed.len());
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn orchestration_files() {
    fuzz("odx", files(&[".odx"]), mutate::TREE, targets::odx);
}

#[test]
fn expressions() {
    fuzz("expression", mutate::texts(), mutate::CODE, targets::expression);
}

#[test]
fn schemas() {
    fuzz("schema", files(&[".xsd"]), mutate::SCHEMA, targets::schema);
}

#[test]
fn binding_files() {
    fuzz(
        "bindings",
        files(&["bindings.xml", "binding.xml", "bindinginfo.xml"]),
        mutate::BINDING,
        targets::bindings,
    );
}

#[test]
fn maps() {
    fuzz("map", files(&[".btm"]), mutate::MAP, targets::map);
}

#[test]
fn messages() {
    let order = "<o:Order xmlns:o=\"urn:order\"><Number>1</Number><Line item=\"a\"><Price>2.5</Price></Line></o:Order>";
    let parts = orchestrion::xml::pipeline::mime(&[("Body", order), ("Note", "<Note/>")]);
    fuzz("message", vec![order.into(), parts.into()], mutate::MESSAGE, targets::message);
}

/// What a fuzzer finds only by chance.
#[test]
fn files_made_to_hurt_are_refused_or_read() {
    let deep = |open: &str, close: &str, depth: usize| [open.repeat(depth), close.repeat(depth)].concat();
    let element = "<om:Element Type=\"Scope\" OID=\"\" ParentLink=\"ComplexStatement_Statement\">";
    let wrapped = |inner: &str| {
        format!(
            "#if __DESIGNER_DATA\n<om:MetaModel MajorVersion=\"1\" MinorVersion=\"3\" \
             xmlns:om=\"http://schemas.microsoft.com/BizTalk/2003/DesignerData\">{inner}</om:MetaModel>\n#endif\n"
        )
    };
    let service = |inner: &str| {
        wrapped(&format!(
            "<om:Element Type=\"Module\" OID=\"m\"><om:Property Name=\"Name\" Value=\"M\"/>\
             <om:Element Type=\"ServiceDeclaration\" OID=\"s\" ParentLink=\"Module_ServiceDeclaration\">\
             <om:Element Type=\"ServiceBody\" OID=\"b\" ParentLink=\"ServiceDeclaration_ServiceBody\">\
             {inner}</om:Element></om:Element></om:Element>"
        ))
    };
    let flat = "<om:Element Type=\"Receive\" OID=\"r\" ParentLink=\"ServiceBody_Statement\"/>".repeat(5_000);
    let bomb = format!(
        "<!DOCTYPE x [<!ENTITY a \"{}\">{}]>{}",
        "a".repeat(100),
        (1..30).map(|n| format!("<!ENTITY a{n} \"&a{};&a{};\">", n - 1, n - 1)).collect::<String>(),
        wrapped("<om:Element Type=\"Module\" OID=\"&a29;\"/>")
    );
    let inputs = [
        String::new(),
        "<om:MetaModel".to_owned(),
        "<html><body/></html>".to_owned(),
        wrapped(""),
        wrapped("<om:Element Type=\"Module\"/>"),
        wrapped(&deep("<om:Element>", "</om:Element>", 20_000)),
        wrapped(&deep("<om:Element>", "", 20_000)),
        service(&deep(element, "</om:Element>", 100)),
        service(&flat),
        bomb,
        service(&format!(
            "<om:Element Type=\"While\" OID=\"w\" ParentLink=\"ServiceBody_Statement\">\
             <om:Property Name=\"Expression\" Value=\"{}\"/></om:Element>",
            "(".repeat(20_000)
        )),
        "{ [Microsoft".repeat(10_000),
        format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        "a.".repeat(20_000),
        "if (x) { ".repeat(5_000),
    ];
    for input in &inputs {
        let at = Instant::now();
        targets::odx(input.as_bytes());
        targets::expression(input.as_bytes());
        targets::schema(input.as_bytes());
        targets::bindings(input.as_bytes());
        assert!(at.elapsed() < SLOW, "{:?} took {:?}", input.get(..80), at.elapsed());
    }
    for cut in [1, 2, 3, 50, 333] {
        for file in files(&[".odx"]).iter().take(3) {
            targets::odx(file.get(..file.len().saturating_sub(cut)).unwrap_or_default());
            targets::odx(file.get(cut..).unwrap_or_default());
        }
    }
    let binary: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    targets::odx(&binary);
    targets::schema(&binary);
    targets::expression(&binary);
    targets::bindings(&binary);
}
