//! What somebody meets who opens the studio for the first time: an application from nothing without a dead end, folders
//! that take long to read, why an instance waits in words, a drawing that stays in view.

use super::by_hand::flick;
use super::harness;
use super::run::{Bench, watch_manager};
use super::window::{Window, click, command, open};
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::edit::{BlockRef, Edit, new_shape, toolbox};
use orchestrion::model::{Application, Receive, ShapeKind};
use orchestrion::studio::command::Command;
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::tabs::Tab;
use orchestrion::studio::{Studio, sample};
use std::path::Path;
use std::time::{Duration, Instant};

fn show(studio: Studio) -> Window {
    let mut window = harness(studio, Theme::Dark, [1280.0, 800.0]);
    window.run_steps(3);
    window
}

fn press(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::NONE, key);
    window.run_steps(3);
}

/// A new application with one Receive, which is selected.
fn with_a_receive() -> Window {
    let mut window = open("hello");
    command(&mut window, Command::New);
    let document = &window.state().document;
    let kind = toolbox().into_iter().find(|kind| matches!(kind, ShapeKind::Receive(_))).unwrap();
    let shape = new_shape(document.module().unwrap(), kind);
    let (module, id) = (document.module.clone(), shape.id.clone());
    window.state_mut().edit(Edit::InsertShape { module, block: BlockRef::Body, index: 0, shape }, None);
    window.state_mut().document.select(Selection::Node(id));
    window.run_steps(3);
    window
}

fn receive(window: &Window) -> Receive {
    match &window.state().document.orchestration().unwrap().body[0].kind {
        ShapeKind::Receive(receive) => receive.clone(),
        other => panic!("a {}", other.label()),
    }
}

#[test]
fn a_shape_gets_its_port_and_message_where_it_asks_for_them() {
    let mut window = with_a_receive();
    click(&mut window, Role::ComboBox, "Port");
    click(&mut window, Role::Button, "A new port");
    click(&mut window, Role::ComboBox, "Message");
    click(&mut window, Role::Button, "A new message");
    let made = receive(&window);
    assert!(!made.port.is_empty() && !made.operation.is_empty() && !made.message.is_empty(), "{made:?}");
    assert!(matches!(window.state().document.selection, Selection::Node(_)), "one goes on where one was");
    command(&mut window, Command::Undo);
    command(&mut window, Command::Undo);
    let before = receive(&window);
    assert!(before.port.is_empty() && before.message.is_empty());
    let orchestration = window.state().document.orchestration().unwrap();
    assert!(orchestration.ports.is_empty() && orchestration.messages.is_empty(), "two steps, all of it");
}

#[test]
fn a_first_port_has_a_type_and_nothing_is_said_to_be_unknown() {
    let mut window = with_a_receive();
    command(&mut window, Command::NewPort);
    let document = &window.state().document;
    let port = &document.orchestration().unwrap().ports[0];
    assert!(document.app.port_type(document.module().unwrap(), &port.port_type).is_some());
    // One that has lost its type says so, and gets another in its list.
    click(&mut window, Role::ComboBox, "Port type");
    click(&mut window, Role::Button, "no port type");
    window.run_steps(40);
    let said = |window: &Window, part: &str| {
        window.state().document.problems.iter().any(|problem| problem.message.contains(part))
    };
    assert!(said(&window, "has no port type yet"));
    click(&mut window, Role::ComboBox, "Port type");
    click(&mut window, Role::Button, "A new port type");
    window.run_steps(40);
    assert!(!said(&window, "port type"));
}

#[test]
fn arrows_go_through_an_open_list_and_not_over_the_canvas() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    let before = window.state().document.selection.clone();
    window.get_by_role_and_label(Role::ComboBox, "Port").click();
    window.run_steps(3);
    let focused = |window: &Window| {
        let found = window.query_all_by_role(Role::Button).find(|node| node.accesskit_node().is_focused());
        found.and_then(|node| node.accesskit_node().label())
    };
    assert_eq!(focused(&window).as_deref(), Some("ReplyPort"), "where it stands");
    press(&mut window, Key::ArrowDown);
    assert_eq!(window.state().document.selection, before);
    assert_eq!(focused(&window).as_deref(), Some("A new port"));
    press(&mut window, Key::Enter);
    assert_eq!(window.state().document.orchestration().unwrap().ports.len(), 3);
    assert_eq!(window.state().document.selection, before);
}

