//! Where a hand or a key came to nothing: searches without a hit, keys without a widget, words over a dialog.

use super::harness;
use super::window::{Window, click, command, open, press};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Theme, pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::{Id, ShapeKind};
use orchestrion::studio::command::Command;
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::tabs::Tab;
use orchestrion::studio::{Studio, sample};

fn write(window: &mut Window, text: &str) {
    window.event(Event::Text(text.to_owned()));
    window.run_steps(3);
}

fn plain(window: &mut Window, key: Key) {
    press(window, Modifiers::NONE, key);
}

fn zoom(window: &Window) -> f32 {
    window.state().tabs.canvas().zoom(window.state().tabs.key())
}

/// The largest sample in a small window, and the shapes of its largest orchestration.
fn large() -> (Window, Vec<(Id, String)>) {
    let mut studio = Studio::new(Document::new(sample::load("southridge").unwrap(), None));
    let count = |key: &String| studio.document.sizes.get(key).copied();
    let key = studio.document.app.modules.keys().max_by_key(|key| count(key)).unwrap().clone();
    studio.tabs.open(Tab::Orchestration(key), true);
    studio.tabs.lead(&mut studio.document);
    let mut window = harness(studio, Theme::Dark, [1000.0, 680.0]);
    window.run_steps(3);
    let orchestration = window.state().document.orchestration().unwrap();
    let shapes = orchestration.shapes().into_iter().map(|s| (s.id.clone(), s.name.clone())).collect();
    (window, shapes)
}

fn select(window: &mut Window, id: &Id) {
    window.state_mut().document.select(Selection::Node(id.clone()));
    window.run_steps(3);
}

fn zoom_to(window: &mut Window, wanted: f32) {
    let (key, factor) = (window.state().tabs.key().to_owned(), wanted / zoom(window));
    window.state_mut().tabs.canvas_mut().zoom_by(&key, factor, pos2(500.0, 340.0));
    window.run_steps(3);
}

#[test]
fn the_search_has_its_room_again_after_a_search_without_a_hit() {
    let mut window = open("southridge");
    let height = |w: &Window| w.ctx.memory(|m| m.area_rect(egui::Id::unique("palette"))).unwrap().height();
    command(&mut window, Command::Palette);
    window.run_steps(3);
    let before = height(&window);
    write(&mut window, ">zzzq");
    assert!(height(&window) < before - 100.0, "the list is as low as what is found");
    plain(&mut window, Key::Escape);
    command(&mut window, Command::Palette);
    window.run_steps(3);
    assert!((height(&window) - before).abs() < 2.0, "{} and then {}", before, height(&window));
}

#[test]
fn equals_zooms_in_as_plus_does() {
    let mut window = open("hello");
    let before = zoom(&window);
    press(&mut window, Modifiers::COMMAND, Key::Equals);
    let once = zoom(&window);
    assert!(once > before, "{before} and then {once}");
    press(&mut window, Modifiers::COMMAND, Key::Plus);
    assert!(zoom(&window) > once);
}
