//! Asking why, forking, running to a shape, stopping: what one does with a run that stands still.

use super::run::{Bench, watch_manager};
use egui::{Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable};
use orchestrion::engine::{EventKind, Operation};
use orchestrion::journal::{Clock, Stride, instance_of};
use orchestrion::lab::Fault;
use orchestrion::message::{Name, TimeSpan, Value};
use orchestrion::studio::command;
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::run::player::{Answer, Command, EventStop, Player, Update, span_words};
use orchestrion::studio::run::tracker::Phase;
use orchestrion::studio::{Studio, sample};
use std::sync::Arc;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(20);

/// A player that has played so many seconds of the sample.
fn played(seconds: u32) -> (Player, Instant) {
    let (mut player, mut now) = (Player::new(), Instant::now());
    player.obey(Command::Load(Arc::new(sample::load("southridge").unwrap())), now);
    player.obey(Command::Play, now);
    for _ in 0..seconds * 4 {
        now += Duration::from_millis(250);
        player.play(now, LONG);
    }
    player.obey(Command::Pause, now);
    (player, now)
}

fn first_arrival(update: &Update) -> u64 {
    let received = |kind: &EventKind| matches!(kind, EventKind::MessageReceived { .. });
    update.events.iter().find(|event| received(&event.kind)).unwrap().seq
}

fn said(update: &Update) -> String {
    format!("{:?}", update.answers)
}

#[test]
fn a_fork_in_which_a_message_is_lost_stands_beside_its_run_with_the_first_difference() {
    let (mut player, now) = played(6);
    let before = player.update();
    let arrival = first_arrival(&before);
    player.obey(Command::Fork { seq: arrival, fault: Some(Fault::Drop) }, now);
    let fork = player.update();
    assert_eq!(fork.runs.len(), 2);
    assert_eq!((fork.runs[1].parent.as_deref(), fork.runs[1].depth), (Some("Run 1"), 1));
    assert!(fork.shown.starts_with("Without "), "{}", fork.shown);
    let comparison = fork.comparison.clone().unwrap();
    let difference = comparison.difference.as_ref().unwrap();
    assert_eq!(fork.past, Some(difference.seq), "it is shown at the difference");
    assert!(difference.seq >= arrival, "nothing differs before the message");
    assert_eq!(fork.clock.elapsed.0, difference.left.as_ref().unwrap().at.since(fork.start).0);
    assert!(comparison.beside.pairs.iter().any(|pair| pair.left.is_none()), "the other run did more");
    // Both go on together.
    player.obey(Command::Play, now);
    let later = now + Duration::from_millis(250);
    player.play(later, LONG);
    player.obey(Command::Pause, later);
    let update = player.update();
    let ends: Vec<i64> = update.runs.iter().map(|run| run.elapsed.0).collect();
    assert_eq!(ends[0], ends[1]);

    player.obey(Command::RenameRun { name: fork.shown.clone(), to: "No first order".into() }, later);
    player.obey(Command::ShowRun("Run 1".into()), later);
    let update = player.update();
    assert_eq!((update.shown.as_str(), update.runs[1].name.as_str()), ("Run 1", "No first order"));
    assert_eq!(update.comparison.unwrap().right, "No first order", "they only change places");
    player.obey(Command::DiscardRun("No first order".into()), later);
    let update = player.update();
    assert_eq!(update.runs.len(), 1);
    player.obey(Command::DiscardRun("Run 1".into()), later);
    assert!(said(&player.update()).contains("the only run"));
}

#[test]
fn a_fork_that_changes_nothing_is_the_same_run_and_goes_on_the_same() {
    let (mut player, now) = played(5);
    let arrival = first_arrival(&player.update());
    player.obey(Command::Fork { seq: arrival, fault: None }, now);
    let cut = player.update();
    assert!(cut.past.is_none() && cut.runs[1].events < cut.runs[0].events, "it ends at the moment");
    // Both are played to the same time: the cut one must come to the same.
    let (mut now, mut last) = (now, cut);
    for _ in 0..40 {
        player.obey(Command::Play, now);
        now += Duration::from_millis(250);
        player.play(now, LONG);
        last = player.update();
    }
    let comparison = last.comparison.unwrap();
    assert_eq!(comparison.difference, None, "{:?}", comparison.beside.pairs.first());
    assert!(last.runs.iter().all(|run| run.elapsed == last.clock.elapsed));
}

#[test]
fn an_instance_that_another_run_never_had_is_not_looked_at_there() {
    let (mut player, now) = played(6);
    let before = player.update();
    player.obey(Command::Fork { seq: first_arrival(&before), fault: None }, now);
    player.obey(Command::ShowRun("Run 1".into()), now);
    let first = before.instances.iter().map(|summary| summary.id).min();
    let last = before.instances.iter().map(|summary| summary.id).max();
    player.obey(Command::Watch(last), now);
    assert!(player.update().watched.is_some());
    let fork = name_of_fork(&player.update());
    player.obey(Command::ShowRun(fork), now);
    assert!(player.update().watched.is_none(), "it came to be after the fork");

    player.obey(Command::ShowRun("Run 1".into()), now);
    player.obey(Command::Watch(first), now);
    player.obey(Command::Restart, now);
    assert!(player.update().watched.is_none(), "the same number is another instance");
}

#[test]
fn a_run_that_begins_again_leaves_the_one_before_in_the_list() {
    let (mut player, now) = played(6);
    player.obey(Command::Restart, now);
    let names =
        |player: &mut Player| player.update().runs.iter().map(|run| run.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&mut player), ["Run 1", "Run 2"]);
    player.obey(Command::Restart, now);
    assert_eq!(names(&mut player).len(), 2, "nothing had come of the second");
    player.obey(Command::ShowRun("Run 1".into()), now);
    assert!(player.update().clock.elapsed.0 > 0);
}

