//! Findings quote names between back-ticks, as plain text needs; in the window they are set as code instead.

use super::theme::Tokens;
use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId, Ui};

/// The text without back-ticks, where letters cannot differ.
pub fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// Appends the text to a line, with what stands between back-ticks in monospace. `lead` is the room before it.
pub fn append(job: &mut LayoutJob, text: &str, mut lead: f32, size: f32, color: Color32, ground: Color32) {
    let quoted = text.matches('`').count() / 2 * 2;
    let mut rest = text;
    for part in 0..=quoted {
        let (words, after) = match part < quoted {
            true => rest.split_once('`').unwrap_or((rest, "")),
            false => (rest, ""),
        };
        rest = after;
        if words.is_empty() {
            continue;
        }
        let mut format = TextFormat::simple(FontId::proportional(size), color);
        if part % 2 == 1 {
            format.font_id = FontId::monospace(size - 1.0);
            format.background = ground;
        }
        job.append(words, std::mem::take(&mut lead), format);
    }
}

/// The text as a paragraph.
pub fn paragraph(ui: &Ui, text: &str, size: f32, color: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    append(&mut job, text, 0.0, size, color, Tokens::of(ui).field);
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<(String, bool)> {
        let mut job = LayoutJob::default();
        append(&mut job, text, 0.0, 12.0, Color32::WHITE, Color32::BLACK);
        let code = |family: &egui::FontFamily| *family == egui::FontFamily::Monospace;
        let part = |s: &egui::text::LayoutSection| {
            (job.text[s.byte_range.start.0..s.byte_range.end.0].to_owned(), code(&s.format.font_id.family))
        };
        job.sections.iter().map(part).collect()
    }

    #[test]
    fn names_between_ticks_are_code_and_a_lone_tick_stays() {
        assert_eq!(
            parts("`Order` names `x`, which"),
            [("Order", true), (" names ", false), ("x", true), (", which", false)]
                .map(|(words, code)| (words.to_owned(), code))
        );
        assert_eq!(parts("it's `half"), [("it's `half".to_owned(), false)]);
        assert_eq!(plain("no `x` here"), "no x here");
    }
}
