//! Drawing and binding, the way a user does it: by pointer, keys and accessible names.

use super::harness;
use super::window::{Window, click, open};
use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::edit::Edit;
use orchestrion::model::{Binding, ShapeKind};
use orchestrion::studio::canvas::Canvas;
use orchestrion::studio::dialogs::{Answer, FolderDialogs, Purpose};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::{Studio, sample};
use std::path::{Path, PathBuf};

/// Names of the shapes in the body, in order.
fn body(window: &Window) -> Vec<String> {
    let orchestration = window.state().document.orchestration().unwrap();
    orchestration.body.iter().map(|s| s.name.clone()).collect()
}

fn shape(window: &Window, name: &str) -> ShapeKind {
    let orchestration = window.state().document.orchestration().unwrap();
    orchestration.shapes().into_iter().find(|s| s.name == name).unwrap().kind.clone()
}

fn middle(window: &Window, name: &str) -> Pos2 {
    window.get_by_role_and_label(Role::TreeItem, name).rect().center()
}

/// Chooses from the combo box that `field` labels.
fn choose(window: &mut Window, field: &str, option: &str) {
    click(window, Role::ComboBox, field);
    click(window, Role::Button, option);
}

fn undo(window: &mut Window) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(2);
}

const DRAWN: [&str; 3] = ["Receive request", "Construct reply", "Send reply"];

#[test]
fn a_shape_dragged_from_the_toolbox_lands_on_the_edge() {
    let mut window = open("hello");
    assert_eq!(body(&window), DRAWN);
    let from = window.get_by_label("Toolbox Expression").rect().center();
    let to = window.get_by_label("Insert before Send reply").rect().center();
    window.drag_at(from);
    window.run_steps(2);
    window.hover_at(to);
    window.run_steps(2);
    window.drop_at(to);
    window.run_steps(2);
    assert_eq!(body(&window), ["Receive request", "Construct reply", "Expression_1", "Send reply"]);
    let Selection::Node(id) = &window.state().document.selection else { panic!("the new shape is selected") };
    assert_eq!(window.state().document.owner(id).unwrap().name, "Expression_1");
    undo(&mut window);
    assert_eq!(body(&window), DRAWN);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window.run_steps(2);
    assert_eq!(body(&window).len(), 4);
}

#[test]
fn the_plus_on_an_edge_offers_only_what_may_stand_there() {
    let mut window = open("hello");
    click(&mut window, Role::Button, "Insert before Write the greeting");
    assert!(
        window.query_by_role_and_label(Role::Button, "Receive").is_none(),
        "a Construct holds no Receive"
    );
    click(&mut window, Role::Button, "Transform");
    let ShapeKind::Construct(construct) = shape(&window, "Construct reply") else { panic!() };
    let names: Vec<_> = construct.body.iter().map(|s| s.kind.label()).collect();
    assert_eq!(names, ["Transform", "Message Assignment"]);
}

#[test]
fn a_dragged_shape_moves() {
    let mut window = open("hello");
    let from = middle(&window, "Receive request");
    let to = window.get_by_label("Insert at the end of the orchestration").rect().center();
    window.drag_at(from);
    window.run_steps(2);
    window.hover_at(to);
    window.run_steps(2);
    window.drop_at(to);
    window.run_steps(2);
    assert_eq!(body(&window), ["Construct reply", "Send reply", "Receive request"]);
    let moved = window.state().document.selection.ids();
    let name = moved.first().and_then(|id| window.state().document.element_name(id));
    assert_eq!(name.as_deref(), Some("Receive request"), "it is what one goes on with");
    undo(&mut window);
    assert_eq!(body(&window), DRAWN);
}

#[test]
fn delete_takes_the_selected_shape_and_undo_brings_all_of_it_back() {
    let mut window = open("hello");
    let before = window.state().document.app.clone();
    click(&mut window, Role::TreeItem, "Construct reply");
    window.key_press(Key::Delete);
    window.run_steps(2);
    assert_eq!(body(&window), ["Receive request", "Send reply"]);
    assert!(window.state().document.unsaved());
    undo(&mut window);
    assert_eq!(window.state().document.app, before);
    assert!(!window.state().document.unsaved());
}

