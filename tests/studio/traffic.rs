//! The picture of the application while it runs: messages on its lines, at the moment the canvas shows.

use super::run::Bench;
use egui::Theme;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable};
use orchestrion::engine::EventKind;
use orchestrion::studio::Studio;
use orchestrion::studio::command::Command;
use orchestrion::studio::run::player;

/// The living sample with the picture of the application in front.
fn open(theme: Theme) -> Bench<'static> {
    let mut bench = Bench::held(theme, [1500.0, 1000.0]);
    let ctx = bench.window.ctx.clone();
    bench.window.run_steps(3);
    bench.window.state_mut().run_command(&ctx, Command::ApplicationView);
    bench.window.run_steps(2);
    bench
}

/// The messages on lines, by their accessible names.
fn under_way(window: &Harness<'_, Studio>) -> Vec<String> {
    let all = window.query_all_by_label_contains("Message ");
    let names = all.filter_map(|node| node.accesskit_node().label());
    names.filter(|name| name.contains(" from ") && name.contains(" to ")).collect()
}

#[test]
fn messages_move_along_the_lines_of_the_application() {
    let mut bench = open(Theme::Dark);
    bench.tell(player::Command::Play);
    bench.until("a message on its line", |w| !under_way(w).is_empty());
    bench.until("one at an orchestration", |w| under_way(w).iter().any(|name| name.ends_with("Orch")));
    bench.pause();
}

#[test]
fn a_step_shows_what_it_did_on_the_lines_and_a_click_tells_why() {
    let mut bench = open(Theme::Dark);
    bench.step_to(2);
    bench.window.run_steps(3);
    // To a message that somebody got.
    let seq = {
        let journal = &bench.window.state().run.state.journal;
        let matched = |event: &&orchestrion::engine::Event| matches!(&event.kind, EventKind::SubscriptionMatched { owner, .. } if owner.to_string().contains("OrderBroker"));
        journal.iter().find(matched).unwrap().seq
    };
    bench.tell(player::Command::Seek(seq));
    bench.until("that moment", |w| w.state().run.past() == Some(seq));
    bench.window.run_steps(2);
    let shown = under_way(&bench.window);
    assert_eq!(shown.len(), 1, "what the event did and nothing else: {shown:?}");
    assert!(shown[0].ends_with("OrderBrokerOrch"), "{shown:?}");
    bench.window.get_by_label(&shown[0]).click();
    bench.until("who got it", |w| w.state().run.state.why.is_some());
    // Back in the present nothing is left on the lines.
    bench.tell(player::Command::Now);
    bench.until("now", |w| w.state().run.past().is_none());
    bench.window.run_steps(2);
    assert_eq!(under_way(&bench.window), [""; 0]);
}

#[test]
fn with_reduced_motion_messages_stand_on_their_lines() {
    let mut bench = open(Theme::Dark);
    bench.window.state_mut().preferences.reduced_motion = true;
    bench.tell(player::Command::Play);
    bench.until("a message on its line", |w| !under_way(w).is_empty());
    let name = under_way(&bench.window).remove(0);
    let at = bench.window.get_by_label(&name).rect().center();
    bench.window.step();
    if let Some(node) = bench.window.query_by_label(&name) {
        assert_eq!(node.rect().center(), at, "it does not travel");
    }
}

#[test]
fn cards_count_who_waits_in_them() {
    let mut bench = open(Theme::Dark);
    bench.step_to(6);
    bench.window.run_steps(3);
    let state = &bench.window.state().run.state;
    let manager = state.atlas.service("OrderManager").unwrap();
    let waiting: u32 =
        state.waiting.iter().filter(|((service, _), _)| *service == manager).map(|(_, count)| count).sum();
    assert!(waiting > 0);
    let traffic = orchestrion::studio::editors::picture::traffic::Traffic { state, still: false };
    assert_eq!(traffic.waiting(manager), waiting);
}

/// Pictures: `ORCHESTRION_PICTURES=folder cargo test --test studio traffic_gallery`.
#[test]
fn traffic_gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut bench = open(theme);
        bench.tell(player::Command::Speed(4.0));
        bench.tell(player::Command::Play);
        for (what, count) in [("one", 1), ("some", 3)] {
            bench.until("messages on their lines", |w| {
                under_way(w).len() >= count && w.state().run.state.clock.elapsed.0 > 40_000_000
            });
            let file = std::path::Path::new(&folder).join(format!("traffic-{what}-{name}.png"));
            bench.window.render().unwrap().save(file).unwrap();
        }
    }
}
