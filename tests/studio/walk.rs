//! The first five minutes of somebody who has never seen the studio, step by step: run, back, why, what if, edit, bind, run
//! again, run to a shape, many orders, keep as test, explore. Everything by mouse or keys, as they would do it.
//!
//! `ORCHESTRION_PICTURES=folder cargo test --test studio walk` also writes a picture of each step, and `walk.gif`,
//! `on.gif` and `simulate.gif`.

use super::run::Bench;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable};
use image::imageops::{FilterType, resize};
use orchestrion::drawing::animation::{Picture, gif};
use orchestrion::engine::{Event, EventKind};
use orchestrion::message::TimeSpan;
use orchestrion::model::{Binding, Id};
use orchestrion::studio::Studio;
use orchestrion::studio::document::Selection;
use orchestrion::studio::run::player::Command;
use orchestrion::studio::run::tracker::Phase;
use std::path::PathBuf;
use std::time::Duration;

const SIZE: [f32; 2] = [1360.0, 850.0];
/// Size of the animation.
const FILM: [u32; 2] = [960, 600];

struct Walk<'a> {
    /// What its pictures are called.
    name: &'static str,
    bench: Bench<'a>,
    folder: Option<PathBuf>,
    film: Vec<Picture>,
}

impl Walk<'_> {
    fn begin(name: &'static str) -> Self {
        let folder = std::env::var("ORCHESTRION_PICTURES").ok().map(PathBuf::from);
        Self { name, bench: Bench::living(Theme::Dark, SIZE), folder, film: Vec::new() }
    }

    /// One step is done: its picture.
    fn done(&mut self, step: &str, ms: u32) {
        self.bench.window.run_steps(3);
        let Some(folder) = &self.folder else { return };
        let image = self.bench.window.render().unwrap();
        let number = self.film.len() + 1;
        image.save(folder.join(format!("{}-{number:02}-{step}.png", self.name))).unwrap();
        let small = resize(&image, FILM[0], FILM[1], FilterType::Triangle);
        self.film.push(Picture { pixels: small.into_raw(), ms });
    }

    fn key(&mut self, key: Key) {
        self.bench.window.key_press(key);
        self.bench.window.run_steps(2);
    }

    fn keys(&mut self, modifiers: Modifiers, key: Key) {
        self.bench.window.key_press_modifiers(modifiers, key);
        self.bench.window.run_steps(2);
    }

    fn until(&mut self, what: &str, reached: impl Fn(&Harness<'_, Studio>) -> bool) {
        self.bench.until(what, reached);
    }

    /// Does a command that is found by these words.
    fn search(&mut self, words: &str) {
        self.keys(Modifiers::COMMAND, Key::K);
        self.bench.window.get_by_label("Search everything").type_text(words);
        self.bench.window.run_steps(3);
        self.key(Key::Enter);
    }

    /// Types into the expression that has the keyboard.
    fn text(&mut self, words: &str) {
        for letter in words.chars() {
            let field =
                self.bench.window.get_by_role_and_label(Role::MultilineTextInput, "Time span or date");
            field.type_text(&letter.to_string());
            self.bench.window.run_steps(2);
        }
    }

    /// Writes another expression in place of the one that has the keyboard.
    fn write(&mut self, words: &str) {
        self.keys(Modifiers::COMMAND, Key::A);
        self.text(words);
    }

    fn drag(&mut self, from: egui::Pos2, to: egui::Pos2) {
        let window = &mut self.bench.window;
        for at in [from, from.lerp(to, 0.5), to] {
            window.hover_at(at);
            window.run_steps(2);
            if at == from {
                window.drag_at(from);
                window.run_steps(2);
            }
        }
        window.drop_at(to);
        window.run_steps(3);
    }

    /// Its pictures as one that moves.
    fn end(self) {
        if let Some(folder) = &self.folder {
            let bytes = gif(FILM.map(|side| side as usize), self.film).unwrap();
            std::fs::write(folder.join(format!("{}.gif", self.name)), bytes).unwrap();
        }
    }

    fn past(&self) -> Option<u64> {
        self.bench.window.state().run.past()
    }
}

