//! Where a hand or a key came to nothing: searches without a hit, keys without a widget, words over a dialog.

use super::harness;
use super::window::{NoDialogs, Window, click, command, open, press};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Theme, pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::edit::Edit;
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
    assert!(window.ctx.text_edit_focused(), "its name or text");
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

#[test]
fn what_the_search_goes_to_can_be_read() {
    let (mut window, shapes) = large();
    zoom_to(&mut window, 0.15);
    command(&mut window, Command::Palette);
    window.run_steps(3);
    write(&mut window, &format!("#{}", shapes[shapes.len() / 2].1));
    plain(&mut window, Key::Enter);
    assert!(zoom(&window) > 0.5, "{}", zoom(&window));
    let near = zoom(&window);
    plain(&mut window, Key::ArrowDown);
    assert_eq!(zoom(&window), near, "only what is far off comes near");
}

#[test]
fn a_path_that_cannot_be_written_is_told_before_one_asks_for_it() {
    let document = Document::new(sample::load("hello").unwrap(), None);
    let mut window = harness(Studio::new(document).with_dialogs(NoDialogs), Theme::Dark, [1400.0, 900.0]);
    window.run_steps(3);
    command(&mut window, Command::ExportSvg);
    let exports = |window: &Window| {
        !window.get_by_role_and_label(Role::Button, "Export").accesskit_node().is_disabled()
    };
    write(&mut window, "/no/such/folder/drawing.svg");
    window.get_by_label("There is no folder /no/such/folder");
    assert!(!exports(&window));
    press(&mut window, Modifiers::COMMAND, Key::A);
    let folder = tempfile::tempdir().unwrap();
    let drawing = folder.path().join("drawing.svg");
    write(&mut window, folder.path().to_str().unwrap());
    window.get_by_label_contains("is a folder: add the name of a file");
    write(&mut window, "/drawing.svg");
    assert!(exports(&window));
    std::fs::write(&drawing, "another").unwrap();
    window.run_steps(2);
    window.get_by_label_contains("Replaces the file ");
    plain(&mut window, Key::Enter);
    assert!(std::fs::read_to_string(&drawing).unwrap().starts_with("<svg"), "it is drawn");
}

#[test]
fn what_was_done_is_said_for_a_while_and_what_was_refused_until_something_else_is_done() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Receive request");
    press(&mut window, Modifiers::COMMAND, Key::C);
    assert!(window.state().said().starts_with("Copied"), "{}", window.state().said());
    let seconds = |window: &mut Window, seconds: f32| {
        for _ in 0..(seconds / 0.25) as usize {
            window.input_mut().time = Some(window.ctx.input(|input| input.time) + 0.25);
            window.step();
        }
    };
    seconds(&mut window, 5.0);
    assert!(window.state().said().starts_with("Copied"));
    seconds(&mut window, 10.0);
    assert_eq!(window.state().said(), "");
}

fn body(window: &Window) -> Vec<String> {
    window.state().document.orchestration().unwrap().body.iter().map(|shape| shape.name.clone()).collect()
}

#[test]
fn saving_counts_the_name_one_is_typing() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("greeting");
    let mut window = open("hello");
    window.state_mut().document.save(&place).unwrap();
    click(&mut window, Role::TreeItem, "Send reply");
    window.get_by_role_and_label(Role::TextInput, "Name").focus();
    window.run_steps(2);
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, "Answer");
    press(&mut window, Modifiers::COMMAND, Key::S);
    assert_eq!(body(&window)[2], "Answer");
    assert!(!window.state().document.unsaved());
    assert!(window.state().said().starts_with("Saved 1 file"), "{}", window.state().said());
    let (drawn, _) = orchestrion::model::files::load(&place).unwrap();
    let saved = drawn.modules.values().find_map(|module| module.orchestration.as_ref()).unwrap();
    assert_eq!(saved.body[2].name, "Answer");
    write(&mut window, "ed");
    press(&mut window, Modifiers::COMMAND, Key::S);
    assert_eq!(body(&window)[2], "Answered", "one goes on where one was");
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(body(&window)[2], "Answer");
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(body(&window)[2], "Send reply");
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert_eq!(body(&window)[2], "Answer");
}