#[test]
fn arrow_keys_walk_the_flow_into_containers_and_out() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Receive request");
    let mut seen = Vec::new();
    for _ in 0..3 {
        window.key_press(Key::ArrowDown);
        window.run_steps(3);
        let Selection::Node(id) = window.state().document.selection.clone() else { panic!() };
        seen.push(window.state().document.owner(&id).unwrap().name.clone());
    }
    assert_eq!(seen, ["Construct reply", "Write the greeting", "Send reply"]);
}

#[test]
fn f2_renames_in_place() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    window.key_press(Key::F2);
    window.run_steps(2);
    window.get_by_label("New name").type_text("Answer");
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(2);
    assert_eq!(body(&window), ["Receive request", "Construct reply", "Answer"]);
}

#[test]
fn a_collapsed_container_hides_what_is_in_it() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Construct reply");
    window.key_press(Key::Minus);
    window.run_steps(2);
    assert!(window.query_by_label("Write the greeting").is_none());
    window.key_press(Key::Plus);
    window.run_steps(2);
    assert!(window.query_by_label("Write the greeting").is_some());
}

#[test]
fn a_port_is_bound_from_its_card() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Port ReplyPort");
    let binding =
        |w: &Window| w.state().document.orchestration().unwrap().port("ReplyPort").unwrap().binding.clone();
    for (words, expected) in
        [("Direct: message box", Binding::MessageBox), ("Direct: self-correlating", Binding::SelfCorrelating)]
    {
        choose(&mut window, "Kind", words);
        assert_eq!(binding(&window), expected);
    }
    choose(&mut window, "Kind", "Specify now");
    assert!(
        matches!(binding(&window), Binding::SpecifyNow(now) if now.transport == "FILE" && !now.uri.is_empty())
    );
    choose(&mut window, "Kind", "Direct: partner");
    let Binding::Partner(partner) = binding(&window) else { panic!() };
    assert_eq!((partner.orchestration.as_str(), partner.port.as_str()), ("Hello.SayHello", "ReplyPort"));
    for _ in 0..4 {
        undo(&mut window);
    }
    assert_eq!(binding(&window), Binding::SpecifyLater);
}

#[test]
fn a_port_specified_later_is_bound_to_a_physical_port() {
    let mut window = open("hello");
    let service =
        |w: &Window| w.state().document.app.bindings.service("Hello.SayHello").unwrap().ports.clone();
    let before = service(&window);
    assert!(before.contains_key("ReplyPort"));
    click(&mut window, Role::TreeItem, "Port ReplyPort");
    choose(&mut window, "Send port", "not bound");
    assert!(!service(&window).contains_key("ReplyPort"));
    undo(&mut window);
    assert_eq!(service(&window), before);
}

#[test]
fn a_connector_drawn_from_an_operation_binds_the_shape_it_is_dropped_on() {
    let mut window = open("hello");
    let port = |w: &Window, name: &str| match shape(w, name) {
        ShapeKind::Send(s) => (s.port, s.operation),
        ShapeKind::Receive(r) => (r.port, r.operation),
        _ => panic!("{name} has no port"),
    };
    click(&mut window, Role::TreeItem, "Send reply");
    choose(&mut window, "Port", "no port");
    assert_eq!(port(&window, "Send reply").0, "");
    let draw = |window: &mut Window, to: &str| {
        let (from, to) = (window.get_by_label("Connect ReplyPort.Greet").rect().center(), middle(window, to));
        window.drag_at(from);
        window.run_steps(2);
        window.hover_at(to);
        window.run_steps(2);
        window.drop_at(to);
        window.run_steps(2);
    };
    draw(&mut window, "Receive request");
    assert_eq!(port(&window, "Receive request").0, "RequestPort", "a Receive cannot use what goes out");
    draw(&mut window, "Send reply");
    assert_eq!(port(&window, "Send reply"), ("ReplyPort".to_owned(), "Greet".to_owned()));
}

