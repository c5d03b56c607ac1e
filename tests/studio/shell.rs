//! The window around the drawing: search, settings, history, comparison, and work that is not lost.

use super::harness;
use super::window::{Window, click, command, open, press, show};
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::edit::Edit;
use orchestrion::studio::command::Command;
use orchestrion::studio::dialogs::{Answer, FolderDialogs, Purpose};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::tabs::Tab;
use orchestrion::studio::{Studio, sample};
use std::fs;
use std::path::{Path, PathBuf};

/// Opens the search and types into it.
fn search(window: &mut Window, words: &str) {
    press(window, Modifiers::COMMAND, Key::K);
    window.get_by_label("Search everything").type_text(words);
    window.run_steps(3);
}

fn names(window: &Window, role: Role) -> Vec<String> {
    window.query_all_by_role(role).filter_map(|node| node.accesskit_node().label()).collect()
}

fn selected(window: &Window) -> String {
    let document = &window.state().document;
    match &document.selection {
        Selection::Node(id) => document.owner(id).unwrap().name.clone(),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_search_finds_shapes_by_a_few_letters_and_texts_by_what_they_say() {
    let mut window = open("hello");
    search(&mut window, "#wrgreet");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(selected(&window), "Write the greeting");
    search(&mut window, "=Reply = Request");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(selected(&window), "Write the greeting");
    search(&mut window, ">new orchestr");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().document.module, "Orchestration1");
}

#[test]
fn the_search_opens_files_and_a_prefix_keeps_to_its_group() {
    let mut window = open("hello");
    search(&mut window, "/configuration");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Settings));
    search(&mut window, "@Send");
    assert!(
        window.query_by_role_and_label(Role::Button, "Send reply").is_none(),
        "a shape is no declaration"
    );
    press(&mut window, Modifiers::NONE, Key::Escape);
    search(&mut window, "nothing at all is called so");
    assert!(window.query_by_label("Nothing is called that").is_some());
}

#[test]
fn the_search_puts_first_what_is_called_so() {
    let mut window = open("southridge");
    let mut found = |words: &str| {
        search(&mut window, words);
        let chosen = Some(egui::accesskit::Toggled::True);
        let first = {
            let mut entries = window.query_all_by_role(Role::Button);
            let first = entries.rfind(|node| node.accesskit_node().toggled() == chosen);
            first.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
        };
        press(&mut window, Modifiers::NONE, Key::Escape);
        press(&mut window, Modifiers::NONE, Key::Escape);
        first
    };
    // A word of a name before letters that stand apart, in names or in what is written.
    assert_eq!(found("manager"), "OrderManagerOrch");
    assert_eq!(found("add catch block"), "Add branch", "what cannot be done now says why");
    // Files are found by their own names too.
    for (file, words) in [
        ("partners.ron", "Simulated partners"),
        ("bindings.ron", "Ports"),
        ("application.ron", "Configuration"),
        ("OrderManager.orchestration.ron", "OrderManagerOrch"),
    ] {
        assert_eq!(found(file), words, "{file}");
    }
}

#[test]
fn the_search_leads_to_a_scenario() {
    let mut window = open("southridge");
    search(&mut window, "a08-vendor-batch.scenario.ron");
    press(&mut window, Modifiers::NONE, Key::Enter);
    let studio = window.state();
    assert_eq!(studio.run.scenarios.chosen(&studio.document.app).unwrap(), "a08-vendor-batch");
}

#[test]
fn undo_says_where_it_was_and_leads_there() {
    let mut window = open("hello");
    let drawing = window.state().tabs.focused().cloned();
    click(&mut window, Role::TreeItem, "Send reply");
    press(&mut window, Modifiers::NONE, Key::Delete);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(window.state().said().starts_with("Undid: "), "{}", window.state().said());
    assert!(window.query_by_label("Show").is_none(), "one sees it");
    press(&mut window, Modifiers::COMMAND, Key::Y);
    command(&mut window, Command::Configuration);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(window.state().said().starts_with("Undid in SayHello: "), "{}", window.state().said());
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Settings), "one stays where one was");
    click(&mut window, Role::Link, "Show");
    assert_eq!(window.state().tabs.focused(), drawing.as_ref());
    assert_eq!(selected(&window), "Send reply");
    assert!(window.query_by_label("Show").is_none(), "one is there");
    command(&mut window, Command::Configuration);
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert!(window.state().said().starts_with("Redid in SayHello: "), "{}", window.state().said());
}

