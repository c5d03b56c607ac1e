//! The wall-clock host on real folders: files in, files out, and nothing lost by a kill or bad input.

use orchestrion::model::{
    Application, Binding, Block, FilterRow, Loop, Partner, PartnerBehavior, Polarity, ReceiveLocation,
    ReceivePort, Schedule, SendPort, ShapeKind, SpecifyNow, Transport, files,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// An application without orchestrations: what comes into `inbox` goes to `direct` under its own name and, by
/// way of a partner who sends it back, to `echoed`.
fn relay() -> Application {
    let location = |name: &str, transport: &str, address: &str| ReceiveLocation {
        name: name.into(),
        transport: transport.into(),
        address: address.into(),
        receive_pipeline: "PassThruReceive".into(),
        enabled: true,
        ..ReceiveLocation::default()
    };
    let receive = |name: &str, location| ReceivePort {
        name: name.into(),
        locations: vec![location],
        ..ReceivePort::default()
    };
    let send = |name: &str, from: &str, transport: &str, address: &str| SendPort {
        name: name.into(),
        send_pipeline: "PassThruTransmit".into(),
        primary: Some(Transport {
            transport: transport.into(),
            address: address.into(),
            ..Transport::default()
        }),
        filter: vec![FilterRow {
            property: "BTS.ReceivePortName".into(),
            value: format!("\"{from}\""),
            ..FilterRow::default()
        }],
        priority: 5,
        ..SendPort::default()
    };
    let mut application = Application::default();
    application.settings.name = "relay".into();
    application.bindings.receive_ports = vec![
        receive("In", location("Inbox", "FILE", "inbox/*.xml")),
        receive("Back", location("FromPartner", "QUEUE", "queue://From")),
    ];
    application.bindings.send_ports = vec![
        send("Direct", "In", "FILE", "direct/%SourceFileName%"),
        send("ToPartner", "In", "QUEUE", "queue://To"),
        send("Echoed", "Back", "FILE", "echoed/%MessageID%.xml"),
    ];
    let behavior =
        PartnerBehavior::Echo { from: "queue://To".into(), to: "queue://From".into(), delay_ms: 40 };
    application.partners = vec![Partner { name: "Partner".into(), description: String::new(), behavior }];
    application
}

/// A location outside its schedule leaves its files alone (RX-4).
#[test]
fn a_file_for_a_closed_location_stays_where_it_is() {
    for (stop, taken) in [("2000-01-01", 0), ("9999-12-31", 1)] {
        let mut application = relay();
        let location = &mut application.bindings.receive_ports[0].locations[0];
        location.schedule = Some(Schedule { stop_date: Some(stop.into()), ..Schedule::default() });
        let folder = saved(&application);
        drop_file(folder.path(), "a.xml", "<A/>");
        let output = run_until_idle(folder.path());
        assert_eq!(
            contents(folder.path().join("direct")).len(),
            taken,
            "until {stop}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        assert_eq!(contents(folder.path().join("inbox")).len(), 1 - taken, "until {stop}");
    }
}

fn saved(application: &Application) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    files::save(folder.path(), application, None).unwrap();
    fs::create_dir(folder.path().join("inbox")).unwrap();
    folder
}

fn orchestrion(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orchestrion"));
    // A process without any window system must do.
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let (first, rest) = arguments.split_first().unwrap();
    command.arg(first).arg(folder).args(rest);
    command
}

fn run_until_idle(folder: &Path) -> Output {
    orchestrion(&["run", "--until-idle"], folder).output().unwrap()
}

fn drop_file(folder: &Path, name: &str, content: &str) {
    let aside = folder.join("inbox").join(format!("{name}.tmp"));
    fs::write(&aside, content).unwrap();
    fs::rename(&aside, folder.join("inbox").join(name)).unwrap();
}

/// Contents of the files of a folder, sorted. Names with a dot in front are not output: nobody reads them.
fn contents(folder: PathBuf) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| !is_hidden(path));
    let mut all: Vec<_> = paths.map(|path| fs::read_to_string(path).unwrap()).collect();
    all.sort();
    all
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().unwrap().to_str().unwrap().starts_with('.')
}

fn assert_nothing_is_left_aside(folder: &Path) {
    let left: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|p| is_hidden(p)).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(30), "never {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

struct Running(Child);

