//! The README's pictures of the designer. `ORCHESTRION_PICTURES=assets cargo test --test studio gallery` writes
//! them to that folder; without the variable the test does nothing. `ORCHESTRION_SELECT` names a shape or port to
//! select, for a look at other states.

use super::harness;
use egui::Theme;
use orchestrion::studio::Studio;
use orchestrion::studio::document::Selection;
use std::path::Path;

#[test]
fn gallery() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    let wanted = std::env::var("ORCHESTRION_SELECT").unwrap_or_else(|_| "New Order".to_owned());
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut window = harness(Studio::default(), theme, [1480.0, 920.0]);
        window.run_steps(3);
        let orchestration = window.state().document.orchestration().unwrap();
        let shape = orchestration.shapes().into_iter().find(|s| s.name == wanted).map(|s| s.id.clone());
        let selection = shape.map_or_else(|| Selection::Port(wanted.clone()), Selection::Node);
        window.state_mut().tabs.canvas_mut().reveal(&selection);
        window.state_mut().document.select(selection);
        window.run_steps(3);
        let picture = window.render().unwrap();
        // The harness leaves a margin around the window.
        let (width, height) = (picture.width() - 16, picture.height() - 16);
        let window = image::imageops::crop_imm(&picture, 8, 8, width, height).to_image();
        window.save(Path::new(&folder).join(format!("studio-design-{name}.png"))).unwrap();
    }
}