#[test]
fn undo_leads_to_a_change_in_another_orchestration() {
    let mut window = open("southridge");
    let other = |window: &Window| {
        let document = &window.state().document;
        let mut others = document.app.modules.iter().filter(|(key, _)| **key != document.module);
        let (key, module) = others.find(|(_, module)| module.orchestration.is_some()).unwrap();
        (key.clone(), module.orchestration.as_ref().unwrap().body[0].clone())
    };
    let (module, shape) = other(&window);
    let before = window.state().document.module.clone();
    let edit = Edit::RenameShape { module: module.clone(), shape: shape.id.clone(), name: "Renamed".into() };
    window.state_mut().edit(edit, None);
    window.run_steps(3);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().document.module, before);
    click(&mut window, Role::Link, "Show");
    assert_eq!(window.state().document.module, module);
    assert_eq!(selected(&window), shape.name);
}

#[test]
fn back_leaves_the_ports_and_comes_again_to_the_same_one() {
    let mut window = open("southridge");
    let (back, forward) = (Key::OpenBracket, Key::CloseBracket);
    command(&mut window, Command::ApplicationView);
    command(&mut window, Command::PortsEditor);
    window.run_steps(3);
    press(&mut window, Modifiers::COMMAND, back);
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Application));
    press(&mut window, Modifiers::COMMAND, forward);
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Ports), "the way forward is kept");
    let chosen = window.state().editors.ports.chosen.clone();
    press(&mut window, Modifiers::COMMAND, back);
    press(&mut window, Modifiers::COMMAND, back);
    // A port of the orchestration that is bound to another one is selected meanwhile.
    let port = window.state().document.orchestration().unwrap().ports.last().unwrap().name.clone();
    window.state_mut().document.select(Selection::Port(port));
    window.run_steps(2);
    press(&mut window, Modifiers::COMMAND, forward);
    press(&mut window, Modifiers::COMMAND, forward);
    assert_eq!(window.state().editors.ports.chosen, chosen);
}

#[test]
fn what_an_edit_has_made_is_no_place_of_its_own() {
    let mut window = open("hello");
    for _ in 0..3 {
        click(&mut window, Role::TreeItem, "Send reply");
        press(&mut window, Modifiers::COMMAND, Key::D);
    }
    assert!(window.state().document.orchestration().unwrap().body.len() > 3);
    assert_eq!(Command::Back.refusal(window.state()), Some("Nothing was looked at before"));
}

#[test]
fn one_goes_back_to_what_one_looked_at_and_forward_again() {
    let mut window = open("southridge");
    let first = window.state().tabs.focused().cloned();
    assert_eq!(Command::Back.refusal(window.state()), Some("Nothing was looked at before"));
    let (back, forward) = (Key::OpenBracket, Key::CloseBracket);
    // Selecting by hand is no new place; being led elsewhere is one, in the same drawing too.
    let names: Vec<String> = window
        .state()
        .document
        .orchestration()
        .unwrap()
        .body
        .iter()
        .map(|shape| shape.name.clone())
        .collect();
    for name in &names[..2] {
        click(&mut window, Role::TreeItem, name);
    }
    let last = names.last().unwrap();
    search(&mut window, &format!("#{last}"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(selected(&window), *last);
    search(&mut window, "/configuration");
    press(&mut window, Modifiers::NONE, Key::Enter);
    press(&mut window, Modifiers::COMMAND, back);
    assert_eq!(window.state().tabs.focused(), first.as_ref());
    assert_eq!(selected(&window), *last);
    press(&mut window, Modifiers::COMMAND, back);
    assert_eq!(selected(&window), names[1]);
    assert_eq!(Command::Back.refusal(window.state()), Some("Nothing was looked at before"));
    press(&mut window, Modifiers::COMMAND, forward);
    assert_eq!(selected(&window), *last);
    // What is gone by now is passed over.
    press(&mut window, Modifiers::COMMAND, back);
    press(&mut window, Modifiers::COMMAND, forward);
    press(&mut window, Modifiers::NONE, Key::Delete);
    press(&mut window, Modifiers::COMMAND, forward);
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Settings));
    press(&mut window, Modifiers::COMMAND, back);
    assert_eq!(window.state().tabs.focused(), first.as_ref());
    // The buttons at the side of a mouse do the same.
    let at = egui::pos2(400.0, 400.0);
    let button = egui::PointerButton::Extra2;
    for pressed in [true, false] {
        let modifiers = Modifiers::NONE;
        window.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
        window.run_steps(2);
    }
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Settings));
}