#[test]
fn who_is_looked_at_is_the_same_order_in_a_run_in_which_another_was_lost() {
    let (mut player, now) = played(12);
    let update = player.update();
    let managers: Vec<_> =
        update.instances.iter().filter(|s| s.service.as_str().ends_with("OrderManagerOrch")).collect();
    assert!(managers.len() > 2);
    for lost in &managers {
        player.obey(Command::Watch(Some(lost.id)), now);
        let seq = player.update().brought.unwrap().seq;
        for manager in &managers {
            player.obey(Command::Watch(Some(manager.id)), now);
            player.obey(Command::Fork { seq, fault: Some(Fault::Drop) }, now);
            player.obey(Command::Now, now);
            let fork = player.update();
            let found = fork.watched.as_ref().map(|watched| watched.id);
            let there = found.and_then(|id| fork.instances.iter().find(|s| s.id == id));
            if let Some(there) = there {
                assert_eq!(there.key(), manager.key(), "without {}", lost.key());
            } else {
                assert_eq!(lost.key(), manager.key(), "only what was lost is not there");
            }
            player.obey(Command::ShowRun("Run 1".into()), now);
            player.obey(Command::DiscardRun(fork.shown), now);
        }
    }
}

#[test]
fn what_failed_came_of_its_own_message() {
    let (mut player, now) = played(2);
    let strange = b"<Strange xmlns=\"urn:nobody\"/>".as_slice();
    let location =
        orchestrion::program::receive_locations(&sample::load("southridge").unwrap())[0].name.clone();
    player.obey(Command::Send { location, body: strange.into(), file: None }, now);
    player.obey(Command::Play, now);
    let mut failed = None;
    for quarter in 1..20 {
        player.play(now + Duration::from_millis(250 * quarter), LONG);
        failed = failed.or(player.update().events.iter().find_map(|event| match &event.kind {
            EventKind::MessageSuspended { instance, .. } => Some(*instance),
            _ => None,
        }));
    }
    player.obey(Command::Pause, now);
    player.obey(Command::Watch(Some(failed.expect("nobody takes it"))), now);
    assert_eq!(player.update().brought.unwrap().body.as_deref(), Some(strange));
}

#[test]
fn what_is_only_noted_for_later_is_said_so() {
    let (mut player, now) = played(6);
    let update = player.update();
    let waits = update.instances.iter().find(|s| s.phase == Phase::Waiting).unwrap().id;
    let mut does = |operation: Operation| {
        player.obey(Command::Operate(operation), now);
        said(&player.update())
    };
    let suspended = does(Operation::SuspendInstance(waits));
    assert!(suspended.contains(&format!("Suspended {waits}")), "{suspended}");
    let resumed = does(Operation::ResumeInstance(waits));
    assert!(resumed.contains(&format!("Resumed {waits}: it goes on with the run")), "{resumed}");
    let ended = does(Operation::TerminateInstance(waits));
    assert!(ended.contains(&format!("Terminates {waits} at its next wait")), "{ended}");
}

fn name_of_fork(update: &Update) -> String {
    update.runs.iter().find(|run| run.parent.is_some()).unwrap().name.clone()
}

#[test]
fn what_could_be_otherwise_is_what_the_instance_looked_at_came_of() {
    let (mut player, now) = played(20);
    let update = player.update();
    let managers = update.instances.iter().filter(|s| s.service.as_str().ends_with("OrderManagerOrch"));
    let keys: Vec<_> = managers.clone().map(|summary| summary.key()).collect();
    assert!(keys.len() > 2, "{keys:?}");
    for manager in managers {
        player.obey(Command::Watch(Some(manager.id)), now);
        let brought = player.update().brought.unwrap();
        let customer = manager.key().split_once(" / ").unwrap().0.to_owned();
        let body = String::from_utf8(brought.body.as_ref().unwrap().to_vec()).unwrap();
        assert!(body.contains(&format!(">{customer}<")), "for order {}: {body}", manager.key());
    }
}

#[test]
fn what_is_done_to_one_is_said_and_keeps_it_selected() {
    let mut bench = Bench::held(Theme::Dark, [1500.0, 940.0]);
    watch_manager(&mut bench);
    let id = bench.window.state().run.selected().unwrap();
    bench.tell(Command::Stride { to: Stride::Event, forward: false });
    bench.until("the past", |w| w.state().run.past().is_some());
    bench.window.run_steps(2);
    let closed = bench.window.get_by_label("Terminate").accesskit_node().is_disabled();
    assert!(closed, "what is over cannot be acted on");

    bench.tell(Command::Now);
    bench.until("now", |w| w.state().run.past().is_none());
    bench.window.run_steps(2);
    bench.click("Terminate");
    bench.until("its end", |w| w.state().run.state.summary(id).is_some_and(|s| s.phase.ended()));
    bench.window.run_steps(4);
    assert_eq!(bench.window.state().run.selected(), Some(id));
    bench.window.get_by_label_contains(&format!("Terminated {id}"));
}

#[test]
fn the_present_is_where_the_last_event_about_an_instance_is() {
    let (mut player, now) = played(6);
    let update = player.update();
    let last = update.events.iter().rev().find_map(|event| Some((event.seq, instance_of(&event.kind)?)));
    let (seq, id) = last.unwrap();
    player.obey(Command::Stride { to: Stride::About(id), forward: false }, now);
    assert_eq!(update.events.last().unwrap().seq, seq, "the last event is about one");
    let past = player.update().past.unwrap();
    assert!(past < seq, "from {seq} to {past}");
}

#[test]
fn steps_by_event_keep_to_the_selected_instance_when_the_journal_does() {
    let mut bench = Bench::held(Theme::Dark, [1500.0, 940.0]);
    watch_manager(&mut bench);
    let id = bench.window.state().run.selected();
    bench.click("Selected instance only");
    for _ in 0..4 {
        let before = bench.window.state().run.past();
        bench.window.state_mut().run.stride(false);
        bench.until("a step", |w| w.state().run.past() != before);
        let state = &bench.window.state().run.state;
        let event = state.journal.iter().find(|event| Some(event.seq) == state.past).unwrap();
        assert_eq!(instance_of(&event.kind), id, "{event:?}");
    }
}

#[test]
fn what_cannot_be_otherwise_is_refused_with_what_to_do() {
    let (mut player, now) = played(4);
    let update = player.update();
    let turn = update.events.iter().rev().find(|e| matches!(e.kind, EventKind::ShapeStarted { .. })).unwrap();
    player.obey(Command::Fork { seq: turn.seq, fault: Some(Fault::Drop) }, now);
    let update = player.update();
    let Some(Answer::Refused(why)) = update.answers.last() else { panic!("{:?}", update.answers) };
    assert!(why.help.contains("first lane of the timeline"), "{why}");
    assert_eq!(update.runs.len(), 1);
}

