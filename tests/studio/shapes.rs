//! Several shapes at once, the clipboard, structure and keys alone: the drawing edited as a user does it.

use super::window::{Window, command, open, press};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use orchestrion::model::edit::{Edit, toolbox};
use orchestrion::model::{Shape, ShapeKind};
use orchestrion::studio::command::Command;
use orchestrion::studio::document::Selection;

fn body(window: &Window) -> Vec<String> {
    let orchestration = window.state().document.orchestration().unwrap();
    orchestration.body.iter().map(|s| s.name.clone()).collect()
}

fn named(window: &Window, name: &str) -> Shape {
    let orchestration = window.state().document.orchestration().unwrap();
    orchestration.shapes().into_iter().find(|s| s.name == name).unwrap().clone()
}

fn selected(window: &Window) -> Vec<String> {
    let document = &window.state().document;
    let mut names: Vec<_> =
        document.selection.ids().iter().filter_map(|id| document.element_name(id)).collect();
    names.sort();
    names
}

fn middle(window: &Window, name: &str) -> Pos2 {
    window.get_by_role_and_label(Role::TreeItem, name).rect().center()
}

fn click(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::TreeItem, name).click();
    window.run_steps(2);
}

fn click_with(window: &mut Window, modifiers: Modifiers, name: &str) {
    window.get_by_role_and_label(Role::TreeItem, name).click_modifiers(modifiers);
    window.run_steps(2);
}

fn plain(window: &mut Window, key: Key) {
    press(window, Modifiers::NONE, key);
}

/// Types into the field that has the keyboard and presses Enter.
fn type_and_enter(window: &mut Window, text: &str) {
    window.event(Event::Text(text.to_owned()));
    window.run_steps(2);
    plain(window, Key::Enter);
}