#[test]
fn a_copied_shape_is_pasted_after_the_selected_one_with_its_own_name() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Construct reply");
    window.event(egui::Event::Copy);
    window.step();
    let copied = window.output().platform_output.commands.iter().find_map(|c| match c {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    window.event(egui::Event::Paste(copied.unwrap()));
    window.run_steps(4);
    let names = body(&window);
    assert_eq!(names.len(), 4);
    assert_eq!(names[1], "Construct reply");
    assert_eq!(names[2], "Construct reply_1", "its own name, and yet another");
    undo(&mut window);
    assert_eq!(body(&window), DRAWN);
}

#[test]
fn a_correlation_type_and_set_are_defined_and_attached() {
    let mut window = open("southridge");
    let palette = |window: &mut Window, words: &str| {
        window.key_press_modifiers(Modifiers::COMMAND, Key::K);
        window.run_steps(2);
        let hint = "Search everything";
        window.get_by_role_and_label(Role::TextInput, hint).type_text(words);
        window.run_steps(2);
        window.key_press(Key::Enter);
        window.run_steps(3);
    };
    palette(&mut window, "New correlation type");
    choose(&mut window, "Add", "OrderPropertySchema.CustID");
    palette(&mut window, "New correlation set");
    choose(&mut window, "Type", "CorrelationType_1");
    palette(&mut window, "New Order");
    let ShapeKind::Receive(before) = shape(&window, "New Order") else { panic!() };
    choose(&mut window, "Initialize", "Correlation_1");
    let ShapeKind::Receive(after) = shape(&window, "New Order") else { panic!() };
    assert_eq!(after.initializes.len(), before.initializes.len() + 1);
    assert!(after.initializes.contains(&"Correlation_1".to_owned()));
    let module = window.state().document.module().unwrap();
    let made = module.correlation_types.iter().find(|t| t.name == "CorrelationType_1").unwrap();
    assert_eq!(made.properties, ["OrderPropertySchema.CustID"]);
}

#[test]
fn a_click_on_a_problem_goes_to_its_shape() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    choose(&mut window, "Port", "no port");
    window.run_steps(4);
    assert!(!window.state().document.problems.is_empty(), "a Send without a port is a problem");
    window.state_mut().document.select(Selection::Orchestration);
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::M);
    window.run_steps(2);
    let line =
        window.state().document.problems.iter().find(|p| p.place.name == "Send reply").cloned().unwrap();
    let words = format!("{} {}: {}", line.code, line.place, line.message).replace('`', "");
    click(&mut window, Role::ListItem, &words);
    assert!(
        matches!(&window.state().document.selection, Selection::Node(id) if Some(id) == line.place.id.as_ref())
    );
}

#[test]
fn the_fix_of_a_problem_is_one_step_to_undo() {
    let mut window = open("hello");
    let receive = |window: &Window| match shape(window, "Receive request") {
        ShapeKind::Receive(receive) => receive,
        other => panic!("{other:?}"),
    };
    let id = {
        let orchestration = window.state().document.orchestration().unwrap();
        orchestration.body[0].id.clone()
    };
    let idle = orchestrion::model::Receive { activate: false, ..receive(&window) };
    let edit = Edit::SetKind {
        module: window.state().document.module.clone(),
        shape: id,
        kind: ShapeKind::Receive(idle),
    };
    window.state_mut().edit(edit, None);
    window.run_steps(4);
    let fixes = |window: &Window| {
        window.query_all_by_role_and_label(Role::Button, "Activate on the first Receive").count()
    };
    if fixes(&window) == 0 {
        window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::M);
        window.run_steps(2);
    }
    assert_eq!(
        fixes(&window),
        2,
        "that nothing starts, and that the first Receive waits for nothing, are one cause"
    );
    window.query_all_by_role_and_label(Role::Button, "Activate on the first Receive").next().unwrap().click();
    window.run_steps(4);
    assert!(receive(&window).activate);
    assert!(window.state().document.problems.iter().all(|p| p.code != "V04" && p.code != "V05"));
    undo(&mut window);
    assert!(!receive(&window).activate);
}

