//! The command line as scripts use it: exit codes and plain words.

use std::fs;
use std::process::{Command, Output};

fn orchestrion(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orchestrion"));
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    command.args(arguments).output().unwrap()
}

fn code(arguments: &[&str]) -> Option<i32> {
    orchestrion(arguments).status.code()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn new_makes_an_application_that_checks_clean_and_refuses_a_folder_with_something_in_it() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("orders");
    let folder = folder.to_str().unwrap();
    assert_eq!(code(&["new", folder]), Some(0));
    assert_eq!(code(&["check", folder]), Some(0));
    let again = orchestrion(&["new", folder]);
    assert_eq!(again.status.code(), Some(2));
    assert!(errors(&again).contains("is not empty"), "{}", errors(&again));
}

#[test]
fn check_tells_unreadable_from_wrong() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().to_str().unwrap();
    assert_eq!(code(&["check", folder]), Some(2), "no application there");
    assert_eq!(code(&["check"]), Some(2), "usage");
    let orders = temp.path().join("orders");
    assert_eq!(code(&["new", orders.to_str().unwrap()]), Some(0));
    let orchestration = orders.join("SayHello.orchestration.ron");
    let text = fs::read_to_string(&orchestration).unwrap();
    fs::write(&orchestration, text.replace("port: \"RequestPort\"", "port: \"NoSuchPort\"")).unwrap();
    let wrong = orchestrion(&["check", orders.to_str().unwrap()]);
    assert_eq!(wrong.status.code(), Some(1), "{}", errors(&wrong));
    assert!(errors(&wrong).contains("error["), "{}", errors(&wrong));
    fs::write(&orchestration, "(format: 1, content: (").unwrap();
    let broken = orchestrion(&["run", orders.to_str().unwrap()]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(errors(&broken).contains("SayHello.orchestration.ron:1"), "{}", errors(&broken));
}

#[test]
fn exported_bindings_come_back_changed() {
    let temp = tempfile::tempdir().unwrap();
    let (folder, file) = (temp.path().join("orders"), temp.path().join("production.ron"));
    let (folder, file) = (folder.to_str().unwrap(), file.to_str().unwrap());
    assert_eq!(code(&["new", folder]), Some(0));
    assert_eq!(code(&["bindings", "export", folder, "--file", file]), Some(0));
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, text.replace("outbox/", "production/")).unwrap();
    let imported = orchestrion(&["bindings", "import", folder, file]);
    assert_eq!(imported.status.code(), Some(0), "{}", errors(&imported));
    assert!(String::from_utf8_lossy(&imported.stdout).starts_with("updated "));
    let exported = orchestrion(&["bindings", "export", folder]);
    assert!(String::from_utf8_lossy(&exported.stdout).contains("production/"));
    fs::write(file, "(format: 1, content: (send_ports: [(nam").unwrap();
    let broken = orchestrion(&["bindings", "import", folder, file]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(errors(&broken).contains("production.ron:1"), "{}", errors(&broken));
}

#[test]
fn help_and_version_need_no_window_system_and_name_the_exit_codes() {
    for arguments in [&["--help"][..], &["run", "--help"], &["check", "--help"], &["new", "--help"]] {
        let output = orchestrion(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&output.stdout).contains("Exit codes:"), "{arguments:?}");
    }
    assert_eq!(code(&["--version"]), Some(0));
}

#[test]
fn a_missing_display_is_one_plain_line() {
    let output = orchestrion(&[]);
    assert!(!output.status.success());
    let said = errors(&output);
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(said.starts_with("error: ") && !said.contains("panicked"), "{said}");
}
