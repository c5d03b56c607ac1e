//! What somebody who draws expects of every command: what is selected stays selected, what is sought is found, what is
//! offered says what it does.

use super::window::{Window, click, command, open, press};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::edit::{BlockRef, Declaration, Edit, new_shape, toolbox};
use orchestrion::model::{Id, Message, Operation, Port, PortType, Receive, Scope, ShapeKind};
use orchestrion::studio::command::Command;
use orchestrion::studio::document::Selection;
use orchestrion::studio::preferences::Recent;
use orchestrion::studio::tabs::Tab;

fn select(window: &mut Window, id: &Id) {
    window.state_mut().document.select(Selection::Node(id.clone()));
    window.run_steps(3);
}

/// Shows the first orchestration with a shape that has what `found` gives.
fn show<T>(window: &mut Window, found: impl Fn(&ShapeKind) -> Option<T>) -> (Id, T) {
    let studio = window.state_mut();
    let hit = studio.document.app.modules.iter().find_map(|(key, module)| {
        let shapes = module.orchestration.as_ref()?.shapes();
        shapes.into_iter().find_map(|s| Some((key.clone(), s.id.clone(), found(&s.kind)?)))
    });
    let (key, id, what) = hit.expect("a sample that has one");
    studio.tabs.open(Tab::Orchestration(key), true);
    studio.tabs.lead(&mut studio.document);
    window.run_steps(3);
    (id, what)
}

#[test]
fn a_refused_command_leaves_the_selection_as_it_was() {
    let mut window = open("southridge");
    let full = |kind: &ShapeKind| match kind {
        ShapeKind::Scope(Scope { catches, body, .. })
            if !body.is_empty() && catches.iter().any(|c| !c.body.is_empty()) =>
        {
            Some(())
        }
        _ => None,
    };
    let (scope, ()) = show(&mut window, full);
    select(&mut window, &scope);
    press(&mut window, Modifiers::SHIFT, Key::W);
    let state = window.state();
    assert_eq!(state.document.selection, Selection::Node(scope), "{}", state.said());
    assert!(state.said().contains("still holds shapes"), "{}", state.said());
    assert!(state.said().ends_with("Move or delete the shapes of its catch block first"), "{}", state.said());

    let decide = |kind: &ShapeKind| match kind {
        ShapeKind::Decide(decide) => decide.branches.last().map(|b| b.id.clone()),
        _ => None,
    };
    let (_, last) = show(&mut window, decide);
    select(&mut window, &last);
    press(&mut window, Modifiers::NONE, Key::Delete);
    let state = window.state();
    assert_eq!(state.document.selection, Selection::Node(last));
    assert!(state.said().ends_with("Delete the whole shape instead"), "{}", state.said());
}

/// What a new one-way operation carries, and whether problems say that it does not fit.
fn carried(window: &mut Window, port_type: &str) -> (String, bool) {
    window.run_steps(30);
    let document = &window.state().document;
    let port_type = document.app.port_type(document.module().unwrap(), port_type).unwrap();
    let unfit = document.problems.iter().any(|problem| problem.code == "V53");
    (port_type.operations[0].request.clone(), unfit)
}

/// A new port with an untyped operation, a Receive at it without a message, and a message of a schema.
fn with_an_untyped_port() -> (Window, Edit) {
    let mut window = open("hello");
    let module = window.state().document.module.clone();
    let studio = window.state_mut();
    let declare =
        |declaration| Edit::Declare { module: module.clone(), scope: None, index: usize::MAX, declaration };
    let operation = Operation { name: "Submit".into(), request: UNTYPED.into(), ..Operation::default() };
    let port_type = PortType { name: "OrderType".into(), operations: vec![operation], ..PortType::default() };
    let port = Port { name: "Orders".into(), port_type: "OrderType".into(), ..Port::default() };
    let kind = ShapeKind::Receive(Receive {
        port: "Orders".into(),
        operation: "Submit".into(),
        ..Receive::default()
    });
    let shape = new_shape(studio.document.module().unwrap(), kind.clone());
    let id = shape.id.clone();
    assert!(studio.edit(declare(Declaration::PortType(port_type)), None));
    assert!(studio.edit(declare(Declaration::Port(port)), None));
    assert!(
        studio
            .edit(Edit::InsertShape { module: module.clone(), block: BlockRef::Body, index: 1, shape }, None)
    );
    let ShapeKind::Receive(receive) = kind else { panic!() };
    let kind = ShapeKind::Receive(Receive { message: "Request".into(), ..receive });
    assert_eq!(carried(&mut window, "OrderType"), (UNTYPED.to_owned(), false));
    (window, Edit::SetKind { module, shape: id, kind })
}