/// Changes that were never saved; every dialog answers with `folder`.
fn never_saved(folder: &Path) -> Window {
    let document = Document::new(sample::load("hello").unwrap(), None);
    let dialogs = Chooses(folder.to_owned());
    let mut window = harness(Studio::new(document).with_dialogs(dialogs), Theme::Dark, [1280.0, 800.0]);
    window.run_steps(3);
    command(&mut window, Command::NewVariable);
    window
}

#[test]
fn a_folder_is_opened_after_the_first_save_of_what_was_open() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = never_saved(folder.path());
    command(&mut window, Command::Open);
    click(&mut window, Role::Button, "Save");
    window.run_steps(6);
    assert_eq!(window.state().said(), format!("Opened {}", folder.path().display()));
}

#[test]
fn back_passes_over_what_is_gone_and_where_one_is() {
    let mut window = open("southridge");
    let first = window.state().document.module.clone();
    let other = window.state().document.app.modules.keys().find(|key| **key != first).unwrap().clone();
    let name = window.state().document.app.modules[&other].orchestration.as_ref().unwrap().name.clone();
    search(&mut window, &format!("/{name}"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().document.module, other);
    command(&mut window, Command::DeleteOrchestration);
    window.run_steps(3);
    assert_eq!(window.state().document.module, first);
    assert_eq!(Command::Back.refusal(window.state()), Some("Nothing was looked at before"));
    // With nothing open one comes back to what was seen last.
    let last = window.state().tabs.focused().cloned();
    press(&mut window, Modifiers::COMMAND, Key::W);
    assert!(window.state().tabs.is_empty());
    press(&mut window, Modifiers::COMMAND, Key::OpenBracket);
    assert_eq!(window.state().tabs.focused(), last.as_ref());
}

#[test]
fn what_waited_for_a_first_save_goes_on_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = never_saved(folder.path());
    command(&mut window, Command::New);
    click(&mut window, Role::Button, "Save");
    window.run_steps(4);
    assert!(folder.path().join("application.ron").exists(), "{}", window.state().said());
    let document = &window.state().document;
    assert!(document.folder.is_none() && document.app.schemas.is_empty(), "the new one is open");
}

#[test]
fn keys_are_changed_in_the_settings_and_work_at_once() {
    let mut window = open("hello");
    press(&mut window, Modifiers::COMMAND, Key::Comma);
    assert_eq!(window.state().tabs.focused(), Some(&Tab::Preferences));
    window.get_by_label("Filter commands").click();
    window.run_steps(2);
    window.get_by_label("Filter commands").type_text("new orchestration");
    window.run_steps(3);
    click(&mut window, Role::Button, "Keys of New orchestration: No keys");
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(!window.state().document.unsaved(), "keys that are recorded do nothing else");
    assert!(window.query_by_label_contains("Undo has the same keys").is_some(), "the clash is said");
    click(&mut window, Role::Button, "Keys of New orchestration: Ctrl+Z");
    press(&mut window, Modifiers::COMMAND | Modifiers::ALT, Key::J);
    assert!(window.query_by_label_contains("has the same keys").is_none());
    press(&mut window, Modifiers::COMMAND | Modifiers::ALT, Key::J);
    assert_eq!(window.state().document.module, "Orchestration1");
}

