//! XLANG/s text in colour, with what is wrong in it underlined.

use super::theme::Tokens;
use crate::xlang::{TokenKind, tokens};
use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId, Galley, Stroke, Ui};
use std::ops::Range;
use std::sync::Arc;

/// Lays out `text` for an editor of `width` points; `wrong` are byte ranges to underline.
pub fn galley(ui: &Ui, text: &str, width: f32, wrong: &[Range<usize>]) -> Arc<Galley> {
    let t = Tokens::of(ui);
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    let mut at = 0;
    for (range, kind) in tokens(text) {
        plain(&mut job, text, at..range.start, wrong, t, t.text);
        plain(&mut job, text, range.clone(), wrong, t, color(t, kind));
        at = range.end;
    }
    plain(&mut job, text, at..text.len(), wrong, t, t.text);
    ui.fonts_mut(|fonts| fonts.layout_job(job))
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

/// Appends a stretch, cut where an underline starts or ends.
fn plain(
    job: &mut LayoutJob,
    text: &str,
    range: Range<usize>,
    wrong: &[Range<usize>],
    t: &Tokens,
    color: Color32,
) {
    let mut cuts = vec![range.start, range.end];
    cuts.extend(wrong.iter().flat_map(|w| [w.start, w.end]).filter(|c| range.contains(c)));
    cuts.sort_unstable();
    for (from, to) in cuts.iter().zip(cuts.iter().skip(1)) {
        let Some(piece) = text.get(*from..*to).filter(|p| !p.is_empty()) else { continue };
        let mut format = TextFormat::simple(FontId::monospace(12.0), color);
        if wrong.iter().any(|w| w.start <= *from && *to <= w.end) {
            format.underline = Stroke::new(1.5, t.error);
        }
        job.append(piece, 0.0, format);
    }
}