#[test]
fn a_variable_set_in_the_past_is_set_in_a_fork() {
    let (mut player, now) = played(4);
    let update = player.update();
    let manager = |u: &Update| {
        u.instances
            .iter()
            .find(|s| s.service.as_str().ends_with("OrderManagerOrch") && s.phase == Phase::Waiting)
            .unwrap()
            .id
    };
    let id = manager(&update);
    player.obey(Command::Watch(Some(id)), now);
    let last = player.update();
    let value = |u: &Update| {
        let view = u.watched.as_ref().unwrap().view.as_ref().unwrap();
        view.variables.iter().find(|(name, _)| name.as_str() == "numStages").unwrap().1.clone()
    };
    assert_eq!(value(&last), Value::UInt32(2));
    let set = |value: &str| orchestrion::engine::Operation::SetVariable {
        instance: id,
        variable: Name::new("numStages"),
        value: value.into(),
    };
    // Now: in the run itself.
    player.obey(Command::Intervene(set("5")), now);
    let update = player.update();
    assert_eq!((value(&update), update.runs.len()), (Value::UInt32(5), 1));
    assert!(update.events.iter().any(|e| matches!(e.kind, EventKind::VariableSet { .. })), "it is recorded");
    // Earlier: in a fork, and the run stays as it was.
    let seq = update.events.last().unwrap().seq - 1;
    player.obey(Command::Seek(seq), now);
    player.obey(Command::Intervene(set("7")), now);
    let fork = player.update();
    assert_eq!((value(&fork), fork.runs.len()), (Value::UInt32(7), 2));
    let words = format!("Set numStages of {id} in the fork {}", fork.shown);
    assert_eq!(fork.answers.last(), Some(&Answer::Done(words)));
    player.obey(Command::ShowRun("Run 1".into()), now);
    player.obey(Command::Watch(Some(id)), now);
    assert_eq!(value(&player.update()), Value::UInt32(5));
    // Where it got that value, and the one before.
    player.obey(Command::LastChange(Name::new("numStages")), now);
    let there = player.update();
    assert_eq!(value(&there), Value::UInt32(5));
    player.obey(Command::LastChange(Name::new("numStages")), now);
    let before = player.update();
    assert!(before.past < there.past, "{:?} then {:?}", there.past, before.past);
    assert_eq!(value(&before), Value::UInt32(2));
    // No value of its type.
    player.obey(Command::Now, now);
    player.obey(Command::Intervene(set("many")), now);
    let refused = said(&player.update());
    assert!(refused.contains("numStages cannot be `many`"), "{refused}");
}

#[test]
fn a_value_that_is_refused_stays_to_be_mended_and_what_has_ended_takes_none() {
    let mut bench = Bench::held(Theme::Dark, [1500.0, 940.0]);
    watch_manager(&mut bench);
    let id = bench.window.state().run.selected().unwrap();
    bench.window.get_by_role_and_label(egui::accesskit::Role::ListItem, "numStages 2").click_accesskit();
    bench.window.run_steps(4);
    bench.window.get_by_label("Where it comes from").click_accesskit();
    bench.until("the answer in sight", |w| {
        let heading = w.query_by_label("WHERE A VALUE COMES FROM");
        let tabs = w.get_by_role_and_label(egui::accesskit::Role::Tab, "Why").rect();
        heading.is_some_and(|heading| (0.0..60.0).contains(&(heading.rect().top() - tabs.bottom())))
    });
    bench.click("State");
    bench.window.get_by_label("Set variable…").click_accesskit();
    bench.window.run_steps(2);
    let field = "New value of numStages";
    bench.window.get_by_label(field).type_text("many");
    bench.window.run_steps(2);
    bench.window.key_press(Key::Enter);
    bench.until("why not", |w| {
        w.query_all_by_label_contains("The variable numStages cannot be ").count() == 2
    });
    bench.window.run_steps(2);
    assert!(bench.window.get_by_label(field).value().unwrap().contains("many"), "it can be mended");
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    bench.window.get_by_label(field).type_text("3");
    bench.window.run_steps(2);
    bench.window.key_press(Key::Enter);
    bench.until("it is set", |w| w.query_by_label(field).is_none());
    bench.window.run_steps(2);
    bench.window.get_by_label_contains(&format!("Set numStages of {id}"));

    bench.click("Terminate");
    bench.until("its end", |w| w.state().run.state.summary(id).is_some_and(|s| s.phase.ended()));
    bench.window.run_steps(3);
    assert!(bench.window.get_by_label("Set variable…").accesskit_node().is_disabled());
}

#[test]
fn a_run_stops_at_what_one_waits_for_and_goes_on() {
    let (mut player, now) = (Player::new(), Instant::now());
    player.obey(Command::Load(Arc::new(sample::load("southridge").unwrap())), now);
    let stop = EventStop { filter: "event == message.consumed".into(), hits: 2, seen: 0 };
    player.obey(Command::SetStops(vec![stop]), now);
    player.obey(Command::Play, now);
    let mut now = now;
    for _ in 0..8 {
        now += Duration::from_millis(250);
        player.play(now, LONG);
    }
    let update = player.update();
    let (stop, seq) = update.halted.unwrap();
    assert_eq!(stop, 0);
    assert!(!update.clock.playing, "the clock stands");
    let consumed = update.events.iter().filter(|e| matches!(e.kind, EventKind::MessageConsumed { .. }));
    assert!(consumed.map(|e| e.seq).nth(1) == Some(seq), "the second one stopped it");
    assert!(update.stops[0].seen >= 2);
    player.obey(Command::Continue, now);
    now += Duration::from_millis(250);
    player.play(now, LONG);
    let again = player.update().halted.unwrap();
    assert!(again.1 > seq, "it goes on to the next one");
    player.obey(Command::SetStops(Vec::new()), now);
    assert_eq!(player.update().halted, None, "nothing holds it any more");
}