#[test]
fn high_contrast_and_size_change_the_whole_window() {
    let mut window = open("hello");
    command(&mut window, Command::HighContrast);
    let visuals = window.ctx.global_style().visuals.clone();
    assert_eq!(visuals.panel_fill, egui::Color32::BLACK);
    command(&mut window, Command::HighContrast);
    assert_ne!(window.ctx.global_style().visuals.panel_fill, egui::Color32::BLACK);
    command(&mut window, Command::Larger);
    assert!((window.ctx.zoom_factor() - 1.1).abs() < 0.01);
}

#[test]
fn a_click_in_the_undo_history_goes_to_that_moment() {
    let mut window = open("hello");
    let opened = window.state().document.app.clone();
    for _ in 0..3 {
        command(&mut window, Command::NewVariable);
    }
    let last = window.state().document.app.clone();
    command(&mut window, Command::UndoHistory);
    click(&mut window, Role::ListItem, "As opened");
    assert_eq!(window.state().document.app, opened);
    assert!(!window.state().document.unsaved());
    let labels: Vec<String> =
        names(&window, Role::ListItem).into_iter().filter(|n| n.starts_with("Add variable")).collect();
    assert_eq!(labels.len(), 3, "{labels:?}");
    click(&mut window, Role::ListItem, &labels[2]);
    assert_eq!(window.state().document.app, last);
}

#[test]
fn what_changed_since_it_was_saved_is_shown_side_by_side() {
    let mut window = open("hello");
    click(&mut window, Role::TreeItem, "Send reply");
    press(&mut window, Modifiers::NONE, Key::Delete);
    command(&mut window, Command::CompareSaved);
    assert_eq!(names(&window, Role::Canvas).len(), 2, "both versions are drawn");
    assert!(window.query_by_label("1 difference to the saved version").is_some());
    click(&mut window, Role::ListItem, "Send \"Send reply\" removed");
    // Nothing can be changed in a comparison.
    press(&mut window, Modifiers::NONE, Key::Delete);
    assert_eq!(window.state().document.orchestration().unwrap().body.len(), 2);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(window.query_by_label("No differences to the saved version").is_some());
}

#[test]
fn an_open_comparison_goes_where_the_changes_are() {
    let mut window = open("southridge");
    let drop_last = |window: &mut Window, module: &str| {
        window.state_mut().document.show(module);
        let body = &window.state().document.orchestration().unwrap().body;
        let elements = vec![body.last().unwrap().id.clone()];
        let edit = Edit::DeleteElements { module: module.to_owned(), elements };
        assert!(window.state_mut().edit(edit, None));
        window.run_steps(3);
        command(window, Command::CompareSaved);
    };
    // What is drawn: the name in the drawing, and whether its first shape is there.
    let drawn = |window: &Window| names(window, Role::Canvas);
    let twice = |name: &str| vec![format!("Canvas of {name}"); 2];
    let heads = |window: &Window, name: &str| {
        names(window, Role::TreeItem).iter().filter(|n| n.as_str() == name).count()
    };
    let first = window.state().document.app.modules["OrderBroker"].orchestration.as_ref().unwrap().body[0]
        .name
        .clone();
    drop_last(&mut window, "OrderBroker");
    assert_eq!((drawn(&window), heads(&window, &first)), (twice("OrderBrokerOrch"), 2));
    command(&mut window, Command::Undo);
    drop_last(&mut window, "CableOrder2");
    assert_eq!((drawn(&window), heads(&window, &first)), (twice("CableOrder2Orch"), 0));
    drop_last(&mut window, "OrderBroker");
    assert_eq!(drawn(&window), twice("CableOrder2Orch"), "it stays where there still is a difference");
    let rows = window.query_all_by_role(Role::ListItem);
    let removed =
        rows.filter(|row| row.accesskit_node().label().is_some_and(|name| name.ends_with(" removed")));
    // In the order of the modules.
    removed.max_by(|one, two| one.rect().top().total_cmp(&two.rect().top())).unwrap().click_accesskit();
    window.run_steps(4);
    assert_eq!(drawn(&window), twice("OrderBrokerOrch"), "and goes where one clicks");
}

/// Chooses the same path for everything.
#[derive(Debug)]
pub struct Chooses(pub PathBuf);

impl FolderDialogs for Chooses {
    fn ask(&mut self, _: Purpose, _: Option<&Path>, wake: Box<dyn Fn() + Send>) {
        wake();
    }

