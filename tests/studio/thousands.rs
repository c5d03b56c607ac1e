//! Orchestrations of thousands of shapes, seen whole.

use super::harness;
use egui::{Shape, Theme};
use egui_kittest::Harness;
use orchestrion::studio::Studio;
use orchestrion::studio::command::Command;
use orchestrion::studio::document::Document;

#[path = "../../benches/canvas/model.rs"]
#[expect(dead_code, reason = "the bench also edits")]
mod model;

/// A window that shows all of an orchestration of so many shapes.
fn whole(shapes: usize, theme: Theme) -> Harness<'static, Studio> {
    let document = Document::unchecked(model::application(shapes, true), None);
    let mut window = harness(Studio::new(document), theme, [1480.0, 920.0]);
    window.run_steps(2);
    let ctx = window.ctx.clone();
    window.state_mut().run_command(&ctx, Command::Fit);
    window.run_steps(2);
    window
}

/// Blocks that the drawing is made of: the corners of the first large mesh, as marks lie over it.
fn blocks(window: &Harness<'_, Studio>) -> usize {
    let meshes = window.output().shapes.iter().filter_map(|clipped| match &clipped.shape {
        Shape::Mesh(mesh) => Some(mesh.vertices.len() / 4),
        _ => None,
    });
    meshes.into_iter().find(|count| *count > 100).unwrap_or_default()
}

#[test]
fn a_large_orchestration_is_seen_whole_without_drawing_each_shape_of_it() {
    let mut drawn = Vec::new();
    for shapes in [2_000, 20_000] {
        let window = whole(shapes, Theme::Dark);
        let canvas = window.state().tabs.canvas();
        let bounds = canvas.layout().bounds.unwrap();
        let shown = canvas.transform(window.state().tabs.key()).unwrap() * bounds;
        assert!(window.ctx.content_rect().contains_rect(shown), "{shapes} shapes reach over {shown:?}");
        drawn.push(blocks(&window));
    }
    assert!(drawn[0] > 500, "one sees what it is made of: {drawn:?}");
    assert!(drawn[1] < 10_000, "what is too small to be told apart is one block: {drawn:?}");
}

/// `ORCHESTRION_PICTURES=folder cargo test --test studio thousands` writes them.
#[test]
fn pictures_of_thousands_of_shapes() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for shapes in [1_000, 10_000] {
            let picture = whole(shapes, theme).render().unwrap();
            picture.save(std::path::Path::new(&folder).join(format!("shapes-{shapes}-{name}.png"))).unwrap();
        }
    }
}
