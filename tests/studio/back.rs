//! Looking back, asking why, breakpoints: everything shown is at one moment.

use super::run::{Bench, watch_manager};
use egui::{Key, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable};
use orchestrion::engine::Operation;
use orchestrion::journal::Stride;
use orchestrion::studio::document::Selection;
use orchestrion::studio::run::atlas::Atlas;
use orchestrion::studio::run::overlay::{RunOverlay, Tokens};
use orchestrion::studio::run::player::{Command, Player, Update};
use orchestrion::studio::run::state::State;
use orchestrion::studio::sample;
use proptest::prelude::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a window would show, without what only the present has.
fn picture(update: &Update) -> String {
    let view = update.watched.as_ref().and_then(|w| w.view.clone());
    format!("{:?} {:?} {:?} {:?} {:?}", update.past, update.clock, update.instances, update.waiting, view)
}

/// What one may do to a run while it plays.
#[derive(Clone, Debug)]
enum Deed {
    Play(u8),
    Faster(bool),
    Order(u8),
    Stop(u8),
    Suspend,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let one = prop_oneof![
        5 => (1..8_u8).prop_map(Deed::Play),
        1 => any::<bool>().prop_map(Deed::Faster),
        2 => any::<u8>().prop_map(Deed::Order),
        1 => any::<u8>().prop_map(Deed::Stop),
        1 => Just(Deed::Suspend),
    ];
    prop::collection::vec(one, 1..8)
}

/// A run of the sample in which these were done.
fn played(deeds: &[Deed]) -> (Player, Instant) {
    let (mut player, mut now) = (Player::new(), Instant::now());
    let application = Arc::new(sample::load("southridge").unwrap());
    player.obey(Command::Load(Arc::clone(&application)), now);
    let locations = orchestrion::program::receive_locations(&application);
    let messages: Vec<&String> = application.messages.values().collect();
    for deed in deeds {
        match deed {
            Deed::Play(quarters) => {
                player.obey(Command::Play, now);
                for _ in 0..*quarters {
                    now += Duration::from_millis(250);
                    player.play(now, Duration::from_secs(20));
                }
                player.obey(Command::Pause, now);
            }
            Deed::Faster(faster) => player.obey(Command::Speed(if *faster { 5.0 } else { 1.0 }), now),
            Deed::Order(which) => {
                let location = locations[usize::from(*which) % locations.len()].name.clone();
                let body = messages[usize::from(*which) % messages.len()].as_bytes().into();
                player.obey(Command::Send { location, body, file: None }, now);
            }
            Deed::Stop(which) => {
                let partners = player.update().partners;
                if let Some(partner) = partners.get(usize::from(*which) % partners.len().max(1)) {
                    player.obey(Command::Partner { name: partner.name.clone(), running: false }, now);
                }
            }
            Deed::Suspend => {
                let alive = player.update().instances.iter().find(|s| !s.phase.ended()).map(|s| s.id);
                if let Some(id) = alive {
                    player.obey(Command::Operate(Operation::SuspendInstance(id)), now);
                }
            }
        }
    }
    (player, now)
}

/// What the canvas of the order manager shows of a moment, beside [`picture`].
fn drawn(state: &mut State, update: Update) -> String {
    state.absorb(update);
    let threads = Tokens::default();
    let watched = state.watched.as_ref().map(|w| w.id);
    let overlay = RunOverlay::new(state, "OrderManager", watched, &threads, true).unwrap();
    let routes: Vec<&String> = state.flights.routes.iter().map(|route| &route.label).collect();
    format!("{:?} {routes:?}", overlay.marks())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    #[test]
    fn back_k_and_forward_k_shows_equal_pictures_for_any_run(
        deeds in deeds(), back in 1..40_usize, which in 0..3_u8,
    ) {
        let (mut player, now) = played(&deeds);
        let stride = match which {
            0 => Stride::Event,
            1 => Stride::Shape(None),
            _ => Stride::Message(None),
        };
        let first = player.update();
        let watched = first.instances.iter().find(|s| s.service.as_str().ends_with("OrderManagerOrch")).map(|s| s.id);
        player.obey(Command::Watch(watched), now);
        let mut state = State::default();
        state.atlas = Atlas::of(&sample::load("southridge").unwrap());
        state.absorb(first);
        let present = picture(&player.update());
        let mut seen: Vec<(Option<u64>, String, String)> = Vec::new();
        for _ in 0..back {
            player.obey(Command::Stride { to: stride.clone(), forward: false }, now);
            let update = player.update();
            if update.past.is_none() || seen.last().is_some_and(|(seq, ..)| *seq == update.past) {
                break;
            }
            let past = update.past;
            seen.push((past, picture(&update), drawn(&mut state, update)));
        }
        for (past, before, canvas) in seen.iter().rev().skip(1) {
            player.obey(Command::Stride { to: stride.clone(), forward: true }, now);
            let update = player.update();
            prop_assert_eq!(&update.past, past);
            prop_assert_eq!(&picture(&update), before);
            prop_assert_eq!(&drawn(&mut state, update), canvas);
        }
        player.obey(Command::Now, now);
        prop_assert_eq!(picture(&player.update()), present);
    }
}