#[test]
fn a_breakpoint_with_a_condition_stops_where_it_holds() {
    let (mut player, now) = (Player::new(), Instant::now());
    player.obey(Command::Load(Arc::new(sample::load("southridge").unwrap())), now);
    let update = player.update();
    let program = update.program.unwrap();
    let service = program.services.iter().find(|s| s.name.as_str().ends_with("OrderManagerOrch")).unwrap();
    let (orchestration, shape) = (service.name, Name::new("wait"));
    player.obey(Command::ToggleBreakpoint { orchestration, shape }, now);
    let breakpoint = player.update().breakpoints[0].breakpoint;
    player.obey(Command::SetCondition { breakpoint, filter: "nonsense ==".into(), hits: 1 }, now);
    assert!(said(&player.update()).contains("Correct the condition"));
    player.obey(Command::SetCondition { breakpoint, filter: "var.numStages == 2".into(), hits: 2 }, now);
    player.obey(Command::Play, now);
    let mut now = now;
    for _ in 0..60 {
        now += Duration::from_millis(250);
        player.play(now, LONG);
    }
    let update = player.update();
    let held = update.held.len();
    assert_eq!(held, 1);
    assert!(!update.clock.playing, "the run stands with it");
    assert!(update.breakpoints[0].seen >= 2, "the first one passed");
    // The others may go on: until the next one comes there.
    player.obey(Command::Play, now);
    for _ in 0..200 {
        now += Duration::from_millis(250);
        player.play(now, LONG);
    }
    let update = player.update();
    assert_eq!((update.held.len(), update.clock.playing), (held + 1, false));
    player.obey(Command::Continue, now);
    let update = player.update();
    assert!(update.held.is_empty() && update.clock.playing, "going on is playing on");
    // It holds in the next run too.
    player.obey(Command::Restart, now);
    let update = player.update();
    assert_eq!(
        (update.breakpoints[0].filter.as_str(), update.breakpoints[0].hits),
        ("var.numStages == 2", 2)
    );
}

#[test]
fn running_to_a_shape_ends_there_and_leaves_no_breakpoint() {
    let (mut player, now) = (Player::new(), Instant::now());
    player.obey(Command::Load(Arc::new(sample::load("southridge").unwrap())), now);
    let program = player.update().program.unwrap();
    let service = program.services.iter().find(|s| s.name.as_str().ends_with("OrderManagerOrch")).unwrap();
    player.obey(Command::RunTo { orchestration: service.name, shape: Name::new("wait") }, now);
    assert!(player.playing());
    player.play(now + Duration::from_millis(20), LONG);
    let update = player.update();
    assert!(!update.clock.playing);
    let held = update.held.clone();
    assert_eq!(held.len(), 1);
    assert_eq!(update.came, Some(held[0]));
    assert_eq!(update.watched.unwrap().id, held[0], "who came there is shown");
    assert!(update.breakpoints.is_empty());
    player.obey(Command::Continue, now);
    assert!(player.update().held.is_empty());
}

/// Hello, whose location looks into nothing: what comes matches nobody.
fn unrouted() -> (orchestrion::model::Application, String) {
    let mut app = sample::load("hello").unwrap();
    for port in &mut app.bindings.receive_ports {
        for location in &mut port.locations {
            "PassThruReceive".clone_into(&mut location.receive_pipeline);
        }
    }
    let location = app.bindings.receive_ports[0].locations[0].name.clone();
    (app, location)
}

#[test]
fn why_a_message_reached_nobody_and_after_the_change_it_arrives() {
    let (app, location) = unrouted();
    let text = app.messages.values().next().unwrap().clone();
    let mut studio = Studio::new(Document::new(app, None)).running();
    studio.run.hold();
    let mut bench = Bench { window: super::harness(studio, Theme::Dark, [1400.0, 1300.0]) };
    bench.until("a first event", |w| !w.state().run.state.journal.is_empty());
    bench.tell(Command::Send { location, body: text.into_bytes().into(), file: None });
    bench.until("an answer", |w| w.state().run.state.answer.is_some());
    bench.window.key_press(Key::F7);
    bench.window.key_press_modifiers(Modifiers::SHIFT, Key::F8);
    bench.until("an explanation", |w| {
        w.state().run.state.why.as_ref().is_some_and(|why| why.event.is_some() && why.delivery.is_some())
    });
    bench.window.run_steps(2);
    let why = bench.window.state().run.state.why.clone().unwrap();
    let delivery = why.delivery.as_ref().unwrap();
    assert_eq!(delivery.delivered().count(), 0);
    let miss = delivery.misses.first().unwrap().clone();
    assert!(bench.window.get_all_by_label(&miss.sentence).next().is_some());
    let before = bench.window.state().document.app.clone();
    let title = miss.fixes[0].title.clone();
    bench.window.get_all_by_label(&title).next().unwrap().click();
    bench.window.run_steps(3);
    assert_ne!(bench.window.state().document.app, before, "{title}");
    assert_eq!(format!("{:?}", bench.window.state().mode), "Run", "one stays where one looks");
    bench.until("the message arrives", |w| {
        let state = &w.state().run.state;
        let why = state.why.as_ref().and_then(|why| why.delivery.as_ref());
        state.runs.len() == 2 && why.is_some_and(|delivery| delivery.delivered().count() > 0)
    });
    bench.window.run_steps(2);
    bench.window.get_by_label_contains("This run got the same messages again");
    assert!(bench.window.state().run.state.comparison.is_some(), "beside the run before the change");
    bench.click("Undo the change");
    bench.until("the run without it", |w| {
        let state = &w.state().run.state;
        let why = state.why.as_ref().and_then(|why| why.delivery.as_ref());
        state.runs.len() == 3 && why.is_some_and(|delivery| delivery.delivered().count() == 0)
    });
    assert_eq!(bench.window.state().document.app, before);
}

