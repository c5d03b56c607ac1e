//! Looking back, asking why, breakpoints: everything shown is at one moment.

use super::run::{Bench, watch_manager};
use egui::{Key, Theme};
use egui_kittest::kittest::Queryable;
use orchestrion::journal::Stride;
use orchestrion::studio::document::Selection;
use orchestrion::studio::run::player::{Command, Player, Update};
use orchestrion::studio::sample;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a window would show, without what only the present has.
fn picture(update: &Update) -> String {
    let view = update.watched.as_ref().and_then(|w| w.view.clone());
    format!("{:?} {:?} {:?} {:?} {:?}", update.past, update.clock, update.instances, update.waiting, view)
}

#[test]
fn stepping_back_and_forward_again_shows_the_same() {
    let (mut player, mut now) = (Player::new(), Instant::now());
    player.obey(Command::Load(Arc::new(sample::load("southridge").unwrap())), now);
    player.obey(Command::Play, now);
    for _ in 0..20 {
        now += Duration::from_millis(250);
        player.play(now, Duration::from_secs(20));
    }
    player.obey(Command::Pause, now);
    let present = player.update();
    let manager = present.instances.iter().find(|s| s.service.as_str().ends_with("OrderManagerOrch"));
    player.obey(Command::Watch(manager.map(|s| s.id)), now);
    let present = picture(&player.update());
    let mut seen = Vec::new();
    for step in 0..60 {
        let to = if step % 3 == 0 { Stride::Shape(None) } else { Stride::Event };
        player.obey(Command::Stride { to, forward: false }, now);
        let update = player.update();
        seen.push((update.past.unwrap(), picture(&update)));
    }
    assert!(seen.windows(2).all(|w| w[0].0 > w[1].0), "always earlier");
    for (seq, before) in seen.iter().rev() {
        player.obey(Command::Seek(*seq), now);
        assert_eq!(&picture(&player.update()), before, "event {seq}");
    }
    player.obey(Command::Now, now);
    assert_eq!(picture(&player.update()), present, "the present was not touched");
}

#[test]
fn keys_step_back_and_everything_is_at_that_moment() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 900.0]);
    watch_manager(&mut bench);
    let last = bench.window.state().run.state.journal.back().unwrap().seq;
    let now = bench.window.state().run.state.clock.elapsed;
    bench.window.key_press(Key::ArrowLeft);
    bench.until("a step back", |w| w.state().run.past() == Some(last - 1));
    bench.click("Shape");
    bench.window.key_press(Key::ArrowLeft);
    bench.until("a shape back", |w| w.state().run.past().is_some_and(|seq| seq < last - 1));
    let state = &bench.window.state().run.state;
    let at = state.journal.iter().find(|e| Some(e.seq) == state.past).unwrap();
    assert_eq!(at.at, state.now(), "the clock shows the moment");
    assert!(state.instances.iter().all(|s| s.since <= at.at), "and so does the list");
    bench.window.get_by_label_contains("Looking back at");
    let past = state.past;
    bench.window.key_press(Key::ArrowRight);
    bench.until("a shape forward or now", |w| w.state().run.past() != past);
    bench.window.key_press(Key::End);
    bench.until("the present", |w| w.state().run.past().is_none());
    assert_eq!(bench.window.state().run.state.clock.elapsed, now);
}

#[test]
fn the_arrows_belong_to_a_text_that_is_typed_in() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 900.0]);
    watch_manager(&mut bench);
    bench.click("Send message");
    bench.window.get_by_label("Message body").focus();
    bench.window.run_steps(2);
    bench.window.key_press(Key::ArrowLeft);
    bench.window.run_steps(3);
    std::thread::sleep(Duration::from_millis(60));
    bench.window.run_steps(2);
    assert_eq!(bench.window.state().run.past(), None);
}

/// Pictures: `ORCHESTRION_PICTURES=folder cargo test --test studio back_gallery`.
#[test]
fn back_gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut bench = Bench::held(theme, [1500.0, 940.0]);
        bench.window.state_mut().document.select(Selection::Node("wait".into()));
        watch_manager(&mut bench);
        bench.click("Why");
        for _ in 0..12 {
            let before = bench.window.state().run.past();
            bench.window.key_press(Key::ArrowLeft);
            bench.until("a step", |w| w.state().run.past() != before);
        }
        bench.until("an explanation", |w| w.state().run.state.why.is_some());
        bench.window.run_steps(8);
        let file = std::path::Path::new(&folder).join(format!("back-{name}.png"));
        bench.window.render().unwrap().save(file).unwrap();
    }
}
