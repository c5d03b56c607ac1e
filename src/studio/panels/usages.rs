//! The uses of a name, line by line, to go to each.

use crate::language::{Target, Usage, UsageKind};
use crate::model::Application;
use crate::studio::document::{Action, Ask};
use crate::studio::icons::Glyph;
use crate::studio::panels::fields;
use crate::studio::theme::{self, Tokens};
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{FontId, Key, RichText, ScrollArea, Sense, Ui, pos2, vec2};

/// What was looked for and what was found.
#[derive(Clone, Debug)]
pub struct Usages {
    pub target: Target,
    /// What it was before it was renamed, or is again when that is undone.
    pub renamed: Option<Target>,
    pub name: String,
    pub found: Vec<Usage>,
    /// Revision of the document it was looked for in.
    pub revision: u64,
    pub fresh: bool,
}

/// Shows the list; true to close it.
pub fn ui(ui: &mut Ui, usages: &mut Usages, app: &Application, actions: &mut Vec<Action>) -> bool {
    let t = Tokens::of(ui);
    let mut close = false;
    ui.horizontal(|ui| {
        ui.label(RichText::new("USES OF").text_style(theme::caption()).color(t.faint));
        ui.label(RichText::new(&usages.name).text_style(theme::strong()));
        let count = usages.found.iter().filter(|u| u.kind != UsageKind::Declares).count();
        let words = format!("{} · {}", usages.target.label(), crate::diagnostic::counted(count, "use"));
        ui.label(RichText::new(words).small().color(t.muted));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            close = fields::icon_button(ui, Glyph::Close, "Close the uses").clicked();
            if ui.button("Rename…").clicked() {
                actions.push(Action::Ask(Ask::Rename(usages.target.clone())));
            }
        });
    });
    let fresh = std::mem::take(&mut usages.fresh);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, usage) in usages.found.iter().enumerate() {
            let response = row(ui, usage, app);
            if fresh && index == 0 {
                response.request_focus();
            }
            if response.has_focus() {
                super::mean(&response, Some(usages.target.clone()));
                let keys = egui::EventFilter { vertical_arrows: false, ..egui::EventFilter::default() };
                ui.memory_mut(|m| m.set_focus_lock_filter(response.id, keys));
            }
            let entered = response.has_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            if response.clicked() || entered {
                actions.push(Action::Ask(Ask::Show(usage.clone())));
            }
        }
        if usages.found.len() < 2 {
            fields::note(ui, "Nothing uses it yet.");
        }
    });
    close
}

/// Where a use is, as one reads it: owner, property, module.
pub fn place_words(usage: &Usage, app: &Application) -> String {
    let place = &usage.place;
    let module =
        place.module.as_deref().and_then(|key| app.modules.get(key)).and_then(|m| m.orchestration.as_ref());
    let mut words = place.name.clone();
    if let Some(orchestration) = module.filter(|o| o.name != place.name) {
        words = format!("{words} · {}", orchestration.name);
    }
    words
}

fn row(ui: &mut Ui, usage: &Usage, app: &Application) -> egui::Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    let place = place_words(usage, app);
    let words = format!("{place}: {}", usage.line);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &words));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 5.0, t.tint(t.panel, t.selection, 0.1));
    }
    let (mark, color) = match usage.kind {
        UsageKind::Declares => ("declares", t.construct),
        UsageKind::Writes => ("sets", t.warn),
        UsageKind::Reads => ("uses", t.muted),
    };
    let text = |at: f32, words: &str, color, width: f32| {
        let mut job = LayoutJob::single_section(
            words.to_owned(),
            TextFormat::simple(FontId::proportional(12.0), color),
        );
        job.wrap = TextWrapping::truncate_at_width(width.max(1.0));
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(pos2(rect.left() + at, rect.center().y - galley.size().y / 2.0), galley, color);
    };
    text(8.0, mark, color, 60.0);
    let wide = (rect.width() * 0.34).clamp(120.0, 320.0);
    text(72.0, &place, t.text, wide - 8.0);
    let room = (rect.width() - 80.0 - wide).max(1.0);
    let mut job = line(usage, t, room);
    job.wrap = TextWrapping::truncate_at_width(room);
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(
        pos2(rect.left() + 76.0 + wide, rect.center().y - galley.size().y / 2.0),
        galley,
        t.text,
    );
    response.on_hover_text(words)
}

/// What the use says, in which its name stands out; of a long line the part around the name.
fn line(usage: &Usage, t: &Tokens, room: f32) -> LayoutJob {
    const SIZE: f32 = 11.5;
    if usage.code.is_none() {
        let format = TextFormat::simple(FontId::proportional(12.0), t.muted);
        return LayoutJob::single_section(usage.line.clone(), format);
    }
    let whole = crate::studio::code::job(&usage.line, t, SIZE);
    let word = usage.word.clone().unwrap_or_default();
    // A letter of the code is 0.6 of its height wide.
    let letters = (room / (SIZE * 0.6)) as usize;
    let before = usage.line.get(..word.end).map_or(0, |head| head.chars().count());
    let skip = if before > letters { before - letters / 2 } else { 0 };
    let from = usage.line.char_indices().nth(skip).map_or(0, |(at, _)| at).min(word.start);
    let mut job = LayoutJob::default();
    if from > 0 {
        job.append("… ", 0.0, TextFormat::simple(FontId::monospace(SIZE), t.muted));
    }
    for section in &whole.sections {
        let (start, end) = (section.byte_range.start.0.max(from), section.byte_range.end.0);
        let cuts =
            [start, word.start.clamp(start, end.max(start)), word.end.clamp(start, end.max(start)), end];
        for piece in cuts.windows(2) {
            let &[a, b] = piece else { continue };
            let Some(words) = usage.line.get(a..b).filter(|words| !words.is_empty()) else { continue };
            let mut format = section.format.clone();
            if word.contains(&a) {
                format.background = t.tint(t.panel, t.brand, 0.3);
            }
            job.append(words, 0.0, format);
        }
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stands_out_wherever_it_is_in_its_line() {
        let t = Tokens::for_theme(true, false);
        let long = format!("{} = taken;", "before + ".repeat(40));
        for (text, at) in
            [("total = taken + taken;", 8), ("total = taken + taken;", 16), (&long, long.len() - 6)]
        {
            let usage = Usage {
                place: crate::diagnostic::Place::default(),
                kind: UsageKind::Reads,
                line: text.to_owned(),
                word: Some(at..at + 5),
                code: Some(crate::language::CodePlace {
                    module: String::new(),
                    owner: None,
                    property: crate::language::CodeProperty::Text,
                }),
            };
            let job = line(&usage, t, 300.0);
            let marked: Vec<_> = job
                .sections
                .iter()
                .filter(|section| section.format.background != egui::Color32::TRANSPARENT)
                .map(|section| section.byte_range.start.0..section.byte_range.end.0)
                .collect();
            assert_eq!(marked.len(), 1, "{text}");
            assert_eq!(job.text.get(marked[0].clone()), Some("taken"), "{text}");
            assert!(marked[0].end < 48, "it is within sight: {:?}", job.text);
            assert!(job.text.ends_with(&text[at..]), "{}", job.text);
        }
    }
}
