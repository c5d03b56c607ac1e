//! Ports drawn by hand, the explorer, and correlation sets on the canvas.

use super::window::{Window, click, open, press};
use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use orchestrion::model::edit::{Declaration, DeclarationKind, Edit};
use orchestrion::model::{CorrelationSet, Polarity, Port, PortSurface, ShapeKind};
use orchestrion::studio::document::Selection;

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.run_steps(2);
    window.drag_at(from);
    window.run_steps(2);
    window.hover_at(from.lerp(to, 0.5));
    window.run_steps(2);
    window.hover_at(to);
    window.run_steps(2);
    window.drop_at(to);
    window.run_steps(3);
}

#[test]
fn a_hand_that_moves_at_once_takes_what_it_pressed() {
    let mut window = open("hello");
    let pressed = window.get_by_label("Toolbox Send").rect().center();
    let over = window.get_by_label("Toolbox Receive").rect().center();
    window.hover_at(pressed);
    window.run_steps(2);
    let button = egui::PointerButton::Primary;
    let modifiers = Modifiers::NONE;
    // Both in one frame.
    let press = egui::Event::PointerButton { pos: pressed, button, pressed: true, modifiers };
    window.input_mut().events.extend([press, egui::Event::PointerMoved(over)]);
    window.run_steps(2);
    let taken = egui::DragAndDrop::payload::<orchestrion::studio::canvas::Drag>(&window.ctx);
    let kind = match taken.as_deref() {
        Some(orchestrion::studio::canvas::Drag::New(kind)) => kind.label(),
        _ => "nothing",
    };
    assert_eq!(kind, "Send");
}

/// Presses and is elsewhere within one frame.
pub fn flick(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.run_steps(2);
    let button = egui::PointerButton::Primary;
    let press = egui::Event::PointerButton { pos: from, button, pressed: true, modifiers: Modifiers::NONE };
    // What is queued has a frame each.
    window.input_mut().events.extend([press, egui::Event::PointerMoved(to)]);
    window.run_steps(2);
}

#[test]
fn a_tool_that_is_flicked_onto_the_drawing_is_what_was_taken() {
    let taken = |tool: &str, to: &str| {
        let mut window = open("hello");
        let from = window.get_by_label(tool).rect().center();
        let on = window.get_by_role_and_label(Role::TreeItem, to).rect();
        flick(&mut window, from, on.center());
        let ctx = &window.ctx;
        egui::DragAndDrop::payload::<orchestrion::studio::canvas::Drag>(ctx).is_some()
            || egui::DragAndDrop::payload::<orchestrion::studio::canvas::Hand>(ctx).is_some()
    };
    for tool in ["Toolbox Port", "Toolbox Expression"] {
        for over in ["Send reply", "Port ReplyPort"] {
            assert!(taken(tool, over), "{tool} over {over}");
        }
    }
}

#[test]
fn a_shape_that_is_flicked_away_is_what_moves() {
    let mut window = open("hello");
    let order = |window: &Window| {
        let body = &window.state().document.orchestration().unwrap().body;
        body.iter().map(|shape| shape.name.clone()).collect::<Vec<_>>()
    };
    let before = order(&window);
    let from = window.get_by_role_and_label(Role::TreeItem, "Receive request").rect().center();
    let over = window.get_by_role_and_label(Role::TreeItem, "Send reply").rect().center();
    for away in [over, from + vec2(160.0, 20.0)] {
        let to = window.get_by_label("Insert at the end of the orchestration").rect().center();
        flick(&mut window, from, away);
        window.hover_at(to);
        window.run_steps(2);
        window.drop_at(to);
        window.run_steps(3);
        assert_eq!(order(&window).last(), before.first(), "{away}");
        let selected = window.state().document.selection.ids();
        assert_eq!(selected.len(), 1, "no frame was drawn");
        undo(&mut window);
        assert_eq!(order(&window), before);
    }
}