#[test]
fn a_shortcut_is_its_keys_and_no_others() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    plain(&mut window, Key::Delete);
    let deleted = body(&window);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    let whole = body(&window);
    assert_ne!(deleted, whole);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(body(&window), deleted, "redo, as in most other programs");
    press(&mut window, Modifiers::COMMAND, Key::Z);
    click(&mut window, Role::TreeItem, "Send reply");
    for key in [Key::W, Key::I, Key::A, Key::Delete] {
        press(&mut window, Modifiers::ALT, key);
        assert!(window.query_by_label("Search").is_none(), "Alt+{key:?}");
        assert_eq!(body(&window), whole, "Alt+{key:?}");
    }
}

#[test]
fn the_search_knows_other_words_for_what_it_finds() {
    let mut window = open("hello");
    let first = |window: &mut Window, words: &str| {
        command(window, Command::Palette);
        window.run_steps(3);
        write(window, words);
        let found = window.query_all_by_role(Role::Button).filter_map(|node| node.accesskit_node().label());
        let found: Vec<String> = found.collect();
        plain(window, Key::Escape);
        found
    };
    let named = |found: &[String], name: &str| found.iter().any(|words| words.starts_with(name));
    let found = first(&mut window, ">compare with...");
    assert!(named(&found, "Compare with…"), "{found:?}");
    click(&mut window, Role::TreeItem, "Construct reply");
    command(&mut window, Command::Wrap);
    window.run_steps(3);
    write(&mut window, "scope");
    plain(&mut window, Key::Enter);
    for words in [">exception handler", ">add branch"] {
        let found = first(&mut window, words);
        assert!(named(&found, "Add catch block"), "{words}: {found:?}");
    }
}

#[test]
fn tab_selects_what_it_comes_to() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Receive request");
    for modifiers in [Modifiers::NONE, Modifiers::NONE, Modifiers::SHIFT] {
        press(&mut window, modifiers, Key::Tab);
        let focused = window.get_all_by_role(Role::TreeItem).find(|node| node.is_focused()).unwrap();
        let name = focused.accesskit_node().label().unwrap();
        let selected = window.state().document.selection.ids();
        let selected = window.state().document.element_name(selected.first().unwrap()).unwrap();
        assert_eq!(selected, name);
    }
}

#[test]
fn nothing_is_put_into_what_holds_nothing() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    assert!(!Command::InsertInto.enabled(window.state()));
    command(&mut window, Command::FindUses);
    assert!(window.state().said().contains("Select what others name first"), "{}", window.state().said());
    click(&mut window, Role::TreeItem, "Construct reply");
    assert!(Command::InsertInto.enabled(window.state()));
    plain(&mut window, Key::Delete);
    let (done, _) = window.state().document.history().labels();
    assert_eq!(done.last(), Some(&"Delete Construct reply and 1 shape in it"));
}

#[test]
fn escape_closes_the_history() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    let selected = window.state().document.selection.clone();
    command(&mut window, Command::UndoHistory);
    window.run_steps(2);
    window.get_by_label("Close the undo history");
    plain(&mut window, Key::Escape);
    assert!(window.query_by_label("Close the undo history").is_none());
    assert_eq!(window.state().document.selection, selected, "that was all it did");
}

#[test]
fn arrows_in_a_search_leave_the_caret_where_it_is() {
    for (open_with, field) in [
        ((Modifiers::NONE, Key::A), "Insert a shape after"),
        ((Modifiers::COMMAND, Key::K), "Search everything"),
    ] {
        let mut window = open("hello");
        click(&mut window, Role::TreeItem, "Send reply");
        press(&mut window, open_with.0, open_with.1);
        write(&mut window, "de");
        plain(&mut window, Key::ArrowDown);
        plain(&mut window, Key::ArrowUp);
        write(&mut window, "lay");
        assert_eq!(window.get_by_label(field).value().as_deref(), Some("delay"));
    }
}

