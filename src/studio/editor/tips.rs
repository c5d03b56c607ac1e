//! What is told beside the text: findings and types under the pointer, the call one is writing, values of the last run.

use super::list::small_frame;
use super::paint::Text;
use super::{Field, Found, State};
use crate::language::{Scope, hover, signature as signature_at, target};
use crate::studio::document::{Action, Ask, Document};
use crate::studio::theme::{self, Tokens};
use crate::studio::ticks;
use egui::text::{LayoutJob, TextFormat};
use egui::text_edit::TextEditOutput;
use egui::{Align2, Area, CursorIcon, FontId, Id, Order, Response, RichText, Ui, pos2};

/// Findings and types where the pointer is; Ctrl+click goes to the declaration.
pub fn under_pointer(
    ui: &Ui,
    response: &Response,
    text: &Text<'_>,
    field: &Field<'_>,
    scope: Option<&Scope<'_>>,
    found: &Found,
    actions: &mut Vec<Action>,
) {
    let Some(pointer) = response.hover_pos().filter(|_| response.hovered()) else { return };
    let Some(byte) = text.byte_at(pointer) else { return };
    let Some(scope) = scope else { return };
    if ui.input(|i| i.modifiers.command)
        && let Some(target) = target(scope, text.text, byte)
    {
        ui.set_cursor_icon(CursorIcon::PointingHand);
        if let Some(word) = hover(scope, text.text, byte) {
            let t = Tokens::of(ui);
            for rect in text.rects(&word.range) {
                ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(1.0, t.selection));
            }
        }
        if response.clicked() {
            actions.push(Action::Ask(Ask::Define(target)));
        }
        return;
    }
    let problems: Vec<_> = found
        .all
        .iter()
        .filter(|(range, _)| range.start <= byte && byte < range.end.max(range.start + 1))
        .collect();
    let word = hover(scope, text.text, byte);
    if problems.is_empty() && word.is_none() {
        return;
    }
    let values = &field.document.values;
    response.clone().on_hover_ui_at_pointer(|ui| {
        let t = Tokens::of(ui);
        ui.set_max_width(440.0);
        ui.spacing_mut().item_spacing.y = 3.0;
        for (_, problem) in &problems {
            let color = crate::studio::panels::problems::color(t, problem.severity);
            ui.label(ticks::paragraph(ui, &problem.message, 13.0, color));
            if !problem.help.is_empty() {
                ui.label(ticks::paragraph(ui, &problem.help, 11.5, t.muted));
            }
        }
        if let Some(word) = &word {
            if !problems.is_empty() {
                ui.separator();
            }
            ui.label(RichText::new(&word.title).monospace().color(t.text));
            for line in &word.lines {
                ui.label(RichText::new(line).small().color(t.muted));
            }
            if let Some(value) = word.value_of.as_ref().and_then(|name| values.get(name)) {
                ui.label(RichText::new(format!("last run: {value}")).monospace().size(11.0).color(t.brand));
            }
        }
    });
}

