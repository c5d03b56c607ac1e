//! The editors of everything but orchestrations, by accessible names.

use super::window::{self, Window, click};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::{MapValue, PortState};
use orchestrion::studio::document::Selection;
use orchestrion::studio::editors::ports::Item;
use orchestrion::studio::tabs::Tab;

fn open(name: &str, tab: Tab) -> Window {
    let mut window = window::open(name);
    window.state_mut().tabs.open(tab, false);
    window.run_steps(3);
    window
}

fn undo(window: &mut Window) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(3);
}

fn redo(window: &mut Window) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window.run_steps(3);
}

#[test]
fn the_picture_leads_to_what_it_shows() {
    let mut window = open("southridge", Tab::Application);
    click(&mut window, Role::Button, "Receive port Order-RP");
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Ports));
    assert_eq!(window.state().editors.ports.chosen, Some(Item::ReceivePort("Order-RP".into())));
    window.state_mut().tabs.open(Tab::Application, false);
    window.run_steps(3);
    click(&mut window, Role::Button, "Orchestration OrderManagerOrch");
    assert_eq!(window.state().document.module, "OrderManager");
}

#[test]
fn the_picture_is_walked_by_arrow_keys() {
    let mut window = open("southridge", Tab::Application);
    window.get_by_role_and_label(Role::Button, "Receive port Order-RP").focus();
    window.run_steps(2);
    window.key_press(Key::ArrowRight);
    window.run_steps(3);
    let focused = window.ctx.memory(|m| m.focused());
    window.key_press(Key::ArrowLeft);
    window.run_steps(3);
    assert!(focused.is_some() && focused != window.ctx.memory(|m| m.focused()));
}

#[test]
fn a_port_is_made_changed_and_taken_back() {
    let mut window = open("hello", Tab::Ports);
    let before = window.state().document.app.clone();
    click(&mut window, Role::Button, "New send port");
    let made = window.state().document.app.bindings.send_ports.last().unwrap().clone();
    assert_eq!(window.state().editors.ports.chosen, Some(Item::SendPort(made.name.clone())));
    assert_eq!(made.primary.as_ref().unwrap().transport, "FILE");
    click(&mut window, Role::ComboBox, "State");
    click(&mut window, Role::Button, "Not enlisted: it has no subscription");
    assert_eq!(window.state().document.app.bindings.send_ports.last().unwrap().state, PortState::Bound);
    let changed = window.state().document.app.clone();
    undo(&mut window);
    undo(&mut window);
    assert_eq!(window.state().document.app, before);
    redo(&mut window);
    redo(&mut window);
    assert_eq!(window.state().document.app, changed);
}

#[test]
fn a_filter_says_what_the_port_will_get() {
    let mut window = open("southridge", Tab::Ports);
    window.state_mut().editors.ports.chosen = Some(Item::SendPort("BizTalkErrors-SP".into()));
    window.run_steps(3);
    assert!(window.query_by_label_contains("Failed messages from Vendor-RP").is_some());
    click(&mut window, Role::Button, "Add a filter row");
    let port = window.state().document.app.bindings.send_port("BizTalkErrors-SP").unwrap();
    assert_eq!(port.filter.len(), 2);
    undo(&mut window);
    assert_eq!(window.state().document.app.bindings.send_port("BizTalkErrors-SP").unwrap().filter.len(), 1);
}

#[test]
fn a_duplicate_and_a_deletion_are_one_step_each() {
    let mut window = open("southridge", Tab::Ports);
    let before = window.state().document.app.clone();
    window.state_mut().editors.ports.chosen = Some(Item::ReceivePort("Order-RP".into()));
    window.run_steps(2);
    click(&mut window, Role::Button, "Duplicate");
    let port = window.state().document.app.bindings.receive_port("Order-RP 2").unwrap().clone();
    assert_eq!(port.locations.len(), 2);
    click(&mut window, Role::Button, "Delete");
    assert_eq!(window.state().document.app.bindings, before.bindings);
    undo(&mut window);
    assert!(window.state().document.app.bindings.receive_port("Order-RP 2").is_some());
    undo(&mut window);
    assert_eq!(window.state().document.app, before);
}

