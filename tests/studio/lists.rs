//! The lists of a run: by filter, at the moment shown, with the keyboard.

use super::run::{Bench, watch_manager};
use egui::{Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable};
use orchestrion::engine::{EventKind, Publisher};
use orchestrion::journal::{Stand, instance_of};
use orchestrion::lab::search::Verdict;
use orchestrion::studio::Studio;
use orchestrion::studio::command::Command;
use orchestrion::studio::document::Document;
use orchestrion::studio::run::desk::{Found, Line, Page};
use orchestrion::studio::run::tracker::Phase;
use std::sync::Arc;

fn found(window: &Harness<'_, Studio>) -> Arc<Found> {
    Arc::clone(&window.state().run.state.found)
}

/// The living sample some seconds in, with a list open.
fn open(page: Page) -> Bench<'static> {
    let mut bench = Bench::held(Theme::Dark, [1500.0, 1000.0]);
    watch_manager(&mut bench);
    show(&mut bench, page);
    bench
}

fn show(bench: &mut Bench<'_>, page: Page) {
    let keys = Command::Show(page).shortcut().unwrap();
    bench.window.key_press_modifiers(keys.modifiers, keys.logical_key);
    bench.until("the list", |w| {
        found(w).page == page && !found(w).reading && (found(w).total > 0 || found(w).coverage.is_some())
    });
    bench.window.run_steps(2);
}

/// Writes a filter and waits until the list is by it.
fn filter(bench: &mut Bench<'_>, list: &str, text: &str, total: impl Fn(&Found) -> bool) {
    let name = format!("Filter of {list}");
    let field = bench.window.get_by_label(&name);
    field.focus();
    bench.window.run_steps(2);
    bench.window.get_by_label(&name).type_text(text);
    bench.until("the filter", |w| !found(w).reading && total(&found(w)));
}

#[test]
fn a_filter_is_completed_by_keys_and_told_in_place_what_is_wrong() {
    let mut bench = open(Page::Journal);
    let all = found(&bench.window).total;
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    bench.window.run_steps(2);
    bench.window.get_by_label("Filter of journal").type_text("eve");
    bench.window.run_steps(2);
    bench.window.get_by_label("event");
    bench.window.key_press(Key::Enter);
    bench.window.run_steps(2);
    bench.window.get_by_label("Filter of journal").type_text("== message.pub");
    bench.window.run_steps(2);
    bench.window.key_press(Key::Enter);
    bench.until("the filter", |w| found(w).total < all && found(w).total > 0);
    let published =
        |line: &Line| matches!(line, Line::Event(e) if matches!(e.kind, EventKind::MessagePublished { .. }));
    assert!(found(&bench.window).rows.iter().all(published));
    assert!(bench.window.query_by_label_contains("events found").is_some());

    bench.window.get_by_label("Clear the filter").click();
    bench.window.run_steps(2);
    bench.window.get_by_label("Filter of journal").focus();
    bench.window.run_steps(2);
    bench.window.get_by_label("Filter of journal").type_text("evnt == 3");
    bench.window.run_steps(2);
    bench.window.key_press(Key::Escape);
    bench.window.run_steps(2);
    bench.window.get_by_label("There is no field evnt");
    bench.window.get_by_label("Did you mean event?");
}

#[test]
fn a_plain_word_is_told_to_be_written_in_quotes_and_enter_stays_to_mend_it() {
    let mut bench = open(Page::Journal);
    bench.window.get_by_label("Filter of journal").focus();
    bench.window.run_steps(2);
    bench.window.get_by_label("Filter of journal").type_text("DELUXE");
    bench.window.run_steps(2);
    bench.window.get_by_label("There is no field DELUXE");
    bench.window.get_by_label("To look for it anywhere, write it in quotes: \"DELUXE\"");
    for _ in 0..2 {
        bench.window.key_press(Key::Enter);
        bench.window.run_steps(3);
        assert!(bench.window.get_by_label("Filter of journal").is_focused());
    }
}