#[test]
fn a_handle_that_is_flicked_away_connects() {
    let mut window = open("hello");
    let from = handle(&mut window, "Send reply");
    flick(&mut window, from, from + vec2(60.0, 30.0));
    let taken = egui::DragAndDrop::payload::<orchestrion::studio::canvas::Hand>(&window.ctx);
    assert!(matches!(taken.as_deref(), Some(orchestrion::studio::canvas::Hand::Shape(_))), "{taken:?}");
}

#[test]
fn a_handle_is_taken_by_a_brisk_hand_that_was_never_over_its_shape() {
    let mut window = open("hello");
    let from = window.get_by_role_and_label(Role::TreeItem, "Send reply").rect().right_center();
    window.hover_at(from + vec2(0.0, 200.0));
    window.run_steps(2);
    let button = egui::PointerButton::Primary;
    let press = egui::Event::PointerButton { pos: from, button, pressed: true, modifiers: Modifiers::NONE };
    window.input_mut().events.extend([press, egui::Event::PointerMoved(from + vec2(60.0, -60.0))]);
    window.run_steps(2);
    let taken = egui::DragAndDrop::payload::<orchestrion::studio::canvas::Hand>(&window.ctx);
    assert!(matches!(taken.as_deref(), Some(orchestrion::studio::canvas::Hand::Shape(_))), "{taken:?}");
}

#[test]
fn the_drawing_stands_still_while_a_tool_comes_in() {
    let mut window = open("hello");
    let place = |window: &Window| window.get_by_role_and_label(Role::TreeItem, "Send reply").rect().min;
    let before = place(&window);
    let from = window.get_by_label("Toolbox Send").rect().center();
    let canvas = window.get_by_role(Role::Canvas).rect();
    window.drag_at(from);
    window.run_steps(2);
    let edge = egui::pos2(canvas.left() + 10.0, canvas.center().y);
    window.hover_at(edge);
    window.run_steps(10);
    assert_eq!(place(&window), before, "it only crosses the edge");
    window.hover_at(canvas.center());
    window.run_steps(2);
    window.hover_at(edge);
    window.run_steps(10);
    assert_ne!(place(&window), before, "back at the edge it scrolls");
}

fn send(window: &Window, name: &str) -> (String, String) {
    let shapes = window.state().document.orchestration().unwrap().shapes();
    match &shapes.into_iter().find(|s| s.name == name).unwrap().kind {
        ShapeKind::Send(send) => (send.port.clone(), send.operation.clone()),
        other => panic!("a {}", other.label()),
    }
}

fn undo(window: &mut Window) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(3);
}

/// The handle at the right of a shape, once the shape is selected.
fn handle(window: &mut Window, shape: &str) -> Pos2 {
    click(window, Role::TreeItem, shape);
    window.get_by_label(&format!("Connect {shape} to the right")).rect().center()
}

#[test]
fn a_connector_goes_from_a_shape_to_an_operation() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    let before = send(&window, "Send reply");
    cut(&mut window, "Send reply");
    let from = handle(&mut window, "Send reply");
    let to = window.get_by_label(&format!("Connect {}.{}", before.0, before.1)).rect().center();
    drag(&mut window, from, to);
    assert_eq!(send(&window, "Send reply"), before);
}

/// Clears what a shape is connected to.
fn cut(window: &mut Window, name: &str) {
    let document = &window.state().document;
    let shape = document.orchestration().unwrap().body.iter().find(|s| s.name == name).unwrap().id.clone();
    let (module, leg) = (document.module.clone(), orchestrion::model::Leg::Request);
    let cut = Edit::Connect { module, shape, port: String::new(), operation: String::new(), leg };
    window.state_mut().edit(cut, None);
    window.run_steps(3);
}

