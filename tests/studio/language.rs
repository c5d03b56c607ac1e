//! Writing expressions: completion, findings, going to declarations and uses, renaming everywhere.

use super::harness;
use super::window::{Window, show};
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::ShapeKind;
use orchestrion::model::edit::{DeclarationKind, Edit};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::{Studio, sample};

/// The order manager with the text of one of its shapes in the properties panel.
fn open(shape: &str) -> Window {
    let mut document = Document::new(sample::load("southridge").unwrap(), None);
    document.show("OrderManager");
    let found = document.orchestration().unwrap().shapes().into_iter().find(|s| s.name == shape);
    let selection = Selection::Node(found.unwrap_or_else(|| panic!("no shape {shape}")).id.clone());
    document.select(selection);
    show(document)
}

fn text(window: &Window, shape: &str) -> String {
    let orchestration = window.state().document.orchestration().unwrap();
    match &orchestration.shapes().into_iter().find(|s| s.name == shape).unwrap().kind {
        ShapeKind::Expression(code) | ShapeKind::MessageAssignment(code) => code.text.clone(),
        other => panic!("{} has no text", other.label()),
    }
}

/// Empties the text and types another one.
fn write(window: &mut Window, words: &str) {
    window.get_by_role_and_label(Role::MultilineTextInput, "Statements").focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    for letter in words.chars() {
        window.get_by_role_and_label(Role::MultilineTextInput, "Statements").type_text(&letter.to_string());
        window.run_steps(2);
    }
}

/// A variable of the scope around everything.
fn local(name: &str) -> Selection {
    let scope = Some("main-scope".into());
    Selection::Declared { scope, kind: DeclarationKind::Variable, name: name.into() }
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.run_steps(3);
}

fn some_expression(window: &Window) -> String {
    let orchestration = window.state().document.orchestration().unwrap();
    let shapes = orchestration.shapes();
    let found = shapes.into_iter().find(|s| matches!(s.kind, ShapeKind::Expression(_)));
    found.unwrap().name.clone()
}

fn expression() -> (Window, String) {
    let document = Document::new(sample::load("southridge").unwrap(), None);
    let window = harness(Studio::new(document), Theme::Dark, [1400.0, 900.0]);
    let mut window = window;
    window.state_mut().document.show("OrderManager");
    window.run_steps(2);
    let name = some_expression(&window);
    (open(&name), name)
}

#[test]
fn undo_in_an_expression_goes_on_to_what_was_before_it() {
    let (mut window, shape) = expression();
    let Selection::Node(id) = window.state().document.selection.clone() else {
        panic!("{shape} is selected")
    };
    let module = window.state().document.module.clone();
    let before = window.state().document.app.clone();
    window.state_mut().edit(Edit::SetComments { module, shape: id, comments: "First".into() }, None);
    window.run_steps(2);
    let text_before = text(&window, &shape);
    write(&mut window, "x");
    assert_eq!(text(&window, &shape), "x");
    for _ in 0..2 {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        window.run_steps(3);
        assert_eq!(text(&window, &shape), text_before);
    }
    assert!(window.state().document.app == before, "the keyboard is still in the text");
}

#[test]
fn typing_offers_names_and_enter_takes_one() {
    let (mut window, shape) = expression();
    write(&mut window, "stag");
    assert!(window.query_by_role_and_label(Role::ListBoxOption, "stage").is_some(), "the list is open");
    press(&mut window, Key::Enter);
    assert_eq!(text(&window, &shape), "stage");
    for letter in [" ", "=", " "] {
        window.get_by_role_and_label(Role::MultilineTextInput, "Statements").type_text(letter);
    }
    window.run_steps(2);
    assert!(window.query_by_role(Role::ListBoxOption).is_none(), "nothing is offered behind a blank");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Space);
    window.run_steps(3);
    assert!(window.query_all_by_role(Role::ListBoxOption).count() > 3, "Ctrl+Space offers everything");
    press(&mut window, Key::Escape);
    assert!(window.query_by_role(Role::ListBoxOption).is_none());
    assert!(
        window.get_by_role_and_label(Role::MultilineTextInput, "Statements").accesskit_node().is_focused()
    );
}