#[test]
fn the_state_of_a_message_is_filtered_as_it_is_read() {
    let mut bench = open(Page::Messages);
    let all = found(&bench.window).total;
    bench.window.get_by_label("Filter of all messages").focus();
    bench.window.run_steps(2);
    bench.window.get_by_label("Filter of all messages").type_text("state == ");
    bench.until("the states", |w| found(w).values.is_some());
    bench.window.run_steps(3);
    for word in ["taken", "waits", "failed", "given", "\"on its way\""] {
        assert!(bench.window.query_by_label(word).is_some(), "{word}");
    }
    bench.window.get_by_label("taken").click();
    bench.until("the filter", |w| !found(w).reading && found(w).total < all && found(w).total > 0);
    let taken = |line: &Line| matches!(line, Line::Message(passage) if passage.stand() == Stand::Taken);
    assert!(found(&bench.window).rows.iter().all(taken));
    // Looking back it is the state of then.
    let Some(Line::Message(last)) = found(&bench.window).rows.last().cloned() else { panic!("none") };
    let count = found(&bench.window).total;
    bench.tell(orchestrion::studio::run::player::Command::Seek(last.seq));
    bench.until("fewer", |w| w.state().run.past().is_some() && !found(w).reading && found(w).total < count);
    assert!(found(&bench.window).rows.iter().all(taken));
}

#[test]
fn an_acknowledgement_is_given_to_who_asked_for_it() {
    let mut bench = Bench::held(Theme::Dark, [1500.0, 1000.0]);
    bench.step_to(30);
    show(&mut bench, Page::Messages);
    filter(&mut bench, "all messages", "state == given ", |f| f.total > 0 && f.total < f.all);
    bench.window.run_steps(3);
    // The lines in view are asked for anew where the list has become shorter.
    bench.until("its lines", |w| !found(w).reading && !found(w).rows.is_empty());
    let list = found(&bench.window);
    let Some(Line::Message(passage)) = list.rows.first() else { panic!("{:?}", list.rows.len()) };
    assert!(matches!(passage.publisher, Publisher::Acknowledgement(_)), "{:?}", passage.publisher);
    let words = format!("given to {}", passage.receivers[0]);
    assert!(bench.window.get_all_by_label_contains(&words).next().is_some(), "{words}");
    assert!(list.rows.iter().all(|line| matches!(line, Line::Message(p) if p.stand() == Stand::Given)));
}

#[test]
fn what_was_published_later_is_said_not_to_be_published_yet() {
    let mut bench = open(Page::Messages);
    let all = found(&bench.window);
    let Some(Line::Message(last)) = all.row(all.total - 1) else { panic!("{:?}", all.rows.len()) };
    bench
        .window
        .get_by_role_and_label(egui::accesskit::Role::Table, &format!("Messages, {} rows", all.total))
        .focus();
    bench.window.run_steps(2);
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::ArrowDown);
    bench.until("the message in full", |w| found(w).message.is_some());
    bench.tell(orchestrion::studio::run::player::Command::Seek(last.seq - 1));
    bench.until("the past", |w| w.state().run.past() == Some(last.seq - 1));
    bench.until("the list at it", |w| found(w).until < all.total);
    bench.window.run_steps(3);
    bench.window.get_by_label("not published yet");
    let row = bench.window.get_all_by_role(egui::accesskit::Role::Row).last().unwrap();
    let words = format!("{:?}", row.accesskit_node().label());
    assert!(words.contains("not published yet"), "{words}");
}

