//! Several documents in one window: tabs, splits, and where commands go.

use super::window::{Window, click, press, show};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::edit::{DeclarationKind, Edit};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::sample;
use orchestrion::studio::tabs::Tab;

/// The application with two orchestrations, the first in front.
fn open() -> Window {
    let mut app = sample::load("hello").unwrap();
    let mut second = app.modules["SayHello"].clone();
    second.orchestration.as_mut().unwrap().name = "SayGoodbye".to_owned();
    app.modules.insert("SayGoodbye".to_owned(), second);
    let mut document = Document::new(app, None);
    document.show("SayHello");
    show(document)
}

fn titles(window: &Window) -> Vec<String> {
    window.query_all_by_role(Role::Tab).filter_map(|tab| tab.accesskit_node().label()).collect()
}

fn module(window: &Window) -> String {
    window.state().document.module.clone()
}

const HELLO: &str = "SayHello orchestration";
const GOODBYE: &str = "SayGoodbye orchestration";

#[test]
fn a_click_in_the_explorer_opens_a_tab_and_keys_go_from_one_to_the_other() {
    let mut window = open();
    assert_eq!(titles(&window), [HELLO]);
    click(&mut window, Role::TreeItem, "Open SayGoodbye");
    assert_eq!((titles(&window), module(&window)), (vec![HELLO.into(), GOODBYE.into()], "SayGoodbye".into()));
    press(&mut window, Modifiers::COMMAND, Key::Tab);
    assert_eq!(module(&window), "SayHello");
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Tab);
    assert_eq!(module(&window), "SayGoodbye");
    press(&mut window, Modifiers::COMMAND, Key::W);
    assert_eq!((titles(&window), module(&window)), (vec![HELLO.into()], "SayHello".into()));
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    assert_eq!(module(&window), "SayGoodbye");
}

#[test]
fn each_tab_keeps_its_own_selection_and_view() {
    let mut window = open();
    click(&mut window, Role::TreeItem, "Send reply");
    window.state_mut().run_command(&egui::Context::default(), orchestrion::studio::command::Command::ZoomIn);
    window.run_steps(2);
    let zoom = |window: &Window| {
        let tabs = &window.state().tabs;
        tabs.canvas().zoom(tabs.key())
    };
    let near = zoom(&window);
    let chosen = window.state().document.selection.clone();
    click(&mut window, Role::TreeItem, "Open SayGoodbye");
    assert_eq!(window.state().document.selection, Selection::Orchestration);
    assert!(zoom(&window) < near);
    click(&mut window, Role::Tab, HELLO);
    assert_eq!((&window.state().document.selection, zoom(&window)), (&chosen, near));
}

#[test]
fn a_split_shows_both_and_the_pointer_chooses() {
    let mut window = open();
    press(&mut window, Modifiers::COMMAND, Key::Backslash);
    click(&mut window, Role::TreeItem, "Open SayGoodbye");
    assert_eq!(titles(&window), [HELLO, HELLO, GOODBYE]);
    // Both draw a Send reply; the left one is that of SayHello.
    let left = {
        let mut all: Vec<_> = window.query_all_by_role_and_label(Role::TreeItem, "Send reply").collect();
        all.sort_by(|a, b| a.rect().left().total_cmp(&b.rect().left()));
        all[0].rect().center()
    };
    window.drag_at(left);
    window.drop_at(left);
    window.run_steps(3);
    assert_eq!(module(&window), "SayHello");
    press(&mut window, Modifiers::NONE, Key::Delete);
    let shapes =
        |name: &str| window.state().document.app.modules[name].orchestration.as_ref().unwrap().body.len();
    assert_eq!((shapes("SayHello"), shapes("SayGoodbye")), (2, 3), "the other one is not touched");
}

#[test]
fn without_a_tab_nothing_is_deleted() {
    let mut window = open();
    click(&mut window, Role::TreeItem, "Send reply");
    press(&mut window, Modifiers::COMMAND, Key::W);
    assert!(titles(&window).is_empty());
    press(&mut window, Modifiers::NONE, Key::Delete);
    assert!(!window.state().document.unsaved());
    click(&mut window, Role::Button, "Reopen closed tab");
    assert_eq!(titles(&window), [HELLO]);
}

#[test]
fn an_undone_orchestration_takes_its_tab_along() {
    let mut window = open();
    let ctx = window.ctx.clone();
    window.state_mut().run_command(&ctx, orchestrion::studio::command::Command::NewOrchestration);
    window.run_steps(3);
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Orchestration("Orchestration1".to_owned())));
    window.state_mut().run_command(&ctx, orchestrion::studio::command::Command::NewOrchestration);
    window.run_steps(3);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    let before = Tab::Orchestration("Orchestration1".to_owned());
    assert_eq!(window.state().tabs.focused(), Some(&before), "back to the one before");
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(titles(&window), [HELLO]);
}

#[test]
fn what_is_typed_into_a_name_counts_when_its_tab_is_closed_or_left_by_keys() {
    for (modifiers, key) in [
        (Modifiers::COMMAND, Key::W),
        (Modifiers::COMMAND, Key::Tab),
        (Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::P),
        (Modifiers::NONE, Key::F8),
    ] {
        let mut window = open();
        // For F8 to go elsewhere.
        let message = window.state().document.orchestration().unwrap().messages[0].name.clone();
        let (module, kind) = (module(&window), DeclarationKind::Message);
        let undeclare = Edit::Undeclare { module: module.clone(), scope: None, kind, name: message };
        assert!(window.state_mut().edit(undeclare, None));
        click(&mut window, Role::TreeItem, "Send reply");
        let Selection::Node(id) = window.state().document.selection.clone() else {
            panic!("nothing selected")
        };
        press(&mut window, Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::A);
        press(&mut window, Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Tab);
        assert_eq!(window.state().tabs.focused(), Some(&Tab::Orchestration(module.clone())));
        window.get_by_role_and_label(Role::TextInput, "Name").focus();
        window.run_steps(2);
        window.key_press_modifiers(Modifiers::COMMAND, Key::A);
        window.event(egui::Event::Text("Eta".to_owned()));
        window.run_steps(2);
        window.key_press_modifiers(modifiers, key);
        window.run_steps(6);
        let shape = window.state().document.app.modules[&module].orchestration.as_ref().unwrap().shape(&id);
        assert_eq!(shape.unwrap().name, "Eta", "{key:?}");
        assert!(!window.ctx.text_edit_focused(), "{key:?}: the keyboard goes along");
    }
}