#[test]
fn enter_ends_the_line_when_it_comes_with_what_closed_the_list() {
    let (mut window, shape) = expression();
    write(&mut window, "stop");
    assert!(window.query_all_by_role(Role::ListBoxOption).count() > 0, "the list is open");
    let key = |pressed| egui::Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    // All in one frame, as on a busy machine.
    let typed = |text: &str| egui::Event::Text(text.to_owned());
    let keys = [typed("= 1;"), key(true), key(false), typed("stage")];
    window.input_mut().events.extend(keys);
    window.run_steps(6);
    assert_eq!(text(&window, &shape), "stop= 1;\nstage");
}

#[test]
fn members_are_offered_behind_a_dot_and_taken_with_the_pointer() {
    let (mut window, shape) = expression();
    write(&mut window, "stage.ToS");
    window.get_by_role_and_label(Role::ListBoxOption, "ToString").click();
    window.run_steps(3);
    assert_eq!(text(&window, &shape), "stage.ToString(");
    window.get_by_role_and_label(Role::MultilineTextInput, "Statements").type_text(");");
    window.run_steps(3);
    assert_eq!(text(&window, &shape), "stage.ToString();", "the text keeps the keyboard");
}

#[test]
fn typing_never_triggers_the_canvas() {
    let (mut window, shape) = expression();
    let before = window.state().document.orchestration().unwrap().shapes().len();
    let zoom = window.state().tabs.canvas().zoom(window.state().tabs.key());
    write(&mut window, "a + b - c");
    for key in
        [Key::Delete, Key::Insert, Key::Home, Key::End, Key::ArrowUp, Key::ArrowDown, Key::Space, Key::Minus]
    {
        press(&mut window, key);
    }
    assert_eq!(window.state().document.orchestration().unwrap().shapes().len(), before);
    assert_eq!(window.state().tabs.canvas().zoom(window.state().tabs.key()), zoom);
    let Selection::Node(id) = &window.state().document.selection else { panic!("the shape stays selected") };
    assert_eq!(window.state().document.owner(id).unwrap().name, shape);
}

#[test]
fn f12_goes_to_the_declaration_and_shift_f12_lists_the_uses() {
    let (mut window, shape) = expression();
    write(&mut window, "stage");
    press(&mut window, Key::Escape);
    window.key_press_modifiers(Modifiers::SHIFT, Key::F12);
    window.run_steps(3);
    assert!(window.query_by_label("Close the uses").is_some(), "{}", window.state().said());
    let name = window.state().document.orchestration().unwrap().name.clone();
    let here = format!("{shape} · {name}: stage");
    let listed: Vec<_> = window
        .query_all_by_label_contains(": ")
        .map(|n| format!("{:?}", n.accesskit_node().label()))
        .collect();
    assert!(window.query_by_label(&here).is_some(), "{here} is not in {listed:#?}");
    window.get_by_label("Close the uses").click();
    window.run_steps(2);
    window.get_by_role_and_label(Role::MultilineTextInput, "Statements").focus();
    window.run_steps(2);
    press(&mut window, Key::F12);
    let wanted = local("stage");
    assert_eq!(window.state().document.selection, wanted);
}

#[test]
fn f2_renames_everywhere_as_one_step() {
    let (mut window, _) = expression();
    let before = window.state().document.app.clone();
    let wanted = local("stage");
    window.state_mut().document.select(wanted);
    window.run_steps(2);
    press(&mut window, Key::F2);
    assert!(window.query_by_label("Rename variable stage").is_some());
    window.get_by_label("New name").type_text("step");
    window.run_steps(3);
    press(&mut window, Key::Enter);
    assert_eq!(window.state().document.selection, local("step"), "{}", window.state().said());
    let orchestration = window.state().document.orchestration().unwrap();
    let texts: Vec<_> = orchestration
        .shapes()
        .into_iter()
        .filter_map(|s| match &s.kind {
            ShapeKind::Expression(code) => Some(code.text.clone()),
            ShapeKind::Loop(body) => Some(body.condition.clone()),
            _ => None,
        })
        .collect();
    assert!(texts.iter().any(|t| t.contains("step")), "{texts:?}");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(3);
    assert_eq!(window.state().document.app, before, "one step to undo");
}