const UNTYPED: &str = "System.Xml.XmlDocument";

#[test]
fn an_operation_that_nobody_gave_a_type_takes_that_of_its_message() {
    let (mut window, gives) = with_an_untyped_port();
    assert!(window.state_mut().edit(gives, None));
    assert!(window.state().said().ends_with("Submit carries Greeting"), "{}", window.state().said());
    assert_eq!(carried(&mut window, "OrderType"), ("Greeting".to_owned(), false));
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(carried(&mut window, "OrderType"), (UNTYPED.to_owned(), false), "one step takes both back");
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert_eq!(carried(&mut window, "OrderType"), ("Greeting".to_owned(), false));
}

#[test]
fn an_operation_takes_the_type_that_its_message_is_given_afterwards() {
    let (mut window, gives) = with_an_untyped_port();
    let module = window.state().document.module.clone();
    let retype = |window: &mut Window, message_type: &str| {
        let orchestration = window.state().document.orchestration().unwrap();
        let message = orchestration.messages.iter().find(|m| m.name == "Late").cloned();
        let late = Message {
            name: "Late".into(),
            message_type: message_type.into(),
            ..message.clone().unwrap_or_default()
        };
        let (module, name, declaration) = (module.clone(), "Late".to_owned(), Declaration::Message(late));
        let edit = match message {
            Some(_) => Edit::Redeclare { module, scope: None, name, declaration },
            None => Edit::Declare { module, scope: None, index: 0, declaration },
        };
        assert!(window.state_mut().edit(edit, None), "{}", window.state().said());
    };
    retype(&mut window, UNTYPED);
    let Edit::SetKind { module: own, shape, kind: ShapeKind::Receive(receive) } = gives else { panic!() };
    let kind = ShapeKind::Receive(Receive { message: "Late".into(), ..receive });
    assert!(window.state_mut().edit(Edit::SetKind { module: own, shape, kind }, None));
    assert_eq!(carried(&mut window, "OrderType").0, UNTYPED);
    retype(&mut window, "Greeting");
    assert_eq!(carried(&mut window, "OrderType"), ("Greeting".to_owned(), false));
}

#[test]
fn a_type_that_others_use_stays_and_the_problem_offers_the_mend() {
    let (mut window, gives) = with_an_untyped_port();
    let module = window.state().document.module.clone();
    let (studio, raw) = (
        window.state_mut(),
        Message { name: "Raw".into(), message_type: UNTYPED.into(), ..Message::default() },
    );
    let declaration = Declaration::Message(raw);
    assert!(studio.edit(Edit::Declare { module: module.clone(), scope: None, index: 0, declaration }, None));
    let kind = ShapeKind::Receive(Receive {
        port: "Orders".into(),
        operation: "Submit".into(),
        message: "Raw".into(),
        ..Receive::default()
    });
    let shape = new_shape(studio.document.module().unwrap(), kind);
    assert!(studio.edit(Edit::InsertShape { module, block: BlockRef::Body, index: 2, shape }, None));
    assert!(studio.edit(gives, None));
    assert_eq!(
        carried(&mut window, "OrderType"),
        (UNTYPED.to_owned(), true),
        "another shape receives any XML there"
    );
    let problem = window.state().document.problems.iter().find(|p| p.code == "V53").unwrap().clone();
    assert!(problem.message.contains("carries System.Xml.XmlDocument"), "{problem}");
    assert!(window.state_mut().edit(problem.fixes[0].clone(), None));
    assert_eq!(carried(&mut window, "OrderType").0, "Greeting");
}

#[test]
fn the_sample_is_a_menu_away_and_unsaved_work_is_asked_about() {
    let mut window = open("hello");
    click(&mut window, Role::Button, "Help");
    click(&mut window, Role::Button, "Open the sample");
    assert!(window.state().document.app.modules.contains_key("OrderManager"), "{}", window.state().said());
    assert_eq!((window.state().document.folder.clone(), window.state().document.unsaved()), (None, false));
    press(&mut window, Modifiers::COMMAND, Key::A);
    press(&mut window, Modifiers::NONE, Key::Delete);
    assert!(window.state().document.unsaved());
    click(&mut window, Role::Button, "Help");
    click(&mut window, Role::Button, "Open the sample");
    assert!(window.state().document.unsaved(), "nothing is lost without an answer");
    click(&mut window, Role::Button, "Discard");
    assert!(!window.state().document.unsaved());
}