#[test]
fn a_drawing_that_was_fitted_stays_in_view_when_a_panel_takes_its_room() {
    let mut window = open("hello");
    command(&mut window, Command::Fit);
    let key = window.state().tabs.key().to_owned();
    let seen = |window: &Window| {
        let canvas = window.state().tabs.canvas();
        canvas.transform(&key).unwrap() * canvas.layout().bounds.unwrap()
    };
    let before = seen(&window);
    command(&mut window, Command::Problems);
    let after = seen(&window);
    assert!(after.height() <= before.height() && after.bottom() < 800.0 - 132.0, "{before:?} {after:?}");
}

/// An application of so many orchestrations that reading it takes its time.
fn large(folder: &Path) {
    let mut app: Application = sample::load("southridge").unwrap();
    let broker = app.modules.values().max_by_key(|m| format!("{m:?}").len()).unwrap().clone();
    for number in 0..150 {
        app.modules.insert(format!("Copy{number}"), broker.clone());
    }
    Document::unchecked(app, None).save(folder).unwrap();
}

#[test]
fn a_folder_that_takes_long_is_read_beside_the_window_and_can_be_given_up() {
    let temp = tempfile::tempdir().unwrap();
    large(temp.path());
    let studio = Studio::new(Document::new(sample::load("hello").unwrap(), None)).checking_beside();
    let mut window = show(studio);
    let open = |window: &mut Window| {
        command(window, Command::OpenPath);
        let path = temp.path().display().to_string();
        let field = "Application folder, or a folder, solution, project or .odx of BizTalk";
        window.get_by_role_and_label(Role::TextInput, field).type_text(&path);
        window.run_steps(2);
        let begun = Instant::now();
        window.get_by_role_and_label(Role::Button, "Open").click();
        window.step();
        begun.elapsed()
    };
    let says = |window: &mut Window| {
        (0..6).any(|_| {
            window.step();
            window.query_by_label("Opening…").is_some()
        })
    };
    let took = open(&mut window);
    assert!(took < Duration::from_secs(2), "the window stood still for {took:?}");
    assert!(says(&mut window), "{}", window.state().said());
    window.get_by_role_and_label(Role::Button, "Cancel").click();
    window.step();
    window.step();
    assert!(window.query_by_label("Opening…").is_none());
    assert!(window.state().document.app.modules.contains_key("SayHello"), "what was open is still open");
    open(&mut window);
    let begun = Instant::now();
    while !window.state().document.app.modules.contains_key("Copy0") {
        assert!(begun.elapsed() < Duration::from_secs(120), "it never came");
        window.step();
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(window.state().said().starts_with("Opened "));
}

#[test]
fn the_search_puts_what_is_called_so_first_and_finds_catch_blocks() {
    let mut window = open("southridge");
    let first = |window: &mut Window, words: &str| {
        window.key_press_modifiers(Modifiers::COMMAND, Key::K);
        window.run_steps(3);
        window.get_by_label("Search everything").type_text(words);
        window.run_steps(3);
        window.key_press(Key::Enter);
        window.run_steps(3);
        window.state().document.selection.clone()
    };
    let message = first(&mut window, "OrderMgrMsg");
    assert!(matches!(&message, Selection::Declared { name, .. } if name == "OrderMgrMsg"), "{message:?}");
    let Selection::Node(id) = first(&mut window, "#catch exception") else { panic!("nothing found") };
    let name = window.state().document.element_name(&id).unwrap();
    assert!(name.to_lowercase().contains("catch"), "{name}");
}

#[test]
fn why_an_instance_waits_is_a_list_in_words() {
    let mut bench = Bench::living(Theme::Dark, [1400.0, 1100.0]);
    watch_manager(&mut bench);
    bench.window.state_mut().run.show_why();
    bench.until("the reasons", |w| w.query_by_label("Routing on FromBrokerPort").is_some());
    let said = |part: &str| bench.window.query_all_by_label_contains(part).count();
    assert_eq!(said("BTS.PartnerPort"), 0, "no engine words");
    assert!(said("or Completed, sent to this instance alone on StageCompletionPort") > 0);
    assert!(said("Status = ACCEPTED") > 0);
}

#[test]
fn a_right_click_in_a_run_offers_a_breakpoint() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 1000.0]);
    watch_manager(&mut bench);
    let label = "Wait for completion or updated order";
    bench.window.get_by_role_and_label(Role::TreeItem, label).click_secondary();
    bench.window.run_steps(3);
    bench.window.get_by_label_contains("Toggle breakpoint").click();
    bench.until("a breakpoint", |w| !w.state().run.state.breakpoints.is_empty());
}