#[test]
fn a_node_is_marked_by_a_click_and_the_text_keeps_the_rest() {
    let path = "schemas/Order.xsd";
    let mut window = open("southridge", Tab::Schema(path.into()));
    let text = |w: &Window| w.state().document.app.schemas[path].clone();
    let before = text(&window);
    click(&mut window, Role::Button, "Distinguished /Order/Status");
    let after = text(&window);
    assert_eq!(before.lines().count() - 1, after.lines().count(), "one line is gone");
    click(&mut window, Role::Button, "Distinguished /Order/Status");
    assert_eq!(text(&window).lines().count(), before.lines().count());
    undo(&mut window);
    undo(&mut window);
    assert_eq!(text(&window), before);
    redo(&mut window);
    assert_eq!(text(&window), after);
}

#[test]
fn keys_walk_a_schema_and_name_what_they_come_to() {
    let mut window = open("southridge", Tab::Schema("schemas/Order.xsd".into()));
    click(&mut window, Role::TreeItem, "/Order");
    let chosen = |window: &Window| {
        let focused = window.get_all_by_role(Role::TreeItem).find(|node| node.is_focused());
        focused.and_then(|node| node.accesskit_node().label()).unwrap()
    };
    let mut met = vec![chosen(&window)];
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowUp] {
        window.key_press(key);
        window.run_steps(3);
        met.push(chosen(&window));
    }
    assert_eq!(met[3], met[1], "{met:?}");
    assert!(met[1] != met[0] && met[2] != met[1], "{met:?}");
    window.key_press(Key::F2);
    window.run_steps(3);
    let name = window.get_by_role_and_label(Role::TextInput, "Name");
    assert!(name.is_focused());
    assert!(met[1].ends_with(&name.value().unwrap()), "{met:?}");
}

#[test]
fn what_is_added_where_an_element_is_chosen_goes_to_its_record() {
    let path = "schemas/Order.xsd";
    let mut window = open("southridge", Tab::Schema(path.into()));
    let before = window.state().document.app.schemas[path].clone();
    click(&mut window, Role::TreeItem, "/Order");
    click(&mut window, Role::Button, "Add element");
    let first = window.state().document.app.schemas[path].clone();
    click(&mut window, Role::Button, "Add element");
    let second = window.state().document.app.schemas[path].clone();
    assert!(second.contains("name=\"Element2\""), "{second}");
    let line = |name: &str| second.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert_eq!(line("Element2").replace("Element2", "Element1"), line("Element1"), "beside the first");
    undo(&mut window);
    assert_eq!(window.state().document.app.schemas[path], first);
    undo(&mut window);
    assert_eq!(window.state().document.app.schemas[path], before);
    redo(&mut window);
    redo(&mut window);
    assert_eq!(window.state().document.app.schemas[path], second);
}

#[test]
fn a_schema_grows_by_its_form_and_undo_gives_the_text_back() {
    let path = "schemas/Order.xsd";
    let mut window = open("southridge", Tab::Schema(path.into()));
    let text = |w: &Window| w.state().document.app.schemas[path].clone();
    let before = text(&window);
    click(&mut window, Role::TreeItem, "/Order");
    click(&mut window, Role::Button, "Add element");
    assert!(text(&window).contains("name=\"Element1\" type=\"xs:string\""), "{}", text(&window));
    let name = window.get_by_role_and_label(Role::TextInput, "Name");
    assert!(name.is_focused(), "its name is what one types next");
    name.type_text("Total");
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(3);
    assert!(text(&window).contains("name=\"Total\""), "{}", text(&window));
    click(&mut window, Role::ComboBox, "Type");
    click(&mut window, Role::Button, "decimal");
    assert!(text(&window).contains("name=\"Total\" type=\"xs:decimal\""), "{}", text(&window));
    let grown = text(&window);
    assert_eq!(grown.lines().count(), before.lines().count() + 1);
    click(&mut window, Role::Button, "Remove");
    assert_eq!(text(&window), before, "byte for byte");
    undo(&mut window);
    assert_eq!(text(&window), grown);
    for _ in 0..3 {
        undo(&mut window);
    }
    assert_eq!(text(&window), before);
    for _ in 0..3 {
        redo(&mut window);
    }
    assert_eq!(text(&window), grown);

    click(&mut window, Role::TreeItem, "/Order");
    assert!(
        window.query_by_role_and_label(Role::Button, "Remove").is_some_and(|b| {
            use egui_kittest::kittest::NodeT as _;
            b.accesskit_node().is_disabled()
        }),
        "messages are known by their root"
    );
}

