//! Pictures for the README and for looking at. `ORCHESTRION_PICTURES=folder cargo test --test studio gallery`
//! writes them there; without the variable the test does nothing.

use super::harness;
use egui::Theme;
use orchestrion::model::files;
use orchestrion::studio::Studio;
use orchestrion::studio::document::Document;
use std::path::Path;

#[test]
fn gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    let folder = Path::new(&folder);
    let app = std::env::var("ORCHESTRION_APP").ok();
    let studio = || match &app {
        Some(path) => Studio::new(Document::new(files::load(Path::new(path)).unwrap().0, None)),
        None => Studio::default(),
    };
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for (size, kind) in [([1680.0, 1050.0], "large"), ([1100.0, 700.0], "small")] {
            let mut h = harness(studio(), theme, size);
            h.run_steps(3);
            if std::env::var("ORCHESTRION_FIT").is_ok() {
                h.state_mut().canvas.fit();
                h.run_steps(3);
            }
            h.render().unwrap().save(folder.join(format!("studio-{name}-{kind}.png"))).unwrap();
        }
    }
}