#[test]
fn why_a_decision_went_its_way_and_where_a_value_came_from() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 1200.0]);
    watch_manager(&mut bench);
    bench.window.key_press(Key::F7);
    // The first shape of the instance that has an expression.
    let app = bench.window.state().document.app.clone();
    let module = app.modules.get(&bench.window.state().document.module).unwrap();
    let shapes = module.orchestration.as_ref().unwrap().shapes();
    let loops =
        shapes.iter().find(|shape| matches!(shape.kind, orchestrion::model::ShapeKind::Loop(_))).unwrap();
    bench.window.state_mut().document.select(Selection::Node(loops.id.clone()));
    bench.until("what the loop found", |w| {
        w.state().run.state.why.as_ref().is_some_and(|why| why.judgements.iter().any(|j| j.value.is_some()))
    });
    bench.window.run_steps(2);
    let why = bench.window.state().run.state.why.clone().unwrap();
    bench.window.get_by_label(&why.judgements[0].sentence);
    let caught = shapes.iter().find_map(|shape| match &shape.kind {
        orchestrion::model::ShapeKind::Scope(scope) => scope.catches.first(),
        _ => None,
    });
    let caught = caught.unwrap();
    bench.window.state_mut().document.select(Selection::Node(caught.id.clone()));
    let heading = format!("CATCH BLOCK {}", caught.name.to_uppercase());
    bench.until("the catch block by its name", |w| w.query_by_label(&heading).is_some());
    bench.click("State");
    bench.window.get_by_label("numStages 2").click_accesskit();
    bench.window.run_steps(2);
    bench.click("Where it comes from");
    bench.until("an origin", |w| w.state().run.state.why.as_ref().is_some_and(|why| why.origin.is_some()));
    bench.window.run_steps(2);
    let origin = bench.window.state().run.state.why.as_ref().unwrap().origin.clone().unwrap();
    bench.window.get_by_label(&origin.sentence);
}

#[test]
fn space_pauses_and_goes_on_from_every_focus_but_a_text() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 900.0]);
    watch_manager(&mut bench);
    bench.window.get_by_label("Journal").focus();
    bench.window.run_steps(2);
    bench.window.key_press(Key::Space);
    bench.until("it plays", |w| w.state().run.state.clock.playing);
    bench.window.get_all_by_label_contains("OrderManager #").next().unwrap().focus();
    bench.window.run_steps(1);
    bench.window.key_press(Key::Space);
    bench.until("a pause", |w| !w.state().run.state.clock.playing);
    bench.click("Send message");
    bench.window.get_by_label("Message body").focus();
    bench.window.run_steps(2);
    bench.window.key_press(Key::Space);
    bench.window.run_steps(3);
    std::thread::sleep(Duration::from_millis(60));
    bench.window.run_steps(2);
    assert!(!bench.window.state().run.state.clock.playing, "a blank belongs to the text");
}

#[test]
fn a_message_dragged_along_the_timeline_comes_later_in_a_fork() {
    let mut bench = Bench::held(Theme::Dark, [1500.0, 940.0]);
    watch_manager(&mut bench);
    let from = bench.window.get_all_by_label_contains(", came at ").next().unwrap().rect().center();
    bench.window.drag_at(from);
    bench.window.run_steps(2);
    bench.window.hover_at(from + egui::vec2(300.0, 0.0));
    bench.window.run_steps(2);
    bench.window.get_by_label_contains("later, in a fork");
    bench.window.drop_at(from + egui::vec2(300.0, 0.0));
    bench.until("a fork", |w| w.state().run.state.runs.len() == 2);
    bench.window.run_steps(3);
    let shown = bench.window.state().run.state.shown.clone();
    assert!(shown.ends_with(" later"), "{shown}");
    bench.window.get_by_label_contains("of them at another time");
    // What the headline names, Show goes to and the list tells is the same.
    let comparison = bench.window.state().run.state.comparison.clone().unwrap();
    let first = comparison.beside.pairs.iter().find(|pair| !pair.is_same()).unwrap();
    let (here, there) = (first.left.as_ref().unwrap(), first.right.as_ref().unwrap());
    assert_ne!(Some(here.seq), comparison.difference.as_ref().map(|d| d.seq), "the records part before");
    let start = bench.window.state().run.state.start;
    let time = |event: &orchestrion::engine::Event| Clock(event.at.since(start));
    let headline = format!(", at {} instead of {}", time(here), time(there));
    bench.window.get_by_label_contains(&headline);
    bench.window.get_by_label_contains("First difference: message.received");
    assert_eq!(bench.window.state().run.past(), Some(here.seq));
    bench.tell(Command::Now);
    bench.until("now", |w| w.state().run.past().is_none());
    bench.click("Show");
    bench.until("the first difference", |w| w.state().run.past() == Some(here.seq));
    let rows = |bench: &Bench<'_>, words: &str| bench.window.query_all_by_label_contains(words).count();
    assert!(rows(&bench, "In both: ") > 0, "what came before is the same");
    bench.click("Only differences");
    assert_eq!(rows(&bench, "In both: "), 0);
    assert!(rows(&bench, "later in the other: ") + rows(&bench, "earlier in the other: ") > 0);
    let row = bench.window.get_by_label_contains("Run 1, ");
    row.click();
    bench.until("the run before", |w| w.state().run.state.shown == "Run 1");
}

#[test]
fn a_message_of_long_ago_can_be_taken_hold_of_too() {
    let mut bench = Bench::held(Theme::Dark, [1500.0, 940.0]);
    bench.step_to(3);
    bench.window.run_steps(4);
    let came = |bench: &Bench<'_>| {
        let all = bench.window.query_all_by_label_contains(", came at ");
        all.filter_map(|node| node.accesskit_node().label()).collect::<Vec<_>>()
    };
    let first = came(&bench).remove(0);
    bench.step_to(40);
    bench.window.run_steps(4);
    assert!(!came(&bench).contains(&first), "too many for the keyboard came since");
    let lane = bench.window.get_all_by_label_contains(", came at ").next().unwrap().rect().center().y;
    let found = (0..190).any(|step| {
        bench.window.hover_at(egui::pos2(step as f32 * 8.0, lane));
        bench.window.run_steps(2);
        came(&bench).contains(&first)
    });
    assert!(found, "{first}");
}

