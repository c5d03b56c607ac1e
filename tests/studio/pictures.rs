//! A few small pictures that must not change by accident. `UPDATE_SNAPSHOTS=1` writes them anew.

use super::harness;
use egui::Theme;
use egui_kittest::{SnapshotOptions, SnapshotResults};
use orchestrion::studio::document::{Document, Selection};
use orchestrion::studio::{Studio, sample};

#[test]
fn the_designer_in_both_themes() {
    let mut all = SnapshotResults::new();
    for (theme, name) in [(Theme::Dark, "designer_dark"), (Theme::Light, "designer_light")] {
        let mut document = Document::new(sample::load("hello").unwrap(), None);
        document.select(Selection::Port("ReplyPort".to_owned()));
        let mut window = harness(Studio::new(document), theme, [1240.0, 680.0]);
        window.run_steps(3);
        let options = SnapshotOptions::new().output_path("tests/studio/snapshots").max_failed_pixels(1_500);
        window.snapshot_options(name, &options);
        all.extend_harness(&mut window);
    }
}