#[test]
fn saving_for_the_first_time_keeps_the_run() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 1000.0]);
    watch_manager(&mut bench);
    let (run, events) = {
        let state = &bench.window.state().run.state;
        (state.run, state.journal.len())
    };
    let temp = tempfile::tempdir().unwrap();
    bench.window.state_mut().document.save(temp.path()).unwrap();
    bench.window.run_steps(6);
    std::thread::sleep(Duration::from_millis(200));
    bench.window.run_steps(6);
    let state = &bench.window.state().run.state;
    assert_eq!((state.run, state.journal.len()), (run, events));
}

#[test]
fn a_catch_block_is_found_where_shapes_are_inserted() {
    let mut window = open("southridge");
    window.state_mut().document.show("OrderManager");
    let scope = window.state().document.orchestration().unwrap().shapes();
    let scope = scope.into_iter().find(|s| matches!(s.kind, ShapeKind::Scope(_))).unwrap().id.clone();
    window.state_mut().document.select(Selection::Node(scope.clone()));
    window.run_steps(2);
    let before = window.state().document.app.clone();
    let catches =
        |window: &Window| match &window.state().document.orchestration().unwrap().shape(&scope).unwrap().kind
        {
            ShapeKind::Scope(scope) => scope.catches.len(),
            _ => 0,
        };
    let count = catches(&window);
    press(&mut window, Key::A);
    window.event(egui::Event::Text("catch".to_owned()));
    window.run_steps(3);
    press(&mut window, Key::Enter);
    assert_eq!(catches(&window), count + 1);
    command(&mut window, Command::Undo);
    assert!(window.state().document.app == before);
    command(&mut window, Command::Redo);
    assert_eq!(catches(&window), count + 1);
}

#[test]
fn arrows_go_through_the_problems() {
    let mut app: Application = sample::load("southridge").unwrap();
    app.modules.get_mut("OrderManager").unwrap().orchestration.as_mut().unwrap().messages.clear();
    let mut window = show(Studio::new(Document::new(app, None)));
    let all = window.state().document.problems.clone();
    assert!(all.len() > 12, "more than are in sight: {}", all.len());
    if window.query_all_by_label("PROBLEMS").next().is_some() {
        command(&mut window, Command::Problems);
    }
    command(&mut window, Command::Problems);
    let focused = |window: &Window| {
        let found = window.query_all_by_role(Role::ListItem).find(|node| node.accesskit_node().is_focused());
        found.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
    };
    let at = |window: &Window, problem: &orchestrion::diagnostic::Diagnostic| {
        let (here, place) = (focused(window), problem.place.to_string());
        assert!(here.starts_with(problem.code) && here.contains(&place), "{here} for {problem}");
    };
    at(&window, &all[0]);
    for problem in &all[1..] {
        press(&mut window, Key::ArrowDown);
        at(&window, problem);
    }
    press(&mut window, Key::ArrowDown);
    at(&window, &all[all.len() - 1]);
    press(&mut window, Key::ArrowUp);
    at(&window, &all[all.len() - 2]);
    press(&mut window, Key::Enter);
    assert_ne!(window.state().document.selection, Selection::Orchestration);
}

#[test]
fn the_search_makes_physical_ports() {
    let mut window = open("southridge");
    let before = window.state().document.app.clone();
    let count = before.bindings.send_ports.len();
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(3);
    window.event(egui::Event::Text("new send port".to_owned()));
    window.run_steps(3);
    press(&mut window, Key::Enter);
    assert_eq!(window.state().document.app.bindings.send_ports.len(), count + 1, "{}", window.state().said());
    assert!(window.query_by_role_and_label(Role::TextInput, "Name").is_some(), "it is shown");
    command(&mut window, Command::Undo);
    assert!(window.state().document.app == before);
    command(&mut window, Command::Redo);
    assert_eq!(window.state().document.app.bindings.send_ports.len(), count + 1);
}