fn copied(window: &mut Window, event: Event) -> String {
    window.event(event);
    window.step();
    let commands = &window.output().platform_output.commands;
    let text = commands.iter().find_map(|c| match c {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    window.run_steps(2);
    text.expect("something was copied")
}

const DRAWN: [&str; 3] = ["Receive request", "Construct reply", "Send reply"];

#[test]
fn clicks_with_ctrl_and_shift_select_several_shapes() {
    let mut window = open("hello");
    click(&mut window, "Receive request");
    click_with(&mut window, Modifiers::COMMAND, "Send reply");
    assert_eq!(selected(&window), ["Receive request", "Send reply"]);
    click_with(&mut window, Modifiers::COMMAND, "Receive request");
    assert_eq!(selected(&window), ["Send reply"]);
    click(&mut window, "Receive request");
    click_with(&mut window, Modifiers::SHIFT, "Send reply");
    assert_eq!(selected(&window).len(), 3, "all from the first to the last");
    press(&mut window, Modifiers::COMMAND, Key::A);
    assert_eq!(selected(&window).len(), 3);
    plain(&mut window, Key::Delete);
    assert_eq!(body(&window), [""; 0]);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(body(&window), DRAWN, "one step");
}

#[test]
fn a_frame_drawn_over_empty_ground_selects_what_it_holds() {
    let mut window = open("hello");
    let first = window.get_by_role_and_label(Role::TreeItem, "Receive request").rect();
    let last = window.get_by_role_and_label(Role::TreeItem, "Construct reply").rect();
    window.drag_at(first.left_top() - vec2(20.0, 8.0));
    window.run_steps(2);
    window.hover_at(last.center());
    window.run_steps(2);
    window.drop_at(last.center());
    window.run_steps(2);
    assert_eq!(selected(&window), ["Receive request"], "the container is not wholly inside");
}

#[test]
fn several_shapes_travel_as_text_to_another_window() {
    let mut window = open("hello");
    click(&mut window, "Construct reply");
    click_with(&mut window, Modifiers::COMMAND, "Send reply");
    let text = copied(&mut window, Event::Cut);
    assert_eq!(body(&window), ["Receive request"]);
    let mut other = open("southridge");
    let before = other.state().document.orchestration().unwrap().shapes().len();
    other.state_mut().document.select(Selection::Orchestration);
    other.event(Event::Paste(text.clone()));
    other.run_steps(3);
    assert_eq!(other.state().document.orchestration().unwrap().shapes().len(), before + 3);
    let said = other.state().said().to_owned();
    assert!(said.contains("not known here") && said.contains("port ReplyPort"), "{said}");
    assert_eq!(selected(&other), ["Construct reply", "Send reply"]);
    press(&mut other, Modifiers::COMMAND, Key::Z);
    assert_eq!(other.state().document.orchestration().unwrap().shapes().len(), before);
    press(&mut other, Modifiers::COMMAND | Modifiers::SHIFT, Key::V);
    other.event(Event::Paste(text));
    other.run_steps(3);
    let orchestration = other.state().document.orchestration().unwrap();
    assert!(orchestration.port("ReplyPort").is_some(), "declarations come along: {}", other.state().said());
}

#[test]
fn shapes_are_duplicated_wrapped_converted_and_unwrapped_by_keys_alone() {
    let mut window = open("hello");
    click(&mut window, "Send reply");
    press(&mut window, Modifiers::COMMAND, Key::D);
    assert_eq!(body(&window).len(), 4);
    plain(&mut window, Key::W);
    type_and_enter(&mut window, "scope");
    assert_eq!(body(&window)[3], "Scope_1");
    plain(&mut window, Key::C);
    type_and_enter(&mut window, "group");
    assert!(matches!(named(&window, "Group_1").kind, ShapeKind::Group(g) if g.body.len() == 1));
    press(&mut window, Modifiers::SHIFT, Key::W);
    assert_eq!(body(&window).len(), 4);
    for _ in 0..4 {
        press(&mut window, Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(body(&window), DRAWN);
}

#[test]
fn a_delay_is_put_between_two_shapes_and_named_by_keys_alone() {
    let mut window = open("hello");
    click(&mut window, "Receive request");
    plain(&mut window, Key::A);
    type_and_enter(&mut window, "delay");
    assert_eq!(body(&window), ["Receive request", "Delay_1", "Construct reply", "Send reply"]);
    plain(&mut window, Key::F2);
    window.event(Event::Text("Wait".to_owned()));
    window.run_steps(2);
    plain(&mut window, Key::Enter);
    assert_eq!(body(&window)[1], "Wait");
    plain(&mut window, Key::B);
    type_and_enter(&mut window, "expression");
    assert_eq!(body(&window)[1], "Expression_1");
    press(&mut window, Modifiers::ALT, Key::ArrowDown);
    assert_eq!(body(&window)[..3], ["Receive request", "Wait", "Expression_1"]);
    press(&mut window, Modifiers::ALT, Key::ArrowUp);
    press(&mut window, Modifiers::ALT, Key::ArrowUp);
    assert_eq!(body(&window)[0], "Expression_1");
}

#[test]
fn branches_are_walked_added_and_moved_by_keys() {
    let mut window = open("hello");
    click(&mut window, "Send reply");
    plain(&mut window, Key::W);
    type_and_enter(&mut window, "parallel");
    let names = |window: &Window| -> Vec<String> {
        named(window, "ParallelActions_1")
            .kind
            .branches()
            .unwrap()
            .branches
            .iter()
            .map(|b| b.name.clone())
            .collect()
    };
    assert_eq!(names(&window), ["ParallelBranch_1", "ParallelBranch_2"]);
    plain(&mut window, Key::ArrowDown);
    assert_eq!(selected(&window), ["ParallelBranch_1"], "Down goes to the first branch");
    press(&mut window, Modifiers::ALT, Key::ArrowRight);
    assert_eq!(names(&window), ["ParallelBranch_2", "ParallelBranch_1"]);
    plain(&mut window, Key::I);
    type_and_enter(&mut window, "delay");
    plain(&mut window, Key::ArrowUp);
    plain(&mut window, Key::ArrowUp);
    click(&mut window, "Delay_1");
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    let all = named(&window, "ParallelActions_1");
    let first = &all.kind.branches().unwrap().branches[0];
    assert_eq!(first.body.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["Delay_1"]);
}

#[test]
fn typing_in_a_field_never_triggers_a_shortcut_of_the_canvas() {
    let mut window = open("hello");
    click(&mut window, "Send reply");
    let comments = window.get_by_role_and_label(Role::MultilineTextInput, "Comments");
    comments.click();
    window.run_steps(2);
    for text in ["a", "b", "c", "i", "w", "s"] {
        window.event(Event::Text(text.to_owned()));
        window.key_press(match text {
            "a" => Key::A,
            "b" => Key::B,
            "c" => Key::C,
            "i" => Key::I,
            "w" => Key::W,
            _ => Key::S,
        });
        window.run_steps(1);
    }
    for key in [Key::Delete, Key::F2, Key::Home, Key::Minus, Key::Plus] {
        window.key_press(key);
        window.run_steps(1);
    }
    for key in [Key::ArrowUp, Key::ArrowDown, Key::ArrowLeft] {
        window.key_press_modifiers(Modifiers::ALT, key);
        window.run_steps(1);
    }
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    window.run_steps(2);
    assert_eq!(body(&window), DRAWN);
    assert_eq!(selected(&window), ["Send reply"]);
    assert!(
        named(&window, "Send reply").comments.contains("abciws"),
        "{}",
        named(&window, "Send reply").comments
    );
}

#[test]
fn undo_in_a_field_is_the_same_undo_and_leaves_the_keyboard_there() {
    let mut window = open("hello");
    click(&mut window, "Send reply");
    let insert = Edit::SetComments {
        module: window.state().document.module.clone(),
        shape: named(&window, "Send reply").id,
        comments: "First".into(),
    };
    window.state_mut().edit(insert, None);
    window.run_steps(2);
    window.get_by_role_and_label(Role::MultilineTextInput, "Comments").click();
    window.run_steps(2);
    for letter in ["x", "y", "z"] {
        window.event(Event::Text(letter.to_owned()));
        window.run_steps(1);
    }
    assert_eq!(named(&window, "Send reply").comments.len(), 8);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(named(&window, "Send reply").comments, "First", "a burst of typing is one step");
    assert!(
        window.get_by_role_and_label(Role::MultilineTextInput, "Comments").is_focused(),
        "the field keeps the keyboard"
    );
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(named(&window, "Send reply").comments, "");
    press(&mut window, Modifiers::COMMAND, Key::Y);
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert_eq!(named(&window, "Send reply").comments.len(), 8);
}

#[test]
fn several_dragged_shapes_move_together_and_illegal_places_say_why() {
    let mut window = open("hello");
    click(&mut window, "Receive request");
    click_with(&mut window, Modifiers::COMMAND, "Send reply");
    let drag = |window: &mut Window, to: &str| {
        let (from, to) = (middle(window, "Receive request"), window.get_by_label(to).rect().center());
        window.drag_at(from);
        window.run_steps(2);
        window.hover_at(to);
        window.run_steps(2);
        window.drop_at(to);
        window.run_steps(2);
    };
    drag(&mut window, "Insert before Write the greeting");
    assert_eq!(body(&window), DRAWN);
    assert!(window.state().said().contains("Message Assignment and Transform"), "{}", window.state().said());
    drag(&mut window, "Insert at the end of the orchestration");
    assert_eq!(body(&window), ["Construct reply", "Receive request", "Send reply"]);
}

#[test]
fn the_inside_of_a_container_is_shown_alone_with_the_way_back() {
    let mut window = open("southridge");
    let module = window.state().document.module.clone();
    let container = named(&window, "For Each Stage").id;
    window.state_mut().document.select(Selection::Node(container));
    window.run_steps(2);
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert!(
        window.query_by_role_and_label(Role::TreeItem, "New Order").is_none(),
        "what is around is not drawn"
    );
    window.get_by_role_and_label(Role::TreeItem, "For Each Stage");
    let name = window.state().document.orchestration().unwrap().name.clone();
    let crumbs: Vec<_> = window.get_all_by_role_and_label(Role::Button, &name).collect();
    let top = crumbs.iter().map(|b| b.rect().top()).fold(f32::MIN, f32::max);
    crumbs.into_iter().find(|b| b.rect().top() == top).unwrap().click();
    window.run_steps(4);
    assert!(window.query_by_role_and_label(Role::TreeItem, "For Each Stage").is_some());
    assert_eq!(window.state().document.module, module);
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert!(window.state().tabs.canvas().focused_on().is_some());
    for _ in 0..4 {
        press(&mut window, Modifiers::COMMAND, Key::Backspace);
    }
    assert!(window.state().tabs.canvas().focused_on().is_none());
}

#[test]
fn a_comment_is_shown_on_its_shape() {
    let mut window = open("hello");
    let layout = |window: &Window| {
        let layout = window.state().tabs.canvas().layout();
        layout.nodes.iter().find(|n| n.title == "Send reply").unwrap().clone()
    };
    let before = layout(&window).rect.height();
    let edit = Edit::SetComments {
        module: window.state().document.module.clone(),
        shape: named(&window, "Send reply").id,
        comments: "Goes to the partner\nsince May".into(),
    };
    window.state_mut().edit(edit, None);
    window.run_steps(2);
    let after = layout(&window);
    assert_eq!(after.note, "Goes to the partner …");
    assert!(after.rect.height() > before && after.note_rect().is_some());
}

#[test]
fn a_change_is_shown_as_movement_unless_motion_is_reduced() {
    for reduced in [false, true] {
        let mut window = open("hello");
        window.state_mut().preferences.reduced_motion = reduced;
        window.run_steps(2);
        let message = Edit::InsertShape {
            module: window.state().document.module.clone(),
            block: orchestrion::model::edit::BlockRef::Body,
            index: 0,
            shape: Shape { kind: toolbox().remove(0), ..Shape::default() },
        };
        window.state_mut().edit(message, None);
        window.step();
        assert_eq!(window.state().tabs.canvas().moving(), !reduced);
        window.run_steps(4);
        assert!(!window.state().tabs.canvas().moving(), "a change takes less than a fifth of a second");
    }
}

#[test]
fn the_menu_of_a_shape_opens_by_keys_and_gives_the_keyboard_back() {
    for (modifiers, key) in [(Modifiers::NONE, Key::Menu), (Modifiers::SHIFT, Key::F10)] {
        let mut window = open("hello");
        click(&mut window, "Send reply");
        let before = body(&window);
        press(&mut window, modifiers, key);
        window.run_steps(3);
        assert!(window.get_by_role_and_label(Role::Button, "Rename F2").is_focused(), "{key:?}");
        press(&mut window, Modifiers::NONE, Key::Escape);
        window.run_steps(3);
        assert!(window.query_by_role_and_label(Role::Button, "Rename F2").is_none());
        assert_eq!(selected(&window), ["Send reply"]);
        assert!(window.get_by_role_and_label(Role::TreeItem, "Send reply").is_focused());
        press(&mut window, modifiers, key);
        window.run_steps(3);
        press(&mut window, Modifiers::NONE, Key::ArrowUp);
        window.run_steps(3);
        press(&mut window, Modifiers::NONE, Key::Enter);
        window.run_steps(3);
        assert_eq!(body(&window).len() + 1, before.len(), "the last is Delete: {}", window.state().said());
        press(&mut window, Modifiers::COMMAND, Key::Z);
        window.run_steps(3);
        assert_eq!(body(&window), before);
    }
}

#[test]
fn keys_ask_for_the_menu_of_the_selected_shape_when_nothing_has_the_keyboard() {
    for (modifiers, key) in [(Modifiers::NONE, Key::Menu), (Modifiers::SHIFT, Key::F10)] {
        let mut window = open("hello");
        click(&mut window, "Send reply");
        let focused = window.ctx.memory(|memory| memory.focused()).unwrap();
        window.ctx.memory_mut(|memory| memory.surrender_focus(focused));
        window.run_steps(3);
        press(&mut window, modifiers, key);
        window.run_steps(3);
        assert!(window.get_by_role_and_label(Role::Button, "Rename F2").is_focused(), "{key:?}");
    }
}

#[test]
fn keys_go_on_from_what_was_inserted_and_from_what_undo_selects() {
    let mut window = open("hello");
    click(&mut window, "Construct reply");
    plain(&mut window, Key::A);
    type_and_enter(&mut window, "delay");
    assert_eq!(selected(&window), ["Delay_1"]);
    press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(selected(&window), ["Delay_1", "Send reply"]);
    plain(&mut window, Key::Escape);
    click(&mut window, "Construct reply");
    plain(&mut window, Key::Delete);
    assert_eq!(selected(&window), ["Delay_1"], "what comes next in its block");
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(selected(&window), ["Construct reply"]);
    window.run_steps(3);
    assert!(window.get_by_role_and_label(Role::TreeItem, "Construct reply").is_focused());
}

#[test]
fn what_a_closed_container_hides_is_not_what_keys_act_on() {
    let mut window = open("hello");
    for command_or_key in [true, false] {
        click(&mut window, "Write the greeting");
        if command_or_key {
            command(&mut window, Command::CollapseAll);
        } else {
            command(&mut window, Command::ExpandAll);
            click(&mut window, "Construct reply");
            plain(&mut window, Key::Minus);
        }
        assert_eq!(selected(&window), ["Construct reply"]);
        command(&mut window, Command::ExpandAll);
    }
}

#[test]
fn the_last_shape_of_a_block_gives_way_to_the_one_above_it() {
    let mut window = open("hello");
    click(&mut window, "Send reply");
    plain(&mut window, Key::Delete);
    assert_eq!(selected(&window), ["Construct reply"]);
}

#[test]
fn enter_edits_the_text_of_a_shape_whether_it_has_one_yet_or_not_and_the_name_of_others() {
    let mut window = open("hello");
    click(&mut window, "Send reply");
    plain(&mut window, Key::Enter);
    assert!(window.get_by_label("New name").is_focused());
    plain(&mut window, Key::Escape);
    plain(&mut window, Key::A);
    type_and_enter(&mut window, "expression");
    for text in ["a = 1;", " b = 2;"] {
        click(&mut window, "Expression_1");
        plain(&mut window, Key::Enter);
        assert!(window.query_by_label("New name").is_none());
        window.event(Event::Text(text.to_owned()));
        window.run_steps(3);
        plain(&mut window, Key::Escape);
    }
    let ShapeKind::Expression(code) = named(&window, "Expression_1").kind else { panic!("no Expression") };
    assert!(code.text.contains("a = 1;") && code.text.contains("b = 2;"), "{}", code.text);
}

#[test]
fn shift_and_arrows_take_the_neighbours_and_not_what_is_inside() {
    let mut window = open("hello");
    click(&mut window, "Construct reply");
    press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(selected(&window), ["Construct reply", "Send reply"]);
    press(&mut window, Modifiers::SHIFT, Key::ArrowUp);
    assert_eq!(selected(&window), ["Construct reply"], "and back");
}