#[test]
fn what_is_typed_at_the_plus_finds_a_shape_and_enter_puts_it_there() {
    let mut window = open("hello");
    let before = body(&window);
    click(&mut window, Role::Button, "Insert before Send reply");
    window.run_steps(2);
    for letters in ["d", "el", "q"] {
        window.event(egui::Event::Text(letters.to_owned()));
        window.run_steps(2);
    }
    window.get_by_label("No shape of this name may go here");
    window.key_press(Key::Backspace);
    window.run_steps(2);
    window.get_by_label("del");
    window.key_press(Key::Enter);
    window.run_steps(4);
    let after = body(&window);
    assert_eq!(after.len(), before.len() + 1);
    assert!(matches!(shape(&window, "Delay_1"), ShapeKind::Delay(_)), "{after:?}");
    undo(&mut window);
    assert_eq!(body(&window), before);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window.run_steps(2);
    assert_eq!(body(&window), after);
}

/// It activates on greetings and publishes greetings, both direct.
#[test]
fn an_endless_chain_offers_two_ways_out() {
    let mut app = sample::load("hello").unwrap();
    let orchestration = app.modules.get_mut("SayHello").unwrap().orchestration.as_mut().unwrap();
    orchestration.ports.iter_mut().for_each(|port| port.binding = Binding::MessageBox);
    let ShapeKind::Construct(construct) = &mut orchestration.body[1].kind else { panic!("a construct") };
    let text = "Reply = new System.Xml.XmlDocument();".to_owned();
    construct.body[0].kind = ShapeKind::MessageAssignment(orchestrion::model::Code { text });
    let studio = Studio::new(Document::new(app, None));
    let mut window = harness(studio, Theme::Dark, [1400.0, 900.0]);
    window.run_steps(4);
    let endless = |window: &Window| window.state().document.problems.iter().any(|p| p.code == "V45");
    assert!(endless(&window));
    for way in ["Receive through a receive port only", "Filter by BTS.ReceivePortName exists"] {
        click(&mut window, Role::Button, "2 ways to fix it");
        window.run_steps(2);
        click(&mut window, Role::Button, way);
        window.run_steps(4);
        assert!(!endless(&window), "{way}");
        undo(&mut window);
        window.run_steps(4);
        assert!(endless(&window), "{way} is one step to undo");
    }
    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window.run_steps(4);
    assert!(!endless(&window));
}

#[test]
fn a_refused_edit_says_why_and_changes_nothing() {
    let mut window = open("hello");
    let before = window.state().document.app.clone();
    click(&mut window, Role::TreeItem, "message Reply");
    let name = window.get_by_role_and_label(Role::TextInput, "Name");
    name.click();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, "Name").type_text("Request");
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(2);
    assert_eq!(window.state().document.app, before);
    assert!(window.state().said().contains("Request"), "{}", window.state().said());
}

#[derive(Debug)]
struct Chooses(PathBuf);

impl FolderDialogs for Chooses {
    fn ask(&mut self, _: Purpose, _: Option<&Path>, wake: Box<dyn Fn() + Send>) {
        wake();
    }

    fn answer(&mut self) -> Answer {
        Answer::Chosen(self.0.clone())
    }
}

#[test]
fn an_application_is_saved_where_the_dialog_says_and_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("mine");
    let studio = Studio::new(Document::new(sample::load("hello").unwrap(), None))
        .with_dialogs(Chooses(target.clone()));
    let mut window = harness(studio, Theme::Dark, [1200.0, 800.0]);
    window.run_steps(3);
    click(&mut window, Role::TreeItem, "Receive request");
    window.key_press(Key::Delete);
    window.run_steps(2);
    assert!(window.state().document.unsaved());
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.run_steps(3);
    assert!(!window.state().document.unsaved(), "{}", window.state().said());
    let (again, _) = Document::open(&target).unwrap();
    assert_eq!(again.app, window.state().document.app);
}

