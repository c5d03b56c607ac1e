//! Tables from what BizTalk's files say to where the model keeps it. The files are found below the folder `odx` of
//! `ORCHESTRION_SHARED`; without that variable only the tables themselves are checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a file says, and its places: `Struct`, `Struct.field` or `Enum::Variant`, or why it needs none.
pub type Places = &'static [(&'static str, &'static str)];

/// The declarations of the model by name, each with its source text.
fn declarations() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model");
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "rs") {
            continue;
        }
        let source = fs::read_to_string(path).unwrap();
        for (start, end) in [("\npub struct ", "\n}"), ("\npub enum ", "\n}"), ("\npub type ", ";")] {
            for declared in source.split(start).skip(1) {
                let declared = declared.split(end).next().unwrap();
                let name = declared.split(|c: char| !c.is_alphanumeric()).next().unwrap();
                found.insert(name.to_owned(), declared.to_owned());
            }
        }
    }
    found
}

fn exists(place: &str, model: &BTreeMap<String, String>) -> bool {
    let declares = |owner: &str, what: &str| {
        model.get(owner).is_some_and(|text| {
            text.lines().any(|line| {
                line.strip_prefix("    ")
                    .and_then(|line| line.strip_prefix(what))
                    .is_some_and(|rest| rest.starts_with([':', ',', '(', ' ']))
            })
        })
    };
    match (place.split_once("::"), place.split_once('.')) {
        (Some((owner, variant)), _) => declares(owner, variant),
        (_, Some((owner, field))) => declares(owner, &format!("pub {field}")),
        _ => model.contains_key(place),
    }
}

/// Every place exists, and everything the files say has one.
pub fn check(table: Places, files: impl Iterator<Item = (PathBuf, BTreeSet<String>)>) {
    let model = declarations();
    let mut wrong = BTreeSet::new();
    for (said, places) in table {
        if places.strip_prefix("derived: ").is_some_and(|reason| !reason.is_empty()) {
            continue;
        }
        for place in places.split(", ").filter(|place| !exists(place, &model)) {
            wrong.insert(format!("{said}: the model has no `{place}`"));
        }
    }
    let known: BTreeSet<&str> = table.iter().map(|(said, _)| *said).collect();
    assert_eq!(known.len(), table.len(), "something stands twice in the table");
    for (path, found) in files {
        for said in found.iter().filter(|said| !known.contains(said.as_str())) {
            wrong.insert(format!("{said}: without a place, e.g. in {}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Files with an ending, in order; none without `ORCHESTRION_SHARED`.
pub fn files(ending: &str) -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("ORCHESTRION_SHARED") else {
        println!("ORCHESTRION_SHARED is not set: no .{ending} files are read");
        return Vec::new();
    };
    let (mut folders, mut found) = (vec![Path::new(&root).join("odx")], Vec::new());
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
    assert!(!found.is_empty(), "there are no .{ending} files below {}", root.display());
    found.sort();
    found
}

/// A file as text; BizTalk writes UTF-8 and UTF-16.
pub fn text(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => {
            let units = rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        bytes => String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned(),
    }
}