#[test]
fn keys_in_the_explorer_mean_the_row_that_has_the_keyboard() {
    let mut window = open("southridge");
    let shown = window.state().document.module.clone();
    let rows = window.query_all_by_role(Role::TreeItem);
    let mut named =
        rows.filter(|row| row.accesskit_node().label().is_some_and(|l| l.contains("OrderBrokerOrch")));
    named.next().unwrap().focus();
    drop(named);
    window.run_steps(2);
    plain(&mut window, Key::F2);
    window.run_steps(2);
    assert!(window.query_by_label("Rename orchestration OrderBrokerOrch").is_some());
    plain(&mut window, Key::Escape);
    window.run_steps(2);
    let rows = window.query_all_by_role(Role::TreeItem);
    let focused =
        rows.filter(|row| row.accesskit_node().is_focused()).filter_map(|row| row.accesskit_node().label());
    assert!(
        focused.into_iter().any(|name| name.contains("OrderBrokerOrch")),
        "the row has the keyboard again"
    );
    assert_eq!(window.state().document.module, shown);
}

/// A key with what it types, as it comes from the desktop.
fn struck(key: Key, text: &str) -> Vec<Event> {
    let event =
        |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE };
    let text = Some(Event::Text(text.to_owned())).filter(|_| !text.is_empty());
    [event(true)].into_iter().chain(text).chain([event(false)]).collect()
}

fn spelled(text: &str) -> Vec<Event> {
    let key = |c: char| Key::from_name(&c.to_string()).unwrap();
    text.chars().flat_map(|c| struck(key(c), &c.to_string())).collect()
}

#[test]
fn what_is_typed_ahead_goes_where_it_would_have_gone() {
    let enter = || struck(Key::Enter, "");
    // From all in one frame, as on a busy machine, to one key in each.
    for at_once in [usize::MAX, 7, 4, 3, 2, 1] {
        let mut window = open("hello");
        click(&mut window, Role::TreeItem, "Receive request");
        let keys =
            [struck(Key::ArrowDown, ""), spelled("adelay"), enter(), enter(), spelled("ccswa5")].concat();
        for keys in keys.chunks(at_once.min(keys.len())) {
            window.input_mut().events.extend_from_slice(keys);
            window.step();
        }
        window.run_steps(60);
        let shape = &window.state().document.orchestration().unwrap().body[2];
        let ShapeKind::Delay(until) = &shape.kind else { panic!("{at_once} at once: {shape:?}") };
        assert_eq!(until.text, "ccswa5", "{at_once} at once");
        assert_eq!(body(&window).len(), 4, "no letter was a command");
    }
}

#[test]
fn a_picture_is_written_to_a_file_that_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let document = Document::new(sample::load("hello").unwrap(), None);
    let mut window = harness(Studio::new(document).with_dialogs(NoDialogs), Theme::Dark, [1400.0, 900.0]);
    window.run_steps(3);
    command(&mut window, Command::ExportSvg);
    let field = |window: &Window| {
        let field = window.get_by_role_and_label(Role::TextInput, "File to draw to");
        field.accesskit_node().value().unwrap_or_default()
    };
    assert!(field(&window).ends_with("SayHello.svg"), "a name is suggested: {}", field(&window));
    // What one writes stands in its place.
    let path = folder.path().join("x.png");
    write(&mut window, path.to_str().unwrap());
    window.get_by_label("Is written to x.png.svg");
    plain(&mut window, Key::Enter);
    assert!(!path.exists());
    assert!(std::fs::read_to_string(folder.path().join("x.png.svg")).unwrap().contains("<svg"));
}