#[test]
fn the_uses_in_sight_follow_a_new_name() {
    let (mut window, _) = expression();
    window.state_mut().document.select(local("stage"));
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::SHIFT, Key::F12);
    window.run_steps(3);
    let uses = |window: &Window| {
        let count = window.get_by_label_contains("variable · ").accesskit_node().value().unwrap();
        count.rsplit("· ").next().unwrap().to_owned()
    };
    let before = uses(&window);
    press(&mut window, Key::F2);
    window.get_by_label("New name").type_text("step");
    window.run_steps(3);
    press(&mut window, Key::Enter);
    for _ in 0..200 {
        window.run_steps(1);
        std::thread::sleep(std::time::Duration::from_millis(10));
        if window.state().document.is_checked() {
            break;
        }
    }
    window.run_steps(2);
    assert_eq!(uses(&window), before, "as often as before, and not none");
    let here = window.state().document.orchestration().unwrap().name.clone();
    assert!(window.query_all_by_label_contains(&format!("{here}: step")).next().is_some());
}

#[test]
fn a_taken_name_is_refused_in_the_dialog() {
    let (mut window, _) = expression();
    let wanted = local("stage");
    window.state_mut().document.select(wanted);
    press(&mut window, Key::F2);
    window.get_by_label("New name").type_text("message");
    window.run_steps(3);
    assert!(window.query_by_label_contains("is a word of XLANG/s").is_some());
    press(&mut window, Key::Enter);
    assert!(window.query_by_label("Rename variable stage").is_some(), "the dialog stays");
    press(&mut window, Key::Escape);
    assert!(window.query_by_label("Rename variable stage").is_none());
}

#[test]
fn a_text_opens_in_a_tab_and_is_the_same_text() {
    let (mut window, shape) = expression();
    write(&mut window, "stage = 1;");
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Enter);
    window.run_steps(4);
    let large = window.get_by_role_and_label(Role::MultilineTextInput, &shape);
    assert!(large.accesskit_node().is_focused());
    large.type_text("stage = 2; ");
    window.run_steps(3);
    assert_eq!(text(&window, &shape), "stage = 2; stage = 1;");
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Enter);
    window.run_steps(4);
    assert!(window.state().tabs.on_canvas());
}

/// Pictures of what this file tries out, for a look: `ORCHESTRION_PICTURES=folder`.
#[test]
fn language_gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    for (theme, mode) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let keep = |window: &mut Window, name: &str| {
            let picture = window.render().unwrap();
            picture.save(std::path::Path::new(&folder).join(format!("{name}-{mode}.png"))).unwrap();
        };
        let mut document = Document::new(sample::load("southridge").unwrap(), None);
        document.show("OrderManager");
        let found = document.orchestration().unwrap().shapes();
        let found =
            found.into_iter().find(|s| matches!(s.kind, ShapeKind::Expression(_))).unwrap().id.clone();
        document.select(Selection::Node(found));
        let mut window = harness(Studio::new(document), theme, [1400.0, 900.0]);
        window.run_steps(3);
        write(&mut window, "orderStatus = stag");
        keep(&mut window, "completion");
        press(&mut window, Key::Escape);
        write(&mut window, "orderStatus = orderStatus.Substring(1, stagee) + error.Nix;");
        window.run_steps(8);
        let field = window.get_by_role_and_label(Role::MultilineTextInput, "Statements").rect();
        window.hover_at(field.left_top() + egui::vec2(20.0, 10.0));
        window.run_steps(6);
        keep(&mut window, "findings");
        write(&mut window, "error = orderStatus.Substring(1, ");
        keep(&mut window, "signature");
        press(&mut window, Key::Escape);
        let wanted = local("stage");
        window.state_mut().document.select(wanted);
        window.run_steps(2);
        window.key_press_modifiers(Modifiers::SHIFT, Key::F12);
        window.run_steps(4);
        keep(&mut window, "uses");
        press(&mut window, Key::F2);
        window.run_steps(3);
        keep(&mut window, "rename");
        press(&mut window, Key::Escape);
        let sets = window.state().document.orchestration().unwrap().correlation_sets.clone();
        for (i, set) in sets.iter().take(2).enumerate() {
            let wanted = Selection::Declared {
                scope: None,
                kind: DeclarationKind::CorrelationSet,
                name: set.name.clone(),
            };
            window.state_mut().document.select(wanted);
            window.run_steps(3);
            let ctx = window.ctx.clone();
            window.state_mut().run_command(&ctx, orchestrion::studio::command::Command::Fit);
            window.run_steps(4);
            keep(&mut window, &format!("correlation{i}"));
        }
        let mut small =
            harness(Studio::new(Document::new(sample::load("hello").unwrap(), None)), theme, [940.0, 600.0]);
        small.run_steps(3);
        small.get_by_role_and_label(Role::TreeItem, "Send reply").click();
        small.run_steps(3);
        let from = small.get_by_label("Connect Send reply to the right").rect().center();
        let card = small.get_by_role_and_label(Role::TreeItem, "Port ReplyPort").rect();
        let to = card.center_bottom() + egui::vec2(0.0, 90.0);
        small.hover_at(from);
        small.run_steps(2);
        small.drag_at(from);
        small.run_steps(2);
        small.hover_at(to);
        small.run_steps(3);
        keep(&mut small, "port-drag");
        small.drop_at(to);
        small.run_steps(4);
        keep(&mut small, "port-form");
    }
}