#[test]
fn applications_opened_before_are_told_apart_by_their_folders() {
    let mut window = open("hello");
    let recent = |folder: &str| Recent { name: "orders".into(), folder: folder.into(), ..Recent::default() };
    window.state_mut().preferences.recent = vec![recent("/work/billing/orders"), recent("/work/shop/orders")];
    click(&mut window, Role::Button, "File");
    click(&mut window, Role::Button, "Open recent");
    for folder in ["/work/billing/orders", "/work/shop/orders"] {
        assert_eq!(window.query_all_by_label_contains(folder).count(), 1, "{folder}");
    }
}

#[test]
fn a_name_that_begins_with_what_is_sought_comes_before_a_text_that_has_it() {
    let mut window = open("southridge");
    press(&mut window, Modifiers::COMMAND, Key::K);
    window.get_by_label("Search everything").type_text("NewOrderMgr");
    window.run_steps(3);
    press(&mut window, Modifiers::NONE, Key::Enter);
    let selection = &window.state().document.selection;
    assert!(
        matches!(selection, Selection::Declared { name, .. } if name == "NewOrderMgrMsg"),
        "{selection:?}"
    );
}

#[test]
fn a_scope_is_offered_a_catch_block_and_a_decide_a_branch() {
    let mut window = open("southridge");
    let scope = |kind: &ShapeKind| matches!(kind, ShapeKind::Scope(_)).then_some(());
    let decide = |kind: &ShapeKind| matches!(kind, ShapeKind::Decide(_)).then_some(());
    for (found, offered, other) in [
        (&scope as &dyn Fn(&ShapeKind) -> Option<()>, "Add catch block", "Add branch"),
        (&decide, "Add branch", "Add catch block"),
    ] {
        let (id, ()) = show(&mut window, found);
        select(&mut window, &id);
        // The properties have such a button too.
        let beside = window.query_all_by_label(offered).count();
        click(&mut window, Role::Button, "Insert");
        assert_eq!(window.query_all_by_label(offered).count(), beside + 1, "{offered}");
        assert_eq!(window.query_all_by_label(other).count(), 0, "{other}");
        press(&mut window, Modifiers::NONE, Key::Escape);
        press(&mut window, Modifiers::COMMAND, Key::K);
        window.get_by_label("Search everything").type_text(offered);
        window.run_steps(3);
        assert!(window.query_all_by_label_contains(offered).count() > 0);
        press(&mut window, Modifiers::NONE, Key::Escape);
    }
}

#[test]
fn undo_and_redo_select_what_they_bring_back_and_keep_the_rest() {
    let mut window = open("hello");
    let id = |window: &Window, name: &str| {
        let orchestration = window.state().document.orchestration().unwrap();
        orchestration.shapes().into_iter().find(|s| s.name == name).unwrap().id.clone()
    };
    let selected = |window: &Window| window.state().document.selection.clone();
    let (undo, redo) = ((Modifiers::COMMAND, Key::Z), (Modifiers::COMMAND, Key::Y));
    let construct = id(&window, "Construct reply");
    let node = |id: &Id| Selection::Node(id.clone());

    // What was deleted is back.
    select(&mut window, &construct);
    press(&mut window, Modifiers::NONE, Key::Delete);
    window.state_mut().document.select(Selection::Orchestration);
    press(&mut window, undo.0, undo.1);
    assert_eq!(selected(&window), node(&construct), "with it, not with the shape inside it");
    let inner = id(&window, "Write the greeting");
    assert_ne!(inner, construct);

    // What stays there stays selected.
    let (receive, send) = (id(&window, "Receive request"), id(&window, "Send reply"));
    select(&mut window, &construct);
    press(&mut window, Modifiers::NONE, Key::Delete);
    assert_eq!(selected(&window), node(&send), "one is beside what went");
    select(&mut window, &receive);
    press(&mut window, undo.0, undo.1);
    assert_eq!(selected(&window), node(&receive));
    // Where nothing else was chosen, one is where one was.
    press(&mut window, redo.0, redo.1);
    select(&mut window, &send);
    press(&mut window, undo.0, undo.1);
    assert_eq!(selected(&window), node(&construct));
    press(&mut window, redo.0, redo.1);
    assert_eq!(selected(&window), node(&send));
    press(&mut window, undo.0, undo.1);
    select(&mut window, &send);

    // What was made goes, and one is where one was before; then it comes again.
    let kind = toolbox().into_iter().find(|kind| matches!(kind, ShapeKind::Delay(_))).unwrap();
    let module = window.state().document.module.clone();
    let shape = new_shape(window.state().document.module().unwrap(), kind);
    let delay = shape.id.clone();
    let insert = Edit::InsertShape { module: module.clone(), block: BlockRef::Body, index: 2, shape };
    assert!(window.state_mut().edit(insert, None));
    select(&mut window, &delay);
    press(&mut window, undo.0, undo.1);
    assert_eq!(selected(&window), node(&send), "where one was");
    window.state_mut().document.select(Selection::Orchestration);
    press(&mut window, redo.0, redo.1);
    assert_eq!(selected(&window), node(&delay));

    // A change is shown where it is; a declaration as well.
    let rename = Edit::RenameShape { module: module.clone(), shape: inner.clone(), name: "Greet".into() };
    assert!(window.state_mut().edit(rename, None));
    window.step();
    window.state_mut().document.select(Selection::Orchestration);
    press(&mut window, undo.0, undo.1);
    assert_eq!(selected(&window), node(&inner));
    command(&mut window, Command::NewVariable);
    let made = selected(&window);
    window.state_mut().document.select(Selection::Orchestration);
    press(&mut window, undo.0, undo.1);
    press(&mut window, redo.0, redo.1);
    assert_eq!(selected(&window), made);
}

