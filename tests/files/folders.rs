//! Round trips between an application and its folder.

use crate::crowded;
use orchestrion::model::files::{self, Tree, decode, encode, load, save};
use orchestrion::model::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn samples(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

fn reload(folder: &Path) -> Application {
    let (application, warnings) = load(folder).unwrap();
    assert_eq!(warnings, []);
    application
}

/// Every file below `folder`, ours or not.
fn everything(folder: &Path) -> Tree {
    fn gather(folder: &Path, prefix: &str, tree: &mut Tree) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                gather(&entry.path(), &format!("{path}/"), tree);
            } else {
                tree.insert(path, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut tree = BTreeMap::new();
    gather(folder, "", &mut tree);
    tree
}

fn saved(application: &Application) -> TempDir {
    let folder = TempDir::new().unwrap();
    save(folder.path(), application, None).unwrap();
    folder
}

#[test]
fn a_crowded_application_round_trips_byte_for_byte() {
    let application = crowded::application();
    let folder = saved(&application);
    let loaded = reload(folder.path());
    assert_eq!(loaded, application);
    assert_eq!(everything(folder.path()), encode(&loaded).unwrap());
}

#[test]
fn hello_on_disk_is_hello_compiled_in_and_written_our_way() {
    let application = reload(&samples("hello"));
    assert_eq!(files::hello().unwrap(), application);
    assert_eq!(files::read_folder(&samples("hello")).unwrap(), encode(&application).unwrap());
}

#[test]
fn a_new_application_is_hello_under_its_own_name() {
    let folder = TempDir::new().unwrap();
    let report = files::new_application(&folder.path().join("orders"), "Orders").unwrap();
    let mut made = reload(&folder.path().join("orders"));
    assert_eq!(made.settings.name, "Orders");
    made.settings.name = "hello".into();
    assert_eq!(made, files::hello().unwrap());
    assert_eq!(report.written.len(), everything(&folder.path().join("orders")).len());
    assert!(folder.path().join("orders/inbox").is_dir());
}

#[test]
fn a_property_a_line_so_that_git_merges() {
    let mut application = files::hello().unwrap();
    let before = encode(&application).unwrap();
    let module = application.modules.get_mut("SayHello").unwrap();
    module.orchestration.as_mut().unwrap().body[0].name = "Receive greeting".into();
    let after = encode(&application).unwrap();
    let lines = |tree: &Tree| -> Vec<String> {
        tree.values()
            .flat_map(|b| {
                String::from_utf8(b.clone()).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
            })
            .collect()
    };
    let changed: Vec<_> = lines(&before).into_iter().zip(lines(&after)).filter(|(a, b)| a != b).collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(
        String::from_utf8(after["SayHello.orchestration.ron"].clone())
            .unwrap()
            .contains("\n                    name: \"Receive greeting\",\n")
    );
}

#[test]
fn only_changed_files_are_written_and_gone_ones_removed() {
    let old = crowded::application();
    let folder = saved(&old);
    let mut new = old.clone();
    new.settings.description = "Changed.".into();
    new.modules.remove("Types");
    new.schemas.insert("schemas/More.xsd".into(), "<schema/>".into());
    let report = save(folder.path(), &new, Some(&old)).unwrap();
    assert_eq!(report.written, ["application.ron", "schemas/More.xsd"]);
    assert_eq!(report.removed, ["Types.orchestration.ron"]);
    assert_eq!(reload(folder.path()), new);
    let again = save(folder.path(), &new, Some(&new)).unwrap();
    assert_eq!(again, files::SaveReport::default());
}

#[test]
fn foreign_files_are_never_touched() {
    let application = crowded::application();
    let folder = saved(&application);
    let foreign = [
        "notes.ron",
        "inbox/1.xml",
        "schemas/README",
        "maps/old.btm",
        ".git/HEAD",
        "messages/.keep",
        "Types.orchestration.ron.orig",
    ];
    for path in foreign {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), [0xff, 0xfe]).unwrap();
    }
    assert_eq!(reload(folder.path()), application);
    save(folder.path(), &Application::default(), Some(&application)).unwrap();
    let left = everything(folder.path());
    let mut expected: Vec<_> = foreign.iter().copied().chain(["application.ron"]).collect();
    expected.sort_unstable();
    assert_eq!(left.keys().collect::<Vec<_>>(), expected);
}