#[test]
fn f8_stops_at_every_problem_in_files_too() {
    let mut app: Application = sample::load("southridge").unwrap();
    let (path, _) = app.schemas.first_key_value().unwrap();
    let path = path.clone();
    app.schemas.insert(path.clone(), "<not a schema".to_owned());
    app.bindings.send_ports[0].primary = None;
    let mut window = show(Studio::new(Document::new(app, None)));
    let stops = |window: &Window| {
        let said = window.state().said();
        let (at, rest) = said.split_once(" of ").unwrap_or_else(|| panic!("{said}"));
        let count = rest.split(':').next().unwrap();
        (at.parse::<usize>().unwrap(), count.parse::<usize>().unwrap())
    };
    let mut schema = false;
    press(&mut window, Key::F8);
    let (first, count) = stops(&window);
    assert!(first == 1 && count > 3, "{count}");
    for at in 1..=count {
        assert_eq!(stops(&window), (at, count));
        schema |= window.state().tabs.focused() == Some(&Tab::Schema(path.clone()));
        press(&mut window, Key::F8);
    }
    assert_eq!(stops(&window), (1, count), "and around");
    assert!(schema, "the file is shown");
    window.key_press_modifiers(Modifiers::SHIFT, Key::F8);
    window.run_steps(3);
    assert_eq!(stops(&window), (count, count));
}

#[test]
fn the_search_finds_what_a_scope_declares() {
    let mut window = open("southridge");
    let (scope, name) = {
        let shapes =
            window.state().document.app.modules["OrderManager"].orchestration.as_ref().unwrap().shapes();
        let found = shapes.into_iter().find_map(|shape| match &shape.kind {
            ShapeKind::Scope(scope) => Some((shape.id.clone(), scope.variables.first()?.name.clone())),
            _ => None,
        });
        found.unwrap()
    };
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(3);
    window.event(egui::Event::Text(format!("@{name}")));
    window.run_steps(3);
    press(&mut window, Key::Enter);
    let Selection::Declared { scope: found, name: of, .. } = window.state().document.selection.clone() else {
        panic!("{:?}", window.state().document.selection)
    };
    assert_eq!((found, of), (Some(scope), name));
}

#[test]
fn a_set_dragged_briskly_from_the_explorer_is_attached() {
    let mut window = open("southridge");
    window.state_mut().document.show("OrderManager");
    let orchestration = window.state().document.orchestration().unwrap().clone();
    let set = orchestration.correlation_sets[0].name.clone();
    let free = orchestration.shapes().into_iter().find(|shape| match &shape.kind {
        ShapeKind::Receive(receive) => !receive.initializes.contains(&set) && !receive.follows.contains(&set),
        _ => false,
    });
    let (receive, name) = free.map(|shape| (shape.id.clone(), shape.name.clone())).unwrap();
    window.state_mut().document.select(Selection::Node(receive.clone()));
    window.state_mut().tabs.canvas_mut().reveal(&Selection::Node(receive.clone()));
    window.run_steps(4);
    window.get_by_label("Filter the explorer").focus();
    window.run_steps(2);
    window.event(egui::Event::Text(set.clone()));
    window.run_steps(4);
    let place = |window: &Window, left: bool, named: &dyn Fn(&str) -> bool| {
        let rows = window.query_all_by_role(Role::TreeItem);
        let mut rows = rows.filter(|row| (row.rect().left() < 280.0) == left);
        let row = rows.find(|row| row.accesskit_node().label().is_some_and(|label| named(&label)));
        row.expect("it is in sight").rect().center()
    };
    let uses = |window: &Window| {
        let app = &window.state().document.app.modules["OrderManager"];
        match &app.orchestration.as_ref().unwrap().shape(&receive).unwrap().kind {
            ShapeKind::Receive(receive) => {
                receive.follows.contains(&set) || receive.initializes.contains(&set)
            }
            _ => false,
        }
    };
    let before = window.state().document.app.clone();
    let from = place(&window, true, &|label| label.ends_with(&set));
    let to = place(&window, false, &|label| label == name);
    flick(&mut window, from, to);
    window.drop_at(to);
    window.run_steps(3);
    assert!(uses(&window), "{}", window.state().said());
    command(&mut window, Command::Undo);
    assert!(window.state().document.app == before);
    command(&mut window, Command::Redo);
    assert!(uses(&window));
}