#[test]
fn the_help_of_a_call_stands_above_what_one_writes() {
    for (text, call, forms) in [
        ("orderStatus = orderStatus.Substring(1, ", "Substring(", 2),
        ("orderStatus = System.String.Format(\"{0}\", ", "Format(", 1),
    ] {
        let (mut window, _) = expression();
        write(&mut window, text);
        window.run_steps(4);
        let field = window.get_by_role_and_label(Role::MultilineTextInput, "Statements").rect();
        let told: Vec<egui::Rect> =
            window.query_all_by_label_contains(call).map(|node| node.rect()).collect();
        assert!(told.len() >= forms, "{told:?}");
        for form in told {
            assert!(form.bottom() <= field.top() || form.top() >= field.bottom(), "{form} over {field}");
        }
    }
}

#[test]
fn uses_follow_a_name_whatever_is_selected() {
    let (mut window, _) = expression();
    let shape = window.state().document.selection.clone();
    window.state_mut().document.select(local("stage"));
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::SHIFT, Key::F12);
    window.run_steps(4);
    window.state_mut().document.select(shape.clone());
    window.run_steps(2);
    let uses = |window: &Window| {
        let heading = window.query_all_by_label_contains("variable · ").next().unwrap();
        let count = heading.accesskit_node().value().unwrap();
        let named = |name: &str| window.query_all_by_label_contains(&format!(": variable {name}")).count();
        (named("stage"), named("phase"), count)
    };
    let (named, none, count) = uses(&window);
    assert_eq!((named, none), (1, 0));
    assert!(!count.contains(" 0 uses"), "{count}");
    window.get_all_by_label("Rename…").next().unwrap().click();
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    window.event(egui::Event::Text("phase".into()));
    window.run_steps(2);
    press(&mut window, Key::Enter);
    window.run_steps(8);
    assert_eq!(uses(&window), (0, 1, count.clone()));
    window.state_mut().document.select(shape.clone());
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(8);
    assert_eq!(uses(&window), (1, 0, count.clone()));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window.run_steps(8);
    assert_eq!(uses(&window), (0, 1, count.clone()));
}

/// The variables of the orchestration that is open.
fn variables(window: &Window) -> Vec<String> {
    let orchestration = window.state().document.orchestration().unwrap();
    orchestration.variables.iter().map(|v| format!("{} {}", v.variable_type, v.name)).collect()
}

#[test]
fn f8_goes_from_problem_to_problem_and_one_key_mends_what_can_be() {
    let (mut window, shape) = expression();
    let fix = |window: &mut Window| {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Period);
        window.run_steps(3);
    };
    let clean = window.state().document.problems.len();
    let known = variables(&window);
    write(&mut window, "attempts = 1;");
    window.run_steps(6);
    assert!(window.state().document.problems.len() > clean);
    fix(&mut window);
    let declared = || [known.clone(), vec!["System.Int32 attempts".to_owned()]].concat();
    assert_eq!(variables(&window), declared(), "from within the text");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(3);
    assert_eq!(variables(&window), known);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window.run_steps(3);
    assert_eq!(variables(&window), declared());
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(3);
    window.state_mut().document.select(Selection::Orchestration);
    window.run_steps(2);
    fix(&mut window);
    assert!(window.state().said().contains("F8"), "{}", window.state().said());
    let mut seen = Vec::new();
    loop {
        press(&mut window, Key::F8);
        let here = window.state().document.selection.clone();
        if seen.contains(&here) {
            break;
        }
        let said = window.state().said().to_owned();
        assert!(said.starts_with(&format!("{} of ", seen.len() + 1)), "{said}");
        seen.push(here);
    }
    let wrong = window.state().document.orchestration().unwrap().shapes();
    let wrong = wrong.into_iter().find(|s| s.name == shape).unwrap().id.clone();
    assert_eq!(seen.first(), Some(&Selection::Node(wrong)), "the worst first");
    assert_eq!(window.state().document.selection, seen[0], "and around");
    fix(&mut window);
    assert_eq!(variables(&window), declared());
}