/// The very pixels.
#[test]
fn back_and_forward_again_is_the_same_picture() {
    let mut bench = Bench::held(Theme::Dark, [1100.0, 700.0]);
    watch_manager(&mut bench);
    let step = |bench: &mut Bench<'_>, key: Key| {
        let before = bench.window.state().run.past();
        bench.window.key_press(key);
        bench.until("a step", |w| w.state().run.past() != before);
        bench.window.run_steps(8);
    };
    step(&mut bench, Key::ArrowLeft);
    step(&mut bench, Key::ArrowLeft);
    let before = bench.window.render().unwrap();
    for _ in 0..5 {
        step(&mut bench, Key::ArrowLeft);
    }
    assert_ne!(bench.window.render().unwrap(), before);
    for _ in 0..5 {
        step(&mut bench, Key::ArrowRight);
    }
    let again = bench.window.render().unwrap();
    // How far a list is scrolled is the reader's, not the moment's: everything above the lists.
    let lists = bench.window.get_by_label("Journal").rect().top() as u32;
    let pixels = before.enumerate_pixels().filter(|(_, y, _)| *y < lists);
    let differ = pixels.filter(|(x, y, pixel)| again.get_pixel(*x, *y) != *pixel).count();
    assert_eq!(differ, 0, "pixels differ");
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
    bench.window.get_by_label("SIMULATED PARTNERS, NOW");
    let past = state.past;
    bench.window.key_press(Key::ArrowRight);
    bench.until("a shape forward or now", |w| w.state().run.past() != past);
    bench.window.key_press(Key::End);
    bench.until("the present", |w| w.state().run.past().is_none());
    assert_eq!(bench.window.state().run.state.clock.elapsed, now);
}

#[test]
fn the_values_of_an_instance_stay_where_they_are_while_one_steps() {
    let mut bench = Bench::held(Theme::Dark, [1400.0, 700.0]);
    watch_manager(&mut bench);
    let top = |bench: &Bench<'_>| bench.window.get_by_label("numStages 2").rect().top();
    let first = top(&bench);
    let over = bench.window.get_by_label("Waiting at".to_uppercase().as_str()).rect().center();
    bench.window.hover_at(over);
    bench.window.run_steps(2);
    bench.window.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -60.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: egui::Modifiers::NONE,
    });
    bench.window.run_steps(8);
    let scrolled = top(&bench);
    assert!(scrolled < first - 20.0, "{first} to {scrolled}");
    for key in [Key::ArrowLeft, Key::ArrowLeft, Key::ArrowRight] {
        let before = bench.window.state().run.past();
        bench.window.key_press(key);
        bench.until("a step", |w| w.state().run.past() != before);
        bench.window.run_steps(4);
    }
    assert_eq!(top(&bench), scrolled);
}

#[test]
fn who_lived_at_the_moment_looked_back_at_is_in_sight_on_the_timeline() {
    let mut bench = Bench::held(Theme::Dark, [1280.0, 800.0]);
    bench.step_to(60);
    let seq = bench.window.state().run.state.journal.front().unwrap().seq + 900;
    bench.tell(Command::Seek(seq));
    bench.until("the past", |w| w.state().run.past() == Some(seq));
    bench.window.run_steps(4);
    let lanes = bench.window.get_by_label_contains("Timeline at ").accesskit_node().value().unwrap();
    let state = &bench.window.state().run.state;
    let alive: Vec<_> = state.instances.iter().filter(|s| !s.phase.ended()).map(|s| s.id).collect();
    assert!(!alive.is_empty());
    let in_sight = |id: &orchestrion::engine::InstanceId| {
        lanes.split(", ").any(|lane| lane.ends_with(&format!(" {id}")))
    };
    assert!(alive.iter().any(in_sight), "{alive:?} in {lanes}");
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