#[test]
fn a_message_gets_a_schema_of_its_own_in_one_step() {
    let mut window = open("southridge", Tab::Orchestration("OrderManager".into()));
    let document = &mut window.state_mut().document;
    document.show("OrderManager");
    let name = document.orchestration().unwrap().messages[0].name.clone();
    let kind = orchestrion::model::edit::DeclarationKind::Message;
    document.select(Selection::Declared { scope: None, kind, name: name.clone() });
    let before = document.app.clone();
    window.run_steps(3);
    click(&mut window, Role::ComboBox, "Type");
    window.get_by_role_and_label(Role::Button, "New schema…").scroll_to_me();
    window.run_steps(3);
    click(&mut window, Role::Button, "New schema…");
    let path = format!("schemas/{name}.xsd");
    let document = &window.state().document;
    assert!(document.app.schemas[&path].contains(&format!("element name=\"{name}\"")));
    let message_type =
        &document.app.modules["OrderManager"].orchestration.as_ref().unwrap().messages[0].message_type;
    let declared: Vec<_> = document.schemas.roots_of(&path).map(|root| root.type_name.to_string()).collect();
    assert_eq!(declared, std::slice::from_ref(message_type));
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Schema(path)));
    let after = window.state().document.app.clone();
    undo(&mut window);
    assert_eq!(window.state().document.app, before);
    redo(&mut window);
    assert_eq!(window.state().document.app, after);
}

#[test]
fn a_field_of_the_form_changes_the_text_and_back() {
    let path = "messages/new-order.xml";
    let mut window = open("southridge", Tab::Message(path.into()));
    let text = |w: &Window| w.state().document.app.messages[path].clone();
    let before = text(&window);
    let field = window.get_by_role_and_label(Role::TextInput, "ReqId");
    field.focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, "ReqId").type_text("R-4711");
    window.run_steps(3);
    assert!(text(&window).contains("R-4711"), "{}", text(&window));
    assert_eq!(before.lines().count(), text(&window).lines().count());
    window.state_mut().document.undo().unwrap();
    window.run_steps(2);
    assert_eq!(text(&window), before);
}

#[test]
fn a_link_is_drawn_by_drag_and_by_key() {
    let mut window = open("southridge", Tab::Map("Order_To_SQLUpdateStatus".into()));
    let map = |w: &Window| w.state().document.app.maps["Order_To_SQLUpdateStatus"].clone();
    let before = map(&window);
    let target = before.rules.iter().find(|r| matches!(r.value, MapValue::Link(_))).unwrap().to.clone();
    let from = window.get_by_label("Source /Order/RequestID").rect().center();
    let to = window.get_by_label(&format!("Target {target}")).rect().center();
    window.drag_at(from);
    window.run_steps(2);
    window.hover_at(to);
    window.run_steps(2);
    window.drop_at(to);
    window.run_steps(3);
    let rule = |w: &Window| map(w).rules.iter().find(|r| r.to == target).map(|r| r.value.clone());
    assert_eq!(rule(&window), Some(MapValue::Link("/Order/RequestID".into())));
    undo(&mut window);
    assert_eq!(map(&window), before);

    click(&mut window, Role::TreeItem, "Source /Order/SourceSystem");
    window.get_by_label(&format!("Target {target}")).focus();
    window.run_steps(2);
    window.key_press(Key::L);
    window.run_steps(3);
    assert_eq!(rule(&window), Some(MapValue::Link("/Order/SourceSystem".into())));
    window.get_by_label(&format!("Target {target}")).focus();
    window.run_steps(2);
    window.key_press(Key::Delete);
    window.run_steps(3);
    assert_eq!(rule(&window), None);
}

