//! Pictures for the README and for looking at. `ORCHESTRION_PICTURES=folder cargo test --test studio gallery`
//! writes them there; without the variable the test does nothing.

use super::harness;
use egui::Theme;
use orchestrion::model::files;
use orchestrion::studio::Studio;
use orchestrion::studio::document::{Document, Selection};
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
    let pick = |h: &mut egui_kittest::Harness<'_, Studio>, selection: Selection| {
        h.state_mut().canvas.reveal(&selection);
        h.state_mut().document.selection = selection;
        h.run_steps(3);
    };
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for (size, kind) in [([1680.0, 1050.0], "large"), ([1100.0, 700.0], "small")] {
            let mut h = harness(studio(), theme, size);
            h.run_steps(3);
            let save = |h: &mut egui_kittest::Harness<'_, Studio>, what: &str| {
                h.render().unwrap().save(folder.join(format!("studio-{what}-{name}-{kind}.png"))).unwrap();
            };
            save(&mut h, "open");
            if kind == "large" {
                let first = |h: &egui_kittest::Harness<'_, Studio>, label: &str| {
                    let shapes = h.state().document.orchestration().unwrap().shapes();
                    shapes.into_iter().find(|s| s.kind.label() == label).map(|s| s.id.clone())
                };
                for label in ["Receive", "Listen", "Transform", "Start Orchestration", "Expression", "Scope"]
                {
                    if let Some(id) = first(&h, label) {
                        pick(&mut h, Selection::Node(id));
                        save(&mut h, label);
                    }
                }
                let port = h.state().document.orchestration().unwrap().ports.first().map(|p| p.name.clone());
                if let Some(port) = port {
                    pick(&mut h, Selection::Port(port));
                    save(&mut h, "Port");
                }
                h.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
                h.run_steps(3);
                save(&mut h, "palette");
            }
        }
    }
}