/// The event by which the last message came that an order waits for.
fn field(window: &Harness<'_, Studio>) -> Option<u64> {
    let journal = &window.state().run.state.journal;
    let came = |event: &&Event| matches!(&event.kind, EventKind::MessageReceived { port, .. } if port.as_str() == "Facilities-RP");
    journal.iter().rev().find(came).map(|event| event.seq)
}

fn manager(name: &str) -> bool {
    name.ends_with("OrderManagerOrch")
}

#[test]
fn walk() {
    let mut walk = Walk::begin("walk");

    // It opens with orders on their way, and nothing was asked.
    walk.until("orders on their way", |w| {
        let state = &w.state().run.state;
        let all = &state.instances;
        let a_while = state.clock.elapsed >= TimeSpan::from_seconds(4);
        a_while
            && all.iter().filter(|s| manager(s.service.as_str()) && s.phase == Phase::Waiting).count() >= 2
    });
    assert!(walk.bench.window.state().run.state.clock.playing);
    walk.done("moving", 1_400);

    // One line tells what happens; found by typing what one wants.
    walk.keys(Modifiers::COMMAND, Key::K);
    walk.bench.window.get_by_label("Search everything").type_text("narrate");
    walk.bench.window.run_steps(3);
    walk.key(Key::Enter);
    walk.until("a sentence", |w| w.state().run.state.told.is_some());
    walk.done("narrated", 1_600);

    // Space pauses; the arrows go back and forth, and everything goes along.
    walk.key(Key::Space);
    walk.until("a pause", |w| !w.state().run.state.clock.playing);
    std::thread::sleep(Duration::from_millis(200));
    walk.bench.window.run_steps(4);
    walk.done("paused", 900);
    let mut moments = Vec::new();
    for _ in 0..4 {
        let before = walk.past();
        walk.key(Key::ArrowLeft);
        walk.until("a step back", |w| w.state().run.past() != before);
        moments.push(walk.past());
    }
    assert!(moments.windows(2).all(|w| w[0] > w[1]), "{moments:?}");
    walk.done("back", 1_400);
    walk.key(Key::ArrowRight);
    walk.until("a step forward", |w| w.state().run.past() == moments[2]);
    walk.key(Key::End);
    walk.until("now", |w| w.state().run.past().is_none());

    // An instance: where it is, since when, waiting for what, with which values.
    let label = {
        let all = &walk.bench.window.state().run.state.instances;
        let one =
            all.iter().rev().find(|s| manager(s.service.as_str()) && s.phase == Phase::Waiting).unwrap();
        format!("OrderManager {} ", one.id)
    };
    walk.bench.window.get_by_label_contains(&label).click();
    walk.until("its values", |w| w.state().run.state.watched.as_ref().is_some_and(|w| w.view.is_some()));
    walk.bench.window.get_by_label_contains("numStages ");
    walk.done("instance", 1_600);

    // A message: who got it, and by which values of which subscription.
    walk.bench.window.get_all_by_label_contains("Routed ").next().unwrap().click();
    walk.until("why it went there", |w| {
        w.state().run.state.why.as_ref().is_some_and(|why| why.delivery.is_some() || why.arrival.is_some())
    });
    walk.bench.window.run_steps(2);
    walk.bench.window.get_by_label("SUBSCRIPTIONS");
    walk.done("why", 2_200);

    // What if a message from the field came twice: the order ends with one nobody took, and the window says so.
    for _ in 0..3 {
        walk.keys(Modifiers::ALT, Key::Period);
    }
    walk.key(Key::Space);
    walk.until("news from the field", |w| field(w).is_some());
    walk.key(Key::Space);
    walk.until("a pause", |w| !w.state().run.state.clock.playing);
    let news = field(&walk.bench.window).unwrap();
    walk.bench.tell(Command::Seek(news));
    walk.until("when it came", |w| {
        w.state().run.past() == Some(news) && w.state().run.state.brought.is_some()
    });
    walk.search("message twice");
    walk.until("a fork", |w| w.state().run.state.runs.len() == 2);
    walk.key(Key::Space);
    walk.until("a zombie", |w| w.query_by_label_contains("became a zombie").is_some());
    walk.key(Key::Space);
    walk.until("a pause", |w| !w.state().run.state.clock.playing);
    walk.done("zombie", 2_000);
    walk.bench.window.get_by_label("Show me").click();
    walk.until("the moment it became one", |w| {
        w.state().run.past().is_some() && w.state().run.state.why.is_some()
    });
    assert!(walk.bench.window.query_by_label_contains("became a zombie").is_none(), "it has been seen");
    walk.done("zombie-why", 2_000);
    for _ in 0..3 {
        walk.keys(Modifiers::ALT, Key::Comma);
    }
    walk.bench.window.get_by_role_and_label(Role::Tab, "OrderManagerOrch orchestration").click();
    walk.bench.window.run_steps(2);

    // What if it had come later: with the mouse, along the timeline; both runs side by side.
    let last = walk.bench.window.get_all_by_label_contains(", came at ").last().unwrap().rect().center();
    let first = walk.bench.window.get_all_by_label_contains(", came at ").next().unwrap().rect().center();
    let (from, to) = (first, egui::pos2(f32::midpoint(first.x, last.x), first.y));
    walk.bench.window.drag_at(from);
    walk.bench.window.run_steps(2);
    walk.bench.window.hover_at(to);
    walk.until("what letting it go does", |w| w.query_by_label_contains("later, in a fork").is_some());
    walk.done("drag", 1_200);
    walk.bench.window.drop_at(to);
    walk.until("a fork beside its run", |w| {
        let state = &w.state().run.state;
        state.runs.len() == 3 && state.comparison.as_ref().is_some_and(|both| both.difference.is_some())
    });
    walk.bench.window.run_steps(2);
    walk.bench.window.get_by_label_contains("First difference: ");
    walk.done("fork", 2_400);
    let told = walk.bench.window.query_all_by_label_contains(" the other: ").count()
        + walk.bench.window.query_all_by_label_contains("Only here: ").count();
    assert!(told > 0, "the first line that differs is in sight, and stays so");

    // Edit: a Delay after the shape that waits, and back again with one key.
    let shapes = |w: &Harness<'_, Studio>| w.state().document.orchestration().unwrap().shapes().len();
    let before = shapes(&walk.bench.window);
    let known: Vec<_> = {
        let orchestration = walk.bench.window.state().document.orchestration().unwrap();
        orchestration.shapes().into_iter().map(|shape| shape.id.clone()).collect()
    };
    walk.keys(Modifiers::COMMAND, Key::Num1);
    let chosen = {
        let orchestration = walk.bench.window.state().document.orchestration().unwrap();
        let shape = orchestration.shapes().into_iter().find(|s| s.name == "Set Current Stage").unwrap();
        shape.id.clone()
    };
    walk.bench.window.state_mut().document.select(Selection::Node(chosen));
    walk.bench.window.run_steps(2);
    walk.key(Key::A);
    walk.bench.window.get_by_label_contains("Insert a shape after").type_text("del");
    walk.bench.window.run_steps(2);
    walk.key(Key::Enter);
    walk.until("a shape more", |w| shapes(w) == before + 1);
    walk.keys(Modifiers::COMMAND, Key::Z);
    walk.until("it is gone", |w| shapes(w) == before);
    walk.keys(Modifiers::COMMAND, Key::Y);
    walk.until("it is there again", |w| shapes(w) == before + 1);
    let delay = {
        let orchestration = walk.bench.window.state().document.orchestration().unwrap();
        let now = orchestration.shapes().into_iter().map(|shape| shape.id.clone());
        now.into_iter().find(|id| !known.contains(id)).unwrap()
    };
    walk.bench.window.state_mut().document.select(Selection::Node(delay.clone()));
    walk.done("edit", 1_800);

    // Its duration: what is wrong is told in place, what is in scope is offered.
    walk.keys(Modifiers::ALT, Key::Enter);
    walk.write("new System.TimeSpan(0, 0, System.Convert.ToInt32(numStage))");
    let wrong = |w: &Harness<'_, Studio>, id: &Id| {
        let about = |place: &orchestrion::diagnostic::Place| place.id.as_ref() == Some(id);
        w.state().document.problems.iter().any(|problem| about(&problem.place))
    };
    let id = delay.clone();
    walk.until("what is wrong with it", move |w| wrong(w, &id));
    walk.done("typo", 1_400);
    walk.write("new System.TimeSpan(0, 0, System.Convert.ToInt32(num");
    walk.bench.window.get_by_role_and_label(Role::ListBoxOption, "numStages");
    walk.done("completion", 1_600);
    walk.bench.window.get_by_role_and_label(Role::ListBoxOption, "numStages").click();
    walk.bench.window.run_steps(3);
    walk.text("))");
    let id = delay.clone();
    walk.until("that it is right", move |w| !wrong(w, &id));

    // A port from the toolbox: the card asks what it has to know, the panel says what a binding means.
    let from = walk.bench.window.get_by_label("Toolbox Port").rect().center();
    let cards = walk.bench.window.query_all_by_label_contains("Port ");
    let cards = cards.filter(|node| node.accesskit_node().role() == Role::TreeItem).map(|node| node.rect());
    let lowest = cards.filter(|card| card.left() < 560.0 && card.left() > 252.0 && card.bottom() < 620.0);
    let lowest = lowest.max_by(|a, b| a.bottom().total_cmp(&b.bottom())).unwrap();
    walk.drag(from, lowest.center_bottom() + egui::vec2(0.0, 70.0));
    walk.bench.window.get_by_label("Name of the new port").type_text("Audit");
    walk.bench.window.run_steps(2);
    walk.done("port", 1_600);
    walk.key(Key::Enter);
    let ports = |w: &Harness<'_, Studio>| w.state().document.orchestration().unwrap().port("Audit").cloned();
    walk.until("the port", |w| ports(w).is_some());
    walk.bench.window.state_mut().document.select(Selection::Port("Audit".into()));
    walk.bench.window.run_steps(3);
    walk.bench.window.get_by_role_and_label(Role::ComboBox, "Kind").click();
    walk.bench.window.run_steps(3);
    walk.bench.window.get_by_role_and_label(Role::Button, "Direct: message box").click();
    walk.until("its binding", |w| ports(w).is_some_and(|port| port.binding == Binding::MessageBox));
    walk.bench.window.run_steps(2);
    walk.bench.window.get_by_label_contains("subscribed to in the message box");
    walk.done("binding", 1_800);
    walk.keys(Modifiers::COMMAND, Key::Z);
    walk.keys(Modifiers::COMMAND, Key::Z);
    walk.until("it is gone", |w| ports(w).is_none());

    // Run again: it plays from the beginning, and the earlier runs are kept.
    walk.keys(Modifiers::COMMAND, Key::Num2);
    walk.until("another run", |w| w.state().run.state.runs.len() == 4);
    walk.until("it plays", |w| {
        w.state().run.state.clock.playing && !w.state().run.state.instances.is_empty()
    });
    let changed = |w: &Harness<'_, Studio>| {
        let state = &w.state().run.state;
        state.atlas.service("OrderManager").and_then(|service| state.changed.word(service, &delay))
    };
    assert_eq!(changed(&walk.bench.window), Some("new"), "what is tried is marked");
    walk.done("again", 1_200);

    // Up to the new shape: whoever comes there is held, loudly.
    walk.bench.window.state_mut().document.select(Selection::Node(delay));
    walk.bench.window.run_steps(2);
    walk.keys(Modifiers::COMMAND, Key::F10);
    walk.until("somebody there", |w| !w.state().run.state.held.is_empty());
    walk.bench.window.run_steps(2);
    walk.bench.window.get_by_label("1 instance stands at a breakpoint");
    walk.done("held", 1_800);
    walk.keys(Modifiers::SHIFT, Key::F9);
    walk.until("it goes on", |w| w.state().run.state.held.is_empty());

    walk.end();
}