    fn answer(&mut self) -> Answer {
        Answer::Chosen(self.0.clone())
    }
}

#[test]
fn the_drawing_is_exported_with_what_is_closed_closed() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("drawing");
    let studio =
        Studio::new(Document::new(sample::load("hello").unwrap(), None)).with_dialogs(Chooses(path.clone()));
    let mut window = harness(studio, Theme::Light, [1400.0, 900.0]);
    window.run_steps(3);
    let text = |window: &mut Window| {
        command(window, Command::ExportSvg);
        fs::read_to_string(path.with_extension("svg")).unwrap()
    };
    assert!(text(&mut window).contains(">Write the greeting</text>"));
    command(&mut window, Command::CollapseAll);
    assert!(!text(&mut window).contains(">Write the greeting</text>"));
    command(&mut window, Command::ExportPng);
    assert!(fs::read(path.with_extension("png")).unwrap().starts_with(b"\x89PNG"));
}

/// The sample saved in a folder.
fn saved(folder: &Path) -> Document {
    let mut document = Document::new(sample::load("hello").unwrap(), None);
    document.save(folder).unwrap();
    Document::open(folder).unwrap().0
}

fn change_outside(folder: &Path) {
    let file = folder.join("SayHello.orchestration.ron");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"Send reply\"", "\"Answer them\"")).unwrap();
}

#[test]
fn reload_is_drawn_and_undo_brings_back_what_was_not_saved() {
    let temp = tempfile::tempdir().unwrap();
    let mut window = show(saved(temp.path()));
    let names = |window: &Window| -> Vec<String> {
        let orchestration = window.state().document.orchestration().unwrap();
        orchestration.body.iter().map(|shape| shape.name.clone()).collect()
    };
    click(&mut window, Role::TreeItem, "Receive request");
    press(&mut window, Modifiers::COMMAND, Key::D);
    let mine = names(&window);
    assert_eq!(mine.len(), 4);
    change_outside(temp.path());
    window.run_steps(12);
    assert!(window.query_by_label_contains("You have changes of your own").is_some());
    click(&mut window, Role::Button, "Reload");
    assert_eq!(names(&window), ["Receive request", "Construct reply", "Answer them"]);
    assert!(!window.state().document.unsaved());
    let drawn = |window: &Window| {
        let shapes = window.query_all_by_role(Role::TreeItem);
        shapes.filter_map(|node| node.accesskit_node().label()).collect::<Vec<_>>()
    };
    assert!(drawn(&window).iter().any(|name| name == "Answer them"), "the drawing is of what was read");
    assert!(window.state().tabs.canvas().layout().nodes.iter().any(|node| node.title == "Answer them"));
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(names(&window), mine);
    assert!(window.state().document.unsaved());
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert!(!window.state().document.unsaved());
}

#[test]
fn files_changed_by_another_program_are_reloaded_or_not_as_one_says() {
    for (answer, renamed) in [("Reload", true), ("Keep mine", false)] {
        let temp = tempfile::tempdir().unwrap();
        let mut window = show(saved(temp.path()));
        change_outside(temp.path());
        window.run_steps(12);
        assert!(window.query_by_label_contains("Another program changed the files").is_some());
        click(&mut window, Role::Button, answer);
        assert!(window.query_by_label_contains("Another program changed the files").is_none());
        let shapes = window.state().document.orchestration().unwrap().shapes();
        assert_eq!(shapes.iter().any(|s| s.name == "Answer them"), renamed, "{answer}");
        assert_eq!(window.state().document.unsaved(), !renamed, "{answer}");
        press(&mut window, Modifiers::COMMAND, Key::S);
        window.run_steps(12);
        assert!(
            window.query_by_label_contains("Another program changed the files").is_none(),
            "its own save"
        );
        let (again, _) = Document::open(temp.path()).unwrap();
        assert_eq!(again.app, window.state().document.app);
    }
}

