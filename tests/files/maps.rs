//! Every map of the projects in the folder that `ORCHESTRION_SHARED` names runs on generated messages.

use orchestrion::biztalk;
use orchestrion::message::{Body, DateTime, Message};
use orchestrion::xml::map::{Unscripted, apply};
use orchestrion::xml::{Optional, SchemaSet, Wishes};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn projects(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            projects(&path, found);
        } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("btproj")) {
            found.push(path);
        }
    }
}

#[test]
fn maps_at_hand_run() {
    let Ok(shared) = std::env::var("ORCHESTRION_SHARED") else {
        println!("skipped: ORCHESTRION_SHARED does not name a folder with BizTalk projects");
        return;
    };
    let mut found = Vec::new();
    projects(&PathBuf::from(shared).join("odx"), &mut found);
    let now = DateTime(638_400_000_000_000_000);
    let (mut maps, mut runs, mut valid) = (0, 0, 0);
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for project in found {
        let Ok(opened) = biztalk::open(&project) else { continue };
        let schemas = SchemaSet::build(&opened.application);
        for map in opened.application.maps.values() {
            if !seen.insert((project.parent().map(Path::to_path_buf), map.name.clone())) {
                continue;
            }
            maps += 1;
            let place = format!("{} {}", project.file_name().unwrap().to_string_lossy(), map.name);
            let mut fail = |reason: String| reasons.entry(reason).or_default().push(place.clone());
            let missing: Vec<_> =
                map.sources.iter().chain(&map.targets).filter(|t| !schemas.knows(t)).cloned().collect();
            if !missing.is_empty() || map.sources.is_empty() || map.targets.is_empty() {
                fail("schemas that are not there".to_owned());
                println!("missing {missing:?} for {place}");
                continue;
            }
            for (seed, optional, occurrences) in
                [(0, Optional::None, 1), (0, Optional::All, 2), (3, Optional::Some, 2)]
            {
                let wishes = Wishes { seed, optional, occurrences, values: Vec::new() };
                let inputs = map.sources.iter().map(|source| {
                    let text = schemas.generate(source, &wishes).unwrap().text;
                    Arc::new(Message::single(Message::body_name(), Arc::new(Body::xml(text))))
                });
                let inputs: Vec<_> = inputs.collect();
                match apply(map, &inputs, now, &schemas, &mut Unscripted) {
                    Ok(outputs) => {
                        runs += 1;
                        for output in outputs {
                            let body = output.body_part().unwrap().body.clone();
                            match schemas.validate(&body) {
                                Ok(()) => valid += 1,
                                Err(error) if std::env::var("MAPS_SHOWN").is_ok() => {
                                    println!("invalid {place}: {error}");
                                }
                                Err(_) => {}
                            }
                        }
                    }
                    Err(error) => fail(error.message),
                }
            }
        }
    }
    println!("{maps} maps, {runs} runs, {valid} messages valid for their schema");
    for (reason, places) in &reasons {
        println!("{} × {reason}", places.len());
        places.iter().for_each(|place| println!("      {place}"));
    }
    assert!(maps > 150 && runs > 400);
}