#[test]
fn undo_leaves_the_keyboard_where_it_is() {
    let mut window = open("hello");
    let (construct, ()) = show(&mut window, |kind| matches!(kind, ShapeKind::Construct(_)).then_some(()));
    select(&mut window, &construct);
    press(&mut window, Modifiers::NONE, Key::Delete);
    window.state_mut().document.select(Selection::Orchestration);
    window.run_steps(2);
    window.get_by_label("Filter the explorer").focus();
    window.run_steps(2);
    let focused = window.ctx.memory(|m| m.focused());
    assert!(focused.is_some());
    command(&mut window, Command::Undo);
    assert_eq!(window.state().document.selection, Selection::Node(construct));
    assert_eq!(window.ctx.memory(|m| m.focused()), focused);
}

#[test]
fn the_key_for_keys_shows_the_keys() {
    let mut window = open("hello");
    press(&mut window, Modifiers::NONE, Key::F1);
    window.run_steps(12);
    let filter = window.get_by_label("Filter commands");
    assert!(filter.accesskit_node().is_focused());
    let top = filter.rect().top();
    assert!(top < 200.0, "the keys are scrolled to: {top}");
    command(&mut window, Command::CloseTab);
    command(&mut window, Command::Settings);
    window.run_steps(12);
    assert!(window.get_by_label("Filter commands").rect().top() > 200.0, "the settings begin with the looks");
}

#[test]
fn what_was_just_made_is_named_next() {
    let mut window = open("hello");
    for (made, name) in [(Command::NewMessage, "Message_1"), (Command::NewVariable, "variable_1")] {
        command(&mut window, made);
        assert!(
            window.get_by_role_and_label(Role::TextInput, "Name").accesskit_node().is_focused(),
            "{made:?}"
        );
        let field = window.get_by_role_and_label(Role::TextInput, "Name");
        assert_eq!(field.accesskit_node().value().as_deref(), Some(name));
        field.type_text("Answer");
        window.run_steps(2);
        press(&mut window, Modifiers::NONE, Key::Enter);
        let selection = window.state().document.selection.clone();
        let told = matches!(&selection, Selection::Declared { name, .. } if name == "Answer");
        assert!(told, "the old name was selected, so that one types over it: {selection:?}");
        press(&mut window, Modifiers::COMMAND, Key::Z);
        press(&mut window, Modifiers::COMMAND, Key::Z);
    }
}

#[test]
fn enter_on_a_new_delay_asks_for_its_time() {
    let mut window = open("hello");
    let send = {
        let orchestration = window.state().document.orchestration().unwrap();
        orchestration.body.last().unwrap().id.clone()
    };
    select(&mut window, &send);
    window.get_by_role_and_label(Role::TreeItem, "Send reply").click();
    window.run_steps(3);
    press(&mut window, Modifiers::NONE, Key::A);
    window.get_by_label("Insert a shape after").type_text("Delay");
    window.run_steps(3);
    press(&mut window, Modifiers::NONE, Key::Enter);
    press(&mut window, Modifiers::NONE, Key::Enter);
    let text = window.get_by_label("Time span or date");
    assert!(text.accesskit_node().is_focused());
    text.type_text("new System.TimeSpan(0, 0, 5)");
    window.run_steps(3);
    let delay = window.state().document.orchestration().unwrap().body.last().unwrap().clone();
    assert!(matches!(&delay.kind, ShapeKind::Delay(code) if code.text.contains("TimeSpan")), "{delay:?}");
}