impl Running {
    fn start(folder: &Path) -> Self {
        let mut command = orchestrion(&["run", "--quiet"], folder);
        Self(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// SIGKILL: the process gets no chance to tidy up.
    fn kill(mut self) -> String {
        self.0.kill().unwrap();
        text(&self.0.wait_with_output().unwrap().stderr)
    }
}

#[test]
fn a_file_dropped_into_the_inbox_comes_out_and_the_run_ends_when_idle() {
    let folder = saved(&relay());
    drop_file(folder.path(), "a.xml", "<a/>");
    let output = run_until_idle(folder.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(folder.path().join("direct/a.xml")).unwrap(), "<a/>");
    assert_eq!(contents(folder.path().join("echoed")), ["<a/>"]);
    assert_eq!(contents(folder.path().join("inbox")), [""; 0]);
    let journal = text(&output.stdout);
    assert!(journal.contains("message.received        4 bytes at Inbox, port In"), "{journal}");
}

#[test]
fn ports_specified_now_receive_and_send_without_any_bindings() {
    let mut application = files::hello().unwrap();
    application.bindings = Default::default();
    let module = application.modules.values_mut().next().unwrap();
    for port in &mut module.orchestration.as_mut().unwrap().ports {
        let receives = port.polarity == Polarity::Implements;
        let uri = if receives { "inbox/*.xml" } else { "greetings/%MessageID%.xml" };
        port.binding = Binding::SpecifyNow(SpecifyNow {
            transport: "FILE".into(),
            uri: uri.into(),
            receive_pipeline: "XMLReceive".into(),
            send_pipeline: "XMLTransmit".into(),
        });
    }
    let folder = saved(&application);
    drop_file(folder.path(), "world.xml", application.messages.values().next().unwrap());
    fs::create_dir(folder.path().join("greetings")).unwrap();
    let output = run_until_idle(folder.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let greetings = contents(folder.path().join("greetings"));
    assert!(matches!(greetings.as_slice(), [one] if one.contains("World")), "{greetings:?}");
    assert_eq!(contents(folder.path().join("inbox")), [""; 0]);
}

#[test]
fn killing_at_any_moment_and_running_again_yields_each_output_once_and_whole() {
    let folder = saved(&relay());
    let body = |n: usize| format!("<order n='{n}'>{}</order>", "x".repeat(n * 517 % 9000));
    let (rounds, each) = (12, 5);
    // The same folder under another name must not make its files other files.
    let names = [folder.path().to_owned(), folder.path().join("inbox/..")];
    for round in 0..rounds {
        let running = Running::start(&names[round % 2]);
        for n in round * each..(round + 1) * each {
            drop_file(folder.path(), &format!("{n}.xml"), &body(n));
        }
        // Spread over start, receiving, publishing, transmitting and echoing.
        std::thread::sleep(Duration::from_millis(20 + 53 * (round as u64 * 7 % 12)));
        running.kill();
        for place in ["direct", "echoed"] {
            for content in contents(folder.path().join(place)) {
                assert!(content.starts_with("<order") && content.ends_with("</order>"), "half a file");
            }
        }
    }
    let output = run_until_idle(folder.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut expected: Vec<_> = (0..rounds * each).map(body).collect();
    expected.sort();
    for place in ["direct", "echoed"] {
        assert_eq!(contents(folder.path().join(place)), expected, "{place}");
        assert_nothing_is_left_aside(&folder.path().join(place));
    }
    assert_eq!(contents(folder.path().join("inbox")), [""; 0]);
}

#[test]
fn two_hosts_on_one_folder_and_a_changed_model_are_refused() {
    let folder = saved(&relay());
    let running = Running::start(folder.path());
    wait_until("started", || folder.path().join(".orchestrion/run.log").exists());
    let second = run_until_idle(folder.path());
    assert_eq!(second.status.code(), Some(2));
    assert!(text(&second.stderr).contains("error[H10]"), "{}", text(&second.stderr));
    running.kill();
    let mut changed = relay();
    changed.bindings.send_ports.truncate(2);
    files::save(folder.path(), &changed, Some(&relay())).unwrap();
    let refused = run_until_idle(folder.path());
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("error[H11]") && text(&refused.stderr).contains("--fresh"));
    let fresh = orchestrion(&["run", "--until-idle", "--fresh"], folder.path()).output().unwrap();
    assert!(fresh.status.success(), "{}", text(&fresh.stderr));
}

#[test]
fn a_folder_that_vanishes_is_reported_once_and_receiving_goes_on_when_it_is_back() {
    let folder = saved(&relay());
    let running = Running::start(folder.path());
    drop_file(folder.path(), "early.xml", "<early/>");
    wait_until("received", || contents(folder.path().join("direct")) == ["<early/>"]);
    wait_until("deleted", || fs::remove_dir(folder.path().join("inbox")).is_ok());
    std::thread::sleep(Duration::from_millis(900));
    fs::create_dir(folder.path().join("inbox")).unwrap();
    drop_file(folder.path(), "late.xml", "<late/>");
    wait_until("received", || contents(folder.path().join("direct")) == ["<early/>", "<late/>"]);
    let said = running.kill();
    assert_eq!(said.matches("error[H02]").count(), 1, "{said}");
    assert_eq!(said.matches("information[H03]").count(), 1, "{said}");
}

#[test]
fn a_missing_outbox_fails_the_port_with_help_and_keeps_the_message() {
    let away = tempfile::tempdir().unwrap();
    let mut application = relay();
    let transport = application.bindings.send_ports[0].primary.as_mut().unwrap();
    transport.address = away.path().join("share/%SourceFileName%").to_str().unwrap().to_owned();
    let folder = saved(&application);
    let running = Running::start(folder.path());
    drop_file(folder.path(), "a.xml", "<a/>");
    wait_until("echoed", || contents(folder.path().join("echoed")) == ["<a/>"]);
    running.kill();
    // The port's retry is due in minutes, so look at what it waits for.
    let (application, _) = files::load(folder.path()).unwrap();
    let (program, _) = orchestrion::program::Program::compile(&application).unwrap();
    let mut host = orchestrion::host::Host::start(folder.path(), program, &Default::default()).unwrap();
    // The kill may have come before the echo was acknowledged; then it is repeated.
    host.round().unwrap();
    let waiting: Vec<_> = host.engine().instances().into_iter().map(|i| i.service.to_string()).collect();
    assert_eq!(waiting, ["Direct"]);
    assert!(host.engine().next_due().is_some(), "the retry");
}

#[test]
fn a_message_no_one_subscribes_to_is_suspended_with_its_reason_and_still_there_after_a_restart() {
    let mut application = relay();
    application.bindings.send_ports.clear();
    application.partners.clear();
    let folder = saved(&application);
    drop_file(folder.path(), "a.xml", "<a/>");
    let output = run_until_idle(folder.path());
    assert!(output.status.success());
    let journal = text(&output.stdout);
    assert!(journal.contains("routing.failed") && journal.contains("message.suspended"), "{journal}");
    let (program, _) = orchestrion::program::Program::compile(&application).unwrap();
    let host = orchestrion::host::Host::start(folder.path(), program, &Default::default()).unwrap();
    let kept: Vec<_> = host.engine().instances().into_iter().flat_map(|i| i.queue).collect();
    assert!(
        kept.iter().any(|m| m.body_part().is_some_and(|part| *part.body.as_bytes() == *b"<a/>")),
        "the file is kept"
    );
}

#[test]
fn a_broken_xml_file_is_suspended_not_lost() {
    let mut application = relay();
    application.bindings.receive_ports[0].locations[0].receive_pipeline = "XMLReceive".into();
    let folder = saved(&application);
    drop_file(folder.path(), "broken.xml", "<order><unclosed></order>");
    let output = run_until_idle(folder.path());
    assert!(output.status.success());
    let journal = text(&output.stdout);
    assert!(journal.contains("message.suspended"), "{journal}");
    assert!(contents(folder.path().join("direct")).is_empty());
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_reported_and_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = saved(&relay());
    let locked = folder.path().join("inbox/locked.xml");
    fs::write(&locked, "<a/>").unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&locked).is_ok() {
        // The superuser reads everything; a broken link is unreadable for everybody but is no file either.
        return;
    }
    let output = run_until_idle(folder.path());
    assert!(text(&output.stderr).contains("error[H04]"), "{}", text(&output.stderr));
    assert!(locked.exists());
}

/// Southridge without its requester, and with quick partners.
fn southridge() -> Application {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let (mut application, _) = files::load(&folder).unwrap();
    application.partners.retain(|partner| !matches!(partner.behavior, PartnerBehavior::Submit { .. }));
    for partner in &mut application.partners {
        match &mut partner.behavior {
            PartnerBehavior::Echo { delay_ms, .. } | PartnerBehavior::Reply { delay_ms, .. } => {
                *delay_ms = 100
            }
            PartnerBehavior::Rules(rules) => rules.delay_ms = 100,
            PartnerBehavior::Submit { .. } | PartnerBehavior::Drain { .. } | PartnerBehavior::Load(_) => {}
        }
    }
    application
}

#[test]
fn an_order_killed_all_along_its_way_ends_with_one_confirmation_and_one_final_status() {
    let application = southridge();
    let folder = saved(&application);
    drop_file(folder.path(), "order.xml", &application.messages["messages/new-order.xml"]);
    for round in 0..8 {
        let running = Running::start(folder.path());
        std::thread::sleep(Duration::from_millis(240 + 37 * round));
        running.kill();
    }
    let output = run_until_idle(folder.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let answers = contents(folder.path().join("outbox"));
    assert_nothing_is_left_aside(&folder.path().join("outbox"));
    let count = |word: &str| answers.iter().filter(|answer| answer.contains(word)).count();
    assert_eq!(
        (answers.len(), count("<OrdStatus>ACCEPTED<"), count("<Status>COMPLETED<")),
        (2, 1, 1),
        "{answers:#?}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_whose_name_is_no_text_is_left_alone_and_the_others_come_out() {
    use std::os::unix::ffi::OsStrExt;
    let folder = saved(&relay());
    let odd = folder.path().join("inbox").join(std::ffi::OsStr::from_bytes(b"b\xff.xml"));
    drop_file(folder.path(), "a.xml", "<a/>");
    fs::write(&odd, "<b/>").unwrap();
    let output = run_until_idle(folder.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("[H04]"), "{}", text(&output.stderr));
    assert_eq!(contents(folder.path().join("echoed")), ["<a/>"]);
    assert!(odd.exists());
}

#[cfg(unix)]
#[test]
fn an_orchestration_that_never_ends_starves_nobody_and_the_run_stops_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let mut endless = files::hello().unwrap();
    let module = endless.modules.values_mut().next().unwrap();
    let body = &mut module.orchestration.as_mut().unwrap().body;
    let mut turn = body.last().unwrap().clone();
    turn.id = "loop".into();
    turn.kind = ShapeKind::Loop(Loop { condition: "true".into(), body: Block::default() });
    body.insert(1, turn);
    endless.bindings.receive_ports.extend(relay().bindings.receive_ports);
    endless.bindings.send_ports.push(relay().bindings.send_ports[0].clone());
    let other = &mut endless.bindings.receive_ports[1].locations[0];
    other.address = "other/*.xml".into();
    other.name = "Other".into();
    files::save(folder.path(), &endless, None).unwrap();
    fs::create_dir(folder.path().join("inbox")).unwrap();
    drop_file(folder.path(), "endless.xml", &endless.messages["messages/world.xml"]);
    let mut running = Running::start(folder.path());
    wait_until("taken", || contents(folder.path().join("inbox")).is_empty());
    fs::create_dir_all(folder.path().join("other")).unwrap();
    fs::write(folder.path().join("other/a.xml"), "<a/>").unwrap();
    wait_until("relayed", || contents(folder.path().join("direct")) == ["<a/>"]);
    let id = running.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let status = running.0.wait().unwrap();
    assert!(status.success(), "{status}");
}

#[test]
fn rows_written_by_a_run_that_is_killed_again_and_again_are_there_once() {
    let mut application = relay();
    let port = &mut application.bindings.send_ports[0];
    let transport = port.primary.as_mut().unwrap();
    transport.transport = "SQL".into();
    transport.address = "sql://log.db/Entries".into();
    let create = "CREATE TABLE IF NOT EXISTS Entries (Name TEXT)";
    transport.properties.insert("Create".into(), create.into());
    let folder = saved(&application);
    let names: Vec<_> = (100..160).map(|number| number.to_string()).collect();
    for (round, some) in names.chunks(20).enumerate() {
        let running = Running::start(folder.path());
        for name in some {
            drop_file(folder.path(), &format!("{name}.xml"), &format!("<Entry Name=\"{name}\"/>"));
        }
        std::thread::sleep(Duration::from_millis(450 + 83 * round as u64));
        running.kill();
    }
    let output = run_until_idle(folder.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let database = rusqlite::Connection::open(folder.path().join("log.db")).unwrap();
    let mut statement = database.prepare("SELECT Name FROM Entries ORDER BY Name").unwrap();
    let found = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(found.map(Result::unwrap).collect::<Vec<_>>(), names);
}
