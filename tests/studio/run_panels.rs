//! Every panel of a run: found in the search, worked by keys, and with the next step to take while it has nothing to show.

use super::harness;
use super::run::Bench;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable};
use orchestrion::model::Application;
use orchestrion::studio::Studio;
use orchestrion::studio::command::Command;
use orchestrion::studio::document::Document;
use orchestrion::studio::run::desk::Page;
use orchestrion::studio::run::pages::PAGES;

/// What a sentence says that tells what to do.
const STEPS: [&str; 10] =
    ["Play", "play", "Send", "send", "Choose", "choose", "Select", "Draw", "Start", "Fork"];

/// An application in which nothing can happen, in Run mode.
fn empty() -> Bench<'static> {
    let studio = Studio::new(Document::new(Application::default(), None)).running();
    let mut bench = Bench { window: harness(studio, Theme::Dark, [1400.0, 900.0]) };
    bench.window.run_steps(4);
    bench
}

fn command(page: Page) -> Command {
    match page {
        Page::Breakpoints => Command::Breakpoints,
        Page::Runs => Command::Runs,
        other => Command::Show(other),
    }
}

#[test]
fn every_panel_is_found_in_the_search() {
    let mut bench = empty();
    for (page, name) in PAGES {
        bench.window.state_mut().run.drawer.show(if page == Page::Send { Page::Runs } else { Page::Send });
        bench.window.run_steps(2);
        bench.window.key_press_modifiers(Modifiers::COMMAND, Key::K);
        bench.window.run_steps(2);
        bench.window.get_by_label_contains("Search").type_text(command(page).text());
        bench.window.run_steps(3);
        bench.window.key_press(Key::Enter);
        bench.window.run_steps(3);
        assert_eq!(bench.window.state().run.drawer.page, page, "{name}");
    }
}

#[test]
fn every_panel_has_a_key() {
    let mut bench = empty();
    for (page, name) in PAGES {
        bench.window.state_mut().run.drawer.show(if page == Page::Send { Page::Runs } else { Page::Send });
        bench.window.run_steps(2);
        let keys = command(page).shortcut().unwrap_or_else(|| panic!("{name} has no key"));
        bench.window.key_press_modifiers(keys.modifiers, keys.logical_key);
        bench.window.run_steps(3);
        assert_eq!(bench.window.state().run.drawer.page, page, "{name}");
    }
}

#[test]
fn every_panel_without_content_says_what_to_do() {
    let mut bench = empty();
    for (page, name) in PAGES {
        bench.window.state_mut().run.drawer.show(page);
        bench.until("the panel", |w| {
            let found = &w.state().run.state.found;
            found.page == page && !found.reading
        });
        bench.window.run_steps(3);
        let top = bench.window.get_by_role_and_label(Role::Tab, name).rect().bottom();
        let said: Vec<String> = bench
            .window
            .query_all_by_role(Role::Label)
            .filter(|node| node.rect().top() > top)
            .filter_map(|node| node.accesskit_node().label().or(node.accesskit_node().value()))
            .collect();
        let told =
            said.iter().any(|words| words.ends_with('.') && STEPS.iter().any(|step| words.contains(step)));
        assert!(told, "{name} says only {said:?}");
    }
}

#[test]
fn the_keyboard_goes_from_the_tabs_into_every_panel() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 900.0]);
    bench.step_to(4);
    for (page, name) in PAGES {
        bench.window.state_mut().run.drawer.show(page);
        bench.until("the panel", |w| {
            let found = &w.state().run.state.found;
            found.page == page && !found.reading
        });
        bench.window.run_steps(3);
        let last = PAGES.last().unwrap().1;
        bench.window.get_by_role_and_label(Role::Tab, last).focus();
        bench.window.run_steps(2);
        let bottom = bench.window.get_by_role_and_label(Role::Tab, name).rect().bottom();
        bench.window.key_press(Key::Tab);
        bench.window.run_steps(3);
        let focused = |node: &egui_kittest::Node<'_>| node.is_focused();
        let inside =
            bench.window.root().children_recursive().filter(focused).any(|n| n.rect().top() >= bottom - 2.0);
        assert!(inside, "{name}: Tab does not lead into it");
    }
}