#[test]
fn a_parameter_is_made_and_what_is_given_for_it_is_found_by_its_type() {
    let mut window = open("hello");
    let called = window.state().document.module.clone();
    command(&mut window, Command::NewParameter);
    let parameters = |window: &Window, module: &str| {
        window.state().document.app.modules[module].orchestration.as_ref().unwrap().parameters.clone()
    };
    assert_eq!(parameters(&window, &called).len(), 1);
    command(&mut window, Command::Undo);
    assert!(parameters(&window, &called).is_empty());
    command(&mut window, Command::Redo);
    let name = parameters(&window, &called)[0].name().to_owned();
    assert_eq!(
        window.state().document.selection,
        Selection::declared(orchestrion::model::edit::DeclarationKind::Parameter, &name)
    );
    click(&mut window, Role::ComboBox, "Kind");
    click(&mut window, Role::Button, "variable");
    use orchestrion::model::{Argument, Call, ParameterKind};
    let kind = |window: &Window| match parameters(window, &called)[0].kind {
        ParameterKind::Message(_) => "message",
        ParameterKind::Variable(_) => "variable",
        _ => "another",
    };
    assert_eq!(kind(&window), "variable");
    command(&mut window, Command::Undo);
    assert_eq!(kind(&window), "message");
    // A caller that gives a set, and has a message of the type too.
    let calls = window.state().document.orchestration().unwrap().name.clone();
    let message = match &parameters(&window, &called)[0].kind {
        ParameterKind::Message(message) => message.message_type.clone(),
        _ => panic!("a message"),
    };
    command(&mut window, Command::NewOrchestration);
    let module = window.state().document.module.clone();
    let declare = |declaration| Edit::Declare { module: module.clone(), scope: None, index: 0, declaration };
    use orchestrion::model::edit::Declaration;
    use orchestrion::model::{CorrelationSet, Message};
    let given = Message { name: "Given".into(), message_type: message, ..Message::default() };
    let set = CorrelationSet { name: "Orders".into(), ..CorrelationSet::default() };
    let call = Call { orchestration: calls, arguments: vec![], ..Call::default() };
    let document = &window.state().document;
    let kind = ShapeKind::Call(call.clone());
    let shape = new_shape(document.module().unwrap(), kind);
    let id = shape.id.clone();
    let insert = Edit::InsertShape { module: module.clone(), block: BlockRef::Body, index: 0, shape };
    for edit in [declare(Declaration::Message(given)), declare(Declaration::CorrelationSet(set)), insert] {
        assert!(window.state_mut().edit(edit, None), "{}", window.state().said());
    }
    window.state_mut().document.select(Selection::Node(id.clone()));
    window.run_steps(3);
    click(&mut window, Role::Button, "Take over its parameters");
    let arguments = |window: &Window| match &window.state().document.orchestration().unwrap().body[0].kind {
        ShapeKind::Call(call) => call.arguments.iter().map(|a: &Argument| a.name.clone()).collect::<Vec<_>>(),
        other => panic!("a {}", other.label()),
    };
    assert_eq!(arguments(&window), [""], "nobody can know which is meant");
    let wrong = Argument { name: "Orders".into(), ..Argument::default() };
    let kind = ShapeKind::Call(Call {
        arguments: vec![wrong.clone(), Argument { name: "Given".into(), ..wrong }],
        ..call
    });
    window.state_mut().edit(Edit::SetKind { module: module.clone(), shape: id.clone(), kind }, None);
    window.run_steps(3);
    click(&mut window, Role::Button, "Take over its parameters");
    assert_eq!(arguments(&window), ["Given"], "a set is no message");
    // What is given for two of them stays so when a third comes.
    let first = parameters(&window, &called)[0].clone();
    for name in ["Second", "Third"] {
        let ParameterKind::Message(message) = first.kind.clone() else { panic!("a message") };
        let kind = ParameterKind::Message(Message { name: name.into(), id: name.into(), ..message });
        let declaration = Declaration::Parameter(orchestrion::model::Parameter { kind, ..first.clone() });
        let edit = Edit::Declare { module: called.clone(), scope: None, index: usize::MAX, declaration };
        assert!(window.state_mut().edit(edit, None), "{}", window.state().said());
    }
    let given = Argument { name: "Given".into(), ..Argument::default() };
    let ShapeKind::Call(call) = window.state().document.orchestration().unwrap().body[0].kind.clone() else {
        panic!("a Call")
    };
    let kind = ShapeKind::Call(Call { arguments: vec![given.clone(), given], ..call });
    window.state_mut().edit(Edit::SetKind { module, shape: id, kind }, None);
    window.run_steps(3);
    click(&mut window, Role::Button, "Take over its parameters");
    assert_eq!(arguments(&window), ["Given", "Given", ""]);
}