#[test]
fn a_send_that_is_dropped_on_a_port_joins_it_and_so_does_the_port_on_the_send() {
    let mut window = open("hello");
    let before = send(&window, "Send reply");
    let app = window.state().document.app.clone();
    let middle = |window: &Window, name: &str| {
        let rect = window.get_by_role_and_label(Role::TreeItem, name).rect();
        rect.center_top() + vec2(0.0, 12.0)
    };
    for (what, onto) in [("Send reply", "Port ReplyPort"), ("Port ReplyPort", "Send reply")] {
        cut(&mut window, "Send reply");
        assert_ne!(window.state().document.app, app);
        let (from, to) = (middle(&window, what), middle(&window, onto));
        drag(&mut window, from, to);
        assert_eq!(send(&window, "Send reply"), before, "{what} onto {onto}");
        undo(&mut window);
        assert_eq!(send(&window, "Send reply").0, "");
        window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
        window.run_steps(3);
        assert_eq!(window.state().document.app, app, "{what} onto {onto}");
    }
    // What goes the other way is refused in words, and stays where it was.
    for (what, onto, why) in [
        ("Send reply", "Port RequestPort", "A Send gives what goes out; through RequestPort it comes in"),
        ("Port ReplyPort", "Receive request", "A Receive takes what comes in; through ReplyPort it goes out"),
    ] {
        let (from, to) = (middle(&window, what), middle(&window, onto));
        drag(&mut window, from, to);
        assert_eq!(window.state().document.app, app, "{what} onto {onto}");
        assert_eq!(window.state().said(), why);
    }
}

#[test]
fn a_port_is_made_where_a_connector_is_dropped_on_a_surface() {
    let mut window = open("hello");
    let before = window.state().document.app.clone();
    let from = handle(&mut window, "Send reply");
    let card = window.get_by_role_and_label(Role::TreeItem, "Port ReplyPort").rect();
    drag(&mut window, from, card.center_bottom() + vec2(0.0, 120.0));
    window.get_by_label("Name of the new port").type_text("Answers");
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(3);
    let orchestration = window.state().document.orchestration().unwrap();
    let port = orchestration.port("Answers").unwrap_or_else(|| panic!("{}", window.state().said()));
    assert_eq!(port.polarity, Polarity::Uses);
    assert_eq!(send(&window, "Send reply").0, "Answers");
    undo(&mut window);
    assert_eq!(window.state().document.app, before, "one step to undo");
}

#[test]
fn a_port_is_made_from_the_toolbox_and_escape_makes_none() {
    let mut window = open("hello");
    let from = window.get_by_label("Toolbox Port").rect().center();
    let card = window.get_by_role_and_label(Role::TreeItem, "Port ReplyPort").rect();
    let to = card.center_bottom() + vec2(0.0, 120.0);
    let ports = window.state().document.orchestration().unwrap().ports.len();
    drag(&mut window, from, to);
    window.key_press(Key::Escape);
    window.run_steps(3);
    assert!(window.query_by_label("Name of the new port").is_none());
    assert_eq!(window.state().document.orchestration().unwrap().ports.len(), ports);
    drag(&mut window, from, to);
    click(&mut window, Role::Button, "Create port");
    assert_eq!(window.state().document.orchestration().unwrap().ports.len(), ports + 1);
}

#[test]
fn a_port_from_the_toolbox_goes_to_the_nearer_side_wherever_it_is_dropped() {
    let mut window = open("hello");
    let shape = window.get_by_role_and_label(Role::TreeItem, "Send reply").rect();
    for (to, left) in [(shape.left_center(), PortSurface::Left), (shape.right_center(), PortSurface::Right)] {
        let from = window.get_by_label("Toolbox Port").rect().center();
        drag(&mut window, from, to);
        click(&mut window, Role::Button, "Create port");
        let made = window.state().document.orchestration().unwrap().ports.last().unwrap().clone();
        assert_eq!(made.surface, left, "{}", made.name);
        let port = window.get_by_role_and_label(Role::TreeItem, &format!("Port {}", made.name)).rect();
        assert!(port.width() > 100.0, "it is in sight: {port}");
        undo(&mut window);
    }
}

fn ports(window: &Window) -> usize {
    window.state().document.orchestration().unwrap().ports.len()
}

/// Adds the port of the toolbox by Enter; gives how many there were.
fn enter_port(window: &mut Window) -> usize {
    let before = ports(window);
    window.get_by_label("Toolbox Port").focus();
    window.run_steps(2);
    press(window, Modifiers::NONE, Key::Enter);
    before
}