/// The call around the caret, above it, with the argument one is writing set off.
pub fn signature(
    ui: &Ui,
    id: Id,
    state: &mut State,
    scope: &Scope<'_>,
    (text, caret): (&str, usize),
    output: &TextEditOutput,
    large: bool,
) {
    if !state.signature {
        return;
    }
    let Some(found) = signature_at(scope, text, caret) else {
        state.signature = false;
        return;
    };
    let t = Tokens::of(ui);
    let marks = Text { galley: &output.galley, at: output.galley_pos, text };
    let Some(here) = marks.rects(&(caret..caret)).first().copied() else { return };
    let plain = TextFormat::simple(FontId::monospace(11.5), t.text);
    let faint = TextFormat::simple(FontId::monospace(11.5), t.muted);
    let strong = TextFormat { underline: egui::Stroke::new(1.5, t.brand), ..plain.clone() };
    let screen = ui.ctx().content_rect().shrink(4.0);
    let width = 420.0_f32.min(screen.width());
    // The form that fits first, then a few others.
    let mut forms: Vec<usize> = (0..found.forms.len()).collect();
    forms.sort_by_key(|i| *i != found.form);
    let more = forms.len().saturating_sub(4);
    forms.truncate(4);
    let lines: Vec<LayoutJob> = forms
        .iter()
        .filter_map(|i| found.forms.get(*i).map(|form| (*i == found.form, form)))
        .map(|(fits, (head, parameters))| {
            let mut job = LayoutJob::default();
            job.wrap.max_width = width - 20.0;
            let base = if fits { &plain } else { &faint };
            job.append(&format!("{head}("), 0.0, base.clone());
            for (i, parameter) in parameters.iter().enumerate() {
                if i > 0 {
                    job.append(", ", 0.0, base.clone());
                }
                let own = i == found.argument || (parameter == "…" && found.argument >= i);
                job.append(parameter, 0.0, if own && fits { strong.clone() } else { base.clone() });
            }
            job.append(")", 0.0, base.clone());
            job
        })
        .collect();
    // Above the text one writes; over a small field, which is short, above the whole of it.
    let top = if large { here.top() } else { output.text_clip_rect.top() };
    let words = |job: &LayoutJob| ui.fonts_mut(|fonts| fonts.layout_job(job.clone()).size().y) + 2.0;
    let extra = usize::from(!found.about.is_empty()) + usize::from(more > 0);
    let height = lines.iter().map(words).sum::<f32>() + extra as f32 * 18.0 + 14.0;
    let (y, pivot) = if top - height - 4.0 > screen.top() {
        (top - 4.0, Align2::LEFT_BOTTOM)
    } else {
        (here.bottom().max(if large { 0.0 } else { output.text_clip_rect.bottom() }) + 4.0, Align2::LEFT_TOP)
    };
    let x = (here.left() - 20.0).clamp(screen.left(), (screen.right() - width).max(screen.left()));
    let area = Area::new(id.with("signature")).order(Order::Foreground).interactable(false);
    area.pivot(pivot).fixed_pos(pos2(x, y)).show(ui.ctx(), |ui| {
        small_frame(ui).show(ui, |ui| {
            ui.set_max_width(width - 12.0);
            ui.spacing_mut().item_spacing.y = 2.0;
            for job in lines {
                ui.label(job);
            }
            if more > 0 {
                ui.label(RichText::new(format!("and {more} more")).small().color(t.muted));
            }
            if !found.about.is_empty() {
                ui.label(RichText::new(&found.about).small().color(t.muted));
            }
        });
    });
}

/// What the names of the text last were in the instance one followed.
pub fn values(ui: &mut Ui, document: &Document, text: &str) {
    if document.values.is_empty() {
        return;
    }
    let t = Tokens::of(ui);
    let mut seen = Vec::new();
    for (range, kind) in crate::xlang::tokens(text) {
        let member = text.get(..range.start).is_some_and(|head| head.trim_end().ends_with('.'));
        let Some(name) = text.get(range).filter(|_| kind == crate::xlang::TokenKind::Identifier && !member)
        else {
            continue;
        };
        if let Some(value) = document.values.get(name)
            && !seen.iter().any(|(known, _)| *known == name)
        {
            seen.push((name, value));
        }
    }
    if seen.is_empty() {
        return;
    }
    let wrap = egui::text::TextWrapping::truncate_at_width(ui.available_width());
    let mut job = LayoutJob { wrap, ..LayoutJob::default() };
    let words = TextFormat::simple(FontId::new(11.0, theme::medium()), t.muted);
    let name = TextFormat::simple(FontId::monospace(11.0), t.muted);
    let value = TextFormat::simple(FontId::monospace(11.0), t.brand);
    job.append("Last run  ", 0.0, words);
    for (i, (known, shown)) in seen.iter().enumerate() {
        let space = if i > 0 { 10.0 } else { 0.0 };
        job.append(&format!("{known} "), space, name.clone());
        job.append(shown, 0.0, value.clone());
    }
    let all: Vec<String> = seen.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    ui.label(job).on_hover_text(all.join("\n"));
}