#[test]
fn a_hand_that_moves_at_once_takes_the_message_it_pressed() {
    let mut bench = Bench::held(Theme::Dark, [1500.0, 940.0]);
    bench.step_to(20);
    bench.window.run_steps(4);
    let centers = |bench: &Bench<'_>| {
        let all = bench.window.get_all_by_label_contains(", came at ");
        all.map(|node| node.rect().center()).collect::<Vec<_>>()
    };
    let all = centers(&bench);
    let (pressed, over) = (all[0], *all.iter().find(|at| at.x > all[0].x + 14.0).unwrap());
    let beside = egui::pos2(f32::midpoint(pressed.x, over.x), over.y);
    for to in [over, beside] {
        bench.window.hover_at(pressed);
        bench.window.run_steps(2);
        let (button, modifiers) = (egui::PointerButton::Primary, Modifiers::NONE);
        // Both in one frame.
        let press = egui::Event::PointerButton { pos: pressed, button, pressed: true, modifiers };
        bench.window.input_mut().events.extend([press, egui::Event::PointerMoved(to)]);
        bench.window.run_steps(3);
        bench.window.get_by_label_contains(" later, in a fork");
        bench.window.key_press(Key::Escape);
        bench.window.drop_at(to);
        bench.window.run_steps(3);
    }
    assert_eq!(bench.window.state().run.state.runs.len(), 1);
}

#[test]
fn an_instance_is_said_to_wait_only_while_it_does() {
    let (mut player, now) = played(4);
    let update = player.update();
    let manager = |s: &&orchestrion::studio::run::tracker::Summary| {
        s.service.as_str().ends_with("OrderManagerOrch") && s.phase == Phase::Waiting
    };
    let id = update.instances.iter().find(manager).unwrap().id;
    player.obey(Command::Watch(Some(id)), now);
    player.obey(Command::Explain(true), now);
    let waits = |u: &Update| !u.why.as_ref().unwrap().waits.is_empty();
    assert!(waits(&player.update()));
    let own = |u: &Update| -> Vec<u64> {
        u.events.iter().filter(|e| instance_of(&e.kind) == Some(id)).map(|e| e.seq).collect()
    };
    let all = own(&update);
    let (mut running, mut waiting) = (0, 0);
    for seq in all.iter().rev().take(30) {
        player.obey(Command::Seek(*seq), now);
        let shown = player.update();
        let phase = shown.instances.iter().find(|s| s.id == id).unwrap().phase.clone();
        let rests = matches!(phase, Phase::Waiting | Phase::Dehydrated);
        assert_eq!(waits(&shown), rests, "event {seq}: {phase:?}");
        *if rests { &mut waiting } else { &mut running } += 1;
    }
    assert!(running > 0 && waiting > 0, "{running} and {waiting}");
    player.obey(Command::Now, now);
    player.obey(Command::Intervene(Operation::TerminateInstance(id)), now);
    let update = player.update();
    assert!(!waits(&update));
    for seq in own(&update) {
        player.obey(Command::Seek(seq), now);
        let shown = player.update();
        let phase = shown.instances.iter().find(|s| s.id == id).unwrap().phase.clone();
        assert_eq!(waits(&shown), phase == Phase::Waiting, "event {seq}: {phase:?}");
    }
}

#[test]
fn what_a_shape_found_in_the_pass_before_is_said_to_be_of_then() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 1200.0]);
    bench.until("a first event", |w| !w.state().run.state.journal.is_empty());
    let program = bench.window.state().run.state.program.clone().unwrap();
    let service = program.services.iter().find(|s| s.name.as_str().ends_with("OrderManagerOrch")).unwrap();
    let shape = Name::new("set-current-stage");
    bench.tell(Command::ToggleBreakpoint { orchestration: service.name, shape });
    bench.until("a breakpoint", |w| w.state().run.state.breakpoints.len() == 1);
    let breakpoint = bench.window.state().run.state.breakpoints[0].breakpoint;
    let filter = "var.stage == 2".to_owned();
    bench.tell(Command::SetCondition { breakpoint, filter, hits: 1 });
    bench.tell(Command::Play);
    bench.until("an instance in its second pass", |w| !w.state().run.state.held.is_empty());
    let held = bench.window.state().run.state.held[0];
    bench.until("who came there", |w| w.state().run.selected() == Some(held));
    bench.window.state_mut().document.select(Selection::Node("set-current-stage".into()));
    bench.window.key_press(Key::F7);
    bench.until("what the pass before found", |w| {
        w.state().run.state.why.as_ref().is_some_and(|why| !why.judgements.is_empty())
    });
    bench.window.run_steps(2);
    let why = bench.window.state().run.state.why.clone().unwrap();
    let before = why.pass_before.unwrap();
    let at = Clock(before.since(bench.window.state().run.state.start));
    bench.window.get_by_label(&format!("It has not run yet in this pass. The pass before, at {at}:"));
}

#[test]
fn a_span_is_rounded_not_cut() {
    let words = |ms: i64| span_words(TimeSpan(ms * 10_000));
    let spans = [340, 1_678, 1_960, 2_000, 119_990, 170_000, 10_000_000].map(words);
    assert_eq!(spans, ["340 ms", "1.7 s", "2 s", "2 s", "120 s", "3 min", "3 h"]);
}

#[test]
fn the_clock_stands_while_a_run_is_kept_as_a_test() {
    let (mut player, now) = played(4);
    player.obey(Command::Play, now);
    player.obey(Command::Keep("Kept".into(), None), now);
    let update = player.update();
    assert!(update.kept.is_some() && !update.clock.playing);
}

#[test]
fn names_of_forks_are_read_to_their_ends() {
    let mut bench = Bench::held(Theme::Dark, [1700.0, 900.0]);
    watch_manager(&mut bench);
    let name = "The first order of the customer comes a quarter of an hour later than it did";
    bench.tell(Command::RenameRun { name: "Run 1".into(), to: name.into() });
    bench.until("the name", |w| w.state().run.state.shown == name);
    bench.click("Runs");
    bench.window.run_steps(2);
    let font = egui::FontId::new(12.5, orchestrion::studio::theme::semibold());
    let whole = bench
        .window
        .ctx
        .fonts_mut(|fonts| fonts.layout_no_wrap(name.to_owned(), font, egui::Color32::WHITE).size().x);
    let row = bench.window.get_by_label_contains(&format!("{name}, ")).rect().width();
    assert!(row >= whole + 94.0, "{row} for {whole} and the time");
}