#[test]
fn the_port_of_the_toolbox_is_added_by_enter_too() {
    let mut window = open("hello");
    let before = enter_port(&mut window);
    assert_eq!(ports(&window), before + 1);
    undo(&mut window);
    assert_eq!(ports(&window), before);
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert_eq!(ports(&window), before + 1);
}

#[test]
fn undo_in_a_name_takes_back_what_is_typed_there_first() {
    let mut window = open("hello");
    let before = enter_port(&mut window);
    window.event(egui::Event::Text("Answers".to_owned()));
    window.run_steps(2);
    undo(&mut window);
    assert_eq!(ports(&window), before + 1, "the port is there, with the name it had");
    window.key_press(Key::Escape);
    window.run_steps(2);
    undo(&mut window);
    assert_eq!(ports(&window), before);
}

#[test]
fn a_port_card_is_dragged_to_the_other_side_and_back_by_command() {
    let mut window = open("hello");
    let surface = |w: &Window| w.state().document.orchestration().unwrap().port("ReplyPort").unwrap().surface;
    let card = window.get_by_role_and_label(Role::TreeItem, "Port ReplyPort").rect();
    let other = window.get_by_role_and_label(Role::TreeItem, "Port RequestPort").rect();
    assert!(other.center().x < card.center().x);
    drag(&mut window, card.center_top() + vec2(0.0, 12.0), other.center_bottom() + vec2(0.0, 60.0));
    assert_eq!(surface(&window), PortSurface::Left);
    let moved = window.get_by_role_and_label(Role::TreeItem, "Port ReplyPort").rect();
    assert!(moved.top() > window.get_by_role_and_label(Role::TreeItem, "Port RequestPort").rect().top());
    click(&mut window, Role::TreeItem, "Port ReplyPort");
    window.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    window.run_steps(3);
    let top = |w: &Window, name: &str| w.get_by_role_and_label(Role::TreeItem, name).rect().top();
    assert!(top(&window, "Port ReplyPort") < top(&window, "Port RequestPort"));
    let ctx = window.ctx.clone();
    window.state_mut().run_command(&ctx, orchestrion::studio::command::Command::FlipPort);
    window.run_steps(3);
    assert_eq!(surface(&window), PortSurface::Right);
}

#[test]
fn the_explorer_is_walked_by_keys_and_filtered() {
    let mut window = open("southridge");
    window.get_by_label("Filter the explorer").focus();
    window.run_steps(2);
    window.get_by_label("Filter the explorer").type_text("stag");
    window.run_steps(3);
    assert!(window.query_by_role_and_label(Role::TreeItem, "variable stage").is_some());
    assert!(
        window.query_by_role_and_label(Role::TreeItem, "Messages").is_none(),
        "no heading without entries"
    );
    window.key_press(Key::Enter);
    window.run_steps(3);
    window.key_press(Key::ArrowDown);
    window.run_steps(3);
    window.key_press(Key::ArrowUp);
    window.run_steps(3);
    assert!(matches!(window.state().document.selection, Selection::Declared { .. } | Selection::Port(_)));
}

#[test]
fn a_declaration_is_duplicated_and_deleted_from_its_menu() {
    let mut window = open("hello");
    let message = window.state().document.orchestration().unwrap().messages[0].clone();
    let row = format!("message {}", message.name);
    window.get_by_role_and_label(Role::TreeItem, &row).click_secondary();
    window.run_steps(3);
    click(&mut window, Role::Button, "Duplicate");
    let messages = |w: &Window| w.state().document.orchestration().unwrap().messages.clone();
    assert_eq!(messages(&window)[1].message_type, message.message_type);
    let count = messages(&window).len();
    let copy = format!("message {}", messages(&window)[1].name);
    assert!(matches!(
        &window.state().document.selection,
        Selection::Declared { kind: DeclarationKind::Message, .. }
    ));
    window.get_by_role_and_label(Role::TreeItem, &copy).click_secondary();
    window.run_steps(3);
    // Of the menu, which stands over the button of the properties.
    window.get_all_by_label_contains("Find uses").last().unwrap().click();
    window.run_steps(3);
    click(&mut window, Role::Button, "Close the uses");
    assert!(window.query_by_label("Close the uses").is_none());
    click(&mut window, Role::Button, "Find uses");
    assert!(window.query_by_label("Close the uses").is_some());
    undo(&mut window);
    assert_eq!(messages(&window).len(), count - 1);
}