#[test]
fn enter_takes_a_whole_filter_as_it_stands() {
    let mut bench = open(Page::Journal);
    let all = found(&bench.window).total;
    bench.window.get_by_label("Filter of journal").focus();
    bench.window.run_steps(2);
    bench.window.get_by_label("Filter of journal").type_text("instance == 5");
    bench.window.run_steps(2);
    bench.window.key_press(Key::Enter);
    bench.until("the filter", |w| found(w).total < all && found(w).total > 0);
    let text = |bench: &Bench<'_>| bench.window.get_by_label("Filter of journal").value().unwrap();
    assert_eq!(text(&bench), "instance == 5");
    // Who goes to a word of the list means it.
    bench.window.get_by_label("Filter of journal").focus();
    bench.window.run_steps(2);
    bench.window.key_press(Key::ArrowDown);
    bench.window.run_steps(2);
    bench.window.key_press(Key::Enter);
    bench.window.run_steps(2);
    assert_ne!(text(&bench), "instance == 5");
    assert!(text(&bench).starts_with("instance == 5 "), "{}", text(&bench));
}

#[test]
fn completion_offers_the_values_that_occur() {
    let mut bench = open(Page::Messages);
    bench.window.get_by_label("Filter of all messages").focus();
    bench.window.run_steps(2);
    bench.window.get_by_label("Filter of all messages").type_text("message.type == ");
    bench.until("values", |w| found(w).values.as_ref().is_some_and(|(_, all)| all.len() > 2));
    bench.window.run_steps(3);
    let values = found(&bench.window).values.clone().unwrap().1;
    let one = values.iter().find(|value| !value.starts_with('"')).unwrap();
    let all = found(&bench.window).total;
    bench.window.get_by_label(one).click();
    bench.until("the filter", |w| !found(w).rows.is_empty() && found(w).total < all);
}

#[test]
fn a_message_is_read_followed_and_gone_to() {
    let mut bench = open(Page::Messages);
    let all = found(&bench.window);
    let last = all.total - 1;
    let Some(Line::Message(passage)) = all.row(last) else { panic!("{:?}", all.rows.len()) };
    let id = passage.message.id.to_string();
    bench
        .window
        .get_by_role_and_label(egui::accesskit::Role::Table, &format!("Messages, {} rows", all.total))
        .focus();
    bench.window.run_steps(2);
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::ArrowDown);
    bench.until("the message in full", |w| found(w).message.is_some());
    bench.window.run_steps(2);
    bench.window.get_by_label_contains(&format!("Body of {id}"));
    bench.click("Follow");
    bench.until("the conversation", |w| found(w).total < all.total && found(w).total > 0);
    bench.click(&format!("Conversation of {id}  ×"));
    bench.until("all again", |w| found(w).total == all.total);
    bench.click("Show moment");
    bench.until("its moment", |w| w.state().run.past() == Some(passage.seq));
    bench.until("the list at it", |w| found(w).until <= all.total);
    assert_eq!(found(&bench.window).until, last + 1);
}

#[test]
fn what_is_done_to_many_is_shown_before_and_can_be_taken_back() {
    let mut bench = open(Page::Instances);
    let waiting = |w: &Harness<'_, Studio>| {
        let all = &w.state().run.state.instances;
        all.iter().filter(|s| matches!(s.phase, Phase::Waiting | Phase::Dehydrated)).count()
    };
    let suspended = |w: &Harness<'_, Studio>| {
        let all = &w.state().run.state.instances;
        all.iter().filter(|s| matches!(s.phase, Phase::Suspended { .. })).count()
    };
    assert!(waiting(&bench.window) > 0);
    filter(&mut bench, "instances", "service == OrderManagerOrch", |f| f.total > 0 && f.total < f.all);
    let count = found(&bench.window).total;
    bench.click("Suspend…");
    bench.until("the preview", |w| found(w).preview.is_some());
    bench.window.run_steps(3);
    let preview = found(&bench.window).preview.clone().unwrap();
    assert_eq!(preview.chosen.len() + preview.refused.len(), count);
    assert!(preview.chosen.iter().all(|s| s.service.as_str().ends_with("OrderManagerOrch")));
    assert_eq!(suspended(&bench.window), 0, "nothing is done yet");
    bench.click(&format!("Suspend {}", preview.chosen.len()));
    bench.until("what was previewed", |w| suspended(w) == preview.chosen.len());
    bench.until("no preview", |w| found(w).preview.is_none());
    bench.window.run_steps(2);
    bench.click("Undo");
    bench.until("as before", |w| suspended(w) == 0);
}

