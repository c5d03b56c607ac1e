//! XLANG/s text in colour.

use super::theme::Tokens;
use crate::xlang::{TokenKind, tokens};
use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId, Galley, Ui};
use std::sync::Arc;

/// Lays out `text` for an editor of `width` points.
pub fn galley(ui: &Ui, text: &str, width: f32) -> Arc<Galley> {
    let mut job = job(text, Tokens::of(ui), 12.0);
    job.wrap.max_width = width;
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// The text in colours, `size` points high.
pub fn job(text: &str, t: &Tokens, size: f32) -> LayoutJob {
    let mut job = LayoutJob::default();
    let mut at = 0;
    let mut append = |range: std::ops::Range<usize>, color: Color32| {
        if let Some(piece) = text.get(range).filter(|p| !p.is_empty()) {
            job.append(piece, 0.0, TextFormat::simple(FontId::monospace(size), color));
        }
    };
    for (range, kind) in tokens(text) {
        append(at..range.start, t.text);
        append(range.clone(), color(t, kind));
        at = range.end;
    }
    append(at..text.len(), t.text);
    job
}

fn color(t: &Tokens, kind: TokenKind) -> Color32 {
    match kind {
        TokenKind::Keyword => t.construct,
        TokenKind::Identifier => t.text,
        TokenKind::Number => t.flow,
        TokenKind::String => t.call,
        TokenKind::Comment => t.muted,
        TokenKind::Operator => t.messaging,
        TokenKind::Error => t.error,
    }
}