#[test]
fn a_vanished_folder_is_saved_whole_again() {
    let application = crowded::application();
    let folder = saved(&application);
    let path = folder.path().join("sub");
    save(&path, &application, None).unwrap();
    fs::remove_dir_all(&path).unwrap();
    save(&path, &application, Some(&application)).unwrap();
    assert_eq!(reload(&path), application);
}

#[test]
fn a_change_by_another_program_is_not_overwritten() {
    let old = crowded::application();
    let folder = saved(&old);
    let bindings = folder.path().join("bindings.ron");
    let theirs = fs::read_to_string(&bindings).unwrap().replace("Fabrikam", "Contoso");
    fs::write(&bindings, &theirs).unwrap();

    let mut new = old.clone();
    new.settings.description = "Ours.".into();
    save(folder.path(), &new, Some(&old)).unwrap();
    assert_eq!(fs::read_to_string(&bindings).unwrap(), theirs, "a file we did not change stays theirs");

    let mut newer = new.clone();
    newer.bindings = Bindings::default();
    newer.settings.description = "Not saved.".into();
    let before = everything(folder.path());
    let refused = save(folder.path(), &newer, Some(&new)).unwrap_err();
    assert_eq!((refused[0].code, refused[0].place.file.as_str()), ("F08", "bindings.ron"));
    assert_eq!(everything(folder.path()), before, "a refused save changes nothing");
}

#[test]
fn a_file_laid_out_by_hand_may_be_saved_over() {
    let old = crowded::application();
    let folder = saved(&old);
    let path = folder.path().join("Types.orchestration.ron");
    let spread = fs::read_to_string(&path).unwrap().replace("    ", "\t");
    fs::write(&path, format!("// mine\n{spread}")).unwrap();
    let mut new = reload(folder.path());
    assert_eq!(new, old);
    new.modules.get_mut("Types").unwrap().namespace = "Other".into();
    save(folder.path(), &new, Some(&old)).unwrap();
    assert_eq!(reload(folder.path()), new);
}

#[test]
fn a_folder_of_another_application_is_not_saved_over() {
    let folder = saved(&files::hello().unwrap());
    let before = everything(folder.path());
    let refused = save(folder.path(), &crowded::application(), None).unwrap_err();
    assert!(refused.iter().all(|d| d.code == "F08"), "{refused:?}");
    assert_eq!(everything(folder.path()), before);
}

#[test]
fn an_embedded_sample_loads_as_from_disk() {
    static HELLO: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/samples/hello");
    assert_eq!(decode(&files::embedded(&HELLO)).unwrap().0, reload(&samples("hello")));
}

#[test]
fn nested_as_deeply_as_anybody_draws() {
    let mut body = Vec::new();
    for level in 0..edit::MAX_NESTING {
        let kind = ShapeKind::Decide(Branches {
            branches: vec![Branch { id: format!("b{level}").into(), body, ..Branch::default() }],
        });
        body = vec![Shape { id: format!("s{level}").into(), kind, ..Shape::default() }];
    }
    let orchestration = Orchestration { name: "Deep".into(), body, ..Orchestration::default() };
    let mut application = Application::default();
    application
        .modules
        .insert("Deep".into(), Module { orchestration: Some(orchestration), ..Module::default() });
    assert_eq!(decode(&encode(&application).unwrap()).unwrap().0, application);
}

proptest! {
    #[test]
    fn any_text_survives(text in "[\\PC\"\\\\#\n\r\t]{0,40}", name in any::<String>()) {
        let mut application = files::hello().unwrap();
        let orchestration = application.modules.get_mut("SayHello").unwrap().orchestration.as_mut().unwrap();
        orchestration.comments = text.clone();
        orchestration.body[0].name = name;
        orchestration.body[0].comments = format!("{text}\"#");
        application.messages.insert("messages/any.xml".into(), text);
        prop_assert_eq!(decode(&encode(&application).unwrap()).unwrap().0, application);
    }
}
