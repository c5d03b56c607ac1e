//! Run mode: orders flow, one looks at them, steps, sends.

use super::harness;
use egui::Theme;
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};
use orchestrion::message::Value;
use orchestrion::model::{Binding, SpecifyNow};
use orchestrion::studio::dialogs::{self, FolderDialogs, Purpose};
use orchestrion::studio::document::Document;
use orchestrion::studio::run::player::{Answer, Command};
use orchestrion::studio::run::tracker::Phase;
use orchestrion::studio::{Studio, sample};
use std::time::{Duration, Instant};

/// A window with the engine behind it.
pub struct Bench<'a> {
    pub window: Harness<'a, Studio>,
}

impl Bench<'_> {
    /// The living sample, as it opens.
    pub fn living(theme: Theme, size: [f32; 2]) -> Self {
        Self { window: harness(Studio::default().running(), theme, size) }
    }

    pub fn of(app: orchestrion::model::Application) -> Self {
        let studio = Studio::new(Document::new(app, None)).running();
        Self { window: harness(studio, Theme::Dark, [1400.0, 900.0]) }
    }

    /// Shows frames until the engine has brought about what is waited for.
    pub fn until(&mut self, what: &str, reached: impl Fn(&Harness<'_, Studio>) -> bool) {
        let begun = Instant::now();
        loop {
            self.window.step();
            if reached(&self.window) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "waited too long for: {what}");
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    pub fn tell(&mut self, command: Command) {
        self.window.state_mut().run.tell(command);
    }

    pub fn click(&mut self, label: &str) {
        self.window.get_by_label(label).click();
        self.window.run_steps(2);
    }

    /// Pauses, and waits until the window knows.
    pub fn pause(&mut self) {
        self.tell(Command::Pause);
        self.until("a pause", |w| !w.state().run.state.clock.playing);
    }

    /// The living sample, not yet playing: what it then shows does not hang on how fast the machine is.
    pub fn held(theme: Theme, size: [f32; 2]) -> Self {
        let mut studio = Studio::default().running();
        studio.run.hold();
        Self { window: harness(studio, theme, size) }
    }

    /// Steps from moment to moment until `seconds` of virtual time have passed.
    pub fn step_to(&mut self, seconds: i64) {
        self.pause();
        // What loading made happen is known before the first step is asked for.
        self.until("the application", has_events);
        let ticks = seconds * 10_000_000;
        for _ in 0..500 {
            let state = &self.window.state().run.state;
            if state.clock.elapsed.0 >= ticks {
                return;
            }
            let last = |w: &Harness<'_, Studio>| w.state().run.state.journal.back().map(|e| e.seq);
            let before = last(&self.window);
            self.tell(Command::Moment);
            self.until("a step", |w| last(w) > before);
        }
        panic!("{seconds} s of virtual time were not reached");
    }
}

fn has_events(window: &Harness<'_, Studio>) -> bool {
    !window.state().run.state.journal.is_empty()
}

/// The first order manager waits in its Listen and is shown; the clock stands.
pub fn watch_manager(bench: &mut Bench<'_>) {
    bench.step_to(4);
    bench.until("an order manager in the inspector", |w| w.state().run.state.watched.is_some());
    // The engine thread may still have something to tell.
    std::thread::sleep(std::time::Duration::from_millis(300));
    bench.window.run_steps(12);
}

#[test]
fn the_living_sample_has_orders_in_flight_as_soon_as_it_opens() {
    let mut bench = Bench::living(Theme::Dark, [1400.0, 900.0]);
    bench.until("an order manager that waits", |w| {
        let manager = |name: &str| name.ends_with("OrderManagerOrch");
        w.state().run.state.instances.iter().any(|s| manager(s.service.as_str()) && s.phase == Phase::Waiting)
    });
    assert!(bench.window.state().run.state.clock.playing);
    bench.window.run_steps(2);
    assert!(bench.window.query_by_label_contains("OrderManager #5").is_some(), "it is in the list");
}

#[test]
fn a_selected_instance_shows_where_it_waits_and_its_variables() {
    let mut bench = Bench::living(Theme::Dark, [1400.0, 1100.0]);
    watch_manager(&mut bench);
    let run = &bench.window.state().run;
    let watched = run.state.watched.clone().unwrap();
    assert_eq!(run.selected(), Some(watched.id));
    let view = watched.view.as_ref().unwrap();
    assert_eq!(view.at.iter().map(|n| n.as_str()).collect::<Vec<_>>(), ["wait"]);
    bench.window.get_by_label("since 00:00:00.000, for 3 subscriptions");
    bench.window.get_by_label("Routing on FromBrokerPort");
    bench.window.get_by_label("numStages 2");
    let (_, convoy) = view.sets.iter().find(|(set, _)| set.as_str() == "OrderConvoyCorrelation").unwrap();
    let Value::String(customer) = &convoy[0].1 else { panic!("{convoy:?}") };
    bench.window.get_by_label_contains(&format!("CustID {customer}, OrderID 1, Status ACCEPTED"));
    let overlay = run.overlay(&bench.window.state().document, false).unwrap();
    let marks = overlay.marks();
    let waits = |id: &str| marks.get(&id.into()).is_some_and(|m| m.waiting == 1);
    assert!(waits("wait"), "the Listen waits");
    assert_eq!(marks.values().filter(|m| m.waiting > 0).count(), 4, "and its three branches with it");
    assert!(marks.get(&"new-order".into()).is_some_and(|m| m.progress.completed == 1));

    bench.click("Messages");
    bench.window.get_by_label_contains("NewOrderMgrMsg, ").click();
    bench.window.run_steps(2);
    bench.window.get_by_label_contains(&format!("OrderPropertySchema.CustID = {customer} (promoted)"));
}

#[test]
fn the_canvas_counts_who_waits_where_when_no_instance_is_chosen() {
    let mut bench = Bench::living(Theme::Dark, [1400.0, 900.0]);
    bench.step_to(4);
    bench.window.state_mut().run.select(None);
    bench.until("no instance", |w| w.state().run.state.watched.is_none());
    let studio = bench.window.state();
    let marks = studio.run.overlay(&studio.document, false).unwrap().marks();
    let managers = studio
        .run
        .state
        .instances
        .iter()
        .filter(|s| s.service.as_str().ends_with("OrderManagerOrch") && s.phase == Phase::Waiting);
    let managers = managers.count() as u32;
    assert!(managers >= 2, "several orders are under way");
    assert_eq!(marks.get(&"wait".into()).map(|m| m.waiting), Some(managers));
}

#[test]
fn paused_nothing_moves_and_a_step_takes_one_turn() {
    let mut bench = Bench::living(Theme::Dark, [1400.0, 900.0]);
    bench.until("a first event", |w| has_events(w) && w.state().run.state.clock.playing);
    bench.click("Pause");
    bench.until("a pause", |w| !w.state().run.state.clock.playing);
    let clock = bench.window.state().run.state.clock;
    let events = bench.window.state().run.state.journal.len();
    let play = bench.window.state().run.state.play;
    std::thread::sleep(Duration::from_millis(120));
    bench.window.run_steps(4);
    assert_eq!(bench.window.state().run.state.clock, clock);
    assert_eq!(bench.window.state().run.state.journal.len(), events);
    assert_eq!(bench.window.state().run.state.play, play, "nothing on the canvas moves either");
    bench.click("Step one turn");
    bench.until("a turn", |w| w.state().run.state.journal.len() > events);
    assert!(!bench.window.state().run.state.clock.playing);
}

#[test]
fn restart_begins_again() {
    let mut bench = Bench::living(Theme::Dark, [1400.0, 900.0]);
    bench.step_to(5);
    let run = bench.window.state().run.state.run;
    bench.click("Restart");
    bench.until("another run", |w| w.state().run.state.run > run);
    assert!(bench.window.state().run.state.clock.elapsed.0 < 50_000_000);
}

#[test]
fn a_message_sent_by_hand_starts_an_instance() {
    let mut bench = Bench::living(Theme::Dark, [1400.0, 1000.0]);
    bench.until("a first event", has_events);
    bench.pause();
    bench.click("Send message");
    bench.click("Send");
    bench.until("an answer", |w| w.state().run.state.answer.is_some());
    bench.window.run_steps(2);
    bench.window.get_by_label("Sent: 1 message");
    bench.window.get_by_label_contains("Show OrderBroker #").click();
    bench.window.run_steps(3);
    let selected = bench.window.state().run.selected().unwrap();
    let summary = bench.window.state().run.state.summary(selected).unwrap();
    assert!(summary.service.as_str().ends_with("OrderBrokerOrch"));
}

#[test]
fn a_message_is_sent_to_a_port_specified_now() {
    let mut app = sample::load("hello").unwrap();
    app.bindings = Default::default();
    for port in &mut app.modules.values_mut().next().unwrap().orchestration.as_mut().unwrap().ports {
        let now = SpecifyNow {
            transport: "FILE".into(),
            uri: "here/%MessageID%.xml".into(),
            receive_pipeline: "XMLReceive".into(),
            send_pipeline: "XMLTransmit".into(),
        };
        port.binding = Binding::SpecifyNow(now);
    }
    let mut bench = Bench::of(app);
    bench.until("a first event", has_events);
    bench.click("Send message");
    bench.click("Send");
    bench.until("an answer", |w| w.state().run.state.answer.is_some());
    bench.window.run_steps(2);
    bench.window.get_by_label("Sent: 1 message");
    bench.window.get_by_label_contains("Show SayHello #");
}

#[test]
fn a_message_that_is_not_xml_is_answered_with_the_next_step() {
    let mut bench = Bench::living(Theme::Dark, [1400.0, 1000.0]);
    bench.until("a first event", has_events);
    bench.pause();
    bench.click("Send message");
    let text: std::sync::Arc<[u8]> = b"CustID;17".as_slice().into();
    bench.tell(Command::Send { location: "Order-RP-TestRL".into(), body: text, file: None });
    bench.until("an answer", |w| w.state().run.state.answer.is_some());
    bench.window.run_steps(2);
    let answer = bench.window.state().run.state.answer.clone();
    assert!(matches!(&answer, Some(Answer::Refused(why)) if why.code == "L03"), "{answer:?}");
    bench.window.get_by_label_contains("Correct the message");
}

#[test]
fn suspend_and_resume_from_the_inspector() {
    let mut bench = Bench::living(Theme::Dark, [1400.0, 1000.0]);
    watch_manager(&mut bench);
    let id = bench.window.state().run.selected().unwrap();
    let phase = move |w: &Harness<'_, Studio>| w.state().run.state.summary(id).map(|s| s.phase.clone());
    bench.click("Suspend");
    bench.until("a suspended instance", |w| phase(w) == Some(Phase::Suspended { resumable: true }));
    bench.window.run_steps(2);
    bench.click("Resume");
    bench.until("a resumed instance", |w| phase(w) == Some(Phase::Running));
}

#[test]
fn an_application_that_does_not_compile_shows_why() {
    let mut app = sample::load("hello").unwrap();
    let orchestration = app.modules.values_mut().find_map(|m| m.orchestration.as_mut()).unwrap();
    orchestration.messages.clear();
    let mut bench = Bench::of(app);
    bench.until("diagnostics", |w| !w.state().run.state.broken.is_empty());
    bench.window.run_steps(2);
    bench.window.get_by_label("This application cannot run yet");
}

#[test]
fn a_message_is_opened_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("urgent.xml");
    std::fs::write(&file, "<Order><Id>17</Id></Order>").unwrap();
    let studio = Studio::default().running().with_dialogs(Chooses(file));
    let mut bench = Bench { window: harness(studio, Theme::Dark, [1400.0, 1000.0]) };
    bench.until("a first event", has_events);
    bench.pause();
    bench.click("Send message");
    bench.click("Open file…");
    bench.window.run_steps(2);
    let body = bench.window.get_by_label("Message body");
    assert_eq!(body.value().as_deref(), Some("<Order><Id>17</Id></Order>"));
}

