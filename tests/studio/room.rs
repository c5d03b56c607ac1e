//! Nothing moves away under the hand, and nothing one has to read is cut.

use super::harness;
use super::lists::searched;
use super::run::{Bench, watch_manager};
use super::window::{Window, click, command, open, press};
use egui::accesskit::Role;
use egui::{FontId, Key, Modifiers, Rect, TextStyle, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use orchestrion::model::edit::DeclarationKind;
use orchestrion::studio::command::Command;
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::run::desk::Page;
use orchestrion::studio::run::pages::PAGES;
use orchestrion::studio::{Mode, Studio, sample};

/// A window of a small laptop.
const LAPTOP: [f32; 2] = [1366.0, 820.0];

fn laptop(name: &str) -> Bench<'static> {
    let mut studio = Studio::new(Document::new(sample::load(name).unwrap(), None)).running();
    studio.run.hold();
    let mut bench = Bench { window: harness(studio, Theme::Dark, LAPTOP) };
    bench.until("a first event", |w| !w.state().run.state.journal.is_empty());
    bench
}

/// True when all of a label is seen that is set in the small style.
fn whole(window: &Harness<'_, Studio>, words: &str) -> bool {
    let node = window.get_by_label_contains(words);
    let said = node.accesskit_node().label().or(node.accesskit_node().value()).unwrap();
    let size = window.ctx.global_style().text_styles[&TextStyle::Small].size;
    let line = window.ctx.fonts_mut(|fonts| {
        fonts.layout_no_wrap(said, FontId::proportional(size), egui::Color32::WHITE).size()
    });
    let lines = (node.rect().height() / line.y).round();
    assert!(window.ctx.content_rect().contains_rect(node.rect()));
    node.rect().width() * lines + 1.0 >= line.x
}

fn picture(bench: &mut Bench<'_>, name: &str) {
    if let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") {
        bench.window.render().unwrap().save(std::path::Path::new(&folder).join(name)).unwrap();
    }
}

#[test]
fn the_names_of_the_lists_stay_where_they_are() {
    let mut bench = laptop("southridge");
    let mut tops = Vec::new();
    for (page, _) in PAGES {
        bench.window.state_mut().run.drawer.show(page);
        bench.window.run_steps(3);
        tops.push(bench.window.get_by_role_and_label(Role::Tab, "Journal").rect().top());
    }
    assert!(tops.iter().all(|top| *top == tops[0]), "{tops:?}");
}

#[test]
fn an_instance_that_is_chosen_in_sight_does_not_move() {
    let mut bench = laptop("southridge");
    watch_manager(&mut bench);
    let rows = |bench: &Bench<'_>| -> Vec<(String, Rect)> {
        let below = bench.window.get_by_label("SIMULATED PARTNERS").rect().top();
        let rows = bench.window.query_all_by_role(Role::ListItem).filter(|node| {
            let label = node.accesskit_node().label().unwrap_or_default();
            label.contains(" #") && node.rect().bottom() < below
        });
        rows.map(|node| (node.accesskit_node().label().unwrap(), node.rect())).collect()
    };
    for _ in 0..3 {
        let before = rows(&bench);
        let (name, _) = before.last().unwrap().clone();
        bench.window.get_by_label(&name).click();
        bench.window.run_steps(4);
        assert_eq!(rows(&bench), before);
        let (name, _) = before.first().unwrap().clone();
        bench.window.get_by_label(&name).click();
        bench.window.run_steps(4);
        assert_eq!(rows(&bench), before);
    }
}

#[test]
fn an_instance_that_is_chosen_elsewhere_comes_into_sight() {
    let mut bench = laptop("southridge");
    watch_manager(&mut bench);
    let all: Vec<_> = bench.window.state().run.state.instances.iter().map(|s| s.id).collect();
    for id in [all[all.len() - 1], all[0]] {
        bench.window.state_mut().run.select(Some(id));
        bench.window.run_steps(4);
        let below = bench.window.get_by_label("SIMULATED PARTNERS").rect().top();
        let own = format!(" {id} ");
        let seen = bench.window.query_all_by_role(Role::ListItem).any(|node| {
            let label = node.accesskit_node().label().unwrap_or_default();
            label.contains(&own) && node.rect().bottom() <= below
        });
        assert!(seen, "{id} of {all:?}");
    }
}

#[test]
fn how_far_a_search_went_is_read_and_its_findings_have_room() {
    let mut bench = laptop("southridge");
    let verdict = searched(&mut bench);
    assert!(whole(&bench.window, &verdict.text()));
    let findings = bench
        .window
        .query_all_by_role(Role::Row)
        .filter(|node| node.accesskit_node().label().is_some_and(|label| label.contains(" step")));
    assert!(findings.count() >= verdict.findings.len().min(3));
    picture(&mut bench, "orders-laptop.png");
    bench.click("Put the result away");
    assert!(bench.window.query_by_role_and_label(Role::ColumnHeader, "Not reached").is_some());
}

