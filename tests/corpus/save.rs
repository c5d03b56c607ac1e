//! Applications that were opened from BizTalk's own files go back into them; others become such files.

use orchestrion::biztalk::{self, Charset, decode, encode};
use orchestrion::lab::scenario::{Options, Prepared};
use orchestrion::model::edit::{BlockRef, Edit};
use orchestrion::model::{Application, Code, Module, PortState, Scenario, Shape, ShapeKind, files};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// A folder with the Southridge sample as BizTalk's files.
fn exported() -> (tempfile::TempDir, Application) {
    let (application, _) = files::load(&samples().join("southridge")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    biztalk::export(folder.path(), &application).unwrap();
    (folder, application)
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap().into_path());
    let files = entries.filter(|path| path.is_file());
    files
        .map(|path| (path.strip_prefix(folder).unwrap().display().to_string(), fs::read(path).unwrap()))
        .collect()
}

fn changed(before: &BTreeMap<String, Vec<u8>>, folder: &Path) -> Vec<String> {
    let after = contents(folder);
    let all = before.keys().chain(after.keys().filter(|path| !before.contains_key(*path)));
    all.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

/// What a module says, whatever the identities in it.
fn said(module: &Module) -> String {
    let again = orchestrion::biztalk::odx::write_new(module, &[]);
    let text = decode(&again).0;
    let without = |line: &str| match line.split_once(" OID=") {
        Some((start, _)) => start.to_owned(),
        None if line.contains("DesignerPosition") || line.contains("Name=\"Ref\" Value=\"") => String::new(),
        None => line.to_owned(),
    };
    text.lines().map(|line| without(line) + "\n").collect()
}

#[test]
fn an_application_becomes_biztalks_files_and_comes_back() {
    let (folder, application) = exported();
    let opened = biztalk::open(folder.path()).unwrap();
    let names = |application: &Application| {
        let orchestrations = application.orchestrations();
        let mut names: Vec<String> = orchestrations.map(|(m, o)| m.qualify(&o.name)).collect();
        names.sort();
        names
    };
    assert_eq!(names(&opened.application), names(&application));
    for (key, module) in &application.modules {
        let again = opened.application.modules.get(key).unwrap_or_else(|| panic!("{key} is missing"));
        assert_eq!(said(again), said(module), "{key}");
    }
    assert_eq!(opened.application.schemas.len(), application.schemas.len());
    let again = biztalk::load(folder.path()).unwrap().application;
    assert!(!application.maps.is_empty());
    assert_eq!(again.maps, application.maps, "maps are kept beside the files");
}

/// A `.btm` is not written; what is drawn here lies beside it and takes its place.
#[test]
fn a_changed_map_is_kept_beside_the_others() {
    let (folder, _) = exported();
    let open = || biztalk::load(folder.path()).unwrap();
    let before = open();
    let base = before.base.clone().unwrap();
    let (name, map) = before.application.maps.iter().find(|(_, map)| !map.rules.is_empty()).unwrap();
    for rules in [Vec::new(), map.rules.clone()] {
        let was = open().application;
        let mut after = was.clone();
        after.maps.get_mut(name).unwrap().rules = rules;
        let saved = biztalk::save(&base, &was, &after).unwrap();
        assert_eq!(saved.report.written, [format!("orchestrion/maps/{name}.map.ron")]);
        assert_eq!(open().application.maps, after.maps);
    }
    assert_eq!(
        biztalk::save(&base, &open().application, &open().application).unwrap().report.written,
        [""; 0]
    );
}

#[test]
fn saving_changes_the_file_of_what_was_edited_and_no_other() {
    let (folder, _) = exported();
    let loaded = biztalk::load(folder.path()).unwrap();
    let base = loaded.base.unwrap();
    let before = contents(&base);
    let mut after = loaded.application.clone();
    let saved = biztalk::save(&base, &loaded.application, &after).unwrap();
    assert_eq!((saved.report.written, changed(&before, &base)), (vec![], vec![]));

    let delay = Shape {
        kind: ShapeKind::Delay(Code { text: "new System.TimeSpan(0,0,7)".into() }),
        ..Shape::default()
    };
    let edit = Edit::InsertShape { module: "Validate".into(), block: BlockRef::Body, index: 1, shape: delay };
    edit.apply(&mut after).unwrap();
    let saved = biztalk::save(&base, &loaded.application, &after).unwrap();
    assert_eq!(saved.report.written, ["Validate.odx"]);
    assert_eq!(changed(&before, &base), ["Validate.odx"]);
    let again = biztalk::load(&base).unwrap();
    let module = |application: &Application| said(&application.modules["Validate"]);
    assert_eq!(module(&again.application), module(&after));
    assert!(module(&after).contains("delay new System.TimeSpan(0,0,7);"));

    // The same edit taken back gives the file as it was.
    biztalk::save(&base, &again.application, &loaded.application).unwrap();
    assert_eq!(changed(&before, &base), Vec::<String>::new());
}

#[test]
fn what_somebody_else_changed_is_not_overwritten() {
    let (folder, _) = exported();
    let loaded = biztalk::load(folder.path()).unwrap();
    let base = loaded.base.unwrap();
    let path = base.join("Validate.odx");
    let (text, encoding) = decode(&fs::read(&path).unwrap());
    let theirs = encode(&text.replace("Name=\"Name\" Value=\"", "Name=\"Name\" Value=\"Their"), encoding);
    fs::write(&path, &theirs).unwrap();
    let before = contents(&base);
    let mut after = loaded.application.clone();
    for module in ["Validate", "Activate"] {
        let shape = after.modules[module].orchestration.as_ref().unwrap().body[0].id.clone();
        let edit = Edit::RenameShape { module: module.into(), shape, name: "Ours".into() };
        edit.apply(&mut after).unwrap();
    }
    let errors = biztalk::save(&base, &loaded.application, &after).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.code).collect::<Vec<_>>(), ["Z16"]);
    assert_eq!(changed(&before, &base), Vec::<String>::new());
}

