//! The frame of the window is about the tab in front, and says why something cannot be done.

use super::harness;
use super::window::{Window, click, command, open, press};
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::PortBinding;
use orchestrion::studio::command::Command;
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::editors::ports::Item;
use orchestrion::studio::tabs::Tab;
use orchestrion::studio::{Studio, sample};

fn show(window: &mut Window, tab: Tab) {
    window.state_mut().tabs.open(tab, false);
    window.run_steps(3);
}

fn reads(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

#[test]
fn the_right_panel_and_the_status_line_follow_the_tab_in_front() {
    let mut window = open("southridge");
    assert!(reads(&window, "71 shapes · 5 ports"));
    show(&mut window, Tab::Schema("schemas/Order.xsd".into()));
    assert!(!reads(&window, "71 shapes"), "the status line is about the schema");
    assert!(window.query_by_label("1 root · 3 promoted").is_some());
    assert!(window.query_by_label("Transaction").is_none(), "no property of the orchestration");
    assert!(window.query_by_label("MESSAGES OF THESE TYPES").is_some());
    let bad = window.query_all_by_label("Go to BadOrderMsg").next().unwrap();
    bad.click();
    window.run_steps(3);
    assert!(matches!(window.state().tabs.focused(), Some(Tab::Orchestration(_))));
    let selection = &window.state().document.selection;
    assert!(matches!(selection, Selection::Declared { name, .. } if name == "BadOrderMsg"));

    show(&mut window, Tab::Map("CSR_OrderRequest_To_Order".into()));
    assert!(window.query_by_label("USED BY").is_some());
    show(&mut window, Tab::Ports);
    assert!(window.query_by_label("BOUND TO IT").is_some());
    assert!(reads(&window, "4 receive ports · 13 send ports"));
    command(&mut window, Command::CloseTab);
    while !window.state().tabs.is_empty() {
        command(&mut window, Command::CloseTab);
    }
    assert!(reads(&window, "Open an orchestration or a file"));
}

#[test]
fn commands_about_shapes_wait_for_an_orchestration_in_front() {
    let mut window = open("hello");
    show(&mut window, Tab::Settings);
    for refused in [Command::InsertAfter, Command::Fit, Command::ExportSvg, Command::Delete, Command::Wrap] {
        assert_eq!(refused.refusal(window.state()), Some("Go to an orchestration first"), "{refused:?}");
    }
    assert_eq!(Command::Settings.refusal(window.state()), None);
    command(&mut window, Command::NewVariable);
    assert!(window.state().tabs.on_canvas(), "what was added is shown");
}

#[test]
fn a_command_that_cannot_be_done_says_why() {
    let mut window = open("hello");
    press(&mut window, Modifiers::NONE, Key::W);
    assert_eq!(window.state().said(), "Wrap in…: Select a shape first");
    press(&mut window, Modifiers::COMMAND, Key::K);
    window.get_by_label("Search everything").type_text(">unwrap");
    window.run_steps(3);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().said(), "Unwrap: Select a shape first");
    click(&mut window, Role::TreeItem, "Send reply");
    assert_eq!(Command::Unwrap.refusal(window.state()), Some("Select a container with shapes in it"));
    assert_eq!(Command::Wrap.refusal(window.state()), None);
}

#[test]
fn enter_in_the_search_does_nothing_until_something_is_typed_or_chosen() {
    let mut window = open("hello");
    command(&mut window, Command::NewVariable);
    let before = window.state().document.app.clone();
    press(&mut window, Modifiers::COMMAND, Key::K);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.query_by_label("Search everything").is_some(), "it stays open");
    assert_eq!(window.state().document.app, before);
    assert!(window.query_by_label_contains("Save the changes").is_none(), "nothing is thrown away");
    press(&mut window, Modifiers::NONE, Key::Escape);
    // What was done by key stands first.
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::H);
    press(&mut window, Modifiers::COMMAND, Key::K);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.query_by_label("As opened").is_none(), "the history was opened and is closed again");
}

#[test]
fn a_new_physical_port_is_made_where_one_binds() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Port ReplyPort");
    click(&mut window, Role::ComboBox, "Send port");
    click(&mut window, Role::Button, "New send port…");
    let bindings = &window.state().document.app.bindings;
    let bound = bindings.service("Hello.SayHello").unwrap().ports.get("ReplyPort").cloned();
    let Some(PortBinding::SendPort(name)) = bound else { panic!("{bound:?}") };
    assert!(bindings.send_port(&name).is_some());
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Ports));
    assert_eq!(window.state().editors.ports.chosen, Some(Item::SendPort(name.clone())));
    command(&mut window, Command::Undo);
    assert!(window.state().document.app.bindings.send_port(&name).is_none(), "one step");
    assert!(!window.state().document.unsaved());
}

#[test]
fn the_ports_editor_opens_on_what_the_selected_port_is_bound_to() {
    let mut window = open("southridge");
    let document = &window.state().document;
    let service = document.module().unwrap().full_name(&document.orchestration().unwrap().name);
    let ports = &document.app.bindings.service(&service).unwrap().ports;
    let (port, name) =
        ports.iter().next_back().map(|(port, binding)| (port.clone(), binding.clone())).unwrap();
    window.state_mut().document.select(Selection::Port(port));
    window.run_steps(2);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    let chosen = window.state().editors.ports.chosen.clone().unwrap();
    let (PortBinding::ReceivePort(name) | PortBinding::SendPort(name) | PortBinding::SendPortGroup(name)) =
        name;
    assert_eq!(chosen.name(), name);
}

#[test]
fn names_between_ticks_are_set_as_code() {
    let mut app = sample::load("hello").unwrap();
    let module = app.modules.get_mut("SayHello").unwrap();
    module.orchestration.as_mut().unwrap().ports[0].port_type = "Gone".to_owned();
    let mut window = harness(Studio::new(Document::new(app, None)), Theme::Light, [1480.0, 920.0]);
    window.run_steps(3);
    assert!(window.state().document.problems.iter().any(|p| p.message.contains('`')));
    let ticked = window.root().children_recursive().any(|node| {
        let own = node.accesskit_node();
        let said = [own.label(), own.value(), own.description()];
        said.into_iter().flatten().any(|words| words.contains('`'))
    });
    assert!(!ticked, "no back-tick is shown");
}
