//! Pictures of Run mode: `ORCHESTRION_PICTURES=folder cargo test --test studio run_gallery`.

use super::run::{Bench, watch_manager};
use egui::Theme;
use egui_kittest::kittest::Queryable;
use orchestrion::studio::run::player::Command;
use std::path::Path;

#[test]
fn run_gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    let folder = Path::new(&folder);
    let only = std::env::var("ORCHESTRION_ONLY").unwrap_or_default();
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for (size, kind) in [([1680.0, 1050.0], "large"), ([1100.0, 700.0], "small")] {
            if !format!("{name}-{kind}").contains(&only) {
                continue;
            }
            let save = |bench: &mut Bench<'_>, what: &str| {
                let file = format!("run-{what}-{name}-{kind}.png");
                bench.window.render().unwrap().save(folder.join(file)).unwrap();
            };
            let mut bench = Bench::living(theme, size);
            watch_manager(&mut bench);
            save(&mut bench, "state");
            bench.click("Messages");
            bench.window.get_by_label_contains("NewOrderMgrMsg, ").click();
            bench.window.run_steps(3);
            bench.click("Send message");
            save(&mut bench, "messages");
            bench.click("Journal");
            bench.click("State");
            bench.tell(Command::Play);
            bench.until("a message in flight", |w| {
                let run = &w.state().run;
                let own = |i| Some(i) == run.selected();
                let half = |p: f64| p > 0.2 && p < 0.7;
                let mut flights = run.state.flights.flights.iter().filter(|f| own(f.instance));
                flights.any(|f| f.progress(run.state.play).is_some_and(half))
            });
            save(&mut bench, "playing");
            bench.pause();
            bench.window.state_mut().run.select(None);
            bench.until("no instance", |w| w.state().run.state.watched.is_none());
            bench.window.run_steps(3);
            save(&mut bench, "all");
        }
    }
}
