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

/// A fresh application in a folder of its own.
fn fresh(temp: &tempfile::TempDir, name: &str) -> std::path::PathBuf {
    let folder = temp.path().join(name);
    assert_eq!(code(&["new", folder.to_str().unwrap()]), Some(0));
    folder
}

fn rename_a_shape(folder: &std::path::Path) {
    let file = folder.join("SayHello.orchestration.ron");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"Send reply\"", "\"Answer\"")).unwrap();
}

#[test]
fn export_draws_and_says_what_it_cannot() {
    let temp = tempfile::tempdir().unwrap();
    let folder = fresh(&temp, "orders");
    let folder = folder.to_str().unwrap();
    let (svg, png) = (temp.path().join("a.svg"), temp.path().join("a.png"));
    let drawn =
        orchestrion(&["export", folder, "--svg", svg.to_str().unwrap(), "--png", png.to_str().unwrap()]);
    assert_eq!(drawn.status.code(), Some(0), "{}", errors(&drawn));
    assert!(fs::read_to_string(&svg).unwrap().contains(">Send reply</text>"));
    assert!(fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    let unknown = orchestrion(&["export", folder, "SayHelo", "--png", png.to_str().unwrap()]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(errors(&unknown).contains("did you mean SayHello"), "{}", errors(&unknown));
    assert_eq!(code(&["export", folder]), Some(2), "neither SVG nor PNG");
}

#[test]
fn diff_tells_by_its_exit_code_and_in_words() {
    let temp = tempfile::tempdir().unwrap();
    let (old, new) = (fresh(&temp, "orders"), temp.path().join("again"));
    fs::create_dir(&new).unwrap();
    for file in fs::read_dir(&old).unwrap().map(Result::unwrap).filter(|f| f.path().is_file()) {
        fs::copy(file.path(), new.join(file.file_name())).unwrap();
    }
    let schemas = new.join("schemas");
    fs::create_dir(&schemas).unwrap();
    for file in fs::read_dir(old.join("schemas")).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), schemas.join(file.file_name())).unwrap();
    }
    rename_a_shape(&new);
    let file =
        |folder: &std::path::Path| folder.join("SayHello.orchestration.ron").to_str().unwrap().to_owned();
    let files = orchestrion(&["diff", &file(&old), &file(&new)]);
    assert_eq!(files.status.code(), Some(1), "{}", errors(&files));
    let said = String::from_utf8(files.stdout).unwrap();
    assert!(said.contains("~ Send \"Answer\"\n    name: Send reply → Answer\n1 difference\n"), "{said}");
    let folders = orchestrion(&["diff", old.to_str().unwrap(), new.to_str().unwrap(), "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&folders.stdout).unwrap();
    assert!(json.as_array().unwrap().iter().any(|change| change["name"] == "Send \"Answer\""), "{json}");
    assert_eq!(code(&["diff", &file(&old), &file(&old), "--quiet"]), Some(0));
    assert_eq!(code(&["diff", &file(&old), new.to_str().unwrap()]), Some(2), "a file and a folder");
    let added = orchestrion(&["diff", "/dev/null", &file(&old)]);
    assert!(String::from_utf8(added.stdout).unwrap().contains("+ Send \"Send reply\""));
}

#[test]
fn diff_reads_git_revisions() {
    let temp = tempfile::tempdir().unwrap();
    let folder = fresh(&temp, "orders");
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=x", "-c", "user.email=x@x", "-c", "commit.gpgsign=false"];
        Command::new("git")
            .arg("-C")
            .arg(&folder)
            .args(who)
            .args(arguments)
            .output()
            .map(|o| o.status.success())
    };
    let Ok(true) = git(&["init", "-q"]) else {
        eprintln!("git is not there: not tested");
        return;
    };
    assert!(git(&["add", "."]).unwrap() && git(&["commit", "-qm", "one"]).unwrap());
    let here = folder.to_str().unwrap();
    assert_eq!(code(&["diff", "HEAD", here]), Some(0));
    rename_a_shape(&folder);
    let changed = orchestrion(&["diff", "HEAD", here]);
    assert_eq!(changed.status.code(), Some(1), "{}", errors(&changed));
    assert!(String::from_utf8(changed.stdout).unwrap().contains("name: Send reply → Answer"));
    assert!(git(&["commit", "-qam", "two"]).unwrap());
    assert_eq!(code(&["diff", "HEAD~1", here]), Some(1));
    let unknown = orchestrion(&["diff", "no-such-thing", here]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(errors(&unknown).contains("no file, folder or revision"), "{}", errors(&unknown));
    assert_eq!(code(&["diff", "--output=x", here]), Some(2), "no option reaches git");
}

/// A full disk at the end of a pipe is no success.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("orders");
    let folder = folder.to_str().unwrap();
    assert_eq!(code(&["new", folder]), Some(0));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_orchestrion"));
    let output = command.args(["check", folder]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("error: standard output cannot be written"), "{errors}");
}