#[test]
fn everything_of_time_is_in_the_palette_and_says_when_it_can_be_done() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 900.0]);
    watch_manager(&mut bench);
    use command::Command as C;
    bench.until("a message that came", |w| w.state().run.state.brought.is_some());
    let studio = bench.window.state();
    for command in [C::ForkDelay, C::ForkDrop, C::ForkDuplicate, C::ForkCorrupt, C::ForkChange, C::ForkFail] {
        assert!(command.enabled(studio), "{command:?}");
    }
    assert!(!C::CompareRuns.enabled(studio) && !C::LastChange.enabled(studio));
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    bench.window.run_steps(3);
    bench.window.get_by_label_contains("Search").type_text("message later");
    bench.window.run_steps(3);
    bench.window.key_press(Key::Enter);
    bench.window.run_steps(3);
    bench.window.get_by_label("Fork: the message comes later");
    bench.window.key_press(Key::Enter);
    bench.until("a fork", |w| w.state().run.state.runs.len() == 2);
    assert!(bench.window.state().run.state.shown.ends_with("2 s later"));
}

#[test]
fn breakpoints_hold_loudly_until_they_are_told_to_go_on() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 900.0]);
    bench.until("a first event", |w| !w.state().run.state.journal.is_empty());
    bench.window.state_mut().document.select(Selection::Node("wait".into()));
    bench.window.run_steps(2);
    bench.window.key_press(Key::F9);
    bench.until("a breakpoint", |w| w.state().run.state.breakpoints.len() == 1);
    bench.step_to(4);
    let held = |w: &Harness<'_, Studio>| !w.state().run.state.held.is_empty();
    bench.until("an instance at it", held);
    bench.window.run_steps(2);
    bench.window.get_by_label_contains("at a breakpoint");
    let first = bench.window.state().run.state.held[0];
    bench.until("who came there", |w| w.state().run.selected() == Some(first));
    assert_eq!(bench.window.state().document.selection, Selection::Node("wait".into()), "shown where it is");
    assert!(!bench.window.state().run.state.clock.playing, "a breakpoint stops the run");
    bench.window.get_by_label("Continue").click();
    bench.until("another one", |w| w.state().run.state.held.iter().any(|id| *id != first));
    let first = bench.window.state().run.state.held[0];
    bench.click("Continue all");
    // The run stops again with the next one that comes there.
    bench.until("it goes on", |w| !w.state().run.state.held.contains(&first));
    bench.click("Breakpoints");
    bench.window.get_by_label_contains("Condition of ");
    bench.window.get_by_label("Exceptions").click();
    bench.until("a stop", |w| w.state().run.state.stops.len() == 1);
    bench.click("Restart");
    bench.until("another run", |w| w.state().run.state.clock.elapsed.0 < 40_000_000);
    assert_eq!(bench.window.state().run.state.breakpoints.len(), 1, "it holds from run to run");
    bench.window.key_press(Key::F9);
    bench.until("it is taken away", |w| w.state().run.state.breakpoints.is_empty());
}

#[test]
fn a_breakpoint_at_what_a_listen_waits_for_stands_before_the_listen() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 900.0]);
    bench.until("a first event", |w| !w.state().run.state.journal.is_empty());
    let listen = bench.window.state().document.orchestration().unwrap().shape(&"wait".into()).unwrap();
    let first = listen.blocks()[0].1.iter().next().unwrap().id.clone();
    bench.window.state_mut().document.select(Selection::Node(first));
    bench.window.run_steps(2);
    bench.window.key_press(Key::F9);
    bench.until("a breakpoint", |w| w.state().run.state.breakpoints.len() == 1);
    assert_eq!(bench.window.state().run.state.breakpoints[0].breakpoint.shape, Name::new("wait"));
    assert!(bench.window.state().said().contains("wait together"), "{}", bench.window.state().said());
    bench.window.key_press(Key::F9);
    bench.until("it is taken away", |w| w.state().run.state.breakpoints.is_empty());
}

#[test]
fn a_condition_is_completed_told_what_is_wrong_with_it_and_taken_when_it_is_left() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 900.0]);
    bench.until("a first event", |w| !w.state().run.state.journal.is_empty());
    bench.window.state_mut().document.select(Selection::Node("wait".into()));
    bench.window.run_steps(2);
    bench.window.key_press(Key::F9);
    bench.until("a breakpoint", |w| w.state().run.state.breakpoints.len() == 1);
    bench.click("Breakpoints");
    let name = format!("Condition of {}", "Wait for completion or updated order");
    let filter = |w: &Harness<'_, Studio>| w.state().run.state.breakpoints[0].filter.clone();
    bench.window.get_by_label(&name).focus();
    bench.window.run_steps(2);
    bench.window.get_by_label(&name).type_text("var.numSt");
    bench.window.run_steps(2);
    bench.window.get_by_label("var.numStages");
    bench.window.key_press(Key::Enter);
    bench.window.run_steps(2);
    bench.window.get_by_label(&name).type_text(">=");
    bench.window.key_press(Key::Escape);
    bench.window.run_steps(2);
    bench.window.key_press(Key::Enter);
    bench.window.run_steps(3);
    assert_eq!(filter(&bench.window), "", "what is no condition is not taken");
    bench.window.get_by_label(&name).focus();
    bench.window.run_steps(2);
    bench.window.key_press(Key::End);
    bench.window.run_steps(2);
    bench.window.get_by_label(&name).type_text(" 2");
    bench.window.run_steps(2);
    assert_eq!(bench.window.get_by_label(&name).value().as_deref(), Some("var.numStages >= 2"));
    bench.window.key_press(Key::Escape);
    bench.window.run_steps(2);
    bench.window.key_press(Key::Enter);
    bench.until("the condition", |w| filter(w).contains(">= 2"));
    assert!(filter(&bench.window).starts_with("var.numStages"));
}