#[test]
fn instances_stand_in_groups_that_open() {
    let mut bench = open(Page::Instances);
    let flat = found(&bench.window).total;
    bench.window.state_mut().run.drawer.group(orchestrion::studio::run::desk::Grouping::Orchestration);
    bench.until("groups", |w| found(w).rows.iter().all(|line| matches!(line, Line::Group { .. })));
    let groups = found(&bench.window);
    let sum: usize =
        groups.rows.iter().map(|line| if let Line::Group { count, .. } = line { *count } else { 0 }).sum();
    assert_eq!(sum, flat, "every instance is in one group");
    bench.window.run_steps(2);
    let Some(Line::Group { value, count, .. }) = groups.rows.first() else { panic!("{groups:?}") };
    let words = if *count == 1 { "1 instance".to_owned() } else { format!("{count} instances") };
    bench.window.get_by_label(&format!("{value}, {words}")).click();
    bench.until("an open group", |w| found(w).total == groups.total + count);
}

#[test]
fn every_list_is_at_the_moment_shown() {
    let mut bench = open(Page::Subscriptions);
    let now = found(&bench.window).total;
    bench.tell(orchestrion::studio::run::player::Command::Seek(40));
    bench.until("the past", |w| w.state().run.past() == Some(40));
    bench.until("fewer subscriptions", |w| found(w).total != now);
    for page in [Page::Journal, Page::Messages, Page::Instances, Page::Calls, Page::Sequence] {
        let keys = Command::Show(page).shortcut().unwrap();
        bench.window.key_press_modifiers(keys.modifiers, keys.logical_key);
        bench.until("the list", |w| found(w).page == page && !found(w).reading);
        let list = found(&bench.window);
        for (index, line) in list.rows.iter().enumerate() {
            let seq = match line {
                Line::Event(event) => event.seq,
                Line::Message(passage) => passage.seq,
                Line::Call(node) => node.seq,
                _ => continue,
            };
            assert_eq!(seq <= 40, list.first + index < list.until, "{page:?}");
        }
        if let Some(drawn) = &list.sequence {
            assert!(drawn.arrows.iter().all(|arrow| arrow.seq <= 40));
        }
    }
}

#[test]
fn a_line_of_the_journal_goes_to_its_moment_and_instance() {
    let mut bench = open(Page::Journal);
    let list = found(&bench.window);
    let started = list.rows.iter().rev().find_map(|line| match line {
        Line::Event(event) if matches!(event.kind, EventKind::ShapeStarted { .. }) => Some(event.clone()),
        _ => None,
    });
    let event = started.unwrap();
    let mark = format!("{}", event.seq);
    let row = bench.window.get_all_by_role(egui::accesskit::Role::Row).last().unwrap();
    row.click();
    bench.until("a moment", |w| w.state().run.past().is_some());
    bench.until("the list at it", |w| found(w).until > 0);
    let past = bench.window.state().run.past().unwrap();
    let about = found(&bench.window).rows.iter().find_map(|line| match line {
        Line::Event(event) if event.seq == past => instance_of(&event.kind),
        _ => None,
    });
    if about.is_some() {
        assert_eq!(bench.window.state().run.selected(), about, "{mark}");
    }
}