#[derive(Debug)]
struct Chooses(std::path::PathBuf);

impl FolderDialogs for Chooses {
    fn ask(&mut self, purpose: Purpose, _: Option<&std::path::Path>, wake: Box<dyn Fn() + Send>) {
        assert_eq!(purpose, Purpose::Message);
        wake();
    }

    fn answer(&mut self) -> dialogs::Answer {
        dialogs::Answer::Chosen(self.0.clone())
    }
}

#[test]
fn the_application_stands_still_while_it_runs() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 900.0]);
    bench.window.run_steps(3);
    bench.window.get_by_label("New Order").click();
    bench.window.run_steps(2);
    bench.window.key_press(egui::Key::Delete);
    bench.window.run_steps(2);
    assert!(!bench.window.state().document.unsaved(), "Delete does nothing in Run mode");
    bench.window.key_press(egui::Key::F5);
    bench.until("F5 plays", |w| w.state().run.state.clock.playing);
}

/// A few small pictures that must not change by accident. `UPDATE_SNAPSHOTS=1` writes them anew.
#[test]
fn running_in_both_themes() {
    let mut all = SnapshotResults::new();
    for (theme, name) in [(Theme::Dark, "run_dark"), (Theme::Light, "run_light")] {
        let mut bench = Bench::held(theme, [1180.0, 680.0]);
        watch_manager(&mut bench);
        // How far a message has come on its way depends on the engine's thread.
        let options = SnapshotOptions::new().output_path("tests/studio/snapshots").max_failed_pixels(20_000);
        bench.window.snapshot_options(name, &options);
        all.extend_harness(&mut bench.window);
    }
}