#[test]
fn letters_go_through_an_open_list() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    window.get_by_role_and_label(Role::ComboBox, "Message").focus();
    window.run_steps(2);
    plain(&mut window, Key::Enter);
    let messages = &window.state().document.orchestration().unwrap().messages;
    let names: Vec<String> = messages.iter().map(|message| message.name.clone()).collect();
    assert!(names.len() > 1);
    for name in &names {
        write(&mut window, &name.to_lowercase());
        assert!(window.get_by_role_and_label(Role::Button, name).is_focused(), "{name}");
        window.run_steps(80);
    }
    plain(&mut window, Key::Home);
    plain(&mut window, Key::Enter);
    let ShapeKind::Send(send) = window.state().document.orchestration().unwrap().body[2].kind.clone() else {
        panic!("no Send")
    };
    assert_eq!(send.message, "", "the first entry is none");
}

#[test]
fn a_list_closes_with_what_a_key_chose() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    window.get_by_role_and_label(Role::ComboBox, "Message").focus();
    window.run_steps(2);
    let message = |window: &Window| {
        let orchestration = window.state().document.orchestration().unwrap();
        match &orchestration.body[2].kind {
            ShapeKind::Send(send) => send.message.clone(),
            other => panic!("a {}", other.label()),
        }
    };
    let before = message(&window);
    plain(&mut window, Key::Enter);
    assert!(egui::Popup::is_any_open(&window.ctx));
    plain(&mut window, Key::ArrowUp);
    plain(&mut window, Key::Enter);
    let chosen = message(&window);
    assert_ne!(chosen, before);
    assert!(!egui::Popup::is_any_open(&window.ctx), "it is closed");
    assert!(window.get_by_role_and_label(Role::ComboBox, "Message").is_focused(), "and has the keyboard");
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(message(&window), before);
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert_eq!(message(&window), chosen);
}

#[test]
fn what_undo_and_redo_change_is_in_sight() {
    let (mut window, shapes) = large();
    let (first, name) = shapes[1].clone();
    let module = window.state().document.module.clone();
    let edit = Edit::RenameShape { module, shape: first, name: "Another name".into() };
    window.state_mut().edit(edit, None);
    let far = shapes.last().unwrap().0.clone();
    let away = |window: &mut Window| {
        select(window, &far);
        window.state_mut().tabs.canvas_mut().reveal(&Selection::Node(far.clone()));
        window.run_steps(3);
    };
    let seen = |window: &Window, name: &str| window.query_by_role_and_label(Role::TreeItem, name).is_some();
    away(&mut window);
    assert!(!seen(&window, "Another name"), "it is far off");
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(seen(&window, &name));
    away(&mut window);
    assert!(!seen(&window, &name));
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert!(seen(&window, "Another name"));
    assert_eq!(window.state().document.selection, Selection::Node(far), "and what was selected still is");
}

#[test]
fn files_are_made_by_the_search() {
    let mut window = open("hello");
    let before = window.state().document.app.clone();
    command(&mut window, Command::Palette);
    window.run_steps(3);
    write(&mut window, "new schema");
    plain(&mut window, Key::Enter);
    let made = Tab::Schema("schemas/Schema1.xsd".into());
    assert_eq!(window.state().tabs.focused(), Some(&made));
    let after = window.state().document.app.clone();
    assert_eq!(after.schemas.len(), before.schemas.len() + 1);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().document.app, before);
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert_eq!(window.state().document.app, after);
}

#[test]
fn the_wheel_does_not_leave_the_drawing() {
    let (mut window, _) = large();
    window.hover_at(pos2(500.0, 340.0));
    window.run_steps(2);
    for _ in 0..40 {
        let delta = egui::vec2(0.0, -4_000.0);
        window.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        window.run_steps(2);
    }
    let canvas = window.state().tabs.canvas();
    let view = canvas.transform(window.state().tabs.key()).unwrap();
    let shown = view * canvas.layout().process.unwrap();
    assert!(shown.bottom() > 100.0, "{shown}");
}
