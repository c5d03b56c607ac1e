//! The keyboard everywhere: what is typed into a field stays there, and Tab goes through dialogs and panels in the
//! order they are read.

use super::data::Amount;
use super::scenes::{self, Scene};
use crate::window::Window;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Order, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::studio::document::Selection;
use std::collections::BTreeSet;

/// What must not change when somebody types: the drawing, what is selected in it, the tabs.
#[derive(Debug, PartialEq)]
struct Drawing {
    shapes: Vec<String>,
    selection: Selection,
    tabs: usize,
    canvas_menu: bool,
}

fn drawing(window: &Window) -> Drawing {
    let studio = window.state();
    let shapes = studio.document.app.modules.values().flat_map(|m| &m.orchestration).flat_map(|o| o.shapes());
    Drawing {
        shapes: shapes.map(|shape| shape.id.to_string()).collect(),
        selection: studio.document.selection.clone(),
        tabs: studio.tabs.len(),
        canvas_menu: window.query_by_label("Insert a shape after").is_some(),
    }
}

/// Names of the fields one can type in, each with its place among those of this name.
fn fields(window: &Window) -> Vec<(Role, String, usize)> {
    let mut found: Vec<(Role, String, usize)> = Vec::new();
    for role in [Role::TextInput, Role::MultilineTextInput, Role::SearchInput] {
        for node in window.query_all_by_role(role) {
            let own = node.accesskit_node();
            if own.is_disabled() || own.data().is_read_only() {
                continue;
            }
            let name = own.label().unwrap_or_default();
            let nth = found.iter().filter(|(r, n, _)| (*r, n) == (role, &name)).count();
            found.push((role, name, nth));
        }
    }
    found
}

fn focus(window: &mut Window, (role, name, nth): &(Role, String, usize)) -> bool {
    let found = window
        .query_all_by_role(*role)
        .filter(|n| n.accesskit_node().label().unwrap_or_default() == *name)
        .nth(*nth)
        .map(|n| n.focus());
    window.run_steps(2);
    found.is_some() && window.ctx.text_edit_focused()
}

fn text_key(window: &Window, key: Key, text: &str) {
    window.key_down(key);
    window.event(Event::Text(text.to_owned()));
    window.key_up(key);
}

/// Every key that does something to the drawing, pressed in a field.
fn type_all(window: &mut Window) {
    for (key, text) in
        [(Key::A, "a"), (Key::B, "b"), (Key::C, "c"), (Key::I, "i"), (Key::S, "s"), (Key::W, "w")]
    {
        text_key(window, key, text);
    }
    window.run_steps(1);
    for key in [Key::Delete, Key::Backspace, Key::Home, Key::Delete, Key::End, Key::ArrowLeft, Key::Minus] {
        window.key_press(key);
    }
    window.key_press_modifiers(Modifiers::SHIFT, Key::W);
    window.run_steps(1);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.event(Event::Copy);
    window.step();
    let copied =
        window.output().platform_output.commands.iter().any(
            |command| matches!(command, egui::OutputCommand::CopyText(text) if text.starts_with("(Clip")),
        );
    assert!(!copied, "the text was to be copied, not a shape");
    window.event(Event::Cut);
    window.event(Event::Paste("(Clip".to_owned()));
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    window.run_steps(2);
}

/// Scenes that together have every kind of field.
const FIELDS: [&str; 26] = [
    "window",
    "settings",
    "code",
    "inline-rename",
    "selected-port-type",
    "selected-multipart-type",
    "selected-correlation-type",
    "selected-message",
    "selected-variable",
    "selected-port-0",
    "selected-port-1",
    "selected-shape-2",
    "filled-Scope",
    "filled-Decide",
    "filled-Loop",
    "filled-Send",
    "configuration",
    "schema",
    "message-editor",
    "script",
    "map-0",
    "policy-0",
    "ports-receive",
    "ports-send-filter",
    "search",
    "rename",
];

/// Goes into a field of each kind; `act` says whether the scene has more of them.
fn in_each_field(mut act: impl FnMut(&mut Window, &Scene, &(Role, String, usize)) -> bool) {
    let app = Amount::Typical.application();
    let mut window = scenes::window(&app, [1280.0, 800.0]);
    let mut seen = BTreeSet::new();
    let wanted = |scene: &&Scene| FIELDS.contains(&scene.name.as_str());
    for scene in scenes::design().iter().filter(wanted) {
        scenes::clear(&mut window);
        if !(scene.make)(&mut window) {
            continue;
        }
        for field in fields(&window) {
            // One of each name is enough of a kind of editor.
            let kind = scene.name.split('-').next().unwrap_or_default().to_owned();
            if !seen.insert((kind, field.1.trim_end_matches(char::is_numeric).to_owned()))
                || !focus(&mut window, &field)
            {
                continue;
            }
            let more = act(&mut window, scene, &field);
            window.key_press(Key::Escape);
            window.run_steps(1);
            if !more {
                break;
            }
        }
    }
}