/// Pictures: `ORCHESTRION_PICTURES=folder cargo test --test studio lists_gallery`.
#[test]
fn lists_gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    let only = std::env::var("ORCHESTRION_ONLY").unwrap_or_default();
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut bench = Bench::held(theme, [1500.0, 940.0]);
        watch_manager(&mut bench);
        for page in [
            Page::Journal,
            Page::Messages,
            Page::Instances,
            Page::Subscriptions,
            Page::Correlation,
            Page::Sequence,
            Page::Calls,
            Page::Scenarios,
        ] {
            let what = format!("lists-{page:?}-{name}").to_lowercase();
            if !what.contains(&only) {
                continue;
            }
            show(&mut bench, page);
            if page == Page::Messages {
                bench.window.get_all_by_role(egui::accesskit::Role::Row).next().unwrap().click();
                bench.until("a message", |w| found(w).message.is_some());
            }
            bench.window.run_steps(4);
            bench
                .window
                .render()
                .unwrap()
                .save(std::path::Path::new(&folder).join(format!("{what}.png")))
                .unwrap();
        }
    }
}

fn hello() -> Bench<'static> {
    let app = orchestrion::studio::sample::load("hello").unwrap();
    Bench::of(app)
}

/// Runs all scenarios and waits for the last.
fn play_all(bench: &mut Bench<'_>) {
    bench.window.state_mut().run.drawer.show(Page::Scenarios);
    bench.window.run_steps(2);
    bench.click("Run all scenarios");
    let all = bench.window.state().document.app.scenarios.len();
    bench.until("all scenarios", |w| w.state().run.scenarios.played() == all);
    bench.window.run_steps(3);
}

#[test]
fn a_run_is_kept_as_a_scenario_that_passes() {
    let mut bench = hello();
    bench.until("a start", |w| !w.state().run.state.journal.is_empty());
    bench.click("Send message");
    bench.click("Send");
    bench.until("a greeting", |w| w.state().run.state.ended == 1);
    bench.window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::K);
    bench.until("what could be expected", |w| w.query_by_label("Keep").is_some());
    bench.window.get_by_label_contains("1 completed");
    bench.click("Keep");
    bench.window.run_steps(2);
    let scenarios = &bench.window.state().document.app.scenarios;
    assert!(scenarios.keys().any(|stem| stem.starts_with("run-of")), "{:?}", scenarios.keys());
    play_all(&mut bench);
    assert_eq!(bench.window.state().run.scenarios.failed(), 0);
    assert!(bench.window.query_by_label_contains("Everything was reached").is_some());
}

/// The question has the keyboard: what one types is its name, and does nothing to the run behind it.
#[test]
fn a_name_is_typed_and_the_run_stands() {
    let mut bench = hello();
    bench.until("a start", |w| !w.state().run.state.journal.is_empty());
    bench.pause();
    bench.window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::K);
    bench.until("what could be expected", |w| w.query_by_label("Keep").is_some());
    bench.window.run_steps(2);
    bench.window.key_press(Key::Space);
    bench.window.key_press(Key::A);
    bench.window.run_steps(3);
    assert!(!bench.window.state().run.state.clock.playing);
    assert!(bench.window.query_by_label("Keep").is_some(), "it is still asked");
    let focus = bench.window.ctx.memory(egui::Memory::focused);
    assert!(focus.is_some() && bench.window.ctx.text_edit_focused(), "the name has the keyboard");
    bench.window.key_press(Key::Enter);
    bench.window.run_steps(2);
    // The next one has a name of its own.
    bench.window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::K);
    bench.until("what could be expected", |w| w.query_by_label("Keep").is_some());
    bench.click("Keep");
    bench.window.run_steps(2);
    let kept = bench.window.state().document.app.scenarios.keys().filter(|stem| stem.starts_with("run-of"));
    assert_eq!(kept.count(), 2);
}

#[test]
fn another_application_begins_with_nothing_searched_or_played() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/southridge");
    let document = Document::new(orchestrion::studio::sample::load("hello").unwrap(), None);
    let studio = Studio::new(document).with_dialogs(super::shell::Chooses(folder)).running();
    let mut bench = Bench { window: super::harness(studio, Theme::Dark, [1400.0, 900.0]) };
    play_all(&mut bench);
    assert!(bench.window.state().run.scenarios.played() > 0);
    let ctx = bench.window.ctx.clone();
    bench.window.state_mut().run_command(&ctx, Command::Open);
    bench.until("the other one", |w| w.state().document.app.modules.contains_key("OrderManager"));
    bench.window.run_steps(2);
    assert_eq!(bench.window.state().run.scenarios.played(), 0);
    assert!(bench.window.state().run.simulation.results().is_none());
}