#[test]
fn the_sides_of_an_empty_run_say_what_to_do() {
    let mut bench = empty();
    bench.window.get_by_label_contains("No instance yet. Send a message");
    bench.window.get_by_label_contains("Choose an instance at the left");
    bench.window.get_by_label_contains("Every instance gets a lane here");
    for (tab, words) in [("Messages", "Choose an instance at the left"), ("Why", "Pause, or click a line")] {
        bench.window.get_by_role_and_label(Role::Tab, tab).click();
        bench.window.run_steps(3);
        bench.window.get_by_label_contains(words);
    }
}

#[test]
fn the_lists_fold_to_their_names_and_unfold_with_what_is_asked_for() {
    let mut bench = Bench::held(Theme::Dark, [1000.0, 680.0]);
    let height = |bench: &Bench<'_>| bench.window.get_by_role_and_label(Role::Tab, "Journal").rect().top();
    assert!(bench.window.state().run.drawer.is_folded(), "in a small window the drawing has the room");
    bench.window.get_by_label("Unfold the lists").click();
    bench.window.run_steps(3);
    let before = height(&bench);
    bench.window.get_by_label("Fold the lists").click();
    bench.window.run_steps(3);
    assert!(height(&bench) > before + 80.0, "the drawing has the room");
    bench.window.get_by_role_and_label(Role::Tab, "Journal").click();
    bench.window.run_steps(3);
    assert_eq!(height(&bench), before, "its own name unfolds a list");
    for (how, command) in [("a list", Command::Show(Page::Calls)), ("a filter", Command::FilterList)] {
        bench.window.key_press_modifiers(Modifiers::COMMAND, Key::J);
        bench.window.run_steps(3);
        assert!(bench.window.state().run.drawer.is_folded(), "{how}");
        let keys = command.shortcut().unwrap();
        bench.window.key_press_modifiers(keys.modifiers, keys.logical_key);
        bench.window.run_steps(3);
        assert!(!bench.window.state().run.drawer.is_folded(), "{how}");
    }
}

#[test]
fn the_side_panels_give_way_and_come_back_when_something_there_is_asked_for() {
    let mut bench = Bench::held(Theme::Dark, [1000.0, 680.0]);
    let sides = |bench: &Bench<'_>| bench.window.query_by_role_and_label(Role::Tab, "Why").is_some();
    assert!(sides(&bench));
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::B);
    bench.window.run_steps(3);
    assert!(!sides(&bench));
    bench.window.key_press(Key::F7);
    bench.window.run_steps(3);
    assert!(sides(&bench), "Why is at the right");
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::B);
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    bench.window.run_steps(3);
    assert!(bench.window.query_by_label("Toolbox").is_none(), "the drawing keeps the width in Design");
    bench.window.key_press_modifiers(Modifiers::ALT, Key::Enter);
    bench.window.run_steps(3);
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    bench.window.run_steps(3);
    assert!(sides(&bench), "the properties are at the right");
}

/// However little room is left for the drawing, what moves on it finds a place or is not shown.
#[test]
fn no_window_is_too_small_for_a_run() {
    for size in [[900.0, 560.0], [640.0, 400.0], [420.0, 260.0]] {
        let mut bench = Bench::held(Theme::Dark, size);
        bench.until("a first event", |w| !w.state().run.state.journal.is_empty());
        bench.window.key_press_modifiers(Modifiers::COMMAND, Key::B);
        for (_, command) in PAGES.map(|(page, _)| (page, command(page))) {
            let keys = command.shortcut().unwrap();
            bench.window.key_press_modifiers(keys.modifiers, keys.logical_key);
            for _ in 0..6 {
                bench.window.key_press(Key::F10);
                std::thread::sleep(std::time::Duration::from_millis(10));
                bench.window.run_steps(2);
            }
        }
        let drawn = bench.window.state().run.state.journal.len();
        assert!(drawn > 100, "{size:?}: {drawn}");
    }
}