/// A pipe or a device might never end.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_told_and_not_read() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("orders");
    assert_eq!(code(&["new", folder.to_str().unwrap()]), Some(0));
    let pipe = folder.join("schemas/Pipe.xsd");
    fs::create_dir_all(pipe.parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let told = orchestrion(&["check", folder.to_str().unwrap()]);
    assert_eq!(told.status.code(), Some(2));
    assert!(
        errors(&told).contains("schemas/Pipe.xsd") && errors(&told).contains("no regular file"),
        "{}",
        errors(&told)
    );
    let odx = temp.path().join("Pipe.odx");
    assert!(Command::new("mkfifo").arg(&odx).status().unwrap().success());
    let told = orchestrion(&["check", odx.to_str().unwrap()]);
    assert_eq!(told.status.code(), Some(2));
    assert!(errors(&told).contains("no regular file"), "{}", errors(&told));
}

#[test]
fn generate_makes_the_message_that_starts_an_orchestration() {
    let depot = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/samples/Depot");
    let made = orchestrion(&["generate", depot, "TwoParts"]);
    assert_eq!(made.status.code(), Some(0), "{}", errors(&made));
    assert!(String::from_utf8_lossy(&made.stdout).contains("multipart/mixed"));
    assert!(errors(&made).contains("receive location Depot.Flows.TwoParts.In"), "{}", errors(&made));
    let called = orchestrion(&["generate", depot, "Mark"]);
    assert_eq!(called.status.code(), Some(1));
    assert!(errors(&called).contains("calls or starts it"), "{}", errors(&called));
}

#[test]
fn a_run_is_filmed_from_the_command_line() {
    let temp = tempfile::tempdir().unwrap();
    let gif = temp.path().join("order.gif");
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/southridge");
    let gif_path = gif.to_str().unwrap();
    let done =
        orchestrion(&["export", sample, "OrderBrokerOrch", "--gif", gif_path, "--seconds", "5", "--dark"]);
    assert_eq!(done.status.code(), Some(0), "{}", errors(&done));
    assert!(std::fs::read(&gif).unwrap().starts_with(b"GIF89a"));
    let wrong =
        orchestrion(&["export", sample, "OrderBrokerOrch", "--gif", gif_path, "--run", "nowhere.orchrun"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", errors(&wrong));
}

#[test]
fn a_simulation_is_the_same_each_time_and_names_its_worst_case() {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/southridge");
    let run = || orchestrion(&["simulate", sample, "--count", "10", "--replications", "3", "--seed", "7"]);
    let (first, second) = (run(), run());
    assert_eq!(first.status.code(), Some(0), "{}", errors(&first));
    assert_eq!(first.stdout, second.stdout);
    let said = String::from_utf8_lossy(&first.stdout).into_owned();
    for part in
        ["30 messages in 3 replications from seed 7", "was waiting at", "P95", "slowest: seed ", "Little"]
    {
        assert!(said.contains(part), "no {part} in {said}");
    }
}

#[test]
fn a_simulation_is_written_as_json_and_takes_what_it_is_given() {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/southridge");
    let of = |more: &[&str]| {
        let mut arguments = vec!["simulate", sample, "--replications", "2", "--json"];
        arguments.extend(more);
        orchestrion(&arguments)
    };
    let new = ["--message", "messages/simulated/order-ns.xml", "--location", "Order-RP-RL"];
    let found =
        of(&[&new[..], &["--count", "5", "--every", "10 s", "--evenly", "--answers", "set"]].concat());
    assert_eq!(found.status.code(), Some(0), "{}", errors(&found));
    let found: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(found["cases"]["completed"], 10);
    assert_eq!(found["cases"]["mean"]["half"], 0.0);
    let wrong = of(&["--message", "nothing.xml"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(errors(&wrong).contains("choose one of Requester"), "{}", errors(&wrong));
    let nowhere = of(&["--location", "nowhere"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(errors(&nowhere).contains("no receive location `nowhere`"), "{}", errors(&nowhere));
    for pattern in [&["--bursts", "5", "--every", "1 min"][..], &["--ramp", "60-600/30s"]] {
        let found = of(&[&["--count", "10"], pattern].concat());
        assert_eq!(found.status.code(), Some(0), "{}", errors(&found));
    }
    assert_eq!(of(&["--ramp", "slowly"]).status.code(), Some(2));
    assert_eq!(of(&["--every", "soon"]).status.code(), Some(2));
}