/// And on: many orders, a run kept as a test, every order of what can happen.
#[test]
fn walk_on() {
    let mut walk = Walk::begin("on");
    walk.until("orders on their way", |w| !w.state().run.state.instances.is_empty());

    // A hundred orders in a few seconds, in groups; the drawing counts who waits where.
    walk.bench.window.get_by_label("All instances").click();
    for _ in 0..6 {
        walk.keys(Modifiers::ALT, Key::Period);
    }
    walk.keys(Modifiers::ALT, Key::Num3);
    walk.until("a hundred orders", |w| {
        let state = &w.state().run.state;
        state.clock.playing && state.ended >= 100 && state.found.total > 0
    });
    assert_eq!(walk.bench.window.state().run.state.clock.speed, 100.0);
    walk.key(Key::Space);
    walk.until("a pause", |w| !w.state().run.state.clock.playing);
    walk.done("many", 1_800);

    // Kept as a test: what happened is what is expected, in plain words.
    walk.keys(Modifiers::COMMAND | Modifiers::SHIFT, Key::K);
    walk.until("what could be expected", |w| w.query_by_label("Keep").is_some());
    assert!(walk.bench.window.query_all_by_label_contains(" completed").count() > 0);
    walk.done("keep", 1_800);
    let scenarios = walk.bench.window.state().document.app.scenarios.len();
    walk.bench.window.get_by_label("Keep").click();
    walk.until("one scenario more", |w| w.state().document.app.scenarios.len() == scenarios + 1);
    walk.bench.window.get_by_label("Coverage on the canvas").click();
    walk.done("coverage", 1_600);

    // One scenario in a hundred other orders of what can happen.
    walk.bench.window.get_by_label_contains("A60 A year passes, not played").click();
    walk.bench.window.run_steps(2);
    walk.search("try 100 orders");
    let passed = "A60 A year passes, passed in 101 orders";
    walk.until("every order", |w| w.query_by_label_contains(passed).is_some());
    walk.done("explored", 2_000);

    // And in every other order there is, as far as one waits: what goes wrong opens in the same debugger.
    let stem = "a28-stage-already-gone";
    let scenarios = &walk.bench.window.state().document.app.scenarios;
    let place = scenarios.keys().position(|own| own == stem).unwrap();
    walk.bench.window.state_mut().run.scenarios.choose(place);
    walk.bench.window.run_steps(2);
    walk.search("search every order");
    walk.until("some orders", |w| w.state().run.scenarios.orders.states() >= 500);
    walk.bench.window.get_by_label("Stop searching").click();
    walk.until("a verdict", |w| w.state().run.scenarios.orders.verdict().is_some());
    walk.bench.window.get_by_label_contains("orchestrion explore ");
    walk.done("searched", 2_200);
    walk.bench.window.get_by_label_contains("Nobody takes Order").click();
    walk.bench.window.run_steps(2);
    walk.key(Key::Enter);
    walk.until("its moment", |w| w.state().run.past().is_some() && w.state().run.state.why.is_some());
    walk.done("found", 2_200);
    walk.end();
}

