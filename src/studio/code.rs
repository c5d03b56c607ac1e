//! XLANG/s text in colour.

use super::theme::Tokens;
use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Galley, Ui};
use std::sync::Arc;

/// Lays out `text` for an editor of `width` points.
pub fn galley(ui: &Ui, text: &str, width: f32) -> Arc<Galley> {
    let t = Tokens::of(ui);
    let font = FontId::monospace(12.0);
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    job.append(text, 0.0, TextFormat::simple(font, t.text));
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}