#[test]
fn a_scenario_that_fails_opens_where_it_failed() {
    use orchestrion::model::{Expectation, Step};
    let mut app = orchestrion::studio::sample::load("hello").unwrap();
    let events = [("port.sent".to_owned(), 7)].into();
    let wrong = Step::Expect(Box::new(Expectation { events, ..Expectation::default() }));
    app.scenarios.values_mut().next().unwrap().steps.push(wrong);
    let mut bench = Bench::of(app);
    play_all(&mut bench);
    assert_eq!(bench.window.state().run.scenarios.failed(), 1);
    bench.window.get_by_label_contains(", failed").click();
    bench.window.run_steps(3);
    bench.click("Open where it failed");
    bench.until("the run at its end", |w| {
        let state = &w.state().run.state;
        state.past.is_some() && state.past == state.journal.back().map(|event| event.seq)
    });
    assert!(!bench.window.state().run.state.clock.playing);
}

#[test]
fn a_scenario_in_which_too_much_happens_opens_where_it_did() {
    use orchestrion::model::{Expectation, Step};
    let mut app = orchestrion::studio::sample::load("hello").unwrap();
    let events = [("port.sent".to_owned(), 0)].into();
    let wrong = Step::Expect(Box::new(Expectation { events, ..Expectation::default() }));
    app.scenarios.values_mut().next().unwrap().steps.push(wrong);
    let mut bench = Bench::of(app);
    play_all(&mut bench);
    bench.window.get_by_label_contains(", failed").click();
    bench.window.run_steps(3);
    bench.click("Open where it failed");
    bench.until("the first event nobody expected", |w| {
        let state = &w.state().run.state;
        let sent = |event: &&orchestrion::engine::Event| matches!(event.kind, EventKind::PortSent { .. });
        let first = state.journal.iter().find(sent).map(|event| event.seq);
        first.is_some() && state.past == first
    });
    assert!(
        bench.window.state().run.state.past < bench.window.state().run.state.journal.back().map(|e| e.seq)
    );
}

#[test]
fn a_scenario_is_explored_in_many_orders() {
    let mut bench = hello();
    bench.window.state_mut().run.drawer.show(Page::Scenarios);
    bench.window.run_steps(2);
    bench.click("Try 100 orders");
    let all = bench.window.state().document.app.scenarios.len();
    bench.until("every order", |w| w.state().run.scenarios.played() == all);
    bench.window.run_steps(3);
    assert_eq!(bench.window.state().run.scenarios.failed(), 0);
    bench.window.get_by_label_contains(", passed in 101 orders");
}

#[test]
fn every_order_of_a_scenario_is_searched_to_the_end() {
    let mut bench = hello();
    bench.window.state_mut().run.drawer.show(Page::Scenarios);
    bench.window.run_steps(2);
    let search =
        |bench: &Bench<'_>| bench.window.get_by_label("Search every order").accesskit_node().is_disabled();
    assert!(search(&bench), "no scenario is selected");
    bench.window.get_by_label_contains(", not played").click();
    bench.window.run_steps(2);
    bench.click("Search every order");
    bench.until("a verdict", |w| w.state().run.scenarios.orders.verdict().is_some());
    bench.window.run_steps(2);
    let scenarios = &bench.window.state().run.scenarios;
    let verdict = scenarios.orders.verdict().unwrap();
    assert!(verdict.all && verdict.findings.is_empty(), "{verdict:?}");
    bench.window.get_by_label("Nothing new goes wrong");
    bench.window.get_by_label_contains("orchestrion explore samples/hello ");
}