#[test]
fn what_was_reached_is_read_in_a_small_window_too() {
    let mut bench = Bench::held(Theme::Dark, [1000.0, 680.0]);
    bench.until("a first event", |w| !w.state().run.state.journal.is_empty());
    bench.window.state_mut().run.drawer.show(Page::Scenarios);
    bench.until("coverage", |w| w.state().run.state.found.coverage.is_some());
    bench.window.run_steps(3);
    assert!(whole(&bench.window, " subscriptions"));
    picture(&mut bench, "coverage-small.png");
}

#[test]
fn a_small_window_tells_how_many_problems_there_are_while_it_runs() {
    let mut bench = Bench::held(Theme::Dark, [1000.0, 680.0]);
    let words = |bench: &Bench<'_>| bench.window.query_by_role_and_label(Role::Button, "1 note").is_some();
    assert!(words(&bench));
    bench.window.state_mut().mode = Mode::Design;
    bench.window.run_steps(3);
    assert!(words(&bench));
}

#[test]
fn what_was_sent_in_one_application_is_not_said_in_the_next() {
    let mut bench = laptop("hello");
    bench.click("Send message");
    bench.click("Send");
    bench.until("an answer", |w| w.query_by_label_contains("Sent: 1 message").is_some());
    let source = bench.window.get_by_label("Message body").value().unwrap();
    let run = bench.window.state().run.state.run;
    command(&mut bench.window, Command::OpenSample);
    command(&mut bench.window, Command::Run);
    bench.until("the other application", |w| w.state().run.state.run > run);
    bench.window.run_steps(3);
    assert!(bench.window.query_by_label_contains("Sent: 1 message").is_none());
    assert_ne!(bench.window.get_by_label("Message body").value().unwrap(), source);
}

#[test]
fn a_message_that_is_made_is_laid_out_in_its_field() {
    let mut bench = laptop("hello");
    bench.click("Send message");
    bench.click("Generate message");
    bench.window.run_steps(3);
    assert!(bench.window.query_all_by_value("Greeting 1").next().is_some(), "what was made is shown");
    let body = bench.window.get_by_label("Message body");
    assert!(body.value().unwrap().lines().count() > 2, "one element a line");
    assert!(body.rect().right() <= LAPTOP[0], "{:?}", body.rect());
    assert!(bench.window.query_by_role_and_label(Role::Button, "Fill in…").is_some());
    picture(&mut bench, "send-laptop.png");
}

#[test]
fn where_nothing_has_happened_there_is_no_step_back() {
    let mut bench = laptop("hello");
    for back in [Command::StepBack, Command::PreviousProblem] {
        let events = &bench.window.state().run.state.journal;
        assert_eq!(back.refusal(bench.window.state()), Some("Nothing has happened yet"), "{events:?}");
        assert!(bench.window.get_by_label(back.text()).accesskit_node().is_disabled());
    }
    bench.click("Send message");
    bench.click("Send");
    bench.until("something", |w| w.query_by_label_contains("Sent: 1 message").is_some());
    assert_eq!(Command::StepBack.refusal(bench.window.state()), None);
}

#[test]
fn nothing_of_the_canvas_lies_over_a_dialog() {
    let mut window = open("southridge");
    let message = window.state().document.orchestration().unwrap().messages[0].name.clone();
    window.state_mut().document.select(Selection::declared(DeclarationKind::Message, &message));
    window.get_by_role_and_label(Role::TreeItem, "New Order").hover();
    let activate = |window: &Window| window.query_all_by_label_contains("activate · ").count();
    for _ in 0..6 {
        window.step();
    }
    assert_eq!(activate(&window), 1, "resting on a shape says more of it");
    press(&mut window, Modifiers::NONE, Key::F2);
    assert!(window.query_by_label_contains("Rename message").is_some());
    assert_eq!(activate(&window), 0);
}

#[test]
fn a_comparison_says_why_it_has_no_picture() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open("hello");
    window.state_mut().document.save(folder.path()).unwrap();
    command(&mut window, Command::CompareSaved);
    click(&mut window, Role::Button, "File");
    let export = Command::ExportSvg.text();
    let entry = window.get_by_label_contains(export);
    assert!(entry.accesskit_node().is_disabled());
    entry.hover();
    for _ in 0..6 {
        window.step();
    }
    assert!(window.query_by_label_contains("A comparison has no picture of its own").is_some());
}