#[test]
fn a_new_application_has_the_name_of_the_folder_it_is_saved_to() {
    let folder = tempfile::tempdir().unwrap();
    let studio = Studio::new(Document::new(sample::load("hello").unwrap(), None))
        .with_dialogs(Chooses(folder.path().join("orders")));
    let mut window = harness(studio, Theme::Dark, [1200.0, 800.0]);
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::COMMAND, Key::N);
    window.run_steps(3);
    assert_eq!(window.state().document.name(), "Application1");
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.run_steps(3);
    assert_eq!(window.state().document.name(), "orders");
    assert!(!window.state().document.unsaved(), "{}", window.state().said());
    assert_eq!(Document::open(&folder.path().join("orders")).unwrap().0.name(), "orders");
}

#[test]
fn leaving_unsaved_work_asks_first() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Receive request");
    window.key_press(Key::Delete);
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::N);
    window.run_steps(2);
    click(&mut window, Role::Button, "Stay");
    assert_eq!(window.state().document.name(), "hello");
    window.key_press_modifiers(Modifiers::COMMAND, Key::N);
    window.run_steps(2);
    click(&mut window, Role::Button, "Discard");
    assert_eq!(window.state().document.name(), "Application1");
}

#[test]
fn every_selection_of_every_sample_shows_its_properties() {
    for name in sample::names() {
        let app = sample::load(name).unwrap();
        for (key, module) in &app.modules {
            let Some(orchestration) = &module.orchestration else { continue };
            let mut document = Document::new(app.clone(), None);
            document.show(key);
            let mut window = harness(Studio::new(document), Theme::Dark, [1100.0, 700.0]);
            for shape in orchestration.shapes() {
                window.state_mut().tabs.canvas_mut().reveal(&Selection::Node(shape.id.clone()));
                window.state_mut().document.select(Selection::Node(shape.id.clone()));
                window.step();
            }
            for port in &orchestration.ports {
                window.state_mut().document.select(Selection::Port(port.name.clone()));
                window.step();
            }
            assert!(!window.state().document.unsaved(), "looking at {key} changed it");
        }
    }
}

#[test]
fn zoom_keeps_the_point_under_the_pointer() {
    let mut window = open("hello");
    let before = middle(&window, "Construct reply");
    window.hover_at(before);
    window.step();
    window.event(egui::Event::Zoom(1.5));
    window.run_steps(2);
    let after = middle(&window, "Construct reply");
    assert!((before - after).length() < 1.5, "{before:?} moved to {after:?}");
    let canvas: &Canvas = window.state().tabs.canvas();
    assert!(canvas.zoom("SayHello") > 1.4);
}

#[test]
fn ten_thousand_shapes_stay_at_hand() {
    let mut app = sample::load("hello").unwrap();
    let body = &mut app.modules.get_mut("SayHello").unwrap().orchestration.as_mut().unwrap().body;
    let send = body.last().unwrap().clone();
    for n in 0..10_000 {
        let mut more = send.clone();
        more.id = format!("send_many_{n}").as_str().into();
        more.name = format!("Send {n}");
        body.push(more);
    }
    let mut window = harness(Studio::new(Document::new(app, None)), Theme::Dark, [1200.0, 800.0]);
    window.run_steps(3);
    let shown =
        window.root().children_recursive().filter(|n| n.accesskit_node().role() == Role::TreeItem).count();
    assert!(shown < 60, "only what is in view becomes a widget, not {shown}");
    click(&mut window, Role::TreeItem, "Receive request");
    window.key_press(Key::End);
    window.run_steps(3);
    assert!(
        window.query_by_role_and_label(Role::TreeItem, "Send 9999").is_some(),
        "End goes to the last shape"
    );
}

#[test]
fn what_is_declared_is_duplicated_by_the_same_key() {
    let mut window = open("hello");
    let before = window.state().document.app.clone();
    let port = window.state().document.orchestration().unwrap().ports[0].name.clone();
    window.state_mut().document.select(Selection::Port(port));
    window.run_steps(2);
    super::window::press(&mut window, Modifiers::COMMAND, Key::D);
    assert_eq!(window.state().document.orchestration().unwrap().ports.len(), 3);
    super::window::press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().document.app, before);
    super::window::press(&mut window, Modifiers::COMMAND, Key::Y);
    assert_eq!(window.state().document.orchestration().unwrap().ports.len(), 3);
}