/// Searches a while for what goes wrong in other orders of a scenario of the sample.
pub fn searched(bench: &mut Bench<'_>) -> Verdict {
    bench.window.state_mut().run.drawer.show(Page::Scenarios);
    bench.window.run_steps(2);
    let stem = "a28-stage-already-gone";
    let place = bench.window.state().document.app.scenarios.keys().position(|own| own == stem).unwrap();
    bench.window.state_mut().run.scenarios.choose(place);
    bench.window.run_steps(2);
    bench.click("Search every order");
    bench.until("some orders", |w| w.state().run.scenarios.orders.states() >= 500);
    bench.click("Stop searching");
    bench.until("a verdict", |w| w.state().run.scenarios.orders.verdict().is_some());
    bench.window.run_steps(2);
    bench.window.state().run.scenarios.orders.verdict().unwrap().clone()
}

#[test]
fn what_goes_wrong_in_another_order_opens_at_its_moment() {
    let mut bench = Bench::of(orchestrion::studio::sample::load("southridge").unwrap());
    let verdict = searched(&mut bench);
    assert!(!verdict.all, "it was stopped");
    bench.window.get_by_label_contains(", stopped: ");
    let first = &verdict.findings[0];
    assert!(!first.usual, "{first:?}");
    let name = format!("{}, {}", first.text(), first.way_text());
    bench.window.get_by_label(&name).click();
    bench.window.run_steps(2);
    bench.window.key_press(Key::Enter);
    let seq = first.seq;
    bench.until("its moment", |w| w.state().run.past() == Some(seq));
    bench.until("why", |w| w.state().run.state.why.is_some());
    let shown = &bench.window.state().run.state.shown;
    assert!(shown.ends_with(&first.kind.to_string()), "{shown}");
    if let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") {
        let image = bench.window.render().unwrap();
        image.save(std::path::Path::new(&folder).join("orders.png")).unwrap();
    }
}

#[test]
fn what_was_reached_tints_the_canvas() {
    let mut bench = hello();
    bench.pause();
    bench.window.state_mut().run.drawer.show(Page::Scenarios);
    bench.until("coverage", |w| found(w).coverage.is_some());
    bench.window.run_steps(2);
    bench.window.get_by_label("Coverage on the canvas").click();
    bench.window.run_steps(2);
    let reached = |w: &Harness<'_, Studio>| {
        let service = w.state().run.state.atlas.service(&w.state().document.module).unwrap();
        w.state().run.scenarios.reached(service, orchestrion::message::Name::new("receive_1"))
    };
    assert_eq!(reached(&bench.window), Some(false));
    let body: Arc<[u8]> =
        bench.window.state().document.app.messages.values().next().unwrap().as_bytes().into();
    let location = orchestrion::program::receive_locations(&bench.window.state().document.app).remove(0).name;
    bench.tell(orchestrion::studio::run::player::Command::Send { location, body, file: None });
    bench.tell(orchestrion::studio::run::player::Command::Moment);
    bench.until("the receive", |w| reached(w) == Some(true));
}

#[test]
fn a_message_is_made_of_a_schema_and_a_load_sends_many() {
    let mut bench = hello();
    bench.click("Send message");
    bench.click("Generate message");
    bench.window.run_steps(2);
    bench.click("Send");
    bench.until("it went in", |w| w.query_by_label("Sent: 1 message").is_some());
    bench.click("Save…");
    assert_eq!(bench.window.state().document.app.messages.len(), 2);
    bench.click("Load…");
    bench.click("Create");
    bench.until("a load that sends", |w| {
        w.state().run.state.partners.iter().any(|partner| partner.name == "Load 1" && partner.total > 2)
    });
    bench.click("How Load 1 answers");
    bench.click("Loses messages");
    bench.until("what was asked of it", |w| {
        w.state().run.state.partners.iter().any(|partner| partner.dropping)
    });
}
