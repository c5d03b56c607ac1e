//! A thousand orders: numbers fill in, the canvas shows where the time went, and the slowest case opens as the run it was.

use super::run::Bench;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable;
use orchestrion::lab::simulation::ShapeTimes;
use orchestrion::message::Name;
use orchestrion::model::Application;
use orchestrion::studio::Studio;
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::run::desk::Page;
use std::path::Path;

/// The sample, standing still, on the page of the simulation.
fn bench(theme: Theme, size: [f32; 2]) -> Bench<'static> {
    let mut bench = Bench::held(theme, size);
    bench.step_to(1);
    bench.window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    bench.window.run_steps(3);
    assert_eq!(bench.window.state().run.drawer.page, Page::Simulation);
    bench
}

/// Simulates a few orders and waits for the last.
fn simulate(bench: &mut Bench<'_>) {
    bench.window.state_mut().run.simulation.set_size(20, 4);
    bench.window.key_press(Key::F6);
    bench.until("all replications", |w| {
        let simulation = &w.state().run.simulation;
        !simulation.running() && simulation.results().is_some_and(|results| results.replications == 4)
    });
    bench.window.run_steps(3);
}

/// What the line of a shape begins with, which the sentence about it does not.
pub fn row_of(shape: &ShapeTimes) -> String {
    let service = shape.service.as_str().rsplit('.').next().unwrap();
    format!("{}, {}, ", shape.name, service.trim_end_matches("Orch"))
}

#[test]
fn a_key_simulates_and_the_bottleneck_is_told_and_hot() {
    let mut bench = bench(Theme::Dark, [1400.0, 900.0]);
    bench.window.get_by_label_contains("Nothing is simulated yet. Start it");
    simulate(&mut bench);
    let results = bench.window.state().run.simulation.results().cloned().unwrap();
    assert_eq!(results.cases.count(), 80);
    bench.window.get_by_label_contains(&results.bottleneck);
    bench.window.get_by_label_contains("Histogram of the times of 80 cases");
    let first = &results.shapes[0];
    let heat: Vec<_> = bench.window.state().run.simulation.heat(first.service).collect();
    assert!(heat.iter().any(|(shape, share)| *shape == first.shape && *share > 0.4), "{heat:?}");
    // A click on what holds the orders up shows it.
    bench.window.get_by_label_contains(&row_of(first)).click();
    bench.window.run_steps(4);
    let shown = bench.window.state().document.module.clone();
    assert_eq!(bench.window.state().run.state.atlas.service(&shown), Some(first.service));
    for (list, words) in [
        ("Orchestrations", "All cases, 80"),
        ("Send ports", "ServicingSystem-SP, 80, "),
        ("Checks", "by Little's law"),
    ] {
        bench.window.get_by_role_and_label(Role::Tab, list).click();
        bench.window.run_steps(3);
        bench.window.get_by_label_contains(words);
    }
}

#[test]
fn heat_of_a_simulation_is_gone_from_the_run_that_plays() {
    let mut bench = bench(Theme::Dark, [1400.0, 900.0]);
    simulate(&mut bench);
    let first = bench.window.state().run.simulation.results().unwrap().shapes[0].clone();
    let hot = |bench: &Bench<'_>| bench.window.state().run.simulation.heat(first.service).count();
    assert!(hot(&bench) > 0);
    bench.window.key_press(Key::F5);
    bench.window.run_steps(3);
    assert_eq!(hot(&bench), 0);
    bench.window.state_mut().run.toggle_heat();
    assert!(hot(&bench) > 0, "it can be looked at again");
}

#[test]
fn the_slowest_case_opens_where_it_waited_longest() {
    let mut bench = bench(Theme::Dark, [1400.0, 900.0]);
    simulate(&mut bench);
    let results = bench.window.state().run.simulation.results().cloned().unwrap();
    bench.window.get_by_role_and_label(Role::Tab, "Slowest cases").click();
    bench.window.run_steps(3);
    let rows = |b: &Bench<'_>| b.window.query_all_by_role(Role::Row).count();
    assert!(rows(&bench) > 0);
    // By keys alone: down the list, and Enter.
    let case = results.worst[1];
    bench.window.get_by_label_contains("Slowest cases, ").focus();
    bench.window.run_steps(2);
    for key in [Key::ArrowDown, Key::ArrowDown, Key::Enter] {
        bench.window.key_press(key);
        bench.window.run_steps(2);
    }
    bench.until("the run it was", |w| w.state().run.past() == Some(case.seq));
    bench.until("its instance", |w| w.state().run.selected() == Some(case.waiting));
    assert!(bench.window.state().run.state.shown.contains(&case.seed.to_string()));
    // The command takes the slowest of all.
    let worst = results.worst[0];
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::F6);
    bench.until("the slowest", |w| w.state().run.past() == Some(worst.seq));
    bench.until("its instance", |w| w.state().run.selected() == Some(worst.waiting));
    bench.until("its card", |w| w.state().run.state.watched.as_ref().is_some_and(|w| w.view.is_some()));
    bench.window.run_steps(2);
    let state = &bench.window.state().run.state;
    let at = state.summary(worst.waiting).and_then(|summary| summary.at);
    assert_eq!(at, worst.held, "the list says where it waited longest");
    let view = state.watched.as_ref().unwrap().view.as_ref().unwrap();
    assert_eq!(view.at.last().copied(), worst.held.map(|(_, shape)| shape), "and so does its card");
    let selected = bench.window.state().document.selection.clone();
    assert_eq!(selected, worst.held.map(|(_, s)| Selection::Node(s.as_str().into())).unwrap(), "drawn there");
}