/// A thousand orders: bars and heat fill in, and the slowest opens in the same debugger.
#[test]
fn walk_simulate() {
    let mut walk = Walk::begin("simulate");
    walk.until("orders on their way", |w| !w.state().run.state.instances.is_empty());
    walk.key(Key::Space);
    walk.until("a pause", |w| !w.state().run.state.clock.playing);
    walk.search("start the simulation");
    let replications = |w: &Harness<'_, Studio>| {
        w.state().run.simulation.results().map_or(0, |results| results.replications)
    };
    walk.until("the first bars", move |w| replications(w) >= 2);
    walk.done("filling", 600);
    walk.until("half of them", move |w| replications(w) >= 5);
    walk.until("a thousand orders", move |w| replications(w) == 10 && !w.state().run.simulation.running());
    let results = walk.bench.window.state().run.simulation.results().cloned().unwrap();
    assert_eq!(results.arrived, 1_000);
    assert!(results.cases.p95.is_some_and(|p95| p95.half.is_some()), "with an interval");
    walk.bench.window.run_steps(2);
    walk.bench.window.get_by_label_contains("was waiting at Wait for Facilities");
    let first = &results.shapes[0];
    let hot: Vec<_> = walk.bench.window.state().run.simulation.heat(first.service).collect();
    assert!(hot.iter().any(|(shape, share)| *shape == first.shape && *share > 0.5), "{hot:?}");
    walk.bench.window.get_by_label_contains(&super::simulation::row_of(first)).click();
    walk.done("simulated", 2_000);

    // The slowest of them all, where it waited longest: a run like every other, to step through and to ask why.
    let worst = results.worst[0];
    walk.bench.window.get_by_label("Open the slowest case").click();
    walk.until("that moment", move |w| w.state().run.past() == Some(worst.seq));
    walk.until("its instance", move |w| w.state().run.selected() == Some(worst.waiting));
    walk.done("slowest", 2_000);
    walk.key(Key::ArrowLeft);
    walk.until("a step back", move |w| w.state().run.past().is_some_and(|seq| seq < worst.seq));
    walk.end();
}