#[test]
fn a_message_dragged_from_the_explorer_lands_on_a_shape() {
    let mut window = open("hello");
    let names: Vec<_> =
        window.state().document.orchestration().unwrap().messages.iter().map(|m| m.name.clone()).collect();
    let used = |w: &Window| {
        let shapes = w.state().document.orchestration().unwrap().shapes();
        shapes.into_iter().find_map(|s| match &s.kind {
            ShapeKind::Send(send) => Some(send.message.clone()),
            _ => None,
        })
    };
    let now = used(&window).unwrap();
    let other = names.iter().find(|n| **n != now).unwrap().clone();
    let from = window.get_by_role_and_label(Role::TreeItem, &format!("message {other}")).rect().center();
    let to = window.get_by_role_and_label(Role::TreeItem, "Send reply").rect().center();
    drag(&mut window, from, to);
    assert_eq!(used(&window).as_deref(), Some(other.as_str()));
    undo(&mut window);
    assert_eq!(used(&window).as_deref(), Some(now.as_str()));
}

#[test]
fn a_set_dragged_onto_a_shape_is_initialized_first_and_followed_later() {
    let mut window = open("hello");
    let module = window.state().document.module.clone();
    let shape = |window: &Window, wanted: &str| {
        let orchestration = window.state().document.orchestration().unwrap();
        orchestration.shapes().into_iter().find(|s| s.kind.label() == wanted).unwrap().clone()
    };
    let set = CorrelationSet { name: "Orders".into(), ..CorrelationSet::default() };
    let declaration = Declaration::CorrelationSet(set);
    let edit = Edit::Declare { module, scope: None, index: 0, declaration };
    window.state_mut().document.edit(edit, None).unwrap();
    window.run_steps(3);
    let sets = |window: &Window, wanted: &str| match shape(window, wanted).kind {
        ShapeKind::Receive(r) => (r.initializes, r.follows),
        ShapeKind::Send(s) => (s.initializes, s.follows),
        _ => Default::default(),
    };
    let onto = |window: &mut Window, wanted: &str| {
        let name = shape(window, wanted).name;
        let from = window.get_by_role_and_label(Role::TreeItem, "correlation set Orders").rect().center();
        let to = window.get_by_role_and_label(Role::TreeItem, &name).rect().center();
        drag(window, from, to);
    };
    let (orders, none): (Vec<String>, Vec<String>) = (vec!["Orders".into()], Vec::new());
    // Nothing has initialized it before the first Receive; then something has.
    onto(&mut window, "Receive");
    assert_eq!(sets(&window, "Receive"), (orders.clone(), none.clone()), "{}", window.state().said());
    onto(&mut window, "Send");
    assert_eq!(sets(&window, "Send"), (none.clone(), orders.clone()), "{}", window.state().said());
    undo(&mut window);
    undo(&mut window);
    assert_eq!(
        (sets(&window, "Receive"), sets(&window, "Send")),
        ((none.clone(), none.clone()), (none.clone(), none))
    );
}

#[test]
fn undoing_a_rename_keeps_the_port_selected() {
    let mut window = open("hello");
    let document = &mut window.state_mut().document;
    let module = document.module.clone();
    let old = document.orchestration().unwrap().ports[0].clone();
    document.select(Selection::Port(old.name.clone()));
    let declaration = Declaration::Port(Port { name: "Renamed".into(), ..old.clone() });
    let edit = Edit::Redeclare { module, scope: None, name: old.name.clone(), declaration };
    document.edit(edit, None).unwrap();
    assert_eq!(document.selection, Selection::Port("Renamed".into()));
    document.undo().unwrap();
    assert_eq!(document.selection, Selection::Port(old.name));
    document.redo().unwrap();
    assert_eq!(document.selection, Selection::Port("Renamed".into()));
}
