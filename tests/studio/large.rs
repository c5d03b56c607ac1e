//! Orchestrations of thousands of shapes, seen whole.

use super::harness;
use egui::epaint::Primitive;
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

/// Corners of the largest mesh: what the drawing itself is made of.
fn corners(window: &Harness<'_, Studio>) -> usize {
    let shapes = window.output().shapes.clone();
    let meshes = shapes.iter().filter_map(|clipped| match &clipped.shape {
        Shape::Mesh(mesh) => Some(mesh.vertices.len()),
        _ => None,
    });
    let all = window.ctx.tessellate(shapes.clone(), 1.0);
    assert!(all.iter().any(|part| matches!(&part.primitive, Primitive::Mesh(mesh) if !mesh.is_empty())));
    meshes.max().unwrap_or_default()
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
        drawn.push(corners(&window) / 4);
    }
    assert!(drawn[0] > 500, "one sees what it is made of: {drawn:?}");
    assert!(drawn[1] < 10_000, "what is too small to be told apart is one block: {drawn:?}");
}

/// `ORCHESTRION_PICTURES=folder cargo test --test studio large` writes them.
#[test]
fn pictures_of_large_orchestrations() {
    let Ok(folder) = std::env::var("ORCHESTRION_PICTURES") else { return };
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for shapes in [1_000, 10_000, 100_000] {
            let picture = whole(shapes, theme).render().unwrap();
            picture.save(std::path::Path::new(&folder).join(format!("large-{shapes}-{name}.png"))).unwrap();
        }
    }
}
