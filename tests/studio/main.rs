//! The studio without a window: behaviour through accessible names, pictures by a CPU renderer.
#![cfg(feature = "studio")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod back;
mod by_hand;
mod canvas_gallery;
mod dead_ends;
mod designing;
mod editing;
mod editors;
mod editors_gallery;
mod forks;
mod frame;
mod gallery;
mod language;
mod lists;
mod looks;
mod newcomer;
mod pictures;
mod room;
mod run;
mod run_gallery;
mod run_panels;
mod shapes;
mod share;
mod shell;
mod shell_gallery;
mod simulation;
mod soft;
mod storm;
mod tabs;
mod tasks;
mod thousands;
mod traffic;
mod walk;
mod window;

use egui_kittest::Harness;
use orchestrion::studio::Studio;

/// A harness that shows `studio`, with the CPU renderer for pictures.
pub fn harness<'a>(studio: Studio, theme: egui::Theme, size: [f32; 2]) -> Harness<'a, Studio> {
    Harness::builder()
        .with_size(size)
        .with_theme(theme)
        .with_max_steps(12)
        .with_render_cursor(false)
        .with_context_setup(Studio::setup)
        .renderer(soft::SoftRenderer::default())
        .build_ui_state(|ui, studio: &mut Studio| studio.ui(ui), studio)
}
