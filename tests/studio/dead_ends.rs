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

#[test]
fn keys_walk_a_drawing_that_is_too_small_for_widgets() {
    let (mut window, shapes) = large();
    select(&mut window, &shapes[0].0);
    zoom_to(&mut window, 0.1);
    assert!(zoom(&window) < 0.25, "{}", zoom(&window));
    let mut met = vec![window.state().document.selection.clone()];
    for _ in 0..4 {
        plain(&mut window, Key::ArrowDown);
        let now = window.state().document.selection.clone();
        assert!(!met.contains(&now), "{now:?} after {met:?}");
        met.push(now);
    }
    plain(&mut window, Key::ArrowUp);
    assert_eq!(window.state().document.selection, met[3]);
    press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(window.state().document.selection.ids().len(), 2);
    plain(&mut window, Key::ArrowUp);
    plain(&mut window, Key::Enter);
    assert!(window.query_by_label("New name").is_some());
}

#[test]
fn keys_go_on_from_what_undo_and_redo_select() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    let send = window.state().document.selection.clone();
    plain(&mut window, Key::A);
    write(&mut window, "sus");
    plain(&mut window, Key::Enter);
    let made = window.state().document.selection.clone();
    assert_ne!(made, send);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    plain(&mut window, Key::ArrowDown);
    assert_eq!(window.state().document.selection, send, "nothing is below it");
    press(&mut window, Modifiers::COMMAND, Key::Y);
    plain(&mut window, Key::ArrowDown);
    assert_eq!(window.state().document.selection, made);
}

#[test]
fn a_name_that_is_ended_with_enter_is_not_begun_again() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    window.get_by_role_and_label(Role::TextInput, "Name").focus();
    window.run_steps(2);
    plain(&mut window, Key::Enter);
    assert!(window.query_by_label("New name").is_none());
}

#[test]
fn one_goes_on_typing_after_enter_without_a_hit() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    plain(&mut window, Key::A);
    write(&mut window, "zzz");
    plain(&mut window, Key::Enter);
    let field = window.get_by_label("Insert a shape after");
    assert!(field.accesskit_node().is_focused());
    for _ in 0..3 {
        plain(&mut window, Key::Backspace);
    }
    write(&mut window, "delay");
    plain(&mut window, Key::Enter);
    let orchestration = window.state().document.orchestration().unwrap();
    assert!(orchestration.shapes().iter().any(|s| matches!(s.kind, ShapeKind::Delay(_))));
}

#[test]
fn a_name_is_typed_inside_the_canvas() {
    let (mut window, shapes) = large();
    let main = shapes.iter().find(|(_, name)| name == "OrderManagerMainScope").unwrap().0.clone();
    select(&mut window, &main);
    zoom_to(&mut window, 0.8);
    plain(&mut window, Key::F2);
    let field = window.get_by_label("New name").rect();
    let canvas = window.get_by_role(Role::Canvas).rect();
    assert!(canvas.contains_rect(field), "{field:?} in {canvas:?}");
}

#[test]
fn the_filter_of_the_left_panel_is_for_all_of_it() {
    let mut window = open("southridge");
    let files = |w: &Window| {
        let all = w.query_all_by_role(Role::ListItem).filter_map(|n| n.accesskit_node().label());
        all.filter(|words| words.starts_with("Open ")).collect::<Vec<_>>()
    };
    let all = files(&window);
    let nothing = |w: &Window| w.query_by_label("Nothing is called that.").is_some();
    let schema = all.iter().find_map(|words| words.strip_prefix("Open schema ")).unwrap().to_owned();
    window.get_by_label("Filter the explorer").focus();
    window.run_steps(2);
    write(&mut window, &schema);
    assert!(files(&window).contains(&format!("Open schema {schema}")));
    assert!(files(&window).len() < all.len() && !nothing(&window));
    write(&mut window, "zzzq");
    assert!(files(&window).is_empty() && nothing(&window), "{:?}", files(&window));
}

#[test]
fn nothing_of_the_toolbox_lies_over_a_dialog() {
    let mut window = open("hello");
    window.get_by_label("Toolbox Delay").hover();
    for _ in 0..6 {
        window.step();
    }
    let tips = |w: &Window| w.query_all_by_label_contains("double-click to add it").count();
    assert_eq!(tips(&window), 1, "resting on a tool says what it is");
    command(&mut window, Command::Palette);
    window.run_steps(3);
    assert_eq!(tips(&window), 0);
}

#[test]
fn a_shape_is_inserted_by_the_search() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Receive request");
    command(&mut window, Command::Palette);
    window.run_steps(3);
    write(&mut window, ">delay");
    plain(&mut window, Key::Enter);
    let orchestration = window.state().document.orchestration().unwrap();
    assert!(matches!(orchestration.body[1].kind, ShapeKind::Delay(_)), "{:?}", orchestration.body[1]);
}
