//! Bad input: each case is one clear diagnostic with its place, and nothing is lost.

use crate::crowded;
use orchestrion::diagnostic::{Diagnostic, Severity};
use orchestrion::model::files::{self, decode, encode, load, save};
use orchestrion::model::*;
use std::fs;
use tempfile::TempDir;

/// What loading hello says when `path` reads `edit`ed.
fn refused(path: &str, edit: impl Fn(String) -> String) -> Vec<Diagnostic> {
    let mut tree = encode(&files::hello().unwrap()).unwrap();
    let text = String::from_utf8(tree.remove(path).unwrap()).unwrap();
    let edited = edit(text.clone());
    assert_ne!(edited, text, "the edit must hit");
    tree.insert(path.to_owned(), edited.into_bytes());
    let found = decode(&tree).unwrap_err();
    assert!(found.iter().all(|d| d.place.file == path && !d.help.is_empty()), "{found:?}");
    found
}

fn only(mut found: Vec<Diagnostic>) -> Diagnostic {
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

const MODULE: &str = "SayHello.orchestration.ron";

#[test]
fn a_newer_format_is_refused_with_place_and_help() {
    let d = only(refused("bindings.ron", |t| {
        t.replace("format: 1", "format: 2").replace("receive_ports", "gates")
    }));
    assert_eq!((d.code, d.place.line), ("F04", Some((2, 5))));
    assert!(d.message.contains("format 2") && d.help.contains("newer Orchestrion"), "{d}");
}

#[test]
fn an_unknown_property_names_what_is_allowed() {
    let d = only(refused(MODULE, |t| t.replace("activate: true", "activates: true")));
    assert_eq!(d.code, "F05");
    assert!(d.message.contains("Unknown property `activates`"), "{d}");
    assert!(d.help.contains("Did you mean `activate`?") && d.help.contains("follows"), "{d}");
    let text = String::from_utf8(encode(&files::hello().unwrap()).unwrap().remove(MODULE).unwrap()).unwrap();
    let line = text.lines().position(|l| l.contains("activate: true")).unwrap() as u32 + 1;
    assert_eq!(d.place.line.map(|(line, _)| line), Some(line));
}

#[test]
fn an_unknown_shape_names_the_shapes() {
    let d = only(refused(MODULE, |t| t.replace("kind: Send(", "kind: Sent(")));
    assert_eq!(d.code, "F05");
    assert!(d.message.contains("Unknown value `Sent`"), "{d}");
    assert!(d.help.contains("Did you mean `Send`?") && d.help.contains("Terminate"), "{d}");
}

#[test]
fn a_missing_property_is_named() {
    let d = only(refused(MODULE, |t| t.replace("polarity: Implements,", "")));
    assert!(d.message.contains("`polarity`") && d.message.contains("is missing"), "{d}");
}

#[test]
fn broken_ron_has_line_and_column() {
    let d = only(refused("application.ron", |t| t.replace("name: \"hello\"", "name: hello")));
    assert_eq!(d.code, "F05");
    assert_eq!(d.place.line, Some((4, 15)));
    let d = only(refused(MODULE, |t| t[..t.len() / 2].to_owned()));
    assert_eq!(d.code, "F05");
    let d = only(refused("bindings.ron", |_| String::new()));
    assert_eq!((d.code, d.place.line), ("F05", Some((1, 1))));
}

#[test]
fn a_merge_conflict_is_refused_where_it_is() {
    let d = only(refused(MODULE, |t| t.replace("        namespace:", "<<<<<<< HEAD\n        namespace:")));
    assert_eq!((d.code, d.place.line.map(|l| l.0)), ("F05", Some(4)));
}

#[test]
fn an_id_used_twice_is_refused() {
    let d = only(refused(MODULE, |t| t.replace("id: \"send_1\"", "id: \"receive_1\"")));
    assert_eq!((d.code, d.place.name.as_str()), ("F06", "Send reply"));
    assert_eq!(d.place.module.as_deref(), Some("SayHello"));
    let d = only(refused(MODULE, |t| t.replace("id: \"send_1\"", "id: \"\"")));
    assert_eq!(d.code, "F06");
}

#[test]
fn every_bad_file_is_told_at_once() {
    let mut tree = encode(&crowded::application()).unwrap();
    tree.insert("bindings.ron".into(), b"(".to_vec());
    tree.insert("schemas/Order.xsd".into(), b"\xff\xfe<\0".to_vec());
    tree.insert("maps/Other.map.ron".into(), tree["maps/OrderToAck.map.ron"].clone());
    tree.remove("application.ron");
    let codes: Vec<_> = decode(&tree).unwrap_err().iter().map(|d| (d.code, d.place.file.clone())).collect();
    let expected = [
        ("F01", "application.ron"),
        ("F05", "bindings.ron"),
        ("F07", "maps/Other.map.ron"),
        ("F03", "schemas/Order.xsd"),
    ];
    assert_eq!(codes, expected.map(|(code, file)| (code, file.to_owned())));
}

#[test]
fn a_message_that_is_not_text_is_left_alone() {
    let application = files::hello().unwrap();
    let folder = TempDir::new().unwrap();
    save(folder.path(), &application, None).unwrap();
    let path = folder.path().join("messages/photo.jpg");
    fs::write(&path, [0xff, 0xd8]).unwrap();
    let (loaded, warnings) = load(folder.path()).unwrap();
    assert_eq!(loaded, application);
    let warning = only(warnings);
    assert_eq!((warning.code, warning.severity), ("F03", Severity::Warning));

    let mut without = loaded.clone();
    without.messages.clear();
    save(folder.path(), &without, Some(&loaded)).unwrap();
    assert!(path.exists());
    without.messages.insert("messages/photo.jpg".into(), "text".into());
    let refused = only(save(folder.path(), &without, Some(&loaded)).unwrap_err());
    assert_eq!((refused.code, fs::read(&path).unwrap()), ("F08", vec![0xff, 0xd8]));
}

#[test]
fn a_missing_folder_and_an_empty_one_say_what_to_do() {
    let folder = TempDir::new().unwrap();
    let d = only(load(folder.path()).unwrap_err());
    assert!(d.code == "F01" && d.help.contains("orchestrion new"), "{d}");
    let d = only(load(&folder.path().join("nowhere")).unwrap_err());
    assert!(d.code == "F01" && d.message.contains("nowhere"), "{d}");
}

#[test]
fn names_that_leave_the_folder_are_not_saved() {
    let folder = TempDir::new().unwrap();
    for stem in ["../evil", "a/b", "..", "", ".hidden", "con", "a\u{0}b", "C:x"] {
        let mut application = files::hello().unwrap();
        application.modules.insert(stem.to_owned(), Module::default());
        let d = only(save(&folder.path().join("app"), &application, None).unwrap_err());
        assert_eq!(d.code, "F07", "{stem:?}");
    }
    for path in ["schemas/../../evil.xsd", "evil.xsd", "/schemas/a.xsd", "schemas/a.txt"] {
        let mut application = files::hello().unwrap();
        application.schemas.insert(path.to_owned(), String::new());
        let found = save(&folder.path().join("app"), &application, None).unwrap_err();
        assert!(found.iter().all(|d| d.code == "F07"), "{path:?}");
    }
    let mut application = files::hello().unwrap();
    application.modules.insert("sayhello".into(), Module::default());
    assert!(only(save(&folder.path().join("app"), &application, None).unwrap_err()).message.contains("case"));
    assert!(!folder.path().join("app").exists());
}

#[test]
fn nested_beyond_reading_is_not_written() {
    let mut body = Vec::new();
    for level in 0..500 {
        let kind = ShapeKind::Group(Group { body });
        body = vec![Shape { id: format!("s{level}").into(), kind, ..Shape::default() }];
    }
    let mut application = files::hello().unwrap();
    application.modules.get_mut("SayHello").unwrap().orchestration.as_mut().unwrap().body = body;
    assert_eq!(only(encode(&application).unwrap_err()).code, "F05");

    let text = format!("(format: 1, content: {})", "[".repeat(100_000));
    let mut tree = encode(&files::hello().unwrap()).unwrap();
    tree.insert("partners.ron".into(), text.into_bytes());
    assert_eq!(only(decode(&tree).unwrap_err()).code, "F05");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused() {
    let folder = TempDir::new().unwrap();
    save(&folder.path().join("app"), &files::hello().unwrap(), None).unwrap();
    fs::write(folder.path().join("secret.xsd"), "<schema/>").unwrap();
    std::os::unix::fs::symlink("../../secret.xsd", folder.path().join("app/schemas/Secret.xsd")).unwrap();
    let d = only(load(&folder.path().join("app")).unwrap_err());
    assert_eq!((d.code, d.place.file.as_str()), ("F07", "schemas/Secret.xsd"));
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_refuses_the_load() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    save(folder.path(), &crowded::application(), None).unwrap();
    let path = folder.path().join("bindings.ron");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        // The superuser reads everything; a folder in the file's place cannot be read by anybody.
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
    }
    let found = load(folder.path());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(only(found.unwrap_err()).code, "F02");
}