#[test]
fn a_port_parameter_has_its_type_and_is_deleted_from_the_canvas_too() {
    let mut window = open("hello");
    let before = window.state().document.app.clone();
    command(&mut window, Command::NewParameter);
    click(&mut window, Role::ComboBox, "Kind");
    click(&mut window, Role::Button, "port");
    let parameter =
        |window: &Window| window.state().document.orchestration().unwrap().parameters.first().cloned();
    let name = parameter(&window).unwrap().name().to_owned();
    for selection in [window.state().document.selection.clone(), Selection::Port(name)] {
        window.state_mut().document.select(selection);
        window.run_steps(3);
        for field in ["Kind", "Port type", "Direction"] {
            assert!(window.query_all_by_role_and_label(Role::ComboBox, field).count() > 0, "{field}");
        }
    }
    command(&mut window, Command::Delete);
    assert!(parameter(&window).is_none(), "{}", window.state().said());
    assert_eq!(window.state().document.app, before);
    command(&mut window, Command::Undo);
    assert!(parameter(&window).is_some());
    command(&mut window, Command::Redo);
    assert!(parameter(&window).is_none());
}

#[test]
fn an_orchestration_is_deleted_and_comes_back() {
    let mut window = open("southridge");
    let before = window.state().document.app.clone();
    let module = window.state().document.module.clone();
    command(&mut window, Command::DeleteOrchestration);
    assert!(!window.state().document.app.modules.contains_key(&module));
    command(&mut window, Command::Undo);
    assert_eq!(window.state().document.app, before);
    command(&mut window, Command::Redo);
    assert!(!window.state().document.app.modules.contains_key(&module));
}

#[test]
fn what_one_works_in_stays_open_when_another_is_looked_at() {
    let mut window = open("southridge");
    let others: Vec<String> = {
        let document = &window.state().document;
        let other = |key: &&String| **key != document.module;
        document.app.modules.keys().filter(other).cloned().collect()
    };
    let go = |window: &mut Window, module: &str| {
        let tab = Tab::Orchestration(module.to_owned());
        window.state_mut().tabs.open(tab, true);
        window.state_mut().document.show(module);
        window.run_steps(3);
    };
    go(&mut window, &others[0]);
    let two = window.state().tabs.len();
    command(&mut window, Command::NewVariable);
    go(&mut window, &others[1]);
    assert_eq!(window.state().tabs.len(), two + 1);
    go(&mut window, &others[2]);
    assert_eq!(window.state().tabs.len(), two + 1, "what was only looked at makes way");
}

#[test]
fn uses_are_not_asked_of_what_another_tab_hides() {
    let mut window = open("southridge");
    let port = window.state().document.orchestration().unwrap().ports[0].name.clone();
    window.state_mut().document.select(Selection::Port(port));
    let schema = window.state().document.app.schemas.keys().next().unwrap().clone();
    window.state_mut().tabs.open(Tab::Schema(schema), false);
    window.run_steps(3);
    command(&mut window, Command::FindUses);
    assert!(window.state().said().starts_with("Find uses: Select"), "{}", window.state().said());
}

#[test]
fn the_search_opens_over_a_list_and_has_what_is_typed() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    let before = window.state().document.app.clone();
    click(&mut window, Role::ComboBox, "Message");
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(4);
    window.event(egui::Event::Text("Req".to_owned()));
    window.run_steps(2);
    let field = window.get_by_label("Search everything");
    assert_eq!(field.accesskit_node().value().as_deref(), Some("Req"));
    press(&mut window, Key::Escape);
    assert_eq!(window.state().document.app, before);
}

#[test]
fn one_goes_from_a_shape_to_its_message_and_from_there_to_its_schema() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    let ShapeKind::Send(send) = &window.state().document.orchestration().unwrap().body[2].kind else {
        panic!("a Send")
    };
    let message = send.message.clone();
    click(&mut window, Role::Link, &format!("Show message {message}"));
    let kind = orchestrion::model::edit::DeclarationKind::Message;
    assert_eq!(window.state().document.selection, Selection::declared(kind, &message));
    let link = window
        .get_all_by_role(Role::Link)
        .find_map(|node| node.accesskit_node().label().filter(|label| label.starts_with("Show schema")));
    click(&mut window, Role::Link, &link.unwrap());
    assert!(matches!(window.state().tabs.focused(), Some(Tab::Schema(_))));
}