#[test]
fn unsaved_work_of_a_crash_is_offered_and_can_be_compared() {
    let (temp, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // A copy as a studio leaves it that ends at once: its lock is free.
    let mut crashed = saved(temp.path());
    let module = crashed.module.clone();
    let shape = crashed.orchestration().unwrap().body[0].id.clone();
    let edit = orchestrion::model::edit::Edit::RenameShape { module, shape, name: "Half done".to_owned() };
    crashed.edit(edit, None).unwrap();
    let mut keeper = orchestrion::studio::recovery::Keeper::new(copies.path()).unwrap();
    keeper.keep(&crashed, 0.0);
    keeper.settle();
    let copy = fs::read_dir(copies.path()).unwrap().map(|f| f.unwrap().path());
    let copy = copy.into_iter().find(|p| p.extension().is_some_and(|e| e == "ron")).unwrap();
    fs::copy(&copy, copies.path().join("1.ron")).unwrap();
    drop(keeper);

    let mut window = open("hello");
    window.state_mut().recover_from(copies.path());
    window.run_steps(3);
    click(&mut window, Role::Button, "Recover");
    assert_eq!(window.state().document.app, crashed.app);
    assert!(window.state().document.unsaved());
    let copy = copies.path().join("1.ron");
    assert!(copy.exists(), "it stays until its work is saved");
    let recovered = window.state().document.app.clone();
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(!window.state().document.unsaved(), "undo leads back to what is saved");
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert_eq!(window.state().document.app, recovered);
    // A copy takes the place of what is open only once one has answered what becomes of that.
    command(&mut window, Command::Recover);
    assert!(window.query_by_label_contains("Half done\" changed").is_some(), "says what was changed");
    click(&mut window, Role::Button, "Recover");
    assert!(window.query_by_label_contains("Save the changes to").is_some());
    click(&mut window, Role::Button, "Stay");
    assert_eq!(window.state().document.app, recovered);
    assert!(copy.exists());
    command(&mut window, Command::CompareSaved);
    assert!(window.query_by_label("1 difference to the saved version").is_some());
}

#[test]
fn problems_can_be_listed_by_severity() {
    let mut app = sample::load("hello").unwrap();
    app.modules.get_mut("SayHello").unwrap().orchestration.as_mut().unwrap().ports[0].port_type =
        "Gone".to_owned();
    let mut window = show(Document::new(app, None));
    let error = window.state().document.problems[0].clone();
    assert_eq!(error.severity, orchestrion::diagnostic::Severity::Error);
    let said = error.message.replace('`', "");
    let listed = |window: &Window| names(window, Role::ListItem).iter().any(|name| name.contains(&said));
    assert!(listed(&window));
    let errors = names(&window, Role::CheckBox).into_iter().find(|n| n.contains("error")).unwrap();
    click(&mut window, Role::CheckBox, &errors);
    assert!(!listed(&window), "errors are hidden");
    click(&mut window, Role::CheckBox, &errors);
    assert!(listed(&window));
}

#[test]
fn tab_walks_through_the_window_and_comes_back() {
    let mut window = open("hello");
    let mut order = Vec::new();
    for _ in 0..220 {
        window.key_press(Key::Tab);
        window.run_steps(5);
        let Some(focus) = window.ctx.memory(|m| m.focused()) else { continue };
        if order.contains(&focus) {
            break;
        }
        order.push(focus);
    }
    assert!(order.len() > 40, "{} places take the keyboard", order.len());
    let unnamed: Vec<_> = window
        .query_all_by_role(Role::Button)
        .chain(window.query_all_by_role(Role::TreeItem))
        .chain(window.query_all_by_role(Role::Tab))
        .filter(|node| node.accesskit_node().label().is_none_or(|label| label.trim().is_empty()))
        .map(|node| node.rect())
        .collect();
    assert!(unnamed.is_empty(), "controls without a name at {unnamed:?}");
}

#[test]
fn applications_opened_before_are_at_hand() {
    let temp = tempfile::tempdir().unwrap();
    let mut window = open("hello");
    let folder = temp.path().join("orders");
    drop(saved(&folder));
    let studio = window.state_mut();
    studio.preferences.remember(&folder, "Orders", None);
    command(&mut window, Command::CloseTab);
    window.get_by_label_contains("Orders ").click();
    window.run_steps(3);
    assert!(window.state().document.folder.is_some());
}