#[test]
fn what_a_port_sends_and_who_takes_it_is_said_beside_it() {
    let mut window = open("southridge", Tab::Orchestration("OrderManager".into()));
    let selection = orchestrion::studio::document::Selection::Port("StagePort".into());
    window.state_mut().document.show("OrderManager");
    window.state_mut().document.select(selection);
    window.run_steps(3);
    assert!(window.query_by_label_contains("Starts CableOrder1Orch, when Stage is 1").is_some());
}

#[test]
fn new_files_are_listed_opened_and_taken_back() {
    let mut window = open("hello", Tab::Settings);
    let before = window.state().document.app.clone();
    for (new, tab) in [
        ("New map", Tab::Map("Map1".into())),
        ("New policy", Tab::Policy("Policy1".into())),
        ("New script", Tab::Script("My.Class1".into())),
        ("New schema", Tab::Schema("schemas/Schema1.xsd".into())),
    ] {
        window.get_by_role_and_label(Role::Button, new).scroll_to_me();
        window.run_steps(3);
        window.get_by_role_and_label(Role::Button, new).click_accesskit();
        window.run_steps(3);
        assert_eq!(window.state().tabs.focused(), Some(&tab));
    }
    let problems = &window.state().document.problems;
    assert!(problems.iter().all(|p| !p.place.file.ends_with("Schema1.xsd")), "{problems:?}");
    for _ in 0..4 {
        undo(&mut window);
    }
    assert_eq!(window.state().document.app, before);
}

#[test]
fn a_schema_has_another_name_wherever_it_is_named() {
    let mut window = open("hello", Tab::Schema("schemas/Greeting.xsd".into()));
    let before = window.state().document.app.clone();
    let name = |window: &mut Window, text: &str| {
        window.get_by_label("Schema name").focus();
        window.run_steps(2);
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        window.run_steps(1);
        window.event(egui::Event::Text(text.to_owned()));
        window.run_steps(2);
        window.key_press(egui::Key::Enter);
        window.run_steps(5);
    };
    name(&mut window, "a/b");
    assert_eq!(window.state().document.app, before);
    assert!(window.query_by_label_contains("`a/b` is not a name of a schema").is_some());
    name(&mut window, "Hello");
    let app = window.state().document.app.clone();
    assert!(
        app.schemas.contains_key("schemas/Hello.xsd") && !app.schemas.contains_key("schemas/Greeting.xsd")
    );
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Schema("schemas/Hello.xsd".into())));
    let said = orchestrion::findings::all(&app);
    let said_before = orchestrion::findings::all(&before);
    assert_eq!(said.len(), said_before.len(), "{said:?}");
    undo(&mut window);
    assert_eq!(window.state().document.app, before);
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Y);
    window.run_steps(3);
    assert_eq!(window.state().document.app, app);
}

#[test]
fn configuration_is_changed_and_taken_back() {
    let mut window = open("southridge", Tab::Settings);
    let before = window.state().document.app.clone();
    click(&mut window, Role::Button, "Add value");
    let count = before.settings.configuration.len();
    assert_eq!(window.state().document.app.settings.configuration.len(), count + 1);
    undo(&mut window);
    assert_eq!(window.state().document.app, before);
}

#[test]
fn a_name_counts_when_the_next_element_is_added() {
    let path = "schemas/Order.xsd";
    let mut window = open("southridge", Tab::Schema(path.into()));
    click(&mut window, Role::TreeItem, "/Order");
    click(&mut window, Role::Button, "Add element");
    for (typed, next) in [("Amount", "Element1"), ("Vat", "Element1")] {
        window.get_by_role_and_label(Role::TextInput, "Name").type_text(typed);
        window.run_steps(2);
        click(&mut window, Role::Button, "Add element");
        window.run_steps(3);
        let text = &window.state().document.app.schemas[path];
        assert!(text.contains(&format!("name=\"{typed}\"")), "{text}");
        assert!(text.contains(&format!("name=\"{next}\"")), "{text}");
        assert!(window.get_by_role_and_label(Role::TextInput, "Name").is_focused());
    }
}