#[test]
fn what_a_port_sent_is_dragged_to_come_later() {
    let mut bench = Bench::held(Theme::Dark, [1500.0, 940.0]);
    watch_manager(&mut bench);
    let sent = bench.window.get_all_by_label_contains(", sent at ").next().unwrap();
    let from = sent.rect().center();
    bench.window.drag_at(from);
    bench.window.run_steps(2);
    bench.window.hover_at(from + egui::vec2(90.0, 0.0));
    bench.window.run_steps(2);
    bench.window.get_by_label_contains("later, in a fork");
    bench.window.drop_at(from + egui::vec2(90.0, 0.0));
    bench.until("a fork", |w| w.state().run.state.runs.len() == 2);
    let shown = bench.window.state().run.state.shown.clone();
    assert!(shown.contains(" to ") && shown.ends_with(" later"), "{shown}");
}

#[test]
fn a_run_is_told_in_plain_sentences() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 900.0]);
    watch_manager(&mut bench);
    let ctx = bench.window.ctx.clone();
    bench.window.state_mut().run_command(&ctx, command::Command::Narrate);
    bench.until("a sentence", |w| w.state().run.state.told.is_some());
    bench.window.run_steps(2);
    let told = bench.window.state().run.state.told.clone().unwrap();
    assert!(told.ends_with('.') && !told.contains("::"), "{told}");
    bench.window.get_by_label(&told);
}

#[test]
fn a_saved_run_opens_anywhere_at_the_same_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.orchrun");
    let (mut player, now) = played(4);
    let arrival = first_arrival(&player.update());
    player.obey(Command::Seek(arrival), now);
    let shown = player.update();
    player.obey(Command::SaveRun(path.clone()), now);
    assert!(said(&player.update()).contains("Saved the run"));
    let bytes: Arc<[u8]> = std::fs::read(&path).unwrap().into();
    let mut other = Player::new();
    other.obey(Command::OpenRun(Arc::clone(&bytes)), now);
    let opened = other.update();
    assert_eq!((opened.past, opened.clock.elapsed), (shown.past, shown.clock.elapsed));
    assert_eq!((opened.runs.len(), opened.shown.as_str()), (1, "Run 1"));
    assert_eq!(opened.instances, shown.instances);
    other.obey(Command::OpenRun(bytes[..40].into()), now);
    assert!(said(&other.update()).contains("L11"));
}

#[test]
fn leaving_asks_before_it_ends_a_fork() {
    let mut bench = Bench::held(Theme::Dark, [1200.0, 760.0]);
    let leave = |bench: &mut Bench<'_>| {
        let ctx = bench.window.ctx.clone();
        bench.window.state_mut().run_command(&ctx, command::Command::OpenSample);
        bench.window.run_steps(3);
    };
    let runs = |bench: &Bench<'_>| bench.window.state().run.state.runs.len();
    watch_manager(&mut bench);
    bench.window.get_all_by_label_contains(", came at ").next().unwrap().click();
    bench.until("an explanation", |w| w.state().run.state.why.as_ref().is_some_and(|w| w.event.is_some()));
    let ctx = bench.window.ctx.clone();
    bench.window.state_mut().run_command(&ctx, command::Command::ForkDrop);
    bench.until("a fork", |w| w.state().run.state.runs.len() == 2);
    leave(&mut bench);
    bench.window.get_by_label_contains("Its 2 runs end then");
    bench.click("Stay");
    assert_eq!(runs(&bench), 2, "both are there");
    leave(&mut bench);
    bench.click("End them");
    assert_eq!(runs(&bench), 0);
    bench.window.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    bench.until("another run", |w| w.state().run.state.runs.len() == 1);
}

/// Pictures: `ORCHESTRION_PICTURES=folder cargo test --test studio forks_gallery`.
#[test]
fn forks_gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut bench = Bench::held(theme, [1500.0, 940.0]);
        let save = |bench: &mut Bench<'_>, what: &str| {
            bench.window.run_steps(4);
            let file = std::path::Path::new(&folder).join(format!("forks-{what}-{name}.png"));
            bench.window.render().unwrap().save(file).unwrap();
        };
        bench.window.state_mut().document.select(Selection::Node("wait".into()));
        let ctx = bench.window.ctx.clone();
        watch_manager(&mut bench);
        bench.window.state_mut().run_command(&ctx, command::Command::Narrate);
        bench.window.get_all_by_label_contains(", came at ").next().unwrap().click();
        bench
            .until("an explanation", |w| w.state().run.state.why.as_ref().is_some_and(|w| w.event.is_some()));
        save(&mut bench, "why");
        bench.window.get_all_by_label_contains(", came at ").next().unwrap().click_secondary();
        save(&mut bench, "menu");
        bench.window.key_press(Key::Escape);
        bench.window.state_mut().run_command(&ctx, command::Command::ForkDrop);
        bench.until("a fork", |w| w.state().run.state.runs.len() == 2);
        save(&mut bench, "runs");
        bench.window.key_press(Key::F9);
        bench.window.state_mut().run_command(&ctx, command::Command::FailureStops);
        bench.window.state_mut().run_command(&ctx, command::Command::RunTo);
        bench.until("somebody there", |w| !w.state().run.state.held.is_empty());
        save(&mut bench, "breakpoints");
        bench.click("State");
        bench.window.get_by_label_contains("numStages").click();
        save(&mut bench, "values");
        bench.window.state_mut().run_command(&ctx, command::Command::ForkChange);
        save(&mut bench, "form");
    }
}

#[test]
fn a_run_is_deleted_only_when_one_says_so_again() {
    let mut bench = Bench::held(Theme::Dark, [1700.0, 900.0]);
    watch_manager(&mut bench);
    bench.until("a message that came", |w| w.state().run.state.brought.is_some());
    bench.tell(Command::Fork {
        seq: bench.window.state().run.state.brought.as_ref().unwrap().seq,
        fault: None,
    });
    bench.until("a fork", |w| w.state().run.state.runs.len() == 2);
    bench.click("Runs");
    bench.window.run_steps(2);
    bench.click("Delete Run 1");
    bench.click("Keep it");
    assert_eq!(bench.window.state().run.state.runs.len(), 2);
    bench.click("Delete Run 1");
    assert_eq!(bench.window.state().run.state.runs.len(), 2, "it is asked for first");
    bench.click("Delete it");
    bench.until("one run", |w| w.state().run.state.runs.len() == 1);
}