#[test]
fn a_simulation_is_cancelled_and_another_is_compared_with_it() {
    let mut bench = bench(Theme::Dark, [1400.0, 900.0]);
    bench.window.state_mut().run.simulation.set_size(50, 200);
    bench.window.key_press(Key::F6);
    bench.until("a number", |w| w.state().run.simulation.results().is_some());
    bench.click("Cancel");
    bench.until("its end", |w| !w.state().run.simulation.running());
    bench.window.run_steps(2);
    let found = bench.window.state().run.simulation.results().cloned().unwrap();
    assert!(found.replications >= 1 && found.replications < 200);
    simulate(&mut bench);
    simulate(&mut bench);
    bench.window.get_by_label("P95 is the same as in the simulation before");
    // The same orders meet partners that always take what is set for them.
    bench.window.get_by_role_and_label(Role::ComboBox, "Answers").click();
    bench.window.run_steps(3);
    bench.window.get_by_role_and_label(Role::Button, "As set").click();
    bench.window.run_steps(3);
    simulate(&mut bench);
    bench.window.get_by_label_contains(" shorter than in the simulation before");
}

#[test]
fn the_line_below_simulates_the_same_in_a_terminal() {
    let mut bench = bench(Theme::Dark, [1400.0, 900.0]);
    let line = |bench: &mut Bench<'_>, line: &str| {
        bench.window.run_steps(2);
        bench.window.get_by_role_and_label(Role::Button, line);
    };
    line(&mut bench, "orchestrion simulate samples/southridge");
    bench.window.state_mut().run.simulation.set_size(50, 4);
    line(&mut bench, "orchestrion simulate samples/southridge --count 50 --replications 4");
    bench.window.get_by_role_and_label(Role::ComboBox, "What").click();
    bench.window.run_steps(3);
    bench.window.get_by_role_and_label(Role::Button, "Vendor").click();
    bench.window.run_steps(3);
    bench.window.get_by_role_and_label(Role::ComboBox, "Arrive").click();
    bench.window.run_steps(3);
    bench.window.get_by_role_and_label(Role::Button, "In bursts").click();
    bench.window.run_steps(3);
    line(&mut bench, "orchestrion simulate samples/southridge --message Vendor --bursts 20 --every 45000ms");
}

#[test]
fn an_application_that_nothing_starts_says_what_to_do() {
    let studio = Studio::new(Document::new(Application::default(), None)).running();
    let mut bench = Bench { window: super::harness(studio, Theme::Dark, [1400.0, 900.0]) };
    bench.window.run_steps(4);
    bench.window.key_press(Key::F6);
    bench.until("why not", |w| w.query_by_label_contains("Bind a receive port and save a message").is_some());
    assert!(bench.window.state().run.simulation.heat(Name::new("x")).next().is_none());
}

/// Pictures: `ORCHESTRION_PICTURES=folder cargo test --test studio simulation_gallery`.
#[test]
fn simulation_gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    let folder = Path::new(&folder);
    let only = std::env::var("ORCHESTRION_ONLY").unwrap_or_default();
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for (size, kind) in [([1680.0, 1050.0], "large"), ([1100.0, 700.0], "small")] {
            if !format!("{name}-{kind}").contains(&only) {
                continue;
            }
            let save = |bench: &mut Bench<'_>, what: &str| {
                let file = format!("simulation-{what}-{name}-{kind}.png");
                bench.window.render().unwrap().save(folder.join(file)).unwrap();
            };
            let mut bench = bench(theme, size);
            save(&mut bench, "empty");
            bench.window.key_press(Key::F6);
            bench.until("some", |w| w.state().run.simulation.results().is_some_and(|r| r.replications == 3));
            save(&mut bench, "runs");
            bench.until("all", |w| !w.state().run.simulation.running());
            let results = bench.window.state().run.simulation.results().cloned().unwrap();
            bench.window.get_by_label_contains(&row_of(&results.shapes[0])).click();
            bench.window.run_steps(30);
            save(&mut bench, "shapes");
            for (list, file) in [
                ("Orchestrations", "orchestrations"),
                ("Send ports", "ports"),
                ("Checks", "checks"),
                ("Slowest cases", "cases"),
            ] {
                bench.window.get_by_role_and_label(Role::Tab, list).click();
                bench.window.run_steps(3);
                save(&mut bench, file);
            }
            bench.window.key_press_modifiers(Modifiers::COMMAND, Key::F6);
            bench.until("the slowest", |w| w.state().run.past().is_some());
            bench.window.run_steps(30);
            save(&mut bench, "opened");
        }
    }
}