#[test]
fn of_several_ways_to_mend_one_is_chosen() {
    let mut document = Document::new(sample::load("southridge").unwrap(), None);
    document.show("OrderManager");
    let name = document.orchestration().unwrap().messages[0].name.clone();
    let (mut window, shape) = expression();
    let slip = format!("{name}x");
    write(&mut window, &format!("{slip} = 1;"));
    window.run_steps(6);
    let known = variables(&window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Period);
    window.run_steps(3);
    let first = format!("Correct the spelling There is no {slip} here");
    assert!(window.query_by_label(&first).is_some());
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Enter);
    assert_eq!(variables(&window).len(), known.len() + 1);
    assert_eq!(text(&window, &shape), format!("{slip} = 1;"));
}

#[test]
fn f2_among_the_uses_renames_what_they_are_uses_of() {
    let (mut window, _) = expression();
    window.state_mut().document.select(local("stage"));
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::SHIFT, Key::F12);
    window.run_steps(4);
    let target = window.state().document.selection.clone();
    let Selection::Declared { name, .. } = &target else { panic!() };
    let shape = window.state().document.orchestration().unwrap().body[0].id.clone();
    window.state_mut().document.select(Selection::Node(shape));
    window.run_steps(2);
    press(&mut window, Key::F2);
    let words = format!("Rename variable {name}");
    assert!(window.query_by_label(&words).is_some(), "not the shape");
}

#[test]
fn a_refused_name_is_typed_anew_and_uses_of_what_is_deleted_are_gone() {
    let (mut window, _) = expression();
    window.state_mut().document.select(local("stage"));
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::SHIFT, Key::F12);
    window.run_steps(4);
    assert!(window.query_by_label("USES OF").is_some());
    press(&mut window, Key::F2);
    window.get_by_label("New name").type_text("not a name");
    window.run_steps(3);
    press(&mut window, Key::Enter);
    assert!(window.get_by_label("New name").is_focused(), "{}", window.state().said());
    press(&mut window, Key::Escape);
    press(&mut window, Key::Escape);
    window.state_mut().document.select(local("stage"));
    let ctx = window.ctx.clone();
    window.state_mut().run_command(&ctx, orchestrion::studio::command::Command::Delete);
    window.run_steps(4);
    assert!(window.query_by_label("USES OF").is_none(), "{}", window.state().said());
}

#[test]
fn a_mend_of_what_has_just_changed_waits_for_what_is_found_then() {
    let (mut window, shape) = expression();
    write(&mut window, "attempts = 1;");
    window.run_steps(6);
    let known = variables(&window);
    let Selection::Node(id) = window.state().document.selection.clone() else {
        panic!("{shape} is selected")
    };
    let module = window.state().document.module.clone();
    let kind =
        ShapeKind::Expression(orchestrion::model::Code { text: "attempts = 1; attempts = 2;".to_owned() });
    window.state_mut().edit(Edit::SetKind { module, shape: id, kind }, None);
    let ctx = window.ctx.clone();
    window.state_mut().run_command(&ctx, orchestrion::studio::command::Command::Fix);
    assert_eq!(variables(&window), known, "{}", window.state().said());
    assert_eq!(text(&window, &shape), "attempts = 1; attempts = 2;");
    window.run_steps(6);
    window.state_mut().run_command(&ctx, orchestrion::studio::command::Command::Fix);
    assert_eq!(variables(&window).len(), known.len() + 1, "{}", window.state().said());
    assert_eq!(text(&window, &shape), "attempts = 1; attempts = 2;");
}