#[test]
fn new_and_deleted_orchestrations_are_new_and_deleted_files() {
    let (folder, _) = exported();
    let loaded = biztalk::load(folder.path()).unwrap();
    let base = loaded.base.unwrap();
    let before = contents(&base);
    let mut after = loaded.application.clone();
    let content = Box::new(Module { source: String::new(), ..after.modules["Validate"].clone() });
    Edit::DeleteModule { module: "Validate".into() }.apply(&mut after).unwrap();
    Edit::AddModule { module: "Check".into(), content }.apply(&mut after).unwrap();
    let saved = biztalk::save(&base, &loaded.application, &after).unwrap();
    let project = before.keys().find(|path| path.ends_with(".btproj")).unwrap();
    assert_eq!(changed(&before, &base), ["Validate.odx", project.as_str(), "Check.odx"]);
    let text = fs::read_to_string(base.join(project)).unwrap();
    assert!(text.contains("<XLang Include=\"Check.odx\">") && !text.contains("Validate.odx"), "{text}");
    assert_eq!(saved.sources, BTreeMap::from([("Check".to_owned(), "Check.odx".to_owned())]));
    let again = biztalk::load(&base).unwrap().application;
    assert!(!again.modules.contains_key("Validate"));
    assert_eq!(said(&again.modules["Check"]), said(&loaded.application.modules["Validate"]));
}

#[test]
fn schemas_keep_their_encoding() {
    let (folder, _) = exported();
    let some = contents(folder.path()).into_keys().find(|path| path.ends_with(".xsd")).unwrap();
    let path = folder.path().join(&some);
    let (text, mut encoding) = decode(&fs::read(&path).unwrap());
    (encoding.charset, encoding.mark) = (Charset::Utf16Le, true);
    fs::write(&path, encode(&text, encoding)).unwrap();
    let loaded = biztalk::load(folder.path()).unwrap();
    let base = loaded.base.unwrap();
    let mut after = loaded.application.clone();
    let schema = after.schemas.get_mut(&format!("schemas/{some}")).unwrap();
    *schema = schema.replace("</", "<!-- é --></");
    let wanted = schema.clone();
    let saved = biztalk::save(&base, &loaded.application, &after).unwrap();
    assert_eq!(saved.report.written, [some]);
    assert_eq!(decode(&fs::read(&path).unwrap()), (wanted, encoding));
}

/// The orchestrations in BizTalk's files do what the ones they were made of do. Left out are the scenarios that name
/// shapes as ours are named, to change them or to count what they do.
#[test]
fn what_becomes_biztalks_files_behaves_as_before() {
    let (folder, ours) = exported();
    let loaded = biztalk::load(folder.path()).unwrap();
    let unresolved: Vec<_> = loaded.findings.iter().filter(|found| found.code == "Z10").collect();
    assert!(unresolved.is_empty(), "what lies beside counts as declared: {unresolved:#?}");
    let application = loaded.application;
    let shapes = ours.orchestrations().flat_map(|(_, orchestration)| orchestration.shapes());
    let ids: BTreeSet<String> = shapes.map(|shape| shape.id.to_string()).collect();
    let of_text = |scenario: &Scenario| {
        let counts = format!("{:?}", scenario.steps).contains("message.consumed");
        let changes = scenario.set_up.edits.iter().any(|edit| edit.file.ends_with(".orchestration.ron"));
        changes || (counts && ids.iter().any(|id| format!("{:?}", scenario.steps).contains(id.as_str())))
    };
    let (mut played, mut failed) = (0, Vec::new());
    for (stem, _) in application.scenarios.iter().filter(|(_, scenario)| !of_text(scenario)) {
        let prepared = Prepared::new(&application, stem).unwrap();
        failed.extend(prepared.play(&Options::default()).failures);
        played += 1;
    }
    assert!(played > 60, "{played} scenarios");
    assert!(failed.is_empty(), "{failed:#?}");
}

/// What is stopped here stays so when it is opened again: only a server's binding file says it of everything.
#[test]
fn what_is_stopped_beside_the_files_stays_stopped() {
    let (folder, _) = exported();
    let before = biztalk::load(folder.path()).unwrap().application;
    let stopped = before.bindings.send_ports.iter().filter(|port| port.state == PortState::Bound).count();
    assert!(stopped > 0);
    let mut after = before.clone();
    for port in &mut after.bindings.send_ports {
        port.state = PortState::Stopped;
    }
    after.bindings.receive_ports[0].locations[0].enabled = false;
    biztalk::save(folder.path(), &before, &after).unwrap();
    let again = biztalk::load(folder.path()).unwrap().application;
    assert!(again.bindings.send_ports.iter().all(|port| port.state == PortState::Stopped));
    assert!(!again.bindings.receive_ports[0].locations[0].enabled);
    let opened = biztalk::open(folder.path()).unwrap();
    assert_eq!(opened.application.scenarios, before.scenarios, "what lies beside belongs to what is opened");
}