#[test]
fn what_is_typed_into_a_field_stays_in_it() {
    let mut tried = 0;
    in_each_field(|window, scene, field| {
        let before = drawing(window);
        type_all(window);
        let after = drawing(window);
        assert_eq!(before.shapes, after.shapes, "{field:?} in {}", scene.name);
        assert_eq!(before.tabs, after.tabs, "{field:?} in {}", scene.name);
        assert!(!after.canvas_menu, "{field:?} in {}", scene.name);
        tried += 1;
        !(scene.name.starts_with("search") || scene.name == "rename" || scene.name == "inline-rename")
    });
    assert!(tried > 40, "{tried} fields were tried");
}

#[test]
fn what_is_typed_is_undone_from_the_field_it_is_typed_in() {
    let mut tried = 0;
    in_each_field(|window, scene, field| {
        window.state_mut().document.seal();
        let before = window.state().document.app.clone();
        text_key(window, Key::Num7, "7");
        window.run_steps(2);
        if window.state().document.app != before {
            window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
            window.run_steps(3);
            assert!(window.state().document.app == before, "{field:?} in {}", scene.name);
            window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
            window.run_steps(2);
            assert!(window.state().document.app != before, "{field:?} in {}", scene.name);
            window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
            window.run_steps(2);
            tried += 1;
        }
        true
    });
    assert!(tried > 12, "{tried} fields changed the application");
}

fn focused(window: &Window) -> Option<(Rect, bool)> {
    let id = window.ctx.memory(|m| m.focused())?;
    window.ctx.viewport(|viewport| {
        let widget = viewport.prev_pass.widgets.get(id)?;
        Some((widget.rect, widget.layer_id.order == Order::Background))
    })
}

#[test]
fn tab_stays_in_a_dialog_and_enter_takes_its_first_answer() {
    let app = Amount::Typical.application();
    let mut window = scenes::window(&app, [1280.0, 800.0]);
    let dialogs = ["search", "open-path", "save-path", "confirm", "rename", "report", "insert"];
    let wanted: Vec<Scene> =
        scenes::design().into_iter().filter(|s| dialogs.contains(&s.name.as_str())).collect();
    assert_eq!(wanted.len(), dialogs.len());
    for scene in wanted {
        scenes::clear(&mut window);
        assert!((scene.make)(&mut window), "{}", scene.name);
        window.run_steps(3);
        assert!(focused(&window).is_some(), "{} has the keyboard", scene.name);
        for _ in 0..12 {
            window.key_press(Key::Tab);
            window.run_steps(2);
            if let Some((rect, below)) = focused(&window) {
                assert!(!below, "{}: Tab went behind the dialog, to {rect}", scene.name);
            }
        }
    }
    scenes::clear(&mut window);
    let confirm = scenes::design().into_iter().find(|s| s.name == "confirm").unwrap();
    (confirm.make)(&mut window);
    window.key_press(Key::Enter);
    window.run_steps(4);
    assert!(window.query_by_label("Folder to save the application to").is_some(), "Enter saves first");
}

#[test]
fn tab_goes_down_the_properties() {
    let app = Amount::Typical.application();
    let mut window = scenes::window(&app, [1280.0, 1400.0]);
    for name in ["selected-port-0", "selected-message", "filled-Send", "filled-Scope"] {
        let scene = scenes::design().into_iter().find(|s| s.name == name).unwrap();
        scenes::clear(&mut window);
        (scene.make)(&mut window);
        let field = fields(&window).into_iter().find(|(_, name, _)| name == "Name").unwrap();
        assert!(focus(&mut window, &field));
        let left = focused(&window).unwrap().0.left() - 120.0;
        let mut row = f32::NEG_INFINITY;
        for _ in 0..40 {
            let Some((rect, _)) = focused(&window) else { break };
            // Behind the last control comes the edge by which the panel is made wider.
            if rect.left() < left || rect.height() > 400.0 {
                break;
            }
            assert!(rect.center().y > row - 18.0, "{name}: Tab went up from {row} to {rect}");
            row = rect.center().y;
            window.key_press(Key::Tab);
            window.run_steps(2);
        }
        assert!(row > 180.0, "{name}: Tab went down to {row} only");
    }
}
